//! Statements on cases, legs and read marks. Decides nothing.

use super::rules::{self, NEVER, Waiting};
use crate::db::{Conn, Tx, changed_once, from_json, to_json};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, CaseId, DepartmentId, LegId, OrganisationId, PersonId};
use crate::time::Timestamp;
use referral::{Case, Deadlines, Leg, Millis};
use sqlx::Row as _;

const CASE: &str =
    "SELECT number, patient_id, version, closed_at, id FROM referral_case WHERE id = $1 AND alliance_id = $2";
/// Changes nothing and takes the row's lock, so that on Postgres, too, a case has one writer at a time.
const CASE_LOCKED: &str = "UPDATE referral_case SET version = version WHERE id = $1 AND alliance_id = $2 \
     RETURNING number, patient_id, version, closed_at, id";
const CASE_OF_LEG_LOCKED: &str = "UPDATE referral_case SET version = version WHERE alliance_id = $2 \
     AND id = (SELECT case_id FROM leg WHERE id = $1 AND alliance_id = $2) RETURNING number, patient_id, version, closed_at, id";
const CASE_OF_LEG: &str = "SELECT case_id FROM leg WHERE id = $1 AND alliance_id = $2";
const LEGS: &str = "SELECT snapshot FROM leg WHERE case_id = $1 ORDER BY ordinal";
const INSERT_CASE: &str = "INSERT INTO referral_case (id, alliance_id, patient_id, number, version, closed_at, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
const UPDATE_CASE: &str =
    "UPDATE referral_case SET version = $3, closed_at = $4 WHERE id = $1 AND version = $2";
const INSERT_LEG: &str = "INSERT INTO leg (id, alliance_id, case_id, ordinal, patient_id, from_organisation_id, author_id, version, snapshot, \
     direction, urgency, state, is_ended, transport, to_organisation_id, to_department_id, owner_id, complaint, owed_party, \
     owed_organisation_id, owed_person_id, owed_duty, owed_due_at, sort_due, holds_patient, held, submitted_at, updated_at, urges) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)";
const UPDATE_LEG: &str = "UPDATE leg SET version = $3, snapshot = $4, direction = $5, urgency = $6, state = $7, is_ended = $8, transport = $9, \
     to_organisation_id = $10, to_department_id = $11, owner_id = $12, complaint = $13, owed_party = $14, owed_organisation_id = $15, \
     owed_person_id = $16, owed_duty = $17, owed_due_at = CASE WHEN $25 = 1 THEN owed_due_at ELSE $18 END, \
     sort_due = CASE WHEN $25 = 1 THEN sort_due ELSE $19 END, holds_patient = $20, held = $21, submitted_at = $22, \
     updated_at = $23, urges = $24, rungs = CASE WHEN $25 = 1 THEN rungs ELSE 0 END WHERE id = $1 AND version = $2";
const CLIMB: &str = "UPDATE leg SET rungs = rungs + 1 WHERE id = $1 RETURNING rungs, owed_due_at";
const CALLS_FOR: &str = "SELECT COUNT(*) FROM event WHERE subject_kind = 'leg' AND subject_id = $1 AND kind = $2 AND payload LIKE $3";
const NOTE_DRAFT: &str = "UPDATE leg SET draft_hash = $2 WHERE id = $1";
const DRAFT_HASH: &str = "SELECT draft_hash, author_id FROM leg WHERE id = $1";
/// Outside the alliance's tree, and nobody there could act.
const PLACE: &str = "SELECT CASE WHEN o.ended_at IS NULL THEN 0 ELSE 1 END, CASE WHEN o.external = 1 AND NOT EXISTS (SELECT 1 FROM position x \
     JOIN person p ON p.id = x.person_id WHERE x.organisation_id = o.id AND p.kind = 'human' AND p.left_at IS NULL AND x.valid_from <= $3 \
     AND (x.valid_until IS NULL OR x.valid_until > $3)) THEN 1 ELSE 0 END FROM organisation o WHERE o.id = $1 AND o.alliance_id = $2";
