//! Statements on duties and swaps. Decides nothing.

use super::rules::{OnDuty, Planned, Slot};
use super::{Duty, DutyKind, Rank, Reach, Swap, SwapState};
use crate::access::Role;
use crate::db::{Conn, Tx, changed_once};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, DepartmentId, DutyId, OrganisationId, PersonId, SwapId};
use crate::refs::{DepartmentRef, OrganisationRef};
use crate::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

macro_rules! duties {
    ($which:literal) => {
        concat!(
            "SELECT y.id, y.version, y.kind, o.id, o.name, d.id, d.name, p.id, p.name, p.work_phone, y.rank, y.starts_at, y.ends_at FROM duty y \
             JOIN person p ON p.id = y.person_id LEFT JOIN organisation o ON o.id = y.organisation_id \
             LEFT JOIN department d ON d.id = y.department_id WHERE y.alliance_id = $1 AND ",
            $which
        )
    };
}
const DUTY: &str = duties!("y.id = $2");
/// What an organisation's people see: its own, and the alliance's.
const ROSTER: &str = duties!(
    "(y.organisation_id = $2 OR y.kind = 'alliance') AND ($3 = '' OR y.department_id = $3) AND y.ends_at > $4 AND y.starts_at < $5 \
     ORDER BY y.starts_at, y.kind, y.rank DESC, y.id LIMIT 2000"
);
/// Those that could stand in the way of one: of its place or of its person, at its time.
const NEAR: &str = duties!(
    "y.starts_at < $3 AND y.ends_at > $2 AND (y.person_id = $4 OR (y.kind = $5 AND COALESCE(y.organisation_id, '') = $6 \
     AND COALESCE(y.department_id, '') = $7)) ORDER BY y.starts_at, y.id"
);
const INSERT: &str = "INSERT INTO duty (id, alliance_id, kind, organisation_id, department_id, person_id, rank, starts_at, ends_at, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const CUT: &str = "UPDATE duty SET version = version + 1, ends_at = $3 WHERE id = $1 AND version = $2";
const DELETE: &str = "DELETE FROM duty WHERE id = $1 AND version = $2";
const GIVE: &str = "UPDATE duty SET version = version + 1, person_id = $2 WHERE id = $1";
/// As what a person works in an organisation (any, where empty) during a whole duty; a program is nobody.
const WORKS: &str = "SELECT DISTINCT CASE p.kind WHEN 'human' THEN x.role ELSE '' END FROM position x JOIN person p ON p.id = x.person_id \
     WHERE x.person_id = $1 AND x.alliance_id = $2 AND ($3 = '' OR x.organisation_id = $3) AND x.valid_from <= $4 \
     AND (x.valid_until IS NULL OR x.valid_until >= $5)";
/// With the roles in which they can answer now where their duty is.
const ANSWERING: &str = "SELECT DISTINCT y.kind, y.rank, y.person_id, x.role FROM duty y JOIN person p ON p.id = y.person_id \
     JOIN position x ON x.person_id = y.person_id AND x.valid_from <= $4 AND (x.valid_until IS NULL OR x.valid_until > $4) \
     AND (y.organisation_id IS NULL OR x.organisation_id = y.organisation_id) \
     WHERE y.alliance_id = $1 AND y.starts_at <= $4 AND y.ends_at > $4 AND p.left_at IS NULL AND p.kind = 'human' AND (y.kind = 'alliance' \
     OR (y.kind = 'hospital' AND y.organisation_id = $2) OR (y.kind = 'department' AND y.department_id = $3)) ORDER BY y.person_id";
macro_rules! swaps {
    ($which:literal) => {
        concat!(
            "SELECT s.id, s.version, s.offered_duty_id, s.wanted_duty_id, f.id, f.name, f.work_phone, t.id, t.name, t.work_phone, s.state, \
             s.created_at, s.decided_at FROM duty_swap s JOIN person f ON f.id = s.from_person_id JOIN person t ON t.id = s.to_person_id \
             WHERE s.alliance_id = $1 AND ",
            $which
        )
    };
}
const SWAP: &str = swaps!("s.id = $2");
const SWAPS_OF: &str =
    swaps!("(s.from_person_id = $2 OR s.to_person_id = $2) ORDER BY s.created_at DESC, s.id DESC LIMIT 200");
const OPEN_SWAP_OF: &str = swaps!("s.offered_duty_id = $2 AND s.state = 'offered'");
const INSERT_SWAP: &str = "INSERT INTO duty_swap (id, alliance_id, offered_duty_id, wanted_duty_id, from_person_id, to_person_id, state, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, 'offered', $7)";
const DECIDE_SWAP: &str = "UPDATE duty_swap SET version = version + 1, state = $3, decided_at = $4 WHERE id = $1 AND version = $2 AND state = 'offered'";
/// A duty that changes hands or is taken off is no longer what somebody offered or wanted.
const WITHDRAW_SWAPS: &str = "UPDATE duty_swap SET version = version + 1, state = 'withdrawn', decided_at = $2 \
     WHERE (offered_duty_id = $1 OR wanted_duty_id = $1) AND state = 'offered'";
