//! Receipts (凭证) of what leaves the city as a file.
//!
//! A receipt is opened in the records before the first byte leaves, and ended when the last one has, also when whoever read went
//! away. What was open when the program ended is ended as broken off at the next start.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use yandu_policy::Way;
use yandu_store::Store;
use yandu_words::TokenId;
use yandu_words::id::DatasetId;

use crate::event::{EventKind, Note, note};
use crate::{Error, Result, store};

/// The number of a receipt, written `R12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReceiptId(pub(crate) i64);

impl fmt::Display for ReceiptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", self.0)
    }
}

impl FromStr for ReceiptId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text
            .strip_prefix('R')
            .and_then(|number| number.parse().ok());
        number
            .filter(|number| *number > 0)
            .map(Self)
            .ok_or_else(|| format!("`{text}` is no receipt, which is written like R12"))
    }
}

impl TryFrom<String> for ReceiptId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ReceiptId> for String {
    fn from(id: ReceiptId) -> Self {
        id.to_string()
    }
}

/// In which form rows leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileForm {
    /// An answer of more rows than a page has.
    Json,
    Csv,
    Xlsx,
    Parquet,
    /// Files of a table that a client of Delta Sharing was shown the addresses of.
    DeltaSharing,
}

impl FileForm {
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
            Self::DeltaSharing => "delta-sharing",
        }
    }
}

/// What is known of a file before its first byte leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewReceipt {
    /// The id of an account, or [`crate::LOCAL_ADMINISTRATOR`].
    pub reader: String,
    /// What the reader is called.
    pub name: String,
    /// The token that was shown.
    pub token: Option<TokenId>,
    pub way: Way,
    pub form: FileForm,
    /// What the session is for.
    pub purpose: Option<String>,
    /// The question, as it was asked.
    pub sql: String,
    /// The hash of the set of policies; none where no policy stands above the reader.
    pub policy: Option<Arc<str>>,
    pub read: Vec<ReadDataset>,
    pub columns: Vec<ReceiptColumn>,
}

/// A dataset that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadDataset {
    pub dataset: DatasetId,
    /// None where nothing had been committed.
    pub version: Option<u64>,
    /// The policies and grants that showed it.
    pub permits: Vec<Arc<str>>,
    /// The key of what they show together: rows, columns and masks. None where everything is shown.
    pub rights: Option<String>,
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptColumn {
    pub name: String,
    #[serde(rename = "type")]
    pub data_type: String,
}

/// What left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Sent {
    pub rows: u64,
    pub bytes: u64,
    /// SHA-256 of the bytes, as hexadecimal digits.
    pub hash: String,
    /// Whether there were more rows than were asked for.
    pub is_cut: bool,
    /// Why it broke off; none of what is whole.
    pub broken: Option<String>,
}

/// A file that left the city, or is leaving it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub id: ReceiptId,
    pub begun_at: Timestamp,
    pub file: NewReceipt,
    pub ending: Ending,
}

/// How a file ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    Open,
    Ended {
        at: Timestamp,
        sent: Sent,
    },
    /// The program ended before the file did, and nobody has counted.
    Lost {
        at: Timestamp,
        why: String,
    },
}

/// The receipts of a city. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Receipts {
    store: Store,
}

impl Receipts {
    /// Opens the receipts over records whose tables are there. What is still open was cut off with the program.
    pub(crate) async fn open(store: Store) -> Result<Self> {
        let now = store.clock().now();
        let lost = store::receipt::lose(store.pool(), now).await?;
        if lost > 0 {
            tracing::warn!(receipts = lost, "files were cut off when the program ended");
        }
        Ok(Self { store })
    }

    /// Opens the receipt of a file that is about to leave.
    pub async fn begin(&self, file: NewReceipt) -> Result<Receipt> {
        let mut writing = self.store.pool().begin_with("BEGIN IMMEDIATE").await?;
        let receipt = Receipt {
            id: store::receipt::next(&mut writing).await?,
            begun_at: self.store.clock().now(),
            file,
            ending: Ending::Open,
        };
        store::receipt::insert(&mut writing, &receipt).await?;
        let datasets: Vec<&DatasetId> =
            receipt.file.read.iter().map(|read| &read.dataset).collect();
        let told = Note {
            at: receipt.begun_at,
            actor: Some(&receipt.file.reader),
            kind: EventKind::Exported,
            subject: &receipt.id.to_string(),
            detail: json!({
                "form": receipt.file.form,
                "way": receipt.file.way,
                "datasets": datasets,
                "policy": receipt.file.policy,
            }),
        };
        note(&mut writing, &told).await?;
        writing.commit().await?;
        Ok(receipt)
    }

    /// Ends a receipt. It is ended once: what is said later changes nothing.
    pub async fn end(&self, id: ReceiptId, sent: &Sent) -> Result<()> {
        let now = self.store.clock().now();
        store::receipt::end(self.store.pool(), id, now, sent).await
    }

    /// A receipt of a reader, or of anybody.
    pub async fn find(&self, id: ReceiptId, reader: Option<&str>) -> Result<Receipt> {
        let found = store::receipt::find(self.store.pool(), id).await?;
        found
            .filter(|found| reader.is_none_or(|reader| found.file.reader == reader))
            .ok_or(Error::NoReceipt(id))
    }

    /// Receipts of a reader, the newest first; those before one where it is named.
    pub async fn list(
        &self,
        reader: &str,
        before: Option<ReceiptId>,
        limit: u32,
    ) -> Result<Vec<Receipt>> {
        store::receipt::list(self.store.pool(), reader, before, limit).await
    }
}
