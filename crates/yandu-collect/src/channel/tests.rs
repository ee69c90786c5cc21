mod city;
mod freshness;

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use sqlx::{AssertSqlSafe, Connection, Executor};
use yandu_lake::Principal;

use super::sql;
use crate::Error;
use crate::batch::BatchStatus;
use crate::notice::{NoticeFilter, NoticeKind};
use crate::secret::Secret;

use city::{City, statuses};

const FOLDER: &str =
    "mode: snapshot\nchannel: {folder: {path: inbox/health, pattern: \"*.csv\"}}\n";

#[tokio::test]
async fn files_of_a_folder_are_collected_once_in_the_order_of_their_names() {
    let city = City::with(FOLDER).await;
    assert_eq!(city.tick().await, []);
    city.deliver("r_2.csv", "id,value\na,2\nb,2\n");
    city.deliver("r_1.csv", "id,value\na,1\n");
    assert_eq!(
        city.tick().await,
        [BatchStatus::Collected, BatchStatus::Collected]
    );
    assert_eq!(city.rows().await, ["a:2", "b:2"]);
    assert_eq!(city.tick().await, []);
    assert_eq!(city.run().await.unwrap(), []);
    city.deliver("r_2.csv", "id,value\na,3\n");
    assert_eq!(
        statuses(city.run().await.unwrap()),
        [BatchStatus::Collected]
    );
    assert_eq!(city.rows().await, ["a:3"]);
    let names = city
        .collector
        .batches(&crate::BatchFilter::default())
        .await
        .unwrap();
    let names: Vec<&str> = names
        .iter()
        .map(|batch| batch.delivered_as.as_str())
        .collect();
    assert_eq!(names, ["r_2.csv", "r_2.csv", "r_1.csv"]);
    assert_eq!(city.staged(), 0);
}

#[tokio::test]
async fn a_refused_file_waits_until_it_changes_or_somebody_asks_and_is_told_of_once() {
    let city = City::with(FOLDER).await;
    city.deliver("r.csv", "name,value\nx,1\n");
    assert_eq!(city.tick().await, [BatchStatus::Refused]);
    assert_eq!(city.tick().await, []);
    assert_eq!(statuses(city.run().await.unwrap()), [BatchStatus::Refused]);
    assert_eq!(city.notices().await, [(NoticeKind::Failed, true)]);
    city.deliver("r.csv", "id,value\nx,1\n");
    assert_eq!(city.tick().await, [BatchStatus::Collected]);
    assert_eq!(
        city.notices().await,
        [(NoticeKind::Failed, false), (NoticeKind::Recovered, false)]
    );
    assert_eq!(city.rows().await, ["x:1"]);
    city.deliver("s.csv", "id,value\n");
    assert_eq!(
        city.tick().await,
        [BatchStatus::Refused],
        "a file without rows"
    );
    city.deliver("t.csv", "");
    assert_eq!(city.tick().await, [BatchStatus::Refused]);
    assert_eq!(city.rows().await, ["x:1"]);
}

#[tokio::test]
async fn a_refused_file_is_told_of_even_when_others_were_collected() {
    let city = City::with(FOLDER).await;
    city.deliver("r_1.csv", "name,value\nx,1\n");
    city.deliver("r_2.csv", "id,value\nx,1\n");
    assert_eq!(
        city.tick().await,
        [BatchStatus::Refused, BatchStatus::Collected]
    );
    assert_eq!(city.notices().await, [(NoticeKind::Failed, true)]);
    assert_eq!(city.rows().await, ["x:1"]);
}

