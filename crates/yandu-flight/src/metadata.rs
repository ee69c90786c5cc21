//! What there is to ask of: schemas, tables, keys, and what the server can do. A reader is told of what it may see, and of nothing else.

mod about;
mod keys;
mod tables;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow_flight::error::FlightError;
use arrow_flight::sql::{
    Command, CommandGetCatalogs, CommandGetDbSchemas, CommandGetTableTypes, CommandGetTables,
};
use tonic::Code;
use yandu_lake::Session;
use yandu_pack::Packs;

use crate::fault::{Fault, Result};

/// The one catalogue.
const CATALOGUE: &str = "yandu";
/// The one kind of table.
const TABLE: &str = "TABLE";
/// The most words by which an answer is narrowed, and the most signs of one.
const MOST_WORDS: usize = 1_000;
const MOST_SIGNS: usize = 1_000;

/// The columns of the answer to a command.
pub(crate) fn schema(command: &Command) -> Result<SchemaRef> {
    Ok(match command.clone() {
        Command::CommandGetCatalogs(asked) => asked.into_builder().schema(),
        Command::CommandGetDbSchemas(asked) => asked.into_builder().schema(),
        Command::CommandGetTables(asked) => asked.into_builder().schema(),
        Command::CommandGetTableTypes(asked) => asked.into_builder().schema(),
        Command::CommandGetSqlInfo(_) => about::server()?.schema(),
        Command::CommandGetXdbcTypeInfo(_) => about::types()?.schema(),
        Command::CommandGetPrimaryKeys(_) => keys::primary_schema(),
        Command::CommandGetExportedKeys(_)
        | Command::CommandGetImportedKeys(_)
        | Command::CommandGetCrossReference(_) => keys::foreign_schema(),
        _ => return Err(no_question()),
    })
}

/// The answer to a command, as a reader may know it.
pub(crate) fn rows(command: Command, session: &Session, packs: &Packs) -> Result<RecordBatch> {
    must_be_short(&command)?;
    match command {
        Command::CommandGetCatalogs(CommandGetCatalogs {}) => {
            let mut catalogues = CommandGetCatalogs {}.into_builder();
            catalogues.append(CATALOGUE);
            made(catalogues.build())
        }
        Command::CommandGetDbSchemas(asked) => tables::schemas(asked, session),
        Command::CommandGetTables(asked) => tables::tables(asked, session, packs),
        Command::CommandGetTableTypes(CommandGetTableTypes {}) => {
            let mut kinds = CommandGetTableTypes {}.into_builder();
            kinds.append(TABLE);
            made(kinds.build())
        }
        Command::CommandGetSqlInfo(asked) => made(asked.into_builder(&about::server()?).build()),
        Command::CommandGetXdbcTypeInfo(asked) => {
            made(asked.into_builder(&about::types()?).build())
        }
        Command::CommandGetPrimaryKeys(asked) => keys::primary(&asked, session, packs),
        Command::CommandGetExportedKeys(_)
        | Command::CommandGetImportedKeys(_)
        | Command::CommandGetCrossReference(_) => {
            Ok(RecordBatch::new_empty(keys::foreign_schema()))
        }
        _ => Err(no_question()),
    }
}

/// What narrows an answer costs time for each of its words.
fn must_be_short(command: &Command) -> Result<()> {
    let patterns = match command {
        Command::CommandGetDbSchemas(CommandGetDbSchemas {
            catalog,
            db_schema_filter_pattern,
        }) => vec![catalog, db_schema_filter_pattern],
        Command::CommandGetTables(CommandGetTables {
            catalog,
            db_schema_filter_pattern,
            table_name_filter_pattern,
            ..
        }) => vec![catalog, db_schema_filter_pattern, table_name_filter_pattern],
        _ => Vec::new(),
    };
    let words = match command {
        Command::CommandGetSqlInfo(asked) => asked.info.len(),
        Command::CommandGetTables(asked) => asked.table_types.len(),
        _ => 0,
    };
    let is_long = |pattern: &&Option<String>| {
        pattern
            .as_ref()
            .is_some_and(|pattern| pattern.len() > MOST_SIGNS)
    };
    if words > MOST_WORDS || patterns.iter().any(is_long) {
        return Err(Fault::too_much("the answer is narrowed by too many words"));
    }
    Ok(())
}

fn made(batch: std::result::Result<RecordBatch, FlightError>) -> Result<RecordBatch> {
    batch.map_err(|error| Fault::internal(&error))
}

/// A command that is for something else.
fn no_question() -> Fault {
    Fault::new(Code::InvalidArgument, "this command asks for nothing")
        .help("ask with a statement, or with a ticket that was given for one")
}
