//! Functions that clients call beside the catalogue. Those whose answer is the same for a whole question need no rows.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int32Array, Int64Array, ListArray, StringArray,
    UInt32Array, new_null_array,
};
use arrow::buffer::OffsetBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Fields, Int32Type, UInt32Type};
use yandu_lake::Beside;

use super::{DATABASE, SCHEMA, Seen};
use crate::settings::SERVER_VERSION;
use crate::types::{TYPES, named, written};

/// Turns the name or the number of a table into its number.
pub(crate) const TABLE: &str = "yandu_regclass";
/// Turns the number of a table into its name.
pub(crate) const TABLE_NAME: &str = "yandu_regclass_name";
/// Turns the name or the number of a type into its number.
pub(crate) const TYPE: &str = "yandu_regtype";

/// Gives the places of an array, from 1.
pub(crate) const SUBSCRIPTS: &str = "yandu_subscripts";

/// What whoever asks may do with what is seen.
const ALLOWED: [&str; 5] = ["SELECT", "USAGE", "CONNECT", "MEMBER", "EXECUTE"];

/// Functions that say nothing: there is nothing of the kind here.
const NOTHING: &[&str] = &[
    "pg_get_expr",
    "pg_get_constraintdef",
    "pg_get_indexdef",
    "pg_get_viewdef",
    "pg_get_ruledef",
    "pg_get_functiondef",
    "pg_get_function_result",
    "pg_get_function_arguments",
    "pg_get_function_identity_arguments",
    "pg_get_triggerdef",
    "pg_get_partkeydef",
    "pg_get_statisticsobjdef_columns",
    "pg_get_serial_sequence",
    "pg_get_partition_constraintdef",
    "shobj_description",
    "pg_tablespace_location",
    "pg_advisory_unlock_all",
    "inet_server_addr",
    "inet_client_addr",
];

/// Functions of sizes, which are not told.
const SIZES: &[&str] = &[
    "pg_relation_size",
    "pg_table_size",
    "pg_total_relation_size",
    "pg_indexes_size",
    "pg_database_size",
];

const PRIVILEGES: &[&str] = &[
    "has_table_privilege",
    "has_schema_privilege",
    "has_database_privilege",
    "has_column_privilege",
    "has_any_column_privilege",
    "has_function_privilege",
    "has_sequence_privilege",
    "has_type_privilege",
    "has_tablespace_privilege",
    "has_language_privilege",
    "has_server_privilege",
    "has_foreign_data_wrapper_privilege",
    "pg_has_role",
];

const VISIBLE: &[&str] = &[
    "pg_type_is_visible",
    "pg_function_is_visible",
    "pg_operator_is_visible",
    "pg_collation_is_visible",
    "pg_opclass_is_visible",
    "pg_conversion_is_visible",
];

/// Adds the functions of a question.
pub(super) fn add(mut beside: Beside, seen: &Arc<Seen>) -> Beside {
    for name in NOTHING {
        beside = beside.with_function(name, 0..=4, DataType::Utf8, |_, rows| {
            Arc::new(StringArray::new_null(rows))
        });
    }
    for name in SIZES {
        beside = beside.with_function(name, 1..=2, DataType::Int64, |_, rows| {
            Arc::new(Int64Array::new_null(rows))
        });
    }
    for name in PRIVILEGES {
        beside = beside.with_function(name, 2..=4, DataType::Boolean, privileges);
    }
    for name in VISIBLE {
        beside = beside.with_function(name, 1..=1, DataType::Boolean, |_, rows| {
            Arc::new(BooleanArray::from(vec![true; rows]))
        });
    }
    beside = constants(beside, seen);
    beside = of_tables(beside, seen);
    of_texts(beside)
}

