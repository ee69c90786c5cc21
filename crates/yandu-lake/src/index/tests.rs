use std::collections::{BTreeMap, BTreeSet};

use crate::fixture::{Fixture, batch, people_from};
use crate::point::tests::selected_in;
use crate::{Change, Commit};

const AGE: std::time::Duration = std::time::Duration::from_hours(24);

/// A table of 50,000 people, of whom two or three share each name, out of order.
async fn many(seed: u64) -> (Fixture, BTreeMap<String, Vec<String>>) {
    let city = Fixture::with(|options| options.row_group_rows = 9_000);
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let rows: Vec<(String, String)> = (0..50_000_u64)
        .map(|number| {
            let mixed = (number ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
            (format!("{number:05}"), format!("n{}", mixed % 20_000))
        })
        .collect();
    for (id, name) in &rows {
        names.entry(name.clone()).or_default().push(id.clone());
    }
    let rows: Vec<(&str, &str)> = rows
        .iter()
        .map(|(id, name)| (id.as_str(), name.as_str()))
        .collect();
    let mut writer = city.lake.writer(&city.id).unwrap();
    writer.write(&people_from("b1", 1, &rows)).unwrap();
    let commit = Commit {
        batch: batch("b1"),
        into: None,
        change: Change::Append,
        files: writer.finish().unwrap(),
        operation: "collect".to_owned(),
    };
    city.lake.commit(&city.id, commit).await.unwrap();
    (city, names)
}

fn by_name() -> BTreeSet<String> {
    BTreeSet::from(["name".to_owned()])
}

fn ids(names: &BTreeMap<String, Vec<String>>, wanted: &[String]) -> String {
    let mut ids: Vec<&str> = wanted
        .iter()
        .filter_map(|name| names.get(name))
        .flatten()
        .map(String::as_str)
        .collect();
    ids.sort_unstable();
    ids.join(",")
}

async fn found(city: &Fixture, wanted: &[String]) -> String {
    let list: Vec<String> = wanted.iter().map(|name| format!("'{name}'")).collect();
    let sql = format!(
        "SELECT id FROM population.person WHERE name IN ({}) ORDER BY id",
        list.join(", ")
    );
    city.query(&sql).await
}

#[tokio::test]
async fn an_index_names_the_rows_of_a_value_and_no_others_are_read() {
    let seed = rand_seed();
    let (city, names) = many(seed).await;
    let wanted: Vec<String> = names.keys().step_by(400).cloned().collect();
    assert!(
        selected_in(&city.lake, &city.id, "name", &wanted)
            .await
            .is_none()
    );
    let scanned = found(&city, &wanted).await;
    city.lake.index(&city.id, &by_name()).await.unwrap();
    let selection = selected_in(&city.lake, &city.id, "name", &wanted)
        .await
        .unwrap();
    let rows: usize = selection
        .files
        .iter()
        .flat_map(|file| file.rows.values())
        .map(parquet::arrow::arrow_reader::RowSelection::row_count)
        .sum();
    let expected: usize = wanted.iter().map(|name| names[name].len()).sum();
    // A hash may stand for another value too, now and then.
    assert!(
        (expected..expected + 5).contains(&rows),
        "{rows} rows for {expected}, seed {seed}"
    );
    assert_eq!(found(&city, &wanted).await, scanned, "seed {seed}");
    assert_eq!(
        scanned.replace('\n', ","),
        ids(&names, &wanted),
        "seed {seed}"
    );
    assert_eq!(found(&city, &["nobody".to_owned()]).await, "");
    for few in 1..5 {
        let wanted = &wanted[..few];
        let rows = found(&city, wanted).await.replace('\n', ",");
        assert_eq!(rows, ids(&names, wanted), "seed {seed}");
    }
}

#[tokio::test]
async fn an_index_is_kept_over_a_restart_and_goes_with_its_file() {
    let (city, names) = many(rand_seed()).await;
    city.lake.index(&city.id, &by_name()).await.unwrap();
    let table = city.lake.table(&city.id).unwrap();
    let indexes = || {
        std::fs::read_dir(table.folder.join("_index"))
            .unwrap()
            .count()
    };
    let before = indexes();
    assert!(before > 0);
    let wanted: Vec<String> = names.keys().step_by(900).cloned().collect();
    let scanned = found(&city, &wanted).await;
    let reopened = city.reopened();
    let selection = selected_in(&reopened, &city.id, "name", &wanted).await;
    assert!(selection.is_some());
    let file = std::fs::read_dir(&table.folder)
        .unwrap()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "parquet")
        })
        .unwrap();
    super::sweep(&table.folder, AGE).unwrap();
    assert_eq!(indexes(), before);
    assert_eq!(found(&city, &wanted).await, scanned);
    std::fs::rename(&file, file.with_extension("away")).unwrap();
    super::sweep(&table.folder, AGE).unwrap();
    assert!(indexes() < before);
    let draft = table.folder.join("_index/part-x.name.1.tmp");
    std::fs::write(file.with_file_name("part-x.parquet"), "").unwrap();
    std::fs::write(&draft, "").unwrap();
    super::sweep(&table.folder, AGE).unwrap();
    assert!(draft.exists(), "somebody may be writing it");
    let long_ago = std::time::SystemTime::now() - 2 * AGE;
    let opened = std::fs::File::options().write(true).open(&draft).unwrap();
    opened.set_modified(long_ago).unwrap();
    super::sweep(&table.folder, AGE).unwrap();
    assert!(!draft.exists());
}

#[tokio::test]
async fn a_damaged_index_is_passed_over_and_made_anew() {
    let (city, names) = many(rand_seed()).await;
    city.lake.index(&city.id, &by_name()).await.unwrap();
    let table = city.lake.table(&city.id).unwrap();
    let wanted: Vec<String> = names.keys().step_by(900).cloned().collect();
    let scanned = found(&city, &wanted).await;
    for entry in std::fs::read_dir(table.folder.join("_index")).unwrap() {
        let path = entry.unwrap().path();
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 7]).unwrap();
    }
    let reopened = city.reopened();
    let of = async || selected_in(&reopened, &city.id, "name", &wanted).await;
    assert!(of().await.is_none());
    reopened.index(&city.id, &by_name()).await.unwrap();
    assert!(of().await.is_some());
    assert_eq!(found(&city, &wanted).await, scanned);
}

#[test]
fn rows_are_found_by_hash_whatever_the_number_of_buckets() {
    for rows in [0_u64, 1, 2, 255, 256, 257, 5_000] {
        let hashes: Vec<Option<u64>> = (0..rows)
            .map(|row| (row % 7 != 3).then(|| row.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
            .collect();
        for bits in [0, 1, 5] {
            let (starts, entries) = super::sorted(&hashes, bits);
            assert_eq!(entries.len(), hashes.iter().flatten().count());
            for (row, hash) in hashes.iter().enumerate() {
                let Some(hash) = hash else { continue };
                let (bucket, rest) = super::place(u128::from(*hash) << 64, bits);
                let span = starts[bucket] as usize..starts[bucket + 1] as usize;
                assert!(entries[span].contains(&(rest, row as u32)));
            }
        }
    }
}

#[test]
fn a_column_with_few_values_gets_no_entries() {
    let hashes: Vec<Option<u64>> = (0..50_000).map(|row| Some((row % 3) << 60)).collect();
    assert!(super::sorted(&hashes, 8).1.is_empty());
}

fn rand_seed() -> u64 {
    let seed = match std::env::var("YANDU_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => rand::random(),
    };
    println!("YANDU_SEED={seed}");
    seed
}
