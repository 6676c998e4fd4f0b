//! The statements behind QIDO and WADO: one for each level, narrowed by what a query says. Decides nothing; who sees what
//! is the condition `visible!`, and what of it is served `served!`.

use crate::db::{Conn, from_json};
use crate::error::{Refusal, Result};
use crate::ids::StudyId;
use crate::studies::rules::{any_of, modalities_of};
use crate::studies::sql::{Scope, blob, visible};
use imaging::header::{Date, InstanceFacts, PatientFacts, SeriesFacts, Sex, StudyFacts};
use imaging::index::{
    Copy, DateRange, InstanceQuery, InstanceRow, Page, Pattern, SeriesQuery, SeriesRow, StudyQuery, StudyRow,
};
use imaging::text::{NameQuery, PersonName};
use imaging::uid::{InstanceUid, SeriesUid, StudyUid};
use sqlx::Row as _;
use sqlx::any::AnyRow;

macro_rules! study_columns {
    () => {
        "s.study_uid, s.name, s.local_id, s.issuer, s.birth_date, s.sex, s.study_date, s.study_time, s.study_no, s.accession, s.description, \
         s.referring, s.modalities, s.series_count, s.instance_count"
    };
}
macro_rules! series_columns {
    () => {
        "r.series_uid, r.modality, r.series_no, r.description, r.body_part, r.series_date, r.series_time, r.instance_count"
    };
}
macro_rules! instance_columns {
    () => {
        "s.study_uid, r.series_uid, i.id, i.instance_uid, i.class_uid, i.instance_no, i.transfer_syntax, i.pixel_rows, i.pixel_columns, \
         i.bits_allocated, i.frames, i.frame_index, i.waveform, i.fallback, i.hash, i.size, i.data_offset, \
         (SELECT COUNT(*) FROM instance_copy c WHERE c.instance_id = i.id AND c.filing = 'alternate')"
    };
}
/// By its UID a study is asked for in one custody only: a patient's goes before what waits for its patient, so that images
/// of two people under one UID are never given out together.
macro_rules! served {
    () => {
        concat!(
            visible!("s"),
            "AND NOT EXISTS (SELECT 1 FROM study o WHERE o.alliance_id = s.alliance_id AND o.study_uid = s.study_uid AND ",
            visible!("o"),
            "AND (o.status < s.status OR (o.status = s.status AND o.id < s.id))) "
        )
    };
}
/// $1 alliance, $2 organisation, $3 now, $4 desk, $5 person, and $6–$20 what a study must be; empty texts match all.
macro_rules! study_is {
    () => {
        concat!(
            "s.alliance_id = $1 AND ",
            served!(),
            "AND ($6 = '' OR $6 LIKE '%|' || s.study_uid || '|%') \
             AND ($7 = '' OR LOWER(s.local_id) LIKE $7 ESCAPE '\\') \
             AND ($8 = '' OR s.name_folded LIKE $8 ESCAPE '\\' OR ($9 <> '' AND s.name_ideographs LIKE $9 ESCAPE '\\') \
                 OR ($10 <> '' AND s.name_pinyin LIKE $10 ESCAPE '\\') OR ($11 <> '' AND s.name_initials LIKE $11 ESCAPE '\\')) \
             AND ($12 = '' OR s.birth_date >= $12) AND ($13 = '' OR (s.birth_date <> '' AND s.birth_date <= $13)) \
             AND ($14 = '' OR s.study_date >= $14) AND ($15 = '' OR (s.study_date <> '' AND s.study_date <= $15)) \
             AND ($16 = '' OR LOWER(s.accession) LIKE $16 ESCAPE '\\') AND ($17 = '' OR LOWER(s.study_no) LIKE $17 ESCAPE '\\') \
             AND ($18 = '' OR LOWER(s.description) LIKE $18 ESCAPE '\\') AND ($19 = '' OR s.referring_search LIKE $19 ESCAPE '\\') \
             AND ($20 = '' OR EXISTS (SELECT 1 FROM series m WHERE m.study_id = s.id AND $20 LIKE '%|' || m.modality || '|%')) "
        )
    };
}
/// $21–$24 what a series must be.
macro_rules! series_is {
    () => {
        "AND ($21 = '' OR $21 LIKE '%|' || r.series_uid || '|%') AND ($22 = '' OR $22 LIKE '%|' || r.modality || '|%') \
         AND ($23 = '' OR CAST(r.series_no AS TEXT) = $23) AND ($24 = '' OR LOWER(r.description) LIKE $24 ESCAPE '\\') "
    };
}
const STUDIES: &str = concat!(
    "SELECT ",
    study_columns!(),
    " FROM study s WHERE ",
    study_is!(),
    "ORDER BY s.study_date DESC, s.study_uid, s.id LIMIT $21 OFFSET $22"
);
const SERIES: &str = concat!(
    "SELECT ",
    study_columns!(),
    ", ",
    series_columns!(),
    " FROM study s JOIN series r ON r.study_id = s.id WHERE ",
    study_is!(),
    series_is!(),
    "ORDER BY s.study_date DESC, s.study_uid, COALESCE(r.series_no, 2147483647), r.series_uid, s.id LIMIT $25 OFFSET $26"
);
const INSTANCES: &str = concat!(
    "SELECT ",
    instance_columns!(),
    " FROM study s JOIN series r ON r.study_id = s.id JOIN instance i ON i.series_id = r.id WHERE ",
    study_is!(),
    series_is!(),
    "AND ($25 = '' OR $25 LIKE '%|' || i.instance_uid || '|%') AND ($26 = '' OR $26 LIKE '%|' || i.class_uid || '|%') \
     AND ($27 = '' OR CAST(i.instance_no AS TEXT) = $27) \
     ORDER BY s.study_date DESC, s.study_uid, COALESCE(r.series_no, 2147483647), r.series_uid, \
     COALESCE(i.instance_no, 2147483647), i.instance_uid, i.id LIMIT $28 OFFSET $29"
);
const INSTANCE: &str = concat!(
    "SELECT ",
    instance_columns!(),
    " FROM instance i JOIN series r ON r.id = i.series_id JOIN study s ON s.id = i.study_id WHERE s.alliance_id = $1 AND ",
    served!(),
    "AND i.alliance_id = $1 AND i.instance_uid = $8 AND r.series_uid = $7 AND s.study_uid = $6 ORDER BY s.status, i.id LIMIT 1"
);
const BY_INSTANCE: &str = concat!(
    "SELECT ",
    instance_columns!(),
    ", s.id, s.name FROM instance i JOIN series r ON r.id = i.series_id JOIN study s ON s.id = i.study_id WHERE s.alliance_id = $1 AND ",
    served!(),
    "AND i.alliance_id = $1 AND i.instance_uid = $6 ORDER BY s.status, i.id LIMIT 1"
);
const STUDY_OF_UID: &str = concat!(
    "SELECT s.id FROM study s WHERE s.alliance_id = $1 AND s.study_uid = $6 AND ",
    served!(),
    "ORDER BY s.status, s.id"
);
const ALTERNATES: &str = "SELECT transfer_syntax, hash, size, data_offset, frame_index FROM instance_copy \
     WHERE instance_id = $1 AND filing = 'alternate' ORDER BY received_at, id";

