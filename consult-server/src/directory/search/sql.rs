//! Statements behind the box that finds a person, and the upkeep of what it reads. Decides nothing.

use super::rules::{self, Pattern, Text};
use super::{Found, OnDuty, Reach};
use crate::access::Role;
use crate::db::{Conn, Tx};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, DepartmentId, OrganisationId, PersonId, PositionId};
use crate::refs::{DepartmentRef, OrganisationRef};
use crate::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use std::collections::BTreeMap;

/// Cuts the page out of the index first, in its order, and looks the names up for that page only.
const SEARCH: &str = "SELECT e.sort, e.position_id, p.id, p.name, p.title, p.specialty, p.work_phone, x.role, o.id, o.name, d.id, d.name \
     FROM (SELECT sort, position_id, person_id FROM directory_entry WHERE alliance_id = $1 AND (sort, position_id) > ($2, $3) \
         AND (search LIKE $4 ESCAPE '\\' OR places LIKE $13 ESCAPE '\\') AND (search LIKE $5 ESCAPE '\\' OR places LIKE $14 ESCAPE '\\') \
         AND (search LIKE $6 ESCAPE '\\' OR places LIKE $15 ESCAPE '\\') \
         AND department_text LIKE $7 ESCAPE '\\' AND specialty_text LIKE $8 ESCAPE '\\' AND ($9 = '' OR organisation_id = $9) \
         AND valid_from <= $10 AND (valid_until IS NULL OR valid_until > $10) \
         AND ($11 = 0 OR person_id IN (SELECT person_id FROM duty WHERE alliance_id = $1 AND starts_at <= $10 AND ends_at > $10)) \
         ORDER BY sort, position_id LIMIT $12) e \
     JOIN person p ON p.id = e.person_id JOIN position x ON x.id = e.position_id JOIN organisation o ON o.id = x.organisation_id \
     LEFT JOIN department d ON d.id = x.department_id ORDER BY e.sort, e.position_id";
const ON_DUTY: &str = "SELECT id, kind, rank, ends_at FROM duty WHERE person_id = $1 AND starts_at <= $2 AND ends_at > $2 \
     ORDER BY rank DESC, ends_at, id LIMIT 1";
/// The deputy of the very duty that is shown: whoever is on duty for one place may be the deputy of another.
const DEPUTY: &str = "SELECT p.id, p.name, p.work_phone FROM duty mine JOIN duty d ON d.kind = mine.kind AND d.alliance_id = mine.alliance_id \
     AND COALESCE(d.department_id, '') = COALESCE(mine.department_id, '') AND COALESCE(d.organisation_id, '') = COALESCE(mine.organisation_id, '') \
     JOIN person p ON p.id = d.person_id WHERE mine.id = $1 AND d.person_id <> mine.person_id AND d.rank = 'deputy' \
     AND d.starts_at <= $2 AND d.ends_at > $2 ORDER BY p.id LIMIT 1";
const DUTY_OF_DEPARTMENT: &str = "SELECT p.id, p.name, p.work_phone FROM duty d JOIN person p ON p.id = d.person_id \
     WHERE d.department_id = $1 AND d.kind = 'department' AND d.starts_at <= $2 AND d.ends_at > $2 ORDER BY d.rank DESC, p.id LIMIT 1";

pub struct Search<'a> {
    pub alliance: &'a AllianceId,
    pub typed: &'a str,
    pub department: Option<&'a str>,
    pub specialty: Option<&'a str>,
    pub organisation: Option<&'a OrganisationId>,
    pub on_duty: bool,
    pub cursor: Option<&'a str>,
    pub now: Timestamp,
    pub limit: i64,
}

