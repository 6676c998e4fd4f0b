//! Follow-up after a hand-over: what somebody owes a patient who has come back, until which day, and what came of it.
//! It belongs to the case and does not hold it open. Knows referrals; no referral knows this folder.

pub mod flow;
pub mod http;
pub mod rules;
pub mod sql;

use crate::ids::{CaseId, FollowUpId, LegId, OrganisationId};
use crate::refs::{OrganisationRef, PatientRef, PersonRef};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The kind of the timers and grants of a follow-up; its events stand in the timeline of its leg.
pub const KIND: &str = "follow_up";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FollowUpState {
    Planned,
    Done,
    /// Tried at least twice; it may be planned anew.
    NotReached,
    Cancelled,
}

impl FollowUpState {
    const ALL: &'static [Self] = &[Self::Planned, Self::Done, Self::NotReached, Self::Cancelled];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Done => "done",
            Self::NotReached => "not_reached",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == text)
    }
}

/// A plan. The same id and body again have no further effect.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FollowUpInput {
    pub id: FollowUpId,
    pub leg_id: LegId,
    /// Who owes it: a side of the leg, or the organisation right above its lower side; that lower side when null.
    #[serde(default)]
    pub organisation_id: Option<OrganisationId>,
    pub task: String,
    /// A day of the alliance; the suggested one when null.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub due_on: Option<String>,
}

/// What was found: at least one of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct FollowUpResult {
    /// mmHg, 40 to 300.
    pub systolic: Option<i64>,
    /// mmHg, 20 to 200.
    pub diastolic: Option<i64>,
    /// mmol/L, 0.5 to 60.
    pub glucose: Option<f64>,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FollowUpAttempt {
    pub at: Timestamp,
    #[serde(default)]
    pub note: String,
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct FollowUpNotReached {
    /// Two at least.
    pub attempts: Vec<FollowUpAttempt>,
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct FollowUpCancel {
    pub reason: String,
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct FollowUpReschedule {
    #[schema(format = Date)]
    pub due_on: String,
    pub reason: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FollowUp {
    pub id: FollowUpId,
    pub version: i64,
    pub case_id: CaseId,
    pub leg_id: LegId,
    /// The number of the leg, as printed on its slip.
    pub number: String,
    pub patient: PatientRef,
    /// Who owes it.
    pub organisation: OrganisationRef,
    pub diagnosis: String,
    pub task: String,
    #[schema(format = Date)]
    pub due_on: String,
    /// The day has passed and nobody has said what came of it.
    pub overdue: bool,
    pub state: FollowUpState,
    pub planned_by: PersonRef,
    pub result: Option<FollowUpResult>,
    pub attempts: Vec<FollowUpAttempt>,
    /// Why it was cancelled or put off.
    pub reason: Option<String>,
    pub ended_by: Option<PersonRef>,
    pub ended_at: Option<Timestamp>,
    /// Commands this caller may give now.
    pub allowed: Vec<String>,
}

/// How many the caller's organisation owes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct FollowUpCounts {
    pub overdue: i64,
    pub today: i64,
    pub later: i64,
}

/// What a new plan for a leg would sensibly say; null where none can be made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FollowUpSuggestion {
    /// `after_discharge`, or `chronic` for hypertension and diabetes.
    pub reason: String,
    #[schema(format = Date)]
    pub due_on: String,
    /// Who may owe it; the first unless said.
    pub organisations: Vec<OrganisationRef>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FollowUpPage {
    pub items: Vec<FollowUp>,
    pub next: Option<String>,
    pub counts: FollowUpCounts,
    pub suggestion: Option<FollowUpSuggestion>,
}
