//! People and the positions they hold: made, changed, ended, and what leaving takes with it. Private data of staff (staff
//! number, licence, account) is shown to those who manage the directory only.

pub mod flow;
pub mod http;
pub mod sql;

use crate::access::Role;
use crate::http::present;
use crate::ids::{DepartmentId, OrganisationId, PersonId, PositionId};
use crate::refs::{DepartmentRef, OrganisationRef};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Somebody in the directory whom no position places anywhere.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unplaced {
    pub id: PersonId,
    pub name: String,
    pub staff_number: Option<String>,
    pub title: Option<String>,
    pub has_account: bool,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct PersonInput {
    pub id: PersonId,
    pub name: String,
    pub staff_number: String,
    pub title: Option<String>,
    pub specialty: Option<String>,
    pub work_phone: Option<String>,
    pub email: Option<String>,
    pub licence_number: Option<String>,
    pub licence_from: Option<Timestamp>,
    pub licence_until: Option<Timestamp>,
    /// Since when they have practised on their own.
    pub practising_since: Option<Timestamp>,
}

/// What is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct PersonPatch {
    pub name: Option<String>,
    #[serde(deserialize_with = "present")]
    pub title: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub specialty: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub work_phone: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub email: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub licence_number: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub licence_from: Option<Option<Timestamp>>,
    #[serde(deserialize_with = "present")]
    pub licence_until: Option<Option<Timestamp>>,
    #[serde(deserialize_with = "present")]
    pub practising_since: Option<Option<Timestamp>>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonDetail {
    pub id: PersonId,
    pub version: i64,
    pub name: String,
    pub title: Option<String>,
    pub specialty: Option<String>,
    pub work_phone: Option<String>,
    /// Full years of practice on their own.
    pub practice_years: Option<i64>,
    /// Whether a licence is registered and in force.
    pub licensed: bool,
    /// Those that have not ended.
    pub positions: Vec<PositionDetail>,
    pub left_at: Option<Timestamp>,
    /// For those who manage the directory; null for everybody else.
    pub private: Option<PersonPrivate>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonPrivate {
    pub staff_number: Option<String>,
    /// Where notices are mailed.
    pub email: Option<String>,
    pub licence_number: Option<String>,
    pub licence_from: Option<Timestamp>,
    pub licence_until: Option<Timestamp>,
    pub practising_since: Option<Timestamp>,
    /// Whether they have set a password.
    pub has_account: bool,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct PositionInput {
    pub id: PositionId,
    pub person_id: PersonId,
    pub organisation_id: OrganisationId,
    pub department_id: Option<DepartmentId>,
    pub role: Role,
    /// Now unless said.
    pub valid_from: Option<Timestamp>,
    pub valid_until: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PositionDetail {
    pub id: PositionId,
    pub role: Role,
    pub organisation: OrganisationRef,
    pub department: Option<DepartmentRef>,
    pub valid_from: Timestamp,
    pub valid_until: Option<Timestamp>,
}
