mod paging;
mod references;
mod released;
mod repeated;
mod returned;
mod standing;
mod undoing;

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use yandu_lake::{Lake, Options, Principal, ReadPoint, Vectors};
use yandu_pack::{AnyCondition, Packs};
use yandu_store::{DataFolder, Store};
use yandu_words::id::BatchId;

use super::{Collector, Delivery, Outcome};
use crate::batch::BatchStatus;
use crate::{Error, Mode};

const PACK: &str = "pack: demo\nversion: 1.0.0\ntitle: {zh: 演示, en: Demo}\n";
const CITIZEN: &str = "dataset: demo.citizen
title: {zh: 市民, en: Citizen}
owner: 市公安局
origin: collect
sharing: {class: unconditional}
opening: closed
refresh: daily
key: [id]
columns:
  id:   {title: {zh: 编号, en: Id}, standard: id, from: [编号]}
  age:  {title: {zh: 年龄, en: Age}, type: integer, unit: 岁, from: [年龄], required: false}
  boss: {title: {zh: 上级, en: Boss}, standard: id, from: [上级], required: false}
checks:
  - {name: age-range, column: age, between: [0, 150]}
  - {name: boss-unknown, column: boss, references: demo.citizen}
  - {name: not-own-boss, expect: \"id <> boss\", level: soft}
";

/// A city with one dataset, in a folder that is gone with the test.
struct City {
    folder: tempfile::TempDir,
    collector: Collector,
}

impl City {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let collector = Self::start(folder.path()).await;
        Self { folder, collector }
    }

    async fn start(folder: &Path) -> Collector {
        let pack = folder.join("packs/demo");
        fs::create_dir_all(pack.join("datasets")).unwrap();
        fs::write(pack.join("pack.yaml"), PACK).unwrap();
        fs::write(pack.join("datasets/citizen.yaml"), CITIZEN).unwrap();
        let loaded = Packs::load(&[folder.join("packs")], &AnyCondition);
        assert!(!loaded.has_errors(), "{:?}", loaded.problems);
        let data = DataFolder::open(&folder.join("data")).unwrap();
        let store = Store::open(&data.records()).await.unwrap();
        // Of these small tables some processes write files anew where others name the rows that are gone.
        let vectors = if rand::random() {
            Vectors::ALWAYS
        } else {
            Vectors::default()
        };
        let options = Options {
            vectors,
            ..Options::new(data.root())
        };
        let lake = Lake::open(options).unwrap();
        crate::trial::declare(&lake, &loaded.packs).unwrap();
        Collector::open(data, store, lake, Arc::new(loaded.packs), 2)
            .await
            .unwrap()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    async fn collect(&self, content: impl AsRef<[u8]>, mode: Mode) -> Outcome {
        let mut delivery = Delivery::file(
            "demo.citizen".parse().unwrap(),
            self.write("delivery.csv", content),
        );
        delivery.mode = Some(mode);
        self.collector
            .collect(&Principal::local_administrator(), delivery)
            .await
            .unwrap()
    }

    async fn undo(&self, batch: &BatchId) {
        let me = Principal::local_administrator();
        let undone = self.collector.undo(&me, batch, "wrong file").await.unwrap();
        assert_eq!(undone.batch.status, BatchStatus::Undone);
    }

    async fn rows(&self) -> Vec<String> {
        let sql =
            "SELECT id || ':' || coalesce(CAST(age AS VARCHAR), '') FROM demo.citizen ORDER BY 1";
        let session = self
            .collector
            .lake()
            .session(&Principal::local_administrator(), ReadPoint::default());
        let found = session.query(sql).await.unwrap().collect().await.unwrap();
        found
            .iter()
            .flat_map(|rows| {
                let texts = arrow::compute::cast(rows.column(0), &arrow::datatypes::DataType::Utf8)
                    .unwrap();
                let texts = arrow::array::AsArray::as_string::<i32>(&texts);
                texts
                    .iter()
                    .map(|text| text.unwrap().to_owned())
                    .collect::<Vec<_>>()
            })
            .collect()
    }
}

fn counts(outcome: &Outcome) -> (u64, u64, u64, u64) {
    assert_eq!(
        outcome.rows_in,
        outcome.rows_kept + outcome.rows_superseded + outcome.rows_quarantined,
        "in = kept + superseded + quarantined"
    );
    (
        outcome.rows_in,
        outcome.rows_kept,
        outcome.rows_superseded,
        outcome.rows_quarantined,
    )
}

fn reasons(outcome: &Outcome) -> Vec<String> {
    outcome
        .findings
        .iter()
        .map(|finding| format!("{} {}", finding.reason, finding.rows))
        .collect()
}

#[tokio::test]
async fn a_quarantined_row_never_reaches_the_lake() {
    let city = City::open().await;
    let outcome = city
        .collect(
            "编号,年龄,上级\na,30,\nb,many,a\nc,200,a\na,31,\n,5,\nd,7,d\n",
            Mode::Snapshot,
        )
        .await;
    assert_eq!(counts(&outcome), (6, 2, 0, 4));
    let mut found = reasons(&outcome);
    found.sort();
    assert_eq!(
        found,
        [
            "age-range 1",
            "duplicate-key 1",
            "missing 1",
            "not-own-boss 1",
            "number 1"
        ]
    );
    assert_eq!(city.rows().await, ["a:30", "d:7"]);
    let waiting = city
        .collector
        .quarantined(&outcome.batch, &crate::quarantine::Selection::default())
        .await
        .unwrap();
    let places: Vec<u64> = waiting.iter().map(|row| row.row).collect();
    assert_eq!(places, [2, 3, 4, 5]);
    assert_eq!(waiting[0].record, "b,many,a");
    assert_eq!(waiting[0].cells["age"].as_deref(), Some("many"));
}

#[tokio::test]
async fn a_row_that_a_later_one_of_its_file_replaces_is_told_with_both_places_unless_they_say_the_same()
 {
    let city = City::open().await;
    let content = "编号,年龄\na,30\nb,7\na,31\nb,7\na,32\n";
    let outcome = city.collect(content, Mode::Upsert).await;
    assert_eq!(counts(&outcome), (5, 2, 3, 0));
    assert_eq!(city.rows().await, ["a:32", "b:7"]);
    assert_eq!(reasons(&outcome), ["repeated-key 2"]);
    let found = &outcome.findings[0];
    assert_eq!(found.level, yandu_check::Level::Soft);
    assert_eq!(found.column.as_deref(), Some("id"));
    let samples: Vec<_> = found
        .samples
        .iter()
        .map(|sample| (sample.row, sample.text.as_str()))
        .collect();
    assert_eq!(
        samples,
        [(1, "被第 3 行取代：a"), (3, "被第 5 行取代：a")],
        "the two rows of b say the same"
    );
}

#[tokio::test]
async fn months_under_a_column_of_dates_say_how_months_are_declared() {
    let city = City::open().await;
    let with = |type_name: &str| {
        let column =
            format!("  from_month: {{title: {{zh: 统计月份}}, {type_name}, required: false}}");
        CITIZEN.replace("checks:", &format!("{column}\nchecks:"))
    };
    city.declare(&with("type: date"));
    let content = "编号,统计月份\na,2026年11月\nb,202611\n";
    let outcome = city.collect(content, Mode::Upsert).await;
    assert_eq!(reasons(&outcome), ["date 2"]);
    let notes = outcome.report.as_ref().unwrap()["notes"].to_string();
    assert!(notes.contains("standard: month"), "{notes}");
    city.declare(&with("standard: month"));
    let outcome = city.collect(content, Mode::Upsert).await;
    assert_eq!(counts(&outcome), (2, 2, 0, 0));
    let outcome = city
        .collect("编号,统计月份\na,2026年\n", Mode::Upsert)
        .await;
    let notes = outcome.report.as_ref().unwrap()["notes"].to_string();
    assert!(!notes.contains("standard: month"), "{notes}");
}

#[tokio::test]
async fn identifiers_whose_digits_a_spreadsheet_took_wait_and_replace_nothing() {
    let city = City::open().await;
    let content = "编号,年龄\n3.49E+05,30\n3.49E+05,31\n349001,32\n";
    let outcome = city.collect(content, Mode::Upsert).await;
    assert_eq!(counts(&outcome), (3, 1, 0, 2));
    assert_eq!(reasons(&outcome), ["scientific 2"]);
    assert_eq!(outcome.findings[0].level, yandu_check::Level::Hard);
    assert_eq!(city.rows().await, ["349001:32"]);
}

#[tokio::test]
async fn a_row_that_is_no_record_says_why_where_it_waits_and_in_the_findings() {
    let city = City::open().await;
    let outcome = city
        .collect("编号,年龄\na,1\n合计,1\n", Mode::Snapshot)
        .await;
    assert_eq!(reasons(&outcome), ["syntax 1"]);
    let sample = &outcome.findings[0].samples[0];
    assert_eq!((sample.row, sample.text.as_str()), (2, "合计行（合计）"));
    let waiting = city
        .collector
        .quarantined(&outcome.batch, &crate::quarantine::Selection::default())
        .await
        .unwrap();
    let reason = &waiting[0].reasons[0];
    assert_eq!(reason.reason, "syntax");
    let detail = reason.detail.as_ref().unwrap();
    assert_eq!(detail.english(), "a row of totals (`合计`)");
    assert_eq!(
        reason.titled("记录语法错误"),
        "记录语法错误：合计行（合计）"
    );
    assert_eq!(waiting[0].record, "合计,1");
}

#[tokio::test]
async fn a_second_delivery_of_the_same_bytes_changes_nothing() {
    let city = City::open().await;
    let first = city.collect("编号,年龄\na,1\n", Mode::Snapshot).await;
    let again = city.collect("编号,年龄\na,1\n", Mode::Snapshot).await;
    assert_eq!(again.status, BatchStatus::Unchanged);
    assert_eq!(
        city.collector.lake().version(&first.dataset).await.unwrap(),
        first.version
    );
    let other = city.collect("编号,年龄\na,2\n", Mode::Snapshot).await;
    assert_eq!(other.status, BatchStatus::Collected);
    let back = city.collect("编号,年龄\na,1\n", Mode::Snapshot).await;
    assert_eq!(
        back.status,
        BatchStatus::Collected,
        "a return to an older state is a change"
    );
}

#[tokio::test]
async fn a_snapshot_replaces_and_counts_what_is_gone() {
    let city = City::open().await;
    city.collect("编号,年龄\na,1\nb,2\nc,3\n", Mode::Snapshot)
        .await;
    let outcome = city.collect("编号,年龄\nb,2\nd,4\n", Mode::Snapshot).await;
    assert_eq!(outcome.rows_deleted, 2);
    assert_eq!(city.rows().await, ["b:2", "d:4"]);
}

#[tokio::test]
async fn an_upsert_replaces_by_key_and_the_last_row_wins() {
    let city = City::open().await;
    city.collect("编号,年龄\na,1\nb,2\n", Mode::Upsert).await;
    let outcome = city
        .collect("编号,年龄\nb,3\nc,4\nb,5\nb,x\n", Mode::Upsert)
        .await;
    assert_eq!(counts(&outcome), (4, 2, 1, 1));
    assert_eq!(city.rows().await, ["a:1", "b:5", "c:4"]);
}

#[tokio::test]
async fn a_row_is_corrected_and_released_under_its_old_place() {
    let city = City::open().await;
    let me = Principal::local_administrator();
    let outcome = city
        .collect("编号,年龄\na,1\nb,x\na,9\n", Mode::Snapshot)
        .await;
    let fixed = [("age".to_owned(), Some("22".to_owned()))].into();
    let corrected = city
        .collector
        .correct(&me, &outcome.batch, 2, &fixed, "called them")
        .await
        .unwrap();
    assert_eq!(corrected.cells["age"].as_deref(), Some("22"));
    let released = city
        .collector
        .release(&me, &outcome.batch, &[], "checked")
        .await
        .unwrap();
    assert_eq!(released.released, [2]);
    assert_eq!(released.refused[0].reasons, ["key-taken"]);
    assert_eq!(city.rows().await, ["a:1", "b:22"]);
    let twice = city
        .collector
        .release(&me, &outcome.batch, &[2], "again")
        .await
        .unwrap_err();
    assert!(
        matches!(twice, Error::NotQuarantined { row: 2, .. }),
        "{twice}"
    );
    assert_eq!(
        city.collector
            .drop_rows(&me, &outcome.batch, &[3], "a copy")
            .await
            .unwrap(),
        1
    );
}

#[tokio::test]
async fn a_released_row_of_an_upsert_updates_what_came_before_it_and_nothing_that_came_later() {
    let city = City::open().await;
    let me = Principal::local_administrator();
    city.collect("编号,年龄\na,1\nb,1\n", Mode::Upsert).await;
    let faulty = city.collect("编号,年龄\na,x\nb,x\n", Mode::Upsert).await;
    city.collect("编号,年龄\nb,3\n", Mode::Upsert).await;
    let fixed = [("age".to_owned(), Some("2".to_owned()))].into();
    for row in [1, 2] {
        city.collector
            .correct(&me, &faulty.batch, row, &fixed, "called them")
            .await
            .unwrap();
    }
    let released = city
        .collector
        .release(&me, &faulty.batch, &[], "checked")
        .await
        .unwrap();
    assert_eq!(released.released, [1]);
    assert_eq!(released.refused[0].reasons, ["key-taken"]);
    assert_eq!(city.rows().await, ["a:2", "b:3"]);
    city.undo(&faulty.batch).await;
    assert_eq!(city.rows().await, ["a:1", "b:3"]);
}

#[tokio::test]
async fn a_new_column_is_kept_and_a_missing_one_stops_the_batch() {
    let city = City::open().await;
    let outcome = city.collect("编号,备注\na,新来的\n", Mode::Snapshot).await;
    assert_eq!(outcome.status, BatchStatus::Collected);
    assert_eq!(
        outcome.report.as_ref().unwrap()["new_columns"],
        serde_json::json!(["备注"])
    );
    let refused = city.collect("年龄,备注\n1,x\n", Mode::Snapshot).await;
    assert_eq!(refused.status, BatchStatus::Refused);
    assert_eq!(refused.error.unwrap().code, "missing-columns");
    assert_eq!(city.rows().await, ["a:"]);
}

#[tokio::test]
async fn a_delivery_whose_header_is_sought_in_a_row_of_titles_is_told_the_row_that_has_it() {
    let city = City::open().await;
    let content = "市民情况表,\n2025年,\n编号,年龄\na,1\n";
    let mut delivery = Delivery::file(
        "demo.citizen".parse().unwrap(),
        city.write("titled.csv", content),
    );
    delivery.hints.header_row = Some(1);
    delivery.mode = Some(Mode::Snapshot);
    let me = Principal::local_administrator();
    let refused = city.collector.collect(&me, delivery).await.unwrap();
    let help = refused.error.unwrap().help.unwrap();
    assert!(help.contains("`--header-row 3`"), "{help}");
    let refused = city.collect("年龄,备注\n1,x\n", Mode::Snapshot).await;
    let help = refused.error.unwrap().help.unwrap();
    assert!(help.contains("`--header-row N`"), "{help}");
    assert!(help.contains("`--header HEADER=COLUMN`"), "{help}");
}

#[tokio::test]
async fn a_title_that_says_another_unit_than_a_column_has_refuses_the_batch_and_one_that_no_column_has_is_told()
 {
    let city = City::open().await;
    let refused = city
        .collect("单位：千岁\n编号,年龄\na,1\n", Mode::Snapshot)
        .await;
    assert_eq!(refused.status, BatchStatus::Refused);
    assert_eq!(refused.error.unwrap().code, "other-unit");
    let told = city
        .collect("单位：万件\n编号,年龄\na,1\n", Mode::Snapshot)
        .await;
    assert_eq!(told.status, BatchStatus::Collected);
    let notes = told.report.as_ref().unwrap()["notes"].to_string();
    assert!(notes.contains("numbers are in `万件`"), "{notes}");
    assert_eq!(city.rows().await, ["a:1"]);
}

#[tokio::test]
async fn faults_of_a_file_refuse_the_batch_and_leave_the_lake_alone() {
    let city = City::open().await;
    city.collect("编号,年龄\na,1\n", Mode::Snapshot).await;
    for (content, code) in [
        (b"".to_vec(), "empty-file"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0".to_vec(), "binary-file"),
        ("编号,年龄\n".as_bytes().to_vec(), "no-rows"),
    ] {
        let refused = city.collect(&content, Mode::Snapshot).await;
        assert_eq!(refused.status, BatchStatus::Refused, "{code}");
        assert_eq!(refused.error.unwrap().code, code);
        assert_eq!(city.rows().await, ["a:1"]);
    }
    let nothing_good = city.collect("编号,年龄\nz,x\n", Mode::Snapshot).await;
    assert_eq!(
        (nothing_good.status, nothing_good.version),
        (BatchStatus::Collected, None)
    );
    assert_eq!(
        city.rows().await,
        ["a:1"],
        "a snapshot of faults does not empty the table"
    );
}

#[tokio::test]
async fn the_batch_is_kept_as_it_came() {
    let city = City::open().await;
    let content = "编号,年龄\r\na,１２\r\n";
    let outcome = city.collect(content, Mode::Snapshot).await;
    let batch = city.collector.batch(&outcome.batch).await.unwrap();
    let mut kept = String::new();
    let hash = batch.batch.content_hash.unwrap();
    city.collector
        .keep()
        .open(&hash)
        .unwrap()
        .read_to_string(&mut kept)
        .unwrap();
    assert_eq!(kept, content);
    assert_eq!(city.rows().await, ["a:12"]);
}

#[tokio::test]
async fn rows_written_one_by_one_are_there_at_once_and_stay_after_folding() {
    let city = City::open().await;
    let me = Principal::local_administrator();
    let dataset = "demo.citizen".parse().unwrap();
    city.collect("编号,年龄\na,1\nb,2\n", Mode::Upsert).await;
    let row = |text: &str| serde_json::from_str(text).unwrap();
    let written = city
        .collector
        .write(
            &me,
            &dataset,
            &[row(r#"{"id": "b", "age": 5}"#)],
            br#"{"id": "b", "age": 5}"#,
        )
        .await
        .unwrap();
    assert_eq!(city.rows().await, ["a:1", "b:5"]);
    let refused = city
        .collector
        .write(&me, &dataset, &[row(r#"{"id": "c", "age": 500}"#)], b"")
        .await;
    assert!(matches!(refused, Err(Error::RowsRefused { .. })));
    assert!(city.collector.fold(&dataset).await.unwrap());
    assert_eq!(city.rows().await, ["a:1", "b:5"]);
    let batch = city.collector.batch(&written.batch).await.unwrap().batch;
    assert_eq!((batch.status, batch.rows_kept), (BatchStatus::Written, 1));
    assert!(batch.content_hash.is_some());
}

#[tokio::test]
async fn zeros_that_a_workbook_shows_before_a_number_are_kept_in_an_id_and_not_in_an_age() {
    let city = City::open().await;
    let mut book = rust_xlsxwriter::Workbook::new();
    let zeros = rust_xlsxwriter::Format::new().set_num_format("0000");
    let sheet = book.add_worksheet();
    for (column, name) in [(0, "编号"), (1, "年龄")] {
        sheet.write(0, column, name).unwrap();
    }
    sheet.write_with_format(1, 0, 1, &zeros).unwrap();
    sheet.write_with_format(1, 1, 7, &zeros).unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let outcome = city.collect(bytes, Mode::Snapshot).await;
    assert_eq!(city.rows().await, ["0001:7"]);
    let mut of_age = outcome.findings.iter();
    assert!(
        !of_age.any(|finding| finding.column.as_deref() == Some("age")),
        "{:?}",
        outcome.findings
    );
}

#[tokio::test]
async fn a_batch_cut_off_before_its_commit_is_rolled_back_at_the_next_start() {
    let city = City::open().await;
    city.collect("编号,年龄\na,1\n", Mode::Snapshot).await;
    let pool = city.collector.inner.batches.pool().clone();
    let cut = |id: &'static str, status: &'static str| {
        let pool = pool.clone();
        async move {
            sqlx::query(
                "INSERT INTO batch (id, dataset, status, mode, delivered_as, delivered_by, rows_kept, started_at) \
                 VALUES (?, 'demo.citizen', ?, 'snapshot', 'x', 'y', 1, 0)",
            )
            .bind(id)
            .bind(status)
            .execute(&pool)
            .await
            .unwrap();
        }
    };
    cut("20250101-000000-000001", "running").await;
    cut("20250101-000000-000002", "committing").await;
    city.collector.recover().await.unwrap();
    for id in ["20250101-000000-000001", "20250101-000000-000002"] {
        let batch = city
            .collector
            .batch(&id.parse().unwrap())
            .await
            .unwrap()
            .batch;
        assert_eq!(batch.status, BatchStatus::RolledBack);
    }
    assert_eq!(city.rows().await, ["a:1"]);
}
