//! What a requester may write over, and how far a change reaches. Pure.

pub mod flow;

use super::ConsultPatch;
use super::sql::Stored;
use crate::time::Timestamp;

/// The widest part of a consult that a change touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touched {
    Nothing,
    Consent,
    /// Question and summary.
    Words,
    /// Patient, type, mode, urgency, or who is invited.
    Frame,
}

impl Touched {
    pub fn of(before: &Stored, after: &Stored) -> Self {
        let frame = |s: &Stored| {
            let invited = (s.invited_organisation.clone(), s.invited_department.clone());
            (s.patient.clone(), s.life.kind, s.life.mode, s.life.urgency, invited)
        };
        let words = |s: &Stored| (s.life.question.clone(), s.life.summary.clone());
        if frame(before) != frame(after) {
            Touched::Frame
        } else if words(before) != words(after) {
            Touched::Words
        } else if before.life.consent != after.life.consent {
            Touched::Consent
        } else {
            Touched::Nothing
        }
    }
}

/// Puts what is named in the place of what stands.
pub fn apply(stored: &mut Stored, patch: ConsultPatch, now: Timestamp) {
    stored.patient = patch.patient_id.unwrap_or_else(|| stored.patient.clone());
    let life = &mut stored.life;
    life.kind = patch.r#type.unwrap_or(life.kind);
    life.mode = patch.mode.unwrap_or(life.mode);
    life.urgency = patch.urgency.unwrap_or(life.urgency);
    life.question = patch.question.unwrap_or_else(|| life.question.clone());
    life.summary = patch.summary.unwrap_or_else(|| life.summary.clone());
    if let Some(consent) = patch.consent.map(|consent| consent.map(|c| c.kind))
        && consent != life.consent
    {
        life.consent = consent;
        stored.consent_at = consent.map(|_| now);
    }
    if let Some(invited) = patch.invited_organisation_id {
        // A department belongs to its organisation: a new one comes with its own, or with none.
        if invited != stored.invited_organisation && patch.invited_department_id.is_none() {
            stored.invited_department = None;
        }
        stored.invited_organisation = invited;
    }
    if let Some(department) = patch.invited_department_id {
        stored.invited_department = department;
    }
}
