//! 变更, and what the joint meeting is asked to decide.

use serde_json::Value;
use yandu_documents::{Level, Run, date_text};

use super::Writer;
use super::late::item_text;
use crate::amount::unit_text;
use crate::edit::{Edit, Op};
use crate::overdue::Step;
use crate::plans::day_of;
use crate::reading::{Comparison, Kind};
use crate::record::{ChangeRequest, ChangeState, Source};

impl Writer<'_> {
    /// 变更: what was decided in the period.
    pub(super) fn changes(&mut self) {
        let span = self.making.paper.span();
        self.heading(Level::First, format!("{span}变更"));
        let period = self.making.period;
        let decided: Vec<ChangeRequest> = self
            .plan
            .changes
            .values()
            .filter(|change| {
                let by = change.decided.as_ref();
                by.is_some_and(|by| period.contains(day_of(by.at)))
            })
            .cloned()
            .collect();
        if decided.is_empty() {
            self.tell(format!("{span}没有批准或退回的变更。"));
            return;
        }
        for change in &decided {
            self.change(change);
        }
    }

    fn change(&mut self, change: &ChangeRequest) {
        let verdict = match change.state {
            ChangeState::Requested => "申请",
            ChangeState::Approved => "批准",
            ChangeState::Rejected => "退回",
        };
        let by = change.decided.as_ref().unwrap_or(&change.requested);
        let mut text = format!("，{}{verdict}", date_text(day_of(by.at)));
        if let Some(reason) = &change.requested.reason {
            text.push_str(&format!("，申请理由：{reason}"));
        }
        if let Some(reason) = change.decided.as_ref().and_then(|by| by.reason.as_ref()) {
            text.push_str(&format!("，决定意见：{reason}"));
        }
        let edits: Vec<String> = change.edits.iter().map(edit_text).collect();
        text.push_str(&format!("。{}。", edits.join("；")));
        let note = self.trails.of_change(change.number);
        let note = self.document.note(note);
        self.say(vec![
            Run::noted(format!("第{}号变更", change.number), note),
            Run::plain(text),
        ]);
    }

    /// 提请会议议定的事项: changes that wait, points without a leading unit, targets without a source, what is to be answered for.
    pub(super) fn asked(&mut self) {
        self.heading(Level::First, "提请会议议定的事项");
        let from = self.document.blocks.len();
        self.waiting_changes();
        self.open_leads();
        self.open_sources();
        self.interviews();
        if self.document.blocks.len() == from {
            self.tell("没有需要会议议定的事项。");
        }
    }

    fn waiting_changes(&mut self) {
        let waiting: Vec<ChangeRequest> = self
            .plan
            .changes
            .values()
            .filter(|change| change.state == ChangeState::Requested)
            .cloned()
            .collect();
        if waiting.is_empty() {
            return;
        }
        self.heading(Level::Second, "待批准的变更");
        for change in &waiting {
            self.change(change);
        }
    }

    fn open_leads(&mut self) {
        let open: Vec<String> = self
            .plan
            .points
            .values()
            .filter(|point| point.lead.is_none())
            .map(|point| format!("要点{}“{}”", point.number, point.title))
            .collect();
        self.list("待明确牵头单位的要点", &open, "个");
    }

    fn open_sources(&mut self) {
        let is_open = |number: &u32| {
            let binding = self.plan.bindings.get(number);
            binding.is_none_or(|one| matches!(one.source, Source::Open))
        };
        let open: Vec<String> = self
            .plan
            .targets()
            .filter(|target| is_open(&target.number))
            .map(|target| format!("“{}”", target.wording()))
            .collect();
        self.list("待明确数据来源的指标", &open, "项");
    }

    fn interviews(&mut self) {
        let mut units: Vec<String> = self
            .listed
            .iter()
            .filter(|one| one.step == Step::Interview)
            .map(|one| {
                one.unit
                    .clone()
                    .unwrap_or_else(|| "牵头单位待定".to_owned())
            })
            .collect();
        units.sort();
        units.dedup();
        self.list("拟约谈的单位", &units, "家");
    }

    fn list(&mut self, title: &str, items: &[String], unit: &str) {
        if items.is_empty() {
            return;
        }
        self.heading(Level::Second, title);
        let mut runs = vec![Run::plain("共")];
        runs.push(self.counted(items.len() as u32, unit));
        runs.push(Run::plain(format!("：{}。", items.join("、"))));
        self.say(runs);
    }
}

fn edit_text(edit: &Edit) -> String {
    let item = item_text(&edit.item);
    if edit.op == Op::Remove {
        return format!("撤销{item}");
    }
    let fields = edit
        .fields
        .iter()
        .map(|(name, value)| format!("{}为{}", field_text(name), value_text(name, value)));
    let fields: Vec<String> = fields.collect();
    match edit.op {
        Op::Add => format!("在{item}下增加一项（{}）", fields.join("，")),
        _ => format!("{item}调整：{}", fields.join("，")),
    }
}

fn field_text(name: &str) -> &str {
    match name {
        "title" => "名称",
        "lead" => "牵头单位",
        "supports" => "配合单位",
        "counties" => "县（市、区）",
        "deliverable" => "成果形式",
        "due" => "时限",
        "quantity" => "份额",
        "share" => "进度份额",
        "value" => "目标值",
        "unit" => "计量单位",
        "comparison" => "比较",
        "baseline" => "基数",
        "kind" => "类别",
        "bound" => "变化幅度",
        "range" => "区间",
        other => other,
    }
}

fn value_text(name: &str, value: &Value) -> String {
    match value {
        Value::Null => "空".to_owned(),
        Value::String(text) => word_text(name, text),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(|one| value_text(name, one)).collect();
            values.join(if name == "range" { "至" } else { "、" })
        }
        other => other.to_string(),
    }
}

/// A word of a field; one of the program's in the words of an office.
fn word_text(name: &str, text: &str) -> String {
    let word = match name {
        "comparison" | "bound" => {
            let mut all = Comparison::ALL.into_iter();
            all.find(|one| one.sign() == text).map(Comparison::text)
        }
        "kind" => {
            let mut all = Kind::ALL.into_iter();
            all.find(|one| one.name() == text).map(Kind::text)
        }
        "unit" if unit_text(text).is_empty() => None,
        "unit" => return unit_text(text).into_owned(),
        _ => None,
    };
    let as_said = || text.parse().map_or_else(|_| text.to_owned(), date_text);
    word.map_or_else(as_said, ToOwned::to_owned)
}
