//! What the face stands on, and who reads through it.

use std::sync::Arc;

use jiff::Timestamp;
use yandu_access::{Asked, Door, LOCAL_ADMINISTRATOR, TokenId, Verifier};
use yandu_collect::Collector;
use yandu_lake::{Lake, Principal, ReadPoint, Session};
use yandu_ledger::Ledger;
use yandu_pack::Packs;
use yandu_words::id::DatasetId;

use crate::fault::{Fault, Result};

/// The city that is read. Clones are one.
#[derive(Clone)]
pub struct City {
    inner: Arc<Inner>,
}

struct Inner {
    collector: Collector,
    door: Door,
    ledger: Ledger,
    /// Of the key of whoever holds the data folder.
    local: Verifier,
}

/// Who has logged in.
#[derive(Debug, Clone)]
pub(crate) enum Login {
    Token(TokenId),
    /// Whoever holds the data folder.
    Local,
}

impl City {
    /// `local_key` is what whoever holds the data folder shows.
    pub fn new(collector: Collector, door: Door, ledger: Ledger, local_key: &str) -> Self {
        Self {
            inner: Arc::new(Inner {
                collector,
                door,
                ledger,
                local: Verifier::new(local_key),
            }),
        }
    }

    pub(crate) fn door(&self) -> &Door {
        &self.inner.door
    }

    pub(crate) fn packs(&self) -> Arc<Packs> {
        self.inner.collector.packs()
    }

    fn lake(&self) -> &Lake {
        self.inner.collector.lake()
    }

    fn now(&self) -> Timestamp {
        self.inner.collector.store().clock().now()
    }

    /// What a proof under a name is held against, and whom it shows.
    ///
    /// The key of the local administrator lies on this machine, and from another one the name is like any that nobody has.
    pub(crate) async fn verifier(
        &self,
        name: &str,
        is_here: bool,
    ) -> Result<(Verifier, Option<Login>)> {
        if name == LOCAL_ADMINISTRATOR && is_here {
            return Ok((self.inner.local.clone(), Some(Login::Local)));
        }
        let login = self.inner.door.accounts().token_login(name).await?;
        Ok((login.verifier, login.token.map(Login::Token)))
    }

    /// Who reads, with the rights of this moment. A grant that says how often it may be used is counted by
    /// [`City::note`].
    pub(crate) async fn reader(&self, login: &Login) -> Result<Principal> {
        let Login::Token(id) = login else {
            return Ok(Principal::local_administrator());
        };
        let token = self.door().accounts().proved_token(id).await?;
        let token = token.ok_or_else(Fault::ended)?;
        if !token.may_read() {
            return Err(Fault::new("42501", "the token is not for this")
                .hint("make one with the scope `read`")
                .fatal());
        }
        let asked = Asked {
            principal: token.account.principal(),
            revision: token.account.revision,
            circumstances: token.circumstances(),
            is_counted: true,
        };
        let rights = self.door().rights(&asked);
        Ok(Principal::with_rights(asked.principal.id.as_str(), rights))
    }

    /// Whether a login still holds.
    pub(crate) async fn is_good(&self, login: &Login) -> bool {
        match login {
            Login::Local => true,
            // What cannot be looked up now is told at the next question.
            Login::Token(id) => !matches!(self.door().accounts().proved_token(id).await, Ok(None)),
        }
    }

    /// A reader of the present.
    pub(crate) fn session(&self, principal: &Principal) -> Session {
        self.lake().session(principal, ReadPoint::default())
    }

    /// Counts the use of grants, and notes whose rows were read.
    pub(crate) async fn note(&self, principal: &Principal, read: &[DatasetId]) -> Result<()> {
        if let Some(rights) = principal.rights() {
            self.door().count_use(rights, read).await?;
        }
        let now = self.now();
        for dataset in read {
            self.inner.ledger.note_use(dataset.as_str(), principal, now);
        }
        Ok(())
    }
}
