//! Real files that were not made for this program.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use yandu_collect::decode::Hints;
use yandu_collect::propose::{Guess, propose};
use yandu_collect::{BatchStatus, Mode};

use crate::site::{Site, assert_adds_up, quarantined, real_data};

/// The type of each column, read by eye; the rest of the truth stands in `fixtures/messy-tables.json`.
const TYPES: &[(&str, &str)] = &[
    ("blank_line.ods", "text integer date"),
    ("complex.csv", "date date integer text"),
    ("complex.html", "text"),
    ("example.tsv", "timestamp 10*integer 6*float"),
    ("excel_pasting.csv", "text 8*integer"),
    ("excel_properties.xls", "text"),
    ("html.html", "integer text integer text integer text"),
    (
        "invisible_text.html",
        "text text text text integer date date text float",
    ),
    ("large.xlsx", "text text 4*integer 5*float"),
    ("loffice-4.4.1.2.ods", "text integer date"),
    ("long.csv", "text"),
    ("null.csv", "4*integer"),
    ("rowcolspan.html", "5*integer"),
    ("simple.csv", "date integer text"),
    ("simple.ods", "text integer date"),
    ("simple.psv", "6*integer"),
    ("simple.ssv", "date integer text"),
    ("simple.xls", "date integer text"),
    ("simple.xlsx", "date integer text"),
    ("simple.zip", "date integer text"),
    ("skip_initials.csv", "text text"),
    ("small.csv", "text"),
    (
        "spanish_chars.csv",
        "integer integer integer text text text float text",
    ),
    ("utf8bom.csv", "text text"),
];

/// Columns whose type is taken for another one, and why; today's answer is asserted.
const MISTAKEN: &[(&str, usize, &str, &str)] = &[(
    "spanish_chars.csv",
    0,
    "text",
    "it has three numbers, and the footnote of the table stands below them",
)];

fn types_of(file: &str) -> Vec<String> {
    let (_, types) = TYPES
        .iter()
        .find(|(name, _)| *name == file)
        .unwrap_or_else(|| panic!("no types of {file}"));
    let mut found = Vec::new();
    for word in types.split(' ') {
        let (times, name) = word.split_once('*').unwrap_or(("1", word));
        found.extend(std::iter::repeat_n(name.to_owned(), times.parse().unwrap()));
    }
    for (name, column, guessed, _) in MISTAKEN {
        if *name == file {
            found[*column] = (*guessed).to_owned();
        }
    }
    found
}

fn name(guess: Guess) -> String {
    match guess {
        Guess::Standard(standard) => standard.name().to_owned(),
        Guess::Type(value_type) => value_type.to_string(),
    }
}

#[test]
fn every_messy_table_is_imported_as_the_eye_reads_it_or_refused_for_the_reason_that_is_named() {
    let Some(folder) = real_data("messy-tables") else {
        return;
    };
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/messy-tables.json");
    let truth: Value = serde_json::from_str(&fs::read_to_string(fixture).unwrap()).unwrap();
    let texts = |value: &Value| -> Vec<String> {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|text| text.as_str().unwrap().to_owned())
            .collect()
    };
    let (mut imported, mut refused, mut wrong) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for expected in truth["files"].as_array().unwrap() {
        let file = expected["file"].as_str().unwrap();
        let hints = Hints {
            columns: expected.get("declared").map(texts),
            ..Hints::default()
        };
        let proposed = propose(&folder.join(file), &hints);
        match (expected.get("refused"), proposed) {
            (Some(code), Err(error)) if error.code() == code.as_str().unwrap() => {
                assert!(error.help().is_some(), "{file}: {error}");
                println!(
                    "{file:<28} refused: {} ({})",
                    error.code(),
                    expected["why"].as_str().unwrap()
                );
                refused.insert(file);
            }
            (Some(code), found) => wrong.push(format!("{file}: expected {code}, found {found:?}")),
            (None, Err(error)) => wrong.push(format!("{file}: {} {error}", error.code())),
            (None, Ok(found)) => {
                let headers: Vec<&str> = found
                    .columns
                    .iter()
                    .map(|column| column.header.as_str())
                    .collect();
                let columns = texts(&expected["columns"]);
                if headers != columns
                    || u64::from(found.report.header_row) != expected["header_row"]
                {
                    wrong.push(format!(
                        "{file}: header {headers:?} in row {}",
                        found.report.header_row
                    ));
                }
                let rows =
                    expected["rows"].as_u64().unwrap() - expected["faulty"].as_u64().unwrap_or(0);
                if found.rows as u64 != rows {
                    wrong.push(format!("{file}: {} rows in place of {rows}", found.rows));
                }
                let types: Vec<String> = found
                    .columns
                    .iter()
                    .map(|column| name(column.guess))
                    .collect();
                if types != types_of(file) {
                    wrong.push(format!(
                        "{file}: types {types:?} in place of {:?}",
                        types_of(file)
                    ));
                }
                println!(
                    "{file:<28} header in row {}, {} rows: {}",
                    found.report.header_row,
                    found.rows,
                    types.join(" ")
                );
                imported.insert(file);
            }
        }
    }
    refused.retain(|file| !imported.contains(file));
    let files = fs::read_dir(&folder)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name() != "SOURCE.md")
        .count();
    println!(
        "{} of {files} imported, {} refused",
        imported.len(),
        refused.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(imported.len() + refused.len(), files);
    assert!(imported.len() >= 22, "only {} are imported", imported.len());
    for (file, column, guessed, why) in MISTAKEN {
        println!(
            "column {} of {file} is taken for {guessed}: {why}",
            column + 1
        );
    }
}

