//! What a command needs of the directory: destinations that exist, departments, agreements, owners, beds. The crate `referral`
//! has decided already; these are facts it cannot know.

use super::Acting;
use crate::db::Tx;
use crate::directory::AgreementKind;
use crate::directory::sql as directory;
use crate::error::{Code, Refusal, Result};
use crate::ids::{AllianceId, DepartmentId, OrganisationId, PersonId};
use crate::referrals::{rules, sql};
use referral::{Actor, Case, Command, Destination, Leg};

const TO: &str = "to_organisation_id";
const DEPARTMENT: &str = "to_department_id";
const OWNER: &str = "owner_id";

pub async fn before(tx: &mut Tx, acting: &Acting, case: &Case, leg: &Leg, command: &Command) -> Result<()> {
    match command {
        Command::Submit { external } => submission(tx, acting, leg, *external).await,
        Command::Redirect { to, .. } => redirection(tx, acting, leg, to).await,
        Command::Accept { owner, .. } => owner_is_there(tx, acting, leg, owner).await,
        Command::Reserve { kind, label, .. } => bed_is_free(tx, case, leg, *kind, label).await,
        _ => Ok(()),
    }
}

/// A destination that a command names, or that a draft is sent to, exists in the alliance and is open, its department is one of
/// its own; whether anybody there has an account is noted in the command, before it is decided on.
pub async fn destination(
    tx: &mut Tx,
    alliance: &AllianceId,
    leg: Option<&Leg>,
    command: &mut Command,
) -> Result<()> {
    let to = match command {
        Command::Submit { external } => {
            // It may have closed, or people may have come or gone, since the draft was written.
            if let Some(to) = leg.filter(|leg| leg.submitted_at.is_none()).and_then(|leg| leg.to.as_ref()) {
                *external = place_of(tx, alliance, to).await?.is_external;
            }
            return Ok(());
        }
        Command::Draft { input, .. } | Command::Revise { input } => input.to.as_mut(),
        Command::Redirect { to, .. } => Some(to),
        Command::SendOutcome { next, .. } | Command::AmendOutcome { next, .. } => {
            next.as_mut().and_then(|next| next.to.as_mut())
        }
        _ => None,
    };
    let Some(to) = to else { return Ok(()) };
    let place = place_of(tx, alliance, to).await?;
    to.external = place.is_external;
    Ok(())
}

/// What the directory knows of a destination.
async fn place_of(tx: &mut Tx, alliance: &AllianceId, to: &Destination) -> Result<sql::Place> {
    let (organisation, now) = (rules::our_org(&to.organisation), tx.now);
    let place = sql::place(tx.conn(), alliance, &organisation, now).await?;
    let place = place.ok_or_else(|| Refusal::field(Code::ReferralDestinationUnknown, TO))?;
    if place.is_closed {
        return Err(Refusal::field(Code::ReferralDestinationClosed, TO));
    }
    let Some(department) = &to.department else { return Ok(place) };
    let department = DepartmentId::trusted(department.as_str());
    match sql::department_is_open(tx.conn(), &organisation, &department).await? {
        Some(true) => Ok(place),
        Some(false) => Err(Refusal::field(Code::ReferralDestinationClosed, DEPARTMENT)),
        None => Err(Refusal::field(Code::ReferralDepartmentNotThere, DEPARTMENT)),
    }
}

/// Neither papers nor agreements nor the right department hold back an emergency; who is outside has no agreement with anybody.
async fn submission(tx: &mut Tx, acting: &Acting, leg: &Leg, external: bool) -> Result<()> {
    let Some(to) = &leg.to else { return Ok(()) };
    if leg.is_emergency() || external {
        return Ok(());
    }
    department_named(tx, to).await?;
    let from = [rules::our_org(&leg.from)];
    agreed(tx, acting, &from, to).await
}

/// A redirect stands on an agreement of the sender, or of who hands on.
async fn redirection(tx: &mut Tx, acting: &Acting, leg: &Leg, to: &Destination) -> Result<()> {
    if leg.is_emergency() || to.external {
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

/// Who takes the patient works where the patient comes to, with patients, can sign in to learn of it, and has no licence that
/// is over; where the directory holds no licence, nothing is known against them.
async fn owner_is_there(tx: &mut Tx, acting: &Acting, leg: &Leg, owner: &referral::PersonId) -> Result<()> {
    let Some(to) = &leg.to else { return Ok(()) };
    // For those outside the sender's people answer.
    let there = if to.external { &leg.from } else { &to.organisation };
    let (organisation, now) = (rules::our_org(there), tx.now);
    let owner = PersonId::trusted(owner.as_str());
    let roles = directory::roles_at(tx.conn(), &acting.alliance, &organisation, &owner, now).await?;
    if !roles.iter().any(|role| role.is_clinical()) {
        return Err(Refusal::field(Code::ReferralOwnerNotThere, OWNER));
    }
    if !directory::has_account(tx.conn(), &owner).await? {
        return Err(Refusal::field(Code::ReferralOwnerNoAccount, OWNER));
    }
    let (licence_until, _) = directory::licence(tx.conn(), &owner).await?;
    if licence_until.is_some_and(|until| until <= now) {
        return Err(Refusal::field(Code::ReferralOwnerLicence, OWNER));
    }
    Ok(())
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
