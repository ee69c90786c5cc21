use serde_json::json;

use super::site::{Site, bare, complete, shipped};
use crate::{By, Facts};

#[tokio::test]
async fn counties_add_up_to_the_city() {
    let site = Site::new().await;
    site.ledger.sync_packs(&shipped()).await.unwrap();
    let packs = site.ledger.len() as u64;
    for (number, division) in ["320902", "320902001", "320903", "320900", "320981100200"]
        .into_iter()
        .enumerate()
    {
        let mut entry = if number % 2 == 0 {
            complete("登记")
        } else {
            bare("登记", "市局")
        };
        entry["division"] = json!(division);
        let id = format!("e{number}");
        site.register(&id, entry).await.unwrap();
        site.ledger
            .note_facts(
                &id,
                Facts {
                    rows: Some(10),
                    score: (number < 2).then_some(80.0 + 10.0 * number as f64),
                    fresh: (number > 0).then_some(number == 1),
                    last_at: (number > 2).then_some(jiff::Timestamp::UNIX_EPOCH),
                    ..Facts::default()
                },
            )
            .await
            .unwrap();
    }
    let rollup = site.ledger.rollup(By::Division).await.unwrap();
    let row = |value: &str| {
        rollup
            .rows
            .iter()
            .find(|row| row.value == value)
            .unwrap_or_else(|| panic!("no row `{value}`"))
    };
    assert_eq!(row("320902").title.as_deref(), Some("亭湖区"));
    assert_eq!(row("320902").sums.entries, 2);
    assert_eq!(row("320902").sums.average_score(), Some(85.0));
    assert_eq!(row("320902").sums.never_delivered, 2);
    assert_eq!(row("320903").sums.entries, 1);
    assert_eq!(row("320981").sums.entries, 1);
    assert_eq!(row("320900").sums.entries, 1);
    // A county that has nothing is there, with zeros.
    assert_eq!(row("320921").sums.entries, 0);
    assert_eq!(row("320921").sums.average_score(), None);
    assert_eq!(row("unset").sums.entries, packs);
    assert_eq!(rollup.total.entries, packs + 5);
    assert_eq!(rollup.total.rows, 50);
    assert_eq!((rollup.total.fresh, rollup.total.stale), (1, 3));
    for by in By::ALL {
        let rollup = site.ledger.rollup(by).await.unwrap();
        let sum =
            |of: fn(&crate::Sums) -> u64| rollup.rows.iter().map(|row| of(&row.sums)).sum::<u64>();
        assert_eq!(sum(|sums| sums.entries), rollup.total.entries);
        assert_eq!(sum(|sums| sums.complete), rollup.total.complete);
        assert_eq!(sum(|sums| sums.scored), rollup.total.scored);
        assert_eq!(sum(|sums| sums.rows), rollup.total.rows);
        assert_eq!(
            sum(|sums| sums.never_delivered),
            rollup.total.never_delivered
        );
    }
    site.ledger
        .transition(
            &super::site::who(),
            "e0",
            crate::Status::Withdrawn,
            "停用",
            None,
        )
        .await
        .unwrap();
    let after = site.ledger.rollup(By::Division).await.unwrap();
    assert_eq!(after.total.entries, packs + 4);
}
