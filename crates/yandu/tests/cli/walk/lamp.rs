//! The plan of the walk: its lamps on boards are told again from its tasks and its targets, these from the text.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::city::{City, list};
use super::number::Number;
use super::recount;
use crate::plan::{all_decided, run_on};
use crate::support::Place;

const TEXT: &str = include_str!("../../../../../packs/plan/examples/工作要点.txt");
const PLAN: &str = "2025";
/// When it was put in force.
const DAY: &str = "2025-03-05";
/// The metrics that its targets are bound to, in the order of the text.
const BOUND: [&str; 2] = ["telecom.new_station", "trade.volume"];
/// From the best one to the worst.
const LAMPS: [&str; 6] = [
    "done",
    "not-begun",
    "on-course",
    "done-late",
    "near",
    "late",
];

type Counts = BTreeMap<String, u64>;

/// The plan as it is told apart from boards.
pub(super) struct Plan {
    tasks: Vec<Value>,
    targets: BTreeMap<String, Value>,
}

/// What became of the lamps of a board.
#[derive(Default)]
pub(super) struct Lit {
    pub(super) lamps: usize,
    /// The numbers that shares of targets are made of.
    pub(super) actuals: Vec<Number>,
}

/// Something with its lamp.
#[derive(Debug, PartialEq)]
struct Item {
    lamp: String,
    due: Option<String>,
    share: Option<f64>,
    tasks: Option<Counts>,
}

/// Imports the plan that is shipped, decides what its reading leaves open, approves it and binds its targets.
pub(super) fn in_force(place: &Place) {
    let run = |arguments: &[&str]| run_on(place, DAY, arguments).ok();
    place.write("plan.txt", TEXT);
    run(&["import", "plan.txt", "--id", PLAN]);
    let decisions = all_decided(place, PLAN, DAY);
    place.write("decisions.json", &decisions.to_string());
    run(&["review", PLAN, "--file", "decisions.json"]);
    run(&["approve", PLAN, "--reason", "已经市政府研究通过"]);
    for (before, metric) in BOUND.into_iter().enumerate() {
        let target = (before + 1).to_string();
        let source = ["metric", metric, "--way", "year-sum"];
        let why = ["--reason", "部门台账"];
        run(&[&["bind", PLAN, target.as_str()][..], &source, &why].concat());
    }
}

impl Plan {
    pub(super) fn of(city: &City) -> Self {
        let told = city.get(&format!("/plans/{PLAN}/tasks"));
        let tasks: Vec<Value> = list(&told, "tasks").cloned().collect();
        let numbers: BTreeSet<u64> = tasks
            .iter()
            .filter_map(|task| task["target"].as_u64())
            .collect();
        assert_eq!(numbers.len(), BOUND.len(), "each target has its task");
        let target = |number: u64| {
            let told = city.get(&format!("/plans/{PLAN}/targets/{number}"));
            (format!("target/{number}"), told)
        };
        Self {
            targets: numbers.into_iter().map(target).collect(),
            tasks,
        }
    }

    /// The lamps of all tiles of a board, and the numbers that stand behind its shares. What a tile tells otherwise than the plan
    /// does is a fault.
    pub(super) fn lit(&self, board: &str, shown: &Value, faults: &mut Vec<String>) -> Lit {
        let county = shown["area"]["name"].as_str();
        let mut lit = Lit::default();
        for tile in list(shown, "tiles").filter(|tile| !tile["lamps"].is_null()) {
            let (id, lamps) = (text(tile, "id"), &tile["lamps"]);
            let known = self.items(text(lamps, "by"), county);
            faults.extend(
                agree(id, lamps, &known)
                    .into_iter()
                    .map(|fault| format!("{board}/{id}: {fault}")),
            );
            for line in list(lamps, "lines") {
                lit.lamps += 1;
                let Some(target) = self.targets.get(text(line, "item")) else {
                    continue;
                };
                match actual(&format!("{board}/{id}"), line, target) {
                    Ok(number) => lit.actuals.extend(number),
                    Err(fault) => faults.push(format!("{board}/{id}: {fault}")),
                }
            }
        }
        lit
    }

    /// All that has a lamp of a kind, of the whole city or of a county.
    fn items(&self, by: &str, county: Option<&str>) -> BTreeMap<String, Item> {
        let own = self.tasks.iter().filter(|task| match county {
            Some(county) => task["county"] == county,
            None => task["county"].is_null() != (by == "county"),
        });
        let task = |task: &Value| {
            let id = format!("task/{}", text(task, "id"));
            (id, Item::dated(&task["standing"]))
        };
        match by {
            "task" => own.map(task).collect(),
            "target" if county.is_some() => own
                .filter(|task| !task["target"].is_null())
                .map(task)
                .collect(),
            "target" => {
                let targets = self.targets.iter();
                let standing = |target: &Value| Item::dated(&target["standing"]);
                targets
                    .map(|(id, target)| (id.clone(), standing(target)))
                    .collect()
            }
            "node" => own
                .flat_map(|task| list(task, "nodes"))
                .map(|node| {
                    let id = format!("node/{}", text(node, "id"));
                    (id, Item::dated(&node["standing"]))
                })
                .collect(),
            group => grouped(group, own),
        }
    }
}

