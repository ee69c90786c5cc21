//! Inputs that may be absent: what a model is made of without them, and what their first rows change.

use serde_json::json;

use super::city::{City, Written, id, write_packs};
use crate::run::{Mode, RunStatus, Span};
use crate::status::Standing;
use crate::transform::Refreshed;

/// People by the title of their place, which is made without a register of places.
fn by_title() -> Written {
    let mut model = Written::new(
        "by_title",
        "SELECT coalesce(c.title, '-') AS title, count(*) AS people, max(p.age) AS oldest FROM t.person p LEFT JOIN t.place c ON c.code = p.place GROUP BY coalesce(c.title, '-')",
        &[
            ("title", "text"),
            ("people", "integer"),
            ("oldest", "integer"),
        ],
        &["title"],
    );
    model.lines = "may_be_absent: [t.place]\n";
    model
}

/// What each person spent, which may be no more than a hundred.
fn by_person() -> Written {
    let mut model = Written::new(
        "by_person",
        "SELECT e.person AS id, sum(e.amount) AS amount FROM t.event e GROUP BY e.person",
        &[("id", "text"), ("amount", "integer")],
        &["id"],
    );
    model.lines = "checks:\n  - {name: too-much, column: amount, between: [0, 100]}\n";
    model
}

/// People with what a model says of each.
fn known(model: &str, lines: &'static str) -> Written {
    let sql = format!(
        "SELECT p.id AS id, b.amount AS amount FROM t.person p LEFT JOIN {model} b ON b.id = p.id"
    );
    let columns = [("id", "text"), ("amount", "integer")];
    let mut known = Written::new("known", &sql, &columns, &["id"]);
    known.lines = lines;
    known
}

#[tokio::test]
async fn a_model_is_made_without_an_input_that_may_be_absent_and_says_so() {
    let mut city = City::new(vec![by_title()]).await;
    let nothing_there = city.refresh().await;
    assert!(
        matches!(nothing_there.as_slice(), [(_, Refreshed::Left(why))] if why.contains("`t.person`"))
    );
    city.two_people().await;
    city.refresh().await;
    let run = city.run_of("t.by_title").await;
    assert_eq!((run.status, run.mode), (RunStatus::Done, Mode::Full));
    let absent = Span {
        from: None,
        to: None,
    };
    assert_eq!(run.inputs.get(&id("t.place")), Some(&absent));
    assert_eq!(city.held("t.by_title").await, ["-|2|40"]);
    let model = &city.transform.models().await.unwrap()[0];
    assert_eq!(
        (model.standing, model.why.as_deref()),
        (
            Standing::Fresh,
            Some("it is made without `t.place`, which has no rows yet")
        )
    );
    let again = city.refresh().await;
    assert!(matches!(again.as_slice(), [(_, Refreshed::Fresh)]));
}

