//! Who owes the next step of a consult and until when: the turnaround table as data, and one answer for each open
//! state (I-1). A deadline that is missed calls the next rung of the ladder; nothing expires. Pure.

pub mod flow;

use super::rules::Life;
use super::state::State;
use super::{ConsultType, Mode, Urgency, words};
use crate::time::Timestamp;

words! {
    /// The side that owes.
    Debtor {
        Requester = "requester",
        Invited = "invited",
        /// Whoever answers for the organisation that missed its deadline: coordinator or manager.
        Manager = "manager",
    }
}

words! {
    /// What must be done.
    Duty {
        CheckQuality = "check_quality",
        Resubmit = "resubmit",
        Claim = "claim",
        Answer = "answer",
        Start = "start",
        Report = "report",
        Sign = "sign",
        Deliver = "deliver",
        Acknowledge = "acknowledge",
        CloseCriticalValue = "close_critical_value",
    }
}

/// What is owed now. `person` stands for the one it is asked of first; the duty is the organisation's (I-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub debtor: Debtor,
    pub duty: Duty,
    pub at: Timestamp,
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Seconds for critical, urgent, routine.
type Spans = [i64; 3];

/// Submit → signed (default of every alliance); for a live comprehensive consult: submit → started.
const ECG: Spans = [5 * MINUTE, 10 * MINUTE, 30 * MINUTE];
const CROSS_SECTIONS: Spans = [30 * MINUTE, HOUR, DAY];
/// Critical: a frozen section.
const PATHOLOGY: Spans = [30 * MINUTE, DAY, 5 * DAY];
const COMPREHENSIVE_LIVE: Spans = [10 * MINUTE, 2 * HOUR, 2 * DAY];
const COMPREHENSIVE_WRITTEN: Spans = [30 * MINUTE, 2 * HOUR, 2 * DAY];
/// The requester's answers: to a question, to data returned.
const ANSWER: Spans = [10 * MINUTE, HOUR, DAY];
const ACKNOWLEDGE: Spans = [3 * DAY; 3];
/// From one rung of the ladder to the next.
const RUNG: Spans = [5 * MINUTE, 30 * MINUTE, 4 * HOUR];
/// Beyond the last rung it is called again so often.
const TOP_AGAIN: i64 = DAY;

/// Shares of the turnaround, in percent: by then the data must be checked, and somebody must have taken the consult.
const CHECK_SHARE: i64 = 25;
const CLAIM_SHARE: i64 = 50;
/// A step that begins late still has so much of the turnaround before it is called missed.
const GRACE_SHARE: i64 = 25;

fn of(spans: Spans, urgency: Urgency) -> i64 {
    match urgency {
        Urgency::Critical => spans[0],
        Urgency::Urgent => spans[1],
        Urgency::Routine => spans[2],
    }
}

/// Seconds from submission to the signed report, or to the start of a live comprehensive consult.
pub fn turnaround(kind: ConsultType, mode: Mode, urgency: Urgency) -> i64 {
    let spans = match (kind, mode) {
        (ConsultType::Ecg, Mode::Asynchronous | Mode::Live) => ECG,
        (ConsultType::Imaging, Mode::Asynchronous | Mode::Live) => CROSS_SECTIONS,
        (ConsultType::Pathology, Mode::Asynchronous | Mode::Live) => PATHOLOGY,
        (ConsultType::Comprehensive, Mode::Live) => COMPREHENSIVE_LIVE,
        (ConsultType::Comprehensive, Mode::Asynchronous) => COMPREHENSIVE_WRITTEN,
    };
    of(spans, urgency)
}

