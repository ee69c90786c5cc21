//! A stored plan as it is told, so that a page can draw it at once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yandu_plan::{FigureState, Progress, Share, Standing};

use super::actual::Look;
use super::prove::{EvidenceOfPlan, newest_evidence};
use super::shape::{PlanAssignment, PlanChapter, PlanValue};
use super::stand::{
    BindingOfPlan, MonthOfPlan, StandingOfPlan, TallyOfPlan, TargetStandingOfPlan, months,
};

/// A plan in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlanInList {
    #[schema(example = "2025-5f3a21")]
    pub id: String,
    pub title: Option<String>,
    /// The last year of the plan.
    pub year: Option<i16>,
    /// `reviewing`, `approved` or `closed`.
    #[schema(pattern = "^(reviewing|approved|closed)$")]
    pub status: String,
    pub revision: u64,
    #[schema(value_type = String, format = DateTime)]
    pub imported_at: jiff::Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: jiff::Timestamp,
}

/// The stored plans.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PlanList {
    /// The newest first.
    pub plans: Vec<PlanInList>,
}

/// A stored plan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Plan {
    #[serde(flatten)]
    pub head: PlanInList,
    pub source: SourceOfPlan,
    pub imported: DecisionOfPlan,
    pub approved: Option<DecisionOfPlan>,
    pub closed: Option<DecisionOfPlan>,
    pub progress: ProgressOfPlan,
    pub chapters: Vec<PlanChapter>,
    /// Units that answer for every point.
    pub everywhere: Vec<String>,
    pub points: Vec<PointOfPlan>,
    /// The figures that are targets, in the order of the text, those added by people last.
    pub targets: Vec<TargetInPlan>,
    /// What a person should look at in the text as a whole.
    pub findings: Vec<FindingOfPlan>,
    /// How it stands; absent while it is under review.
    pub standing: Option<StandingOfPlan>,
}

/// A target with how it stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TargetInPlan {
    #[serde(flatten)]
    pub figure: FigureOfPlan,
    pub binding: BindingOfPlan,
    /// Absent while the plan is under review.
    pub standing: Option<TargetStandingOfPlan>,
    /// The newest evidence.
    pub evidence: Option<EvidenceOfPlan>,
}

/// The text that a plan was imported from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SourceOfPlan {
    /// BLAKE3 of its bytes, in hexadecimal.
    pub hash: String,
    pub name: Option<String>,
    pub size_bytes: u64,
    pub encoding: String,
    /// Signs of the text.
    pub signs: u64,
}

/// Who decided something, when and why.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DecisionOfPlan {
    pub who: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: jiff::Timestamp,
    pub reason: Option<String>,
}

/// How far the review of a plan has come.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProgressOfPlan {
    pub sentences: ShareOfPlan,
    pub doubts: ShareOfPlan,
    pub offers: ShareOfPlan,
    pub findings: ShareOfPlan,
    /// Targets that have no day.
    pub undated: u32,
    /// Everything is decided: the plan may be approved.
    pub is_complete: bool,
}

/// So many of so many.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ShareOfPlan {
    pub done: u32,
    pub of: u32,
}

/// A point of a stored plan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PointOfPlan {
    /// From 1 through the whole text.
    pub number: u32,
    /// As the text numbers it.
    pub label: String,
    pub title: String,
    pub offset: u64,
    pub end: u64,
    /// The one leading unit; absent while it is open.
    pub lead: Option<String>,
    pub supports: Vec<String>,
    /// Leading units that the text names; of several one is to be chosen.
    pub leads_of_text: Vec<String>,
    /// Who assigned or corrected the units; absent where they are those of the text.
    pub assigned: Option<DecisionOfPlan>,
    /// Who answers for which part, as the text has it.
    pub assignments: Vec<PlanAssignment>,
    /// Numbers of its sentences.
    pub sentences: Vec<u32>,
    /// Numbers of its targets.
    pub targets: Vec<u32>,
    /// Ids of its tasks, copies of counties apart.
    pub tasks: Vec<String>,
    /// Over its tasks; absent while the plan is under review.
    pub standing: Option<TallyOfPlan>,
    /// Its nodes by month.
    pub months: Vec<MonthOfPlan>,
}

