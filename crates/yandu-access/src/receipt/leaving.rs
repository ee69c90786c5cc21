//! What is known of rows that are about to leave, said in the same way on every way out.

use std::sync::Arc;

use arrow::datatypes::Schema;
use jiff::Timestamp;
use yandu_lake::{Principal, type_name};
use yandu_policy::Way;
use yandu_words::TokenId;
use yandu_words::id::DatasetId;

use super::counting::AnswerKind;
use super::{FileForm, NewReceipt, ReadDataset, ReceiptColumn};

/// Whoever takes rows, as a receipt tells of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taker {
    /// What they are called.
    pub name: String,
    /// What their session or token is for.
    pub purpose: Option<String>,
}

/// Rows that are about to leave: who takes them, and how.
#[derive(Debug, Clone, Copy)]
pub struct Leaving<'a> {
    /// The id of an account, or [`crate::LOCAL_ADMINISTRATOR`].
    pub reader: &'a str,
    /// The token that was shown.
    pub token: Option<&'a TokenId>,
    /// Whose rights show the rows.
    pub principal: &'a Principal,
    pub way: Way,
    pub form: FileForm,
    /// The question, as it was asked; of what no SQL was written for, what it is.
    pub sql: &'a str,
    /// The datasets that are read, and their versions.
    pub read: &'a [(DatasetId, Option<u64>)],
    /// The columns of the rows.
    pub columns: &'a Schema,
}

impl Leaving<'_> {
    /// What their receipt says.
    pub fn receipt(&self, taker: Taker, now: Timestamp) -> NewReceipt {
        let rights = self.principal.rights();
        let read = self.read.iter().map(|(dataset, version)| ReadDataset {
            dataset: dataset.clone(),
            version: *version,
            permits: rights.map_or_else(Vec::new, |rights| rights.permits(dataset, now)),
            rights: rights.and_then(|rights| rights.fingerprint(dataset, now)),
        });
        let columns = self.columns.fields().iter().map(|field| ReceiptColumn {
            name: field.name().clone(),
            data_type: type_name(field.data_type()),
        });
        NewReceipt {
            reader: self.reader.to_owned(),
            name: taker.name,
            token: self.token.cloned(),
            way: self.way,
            form: self.form,
            purpose: taker.purpose,
            sql: self.sql.to_owned(),
            values: Vec::new(),
            batch: None,
            policy: rights.map(|rights| rights.policy().clone()),
            read: read.collect(),
            columns: columns.collect(),
        }
    }
}

impl AnswerKind {
    /// The kind of a short answer; `shape` is its question without values ([`yandu_lake::shape`]).
    pub(super) fn of(leaving: &Leaving<'_>, shape: Arc<str>, now: Timestamp) -> Self {
        let rights = leaving.principal.rights();
        let read = leaving.read.iter();
        let read: Vec<DatasetId> = read.map(|(dataset, _)| dataset.clone()).collect();
        Self {
            reader: leaving.reader.into(),
            token: leaving.token.cloned(),
            way: leaving.way,
            form: leaving.form,
            policy: rights.map(|rights| rights.policy().clone()),
            rights: rights.map(|rights| rights.id()),
            permits: rights.map_or_else(Vec::new, |rights| {
                let permits = read.iter().flat_map(|dataset| rights.permits(dataset, now));
                permits.collect()
            }),
            read,
            shape,
        }
    }
}
