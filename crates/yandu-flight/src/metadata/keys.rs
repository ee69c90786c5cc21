//! Keys. What a dataset is replaced by is its primary key; of foreign keys nothing is told, because they name datasets that a reader may not know of.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow_flight::sql::CommandGetPrimaryKeys;
use yandu_lake::Session;
use yandu_pack::Packs;
use yandu_words::id::DatasetId;

use super::CATALOGUE;
use crate::fault::{Fault, Result};

/// The key of a dataset, whose every column the reader sees as it is stored: masked values are no key. A dataset that may not be seen, one that is not
/// there and one that has no key are alike.
pub(super) fn primary(
    asked: &CommandGetPrimaryKeys,
    session: &Session,
    packs: &Packs,
) -> Result<RecordBatch> {
    let key = key(asked, session, packs);
    let (pack, table, columns) = key.unwrap_or_default();
    let all = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text; columns.len()])) };
    let named: ArrayRef = Arc::new(StringArray::from_iter_values(&columns));
    let places = (1..).take(columns.len()).collect::<Vec<i32>>();
    let no_name: Vec<Option<&str>> = vec![None; columns.len()];
    let rows = vec![
        all(CATALOGUE),
        all(&pack),
        all(&table),
        named,
        Arc::new(StringArray::from(no_name)),
        Arc::new(Int32Array::from(places)),
    ];
    RecordBatch::try_new(primary_schema(), rows).map_err(|error| Fault::internal(&error))
}

fn key(
    asked: &CommandGetPrimaryKeys,
    session: &Session,
    packs: &Packs,
) -> Option<(String, String, Vec<String>)> {
    let is_here = asked
        .catalog
        .as_deref()
        .is_none_or(|name| name == CATALOGUE);
    let pack = asked.db_schema.as_deref().filter(|_| is_here)?;
    let id: DatasetId = format!("{pack}.{}", asked.table).parse().ok()?;
    let columns = packs.dataset(&id)?.file().key.iter();
    let columns: Vec<String> = columns.map(|column| column.as_str().to_owned()).collect();
    // Some rows of a key are a key of those.
    let is_seen = session.shows_in_every_row(&id, columns.iter().map(String::as_str));
    let is_seen = is_seen.unwrap_or_default();
    is_seen.then(|| (pack.to_owned(), asked.table.clone(), columns))
}

/// As `FlightSql.proto` has it for `CommandGetPrimaryKeys`.
pub(super) fn primary_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("catalog_name", DataType::Utf8, true),
        Field::new("db_schema_name", DataType::Utf8, true),
        Field::new("table_name", DataType::Utf8, false),
        Field::new("column_name", DataType::Utf8, false),
        Field::new("key_name", DataType::Utf8, true),
        Field::new("key_sequence", DataType::Int32, false),
    ]))
}

/// As `FlightSql.proto` has it for imported keys, exported keys and cross references.
pub(super) fn foreign_schema() -> SchemaRef {
    let text = |name, is_nullable| Field::new(name, DataType::Utf8, is_nullable);
    Arc::new(Schema::new(vec![
        text("pk_catalog_name", true),
        text("pk_db_schema_name", true),
        text("pk_table_name", false),
        text("pk_column_name", false),
        text("fk_catalog_name", true),
        text("fk_db_schema_name", true),
        text("fk_table_name", false),
        text("fk_column_name", false),
        Field::new("key_sequence", DataType::Int32, false),
        text("fk_key_name", true),
        text("pk_key_name", true),
        Field::new("update_rule", DataType::UInt8, false),
        Field::new("delete_rule", DataType::UInt8, false),
    ]))
}
