//! What the server is and can do, and the types that its columns have.

use arrow_flight::sql::metadata::{
    SqlInfoData, SqlInfoDataBuilder, XdbcTypeInfo, XdbcTypeInfoData, XdbcTypeInfoDataBuilder,
};
use arrow_flight::sql::{
    Nullable, Searchable, SqlInfo, SqlNullOrdering, SqlSupportedCaseSensitivity,
    SqlSupportedTransaction, XdbcDataType,
};

use crate::fault::{Fault, Result};

/// What the server can do.
pub(super) fn server() -> Result<SqlInfoData> {
    let mut about = SqlInfoDataBuilder::new();
    about.append(SqlInfo::FlightSqlServerName, "Yandu");
    about.append(SqlInfo::FlightSqlServerVersion, env!("CARGO_PKG_VERSION"));
    about.append(SqlInfo::FlightSqlServerArrowVersion, arrow::ARROW_VERSION);
    about.append(SqlInfo::FlightSqlServerReadOnly, true);
    about.append(SqlInfo::FlightSqlServerSql, true);
    about.append(SqlInfo::FlightSqlServerSubstrait, false);
    let transaction = SqlSupportedTransaction::None as i32;
    about.append(SqlInfo::FlightSqlServerTransaction, transaction);
    about.append(SqlInfo::FlightSqlServerCancel, true);
    about.append(SqlInfo::FlightSqlServerBulkIngestion, false);
    about.append(SqlInfo::SqlDdlCatalog, false);
    about.append(SqlInfo::SqlDdlSchema, false);
    about.append(SqlInfo::SqlDdlTable, false);
    let lower = SqlSupportedCaseSensitivity::SqlCaseSensitivityLowercase as i32;
    about.append(SqlInfo::SqlIdentifierCase, lower);
    about.append(SqlInfo::SqlIdentifierQuoteChar, "\"");
    let exact = SqlSupportedCaseSensitivity::SqlCaseSensitivityCaseInsensitive as i32;
    about.append(SqlInfo::SqlQuotedIdentifierCase, exact);
    about.append(SqlInfo::SqlAllTablesAreSelectable, true);
    let nulls = SqlNullOrdering::SqlNullsSortedHigh as i32;
    about.append(SqlInfo::SqlNullOrdering, nulls);
    about.append(SqlInfo::SqlSchemaTerm, "pack");
    about.append(SqlInfo::SqlCatalogTerm, "city");
    about.build().map_err(|error| Fault::internal(&error))
}

/// The types of columns, by the words of SQL.
pub(super) fn types() -> Result<XdbcTypeInfoData> {
    use XdbcDataType::{
        XdbcBigint, XdbcBit, XdbcDate, XdbcDecimal, XdbcDouble, XdbcTime, XdbcTimestamp,
        XdbcVarchar,
    };
    /// What stands around a constant of the type.
    enum Written {
        Plain,
        Quoted(&'static str),
    }
    use Written::{Plain, Quoted};
    let types = [
        ("BIGINT", XdbcBigint, Some(19), Plain),
        ("BOOLEAN", XdbcBit, Some(1), Plain),
        ("DATE", XdbcDate, Some(10), Quoted("DATE '")),
        ("DECIMAL", XdbcDecimal, Some(38), Plain),
        ("DOUBLE", XdbcDouble, Some(15), Plain),
        ("TIME", XdbcTime, Some(15), Quoted("TIME '")),
        ("TIMESTAMP", XdbcTimestamp, Some(26), Quoted("TIMESTAMP '")),
        ("VARCHAR", XdbcVarchar, None, Quoted("'")),
    ];
    let mut all = XdbcTypeInfoDataBuilder::new();
    for (name, data_type, column_size, written) in types {
        let (before, after) = match written {
            Plain => (None, None),
            Quoted(before) => (Some(before.to_owned()), Some("'".to_owned())),
        };
        let is_number = matches!(data_type, XdbcBigint | XdbcDecimal | XdbcDouble);
        let is_decimal = data_type == XdbcDecimal;
        all.append(XdbcTypeInfo {
            type_name: name.to_owned(),
            data_type,
            column_size,
            literal_prefix: before,
            literal_suffix: after,
            create_params: None,
            nullable: Nullable::NullabilityNullable,
            case_sensitive: data_type == XdbcVarchar,
            searchable: Searchable::Full,
            unsigned_attribute: is_number.then_some(false),
            fixed_prec_scale: false,
            auto_increment: None,
            local_type_name: Some(name.to_owned()),
            minimum_scale: is_decimal.then_some(0),
            maximum_scale: is_decimal.then_some(38),
            sql_data_type: data_type,
            datetime_subcode: None,
            num_prec_radix: is_number.then_some(10),
            interval_precision: None,
        });
    }
    all.build().map_err(|error| Fault::internal(&error))
}
