//! What ends an answer before its time: its client, the login of its reader, and the permits that it is read under. Limits of time
//! and memory are the lake's.

use tokio_util::sync::CancellationToken;
use yandu_access::{Lost, Watch};
use yandu_lake::Terms;

use crate::fault::{Fault, Result};

/// Everything that can end an answer.
pub(crate) struct Ends {
    pub(crate) login: Watch,
    pub(crate) cancelled: CancellationToken,
    pub(crate) terms: Terms,
}

impl Ends {
    /// Waits for work that belongs to the answer, unless something ends it.
    pub(crate) async fn unless<T>(&mut self, work: impl Future<Output = T>) -> Result<T> {
        tokio::select! {
            biased;
            () = self.cancelled.cancelled() => Err(Fault::cancelled()),
            lost = self.login.lost() => Err(match lost {
                Lost::Login => Fault::ended(),
                Lost::Site => Fault::stopping(),
            }),
            error = self.terms.ended() => Err(Fault::of_lake(&error)),
            done = work => Ok(done),
        }
    }
}
