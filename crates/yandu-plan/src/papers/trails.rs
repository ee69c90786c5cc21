//! Where numbers of a paper come from: one footnote for each source, with the page on which a reader goes on.

use yandu_documents::{Note, date_text};

use super::Making;
use super::words::{period_text, who_text};
use crate::edit::Op;
use crate::plans::day_of;
use crate::record::{ChangeRequest, ChangeState, Evidence, EvidenceState, Figure, Plan, Way};
use crate::standing::Actual;
use yandu_words::{Grain, Period};

/// What is said of a metric in a footnote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricSource {
    pub title: String,
    /// The department that answers for the number.
    pub owner: String,
    /// The version of the data that it was made of.
    pub version: Option<u64>,
    /// The newest period with data.
    pub newest: Option<Period>,
    /// By how many days newer data is late.
    pub late_days: Option<i64>,
}

pub(super) struct Trails<'a> {
    plan: &'a Plan,
    /// The plan as it is now, whose values are in force.
    now: &'a Plan,
    making: Making<'a>,
}

impl<'a> Trails<'a> {
    pub(super) fn new(plan: &'a Plan, now: &'a Plan, making: Making<'a>) -> Self {
        Self { plan, now, making }
    }

    fn page(&self, more: &str) -> String {
        format!("{}/plans/{}{more}", self.making.address, self.plan.id)
    }

    /// Of what is counted over the items of the plan.
    pub(super) fn of_count(&self) -> Note {
        let day = date_text(self.making.today.day);
        Note {
            text: format!("按工作要点台账统计，截至{day}"),
            address: Some(self.page("?tab=tasks")),
            trail: Some(format!("plan/{}", self.plan.id)),
        }
    }

    /// Of items with their units and dates.
    pub(super) fn of_items(&self) -> Note {
        let approved = self
            .plan
            .changes
            .values()
            .filter_map(|change| change.baseline);
        let baseline = approved.max().unwrap_or(1);
        Note {
            text: format!("要点、任务、责任单位和时限以批准的第{baseline}号基线为准"),
            address: Some(self.page("?tab=tasks")),
            trail: Some(format!("plan/{}", self.plan.id)),
        }
    }

    /// Of what is listed by the rules of supervision.
    pub(super) fn of_rules(&self) -> Note {
        Note {
            text: "按督办规则（场景包“工作要点”的设置）列出，天数以当日计".to_owned(),
            address: Some(self.page("?tab=late")),
            trail: Some(format!("plan/{}", self.plan.id)),
        }
    }

    /// Of what a target asks for.
    pub(super) fn of_goal(&self, target: &Figure) -> Note {
        let literal = target.written();
        let corrected = if target.as_read.is_some() {
            "，经核对更正"
        } else {
            ""
        };
        let number = target.number;
        if let Some(change) = self.change_of(number) {
            return Note {
                text: format!("{}，文件原文为“{literal}”", self.request_text(change)),
                address: Some(self.page("?tab=changes")),
                trail: Some(format!("change/{}", change.number)),
            };
        }
        Note {
            text: format!("按文件原文“{literal}”{corrected}"),
            address: Some(self.page(&format!("?tab=text#target-{number}"))),
            trail: Some(format!("target/{number}")),
        }
    }

    /// The change by which a target asks for what it does.
    fn change_of(&self, number: u32) -> Option<&ChangeRequest> {
        const VALUES: [&str; 5] = ["value", "unit", "comparison", "bound", "range"];
        let item = format!("target/{number}");
        let made = self.now.changes.values().filter(|change| {
            change.state == ChangeState::Approved
                && change.edits.iter().any(|edit| {
                    edit.op == Op::Set
                        && edit.item == item
                        && VALUES.iter().any(|field| edit.fields.contains_key(*field))
                })
        });
        // The baseline tells which was made last.
        made.max_by_key(|change| change.baseline)
    }

    /// By which change, when, by whom and on what basis.
    fn request_text(&self, change: &ChangeRequest) -> String {
        let mut text = format!("按第{}号变更", change.number);
        if let Some(by) = &change.decided {
            let who = who_text(&by.who, self.making.names);
            text.push_str(&format!("，{}由{who}批准", date_text(day_of(by.at))));
        }
        if let Some(reason) = &change.requested.reason {
            text.push_str(&format!("，申请理由：{reason}"));
        }
        let opinion = change.decided.as_ref().and_then(|by| by.reason.as_ref());
        if let Some(opinion) = opinion {
            text.push_str(&format!("，决定意见：{opinion}"));
        }
        text
    }