/// The text of a plan in pieces, in its order: every sign that is not blank stands in exactly one.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SentencesOfPlan {
    pub plan: String,
    pub revision: u64,
    pub progress: ProgressOfPlan,
    pub sentences: Vec<SentenceOfPlan>,
}

/// A piece of the text with what stands in it and what a person said to it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SentenceOfPlan {
    /// From 1, in the order of the text.
    pub number: u32,
    /// `sentence`, `units` (where units are named), `heading` or `other`.
    #[schema(pattern = "^(sentence|units|heading|other)$")]
    pub kind: String,
    pub point: Option<u32>,
    /// Unicode code points from the start of the text.
    pub offset: u64,
    pub end: u64,
    pub text: String,
    /// A line of the text begins with it.
    pub starts_line: bool,
    /// A person has to look at it.
    pub needs_review: bool,
    /// `accepted` or `corrected`; absent while nobody has reviewed it.
    #[schema(pattern = "^(accepted|corrected)$")]
    pub verdict: Option<String>,
    pub reviewed: Option<DecisionOfPlan>,
    pub figures: Vec<FigureOfPlan>,
    pub offers: Vec<OfferOfPlan>,
}

/// A figure of a stored plan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FigureOfPlan {
    pub number: u32,
    pub sentence: u32,
    pub point: Option<u32>,
    /// As it stands in the text at `offset`.
    pub literal: String,
    pub offset: u64,
    #[serde(flatten)]
    pub fields: FigureFields,
    /// What the reading said, where a person corrected it.
    pub as_read: Option<FigureFields>,
    /// `read`, `offered` (the reading offered it, and a person took it) or `added`.
    #[schema(pattern = "^(read|offered|added)$")]
    pub origin: String,
    /// `open`, `accepted`, `corrected` or `rejected`.
    #[schema(pattern = "^(open|accepted|corrected|rejected)$")]
    pub state: String,
    pub doubts: Vec<DoubtOfPlan>,
}

/// What is said by a figure.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FigureFields {
    pub value: PlanValue,
    #[serde(default)]
    #[schema(example = "个")]
    pub unit: String,
    /// `=`, `>=`, `>`, `<=`, `<`, `~` (about), `between`, or `change`.
    #[schema(pattern = "^(=|>=|>|<=|<|~|between|change)$")]
    pub comparison: String,
    /// The last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub due: Option<String>,
    /// `target`, `preference`, `name`, `list-count` or `description`.
    #[schema(pattern = "^(target|preference|name|list-count|description)$")]
    pub kind: String,
    /// Of a change: how its amount is compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<String>,
    /// Of a comparison `between`: its two ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Vec<f64>>,
    /// Against what a change is measured, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
}

/// What the text leaves open about a figure.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DoubtOfPlan {
    #[schema(example = "percent-or-point")]
    pub code: String,
    /// In Chinese.
    pub text: String,
    /// How it is to be understood, as `reason`; absent while it is open.
    pub answered: Option<DecisionOfPlan>,
}

/// What may be a figure and may be none.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OfferOfPlan {
    pub number: u32,
    pub literal: String,
    pub offset: u64,
    /// Why it is not taken for a figure by itself, in Chinese.
    pub why: String,
    /// The figure that it became.
    pub figure: Option<u32>,
    pub decided: Option<DecisionOfPlan>,
}

/// What a person should look at in the text as a whole.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FindingOfPlan {
    pub number: u32,
    #[schema(example = "several-leads")]
    pub code: String,
    /// In Chinese.
    pub message: String,
    /// What to do about it, in Chinese.
    pub mend: String,
    pub offset: u64,
    /// From 1.
    pub line: u64,
    pub point: Option<u32>,
    /// What was said to it, as `reason`; absent while it is open.
    pub answered: Option<DecisionOfPlan>,
}

impl From<&yandu_plan::Plan> for PlanInList {
    fn from(plan: &yandu_plan::Plan) -> Self {
        Self {
            id: plan.id.clone(),
            title: plan.head.title.clone(),
            year: plan.head.year,
            status: plan.status.name().to_owned(),
            revision: plan.revision,
            imported_at: plan.head.imported.at,
            updated_at: plan.updated_at,
        }
    }
}

