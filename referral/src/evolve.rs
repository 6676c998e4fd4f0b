//! What an event does to a case. It trusts the event as far as rules go (they were checked when
//! it was decided) and refuses only what is no history of this machine at all.

use crate::actor::By;
use crate::case::Case;
use crate::event::{Event, EventBody, Subject};
use crate::leg::{Answer, Ask, Leg, Note, PendingRedirect};
use crate::refusal::Refusal;
use crate::state::{
    Acceptance, Accepted, Arrival, BeforeCancel, Closure, Course, DecisionClock, Reserved, Stamp, State,
    StateCode, Transport,
};
use crate::time::{Millis, Span};

/// The case after one event.
///
/// # Errors
/// [`Refusal::Incoherent`] and [`Refusal::NoSuchLeg`] when the event does not belong to this history.
pub fn evolve(mut case: Case, event: &Event) -> Result<Case, Refusal> {
    match &event.subject {
        Subject::Case(_) => close_case(&mut case, event)?,
        Subject::Leg(id) => {
            if let EventBody::Drafted { .. } = event.body {
                let ordinal = u32::try_from(case.legs.len() + 1).unwrap_or(u32::MAX);
                case.legs.push(born(id.clone(), ordinal, event)?);
            } else {
                let Some(index) = case.legs.iter().position(|leg| &leg.id == id) else {
                    return Err(Refusal::NoSuchLeg { leg: id.clone() });
                };
                let leg = case.legs.remove(index);
                case.legs.insert(index, step(leg, event)?);
            }
        }
    }
    case.version += 1;
    Ok(case)
}

/// The case after several events, in order.
///
/// # Errors
/// As [`evolve`].
pub fn evolve_all(case: Case, events: &[Event]) -> Result<Case, Refusal> {
    events.iter().try_fold(case, evolve)
}

fn close_case(case: &mut Case, event: &Event) -> Result<(), Refusal> {
    if event.body != EventBody::CaseClosed || case.is_closed() {
        return Err(Refusal::Incoherent { state: StateCode::Closed, event: event.body.kind() });
    }
    case.closed_at = Some(event.at);
    Ok(())
}

fn born(id: crate::ids::LegId, ordinal: u32, event: &Event) -> Result<Leg, Refusal> {
    let EventBody::Drafted {
        direction,
        urgency,
        from,
        author,
        to,
        form,
        consent,
        replaces,
        based_on,
        promised,
    } = event.body.clone()
    else {
        return Err(Refusal::NoSuchLeg { leg: id });
    };
    Ok(Leg {
        id,
        ordinal,
        version: 1,
        direction,
        urgency,
        from,
        author,
        to,
        form,
        consent,
        replaces,
        based_on,
        state: State::Draft { since: event.at, promised },
        transport: Transport::None,
        redirecting: None,
        submitted_at: None,
        updated_at: event.at,
        asks: Vec::new(),
        notes: Vec::new(),
    })
}

/// One arm per event: the fields beside the state first, the state last.
fn step(mut leg: Leg, event: &Event) -> Result<Leg, Refusal> {
    let at = event.at;
    let by = &event.by;
    match &event.body {
        EventBody::Revised { direction, urgency, to, form, consent } => {
            leg.direction = *direction;
            leg.urgency = *urgency;
            leg.to = to.clone();
            leg.form = form.clone();
            leg.consent = consent.clone();
        }
        EventBody::RecordCompleted { form, consent } => {
            leg.form = form.clone();
            leg.consent = consent.clone();
        }
        EventBody::Submitted => leg.submitted_at = Some(at),
        EventBody::Asked { text } => {
            leg.asks.push(Ask { text: text.clone(), asked_by: by.clone(), asked_at: at, answer: None });
        }
        EventBody::Answered { text } => {
            if let Some(ask) = leg.asks.last_mut() {
                ask.answer = Some(Answer { text: text.clone(), by: by.clone(), at });
            }
        }
        EventBody::RedirectRequested { to_leg, to, note } => {
            leg.redirecting = Some(PendingRedirect {
                leg: to_leg.clone(),
                to: to.clone(),
                note: note.clone(),
                by: by.clone(),
                at,
            });
        }
        EventBody::RedirectWithdrawn { .. } => leg.redirecting = None,
        EventBody::Redirected { .. } => {
            leg.redirecting = None;
            leg.journey_ends();
        }
        EventBody::Departed { departure } => leg.transport = Transport::Departed(departure.clone()),
        EventBody::Arrived { .. } => {
            let departure = match leg.transport {
                Transport::Departed(departure) => Some(departure),
                Transport::None => None,
                Transport::Arrived { departure } => departure,
            };
            leg.transport = Transport::Arrived { departure };
        }
        // The journey is over without an arrival, goes on under another leg, or starts anew on
        // the new date.
        EventBody::OutcomeSent { .. }
        | EventBody::Cancelled { .. }
        | EventBody::ForceClosed { .. }
        | EventBody::MarkedInError { .. }
        | EventBody::Rebooked { .. } => leg.journey_ends(),
        EventBody::Noted { text } | EventBody::LateNoted { text } => leg.notes.push(Note {
            text: text.clone(),
            late: matches!(event.body, EventBody::LateNoted { .. }),
            by: by.clone(),
            at,
        }),
        EventBody::Drafted { .. }
        | EventBody::Discarded
        | EventBody::Opened
        | EventBody::Accepted { .. }
        | EventBody::Declined { .. }
        | EventBody::Reserved { .. }
        | EventBody::Released { .. }
        | EventBody::NoShow { .. }
        | EventBody::Admitted { .. }
        | EventBody::OutcomeAmended { .. }
        | EventBody::Acknowledged
        | EventBody::CancelRequested { .. }
        | EventBody::CancelRefused { .. }
        | EventBody::DecisionAcknowledged
        | EventBody::CaseClosed => {}
    }
    leg.state = next(leg.state, &event.body, by, at)?;
    leg.version += 1;
    leg.updated_at = at;
    Ok(leg)
}

