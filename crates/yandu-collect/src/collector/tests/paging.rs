//! Pages of what is in quarantine.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};

use parquet::file::reader::{FileReader, SerializedFileReader};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use yandu_lake::Principal;
use yandu_words::id::BatchId;

use super::City;
use crate::Mode;
use crate::quarantine::Selection;

/// More than a worker puts into one group of rows.
const ROWS: u64 = 150_000;

/// A delivery of which most rows break something, as the fault of each row.
async fn faulty(city: &City, rng: &mut StdRng) -> (BatchId, Vec<Option<&'static str>>) {
    let mut text = "编号,年龄,上级\n".to_owned();
    let faults: Vec<Option<&str>> = (0..ROWS)
        .map(|row| {
            let (age, fault) = match rng.random_range(0..1_000) {
                0 => ("30", None),
                1..=5 => ("200", Some("age-range")),
                _ => ("many", Some("number")),
            };
            text.push_str(&format!("p{row},{age},\n"));
            fault
        })
        .collect();
    let outcome = city.collect(text, Mode::Snapshot).await;
    let count = faults.iter().flatten().count();
    assert_eq!(outcome.rows_quarantined, count as u64);
    (outcome.batch, faults)
}

/// The places of the rows that are meant, page by page.
async fn paged(city: &City, batch: &BatchId, meant: &Selection, rng: &mut StdRng) -> Vec<u64> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let limit = rng.random_range(1..40_000);
        let page = Selection {
            after,
            limit: Some(limit),
            ..meant.clone()
        };
        let rows = city.collector.quarantined(batch, &page).await.unwrap();
        assert!(rows.len() <= limit);
        found.extend(rows.iter().map(|row| row.row));
        if rows.len() < limit {
            return found;
        }
        after = found.last().copied();
    }
}

#[tokio::test]
async fn pages_of_any_size_make_up_what_is_meant() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let city = City::open().await;
    let (batch, faults) = faulty(&city, &mut rng).await;
    let me = Principal::local_administrator();
    // A long run of rows is given up, and some here and there.
    let start = rng.random_range(0..ROWS / 2);
    let gone: BTreeSet<u64> = (1..=ROWS)
        .filter(|row| (start..start + ROWS / 3).contains(row) || row % 1_000 == 7)
        .filter(|row| faults[*row as usize - 1].is_some())
        .collect();
    let rows: Vec<u64> = gone.iter().copied().collect();
    city.collector
        .drop_rows(&me, &batch, &rows, "no such people")
        .await
        .unwrap();
    let some: BTreeSet<u64> = (0..50).map(|_| rng.random_range(1..=ROWS)).collect();
    for (reason, waiting, rows) in [
        (None, false, BTreeSet::new()),
        (None, true, BTreeSet::new()),
        (Some("age-range"), false, BTreeSet::new()),
        (Some("age-range"), true, BTreeSet::new()),
        (Some("missing"), false, BTreeSet::new()),
        (None, true, some.clone()),
        (Some("number"), false, some),
    ] {
        let expected: Vec<u64> = (1..=ROWS)
            .filter(|row| {
                let fault = faults[*row as usize - 1];
                fault.is_some()
                    && (reason.is_none() || fault == reason)
                    && !(waiting && gone.contains(row))
                    && (rows.is_empty() || rows.contains(row))
            })
            .collect();
        let meant = Selection {
            rows,
            reason: reason.map(ToOwned::to_owned),
            waiting,
            ..Selection::default()
        };
        let found = paged(&city, &batch, &meant, &mut rng).await;
        assert!(found == expected, "seed {seed}: {reason:?}, {waiting}");
        let whole = city.collector.quarantined(&batch, &meant).await.unwrap();
        let places: Vec<u64> = whole.iter().map(|row| row.row).collect();
        assert!(places == expected, "seed {seed}: {reason:?}, {waiting}");
        for row in &whole {
            let fault = faults[row.row as usize - 1];
            assert_eq!(row.reasons.first().map(|one| one.reason.as_str()), fault);
            assert_eq!(row.note.is_some(), gone.contains(&row.row));
        }
    }
}

#[tokio::test]
async fn a_page_reads_no_further_than_it_shows() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let city = City::open().await;
    let (batch, _) = faulty(&city, &mut StdRng::seed_from_u64(seed)).await;
    // The last group of rows of each file cannot be read any more.
    let mut broken = 0;
    let folder = city
        .folder
        .path()
        .join("data/quarantine")
        .join(batch.as_str());
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let reader = SerializedFileReader::new(fs::File::open(&path).unwrap()).unwrap();
        let groups = reader.metadata().row_groups();
        // A worker that had little to do has one group, which may be the one that is shown.
        let Some(last) = groups.get(1..).and_then(<[_]>::last) else {
            continue;
        };
        broken += 1;
        let mut file = OpenOptions::new().write(true).open(&path).unwrap();
        for column in last.columns() {
            let (start, length) = column.byte_range();
            file.seek(SeekFrom::Start(start)).unwrap();
            file.write_all(&vec![0; length as usize]).unwrap();
        }
    }
    assert!(broken > 0);
    for reason in [None, Some("number".to_owned())] {
        let page = Selection {
            limit: Some(100),
            reason,
            ..Selection::default()
        };
        let rows = city.collector.quarantined(&batch, &page).await.unwrap();
        assert_eq!(rows.len(), 100);
    }
    let all = Selection::default();
    assert!(city.collector.quarantined(&batch, &all).await.is_err());
}