/// What the likeliest reading of the words finds, or else the next.
pub async fn search(conn: &mut Conn, wanted: Search<'_>) -> Result<Vec<Found>> {
    for reading in rules::readings(wanted.typed) {
        let found = read(conn, &wanted, reading).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

async fn read(
    conn: &mut Conn,
    wanted: &Search<'_>,
    [first, second, third]: [Pattern; 3],
) -> Result<Vec<Found>> {
    let (sort, position) = rules::after(wanted.cursor);
    let rows = sqlx::query(SEARCH)
        .bind(wanted.alliance.as_str())
        .bind(sort)
        .bind(position)
        .bind(first.anywhere)
        .bind(second.anywhere)
        .bind(third.anywhere)
        .bind(rules::pattern(wanted.department))
        .bind(rules::pattern(wanted.specialty))
        .bind(wanted.organisation.map_or("", |o| o.as_str()))
        .bind(wanted.now.0)
        .bind(i64::from(wanted.on_duty))
        .bind(wanted.limit)
        .bind(first.place)
        .bind(second.place)
        .bind(third.place)
        .fetch_all(conn)
        .await?;
    rows.iter().map(found).collect()
}

fn found(row: &AnyRow) -> Result<Found> {
    let role: String = row.try_get(7)?;
    let department = match (row.try_get::<Option<String>, _>(10)?, row.try_get::<Option<String>, _>(11)?) {
        (Some(id), Some(name)) => Some(DepartmentRef { id: DepartmentId::trusted(id), name }),
        (Some(_) | None, Some(_) | None) => None,
    };
    Ok(Found {
        sort: row.try_get(0)?,
        position_id: PositionId::trusted(row.try_get::<String, _>(1)?),
        id: PersonId::trusted(row.try_get::<String, _>(2)?),
        name: row.try_get(3)?,
        title: row.try_get(4)?,
        specialty: row.try_get(5)?,
        work_phone: row.try_get(6)?,
        role: Role::parse(&role).ok_or_else(|| Refusal::internal("a position has no known role"))?,
        organisation: OrganisationRef {
            id: OrganisationId::trusted(row.try_get::<String, _>(8)?),
            name: row.try_get(9)?,
        },
        department,
        on_duty: None,
        deputy: None,
    })
}

/// Adds to a page who is on duty now and who stands in.
pub async fn with_duties(conn: &mut Conn, page: &mut [Found], now: Timestamp) -> Result<()> {
    let mut departments: BTreeMap<String, Option<Reach>> = BTreeMap::new();
    for found in page {
        let row = sqlx::query(ON_DUTY).bind(found.id.as_str()).bind(now.0).fetch_optional(&mut *conn).await?;
        if let Some(row) = row {
            let duty: String = row.try_get(0)?;
            found.on_duty = Some(OnDuty {
                kind: row.try_get(1)?,
                rank: row.try_get(2)?,
                until: Timestamp(row.try_get(3)?),
            });
            found.deputy = reach(&mut *conn, DEPUTY, &duty, now).await?;
            continue;
        }
        let Some(department) = &found.department else { continue };
        let id = department.id.as_str();
        if !departments.contains_key(id) {
            let on_duty = reach(&mut *conn, DUTY_OF_DEPARTMENT, id, now).await?;
            departments.insert(id.to_owned(), on_duty);
        }
        found.deputy = departments.get(id).cloned().flatten();
    }
    Ok(())
}

async fn reach(conn: &mut Conn, statement: &'static str, of: &str, now: Timestamp) -> Result<Option<Reach>> {
    let Some(row) = sqlx::query(statement).bind(of).bind(now.0).fetch_optional(conn).await? else {
        return Ok(None);
    };
    Ok(Some(Reach {
        id: PersonId::trusted(row.try_get::<String, _>(0)?),
        name: row.try_get(1)?,
        work_phone: row.try_get(2)?,
    }))
}

// ---- Upkeep: called in the transaction of whatever changes what is searched.

/// What has changed, and with it the entries that are written anew.
#[derive(Clone, Copy)]
pub enum Changed<'a> {
    Position(&'a PositionId),
    Person(&'a PersonId),
    Department(&'a DepartmentId),
    Organisation(&'a OrganisationId),
}

macro_rules! positions {
    ($which:literal) => {
        concat!(
            "SELECT x.alliance_id, x.id, x.person_id, x.organisation_id, x.department_id, x.valid_from, x.valid_until, p.name, p.specialty, d.name, o.name \
             FROM position x JOIN person p ON p.id = x.person_id JOIN organisation o ON o.id = x.organisation_id \
             LEFT JOIN department d ON d.id = x.department_id WHERE p.kind = 'human' AND ",
            $which
        )
    };
}
const OF_POSITION: &str = positions!("x.id = $1");
const OF_PERSON: &str = positions!("x.person_id = $1");
const OF_DEPARTMENT: &str = positions!("x.department_id = $1");
const OF_ORGANISATION: &str = positions!("x.organisation_id = $1");
const FORGET: &str = "DELETE FROM directory_entry WHERE position_id = $1";
const KEEP: &str = "INSERT INTO directory_entry (alliance_id, sort, position_id, person_id, organisation_id, department_id, search, department_text, \
     specialty_text, valid_from, valid_until, places) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

/// Brings the entries of what has changed up to date.
pub async fn refresh(tx: &mut Tx, changed: Changed<'_>) -> Result<()> {
    let (statement, id) = match changed {
        Changed::Position(id) => (OF_POSITION, id.as_str()),
        Changed::Person(id) => (OF_PERSON, id.as_str()),
        Changed::Department(id) => (OF_DEPARTMENT, id.as_str()),
        Changed::Organisation(id) => (OF_ORGANISATION, id.as_str()),
    };
    for row in sqlx::query(statement).bind(id).fetch_all(tx.conn()).await? {
        sqlx::query(FORGET).bind(row.try_get::<String, _>(1)?).execute(tx.conn()).await?;
        let until: Option<i64> = row.try_get(6)?;
        if until.is_none_or(|until| until > tx.now.0) {
            keep(tx, &row).await?;
        }
    }
    Ok(())
}

async fn keep(tx: &mut Tx, row: &AnyRow) -> Result<()> {
    let (name, specialty): (String, Option<String>) = (row.try_get(7)?, row.try_get(8)?);
    let (department, organisation): (Option<String>, String) = (row.try_get(9)?, row.try_get(10)?);
    let Text { search, department, specialty, places, sort } =
        rules::text(&name, department.as_deref(), specialty.as_deref(), &organisation);
    sqlx::query(KEEP)
        .bind(row.try_get::<String, _>(0)?)
        .bind(sort)
        .bind(row.try_get::<String, _>(1)?)
        .bind(row.try_get::<String, _>(2)?)
        .bind(row.try_get::<String, _>(3)?)
        .bind(row.try_get::<Option<String>, _>(4)?)
        .bind(search)
        .bind(department)
        .bind(specialty)
        .bind(row.try_get::<i64, _>(5)?)
        .bind(row.try_get::<Option<i64>, _>(6)?)
        .bind(places)
        .execute(tx.conn())
        .await?;
    Ok(())
}
