//! The policies in force, and what somebody sees under them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use axum::http::header;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_access::Fault;
use yandu_policy::{
    Because, Circumstances, Finding, Lost, Policies, Principal, Seen, Shown, Way, text_of_mask,
};
use yandu_words::id::DatasetId;

use super::accounts::named_in;
use super::preview::TextProblem;
use crate::Result;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::state::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list_policies))
        .routes(routes!(show_schema))
        .routes(routes!(show_sights))
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PolicyLine {
    /// Where it stands, and its name there.
    #[schema(example = "population/clerk-own-township")]
    pub id: String,
    pub about: Option<String>,
    pub basis: Option<String>,
    /// In Cedar.
    pub text: String,
}

/// A permit that shows nothing of a dataset, because it names a column that is another field by now, or gone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PolicyFinding {
    #[schema(example = "population/clerk-own-township")]
    pub policy: String,
    pub dataset: String,
    /// As the policy names it.
    pub column: String,
    /// `another` where the name is another field's, `gone` where no column is the field any more.
    pub lost: String,
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl PolicyFinding {
    pub(super) fn of(finding: &Finding) -> Self {
        let lost = match finding.lost {
            Lost::Another => "another",
            Lost::Gone => "gone",
        };
        Self {
            policy: finding.policy.to_string(),
            dataset: finding.dataset.to_string(),
            column: finding.column.clone(),
            lost: lost.to_owned(),
            message: finding.to_string(),
            help: Finding::HELP.to_owned(),
        }
    }
}

/// Policies that should be in force and have an error.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PolicyFault {
    /// What is in force in their place: `former`, the texts of the city's folder that were in force last, or `nothing` but what the
    /// program itself permits.
    pub in_force: String,
    /// What is wrong, for administrators; nobody else is told.
    pub problems: Vec<TextProblem>,
}

impl PolicyFault {
    pub(super) fn of(fault: &Fault, is_for_administrators: bool) -> Self {
        let problems = fault.problems.iter().filter(|_| is_for_administrators);
        Self {
            in_force: if fault.holds_former {
                "former"
            } else {
                "nothing"
            }
            .to_owned(),
            problems: problems
                .map(|problem| TextProblem {
                    file: problem.file.to_string(),
                    line: problem.line,
                    column: problem.column,
                    length: None,
                    message: problem.message.clone(),
                    help: problem.help.clone(),
                })
                .collect(),
        }
    }
}

/// The set of policies in force.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PolicyList {
    /// Names the set; another one is another set.
    pub hash: String,
    pub policies: Vec<PolicyLine>,
    /// Permits of theirs that show nothing of a dataset.
    pub findings: Vec<PolicyFinding>,
    /// Why these are not what packs and the city's folder say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<PolicyFault>,
}

/// How a column is seen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SeenColumn {
    pub name: String,
    /// What stands in for its values, such as `keep 3 4`; absent where they are shown as they are.
    pub mask: Option<String>,
    /// `permitted`, `masked`, `grade` or `withheld`.
    pub because: String,
    /// The grade that is too high, or the policy that withholds.
    pub of: Option<String>,
    /// The policies and grants whose values or masks count instead, in rows that both show: their masks leave more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gives_way_to: Vec<String>,
}

impl SeenColumn {
    /// How a column is seen under a permit, where those of the others count before it.
    pub(crate) fn of(name: &str, seen: &Seen, counting: &[&Arc<str>]) -> Self {
        let (because, of) = match &seen.because {
            Because::Permitted => ("permitted", None),
            Because::Masked => ("masked", None),
            Because::Grade(grade) => ("grade", Some(grade.name().to_owned())),
            Because::Withheld(policy) => ("withheld", Some(policy.to_string())),
        };
        Self {
            name: name.to_owned(),
            mask: seen.mask.as_ref().map(text_of_mask),
            because: because.to_owned(),
            of,
            gives_way_to: counting.iter().map(ToString::to_string).collect(),
        }
    }
}

/// What one policy or grant shows of a dataset.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SightLine {
    pub dataset: String,
    pub policy: String,
    pub about: Option<String>,
    pub basis: Option<String>,
    /// Whether only some rows are shown.
    pub has_condition: bool,
    pub columns: Vec<SeenColumn>,
    /// How many more questions may read under it; absent where they are not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses_left: Option<u32>,
}

