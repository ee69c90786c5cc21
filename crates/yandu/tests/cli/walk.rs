//! Every number of every board, followed down to a line that a department handed over and back up to the number.

mod city;
mod number;
mod recount;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use city::City;
use number::{Back, numbers};

/// Numbers that are walked at least, so that an empty city proves nothing.
const LEAST: usize = 150;

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

#[test]
fn every_number_of_every_board_is_walked_down_to_a_delivered_line_and_back() {
    let city = City::settled();
    let boards = boards(&city);
    let mut walked = BTreeSet::new();
    let mut exact = 0;
    let mut faults = Vec::new();
    let mut back: BTreeMap<String, Vec<(String, Back)>> = BTreeMap::new();
    for (name, board) in &boards {
        let numbers = numbers(name, board, &mut faults);
        for number in numbers {
            if !walked.insert(number.question()) {
                continue;
            }
            match number.walk(&city) {
                Ok(way) => {
                    exact += usize::from(way.is_recounted);
                    println!("{number}: {way}");
                    let ways: &mut Vec<_> = back.entry(way.back.dataset.clone()).or_default();
                    ways.push((number.to_string(), way.back));
                }
                Err(fault) => faults.push(format!("{number}: {fault}")),
            }
        }
    }
    for ways in back.values() {
        for some in ways.chunks(TOGETHER) {
            faults.extend(number::back(&city, some).err());
        }
    }
    println!(
        "{} numbers of {} boards were walked, {exact} of them recounted from their rows",
        walked.len(),
        boards.len()
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(walked.len() >= LEAST, "only {} numbers", walked.len());
    assert!(exact * 2 >= walked.len(), "only {exact} were recounted");
}
