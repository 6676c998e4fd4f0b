//! Tokens that people make for their own programs: a session with scopes, a name and an end, which acts in its maker's
//! position. Knows no service account.

pub mod flow;
pub mod http;
pub mod rules;
pub mod sql;

use crate::access::scopes::Scope;
use crate::ids::SessionId;
use crate::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// One of my tokens that is alive.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnToken {
    pub id: SessionId,
    /// What its owner calls it.
    pub name: String,
    pub scopes: Vec<Scope>,
    pub created_at: Timestamp,
    /// Null until it is used.
    pub used_at: Option<Timestamp>,
    pub expires_at: Timestamp,
}
