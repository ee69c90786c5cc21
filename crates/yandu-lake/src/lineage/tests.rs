use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use expect_test::{Expect, expect};
use yandu_words::id::DatasetId;

use crate::{Error, Flow, Lake, Options, Principal, ReadPoint, Result, SqlLineage, TableSpec};

pub(crate) mod random;

const TABLES: [(&str, &[(&str, DataType)]); 3] = [
    (
        "city.person",
        &[
            ("id", DataType::Int64),
            ("name", DataType::Utf8View),
            ("age", DataType::Int64),
            ("town", DataType::Int64),
        ],
    ),
    (
        "city.town",
        &[
            ("id", DataType::Int64),
            ("name", DataType::Utf8View),
            ("county", DataType::Utf8View),
            ("above", DataType::Int64),
        ],
    ),
    (
        "health.visit",
        &[
            ("person", DataType::Int64),
            ("day", DataType::Date32),
            ("cost", DataType::Int64),
        ],
    ),
];

fn schema(columns: &[(&str, DataType)]) -> SchemaRef {
    let fields = columns
        .iter()
        .map(|(name, data_type)| Field::new(*name, data_type.clone(), true));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

async fn lineage(sql: &str) -> Result<SqlLineage> {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(Options::new(folder.path())).unwrap();
    for (id, columns) in TABLES {
        lake.declare(TableSpec {
            id: id.parse().unwrap(),
            schema: schema(columns),
            key: Vec::new(),
        })
        .unwrap();
    }
    lake.session(&Principal::local_administrator(), ReadPoint::default())
        .lineage(sql)
        .await
}

/// A line for each output column and one for all of them; the sources of one kind after another.
fn in_words(lineage: &SqlLineage) -> String {
    let line = |name: &str, flows: &[Flow]| {
        let flows: Vec<String> = flows
            .iter()
            .map(|flow| format!("{}.{} {}", flow.dataset, flow.column, flow.kind))
            .collect();
        format!("{name} <- {}\n", flows.join(", "))
    };
    let mut words: String = lineage
        .columns
        .iter()
        .map(|column| line(&column.name, &column.from))
        .collect();
    words += &line("*", &lineage.whole);
    let inputs: Vec<&str> = lineage
        .inputs
        .iter()
        .map(yandu_words::DatasetId::as_str)
        .collect();
    words + "reads " + &inputs.join(", ") + "\n"
}

async fn check(sql: &str, expected: Expect) {
    expected.assert_eq(&in_words(&lineage(sql).await.unwrap()));
}

#[tokio::test]
async fn a_column_that_is_only_renamed_is_copied() {
    check(
        "SELECT name AS called, age + 1 AS older, 'x' AS fixed FROM city.person",
        expect![[r"
            called <- city.person.name copied
            older <- city.person.age transformed
            fixed <- 
            * <- 
            reads city.person
        "]],
    )
    .await;
    check(
        "SELECT * FROM (SELECT name, upper(name) AS loud FROM city.person) AS p (a, b)",
        expect![[r"
            a <- city.person.name copied
            b <- city.person.name transformed
            * <- 
            reads city.person
        "]],
    )
    .await;
    check(
        "SELECT * FROM health.visit",
        expect![[r"
        person <- health.visit.person copied
        day <- health.visit.day copied
        cost <- health.visit.cost copied
        _batch <- health.visit._batch copied
        _row <- health.visit._row copied
        * <- 
        reads health.visit
    "]],
    )
    .await;
}

#[tokio::test]
async fn what_filters_reaches_all_columns_and_not_one() {
    check(
        "SELECT name FROM city.person WHERE age > 3 AND town IS NOT NULL",
        expect![[r"
            name <- city.person.name copied
            * <- city.person.age filter, city.person.town filter
            reads city.person
        "]],
    )
    .await;
}

#[tokio::test]
async fn columns_that_nothing_reads_are_not_named() {
    check("SELECT a FROM (SELECT name AS a, age * 2 AS b, row_number() OVER (ORDER BY town) AS c FROM city.person)", expect![[r"
        a <- city.person.name copied
        * <- 
        reads city.person
    "]]).await;
}

#[tokio::test]
async fn joins_of_every_kind_name_what_they_match_on() {
    let join = |kind: &str| {
        format!(
            "SELECT p.name, t.county FROM city.person p {kind} city.town t ON p.town = t.id AND p.age > t.above"
        )
    };
    let expected = expect![[r"
        name <- city.person.name copied
        county <- city.town.county copied
        * <- city.person.age join, city.person.town join, city.town.above join, city.town.id join
        reads city.person, city.town
    "]];
    for kind in ["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"] {
        expected.assert_eq(&in_words(&lineage(&join(kind)).await.unwrap()));
    }
    let join = |kind: &str| {
        format!("SELECT p.name FROM city.person p {kind} city.town t ON p.town = t.id")
    };
    let expected = expect![[r"
        name <- city.person.name copied
        * <- city.person.town join, city.town.id join
        reads city.person, city.town
    "]];
    for kind in ["LEFT SEMI JOIN", "LEFT ANTI JOIN"] {
        expected.assert_eq(&in_words(&lineage(&join(kind)).await.unwrap()));
    }
    check(
        "SELECT p.name, t.name AS town FROM city.person p CROSS JOIN city.town t",
        expect![[r"
            name <- city.person.name copied
            town <- city.town.name copied
            * <- 
            reads city.person, city.town
        "]],
    )
    .await;
    check(
        "SELECT a.name, b.name AS other FROM city.person a JOIN city.person b USING (town)",
        expect![[r"
            name <- city.person.name copied
            other <- city.person.name copied
            * <- city.person.town join
            reads city.person
        "]],
    )
    .await;
}

#[tokio::test]
async fn an_aggregate_is_fed_by_its_argument_and_decided_by_its_groups() {
    check("SELECT town, sum(age) AS ages, count(*) AS people, avg(age) + 1 AS more FROM city.person GROUP BY town HAVING min(id) > 3", expect![[r"
        town <- city.person.town copied
        ages <- city.person.age aggregated
        people <- 
        more <- city.person.age aggregated
        * <- city.person.id filter, city.person.town group
        reads city.person
    "]]).await;
    check("SELECT sum(age) FILTER (WHERE name <> '') AS named, array_agg(name ORDER BY id) AS names FROM city.person", expect![[r"
        named <- city.person.age aggregated, city.person.name filter
        names <- city.person.id sort, city.person.name aggregated
        * <- 
        reads city.person
    "]]).await;
    check("SELECT county, name, count(DISTINCT above) AS n FROM city.town GROUP BY ROLLUP (county, name)", expect![[r"
        county <- city.town.county copied
        name <- city.town.name copied
        n <- city.town.above aggregated
        * <- city.town.county group, city.town.name group
        reads city.town
    "]]).await;
}

#[tokio::test]
async fn what_makes_rows_one_decides_them_all() {
    check(
        "SELECT DISTINCT name, town FROM city.person",
        expect![[r"
        name <- city.person.name copied
        town <- city.person.town copied
        * <- city.person.name group, city.person.town group
        reads city.person
    "]],
    )
    .await;
    check(
        "SELECT DISTINCT ON (town) town, name FROM city.person ORDER BY town, age",
        expect![[r"
            town <- city.person.town copied
            name <- city.person.name copied
            * <- city.person.age sort, city.person.town group, city.person.town sort
            reads city.person
        "]],
    )
    .await;
}

#[tokio::test]
async fn set_operations_go_by_place() {
    check("SELECT name, age FROM city.person UNION ALL SELECT county, above + 1 FROM city.town WHERE id > 0", expect![[r"
        name <- city.person.name copied, city.town.county copied
        age <- city.person.age copied, city.town.above transformed
        * <- city.town.id filter
        reads city.person, city.town
    "]]).await;
    check(
        "SELECT name FROM city.person UNION SELECT name FROM city.town",
        expect![[r"
            name <- city.person.name copied, city.town.name copied
            * <- city.person.name group, city.town.name group
            reads city.person, city.town
        "]],
    )
    .await;
    check(
        "SELECT name FROM city.person EXCEPT SELECT name FROM city.town",
        expect![[r"
            name <- city.person.name copied
            * <- city.person.name join, city.person.name group, city.town.name join
            reads city.person, city.town
        "]],
    )
    .await;
    check(
        "SELECT name FROM city.person INTERSECT SELECT name FROM city.town",
        expect![[r"
            name <- city.person.name copied
            * <- city.person.name join, city.person.name group, city.town.name join
            reads city.person, city.town
        "]],
    )
    .await;
}

#[tokio::test]
async fn a_window_is_decided_for_its_own_column() {
    check("SELECT name, sum(age) OVER (PARTITION BY town ORDER BY id) AS running, lag(name) OVER (ORDER BY id) AS before, rank() OVER (ORDER BY age) AS place FROM city.person", expect![[r"
        name <- city.person.name copied
        running <- city.person.age aggregated, city.person.id window, city.person.town window
        before <- city.person.id window, city.person.name transformed
        place <- city.person.age window
        * <- 
        reads city.person
    "]]).await;
    check("SELECT name FROM (SELECT name, row_number() OVER (PARTITION BY town ORDER BY age) AS place FROM city.person) WHERE place = 1", expect![[r"
        name <- city.person.name copied
        * <- city.person.age filter, city.person.town filter
        reads city.person
    "]]).await;
}

#[tokio::test]
async fn an_order_decides_only_where_something_looks_at_it() {
    check(
        "SELECT name FROM city.person ORDER BY age",
        expect![[r"
        name <- city.person.name copied
        * <- 
        reads city.person
    "]],
    )
    .await;
    check(
        "SELECT name FROM city.person ORDER BY age LIMIT 3",
        expect![[r"
            name <- city.person.name copied
            * <- city.person.age sort
            reads city.person
        "]],
    )
    .await;
    check(
        "SELECT name FROM city.person LIMIT 3",
        expect![[r"
        name <- city.person.name copied
        * <- 
        reads city.person
    "]],
    )
    .await;
    check(
        "SELECT array_agg(name) AS names FROM (SELECT name FROM city.person ORDER BY age LIMIT 9)",
        expect![[r"
            names <- city.person.age sort, city.person.name aggregated
            * <- city.person.age sort
            reads city.person
        "]],
    )
    .await;
    check(
        "SELECT sum(id) AS total FROM (SELECT id FROM city.person ORDER BY age)",
        expect![[r"
            total <- city.person.id aggregated
            * <- 
            reads city.person
        "]],
    )
    .await;
}

#[tokio::test]
async fn a_subquery_in_a_value_reaches_that_value_alone() {
    check("SELECT name, (SELECT max(cost) FROM health.visit v WHERE v.person = p.id AND day > DATE '2026-01-01') AS most FROM city.person p", expect![[r"
        name <- city.person.name copied
        most <- city.person.id filter, health.visit.cost aggregated, health.visit.day filter, health.visit.person filter
        * <- 
        reads city.person, health.visit
    "]]).await;
    check("SELECT name, EXISTS (SELECT cost FROM health.visit v WHERE v.person = p.id) AS been FROM city.person p", expect![[r"
        name <- city.person.name copied
        been <- city.person.id filter, health.visit.person filter
        * <- 
        reads city.person, health.visit
    "]]).await;
    check("SELECT name, town IN (SELECT id FROM city.town WHERE county = 'x') AS near FROM city.person", expect![[r"
        name <- city.person.name copied
        near <- city.person.town transformed, city.town.county filter, city.town.id transformed
        * <- 
        reads city.person, city.town
    "]]).await;
}

#[tokio::test]
async fn a_subquery_in_a_filter_decides_the_rows() {
    check("SELECT name FROM city.person p WHERE EXISTS (SELECT 1 FROM health.visit v WHERE v.person = p.id)", expect![[r"
        name <- city.person.name copied
        * <- city.person.id filter, health.visit.person filter
        reads city.person, health.visit
    "]]).await;
    check("SELECT name FROM city.person WHERE town NOT IN (SELECT id FROM city.town WHERE county = 'x')", expect![[r"
        name <- city.person.name copied
        * <- city.person.town filter, city.town.county filter, city.town.id filter
        reads city.person, city.town
    "]]).await;
    check(
        "SELECT name FROM city.person WHERE age >= ALL (SELECT cost FROM health.visit)",
        expect![[r"
            name <- city.person.name copied
            * <- city.person.age filter, health.visit.cost filter
            reads city.person, health.visit
        "]],
    )
    .await;
    check("SELECT name FROM city.person p WHERE age = (SELECT max(q.age) FROM city.person q WHERE q.town = p.town AND q.id <> (SELECT min(v.person) FROM health.visit v WHERE v.cost = p.id))", expect![[r"
        name <- city.person.name copied
        * <- city.person.age filter, city.person.id filter, city.person.town filter, health.visit.cost filter, health.visit.person filter
        reads city.person, health.visit
    "]]).await;
}

#[tokio::test]
async fn a_lateral_subquery_sees_what_stands_left_of_it() {
    check("SELECT p.name, v.cost FROM city.person p, LATERAL (SELECT cost FROM health.visit v WHERE v.person = p.id ORDER BY v.day LIMIT 1) AS v", expect![[r"
        name <- city.person.name copied
        cost <- health.visit.cost copied
        * <- city.person.id filter, health.visit.day sort, health.visit.person filter
        reads city.person, health.visit
    "]]).await;
    check("SELECT p.name, x.older FROM city.person p CROSS JOIN LATERAL (SELECT p.age + 1 AS older) AS x", expect![[r"
        name <- city.person.name copied
        older <- city.person.age transformed
        * <- 
        reads city.person
    "]]).await;
}

#[tokio::test]
async fn common_table_expressions_are_followed() {
    check("WITH old AS (SELECT id, name FROM city.person WHERE age > 60), seen AS (SELECT person, sum(cost) AS cost FROM health.visit GROUP BY person) SELECT o.name, s.cost FROM old o LEFT JOIN seen s ON s.person = o.id", expect![[r"
        name <- city.person.name copied
        cost <- health.visit.cost aggregated
        * <- city.person.age filter, city.person.id join, health.visit.person join, health.visit.person group
        reads city.person, health.visit
    "]]).await;
}

#[tokio::test]
async fn a_recursive_query_is_followed_until_nothing_is_added() {
    check("WITH RECURSIVE up AS (SELECT id, above, name, county AS via FROM city.town WHERE county = 'x' UNION ALL SELECT t.id, t.above, up.via, t.name FROM up JOIN city.town t ON t.id = up.above) SELECT name, via, id FROM up", expect![[r"
        name <- city.town.county copied, city.town.name copied
        via <- city.town.county copied, city.town.name copied
        id <- city.town.id copied
        * <- city.town.above join, city.town.county filter, city.town.id join
        reads city.town
    "]]).await;
    check("WITH RECURSIVE up AS (SELECT id, above FROM city.town UNION SELECT t.id, t.above FROM up JOIN city.town t ON t.id = up.above) SELECT id FROM up", expect![[r"
        id <- city.town.id copied
        * <- city.town.above join, city.town.above group, city.town.id join, city.town.id group
        reads city.town
    "]]).await;
}

#[tokio::test]
async fn values_and_series_come_from_nowhere() {
    check("SELECT p.name, v.label FROM city.person p JOIN (VALUES (1, 'a'), (2, 'b')) AS v (id, label) ON v.id = p.town", expect![[r"
        name <- city.person.name copied
        label <- 
        * <- city.person.town join
        reads city.person
    "]]).await;
    check("SELECT x, (SELECT count(*) FROM city.person) AS people FROM generate_series(1, 3) AS s (x)", expect![[r"
        x <- 
        people <- 
        * <- 
        reads city.person
    "]]).await;
    check(
        "SELECT table_name FROM information_schema.tables",
        expect![[r"
            table_name <- 
            * <- 
            reads 
        "]],
    )
    .await;
}

#[tokio::test]
async fn a_list_decides_how_many_rows_it_gives() {
    check(
        "SELECT name, unnest(make_array(age, town)) AS number FROM city.person",
        expect![[r"
            name <- city.person.name copied
            number <- city.person.age transformed, city.person.town transformed
            * <- city.person.age join, city.person.town join
            reads city.person
        "]],
    )
    .await;
}

#[tokio::test]
async fn a_choice_between_values_copies_them() {
    check("SELECT CASE WHEN age > 3 THEN name ELSE 'young' END AS shown, coalesce(name, CAST(town AS VARCHAR)) AS label, CAST(name AS VARCHAR) AS same, CASE town WHEN id THEN age END AS own FROM city.person", expect![[r"
        shown <- city.person.age transformed, city.person.name copied
        label <- city.person.name copied, city.person.town transformed
        same <- city.person.name copied
        own <- city.person.age copied, city.person.id transformed, city.person.town transformed
        * <- 
        reads city.person
    "]]).await;
}

#[tokio::test]
async fn a_value_that_is_copied_and_aggregated_has_both_flows() {
    check(
        "SELECT age AS a FROM city.person UNION ALL SELECT max(age) FROM city.person",
        expect![[r"
            a <- city.person.age copied, city.person.age aggregated
            * <- 
            reads city.person
        "]],
    )
    .await;
}

#[tokio::test]
async fn a_model_over_declared_columns_has_the_lineage_of_its_query() {
    let schemas: HashMap<DatasetId, SchemaRef> = TABLES
        .iter()
        .map(|(id, columns)| (id.parse().unwrap(), schema(columns)))
        .collect();
    let sql = "WITH old AS (SELECT id, town FROM city.person WHERE age > 60) \
        SELECT t.county, count(*) AS people, min(o.id) AS first FROM old o JOIN city.town t ON t.id = o.town GROUP BY t.county";
    let model = crate::model_lineage(&schemas, sql).unwrap();
    assert_eq!(model, lineage(sql).await.unwrap());
    assert_eq!(model.column("first").unwrap().from.len(), 1);
    let problem = crate::model_lineage(&schemas, "SELECT id FROM city.nowhere").unwrap_err();
    assert_eq!(problem.message, "there is no dataset `city.nowhere`");
}

#[tokio::test]
async fn what_is_no_select_has_no_lineage() {
    for sql in [
        "EXPLAIN SELECT 1",
        "DESCRIBE city.person",
        "DROP TABLE city.person",
    ] {
        let error = lineage(sql).await.unwrap_err();
        assert!(matches!(error, Error::Query(_)), "{sql}: {error:?}");
    }
    let error = lineage("SELECT nmae FROM city.person").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no column `nmae` (line 1, column 8)"
    );
}

#[tokio::test]
async fn a_deep_expression_does_not_exhaust_the_stack() {
    let sum = vec!["age"; 300].join(" + ");
    let sql = format!("SELECT {sum} AS total FROM city.person");
    let lineage = lineage(&sql).await.unwrap();
    assert_eq!(lineage.column("total").unwrap().from.len(), 1);
}

#[tokio::test]
async fn lineage_reads_back_from_its_json() {
    let lineage = lineage("SELECT town, count(*) AS n FROM city.person GROUP BY town")
        .await
        .unwrap();
    let json = serde_json::to_string(&lineage).unwrap();
    expect![[r#"{"inputs":["city.person"],"columns":[{"name":"town","from":[{"dataset":"city.person","column":"town","kind":"copied"}]},{"name":"n","from":[]}],"whole":[{"dataset":"city.person","column":"town","kind":"group"}]}"#]].assert_eq(&json);
    assert_eq!(serde_json::from_str::<SqlLineage>(&json).unwrap(), lineage);
}
