//! Who may log in, with which roles, and who may do what with which data.
//!
//! [`Accounts`] keeps people, services and organisations with their passwords, second factors, sessions, tokens and the links
//! that set a password once. Each change is one transaction together with the event that tells of it. The three
//! administrators of a classified system are apart: no account holds two of their roles, and there is always one who governs the
//! system.
//!
//! Whoever a provider of identities has proved comes in to the account that is linked to them there; the proof itself is for the
//! caller to look at.
//!
//! A login that fails says the same in the same time whether there is such an account or not, and locks the name either way.
//! Only hashes of secrets are stored, and no event holds one.
//!
//! [`Door`] holds the policies in force: those of packs and of the city, the grants, and the negative list. It decides, and makes
//! the rights under which the lake is read; what is taken away ends also for those who are reading.
//!
//! [`Programs`] knows who logs in with a token where a connection stays open, and what they read at each moment.
//!
//! [`Receipts`] keeps what left the city: each file, and how many short answers of which kind programs were given.
//!
//! [`Places`] bounds what those take up of whom nothing is known.
//!
//! Not here: which roles, departments and divisions there are (they are handed in as [`Known`]), cookies and headers, and how a link reaches a person.

mod account;
mod accounts;
mod door;
mod error;
mod event;
mod field;
mod grant;
mod identity;
mod import;
mod known;
mod negative;
mod password;
mod places;
mod program;
mod receipt;
mod secret;
mod separation;
mod session;
mod settings;
mod store;
mod token;
mod totp;
mod verifier;

pub use account::{Account, AccountChange, Filter, Kind, NewAccount, Status};
pub use accounts::{Accounts, Enrolment, Link};
pub use door::{
    Asked, CITY_SOURCE, Conflict, Door, Duties, Fault, Line, Matchable, PlacedProblem, Preview,
    Proposal, ProposedPacks, Text, Uses, Who,
};
pub use error::Error;
pub use event::{Event, EventFilter, EventKind, InForce};
pub use grant::{Ended, Grant, GrantFilter, GrantId, Grantee, GranteeKind, NewGrant};
pub use identity::{Identified, Identity, IdentityId, IdentityRules};
pub use import::{IMPORT_ROWS, RowFault};
pub use known::Known;
pub use negative::{Entry, EntryId, NewEntry};
pub use password::Weakness;
pub use places::{Origin, Place, Places};
pub use program::{Login, Lost, Programs, Standing, Watch};
pub use receipt::{
    Counts, Ending, FileForm, Leaving, NewReceipt, ReadDataset, Receipt, ReceiptColumn, ReceiptId,
    Receipts, Recording, Sent, Taker, hexadecimal,
};
pub use secret::{Key, Secret};
pub use separation::{
    ADMINISTRATORS, AUDIT_ADMINISTRATOR, LOCAL_ADMINISTRATOR, LOCAL_ADMINISTRATOR_NAME,
    SECURITY_ADMINISTRATOR, SYSTEM_ADMINISTRATOR,
};
pub use session::{Client, LoggedIn, Means, Session};
pub use settings::{HASH_LANES, HASH_MEMORY_KIB, HASH_PASSES, PASSWORD_BYTES, Settings};
pub use token::{NewToken, Scope, TOKENS, Token, TokenLogin, TokenRequest};
pub use verifier::{VERIFIER_BYTES, Verifier};
pub use yandu_words::{AccountId, RoleId, SessionId, TokenId};

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[cfg(test)]
mod tests;
