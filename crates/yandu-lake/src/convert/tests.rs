use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType, Field, Schema};

use super::*;
use crate::fixture::{Fixture, batch, people, person_spec, query, try_query};
use crate::{Change, Principal, ReadPoint};

/// The people with a text for a height and without a name.
fn changed_spec() -> TableSpec {
    let spec = person_spec();
    let fields = spec.schema.fields().iter();
    let fields: Vec<Field> = fields
        .filter(|field| field.name() != "name")
        .map(|field| match field.name().as_str() {
            "height" => Field::new("height", DataType::Utf8View, true),
            _ => field.as_ref().clone(),
        })
        .collect();
    TableSpec {
        schema: Arc::new(Schema::new(fields)),
        ..spec
    }
}

const HEIGHTS: &str = "SELECT id, height FROM population.person ORDER BY id";

fn at(version: Version) -> ReadPoint {
    ReadPoint {
        versions: [(person_spec().id, version)].into(),
        ..ReadPoint::default()
    }
}

/// Heights in words, with the hidden name.
fn in_words(ids: &[&str]) -> RecordBatch {
    let texts =
        |texts: Vec<String>| -> ArrayRef { Arc::new(StringViewArray::from_iter_values(texts)) };
    let own = |format: &dyn Fn(&str) -> String| texts(ids.iter().map(|id| format(id)).collect());
    RecordBatch::try_from_iter([
        ("id", own(&|id| id.to_owned())),
        ("name", own(&|id| format!("name of {id}"))),
        ("height", own(&|id| format!("tall as {id}"))),
        ("_batch", own(&|_| "b1".to_owned())),
        (
            "_row",
            Arc::new(Int64Array::from_iter_values(1..=ids.len() as i64)) as ArrayRef,
        ),
    ])
    .unwrap()
}

async fn converted(lake: &Fixture) -> Conversion {
    let mut conversion = lake.lake.convert(changed_spec()).await.unwrap();
    let mut writer = conversion.writer().unwrap();
    writer.write(&in_words(&["1", "2"])).unwrap();
    let files = writer.finish().unwrap();
    conversion
        .replace(batch("c1"), files, "pack change 2")
        .await
        .unwrap();
    conversion
}

#[tokio::test]
async fn a_converted_table_is_seen_when_the_lake_is_switched_and_not_before() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    let before = lake.query(HEIGHTS).await;
    let conversion = converted(&lake).await;
    assert_eq!(lake.query(HEIGHTS).await, before);
    lake.lake
        .switch(vec![conversion], Vec::new(), &[])
        .await
        .unwrap();
    assert_eq!(lake.query(HEIGHTS).await, "1|tall as 1\n2|tall as 2");
    let reopened = lake.reopened();
    reopened.declare(changed_spec()).unwrap();
    assert_eq!(
        query(&reopened, HEIGHTS, ReadPoint::default()).await,
        "1|tall as 1\n2|tall as 2"
    );
    // The name is declared no more and was kept: declared again it is back.
    assert!(
        try_query(
            &reopened,
            "SELECT name FROM population.person",
            ReadPoint::default()
        )
        .await
        .is_err()
    );
    let mut with_name = changed_spec();
    with_name.schema = Arc::new(Schema::new(vec![
        Field::new("id", DataType::Utf8View, true),
        Field::new("name", DataType::Utf8View, true),
        Field::new("height", DataType::Utf8View, true),
    ]));
    reopened.declare(with_name).unwrap();
    assert_eq!(
        query(
            &reopened,
            "SELECT id, name FROM population.person ORDER BY id",
            ReadPoint::default()
        )
        .await,
        "1|name of 1\n2|name of 2"
    );
}

#[tokio::test]
async fn an_old_version_is_read_with_the_types_that_it_had() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b")]).await;
    let before = lake.query(HEIGHTS).await;
    let conversion = converted(&lake).await;
    lake.lake
        .switch(vec![conversion], Vec::new(), &[])
        .await
        .unwrap();
    let sums = "SELECT sum(height) FROM population.person";
    assert_eq!(query(&lake.lake, HEIGHTS, at(0)).await, before);
    assert_eq!(query(&lake.lake, sums, at(0)).await, "303");
    assert_eq!(
        query(&lake.lake, HEIGHTS, at(1)).await,
        "1|tall as 1\n2|tall as 2"
    );
    let error = lake
        .lake
        .restore(&lake.id, 0, batch("r1"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "column-type-changed", "{error}");
}

#[tokio::test]
async fn a_conversion_that_is_taken_back_leaves_content_and_types() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b")]).await;
    let before = lake.everything().await;
    let conversion = converted(&lake).await;
    conversion
        .undo(batch("c2"), "undo pack change 2")
        .await
        .unwrap();
    assert_eq!(lake.everything().await, before);
    let reopened = lake.reopened();
    assert_eq!(
        query(&reopened, HEIGHTS, ReadPoint::default()).await,
        lake.query(HEIGHTS).await
    );
    lake.append("b2", &[("3", "c")]).await;
    assert_eq!(
        lake.query("SELECT count(*), sum(height) FROM population.person")
            .await,
        "3|454"
    );
}

