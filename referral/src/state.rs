//! The stages of a leg's life. Each variant carries what exists in that stage and nothing else;
//! transport is a field of its own (an emergency may be on the road before anyone has read it).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::actor::By;
use crate::codes::codes;
use crate::form::Outcome;
use crate::ids::{DepartmentId, LegId, OrganisationId, PersonId};
use crate::time::{Millis, Span};

codes! {
    /// The code of a stage (FHIR businessStatus, database column, JSON `state`).
    pub enum StateCode {
        Draft = "draft",
        Discarded = "discarded",
        Submitted = "submitted",
        Received = "received",
        InfoRequested = "info_requested",
        Accepted = "accepted",
        Reserved = "reserved",
        NoShow = "no_show",
        Arrived = "arrived",
        InCare = "in_care",
        OutcomeSent = "outcome_sent",
        Closed = "closed",
        Declined = "declined",
        Redirected = "redirected",
        Cancelled = "cancelled",
        CancelRequested = "cancel_requested",
        EnteredInError = "entered_in_error",
    }
}

impl StateCode {
    /// ∎ in the leg table.
    pub const fn is_terminal(self) -> bool {
        match self {
            Self::Discarded
            | Self::Closed
            | Self::Declined
            | Self::Redirected
            | Self::Cancelled
            | Self::EnteredInError => true,
            Self::Draft
            | Self::Submitted
            | Self::Received
            | Self::InfoRequested
            | Self::Accepted
            | Self::Reserved
            | Self::NoShow
            | Self::Arrived
            | Self::InCare
            | Self::OutcomeSent
            | Self::CancelRequested => false,
        }
    }

    /// Submitted, not ended, and the patient not yet here: such a leg can still be handed on.
    pub const fn is_before_arrival(self) -> bool {
        match self {
            Self::Submitted
            | Self::Received
            | Self::InfoRequested
            | Self::Accepted
            | Self::Reserved
            | Self::NoShow
            | Self::CancelRequested => true,
            Self::Draft
            | Self::Discarded
            | Self::Arrived
            | Self::InCare
            | Self::OutcomeSent
            | Self::Closed
            | Self::Declined
            | Self::Redirected
            | Self::Cancelled
            | Self::EnteredInError => false,
        }
    }
}

codes! {
    pub enum Urgency {
        Emergency = "emergency",
        Urgent = "urgent",
        Routine = "routine",
    }
}

codes! {
    pub enum Direction {
        Up = "up",
        Down = "down",
        Lateral = "lateral",
        Onward = "onward",
    }
}

codes! {
    pub enum DeclineReason {
        NoBed = "no_bed",
        NoCapability = "no_capability",
        NotIndicated = "not_indicated",
        InsufficientInformation = "insufficient_information",
        OtherHospitalBetter = "other_hospital_better",
        PatientUnfitForTransfer = "patient_unfit_for_transfer",
        Other = "other",
    }
}

codes! {
    pub enum TransportCode {
        None = "none",
        Departed = "departed",
        Arrived = "arrived",
    }
}

/// Where a patient is sent. The department is empty for clinics that have none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    pub organisation: OrganisationId,
    pub department: Option<DepartmentId>,
    /// Nobody there has an account; the caller knows the directory and says so.
    #[serde(default)]
    pub external: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departure {
    pub at: Millis,
    pub escort: Option<String>,
    pub vehicle: Option<String>,
    #[serde(default)]
    pub vitals: BTreeMap<String, String>,
    pub eta: Millis,
}

/// Where the patient is on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Transport {
    None,
    Departed(Departure),
    /// `departure` is empty for a walk-in.
    Arrived {
        departure: Option<Departure>,
    },
}

impl Transport {
    pub const fn code(&self) -> TransportCode {
        match self {
            Self::None => TransportCode::None,
            Self::Departed(_) => TransportCode::Departed,
            Self::Arrived { .. } => TransportCode::Arrived,
        }
    }
}

/// Who did something, and when the server recorded it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    pub by: By,
    pub at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    pub owner: PersonId,
    pub expected_at: Millis,
    /// Nobody pressed accept: an emergency arrived.
    pub implied: bool,
    pub stamp: Stamp,
}

