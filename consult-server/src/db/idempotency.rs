//! Answers already given, by `Idempotency-Key` and person: written in the same transaction as the change,
//! so that a repeated request has one effect. The body is sealed: an answer may bring what is sealed where it stands. Knows nothing
//! of HTTP but that an answer has a status and a body.

use super::sealed::{Column, KeyRing};
use super::{Conn, Tx};
use crate::error::Result;
use crate::ids::PersonId;
use crate::time::Timestamp;
use sqlx::Row as _;

/// Keys are kept 30 days.
const KEPT_SECONDS: i64 = 30 * 24 * 3600;

const FIND: &str = "SELECT request_hash, status, version, body FROM idempotency WHERE person_id = $1 AND idempotency_key = $2";
const KEEP: &str = "INSERT INTO idempotency (person_id, idempotency_key, request_hash, status, version, body, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
const FORGET: &str = "DELETE FROM idempotency WHERE created_at < $1";

pub const BODY: Column =
    crate::sealed_column!("idempotency.body", "idempotency", "person_id || '/' || idempotency_key", "body");

/// The row of an answer, as `BODY` names it.
fn row_of(person: &PersonId, key: &str) -> String {
    format!("{person}/{key}")
}

pub struct Given {
    pub request_hash: String,
    pub status: u16,
    pub version: Option<i64>,
    pub body: String,
}

pub async fn find(conn: &mut Conn, keys: &KeyRing, person: &PersonId, key: &str) -> Result<Option<Given>> {
    let Some(row) = sqlx::query(FIND).bind(person.as_str()).bind(key).fetch_optional(conn).await? else {
        return Ok(None);
    };
    Ok(Some(Given {
        request_hash: row.try_get(0)?,
        status: u16::try_from(row.try_get::<i64, _>(1)?).unwrap_or(200),
        version: row.try_get(2)?,
        body: keys.open_sealed(&BODY, &row_of(person, key), &row.try_get::<String, _>(3)?)?,
    }))
}

pub async fn keep(tx: &mut Tx, keys: &KeyRing, person: &PersonId, key: &str, given: &Given) -> Result<()> {
    let now = tx.now.0;
    let body = keys.seal(tx.entropy(), &BODY, &row_of(person, key), &given.body)?;
    sqlx::query(KEEP)
        .bind(person.as_str())
        .bind(key)
        .bind(given.request_hash.as_str())
        .bind(i64::from(given.status))
        .bind(given.version)
        .bind(body)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Drops keys that are older than 30 days.
pub async fn forget(tx: &mut Tx, now: Timestamp) -> Result<()> {
    sqlx::query(FORGET).bind(now.plus_seconds(-KEPT_SECONDS).0).execute(tx.conn()).await?;
    Ok(())
}
