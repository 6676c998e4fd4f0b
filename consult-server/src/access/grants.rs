//! Why an organisation may see a patient: rows that legs and consults give and end in their own transactions.
//! Knows no leg and no consult, only that a subject of some kind stands behind a grant.

use super::Caller;
use super::policy::{Action, Decision, Relation, Resource, may};
use super::sql::{self, Grant};
use crate::db::{Conn, Tx};
use crate::error::{Code, Refusal, Result};
use crate::ids::{AllianceId, OrganisationId, PatientId};
use crate::time::Timestamp;

/// How long a grant outlives the leg or consult that gave it (I-11, default).
const AFTER_END_SECONDS: i64 = 30 * 24 * 3600;

/// Lets an organisation see a patient because of a subject. Giving it again revives it.
pub async fn give(
    tx: &mut Tx,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    patient: &PatientId,
    relation: Relation,
    subject: (&str, &str),
) -> Result<()> {
    let basis = relation.basis();
    let grant = Grant { alliance, organisation, patient, basis, subject, person: None, ends_at: None };
    sql::give_grant(tx, grant).await
}

/// Lets one person alone see a patient for a while: nobody else of the organisation sees more than before.
pub async fn give_alone(
    tx: &mut Tx,
    caller: &Caller,
    patient: &PatientId,
    relation: Relation,
    subject: (&str, &str),
    ends_at: Timestamp,
) -> Result<()> {
    let grant = Grant {
        alliance: &caller.alliance,
        organisation: &caller.organisation,
        patient,
        basis: relation.basis(),
        subject,
        person: Some(&caller.person),
        ends_at: Some(ends_at),
    };
    sql::give_grant(tx, grant).await
}

/// Lets an organisation see a patient again for a while because of a subject that goes on after its end (I-11). What lives longer stays.
pub async fn prolong(
    tx: &mut Tx,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    patient: &PatientId,
    relation: Relation,
    subject: (&str, &str),
    seconds: i64,
) -> Result<()> {
    let (basis, ends_at) = (relation.basis(), tx.now.plus_seconds(seconds));
    let grant =
        Grant { alliance, organisation, patient, basis, subject, person: None, ends_at: Some(ends_at) };
    sql::prolong_grant(tx, grant, ends_at).await
}

/// Ends what a subject gave, at once.
pub async fn end_now(tx: &mut Tx, subject: (&str, &str)) -> Result<()> {
    let now = tx.now;
    sql::end_grants(tx, subject, now).await
}

/// The subject has ended: its grants end 30 days later.
pub async fn end(tx: &mut Tx, subject: (&str, &str)) -> Result<()> {
    let ends_at = tx.now.plus_seconds(AFTER_END_SECONDS);
    sql::end_grants(tx, subject, ends_at).await
}

/// An organisation's part in a subject has ended while the subject goes on: its grant ends 30 days later.
pub async fn end_of(tx: &mut Tx, subject: (&str, &str), organisation: &OrganisationId) -> Result<()> {
    let ends_at = tx.now.plus_seconds(AFTER_END_SECONDS);
    sql::end_grants_of(tx, subject, organisation, ends_at).await
}

/// Asks again, at the moment when something that was begun for a patient takes effect, whether the caller still cares for them
/// (I-11); answers the legal basis. The caller knows the patient from what they began: an end is said, not hidden.
pub async fn still_treats(
    conn: &mut Conn,
    caller: &Caller,
    patient: &PatientId,
    now: Timestamp,
) -> Result<&'static str> {
    let resource = resource(conn, caller, patient, now).await?;
    match may(caller, Action::PatientTreat, Some(&resource)) {
        Decision::Allow { basis } => Ok(basis),
        Decision::Deny { code: Code::RequestNotFound } => {
            Err(Refusal::new(Code::AccessRelationEnded).about(patient))
        }
        Decision::Deny { code } => Err(code.into()),
    }
}

/// The strongest relation of a caller to a patient now, as the policy wants it.
pub async fn resource(
    conn: &mut Conn,
    caller: &Caller,
    patient: &PatientId,
    now: Timestamp,
) -> Result<Resource> {
    let basis = sql::strongest_grant(conn, caller, patient, now).await?;
    Ok(Resource { alliance: caller.alliance.clone(), relation: basis.as_deref().and_then(Relation::parse) })
}

/// What is left when nothing ordinary relates a caller to something of a patient: the glass they broke, or nothing.
pub async fn broken_glass(
    conn: &mut Conn,
    caller: &Caller,
    patient: &PatientId,
    now: Timestamp,
) -> Result<Resource> {
    let broken = sql::open_glass(conn, caller, patient, now).await?.is_some();
    Ok(Resource { alliance: caller.alliance.clone(), relation: broken.then_some(Relation::BreakGlass) })
}

/// The organisations that may see a patient now: who is told when something of theirs changes.
pub async fn holders(
    conn: &mut Conn,
    alliance: &AllianceId,
    patient: &PatientId,
    now: Timestamp,
) -> Result<Vec<OrganisationId>> {
    sql::grant_holders(conn, alliance, patient, now).await
}

/// The relation that this very subject gives an organisation now: who may enter a consult's room, and read the consult.
pub async fn of_subject(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    subject: (&str, &str),
    now: Timestamp,
) -> Result<Resource> {
    let basis = sql::granted_by(conn, alliance, organisation, subject, now).await?;
    Ok(Resource { alliance: alliance.clone(), relation: basis.as_deref().and_then(Relation::parse) })
}

/// The organisations that a subject lets in now: whom its room tells of people coming and going.
pub async fn organisations_of(
    conn: &mut Conn,
    subject: (&str, &str),
    now: Timestamp,
) -> Result<Vec<OrganisationId>> {
    sql::granted_organisations(conn, subject, now).await
}
