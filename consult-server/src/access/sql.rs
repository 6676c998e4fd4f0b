//! Statements on accounts, sessions and positions. Decides nothing.

use super::scopes::Scopes;
use super::{Caller, Door, Role};
use crate::db::{Conn, Tx};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, DepartmentId, OrganisationId, PatientId, PersonId, PositionId, SessionId};
use crate::refs::{DepartmentRef, OrganisationRef};
use crate::time::Timestamp;
use sqlx::Row as _;

#[derive(Clone)]
pub struct Account {
    pub person: PersonId,
    pub alliance: AllianceId,
    pub password_hash: String,
    pub demo: bool,
    pub password_at: Timestamp,
    pub must_change: bool,
}

/// A session with its caller, and what decides whether it is alive.
pub struct Resumed {
    pub caller: Caller,
    pub seen_at: Timestamp,
    pub expires_at: Timestamp,
    pub ended: bool,
    pub position_from: Timestamp,
    pub position_until: Option<Timestamp>,
    /// What must be done first, as `Owed` writes it.
    pub owed: Option<String>,
    /// Worth something on loopback only.
    pub demo: bool,
}

/// A session that begins.
pub struct NewSession<'a> {
    pub id: &'a str,
    pub token_hash: &'a str,
    pub alliance: &'a AllianceId,
    pub person: &'a PersonId,
    pub position: &'a PositionId,
    pub from: &'a str,
    pub device: &'a str,
    pub owed: Option<&'a str>,
    pub expires_at: Timestamp,
    pub door: Door,
    /// What a program may do with it; none for a person.
    pub scopes: Option<&'a str>,
    pub demo: bool,
}

const ACCOUNT: &str = "SELECT person_id, alliance_id, password_hash, demo, password_at, must_change FROM account WHERE login = $1";
const ACCOUNT_OF: &str = "SELECT person_id, alliance_id, password_hash, demo, password_at, must_change FROM account WHERE person_id = $1";
const INSERT_ACCOUNT: &str = "INSERT INTO account (person_id, alliance_id, login, password_hash, demo, created_at, password_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $6)";
const ANY_DEMO: &str = "SELECT 1 FROM account WHERE demo = 1 LIMIT 1";
const IS_DEMO: &str = "SELECT demo FROM account WHERE person_id = $1 UNION ALL SELECT demo FROM service_client WHERE person_id = $1";
const LOGIN: &str = "SELECT login FROM account WHERE person_id = $1 UNION ALL SELECT client_id FROM service_client WHERE person_id = $1";
const FIRST_POSITION: &str = "SELECT id FROM position WHERE person_id = $1 AND valid_from <= $2 \
     AND (valid_until IS NULL OR valid_until > $2) ORDER BY given_at, id LIMIT 1";
/// Held now or to be held.
const ROLES_NOT_OVER: &str = "SELECT DISTINCT role FROM position WHERE person_id = $1 AND (valid_until IS NULL OR valid_until > $2) ORDER BY role";
const INSERT_SESSION: &str = "INSERT INTO session (id, token_hash, alliance_id, person_id, position_id, from_address, created_at, seen_at, expires_at, \
     device, owed, door, scopes, demo) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10, $11, $12, $13)";
const CALLER: &str = "SELECT s.id, s.alliance_id, s.person_id, p.name, s.position_id, x.role, x.organisation_id, o.name, x.department_id, \
     s.seen_at, s.expires_at, CASE WHEN s.ended_at IS NULL THEN 0 ELSE 1 END, x.valid_until, s.owed, s.scopes, s.demo, x.valid_from \
     FROM session s JOIN person p ON p.id = s.person_id JOIN position x ON x.id = s.position_id JOIN organisation o ON o.id = x.organisation_id \
     WHERE s.token_hash = $1";
const TOUCH: &str = "UPDATE session SET seen_at = $1 WHERE id = $2";
const END: &str = "UPDATE session SET ended_at = $1 WHERE id = $2 AND ended_at IS NULL";

pub async fn account(conn: &mut Conn, login: &str) -> Result<Option<Account>> {
    let row = sqlx::query(ACCOUNT).bind(login).fetch_optional(conn).await?;
    row.map(|row| account_of_row(&row)).transpose()
}

