//! Statements on second factors, recovery codes and challenges. Secrets are sealed here. Decides nothing.

use super::{Challenge, Factor, FactorKind, OwnFactor};
use crate::access::Role;
use crate::db::sealed::{Column, KeyRing};
use crate::db::{Conn, Tx};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, PersonId};
use crate::time::Timestamp;
use sqlx::Row as _;

pub const SECRET: Column = crate::sealed_column!("factor.secret", "factor", "id", "secret");
pub const STATE: Column = crate::sealed_column!("challenge.state", "challenge", "token_hash", "state");

const OWN: &str = "SELECT id, kind, name, confirmed_at, used_at FROM factor \
     WHERE person_id = $1 AND confirmed_at IS NOT NULL ORDER BY confirmed_at, id";
const SECRETS: &str = "SELECT id, kind, secret, last_step FROM factor \
     WHERE person_id = $1 AND confirmed_at IS NOT NULL ORDER BY confirmed_at, id";
const UNCONFIRMED: &str = "SELECT id, kind, secret, last_step FROM factor \
     WHERE id = $1 AND person_id = $2 AND confirmed_at IS NULL";
const INSERT: &str = "INSERT INTO factor (id, alliance_id, person_id, kind, name, secret, created_at, confirmed_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const FORGET_UNCONFIRMED: &str =
    "DELETE FROM factor WHERE person_id = $1 AND kind = $2 AND confirmed_at IS NULL";
const CONFIRM: &str =
    "UPDATE factor SET confirmed_at = $1, last_step = $2 WHERE id = $3 AND confirmed_at IS NULL";
const USE_STEP: &str = "UPDATE factor SET last_step = $1, used_at = $2 WHERE id = $3 AND last_step < $1";
const USE_PASSKEY: &str = "UPDATE factor SET secret = $1, used_at = $2 WHERE id = $3";
const REMOVE: &str = "DELETE FROM factor WHERE id = $1 AND person_id = $2";
const REMOVE_ALL: &str = "DELETE FROM factor WHERE person_id = $1";
const ROLES: &str = "SELECT role FROM position WHERE person_id = $1 AND valid_from <= $2 \
     AND (valid_until IS NULL OR valid_until > $2) ORDER BY id";
const CODES_LEFT: &str =
    "SELECT CAST(COUNT(*) AS BIGINT) FROM recovery_code WHERE person_id = $1 AND used_at IS NULL";
const FORGET_CODES: &str = "DELETE FROM recovery_code WHERE person_id = $1";
const INSERT_CODE: &str = "INSERT INTO recovery_code (code_hash, alliance_id, person_id) VALUES ($1, $2, $3)";
const USE_CODE: &str =
    "UPDATE recovery_code SET used_at = $1 WHERE code_hash = $2 AND person_id = $3 AND used_at IS NULL";
const INSERT_CHALLENGE: &str = "INSERT INTO challenge (token_hash, alliance_id, person_id, purpose, state, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const CHALLENGE: &str = "SELECT person_id, state FROM challenge WHERE token_hash = $1 AND purpose = $2 \
     AND used_at IS NULL AND expires_at > $3 AND failures < $4";
const FAIL_CHALLENGE: &str = "UPDATE challenge SET failures = failures + 1 WHERE token_hash = $1";
const USE_CHALLENGE: &str =
    "UPDATE challenge SET used_at = $1 WHERE token_hash = $2 AND used_at IS NULL AND failures < $3";
const END_CHALLENGES: &str = "UPDATE challenge SET used_at = $1 WHERE person_id = $2 AND used_at IS NULL";
const FORGET_CHALLENGES: &str = "DELETE FROM challenge WHERE expires_at < $1";

/// The confirmed factors of a person, as they are shown.
pub async fn own(conn: &mut Conn, person: &PersonId) -> Result<Vec<OwnFactor>> {
    let rows = sqlx::query(OWN).bind(person.as_str()).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Ok(OwnFactor {
                id: row.try_get(0)?,
                kind: kind(&row.try_get::<String, _>(1)?)?,
                name: row.try_get(2)?,
                confirmed_at: Timestamp(row.try_get(3)?),
                used_at: row.try_get::<Option<i64>, _>(4)?.map(Timestamp),
            })
        })
        .collect()
}

