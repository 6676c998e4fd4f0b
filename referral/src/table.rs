//! The leg table of the domain as data: which stages take a command, whose part it is. Every
//! pair that is not listed is refused. Inputs are checked in `decide`, effects are in `evolve`.

use crate::actor::{Actor, Member, Role};
use crate::case::Case;
use crate::command::CommandKind as K;
use crate::leg::{Leg, Urging};
use crate::owed::owing_organisation;
use crate::refusal::{Part, Refusal};
use crate::state::StateCode as S;
use crate::state::{State, Transport};
use crate::time::{Millis, Span};

/// A person urges the same leg again after so long.
const URGE_AGAIN: Span = Span::minutes(10);

/// The stages that take a command, whatever the urgency.
const fn taken_in(kind: K) -> &'static [S] {
    match kind {
        K::Draft => &[],
        K::Revise | K::Discard | K::Submit => &[S::Draft],
        K::Open => &[S::Submitted],
        K::Ask => &[S::Submitted, S::Received],
        K::Answer => &[S::InfoRequested],
        K::Accept | K::Decline => UNDECIDED,
        K::Redirect => &[S::Submitted, S::Received, S::InfoRequested, S::Accepted, S::Reserved],
        K::Reserve => &[S::Accepted, S::NoShow],
        // Of a cancellation that is asked for, the clock only: the desk answers it.
        K::Release => &[S::Reserved, S::CancelRequested],
        K::Depart | K::NoShow => &[S::Accepted, S::Reserved],
        K::Arrive => &[S::Accepted, S::Reserved, S::NoShow],
        K::Rebook => &[S::NoShow],
        K::Admit => &[S::Arrived],
        K::Note | K::SendOutcome => &[S::Arrived, S::InCare],
        K::RecordDeath => &[S::Submitted, S::Received, S::InfoRequested, S::Accepted, S::Reserved, S::NoShow],
        K::AmendOutcome | K::Acknowledge => &[S::OutcomeSent],
        K::Cancel => &[S::Submitted, S::Received, S::InfoRequested, S::NoShow, S::Accepted, S::Reserved],
        K::ConfirmCancel | K::RefuseCancel => &[S::CancelRequested],
        K::ForceClose => LIVE,
        K::CompleteRecord | K::MarkError => SUBMITTED_ONCE,
        K::AcknowledgeDecision => &[S::Declined, S::Redirected, S::Cancelled],
        K::Urge => WAITED_FOR,
        K::LateNote => {
            &[S::Discarded, S::Closed, S::Declined, S::Redirected, S::Cancelled, S::EnteredInError]
        }
    }
}

const UNDECIDED: &[S] = &[S::Submitted, S::Received, S::InfoRequested];

const LIVE: &[S] = &[
    S::Submitted,
    S::Received,
    S::InfoRequested,
    S::Accepted,
    S::Reserved,
    S::NoShow,
    S::Arrived,
    S::InCare,
    S::OutcomeSent,
    S::CancelRequested,
];

/// Where somebody may owe a step; whether and who, `owed` says.
const WAITED_FOR: &[S] = &[
    S::Draft,
    S::Submitted,
    S::Received,
    S::InfoRequested,
    S::Accepted,
    S::Reserved,
    S::NoShow,
    S::Arrived,
    S::InCare,
    S::OutcomeSent,
    S::CancelRequested,
    S::Declined,
    S::Redirected,
    S::Cancelled,
];

/// Any but draft; an error is not marked twice.
const SUBMITTED_ONCE: &[S] = &[
    S::Discarded,
    S::Submitted,
    S::Received,
    S::InfoRequested,
    S::Accepted,
    S::Reserved,
    S::NoShow,
    S::Arrived,
    S::InCare,
    S::OutcomeSent,
    S::Closed,
    S::Declined,
    S::Redirected,
    S::Cancelled,
    S::CancelRequested,
];

/// Emergencies go at once: a patient may leave, and come, before anyone has decided.
fn takes(leg: &Leg, kind: K) -> bool {
    taken_in(kind).contains(&leg.code())
        || matches!(kind, K::Depart | K::Arrive) && leg.is_emergency() && UNDECIDED.contains(&leg.code())
}

