//! Statements on documents. Decides nothing.

use super::{Kind, Stored};
use crate::db::{Conn, Tx};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, DocumentId, OrganisationId, PersonId};
use crate::time::Timestamp;
use sqlx::Row as _;

const BY_ID: &str = "SELECT id, alliance_id, organisation_id, author_id, hash, size, kind, name, holder_kind, holder_id, created_at \
     FROM document WHERE id = $1";
const INSERT: &str = "INSERT INTO document (id, alliance_id, organisation_id, author_id, hash, size, kind, name, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
/// Compare-and-set: a document is attached once.
const ATTACH: &str =
    "UPDATE document SET holder_kind = $2, holder_id = $3 WHERE id = $1 AND holder_kind IS NULL";

pub async fn by_id(conn: &mut Conn, id: &DocumentId) -> Result<Option<Stored>> {
    let Some(row) = sqlx::query(BY_ID).bind(id.as_str()).fetch_optional(conn).await? else { return Ok(None) };
    let kind: String = row.try_get(6)?;
    let holder = match (row.try_get::<Option<String>, _>(8)?, row.try_get::<Option<String>, _>(9)?) {
        (Some(kind), Some(id)) => Some((kind, id)),
        (Some(_) | None, _) => None,
    };
    Ok(Some(Stored {
        id: DocumentId::trusted(row.try_get::<String, _>(0)?),
        alliance: AllianceId::trusted(row.try_get::<String, _>(1)?),
        organisation: OrganisationId::trusted(row.try_get::<String, _>(2)?),
        author: PersonId::trusted(row.try_get::<String, _>(3)?),
        hash: row.try_get(4)?,
        size: row.try_get(5)?,
        kind: Kind::parse(&kind).ok_or_else(|| Refusal::internal("a document has no known kind"))?,
        name: row.try_get(7)?,
        holder,
        created_at: Timestamp(row.try_get(10)?),
    }))
}

pub async fn insert(tx: &mut Tx, document: &Stored) -> Result<()> {
    sqlx::query(INSERT)
        .bind(document.id.as_str())
        .bind(document.alliance.as_str())
        .bind(document.organisation.as_str())
        .bind(document.author.as_str())
        .bind(document.hash.as_str())
        .bind(document.size)
        .bind(document.kind.as_str())
        .bind(document.name.as_str())
        .bind(document.created_at.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whether it was free.
pub async fn attach(tx: &mut Tx, id: &DocumentId, holder: (&str, &str)) -> Result<bool> {
    let done = sqlx::query(ATTACH).bind(id.as_str()).bind(holder.0).bind(holder.1).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}
