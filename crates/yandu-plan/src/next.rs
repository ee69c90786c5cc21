//! From the review of one plan to the draft frame of the next: what is not reached is carried over.

use yandu_documents::chinese;

use crate::record::{Figure, Plan, PlanPoint};
use crate::standing::{Lamp, Standing, TargetStanding};

/// The draft frame of the next plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    pub year: Option<i16>,
    pub title: String,
    /// How many targets were reached in time, late, and not.
    pub done: u32,
    pub done_late: u32,
    pub open: u32,
    pub points: Vec<FramePoint>,
    /// The frame as a text that can be edited and imported.
    pub text: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FramePoint {
    pub number: u32,
    pub title: String,
    pub lead: Option<String>,
    pub supports: Vec<String>,
    pub carried: Vec<Carried>,
    /// Titles of tasks without a target that are not closed.
    pub tasks: Vec<String>,
}

/// A target that is carried over.
#[derive(Debug, Clone, PartialEq)]
pub struct Carried {
    pub target: u32,
    pub literal: String,
    /// What was reached.
    pub measured: Option<f64>,
    /// What lacks.
    pub gap: Option<f64>,
    /// Its day lies behind the year of the plan, so that it goes on and did not fail.
    pub goes_on: bool,
}

/// The frame that follows from how a plan stands.
pub fn next_frame(plan: &Plan, standing: &Standing) -> Frame {
    let year = plan.head.year.map(|year| year + 1);
    let title = title_of(plan, year);
    let (mut done, mut done_late, mut open) = (0, 0, 0);
    for stands in standing.targets.values() {
        match stands.lamp {
            Lamp::Done => done += 1,
            Lamp::DoneLate => done_late += 1,
            _ => open += 1,
        }
    }
    let mut points: Vec<&PlanPoint> = plan.points.values().collect();
    points.sort_by_key(|point| point.offset);
    let points: Vec<FramePoint> = points
        .into_iter()
        .map(|point| frame_point(plan, point, standing))
        .collect();
    let text = text_of(plan, &title, &points);
    Frame {
        year,
        title,
        done,
        done_late,
        open,
        points,
        text,
    }
}

fn title_of(plan: &Plan, year: Option<i16>) -> String {
    let title = plan
        .head
        .title
        .clone()
        .unwrap_or_else(|| "工作要点".to_owned());
    match (plan.head.year, year) {
        (Some(old), Some(new)) if title.contains(&old.to_string()) => {
            title.replace(&old.to_string(), &new.to_string())
        }
        (_, Some(new)) => format!("{new}年{title}"),
        _ => title,
    }
}

fn frame_point(plan: &Plan, point: &PlanPoint, standing: &Standing) -> FramePoint {
    let is_open = |target: &&Figure| {
        let stands = standing.targets.get(&target.number);
        stands.is_some_and(|stands| stands.closed.is_none())
    };
    let targets = plan
        .targets()
        .filter(|target| target.point == Some(point.number));
    let carried = targets
        .filter(is_open)
        .filter_map(|target| Some(carry(plan, target, standing.targets.get(&target.number)?)));
    let tasks = plan.tasks_in_order().into_iter().filter(|task| {
        let stands = standing.tasks.get(&task.id);
        task.point == point.number
            && task.of.is_none()
            && task.target.is_none()
            && stands.is_some_and(|stands| !stands.is_closed)
    });
    FramePoint {
        number: point.number,
        title: point.title.clone(),
        lead: point.lead.clone(),
        supports: point.supports.clone(),
        carried: carried.collect(),
        tasks: tasks.map(|task| task.said.title.clone()).collect(),
    }
}

fn carry(plan: &Plan, target: &Figure, stands: &TargetStanding) -> Carried {
    let due = target.said.due.map(jiff::civil::Date::year);
    Carried {
        target: target.number,
        literal: target.wording(),
        measured: stands.measured,
        gap: stands.gap,
        goes_on: due
            .zip(plan.head.year)
            .is_some_and(|(due, year)| due > year),
    }
}

/// The frame in the form of a plan: chapters, points with what is carried over, and units.
fn text_of(plan: &Plan, title: &str, points: &[FramePoint]) -> String {
    let mut text = format!("{title}\n");
    let mut chapters = plan
        .head
        .chapters
        .iter()
        .filter(|one| !one.points.is_empty())
        .peekable();
    for (place, point) in points.iter().enumerate() {
        if let Some(chapter) = chapters.next_if(|one| one.points.contains(&point.number)) {
            text.push_str(&format!("{}、{}\n", chapter.label, chapter.title));
        }
        text.push_str(&format!("（{}）{}。", chinese(place + 1), point.title));
        for carried in &point.carried {
            text.push_str(&format!("继续推进{}。", carried.literal));
        }
        for task in point.tasks.iter().filter(|task| !task.ends_with('…')) {
            text.push_str(&format!("继续推进{task}。"));
        }
        text.push_str(&units_of(point));
        text.push('\n');
    }
    text
}

fn units_of(point: &FramePoint) -> String {
    let supports = point.supports.join("、");
    match (&point.lead, point.supports.is_empty()) {
        (Some(lead), true) => format!("（牵头单位：{lead}）"),
        (Some(lead), false) => format!("（牵头单位：{lead}；责任单位：{supports}）"),
        (None, false) => format!("（{supports}按职责分工负责）"),
        (None, true) => String::new(),
    }
}
