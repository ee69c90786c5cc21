//! What a change of rights would open and close, before it is made.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State as Shared;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_access::{Line, Proposal, Text, Who};
use yandu_policy::{Action, ColumnStep, StepKind, text_of_mask};
use yandu_words::Mask;

use super::Asker;
use super::accounts::{named_in, roles};
use super::grant::{NewGrant, grade, granted, number};
use super::negative::{NewEntry, entry, entry_number};
use crate::Result;
use crate::classification::followed;
use crate::extract::Body;
use crate::problem::Problem;
use crate::state::State;

/// The largest lines that are told; of the rest their number is.
const LINES: usize = 500;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(preview_rights))
}

/// A change of rights that is looked at.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum RightsChange {
    /// Texts of policies in the place of those of the city's own folder.
    Texts(Vec<PolicyText>),
    Grant(NewGrant),
    /// The number of a grant that is to be revoked.
    Revocation(String),
    NegativeEntry(NewEntry),
    /// The number of an entry that is to be taken off the negative list.
    Removal(String),
    Account(AccountMove),
    Grade(ColumnGrade),
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyText {
    #[schema(example = "own.cedar")]
    pub file: String,
    /// In Cedar.
    pub text: String,
}

/// What an account is to be. What is left out stays.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountMove {
    pub id: String,
    #[serde(default)]
    pub roles: Option<BTreeSet<String>>,
    #[serde(default)]
    pub department: Option<String>,
    #[serde(default)]
    pub division: Option<String>,
}

/// The grade that a column is to have.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnGrade {
    pub dataset: String,
    pub column: String,
    #[schema(example = "general-3")]
    pub grade: String,
}

/// What a change would do.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RightsPreview {
    /// The set of policies in force. The change can be bound to it by `If-Match`.
    pub before: String,
    /// The set that would be; absent where the texts have errors.
    pub after: Option<String>,
    /// What is wrong with the texts.
    pub problems: Vec<TextProblem>,
    /// Roles of administrators that nobody could act in any more. Nothing holds such a file of policies back.
    pub closes_ways_of: Vec<String>,
    /// The largest first, 500 at most.
    pub lines: Vec<DifferenceLine>,
    pub opening: u64,
    pub closing: u64,
    /// Pairs of an account and a dataset that change.
    pub changed: u64,
    /// Pairs that stay as they are.
    pub same: u64,
}

/// Something wrong with a text of policies.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TextProblem {
    pub file: String,
    /// Counted from 1; absent where it is about the whole.
    pub line: Option<u64>,
    /// In characters from 1.
    pub column: Option<u64>,
    /// How many characters are meant.
    pub length: Option<u64>,
    pub message: String,
    pub help: Option<String>,
}

/// Something that opens or closes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DifferenceLine {
    pub is_opening: bool,
    /// Absent where it is about the city.
    pub dataset: Option<String>,
    /// `reading`, `columns`, `rows` or `duty`.
    pub kind: String,
    /// The action of a duty.
    pub action: Option<String>,
    pub columns: Vec<DifferenceColumn>,
    /// Conditions on rows before, of which one is enough; empty where all rows are shown, or none.
    pub rows_before: Vec<String>,
    pub rows_after: Vec<String>,
    /// Rows that one of them sees; absent where they were not counted.
    pub count_before: Option<u64>,
    pub count_after: Option<u64>,
    /// Only on these ways; on all where it is empty.
    pub ways: Vec<String>,
    /// Only for these purposes; `*` is any other, and an empty text none. For all where it is empty.
    pub purposes: Vec<String>,
    pub people: u64,
    pub who: Vec<DifferenceWho>,
}

/// A column before and after: `plain`, or masks such as `keep 3 4`; nothing where it is not there.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DifferenceColumn {
    pub name: String,
    pub before: Vec<String>,
    pub after: Vec<String>,
}

/// Accounts of one kind, roles, department and division.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DifferenceWho {
    /// `person`, `service`, `organisation` or `visitor`.
    pub kind: String,
    pub roles: BTreeSet<String>,
    pub department: Option<String>,
    pub division: Option<String>,
    pub count: u64,
    /// Some of them.
    pub accounts: Vec<String>,
}

