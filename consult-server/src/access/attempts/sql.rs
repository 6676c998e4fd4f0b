//! Statements on failed sign-ins. Decides nothing.

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::{AllianceId, PersonId};
use crate::time::Timestamp;
use sqlx::Row as _;

const BLOCKED: &str = "SELECT blocked_until FROM sign_in_attempt WHERE login_hash = $1";
const ADD: &str = "INSERT INTO sign_in_attempt (login_hash, failures, blocked_until, failed_at) VALUES ($1, 1, 0, $2) \
     ON CONFLICT (login_hash) DO UPDATE SET failures = sign_in_attempt.failures + 1, failed_at = excluded.failed_at \
     RETURNING failures, blocked_until";
const BLOCK: &str = "UPDATE sign_in_attempt SET blocked_until = $1 WHERE login_hash = $2";
const CLEAR: &str = "DELETE FROM sign_in_attempt WHERE login_hash = $1 RETURNING blocked_until";
const NTH: &str = "SELECT failed_at FROM sign_in_origin WHERE from_address = $1 AND failed_at > $2 AND known >= $4 \
     ORDER BY failed_at DESC LIMIT 1 OFFSET $3";
const ADD_ORIGIN: &str = "INSERT INTO sign_in_origin (from_address, login_hash, failed_at, known) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (from_address, login_hash) DO UPDATE SET failed_at = excluded.failed_at, known = excluded.known";
const CLEAR_ORIGIN: &str = "DELETE FROM sign_in_origin WHERE from_address = $1 AND login_hash = $2";
const KNOWN_DEVICE: &str = "SELECT 1 FROM known_device d JOIN account a ON a.person_id = d.person_id WHERE d.device_hash = $1 AND a.login = $2 AND d.seen_at > $3";
const MOVE_DEVICES: &str = "UPDATE known_device SET device_hash = $2 WHERE device_hash = $1";
const REMEMBER_DEVICE: &str = "INSERT INTO known_device (device_hash, person_id, alliance_id, seen_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (device_hash, person_id) DO UPDATE SET seen_at = excluded.seen_at";
const FORGET_DEVICES: &str = "DELETE FROM known_device WHERE person_id = $1 AND (seen_at < $2 OR device_hash NOT IN \
     (SELECT device_hash FROM known_device WHERE person_id = $1 ORDER BY seen_at DESC, device_hash LIMIT $3))";
const FORGET_DEVICE: &str = "DELETE FROM known_device WHERE device_hash = $1 AND person_id IN (SELECT person_id FROM account WHERE login = $2)";
const FORGET_ALL_DEVICES: &str = "DELETE FROM known_device WHERE person_id = $1";
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

/// When the nth of the latest failed names failed at an address, if so many did; of all names, or of those that are somebody's.
pub async fn nth_latest(
    conn: &mut Conn,
    from: &str,
    since: Timestamp,
    nth: i64,
    known_only: bool,
) -> Result<Option<Timestamp>> {
    let found = sqlx::query(NTH).bind(from).bind(since.0).bind(nth - 1).bind(i64::from(known_only));
    let row = found.fetch_optional(conn).await?;
    row.map(|row| Ok(Timestamp(row.try_get(0)?))).transpose()
}

pub async fn add_origin(tx: &mut Tx, from: &str, login_hash: &str, known: bool) -> Result<()> {
    let now = tx.now.0;
    let row = sqlx::query(ADD_ORIGIN).bind(from).bind(login_hash).bind(now).bind(i64::from(known));
    row.execute(tx.conn()).await?;
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

/// Whether a browser is known for a name.
pub async fn is_known(conn: &mut Conn, device_hash: &str, login: &str, since: Timestamp) -> Result<bool> {
    let found = sqlx::query(KNOWN_DEVICE).bind(device_hash).bind(login).bind(since.0);
    Ok(found.fetch_optional(conn).await?.is_some())
}

/// What was known under one token is known under another.
pub async fn move_devices(tx: &mut Tx, from: &str, to: &str) -> Result<()> {
    sqlx::query(MOVE_DEVICES).bind(from).bind(to).execute(tx.conn()).await?;
    Ok(())
}

pub async fn remember_device(
    tx: &mut Tx,
    device_hash: &str,
    person: &PersonId,
    alliance: &AllianceId,
) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(REMEMBER_DEVICE)
        .bind(device_hash)
        .bind(person.as_str())
        .bind(alliance.as_str())
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Drops a person's devices that were not seen since, and all but the latest `most`.
pub async fn forget_devices(tx: &mut Tx, person: &PersonId, since: Timestamp, most: i64) -> Result<()> {
    let old = sqlx::query(FORGET_DEVICES).bind(person.as_str()).bind(since.0).bind(most);
    old.execute(tx.conn()).await?;
    Ok(())
}

/// A browser is known for a name no more.
pub async fn forget_device(tx: &mut Tx, device_hash: &str, login: &str) -> Result<()> {
    sqlx::query(FORGET_DEVICE).bind(device_hash).bind(login).execute(tx.conn()).await?;
    Ok(())
}

/// No browser is known for a person any more.
pub async fn forget_all_devices(tx: &mut Tx, person: &PersonId) -> Result<()> {
    sqlx::query(FORGET_ALL_DEVICES).bind(person.as_str()).execute(tx.conn()).await?;
    Ok(())
}