#[tokio::test]
async fn a_delivery_that_does_not_come_is_late_until_it_comes() {
    let city = City::with(&format!("{FOLDER}schedule: {{every: 24 h, grace: 6 h}}\n")).await;
    city.tick().await;
    city.grow_old(29).await;
    city.tick().await;
    assert_eq!(city.notices().await, []);
    city.grow_old(2).await;
    city.tick().await;
    city.tick().await;
    let open = NoticeFilter {
        open: true,
        ..NoticeFilter::default()
    };
    let late = city.collector.notices(&open).await.unwrap().remove(0);
    assert_eq!(late.kind, NoticeKind::Late);
    assert!(
        late.message
            .starts_with("a delivery is expected every 24 h, and none has come since "),
        "{}",
        late.message
    );
    city.deliver("r.csv", "id,value\na,1\n");
    city.tick().await;
    assert_eq!(
        city.notices().await,
        [(NoticeKind::Late, false), (NoticeKind::Recovered, false)]
    );
    city.grow_old(31).await;
    city.tick().await;
    assert_eq!(city.collector.notices(&open).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_file_of_a_pack_is_collected_when_it_differs() {
    let source = "mode: snapshot\nchannel: {file: {path: data/reading.csv}}\n";
    let city = City::with(source).await;
    assert_eq!(city.tick().await, [BatchStatus::Collected]);
    assert_eq!(city.tick().await, []);
    assert_eq!(
        statuses(city.run().await.unwrap()),
        [BatchStatus::Unchanged]
    );
    let City { folder, collector } = city;
    drop(collector);
    let collector = City::start(folder.path(), "", &[("source", source)]).await;
    let city = City { folder, collector };
    assert_eq!(city.tick().await, [], "not again after a restart");
    assert_eq!(city.rows().await, ["p1:1"]);
}

#[tokio::test]
async fn what_a_source_brings_when_it_is_due_is_delivered_by_nobody_and_what_somebody_asks_for_by_them()
 {
    let source = "mode: snapshot\nchannel: {file: {path: data/reading.csv}}\n";
    let city = City::with(source).await;
    assert_eq!(city.tick().await, [BatchStatus::Collected]);
    city.run().await.unwrap();
    let batches = city
        .collector
        .batches(&crate::BatchFilter::default())
        .await
        .unwrap();
    let mut by: Vec<&str> = batches
        .iter()
        .map(|batch| batch.delivered_by.as_str())
        .collect();
    by.sort_unstable();
    assert_eq!(by, ["automatic-collection", "local-administrator"]);
}

#[tokio::test]
async fn an_upload_source_has_nothing_to_fetch() {
    let city = City::with("mode: snapshot\nchannel: {upload: {}}\n").await;
    assert_eq!(city.tick().await, []);
    assert!(matches!(city.run().await, Err(Error::SourceRefused { .. })));
    let absent = city
        .collector
        .run_source(
            &Principal::local_administrator(),
            &"demo.absent".parse().unwrap(),
        )
        .await;
    assert!(matches!(absent, Err(Error::NoSource(_))));
}

async fn sqlite(city: &City, sql: &str) {
    let path = city.folder.path().join("data/inbox/source.sqlite");
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    connection
        .execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned())))
        .await
        .unwrap();
}

const SQLITE: &str = "mode: upsert
schedule: {every: 1 h}
channel: {sql: {engine: sqlite, url: inbox/source.sqlite, table: reading, watermark: at}}
";

#[tokio::test]
async fn only_what_is_new_in_a_table_is_read_and_a_batch_that_is_undone_is_read_again() {
    let city = City::with(SQLITE).await;
    sqlite(&city, "CREATE TABLE reading (id TEXT, value INTEGER, at TEXT); INSERT INTO reading VALUES ('a', 1, '01'), ('b', NULL, '02')").await;
    let first = city.run().await.unwrap().remove(0);
    assert_eq!((first.status, first.rows_kept), (BatchStatus::Collected, 2));
    assert_eq!(city.run().await.unwrap(), []);
    sqlite(&city, "INSERT INTO reading VALUES ('c', 3, '03'); UPDATE reading SET value = 10, at = '04' WHERE id = 'a'").await;
    let second = city.run().await.unwrap().remove(0);
    assert_eq!((second.rows_in, second.rows_kept), (2, 2));
    assert_eq!(city.rows().await, ["a:10", "b:", "c:3"]);
    let shown = city.collector.batch(&second.batch).await.unwrap();
    assert_eq!(shown.batch.delivered_as, "reading since 02");
    city.collector
        .undo(&Principal::local_administrator(), &second.batch, "wrong")
        .await
        .unwrap();
    assert_eq!(city.run().await.unwrap().remove(0).rows_kept, 2);
    assert_eq!(city.rows().await, ["a:10", "b:", "c:3"]);
    assert_eq!(city.staged(), 0);
}

