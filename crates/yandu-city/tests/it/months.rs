//! Registers and reports with a file for every month, against the same rows in a few files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::date;
use yandu_city::{DefectKind, Deliveries, Delivery, Options, Rates, Summary, Truth};

use crate::folder::{Folder, draw_seed};
use crate::reading::knows;
use crate::registers::{Cells, changed_city, compact, rows};

/// The datasets of registers and reports, with the headers of their keys.
const KEYS: [(&str, &[&str]); 28] = [
    ("air.month_report", &["统计月份", "站点编码"]),
    ("compute.cluster", &["cluster_id"]),
    ("compute.data_centre_month", &["统计月份", "数据中心编号"]),
    ("education.school", &["学校标识码"]),
    ("farm.park", &["园区编号"]),
    ("farm.site", &["基地编号"]),
    (
        "health_service.prescription_month",
        &["统计月份", "机构编码"],
    ),
    (DATABASE, &["month", "institution_id"]),
    ("industry.air_route", &["航线编号"]),
    (
        "industry.it_output_month",
        &["统计月", "所在区划", "产业领域"],
    ),
    ("industry.park", &["园区编号"]),
    ("industry.project", &["项目编号"]),
    ("industry.recognition", &["认定编号"]),
    ("industry.scenario", &["成果编号"]),
    ("industry.sme_upgrade", &["合同编号"]),
    ("industry.upgrade_project", &["项目编号"]),
    ("population.change_report", &["统计月份", "户籍地区划"]),
    ("service.convenience_scenario", &["场景编号"]),
    ("service.link_month", &["统计月", "所在区划", "层级"]),
    ("service.matter", &["实施编码"]),
    ("service.platform", &["平台编号"]),
    ("telecom.base_station", &["基站编号"]),
    (HOUSEHOLDS, &["统计月份", "所属区划"]),
    ("telecom.key_area", &["区域编号"]),
    ("telecom.pon_port", &["板卡编号"]),
    ("trade.deal", &["订单编号"]),
    ("trade.product", &["挂牌编号"]),
    ("traffic.survey_section", &["路段编号"]),
];
/// A database that grows, and so is one file.
const DATABASE: &str = "health_service.visit_month";
/// A report of counties on their townships, due with the delivery of the next month.
const HOUSEHOLDS: &str = "telecom.gigabit_household";
/// The headers of the day on which the department has a row.
const REPORTED: [&str; 3] = ["填报日期", "报送日期", "更新日期"];

/// A city and the files of its registers.
struct City {
    folder: Folder,
    summary: Summary,
}

impl City {
    fn new(seed: u64, deliveries: Deliveries, change: impl Fn(&mut Options)) -> Self {
        let folder = Folder::new();
        let mut options = folder.options(6_000, seed);
        options.defects = Rates::none();
        options.deliveries = deliveries;
        change(&mut options);
        let summary = folder.simulate(&options);
        Self { folder, summary }
    }

    /// The same city with few files and with a file for every month.
    fn both(seed: u64, change: impl Fn(&mut Options)) -> [Self; 2] {
        [Deliveries::Condensed, Deliveries::EveryMonth]
            .map(|deliveries| Self::new(seed, deliveries, &change))
    }

    fn datasets(&self) -> BTreeSet<&str> {
        let datasets = self.summary.files.iter().map(|written| &*written.dataset);
        datasets
            .filter(|dataset| !knows(dataset) && *dataset != "air.reading")
            .collect()
    }

    /// The files of a dataset with their rows, by the day in the name of each, and so in the order in which they are collected.
    fn files(&self, dataset: &str) -> BTreeMap<String, Vec<Cells>> {
        let files = self.summary.files.iter();
        files
            .filter(|written| &*written.dataset == dataset)
            .map(|written| {
                let path = self.folder.path().join(&*written.file);
                let stem = path.file_stem().unwrap().to_str().unwrap();
                let day = stem.rsplit_once('_').map_or("", |(_, day)| day).to_owned();
                (day, rows(&path))
            })
            .collect()
    }
}

fn key_of(row: &Cells, headers: &[&str]) -> Vec<String> {
    headers.iter().map(|header| row[*header].clone()).collect()
}

/// What is left when later rows of a key replace earlier ones.
fn newest(files: BTreeMap<String, Vec<Cells>>, headers: &[&str]) -> BTreeMap<Vec<String>, Cells> {
    let rows = files.into_values().flatten();
    rows.map(|row| (key_of(&row, headers), row)).collect()
}

