//! What clinicians do with a referral, step by step, through the public doors.

use referral::*;

mod support;
#[path = "support/world.rs"]
mod world;
use support::*;
use world::World;

#[test]
fn a_patient_is_referred_up_received_and_handed_back_and_the_case_closes() {
    let mut w = World::submitted(Urgency::Routine);
    assert_eq!(w.owed("up"), Some((Duty::Open, Party::Receiver, Span::hours(1))));
    w.ok(&desk(), "up", Command::Open);
    assert_eq!(w.owed("up"), Some((Duty::Decide, Party::Receiver, Span::hours(4))));
    w.ok(&desk(), "up", w.good(CommandKind::Accept));
    w.ok(&desk(), "up", w.good(CommandKind::Arrive));
    w.ok(&doctor(), "up", Command::SendOutcome { outcome: outcome(Disposition::Stays), next: None });
    assert_eq!(w.owed("up"), Some((Duty::Acknowledge, Party::Sender, Span::hours(72))));
    assert_eq!(w.ok(&village(), "up", Command::Acknowledge), ["leg.acknowledged", "case.closed"]);
    assert_eq!(w.state("up"), StateCode::Closed);
    assert!(w.case.is_closed());
    assert_eq!(w.owed("up"), None);
}

#[test]
fn a_transfer_back_is_drafted_from_the_outcome_and_owed_by_the_hospital() {
    let mut w = World::submitted(Urgency::Routine);
    w.ok(&desk(), "up", w.good(CommandKind::Accept));
    w.ok(&desk(), "up", w.good(CommandKind::Arrive));
    w.ok(&doctor(), "up", Command::Admit { encounter_number: "E1".into() });
    let without = w.refused(
        &doctor(),
        "up",
        Command::SendOutcome { outcome: outcome(Disposition::BackDown), next: None },
    );
    assert_eq!(without.code(), "referral.next-leg-missing");
    let next = Some(NextLeg { id: id("down"), to: None });
    let events =
        w.ok(&doctor(), "up", Command::SendOutcome { outcome: outcome(Disposition::BackDown), next });
    assert_eq!(events, ["leg.outcome_sent", "leg.drafted"]);
    let down = w.case.leg(&id("down")).expect("is drafted");
    assert_eq!((down.direction, &down.from), (Direction::Down, &org(COUNTY)));
    assert_eq!(down.to.as_ref().map(|to| &to.organisation), Some(&org(CLINIC)));
    assert_eq!((down.form.treatment.as_str(), down.form.purpose.as_str()), ("aspirin", "rest"));
    assert_eq!(w.owed("down"), Some((Duty::Submit, Party::Sender, Span::hours(24))));
    w.ok(&village(), "up", Command::Acknowledge);
    assert!(!w.case.is_closed(), "the patient is still to come back");
    let mut revised = input(Urgency::Routine, COUNTY);
    revised.to = Some(Destination { organisation: org(CLINIC), department: None, external: false });
    w.ok(&doctor(), "down", Command::Revise { input: revised });
    w.ok(&doctor(), "down", Command::Submit { external: false });
    assert_eq!(w.case.follow_up(&id("up")).map(|leg| &leg.id), Some(&id("down")));
    w.ok(&village(), "down", w.good(CommandKind::Accept));
    w.ok(&village(), "down", w.good(CommandKind::Arrive));
    w.ok(&village(), "down", Command::SendOutcome { outcome: outcome(Disposition::Stays), next: None });
    assert_eq!(w.ok(&desk(), "down", Command::Acknowledge), ["leg.acknowledged", "case.closed"]);
}

#[test]
fn the_receivers_clock_stands_still_while_information_is_asked_for() {
    let mut w = World::submitted(Urgency::Urgent);
    w.ok(&desk(), "up", Command::Open);
    w.now = w.now.plus(Span::minutes(9));
    w.ok(&desk(), "up", Command::Ask { text: "ECG?".into() });
    assert_eq!(w.owed("up"), Some((Duty::Answer, Party::Sender, Span::hours(1))));
    w.now = w.now.plus(Span::hours(5));
    w.ok(&village(), "up", Command::Answer { text: "attached".into() });
    assert_eq!(w.owed("up"), Some((Duty::Decide, Party::Receiver, Span::minutes(20))));
}

