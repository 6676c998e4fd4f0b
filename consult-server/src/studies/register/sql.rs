//! Statements that take studies, series, instances and their copies in. Decides nothing.

use crate::db::{Conn, Tx, to_json};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, OrganisationId, PatientId, StudyId};
use crate::studies::rules;
use imaging::filing::Known;
use imaging::header::{Date, Facts, SeriesFacts, Sex};
use imaging::index::{Arrival, Channel, ContentHash, Custody, Filing, Refused};
use imaging::uid::StudyUid;
use sqlx::Row as _;

const ALLIANCE_OF: &str = "SELECT alliance_id FROM organisation WHERE id = $1";
/// Takes the row's lock also when it is there: on Postgres a second batch for this study waits for the first.
const KEEP_STUDY: &str = "INSERT INTO study (id, alliance_id, version, study_uid, holder, status, patient_id, mismatch, received_by, name, \
     name_ideographs, name_folded, name_pinyin, name_initials, local_id, issuer, birth_date, sex, study_date, study_time, study_no, accession, \
     description, referring, referring_search, modalities, series_count, instance_count, ecg_instance, received_at, updated_at) \
     VALUES ($1, $2, 0, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, '', 0, 0, NULL, $25, $25) \
     ON CONFLICT (alliance_id, study_uid, holder) DO UPDATE SET holder = excluded.holder RETURNING id";
const KEEP_SERIES: &str = "INSERT INTO series (id, alliance_id, study_id, series_uid, modality, series_no, description, body_part, series_date, \
     series_time, instance_count) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0) \
     ON CONFLICT (alliance_id, study_id, series_uid) DO UPDATE SET modality = series.modality RETURNING id";
const COPIES: &str = "SELECT i.id, r.series_uid, i.class_uid, i.transfer_syntax, i.hash, i.content, i.pixel_rows, i.pixel_columns, i.frames, 0 AS later \
     FROM instance i JOIN series r ON r.id = i.series_id WHERE i.study_id = $1 AND i.instance_uid = $2 \
     UNION ALL SELECT i.id, c.series_uid, c.class_uid, c.transfer_syntax, c.hash, c.content, c.pixel_rows, c.pixel_columns, c.frames, 1 \
     FROM instance i JOIN instance_copy c ON c.instance_id = i.id WHERE i.study_id = $1 AND i.instance_uid = $2 ORDER BY later";
const INSERT_INSTANCE: &str = "INSERT INTO instance (id, alliance_id, study_id, series_id, instance_uid, class_uid, instance_no, transfer_syntax, \
     pixel_rows, pixel_columns, bits_allocated, frames, frame_index, waveform, fallback, hash, content, size, data_offset, channel, received_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";
const INSERT_COPY: &str = "INSERT INTO instance_copy (id, alliance_id, instance_id, filing, series_uid, class_uid, transfer_syntax, pixel_rows, \
     pixel_columns, frames, frame_index, hash, content, size, data_offset, channel, received_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
const COUNT_SERIES: &str = "UPDATE series SET instance_count = (SELECT COUNT(*) FROM instance i WHERE i.series_id = series.id) WHERE study_id = $1";
const MODALITIES: &str = "SELECT DISTINCT modality FROM series WHERE study_id = $1";
const COUNT_STUDY: &str = "UPDATE study SET version = version + 1, updated_at = $3, modalities = $2, series_count = (SELECT COUNT(*) FROM series r WHERE r.study_id = study.id), \
     instance_count = (SELECT COUNT(*) FROM instance i WHERE i.study_id = study.id), \
     ecg_instance = (SELECT i.instance_uid FROM instance i WHERE i.study_id = study.id AND i.waveform = 1 ORDER BY i.received_at, i.instance_uid LIMIT 1) \
     WHERE id = $1 RETURNING version";
const INSERT_REFUSED: &str = "INSERT INTO refused (id, alliance_id, organisation_id, channel, ae_title, code, hash, size, refused_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

const SHARE: &str = "UPDATE study SET shared = 1 WHERE id = $1 AND received_by <> $2 AND shared = 0";
const RECEIVER: &str = "SELECT received_by FROM study WHERE id = $1";

/// An organisation adds to a study; one that another received is shared from now on.
pub async fn share(tx: &mut Tx, study: &StudyId, organisation: &OrganisationId) -> Result<()> {
    sqlx::query(SHARE).bind(study.as_str()).bind(organisation.as_str()).execute(tx.conn()).await?;
    Ok(())
}

