//! Statements on broken glasses. Decides nothing.

use super::{Reason, Review, Stored, Verdict};
use crate::access::Caller;
use crate::db::{Conn, Tx, changed_once};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, BreakGlassId, OrganisationId, PatientId, PersonId};
use crate::refs::{OrganisationRef, PersonRef};
use crate::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

const INSERT: &str = "INSERT INTO break_glass (id, alliance_id, version, person_id, organisation_id, patient_id, reason, explanation, opened_at, \
     ends_at) VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9)";
macro_rules! rows {
    ($rest:literal) => {
        concat!(
            "SELECT b.id, b.version, p.id, p.name, o.id, o.name, b.patient_id, b.reason, b.explanation, b.opened_at, b.ends_at, t.name, \
             r.name, b.reviewed_at, b.verdict, b.review_note FROM break_glass b JOIN person p ON p.id = b.person_id \
             JOIN organisation o ON o.id = b.organisation_id JOIN patient t ON t.id = b.patient_id \
             LEFT JOIN person r ON r.id = b.reviewed_by WHERE b.alliance_id = $1 ",
            $rest
        )
    };
}
const BY_ID: &str = rows!("AND b.id = $2");
const OF_PERSON: &str =
    rows!("AND b.person_id = $2 AND b.ends_at > $3 AND b.organisation_id = $4 ORDER BY b.ends_at, b.id");
const ALL_OF_PERSON: &str =
    rows!("AND b.person_id = $2 AND ($3 = '' OR b.id < $3) ORDER BY b.id DESC LIMIT $4");
/// By when they were opened: the id is the client's own, and may say any time.
const CASES: &str = rows!(
    "AND ($2 = 0 OR b.verdict IS NULL) AND ($3 = '' OR EXISTS (SELECT 1 FROM break_glass l WHERE l.id = $3 AND l.alliance_id = $1 \
     AND (b.opened_at < l.opened_at OR (b.opened_at = l.opened_at AND b.id < l.id)))) ORDER BY b.opened_at DESC, b.id DESC LIMIT $4"
);
const TO_REVIEW: &str = "SELECT COUNT(*) FROM break_glass WHERE alliance_id = $1 AND verdict IS NULL";
const END: &str = "UPDATE break_glass SET version = version + 1, ends_at = $3 WHERE id = $1 AND version = $2";
const REVIEW: &str = "UPDATE break_glass SET version = version + 1, reviewed_by = $3, reviewed_at = $4, verdict = $5, review_note = $6 \
     WHERE id = $1 AND version = $2 AND verdict IS NULL";
const TAKEN: &str = "SELECT person_id FROM break_glass WHERE id = $1";
const PATIENTS_NAMED: &str =
    "SELECT id FROM patient WHERE alliance_id = $1 AND name = $2 AND birth_date = $3 ORDER BY id LIMIT 2";

pub struct New<'a> {
    pub id: &'a BreakGlassId,
    pub patient: &'a PatientId,
    pub reason: Reason,
    pub explanation: &'a str,
    pub ends_at: Timestamp,
}

