//! Statements that are more, or less, than a question: transactions, settings, cursors, copies, statements with names.

use arrow::array::ArrayRef;
use pgwire::messages::PgWireBackendMessage;
use pgwire::messages::response::TransactionStatus;

use super::Conversation;
use crate::answer::{Answer, description};
use crate::fault::{Fault, Result};
use crate::receipt;
use crate::socket::Stream;
use crate::statement::Command;

impl<S: Stream> Conversation<S> {
    /// Refuses what a transaction that has failed does not do.
    pub(super) fn must_go_on(&self, command: &Command) -> Result<()> {
        let ends = matches!(
            command,
            Command::Commit | Command::Rollback | Command::RollbackTo
        );
        if ends {
            return Ok(());
        }
        self.must_not_have_failed()
    }

    pub(super) fn must_not_have_failed(&self) -> Result<()> {
        if self.status == TransactionStatus::Error {
            return Err(
                Fault::new("25P02", "the transaction has failed").hint("end it with ROLLBACK")
            );
        }
        Ok(())
    }

    /// Does what a command says; `is_described` when its client has not been told what rows look like.
    pub(super) async fn command(
        &mut self,
        command: &Command,
        values: &[ArrayRef],
        formats: &[i16],
        is_described: bool,
    ) -> Result<()> {
        match command {
            Command::Ask(_) => Err(Fault::protocol("a question is no command")),
            Command::Begin => self.begin().await,
            Command::Commit | Command::Rollback => self.end(command).await,
            Command::Savepoint => self.within("SAVEPOINT").await,
            Command::Release => self.within("RELEASE").await,
            Command::RollbackTo => {
                if self.status == TransactionStatus::Error {
                    self.status = TransactionStatus::Transaction;
                }
                self.within("ROLLBACK").await
            }
            Command::Set { name, value } => {
                let change = self.settings.set(name, value.clone())?;
                self.report(change.into_iter().collect()).await?;
                self.complete("SET").await
            }
            Command::SetTransaction => self.complete("SET").await,
            Command::Reset(Some(name)) => {
                let change = self.settings.set(name, None)?;
                self.report(change.into_iter().collect()).await?;
                self.complete("RESET").await
            }
            Command::Reset(None) => {
                let changes = self.settings.reset();
                self.report(changes).await?;
                self.complete("RESET").await
            }
            Command::Discard => {
                if self.status != TransactionStatus::Idle {
                    return Err(
                        Fault::new("25001", "`DISCARD ALL` has no place in a transaction")
                            .hint("end the transaction first"),
                    );
                }
                self.statements.clear();
                self.portals.clear();
                let changes = self.settings.reset();
                self.report(changes).await?;
                self.complete("DISCARD ALL").await
            }
            Command::DiscardOnly(tag) => self.complete(*tag).await,
            Command::Copy(copied) => self.copy(copied).await,
            Command::Prepare(preparation) => self.prepare_named(preparation).await,
            Command::Execute(execution) => {
                self.execute_named(execution, formats, is_described).await
            }
            Command::Show(name) => self.show(name, formats, is_described).await,
            Command::Deallocate(name) => self.deallocate(name.as_deref()).await,
            Command::Unlisten => self.complete("UNLISTEN").await,
            Command::Declare(declared) => self.declare(declared, values).await,
            Command::Fetch {
                name,
                count,
                is_shown,
            } => {
                let is_described = is_described && *is_shown;
                self.fetch(name, (*count, *is_shown), formats, is_described)
                    .await
            }
            Command::Close(name) => self.close_cursor(name.as_deref()).await,
        }
    }

    async fn begin(&mut self) -> Result<()> {
        if self.status == TransactionStatus::Transaction {
            self.warn("25001", "there is a transaction already").await?;
        } else {
            self.status = TransactionStatus::Transaction;
        }
        self.complete("BEGIN").await
    }

    async fn end(&mut self, command: &Command) -> Result<()> {
        let before = self.status;
        if before == TransactionStatus::Idle {
            self.warn("25P01", "there is no transaction").await?;
        }
        self.status = TransactionStatus::Idle;
        self.portals.retain(|_, portal| portal.is_held);
        let is_kept = *command == Command::Commit && before != TransactionStatus::Error;
        self.complete(if is_kept { "COMMIT" } else { "ROLLBACK" })
            .await
    }

    /// What there is in a transaction alone. Nothing is changed here, so nothing is kept for it.
    async fn within(&mut self, tag: &str) -> Result<()> {
        if self.status == TransactionStatus::Idle {
            return Err(
                Fault::new("25P01", "this needs a transaction").hint("begin one with BEGIN")
            );
        }
        self.complete(tag).await
    }

    async fn warn(&mut self, state: &'static str, message: &str) -> Result<()> {
        let notice = Fault::new(state, message).notice();
        self.feed(PgWireBackendMessage::NoticeResponse(notice))
            .await
    }

    async fn show(&mut self, name: &str, formats: &[i16], is_described: bool) -> Result<()> {
        let mut answer = self.shown(name)?;
        if is_described {
            let columns = description(&answer.columns, formats);
            self.feed(PgWireBackendMessage::RowDescription(columns))
                .await?;
        }
        let socket = Some(&mut self.socket);
        answer.send(socket, formats, None, &mut self.ends).await?;
        self.complete("SHOW").await
    }

    /// What `SHOW` answers.
    pub(super) fn shown(&self, name: &str) -> Result<Answer> {
        if name == "all" {
            let rows = self.settings.all();
            let rows: Vec<Vec<String>> = rows
                .map(|(name, value)| vec![name.to_owned(), value.to_owned(), String::new()])
                .collect();
            return Answer::of_texts(&["name", "setting", "description"], &rows);
        }
        if name == receipt::SETTING {
            return Answer::of_texts(&[name], &[vec![self.told.value()]]);
        }
        let value = self.settings.get(name);
        let value =
            value.ok_or_else(|| Fault::new("42704", format!("there is no setting `{name}`")))?;
        Answer::of_texts(&[name], &[vec![value.to_owned()]])
    }

    async fn deallocate(&mut self, name: Option<&str>) -> Result<()> {
        let Some(name) = name else {
            self.statements.clear();
            return self.complete("DEALLOCATE ALL").await;
        };
        if self.statements.remove(name).is_none() {
            return Err(no_statement(name));
        }
        self.complete("DEALLOCATE").await
    }
}

pub(super) fn no_statement(name: &str) -> Fault {
    Fault::new("26000", format!("there is no prepared statement `{name}`"))
}
