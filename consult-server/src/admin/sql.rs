//! Statements that find an alliance and an organisation by what they are called. Decides nothing.

use crate::db::Conn;
use crate::error::Result;
use crate::ids::{AllianceId, OrganisationId};
use sqlx::Row as _;

const ALLIANCES: &str = "SELECT id, name FROM alliance ORDER BY id";
const ORGANISATION: &str =
    "SELECT id FROM organisation WHERE alliance_id = $1 AND (name = $2 OR code = $2) ORDER BY id LIMIT 1";

/// Every alliance of this installation.
pub async fn alliances(conn: &mut Conn) -> Result<Vec<(AllianceId, String)>> {
    let rows = sqlx::query(ALLIANCES).fetch_all(conn).await?;
    rows.iter().map(|row| Ok((AllianceId::trusted(row.try_get::<String, _>(0)?), row.try_get(1)?))).collect()
}

/// An organisation by its name or its code.
pub async fn organisation(
    conn: &mut Conn,
    alliance: &AllianceId,
    name: &str,
) -> Result<Option<OrganisationId>> {
    let row = sqlx::query(ORGANISATION).bind(alliance.as_str()).bind(name).fetch_optional(conn).await?;
    row.map(|row| Ok(OrganisationId::trusted(row.try_get::<String, _>(0)?))).transpose()
}
