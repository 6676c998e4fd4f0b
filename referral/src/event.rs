//! What happened. An event is one row: subject, version, schema number, who, when, and a body
//! that serializes with its own `type`. Bodies are facts that are kept for decades: a released
//! one is never changed, a new shape gets a new schema number.

use serde::{Deserialize, Serialize};

use crate::actor::By;
use crate::form::{Consent, Form, Outcome};
use crate::ids::{CaseId, LegId, OrganisationId, PersonId};
use crate::state::{
    Cancellation, ContactAttempt, DeclineReason, Departure, Destination, Direction, Reservation, Urgency,
};
use crate::time::Millis;

/// The schema number of the bodies below.
pub const SCHEMA: u16 = 1;

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Subject {
    Leg(LegId),
    Case(CaseId),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub subject: Subject,
    /// The version of the subject after this event.
    pub version: u64,
    pub schema: u16,
    pub by: By,
    /// When it was recorded.
    pub at: Millis,
    pub body: EventBody,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventBody {
    Drafted {
        direction: Direction,
        urgency: Urgency,
        from: OrganisationId,
        author: PersonId,
        to: Option<Destination>,
        form: Form,
        consent: Option<Consent>,
        replaces: Option<LegId>,
        based_on: Option<LegId>,
        /// An outcome said the patient goes on: this draft must be submitted.
        promised: bool,
    },
    Revised {
        direction: Direction,
        urgency: Urgency,
        to: Option<Destination>,
        form: Form,
        consent: Option<Consent>,
    },
    Discarded,
    Submitted,
    RecordCompleted {
        form: Form,
        consent: Option<Consent>,
    },
    Opened,
    Asked {
        text: String,
    },
    Answered {
        text: String,
    },
    Accepted {
        owner: PersonId,
        expected_at: Millis,
        /// By the arrival of an emergency.
        implied: bool,
    },
    Declined {
        reason: DeclineReason,
        suggestion: String,
        text: Option<String>,
    },
    /// An emergency is offered to a third organisation; this leg stays responsible.
    RedirectRequested {
        to_leg: LegId,
        to: Destination,
        note: String,
    },
    /// The offer is off; this leg goes on by itself.
    RedirectWithdrawn {
        to_leg: LegId,
    },
    Redirected {
        to_leg: LegId,
        to: Destination,
        note: String,
    },
    Reserved {
        reservation: Reservation,
    },
    Released {
        /// The hold ran out.
        expired: bool,
    },
    /// Also when a departed transport follows to another leg.
    Departed {
        departure: Departure,
    },
    Arrived {
        arrived_at: Millis,
        signature: String,
    },
    NoShow {
        attempts: Vec<ContactAttempt>,
    },
    Rebooked {
        expected_at: Millis,
    },
    Admitted {
        encounter_number: String,
    },
    Noted {
        text: String,
    },
    /// Also for a death on the road.
    OutcomeSent {
        outcome: Outcome,
    },
    OutcomeAmended {
        outcome: Outcome,
    },
    Acknowledged,
    CancelRequested {
        reason: String,
    },
    CancelRefused {
        reason: String,
    },
    Cancelled {
        cancellation: Cancellation,
    },
    ForceClosed {
        reason: String,
    },
    MarkedInError {
        reason: String,
    },
    DecisionAcknowledged,
    /// Somebody who waits asked for the next step.
    Urged,
    LateNoted {
        text: String,
    },
    CaseClosed,
}

impl EventBody {
    /// Every name that [`EventBody::kind`] gives.
    pub const KINDS: &[&str] = &[
        "leg.drafted",
        "leg.revised",
        "leg.discarded",
        "leg.submitted",
        "leg.record_completed",
        "leg.opened",
        "leg.asked",
        "leg.answered",
        "leg.accepted",
        "leg.declined",
        "leg.redirect_requested",
        "leg.redirect_withdrawn",
        "leg.redirected",
        "leg.reserved",
        "leg.released",
        "leg.departed",
        "leg.arrived",
        "leg.no_show",
        "leg.rebooked",
        "leg.admitted",
        "leg.noted",
        "leg.outcome_sent",
        "leg.outcome_amended",
        "leg.acknowledged",
        "leg.cancel_requested",
        "leg.cancel_refused",
        "leg.cancelled",
        "leg.force_closed",
        "leg.marked_in_error",
        "leg.decision_acknowledged",
        "leg.urged",
        "leg.late_noted",
        "case.closed",
    ];

    /// The name of the event as others see it (timeline, notices): `leg.accepted`, `case.closed`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Drafted { .. } => "leg.drafted",
            Self::Revised { .. } => "leg.revised",
            Self::Discarded => "leg.discarded",
            Self::Submitted => "leg.submitted",
            Self::RecordCompleted { .. } => "leg.record_completed",
            Self::Opened => "leg.opened",
            Self::Asked { .. } => "leg.asked",
            Self::Answered { .. } => "leg.answered",
            Self::Accepted { .. } => "leg.accepted",
            Self::Declined { .. } => "leg.declined",
            Self::RedirectRequested { .. } => "leg.redirect_requested",
            Self::RedirectWithdrawn { .. } => "leg.redirect_withdrawn",
            Self::Redirected { .. } => "leg.redirected",
            Self::Reserved { .. } => "leg.reserved",
            Self::Released { .. } => "leg.released",
            Self::Departed { .. } => "leg.departed",
            Self::Arrived { .. } => "leg.arrived",
            Self::NoShow { .. } => "leg.no_show",
            Self::Rebooked { .. } => "leg.rebooked",
            Self::Admitted { .. } => "leg.admitted",
            Self::Noted { .. } => "leg.noted",
            Self::OutcomeSent { .. } => "leg.outcome_sent",
            Self::OutcomeAmended { .. } => "leg.outcome_amended",
            Self::Acknowledged => "leg.acknowledged",
            Self::CancelRequested { .. } => "leg.cancel_requested",
            Self::CancelRefused { .. } => "leg.cancel_refused",
            Self::Cancelled { .. } => "leg.cancelled",
            Self::ForceClosed { .. } => "leg.force_closed",
            Self::MarkedInError { .. } => "leg.marked_in_error",
            Self::DecisionAcknowledged => "leg.decision_acknowledged",
            Self::Urged => "leg.urged",
            Self::LateNoted { .. } => "leg.late_noted",
            Self::CaseClosed => "case.closed",
        }
    }
}