const STANDING: &str = "SELECT y.kind, o.code, d.code, p.staff_number, y.rank, y.starts_at, y.ends_at FROM duty y JOIN person p ON p.id = y.person_id \
     LEFT JOIN organisation o ON o.id = y.organisation_id LEFT JOIN department d ON d.id = y.department_id \
     WHERE y.alliance_id = $1 AND y.ends_at > $2 AND p.staff_number IS NOT NULL";

fn kind_of(text: &str) -> Result<DutyKind> {
    DutyKind::parse(text).ok_or_else(|| Refusal::internal("a duty has no known kind"))
}

fn rank_of(text: &str) -> Result<Rank> {
    Rank::parse(text).ok_or_else(|| Refusal::internal("a duty has no known rank"))
}

fn reach(row: &AnyRow, at: usize) -> Result<Reach> {
    Ok(Reach {
        id: PersonId::trusted(row.try_get::<String, _>(at)?),
        name: row.try_get(at + 1)?,
        work_phone: row.try_get(at + 2)?,
    })
}

fn duty_of(row: &AnyRow) -> Result<Duty> {
    let organisation = match (row.try_get::<Option<String>, _>(3)?, row.try_get::<Option<String>, _>(4)?) {
        (Some(id), Some(name)) => Some(OrganisationRef { id: OrganisationId::trusted(id), name }),
        (Some(_) | None, Some(_) | None) => None,
    };
    let department = match (row.try_get::<Option<String>, _>(5)?, row.try_get::<Option<String>, _>(6)?) {
        (Some(id), Some(name)) => Some(DepartmentRef { id: DepartmentId::trusted(id), name }),
        (Some(_) | None, Some(_) | None) => None,
    };
    Ok(Duty {
        id: DutyId::trusted(row.try_get::<String, _>(0)?),
        version: row.try_get(1)?,
        kind: kind_of(&row.try_get::<String, _>(2)?)?,
        organisation,
        department,
        person: reach(row, 7)?,
        rank: rank_of(&row.try_get::<String, _>(10)?)?,
        starts_at: Timestamp(row.try_get(11)?),
        ends_at: Timestamp(row.try_get(12)?),
    })
}

pub async fn duty(conn: &mut Conn, alliance: &AllianceId, id: &DutyId) -> Result<Option<Duty>> {
    let found = sqlx::query(DUTY).bind(alliance.as_str()).bind(id.as_str());
    found.fetch_optional(conn).await?.as_ref().map(duty_of).transpose()
}

/// The duties of an organisation in a span of time, with the alliance's.
pub async fn roster(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    department: Option<&DepartmentId>,
    span: (Timestamp, Timestamp),
) -> Result<Vec<Duty>> {
    let found = sqlx::query(ROSTER)
        .bind(alliance.as_str())
        .bind(organisation.as_str())
        .bind(department.map_or("", |d| d.as_str()))
        .bind(span.0.0)
        .bind(span.1.0);
    found.fetch_all(conn).await?.iter().map(duty_of).collect()
}

/// The duties that could stand in the way of one.
pub async fn near(conn: &mut Conn, alliance: &AllianceId, planned: &Planned) -> Result<Vec<Duty>> {
    let found = sqlx::query(NEAR)
        .bind(alliance.as_str())
        .bind(planned.starts_at.0)
        .bind(planned.ends_at.0)
        .bind(planned.person.as_str())
        .bind(planned.slot.kind.as_str())
        .bind(planned.slot.organisation.as_str())
        .bind(planned.slot.department.as_str());
    found.fetch_all(conn).await?.iter().map(duty_of).collect()
}

pub async fn insert(tx: &mut Tx, alliance: &AllianceId, id: &DutyId, planned: &Planned) -> Result<()> {
    let now = tx.now.0;
    let place = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    sqlx::query(INSERT)
        .bind(id.as_str())
        .bind(alliance.as_str())
        .bind(planned.slot.kind.as_str())
        .bind(place(&planned.slot.organisation))
        .bind(place(&planned.slot.department))
        .bind(planned.person.as_str())
        .bind(planned.rank.as_str())
        .bind(planned.starts_at.0)
        .bind(planned.ends_at.0)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Takes a duty off: one that has begun ends now, one to come was never there.
pub async fn take_off(tx: &mut Tx, duty: &Duty) -> Result<()> {
    let now = tx.now;
    let done = if duty.starts_at < now {
        sqlx::query(CUT).bind(duty.id.as_str()).bind(duty.version).bind(now.0).execute(tx.conn()).await?
    } else {
        sqlx::query(DELETE).bind(duty.id.as_str()).bind(duty.version).execute(tx.conn()).await?
    };
    changed_once(done.rows_affected())?;
    withdraw_swaps(tx, &duty.id).await
}

pub async fn withdraw_swaps(tx: &mut Tx, duty: &DutyId) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(WITHDRAW_SWAPS).bind(duty.as_str()).bind(now).execute(tx.conn()).await?;
    Ok(())
}

pub async fn give(tx: &mut Tx, duty: &DutyId, to: &str) -> Result<()> {
    sqlx::query(GIVE).bind(duty.as_str()).bind(to).execute(tx.conn()).await?;
    Ok(())
}

