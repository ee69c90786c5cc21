//! Lists of suggestions and decisions, cut to what whoever asks stewards.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State as Shared;
use serde::Deserialize;
use utoipa::IntoParams;
use yandu_classify::{Bearing, Filter, Rules, Status, Suggestion};
use yandu_pack::Packs;
use yandu_pack::grade::Standing;
use yandu_policy::{Action, text_of_mask};
use yandu_words::id::DatasetId;
use yandu_words::{FieldId, Grade, Mask};

use super::facts;
use super::shape::{
    ClassLine, ClassifiedLine, DeclaredLowering, FieldHistory, Lowerings, SuggestionLine,
    SuggestionPage, Summary, SummaryLine,
};
use crate::Result;
use crate::access::{Asker, Duty, KEEPS};
use crate::extract::{Path, Query};
use crate::lineage::of_packs;
use crate::page::{After, Limit};
use crate::problem::Problem;
use crate::state::State;

/// Suggestions of a field that its history shows.
const HISTORY: u32 = 100;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Of this dataset alone.
    dataset: Option<String>,
    /// Of datasets that this department answers for.
    owner: Option<String>,
    /// `open`, `confirmed`, `changed`, `rejected`, `superseded` or `withdrawn`; the open ones when absent.
    status: Option<String>,
    class: Option<String>,
    grade: Option<String>,
    /// How they stand to the present grade: `higher`, `lower`, `same` or `nothing`.
    bearing: Option<String>,
    /// The `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<After<(u8, i64)>>,
    /// Suggestions of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit<100, 1000>,
}

/// Lists suggestions about datasets that whoever asks stewards, the strictest first.
#[utoipa::path(get, path = "/classification/suggestions", tag = "classification", params(Asked), responses((status = 200, body = SuggestionPage), Problem))]
pub(super) async fn list_suggestions(
    Shared(state): Shared<State>,
    asker: Asker,
    Query(asked): Query<Asked>,
) -> Result<Json<SuggestionPage>> {
    let duty = asker.duty(&state);
    let mut among = duty.datasets(KEEPS).map(|all| all.as_ref().clone());
    if let Some(named) = &asked.dataset {
        let named = dataset_id(named)?;
        asker.must(&state, KEEPS, &named)?;
        among = Some(BTreeSet::from([named]));
    }
    let filter = Filter {
        datasets: among,
        owner: asked.owner,
        status: Some(match &asked.status {
            Some(name) => word("status", name, Status::from_name, &names(Status::ALL))?,
            None => Status::Open,
        }),
        class: asked.class,
        grade: asked.grade.as_deref().map(grade).transpose()?,
        bearing: asked
            .bearing
            .as_deref()
            .map(|name| word("bearing", name, Bearing::from_name, &names(Bearing::ALL)))
            .transpose()?,
        field: None,
    };
    let after = asked.after.map(|after| after.0);
    let classification = super::of(&state)?;
    let found = classification
        .list(&filter, after, asked.limit.and_one())
        .await?;
    let key = |one: &Suggestion| (one.bearing.rank(), one.id);
    let (found, next) = asked.limit.cut(found, key);
    let packs = state.collector().packs();
    let lines = found.into_iter().map(|one| line(&packs, &duty, one));
    Ok(Json(SuggestionPage {
        suggestions: lines.collect(),
        next,
    }))
}

