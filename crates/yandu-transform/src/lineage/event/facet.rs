//! The facets of events, each under the version of the schema that it is written for.

use std::collections::BTreeMap;

use arrow::datatypes::{DataType, TimeUnit};
use serde_json::{Map, Value, json};
use yandu_lake::{Flow, FlowKind, SqlLineage, Version};
use yandu_pack::Dataset;

use super::NAMESPACE;

/// Quality of what a run left behind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Quality {
    /// Rows that were looked at.
    pub rows: u64,
    pub columns: Vec<ColumnQuality>,
    pub assertions: Vec<Assertion>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnQuality {
    pub name: String,
    pub nulls: u64,
    pub distinct: u64,
}

/// One check, and whether all rows passed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    pub name: String,
    pub column: Option<String>,
    pub has_passed: bool,
    /// Whether rows that break it are kept out.
    pub is_hard: bool,
    /// Rows that broke it.
    pub rows: u64,
}

/// This program, as the specification wants it named.
pub(super) fn producer() -> String {
    format!("urn:yandu:{}", env!("CARGO_PKG_VERSION"))
}

/// A facet with its fields; `schema` is version and file, `name` the definition in it.
fn facet(version: &str, name: &str, fields: Value) -> Value {
    let mut facet = Map::new();
    facet.insert("_producer".to_owned(), producer().into());
    facet.insert(
        "_schemaURL".to_owned(),
        format!("https://openlineage.io/spec/facets/{version}/{name}.json#/$defs/{name}").into(),
    );
    if let Value::Object(fields) = fields {
        facet.extend(fields);
    }
    Value::Object(facet)
}

pub(super) fn schema(dataset: &Dataset) -> Value {
    let schema = dataset.schema();
    let fields: Vec<Value> = dataset
        .file()
        .columns
        .iter()
        .enumerate()
        .map(|(place, (name, column))| {
            let field = schema.field_with_name(name.as_str());
            json!({
                "name": name.as_str(),
                "type": field.map_or("text", |field| type_name(field.data_type())),
                "description": column.title.zh,
                "ordinal_position": place + 1,
            })
        })
        .collect();
    facet("1-2-0", "SchemaDatasetFacet", json!({"fields": fields}))
}

fn type_name(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Int64 => "integer",
        DataType::Float64 => "float",
        DataType::Decimal128(..) => "decimal",
        DataType::Boolean => "boolean",
        DataType::Date32 => "date",
        DataType::Time64(TimeUnit::Microsecond) => "time",
        DataType::Timestamp(..) => "timestamp",
        _ => "text",
    }
}

pub(super) fn ownership(dataset: &Dataset) -> Value {
    facet(
        "1-0-1",
        "OwnershipDatasetFacet",
        json!({"owners": owners(dataset)}),
    )
}

pub(super) fn job_ownership(dataset: &Dataset) -> Value {
    facet(
        "1-0-1",
        "OwnershipJobFacet",
        json!({"owners": owners(dataset)}),
    )
}

fn owners(dataset: &Dataset) -> Vec<Value> {
    let file = dataset.file();
    let steward = file.steward.as_ref();
    std::iter::once(json!({"name": file.owner, "type": "OWNER"}))
        .chain(steward.map(|steward| json!({"name": steward, "type": "STEWARD"})))
        .collect()
}

pub(super) fn documentation(dataset: &Dataset) -> Value {
    let file = dataset.file();
    let text = match &file.about {
        Some(about) => format!("{}：{about}", file.title.zh),
        None => file.title.zh.clone(),
    };
    facet(
        "1-1-0",
        "DocumentationDatasetFacet",
        json!({"description": text, "contentType": "text/plain"}),
    )
}

pub(super) fn dataset_type() -> Value {
    facet(
        "1-0-1",
        "DatasetTypeDatasetFacet",
        json!({"datasetType": "TABLE"}),
    )
}

pub(super) fn version(version: Version) -> Value {
    facet(
        "1-0-1",
        "DatasetVersionDatasetFacet",
        json!({"datasetVersion": version.to_string()}),
    )
}

pub(super) fn data_source(delivered_as: &str) -> Value {
    facet(
        "1-0-1",
        "DatasourceDatasetFacet",
        json!({"name": delivered_as}),
    )
}

pub(super) fn sql(sql: &str) -> Value {
    facet(
        "1-1-0",
        "SQLJobFacet",
        json!({"query": sql, "dialect": "datafusion"}),
    )
}

