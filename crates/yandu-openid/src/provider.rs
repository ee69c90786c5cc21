use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod,
    CoreErrorResponseType, CoreGenderClaim, CoreIdToken, CoreTokenResponse,
};
use openidconnect::{
    AccessToken, AdditionalClaims, AuthType, AuthorizationCode, CsrfToken, DiscoveryError,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, LogoutRequest, Nonce, OAuth2TokenResponse as _,
    PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadataWithLogout,
    RedirectUrl, RequestTokenError, SubjectIdentifier, TokenResponse as _, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::attempt::{Answer, Attempt, Begun};
use crate::proof::{self, Proof};
use crate::settings::{Settings, is_safe};
use crate::web::{Unanswered, Web};
use crate::{Error, Result};

/// Everything that a provider publishes about itself, its keys among it.
pub(crate) type Metadata = ProviderMetadataWithLogout;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// How often a provider is read again that answers, and one that does not.
const CALM: Duration = Duration::from_mins(10);
const AGAIN: Duration = Duration::from_secs(15);
/// What was read this long ago is good enough to begin with: attempts of strangers do not become requests one by one.
const FRESH: Duration = Duration::from_secs(5);

/// A provider of identities, and what it publishes of itself. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Provider {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Settings,
    web: Web,
    known: RwLock<Option<Arc<Metadata>>>,
    /// One reads at a time, and the others take what came of it.
    reading: tokio::sync::Mutex<Option<Reading>>,
    is_reachable: AtomicBool,
}

/// The last time that the provider was read.
struct Reading {
    begun_at: Instant,
    ended_at: Instant,
    /// Why nothing came of it.
    failed: Option<String>,
}

/// Claims beside those that OpenID Connect names.
#[derive(Debug, Clone, Deserialize, Serialize)]
struct Others {
    #[serde(flatten)]
    claims: BTreeMap<String, Value>,
}

impl AdditionalClaims for Others {}

impl Provider {
    /// Asks nobody yet.
    pub fn new(settings: Settings) -> Result<Self> {
        let web = Web::new(settings.issuer.url())?;
        Ok(Self {
            inner: Arc::new(Inner {
                settings,
                web,
                known: RwLock::default(),
                reading: tokio::sync::Mutex::default(),
                is_reachable: AtomicBool::new(false),
            }),
        })
    }

    pub fn issuer(&self) -> &str {
        self.inner.settings.issuer()
    }

    /// Whether it answered when it was asked last.
    pub fn is_reachable(&self) -> bool {
        self.inner.is_reachable.load(Ordering::Relaxed)
    }

    /// Whether it can be asked to end its own session (OpenID Connect RP-Initiated Logout 1.0).
    pub fn ends_sessions(&self) -> bool {
        let known = self.last();
        known.is_some_and(|metadata| end_session(&metadata).is_some())
    }

    /// Reads what it publishes, again and again, until something is over. What fails is told once, and when it is over.
    pub async fn watch(self, over: impl Future<Output = ()>) {
        let watching = async {
            let mut was_reachable = true;
            loop {
                let read = self.read(Instant::now()).await;
                match &read {
                    Err(error) if was_reachable => {
                        tracing::warn!(%error, "nobody can sign in at the provider");
                    }
                    Ok(_) if !was_reachable => {
                        tracing::info!(issuer = self.issuer(), "the provider answers again");
                    }
                    _ => {}
                }
                was_reachable = read.is_ok();
                tokio::time::sleep(if was_reachable { CALM } else { AGAIN }).await;
            }
        };
        tokio::select! {
            () = watching => {}
            () = over => {}
        }
    }

    /// Begins an attempt whose answer comes to `redirect`. With `again` whoever sits there shows anew who they are, also where the
    /// provider has a session of theirs.
    pub async fn begin(&self, redirect: &str, again: bool) -> Result<Begun> {
        let long_ago = Instant::now().checked_sub(FRESH);
        let metadata = self.read(long_ago.unwrap_or_else(Instant::now)).await?;
        let redirect = address(redirect)?;
        let client = self.client(&metadata).set_redirect_uri(redirect.clone());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(self.inner.settings.scopes.iter().cloned())
            .set_pkce_challenge(challenge);
        if again {
            request = request.add_prompt(CoreAuthPrompt::Login);
        }
        let (address, state, nonce) = request.url();
        if !is_safe(&address) {
            return Err(self.silent("its page is neither encrypted nor on this machine"));
        }
        Ok(Begun {
            address: address.into(),
            attempt: Attempt {
                state: state.into_secret(),
                nonce: nonce.secret().clone(),
                verifier: verifier.into_secret(),
                redirect: redirect.to_string(),
            },
        })
    }

