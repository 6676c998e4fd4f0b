//! The one decision: a case, a command for one of its legs, who gives it and when, and the events
//! that follow, for every leg they touch. Pure; the caller writes rows, audit, outbox and timers from the events.

mod before;
mod care;
mod redirect;
mod waiting;

use crate::actor::{Actor, By};
use crate::case::Case;
use crate::command::{Command, CommandKind};
use crate::event::{Event, EventBody, SCHEMA, Subject};
use crate::evolve::evolve;
use crate::ids::LegId;
use crate::leg::Leg;
use crate::refusal::{Field, Refusal};
use crate::state::Cancellation;
use crate::table::gate;
use crate::time::{CLOCK_SKEW, DATE_SLACK, Millis};

/// Decides `command` for the leg `leg` of `case`. For [`Command::Draft`], `leg` is the id of the new
/// leg. The events are in order; fold them with [`crate::evolve_all`] to get the case as it is then.
///
/// # Errors
/// The first reason why not: no such leg, not this actor's part, not this stage, the patient is
/// elsewhere, an input is missing. A refused command changes nothing.
pub fn decide(
    case: &Case,
    leg: &LegId,
    command: &Command,
    actor: &Actor,
    now: Millis,
) -> Result<Vec<Event>, Refusal> {
    let mut work = Work { case: case.clone(), by: By::from(actor), now, events: Vec::new() };
    if let Command::Draft { input, replaces, based_on } = command {
        before::draft(&mut work, leg, input, replaces.as_ref(), based_on.as_ref(), actor)?;
        return Ok(work.events);
    }
    let Some(found) = case.leg(leg) else { return Err(Refusal::NoSuchLeg { leg: leg.clone() }) };
    gate(case, found, command.kind(), actor, now)?;
    perform(&mut work, found, command)?;
    work.close_if_done()?;
    Ok(work.events)
}

/// The commands that `actor` may give to `leg` now, inputs aside: what a page offers.
pub fn allowed(case: &Case, leg: &LegId, actor: &Actor, now: Millis) -> Vec<CommandKind> {
    let Some(leg) = case.leg(leg) else { return Vec::new() };
    CommandKind::ALL.iter().copied().filter(|kind| gate(case, leg, *kind, actor, now).is_ok()).collect()
}

fn perform(work: &mut Work, leg: &Leg, command: &Command) -> Result<(), Refusal> {
    let id = &leg.id;
    match command {
        Command::Draft { .. } => Err(Refusal::LegIdTaken { leg: id.clone() }),
        Command::Revise { input } => before::revise(work, leg, input),
        Command::Discard => work.emit(id, EventBody::Discarded),
        Command::Submit { external } => before::submit(work, leg, *external),
        Command::CompleteRecord { form, consent } => {
            work.emit(id, EventBody::RecordCompleted { form: form.clone(), consent: consent.clone() })
        }
        Command::Open => work.emit(id, EventBody::Opened),
        Command::Ask { text } => work.emit(id, EventBody::Asked { text: given(text, Field::Text)? }),
        Command::Answer { text } => work.emit(id, EventBody::Answered { text: given(text, Field::Text)? }),
        Command::Accept { owner, expected_at } => before::accept(work, leg, owner, *expected_at),
        Command::Decline { reason, suggestion, text } => work.emit(
            id,
            EventBody::Declined {
                reason: *reason,
                suggestion: given(suggestion, Field::Suggestion)?,
                text: text.clone(),
            },
        ),
        Command::Redirect { leg: to_leg, to, note } => redirect::redirect(work, leg, to_leg, to, note),
        Command::Reserve { kind, label, hold_until } => {
            waiting::reserve(work, leg, *kind, label, *hold_until)
        }
        Command::Release => {
            let expired = leg.hold_expires().is_some_and(|until| until <= work.now);
            work.emit(id, EventBody::Released { expired })
        }
        Command::Depart { at, escort, vehicle, vitals, eta } => {
            let departure = crate::state::Departure {
                at: *at,
                escort: escort.clone(),
                vehicle: vehicle.clone(),
                vitals: vitals.clone(),
                eta: *eta,
            };
            waiting::depart(work, leg, departure)
        }
        Command::Arrive { at, signature } => waiting::arrive(work, leg, *at, signature),
        Command::NoShow { attempts } => waiting::no_show(work, leg, attempts),
        Command::Rebook { expected_at } => {
            work.not_past(*expected_at, Field::ExpectedAt)?;
            work.emit(id, EventBody::Rebooked { expected_at: *expected_at })
        }
        Command::Admit { encounter_number } => {
            let encounter_number = given(encounter_number, Field::EncounterNumber)?;
            work.emit(id, EventBody::Admitted { encounter_number })
        }
        Command::Note { text } => work.emit(id, EventBody::Noted { text: given(text, Field::Text)? }),
        Command::SendOutcome { outcome, next } => care::send_outcome(work, leg, outcome, next.as_ref()),
        Command::RecordDeath { at, circumstances } => care::record_death(work, leg, *at, circumstances),
        Command::AmendOutcome { outcome, next } => care::amend_outcome(work, leg, outcome, next.as_ref()),
        Command::Acknowledge => work.emit(id, EventBody::Acknowledged),
        Command::Cancel { reason } => waiting::cancel(work, leg, reason),
        Command::ConfirmCancel => waiting::confirm_cancel(work, leg),
        Command::RefuseCancel { reason } => {
            work.emit(id, EventBody::CancelRefused { reason: given(reason, Field::Reason)? })
        }
        Command::ForceClose { reason } => {
            let reason = given(reason, Field::Reason)?;
            work.end(leg, EventBody::ForceClosed { reason })
        }
        Command::MarkError { reason } => {
            let reason = given(reason, Field::Reason)?;
            work.end(leg, EventBody::MarkedInError { reason })
        }
        Command::Urge => work.emit(id, EventBody::Urged),
        Command::AcknowledgeDecision => work.emit(id, EventBody::DecisionAcknowledged),
        Command::LateNote { text } => work.emit(id, EventBody::LateNoted { text: given(text, Field::Text)? }),
    }
}