pub async fn receiver(conn: &mut Conn, study: &StudyId) -> Result<OrganisationId> {
    let row = sqlx::query(RECEIVER).bind(study.as_str()).fetch_one(conn).await?;
    Ok(OrganisationId::trusted(row.try_get::<String, _>(0)?))
}

pub async fn alliance_of(conn: &mut Conn, organisation: &OrganisationId) -> Result<AllianceId> {
    let row = sqlx::query(ALLIANCE_OF).bind(organisation.as_str()).fetch_one(conn).await?;
    Ok(AllianceId::trusted(row.try_get::<String, _>(0)?))
}

pub struct NewStudy<'a> {
    pub alliance: &'a AllianceId,
    pub organisation: &'a OrganisationId,
    pub holder: &'a str,
    pub custody: &'a Custody,
    pub patient: Option<&'a PatientId>,
}

/// The row of a study in one custody, made if there is none.
pub async fn keep_study(tx: &mut Tx, new: &NewStudy<'_>, facts: &Facts) -> Result<StudyId> {
    let (id, now) = (tx.new_id(), tx.now.0);
    let (patient, study) = (&facts.patient, &facts.study);
    let mismatch: Vec<&str> = match new.custody {
        Custody::Quarantined { fields } => fields.iter().map(|f| rules::field(*f)).collect(),
        Custody::Matched { .. } | Custody::Unassigned => Vec::new(),
    };
    let (name, referring) = (patient.name.search(), study.referring.search());
    let day = |date: Option<Date>| date.map(|d| d.to_string()).unwrap_or_default();
    let row = sqlx::query(KEEP_STUDY)
        .bind(id)
        .bind(new.alliance.as_str())
        .bind(study.uid.as_str())
        .bind(new.holder)
        .bind(rules::status(new.custody).as_str())
        .bind(new.patient.map(|p| p.as_str().to_owned()))
        .bind(to_json(&mismatch)?)
        .bind(new.organisation.as_str())
        .bind(patient.name.to_dicom())
        .bind(name.ideographs)
        .bind(name.folded)
        .bind(name.pinyin)
        .bind(name.initials)
        .bind(patient.local_id.as_str())
        .bind(patient.issuer.as_str())
        .bind(day(patient.birth_date))
        .bind(patient.sex.map_or("", Sex::as_str))
        .bind(day(study.date))
        .bind(study.time.as_str())
        .bind(study.id.as_str())
        .bind(study.accession.as_str())
        .bind(study.description.as_str())
        .bind(study.referring.to_dicom())
        .bind(format!("|{}|{}|{}|", referring.ideographs, referring.folded, referring.pinyin))
        .bind(now)
        .fetch_one(tx.conn())
        .await?;
    Ok(StudyId::trusted(row.try_get::<String, _>(0)?))
}

pub async fn keep_series(
    tx: &mut Tx,
    alliance: &AllianceId,
    study: &StudyId,
    series: &SeriesFacts,
) -> Result<String> {
    let id = tx.new_id();
    let row = sqlx::query(KEEP_SERIES)
        .bind(id)
        .bind(alliance.as_str())
        .bind(study.as_str())
        .bind(series.uid.as_str())
        .bind(series.modality.as_str())
        .bind(series.number)
        .bind(series.description.as_str())
        .bind(series.body_part.as_str())
        .bind(series.date.map(|d| d.to_string()).unwrap_or_default())
        .bind(series.time.as_str())
        .fetch_one(tx.conn())
        .await?;
    Ok(row.try_get(0)?)
}

/// Every copy under a UID with the row it belongs to, the one that is served first.
pub async fn copies(
    conn: &mut Conn,
    study: &StudyId,
    study_uid: &StudyUid,
    instance_uid: &str,
) -> Result<Vec<(String, Known)>> {
    let rows = sqlx::query(COPIES).bind(study.as_str()).bind(instance_uid).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let broken = || Refusal::internal("an instance row holds what is no UID or hash");
            let text = |at: usize| row.try_get::<String, _>(at);
            let number =
                |at: usize| -> Result<u32> { Ok(u32::try_from(row.try_get::<i64, _>(at)?).unwrap_or(0)) };
            let known = Known {
                study: study_uid.clone(),
                series: text(1)?.parse().map_err(|_| broken())?,
                class: text(2)?.parse().map_err(|_| broken())?,
                transfer_syntax: text(3)?.parse().map_err(|_| broken())?,
                hash: ContentHash::parse(&text(4)?).ok_or_else(broken)?,
                content: ContentHash::parse(&text(5)?).ok_or_else(broken)?,
                shape: (number(6)?, number(7)?, number(8)?),
            };
            Ok((text(0)?, known))
        })
        .collect()
}

