//! Each kind of change: the rows before and after, what goes to quarantine and why, and the way back.

use super::*;

#[tokio::test]
async fn the_first_packs_are_installed_and_a_new_title_just_works() {
    let mut city = City::with(PERSON).await;
    city.collect("id,house,age\na,1,30\n", Mode::Upsert).await;
    city.offer("datasets/person.yaml", &PERSON.replace("人员", "居民"));
    city.restart().await;
    assert_eq!(city.running().waiting, None);
    let id = "demo.person".parse().unwrap();
    let packs = city.collector().packs();
    assert_eq!(packs.dataset(&id).unwrap().file().title.zh, "居民");
    let history = city.changes().history(None, 10).await.unwrap();
    let kinds: Vec<ChangeKind> = history.iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [ChangeKind::Change, ChangeKind::Install]);
    city.restart().await;
    assert_eq!(city.changes().history(None, 10).await.unwrap().len(), 2);
    assert_eq!(city.changes().plan().await.unwrap(), None);
}

#[tokio::test]
async fn packs_that_touch_rows_wait_and_say_what_they_would_do() {
    let mut city = City::with(PERSON).await;
    let batch = city
        .collect("id,house,age\na,1,30\nb,2,130\nc,3,140\n", Mode::Upsert)
        .await
        .batch;
    city.offer(
        "datasets/person.yaml",
        &PERSON.replace("[0, 150]", "[0, 120]"),
    );
    city.restart().await;
    let waiting = city.running().waiting.clone().unwrap();
    assert_eq!(
        waiting.datasets[0].effect,
        yandu_pack::difference::Effect::Recheck
    );
    let notices = city
        .collector()
        .notices(&crate::NoticeFilter::default())
        .await
        .unwrap();
    assert_eq!(notices[0].kind, crate::NoticeKind::PackChangeWaiting);
    let counted = city
        .changes()
        .dry_run(Duration::from_mins(1))
        .await
        .unwrap()
        .unwrap();
    let counts = counted.plan.datasets[0].counts.clone().unwrap();
    assert_eq!((counts.rows, counts.quarantined), (3, 2));
    assert_eq!(counts.samples[0].reasons[0].reason, "age-range");
    assert_eq!(city.rows().await.len(), 3, "a dry run changes nothing");
    assert!(city.waiting(&batch).await.is_empty());

    // The installed packs are used: a row that only they allow is kept.
    city.collect("id,house,age\nd,4,125\n", Mode::Upsert).await;
    assert_eq!(city.rows().await.len(), 4);
    city.apply().await;
    assert_eq!(city.query("SELECT id FROM demo.person").await, ["a"]);
    assert_eq!(
        city.reasons(&batch).await,
        ["2: age age-range", "3: age age-range"]
    );
    let only_open = crate::NoticeFilter {
        open: true,
        ..crate::NoticeFilter::default()
    };
    let open = city.collector().notices(&only_open).await.unwrap();
    assert!(open.is_empty());
    city.restart().await;
    assert_eq!(city.running().waiting, None);
    assert_eq!(city.query("SELECT id FROM demo.person").await, ["a"]);
}

#[tokio::test]
async fn a_row_that_a_change_quarantined_is_corrected_and_released_as_any_other() {
    let city = City::with(PERSON).await;
    let me = Principal::local_administrator();
    let batch = city
        .collect("id,house,age\na,1,30\nb,2,130\nc,3,x\n", Mode::Upsert)
        .await
        .batch;
    city.offer(
        "datasets/person.yaml",
        &PERSON.replace("[0, 150]", "[0, 120]"),
    );
    city.apply().await;
    assert_eq!(
        city.reasons(&batch).await,
        ["2: age age-range", "3: age number"]
    );
    let waiting = city.waiting(&batch).await;
    assert_eq!(waiting[0].record, "b,2,130");
    assert_eq!(waiting[0].cells["age"].as_deref(), Some("130"));
    let fixed = [("age".to_owned(), Some("13".to_owned()))].into();
    let collector = city.collector();
    collector
        .correct(&me, &batch, 2, &fixed, "a typo")
        .await
        .unwrap();
    let released = collector
        .release(&me, &batch, &[2], "checked")
        .await
        .unwrap();
    assert_eq!(released.released, [2]);
    let rows = "SELECT id, age, _row FROM demo.person ORDER BY id";
    assert_eq!(city.query(rows).await, ["a|30|1", "b|13|2"]);
    assert_eq!(city.reasons(&batch).await, ["3: age number"]);

    // Rolled back, the corrected row stays what it was corrected to.
    city.rollback(2).await;
    assert_eq!(city.query(rows).await, ["a|30|1", "b|13|2"]);
    assert_eq!(city.reasons(&batch).await, ["3: age number"]);
}

