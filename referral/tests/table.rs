//! The leg table of the domain, row by row: every row is walked by everyone whose part it is,
//! and every other combination of stage, urgency, transport, command and person is refused.

use referral::*;

mod support;
use support::*;

use CommandKind as K;
use StateCode as S;

/// Who stands in the "who" column.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Who {
    Author,
    Colleague,
    Desk,
    Doctor,
    SenderManager,
    ReceiverManager,
    Elsewhere,
    Administrator,
    Clock,
}

const EVERYONE: [Who; 9] = [
    Who::Author,
    Who::Colleague,
    Who::Desk,
    Who::Doctor,
    Who::SenderManager,
    Who::ReceiverManager,
    Who::Elsewhere,
    Who::Administrator,
    Who::Clock,
];
const SENDER: &[Who] = &[Who::Author, Who::Colleague];
const RECEIVER: &[Who] = &[Who::Desk, Who::Doctor];
const BOTH: &[Who] = &[Who::Author, Who::Colleague, Who::Desk, Who::Doctor];
const DESK: &[Who] = &[Who::Desk];
const DESK_OR_CLOCK: &[Who] = &[Who::Desk, Who::Clock];
const DOCTOR: &[Who] = &[Who::Doctor];
const RECEIVER_OR_MANAGER: &[Who] = &[Who::Desk, Who::Doctor, Who::SenderManager, Who::ReceiverManager];
const SENDER_OR_MANAGER: &[Who] = &[Who::Author, Who::Colleague, Who::SenderManager, Who::ReceiverManager];
const MANAGER: &[Who] = &[Who::SenderManager, Who::ReceiverManager];
const AUTHOR_OR_MANAGER: &[Who] = &[Who::Author, Who::SenderManager, Who::ReceiverManager];

fn actor(who: Who) -> Actor {
    match who {
        Who::Author => village(),
        Who::Colleague => support::who("colleague", CLINIC, Role::FamilyDoctor),
        Who::Desk => desk(),
        Who::Doctor => doctor(),
        Who::SenderManager => support::who("clinic-manager", CLINIC, Role::Manager),
        Who::ReceiverManager => support::who("county-manager", COUNTY, Role::Manager),
        Who::Elsewhere => city_desk(),
        Who::Administrator => support::who("admin", COUNTY, Role::Administrator),
        Who::Clock => Actor::Clock,
    }
}

