//! Texts of one or more statements, answered as text.

use pgwire::messages::PgWireBackendMessage;
use pgwire::messages::response::EmptyQueryResponse;

use super::Conversation;
use crate::answer::description;
use crate::fault::Result;
use crate::question::Question;
use crate::socket::Stream;
use crate::statement::{Command, Piece, read, split};

impl<S: Stream> Conversation<S> {
    /// Answers the statements of a text; the first fault ends them.
    pub(super) async fn simple(&mut self, sql: &str) -> Result<()> {
        self.skips = false;
        let pieces = split(sql);
        if pieces.is_empty() {
            let empty = PgWireBackendMessage::EmptyQueryResponse(EmptyQueryResponse::new());
            self.feed(empty).await?;
        }
        for piece in &pieces {
            self.ends.begin(self.settings.timeout());
            let done = self.statement(piece).await;
            self.ends.end();
            if let Err(fault) = done {
                self.fail(fault).await?;
                break;
            }
        }
        self.portals.remove("");
        self.ready().await
    }

    async fn statement(&mut self, piece: &Piece) -> Result<()> {
        let command = read(piece)?;
        self.must_go_on(&command)?;
        let Command::Ask(place) = &command else {
            return self.command(&command, &[], &[], true).await;
        };
        let (question, mut answer) = self.ask(place, &[]).await?;
        let columns = description(&answer.columns, &[]);
        self.feed(PgWireBackendMessage::RowDescription(columns))
            .await?;
        let socket = Some(&mut self.socket);
        let sent = answer.send(socket, &[], None, &mut self.ends).await?;
        self.complete(tag(&question, sent.rows)).await
    }
}

/// What is said behind the rows of a question.
pub(super) fn tag(question: &Question, rows: usize) -> String {
    match question.tag {
        "SELECT" => format!("SELECT {rows}"),
        other => other.to_owned(),
    }
}