const DEPARTMENT_OPEN: &str = "SELECT CASE WHEN ended_at IS NULL THEN 1 ELSE 0 END FROM department WHERE id = $1 AND organisation_id = $2";
const HELD_BY: &str = "SELECT id FROM leg WHERE to_organisation_id = $1 AND held = $2";
const SETTINGS: &str = "SELECT settings FROM alliance WHERE id = $1";
const DEPARTMENTS: &str = "SELECT COUNT(*) FROM department WHERE organisation_id = $1";
const NOTE_DECISION: &str = "INSERT INTO leg_decision (leg_id, alliance_id, organisation_id, urgency, decided_at, took_ms) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (leg_id) DO NOTHING";
const MARK_READ: &str = "INSERT INTO leg_read (leg_id, person_id, version, read_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (leg_id, person_id) DO UPDATE SET version = excluded.version, read_at = excluded.read_at WHERE leg_read.version < excluded.version";
/// A case with the snapshots of all its legs.
pub async fn case(conn: &mut Conn, alliance: &AllianceId, id: &CaseId) -> Result<Option<Case>> {
    load(conn, CASE, alliance, id.as_str()).await
}

/// The same, and nobody else changes it before this transaction ends.
pub async fn case_locked(tx: &mut Tx, alliance: &AllianceId, id: &CaseId) -> Result<Option<Case>> {
    load(tx.conn(), CASE_LOCKED, alliance, id.as_str()).await
}

/// The same for the case of a leg.
pub async fn case_of_leg_locked(tx: &mut Tx, alliance: &AllianceId, leg: &LegId) -> Result<Option<Case>> {
    load(tx.conn(), CASE_OF_LEG_LOCKED, alliance, leg.as_str()).await
}

async fn load(
    conn: &mut Conn,
    statement: &'static str,
    alliance: &AllianceId,
    id: &str,
) -> Result<Option<Case>> {
    let found = sqlx::query(statement).bind(id).bind(alliance.as_str()).fetch_optional(&mut *conn).await?;
    let Some(row) = found else { return Ok(None) };
    let id: String = row.try_get(4)?;
    let patient = referral::PatientId::new(row.try_get::<String, _>(1)?);
    let mut case = Case::new(referral::CaseId::new(id.clone()), row.try_get::<String, _>(0)?, patient);
    case.version = unsigned(row.try_get(2)?)?;
    case.closed_at = row.try_get::<Option<i64>, _>(3)?.map(Millis);
    for leg in sqlx::query(LEGS).bind(id).fetch_all(conn).await? {
        case.legs.push(from_json(&leg.try_get::<String, _>(0)?)?);
    }
    Ok(Some(case))
}

pub async fn case_of_leg(conn: &mut Conn, alliance: &AllianceId, leg: &LegId) -> Result<Option<CaseId>> {
    let row =
        sqlx::query(CASE_OF_LEG).bind(leg.as_str()).bind(alliance.as_str()).fetch_optional(conn).await?;
    Ok(match row {
        Some(row) => Some(CaseId::trusted(row.try_get::<String, _>(0)?)),
        None => None,
    })
}

pub async fn insert_case(tx: &mut Tx, alliance: &AllianceId, case: &Case) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(INSERT_CASE)
        .bind(case.id.as_str())
        .bind(alliance.as_str())
        .bind(case.patient.as_str())
        .bind(case.number.as_str())
        .bind(signed(case.version)?)
        .bind(case.closed_at.map(|at| at.0))
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Compare-and-set on the version.
pub async fn update_case(tx: &mut Tx, before: &Case, after: &Case) -> Result<()> {
    let done = sqlx::query(UPDATE_CASE)
        .bind(after.id.as_str())
        .bind(signed(before.version)?)
        .bind(signed(after.version)?)
        .bind(after.closed_at.map(|at| at.0))
        .execute(tx.conn())
        .await?;
    changed_once(done.rows_affected())
}

