//! What a client that is known asks, one message after the other.

mod command;
mod copy;
mod cursor;
mod extended;
mod prepared;
mod repeated;
mod simple;

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::ArrayRef;
use futures::{SinkExt, StreamExt};
use pgwire::messages::response::{CommandComplete, ReadyForQuery, TransactionStatus};
use pgwire::messages::startup::ParameterStatus;
use pgwire::messages::{PgWireBackendMessage, PgWireFrontendMessage};
use tokio::time::timeout;
use yandu_access::{FileForm, Login};
use yandu_face::{Asked, City, Leaving, Options};
use yandu_lake::{Principal, Session};

use crate::answer::Answer;
use crate::catalogue::{self, Seen};
use crate::ends::Ends;
use crate::fault::{Fault, Result};
use crate::place::Place;
use crate::question::Question;
use crate::receipt::{Out, Told};
use crate::settings::Settings;
use crate::socket::{Socket, Stream, lost};

use extended::{Portal, Prepared};

/// The most statements that a client may keep prepared.
const MOST_PREPARED: usize = 200;
/// The most portals and cursors that a client may keep open.
const MOST_OPEN: usize = 20;
/// The most bytes of texts and values that a client may keep in both.
const MOST_BYTES: usize = 16 << 20;

/// One connection whose client is known.
pub(crate) struct Conversation<S> {
    socket: Socket<S>,
    city: City,
    login: Login,
    options: Options,
    settings: Settings,
    ends: Ends,
    status: TransactionStatus,
    statements: HashMap<String, Arc<Prepared>>,
    /// Cursors are portals.
    portals: HashMap<String, Portal>,
    /// A message of an exchange has failed, and the rest of the exchange is passed over.
    skips: bool,
    /// The receipt of what was answered last.
    told: Told,
}

impl<S: Stream> Conversation<S> {
    pub(crate) fn new(
        socket: Socket<S>,
        city: City,
        login: Login,
        options: Options,
        settings: Settings,
        ends: Ends,
    ) -> Self {
        Self {
            socket,
            city,
            login,
            options,
            settings,
            ends,
            status: TransactionStatus::Idle,
            statements: HashMap::new(),
            portals: HashMap::new(),
            skips: false,
            told: Told::default(),
        }
    }

    /// Answers until the client goes, or has to.
    pub(crate) async fn run(mut self) {
        loop {
            let message = tokio::select! {
                biased;
                fault = self.ends.idle() => {
                    self.tell_last(&fault).await;
                    return;
                }
                message = timeout(self.options.idle, self.socket.next()) => message,
            };
            let message = match message {
                Err(_) => {
                    let fault = Fault::new("57P05", "nothing was asked for too long").fatal();
                    return self.tell_last(&fault).await;
                }
                Ok(None | Some(Ok(PgWireFrontendMessage::Terminate(_)))) => return,
                Ok(Some(Err(error))) => {
                    let fault = Fault::protocol(error.to_string()).fatal();
                    return self.tell_last(&fault).await;
                }
                Ok(Some(Ok(message))) => message,
            };
            if let Err(fault) = self.take(message).await {
                return self.tell_last(&fault).await;
            }
        }
    }

    /// Answers a message. A fault ends the connection; others have been told.
    async fn take(&mut self, message: PgWireFrontendMessage) -> Result<()> {
        match message {
            PgWireFrontendMessage::Query(query) => self.simple(&query.query).await,
            PgWireFrontendMessage::Sync(_) => self.sync().await,
            PgWireFrontendMessage::Flush(_) => self.socket.flush().await.map_err(lost),
            message if message.is_extended_query() => {
                if self.skips {
                    return Ok(());
                }
                let done = self.extended(message).await;
                self.ends.end();
                let Err(fault) = done else {
                    return Ok(());
                };
                self.skips = true;
                self.fail(fault).await
            }
            // What is left of a copy that was refused.
            PgWireFrontendMessage::CopyData(_)
            | PgWireFrontendMessage::CopyDone(_)
            | PgWireFrontendMessage::CopyFail(_) => Ok(()),
            _ => Err(Fault::protocol("this message has no place here").fatal()),
        }
    }

