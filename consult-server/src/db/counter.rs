//! Running numbers that people read: case, leg and consult numbers, without gaps that would look like losses.
//! Knows nothing of how a subject writes its number.

use super::Tx;
use crate::error::Result;
use crate::ids::AllianceId;
use sqlx::Row as _;

const NEXT: &str = "INSERT INTO counter (alliance_id, name, value) VALUES ($1, $2, 1) \
     ON CONFLICT (alliance_id, name) DO UPDATE SET value = counter.value + 1 RETURNING value";

/// The next number of that name in that alliance, from 1.
pub async fn next(tx: &mut Tx, alliance: &AllianceId, name: &str) -> Result<i64> {
    let row = sqlx::query(NEXT).bind(alliance.as_str()).bind(name).fetch_one(tx.conn()).await?;
    Ok(row.try_get(0)?)
}
