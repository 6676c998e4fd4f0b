//! Statements that fill and change the directory. Decides nothing.

use crate::access::Role;
use crate::db::{Conn, Tx};
use crate::directory::AgreementKind;
use crate::directory::search::sql::{self as search, Changed};
use crate::error::{Code, Result};
use crate::ids::{AllianceId, DepartmentId, OrganisationId, PersonId, PositionId};
use crate::names;
use crate::time::Timestamp;
use sqlx::Row as _;

pub struct NewAlliance<'a> {
    pub id: &'a AllianceId,
    pub name: &'a str,
    pub timezone: &'a str,
}

pub struct NewOrganisation<'a> {
    pub id: &'a OrganisationId,
    pub parent: Option<&'a OrganisationId>,
    pub name: &'a str,
    pub code: &'a str,
    pub level: &'a str,
    /// Outside the alliance: it takes part by agreement only, or as a destination without accounts.
    pub external: bool,
    pub phone: Option<&'a str>,
}

pub struct NewDepartment<'a> {
    pub id: &'a DepartmentId,
    pub organisation: &'a OrganisationId,
    pub code: &'a str,
    pub name: &'a str,
    pub national_code: Option<&'a str>,
}

pub struct NewPerson<'a> {
    pub id: &'a PersonId,
    pub staff_number: Option<&'a str>,
    pub row: PersonRow<'a>,
}

pub struct NewPosition<'a> {
    pub id: &'a PositionId,
    pub person: &'a PersonId,
    pub organisation: &'a OrganisationId,
    pub department: Option<&'a DepartmentId>,
    pub role: Role,
    pub valid_from: Timestamp,
    pub valid_until: Option<Timestamp>,
}

const INSERT_ALLIANCE: &str = "INSERT INTO alliance (id, name, timezone, created_at) VALUES ($1, $2, $3, $4)";
const INSERT_ORGANISATION: &str = "INSERT INTO organisation (id, alliance_id, parent_id, name, code, level, created_at, external, phone) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const INSERT_DEPARTMENT: &str = "INSERT INTO department (id, alliance_id, organisation_id, code, name, national_code) VALUES ($1, $2, $3, $4, $5, $6)";
const INSERT_PERSON: &str = "INSERT INTO person (id, alliance_id, name, name_search, title, licence_until, practising_since, created_at, staff_number, \
     specialty, work_phone, licence_number, licence_from, email) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
const INSERT_POSITION: &str = "INSERT INTO position (id, alliance_id, person_id, organisation_id, department_id, role, valid_from, valid_until, given_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const INSERT_AGREEMENT: &str = "INSERT INTO agreement (id, alliance_id, kind, from_organisation_id, to_organisation_id, valid_from) VALUES ($1, $2, $3, $4, $5, $6)";
const HOLD: &str = "UPDATE alliance SET name = name WHERE id = $1";
const ANY_ALLIANCE: &str = "SELECT id FROM alliance LIMIT 1";

pub async fn any_alliance(conn: &mut Conn) -> Result<bool> {
    Ok(sqlx::query(ANY_ALLIANCE).fetch_optional(conn).await?.is_some())
}

/// Makes whoever else holds the alliance wait until this transaction ends; SQLite has one writer anyway.
pub async fn hold(tx: &mut Tx, alliance: &AllianceId) -> Result<()> {
    sqlx::query(HOLD).bind(alliance.as_str()).execute(tx.conn()).await?;
    Ok(())
}

