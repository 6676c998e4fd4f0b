//! The life of a consult as data: states, verbs, and the one table of who may give which command where.
//! Pure: knows no store, no clock and no caller but the facts it is told.

use super::words;
use crate::error::{Code, Refusal, Result};

words! {
    /// Where a consult stands.
    #[schema(as = ConsultState)]
    State {
        Draft = "draft",
        Submitted = "submitted",
        Returned = "returned",
        QualityChecked = "quality_checked",
        Assigned = "assigned",
        InfoRequested = "info_requested",
        Reading = "reading",
        InSession = "in_session",
        Drafted = "drafted",
        Signed = "signed",
        Delivered = "delivered",
        /// Read by the requester, while a critical value is still open.
        Acknowledged = "acknowledged",
        Closed = "closed",
        Declined = "declined",
        Cancelled = "cancelled",
    }
}

impl State {
    /// Nothing is owed any more; only `amend` leads out of `closed`.
    pub fn is_terminal(self) -> bool {
        matches!(self, State::Closed | State::Declined | State::Cancelled)
    }

    /// Images may still be added: later ones would stand beside a signature that does not cover them.
    pub fn takes_inputs(self) -> bool {
        !self.is_terminal() && !matches!(self, State::Signed | State::Delivered | State::Acknowledged)
    }

    /// Submitted and not ended: somebody owes the next step (I-1).
    pub fn is_open(self) -> bool {
        self != State::Draft && !self.is_terminal()
    }
}

words! {
    /// The commands by their names in paths and in `allowed`.
    Verb {
        Submit = "submit",
        PassQuality = "pass_quality",
        ReturnData = "return_data",
        Resubmit = "resubmit",
        Claim = "claim",
        Release = "release",
        Ask = "ask",
        Answer = "answer",
        Decline = "decline",
        Start = "start",
        DraftReport = "draft_report",
        Sign = "sign",
        Deliver = "deliver",
        Acknowledge = "acknowledge",
        Cancel = "cancel",
        Amend = "amend",
    }
}

/// Who gives a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// Anybody at the requesting organisation who may request consults.
    Requester,
    Coordinator,
    /// Any specialist of the invited organisation.
    Specialist,
    /// The specialist who has it.
    Assignee,
    AssigneeOrCoordinator,
    /// Any specialist while nobody has it; the assignee or a coordinator after.
    InvitedSide,
    System,
}

/// The facts about whoever gives a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Actor {
    pub is_requester: bool,
    pub is_coordinator: bool,
    pub is_specialist: bool,
    pub is_assignee: bool,
    pub is_system: bool,
}

impl Actor {
    pub const SYSTEM: Actor = Actor {
        is_system: true,
        is_requester: false,
        is_coordinator: false,
        is_specialist: false,
        is_assignee: false,
    };

    fn is(self, party: Party, has_assignee: bool) -> bool {
        match party {
            Party::Requester => self.is_requester,
            Party::Coordinator => self.is_coordinator,
            Party::Specialist => self.is_specialist,
            Party::Assignee => self.is_specialist && self.is_assignee,
            Party::AssigneeOrCoordinator => self.is_coordinator || (self.is_specialist && self.is_assignee),
            Party::InvitedSide => {
                self.is_coordinator || (self.is_specialist && (self.is_assignee || !has_assignee))
            }
            Party::System => self.is_system,
        }
    }
}

/// One line of the table: who may give the command in which states.
pub struct Line {
    pub verb: Verb,
    pub from: &'static [State],
    pub by: Party,
}

