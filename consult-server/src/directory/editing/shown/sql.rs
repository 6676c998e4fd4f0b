//! Statements that show and end organisations, departments and agreements. Decides nothing.

use crate::db::{Conn, Tx, changed_once};
use crate::directory::AgreementKind;
use crate::directory::editing::{
    Agreement, AgreementInput, DepartmentDetail, OrganisationDetail, OutsideCode,
};
use crate::error::{Refusal, Result};
use crate::ids::{AgreementId, AllianceId, DepartmentId, OrganisationId};
use crate::refs::OrganisationRef;
use crate::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

const ORGANISATION: &str = "SELECT o.id, o.version, o.code, o.name, o.level, p.id, p.name, o.external, o.phone, o.ended_at \
     FROM organisation o LEFT JOIN organisation p ON p.id = o.parent_id WHERE o.id = $1 AND o.alliance_id = $2";
const BY_CODE: &str = "SELECT id FROM organisation WHERE alliance_id = $1 AND code = $2";
const CODES: &str = "SELECT system, value, valid_from, valid_until FROM organisation_code WHERE organisation_id = $1 ORDER BY system, valid_from, value";
const DEPARTMENTS: &str = "SELECT id, version, organisation_id, code, name, national_code, ended_at FROM department WHERE organisation_id = $1 ORDER BY code";
const DEPARTMENT: &str = "SELECT id, version, organisation_id, code, name, national_code, ended_at FROM department WHERE id = $1 AND alliance_id = $2";
const ORGANISATION_IN_USE: &str = "SELECT 1 FROM position WHERE organisation_id = $1 AND (valid_until IS NULL OR valid_until > $2) \
     UNION SELECT 1 FROM organisation WHERE parent_id = $1 AND ended_at IS NULL LIMIT 1";
const DEPARTMENT_IN_USE: &str =
    "SELECT 1 FROM position WHERE department_id = $1 AND (valid_until IS NULL OR valid_until > $2) LIMIT 1";
const END_ORGANISATION: &str =
    "UPDATE organisation SET version = version + 1, ended_at = $3 WHERE id = $1 AND version = $2";
const END_AGREEMENTS: &str = "UPDATE agreement SET version = version + 1, valid_until = $2 WHERE (from_organisation_id = $1 OR to_organisation_id = $1) \
     AND (valid_until IS NULL OR valid_until > $2)";
const END_DEPARTMENT: &str =
    "UPDATE department SET version = version + 1, ended_at = $3 WHERE id = $1 AND version = $2";
macro_rules! agreements {
    ($which:literal) => {
        concat!(
            "SELECT a.id, a.version, a.kind, f.id, f.name, t.id, t.name, a.valid_from, a.valid_until FROM agreement a \
             JOIN organisation f ON f.id = a.from_organisation_id JOIN organisation t ON t.id = a.to_organisation_id WHERE a.alliance_id = $1 AND ",
            $which
        )
    };
}
const AGREEMENT: &str = agreements!("a.id = $2");
const AGREEMENTS: &str = agreements!(
    "(a.from_organisation_id = $2 OR a.to_organisation_id = $2) ORDER BY a.kind, f.name, t.name, a.id"
);
const BETWEEN: &str =
    agreements!("a.kind = $2 AND a.from_organisation_id = $3 AND a.to_organisation_id = $4");
const KEEP_AGREEMENT: &str = "INSERT INTO agreement (id, alliance_id, kind, from_organisation_id, to_organisation_id, valid_from, valid_until) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (alliance_id, kind, from_organisation_id, to_organisation_id) \
     DO UPDATE SET version = agreement.version + 1, valid_from = excluded.valid_from, valid_until = excluded.valid_until RETURNING id";
const END_AGREEMENT: &str =
    "UPDATE agreement SET version = version + 1, valid_until = $3 WHERE id = $1 AND version = $2";

fn time(row: &AnyRow, at: usize) -> Result<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>, _>(at)?.map(Timestamp))
}

pub async fn organisation(
    conn: &mut Conn,
    alliance: &AllianceId,
    id: &OrganisationId,
) -> Result<Option<OrganisationDetail>> {
    let found = sqlx::query(ORGANISATION).bind(id.as_str()).bind(alliance.as_str());
    let Some(row) = found.fetch_optional(&mut *conn).await? else { return Ok(None) };
    let parent = match (row.try_get::<Option<String>, _>(5)?, row.try_get::<Option<String>, _>(6)?) {
        (Some(id), Some(name)) => Some(OrganisationRef { id: OrganisationId::trusted(id), name }),
        (Some(_) | None, Some(_) | None) => None,
    };
    let mut codes = Vec::new();
    for row in sqlx::query(CODES).bind(id.as_str()).fetch_all(&mut *conn).await? {
        codes.push(OutsideCode {
            system: row.try_get(0)?,
            value: row.try_get(1)?,
            valid_from: time(&row, 2)?,
            valid_until: time(&row, 3)?,
        });
    }
    let departments = sqlx::query(DEPARTMENTS).bind(id.as_str()).fetch_all(conn).await?;
    Ok(Some(OrganisationDetail {
        id: OrganisationId::trusted(row.try_get::<String, _>(0)?),
        version: row.try_get(1)?,
        code: row.try_get(2)?,
        name: row.try_get(3)?,
        level: row.try_get(4)?,
        parent,
        external: row.try_get::<i64, _>(7)? != 0,
        phone: row.try_get(8)?,
        codes,
        departments: departments.iter().map(department_of).collect::<Result<_>>()?,
        ended_at: time(&row, 9)?,
    }))
}

