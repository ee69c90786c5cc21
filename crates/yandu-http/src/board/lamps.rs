//! Lamps on boards: how the work of a plan stands, beside the numbers of metrics.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yandu_lake::Principal;
use yandu_pack::declare::{LampName, LampsBy, LampsDue, TileLamps};
use yandu_plan::{Actual, Counts, Lamp, LampLine, LampsOf, LampsWanted, Plan, Standing};

use super::live::Round;
use crate::Result;
use crate::plan::{CountsOfPlan, standing};
use crate::problem::Problem;
use crate::state::State;

/// Lines of a tile that says nothing of them.
const LINES: u32 = 12;

/// Lamps of a work plan, the worst first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LampsOfBoard {
    /// Id of the plan.
    #[schema(example = "2025")]
    pub plan: String,
    pub title: Option<String>,
    /// The day for which they are told.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// What has a lamp: `point`, `unit`, `county`, `task`, `target` or `node`.
    #[schema(pattern = "^(point|unit|county|task|target|node)$")]
    pub by: String,
    /// All that are listed, by their lamps, also those that have no line.
    pub counts: CountsOfPlan,
    pub lines: Vec<LampOfBoard>,
}

/// Something with its lamp.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LampOfBoard {
    /// `point/3`, `unit/市数据局`, `county/亭湖区`, `task/3.2`, `target/5` or `node/3.2.1`.
    #[schema(example = "task/3.2")]
    pub item: String,
    pub name: String,
    /// The unit that leads.
    pub lead: Option<String>,
    #[schema(pattern = "^(not-begun|on-course|near|late|done|done-late)$")]
    pub lamp: String,
    #[schema(value_type = Option<String>, format = Date)]
    pub due: Option<Date>,
    /// Days to the due date; negative behind it.
    pub days_left: Option<i64>,
    /// How much of a target is reached, where that can be said; 1 is all.
    pub share: Option<f64>,
    /// Of a target that a metric tells: the number of which that is said.
    pub number: Option<NumberOfLamp>,
    /// Of a point, a unit and a county: its tasks by their lamps.
    pub tasks: Option<CountsOfPlan>,
}

/// The number of a metric that a target is held against, from which its trail begins.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NumberOfLamp {
    #[schema(example = "telecom.new_station")]
    pub metric: String,
    #[schema(example = "2025")]
    pub period: String,
    pub value: f64,
    pub unit: String,
}

/// Who looked at which plan: the word for the reader, and the plan; without one the plan in force is meant.
type Looked = (String, Option<String>);

/// How the plans stand in one round, for all boards that are made in it.
#[derive(Default)]
pub(super) struct Standings {
    round: Option<Round>,
    stood: HashMap<Looked, Arc<(Plan, Standing)>>,
}

/// The plans that the tiles of one board look at.
pub(super) struct Plans<'a> {
    state: &'a State,
    principal: &'a Principal,
    round: &'a Round,
}

impl<'a> Plans<'a> {
    pub(super) fn new(state: &'a State, principal: &'a Principal, round: &'a Round) -> Self {
        Self {
            state,
            principal,
            round,
        }
    }

    /// The lamps of a tile, for the whole city or for the county of this name.
    pub(super) async fn lamps(
        &self,
        asked: &TileLamps,
        limit: Option<u32>,
        county: Option<&str>,
    ) -> Result<LampsOfBoard> {
        let stood = self.standing(asked.plan.as_ref()).await?;
        let (plan, standing) = stood.as_ref();
        let lines = yandu_plan::lamps(plan, standing, &wanted(asked, county));
        let counts: Counts = lines.iter().map(|line| line.lamp).collect();
        let shown = lines.into_iter().take(limit.unwrap_or(LINES) as usize);
        Ok(LampsOfBoard {
            plan: plan.id.clone(),
            title: plan.head.title.clone(),
            day: standing.day,
            by: asked.by.name().to_owned(),
            counts: (&counts).into(),
            lines: shown.map(LampOfBoard::from).collect(),
        })
    }

    /// Of many who ask at once the first one looks, and the others have it.
    async fn standing(&self, asked: Option<&String>) -> Result<Arc<(Plan, Standing)>> {
        let mut known = self.state.boards().standings.lock().await;
        if known.round.as_ref() != Some(self.round) {
            *known = Standings {
                round: Some(self.round.clone()),
                ..Standings::default()
            };
        }
        let key = (self.state.lake().key_of(self.principal), asked.cloned());
        if let Some(stood) = known.stood.get(&key) {
            return Ok(Arc::clone(stood));
        }
        let id = match asked {
            Some(id) => id.clone(),
            None => self.current().await?,
        };
        let plan = self.state.plans().plan(&id).await?;
        let standing = standing(self.state, self.principal, &plan).await?;
        let (standing, _) = standing.ok_or_else(|| not_in_force(&id))?;
        let stood = Arc::new((plan, standing));
        known.stood.insert(key, Arc::clone(&stood));
        Ok(stood)
    }

    async fn current(&self) -> Result<String> {
        let current = self.state.plans().current().await?;
        current.ok_or_else(|| Problem::new("no-plan", "no plan is in force"))
    }
}

fn not_in_force(id: &str) -> Box<Problem> {
    Problem::new("no-plan", format!("the plan `{id}` is not in force"))
}

fn wanted(asked: &TileLamps, county: Option<&str>) -> LampsWanted {
    LampsWanted {
        of: match asked.by {
            LampsBy::Point => LampsOf::Points,
            LampsBy::Unit => LampsOf::Units,
            LampsBy::County => LampsOf::Counties,
            LampsBy::Task => LampsOf::Tasks,
            LampsBy::Target => LampsOf::Targets,
            LampsBy::Node => LampsOf::Nodes,
        },
        county: county.map(str::to_owned),
        points: asked.points.iter().copied().collect(),
        units: asked.units.iter().cloned().collect(),
        only: asked.only.iter().copied().map(lamp).collect(),
        due_this_month: asked.due == Some(LampsDue::ThisMonth),
    }
}

fn lamp(name: LampName) -> Lamp {
    match name {
        LampName::Late => Lamp::Late,
        LampName::Near => Lamp::Near,
        LampName::OnCourse => Lamp::OnCourse,
        LampName::NotBegun => Lamp::NotBegun,
        LampName::DoneLate => Lamp::DoneLate,
        LampName::Done => Lamp::Done,
    }
}

impl From<LampLine> for LampOfBoard {
    fn from(line: LampLine) -> Self {
        Self {
            item: line.item,
            name: line.name,
            lead: line.lead,
            lamp: line.lamp.name().to_owned(),
            due: line.due,
            days_left: line.days_left,
            share: line.share,
            number: line.actual.and_then(NumberOfLamp::of),
            tasks: line.tasks.as_ref().map(CountsOfPlan::from),
        }
    }
}

impl NumberOfLamp {
    /// That of a metric; what somebody handed in has no trail.
    fn of(actual: Actual) -> Option<Self> {
        let trail = actual.trail?;
        Some(Self {
            metric: trail.strip_prefix("metric/")?.to_owned(),
            period: actual.period?.to_string(),
            value: actual.value,
            unit: actual.unit,
        })
    }
}
