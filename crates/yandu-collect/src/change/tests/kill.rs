//! A change that is cut short at each of its steps: the next start finishes it or undoes it, and never leaves a part.

use super::*;

const OTHER: &str = "demo.other";
const STEPS: [(&str, bool); 6] = [
    ("begun", false),
    ("read demo.other", false),
    ("committed demo.other", false),
    ("read demo.person", false),
    ("committed demo.person", true),
    ("recorded", true),
];

fn changed(text: &str) -> String {
    text.replace(
        "house: {title: {zh: 门牌}, type: text",
        "house: {title: {zh: 门牌}, type: integer",
    )
}

async fn both(city: &City) -> Vec<String> {
    let mut rows = city
        .query("SELECT id, house FROM demo.person ORDER BY id")
        .await;
    rows.extend(
        city.query("SELECT id, house FROM demo.other ORDER BY id")
            .await,
    );
    rows
}

#[tokio::test]
async fn a_change_that_is_killed_leaves_all_tables_old_or_all_new() {
    for (step, is_done) in STEPS {
        let folder = tempfile::tempdir().unwrap();
        let city = City {
            folder,
            running: None,
        };
        let other = PERSON.replace("demo.person", OTHER);
        city.offer("pack.yaml", PACK);
        city.offer("datasets/other.yaml", &other);
        city.offer("datasets/person.yaml", PERSON);
        let mut city = city.started().await;
        let batch = city
            .collect("id,house,age\na,01,30\nb,x,31\n", Mode::Upsert)
            .await
            .batch;
        let path = city.folder.path().join("other.csv");
        fs::write(&path, "id,house,age\nc,02,30\nd,y,31\n").unwrap();
        let me = Principal::local_administrator();
        let delivery = Delivery::file(OTHER.parse().unwrap(), path);
        let second = city.collector().collect(&me, delivery).await.unwrap().batch;
        let before = both(&city).await;
        city.offer("datasets/other.yaml", &changed(&other));
        city.offer("datasets/person.yaml", &changed(PERSON));

        let changes = city.changes().clone();
        let reached = changes.stop_at(step);
        let applying = tokio::spawn(async move {
            let me = Principal::local_administrator();
            changes.apply(&me, "a new standard", None).await
        });
        reached.notified().await;
        assert_eq!(
            both(&city).await,
            before,
            "{step}: readers see what was before"
        );
        applying.abort();
        let _ = applying.await;
        city.restart().await;
        let what = city.changes().history(None, 1).await.unwrap();
        if is_done {
            assert_eq!(what[0].status, ChangeStatus::Applied, "{step}");
            assert_eq!(both(&city).await, ["a|1", "c|2"], "{step}");
            assert_eq!(city.reasons(&batch).await, ["2: house number"], "{step}");
            assert_eq!(city.reasons(&second).await, ["2: house number"], "{step}");
            assert_eq!(city.running().waiting, None);
        } else {
            assert_eq!(what[0].status, ChangeStatus::Undone, "{step}");
            assert_eq!(both(&city).await, before, "{step}");
            assert!(city.waiting(&batch).await.is_empty(), "{step}");
            assert!(city.running().waiting.is_some(), "{step}");
            city.apply().await;
            assert_eq!(both(&city).await, ["a|1", "c|2"], "{step}");
        }
        city.rollback(if is_done { 2 } else { 3 }).await;
        assert_eq!(both(&city).await, before, "{step}");
    }
}

#[tokio::test]
async fn a_change_that_is_cancelled_is_undone_at_once() {
    let city = City::with(PERSON).await;
    city.collect("id,house,age\na,01,30\nb,x,31\n", Mode::Upsert)
        .await;
    let before = city.rows().await;
    city.offer("datasets/person.yaml", &changed(PERSON));
    let changes = city.changes().clone();
    let reached = changes.stop_at("begun");
    let go_on = changes.go_on();
    let applying = {
        let changes = changes.clone();
        tokio::spawn(async move {
            let me = Principal::local_administrator();
            changes.apply(&me, "a new standard", None).await
        })
    };
    reached.notified().await;
    changes.progress().unwrap().cancel();
    go_on.notify_one();
    let error = applying.await.unwrap().unwrap_err();
    assert_eq!(error.code(), "cancelled");
    assert_eq!(city.rows().await, before);
    assert_eq!(
        changes.history(None, 1).await.unwrap()[0].status,
        ChangeStatus::Undone
    );
    city.apply().await;
}

/// Changes the records past the program.
async fn run_sql(city: &City, sql: &'static str) {
    let pool = city.collector().inner.store.pool();
    sqlx::query(sql).execute(pool).await.unwrap();
}

#[tokio::test]
async fn a_change_that_was_taken_back_is_not_found_complete_where_that_could_not_be_said() {
    let mut city = City::with(PERSON).await;
    city.collect("id,house,age\na,01,30\nb,x,31\n", Mode::Upsert)
        .await;
    let before = city.rows().await;
    city.offer("datasets/person.yaml", &changed(PERSON));
    run_sql(
        &city,
        "CREATE TRIGGER stopped BEFORE UPDATE OF status ON pack_change BEGIN SELECT RAISE(ABORT, 'stopped'); END",
    )
    .await;
    let me = Principal::local_administrator();
    let applying = city.changes().apply(&me, "a new standard", None);
    applying.await.unwrap_err();
    run_sql(&city, "DROP TRIGGER stopped").await;
    assert_eq!(city.rows().await, before);

    city.restart().await;
    let what = city.changes().history(None, 1).await.unwrap();
    assert_eq!(what[0].status, ChangeStatus::Undone);
    assert_eq!(city.rows().await, before);
    city.apply().await;
    let sql = "SELECT id, house FROM demo.person ORDER BY id";
    assert_eq!(city.query(sql).await, ["a|1"]);
}

#[tokio::test]
async fn a_row_whose_release_was_cut_off_waits_when_a_change_moves_it_out_of_the_table_again() {
    let mut city = City::with(PERSON).await;
    let content = "id,house,age\na,01,30\nb,x,200\n";
    let batch = city.collect(content, Mode::Upsert).await.batch;
    let me = Principal::local_administrator();
    let age = [("age".to_owned(), Some("31".to_owned()))].into();
    let correcting = city.collector().correct(&me, &batch, 2, &age, "asked");
    correcting.await.unwrap();
    run_sql(
        &city,
        "CREATE TRIGGER stopped BEFORE INSERT ON quarantine_action WHEN NEW.action = 'released' \
         BEGIN SELECT RAISE(ABORT, 'stopped'); END",
    )
    .await;
    let releasing = city.collector().release(&me, &batch, &[2], "asked");
    releasing.await.unwrap_err();
    run_sql(&city, "DROP TRIGGER stopped").await;

    city.offer("datasets/person.yaml", &changed(PERSON));
    city.apply().await;
    assert_eq!(city.reasons(&batch).await, ["2: house number"]);
    city.restart().await;
    assert_eq!(city.reasons(&batch).await, ["2: house number"]);
}
