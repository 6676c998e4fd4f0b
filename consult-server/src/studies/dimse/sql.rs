//! Statements on AE titles. Decides nothing.

use super::Sender;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::{AllianceId, OrganisationId};
use sqlx::Row as _;

const BY_TITLE: &str =
    "SELECT organisation_id, title, from_address FROM ae_title WHERE title = $1 ORDER BY id";
const INSERT: &str = "INSERT INTO ae_title (id, alliance_id, organisation_id, title, from_address, created_at) VALUES ($1, $2, $3, $4, $5, $6)";

pub async fn by_title(conn: &mut Conn, title: &str) -> Result<Vec<Sender>> {
    let rows = sqlx::query(BY_TITLE).bind(title).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Ok(Sender {
                organisation: row.try_get(0)?,
                title: row.try_get(1)?,
                from_address: row.try_get(2)?,
            })
        })
        .collect()
}

pub async fn insert(
    tx: &mut Tx,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    title: &str,
    from_address: &str,
) -> Result<()> {
    let (id, now) = (tx.new_id(), tx.now.0);
    sqlx::query(INSERT)
        .bind(id)
        .bind(alliance.as_str())
        .bind(organisation.as_str())
        .bind(title)
        .bind(from_address)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}
