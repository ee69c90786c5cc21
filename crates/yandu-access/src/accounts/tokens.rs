//! Tokens of accounts.

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::Accounts;
use crate::account::Status;
use crate::event::{EventKind, Note, note};
use crate::secret::{Secret, SecretHash, TOKEN};
use crate::session::TOUCH;
use crate::token::{NewToken, TOKENS, Token, TokenLogin, TokenRequest, checked, login_name};
use crate::verifier::Verifier;
use crate::{Error, Result, store};
use yandu_words::{AccountId, TokenId};

impl Accounts {
    /// Makes a token of an account in use. Its secret is in the answer and nowhere else.
    pub async fn create_token(
        &self,
        by: &str,
        id: &AccountId,
        request: TokenRequest,
    ) -> Result<NewToken> {
        let mut writing = self.begin().await?;
        let at = self.now();
        let account = store::account(&mut writing, id, at).await?;
        account.must_be_active()?;
        let request = checked(request, &self.inner.settings, at)?;
        if store::token::count(&mut writing, id, at).await? >= i64::from(TOKENS) {
            return Err(Error::Token {
                field: "name",
                why: format!("the account has {TOKENS} tokens already; revoke one first"),
            });
        }
        let mut login = login_name(id);
        while store::token::has_login(&mut writing, &login).await? {
            login = login_name(id);
        }
        let secret = Secret::generate(TOKEN);
        let verifier = Verifier::new(secret.reveal());
        let token = Token {
            id: Uuid::now_v7().to_string().parse()?,
            account,
            name: request.name,
            login: Some(login),
            scope: request.scope,
            purpose: request.purpose,
            created_at: at,
            expires_at: request.expires_at,
            last_used_at: None,
        };
        store::token::insert(&mut writing, secret.hash(), &verifier, &token).await?;
        let created = Note {
            at,
            actor: Some(by),
            kind: EventKind::TokenCreated,
            subject: id.as_str(),
            detail: json!({
                "token": token.id,
                "name": token.name,
                "login": token.login,
                "scope": token.scope,
                "purpose": token.purpose,
                "expires_at": token.expires_at,
            }),
        };
        note(&mut writing, &created).await?;
        self.commit(writing).await?;
        Ok(NewToken { secret, token })
    }

    /// The tokens of an account, the newest first, those that have expired among them.
    pub async fn tokens_of(&self, id: &AccountId) -> Result<Vec<Token>> {
        self.find(id).await?;
        store::token::list(self.inner.store.pool(), id, self.now()).await
    }

    /// Takes a token of an account out of use at once.
    pub async fn revoke_token(&self, by: &str, id: &AccountId, token: &TokenId) -> Result<()> {
        let mut writing = self.begin().await?;
        if !store::token::remove(&mut writing, id, token).await? {
            return Err(Error::NoToken(token.clone()));
        }
        let revoked = Note {
            at: self.now(),
            actor: Some(by),
            kind: EventKind::TokenRevoked,
            subject: id.as_str(),
            detail: json!({ "token": token }),
        };
        note(&mut writing, &revoked).await?;
        self.commit(writing).await
    }

    /// The token with a secret, which counts as used now; none where there is no such token, it has expired, or its account is
    /// not in use.
    pub async fn token(&self, secret: &str) -> Result<Option<Token>> {
        if !secret.starts_with(TOKEN) {
            return Ok(None);
        }
        let pool = self.inner.store.pool();
        let now = self.now();
        let found = store::token::find(pool, SecretHash::of(secret), now).await?;
        self.used(found, now).await
    }

    /// What a proof under a name is held against. A name that no token has gets one too, which no secret proves.
    pub async fn token_login(&self, login: &str) -> Result<TokenLogin> {
        // Made in both cases, so that they take the same time.
        let nobody = Verifier::of_nobody(&self.inner.key, login);
        let found = store::token::by_login(self.inner.store.pool(), login).await?;
        Ok(match found {
            Some((token, verifier)) => TokenLogin {
                verifier,
                token: Some(token),
            },
            None => TokenLogin {
                verifier: nobody,
                token: None,
            },
        })
    }

    /// The token with an id, as [`Accounts::token`] gives it to whoever has proved its secret.
    pub async fn proved_token(&self, id: &TokenId) -> Result<Option<Token>> {
        let now = self.now();
        let found = store::token::by_id(self.inner.store.pool(), id, now).await?;
        self.used(found, now).await
    }

    /// A token that can be used, which counts as used now.
    async fn used(&self, found: Option<Token>, now: Timestamp) -> Result<Option<Token>> {
        let Some(token) = found else {
            return Ok(None);
        };
        if token.expires_at <= now || token.account.status != Status::Active {
            return Ok(None);
        }
        let is_due = token
            .last_used_at
            .is_none_or(|last| now.duration_since(last) >= TOUCH);
        if is_due {
            store::token::touch(self.inner.store.pool(), &token.id, now).await?;
        }
        Ok(Some(token))
    }
}
