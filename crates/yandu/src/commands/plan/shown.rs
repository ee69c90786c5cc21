//! Stored plans for people.

use std::fmt::Write as _;

use yandu_http::plan::{
    FigureFields, HistoryOfPlan, Plan, PlanInList, PlanList, PlanValue, PointOfPlan, ProgressOfPlan,
};

use super::super::local;

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

fn status(status: &str) -> &'static str {
    match status {
        "reviewing" => "核对中",
        "approved" => "已批准",
        _ => "已办结",
    }
}

pub(super) fn plan(plan: &Plan) -> String {
    let mut text = line(&plan.head);
    text.push_str(&progress(&plan.progress));
    for point in &plan.points {
        head(&mut text, point);
        let own = plan
            .targets
            .iter()
            .filter(|target| target.point == Some(point.number));
        for target in own {
            let literal: String = target.literal.split_whitespace().collect();
            let _ = write!(text, "   ◆ {literal}　{}", measure(&target.fields));
            if let Some(due) = &target.fields.due {
                let _ = write!(text, "　{due}前");
            }
            text.push('\n');
        }
    }
    text
}

fn head(text: &mut String, point: &PointOfPlan) {
    let _ = write!(
        text,
        "\n{}. {}\n   牵头：{}",
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
            revision.kind,
            revision.changes.len(),
            revision.reason.as_deref().unwrap_or_default()
        );
    }
    if let Some(next) = &history.next {
        let _ = writeln!(text, "更早的：--after {next}");
    }
    text
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
    let unit = match fields.unit.as_str() {
        "percentage point" => "个百分点",
        "% or percentage point" => "%或个百分点",
        unit => unit,
    };
    format!("{sign}{value}{unit}")
}