/// What is the same for a whole question.
fn constants(mut beside: Beside, seen: &Arc<Seen>) -> Beside {
    let schema = seen.search_path().into_iter().next();
    let user = &seen.user;
    let version = format!("PostgreSQL {SERVER_VERSION}");
    for (name, value) in [
        ("version", Some(version.as_str())),
        ("current_database", Some(DATABASE)),
        ("current_catalog", Some(DATABASE)),
        ("current_schema", schema.as_deref()),
        ("current_user", Some(user)),
        ("current_role", Some(user)),
        ("session_user", Some(user)),
        ("user", Some(user)),
        ("pg_client_encoding", Some("UTF8")),
    ] {
        let value = value.map(str::to_owned);
        beside = beside.with_function(name, 0..=0, DataType::Utf8, move |_, rows| {
            texts(rows, |_| value.clone())
        });
    }
    for (name, value) in [
        ("pg_is_in_recovery", false),
        ("pg_is_wal_replay_paused", false),
    ] {
        beside = beside.with_function(name, 0..=0, DataType::Boolean, move |_, rows| {
            Arc::new(BooleanArray::from(vec![value; rows]))
        });
    }
    for name in ["txid_current", "pg_backend_pid", "pg_my_temp_schema"] {
        beside = beside.with_function(name, 0..=0, DataType::Int64, |_, rows| {
            Arc::new(Int64Array::from(vec![0; rows]))
        });
    }
    let path = seen.search_path();
    let beside = beside.with_function(
        "current_schemas",
        1..=1,
        DataType::new_list(DataType::Utf8, true),
        move |values, rows| {
            let with_own = values
                .first()
                .and_then(|all| all.as_boolean_opt()?.iter().next()?)
                .unwrap_or_default();
            let own = with_own.then(|| SCHEMA.to_owned());
            let all: Vec<String> = own.into_iter().chain(path.clone()).collect();
            list(&all, rows)
        },
    );
    let settings = seen.settings.clone();
    beside
        .with_function(
            "current_setting",
            1..=2,
            DataType::Utf8,
            move |values, rows| {
                let names = text(values, 0);
                texts(rows, |row| {
                    let name = value(names.as_ref(), row)?;
                    settings.get(name).map(str::to_owned)
                })
            },
        )
        // A question changes nothing, not even a setting; `SET` does.
        .with_function("set_config", 3..=3, DataType::Utf8, |values, rows| {
            let given = text(values, 1);
            texts(rows, |row| value(given.as_ref(), row).map(str::to_owned))
        })
}

/// What is said of tables and types.
fn of_tables(beside: Beside, seen: &Arc<Seen>) -> Beside {
    let of_table = Arc::clone(seen);
    let of_column = Arc::clone(seen);
    let of_name = Arc::clone(seen);
    let named_table = Arc::clone(seen);
    let visible = Arc::clone(seen);
    let user = seen.user.clone();
    beside
        .with_function("format_type", 2..=2, DataType::Utf8, |values, rows| {
            let types = oids(values, 0);
            let modifiers = integers(values, 1);
            texts(rows, |row| {
                let oid = number(types.as_ref(), row)?;
                let modifier = modifiers.as_ref().filter(|all| all.is_valid(row));
                let modifier = modifier.map_or(-1, |all| all.value(row));
                Some(written(oid, modifier).unwrap_or_else(|| "???".to_owned()))
            })
        })
        .with_function(
            "obj_description",
            1..=2,
            DataType::Utf8,
            move |values, rows| {
                let tables = oids(values, 0);
                texts(rows, |row| {
                    let oid = number(tables.as_ref(), row)?;
                    of_table.relations().by_oid(oid)?.title.clone()
                })
            },
        )
        .with_function(
            "col_description",
            2..=2,
            DataType::Utf8,
            move |values, rows| {
                let tables = oids(values, 0);
                let numbers = integers(values, 1);
                texts(rows, |row| {
                    let oid = number(tables.as_ref(), row)?;
                    let place = numbers.as_ref().filter(|all| all.is_valid(row))?.value(row);
                    let attributes = &of_column.relations().by_oid(oid)?.attributes;
                    let found = attributes
                        .iter()
                        .find(|one| i32::from(one.number) == place)?;
                    found.title.clone()
                })
            },
        )
        .with_function(
            "pg_table_is_visible",
            1..=1,
            DataType::Boolean,
            move |values, rows| {
                let tables = oids(values, 0);
                let path = visible.search_path();
                let is_visible = (0..rows).map(|row| {
                    let oid = number(tables.as_ref(), row)?;
                    let relation = visible.relations().by_oid(oid);
                    Some(relation.is_some_and(|relation| path.contains(&relation.schema)))
                });
                Arc::new(is_visible.collect::<BooleanArray>())
            },
        )
        .with_function("pg_get_userbyid", 1..=1, DataType::Utf8, move |_, rows| {
            texts(rows, |_| Some(user.clone()))
        })
        .with_function(TABLE_NAME, 1..=1, DataType::Utf8, move |values, rows| {
            let tables = oids(values, 0);
            texts(rows, |row| {
                let oid = number(tables.as_ref(), row)?;
                let relation = of_name.relations().by_oid(oid);
                let name =
                    relation.map(|relation| format!("{}.{}", relation.schema, relation.name));
                Some(name.unwrap_or_else(|| oid.to_string()))
            })
        })
        .with_function(TABLE, 1..=1, DataType::UInt32, move |values, rows| {
            numbers(values, rows, |name| table_oid(&named_table, name))
        })
        .with_function("to_regclass", 1..=1, DataType::UInt32, {
            let seen = Arc::clone(seen);
            move |values, rows| numbers(values, rows, |name| table_oid(&seen, name))
        })
        .with_function(TYPE, 1..=1, DataType::UInt32, |values, rows| {
            numbers(values, rows, type_oid)
        })
        .with_function("to_regtype", 1..=1, DataType::UInt32, |values, rows| {
            numbers(values, rows, type_oid)
        })
}

