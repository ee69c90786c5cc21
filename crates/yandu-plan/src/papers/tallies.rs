//! How many items stand how: the whole, units, counties.

use std::collections::BTreeMap;

use yandu_documents::{Align, Level, Run, Runs};

use super::Writer;
use crate::record::Node;
use crate::standing::{Counts, Lamp, Tally};

/// Lamps in the order in which an office tells them.
const TOLD: [Lamp; 6] = [
    Lamp::Done,
    Lamp::DoneLate,
    Lamp::OnCourse,
    Lamp::Near,
    Lamp::NotBegun,
    Lamp::Late,
];

impl Writer<'_> {
    /// 总体进展.
    pub(super) fn overview(&mut self) {
        self.heading(Level::First, "总体进展");
        let tasks = self.plan.tasks.values().filter(|task| task.of.is_none());
        let (points, tasks) = (self.plan.points.len() as u32, tasks.count() as u32);
        let targets = self.plan.targets().count() as u32;
        let mut runs = vec![Run::plain(format!("截至{}，工作要点共", self.day()))];
        runs.push(self.counted(points, "个要点"));
        runs.push(Run::plain("，分解为"));
        runs.push(self.counted(tasks, "项任务"));
        runs.push(Run::plain("，提出"));
        runs.push(self.counted(targets, "项指标"));
        runs.push(Run::plain("。"));
        self.say(runs);
        let of_tasks = self.standing.whole.counts.clone();
        let of_targets: Counts = self.standing.targets.values().map(|one| one.lamp).collect();
        self.split("任务", &of_tasks);
        self.split("指标", &of_targets);
        self.nodes_of_period();
    }

    /// How many of some items stand how. A lamp that none has is not told.
    fn split(&mut self, of: &str, counts: &Counts) {
        if counts.total() == 0 {
            self.tell(format!("没有{of}。"));
            return;
        }
        let mut runs = vec![Run::plain(format!("{of}中，"))];
        for lamp in TOLD.into_iter().filter(|lamp| counts.of(*lamp) > 0) {
            if runs.len() > 1 {
                runs.push(Run::plain("，"));
            }
            runs.push(Run::plain(lamp.text()));
            runs.push(self.counted(counts.of(lamp), "项"));
        }
        runs.push(Run::plain("。"));
        self.say(runs);
    }

    fn nodes_of_period(&mut self) {
        let span = self.making.paper.span();
        let period = self.making.period;
        let lamps = |writer: &Self, nodes: &[&Node]| -> Counts {
            let all = nodes
                .iter()
                .filter_map(|node| writer.standing.nodes.get(&node.id));
            all.map(|one| one.lamp).collect()
        };
        let nodes: Vec<&Node> = self
            .city_nodes()
            .filter(|node| period.contains(self.due_of(node)))
            .collect();
        if nodes.is_empty() {
            self.tell(format!("{span}没有到期的节点。"));
            return;
        }
        let counts = lamps(self, &nodes);
        let done = counts.of(Lamp::Done);
        let late = counts.of(Lamp::DoneLate);
        let mut runs = vec![Run::plain(format!("{span}到期的节点"))];
        runs.push(self.counted(counts.total(), "个"));
        runs.push(Run::plain("，按期完成"));
        runs.push(self.counted(done, "个"));
        runs.push(Run::plain("，逾期完成"));
        runs.push(self.counted(late, "个"));
        runs.push(Run::plain("，尚未完成"));
        runs.push(self.counted(counts.total() - done - late, "个"));
        runs.push(Run::plain("。"));
        self.say(runs);
    }

    /// Nodes of the city's own tasks.
    pub(super) fn city_nodes(&self) -> impl Iterator<Item = &Node> {
        let nodes = self.plan.nodes_in_order().into_iter();
        nodes.filter(|node| {
            let task = self.plan.tasks.get(&node.task);
            task.is_some_and(|task| task.of.is_none())
        })
    }

    /// 各责任单位推进情况.
    pub(super) fn units(&mut self) {
        self.heading(Level::First, "各牵头单位推进情况");
        if self.standing.units.is_empty() {
            self.tell("还没有确定牵头单位的任务，各单位情况没有数据。");
            return;
        }
        self.tallies("牵头单位", &self.standing.units.clone());
    }

    /// 各县（市、区）推进情况.
    pub(super) fn counties(&mut self) {
        self.heading(Level::First, "各县（市、区）推进情况");
        if self.standing.counties.is_empty() {
            self.tell("任务没有分解到县（市、区），各县（市、区）情况没有数据。");
            return;
        }
        self.tallies("县（市、区）", &self.standing.counties.clone());
    }

    fn tallies(&mut self, of: &str, all: &BTreeMap<String, Tally>) {
        let mut columns = vec![(of, 6, Align::Left), ("任务", 3, Align::Right)];
        columns.extend(TOLD.map(|lamp| (lamp.text(), 5, Align::Right)));
        let rows = all.iter().map(|(name, tally)| {
            let counts = &tally.counts;
            let mut cells: Vec<Runs> = vec![vec![Run::plain(name)]];
            cells.push(vec![self.counted(counts.total(), "")]);
            for lamp in TOLD {
                cells.push(vec![self.counted(counts.of(lamp), "")]);
            }
            cells
        });
        let rows = rows.collect();
        self.table(&columns, rows);
    }
}
