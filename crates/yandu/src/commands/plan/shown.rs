//! Stored plans for people.

use std::fmt::Write as _;

use yandu_http::plan::{
    CountsOfPlan, FigureFields, HistoryOfPlan, ItemChangeOfPlan, Plan, PlanInList, PlanList,
    PlanValue, PointOfPlan, ProgressOfPlan, TargetInPlan, TasksOfPlan, ToldOfPlan,
};
use yandu_plan::{Lack, RevisionKind, Told, unit_text};

use super::super::local;
use crate::next_page;

pub(super) fn list(list: &PlanList) -> String {
    if list.plans.is_empty() {
        return "还没有工作要点；用 yandu plan import 导入一份\n".to_owned();
    }
    list.plans.iter().map(line).collect()
}

fn line(plan: &PlanInList) -> String {
    format!(
        "{}　{}　{}　{}\n",
        plan.id,
        status(&plan.status),
        local(plan.updated_at),
        plan.title.as_deref().unwrap_or("（没有标题）")
    )
}

pub(super) fn status(status: &str) -> &'static str {
    match status {
        "reviewing" => "核对中",
        "approved" => "已批准",
        _ => "已办结",
    }
}

pub(super) fn plan(plan: &Plan) -> String {
    let mut text = line(&plan.head);
    text.push_str(&progress(&plan.progress));
    if plan.standing.is_some() {
        text.push_str(&lamps(plan));
    }
    for point in &plan.points {
        head(&mut text, point);
        let own = plan
            .targets
            .iter()
            .filter(|target| target.figure.point == Some(point.number));
        for target in own {
            target_line(&mut text, target);
        }
    }
    text
}

/// A target with its lamp, its actual and where that comes from.
fn target_line(text: &mut String, target: &TargetInPlan) {
    let figure = &target.figure;
    let literal: String = figure.literal.split_whitespace().collect();
    let _ = write!(
        text,
        "   ◆ {}　{literal}　{}",
        figure.number,
        measure(&figure.fields)
    );
    if let Some(due) = &figure.fields.due {
        let _ = write!(text, "　{due}前");
    }
    let binding = &target.binding;
    let source = match (binding.kind.as_str(), &binding.id) {
        ("metric", Some(id)) => id.clone(),
        ("form", Some(id)) => format!("填报 {id}"),
        ("by-hand", _) => "手工填报".to_owned(),
        _ => "来源未定".to_owned(),
    };
    let _ = write!(text, "　[{source}]");
    if let Some(stands) = &target.standing {
        let _ = write!(text, "　{}", stands.lamp_text);
        if let Some(told) = &stands.told {
            let _ = write!(text, "　实际{}", reached(told));
        }
        let actual = stands.actual.as_ref();
        if let Some(missing) = actual.map(|one| &one.missing).filter(|one| !one.is_empty()) {
            let _ = write!(text, "　缺报：{}", missing.join("、"));
        }
        if let Some(lack) = &stands.lack_text {
            let _ = write!(text, "（{lack}）");
        } else if stands.is_hidden {
            let _ = write!(text, "（{}）", Lack::NotShown.text());
        }
    }
    text.push('\n');
}

/// How many of the tasks and targets have which lamp.
pub(super) fn lamps(plan: &Plan) -> String {
    let Some(standing) = &plan.standing else {
        return progress(&plan.progress);
    };
    format!(
        "{}　任务：{}　指标：{}\n",
        standing.day,
        counts(&standing.whole.counts),
        counts(&standing.targets)
    )
}

fn counts(counts: &CountsOfPlan) -> String {
    let parts = [
        ("逾期", counts.late),
        ("临近或滞后", counts.near),
        ("正常推进", counts.on_course),
        ("未启动", counts.not_begun),
        ("按期完成", counts.done),
        ("逾期完成", counts.done_late),
    ];
    let told: Vec<String> = parts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{name}{count}"))
        .collect();
    told.join("、")
}

pub(super) fn tasks(tasks: &TasksOfPlan) -> String {
    let mut text = String::new();
    for task in &tasks.tasks {
        let lamp = task
            .standing
            .as_ref()
            .map_or("", |one| one.lamp_text.as_str());
        let _ = writeln!(
            text,
            "{}　{}　{}　{}　{lamp}",
            task.id,
            task.title,
            task.lead.as_deref().unwrap_or("牵头单位待定"),
            task.due
        );
        for node in &task.nodes {
            let lamp = node
                .standing
                .as_ref()
                .map_or("", |one| one.lamp_text.as_str());
            let _ = writeln!(text, "   {}　{}　{}　{lamp}", node.id, node.due, node.title);
        }
    }
    text
}

pub(super) fn changes(changes: &[ItemChangeOfPlan]) -> String {
    if changes.is_empty() {
        return "没有差别\n".to_owned();
    }
    let mut text = String::new();
    for change in changes {
        let field = change.field.as_deref().unwrap_or("（整项）");
        let _ = writeln!(
            text,
            "{}　{field}　{} → {}",
            change.item,
            value(&change.from),
            value(&change.to)
        );
    }
    text
}

fn value(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "无".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

fn head(text: &mut String, point: &PointOfPlan) {
    let stands = point.standing.as_ref();
    let lamp = stands
        .and_then(|stands| stands.lamp.as_deref())
        .map_or("", lamp);
    let _ = write!(
        text,
        "\n{}. {}　{lamp}\n   牵头：{}",
        point.number,
        point.title,
        point.lead.as_deref().unwrap_or("待定")
    );
    if !point.supports.is_empty() {
        let word = if point.lead.is_some() {
            "配合"
        } else {
            "共同负责"
        };
        let _ = write!(text, "　{word}：{}", point.supports.join("、"));
    }
    text.push('\n');
}

fn lamp(name: &str) -> &'static str {
    match name {
        "late" => "逾期",
        "near" => "临近或滞后",
        "on-course" => "正常推进",
        "done" => "按期完成",
        "done-late" => "逾期完成",
        _ => "未启动",
    }
}