pub async fn insert_instance(
    tx: &mut Tx,
    alliance: &AllianceId,
    study: &StudyId,
    series: &str,
    arrival: &Arrival,
) -> Result<()> {
    let (id, now) = (tx.new_id(), tx.now.0);
    let instance = &arrival.facts.instance;
    sqlx::query(INSERT_INSTANCE)
        .bind(id)
        .bind(alliance.as_str())
        .bind(study.as_str())
        .bind(series)
        .bind(instance.uid.as_str())
        .bind(instance.class.as_str())
        .bind(instance.number)
        .bind(instance.transfer_syntax.as_str())
        .bind(i64::from(instance.rows))
        .bind(i64::from(instance.columns))
        .bind(i64::from(instance.bits_allocated))
        .bind(i64::from(instance.frames))
        .bind(to_json(&instance.frame_index)?)
        .bind(i64::from(instance.waveform))
        .bind(to_json(&instance.fallback)?)
        .bind(arrival.blob.hash.as_str())
        .bind(arrival.content.as_str())
        .bind(bytes(arrival.blob.size))
        .bind(bytes(arrival.blob.data_offset))
        .bind(channel(arrival.source.channel))
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn insert_copy(
    tx: &mut Tx,
    alliance: &AllianceId,
    instance_id: &str,
    filing: Filing,
    arrival: &Arrival,
) -> Result<()> {
    let (id, now) = (tx.new_id(), tx.now.0);
    let instance = &arrival.facts.instance;
    let filing = if filing == Filing::Alternate { "alternate" } else { "conflict" };
    sqlx::query(INSERT_COPY)
        .bind(id)
        .bind(alliance.as_str())
        .bind(instance_id)
        .bind(filing)
        .bind(arrival.facts.series.uid.as_str())
        .bind(instance.class.as_str())
        .bind(instance.transfer_syntax.as_str())
        .bind(i64::from(instance.rows))
        .bind(i64::from(instance.columns))
        .bind(i64::from(instance.frames))
        .bind(to_json(&instance.frame_index)?)
        .bind(arrival.blob.hash.as_str())
        .bind(arrival.content.as_str())
        .bind(bytes(arrival.blob.size))
        .bind(bytes(arrival.blob.data_offset))
        .bind(channel(arrival.source.channel))
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Brings what is counted and summed up in the rows of a study and its series up to date; answers the new version.
pub async fn count(tx: &mut Tx, study: &StudyId) -> Result<i64> {
    let now = tx.now.0;
    sqlx::query(COUNT_SERIES).bind(study.as_str()).execute(tx.conn()).await?;
    let rows = sqlx::query(MODALITIES).bind(study.as_str()).fetch_all(tx.conn()).await?;
    let mut modalities: Vec<String> = Vec::with_capacity(rows.len());
    for row in &rows {
        modalities.push(row.try_get(0)?);
    }
    let row = sqlx::query(COUNT_STUDY)
        .bind(study.as_str())
        .bind(rules::modalities_text(modalities.iter().map(String::as_str)))
        .bind(now)
        .fetch_one(tx.conn())
        .await?;
    Ok(row.try_get(0)?)
}

pub async fn insert_refused(tx: &mut Tx, alliance: &AllianceId, refused: &Refused) -> Result<String> {
    let (id, now) = (tx.new_id(), tx.now.0);
    sqlx::query(INSERT_REFUSED)
        .bind(id.as_str())
        .bind(alliance.as_str())
        .bind(refused.source.organisation.as_str())
        .bind(channel(refused.source.channel))
        .bind(refused.source.ae_title.as_deref())
        .bind(refused.code)
        .bind(refused.blob.as_ref().map(|h| h.as_str().to_owned()))
        .bind(bytes(refused.size))
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(id)
}

fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Upload => "upload",
        Channel::Stow => "stow",
        Channel::Dimse => "dimse",
        Channel::Import => "import",
    }
}