#[tokio::test]
async fn a_row_that_was_released_before_can_be_quarantined_again() {
    let city = City::with(PERSON).await;
    let me = Principal::local_administrator();
    let batch = city
        .collect("id,house,age\na,1,x\n", Mode::Upsert)
        .await
        .batch;
    let fixed = [("age".to_owned(), Some("130".to_owned()))].into();
    let collector = city.collector();
    collector
        .correct(&me, &batch, 1, &fixed, "they said so")
        .await
        .unwrap();
    collector
        .release(&me, &batch, &[], "checked")
        .await
        .unwrap();
    assert_eq!(city.reasons(&batch).await, Vec::<String>::new());
    city.offer(
        "datasets/person.yaml",
        &PERSON.replace("[0, 150]", "[0, 120]"),
    );
    city.apply().await;
    assert_eq!(city.reasons(&batch).await, ["1: age age-range"]);
    city.rollback(2).await;
    assert_eq!(city.reasons(&batch).await, Vec::<String>::new());
    assert_eq!(
        city.query("SELECT id, age FROM demo.person").await,
        ["a|130"]
    );
}

const TO_INTEGER: (&str, &str) = (
    "house: {title: {zh: 门牌}, type: text",
    "house: {title: {zh: 门牌}, type: integer",
);

#[tokio::test]
async fn a_column_of_another_type_is_read_again_and_comes_back_as_it_was() {
    let city = City::with(PERSON).await;
    let batch = city
        .collect(
            "id,house,age,备注\na,012,30,\nb,12号,31,x\nc,,32,y\n",
            Mode::Upsert,
        )
        .await
        .batch;
    let before = city.rows().await;
    city.offer(
        "datasets/person.yaml",
        &PERSON.replace(TO_INTEGER.0, TO_INTEGER.1),
    );
    let counted = city
        .changes()
        .dry_run(Duration::from_mins(1))
        .await
        .unwrap();
    let counts = counted.unwrap().plan.datasets[0].counts.clone().unwrap();
    assert_eq!(
        (counts.rows, counts.converted, counts.quarantined),
        (3, 2, 1)
    );
    let done = city.apply().await;
    assert_eq!(done.steps[0].counts.as_ref().unwrap().quarantined, 1);
    let rows = "SELECT id, house + 1, _row, _extra FROM demo.person ORDER BY id";
    assert_eq!(city.query(rows).await, ["a|13|1|", "c||3|{\"备注\":\"y\"}"]);
    assert_eq!(city.reasons(&batch).await, ["2: house number"]);
    // The version before is read with its own type.
    let at = ReadPoint {
        versions: [(
            "demo.person".parse().unwrap(),
            done.steps[0].version_before.unwrap(),
        )]
        .into(),
        ..ReadPoint::default()
    };
    let old = city.query_at("SELECT house || '!' FROM demo.person ORDER BY id", at);
    assert_eq!(old.await.unwrap(), ["012!", "12号!", ""]);

    city.rollback(2).await;
    assert_eq!(city.rows().await, before);
    assert!(city.waiting(&batch).await.is_empty());
    let history = city.changes().history(None, 1).await.unwrap();
    assert_eq!(history[0].kind, ChangeKind::Rollback);
    assert_eq!(history[0].steps[0].counts.as_ref().unwrap().returned, 1);
    // The folder still offers what was rolled back.
    assert!(city.changes().plan().await.unwrap().is_some());
}

