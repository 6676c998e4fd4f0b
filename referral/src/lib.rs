//! Referrals: a case is a chain of legs, a leg is one hand-over of responsibility between two
//! organisations. Pure: [`decide`] says what happens or why not, [`evolve`] says what that makes of the
//! case, [`owed`] says who is waited for. No IO, no clock, no randomness; time and new ids are arguments.
//! The server calls it inside the transaction that stores the events.

mod actor;
mod case;
mod codes;
mod command;
mod criteria;
mod deadline;
mod decide;
mod event;
mod evolve;
mod form;
mod ids;
mod leg;
mod owed;
mod refusal;
mod stage;
mod state;
pub mod suggest;
mod table;
mod time;

pub use actor::{Actor, By, Member, Role};
pub use case::Case;
pub use command::{Command, CommandKind, DraftInput, NextLeg};
pub use criteria::{
    Compare, Condition, CriteriaMet, CriteriaSet, Criterion, CriterionDirection, SIGNS, Words, evaluate,
};
pub use deadline::{ByUrgency, Deadlines, Ladder, Rule, Rung};
pub use decide::{allowed, decide};
pub use event::{Event, EventBody, SCHEMA, Subject};
pub use evolve::{evolve, evolve_all};
pub use form::{
    Consent, ConsentKind, Death, Diagnosis, Disposition, Form, Insurance, Outcome, OutcomeNote, Papers,
    ReferralReason, missing,
};
pub use ids::{CaseId, DepartmentId, LegId, OrganisationId, PatientId, PersonId};
pub use leg::{Answer, Ask, Leg, Note, PendingRedirect, Urging};
pub use owed::{Duty, Owed, Party, owed, record_due};
pub use refusal::{Field, Part, Refusal};
pub use state::{
    Acceptance, Accepted, Arrival, BeforeCancel, Cancellation, Closure, ContactAttempt, Course,
    DecisionClock, DeclineReason, Departure, Destination, Direction, Reservation, Reserved, ResourceKind,
    Stamp, State, StateCode, Transport, TransportCode, Urgency,
};
pub use time::{CLOCK_SKEW, DATE_SLACK, Millis, Span};
