//! Statements on sign-ins at the identity provider and on links between its subjects and accounts. Decides nothing.

use super::Asked;
use crate::db::sealed::{Column, KeyRing};
use crate::db::{Conn, Tx, from_json, to_json};
use crate::error::Result;
use crate::ids::{AllianceId, PersonId};
use crate::time::Timestamp;
use sqlx::Row as _;

pub const ASKED: Column =
    crate::sealed_column!("oidc_ceremony.asked", "oidc_ceremony", "state_hash", "asked");

const INSERT: &str =
    "INSERT INTO oidc_ceremony (state_hash, browser_hash, asked, expires_at) VALUES ($1, $2, $3, $4)";
const FORGET: &str = "DELETE FROM oidc_ceremony WHERE expires_at < $1";
const USE: &str = "UPDATE oidc_ceremony SET used_at = $1 WHERE state_hash = $2 AND browser_hash = $3 AND used_at IS NULL \
     AND expires_at > $1 RETURNING asked";
const LINKED: &str = "SELECT person_id FROM oidc_link WHERE issuer = $1 AND subject = $2";
const IS_LINKED: &str = "SELECT 1 FROM oidc_link WHERE issuer = $1 AND person_id = $2";
const LINK: &str =
    "INSERT INTO oidc_link (issuer, subject, alliance_id, person_id, created_at) VALUES ($1, $2, $3, $4, $5)";
const UNLINK: &str = "DELETE FROM oidc_link WHERE person_id = $1";
const BY_STAFF_NUMBER: &str =
    "SELECT id, alliance_id FROM person WHERE staff_number = $1 AND left_at IS NULL ORDER BY id LIMIT 2";

/// Remembers a sign-in that begins, and forgets those that took too long.
pub async fn insert(
    tx: &mut Tx,
    keys: &KeyRing,
    state_hash: &str,
    browser_hash: &str,
    asked: &Asked,
    expires_at: Timestamp,
) -> Result<()> {
    let sealed = keys.seal(tx.entropy(), &ASKED, state_hash, &to_json(asked)?)?;
    let now = tx.now.0;
    sqlx::query(FORGET).bind(now).execute(tx.conn()).await?;
    sqlx::query(INSERT)
        .bind(state_hash)
        .bind(browser_hash)
        .bind(sealed)
        .bind(expires_at.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Uses a sign-in up: nothing if it was used, took too long, or began in another browser.
pub async fn use_up(
    tx: &mut Tx,
    keys: &KeyRing,
    state_hash: &str,
    browser_hash: &str,
) -> Result<Option<Asked>> {
    let now = tx.now.0;
    let row =
        sqlx::query(USE).bind(now).bind(state_hash).bind(browser_hash).fetch_optional(tx.conn()).await?;
    row.map(|row| from_json(&keys.open_sealed(&ASKED, state_hash, row.try_get::<&str, _>(0)?)?)).transpose()
}

/// The person a subject was linked to.
pub async fn linked(conn: &mut Conn, issuer: &str, subject: &str) -> Result<Option<PersonId>> {
    let row = sqlx::query(LINKED).bind(issuer).bind(subject).fetch_optional(conn).await?;
    row.map(|row| Ok(PersonId::trusted(row.try_get::<String, _>(0)?))).transpose()
}

/// Whether a person is linked to any subject of a provider.
pub async fn is_linked(conn: &mut Conn, issuer: &str, person: &PersonId) -> Result<bool> {
    Ok(sqlx::query(IS_LINKED).bind(issuer).bind(person.as_str()).fetch_optional(conn).await?.is_some())
}

pub async fn link(
    tx: &mut Tx,
    issuer: &str,
    subject: &str,
    alliance: &AllianceId,
    person: &PersonId,
) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(LINK)
        .bind(issuer)
        .bind(subject)
        .bind(alliance.as_str())
        .bind(person.as_str())
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Takes a person's links away; false if there was none.
pub async fn unlink(tx: &mut Tx, person: &PersonId) -> Result<bool> {
    Ok(sqlx::query(UNLINK).bind(person.as_str()).execute(tx.conn()).await?.rows_affected() > 0)
}

/// The one person with a staff number who has not left; nobody where two alliances use the number.
pub async fn by_staff_number(conn: &mut Conn, number: &str) -> Result<Option<(PersonId, AllianceId)>> {
    let rows = sqlx::query(BY_STAFF_NUMBER).bind(number).fetch_all(conn).await?;
    let [row] = rows.as_slice() else { return Ok(None) };
    Ok(Some((
        PersonId::trusted(row.try_get::<String, _>(0)?),
        AllianceId::trusted(row.try_get::<String, _>(1)?),
    )))
}
