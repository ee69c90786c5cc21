use std::future::{poll_fn, ready};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use arrow::datatypes::Schema;
use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};
use yandu_lake::Principal;
use yandu_policy::Way;
use yandu_words::id::DatasetId;

use super::city::{City, resident};
use crate::{
    Ending, EventFilter, EventKind, FileForm, Leaving, NewReceipt, ReadDataset, Receipt,
    ReceiptColumn, ReceiptId, Receipts, Recording, Sent, Taker, hexadecimal,
};

fn file(reader: &str) -> NewReceipt {
    NewReceipt {
        reader: reader.to_owned(),
        name: "王芳".to_owned(),
        token: None,
        way: Way::Export,
        form: FileForm::Csv,
        purpose: Some("核对".to_owned()),
        sql: "SELECT name FROM population.resident".to_owned(),
        values: Vec::new(),
        batch: None,
        policy: Some("hash".into()),
        read: vec![ReadDataset {
            dataset: resident(),
            version: Some(3),
            permits: vec!["grants/G1".into()],
            rights: Some("key".to_owned()),
        }],
        columns: vec![ReceiptColumn {
            name: "name".to_owned(),
            data_type: "text".to_owned(),
        }],
    }
}

fn sent(rows: u64) -> Sent {
    Sent {
        rows,
        bytes: 12,
        hash: "ab".repeat(32),
        ..Sent::default()
    }
}

#[tokio::test]
async fn a_receipt_is_open_until_its_file_has_left_and_is_told_to_whoever_audits() {
    let city = City::new().await;
    let receipts = city.door.receipts();
    let (begun, mut recording) = receipts.begin(file("wang")).await.unwrap();
    assert_eq!(begun.id.to_string(), "R1");
    assert_eq!(recording.id(), begun.id);
    let found = receipts.find(begun.id, Some("wang")).await.unwrap();
    assert_eq!(found, begun);
    assert_eq!(found.ending, Ending::Open);
    recording.end_as(sent(2)).await;
    let ended = receipts.find(begun.id, None).await.unwrap();
    assert!(matches!(&ended.ending, Ending::Ended { sent, .. } if *sent == self::sent(2)));
    let filter = EventFilter {
        kind: Some(EventKind::Exported),
        ..EventFilter::default()
    };
    let events = city.site.accounts.events(&filter, None, 10).await.unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].subject, "R1");
    assert_eq!(events[0].actor.as_deref(), Some("wang"));
    assert_eq!(events[0].detail["datasets"][0], "population.resident");
}