/// What somebody sees.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Sights {
    /// The local administrator sees everything, under no policy.
    pub everything: bool,
    pub sights: Vec<SightLine>,
}

impl Sights {
    pub(super) fn everything() -> Self {
        Self {
            everything: true,
            sights: Vec::new(),
        }
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    purpose: Option<String>,
    /// `page`, `export` or `interface`.
    way: Option<String>,
}

/// Lists the policies in force: of the program, of packs, of the city, the negative list and grants.
#[utoipa::path(get, path = "/policies", tag = "access", responses((status = 200, body = PolicyList), Problem))]
async fn list_policies(Shared(state): Shared<State>) -> Json<PolicyList> {
    let fault = state.door().fault();
    let list = state.door().with_policies(|policies| PolicyList {
        hash: policies.hash().to_string(),
        fault: fault.as_deref().map(|fault| PolicyFault::of(fault, true)),
        findings: policies.findings().map(PolicyFinding::of).collect(),
        policies: policies
            .told()
            .map(|told| PolicyLine {
                id: told.id.to_string(),
                about: told.about.map(|about| about.to_string()),
                basis: told.basis.map(|basis| basis.to_string()),
                text: told.text.to_string(),
            })
            .collect(),
    });
    Json(list)
}

/// The schema that policies are held to, in Cedar.
#[utoipa::path(get, path = "/policies/schema", tag = "access", responses((status = 200, body = String, content_type = "text/plain"), Problem))]
async fn show_schema() -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (kind, Policies::schema_text())
}

/// What an account sees of which dataset.
#[utoipa::path(get, path = "/accounts/{id}/sights", tag = "access", params(("id" = String, Path), Asked), responses((status = 200, body = Sights), Problem))]
async fn show_sights(
    Shared(state): Shared<State>,
    Path(named): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Sights>> {
    let account = state.door().accounts().find(&named_in(&named)?).await?;
    let way = match asked.way.as_deref() {
        None => Way::Page,
        Some(name) => Way::from_name(name).ok_or_else(|| {
            Problem::new("invalid-parameter", format!("`{name}` is no way"))
                .with_help("there are page, export and interface".to_owned())
        })?,
    };
    let circumstances = Circumstances {
        purpose: asked.purpose,
        way,
    };
    let sights = sights(&state, &account.principal(), &circumstances).await?;
    Ok(Json(sights))
}

pub(super) async fn sights(
    state: &State,
    principal: &Principal,
    circumstances: &Circumstances,
) -> Result<Sights> {
    let mut of_datasets: BTreeMap<DatasetId, Vec<Shown>> = BTreeMap::new();
    for (dataset, shown) in state.door().sights(principal, circumstances) {
        of_datasets.entry(dataset).or_default().push(shown);
    }
    let shown = of_datasets.values().flatten();
    let policies: BTreeSet<&str> = shown.map(|shown| shown.policy.as_ref()).collect();
    let left = state.door().uses_left(&policies).await?;
    Ok(state.door().with_policies(|policies| {
        let lines = of_datasets.iter().flat_map(|(dataset, all)| {
            let left = &left;
            all.iter().map(move |shown| SightLine {
                uses_left: left.get(&*shown.policy).copied(),
                ..line(policies, dataset.as_str(), shown, all)
            })
        });
        Sights {
            everything: false,
            sights: lines.collect(),
        }
    }))
}

/// What a permit shows of a dataset of which `all` show something.
fn line(policies: &Policies, dataset: &str, shown: &Shown, all: &[Shown]) -> SightLine {
    let told = policies.find(&shown.policy);
    let columns = shown
        .columns
        .iter()
        .map(|(name, seen)| SeenColumn::of(name, seen, &shown.gives_way_to(name, all)));
    SightLine {
        dataset: dataset.to_owned(),
        columns: columns.collect(),
        has_condition: shown.rows.is_some(),
        uses_left: None,
        about: told
            .as_ref()
            .and_then(|told| told.about.as_deref().map(ToOwned::to_owned)),
        basis: told.and_then(|told| told.basis.as_deref().map(ToOwned::to_owned)),
        policy: shown.policy.to_string(),
    }
}
