//! Statements on capabilities and coordinates. Decides nothing.

use super::{Capability, CapabilityInput, Coordinates};
use crate::db::{Conn, Tx, changed_once};
use crate::error::{Code, Result};
use crate::ids::{AllianceId, CapabilityId, OrganisationId};
use crate::time::Timestamp;
use referral::suggest::Point;
use sqlx::Row as _;
use sqlx::any::AnyRow;

const COORDINATES: &str = "SELECT latitude, longitude FROM organisation WHERE id = $1";
const PLACE: &str = "UPDATE organisation SET version = version + 1, latitude = $3, longitude = $4 WHERE id = $1 AND version = $2 RETURNING version";
macro_rules! capabilities {
    ($which:literal) => {
        concat!(
            "SELECT id, version, organisation_id, code, valid_from, valid_until FROM capability WHERE alliance_id = $1 AND ",
            $which
        )
    };
}
const OF_ORGANISATION: &str =
    capabilities!("organisation_id = $2 ORDER BY code, valid_from DESC, id DESC LIMIT 500");
const ONE: &str = capabilities!("id = $2");
const STANDING: &str = capabilities!(
    "organisation_id = $2 AND code = $3 AND (valid_until IS NULL OR valid_until > $4) ORDER BY id LIMIT 1"
);
const INSERT: &str = "INSERT INTO capability (id, alliance_id, organisation_id, code, valid_from, valid_until) VALUES ($1, $2, $3, $4, $5, $6)";
const END: &str =
    "UPDATE capability SET version = version + 1, valid_until = $3 WHERE id = $1 AND version = $2";

fn capability_of(row: &AnyRow) -> Result<Capability> {
    Ok(Capability {
        id: CapabilityId::trusted(row.try_get::<String, _>(0)?),
        version: row.try_get(1)?,
        organisation_id: OrganisationId::trusted(row.try_get::<String, _>(2)?),
        code: row.try_get(3)?,
        valid_from: Timestamp(row.try_get(4)?),
        valid_until: row.try_get::<Option<i64>, _>(5)?.map(Timestamp),
    })
}

pub async fn coordinates(conn: &mut Conn, organisation: &OrganisationId) -> Result<Coordinates> {
    let row = sqlx::query(COORDINATES).bind(organisation.as_str()).fetch_one(conn).await?;
    Ok(Coordinates { latitude: row.try_get(0)?, longitude: row.try_get(1)? })
}

/// Says where an organisation is; answers its version after that.
pub async fn set_place(
    tx: &mut Tx,
    organisation: &OrganisationId,
    version: i64,
    place: Option<Point>,
) -> Result<i64> {
    let row = sqlx::query(PLACE)
        .bind(organisation.as_str())
        .bind(version)
        .bind(place.map(|at| at.latitude))
        .bind(place.map(|at| at.longitude))
        .fetch_optional(tx.conn())
        .await?;
    match row {
        Some(row) => Ok(row.try_get(0)?),
        None => Err(Code::ConflictChanged.into()),
    }
}

pub async fn of_organisation(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
) -> Result<Vec<Capability>> {
    let found = sqlx::query(OF_ORGANISATION).bind(alliance.as_str()).bind(organisation.as_str());
    found.fetch_all(conn).await?.iter().map(capability_of).collect()
}

pub async fn one(conn: &mut Conn, alliance: &AllianceId, id: &CapabilityId) -> Result<Option<Capability>> {
    let found = sqlx::query(ONE).bind(alliance.as_str()).bind(id.as_str());
    found.fetch_optional(conn).await?.as_ref().map(capability_of).transpose()
}

/// The one of that code that has not ended.
pub async fn standing(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    code: &str,
    now: Timestamp,
) -> Result<Option<Capability>> {
    let found =
        sqlx::query(STANDING).bind(alliance.as_str()).bind(organisation.as_str()).bind(code).bind(now.0);
    found.fetch_optional(conn).await?.as_ref().map(capability_of).transpose()
}

pub async fn insert(
    tx: &mut Tx,
    alliance: &AllianceId,
    input: &CapabilityInput,
    from: Timestamp,
) -> Result<CapabilityId> {
    let id = CapabilityId::trusted(tx.new_id());
    sqlx::query(INSERT)
        .bind(id.as_str())
        .bind(alliance.as_str())
        .bind(input.organisation_id.as_str())
        .bind(input.code.as_str())
        .bind(from.0)
        .bind(input.valid_until.map(|t| t.0))
        .execute(tx.conn())
        .await?;
    Ok(id)
}

pub async fn end(tx: &mut Tx, id: &CapabilityId, version: i64) -> Result<()> {
    let now = tx.now.0;
    let done = sqlx::query(END).bind(id.as_str()).bind(version).bind(now).execute(tx.conn()).await?;
    changed_once(done.rows_affected())
}
