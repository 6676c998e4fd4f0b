//! The whole way of a consult without a store, and random histories that try to break it.

use super::super::deadline;
use super::super::report::Disposition;
use super::*;
use crate::refs::Diagnosis;
use proptest::prelude::*;

/// A consult that could be submitted, in some state.
pub fn life(state: State) -> Life {
    Life {
        kind: ConsultType::Imaging,
        mode: Mode::Asynchronous,
        urgency: Urgency::Urgent,
        question: "肺部结节性质？".to_owned(),
        summary: "咳嗽两周。".to_owned(),
        consent: Some(ConsentKind::Written),
        state,
        resume: None,
        assignee: None,
        assigned_at: None,
        submitted_at: None,
        started_at: None,
        waiting_since: None,
        waited_ms: 0,
        report_version: None,
        signed_version: None,
        decision: None,
        acknowledgement: None,
    }
}

const NOW: Timestamp = Timestamp(1_795_399_200_000);

#[test]
fn a_question_is_asked_answered_and_closed() {
    let mut life = life(State::Draft);
    let mut kinds = Vec::new();
    for (command, giver) in [
        (Command::Submit, requester()),
        (Command::Claim, specialist()),
        (Command::Start { room: None }, assignee()),
        (Command::DraftReport(whole()), assignee()),
        (Command::Sign, assignee()),
        (Command::Acknowledge { adoption: Adoption::Adopted, reason: None }, requester()),
    ] {
        let (next, log) = advance(life, &command, &giver, &facts(), NOW).unwrap();
        life = next;
        kinds.extend(log.iter().map(|h| h.kind.trim_start_matches("consult.")));
    }
    assert_eq!(
        kinds,
        [
            "submitted",
            "quality_checked",
            "claimed",
            "started",
            "report_drafted",
            "signed",
            "delivered",
            "acknowledged",
            "closed"
        ]
    );
    assert_eq!(life.state, State::Closed);
}

#[test]
fn each_gap_of_a_request_is_refused_by_name() {
    type Gap = fn(&mut Life, &mut Facts);
    let gaps: [(Code, Gap); 4] = [
        (Code::ConsultQuestionMissing, |l, _| l.question.clear()),
        (Code::ConsultSummaryMissing, |l, _| l.summary.clear()),
        (Code::ConsultNoAgreement, |_, f| f.agreed = false),
        (Code::ConsultConsentMissing, |l, _| l.consent = Some(ConsentKind::EmergencyPending)),
    ];
    for (code, make) in gaps {
        let (mut life, mut facts) = (life(State::Draft), facts());
        make(&mut life, &mut facts);
        assert_eq!(advance(life, &Command::Submit, &requester(), &facts, NOW).unwrap_err().code, code);
    }
}

#[test]
fn an_emergency_goes_before_its_paper() {
    let mut life = life(State::Draft);
    (life.urgency, life.consent) = (Urgency::Critical, None);
    assert!(advance(life.clone(), &Command::Submit, &requester(), &facts(), NOW).is_ok());
    life.state = State::Assigned;
    assert!(may_change(&life, Touched::Consent).is_ok(), "the consent may follow");
    assert!(may_change(&life, Touched::Words).is_err(), "and nothing else");
}

#[test]
fn a_licence_that_ended_or_is_too_young_takes_nothing() {
    for (until, since, code) in [
        (Some(NOW), Some(Timestamp(0)), Code::ConsultLicence),
        (None, Some(Timestamp(0)), Code::ConsultLicence),
        (Some(NOW.plus_seconds(1)), Some(NOW.plus_seconds(1 - PRACTICE_SECONDS)), Code::ConsultPractice),
        (Some(NOW.plus_seconds(1)), None, Code::ConsultPractice),
    ] {
        let facts = Facts { licence_until: until, practising_since: since, ..facts() };
        let refusal = advance(life(State::QualityChecked), &Command::Claim, &specialist(), &facts, NOW);
        assert_eq!(refusal.unwrap_err().code, code);
    }
}

#[test]
fn an_answer_leads_back_to_where_the_question_was_asked() {
    for from in [State::QualityChecked, State::Assigned, State::Reading] {
        let ask = Command::Ask { text: "肌钙蛋白？".to_owned() };
        let (asked, _) = advance(taken(from), &ask, &assignee(), &facts(), NOW).unwrap();
        let answer = Command::Answer { text: "0.02".to_owned() };
        let later = NOW.plus_seconds(60);
        let (answered, _) = advance(asked, &answer, &requester(), &facts(), later).unwrap();
        assert_eq!((answered.state, answered.waited_ms), (from, 60_000));
    }
}

#[test]
fn not_following_the_advice_needs_a_reason() {
    for adoption in [Adoption::Partly, Adoption::Not] {
        let command = Command::Acknowledge { adoption, reason: Some(" ".to_owned()) };
        let refusal = advance(taken(State::Delivered), &command, &requester(), &facts(), NOW).unwrap_err();
        assert_eq!(refusal.code, Code::ConsultReasonMissing);
    }
}

#[test]
fn what_is_offered_is_what_would_be_taken() {
    for state in State::ALL {
        for giver in [requester(), coordinator(), specialist(), assignee()] {
            let life = taken(*state);
            let offered = allowed(&life, giver.actor);
            for command in samples() {
                let verb = command.verb();
                let taken = advance(life.clone(), &command, &giver, &facts(), NOW);
                let is_offered = offered.contains(&verb.as_str());
                assert_eq!(taken.is_ok(), is_offered, "{state:?} {verb:?} {:?}", taken.err());
            }
        }
    }
}