pub async fn insert_leg(
    tx: &mut Tx,
    alliance: &AllianceId,
    case: &Case,
    leg: &Leg,
    waiting: &Waiting,
) -> Result<()> {
    let query = sqlx::query(INSERT_LEG)
        .bind(leg.id.as_str().to_owned())
        .bind(alliance.as_str().to_owned())
        .bind(case.id.as_str().to_owned())
        .bind(i64::from(leg.ordinal))
        .bind(case.patient.as_str().to_owned())
        .bind(leg.from.as_str().to_owned())
        .bind(leg.author.as_str().to_owned());
    columns(query, leg, waiting)?.execute(tx.conn()).await?;
    Ok(())
}

/// Compare-and-set on the version; `before` is the version that was read.
/// A duty that `goes_on` keeps the time it was given, whatever the table of deadlines says by now, and its place on the ladder.
pub async fn update_leg(tx: &mut Tx, before: u64, leg: &Leg, waiting: &Waiting, goes_on: bool) -> Result<()> {
    let query = sqlx::query(UPDATE_LEG).bind(leg.id.as_str().to_owned()).bind(signed(before)?);
    let done = columns(query, leg, waiting)?.bind(i64::from(goes_on)).execute(tx.conn()).await?;
    changed_once(done.rows_affected())
}

type Query = sqlx::query::Query<'static, sqlx::Any, sqlx::any::AnyArguments>;

/// The columns that change, in the order of both statements.
fn columns(query: Query, leg: &Leg, waiting: &Waiting) -> Result<Query> {
    let owed = waiting.owed.as_ref();
    let to = leg.to.as_ref();
    let flag = |set: bool| i64::from(set);
    Ok(query
        .bind(signed(leg.version)?)
        .bind(to_json(leg)?)
        .bind(leg.direction.as_str())
        .bind(leg.urgency.as_str())
        .bind(leg.code().as_str())
        .bind(flag(leg.code().is_terminal()))
        .bind(leg.transport.code().as_str())
        .bind(to.map(|to| to.organisation.as_str().to_owned()))
        .bind(to.and_then(|to| to.department.as_ref()).map(|id| id.as_str().to_owned()))
        .bind(leg.state.acceptance().map(|acceptance| acceptance.owner.as_str().to_owned()))
        .bind(leg.form.complaint.clone())
        .bind(owed.map(|owed| owed.party.as_str()))
        .bind(owed.map(|owed| owed.organisation.as_str().to_owned()))
        .bind(owed.and_then(|owed| owed.person.as_ref()).map(|id| id.as_str().to_owned()))
        .bind(owed.map(|owed| owed.duty.as_str()))
        .bind(owed.map(|owed| owed.due_at.0))
        .bind(owed.map_or(NEVER, |owed| owed.due_at.0))
        .bind(flag(leg.holds_patient()))
        .bind(rules::held(leg))
        .bind(leg.submitted_at.map(|at| at.0))
        .bind(leg.updated_at.0)
        .bind(i64::try_from(leg.urges.len()).map_err(Refusal::internal)?))
}

/// Calls the next rung; answers how many were called with it, and when the duty was due.
pub async fn climb(tx: &mut Tx, leg: &LegId) -> Result<(usize, Option<Millis>)> {
    let row = sqlx::query(CLIMB).bind(leg.as_str()).fetch_one(tx.conn()).await?;
    let rungs = usize::try_from(row.try_get::<i64, _>(0)?).map_err(Refusal::internal)?;
    Ok((rungs, row.try_get::<Option<i64>, _>(1)?.map(Millis)))
}

/// How often a missed deadline of that duty was told already.
pub async fn calls_for(conn: &mut Conn, leg: &referral::LegId, kind: &str, duty: &str) -> Result<usize> {
    let query = sqlx::query(CALLS_FOR).bind(leg.as_str().to_owned()).bind(kind.to_owned());
    let row = query.bind(format!("%\"duty\":\"{duty}\"%")).fetch_one(conn).await?;
    usize::try_from(row.try_get::<i64, _>(0)?).map_err(Refusal::internal)
}

