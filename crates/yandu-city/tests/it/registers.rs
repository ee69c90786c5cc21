//! Registers and monthly reports of departments, as they come over the months.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::date;
use yandu_city::{Delivery, Options, Rates};

use crate::folder::{Folder, draw_seed};
use crate::reading::split_csv;

/// One row by its headers.
type Cells = BTreeMap<String, String>;

/// The rows of a text file.
fn rows(path: &Path) -> Vec<Cells> {
    let bytes = std::fs::read(path).unwrap();
    let text = match bytes.strip_prefix("\u{feff}".as_bytes()) {
        Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        None => encoding_rs::GB18030.decode(&bytes).0.into_owned(),
    };
    let mut lines = text.lines().map(split_csv);
    let headers = lines.next().unwrap();
    lines
        .map(|cells| headers.iter().cloned().zip(cells).collect())
        .collect()
}

fn clean(folder: &Folder, people: u64, seed: u64, delivery: Delivery) -> Options {
    let mut options = folder.options(people, seed);
    options.only = Some(vec![delivery]);
    options.defects = Rates::none();
    options
}

/// The files of a register in the order in which they come, with the day in the name of each.
fn deliveries(folder: &Folder, stem: &str) -> Vec<(String, Vec<Cells>)> {
    let files = folder.files();
    let names = files
        .iter()
        .filter_map(|(name, _)| Some((name, name.file_stem()?.to_str()?)));
    names
        .filter_map(|(name, file)| Some((name, file.strip_prefix(stem)?.strip_prefix('_')?)))
        .map(|(name, day)| (day.to_owned(), rows(&folder.path().join(name))))
        .collect()
}

fn compact(day: &str) -> String {
    day.replace('-', "")
}

#[test]
fn history_comes_in_one_file_and_every_month_of_this_year_in_its_own() {
    let folder = Folder::new();
    folder.simulate(&clean(&folder, 2_000, draw_seed(), Delivery::Telecom));
    let deliveries = deliveries(&folder, "基站台账");
    let days: Vec<&str> = deliveries.iter().map(|(day, _)| day.as_str()).collect();
    assert_eq!(days.len(), 13);
    assert_eq!(days[..3], ["20241231", "20250131", "20250228"]);
    let mut before = String::new();
    for (day, rows) in &deliveries {
        assert!(!rows.is_empty(), "{day}");
        let mut keys = BTreeSet::new();
        for row in rows {
            assert!(
                keys.insert(&row["基站编号"]),
                "{row:?} comes twice in {day}"
            );
            let newest = [&row["投用日期"], &row["停用日期"]].map(|day| compact(day));
            let newest = newest.iter().max().unwrap();
            assert!(newest <= day, "{row:?} stands in {day}");
        }
        let in_time = rows.iter().filter(|row| {
            let opened = compact(&row["投用日期"]);
            opened > before && opened <= *day
        });
        assert!(in_time.count() * 2 > rows.len(), "{day}");
        before.clone_from(day);
    }
}

#[test]
fn a_county_reports_some_months_late_and_some_not_yet() {
    let folder = Folder::new();
    folder.simulate(&clean(&folder, 2_000, draw_seed(), Delivery::Telecom));
    let mut late: BTreeMap<(String, String), String> = BTreeMap::new();
    for (day, rows) in deliveries(&folder, "基站台账").iter().skip(1) {
        for row in rows.iter().filter(|row| row["停用日期"].is_empty()) {
            let month = compact(&row["投用日期"])[..6].to_owned();
            if *month < day[..6] {
                let county = row["所属区划"][..6].to_owned();
                let came = late.entry((county, month)).or_insert_with(|| day.clone());
                assert_eq!(came, day, "a county reports a month at once: {row:?}");
            }
        }
    }
    println!("{late:?}");
    // Of 120 reports of counties on months, about seven are late.
    assert!((1..=24).contains(&late.len()), "{} are late", late.len());
}

#[test]
fn only_months_that_are_over_are_delivered() {
    let folder = Folder::new();
    let mut options = clean(&folder, 2_000, 5, Delivery::Telecom);
    options.date = date(2025, 6, 15);
    folder.simulate(&options);
    let days: Vec<String> = deliveries(&folder, "基站台账")
        .into_iter()
        .map(|(day, _)| day)
        .collect();
    assert_eq!(days.first().unwrap(), "20241231");
    assert_eq!(days.last().unwrap(), "20250531");
    assert_eq!(days.len(), 6);
}

/// How many stations of the newest generation were put into service in a year.
fn opened(folder: &Folder, year: &str) -> usize {
    let all = deliveries(folder, "基站台账");
    let rows = all.iter().flat_map(|(_, rows)| rows);
    let opened = rows.filter(|row| row["网络制式"] == "5G" && row["投用日期"].starts_with(year));
    let stations: BTreeSet<&String> = opened.map(|row| &row["基站编号"]).collect();
    stations.len()
}

#[test]
fn a_small_city_has_the_stations_of_a_whole_one_unless_its_settings_say_otherwise() {
    let seed = draw_seed();
    let whole = Folder::new();
    whole.simulate(&clean(&whole, 2_000, seed, Delivery::Telecom));
    let count = opened(&whole, "2025");
    assert!((1_500..=1_690).contains(&count), "{count}");

    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../city/yancheng");
    let other = Folder::new();
    std::fs::create_dir_all(other.path()).unwrap();
    for entry in std::fs::read_dir(here).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, other.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    let settings = other.path().join("simulator.json");
    let text = std::fs::read_to_string(&settings).unwrap();
    let changed = text.replace("\"least_share\": 1.0", "\"least_share\": 0.01");
    assert_ne!(text, changed);
    std::fs::write(&settings, changed).unwrap();
    let small = Folder::new();
    let mut options = clean(&small, 134_000, seed, Delivery::Telecom);
    options.city = Some(other.path().to_owned());
    small.simulate(&options);
    let count = opened(&small, "2025");
    assert!(
        (25..=34).contains(&count),
        "{count} in a fiftieth of a city"
    );
}