/// A cell of a file: its row below the header, from 1, and its column.
type Cell = (u64, String);

fn csv_rows(path: &Path) -> Vec<Vec<String>> {
    let opened = yandu_collect::decode::open(path, &Hints::default()).unwrap();
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

const REQUEST: &str = r#"key: [unique_key]
columns:
  unique_key:     {title: {zh: 编号, en: Unique Key}, type: integer}
  agency:         {title: {zh: 部门, en: Agency}, type: text}
  agency_name:    {title: {zh: 部门名称, en: Agency Name}, type: text}
  complaint_type: {title: {zh: 诉求类型, en: Complaint Type}, type: text}
  descriptor:     {title: {zh: 描述, en: Descriptor}, type: text, required: false}
  incident_zip:   {title: {zh: 邮编, en: Incident Zip}, type: text, required: false}
  status:         {title: {zh: 状态, en: Status}, type: text}
  borough:        {title: {zh: 区, en: Borough}, type: text, required: false}
checks:
  - {name: status-list, column: status, in: [Closed, Open, Pending, Assigned, Started]}
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_of_service_requests_with_bare_carriage_returns_is_2386_rows() {
    let Some(folder) = real_data("nyc311-20131225") else {
        return;
    };
    let site = Site::demo(&[("request", REQUEST)]).await;
    let outcome = site
        .collect("demo.request", &folder.join("nyc311_2013-12-25.csv"), None)
        .await;
    assert_adds_up(&outcome);
    println!(
        "nyc311: {} in, {} kept, report {}",
        outcome.rows_in,
        outcome.rows_kept,
        outcome.report.as_ref().unwrap()
    );
    assert_eq!((outcome.rows_in, outcome.rows_kept), (2_386, 2_386));
    let statuses = site
        .query("SELECT status, count(*) FROM demo.request GROUP BY 1 ORDER BY 2 DESC")
        .await;
    let statuses: Vec<String> = statuses.iter().map(|row| row.join(" ")).collect();
    assert_eq!(
        statuses,
        [
            "Closed 2302",
            "Open 46",
            "Pending 18",
            "Assigned 17",
            "Started 3"
        ]
    );
    let kinds = site
        .query("SELECT count(DISTINCT agency), count(DISTINCT complaint_type) FROM demo.request")
        .await;
    assert_eq!(kinds, [["14", "78"]]);
}

fn reading_columns() -> String {
    let mut yaml = "key: [station, year, month, day, hour]\ncolumns:\n".to_owned();
    for (name, header, value_type, required) in [
        ("number", "No", "integer", true),
        ("year", "year", "integer", true),
        ("month", "month", "integer", true),
        ("day", "day", "integer", true),
        ("hour", "hour", "integer", true),
        ("pm25", "PM2.5", "float", false),
        ("pm10", "PM10", "float", false),
        ("so2", "SO2", "float", false),
        ("no2", "NO2", "float", false),
        ("co", "CO", "float", false),
        ("o3", "O3", "float", false),
        ("temperature", "TEMP", "float", false),
        ("pressure", "PRES", "float", false),
        ("dew_point", "DEWP", "float", false),
        ("rain", "RAIN", "float", false),
        ("wind", "wd", "codes", false),
        ("wind_speed", "WSPM", "float", false),
        ("station", "station", "text", true),
    ] {
        let kind = if value_type == "codes" {
            "codes: demo.wind".to_owned()
        } else {
            format!("type: {value_type}")
        };
        yaml += &format!(
            "  {name}: {{title: {{zh: {name}, en: {name}}}, {kind}, from: [\"{header}\"], required: {required}}}\n"
        );
    }
    yaml
}

/// The sixteen directions; in a column of free text `NA` would be a text like any other.
fn wind_codes() -> String {
    let mut yaml = "codes: demo.wind\ntitle: {zh: 风向, en: Wind}\nvalues:\n".to_owned();
    for direction in "N NNE NE ENE E ESE SE SSE S SSW SW WSW W WNW NW NNW".split(' ') {
        yaml += &format!("  \"{direction}\": {{zh: {direction}, en: {direction}}}\n");
    }
    yaml
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_years_of_hourly_readings_keep_every_hour_and_every_gap() {
    let Some(folder) = real_data("air-quality-beijing") else {
        return;
    };
    let site = Site::demo(&[
        ("reading", &reading_columns()),
        ("codes/wind", &wind_codes()),
    ])
    .await;
    let mut stations = 0;
    let mut gaps = 0;
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for packed in files
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "xz"))
    {
        let Ok(unpacked) = Command::new("xz").arg("-dc").arg(packed).output() else {
            println!("skipped: there is no `xz` to unpack `{}`", packed.display());
            return;
        };
        assert!(unpacked.status.success());
        let text = String::from_utf8(unpacked.stdout).unwrap();
        gaps += text
            .split([',', '\n'])
            .filter(|cell| matches!(*cell, "NA" | "\"NA\""))
            .count() as u64;
        let path = site.write("readings.csv", text);
        let outcome = site
            .collect("demo.reading", &path, Some(Mode::Upsert))
            .await;
        assert_adds_up(&outcome);
        assert_eq!(
            (outcome.rows_in, outcome.rows_kept),
            (35_064, 35_064),
            "{}: {:?}",
            packed.display(),
            outcome.findings
        );
        stations += 1;
    }
    let rows = site
        .query("SELECT station, count(*) FROM demo.reading GROUP BY 1")
        .await;
    assert!(
        rows.len() == stations && rows.iter().all(|row| row[1] == "35064"),
        "{rows:?}"
    );
    let nulls: Vec<String> = [
        "pm25",
        "pm10",
        "so2",
        "no2",
        "co",
        "o3",
        "temperature",
        "pressure",
        "dew_point",
        "rain",
        "wind",
        "wind_speed",
    ]
    .iter()
    .map(|column| format!("count(*) FILTER (WHERE {column} IS NULL)"))
    .collect();
    let missing = site
        .count(&format!("SELECT {} FROM demo.reading", nulls.join(" + ")))
        .await;
    println!("air-quality-beijing: {stations} stations of 35,064 rows, {missing} missing values");
    assert_eq!(missing, gaps);
}

