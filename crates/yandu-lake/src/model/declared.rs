//! Planning over declared columns: every dataset is a table without rows.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{CatalogProvider, CatalogProviderList, SchemaProvider, TableProvider};
use datafusion::common::DataFusionError;
use datafusion::datasource::empty::EmptyTable;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionConfig;
use datafusion::sql::parser::Statement;
use yandu_words::id::DatasetId;

const CATALOGUE: &str = "yandu";

/// The engine that plans models: the functions and rules of queries, and tables of nothing.
static ENGINE: LazyLock<SessionState> = LazyLock::new(|| {
    let mut config = SessionConfig::new()
        .with_create_default_catalog_and_schema(false)
        .with_default_catalog_and_schema(CATALOGUE, "public");
    config.options_mut().sql_parser.collect_spans = true;
    SessionStateBuilder::new()
        .with_config(config)
        .with_default_features()
        .build()
});

/// Plans a statement. Nothing in it waits, because the tables are there at once.
pub(super) async fn plan(
    schemas: &HashMap<DatasetId, SchemaRef>,
    statement: Statement,
) -> Result<LogicalPlan, DataFusionError> {
    let mut state = ENGINE.clone();
    let tables = Tables(Arc::new(schemas.clone()));
    state.register_catalog_list(Arc::new(tables));
    state.statement_to_plan(statement).await
}

/// The columns of a plan after its types were settled, which finds what is ill-typed.
pub(super) fn typed(plan: &LogicalPlan) -> Result<SchemaRef, DataFusionError> {
    let optimised = ENGINE.optimize(plan)?;
    Ok(Arc::clone(optimised.schema().inner()))
}

#[derive(Debug, Clone)]
struct Tables(Arc<HashMap<DatasetId, SchemaRef>>);

#[derive(Debug)]
struct Pack {
    name: String,
    tables: Tables,
}

impl CatalogProviderList for Tables {
    fn register_catalog(
        &self,
        _name: String,
        _catalog: Arc<dyn CatalogProvider>,
    ) -> Option<Arc<dyn CatalogProvider>> {
        None
    }

    fn catalog_names(&self) -> Vec<String> {
        vec![CATALOGUE.to_owned()]
    }

    fn catalog(&self, name: &str) -> Option<Arc<dyn CatalogProvider>> {
        (name == CATALOGUE).then(|| Arc::new(self.clone()) as Arc<dyn CatalogProvider>)
    }
}

impl CatalogProvider for Tables {
    fn schema_names(&self) -> Vec<String> {
        self.0.keys().map(|id| id.parts().0.to_owned()).collect()
    }

    fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        Some(Arc::new(Pack {
            name: name.to_owned(),
            tables: self.clone(),
        }))
    }
}

impl Pack {
    fn schema(&self, name: &str) -> Option<SchemaRef> {
        let id: DatasetId = format!("{}.{name}", self.name).parse().ok()?;
        self.tables.0.get(&id).map(Arc::clone)
    }
}

#[async_trait]
impl SchemaProvider for Pack {
    fn table_names(&self) -> Vec<String> {
        let ids = self.tables.0.keys().map(DatasetId::parts);
        ids.filter(|(pack, _)| *pack == self.name)
            .map(|(_, name)| name.to_owned())
            .collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>, DataFusionError> {
        Ok(self
            .schema(name)
            .map(|schema| Arc::new(EmptyTable::new(schema)) as Arc<dyn TableProvider>))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.schema(name).is_some()
    }
}