#[tokio::test]
async fn a_row_that_comes_at_the_newest_watermark_is_collected_and_one_without_is_told_of_until_it_has_one()
 {
    let city = City::with(SQLITE).await;
    sqlite(&city, "CREATE TABLE reading (id TEXT, value INTEGER, at TEXT); INSERT INTO reading VALUES ('a', 1, '01'), ('b', 2, '02')").await;
    city.run().await.unwrap();
    sqlite(
        &city,
        "INSERT INTO reading VALUES ('c', 3, '02'), ('d', 4, NULL)",
    )
    .await;
    let second = city.run().await.unwrap().remove(0);
    assert_eq!((second.rows_in, second.rows_kept), (1, 1));
    assert_eq!(city.rows().await, ["a:1", "b:2", "c:3"]);
    assert_eq!(city.notices().await, [(NoticeKind::PassedOver, true)]);
    assert_eq!(city.run().await.unwrap(), []);
    assert_eq!(
        city.notices().await,
        [(NoticeKind::PassedOver, true)],
        "told once while it is so"
    );
    sqlite(&city, "UPDATE reading SET at = '03' WHERE id = 'd'").await;
    city.run().await.unwrap();
    assert_eq!(city.rows().await, ["a:1", "b:2", "c:3", "d:4"]);
    assert_eq!(city.notices().await, [(NoticeKind::PassedOver, false)]);
}

#[tokio::test]
async fn a_row_that_returns_to_what_it_was_at_the_same_watermark_is_collected_and_then_nothing_is_new()
 {
    let city = City::with(SQLITE).await;
    sqlite(&city, "CREATE TABLE reading (id TEXT, value INTEGER, at TEXT); INSERT INTO reading VALUES ('a', 1, '03')").await;
    assert_eq!(
        statuses(city.run().await.unwrap()),
        [BatchStatus::Collected]
    );
    for value in [2, 1, 2] {
        sqlite(&city, &format!("UPDATE reading SET value = {value}")).await;
        assert_eq!(
            statuses(city.run().await.unwrap()),
            [BatchStatus::Collected]
        );
        assert_eq!(city.rows().await, [format!("a:{value}")]);
        assert_eq!(city.run().await.unwrap(), []);
    }
}

#[tokio::test]
async fn where_a_batch_kept_the_value_of_its_watermark_alone_its_rows_are_read_once_more_and_not_again()
 {
    let city = City::with(SQLITE).await;
    sqlite(&city, "CREATE TABLE reading (id TEXT, value INTEGER, at TEXT); INSERT INTO reading VALUES ('a', 1, '03')").await;
    city.run().await.unwrap();
    city.collector
        .inner
        .store
        .pool()
        .execute(sqlx::raw_sql("UPDATE batch SET watermark = '03'"))
        .await
        .unwrap();
    assert_eq!(
        statuses(city.run().await.unwrap()),
        [BatchStatus::Collected]
    );
    assert_eq!(city.run().await.unwrap(), []);
}

#[tokio::test]
async fn a_row_that_comes_at_the_newest_watermark_brings_back_neither_older_values_nor_rows_of_quarantine()
 {
    let city = City::with(SQLITE).await;
    sqlite(&city, "CREATE TABLE reading (id TEXT, value INTEGER, at TEXT); INSERT INTO reading VALUES ('k', 1, '03'), ('bad', 'many', '03')").await;
    let first = city.run().await.unwrap().remove(0);
    assert_eq!((first.rows_kept, first.rows_quarantined), (1, 1));
    city.upload("id,value\nk,9\n").await;
    assert_eq!(city.rows().await, ["k:9"]);
    sqlite(&city, "INSERT INTO reading VALUES ('n', 2, '03')").await;
    let second = city.run().await.unwrap().remove(0);
    assert_eq!((second.rows_in, second.rows_quarantined), (1, 0));
    assert_eq!(city.rows().await, ["k:9", "n:2"]);
}