/// The last days of the three years' months, as they stand in names.
fn last_days() -> Vec<String> {
    let months = (2023..=2025).flat_map(|year| (1..=12).map(move |month| date(year, month, 1)));
    months
        .map(|first| compact(&first.last_of_month().to_string()))
        .collect()
}

/// The number of a month, from its first six digits.
fn month(day: &str) -> i32 {
    let day = compact(day);
    day[..4].parse::<i32>().unwrap() * 12 + day[4..6].parse::<i32>().unwrap()
}

#[test]
fn files_of_every_month_end_with_the_rows_of_a_few_files() {
    let [few, every] = City::both(draw_seed(), |_| {});
    let datasets: BTreeSet<&str> = KEYS.iter().map(|(dataset, _)| *dataset).collect();
    assert_eq!(few.datasets(), datasets);
    assert_eq!(every.datasets(), datasets);
    for (dataset, headers) in KEYS {
        let (few, every) = (few.files(dataset), every.files(dataset));
        println!("{dataset}: {} and {} files", few.len(), every.len());
        assert!(few.len() <= every.len(), "{dataset}");
        assert!(dataset != DATABASE || every.len() == 1, "{dataset}");
        for (day, rows) in &every {
            let keys: BTreeSet<_> = rows.iter().map(|row| key_of(row, headers)).collect();
            assert_eq!(
                keys.len(),
                rows.len(),
                "a key of {dataset} comes twice in {day}"
            );
        }
        let (few, every) = (newest(few, headers), newest(every, headers));
        assert!(!few.is_empty(), "{dataset}");
        assert!(few == every, "{dataset} differs");
    }
}

#[test]
fn every_month_has_a_file_with_the_rows_that_arrive_in_it() {
    let city = City::new(draw_seed(), Deliveries::EveryMonth, |_| {});
    let months = last_days();
    assert_eq!(months.len(), 36);
    for (dataset, first) in [
        ("telecom.base_station", 0),
        ("telecom.pon_port", 0),
        ("trade.deal", 0),
        ("population.change_report", 0),
        // A statistical report on January comes in February.
        (HOUSEHOLDS, 1),
        ("industry.it_output_month", 1),
        ("service.link_month", 1),
    ] {
        let days: Vec<String> = city.files(dataset).into_keys().collect();
        assert_eq!(days, months[first..], "{dataset}");
    }
    let mut looked_at = 0;
    for (dataset, _) in KEYS {
        if dataset == DATABASE {
            continue;
        }
        for (day, rows) in city.files(dataset) {
            assert!(months.contains(&day), "{dataset} has {day}");
            assert!(!rows.is_empty(), "{dataset} has nothing to say in {day}");
            for row in rows {
                let reported = REPORTED.iter().find_map(|header| row.get(*header));
                let Some(reported) = reported else { break };
                looked_at += 1;
                // What stood before the three years comes with their first month.
                let stood_before = day == months[0] && month(reported) < month(&day);
                assert!(
                    stood_before || month(reported) == month(&day),
                    "{row:?} of {dataset} is in {day}"
                );
            }
        }
    }
    assert!(looked_at > 10_000, "{looked_at}");
}

#[test]
fn a_county_that_is_late_comes_in_a_later_file_than_its_neighbours() {
    let city = City::new(draw_seed(), Deliveries::EveryMonth, |options| {
        options.only = Some(vec![Delivery::Telecom]);
    });
    // The months whose files have what a county first says of a month.
    let mut first: BTreeMap<(Vec<String>, String), i32> = BTreeMap::new();
    for (day, rows) in city.files(HOUSEHOLDS) {
        for row in rows {
            let county = row["所属区划"][..6].to_owned();
            let key = key_of(&row, &["统计月份", "所属区划"]);
            first.entry((key, county)).or_insert_with(|| month(&day));
        }
    }
    let mut reports: BTreeMap<String, BTreeMap<String, i32>> = BTreeMap::new();
    for ((key, county), came) in first {
        let counties = reports.entry(key[0].clone()).or_default();
        let before = counties.insert(county, came).unwrap_or(came);
        assert_eq!(before, came, "a county reports a month at once: {key:?}");
    }
    assert_eq!(reports.len(), 35);
    let mut late = 0;
    for (about, counties) in &reports {
        let due = month(about) + 1;
        let earliest = counties.values().min().unwrap();
        assert_eq!(*earliest, due, "somebody is in time with {about}");
        for (county, came) in counties {
            assert!((due..=due + 4).contains(came), "{county} on {about}");
            late += usize::from(*came > due);
        }
    }
    println!("{late} reports of counties are late");
    // Of 350 reports of counties on months, about 27 are late, and the last of these have not come.
    assert!((5..=65).contains(&late), "{late}");
}

