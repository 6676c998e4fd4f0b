//! Why a command is not done: one enum, a stable code for each, and details that a page can
//! show. The server's error table turns codes into HTTP status; nothing here knows HTTP.

use serde::Serialize;

use crate::codes::codes;
use crate::command::CommandKind;
use crate::ids::{LegId, OrganisationId, PersonId};
use crate::state::{StateCode, TransportCode};
use crate::time::Millis;

codes! {
    /// An input that a command needs.
    pub enum Field {
        Destination = "destination",
        Complaint = "complaint",
        Diagnosis = "diagnosis",
        Consent = "consent",
        Text = "text",
        Reason = "reason",
        Suggestion = "suggestion",
        Note = "note",
        Owner = "owner",
        Label = "label",
        HoldUntil = "hold_until",
        Signature = "signature",
        Attempts = "attempts",
        EncounterNumber = "encounter_number",
        Circumstances = "circumstances",
        NextLeg = "next_leg",
        At = "at",
        Eta = "eta",
        ExpectedAt = "expected_at",
    }
}

codes! {
    /// The part in a leg that a command belongs to.
    pub enum Part {
        Sender = "sender",
        Receiver = "receiver",
        EitherSide = "either_side",
        Desk = "desk",
        ReceivingDoctor = "receiving_doctor",
        Manager = "manager",
        AuthorOrManager = "author_or_manager",
        /// A side that waits for the other, or a manager.
        WaitingParty = "waiting_party",
        Member = "member",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The case has no such leg.
    NoSuchLeg {
        leg: LegId,
    },
    /// A leg with this id is there already.
    LegIdTaken {
        leg: LegId,
    },
    CaseClosed,
    /// The actor does not have the part that gives this command.
    WrongParty {
        command: CommandKind,
        needs: Part,
    },
    /// The leg is in a stage that does not take this command.
    NotInState {
        command: CommandKind,
        state: StateCode,
    },
    /// The leg has ended (I-16); a late note is still possible.
    LegEnded {
        command: CommandKind,
        state: StateCode,
    },
    /// Somebody was quicker (I-2).
    AlreadyAccepted {
        state: StateCode,
        owner: PersonId,
        by: Option<PersonId>,
        at: Millis,
    },
    AlreadyAcknowledged {
        state: StateCode,
    },
    AlreadyDeparted {
        at: Millis,
    },
    NotDeparted {
        transport: TransportCode,
    },
    EmergencyNotDeclinable,
    /// Only what an emergency was submitted without can be completed.
    RecordNotOpen,
    /// Another leg of the case has the patient (I-4).
    PatientElsewhere {
        leg: LegId,
        organisation: OrganisationId,
        state: StateCode,
        transport: TransportCode,
    },
    /// A required input is empty.
    Missing {
        field: Field,
    },
    DestinationIsSender,
    /// A redirect names a third organisation.
    DestinationUnchanged,
    /// The chain of redirects has been there already.
    RedirectLoop {
        leg: LegId,
        organisation: OrganisationId,
    },
    /// Nobody owes a step in this leg.
    NobodyOwes,
    /// The next step is the actor's own side's.
    OwnTurn,
    /// This person has urged already and waits until then.
    UrgedAlready {
        until: Millis,
    },
    TimeInFuture {
        field: Field,
        now: Millis,
    },
    TimeInPast {
        field: Field,
        now: Millis,
    },
    HoldNotExpired {
        until: Millis,
    },
    TooFewAttempts {
        given: usize,
        needed: usize,
    },
    /// What was handed in is not a history of this machine.
    Incoherent {
        state: StateCode,
        event: &'static str,
    },
}

impl Refusal {
    /// The stable code. Its meaning never changes once released.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoSuchLeg { .. } => "referral.no-such-leg",
            Self::LegIdTaken { .. } => "referral.leg-id-taken",
            Self::CaseClosed => "referral.case-closed",
            Self::WrongParty { .. } => "referral.wrong-party",
            Self::NotInState { .. } => "referral.not-in-state",
            Self::LegEnded { .. } => "referral.leg-ended",
            Self::AlreadyAccepted { .. } => "referral.already-accepted",
            Self::AlreadyAcknowledged { .. } => "referral.already-acknowledged",
            Self::AlreadyDeparted { .. } => "referral.already-departed",
            Self::NotDeparted { .. } => "referral.not-departed",
            Self::EmergencyNotDeclinable => "referral.emergency-not-declinable",
            Self::RecordNotOpen => "referral.record-not-open",
            Self::PatientElsewhere { .. } => "referral.patient-elsewhere",
            Self::Missing { field } => field.missing_code(),
            Self::DestinationIsSender => "referral.destination-is-sender",
            Self::DestinationUnchanged => "referral.destination-unchanged",
            Self::RedirectLoop { .. } => "referral.redirect-loop",
            Self::NobodyOwes => "referral.nobody-owes",
            Self::OwnTurn => "referral.own-turn",
            Self::UrgedAlready { .. } => "referral.urged-already",
            Self::TimeInFuture { .. } => "referral.time-in-future",
            Self::TimeInPast { .. } => "referral.time-in-past",
            Self::HoldNotExpired { .. } => "referral.hold-not-expired",
            Self::TooFewAttempts { .. } => "referral.too-few-attempts",
            Self::Incoherent { .. } => "referral.incoherent-history",
        }
    }

    /// Every code there is, for the server's table and its snapshot.
    pub fn codes() -> Vec<&'static str> {
        let mut codes = vec![
            "referral.no-such-leg",
            "referral.leg-id-taken",
            "referral.case-closed",
            "referral.wrong-party",
            "referral.not-in-state",
            "referral.leg-ended",
            "referral.already-accepted",
            "referral.already-acknowledged",
            "referral.already-departed",
            "referral.not-departed",
            "referral.emergency-not-declinable",
            "referral.record-not-open",
            "referral.patient-elsewhere",
            "referral.destination-is-sender",
            "referral.destination-unchanged",
            "referral.redirect-loop",
            "referral.nobody-owes",
            "referral.own-turn",
            "referral.urged-already",
            "referral.time-in-future",
            "referral.time-in-past",
            "referral.hold-not-expired",
            "referral.too-few-attempts",
            "referral.incoherent-history",
        ];
        codes.extend(Field::ALL.iter().map(|field| field.missing_code()));
        codes
    }

    /// The input at fault, for marking it on the page.
    pub const fn field(&self) -> Option<Field> {
        match self {
            Self::Missing { field } | Self::TimeInFuture { field, .. } | Self::TimeInPast { field, .. } => {
                Some(*field)
            }
            Self::DestinationIsSender | Self::DestinationUnchanged | Self::RedirectLoop { .. } => {
                Some(Field::Destination)
            }
            Self::TooFewAttempts { .. } => Some(Field::Attempts),
            Self::NoSuchLeg { .. }
            | Self::LegIdTaken { .. }
            | Self::CaseClosed
            | Self::WrongParty { .. }
            | Self::NotInState { .. }
            | Self::LegEnded { .. }
            | Self::AlreadyAccepted { .. }
            | Self::AlreadyAcknowledged { .. }
            | Self::AlreadyDeparted { .. }
            | Self::NotDeparted { .. }
            | Self::EmergencyNotDeclinable
            | Self::RecordNotOpen
            | Self::PatientElsewhere { .. }
            | Self::HoldNotExpired { .. }
            | Self::NobodyOwes
            | Self::OwnTurn
            | Self::UrgedAlready { .. }
            | Self::Incoherent { .. } => None,
        }
    }
}

