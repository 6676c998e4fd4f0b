//! From acceptance to the patient at the door: holds, the road, no-shows, cancelling.

use super::{Work, before, given, redirect};
use crate::event::EventBody;
use crate::leg::Leg;
use crate::refusal::{Field, Refusal};
use crate::state::{Cancellation, ContactAttempt, Departure, Reservation, ResourceKind, State};
use crate::time::Millis;

/// Contact attempts before a patient counts as a no-show.
pub const CONTACT_ATTEMPTS: usize = 2;

pub(super) fn reserve(
    work: &mut Work,
    leg: &Leg,
    kind: ResourceKind,
    label: &str,
    hold_until: Option<Millis>,
) -> Result<(), Refusal> {
    let reservation = match kind {
        ResourceKind::NotNeeded => Reservation { kind, label: label.to_owned(), hold_until: None },
        ResourceKind::Bed | ResourceKind::Slot | ResourceKind::Bay => {
            let label = given(label, Field::Label)?;
            let until = hold_until.ok_or(Refusal::Missing { field: Field::HoldUntil })?;
            if until <= work.now {
                return Err(Refusal::TimeInPast { field: Field::HoldUntil, now: work.now });
            }
            Reservation { kind, label, hold_until: Some(until) }
        }
    };
    work.emit(&leg.id, EventBody::Reserved { reservation })
}

pub(super) fn depart(work: &mut Work, leg: &Leg, departure: Departure) -> Result<(), Refusal> {
    work.not_future(departure.at, Field::At)?;
    if departure.eta < departure.at {
        return Err(Refusal::TimeInPast { field: Field::Eta, now: work.now });
    }
    work.emit(&leg.id, EventBody::Departed { departure })
}

/// The arrival of an emergency that nobody accepted is its acceptance, by whoever stands at the door.
pub(super) fn arrive(work: &mut Work, leg: &Leg, at: Millis, signature: &str) -> Result<(), Refusal> {
    let signature = given(signature, Field::Signature)?;
    work.not_future(at, Field::At)?;
    if leg.state.acceptance().is_some() {
        redirect::withdraw_below(work, &leg.id)?;
    } else {
        let Some(owner) = work.by.person().cloned() else {
            return Err(Refusal::Missing { field: Field::Owner });
        };
        let accepted = EventBody::Accepted { owner, expected_at: at, implied: true };
        before::take_over(work, leg, accepted)?;
    }
    work.emit(&leg.id, EventBody::Arrived { arrived_at: at, signature })
}

pub(super) fn no_show(work: &mut Work, leg: &Leg, attempts: &[ContactAttempt]) -> Result<(), Refusal> {
    if attempts.len() < CONTACT_ATTEMPTS {
        return Err(Refusal::TooFewAttempts { given: attempts.len(), needed: CONTACT_ATTEMPTS });
    }
    for attempt in attempts {
        work.not_future(attempt.at, Field::Attempts)?;
    }
    work.emit(&leg.id, EventBody::NoShow { attempts: attempts.to_vec() })
}

/// Before acceptance the sender just withdraws; afterwards the receiver has prepared and is asked.
pub(super) fn cancel(work: &mut Work, leg: &Leg, reason: &str) -> Result<(), Refusal> {
    let reason = given(reason, Field::Reason)?;
    if let State::Accepted(_) | State::Reserved(_) = leg.state {
        work.emit(&leg.id, EventBody::CancelRequested { reason })
    } else {
        work.cancel(leg, Cancellation::BySender { reason })
    }
}

pub(super) fn confirm_cancel(work: &mut Work, leg: &Leg) -> Result<(), Refusal> {
    let State::CancelRequested { reason, .. } = &leg.state else {
        return Err(Refusal::Incoherent { state: leg.code(), event: "leg.cancelled" });
    };
    work.cancel(leg, Cancellation::Confirmed { reason: reason.clone() })
}