/// Shows how far each dataset is that whoever asks stewards, and which classes there are.
#[utoipa::path(get, path = "/classification", tag = "classification", responses((status = 200, body = Summary), Problem))]
pub(super) async fn summarise_classification(
    Shared(state): Shared<State>,
    asker: Asker,
) -> Result<Json<Summary>> {
    let classification = super::of(&state)?;
    let duty = asker.duty(&state);
    let counts = classification.counts().await?;
    let packs = state.collector().packs();
    let own = packs.datasets().filter(|one| duty.may(KEEPS, one.id()));
    let datasets = own.map(|dataset| {
        let count = counts.get(dataset.id()).cloned().unwrap_or_default();
        SummaryLine {
            dataset: dataset.id().to_string(),
            title: dataset.file().title.zh.clone(),
            owner: dataset.file().owner.clone(),
            grade: dataset.grade().name().to_owned(),
            fields: dataset.file().columns.len() as u64,
            decided: count.decided,
            rejected: count.rejected,
            open: count.open,
            higher: count.higher,
            nothing: count.nothing,
        }
    });
    let mut datasets: Vec<SummaryLine> = datasets.collect();
    datasets.sort_by(|a, b| {
        let order = |line: &SummaryLine| (std::cmp::Reverse(line.higher), line.dataset.clone());
        order(a).cmp(&order(b))
    });
    let rules = Rules::of(&packs);
    let classes = rules.classes().iter().map(|(id, title)| ClassLine {
        id: id.clone(),
        title: title.zh.clone(),
        title_en: title.en.clone(),
    });
    Ok(Json(Summary {
        datasets,
        classes: classes.collect(),
        until_confirmed: crate::batch::word(&classification.until_confirmed()),
    }))
}

/// Shows a field with all that was suggested and decided of it.
#[utoipa::path(get, path = "/classification/{dataset}/{field}", tag = "classification", params(("dataset" = String, Path), ("field" = String, Path, example = "F12")), responses((status = 200, body = FieldHistory), Problem))]
pub(super) async fn show_field(
    Shared(state): Shared<State>,
    asker: Asker,
    Path((dataset, field)): Path<(String, String)>,
) -> Result<Json<FieldHistory>> {
    let id = dataset_id(&dataset)?;
    asker.must(&state, KEEPS, &id)?;
    let field = field_id(&field)?;
    let classification = super::of(&state)?;
    let packs = state.collector().packs();
    let dataset = packs.dataset(&id).ok_or_else(|| absent(&id))?;
    let lineage = of_packs(&state).await;
    let name = facts::name_of(dataset, field).ok_or_else(|| gone(field))?;
    let present = facts::present(dataset, &lineage, Some(field)).ok_or_else(|| gone(field))?;
    let filter = Filter {
        datasets: Some(BTreeSet::from([id.clone()])),
        field: Some(field),
        ..Filter::default()
    };
    let mut suggestions = classification.list(&filter, None, HISTORY).await?;
    suggestions.sort_by_key(|one| std::cmp::Reverse(one.id));
    let decisions = classification.decisions(&id, Some(field)).await?;
    let duty = asker.duty(&state);
    let mask = dataset.column_mask(name).unwrap_or(Mask::Null);
    let column = dataset.column(name);
    Ok(Json(FieldHistory {
        dataset: id.to_string(),
        field: field.to_string(),
        name: name.to_owned(),
        title: column
            .map(|column| column.title.zh.clone())
            .unwrap_or_default(),
        grade: present.grade.name().to_owned(),
        declared: present.declared.name().to_owned(),
        mask: text_of_mask(&mask),
        inflow: present
            .inflow
            .as_ref()
            .map(|one| one.grade.name().to_owned()),
        inflow_from: present.inflow.map(|one| one.from).unwrap_or_default(),
        suggestions: suggestions
            .into_iter()
            .map(|one| line(&packs, &duty, one))
            .collect(),
        decisions: decisions.into_iter().map(ClassifiedLine::from).collect(),
        may: may(&duty, &id),
    }))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// The `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<After<i64>>,
    /// Decisions of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit<100, 1000>,
}