    /// Of what is reached.
    pub(super) fn of_actual(&self, target: &Figure, actual: &Actual) -> Note {
        let binding = self.plan.bindings.get(&target.number);
        match binding.and_then(|one| one.source.measured()) {
            Some(measured) => self.of_metric(measured.metric, measured.way, actual),
            None => self.of_evidence(target, actual),
        }
    }

    fn of_metric(&self, metric: &str, way: Way, actual: &Actual) -> Note {
        let through = date_text(actual.as_of);
        let of_year = actual.period.filter(|one| one.grain() == Grain::Year);
        let span = match (of_year.map(period_text), way) {
            (Some(year), Way::YearSum) => format!("{year}累计，截至{through}"),
            // A level that is told by the year is no sum.
            (Some(year), _) => format!("{year}，截至{through}"),
            (None, _) => format!("截至{through}"),
        };
        let source = self.making.metrics.get(metric);
        let named = source.map_or_else(
            || format!("指标{metric}"),
            |source| format!("指标“{}”（{metric}）", source.title),
        );
        let version = source
            .and_then(|source| source.version)
            .map(|version| format!("，数据第{version}版"))
            .unwrap_or_default();
        let owner = source
            .map(|source| format!("，{}", source.owner))
            .unwrap_or_default();
        let late = source
            .and_then(|source| source.late_days)
            .map(|days| format!("，新数据已晚{days}天"))
            .unwrap_or_default();
        let missing = if actual.missing.is_empty() {
            String::new()
        } else {
            format!("，缺报：{}", actual.missing.join("、"))
        };
        let page = format!("{}/figures/{metric}", self.making.address);
        let (address, trail) = match actual.period {
            Some(period) => (
                format!("{page}?trail={period}"),
                format!("metric/{metric}@{period}"),
            ),
            None => (page, format!("metric/{metric}")),
        };
        Note {
            text: format!("{named}，{span}{version}{owner}{late}{missing}"),
            address: Some(address),
            trail: Some(trail),
        }
    }

    fn of_evidence(&self, target: &Figure, actual: &Actual) -> Note {
        let about = format!("target/{}", target.number);
        let fits = |one: &&Evidence| {
            one.about == about
                && one.state == EvidenceState::Accepted
                && one.said.on == actual.as_of
                && one.said.value == Some(actual.value)
        };
        let evidence = self.plan.evidence.values().rfind(fits);
        let text = evidence.map_or_else(
            || format!("经审核的证明材料，{}", date_text(actual.as_of)),
            |evidence| self.evidence_text(evidence),
        );
        Note {
            text,
            address: Some(self.page(&format!("?tab=text#target-{}", target.number))),
            trail: Some(evidence.map_or(about, |evidence| format!("evidence/{}", evidence.number))),
        }
    }

    fn evidence_text(&self, evidence: &Evidence) -> String {
        let mut text = format!(
            "经审核的第{}号证明材料，{}",
            evidence.number,
            date_text(evidence.said.on)
        );
        if let Some(source) = &evidence.said.source {
            text.push_str(&format!("，来源：{source}"));
        }
        let documents = evidence.said.documents.iter();
        let names: Vec<&str> = documents
            .filter_map(|hash| Some(self.plan.documents.get(hash)?.name.as_str()))
            .collect();
        if !names.is_empty() {
            text.push_str(&format!("，材料：{}", names.join("、")));
        }
        text
    }

    /// Of a change that was decided or asked for.
    pub(super) fn of_change(&self, number: u32) -> Note {
        Note {
            text: format!("第{number}号变更的申请和决定"),
            address: Some(self.page("?tab=changes")),
            trail: Some(format!("change/{number}")),
        }
    }

    /// Of the draft of the next plan.
    pub(super) fn of_next(&self) -> Note {
        Note {
            text: "下一年工作要点框架（草案），由本评估结果生成".to_owned(),
            address: Some(format!(
                "{}/api/v1/plans/{}/next",
                self.making.address, self.plan.id
            )),
            trail: Some(format!("plan/{}", self.plan.id)),
        }
    }
}
