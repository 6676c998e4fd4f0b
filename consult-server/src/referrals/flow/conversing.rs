//! What a leg tells its conversation: it begins when the leg is sent, and whoever takes the patient takes part. In the transaction
//! of the leg's own change.

use super::{Acting, CASE, LEG};
use crate::db::Tx;
use crate::db::change::Subject;
use crate::error::Result;
use crate::ids::{DepartmentId, PatientId, PersonId};
use crate::messages::{self, Opening};
use crate::referrals::rules;
use referral::{Case, Event, EventBody, Leg};

pub async fn follow(tx: &mut Tx, acting: &Acting, case: &Case, event: &Event) -> Result<()> {
    let referral::Subject::Leg(id) = &event.subject else { return Ok(()) };
    let Some(leg) = case.leg(id) else { return Ok(()) };
    match &event.body {
        EventBody::Submitted => begin(tx, acting, case, leg).await,
        EventBody::Accepted { owner, .. } => {
            let Some(to) = &leg.to else { return Ok(()) };
            let owner = PersonId::trusted(owner.as_str());
            messages::flow::involve(tx, leg.id.as_str(), &rules::our_org(&to.organisation), &owner).await
        }
        _ => Ok(()),
    }
}

/// A redirected leg has a conversation of its own, which the third organisation alone shares with the sender.
async fn begin(tx: &mut Tx, acting: &Acting, case: &Case, leg: &Leg) -> Result<()> {
    let Some(to) = &leg.to else { return Ok(()) };
    let department = to.department.as_ref().map(|id| DepartmentId::trusted(id.as_str()));
    let opening = Opening {
        alliance: &acting.alliance,
        subject: Subject { kind: LEG, id: leg.id.as_str() },
        grant: Subject { kind: CASE, id: case.id.as_str() },
        patient: &PatientId::trusted(case.patient.as_str()),
        asking: &rules::our_org(&leg.from),
        asked: &rules::our_org(&to.organisation),
        asked_department: department.as_ref(),
        previous: leg.replaces.as_ref().map(referral::LegId::as_str),
        author: &PersonId::trusted(leg.author.as_str()),
    };
    messages::flow::open(tx, &opening).await
}
