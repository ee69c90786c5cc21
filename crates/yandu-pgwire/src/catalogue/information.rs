//! The information schema, with the types that PostgreSQL has. The engine has one too, in its own words.

use arrow::array::RecordBatch;

use super::relation::{Attribute, Relation};
use super::spec::Filled;
use super::{DATABASE, Seen};
use crate::types::{ColumnType, PgType, written};

/// What stands for `information_schema` in a question that is written anew: that name is the engine's.
pub(crate) const SCHEMA: &str = "pg_information_schema";

type Make = fn(&Seen) -> RecordBatch;

pub(super) const TABLES: &[(&str, Make)] = &[
    ("columns", columns),
    ("role_table_grants", table_privileges),
    ("schemata", schemata),
    ("table_privileges", table_privileges),
    ("tables", tables),
];

pub(super) const EMPTY: &[(&str, &str)] = &[
    (
        "check_constraints",
        "constraint_catalog:t constraint_schema:t constraint_name:t check_clause:t",
    ),
    (
        "constraint_column_usage",
        "table_catalog:t table_schema:t table_name:t column_name:t constraint_catalog:t constraint_schema:t constraint_name:t",
    ),
    (
        "constraint_table_usage",
        "table_catalog:t table_schema:t table_name:t constraint_catalog:t constraint_schema:t constraint_name:t",
    ),
    (
        "domains",
        "domain_catalog:t domain_schema:t domain_name:t data_type:t",
    ),
    (
        "element_types",
        "object_catalog:t object_schema:t object_name:t object_type:t collection_type_identifier:t data_type:t",
    ),
    (
        "key_column_usage",
        "constraint_catalog:t constraint_schema:t constraint_name:t table_catalog:t table_schema:t table_name:t column_name:t ordinal_position:4 position_in_unique_constraint:4",
    ),
    (
        "parameters",
        "specific_catalog:t specific_schema:t specific_name:t ordinal_position:4 parameter_mode:t parameter_name:t data_type:t",
    ),
    (
        "referential_constraints",
        "constraint_catalog:t constraint_schema:t constraint_name:t unique_constraint_catalog:t unique_constraint_schema:t unique_constraint_name:t match_option:t update_rule:t delete_rule:t",
    ),
    (
        "routines",
        "specific_catalog:t specific_schema:t specific_name:t routine_catalog:t routine_schema:t routine_name:t routine_type:t data_type:t routine_definition:t",
    ),
    (
        "sequences",
        "sequence_catalog:t sequence_schema:t sequence_name:t data_type:t start_value:t minimum_value:t maximum_value:t increment:t cycle_option:t",
    ),
    (
        "table_constraints",
        "constraint_catalog:t constraint_schema:t constraint_name:t table_catalog:t table_schema:t table_name:t constraint_type:t is_deferrable:t initially_deferred:t enforced:t nulls_distinct:t",
    ),
    (
        "triggers",
        "trigger_catalog:t trigger_schema:t trigger_name:t event_manipulation:t event_object_schema:t event_object_table:t action_statement:t action_timing:t",
    ),
    (
        "views",
        "table_catalog:t table_schema:t table_name:t view_definition:t check_option:t is_updatable:t is_insertable_into:t",
    ),
];

fn schemata(seen: &Seen) -> RecordBatch {
    Filled::new(&seen.relations().namespaces)
        .text("catalog_name", |_| DATABASE)
        .text("schema_name", |namespace| &namespace.name)
        .text("schema_owner", |_| &seen.user)
        .nothing("default_character_set_catalog:t default_character_set_schema:t default_character_set_name:t sql_path:t")
        .done()
}

fn tables(seen: &Seen) -> RecordBatch {
    Filled::new(&seen.relations().all)
        .text("table_catalog", |_| DATABASE)
        .text("table_schema", |relation| &relation.schema)
        .text("table_name", |relation| &relation.name)
        .text("table_type", |_| "BASE TABLE")
        .nothing("self_referencing_column_name:t reference_generation:t user_defined_type_catalog:t user_defined_type_schema:t user_defined_type_name:t")
        .text("is_insertable_into", |_| "NO")
        .text("is_typed", |_| "NO")
        .nothing("commit_action:t")
        .done()
}

