//! Random commands by random people over one case, thousands of times: whatever they do, what
//! must never happen (domain, I-1 to I-5, I-7, I-16) does not. A deliberately simple model follows the events
//! by their names and says what has to be true; it shares no rule with the code.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use referral::*;

mod support;
use support::*;

use CommandKind as K;

/// In `make soak` a hundred times as many.
const HISTORIES: u32 = 10_000;

/// One random step. Numbers are taken modulo what there is to choose from.
#[derive(Debug, Clone)]
struct Step {
    who: usize,
    leg: usize,
    kind: usize,
    detail: usize,
    minutes: i64,
    /// Give a command that the person is offered, rather than any.
    sensible: bool,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..60usize, 0..60usize, 0..5_040usize, 0..5_040usize, 0..240i64, 0..10u8);
    let step = step.prop_map(|(who, leg, kind, detail, minutes, mood)| Step {
        who,
        leg,
        kind,
        detail,
        minutes,
        sensible: mood < 8,
    });
    proptest::collection::vec(step, 1..60)
}

fn people() -> Vec<Actor> {
    let manager = |name: &str, organisation: &str, below: &[&str]| {
        Actor::Person(Member {
            person: PersonId::new(name),
            organisation: org(organisation),
            role: Role::Manager,
            oversees: below.iter().map(|name| org(name)).collect(),
        })
    };
    vec![
        village(),
        village(),
        desk(),
        doctor(),
        city_desk(),
        who("city-doctor", CITY, Role::ReceivingDoctor),
        desk(),
        doctor(),
        manager("county-manager", COUNTY, &[CLINIC]),
        who("stranger", "elsewhere", Role::ReceivingDoctor),
        who("auditor", COUNTY, Role::Auditor),
        Actor::Clock,
    ]
}

/// What the model remembers of a leg: the names of what happened, and three flags.
#[derive(Debug, Default, Clone)]
struct Told {
    state: &'static str,
    before_cancel: &'static str,
    emergency: bool,
    /// Who sends it, and whether nobody at its destination has an account.
    from: Option<OrganisationId>,
    external: bool,
    departed: bool,
    arrived: bool,
    acknowledged: bool,
    accepted: u32,
    submitted: bool,
    ended_at: Option<&'static str>,
    follows: Vec<LegId>,
    redirected_to: Option<LegId>,
    version: u64,
}

#[derive(Debug, Default)]
struct Model {
    legs: BTreeMap<LegId, Told>,
    closed: bool,
    events: u64,
}

const DECISIONS: [&str; 3] = ["declined", "redirected", "cancelled"];

fn is_end(state: &str) -> bool {
    DECISIONS.contains(&state) || ["discarded", "closed", "entered_in_error"].contains(&state)
}