#[test]
fn the_second_to_accept_learns_who_was_quicker() {
    let mut w = World::submitted(Urgency::Routine);
    w.ok(&desk(), "up", w.good(CommandKind::Accept));
    let at = w.now;
    let refusal = w.refused(&doctor(), "up", w.good(CommandKind::Accept));
    let expected = Refusal::AlreadyAccepted {
        state: StateCode::Accepted,
        owner: PersonId::new("doctor"),
        by: Some(PersonId::new("desk")),
        at,
    };
    assert_eq!(refusal, expected);
    assert_eq!(refusal.code(), "referral.already-accepted");
}

#[test]
fn a_declined_leg_is_a_task_of_the_sender_until_acknowledged_or_sent_elsewhere() {
    let decline = || Command::Decline { reason: DeclineReason::NoBed, suggestion: "city".into(), text: None };
    let mut w = World::submitted(Urgency::Urgent);
    w.ok(&desk(), "up", decline());
    assert_eq!(w.owed("up"), Some((Duty::React, Party::Sender, Span::hours(2))));
    assert!(!w.case.is_closed());
    let mut elsewhere = input(Urgency::Urgent, COUNTY);
    elsewhere.to = Some(Destination { organisation: org(CITY), department: None, external: false });
    let draft = Command::Draft { input: elsewhere, replaces: Some(id("up")), based_on: None };
    w.ok(&village(), "second", draft);
    assert!(w.owed("up").is_some(), "a draft takes nobody anywhere");
    w.ok(&village(), "second", Command::Submit { external: false });
    assert_eq!(w.owed("up"), None);

    let mut w = World::submitted(Urgency::Urgent);
    w.ok(&desk(), "up", decline());
    assert_eq!(
        w.ok(&village(), "up", Command::AcknowledgeDecision),
        ["leg.decision_acknowledged", "case.closed"]
    );
    assert_eq!(
        w.refused(&village(), "up", Command::AcknowledgeDecision).code(),
        "referral.already-acknowledged"
    );
}

#[test]
fn an_emergency_cannot_be_declined_and_needs_no_papers() {
    let mut w = World::submitted(Urgency::Emergency);
    let decline = Command::Decline { reason: DeclineReason::NoBed, suggestion: "city".into(), text: None };
    assert_eq!(w.refused(&desk(), "up", decline), Refusal::EmergencyNotDeclinable);
    let mut bare = input(Urgency::Emergency, COUNTY);
    bare.consent = None;
    bare.form.complaint.clear();
    w.ok(&village(), "bare", Command::Draft { input: bare, replaces: None, based_on: None });
    w.ok(&village(), "bare", Command::Submit { external: false });
    let leg = w.case.leg(&id("bare")).expect("is there");
    assert_eq!(leg.missing(), [Field::Complaint, Field::Consent]);
    assert_eq!(record_due(leg, &Deadlines::default()), Some(w.now.plus(Span::hours(6))));
    let full = input(Urgency::Emergency, COUNTY);
    w.ok(&village(), "bare", Command::CompleteRecord { form: full.form, consent: full.consent });
    assert_eq!(record_due(w.case.leg(&id("bare")).expect("is there"), &Deadlines::default()), None);
}

#[test]
fn a_routine_leg_without_consent_is_not_submitted() {
    let mut w = World { case: empty_case(), now: Millis(0) };
    let mut bare = input(Urgency::Routine, COUNTY);
    bare.consent = Some(Consent { kind: ConsentKind::EmergencyPending, recorded_at: Millis(0) });
    w.ok(&village(), "up", Command::Draft { input: bare, replaces: None, based_on: None });
    assert_eq!(
        w.refused(&village(), "up", Command::Submit { external: false }).code(),
        "referral.consent-missing"
    );
}

#[test]
fn a_redirected_emergency_stays_with_the_first_hospital_until_the_next_accepts() {
    let mut w = World::submitted(Urgency::Emergency);
    w.ok(&village(), "up", w.good(CommandKind::Depart));
    w.ok(&desk(), "up", w.good(CommandKind::Redirect));
    assert_eq!((w.state("up"), w.state("second")), (StateCode::Submitted, StateCode::Submitted));
    assert_eq!(w.owed("up"), Some((Duty::HandOver, Party::Receiver, Span::minutes(5))));
    assert_eq!(w.case.patient_at().map(|leg| &leg.id), Some(&id("up")));
    let events = w.ok(&city_desk(), "second", w.good(CommandKind::Accept));
    assert_eq!(events, ["leg.accepted", "leg.redirected", "leg.departed"]);
    assert_eq!((w.state("up"), w.state("second")), (StateCode::Redirected, StateCode::Accepted));
    assert_eq!(w.case.patient_at().map(|leg| &leg.id), Some(&id("second")));
    assert_eq!(w.owed("second").map(|owed| owed.0), Some(Duty::Arrive));
}

