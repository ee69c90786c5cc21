//! How refreshes are done, and what is said of them.

use serde_json::json;

use super::city::{City, Written, id};
use crate::run::{Mode, RunStatus};
use crate::status::Standing;
use crate::transform::Refreshed;

fn by_place() -> Written {
    Written::new(
        "by_place",
        "SELECT coalesce(p.place, '-') AS place, count(*) AS people, max(p.age) AS oldest FROM t.person p GROUP BY coalesce(p.place, '-')",
        &[
            ("place", "text"),
            ("people", "integer"),
            ("oldest", "integer"),
        ],
        &["place"],
    )
}

fn above() -> Written {
    Written::new(
        "above",
        "SELECT count(*) AS places, people FROM t.by_place GROUP BY people",
        &[("people", "integer"), ("places", "integer")],
        &["people"],
    )
}

#[tokio::test]
async fn a_model_waits_for_its_inputs_and_says_which() {
    let city = City::new(vec![by_place()]).await;
    let error = city
        .transform
        .run(&id("t.by_place"), false)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "model-waits");
    assert!(error.to_string().contains("`t.person`"), "{error}");
    let model = &city.transform.models().await.unwrap()[0];
    assert_eq!(model.standing, Standing::Never);
    assert!(model.why.as_ref().unwrap().contains("t.person"));
}

#[tokio::test]
async fn models_are_refreshed_each_after_those_that_it_reads() {
    let mut city = City::new(vec![above(), by_place()]).await;
    city.two_people().await;
    let order: Vec<String> = city
        .refresh()
        .await
        .iter()
        .map(|(id, _)| id.to_string())
        .collect();
    assert_eq!(order, ["t.by_place", "t.above"]);
    city.agree("first").await;
    assert!(matches!(
        city.refresh().await.as_slice(),
        [(_, Refreshed::Fresh), (_, Refreshed::Fresh)]
    ));
}

#[tokio::test]
async fn a_small_change_is_followed_and_the_run_says_so() {
    let mut city = City::new(vec![by_place()]).await;
    city.two_people().await;
    city.refresh().await;
    city.deliver(
        "t.person",
        "upsert",
        &[json!({"id": "c", "place": "x", "age": 50})],
    )
    .await;
    assert_eq!(
        city.transform.models().await.unwrap()[0].standing,
        Standing::Stale
    );
    city.refresh().await;
    let run = city.run_of("t.by_place").await;
    assert_eq!(
        (run.mode, run.rows_in, run.rows_added, run.rows_removed),
        (Mode::Incremental, 1, 1, 1)
    );
    assert_eq!(run.why, "`t.person`: 1 rows came, 0 went");
    assert_eq!(city.held("t.by_place").await, ["x|2|50", "y|1|40"]);
    assert_eq!(
        city.transform.models().await.unwrap()[0].standing,
        Standing::Fresh
    );
}

#[tokio::test]
async fn the_greatest_value_going_is_a_reason_to_compute_in_full() {
    let mut city = City::new(vec![by_place()]).await;
    city.two_people().await;
    let more = [json!({"id": "c", "place": "x", "age": 20})];
    city.deliver("t.person", "upsert", &more).await;
    city.refresh().await;
    city.deliver(
        "t.person",
        "upsert",
        &[json!({"id": "a", "place": "y", "age": 30})],
    )
    .await;
    city.refresh().await;
    let run = city.run_of("t.by_place").await;
    assert_eq!(run.mode, Mode::Full);
    assert!(run.why.contains("greatest"), "{}", run.why);
    city.agree("full").await;
}

#[tokio::test]
async fn the_greatest_value_going_and_coming_is_followed() {
    let mut city = City::new(vec![by_place()]).await;
    city.two_people().await;
    let more = [json!({"id": "c", "place": "x", "age": 20})];
    city.deliver("t.person", "upsert", &more).await;
    city.refresh().await;
    city.deliver(
        "t.person",
        "upsert",
        &[json!({"id": "a", "place": "x", "age": 30, "name": "b"})],
    )
    .await;
    city.refresh().await;
    let run = city.run_of("t.by_place").await;
    assert_eq!(
        (run.mode, run.rows_added),
        (Mode::Incremental, 0),
        "{}",
        run.why
    );
    city.agree("followed").await;
}

