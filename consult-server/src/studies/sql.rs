//! Statements on studies as they are shown, assigned and attached to consults. Decides nothing.

use super::rules;
use super::{DicomPatient, PendingStudies, Status, Study, StudyEcg, StudySeries};
use crate::access::policy::Relation;
use crate::db::{Conn, Tx, from_json};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, ConsultId, OrganisationId, PatientId, PersonId, StudyId};
use crate::time::Timestamp;
use imaging::header::{Date, PatientFacts, Sex};
use imaging::text::PersonName;
use sqlx::Row as _;

/// $1 alliance, $2 the organisation that looks, $3 now, $4 desk, $5 the person who looks.
macro_rules! columns {
    () => {
        "SELECT s.id, s.version, s.study_uid, s.patient_id, s.status, s.mismatch, s.received_by, s.name, s.birth_date, s.sex, s.local_id, \
         s.study_date, s.description, s.modalities, s.instance_count, s.ecg_instance, s.received_at, \
         CASE WHEN EXISTS (SELECT 1 FROM instance i WHERE i.study_id = s.id AND (i.frames > 0 OR i.waveform = 1)) THEN 1 ELSE 0 END, \
         (SELECT g.basis FROM access_grant g WHERE g.patient_id = s.patient_id AND g.organisation_id = $2 AND g.alliance_id = s.alliance_id \
             AND (g.ends_at IS NULL OR g.ends_at > $3) AND (g.person_id IS NULL OR g.person_id = $5) \
             ORDER BY CASE g.basis WHEN 'care-relationship' THEN 0 WHEN 'referral' THEN 1 WHEN 'consult' THEN 2 ELSE 3 END LIMIT 1), \
         s.holder, COALESCE((SELECT i.channel FROM instance i WHERE i.study_id = s.id ORDER BY i.received_at, i.id LIMIT 1), ''), s.shared FROM study s "
    };
}

/// What `rules::relation` says of the study row of that name, as a condition; $4 is 1 for somebody who may put
/// quarantined studies right, $5 the person who looks.
macro_rules! visible {
    ($study:literal) => {
        concat!(
            "((",
            $study,
            ".status = 'matched' AND EXISTS (SELECT 1 FROM access_grant v WHERE v.patient_id = ",
            $study,
            ".patient_id AND v.organisation_id = $2 AND v.alliance_id = ",
            $study,
            ".alliance_id AND (v.ends_at IS NULL OR v.ends_at > $3) AND (v.person_id IS NULL OR v.person_id = $5))) OR (",
            $study,
            ".received_by = $2 AND ",
            $study,
            ".shared = 0 AND (",
            $study,
            ".status <> 'quarantined' OR $4 = 1))) "
        )
    };
}
pub(super) use visible;

const BY_ID: &str = concat!(columns!(), "WHERE s.alliance_id = $1 AND s.id = $6");
const LIST: &str = concat!(
    columns!(),
    "WHERE s.alliance_id = $1 AND ",
    visible!("s"),
    "AND ($6 = '' OR s.patient_id = $6) AND ($7 = '' OR s.status = $7) AND s.id < $8 ORDER BY s.id DESC LIMIT $9"
);
const OF_CONSULT: &str = concat!(
    columns!(),
    "JOIN consult_study a ON a.study_id = s.id AND a.alliance_id = s.alliance_id \
     WHERE s.alliance_id = $1 AND a.consult_id = $6 AND s.status = 'matched' ORDER BY a.attached_at, s.id"
);
const PENDING: &str = concat!(
    "SELECT s.status, COUNT(*) FROM study s WHERE s.alliance_id = $1 AND s.status <> 'matched' AND ",
    visible!("s"),
    "GROUP BY s.status"
);
const SERIES: &str = "SELECT series_uid, modality, description, series_no, instance_count FROM series WHERE study_id = $1 \
     ORDER BY COALESCE(series_no, 2147483647), series_uid";
const ATTACH: &str = "INSERT INTO consult_study (consult_id, alliance_id, study_id, attached_by, attached_at) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (alliance_id, consult_id, study_id) DO NOTHING";
const MATCH: &str = "UPDATE study SET version = version + 1, holder = $3, status = 'matched', patient_id = $4, mismatch = '[]', updated_at = $5 \
     WHERE id = $1 AND version = $2";
