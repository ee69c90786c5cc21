//! What stewards decide, and another look at a dataset.

use std::collections::{BTreeSet, HashSet};

use axum::Json;
use axum::extract::State as Shared;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yandu_classify::{Decided, Present, Rules, Verdict};
use yandu_lake::FlowKind;
use yandu_transform::lineage::Lineage;
use yandu_words::Grade;
use yandu_words::id::DatasetId;

use super::shape::{ClassifiedLine, SuggestionLine, Summary};
use super::{facts, list};
use crate::Result;
use crate::access::{Asker, Duty, KEEPS};
use crate::extract::{Body, Path};
use crate::lineage::of_packs;
use crate::problem::Problem;
use crate::state::State;

/// Suggestions that are decided at once.
const MOST: usize = 1_000;

/// What becomes of suggestions: of all of them or of none.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    #[schema(min_items = 1, max_items = 1000)]
    pub suggestions: Vec<i64>,
    /// `confirm`, `change` or `reject`.
    pub verdict: String,
    /// With `change`: the class, where it is another one.
    #[serde(default)]
    pub class: Option<String>,
    /// With `change`: the grade.
    #[serde(default)]
    pub grade: Option<String>,
    /// Needed where something is rejected or becomes less sensitive.
    #[serde(default)]
    pub reason: Option<String>,
}

/// What is decided of a field of which nothing has to be suggested.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldDecision {
    #[serde(default)]
    pub class: Option<String>,
    pub grade: String,
    /// Needed where it becomes less sensitive.
    #[serde(default)]
    pub reason: Option<String>,
}

/// What was decided.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DecisionList {
    pub suggestions: Vec<SuggestionLine>,
    pub decisions: Vec<ClassifiedLine>,
}

/// Which dataset is looked at again; all that whoever asks stewards when it is absent.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Renewal {
    #[serde(default)]
    pub dataset: Option<String>,
}

/// Confirms, changes or rejects open suggestions for one reason. Grades and masks that follow hold at once.
#[utoipa::path(post, path = "/classification/decisions", tag = "classification", request_body = Decision, responses((status = 200, body = DecisionList), Problem))]
pub(super) async fn decide_suggestions(
    Shared(state): Shared<State>,
    asker: Asker,
    Body(decision): Body<Decision>,
) -> Result<Json<DecisionList>> {
    let classification = super::of(&state)?;
    let verdict = verdict(&state, &decision)?;
    if decision.suggestions.is_empty() || decision.suggestions.len() > MOST {
        return Err(invalid(format!(
            "1 to {MOST} suggestions are decided at once"
        )));
    }
    let packs = state.collector().packs();
    let lineage = of_packs(&state).await;
    let duty = asker.duty(&state);
    let mut chosen = Vec::with_capacity(decision.suggestions.len());
    let named: BTreeSet<i64> = decision.suggestions.iter().copied().collect();
    for id in named {
        let suggestion = classification.suggestion(id).await?;
        // A suggestion about a dataset that somebody has nothing to do with is not there.
        if !duty.may(KEEPS, &suggestion.dataset) {
            return Err(yandu_classify::Error::NoSuggestion(id).into());
        }
        let present = packs
            .dataset(&suggestion.dataset)
            .and_then(|dataset| facts::present(dataset, &lineage, suggestion.field))
            .ok_or(yandu_classify::Error::NoSuggestion(id))?;
        let grade = match &verdict {
            Verdict::Confirm => suggestion.grade,
            Verdict::Change { grade, .. } => *grade,
            Verdict::Reject => present.grade,
        };
        must_answer_for_inflow(&duty, &lineage, &present, grade)?;
        chosen.push((id, present));
    }
    let decided = classification
        .decide(asker.name(), &chosen, &verdict, decision.reason.as_deref())
        .await?;
    settled(&state, &asker, decided).await
}

/// Decides on a field, whatever is suggested of it.
#[utoipa::path(put, path = "/classification/{dataset}/{field}", tag = "classification", params(("dataset" = String, Path), ("field" = String, Path, example = "F12")), request_body = FieldDecision, responses((status = 200, body = DecisionList), Problem))]
pub(super) async fn classify_field(
    Shared(state): Shared<State>,
    asker: Asker,
    Path((dataset, field)): Path<(String, String)>,
    Body(decision): Body<FieldDecision>,
) -> Result<Json<DecisionList>> {
    let classification = super::of(&state)?;
    let id = list::dataset_id(&dataset)?;
    asker.must(&state, KEEPS, &id)?;
    let field = list::field_id(&field)?;
    let packs = state.collector().packs();
    let lineage = of_packs(&state).await;
    let dataset = packs.dataset(&id).ok_or_else(|| list::absent(&id))?;
    let present =
        facts::present(dataset, &lineage, Some(field)).ok_or_else(|| list::gone(field))?;
    known_class(&state, decision.class.as_deref())?;
    let grade = list::grade(&decision.grade)?;
    must_answer_for_inflow(&asker.duty(&state), &lineage, &present, grade)?;
    let reason = decision.reason.as_deref();
    let decided = classification
        .classify(asker.name(), &present, decision.class, grade, reason)
        .await?;
    settled(&state, &asker, vec![decided]).await
}

/// Looks again at a dataset: at its names and at what was counted of its newest delivery.
#[utoipa::path(post, path = "/classification/renewal", tag = "classification", request_body = Renewal, responses((status = 200, body = Summary), Problem))]
pub(super) async fn renew_suggestions(
    Shared(state): Shared<State>,
    asker: Asker,
    Body(renewal): Body<Renewal>,
) -> Result<Json<Summary>> {
    let named = match &renewal.dataset {
        Some(named) => {
            let id = list::dataset_id(named)?;
            asker.must(&state, KEEPS, &id)?;
            Some(BTreeSet::from([id]))
        }
        None => asker
            .duty(&state)
            .datasets(KEEPS)
            .map(|all| all.as_ref().clone()),
    };
    super::renew(&state, named.as_ref()).await?;
    list::summarise_classification(Shared(state), asker).await
}

