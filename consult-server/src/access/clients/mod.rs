//! Service accounts: other systems that sign in at `/oauth2/token` with client credentials (RFC 6749 §4.4). A client is a person
//! of the kind `system` in one position, and its access tokens are short sessions with scopes. It is made at the console, where it is
//! installed: its secret opens clinical content, which no administrator of ours may see.

pub mod flow;
pub mod http;
pub mod rules;
pub mod sql;
pub mod token;

use crate::access::Role;
use crate::access::scopes::Scope;
use crate::ids::ClientId;
use crate::refs::OrganisationRef;
use crate::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A service account, as it is listed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceClient)]
pub struct Client {
    pub id: ClientId,
    /// What it gives at `/oauth2/token`.
    pub client_id: String,
    pub name: String,
    pub organisation: OrganisationRef,
    pub role: Role,
    pub scopes: Vec<Scope>,
    pub created_at: Timestamp,
    pub used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}
