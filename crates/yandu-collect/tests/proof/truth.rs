//! Every planted fault that a declared check covers is found, with the right reason; nothing else is quarantined.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use yandu_city::{DefectKind, Truth, Verdict, Written};
use yandu_collect::quarantine::QuarantinedRow;
use yandu_collect::{BatchStatus, Collector, Delivery, Mode, Outcome};
use yandu_pack::declare::{Channel, Literal};

use crate::site::{Site, assert_adds_up, load, me, quarantined, repository};

const PEOPLE: u64 = 3_000;
/// Faults are planted more often than the city's own rates say, so that a small city has every kind.
const SCALE: f64 = 3.0;

/// Kinds that no declared check covers, in every dataset or in one, and why.
const UNCOVERED: &[(DefectKind, &str, &str)] = &[
    (
        DefectKind::NoSuchAddress,
        "",
        "there is no register of roads or addresses yet that an address could refer to",
    ),
    (
        DefectKind::NumberAsText,
        "housing.property",
        "a number in quotation marks reads as the same number, and JSON cells are compared as texts",
    ),
];

fn is_covered(truth: &Truth) -> bool {
    let is_of = |dataset: &str| dataset.is_empty() || dataset == &*truth.dataset;
    !UNCOVERED
        .iter()
        .any(|(kind, dataset, _)| *kind == truth.kind && is_of(dataset))
}

/// The datasets in the order in which they are delivered, with the source of each.
const FILES: &[(&str, &str)] = &[
    ("enterprise.company", "enterprise.company_export"),
    (
        "enterprise.annual_report",
        "enterprise.annual_report_export",
    ),
    ("population.household", "population.household_export"),
    ("population.resident", "population.resident_export"),
    ("insurance.insured", "insurance.insured_export"),
    ("housing.property", "housing.property_export"),
];

/// Databases, with the source of each and the columns that name a row.
const DATABASES: &[(&str, &str, &[&str])] = &[
    (
        "insurance.settlement",
        "insurance.settlement_file",
        &["settlement_id"],
    ),
    (
        "health_service.visit_month",
        "health_service.visit_database",
        &["CAST(month AS VARCHAR)", "institution_id"],
    ),
];

/// What became of one delivery.
struct Delivered {
    outcome: Outcome,
    quarantined: Vec<QuarantinedRow>,
    /// Places of the rows in the lake, as the truth names them.
    kept: HashSet<String>,
    /// The columns that name a row where its place does not, because the source gives no order.
    key: &'static [&'static str],
}

impl Delivered {
    async fn of(site: &Site, outcome: Outcome, key: &'static [&'static str]) -> Self {
        assert_eq!(outcome.status, BatchStatus::Collected, "{outcome:?}");
        assert_adds_up(&outcome);
        let columns = match key {
            [] => "CAST(_row AS VARCHAR)".to_owned(),
            _ => key.join(" || '|' || "),
        };
        let sql = format!(
            "SELECT {columns} FROM {} WHERE _batch = '{}'",
            outcome.dataset, outcome.batch
        );
        let kept = site
            .query(&sql)
            .await
            .into_iter()
            .map(|row| row[0].replace('T', " "))
            .collect();
        Self {
            quarantined: quarantined(&site.collector, &outcome).await,
            kept,
            outcome,
            key,
        }
    }

    fn place(&self, truth: &Truth) -> String {
        if self.key.is_empty() {
            truth.row.to_string()
        } else {
            truth.key.clone()
        }
    }

    fn place_of(&self, row: &QuarantinedRow) -> String {
        if self.key.is_empty() {
            return row.row.to_string();
        }
        let cells: Vec<&str> = self
            .key
            .iter()
            .map(|column| {
                let inside = column.strip_prefix("CAST(");
                inside.map_or(*column, |cast| cast.trim_end_matches(" AS VARCHAR)"))
            })
            .map(|column| row.cells[column].as_deref().unwrap_or_default())
            .collect();
        cells.join("|")
    }
}

#[derive(Default)]
struct Rate {
    planted: u64,
    found: u64,
    missed: Vec<String>,
}

#[derive(Default)]
struct Measured {
    rates: BTreeMap<(DefectKind, Verdict, bool), Rate>,
    clean_quarantined: Vec<String>,
}