/// Puts in force what was decided, before anybody is told that it was.
async fn settled(
    state: &State,
    asker: &Asker,
    decided: Vec<Decided>,
) -> Result<Json<DecisionList>> {
    // A class alone can say something of its dataset as a whole.
    let datasets = decided.iter().flat_map(|one| {
        let of_suggestion = one.suggestion.as_ref().map(|one| one.dataset.clone());
        let of_decision = one.classified.as_ref().map(|one| one.dataset.clone());
        of_suggestion.into_iter().chain(of_decision)
    });
    state.classified().wanted.add(datasets);
    state.pack_changes()?.settle_again().await?;
    let packs = state.collector().packs();
    let duty = asker.duty(state);
    let mut answer = DecisionList {
        suggestions: Vec::new(),
        decisions: Vec::new(),
    };
    for one in decided {
        let suggestion = one.suggestion.map(|one| list::line(&packs, &duty, one));
        answer.suggestions.extend(suggestion);
        answer
            .decisions
            .extend(one.classified.map(ClassifiedLine::from));
    }
    Ok(Json(answer))
}

fn verdict(state: &State, decision: &Decision) -> Result<Verdict> {
    match (decision.verdict.as_str(), &decision.grade) {
        ("confirm", _) => Ok(Verdict::Confirm),
        ("reject", _) => Ok(Verdict::Reject),
        ("change", Some(grade)) => {
            known_class(state, decision.class.as_deref())?;
            Ok(Verdict::Change {
                class: decision.class.clone(),
                grade: list::grade(grade)?,
            })
        }
        ("change", None) => Err(invalid("a change says the `grade`".to_owned())),
        (other, _) => Err(invalid(format!("`{other}` is no verdict"))
            .with_help("there are confirm, change, reject".to_owned())),
    }
}

fn known_class(state: &State, class: Option<&str>) -> Result<()> {
    let Some(class) = class else {
        return Ok(());
    };
    let rules = Rules::of(&state.collector().packs());
    if rules.classes().contains_key(class) {
        return Ok(());
    }
    Err(yandu_classify::Error::NoClass {
        class: class.to_owned(),
        known: rules.classes().keys().cloned().collect(),
    }
    .into())
}

/// Refuses to make less sensitive what flows in as it is from datasets that somebody else answers for: whoever could would show the
/// values of others under a model of their own.
fn must_answer_for_inflow(
    duty: &Duty,
    lineage: &Lineage,
    present: &Present,
    grade: Grade,
) -> Result<()> {
    let (Some(inflow), Some(name)) = (&present.inflow, &present.name) else {
        return Ok(());
    };
    let inherited = facts::inherited(lineage, &present.dataset, name);
    let is_aggregated = inherited.is_some_and(|one| one.is_aggregated);
    if grade >= inflow.grade || is_aggregated {
        return Ok(());
    }
    let nearest = inflow.from.iter().filter(|from| {
        let dataset = from.rsplit_once('.').map(|(dataset, _)| dataset);
        let dataset = dataset.and_then(|dataset| dataset.parse::<DatasetId>().ok());
        !dataset.is_some_and(|dataset| duty.may(KEEPS, &dataset))
    });
    let mut of_others = copied_of_others(lineage, duty, (&present.dataset, name), grade);
    of_others.extend(nearest.cloned());
    let of_others: Vec<String> = of_others.into_iter().collect();
    if of_others.is_empty() {
        return Ok(());
    }
    Err(Problem::new(
        "not-permitted",
        format!(
            "values of {} arrive in `{}.{name}` as they are, and others answer for them",
            of_others.join(", "),
            present.dataset
        ),
    )
    .with_help("ask whoever stewards those to lower them".to_owned()))
}

/// The columns that somebody else answers for whose values arrive as they are, also through models of whoever asks, and are above a
/// grade there.
fn copied_of_others(
    lineage: &Lineage,
    duty: &Duty,
    (dataset, column): (&DatasetId, &str),
    grade: Grade,
) -> BTreeSet<String> {
    let mut of_others = BTreeSet::new();
    let mut known = HashSet::new();
    let mut wanted = vec![(dataset.clone(), column.to_owned())];
    while let Some((dataset, column)) = wanted.pop() {
        let model = lineage.models.get(&dataset);
        let Some(found) = model.and_then(|model| model.column(&column)) else {
            continue;
        };
        for flow in &found.from {
            let is_copied = flow.kind.is_direct() && flow.kind != FlowKind::Aggregated;
            // What is not above the grade at its source needs no lowering, or was lowered there.
            if !is_copied || grade_of(lineage, &flow.dataset, &flow.column) <= Some(grade) {
                continue;
            }
            if !duty.may(KEEPS, &flow.dataset) {
                of_others.insert(format!("{}.{}", flow.dataset, flow.column));
                continue;
            }
            let source = (flow.dataset.clone(), flow.column.clone());
            if known.insert(source.clone()) {
                wanted.push(source);
            }
        }
    }
    of_others
}

/// The grade that a column has for whatever comes from it.
pub(super) fn grade_of(lineage: &Lineage, dataset: &DatasetId, column: &str) -> Option<Grade> {
    if let Some(one) = facts::inherited(lineage, dataset, column) {
        return Some(one.inherited.effective());
    }
    let vertex = lineage.graph.find(dataset, Some(column))?;
    lineage.graph.column(vertex).map(|column| column.grade)
}

fn invalid(why: String) -> Box<Problem> {
    Problem::new("invalid-classification", why)
}
