//! What a metric means: its declaration with the settings of the site put in, and a name for just that.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array};
use arrow::compute::cast;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use indexmap::IndexMap;
use yandu_lake::{Condition, Measure, Merge, Number, compile_condition, compile_measure};
use yandu_pack::Packs;
use yandu_pack::declare::{Across, MetricFile};
use yandu_words::{ColumnName, MetricId, Title};

use crate::{Error, Result};

/// A metric as it is declared here and now.
#[derive(Debug, Clone)]
pub struct Definition {
    /// With the settings of the site in its SQL.
    pub file: Arc<MetricFile>,
    /// Stands for what the number means: another formula, unit or query of the model is another version.
    pub version: Arc<str>,
    /// The SELECT of the model.
    pub model_sql: Arc<str>,
    pub(crate) compiled: Arc<Compiled>,
    /// What the codes of dimensions are called, where their columns have code lists.
    names: Arc<HashMap<ColumnName, IndexMap<String, Title>>>,
}

/// The SQL of a metric, compiled over the columns of its model.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) measure: Measure,
    condition: Option<Condition>,
    adds_up: bool,
}

impl Definition {
    pub(crate) fn read(packs: &Packs, metric: &MetricFile) -> Result<Self> {
        let id = &metric.metric;
        let sql_error = |part: &'static str, message: String| Error::Sql {
            metric: id.clone(),
            part,
            message,
        };
        let file = packs
            .expanded_metric(metric)
            .map_err(|error| sql_error("text", error.to_string()))?;
        let model = packs
            .model(&file.of)
            .ok_or_else(|| sql_error("model", format!("there is no model `{}`", file.of)))?;
        let model_sql = packs
            .sql_of(model)
            .map_err(|error| sql_error("model", error.to_string()))?;
        let dataset = packs
            .dataset(&file.of)
            .ok_or_else(|| sql_error("model", format!("there is no dataset `{}`", file.of)))?;
        let schema: SchemaRef = dataset.schema();
        let measure = compile_measure(&schema, &file.measure)
            .map_err(|problem| sql_error("measure", problem.message))?;
        let condition = file
            .condition
            .as_deref()
            .map(|sql| compile_condition(&schema, sql))
            .transpose()
            .map_err(|problem| sql_error("condition", problem.message))?;
        let named = file.dimensions.iter().filter_map(|(name, dimension)| {
            let column = dimension.column.as_ref().unwrap_or(name);
            let codes = dataset.file().columns.get(column)?.codes.as_ref()?;
            Some((name.clone(), packs.code_list(codes)?.values.clone()))
        });
        let names = Arc::new(named.collect());
        Ok(Self {
            names,
            version: version_of(&file, &model_sql),
            compiled: Arc::new(Compiled {
                adds_up: adds_up(&file, &measure),
                measure,
                condition,
            }),
            file: Arc::new(file),
            model_sql: model_sql.into(),
        })
    }

    /// What a value of a dimension is called.
    pub(crate) fn name_of(&self, dimension: &ColumnName, value: &str) -> Option<&Title> {
        self.names.get(dimension)?.get(value)
    }

    /// The values that a dimension may have, with what they are called, where its list does not have this one: those that are called
    /// so, or else those with this in what they are called, or else all. `None` where it has it, and where the dimension has no list.
    pub(crate) fn others(&self, dimension: &ColumnName, value: &str) -> Option<Vec<(&str, &str)>> {
        let known = self.names.get(dimension)?;
        if known.contains_key(value) {
            return None;
        }
        let named = |fits: &dyn Fn(&str) -> bool| {
            let wanted = known
                .iter()
                .filter(|(_, title)| fits(&title.zh) || title.en.as_deref().is_some_and(fits));
            wanted
                .map(|(code, title)| (code.as_str(), title.zh.as_str()))
                .collect::<Vec<_>>()
        };
        let found = [
            named(&|name| name == value),
            named(&|name| name.contains(value)),
            named(&|_| true),
        ];
        let mut found = found.into_iter();
        Some(found.find(|named| !named.is_empty()).unwrap_or_default())
    }

    pub fn id(&self) -> &MetricId {
        &self.file.metric
    }

    /// Whether the numbers of periods may be added up to that of all of them: those of a sum may, and those of a share, a rate, a mean, a
    /// least or a greatest, or of a level, may not.
    pub fn adds_up(&self) -> bool {
        self.compiled.adds_up
    }

    /// How many days after its end the newest period may be missing; `None` where nothing is promised.
    pub fn promised_days(&self) -> Option<i64> {
        let seconds = self.file.fresh?.seconds()?;
        i64::try_from(seconds / 86_400).ok()
    }

    /// The dimensions with their columns, in the order of the declaration.
    pub(crate) fn dimensions(&self) -> impl Iterator<Item = (&ColumnName, &ColumnName)> {
        let dimensions = self.file.dimensions.iter();
        dimensions.map(|(name, dimension)| (name, dimension.column.as_ref().unwrap_or(name)))
    }

    /// The columns of the model that the number follows from: its period, its dimensions, and what the measure and the condition
    /// read; each once.
    pub fn columns(&self) -> Vec<&str> {
        let mut columns: Vec<&str> = vec![self.file.time.column.as_str()];
        columns.extend(self.dimensions().map(|(_, column)| column.as_str()));
        columns.extend(self.compiled.measure.columns());
        let condition = self.compiled.condition.iter();
        columns.extend(condition.flat_map(Condition::columns));
        let mut seen = std::collections::HashSet::new();
        columns.retain(|column| seen.insert(*column));
        columns
    }

    /// An error of SQL that the declaration has written and no reader: its place is one in a text that nobody sees.
    pub(crate) fn failed(&self, error: yandu_lake::Error) -> Error {
        match error {
            yandu_lake::Error::Query(problem) => Error::Sql {
                metric: self.id().clone(),
                part: "query",
                message: problem.message,
            },
            error => error.into(),
        }
    }

    /// The SELECT that reads the cells: the period, the dimensions and what the measure adds up.
    pub(crate) fn cells_sql(&self) -> String {
        let columns = self.columns();
        let order: Vec<&str> = [self.file.time.column.as_str()]
            .into_iter()
            .chain(self.dimensions().map(|(_, column)| column.as_str()))
            .collect();
        let fits = self
            .file
            .condition
            .as_deref()
            .map(|sql| format!(" and ({sql})"));
        format!(
            "select {} from {} where {} is not null{} order by {}",
            columns.join(", "),
            self.file.of,
            self.file.time.column,
            fits.unwrap_or_default(),
            order.join(", ")
        )
    }
}

