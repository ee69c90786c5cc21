use crate::fixture::{Fixture, batch, people, person_spec};
use crate::{Change, Commit, TableSpec};

/// A hundred people, and three more in a table of their own, `population.few`.
async fn many_and_few() -> Fixture {
    let fixture = Fixture::new();
    let texts: Vec<String> = (0..100).map(|n| format!("p{n:02}")).collect();
    let many: Vec<(&str, &str)> = texts.iter().map(|text| (text.as_str(), "x")).collect();
    fixture.append("b1", &many).await;
    let few = TableSpec {
        id: "population.few".parse().unwrap(),
        ..person_spec()
    };
    let id = few.id.clone();
    fixture.lake.declare(few).unwrap();
    let mut writer = fixture.lake.writer(&id).unwrap();
    let rows = [("p01", "X"), ("p02", "Y"), ("p03", "Z")];
    writer.write(&people("b2", &rows)).unwrap();
    let commit = Commit {
        batch: batch("b2"),
        into: None,
        change: Change::Append,
        files: writer.finish().unwrap(),
        operation: "collect".to_owned(),
    };
    fixture.lake.commit(&id, commit).await.unwrap();
    fixture
}

#[tokio::test]
async fn a_join_hands_its_keys_down_only_where_they_spare_rows() {
    let fixture = many_and_few().await;
    for (from, goes) in [
        // Each of a hundred finds one of a hundred.
        (
            "population.person a JOIN population.person b ON a.id = b.id",
            false,
        ),
        // What a filter has left of a table is few.
        (
            "population.person a JOIN population.person b ON a.id = b.id WHERE a.height = 151",
            true,
        ),
        // A small table may hold a few of the keys of a large one.
        (
            "population.few f JOIN population.person b ON f.id = b.id",
            true,
        ),
        // A key that has to be computed would be computed twice.
        (
            "population.few f JOIN population.person b ON f.name = upper(b.name)",
            false,
        ),
        (
            "population.few f JOIN population.person b ON f.name = upper(b.name) WHERE f.height = 151",
            true,
        ),
        (
            "(VALUES ('X')) AS f (name) JOIN population.person b ON f.name = upper(b.name)",
            true,
        ),
    ] {
        let plan = fixture
            .query(&format!("EXPLAIN SELECT b.id, b.born FROM {from}"))
            .await;
        assert_eq!(plan.contains("DynamicFilter"), goes, "{from}:\n{plan}");
    }
}

#[tokio::test]
async fn a_join_gives_the_same_rows_whether_its_keys_are_handed_down_or_not() {
    let fixture = many_and_few().await;
    for (sql, expected) in [
        (
            "SELECT count(*), count(DISTINCT b.id) FROM population.person a JOIN population.person b ON a.id = b.id",
            "100|100",
        ),
        (
            "SELECT count(*), count(b.id) FROM population.few f LEFT JOIN population.person b ON f.name = upper(b.name)",
            "102|100",
        ),
        (
            "SELECT count(*), count(f.id) FROM population.few f RIGHT JOIN population.person b ON f.name = upper(b.name)",
            "100|100",
        ),
        (
            "SELECT count(*), min(b.id) FROM population.person b LEFT ANTI JOIN population.few f ON f.id = lower(b.id)",
            "97|p00",
        ),
        (
            "SELECT count(*), min(b.id) FROM population.person b LEFT SEMI JOIN population.few f ON f.id = lower(b.id)",
            "3|p01",
        ),
    ] {
        assert_eq!(fixture.query(sql).await, expected, "{sql}");
    }
}
