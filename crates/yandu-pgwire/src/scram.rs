//! The exchange of SCRAM-SHA-256 (RFC 5802, RFC 7677), from the side of the server.
//!
//! The library has one too. It keeps what a client could log in with; here only a verifier is kept, so the exchange is ours.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::RngCore as _;
use yandu_access::{VERIFIER_BYTES, Verifier};

/// The only mechanism that is offered.
pub(crate) const MECHANISM: &str = "SCRAM-SHA-256";

const NONCE_BYTES: usize = 18;

/// What the client's proof must fit.
#[derive(Debug)]
pub(crate) struct Exchange {
    verifier: Verifier,
    /// What the client says of binding the channel, which it says twice.
    header: String,
    first: String,
    answer: String,
    nonce: String,
}

/// A message that is none of the exchange.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

impl Exchange {
    /// Takes the client's first message. The name in it is not looked at: the one of the startup counts.
    pub(crate) fn begin(verifier: Verifier, message: &[u8]) -> Result<Self, Malformed> {
        let mut bytes = [0; NONCE_BYTES];
        rand::rng().fill_bytes(&mut bytes);
        Self::begin_with(verifier, message, &STANDARD.encode(bytes))
    }

    fn begin_with(verifier: Verifier, message: &[u8], own: &str) -> Result<Self, Malformed> {
        let message = text(message)?;
        let (header, first) = split_header(message)?;
        let nonce = first.split(',').find_map(|part| part.strip_prefix("r="));
        let nonce = nonce.filter(|nonce| !nonce.is_empty());
        let nonce = nonce.ok_or(Malformed("the first message has no nonce"))?;
        let nonce = format!("{nonce}{own}");
        let salt = STANDARD.encode(verifier.salt());
        let answer = format!("r={nonce},s={salt},i={}", verifier.iterations());
        Ok(Self {
            verifier,
            header: header.to_owned(),
            first: first.to_owned(),
            answer,
            nonce,
        })
    }

    /// The server's first message.
    pub(crate) fn answer(&self) -> &str {
        &self.answer
    }

    /// Takes the client's last message, and gives the server's; `None` when the proof is wrong.
    pub(crate) fn end(&self, message: &[u8]) -> Result<Option<String>, Malformed> {
        let message = text(message)?;
        let (claim, proof) = message
            .rsplit_once(",p=")
            .ok_or(Malformed("the last message has no proof"))?;
        let proof = STANDARD.decode(proof).ok();
        let proof = proof.and_then(|proof| <[u8; VERIFIER_BYTES]>::try_from(proof).ok());
        let proof = proof.ok_or(Malformed("the proof is none of SHA-256"))?;
        let expected = format!("c={},r={}", STANDARD.encode(&self.header), self.nonce);
        let is_bound = claim == expected || claim.starts_with(&format!("{expected},"));
        if !is_bound {
            return Err(Malformed("the last message is of another exchange"));
        }
        let exchange = format!("{},{},{claim}", self.first, self.answer);
        let signature = self.verifier.check(exchange.as_bytes(), &proof);
        Ok(signature.map(|signature| format!("v={}", STANDARD.encode(signature))))
    }
}

/// The header and what follows it. A client that insists on binding the channel is refused, because this mechanism does not.
fn split_header(message: &str) -> Result<(&str, &str), Malformed> {
    let mut commas = message.match_indices(',').map(|(place, _)| place);
    let end = commas.nth(1).map(|place| place + 1);
    let parts = end.and_then(|end| message.split_at_checked(end));
    let (header, first) = parts.ok_or(Malformed("the first message has no header"))?;
    if header.starts_with("n,") || header.starts_with("y,") {
        return Ok((header, first));
    }
    Err(Malformed("the channel cannot be bound by this mechanism"))
}

fn text(message: &[u8]) -> Result<&str, Malformed> {
    str::from_utf8(message).map_err(|_| Malformed("a message of the login is no text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "yt_a-secret";

    fn begun() -> Exchange {
        Exchange::begin_with(Verifier::new(SECRET), b"n,,n=,r=client", "server").unwrap()
    }

    #[test]
    fn the_answer_goes_on_with_the_nonce_of_the_client() {
        assert!(begun().answer().starts_with("r=clientserver,s="));
    }

    #[test]
    fn a_wrong_proof_gets_no_signature() {
        let proof = STANDARD.encode([7; 32]);
        let last = format!("c=biws,r=clientserver,p={proof}");
        assert_eq!(begun().end(last.as_bytes()), Ok(None));
    }

    #[test]
    fn what_is_no_message_of_this_exchange_is_refused() {
        for first in ["", "n", "n,,n=a", "p=tls-unique,,n=a,r=b", "n,,r="] {
            let begun = Exchange::begin(Verifier::new(SECRET), first.as_bytes());
            assert!(begun.is_err(), "{first}");
        }
        let proof = STANDARD.encode([7; 32]);
        for last in [
            format!("c=biws,r=client,p={proof}"),
            format!("c=eSws,r=clientserver,p={proof}"),
            format!("c=biws,r=clientserver,p={}", STANDARD.encode([7; 31])),
            "c=biws,r=clientserver".to_owned(),
        ] {
            assert!(begun().end(last.as_bytes()).is_err(), "{last}");
        }
    }
}