#[tokio::test]
async fn a_model_whose_rows_break_a_hard_check_keeps_its_last_good_version() {
    let mut model = by_place();
    model.lines = "checks:\n  - {name: too-old, column: oldest, between: [0, 100]}\n";
    let mut city = City::new(vec![model, above()]).await;
    city.two_people().await;
    city.refresh().await;
    let good = city.held("t.by_place").await;
    for how in ["upsert", "snapshot"] {
        city.deliver(
            "t.person",
            how,
            &[json!({"id": "z", "place": "x", "age": 130})],
        )
        .await;
        let refreshed = city.refresh().await;
        let run = city.run_of("t.by_place").await;
        assert_eq!(
            (run.status, run.rows_quarantined),
            (RunStatus::Failed, 1),
            "{how}"
        );
        let error = run.error.unwrap();
        assert_eq!(error.code, "model-checks");
        assert!(
            error
                .message
                .contains("`too-old` in `oldest` 1 rows, such as 130"),
            "{}",
            error.message
        );
        let detail = city.transform.run_detail(&run.id).await.unwrap().unwrap();
        assert_eq!(detail.findings[0].reason, "too-old");
        assert_eq!(city.held("t.by_place").await, good, "{how}");
        let left = &refreshed
            .iter()
            .find(|(model, _)| *model == id("t.above"))
            .unwrap()
            .1;
        assert!(
            matches!(left, Refreshed::Left(why) if why.contains("t.by_place")),
            "{left:?}"
        );
    }
    // It is looked at again once something changes.
    city.deliver(
        "t.person",
        "upsert",
        &[json!({"id": "z", "place": "x", "age": 13})],
    )
    .await;
    city.refresh().await;
    city.agree("good again").await;
}

#[tokio::test]
async fn two_rows_of_one_key_fail_the_run_in_full_and_when_they_come_later() {
    let model = Written::new(
        "by_age",
        "SELECT p.age AS age, p.id AS who FROM t.person p",
        &[("age", "integer"), ("who", "text")],
        &["age"],
    );
    let mut city = City::new(vec![model]).await;
    city.two_people().await;
    city.refresh().await;
    city.deliver(
        "t.person",
        "upsert",
        &[json!({"id": "c", "place": "x", "age": 30})],
    )
    .await;
    city.refresh().await;
    let run = city.run_of("t.by_age").await;
    assert_eq!(
        (run.mode, run.status),
        (Mode::Full, RunStatus::Failed),
        "{}",
        run.why
    );
    assert!(
        run.why.contains("does not have the rows that should go"),
        "{}",
        run.why
    );
    assert!(run.error.unwrap().message.contains("duplicate-key"));
    assert_eq!(city.held("t.by_age").await, ["30|a", "40|b"]);
}

#[tokio::test]
async fn what_was_kept_of_groups_is_computed_anew_when_it_is_gone_or_damaged() {
    let mut city = City::new(vec![by_place()]).await;
    city.two_people().await;
    city.refresh().await;
    for damage in [None, Some("no parquet")] {
        let folder = city.transform.state_folder(&id("t.by_place"));
        for file in std::fs::read_dir(&folder).unwrap().flatten() {
            match damage {
                None => std::fs::remove_file(file.path()).unwrap(),
                Some(text) => std::fs::write(file.path(), text).unwrap(),
            }
        }
        let rows = [json!({"id": "d", "place": "x", "age": 33})];
        city.deliver("t.person", "upsert", &rows).await;
        city.refresh().await;
        let run = city.run_of("t.by_place").await;
        assert_eq!(run.mode, Mode::Full);
        assert!(run.why.contains("not there, or damaged"), "{}", run.why);
        city.agree("computed anew").await;
    }
}

