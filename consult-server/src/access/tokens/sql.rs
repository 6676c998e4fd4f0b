//! Statements on the sessions that are tokens. Decides nothing.

use super::OwnToken;
use crate::access::scopes::Scopes;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::{PersonId, SessionId};
use crate::time::Timestamp;
use sqlx::Row as _;

const OWN: &str = "SELECT id, device, scopes, created_at, seen_at, expires_at FROM session \
     WHERE person_id = $1 AND door = 'token' AND ended_at IS NULL AND expires_at > $2 ORDER BY created_at DESC, id";
const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM session \
     WHERE person_id = $1 AND door = 'token' AND ended_at IS NULL AND expires_at > $2";
const REVOKE: &str = "UPDATE session SET ended_at = $1 WHERE id = $2 AND person_id = $3 AND door = 'token' AND ended_at IS NULL";

/// The tokens of a person that are alive, the newest first.
pub async fn own(conn: &mut Conn, person: &PersonId, now: Timestamp) -> Result<Vec<OwnToken>> {
    let rows = sqlx::query(OWN).bind(person.as_str()).bind(now.0).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let (created_at, seen_at) = (Timestamp(row.try_get(3)?), Timestamp(row.try_get(4)?));
            Ok(OwnToken {
                id: SessionId::trusted(row.try_get::<String, _>(0)?),
                name: row.try_get(1)?,
                scopes: Scopes::stored(row.try_get::<&str, _>(2)?).iter().collect(),
                created_at,
                used_at: (seen_at > created_at).then_some(seen_at),
                expires_at: Timestamp(row.try_get(5)?),
            })
        })
        .collect()
}

pub async fn count(conn: &mut Conn, person: &PersonId, now: Timestamp) -> Result<i64> {
    Ok(sqlx::query(COUNT).bind(person.as_str()).bind(now.0).fetch_one(conn).await?.try_get(0)?)
}

/// Ends a token; false if the person has no such token alive.
pub async fn revoke(tx: &mut Tx, person: &PersonId, id: &SessionId) -> Result<bool> {
    let now = tx.now.0;
    let done =
        sqlx::query(REVOKE).bind(now).bind(id.as_str()).bind(person.as_str()).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}