const OF_HOLDER: &str = "SELECT id FROM study WHERE alliance_id = $1 AND study_uid = $2 AND holder = $3";
const SHOWN_INSTANCE: &str = "SELECT i.hash, i.size, i.data_offset FROM instance i JOIN series r ON r.id = i.series_id \
     WHERE i.study_id = $1 AND (i.frames > 0 OR i.waveform = 1) AND r.id = (SELECT x.id FROM series x JOIN instance y ON y.series_id = x.id \
         WHERE x.study_id = $1 AND (y.frames > 0 OR y.waveform = 1) ORDER BY COALESCE(x.series_no, 2147483647), x.series_uid LIMIT 1) \
     ORDER BY COALESCE(i.instance_no, 2147483647), i.instance_uid LIMIT 1 \
     OFFSET (SELECT COUNT(*) / 2 FROM instance z WHERE z.series_id = (SELECT x.id FROM series x JOIN instance y ON y.series_id = x.id \
         WHERE x.study_id = $1 AND (y.frames > 0 OR y.waveform = 1) ORDER BY COALESCE(x.series_no, 2147483647), x.series_uid LIMIT 1) \
         AND (z.frames > 0 OR z.waveform = 1))";

/// Whose eyes a study is looked at with.
#[derive(Clone, Debug)]
pub struct Scope {
    pub alliance: AllianceId,
    pub organisation: OrganisationId,
    pub person: PersonId,
    /// May see what is quarantined at the organisation.
    pub desk: bool,
    pub now: Timestamp,
}

/// A study with what decides who sees it.
#[derive(Clone)]
pub struct Stored {
    pub shown: Study,
    pub version: i64,
    pub received_by: OrganisationId,
    /// Others have added to it: that it came here first lets nobody see it any more.
    pub is_shared: bool,
    pub granted: Option<Relation>,
    /// The record that a quarantined one was sent to.
    pub sent_to: Option<PatientId>,
    /// The name as DICOM writes it.
    pub dicom_name: String,
}

impl Stored {
    /// What the files say of their person, for the comparison with a record.
    pub fn facts(&self) -> PatientFacts {
        let said = &self.shown.dicom_patient;
        PatientFacts {
            name: PersonName::parse(&self.dicom_name),
            local_id: said.local_id.clone(),
            birth_date: said.birth_date.as_deref().and_then(Date::parse),
            sex: said.sex.as_deref().and_then(Sex::parse),
            ..PatientFacts::default()
        }
    }
}

pub async fn by_id(conn: &mut Conn, scope: &Scope, id: &StudyId) -> Result<Option<Stored>> {
    let row = sqlx::query(BY_ID)
        .bind(scope.alliance.as_str())
        .bind(scope.organisation.as_str())
        .bind(scope.now.0)
        .bind(i64::from(scope.desk))
        .bind(scope.person.as_str())
        .bind(id.as_str())
        .fetch_optional(&mut *conn)
        .await?;
    match row {
        Some(row) => Ok(Some(with_series(conn, stored(&row)?).await?)),
        None => Ok(None),
    }
}

/// Narrowed by what is not empty; ids below `before`, newest first.
pub struct Filter<'a> {
    pub patient: &'a str,
    pub status: &'a str,
    pub before: &'a str,
    pub limit: i64,
}

pub async fn list(conn: &mut Conn, scope: &Scope, filter: Filter<'_>) -> Result<Vec<Stored>> {
    let before = if filter.before.is_empty() { "g" } else { filter.before };
    let rows = sqlx::query(LIST)
        .bind(scope.alliance.as_str())
        .bind(scope.organisation.as_str())
        .bind(scope.now.0)
        .bind(i64::from(scope.desk))
        .bind(scope.person.as_str())
        .bind(filter.patient)
        .bind(filter.status)
        .bind(before)
        .bind(filter.limit)
        .fetch_all(&mut *conn)
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        found.push(with_series(conn, stored(row)?).await?);
    }
    Ok(found)
}

/// How many wait for somebody to say whose they are.
pub async fn pending(conn: &mut Conn, scope: &Scope) -> Result<PendingStudies> {
    let rows = sqlx::query(PENDING)
        .bind(scope.alliance.as_str())
        .bind(scope.organisation.as_str())
        .bind(scope.now.0)
        .bind(i64::from(scope.desk))
        .bind(scope.person.as_str())
        .fetch_all(conn)
        .await?;
    let mut pending = PendingStudies { unassigned: 0, quarantined: 0 };
    for row in &rows {
        let count: i64 = row.try_get(1)?;
        match Status::parse(&row.try_get::<String, _>(0)?) {
            Some(Status::Unassigned) => pending.unassigned = count,
            Some(Status::Quarantined) => pending.quarantined = count,
            Some(Status::Matched) | None => {}
        }
    }
    Ok(pending)
}

/// The studies attached to a consult. Whoever may read the consult may read these.
pub async fn of_consult(conn: &mut Conn, alliance: &AllianceId, consult: &ConsultId) -> Result<Vec<Study>> {
    let rows = sqlx::query(OF_CONSULT)
        .bind(alliance.as_str())
        .bind("")
        .bind(0_i64)
        .bind(0_i64)
        .bind("")
        .bind(consult.as_str())
        .fetch_all(&mut *conn)
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        found.push(with_series(conn, stored(row)?).await?.shown);
    }
    Ok(found)
}

