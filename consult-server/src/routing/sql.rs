//! Statements that gather what is known of the places of an alliance: most in one statement for all, what grows with time by an
//! index and within a bound for each. Decides nothing.

use crate::db::Conn;
use crate::db::list::{self, ids};
use crate::error::Result;
use crate::ids::{AllianceId, DepartmentId, OrganisationId};
use crate::refs::OrganisationRef;
use crate::time::Timestamp;
use referral::Urgency;
use referral::suggest::Point;
use sqlx::Row as _;
use std::collections::BTreeMap;

/// Every place there is but the caller's own.
const PLACES: &str = "SELECT o.id, o.name, o.level, o.latitude, o.longitude, CASE WHEN EXISTS (SELECT 1 FROM agreement a WHERE a.kind = 'referral' \
         AND a.from_organisation_id = $2 AND a.to_organisation_id = o.id AND a.valid_from <= $3 AND (a.valid_until IS NULL OR a.valid_until > $3)) \
         THEN 1 ELSE 0 END AS agreed \
     FROM organisation o WHERE o.alliance_id = $1 AND o.id <> $2 AND o.ended_at IS NULL";
const POINT: &str = "SELECT latitude, longitude FROM organisation WHERE id = $1 AND alliance_id = $2";
const DEPARTMENTS: &str = "SELECT organisation_id, id, name, national_code FROM department WHERE alliance_id = $1 AND ended_at IS NULL ORDER BY code";
const CAPABILITIES: &str = "SELECT organisation_id, code, valid_until, CASE WHEN valid_from <= $2 AND (valid_until IS NULL OR valid_until > $2) \
     THEN 1 ELSE 0 END FROM capability WHERE alliance_id = $1";
const FIGURES: &str = "SELECT organisation_id, department_id, beds_open, free, figure_at FROM bed_figure WHERE alliance_id = $1";
const HELD: &str = "SELECT to_department_id, COUNT(*) FROM leg WHERE held IS NOT NULL AND alliance_id = $1 AND to_department_id IS NOT NULL \
     GROUP BY to_department_id";
const DUTIES: &str = "SELECT y.organisation_id, y.department_id, p.name, p.work_phone FROM duty y JOIN person p ON p.id = y.person_id \
     WHERE y.alliance_id = $1 AND y.ends_at > $2 AND y.starts_at <= $2 AND y.kind IN ('department', 'hospital') AND p.left_at IS NULL \
     ORDER BY y.rank DESC, y.starts_at, p.id";
const UNDER_WAY: &str = concat!(
    ids!("$1"),
    "SELECT l.to_organisation_id, l.to_department_id, COUNT(*) FROM ids JOIN leg l ON l.to_organisation_id = ids.id \
     WHERE l.is_ended = 0 AND l.submitted_at IS NOT NULL GROUP BY l.to_organisation_id, l.to_department_id"
);
const DECISIONS: &str = concat!(
    ids!("$1"),
    "SELECT y.organisation_id, y.took_ms FROM (SELECT d.organisation_id, d.took_ms, \
     ROW_NUMBER() OVER (PARTITION BY d.organisation_id ORDER BY d.decided_at DESC) AS place \
     FROM ids JOIN leg_decision d ON d.organisation_id = ids.id AND d.urgency = $2 AND d.decided_at > $3) y WHERE y.place <= 200"
);

pub struct PlaceRow {
    pub organisation: OrganisationRef,
    pub level: String,
    pub point: Option<Point>,
    pub agreement: bool,
}

pub struct DepartmentRow {
    pub id: DepartmentId,
    pub name: String,
    pub national_code: Option<String>,
}

pub struct FigureRow {
    pub department: DepartmentId,
    pub open: i64,
    pub free: i64,
    pub held: i64,
    pub at: Timestamp,
}

pub struct DutyRow {
    /// None for the whole hospital.
    pub department: Option<DepartmentId>,
    pub name: String,
    pub phone: Option<String>,
}

/// Something of each organisation.
pub type ByOrganisation<T> = BTreeMap<OrganisationId, T>;

fn id_at(row: &sqlx::any::AnyRow) -> Result<OrganisationId> {
    Ok(OrganisationId::trusted(row.try_get::<String, _>(0)?))
}

fn point(latitude: Option<f64>, longitude: Option<f64>) -> Option<Point> {
    Some(Point { latitude: latitude?, longitude: longitude? })
}

pub async fn places(
    conn: &mut Conn,
    alliance: &AllianceId,
    from: &OrganisationId,
    now: Timestamp,
) -> Result<Vec<PlaceRow>> {
    let found = sqlx::query(PLACES).bind(alliance.as_str()).bind(from.as_str()).bind(now.0);
    let read = |row: &sqlx::any::AnyRow| {
        Ok(PlaceRow {
            organisation: OrganisationRef { id: id_at(row)?, name: row.try_get(1)? },
            level: row.try_get(2)?,
            point: point(row.try_get(3)?, row.try_get(4)?),
            agreement: row.try_get::<i64, _>(5)? != 0,
        })
    };
    found.fetch_all(conn).await?.iter().map(read).collect()
}

