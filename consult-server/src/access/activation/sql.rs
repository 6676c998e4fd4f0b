//! Statements on activation codes and the accounts they make. Decides nothing.

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::{AllianceId, PersonId};
use crate::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

const HOLDER: &str =
    "SELECT person_id, alliance_id, expires_at, used_at FROM activation WHERE code_hash = $1";
const USE: &str = "UPDATE activation SET used_at = $2 WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2 \
     RETURNING person_id, alliance_id";
const END_OPEN: &str =
    "UPDATE activation SET expires_at = $2 WHERE person_id = $1 AND used_at IS NULL AND expires_at > $2";
const INSERT: &str = "INSERT INTO activation (code_hash, alliance_id, person_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
const INSERT_ACCOUNT: &str = "INSERT INTO account (person_id, alliance_id, login, password_hash, created_at, password_at) \
     VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (login) DO NOTHING";

/// Whose a code is, and whether it still counts.
#[derive(Clone)]
pub struct Holder {
    pub person: PersonId,
    pub alliance: AllianceId,
    pub counts: bool,
}

pub async fn holder(conn: &mut Conn, code_hash: &str, now: Timestamp) -> Result<Option<Holder>> {
    let Some(row) = sqlx::query(HOLDER).bind(code_hash).fetch_optional(conn).await? else { return Ok(None) };
    let is_unused = row.try_get::<Option<i64>, _>(3)?.is_none();
    let counts = is_unused && row.try_get::<i64, _>(2)? > now.0;
    let (person, alliance) = names(&row)?;
    Ok(Some(Holder { person, alliance, counts }))
}

fn names(row: &AnyRow) -> Result<(PersonId, AllianceId)> {
    let (person, alliance): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    Ok((PersonId::trusted(person), AllianceId::trusted(alliance)))
}

/// Uses a code up and says whose it was; nothing if it no longer counts.
pub async fn use_up(tx: &mut Tx, code_hash: &str) -> Result<Option<(PersonId, AllianceId)>> {
    let now = tx.now.0;
    let row = sqlx::query(USE).bind(code_hash).bind(now).fetch_optional(tx.conn()).await?;
    row.as_ref().map(names).transpose()
}

/// Ends the codes of a person that nobody has used.
pub async fn end_open(tx: &mut Tx, person: &PersonId) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(END_OPEN).bind(person.as_str()).bind(now).execute(tx.conn()).await?;
    Ok(())
}

pub async fn insert(
    tx: &mut Tx,
    alliance: &AllianceId,
    person: &PersonId,
    code_hash: &str,
    expires_at: Timestamp,
) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(INSERT)
        .bind(code_hash)
        .bind(alliance.as_str())
        .bind(person.as_str())
        .bind(now)
        .bind(expires_at.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Makes an account; false if the name to sign in with is somebody's already.
pub async fn insert_account(
    tx: &mut Tx,
    person: &PersonId,
    alliance: &AllianceId,
    login: &str,
    password_hash: &str,
) -> Result<bool> {
    let now = tx.now.0;
    let done = sqlx::query(INSERT_ACCOUNT)
        .bind(person.as_str())
        .bind(alliance.as_str())
        .bind(login)
        .bind(password_hash)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() == 1)
}
