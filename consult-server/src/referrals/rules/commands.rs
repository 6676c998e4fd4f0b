//! The bodies of the commands, one type for each shape, and what each means to the crate `referral`. A body says what a
//! person typed; what is missing in it is the crate's to refuse, so texts and choices may be absent here.

use super::super::{DeclineReason, OutcomeDisposition, ReferralConsentInput, ReferralForm, ResourceKind};
use super::inputs;
use crate::error::{Code, Refusal};
use crate::ids::{DepartmentId, OrganisationId, PatientId, PersonId};
use crate::refs::Diagnosis;
use crate::time::Timestamp;
use referral::{Command, Field, Leg, LegId, Millis, NextLeg, OutcomeNote};
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What a command may need beside its body.
pub struct Around<'a> {
    pub leg: &'a Leg,
    pub patient: &'a str,
    pub now: Timestamp,
    /// An id for a leg that the command brings to life.
    pub fresh: LegId,
}

pub trait Body: Clone + Send + 'static {
    /// # Errors
    /// `referral.…-missing` where the crate has no value to stand for what is missing.
    fn command(self, around: Around<'_>) -> Result<Command, Refusal>;
}

fn missing(field: Field) -> Refusal {
    super::refusal(&referral::Refusal::Missing { field })
}

fn millis(at: Option<Timestamp>, now: Timestamp) -> Millis {
    Millis(at.unwrap_or(now).0)
}

/// Commands that need no words.
macro_rules! bare {
    ($($name:ident = $command:expr;)+) => {$(
        #[derive(Clone, Debug, Default, Deserialize, ToSchema)]
        #[schema(as = leg::$name)]
        pub struct $name {}
        impl Body for $name {
            fn command(self, _: Around<'_>) -> Result<Command, Refusal> {
                Ok($command)
            }
        }
    )+};
}

bare! {
    // Whether anybody there has an account is said before it is decided.
    Submit = Command::Submit { external: false };
    Discard = Command::Discard;
    Open = Command::Open;
    Release = Command::Release;
    Acknowledge = Command::Acknowledge;
    ConfirmCancel = Command::ConfirmCancel;
    AcknowledgeDecision = Command::AcknowledgeDecision;
    Urge = Command::Urge;
}

/// Commands that need one text.
macro_rules! worded {
    ($($name:ident { $field:ident } = $command:ident;)+) => {$(
        #[derive(Clone, Debug, Default, Deserialize, ToSchema)]
        #[serde(default)]
        #[schema(as = leg::$name)]
        pub struct $name {
            pub $field: String,
        }
        impl Body for $name {
            fn command(self, _: Around<'_>) -> Result<Command, Refusal> {
                Ok(Command::$command { $field: self.$field })
            }
        }
    )+};
}

worded! {
    Ask { text } = Ask;
    Answer { text } = Answer;
    Note { text } = Note;
    LateNote { text } = LateNote;
    Admit { encounter_number } = Admit;
    Cancel { reason } = Cancel;
    RefuseCancel { reason } = RefuseCancel;
    ForceClose { reason } = ForceClose;
    MarkError { reason } = MarkError;
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = leg::CompleteRecord)]
pub struct CompleteRecord {
    pub form: ReferralForm,
    #[serde(default)]
    pub consent: Option<ReferralConsentInput>,
}

impl Body for CompleteRecord {
    fn command(self, around: Around<'_>) -> Result<Command, Refusal> {
        let known = around.leg.consent.as_ref();
        let consent = match &self.consent {
            Some(said) => inputs::consent(Some(said), known, around.now),
            None => known.cloned(),
        };
        Ok(Command::CompleteRecord { form: inputs::form(&self.form)?, consent })
    }
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = leg::Accept)]
pub struct Accept {
    /// The person of the receiving organisation who takes the patient.
    #[serde(default)]
    pub owner_id: Option<PersonId>,
    #[serde(default)]
    pub expected_at: Option<Timestamp>,
}

impl Body for Accept {
    fn command(self, _: Around<'_>) -> Result<Command, Refusal> {
        let owner = self.owner_id.ok_or_else(|| missing(Field::Owner))?;
        let expected_at = self.expected_at.ok_or_else(|| missing(Field::ExpectedAt))?;
        Ok(Command::Accept {
            owner: referral::PersonId::new(owner.as_str()),
            expected_at: Millis(expected_at.0),
        })
    }
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = leg::Decline)]
pub struct Decline {
    #[serde(default)]
    pub reason_code: Option<DeclineReason>,
    #[serde(default)]
    pub suggestion: String,
    #[serde(default)]
    pub text: Option<String>,
}

impl Body for Decline {
    fn command(self, _: Around<'_>) -> Result<Command, Refusal> {
        let reason = self.reason_code.ok_or_else(|| missing(Field::Reason).with("field", "reason_code"))?;
        Ok(Command::Decline { reason: reason.0, suggestion: self.suggestion, text: self.text })
    }
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = leg::Redirect)]
pub struct Redirect {
    #[serde(default)]
    pub to_organisation_id: Option<OrganisationId>,
    #[serde(default)]
    pub to_department_id: Option<DepartmentId>,
    /// The hand-off note.
    #[serde(default)]
    pub note: String,
}

impl Body for Redirect {
    fn command(self, around: Around<'_>) -> Result<Command, Refusal> {
        let to = inputs::destination(self.to_organisation_id.as_ref(), self.to_department_id.as_ref());
        let to = to.ok_or_else(|| missing(Field::Destination))?;
        Ok(Command::Redirect { leg: around.fresh, to, note: self.note })
    }
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = leg::Reserve)]
pub struct Reserve {
    /// A bed unless said otherwise; `not_needed` holds nothing.
    #[serde(default)]
    pub kind: Option<ResourceKind>,
    /// Which bed, slot or bay.
    #[serde(default)]
    pub resource: String,
    #[serde(default)]
    pub hold_until: Option<Timestamp>,
}