pub(super) fn job_type(kind: &str, is_stream: bool) -> Value {
    facet(
        "2-0-4",
        "JobTypeJobFacet",
        json!({
            "processingType": if is_stream { "STREAMING" } else { "BATCH" },
            "integration": "YANDU",
            "jobType": kind,
        }),
    )
}

pub(super) fn engine() -> Value {
    facet(
        "1-1-1",
        "ProcessingEngineRunFacet",
        json!({"name": "yandu", "version": env!("CARGO_PKG_VERSION")}),
    )
}

/// The id under which this program keeps the record of a run.
pub(super) fn record(id: &str) -> Value {
    facet(
        "1-0-2",
        "ExternalQueryRunFacet",
        json!({"externalQueryId": id, "source": "yandu"}),
    )
}

pub(super) fn error(code: &str, message: &str) -> Value {
    facet(
        "1-0-1",
        "ErrorMessageRunFacet",
        json!({"message": format!("{code}: {message}"), "programmingLanguage": "SQL"}),
    )
}

pub(super) fn output_statistics(rows: u64, bytes: Option<u64>) -> Value {
    let mut fields = json!({"rowCount": rows});
    if let (Some(bytes), Value::Object(fields)) = (bytes, &mut fields) {
        fields.insert("size".to_owned(), bytes.into());
    }
    facet("1-0-2", "OutputStatisticsOutputDatasetFacet", fields)
}

pub(super) fn column_lineage(lineage: &SqlLineage) -> Value {
    let fields: Map<String, Value> = lineage
        .columns
        .iter()
        .map(|column| {
            let inputs = json!({"inputFields": input_fields(&column.from)});
            (column.name.clone(), inputs)
        })
        .collect();
    facet(
        "1-2-0",
        "ColumnLineageDatasetFacet",
        json!({"fields": fields, "dataset": input_fields(&lineage.whole)}),
    )
}

/// One entry for each input column, with a transformation for each way in which it arrives.
fn input_fields(flows: &[Flow]) -> Vec<Value> {
    let mut fields: BTreeMap<(&str, &str), Vec<Value>> = BTreeMap::new();
    for flow in flows {
        let (kind, subtype) = transformation(flow.kind);
        fields
            .entry((flow.dataset.as_str(), &flow.column))
            .or_default()
            .push(json!({"type": kind, "subtype": subtype, "description": "", "masking": false}));
    }
    fields
        .into_iter()
        .map(|((dataset, column), transformations)| {
            json!({
                "namespace": NAMESPACE,
                "name": dataset,
                "field": column,
                "transformations": transformations,
            })
        })
        .collect()
}

/// Type and subtype in the words of the specification's description of column lineage.
fn transformation(kind: FlowKind) -> (&'static str, &'static str) {
    match kind {
        FlowKind::Copied => ("DIRECT", "IDENTITY"),
        FlowKind::Transformed => ("DIRECT", "TRANSFORMATION"),
        FlowKind::Aggregated => ("DIRECT", "AGGREGATION"),
        FlowKind::Filter => ("INDIRECT", "FILTER"),
        FlowKind::Join => ("INDIRECT", "JOIN"),
        FlowKind::Group => ("INDIRECT", "GROUP_BY"),
        FlowKind::Sort => ("INDIRECT", "SORT"),
        FlowKind::Window => ("INDIRECT", "WINDOW"),
    }
}

impl Quality {
    pub(super) fn metrics(&self) -> Value {
        let columns: Map<String, Value> = self
            .columns
            .iter()
            .map(|column| {
                let metrics = json!({
                    "nullCount": column.nulls,
                    "distinctCount": column.distinct,
                    "count": self.rows.saturating_sub(column.nulls),
                });
                (column.name.clone(), metrics)
            })
            .collect();
        facet(
            "1-0-0",
            "DataQualityMetricsDatasetFacet",
            json!({"rowCount": self.rows, "columnMetrics": columns}),
        )
    }

    pub(super) fn assertions(&self) -> Value {
        let assertions: Vec<Value> = self.assertions.iter().map(Assertion::json).collect();
        facet(
            "1-1-0",
            "DataQualityAssertionsDatasetFacet",
            json!({"assertions": assertions}),
        )
    }
}

impl Assertion {
    fn json(&self) -> Value {
        let mut assertion = json!({
            "assertion": self.name,
            "name": self.name,
            "success": self.has_passed,
            "severity": if self.is_hard { "error" } else { "warn" },
            "expected": "0",
            "actual": self.rows.to_string(),
        });
        if let (Some(column), Value::Object(fields)) = (&self.column, &mut assertion) {
            fields.insert("column".to_owned(), column.as_str().into());
        }
        assertion
    }
}