#[tokio::test]
async fn rows_that_came_after_a_change_stay_when_it_is_taken_back() {
    let city = City::with(PERSON).await;
    let first = city
        .collect(
            "id,house,age\na,012,30\nb,12号,31\nc,7弄,32\n",
            Mode::Upsert,
        )
        .await
        .batch;
    city.offer(
        "datasets/person.yaml",
        &PERSON.replace(TO_INTEGER.0, TO_INTEGER.1),
    );
    city.apply().await;
    // `c` is delivered anew, so the old row of `c` does not come back.
    let second = city
        .collect("id,house,age\nc,9,33\nd,010,34\n", Mode::Upsert)
        .await
        .batch;
    let plan = city.changes().plan_rollback(2).await.unwrap();
    let counts = plan.datasets[0].counts.clone().unwrap();
    assert_eq!((counts.rows, counts.returned, counts.superseded), (2, 1, 1));
    city.rollback(2).await;
    let rows = "SELECT id, house || '!', age, _row FROM demo.person ORDER BY id";
    assert_eq!(
        city.query(rows).await,
        ["a|012!|30|1", "b|12号!|31|2", "c|9!|33|1", "d|10!|34|2"]
    );
    assert_eq!(city.reasons(&first).await, ["3: superseded"]);
    assert!(city.waiting(&second).await.is_empty());
}

#[tokio::test]
async fn what_cannot_be_read_by_the_meaning_of_before_goes_to_quarantine() {
    let city = City::with(&PERSON.replace(TO_INTEGER.0, TO_INTEGER.1)).await;
    city.collect("id,house,age\na,12,30\n", Mode::Upsert).await;
    city.offer("datasets/person.yaml", PERSON);
    city.apply().await;
    let later = city
        .collect("id,house,age\nb,7弄,31\nc,8,32\n", Mode::Upsert)
        .await
        .batch;
    let plan = city.changes().plan_rollback(2).await.unwrap();
    let counts = plan.datasets[0].counts.clone().unwrap();
    assert_eq!((counts.rows, counts.quarantined), (2, 1));
    city.rollback(2).await;
    let rows = "SELECT id, house FROM demo.person ORDER BY id";
    assert_eq!(city.query(rows).await, ["a|12", "c|8"]);
    assert_eq!(city.reasons(&later).await, ["1: house number"]);
}

#[tokio::test]
async fn a_new_column_that_must_have_a_value_is_missing_in_every_row() {
    let city = City::with(PERSON).await;
    let batch = city
        .collect("id,house,age\na,1,30\nb,2,31\n", Mode::Upsert)
        .await
        .batch;
    let before = city.rows().await;
    let more = "  age:";
    let phone = "  phone: {title: {zh: 电话}, type: text}\n  age:";
    city.offer("datasets/person.yaml", &PERSON.replace(more, phone));
    city.apply().await;
    assert!(city.rows().await.is_empty());
    assert_eq!(
        city.reasons(&batch).await,
        ["1: phone missing", "2: phone missing"]
    );
    city.rollback(2).await;
    assert_eq!(city.rows().await, before);

    let optional = "  phone: {title: {zh: 电话}, type: text, required: false}\n  age:";
    city.offer("datasets/person.yaml", &PERSON.replace(more, optional));
    assert!(!city.changes().plan().await.unwrap().unwrap().touches_rows());
    city.apply().await;
    assert_eq!(
        city.query("SELECT id, phone FROM demo.person ORDER BY id")
            .await,
        ["a|", "b|"]
    );
}

#[tokio::test]
async fn a_removed_column_is_hidden_kept_and_comes_back() {
    let city = City::with(PERSON).await;
    city.collect("id,house,age\na,1,30\n", Mode::Upsert).await;
    let without = PERSON.replace(
        "  house: {title: {zh: 门牌}, type: text, required: false}\n",
        "",
    );
    city.offer("datasets/person.yaml", &without);
    let plan = city.changes().plan().await.unwrap().unwrap();
    assert!(plan.touches_rows());
    city.apply().await;
    let gone = city.query_at("SELECT house FROM demo.person", ReadPoint::default());
    assert!(gone.await.is_err());
    city.collect("id,age,门牌,备注\nb,31,5,x\n", Mode::Upsert)
        .await;
    city.offer("datasets/person.yaml", PERSON);
    city.apply().await;
    // What was delivered meanwhile was kept beside the columns, and comes back too.
    let rows = "SELECT id, house, _extra FROM demo.person ORDER BY id";
    assert_eq!(city.query(rows).await, ["a|1|", "b|5|{\"备注\":\"x\"}"]);
}

