//! Deadlines as rows: set in the transaction of the change that starts the clock, fired once each and in order,
//! also after an outage (I-15). Knows no subject: `worker` calls the subject's flow when one is due.

use super::{Conn, Tx};
use crate::error::Result;
use crate::ids::AllianceId;
use crate::time::Timestamp;
use sqlx::Row as _;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    pub id: String,
    pub alliance: AllianceId,
    pub subject_kind: String,
    pub subject_id: String,
    /// What is due, a code of the subject.
    pub kind: String,
    pub due_at: Timestamp,
    /// How often firing it has failed.
    pub tries: i64,
}

/// After a failure a timer waits 1, 2, 4, … seconds, and no longer than this.
const LONGEST_WAIT_SECONDS: i64 = 300;

const CLEAR: &str = "DELETE FROM timer WHERE subject_kind = $1 AND subject_id = $2";
const UNSET: &str = "DELETE FROM timer WHERE subject_kind = $1 AND subject_id = $2 AND kind = $3";
const SET: &str = "INSERT INTO timer (id, alliance_id, subject_kind, subject_id, kind, due_at, fire_at) VALUES ($1, $2, $3, $4, $5, $6, $6) \
     ON CONFLICT (subject_kind, subject_id, kind) DO UPDATE SET id = excluded.id, due_at = excluded.due_at, fire_at = excluded.fire_at, tries = 0";
const DUE: &str = "SELECT id, alliance_id, subject_kind, subject_id, kind, due_at, tries FROM timer WHERE fire_at <= $1 ORDER BY fire_at, id LIMIT $2";
const TAKE: &str = "DELETE FROM timer WHERE id = $1";
const POSTPONE: &str = "UPDATE timer SET fire_at = $1, tries = tries + 1 WHERE id = $2";

/// Sets the timer of that kind for a subject, or moves it.
pub async fn set(
    tx: &mut Tx,
    alliance: &AllianceId,
    subject: (&str, &str),
    kind: &str,
    due_at: Timestamp,
) -> Result<()> {
    let id = tx.new_id();
    sqlx::query(SET)
        .bind(id)
        .bind(alliance.as_str())
        .bind(subject.0)
        .bind(subject.1)
        .bind(kind)
        .bind(due_at.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Removes the timer of that kind of a subject, if there is one.
pub async fn unset(tx: &mut Tx, subject: (&str, &str), kind: &str) -> Result<()> {
    sqlx::query(UNSET).bind(subject.0).bind(subject.1).bind(kind).execute(tx.conn()).await?;
    Ok(())
}

/// Removes every timer of a subject.
pub async fn clear(tx: &mut Tx, subject: (&str, &str)) -> Result<()> {
    sqlx::query(CLEAR).bind(subject.0).bind(subject.1).execute(tx.conn()).await?;
    Ok(())
}

/// The timers that are due, oldest first.
pub async fn due(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<Timer>> {
    let rows = sqlx::query(DUE).bind(now.0).bind(limit).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Ok(Timer {
                id: row.try_get(0)?,
                alliance: AllianceId::trusted(row.try_get::<String, _>(1)?),
                subject_kind: row.try_get(2)?,
                subject_id: row.try_get(3)?,
                kind: row.try_get(4)?,
                due_at: Timestamp(row.try_get(5)?),
                tries: row.try_get(6)?,
            })
        })
        .collect()
}

/// Takes a timer, in the transaction of what it causes. `false`: somebody else took or moved it, do nothing.
pub async fn take(tx: &mut Tx, timer: &Timer) -> Result<bool> {
    let done = sqlx::query(TAKE).bind(timer.id.as_str()).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}

/// Puts off a timer whose firing failed, so that those behind it are not kept waiting. It is never given up.
pub async fn postpone(tx: &mut Tx, timer: &Timer) -> Result<()> {
    let wait = 1_i64.checked_shl(u32::try_from(timer.tries).unwrap_or(u32::MAX).min(16)).unwrap_or(i64::MAX);
    let again = tx.now.plus_seconds(wait.min(LONGEST_WAIT_SECONDS));
    sqlx::query(POSTPONE).bind(again.0).bind(timer.id.as_str()).execute(tx.conn()).await?;
    Ok(())
}
