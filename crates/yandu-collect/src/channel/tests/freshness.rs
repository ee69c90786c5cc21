use serde_json::json;
use yandu_lake::Principal;
use yandu_words::Dimension;

use super::FOLDER;
use super::city::City;
use crate::Freshness;
use crate::batch::{BatchDetail, BatchStatus};
use crate::notice::{Notice, NoticeFilter, NoticeKind, Notices};
use crate::store::MIGRATIONS;

const CHECKS: &str = "checks:\n  - {name: out-of-date, fresh: 36 h}\n";

const UPLOAD: &str = "mode: snapshot\nchannel: {upload: {}}\n";

impl City {
    async fn freshness(&self) -> Freshness {
        self.collector
            .freshness(&"demo.reading".parse().unwrap())
            .await
            .unwrap()
    }

    async fn newest_notice(&self) -> Notice {
        self.collector
            .notices(&NoticeFilter::default())
            .await
            .unwrap()
            .remove(0)
    }

    async fn detail(&self, batch: &yandu_words::id::BatchId) -> BatchDetail {
        self.collector.batch(batch).await.unwrap()
    }
}

#[tokio::test]
async fn a_dataset_without_a_delivery_is_stale_once_it_was_known_for_the_period() {
    let city = City::of(CHECKS, &[]).await;
    assert_eq!(city.freshness().await.is_fresh, None, "never looked at");
    city.tick().await;
    city.grow_old(36).await;
    assert_eq!(city.freshness().await.is_fresh, Some(false));
    city.grow_old(-1).await;
    assert_eq!(
        city.freshness().await.is_fresh,
        None,
        "nothing had to come yet"
    );
    city.tick().await;
    assert_eq!(city.notices().await, []);
    city.grow_old(2).await;
    city.tick().await;
    city.tick().await;
    assert_eq!(city.notices().await, [(NoticeKind::Stale, true)]);
    let told = city.newest_notice().await;
    assert_eq!((told.source, told.dataset.as_str()), (None, "demo.reading"));
    let expected = "the data may be no older than 36 h, and none has come since ";
    assert!(told.message.starts_with(expected), "{}", told.message);
}

#[tokio::test]
async fn an_upload_settles_what_went_stale_and_the_same_bytes_do_too() {
    let city = City::of(CHECKS, &[("source", UPLOAD), ("other", FOLDER)]).await;
    let roll = "id,value\na,1\n";
    assert_eq!(city.upload(roll).await.status, BatchStatus::Collected);
    assert_eq!(city.freshness().await.is_fresh, Some(true));
    let told_and_settled = [(NoticeKind::Stale, false), (NoticeKind::Recovered, false)];
    for round in 1..=2 {
        city.grow_old(37).await;
        assert_eq!(city.freshness().await.is_fresh, Some(false));
        city.tick().await;
        assert_eq!(city.newest_notice().await.kind, NoticeKind::Stale);
        assert_eq!(city.upload(roll).await.status, BatchStatus::Unchanged);
        assert_eq!(city.notices().await, told_and_settled.repeat(round));
        assert_eq!(city.freshness().await.is_fresh, Some(true));
    }
    let freshness = city.freshness().await;
    let batches = city
        .collector
        .batches(&crate::BatchFilter::default())
        .await
        .unwrap();
    assert_eq!(freshness.last_delivery_at, Some(batches[0].started_at));
}

#[tokio::test]
async fn a_refused_delivery_leaves_a_dataset_stale_and_so_does_one_that_is_taken_back() {
    let city = City::of(CHECKS, &[("source", FOLDER)]).await;
    city.upload("id,value\na,1\n").await;
    city.grow_old(37).await;
    assert_eq!(city.upload("name\nx\n").await.status, BatchStatus::Refused);
    assert_eq!(city.freshness().await.is_fresh, Some(false));
    let late = city.upload("id,value\na,2\n").await;
    assert_eq!(city.freshness().await.is_fresh, Some(true));
    city.collector
        .undo(&Principal::local_administrator(), &late.batch, "wrong")
        .await
        .unwrap();
    assert_eq!(city.freshness().await.is_fresh, Some(false));
    city.tick().await;
    assert_eq!(city.notices().await, [(NoticeKind::Stale, true)]);
}