/// The confirmed factors of a person with their secrets.
pub async fn secrets(conn: &mut Conn, keys: &KeyRing, person: &PersonId) -> Result<Vec<Factor>> {
    let rows = sqlx::query(SECRETS).bind(person.as_str()).fetch_all(conn).await?;
    rows.iter().map(|row| factor(keys, row)).collect()
}

/// A factor that waits to be confirmed.
pub async fn unconfirmed(
    conn: &mut Conn,
    keys: &KeyRing,
    person: &PersonId,
    id: &str,
) -> Result<Option<Factor>> {
    let row = sqlx::query(UNCONFIRMED).bind(id).bind(person.as_str()).fetch_optional(conn).await?;
    row.map(|row| factor(keys, &row)).transpose()
}

fn factor(keys: &KeyRing, row: &sqlx::any::AnyRow) -> Result<Factor> {
    let id: String = row.try_get(0)?;
    let secret = keys.open_sealed(&SECRET, &id, row.try_get::<&str, _>(2)?)?;
    Ok(Factor { kind: kind(row.try_get::<&str, _>(1)?)?, secret, last_step: row.try_get(3)?, id })
}

fn kind(text: &str) -> Result<FactorKind> {
    FactorKind::parse(text).ok_or_else(|| Refusal::internal("a factor has no known kind"))
}

/// A factor that begins; confirmed where its making was the proof.
pub struct NewFactor<'a> {
    pub id: &'a str,
    pub alliance: &'a AllianceId,
    pub person: &'a PersonId,
    pub kind: FactorKind,
    pub name: &'a str,
    pub secret: &'a str,
    pub confirmed: bool,
}

pub async fn insert(tx: &mut Tx, keys: &KeyRing, new: NewFactor<'_>) -> Result<()> {
    let sealed = keys.seal(tx.entropy(), &SECRET, new.id, new.secret)?;
    let now = tx.now.0;
    sqlx::query(INSERT)
        .bind(new.id)
        .bind(new.alliance.as_str())
        .bind(new.person.as_str())
        .bind(new.kind.as_str())
        .bind(new.name)
        .bind(sealed)
        .bind(now)
        .bind(new.confirmed.then_some(now))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn forget_unconfirmed(tx: &mut Tx, person: &PersonId, kind: FactorKind) -> Result<()> {
    sqlx::query(FORGET_UNCONFIRMED).bind(person.as_str()).bind(kind.as_str()).execute(tx.conn()).await?;
    Ok(())
}

/// Confirms a factor by the step of its first code; false if it was confirmed before.
pub async fn confirm(tx: &mut Tx, id: &str, step: i64) -> Result<bool> {
    let now = tx.now.0;
    Ok(sqlx::query(CONFIRM).bind(now).bind(step).bind(id).execute(tx.conn()).await?.rows_affected() == 1)
}

/// Uses up a time step; false if it, or a later one, was used before.
pub async fn use_step(tx: &mut Tx, id: &str, step: i64) -> Result<bool> {
    let now = tx.now.0;
    Ok(sqlx::query(USE_STEP).bind(step).bind(now).bind(id).execute(tx.conn()).await?.rows_affected() == 1)
}

/// Keeps a passkey with its new counter.
pub async fn use_passkey(tx: &mut Tx, keys: &KeyRing, id: &str, secret: &str) -> Result<()> {
    let sealed = keys.seal(tx.entropy(), &SECRET, id, secret)?;
    let now = tx.now.0;
    sqlx::query(USE_PASSKEY).bind(sealed).bind(now).bind(id).execute(tx.conn()).await?;
    Ok(())
}

/// Takes a factor away; false if the person has no such factor.
pub async fn remove(tx: &mut Tx, person: &PersonId, id: &str) -> Result<bool> {
    let done = sqlx::query(REMOVE).bind(id).bind(person.as_str()).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}

pub async fn remove_all(tx: &mut Tx, person: &PersonId) -> Result<()> {
    sqlx::query(REMOVE_ALL).bind(person.as_str()).execute(tx.conn()).await?;
    sqlx::query(FORGET_CODES).bind(person.as_str()).execute(tx.conn()).await?;
    Ok(())
}

/// The roles of the positions a person holds now.
pub async fn roles(conn: &mut Conn, person: &PersonId, now: Timestamp) -> Result<Vec<Role>> {
    let rows = sqlx::query(ROLES).bind(person.as_str()).bind(now.0).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Role::parse(row.try_get::<&str, _>(0)?)
                .ok_or_else(|| Refusal::internal("a position has no known role"))
        })
        .collect()
}

