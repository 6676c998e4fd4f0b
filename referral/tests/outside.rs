//! Destinations where nobody has an account, and what runs on beside the next step: holds, an emergency's papers.

use referral::*;

mod support;
#[path = "support/world.rs"]
mod world;
use support::*;
use world::World;

#[test]
fn what_an_external_destination_does_is_entered_by_the_senders_people() {
    let mut w = World { case: empty_case(), now: Millis(1_000_000) };
    let out = input(Urgency::Urgent, OUTSIDE);
    w.ok(&village(), "out", Command::Draft { input: out, replaces: None, based_on: None });
    w.ok(&village(), "out", Command::Submit { external: true });
    // Somebody answers for every step: the sender, who has to see to it.
    let owing = owed(&w.case, &id("out"), &Deadlines::default()).map(|owed| owed.organisation);
    assert_eq!(owing, Some(org(CLINIC)));
    w.ok(&village(), "out", w.good(CommandKind::Accept));
    w.ok(&village(), "out", w.good(CommandKind::Arrive));
    w.refused(&desk(), "out", w.good(CommandKind::SendOutcome));
    w.refused(&doctor(), "out", w.good(CommandKind::SendOutcome));
    w.ok(&village(), "out", Command::SendOutcome { outcome: outcome(Disposition::Stays), next: None });
    let version = w.case.leg(&id("out")).and_then(|leg| leg.state.outcomes().last().cloned());
    assert!(
        matches!(version.map(|o| o.by), Some(By::Person { organisation, .. }) if organisation == org(CLINIC))
    );
    assert_eq!(w.ok(&village(), "out", Command::Acknowledge), ["leg.acknowledged", "case.closed"]);
}

/// A leg whose patient has come to a hospital where nobody has an account.
fn arrived_outside() -> World {
    let mut w = World { case: empty_case(), now: Millis(1_000_000) };
    let out = input(Urgency::Urgent, OUTSIDE);
    w.ok(&village(), "out", Command::Draft { input: out, replaces: None, based_on: None });
    w.ok(&village(), "out", Command::Submit { external: true });
    w.ok(&village(), "out", w.good(CommandKind::Accept));
    w.ok(&village(), "out", w.good(CommandKind::Arrive));
    w
}

#[test]
fn whom_an_external_hospital_sends_back_comes_home_without_a_leg_that_nobody_could_send() {
    let mut w = arrived_outside();
    let next = Some(NextLeg { id: id("down"), to: None });
    let sent = Command::SendOutcome { outcome: outcome(Disposition::BackDown), next };
    assert_eq!(w.ok(&village(), "out", sent), ["leg.outcome_sent"]);
    assert_eq!(w.ok(&village(), "out", Command::Acknowledge), ["leg.acknowledged", "case.closed"]);
}

#[test]
fn whom_an_external_hospital_sends_onward_the_first_sender_refers_on() {
    let mut w = arrived_outside();
    let onward = |to: &str| Command::SendOutcome {
        outcome: outcome(Disposition::Onward),
        next: Some(NextLeg { id: id("on"), to: Some(place(to)) }),
    };
    assert_eq!(w.refused(&village(), "out", onward(CLINIC)), Refusal::DestinationIsSender);
    assert_eq!(w.refused(&village(), "out", onward(OUTSIDE)), Refusal::DestinationUnchanged);
    assert_eq!(w.ok(&village(), "out", onward(CITY)), ["leg.outcome_sent", "leg.drafted"]);
    let on = w.case.leg(&id("on")).expect("is drafted");
    assert_eq!((&on.from, on.based_on.as_ref()), (&org(CLINIC), Some(&id("out"))));
    assert_eq!(w.owed("on"), Some((Duty::Submit, Party::Sender, Span::hours(24))));
    w.ok(&village(), "on", Command::Revise { input: input(Urgency::Routine, CITY) });
    w.ok(&village(), "on", Command::Submit { external: false });
    w.ok(&city_desk(), "on", w.good(CommandKind::Accept));
}