pub async fn account_of(conn: &mut Conn, person: &PersonId) -> Result<Option<Account>> {
    let row = sqlx::query(ACCOUNT_OF).bind(person.as_str()).fetch_optional(conn).await?;
    row.map(|row| account_of_row(&row)).transpose()
}

fn account_of_row(row: &sqlx::any::AnyRow) -> Result<Account> {
    Ok(Account {
        person: PersonId::trusted(row.try_get::<String, _>(0)?),
        alliance: AllianceId::trusted(row.try_get::<String, _>(1)?),
        password_hash: row.try_get(2)?,
        demo: row.try_get::<i64, _>(3)? != 0,
        password_at: Timestamp(row.try_get(4)?),
        must_change: row.try_get::<i64, _>(5)? != 0,
    })
}

/// Whether the store holds the demo alliance.
pub async fn any_demo(conn: &mut Conn) -> Result<bool> {
    Ok(sqlx::query(ANY_DEMO).fetch_optional(conn).await?.is_some())
}

pub async fn insert_account(
    tx: &mut Tx,
    person: &PersonId,
    alliance: &AllianceId,
    login: &str,
    password_hash: &str,
    demo: bool,
) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(INSERT_ACCOUNT)
        .bind(person.as_str())
        .bind(alliance.as_str())
        .bind(login)
        .bind(password_hash)
        .bind(i64::from(demo))
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn is_demo(conn: &mut Conn, person: &PersonId) -> Result<bool> {
    let row = sqlx::query(IS_DEMO).bind(person.as_str()).fetch_one(conn).await?;
    Ok(row.try_get::<i64, _>(0)? != 0)
}

pub async fn login(conn: &mut Conn, person: &PersonId) -> Result<String> {
    Ok(sqlx::query(LOGIN).bind(person.as_str()).fetch_one(conn).await?.try_get(0)?)
}

pub async fn first_position(
    conn: &mut Conn,
    person: &PersonId,
    now: Timestamp,
) -> Result<Option<PositionId>> {
    let row = sqlx::query(FIRST_POSITION).bind(person.as_str()).bind(now.0).fetch_optional(conn).await?;
    Ok(match row {
        Some(row) => Some(PositionId::trusted(row.try_get::<String, _>(0)?)),
        None => None,
    })
}

/// The roles of the positions that a person holds or will hold.
pub async fn roles_not_over(conn: &mut Conn, person: &PersonId, now: Timestamp) -> Result<Vec<Role>> {
    let rows = sqlx::query(ROLES_NOT_OVER).bind(person.as_str()).bind(now.0).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Role::parse(row.try_get::<&str, _>(0)?)
                .ok_or_else(|| Refusal::internal("a position has no known role"))
        })
        .collect()
}

pub async fn insert_session(tx: &mut Tx, new: NewSession<'_>) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(INSERT_SESSION)
        .bind(new.id)
        .bind(new.token_hash)
        .bind(new.alliance.as_str())
        .bind(new.person.as_str())
        .bind(new.position.as_str())
        .bind(new.from)
        .bind(now)
        .bind(new.expires_at.0)
        .bind(new.device)
        .bind(new.owed)
        .bind(new.door.as_str())
        .bind(new.scopes)
        .bind(i64::from(new.demo))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn caller(conn: &mut Conn, token_hash: &str) -> Result<Option<Resumed>> {
    let Some(row) = sqlx::query(CALLER).bind(token_hash).fetch_optional(conn).await? else { return Ok(None) };
    let role: String = row.try_get(5)?;
    let position: String = row.try_get(4)?;
    let role = Role::parse(&role)
        .ok_or_else(|| Refusal::internal(format!("position {position} has no known role")))?;
    Ok(Some(Resumed {
        caller: Caller {
            session: SessionId::trusted(row.try_get::<String, _>(0)?),
            alliance: AllianceId::trusted(row.try_get::<String, _>(1)?),
            person: PersonId::trusted(row.try_get::<String, _>(2)?),
            name: row.try_get(3)?,
            position: PositionId::trusted(position),
            role,
            organisation: OrganisationId::trusted(row.try_get::<String, _>(6)?),
            organisation_name: row.try_get(7)?,
            department: row.try_get::<Option<String>, _>(8)?.map(DepartmentId::trusted),
            scopes: row.try_get::<Option<String>, _>(14)?.as_deref().map(Scopes::stored),
        },
        seen_at: Timestamp(row.try_get(9)?),
        expires_at: Timestamp(row.try_get(10)?),
        ended: row.try_get::<i64, _>(11)? != 0,
        position_from: Timestamp(row.try_get(16)?),
        position_until: row.try_get::<Option<i64>, _>(12)?.map(Timestamp),
        owed: row.try_get(13)?,
        demo: row.try_get::<i64, _>(15)? != 0,
    }))
}

pub async fn touch_session(tx: &mut Tx, session: &SessionId) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(TOUCH).bind(now).bind(session.as_str()).execute(tx.conn()).await?;
    Ok(())
}

