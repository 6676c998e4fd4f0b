//! Statements on an alliance's settings and their versions. Decides nothing.

use super::rules;
use super::{RuleChange, Rules, SettingsVersion};
use crate::db::{Conn, Tx, from_json, to_json};
use crate::directory;
use crate::error::{Code, Result};
use crate::ids::{AllianceId, OrganisationId, PersonId};
use crate::time::Timestamp;
use serde_json::Value;
use sqlx::Row as _;

const STANDING: &str = "SELECT settings, settings_version FROM alliance WHERE id = $1";
const REPLACE: &str =
    "UPDATE alliance SET settings = $3, settings_version = $2 + 1 WHERE id = $1 AND settings_version = $2";
const KEEP: &str = "INSERT INTO settings_version (alliance_id, version, settings, changes, person_id, organisation_id, restored_from, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (alliance_id, version) DO NOTHING";
const VERSIONS: &str = "SELECT version, changes, person_id, organisation_id, restored_from, created_at FROM settings_version \
     WHERE alliance_id = $1 ORDER BY version DESC LIMIT 200";
const VERSION: &str = "SELECT settings FROM settings_version WHERE alliance_id = $1 AND version = $2";

/// The stored settings as they are, and their version.
pub async fn standing(conn: &mut Conn, alliance: &AllianceId) -> Result<(Value, i64)> {
    let row = sqlx::query(STANDING).bind(alliance.as_str()).fetch_one(conn).await?;
    Ok((from_json(&row.try_get::<String, _>(0)?)?, row.try_get(1)?))
}

/// The rules in force.
pub async fn in_force(conn: &mut Conn, alliance: &AllianceId) -> Result<Rules> {
    rules::in_force(&standing(conn, alliance).await?.0)
}

pub async fn replace(tx: &mut Tx, alliance: &AllianceId, version: i64, next: &Value) -> Result<()> {
    let text = to_json(next)?;
    let done =
        sqlx::query(REPLACE).bind(alliance.as_str()).bind(version).bind(text).execute(tx.conn()).await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(Code::ConflictChanged.into()) }
}

/// What a version is kept with.
pub struct Kept<'a> {
    pub version: i64,
    pub settings: &'a Value,
    pub changes: &'a [RuleChange],
    pub by: Option<(&'a PersonId, &'a OrganisationId)>,
    pub restored_from: Option<i64>,
}

/// Keeps a version; one that is kept already stays as it is.
pub async fn keep(tx: &mut Tx, alliance: &AllianceId, kept: Kept<'_>) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(KEEP)
        .bind(alliance.as_str())
        .bind(kept.version)
        .bind(to_json(kept.settings)?)
        .bind(to_json(&kept.changes)?)
        .bind(kept.by.map(|(person, _)| person.as_str().to_owned()))
        .bind(kept.by.map(|(_, organisation)| organisation.as_str().to_owned()))
        .bind(kept.restored_from)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Every version, the newest first.
pub async fn versions(conn: &mut Conn, alliance: &AllianceId) -> Result<Vec<SettingsVersion>> {
    let mut versions = Vec::new();
    for row in sqlx::query(VERSIONS).bind(alliance.as_str()).fetch_all(&mut *conn).await? {
        let by = match (row.try_get::<Option<String>, _>(2)?, row.try_get::<Option<String>, _>(3)?) {
            (Some(person), Some(organisation)) => {
                let (person, organisation) =
                    (PersonId::trusted(person), OrganisationId::trusted(organisation));
                directory::sql::named(conn, &person, &organisation).await?
            }
            (Some(_) | None, Some(_) | None) => None,
        };
        versions.push(SettingsVersion {
            version: row.try_get(0)?,
            changed_by: by,
            changed_at: Timestamp(row.try_get(5)?),
            changes: from_json(&row.try_get::<String, _>(1)?)?,
            restored_from: row.try_get(4)?,
        });
    }
    Ok(versions)
}

pub async fn version(conn: &mut Conn, alliance: &AllianceId, version: i64) -> Result<Option<Value>> {
    let row = sqlx::query(VERSION).bind(alliance.as_str()).bind(version).fetch_optional(conn).await?;
    row.map(|row| from_json(&row.try_get::<String, _>(0)?)).transpose()
}
