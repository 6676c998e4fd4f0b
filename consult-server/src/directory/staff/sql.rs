//! Statements on people, their positions and what leaving ends. Decides nothing.

use super::{PersonDetail, PersonPrivate, PositionDetail, Unplaced};
use crate::access::Role;
use crate::db::{Conn, Tx, changed_once};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, DepartmentId, OrganisationId, PersonId, PositionId};
use crate::refs::{DepartmentRef, OrganisationRef};
use crate::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

const PERSON: &str = "SELECT p.id, p.version, p.name, p.title, p.specialty, p.work_phone, p.left_at, p.staff_number, p.licence_number, p.licence_from, \
     p.licence_until, p.practising_since, CASE WHEN EXISTS (SELECT 1 FROM account a WHERE a.person_id = p.id) THEN 1 ELSE 0 END, p.email \
     FROM person p WHERE p.id = $1 AND p.alliance_id = $2 AND p.kind = 'human'";
const UNPLACED: &str = "SELECT p.id, p.name, p.staff_number, p.title, CASE WHEN EXISTS (SELECT 1 FROM account a WHERE a.person_id = p.id) THEN 1 ELSE 0 END \
     FROM person p WHERE p.alliance_id = $1 AND p.kind = 'human' AND p.left_at IS NULL AND p.id > $2 AND NOT EXISTS (SELECT 1 FROM position x \
     WHERE x.person_id = p.id AND (x.valid_until IS NULL OR x.valid_until > $3)) ORDER BY p.id LIMIT $4";
const BY_STAFF_NUMBER: &str = "SELECT id FROM person WHERE alliance_id = $1 AND staff_number = $2";
macro_rules! positions {
    ($which:literal) => {
        concat!(
            "SELECT x.id, x.role, o.id, o.name, d.id, d.name, x.valid_from, x.valid_until, x.person_id FROM position x \
             JOIN organisation o ON o.id = x.organisation_id LEFT JOIN department d ON d.id = x.department_id WHERE ",
            $which
        )
    };
}
const POSITIONS: &str = positions!(
    "x.person_id = $1 AND (x.valid_until IS NULL OR x.valid_until > $2) ORDER BY x.valid_from, x.id"
);
const POSITION: &str = positions!("x.id = $1 AND x.alliance_id = $2");
const LEAVE: &str = "UPDATE person SET version = version + 1, left_at = $3 WHERE id = $1 AND version = $2";
const END_POSITIONS: &str =
    "UPDATE position SET valid_until = $2 WHERE person_id = $1 AND (valid_until IS NULL OR valid_until > $2)";
const CUT_DUTIES: &str = "UPDATE duty SET version = version + 1, ends_at = $2 WHERE person_id = $1 AND starts_at < $2 AND ends_at > $2";
const DROP_DUTIES: &str = "DELETE FROM duty WHERE person_id = $1 AND starts_at >= $2";
const WITHDRAW_SWAPS: &str = "UPDATE duty_swap SET version = version + 1, state = 'withdrawn', decided_at = $2 WHERE state = 'offered' \
     AND (from_person_id = $1 OR to_person_id = $1)";
const END_ACTIVATIONS: &str =
    "UPDATE activation SET expires_at = $2 WHERE person_id = $1 AND used_at IS NULL AND expires_at > $2";
const ORGANISATIONS_OF: &str = "SELECT DISTINCT organisation_id FROM position WHERE person_id = $1 AND (valid_until IS NULL OR valid_until > $2)";
const HOLDERS_OF: &str = "SELECT DISTINCT x.person_id FROM position x JOIN person p ON p.id = x.person_id WHERE x.alliance_id = $1 AND x.role = $2 \
     AND x.valid_from <= $3 AND (x.valid_until IS NULL OR x.valid_until > $3) AND p.left_at IS NULL AND p.kind = 'human' ORDER BY x.person_id";

fn time(row: &AnyRow, at: usize) -> Result<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>, _>(at)?.map(Timestamp))
}

/// A person with what is private; the flow takes that out for those who may not see it.
pub async fn person(
    conn: &mut Conn,
    alliance: &AllianceId,
    id: &PersonId,
    now: Timestamp,
) -> Result<Option<PersonDetail>> {
    let found = sqlx::query(PERSON).bind(id.as_str()).bind(alliance.as_str());
    let Some(row) = found.fetch_optional(&mut *conn).await? else { return Ok(None) };
    let positions = sqlx::query(POSITIONS).bind(id.as_str()).bind(now.0).fetch_all(conn).await?;
    let private = PersonPrivate {
        staff_number: row.try_get(7)?,
        email: row.try_get(13)?,
        licence_number: row.try_get(8)?,
        licence_from: time(&row, 9)?,
        licence_until: time(&row, 10)?,
        practising_since: time(&row, 11)?,
        has_account: row.try_get::<i64, _>(12)? != 0,
    };
    Ok(Some(PersonDetail {
        id: PersonId::trusted(row.try_get::<String, _>(0)?),
        version: row.try_get(1)?,
        name: row.try_get(2)?,
        title: row.try_get(3)?,
        specialty: row.try_get(4)?,
        work_phone: row.try_get(5)?,
        practice_years: None,
        licensed: false,
        positions: positions.iter().map(position_of).collect::<Result<_>>()?,
        left_at: time(&row, 6)?,
        private: Some(private),
    }))
}