#[test]
fn an_emergency_that_comes_to_the_first_hospital_after_all_calls_the_redirect_off() {
    let mut w = World::submitted(Urgency::Emergency);
    w.ok(&desk(), "up", w.good(CommandKind::Redirect));
    let events = w.ok(&desk(), "up", w.good(CommandKind::Arrive));
    assert_eq!(events, ["leg.cancelled", "leg.redirect_withdrawn", "leg.accepted", "leg.arrived"]);
    assert_eq!((w.state("up"), w.state("second")), (StateCode::Arrived, StateCode::Cancelled));
    assert_eq!(w.refused(&city_desk(), "second", w.good(CommandKind::Arrive)).code(), "referral.leg-ended");
}

#[test]
fn an_emergency_that_comes_to_the_next_hospital_unaccepted_is_accepted_by_its_arrival() {
    let mut w = World::submitted(Urgency::Emergency);
    w.ok(&village(), "up", w.good(CommandKind::Depart));
    w.ok(&desk(), "up", w.good(CommandKind::Redirect));
    let events = w.ok(&city_desk(), "second", w.good(CommandKind::Arrive));
    assert_eq!(events, ["leg.accepted", "leg.redirected", "leg.departed", "leg.arrived"]);
}

#[test]
fn a_cancelled_redirect_leaves_the_transport_and_the_duty_with_the_first_hospital() {
    let mut w = World::submitted(Urgency::Emergency);
    w.ok(&desk(), "up", w.good(CommandKind::Redirect));
    w.ok(&village(), "second", w.good(CommandKind::Depart));
    let events = w.ok(&village(), "second", Command::Cancel { reason: "turned back".into() });
    assert_eq!(events, ["leg.cancelled", "leg.redirect_withdrawn", "leg.departed"]);
    assert_eq!(w.case.patient_at().map(|leg| &leg.id), Some(&id("up")));
    assert_eq!(w.owed("up").map(|owed| owed.0), Some(Duty::Open));
}

#[test]
fn a_routine_redirect_ends_the_leg_at_once_and_the_transport_follows() {
    let mut w = World::submitted(Urgency::Routine);
    w.ok(&desk(), "up", w.good(CommandKind::Accept));
    w.ok(&village(), "up", w.good(CommandKind::Depart));
    let events = w.ok(&desk(), "up", w.good(CommandKind::Redirect));
    assert_eq!(events, ["leg.redirected", "leg.drafted", "leg.submitted", "leg.departed"]);
    assert_eq!(w.case.patient_at().map(|leg| &leg.id), Some(&id("second")));
    assert_eq!(w.owed("up"), Some((Duty::React, Party::Sender, Span::days(1))));
}

#[test]
fn a_second_arrival_in_one_case_is_a_conflict_that_names_where_the_patient_is() {
    let mut w = World::submitted(Urgency::Emergency);
    w.ok(&desk(), "up", w.good(CommandKind::Arrive));
    let mut other = input(Urgency::Emergency, COUNTY);
    other.to = Some(Destination { organisation: org(CITY), department: None, external: false });
    w.ok(&village(), "other", Command::Draft { input: other, replaces: None, based_on: None });
    w.ok(&village(), "other", Command::Submit { external: false });
    let refusal = w.refused(&city_desk(), "other", w.good(CommandKind::Arrive));
    let expected = Refusal::PatientElsewhere {
        leg: id("up"),
        organisation: org(COUNTY),
        state: StateCode::Arrived,
        transport: TransportCode::Arrived,
    };
    assert_eq!(refusal, expected);
}

