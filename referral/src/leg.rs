//! One hand-over of responsibility from organisation A to B, as it stands after its events.
//! The server keeps it whole (serde) beside the columns it searches by.

use serde::{Deserialize, Serialize};

use crate::actor::By;
use crate::form::{Consent, Form, missing};
use crate::ids::{LegId, OrganisationId, PersonId};
use crate::refusal::Field;
use crate::state::{
    BeforeCancel, Destination, Direction, Reservation, State, StateCode, Transport, TransportCode, Urgency,
};
use crate::time::Millis;

/// A question of the receiver and the sender's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    pub text: String,
    pub asked_by: By,
    pub asked_at: Millis,
    pub answer: Option<Answer>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub text: String,
    pub by: By,
    pub at: Millis,
}

/// An interim note, or (`late`) one that came after the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub text: String,
    pub late: bool,
    pub by: By,
    pub at: Millis,
}

/// Somebody who waited asked for the next step (催办).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Urging {
    pub by: By,
    pub at: Millis,
}

/// An emergency on its way to a third organisation: this leg stays responsible until `leg` is
/// accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingRedirect {
    pub leg: LegId,
    pub to: Destination,
    pub note: String,
    pub by: By,
    pub at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    pub id: LegId,
    /// Place in the case, from 1.
    pub ordinal: u32,
    /// Counts the events of this leg; compare-and-set on it.
    pub version: u64,
    pub direction: Direction,
    pub urgency: Urgency,
    pub from: OrganisationId,
    /// Who drafted it: the sender in person.
    pub author: PersonId,
    /// Empty only in a draft (an onward leg drafted by an outcome that named no destination).
    pub to: Option<Destination>,
    pub form: Form,
    pub consent: Option<Consent>,
    pub replaces: Option<LegId>,
    pub based_on: Option<LegId>,
    pub state: State,
    pub transport: Transport,
    pub redirecting: Option<PendingRedirect>,
    pub submitted_at: Option<Millis>,
    pub updated_at: Millis,
    pub asks: Vec<Ask>,
    pub notes: Vec<Note>,
    #[serde(default)]
    pub urges: Vec<Urging>,
}

impl Leg {
    pub const fn code(&self) -> StateCode {
        self.state.code()
    }

    pub fn is_emergency(&self) -> bool {
        self.urgency == Urgency::Emergency
    }

    pub fn has_departed(&self) -> bool {
        self.transport.code() == TransportCode::Departed
    }

    /// The patient is on the road to this leg's destination, or there (I-4).
    pub fn holds_patient(&self) -> bool {
        self.has_departed() || matches!(self.code(), StateCode::Arrived | StateCode::InCare)
    }

    /// Whoever was on the road to this leg is not any more.
    pub(crate) fn journey_ends(&mut self) {
        if self.has_departed() {
            self.transport = Transport::None;
        }
    }

    /// The destination takes part without an account: what it does is entered by the sender's side.
    pub fn is_external(&self) -> bool {
        self.to.as_ref().is_some_and(|to| to.external)
    }

    /// What the record still lacks; an emergency may be submitted without it.
    pub fn missing(&self) -> Vec<Field> {
        missing(&self.form, self.consent.as_ref())
    }

    /// What is held for the patient: a bed stays theirs while the sender's cancellation is considered.
    pub fn reservation(&self) -> Option<&Reservation> {
        if let State::Reserved(reserved)
        | State::CancelRequested { before: BeforeCancel::Reserved(reserved), .. } = &self.state
        {
            Some(&reserved.reservation)
        } else {
            None
        }
    }

    /// When the clock is to release the hold (command `release` by [`crate::Actor::Clock`]).
    pub fn hold_expires(&self) -> Option<Millis> {
        self.reservation()?.hold_until
    }
}
