//! Statements on failed sign-ins. Decides nothing.

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::time::Timestamp;
use sqlx::Row as _;

const BLOCKED: &str = "SELECT blocked_until FROM sign_in_attempt WHERE login_hash = $1";
const ADD: &str = "INSERT INTO sign_in_attempt (login_hash, failures, blocked_until, failed_at) VALUES ($1, 1, 0, $2) \
     ON CONFLICT (login_hash) DO UPDATE SET failures = sign_in_attempt.failures + 1, failed_at = excluded.failed_at \
     RETURNING failures, blocked_until";
const BLOCK: &str = "UPDATE sign_in_attempt SET blocked_until = $1 WHERE login_hash = $2";
const CLEAR: &str = "DELETE FROM sign_in_attempt WHERE login_hash = $1 RETURNING blocked_until";
const NTH: &str = "SELECT failed_at FROM sign_in_origin WHERE from_address = $1 AND failed_at > $2 \
     ORDER BY failed_at DESC LIMIT 1 OFFSET $3";
const ADD_ORIGIN: &str = "INSERT INTO sign_in_origin (from_address, login_hash, failed_at) VALUES ($1, $2, $3) \
     ON CONFLICT (from_address, login_hash) DO UPDATE SET failed_at = excluded.failed_at";
const CLEAR_ORIGIN: &str = "DELETE FROM sign_in_origin WHERE from_address = $1 AND login_hash = $2";
const FORGET: &str = "DELETE FROM sign_in_attempt WHERE failed_at < $1";
const FORGET_ORIGIN: &str = "DELETE FROM sign_in_origin WHERE failed_at < $1";

pub async fn blocked_until(conn: &mut Conn, login_hash: &str) -> Result<Option<Timestamp>> {
    let row = sqlx::query(BLOCKED).bind(login_hash).fetch_optional(conn).await?;
    row.map(|row| Ok(Timestamp(row.try_get(0)?))).transpose()
}

/// Failures with this one, and until when the name was blocked before it.
pub async fn add(tx: &mut Tx, login_hash: &str) -> Result<(i64, Timestamp)> {
    let now = tx.now.0;
    let row = sqlx::query(ADD).bind(login_hash).bind(now).fetch_one(tx.conn()).await?;
    Ok((row.try_get(0)?, Timestamp(row.try_get(1)?)))
}

pub async fn block(tx: &mut Tx, login_hash: &str, until: Timestamp) -> Result<()> {
    sqlx::query(BLOCK).bind(until.0).bind(login_hash).execute(tx.conn()).await?;
    Ok(())
}

/// Forgets a name's failures, and says until when it was blocked.
pub async fn clear(tx: &mut Tx, login_hash: &str) -> Result<Option<Timestamp>> {
    let row = sqlx::query(CLEAR).bind(login_hash).fetch_optional(tx.conn()).await?;
    row.map(|row| Ok(Timestamp(row.try_get(0)?))).transpose()
}

/// When the nth of the latest failed names failed at an address, if so many did.
pub async fn nth_latest(
    conn: &mut Conn,
    from: &str,
    since: Timestamp,
    nth: i64,
) -> Result<Option<Timestamp>> {
    let row = sqlx::query(NTH).bind(from).bind(since.0).bind(nth - 1).fetch_optional(conn).await?;
    row.map(|row| Ok(Timestamp(row.try_get(0)?))).transpose()
}

pub async fn add_origin(tx: &mut Tx, from: &str, login_hash: &str) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(ADD_ORIGIN).bind(from).bind(login_hash).bind(now).execute(tx.conn()).await?;
    Ok(())
}

pub async fn clear_origin(tx: &mut Tx, from: &str, login_hash: &str) -> Result<()> {
    sqlx::query(CLEAR_ORIGIN).bind(from).bind(login_hash).execute(tx.conn()).await?;
    Ok(())
}

/// Drops what is older than the throttle remembers, so that guessing names does not fill the store.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<()> {
    sqlx::query(FORGET).bind(before.0).execute(tx.conn()).await?;
    sqlx::query(FORGET_ORIGIN).bind(before.0).execute(tx.conn()).await?;
    Ok(())
}
