//! A model: a dataset, and the SELECT that makes its rows from other datasets.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use yandu_words::{DatasetId, PackId};

use crate::declare::DatasetFile;
use crate::file::FileText;

mod expand;

pub(crate) use expand::Expanded;

/// The SQL of a dataset whose origin is `model`. The dataset itself is one of [`crate::Packs::datasets`].
#[derive(Debug, Clone)]
pub struct Model {
    id: DatasetId,
    sql: Arc<str>,
    path: PathBuf,
}

impl Model {
    pub(crate) fn new(dataset: &DatasetFile, sql: FileText) -> Self {
        Self {
            id: dataset.dataset.clone(),
            sql: sql.text.into(),
            path: sql.path,
        }
    }

    /// The dataset that the model makes.
    pub fn id(&self) -> &DatasetId {
        &self.id
    }

    pub fn pack(&self) -> PackId {
        self.id.pack()
    }

    /// The SELECT as it stands in its file; [`crate::Packs::sql_of`] puts the settings in.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The file that the SELECT stands in.
    pub fn path_of_sql(&self) -> &Path {
        &self.path
    }
}