impl Measured {
    fn add(&mut self, truth: &Truth, found: Result<(), String>) {
        let rate = self
            .rates
            .entry((truth.kind, truth.verdict, is_covered(truth)))
            .or_default();
        rate.planted += 1;
        match found {
            Ok(()) => rate.found += 1,
            Err(why) => rate
                .missed
                .push(format!("{}, row {}: {why}", truth.file, truth.row)),
        }
    }

    fn print(&self) {
        println!(
            "{:<20} {:<12} {:>8} {:>8} {:>8}",
            "kind", "verdict", "planted", "found", "rate"
        );
        for ((kind, verdict, is_covered), rate) in &self.rates {
            println!(
                "{:<20} {:<12} {:>8} {:>8} {:>7.1}%{}",
                kind.name(),
                format!("{verdict:?}").to_lowercase(),
                rate.planted,
                rate.found,
                100.0 * rate.found as f64 / rate.planted as f64,
                if *is_covered {
                    ""
                } else {
                    " (no check covers it)"
                }
            );
        }
    }

    fn assert(&self) {
        let mut missed = Vec::new();
        let mut covered = HashSet::new();
        for ((kind, _, is_covered), rate) in &self.rates {
            if !is_covered {
                continue;
            }
            covered.insert(*kind);
            missed.extend(
                rate.missed
                    .iter()
                    .map(|missed| format!("{}: {missed}", kind.name())),
            );
        }
        for (kind, dataset, why) in UNCOVERED {
            println!("not covered: {} {dataset}, because {why}", kind.name());
        }
        println!(
            "{} kinds are covered; clean rows in quarantine: {}",
            covered.len(),
            self.clean_quarantined.len()
        );
        missed.extend(
            self.clean_quarantined
                .iter()
                .map(|row| format!("clean: {row}")),
        );
        assert!(
            missed.is_empty(),
            "planted faults were missed, or clean rows quarantined:\n{}",
            missed.join("\n")
        );
        assert!(
            covered.len() >= 16,
            "only {} kinds are covered",
            covered.len()
        );
    }
}

async fn deliver(site: &Site, source: &str, path: &Path) -> Outcome {
    let packs = site.collector.packs();
    let source = packs.source(&source.parse().unwrap()).unwrap();
    let mut delivery = Delivery::file(source.file().dataset.clone(), path.to_owned());
    delivery.source = Some(source.id().clone());
    site.collector.collect(&me(), delivery).await.unwrap()
}

/// The one source of a register: a folder into which its files are put.
fn register_source(site: &Site, dataset: &str) -> String {
    let packs = site.collector.packs();
    let mut sources = packs
        .sources()
        .map(yandu_pack::Source::file)
        .filter(|file| {
            file.dataset.as_str() == dataset && matches!(file.channel, Channel::Folder(_))
        });
    let source = sources
        .next()
        .unwrap_or_else(|| panic!("{dataset} has no folder source"));
    source.source.to_string()
}

async fn run_source(collector: &Collector, source: &str) -> Outcome {
    let outcomes = collector
        .run_source(&me(), &source.parse().unwrap())
        .await
        .unwrap();
    outcomes
        .into_iter()
        .next_back()
        .expect("the source has rows")
}

/// Whether the rows with a soft fault are reported as often as the fault is planted, by dataset, column and reason.
async fn reported(
    site: &Site,
    delivered: &HashMap<(Arc<str>, Arc<str>), Delivered>,
) -> HashMap<(String, Option<String>, String), u64> {
    let mut counts = HashMap::new();
    for ((dataset, _), delivered) in delivered {
        for finding in &delivered.outcome.findings {
            let key = (
                dataset.to_string(),
                finding.column.clone(),
                finding.reason.clone(),
            );
            *counts.entry(key).or_default() += finding.rows;
        }
    }
    for ((dataset, _), delivered) in delivered {
        // References are looked at again with every delivery of the other side.
        for reference in site
            .collector
            .references(&delivered.outcome.dataset)
            .await
            .unwrap()
        {
            counts.insert(
                (dataset.to_string(), Some(reference.column), reference.check),
                reference.orphans,
            );
        }
    }
    counts
}

/// Reasons beside the one in the truth that say the same.
fn is_as_right(truth: &Truth, row: &QuarantinedRow, reason: &str) -> bool {
    let cell = || row.cells[truth.column.as_deref()?].as_deref();
    match truth.kind {
        // `N/A` is no number, and a word for a value that is missing.
        DefectKind::NotANumber => reason == "missing" && cell() == Some("N/A"),
        // A table in HTML may leave out the last cells of a row, so the row that lost one lacks its last value.
        DefectKind::CellCount => reason == "missing" && *truth.dataset == *"population.household",
        _ => false,
    }
}

