//! Random changes against a model that knows nothing of boards and indexes: a list of entries and a loop over it.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::site::{Site, ids, who};
use crate::{Facet, Facts, Filter, Search, Status};

const OWNERS: [&str; 4] = ["市公安局", "市民政局", "市水利局", "市数据局"];
const PLACES: [&str; 5] = ["320900", "320902", "320902001", "320903", "320981"];
const CLASSES: [&str; 3] = ["unconditional", "conditional", "none"];
const GRADES: [&str; 3] = ["general-1", "general-3", "important"];
const WORDS: [&str; 8] = [
    "人口", "企业", "河道", "路灯", "学校", "医院", "渔船", "耕地",
];
const PARTS: [&str; 4] = ["登记", "巡查", "台账", "许可"];

#[derive(Debug, Clone, Default)]
struct Known {
    title: String,
    owner: String,
    division: Option<String>,
    sharing: Option<String>,
    grade: Option<String>,
    points: Vec<u8>,
    status: &'static str,
    fresh: Option<bool>,
}

fn pick<'a>(random: &mut StdRng, from: &[&'a str]) -> &'a str {
    from.choose(random).unwrap()
}

fn maybe(random: &mut StdRng, from: &[&str]) -> Option<String> {
    random
        .random_bool(0.8)
        .then(|| pick(random, from).to_owned())
}

fn drawn(random: &mut StdRng) -> Known {
    Known {
        title: format!("{}{}", pick(random, &WORDS), pick(random, &PARTS)),
        owner: pick(random, &OWNERS).to_owned(),
        division: maybe(random, &PLACES),
        sharing: maybe(random, &CLASSES),
        grade: maybe(random, &GRADES),
        points: (0..random.random_range(0..3))
            .map(|_| random.random_range(1..=25))
            .collect(),
        status: "drafted",
        fresh: None,
    }
}

fn content(known: &Known) -> Value {
    json!({
        "title": {"zh": known.title},
        "owner": known.owner,
        "division": known.division,
        "sharing": {"class": known.sharing},
        "grade": known.grade,
        "points": known.points,
    })
}

/// One filter, and what it means.
struct Condition {
    facet: Facet,
    values: Vec<String>,
}

fn conditions(random: &mut StdRng) -> Vec<Condition> {
    let mut conditions = Vec::new();
    let mut add = |random: &mut StdRng, facet: Facet, from: &[&str]| {
        if random.random_bool(0.4) {
            let values = (0..random.random_range(1..3))
                .map(|_| pick(random, from).to_owned())
                .collect();
            conditions.push(Condition { facet, values });
        }
    };
    add(
        random,
        Facet::Owner,
        &[&OWNERS[..], &["没有这个部门"]].concat(),
    );
    add(random, Facet::Division, &[&PLACES[..], &["unset"]].concat());
    add(random, Facet::Sharing, &[&CLASSES[..], &["unset"]].concat());
    add(random, Facet::Grade, &[&GRADES[..], &["unset"]].concat());
    add(random, Facet::Status, &["drafted", "reviewed", "withdrawn"]);
    add(random, Facet::Fresh, &["true", "false", "unset"]);
    add(random, Facet::Point, &["1", "7", "25", "unset"]);
    conditions
}

fn holds(known: &Known, condition: &Condition) -> bool {
    let or_unset = |value: &Option<String>| value.clone().unwrap_or_else(|| "unset".to_owned());
    condition.values.iter().any(|wanted| match condition.facet {
        Facet::Owner => known.owner == *wanted,
        Facet::Division => match (&known.division, wanted.as_str()) {
            (None, wanted) => wanted == "unset",
            (Some(code), "320900") => code.starts_with("3209"),
            (Some(code), wanted) => code.starts_with(wanted),
        },
        Facet::Sharing => or_unset(&known.sharing) == *wanted,
        Facet::Grade => or_unset(&known.grade) == *wanted,
        Facet::Status => known.status == wanted,
        Facet::Fresh => {
            known
                .fresh
                .map_or("unset".to_owned(), |fresh| fresh.to_string())
                == *wanted
        }
        Facet::Point => match wanted.parse::<u8>() {
            Ok(point) => known.points.contains(&point),
            Err(_) => known.points.is_empty(),
        },
        other => panic!("{other:?} is not drawn"),
    })
}

/// A word of a title is in it, or it is not: no synonyms are loaded, and both kinds of words have two signs.
fn is_found(known: &Known, q: &str) -> bool {
    q.split_whitespace().all(|word| known.title.contains(word))
}