#[tokio::test]
async fn a_renamed_column_takes_its_values_along() {
    let city = City::with(PERSON).await;
    city.collect("id,house,age\na,12号,30\n", Mode::Upsert)
        .await;
    let before = city.rows().await;
    let renamed = PERSON.replace(
        "  house: {title: {zh: 门牌},",
        "  door: {title: {zh: 门牌}, from: [house],",
    );
    city.offer("datasets/person.yaml", &renamed);
    city.apply().await;
    assert_eq!(
        city.query("SELECT id, door FROM demo.person").await,
        ["a|12号"]
    );
    city.collect("id,house,age\nb,13号,31\n", Mode::Upsert)
        .await;
    assert_eq!(
        city.query("SELECT door FROM demo.person ORDER BY id").await,
        ["12号", "13号"]
    );
    city.rollback(2).await;
    let rows = city.rows().await;
    assert_eq!(rows[0], before[0]);
    assert_eq!(
        city.query("SELECT id, house FROM demo.person ORDER BY id")
            .await,
        ["a|12号", "b|13号"]
    );
}

#[tokio::test]
async fn of_rows_with_one_new_key_the_newest_stays() {
    let city = City::with(PERSON).await;
    let first = city
        .collect("id,house,age\na,1,30\nb,2,31\n", Mode::Upsert)
        .await
        .batch;
    city.collect("id,house,age\nc,1,32\n", Mode::Upsert).await;
    let before = city.rows().await;
    city.offer(
        "datasets/person.yaml",
        &PERSON.replace("key: [id]", "key: [house]"),
    );
    city.apply().await;
    assert_eq!(
        city.query("SELECT id FROM demo.person ORDER BY id").await,
        ["b", "c"]
    );
    assert_eq!(city.reasons(&first).await, ["1: duplicate-key"]);
    city.rollback(2).await;
    assert_eq!(city.rows().await, before);
}

#[tokio::test]
async fn a_dataset_that_goes_keeps_its_rows_and_shows_them_again_when_it_comes_back() {
    let mut city = City::with(PERSON).await;
    city.collect("id,house,age\na,1,30\n", Mode::Upsert).await;
    let other = PERSON.replace("demo.person", "demo.other");
    city.offer("datasets/other.yaml", &other);
    fs::remove_file(city.folder.path().join("packs/demo/datasets/person.yaml")).unwrap();
    city.restart().await;
    assert!(
        city.running().waiting.is_some(),
        "somebody has to say that rows are hidden"
    );
    assert_eq!(city.rows().await.len(), 1);
    city.apply().await;
    assert!(
        city.query_at("SELECT * FROM demo.person", ReadPoint::default())
            .await
            .is_err()
    );
    assert!(city.query("SELECT * FROM demo.other").await.is_empty());
    city.restart().await;
    assert!(
        city.query_at("SELECT * FROM demo.person", ReadPoint::default())
            .await
            .is_err()
    );
    city.rollback(2).await;
    assert_eq!(city.rows().await.len(), 1);
}

#[tokio::test]
async fn a_value_that_a_code_list_loses_goes_to_quarantine() {
    let coded = PERSON.replace(
        "type: text, required: false",
        "codes: demo.house, required: false",
    );
    let list =
        "codes: demo.house\ntitle: {zh: 门牌}\nvalues:\n  \"1\": {zh: 一}\n  \"2\": {zh: 二}\n";
    let folder = tempfile::tempdir().unwrap();
    let city = City {
        folder,
        running: None,
    };
    city.offer("pack.yaml", PACK);
    city.offer("codes/house.yaml", list);
    city.offer("datasets/person.yaml", &coded);
    let city = city.started().await;
    let batch = city
        .collect("id,house,age\na,一,30\nb,2,31\n", Mode::Upsert)
        .await
        .batch;
    city.offer("codes/house.yaml", &list.replace("  \"1\": {zh: 一}\n", ""));
    city.apply().await;
    assert_eq!(
        city.query("SELECT id, house FROM demo.person").await,
        ["b|2"]
    );
    assert_eq!(city.reasons(&batch).await, ["1: house code-list"]);
}

#[tokio::test]
async fn a_looser_check_releases_nothing_by_itself() {
    let mut city = City::with(PERSON).await;
    let me = Principal::local_administrator();
    let batch = city
        .collect("id,house,age\na,1,30\nb,2,160\n", Mode::Upsert)
        .await
        .batch;
    city.offer(
        "datasets/person.yaml",
        &PERSON.replace("[0, 150]", "[0, 200]"),
    );
    city.restart().await;
    assert_eq!(city.running().waiting, None);
    assert_eq!(city.reasons(&batch).await, ["2: age age-range"]);
    let released = city
        .collector()
        .release(&me, &batch, &[], "allowed now")
        .await
        .unwrap();
    assert_eq!(released.released, [2]);
}

