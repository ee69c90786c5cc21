//! The way back from a change after deliveries that came while it held.

use super::*;

#[tokio::test]
async fn a_column_that_no_row_had_when_it_went_comes_back_with_what_was_delivered() {
    let city = City::with(PERSON).await;
    let (without, _) = PERSON.split_once("  age:").unwrap();
    city.offer("datasets/person.yaml", without);
    city.apply().await;
    let batch = city
        .collect("id,house,年龄,备注\na,1,30,x\nb,2,200,\n", Mode::Upsert)
        .await
        .batch;
    assert_eq!(city.rows().await.len(), 2);
    let plan = city.changes().plan_rollback(2).await.unwrap();
    let planned = plan.datasets[0].counts.clone().unwrap();
    assert_eq!((planned.rows, planned.quarantined), (2, 1));
    let done = city.rollback(2).await;
    assert_eq!(done.steps[0].counts.as_ref(), Some(&planned));
    let rows = "SELECT id, age, _extra FROM demo.person ORDER BY id";
    assert_eq!(city.query(rows).await, ["a|30|{\"备注\":\"x\"}"]);
    assert_eq!(city.reasons(&batch).await, ["2: age age-range"]);
}

#[tokio::test]
async fn a_snapshot_that_the_change_let_nothing_of_in_has_replaced_nothing() {
    let city = City::with(PERSON).await;
    city.collect("id,house,age\na,1,30\n", Mode::Upsert).await;
    city.offer(
        "datasets/person.yaml",
        &PERSON.replace(
            "house: {title: {zh: 门牌}, type: text",
            "house: {title: {zh: 门牌}, type: integer",
        ),
    );
    city.apply().await;
    city.collect("id,house,age\nb,2,31\n", Mode::Upsert).await;
    let snapshot = city
        .collect("id,house,age\nc,7弄,32\n", Mode::Snapshot)
        .await
        .batch;
    city.rollback(2).await;
    // The packs of before would have let the snapshot in, and it would have replaced both.
    let rows = "SELECT id, house FROM demo.person ORDER BY id";
    assert_eq!(city.query(rows).await, ["a|1", "b|2"]);
    assert_eq!(city.reasons(&snapshot).await, ["1: house number"]);
}

#[tokio::test]
async fn a_row_whose_place_a_delivery_took_under_another_key_does_not_come_back() {
    let city = City::with(&PERSON.replace("key: [id]", "key: [id, house]")).await;
    let first = city
        .collect("id,house,age\na,1,30\na,2,31\nb,1,32\n", Mode::Upsert)
        .await
        .batch;
    city.offer("datasets/person.yaml", PERSON);
    city.apply().await;
    assert_eq!(city.reasons(&first).await, ["2: duplicate-key"]);
    city.collect("id,house,age\na,3,33\n", Mode::Upsert).await;
    city.rollback(2).await;
    // `a,1` was replaced; `a,2` waited meanwhile, and nothing has its key.
    let rows = "SELECT id, house FROM demo.person ORDER BY id, house";
    assert_eq!(city.query(rows).await, ["a|2", "a|3", "b|1"]);
    assert!(city.waiting(&first).await.is_empty());
}

#[tokio::test]
async fn a_row_that_was_released_meanwhile_has_the_values_of_columns_that_come_back() {
    let city = City::with(PERSON).await;
    let batch = city
        .collect("id,house,age\na,12号,30\nb,3,31\n", Mode::Upsert)
        .await
        .batch;
    let (without, _) = PERSON.split_once("  age:").unwrap();
    let changed = without.replace(
        "house: {title: {zh: 门牌}, type: text",
        "house: {title: {zh: 门牌}, type: integer",
    );
    city.offer("datasets/person.yaml", &changed);
    city.apply().await;
    assert_eq!(city.reasons(&batch).await, ["1: house number"]);
    let me = Principal::local_administrator();
    let house = [("house".to_owned(), Some("12".to_owned()))].into();
    let collector = city.collector();
    let correcting = collector.correct(&me, &batch, 1, &house, "asked");
    correcting.await.unwrap();
    let releasing = collector.release(&me, &batch, &[1], "asked");
    assert_eq!(releasing.await.unwrap().released, [1]);
    city.rollback(2).await;
    let rows = "SELECT id, house, age FROM demo.person ORDER BY id";
    assert_eq!(city.query(rows).await, ["a|12|30", "b|3|31"]);
}

#[tokio::test]
async fn a_row_that_a_change_moved_out_of_the_table_after_its_release_waits_whatever_version_since_comes_back()
 {
    let city = City::with(PERSON).await;
    let content = "id,house,age\na,01,30\nb,x,200\n";
    let batch = city.collect(content, Mode::Upsert).await.batch;
    let me = Principal::local_administrator();
    let collector = city.collector();
    let age = [("age".to_owned(), Some("31".to_owned()))].into();
    let correcting = collector.correct(&me, &batch, 2, &age, "asked");
    correcting.await.unwrap();
    let releasing = collector.release(&me, &batch, &[2], "asked");
    assert_eq!(releasing.await.unwrap().released, [2]);
    city.offer(
        "datasets/person.yaml",
        &PERSON.replace(
            "house: {title: {zh: 门牌}, type: text",
            "house: {title: {zh: 门牌}, type: integer",
        ),
    );
    city.apply().await;
    let house = [("house".to_owned(), Some("2".to_owned()))].into();
    let correcting = collector.correct(&me, &batch, 2, &house, "asked");
    correcting.await.unwrap();
    let person = "demo.person".parse().unwrap();
    let version = collector.lake().version(&person).await.unwrap().unwrap();
    let restore = async || {
        let restoring = collector.restore(&me, &person, version, "as it was");
        restoring.await.unwrap();
        city.waiting(&batch).await.len()
    };
    city.collect("id,house,age\nc,3,32\n", Mode::Upsert).await;
    assert_eq!(restore().await, 1);
    let releasing = collector.release(&me, &batch, &[2], "asked");
    assert_eq!(releasing.await.unwrap().released, [2]);
    assert_eq!(restore().await, 1, "its second release is not in it");
    let sql = "SELECT id, house FROM demo.person ORDER BY id";
    assert_eq!(city.query(sql).await, ["a|1"]);
}