pub async fn end_session(tx: &mut Tx, session: &SessionId) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(END).bind(now).bind(session.as_str()).execute(tx.conn()).await?;
    Ok(())
}

const END_OF_PERSON: &str = "UPDATE session SET ended_at = $1 WHERE person_id = $2 AND ended_at IS NULL";
const END_IN_POSITION: &str = "UPDATE session SET ended_at = $1 WHERE position_id = $2 AND ended_at IS NULL";

/// Ends every session of a person who has left.
pub async fn end_sessions_of(tx: &mut Tx, person: &PersonId) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(END_OF_PERSON).bind(now).bind(person.as_str()).execute(tx.conn()).await?;
    Ok(())
}

/// Ends every session that acts in a position.
pub async fn end_sessions_in(tx: &mut Tx, position: &PositionId) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(END_IN_POSITION).bind(now).bind(position.as_str()).execute(tx.conn()).await?;
    Ok(())
}

const POSITIONS: &str = "SELECT x.id, x.role, o.id, o.name, d.id, d.name FROM position x JOIN organisation o ON o.id = x.organisation_id \
     LEFT JOIN department d ON d.id = x.department_id WHERE x.person_id = $1 AND x.valid_from <= $2 \
     AND (x.valid_until IS NULL OR x.valid_until > $2) ORDER BY x.given_at, x.id";
const ALLIANCE: &str = "SELECT id, name, timezone FROM alliance WHERE id = $1";

/// The positions a person holds now, in the form `/session` shows them.
pub async fn positions(
    conn: &mut Conn,
    person: &PersonId,
    now: Timestamp,
) -> Result<Vec<super::http::Position>> {
    use super::http::Position;
    let rows = sqlx::query(POSITIONS).bind(person.as_str()).bind(now.0).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let role: String = row.try_get(1)?;
            let department =
                match (row.try_get::<Option<String>, _>(4)?, row.try_get::<Option<String>, _>(5)?) {
                    (Some(id), Some(name)) => Some(DepartmentRef { id: DepartmentId::trusted(id), name }),
                    (Some(_) | None, Some(_) | None) => None,
                };
            Ok(Position {
                id: PositionId::trusted(row.try_get::<String, _>(0)?),
                role: Role::parse(&role).ok_or_else(|| Refusal::internal("a position has no known role"))?,
                organisation: OrganisationRef {
                    id: OrganisationId::trusted(row.try_get::<String, _>(2)?),
                    name: row.try_get(3)?,
                },
                department,
            })
        })
        .collect()
}

pub async fn alliance(conn: &mut Conn, id: &AllianceId) -> Result<super::http::MeAlliance> {
    let row = sqlx::query(ALLIANCE).bind(id.as_str()).fetch_one(conn).await?;
    Ok(super::http::MeAlliance {
        id: AllianceId::trusted(row.try_get::<String, _>(0)?),
        name: row.try_get(1)?,
        timezone: row.try_get(2)?,
    })
}

const GIVE_GRANT: &str = "INSERT INTO access_grant (id, alliance_id, organisation_id, patient_id, basis, subject_kind, subject_id, given_at, \
     person_id, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
     ON CONFLICT (organisation_id, patient_id, subject_kind, subject_id) DO UPDATE SET ends_at = $10";
