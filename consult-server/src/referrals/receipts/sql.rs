//! Statements on who has read a leg. Decides nothing.

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::{LegId, OrganisationId, PersonId};
use crate::time::Timestamp;
use sqlx::Row as _;

/// Readers who have, or had, a position at that organisation.
const READERS: &str = "SELECT r.person_id, r.read_at FROM leg_read r WHERE r.leg_id = $1 \
     AND EXISTS (SELECT 1 FROM position x WHERE x.person_id = r.person_id AND x.organisation_id = $2) ORDER BY r.read_at, r.person_id";
const HAS_READ: &str = "SELECT 1 FROM leg_read WHERE leg_id = $1 AND person_id = $2";

pub async fn readers(
    conn: &mut Conn,
    leg: &LegId,
    organisation: &OrganisationId,
) -> Result<Vec<(PersonId, Timestamp)>> {
    let rows = sqlx::query(READERS).bind(leg.as_str()).bind(organisation.as_str()).fetch_all(conn).await?;
    rows.iter()
        .map(|row| Ok((PersonId::trusted(row.try_get::<String, _>(0)?), Timestamp(row.try_get(1)?))))
        .collect()
}

pub async fn has_read(tx: &mut Tx, leg: &LegId, person: &PersonId) -> Result<bool> {
    let row =
        sqlx::query(HAS_READ).bind(leg.as_str()).bind(person.as_str()).fetch_optional(tx.conn()).await?;
    Ok(row.is_some())
}
