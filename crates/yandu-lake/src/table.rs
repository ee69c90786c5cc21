use std::path::PathBuf;
use std::sync::{Arc, RwLock};

use arrow::datatypes::{Schema, SchemaRef};
use yandu_words::id::DatasetId;

use crate::schema::{BATCH, ROW, file_schema, full_schema};
use crate::version::TableVersion;
use crate::{Error, Options, Result};

/// What a dataset's table looks like.
#[derive(Debug, Clone)]
pub struct TableSpec {
    pub id: DatasetId,
    /// The columns of the dataset, without `_batch` and `_row`.
    pub schema: SchemaRef,
    /// The columns that identify a row; empty when nothing does.
    pub key: Vec<String>,
}

/// A declared table. It touches the disk only when somebody reads or writes it.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) id: DatasetId,
    /// The declared columns and the system columns, as readers see them.
    pub(crate) schema: SchemaRef,
    /// The same columns as files hold them.
    pub(crate) file_schema: SchemaRef,
    pub(crate) key: Vec<String>,
    pub(crate) folder: PathBuf,
    pub(crate) tail_folder: PathBuf,
    pub(crate) options: Arc<Options>,
    pub(crate) owned: Arc<Owned>,
}

/// What outlives a new declaration of the same table.
#[derive(Debug, Default)]
pub(crate) struct Owned {
    /// Held by the one who changes the table, for as long as it takes.
    pub(crate) writing: Arc<tokio::sync::Mutex<()>>,
    /// Held while the log is read for the first time.
    pub(crate) loading: tokio::sync::Mutex<()>,
    pub(crate) present: RwLock<Option<Present>>,
}

/// The newest version, as far as this process has read or written it.
#[derive(Debug, Clone)]
pub(crate) struct Present {
    /// `None` while the table has no log.
    pub(crate) version: Option<Arc<TableVersion>>,
}

impl Table {
    pub(crate) fn declare(
        spec: TableSpec,
        options: Arc<Options>,
        owned: Arc<Owned>,
    ) -> Result<Self> {
        for column in &spec.key {
            if spec.schema.column_with_name(column).is_none() {
                return Err(Error::KeyColumn {
                    dataset: spec.id,
                    column: column.clone(),
                });
            }
        }
        let schema = full_schema(&spec.schema);
        for field in schema.fields() {
            crate::schema::StoredColumn::of(&spec.id, field)?;
        }
        let (pack, name) = spec.id.parts();
        Ok(Self {
            folder: options.root.join(pack).join(name),
            tail_folder: options.tail_root.join(pack).join(name),
            file_schema: file_schema(&schema),
            schema,
            key: spec.key,
            id: spec.id,
            options,
            owned,
        })
    }

    /// The present version, read from the log when this is the first touch.
    pub(crate) async fn present(&self) -> Result<Present> {
        if let Some(present) = self.cached() {
            return Ok(present);
        }
        let _loading = self.owned.loading.lock().await;
        if let Some(present) = self.cached() {
            return Ok(present);
        }
        let present = Present {
            version: TableVersion::load(&self.id, &self.folder, None)
                .await?
                .map(Arc::new),
        };
        self.set_present(present.clone());
        Ok(present)
    }

    fn cached(&self) -> Option<Present> {
        self.owned
            .present
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn set_present(&self, present: Present) {
        *self
            .owned
            .present
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = Some(present);
    }

    /// Lets the next touch read the log again.
    pub(crate) fn forget(&self) {
        *self
            .owned
            .present
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = None;
    }

    /// Indices of the key columns in [`Self::schema`].
    pub(crate) fn key_indices(&self) -> Vec<usize> {
        key_indices(&self.schema, &self.key)
    }

    pub(crate) fn is_system(column: &str) -> bool {
        column == BATCH || column == ROW
    }
}

pub(crate) fn key_indices(schema: &Schema, key: &[String]) -> Vec<usize> {
    key.iter()
        .filter_map(|column| schema.index_of(column).ok())
        .collect()
}