const END_GRANTS: &str = "UPDATE access_grant SET ends_at = $1 WHERE subject_kind = $2 AND subject_id = $3 AND (ends_at IS NULL OR ends_at > $1)";
const STRONGEST_GRANT: &str = "SELECT basis FROM access_grant WHERE patient_id = $1 AND organisation_id = $2 AND alliance_id = $3 \
     AND (ends_at IS NULL OR ends_at > $4) AND (person_id IS NULL OR person_id = $5) \
     ORDER BY CASE basis WHEN 'care-relationship' THEN 0 WHEN 'referral' THEN 1 WHEN 'consult' THEN 2 ELSE 3 END LIMIT 1";
const GRANTED_BY: &str = "SELECT basis FROM access_grant WHERE subject_kind = $1 AND subject_id = $2 AND organisation_id = $3 AND alliance_id = $4 \
     AND person_id IS NULL AND (ends_at IS NULL OR ends_at > $5) LIMIT 1";
const GRANTED_ORGANISATIONS: &str = "SELECT DISTINCT organisation_id FROM access_grant WHERE subject_kind = $1 AND subject_id = $2 \
     AND person_id IS NULL AND (ends_at IS NULL OR ends_at > $3) ORDER BY organisation_id";
const SESSION_LIVES: &str = "SELECT 1 FROM session s JOIN position x ON x.id = s.position_id WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > $2 \
     AND x.valid_from <= $2 AND (x.valid_until IS NULL OR x.valid_until > $2)";

pub struct Grant<'a> {
    pub alliance: &'a AllianceId,
    pub organisation: &'a OrganisationId,
    pub patient: &'a PatientId,
    pub basis: &'static str,
    pub subject: (&'a str, &'a str),
    /// For one person alone, or for everybody in the organisation.
    pub person: Option<&'a PersonId>,
    pub ends_at: Option<Timestamp>,
}

