//! Making and changing what the directory holds. Reads for others stay in `directory::sql`.

pub mod flow;
pub mod rules;
pub mod sql;

use crate::access::Call;
use crate::db::change::Author;
use crate::ids::{AllianceId, OrganisationId};

pub const ORGANISATION: &str = "organisation";
pub const DEPARTMENT: &str = "department";
pub const PERSON: &str = "person";
pub const POSITION: &str = "position";

/// On whose behalf the directory changes: an administrator at a page, or somebody at the console.
#[derive(Clone, Debug)]
pub struct By {
    pub alliance: AllianceId,
    pub author: Author,
    pub basis: &'static str,
    /// Whose pages are told.
    pub audience: Vec<OrganisationId>,
}

impl By {
    pub fn caller(call: &Call, basis: &'static str) -> Self {
        Self {
            alliance: call.caller.alliance.clone(),
            author: call.author.clone(),
            basis,
            audience: vec![call.caller.organisation.clone()],
        }
    }
}