#[test]
fn an_accepted_leg_is_cancelled_only_with_the_receivers_consent() {
    let mut w = World::submitted(Urgency::Urgent);
    w.ok(&desk(), "up", w.good(CommandKind::Accept));
    w.ok(&village(), "up", Command::Cancel { reason: "better".into() });
    assert_eq!(w.owed("up"), Some((Duty::AnswerCancel, Party::Receiver, Span::hours(1))));
    w.ok(&desk(), "up", Command::RefuseCancel { reason: "come".into() });
    assert_eq!(w.state("up"), StateCode::Accepted);
    w.ok(&village(), "up", Command::Cancel { reason: "better".into() });
    w.ok(&desk(), "up", Command::ConfirmCancel);
    assert_eq!(w.state("up"), StateCode::Cancelled);
    assert_eq!(w.owed("up").map(|owed| owed.0), Some(Duty::React));
}

#[test]
fn the_clock_releases_an_expired_hold_and_nothing_else() {
    let mut w = World::submitted(Urgency::Urgent);
    w.ok(&desk(), "up", w.good(CommandKind::Accept));
    let until = w.now.plus(Span::hours(2));
    let reserve = Command::Reserve { kind: ResourceKind::Bed, label: "12".into(), hold_until: Some(until) };
    w.ok(&desk(), "up", reserve);
    assert_eq!(w.refused(&Actor::Clock, "up", Command::Release), Refusal::HoldNotExpired { until });
    assert_eq!(allowed(&w.case, &id("up"), &Actor::Clock, until), [CommandKind::Release]);
    w.now = until;
    w.ok(&Actor::Clock, "up", Command::Release);
    assert_eq!(w.state("up"), StateCode::Accepted);
    assert_eq!(w.refused(&Actor::Clock, "up", w.good(CommandKind::Accept)).code(), "referral.wrong-party");
}

#[test]
fn a_death_on_the_road_is_an_outcome_that_the_sender_acknowledges() {
    let mut w = World::submitted(Urgency::Emergency);
    w.ok(&village(), "up", w.good(CommandKind::Depart));
    let death = Command::RecordDeath { at: w.now, circumstances: "arrest on the road".into() };
    w.ok(&village(), "up", death);
    assert_eq!(w.state("up"), StateCode::OutcomeSent);
    assert_eq!(w.case.patient_at(), None);
    assert_eq!(w.ok(&village(), "up", Command::Acknowledge), ["leg.acknowledged", "case.closed"]);
}

#[test]
fn an_amended_outcome_keeps_the_old_version_and_is_acknowledged_anew() {
    let mut w = World::submitted(Urgency::Routine);
    w.ok(&desk(), "up", w.good(CommandKind::Accept));
    w.ok(&desk(), "up", w.good(CommandKind::Arrive));
    w.ok(&doctor(), "up", Command::SendOutcome { outcome: outcome(Disposition::Stays), next: None });
    w.now = w.now.plus(Span::days(2));
    w.ok(&doctor(), "up", Command::AmendOutcome { outcome: outcome(Disposition::Stays), next: None });
    let versions = w.case.leg(&id("up")).expect("is there").state.outcomes().iter().map(|o| o.version);
    assert_eq!(versions.collect::<Vec<_>>(), [1, 2]);
    assert_eq!(w.owed("up"), Some((Duty::Acknowledge, Party::Sender, Span::hours(72))));
}

#[test]
fn only_a_manager_forces_a_leg_closed_and_a_late_note_revives_nothing() {
    let mut w = World::submitted(Urgency::Routine);
    w.ok(&desk(), "up", w.good(CommandKind::Accept));
    w.ok(&desk(), "up", w.good(CommandKind::Arrive));
    let force = || Command::ForceClose { reason: "hospital moved".into() };
    assert_eq!(w.refused(&doctor(), "up", force()).code(), "referral.wrong-party");
    let stranger = who("boss", CITY, Role::Manager);
    assert_eq!(w.refused(&stranger, "up", force()).code(), "referral.wrong-party");
    let Actor::Person(mut member) = stranger else { panic!("is a person") };
    member.oversees = vec![org(COUNTY)];
    assert_eq!(w.ok(&Actor::Person(member), "up", force()), ["leg.force_closed", "case.closed"]);
    assert_eq!(
        w.refused(&doctor(), "up", Command::Note { text: "late".into() }).code(),
        "referral.leg-ended"
    );
    w.ok(&doctor(), "up", Command::LateNote { text: "late".into() });
    assert_eq!(w.state("up"), StateCode::Closed);
    assert!(w.case.leg(&id("up")).expect("is there").notes[0].late);
}