#[tokio::test]
async fn rows_written_one_by_one_make_a_dataset_fresh() {
    let city = City::of(CHECKS, &[]).await;
    city.tick().await;
    city.grow_old(37).await;
    city.tick().await;
    let row = json!({"id": "a", "value": 1});
    let dataset = "demo.reading".parse().unwrap();
    city.collector
        .write(
            &Principal::local_administrator(),
            &dataset,
            &[row.as_object().unwrap().clone()],
            b"{}",
        )
        .await
        .unwrap();
    city.collector.maintain().await;
    city.tick().await;
    assert_eq!(
        city.notices().await,
        [(NoticeKind::Stale, false), (NoticeKind::Recovered, false)]
    );
}

#[tokio::test]
async fn a_dataset_is_not_told_stale_while_its_delivery_is_under_way() {
    let city = City::of(CHECKS, &[("source", UPLOAD)]).await;
    city.tick().await;
    city.grow_old(37).await;
    let source = "demo.source".parse().unwrap();
    let turn = city.collector.inner.channels.turn(&source);
    let fetching = turn.lock().await;
    city.tick().await;
    assert_eq!(city.notices().await, []);
    drop(fetching);
    let turn = city.collector.turn(&"demo.reading".parse().unwrap());
    let collecting = turn.lock().await;
    city.tick().await;
    assert_eq!(city.notices().await, []);
    drop(collecting);
    city.tick().await;
    assert_eq!(city.notices().await, [(NoticeKind::Stale, true)]);
}

#[tokio::test]
async fn a_delivery_that_comes_late_after_the_one_before_it_says_so_in_its_report_and_score() {
    let city = City::of(CHECKS, &[("source", UPLOAD)]).await;
    let timeliness = |detail: &BatchDetail| {
        let score = detail.batch.score.as_ref().unwrap();
        let found = score.dimensions.iter();
        let found = found
            .clone()
            .find(|of| of.dimension == Dimension::Timeliness);
        let found = found.unwrap();
        (found.pass_rate, found.assessed)
    };
    let first = city.upload("id,value\na,1\n").await;
    let first = city.detail(&first.batch).await;
    assert_eq!(timeliness(&first), (None, 0), "there was none before it");

    let second = city.upload("id,value\na,2\n").await;
    let second = city.detail(&second.batch).await;
    assert_eq!(timeliness(&second), (Some(1.0), 1));
    assert_eq!(second.findings, []);

    city.grow_old(37).await;
    let late = city.upload("id,value\na,3\n").await;
    assert_eq!((late.rows_kept, late.rows_quarantined), (1, 0));
    let late = city.detail(&late.batch).await;
    assert_eq!(timeliness(&late), (Some(0.0), 1));
    let total = |detail: &BatchDetail| detail.batch.score.as_ref().unwrap().total.unwrap();
    assert!(total(&late) < total(&second));
    let [finding] = late.findings.as_slice() else {
        panic!("{:?}", late.findings);
    };
    assert_eq!(
        (finding.reason.as_str(), finding.dimension, finding.rows),
        ("out-of-date", Dimension::Timeliness, 0)
    );
    let notes = late.batch.report.unwrap()["notes"].to_string();
    assert!(notes.contains("longer ago than 36 h"), "{notes}");

    city.grow_old(37).await;
    let same = city.upload("id,value\na,3\n").await;
    assert_eq!(same.status, BatchStatus::Unchanged);
    assert_eq!(same.findings.len(), 1);
    let report = same.report.unwrap();
    assert!(report["notes"].to_string().contains("36 h"));
    assert!(report["same_as"].is_string());
    assert_eq!(same.score, None);
}

