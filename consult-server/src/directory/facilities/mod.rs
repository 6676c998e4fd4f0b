//! What an organisation can do (from a catalogue of coded capabilities, each with its validity) and where it stands. Kept by the
//! administrator; read by whoever looks for a place for a patient. Knows no leg.

pub mod flow;
pub mod http;
pub mod rules;
pub mod sql;

use crate::ids::{CapabilityId, OrganisationId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A line of the catalogue, which is shipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CapabilityKind {
    pub code: String,
    #[schema(value_type = Object)]
    pub text: referral::Words,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Capability {
    pub id: CapabilityId,
    pub version: i64,
    pub organisation_id: OrganisationId,
    pub code: String,
    pub valid_from: Timestamp,
    pub valid_until: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct CapabilityInput {
    pub organisation_id: OrganisationId,
    /// A code of the catalogue.
    pub code: String,
    /// Now unless said.
    pub valid_from: Option<Timestamp>,
    pub valid_until: Option<Timestamp>,
}

/// Degrees; both or neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Coordinates {
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
}

/// What an organisation can do and where it is; `version` is the organisation's.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Facilities {
    pub version: i64,
    pub coordinates: Coordinates,
    /// Those that have ended, too.
    pub capabilities: Vec<Capability>,
    pub catalogue: Vec<CapabilityKind>,
}