#[tokio::test]
async fn a_refresh_that_cannot_keep_its_groups_leaves_no_file() {
    let mut city = City::new(vec![by_place()]).await;
    city.two_people().await;
    let kept = city.transform.state_folder(&id("t.by_place"));
    std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
    std::fs::write(&kept, "no folder").unwrap();
    city.refresh().await;
    let run = city.run_of("t.by_place").await;
    assert_eq!((run.status, run.mode), (RunStatus::Failed, Mode::Full));
    assert_eq!(city.files_of("t.by_place"), 0);
    std::fs::remove_file(&kept).unwrap();
    city.refresh().await;
    assert_eq!(city.files_of("t.by_place"), 1);
    city.agree("kept").await;
}

#[tokio::test]
async fn a_change_that_makes_too_many_rows_leaves_no_file() {
    let mut model = by_place();
    model.lines = "checks:\n  - {rows: {at_most: 2}, level: hard}\n";
    let mut city = City::new(vec![model]).await;
    city.two_people().await;
    city.refresh().await;
    let files = city.files_of("t.by_place");
    let more = [json!({"id": "c", "place": "z", "age": 50})];
    city.deliver("t.person", "upsert", &more).await;
    city.refresh().await;
    let run = city.run_of("t.by_place").await;
    let outcome = (run.status, run.mode);
    assert_eq!(outcome, (RunStatus::Failed, Mode::Incremental));
    assert_eq!(run.error.unwrap().code, "row-count");
    assert_eq!(city.files_of("t.by_place"), files);
    assert_eq!(city.held("t.by_place").await, ["x|1|30", "y|1|40"]);
}

#[tokio::test]
async fn a_clock_in_the_query_is_never_followed() {
    let model = Written::new(
        "lately",
        "SELECT p.id AS id FROM t.person p WHERE p.born < current_date",
        &[("id", "text")],
        &["id"],
    );
    let mut city = City::new(vec![model]).await;
    city.two_people().await;
    city.refresh().await;
    city.deliver(
        "t.person",
        "upsert",
        &[json!({"id": "c", "born": "1990-01-01"})],
    )
    .await;
    city.refresh().await;
    let run = city.run_of("t.lately").await;
    assert_eq!(run.mode, Mode::Full);
    assert!(
        run.why.contains("gives another value each time"),
        "{}",
        run.why
    );
}

#[tokio::test]
async fn a_changed_query_is_computed_in_full_and_the_same_query_is_not_computed() {
    let mut city = City::new(vec![by_place()]).await;
    city.two_people().await;
    city.refresh().await;
    let run = city.transform.run(&id("t.by_place"), false).await.unwrap();
    assert_eq!((run.mode, run.status), (Mode::Unchanged, RunStatus::Done));
    city.models[0].sql = city.models[0].sql.replace("count(*)", "count(*) * 10");
    let packs = super::city::write_packs(city.folder.path(), &city.models);
    city.transform.set_packs(packs);
    city.refresh().await;
    let run = city.run_of("t.by_place").await;
    assert_eq!(
        (run.mode, run.why.as_str()),
        (
            Mode::Full,
            "its query, its columns or a setting changed; only the rows that differ were exchanged"
        )
    );
    city.agree("changed").await;
}

#[tokio::test]
async fn rows_of_the_hot_tail_are_folded_and_followed() {
    let mut city = City::new(vec![by_place()]).await;
    city.two_people().await;
    city.refresh().await;
    let lake = city.transform.lake().clone();
    let schema = lake.schema(&id("t.person")).unwrap();
    let row = arrow::json::ReaderBuilder::new(std::sync::Arc::clone(&schema))
        .build(
            &br#"{"id":"h","place":"x","age":31,"_batch":"20260101-000000-000099","_row":1}"#[..],
        )
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    lake.append(&id("t.person"), &row, b"h").await.unwrap();
    assert_eq!(
        city.transform.models().await.unwrap()[0].standing,
        Standing::Stale
    );
    city.refresh().await;
    assert_eq!(city.run_of("t.by_place").await.mode, Mode::Incremental);
    city.agree("folded").await;
}

