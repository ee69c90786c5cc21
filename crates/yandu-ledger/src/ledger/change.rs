//! Changes of single entries.

use serde_json::{Map, Value};
use yandu_lake::Principal;

use super::Ledger;
use crate::content::Content;
use crate::diff::diff;
use crate::edit::{Edit, check_own, check_owner, patched, read};
use crate::entry::{Entry, EntryId};
use crate::lacks::{self, Element, lacks};
use crate::revision::{Change, Revision, RevisionKind};
use crate::status::Status;
use crate::store::{self, Stored};
use crate::{Error, Result};

/// A change that is ready to be written.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) entry: Stored,
    pub(crate) is_new: bool,
    pub(crate) lacks: u32,
    pub(crate) revision: Revision,
}

/// Who changes something, how, and why.
#[derive(Debug, Clone)]
pub(crate) struct Cause<'a> {
    pub(crate) kind: RevisionKind,
    pub(crate) who: &'a str,
    pub(crate) reason: Option<String>,
    pub(crate) at: jiff::Timestamp,
}

impl Draft {
    /// An entry that was not there.
    pub(crate) fn new(id: EntryId, content: Content, is_pack: bool, cause: Cause<'_>) -> Self {
        let entry = Stored {
            id,
            number: 0,
            change: 0,
            revision: 1,
            status: Status::Drafted,
            is_pack,
            content,
            created_at: cause.at,
            updated_at: cause.at,
            published_at: None,
        };
        Self::of(entry, true, None, Vec::new(), cause)
    }

    /// An entry that changes; `entry` is as it will be but for its revision.
    pub(crate) fn change(
        mut entry: Stored,
        from: Status,
        changes: Vec<Change>,
        cause: Cause<'_>,
    ) -> Self {
        entry.revision += 1;
        entry.updated_at = cause.at;
        if entry.status == Status::Published && from != Status::Published {
            entry.published_at = Some(cause.at);
        }
        Self::of(entry, false, Some(from), changes, cause)
    }

    fn of(
        entry: Stored,
        is_new: bool,
        status_from: Option<Status>,
        changes: Vec<Change>,
        cause: Cause<'_>,
    ) -> Self {
        Self {
            lacks: lacks::bits(&lacks(&entry.content)),
            revision: Revision {
                revision: entry.revision,
                kind: cause.kind,
                who: cause.who.to_owned(),
                at: cause.at,
                reason: cause.reason,
                status_from,
                status_to: entry.status,
                changes,
            },
            entry,
            is_new,
        }
    }
}

impl Draft {
    /// A new entry that is in force from the start: it comes from a catalogue in which it is.
    pub(crate) fn publish(&mut self) {
        self.entry.status = Status::Published;
        self.entry.published_at = Some(self.entry.created_at);
        self.revision.status_to = Status::Published;
    }
}

impl Ledger {
    /// Registers an entry that no pack declares.
    pub async fn register(
        &self,
        principal: &Principal,
        id: EntryId,
        content: Map<String, Value>,
        reason: Option<String>,
    ) -> Result<Entry> {
        let content = read(content.into())?;
        check_owner(&content)?;
        let _turn = self.inner.writing.lock().await;
        let mut connection = self.inner.store.pool().acquire().await?;
        if store::find(&mut connection, id.as_str()).await?.is_some() {
            return Err(Error::Exists(id));
        }
        drop(connection);
        let cause = self.cause(RevisionKind::Created, principal, reason);
        self.write_one(Draft::new(id, content, false, cause)).await
    }

    /// Changes what is said of an entry. Of what a pack declares only some fields can be changed here.
    pub async fn patch(
        &self,
        principal: &Principal,
        id: &str,
        edit: Edit,
        expected: Option<u64>,
    ) -> Result<Entry> {
        let _turn = self.inner.writing.lock().await;
        let before = self.at_revision(id, expected).await?;
        let content = patched(&before.content, &edit.set)?;
        if before.is_pack {
            check_own(&before.id, &before.content, &content)?;
        }
        let changes = diff(&before.content, &content)?;
        if changes.is_empty() {
            return self.complete(before).await;
        }
        let cause = self.cause(RevisionKind::Edited, principal, edit.reason);
        let after = Stored {
            content,
            status: before.status.after_change(),
            ..before.clone()
        };
        self.write_one(Draft::change(after, before.status, changes, cause))
            .await
    }

    /// Moves an entry along its life.
    pub async fn transition(
        &self,
        principal: &Principal,
        id: &str,
        to: Status,
        reason: &str,
        expected: Option<u64>,
    ) -> Result<Entry> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Error::NoReason);
        }
        let _turn = self.inner.writing.lock().await;
        let before = self.at_revision(id, expected).await?;
        if !before.status.moves().contains(&to) {
            return Err(Error::Refused {
                id: before.id,
                from: before.status,
                to,
            });
        }
        if to == Status::Published {
            let lacking: Vec<Element> = lacks(&before.content)
                .into_iter()
                .filter(|element| element.is_required())
                .collect();
            if !lacking.is_empty() {
                return Err(Error::Incomplete {
                    id: before.id,
                    lacks: lacking,
                });
            }
        }
        let cause = self.cause(RevisionKind::Moved, principal, Some(reason.to_owned()));
        let from = before.status;
        let after = Stored {
            status: to,
            ..before
        };
        self.write_one(Draft::change(after, from, Vec::new(), cause))
            .await
    }

    pub(crate) fn cause<'a>(
        &self,
        kind: RevisionKind,
        principal: &'a Principal,
        reason: Option<String>,
    ) -> Cause<'a> {
        Cause {
            kind,
            who: principal.name(),
            reason: reason
                .map(|reason| reason.trim().to_owned())
                .filter(|reason| !reason.is_empty()),
            at: self.inner.store.clock().now(),
        }
    }

    async fn write_one(&self, draft: Draft) -> Result<Entry> {
        let written = self.write(vec![draft], false).await?;
        match written.into_iter().next() {
            Some(stored) => self.complete(stored).await,
            None => Err(Error::damaged("an entry that was not written")),
        }
    }

    /// The entry, if nobody has changed it since the revision that is expected.
    async fn at_revision(&self, id: &str, expected: Option<u64>) -> Result<Stored> {
        let mut connection = self.inner.store.pool().acquire().await?;
        let stored = store::find(&mut connection, id)
            .await?
            .ok_or_else(|| Error::NoEntry(id.to_owned()))?;
        match expected {
            Some(expected) if expected != stored.revision => Err(Error::Outdated {
                id: stored.id,
                revision: stored.revision,
                expected,
            }),
            _ => Ok(stored),
        }
    }
}