    /// Whom the provider has let in, by what the browser brings back. The caller has seen to it that the attempt is this
    /// browser's and was not finished before.
    pub async fn finish(&self, attempt: &Attempt, answer: &Answer) -> Result<Proof> {
        let started = Instant::now();
        let mut metadata = self.known().await?;
        // Whose code it is must be sure before it is shown to anybody (RFC 9207, 2.4).
        if answer
            .issuer
            .as_deref()
            .is_some_and(|issuer| issuer != self.issuer())
        {
            return Err(Error::Answer("it comes from another issuer".to_owned()));
        }
        let tokens = self.exchange(&metadata, attempt, answer).await?;
        let token = tokens
            .id_token()
            .ok_or_else(|| Error::Answer("it holds no token of who it is".to_owned()))?;
        let nonce = Nonce::new(attempt.nonce.clone());
        let access = tokens.access_token();
        let settings = &self.inner.settings;
        let mut believed = proof::believed(settings, &metadata, token, access, &nonce);
        if believed.is_err() {
            // The keys may be others by now.
            metadata = self.read(started).await?;
            believed = proof::believed(settings, &metadata, token, access, &nonce);
        }
        let claims = believed.map_err(Error::Answer)?;
        let subject = claims.subject().clone();
        let methods = proof::methods_of(claims);
        let claims = self.claims(&metadata, token, access, &subject).await?;
        let text = |name: &str| proof::text_of(&claims, name);
        Ok(Proof {
            issuer: self.issuer().to_owned(),
            subject: subject.to_string(),
            account: settings.account_claim.as_deref().and_then(text),
            name: text("name"),
            methods,
        })
    }

    /// The address at which the provider ends its session and sends the browser to `back`; none where it offers none.
    pub async fn end_address(&self, back: &str) -> Result<Option<String>> {
        let metadata = self.known().await?;
        let Some(end) = end_session(&metadata) else {
            return Ok(None);
        };
        let back = PostLogoutRedirectUrl::new(back.to_owned())
            .map_err(|error| Error::Answer(format!("`{back}` is no address: {error}")))?;
        let request = LogoutRequest::from(end.clone())
            .set_client_id(self.inner.settings.client_id.clone())
            .set_post_logout_redirect_uri(back);
        Ok(Some(request.http_get_url().into()))
    }

