mod city;
mod freshness;
mod table;

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use yandu_lake::Principal;

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