#[tokio::test]
async fn rows_that_are_passed_over_hide_no_outage_and_are_told_of_once_in_the_newest_words() {
    let city = City::with(SQLITE).await;
    sqlite(&city, "CREATE TABLE reading (id TEXT, value INTEGER, at TEXT); INSERT INTO reading VALUES ('a', 1, '01')").await;
    city.run().await.unwrap();
    sqlite(&city, "INSERT INTO reading VALUES ('b', 2, NULL)").await;
    city.run().await.unwrap();
    assert_eq!(city.notices().await, [(NoticeKind::PassedOver, true)]);
    sqlite(&city, "ALTER TABLE reading RENAME TO elsewhere").await;
    assert!(city.run().await.is_err());
    assert_eq!(
        city.notices().await,
        [(NoticeKind::PassedOver, true), (NoticeKind::Failed, true)]
    );
    sqlite(
        &city,
        "ALTER TABLE elsewhere RENAME TO reading; INSERT INTO reading VALUES ('c', 3, NULL)",
    )
    .await;
    city.run().await.unwrap();
    assert_eq!(
        city.notices().await,
        [
            (NoticeKind::PassedOver, true),
            (NoticeKind::Failed, false),
            (NoticeKind::Recovered, false)
        ]
    );
    let open = NoticeFilter {
        open: true,
        ..NoticeFilter::default()
    };
    let told = city.collector.notices(&open).await.unwrap().remove(0);
    assert!(
        told.message
            .starts_with("rows without a value in `at`, which only the first reading takes: 2; "),
        "{}",
        told.message
    );
}

#[tokio::test]
async fn an_append_tells_of_a_row_that_comes_at_a_watermark_which_it_has_passed() {
    let city = City::with(&SQLITE.replace("mode: upsert", "mode: append")).await;
    sqlite(&city, "CREATE TABLE reading (id TEXT, value INTEGER, at TEXT); INSERT INTO reading VALUES ('a', 1, '01'), ('b', 2, '02')").await;
    city.run().await.unwrap();
    assert_eq!(city.run().await.unwrap(), []);
    assert_eq!(city.notices().await, []);
    sqlite(&city, "INSERT INTO reading VALUES ('c', 3, '02')").await;
    assert_eq!(city.run().await.unwrap(), []);
    assert_eq!(city.rows().await, ["a:1", "b:2"]);
    assert_eq!(city.notices().await, [(NoticeKind::PassedOver, true)]);
}

#[tokio::test]
async fn a_watermark_counts_only_when_its_rows_are_collected() {
    let city = City::with(SQLITE).await;
    sqlite(&city, "CREATE TABLE reading (code TEXT, value INTEGER, at TEXT); INSERT INTO reading VALUES ('a', 1, '05')").await;
    assert_eq!(city.tick().await, [BatchStatus::Refused]);
    assert_eq!(city.tick().await, [], "not before its time");
    city.grow_old(2).await;
    sqlite(&city, "ALTER TABLE reading RENAME COLUMN code TO id").await;
    assert_eq!(city.tick().await, [BatchStatus::Collected]);
    assert_eq!(city.rows().await, ["a:1"]);
}

#[tokio::test]
async fn a_database_file_outside_the_data_folder_or_of_the_program_is_refused() {
    for path in ["../packs/x.sqlite", "records.sqlite", "inbox/absent.sqlite"] {
        let source = format!(
            "mode: snapshot\nchannel: {{sql: {{engine: sqlite, url: {path}, table: batch}}}}\n"
        );
        let folder = tempfile::tempdir().unwrap();
        // A pack that climbs out, or names what is the program's own, does not load in the first place.
        if !path.starts_with("inbox/") {
            assert!(super::place::inside(folder.path(), path).is_err(), "{path}");
            continue;
        }
        let city = City::with(&source).await;
        assert!(
            matches!(city.run().await, Err(Error::SourceRefused { .. })),
            "{path}"
        );
    }
}

