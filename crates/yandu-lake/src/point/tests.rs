use std::sync::Arc;

use datafusion::logical_expr::{col, lit};
use datafusion::scalar::ScalarValue;
use yandu_words::id::DatasetId;

use crate::fixture::{Fixture, batch, people, people_from, query};
use crate::{Change, Commit, Lake, ReadPoint, point};

async fn many() -> Fixture {
    let lake = Fixture::with(|options| options.row_group_rows = 1_000);
    let mut writer = lake.lake.writer(&lake.id).unwrap();
    let ids: Vec<String> = (0..20_000)
        .map(|n| format!("{:05}", n * 7_919 % 20_000))
        .collect();
    let rows: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), id.as_str())).collect();
    writer.write(&people_from("b1", 1, &rows)).unwrap();
    let files = writer.finish().unwrap();
    let commit = Commit {
        batch: batch("b1"),
        into: None,
        change: Change::Append,
        files,
        operation: "collect".to_owned(),
    };
    lake.lake.commit(&lake.id, commit).await.unwrap();
    lake
}

/// What a look-up of texts in a column of the people reads.
pub(crate) async fn selected_in(
    lake: &Lake,
    id: &DatasetId,
    column: &str,
    texts: &[String],
) -> Option<point::Selection> {
    let table = lake.table(id).unwrap();
    let version = table.present().await.unwrap().version.unwrap();
    let literals = texts
        .iter()
        .map(|text| lit(ScalarValue::Utf8View(Some(text.clone()))));
    let filter = col(column).in_list(literals.collect(), false);
    point::select(&table, &version, &[filter]).await.unwrap()
}

fn by_id(id: &str) -> String {
    format!("SELECT name FROM population.person WHERE id = '{id}'")
}

#[tokio::test]
async fn a_look_up_reads_few_row_groups_and_finds_every_row() {
    let lake = many().await;
    let table = lake.lake.table(&lake.id).unwrap();
    let version = table.present().await.unwrap().version.unwrap();
    let mut read = 0;
    for number in (0..20_000).step_by(501) {
        let id = format!("{number:05}");
        assert_eq!(lake.query(&by_id(&id)).await, id);
        let filter = col("id").eq(lit(ScalarValue::Utf8View(Some(id))));
        let selection = point::select(&table, &version, &[filter])
            .await
            .unwrap()
            .unwrap();
        read += selection
            .files
            .iter()
            .map(|file| file.groups.len())
            .sum::<usize>();
    }
    assert!((40..60).contains(&read), "{read} groups for 40 look-ups");
    assert_eq!(lake.query(&by_id("99999")).await, "");
    assert_eq!(
        lake.query("SELECT name FROM population.person WHERE '00007' = id AND name > '0'")
            .await,
        "00007"
    );
    assert_eq!(
        lake.query("SELECT count(*) FROM population.person WHERE id = '00007' OR name = '00008'")
            .await,
        "2"
    );
    assert_eq!(
        lake.query("SELECT count(*) FROM population.person WHERE id = '00007'")
            .await,
        "1"
    );
}

#[tokio::test]
async fn a_look_up_sees_the_tail_and_what_was_changed() {
    let lake = many().await;
    assert_eq!(lake.query(&by_id("00007")).await, "00007");
    lake.lake
        .append(
            &lake.id,
            &people("t1", &[("00007", "hot"), ("new", "new")]),
            b"",
        )
        .await
        .unwrap();
    assert_eq!(lake.query(&by_id("00007")).await, "hot");
    assert_eq!(lake.query(&by_id("new")).await, "new");
    lake.lake.fold(&lake.id).await.unwrap();
    assert_eq!(lake.query(&by_id("00007")).await, "hot");
    assert_eq!(
        query(&lake.reopened(), &by_id("new"), ReadPoint::default()).await,
        "new"
    );
    let past = ReadPoint {
        versions: [(lake.id.clone(), 0)].into(),
        ..ReadPoint::default()
    };
    assert_eq!(query(&lake.lake, &by_id("00007"), past).await, "00007");
}

#[tokio::test]
async fn a_condition_that_names_no_key_selects_nothing_beforehand() {
    let lake = many().await;
    let table = lake.lake.table(&lake.id).unwrap();
    let version = table.present().await.unwrap().version.unwrap();
    let text = |text: &str| lit(ScalarValue::Utf8View(Some(text.to_owned())));
    for filter in [
        col("name").eq(text("x")),
        col("id").gt(text("x")),
        col("id").eq(text("x")).or(col("name").eq(text("y"))),
        col("id").eq(lit(ScalarValue::Utf8View(None))),
        col("height").eq(lit(1_i64)),
    ] {
        assert!(
            point::select(&Arc::clone(&table), &version, &[filter])
                .await
                .unwrap()
                .is_none()
        );
    }
}

/// Bytes of files that a query read, as the engine counts them.
async fn bytes_scanned(lake: &Fixture, query: &str) -> f64 {
    let plan = lake.query(&format!("EXPLAIN ANALYZE {query}")).await;
    let (_, counted) = plan.split_once("bytes_scanned=").unwrap();
    let number: String = counted
        .chars()
        .take_while(|sign| sign.is_ascii_digit() || *sign == '.')
        .collect();
    let unit = counted[number.len()..].trim_start().chars().next();
    let factor = match unit {
        Some('K') => 1e3,
        Some('M') => 1e6,
        _ => 1.0,
    };
    number.parse::<f64>().unwrap() * factor
}

#[tokio::test]
async fn a_look_up_reads_single_pages_of_the_columns_that_it_shows() {
    let lake = Fixture::new();
    let mut writer = lake.lake.writer(&lake.id).unwrap();
    let ids: Vec<String> = (0..100_000)
        .map(|n| format!("{:06}", n * 7_919 % 100_000))
        .collect();
    let rows: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), id.as_str())).collect();
    writer.write(&people_from("b1", 1, &rows)).unwrap();
    let files = writer.finish().unwrap();
    assert_eq!(files.len(), 1);
    let commit = Commit {
        batch: batch("b1"),
        into: None,
        change: Change::Append,
        files,
        operation: "collect".to_owned(),
    };
    lake.lake.commit(&lake.id, commit).await.unwrap();

    let by_key = "FROM population.person WHERE id = '000700'";
    let key = bytes_scanned(&lake, &format!("SELECT id {by_key}")).await;
    let shown = bytes_scanned(&lake, &format!("SELECT id, name, seen_at {by_key}")).await;
    let all = bytes_scanned(&lake, "SELECT name, seen_at FROM population.person").await;
    assert!(
        shown - key < all / 3.0,
        "{key} bytes of the key, {shown} with the other columns, which are {all}"
    );
}

#[tokio::test]
async fn a_few_values_joined_by_or_are_looked_up_and_those_of_two_columns_are_not() {
    let lake = many().await;
    let table = lake.lake.table(&lake.id).unwrap();
    let version = table.present().await.unwrap().version.unwrap();
    let text = |text: &str| lit(ScalarValue::Utf8View(Some(text.to_owned())));
    let is = |column: &str, value: &str| col(column).eq(text(value));
    let groups = async |filter| {
        let selection = point::select(&table, &version, &[filter]).await.unwrap();
        selection.map(|all| {
            all.files
                .iter()
                .map(|file| file.groups.len())
                .sum::<usize>()
        })
    };
    let two = groups(is("id", "00007").or(is("id", "12345"))).await;
    assert!((1..5).contains(&two.unwrap()), "{two:?}");
    assert_eq!(
        groups(is("id", "00007").or(is("name", "12345"))).await,
        None
    );
}
