//! Statements on bed figures and on the holds of legs. Decides nothing.

use super::rules::{Departments, Figures, Standing};
use super::{BedHold, Source};
use crate::db::{Conn, Tx, changed_once, from_json};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, DepartmentId, LegId, OrganisationId, PatientId, PersonId};
use crate::referrals::ResourceKind;
use crate::refs::{PatientRef, age};
use crate::time::Timestamp;
use referral::{BeforeCancel, State};
use sqlx::Row as _;
use std::collections::BTreeMap;

const DEPARTMENTS: &str = "SELECT id, code, name FROM department WHERE organisation_id = $1 AND alliance_id = $2 AND ended_at IS NULL ORDER BY code";
const FIGURES: &str = "SELECT department_id, beds_open, occupied, free, expected_free, source, figure_at, set_by, version FROM bed_figure \
     WHERE organisation_id = $1 AND alliance_id = $2";
const INSERT: &str = "INSERT INTO bed_figure (department_id, alliance_id, organisation_id, beds_open, occupied, free, expected_free, source, figure_at, \
     set_by, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1) ON CONFLICT (department_id) DO NOTHING";
const UPDATE: &str = "UPDATE bed_figure SET beds_open = $3, occupied = $4, free = $5, expected_free = $6, source = $7, figure_at = $8, set_by = $9, \
     version = version + 1 WHERE department_id = $1 AND version = $2";
/// The version stays: nobody who looks at the figure has seen another one.
const CONFIRM: &str = "UPDATE bed_figure SET figure_at = $2 WHERE department_id = $1 AND figure_at < $2";
const HOLDS: &str = "SELECT l.id, l.version, c.number, l.ordinal, p.id, p.name, p.sex, p.birth_date, l.to_department_id, l.snapshot FROM leg l \
     JOIN referral_case c ON c.id = l.case_id JOIN patient p ON p.id = l.patient_id \
     WHERE l.to_organisation_id = $1 AND l.alliance_id = $2 AND l.held IS NOT NULL ORDER BY l.id LIMIT 1000";
const BY_CODE: &str =
    "SELECT id FROM organisation WHERE alliance_id = $1 AND (code = $2 OR name = $2) AND ended_at IS NULL";

pub async fn departments(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
) -> Result<Departments> {
    let found = sqlx::query(DEPARTMENTS).bind(organisation.as_str()).bind(alliance.as_str());
    let read = |row: &sqlx::any::AnyRow| {
        Ok((DepartmentId::trusted(row.try_get::<String, _>(0)?), row.try_get(1)?, row.try_get(2)?))
    };
    Ok(Departments(found.fetch_all(conn).await?.iter().map(read).collect::<Result<_>>()?))
}

/// What stands for each department, and who set it.
pub async fn standing(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
) -> Result<BTreeMap<DepartmentId, (Standing, Option<PersonId>)>> {
    let found = sqlx::query(FIGURES).bind(organisation.as_str()).bind(alliance.as_str());
    let read = |row: &sqlx::any::AnyRow| {
        let source: String = row.try_get(5)?;
        let figures = Figures {
            open: row.try_get(1)?,
            occupied: row.try_get(2)?,
            free: row.try_get(3)?,
            expected_free: row.try_get(4)?,
            at: Timestamp(row.try_get(6)?),
        };
        let source =
            Source::parse(&source).ok_or_else(|| Refusal::internal("a bed figure has no known source"))?;
        let standing = Standing { figures, source, version: row.try_get(8)? };
        let set_by = row.try_get::<Option<String>, _>(7)?.map(PersonId::trusted);
        Ok((DepartmentId::trusted(row.try_get::<String, _>(0)?), (standing, set_by)))
    };
    found.fetch_all(conn).await?.iter().map(read).collect()
}

/// What is said of which department, from where and by whom.
pub struct Said<'a> {
    pub department: &'a DepartmentId,
    pub figures: &'a Figures,
    pub source: Source,
    pub by: Option<&'a PersonId>,
}

/// Sets a figure on the version that was read; 0 where there was none. Answers the version after it.
pub async fn set(
    tx: &mut Tx,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    version: i64,
    said: Said<'_>,
) -> Result<i64> {
    let figures = said.figures;
    let by = said.by.map(|person| person.as_str().to_owned());
    let query = if version == 0 {
        sqlx::query(INSERT).bind(said.department.as_str()).bind(alliance.as_str()).bind(organisation.as_str())
    } else {
        sqlx::query(UPDATE).bind(said.department.as_str()).bind(version)
    };
    let done = query
        .bind(figures.open)
        .bind(figures.occupied)
        .bind(figures.free)
        .bind(figures.expected_free)
        .bind(said.source.as_str())
        .bind(figures.at.0)
        .bind(by)
        .execute(tx.conn())
        .await?;
    changed_once(done.rows_affected())?;
    Ok(version + 1)
}

/// The figure that stands was counted again, with the same result.
pub async fn confirm(tx: &mut Tx, department: &DepartmentId, at: Timestamp) -> Result<()> {
    sqlx::query(CONFIRM).bind(department.as_str()).bind(at.0).execute(tx.conn()).await?;
    Ok(())
}

/// The beds and bays that an organisation holds for patients on their way.
pub async fn holds(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    today: jiff::civil::Date,
) -> Result<Vec<BedHold>> {
    let found = sqlx::query(HOLDS).bind(organisation.as_str()).bind(alliance.as_str());
    let mut holds = Vec::new();
    for row in found.fetch_all(conn).await? {
        let leg: referral::Leg = from_json(&row.try_get::<String, _>(9)?)?;
        let (reserved, may_release) = match &leg.state {
            State::Reserved(reserved) => (reserved, true),
            State::CancelRequested { before: BeforeCancel::Reserved(reserved), .. } => (reserved, false),
            _ => return Err(Refusal::internal(format!("leg {} holds a bed in no state to", leg.id))),
        };
        let birth_date: Option<String> = row.try_get(7)?;
        let number: String = row.try_get(2)?;
        holds.push(BedHold {
            leg_id: LegId::trusted(row.try_get::<String, _>(0)?),
            leg_version: row.try_get(1)?,
            number: format!("{number}-{}", row.try_get::<i64, _>(3)?),
            patient: PatientRef {
                id: PatientId::trusted(row.try_get::<String, _>(4)?),
                name: row.try_get(5)?,
                sex: row.try_get(6)?,
                age: birth_date.as_deref().and_then(|born| age(born, today)),
                birth_date,
            },
            kind: ResourceKind(reserved.reservation.kind),
            resource: reserved.reservation.label.clone(),
            hold_until: reserved.reservation.hold_until.map(|until| Timestamp(until.0)),
            may_release,
            department: row.try_get::<Option<String>, _>(8)?.map(DepartmentId::trusted),
        });
    }
    Ok(holds)
}

/// An organisation by its code or name.
pub async fn organisation(
    conn: &mut Conn,
    alliance: &AllianceId,
    named: &str,
) -> Result<Option<OrganisationId>> {
    let row = sqlx::query(BY_CODE).bind(alliance.as_str()).bind(named).fetch_optional(conn).await?;
    row.map(|row| Ok(OrganisationId::trusted(row.try_get::<String, _>(0)?))).transpose()
}
