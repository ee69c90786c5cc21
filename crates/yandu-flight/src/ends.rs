//! What ends an answer before its time: its client, and the rights of its reader. Limits of time and memory are the lake's.

use tokio_util::sync::CancellationToken;
use yandu_access::{Lost, Watch};

use crate::fault::{Fault, Result};

/// Everything that can end an answer.
pub(crate) struct Ends {
    pub(crate) login: Watch,
    pub(crate) cancelled: CancellationToken,
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
            done = work => Ok(done),
        }
    }
}