fn next(state: State, body: &EventBody, by: &By, at: Millis) -> Result<State, Refusal> {
    let incoherent = Refusal::Incoherent { state: state.code(), event: body.kind() };
    let stamp = Stamp { by: by.clone(), at };
    let stay = |fits: bool, state: State| if fits { Ok(state) } else { Err(incoherent.clone()) };
    match body {
        EventBody::Drafted { .. } | EventBody::CaseClosed => Err(incoherent),
        EventBody::Revised { .. } => stay(matches!(state, State::Draft { .. }), state),
        EventBody::RecordCompleted { .. } => stay(!matches!(state, State::Draft { .. }), state),
        EventBody::Discarded => match state {
            State::Draft { .. } => Ok(State::Discarded { stamp }),
            _other => Err(incoherent),
        },
        EventBody::Submitted => match state {
            State::Draft { .. } => Ok(State::Submitted { since: at }),
            _other => Err(incoherent),
        },
        EventBody::Opened => match state {
            State::Submitted { .. } => {
                Ok(State::Received { clock: DecisionClock { running_since: at, used_before: Span::ZERO } })
            }
            _other => Err(incoherent),
        },
        EventBody::Asked { .. } => match state {
            State::Submitted { .. } => Ok(State::InfoRequested { since: at, used: Span::ZERO }),
            State::Received { clock } => {
                let used = clock.used_before.plus(at.since(clock.running_since));
                Ok(State::InfoRequested { since: at, used })
            }
            _other => Err(incoherent),
        },
        EventBody::Answered { .. } => match state {
            State::InfoRequested { used, .. } => {
                Ok(State::Received { clock: DecisionClock { running_since: at, used_before: used } })
            }
            _other => Err(incoherent),
        },
        EventBody::Accepted { owner, expected_at, implied } => {
            let acceptance =
                Acceptance { owner: owner.clone(), expected_at: *expected_at, implied: *implied, stamp };
            stay(undecided(&state), State::Accepted(Accepted { since: at, acceptance }))
        }
        EventBody::Declined { reason, suggestion, text } => stay(
            undecided(&state),
            State::Declined {
                reason: *reason,
                suggestion: suggestion.clone(),
                text: text.clone(),
                stamp,
                acknowledged: None,
            },
        ),
        EventBody::RedirectRequested { .. } | EventBody::RedirectWithdrawn { .. } => {
            stay(!matches!(state, State::Draft { .. }), state)
        }
        EventBody::Redirected { to_leg, to, note } => stay(
            state.code().is_before_arrival(),
            State::Redirected {
                to_leg: to_leg.clone(),
                to: to.clone(),
                note: note.clone(),
                stamp,
                acknowledged: None,
            },
        ),
        EventBody::Departed { .. } => stay(state.code().is_before_arrival(), state),
        EventBody::Cancelled { cancellation } => stay(
            state.code().is_before_arrival(),
            State::Cancelled { cancellation: cancellation.clone(), stamp, acknowledged: None },
        ),
        EventBody::ForceClosed { reason } => {
            let fits = !state.code().is_terminal() && state.code() != StateCode::Draft;
            let closure = Closure::Forced { reason: reason.clone(), was: Box::new(state) };
            stay(fits, State::Closed { closure, stamp })
        }
        EventBody::MarkedInError { reason } => {
            let fits = !matches!(state, State::Draft { .. } | State::EnteredInError { .. });
            stay(fits, State::EnteredInError { reason: reason.clone(), was: Box::new(state), stamp })
        }
        EventBody::LateNoted { .. } => stay(state.code().is_terminal(), state),
        EventBody::DecisionAcknowledged => acknowledged(state, stamp).ok_or(incoherent),
        EventBody::Reserved { .. }
        | EventBody::Released { .. }
        | EventBody::NoShow { .. }
        | EventBody::Rebooked { .. }
        | EventBody::CancelRequested { .. }
        | EventBody::CancelRefused { .. } => waiting(state, body, at).ok_or(incoherent),
        EventBody::Arrived { .. }
        | EventBody::Admitted { .. }
        | EventBody::Noted { .. }
        | EventBody::OutcomeSent { .. }
        | EventBody::OutcomeAmended { .. }
        | EventBody::Acknowledged => in_hand(state, body, stamp).ok_or(incoherent),
    }
}