const fn part(kind: K) -> Part {
    match kind {
        K::Draft
        | K::Revise
        | K::Discard
        | K::Submit
        | K::CompleteRecord
        | K::Answer
        | K::Depart
        | K::Acknowledge
        | K::Cancel
        | K::AcknowledgeDecision => Part::Sender,
        K::Open
        | K::Ask
        | K::Accept
        | K::Decline
        | K::Redirect
        | K::Arrive
        | K::ConfirmCancel
        | K::RefuseCancel => Part::Receiver,
        K::Reserve | K::Release | K::NoShow => Part::Desk,
        K::Rebook | K::RecordDeath => Part::EitherSide,
        K::Admit | K::Note | K::SendOutcome | K::AmendOutcome => Part::ReceivingDoctor,
        K::ForceClose => Part::Manager,
        K::MarkError => Part::AuthorOrManager,
        K::Urge => Part::WaitingParty,
        K::LateNote => Part::Member,
    }
}

/// Whether this actor may give this command to this leg now, inputs aside.
pub(crate) fn gate(case: &Case, leg: &Leg, kind: K, actor: &Actor, now: Millis) -> Result<(), Refusal> {
    check_part(case, leg, kind, actor)?;
    check_state(leg, kind)?;
    check_circumstances(case, leg, kind, actor, now)
}

/// Whether this actor may draft a leg at all.
pub(crate) fn sender(actor: &Actor) -> Result<&Member, Refusal> {
    match actor {
        Actor::Person(member) if member.role.refers() => Ok(member),
        Actor::Person(_) | Actor::Clock => {
            Err(Refusal::WrongParty { command: K::Draft, needs: Part::Sender })
        }
    }
}

fn check_part(case: &Case, leg: &Leg, kind: K, actor: &Actor) -> Result<(), Refusal> {
    let needs = part(kind);
    let may = match actor {
        Actor::Clock => kind == K::Release,
        Actor::Person(member) => has_part(case, leg, needs, member),
    };
    if may { Ok(()) } else { Err(Refusal::WrongParty { command: kind, needs }) }
}

fn has_part(case: &Case, leg: &Leg, needs: Part, member: &Member) -> bool {
    let sends = leg.from == member.organisation;
    let receives = leg.to.as_ref().is_some_and(|to| to.organisation == member.organisation);
    // Nobody at an external destination has an account: the sender's people enter what it did.
    let proxy = sends && leg.is_external() && leg.submitted_at.is_some() && member.role.refers();
    let manages = member.manages(&leg.from)
        || leg.submitted_at.is_some() && leg.to.as_ref().is_some_and(|to| member.manages(&to.organisation));
    match needs {
        Part::Sender => sends && member.role.refers(),
        Part::Receiver => receives && member.role.refers() || proxy,
        Part::EitherSide => (sends || receives) && member.role.refers(),
        Part::Desk => receives && member.role.keeps_beds() || proxy,
        Part::ReceivingDoctor => receives && member.role.treats() || proxy,
        Part::Manager => manages,
        Part::AuthorOrManager => leg.author == member.person || manages,
        Part::WaitingParty => (sends || receives) && member.role.refers() || manages,
        Part::Member => member.role.refers() && case.involves(&member.organisation),
    }
}

fn check_state(leg: &Leg, kind: K) -> Result<(), Refusal> {
    let state = leg.code();
    if takes(leg, kind) {
        return Ok(());
    }
    if state.is_terminal() {
        return Err(Refusal::LegEnded { command: kind, state });
    }
    match leg.state.acceptance() {
        Some(acceptance) if kind == K::Accept => Err(Refusal::AlreadyAccepted {
            state,
            owner: acceptance.owner.clone(),
            by: acceptance.stamp.by.person().cloned(),
            at: acceptance.stamp.at,
        }),
        Some(_) | None => Err(Refusal::NotInState { command: kind, state }),
    }
}