/// What is done with texts and arrays.
fn of_texts(beside: Beside) -> Beside {
    let places = DataType::new_list(DataType::Int32, true);
    // What is expanded are the columns of keys and indexes, and there are none.
    let expanded = DataType::Struct(Fields::from(vec![
        Field::new("x", DataType::Int16, true),
        Field::new("n", DataType::Int32, true),
    ]));
    beside
        .with_function(SUBSCRIPTS, 1..=1, places, subscripts)
        .with_function(
            "_pg_expandarray",
            1..=1,
            expanded.clone(),
            move |_, rows| new_null_array(&expanded, rows),
        )
        .with_function("json_build_object", 0..=60, DataType::Utf8, |_, rows| {
            Arc::new(StringArray::new_null(rows))
        })
        .with_function(
            "pg_relation_is_publishable",
            1..=1,
            DataType::Boolean,
            |_, rows| Arc::new(BooleanArray::from(vec![false; rows])),
        )
        .with_function("quote_ident", 1..=1, DataType::Utf8, |values, rows| {
            let names = text(values, 0);
            texts(rows, |row| value(names.as_ref(), row).map(quoted))
        })
        .with_function("quote_literal", 1..=1, DataType::Utf8, |values, rows| {
            let words = text(values, 0);
            texts(rows, |row| {
                let word = value(words.as_ref(), row)?;
                Some(format!("'{}'", word.replace('\'', "''")))
            })
        })
        .with_function("pg_encoding_to_char", 1..=1, DataType::Utf8, |_, rows| {
            texts(rows, |_| Some("UTF8".to_owned()))
        })
        .with_function("pg_char_to_encoding", 1..=1, DataType::Int32, |_, rows| {
            Arc::new(Int32Array::from(vec![6; rows]))
        })
        .with_function("pg_size_pretty", 1..=1, DataType::Utf8, |values, rows| {
            let sizes = text(values, 0);
            texts(rows, |row| {
                Some(format!("{} bytes", value(sizes.as_ref(), row)?))
            })
        })
        .with_function("array_upper", 2..=2, DataType::Int64, |values, rows| {
            bound(values, rows, true)
        })
        .with_function("array_lower", 2..=2, DataType::Int64, |values, rows| {
            bound(values, rows, false)
        })
}

/// The places of the values of arrays.
fn subscripts(values: &[ArrayRef], rows: usize) -> ArrayRef {
    let arrays = values
        .first()
        .and_then(|values| values.as_list_opt::<i32>());
    let lengths = (0..rows).map(|row| {
        let arrays = arrays.filter(|arrays| arrays.is_valid(row));
        arrays.map_or(0, |arrays| arrays.value_length(row))
    });
    let lengths: Vec<i32> = lengths.collect();
    let places: Int32Array = lengths
        .iter()
        .flat_map(|length| 1..=*length)
        .map(Some)
        .collect();
    let offsets = OffsetBuffer::from_lengths(lengths.iter().map(|length| *length as usize));
    let field = Arc::new(Field::new_list_field(DataType::Int32, true));
    Arc::new(ListArray::new(field, offsets, Arc::new(places), None))
}

/// The number of the last or the first value of an array.
fn bound(values: &[ArrayRef], rows: usize, is_upper: bool) -> ArrayRef {
    let arrays = values
        .first()
        .and_then(|values| values.as_list_opt::<i32>());
    let bounds = (0..rows).map(|row| {
        let length = arrays
            .filter(|arrays| arrays.is_valid(row))?
            .value_length(row);
        // The engine makes series of such numbers alone.
        (length > 0).then_some(i64::from(if is_upper { length } else { 1 }))
    });
    Arc::new(bounds.collect::<Int64Array>())
}

