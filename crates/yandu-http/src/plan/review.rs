//! The review of a stored plan, sentence by sentence, and its approval.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use yandu_plan::{AddedFigure, Decisions, FindingAnswer, OfferReview, Said, Units, UnitsOfPoint};

use super::stored::{cause, finish, tagged};
use super::tell::{FigureFields, SentencesOfPlan};
use crate::Result;
use crate::caller::Caller;
use crate::extract::{Body, Path};
use crate::problem::Problem;
use crate::state::State;

/// What a person decided about parts of a plan: all of it is written, or nothing.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewOfPlan {
    /// Sentences that were looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 5000)]
    pub sentences: Vec<ReviewOfSentence>,
    /// What was said to findings of the whole text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 5000)]
    pub findings: Vec<AnswerToFinding>,
    /// Who answers for points, as the joint meeting's office decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 5000)]
    pub points: Vec<ReviewOfPoint>,
    /// Why; needed where units are set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A sentence that a person has looked at. Where nothing of it is corrected it is accepted as it was read; every doubt and offer in
/// it has to be decided.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewOfSentence {
    pub sentence: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<ReviewOfFigure>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<ReviewOfOffer>,
    /// Figures that the reading does not have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<FigureToAdd>,
    /// Units of the point of the sentence, where those that were read are wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<UnitsToSet>,
    /// Why; needed where something is corrected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewOfFigure {
    pub figure: u32,
    /// It is no figure of the plan.
    #[serde(default)]
    pub reject: bool,
    /// Fields of a figure that are otherwise than they were read; null empties one.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    pub set: Map<String, Value>,
    /// By the code of a doubt: how it is to be understood.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, String>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewOfOffer {
    pub offer: u32,
    /// The figure that it is; absent where it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<FigureFields>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FigureToAdd {
    /// As it stands in the sentence.
    pub literal: String,
    pub figure: FigureFields,
}

/// Who answers for a point.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitsToSet {
    /// The one leading unit; absent while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "市工信局")]
    pub lead: Option<String>,
    #[serde(default)]
    pub supports: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewOfPoint {
    pub point: u32,
    pub units: UnitsToSet,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerToFinding {
    pub finding: u32,
    /// What was looked at and what is right.
    #[schema(min_length = 1)]
    pub answer: String,
}

/// Why a plan is put in force.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonOfPlan {
    #[schema(min_length = 1, example = "已经市政府研究通过")]
    pub reason: String,
}

/// Lists the text of a plan in pieces, each with its figures, its offers and its review.
#[utoipa::path(get, path = "/plans/{id}/sentences", tag = "plans", params(("id" = String, Path, description = "Id of the plan.")), responses((status = 200, body = SentencesOfPlan), Problem))]
pub(super) async fn list_sentences(
    Shared(state): Shared<State>,
    _caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<SentencesOfPlan>> {
    let plan = state.plans().plan(&id).await?;
    Ok(Json((&plan).into()))
}

/// Writes what a person decided about the reading of a plan: sentences accepted or corrected, figures rejected or added, doubts and
/// findings answered, offers taken or not, units assigned. A sentence that leaves something open is refused.
#[utoipa::path(post, path = "/plans/{id}/review", tag = "plans", params(("id" = String, Path, description = "Id of the plan."), ("If-Match" = Option<String>, Header, description = "The `ETag` of the revision that was looked at.")), request_body = ReviewOfPlan, responses((status = 200, body = super::Plan, headers(("ETag" = String, description = "The revision."))), Problem))]
pub(super) async fn review_plan(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(review): Body<ReviewOfPlan>,
) -> Result<Response> {
    let cause = cause(&state, &id, &headers, &principal, review.reason.clone()).await?;
    let decisions = decisions(review)?;
    let plans = state.plans().clone();
    let plan = finish(
        &state,
        async move { plans.review(&id, decisions, cause).await },
    )
    .await?;
    tagged(&state, &principal, &plan).await
}

/// Puts a plan in force. Every sentence, doubt, offer and finding has to be decided; what it says then is baseline 1.
#[utoipa::path(post, path = "/plans/{id}/approval", tag = "plans", params(("id" = String, Path, description = "Id of the plan."), ("If-Match" = Option<String>, Header, description = "The `ETag` of the revision that is approved.")), request_body = ReasonOfPlan, responses((status = 200, body = super::Plan, headers(("ETag" = String, description = "The revision."))), Problem))]
pub(super) async fn approve_plan(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(approval): Body<ReasonOfPlan>,
) -> Result<Response> {
    let cause = cause(&state, &id, &headers, &principal, Some(approval.reason)).await?;
    let pace = super::actual::rules(&state)?.node_pace;
    let plans = state.plans().clone();
    let plan = finish(&state, async move { plans.approve(&id, pace, cause).await }).await?;
    tagged(&state, &principal, &plan).await
}

fn decisions(review: ReviewOfPlan) -> Result<Decisions> {
    Ok(Decisions {
        sentences: review
            .sentences
            .into_iter()
            .map(sentence)
            .collect::<Result<_>>()?,
        findings: review
            .findings
            .into_iter()
            .map(|one| FindingAnswer {
                finding: one.finding,
                answer: one.answer,
            })
            .collect(),
        points: review
            .points
            .into_iter()
            .map(|one| UnitsOfPoint {
                point: one.point,
                units: one.units.into(),
            })
            .collect(),
        reason: review.reason,
    })
}

fn sentence(review: ReviewOfSentence) -> Result<yandu_plan::SentenceReview> {
    let figures = review.figures.into_iter().map(figure);
    let offers = review.offers.into_iter().map(|one| {
        Ok(OfferReview {
            offer: one.offer,
            figure: one.figure.map(said).transpose()?,
        })
    });
    let added = review.added.into_iter().map(|one| {
        Ok(AddedFigure {
            literal: one.literal,
            figure: said(one.figure)?,
        })
    });
    Ok(yandu_plan::SentenceReview {
        sentence: review.sentence,
        figures: figures.collect::<Result<_>>()?,
        offers: offers.collect::<Result<_>>()?,
        added: added.collect::<Result<_>>()?,
        units: review.units.map(Units::from),
        reason: review.reason,
    })
}

fn figure(review: ReviewOfFigure) -> Result<yandu_plan::FigureReview> {
    let answers = review.answers.into_iter().map(|(code, answer)| {
        let doubts = yandu_plan::Doubt::ALL;
        let doubt = doubts.into_iter().find(|doubt| doubt.code() == code);
        let doubt = doubt.ok_or_else(|| {
            let code: String = code.chars().take(60).collect();
            Problem::new("invalid-plan-edit", format!("`{code}` is no doubt"))
        })?;
        Ok((doubt, answer))
    });
    Ok(yandu_plan::FigureReview {
        figure: review.figure,
        reject: review.reject,
        set: review.set,
        answers: answers.collect::<Result<_>>()?,
    })
}

/// The fields of a figure in the words of the module.
fn said(fields: FigureFields) -> Result<Said> {
    let read = |fields: FigureFields| serde_json::from_value(serde_json::to_value(fields)?);
    read(fields).map_err(|error| Problem::new("invalid-plan-edit", format!("a figure: {error}")))
}

impl From<UnitsToSet> for Units {
    fn from(units: UnitsToSet) -> Self {
        Self {
            lead: units.lead,
            supports: units.supports,
        }
    }
}