#[tokio::test]
async fn a_change_back_restores_the_version_with_its_types() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b")]).await;
    let before = lake.everything().await;
    let conversion = converted(&lake).await;
    lake.lake
        .switch(vec![conversion], Vec::new(), &[])
        .await
        .unwrap();
    let mut back = lake.lake.convert(person_spec()).await.unwrap();
    back.restore(batch("c2"), 0, "rollback of pack change 2")
        .await
        .unwrap();
    lake.lake.switch(vec![back], Vec::new(), &[]).await.unwrap();
    assert_eq!(lake.everything().await, before);
    let reopened = lake.reopened();
    assert_eq!(
        query(&reopened, HEIGHTS, ReadPoint::default()).await,
        lake.query(HEIGHTS).await
    );
}

#[tokio::test]
async fn rows_are_exchanged_by_batch_and_place() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    lake.append("b2", &[("1", "d"), ("2", "e")]).await;
    let mut gone = Places::default();
    gone.insert("b1", 2);
    gone.insert("b2", 1);
    gone.insert("b9", 1);
    let mut conversion = lake.lake.convert(person_spec()).await.unwrap();
    let mut writer = conversion.writer().unwrap();
    writer.write(&people("b0", &[("7", "g")])).unwrap();
    let files = writer.finish().unwrap();
    let committed = conversion
        .exchange(batch("c1"), gone, files, "pack change 2")
        .await
        .unwrap();
    assert_eq!((committed.rows_removed, committed.rows_added), (2, 1));
    lake.lake
        .switch(vec![conversion], Vec::new(), &[])
        .await
        .unwrap();
    let rows = "SELECT _batch, _row, name FROM population.person ORDER BY 1, 2";
    assert_eq!(lake.query(rows).await, "b0|1|g\nb1|1|a\nb1|3|c\nb2|2|e");
}

#[tokio::test]
async fn what_a_change_of_the_packs_went_over_does_not_come_back_by_undoing() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b")]).await;
    lake.upsert("b2", &[("2", "B")]).await;
    let mut conversion = lake.lake.convert(person_spec()).await.unwrap();
    let mut gone = Places::default();
    gone.insert("b1", 1);
    conversion
        .exchange(batch("b2-c"), gone, Vec::new(), "pack change 2")
        .await
        .unwrap();
    lake.lake
        .switch(vec![conversion], Vec::new(), &[])
        .await
        .unwrap();
    let error = lake
        .lake
        .undo(&lake.id, batch("b2"), batch("u1"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "pack-change-between", "{error}");
    lake.upsert("b3", &[("2", "BB")]).await;
    lake.lake
        .undo(&lake.id, batch("b3"), batch("u2"))
        .await
        .unwrap();
    assert_eq!(
        lake.query("SELECT id, name FROM population.person").await,
        "2|B"
    );
}

#[tokio::test]
async fn a_reader_may_see_a_table_under_another_declaration() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b")]).await;
    let conversion = converted(&lake).await;
    let me = Principal::local_administrator();
    let on_disk = lake
        .lake
        .session_with(&me, ReadPoint::default(), vec![changed_spec()], true)
        .unwrap();
    let rows = on_disk
        .query(HEIGHTS)
        .await
        .unwrap()
        .collect()
        .await
        .unwrap();
    assert_eq!(rows[0].column(1).data_type(), &DataType::Utf8View);
    conversion.undo(batch("c2"), "undo").await.unwrap();
}

