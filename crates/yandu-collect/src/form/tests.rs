//! Reports of a small form, from the person who fills it to the lake.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use serde_json::{Value, json};
use yandu_lake::{Lake, Options, Principal, ReadPoint};
use yandu_pack::{AnyCondition, Packs};
use yandu_store::{Clock, DataFolder, Store};
use yandu_words::id::DatasetId;

use super::{FormLamp, Received, ReportFilter, Standing};
use crate::batch::BatchStatus;
use crate::collector::Collector;
use crate::{BatchFilter, Error, Outcome};

const PACK: &str = "pack: demo\nversion: 1.0.0\ntitle: {zh: 演示, en: Demo}\n";
const VISIT: &str = "dataset: demo.visit
title: {zh: 巡查填报, en: Visit}
owner: 市生态环境局
origin: form
sharing: {class: unconditional}
opening: closed
refresh: monthly
key: [month, unit]
columns:
  month: {title: {zh: 月份, en: Month}, type: date}
  unit: {title: {zh: 填报单位, en: Unit}, type: text}
  person: {title: {zh: 填报人, en: Person}, standard: name, required: false}
  visits: {title: {zh: 巡查次数, en: Visits}, type: integer}
  note: {title: {zh: 说明, en: Note}, type: text, required: false}
checks:
  - {name: visits-range, column: visits, between: [0, 500]}
form:
  fields: [{column: visits}, {column: note}]
  unit: unit
  period: month
  reporter: person
  units: [亭湖区, 盐都区]
  every: month
  since: 2025-01
  due: 5 wd
  evidence: {least: 1, most: 2, kinds: [picture]}