impl Field {
    const fn missing_code(self) -> &'static str {
        match self {
            Self::Destination => "referral.destination-missing",
            Self::Complaint => "referral.complaint-missing",
            Self::Diagnosis => "referral.diagnosis-missing",
            Self::Consent => "referral.consent-missing",
            Self::Text => "referral.text-missing",
            Self::Reason => "referral.reason-missing",
            Self::Suggestion => "referral.suggestion-missing",
            Self::Note => "referral.note-missing",
            Self::Owner => "referral.owner-missing",
            Self::Label => "referral.label-missing",
            Self::HoldUntil => "referral.hold-until-missing",
            Self::Signature => "referral.signature-missing",
            Self::Attempts => "referral.attempts-missing",
            Self::EncounterNumber => "referral.encounter-number-missing",
            Self::Circumstances => "referral.circumstances-missing",
            Self::NextLeg => "referral.next-leg-missing",
            Self::At => "referral.at-missing",
            Self::Eta => "referral.eta-missing",
            Self::ExpectedAt => "referral.expected-at-missing",
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_of_one_shape() {
        let codes = Refusal::codes();
        let unique: std::collections::BTreeSet<_> = codes.iter().collect();
        assert_eq!(unique.len(), codes.len());
        for code in codes {
            let name = code.strip_prefix("referral.").expect("begins with the crate");
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{code}");
        }
    }

    #[test]
    fn a_missing_input_names_its_field_in_code_and_details() {
        let refusal = Refusal::Missing { field: Field::HoldUntil };
        assert_eq!(
            (refusal.code(), refusal.field()),
            ("referral.hold-until-missing", Some(Field::HoldUntil))
        );
        let json = serde_json::to_value(&refusal).expect("serializes");
        assert_eq!(json, serde_json::json!({"missing": {"field": "hold_until"}}));
    }
}