/// Whether the last value names something that is allowed.
fn privileges(values: &[ArrayRef], rows: usize) -> ArrayRef {
    let wanted = values
        .len()
        .checked_sub(1)
        .and_then(|last| text(values, last));
    let answers = (0..rows).map(|row| {
        let wanted = value(wanted.as_ref(), row)?.to_uppercase();
        let mut each = wanted.split(',').map(str::trim);
        Some(each.any(|word| ALLOWED.contains(&word)))
    });
    Arc::new(answers.collect::<BooleanArray>())
}

/// Tables of the catalogue that descriptions and dependencies are told apart by.
const CLASSES: [(&str, u32); 7] = [
    ("pg_type", 1_247),
    ("pg_attribute", 1_249),
    ("pg_proc", 1_255),
    ("pg_class", 1_259),
    ("pg_database", 1_262),
    ("pg_constraint", 2_606),
    ("pg_namespace", 2_615),
];

fn table_oid(seen: &Seen, name: &str) -> Option<u32> {
    let name = name.replace('"', "");
    let own = name.strip_prefix("pg_catalog.").unwrap_or(&name);
    if let Some((_, oid)) = CLASSES.iter().find(|(class, _)| *class == own) {
        return Some(*oid);
    }
    let relations = &seen.relations().all;
    let (schema, table) = match name.rsplit_once('.') {
        Some((schema, table)) => (schema.rsplit('.').next()?.to_owned(), table),
        None => (seen.schema_of(&name)?, name.as_str()),
    };
    let mut found = relations.iter();
    let found = found.find(|relation| relation.schema == schema && relation.name == table)?;
    Some(found.oid)
}

fn type_oid(name: &str) -> Option<u32> {
    let name = name.replace('"', "").to_lowercase();
    let name = name.strip_prefix("pg_catalog.").unwrap_or(&name);
    if let Some(element) = name.strip_suffix("[]") {
        return Some(named(element)?.array_oid);
    }
    let array = name.strip_prefix('_');
    let array = array.and_then(|name| TYPES.iter().find(|about| about.name == name));
    let plain = named(name).map(|about| about.oid);
    plain.or(array.map(|about| about.array_oid))
}

/// A name with quotes where it needs some.
fn quoted(name: &str) -> String {
    let is_plain = name.starts_with(|sign: char| sign.is_ascii_lowercase() || sign == '_')
        && name
            .chars()
            .all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_');
    if is_plain {
        return name.to_owned();
    }
    yandu_lake::quoted(name, '"')
}

/// Numbers of things that are given by a number, or by a name that is looked up.
fn numbers(values: &[ArrayRef], rows: usize, find: impl Fn(&str) -> Option<u32>) -> ArrayRef {
    let names = text(values, 0);
    let found = (0..rows).map(|row| {
        let name = value(names.as_ref(), row)?;
        name.parse().ok().or_else(|| find(name))
    });
    Arc::new(found.collect::<UInt32Array>())
}

fn texts(rows: usize, value: impl Fn(usize) -> Option<String>) -> ArrayRef {
    Arc::new((0..rows).map(value).collect::<StringArray>())
}

fn list(all: &[String], rows: usize) -> ArrayRef {
    let each = (0..rows).flat_map(|_| all.iter().map(Some));
    let values: StringArray = each.collect();
    let offsets = OffsetBuffer::from_lengths(vec![all.len(); rows]);
    let field = Arc::new(Field::new_list_field(DataType::Utf8, true));
    Arc::new(ListArray::new(field, offsets, Arc::new(values), None))
}

/// The values at a place, as texts.
fn text(values: &[ArrayRef], place: usize) -> Option<StringArray> {
    let texts = cast(values.get(place)?, &DataType::Utf8).ok()?;
    Some(texts.as_string::<i32>().clone())
}

fn oids(values: &[ArrayRef], place: usize) -> Option<UInt32Array> {
    let oids = cast(values.get(place)?, &DataType::UInt32).ok()?;
    Some(oids.as_primitive::<UInt32Type>().clone())
}

fn integers(values: &[ArrayRef], place: usize) -> Option<Int32Array> {
    let integers = cast(values.get(place)?, &DataType::Int32).ok()?;
    Some(integers.as_primitive::<Int32Type>().clone())
}

fn value(texts: Option<&StringArray>, row: usize) -> Option<&str> {
    let texts = texts?;
    texts.is_valid(row).then(|| texts.value(row))
}

fn number(oids: Option<&UInt32Array>, row: usize) -> Option<u32> {
    let oids = oids?;
    oids.is_valid(row).then(|| oids.value(row))
}
