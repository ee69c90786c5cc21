mod random;

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringViewArray};
use arrow::datatypes::{Field, Schema};

use crate::fixture::{Fixture, lines, people};
use crate::{Amount, Contribution, Principal, Provenance, ReadPoint, TableSpec};

const ALL: Amount = Amount {
    rows: 100,
    counted: false,
};

/// Two tables with the columns of people: people (whose name is the place where they live), and places.
async fn city() -> Fixture {
    let city = Fixture::new();
    city.append(
        "p1",
        &[
            ("a", "north"),
            ("b", "north"),
            ("c", "south"),
            ("d", "west"),
        ],
    )
    .await;
    city.append("p2", &[("e", "north"), ("f", "nowhere")]).await;
    let id = "base.place".parse().unwrap();
    city.lake
        .declare(TableSpec {
            id: "base.place".parse().unwrap(),
            schema: crate::fixture::person_schema(),
            key: vec!["id".to_owned()],
        })
        .unwrap();
    let rows = people(
        "q",
        &[
            ("north", "hill"),
            ("south", "sea"),
            ("west", "hill"),
            ("east", "sea"),
        ],
    );
    let mut writer = city.lake.writer(&id).unwrap();
    writer.write(&rows).unwrap();
    let commit = crate::Commit {
        batch: "q".parse().unwrap(),
        into: None,
        change: crate::Change::Append,
        files: writer.finish().unwrap(),
        operation: "collect".to_owned(),
    };
    city.lake.commit(&id, commit).await.unwrap();
    city
}

/// Rows with text columns of these names.
fn wanted(columns: &[(&str, &[Option<&str>])]) -> RecordBatch {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, _)| Field::new(*name, arrow::datatypes::DataType::Utf8View, true))
        .collect();
    let arrays: Vec<ArrayRef> = columns
        .iter()
        .map(|(_, values)| Arc::new(StringViewArray::from(values.to_vec())) as ArrayRef)
        .collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
}

async fn provenance(city: &Fixture, sql: &str, rows: &RecordBatch, amount: Amount) -> Provenance {
    let session = city
        .lake
        .session(&Principal::local_administrator(), ReadPoint::default());
    session.provenance(sql, rows, amount).await.unwrap()
}

/// The ids of the rows, with what is said of them.
fn said(contribution: &Contribution) -> String {
    let ids: Vec<String> = lines(std::slice::from_ref(&contribution.rows))
        .iter()
        .map(|line| line.split('|').next().unwrap().to_owned())
        .collect();
    let more = if contribution.more { " …" } else { "" };
    let role = match (contribution.contributes, contribution.decides) {
        (true, true) => "!",
        (true, false) => "",
        (false, _) => "decides",
    };
    let doubts = if contribution.doubts.is_empty() {
        ""
    } else {
        "?"
    };
    format!("{}{more}{role}{doubts}", ids.join(" "))
}

/// What people and places contribute to the rows with one value in one column.
async fn traced(sql: &str, column: &str, value: Option<&str>) -> (String, String) {
    let city = city().await;
    let found = provenance(&city, sql, &wanted(&[(column, &[value])]), ALL).await;
    let of = |id: &str| found.of(&id.parse().unwrap()).map(said).unwrap_or_default();
    (of("population.person"), of("base.place"))
}

fn both(people: &str, places: &str) -> (String, String) {
    (people.to_owned(), places.to_owned())
}

#[tokio::test]
async fn a_group_is_made_of_its_rows() {
    let sql = "SELECT upper(p.name) AS place, count(*) AS n FROM population.person p WHERE p.id <> 'b' GROUP BY upper(p.name)";
    assert_eq!(traced(sql, "place", Some("NORTH")).await, both("a e", ""));
    assert_eq!(traced(sql, "place", Some("nobody")).await, both("", ""));
}

#[tokio::test]
async fn a_condition_on_a_sum_finds_the_groups_that_have_it() {
    let sql = "SELECT p.name AS place, CAST(count(*) AS VARCHAR) AS n FROM population.person p GROUP BY p.name";
    assert_eq!(traced(sql, "n", Some("3")).await, both("a b e", ""));
    assert_eq!(traced(sql, "n", Some("1")).await, both("c d f", ""));
}

#[tokio::test]
async fn both_sides_of_a_join_are_followed_by_what_joins_them() {
    let sql = "SELECT c.name AS kind, count(*) AS n FROM population.person p JOIN base.place c ON c.id = p.name GROUP BY c.name";
    assert_eq!(
        traced(sql, "kind", Some("hill")).await,
        both("a b d e", "north west")
    );
    // No person lives in the east.
    assert_eq!(traced(sql, "kind", Some("sea")).await, both("c", "south"));
}