fn table_privileges(seen: &Seen) -> RecordBatch {
    Filled::new(&seen.relations().all)
        .text("grantor", |_| &seen.user)
        .text("grantee", |_| &seen.user)
        .text("table_catalog", |_| DATABASE)
        .text("table_schema", |relation| &relation.schema)
        .text("table_name", |relation| &relation.name)
        .text("privilege_type", |_| "SELECT")
        .text("is_grantable", |_| "NO")
        .text("with_hierarchy", |_| "YES")
        .done()
}

fn columns(seen: &Seen) -> RecordBatch {
    let mut rows: Vec<(&Relation, &Attribute)> = Vec::new();
    for relation in &seen.relations().all {
        rows.extend(
            relation
                .attributes
                .iter()
                .map(|attribute| (relation, attribute)),
        );
    }
    let is = |row: &(&Relation, &Attribute), element: PgType| {
        row.1.column
            == ColumnType {
                modifier: row.1.column.modifier,
                ..ColumnType::plain(element)
            }
    };
    Filled::new(&rows)
        .text("table_catalog", |_| DATABASE)
        .text("table_schema", |(relation, _)| &relation.schema)
        .text("table_name", |(relation, _)| &relation.name)
        .text("column_name", |(_, attribute)| &attribute.name)
        .int4("ordinal_position", |(_, attribute)| i32::from(attribute.number))
        .nothing("column_default:t")
        .text("is_nullable", |_| "YES")
        .text("data_type", |(_, attribute)| data_type(attribute.column))
        .nothing("character_maximum_length:4 character_octet_length:4")
        .some_int4("numeric_precision", |(_, attribute)| precision(attribute.column))
        .some_int4("numeric_precision_radix", |(_, attribute)| radix(attribute.column))
        .some_int4("numeric_scale", |(_, attribute)| scale(attribute.column))
        .some_int4("datetime_precision", move |row| {
            let is_time = [PgType::Time, PgType::Timestamp, PgType::Timestamptz];
            is_time.iter().any(|element| is(row, *element)).then_some(6)
        })
        .nothing("interval_type:t interval_precision:4 character_set_catalog:t character_set_schema:t character_set_name:t collation_catalog:t collation_schema:t collation_name:t domain_catalog:t domain_schema:t domain_name:t")
        .text("udt_catalog", |_| DATABASE)
        .text("udt_schema", |_| super::SCHEMA)
        .text("udt_name", |(_, attribute)| {
            let name = attribute.column.element.about().name;
            if attribute.column.is_array { format!("_{name}") } else { name.to_owned() }
        })
        .nothing("scope_catalog:t scope_schema:t scope_name:t maximum_cardinality:4")
        .text("dtd_identifier", |(_, attribute)| attribute.number.to_string())
        .text("is_self_referencing", |_| "NO")
        .text("is_identity", |_| "NO")
        .nothing("identity_generation:t identity_start:t identity_increment:t identity_maximum:t identity_minimum:t")
        .text("identity_cycle", |_| "NO")
        .text("is_generated", |_| "NEVER")
        .nothing("generation_expression:t")
        .text("is_updatable", |_| "NO")
        .done()
}

fn data_type(column: ColumnType) -> String {
    if column.is_array {
        return "ARRAY".to_owned();
    }
    written(column.oid(), -1).unwrap_or_default()
}

fn precision(column: ColumnType) -> Option<i32> {
    match column.element {
        _ if column.is_array => None,
        PgType::Int2 => Some(16),
        PgType::Int4 => Some(32),
        PgType::Int8 => Some(64),
        PgType::Float4 => Some(24),
        PgType::Float8 => Some(53),
        PgType::Numeric if column.modifier >= 4 => Some((column.modifier - 4) >> 16),
        _ => None,
    }
}

fn radix(column: ColumnType) -> Option<i32> {
    let precision = precision(column)?;
    let is_decimal = column.element == PgType::Numeric;
    (precision > 0).then_some(if is_decimal { 10 } else { 2 })
}

fn scale(column: ColumnType) -> Option<i32> {
    match column.element {
        _ if column.is_array => None,
        PgType::Int2 | PgType::Int4 | PgType::Int8 => Some(0),
        PgType::Numeric if column.modifier >= 4 => Some((column.modifier - 4) & 0xffff),
        _ => None,
    }
}
