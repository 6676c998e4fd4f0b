//! What can be asked of a leg, with what it needs. The new ids a command brings to life come
//! with it. Which stage and which person may give it stands in `table.rs`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::form::{Consent, Form, OutcomeNote};
use crate::ids::{LegId, PersonId};
use crate::state::{ContactAttempt, DeclineReason, Destination, Direction, ResourceKind, Urgency};
use crate::time::Millis;

codes! {
    /// The name of a command: the last segment of its path.
    pub enum CommandKind {
        Draft = "draft",
        Revise = "revise",
        Discard = "discard",
        Submit = "submit",
        CompleteRecord = "complete_record",
        Open = "open",
        Ask = "ask",
        Answer = "answer",
        Accept = "accept",
        Decline = "decline",
        Redirect = "redirect",
        Reserve = "reserve",
        Release = "release",
        Depart = "depart",
        Arrive = "arrive",
        NoShow = "no_show",
        Rebook = "rebook",
        Admit = "admit",
        Note = "note",
        SendOutcome = "send_outcome",
        RecordDeath = "record_death",
        AmendOutcome = "amend_outcome",
        Acknowledge = "acknowledge",
        Cancel = "cancel",
        ConfirmCancel = "confirm_cancel",
        RefuseCancel = "refuse_cancel",
        ForceClose = "force_close",
        MarkError = "mark_error",
        AcknowledgeDecision = "acknowledge_decision",
        Urge = "urge",
        LateNote = "late_note",
    }
}

/// What a sender writes before submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftInput {
    pub direction: Direction,
    pub urgency: Urgency,
    pub to: Option<Destination>,
    pub form: Form,
    pub consent: Option<Consent>,
}

/// The leg an outcome drafts. `to` is needed for nothing but *onward*; a transfer back goes to
/// the sender.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextLeg {
    pub id: LegId,
    pub to: Option<Destination>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// A new leg of the case, sent by the actor's organisation. `replaces`: the ended leg that it
    /// follows up; `based_on`: the leg that brought the patient.
    Draft {
        input: DraftInput,
        replaces: Option<LegId>,
        based_on: Option<LegId>,
    },
    /// Replace what a draft says.
    Revise {
        input: DraftInput,
    },
    Discard,
    /// `external`: whether nobody at the destination has an account today; the draft may have said otherwise.
    Submit {
        external: bool,
    },
    /// Fill in what an emergency was submitted without.
    CompleteRecord {
        form: Form,
        consent: Option<Consent>,
    },
    Open,
    Ask {
        text: String,
    },
    Answer {
        text: String,
    },
    Accept {
        owner: PersonId,
        expected_at: Millis,
    },
    Decline {
        reason: DeclineReason,
        suggestion: String,
        text: Option<String>,
    },
    /// `leg`: the id of leg n+1.
    Redirect {
        leg: LegId,
        to: Destination,
        note: String,
    },
    /// `hold_until` is needed for everything but `not_needed`.
    Reserve {
        kind: ResourceKind,
        label: String,
        hold_until: Option<Millis>,
    },
    Release,
    Depart {
        at: Millis,
        escort: Option<String>,
        vehicle: Option<String>,
        #[serde(default)]
        vitals: BTreeMap<String, String>,
        eta: Millis,
    },
    Arrive {
        at: Millis,
        signature: String,
    },
    /// Two attempts at least.
    NoShow {
        attempts: Vec<ContactAttempt>,
    },
    Rebook {
        expected_at: Millis,
    },
    Admit {
        encounter_number: String,
    },
    Note {
        text: String,
    },
    /// `next` is needed when the disposition is *back down* or *onward*.
    SendOutcome {
        outcome: OutcomeNote,
        next: Option<NextLeg>,
    },
    RecordDeath {
        at: Millis,
        circumstances: String,
    },
    /// `next` as in `send_outcome`, unless the next leg was drafted before.
    AmendOutcome {
        outcome: OutcomeNote,
        next: Option<NextLeg>,
    },
    Acknowledge,
    Cancel {
        reason: String,
    },
    ConfirmCancel,
    RefuseCancel {
        reason: String,
    },
    ForceClose {
        reason: String,
    },
    MarkError {
        reason: String,
    },
    AcknowledgeDecision,
    /// Whoever waits asks the other side to act (一键催办).
    Urge,
    LateNote {
        text: String,
    },
}

impl Command {
    pub const fn kind(&self) -> CommandKind {
        match self {
            Self::Draft { .. } => CommandKind::Draft,
            Self::Revise { .. } => CommandKind::Revise,
            Self::Discard => CommandKind::Discard,
            Self::Submit { .. } => CommandKind::Submit,
            Self::CompleteRecord { .. } => CommandKind::CompleteRecord,
            Self::Open => CommandKind::Open,
            Self::Ask { .. } => CommandKind::Ask,
            Self::Answer { .. } => CommandKind::Answer,
            Self::Accept { .. } => CommandKind::Accept,
            Self::Decline { .. } => CommandKind::Decline,
            Self::Redirect { .. } => CommandKind::Redirect,
            Self::Reserve { .. } => CommandKind::Reserve,
            Self::Release => CommandKind::Release,
            Self::Depart { .. } => CommandKind::Depart,
            Self::Arrive { .. } => CommandKind::Arrive,
            Self::NoShow { .. } => CommandKind::NoShow,
            Self::Rebook { .. } => CommandKind::Rebook,
            Self::Admit { .. } => CommandKind::Admit,
            Self::Note { .. } => CommandKind::Note,
            Self::SendOutcome { .. } => CommandKind::SendOutcome,
            Self::RecordDeath { .. } => CommandKind::RecordDeath,
            Self::AmendOutcome { .. } => CommandKind::AmendOutcome,
            Self::Acknowledge => CommandKind::Acknowledge,
            Self::Cancel { .. } => CommandKind::Cancel,
            Self::ConfirmCancel => CommandKind::ConfirmCancel,
            Self::RefuseCancel { .. } => CommandKind::RefuseCancel,
            Self::ForceClose { .. } => CommandKind::ForceClose,
            Self::MarkError { .. } => CommandKind::MarkError,
            Self::AcknowledgeDecision => CommandKind::AcknowledgeDecision,
            Self::Urge => CommandKind::Urge,
            Self::LateNote { .. } => CommandKind::LateNote,
        }
    }
}