/// Keeps what the creator of a leg sent, hashed.
pub async fn note_draft(tx: &mut Tx, leg: &LegId, hash: &str) -> Result<()> {
    sqlx::query(NOTE_DRAFT).bind(leg.as_str()).bind(hash).execute(tx.conn()).await?;
    Ok(())
}

/// What the creator of a leg sent, hashed, and who that was. `None`: there is no such leg.
pub async fn draft_of(conn: &mut Conn, leg: &LegId) -> Result<Option<(Option<String>, PersonId)>> {
    let Some(row) = sqlx::query(DRAFT_HASH).bind(leg.as_str()).fetch_optional(conn).await? else {
        return Ok(None);
    };
    Ok(Some((row.try_get(0)?, PersonId::trusted(row.try_get::<String, _>(1)?))))
}

/// What the directory knows of a destination.
pub struct Place {
    pub is_closed: bool,
    /// Nobody there has an account.
    pub is_external: bool,
}

pub async fn place(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    now: Timestamp,
) -> Result<Option<Place>> {
    let query = sqlx::query(PLACE).bind(organisation.as_str()).bind(alliance.as_str()).bind(now.0);
    let Some(row) = query.fetch_optional(conn).await? else { return Ok(None) };
    Ok(Some(Place { is_closed: row.try_get::<i64, _>(0)? != 0, is_external: row.try_get::<i64, _>(1)? != 0 }))
}

/// `None` where the department is not that organisation's.
pub async fn department_is_open(
    conn: &mut Conn,
    organisation: &OrganisationId,
    department: &DepartmentId,
) -> Result<Option<bool>> {
    let query = sqlx::query(DEPARTMENT_OPEN).bind(department.as_str()).bind(organisation.as_str());
    let Some(row) = query.fetch_optional(conn).await? else { return Ok(None) };
    Ok(Some(row.try_get::<i64, _>(0)? != 0))
}

/// The leg that holds a bed or bay.
pub async fn held_by(conn: &mut Conn, organisation: &OrganisationId, held: &str) -> Result<Option<LegId>> {
    let row = sqlx::query(HELD_BY).bind(organisation.as_str()).bind(held).fetch_optional(conn).await?;
    Ok(match row {
        Some(row) => Some(LegId::trusted(row.try_get::<String, _>(0)?)),
        None => None,
    })
}

/// The alliance's deadlines: the defaults, with what its settings say under `deadlines`.
pub async fn deadlines(conn: &mut Conn, alliance: &AllianceId) -> Result<Deadlines> {
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct Settings {
        deadlines: Deadlines,
    }
    let row = sqlx::query(SETTINGS).bind(alliance.as_str()).fetch_one(conn).await?;
    Ok(from_json::<Settings>(&row.try_get::<String, _>(0)?)?.deadlines)
}

pub async fn has_departments(conn: &mut Conn, organisation: &OrganisationId) -> Result<bool> {
    let row = sqlx::query(DEPARTMENTS).bind(organisation.as_str()).fetch_one(conn).await?;
    Ok(row.try_get::<i64, _>(0)? > 0)
}

/// How long the first decision on a leg took; a later one changes nothing.
pub async fn note_decision(
    tx: &mut Tx,
    alliance: &AllianceId,
    leg: &Leg,
    by: &OrganisationId,
    took: i64,
) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(NOTE_DECISION)
        .bind(leg.id.as_str())
        .bind(alliance.as_str())
        .bind(by.as_str())
        .bind(leg.urgency.as_str())
        .bind(now)
        .bind(took)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A person has seen a leg as it is in that version.
pub async fn mark_read(tx: &mut Tx, leg: &LegId, person: &PersonId, version: i64) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(MARK_READ)
        .bind(leg.as_str())
        .bind(person.as_str())
        .bind(version)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn signed(version: u64) -> Result<i64> {
    i64::try_from(version).map_err(Refusal::internal)
}

fn unsigned(version: i64) -> Result<u64> {
    u64::try_from(version).map_err(Refusal::internal)
}
