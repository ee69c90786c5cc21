//! What a face lets a query name beside the datasets: tables in memory of schemas of its own, and functions over values.
//!
//! Whoever makes them answers for what is in them, and makes them for one reader of what that reader may know. They are no
//! datasets: nothing of the lake is read for them, no rights are applied, and the engine's information schema does not list
//! them. The two checks of a plan let through this provider and no other one ([`BesideProvider`]).

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::memory::MemorySourceConfig;
use datafusion::catalog::{SchemaProvider, Session, TableProvider};
use datafusion::common::DataFusionError;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TableType,
    Volatility,
};
use datafusion::physical_plan::ExecutionPlan;

/// Makes the rows of a table when a query names it.
type Make = dyn Fn() -> RecordBatch + Send + Sync;

/// Gives one value a row; the number of rows is the second argument.
type Run = dyn Fn(&[ArrayRef], usize) -> ArrayRef + Send + Sync;

/// Tables and functions beside the datasets.
#[derive(Clone, Default)]
pub struct Beside {
    /// By schema and name.
    tables: BTreeMap<String, BTreeMap<String, Arc<Make>>>,
    functions: Vec<Arc<ScalarUDF>>,
}

impl Beside {
    /// Adds a table. A dataset of the same name goes before it.
    #[must_use]
    pub fn with_table(
        mut self,
        schema: &str,
        name: &str,
        make: impl Fn() -> RecordBatch + Send + Sync + 'static,
    ) -> Self {
        let tables = self.tables.entry(schema.to_owned()).or_default();
        tables.insert(name.to_owned(), Arc::new(make));
        self
    }

    /// Adds a function of as many values of any type as `arguments` says, in the place of one of the engine with its name.
    #[must_use]
    pub fn with_function(
        mut self,
        name: &'static str,
        arguments: RangeInclusive<usize>,
        returns: DataType,
        run: impl Fn(&[ArrayRef], usize) -> ArrayRef + Send + Sync + 'static,
    ) -> Self {
        self.functions.push(Arc::new(ScalarUDF::from(Function {
            name,
            arguments,
            returns,
            run: Arc::new(run),
            signature: Signature::user_defined(Volatility::Stable),
        })));
        self
    }

    pub(crate) fn functions(&self) -> &[Arc<ScalarUDF>] {
        &self.functions
    }

    /// The provider of a schema; the tables of the lake have been looked through before.
    pub(crate) fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        let tables = self.tables.get(name)?.clone();
        Some(Arc::new(BesideSchema { tables }))
    }
}

impl fmt::Debug for Beside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |tables: &BTreeMap<String, Arc<Make>>| tables.keys().cloned().collect();
        let tables: BTreeMap<&str, Vec<String>> = self
            .tables
            .iter()
            .map(|(schema, tables)| (schema.as_str(), names(tables)))
            .collect();
        f.debug_struct("Beside")
            .field("tables", &tables)
            .finish_non_exhaustive()
    }
}

struct BesideSchema {
    tables: BTreeMap<String, Arc<Make>>,
}

impl fmt::Debug for BesideSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.tables.keys()).finish()
    }
}

#[async_trait]
impl SchemaProvider for BesideSchema {
    fn table_names(&self) -> Vec<String> {
        self.tables.keys().cloned().collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>, DataFusionError> {
        let made = self
            .tables
            .get(name)
            .map(|make| Arc::new(BesideProvider { rows: make() }) as Arc<dyn TableProvider>);
        Ok(made)
    }

    fn table_exist(&self, name: &str) -> bool {
        self.tables.contains_key(name)
    }
}

/// Rows in memory.
#[derive(Debug)]
pub(crate) struct BesideProvider {
    rows: RecordBatch,
}

#[async_trait]
impl TableProvider for BesideProvider {
    fn schema(&self) -> SchemaRef {
        self.rows.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let rows = vec![vec![self.rows.clone()]];
        let plan = MemorySourceConfig::try_new_exec(&rows, self.schema(), projection.cloned())?;
        Ok(plan)
    }
}

struct Function {
    name: &'static str,
    arguments: RangeInclusive<usize>,
    returns: DataType,
    run: Arc<Run>,
    signature: Signature,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Two functions are one when they are the same closure.
impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && Arc::ptr_eq(&self.run, &other.run)
    }
}

impl Eq for Function {}

impl std::hash::Hash for Function {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>, DataFusionError> {
        if self.arguments.contains(&types.len()) {
            return Ok(types.to_vec());
        }
        let (least, most) = (self.arguments.start(), self.arguments.end());
        let (name, given) = (self.name, types.len());
        Err(DataFusionError::Plan(format!(
            "`{name}` takes {least} to {most} values, not {given}"
        )))
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType, DataFusionError> {
        Ok(self.returns.clone())
    }

    fn invoke_with_args(&self, call: ScalarFunctionArgs) -> Result<ColumnarValue, DataFusionError> {
        let rows = call.number_rows;
        let values = ColumnarValue::values_to_arrays(&call.args)?;
        // Constants alone come as one row, whatever the number of rows.
        let is_constant = call
            .args
            .iter()
            .all(|value| matches!(value, ColumnarValue::Scalar(_)));
        let count = if is_constant { 1 } else { rows };
        let result = (self.run)(&values, count);
        if is_constant {
            let value = datafusion::common::ScalarValue::try_from_array(&result, 0)?;
            return Ok(ColumnarValue::Scalar(value));
        }
        Ok(ColumnarValue::Array(result))
    }
}

#[cfg(test)]
mod tests;
