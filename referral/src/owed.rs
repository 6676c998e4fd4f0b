//! Who owes the next step of a leg, which step, and until when: exactly one answer for every
//! leg in which somebody is waited for (I-1, I-7). The server writes it as the leg's one deadline row.

use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::codes::codes;
use crate::deadline::{Deadlines, Ladder, Rule, Rung};
use crate::ids::{LegId, OrganisationId, PersonId};
use crate::leg::Leg;
use crate::state::{Acceptance, Accepted, Reserved, State, Transport, Urgency};
use crate::time::{Millis, Span};

codes! {
    pub enum Party {
        Sender = "sender",
        Receiver = "receiver",
    }
}

codes! {
    /// What must be done.
    pub enum Duty {
        Open = "open",
        Decide = "decide",
        Answer = "answer",
        HandOver = "hand_over",
        Reserve = "reserve",
        /// Record the arrival, or that the patient did not come.
        Arrive = "arrive",
        See = "see",
        /// An interim note or the outcome.
        Note = "note",
        Acknowledge = "acknowledge",
        /// Send the patient elsewhere, or say that the decision is understood.
        React = "react",
        Rebook = "rebook",
        AnswerCancel = "answer_cancel",
        Submit = "submit",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    pub party: Party,
    pub organisation: OrganisationId,
    /// Who in particular, where known. The duty is the organisation's: when the person has
    /// left, the role answers (I-3).
    pub person: Option<PersonId>,
    pub duty: Duty,
    pub due_at: Millis,
    pub ladder: Ladder,
    /// Between two rungs.
    pub step: Span,
}

impl Owed {
    /// When the rung with this index (from 0) is called; `None` past the top of the ladder.
    pub fn rung(&self, index: usize) -> Option<(Rung, Millis)> {
        let rung = self.ladder.rungs().get(index)?;
        let steps = i64::try_from(index).unwrap_or(i64::MAX).saturating_mul(self.step.0);
        Some((*rung, self.due_at.plus(Span(steps))))
    }
}

/// What is owed in a leg. `None` for drafts of the sender's own, for legs that have ended with
/// nothing left to say, and for a leg that is not there.
pub fn owed(case: &Case, leg: &LegId, table: &Deadlines) -> Option<Owed> {
    let leg = case.leg(leg)?;
    // A closed case is settled, but for a decision whose follow-up turned out to be an error.
    if case.is_closed() && case.is_settled(leg) {
        return None;
    }
    let Due { duty, from, rule, used } = due(case, leg)?;
    let rule = rule(table);
    let party = duty.party();
    Some(Owed {
        party,
        organisation: owing(leg, party)?,
        person: match party {
            Party::Sender => Some(leg.author.clone()),
            Party::Receiver => leg.state.acceptance().map(|acceptance| acceptance.owner.clone()),
        },
        duty,
        due_at: from.plus(rule.within.of(leg.urgency).less(used)),
        ladder: rule.ladder,
        step: table.step.of(leg.urgency),
    })
}

/// Whose people owe the next step of a leg, whatever the deadlines are.
pub(crate) fn owing_organisation(case: &Case, leg: &Leg) -> Option<OrganisationId> {
    if case.is_closed() && case.is_settled(leg) {
        return None;
    }
    owing(leg, due(case, leg)?.duty.party())
}

/// For an external destination, where nobody has an account, the sender's people see to it that it acts.
fn owing(leg: &Leg, party: Party) -> Option<OrganisationId> {
    match party {
        Party::Receiver if !leg.is_external() => Some(leg.to.as_ref()?.organisation.clone()),
        Party::Sender | Party::Receiver => Some(leg.from.clone()),
    }
}

/// Until when the papers of an emergency must be completed; `None` when nothing is missing, or when the patient
/// did not come by this leg: redirected papers go on with the next leg. Beside the leg's deadline, not instead of it.
pub fn record_due(leg: &Leg, table: &Deadlines) -> Option<Millis> {
    let submitted = leg.submitted_at?;
    let open = leg.is_emergency() && !leg.missing().is_empty();
    let gone = matches!(
        leg.state,
        State::Redirected { .. } | State::Cancelled { .. } | State::EnteredInError { .. }
    );
    (open && !gone).then(|| submitted.plus(table.complete_record.of(leg.urgency)))
}

impl Duty {
    /// Whose duty it is.
    pub const fn party(self) -> Party {
        match self {
            Self::Answer | Self::Acknowledge | Self::React | Self::Rebook | Self::Submit => Party::Sender,
            Self::Open
            | Self::Decide
            | Self::HandOver
            | Self::Reserve
            | Self::Arrive
            | Self::See
            | Self::Note
            | Self::AnswerCancel => Party::Receiver,
        }
    }
}

struct Due {
    duty: Duty,
    from: Millis,
    rule: fn(&Deadlines) -> Rule,
    /// What is gone of the time already.
    used: Span,
}

impl Due {
    const fn new(duty: Duty, from: Millis, rule: fn(&Deadlines) -> Rule) -> Self {
        Self { duty, from, rule, used: Span::ZERO }
    }
}

fn due(case: &Case, leg: &Leg) -> Option<Due> {
    let due = match &leg.state {
        State::Draft { since, promised: true } => Due::new(Duty::Submit, *since, |t| t.submit_next),
        State::Draft { promised: false, .. } => return None,
        State::Submitted { since } => hand_over(leg).unwrap_or(Due::new(Duty::Open, *since, |t| t.open)),
        State::Received { clock } => hand_over(leg).unwrap_or(Due {
            duty: Duty::Decide,
            from: clock.running_since,
            rule: |t| t.decide,
            used: clock.used_before,
        }),
        State::InfoRequested { since, .. } => {
            hand_over(leg).unwrap_or(Due::new(Duty::Answer, *since, |t| t.answer))
        }
        State::Accepted(Accepted { since, acceptance }) => hand_over(leg)
            .or_else(|| on_the_road(leg, acceptance))
            .unwrap_or(Due::new(Duty::Reserve, *since, |t| t.reserve)),
        State::Reserved(Reserved { since, acceptance, .. }) => hand_over(leg)
            .or_else(|| on_the_road(leg, acceptance))
            .unwrap_or(Due::new(Duty::Arrive, acceptance.expected_at.max(*since), |t| t.arrive)),
        State::NoShow { since, .. } => Due::new(Duty::Rebook, *since, |t| t.rebook),
        // A first note says that the patient was seen.
        State::Arrived { noted_at: Some(noted_at), .. } => Due::new(Duty::Note, *noted_at, |t| t.note),
        State::Arrived { noted_at: None, acceptance, arrival } => {
            Due::new(Duty::See, slot(leg, acceptance, arrival.stamp.at), |t| t.see)
        }
        State::InCare { since, .. } => Due::new(Duty::Note, *since, |t| t.note),
        State::OutcomeSent { since, .. } => Due::new(Duty::Acknowledge, *since, |t| t.acknowledge),
        State::CancelRequested { since, .. } => Due::new(Duty::AnswerCancel, *since, |t| t.answer_cancel),
        // A redirect has its follow-up by itself; the sender still has to tell the patient where to go.
        State::Redirected { stamp, acknowledged: None, .. } => Due::new(Duty::React, stamp.at, |t| t.react),
        State::Declined { stamp, acknowledged: None, .. }
        | State::Cancelled { stamp, acknowledged: None, .. } => {
            if case.follow_up(&leg.id).is_some() {
                return None;
            }
            Due::new(Duty::React, stamp.at, |t| t.react)
        }
        State::Declined { acknowledged: Some(_), .. }
        | State::Redirected { acknowledged: Some(_), .. }
        | State::Cancelled { acknowledged: Some(_), .. }
        | State::Discarded { .. }
        | State::Closed { .. }
        | State::EnteredInError { .. } => return None,
    };
    Some(due)
}

/// While an emergency is offered on, its leg owes the hand-over and nothing else.
fn hand_over(leg: &Leg) -> Option<Due> {
    leg.redirecting.as_ref().map(|pending| Due::new(Duty::HandOver, pending.at, |t| t.hand_over))
}

/// A transport that followed from another leg may bring an ETA that has passed.
fn on_the_road(leg: &Leg, acceptance: &Acceptance) -> Option<Due> {
    match &leg.transport {
        Transport::Departed(departure) => {
            let eta = departure.eta.max(acceptance.stamp.at);
            Some(Due::new(Duty::Arrive, eta, |t| t.arrive_after_eta))
        }
        Transport::None | Transport::Arrived { .. } => None,
    }
}

/// Routine patients are seen at their slot, however early they come.
fn slot(leg: &Leg, acceptance: &Acceptance, arrived: Millis) -> Millis {
    match leg.urgency {
        Urgency::Emergency | Urgency::Urgent => arrived,
        Urgency::Routine => arrived.max(acceptance.expected_at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_is_climbed_a_step_at_a_time_from_the_deadline() {
        let owed = Owed {
            party: Party::Receiver,
            organisation: OrganisationId::new("county"),
            person: None,
            duty: Duty::Open,
            due_at: Millis(1_000),
            ladder: Ladder::Receiver,
            step: Span(500),
        };
        let climbed: Vec<_> = (0..).map_while(|index| owed.rung(index)).collect();
        let expected = [
            (Rung::Urge, Millis(1_000)),
            (Rung::DepartmentDuty, Millis(1_500)),
            (Rung::DutyOfficer, Millis(2_000)),
            (Rung::Manager, Millis(2_500)),
        ];
        assert_eq!(climbed, expected);
    }
}