    /// Tells a fault, and what it makes of the transaction. One that ends the connection is handed on.
    async fn fail(&mut self, fault: Fault) -> Result<()> {
        if self.status == TransactionStatus::Transaction {
            self.status = TransactionStatus::Error;
        }
        if fault.is_fatal {
            return Err(fault);
        }
        self.feed(PgWireBackendMessage::ErrorResponse(fault.response()))
            .await
    }

    /// The last that is said.
    async fn tell_last(&mut self, fault: &Fault) {
        let last = PgWireBackendMessage::ErrorResponse(fault.response());
        // Who is gone is not told.
        let _ = timeout(self.options.startup, self.socket.send(last)).await;
        let _ = timeout(self.options.startup, self.socket.close()).await;
    }

    async fn sync(&mut self) -> Result<()> {
        self.skips = false;
        if self.status == TransactionStatus::Idle {
            self.portals.retain(|_, portal| portal.is_held);
        }
        self.ready().await
    }

    async fn ready(&mut self) -> Result<()> {
        let ready = PgWireBackendMessage::ReadyForQuery(ReadyForQuery::new(self.status));
        self.feed(ready).await?;
        self.socket.flush().await.map_err(lost)
    }

    async fn feed(&mut self, message: PgWireBackendMessage) -> Result<()> {
        self.socket.feed(message).await.map_err(lost)
    }

    async fn complete(&mut self, tag: impl Into<String>) -> Result<()> {
        let complete = CommandComplete::new(tag.into());
        self.feed(PgWireBackendMessage::CommandComplete(complete))
            .await
    }

    async fn report(&mut self, changes: Vec<(String, String)>) -> Result<()> {
        for (name, value) in changes {
            let status = ParameterStatus::new(name, value);
            self.feed(PgWireBackendMessage::ParameterStatus(status))
                .await?;
        }
        Ok(())
    }

    /// A reader with the rights of this moment, and the catalogue that it sees.
    async fn reader(&mut self) -> Result<(Session, Arc<Seen>)> {
        let principal = self.ends.reader().await?;
        Ok(self.reading(&principal))
    }

    /// A reader, and the catalogue that it sees.
    fn reading(&self, principal: &Principal) -> (Session, Arc<Seen>) {
        let session = self.city.session(principal);
        let seen = Seen::new(session.clone(), self.city.packs(), self.settings.clone());
        let seen = Arc::new(seen);
        (session.beside(catalogue::beside(&seen)), seen)
    }

    /// Reads a question and asks the lake.
    async fn ask(&mut self, place: &Place, values: &[ArrayRef]) -> Result<(Question, Answer)> {
        let (session, seen) = self.reader().await?;
        let question = Question::read(place, &seen)?;
        let answer = self.open(session, &question, values).await?;
        Ok((question, answer))
    }

    /// Asks the lake.
    async fn open(
        &mut self,
        session: Session,
        question: &Question,
        values: &[ArrayRef],
    ) -> Result<Answer> {
        let failed = |error: yandu_lake::Error| Fault::of_lake(&error, question.place.as_ref());
        let session = session.with_parameters(values).map_err(failed)?;
        let rows = self.ends.unless(session.query(&question.sql)).await?;
        let rows = rows.map_err(failed)?;
        let read = rows.datasets().to_vec();
        let asked = Asked {
            login: &self.login,
            principal: session.principal(),
            form: FileForm::Postgresql,
            sql: &question.sql,
            values,
        };
        let leaving = Leaving::of(&self.city, &asked, &rows);
        let mut answer = Answer::open(
            rows,
            &question.names,
            question.place.clone(),
            &mut self.ends,
        )
        .await?;
        self.city.note(session.principal(), &read).await?;
        answer.out = Out::new(leaving, &self.told);
        Ok(answer)
    }
}