type Statement = sqlx::query::Query<'static, sqlx::Any, sqlx::any::AnyArguments>;

fn seen_by(statement: &'static str, scope: &Scope) -> Statement {
    sqlx::query(statement)
        .bind(scope.alliance.as_str().to_owned())
        .bind(scope.organisation.as_str().to_owned())
        .bind(scope.now.0)
        .bind(i64::from(scope.desk))
        .bind(scope.person.as_str().to_owned())
}

fn study_keys(statement: Statement, query: &StudyQuery) -> Statement {
    let name = query.patient_name.as_ref().and_then(|key| NameQuery::new(&key.0));
    let or_empty = |text: Option<String>| text.unwrap_or_default();
    let (folded, ideographs, pinyin, initials) = match name {
        Some(name) => {
            (name.folded, or_empty(name.ideographs), or_empty(name.pinyin), or_empty(name.initials))
        }
        None => Default::default(),
    };
    let referring = query.referring.as_ref().and_then(|key| NameQuery::new(&key.0));
    let referring =
        referring.map_or_else(String::new, |key| format!("%|{}|%", key.ideographs.unwrap_or(key.folded)));
    let (born_from, born_to) = range(query.birth_date.as_ref());
    let (made_from, made_to) = range(query.study_date.as_ref());
    statement
        .bind(any_of(query.study_uids.iter().map(StudyUid::as_str)))
        .bind(like(query.patient_id.as_ref()))
        .bind(folded)
        .bind(ideographs)
        .bind(pinyin)
        .bind(initials)
        .bind(born_from)
        .bind(born_to)
        .bind(made_from)
        .bind(made_to)
        .bind(like(query.accession.as_ref()))
        .bind(like(query.study_id.as_ref()))
        .bind(like(query.description.as_ref()))
        .bind(referring)
        .bind(any_of(query.modalities.iter().map(String::as_str)))
}