#[tokio::test]
async fn rows_written_one_by_one_are_changed_too() {
    let city = City::with(PERSON).await;
    let me = Principal::local_administrator();
    let dataset = "demo.person".parse().unwrap();
    let row = |text: &str| serde_json::from_str(text).unwrap();
    let rows = [
        row(r#"{"id": "a", "age": 30}"#),
        row(r#"{"id": "b", "age": 130}"#),
    ];
    let written = city
        .collector()
        .write(&me, &dataset, &rows, b"x")
        .await
        .unwrap();
    city.offer(
        "datasets/person.yaml",
        &PERSON.replace("[0, 150]", "[0, 120]"),
    );
    city.apply().await;
    assert_eq!(city.query("SELECT id FROM demo.person").await, ["a"]);
    assert_eq!(city.reasons(&written.batch).await, ["2: age age-range"]);
    let refused = city
        .collector()
        .write(&me, &dataset, &rows[1..], b"y")
        .await;
    assert!(refused.is_err(), "rows are held to the new packs");
    let again = city
        .collector()
        .write(&me, &dataset, &rows[..1], b"z")
        .await
        .unwrap();
    assert_ne!(again.batch, written.batch);
}

#[tokio::test]
async fn going_back_to_a_version_before_a_change_is_refused() {
    let city = City::with(PERSON).await;
    let me = Principal::local_administrator();
    let dataset = "demo.person".parse().unwrap();
    city.collect("id,house,age\na,1,30\nb,2,130\n", Mode::Upsert)
        .await;
    city.offer(
        "datasets/person.yaml",
        &PERSON.replace("[0, 150]", "[0, 120]"),
    );
    city.apply().await;
    let refused = city
        .collector()
        .restore(&me, &dataset, 0, "as it was")
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "pack-change-between", "{refused}");
    city.rollback(2).await;
    city.collector()
        .restore(&me, &dataset, 0, "as it was")
        .await
        .unwrap();
}

#[tokio::test]
async fn only_the_packs_that_were_seen_are_applied_and_never_without_a_reason() {
    let city = City::with(PERSON).await;
    let me = Principal::local_administrator();
    let changes = city.changes();
    let none = changes.apply(&me, "x", None).await.unwrap_err();
    assert_eq!(none.code(), "pack-change-none");
    city.offer("datasets/person.yaml", &PERSON.replace("人员", "居民"));
    let seen = changes.plan().await.unwrap().unwrap().to;
    city.offer("datasets/person.yaml", &PERSON.replace("人员", "人口"));
    let moved = changes.apply(&me, "x", Some(&seen)).await.unwrap_err();
    assert_eq!(moved.code(), "pack-change-moved");
    let silent = changes.apply(&me, "  ", None).await.unwrap_err();
    assert_eq!(silent.code(), "no-reason");
    let first = changes.rollback(&me, 1, "x").await.unwrap_err();
    assert_eq!(first.code(), "not-rolled-back");
    let unknown = changes.rollback(&me, 9, "x").await.unwrap_err();
    assert_eq!(unknown.code(), "no-pack-change");
}

#[tokio::test]
async fn findings_and_score_of_a_snapshot_speak_of_the_rules_of_now() {
    let city = City::with(PERSON).await;
    let batch = city
        .collect("id,house,age\na,1,30\nb,2,130\nc,3,160\n", Mode::Snapshot)
        .await
        .batch;
    let shown = async |city: &City| {
        let detail = city.collector().batch(&batch).await.unwrap();
        let findings = detail.findings.iter();
        let findings: Vec<String> = findings
            .map(|found| format!("{} {}", found.reason, found.rows))
            .collect();
        (findings, detail.batch.score.unwrap().total.unwrap())
    };
    let before = shown(&city).await;
    assert_eq!(before.0, ["age-range 1"]);
    let stricter = PERSON.replace("[0, 150]", "[0, 120]").replace(
        "checks:\n",
        "checks:\n  - {name: low-house, expect: \"house <> '1'\", level: soft}\n",
    );
    city.offer("datasets/person.yaml", &stricter);
    city.apply().await;
    let after = shown(&city).await;
    assert_eq!(after.0, ["age-range 2", "low-house 1"]);
    assert!(after.1 < before.1, "{} is not below {}", after.1, before.1);
    city.rollback(2).await;
    assert_eq!(shown(&city).await, before);
}