    /// Trades the code for tokens. The secret goes as the provider wants it; in a header where it does not say.
    async fn exchange(
        &self,
        metadata: &Metadata,
        attempt: &Attempt,
        answer: &Answer,
    ) -> Result<CoreTokenResponse> {
        let client = self
            .client(metadata)
            .set_redirect_uri(address(&attempt.redirect)?);
        let request = client
            .exchange_code(AuthorizationCode::new(answer.code.clone()))
            .map_err(|_| self.silent("it names no address of tokens"))?
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.clone()));
        request
            .request_async(&self.inner.web)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(told) => match told.error() {
                    CoreErrorResponseType::InvalidGrant => {
                        Error::Refused("the code is not good, or not any more".to_owned())
                    }
                    other => Error::Answer(format!("it does not take the code: `{other}`")),
                },
                RequestTokenError::Request(error) => self.silent(&error.to_string()),
                RequestTokenError::Parse(error, _) => {
                    // What was read is a token, and is told nobody.
                    Error::Answer(format!("it cannot be read at `{}`", error.path()))
                }
                RequestTokenError::Other(why) => Error::Answer(why),
            })
    }

    /// The claims of somebody: those of the token, and where it lacks one that is wanted, those that the provider tells of the
    /// same subject.
    async fn claims(
        &self,
        metadata: &Metadata,
        token: &CoreIdToken,
        access: &AccessToken,
        subject: &SubjectIdentifier,
    ) -> Result<Value> {
        let mut claims = proof::claims_of(token)?;
        let wanted = self.inner.settings.account_claim.as_deref();
        let is_whole = wanted.is_none_or(|wanted| claims.get(wanted).is_some());
        if is_whole || metadata.userinfo_endpoint().is_none() {
            return Ok(claims);
        }
        let client = self.client(metadata);
        let request = client
            .user_info(access.clone(), Some(subject.clone()))
            .map_err(|_| self.silent("it names no address of claims"))?;
        let told: UserInfoClaims<Others, CoreGenderClaim> = request
            .request_async(&self.inner.web)
            .await
            .map_err(|error| Error::Answer(format!("it does not tell the claims: {error}")))?;
        let told = serde_json::to_value(told).unwrap_or_default();
        if let (Some(claims), Value::Object(told)) = (claims.as_object_mut(), told) {
            for (name, value) in told {
                claims.entry(name).or_insert(value);
            }
        }
        Ok(claims)
    }

    fn client(&self, metadata: &Metadata) -> Client {
        let settings = &self.inner.settings;
        let methods = metadata.token_endpoint_auth_methods_supported();
        let only_in_body = methods.is_some_and(|methods| {
            methods.contains(&CoreClientAuthMethod::ClientSecretPost)
                && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
        });
        let client = CoreClient::from_provider_metadata(
            metadata.clone(),
            settings.client_id.clone(),
            Some(settings.client_secret.clone()),
        );
        client.set_auth_type(if only_in_body {
            AuthType::RequestBody
        } else {
            AuthType::BasicAuth
        })
    }

    /// What was read last, or is read now.
    async fn known(&self) -> Result<Arc<Metadata>> {
        match self.last() {
            Some(metadata) => Ok(metadata),
            None => self.read(Instant::now()).await,
        }
    }

    fn last(&self) -> Option<Arc<Metadata>> {
        let known = self.inner.known.read();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads what the provider publishes, unless somebody has since a moment. Whoever waits for another's reading that fails is
    /// told so too, so that many who come at once wait no longer than one.
    async fn read(&self, since: Instant) -> Result<Arc<Metadata>> {
        let arrived_at = Instant::now();
        let mut last = self.inner.reading.lock().await;
        match &*last {
            Some(Reading {
                failed: Some(why),
                ended_at,
                ..
            }) if *ended_at >= arrived_at => return Err(self.silent(why)),
            Some(Reading {
                failed: None,
                begun_at,
                ..
            }) if *begun_at >= since => {
                if let Some(metadata) = self.last() {
                    return Ok(metadata);
                }
            }
            _ => {}
        }
        let begun_at = Instant::now();
        let issuer = self.inner.settings.issuer.clone();
        let read = Metadata::discover_async(issuer, &self.inner.web).await;
        let read = read.map_err(|error| why(&error));
        self.inner
            .is_reachable
            .store(read.is_ok(), Ordering::Relaxed);
        *last = Some(Reading {
            begun_at,
            ended_at: Instant::now(),
            failed: read.as_ref().err().cloned(),
        });
        let metadata = Arc::new(read.map_err(|why| self.silent(&why))?);
        let mut known = self
            .inner
            .known
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *known = Some(Arc::clone(&metadata));
        Ok(metadata)
    }

    fn silent(&self, why: &str) -> Error {
        Error::Silent {
            issuer: self.issuer().to_owned(),
            why: why.to_owned(),
        }
    }
}

/// Where the provider ends its sessions, if a browser may be sent there.
fn end_session(metadata: &Metadata) -> Option<&openidconnect::EndSessionUrl> {
    let end = metadata.additional_metadata().end_session_endpoint.as_ref();
    end.filter(|end| is_safe(end.url()))
}

fn address(redirect: &str) -> Result<RedirectUrl> {
    RedirectUrl::new(redirect.to_owned())
        .map_err(|error| Error::Answer(format!("`{redirect}` is no address: {error}")))
}

/// Why a provider could not be read. Bodies are left out.
fn why(error: &DiscoveryError<Unanswered>) -> String {
    match error {
        DiscoveryError::Response(status, ..) if !status.is_success() => {
            format!("it answers {status}")
        }
        DiscoveryError::Response(_, _, why)
        | DiscoveryError::Validation(why)
        | DiscoveryError::Other(why) => why.clone(),
        DiscoveryError::Parse(error) => format!("it says nothing that can be read: {error}"),
        DiscoveryError::Request(error) => error.to_string(),
        other => other.to_string(),
    }
}
