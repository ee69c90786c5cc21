//! A dataset with what follows from its declaration: the schema of its table, grades, masks, headers.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use indexmap::IndexMap;
use yandu_words::{ColumnName, DatasetId, FieldId, Grade, Mask, ValueType, fold_header};

use crate::declare::{CheckKind, Column, DatasetFile, Level};
use crate::settled::{SettledColumn, SettledDataset};

/// A dataset as it was declared.
#[derive(Debug, Clone)]
pub struct Dataset {
    file: Arc<DatasetFile>,
    path: PathBuf,
    schema: SchemaRef,
    settled: Arc<SettledDataset>,
}

impl Dataset {
    pub(crate) fn new(file: DatasetFile, path: PathBuf) -> Self {
        let schema = schema(&file);
        Self {
            file: Arc::new(file),
            path,
            schema,
            settled: Arc::default(),
        }
    }

    /// What the file of the dataset says.
    pub fn file(&self) -> &DatasetFile {
        &self.file
    }

    pub fn id(&self) -> &DatasetId {
        &self.file.dataset
    }

    /// The file that declares the dataset.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What a hard check of the number of rows expects where it does not hold of so many, such as `at least 3`. It is said of a whole
    /// delivery or model, and no row is at fault.
    pub fn row_count_missed(&self, rows: u64) -> Option<String> {
        self.file.checks.iter().find_map(|check| {
            let (CheckKind::Rows { count }, Level::Hard) = (&check.kind, check.level) else {
                return None;
            };
            let holds = count.at_least.is_none_or(|least| rows >= least)
                && count.at_most.is_none_or(|most| rows <= most);
            if holds {
                return None;
            }
            match (count.at_least, count.at_most) {
                (Some(least), Some(most)) => Some(format!("{least} to {most}")),
                (Some(least), None) => Some(format!("at least {least}")),
                (None, most) => most.map(|most| format!("at most {most}")),
            }
        })
    }

    /// The declared columns in their order, all nullable, without the columns that the lake adds.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.file.columns.get(name)
    }

    /// The highest grade of its columns, and at least what the dataset as a whole was settled to have.
    pub fn grade(&self) -> Grade {
        self.file
            .columns
            .keys()
            .filter_map(|name| self.column_grade(name.as_str()))
            .chain(self.file.grade)
            .chain(self.settled.grade)
            .max()
            .unwrap_or(Grade::General1)
    }

    /// What the dataset as a whole was settled to have at least.
    pub fn settled_grade(&self) -> Option<Grade> {
        self.settled.grade
    }

    /// The grade of a column: what was settled for its field, or else what is declared.
    pub fn column_grade(&self, name: &str) -> Option<Grade> {
        let settled = self.settled_column(name).and_then(|column| column.grade);
        settled.or_else(|| self.declared_grade(name))
    }

    /// The grade of a column as its pack declares it: its own, or else the higher of those of its standard and of the dataset.
    pub fn declared_grade(&self, name: &str) -> Option<Grade> {
        self.column(name).map(|column| self.file.grade_of(column))
    }

    /// What stands in for a value that a reader may not see: the column's mask, that of its standard for its grade, or nothing
    /// at all.
    pub fn column_mask(&self, name: &str) -> Option<Mask> {
        self.mask_at(name, self.column_grade(name)?)
    }

    /// The same as its pack declares it, whatever was settled of the grade of the column.
    pub fn declared_mask(&self, name: &str) -> Option<Mask> {
        self.mask_at(name, self.declared_grade(name)?)
    }

    fn mask_at(&self, name: &str, grade: Grade) -> Option<Mask> {
        let column = self.column(name)?;
        let usual = || column.standard.map(|standard| standard.mask_at(grade));
        Some(column.mask.clone().or_else(usual).unwrap_or(Mask::Null))
    }

    /// The field that a column is; none where no city has written it down.
    pub fn field(&self, name: &str) -> Option<FieldId> {
        self.settled_column(name).map(|column| column.field)
    }

    /// Why the grade of a column may be lower than what flows in: as it was settled, or as its pack says.
    pub fn lowered(&self, name: &str) -> Option<&str> {
        let settled = self
            .settled_column(name)
            .and_then(|column| column.lowered.as_deref());
        settled.or_else(|| {
            let column = self.column(name).filter(|column| column.may_be_lower())?;
            column.lowered.as_deref()
        })
    }

    /// Whether somebody settled that a column is less sensitive than what flows in, which holds for values that arrive
    /// themselves too.
    pub fn is_settled_lower(&self, name: &str) -> bool {
        self.settled_column(name)
            .is_some_and(|column| column.lowered.is_some())
    }

    pub(crate) fn settled(&self) -> &Arc<SettledDataset> {
        &self.settled
    }

    fn settled_column(&self, name: &str) -> Option<&SettledColumn> {
        self.settled.columns.get(name)
    }

    pub(crate) fn settle(&mut self, settled: Option<&Arc<SettledDataset>>) {
        self.settled = settled.cloned().unwrap_or_default();
    }

    /// The headers under which a column is delivered, its own name first.
    pub fn aliases(&self, name: &str) -> Vec<&str> {
        match self.file.columns.get_key_value(name) {
            Some((name, column)) => std::iter::once(name.as_str())
                .chain(column.from.iter().map(String::as_str))
                .collect(),
            None => Vec::new(),
        }
    }

    /// The headers of a delivery; `more` are those that only its source knows, and they come first.
    pub fn headers(&self, more: &IndexMap<String, ColumnName>) -> Headers {
        let mut columns = HashMap::new();
        for (header, column) in more {
            columns.insert(fold_header(header), column.clone());
        }
        for (name, column) in &self.file.columns {
            columns
                .entry(fold_header(name.as_str()))
                .or_insert_with(|| name.clone());
            for header in &column.from {
                columns
                    .entry(fold_header(header))
                    .or_insert_with(|| name.clone());
            }
        }
        Headers(columns)
    }
}

/// Headers with the columns that they stand for.
#[derive(Debug, Clone, Default)]
pub struct Headers(HashMap<String, ColumnName>);

impl Headers {
    pub fn column(&self, header: &str) -> Option<&ColumnName> {
        self.0.get(&fold_header(header))
    }
}

/// The schema of a dataset's rows.
pub(crate) fn schema(file: &DatasetFile) -> SchemaRef {
    let fields: Vec<Field> = file
        .columns
        .iter()
        .map(|(name, column)| Field::new(name.as_str(), data_type(column.value_type()), true))
        .collect();
    Arc::new(Schema::new(fields))
}

fn data_type(value_type: ValueType) -> DataType {
    match value_type {
        ValueType::Text => DataType::Utf8View,
        ValueType::Integer => DataType::Int64,
        ValueType::Decimal { precision, scale } => DataType::Decimal128(precision, scale as i8),
        ValueType::Float => DataType::Float64,
        ValueType::Boolean => DataType::Boolean,
        ValueType::Date => DataType::Date32,
        ValueType::Time => DataType::Time64(TimeUnit::Microsecond),
        ValueType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
    }
}