pub async fn insert(tx: &mut Tx, caller: &Caller, new: New<'_>) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(INSERT)
        .bind(new.id.as_str())
        .bind(caller.alliance.as_str())
        .bind(caller.person.as_str())
        .bind(caller.organisation.as_str())
        .bind(new.patient.as_str())
        .bind(new.reason.as_str())
        .bind(new.explanation)
        .bind(now)
        .bind(new.ends_at.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whose id this is already.
pub async fn taken_by(conn: &mut Conn, id: &BreakGlassId) -> Result<Option<PersonId>> {
    let row = sqlx::query(TAKEN).bind(id.as_str()).fetch_optional(conn).await?;
    row.map(|row| Ok(PersonId::trusted(row.try_get::<String, _>(0)?))).transpose()
}

pub async fn by_id(conn: &mut Conn, alliance: &AllianceId, id: &BreakGlassId) -> Result<Option<Stored>> {
    let row = sqlx::query(BY_ID).bind(alliance.as_str()).bind(id.as_str()).fetch_optional(conn).await?;
    row.as_ref().map(stored).transpose()
}

/// What a person has open now in their position, the first to end first.
pub async fn open_of(conn: &mut Conn, caller: &Caller, now: Timestamp) -> Result<Vec<Stored>> {
    let rows = sqlx::query(OF_PERSON)
        .bind(caller.alliance.as_str())
        .bind(caller.person.as_str())
        .bind(now.0)
        .bind(caller.organisation.as_str())
        .fetch_all(conn)
        .await?;
    rows.iter().map(stored).collect()
}

/// All that a person ever opened, newest first; ids below `before`.
pub async fn all_of(conn: &mut Conn, caller: &Caller, before: &str, limit: i64) -> Result<Vec<Stored>> {
    let rows = sqlx::query(ALL_OF_PERSON)
        .bind(caller.alliance.as_str())
        .bind(caller.person.as_str())
        .bind(before)
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(stored).collect()
}

/// All of an alliance, or those nobody has reviewed, newest first; those opened before the one named `before`.
pub async fn cases(
    conn: &mut Conn,
    alliance: &AllianceId,
    unreviewed_only: bool,
    before: &str,
    limit: i64,
) -> Result<Vec<Stored>> {
    let rows = sqlx::query(CASES)
        .bind(alliance.as_str())
        .bind(i64::from(unreviewed_only))
        .bind(before)
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(stored).collect()
}

pub async fn to_review(conn: &mut Conn, alliance: &AllianceId) -> Result<i64> {
    Ok(sqlx::query(TO_REVIEW).bind(alliance.as_str()).fetch_one(conn).await?.try_get(0)?)
}

/// Compare-and-set on the version.
pub async fn end(tx: &mut Tx, id: &BreakGlassId, version: i64) -> Result<()> {
    let now = tx.now.0;
    let done = sqlx::query(END).bind(id.as_str()).bind(version).bind(now).execute(tx.conn()).await?;
    changed_once(done.rows_affected())
}

pub async fn review(
    tx: &mut Tx,
    id: &BreakGlassId,
    version: i64,
    by: &PersonId,
    verdict: Verdict,
    note: &str,
) -> Result<()> {
    let now = tx.now.0;
    let done = sqlx::query(REVIEW)
        .bind(id.as_str())
        .bind(version)
        .bind(by.as_str())
        .bind(now)
        .bind(verdict.as_str())
        .bind(note)
        .execute(tx.conn())
        .await?;
    changed_once(done.rows_affected())
}

/// At most two patients of that very name and birth date: the second tells that they are not one.
pub async fn patients_named(
    conn: &mut Conn,
    alliance: &AllianceId,
    name: &str,
    birth_date: &str,
) -> Result<Vec<PatientId>> {
    let rows = sqlx::query(PATIENTS_NAMED)
        .bind(alliance.as_str())
        .bind(name)
        .bind(birth_date)
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| Ok(PatientId::trusted(row.try_get::<String, _>(0)?))).collect()
}

fn stored(row: &AnyRow) -> Result<Stored> {
    let unknown = || Refusal::internal("a broken glass has no known reason or verdict");
    let verdict: Option<String> = row.try_get(14)?;
    let review = match verdict {
        Some(verdict) => Some(Review {
            by: row.try_get::<Option<String>, _>(12)?.unwrap_or_default(),
            at: Timestamp(row.try_get::<Option<i64>, _>(13)?.unwrap_or_default()),
            verdict: Verdict::parse(&verdict).ok_or_else(unknown)?,
            note: row.try_get::<Option<String>, _>(15)?.unwrap_or_default(),
        }),
        None => None,
    };
    Ok(Stored {
        id: BreakGlassId::trusted(row.try_get::<String, _>(0)?),
        version: row.try_get(1)?,
        person: PersonRef {
            id: PersonId::trusted(row.try_get::<String, _>(2)?),
            name: row.try_get(3)?,
            organisation: OrganisationRef {
                id: OrganisationId::trusted(row.try_get::<String, _>(4)?),
                name: row.try_get(5)?,
            },
        },
        patient: PatientId::trusted(row.try_get::<String, _>(6)?),
        reason: Reason::parse(&row.try_get::<String, _>(7)?).ok_or_else(unknown)?,
        explanation: row.try_get(8)?,
        opened_at: Timestamp(row.try_get(9)?),
        ends_at: Timestamp(row.try_get(10)?),
        patient_name: row.try_get(11)?,
        review,
    })
}
