//! The sets of dirty data, with precision and recall of the cells that checks find.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use yandu_collect::{BatchStatus, Mode};
use yandu_decode::Hints;

use crate::site::{Site, assert_adds_up, quarantined, real_data};

/// A cell of a file: its row below the header, from 1, and its column.
type Cell = (u64, String);

fn csv_rows(path: &Path) -> Vec<Vec<String>> {
    let opened = yandu_decode::open(path, &Hints::default()).unwrap();
    let mut rows = vec![opened.header.clone()];
    for block in opened.rows.into_blocks() {
        let block = block.unwrap();
        rows.extend((0..block.rows()).map(|row| {
            let cell = |column| block.cell(row, column).unwrap_or_default().to_owned();
            (0..opened.header.len()).map(cell).collect()
        }));
    }
    rows
}

/// The cells of `dirty.csv` that differ from `clean.csv`.
fn wrong_cells(folder: &Path) -> HashSet<Cell> {
    let (dirty, clean) = (
        csv_rows(&folder.join("dirty.csv")),
        csv_rows(&folder.join("clean.csv")),
    );
    assert_eq!(dirty.len(), clean.len());
    let mut wrong = HashSet::new();
    for (row, (dirty_row, clean_row)) in dirty.iter().zip(&clean).enumerate().skip(1) {
        for (column, (found, right)) in dirty_row.iter().zip(clean_row).enumerate() {
            if found != right {
                wrong.insert((row as u64, dirty[0][column].clone()));
            }
        }
    }
    wrong
}

fn print_measures(set: &str, wrong: &HashSet<Cell>, found: &HashSet<Cell>) {
    let right = found.intersection(wrong).count() as f64;
    let (precision, recall) = (right / found.len() as f64, right / wrong.len() as f64);
    println!(
        "{set}: {} cells are wrong, {} found; precision {precision:.3}, recall {recall:.3}, F1 {:.3}",
        wrong.len(),
        found.len(),
        2.0 * precision * recall / (precision + recall)
    );
    let mut columns: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for cell in wrong {
        columns.entry(&cell.1).or_default()[0] += 1;
    }
    for cell in found {
        columns.entry(&cell.1).or_default()[1] += 1;
        columns.entry(&cell.1).or_default()[2] += usize::from(wrong.contains(cell));
    }
    for (column, [wrong, found, right]) in columns {
        println!("  {column:<18} {wrong:>5} wrong {found:>5} found {right:>5} of them right");
    }
    assert!(right > 0.0);
}

/// Cells whose value is another one than most rows have that agree in `by`: what a functional dependency finds.
async fn against_the_majority(site: &Site, dataset: &str, by: &str, column: &str) -> HashSet<Cell> {
    let sql = format!(
        "WITH counted AS (SELECT {by}, {column}, count(*) AS times FROM {dataset} WHERE {column} IS NOT NULL GROUP BY {by}, {column}), \
         ranked AS (SELECT *, row_number() OVER (PARTITION BY {by} ORDER BY times DESC, {column}) AS rank FROM counted) \
         SELECT rows._row FROM {dataset} AS rows JOIN ranked ON rows.{by} = ranked.{by} \
         WHERE ranked.rank = 1 AND rows.{column} <> ranked.{column}"
    );
    let rows = site.query(&sql).await;
    rows.into_iter()
        .map(|row| (row[0].parse().unwrap(), column.to_owned()))
        .collect()
}

/// Values that a column has at least `times` times, as a list in YAML.
fn frequent(rows: &[Vec<String>], column: &str, times: usize) -> String {
    let at = rows[0].iter().position(|header| header == column).unwrap();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for row in &rows[1..] {
        *counts.entry(&row[at]).or_default() += 1;
    }
    let mut values: Vec<String> = counts
        .into_iter()
        .filter(|(_, count)| *count >= times)
        .map(|(value, _)| serde_json::to_string(value).unwrap())
        .collect();
    values.sort();
    values.join(", ")
}

/// Declares every column as a text, all but `required` optional.
fn columns(headers: &[String], required: &[&str]) -> String {
    let mut yaml = "columns:\n".to_owned();
    for header in headers {
        let is_required = required.contains(&header.as_str());
        yaml += &format!(
            "  {header}: {{title: {{zh: {header}, en: {header}}}, type: text, required: {is_required}}}\n"
        );
    }
    yaml
}

