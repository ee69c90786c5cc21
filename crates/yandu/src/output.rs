//! Results on stdout, and nothing else there.

use std::io::{ErrorKind, Write};

use serde::Serialize;

use crate::failure::{Failure, Result};

/// How results are printed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// One JSON object in place of text.
    pub(crate) as_json: bool,
}

impl Output {
    /// Prints a result: as one line of JSON, or as what `text` makes of it.
    pub(crate) fn result<T: Serialize>(
        self,
        result: &T,
        text: impl FnOnce(&T) -> String,
    ) -> Result<()> {
        if self.as_json {
            let mut line = serde_json::to_vec(result).map_err(|error| Failure::of(&error))?;
            line.push(b'\n');
            return bytes(&line);
        }
        bytes(text(result).as_bytes())
    }
}

/// Writes to stdout. A reader that has seen enough, as `head` does, is no failure.
pub(crate) fn bytes(bytes: &[u8]) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Failure::told()),
        Err(error) => Err(Failure::new(format!("cannot write the result: {error}"))),
        Ok(()) => Ok(()),
    }
}
