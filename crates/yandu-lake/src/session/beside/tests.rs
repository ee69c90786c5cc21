use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::catalog::memory::MemTable;
use datafusion::catalog::{MemorySchemaProvider, SchemaProvider};
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::LogicalPlanBuilder;

use super::Beside;
use crate::fixture::Fixture;
use crate::{Error, Principal, ReadPoint, Rights, Session};

fn words() -> RecordBatch {
    let schema = Schema::new(vec![Field::new("word", DataType::Utf8, false)]);
    let words = StringArray::from(vec!["one", "two"]);
    RecordBatch::try_new(Arc::new(schema), vec![Arc::new(words)]).unwrap()
}

fn beside() -> Arc<Beside> {
    let length = |values: &[ArrayRef], _: usize| -> ArrayRef {
        let words = values[0].as_any().downcast_ref::<StringArray>().unwrap();
        Arc::new(
            words
                .iter()
                .map(|word| word.map(|word| word.len() as i64))
                .collect::<Int64Array>(),
        )
    };
    Arc::new(
        Beside::default()
            .with_table("book", "word", words)
            .with_function("letters", 1..=1, DataType::Int64, length),
    )
}

/// Somebody who may see no dataset at all.
fn nobody(lake: &Fixture) -> Session {
    let rights = Arc::new(Rights::new("hash", []));
    let principal = Principal::with_rights("nobody", rights);
    lake.lake.session(&principal, ReadPoint::default())
}

async fn count(session: &Session, sql: &str) -> Result<usize, Error> {
    let rows = session.query(sql).await?.collect().await?;
    Ok(rows.iter().map(RecordBatch::num_rows).sum())
}

#[tokio::test]
async fn what_stands_beside_is_read_by_whoever_was_given_it() {
    let lake = Fixture::new();
    let session = nobody(&lake).beside(beside());
    let sql = "SELECT letters(word) FROM book.word WHERE letters(word) = letters('six')";
    assert_eq!(count(&session, sql).await.unwrap(), 2);
    assert!(
        count(&nobody(&lake), "SELECT * FROM book.word")
            .await
            .is_err()
    );
    assert!(count(&nobody(&lake), "SELECT letters('a')").await.is_err());
}

#[tokio::test]
async fn nothing_else_comes_in_with_it() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a")]).await;
    let session = nobody(&lake).beside(beside());
    for sql in [
        "SELECT * FROM population.person",
        "SELECT * FROM book.other",
        "SELECT * FROM other.word",
        "SELECT * FROM word",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM information_schema.df_settings",
        "INSERT INTO book.word VALUES ('three')",
        "CREATE TABLE book.third AS SELECT 1",
        "EXPLAIN ANALYZE SELECT * FROM book.word",
    ] {
        assert!(count(&session, sql).await.is_err(), "{sql}");
    }
    let listed = "SELECT * FROM information_schema.tables WHERE table_schema = 'book'";
    assert_eq!(count(&session, listed).await.unwrap(), 0);
}

#[tokio::test]
async fn a_dataset_goes_before_a_table_of_the_same_name() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    let me = Principal::local_administrator();
    let shadow = Arc::new(Beside::default().with_table("population", "person", words));
    let session = lake.lake.session(&me, ReadPoint::default()).beside(shadow);
    assert_eq!(
        count(&session, "SELECT id FROM population.person")
            .await
            .unwrap(),
        3
    );
}

/// The first lock knows the provider itself, not the name of its schema.
#[tokio::test]
async fn another_table_in_memory_under_the_same_name_is_refused() {
    let lake = Fixture::new();
    let session = nobody(&lake).beside(beside());
    let (context, _) = session.context();
    let table = MemTable::try_new(words().schema(), vec![vec![words()]]).unwrap();
    let other = MemorySchemaProvider::new();
    other
        .register_table("word".to_owned(), Arc::new(table))
        .unwrap();
    let table = other.table("word").await.unwrap().unwrap();
    let plan = LogicalPlanBuilder::scan("book.word", provider_as_source(table), None).unwrap();
    assert!(session.verify_sources(&plan.build().unwrap()).is_err());
    let plan = context
        .state()
        .create_logical_plan("SELECT * FROM book.word")
        .await
        .unwrap();
    assert!(session.verify_sources(&plan).is_ok());
}