pub async fn give_grant(tx: &mut Tx, grant: Grant<'_>) -> Result<()> {
    let (id, now) = (tx.new_id(), tx.now.0);
    sqlx::query(GIVE_GRANT)
        .bind(id)
        .bind(grant.alliance.as_str())
        .bind(grant.organisation.as_str())
        .bind(grant.patient.as_str())
        .bind(grant.basis)
        .bind(grant.subject.0)
        .bind(grant.subject.1)
        .bind(now)
        .bind(grant.person.map(|p| p.as_str().to_owned()))
        .bind(grant.ends_at.map(|at| at.0))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn end_grants(tx: &mut Tx, subject: (&str, &str), ends_at: Timestamp) -> Result<()> {
    sqlx::query(END_GRANTS).bind(ends_at.0).bind(subject.0).bind(subject.1).execute(tx.conn()).await?;
    Ok(())
}

pub async fn strongest_grant(
    conn: &mut Conn,
    caller: &Caller,
    patient: &PatientId,
    now: Timestamp,
) -> Result<Option<String>> {
    let row = sqlx::query(STRONGEST_GRANT)
        .bind(patient.as_str())
        .bind(caller.organisation.as_str())
        .bind(caller.alliance.as_str())
        .bind(now.0)
        .bind(caller.person.as_str())
        .fetch_optional(conn)
        .await?;
    row.map(|row| Ok(row.try_get(0)?)).transpose()
}

const OPEN_GLASS: &str = "SELECT subject_id FROM access_grant WHERE patient_id = $1 AND organisation_id = $2 AND alliance_id = $3 AND ends_at > $4 \
     AND person_id = $5 AND basis = 'break-glass' ORDER BY ends_at DESC, subject_id LIMIT 1";

/// The glass of a patient that this very person has broken and that is not over; the last to end.
pub async fn open_glass(
    conn: &mut Conn,
    caller: &Caller,
    patient: &PatientId,
    now: Timestamp,
) -> Result<Option<String>> {
    let row = sqlx::query(OPEN_GLASS)
        .bind(patient.as_str())
        .bind(caller.organisation.as_str())
        .bind(caller.alliance.as_str())
        .bind(now.0)
        .bind(caller.person.as_str())
        .fetch_optional(conn)
        .await?;
    row.map(|row| Ok(row.try_get(0)?)).transpose()
}

const GLASS_SINCE: &str = "SELECT 1 FROM access_grant WHERE patient_id = $1 AND alliance_id = $2 AND person_id = $3 AND basis = 'break-glass' \
     AND ends_at > $4 LIMIT 1";

/// Whether a person, in whatever position, had the glass of a patient broken at or after an instant.
pub async fn glass_since(
    conn: &mut Conn,
    caller: &Caller,
    patient: &PatientId,
    since: Timestamp,
) -> Result<bool> {
    let row = sqlx::query(GLASS_SINCE)
        .bind(patient.as_str())
        .bind(caller.alliance.as_str())
        .bind(caller.person.as_str())
        .bind(since.0)
        .fetch_optional(conn)
        .await?;
    Ok(row.is_some())
}

const PROLONG_GRANT: &str = "INSERT INTO access_grant (id, alliance_id, organisation_id, patient_id, basis, subject_kind, subject_id, given_at, \
     person_id, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, $9) \
     ON CONFLICT (organisation_id, patient_id, subject_kind, subject_id) DO UPDATE SET ends_at = $9 \
     WHERE access_grant.ends_at IS NOT NULL AND access_grant.ends_at < $9";

/// As `give_grant`, but one that ends later, or not yet at all, stays as it is.
pub async fn prolong_grant(tx: &mut Tx, grant: Grant<'_>, ends_at: Timestamp) -> Result<()> {
    let (id, now) = (tx.new_id(), tx.now.0);
    sqlx::query(PROLONG_GRANT)
        .bind(id)
        .bind(grant.alliance.as_str())
        .bind(grant.organisation.as_str())
        .bind(grant.patient.as_str())
        .bind(grant.basis)
        .bind(grant.subject.0)
        .bind(grant.subject.1)
        .bind(now)
        .bind(ends_at.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

const END_GRANTS_OF: &str = "UPDATE access_grant SET ends_at = $1 WHERE subject_kind = $2 AND subject_id = $3 AND organisation_id = $4 \
     AND (ends_at IS NULL OR ends_at > $1)";

/// Ends what a subject gave to one organisation.
pub async fn end_grants_of(
    tx: &mut Tx,
    subject: (&str, &str),
    organisation: &OrganisationId,
    ends_at: Timestamp,
) -> Result<()> {
    sqlx::query(END_GRANTS_OF)
        .bind(ends_at.0)
        .bind(subject.0)
        .bind(subject.1)
        .bind(organisation.as_str())
        .execute(tx.conn())
        .await?;
    Ok(())
}

const GRANT_HOLDERS: &str = "SELECT DISTINCT organisation_id FROM access_grant WHERE patient_id = $1 AND alliance_id = $2 \
     AND person_id IS NULL AND (ends_at IS NULL OR ends_at > $3) ORDER BY organisation_id";

pub async fn grant_holders(
    conn: &mut Conn,
    alliance: &AllianceId,
    patient: &PatientId,
    now: Timestamp,
) -> Result<Vec<OrganisationId>> {
    let rows = sqlx::query(GRANT_HOLDERS)
        .bind(patient.as_str())
        .bind(alliance.as_str())
        .bind(now.0)
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| Ok(OrganisationId::trusted(row.try_get::<String, _>(0)?))).collect()
}

/// The basis of the grant that this very subject gave to an organisation, if it lives.
pub async fn granted_by(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    subject: (&str, &str),
    now: Timestamp,
) -> Result<Option<String>> {
    let row = sqlx::query(GRANTED_BY)
        .bind(subject.0)
        .bind(subject.1)
        .bind(organisation.as_str())
        .bind(alliance.as_str())
        .bind(now.0)
        .fetch_optional(conn)
        .await?;
    row.map(|row| Ok(row.try_get(0)?)).transpose()
}

/// The organisations that hold a living grant of a subject.
pub async fn granted_organisations(
    conn: &mut Conn,
    subject: (&str, &str),
    now: Timestamp,
) -> Result<Vec<OrganisationId>> {
    let rows = sqlx::query(GRANTED_ORGANISATIONS)
        .bind(subject.0)
        .bind(subject.1)
        .bind(now.0)
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| Ok(OrganisationId::trusted(row.try_get::<String, _>(0)?))).collect()
}

/// Whether a session has neither ended nor expired, and its position is held still: asked by what outlives a request, such as a call.
pub async fn session_lives(conn: &mut Conn, session: &SessionId, now: Timestamp) -> Result<bool> {
    Ok(sqlx::query(SESSION_LIVES).bind(session.as_str()).bind(now.0).fetch_optional(conn).await?.is_some())
}
