//! A process that is killed between any two steps of a refresh, or stopped in one.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::city::{City, Written, agree, deliver, held, id, open};
use crate::run::{Mode, RunStatus, Trigger};

fn models() -> Vec<Written> {
    vec![Written::new(
        "by_place",
        "SELECT coalesce(p.place, '-') AS place, count(*) AS people, sum(p.age) AS years FROM t.person p GROUP BY coalesce(p.place, '-')",
        &[
            ("place", "text"),
            ("people", "integer"),
            ("years", "integer"),
        ],
        &["place"],
    )]
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_killed_between_any_two_steps_leaves_old_or_new_and_goes_on_from_there() {
    for full in [true, false] {
        let mut city = City::new(models()).await;
        let rows = [
            json!({"id": "a", "place": "x", "age": 1}),
            json!({"id": "b", "place": "y", "age": 2}),
        ];
        city.deliver("t.person", "snapshot", &rows).await;
        city.refresh().await;
        let old = city.held("t.by_place").await;
        let more = [
            json!({"id": "b", "place": "x", "age": 5}),
            json!({"id": "c", "place": "z", "age": 7}),
        ];
        city.deliver("t.person", "upsert", &more).await;

        let data = city.folder.path().join("data");
        let copies: Arc<Mutex<Vec<(String, tempfile::TempDir)>>> = Arc::default();
        let seen = Arc::clone(&copies);
        city.transform.inner.steps.set(move |step| {
            let folder = tempfile::tempdir().unwrap();
            copy(&data, &folder.path().join("data"));
            seen.lock().unwrap().push((step.to_owned(), folder));
        });
        let run = city.transform.run(&id("t.by_place"), full).await.unwrap();
        assert_eq!(
            run.mode,
            if full { Mode::Full } else { Mode::Incremental },
            "{}",
            run.why
        );
        let new = city.held("t.by_place").await;
        assert_ne!(old, new);

        let copies = std::mem::take(&mut *copies.lock().unwrap());
        let steps: Vec<&str> = copies.iter().map(|(step, _)| step.as_str()).collect();
        assert_eq!(steps, ["decided", "computed", "recorded", "committed"]);
        for (step, folder) in &copies {
            let packs = city.transform.packs();
            let again = open(&folder.path().join("data"), &packs).await;
            let found = held(&again, &city.models[0]).await;
            let expected = if step == "committed" { &new } else { &old };
            assert_eq!(found, *expected, "killed after {step}");
            let runs = again.runs(None, None, 10).await.unwrap();
            // What is over in a moment is recorded when it commits; before that nothing of it may be left.
            let must_be_there = full || step == "recorded" || step == "committed";
            assert!(runs.len() == 2 || !must_be_there, "killed after {step}");
            let status = if step == "committed" || runs.len() == 1 {
                RunStatus::Done
            } else {
                RunStatus::Interrupted
            };
            assert_eq!(runs[0].status, status, "killed after {step}");

            // What is kept of the groups is that of the rows: the next change is followed and comes out right.
            again.run_all(Trigger::Start, false, None).await.unwrap();
            let rows = [json!({"id": "a", "place": "z", "age": 9})];
            let batch = "20260201-000000-000001".parse().unwrap();
            deliver(again.lake(), &id("t.person"), &batch, "upsert", &rows).await;
            let run = again.run(&id("t.by_place"), false).await.unwrap();
            assert_eq!(
                run.mode,
                Mode::Incremental,
                "killed after {step}: {}",
                run.why
            );
            agree(&again, &city.models, step).await;
            let kept = fs::read_dir(again.state_folder(&id("t.by_place")))
                .unwrap()
                .count();
            assert_eq!(kept, 1, "killed after {step}");
        }
    }
}

#[tokio::test]
async fn a_refresh_that_was_stopped_with_the_program_is_done_at_the_next_start() {
    let mut city = City::new(models()).await;
    let rows = [
        json!({"id": "a", "place": "x", "age": 1}),
        json!({"id": "b", "place": "y", "age": 2}),
    ];
    city.deliver("t.person", "snapshot", &rows).await;
    let stopping = city.transform.clone();
    city.transform.inner.steps.set(move |step| {
        if step == "decided" {
            stopping.cancel_all();
        }
    });
    city.refresh().await;
    city.transform.inner.steps.set(|_| {});
    let run = city.run_of("t.by_place").await;
    assert_eq!(run.status, RunStatus::Interrupted);
    assert_eq!(run.error.unwrap().code, "cancelled");

    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    copy(&city.folder.path().join("data"), &data);
    let again = open(&data, &city.transform.packs()).await;
    again.run_all(Trigger::Start, false, None).await.unwrap();
    assert_eq!(held(&again, &city.models[0]).await, ["x|1|1", "y|1|2"]);
}