codes! {
    /// What is held for the patient.
    pub enum ResourceKind {
        Bed = "bed",
        Slot = "slot",
        Bay = "bay",
        /// Marked "no bed needed": nothing is held and nothing expires.
        NotNeeded = "not_needed",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    pub kind: ResourceKind,
    /// Which bed, slot or bay, in the words of the desk.
    pub label: String,
    /// Empty only for `not_needed`.
    pub hold_until: Option<Millis>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactAttempt {
    pub at: Millis,
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// When the patient came, as reported; `stamp.at` is when it was recorded.
    pub at: Millis,
    pub signature: String,
    pub stamp: Stamp,
}

/// The receiver's time to decide: it stands still while the sender is asked for information.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionClock {
    pub running_since: Millis,
    pub used_before: Span,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    pub since: Millis,
    pub acceptance: Acceptance,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reserved {
    pub since: Millis,
    pub acceptance: Acceptance,
    pub reservation: Reservation,
}

/// The stage a cancel request is asked in, to return to when it is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum BeforeCancel {
    Accepted(Accepted),
    Reserved(Reserved),
}

/// What the receiver has seen of the patient. Both are empty when the patient died on the road
/// before anyone accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    pub acceptance: Option<Acceptance>,
    pub arrival: Option<Arrival>,
    pub encounter: Option<String>,
    /// At least one; the last is the valid one.
    pub outcomes: Vec<Outcome>,
}

/// Why a leg is cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Cancellation {
    /// The sender withdrew it.
    BySender { reason: String },
    /// The sender asked after acceptance and the receiver agreed.
    Confirmed { reason: String },
    /// It was the pending redirect of `origin`, which went another way.
    RedirectWithdrawn { origin: LegId },
}

/// How a closed leg was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Closure {
    Acknowledged {
        course: Box<Course>,
    },
    /// By a manager, without the feedback; counted. `was` is the stage it was cut off in.
    Forced {
        reason: String,
        was: Box<State>,
    },
}

/// The stage of a leg with what exists in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum State {
    /// `promised`: an outcome said the patient goes on, so this draft must be submitted.
    Draft {
        since: Millis,
        promised: bool,
    },
    Discarded {
        stamp: Stamp,
    },
    Submitted {
        since: Millis,
    },
    Received {
        clock: DecisionClock,
    },
    /// `used`: how much of the receiver's time to decide is gone.
    InfoRequested {
        since: Millis,
        used: Span,
    },
    Accepted(Accepted),
    Reserved(Reserved),
    NoShow {
        since: Millis,
        acceptance: Acceptance,
        attempts: Vec<ContactAttempt>,
    },
    Arrived {
        acceptance: Acceptance,
        arrival: Arrival,
        noted_at: Option<Millis>,
    },
    /// `since`: admission or the last note.
    InCare {
        since: Millis,
        acceptance: Acceptance,
        arrival: Arrival,
        encounter: String,
    },
    /// `since`: when the latest version was sent.
    OutcomeSent {
        since: Millis,
        course: Course,
    },
    Closed {
        closure: Closure,
        stamp: Stamp,
    },
    Declined {
        reason: DeclineReason,
        suggestion: String,
        text: Option<String>,
        stamp: Stamp,
        acknowledged: Option<Stamp>,
    },
    Redirected {
        to_leg: LegId,
        to: Destination,
        note: String,
        stamp: Stamp,
        acknowledged: Option<Stamp>,
    },
    Cancelled {
        cancellation: Cancellation,
        stamp: Stamp,
        acknowledged: Option<Stamp>,
    },
    CancelRequested {
        since: Millis,
        reason: String,
        before: BeforeCancel,
    },
    EnteredInError {
        reason: String,
        was: Box<State>,
        stamp: Stamp,
    },
}

impl State {
    pub const fn code(&self) -> StateCode {
        match self {
            Self::Draft { .. } => StateCode::Draft,
            Self::Discarded { .. } => StateCode::Discarded,
            Self::Submitted { .. } => StateCode::Submitted,
            Self::Received { .. } => StateCode::Received,
            Self::InfoRequested { .. } => StateCode::InfoRequested,
            Self::Accepted(_) => StateCode::Accepted,
            Self::Reserved(_) => StateCode::Reserved,
            Self::NoShow { .. } => StateCode::NoShow,
            Self::Arrived { .. } => StateCode::Arrived,
            Self::InCare { .. } => StateCode::InCare,
            Self::OutcomeSent { .. } => StateCode::OutcomeSent,
            Self::Closed { .. } => StateCode::Closed,
            Self::Declined { .. } => StateCode::Declined,
            Self::Redirected { .. } => StateCode::Redirected,
            Self::Cancelled { .. } => StateCode::Cancelled,
            Self::CancelRequested { .. } => StateCode::CancelRequested,
            Self::EnteredInError { .. } => StateCode::EnteredInError,
        }
    }