impl Item {
    fn dated(standing: &Value) -> Self {
        Self {
            lamp: text(standing, "lamp").to_owned(),
            due: standing["due"]["day"].as_str().map(str::to_owned),
            share: standing["share"].as_f64(),
            tasks: None,
        }
    }

    fn of_line(line: &Value) -> Self {
        Self {
            lamp: text(line, "lamp").to_owned(),
            due: line["due"].as_str().map(str::to_owned),
            share: line["share"].as_f64(),
            tasks: serde_json::from_value(line["tasks"].clone()).unwrap(),
        }
    }
}

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or_default()
}

/// Points, units or counties with the worst lamp of their tasks.
fn grouped<'a>(by: &str, tasks: impl Iterator<Item = &'a Value>) -> BTreeMap<String, Item> {
    let mut groups: BTreeMap<String, Counts> = BTreeMap::new();
    for task in tasks {
        let name = match by {
            "point" => task["point"].as_u64().map(|point| point.to_string()),
            "unit" => task["lead"].as_str().map(str::to_owned),
            _ => task["county"].as_str().map(str::to_owned),
        };
        if let Some(name) = name {
            let counts = groups.entry(format!("{by}/{name}")).or_insert_with(none);
            add(counts, text(&task["standing"], "lamp"));
        }
    }
    let item = |counts: Counts| Item {
        lamp: worst(&counts).to_owned(),
        due: None,
        share: None,
        tasks: Some(counts),
    };
    let groups = groups.into_iter();
    groups.map(|(id, counts)| (id, item(counts))).collect()
}

fn none() -> Counts {
    LAMPS.iter().map(|lamp| ((*lamp).to_owned(), 0)).collect()
}

fn add(counts: &mut Counts, lamp: &str) {
    *counts.entry(lamp.to_owned()).or_default() += 1;
}

fn worst(counts: &Counts) -> &'static str {
    let is_there = |lamp: &&&str| counts.get(**lamp).is_some_and(|count| *count > 0);
    LAMPS.iter().rfind(is_there).copied().unwrap_or_default()
}

/// Where a tile differs from what is known: its lines, which are all that it lists, and its counts.
fn agree(tile: &str, lamps: &Value, known: &BTreeMap<String, Item>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut counts = none();
    let mut shown = BTreeSet::new();
    for line in list(lamps, "lines") {
        let (id, told) = (text(line, "item"), Item::of_line(line));
        add(&mut counts, &told.lamp);
        shown.insert(id);
        if known.get(id) != Some(&told) {
            let known = known.get(id);
            faults.push(format!("{id} is {told:?}, and the plan has {known:?}"));
        }
    }
    let day = text(lamps, "day");
    let listed = known.iter().filter(|(_, item)| lists(tile, item, day));
    let listed: BTreeSet<&str> = listed.map(|(id, _)| id.as_str()).collect();
    if listed != shown {
        faults.push(format!("lists {shown:?}, and the plan has {listed:?}"));
    }
    let told: Counts = serde_json::from_value(lamps["counts"].clone()).unwrap();
    if told != counts {
        faults.push(format!("counts {told:?}, and has lines of {counts:?}"));
    }
    faults
}

/// Whether a tile lists an item: two of those that are shipped list some alone.
fn lists(tile: &str, item: &Item, day: &str) -> bool {
    match tile {
        "late" => item.lamp == "late",
        "month" => item
            .due
            .as_ref()
            .is_some_and(|due| due.get(..7) == day.get(..7)),
        _ => true,
    }
}

/// The number that the share of a target is made of, which stands in the text as it was handed in; none where no share is told.
fn actual(tile: &str, line: &Value, target: &Value) -> Result<Option<Number>, String> {
    let (literal, offset) = (text(target, "literal"), target["offset"].as_u64());
    let offset = offset.and_then(|offset| usize::try_from(offset).ok());
    let place = TEXT.char_indices().nth(offset.unwrap_or(usize::MAX));
    if literal.is_empty() || !place.is_some_and(|(place, _)| TEXT[place..].starts_with(literal)) {
        return Err(format!("`{literal}` does not stand at {offset:?}"));
    }
    let Some(share) = line["share"].as_f64() else {
        return Ok(None);
    };
    let standing = &target["standing"];
    let (measured, actual) = (standing["measured"].as_f64(), &standing["actual"]);
    let again = measured
        .zip(target["value"].as_f64())
        .map(|(measured, value)| measured / value);
    if !again.is_some_and(|again| recount::are_same(again, share)) {
        return Err(format!("a share of {share} of {literal} is {again:?}"));
    }
    let metric = text(actual, "trail").strip_prefix("metric/");
    // What is counted through a year is asked for the year.
    let year = text(actual, "as_of").get(..4);
    match (metric, year, actual["value"].as_f64()) {
        (Some(metric), Some(year), Some(value)) => Ok(Some(Number::whole(
            tile,
            text(line, "item"),
            (metric, year),
            value,
        ))),
        _ => Err(format!("the share of {literal} has no trail: {actual}")),
    }
}
