//! What is written down of one answer on its way out.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::counting::Counted;
use super::{NewReceipt, ReceiptId, Receipts, Sent};
use crate::Result;

/// Why an answer ended before its end.
const GONE: &str = "whoever read went away";

/// Counts and hashes an answer on its way out, and ends its receipt with it, also when nobody reads on: then it is dropped.
pub struct Recording {
    receipts: Receipts,
    under: Under,
    hash: Sha256,
    rows: u64,
    bytes: u64,
    is_cut: bool,
    broken: Option<String>,
    is_ended: bool,
}

enum Under {
    /// A receipt of its own.
    Own(ReceiptId),
    /// One of many.
    Counted(Arc<Counted>),
}

impl Recording {
    fn new(receipts: &Receipts, under: Under) -> Self {
        Self {
            receipts: receipts.clone(),
            under,
            hash: Sha256::new(),
            rows: 0,
            bytes: 0,
            is_cut: false,
            broken: None,
            is_ended: false,
        }
    }

    pub(super) fn of_own(receipts: &Receipts, receipt: ReceiptId) -> Self {
        Self::new(receipts, Under::Own(receipt))
    }

    pub(super) fn of_counted(receipts: &Receipts, counted: Arc<Counted>) -> Self {
        Self::new(receipts, Under::Counted(counted))
    }

    /// The receipt under which it stands.
    pub fn id(&self) -> ReceiptId {
        match &self.under {
            Under::Own(id) => *id,
            Under::Counted(counted) => counted.id,
        }
    }

    /// Whether it stands under one receipt with others.
    pub fn is_counted(&self) -> bool {
        matches!(self.under, Under::Counted(_))
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes that leave now.
    pub fn take(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    /// Rows that leave now.
    pub fn add_rows(&mut self, rows: u64) {
        self.rows += rows;
    }

    /// There were more rows than were asked for.
    pub fn cut(&mut self) {
        self.is_cut = true;
    }

    /// It does not come to its end. The first reason is the one that counts.
    pub fn break_off(&mut self, why: impl Into<String>) {
        self.broken.get_or_insert_with(|| why.into());
    }

    /// It has become longer than what is counted: from now on, before more of it leaves, it has a receipt of its own, which is about all
    /// of it.
    pub async fn outgrow(&mut self, file: NewReceipt) -> Result<ReceiptId> {
        let (receipt, mut own) = self.receipts.begin(file).await?;
        std::mem::swap(&mut self.under, &mut own.under);
        // Under what it stood before, nothing has left.
        own.is_ended = true;
        Ok(receipt.id)
    }

    /// Ends it. A receipt of its own is ended in the records when this returns.
    pub async fn end(&mut self) {
        if self.is_ended {
            return;
        }
        if let Under::Counted(counted) = &self.under {
            counted.add(self.rows, self.bytes, self.receipts.now());
            self.is_ended = true;
            return;
        }
        let sent = self.sent();
        self.end_as(sent).await;
    }

    /// Ends one that has a receipt of its own, about what was counted and hashed elsewhere.
    pub async fn end_as(&mut self, sent: Sent) {
        let Under::Own(id) = self.under else {
            return;
        };
        if self.is_ended {
            return;
        }
        if let Err(error) = self.receipts.end(id, &sent).await {
            tracing::error!(
                receipt.id = %id,
                error = &error as &dyn std::error::Error,
                "a receipt could not be ended, and is tried again"
            );
            self.receipts.end_later(id, sent);
        }
        self.is_ended = true;
    }

    fn sent(&self) -> Sent {
        Sent {
            rows: self.rows,
            bytes: self.bytes,
            hash: hexadecimal(self.hash.clone()),
            is_cut: self.is_cut,
            broken: self.broken.clone(),
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if self.is_ended {
            return;
        }
        match &self.under {
            Under::Own(id) => {
                let id = *id;
                self.break_off(GONE);
                self.receipts.end_later(id, self.sent());
            }
            Under::Counted(counted) => {
                counted.add(self.rows, self.bytes, self.receipts.now());
            }
        }
    }
}

/// A hash as hexadecimal digits.
pub fn hexadecimal(hash: Sha256) -> String {
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
