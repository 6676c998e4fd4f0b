//! The statement that finds a leg by its number. Decides nothing.

use crate::db::Conn;
use crate::error::Result;
use crate::ids::{AllianceId, LegId, OrganisationId, PatientId};
use sqlx::Row as _;

/// Drafts have no slip.
const BY_NUMBER: &str = "SELECT l.id, l.patient_id, l.to_organisation_id, o.name, o.phone FROM referral_case c JOIN leg l ON l.case_id = c.id \
     JOIN organisation o ON o.id = l.to_organisation_id \
     WHERE c.alliance_id = $1 AND c.number = $2 AND l.ordinal = $3 AND l.submitted_at IS NOT NULL";

/// A leg that was sent, and where its patient is expected.
pub struct Sent {
    pub leg: LegId,
    pub patient: PatientId,
    pub to: OrganisationId,
    pub to_name: String,
    pub to_phone: Option<String>,
}

pub async fn by_number(
    conn: &mut Conn,
    alliance: &AllianceId,
    case_number: &str,
    ordinal: i64,
) -> Result<Option<Sent>> {
    let found = sqlx::query(BY_NUMBER)
        .bind(alliance.as_str())
        .bind(case_number)
        .bind(ordinal)
        .fetch_optional(conn)
        .await?;
    let Some(row) = found else { return Ok(None) };
    Ok(Some(Sent {
        leg: LegId::trusted(row.try_get::<String, _>(0)?),
        patient: PatientId::trusted(row.try_get::<String, _>(1)?),
        to: OrganisationId::trusted(row.try_get::<String, _>(2)?),
        to_name: row.try_get(3)?,
        to_phone: row.try_get(4)?,
    }))
}