/// A decision being made: the case as it is after the events so far.
struct Work {
    case: Case,
    by: By,
    now: Millis,
    events: Vec<Event>,
}

impl Work {
    fn emit(&mut self, leg: &LegId, body: EventBody) -> Result<(), Refusal> {
        let version = self.case.leg(leg).map_or(0, |leg| leg.version) + 1;
        self.push(Subject::Leg(leg.clone()), version, body)
    }

    fn push(&mut self, subject: Subject, version: u64, body: EventBody) -> Result<(), Refusal> {
        let event = Event { subject, version, schema: SCHEMA, by: self.by.clone(), at: self.now, body };
        self.case = evolve(self.case.clone(), &event)?;
        self.events.push(event);
        Ok(())
    }

    /// The leg as it is now.
    fn leg(&self, id: &LegId) -> Result<Leg, Refusal> {
        self.case.leg(id).cloned().ok_or_else(|| Refusal::NoSuchLeg { leg: id.clone() })
    }

    /// Ends a leg otherwise than by a hand-over: what it was being redirected to is called off, and
    /// a leg that waited for it goes on alone and gets the transport back.
    fn end(&mut self, leg: &Leg, body: EventBody) -> Result<(), Refusal> {
        redirect::withdraw_below(self, &leg.id)?;
        let waits = self.case.pending_above(leg).first().map(|above| above.id.clone());
        let transport = leg.transport.clone();
        self.emit(&leg.id, body)?;
        let Some(above) = waits else { return Ok(()) };
        self.emit(&above, EventBody::RedirectWithdrawn { to_leg: leg.id.clone() })?;
        redirect::carry(self, transport, &above)
    }

    fn cancel(&mut self, leg: &Leg, cancellation: Cancellation) -> Result<(), Refusal> {
        self.end(leg, EventBody::Cancelled { cancellation })
    }

    fn close_if_done(&mut self) -> Result<(), Refusal> {
        if self.case.is_closed() || !self.case.may_close() {
            return Ok(());
        }
        let subject = Subject::Case(self.case.id.clone());
        self.push(subject, self.case.version + 1, EventBody::CaseClosed)
    }

    fn not_future(&self, at: Millis, field: Field) -> Result<(), Refusal> {
        if at > self.now.plus(CLOCK_SKEW) {
            return Err(Refusal::TimeInFuture { field, now: self.now });
        }
        Ok(())
    }

    fn not_past(&self, at: Millis, field: Field) -> Result<(), Refusal> {
        if at.plus(DATE_SLACK) < self.now {
            return Err(Refusal::TimeInPast { field, now: self.now });
        }
        Ok(())
    }
}

/// A text that must say something.
fn given(text: &str, field: Field) -> Result<String, Refusal> {
    if text.trim().is_empty() { Err(Refusal::Missing { field }) } else { Ok(text.to_owned()) }
}
