//! Statements on a person's own sessions and password. Decides nothing.

use super::OwnSession;
use crate::access::Door;
use crate::db::{Conn, Tx};
use crate::error::{Refusal, Result};
use crate::ids::{PersonId, SessionId};
use crate::time::Timestamp;
use sqlx::Row as _;

const SESSIONS: &str = "SELECT id, device, from_address, created_at, seen_at, expires_at FROM session \
     WHERE person_id = $1 AND scopes IS NULL AND ended_at IS NULL AND expires_at > $2 AND seen_at > $3 ORDER BY seen_at DESC, id";
const END: &str =
    "UPDATE session SET ended_at = $1 WHERE id = $2 AND person_id = $3 AND ended_at IS NULL RETURNING id";
const END_ALL: &str =
    "UPDATE session SET ended_at = $1 WHERE person_id = $2 AND id <> $3 AND ended_at IS NULL RETURNING id";
const END_OTHERS: &str = "UPDATE session SET ended_at = $1 WHERE person_id = $2 AND id <> $3 AND scopes IS NULL AND ended_at IS NULL RETURNING id";
const PASSWORD: &str = "SELECT login, password_hash FROM account WHERE person_id = $1";
const SET_PASSWORD: &str =
    "UPDATE account SET password_hash = $1, password_at = $2, must_change = $3 WHERE person_id = $4";
const SET_OWED: &str = "UPDATE session SET owed = $1 WHERE id = $2";
const DOOR: &str = "SELECT door FROM session WHERE id = $1";
const PROVED_AT: &str = "SELECT COALESCE(proved_at, created_at) FROM session WHERE id = $1";
const SET_PROVED_AT: &str = "UPDATE session SET proved_at = $1 WHERE id = $2";

/// The sessions of a person that are alive, newest use first.
pub async fn sessions(
    conn: &mut Conn,
    person: &PersonId,
    own: &SessionId,
    now: Timestamp,
    seen_after: Timestamp,
) -> Result<Vec<OwnSession>> {
    let rows =
        sqlx::query(SESSIONS).bind(person.as_str()).bind(now.0).bind(seen_after.0).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let id = SessionId::trusted(row.try_get::<String, _>(0)?);
            Ok(OwnSession {
                current: id == *own,
                id,
                device: row.try_get(1)?,
                from_address: row.try_get(2)?,
                created_at: Timestamp(row.try_get(3)?),
                seen_at: Timestamp(row.try_get(4)?),
                expires_at: Timestamp(row.try_get(5)?),
            })
        })
        .collect()
}

/// Ends one session of a person; false if they have no such session alive.
pub async fn end(tx: &mut Tx, person: &PersonId, session: &SessionId) -> Result<bool> {
    let now = tx.now.0;
    let row = sqlx::query(END)
        .bind(now)
        .bind(session.as_str())
        .bind(person.as_str())
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.is_some())
}

/// Ends the sessions of a person but this one; the programs with their tokens go on.
pub async fn end_others(tx: &mut Tx, person: &PersonId, own: &SessionId) -> Result<Vec<SessionId>> {
    let now = tx.now.0;
    let rows = sqlx::query(END_OTHERS)
        .bind(now)
        .bind(person.as_str())
        .bind(own.as_str())
        .fetch_all(tx.conn())
        .await?;
    rows.iter().map(|row| Ok(SessionId::trusted(row.try_get::<String, _>(0)?))).collect()
}

/// Ends every session of a person but one (or none, with an id of no session), and says which.
pub async fn end_all(tx: &mut Tx, person: &PersonId, but: &str) -> Result<Vec<SessionId>> {
    let now = tx.now.0;
    let rows = sqlx::query(END_ALL).bind(now).bind(person.as_str()).bind(but).fetch_all(tx.conn()).await?;
    rows.iter().map(|row| Ok(SessionId::trusted(row.try_get::<String, _>(0)?))).collect()
}

/// Login and password hash.
pub async fn password(conn: &mut Conn, person: &PersonId) -> Result<(String, String)> {
    let row = sqlx::query(PASSWORD).bind(person.as_str()).fetch_one(conn).await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

pub async fn set_password(tx: &mut Tx, person: &PersonId, hash: &str, must_change: bool) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(SET_PASSWORD)
        .bind(hash)
        .bind(now)
        .bind(i64::from(must_change))
        .bind(person.as_str())
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn set_owed(tx: &mut Tx, session: &SessionId, owed: Option<&str>) -> Result<()> {
    sqlx::query(SET_OWED).bind(owed).bind(session.as_str()).execute(tx.conn()).await?;
    Ok(())
}

/// By which door a session came.
pub async fn door(conn: &mut Conn, session: &SessionId) -> Result<Door> {
    let row = sqlx::query(DOOR).bind(session.as_str()).fetch_one(conn).await?;
    Door::parse(row.try_get::<&str, _>(0)?).ok_or_else(|| Refusal::internal("a session has no known door"))
}

/// It began with a proof at the identity provider that may be older than it.
pub async fn set_proved_at(tx: &mut Tx, session: &SessionId, at: Timestamp) -> Result<()> {
    let at = at.0.min(tx.now.0);
    sqlx::query(SET_PROVED_AT).bind(at).bind(session.as_str()).execute(tx.conn()).await?;
    Ok(())
}

/// When the person of a session last proved who they are.
pub async fn proved_at(conn: &mut Conn, session: &SessionId) -> Result<Timestamp> {
    Ok(Timestamp(sqlx::query(PROVED_AT).bind(session.as_str()).fetch_one(conn).await?.try_get(0)?))
}