impl Model {
    fn hear(&mut self, event: &Event) {
        self.events += 1;
        let Subject::Leg(id) = &event.subject else {
            assert!(!self.closed, "a case closes once");
            assert_eq!(event.version, self.events);
            assert!(self.may_close(), "I-5: closed without feedback");
            self.closed = true;
            return;
        };
        let told = self.legs.entry(id.clone()).or_default();
        told.version += 1;
        assert_eq!(event.version, told.version, "versions are dense, for compare-and-set (I-2)");
        let name = event.body.kind().strip_prefix("leg.").expect("is about a leg");
        if let Some(end) = told.ended_at {
            let late =
                ["late_noted", "decision_acknowledged", "urged", "marked_in_error", "record_completed"];
            assert!(late.contains(&name), "I-16: {name} after {end}");
        }
        let to = match name {
            "drafted" => "draft",
            "opened" | "answered" => "received",
            "asked" => "info_requested",
            // A hold that runs out answers no request to cancel.
            "released" if told.state == "cancel_requested" => {
                told.before_cancel = "accepted";
                told.state
            }
            "released" | "rebooked" => "accepted",
            "admitted" => "in_care",
            "acknowledged" | "force_closed" => "closed",
            "marked_in_error" => "entered_in_error",
            "cancel_refused" => told.before_cancel,
            "submitted" | "accepted" | "declined" | "redirected" | "reserved" | "arrived" | "no_show"
            | "outcome_sent" | "cancel_requested" | "cancelled" | "discarded" => name,
            _ => told.state,
        };
        if name == "cancel_requested" {
            told.before_cancel = told.state;
        }
        match &event.body {
            EventBody::Drafted { urgency, from, to, replaces, based_on, .. } => {
                assert_ne!(from, &org(OUTSIDE), "I-3: in the name of a place where nobody could send it");
                told.emergency = *urgency == Urgency::Emergency;
                told.from = Some(from.clone());
                told.external = to.as_ref().is_some_and(|to| to.external);
                told.follows = replaces.iter().chain(based_on).cloned().collect();
            }
            EventBody::Revised { urgency, to, .. } => {
                told.emergency = *urgency == Urgency::Emergency;
                told.external = to.as_ref().is_some_and(|to| to.external);
            }
            EventBody::Redirected { to_leg, .. } => told.redirected_to = Some(to_leg.clone()),
            EventBody::ForceClosed { reason } => {
                let by_manager = matches!(&event.by, By::Person { role: Role::Manager, .. });
                assert!(by_manager && !reason.is_empty(), "I-5: forced by nobody");
            }
            _ => {}
        }
        told.submitted |= name == "submitted";
        told.accepted += u32::from(name == "accepted");
        assert!(told.accepted <= 1, "I-2: accepted twice");
        told.arrived |= name == "arrived";
        told.acknowledged |= ["acknowledged", "force_closed", "decision_acknowledged"].contains(&name);
        match name {
            "departed" => told.departed = true,
            "arrived" | "outcome_sent" | "rebooked" => told.departed = false,
            _ => told.departed &= !is_end(to),
        }
        told.state = to;
        told.ended_at = is_end(to).then_some(to);
        let here = |told: &&Told| told.departed || ["arrived", "in_care"].contains(&told.state);
        assert!(self.legs.values().filter(here).count() <= 1, "I-4: a patient in two places");
    }

    fn followed(&self, id: &LegId) -> bool {
        self.legs
            .values()
            .any(|told| told.submitted && told.state != "entered_in_error" && told.follows.contains(id))
    }

    fn may_close(&self) -> bool {
        self.legs.iter().all(|(id, told)| match told.state {
            "discarded" | "entered_in_error" => true,
            "closed" => told.acknowledged,
            state if DECISIONS.contains(&state) => !told.arrived && (told.acknowledged || self.followed(id)),
            _ => false,
        })
    }

    /// After every step: the case says what the model says, and somebody is waited for wherever
    /// there is something left to do.
    fn compare(&self, case: &Case, now: Millis) {
        assert_eq!(case.version, self.events);
        assert_eq!(case.is_closed(), self.closed);
        assert!(self.closed || !self.may_close(), "a settled case is closed at once");
        for (id, told) in &self.legs {
            let leg = case.leg(id).expect("the case has every leg it told of");
            assert_eq!((leg.code().as_str(), leg.has_departed()), (told.state, told.departed), "{id}");
            assert_eq!(leg.version, told.version);
            self.check_owed(case, leg, told, now);
            self.check_responsibility(case, leg, told);
        }
    }