proptest! {
    /// Random commands of random people, in any order, at random times.
    #[test]
    fn no_history_breaks_the_promises(
        steps in prop::collection::vec((0..16usize, 0..5usize, 0..1_000_000i64), 1..60),
        auto in any::<bool>(),
        live in any::<bool>(),
    ) {
        let facts = Facts { auto_quality: auto, ..facts() };
        let mut standing = life(State::Draft);
        standing.mode = if live { Mode::Live } else { Mode::Asynchronous };
        let mut now = NOW;
        let mut signed: Vec<i64> = Vec::new();
        for (which, who, wait) in steps {
            now = Timestamp(now.0 + wait);
            let command = samples().swap_remove(which);
            let giver = givers(&standing).swap_remove(who);
            let before = standing.clone();
            match advance(standing.clone(), &command, &giver, &facts, now) {
                Err(refusal) => prop_assert!(refusal.internal.is_none(), "{:?}", refusal.internal),
                Ok((after, log)) => {
                    prop_assert!(!log.is_empty());
                    prop_assert!(!before.state.is_terminal() || command.verb() == Verb::Amend);
                    if command.verb() == Verb::DraftReport {
                        // Only a version that is not signed is ever written.
                        prop_assert!(!signed.contains(&after.report_version.unwrap()));
                    }
                    if command.verb() == Verb::Sign {
                        signed.push(after.signed_version.unwrap());
                    }
                    standing = after;
                }
            }
            // I-1: exactly one debtor with one deadline while it is open, and none else.
            let due = deadline::due(&standing, now);
            prop_assert_eq!(due.is_some(), standing.state.is_open());
            prop_assert!(due.is_none_or(|due| due.at > now));
            // Whoever works on it is known; a question always has a way back.
            let is_worked_on =
                matches!(standing.state, State::Assigned | State::Reading | State::InSession | State::Drafted);
            prop_assert!(!is_worked_on || standing.assignee.is_some());
            prop_assert_eq!(standing.state == State::InfoRequested, standing.resume.is_some());
            // Versions of reports only grow, and a signed one never goes away.
            prop_assert!(standing.signed_version >= before.signed_version);
            prop_assert!(standing.report_version >= before.report_version);
            prop_assert!(standing.waited_ms >= before.waited_ms);
            // Nothing stays between signature and delivery.
            prop_assert!(standing.state != State::Signed);
        }
    }
}

fn facts() -> Facts {
    Facts {
        agreed: true,
        auto_quality: true,
        licence_until: Some(Timestamp(i64::MAX / 2)),
        practising_since: Some(Timestamp(0)),
        report: Some(whole()),
    }
}

fn whole() -> ReportText {
    ReportText {
        findings: "右肺上叶结节".to_owned(),
        diagnosis: Diagnosis { text: "肺结节".to_owned(), ..Diagnosis::default() },
        advice: "三个月后复查".to_owned(),
        disposition: Some(Disposition::TreatHere),
    }
}

/// A consult that the assignee has, in some state, with whatever that state presupposes.
fn taken(state: State) -> Life {
    let mut life = life(state);
    if !matches!(state, State::Draft | State::Submitted | State::Returned | State::QualityChecked) {
        life.assignee = Some(PersonId::trusted("assignee"));
    }
    if state == State::InfoRequested {
        life.resume = Some(State::Reading);
    }
    if state == State::Drafted {
        life.report_version = Some(1);
    }
    if matches!(state, State::Signed | State::Delivered | State::Acknowledged | State::Closed) {
        (life.report_version, life.signed_version) = (Some(1), Some(1));
    }
    life
}

fn samples() -> Vec<Command> {
    let words = || "理由".to_owned();
    vec![
        Command::Submit,
        Command::PassQuality,
        Command::ReturnData { reason: words() },
        Command::Resubmit,
        Command::Claim,
        Command::Release { reason: words() },
        Command::Ask { text: words() },
        Command::Answer { text: words() },
        Command::Decline { reason: DeclineReason::Other, text: Some(words()) },
        Command::Start { room: None },
        Command::DraftReport(whole()),
        Command::Sign,
        Command::Deliver,
        Command::Acknowledge { adoption: Adoption::Partly, reason: Some(words()) },
        Command::Cancel { reason: words() },
        Command::Amend { reason: words() },
    ]
}

fn givers(life: &Life) -> Vec<Giver> {
    let mut taker = specialist();
    taker.actor.is_assignee = life.assignee.as_ref() == Some(&taker.person);
    let mut other = giver("other", Actor { is_specialist: true, ..Actor::default() });
    other.actor.is_assignee = life.assignee.as_ref() == Some(&other.person);
    let system = giver("system", Actor::SYSTEM);
    vec![requester(), coordinator(), taker, other, system]
}

fn giver(person: &str, actor: Actor) -> Giver {
    Giver { person: PersonId::trusted(person), actor }
}

fn requester() -> Giver {
    giver("requester", Actor { is_requester: true, ..Actor::default() })
}

fn coordinator() -> Giver {
    giver("coordinator", Actor { is_coordinator: true, ..Actor::default() })
}

fn specialist() -> Giver {
    giver("assignee", Actor { is_specialist: true, ..Actor::default() })
}

fn assignee() -> Giver {
    giver("assignee", Actor { is_specialist: true, is_assignee: true, ..Actor::default() })
}
