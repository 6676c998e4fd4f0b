//! Statements on saved views. Decides nothing.

use super::{BoardView, BoardViews};
use crate::db::{Conn, Tx, changed_once, from_json, to_json};
use crate::error::Result;
use crate::ids::{AllianceId, PersonId};
use sqlx::Row as _;

const VIEWS: &str = "SELECT version, views FROM board_views WHERE person_id = $1";
const INSERT: &str = "INSERT INTO board_views (person_id, alliance_id, version, views, updated_at) VALUES ($1, $2, $3, $4, $5)";
const UPDATE: &str = "UPDATE board_views SET version = $2, views = $3, updated_at = $4 WHERE person_id = $1 AND version = $2 - 1";

pub async fn views(conn: &mut Conn, person: &PersonId) -> Result<BoardViews> {
    let Some(row) = sqlx::query(VIEWS).bind(person.as_str()).fetch_optional(conn).await? else {
        return Ok(BoardViews { version: 0, items: Vec::new() });
    };
    let items: Vec<BoardView> = from_json(&row.try_get::<String, _>(1)?)?;
    Ok(BoardViews { version: row.try_get(0)?, items })
}

/// Compare-and-set: `views` carries the version it will have.
pub async fn save(tx: &mut Tx, alliance: &AllianceId, person: &PersonId, views: &BoardViews) -> Result<()> {
    let (now, items) = (tx.now.0, to_json(&views.items)?);
    if views.version == 1 {
        sqlx::query(INSERT)
            .bind(person.as_str())
            .bind(alliance.as_str())
            .bind(views.version)
            .bind(items)
            .bind(now)
            .execute(tx.conn())
            .await?;
        return Ok(());
    }
    let done = sqlx::query(UPDATE)
        .bind(person.as_str())
        .bind(views.version)
        .bind(items)
        .bind(now)
        .execute(tx.conn())
        .await?;
    changed_once(done.rows_affected())
}
