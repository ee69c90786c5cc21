//! Real files that were not made for this program.

mod dirty;
mod messy;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::process::Command;

use yandu_collect::Mode;

use crate::site::{Site, assert_adds_up, real_data};

const REQUEST: &str = r"key: [unique_key]
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
";

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

const STREET: &str = r"key: [code]
columns:
  code: {title: {zh: 代码, en: Code}, type: text}
  name: {title: {zh: 名称, en: Name}, type: text}
  area: {title: {zh: 区县, en: Area}, type: text, from: [areaCode]}
";

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