    fn check_owed(&self, case: &Case, leg: &Leg, told: &Told, now: Millis) {
        let owed = owed(case, &leg.id, &Deadlines::default());
        let undone = DECISIONS.contains(&told.state) && !told.acknowledged && !self.followed(&leg.id);
        if told.submitted && !is_end(told.state) {
            assert!(owed.is_some(), "I-1: nobody owes {} in {}", leg.id, told.state);
        }
        if undone {
            let duty = owed.as_ref().map(|owed| (owed.duty, owed.party));
            assert_eq!(duty, Some((Duty::React, Party::Sender)), "I-7: {} in {}", leg.id, told.state);
        }
        if ["discarded", "closed", "entered_in_error"].contains(&told.state) || self.closed && !undone {
            assert_eq!(owed, None, "{} in {} owes nothing", leg.id, told.state);
        }
        let Some(owed) = owed else { return };
        // What an external destination owes, its sender sees to.
        let side = match owed.party {
            Party::Receiver if !told.external => leg.to.as_ref().map(|to| to.organisation.clone()),
            Party::Sender | Party::Receiver => told.from.clone(),
        };
        assert_eq!(Some(owed.organisation.clone()), side);
        assert!(can_act(case, leg, &owed, now), "I-3: nobody can do {:?} for {}", owed.duty, leg.id);
        assert!(
            owed.due_at >= leg.submitted_at.unwrap_or(Millis(0)) && owed.due_at <= now.plus(Span::days(4))
        );
        assert!(owed.rung(0).is_some(), "somebody is called when it is missed");
    }

    /// A redirected emergency has not left its hospital before another took it.
    fn check_responsibility(&self, case: &Case, leg: &Leg, told: &Told) {
        if !told.emergency {
            return;
        }
        if let Some(pending) = &leg.redirecting {
            let offered = case.leg(&pending.leg).expect("is there").code();
            assert!(!is_end(told.state) && offered.is_before_arrival(), "waits for a leg that ended");
        }
        let mut last = &leg.id;
        while let Some(next) = self.legs[last].redirected_to.as_ref() {
            last = next;
        }
        if told.redirected_to.is_some() {
            let taken = &self.legs[last];
            let died = case
                .leg(last)
                .is_some_and(|leg| leg.state.outcomes().iter().any(|outcome| outcome.death.is_some()));
            assert!(taken.accepted == 1 || died, "redirected to nobody");
        }
    }
}

/// Whether anybody at the organisation that owes is offered a command that brings the leg on.
fn can_act(case: &Case, leg: &Leg, owed: &Owed, now: Millis) -> bool {
    let beside = [K::Urge, K::LateNote, K::MarkError, K::ForceClose, K::CompleteRecord];
    people().iter().any(|actor| {
        matches!(actor, Actor::Person(member) if member.organisation == owed.organisation)
            && allowed(case, &leg.id, actor, now).iter().any(|kind| !beside.contains(kind))
    })
}

struct World {
    case: Case,
    model: Model,
    now: Millis,
    made: usize,
    /// How often each thing happened.
    happened: BTreeMap<&'static str, u32>,
}

impl World {
    fn new() -> Self {
        let (model, happened) = (Model::default(), BTreeMap::new());
        Self { case: empty_case(), model, now: Millis(1_000_000_000), made: 0, happened }
    }

    fn take(&mut self, step: &Step) {
        self.now = self.now.plus(Span::minutes(step.minutes));
        let people = people();
        let draft = self.case.legs.is_empty() || step.kind.is_multiple_of(12) && self.case.legs.len() < 6;
        let fresh = format!("leg-{}", self.made);
        let leg = if draft { id(&fresh) } else { self.case.legs[step.leg % self.case.legs.len()].id.clone() };
        let sensible = self.sensible(&leg, &people, step);
        let (actor, kind) = match sensible.get(step.kind % sensible.len().max(1)) {
            Some((actor, kind)) if step.sensible && !draft => (*actor, *kind),
            _ if draft => (&people[step.who % people.len()], K::Draft),
            _ => (&people[step.who % people.len()], K::ALL[step.kind % K::ALL.len()]),
        };
        let offered = allowed(&self.case, &leg, actor, self.now);
        let command = self.command(&leg, kind, &fresh, step);
        let decided = decide(&self.case, &leg, &command, actor, self.now);
        let events = match decided {
            Ok(events) => events,
            Err(refusal) => {
                assert_ne!(refusal.code(), "referral.incoherent-history", "{kind} was let through");
                return;
            }
        };
        assert!(kind == K::Draft || offered.contains(&kind), "done, though it was not offered");
        assert!(!events.is_empty());
        self.made += 1;
        for event in &events {
            assert_eq!((event.at, event.schema), (self.now, SCHEMA));
            self.model.hear(event);
            *self.happened.entry(event.body.kind()).or_default() += 1;
        }
        self.case = evolve_all(self.case.clone(), &events).expect("what was decided evolves");
        self.model.compare(&self.case, self.now);
    }

