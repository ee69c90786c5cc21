//! The catalogue of one query: packs are schemas, datasets are tables.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::{CatalogProvider, CatalogProviderList, SchemaProvider, TableProvider};
use datafusion::common::DataFusionError;
use datafusion::logical_expr::TableType;
use yandu_words::id::DatasetId;

use crate::door::{Rights, SecuredProvider, Sight};
use crate::session::CATALOGUE;
use crate::session::beside::Beside;
use crate::session::provider::{DatasetProvider, Pins};
use crate::table::Table;
use crate::{Error, Lake};

#[derive(Debug)]
pub(crate) struct Catalogues {
    catalogue: Arc<Packs>,
}

/// What a query may name.
#[derive(Debug, Clone)]
struct Packs {
    lake: Lake,
    pins: Arc<Pins>,
    /// These go before the tables of the lake.
    tables: Arc<BTreeMap<DatasetId, Arc<Table>>>,
    /// What the reader sees; `None` for everything.
    rights: Option<Arc<Rights>>,
    /// What can be named where no pack has the name.
    beside: Arc<Beside>,
}

#[derive(Debug)]
struct Pack {
    name: String,
    packs: Packs,
}

impl Catalogues {
    pub(crate) fn new(
        lake: Lake,
        pins: Arc<Pins>,
        tables: Arc<BTreeMap<DatasetId, Arc<Table>>>,
        rights: Option<Arc<Rights>>,
        beside: Arc<Beside>,
    ) -> Self {
        Self {
            catalogue: Arc::new(Packs {
                lake,
                pins,
                tables,
                rights,
                beside,
            }),
        }
    }
}

impl Packs {
    fn datasets(&self) -> BTreeSet<DatasetId> {
        let own = self.tables.keys().cloned();
        let all = self.lake.datasets().into_iter().chain(own);
        all.filter(|id| self.is_known(id)).collect()
    }

    /// Whether the reader knows of a dataset, though perhaps by permits that have ended.
    fn is_known(&self, id: &DatasetId) -> bool {
        !matches!(self.sight(id), Err(Error::NoDataset(_)))
    }

    /// What the reader sees of a dataset; `None` for everything.
    fn sight(&self, id: &DatasetId) -> Result<Option<Arc<Sight>>, Error> {
        let sight = |rights: &Arc<Rights>| rights.sight(id, self.lake.now());
        self.rights.as_ref().map(sight).transpose()
    }

    fn table(&self, id: &DatasetId) -> Option<Arc<Table>> {
        match self.tables.get(id) {
            Some(table) => Some(Arc::clone(table)),
            None => self.lake.table(id).ok(),
        }
    }
}

impl CatalogProviderList for Catalogues {
    /// Nothing joins the catalogue of a query.
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
        (name == CATALOGUE).then(|| Arc::clone(&self.catalogue) as Arc<dyn CatalogProvider>)
    }
}

impl CatalogProvider for Packs {
    fn schema_names(&self) -> Vec<String> {
        let packs: BTreeSet<String> = self
            .datasets()
            .iter()
            .map(|id| id.parts().0.to_owned())
            .collect();
        packs.into_iter().collect()
    }

    fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        self.schema_names()
            .iter()
            .any(|pack| pack == name)
            .then(|| {
                Arc::new(Pack {
                    name: name.to_owned(),
                    packs: self.clone(),
                }) as Arc<dyn SchemaProvider>
            })
            .or_else(|| self.beside.schema(name))
    }
}

impl Pack {
    fn id(&self, name: &str) -> Option<DatasetId> {
        format!("{}.{name}", self.name).parse().ok()
    }
}

#[async_trait]
impl SchemaProvider for Pack {
    fn table_names(&self) -> Vec<String> {
        self.packs
            .datasets()
            .iter()
            .filter(|id| id.parts().0 == self.name && self.packs.sight(id).is_ok())
            .map(|id| id.name().to_owned())
            .collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>, DataFusionError> {
        let Some(table) = self.id(name).and_then(|id| self.packs.table(&id)) else {
            return Ok(None);
        };
        let sight = match self.packs.sight(&table.id) {
            Err(Error::NoDataset(_)) => return Ok(None),
            sight => sight.map_err(|error| DataFusionError::External(Box::new(error)))?,
        };
        let pins = Arc::clone(&self.packs.pins);
        // A declaration that a session brings along is of the moment that it reads.
        let is_installed = !self.packs.tables.contains_key(&table.id);
        let table = pins
            .typed(table, is_installed)
            .await
            .map_err(|error| DataFusionError::External(Box::new(error)))?;
        Ok(Some(match (&self.packs.rights, sight) {
            (Some(rights), Some(sight)) => Arc::new(SecuredProvider::new(
                self.packs.lake.clone(),
                table,
                pins,
                sight,
                Arc::clone(rights.policy()),
            )),
            _ => Arc::new(DatasetProvider::new(table, pins)),
        }))
    }

    async fn table_type(&self, name: &str) -> Result<Option<TableType>, DataFusionError> {
        Ok(self.table_exist(name).then_some(TableType::Base))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.id(name)
            .is_some_and(|id| self.packs.is_known(&id) && self.packs.table(&id).is_some())
    }
}
