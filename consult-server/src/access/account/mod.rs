//! My own account: my sessions and my password. Knows no second factor and no subject.

pub mod flow;
pub mod http;
pub mod rules;
pub mod sql;

use crate::ids::SessionId;
use crate::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// One of my sessions that is alive.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSession {
    pub id: SessionId,
    /// The browser or program, as it calls itself.
    pub device: String,
    pub from_address: String,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub expires_at: Timestamp,
    /// The session that asks.
    pub current: bool,
}