pub(super) fn progress(progress: &ProgressOfPlan) -> String {
    if progress.is_complete {
        return format!("{}处已全部核对\n", progress.sentences.of);
    }
    format!(
        "已核对{}/{}句，疑点已定{}/{}，待定数字已定{}/{}，问题已答{}/{}\n",
        progress.sentences.done,
        progress.sentences.of,
        progress.doubts.done,
        progress.doubts.of,
        progress.offers.done,
        progress.offers.of,
        progress.findings.done,
        progress.findings.of,
    )
}

pub(super) fn history(history: &HistoryOfPlan) -> String {
    let mut text = String::new();
    for revision in &history.revisions {
        let _ = writeln!(
            text,
            "{}　{}　{}　{}　{}处改动　{}",
            revision.revision,
            local(revision.at),
            revision.who,
            kind(&revision.kind),
            revision.changes.len(),
            revision.reason.as_deref().unwrap_or_default()
        );
        for closing in revision.changes.iter().filter_map(closing) {
            let _ = writeln!(text, "   {closing}");
        }
    }
    if let Some(next) = &history.next {
        let _ = writeln!(text, "更早的：{}", next_page::command(next));
    }
    text
}

/// That a target was found to be closed, or open again.
fn closing(change: &ItemChangeOfPlan) -> Option<String> {
    let target = change.item.strip_prefix("closing/")?;
    let newest = change.to.as_array()?.last()?;
    Some(
        match newest.get("closed_on").and_then(serde_json::Value::as_str) {
            Some(day) => format!("指标{target}销号，自{day}起达到"),
            None => format!("指标{target}重新打开"),
        },
    )
}

/// What a revision did.
fn kind(name: &str) -> &str {
    let Some(kind) = RevisionKind::from_name(name) else {
        return name;
    };
    kind.text()
}

/// A value with its comparison and its unit.
pub(super) fn measure(fields: &FigureFields) -> String {
    let value = match &fields.value {
        PlanValue::Whole(whole) => whole.to_string(),
        PlanValue::Decimal(decimal) => decimal.to_string(),
        PlanValue::Text(text) => text.clone(),
    };
    let sign = match fields.comparison.as_str() {
        ">=" => "≥ ",
        "<=" => "≤ ",
        ">" => "> ",
        "<" => "< ",
        "~" => "约 ",
        "change" if value.starts_with('-') => "变化 ",
        "change" => "变化 +",
        _ => "",
    };
    let bound = match fields.bound.as_deref() {
        Some(">=") => "以上",
        Some(">") => "以上（不含）",
        Some("<=") => "以内",
        Some("<") => "以内（不含）",
        Some("~") => "左右",
        _ => "",
    };
    format!("{sign}{value}{}{bound}", unit_text(&fields.unit))
}

/// What is reached, in the words of the papers.
fn reached(told: &ToldOfPlan) -> String {
    Told::from(told).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{FigureFields, HistoryOfPlan, ToldOfPlan, history, measure, reached};

    #[test]
    fn a_history_says_whether_a_target_was_closed_or_opened_again() {
        let closed = json!({"closed_on": "2026-05-31", "value": 301.0});
        let open = json!({"closed_on": null, "value": 299.0});
        let revision = |number: u64, from: serde_json::Value, to: serde_json::Value| {
            json!({
                "revision": number, "kind": "settled", "who": "system", "at": "2026-06-10T01:00:00Z", "reason": null,
                "changes": [{"item": "closing/1", "field": null, "from": from, "to": to}],
            })
        };
        let told = json!({"id": "2026", "next": null, "revisions": [
            revision(8, json!([closed]), json!([closed, open])),
            revision(7, json!(null), json!([closed])),
        ]});
        let text = history(&serde_json::from_value::<HistoryOfPlan>(told).unwrap());
        let told: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("   "))
            .collect();
        assert_eq!(
            told,
            ["   指标1重新打开", "   指标1销号，自2026-05-31起达到"]
        );
    }

    #[test]
    fn a_change_is_told_with_every_bound_of_its_size() {
        let told = |bound: &str| {
            let fields = json!({"value": 2.5, "unit": "percentage point", "comparison": "change", "kind": "target", "bound": bound});
            measure(&serde_json::from_value::<FigureFields>(fields).unwrap())
        };
        for (bound, text) in [
            (">=", "变化 +2.5个百分点以上"),
            (">", "变化 +2.5个百分点以上（不含）"),
            ("<=", "变化 +2.5个百分点以内"),
            ("<", "变化 +2.5个百分点以内（不含）"),
            ("~", "变化 +2.5个百分点左右"),
            ("=", "变化 +2.5个百分点"),
        ] {
            assert_eq!(told(bound), text, "{bound}");
        }
    }

    #[test]
    fn what_is_reached_is_told_as_in_the_papers() {
        let told = |value: f64, unit: &str, is_change: bool| {
            reached(&ToldOfPlan {
                value,
                unit: unit.to_owned(),
                is_change,
            })
        };
        assert_eq!(told(-12.346, "%", true), "下降12.35%");
        assert_eq!(told(6.0, "percentage point", true), "提高6个百分点");
        assert_eq!(told(-0.0004, "%", true), "持平");
        assert_eq!(told(205.0, "座", false), "205座");
        assert_eq!(told(12_500.0, "座", false), "1.25万座");
        assert_eq!(told(1.262, "1", false), "1.262");
    }
}