impl Plan {
    pub(super) fn of(plan: &yandu_plan::Plan, standing: Option<&(Standing, Look)>) -> Self {
        let stands = standing.map(|(stands, _)| stands);
        let head = &plan.head;
        Self {
            head: plan.into(),
            source: SourceOfPlan {
                hash: head.source.hash.clone(),
                name: head.source.name.clone(),
                size_bytes: head.source.size_bytes,
                encoding: head.source.encoding.clone(),
                signs: head.source.signs as u64,
            },
            imported: (&head.imported).into(),
            approved: head.approved.as_ref().map(DecisionOfPlan::from),
            closed: head.closed.as_ref().map(DecisionOfPlan::from),
            progress: Progress::of(plan).into(),
            chapters: head
                .chapters
                .iter()
                .cloned()
                .map(PlanChapter::from)
                .collect(),
            everywhere: head.everywhere.clone(),
            points: points(plan, stands),
            targets: plan
                .targets()
                .map(|target| TargetInPlan::of(plan, target, stands))
                .collect(),
            findings: plan.findings.values().map(FindingOfPlan::from).collect(),
            standing: standing
                .map(|(stands, look)| StandingOfPlan::of(plan, stands, look.calendar.version())),
        }
    }
}

impl TargetInPlan {
    fn of(
        plan: &yandu_plan::Plan,
        target: &yandu_plan::PlanFigure,
        standing: Option<&Standing>,
    ) -> Self {
        let stands = standing.and_then(|standing| standing.targets.get(&target.number));
        Self {
            figure: target.into(),
            binding: BindingOfPlan::of(plan.bindings.get(&target.number)),
            standing: stands.map(TargetStandingOfPlan::from),
            evidence: newest_evidence(plan, target.number),
        }
    }
}

fn points(plan: &yandu_plan::Plan, standing: Option<&Standing>) -> Vec<PointOfPlan> {
    let mut tasks: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for task in plan.tasks_in_order() {
        if task.of.is_none() {
            tasks.entry(task.point).or_default().push(task.id.clone());
        }
    }
    let mut sentences: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for piece in plan.pieces.values() {
        if let Some(point) = piece.point {
            sentences.entry(point).or_default().push(piece.number);
        }
    }
    let mut targets: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for target in plan.targets() {
        if let Some(point) = target.point {
            targets.entry(point).or_default().push(target.number);
        }
    }
    let mut told: Vec<PointOfPlan> = plan
        .points
        .values()
        .map(|point| PointOfPlan {
            number: point.number,
            label: point.label.clone(),
            title: point.title.clone(),
            offset: point.offset as u64,
            end: point.end as u64,
            lead: point.lead.clone(),
            supports: point.supports.clone(),
            leads_of_text: point
                .leads_of_text()
                .into_iter()
                .map(ToOwned::to_owned)
                .collect(),
            assigned: point.assigned.as_ref().map(DecisionOfPlan::from),
            assignments: point
                .assignments
                .iter()
                .cloned()
                .map(PlanAssignment::from)
                .collect(),
            sentences: sentences.remove(&point.number).unwrap_or_default(),
            targets: targets.remove(&point.number).unwrap_or_default(),
            tasks: tasks.remove(&point.number).unwrap_or_default(),
            standing: standing
                .and_then(|standing| standing.points.get(&point.number))
                .map(TallyOfPlan::from),
            months: standing
                .map(|standing| months(plan, standing, Some(point.number)))
                .unwrap_or_default(),
        })
        .collect();
    told.sort_by_key(|point| point.offset);
    told
}