#[tokio::test]
async fn every_search_finds_what_a_loop_over_all_entries_finds() {
    let seed: u64 = match std::env::var("YANDU_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => rand::random(),
    };
    println!("YANDU_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut site = Site::new().await;
    let mut all: BTreeMap<String, Known> = BTreeMap::new();
    for step in 0..250 {
        change(&mut random, &site, &mut all).await;
        if step % 60 == 59 {
            site = if random.random_bool(0.5) {
                site.killed().await
            } else {
                site.ledger.close().await.unwrap();
                site
            };
        }
        if step % 3 == 0 {
            compare(&mut random, &site, &all, seed).await;
        }
    }
}

async fn change(random: &mut StdRng, site: &Site, all: &mut BTreeMap<String, Known>) {
    let known_ids: Vec<String> = all.keys().cloned().collect();
    match (random.random_range(0..10), known_ids.choose(random)) {
        (0..4, _) | (_, None) => {
            let id = format!("e{}", all.len());
            let known = drawn(random);
            site.register(&id, content(&known)).await.unwrap();
            all.insert(id, known);
        }
        (4..7, Some(id)) => {
            let known = all.get_mut(id).unwrap();
            let next = drawn(random);
            let before = content(known);
            let after = content(&next);
            site.patch(id, after.clone()).await.unwrap();
            let mut points = next.points.clone();
            points.sort_unstable();
            points.dedup();
            let mut old = known.points.clone();
            old.sort_unstable();
            old.dedup();
            let is_changed = {
                let without = |mut value: Value| {
                    value["points"] = json!([]);
                    value
                };
                without(before) != without(after) || points != old
            };
            let status = match known.status {
                "reviewed" if is_changed => "drafted",
                status => status,
            };
            *known = Known {
                status,
                fresh: known.fresh,
                ..next
            };
        }
        (7..9, Some(id)) => {
            let known = all.get_mut(id).unwrap();
            let from = Status::from_name(known.status).unwrap();
            let to = *[Status::Drafted, Status::Reviewed, Status::Withdrawn]
                .choose(random)
                .unwrap();
            let moved = site.ledger.transition(&who(), id, to, "试", None).await;
            if from.moves().contains(&to) {
                known.status = moved.unwrap().status.name();
            } else {
                moved.unwrap_err();
            }
        }
        (_, Some(id)) => {
            let known = all.get_mut(id).unwrap();
            known.fresh = [None, Some(true), Some(false)]
                .choose(random)
                .copied()
                .flatten();
            let facts = Facts {
                fresh: known.fresh,
                ..Facts::default()
            };
            site.ledger.note_facts(id, facts).await.unwrap();
        }
    }
}

async fn compare(random: &mut StdRng, site: &Site, all: &BTreeMap<String, Known>, seed: u64) {
    let conditions = conditions(random);
    let q = match random.random_range(0..4) {
        0 => pick(random, &WORDS).to_owned(),
        1 => format!("{} {}", pick(random, &WORDS), pick(random, &PARTS)),
        _ => String::new(),
    };
    let mut filter = Filter::default();
    for condition in &conditions {
        filter = filter.with(condition.facet, condition.values.iter().cloned());
    }
    let by_words: Vec<(&String, &Known)> = all
        .iter()
        .filter(|(_, known)| is_found(known, &q))
        .collect();
    // Where no title has all the words, words are read with more good will, and that is tried elsewhere.
    if by_words.is_empty() {
        return;
    }
    let search = Search {
        q: q.clone(),
        filter,
        limit: 1_000,
        ..Search::default()
    };
    let page = site.ledger.search(&search).await.unwrap();
    let mut found = ids(&page);
    found.sort();
    let mut expected: Vec<String> = by_words
        .iter()
        .filter(|(_, known)| conditions.iter().all(|condition| holds(known, condition)))
        .map(|(id, _)| (*id).clone())
        .collect();
    expected.sort();
    assert_eq!(found, expected, "seed {seed}, q `{q}`");
    assert_eq!(page.total, expected.len() as u64);
    for facet in [Facet::Sharing, Facet::Grade] {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for (_, known) in &by_words {
            let others = conditions
                .iter()
                .filter(|condition| condition.facet != facet);
            if others.into_iter().all(|condition| holds(known, condition)) {
                let value = if facet == Facet::Grade {
                    &known.grade
                } else {
                    &known.sharing
                };
                *counts
                    .entry(value.clone().unwrap_or_else(|| "unset".to_owned()))
                    .or_default() += 1;
            }
        }
        let (_, given) = page.facets.iter().find(|(of, _)| *of == facet).unwrap();
        let given: BTreeMap<String, u64> = given
            .iter()
            .map(|count| (count.value.clone(), count.count))
            .collect();
        assert_eq!(given, counts, "seed {seed}, {facet:?}");
    }
}