/// People without a position that lives or is to come; ids after `after`.
pub async fn unplaced(
    conn: &mut Conn,
    alliance: &AllianceId,
    after: &str,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Unplaced>> {
    let found = sqlx::query(UNPLACED).bind(alliance.as_str()).bind(after).bind(now.0).bind(limit);
    let rows = found.fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Ok(Unplaced {
                id: PersonId::trusted(row.try_get::<String, _>(0)?),
                name: row.try_get(1)?,
                staff_number: row.try_get(2)?,
                title: row.try_get(3)?,
                has_account: row.try_get::<i64, _>(4)? != 0,
            })
        })
        .collect()
}

pub async fn by_staff_number(
    conn: &mut Conn,
    alliance: &AllianceId,
    number: &str,
) -> Result<Option<PersonId>> {
    let row = sqlx::query(BY_STAFF_NUMBER).bind(alliance.as_str()).bind(number).fetch_optional(conn).await?;
    row.map(|row| Ok(PersonId::trusted(row.try_get::<String, _>(0)?))).transpose()
}

/// A position with whose it is.
pub async fn position(
    conn: &mut Conn,
    alliance: &AllianceId,
    id: &PositionId,
) -> Result<Option<(PersonId, PositionDetail)>> {
    let found = sqlx::query(POSITION).bind(id.as_str()).bind(alliance.as_str());
    let Some(row) = found.fetch_optional(conn).await? else { return Ok(None) };
    Ok(Some((PersonId::trusted(row.try_get::<String, _>(8)?), position_of(&row)?)))
}

fn position_of(row: &AnyRow) -> Result<PositionDetail> {
    let role: String = row.try_get(1)?;
    let department = match (row.try_get::<Option<String>, _>(4)?, row.try_get::<Option<String>, _>(5)?) {
        (Some(id), Some(name)) => Some(DepartmentRef { id: DepartmentId::trusted(id), name }),
        (Some(_) | None, Some(_) | None) => None,
    };
    Ok(PositionDetail {
        id: PositionId::trusted(row.try_get::<String, _>(0)?),
        role: Role::parse(&role).ok_or_else(|| Refusal::internal("a position has no known role"))?,
        organisation: OrganisationRef {
            id: OrganisationId::trusted(row.try_get::<String, _>(2)?),
            name: row.try_get(3)?,
        },
        department,
        valid_from: Timestamp(row.try_get(6)?),
        valid_until: time(row, 7)?,
    })
}

/// Everybody in an alliance who holds a role now.
pub async fn holders_of(
    conn: &mut Conn,
    alliance: &AllianceId,
    role: Role,
    now: Timestamp,
) -> Result<Vec<PersonId>> {
    let rows = sqlx::query(HOLDERS_OF)
        .bind(alliance.as_str())
        .bind(role.as_str())
        .bind(now.0)
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| Ok(PersonId::trusted(row.try_get::<String, _>(0)?))).collect()
}

/// Where a person works now: who is told when they leave.
pub async fn organisations_of(tx: &mut Tx, id: &PersonId) -> Result<Vec<OrganisationId>> {
    let now = tx.now.0;
    let rows = sqlx::query(ORGANISATIONS_OF).bind(id.as_str()).bind(now).fetch_all(tx.conn()).await?;
    rows.iter().map(|row| Ok(OrganisationId::trusted(row.try_get::<String, _>(0)?))).collect()
}

/// Marks a person as having left, and ends in the same breath what they hold: positions, duties, swaps and codes.
pub async fn leave(tx: &mut Tx, id: &PersonId, version: i64) -> Result<()> {
    let now = tx.now.0;
    let done = sqlx::query(LEAVE).bind(id.as_str()).bind(version).bind(now).execute(tx.conn()).await?;
    changed_once(done.rows_affected())?;
    for statement in [END_POSITIONS, CUT_DUTIES, DROP_DUTIES, WITHDRAW_SWAPS, END_ACTIVATIONS] {
        sqlx::query(statement).bind(id.as_str()).bind(now).execute(tx.conn()).await?;
    }
    Ok(())
}
