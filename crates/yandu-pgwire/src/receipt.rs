//! The receipt under which an answer leaves. Its client is told of it as of a setting, `yandu.receipt`: in a message that every driver
//! takes at any time and keeps for whoever asks, before the first row that leaves under another receipt than the one before.

use std::sync::{Arc, Mutex, PoisonError};

use futures::SinkExt;
use pgwire::messages::PgWireBackendMessage;
use pgwire::messages::startup::ParameterStatus;
use yandu_access::ReceiptId;
use yandu_face::Leaving;

use crate::fault::{Fault, Result};
use crate::socket::{Socket, Stream, lost};

/// What the setting is called.
pub(crate) const SETTING: &str = "yandu.receipt";

/// Which receipt a client was told of last. Clones are one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told(Arc<Mutex<Option<ReceiptId>>>);

impl Told {
    /// What the setting is; empty before anything has left.
    pub(crate) fn value(&self) -> String {
        let told = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.map_or_else(String::new, |receipt| receipt.to_string())
    }

    /// Whether the client does not know of this one.
    fn is_news(&self, receipt: ReceiptId) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.replace(receipt) != Some(receipt)
    }
}

/// The way out of one answer.
#[derive(Default)]
pub(crate) struct Out {
    /// None of what reads no dataset.
    leaving: Option<Leaving>,
    told: Told,
}

impl Out {
    pub(crate) fn new(leaving: Option<Leaving>, told: &Told) -> Self {
        Self {
            leaving,
            told: told.clone(),
        }
    }

    /// What was asked, where it is more than the question of the rows.
    pub(crate) fn asks(&mut self, statement: &str) {
        if let Some(leaving) = &mut self.leaving {
            leaving.asks(statement);
        }
    }

    /// So many rows are about to leave.
    pub(crate) async fn before<S: Stream>(
        &mut self,
        socket: &mut Socket<S>,
        rows: usize,
    ) -> Result<()> {
        let Some(leaving) = &mut self.leaving else {
            return Ok(());
        };
        let receipt = leaving.before(rows as u64).await?;
        self.tell(socket, receipt).await
    }

    /// What is about to leave has the form of a file, however short it is.
    pub(crate) async fn as_file<S: Stream>(&mut self, socket: &mut Socket<S>) -> Result<()> {
        let Some(leaving) = &mut self.leaving else {
            return Ok(());
        };
        let receipt = leaving.as_file().await?;
        self.tell(socket, receipt).await
    }

    async fn tell<S: Stream>(&self, socket: &mut Socket<S>, receipt: ReceiptId) -> Result<()> {
        if !self.told.is_news(receipt) {
            return Ok(());
        }
        let status = ParameterStatus::new(SETTING.to_owned(), receipt.to_string());
        let status = PgWireBackendMessage::ParameterStatus(status);
        socket.feed(status).await.map_err(lost)
    }

    /// A part of the answer leaves now, with so many rows.
    pub(crate) fn take(&mut self, bytes: &[u8], rows: u64) {
        if let Some(leaving) = &mut self.leaving {
            leaving.take(bytes, rows);
        }
    }

    /// The answer does not come to its end.
    pub(crate) fn break_off(&mut self, fault: &Fault) {
        if let Some(leaving) = &mut self.leaving {
            leaving.break_off(&fault.message);
        }
    }

    /// The answer has come to its end.
    pub(crate) async fn end(&mut self) {
        if let Some(leaving) = &mut self.leaving {
            leaving.end().await;
        }
    }
}