#[tokio::test]
async fn a_receipt_is_ended_once_and_never_deleted() {
    let city = City::new().await;
    let receipts = city.door.receipts();
    let (receipt, mut recording) = receipts.begin(file("wang")).await.unwrap();
    let id = receipt.id;
    recording.end_as(sent(2)).await;
    recording.end_as(sent(5)).await;
    drop(recording);
    let ended = receipts.find(id, None).await.unwrap();
    assert!(matches!(&ended.ending, Ending::Ended { sent, .. } if sent.rows == 2));
    for sql in ["UPDATE receipt SET rows = 9", "DELETE FROM receipt"] {
        let changed = sqlx::query(sql).execute(city.site.store.pool()).await;
        assert!(changed.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn the_receipt_of_somebody_else_is_not_there() {
    let city = City::new().await;
    let receipts = city.door.receipts();
    let id = receipts.begin(file("wang")).await.unwrap().0.id;
    let refused = receipts.find(id, Some("li")).await.unwrap_err();
    assert_eq!(refused.code(), "no-receipt");
    let absent = "R9".parse().unwrap();
    let missing = receipts.find(absent, None).await.unwrap_err();
    assert_eq!(missing.code(), "no-receipt");
    assert!(
        receipts
            .list(Some("li"), None, 10)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn receipts_are_listed_the_newest_first_page_by_page() {
    let city = City::new().await;
    let receipts = city.door.receipts();
    for reader in ["wang", "wang", "li", "wang"] {
        receipts.begin(file(reader)).await.unwrap();
    }
    let numbers = async |before, limit| {
        let found = receipts.list(Some("wang"), before, limit).await.unwrap();
        let numbers = found.iter().map(|receipt| receipt.id.to_string());
        numbers.collect::<Vec<_>>()
    };
    assert_eq!(numbers(None, 2).await, ["R4", "R2"]);
    assert_eq!(numbers("R2".parse().ok(), 2).await, ["R1"]);
    let of_all = receipts.list(None, "R4".parse().ok(), 2).await.unwrap();
    let readers = of_all.iter().map(|receipt| receipt.file.reader.as_str());
    assert_eq!(readers.collect::<Vec<_>>(), ["li", "wang"]);
}

#[tokio::test]
async fn what_was_leaving_when_the_program_ended_is_broken_off_at_the_next_start() {
    let city = City::new().await;
    let receipts = city.door.receipts().clone();
    let (open, _under_way) = receipts.begin(file("wang")).await.unwrap();
    let (ended, mut recording) = receipts.begin(file("wang")).await.unwrap();
    recording.end_as(sent(2)).await;
    let city = city.again().await;
    let lost = city.door.receipts().find(open.id, None).await.unwrap();
    assert!(matches!(&lost.ending, Ending::Lost { why, .. } if why.contains("the program ended")));
    let whole = city.door.receipts().find(ended.id, None).await.unwrap();
    assert!(matches!(whole.ending, Ending::Ended { .. }));
}

/// The recording of a short answer to the local administrator, whose question reads these datasets.
async fn reading(receipts: &Receipts, sql: &str, read: &[DatasetId]) -> Recording {
    let principal = Principal::local_administrator();
    let read: Vec<_> = read.iter().map(|one| (one.clone(), Some(3))).collect();
    let leaving = Leaving {
        reader: principal.name(),
        token: None,
        principal: &principal,
        way: Way::Interface,
        form: FileForm::Postgresql,
        sql,
        read: &read,
        columns: &Schema::empty(),
    };
    let taker = ready(Ok(Taker {
        name: "本机管理员".to_owned(),
        purpose: None,
    }));
    receipts.count(&leaving, taker).await.unwrap()
}

/// The recording of one that reads the residents.
async fn short(receipts: &Receipts, sql: &str) -> Recording {
    reading(receipts, sql, &[resident()]).await
}

/// A short answer of a row.
async fn answer(city: &City, sql: &str) -> ReceiptId {
    let mut recording = short(city.door.receipts(), sql).await;
    recording.take(b"abc");
    recording.add_rows(1);
    recording.end().await;
    recording.id()
}

/// Answers, rows and bytes that were counted.
fn counts(receipt: &Receipt) -> Option<(u64, u64, u64)> {
    let counts = receipt.counts?;
    Some((counts.answers, counts.rows, counts.bytes))
}

async fn found(receipts: &Receipts, id: ReceiptId) -> Receipt {
    receipts.find(id, None).await.unwrap()
}

#[tokio::test]
async fn short_answers_of_one_kind_are_counted_under_one_receipt() {
    let city = City::new().await;
    let receipts = city.door.receipts();
    let one = answer(&city, "SELECT ?").await;
    assert_eq!(answer(&city, "SELECT ?").await, one);
    let other = answer(&city, "SELECT name").await;
    assert_ne!(one, other);
    let receipt = found(receipts, one).await;
    assert_eq!(counts(&receipt), Some((2, 2, 6)));
    assert_eq!(
        (receipt.ending, receipt.file.sql.as_str()),
        (Ending::Open, "SELECT ?")
    );
    // One that nobody reads to its end is counted too.
    let mut recording = short(receipts, "SELECT 7").await;
    recording.take(b"a");
    drop(recording);
    assert_eq!(counts(&found(receipts, one).await), Some((3, 2, 7)));
    assert_eq!(counts(&found(receipts, other).await), Some((1, 1, 3)));
    // They are no files, and are not told as such.
    let filter = EventFilter {
        kind: Some(EventKind::Exported),
        ..EventFilter::default()
    };
    let events = city.site.accounts.events(&filter, None, 10).await.unwrap();
    assert!(events.is_empty(), "{events:?}");
}

#[tokio::test]
async fn the_first_answers_of_a_kind_open_one_receipt_together() {
    let city = City::new().await;
    let answers = (0..20).map(|_| answer(&city, "SELECT ?"));
    let receipts = futures_of(answers).await;
    assert!(
        receipts.iter().all(|receipt| *receipt == receipts[0]),
        "{receipts:?}"
    );
    let receipt = found(city.door.receipts(), receipts[0]).await;
    assert_eq!(counts(&receipt), Some((20, 20, 60)));
}

/// What all of these give, which run at the same time.
async fn futures_of<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<_> = all.map(Box::pin).collect();
    let mut done = Vec::new();
    poll_fn(|context| {
        waiting.retain_mut(|one| match one.as_mut().poll(context) {
            Poll::Ready(value) => {
                done.push(value);
                false
            }
            Poll::Pending => true,
        });
        if waiting.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    done
}

#[tokio::test]
async fn a_receipt_counts_for_an_hour_and_as_long_as_an_answer_is_under_way() {
    let city = City::new().await;
    let receipts = city.door.receipts();
    let id = answer(&city, "SELECT ?").await;
    let mut under_way = short(receipts, "SELECT ?").await;
    assert_eq!(under_way.id(), id);
    let later = city.site.store.clock().now() + SignedDuration::from_hours(2);
    receipts.flush_at(later).await.unwrap();
    assert_eq!(found(receipts, id).await.ending, Ending::Open);
    under_way.add_rows(5);
    under_way.end().await;
    drop(under_way);
    let next = answer(&city, "SELECT ?").await;
    assert_ne!(next, id);
    let ended = found(receipts, id).await;
    assert!(matches!(ended.ending, Ending::Closed { .. }), "{ended:?}");
    assert_eq!(counts(&ended), Some((2, 6, 3)));
    for sql in [
        "UPDATE receipt_count SET rows = 0 WHERE receipt = 1",
        "DELETE FROM receipt_count",
    ] {
        let changed = sqlx::query(sql).execute(city.site.store.pool()).await;
        assert!(changed.is_err(), "{sql}");
    }
    receipts.close().await.unwrap();
    let ended = found(receipts, next).await;
    assert!(matches!(ended.ending, Ending::Closed { .. }), "{ended:?}");
}

#[tokio::test]
async fn what_was_counted_is_there_after_a_crash_but_for_the_last_seconds() {
    let city = City::new().await;
    let id = answer(&city, "SELECT ?").await;
    city.door.receipts().find(id, None).await.unwrap();
    answer(&city, "SELECT ?").await;
    let city = city.again().await;
    let lost = found(city.door.receipts(), id).await;
    assert!(matches!(lost.ending, Ending::Lost { .. }), "{lost:?}");
    assert_eq!(counts(&lost), Some((1, 1, 3)));
}

#[tokio::test]
async fn a_program_that_makes_up_its_questions_has_no_more_receipts_than_it_may() {
    let city = City::new().await;
    let receipts = city.door.receipts();
    for number in 0..200 {
        answer(&city, &format!("SELECT c{number}")).await;
    }
    let rest = answer(&city, "SELECT c200").await;
    assert_eq!(answer(&city, "SELECT c201").await, rest);
    let receipt = found(receipts, rest).await;
    assert_eq!(receipt.file.sql, "other questions");
    assert_eq!(receipt.file.read[0].dataset, resident());
    assert_eq!(counts(&receipt), Some((2, 2, 6)));
    assert_eq!(answer(&city, "SELECT c7").await.to_string(), "R8");
    let all = receipts
        .list(Some("local-administrator"), None, 500)
        .await
        .unwrap();
    assert_eq!(all.len(), 201);
}

#[tokio::test]
async fn whatever_else_such_a_program_reads_stands_under_one_receipt_that_names_it() {
    let city = City::new().await;
    let receipts = city.door.receipts();
    for number in 0..200 {
        answer(&city, &format!("SELECT c{number}")).await;
    }
    let rest = answer(&city, "SELECT c200").await;
    let names = ["a", "b", "c", "d", "e"];
    let datasets: Vec<DatasetId> = names
        .iter()
        .map(|name| format!("made.{name}").parse().unwrap())
        .collect();
    // Each dataset alone, and each choice of several.
    for choice in 1..32_u32 {
        let chosen = (0_u32..).zip(&datasets);
        let chosen = chosen.filter(|(place, _)| (choice >> place) & 1 == 1);
        let chosen: Vec<DatasetId> = chosen.map(|(_, dataset)| dataset.clone()).collect();
        let recording = reading(receipts, &format!("SELECT d{choice}"), &chosen).await;
        assert_eq!(recording.id(), rest, "{chosen:?}");
        // They are named before anything of them leaves.
        let named = found(receipts, rest).await.file.read;
        let is_named = |dataset: &DatasetId| named.iter().any(|read| read.dataset == *dataset);
        assert!(chosen.iter().all(is_named), "{chosen:?}: {named:?}");
    }
    let named = found(receipts, rest).await.file.read;
    assert_eq!(named.len(), 6, "{named:?}");
    let all = receipts.list(Some("local-administrator"), None, 500).await;
    assert_eq!(all.unwrap().len(), 201);
    assert_eq!(counts(&found(receipts, rest).await), Some((32, 1, 3)));
}

#[tokio::test]
async fn a_question_too_long_to_be_kept_for_each_of_its_kind_is_counted_with_others() {
    let city = City::new().await;
    let receipts = city.door.receipts();
    let long = |column: &str| format!("SELECT {column} AS {}", "a".repeat(70_000));
    let one = answer(&city, &long("name")).await;
    assert_eq!(answer(&city, &long("mobile")).await, one);
    let receipt = found(receipts, one).await;
    assert_eq!(receipt.file.sql, "other questions");
    assert_eq!(counts(&receipt), Some((2, 2, 6)));
}

#[tokio::test]
async fn an_answer_that_grows_longer_has_a_receipt_of_its_own_about_all_of_it() {
    let city = City::new().await;
    let receipts = city.door.receipts();
    let counted = answer(&city, "SELECT ?").await;
    let mut recording = short(receipts, "SELECT ?").await;
    assert_eq!(recording.id(), counted);
    recording.take(b"ab");
    recording.add_rows(2);
    let own = recording.outgrow(file("wang")).await.unwrap();
    assert!(!recording.is_counted());
    recording.take(b"cd");
    recording.add_rows(3);
    recording.end().await;
    let Ending::Ended { sent, .. } = found(receipts, own).await.ending else {
        panic!();
    };
    let hash = hexadecimal(Sha256::new().chain_update(b"abcd"));
    assert_eq!((sent.rows, sent.bytes, sent.hash), (5, 4, hash));
    assert_eq!(counts(&found(receipts, counted).await), Some((1, 1, 3)));
}

#[tokio::test]
async fn whoever_goes_away_leaves_a_receipt_that_says_why_and_how_much_left() {
    let city = City::new().await;
    let receipts = city.door.receipts();
    for (why, expected) in [
        (None, "whoever read went away"),
        (Some("the query was cancelled"), "the query was cancelled"),
    ] {
        let (receipt, mut recording) = receipts.begin(file("wang")).await.unwrap();
        recording.take(b"ab");
        if let Some(why) = why {
            recording.break_off(why);
        }
        drop(recording);
        let Ending::Ended { sent, .. } = found(receipts, receipt.id).await.ending else {
            panic!();
        };
        assert_eq!((sent.bytes, sent.broken.as_deref()), (2, Some(expected)));
    }
}

#[tokio::test]
async fn what_is_being_written_down_for_somebody_who_goes_away_is_not_lost() {
    let city = City::new().await;
    let receipts = city.door.receipts();
    let (receipt, recording) = receipts.begin(file("wang")).await.unwrap();
    let id = receipt.id;
    drop(recording);
    let mut looking = Box::pin(receipts.find(id, None));
    poll_fn(|context| {
        assert!(looking.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
    drop(looking);
    let ended = found(receipts, id).await;
    assert!(matches!(ended.ending, Ending::Ended { .. }), "{ended:?}");
}

/// Goes on with something so many times, a while apart, and leaves it then.
async fn leave_after(times: usize, work: impl Future) {
    let mut work = pin!(work);
    for _ in 0..times {
        let is_over = poll_fn(|context| Poll::Ready(work.as_mut().poll(context).is_ready())).await;
        if is_over {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn whoever_goes_away_while_a_receipt_is_opened_leaves_none_open() {
    let city = City::new().await;
    let receipts = city.door.receipts();
    for times in 1..=12 {
        leave_after(times, receipts.begin(file("wang"))).await;
        let mut growing = short(receipts, "SELECT ?").await;
        leave_after(times, growing.outgrow(file("wang"))).await;
    }
    let is_open = |receipt: &Receipt| receipt.ending == Ending::Open;
    for _ in 0..400 {
        let all = receipts.list(Some("wang"), None, 100).await.unwrap();
        if all.len() == 24 && !all.iter().any(is_open) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{:?}", receipts.list(Some("wang"), None, 100).await);
}

#[tokio::test]
async fn whoever_goes_away_while_the_receipt_of_a_kind_is_opened_leaves_it_to_those_who_come_next()
{
    let city = City::new().await;
    let receipts = city.door.receipts();
    for times in 1..=12 {
        let sql = format!("SELECT c{times}");
        leave_after(times, short(receipts, &sql)).await;
        answer(&city, &sql).await;
        let all = receipts.list(Some("local-administrator"), None, 100).await;
        assert_eq!(all.unwrap().len(), times);
    }
}