/// When a row holds, beside the stage.
#[derive(Debug, Clone, Copy, PartialEq)]
enum When {
    Always,
    Emergency,
    NotEmergency,
    Departed,
    NotDeparted,
    EmergencyNotDeparted,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum To {
    State(S),
    Same,
}

type Row = (&'static [S], K, &'static [Who], When, To);

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
const UNDECIDED: &[S] = &[S::Submitted, S::Received, S::InfoRequested];
const ENDED: &[S] = &[S::Closed, S::Declined, S::Redirected, S::Cancelled];
const MAY_GO_ON: &[S] = &[S::Submitted, S::Received, S::InfoRequested, S::Accepted, S::Reserved];
const ON_THE_WAY: &[S] = &[S::Submitted, S::Received, S::InfoRequested, S::Accepted, S::Reserved, S::NoShow];

const RECEIVER_OWES: &[S] =
    &[S::Submitted, S::Received, S::Accepted, S::Reserved, S::Arrived, S::InCare, S::CancelRequested];
const SENDER_OWES: &[S] =
    &[S::InfoRequested, S::NoShow, S::OutcomeSent, S::Declined, S::Redirected, S::Cancelled];

/// The table, in the order of the domain. `redirect` of an emergency leaves the leg as it is.
const ROWS: &[Row] = &[
    (&[S::Draft], K::Discard, SENDER, When::Always, To::State(S::Discarded)),
    (&[S::Draft], K::Revise, SENDER, When::Always, To::Same),
    (&[S::Draft], K::Submit, SENDER, When::Always, To::State(S::Submitted)),
    (&[S::Submitted], K::Open, RECEIVER, When::Always, To::State(S::Received)),
    (&[S::Submitted, S::Received], K::Ask, RECEIVER, When::Always, To::State(S::InfoRequested)),
    (&[S::InfoRequested], K::Answer, SENDER, When::Always, To::State(S::Received)),
    (UNDECIDED, K::Accept, RECEIVER, When::Always, To::State(S::Accepted)),
    (UNDECIDED, K::Decline, RECEIVER, When::NotEmergency, To::State(S::Declined)),
    (MAY_GO_ON, K::Redirect, RECEIVER, When::NotEmergency, To::State(S::Redirected)),
    (MAY_GO_ON, K::Redirect, RECEIVER, When::Emergency, To::Same),
    (&[S::Accepted, S::NoShow], K::Reserve, DESK, When::Always, To::State(S::Reserved)),
    (&[S::Reserved], K::Release, DESK_OR_CLOCK, When::Always, To::State(S::Accepted)),
    (&[S::CancelRequested], K::Release, &[Who::Clock], When::Always, To::Same),
    (&[S::Accepted, S::Reserved], K::Depart, SENDER, When::NotDeparted, To::Same),
    (UNDECIDED, K::Depart, SENDER, When::EmergencyNotDeparted, To::Same),
    (&[S::Accepted, S::Reserved, S::NoShow], K::Arrive, RECEIVER, When::Always, To::State(S::Arrived)),
    (UNDECIDED, K::Arrive, RECEIVER, When::Emergency, To::State(S::Arrived)),
    (&[S::Accepted, S::Reserved], K::NoShow, DESK, When::Always, To::State(S::NoShow)),
    (&[S::NoShow], K::Rebook, BOTH, When::Always, To::State(S::Accepted)),
    (&[S::Arrived], K::Admit, DOCTOR, When::Always, To::State(S::InCare)),
    (&[S::Arrived, S::InCare], K::Note, DOCTOR, When::Always, To::Same),
    (&[S::Arrived, S::InCare], K::SendOutcome, DOCTOR, When::Always, To::State(S::OutcomeSent)),
    (ON_THE_WAY, K::RecordDeath, BOTH, When::Departed, To::State(S::OutcomeSent)),
    (&[S::OutcomeSent], K::AmendOutcome, DOCTOR, When::Always, To::Same),
    (&[S::OutcomeSent], K::Acknowledge, SENDER, When::Always, To::State(S::Closed)),
    (UNDECIDED, K::Cancel, SENDER, When::Always, To::State(S::Cancelled)),
    (&[S::NoShow], K::Cancel, SENDER, When::Always, To::State(S::Cancelled)),
    (&[S::Accepted, S::Reserved], K::Cancel, SENDER, When::NotDeparted, To::State(S::CancelRequested)),
    (&[S::CancelRequested], K::ConfirmCancel, RECEIVER, When::Always, To::State(S::Cancelled)),
    // The fixture asks for the cancellation of a reserved leg.
    (&[S::CancelRequested], K::RefuseCancel, RECEIVER, When::Always, To::State(S::Reserved)),
    (LIVE, K::ForceClose, MANAGER, When::Always, To::State(S::Closed)),
    (LIVE, K::MarkError, AUTHOR_OR_MANAGER, When::Always, To::State(S::EnteredInError)),
    (ENDED, K::MarkError, AUTHOR_OR_MANAGER, When::Always, To::State(S::EnteredInError)),
    (&[S::Declined, S::Redirected, S::Cancelled], K::AcknowledgeDecision, SENDER, When::Always, To::Same),
    (RECEIVER_OWES, K::Urge, SENDER_OR_MANAGER, When::Always, To::Same),
    (SENDER_OWES, K::Urge, RECEIVER_OR_MANAGER, When::Always, To::Same),
    // Nobody but the sender's side ever knew of a discarded draft.
    (
        &[S::Discarded],
        K::MarkError,
        &[Who::Author, Who::SenderManager],
        When::Always,
        To::State(S::EnteredInError),
    ),
    (&[S::Discarded], K::LateNote, SENDER, When::Always, To::Same),
    (ENDED, K::LateNote, BOTH, When::Always, To::Same),
    // The third organisation is a member of the case by the redirect.
    (&[S::Redirected], K::LateNote, &[Who::Elsewhere], When::Always, To::Same),
    (&[S::EnteredInError], K::LateNote, BOTH, When::Always, To::Same),
];

struct Fixture {
    case: Case,
    now: Millis,
}

impl Fixture {
    fn give(mut self, kind: K, by: &Actor) -> Self {
        let command = sample(kind, self.now, "before", CITY);
        self.give_this(command, by);
        self
    }