/// The roles in which the person of a duty works there for the whole of it; `None` for a program's.
pub async fn works(conn: &mut Conn, alliance: &AllianceId, planned: &Planned) -> Result<Vec<Option<Role>>> {
    let rows = sqlx::query(WORKS)
        .bind(planned.person.as_str())
        .bind(alliance.as_str())
        .bind(planned.slot.organisation.as_str())
        .bind(planned.starts_at.0)
        .bind(planned.ends_at.0)
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| Ok(Role::parse(row.try_get::<&str, _>(0)?))).collect()
}

/// Everybody on duty now for a department of an organisation, once for each role in which they could answer.
pub async fn answering(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    department: Option<&DepartmentId>,
    now: Timestamp,
) -> Result<Vec<OnDuty>> {
    let rows = sqlx::query(ANSWERING)
        .bind(alliance.as_str())
        .bind(organisation.as_str())
        .bind(department.map_or("", |d| d.as_str()))
        .bind(now.0)
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(OnDuty {
                kind: kind_of(&row.try_get::<String, _>(0)?)?,
                rank: rank_of(&row.try_get::<String, _>(1)?)?,
                person: PersonId::trusted(row.try_get::<String, _>(2)?),
                role: Role::parse(row.try_get::<&str, _>(3)?)
                    .ok_or_else(|| Refusal::internal("a position has no known role"))?,
            })
        })
        .collect()
}

fn swap_of(row: &AnyRow) -> Result<Swap> {
    let state: String = row.try_get(10)?;
    Ok(Swap {
        id: SwapId::trusted(row.try_get::<String, _>(0)?),
        version: row.try_get(1)?,
        offered_duty_id: DutyId::trusted(row.try_get::<String, _>(2)?),
        wanted_duty_id: row.try_get::<Option<String>, _>(3)?.map(DutyId::trusted),
        from: reach(row, 4)?,
        to: reach(row, 7)?,
        state: SwapState::parse(&state).ok_or_else(|| Refusal::internal("a swap has no known state"))?,
        created_at: Timestamp(row.try_get(11)?),
        decided_at: row.try_get::<Option<i64>, _>(12)?.map(Timestamp),
    })
}

pub async fn swap(conn: &mut Conn, alliance: &AllianceId, id: &SwapId) -> Result<Option<Swap>> {
    let found = sqlx::query(SWAP).bind(alliance.as_str()).bind(id.as_str());
    found.fetch_optional(conn).await?.as_ref().map(swap_of).transpose()
}

/// The swaps a person offered or was offered, newest first.
pub async fn swaps_of(conn: &mut Conn, alliance: &AllianceId, person: &PersonId) -> Result<Vec<Swap>> {
    let found = sqlx::query(SWAPS_OF).bind(alliance.as_str()).bind(person.as_str());
    found.fetch_all(conn).await?.iter().map(swap_of).collect()
}

pub async fn open_swap_of(conn: &mut Conn, alliance: &AllianceId, duty: &DutyId) -> Result<Option<Swap>> {
    let found = sqlx::query(OPEN_SWAP_OF).bind(alliance.as_str()).bind(duty.as_str());
    found.fetch_optional(conn).await?.as_ref().map(swap_of).transpose()
}

pub struct NewSwap<'a> {
    pub id: &'a SwapId,
    pub offered: &'a DutyId,
    pub wanted: Option<&'a DutyId>,
    pub from: &'a PersonId,
    pub to: &'a PersonId,
}

pub async fn insert_swap(tx: &mut Tx, alliance: &AllianceId, new: NewSwap<'_>) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(INSERT_SWAP)
        .bind(new.id.as_str())
        .bind(alliance.as_str())
        .bind(new.offered.as_str())
        .bind(new.wanted.map(|d| d.as_str().to_owned()))
        .bind(new.from.as_str())
        .bind(new.to.as_str())
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn decide_swap(tx: &mut Tx, swap: &Swap, state: SwapState) -> Result<()> {
    let now = tx.now.0;
    let done = sqlx::query(DECIDE_SWAP)
        .bind(swap.id.as_str())
        .bind(swap.version)
        .bind(state.as_str())
        .bind(now)
        .execute(tx.conn())
        .await?;
    changed_once(done.rows_affected())
}

/// Every duty of an alliance that is not over, by the keys that a file uses.
pub async fn standing(conn: &mut Conn, alliance: &AllianceId, now: Timestamp) -> Result<Vec<Planned>> {
    let rows = sqlx::query(STANDING).bind(alliance.as_str()).bind(now.0).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let slot = Slot {
                kind: kind_of(&row.try_get::<String, _>(0)?)?,
                organisation: row.try_get::<Option<String>, _>(1)?.unwrap_or_default(),
                department: row.try_get::<Option<String>, _>(2)?.unwrap_or_default(),
            };
            Ok(Planned {
                slot,
                person: row.try_get(3)?,
                rank: rank_of(&row.try_get::<String, _>(4)?)?,
                starts_at: Timestamp(row.try_get(5)?),
                ends_at: Timestamp(row.try_get(6)?),
            })
        })
        .collect()
}
