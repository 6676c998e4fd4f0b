//! Who takes part in a thread now: on each side whoever asked, took the patient, acted or wrote, and the desk on duty, as long as
//! they have a position there. Resolved when it is asked, so that whoever left is out at once (I-3, I-11). Writes nothing.

use super::{Stored, sql};
use crate::access::Role;
use crate::access::policy::Action;
use crate::db::Conn;
use crate::directory;
use crate::directory::duty::{Step, flow as duty};
use crate::error::Result;
use crate::ids::{AllianceId, DepartmentId, OrganisationId, PersonId};
use crate::refs::PersonRef;
use crate::time::Timestamp;
use std::collections::BTreeSet;

/// Who is spoken to where an organisation has no desk and nobody who took part is left.
const OTHERWISE: &[Role] =
    &[Role::VillageDoctor, Role::TownshipDoctor, Role::ReceivingDoctor, Role::FamilyDoctor, Role::Specialist];

pub type Members = BTreeSet<(OrganisationId, PersonId)>;

pub async fn of(conn: &mut Conn, thread: &Stored, now: Timestamp) -> Result<Members> {
    let mut members = Members::new();
    for (person, organisation, role) in sql::took_part(conn, thread, now).await? {
        if Action::ThreadRead.is_of(role) {
            members.insert((organisation, person));
        }
    }
    for (organisation, department) in
        [(&thread.asking, None), (&thread.asked, thread.asked_department.as_ref())]
    {
        let there: BTreeSet<PersonId> =
            members.iter().filter(|(at, _)| at == organisation).map(|(_, person)| person.clone()).collect();
        let side = side(conn, &thread.alliance, organisation, department, there, now).await?;
        members.extend(side.into_iter().map(|person| (organisation.clone(), person)));
    }
    Ok(members)
}

/// One side: those who take part already, whoever is there for it, and where that is nobody, whoever works there.
pub async fn side(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    department: Option<&DepartmentId>,
    mut people: BTreeSet<PersonId>,
    now: Timestamp,
) -> Result<BTreeSet<PersonId>> {
    people.extend(answering(conn, alliance, organisation, department, now).await?);
    if people.is_empty() {
        for role in OTHERWISE {
            people.extend(directory::sql::holders(conn, organisation, *role, now).await?);
        }
    }
    Ok(people)
}

/// Whoever is there for it now: the desk on duty, with the duty of the department.
pub async fn answering(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    department: Option<&DepartmentId>,
    now: Timestamp,
) -> Result<BTreeSet<PersonId>> {
    let desks = directory::sql::holders(conn, organisation, Role::ReferralDesk, now).await?;
    let on_duty = sql::on_duty(conn, organisation, now).await?;
    let sitting: Vec<PersonId> = desks.iter().filter(|desk| on_duty.contains(desk)).cloned().collect();
    // Where no roster says who sits at the desk, all of it is spoken to.
    let mut people: BTreeSet<PersonId> =
        if sitting.is_empty() { desks } else { sitting }.into_iter().collect();
    let found = duty::responsible(conn, alliance, organisation, department, &[], now).await?;
    // The duty officer of a house is called when a deadline is missed, not spoken to all day.
    let is_theirs = matches!(found.step, Step::DepartmentDuty | Step::DepartmentDeputy);
    for person in found.people.into_iter().filter(|_| is_theirs) {
        if reads(conn, alliance, organisation, &person, now).await? {
            people.insert(person);
        }
    }
    Ok(people)
}

/// Whether a person could open a thread of that organisation now.
pub async fn reads(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    person: &PersonId,
    now: Timestamp,
) -> Result<bool> {
    let roles = directory::sql::roles_at(conn, alliance, organisation, person, now).await?;
    Ok(roles.into_iter().any(|role| Action::ThreadRead.is_of(role)))
}

/// Those of these people who could open a thread of the organisation that stands beside each.
pub async fn readers_among(
    conn: &mut Conn,
    alliance: &AllianceId,
    people: &BTreeSet<(OrganisationId, PersonId)>,
    now: Timestamp,
) -> Result<BTreeSet<(OrganisationId, PersonId)>> {
    let found =
        directory::sql::roles_of(conn, alliance, people.iter().map(|(_, person)| person), now).await?;
    let able = found.into_iter().filter(|(_, _, role)| Action::ThreadRead.is_of(*role));
    Ok(able.map(|(person, place, _)| (place, person)).filter(|one| people.contains(one)).collect())
}

/// Their names, as of the organisation for which they take part.
pub async fn named<'a>(
    conn: &mut Conn,
    people: impl IntoIterator<Item = &'a (OrganisationId, PersonId)>,
) -> Result<Vec<PersonRef>> {
    let mut found = Vec::new();
    for (organisation, person) in people {
        found.extend(directory::sql::named(conn, person, organisation).await?);
    }
    Ok(found)
}