pub async fn insert_alliance(tx: &mut Tx, new: NewAlliance<'_>) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(INSERT_ALLIANCE)
        .bind(new.id.as_str())
        .bind(new.name)
        .bind(new.timezone)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn insert_organisation(tx: &mut Tx, alliance: &AllianceId, new: NewOrganisation<'_>) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(INSERT_ORGANISATION)
        .bind(new.id.as_str())
        .bind(alliance.as_str())
        .bind(new.parent.map(|p| p.as_str().to_owned()))
        .bind(new.name)
        .bind(new.code)
        .bind(new.level)
        .bind(now)
        .bind(i64::from(new.external))
        .bind(new.phone)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn insert_department(tx: &mut Tx, alliance: &AllianceId, new: NewDepartment<'_>) -> Result<()> {
    sqlx::query(INSERT_DEPARTMENT)
        .bind(new.id.as_str())
        .bind(alliance.as_str())
        .bind(new.organisation.as_str())
        .bind(new.code)
        .bind(new.name)
        .bind(new.national_code)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn insert_person(tx: &mut Tx, alliance: &AllianceId, new: NewPerson<'_>) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(INSERT_PERSON)
        .bind(new.id.as_str())
        .bind(alliance.as_str())
        .bind(new.row.name)
        .bind(names::search_text(new.row.name))
        .bind(new.row.title)
        .bind(new.row.licence_until.map(|t| t.0))
        .bind(new.row.practising_since.map(|t| t.0))
        .bind(now)
        .bind(new.staff_number)
        .bind(new.row.specialty)
        .bind(new.row.work_phone)
        .bind(new.row.licence_number)
        .bind(new.row.licence_from.map(|t| t.0))
        .bind(new.row.email)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn insert_position(tx: &mut Tx, alliance: &AllianceId, new: NewPosition<'_>) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(INSERT_POSITION)
        .bind(new.id.as_str())
        .bind(alliance.as_str())
        .bind(new.person.as_str())
        .bind(new.organisation.as_str())
        .bind(new.department.map(|d| d.as_str().to_owned()))
        .bind(new.role.as_str())
        .bind(new.valid_from.0)
        .bind(new.valid_until.map(|t| t.0))
        .bind(now)
        .execute(tx.conn())
        .await?;
    search::refresh(tx, Changed::Position(new.id)).await
}

pub async fn insert_agreement(
    tx: &mut Tx,
    alliance: &AllianceId,
    kind: AgreementKind,
    from: &OrganisationId,
    to: &OrganisationId,
) -> Result<()> {
    let (id, now) = (tx.new_id(), tx.now.0);
    sqlx::query(INSERT_AGREEMENT)
        .bind(id)
        .bind(alliance.as_str())
        .bind(kind.as_str())
        .bind(from.as_str())
        .bind(to.as_str())
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

// ---- Changing it. Each answers the version after the change; with a version it is a compare-and-set.

pub struct OrganisationRow<'a> {
    pub name: &'a str,
    pub level: &'a str,
    pub parent: Option<&'a OrganisationId>,
    pub external: bool,
    pub phone: Option<&'a str>,
}

pub struct PersonRow<'a> {
    pub name: &'a str,
    pub title: Option<&'a str>,
    pub specialty: Option<&'a str>,
    pub work_phone: Option<&'a str>,
    pub email: Option<&'a str>,
    pub licence_number: Option<&'a str>,
    pub licence_from: Option<Timestamp>,
    pub licence_until: Option<Timestamp>,
    pub practising_since: Option<Timestamp>,
}

/// Stands for "whatever the version is".
const ANY_VERSION: i64 = -1;

const UPDATE_ORGANISATION: &str = "UPDATE organisation SET version = version + 1, name = $3, level = $4, parent_id = $5, external = $6, phone = $7 \
     WHERE id = $1 AND ($2 = -1 OR version = $2) RETURNING version";
const UPDATE_DEPARTMENT: &str = "UPDATE department SET version = version + 1, name = $3, national_code = $4 \
     WHERE id = $1 AND ($2 = -1 OR version = $2) RETURNING version";
const UPDATE_PERSON: &str = "UPDATE person SET version = version + 1, name = $3, name_search = $4, title = $5, specialty = $6, work_phone = $7, \
     licence_number = $8, licence_from = $9, licence_until = $10, practising_since = $11, email = $12 \
     WHERE id = $1 AND ($2 = -1 OR version = $2) RETURNING version";
const UPDATE_POSITION: &str = "UPDATE position SET valid_from = $2, valid_until = $3 WHERE id = $1";
const CODE_HOLDER: &str = "SELECT organisation_id FROM organisation_code WHERE alliance_id = $1 AND system = $2 AND value = $3 \
     AND (valid_until IS NULL OR valid_until > $4)";
const END_CODES: &str = "UPDATE organisation_code SET valid_until = $3 WHERE organisation_id = $1 AND system = $2 AND value <> $4 \
     AND (valid_until IS NULL OR valid_until > $3)";
const KEEP_CODE: &str = "INSERT INTO organisation_code (id, alliance_id, organisation_id, system, value, valid_from) VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (alliance_id, system, value) DO UPDATE SET organisation_id = excluded.organisation_id, valid_until = NULL";

/// The version a compare-and-set came to; none when somebody else was faster.
fn version_after(row: Option<sqlx::any::AnyRow>) -> Result<i64> {
    match row {
        Some(row) => Ok(row.try_get(0)?),
        None => Err(Code::ConflictChanged.into()),
    }
}

pub async fn update_organisation(
    tx: &mut Tx,
    id: &OrganisationId,
    version: Option<i64>,
    row: OrganisationRow<'_>,
) -> Result<i64> {
    let done = sqlx::query(UPDATE_ORGANISATION)
        .bind(id.as_str())
        .bind(version.unwrap_or(ANY_VERSION))
        .bind(row.name)
        .bind(row.level)
        .bind(row.parent.map(|p| p.as_str().to_owned()))
        .bind(i64::from(row.external))
        .bind(row.phone)
        .fetch_optional(tx.conn())
        .await?;
    search::refresh(tx, Changed::Organisation(id)).await?;
    version_after(done)
}

pub async fn update_department(
    tx: &mut Tx,
    id: &DepartmentId,
    version: Option<i64>,
    name: &str,
    national_code: Option<&str>,
) -> Result<i64> {
    let done = sqlx::query(UPDATE_DEPARTMENT)
        .bind(id.as_str())
        .bind(version.unwrap_or(ANY_VERSION))
        .bind(name)
        .bind(national_code)
        .fetch_optional(tx.conn())
        .await?;
    search::refresh(tx, Changed::Department(id)).await?;
    version_after(done)
}

pub async fn update_person(
    tx: &mut Tx,
    id: &PersonId,
    version: Option<i64>,
    row: PersonRow<'_>,
) -> Result<i64> {
    let done = sqlx::query(UPDATE_PERSON)
        .bind(id.as_str())
        .bind(version.unwrap_or(ANY_VERSION))
        .bind(row.name)
        .bind(names::search_text(row.name))
        .bind(row.title)
        .bind(row.specialty)
        .bind(row.work_phone)
        .bind(row.licence_number)
        .bind(row.licence_from.map(|t| t.0))
        .bind(row.licence_until.map(|t| t.0))
        .bind(row.practising_since.map(|t| t.0))
        .bind(row.email)
        .fetch_optional(tx.conn())
        .await?;
    search::refresh(tx, Changed::Person(id)).await?;
    version_after(done)
}

pub async fn update_position(
    tx: &mut Tx,
    id: &PositionId,
    valid_from: Timestamp,
    valid_until: Option<Timestamp>,
) -> Result<()> {
    sqlx::query(UPDATE_POSITION)
        .bind(id.as_str())
        .bind(valid_from.0)
        .bind(valid_until.map(|t| t.0))
        .execute(tx.conn())
        .await?;
    search::refresh(tx, Changed::Position(id)).await
}

/// Whose a code of the outside is now.
pub async fn code_holder(
    conn: &mut Conn,
    alliance: &AllianceId,
    system: &str,
    value: &str,
    now: Timestamp,
) -> Result<Option<OrganisationId>> {
    let row = sqlx::query(CODE_HOLDER)
        .bind(alliance.as_str())
        .bind(system)
        .bind(value)
        .bind(now.0)
        .fetch_optional(conn)
        .await?;
    row.map(|row| Ok(OrganisationId::trusted(row.try_get::<String, _>(0)?))).transpose()
}

/// Gives an organisation its code of a system from now on; the one it had before ends.
pub async fn set_code(
    tx: &mut Tx,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    system: &str,
    value: &str,
) -> Result<()> {
    let (id, now) = (tx.new_id(), tx.now.0);
    sqlx::query(END_CODES)
        .bind(organisation.as_str())
        .bind(system)
        .bind(now)
        .bind(value)
        .execute(tx.conn())
        .await?;
    sqlx::query(KEEP_CODE)
        .bind(id)
        .bind(alliance.as_str())
        .bind(organisation.as_str())
        .bind(system)
        .bind(value)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}
