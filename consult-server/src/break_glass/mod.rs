//! Break-glass (紧急访问): a doctor reads the record of a patient whom nothing relates to them, because of an emergency, for
//! three hours at most, with a reason. Nobody else of the organisation sees more; nothing may be changed. The security
//! administrators are told at once and review each of them (I-11).

pub mod flow;
pub mod http;
pub mod rules;
pub mod sql;

use crate::audit::AuditPatient;
use crate::ids::{BreakGlassId, PatientId};
use crate::refs::{PatientRef, PersonRef};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub const KIND: &str = "break_glass";

/// Why the glass was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BreakGlassReason)]
pub enum Reason {
    /// Treatment that cannot wait.
    EmergencyTreatment,
    /// The patient cannot speak, and nobody can for them.
    Unconscious,
    /// An accident or disaster with many casualties.
    MassCasualty,
    Other,
}

impl Reason {
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::EmergencyTreatment => "emergency_treatment",
            Reason::Unconscious => "unconscious",
            Reason::MassCasualty => "mass_casualty",
            Reason::Other => "other",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::EmergencyTreatment, Self::Unconscious, Self::MassCasualty, Self::Other]
            .into_iter()
            .find(|reason| reason.as_str() == text)
    }
}

/// What the review came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BreakGlassVerdict)]
pub enum Verdict {
    Justified,
    Unjustified,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Justified => "justified",
            Verdict::Unjustified => "unjustified",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Justified, Self::Unjustified].into_iter().find(|verdict| verdict.as_str() == text)
    }
}

/// Whose record: by the identity number, or by name and birth date where they lead to one patient.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = BreakGlassPatient)]
pub struct Wanted {
    pub resident_id: Option<String>,
    pub name: Option<String>,
    /// `YYYY-MM-DD`
    pub birth_date: Option<String>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct BreakGlassInput {
    pub id: BreakGlassId,
    pub patient: Wanted,
    pub reason: Reason,
    /// What happened, in the doctor's words; at least 10 characters.
    pub explanation: String,
    /// 1 to 180; 60 unless said.
    pub minutes: Option<i64>,
}

/// One's own break-glass.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BreakGlass {
    pub id: BreakGlassId,
    pub version: i64,
    pub patient: PatientRef,
    pub reason: Reason,
    pub explanation: String,
    pub opened_at: Timestamp,
    pub ends_at: Timestamp,
    pub is_open: bool,
}

/// A break-glass as it is reviewed: no more of the patient than the audit trail shows.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BreakGlassCase {
    pub id: BreakGlassId,
    pub version: i64,
    pub person: PersonRef,
    pub patient: AuditPatient,
    pub reason: Reason,
    pub explanation: String,
    pub opened_at: Timestamp,
    pub ends_at: Timestamp,
    pub is_open: bool,
    pub review: Option<Review>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = BreakGlassReview)]
pub struct Review {
    pub by: String,
    pub at: Timestamp,
    pub verdict: Verdict,
    pub note: String,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = BreakGlassReviewInput)]
pub struct ReviewInput {
    pub verdict: Verdict,
    #[serde(default)]
    pub note: String,
}

/// What a row holds.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: BreakGlassId,
    pub version: i64,
    pub person: PersonRef,
    pub patient: PatientId,
    pub reason: Reason,
    pub explanation: String,
    pub opened_at: Timestamp,
    pub ends_at: Timestamp,
    pub patient_name: String,
    pub review: Option<Review>,
}

impl Stored {
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.ends_at
    }
}