    /// Whom the leg offers what. What cuts a life short is offered to fate less often.
    fn sensible<'a>(&self, leg: &LegId, people: &'a [Actor], step: &Step) -> Vec<(&'a Actor, K)> {
        let cuts = [K::ForceClose, K::MarkError, K::Discard, K::LateNote, K::Revise];
        let pairs = people.iter().flat_map(|actor| {
            allowed(&self.case, leg, actor, self.now).into_iter().map(move |kind| (actor, kind))
        });
        pairs.filter(|(_, kind)| step.detail.is_multiple_of(6) || !cuts.contains(kind)).collect()
    }

    fn command(&self, leg: &LegId, kind: K, fresh: &str, step: &Step) -> Command {
        let to = [COUNTY, CITY, CLINIC, OUTSIDE][step.detail % 4];
        let urgency = Urgency::ALL[[0, 0, 1, 2][step.detail / 4 % 4]];
        let linked = |n: usize| {
            let index = step.detail / n % (self.case.legs.len() + 1);
            self.case.legs.get(index).map(|leg| leg.id.clone())
        };
        let next = Some(NextLeg { id: id(fresh), to: Some(place(to)) });
        let disposition = Disposition::ALL[step.detail / 4 % Disposition::ALL.len()];
        // An old draft may not know who has an account by now; whoever has one may lose it on the day it is sent.
        let drafted = |urgency| {
            let mut input = input(urgency, to);
            if let Some(to) = &mut input.to {
                to.external &= !step.detail.is_multiple_of(3);
            }
            input
        };
        match kind {
            K::Draft => {
                let mut input = drafted(urgency);
                // An emergency goes without papers; any other waits for a revision.
                if step.detail.is_multiple_of(5) {
                    input.consent = None;
                }
                Command::Draft { input, replaces: linked(16), based_on: linked(80) }
            }
            K::Revise => Command::Revise { input: drafted(urgency) },
            K::Submit => {
                let to = self.case.leg(leg).and_then(|leg| leg.to.as_ref());
                let outside = to.is_some_and(|to| to.organisation == org(OUTSIDE));
                Command::Submit { external: outside || step.detail.is_multiple_of(7) }
            }
            K::SendOutcome => Command::SendOutcome { outcome: outcome(disposition), next },
            K::AmendOutcome => Command::AmendOutcome { outcome: outcome(disposition), next },
            other => sample(other, self.now, fresh, to),
        }
    }
}

fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]))
}

#[test]
fn no_history_does_what_must_never_happen() {
    let happened = RefCell::new(BTreeMap::<&str, u32>::new());
    let histories = if std::env::var_os("CONSULT_SOAK").is_some() { 100 * HISTORIES } else { HISTORIES };
    let result = runner(histories).run(&steps(), |steps| {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
        }
        for (event, times) in world.happened {
            *happened.borrow_mut().entry(event).or_default() += times;
        }
        let json = serde_json::to_string(&world.case).expect("serializes");
        prop_assert_eq!(serde_json::from_str::<Case>(&json).expect("comes back"), world.case);
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
    // A property over histories in which nothing happens would prove nothing.
    let happened = happened.into_inner();
    let rare: Vec<_> = happened.iter().filter(|(_, times)| **times < 20).collect();
    assert_eq!((happened.len(), rare), (EventBody::KINDS.len(), Vec::new()));
    assert!(happened.keys().all(|kind| EventBody::KINDS.contains(kind)));
}
