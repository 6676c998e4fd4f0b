//! What an event does to a case. It trusts the event as far as rules go (they were checked when
//! it was decided) and refuses only what is no history of this machine at all.

use crate::case::Case;
use crate::event::{Event, EventBody, Subject};
use crate::leg::{Answer, Ask, Leg, Note, PendingRedirect, Urging};
use crate::refusal::Refusal;
use crate::stage::next;
use crate::state::{State, StateCode, Transport};

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
        urges: Vec::new(),
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
        | EventBody::Declined { .. }
        | EventBody::Cancelled { .. }
        | EventBody::ForceClosed { .. }
        | EventBody::MarkedInError { .. }
        | EventBody::Rebooked { .. } => leg.journey_ends(),
        EventBody::Urged => leg.urges.push(Urging { by: by.clone(), at }),
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
    let state = leg.code();
    leg.state = next(leg.state, &event.body, by, at)
        .ok_or(Refusal::Incoherent { state, event: event.body.kind() })?;
    leg.version += 1;
    leg.updated_at = at;
    Ok(leg)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::By;
    use crate::event::SCHEMA;
    use crate::ids::{CaseId, LegId, PatientId};
    use crate::time::Millis;

    #[test]
    fn an_event_of_another_history_is_refused_and_not_ignored() {
        let case = Case::new(CaseId::new("case"), "R1", PatientId::new("patient"));
        let stray =
            |subject, body| Event { subject, version: 1, schema: SCHEMA, by: By::Clock, at: Millis(0), body };
        let opened = stray(Subject::Leg(LegId::new("leg")), EventBody::Opened);
        assert_eq!(evolve(case.clone(), &opened), Err(Refusal::NoSuchLeg { leg: LegId::new("leg") }));
        let odd = stray(Subject::Case(CaseId::new("case")), EventBody::Opened);
        let refusal = evolve(case, &odd).expect_err("is refused");
        assert_eq!(refusal.code(), "referral.incoherent-history");
    }
}
