//! 逐项指标: what each target asks for, what is reached, and how that stands.

use yandu_documents::{Align, Level, Run, Runs};

use super::Writer;
use crate::amount::goal_text;
use crate::record::Figure;
use crate::standing::{Lack, Lamp, TargetStanding};

/// What stands in the place of a number that is not for whoever asked for the paper.
pub(super) const HIDDEN: &str = "数据未显示";

impl Writer<'_> {
    pub(super) fn targets(&mut self) {
        self.heading(Level::First, "逐项指标完成情况");
        let targets = self.targets_in_order();
        if targets.is_empty() {
            self.tell("工作要点没有提出数字指标。");
            return;
        }
        self.target_table(targets, ("状态", 7), |stands| {
            let state = stands.lamp.text();
            // That its data is not shown stands in the place of its number.
            let lack = stands.lack.filter(|_| !stands.is_hidden);
            lack.map_or_else(
                || state.to_owned(),
                |lack| format!("{state}，{}", lack.text()),
            )
        });
    }

    /// A table of targets, whose last column says what is told of each.
    pub(super) fn target_table(
        &mut self,
        targets: Vec<(Figure, TargetStanding)>,
        (title, width): (&str, u16),
        told: impl Fn(&TargetStanding) -> String,
    ) {
        let rows = targets.into_iter().map(|(target, stands)| {
            let mut cells = self.told_cells(&target, &stands);
            cells.push(vec![Run::plain(told(&stands))]);
            cells
        });
        let rows = rows.collect();
        self.table(
            &[
                ("要点", 3, Align::Centre),
                ("指标", 8, Align::Left),
                ("目标值", 5, Align::Left),
                ("实际值", 4, Align::Left),
                ("数据截至", 4, Align::Centre),
                (title, width, Align::Left),
            ],
            rows,
        );
    }

    /// Targets with how they stand, by their points.
    pub(super) fn targets_in_order(&self) -> Vec<(Figure, TargetStanding)> {
        let mut targets: Vec<_> = self
            .plan
            .targets()
            .filter_map(|target| {
                let stands = self.standing.targets.get(&target.number)?;
                Some((target.clone(), stands.clone()))
            })
            .collect();
        targets.sort_by_key(|(target, _)| (target.point.unwrap_or(u32::MAX), target.number));
        targets
    }

    /// Point, wording, what is asked for, what is reached, and until when that is known.
    fn told_cells(&mut self, target: &Figure, stands: &TargetStanding) -> Vec<Runs> {
        let goal = self.trails.of_goal(target);
        let goal = Run::noted(goal_text(&target.said), self.document.note(goal));
        let actual = self.actual_run(target, stands);
        vec![
            vec![Run::plain(
                target
                    .point
                    .map_or_else(String::new, |point| point.to_string()),
            )],
            vec![Run::plain(target.wording())],
            vec![goal],
            vec![actual],
            vec![Run::plain(self.as_of(stands))],
        ]
    }

    /// What is reached, and that nothing is known where nothing is.
    pub(super) fn actual_run(&mut self, target: &Figure, stands: &TargetStanding) -> Run {
        if stands.is_hidden {
            return Run::plain(HIDDEN);
        }
        let (Some(actual), Some(told)) = (&stands.actual, &stands.told) else {
            return Run::plain(if stands.closed.is_some() {
                "已有经审核的证明材料"
            } else {
                "没有数据"
            });
        };
        let note = self.trails.of_actual(target, actual);
        Run::noted(told.to_string(), self.document.note(note))
    }

    /// The day until which data is there, and by how much it is behind that of the paper.
    fn as_of(&self, stands: &TargetStanding) -> String {
        let Some(actual) = &stands.actual else {
            return "—".to_owned();
        };
        let day = actual.as_of;
        let short = self.short(day);
        let behind = (self.making.today.day - day).get_days();
        // Closed by then, nothing newer is needed.
        if behind > 0 && stands.closed.is_none() {
            format!("{short}，滞后{behind}天")
        } else {
            short
        }
    }

    /// Whether a target was met, as the review of a year says it.
    pub(super) fn verdict(stands: &TargetStanding) -> &'static str {
        match (stands.lamp, &stands.actual) {
            (Lamp::Done, _) => "达到",
            (Lamp::DoneLate, _) => "逾期达到",
            _ if stands.is_hidden => HIDDEN,
            (_, None) => "没有数据",
            _ if stands.lack == Some(Lack::AreasMissing) => Lack::AreasMissing.text(),
            _ => "未达到",
        }
    }
}
