//! The stage after an event: what each event takes over from the stage before, and what it adds.
//! `None` when the event cannot follow that stage; called by `evolve` only.

use crate::actor::By;
use crate::event::EventBody;
use crate::form::Outcome;
use crate::state::{
    Acceptance, Accepted, Arrival, BeforeCancel, Closure, ContactAttempt, Course, DecisionClock, Reservation,
    Reserved, Stamp, State, StateCode,
};
use crate::time::{Millis, Span};

pub(crate) fn next(state: State, body: &EventBody, by: &By, at: Millis) -> Option<State> {
    let stamp = Stamp { by: by.clone(), at };
    let code = state.code();
    match body {
        EventBody::Drafted { .. } | EventBody::CaseClosed => None,
        EventBody::Revised { .. } => (code == StateCode::Draft).then_some(state),
        EventBody::Discarded => (code == StateCode::Draft).then_some(State::Discarded { stamp }),
        EventBody::Submitted => (code == StateCode::Draft).then_some(State::Submitted { since: at }),
        EventBody::RecordCompleted { .. } => (code != StateCode::Draft).then_some(state),
        EventBody::RedirectRequested { .. }
        | EventBody::RedirectWithdrawn { .. }
        | EventBody::Departed { .. } => code.is_before_arrival().then_some(state),
        EventBody::Redirected { to_leg, to, note } => {
            let (to_leg, to, note) = (to_leg.clone(), to.clone(), note.clone());
            let redirected = State::Redirected { to_leg, to, note, stamp, acknowledged: None };
            code.is_before_arrival().then_some(redirected)
        }
        EventBody::Cancelled { cancellation } => {
            let cancellation = cancellation.clone();
            let cancelled = State::Cancelled { cancellation, stamp, acknowledged: None };
            code.is_before_arrival().then_some(cancelled)
        }
        EventBody::Declined { reason, suggestion, text } => {
            let (reason, suggestion, text) = (*reason, suggestion.clone(), text.clone());
            let declined = State::Declined { reason, suggestion, text, stamp, acknowledged: None };
            undecided(code).then_some(declined)
        }
        EventBody::Accepted { owner, expected_at, implied } => {
            let (owner, expected_at, implied) = (owner.clone(), *expected_at, *implied);
            let acceptance = Acceptance { owner, expected_at, implied, stamp };
            undecided(code).then_some(State::Accepted(Accepted { since: at, acceptance }))
        }
        EventBody::ForceClosed { reason } => {
            let closure = Closure::Forced { reason: reason.clone(), was: Box::new(state) };
            let live = !code.is_terminal() && code != StateCode::Draft;
            live.then_some(State::Closed { closure, stamp })
        }
        EventBody::MarkedInError { reason } => {
            let marked = State::EnteredInError { reason: reason.clone(), was: Box::new(state), stamp };
            (code != StateCode::Draft && code != StateCode::EnteredInError).then_some(marked)
        }
        EventBody::LateNoted { .. } => code.is_terminal().then_some(state),
        EventBody::Urged => Some(state),
        EventBody::DecisionAcknowledged => acknowledged(state, stamp),
        EventBody::Opened => (code == StateCode::Submitted).then_some(State::Received {
            clock: DecisionClock { running_since: at, used_before: Span::ZERO },
        }),
        EventBody::Asked { .. } => asked(&state, at),
        EventBody::Answered { .. } => answered(&state, at),
        EventBody::Reserved { reservation } => reserved(state, at, reservation.clone()),
        EventBody::Released { .. } => released(state, at),
        EventBody::NoShow { attempts } => no_show(state, at, attempts.clone()),
        EventBody::Rebooked { expected_at } => rebooked(state, at, *expected_at),
        EventBody::CancelRequested { reason } => cancel_requested(state, at, reason.clone()),
        EventBody::CancelRefused { .. } => cancel_refused(state, at),
        EventBody::Arrived { arrived_at, signature } => {
            arrived(state, Arrival { at: *arrived_at, signature: signature.clone(), stamp })
        }
        EventBody::Admitted { encounter_number } => admitted(state, at, encounter_number.clone()),
        EventBody::Noted { .. } => noted(state, at),
        EventBody::OutcomeSent { outcome } => outcome_sent(state, at, outcome.clone()),
        EventBody::OutcomeAmended { outcome } => outcome_amended(state, at, outcome.clone()),
        EventBody::Acknowledged => closed(state, stamp),
    }
}

const fn undecided(code: StateCode) -> bool {
    matches!(code, StateCode::Submitted | StateCode::Received | StateCode::InfoRequested)
}

fn acknowledged(mut state: State, stamp: Stamp) -> Option<State> {
    let (State::Declined { acknowledged, .. }
    | State::Redirected { acknowledged, .. }
    | State::Cancelled { acknowledged, .. }) = &mut state
    else {
        return None;
    };
    *acknowledged = Some(stamp);
    Some(state)
}

