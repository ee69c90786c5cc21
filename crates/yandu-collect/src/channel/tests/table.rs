//! Tables of other systems: what is new in them, and who may read them.

use sqlx::{AssertSqlSafe, Connection, Executor};
use yandu_lake::Principal;

use super::city::{City, statuses};
use crate::Error;
use crate::batch::BatchStatus;
use crate::channel::{place, sql};
use crate::notice::{NoticeFilter, NoticeKind};
use crate::secret::Secret;

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
            assert!(place::inside(folder.path(), path).is_err(), "{path}");
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