    fn give_this(&mut self, command: Command, by: &Actor) {
        let events = decide(&self.case, &id("leg"), &command, by, self.now).expect("prepares the fixture");
        self.case = evolve_all(self.case.clone(), &events).expect("evolves");
        self.now = self.now.plus(Span::minutes(1));
    }

    fn draft(urgency: Urgency) -> Self {
        let mut fixture = Self { case: empty_case(), now: Millis(1_000_000) };
        let draft = Command::Draft { input: input(urgency, COUNTY), replaces: None, based_on: None };
        fixture.give_this(draft, &village());
        fixture
    }

    /// A leg in the given stage, with departed transport or not; `None` where it cannot be.
    fn in_stage(code: S, urgency: Urgency, departed: bool) -> Option<Self> {
        let on_the_road = |fixture: Self| {
            if departed { fixture.give(K::Depart, &village()) } else { fixture }
        };
        let submitted = || Self::draft(urgency).give(K::Submit, &village());
        let accepted = || submitted().give(K::Accept, &desk());
        let reserved = || accepted().give(K::Reserve, &desk());
        let early = !departed || urgency == Urgency::Emergency;
        let fixture = match code {
            S::Submitted => early.then(|| on_the_road(submitted())),
            S::Received => early.then(|| on_the_road(submitted().give(K::Open, &desk()))),
            S::InfoRequested => early.then(|| on_the_road(submitted().give(K::Ask, &desk()))),
            S::Accepted => Some(on_the_road(accepted())),
            S::Reserved => Some(on_the_road(reserved())),
            S::NoShow => Some(on_the_road(accepted()).give(K::NoShow, &desk())),
            S::Draft => (!departed).then(|| Self::draft(urgency)),
            S::Discarded => (!departed).then(|| Self::draft(urgency).give(K::Discard, &village())),
            S::Arrived => (!departed).then(|| accepted().give(K::Arrive, &desk())),
            S::InCare => (!departed).then(|| accepted().give(K::Arrive, &desk()).give(K::Admit, &doctor())),
            S::OutcomeSent => {
                (!departed).then(|| accepted().give(K::Arrive, &desk()).give(K::SendOutcome, &doctor()))
            }
            S::Closed => (!departed).then(|| {
                let sent = accepted().give(K::Arrive, &desk()).give(K::SendOutcome, &doctor());
                sent.give(K::Acknowledge, &village())
            }),
            S::Declined => {
                let declinable = !departed && urgency != Urgency::Emergency;
                declinable.then(|| submitted().give(K::Decline, &desk()))
            }
            S::Redirected => (!departed).then(|| {
                let mut fixture = submitted().give(K::Redirect, &desk());
                if urgency == Urgency::Emergency {
                    let accept = sample(K::Accept, fixture.now, "", CITY);
                    let events = decide(&fixture.case, &id("before"), &accept, &city_desk(), fixture.now)
                        .expect("accepts");
                    fixture.case = evolve_all(fixture.case, &events).expect("evolves");
                }
                fixture
            }),
            S::Cancelled => (!departed).then(|| submitted().give(K::Cancel, &village())),
            S::CancelRequested => (!departed).then(|| reserved().give(K::Cancel, &village())),
            S::EnteredInError => (!departed).then(|| submitted().give(K::MarkError, &village())),
        }?;
        assert_eq!(fixture.leg().code(), code);
        assert_eq!(fixture.leg().has_departed(), departed);
        Some(fixture)
    }

    fn leg(&self) -> &Leg {
        self.case.leg(&id("leg")).expect("is there")
    }
}

fn holds(when: When, leg: &Leg) -> bool {
    match when {
        When::Always => true,
        When::Emergency => leg.is_emergency(),
        When::NotEmergency => !leg.is_emergency(),
        When::Departed => leg.has_departed(),
        When::NotDeparted => !leg.has_departed(),
        When::EmergencyNotDeparted => leg.is_emergency() && !leg.has_departed(),
    }
}

fn fixtures() -> Vec<Fixture> {
    let mut all = Vec::new();
    for urgency in Urgency::ALL {
        for code in S::ALL {
            all.extend([false, true].iter().filter_map(|road| Fixture::in_stage(*code, *urgency, *road)));
        }
    }
    all
}

fn row_for(leg: &Leg, kind: K, who: Who) -> Option<&'static Row> {
    ROWS.iter().find(|(from, command, may, when, _)| {
        *command == kind && from.contains(&leg.code()) && may.contains(&who) && holds(*when, leg)
    })
}

