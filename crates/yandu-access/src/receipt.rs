//! Receipts (凭证) of what leaves the city.
//!
//! A receipt is opened in the records before the first byte leaves, and ended when the last one has, also when whoever read went
//! away. What was open when the program ended is ended as broken off at the next start.
//!
//! What has the form of a file, or more rows than a page, has a receipt of its own. Short answers to programs can come by the
//! thousand in a second: those of one kind stand together under one receipt, which is opened with the first of them, counts them in
//! memory, and is written down every few seconds ([`counting`]). Whatever way an answer leaves by, a [`Recording`] goes with it: a
//! receipt is opened together with its recording, to the end even where the caller goes away, so that none is left open.

mod counting;
mod leaving;
mod recording;
mod shape;

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::Mutex as AsyncMutex;
use yandu_policy::Way;
use yandu_store::Store;
use yandu_words::TokenId;
use yandu_words::id::DatasetId;

use crate::event::{EventKind, Note, note};
use crate::{Error, Result, store};

use counting::Held;
use shape::Shapes;

pub use leaving::{Leaving, Taker};
pub use recording::{Recording, hexadecimal};

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
    /// An answer of more rows than a page has, or lines of JSON.
    Json,
    Csv,
    Tsv,
    Xlsx,
    Parquet,
    /// An official document of Word.
    Docx,
    /// The same as it is printed.
    Pdf,
    /// Files of a table that a client of Delta Sharing was shown the addresses of.
    DeltaSharing,
    /// Rows, or the lines of a copy, over the PostgreSQL protocol.
    Postgresql,
    /// Record batches of Arrow Flight SQL.
    ArrowFlight,
    /// A delivery as it came.
    Delivery,
}

impl FileForm {
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
            Self::Docx => "docx",
            Self::Pdf => "pdf",
            Self::DeltaSharing => "delta-sharing",
            Self::Postgresql => "postgresql",
            Self::ArrowFlight => "arrow-flight",
            Self::Delivery => "delivery",
        }
    }
}

/// What is known of a file, or of a kind of short answers, before its first byte leaves.
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
    /// What the session or the token is for.
    pub purpose: Option<String>,
    /// The question, as it was asked, and without its values where answers are counted; of what no SQL was written for, what it was.
    /// Empty for a delivery.
    pub sql: String,
    /// What `$1` and so on stood for; none where there are none, and where answers are counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Option<String>>,
    /// The delivery that left: as it came, or what of it waits in quarantine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<String>,
    /// The hash of the set of policies; none where no policy stands above the reader.
    pub policy: Option<Arc<str>>,
    pub read: Vec<ReadDataset>,
    pub columns: Vec<ReceiptColumn>,
}

/// A dataset that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadDataset {
    pub dataset: DatasetId,
    /// None where nothing had been committed. Of answers that are counted it is that of the first; which one a later answer has read
    /// follows from when it was.
    pub version: Option<u64>,
    /// The policies and grants that showed it.
    pub permits: Vec<Arc<str>>,
    /// The key of what they show together: rows, columns and masks. None where everything is shown.
    pub rights: Option<String>,
}

impl ReadDataset {
    /// Whether it is the same dataset, shown in the same way.
    fn is_shown_as(&self, other: &Self) -> bool {
        (&self.dataset, &self.permits, &self.rights)
            == (&other.dataset, &other.permits, &other.rights)
    }
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptColumn {
    pub name: String,
    #[serde(rename = "type")]
    pub data_type: String,
}

/// How many short answers were counted under one receipt, and what was in them together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub answers: u64,
    pub rows: u64,
    pub bytes: u64,
    /// When the last one of them ended.
    pub last_at: Timestamp,
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

/// What left the city, or is leaving it: a file, or short answers of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub id: ReceiptId,
    pub begun_at: Timestamp,
    pub file: NewReceipt,
    /// None of a file.
    pub counts: Option<Counts>,
    pub ending: Ending,
}

/// How a receipt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    Open,
    Ended {
        at: Timestamp,
        sent: Sent,
    },
    /// No more answers are counted under it.
    Closed {
        at: Timestamp,
    },
    /// The program ended before it did. Of a file nobody has counted; answers were counted until some seconds before.
    Lost {
        at: Timestamp,
        why: String,
    },
}

/// The receipts of a city. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Receipts {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    held: Mutex<Held>,
    /// One opening of a kind at a time, so that there are no two of one kind.
    opening: AsyncMutex<()>,
    /// One writing of what is held at a time, so that an older count never follows a newer one.
    writing: AsyncMutex<()>,
    shapes: Shapes,
}

impl Receipts {
    /// Opens the receipts over records whose tables are there. What is still open was cut off with the program.
    pub(crate) async fn open(store: Store) -> Result<Self> {
        let now = store.clock().now();
        let lost = store::receipt::lose(store.pool(), now).await?;
        if lost > 0 {
            tracing::warn!(
                receipts = lost,
                "what was leaving was cut off when the program ended"
            );
        }
        Ok(Self {
            inner: Arc::new(Inner {
                store,
                held: Mutex::default(),
                opening: AsyncMutex::default(),
                writing: AsyncMutex::default(),
                shapes: Shapes::default(),
            }),
        })
    }

    /// Opens the receipt of a file that is about to leave, which is told to whoever audits. It ends with its recording, also where the
    /// caller goes away before it has either.
    pub async fn begin(&self, file: NewReceipt) -> Result<(Receipt, Recording)> {
        let receipts = self.clone();
        tokio::spawn(async move { receipts.open_own(file).await }).await?
    }

    async fn open_own(&self, file: NewReceipt) -> Result<(Receipt, Recording)> {
        let mut writing = yandu_store::writing(self.inner.store.pool()).await?;
        let receipt = Receipt {
            id: store::receipt::next(&mut writing).await?,
            begun_at: self.now(),
            file,
            counts: None,
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
        let recording = Recording::of_own(self, receipt.id);
        Ok((receipt, recording))
    }

    /// Ends a receipt. It is ended once: what is said later changes nothing.
    async fn end(&self, id: ReceiptId, sent: &Sent) -> Result<()> {
        let mut writing = self.inner.store.pool().acquire().await?;
        store::receipt::end(&mut writing, id, self.now(), sent).await
    }

    /// A receipt of a reader, or of anybody, with all that was counted until now.
    pub async fn find(&self, id: ReceiptId, reader: Option<&str>) -> Result<Receipt> {
        self.flush().await?;
        let found = store::receipt::find(self.inner.store.pool(), id).await?;
        found
            .filter(|found| reader.is_none_or(|reader| found.file.reader == reader))
            .ok_or(Error::NoReceipt(id))
    }

    /// Receipts of a reader, or of everybody, the newest first; those before one where it is named.
    pub async fn list(
        &self,
        reader: Option<&str>,
        before: Option<ReceiptId>,
        limit: u32,
    ) -> Result<Vec<Receipt>> {
        self.flush().await?;
        store::receipt::list(self.inner.store.pool(), reader, before, limit).await
    }

    fn now(&self) -> Timestamp {
        self.inner.store.clock().now()
    }
}