/// Says what a change of rights would open and close. Nothing is changed.
#[utoipa::path(post, path = "/policies/preview", tag = "access", request_body = RightsChange, responses((status = 200, body = RightsPreview), Problem))]
async fn preview_rights(
    Shared(state): Shared<State>,
    asker: Asker,
    Body(change): Body<RightsChange>,
) -> Result<Json<RightsPreview>> {
    // Whoever keeps accounts looks at what becomes of an account, and at nothing else.
    let is_of_account = matches!(change, RightsChange::Account(_));
    if !is_of_account && !asker.may(&state, Action::ManagePolicies) {
        return Err(super::not_permitted());
    }
    let texts = match &change {
        RightsChange::Texts(texts) => texts.clone(),
        _ => Vec::new(),
    };
    let mut proposed = proposal(change)?;
    if let Proposal::Grade {
        dataset,
        column,
        grade,
        following,
    } = &mut proposed
    {
        *following = followed(&state, dataset, column, *grade).await;
    }
    let previewed = state.door().preview(asker.name(), proposed).await;
    let preview = match previewed {
        Ok(preview) => preview,
        Err(yandu_access::Error::Policies(problems)) if !texts.is_empty() => {
            let before = state.door().with_policies(|set| set.hash().to_string());
            return Ok(Json(RightsPreview {
                problems: problems.iter().map(|one| problem(one, &texts)).collect(),
                before,
                after: None,
                closes_ways_of: Vec::new(),
                lines: Vec::new(),
                opening: 0,
                closing: 0,
                changed: 0,
                same: 0,
            }));
        }
        Err(error) => return Err(error.into()),
    };
    let opening = preview.lines.iter().filter(|line| line.is_opening).count() as u64;
    Ok(Json(RightsPreview {
        before: preview.before.to_string(),
        after: Some(preview.after.to_string()),
        problems: Vec::new(),
        closes_ways_of: preview
            .closes_ways_of
            .iter()
            .map(|role| (*role).to_owned())
            .collect(),
        opening,
        closing: preview.lines.len() as u64 - opening,
        changed: preview.changed,
        same: preview.pairs.saturating_sub(preview.changed),
        lines: preview.lines.into_iter().take(LINES).map(line).collect(),
    }))
}

fn proposal(change: RightsChange) -> Result<Proposal> {
    let invalid =
        |error: yandu_words::IdError| Problem::new("invalid-parameter", error.to_string());
    Ok(match change {
        RightsChange::Texts(texts) => Proposal::Texts(
            texts
                .into_iter()
                .map(|PolicyText { file, text }| Text { file, text })
                .collect(),
        ),
        RightsChange::Grant(new) => Proposal::Grant(granted(new)?),
        RightsChange::Revocation(id) => Proposal::Revocation(number(&id)?),
        RightsChange::NegativeEntry(new) => Proposal::Entry(entry(new)?),
        RightsChange::Removal(id) => Proposal::Removal(entry_number(&id)?),
        RightsChange::Account(account) => {
            let change = yandu_access::AccountChange {
                roles: account.roles.map(roles).transpose()?,
                department: account.department,
                division: account.division,
                ..yandu_access::AccountChange::default()
            };
            Proposal::Account {
                id: named_in(&account.id)?,
                change,
            }
        }
        RightsChange::Grade(of) => Proposal::Grade {
            dataset: of.dataset.parse().map_err(invalid)?,
            column: of.column,
            grade: grade(&of.grade)?,
            following: BTreeMap::new(),
        },
    })
}

fn problem(problem: &yandu_policy::Problem, texts: &[PolicyText]) -> TextProblem {
    let text = texts.iter().find(|text| text.file == *problem.file);
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

fn line(line: Line) -> DifferenceLine {
    let rows = |rows: Vec<Option<std::sync::Arc<str>>>| -> Vec<String> {
        rows.into_iter()
            .flatten()
            .map(|rows| rows.to_string())
            .collect()
    };
    let masks = |masks: Vec<Option<Mask>>| -> Vec<String> {
        let text = |mask: &Option<Mask>| {
            mask.as_ref()
                .map_or_else(|| "plain".to_owned(), text_of_mask)
        };
        masks.iter().map(text).collect()
    };
    let mut columns = Vec::new();
    let (mut rows_before, mut rows_after, mut action) = (Vec::new(), Vec::new(), None);
    let kind = match line.kind {
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
                columns.push(DifferenceColumn {
                    name,
                    before,
                    after,
                });
            }
            if line.is_opening {
                rows_after = rows(conditions);
            } else {
                rows_before = rows(conditions);
            }
            "reading"
        }
        StepKind::Columns(steps) => {
            let steps = steps.into_iter().map(
                |ColumnStep {
                     name,
                     before,
                     after,
                 }| DifferenceColumn {
                    name,
                    before: masks(before),
                    after: masks(after),
                },
            );
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
        dataset: line.dataset.map(|id| id.to_string()),
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
        who: line.who.into_iter().map(who).collect(),
    }
}

fn who(who: Who) -> DifferenceWho {
    DifferenceWho {
        kind: who.like.kind.type_name().to_lowercase(),
        roles: who.like.roles,
        department: who.like.department,
        division: who.like.division,
        count: who.count,
        accounts: who.accounts,
    }
}