#[test]
fn every_row_of_the_table_leads_where_it_says_and_everything_else_is_refused() {
    let mut walked = std::collections::BTreeSet::new();
    for fixture in fixtures() {
        let leg = fixture.leg();
        // The fixture's hold has run out: the clock may release it.
        let now = fixture.now.plus(Span::hours(3));
        for kind in K::ALL {
            // Redirects of a leg that was redirected before need a new id.
            let command = sample(*kind, now, "next", CITY);
            for who in EVERYONE {
                let case = &fixture.case;
                let decision = decide(case, &id("leg"), &command, &actor(who), now);
                let context = format!("{} {} by {who:?}, {:?}", leg.code(), kind, leg.urgency);
                match row_for(leg, *kind, who) {
                    Some((_, _, _, _, to)) => {
                        let events = decision.unwrap_or_else(|refusal| panic!("{context}: {refusal:?}"));
                        let after = evolve_all(case.clone(), &events).expect("evolves");
                        let to = match to {
                            To::State(code) => *code,
                            To::Same => leg.code(),
                        };
                        assert_eq!(after.leg(&id("leg")).expect("is there").code(), to, "{context}");
                        walked.insert((leg.code(), *kind));
                    }
                    None => {
                        let Err(refusal) = decision else { panic!("{context} should be refused") };
                        // Refused by the rules, before anything was tried.
                        assert_ne!(refusal.code(), "referral.incoherent-history", "{context}");
                    }
                }
            }
        }
    }
    let listed = ROWS.iter().flat_map(|row| row.0.iter().map(|from| (*from, row.1)));
    for pair in listed {
        assert!(walked.contains(&pair), "no fixture walked {} {}", pair.0, pair.1);
    }
}

#[test]
fn a_page_is_offered_exactly_what_the_table_allows() {
    for fixture in fixtures() {
        let now = fixture.now.plus(Span::hours(3));
        for who in EVERYONE {
            let offered = allowed(&fixture.case, &id("leg"), &actor(who), now);
            let listed: Vec<K> =
                K::ALL.iter().copied().filter(|kind| row_for(fixture.leg(), *kind, who).is_some()).collect();
            assert_eq!(offered, listed, "{} by {who:?}", fixture.leg().code());
        }
    }
}

#[test]
fn the_sender_drafts_and_nobody_else_does() {
    for role in Role::ALL {
        let draft = sample(K::Draft, Millis(0), "", COUNTY);
        let actor = support::who("person", CLINIC, *role);
        let decision = decide(&empty_case(), &id("leg"), &draft, &actor, Millis(0));
        assert_eq!(decision.is_ok(), role.refers(), "{role}");
    }
    let draft = sample(K::Draft, Millis(0), "", COUNTY);
    assert!(decide(&empty_case(), &id("leg"), &draft, &Actor::Clock, Millis(0)).is_err());
}

#[test]
fn transport_moves_only_by_departing_arriving_and_ending() {
    let departing = Fixture::in_stage(S::Accepted, Urgency::Routine, true).expect("can be");
    assert_eq!(departing.leg().transport.code(), TransportCode::Departed);
    let arrived = departing.give(K::Arrive, &desk());
    assert_eq!(arrived.leg().transport.code(), TransportCode::Arrived);
    let rebooked =
        Fixture::in_stage(S::NoShow, Urgency::Routine, true).expect("can be").give(K::Rebook, &desk());
    assert_eq!(rebooked.leg().transport.code(), TransportCode::None);
}

#[test]
fn an_outcome_that_sends_the_patient_on_drafts_the_next_leg() {
    let fixture = Fixture::in_stage(S::Arrived, Urgency::Routine, false).expect("can be");
    for (disposition, drafts) in Disposition::ALL.iter().map(|d| (*d, d.continues())) {
        let next = Some(NextLeg { id: id("next"), to: None });
        let command = Command::SendOutcome { outcome: outcome(disposition), next };
        let events = decide(&fixture.case, &id("leg"), &command, &doctor(), fixture.now).expect("is sent");
        assert_eq!(events.len() == 2, drafts, "{disposition}");
    }
}
