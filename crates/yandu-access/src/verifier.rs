//! What a proof of a secret is held against where the secret itself is not sent: SCRAM-SHA-256 of RFC 5802 and RFC 7677.
//!
//! Whoever steals a verifier can neither log in with it nor guess a secret of 256 random bits from it. The exchange of messages
//! is not here.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use rand::RngCore as _;
use sha2::{Digest as _, Sha256};

use crate::secret::Key;

/// Rounds of a hash: the least that RFC 7677 allows, which is plenty for secrets that nobody has thought of.
const ITERATIONS: u32 = 4096;

const SALT_BYTES: usize = 16;

/// Bytes of a SHA-256, and so of a key, a proof and a signature.
pub const VERIFIER_BYTES: usize = 32;

type Bytes = [u8; VERIFIER_BYTES];

/// The verifier of one secret. Printing it shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    pub(crate) salt: Vec<u8>,
    pub(crate) iterations: u32,
    pub(crate) stored_key: Bytes,
    pub(crate) server_key: Bytes,
}

impl Verifier {
    /// The verifier of a secret, under a new salt.
    pub fn new(secret: &str) -> Self {
        let mut salt = vec![0; SALT_BYTES];
        rand::rng().fill_bytes(&mut salt);
        Self::with_salt(secret, salt, ITERATIONS)
    }

    fn with_salt(secret: &str, salt: Vec<u8>, iterations: u32) -> Self {
        let salted = salted(secret.as_bytes(), &salt, iterations);
        Self {
            stored_key: Sha256::digest(mac(&salted, b"Client Key")).into(),
            server_key: mac(&salted, b"Server Key"),
            salt,
            iterations,
        }
    }

    /// A verifier that no secret has, the same whenever the name is asked for: a name that nobody has looks like one whose
    /// secret is wrong.
    pub(crate) fn of_nobody(key: &Key, name: &str) -> Self {
        let made = key.derive_named("yandu 2026 verifiers of nobody", name);
        let part = |word: &[u8]| mac(&made, word);
        let mut salt = part(b"salt").to_vec();
        salt.truncate(SALT_BYTES);
        Self {
            salt,
            iterations: ITERATIONS,
            stored_key: part(b"stored"),
            server_key: part(b"server"),
        }
    }

    pub fn salt(&self) -> &[u8] {
        &self.salt
    }

    pub fn iterations(&self) -> u32 {
        self.iterations
    }

    /// The server's signature of an exchange whose proof is right; none for a wrong one.
    pub fn check(&self, exchange: &[u8], proof: &Bytes) -> Option<Bytes> {
        let signature = mac(&self.stored_key, exchange);
        let mut client_key = *proof;
        for (byte, signed) in client_key.iter_mut().zip(signature) {
            *byte ^= signed;
        }
        let shown: Bytes = Sha256::digest(client_key).into();
        // Compared without telling by the time how much of it is right.
        let is_right = blake3::Hash::from_bytes(shown) == blake3::Hash::from_bytes(self.stored_key);
        is_right.then(|| mac(&self.server_key, exchange))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(…)")
    }
}

/// `Hi` of RFC 5802: PBKDF2 with one block.
fn salted(secret: &[u8], salt: &[u8], iterations: u32) -> Bytes {
    let mut block = salt.to_vec();
    block.extend_from_slice(&1_u32.to_be_bytes());
    let mut round = mac(secret, &block);
    let mut sum = round;
    for _ in 1..iterations {
        round = mac(secret, &round);
        for (byte, other) in sum.iter_mut().zip(round) {
            *byte ^= other;
        }
    }
    sum
}

fn mac(key: &[u8], message: &[u8]) -> Bytes {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of HMAC has any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        STANDARD.decode(text).unwrap()
    }

    /// The exchange of RFC 7677, section 3.
    #[test]
    fn the_exchange_of_the_standard_is_right() {
        let salt = bytes("W22ZaJ0SNY7soEsUEjb6gQ==");
        let verifier = Verifier::with_salt("pencil", salt, 4096);
        let exchange = "n=user,r=rOprNGfwEbeRWgbNEkqO,\
            r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,\
            c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let proof = bytes("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        let mut proof: [u8; 32] = proof.try_into().unwrap();
        let signature = verifier.check(exchange.as_bytes(), &proof).unwrap();
        assert_eq!(
            STANDARD.encode(signature),
            "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
        );
        proof[0] ^= 1;
        assert!(verifier.check(exchange.as_bytes(), &proof).is_none());
    }

    #[test]
    fn two_verifiers_of_one_secret_differ_and_show_nothing() {
        let one = Verifier::new("secret");
        assert_ne!(one, Verifier::new("secret"));
        assert_eq!(format!("{one:?}"), "Verifier(…)");
    }

    #[test]
    fn nobody_has_the_same_verifier_each_time() {
        let key = Key::new([1; 32]);
        let nobody = Verifier::of_nobody(&key, "nobody_4r7t2k");
        assert_eq!(nobody, Verifier::of_nobody(&key, "nobody_4r7t2k"));
        assert_ne!(nobody.salt, Verifier::of_nobody(&key, "other").salt);
        let real = Verifier::new("secret");
        assert_eq!(nobody.salt.len(), real.salt.len());
        assert_eq!(nobody.iterations, real.iterations);
        let other = Key::new([2; 32]);
        assert_ne!(
            nobody.salt,
            Verifier::of_nobody(&other, "nobody_4r7t2k").salt
        );
    }
}
