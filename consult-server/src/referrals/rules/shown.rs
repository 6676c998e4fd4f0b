//! A leg as its callers see it: the row that the store joined, and the rest from the snapshot. Reads no store; the names of
//! people who wrote something are loaded before.

use super::super::{
    CriteriaMet, Death, Departure, Insurance, Leg, LegDecision, LegRow, Outcome, OutcomeDisposition,
    ReferralAsk, ReferralConsent, ReferralConsentKind, ReferralForm, ReferralNote, ReferralPapers,
    ReferralReason, Reservation, ResourceKind, Urging,
};
use super::{may_see, our_org, time};
use crate::error::{Refusal, Result};
use crate::ids::{LegId, OrganisationId, PersonId};
use crate::refs::{Diagnosis, PersonRef};
use crate::time::Timestamp;
use referral::{Actor, By, Cancellation, Case, Closure, Deadlines, Member, State};
use std::collections::BTreeMap;

pub type Names = BTreeMap<(PersonId, OrganisationId), PersonRef>;

fn key(by: &By) -> Option<(PersonId, OrganisationId)> {
    match by {
        By::Person { person, organisation, .. } => {
            Some((PersonId::trusted(person.as_str()), our_org(organisation)))
        }
        By::Clock => None,
    }
}

/// Everybody whose name stands in the leg beside those in its row.
pub fn writers(leg: &referral::Leg) -> Vec<(PersonId, OrganisationId)> {
    let outcomes = leg.state.outcomes().iter().map(|outcome| &outcome.by);
    let notes = leg.notes.iter().map(|note| &note.by);
    let urges = leg.urges.iter().map(|urging| &urging.by);
    outcomes.chain(notes).chain(urges).filter_map(key).collect()
}

/// The whole leg for one caller. `row` is the same leg's row.
pub fn leg(
    case: &Case,
    leg: &referral::Leg,
    row: LegRow,
    member: &Member,
    names: &Names,
    table: &Deadlines,
    now: Timestamp,
) -> Result<Leg> {
    let name = |by: &By| {
        let known = key(by).and_then(|key| names.get(&key).cloned());
        known.ok_or_else(|| Refusal::internal(format!("nobody is known who wrote in leg {}", leg.id)))
    };
    let outcomes: Vec<Outcome> =
        leg.state.outcomes().iter().map(|o| Ok(outcome(leg, o, name(&o.by)?))).collect::<Result<_>>()?;
    let note = |note: &referral::Note| {
        Ok(ReferralNote {
            text: note.text.clone(),
            late: note.late,
            author: name(&note.by)?,
            at: time(note.at),
        })
    };
    let urging = |urging: &referral::Urging| Ok(Urging { author: name(&urging.by)?, at: time(urging.at) });
    let actor = Actor::Person(member.clone());
    let allowed = referral::allowed(case, &leg.id, &actor, referral::Millis(now.0));
    Ok(Leg {
        form: form(&leg.form),
        criteria: leg
            .form
            .criteria
            .as_ref()
            .map(|found| CriteriaMet { version: found.version, met: found.met.clone() }),
        consent: leg.consent.as_ref().map(|consent| ReferralConsent {
            kind: ReferralConsentKind(consent.kind),
            recorded_at: time(consent.recorded_at),
        }),
        expected_at: leg.state.acceptance().map(|acceptance| time(acceptance.expected_at)),
        arrived_at: leg.state.arrival().map(|arrival| time(arrival.at)),
        reservation: reservation(&leg.state),
        departure: departure(&leg.transport),
        encounter_number: encounter(&leg.state),
        outcome: outcomes.last().cloned(),
        outcomes,
        decision: decision(&leg.state),
        decision_acknowledged: leg.state.decision_acknowledged() == Some(true),
        replaces: leg.replaces.as_ref().map(our_leg),
        based_on: leg.based_on.as_ref().map(our_leg),
        follow_up: follow_up(case, leg, member, now),
        ask: leg.asks.iter().map(ask).collect(),
        notes: leg.notes.iter().map(note).collect::<Result<_>>()?,
        external: leg.is_external(),
        urges: leg.urges.iter().map(urging).collect::<Result<_>>()?,
        missing: leg.missing().iter().map(|field| field.as_str().to_owned()).collect(),
        record_due_at: referral::record_due(leg, table).map(time),
        allowed: allowed.iter().map(|kind| kind.as_str().to_owned()).collect(),
        has_thread: false,
        row,
    })
}

fn our_leg(id: &referral::LegId) -> LegId {
    LegId::trusted(id.as_str())
}

/// A submitted leg before a draft of the caller's own, and what an emergency is offered to.
fn follow_up(case: &Case, leg: &referral::Leg, member: &Member, now: Timestamp) -> Option<LegId> {
    if let Some(next) = case.follow_up(&leg.id) {
        return Some(our_leg(&next.id));
    }
    let continues = |next: &&referral::Leg| {
        (next.replaces.as_ref() == Some(&leg.id) || next.based_on.as_ref() == Some(&leg.id))
            && next.code() == referral::StateCode::Draft
            && may_see(case, next, member, now)
    };
    case.legs.iter().find(continues).map(|next| our_leg(&next.id))
}

