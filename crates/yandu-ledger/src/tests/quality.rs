//! The quality of the search: what somebody types, and the entry that is meant. The table is `queries.tsv`; the entries are those of
//! the shipped packs and of `catalogue.jsonl`.

use super::site::{Site, shipped, who};
use crate::Format;

const QUERIES: &str = include_str!("queries.tsv");
const CATALOGUE: &str = include_str!("catalogue.jsonl");

#[tokio::test]
async fn what_is_meant_stands_on_top() {
    let site = Site::new().await;
    site.ledger.sync_packs(&shipped()).await.unwrap();
    let path = site.write("catalogue.jsonl", CATALOGUE);
    let imported = site
        .ledger
        .import(&who(), &path, Format::JsonLines, None)
        .await
        .unwrap();
    assert_eq!(imported.faulty, 0, "{:?}", imported.faults);
    let (mut first, mut third, mut all) = (0, 0, 0);
    let mut missed = Vec::new();
    for line in QUERIES.lines().filter(|line| !line.starts_with('#')) {
        let [kind, q, meant] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("`{line}` has not three columns");
        };
        let found = site.ids(q).await;
        let place = found.iter().position(|id| id == meant);
        all += 1;
        first += usize::from(place == Some(0));
        third += usize::from(place.is_some_and(|place| place < 3));
        if place != Some(0) {
            let top: Vec<&String> = found.iter().take(3).collect();
            missed.push(format!(
                "{kind}: `{q}` means {meant}, found {place:?} of {} {top:?}",
                found.len()
            ));
        }
    }
    println!("hit@1 {first}/{all}, hit@3 {third}/{all}");
    for line in &missed {
        println!("{line}");
    }
    assert!(all >= 40, "{all} queries are too few");
    assert!(first * 100 >= all * 90, "hit@1 {first}/{all}: {missed:#?}");
    assert!(third * 100 >= all * 97, "hit@3 {third}/{all}: {missed:#?}");
}