#[test]
fn a_restated_figure_comes_once_more_in_a_later_file() {
    let settings = changed_city(
        "\"restated_per_thousand\": 12",
        "\"restated_per_thousand\": 300",
    );
    let city = City::new(draw_seed(), Deliveries::EveryMonth, |options| {
        options.people = 50_000;
        options.only = Some(vec![Delivery::Telecom]);
        options.city = Some(settings.path().to_owned());
    });
    let mut came: BTreeMap<Vec<String>, Vec<(i32, Cells)>> = BTreeMap::new();
    for (day, rows) in city.files(HOUSEHOLDS) {
        for row in rows {
            let key = key_of(&row, &["统计月份", "所属区划"]);
            came.entry(key).or_default().push((month(&day), row));
        }
    }
    let mut restated = 0;
    for (key, versions) in &came {
        let [(first, before), rest @ ..] = versions.as_slice() else {
            panic!("{key:?} never came");
        };
        let Some((again, after)) = rest.first() else {
            continue;
        };
        assert_eq!(rest.len(), 1, "{key:?} came more than twice");
        assert!((1..=4).contains(&(again - first)), "{key:?}");
        assert_eq!(before["城镇家庭户数"], after["城镇家庭户数"]);
        restated += usize::from(before["具备千兆接入能力户数"] != after["具备千兆接入能力户数"]);
    }
    // Of three in ten, the restated figures of the last months have not come; in a small township some are as before.
    assert!(
        restated * 10 > came.len(),
        "{restated} of {} are restated",
        came.len()
    );
}

/// Faults of two kinds and no others, in many rows.
fn faulty(options: &mut Options) {
    options.defects = Rates::default();
    for kind in DefectKind::ALL {
        let is_planted = [DefectKind::NearDuplicate, DefectKind::MissingRequired].contains(kind);
        let rate = if is_planted { 60.0 } else { 0.0 };
        let rates = &mut options.defects.per_thousand;
        rates.insert(kind.name().to_owned(), rate);
    }
    let only = [Delivery::Telecom, Delivery::Industry, Delivery::Trade];
    options.only = Some(only.to_vec());
}

#[test]
fn a_planted_fault_is_told_with_the_file_of_the_month_that_its_row_is_in() {
    let [few, every] = City::both(draw_seed(), faulty);
    let mut files: BTreeMap<Arc<str>, Vec<Cells>> = BTreeMap::new();
    let mut twins = 0;
    let truths = every.folder.truths();
    for truth in &truths {
        let path = every.folder.path().join(&*truth.file);
        let rows: &[Cells] = files
            .entry(Arc::clone(&truth.file))
            .or_insert_with(|| rows(&path));
        let [row, twin] = [Some(truth.row), truth.twin].map(|at| Some(&rows[at? as usize - 1]));
        for row in [row, twin].into_iter().flatten() {
            let mut parts = truth.key.split('|');
            assert!(
                parts.all(|part| row.values().any(|cell| cell == part)),
                "{truth:?}: {row:?}"
            );
        }
        if let Some(twin) = twin {
            assert_ne!(row, Some(twin), "{truth:?}");
            twins += 1;
        }
    }
    assert!(files.len() > 200, "{} files have faults", files.len());
    assert!(twins > 200, "{twins} rows come twice");

    // A row is spoiled in the same way however it comes, and a state that a few files leave out may be spoiled too.
    let fault = |truth: &Truth| {
        let column = truth.column.clone();
        (truth.dataset.clone(), truth.key.clone(), truth.kind, column)
    };
    let few: BTreeSet<_> = few.folder.truths().iter().map(fault).collect();
    let every: BTreeSet<_> = truths.iter().map(fault).collect();
    assert!(few.is_subset(&every));
    assert!(few.len() < every.len(), "{} faults", few.len());
}

#[test]
fn only_months_that_are_over_have_a_file() {
    let city = City::new(draw_seed(), Deliveries::EveryMonth, |options| {
        options.date = date(2025, 2, 3);
        options.only = Some(vec![Delivery::Residents]);
    });
    let days: Vec<String> = city.files("population.change_report").into_keys().collect();
    assert_eq!(days, last_days()[..25]);
}
