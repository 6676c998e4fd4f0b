//! Referrals: legs of a case, who owes the next step, and the way of each command from the page to the rows.
//! The rules are the crate `referral`'s; here are what callers say and see. Knows no consult and no notice.

pub mod calls;
pub mod elsewhere;
pub mod flow;
pub mod http;
pub mod packages;
pub mod receipts;
pub mod rows;
pub mod rules;
pub mod slip;
pub mod sql;
pub mod views;

use crate::http::present;
use crate::ids::{CaseId, DepartmentId, LegId, OrganisationId, PatientId};
use crate::refs::{DepartmentRef, Diagnosis, OrganisationRef, Owed, PatientRef, PersonRef};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A code of the crate `referral` as callers see it, with its values in the API's description.
macro_rules! coded {
    ($($name:ident = $code:ty;)+) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $code);

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                use utoipa::openapi::schema::{ObjectBuilder, Type};
                let codes = <$code>::ALL.iter().map(|code| code.as_str());
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes)).into()
            }
        }
        impl ToSchema for $name {}
    )+};
}

coded! {
    LegState = referral::StateCode;
    LegUrgency = referral::Urgency;
    Direction = referral::Direction;
    Transport = referral::TransportCode;
    ReferralReason = referral::ReferralReason;
    ReferralConsentKind = referral::ConsentKind;
    OutcomeDisposition = referral::Disposition;
    DeclineReason = referral::DeclineReason;
    ResourceKind = referral::ResourceKind;
    Insurance = referral::Insurance;
}

/// The referral form (转诊单). Free text may be empty; what must be filled in is said when it is submitted.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReferralForm {
    pub reason: ReferralReason,
    #[serde(default)]
    pub complaint: String,
    #[serde(default)]
    pub history: String,
    #[serde(default)]
    pub past_history: String,
    #[serde(default)]
    pub allergies: String,
    /// Name of the sign to its value with unit, as measured.
    #[serde(default)]
    pub vitals: BTreeMap<String, String>,
    #[serde(default)]
    pub examination: String,
    #[serde(default)]
    pub diagnosis: Diagnosis,
    #[serde(default)]
    pub treatment: String,
    #[serde(default)]
    pub purpose: String,
    /// What the patient goes on taking.
    #[serde(default)]
    pub drugs: String,
    /// When to come back, or to call.
    #[serde(default)]
    pub warning_signs: String,
    /// Weeks, or that there is none; empty when nobody asked.
    #[serde(default)]
    pub pregnancy: String,
    #[serde(default)]
    pub papers: ReferralPapers,
    /// Code of a question to its answer: `yes`, `no` or a number.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, String>,
}

/// What the offices ask for beside the illness.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ReferralPapers {
    /// The patient's number at the sender (门诊号, 住院号).
    pub record_number: String,
    pub insurance: Option<Insurance>,
    /// 转诊备案号.
    pub filing_number: String,
    /// The last day of the filing.
    #[schema(value_type = Option<String>, format = Date)]
    pub filed_until: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReferralConsentInput {
    pub kind: ReferralConsentKind,
}

/// A new leg, as a draft. The same id and body again have no further effect.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LegInput {
    pub id: LegId,
    /// The case it belongs to; a new case when null.
    #[serde(default)]
    pub case_id: Option<CaseId>,
    pub patient_id: PatientId,
    pub direction: Direction,
    pub urgency: LegUrgency,
    #[serde(default)]
    pub to_organisation_id: Option<OrganisationId>,
    #[serde(default)]
    pub to_department_id: Option<DepartmentId>,
    pub form: ReferralForm,
    #[serde(default)]
    pub consent: Option<ReferralConsentInput>,
    /// The ended leg of the same case that this one follows up.
    #[serde(default)]
    pub replaces: Option<LegId>,
    /// The leg of the same case that brought the patient here.
    #[serde(default)]
    pub based_on: Option<LegId>,
}

/// What a sender changes in a draft; what is left out stays. Another organisation without a department clears the department.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct LegPatch {
    pub direction: Option<Direction>,
    pub urgency: Option<LegUrgency>,
    #[serde(deserialize_with = "present")]
    pub to_organisation_id: Option<Option<OrganisationId>>,
    #[serde(deserialize_with = "present")]
    pub to_department_id: Option<Option<DepartmentId>>,
    pub form: Option<ReferralForm>,
    #[serde(deserialize_with = "present")]
    pub consent: Option<Option<ReferralConsentInput>>,
}

