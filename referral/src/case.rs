//! A patient's episode: its legs and the rules that span them. When it may close, where the
//! patient is, which leg follows which.

use serde::{Deserialize, Serialize};

use crate::ids::{CaseId, LegId, OrganisationId, PatientId};
use crate::leg::Leg;
use crate::state::{State, StateCode};
use crate::time::Millis;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    pub id: CaseId,
    /// FHIR `requisition`; made by the caller.
    pub number: String,
    pub patient: PatientId,
    /// Counts every event of the case and its legs. A decision may look at all legs, so a
    /// writer compares and sets this, too.
    pub version: u64,
    pub closed_at: Option<Millis>,
    /// In the order they were drafted.
    pub legs: Vec<Leg>,
}

impl Case {
    /// A case that has no leg yet: what the first `draft` is decided on.
    pub fn new(id: CaseId, number: impl Into<String>, patient: PatientId) -> Self {
        Self { id, number: number.into(), patient, version: 0, closed_at: None, legs: Vec::new() }
    }

    pub fn leg(&self, id: &LegId) -> Option<&Leg> {
        self.legs.iter().find(|leg| &leg.id == id)
    }

    pub fn is_closed(&self) -> bool {
        self.closed_at.is_some()
    }

    /// `<case number>-<ordinal>`, as printed on the slip.
    pub fn leg_number(&self, leg: &Leg) -> String {
        format!("{}-{}", self.number, leg.ordinal)
    }

    /// The first submitted leg that replaces or is based on `leg`. Drafts, discarded legs and
    /// errors follow nothing up: the patient would be nowhere.
    pub fn follow_up(&self, leg: &LegId) -> Option<&Leg> {
        self.legs.iter().find(|next| {
            next.submitted_at.is_some()
                && next.code() != StateCode::EnteredInError
                && (next.replaces.as_ref() == Some(leg) || next.based_on.as_ref() == Some(leg))
        })
    }

    /// The leg with the patient on the road, arrived or in care. At most one (I-4).
    pub fn patient_at(&self) -> Option<&Leg> {
        self.legs.iter().find(|leg| leg.holds_patient())
    }

    /// The legs that are being redirected to `leg` and are responsible until it is accepted,
    /// nearest first.
    pub fn pending_above(&self, leg: &Leg) -> Vec<&Leg> {
        let mut chain: Vec<&Leg> = Vec::new();
        let mut below = leg;
        while let Some(above) = below.replaces.as_ref().and_then(|id| self.leg(id)) {
            let waits = above.redirecting.as_ref().is_some_and(|pending| pending.leg == below.id);
            if !waits || !above.code().is_before_arrival() {
                break;
            }
            chain.push(above);
            below = above;
        }
        chain
    }

    /// The legs that `leg` is being redirected to and that nobody has accepted, nearest first.
    pub fn pending_below(&self, leg: &Leg) -> Vec<&Leg> {
        let mut chain: Vec<&Leg> = Vec::new();
        let mut above = leg;
        while let Some(below) = above.redirecting.as_ref().and_then(|pending| self.leg(&pending.leg)) {
            if !below.code().is_before_arrival() {
                break;
            }
            chain.push(below);
            above = below;
        }
        chain
    }

    /// Whether an organisation sends or receives in this case.
    pub fn involves(&self, organisation: &OrganisationId) -> bool {
        self.legs.iter().any(|leg| {
            &leg.from == organisation
                || leg.submitted_at.is_some()
                    && leg.to.as_ref().is_some_and(|to| &to.organisation == organisation)
        })
    }

    /// The closing rule (I-5): every leg has ended, and each with feedback or a decision that
    /// somebody has taken up. A forced closure and an error need no feedback.
    pub fn may_close(&self) -> bool {
        !self.legs.is_empty() && self.legs.iter().all(|leg| self.is_settled(leg))
    }

    pub(crate) fn is_settled(&self, leg: &Leg) -> bool {
        match &leg.state {
            // Closed is by acknowledgement of the outcome, or by force.
            State::Discarded { .. } | State::EnteredInError { .. } | State::Closed { .. } => true,
            State::Declined { acknowledged, .. }
            | State::Redirected { acknowledged, .. }
            | State::Cancelled { acknowledged, .. } => {
                acknowledged.is_some() || self.follow_up(&leg.id).is_some()
            }
            State::Draft { .. }
            | State::Submitted { .. }
            | State::Received { .. }
            | State::InfoRequested { .. }
            | State::Accepted(_)
            | State::Reserved(_)
            | State::NoShow { .. }
            | State::Arrived { .. }
            | State::InCare { .. }
            | State::OutcomeSent { .. }
            | State::CancelRequested { .. } => false,
        }
    }
}