pub fn form(form: &referral::Form) -> ReferralForm {
    let form = form.clone();
    ReferralForm {
        reason: ReferralReason(form.reason),
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
        papers: ReferralPapers {
            record_number: form.papers.record_number,
            insurance: form.papers.insurance.map(Insurance),
            filing_number: form.papers.filing_number,
            filed_until: form.papers.filed_until,
        },
        answers: form.answers,
    }
}

fn diagnosis(diagnosis: referral::Diagnosis) -> Diagnosis {
    Diagnosis {
        code: diagnosis.code,
        system: diagnosis.system,
        system_version: diagnosis.system_version,
        text: diagnosis.text,
    }
}

fn outcome(leg: &referral::Leg, outcome: &referral::Outcome, author: PersonRef) -> Outcome {
    let note = outcome.note.clone();
    let receiver = leg.to.as_ref().map(|to| our_org(&to.organisation));
    Outcome {
        version: outcome.version,
        diagnosis: diagnosis(note.diagnosis),
        treatment: note.treatment,
        plan: note.plan,
        findings: note.findings,
        drugs: note.drugs,
        warning_signs: note.warning_signs,
        by_proxy: leg.is_external() && receiver.as_ref() != Some(&author.organisation.id),
        disposition: OutcomeDisposition(note.disposition),
        author,
        at: time(outcome.at),
        death: outcome
            .death
            .as_ref()
            .map(|death| Death { at: time(death.at), circumstances: death.circumstances.clone() }),
    }
}

fn ask(ask: &referral::Ask) -> ReferralAsk {
    ReferralAsk {
        text: ask.text.clone(),
        asked_at: time(ask.asked_at),
        answer: ask.answer.as_ref().map(|answer| answer.text.clone()),
        answered_at: ask.answer.as_ref().map(|answer| time(answer.at)),
    }
}

fn reservation(state: &State) -> Option<Reservation> {
    let State::Reserved(reserved) = state else { return None };
    let held = &reserved.reservation;
    Some(Reservation {
        kind: ResourceKind(held.kind),
        resource: held.label.clone(),
        hold_until: held.hold_until.map(time),
    })
}

fn departure(transport: &referral::Transport) -> Option<Departure> {
    let departure = match transport {
        referral::Transport::None => return None,
        referral::Transport::Departed(departure) => departure,
        referral::Transport::Arrived { departure } => departure.as_ref()?,
    };
    Some(Departure {
        at: time(departure.at),
        escort: departure.escort.clone(),
        vehicle: departure.vehicle.clone(),
        vitals: departure.vitals.clone(),
        eta: time(departure.eta),
    })
}

fn encounter(state: &State) -> Option<String> {
    match state {
        State::InCare { encounter, .. } => Some(encounter.clone()),
        State::OutcomeSent { course, .. } => course.encounter.clone(),
        State::Closed { closure: Closure::Acknowledged { course }, .. } => course.encounter.clone(),
        State::Closed { closure: Closure::Forced { was, .. }, .. } | State::EnteredInError { was, .. } => {
            encounter(was)
        }
        State::Draft { .. }
        | State::Discarded { .. }
        | State::Submitted { .. }
        | State::Received { .. }
        | State::InfoRequested { .. }
        | State::Accepted(_)
        | State::Reserved(_)
        | State::NoShow { .. }
        | State::Arrived { .. }
        | State::Declined { .. }
        | State::Redirected { .. }
        | State::Cancelled { .. }
        | State::CancelRequested { .. } => None,
    }
}

/// Why a leg ended, or is asked to end, otherwise than by a hand-over.
fn decision(state: &State) -> Option<LegDecision> {
    let because = |code: &str, text: &str| LegDecision {
        code: code.to_owned(),
        text: Some(text.to_owned()),
        suggestion: None,
    };
    Some(match state {
        State::Declined { reason, suggestion, text, .. } => LegDecision {
            code: reason.as_str().to_owned(),
            text: text.clone(),
            suggestion: Some(suggestion.clone()),
        },
        State::Redirected { note, .. } => because("redirected", note),
        State::Cancelled { cancellation, .. } => match cancellation {
            Cancellation::BySender { reason } => because("by_sender", reason),
            Cancellation::Confirmed { reason } => because("confirmed", reason),
            Cancellation::RedirectWithdrawn { .. } => {
                LegDecision { code: "redirect_withdrawn".to_owned(), text: None, suggestion: None }
            }
        },
        State::CancelRequested { reason, .. } => because("cancel_requested", reason),
        State::Closed { closure: Closure::Forced { reason, .. }, .. } => because("forced", reason),
        State::EnteredInError { reason, .. } => because("entered_in_error", reason),
        State::Closed { closure: Closure::Acknowledged { .. }, .. }
        | State::Draft { .. }
        | State::Discarded { .. }
        | State::Submitted { .. }
        | State::Received { .. }
        | State::InfoRequested { .. }
        | State::Accepted(_)
        | State::Reserved(_)
        | State::NoShow { .. }
        | State::Arrived { .. }
        | State::InCare { .. }
        | State::OutcomeSent { .. } => return None,
    })
}
