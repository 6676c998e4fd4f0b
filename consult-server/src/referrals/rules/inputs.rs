//! What senders write, in the terms of the crate `referral`: forms, consent, drafts and changes of drafts.

use super::super::{LegInput, LegPatch, ReferralConsentInput, ReferralForm};
use super::org;
use crate::error::{Code, Refusal, Result};
use crate::ids::{DepartmentId, OrganisationId};
use crate::refs::Diagnosis;
use crate::time::Timestamp;
use referral::{Consent, Destination, DraftInput, Form, Leg, Millis};

/// # Errors
/// `referral.date-invalid` for a day that is none.
pub fn form(form: &ReferralForm) -> Result<Form> {
    let form = form.clone();
    let filed_until = form.papers.filed_until.filter(|day| !day.is_empty());
    if filed_until.as_deref().is_some_and(|day| day.parse::<jiff::civil::Date>().is_err()) {
        return Err(Refusal::field(Code::ReferralDateInvalid, "form.papers.filed_until"));
    }
    Ok(Form {
        reason: form.reason.0,
        complaint: form.complaint,
        history: form.history,
        past_history: form.past_history,
        allergies: form.allergies,
        vitals: form.vitals,
        examination: form.examination,
        diagnosis: diagnosis(form.diagnosis),
        treatment: form.treatment,
        purpose: form.purpose,
        drugs: form.drugs,
        warning_signs: form.warning_signs,
        pregnancy: form.pregnancy,
        papers: referral::Papers {
            record_number: form.papers.record_number,
            insurance: form.papers.insurance.map(|insurance| insurance.0),
            filing_number: form.papers.filing_number,
            filed_until,
        },
        answers: form.answers,
        criteria: None,
    })
}

pub fn diagnosis(diagnosis: Diagnosis) -> referral::Diagnosis {
    referral::Diagnosis {
        code: diagnosis.code,
        system: diagnosis.system,
        system_version: diagnosis.system_version,
        text: diagnosis.text,
    }
}

/// Consent that is said again was given when it was first said.
pub fn consent(
    said: Option<&ReferralConsentInput>,
    known: Option<&Consent>,
    now: Timestamp,
) -> Option<Consent> {
    let kind = said?.kind.0;
    match known {
        Some(known) if known.kind == kind => Some(known.clone()),
        Some(_) | None => Some(Consent { kind, recorded_at: Millis(now.0) }),
    }
}

pub fn destination(
    organisation: Option<&OrganisationId>,
    department: Option<&DepartmentId>,
) -> Option<Destination> {
    organisation.map(|organisation| Destination {
        organisation: org(organisation),
        department: department.map(|id| referral::DepartmentId::new(id.as_str())),
        // What the directory knows is said before anything is decided.
        external: false,
    })
}

pub fn draft(input: &LegInput, now: Timestamp) -> Result<DraftInput> {
    Ok(DraftInput {
        direction: input.direction.0,
        urgency: input.urgency.0,
        to: destination(input.to_organisation_id.as_ref(), input.to_department_id.as_ref()),
        form: form(&input.form)?,
        consent: consent(input.consent.as_ref(), None, now),
    })
}

/// A draft with what is named changed.
pub fn revised(leg: &Leg, patch: LegPatch, now: Timestamp) -> Result<DraftInput> {
    let mut to = leg.to.clone();
    if let Some(organisation) = patch.to_organisation_id {
        let named = destination(organisation.as_ref(), None);
        let moves = named.as_ref().map(|n| &n.organisation) != to.as_ref().map(|t| &t.organisation);
        if moves {
            to = named;
        }
    }
    if let (Some(department), Some(to)) = (patch.to_department_id, &mut to) {
        to.department = department.map(|id| referral::DepartmentId::new(id.as_str()));
    }
    Ok(DraftInput {
        direction: patch.direction.map_or(leg.direction, |d| d.0),
        urgency: patch.urgency.map_or(leg.urgency, |u| u.0),
        to,
        form: match patch.form {
            Some(said) => form(&said)?,
            None => leg.form.clone(),
        },
        consent: match patch.consent {
            Some(said) => consent(said.as_ref(), leg.consent.as_ref(), now),
            None => leg.consent.clone(),
        },
    })
}