/// Lists what was made less sensitive: all of it for the security and the audit administrator, and for stewards their own.
#[utoipa::path(get, path = "/classification/lowerings", tag = "classification", params(Page), responses((status = 200, body = Lowerings), Problem))]
pub(super) async fn list_lowerings(
    Shared(state): Shared<State>,
    asker: Asker,
    Query(page): Query<Page>,
) -> Result<Json<Lowerings>> {
    let looks_after = [Action::ManagePolicies, Action::Audit];
    let sees_all = looks_after.iter().any(|action| asker.may(&state, *action));
    let duty = asker.duty(&state);
    let among = if sees_all { None } else { duty.datasets(KEEPS) };
    let classification = super::of(&state)?;
    let before = page.after.map(|after| after.0);
    let found = classification
        .lowerings(among.as_deref(), before, page.limit.and_one())
        .await?;
    let (found, next) = page.limit.cut(found, |one| one.id);
    let mut declared = Vec::new();
    if before.is_none() {
        let packs = state.collector().packs();
        let lineage = of_packs(&state).await;
        let own = lineage.grades.iter();
        let own = own.filter(|(id, _)| sees_all || duty.may(KEEPS, id));
        for (id, column) in own.flat_map(|(id, columns)| columns.iter().map(move |one| (id, one))) {
            let is_settled = packs
                .dataset(id)
                .is_some_and(|one| one.is_settled_lower(&column.column));
            if column.inherited.standing == Standing::Lowered && !is_settled {
                declared.push(DeclaredLowering {
                    dataset: id.to_string(),
                    column: column.column.clone(),
                    grade: column.inherited.declared.name().to_owned(),
                    inflow: column.inherited.grade.name().to_owned(),
                    from: column.inherited.from.clone(),
                    reason: column.lowered.clone().unwrap_or_default(),
                });
            }
        }
    }
    Ok(Json(Lowerings {
        decided: found.into_iter().map(ClassifiedLine::from).collect(),
        declared,
        next,
    }))
}

pub(super) fn line(packs: &Packs, duty: &Duty, suggestion: Suggestion) -> SuggestionLine {
    let dataset = packs.dataset(&suggestion.dataset);
    let title = dataset.map(|one| one.file().title.zh.clone());
    let column = suggestion.field.and_then(|field| {
        let dataset = dataset?;
        dataset.column(facts::name_of(dataset, field)?)
    });
    let may = may(duty, &suggestion.dataset);
    let titles = (
        title.unwrap_or_else(|| suggestion.dataset.to_string()),
        column.map(|column| column.title.zh.clone()),
    );
    SuggestionLine::new(suggestion, titles, may)
}

fn may(duty: &Duty, dataset: &DatasetId) -> Vec<String> {
    let may = duty.may(KEEPS, dataset);
    may.then(|| Action::Steward.name().to_owned())
        .into_iter()
        .collect()
}

pub(super) fn dataset_id(text: &str) -> Result<DatasetId> {
    text.parse()
        .map_err(|error: yandu_words::IdError| Problem::new("no-dataset", error.to_string()))
}

pub(super) fn field_id(text: &str) -> Result<FieldId> {
    text.parse()
        .map_err(|error: yandu_words::UnknownField| Problem::new("no-field", error.to_string()))
}

pub(super) fn absent(dataset: &DatasetId) -> Box<Problem> {
    yandu_collect::Error::NoDataset(dataset.clone()).into()
}

pub(super) fn gone(field: FieldId) -> Box<Problem> {
    Problem::new("no-field", format!("there is no field `{field}` any more"))
        .with_help("`GET /api/v1/classification/suggestions` names fields".to_owned())
}

pub(super) fn grade(name: &str) -> Result<Grade> {
    word(
        "grade",
        name,
        Grade::from_name,
        &Grade::ALL.map(Grade::name),
    )
}

fn names<T: Copy + std::fmt::Display>(all: &[T]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

fn word<T>(
    what: &str,
    name: &str,
    read: impl Fn(&str) -> Option<T>,
    known: &[impl AsRef<str>],
) -> Result<T> {
    read(name).ok_or_else(|| {
        let known: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
        Problem::new("invalid-parameter", format!("`{name}` is no {what}"))
            .with_help(format!("there are {}", known.join(", ")))
    })
}
