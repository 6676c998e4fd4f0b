//! Speaks to the identity provider: where to send the browser, and whom a code means. The only file that names
//! `openidconnect`. Knows no account.

use super::{Asked, Identity, rules};
use crate::config::{Config, Oidc};
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::time::Timestamp;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use futures_util::future::BoxFuture;
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken,
    CoreProviderMetadata,
};
use openidconnect::{
    AsyncHttpClient, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    DiscoveryError, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl,
    Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    Scope, SignatureVerificationError, TokenResponse as _,
};
use serde_json::{Map, Value};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A provider that answers slower than this is down, as far as somebody at the door cares.
const PATIENCE: Duration = Duration::from_secs(10);

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The configured identity provider, or none.
#[derive(Clone)]
pub struct Provider(Option<Arc<Known>>);

struct Known {
    oidc: Oidc,
    redirect: RedirectUrl,
    issuer: IssuerUrl,
    line: Line,
    /// What it says about itself, or that it did not answer, and until when that is believed.
    metadata: Mutex<Option<(Said, Timestamp)>>,
    /// One asks at a time; the others take what it found.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
enum Said {
    Metadata(Box<CoreProviderMetadata>),
    Nothing,
}

impl Provider {
    /// Refuses a configuration that cannot work, at the start rather than at the first sign-in.
    pub fn of(config: &Config) -> Result<Self> {
        let Some(oidc) = &config.access.oidc else { return Ok(Self(None)) };
        let wrong = |what: &str, cause: &dyn std::fmt::Display| Refusal::internal(format!("{what}: {cause}"));
        let issuer =
            IssuerUrl::new(oidc.issuer.clone()).map_err(|e| wrong("access.oidc.issuer is no address", &e))?;
        let public = config.http.public_url.trim_end_matches('/');
        let redirect = RedirectUrl::new(format!("{public}/api/v1/session/oidc/callback"))
            .map_err(|e| wrong("http.public_url is no address", &e))?;
        // Following redirects would let the provider send us to addresses inside our own network.
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .map_err(|e| wrong("access.oidc: no HTTPS (is the package ca-certificates installed?)", &e))?;
        let known = Known {
            oidc: oidc.clone(),
            redirect,
            issuer,
            line: Line(http),
            metadata: Mutex::new(None),
            asking: tokio::sync::Mutex::new(()),
        };
        Ok(Self(Some(Arc::new(known))))
    }

    /// What the button says, where there is a provider.
    pub fn label(&self) -> Option<&str> {
        self.0.as_ref().map(|known| known.oidc.label.as_str())
    }

    /// Its configuration; a page that asks where there is none is told that there is nothing.
    pub fn oidc(&self) -> Result<&Oidc> {
        Ok(&self.known()?.oidc)
    }

    fn known(&self) -> Result<&Known> {
        self.0.as_deref().ok_or_else(Refusal::not_found)
    }

    /// Where the browser goes to sign in.
    pub async fn address(&self, ground: &Ground, state: &str, asked: &Asked, again: bool) -> Result<String> {
        let known = self.known()?;
        let client = known.client(known.metadata(ground).await?);
        let verifier = PkceCodeVerifier::new(asked.verifier.clone());
        let (state, nonce) = (CsrfToken::new(state.to_owned()), Nonce::new(asked.nonce.clone()));
        let request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || state, move || nonce)
            .add_scopes(known.oidc.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            // What makes the provider say when the person proved themselves (Core 3.1.2.1).
            .set_max_age(rules::LONGEST);
        let request = if again { request.add_prompt(CoreAuthPrompt::Login) } else { request };
        Ok(request.url().0.to_string())
    }

    /// Exchanges the code and says whom the verified ID token means.
    pub async fn identify(&self, ground: &Ground, code: String, asked: &Asked) -> Result<Identity> {
        let known = self.known()?;
        let metadata = known.metadata(ground).await?;
        let answer = known
            .client(metadata.clone())
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|e| refused(&e))?
            .set_pkce_verifier(PkceCodeVerifier::new(asked.verifier.clone()))
            .request_async(&known.line)
            .await
            .map_err(|error| match &error {
                RequestTokenError::Request(cause) => unavailable(cause),
                _ => refused(&error),
            })?;
        let token = answer.id_token().ok_or_else(|| refused(&"there was no ID token"))?;
        let subject = known.verify(ground, metadata.clone(), token, asked).await?;
        let (claim, said) = (&known.oidc.claim, payload(token)?);
        let proved_at = rules::proved_at(&said);
        let mut name = rules::claim(&said, claim);
        // Many providers keep all but `sub` out of the ID token (Core 5.4).
        if let (None, Some(address)) = (&name, metadata.userinfo_endpoint()) {
            let claims = known.userinfo(address.as_str(), answer.access_token().secret(), &subject).await?;
            name = rules::claim(&claims, claim);
        }
        Ok(Identity { subject, name, proved_at })
    }
}

impl Known {
    fn client(&self, metadata: CoreProviderMetadata) -> Client {
        // Basic unless it says that it takes the other way only (Discovery 3).
        let takes = metadata.token_endpoint_auth_methods_supported();
        let only_body = takes.is_some_and(|methods| {
            !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
                && methods.contains(&CoreClientAuthMethod::ClientSecretPost)
        });
        let secret = self.oidc.client_secret.as_ref().map(|secret| ClientSecret::new(secret.0.clone()));
        let id = ClientId::new(self.oidc.client_id.clone());
        CoreClient::from_provider_metadata(metadata, id, secret)
            .set_redirect_uri(self.redirect.clone())
            .set_auth_type(if only_body { AuthType::RequestBody } else { AuthType::BasicAuth })
    }

