//! What a preview says, in the words of the interface.

use std::collections::BTreeSet;
use std::sync::Arc;

use yandu_access::{Line, Who};
use yandu_pack::Packs;
use yandu_policy::{Problem, StepKind, text_of_mask};
use yandu_words::Mask;
use yandu_words::id::DatasetId;

use super::{DifferenceColumn, DifferenceLine, DifferenceWho, PolicyText, TextProblem};

/// What a change is told by.
pub(super) struct Told {
    /// The texts that problems can be in.
    pub(super) texts: Vec<PolicyText>,
    /// Those after the change, and those before where they are others.
    pub(super) packs: Vec<Arc<Packs>>,
}

impl Told {
    pub(super) fn problem(&self, problem: &Problem) -> TextProblem {
        let text = self.texts.iter().find(|text| text.file == *problem.file);
        let place = text.zip(problem.span.clone()).and_then(|(text, span)| {
            let before = text.text.get(..span.start)?;
            let meant = text.text.get(span)?;
            let column = before.rsplit('\n').next()?.chars().count() + 1;
            Some((
                before.matches('\n').count() as u64 + 1,
                column as u64,
                meant.chars().count() as u64,
            ))
        });
        TextProblem {
            file: problem.file.to_string(),
            line: place.map(|(line, ..)| line),
            column: place.map(|(_, column, _)| column),
            length: place.map(|(.., length)| length),
            message: problem.message.clone(),
            help: problem.help.clone(),
        }
    }

    pub(super) fn line(&self, line: &Line) -> DifferenceLine {
        let rows = |rows: &[Option<Arc<str>>]| -> Vec<String> {
            let rows = rows.iter().flatten();
            rows.map(ToString::to_string).collect()
        };
        let masks = |masks: &[Option<Mask>]| -> Vec<String> {
            let text = |mask: &Option<Mask>| {
                mask.as_ref()
                    .map_or_else(|| "plain".to_owned(), text_of_mask)
            };
            masks.iter().map(text).collect()
        };
        let mut columns = Vec::new();
        let (mut rows_before, mut rows_after, mut action) = (Vec::new(), Vec::new(), None);
        let column =
            |name: &str, before, after| self.column(line.dataset.as_ref(), name, before, after);
        let kind = match &line.kind {
            StepKind::Duty(duty) => {
                action = Some(duty.name().to_owned());
                "duty"
            }
            StepKind::Reading {
                columns: shown,
                rows: conditions,
            } => {
                for (name, shown) in shown {
                    let (before, after) = if line.is_opening {
                        (Vec::new(), masks(shown))
                    } else {
                        (masks(shown), Vec::new())
                    };
                    columns.push(column(name, before, after));
                }
                if line.is_opening {
                    rows_after = rows(conditions);
                } else {
                    rows_before = rows(conditions);
                }
                "reading"
            }
            StepKind::Columns(steps) => {
                let steps = steps.iter();
                let steps =
                    steps.map(|one| column(&one.name, masks(&one.before), masks(&one.after)));
                columns.extend(steps);
                "columns"
            }
            StepKind::Rows { before, after } => {
                (rows_before, rows_after) = (rows(before), rows(after));
                "rows"
            }
        };
        let ways: BTreeSet<&str> = line
            .circumstances
            .iter()
            .map(|one| one.way.name())
            .collect();
        let purposes: BTreeSet<String> = line
            .circumstances
            .iter()
            .map(|one| one.purpose.clone().unwrap_or_default())
            .collect();
        DifferenceLine {
            is_opening: line.is_opening,
            dataset: line.dataset.as_ref().map(ToString::to_string),
            kind: kind.to_owned(),
            action,
            columns,
            rows_before,
            rows_after,
            count_before: line.rows.map(|(before, _)| before),
            count_after: line.rows.map(|(_, after)| after),
            ways: ways.into_iter().map(ToOwned::to_owned).collect(),
            purposes: purposes.into_iter().collect(),
            people: line.people,
            disabled: line.disabled,
            who: line.who.iter().map(who).collect(),
        }
    }

    /// A column with its title: that of the packs after the change, or else of those before.
    fn column(
        &self,
        dataset: Option<&DatasetId>,
        name: &str,
        before: Vec<String>,
        after: Vec<String>,
    ) -> DifferenceColumn {
        let former = name.strip_suffix('′');
        let packs = self
            .packs
            .iter()
            .skip(usize::from(former.is_some() && self.packs.len() > 1));
        let declared = dataset.and_then(|id| {
            let mut datasets = packs.filter_map(|packs| packs.dataset(id));
            datasets.find_map(|dataset| dataset.column(former.unwrap_or(name)))
        });
        DifferenceColumn {
            name: name.to_owned(),
            title: declared.map(|column| column.title.zh.clone()),
            title_en: declared.and_then(|column| column.title.en.clone()),
            before,
            after,
        }
    }
}

fn who(who: &Who) -> DifferenceWho {
    DifferenceWho {
        kind: who.like.kind.type_name().to_lowercase(),
        roles: who.like.roles.clone(),
        department: who.like.department.clone(),
        division: who.like.division.clone(),
        is_disabled: who.is_disabled,
        count: who.count,
        accounts: who.accounts.clone(),
    }
}