#[tokio::test]
async fn groups_that_cannot_be_continued_are_computed_anew_alone() {
    let by_place = Written::new(
        "weights",
        "SELECT p.place, sum(p.weight) AS weight, max(p.age) AS oldest FROM t.person p WHERE p.place IS NOT NULL GROUP BY p.place",
        &[
            ("place", "text"),
            ("weight", "float"),
            ("oldest", "integer"),
        ],
        &["place"],
    );
    let mut city = City::new(vec![by_place]).await;
    let rows = [
        json!({"id": "a", "place": "x", "age": 30, "weight": 70.5}),
        json!({"id": "b", "place": "x", "age": 20, "weight": 60.25}),
        json!({"id": "c", "place": "y", "age": 40, "weight": 50}),
    ];
    city.deliver("t.person", "snapshot", &rows).await;
    city.refresh().await;
    for (age, weight, held) in [
        (10, 60.25, ["x|120.5|20", "y|50.0|40"]),
        (25, 1.0, ["x|61.25|25", "y|50.0|40"]),
    ] {
        let row = json!({"id": "a", "place": "x", "age": age, "weight": weight});
        city.deliver("t.person", "upsert", &[row]).await;
        city.refresh().await;
        let run = city.run_of("t.weights").await;
        assert_eq!(
            (run.mode, run.rows_added, run.rows_removed),
            (Mode::Incremental, 1, 1),
            "{}",
            run.why
        );
        let why = "`t.person`: 1 rows came, 1 went; groups computed anew by `place`, because ";
        assert!(run.why.starts_with(why), "{}", run.why);
        assert_eq!(city.held("t.weights").await, held);
        city.agree("anew").await;
    }
    // A group that loses its last row is gone.
    let row = json!({"id": "c", "place": "x", "age": 1, "weight": 1});
    city.deliver("t.person", "upsert", &[row]).await;
    city.refresh().await;
    assert_eq!(city.run_of("t.weights").await.mode, Mode::Incremental);
    assert_eq!(city.held("t.weights").await, ["x|62.25|25"]);
}

#[tokio::test]
async fn a_refresh_in_full_exchanges_what_differs_and_what_is_above_follows() {
    let mut city = City::new(vec![by_place(), above()]).await;
    city.two_people().await;
    city.refresh().await;
    let version = city.run_of("t.by_place").await.version;
    let run = city.transform.run(&id("t.by_place"), true).await.unwrap();
    assert_eq!(
        (run.mode, run.rows_added, run.rows_removed, run.version),
        (Mode::Full, 0, 0, version)
    );
    let rows = [
        json!({"id": "a", "place": "x", "age": 30}),
        json!({"id": "b", "place": "y", "age": 41}),
    ];
    city.deliver("t.person", "snapshot", &rows).await;
    city.refresh().await;
    let run = city.run_of("t.by_place").await;
    assert_eq!(
        (run.mode, run.rows_added, run.rows_removed),
        (Mode::Full, 1, 1),
        "{}",
        run.why
    );
    assert!(
        run.why
            .ends_with("; only the rows that differ were exchanged"),
        "{}",
        run.why
    );
    let run = city.run_of("t.above").await;
    assert_eq!(run.mode, Mode::Incremental, "{}", run.why);
    city.agree("exchanged").await;
}

#[tokio::test]
async fn a_step_that_changes_no_group_leaves_what_is_kept_as_it_is() {
    let mut city = City::new(vec![by_place()]).await;
    city.two_people().await;
    city.refresh().await;
    let kept = city.run_of("t.by_place").await.state;
    let row = json!({"id": "a", "place": "x", "age": 30, "name": "other"});
    city.deliver("t.person", "upsert", &[row]).await;
    city.refresh().await;
    let run = city.run_of("t.by_place").await;
    assert_eq!((run.mode, run.state), (Mode::Incremental, kept.clone()));
    let row = json!({"id": "d", "place": "x", "age": 3});
    city.deliver("t.person", "upsert", &[row]).await;
    city.refresh().await;
    assert_ne!(city.run_of("t.by_place").await.state, kept);
    city.agree("kept").await;
}