fn series_keys(statement: Statement, query: &SeriesQuery) -> Statement {
    study_keys(statement, &query.study)
        .bind(any_of(query.series_uids.iter().map(SeriesUid::as_str)))
        .bind(any_of(query.modalities.iter().map(String::as_str)))
        .bind(query.number.map(|n| n.to_string()).unwrap_or_default())
        .bind(like(query.description.as_ref()))
}

fn paged(statement: Statement, page: Page) -> Statement {
    statement.bind(i64::from(page.limit)).bind(i64::from(page.offset))
}

/// Lower case on both sides: one engine's `LIKE` does not tell case apart, the other's does.
fn like(pattern: Option<&Pattern>) -> String {
    pattern.map(|p| p.to_like().to_lowercase()).unwrap_or_default()
}

fn range(range: Option<&DateRange>) -> (String, String) {
    let day = |date: Option<Date>| date.map(|d| d.to_string()).unwrap_or_default();
    range.map(|r| (day(r.from), day(r.to))).unwrap_or_default()
}

pub async fn studies(
    conn: &mut Conn,
    scope: &Scope,
    query: &StudyQuery,
    page: Page,
) -> Result<Vec<StudyRow>> {
    let statement = paged(study_keys(seen_by(STUDIES, scope), query), page);
    statement.fetch_all(conn).await?.iter().map(study_row).collect()
}

pub async fn series(
    conn: &mut Conn,
    scope: &Scope,
    query: &SeriesQuery,
    page: Page,
) -> Result<Vec<SeriesRow>> {
    let rows = paged(series_keys(seen_by(SERIES, scope), query), page).fetch_all(conn).await?;
    rows.iter().map(series_row).collect()
}

pub async fn instances(
    conn: &mut Conn,
    scope: &Scope,
    query: &InstanceQuery,
    page: Page,
) -> Result<Vec<InstanceRow>> {
    let statement = series_keys(seen_by(INSTANCES, scope), &query.series)
        .bind(any_of(query.instance_uids.iter().map(InstanceUid::as_str)))
        .bind(any_of(query.classes.iter().map(|c| c.as_str())))
        .bind(query.number.map(|n| n.to_string()).unwrap_or_default());
    let rows = paged(statement, page).fetch_all(&mut *conn).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        found.push(instance_row(conn, row).await?);
    }
    Ok(found)
}

pub async fn instance(
    conn: &mut Conn,
    scope: &Scope,
    study: &StudyUid,
    series: &SeriesUid,
    instance: &InstanceUid,
) -> Result<Option<InstanceRow>> {
    let statement = seen_by(INSTANCE, scope)
        .bind(study.as_str().to_owned())
        .bind(series.as_str().to_owned())
        .bind(instance.as_str().to_owned());
    match statement.fetch_optional(&mut *conn).await? {
        Some(row) => Ok(Some(instance_row(conn, &row).await?)),
        None => Ok(None),
    }
}

