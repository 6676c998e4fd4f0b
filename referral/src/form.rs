//! What travels with a leg on paper: the referral form (转诊单), consent, and the outcome that
//! comes back. Which of it must be there before a leg is submitted is decided here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::actor::By;
use crate::codes::codes;
use crate::criteria::CriteriaMet;
use crate::refusal::Field;
use crate::time::Millis;

codes! {
    /// Why the patient is referred.
    pub enum ReferralReason {
        UnclearOrCapability = "unclear_or_capability",
        Critical = "critical",
        StableForLower = "stable_for_lower",
        PatientWish = "patient_wish",
        Other = "other",
    }
}

/// A diagnosis: text always; code, system and version of the system when coded.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Diagnosis {
    pub code: Option<String>,
    pub system: Option<String>,
    pub system_version: Option<String>,
    pub text: String,
}

/// The referral form. Free text may be empty in a draft; see [`missing`] for submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    pub reason: ReferralReason,
    pub complaint: String,
    pub history: String,
    pub past_history: String,
    pub allergies: String,
    /// Name of the sign to its value with unit, as measured: not computed with.
    pub vitals: BTreeMap<String, String>,
    pub examination: String,
    pub diagnosis: Diagnosis,
    pub treatment: String,
    pub purpose: String,
    /// What the patient goes on taking; filled in from the outcome when the patient is sent back down.
    #[serde(default)]
    pub drugs: String,
    /// When to come back, or to call.
    #[serde(default)]
    pub warning_signs: String,
    /// Weeks, or that there is none; empty when nobody asked.
    #[serde(default)]
    pub pregnancy: String,
    #[serde(default)]
    pub papers: Papers,
    /// Code of a question to its answer: `yes`, `no` or a number, as written.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, String>,
    /// Which criteria for referral the form met when it was written; set by who keeps the criteria, not by who writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criteria: Option<CriteriaMet>,
}

codes! {
    /// Who pays.
    pub enum Insurance {
        Employee = "employee",
        Resident = "resident",
        Commercial = "commercial",
        SelfPaid = "self_paid",
        Other = "other",
    }
}

/// What the offices ask for beside the illness.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Papers {
    /// The patient's number at the sender (门诊号, 住院号).
    pub record_number: String,
    pub insurance: Option<Insurance>,
    /// 转诊备案号 and the day it ends, `YYYY-MM-DD`.
    pub filing_number: String,
    pub filed_until: Option<String>,
}

codes! {
    /// How the patient's consent stands.
    pub enum ConsentKind {
        Written = "written",
        /// An emergency went ahead; consent is completed later and tracked.
        EmergencyPending = "emergency_pending",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    pub kind: ConsentKind,
    pub recorded_at: Millis,
}

/// What the record of a leg still lacks: the form's complaint and diagnosis, and written consent.
/// Holds back a submission, but never an emergency's.
pub fn missing(form: &Form, consent: Option<&Consent>) -> Vec<Field> {
    let mut fields = Vec::new();
    if form.complaint.trim().is_empty() {
        fields.push(Field::Complaint);
    }
    if form.diagnosis.text.trim().is_empty() {
        fields.push(Field::Diagnosis);
    }
    if consent.is_none_or(|consent| consent.kind != ConsentKind::Written) {
        fields.push(Field::Consent);
    }
    fields
}

codes! {
    /// What becomes of the patient after the outcome.
    pub enum Disposition {
        Stays = "stays",
        BackDown = "back_down",
        Onward = "onward",
        Died = "died",
        LeftAgainstAdvice = "left_against_advice",
        LeftBeforeSeen = "left_before_seen",
    }
}

impl Disposition {
    /// The patient goes on to another organisation, so a next leg is drafted.
    pub const fn continues(self) -> bool {
        match self {
            Self::BackDown | Self::Onward => true,
            Self::Stays | Self::Died | Self::LeftAgainstAdvice | Self::LeftBeforeSeen => false,
        }
    }
}

/// The outcome as written by the receiving doctor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeNote {
    pub diagnosis: Diagnosis,
    pub treatment: String,
    pub plan: String,
    /// What was found: examination and tests.
    #[serde(default)]
    pub findings: String,
    #[serde(default)]
    pub drugs: String,
    #[serde(default)]
    pub warning_signs: String,
    pub disposition: Disposition,
}

/// A death between departure and arrival.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Death {
    pub at: Millis,
    pub circumstances: String,
}

/// One version of an outcome; earlier versions stay beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// From 1.
    pub version: u32,
    #[serde(flatten)]
    pub note: OutcomeNote,
    /// Set when the patient died on the road and there is no doctor's note.
    pub death: Option<Death>,
    pub by: By,
    pub at: Millis,
}