fn bytes(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

const INSTANCES: &str = "SELECT i.id, i.instance_uid, r.series_uid, i.hash, i.content, r.id FROM instance i JOIN series r ON r.id = i.series_id \
     WHERE i.study_id = $1";
const INSTANCE_OF: &str = "SELECT id, content FROM instance WHERE study_id = $1 AND instance_uid = $2";
const SERIES_OF: &str = "SELECT id FROM series WHERE study_id = $1 AND series_uid = $2";
const MOVE_SERIES: &str = "UPDATE series SET study_id = $2 WHERE id = $1";
const MOVE_INSTANCE: &str = "UPDATE instance SET study_id = $2, series_id = $3 WHERE id = $1";
const MOVE_COPIES: &str = "UPDATE instance_copy SET instance_id = $2 WHERE instance_id = $1 AND NOT EXISTS \
     (SELECT 1 FROM instance_copy o WHERE o.instance_id = $2 AND o.hash = instance_copy.hash) \
     AND NOT EXISTS (SELECT 1 FROM instance i WHERE i.id = $2 AND i.hash = instance_copy.hash)";
const INSTANCE_AS_COPY: &str = "INSERT INTO instance_copy (id, alliance_id, instance_id, filing, series_uid, class_uid, transfer_syntax, pixel_rows, \
     pixel_columns, frames, frame_index, hash, content, size, data_offset, channel, received_at) \
     SELECT $1, i.alliance_id, $2, $3, r.series_uid, i.class_uid, i.transfer_syntax, i.pixel_rows, i.pixel_columns, i.frames, i.frame_index, \
     i.hash, i.content, i.size, i.data_offset, i.channel, i.received_at FROM instance i JOIN series r ON r.id = i.series_id WHERE i.id = $4 \
     AND NOT EXISTS (SELECT 1 FROM instance o WHERE o.id = $2 AND o.hash = i.hash) \
     ON CONFLICT (alliance_id, instance_id, hash) DO NOTHING";
const DROP_COPIES: &str = "DELETE FROM instance_copy WHERE instance_id = $1";
const DROP_INSTANCE: &str = "DELETE FROM instance WHERE id = $1";
const DROP_SERIES: &str = "DELETE FROM series WHERE study_id = $1";
const DROP_STUDY: &str = "DELETE FROM study WHERE id = $1";

/// An instance of a study that is to become part of another.
pub struct Moving {
    pub id: String,
    pub instance_uid: String,
    pub series_id: String,
    pub series_uid: String,
    pub content: String,
}

pub async fn instances(conn: &mut Conn, study: &StudyId) -> Result<Vec<Moving>> {
    let rows = sqlx::query(INSTANCES).bind(study.as_str()).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Ok(Moving {
                id: row.try_get(0)?,
                instance_uid: row.try_get(1)?,
                series_uid: row.try_get(2)?,
                content: row.try_get(4)?,
                series_id: row.try_get(5)?,
            })
        })
        .collect()
}

/// The row and the content digest of the instance of that UID.
pub async fn instance_of(
    conn: &mut Conn,
    study: &StudyId,
    instance_uid: &str,
) -> Result<Option<(String, String)>> {
    let row = sqlx::query(INSTANCE_OF).bind(study.as_str()).bind(instance_uid).fetch_optional(conn).await?;
    row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose()
}

pub async fn series_of(conn: &mut Conn, study: &StudyId, series_uid: &str) -> Result<Option<String>> {
    let row = sqlx::query(SERIES_OF).bind(study.as_str()).bind(series_uid).fetch_optional(conn).await?;
    row.map(|row| Ok(row.try_get(0)?)).transpose()
}

pub async fn move_series(tx: &mut Tx, series: &str, study: &StudyId) -> Result<()> {
    sqlx::query(MOVE_SERIES).bind(series).bind(study.as_str()).execute(tx.conn()).await?;
    Ok(())
}

pub async fn move_instance(tx: &mut Tx, instance: &str, study: &StudyId, series: &str) -> Result<()> {
    sqlx::query(MOVE_INSTANCE).bind(instance).bind(study.as_str()).bind(series).execute(tx.conn()).await?;
    Ok(())
}

/// Makes an instance, with its copies, copies of another one under the same UID.
pub async fn demote_instance(tx: &mut Tx, instance: &str, under: &str, filing: Filing) -> Result<()> {
    let id = tx.new_id();
    let filing = if filing == Filing::Alternate { "alternate" } else { "conflict" };
    sqlx::query(INSTANCE_AS_COPY).bind(id).bind(under).bind(filing).bind(instance).execute(tx.conn()).await?;
    sqlx::query(MOVE_COPIES).bind(instance).bind(under).execute(tx.conn()).await?;
    sqlx::query(DROP_COPIES).bind(instance).execute(tx.conn()).await?;
    sqlx::query(DROP_INSTANCE).bind(instance).execute(tx.conn()).await?;
    Ok(())
}

pub async fn drop_study(tx: &mut Tx, study: &StudyId) -> Result<()> {
    sqlx::query(DROP_SERIES).bind(study.as_str()).execute(tx.conn()).await?;
    sqlx::query(DROP_STUDY).bind(study.as_str()).execute(tx.conn()).await?;
    Ok(())
}
