use datafusion::logical_expr::LogicalPlan;

use super::groups;
use crate::fixture::Fixture;
use crate::{Followed, Form, KeptAs, Lake, Principal, ReadPoint, TableSpec, Ways};

fn with_places(city: &Fixture) -> &Lake {
    let schema = crate::fixture::person_schema();
    city.lake
        .declare(TableSpec {
            id: "base.place".parse().unwrap(),
            schema,
            key: vec!["id".to_owned()],
        })
        .unwrap();
    &city.lake
}

/// The ways of the people and of the places.
async fn ways(sql: &str) -> (Form, Ways, Ways) {
    let city = Fixture::new();
    let session =
        with_places(&city).session(&Principal::local_administrator(), ReadPoint::default());
    let mut derivation = session.derivation(sql).await.unwrap();
    let mut take = |id: &str| derivation.ways.remove(id).unwrap_or_default();
    let (people, places) = (take("population.person"), take("base.place"));
    (derivation.form, people, places)
}

fn column(followed: Option<&Followed>) -> Option<&str> {
    followed.map(|followed| followed.column.as_str())
}

fn key(ways: &Ways) -> Option<&str> {
    column(ways.key.as_ref())
}

/// The columns in which values are looked for.
fn looked(followed: Option<&Followed>) -> String {
    let looked = followed.into_iter().flat_map(|followed| &followed.looked);
    let shown: Vec<String> = looked
        .map(|(dataset, column)| format!("{dataset}.{column}"))
        .collect();
    shown.join(" ")
}

#[tokio::test]
async fn values_are_looked_for_in_the_columns_that_a_query_names_otherwise() {
    let (_, people, places) = ways(
        "SELECT p.id FROM (SELECT id, name AS place FROM population.person WHERE height > 1) p \
         LEFT JOIN base.place c ON c.id = p.place WHERE c.id IS NULL",
    )
    .await;
    assert_eq!(looked(people.cut.as_ref()), "base.place.id");
    assert_eq!(
        looked(places.key.as_ref()),
        "base.place.id population.person.name"
    );
}

#[tokio::test]
async fn filters_projections_and_inner_joins_follow_by_the_changed_rows() {
    let (form, people, places) = ways(
        "SELECT p.id, c.name FROM population.person p JOIN base.place c ON c.id = p.name WHERE p.height > 1",
    )
    .await;
    assert!(matches!(form, Form::Rows));
    assert_eq!(
        (&people.bar, column(people.cut.as_ref())),
        (&None, Some("name"))
    );
    assert_eq!(
        (&places.bar, column(places.cut.as_ref())),
        (&None, Some("id"))
    );
    assert_eq!(looked(people.cut.as_ref()), "base.place.id");
    assert_eq!(looked(places.cut.as_ref()), "population.person.name");
}

#[tokio::test]
async fn the_right_side_of_a_left_join_follows_by_key() {
    let (_, people, places) = ways(
        "SELECT p.id FROM population.person p LEFT JOIN base.place c ON c.id = p.name AND c.height > 3 WHERE c.id IS NULL",
    )
    .await;
    assert_eq!(people.bar, None);
    assert!(
        places.bar.as_ref().unwrap().contains("no partner"),
        "{places:?}"
    );
    assert_eq!(key(&places), Some("id"));
}

#[tokio::test]
async fn a_join_by_no_column_of_its_own_is_not_followed() {
    let (_, _, places) = ways(
        "SELECT p.id FROM population.person p LEFT JOIN base.place c ON upper(c.id) = p.name WHERE c.id IS NULL",
    )
    .await;
    assert!(places.is_barred(), "{places:?}");
}

#[tokio::test]
async fn groups_are_kept_where_every_aggregate_can_be_continued() {
    let (form, people, places) = ways(
        "WITH n AS (SELECT p.name AS name, count(*) AS people, avg(p.height) AS tall FROM population.person p GROUP BY p.name) \
         SELECT c.id, n.people, n.tall FROM n JOIN base.place c ON c.id = n.name",
    )
    .await;
    let Form::Groups { keeps, .. } = form else {
        panic!("{form:?}")
    };
    let kept: Vec<KeptAs> = keeps.iter().map(|kept| kept.kept_as).collect();
    assert_eq!(kept, [KeptAs::Count, KeptAs::Mean]);
    assert_eq!(
        (people.bar, column(people.regroup.as_ref())),
        (None, Some("name"))
    );
    assert!(places.bar.is_some() && places.key.is_none());
    assert_eq!(column(places.regroup.as_ref()), Some("id"));
}

#[tokio::test]
async fn what_is_kept_is_named_as_the_query_writes_it() {
    let (form, _, _) = ways(
        "SELECT p.name, sum(CASE WHEN p.height > 1.5 THEN 1 ELSE 0 END) AS tall FROM population.person p GROUP BY p.name",
    )
    .await;
    let Form::Groups { by, keeps, .. } = form else {
        panic!("{form:?}")
    };
    assert_eq!(by, ["p.\"name\""]);
    let names: Vec<&str> = keeps.iter().map(|kept| kept.name.as_str()).collect();
    assert_eq!(names, ["sum(CASE WHEN (p.height > 1.5) THEN 1 ELSE 0 END)"]);
}

#[tokio::test]
async fn aggregates_that_cannot_be_continued_follow_by_the_columns_of_their_groups() {
    let (form, people, _) = ways(
        "SELECT p.name, count(DISTINCT p.height) AS heights FROM population.person p GROUP BY p.name",
    )
    .await;
    assert!(matches!(form, Form::Rows));
    assert!(people.bar.as_ref().unwrap().contains("cannot be continued"));
    assert_eq!(key(&people), Some("name"));
}

#[tokio::test]
async fn what_looks_at_all_rows_together_is_not_followed() {
    for sql in [
        "SELECT p.id FROM population.person p ORDER BY p.id LIMIT 3",
        "SELECT p.id, rank() OVER (ORDER BY p.height) AS place FROM population.person p",
        "SELECT p.id FROM population.person p WHERE p.height > (SELECT avg(height) FROM population.person)",
        "SELECT p.id FROM population.person p WHERE p.seen_at < now()",
        "SELECT p.id, random() AS chance FROM population.person p",
        "SELECT count(*) AS n FROM population.person p",
        "SELECT a.id FROM population.person a JOIN population.person b ON a.name = b.id",
    ] {
        let (_, people, _) = ways(sql).await;
        assert!(people.is_barred(), "{sql}: {people:?}");
    }
}

#[tokio::test]
async fn values_that_are_never_absent_are_counted_as_rows() {
    let city = Fixture::new();
    let session = city
        .lake
        .session(&Principal::local_administrator(), ReadPoint::default());
    let (context, _) = session.context();
    let sql = "SELECT p.name, sum(CASE WHEN p.height > 1 THEN 1 ELSE 0 END) AS tall, sum(p.height) AS height \
         FROM population.person p GROUP BY p.name";
    let plan = session.plan(&context, sql).await.unwrap();
    let found = groups::find(&plan).unwrap().unwrap();
    let input = found.aggregate.input.as_ref().clone();
    let LogicalPlan::Aggregate(kept) = groups::kept(found.aggregate, input).unwrap() else {
        panic!("no groups");
    };
    let exprs = kept.aggr_expr.iter().map(ToString::to_string);
    let counts: Vec<String> = exprs.filter(|expr| expr.starts_with("count(")).collect();
    assert_eq!(
        counts,
        [
            "count(Int64(1)) AS rows",
            "count(Int64(1)) AS n0",
            "count(p.height) AS n1"
        ]
    );
}
