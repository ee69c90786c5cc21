//! What a query would read.

use super::people;
use crate::{Principal, ReadPoint};

fn session(lake: &crate::Lake) -> crate::Session {
    lake.session(&Principal::local_administrator(), ReadPoint::default())
}

#[tokio::test]
async fn an_explained_query_says_what_it_would_read_and_no_path() {
    let lake = people().await;
    lake.append("b2", &[("7", "z")]).await;
    let sql = "SELECT name, count(*) AS n FROM population.person WHERE height > 3 GROUP BY name";
    let explained = session(&lake.lake).explain(sql).await.unwrap();
    assert!(
        explained.plan.contains("TableScan: population.person"),
        "{}",
        explained.plan
    );
    for hidden in ["parquet", "yandu.", lake.folder.path().to_str().unwrap()] {
        assert!(!explained.plan.contains(hidden), "{}", explained.plan);
    }
    let [input] = explained.inputs.as_slice() else {
        panic!("{:?}", explained.inputs);
    };
    assert_eq!(
        (&input.dataset, input.version, input.rows),
        (&lake.id, Some(1), 4)
    );
    let all = session(&lake.lake)
        .explain("SELECT * FROM population.person")
        .await
        .unwrap();
    assert!(0 < input.bytes && input.bytes < all.inputs[0].bytes);
    assert_eq!(all.rows, Some(4));
    assert_eq!(explained.schema.field(1).name(), "n");
    assert_eq!(explained.lineage.inputs, std::slice::from_ref(&lake.id));
}

#[tokio::test]
async fn an_explained_look_up_reads_only_what_can_hold_its_key() {
    let lake = people().await;
    lake.append("b2", &[("7", "z")]).await;
    let sql = "SELECT name FROM population.person WHERE id = '7'";
    let explained = session(&lake.lake).explain(sql).await.unwrap();
    assert_eq!(explained.inputs[0].rows, 1, "{explained:?}");
}

#[tokio::test]
async fn an_explained_query_counts_the_tail_and_each_time_it_is_read() {
    let lake = people().await;
    let rows = crate::fixture::people("t1", &[("9", "new")]);
    lake.lake.append(&lake.id, &rows, b"raw").await.unwrap();
    let once = session(&lake.lake)
        .explain("SELECT name FROM population.person")
        .await
        .unwrap();
    assert_eq!(once.inputs[0].rows, 4);
    let sql = "SELECT a.name FROM population.person a JOIN population.person b ON a.id = b.id";
    let twice = session(&lake.lake).explain(sql).await.unwrap();
    assert_eq!(twice.inputs[0].rows, 8);
    assert_eq!(once.inputs.len(), 1);
}

#[tokio::test]
async fn what_is_known_of_a_table_needs_no_reading() {
    let lake = people().await;
    let explained = session(&lake.lake)
        .explain("SELECT count(*) FROM population.person")
        .await
        .unwrap();
    assert_eq!(
        (explained.inputs[0].rows, explained.inputs[0].bytes),
        (0, 0)
    );
    let refused = session(&lake.lake)
        .explain("EXPLAIN SELECT 1")
        .await
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "only a SELECT can be followed and explained"
    );
}
