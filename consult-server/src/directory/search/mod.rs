//! Find a person: one box over the whole alliance, by ideographs, pinyin or initials of name, department, specialty and
//! organisation, with who is on duty, who stands in and how to reach them. Shows work numbers only, never private ones.

pub mod http;
pub mod rules;
pub mod sql;

use crate::access::Role;
use crate::ids::{PersonId, PositionId};
use crate::refs::{DepartmentRef, OrganisationRef};
use crate::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A person in one of their positions, as the box finds them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Found {
    pub id: PersonId,
    pub position_id: PositionId,
    pub name: String,
    pub title: Option<String>,
    pub specialty: Option<String>,
    pub role: Role,
    pub organisation: OrganisationRef,
    pub department: Option<DepartmentRef>,
    pub work_phone: Option<String>,
    /// What they are on duty for now.
    pub on_duty: Option<OnDuty>,
    /// Who stands in for them: the deputy of their duty, or whoever is on duty for their department now.
    pub deputy: Option<Reach>,
    #[serde(skip)]
    pub sort: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OnDuty {
    /// `department`, `hospital` or `alliance`.
    pub kind: String,
    /// `duty` or `deputy`.
    pub rank: String,
    pub until: Timestamp,
}

/// Somebody with the number they answer at work.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Reach {
    pub id: PersonId,
    pub name: String,
    pub work_phone: Option<String>,
}
