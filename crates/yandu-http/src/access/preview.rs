//! What a change of rights would open and close, before it is made.

mod told;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_access::{Matchable, Proposal, ProposedPacks, Text};
use yandu_collect::trial;
use yandu_pack::Packs;
use yandu_policy::Action;
use yandu_words::id::DatasetId;

use super::Asker;
use super::accounts::{named_in, roles};
use super::grant::{NewGrant, grade, granted, number};
use super::negative::{NewEntry, entry, entry_number};
use super::policy::PolicyFinding;
use crate::Result;
use crate::classification::followed;
use crate::extract::Body;
use crate::problem::Problem;
use crate::state::State;
use told::Told;

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
    /// The packs that are offered now, in the place of those that are installed.
    Packs(OfferedPacks),
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

/// Which packs are offered is for their folders to say.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferedPacks {}

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
    /// Whether it is taken out of use, or put back.
    #[serde(default)]
    pub disabled: Option<bool>,
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
    /// What is wrong with the texts, or with the policies of the packs.
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
    /// Permits that would show nothing of a dataset, because they name a column that is another field then, or gone.
    pub findings: Vec<PolicyFinding>,
    /// Columns of which somebody could find out stored values then and not before, because they see them as a hash or encrypted and
    /// can deliver values of their own to the dataset.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matchable: Vec<MatchableColumns>,
}

/// Columns of a dataset whose stored values somebody could find out by values of their own.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MatchableColumns {
    pub dataset: String,
    pub columns: Vec<String>,
    /// How many accounts could.
    pub people: u64,
}

impl MatchableColumns {
    fn of(matchable: Matchable) -> Self {
        Self {
            dataset: matchable.dataset.to_string(),
            columns: matchable.columns.into_iter().collect(),
            people: matchable.people,
        }
    }
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
    /// How many of them have an account that is out of use: for them it opens when they are let in again.
    pub disabled: u64,
    /// Those of 50 kinds at most.
    pub who: Vec<DifferenceWho>,
}

/// A column before and after: `plain`, or masks such as `keep 3 4`; nothing where it is not there.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DifferenceColumn {
    /// With a stroke behind it where the name is another field's after the change: `mobile′`.
    pub name: String,
    /// In Chinese; absent of what no pack declares.
    pub title: Option<String>,
    pub title_en: Option<String>,
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
    /// Whether their accounts are out of use.
    pub is_disabled: bool,
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
    // Whoever keeps accounts looks at what becomes of an account, and whoever changes packs at what these would do.
    let is_own = match change {
        RightsChange::Account(_) => asker.may(&state, Action::ManageAccounts),
        RightsChange::Packs(_) => asker.may(&state, Action::Operate),
        _ => false,
    };
    if !is_own && !asker.may(&state, Action::ManagePolicies) {
        return Err(super::not_permitted());
    }
    let installed = state.collector().packs();
    let mut told = Told {
        texts: Vec::new(),
        packs: vec![installed],
    };
    let proposed = match change {
        RightsChange::Texts(texts) => {
            told.texts.clone_from(&texts);
            let texts = texts.into_iter();
            let texts = texts.map(|PolicyText { file, text }| Text { file, text });
            Proposal::Texts(texts.collect())
        }
        RightsChange::Packs(OfferedPacks {}) => {
            let offered = state.pack_changes()?.proposed().await?;
            let offered = offered.ok_or(yandu_collect::Error::NoPackOffer)?;
            told.texts = texts_of(&offered);
            let proposal = proposed_packs(&offered);
            told.packs.insert(0, Arc::new(offered));
            Proposal::Packs(proposal)
        }
        RightsChange::Grade(of) => {
            let (dataset, grade) = (parsed(&of.dataset)?, grade(&of.grade)?);
            Proposal::Grade {
                following: followed(&state, &dataset, &of.column, grade).await,
                column: of.column,
                dataset,
                grade,
            }
        }
        RightsChange::Grant(new) => Proposal::Grant(granted(new)?),
        RightsChange::Revocation(id) => Proposal::Revocation(number(&id)?),
        RightsChange::NegativeEntry(new) => Proposal::Entry(entry(new)?),
        RightsChange::Removal(id) => Proposal::Removal(entry_number(&id)?),
        RightsChange::Account(account) => moved(account)?,
    };
    let previewed = state.door().preview(asker.name(), proposed).await;
    let preview = match previewed {
        Ok(preview) => preview,
        Err(yandu_access::Error::Policies(problems)) if !told.texts.is_empty() => {
            let before = state.door().with_policies(|set| set.hash().to_string());
            return Ok(Json(RightsPreview {
                problems: problems.iter().map(|one| told.problem(one)).collect(),
                before,
                after: None,
                closes_ways_of: Vec::new(),
                lines: Vec::new(),
                opening: 0,
                closing: 0,
                changed: 0,
                same: 0,
                findings: Vec::new(),
                matchable: Vec::new(),
            }));
        }
        Err(error) => return Err(error.into()),
    };
    let opening = preview.lines.iter().filter(|line| line.is_opening).count() as u64;
    let lines = preview.lines.iter().take(LINES);
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
        lines: lines.map(|line| told.line(line)).collect(),
        findings: preview.findings.iter().map(PolicyFinding::of).collect(),
        matchable: preview
            .matchable
            .into_iter()
            .map(MatchableColumns::of)
            .collect(),
    }))
}

fn moved(account: AccountMove) -> Result<Proposal> {
    let change = yandu_access::AccountChange {
        roles: account.roles.map(roles).transpose()?,
        department: account.department,
        division: account.division,
        disabled: account.disabled,
        ..yandu_access::AccountChange::default()
    };
    Ok(Proposal::Account {
        id: named_in(&account.id)?,
        change,
    })
}

fn parsed(dataset: &str) -> Result<DatasetId> {
    let parsed = dataset.parse::<DatasetId>();
    parsed.map_err(|error| Problem::new("invalid-parameter", error.to_string()))
}

/// The policies of packs.
fn texts_of(packs: &Packs) -> Vec<PolicyText> {
    let texts = packs.policies().iter().map(|policy| PolicyText {
        file: policy.path.to_string_lossy().into(),
        text: policy.text.clone(),
    });
    texts.collect()
}

/// Packs as the door would be told of them.
fn proposed_packs(packs: &Packs) -> ProposedPacks {
    let tables = packs.datasets().map(|dataset| {
        let table = trial::spec(dataset);
        (table.id, table.schema)
    });
    ProposedPacks {
        city: packs.city(),
        sources: packs.policy_sources(),
        tables: tables.collect(),
    }
}