#[test]
fn a_hospital_that_has_got_an_account_meanwhile_writes_the_way_home_itself() {
    let mut w = arrived_outside();
    let own = who("outside-doctor", OUTSIDE, Role::ReceivingDoctor);
    let next = Some(NextLeg { id: id("down"), to: None });
    let sent = Command::SendOutcome { outcome: outcome(Disposition::BackDown), next };
    assert_eq!(w.ok(&own, "out", sent), ["leg.outcome_sent", "leg.drafted"]);
    assert_eq!(w.case.leg(&id("down")).map(|leg| &leg.from), Some(&org(OUTSIDE)));
}

#[test]
fn who_owes_follows_from_who_has_an_account_on_the_day_of_the_submission() {
    for (drafted, today, owes) in [(true, false, COUNTY), (false, true, CLINIC)] {
        let mut w = World { case: empty_case(), now: Millis(1_000_000) };
        let mut old = input(Urgency::Urgent, COUNTY);
        old.to = Some(Destination { external: drafted, ..place(COUNTY) });
        w.ok(&village(), "up", Command::Draft { input: old, replaces: None, based_on: None });
        let events = w.ok(&village(), "up", Command::Submit { external: today });
        assert_eq!(events, ["leg.revised", "leg.submitted"], "what changed is told");
        assert_eq!(w.case.leg(&id("up")).map(Leg::is_external), Some(today));
        let owing = owed(&w.case, &id("up"), &Deadlines::default()).map(|owed| owed.organisation);
        assert_eq!(owing, Some(org(owes)));
    }
}

#[test]
fn a_hold_runs_out_while_a_cancellation_is_asked_for() {
    let mut w = World::submitted(Urgency::Urgent);
    w.ok(&desk(), "up", w.good(CommandKind::Accept));
    w.ok(&desk(), "up", w.good(CommandKind::Reserve));
    w.ok(&village(), "up", w.good(CommandKind::Cancel));
    let answer = w.owed("up").map(|(duty, party, _)| (duty, party));
    let leg = |w: &World| w.case.leg(&id("up")).cloned().expect("is there");
    let until = leg(&w).hold_expires().expect("the bed stays held until then");
    assert_eq!(w.refused(&Actor::Clock, "up", Command::Release), Refusal::HoldNotExpired { until });
    w.now = until;
    assert_eq!(w.refused(&desk(), "up", Command::Release).code(), "referral.not-in-state");
    assert_eq!(w.ok(&Actor::Clock, "up", Command::Release), ["leg.released"]);
    assert_eq!((w.state("up"), leg(&w).reservation()), (StateCode::CancelRequested, None));
    assert_eq!(w.owed("up").map(|(duty, party, _)| (duty, party)), answer, "the request goes on");
    w.ok(&desk(), "up", w.good(CommandKind::RefuseCancel));
    assert_eq!(w.state("up"), StateCode::Accepted);
}

#[test]
fn the_papers_of_a_redirected_emergency_go_on_with_the_next_leg() {
    let mut w = World { case: empty_case(), now: Millis(1_000_000) };
    let mut bare = input(Urgency::Emergency, COUNTY);
    bare.consent = None;
    w.ok(&village(), "up", Command::Draft { input: bare, replaces: None, based_on: None });
    w.ok(&village(), "up", Command::Submit { external: false });
    let due =
        |w: &World, leg: &str| record_due(w.case.leg(&id(leg)).expect("is there"), &Deadlines::default());
    assert_eq!(due(&w, "up"), Some(w.now.plus(Span::hours(6))));
    w.ok(&desk(), "up", w.good(CommandKind::Redirect));
    w.ok(&city_desk(), "second", w.good(CommandKind::Accept));
    assert_eq!((due(&w, "up"), due(&w, "second").is_some()), (None, true));
}
