//! Statements on documents. Decides nothing.

use super::{Kind, Stored};
use crate::db::{Conn, Tx};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, DocumentId, OrganisationId, PersonId};
use crate::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

macro_rules! rows {
    ($rest:literal) => {
        concat!(
            "SELECT id, alliance_id, organisation_id, author_id, hash, size, kind, name, holder_kind, holder_id, created_at FROM document ",
            $rest
        )
    };
}
const BY_ID: &str = rows!("WHERE id = $1");
const LEFT_BEHIND: &str =
    rows!("WHERE holder_kind IS NULL AND created_at <= $1 ORDER BY created_at, id LIMIT $2");
const UNATTACHED: &str = "SELECT COUNT(*) FROM document WHERE author_id = $1 AND holder_kind IS NULL";
/// Compare-and-set: what was attached meanwhile stays.
const DELETE: &str = "DELETE FROM document WHERE id = $1 AND holder_kind IS NULL";
const NOTE_UNNAMED: &str = "INSERT INTO unnamed_bytes (hash, since) VALUES ($1, $2) ON CONFLICT (hash) DO UPDATE SET since = excluded.since";
const NAME: &str = "DELETE FROM unnamed_bytes WHERE hash = $1";
const UNNAMED: &str = "SELECT hash FROM unnamed_bytes WHERE since <= $1 ORDER BY since, hash LIMIT $2";
const TAKE_UNNAMED: &str = "DELETE FROM unnamed_bytes WHERE hash = $1 AND since <= $2";
const IS_NAMED: &str = "SELECT 1 FROM document WHERE hash = $1 LIMIT 1";
const INSERT: &str = "INSERT INTO document (id, alliance_id, organisation_id, author_id, hash, size, kind, name, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
/// Compare-and-set: a document is attached once.
const ATTACH: &str =
    "UPDATE document SET holder_kind = $2, holder_id = $3 WHERE id = $1 AND holder_kind IS NULL";

pub async fn by_id(conn: &mut Conn, id: &DocumentId) -> Result<Option<Stored>> {
    let row = sqlx::query(BY_ID).bind(id.as_str()).fetch_optional(conn).await?;
    row.as_ref().map(stored).transpose()
}

fn stored(row: &AnyRow) -> Result<Stored> {
    let kind: String = row.try_get(6)?;
    let holder = match (row.try_get::<Option<String>, _>(8)?, row.try_get::<Option<String>, _>(9)?) {
        (Some(kind), Some(id)) => Some((kind, id)),
        (Some(_) | None, _) => None,
    };
    Ok(Stored {
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
    })
}

/// Those that are attached to nothing since that time or longer, the oldest first.
pub async fn left_behind(conn: &mut Conn, until: Timestamp, limit: i64) -> Result<Vec<Stored>> {
    let rows = sqlx::query(LEFT_BEHIND).bind(until.0).bind(limit).fetch_all(conn).await?;
    rows.iter().map(stored).collect()
}

/// How many of a person's are attached to nothing.
pub async fn unattached(conn: &mut Conn, author: &PersonId) -> Result<i64> {
    Ok(sqlx::query(UNATTACHED).bind(author.as_str()).fetch_one(conn).await?.try_get(0)?)
}

/// Whether it was there and attached to nothing.
pub async fn delete(tx: &mut Tx, id: &DocumentId) -> Result<bool> {
    let done = sqlx::query(DELETE).bind(id.as_str()).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}

/// Bytes that no row may name, from now on.
pub async fn note_unnamed(tx: &mut Tx, hash: &str) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(NOTE_UNNAMED).bind(hash).bind(now).execute(tx.conn()).await?;
    Ok(())
}

/// A row names them.
pub async fn name(tx: &mut Tx, hash: &str) -> Result<()> {
    sqlx::query(NAME).bind(hash).execute(tx.conn()).await?;
    Ok(())
}

pub async fn unnamed(conn: &mut Conn, until: Timestamp, limit: i64) -> Result<Vec<String>> {
    let rows = sqlx::query(UNNAMED).bind(until.0).bind(limit).fetch_all(conn).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Takes the note; `false` when it was taken or made anew meanwhile.
pub async fn take_unnamed(tx: &mut Tx, hash: &str, until: Timestamp) -> Result<bool> {
    let done = sqlx::query(TAKE_UNNAMED).bind(hash).bind(until.0).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}

pub async fn is_named(conn: &mut Conn, hash: &str) -> Result<bool> {
    Ok(sqlx::query(IS_NAMED).bind(hash).fetch_optional(conn).await?.is_some())
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