const fn undecided(state: &State) -> bool {
    matches!(state, State::Submitted { .. } | State::Received { .. } | State::InfoRequested { .. })
}

fn acknowledged(mut state: State, stamp: Stamp) -> Option<State> {
    match &mut state {
        State::Declined { acknowledged, .. }
        | State::Redirected { acknowledged, .. }
        | State::Cancelled { acknowledged, .. } => *acknowledged = Some(stamp),
        _other => return None,
    }
    Some(state)
}

/// Between acceptance and arrival.
fn waiting(state: State, body: &EventBody, since: Millis) -> Option<State> {
    let state = match (body, state) {
        (
            EventBody::Reserved { reservation },
            State::Accepted(Accepted { acceptance, .. }) | State::NoShow { acceptance, .. },
        ) => State::Reserved(Reserved { since, acceptance, reservation: reservation.clone() }),
        (EventBody::Released { .. }, State::Reserved(Reserved { acceptance, .. })) => {
            State::Accepted(Accepted { since, acceptance })
        }
        (
            EventBody::NoShow { attempts },
            State::Accepted(Accepted { acceptance, .. }) | State::Reserved(Reserved { acceptance, .. }),
        ) => State::NoShow { since, acceptance, attempts: attempts.clone() },
        (EventBody::Rebooked { expected_at }, State::NoShow { acceptance, .. }) => {
            let acceptance = Acceptance { expected_at: *expected_at, ..acceptance };
            State::Accepted(Accepted { since, acceptance })
        }
        (EventBody::CancelRequested { reason }, State::Accepted(accepted)) => {
            State::CancelRequested { since, reason: reason.clone(), before: BeforeCancel::Accepted(accepted) }
        }
        (EventBody::CancelRequested { reason }, State::Reserved(reserved)) => {
            State::CancelRequested { since, reason: reason.clone(), before: BeforeCancel::Reserved(reserved) }
        }
        // The receiver's time starts again: it stood still while the request was open.
        (EventBody::CancelRefused { .. }, State::CancelRequested { before, .. }) => match before {
            BeforeCancel::Accepted(accepted) => State::Accepted(Accepted { since, ..accepted }),
            BeforeCancel::Reserved(reserved) => State::Reserved(Reserved { since, ..reserved }),
        },
        _other => return None,
    };
    Some(state)
}

/// From arrival to the acknowledged outcome.
fn in_hand(state: State, body: &EventBody, stamp: Stamp) -> Option<State> {
    let at = stamp.at;
    let state = match (body, state) {
        (
            EventBody::Arrived { arrived_at, signature },
            State::Accepted(Accepted { acceptance, .. })
            | State::Reserved(Reserved { acceptance, .. })
            | State::NoShow { acceptance, .. },
        ) => {
            let arrival = Arrival { at: *arrived_at, signature: signature.clone(), stamp };
            State::Arrived { acceptance, arrival, noted_at: None }
        }
        (EventBody::Admitted { encounter_number }, State::Arrived { acceptance, arrival, .. }) => {
            State::InCare { since: at, acceptance, arrival, encounter: encounter_number.clone() }
        }
        (EventBody::Noted { .. }, State::Arrived { acceptance, arrival, .. }) => {
            State::Arrived { acceptance, arrival, noted_at: Some(at) }
        }
        (EventBody::Noted { .. }, State::InCare { acceptance, arrival, encounter, .. }) => {
            State::InCare { since: at, acceptance, arrival, encounter }
        }
        (EventBody::OutcomeSent { outcome }, state) => {
            let (acceptance, arrival, encounter) = match state {
                State::Arrived { acceptance, arrival, .. } => (Some(acceptance), Some(arrival), None),
                State::InCare { acceptance, arrival, encounter, .. } => {
                    (Some(acceptance), Some(arrival), Some(encounter))
                }
                before if before.code().is_before_arrival() && outcome.death.is_some() => {
                    (before.acceptance().cloned(), None, None)
                }
                _other => return None,
            };
            let course = Course { acceptance, arrival, encounter, outcomes: vec![outcome.clone()] };
            State::OutcomeSent { since: at, course }
        }
        (EventBody::OutcomeAmended { outcome }, State::OutcomeSent { mut course, .. }) => {
            course.outcomes.push(outcome.clone());
            State::OutcomeSent { since: at, course }
        }
        (EventBody::Acknowledged, State::OutcomeSent { course, .. }) => {
            State::Closed { closure: Closure::Acknowledged { course: Box::new(course) }, stamp }
        }
        _other => return None,
    };
    Some(state)
}