pub async fn codes_left(conn: &mut Conn, person: &PersonId) -> Result<i64> {
    Ok(sqlx::query(CODES_LEFT).bind(person.as_str()).fetch_one(conn).await?.try_get(0)?)
}

/// New recovery codes in the place of all earlier ones.
pub async fn set_codes(
    tx: &mut Tx,
    alliance: &AllianceId,
    person: &PersonId,
    hashes: &[String],
) -> Result<()> {
    sqlx::query(FORGET_CODES).bind(person.as_str()).execute(tx.conn()).await?;
    for hash in hashes {
        sqlx::query(INSERT_CODE)
            .bind(hash.as_str())
            .bind(alliance.as_str())
            .bind(person.as_str())
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Uses a recovery code up; false if it is none, or was used.
pub async fn use_code(tx: &mut Tx, person: &PersonId, hash: &str) -> Result<bool> {
    let now = tx.now.0;
    let done = sqlx::query(USE_CODE).bind(now).bind(hash).bind(person.as_str()).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}

/// A challenge that begins.
pub struct NewChallenge<'a> {
    pub token_hash: &'a str,
    pub alliance: &'a AllianceId,
    pub person: &'a PersonId,
    pub purpose: &'static str,
    pub state: &'a str,
    pub expires_at: Timestamp,
}

pub async fn insert_challenge(tx: &mut Tx, keys: &KeyRing, new: NewChallenge<'_>) -> Result<()> {
    let sealed = keys.seal(tx.entropy(), &STATE, new.token_hash, new.state)?;
    let now = tx.now.0;
    sqlx::query(FORGET_CHALLENGES).bind(now).execute(tx.conn()).await?;
    sqlx::query(INSERT_CHALLENGE)
        .bind(new.token_hash)
        .bind(new.alliance.as_str())
        .bind(new.person.as_str())
        .bind(new.purpose)
        .bind(sealed)
        .bind(new.expires_at.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A challenge that can still be answered.
pub async fn challenge(
    conn: &mut Conn,
    keys: &KeyRing,
    token_hash: &str,
    purpose: &str,
    now: Timestamp,
    failures: i64,
) -> Result<Option<Challenge>> {
    let row = sqlx::query(CHALLENGE)
        .bind(token_hash)
        .bind(purpose)
        .bind(now.0)
        .bind(failures)
        .fetch_optional(conn)
        .await?;
    row.map(|row| {
        Ok(Challenge {
            token_hash: token_hash.to_owned(),
            person: PersonId::trusted(row.try_get::<String, _>(0)?),
            state: keys.open_sealed(&STATE, token_hash, row.try_get::<&str, _>(1)?)?,
        })
    })
    .transpose()
}

pub async fn fail_challenge(tx: &mut Tx, token_hash: &str) -> Result<()> {
    sqlx::query(FAIL_CHALLENGE).bind(token_hash).execute(tx.conn()).await?;
    Ok(())
}

/// Uses a challenge up; false if it was used, or bore too many failures.
pub async fn use_challenge(tx: &mut Tx, token_hash: &str, failures: i64) -> Result<bool> {
    let now = tx.now.0;
    let done =
        sqlx::query(USE_CHALLENGE).bind(now).bind(token_hash).bind(failures).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}

/// Ends what a person has begun and not finished.
pub async fn end_challenges(tx: &mut Tx, person: &PersonId) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(END_CHALLENGES).bind(now).bind(person.as_str()).execute(tx.conn()).await?;
    Ok(())
}