/// An instance by its own UID alone, with its study and the patient's name as the file says it.
pub async fn by_instance_uid(
    conn: &mut Conn,
    scope: &Scope,
    instance: &InstanceUid,
) -> Result<Option<(InstanceRow, StudyId, String)>> {
    let row =
        seen_by(BY_INSTANCE, scope).bind(instance.as_str().to_owned()).fetch_optional(&mut *conn).await?;
    let Some(row) = row else { return Ok(None) };
    let (study, name) = (StudyId::trusted(row.try_get::<String, _>(18)?), row.try_get(19)?);
    Ok(Some((instance_row(conn, &row).await?, study, name)))
}

/// The rows behind a study UID that this scope sees, for the audit trail.
pub async fn studies_of_uid(conn: &mut Conn, scope: &Scope, study: &StudyUid) -> Result<Vec<StudyId>> {
    let rows = seen_by(STUDY_OF_UID, scope).bind(study.as_str().to_owned()).fetch_all(conn).await?;
    rows.iter().map(|row| Ok(StudyId::trusted(row.try_get::<String, _>(0)?))).collect()
}

fn text(row: &AnyRow, at: usize) -> Result<String> {
    Ok(row.try_get(at)?)
}

fn count(row: &AnyRow, at: usize) -> Result<u32> {
    Ok(u32::try_from(row.try_get::<i64, _>(at)?).unwrap_or(u32::MAX))
}

/// A value that was checked when it came in.
fn uid<T: std::str::FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| Refusal::internal("an index row holds what is no UID"))
}

fn study_row(row: &AnyRow) -> Result<StudyRow> {
    let patient = PatientFacts {
        name: PersonName::parse(&text(row, 1)?),
        local_id: text(row, 2)?,
        issuer: text(row, 3)?,
        birth_date: Date::parse(&text(row, 4)?),
        sex: Sex::parse(&text(row, 5)?),
    };
    let study = StudyFacts {
        uid: uid(&text(row, 0)?)?,
        date: Date::parse(&text(row, 6)?),
        time: text(row, 7)?,
        id: text(row, 8)?,
        accession: text(row, 9)?,
        description: text(row, 10)?,
        referring: PersonName::parse(&text(row, 11)?),
    };
    let modalities = modalities_of(&text(row, 12)?);
    Ok(StudyRow { patient, study, modalities, series: count(row, 13)?, instances: count(row, 14)? })
}

fn series_row(row: &AnyRow) -> Result<SeriesRow> {
    let series = SeriesFacts {
        uid: uid(&text(row, 15)?)?,
        modality: text(row, 16)?,
        number: row.try_get(17)?,
        description: text(row, 18)?,
        body_part: text(row, 19)?,
        date: Date::parse(&text(row, 20)?),
        time: text(row, 21)?,
    };
    Ok(SeriesRow { study: study_row(row)?, series, instances: count(row, 22)? })
}

async fn instance_row(conn: &mut Conn, row: &AnyRow) -> Result<InstanceRow> {
    let facts = InstanceFacts {
        uid: uid(&text(row, 3)?)?,
        class: uid(&text(row, 4)?)?,
        number: row.try_get(5)?,
        transfer_syntax: uid(&text(row, 6)?)?,
        rows: count(row, 7)?,
        columns: count(row, 8)?,
        bits_allocated: u16::try_from(count(row, 9)?).unwrap_or(0),
        frames: count(row, 10)?,
        frame_index: from_json(&text(row, 11)?)?,
        waveform: row.try_get::<i64, _>(12)? != 0,
        fallback: from_json(&text(row, 13)?)?,
    };
    let mut alternates = Vec::new();
    if row.try_get::<i64, _>(17)? > 0 {
        for copy in sqlx::query(ALTERNATES).bind(text(row, 2)?).fetch_all(conn).await? {
            alternates.push(Copy {
                transfer_syntax: uid(&text(&copy, 0)?)?,
                blob: blob(text(&copy, 1)?, copy.try_get(2)?, copy.try_get(3)?)?,
                frame_index: from_json(&text(&copy, 4)?)?,
            });
        }
    }
    Ok(InstanceRow {
        study_uid: uid(&text(row, 0)?)?,
        series_uid: uid(&text(row, 1)?)?,
        instance: facts,
        blob: blob(text(row, 14)?, row.try_get(15)?, row.try_get(16)?)?,
        alternates,
    })
}