/// The whole table. A pair of state and verb that is not in it is refused.
pub const TABLE: &[Line] = &[
    Line { verb: Verb::Submit, from: &[State::Draft], by: Party::Requester },
    Line { verb: Verb::PassQuality, from: &[State::Submitted], by: Party::Coordinator },
    Line { verb: Verb::ReturnData, from: &[State::Submitted], by: Party::Coordinator },
    Line { verb: Verb::Resubmit, from: &[State::Returned], by: Party::Requester },
    Line { verb: Verb::Claim, from: &[State::QualityChecked], by: Party::Specialist },
    Line { verb: Verb::Release, from: &[State::Assigned], by: Party::AssigneeOrCoordinator },
    Line {
        verb: Verb::Ask,
        from: &[State::QualityChecked, State::Assigned, State::Reading],
        by: Party::InvitedSide,
    },
    Line { verb: Verb::Answer, from: &[State::InfoRequested], by: Party::Requester },
    Line {
        verb: Verb::Decline,
        from: &[State::Submitted, State::QualityChecked, State::Assigned],
        by: Party::InvitedSide,
    },
    Line { verb: Verb::Start, from: &[State::Assigned], by: Party::Assignee },
    Line {
        verb: Verb::DraftReport,
        from: &[State::Reading, State::InSession, State::Drafted],
        by: Party::Assignee,
    },
    Line { verb: Verb::Sign, from: &[State::Drafted], by: Party::Assignee },
    Line { verb: Verb::Deliver, from: &[State::Signed], by: Party::System },
    Line { verb: Verb::Acknowledge, from: &[State::Delivered], by: Party::Requester },
    Line {
        verb: Verb::Cancel,
        from: &[
            State::Draft,
            State::Submitted,
            State::Returned,
            State::QualityChecked,
            State::Assigned,
            State::InfoRequested,
            State::Reading,
            State::InSession,
            State::Drafted,
        ],
        by: Party::Requester,
    },
    Line {
        verb: Verb::Amend,
        from: &[State::Delivered, State::Acknowledged, State::Closed],
        by: Party::Assignee,
    },
];

/// Whether the command may be given here by this party: the table, and nothing about its content.
pub fn permit(verb: Verb, state: State, has_assignee: bool, actor: Actor) -> Result<()> {
    let line = TABLE.iter().find(|line| line.verb == verb);
    let Some(line) = line.filter(|line| line.from.contains(&state)) else {
        return Err(Refusal::new(Code::ConsultNotInState).with("state", state.as_str()));
    };
    if !actor.is(line.by, has_assignee) {
        let is_theirs = line.by == Party::Assignee && actor.is_specialist;
        return Err(if is_theirs { Code::ConsultNotAssignee } else { Code::ConsultWrongParty }.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_has_one_line() {
        for verb in Verb::ALL {
            assert_eq!(TABLE.iter().filter(|line| line.verb == *verb).count(), 1, "{verb:?}");
        }
    }

    #[test]
    fn every_pair_of_state_and_verb_is_permitted_or_refused_with_a_code() {
        let anybody = Actor {
            is_requester: true,
            is_coordinator: true,
            is_specialist: true,
            is_assignee: true,
            is_system: true,
        };
        let nobody = Actor::default();
        for state in State::ALL {
            for verb in Verb::ALL {
                let listed = TABLE.iter().any(|line| line.verb == *verb && line.from.contains(state));
                let allowed = permit(*verb, *state, true, anybody);
                assert_eq!(allowed.is_ok(), listed, "{state:?} {verb:?}");
                let refused = permit(*verb, *state, true, nobody).unwrap_err().code;
                let expected = if listed {
                    [Code::ConsultWrongParty, Code::ConsultNotAssignee]
                } else {
                    [Code::ConsultNotInState; 2]
                };
                assert!(expected.contains(&refused), "{state:?} {verb:?} {refused:?}");
            }
        }
    }

    #[test]
    fn only_amend_leads_out_of_an_end() {
        for line in TABLE {
            let leaves_an_end = line.from.iter().any(|state| state.is_terminal());
            assert!(!leaves_an_end || line.verb == Verb::Amend, "{:?}", line.verb);
        }
    }

    #[test]
    fn a_specialist_who_has_not_taken_it_may_ask_only_while_it_is_in_the_pool() {
        let other = Actor { is_specialist: true, ..Actor::default() };
        assert!(permit(Verb::Ask, State::QualityChecked, false, other).is_ok());
        assert!(permit(Verb::Ask, State::Assigned, true, other).is_err());
    }
}
