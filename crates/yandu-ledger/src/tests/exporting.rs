//! Tables that go out and come back.

use std::path::Path;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::site::{Site, complete, shipped, who};
use crate::export::{Sheet, csv_header, csv_lines};
use crate::{Entry, Format, Imported, Search};

/// Signs that tables, offices and the cells of lists give a meaning of their own.
const SIGNS: [&str; 22] = [
    "人", "口", "a", "7", "|", "\\", "\\n", ",", "，", "、", "；", ":", "：", "（", "）", "\"",
    "'", "=", "-", "@", "[", " ",
];

fn text(random: &mut StdRng, with_lines: bool) -> String {
    let mut text = String::from(*["人", "=", "'", "[", "-", "|"].choose(random).unwrap());
    for _ in 0..random.random_range(0..8) {
        text.push_str(SIGNS.choose(random).unwrap());
    }
    if with_lines && random.random_bool(0.3) {
        text.push_str("\n二");
    }
    text.push('尾');
    text
}

fn column(random: &mut StdRng, number: usize) -> Value {
    let maybe =
        |random: &mut StdRng, with_lines| random.random_bool(0.5).then(|| text(random, with_lines));
    json!({
        "name": format!("{}{number}", text(random, false)),
        "title": {"zh": text(random, false), "en": maybe(random, false)},
        "type": maybe(random, false),
        "standard": maybe(random, false),
        "grade": (["general-2", "core"].choose(random)),
        "about": maybe(random, true),
    })
}

fn drawn(random: &mut StdRng, number: usize) -> Value {
    let columns: Vec<Value> = (0..random.random_range(1..5))
        .map(|place| column(random, place))
        .collect();
    let mut entry = complete(&format!("{}{number}", text(random, false)));
    entry["key"] = json!([columns[0]["name"]]);
    entry["columns"] = columns.into();
    for field in ["about", "opening_condition"] {
        entry[field] = text(random, true).into();
    }
    for field in ["steward", "contact", "late_contact", "theme"] {
        entry[field] = text(random, false).into();
    }
    entry["sharing"]["condition"] = text(random, true).into();
    entry["tags"] = (0..3).map(|_| text(random, false)).collect();
    entry["related"] = json!(["a.b", "c.d"]);
    entry["origin"] = (*["collect", "model", "matter", "form", "observe"]
        .choose(random)
        .unwrap())
    .into();
    entry["kind"] = (*["table", "api", "file", "stream"].choose(random).unwrap()).into();
    entry["points"] = json!([1, random.random_range(2..=25)]);
    entry
}

async fn everything(site: &Site) -> Vec<Entry> {
    let search = Search {
        limit: 1_000,
        ..Search::default()
    };
    site.ledger.whole(&search).await.unwrap().0
}

fn written(format: Format, entries: &[Entry]) -> Vec<u8> {
    match format {
        Format::Workbook => {
            let mut sheet = Sheet::new().unwrap();
            sheet.add(entries).unwrap();
            sheet.finish().0.save_to_buffer().unwrap()
        }
        _ => [csv_header(), csv_lines(entries)].concat(),
    }
}

async fn take_in(site: &Site, path: &Path, format: Format) -> Imported {
    site.ledger
        .import(&who(), path, format, None)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_table_that_was_exported_is_imported_without_a_change() {
    let seed: u64 = match std::env::var("YANDU_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => rand::random(),
    };
    println!("YANDU_SEED={seed}");
    let random = &mut StdRng::seed_from_u64(seed);
    let site = Site::new().await;
    site.ledger.sync_packs(&shipped()).await.unwrap();
    for number in 0..40 {
        site.register(&format!("drawn.e{number}"), drawn(random, number))
            .await
            .unwrap();
    }
    let entries = everything(&site).await;
    for (format, name) in [(Format::Csv, "a.csv"), (Format::Workbook, "a.xlsx")] {
        let path = site.write(name, written(format, &entries));
        let imported = take_in(&site, &path, format).await;
        assert_eq!(imported.faults, [], "{format:?}");
        assert_eq!(imported.ignored, [""; 0], "{format:?}");
        let changed = changed(&site, &entries).await;
        assert_eq!(
            imported.unchanged as usize,
            entries.len(),
            "{format:?} {changed:#?}"
        );

        let other = Site::new().await;
        let path = other.write(name, written(format, &entries));
        let created = take_in(&other, &path, format).await.created;
        assert_eq!(created as usize, entries.len());
        for entry in &entries {
            let there = other.ledger.entry(entry.id.as_str()).await.unwrap();
            assert_eq!(there.content, entry.content, "{format:?}");
        }
    }
}

/// What became of the first entry that an import has changed.
async fn changed(site: &Site, before: &[Entry]) -> Vec<crate::Change> {
    for entry in before {
        let now = site.ledger.entry(entry.id.as_str()).await.unwrap();
        if now.revision != entry.revision {
            let history = site.ledger.history(entry.id.as_str(), None, 1).await;
            return history.unwrap().remove(0).changes;
        }
    }
    Vec::new()
}
