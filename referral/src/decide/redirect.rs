//! Redirects: one leg ends or waits, the next is submitted, and the transport follows. An
//! emergency's leg stays responsible until the next is accepted, so redirects of emergencies form chains
//! of waiting legs, which are released, or called off, as a whole.

use super::{Work, given};
use crate::event::EventBody;
use crate::ids::{LegId, OrganisationId};
use crate::leg::Leg;
use crate::refusal::{Field, Refusal};
use crate::state::{Cancellation, Destination, StateCode, Transport};

pub(super) fn redirect(
    work: &mut Work,
    leg: &Leg,
    to_leg: &LegId,
    to: &Destination,
    note: &str,
) -> Result<(), Refusal> {
    let note = given(note, Field::Note)?;
    if to.organisation == leg.from {
        return Err(Refusal::DestinationIsSender);
    }
    if leg.to.as_ref().is_some_and(|old| old.organisation == to.organisation) {
        return Err(Refusal::DestinationUnchanged);
    }
    if let Some(been) = been_there(work, leg, &to.organisation) {
        return Err(Refusal::RedirectLoop { leg: been, organisation: to.organisation.clone() });
    }
    if work.case.leg(to_leg).is_some() {
        return Err(Refusal::LegIdTaken { leg: to_leg.clone() });
    }
    // A receiver who gets no answer tries the next: the first offer is called off.
    withdraw_below(work, &leg.id)?;
    let leg = work.leg(&leg.id)?;
    if leg.is_emergency() {
        let body = EventBody::RedirectRequested { to_leg: to_leg.clone(), to: to.clone(), note };
        work.emit(&leg.id, body)?;
        open_next(work, &leg, to_leg, to)
    } else {
        let body = EventBody::Redirected { to_leg: to_leg.clone(), to: to.clone(), note };
        work.emit(&leg.id, body)?;
        open_next(work, &leg, to_leg, to)?;
        carry(work, leg.transport, to_leg)
    }
}

/// The leg by which the patient was already offered to that organisation, up the chain of redirects: it has handed on, and
/// would again.
fn been_there(work: &Work, leg: &Leg, organisation: &OrganisationId) -> Option<LegId> {
    let mut above = leg.replaces.as_ref().and_then(|id| work.case.leg(id));
    // Each leg replaces an earlier one, so the chain ends.
    while let Some(earlier) = above {
        let redirected = earlier.redirecting.is_some() || earlier.code() == StateCode::Redirected;
        if redirected && earlier.to.as_ref().is_some_and(|to| &to.organisation == organisation) {
            return Some(earlier.id.clone());
        }
        above = earlier.replaces.as_ref().and_then(|id| work.case.leg(id));
    }
    None
}

/// Leg n+1 goes on in the name of the sender of leg n, with the same papers.
fn open_next(work: &mut Work, leg: &Leg, id: &LegId, to: &Destination) -> Result<(), Refusal> {
    let body = EventBody::Drafted {
        direction: leg.direction,
        urgency: leg.urgency,
        from: leg.from.clone(),
        author: leg.author.clone(),
        to: Some(to.clone()),
        form: leg.form.clone(),
        consent: leg.consent.clone(),
        replaces: Some(leg.id.clone()),
        based_on: leg.based_on.clone(),
        promised: false,
    };
    work.emit(id, body)?;
    work.emit(id, EventBody::Submitted)
}

/// A departed transport follows to the leg that now has the patient.
pub(super) fn carry(work: &mut Work, transport: Transport, to: &LegId) -> Result<(), Refusal> {
    match transport {
        Transport::Departed(departure) => work.emit(to, EventBody::Departed { departure }),
        Transport::None | Transport::Arrived { .. } => Ok(()),
    }
}

/// Calls off what the leg is being redirected to, from the far end; the transport comes back.
pub(super) fn withdraw_below(work: &mut Work, id: &LegId) -> Result<(), Refusal> {
    let leg = work.leg(id)?;
    let Some(below) = work.case.pending_below(&leg).first().map(|below| (*below).clone()) else {
        return Ok(());
    };
    work.cancel(&below, Cancellation::RedirectWithdrawn { origin: id.clone() })
}

/// The leg was accepted (or the patient died on the way to it): all who waited for that are
/// released, nearest first.
pub(super) fn release_above(work: &mut Work, id: &LegId) -> Result<(), Refusal> {
    let leg = work.leg(id)?;
    let above: Vec<Leg> = work.case.pending_above(&leg).into_iter().cloned().collect();
    for waiting in above {
        let Some(pending) = waiting.redirecting.clone() else { continue };
        let body = EventBody::Redirected { to_leg: pending.leg, to: pending.to, note: pending.note };
        work.emit(&waiting.id, body)?;
        carry(work, waiting.transport, id)?;
    }
    Ok(())
}
