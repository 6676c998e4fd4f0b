//! The outbox: what others must hear of, written in the transaction of the change. The table is the truth; wake-ups are hints.
//! Knows no subject and no reader: `notices` reads it, by position for the live stream and by row for what is done once.

use super::{Conn, Engine, Tx, from_json, to_json};
use crate::db::change::Change;
use crate::error::Result;
use crate::ids::{AllianceId, OrganisationId, PatientId};
use crate::time::Timestamp;
use serde_json::Value;
use sqlx::Row as _;

#[derive(Clone, Debug)]
pub struct Entry {
    pub seq: i64,
    pub alliance: AllianceId,
    pub event_id: String,
    pub kind: String,
    pub subject_kind: String,
    pub subject_id: String,
    pub version: i64,
    pub audience: Vec<OrganisationId>,
    /// Who did it, and needs no telling.
    pub author: Option<String>,
    /// Whom it is about; the name is read when it is told, to those who may still see the patient.
    pub patient: Option<PatientId>,
    pub payload: Value,
    pub created_at: Timestamp,
}

const INSERT: &str = "INSERT INTO outbox (alliance_id, event_id, kind, subject_kind, subject_id, version, audience, author_id, patient_id, payload, created_at, done) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)";
macro_rules! columns {
    () => {
        "SELECT seq, alliance_id, event_id, kind, subject_kind, subject_id, version, audience, author_id, patient_id, payload, created_at FROM outbox "
    };
}
const SINCE: &str = concat!(columns!(), "WHERE seq > $1 ORDER BY seq LIMIT $2");
const LAST: &str = "SELECT COALESCE(MAX(seq), 0) FROM outbox";
const UNDONE: &str = concat!(columns!(), "WHERE done = 0 ORDER BY seq LIMIT $1");
/// Two workers on Postgres must not take the same row; SQLite has one writer anyway.
const UNDONE_LOCKED: &str =
    concat!(columns!(), "WHERE done = 0 ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED");
const ANY_UNDONE: &str = "SELECT 1 FROM outbox WHERE done = 0 LIMIT 1";
const DONE: &str = "UPDATE outbox SET done = 1 WHERE seq = $1";

pub(super) async fn insert(tx: &mut Tx, event_id: &str, change: &Change<'_>) -> Result<()> {
    let audience = to_json(&change.audience)?;
    let now = tx.now.0;
    sqlx::query(INSERT)
        .bind(change.alliance.as_str())
        .bind(event_id)
        .bind(change.kind)
        .bind(change.subject.kind)
        .bind(change.subject.id)
        .bind(change.version)
        .bind(audience)
        .bind(change.author.person.as_ref().map(|p| p.as_str().to_owned()))
        .bind(change.patient.map(|p| p.as_str().to_owned()))
        .bind(change.payload.to_string())
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Entries after a position, in order, for the live stream.
pub async fn since(conn: &mut Conn, seq: i64, limit: i64) -> Result<Vec<Entry>> {
    rows(sqlx::query(SINCE).bind(seq).bind(limit).fetch_all(conn).await?)
}

/// The newest position.
pub async fn last(conn: &mut Conn) -> Result<i64> {
    Ok(sqlx::query(LAST).fetch_one(conn).await?.try_get(0)?)
}

/// Claims entries that nobody has handled yet; they are handled in this transaction or stay for the next.
pub async fn claim(tx: &mut Tx, limit: i64) -> Result<Vec<Entry>> {
    let statement = match tx.engine {
        Engine::Sqlite => UNDONE,
        Engine::Postgres => UNDONE_LOCKED,
    };
    let entries = rows(sqlx::query(statement).bind(limit).fetch_all(tx.conn()).await?)?;
    for entry in &entries {
        sqlx::query(DONE).bind(entry.seq).execute(tx.conn()).await?;
    }
    Ok(entries)
}

/// Whether anybody waits: asked before a write is begun for nothing.
pub async fn any_undone(conn: &mut Conn) -> Result<bool> {
    Ok(sqlx::query(ANY_UNDONE).fetch_optional(conn).await?.is_some())
}

fn rows(rows: Vec<sqlx::any::AnyRow>) -> Result<Vec<Entry>> {
    rows.iter()
        .map(|row| {
            Ok(Entry {
                seq: row.try_get(0)?,
                alliance: AllianceId::trusted(row.try_get::<String, _>(1)?),
                event_id: row.try_get(2)?,
                kind: row.try_get(3)?,
                subject_kind: row.try_get(4)?,
                subject_id: row.try_get(5)?,
                version: row.try_get(6)?,
                audience: from_json(&row.try_get::<String, _>(7)?)?,
                author: row.try_get(8)?,
                patient: row.try_get::<Option<String>, _>(9)?.map(PatientId::trusted),
                payload: from_json(&row.try_get::<String, _>(10)?)?,
                created_at: Timestamp(row.try_get(11)?),
            })
        })
        .collect()
}