fn check_circumstances(case: &Case, leg: &Leg, kind: K, actor: &Actor, now: Millis) -> Result<(), Refusal> {
    match kind {
        K::Decline if leg.is_emergency() => Err(Refusal::EmergencyNotDeclinable),
        K::Depart => {
            not_departed(leg)?;
            nowhere_else(case, leg, |_| false)
        }
        // An arrival settles a redirect that was still open on either side of this leg.
        K::Arrive => nowhere_else(case, leg, |other| pending_between(case, leg, other)),
        K::RecordDeath if !leg.has_departed() => {
            Err(Refusal::NotDeparted { transport: leg.transport.code() })
        }
        K::Cancel if matches!(leg.state, State::Accepted(_) | State::Reserved(_)) => not_departed(leg),
        K::Release if *actor == Actor::Clock => match leg.hold_expires() {
            Some(until) if until > now => Err(Refusal::HoldNotExpired { until }),
            Some(_) => Ok(()),
            None => Err(Refusal::NotInState { command: kind, state: leg.code() }),
        },
        K::Release if leg.code() != S::Reserved => {
            Err(Refusal::NotInState { command: kind, state: leg.code() })
        }
        K::AcknowledgeDecision if leg.state.decision_acknowledged() == Some(true) => {
            Err(Refusal::AlreadyAcknowledged { state: leg.code() })
        }
        K::Urge => may_urge(case, leg, actor, now),
        K::CompleteRecord if !leg.is_emergency() || leg.missing().is_empty() => Err(Refusal::RecordNotOpen),
        K::Draft
        | K::Revise
        | K::Discard
        | K::Submit
        | K::CompleteRecord
        | K::Open
        | K::Ask
        | K::Answer
        | K::Accept
        | K::Decline
        | K::Redirect
        | K::Reserve
        | K::Release
        | K::NoShow
        | K::Rebook
        | K::Admit
        | K::Note
        | K::SendOutcome
        | K::RecordDeath
        | K::AmendOutcome
        | K::Acknowledge
        | K::Cancel
        | K::ConfirmCancel
        | K::RefuseCancel
        | K::ForceClose
        | K::MarkError
        | K::AcknowledgeDecision
        | K::LateNote => Ok(()),
    }
}

/// One urges who owes the next step, not oneself, and not again before the last urging had time to work.
fn may_urge(case: &Case, leg: &Leg, actor: &Actor, now: Millis) -> Result<(), Refusal> {
    let Actor::Person(member) = actor else {
        return Err(Refusal::WrongParty { command: K::Urge, needs: Part::WaitingParty });
    };
    let Some(owing) = owing_organisation(case, leg) else { return Err(Refusal::NobodyOwes) };
    if member.role != Role::Manager && owing == member.organisation {
        return Err(Refusal::OwnTurn);
    }
    let mine = |urging: &&Urging| urging.by.person() == Some(&member.person);
    let again = leg.urges.iter().rfind(mine).map(|last| (last.at, last.at.plus(URGE_AGAIN)));
    match again {
        // A clock that was set back locks nobody out.
        Some((last, until)) if last <= now && now < until => Err(Refusal::UrgedAlready { until }),
        Some(_) | None => Ok(()),
    }
}

fn not_departed(leg: &Leg) -> Result<(), Refusal> {
    match &leg.transport {
        Transport::Departed(departure) => Err(Refusal::AlreadyDeparted { at: departure.at }),
        Transport::None | Transport::Arrived { .. } => Ok(()),
    }
}

/// I-4: no other leg of the case may have the patient, but for those that `except` names.
fn nowhere_else(case: &Case, leg: &Leg, except: impl Fn(&Leg) -> bool) -> Result<(), Refusal> {
    let other = case.legs.iter().find(|other| other.id != leg.id && other.holds_patient() && !except(other));
    let Some(other) = other else { return Ok(()) };
    Err(Refusal::PatientElsewhere {
        leg: other.id.clone(),
        organisation: other.to.as_ref().map_or_else(|| other.from.clone(), |to| to.organisation.clone()),
        state: other.code(),
        transport: other.transport.code(),
    })
}

/// Whether `other` stands in the chain of open redirects above or below `leg`.
fn pending_between(case: &Case, leg: &Leg, other: &Leg) -> bool {
    case.pending_above(leg).iter().chain(&case.pending_below(leg)).any(|linked| linked.id == other.id)
}