/// What is owed in the state that a consult has just reached; `None` exactly where nobody is waited for.
pub fn due(life: &Life, now: Timestamp) -> Option<Due> {
    let answer = now.plus_seconds(of(ANSWER, life.urgency));
    let (debtor, duty, at) = match life.state {
        State::Draft | State::Closed | State::Declined | State::Cancelled => return None,
        State::Submitted => (Debtor::Invited, Duty::CheckQuality, promised(life, CHECK_SHARE, now)),
        State::Returned => (Debtor::Requester, Duty::Resubmit, answer),
        State::QualityChecked => (Debtor::Invited, Duty::Claim, promised(life, CLAIM_SHARE, now)),
        State::Assigned => (Debtor::Invited, Duty::Start, promised(life, 100, now)),
        State::InfoRequested => (Debtor::Requester, Duty::Answer, answer),
        State::Reading | State::InSession => (Debtor::Invited, Duty::Report, promised(life, 100, now)),
        State::Drafted => (Debtor::Invited, Duty::Sign, promised(life, 100, now)),
        State::Signed => (Debtor::Invited, Duty::Deliver, now.plus_seconds(MINUTE)),
        State::Delivered => {
            (Debtor::Requester, Duty::Acknowledge, now.plus_seconds(of(ACKNOWLEDGE, life.urgency)))
        }
        State::Acknowledged => (Debtor::Requester, Duty::CloseCriticalValue, answer),
    };
    Some(Due { debtor, duty, at })
}

/// When the ladder calls its next rung; at the top it calls again each day.
pub fn next_rung(urgency: Urgency, at_top: bool, now: Timestamp) -> Timestamp {
    now.plus_seconds(if at_top { TOP_AGAIN } else { of(RUNG, urgency) })
}

/// The promise to the requester: a share of the turnaround, counted without the requester's own time.
fn promised(life: &Life, percent: i64, now: Timestamp) -> Timestamp {
    let whole = turnaround(life.kind, life.mode, life.urgency);
    // A live comprehensive consult promises its start; the opinion follows within the same time again. So does an
    // amendment, whose first promise was kept long ago.
    let starts_anew = life.signed_version.is_some()
        || (life.kind == ConsultType::Comprehensive && life.mode == Mode::Live && life.started_at.is_some());
    let from = match (starts_anew, life.started_at, life.submitted_at) {
        (true, Some(started), _) => started,
        (false, _, Some(submitted)) => Timestamp(submitted.0 + life.waited_ms),
        (true, None, _) | (false, _, None) => now,
    };
    from.plus_seconds(whole * percent / 100).max(now.plus_seconds(whole * GRACE_SHARE / 100))
}

#[cfg(test)]
mod tests {
    use super::super::rules::tests::life;
    use super::*;

    #[test]
    fn the_turnaround_is_the_table_of_the_agreement() {
        for (kind, mode, expected) in [
            (ConsultType::Ecg, Mode::Asynchronous, [300, 600, 1_800]),
            (ConsultType::Imaging, Mode::Asynchronous, [1_800, 3_600, 86_400]),
            (ConsultType::Comprehensive, Mode::Live, [600, 7_200, 172_800]),
        ] {
            let urgencies = [Urgency::Critical, Urgency::Urgent, Urgency::Routine];
            assert_eq!(urgencies.map(|u| turnaround(kind, mode, u)), expected);
        }
    }

    #[test]
    fn somebody_owes_exactly_while_a_consult_is_open() {
        for state in State::ALL {
            let due = due(&life(*state), Timestamp(0));
            assert_eq!(due.is_some(), state.is_open(), "{state:?}");
        }
    }

    #[test]
    fn the_time_a_requester_took_to_answer_is_given_back_to_the_specialist() {
        let mut life = life(State::Reading);
        life.submitted_at = Some(Timestamp(0));
        let before = due(&life, Timestamp(0)).unwrap().at;
        life.waited_ms = 90_000;
        assert_eq!(due(&life, Timestamp(0)).unwrap().at.0 - before.0, 90_000);
    }

    #[test]
    fn a_step_that_begins_after_the_promise_is_not_missed_at_once() {
        let mut life = life(State::Assigned);
        life.submitted_at = Some(Timestamp(0));
        let late = Timestamp(10 * DAY * 1_000);
        assert!(due(&life, late).unwrap().at > late);
    }
}
