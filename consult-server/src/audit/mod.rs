//! The audit trail as people see it: the auditor searches and exports it, and whoever cares for a patient shows them who
//! looked at their record. Reading it is itself audited. How it is written, chained and verified is `db::audit`'s.

pub mod http;
pub mod rules;
pub mod sql;

use crate::access::Role;
use crate::ids::{OrganisationId, PatientId, PersonId};
use crate::refs::OrganisationRef;
use crate::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// An entry of the trail, with names beside ids.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    pub id: String,
    /// Place in the chain; null until it is sealed, within a second.
    pub seq: Option<i64>,
    pub at: Timestamp,
    pub person: Option<AuditPerson>,
    pub role: Option<Role>,
    pub organisation: Option<OrganisationRef>,
    /// Network address, or the part of the system that acted.
    pub from: String,
    pub request_id: String,
    /// What was done: `patient.read`, `consult.signed`, `session.opened`; for a refusal the route.
    pub action: String,
    pub subject_kind: String,
    pub subject_id: String,
    pub patient: Option<AuditPatient>,
    /// Why it was allowed; for a refusal the code.
    pub basis: String,
    /// `done`, `read` or `denied`.
    pub outcome: String,
    /// What else belongs to it: ids of a list, the filter of a search.
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditPerson {
    pub id: PersonId,
    pub name: String,
}

/// A patient in the trail: the auditor sees no more of a name than its first character.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditPatient {
    pub id: PatientId,
    pub name_masked: String,
}

/// Who looked at a record or changed it, as its patient may be told.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AccessLogEntry {
    pub id: String,
    pub at: Timestamp,
    pub person: Option<AuditPerson>,
    pub role: Option<Role>,
    pub organisation: Option<OrganisationRef>,
    pub action: String,
    pub basis: String,
    pub outcome: String,
}

/// What entries must be; what is `None` or empty matches all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub person: Option<PersonId>,
    pub patient: Option<PatientId>,
    /// The id of what was read or changed.
    pub subject: String,
    pub organisation: Option<OrganisationId>,
    /// An action, or its beginning: `patient` finds `patient.read`.
    pub action: String,
    pub outcome: String,
    pub basis: String,
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
}
