//! The model of companies whose address does not exist, against a city that says which ones it planted.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};

use serde_json::Value;

use super::support::Place;

/// The codes that a query gives.
fn codes(place: &Place, sql: &str) -> BTreeSet<String> {
    let answer = place.yandu(&["sql", sql, "--json"]).ok().json();
    let rows = answer["rows"].as_array().unwrap();
    rows.iter()
        .map(|row| row[0].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn companies_without_an_address_are_found_and_hardly_any_other() {
    let place = Place::with_shipped_packs();
    let seed = RandomState::new().hash_one("seed") % 1_000_000;
    println!("seed {seed}");
    let seed = seed.to_string();
    place
        .yandu(&[
            "city",
            "simulate",
            "--people",
            "60000",
            "--seed",
            &seed,
            "--defects",
            "6",
            "--out",
            "city",
            "--only",
            "enterprises",
            "--only",
            "households",
        ])
        .ok();
    place.yandu(&["collect", "compare.street_file"]).ok();
    let inbox = place.path("data/inbox");
    for folder in std::fs::read_dir(place.path("city/inbox")).unwrap() {
        let folder = folder.unwrap();
        let target = inbox.join(folder.file_name());
        std::fs::create_dir_all(&target).unwrap();
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), target.join(file.file_name())).unwrap();
        }
    }
    for source in ["enterprise.company_export", "population.household_export"] {
        place.yandu(&["collect", source]).ok();
    }
    let models = ["compare.known_road", "compare.company_without_address"];
    place.yandu(&["model", "run", models[0], models[1]]).ok();

    let truth = std::fs::read_to_string(place.path("city/truth.jsonl")).unwrap();
    let planted: BTreeSet<String> = truth
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|fault| {
            fault["kind"] == "no-such-address" && fault["dataset"] == "enterprise.company"
        })
        .map(|fault| fault["key"].as_str().unwrap().to_owned())
        .collect();
    // A closed company has no address to be looked at, and one in quarantine is no row.
    let in_operation = codes(
        &place,
        "SELECT uscc FROM enterprise.company WHERE status = '1' LIMIT 100000",
    );
    let planted: BTreeSet<&String> = planted.intersection(&in_operation).collect();
    let found = codes(
        &place,
        "SELECT uscc FROM compare.company_without_address LIMIT 100000",
    );
    let right = found.iter().filter(|code| planted.contains(code)).count();
    println!(
        "planted {}, found {}, right {right}",
        planted.len(),
        found.len()
    );
    assert!(planted.len() >= 10, "only {} were planted", planted.len());
    assert!(
        right * 100 >= planted.len() * 95,
        "recall {right} of {}",
        planted.len()
    );
    assert!(
        right * 100 >= found.len() * 95,
        "precision {right} of {}",
        found.len()
    );
}
