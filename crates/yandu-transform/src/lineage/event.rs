//! OpenLineage run events, made of the records of refreshes and collections.
//!
//! There is no second store: an event is what a record says, written in another language, so that none is lost and none
//! can differ. A run gives two events, one when it starts and one when it ends; what is still under way has one so far.
//! A model's output carries where its columns come from. Flows of values are `DIRECT`, flows that decide are `INDIRECT`,
//! in the subtypes of the specification; what decides rows stands under `dataset`, as the facet has it since 1.2.

mod facet;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::{Builder, Uuid};
use yandu_lake::{SqlLineage, Version};
use yandu_pack::Dataset;

pub use facet::{Assertion, ColumnQuality, Quality};

/// Namespace of the jobs and datasets of this program.
const NAMESPACE: &str = "yandu";
const RUN_EVENT: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work<'a> {
    /// Computed a model by this SELECT.
    Refresh { sql: &'a str },
    /// Took a delivery in; the source is `pack.name`, and absent for what somebody handed over.
    Collect {
        source: Option<&'a str>,
        delivered_as: &'a str,
    },
    /// Took rows in one by one.
    Write,
}

/// A dataset as a run read or left it.
#[derive(Debug, Clone, Copy)]
pub struct Flowing<'a> {
    pub dataset: &'a Dataset,
    pub version: Option<Version>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<'a> {
    Complete,
    /// It goes on; what is told is how far it is.
    Running,
    /// It was stopped.
    Abort,
    Fail {
        code: &'a str,
        message: &'a str,
    },
}

/// The end of a run.
#[derive(Debug, Clone)]
pub struct End<'a> {
    pub at: Timestamp,
    pub outcome: Outcome<'a>,
    /// Rows that it put into the dataset.
    pub rows: u64,
    /// Bytes that it took in.
    pub bytes: Option<u64>,
    pub quality: Option<Quality>,
}

/// One record of work.
#[derive(Debug, Clone)]
pub struct Run<'a> {
    pub id: &'a str,
    pub work: Work<'a>,
    pub started_at: Timestamp,
    pub inputs: Vec<Flowing<'a>>,
    pub output: Flowing<'a>,
    /// Where the columns of a model come from.
    pub lineage: Option<&'a SqlLineage>,
    pub end: Option<End<'a>>,
}

impl Run<'_> {
    /// The event of its start.
    pub fn start(&self) -> Value {
        let output = self.output(None);
        self.event("START", self.started_at, Map::new(), &output)
    }

    /// The event of its end, when it has ended.
    pub fn end(&self) -> Option<Value> {
        let end = self.end.as_ref()?;
        let (kind, error) = match end.outcome {
            Outcome::Complete => ("COMPLETE", None),
            Outcome::Running => ("RUNNING", None),
            Outcome::Abort => ("ABORT", None),
            Outcome::Fail { code, message } => ("FAIL", Some(facet::error(code, message))),
        };
        let facets = error.map(|error| ("errorMessage".to_owned(), error));
        let output = self.output(Some(end));
        Some(self.event(kind, end.at, facets.into_iter().collect(), &output))
    }

    fn event(
        &self,
        kind: &str,
        at: Timestamp,
        mut run: Map<String, Value>,
        output: &Value,
    ) -> Value {
        run.insert("processing_engine".to_owned(), facet::engine());
        run.insert("externalQuery".to_owned(), facet::record(self.id));
        json!({
            "eventType": kind,
            "eventTime": at.to_string(),
            "producer": facet::producer(),
            "schemaURL": RUN_EVENT,
            "run": {"runId": run_id(self.id).to_string(), "facets": run},
            "job": self.job(),
            "inputs": self.inputs(),
            "outputs": [output],
        })
    }

    fn job(&self) -> Value {
        let dataset = self.output.dataset;
        let (word, kind, sql) = match self.work {
            Work::Refresh { sql } => ("model", "MODEL", Some(sql)),
            Work::Collect { .. } => ("collect", "JOB", None),
            Work::Write => ("write", "JOB", None),
        };
        let mut facets = Map::new();
        facets.insert(
            "jobType".to_owned(),
            facet::job_type(kind, self.work == Work::Write),
        );
        facets.insert("ownership".to_owned(), facet::job_ownership(dataset));
        if let Some(sql) = sql {
            facets.insert("sql".to_owned(), facet::sql(sql));
        }
        json!({
            "namespace": NAMESPACE,
            "name": format!("{word}.{}", dataset.id()),
            "facets": facets,
        })
    }

    fn inputs(&self) -> Vec<Value> {
        if let Work::Collect {
            source,
            delivered_as,
        } = self.work
        {
            // What a department hands over is a dataset of its own, under the name of the source.
            let name = match source {
                Some(source) => format!("source:{source}"),
                None => format!("delivery:{}", self.output.dataset.id()),
            };
            return vec![json!({
                "namespace": NAMESPACE,
                "name": name,
                "facets": {"dataSource": facet::data_source(delivered_as)},
            })];
        }
        self.inputs
            .iter()
            .map(|input| {
                json!({
                    "namespace": NAMESPACE,
                    "name": input.dataset.id().as_str(),
                    "facets": input.facets(),
                })
            })
            .collect()
    }

    fn output(&self, end: Option<&End<'_>>) -> Value {
        let mut facets = Flowing {
            version: end.and(self.output.version),
            ..self.output
        }
        .facets();
        if let Some(lineage) = self.lineage {
            facets.insert("columnLineage".to_owned(), facet::column_lineage(lineage));
        }
        let mut output = Map::new();
        if let Some(end) = end {
            if let Some(quality) = &end.quality {
                facets.insert("dataQualityMetrics".to_owned(), quality.metrics());
                facets.insert("dataQualityAssertions".to_owned(), quality.assertions());
            }
            output.insert(
                "outputStatistics".to_owned(),
                facet::output_statistics(end.rows, end.bytes),
            );
        }
        json!({
            "namespace": NAMESPACE,
            "name": self.output.dataset.id().as_str(),
            "facets": facets,
            "outputFacets": output,
        })
    }
}

impl Flowing<'_> {
    fn facets(&self) -> Map<String, Value> {
        let mut facets = Map::new();
        facets.insert("schema".to_owned(), facet::schema(self.dataset));
        facets.insert("ownership".to_owned(), facet::ownership(self.dataset));
        facets.insert(
            "documentation".to_owned(),
            facet::documentation(self.dataset),
        );
        facets.insert("datasetType".to_owned(), facet::dataset_type());
        if let Some(version) = self.version {
            facets.insert("version".to_owned(), facet::version(version));
        }
        facets
    }
}

/// The id of a record as a UUID, which every run of the specification has; the same one each time.
fn run_id(id: &str) -> Uuid {
    Uuid::try_parse(id).unwrap_or_else(|_| {
        let hash = blake3::hash(id.as_bytes());
        let mut bytes = [0; 16];
        for (byte, hashed) in bytes.iter_mut().zip(hash.as_bytes()) {
            *byte = *hashed;
        }
        Builder::from_custom_bytes(bytes).into_uuid()
    })
}

#[cfg(test)]
mod tests;
