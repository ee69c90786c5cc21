//! 滞后事项, 催办, 督办, 约谈, and what falls due next.

use yandu_documents::{Align, Level, Run, Runs};

use super::Writer;
use super::words::days_text;
use crate::overdue::{Listed, Step};
use crate::record::{Node, Task, place_of};
use crate::standing::Lamp;

impl Writer<'_> {
    /// 滞后事项与责任单位: tasks that are late, and those that were closed late.
    pub(super) fn late(&mut self) {
        self.heading(Level::First, "滞后事项与责任单位");
        let tasks = self.tasks_with(&[Lamp::Late, Lamp::DoneLate]);
        if tasks.is_empty() {
            self.tell(format!("截至{}，没有逾期的任务。", self.day()));
            return;
        }
        let mut runs = vec![Run::plain("下列任务已过时限，或者有节点、指标逾期")];
        let note = self.trails.of_items();
        runs.push(Run::noted("", self.document.note(note)));
        runs.push(Run::plain("，共"));
        runs.push(self.counted(tasks.len() as u32, "项"));
        runs.push(Run::plain("；逾期完成的注明“逾期完成”。"));
        self.say(runs);
        let rows = tasks.iter().map(|task| self.late_row(task)).collect();
        self.table(
            &[
                ("任务", 2, Align::Centre),
                ("内容", 9, Align::Left),
                ("责任单位", 6, Align::Left),
                ("县（市、区）", 4, Align::Left),
                ("时限", 4, Align::Centre),
                ("情况", 5, Align::Left),
            ],
            rows,
        );
    }

    fn tasks_with(&self, lamps: &[Lamp]) -> Vec<Task> {
        let tasks = self.plan.tasks_in_order().into_iter().filter(|task| {
            let stands = self.standing.tasks.get(&task.id);
            stands.is_some_and(|one| lamps.contains(&one.lamp))
        });
        tasks.cloned().collect()
    }

    fn late_row(&mut self, task: &Task) -> Vec<Runs> {
        let stands = self.standing.tasks.get(&task.id);
        let state = match stands {
            Some(one) if one.lamp == Lamp::DoneLate && one.is_closed => {
                Run::plain(Lamp::DoneLate.text())
            }
            Some(one) if one.lamp == Lamp::DoneLate => Run::plain("有部分事项逾期完成"),
            Some(one) if one.days_left < 0 => self.days(one.days_left),
            // Its own date is still to come; a part of it is late.
            _ => Run::plain("有节点或指标逾期"),
        };
        let due = stands.map_or(task.said.due, |one| one.due.day);
        let lead = responsible(task);
        let county = task.county.clone().unwrap_or_else(|| "—".to_owned());
        vec![
            vec![Run::plain(&task.id)],
            vec![Run::plain(&task.said.title)],
            vec![Run::plain(lead)],
            vec![Run::plain(county)],
            vec![Run::plain(self.short(due))],
            vec![state],
        ]
    }

    fn days(&mut self, days_left: i64) -> Run {
        let note = self.trails.of_rules();
        Run::noted(days_text(days_left), self.document.note(note))
    }

    /// 催办、督办、约谈名单.
    pub(super) fn steps(&mut self) {
        self.heading(Level::First, "催办、督办、约谈名单");
        for step in [Step::Interview, Step::Supervise, Step::Remind] {
            let text = step.text();
            self.heading(Level::Second, text);
            let all = self.listed;
            let own: Vec<_> = all.iter().filter(|one| one.step == step).collect();
            if own.is_empty() {
                self.tell(format!("没有需要{text}的事项。"));
                continue;
            }
            let mut runs = vec![Run::plain(format!("需要{text}的事项"))];
            runs.push(self.counted(own.len() as u32, "项"));
            runs.push(Run::plain("。"));
            self.say(runs);
            let rows = own.into_iter().map(|one| {
                let task = one.task.as_ref().and_then(|task| self.plan.tasks.get(task));
                let open = || task.map_or_else(|| OPEN.to_owned(), responsible);
                let unit = one.unit.clone().unwrap_or_else(open);
                let title = match task {
                    Some(task) if one.item.starts_with("node/") => of_task(task, &one.title),
                    _ => one.title.clone(),
                };
                let title = format!("{title}{}", rest_text(&one.rest));
                let county = one.county.clone().unwrap_or_else(|| "—".to_owned());
                vec![
                    vec![Run::plain(item_text(&one.item))],
                    vec![Run::plain(title)],
                    vec![Run::plain(unit)],
                    vec![Run::plain(county)],
                    vec![Run::plain(self.short(one.due.day))],
                    vec![self.days(one.days_left)],
                ]
            });
            let rows = rows.collect();
            self.table(
                &[
                    ("事项", 4, Align::Left),
                    ("内容", 8, Align::Left),
                    ("责任单位", 5, Align::Left),
                    ("县（市、区）", 4, Align::Left),
                    ("时限", 4, Align::Centre),
                    ("天数", 4, Align::Centre),
                ],
                rows,
            );
        }
    }

    /// 下月、下季度到期节点.
    pub(super) fn due_next(&mut self) {
        let span = self.making.paper.next_span();
        self.heading(Level::First, format!("{span}到期节点"));
        let next = self.making.period.next();
        let mut nodes: Vec<Node> = self
            .city_nodes()
            .filter(|node| next.contains(self.due_of(node)))
            .cloned()
            .collect();
        nodes.sort_by_key(|node| (self.due_of(node), place_of(&node.id)));
        if nodes.is_empty() {
            self.tell(format!("{span}没有到期的节点。"));
            return;
        }
        let mut runs = vec![Run::plain(format!("{span}到期的节点"))];
        runs.push(self.counted(nodes.len() as u32, "个"));
        let note = self.trails.of_items();
        runs.push(Run::noted(
            "，责任单位和时限见下表",
            self.document.note(note),
        ));
        runs.push(Run::plain("。"));
        self.say(runs);
        let rows = nodes.iter().map(|node| self.due_row(node)).collect();
        self.table(
            &[
                ("节点", 3, Align::Left),
                ("内容", 10, Align::Left),
                ("责任单位", 6, Align::Left),
                ("时限", 4, Align::Centre),
                ("状态", 4, Align::Left),
            ],
            rows,
        );
    }

    fn due_row(&self, node: &Node) -> Vec<Runs> {
        let task = self.plan.tasks.get(&node.task);
        let lead = task.map_or_else(|| OPEN.to_owned(), responsible);
        let title = task.map_or_else(
            || node.said.title.clone(),
            |task| of_task(task, &node.said.title),
        );
        let state = self
            .standing
            .nodes
            .get(&node.id)
            .map_or("", |one| one.lamp.text());
        vec![
            vec![Run::plain(&node.id)],
            vec![Run::plain(title)],
            vec![Run::plain(lead)],
            vec![Run::plain(self.short(self.due_of(node)))],
            vec![Run::plain(state)],
        ]
    }
}

/// No unit is named.
const OPEN: &str = "待定";

/// The leading unit of a task, and the others while none leads.
fn responsible(task: &Task) -> String {
    let supports = task.said.supports.join("、");
    match &task.said.lead {
        Some(lead) => lead.clone(),
        None if supports.is_empty() => OPEN.to_owned(),
        None => format!("{supports}（牵头单位待定）"),
    }
}

/// What else of a matter is near or behind its date.
fn rest_text(rest: &[Listed]) -> String {
    if rest.is_empty() {
        return String::new();
    }
    let told = rest
        .iter()
        .map(|one| format!("{}{}", item_text(&one.item), days_text(one.days_left)));
    let told: Vec<String> = told.collect();
    format!("（同一事项的还有：{}）", told.join("、"))
}

/// A node with the task that it is a step of.
fn of_task(task: &Task, title: &str) -> String {
    format!("{}：{title}", task.said.title)
}

/// `node/3.2.1` as it is read.
pub(super) fn item_text(item: &str) -> String {
    let (kind, key) = item.split_once('/').unwrap_or(("", item));
    let kind = match kind {
        "point" => "要点",
        "target" => "指标",
        "task" => "任务",
        "node" => "节点",
        _ => "",
    };
    format!("{kind}{key}")
}
