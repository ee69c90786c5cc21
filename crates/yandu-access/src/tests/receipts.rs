use yandu_policy::Way;

use super::city::{City, resident};
use crate::{
    Ending, EventFilter, EventKind, FileForm, NewReceipt, ReadDataset, ReceiptColumn, Sent,
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
    let begun = receipts.begin(file("wang")).await.unwrap();
    assert_eq!(begun.id.to_string(), "R1");
    let found = receipts.find(begun.id, Some("wang")).await.unwrap();
    assert_eq!(found, begun);
    assert_eq!(found.ending, Ending::Open);
    receipts.end(begun.id, &sent(2)).await.unwrap();
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
    let id = receipts.begin(file("wang")).await.unwrap().id;
    receipts.end(id, &sent(2)).await.unwrap();
    receipts.end(id, &sent(5)).await.unwrap();
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
    let id = receipts.begin(file("wang")).await.unwrap().id;
    let refused = receipts.find(id, Some("li")).await.unwrap_err();
    assert_eq!(refused.code(), "no-receipt");
    let absent = "R9".parse().unwrap();
    let missing = receipts.find(absent, None).await.unwrap_err();
    assert_eq!(missing.code(), "no-receipt");
    assert!(receipts.list("li", None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn receipts_are_listed_the_newest_first_page_by_page() {
    let city = City::new().await;
    let receipts = city.door.receipts();
    for reader in ["wang", "wang", "li", "wang"] {
        receipts.begin(file(reader)).await.unwrap();
    }
    let numbers = async |before, limit| {
        let found = receipts.list("wang", before, limit).await.unwrap();
        let numbers = found.iter().map(|receipt| receipt.id.to_string());
        numbers.collect::<Vec<_>>()
    };
    assert_eq!(numbers(None, 2).await, ["R4", "R2"]);
    assert_eq!(numbers("R2".parse().ok(), 2).await, ["R1"]);
}

#[tokio::test]
async fn what_was_leaving_when_the_program_ended_is_broken_off_at_the_next_start() {
    let city = City::new().await;
    let open = city.door.receipts().begin(file("wang")).await.unwrap().id;
    let ended = city.door.receipts().begin(file("wang")).await.unwrap().id;
    city.door.receipts().end(ended, &sent(2)).await.unwrap();
    let city = city.again().await;
    let lost = city.door.receipts().find(open, None).await.unwrap();
    assert!(matches!(&lost.ending, Ending::Lost { why, .. } if why.contains("the program ended")));
    let whole = city.door.receipts().find(ended, None).await.unwrap();
    assert!(matches!(whole.ending, Ending::Ended { .. }));
}