    /// Who accepted the leg, while it is or was accepted.
    pub fn acceptance(&self) -> Option<&Acceptance> {
        match self {
            Self::Accepted(Accepted { acceptance, .. })
            | Self::Reserved(Reserved { acceptance, .. })
            | Self::NoShow { acceptance, .. }
            | Self::Arrived { acceptance, .. }
            | Self::InCare { acceptance, .. } => Some(acceptance),
            Self::CancelRequested { before, .. } => match before {
                BeforeCancel::Accepted(accepted) => Some(&accepted.acceptance),
                BeforeCancel::Reserved(reserved) => Some(&reserved.acceptance),
            },
            Self::OutcomeSent { course, .. } => course.acceptance.as_ref(),
            Self::Closed { closure, .. } => match closure {
                Closure::Acknowledged { course } => course.acceptance.as_ref(),
                Closure::Forced { was, .. } => was.acceptance(),
            },
            Self::EnteredInError { was, .. } => was.acceptance(),
            Self::Draft { .. }
            | Self::Discarded { .. }
            | Self::Submitted { .. }
            | Self::Received { .. }
            | Self::InfoRequested { .. }
            | Self::Declined { .. }
            | Self::Redirected { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// The arrival, from then on.
    pub fn arrival(&self) -> Option<&Arrival> {
        match self {
            Self::Arrived { arrival, .. } | Self::InCare { arrival, .. } => Some(arrival),
            Self::OutcomeSent { course, .. } => course.arrival.as_ref(),
            Self::Closed { closure, .. } => match closure {
                Closure::Acknowledged { course } => course.arrival.as_ref(),
                Closure::Forced { was, .. } => was.arrival(),
            },
            Self::EnteredInError { was, .. } => was.arrival(),
            Self::Draft { .. }
            | Self::Discarded { .. }
            | Self::Submitted { .. }
            | Self::Received { .. }
            | Self::InfoRequested { .. }
            | Self::Accepted(_)
            | Self::Reserved(_)
            | Self::NoShow { .. }
            | Self::CancelRequested { .. }
            | Self::Declined { .. }
            | Self::Redirected { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// Every version of the outcome, oldest first.
    pub fn outcomes(&self) -> &[Outcome] {
        match self {
            Self::OutcomeSent { course, .. } => &course.outcomes,
            Self::Closed { closure, .. } => match closure {
                Closure::Acknowledged { course } => &course.outcomes,
                Closure::Forced { was, .. } => was.outcomes(),
            },
            Self::EnteredInError { was, .. } => was.outcomes(),
            Self::Draft { .. }
            | Self::Discarded { .. }
            | Self::Submitted { .. }
            | Self::Received { .. }
            | Self::InfoRequested { .. }
            | Self::Accepted(_)
            | Self::Reserved(_)
            | Self::NoShow { .. }
            | Self::Arrived { .. }
            | Self::InCare { .. }
            | Self::CancelRequested { .. }
            | Self::Declined { .. }
            | Self::Redirected { .. }
            | Self::Cancelled { .. } => &[],
        }
    }

    /// For a leg that ended by a decision: whether the sender has acknowledged it. `None` for
    /// every other stage.
    pub const fn decision_acknowledged(&self) -> Option<bool> {
        match self {
            Self::Declined { acknowledged, .. }
            | Self::Redirected { acknowledged, .. }
            | Self::Cancelled { acknowledged, .. } => Some(acknowledged.is_some()),
            Self::Draft { .. }
            | Self::Discarded { .. }
            | Self::Submitted { .. }
            | Self::Received { .. }
            | Self::InfoRequested { .. }
            | Self::Accepted(_)
            | Self::Reserved(_)
            | Self::NoShow { .. }
            | Self::Arrived { .. }
            | Self::InCare { .. }
            | Self::OutcomeSent { .. }
            | Self::Closed { .. }
            | Self::CancelRequested { .. }
            | Self::EnteredInError { .. } => None,
        }
    }
}
