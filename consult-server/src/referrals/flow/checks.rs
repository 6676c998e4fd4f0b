//! What a command needs of the directory: destinations that exist, departments, agreements, owners, beds. The crate `referral`
//! has decided already; these are facts it cannot know.

use super::Acting;
use crate::db::{Conn, Tx};
use crate::directory::AgreementKind;
use crate::directory::sql as directory;
use crate::error::{Code, Refusal, Result};
use crate::ids::{AllianceId, DepartmentId, OrganisationId, PersonId};
use crate::referrals::{rules, sql};
use referral::{Actor, Case, Command, Destination, Leg};

const TO: &str = "to_organisation_id";
const DEPARTMENT: &str = "to_department_id";

pub async fn before(tx: &mut Tx, acting: &Acting, case: &Case, leg: &Leg, command: &Command) -> Result<()> {
    match command {
        Command::Revise { input } | Command::Draft { input, .. } => {
            destination(tx.conn(), &acting.alliance, input.to.as_ref()).await
        }
        Command::Submit => submission(tx, acting, leg).await,
        Command::Redirect { to, .. } => redirection(tx, acting, leg, to).await,
        Command::Accept { owner, .. } => owner_is_there(tx, acting, leg, owner).await,
        Command::Reserve { kind, label, .. } => bed_is_free(tx, case, leg, *kind, label).await,
        Command::SendOutcome { next, .. } | Command::AmendOutcome { next, .. } => {
            let to = next.as_ref().and_then(|next| next.to.as_ref());
            destination(tx.conn(), &acting.alliance, to).await
        }
        _ => Ok(()),
    }
}

/// A destination that is named exists in the alliance, and its department is one of its own.
pub async fn destination(conn: &mut Conn, alliance: &AllianceId, to: Option<&Destination>) -> Result<()> {
    let Some(to) = to else { return Ok(()) };
    let organisation = rules::our_org(&to.organisation);
    if directory::organisation(conn, alliance, &organisation).await?.is_none() {
        return Err(Refusal::field(Code::ReferralDestinationUnknown, TO));
    }
    let Some(department) = &to.department else { return Ok(()) };
    let department = DepartmentId::trusted(department.as_str());
    match directory::department(conn, &organisation, &department).await? {
        Some(_) => Ok(()),
        None => Err(Refusal::field(Code::ReferralDepartmentNotThere, DEPARTMENT)),
    }
}

/// Neither papers nor agreements nor the right department hold back an emergency.
async fn submission(tx: &mut Tx, acting: &Acting, leg: &Leg) -> Result<()> {
    let Some(to) = &leg.to else { return Ok(()) };
    if leg.is_emergency() {
        return Ok(());
    }
    department_named(tx, to).await?;
    let from = [rules::our_org(&leg.from)];
    agreed(tx, acting, &from, to).await
}

/// A redirect stands on an agreement of the sender, or of who hands on.
async fn redirection(tx: &mut Tx, acting: &Acting, leg: &Leg, to: &Destination) -> Result<()> {
    destination(tx.conn(), &acting.alliance, Some(to)).await?;
    if leg.is_emergency() {
        return Ok(());
    }
    department_named(tx, to).await?;
    let mut from = vec![rules::our_org(&leg.from)];
    if let Actor::Person(member) = &acting.actor {
        from.push(rules::our_org(&member.organisation));
    }
    agreed(tx, acting, &from, to).await
}

async fn department_named(tx: &mut Tx, to: &Destination) -> Result<()> {
    let organisation = rules::our_org(&to.organisation);
    if to.department.is_none() && sql::has_departments(tx.conn(), &organisation).await? {
        return Err(Refusal::field(Code::ReferralDepartmentMissing, DEPARTMENT));
    }
    Ok(())
}

async fn agreed(tx: &mut Tx, acting: &Acting, from: &[OrganisationId], to: &Destination) -> Result<()> {
    let (to, now) = (rules::our_org(&to.organisation), tx.now);
    for from in from {
        if directory::agreed(tx.conn(), &acting.alliance, AgreementKind::Referral, from, &to, now).await? {
            return Ok(());
        }
    }
    Err(Refusal::field(Code::ReferralNoAgreement, TO))
}

/// Who takes the patient works where the patient comes to, with patients.
async fn owner_is_there(tx: &mut Tx, acting: &Acting, leg: &Leg, owner: &referral::PersonId) -> Result<()> {
    let Some(to) = &leg.to else { return Ok(()) };
    let (organisation, now) = (rules::our_org(&to.organisation), tx.now);
    let owner = PersonId::trusted(owner.as_str());
    let roles = directory::roles_at(tx.conn(), &acting.alliance, &organisation, &owner, now).await?;
    if roles.iter().any(|role| role.is_clinical()) {
        Ok(())
    } else {
        Err(Refusal::field(Code::ReferralOwnerNotThere, "owner_id"))
    }
}

/// I-12; the unique index behind it holds also where two desks are at it at once.
async fn bed_is_free(
    tx: &mut Tx,
    case: &Case,
    leg: &Leg,
    kind: referral::ResourceKind,
    label: &str,
) -> Result<()> {
    let Some(to) = &leg.to else { return Ok(()) };
    let department = to.department.as_ref().map_or("", referral::DepartmentId::as_str);
    let Some(held) = rules::held_key(kind, department, label) else { return Ok(()) };
    let organisation = rules::our_org(&to.organisation);
    match sql::held_by(tx.conn(), &organisation, &held).await? {
        // The legs of one case are one patient, but two beds all the same.
        Some(holder) if holder.as_str() != leg.id.as_str() => {
            tracing::debug!(leg.id = leg.id.as_str(), case.id = case.id.as_str(), "the bed is held");
            Err(Refusal::field(Code::ReferralAlreadyHeld, "resource"))
        }
        Some(_) | None => Ok(()),
    }
}
