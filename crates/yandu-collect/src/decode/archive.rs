//! Files inside a zip, and what an archive may unpack to.

use std::io::SeekFrom;

use super::Error;
use super::source::{Input, Seekable};

/// Where a file stands in a zip.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) name: String,
    start: u64,
    packed_bytes: u64,
    deflated: bool,
}

impl Member {
    pub(crate) fn open(&self, mut archive: Box<dyn Seekable>) -> Result<Input, Error> {
        archive
            .seek(SeekFrom::Start(self.start))
            .map_err(Error::Read)?;
        let packed = std::io::Read::take(archive, self.packed_bytes);
        Ok(if self.deflated {
            Box::new(flate2::read::DeflateDecoder::new(packed))
        } else {
            Box::new(packed)
        })
    }
}
