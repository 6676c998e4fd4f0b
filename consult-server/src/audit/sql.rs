//! Statements that search the trail, newest first: one for each index that narrows it. Decides nothing.

use super::rules::{Cursor, begins_with, masked};
use super::{AuditEntry, AuditPatient, AuditPerson, Filter};
use crate::access::Role;
use crate::db::{Conn, from_json};
use crate::error::Result;
use crate::ids::{AllianceId, OrganisationId, PatientId, PersonId};
use crate::refs::OrganisationRef;
use crate::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// $1 alliance, $2 from, $3 before, $4 and $5 the cursor, $6–$9 what else an entry must be, and by the index that is used
/// $10 person, $11 patient, $12 subject. `|| ''` keeps an engine from preferring the index of the whole alliance.
macro_rules! search {
    ($alliance:literal, $by:literal) => {
        concat!(
            "SELECT a.id, a.seq, a.at, a.person_id, p.name, x.role, o.id, o.name, a.from_address, a.request_id, a.action, a.subject_kind, \
             a.subject_id, a.patient_id, t.name, a.basis, a.outcome, a.detail FROM audit a LEFT JOIN person p ON p.id = a.person_id \
             LEFT JOIN position x ON x.id = a.position_id LEFT JOIN organisation o ON o.id = a.organisation_id \
             LEFT JOIN patient t ON t.id = a.patient_id WHERE ",
            $alliance,
            " = $1 AND a.at >= $2 AND a.at < $3 AND (a.at < $4 OR (a.at = $4 AND a.id < $5)) AND ($6 = '' OR a.organisation_id = $6) \
             AND ($7 = '' OR LOWER(a.action) LIKE $7 ESCAPE '\\') AND ($8 = '' OR a.outcome = $8) AND ($9 = '' OR a.basis = $9) ",
            $by,
            " ORDER BY a.at DESC, a.id DESC LIMIT $13"
        )
    };
}
const ALL: &str = search!("a.alliance_id", "AND $10 = '' AND $11 = '' AND $12 = ''");
const BY_PERSON: &str = search!(
    "a.alliance_id || ''",
    "AND a.person_id = $10 AND ($11 = '' OR a.patient_id = $11) AND ($12 = '' OR a.subject_id = $12)"
);
const BY_PATIENT: &str = search!(
    "a.alliance_id || ''",
    "AND ($10 = '' OR a.person_id = $10) AND a.patient_id = $11 AND ($12 = '' OR a.subject_id = $12)"
);
const BY_SUBJECT: &str = search!(
    "a.alliance_id || ''",
    "AND ($10 = '' OR a.person_id = $10) AND ($11 = '' OR a.patient_id = $11) AND a.subject_id = $12"
);

fn statement(filter: &Filter) -> &'static str {
    match filter {
        Filter { subject, .. } if !subject.is_empty() => BY_SUBJECT,
        Filter { patient: Some(_), .. } => BY_PATIENT,
        Filter { person: Some(_), .. } => BY_PERSON,
        Filter { .. } => ALL,
    }
}

/// At most `limit` entries after the cursor, newest first.
pub async fn search(
    conn: &mut Conn,
    alliance: &AllianceId,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<AuditEntry>> {
    let last = after.map_or((i64::MAX, ""), |cursor| (cursor.at.0, cursor.id.as_str()));
    let before = filter.until.map_or(i64::MAX, |until| until.0).min(last.0.saturating_add(1));
    let rows = sqlx::query(statement(filter))
        .bind(alliance.as_str())
        .bind(filter.from.map_or(0, |from| from.0))
        .bind(before)
        .bind(last.0)
        .bind(last.1.to_owned())
        .bind(filter.organisation.as_ref().map_or("", OrganisationId::as_str).to_owned())
        .bind(begins_with(&filter.action))
        .bind(filter.outcome.as_str())
        .bind(filter.basis.as_str())
        .bind(filter.person.as_ref().map_or("", PersonId::as_str).to_owned())
        .bind(filter.patient.as_ref().map_or("", PatientId::as_str).to_owned())
        .bind(filter.subject.as_str())
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(entry).collect()
}

fn entry(row: &AnyRow) -> Result<AuditEntry> {
    let person = match (row.try_get::<Option<String>, _>(3)?, row.try_get::<Option<String>, _>(4)?) {
        (Some(id), name) => Some(AuditPerson { id: PersonId::trusted(id), name: name.unwrap_or_default() }),
        (None, _) => None,
    };
    let organisation = match (row.try_get::<Option<String>, _>(6)?, row.try_get::<Option<String>, _>(7)?) {
        (Some(id), Some(name)) => Some(OrganisationRef { id: OrganisationId::trusted(id), name }),
        (Some(_) | None, Some(_) | None) => None,
    };
    let patient = row.try_get::<Option<String>, _>(13)?;
    let patient_name = row.try_get::<Option<String>, _>(14)?.unwrap_or_default();
    Ok(AuditEntry {
        id: row.try_get(0)?,
        seq: row.try_get(1)?,
        at: Timestamp(row.try_get(2)?),
        person,
        role: row.try_get::<Option<String>, _>(5)?.as_deref().and_then(Role::parse),
        organisation,
        from: row.try_get(8)?,
        request_id: row.try_get(9)?,
        action: row.try_get(10)?,
        subject_kind: row.try_get(11)?,
        subject_id: row.try_get(12)?,
        patient: patient
            .map(|id| AuditPatient { id: PatientId::trusted(id), name_masked: masked(&patient_name) }),
        basis: row.try_get(15)?,
        outcome: row.try_get(16)?,
        detail: from_json(&row.try_get::<String, _>(17)?)?,
    })
}
