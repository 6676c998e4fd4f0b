//! Who is on duty: for a department, for a hospital (总值班), for the alliance; with deputies, swaps and checks for conflicts, and
//! who answers now when somebody must. Knows no leg and no consult.

pub mod flow;
pub mod http;
pub mod rules;
pub mod sql;

use crate::ids::{DepartmentId, DutyId, OrganisationId, PersonId, SwapId};
use crate::refs::{DepartmentRef, OrganisationRef};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use super::search::Reach;

/// What a duty is for; says which places are filled: a department and its organisation, an organisation, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DutyKind {
    Department,
    Hospital,
    Alliance,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    Duty,
    Deputy,
}

impl DutyKind {
    pub fn as_str(self) -> &'static str {
        match self {
            DutyKind::Department => "department",
            DutyKind::Hospital => "hospital",
            DutyKind::Alliance => "alliance",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [DutyKind::Department, DutyKind::Hospital, DutyKind::Alliance]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

impl Rank {
    pub fn as_str(self) -> &'static str {
        match self {
            Rank::Duty => "duty",
            Rank::Deputy => "deputy",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Rank::Duty, Rank::Deputy].into_iter().find(|rank| rank.as_str() == text)
    }
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct DutyInput {
    pub id: DutyId,
    pub kind: DutyKind,
    pub organisation_id: Option<OrganisationId>,
    pub department_id: Option<DepartmentId>,
    pub person_id: PersonId,
    pub rank: Rank,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

/// A plan of many duties, kept as a whole or not at all.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct RosterInput {
    pub items: Vec<DutyInput>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Duty {
    pub id: DutyId,
    pub version: i64,
    pub kind: DutyKind,
    pub organisation: Option<OrganisationRef>,
    pub department: Option<DepartmentRef>,
    pub person: Reach,
    pub rank: Rank,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

/// The caller offers a duty of theirs: for another's, or as a gift to somebody.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct SwapInput {
    pub id: SwapId,
    pub offered_duty_id: DutyId,
    /// What is wanted in return.
    pub wanted_duty_id: Option<DutyId>,
    /// Who should take it, where nothing is wanted in return.
    pub to_person_id: Option<PersonId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SwapState {
    Offered,
    Accepted,
    Declined,
    Withdrawn,
}

impl SwapState {
    pub fn as_str(self) -> &'static str {
        match self {
            SwapState::Offered => "offered",
            SwapState::Accepted => "accepted",
            SwapState::Declined => "declined",
            SwapState::Withdrawn => "withdrawn",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [SwapState::Offered, SwapState::Accepted, SwapState::Declined, SwapState::Withdrawn]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Swap {
    pub id: SwapId,
    pub version: i64,
    pub offered_duty_id: DutyId,
    pub wanted_duty_id: Option<DutyId>,
    pub from: Reach,
    pub to: Reach,
    pub state: SwapState,
    pub created_at: Timestamp,
    pub decided_at: Option<Timestamp>,
}

/// Who answers now, and by which step of the way they were found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Responsible {
    pub step: Step,
    pub people: Vec<PersonId>,
}

/// The way to somebody who answers (I-3), in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    DepartmentDuty,
    DepartmentDeputy,
    HospitalDuty,
    HospitalDeputy,
    AllianceDuty,
    AllianceDeputy,
    /// Whoever holds the role.
    Role,
}