    async fn metadata(&self, ground: &Ground) -> Result<CoreProviderMetadata> {
        if let Some(said) = self.said(ground.now()) {
            return said;
        }
        let _turn = self.asking.lock().await;
        match self.said(ground.now()) {
            Some(said) => said,
            None => self.discover(ground.now()).await,
        }
    }

    /// What is still believed of what it said. One that did not answer is left alone for a while: everybody who knocks would ask it again.
    fn said(&self, now: Timestamp) -> Option<Result<CoreProviderMetadata>> {
        let known = self.metadata.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (said, _) = known.filter(|(_, until)| now < *until)?;
        Some(match said {
            Said::Metadata(metadata) => Ok(*metadata),
            Said::Nothing => Err(unavailable(&"it did not answer a moment ago")),
        })
    }

    fn believe(&self, said: Said, until: Timestamp) {
        *self.metadata.lock().unwrap_or_else(PoisonError::into_inner) = Some((said, until));
    }

    async fn discover(&self, now: Timestamp) -> Result<CoreProviderMetadata> {
        match CoreProviderMetadata::discover_async(self.issuer.clone(), &self.line).await {
            Ok(found) => {
                let said = Said::Metadata(Box::new(found.clone()));
                self.believe(said, now.plus_seconds(rules::METADATA_SECONDS));
                Ok(found)
            }
            Err(error) => {
                self.believe(Said::Nothing, now.plus_seconds(rules::SILENCE_SECONDS));
                Err(match &error {
                    DiscoveryError::Request(cause) => unavailable(cause),
                    _ => unavailable(&error),
                })
            }
        }
    }

    /// Signature, issuer, audience, expiry and nonce of the ID token (Core 3.1.3.7); answers its subject. Keys that it does not
    /// know yet are read once more: the provider may have changed them.
    async fn verify(
        &self,
        ground: &Ground,
        metadata: CoreProviderMetadata,
        token: &CoreIdToken,
        asked: &Asked,
    ) -> Result<String> {
        let nonce = Nonce::new(asked.nonce.clone());
        let now = ground.now();
        let subject_by = |metadata: CoreProviderMetadata| {
            let client = self.client(metadata);
            let verifier = client
                .id_token_verifier()
                .set_time_fn(move || chrono::DateTime::from_timestamp_millis(now.0).unwrap_or_default());
            token.claims(&verifier, &nonce).map(|claims| claims.subject().to_string())
        };
        match subject_by(metadata) {
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => subject_by(self.discover(now).await?).map_err(|e| refused(&e)),
            verified => verified.map_err(|e| refused(&e)),
        }
    }

    /// What the provider says about the owner of an access token; it must be the same person (Core 5.3.2).
    async fn userinfo(&self, address: &str, token: &str, subject: &str) -> Result<Map<String, Value>> {
        let answer = self.line.0.get(address).bearer_auth(token).send().await.map_err(|e| unavailable(&e))?;
        let answer = answer.error_for_status().map_err(|e| refused(&e))?;
        let body = whole(answer).await.map_err(|e| refused(&e))?;
        let claims: Map<String, Value> = serde_json::from_slice(&body).map_err(|e| refused(&e))?;
        match claims.get("sub").and_then(Value::as_str) {
            Some(own) if own == subject => Ok(claims),
            Some(_) | None => Err(refused(&"the user info is about somebody else")),
        }
    }
}

/// How the library reaches the provider.
struct Line(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for Line {
    type Error = Broken;
    type Future = BoxFuture<'c, std::result::Result<HttpResponse, Broken>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let request: reqwest::Request = request.try_into().map_err(Broken::Line)?;
            let answer = self.0.execute(request).await.map_err(Broken::Line)?;
            let mut response = HttpResponse::new(Vec::new());
            *response.status_mut() = answer.status();
            *response.headers_mut() = answer.headers().clone();
            *response.body_mut() = whole(answer).await?;
            Ok(response)
        })
    }
}

/// Keys and claims take a few kilobytes.
const LARGEST_ANSWER: usize = 1024 * 1024;

/// An answer that did not come whole.
#[derive(Debug)]
enum Broken {
    Line(reqwest::Error),
    TooLarge,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Broken::Line(cause) => cause.fmt(f),
            Broken::TooLarge => f.write_str("the answer is larger than a megabyte"),
        }
    }
}

impl std::error::Error for Broken {}

async fn whole(mut answer: reqwest::Response) -> std::result::Result<Vec<u8>, Broken> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(Broken::Line)? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(Broken::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The claims of an ID token that was verified.
fn payload(token: &CoreIdToken) -> Result<Map<String, Value>> {
    let text = token.to_string();
    let part = text.split('.').nth(1).unwrap_or_default();
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|e| refused(&e))?;
    serde_json::from_slice(&bytes).map_err(|e| refused(&e))
}

fn refused(cause: &dyn std::fmt::Display) -> Refusal {
    Refusal { internal: Some(cause.to_string()), ..Refusal::new(Code::OidcRefused) }
}

fn unavailable(cause: &dyn std::fmt::Display) -> Refusal {
    Refusal { internal: Some(cause.to_string()), ..Refusal::new(Code::OidcUnavailable) }
}
