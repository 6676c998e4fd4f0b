//! Statements that fill and change the directory. Decides nothing.

use crate::access::Role;
use crate::db::{Conn, Tx};
use crate::directory::AgreementKind;
use crate::directory::search::sql::{self as search, Changed};
use crate::error::Result;
use crate::ids::{AllianceId, DepartmentId, OrganisationId, PersonId, PositionId};
use crate::names;
use crate::time::Timestamp;

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
    pub name: &'a str,
    pub staff_number: Option<&'a str>,
    pub title: Option<&'a str>,
    pub specialty: Option<&'a str>,
    pub work_phone: Option<&'a str>,
    pub licence_number: Option<&'a str>,
    pub licence_from: Option<Timestamp>,
    pub licence_until: Option<Timestamp>,
    pub practising_since: Option<Timestamp>,
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
     specialty, work_phone, licence_number, licence_from) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const INSERT_POSITION: &str = "INSERT INTO position (id, alliance_id, person_id, organisation_id, department_id, role, valid_from, valid_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const INSERT_AGREEMENT: &str = "INSERT INTO agreement (id, alliance_id, kind, from_organisation_id, to_organisation_id, valid_from) VALUES ($1, $2, $3, $4, $5, $6)";
const ANY_ALLIANCE: &str = "SELECT id FROM alliance LIMIT 1";

pub async fn any_alliance(conn: &mut Conn) -> Result<bool> {
    Ok(sqlx::query(ANY_ALLIANCE).fetch_optional(conn).await?.is_some())
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
        .bind(new.name)
        .bind(names::search_text(new.name))
        .bind(new.title)
        .bind(new.licence_until.map(|t| t.0))
        .bind(new.practising_since.map(|t| t.0))
        .bind(now)
        .bind(new.staff_number)
        .bind(new.specialty)
        .bind(new.work_phone)
        .bind(new.licence_number)
        .bind(new.licence_from.map(|t| t.0))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn insert_position(tx: &mut Tx, alliance: &AllianceId, new: NewPosition<'_>) -> Result<()> {
    sqlx::query(INSERT_POSITION)
        .bind(new.id.as_str())
        .bind(alliance.as_str())
        .bind(new.person.as_str())
        .bind(new.organisation.as_str())
        .bind(new.department.map(|d| d.as_str().to_owned()))
        .bind(new.role.as_str())
        .bind(new.valid_from.0)
        .bind(new.valid_until.map(|t| t.0))
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
