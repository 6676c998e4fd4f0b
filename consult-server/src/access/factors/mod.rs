//! Second factors: time-based codes (TOTP), passkeys, and recovery codes for when both are lost.
//! Knows how a session is opened (`access::flow`), no subject.

pub mod flow;
pub mod http;
pub mod passkeys;
pub mod rules;
pub mod second_step;
pub mod sql;

use crate::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// What kind of thing a factor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactorKind {
    Totp,
    Passkey,
}

impl FactorKind {
    pub fn as_str(self) -> &'static str {
        match self {
            FactorKind::Totp => "totp",
            FactorKind::Passkey => "passkey",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [FactorKind::Totp, FactorKind::Passkey].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One of my second factors.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnFactor {
    pub id: String,
    pub kind: FactorKind,
    /// What its owner calls it.
    pub name: String,
    pub confirmed_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

/// A factor with its secret, opened.
pub struct Factor {
    pub id: String,
    pub kind: FactorKind,
    /// The key of a TOTP in Base32, or a passkey as JSON.
    pub secret: String,
    pub last_step: i64,
}

/// A token that joins two requests of one ceremony.
#[derive(Clone)]
pub struct Challenge {
    pub token_hash: String,
    pub person: crate::ids::PersonId,
    /// What the server must remember meanwhile, JSON.
    pub state: String,
}
