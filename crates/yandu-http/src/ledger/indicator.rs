//! Reporting sets: the numbers that a province asks for.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State as Shared;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yandu_pack::declare::IndicatorFile;

use super::shape::Title;
use crate::Result;
use crate::caller::Caller;
use crate::extract::Path;
use crate::problem::Problem;
use crate::state::State;

/// A set of indicators that a pack declares.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IndicatorSet {
    #[schema(example = "base.province_sample")]
    pub id: String,
    pub title: Title,
    pub about: Option<String>,
    /// True where nobody has issued the set: it shows what one looks like.
    pub sample: bool,
    /// The document that asks for the indicators.
    pub basis: Option<String>,
    pub indicators: usize,
}

/// The sets of the installed packs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IndicatorSetList {
    pub sets: Vec<IndicatorSet>,
}

impl From<&IndicatorFile> for IndicatorSet {
    fn from(file: &IndicatorFile) -> Self {
        Self {
            id: file.indicators.to_string(),
            title: file.title.clone().into(),
            about: file.about.clone(),
            sample: file.sample,
            basis: file.basis.clone(),
            indicators: file.items.len(),
        }
    }
}

/// Lists the sets of indicators.
#[utoipa::path(get, path = "/ledger/indicators", tag = "ledger", responses((status = 200, body = IndicatorSetList), Problem))]
pub(super) async fn list_indicator_sets(
    Shared(state): Shared<State>,
    _caller: Caller,
) -> Result<Json<IndicatorSetList>> {
    let packs = state.collector().packs();
    let sets = packs.indicator_sets().map(IndicatorSet::from).collect();
    Ok(Json(IndicatorSetList { sets }))
}

/// The answer to an indicator, or the reason why there is none.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = IndicatorAnswer)]
pub struct Answer {
    /// Absent where there is a gap.
    pub value: Option<f64>,
    /// Why there is no value.
    pub gap: Option<String>,
    /// The entries that the value is about: those counted, or those of the denominator.
    pub entries: u64,
    /// Those of them of which nothing is known that could be summed up.
    pub unknown: u64,
}

/// An indicator with its answers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Indicator {
    /// The number or code that the document gives it.
    pub id: String,
    pub title: Title,
    pub about: Option<String>,
    pub unit: String,
    pub city: Answer,
    /// By the codes of the counties.
    pub counties: BTreeMap<String, Answer>,
}

/// A set of indicators with its answers, gaps among them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IndicatorReport {
    pub set: IndicatorSet,
    pub items: Vec<Indicator>,
    /// How many of the indicators the city cannot answer.
    pub gaps: u64,
}

/// Answers the indicators of a set, for the city and for each of its counties.
#[utoipa::path(get, path = "/ledger/indicators/{set}", tag = "ledger", params(("set" = String, Path, description = "Id of the set.", example = "base.province_sample")), responses((status = 200, body = IndicatorReport), Problem))]
pub(super) async fn show_indicators(
    Shared(state): Shared<State>,
    _caller: Caller,
    Path(set): Path<String>,
) -> Result<Json<IndicatorReport>> {
    let packs = state.collector().packs();
    let file = packs
        .indicator_sets()
        .find(|file| file.indicators.as_str() == set)
        .ok_or_else(|| {
            Problem::new(
                "not-found",
                format!("there is no set of indicators `{}`", super::clipped(&set)),
            )
        })?;
    let report = state.ledger().indicators(file).await?;
    let items = report.items.into_iter().map(|item| Indicator {
        id: item.indicator.id,
        title: item.indicator.title.into(),
        about: item.indicator.about,
        unit: item.indicator.unit,
        city: item.city.into(),
        counties: item
            .counties
            .into_iter()
            .map(|(code, answer)| (code, answer.into()))
            .collect(),
    });
    Ok(Json(IndicatorReport {
        set: IndicatorSet::from(&report.set),
        items: items.collect(),
        gaps: report.gaps,
    }))
}

impl From<yandu_ledger::Answer> for Answer {
    fn from(answer: yandu_ledger::Answer) -> Self {
        Self {
            value: answer.value,
            gap: answer.gap,
            entries: answer.entries,
            unknown: answer.unknown,
        }
    }
}