#[tokio::test]
async fn a_row_without_a_partner_has_none_among_its_contributors() {
    let sql = "SELECT p.id AS id, c.name AS kind FROM population.person p LEFT JOIN base.place c ON c.id = p.name";
    assert_eq!(traced(sql, "id", Some("f")).await, both("f", ""));
    assert_eq!(traced(sql, "id", Some("d")).await, both("d", "west"));
    assert_eq!(traced(sql, "kind", None).await, both("f", ""));
    let idiom = "SELECT p.id AS id FROM population.person p LEFT JOIN base.place c ON c.id = p.name WHERE c.id IS NULL";
    assert_eq!(traced(idiom, "id", Some("f")).await, both("f", ""));
    assert_eq!(traced(idiom, "id", Some("a")).await, both("", ""));
}

#[tokio::test]
async fn unions_distinct_rows_and_nested_groups_are_followed() {
    let sql = "SELECT id AS k FROM population.person WHERE height > 0 UNION SELECT id FROM base.place UNION SELECT name FROM base.place";
    assert_eq!(traced(sql, "k", Some("hill")).await, both("", "north west"));
    let nested = "SELECT n.n AS n, count(*) AS places FROM (SELECT name, CAST(count(*) AS VARCHAR) AS n FROM population.person GROUP BY name) n GROUP BY n.n";
    assert_eq!(traced(nested, "n", Some("1")).await, both("c d f", ""));
}

#[tokio::test]
async fn what_only_decides_is_named_and_not_listed() {
    for filter in [
        "p.name IN (SELECT id FROM base.place)",
        "EXISTS (SELECT 1 FROM base.place c WHERE c.id = p.name)",
        "p.height > (SELECT min(height) FROM base.place) - 100",
    ] {
        let sql = format!(
            "SELECT p.name AS place FROM population.person p WHERE {filter} AND p.name <> 'nowhere' AND p.height IS NOT NULL"
        );
        let (people, places) = traced(&sql, "place", Some("north")).await;
        assert_eq!(
            (people.as_str(), places.as_str()),
            ("a b e", "decides"),
            "{filter}"
        );
    }
    let anti =
        "SELECT p.id AS id FROM population.person p LEFT ANTI JOIN base.place c ON c.id = p.name";
    assert_eq!(traced(anti, "id", Some("f")).await, both("f", "decides"));
}

#[tokio::test]
async fn a_correlated_subquery_is_kept_under_another_name() {
    let sql = "SELECT q.where AS place FROM (SELECT x.name AS where, x.id FROM population.person x) q WHERE EXISTS (SELECT 1 FROM base.place c WHERE c.id = q.where)";
    let sql = sql
        .replace("where AS", "\"where\" AS")
        .replace("AS where", "AS \"where\"")
        .replace("q.where", "q.\"where\"");
    assert_eq!(
        traced(&sql, "place", Some("nowhere")).await,
        both("", "decides")
    );
    assert_eq!(
        traced(&sql, "place", Some("north")).await,
        both("a b e", "decides")
    );
}

#[tokio::test]
async fn what_looks_at_rows_together_is_doubted_and_leaves_no_row_out() {
    let newest = "SELECT q.name AS place, q.id AS id FROM (SELECT p.name, p.id, row_number() OVER (PARTITION BY p.name ORDER BY p.id DESC) AS n FROM population.person p) q WHERE q.n = 1";
    assert_eq!(
        traced(newest, "place", Some("north")).await,
        both("a b e?", "")
    );
    assert_eq!(traced(newest, "id", Some("e")).await, both("a b e?", ""));
    let rank = "SELECT p.id AS id, rank() OVER (ORDER BY p.height) AS n FROM population.person p";
    assert_eq!(
        traced(rank, "id", Some("e")).await,
        both("a b c d e f?", "")
    );
    let first = "SELECT p.id AS id FROM population.person p ORDER BY p.id LIMIT 2";
    assert_eq!(traced(first, "id", Some("b")).await, both("b?", ""));
    let value = "SELECT p.id AS id, (SELECT max(c.id) FROM base.place c WHERE c.name = p.name) AS far FROM population.person p";
    assert_eq!(
        traced(value, "id", Some("b")).await,
        both("b", "north south west east?")
    );
}

#[tokio::test]
async fn several_rows_are_followed_at_once() {
    let city = city().await;
    let sql = "SELECT p.name AS place, p.id AS id FROM population.person p";
    let rows = wanted(&[
        ("place", &[Some("north"), Some("south"), None]),
        ("id", &[Some("e"), Some("c"), Some("a")]),
    ]);
    let found = provenance(&city, sql, &rows, ALL).await;
    assert_eq!(said(&found.contributions[0]), "c e");
    let none = rows.slice(0, 0);
    let found = provenance(&city, sql, &none, ALL).await;
    assert_eq!(said(&found.contributions[0]), "");
}

