//! `COPY … TO STDOUT`: the rows of a question as the lines of a file.

use pgwire::messages::PgWireBackendMessage;
use pgwire::messages::copy::{CopyDone, CopyOutResponse};

use super::Conversation;
use crate::copy::{self, Lines};
use crate::fault::Result;
use crate::question::Question;
use crate::socket::Stream;
use crate::statement::Copied;

impl<S: Stream> Conversation<S> {
    /// Asks like a `SELECT`, with the same rights and limits, and has a receipt of its own: what arrives is a file.
    pub(super) async fn copy(&mut self, copied: &Copied) -> Result<()> {
        let (session, seen) = self.reader().await?;
        let mut question = Question::read(&copied.question, &seen)?;
        if !copied.is_as_written {
            question.place = None;
        }
        let mut answer = self.open(session, &question, &[]).await?;
        let lines = Lines::new(&copied.options, &answer.columns)?;
        answer.out.asks(&copied.statement);
        answer.out.as_file(&mut self.socket).await?;
        let code = lines.format().code();
        let columns = answer.columns.len();
        let response = CopyOutResponse::new(code as i8, columns as i16, vec![code; columns]);
        self.feed(PgWireBackendMessage::CopyOutResponse(response))
            .await?;
        let rows = copy::send(&mut answer, &lines, &mut self.socket, &mut self.ends).await?;
        self.feed(PgWireBackendMessage::CopyDone(CopyDone::new()))
            .await?;
        self.complete(format!("COPY {rows}")).await
    }
}
