//! Signing in at the alliance's own identity provider (OpenID Connect Core 1.0, authorization code with PKCE).
//! `provider` speaks to it; `flow` knows whose account an answer is. Knows no other way of signing in, and no subject.

pub mod flow;
pub mod http;
pub mod provider;
pub mod rules;
pub mod sql;

pub use provider::Provider;

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What is remembered between leaving for the provider and coming back, sealed in the store.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// Comes back inside the ID token: a token that was made for another sign-in does not fit.
    pub nonce: String,
    /// The half of PKCE that never leaves us before the code is exchanged (RFC 7636).
    pub verifier: String,
    /// Where in the page the person wanted to go.
    pub next: String,
}

/// Whom the provider means.
#[derive(Clone)]
pub struct Identity {
    /// The provider's own name for the person, which it never gives to another.
    pub subject: String,
    /// The configured claim, if the person has it.
    pub name: Option<String>,
    /// When the person last proved to the provider who they are (`auth_time`); long ago where it does not say.
    pub proved_at: Timestamp,
}