/// A leg in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LegRow {
    pub id: LegId,
    pub version: i64,
    /// As printed on the slip: the case's number and the leg's place in it.
    pub number: String,
    pub case_id: CaseId,
    pub patient: PatientRef,
    pub direction: Direction,
    pub urgency: LegUrgency,
    pub state: LegState,
    pub transport: Transport,
    pub from: OrganisationRef,
    pub sender: PersonRef,
    /// Null only in a draft that has no destination yet.
    pub to: Option<OrganisationRef>,
    pub to_department: Option<DepartmentRef>,
    /// Who takes the patient, from acceptance on.
    pub owner: Option<PersonRef>,
    pub owed: Option<Owed>,
    pub complaint: String,
    pub submitted_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    /// Whether it changed since the caller last looked.
    pub unread: bool,
    /// How often somebody asked for the next step.
    pub urged: i64,
    /// How many on the receiver's side have read it; in the list of what was sent only.
    pub receipts: Option<receipts::ReceiptCounts>,
}

/// A leg whole, as the caller sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Leg {
    #[serde(flatten)]
    pub row: LegRow,
    pub form: ReferralForm,
    /// Which criteria the form met when it was written.
    pub criteria: Option<CriteriaMet>,
    pub consent: Option<ReferralConsent>,
    pub expected_at: Option<Timestamp>,
    pub arrived_at: Option<Timestamp>,
    /// What is held for the patient now.
    pub reservation: Option<Reservation>,
    /// How the patient travels or came; null for a walk-in.
    pub departure: Option<Departure>,
    pub encounter_number: Option<String>,
    /// The valid version of the outcome, and every version, oldest first.
    pub outcome: Option<Outcome>,
    pub outcomes: Vec<Outcome>,
    /// Why it ended, or is asked to end, without a hand-over.
    pub decision: Option<LegDecision>,
    pub decision_acknowledged: bool,
    pub replaces: Option<LegId>,
    pub based_on: Option<LegId>,
    /// The leg that goes on from this one; also the third organisation an emergency is offered to.
    pub follow_up: Option<LegId>,
    pub ask: Vec<ReferralAsk>,
    pub notes: Vec<ReferralNote>,
    /// Nobody at the destination has an account: what it does is entered by the sender's people.
    pub external: bool,
    /// Who asked for the next step, oldest first.
    pub urges: Vec<Urging>,
    /// What the form still lacks; an emergency may be sent without it and completes it until `record_due_at`.
    pub missing: Vec<String>,
    pub record_due_at: Option<Timestamp>,
    /// Commands this caller may give now.
    pub allowed: Vec<String>,
    /// Whether the caller may read its conversation, which has the same id.
    pub has_thread: bool,
}

/// Criteria for referral (转诊指征) by their codes, and the version of the alliance's set they were judged by.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CriteriaMet {
    pub version: u32,
    pub met: Vec<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReferralConsent {
    pub kind: ReferralConsentKind,
    pub recorded_at: Timestamp,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Reservation {
    pub kind: ResourceKind,
    /// Which bed, slot or bay, in the words of the desk.
    pub resource: String,
    pub hold_until: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Departure {
    pub at: Timestamp,
    pub escort: Option<String>,
    pub vehicle: Option<String>,
    pub vitals: BTreeMap<String, String>,
    pub eta: Timestamp,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Outcome {
    pub version: u32,
    pub diagnosis: Diagnosis,
    pub treatment: String,
    pub plan: String,
    pub findings: String,
    pub drugs: String,
    pub warning_signs: String,
    pub disposition: OutcomeDisposition,
    pub author: PersonRef,
    /// The receiver has no account: the sender's people have entered what it did.
    pub by_proxy: bool,
    pub at: Timestamp,
    /// Set when the patient died on the way.
    pub death: Option<Death>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Death {
    pub at: Timestamp,
    pub circumstances: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LegDecision {
    /// A decline reason, `redirected`, `by_sender`, `confirmed`, `redirect_withdrawn`, `cancel_requested`, `forced` or
    /// `entered_in_error`.
    pub code: String,
    pub text: Option<String>,
    pub suggestion: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Urging {
    pub author: PersonRef,
    pub at: Timestamp,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReferralAsk {
    pub text: String,
    pub asked_at: Timestamp,
    pub answer: Option<String>,
    pub answered_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReferralNote {
    pub text: String,
    /// Written after the end.
    pub late: bool,
    pub author: PersonRef,
    pub at: Timestamp,
}

/// A page of legs.
#[derive(Debug, Serialize, ToSchema)]
pub struct LegPage {
    pub items: Vec<LegRow>,
    pub next: Option<String>,
    pub counts: LegCounts,
}

/// Legs in which the caller's organisation owes the next step, by the side it is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct LegCounts {
    pub incoming: i64,
    pub sent: i64,
}

/// A patient's episode with those of its legs that the caller may see.
#[derive(Debug, Serialize, ToSchema)]
pub struct Case {
    pub id: CaseId,
    pub number: String,
    pub patient: PatientRef,
    /// `open` or `closed`.
    pub state: String,
    pub legs: Vec<LegRow>,
}
