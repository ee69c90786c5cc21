use serde_json::json;
use yandu_lake::Principal;

use super::{Limits, Named, Step};
use crate::refresh::tests::city::{City, Written, id};

fn by_place() -> Written {
    Written::new(
        "by_place",
        "SELECT p.place AS place, count(*) AS people, avg(p.weight) AS weight FROM t.person p JOIN t.place c ON c.code = p.place WHERE p.age > 18 GROUP BY p.place",
        &[
            ("place", "text"),
            ("people", "integer"),
            ("weight", "float"),
        ],
        &["place"],
    )
}

fn by_county() -> Written {
    Written::new(
        "by_county",
        "SELECT c.county AS county, sum(b.people) AS people FROM t.by_place b JOIN t.place c ON c.code = b.place GROUP BY c.county",
        &[("county", "text"), ("people", "integer")],
        &["county"],
    )
}

async fn city() -> City {
    let mut city = City::new(vec![by_place(), by_county()]).await;
    let places = [
        json!({"code": "x", "county": "east"}),
        json!({"code": "y", "county": "east"}),
        json!({"code": "z", "county": "west"}),
    ];
    city.deliver("t.place", "snapshot", &places).await;
    let people = [
        json!({"id": "a", "place": "x", "age": 30, "weight": 0.1}),
        json!({"id": "b", "place": "y", "age": 40}),
        json!({"id": "c", "place": "y", "age": 10}),
    ];
    city.deliver("t.person", "snapshot", &people).await;
    city.deliver(
        "t.person",
        "append",
        &[
            json!({"id": "d", "place": "z", "age": 50}),
            json!({"id": "e", "place": "x", "age": 60}),
        ],
    )
    .await;
    city.refresh().await;
    city
}

fn named(column: &str, value: &str) -> Named {
    [(column.to_owned(), Some(value.to_owned()))].into()
}

async fn ask(
    city: &City,
    dataset: &str,
    rows: &[Named],
    version: Option<u64>,
    limits: Limits,
) -> crate::Result<Step> {
    let principal = Principal::local_administrator();
    let dataset = id(dataset);
    let trail = city
        .transform
        .trail(&principal, &dataset, rows, version, limits);
    trail.await
}

async fn trail(city: &City, dataset: &str, rows: &[Named], limits: Limits) -> Step {
    ask(city, dataset, rows, None, limits).await.unwrap()
}

/// The first cells of the rows of a step, with where each came from, and the steps below it.
fn shown(step: &Step) -> String {
    let lines: Vec<String> = (0..step.rows.num_rows())
        .map(|row| {
            let cell = |name: &str| {
                let column = step.rows.column_by_name(name).unwrap();
                arrow::util::display::array_value_to_string(column, row).unwrap()
            };
            let first = step.rows.schema().field(0).name().clone();
            if step.made.is_some() {
                return cell(&first);
            }
            format!(
                "{}@{}/{}",
                cell(&first),
                &cell("_batch")[20..],
                cell("_row")
            )
        })
        .collect();
    let mut text = format!("{} {}", step.dataset.name(), lines.join(" "));
    if step.more {
        text.push_str(" …");
    }
    if let Some(made) = &step.made {
        if made.partial {
            text.push_str(" partial");
        }
        if let Some(end) = &made.end {
            text = format!("{text} ({end})");
        }
        let inputs: Vec<String> = made.inputs.iter().map(shown).collect();
        text = format!("{text} [{}]", inputs.join("; "));
    }
    text
}

#[tokio::test]
async fn a_number_is_followed_through_models_to_rows_of_deliveries() {
    let city = city().await;
    let found = trail(
        &city,
        "t.by_county",
        &[named("county", "east")],
        Limits::default(),
    )
    .await;
    assert_eq!(
        shown(&found),
        "by_county east [by_place x y [person a@02/1 b@02/2 e@03/2; place x@01/1 y@01/2]; place x@01/1 y@01/2]"
    );
    let made = found.made.as_ref().unwrap();
    let run = made.run.as_ref().unwrap();
    assert_eq!(
        (run.model.as_str(), found.version),
        ("t.by_county", run.version)
    );
    assert_eq!(made.sql.as_deref(), Some(by_county().sql.as_str()));
    assert_eq!(found.owner.as_deref(), Some("某局"));
    let below = &made.inputs[0];
    assert_eq!(
        below.version,
        run.inputs.get(&below.dataset).and_then(|span| span.to)
    );
    assert!(below.contributes && below.doubts.is_empty() && below.count == Some(2));
}

