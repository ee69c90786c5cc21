//! Answers on their way to programs, and the receipts under which they leave.
//!
//! An answer of a page or less is counted with others of its kind; one that grows longer, or has the form of a file, has a receipt of
//! its own. What reads no dataset leaves none.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::SchemaRef;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use yandu_access::{FileForm, Login, NewReceipt, ReceiptId, Recording, Result, TokenId};
use yandu_lake::{Principal, Rows};
use yandu_policy::Way;
use yandu_words::id::DatasetId;

use crate::City;

/// A program asks on this way, whatever it asks for.
const WAY: Way = Way::Interface;

/// A question, as it was asked.
pub struct Asked<'a> {
    pub login: &'a Login,
    pub principal: &'a Principal,
    pub form: FileForm,
    pub sql: &'a str,
    /// What `$1` and so on stand for.
    pub values: &'a [ArrayRef],
}

/// An answer that leaves.
pub struct Leaving {
    city: City,
    login: Login,
    principal: Principal,
    form: FileForm,
    sql: String,
    values: Vec<ArrayRef>,
    read: Vec<(DatasetId, Option<u64>)>,
    columns: SchemaRef,
    /// None before anything leaves.
    recording: Option<Recording>,
}

impl Leaving {
    /// None where no dataset is read.
    pub fn of(city: &City, asked: &Asked<'_>, rows: &Rows) -> Option<Self> {
        let read = rows.datasets().iter();
        let read = read.map(|dataset| (dataset.clone(), rows.versions().get(dataset).copied()));
        let is_read = !rows.datasets().is_empty();
        is_read.then(|| Self::reading(city, asked, read.collect(), rows.schema()))
    }

    /// An answer with these columns from datasets at these versions.
    pub fn reading(
        city: &City,
        asked: &Asked<'_>,
        read: Vec<(DatasetId, Option<u64>)>,
        columns: SchemaRef,
    ) -> Self {
        Self {
            city: city.clone(),
            login: asked.login.clone(),
            principal: asked.principal.clone(),
            form: asked.form,
            sql: asked.sql.to_owned(),
            values: asked.values.to_vec(),
            read,
            columns,
            recording: None,
        }
    }

    /// Says what was asked, where the question of the rows is a part of it.
    pub fn asks(&mut self, statement: &str) {
        statement.clone_into(&mut self.sql);
    }

    /// Says that so many more rows are about to leave, and gives the receipt under which they do. It is in the records when this
    /// returns.
    pub async fn before(&mut self, rows: u64) -> Result<ReceiptId> {
        let sent = self.recording.as_ref().map_or(0, Recording::rows);
        if sent + rows > self.city.page_rows() {
            return self.as_file().await;
        }
        if let Some(recording) = &self.recording {
            return Ok(recording.id());
        }
        let taker = self.city.programs().taker(&self.login);
        let receipts = self.city.receipts();
        let recording = receipts.count(&self.known(), taker).await?;
        Ok(self.recording.insert(recording).id())
    }

    /// Gives it a receipt of its own, if it has none.
    pub async fn as_file(&mut self) -> Result<ReceiptId> {
        if let Some(recording) = self.recording.as_ref().filter(|one| !one.is_counted()) {
            return Ok(recording.id());
        }
        let taker = self.city.programs().taker(&self.login).await?;
        let file = NewReceipt {
            values: self.values.iter().map(told).collect(),
            ..self.known().receipt(taker, self.city.now())
        };
        if let Some(recording) = &mut self.recording {
            return recording.outgrow(file).await;
        }
        let (receipt, recording) = self.city.receipts().begin(file).await?;
        self.recording = Some(recording);
        Ok(receipt.id)
    }

    /// Bytes and rows that leave now.
    pub fn take(&mut self, bytes: &[u8], rows: u64) {
        if let Some(recording) = &mut self.recording {
            recording.take(bytes);
            recording.add_rows(rows);
        }
    }

    /// It does not come to its end.
    pub fn break_off(&mut self, why: &str) {
        if let Some(recording) = &mut self.recording {
            recording.break_off(why);
        }
    }

    /// It has come to its end.
    pub async fn end(&mut self) {
        if let Some(recording) = &mut self.recording {
            recording.end().await;
        }
    }

    fn token(&self) -> Option<&TokenId> {
        match &self.login {
            Login::Token(token) => Some(token),
            Login::Local => None,
        }
    }

    /// What is known of it before it leaves.
    fn known(&self) -> yandu_access::Leaving<'_> {
        yandu_access::Leaving {
            reader: self.principal.name(),
            token: self.token(),
            principal: &self.principal,
            way: WAY,
            form: self.form,
            sql: &self.sql,
            read: &self.read,
            columns: &self.columns,
        }
    }
}

/// A value of a question as a text.
fn told(value: &ArrayRef) -> Option<String> {
    let is_there = value.len() == 1 && value.is_valid(0);
    let options = FormatOptions::default();
    let formatter = is_there.then(|| ArrayFormatter::try_new(value.as_ref(), &options));
    Some(formatter?.ok()?.value(0).to_string())
}