pub async fn organisation_by_code(
    conn: &mut Conn,
    alliance: &AllianceId,
    code: &str,
) -> Result<Option<OrganisationId>> {
    let row = sqlx::query(BY_CODE).bind(alliance.as_str()).bind(code).fetch_optional(conn).await?;
    row.map(|row| Ok(OrganisationId::trusted(row.try_get::<String, _>(0)?))).transpose()
}

pub async fn department(
    conn: &mut Conn,
    alliance: &AllianceId,
    id: &DepartmentId,
) -> Result<Option<DepartmentDetail>> {
    let found = sqlx::query(DEPARTMENT).bind(id.as_str()).bind(alliance.as_str());
    found.fetch_optional(conn).await?.as_ref().map(department_of).transpose()
}

fn department_of(row: &AnyRow) -> Result<DepartmentDetail> {
    Ok(DepartmentDetail {
        id: DepartmentId::trusted(row.try_get::<String, _>(0)?),
        version: row.try_get(1)?,
        organisation_id: OrganisationId::trusted(row.try_get::<String, _>(2)?),
        code: row.try_get(3)?,
        name: row.try_get(4)?,
        national_code: row.try_get(5)?,
        ended_at: time(row, 6)?,
    })
}

/// Whether somebody still works there, or an organisation stands below.
pub async fn organisation_in_use(tx: &mut Tx, id: &OrganisationId) -> Result<bool> {
    in_use(tx, ORGANISATION_IN_USE, id.as_str()).await
}

pub async fn department_in_use(tx: &mut Tx, id: &DepartmentId) -> Result<bool> {
    in_use(tx, DEPARTMENT_IN_USE, id.as_str()).await
}

async fn in_use(tx: &mut Tx, statement: &'static str, id: &str) -> Result<bool> {
    let now = tx.now.0;
    Ok(sqlx::query(statement).bind(id).bind(now).fetch_optional(tx.conn()).await?.is_some())
}

/// Ends an organisation and its agreements; answers its version after that.
pub async fn end_organisation(tx: &mut Tx, id: &OrganisationId, version: i64) -> Result<i64> {
    let now = tx.now.0;
    sqlx::query(END_AGREEMENTS).bind(id.as_str()).bind(now).execute(tx.conn()).await?;
    end(tx, END_ORGANISATION, id.as_str(), version).await
}

pub async fn end_department(tx: &mut Tx, id: &DepartmentId, version: i64) -> Result<i64> {
    end(tx, END_DEPARTMENT, id.as_str(), version).await
}

pub async fn end_agreement(tx: &mut Tx, id: &AgreementId, version: i64) -> Result<i64> {
    end(tx, END_AGREEMENT, id.as_str(), version).await
}

async fn end(tx: &mut Tx, statement: &'static str, id: &str, version: i64) -> Result<i64> {
    let now = tx.now.0;
    let done = sqlx::query(statement).bind(id).bind(version).bind(now).execute(tx.conn()).await?;
    changed_once(done.rows_affected())?;
    Ok(version + 1)
}

pub async fn agreement(
    conn: &mut Conn,
    alliance: &AllianceId,
    id: &AgreementId,
) -> Result<Option<Agreement>> {
    let found = sqlx::query(AGREEMENT).bind(alliance.as_str()).bind(id.as_str());
    found.fetch_optional(conn).await?.as_ref().map(agreement_of).transpose()
}

/// Those an organisation takes part in, on either side.
pub async fn agreements(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
) -> Result<Vec<Agreement>> {
    let found = sqlx::query(AGREEMENTS).bind(alliance.as_str()).bind(organisation.as_str());
    found.fetch_all(conn).await?.iter().map(agreement_of).collect()
}

/// The one of that kind between two organisations, ended or not.
pub async fn agreement_between(
    conn: &mut Conn,
    alliance: &AllianceId,
    wanted: &AgreementInput,
) -> Result<Option<Agreement>> {
    let found = sqlx::query(BETWEEN)
        .bind(alliance.as_str())
        .bind(wanted.kind.as_str())
        .bind(wanted.from_organisation_id.as_str())
        .bind(wanted.to_organisation_id.as_str());
    found.fetch_optional(conn).await?.as_ref().map(agreement_of).transpose()
}

fn agreement_of(row: &AnyRow) -> Result<Agreement> {
    let kind: String = row.try_get(2)?;
    let organisation = |at: usize| -> Result<OrganisationRef> {
        Ok(OrganisationRef {
            id: OrganisationId::trusted(row.try_get::<String, _>(at)?),
            name: row.try_get(at + 1)?,
        })
    };
    Ok(Agreement {
        id: AgreementId::trusted(row.try_get::<String, _>(0)?),
        version: row.try_get(1)?,
        kind: AgreementKind::parse(&kind)
            .ok_or_else(|| Refusal::internal("an agreement has no known kind"))?,
        from: organisation(3)?,
        to: organisation(5)?,
        valid_from: Timestamp(row.try_get(7)?),
        valid_until: time(row, 8)?,
    })
}

/// Keeps an agreement; one of the same kind between the same two begins anew.
pub async fn keep_agreement(
    tx: &mut Tx,
    alliance: &AllianceId,
    input: &AgreementInput,
    valid_from: Timestamp,
) -> Result<AgreementId> {
    let id = tx.new_id();
    let row = sqlx::query(KEEP_AGREEMENT)
        .bind(id)
        .bind(alliance.as_str())
        .bind(input.kind.as_str())
        .bind(input.from_organisation_id.as_str())
        .bind(input.to_organisation_id.as_str())
        .bind(valid_from.0)
        .bind(input.valid_until.map(|t| t.0))
        .fetch_one(tx.conn())
        .await?;
    Ok(AgreementId::trusted(row.try_get::<String, _>(0)?))
}
