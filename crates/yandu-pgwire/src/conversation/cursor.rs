//! Cursors: questions whose rows are fetched some at a time. They are portals with a name of SQL.

use arrow::array::ArrayRef;
use futures::SinkExt;
use pgwire::messages::PgWireBackendMessage;
use pgwire::messages::response::TransactionStatus;

use super::extended::Portal;
use super::{Conversation, MOST_BYTES, MOST_OPEN};
use crate::answer::description;
use crate::fault::{Fault, Result};
use crate::socket::{Stream, lost};
use crate::statement::{Count, Declared};

impl<S: Stream> Conversation<S> {
    pub(super) async fn declare(&mut self, declared: &Declared, values: &[ArrayRef]) -> Result<()> {
        if self.status == TransactionStatus::Idle && !declared.is_held {
            return Err(Fault::new("25P01", "a cursor needs a transaction")
                .hint("begin one with BEGIN, or declare it WITH HOLD"));
        }
        if self.portals.contains_key(&declared.name) {
            return Err(Fault::new(
                "42P03",
                format!("there is a cursor `{}` already", declared.name),
            ));
        }
        self.must_have_room(declared.question.statement.len())?;
        let (question, answer) = self.ask(&declared.question, values).await?;
        let portal = Portal::of_cursor(answer, question, declared.is_held);
        self.portals.insert(declared.name.clone(), portal);
        self.complete("DECLARE CURSOR").await
    }

    /// Refuses one more portal, or statement, of some bytes where there are enough.
    pub(super) fn must_have_room(&self, bytes: usize) -> Result<()> {
        let prepared = self.statements.values().map(|prepared| prepared.bytes);
        let open = self.portals.values().map(|portal| portal.bytes);
        let kept: usize = prepared.chain(open).sum();
        if self.portals.len() < MOST_OPEN && kept.saturating_add(bytes) <= MOST_BYTES {
            return Ok(());
        }
        Err(Fault::new("53400", "too much is kept open").hint("close cursors and statements"))
    }

    /// Fetches rows; where they are not shown, they are passed over.
    pub(super) async fn fetch(
        &mut self,
        name: &str,
        (count, is_shown): (Count, bool),
        formats: &[i16],
        is_described: bool,
    ) -> Result<()> {
        let most = match count {
            Count::All => None,
            Count::Some(count) => Some(count),
        };
        let portal = self.portals.get_mut(name);
        let answer = portal.and_then(|portal| portal.answer.as_mut());
        let answer = answer.ok_or_else(|| no_cursor(name))?;
        if is_described {
            let columns =
                PgWireBackendMessage::RowDescription(description(&answer.columns, formats));
            self.socket.feed(columns).await.map_err(lost)?;
        }
        if !is_shown {
            // How many there are is told all the same.
            answer.out.before(&mut self.socket, 0).await?;
        }
        let socket = is_shown.then_some(&mut self.socket);
        let sent = answer.send(socket, formats, most, &mut self.ends).await;
        let sent = match sent {
            Ok(sent) => sent,
            Err(fault) => {
                // What has failed is not fetched on.
                self.portals.remove(name);
                return Err(fault);
            }
        };
        let tag = if is_shown { "FETCH" } else { "MOVE" };
        self.complete(format!("{tag} {}", sent.rows)).await
    }

    pub(super) async fn close_cursor(&mut self, name: Option<&str>) -> Result<()> {
        let Some(name) = name else {
            self.portals.clear();
            return self.complete("CLOSE CURSOR ALL").await;
        };
        if self.portals.remove(name).is_none() {
            return Err(no_cursor(name));
        }
        self.complete("CLOSE CURSOR").await
    }
}

pub(super) fn no_cursor(name: &str) -> Fault {
    Fault::new("34000", format!("there is no cursor `{name}`"))
}