#[tokio::test]
async fn an_api_that_fails_is_told_of_once_tried_again_later_and_recovers() {
    let status = Arc::new(AtomicU16::new(503));
    let answer = Arc::clone(&status);
    let router = Router::new().route(
        "/readings",
        get(async move || {
            let status = StatusCode::from_u16(answer.load(Ordering::SeqCst)).unwrap();
            (
                status,
                r#"{"items": [{"id": "a", "value": 7, "at": "2025-01-01"}]}"#,
            )
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let city = City::with(&format!(
        "mode: upsert\nschedule: {{every: 1 h}}\nchannel:\n  http:\n    url: http://{address}/readings\n    rows: /items\n    \
         headers: {{X-Token: {{stored: token}}}}\n    watermark: {{param: since, column: at}}\n    retry: {{times: 1, wait: 1 s}}\n"
    ))
    .await;
    assert!(matches!(city.run().await, Err(Error::Secret { .. })));
    city.collector
        .secrets()
        .set("token", &Secret::new("t0ken"))
        .unwrap();
    assert!(matches!(city.run().await, Err(Error::SourceSilent { .. })));
    assert_eq!(city.tick().await, [], "it waits after a failure");
    assert_eq!(city.notices().await, [(NoticeKind::Failed, true)]);
    status.store(200, Ordering::SeqCst);
    city.grow_old(1).await;
    assert_eq!(city.tick().await, [BatchStatus::Collected]);
    assert_eq!(city.rows().await, ["a:7"]);
    assert_eq!(
        city.notices().await,
        [(NoticeKind::Failed, false), (NoticeKind::Recovered, false)]
    );
    assert_eq!(
        statuses(city.run().await.unwrap()),
        [BatchStatus::Unchanged]
    );
    assert_eq!(city.staged(), 0);
}

#[tokio::test]
async fn a_table_of_postgres_becomes_a_dataset_and_a_wrong_password_is_kept_quiet() {
    let Some(server) = sql::tests::server::postgres() else {
        return;
    };
    let mut connection: sqlx::PgConnection = sql::tests::connect(&server.url("postgres")).await;
    let rows = "CREATE TABLE reading AS SELECT 'r' || n AS id, n AS value, NULL::text AS at FROM generate_series(1, 20000) AS n";
    connection.execute(sqlx::raw_sql(rows)).await.unwrap();
    let source = "mode: snapshot\nchannel: {sql: {engine: postgres, url: {stored: database}, table: reading}}\n";
    let city = City::with(source).await;
    let secrets = city.collector.secrets();
    secrets
        .set("database", &Secret::new(server.url("postgres")))
        .unwrap();
    let outcome = city.run().await.unwrap().remove(0);
    assert_eq!(
        (outcome.status, outcome.rows_kept),
        (BatchStatus::Collected, 20_000)
    );
    secrets
        .set(
            "database",
            &Secret::new(server.url("postgres").replace("pa55", "wr0ng")),
        )
        .unwrap();
    let refused = city.run().await.unwrap_err();
    assert!(matches!(refused, Error::SourceRefused { .. }), "{refused}");
    let notice = city
        .collector
        .notices(&NoticeFilter::default())
        .await
        .unwrap()
        .remove(0);
    for text in [refused.to_string(), format!("{refused:?}"), notice.message] {
        assert!(!text.contains("wr0ng"), "{text}");
        assert!(text.contains("password authentication failed"), "{text}");
    }
    assert_eq!(city.staged(), 0);
}

#[tokio::test]
async fn upkeep_folds_tails_and_joins_small_files_without_changing_a_row() {
    let city = City::with(FOLDER).await;
    let principal = Principal::local_administrator();
    let dataset = "demo.reading".parse().unwrap();
    for n in 0..12 {
        let row = serde_json::json!({"id": format!("w{n}"), "value": n});
        let row = row.as_object().unwrap().clone();
        city.collector
            .write(&principal, &dataset, &[row], b"{}")
            .await
            .unwrap();
        let upkeep = city.collector.maintain().await;
        assert!(upkeep.failed.is_empty(), "{:?}", upkeep.failed);
        assert_eq!(upkeep.folded, std::slice::from_ref(&dataset));
        assert_eq!(upkeep.compacted.len(), usize::from(n == 10), "write {n}");
    }
    assert_eq!(
        city.collector.lake().tail(&dataset).await.unwrap().writes,
        0
    );
    assert_eq!(city.rows().await.len(), 12);
    let idle = city.collector.maintain().await;
    assert!(idle.folded.is_empty() && idle.compacted.is_empty() && idle.failed.is_empty());
}

#[tokio::test]
async fn what_is_due_happens_by_itself_until_it_is_stopped() {
    let city = City::with(FOLDER).await;
    city.deliver("r.csv", "id,value\na,1\n");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let collector = city.collector.clone();
    let rhythm = super::Rhythm {
        tick: Duration::from_millis(50),
        upkeep: Duration::from_millis(50),
    };
    let watching = tokio::spawn(async move {
        let stopped = async move { drop(stopped.await) };
        collector
            .watch(&Principal::local_administrator(), rhythm, stopped)
            .await;
    });
    let settled = crate::BatchFilter {
        status: Some(BatchStatus::Collected),
        ..crate::BatchFilter::default()
    };
    for _ in 0..400 {
        if !city.collector.batches(&settled).await.unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(city.rows().await, ["a:1"]);
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(10), watching)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn what_a_schedule_collects_is_counted_as_what_somebody_hands_over() {
    let city = City::with(FOLDER).await;
    assert_eq!(city.collector.totals(), crate::Totals::default());
    city.deliver("r.csv", "id,value\na,1\nb,x\n");
    city.tick().await;
    city.upload("id,value\na,2\n").await;
    city.upload("id,value\na,2\n").await;
    city.upload("nothing,of,this\n1,2,3\n").await;
    let totals = city.collector.totals();
    assert_eq!(
        totals.deliveries,
        [("collected", 2), ("refused", 1), ("unchanged", 1)].into()
    );
    assert_eq!(
        totals.rows,
        [("kept", 2), ("quarantined", 1), ("superseded", 0)].into()
    );
}

#[tokio::test]
async fn the_newest_batch_of_a_source_is_found_behind_any_number_of_others() {
    let city = City::of(
        "",
        &[
            ("source", FOLDER),
            ("quiet", "mode: snapshot\nchannel: {upload: {}}\n"),
        ],
    )
    .await;
    assert!(city.collector.newest_batches().await.unwrap().is_empty());
    city.deliver("r.csv", "id,value\na,1\n");
    city.tick().await;
    let of_source = city.collector.batch_named("demo.reading").await.unwrap();
    for number in 0..60 {
        let mut delivery = crate::Delivery::file(
            "demo.reading".parse().unwrap(),
            city.folder.path().join("none.csv"),
        );
        std::fs::write(&delivery.path, format!("id,value\na,{number}\n")).unwrap();
        delivery.source = Some("demo.quiet".parse().unwrap());
        let principal = Principal::local_administrator();
        city.collector.collect(&principal, delivery).await.unwrap();
    }
    let newest = city.collector.newest_batches_of_sources().await.unwrap();
    assert_eq!(newest.len(), 2);
    assert_eq!(newest["demo.source"].id, of_source);
    let of_dataset = city.collector.newest_batches().await.unwrap();
    assert_eq!(of_dataset["demo.reading"].id, newest["demo.quiet"].id);
}

#[tokio::test]
async fn an_upload_that_comes_in_time_is_not_late_and_one_that_comes_late_settles_the_notice() {
    let city = City::with("mode: snapshot\nchannel: {upload: {}}\nschedule: {every: 24 h}\n").await;
    city.tick().await;
    for value in 1..4 {
        city.grow_old(20).await;
        city.upload(&format!("id,value\na,{value}\n")).await;
        city.tick().await;
    }
    assert_eq!(city.notices().await, []);
    city.grow_old(25).await;
    city.tick().await;
    assert_eq!(city.notices().await, [(NoticeKind::Late, true)]);
    city.upload("id,value\na,9\n").await;
    assert_eq!(
        city.notices().await,
        [(NoticeKind::Late, false), (NoticeKind::Recovered, false)]
    );
}
