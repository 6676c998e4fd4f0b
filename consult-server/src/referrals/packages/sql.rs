//! Statements on packages, and the phones that stand on them. Decides nothing.

use super::PackageSender;
use crate::access::Caller;
use crate::db::{Conn, Tx};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, DepartmentId, LegId, OrganisationId, PackageId, PersonId};
use crate::refs::{OrganisationRef, PersonRef};
use crate::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

const INSERT: &str = "INSERT INTO leg_package (id, alliance_id, leg_id, code_hash, made_by, organisation_id, created_at, expires_at, email) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
macro_rules! rows {
    ($rest:literal) => {
        concat!(
            "SELECT k.id, k.alliance_id, k.leg_id, p.id, p.name, o.id, o.name, k.created_at, k.expires_at, k.opened_at, k.reader_hash, \
             k.revoked_at, k.email, (SELECT y.state FROM delivery y WHERE y.subject_kind = 'leg_package' AND y.subject_id = k.id) \
             FROM leg_package k JOIN person p ON p.id = k.made_by JOIN organisation o ON o.id = k.organisation_id ",
            $rest
        )
    };
}
const OF_LEG: &str = rows!("WHERE k.leg_id = $1 ORDER BY k.created_at DESC, k.id DESC");
const BY_ID: &str = rows!("WHERE k.id = $1 AND k.leg_id = $2");
const BY_CODE: &str = rows!("WHERE k.code_hash = $1");
const WITH_LETTER: &str = rows!("WHERE k.id = $1 AND k.email IS NOT NULL");
const LETTERS: &str = "SELECT COUNT(*), MIN(created_at) FROM leg_package WHERE made_by = $1 AND email IS NOT NULL AND created_at > $2";
const OPEN: &str = "UPDATE leg_package SET opened_at = $2, opened_with = $3, reader_hash = $4 WHERE id = $1 AND opened_at IS NULL \
     AND revoked_at IS NULL AND expires_at > $2";
const REVOKE: &str = "UPDATE leg_package SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
const SENDER: &str = "SELECT o.name, o.phone, p.name, p.work_phone FROM organisation o, person p WHERE o.id = $1 AND p.id = $2";
const ORGANISATION: &str = "SELECT name FROM organisation WHERE id = $1";
const DEPARTMENT: &str = "SELECT name FROM department WHERE id = $1";

/// A package as it stands in the store.
#[derive(Clone)]
pub struct Stored {
    pub id: PackageId,
    pub alliance: AllianceId,
    pub leg: LegId,
    pub made_by: PersonRef,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub opened_at: Option<Timestamp>,
    /// The token of the browser that opened it, hashed.
    pub reader_hash: Option<String>,
    pub revoked_at: Option<Timestamp>,
    pub email: Option<String>,
    /// Of the letter in the queue.
    pub delivery: Option<String>,
}

pub async fn insert(
    tx: &mut Tx,
    caller: &Caller,
    id: &PackageId,
    leg: &LegId,
    code_hash: &str,
    expires_at: Timestamp,
    email: Option<&str>,
) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(INSERT)
        .bind(id.as_str())
        .bind(caller.alliance.as_str())
        .bind(leg.as_str())
        .bind(code_hash)
        .bind(caller.person.as_str())
        .bind(caller.organisation.as_str())
        .bind(now)
        .bind(expires_at.0)
        .bind(email.map(str::to_owned))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn of_leg(conn: &mut Conn, leg: &LegId) -> Result<Vec<Stored>> {
    sqlx::query(OF_LEG).bind(leg.as_str()).fetch_all(conn).await?.iter().map(stored).collect()
}

pub async fn by_id(conn: &mut Conn, id: &PackageId, leg: &LegId) -> Result<Option<Stored>> {
    let row = sqlx::query(BY_ID).bind(id.as_str()).bind(leg.as_str()).fetch_optional(conn).await?;
    row.as_ref().map(stored).transpose()
}

/// One that is announced by a letter.
pub async fn with_letter(conn: &mut Conn, id: &PackageId) -> Result<Option<Stored>> {
    let row = sqlx::query(WITH_LETTER).bind(id.as_str()).fetch_optional(conn).await?;
    row.as_ref().map(stored).transpose()
}

/// How many letters a person has sent since then, and when the first.
pub async fn letters(
    conn: &mut Conn,
    person: &PersonId,
    since: Timestamp,
) -> Result<(i64, Option<Timestamp>)> {
    let row = sqlx::query(LETTERS).bind(person.as_str()).bind(since.0).fetch_one(conn).await?;
    Ok((row.try_get(0)?, row.try_get::<Option<i64>, _>(1)?.map(Timestamp)))
}

pub async fn by_code(conn: &mut Conn, code_hash: &str) -> Result<Option<Stored>> {
    let row = sqlx::query(BY_CODE).bind(code_hash).fetch_optional(conn).await?;
    row.as_ref().map(stored).transpose()
}

/// Opens it once; `false` if it no longer counts.
pub async fn open(tx: &mut Tx, id: &PackageId, with: &str, reader_hash: &str) -> Result<bool> {
    let now = tx.now.0;
    let query = sqlx::query(OPEN).bind(id.as_str()).bind(now).bind(with).bind(reader_hash);
    Ok(query.execute(tx.conn()).await?.rows_affected() == 1)
}

/// Ends it; `false` if that was done before.
pub async fn revoke(tx: &mut Tx, id: &PackageId) -> Result<bool> {
    let now = tx.now.0;
    let done = sqlx::query(REVOKE).bind(id.as_str()).bind(now).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}

/// Who sent the leg, with the numbers they answer at work.
pub async fn sender(
    conn: &mut Conn,
    organisation: &OrganisationId,
    person: &PersonId,
) -> Result<PackageSender> {
    let row = sqlx::query(SENDER).bind(organisation.as_str()).bind(person.as_str()).fetch_one(conn).await?;
    Ok(PackageSender {
        organisation: row.try_get(0)?,
        organisation_phone: row.try_get(1)?,
        doctor: row.try_get(2)?,
        doctor_phone: row.try_get(3)?,
    })
}

pub async fn organisation_name(conn: &mut Conn, id: &OrganisationId) -> Result<String> {
    Ok(sqlx::query(ORGANISATION).bind(id.as_str()).fetch_one(conn).await?.try_get(0)?)
}

pub async fn department_name(conn: &mut Conn, id: &DepartmentId) -> Result<String> {
    Ok(sqlx::query(DEPARTMENT).bind(id.as_str()).fetch_one(conn).await?.try_get(0)?)
}

fn stored(row: &AnyRow) -> Result<Stored> {
    let time = |at: usize| Ok::<_, Refusal>(row.try_get::<Option<i64>, _>(at)?.map(Timestamp));
    Ok(Stored {
        id: PackageId::trusted(row.try_get::<String, _>(0)?),
        alliance: AllianceId::trusted(row.try_get::<String, _>(1)?),
        leg: LegId::trusted(row.try_get::<String, _>(2)?),
        made_by: PersonRef {
            id: PersonId::trusted(row.try_get::<String, _>(3)?),
            name: row.try_get(4)?,
            organisation: OrganisationRef {
                id: OrganisationId::trusted(row.try_get::<String, _>(5)?),
                name: row.try_get(6)?,
            },
        },
        created_at: Timestamp(row.try_get(7)?),
        expires_at: Timestamp(row.try_get(8)?),
        opened_at: time(9)?,
        reader_hash: row.try_get(10)?,
        revoked_at: time(11)?,
        email: row.try_get(12)?,
        delivery: row.try_get(13)?,
    })
}