fn judge(
    delivered: &Delivered,
    row: Option<&QuarantinedRow>,
    truth: &Truth,
    reported: u64,
    planted: u64,
) -> Result<(), String> {
    let place = delivered.place(truth);
    let is_kept = delivered.kept.contains(&place);
    let has_empty_words = delivered.outcome.findings.iter().any(|finding| {
        finding.reason == "empty-word" && finding.column.as_deref() == truth.column.as_deref()
    });
    match truth.verdict {
        // Where a value may be missing, `N/A` says so, and is reported.
        Verdict::Quarantined
            if truth.kind == DefectKind::NotANumber && is_kept && has_empty_words =>
        {
            Ok(())
        }
        Verdict::Quarantined | Verdict::Refused => {
            let row = row.ok_or_else(|| {
                format!(
                    "not in quarantine, kept: {is_kept}, expected `{}`",
                    truth.reason
                )
            })?;
            let is_right = row.reasons.iter().any(|reason| {
                let is_there = reason.column.is_none()
                    || truth.column.is_none()
                    || reason.column.as_deref() == truth.column.as_deref();
                is_there
                    && (reason.reason == *truth.reason || is_as_right(truth, row, &reason.reason))
            });
            let found = || {
                format!(
                    "expected `{}` of {:?}, found {:?} in `{}`",
                    truth.reason, truth.column, row.reasons, row.record
                )
            };
            if is_right { Ok(()) } else { Err(found()) }
        }
        Verdict::LeftOut | Verdict::Superseded if is_kept => Err("in the lake".to_owned()),
        Verdict::Superseded if row.is_some() => Err("in quarantine".to_owned()),
        Verdict::Reported if !is_kept => Err(format!(
            "not in the lake: {:?}",
            row.map(|row| &row.reasons)
        )),
        Verdict::Reported if reported < planted => Err(format!(
            "`{}` is reported of {reported} rows and planted in {planted}",
            truth.reason
        )),
        Verdict::LeftOut | Verdict::Superseded | Verdict::Reported => Ok(()),
    }
}