/// Where an organisation is; the outer `None`: there is no such one.
pub async fn point_of(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
) -> Result<Option<Option<Point>>> {
    let row =
        sqlx::query(POINT).bind(organisation.as_str()).bind(alliance.as_str()).fetch_optional(conn).await?;
    row.map(|row| Ok(point(row.try_get(0)?, row.try_get(1)?))).transpose()
}

pub async fn departments(
    conn: &mut Conn,
    alliance: &AllianceId,
) -> Result<ByOrganisation<Vec<DepartmentRow>>> {
    let mut all = ByOrganisation::<Vec<DepartmentRow>>::new();
    for row in sqlx::query(DEPARTMENTS).bind(alliance.as_str()).fetch_all(conn).await? {
        let department = DepartmentRow {
            id: DepartmentId::trusted(row.try_get::<String, _>(1)?),
            name: row.try_get(2)?,
            national_code: row.try_get(3)?,
        };
        all.entry(id_at(&row)?).or_default().push(department);
    }
    Ok(all)
}

/// What each can do now, with its end; also those whose every entry has ended keep a catalogue.
pub async fn capabilities(
    conn: &mut Conn,
    alliance: &AllianceId,
    now: Timestamp,
) -> Result<ByOrganisation<BTreeMap<String, Option<Timestamp>>>> {
    let mut all = ByOrganisation::<BTreeMap<_, _>>::new();
    for row in sqlx::query(CAPABILITIES).bind(alliance.as_str()).bind(now.0).fetch_all(conn).await? {
        let own = all.entry(id_at(&row)?).or_default();
        if row.try_get::<i64, _>(3)? != 0 {
            own.insert(row.try_get(1)?, row.try_get::<Option<i64>, _>(2)?.map(Timestamp));
        }
    }
    Ok(all)
}

pub async fn figures(conn: &mut Conn, alliance: &AllianceId) -> Result<ByOrganisation<Vec<FigureRow>>> {
    let mut held = BTreeMap::new();
    for row in sqlx::query(HELD).bind(alliance.as_str()).fetch_all(&mut *conn).await? {
        held.insert(row.try_get::<String, _>(0)?, row.try_get::<i64, _>(1)?);
    }
    let mut all = ByOrganisation::<Vec<FigureRow>>::new();
    for row in sqlx::query(FIGURES).bind(alliance.as_str()).fetch_all(conn).await? {
        let department: String = row.try_get(1)?;
        let figure = FigureRow {
            held: held.get(&department).copied().unwrap_or(0),
            department: DepartmentId::trusted(department),
            open: row.try_get(2)?,
            free: row.try_get(3)?,
            at: Timestamp(row.try_get(4)?),
        };
        all.entry(id_at(&row)?).or_default().push(figure);
    }
    Ok(all)
}

pub async fn duties(
    conn: &mut Conn,
    alliance: &AllianceId,
    now: Timestamp,
) -> Result<ByOrganisation<Vec<DutyRow>>> {
    let mut all = ByOrganisation::<Vec<DutyRow>>::new();
    for row in sqlx::query(DUTIES).bind(alliance.as_str()).bind(now.0).fetch_all(conn).await? {
        let duty = DutyRow {
            department: row.try_get::<Option<String>, _>(1)?.map(DepartmentId::trusted),
            name: row.try_get(2)?,
            phone: row.try_get(3)?,
        };
        all.entry(id_at(&row)?).or_default().push(duty);
    }
    Ok(all)
}

/// Legs under way to each of these organisations, by department; `None` where none is named.
pub async fn under_way(
    conn: &mut Conn,
    organisations: &[&OrganisationId],
) -> Result<ByOrganisation<Vec<(Option<DepartmentId>, i64)>>> {
    let mut all = ByOrganisation::<Vec<_>>::new();
    let ids = list::of(organisations.iter().map(|id| id.as_str()));
    for row in sqlx::query(UNDER_WAY).bind(ids).fetch_all(conn).await? {
        let department = row.try_get::<Option<String>, _>(1)?.map(DepartmentId::trusted);
        all.entry(id_at(&row)?).or_default().push((department, row.try_get(2)?));
    }
    Ok(all)
}

/// How long the last decisions of each took, in milliseconds; 200 at most of each.
pub async fn decisions(
    conn: &mut Conn,
    organisations: &[&OrganisationId],
    urgency: Urgency,
    since: Timestamp,
) -> Result<ByOrganisation<Vec<i64>>> {
    let mut all = ByOrganisation::<Vec<i64>>::new();
    let ids = list::of(organisations.iter().map(|id| id.as_str()));
    let found = sqlx::query(DECISIONS).bind(ids).bind(urgency.as_str()).bind(since.0);
    for row in found.fetch_all(conn).await? {
        all.entry(id_at(&row)?).or_default().push(row.try_get(1)?);
    }
    Ok(all)
}
