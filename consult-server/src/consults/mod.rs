//! Consults: asked of another organisation, taken by a specialist, answered with a signed report, acknowledged.
//! Knows patients, the directory and rooms; notices and the worker know it, never the other way round.

pub mod deadline;
pub mod drafting;
pub mod flow;
pub mod http;
pub mod inputs;
pub mod lists;
pub mod read;
pub mod report;
pub mod rules;
pub mod sql;
pub mod state;

use crate::ids::{ConsultId, DepartmentId, OrganisationId, PatientId, RoomId};
use crate::refs::{DepartmentRef, Diagnosis, OrganisationRef, Owed, PatientRef, PersonRef};
use crate::studies::Study;
use crate::time::Timestamp;
use report::{Disposition, DocumentKind};
use serde::{Deserialize, Serialize};
use state::State;
use utoipa::ToSchema;

/// The kind of subject in events, grants, timers and rooms.
pub const KIND: &str = "consult";

/// An enumeration whose words are the same in JSON, in the store and in paths.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)* }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        $(#[$meta])*
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_meta])* $variant,)* }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];
            pub fn as_str(self) -> &'static str { match self { $($name::$variant => $text,)* } }
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }
    };
}
pub(crate) use words;

words! {
    ConsultType {
        Comprehensive = "comprehensive",
        Imaging = "imaging",
        Pathology = "pathology",
        Ecg = "ecg",
    }
}

words! {
    #[schema(as = ConsultMode)]
    Mode {
        Asynchronous = "asynchronous",
        Live = "live",
    }
}

words! {
    #[schema(as = ConsultUrgency)]
    Urgency {
        Critical = "critical",
        Urgent = "urgent",
        Routine = "routine",
    }
}

words! {
    #[schema(as = ConsultConsentKind)]
    ConsentKind {
        Written = "written",
        /// A critical consult goes first; the paper follows.
        EmergencyPending = "emergency_pending",
    }
}

words! {
    /// What the requester made of the advice.
    Adoption {
        Adopted = "adopted",
        Partly = "partly",
        Not = "not",
    }
}

words! {
    #[schema(as = ConsultDeclineReason)]
    DeclineReason {
        NoCapability = "no_capability",
        NotIndicated = "not_indicated",
        InsufficientInformation = "insufficient_information",
        OtherHospitalBetter = "other_hospital_better",
        Other = "other",
    }
}

words! {
    /// The lists of a position.
    ConsultBox {
        /// What waits for the caller's position.
        Todo = "todo",
        /// What the caller asked for or took.
        Started = "started",
        /// Everything the caller's organisation takes part in.
        All = "all",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ConsultConsentInput)]
pub struct ConsentInput {
    pub kind: ConsentKind,
}

/// What a requester asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConsultInput {
    pub id: ConsultId,
    pub patient_id: PatientId,
    pub r#type: ConsultType,
    pub mode: Mode,
    pub urgency: Urgency,
    #[serde(default)]
    pub question: String,
    #[serde(default)]
    pub summary: String,
    pub invited_organisation_id: OrganisationId,
    pub invited_department_id: Option<DepartmentId>,
    pub consent: Option<ConsentInput>,
}

/// What a requester changes of a draft; what is left out stays. Question, summary and consent also while data are
/// returned; consent also later.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ConsultPatch {
    pub patient_id: Option<PatientId>,
    pub r#type: Option<ConsultType>,
    pub mode: Option<Mode>,
    pub urgency: Option<Urgency>,
    pub question: Option<String>,
    pub summary: Option<String>,
    pub invited_organisation_id: Option<OrganisationId>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub invited_department_id: Option<Option<DepartmentId>>,
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<ConsentInput>)]
    pub consent: Option<Option<ConsentInput>>,
}

/// Tells a member that is null (clear it) from one that is absent (leave it).
fn present<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// A consult in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConsultRow {
    pub id: ConsultId,
    pub version: i64,
    /// `HZ20261123-0001`
    pub number: String,
    pub patient: PatientRef,
    pub r#type: ConsultType,
    pub mode: Mode,
    pub urgency: Urgency,
    pub state: State,
    pub question: String,
    pub requester: PersonRef,
    pub invited: OrganisationRef,
    pub assignee: Option<PersonRef>,
    pub owed: Option<Owed>,
    pub submitted_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    /// Something happened that the caller has not opened yet.
    pub unread: bool,
}

/// A consult, whole, as the caller sees it: a draft of a report is the invited side's own.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Consult {
    #[serde(flatten)]
    pub row: ConsultRow,
    pub summary: String,
    pub consent: Option<Consent>,
    pub invited_department: Option<DepartmentRef>,
    pub room_id: RoomId,
    pub studies: Vec<Study>,
    pub report: Option<Report>,
    pub report_versions: Vec<Report>,
    pub ask: Vec<Ask>,
    pub acknowledgement: Option<Acknowledgement>,
    #[schema(inline)]
    pub decision: Option<Decision>,
    /// Commands this caller may give now.
    pub allowed: Vec<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ConsultConsent)]
pub struct Consent {
    pub kind: ConsentKind,
    pub recorded_at: Timestamp,
}

/// One version of a report; immutable once `signed_at` is set.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Report {
    pub version: i64,
    pub kind: DocumentKind,
    pub findings: String,
    pub diagnosis: Diagnosis,
    pub advice: String,
    pub disposition: Option<Disposition>,
    pub author: PersonRef,
    pub drafted_at: Timestamp,
    pub signed_at: Option<Timestamp>,
    /// BLAKE3 of the canonical text that was signed, in hexadecimal.
    pub content_hash: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ConsultAsk)]
pub struct Ask {
    pub text: String,
    pub asked_at: Timestamp,
    pub answer: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ConsultAcknowledgement)]
pub struct Acknowledgement {
    pub adoption: Adoption,
    pub reason: Option<String>,
    pub by: PersonRef,
    pub at: Timestamp,
}

/// Why it was declined, returned or cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Decision {
    /// A decline reason, `returned` or `cancelled`.
    pub code: String,
    pub text: Option<String>,
}

/// How many consults are in the caller's boxes.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = ConsultCounts)]
pub struct Counts {
    pub todo: i64,
    pub started: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_same_in_json_and_in_the_store() {
        for state in State::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        for verb in state::Verb::ALL {
            assert_eq!(serde_json::to_value(verb).unwrap(), verb.as_str());
        }
        for kind in ConsultType::ALL {
            assert_eq!(ConsultType::parse(kind.as_str()), Some(*kind));
        }
    }
}
