//! Statements on rooms. Decides nothing.

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::{AllianceId, PatientId, RoomId};
use crate::time::Timestamp;
use sqlx::Row as _;

/// A room as it is kept.
pub struct Stored {
    pub id: RoomId,
    pub subject_kind: String,
    pub subject_id: String,
    pub patient: PatientId,
    pub closed_at: Option<Timestamp>,
}

const INSERT: &str = "INSERT INTO room (id, alliance_id, subject_kind, subject_id, patient_id, opened_at) VALUES ($1, $2, $3, $4, $5, $6)";
const CLOSE: &str = "UPDATE room SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL";
const REOPEN: &str = "UPDATE room SET closed_at = NULL, patient_id = $2 WHERE id = $1";
const BY_ID: &str =
    "SELECT id, subject_kind, subject_id, patient_id, closed_at FROM room WHERE id = $1 AND alliance_id = $2";

pub async fn insert(
    tx: &mut Tx,
    id: &RoomId,
    alliance: &AllianceId,
    subject: (&str, &str),
    patient: &PatientId,
) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(INSERT)
        .bind(id.as_str())
        .bind(alliance.as_str())
        .bind(subject.0)
        .bind(subject.1)
        .bind(patient.as_str())
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn close(tx: &mut Tx, id: &RoomId) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(CLOSE).bind(id.as_str()).bind(now).execute(tx.conn()).await?;
    Ok(())
}

pub async fn reopen(tx: &mut Tx, id: &RoomId, patient: &PatientId) -> Result<()> {
    sqlx::query(REOPEN).bind(id.as_str()).bind(patient.as_str()).execute(tx.conn()).await?;
    Ok(())
}

pub async fn by_id(conn: &mut Conn, alliance: &AllianceId, id: &RoomId) -> Result<Option<Stored>> {
    let row = sqlx::query(BY_ID).bind(id.as_str()).bind(alliance.as_str()).fetch_optional(conn).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Stored {
        id: RoomId::trusted(row.try_get::<String, _>(0)?),
        subject_kind: row.try_get(1)?,
        subject_id: row.try_get(2)?,
        patient: PatientId::trusted(row.try_get::<String, _>(3)?),
        closed_at: row.try_get::<Option<i64>, _>(4)?.map(Timestamp),
    }))
}
