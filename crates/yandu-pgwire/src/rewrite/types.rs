//! Types as PostgreSQL names them.

use sqlparser::ast::{ArrayElemTypeDef, DataType, ExactNumberInfo, ObjectName, TimezoneInfo};

use crate::rewrite::{folded, last};

/// What a value of the catalogue is turned into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Turned {
    /// The engine has the type under this name; `None` where it is written so already.
    Into(Option<DataType>),
    /// The number of a table.
    Table,
    /// The number of a type.
    Type,
}

/// What a type is here.
pub(super) fn turned(data_type: &DataType) -> Turned {
    match data_type {
        DataType::Regclass => Turned::Table,
        DataType::Custom(name, _) => custom(name),
        DataType::JSON
        | DataType::JSONB
        | DataType::Uuid
        | DataType::Character(None)
        | DataType::Char(None) => Turned::Into(Some(DataType::Text)),
        DataType::Array(ArrayElemTypeDef::SquareBracket(element, _)) => match turned(element) {
            Turned::Into(Some(element)) => Turned::Into(Some(array(element))),
            Turned::Table | Turned::Type => Turned::Into(Some(array(DataType::IntUnsigned(None)))),
            Turned::Into(None) => Turned::Into(None),
        },
        _ => Turned::Into(None),
    }
}

fn custom(name: &ObjectName) -> Turned {
    let is_of_catalogue = name.0.len() > 1
        && name
            .0
            .first()
            .and_then(|part| part.as_ident())
            .map(folded)
            .as_deref()
            != Some("public");
    let name = last(name).unwrap_or_default();
    match name.as_str() {
        "regclass" => return Turned::Table,
        "regtype" => return Turned::Type,
        _ => {}
    }
    Turned::Into(match name.strip_prefix('_') {
        Some(element) if crate::types::named(element).is_some() => {
            Some(array(plain(element).unwrap_or(DataType::Text)))
        }
        _ if is_of_catalogue => Some(plain(&name).unwrap_or(DataType::Text)),
        _ => plain(&name),
    })
}

/// A type of the catalogue in the words of the engine; none where it is read as it is.
fn plain(name: &str) -> Option<DataType> {
    Some(match name {
        "oid" | "xid" | "cid" => DataType::IntUnsigned(None),
        "int2vector" => array(DataType::SmallInt(None)),
        "oidvector" => array(DataType::IntUnsigned(None)),
        "bool" => DataType::Boolean,
        "int2" => DataType::SmallInt(None),
        "int4" | "cardinal_number" => DataType::Integer(None),
        "int8" => DataType::BigInt(None),
        "float4" => DataType::Real,
        "float8" => DataType::Double(ExactNumberInfo::None),
        "numeric" => DataType::Numeric(ExactNumberInfo::None),
        "date" => DataType::Date,
        "time" => DataType::Time(None, TimezoneInfo::None),
        "timestamp" => DataType::Timestamp(None, TimezoneInfo::None),
        "timestamptz" => DataType::Timestamp(None, TimezoneInfo::Tz),
        "bytea" => DataType::Bytea,
        "text" | "varchar" | "bpchar" | "name" | "char" | "citext" | "regproc" | "regprocedure"
        | "regoper" | "regrole" | "regnamespace" | "pg_node_tree" | "inet" | "cidr" | "xml"
        | "sql_identifier" | "character_data" | "yes_or_no" | "json" | "jsonb" | "uuid"
        | "unknown" => DataType::Text,
        _ => return None,
    })
}

pub(super) fn array(element: DataType) -> DataType {
    DataType::Array(ArrayElemTypeDef::SquareBracket(Box::new(element), None))
}