impl Body for Reserve {
    fn command(self, _: Around<'_>) -> Result<Command, Refusal> {
        Ok(Command::Reserve {
            kind: self.kind.map_or(referral::ResourceKind::Bed, |kind| kind.0),
            label: self.resource,
            hold_until: self.hold_until.map(|at| Millis(at.0)),
        })
    }
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = leg::Depart)]
pub struct Depart {
    /// Now unless said otherwise.
    #[serde(default)]
    pub at: Option<Timestamp>,
    #[serde(default)]
    pub escort: Option<String>,
    #[serde(default)]
    pub vehicle: Option<String>,
    #[serde(default)]
    pub vitals: BTreeMap<String, String>,
    #[serde(default)]
    pub eta: Option<Timestamp>,
}

impl Body for Depart {
    fn command(self, around: Around<'_>) -> Result<Command, Refusal> {
        let eta = self.eta.ok_or_else(|| missing(Field::Eta))?;
        Ok(Command::Depart {
            at: millis(self.at, around.now),
            escort: self.escort,
            vehicle: self.vehicle,
            vitals: self.vitals,
            eta: Millis(eta.0),
        })
    }
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = leg::Arrive)]
pub struct Arrive {
    /// Now unless said otherwise.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// Who handed the patient over.
    #[serde(default)]
    pub signature: String,
}

impl Body for Arrive {
    fn command(self, around: Around<'_>) -> Result<Command, Refusal> {
        Ok(Command::Arrive { at: millis(self.at, around.now), signature: self.signature })
    }
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = leg::NoShow)]
pub struct NoShow {
    /// Two at least.
    #[serde(default)]
    pub attempts: Vec<Attempt>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = leg::Attempt)]
pub struct Attempt {
    pub at: Timestamp,
    #[serde(default)]
    pub note: String,
}

impl Body for NoShow {
    fn command(self, _: Around<'_>) -> Result<Command, Refusal> {
        let attempt = |a: Attempt| referral::ContactAttempt { at: Millis(a.at.0), note: a.note };
        Ok(Command::NoShow { attempts: self.attempts.into_iter().map(attempt).collect() })
    }
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = leg::Rebook)]
pub struct Rebook {
    #[serde(default)]
    pub expected_at: Option<Timestamp>,
}

impl Body for Rebook {
    fn command(self, _: Around<'_>) -> Result<Command, Refusal> {
        let expected_at = self.expected_at.ok_or_else(|| missing(Field::ExpectedAt))?;
        Ok(Command::Rebook { expected_at: Millis(expected_at.0) })
    }
}

/// The outcome note; `back_down` and `onward` draft the next leg, unless the patient comes back to whoever writes.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = leg::SendOutcome)]
pub struct SendOutcome {
    #[serde(default)]
    pub diagnosis: Diagnosis,
    #[serde(default)]
    pub treatment: String,
    #[serde(default)]
    pub plan: String,
    /// What was found: examination and tests.
    #[serde(default)]
    pub findings: String,
    #[serde(default)]
    pub drugs: String,
    #[serde(default)]
    pub warning_signs: String,
    /// Whom the outcome is about, where the writer says so: an outcome for another patient is refused.
    #[serde(default)]
    pub patient_id: Option<PatientId>,
    pub disposition: OutcomeDisposition,
    /// Where an onward leg goes, if that is known already.
    #[serde(default)]
    pub to_organisation_id: Option<OrganisationId>,
    #[serde(default)]
    pub to_department_id: Option<DepartmentId>,
}

impl SendOutcome {
    fn parts(self, around: Around<'_>) -> Result<(OutcomeNote, Option<NextLeg>), Refusal> {
        if self.patient_id.is_some_and(|named| named.as_str() != around.patient) {
            return Err(Refusal::field(Code::ReferralOtherPatient, "patient_id"));
        }
        let to = inputs::destination(self.to_organisation_id.as_ref(), self.to_department_id.as_ref());
        let note = OutcomeNote {
            diagnosis: inputs::diagnosis(self.diagnosis),
            treatment: self.treatment,
            plan: self.plan,
            findings: self.findings,
            drugs: self.drugs,
            warning_signs: self.warning_signs,
            disposition: self.disposition.0,
        };
        Ok((note, Some(NextLeg { id: around.fresh, to })))
    }
}

impl Body for SendOutcome {
    fn command(self, around: Around<'_>) -> Result<Command, Refusal> {
        let (outcome, next) = self.parts(around)?;
        Ok(Command::SendOutcome { outcome, next })
    }
}

/// A new version of the outcome; the old ones stay visible.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = leg::AmendOutcome)]
pub struct AmendOutcome {
    #[serde(flatten)]
    pub outcome: SendOutcome,
}

impl Body for AmendOutcome {
    fn command(self, around: Around<'_>) -> Result<Command, Refusal> {
        let (outcome, next) = self.outcome.parts(around)?;
        Ok(Command::AmendOutcome { outcome, next })
    }
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = leg::RecordDeath)]
pub struct RecordDeath {
    #[serde(default)]
    pub at: Option<Timestamp>,
    #[serde(default)]
    pub circumstances: String,
}

impl Body for RecordDeath {
    fn command(self, around: Around<'_>) -> Result<Command, Refusal> {
        Ok(Command::RecordDeath { at: millis(self.at, around.now), circumstances: self.circumstances })
    }
}
