//! The outcome, and the leg that follows from it.

use super::{Work, given, redirect};
use crate::actor::By;
use crate::command::NextLeg;
use crate::event::EventBody;
use crate::form::{Death, Diagnosis, Disposition, Form, Outcome, OutcomeNote, Papers, ReferralReason};
use crate::leg::Leg;
use crate::refusal::{Field, Refusal};
use crate::state::{Destination, Direction, StateCode, Urgency};
use crate::time::Millis;

pub(super) fn send_outcome(
    work: &mut Work,
    leg: &Leg,
    note: &OutcomeNote,
    next: Option<&NextLeg>,
) -> Result<(), Refusal> {
    let outcome = version(work, leg, note)?;
    work.emit(&leg.id, EventBody::OutcomeSent { outcome })?;
    draft_next(work, leg, note, next)
}

/// The old versions stay; the sender acknowledges the new one.
pub(super) fn amend_outcome(
    work: &mut Work,
    leg: &Leg,
    note: &OutcomeNote,
    next: Option<&NextLeg>,
) -> Result<(), Refusal> {
    let outcome = version(work, leg, note)?;
    work.emit(&leg.id, EventBody::OutcomeAmended { outcome })?;
    draft_next(work, leg, note, next)
}

fn version(work: &Work, leg: &Leg, note: &OutcomeNote) -> Result<Outcome, Refusal> {
    // Nobody has examined a patient who left before being seen.
    if note.disposition != Disposition::LeftBeforeSeen {
        given(&note.diagnosis.text, Field::Diagnosis)?;
    }
    Ok(Outcome {
        version: next_version(leg),
        note: note.clone(),
        death: None,
        by: work.by.clone(),
        at: work.now,
    })
}

fn next_version(leg: &Leg) -> u32 {
    leg.state.outcomes().last().map_or(1, |last| last.version + 1)
}

pub(super) fn record_death(
    work: &mut Work,
    leg: &Leg,
    at: Millis,
    circumstances: &str,
) -> Result<(), Refusal> {
    let circumstances = given(circumstances, Field::Circumstances)?;
    work.not_future(at, Field::At)?;
    let note = OutcomeNote {
        diagnosis: Diagnosis::default(),
        treatment: String::new(),
        plan: String::new(),
        findings: String::new(),
        drugs: String::new(),
        warning_signs: String::new(),
        disposition: Disposition::Died,
    };
    let outcome = Outcome {
        version: next_version(leg),
        note,
        death: Some(Death { at, circumstances }),
        by: work.by.clone(),
        at: work.now,
    };
    redirect::withdraw_below(work, &leg.id)?;
    work.emit(&leg.id, EventBody::OutcomeSent { outcome })?;
    redirect::release_above(work, &leg.id)
}

/// *Back down* and *onward* draft the next leg in the name of whoever writes, filled in from the outcome: the receiver,
/// or the sender on behalf of an external one, where nobody could send it. To them the patient comes back without a leg.
/// An amendment drafts none when one is there.
fn draft_next(work: &mut Work, leg: &Leg, note: &OutcomeNote, next: Option<&NextLeg>) -> Result<(), Refusal> {
    let back = note.disposition == Disposition::BackDown;
    let By::Person { person, organisation: from, .. } = work.by.clone() else {
        return Err(Refusal::Incoherent { state: leg.code(), event: "leg.drafted" });
    };
    let comes_home = back && from == leg.from;
    if !note.disposition.continues() || comes_home || has_next(work, leg) {
        return Ok(());
    }
    let next = next.ok_or(Refusal::Missing { field: Field::NextLeg })?;
    if work.case.leg(&next.id).is_some() {
        return Err(Refusal::LegIdTaken { leg: next.id.clone() });
    }
    let to = if back {
        Some(Destination { organisation: leg.from.clone(), department: None, external: false })
    } else {
        next.to.clone()
    };
    if let Some(to) = &to {
        if to.organisation == from {
            return Err(Refusal::DestinationIsSender);
        }
        if leg.to.as_ref().is_some_and(|here| here.organisation == to.organisation) {
            return Err(Refusal::DestinationUnchanged);
        }
    }
    let body = EventBody::Drafted {
        direction: if back { Direction::Down } else { Direction::Onward },
        urgency: Urgency::Routine,
        from,
        author: person,
        to,
        form: next_form(leg, note, back),
        consent: None,
        replaces: None,
        based_on: Some(leg.id.clone()),
        promised: true,
    };
    work.emit(&next.id, body)
}

fn has_next(work: &Work, leg: &Leg) -> bool {
    work.case.legs.iter().any(|other| {
        other.based_on.as_ref() == Some(&leg.id)
            && !matches!(other.code(), StateCode::Discarded | StateCode::EnteredInError)
    })
}

fn next_form(leg: &Leg, note: &OutcomeNote, back: bool) -> Form {
    Form {
        reason: if back { ReferralReason::StableForLower } else { ReferralReason::UnclearOrCapability },
        complaint: leg.form.complaint.clone(),
        history: leg.form.history.clone(),
        past_history: leg.form.past_history.clone(),
        allergies: leg.form.allergies.clone(),
        // Signs and findings of the day the patient came say nothing about today.
        vitals: std::collections::BTreeMap::new(),
        examination: String::new(),
        diagnosis: note.diagnosis.clone(),
        treatment: note.treatment.clone(),
        purpose: note.plan.clone(),
        drugs: note.drugs.clone(),
        warning_signs: note.warning_signs.clone(),
        pregnancy: leg.form.pregnancy.clone(),
        // The next leg is filed anew.
        papers: Papers { insurance: leg.form.papers.insurance, ..Papers::default() },
        answers: std::collections::BTreeMap::new(),
        criteria: None,
    }
}