/// The cells that the declared checks put into quarantine. The name of a check begins with the column that it blames.
async fn quarantined_cells(
    site: &Site,
    dataset: &str,
    path: &Path,
    headers: &[String],
) -> HashSet<Cell> {
    let outcome = site.collect(dataset, path, Some(Mode::Snapshot)).await;
    assert_eq!(outcome.status, BatchStatus::Collected, "{outcome:?}");
    assert_adds_up(&outcome);
    let mut cells = HashSet::new();
    for row in quarantined(&site.collector, &outcome).await {
        for reason in &row.reasons {
            let column = reason.column.clone().unwrap_or_else(|| {
                let blamed = headers
                    .iter()
                    .filter(|header| reason.reason.starts_with(&header.replace('_', "-")));
                let blamed = blamed.max_by_key(|header| header.len());
                blamed.unwrap_or_else(|| panic!("{reason:?}")).clone()
            });
            cells.insert((row.row, column));
        }
    }
    cells
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checks_that_a_steward_would_declare_find_wrong_cells_of_the_hospital_set() {
    let Some(folder) = real_data("dirty-data/hospital") else {
        return;
    };
    let dirty = folder.join("dirty.csv");
    let rows = csv_rows(&dirty);
    let columns = columns(&rows[0], &["index"]);
    let measures = frequent(&rows, "measure_code", 4).replace('"', "'");
    let mut checks = r#"checks:
  - {name: provider-number-form, column: provider_number, matches: "[0-9]{5}"}
  - {name: zip-form, column: zip, matches: "[0-9]{5}"}
  - {name: phone-form, column: phone, matches: "[0-9]{10}"}
  - {name: score-form, column: score, matches: "empty|[0-9]{1,3}%"}
  - {name: sample-form, column: sample, matches: "empty|[0-9]+ patients"}
  - {name: state-list, column: state, in: ["al", "ak"]}
  - {name: emergency-service-list, column: emergency_service, in: ["yes", "no"]}
"#
    .to_owned();
    checks += &format!(
        "  - {{name: state-average-disagrees, expect: \"state not in ('al', 'ak') or measure_code not in ({measures}) \
         or state_average = state || '_' || measure_code\"}}\n"
    );
    for column in [
        "type",
        "owner",
        "condition",
        "county",
        "city",
        "measure_code",
        "measure_name",
    ] {
        let list = frequent(&rows, column, 4);
        checks += &format!(
            "  - {{name: {}-list, column: {column}, in: [{list}]}}\n",
            column.replace('_', "-")
        );
    }
    let checked = format!("key: [index]\n{columns}{checks}");
    let plain = format!("key: [index]\n{columns}");
    let site = Site::demo(&[("hospital", &checked), ("hospital_as_it_came", &plain)]).await;
    let mut found = quarantined_cells(&site, "demo.hospital", &dirty, &rows[0]).await;
    site.collect("demo.hospital_as_it_came", &dirty, None).await;
    for (by, columns) in [
        (
            "provider_number",
            &[
                "name",
                "address_1",
                "city",
                "state",
                "zip",
                "county",
                "phone",
                "type",
                "owner",
                "emergency_service",
            ][..],
        ),
        ("phone", &["provider_number"]),
        ("measure_code", &["measure_name", "condition"]),
        ("measure_name", &["measure_code"]),
    ] {
        for column in columns {
            found.extend(against_the_majority(&site, "demo.hospital_as_it_came", by, column).await);
        }
    }
    let wrong = wrong_cells(&folder);
    assert_eq!(wrong.len(), 509, "as published");
    print_measures("hospital", &wrong, &found);
}

const TIMES: [&str; 4] = [
    "sched_dep_time",
    "act_dep_time",
    "sched_arr_time",
    "act_arr_time",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checks_that_a_steward_would_declare_find_wrong_cells_of_the_flights_set() {
    let Some(folder) = real_data("dirty-data/flights") else {
        return;
    };
    let dirty = folder.join("dirty.csv");
    let rows = csv_rows(&dirty);
    let mut checked = format!(
        "key: [tuple_id]\n{}checks:\n",
        columns(
            &rows[0],
            &[&["tuple_id", "src", "flight"][..], &TIMES].concat()
        )
    );
    for column in TIMES {
        checked += &format!(
            "  - {{name: {}-form, column: {column}, matches: \"[0-9]{{1,2}}:[0-9]{{2}} [ap][.]m[.]\"}}\n",
            column.replace('_', "-")
        );
    }
    let plain = format!("key: [tuple_id]\n{}", columns(&rows[0], &["tuple_id"]));
    let site = Site::demo(&[("flight", &checked), ("flight_as_it_came", &plain)]).await;
    let mut found = quarantined_cells(&site, "demo.flight", &dirty, &rows[0]).await;
    site.collect("demo.flight_as_it_came", &dirty, None).await;
    for column in TIMES {
        found.extend(against_the_majority(&site, "demo.flight_as_it_came", "flight", column).await);
    }
    let wrong = wrong_cells(&folder);
    assert_eq!(wrong.len(), 4_920, "as published");
    print_measures("flights", &wrong, &found);
}
