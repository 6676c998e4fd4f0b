//! Statements on patients said to be in two places. Decides nothing.

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::OrganisationId;
use sqlx::Row as _;

const REACH: &str = "SELECT name, phone FROM organisation WHERE id = $1";
const TELL: &str = "INSERT INTO leg_conflict (leg_id, holding_leg_id, told_at) VALUES ($1, $2, $3) \
     ON CONFLICT (leg_id, holding_leg_id) DO UPDATE SET told_at = excluded.told_at WHERE leg_conflict.told_at <= $4";

/// An organisation's name and the number that is answered there.
pub async fn reach(conn: &mut Conn, id: &OrganisationId) -> Result<(String, Option<String>)> {
    let row = sqlx::query(REACH).bind(id.as_str()).fetch_one(conn).await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// Whether both sides are to be told now: not again within so many seconds.
pub async fn tell(tx: &mut Tx, tried: &str, holding: &str, pause_seconds: i64) -> Result<bool> {
    let now = tx.now;
    let before = now.plus_seconds(-pause_seconds).0;
    let query = sqlx::query(TELL).bind(tried).bind(holding).bind(now.0).bind(before);
    Ok(query.execute(tx.conn()).await?.rows_affected() == 1)
}