async fn a_city(seed: u64) {
    println!("YANDU_SEED={seed}");
    let air = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/api/stations/readings", air.local_addr().unwrap());
    let mut packs = load(&repository().join("packs"));
    let setting = (
        "air".parse().unwrap(),
        "air_api".to_owned(),
        Literal::Text(address),
    );
    packs.override_settings([setting]).unwrap();
    let site = Site::new(packs).await;
    let root = site.collector.folder().root().to_owned();
    let mut options = yandu_city::Options::new(PEOPLE, seed, &root);
    options.defects.scale = SCALE;
    let simulating = options.clone();
    let summary = tokio::task::spawn_blocking(move || yandu_city::simulate(&simulating, &()))
        .await
        .unwrap()
        .unwrap();
    let serving = tokio::spawn(async move { yandu_city::serve(air, &options).await });

    for (dataset, source) in [
        ("division", "division_file"),
        ("managing_unit", "managing_unit_file"),
    ] {
        let outcome = run_source(&site.collector, &format!("base.{source}")).await;
        assert_eq!(
            (outcome.status, outcome.rows_quarantined),
            (BatchStatus::Collected, 0),
            "{dataset}"
        );
    }
    let mut delivered = HashMap::new();
    let place = |written: &Written| (Arc::clone(&written.dataset), Arc::clone(&written.file));
    for (dataset, source) in FILES {
        let file = summary
            .files
            .iter()
            .find(|written| &*written.dataset == *dataset && written.file.starts_with("inbox"))
            .unwrap();
        let outcome = deliver(&site, source, &root.join(&*file.file)).await;
        delivered.insert(place(file), Delivered::of(&site, outcome, &[]).await);
    }
    for (dataset, source, key) in DATABASES {
        let file = summary
            .files
            .iter()
            .find(|written| &*written.dataset == *dataset && written.file.ends_with(".sqlite"))
            .unwrap();
        let outcome = run_source(&site.collector, source).await;
        delivered.insert(place(file), Delivered::of(&site, outcome, key).await);
    }
    // What is left are registers and reports, which come month by month; each month is judged when it has come.
    for file in &summary.files {
        if file.file.starts_with("inbox")
            && !file.file.ends_with(".sql")
            && !delivered.contains_key(&place(file))
        {
            let source = register_source(&site, &file.dataset);
            let outcome = deliver(&site, &source, &root.join(&*file.file)).await;
            delivered.insert(place(file), Delivered::of(&site, outcome, &[]).await);
        }
    }
    let readings = run_source(&site.collector, "air.station_api").await;
    let readings = Delivered::of(
        &site,
        readings,
        &["station", "CAST(observed_at AS VARCHAR)"],
    )
    .await;
    let air = summary
        .files
        .iter()
        .find(|written| &*written.dataset == "air.reading");
    delivered.insert(place(air.unwrap()), readings);
    serving.abort();

    for written in &summary.files {
        if written.file.starts_with("inbox") && !written.file.ends_with(".sql") {
            let outcome = &delivered[&place(written)].outcome;
            println!(
                "{:<26} {:>6} in = {:>6} kept + {:>3} superseded + {:>4} quarantined",
                written.dataset,
                outcome.rows_in,
                outcome.rows_kept,
                outcome.rows_superseded,
                outcome.rows_quarantined
            );
        }
    }
    let truths: Vec<Truth> = fs::read_to_string(root.join("truth.jsonl"))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let in_inbox = summary
        .files
        .iter()
        .filter(|written| !written.file.starts_with("late"));
    let counted: HashMap<_, u64> = in_inbox
        .map(|written| (place(written), written.rows))
        .collect();
    let mut measured = Measured::default();
    let reported = reported(&site, &delivered).await;
    let soft = |truth: &Truth| {
        (
            truth.dataset.to_string(),
            truth.column.as_deref().map(ToOwned::to_owned),
            truth.reason.to_string(),
        )
    };
    let mut planted: HashMap<_, u64> = HashMap::new();
    for truth in &truths {
        *planted.entry(soft(truth)).or_default() += u64::from(truth.verdict == Verdict::Reported);
    }
    for (of, delivered) in &delivered {
        let (dataset, file) = of;
        let mut rows: HashMap<String, &QuarantinedRow> = delivered
            .quarantined
            .iter()
            .map(|row| (delivered.place_of(row), row))
            .collect();
        for truth in truths
            .iter()
            .filter(|truth| truth.dataset == *dataset && truth.file == *file)
        {
            let row = rows.remove(&delivered.place(truth));
            let reported = reported.get(&soft(truth)).copied().unwrap_or_default();
            measured.add(
                truth,
                judge(delivered, row, truth, reported, planted[&soft(truth)]),
            );
        }
        for row in rows.values() {
            // A sheet may end with a line of totals below its last row.
            if row.row > counted[of] && row.record.starts_with("合计") {
                continue;
            }
            measured.clean_quarantined.push(format!(
                "{dataset} {file} row {}: {:?} in `{}`",
                row.row, row.reasons, row.record
            ));
        }
    }
    for (key, planted) in &planted {
        let is_change = yandu_words::Change::from_name(&key.2).is_some();
        if is_change && *planted > 0 {
            assert_eq!(
                reported.get(key),
                Some(planted),
                "clean rows are reported with {key:?}"
            );
        }
    }
    cut_off(&site, &root, &truths, &mut measured).await;
    measured.print();
    measured.assert();
}

/// A delivery that ends in the middle of a row: what came whole is taken, the rest waits.
async fn cut_off(site: &Site, root: &Path, truths: &[Truth], measured: &mut Measured) {
    for truth in truths.iter().filter(|truth| truth.file.starts_with("late")) {
        let mut delivery = Delivery::file(
            "population.resident".parse().unwrap(),
            root.join(&*truth.file),
        );
        delivery.mode = Some(Mode::Upsert);
        let outcome = site.collector.collect(&me(), delivery).await.unwrap();
        let found = if outcome.status == BatchStatus::Refused {
            Ok(())
        } else {
            let delivered = Delivered::of(site, outcome, &[]).await;
            let row = delivered
                .quarantined
                .iter()
                .find(|row| row.row == truth.row);
            judge(&delivered, row, truth, 0, 0)
        };
        measured.add(truth, found);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_planted_fault_is_found_with_its_reason_and_no_clean_row_is_quarantined() {
    a_city(20_260_101).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_faults_of_a_city_that_nobody_has_seen_before_are_found_too() {
    let seed = match std::env::var("YANDU_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => rand::random(),
    };
    a_city(seed).await;
}