#[tokio::test]
async fn changes_are_followed_without_the_absent_input_and_with_its_first_rows_all_is_computed() {
    let mut city = City::new(vec![by_title()]).await;
    city.two_people().await;
    city.refresh().await;
    let more = [json!({"id": "c", "place": "x", "age": 50})];
    city.deliver("t.person", "upsert", &more).await;
    city.refresh().await;
    assert_eq!(city.run_of("t.by_title").await.mode, Mode::Incremental);
    assert_eq!(city.held("t.by_title").await, ["-|3|50"]);

    let places = [json!({"code": "x", "title": "east"})];
    city.deliver("t.place", "snapshot", &places).await;
    let model = &city.transform.models().await.unwrap()[0];
    assert_eq!(model.standing, Standing::Stale);
    city.refresh().await;
    let run = city.run_of("t.by_title").await;
    assert_eq!(run.mode, Mode::Full);
    assert!(
        run.why.starts_with("`t.place` was absent before"),
        "{}",
        run.why
    );
    let first = Span {
        from: None,
        to: Some(0),
    };
    assert_eq!(run.inputs.get(&id("t.place")), Some(&first));
    assert_eq!(city.held("t.by_title").await, ["-|1|40", "east|2|50"]);

    let more = [json!({"id": "d", "place": "x", "age": 60})];
    city.deliver("t.person", "upsert", &more).await;
    city.refresh().await;
    assert_eq!(city.run_of("t.by_title").await.mode, Mode::Incremental);
    city.agree("followed again").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_come_while_a_model_is_made_without_them_are_read_by_the_next_refresh() {
    let mut city = City::new(vec![by_title()]).await;
    city.two_people().await;
    let lake = city.transform.lake().clone();
    let schema = lake.schema(&id("t.place")).unwrap();
    let row = arrow::json::ReaderBuilder::new(schema)
        .build(&br#"{"code":"x","title":"east","_batch":"20260101-000000-000099","_row":1}"#[..])
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    city.transform.inner.steps.set(move |step| {
        if step == "decided" {
            let place = id("t.place");
            let append = lake.append(&place, &row, b"h");
            let runtime = tokio::runtime::Handle::current();
            tokio::task::block_in_place(|| runtime.block_on(append)).unwrap();
        }
    });
    city.refresh().await;
    assert_eq!(city.held("t.by_title").await, ["-|2|40"]);
    city.transform.inner.steps.set(|_| {});
    city.refresh().await;
    assert_eq!(city.held("t.by_title").await, ["-|1|40", "east|1|30"]);
    city.agree("read").await;
}

#[tokio::test]
async fn a_model_that_waits_is_absent_for_its_readers_and_one_that_failed_is_not() {
    let known = known("t.by_person", "may_be_absent: [t.by_person]\n");
    let mut city = City::new(vec![by_person(), known]).await;
    city.two_people().await;
    city.refresh().await;
    assert_eq!(city.held("t.known").await, ["a|", "b|"]);

    let events = [json!({"person": "a", "amount": 500})];
    city.deliver("t.event", "append", &events).await;
    let refreshed = city.refresh().await;
    let known = refreshed.iter().find(|(model, _)| *model == id("t.known"));
    assert!(
        matches!(known, Some((_, Refreshed::Left(why))) if why.contains("`t.by_person`")),
        "{known:?}"
    );
    let known = city.transform.model(&id("t.known")).await.unwrap();
    assert_eq!(known.standing, Standing::Stale);
    assert_eq!(city.held("t.known").await, ["a|", "b|"]);

    let events = [json!({"person": "a", "amount": 5})];
    city.deliver("t.event", "snapshot", &events).await;
    city.refresh().await;
    assert_eq!(city.held("t.known").await, ["a|5", "b|"]);
}

#[tokio::test]
async fn a_model_that_reads_one_that_failed_is_not_absent_either() {
    let spent = Written::new(
        "spent",
        "SELECT b.id AS id, b.amount AS amount FROM t.by_person b WHERE b.amount > 0",
        &[("id", "text"), ("amount", "integer")],
        &["id"],
    );
    let known = known("t.spent", "may_be_absent: [t.spent]\n");
    let mut city = City::new(vec![by_person(), spent, known]).await;
    city.two_people().await;
    let events = [json!({"person": "a", "amount": 500})];
    city.deliver("t.event", "append", &events).await;
    let refreshed = city.refresh().await;
    let known = refreshed.iter().find(|(model, _)| *model == id("t.known"));
    assert!(
        matches!(known, Some((_, Refreshed::Left(why))) if why.contains("`t.spent`")),
        "{known:?}"
    );
    let known = city.transform.model(&id("t.known")).await.unwrap();
    assert_eq!(known.standing, Standing::Never);
    assert!(known.why.unwrap().contains("t.spent"));

    let events = [json!({"person": "a", "amount": 5})];
    city.deliver("t.event", "snapshot", &events).await;
    city.refresh().await;
    assert_eq!(city.held("t.known").await, ["a|5", "b|"]);
}

#[tokio::test]
async fn a_model_whose_query_cannot_be_planned_is_not_absent() {
    let mut unplanned = by_person();
    unplanned.sql = "SELECT e.nobody AS id, e.amount AS amount FROM t.event e".to_owned();
    let known = known("t.by_person", "may_be_absent: [t.by_person]\n");
    let mut city = City::new(vec![unplanned, known.clone()]).await;
    city.two_people().await;
    let refreshed = city.refresh().await;
    let left = refreshed.iter().find(|(model, _)| *model == id("t.known"));
    assert!(
        matches!(left, Some((_, Refreshed::Left(why))) if why.contains("`t.by_person`")),
        "{left:?}"
    );

    let packs = write_packs(city.folder.path(), &[by_person(), known]);
    city.transform.set_packs(packs);
    city.refresh().await;
    assert_eq!(city.held("t.known").await, ["a|", "b|"]);
}

#[tokio::test]
async fn packs_that_do_not_wait_for_an_input_any_more_have_the_model_made() {
    let mut waiting = by_title();
    waiting.lines = "";
    let mut city = City::new(vec![waiting]).await;
    city.two_people().await;
    city.refresh().await;
    let model = &city.transform.models().await.unwrap()[0];
    assert_eq!(model.standing, Standing::Never);
    let packs = write_packs(city.folder.path(), &[by_title()]);
    city.transform.set_packs(packs);
    city.refresh().await;
    assert_eq!(city.held("t.by_title").await, ["-|2|40"]);
}