#[test]
fn events_and_legs_survive_their_way_through_json() {
    let mut w = World::submitted(Urgency::Emergency);
    w.ok(&village(), "up", w.good(CommandKind::Depart));
    let events = w.try_give(&desk(), "up", w.good(CommandKind::Redirect)).expect("is done");
    for event in &events {
        let json = serde_json::to_value(event).expect("serializes");
        assert_eq!(json["schema"], 1);
        assert_eq!(serde_json::from_value::<Event>(json).expect("comes back"), *event);
    }
    let json = serde_json::to_string(&w.case).expect("serializes");
    assert_eq!(serde_json::from_str::<Case>(&json).expect("comes back"), w.case);
}

#[test]
fn who_waits_urges_and_one_person_not_twice_in_ten_minutes() {
    let mut w = World::submitted(Urgency::Urgent);
    assert_eq!(w.refused(&desk(), "up", Command::Urge), Refusal::OwnTurn);
    assert_eq!(w.ok(&village(), "up", Command::Urge), ["leg.urged"]);
    let until = w.now.plus(Span::minutes(10));
    assert_eq!(w.refused(&village(), "up", Command::Urge), Refusal::UrgedAlready { until });
    // A colleague waits, too; and after ten minutes the first may again.
    w.ok(&who("colleague", CLINIC, Role::FamilyDoctor), "up", Command::Urge);
    w.now = w.now.plus(Span::minutes(10));
    w.ok(&village(), "up", Command::Urge);
    assert_eq!(w.case.leg(&id("up")).map(|leg| leg.urges.len()), Some(3));
    // Asked for information, it is the sender's turn, and the desk's to urge.
    w.ok(&desk(), "up", w.good(CommandKind::Ask));
    assert_eq!(w.refused(&village(), "up", Command::Urge), Refusal::OwnTurn);
    w.ok(&desk(), "up", Command::Urge);
}

#[test]
fn a_clock_that_was_set_back_lets_people_urge() {
    let mut w = World::submitted(Urgency::Urgent);
    w.ok(&village(), "up", Command::Urge);
    w.now = Millis(w.now.0 - Span::hours(5).0);
    w.ok(&village(), "up", Command::Urge);
}

#[test]
fn a_chain_of_redirects_does_not_come_back_to_where_it_was() {
    let mut w = World::submitted(Urgency::Urgent);
    w.ok(&desk(), "up", w.good(CommandKind::Redirect));
    let back = sample(CommandKind::Redirect, w.now, "third", COUNTY);
    let refusal = w.refused(&city_desk(), "second", back);
    assert_eq!(refusal, Refusal::RedirectLoop { leg: id("up"), organisation: org(COUNTY) });
    // The sender may still ask the first one again, by a referral of its own.
    w.ok(&city_desk(), "second", w.good(CommandKind::Decline));
    let again = Command::Draft {
        input: input(Urgency::Urgent, COUNTY),
        replaces: Some(id("second")),
        based_on: None,
    };
    w.ok(&village(), "third", again);
    w.ok(&village(), "third", Command::Submit { external: false });
}

#[test]
fn a_transfer_back_brings_drugs_and_warning_signs_along() {
    let mut w = World::submitted(Urgency::Routine);
    w.ok(&desk(), "up", w.good(CommandKind::Accept));
    w.ok(&desk(), "up", w.good(CommandKind::Arrive));
    let next = Some(NextLeg { id: id("down"), to: None });
    w.ok(&doctor(), "up", Command::SendOutcome { outcome: outcome(Disposition::BackDown), next });
    let down = &w.case.leg(&id("down")).expect("is drafted").form;
    assert_eq!((down.drugs.as_str(), down.warning_signs.as_str()), ("aspirin 100 mg", "chest pain"));
}

#[test]
fn what_was_written_before_a_field_existed_is_still_read() {
    let old = r#"{"organisation": "county", "department": null}"#;
    let read: Destination = serde_json::from_str(old).expect("parses");
    assert!(!read.external);
    let mut form = serde_json::to_value(input(Urgency::Routine, COUNTY).form).expect("serializes");
    for added in ["drugs", "warning_signs", "pregnancy", "papers"] {
        form.as_object_mut().expect("an object").remove(added);
    }
    let read: Form = serde_json::from_value(form).expect("parses");
    assert_eq!(read.papers, Papers::default());
}
