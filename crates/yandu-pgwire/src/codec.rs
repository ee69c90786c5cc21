//! Messages out of bytes and into bytes. The library reads a message whose length is believable; what is believable is said here.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::BytesMut;
use pgwire::messages::{
    DecodeContext, PgWireBackendMessage, PgWireFrontendMessage, ProtocolVersion,
};
use tokio_util::codec::{Decoder, Encoder};

/// The longest message before somebody is known, in bytes.
const MOST_UNKNOWN: usize = 10_000;
/// The longest message of whoever is known, in bytes: a statement of the longest that is taken, or its values.
const MOST: usize = 4 << 20;
/// A length counts itself.
const LENGTH: usize = 4;

/// What a connection waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Who wants what: a message without a type.
    Startup,
    /// A proof.
    Login,
    Questions,
}

/// The messages of one connection.
pub(crate) struct Codec {
    context: DecodeContext,
    pub(crate) stage: Stage,
}

impl Codec {
    pub(crate) fn new() -> Self {
        let mut context = DecodeContext::new(ProtocolVersion::PROTOCOL3_0);
        context.awaiting_frontend_ssl = false;
        Self {
            context,
            stage: Stage::Startup,
        }
    }

    /// Bytes of the message at the beginning, when its length has come.
    fn length(&self, bytes: &BytesMut) -> io::Result<Option<usize>> {
        let of_type = usize::from(self.stage != Stage::Startup);
        let Some(length) = bytes.get(of_type..of_type + LENGTH) else {
            return Ok(None);
        };
        let length = <[u8; LENGTH]>::try_from(length).map_or(0, i32::from_be_bytes);
        let most = match self.stage {
            Stage::Startup | Stage::Login => MOST_UNKNOWN,
            Stage::Questions => MOST,
        };
        match usize::try_from(length) {
            Ok(length) if (LENGTH..=most).contains(&length) => Ok(Some(of_type + length)),
            _ => Err(broken("a message has a length that none has")),
        }
    }
}

impl Decoder for Codec {
    type Item = PgWireFrontendMessage;
    type Error = io::Error;

    fn decode(&mut self, bytes: &mut BytesMut) -> io::Result<Option<Self::Item>> {
        let Some(length) = self.length(bytes)? else {
            return Ok(None);
        };
        if bytes.len() < length {
            bytes.reserve(length - bytes.len());
            return Ok(None);
        }
        let mut message = bytes.split_to(length);
        self.context.awaiting_frontend_startup = self.stage == Stage::Startup;
        let context = &self.context;
        // A body that is shorter than it says makes the library's reader panic.
        let read = catch_unwind(AssertUnwindSafe(|| {
            PgWireFrontendMessage::decode(&mut message, context)
        }));
        match read {
            Ok(Ok(Some(message))) => Ok(Some(message)),
            Ok(Ok(None)) | Err(_) => Err(broken("a message is shorter than it says")),
            Ok(Err(error)) => Err(broken(error)),
        }
    }
}

impl Encoder<PgWireBackendMessage> for Codec {
    type Error = io::Error;

    fn encode(&mut self, message: PgWireBackendMessage, bytes: &mut BytesMut) -> io::Result<()> {
        message.encode(bytes).map_err(broken)
    }
}

fn broken(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use bytes::BufMut as _;

    use super::*;

    fn decode(stage: Stage, bytes: &[u8]) -> io::Result<Option<PgWireFrontendMessage>> {
        let mut codec = Codec::new();
        codec.stage = stage;
        codec.decode(&mut BytesMut::from(bytes))
    }

    fn message(kind: u8, length: i32, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![kind];
        bytes.put_i32(length);
        bytes.put_slice(body);
        bytes
    }

    #[test]
    fn a_message_waits_until_all_of_it_is_there() {
        let whole = message(b'Q', 13, b"SELECT 1\0");
        assert!(decode(Stage::Questions, &whole[..9]).unwrap().is_none());
        let read = decode(Stage::Questions, &whole).unwrap();
        assert!(
            matches!(read, Some(PgWireFrontendMessage::Query(query)) if query.query == "SELECT 1")
        );
    }

    #[test]
    fn a_length_that_no_message_has_is_refused_before_memory_is_taken() {
        for (stage, length) in [
            (Stage::Questions, -1),
            (Stage::Questions, 3),
            (Stage::Questions, i32::MAX),
            (Stage::Login, 20_000),
        ] {
            assert!(
                decode(stage, &message(b'Q', length, b"")).is_err(),
                "{length}"
            );
        }
        let startup = 20_000_i32.to_be_bytes();
        assert!(decode(Stage::Startup, &startup).is_err());
    }

    #[test]
    fn a_body_that_ends_early_is_no_panic() {
        // Two parameters are announced, and none comes.
        let bind = message(b'B', 10, b"\0\0\0\0\0\x02");
        assert!(decode(Stage::Questions, &bind).is_err());
        assert!(decode(Stage::Questions, &message(b'?', 4, b"")).is_err());
    }
}
