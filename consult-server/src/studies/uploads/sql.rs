//! Statements on uploads. Decides nothing.

use super::{State, UploadResult};
use crate::db::{Conn, Tx, from_json, to_json};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, ConsultId, OrganisationId, PatientId, PersonId, UploadId};
use crate::time::Timestamp;
use sqlx::Row as _;

const INSERT: &str = "INSERT INTO upload (id, alliance_id, person_id, organisation_id, patient_id, consult_id, filename, size, state, code, results, \
     created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'receiving', NULL, '[]', $9, $9)";
const BY_ID: &str = "SELECT id, alliance_id, person_id, organisation_id, patient_id, consult_id, filename, size, state, code, results FROM upload WHERE id = $1";
const FINISH: &str = "UPDATE upload SET state = $2, code = $3, results = $4, updated_at = $5 WHERE id = $1";
const DELETE: &str = "DELETE FROM upload WHERE id = $1";
const ABANDONED: &str =
    "SELECT id FROM upload WHERE state = 'receiving' AND created_at < $1 ORDER BY created_at LIMIT 500";

const RECEIVING: &str =
    "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM upload WHERE person_id = $1 AND state = 'receiving'";

/// How large a person's unfinished uploads will be together.
pub async fn receiving(conn: &mut Conn, person: &PersonId) -> Result<i64> {
    Ok(sqlx::query(RECEIVING).bind(person.as_str()).fetch_one(conn).await?.try_get(0)?)
}

#[derive(Clone, Debug)]
pub struct Stored {
    pub id: UploadId,
    pub alliance: AllianceId,
    pub person: PersonId,
    pub organisation: OrganisationId,
    pub patient: Option<PatientId>,
    pub consult: Option<ConsultId>,
    pub filename: String,
    pub size: i64,
    pub state: State,
    pub code: Option<String>,
    pub results: Vec<UploadResult>,
}

pub async fn insert(tx: &mut Tx, upload: &Stored) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(INSERT)
        .bind(upload.id.as_str())
        .bind(upload.alliance.as_str())
        .bind(upload.person.as_str())
        .bind(upload.organisation.as_str())
        .bind(upload.patient.as_ref().map(|p| p.as_str().to_owned()))
        .bind(upload.consult.as_ref().map(|c| c.as_str().to_owned()))
        .bind(upload.filename.as_str())
        .bind(upload.size)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn by_id(conn: &mut Conn, id: &UploadId) -> Result<Option<Stored>> {
    let Some(row) = sqlx::query(BY_ID).bind(id.as_str()).fetch_optional(conn).await? else {
        return Ok(None);
    };
    let state: String = row.try_get(8)?;
    Ok(Some(Stored {
        id: UploadId::trusted(row.try_get::<String, _>(0)?),
        alliance: AllianceId::trusted(row.try_get::<String, _>(1)?),
        person: PersonId::trusted(row.try_get::<String, _>(2)?),
        organisation: OrganisationId::trusted(row.try_get::<String, _>(3)?),
        patient: row.try_get::<Option<String>, _>(4)?.map(PatientId::trusted),
        consult: row.try_get::<Option<String>, _>(5)?.map(ConsultId::trusted),
        filename: row.try_get(6)?,
        size: row.try_get(7)?,
        state: State::parse(&state)
            .ok_or_else(|| Refusal::internal(format!("upload {id} has no known state")))?,
        code: row.try_get(9)?,
        results: from_json(&row.try_get::<String, _>(10)?)?,
    }))
}

pub async fn finish(tx: &mut Tx, upload: &Stored) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(FINISH)
        .bind(upload.id.as_str())
        .bind(upload.state.as_str())
        .bind(upload.code.as_deref())
        .bind(to_json(&upload.results)?)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, id: &UploadId) -> Result<()> {
    sqlx::query(DELETE).bind(id.as_str()).execute(tx.conn()).await?;
    Ok(())
}

/// Uploads begun before `before` that never became whole.
pub async fn abandoned(conn: &mut Conn, before: Timestamp) -> Result<Vec<UploadId>> {
    let rows = sqlx::query(ABANDONED).bind(before.0).fetch_all(conn).await?;
    rows.iter().map(|row| Ok(UploadId::trusted(row.try_get::<String, _>(0)?))).collect()
}