";
const SOURCE: &str = "source: demo.visit_file
title: {zh: 离线填报, en: Reports filled offline}
dataset: demo.visit
mode: upsert
channel: {folder: {path: inbox/visit, pattern: \"*.json\"}}
";

struct City {
    folder: tempfile::TempDir,
    collector: Collector,
}

fn me() -> Principal {
    Principal::local_administrator()
}

fn visit() -> DatasetId {
    "demo.visit".parse().unwrap()
}

/// A picture of no size: what is looked at is how it begins.
fn picture(mark: u8) -> Vec<u8> {
    vec![0xff, 0xd8, 0xff, 0xe0, mark]
}

/// A report for February that was filled offline, with the name of a file.
fn offline(file: &str) -> String {
    json!({"unit": "亭湖区", "period": "2025-02", "values": {"visits": 12}, "evidence": [file]})
        .to_string()
}

/// Gives a future up once it has waited so often; `None` where it was given up.
async fn cut<T>(future: impl Future<Output = T>, waits: usize) -> Option<T> {
    let mut future = std::pin::pin!(future);
    let mut left = waits;
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

impl City {
    async fn open(form: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let pack = folder.path().join("packs/demo");
        for (name, text) in [
            ("pack.yaml", PACK),
            ("datasets/visit.yaml", form),
            ("sources/visit_file.yaml", SOURCE),
        ] {
            let path = pack.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let collector = Self::start(folder.path(), "2025-03-05T09:00:00+08:00").await;
        Self { folder, collector }
    }

    /// Opens the city at a moment at which its clock stands.
    async fn start(folder: &Path, now: &str) -> Collector {
        let loaded = Packs::load(&[folder.join("packs")], &AnyCondition);
        assert!(!loaded.has_errors(), "{:?}", loaded.problems);
        let data = DataFolder::open(&folder.join("data")).unwrap();
        let clock = Clock::standing(now.parse().unwrap());
        let store = Store::open_with(&data.records(), clock).await.unwrap();
        let lake = Lake::open(Options::new(data.root())).unwrap();
        crate::trial::declare(&lake, &loaded.packs).unwrap();
        Collector::open(data, store, lake, Arc::new(loaded.packs), 2)
            .await
            .unwrap()
    }

    async fn photograph(&self, mark: u8) -> String {
        let (me, form) = (me(), visit());
        let kept = self
            .collector
            .keep_evidence(&me, &form, "IMG_1.jpg", picture(mark));
        kept.await.unwrap().hash
    }

    async fn submit(&self, report: &Value) -> crate::Result<Received> {
        let bytes = serde_json::to_vec(report).unwrap();
        self.collector.submit(&me(), &visit(), &bytes).await
    }

    /// A report for February that is as it should be.
    async fn report(&self) -> Value {
        json!({"unit": "亭湖区", "period": "2025-02", "values": {"visits": 12}, "reporter": "王建国",
               "evidence": [self.photograph(1).await], "submission": "one"})
    }

    async fn rows(&self) -> Vec<String> {
        let sql = "SELECT unit || ' ' || CAST(month AS VARCHAR) || ' ' || CAST(visits AS VARCHAR) || ' ' || _batch || ' ' || \
                   CAST(_row AS VARCHAR) FROM demo.visit ORDER BY 1";
        let session = self.collector.lake().session(&me(), ReadPoint::default());
        let found = session.query(sql).await.unwrap().collect().await.unwrap();
        let mut rows = Vec::new();
        for block in &found {
            let texts =
                arrow::compute::cast(block.column(0), &arrow::datatypes::DataType::Utf8).unwrap();
            let texts = arrow::array::AsArray::as_string::<i32>(&texts);
            rows.extend(texts.iter().flatten().map(ToOwned::to_owned));
        }
        rows
    }

    async fn batches(&self) -> usize {
        let all = BatchFilter {
            limit: 100,
            ..BatchFilter::default()
        };
        self.collector.batches(&all).await.unwrap().len()
    }

    /// The folder of reports that were filled offline.
    fn inbox(&self) -> PathBuf {
        let inbox = self.collector.folder().root().join("inbox/visit");
        fs::create_dir_all(&inbox).unwrap();
        inbox
    }

    /// Sets how long a file of the folder is left alone until it counts as whole.
    fn quiet_after(&self, quiet: Duration) {
        self.collector.set_channel_options(crate::channel::Options {
            quiet,
            ..crate::channel::Options::default()
        });
    }

    async fn run(&self) -> Vec<Outcome> {
        let source = "demo.visit_file".parse().unwrap();
        self.collector.run_source(&me(), &source).await.unwrap()
    }

    async fn standing(&self, unit: &str, period: &str) -> Standing {
        let standing = self.collector.form_standing(&visit(), 14).await.unwrap();
        let mut reports = standing.reports.into_iter();
        reports
            .find(|one| one.unit == unit && one.period.to_string() == period)
            .unwrap()
    }
}

#[tokio::test]
async fn a_report_is_a_batch_with_its_row_its_bytes_and_its_files() {
    let city = City::open(VISIT).await;
    let report = city.report().await;
    let received = city.submit(&report).await.unwrap();
    assert!(!received.again);
    let batch = &received.batch;
    assert_eq!(
        city.rows().await,
        [format!("亭湖区 2025-02-01 12 {batch} 1")]
    );
    let record = city.collector.batch_record(batch).await.unwrap();
    assert_eq!(record.status, BatchStatus::Collected);
    let counts = (record.rows_in, record.rows_kept, record.rows_quarantined);
    assert_eq!(counts, (1, 1, 0));
    let bytes = serde_json::to_vec(&report).unwrap();
    let hash = blake3::hash(&bytes).to_hex().to_string();
    assert_eq!(record.content_hash, Some(hash));
    let filled = city.collector.report(&visit(), batch).await.unwrap();
    assert_eq!(filled.values["visits"], 12);
    assert_eq!(filled.report.reporter.as_deref(), Some("王建国"));
    assert_eq!(filled.evidence[0].media_type, "image/jpeg");
    let staging = fs::read_dir(city.collector.folder().staging()).unwrap();
    let names = staging.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: Vec<String> = names.filter(|name| name.starts_with("report-")).collect();
    assert!(left.is_empty(), "{left:?} is left beside what is kept");
}

#[tokio::test]
async fn the_same_submission_is_one_batch_however_often_it_is_sent() {
    let city = City::open(VISIT).await;
    let report = city.report().await;
    let first = city.submit(&report).await.unwrap();
    let mut sent = Vec::new();
    for _ in 0..4 {
        let (collector, bytes) = (city.collector.clone(), serde_json::to_vec(&report).unwrap());
        sent.push(tokio::spawn(async move {
            collector.submit(&me(), &visit(), &bytes).await
        }));
    }
    for again in sent {
        let again = again.await.unwrap().unwrap();
        assert_eq!((&again.batch, again.again), (&first.batch, true));
    }
    assert_eq!((city.batches().await, city.rows().await.len()), (1, 1));
    let mut other = report.clone();
    other["values"]["visits"] = json!(13);
    let refused = city.submit(&other).await.unwrap_err();
    assert_eq!(refused.code(), "form-submission");
}

#[tokio::test]
async fn a_later_report_takes_the_place_of_the_earlier_one_and_an_older_state_can_come_back() {
    let city = City::open(VISIT).await;
    let mut report = city.report().await;
    let mut batches = Vec::new();
    for (name, visits) in [("one", 12), ("two", 15), ("three", 12)] {
        report["submission"] = json!(name);
        report["values"]["visits"] = json!(visits);
        batches.push(city.submit(&report).await.unwrap().batch);
    }
    let newest = batches.last().unwrap();
    assert_eq!(
        city.rows().await,
        [format!("亭湖区 2025-02-01 12 {newest} 1")]
    );
    let filter = ReportFilter {
        limit: 10,
        ..ReportFilter::default()
    };
    let reports = city.collector.reports(&visit(), &filter).await.unwrap();
    let replaced: Vec<bool> = reports.iter().map(|one| one.is_replaced).collect();
    assert_eq!(replaced, [false, true, true]);
}

#[tokio::test]
async fn a_form_may_keep_the_first_report() {
    let city = City::open(&VISIT.replace("due: 5 wd", "due: 5 wd\n  later: refused")).await;
    let mut report = city.report().await;
    city.submit(&report).await.unwrap();
    assert!(city.submit(&report).await.unwrap().again);
    report["submission"] = json!("two");
    let refused = city.submit(&report).await.unwrap_err();
    assert_eq!(refused.code(), "form-reported");
}

#[tokio::test]
async fn a_report_without_a_name_that_is_sent_again_is_the_one_that_a_form_keeps() {
    let city = City::open(&VISIT.replace("due: 5 wd", "due: 5 wd\n  later: refused")).await;
    let mut report = city.report().await;
    report.as_object_mut().unwrap().remove("submission");
    let first = city.submit(&report).await.unwrap();
    let again = city.submit(&report).await.unwrap();
    assert_eq!((again.batch, again.again), (first.batch, true));
}

#[tokio::test]
async fn a_report_that_was_taken_stays_taken_when_it_is_sent_again_after_the_form_has_closed() {
    let city = City::open(&VISIT.replace("due: 5 wd", "due: 5 wd\n  closes: 10 d")).await;
    let mut report = city.report().await;
    let first = city.submit(&report).await.unwrap();
    let City { folder, collector } = city;
    drop(collector);
    let collector = City::start(folder.path(), "2025-04-30T09:00:00+08:00").await;
    let city = City { folder, collector };
    let again = city.submit(&report).await.unwrap();
    assert_eq!((again.batch, again.again), (first.batch, true));
    report["submission"] = json!("two");
    let refused = city.submit(&report).await.unwrap_err();
    assert_eq!(refused.code(), "form-closed");
}

#[tokio::test]
async fn a_report_that_breaks_a_hard_check_is_refused_at_its_field_and_nothing_is_stored() {
    let city = City::open(VISIT).await;
    for (visits, reason) in [
        (json!(501), "visits-range"),
        (json!("many"), "number"),
        (Value::Null, "missing"),
    ] {
        let mut report = city.report().await;
        report["values"]["visits"] = visits;
        let Err(Error::RowsRefused { rows, .. }) = city.submit(&report).await else {
            panic!("{reason} was taken");
        };
        let found = &rows[0].reasons[0];
        assert_eq!(
            (found.column.as_deref(), found.reason.as_str()),
            (Some("visits"), reason)
        );
    }
    assert_eq!(city.batches().await, 0);
}

#[tokio::test]
async fn what_is_no_report_of_the_form_is_told_by_its_cause() {
    let city = City::open(&VISIT.replace("due: 5 wd", "due: 5 wd\n  closes: 10 d")).await;
    let good = city.report().await;
    let cases = [
        ("form-unit", "/unit", json!("射阳县")),
        ("form-period", "/period", json!("2025")),
        ("form-period", "/period", json!("2024-12")),
        ("form-period", "/period", json!("2025-04")),
        ("form-closed", "/period", json!("2025-01")),
        ("no-column", "/values/vists", json!(3)),
        ("no-column", "/values/unit", json!("盐都区")),
        ("form-report", "/values/note", json!(["a"])),
        ("form-report", "/kind", json!("x")),
        ("form-report", "/form", json!("demo.other")),
        ("form-report", "/submission", json!("")),
        ("form-evidence", "/evidence", json!([])),
        ("form-evidence", "/evidence", json!(["0".repeat(64)])),
        ("form-period", "/filled_on", json!("2025-03-06")),
        ("form-period", "/filled_on", json!("2025-01-31")),
    ];
    for (code, pointer, value) in cases {
        let mut report = good.clone();
        let (above, name) = pointer.rsplit_once('/').unwrap();
        let object = report.pointer_mut(above).unwrap().as_object_mut().unwrap();
        object.insert(name.to_owned(), value);
        let refused = city.submit(&report).await.unwrap_err();
        assert_eq!(refused.code(), code, "{pointer}: {refused}");
        assert!(refused.help().is_some() || code == "form-closed" || code == "no-column");
    }
    assert_eq!(city.batches().await, 0);
}

#[tokio::test]
async fn a_file_is_taken_by_its_content_and_size() {
    let city = City::open(VISIT).await;
    for (name, bytes) in [
        ("a.jpg", b"MZ\x90\0".to_vec()),
        ("a.jpg", b"<svg onload=alert(1)>".to_vec()),
        ("a.jpg", "一份文字说明".as_bytes().to_vec()),
        ("a.jpg", Vec::new()),
        ("a.jpg", [picture(1), vec![0; 50 << 20]].concat()),
    ] {
        let (me, form) = (me(), visit());
        let kept = city.collector.keep_evidence(&me, &form, name, bytes);
        assert_eq!(kept.await.unwrap_err().code(), "form-evidence");
    }
    let first = city.photograph(1).await;
    assert_eq!(city.photograph(1).await, first);
    let (kept, bytes) = city.collector.evidence(&visit(), &first).await.unwrap();
    assert_eq!((kept.name.as_str(), bytes), ("IMG_1.jpg", picture(1)));
    let missing = city.collector.evidence(&visit(), "none").await;
    assert_eq!(missing.unwrap_err().code(), "no-form-evidence");
}

#[tokio::test]
async fn who_has_not_reported_is_late_after_the_due_day_and_a_report_stays_late() {
    let city = City::open(VISIT).await;
    // Five days from Monday to Friday after the end of February.
    let february = city.standing("亭湖区", "2025-02").await;
    assert_eq!(february.due.day.to_string(), "2025-03-07");
    assert_eq!((february.lamp, february.days_left), (FormLamp::Near, 2));
    let january = city.standing("亭湖区", "2025-01").await;
    assert_eq!((january.lamp, january.days_left), (FormLamp::Late, -26));
    let march = city.standing("亭湖区", "2025-03").await;
    assert_eq!(march.lamp, FormLamp::NotBegun);
    let mut report = city.report().await;
    city.submit(&report).await.unwrap();
    report["period"] = json!("2025-01");
    report["submission"] = json!("two");
    let late = city.submit(&report).await.unwrap().batch;
    assert_eq!(
        city.standing("亭湖区", "2025-02").await.lamp,
        FormLamp::Done
    );
    assert_eq!(
        city.standing("亭湖区", "2025-01").await.lamp,
        FormLamp::DoneLate
    );
    assert_eq!(
        city.standing("盐都区", "2025-02").await.lamp,
        FormLamp::Near
    );
    // Filled on paper in time, and entered now with a photograph of it.
    report["submission"] = json!("three");
    report["filled_on"] = json!("2025-02-06");
    city.submit(&report).await.unwrap();
    assert_eq!(
        city.standing("亭湖区", "2025-01").await.lamp,
        FormLamp::Done
    );
    city.collector.undo(&me(), &late, "wrong").await.unwrap();
    let filter = ReportFilter {
        limit: 10,
        ..ReportFilter::default()
    };
    let reports = city.collector.reports(&visit(), &filter).await.unwrap();
    assert_eq!(reports[1].status, BatchStatus::Undone);
}

#[tokio::test]
async fn reports_filled_offline_come_from_a_folder_with_their_photographs() {
    let city = City::open(VISIT).await;
    let inbox = city.collector.folder().root().join("inbox/visit");
    fs::create_dir_all(&inbox).unwrap();
    let write = |name: &str, unit: &str, visits: Value, file: &str| {
        let report = json!({"unit": unit, "period": "2025-02", "values": {"visits": visits}, "evidence": [file]});
        fs::write(inbox.join(name), report.to_string()).unwrap();
    };
    fs::write(inbox.join("IMG_1.jpg"), picture(1)).unwrap();
    fs::write(inbox.join("IMG_2.jpg"), "no picture").unwrap();
    write("a.json", "亭湖区", json!(12), "IMG_1.jpg");
    write("b.json", "盐都区", json!(-1), "IMG_1.jpg");
    write("c.json", "盐都区", json!(3), "IMG_2.jpg");
    write("d.json", "盐都区", json!(3), "../../store.db");
    let outcomes = city
        .collector
        .run_source(&me(), &"demo.visit_file".parse().unwrap())
        .await
        .unwrap();
    let ends: Vec<(BatchStatus, Option<String>)> = outcomes
        .iter()
        .map(|one| {
            (
                one.status,
                one.error.as_ref().map(|error| error.code.clone()),
            )
        })
        .collect();
    let refused = |code: &str| (BatchStatus::Refused, Some(code.to_owned()));
    assert_eq!(
        ends,
        [
            (BatchStatus::Collected, None),
            refused("rows-refused"),
            refused("form-evidence"),
            refused("form-evidence")
        ]
    );
    assert_eq!(outcomes[1].findings[0].reason, "visits-range");
    assert_eq!(city.rows().await.len(), 1);
    let filled = city.collector.report(&visit(), &outcomes[0].batch).await;
    assert_eq!(filled.unwrap().evidence[0].name, "IMG_1.jpg");
    let refused = city.collector.report(&visit(), &outcomes[1].batch).await;
    assert_eq!(refused.unwrap_err().code(), "no-report");
}

#[tokio::test]
async fn a_report_that_names_no_file_is_refused_and_those_behind_it_are_taken() {
    let city = City::open(VISIT).await;
    city.quiet_after(Duration::ZERO);
    let inbox = city.inbox();
    fs::create_dir(inbox.join("photographs")).unwrap();
    fs::write(inbox.join("IMG_1.jpg"), picture(1)).unwrap();
    for (report, file) in [
        ("a.json", ""),
        ("b.json", "photographs"),
        ("c.json", "photographs/"),
        ("d.json", "IMG_2.jpg"),
        ("e.json", "IMG_1.jpg"),
    ] {
        fs::write(inbox.join(report), offline(file)).unwrap();
    }
    let outcomes = city.run().await;
    let ends: Vec<BatchStatus> = outcomes.iter().map(|one| one.status).collect();
    let refused = BatchStatus::Refused;
    assert_eq!(
        ends,
        [refused, refused, refused, refused, BatchStatus::Collected]
    );
    let errors = outcomes.iter().filter_map(|one| one.error.as_ref());
    let codes: Vec<&str> = errors.map(|error| error.code.as_str()).collect();
    assert_eq!(codes, ["form-evidence"; 4]);
    assert_eq!(city.rows().await.len(), 1);
}

#[tokio::test]
async fn a_report_waits_for_the_photograph_that_it_names() {
    let city = City::open(VISIT).await;
    city.quiet_after(Duration::from_millis(500));
    let inbox = city.inbox();
    fs::write(inbox.join("a.json"), offline("IMG_1.jpg")).unwrap();
    assert_eq!(city.run().await, []);
    assert_eq!(city.batches().await, 0);
    fs::write(inbox.join("IMG_1.jpg"), picture(1)).unwrap();
    let outcomes = city.run().await;
    assert_eq!(outcomes[0].status, BatchStatus::Collected);
    let filled = city.collector.report(&visit(), &outcomes[0].batch).await;
    assert_eq!(filled.unwrap().evidence[0].size_bytes, 5);
}

#[tokio::test]
async fn a_report_with_the_mark_of_its_encoding_is_taken_and_shown() {
    let city = City::open(VISIT).await;
    city.quiet_after(Duration::ZERO);
    let inbox = city.inbox();
    fs::write(inbox.join("IMG_1.jpg"), picture(1)).unwrap();
    let marked = format!("\u{feff}{}", offline("IMG_1.jpg"));
    fs::write(inbox.join("a.json"), marked).unwrap();
    let outcomes = city.run().await;
    assert_eq!(outcomes[0].status, BatchStatus::Collected);
    let filled = city.collector.report(&visit(), &outcomes[0].batch).await;
    let filled = filled.unwrap();
    assert_eq!(filled.values["visits"], 12);
    assert_eq!(filled.evidence[0].name, "IMG_1.jpg");
}

#[tokio::test]
async fn rows_of_a_form_come_by_reports_alone() {
    let city = City::open(VISIT).await;
    let path = city.folder.path().join("visits.csv");
    fs::write(&path, "month,unit,visits\n2025-02-01,亭湖区,3\n").unwrap();
    let delivery = crate::Delivery::file(visit(), path);
    let refused = city.collector.collect(&me(), delivery).await.unwrap_err();
    assert_eq!(refused.code(), "not-collected");
    let row = json!({"month": "2025-02-01", "unit": "亭湖区", "visits": 3});
    let row = row.as_object().unwrap().clone();
    let refused = city.collector.write(&me(), &visit(), &[row], b"").await;
    assert_eq!(refused.unwrap_err().code(), "not-collected");
}

#[tokio::test]
async fn a_submission_whose_sender_goes_away_is_there_once_when_it_is_sent_again() {
    let city = City::open(VISIT).await;
    let report = city.report().await;
    let bytes = serde_json::to_vec(&report).unwrap();
    let (me, form) = (me(), visit());
    for waits in 0.. {
        let sent = city.collector.submit(&me, &form, &bytes);
        let acknowledged = cut(sent, waits).await.map(Result::unwrap);
        let again = city.submit(&report).await.unwrap();
        assert!(
            again.again || acknowledged.is_none(),
            "acknowledged and gone"
        );
        let rows = city.rows().await;
        assert_eq!(rows, [format!("亭湖区 2025-02-01 12 {} 1", again.batch)]);
        if acknowledged.is_some() {
            assert!(waits > 0, "nothing was cut short");
            break;
        }
        let undone = city.collector.undo(&me, &again.batch, "next round");
        undone.await.unwrap();
        let left = city.rows().await.len();
        assert_eq!(left, 0, "cut after {waits} waits, a second row is left");
    }
}
