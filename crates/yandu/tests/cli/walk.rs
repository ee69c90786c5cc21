//! Every number of every board, followed down to a line that a department handed over and back up to the number, and every lamp to
//! what the plan says of it.

mod city;
mod lamp;
mod number;
mod recount;

use std::collections::BTreeMap;

use serde_json::Value;

use city::City;
use lamp::Plan;
use number::{Back, Number, compared, numbers};

/// Numbers that are walked at least, so that an empty city proves nothing.
const LEAST: usize = 150;
const LEAST_LAMPS: usize = 6;

/// Numbers that others are compared with and that no tile shows by itself: so many of all are walked.
const COMPARED: usize = 60;

/// Rows that are followed up together.
const TOGETHER: usize = 20;

/// The boards, each for the whole city and for one of its areas.
fn boards(city: &City) -> Vec<(String, Value)> {
    let list = city.get("/boards");
    let mut boards = Vec::new();
    for line in list["boards"].as_array().unwrap() {
        let id = line["id"].as_str().unwrap();
        let whole = city.get(&format!("/boards/{id}"));
        let areas = whole["areas"].as_array().unwrap();
        if !areas.is_empty() {
            let place = city.seed as usize % areas.len();
            let area = areas[place]["code"].as_str().unwrap();
            let narrowed = city.get(&format!("/boards/{id}?area={area}"));
            boards.push((format!("{id} of {area}"), narrowed));
        }
        boards.push((id.to_owned(), whole));
    }
    boards
}

/// The numbers that were walked, of whichever tile.
struct Walk<'a> {
    city: &'a City,
    /// By their questions.
    walked: BTreeMap<String, f64>,
    faults: Vec<String>,
    /// By the datasets from which they are to be reached again.
    back: BTreeMap<String, Vec<(String, Back)>>,
}

/// What became of numbers of a kind.
#[derive(Default)]
struct Tally {
    walked: usize,
    exact: usize,
}

impl<'a> Walk<'a> {
    fn of(city: &'a City) -> Self {
        Self {
            city,
            walked: BTreeMap::new(),
            faults: Vec::new(),
            back: BTreeMap::new(),
        }
    }

    /// Down from a number to a delivered line. One that was walked already has to be what it was.
    fn down(&mut self, number: &Number, tally: &mut Tally) {
        let question = number.question();
        if let Some(value) = self.walked.get(&question) {
            if !number.is_as(*value) {
                self.faults.push(format!("{number}: elsewhere {value}"));
            }
            return;
        }
        self.walked.insert(question, number.value());
        match number.walk(self.city) {
            Ok(way) => {
                println!("{number}: {way}");
                tally.walked += 1;
                tally.exact += usize::from(way.is_recounted);
                let ways = self.back.entry(way.back.dataset.clone()).or_default();
                ways.push((number.to_string(), way.back));
            }
            Err(fault) => self.faults.push(format!("{number}: {fault}")),
        }
    }

    /// Some of the numbers, and all that were walked already: another city has other ones.
    fn some(&mut self, numbers: Vec<Number>, tally: &mut Tally) {
        let mut others = BTreeMap::new();
        for number in numbers {
            let question = number.question();
            if self.walked.contains_key(&question) {
                self.down(&number, tally);
            } else {
                others.insert(question, number);
            }
        }
        let step = others.len().div_ceil(COMPARED).max(1);
        let first = self.city.seed as usize % step;
        for number in others.values().skip(first).step_by(step) {
            self.down(number, tally);
        }
    }

    /// Up again from the lines that were reached, and what was not as it should be on all ways.
    fn up(mut self) -> Vec<String> {
        for ways in self.back.values() {
            for some in ways.chunks(TOGETHER) {
                self.faults.extend(number::back(self.city, some).err());
            }
        }
        self.faults
    }
}

#[test]
fn every_number_of_every_board_is_walked_down_to_a_delivered_line_and_back() {
    let city = City::settled();
    let boards = boards(&city);
    let plan = Plan::of(&city);
    let mut walk = Walk::of(&city);
    let (mut shown, mut behind) = (Tally::default(), Tally::default());
    let (mut lamps, mut actuals) = (0, 0);
    for (name, board) in &boards {
        for number in numbers(name, board, &mut walk.faults) {
            walk.down(&number, &mut shown);
        }
        let lit = plan.lit(name, board, &mut walk.faults);
        lamps += lit.lamps;
        actuals += lit.actuals.len();
        for number in &lit.actuals {
            walk.down(number, &mut shown);
        }
    }
    let (mut others, mut partial) = (Vec::new(), 0);
    for (name, board) in &boards {
        let compared = compared(name, board, &mut walk.faults);
        others.extend(compared.numbers);
        partial += compared.partial;
    }
    let known = others.len();
    walk.some(others, &mut behind);
    let faults = walk.up();
    println!(
        "{} numbers of {} boards were walked, {} of them recounted from their rows",
        shown.walked,
        boards.len(),
        shown.exact
    );
    println!(
        "of {known} numbers of whole periods that these are compared with {} more were walked, {} of them recounted; {partial} are of a part of a period",
        behind.walked, behind.exact
    );
    println!("{lamps} lamps were told again, and {actuals} numbers of targets walked");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(shown.walked >= LEAST, "only {} numbers", shown.walked);
    assert!(
        shown.exact * 2 >= shown.walked,
        "only {} were recounted",
        shown.exact
    );
    assert!(known > 0, "nothing is compared with a whole period");
    assert!(lamps >= LEAST_LAMPS, "only {lamps} lamps");
    assert!(actuals > 0, "no share of a target was told");
}