const STREET: &str = r#"key: [code]
columns:
  code: {title: {zh: 代码, en: Code}, type: text}
  name: {title: {zh: 名称, en: Name}, type: text}
  area: {title: {zh: 区县, en: Area}, type: text, from: [areaCode]}
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gb18030_copy_of_all_streets_of_china_has_the_same_rows_and_names() {
    let Some(folder) = real_data("cn-divisions") else {
        return;
    };
    let packed = fs::File::open(folder.join("streets.csv.gz")).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed)
        .read_to_string(&mut text)
        .unwrap();
    let (bytes, _, is_lossy) = encoding_rs::GB18030.encode(&text);
    assert!(!is_lossy);
    let site = Site::demo(&[("street", STREET)]).await;
    let outcome = site
        .collect("demo.street", &site.write("streets.csv", &bytes), None)
        .await;
    assert_adds_up(&outcome);
    println!(
        "cn-divisions: {} rows as {}",
        outcome.rows_kept,
        outcome.encoding.as_deref().unwrap_or_default()
    );
    assert_eq!(
        outcome
            .encoding
            .as_deref()
            .map(str::to_lowercase)
            .as_deref(),
        Some("gb18030")
    );
    assert_eq!((outcome.rows_in, outcome.rows_kept), (41_352, 41_352));
    let expected: BTreeMap<String, String> = text
        .lines()
        .skip(1)
        .map(|line| {
            let mut cells = line
                .split(',')
                .map(|cell| cell.trim_matches('"').to_owned());
            (cells.next().unwrap(), cells.next().unwrap())
        })
        .collect();
    let found = site.query("SELECT code, name FROM demo.street").await;
    let found: BTreeMap<String, String> = found
        .into_iter()
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect();
    let different: Vec<_> = expected
        .iter()
        .filter(|(code, name)| found.get(*code) != Some(name))
        .take(5)
        .collect();
    assert!(
        different.is_empty() && expected.len() == found.len(),
        "{different:?}"
    );
}