#[tokio::test]
async fn nothing_is_late_or_stale_over_days_that_the_calendar_closes() {
    let source = format!("{FOLDER}schedule: {{every: 1 wd}}\n");
    let checks = "checks:\n  - {name: out-of-date, fresh: 1 wd}\n";
    let city = City::of(checks, &[("source", &source)]).await;
    let today = jiff::tz::offset(8)
        .to_datetime(jiff::Timestamp::now())
        .date();
    let closed = |days: std::ops::Range<i64>| {
        let day = |ago: i64| today - jiff::SignedDuration::from_hours(24 * ago);
        let lines: Vec<String> = days.map(|ago| format!("{},closed\n", day(ago))).collect();
        format!("date,kind\n{}", lines.concat())
    };
    let collected = city.upload_to("base.calendar_day", &closed(-1..15)).await;
    assert_eq!(collected.rows_kept, 16, "{:?}", collected.findings);
    city.deliver("r.csv", "id,value\na,1\n");
    city.tick().await;
    city.grow_old(24 * 12).await;
    city.tick().await;
    assert_eq!(city.notices().await, []);
    assert_eq!(city.freshness().await.is_fresh, Some(true));
    city.deliver("r.csv", "id,value\na,2\n");
    assert_eq!(city.tick().await, [BatchStatus::Collected]);
    let in_time = city.collector.batch_named("demo.reading").await.unwrap();
    assert_eq!(city.detail(&in_time).await.findings, []);

    city.grow_old(24 * 12).await;
    // The calendar is read again when it changes: of these days only one was closed.
    city.upload_to("base.calendar_day", &closed(14..15)).await;
    city.tick().await;
    assert_eq!(
        city.notices().await,
        [(NoticeKind::Late, true), (NoticeKind::Stale, true)]
    );
    assert_eq!(city.freshness().await.is_fresh, Some(false));
    city.deliver("r.csv", "id,value\na,3\n");
    city.tick().await;
    let late = city.collector.batch_named("demo.reading").await.unwrap();
    assert_eq!(city.detail(&late).await.findings[0].reason, "out-of-date");
}

#[tokio::test]
async fn a_dataset_whose_checks_do_not_ask_for_it_is_neither_fresh_nor_stale() {
    let city = City::of("", &[("source", UPLOAD)]).await;
    city.upload("id,value\na,1\n").await;
    city.grow_old(10_000).await;
    city.tick().await;
    assert_eq!(city.notices().await, []);
    let freshness = city.freshness().await;
    assert_eq!(freshness.is_fresh, None);
    assert!(freshness.last_delivery_at.is_some());
}

#[tokio::test]
async fn notices_of_a_data_folder_of_before_are_still_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = yandu_store::Store::open(&folder.path().join("records.sqlite"))
        .await
        .unwrap();
    store.migrate("collect", &MIGRATIONS[..2]).await.unwrap();
    sqlx::query(
        "INSERT INTO notice (id, kind, source, dataset, message, at) \
         VALUES (7, 'late', 'demo.source', 'demo.reading', 'm', 1), (6, 'failed', 'demo.source', 'demo.reading', 'm', 1)",
    )
    .execute(store.pool())
    .await
    .unwrap();
    store.migrate("collect", MIGRATIONS).await.unwrap();
    let of_changes = crate::change::MIGRATIONS;
    store.migrate("change", of_changes).await.unwrap();
    let listed = Notices::new(store.pool())
        .list(&NoticeFilter::default())
        .await
        .unwrap();
    assert_eq!(
        (listed[0].id, listed[0].kind, listed[0].source.clone()),
        (7, NoticeKind::Late, Some("demo.source".parse().unwrap()))
    );
    assert!(
        listed[1].may_quote_cells && !listed[0].may_quote_cells,
        "nobody wrote down what a failure quotes"
    );
}