/// Titles, thresholds and who owns it may change without the number meaning anything else.
fn version_of(file: &MetricFile, model_sql: &str) -> Arc<str> {
    let meaning = serde_json::json!({
        "of": file.of,
        "where": file.condition,
        "measure": file.measure,
        "unit": file.unit,
        "time": file.time,
        "sql": model_sql,
    });
    let hash = blake3::hash(meaning.to_string().as_bytes());
    hash.to_hex().chars().take(16).collect::<String>().into()
}

fn adds_up(file: &MetricFile, measure: &Measure) -> bool {
    file.time.across == Across::Sum
        && !file.unit.contains(['%', '‰'])
        && measure.merges().all(|merge| merge == Merge::Sum)
        && is_sum(measure)
}

/// Sizes of the numbers that are tried out: a measure may have none for large or for small ones.
const SIZES: [f64; 3] = [1000.0, 1.0, 1_000_000.0];

/// Whether the number of rows together is the sum of their numbers: tried out, because any SQL may stand over the aggregates. A measure
/// that has no number for anything that is tried is not known to be one.
fn is_sum(measure: &Measure) -> bool {
    let mut sizes = SIZES.into_iter();
    sizes
        .find_map(|size| tried_as_sum(measure, size))
        .unwrap_or(false)
}

/// The same with numbers of one size; none where the measure has no number for them.
fn tried_as_sum(measure: &Measure, size: f64) -> Option<bool> {
    let parts = measure.part_types().enumerate().map(|(place, data_type)| {
        // In no part they stand in the ratio in which they do in another.
        let (one, other) = (
            (30 * (place * place + 1)) as f64 * size,
            (170 + 50 * place) as f64 * size,
        );
        let values = Float64Array::from(vec![one, other, one + other]);
        cast(&values, data_type)
    });
    let parts: Result<Vec<ArrayRef>, ArrowError> = parts.collect();
    let numbers = measure.numbers(parts.ok()?).ok()?;
    match numbers.as_slice() {
        [
            Number::Value(one),
            Number::Value(other),
            Number::Value(both),
        ] => Some((one + other - both).abs() <= 1e-6 * both.abs().max(1.0)),
        _ => None,
    }
}