#[tokio::test]
async fn a_query_is_planned_before_a_switch_or_after_it() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b")]).await;
    let conversion = converted(&lake).await;
    let planning = lake.lake.inner.switching.read().await;
    let mut switch = Box::pin(lake.lake.switch(vec![conversion], Vec::new(), &[]));
    assert!(futures::poll!(&mut switch).is_pending());
    drop(planning);
    switch.await.unwrap();
    let switching = lake.lake.inner.switching.write().await;
    let me = Principal::local_administrator();
    let session = lake.lake.session(&me, ReadPoint::default());
    let mut described = Box::pin(session.describe(HEIGHTS));
    for _ in 0..10 {
        assert!(futures::poll!(&mut described).is_pending());
        tokio::task::yield_now().await;
    }
    let mut queried = tokio::spawn({
        let session = session.clone();
        async move { session.query(HEIGHTS).await.map(|_| ()) }
    });
    for _ in 0..100 {
        assert!(futures::poll!(&mut queried).is_pending());
        tokio::task::yield_now().await;
    }
    drop(switching);
    let schema = described.await.unwrap();
    assert_eq!(schema.field(1).data_type(), &DataType::Utf8View);
    queried.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_column_begins_without_values_where_another_of_its_name_went_on_under_a_new_one() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b")]).await;
    let mut conversion = lake.lake.convert(changed_spec()).await.unwrap();
    conversion.leave(vec!["name".to_owned()]);
    let mut writer = conversion.writer().unwrap();
    writer.write(&in_words(&["1", "2"])).unwrap();
    let files = writer.finish().unwrap();
    let done = conversion.replace(batch("c1"), files, "pack change 2");
    let left = done.await.unwrap().version;
    lake.lake
        .switch(vec![conversion], Vec::new(), &[])
        .await
        .unwrap();
    // The name is another column's from now on.
    let mut spec = changed_spec();
    let mut fields = spec.schema.fields().to_vec();
    fields.push(Arc::new(Field::new("name", DataType::Utf8View, true)));
    spec.schema = Arc::new(Schema::new(fields));
    lake.lake
        .switch(Vec::new(), vec![spec.clone()], &[])
        .await
        .unwrap();
    let nothing_then = async |lake: &Lake| {
        let refused = try_query(lake, NAMES, at(0)).await.unwrap_err();
        assert!(refused.to_string().contains("`name`"), "{refused}");
        assert_eq!(query(lake, NAMES, at(left)).await, "1|\n2|");
    };
    assert_eq!(lake.query(NAMES).await, "1|\n2|");
    nothing_then(&lake.lake).await;
    let rows = RecordBatch::try_from_iter([
        (
            "id",
            Arc::new(StringViewArray::from_iter_values(["3"])) as ArrayRef,
        ),
        (
            "name",
            Arc::new(StringViewArray::from_iter_values(["new"])) as ArrayRef,
        ),
        (
            "_batch",
            Arc::new(StringViewArray::from_iter_values(["b2"])) as ArrayRef,
        ),
        (
            "_row",
            Arc::new(Int64Array::from_iter_values([1])) as ArrayRef,
        ),
    ])
    .unwrap();
    lake.commit(&rows, "b2", Change::Append).await.unwrap();
    assert_eq!(lake.query(NAMES).await, "1|\n2|\n3|new");
    nothing_then(&lake.lake).await;
    let reopened = lake.reopened();
    reopened.declare(spec).unwrap();
    nothing_then(&reopened).await;
}

const NAMES: &str = "SELECT id, name FROM population.person ORDER BY id";

#[tokio::test]
async fn an_old_version_is_read_as_before_once_a_change_of_a_name_is_taken_back() {
    for is_switched in [true, false] {
        let lake = Fixture::new();
        lake.append("b1", &[("1", "a"), ("2", "b")]).await;
        let before = lake.query(NAMES).await;
        let mut conversion = lake.lake.convert(changed_spec()).await.unwrap();
        conversion.leave(vec!["name".to_owned()]);
        let mut writer = conversion.writer().unwrap();
        writer.write(&in_words(&["1", "2"])).unwrap();
        let files = writer.finish().unwrap();
        let done = conversion.replace(batch("c1"), files, "pack change 2");
        done.await.unwrap();
        if is_switched {
            let switched = lake.lake.switch(vec![conversion], Vec::new(), &[]);
            switched.await.unwrap();
            let mut back = lake.lake.convert(person_spec()).await.unwrap();
            let done = back.restore(batch("c2"), 0, "rollback of pack change 2");
            done.await.unwrap();
            let switched = lake.lake.switch(vec![back], Vec::new(), &[]);
            switched.await.unwrap();
        } else {
            let undone = conversion.undo(batch("c2"), "undo pack change 2");
            undone.await.unwrap();
        }
        for lake in [&lake.lake, &lake.reopened()] {
            assert_eq!(query(lake, NAMES, ReadPoint::default()).await, before);
            assert_eq!(query(lake, NAMES, at(0)).await, before);
        }
    }
}

#[tokio::test]
async fn a_column_whose_values_take_the_place_of_others_is_not_there_where_those_stand() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "hidden")]).await;
    let mut conversion = lake.lake.convert(person_spec()).await.unwrap();
    conversion.leave(vec!["name".to_owned()]);
    let mut writer = conversion.writer().unwrap();
    writer.write(&people("b1", &[("1", "moved")])).unwrap();
    let files = writer.finish().unwrap();
    let done = conversion.replace(batch("c1"), files, "pack change 2");
    done.await.unwrap();
    let switched = lake.lake.switch(vec![conversion], Vec::new(), &[]);
    switched.await.unwrap();
    for lake in [&lake.lake, &lake.reopened()] {
        assert_eq!(query(lake, NAMES, at(1)).await, "1|moved");
        assert!(try_query(lake, NAMES, at(0)).await.is_err());
        assert_eq!(
            query(lake, "SELECT id FROM population.person", at(0)).await,
            "1"
        );
    }
}