#[tokio::test]
async fn rows_of_a_version_are_followed_as_they_were_made() {
    let mut city = city().await;
    let then = city
        .transform
        .lake()
        .version(&id("t.by_county"))
        .await
        .unwrap();
    city.deliver(
        "t.person",
        "upsert",
        &[json!({"id": "a", "place": "z", "age": 31})],
    )
    .await;
    city.refresh().await;
    let rows = [named("county", "east")];
    let now = trail(&city, "t.by_county", &rows, Limits::default()).await;
    assert!(
        shown(&now).contains("person b@02/2 e@03/2;"),
        "{}",
        shown(&now)
    );
    let before = ask(&city, "t.by_county", &rows, then, Limits::default());
    let before = before.await.unwrap();
    assert!(
        shown(&before).contains("person a@02/1 b@02/2 e@03/2;"),
        "{}",
        shown(&before)
    );
}

#[tokio::test]
async fn the_query_is_that_of_the_refresh_and_not_that_of_today() {
    let mut city = city().await;
    let mut changed = by_place();
    changed.sql = changed.sql.replace("p.age > 18", "p.age > 100");
    city.models = vec![changed, by_county()];
    let packs = crate::refresh::tests::city::write_packs(city.folder.path(), &city.models);
    city.transform.set_packs(packs);
    let rows = [named("place", "y")];
    let found = trail(&city, "t.by_place", &rows, Limits::default()).await;
    assert_eq!(shown(&found), "by_place y [person b@02/2; place y@01/2]");
    city.refresh().await;
    let found = trail(&city, "t.by_place", &rows, Limits::default()).await;
    assert!(found.rows.num_rows() == 0 && found.made.unwrap().end.is_some());
}

#[tokio::test]
async fn a_trail_says_where_it_was_cut() {
    let city = city().await;
    let rows = [named("county", "east")];
    let one = Limits {
        rows: 1,
        ..Limits::default()
    };
    let found = trail(&city, "t.by_county", &rows, one).await;
    assert!(
        shown(&found).starts_with("by_county east [by_place x … partial ["),
        "{}",
        shown(&found)
    );
    let counted = Limits {
        counted: true,
        ..one
    };
    let found = trail(&city, "t.by_county", &rows, counted).await;
    assert_eq!(found.made.unwrap().inputs[0].count, Some(2));
    let flat = Limits {
        depth: 0,
        ..Limits::default()
    };
    let found = trail(&city, "t.by_county", &rows, flat).await;
    assert_eq!(
        shown(&found),
        "by_county east (the trail was to go no deeper) []"
    );
}

#[tokio::test]
async fn more_rows_than_are_shown_are_followed_by_what_was_asked_of_them() {
    let city = city().await;
    let all = [Named::new()];
    let one = Limits {
        rows: 1,
        depth: 1,
        counted: true,
    };
    let found = trail(&city, "t.by_county", &all, one).await;
    assert!(found.more);
    let made = found.made.unwrap();
    assert!(!made.partial);
    assert_eq!(made.inputs[0].count, Some(3));
}

#[tokio::test]
async fn a_version_that_is_kept_no_longer_is_said_to_be() {
    let mut city = city().await;
    let then = city
        .transform
        .lake()
        .version(&id("t.by_place"))
        .await
        .unwrap();
    city.deliver(
        "t.person",
        "snapshot",
        &[json!({"id": "q", "place": "x", "age": 31})],
    )
    .await;
    city.refresh().await;
    let person = id("t.person");
    city.transform
        .lake()
        .vacuum(&person, std::time::Duration::ZERO)
        .await
        .unwrap();
    let rows = [named("place", "x")];
    let found = ask(&city, "t.by_place", &rows, then, Limits::default());
    let found = found.await.unwrap();
    let made = found.made.unwrap();
    let gone = made.inputs[0].gone.as_ref().unwrap();
    assert!(
        gone.contains("`t.person` needs files that were removed"),
        "{gone}"
    );
    assert_eq!(made.inputs[0].version, Some(1));
}