impl From<&yandu_plan::Plan> for SentencesOfPlan {
    fn from(plan: &yandu_plan::Plan) -> Self {
        let mut figures: BTreeMap<u32, Vec<FigureOfPlan>> = BTreeMap::new();
        for figure in plan.figures.values() {
            figures
                .entry(figure.sentence)
                .or_default()
                .push(figure.into());
        }
        let mut offers: BTreeMap<u32, Vec<OfferOfPlan>> = BTreeMap::new();
        for offer in plan.offers.values() {
            offers.entry(offer.sentence).or_default().push(offer.into());
        }
        let told = |piece: &yandu_plan::PlanPiece| SentenceOfPlan {
            number: piece.number,
            kind: piece.kind.name().to_owned(),
            point: piece.point,
            offset: piece.offset as u64,
            end: piece.end as u64,
            text: piece.text.clone(),
            starts_line: piece.starts_line,
            needs_review: piece.is_reviewed_alone,
            verdict: piece
                .review
                .as_ref()
                .map(|review| review.verdict.name().to_owned()),
            reviewed: piece.review.as_ref().map(|review| (&review.by).into()),
            figures: figures.remove(&piece.number).unwrap_or_default(),
            offers: offers.remove(&piece.number).unwrap_or_default(),
        };
        Self {
            plan: plan.id.clone(),
            revision: plan.revision,
            progress: Progress::of(plan).into(),
            sentences: plan.pieces.values().map(told).collect(),
        }
    }
}

impl From<&yandu_plan::Decision> for DecisionOfPlan {
    fn from(decision: &yandu_plan::Decision) -> Self {
        Self {
            who: decision.who.clone(),
            at: decision.at,
            reason: decision.reason.clone(),
        }
    }
}

impl From<Progress> for ProgressOfPlan {
    fn from(progress: Progress) -> Self {
        let share = |share: Share| ShareOfPlan {
            done: share.done,
            of: share.of,
        };
        Self {
            sentences: share(progress.sentences),
            doubts: share(progress.doubts),
            offers: share(progress.offers),
            findings: share(progress.findings),
            undated: progress.undated,
            is_complete: progress.is_complete(),
        }
    }
}

impl From<&yandu_plan::PlanFigure> for FigureOfPlan {
    fn from(figure: &yandu_plan::PlanFigure) -> Self {
        let doubts = figure.doubts.iter();
        Self {
            number: figure.number,
            sentence: figure.sentence,
            point: figure.point,
            literal: figure.literal.clone(),
            offset: figure.offset as u64,
            fields: (&figure.said).into(),
            as_read: figure.as_read.as_ref().map(FigureFields::from),
            origin: figure.origin.name().to_owned(),
            state: figure.state.name().to_owned(),
            doubts: doubts
                .filter(|_| figure.state != FigureState::Rejected)
                .map(|one| DoubtOfPlan {
                    code: one.doubt.code().to_owned(),
                    text: one.doubt.text().to_owned(),
                    answered: one.answered.as_ref().map(DecisionOfPlan::from),
                })
                .collect(),
        }
    }
}

impl From<&yandu_plan::Said> for FigureFields {
    fn from(said: &yandu_plan::Said) -> Self {
        let ends = said.range.as_ref();
        Self {
            value: said.value.clone().into(),
            unit: said.unit.clone(),
            comparison: said.comparison.sign().to_owned(),
            due: said.due.map(|due| due.to_string()),
            kind: said.kind.name().to_owned(),
            bound: said.bound.map(|bound| bound.sign().to_owned()),
            range: ends.map(|(low, high)| {
                let ends = [low.as_f64(), high.as_f64()];
                ends.into_iter().flatten().collect()
            }),
            baseline: said.baseline.clone(),
        }
    }
}

impl From<&yandu_plan::PlanOffer> for OfferOfPlan {
    fn from(offer: &yandu_plan::PlanOffer) -> Self {
        Self {
            number: offer.number,
            literal: offer.literal.clone(),
            offset: offer.offset as u64,
            why: offer.why.clone(),
            figure: offer.figure,
            decided: offer.decided.as_ref().map(DecisionOfPlan::from),
        }
    }
}

impl From<&yandu_plan::PlanFinding> for FindingOfPlan {
    fn from(finding: &yandu_plan::PlanFinding) -> Self {
        Self {
            number: finding.number,
            code: finding.code.clone(),
            message: finding.message.clone(),
            mend: finding.mend.clone(),
            offset: finding.offset as u64,
            line: finding.line as u64,
            point: finding.point,
            answered: finding.answered.as_ref().map(DecisionOfPlan::from),
        }
    }
}