/// The receiver's clock stops, and what ran of it is kept.
fn asked(state: &State, at: Millis) -> Option<State> {
    let used = if let State::Received { clock } = state {
        clock.used_before.plus(at.since(clock.running_since))
    } else if let State::Submitted { .. } = state {
        Span::ZERO
    } else {
        return None;
    };
    Some(State::InfoRequested { since: at, used })
}

fn answered(state: &State, at: Millis) -> Option<State> {
    let State::InfoRequested { used, .. } = state else { return None };
    Some(State::Received { clock: DecisionClock { running_since: at, used_before: *used } })
}

fn reserved(state: State, since: Millis, reservation: Reservation) -> Option<State> {
    let (State::Accepted(Accepted { acceptance, .. }) | State::NoShow { acceptance, .. }) = state else {
        return None;
    };
    Some(State::Reserved(Reserved { since, acceptance, reservation }))
}

/// A request to cancel goes on; refused, it comes back to an acceptance without a hold.
fn released(state: State, since: Millis) -> Option<State> {
    if let State::CancelRequested { since: asked, reason, before: BeforeCancel::Reserved(reserved) } = state {
        let accepted = Accepted { since, acceptance: reserved.acceptance };
        return Some(State::CancelRequested {
            since: asked,
            reason,
            before: BeforeCancel::Accepted(accepted),
        });
    }
    let State::Reserved(Reserved { acceptance, .. }) = state else { return None };
    Some(State::Accepted(Accepted { since, acceptance }))
}

fn no_show(state: State, since: Millis, attempts: Vec<ContactAttempt>) -> Option<State> {
    let (State::Accepted(Accepted { acceptance, .. }) | State::Reserved(Reserved { acceptance, .. })) = state
    else {
        return None;
    };
    Some(State::NoShow { since, acceptance, attempts })
}

fn rebooked(state: State, since: Millis, expected_at: Millis) -> Option<State> {
    let State::NoShow { acceptance, .. } = state else { return None };
    Some(State::Accepted(Accepted { since, acceptance: Acceptance { expected_at, ..acceptance } }))
}

fn cancel_requested(state: State, since: Millis, reason: String) -> Option<State> {
    let before = if let State::Accepted(accepted) = state {
        BeforeCancel::Accepted(accepted)
    } else if let State::Reserved(reserved) = state {
        BeforeCancel::Reserved(reserved)
    } else {
        return None;
    };
    Some(State::CancelRequested { since, reason, before })
}

/// The stage before, with its time started anew: it stood still while the request was open.
fn cancel_refused(state: State, since: Millis) -> Option<State> {
    let State::CancelRequested { before, .. } = state else { return None };
    Some(match before {
        BeforeCancel::Accepted(accepted) => State::Accepted(Accepted { since, ..accepted }),
        BeforeCancel::Reserved(reserved) => State::Reserved(Reserved { since, ..reserved }),
    })
}

fn arrived(state: State, arrival: Arrival) -> Option<State> {
    let (State::Accepted(Accepted { acceptance, .. })
    | State::Reserved(Reserved { acceptance, .. })
    | State::NoShow { acceptance, .. }) = state
    else {
        return None;
    };
    Some(State::Arrived { acceptance, arrival, noted_at: None })
}

fn admitted(state: State, since: Millis, encounter: String) -> Option<State> {
    let State::Arrived { acceptance, arrival, .. } = state else { return None };
    Some(State::InCare { since, acceptance, arrival, encounter })
}

fn noted(mut state: State, at: Millis) -> Option<State> {
    if let State::Arrived { noted_at, .. } = &mut state {
        *noted_at = Some(at);
    } else if let State::InCare { since, .. } = &mut state {
        *since = at;
    } else {
        return None;
    }
    Some(state)
}

/// A death on the road is an outcome of a leg that the patient never reached.
fn outcome_sent(state: State, since: Millis, outcome: Outcome) -> Option<State> {
    let on_the_road = outcome.death.is_some() && state.code().is_before_arrival();
    let (acceptance, arrival, encounter) = if on_the_road {
        (state.acceptance().cloned(), None, None)
    } else if let State::Arrived { acceptance, arrival, .. } = state {
        (Some(acceptance), Some(arrival), None)
    } else if let State::InCare { acceptance, arrival, encounter, .. } = state {
        (Some(acceptance), Some(arrival), Some(encounter))
    } else {
        return None;
    };
    let course = Course { acceptance, arrival, encounter, outcomes: vec![outcome] };
    Some(State::OutcomeSent { since, course })
}

fn outcome_amended(state: State, since: Millis, outcome: Outcome) -> Option<State> {
    let State::OutcomeSent { mut course, .. } = state else { return None };
    course.outcomes.push(outcome);
    Some(State::OutcomeSent { since, course })
}

fn closed(state: State, stamp: Stamp) -> Option<State> {
    let State::OutcomeSent { course, .. } = state else { return None };
    Some(State::Closed { closure: Closure::Acknowledged { course: Box::new(course) }, stamp })
}