#[tokio::test]
async fn rows_are_named_by_values_of_columns_that_there_are() {
    let city = city().await;
    for (rows, code) in [
        (vec![named("plaice", "x")], "no-column"),
        (vec![named("people", "many")], "row-named"),
        (vec![named("people", "1"), named("place", "x")], "row-named"),
    ] {
        let trail = ask(&city, "t.by_place", &rows, None, Limits::default());
        assert_eq!(trail.await.unwrap_err().code(), code, "{rows:?}");
    }
    let nothing = trail(&city, "t.by_place", &[], Limits::default()).await;
    assert_eq!(nothing.rows.num_rows(), 0);
    let missing: Named = [("weight".to_owned(), None)].into();
    let found = trail(
        &city,
        "t.by_place",
        &[missing],
        Limits {
            depth: 0,
            ..Limits::default()
        },
    )
    .await;
    assert_eq!((found.rows.num_rows(), found.count), (2, Some(2)));
}

#[tokio::test]
async fn a_row_of_a_delivery_is_its_own_trail() {
    let city = city().await;
    let row = Named::from([
        (
            "_batch".to_owned(),
            Some("20260101-000000-000002".to_owned()),
        ),
        ("_row".to_owned(), Some("2".to_owned())),
    ]);
    let found = trail(
        &city,
        "t.person",
        std::slice::from_ref(&row),
        Limits::default(),
    )
    .await;
    assert_eq!(shown(&found), "person b@02/2");
}

#[tokio::test]
async fn a_planted_row_is_followed_up_to_numbers_and_each_leads_back_to_it() {
    let city = city().await;
    let principal = Principal::local_administrator();
    let row = Named::from([
        (
            "_batch".to_owned(),
            Some("20260101-000000-000003".to_owned()),
        ),
        ("_row".to_owned(), Some("2".to_owned())),
    ]);
    let (person, rows) = (id("t.person"), [row]);
    let limits = Limits::default();
    let onward = city
        .transform
        .trail_onward(&principal, &person, &rows, limits);
    let onward = onward.await.unwrap();
    assert_eq!(onward.step.rows.num_rows(), 1);
    let by_place = &onward.readers[0];
    let by_county = &by_place.readers[0];
    for (reached, value) in [(by_place, "x"), (by_county, "east")] {
        let step = &reached.step;
        let key = step.rows.column(0);
        assert_eq!(step.rows.num_rows(), 1);
        assert_eq!(
            arrow::util::display::array_value_to_string(key, 0).unwrap(),
            value
        );
        let column = step.rows.schema().field(0).name().clone();
        let back = trail(
            &city,
            step.dataset.as_str(),
            &[named(&column, value)],
            limits,
        )
        .await;
        assert!(shown(&back).contains("e@03/2"), "{}", shown(&back));
    }
    assert!(by_county.readers.is_empty() && !by_county.step.decides);
    let young = [named("id", "c")];
    let nothing = city
        .transform
        .trail_onward(&principal, &person, &young, limits);
    let nothing = nothing.await.unwrap();
    assert_eq!(nothing.readers[0].step.rows.num_rows(), 0);
}

#[tokio::test]
async fn an_input_that_was_absent_is_named_so_even_when_it_has_rows_now() {
    let mut titled = Written::new(
        "titled",
        "SELECT p.id AS id, c.title AS title FROM t.person p LEFT JOIN t.place c ON c.code = p.place",
        &[("id", "text"), ("title", "text")],
        &["id"],
    );
    titled.lines = "may_be_absent: [t.place]\n";
    let mut city = City::new(vec![titled]).await;
    let people = [json!({"id": "a", "place": "x"})];
    city.deliver("t.person", "snapshot", &people).await;
    city.refresh().await;
    let places = [json!({"code": "x", "title": "east"})];
    city.deliver("t.place", "snapshot", &places).await;

    let found = trail(&city, "t.titled", &[named("id", "a")], Limits::default()).await;
    let made = found.made.unwrap();
    let inputs: Vec<_> = made
        .inputs
        .iter()
        .map(|step| {
            let rows = step.rows.num_rows();
            (
                step.dataset.as_str(),
                step.version,
                rows,
                step.gone.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        inputs,
        [
            ("t.person", Some(0), 1, None),
            (
                "t.place",
                None,
                0,
                Some("it had no rows yet when the model was refreshed")
            ),
        ]
    );

    let (administrator, place) = (Principal::local_administrator(), id("t.place"));
    let key = [named("code", "x")];
    let onward = city
        .transform
        .trail_onward(&administrator, &place, &key, Limits::default());
    let onward = onward.await.unwrap();
    assert_eq!(onward.step.rows.num_rows(), 1);
    assert_eq!(onward.readers[0].step.rows.num_rows(), 0);
}
