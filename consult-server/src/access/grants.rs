//! Why an organisation may see a patient: rows that legs and consults give and end in their own transactions.
//! Knows no leg and no consult, only that a subject of some kind stands behind a grant.

use super::policy::{Relation, Resource};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::{AllianceId, OrganisationId, PatientId};
use crate::time::Timestamp;
use sqlx::Row as _;

/// How long a grant outlives the leg or consult that gave it (I-11, default).
const AFTER_END_SECONDS: i64 = 30 * 24 * 3600;

const GIVE: &str = "INSERT INTO access_grant (id, alliance_id, organisation_id, patient_id, basis, subject_kind, subject_id, given_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
     ON CONFLICT (organisation_id, patient_id, subject_kind, subject_id) DO UPDATE SET ends_at = NULL";
const END: &str =
    "UPDATE access_grant SET ends_at = $1 WHERE subject_kind = $2 AND subject_id = $3 AND ends_at IS NULL";
const STRONGEST: &str = "SELECT basis FROM access_grant WHERE patient_id = $1 AND organisation_id = $2 AND alliance_id = $3 \
     AND (ends_at IS NULL OR ends_at > $4) ORDER BY CASE basis WHEN 'care-relationship' THEN 0 WHEN 'referral' THEN 1 ELSE 2 END LIMIT 1";

/// Lets an organisation see a patient because of a subject. Giving it again revives it.
pub async fn give(
    tx: &mut Tx,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    patient: &PatientId,
    relation: Relation,
    subject: (&str, &str),
) -> Result<()> {
    let (id, now) = (tx.new_id(), tx.now.0);
    sqlx::query(GIVE)
        .bind(id)
        .bind(alliance.as_str())
        .bind(organisation.as_str())
        .bind(patient.as_str())
        .bind(relation.basis())
        .bind(subject.0)
        .bind(subject.1)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The subject has ended: its grants end 30 days later.
pub async fn end(tx: &mut Tx, subject: (&str, &str)) -> Result<()> {
    let ends_at = tx.now.plus_seconds(AFTER_END_SECONDS).0;
    sqlx::query(END).bind(ends_at).bind(subject.0).bind(subject.1).execute(tx.conn()).await?;
    Ok(())
}

/// The strongest relation of an organisation to a patient now, as the policy wants it.
pub async fn resource(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    patient: &PatientId,
    now: Timestamp,
) -> Result<Resource> {
    let row = sqlx::query(STRONGEST)
        .bind(patient.as_str())
        .bind(organisation.as_str())
        .bind(alliance.as_str())
        .bind(now.0)
        .fetch_optional(conn)
        .await?;
    let relation = match row {
        Some(row) => Relation::parse(&row.try_get::<String, _>(0)?),
        None => None,
    };
    Ok(Resource { alliance: alliance.clone(), relation })
}
