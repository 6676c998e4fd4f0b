//! Deadlines as data: one table per alliance, with the defaults of the domain. How long each
//! duty may take and who is called, rung by rung, when it is missed. Whose duty it is stands in `owed.rs`.

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::state::Urgency;
use crate::time::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByUrgency {
    pub emergency: Span,
    pub urgent: Span,
    pub routine: Span,
}

impl ByUrgency {
    pub const fn new(emergency: Span, urgent: Span, routine: Span) -> Self {
        Self { emergency, urgent, routine }
    }

    pub const fn all(span: Span) -> Self {
        Self::new(span, span, span)
    }

    pub const fn of(&self, urgency: Urgency) -> Span {
        match urgency {
            Urgency::Emergency => self.emergency,
            Urgency::Urgent => self.urgent,
            Urgency::Routine => self.routine,
        }
    }
}

codes! {
    /// Who is called when a deadline is missed, and again each time the step has passed.
    pub enum Rung {
        /// The party that owes it, once more (一键催办).
        Urge = "urge",
        DepartmentDuty = "department_duty",
        /// 总值班
        DutyOfficer = "duty_officer",
        Manager = "manager",
        /// Both sides are told to call each other.
        BothCall = "both_call",
    }
}

codes! {
    /// A ladder of rungs, climbed on the side named.
    pub enum Ladder {
        Receiver = "receiver",
        Sender = "sender",
        Manager = "manager",
        BothCall = "both_call",
    }
}

impl Ladder {
    pub const fn rungs(self) -> &'static [Rung] {
        match self {
            Self::Receiver | Self::Sender => {
                &[Rung::Urge, Rung::DepartmentDuty, Rung::DutyOfficer, Rung::Manager]
            }
            Self::Manager => &[Rung::Manager],
            Self::BothCall => &[Rung::BothCall, Rung::Manager],
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub within: ByUrgency,
    pub ladder: Ladder,
}

impl Rule {
    const fn new(within: ByUrgency, ladder: Ladder) -> Self {
        Self { within, ladder }
    }
}

/// The table of an alliance. A field for each duty, so that none can be without a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Deadlines {
    /// From submission.
    pub open: Rule,
    /// From opening; stands still while information is asked for.
    pub decide: Rule,
    /// From the question.
    pub answer: Rule,
    /// From the request: an emergency is offered on and must find a taker.
    pub hand_over: Rule,
    /// From acceptance.
    pub reserve: Rule,
    /// From the expected date, while nobody has departed.
    pub arrive: Rule,
    /// From the ETA.
    pub arrive_after_eta: Rule,
    /// From arrival, or the expected date if that is later.
    pub see: Rule,
    /// From admission or the last note.
    pub note: Rule,
    /// From the latest version of the outcome.
    pub acknowledge: Rule,
    /// From the decision (declined, redirected, cancelled).
    pub react: Rule,
    pub rebook: Rule,
    pub answer_cancel: Rule,
    /// From the outcome that drafted the leg.
    pub submit_next: Rule,
    /// How long an emergency's papers may take, from submission.
    pub complete_record: ByUrgency,
    /// Between two rungs of a ladder.
    pub step: ByUrgency,
}

impl Default for Deadlines {
    fn default() -> Self {
        const fn m(n: i64) -> Span {
            Span::minutes(n)
        }
        const fn h(n: i64) -> Span {
            Span::hours(n)
        }
        const fn d(n: i64) -> Span {
            Span::days(n)
        }
        Self {
            open: Rule::new(ByUrgency::new(m(2), m(10), m(60)), Ladder::Receiver),
            decide: Rule::new(ByUrgency::new(m(5), m(30), h(4)), Ladder::Receiver),
            answer: Rule::new(ByUrgency::new(m(10), h(1), d(1)), Ladder::Sender),
            hand_over: Rule::new(ByUrgency::new(m(5), m(30), h(4)), Ladder::Receiver),
            reserve: Rule::new(ByUrgency::new(m(10), h(2), d(1)), Ladder::Receiver),
            arrive: Rule::new(ByUrgency::new(m(30), h(2), d(1)), Ladder::Receiver),
            arrive_after_eta: Rule::new(ByUrgency::all(m(30)), Ladder::BothCall),
            see: Rule::new(ByUrgency::new(m(10), m(30), h(1)), Ladder::Receiver),
            note: Rule::new(ByUrgency::all(h(24)), Ladder::Receiver),
            acknowledge: Rule::new(ByUrgency::all(h(72)), Ladder::Sender),
            react: Rule::new(ByUrgency::new(m(15), h(2), d(1)), Ladder::Manager),
            rebook: Rule::new(ByUrgency::all(h(24)), Ladder::Sender),
            answer_cancel: Rule::new(ByUrgency::all(h(1)), Ladder::Receiver),
            // The sender of the next leg is the receiver of the one before.
            submit_next: Rule::new(ByUrgency::all(h(24)), Ladder::Sender),
            complete_record: ByUrgency::all(h(6)),
            step: ByUrgency::new(m(2), m(10), h(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_domain() {
        let table = Deadlines::default();
        let minutes =
            |rule: Rule| Urgency::ALL.iter().map(|u| rule.within.of(*u).0 / 60_000).collect::<Vec<_>>();
        assert_eq!(minutes(table.open), [2, 10, 60]);
        assert_eq!(minutes(table.decide), [5, 30, 4 * 60]);
        assert_eq!(minutes(table.answer), [10, 60, 24 * 60]);
        assert_eq!(minutes(table.reserve), [10, 2 * 60, 24 * 60]);
        assert_eq!(minutes(table.react), [15, 2 * 60, 24 * 60]);
        assert_eq!(minutes(table.acknowledge), [72 * 60; 3]);
        assert_eq!(minutes(table.rebook), [24 * 60; 3]);
        assert_eq!(minutes(table.answer_cancel), [60; 3]);
    }

    #[test]
    fn an_alliance_changes_one_row_and_keeps_the_rest() {
        let json = r#"{"answer_cancel": {"within": {"emergency": 60000, "urgent": 60000, "routine": 60000}, "ladder": "manager"}}"#;
        let table: Deadlines = serde_json::from_str(json).expect("parses");
        assert_eq!(table.answer_cancel.ladder, Ladder::Manager);
        assert_eq!(table.open, Deadlines::default().open);
    }

    #[test]
    fn every_ladder_ends_at_a_manager() {
        for ladder in Ladder::ALL {
            assert_eq!(ladder.rungs().last(), Some(&Rung::Manager), "{ladder}");
        }
    }
}
