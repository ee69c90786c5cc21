//! What ends a question before its time: its client, the rights of its reader, a limit, a stop of the server.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use yandu_access::{Login, Lost, Watch};
use yandu_face::City;
use yandu_lake::{Principal, Terms};

use crate::cancel::Line;
use crate::connection;
use crate::fault::{Fault, Result};

/// How long a client may take to read one batch.
const PATIENCE: Duration = Duration::from_mins(5);

/// Everything that can end what a connection does.
pub(crate) struct Ends {
    login: Watch,
    line: Arc<Line>,
    stopping: watch::Receiver<bool>,
    /// How long the question may take, as its client has said.
    deadline: Option<Instant>,
}

impl Ends {
    pub(crate) fn new(
        city: &City,
        login: Login,
        line: Arc<Line>,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        Self {
            login: city.programs().watch(login),
            line,
            stopping,
            deadline: None,
        }
    }

    /// A question begins.
    pub(crate) fn begin(&mut self, timeout: Option<Duration>) {
        self.deadline = timeout.map(|timeout| Instant::now() + timeout);
        self.line.begin();
    }

    /// The question is over.
    pub(crate) fn end(&mut self) {
        self.line.end();
        self.deadline = None;
    }

    /// Who reads, with the rights of this moment.
    pub(crate) async fn reader(&mut self) -> Result<Principal> {
        connection::reader(self.login.standing().await?)
    }

    /// Waits for work that belongs to a question, unless something ends it.
    pub(crate) async fn unless<T>(&mut self, work: impl Future<Output = T>) -> Result<T> {
        tokio::select! {
            biased;
            fault = self.ended() => Err(fault),
            done = work => Ok(done),
        }
    }

    /// Sends a batch that was read under some permits, unless something ends it, or one of these, or its client does not read.
    pub(crate) async fn patiently(
        &mut self,
        terms: &Terms,
        sending: impl Future<Output = Result<()>>,
    ) -> Result<()> {
        let sending = async {
            tokio::select! {
                biased;
                error = terms.ended() => Err(Fault::of_lake(&error, None)),
                sent = timeout(PATIENCE, sending) => sent.unwrap_or_else(|_| {
                    Err(Fault::new("57P05", "the client reads too slowly").fatal())
                }),
            }
        };
        self.unless(sending).await?
    }

    async fn ended(&mut self) -> Fault {
        let line = Arc::clone(&self.line);
        let deadline = self.deadline;
        let late = async {
            match deadline {
                Some(deadline) => tokio::time::sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = line.told() => Fault::cancelled(),
            fault = self.revoked() => fault,
            () = late => Fault::new("57014", "the question took longer than `statement_timeout`"),
        }
    }

    /// Waits until the login does not hold any more.
    async fn revoked(&mut self) -> Fault {
        match self.login.lost().await {
            Lost::Login => Fault::ended(),
            Lost::Site => Fault::stopping(),
        }
    }

    /// Waits until a connection that asks nothing has to end.
    pub(crate) async fn idle(&mut self) -> Fault {
        let mut stopping = self.stopping.clone();
        tokio::select! {
            // An error means that the server is gone.
            _ = stopping.wait_for(|is_stopping| *is_stopping) => Fault::stopping(),
            fault = self.revoked() => fault,
        }
    }
}
