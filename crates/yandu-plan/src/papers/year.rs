//! 年终评估: each target met or not, why not, and what goes on.

use yandu_documents::{Align, Level, Run, date_text};

use super::Writer;
use super::figures::HIDDEN;
use crate::amount::{amount, change_text};
use crate::next::{Carried, next_frame};
use crate::plans::day_of;
use crate::reading::Comparison;
use crate::record::{ChangeState, EvidenceState, Figure};
use crate::standing::{Lack, TargetStanding};

impl Writer<'_> {
    /// 逐项指标评估.
    pub(super) fn assessed(&mut self) {
        self.heading(Level::First, "逐项指标评估");
        let targets = self.targets_in_order();
        if targets.is_empty() {
            self.tell("工作要点没有提出数字指标。");
            return;
        }
        let mut verdicts = vec!["达到", "逾期达到", "未达到", "没有数据"];
        for rare in [Lack::AreasMissing.text(), HIDDEN] {
            if targets
                .iter()
                .any(|(_, stands)| Self::verdict(stands) == rare)
            {
                verdicts.push(rare);
            }
        }
        let mut runs = vec![Run::plain("指标评估结果：")];
        for (place, verdict) in verdicts.into_iter().enumerate() {
            let own = targets
                .iter()
                .filter(|(_, stands)| Self::verdict(stands) == verdict);
            let count = own.count() as u32;
            runs.push(Run::plain(if place == 0 {
                verdict.to_owned()
            } else {
                format!("，{verdict}")
            }));
            runs.push(self.counted(count, "项"));
        }
        runs.push(Run::plain("。"));
        self.say(runs);
        self.target_table(targets, ("评估", 6), |stands| {
            let closed = stands
                .closed
                .map(|closed| format!("（{}）", date_text(closed.on)));
            format!("{}{}", Self::verdict(stands), closed.unwrap_or_default())
        });
    }

    /// 未达到的指标和原因: what is on record, and that nothing is where nothing is.
    pub(super) fn reasons(&mut self) {
        let targets = self.targets_in_order();
        if targets.is_empty() {
            // The assessment says so.
            return;
        }
        self.heading(Level::First, "未达到的指标和原因");
        let open: Vec<_> = targets
            .iter()
            .filter(|(_, stands)| stands.closed.is_none())
            .collect();
        if open.is_empty() {
            self.tell("没有未达到的指标。");
            return;
        }
        for (target, stands) in open {
            let lead = self.plan.lead_of(target);
            let lead = lead.map_or("牵头单位待定", String::as_str);
            self.heading(Level::Third, target.wording());
            let mut runs = vec![Run::plain(format!("责任单位：{lead}。实际值："))];
            runs.push(self.actual_run(target, stands));
            runs.push(Run::plain(format!("。{}", self.why(target, stands))));
            self.say(runs);
        }
    }

    fn why(&self, target: &Figure, stands: &TargetStanding) -> String {
        let lack = if stands.is_hidden {
            HIDDEN
        } else {
            stands.lack.map_or("", |lack| lack.text())
        };
        let mut text = format!("认定：{lack}。");
        if stands.is_reopened {
            text.push_str("曾经达到，后又回落。");
        }
        let about = format!("target/{}", target.number);
        let returned = self
            .plan
            .evidence
            .values()
            .filter(|one| one.about == about && one.state == EvidenceState::Returned);
        let mut reasons: Vec<String> = returned
            .filter_map(|one| {
                let by = one.decided.as_ref()?;
                let reason = by.reason.as_ref()?;
                let number = one.number;
                Some(format!(
                    "第{number}号证明材料{}退回：{reason}",
                    date_text(day_of(by.at))
                ))
            })
            .collect();
        let item = format!("target/{}", target.number);
        let changes = self.plan.changes.values().filter(|change| {
            change.state == ChangeState::Approved
                && change.edits.iter().any(|edit| edit.item == item)
        });
        reasons.extend(changes.filter_map(|change| {
            let reason = change.requested.reason.as_ref()?;
            Some(format!("第{}号变更：{reason}", change.number))
        }));
        if reasons.is_empty() {
            text.push_str("责任单位没有书面说明原因。");
        } else {
            text.push_str(&format!("在案说明：{}。", reasons.join("；")));
        }
        text
    }

    /// 结转下一年.
    pub(super) fn carried(&mut self) {
        self.heading(Level::First, "结转下一年的事项");
        let frame = next_frame(self.plan, self.standing);
        let points = frame.points.iter();
        let carried: Vec<Carried> = points
            .clone()
            .flat_map(|point| point.carried.clone())
            .collect();
        let tasks: Vec<String> = points.flat_map(|point| point.tasks.clone()).collect();
        if carried.is_empty() && tasks.is_empty() {
            self.tell("没有结转的事项。");
        } else {
            let mut runs = vec![Run::plain("结转指标")];
            runs.push(self.counted(carried.len() as u32, "项"));
            runs.push(Run::plain("，结转任务"));
            runs.push(self.counted(tasks.len() as u32, "项"));
            runs.push(Run::plain("。"));
            self.say(runs);
        }
        if !carried.is_empty() {
            let rows = carried.iter().map(|one| self.carried_row(one)).collect();
            self.table(
                &[
                    ("指标", 9, Align::Left),
                    ("已完成", 5, Align::Left),
                    ("尚缺", 5, Align::Left),
                    ("说明", 6, Align::Left),
                ],
                rows,
            );
        }
        for task in &tasks {
            self.tell(format!("继续推进：{task}。"));
        }
        let note = self.trails.of_next();
        let note = self.document.note(note);
        self.say(vec![
            Run::plain("据此形成"),
            Run::noted(format!("《{}》框架草案", frame.title), note),
            Run::plain("，供拟订下一年工作要点时修改使用。"),
        ]);
    }

    fn carried_row(&mut self, carried: &Carried) -> Vec<yandu_documents::Runs> {
        let target = self.plan.figures.get(&carried.target).cloned();
        let stands = self.standing.targets.get(&carried.target).cloned();
        let unit = target
            .as_ref()
            .map(|one| one.said.unit.clone())
            .unwrap_or_default();
        let is_change = target
            .as_ref()
            .is_some_and(|one| one.said.comparison == Comparison::Change);
        let reached = match (&target, &stands) {
            (Some(target), Some(stands)) => self.actual_run(target, stands),
            _ => Run::plain("没有数据"),
        };
        let is_hidden = stands.is_some_and(|stands| stands.is_hidden);
        let note = self.trails.of_count();
        let note = self.document.note(note);
        let gap = carried
            .gap
            .filter(|_| carried.measured.is_some())
            .map_or_else(
                || Run::plain(if is_hidden { HIDDEN } else { "没有数据" }),
                |gap| {
                    let text = if is_change {
                        change_text(gap, &unit)
                    } else {
                        amount(gap, &unit)
                    };
                    Run::noted(text, note)
                },
            );
        let why = if carried.goes_on {
            "时限在以后年度，继续推进"
        } else {
            "本年度未达到"
        };
        vec![
            vec![Run::plain(&carried.literal)],
            vec![reached],
            vec![gap],
            vec![Run::plain(why)],
        ]
    }
}
