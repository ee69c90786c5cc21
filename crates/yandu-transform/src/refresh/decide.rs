//! Whether what changed can be followed, and if not, why not.

use std::collections::BTreeMap;

use yandu_lake::{Changes, Followed, Version, Ways};
use yandu_words::id::DatasetId;

use crate::model::Model;
use crate::run::{Mode, Run};
use crate::transform::Transform;
use crate::{Error, Result};

/// A change of more than one in this many rows of an input is computed in full: following it would cost as much.
pub(super) const SHARE: u64 = 10;
/// A change of so few rows is followed whatever its share.
pub(super) const FEW: u64 = 1_000;
/// A change of more rows is not held in memory.
const MANY: u64 = 1_000_000;

/// What stands for the way in which groups are kept; changes when an older program's could not be continued.
const FORM: &str = "1";

/// How a model is refreshed, with the reason in words.
#[derive(Debug)]
pub(super) enum Decision {
    Unchanged(String),
    Whole(String),
    Steps(Vec<Step>, String),
}

/// The change of one input.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) input: DatasetId,
    pub(super) from: Version,
    pub(super) to: Version,
    pub(super) added: u64,
    pub(super) removed: u64,
    pub(super) commits: u64,
    pub(super) way: Way,
}

/// How the change of one input is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// The changed rows alone tell; other inputs may be cut down by their values in a column.
    Alone { cut: Option<Followed> },
    /// What shares values of a column with the changed rows tells, before the change and after it.
    Keyed { by: Followed },
}

impl Way {
    /// The way for an input of a model of which groups are kept, or none.
    pub(super) fn of(ways: &Ways, groups: bool, has_state: bool) -> Result<Self, String> {
        if groups && !has_state {
            let by = ways.regroup.clone();
            return by.map(|by| Self::Keyed { by }).ok_or_else(|| {
                "nothing was kept of the groups, which are too many or of values that cannot be counted on".to_owned()
            });
        }
        match (&ways.bar, &ways.key) {
            (None, _) => Ok(Self::Alone {
                cut: ways.cut.clone(),
            }),
            (Some(_), Some(by)) => Ok(Self::Keyed { by: by.clone() }),
            (Some(why), None) => Err(why.clone()),
        }
    }
}

impl Way {
    /// The column by which a query is cut down, if it is.
    pub(super) fn followed(&self) -> Option<&Followed> {
        match self {
            Self::Alone { cut } => cut.as_ref(),
            Self::Keyed { by } => Some(by),
        }
    }
}

impl Decision {
    pub(super) fn why(&self) -> String {
        match self {
            Self::Unchanged(why) | Self::Whole(why) | Self::Steps(_, why) => why.clone(),
        }
    }

    pub(super) fn mode(&self) -> Mode {
        match self {
            Self::Unchanged(_) => Mode::Unchanged,
            Self::Whole(_) => Mode::Full,
            Self::Steps(..) => Mode::Incremental,
        }
    }
}

impl Transform {
    /// Stands for the query, the columns and the key: with other ones the rows of a run are not continued.
    pub(crate) fn fingerprint(&self, model: &Model) -> String {
        let packs = self.packs();
        let file = packs.dataset(&model.id).map(|dataset| {
            let columns: Vec<String> = dataset
                .schema()
                .fields()
                .iter()
                .map(|field| format!("{} {}", field.name(), field.data_type()))
                .collect();
            format!("{:?} {:?}", dataset.file().key, columns)
        });
        let text = format!("{FORM}\n{}\n{}", model.sql, file.unwrap_or_default());
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }

    pub(super) async fn decide(
        &self,
        model: &Model,
        last: Option<&Run>,
        versions: &BTreeMap<DatasetId, Option<Version>>,
        full: bool,
    ) -> Result<Decision> {
        if full {
            return Ok(Decision::Whole("asked for in full".to_owned()));
        }
        let Some(last) = last else {
            return Ok(Decision::Whole("it has never been refreshed".to_owned()));
        };
        if last.fingerprint != self.fingerprint(model) {
            let why = "its query, its columns or a setting changed";
            return Ok(Decision::Whole(why.to_owned()));
        }
        if let Some(why) = self.displaced(last).await? {
            return Ok(Decision::Whole(why));
        }
        let packs = self.packs();
        let dataset = packs
            .dataset(&model.id)
            .ok_or_else(|| Error::NoModel(model.id.to_string()))?;
        let bar = model.bar(dataset);
        let mut steps = Vec::new();
        for (input, to) in versions {
            let Some(from) = last.inputs.get(input).map(|span| span.to) else {
                return Ok(Decision::Whole(format!("`{input}` was not read before")));
            };
            if from == *to {
                continue;
            }
            let (from, to) = match (from, *to) {
                (Some(from), Some(to)) => (from, to),
                (None, _) => {
                    return Ok(Decision::Whole(format!("`{input}` was absent before")));
                }
                (Some(_), None) => {
                    return Ok(Decision::Whole(format!("`{input}` is absent now")));
                }
            };
            let step = match self.step_of(input, from, to).await? {
                Ok(Some(step)) => step,
                Ok(None) => continue,
                Err(why) => return Ok(Decision::Whole(why)),
            };
            if let Some(bar) = bar {
                return Ok(Decision::Whole(bar));
            }
            let ways = model
                .derivation
                .ways
                .get(input)
                .cloned()
                .unwrap_or_default();
            match Way::of(&ways, model.groups(), last.state.is_some()) {
                Ok(way) => steps.push(Step { way, ..step }),
                Err(why) => return Ok(Decision::Whole(format!("`{input}` changed and {why}"))),
            }
        }
        if steps.is_empty() {
            return Ok(Decision::Unchanged(
                "no row that it reads changed".to_owned(),
            ));
        }
        let why = steps
            .iter()
            .map(
                |Step {
                     input,
                     added,
                     removed,
                     way,
                     ..
                 }| {
                    let how = match way {
                        Way::Alone { .. } => String::new(),
                        Way::Keyed { by } => format!(", followed by `{}`", by.column),
                    };
                    format!("`{input}`: {added} rows came, {removed} went{how}")
                },
            )
            .collect::<Vec<_>>()
            .join("; ");
        Ok(Decision::Steps(steps, why))
    }

    /// The change of an input, `None` when it changed no row; why it is not followed.
    async fn step_of(
        &self,
        input: &DatasetId,
        from: Version,
        to: Version,
    ) -> Result<Result<Option<Step>, String>> {
        let (added, removed, commits) = match self.lake().changes(input, from, to).await? {
            Changes::Known {
                added,
                removed,
                commits,
            } => (added, removed, commits),
            Changes::Unknown(why) => return Ok(Err(format!("`{input}` changed: {why}"))),
        };
        let changed = added + removed;
        if changed == 0 {
            return Ok(Ok(None));
        }
        if changed > FEW {
            let rows = self.session().count(input).await?.rows;
            if changed > MANY || changed.saturating_mul(SHARE) > rows {
                let why = format!("`{input}` has {rows} rows, and {changed} of them came or went");
                return Ok(Err(why));
            }
        }
        Ok(Ok(Some(Step {
            input: input.clone(),
            from,
            to,
            added,
            removed,
            commits,
            way: Way::Alone { cut: None },
        })))
    }
}