/// `false` when it was attached already.
pub async fn attach(
    tx: &mut Tx,
    alliance: &AllianceId,
    consult: &ConsultId,
    study: &StudyId,
    by: Option<&PersonId>,
) -> Result<bool> {
    let now = tx.now.0;
    let done = sqlx::query(ATTACH)
        .bind(consult.as_str())
        .bind(alliance.as_str())
        .bind(study.as_str())
        .bind(by.map(|p| p.as_str().to_owned()))
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Makes a study a patient's: compare-and-set on the version.
pub async fn set_matched(
    tx: &mut Tx,
    study: &StudyId,
    version: i64,
    patient: &PatientId,
    holder: &str,
) -> Result<()> {
    let now = tx.now.0;
    let done = sqlx::query(MATCH)
        .bind(study.as_str())
        .bind(version)
        .bind(holder)
        .bind(patient.as_str())
        .bind(now)
        .execute(tx.conn())
        .await?;
    crate::db::changed_once(done.rows_affected())
}

pub async fn of_holder(
    conn: &mut Conn,
    alliance: &AllianceId,
    study_uid: &str,
    holder: &str,
) -> Result<Option<StudyId>> {
    let row = sqlx::query(OF_HOLDER)
        .bind(alliance.as_str())
        .bind(study_uid)
        .bind(holder)
        .fetch_optional(conn)
        .await?;
    Ok(match row {
        Some(row) => Some(StudyId::trusted(row.try_get::<String, _>(0)?)),
        None => None,
    })
}

/// The object that stands for the whole study: the middle of its first series that shows something.
pub async fn shown_instance(conn: &mut Conn, study: &StudyId) -> Result<Option<imaging::index::Blob>> {
    let row = sqlx::query(SHOWN_INSTANCE).bind(study.as_str()).fetch_optional(conn).await?;
    row.map(|row| blob(row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)).transpose()
}

pub(super) fn blob(hash: String, size: i64, data_offset: i64) -> Result<imaging::index::Blob> {
    let broken = || Refusal::internal("an instance row points to no object");
    Ok(imaging::index::Blob {
        hash: imaging::index::ContentHash::parse(&hash).ok_or_else(broken)?,
        size: u64::try_from(size).map_err(|_| broken())?,
        data_offset: u64::try_from(data_offset).map_err(|_| broken())?,
    })
}

fn stored(row: &sqlx::any::AnyRow) -> Result<Stored> {
    let id: String = row.try_get(0)?;
    let status: String = row.try_get(4)?;
    let name: String = row.try_get(7)?;
    let filled = |text: String| Some(text).filter(|t| !t.is_empty());
    let shown = Study {
        study_uid: row.try_get(2)?,
        patient_id: row.try_get::<Option<String>, _>(3)?.map(PatientId::trusted),
        status: Status::parse(&status)
            .ok_or_else(|| Refusal::internal(format!("study {id} has no known status")))?,
        mismatch: from_json(&row.try_get::<String, _>(5)?)?,
        sent_to: None,
        channel: row.try_get(20)?,
        dicom_patient: DicomPatient {
            name: PersonName::parse(&name).display(),
            birth_date: filled(row.try_get(8)?),
            sex: filled(row.try_get(9)?),
            local_id: row.try_get(10)?,
        },
        study_date: filled(row.try_get(11)?),
        description: row.try_get(12)?,
        modalities: rules::modalities_of(&row.try_get::<String, _>(13)?),
        series: Vec::new(),
        instances: row.try_get(14)?,
        ecg: row.try_get::<Option<String>, _>(15)?.map(|instance_uid| StudyEcg { instance_uid }),
        received_at: Timestamp(row.try_get(16)?),
        preview_url: (row.try_get::<i64, _>(17)? != 0).then(|| format!("/api/v1/studies/{id}/preview")),
        id: StudyId::trusted(id),
    };
    Ok(Stored {
        shown,
        version: row.try_get(1)?,
        received_by: OrganisationId::trusted(row.try_get::<String, _>(6)?),
        is_shared: row.try_get::<i64, _>(21)? == 1,
        granted: row.try_get::<Option<String>, _>(18)?.as_deref().and_then(Relation::parse),
        sent_to: rules::sent_to(&row.try_get::<String, _>(19)?),
        dicom_name: name,
    })
}

async fn with_series(conn: &mut Conn, mut stored: Stored) -> Result<Stored> {
    let rows = sqlx::query(SERIES).bind(stored.shown.id.as_str()).fetch_all(conn).await?;
    for row in &rows {
        stored.shown.series.push(StudySeries {
            series_uid: row.try_get(0)?,
            modality: row.try_get(1)?,
            description: row.try_get(2)?,
            number: row.try_get(3)?,
            instances: row.try_get(4)?,
        });
    }
    Ok(stored)
}
