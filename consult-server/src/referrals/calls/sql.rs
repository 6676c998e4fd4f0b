//! Statements on calls and on the numbers of those who answer. Decides nothing.

use super::{CallInput, CallResult, Callee, LegCall};
use crate::access::Caller;
use crate::db::{Conn, Tx};
use crate::error::{Refusal, Result};
use crate::ids::{CallId, LegId, OrganisationId, PersonId};
use crate::refs::{OrganisationRef, PersonRef};
use crate::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

const KNOWN: &str = "SELECT hash, author_id FROM leg_call WHERE id = $1";
const INSERT: &str = "INSERT INTO leg_call (id, leg_id, author_id, organisation_id, hash, callee, result, whom, note, called_at, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
macro_rules! calls {
    ($which:literal) => {
        concat!(
            "SELECT c.id, c.callee, c.result, c.whom, c.note, c.called_at, p.id, p.name, o.id, o.name FROM leg_call c \
             JOIN person p ON p.id = c.author_id JOIN organisation o ON o.id = c.organisation_id ",
            $which
        )
    };
}
const ONE: &str = calls!("WHERE c.id = $1");
const OF_LEG: &str = calls!("WHERE c.leg_id = $1 ORDER BY c.called_at DESC, c.id DESC LIMIT 200");
const PERSON_PHONE: &str = "SELECT work_phone FROM person WHERE id = $1 AND left_at IS NULL";
const ORGANISATION_PHONE: &str = "SELECT phone FROM organisation WHERE id = $1";

/// What was sent under an id, hashed, and by whom.
pub async fn known(conn: &mut Conn, id: &CallId) -> Result<Option<(String, PersonId)>> {
    let Some(row) = sqlx::query(KNOWN).bind(id.as_str()).fetch_optional(conn).await? else { return Ok(None) };
    Ok(Some((row.try_get(0)?, PersonId::trusted(row.try_get::<String, _>(1)?))))
}

pub async fn insert(
    tx: &mut Tx,
    leg: &LegId,
    caller: &Caller,
    hash: &str,
    input: &CallInput,
    called_at: Timestamp,
) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(INSERT)
        .bind(input.id.as_str())
        .bind(leg.as_str())
        .bind(caller.person.as_str())
        .bind(caller.organisation.as_str())
        .bind(hash)
        .bind(input.callee.as_str())
        .bind(input.result.as_str())
        .bind(input.whom.as_str())
        .bind(input.note.as_str())
        .bind(called_at.0)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn one(conn: &mut Conn, id: &CallId) -> Result<LegCall> {
    shown(&sqlx::query(ONE).bind(id.as_str()).fetch_one(conn).await?)
}

pub async fn of_leg(conn: &mut Conn, leg: &LegId) -> Result<Vec<LegCall>> {
    let rows = sqlx::query(OF_LEG).bind(leg.as_str()).fetch_all(conn).await?;
    rows.iter().map(shown).collect()
}

fn shown(row: &AnyRow) -> Result<LegCall> {
    let unknown = || Refusal::internal("a call has no known words");
    Ok(LegCall {
        id: CallId::trusted(row.try_get::<String, _>(0)?),
        callee: Callee::parse(&row.try_get::<String, _>(1)?).ok_or_else(unknown)?,
        result: CallResult::parse(&row.try_get::<String, _>(2)?).ok_or_else(unknown)?,
        whom: row.try_get(3)?,
        note: row.try_get(4)?,
        called_at: Timestamp(row.try_get(5)?),
        author: PersonRef {
            id: PersonId::trusted(row.try_get::<String, _>(6)?),
            name: row.try_get(7)?,
            organisation: OrganisationRef {
                id: OrganisationId::trusted(row.try_get::<String, _>(8)?),
                name: row.try_get(9)?,
            },
        },
    })
}

/// The number at which somebody answers at work.
pub async fn phone_of(conn: &mut Conn, person: &PersonId) -> Result<Option<String>> {
    phone(conn, PERSON_PHONE, person.as_str()).await
}

pub async fn phone_of_place(conn: &mut Conn, organisation: &OrganisationId) -> Result<Option<String>> {
    phone(conn, ORGANISATION_PHONE, organisation.as_str()).await
}

async fn phone(conn: &mut Conn, statement: &'static str, id: &str) -> Result<Option<String>> {
    let Some(row) = sqlx::query(statement).bind(id).fetch_optional(conn).await? else { return Ok(None) };
    Ok(row.try_get::<Option<String>, _>(0)?.filter(|phone| !phone.trim().is_empty()))
}