#[tokio::test]
async fn a_page_says_whether_there_is_more_and_how_much_when_asked() {
    let city = city().await;
    let sql = "SELECT p.name AS place FROM population.person p UNION ALL SELECT p.name FROM population.person p";
    let rows = wanted(&[("place", &[Some("north")])]);
    let of = async |rows_limit: usize, counted: bool| {
        let amount = Amount {
            rows: rows_limit,
            counted,
        };
        let found = provenance(&city, sql, &rows, amount).await;
        let found = &found.contributions[0];
        (found.rows.num_rows(), found.more, found.count)
    };
    assert_eq!(of(2, false).await, (2, true, None));
    assert_eq!(of(2, true).await, (2, true, Some(3)));
    assert_eq!(of(3, false).await, (3, false, Some(3)));
    assert_eq!(of(0, true).await, (0, true, Some(3)));
}

#[tokio::test]
async fn rows_come_with_their_batch_and_place_at_the_version_that_is_read() {
    let city = city().await;
    let sql = "SELECT p.name AS place FROM population.person p";
    let session = city
        .lake
        .session(&Principal::local_administrator(), city.at(0));
    let rows = wanted(&[("place", &[Some("north")])]);
    let found = session.provenance(sql, &rows, ALL).await.unwrap();
    let found = &found.contributions[0];
    let places: Vec<String> = lines(std::slice::from_ref(&found.rows))
        .iter()
        .map(|line| line.rsplitn(3, '|').take(2).collect::<Vec<_>>().join("@"))
        .collect();
    assert_eq!(
        (found.version, places),
        (Some(0), vec!["1@p1".to_owned(), "2@p1".to_owned()])
    );
}

/// What two people take part in: the rows of the answer, and what is said of them.
async fn touched(sql: &str) -> String {
    let city = city().await;
    let session = city
        .lake
        .session(&Principal::local_administrator(), ReadPoint::default());
    let rows = wanted(&[("id", &[Some("e"), Some("f")])]);
    let found = session.touched(sql, &city.id, &rows, 100).await.unwrap();
    let mut rows = lines(&[found.rows]);
    rows.sort();
    let decides = if found.decides { "!" } else { "" };
    let doubts = if found.doubts.is_empty() { "" } else { "?" };
    format!("{}{decides}{doubts}", rows.join(" "))
}

#[tokio::test]
async fn rows_are_followed_to_the_rows_that_they_take_part_in() {
    for (sql, expected) in [
        (
            "SELECT upper(p.id) FROM population.person p WHERE p.name <> 'nowhere'",
            "E",
        ),
        (
            "SELECT p.name, count(*) FROM population.person p GROUP BY p.name",
            "north|3 nowhere|1",
        ),
        (
            "SELECT p.name, count(*) FROM population.person p GROUP BY p.name HAVING count(*) > 1",
            "north|3!",
        ),
        (
            "SELECT c.name, count(*) FROM base.place c LEFT JOIN population.person p ON p.name = c.id GROUP BY c.name",
            "hill|4!",
        ),
        (
            "SELECT n.n, count(*) FROM (SELECT count(*) AS n FROM population.person GROUP BY name) n GROUP BY n.n",
            "1|3 3|1!",
        ),
        ("SELECT count(*) FROM population.person", "6"),
        (
            "SELECT p.id FROM population.person p UNION ALL SELECT c.id FROM base.place c",
            "e f",
        ),
        (
            "SELECT DISTINCT p.name FROM population.person p",
            "north nowhere",
        ),
        (
            "SELECT c.id FROM base.place c LEFT ANTI JOIN population.person p ON p.name = c.id",
            "!",
        ),
        (
            "SELECT c.id FROM base.place c WHERE c.id IN (SELECT name FROM population.person)",
            "!",
        ),
        (
            "SELECT p.id, row_number() OVER (PARTITION BY p.name ORDER BY p.id) FROM population.person p",
            "a|1 b|2 e|3 f|1!?",
        ),
        (
            "SELECT p.id FROM population.person p ORDER BY p.id DESC LIMIT 1",
            "f!?",
        ),
        (
            "SELECT q.name || q.name, CASE WHEN q.n IS NOT NULL THEN q.m ELSE q.m END FROM (SELECT DISTINCT * FROM (SELECT p.id AS u, max(p.id) OVER (ORDER BY p.id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS m, row_number() OVER (PARTITION BY p.name ORDER BY p.id) AS n, p.name FROM population.person p) w) q",
            "northnorth|a northnorth|b northnorth|e nowherenowhere|f southsouth|c westwest|d!?",
        ),
        (
            "SELECT x.id FROM population.person x JOIN population.person y ON x.name = y.name WHERE y.id <> x.id",
            "a b e e",
        ),
    ] {
        assert_eq!(touched(sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn a_column_that_the_query_does_not_give_is_named() {
    let city = city().await;
    let session = city
        .lake
        .session(&Principal::local_administrator(), ReadPoint::default());
    let rows = wanted(&[("plaice", &[Some("north")])]);
    let error = session
        .provenance(
            "SELECT p.name AS place FROM population.person p",
            &rows,
            ALL,
        )
        .await
        .unwrap_err();
    assert!(error.to_string().contains("no column `plaice`"), "{error}");
}
