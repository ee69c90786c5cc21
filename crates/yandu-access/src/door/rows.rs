//! Conditions on rows, over the tables of the lake.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::datatypes::SchemaRef;
use yandu_lake::{
    Lake, check_row_condition, columns_of_row_condition, compile_row_condition,
    rename_in_row_condition,
};
use yandu_policy::{Principal, RowConditions, RowFault, RowNames, RowOrder};
use yandu_words::id::DatasetId;

/// The tables as they are, or as they would be.
#[derive(Clone)]
pub(super) struct Tables {
    lake: Lake,
    /// What the tables of other packs look like.
    proposed: Arc<HashMap<DatasetId, SchemaRef>>,
}

impl Tables {
    pub(super) fn of(lake: &Lake) -> Self {
        Self {
            lake: lake.clone(),
            proposed: Arc::default(),
        }
    }

    pub(super) fn with(lake: &Lake, proposed: HashMap<DatasetId, SchemaRef>) -> Self {
        Self {
            lake: lake.clone(),
            proposed: Arc::new(proposed),
        }
    }

    fn schema(&self, dataset: &DatasetId) -> Result<SchemaRef, yandu_lake::Error> {
        match self.proposed.get(dataset) {
            Some(proposed) => Ok(Arc::clone(proposed)),
            None => self.lake.schema(dataset),
        }
    }

    /// Whether a table is stored as it would be, so that its rows can be counted.
    pub(super) fn is_stored(&self, dataset: &DatasetId) -> bool {
        let proposed = self.proposed.get(dataset);
        proposed.is_none_or(|proposed| {
            let stored = self.lake.schema(dataset);
            stored.is_ok_and(|stored| stored.fields() == proposed.fields())
        })
    }
}

impl RowConditions for Tables {
    fn check(&self, dataset: &DatasetId, sql: &str, values: &[&str]) -> Result<(), RowFault> {
        let schema = self.schema(dataset).map_err(|error| RowFault {
            message: error.to_string(),
            ..RowFault::default()
        })?;
        check_row_condition(&schema, sql, values).map_err(|problem| RowFault {
            message: problem.message,
            line: problem.line as usize,
            column: problem.column as usize,
            help: problem.help,
        })
    }
}

/// The names of columns in conditions on rows.
pub(super) struct Names;

impl RowNames for Names {
    fn columns(&self, sql: &str) -> BTreeSet<String> {
        columns_of_row_condition(sql).unwrap_or_default()
    }

    fn renamed(&self, sql: &str, names: &BTreeMap<String, String>) -> Option<String> {
        rename_in_row_condition(sql, names).ok()
    }
}

/// Which conditions show more than others, each comparison made once.
pub(super) struct Order {
    tables: Tables,
    known: Mutex<HashMap<String, bool>>,
}

impl Order {
    pub(super) fn of(tables: Tables) -> Self {
        Self {
            tables,
            known: Mutex::default(),
        }
    }

    fn compare(
        &self,
        dataset: &DatasetId,
        (one, reader): (&str, &Principal),
        (others, other_reader): (&[&str], &Principal),
    ) -> bool {
        let Ok(schema) = self.tables.schema(dataset) else {
            return false;
        };
        let values = other_reader.values();
        let Ok(one) = compile_row_condition(&schema, one, &reader.values()) else {
            return false;
        };
        let others: Vec<_> = others
            .iter()
            .filter_map(|other| compile_row_condition(&schema, other, &values).ok())
            .collect();
        one.is_within(&others)
    }
}

impl RowNames for Order {
    fn columns(&self, sql: &str) -> BTreeSet<String> {
        Names.columns(sql)
    }

    fn renamed(&self, sql: &str, names: &BTreeMap<String, String>) -> Option<String> {
        Names.renamed(sql, names)
    }
}

impl RowOrder for Order {
    fn is_within(
        &self,
        dataset: &DatasetId,
        one: (&str, &Principal),
        others: (&[&str], &Principal),
    ) -> bool {
        // Readers matter as far as conditions name their values.
        let named = |text: &str, reader: &Principal| {
            text.contains('$').then(|| {
                let mut values = reader.values();
                values.retain(|name, _| text.contains(&format!("${name}")));
                format!("{values:?}")
            })
        };
        let values = others.0.iter().map(|other| named(other, others.1));
        let values: Vec<Option<String>> = values.collect();
        let key = format!(
            "{dataset} {:?} {:?} {values:?}",
            (one.0, named(one.0, one.1)),
            others.0
        );
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known().get(&key).copied();
        if let Some(found) = found {
            return found;
        }
        let is_within = self.compare(dataset, one, others);
        known().insert(key, is_within);
        is_within
    }
}
