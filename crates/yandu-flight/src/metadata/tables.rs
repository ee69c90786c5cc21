//! Packs as schemas, datasets as tables.

use std::collections::{BTreeSet, HashMap};

use arrow::array::RecordBatch;
use arrow::datatypes::{Field, Schema};
use arrow_flight::sql::{CommandGetDbSchemas, CommandGetTables};
use yandu_lake::Session;
use yandu_pack::Packs;
use yandu_words::id::DatasetId;

use super::{CATALOGUE, TABLE, made};
use crate::answer::columns;
use crate::fault::{Fault, Result};

/// Under which Flight SQL keeps what is said of a column.
const REMARKS: &str = "ARROW:FLIGHT:SQL:REMARKS";

pub(super) fn schemas(asked: CommandGetDbSchemas, session: &Session) -> Result<RecordBatch> {
    let datasets = session.datasets();
    let packs: BTreeSet<&str> = datasets.iter().map(|id| id.parts().0).collect();
    let mut schemas = asked.into_builder();
    for pack in packs {
        schemas.append(CATALOGUE, pack);
    }
    made(schemas.build())
}

pub(super) fn tables(
    asked: CommandGetTables,
    session: &Session,
    packs: &Packs,
) -> Result<RecordBatch> {
    let mut tables = asked.into_builder();
    for id in session.datasets() {
        // A permit may end in between.
        let Ok(schema) = session.schema(&id) else {
            continue;
        };
        let schema = titled(&columns(&schema), &id, packs);
        let pack = id.parts().0;
        let appended = tables.append(CATALOGUE, pack, id.name(), TABLE, &schema);
        appended.map_err(|error| Fault::internal(&error))?;
    }
    made(tables.build())
}

/// The columns with what the pack calls them.
fn titled(schema: &Schema, id: &DatasetId, packs: &Packs) -> Schema {
    let declared = packs.dataset(id).map(yandu_pack::Dataset::file);
    let title = |name: &str| {
        let mut columns = declared?.columns.iter();
        let (_, column) = columns.find(|(column, _)| column.as_str() == name)?;
        Some(column.title.zh.clone())
    };
    let fields = schema.fields().iter().map(|field| {
        let title = title(field.name()).map(|title| (REMARKS.to_owned(), title));
        let remarks: HashMap<String, String> = title.into_iter().collect();
        field.as_ref().clone().with_metadata(remarks)
    });
    Schema::new(fields.collect::<Vec<Field>>())
}
