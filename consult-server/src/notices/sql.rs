//! Statements on notices. Decides nothing.

use super::recipients::{House, Sides};
use super::{Notice, NoticePatient, SubjectRef, preferences::Class};
use crate::access::{Caller, Role};
use crate::db::outbox::Entry;
use crate::db::{Conn, Tx, from_json};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, DepartmentId, OrganisationId, PatientId, PersonId};
use crate::time::Timestamp;
use sqlx::Row as _;

const INSERT: &str = "INSERT INTO notice (id, alliance_id, person_id, kind, subject_kind, subject_id, patient_id, payload, created_at, class) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING seq";
/// The name of a patient whom the reader's organisation may no longer see is not told.
macro_rules! newest_first {
    ($which:literal) => {
        concat!(
            "SELECT n.seq, n.id, n.person_id, n.kind, n.subject_kind, n.subject_id, n.payload, n.created_at, n.read_at, p.id, p.name, n.class \
             FROM notice n LEFT JOIN patient p ON p.id = n.patient_id AND EXISTS (SELECT 1 FROM access_grant g WHERE g.patient_id = p.id \
             AND g.organisation_id = $3 AND g.person_id IS NULL AND (g.ends_at IS NULL OR g.ends_at > $4)) \
             WHERE n.person_id = $1 AND n.seq < $2 ",
            $which,
            "ORDER BY n.seq DESC LIMIT $5"
        )
    };
}
const LIST: &str = newest_first!("");
const LIST_UNREAD: &str = newest_first!("AND n.read_at IS NULL ");
const UNREAD: &str = "SELECT COUNT(*) FROM notice WHERE person_id = $1 AND read_at IS NULL";
const MARK_READ: &str = "UPDATE notice SET read_at = $1 WHERE id = $2 AND person_id = $3 AND read_at IS NULL";
/// Those that were there when the reader looked, not those that came meanwhile.
const MARK_ALL_READ: &str = "UPDATE notice SET read_at = $1 WHERE person_id = $2 AND read_at IS NULL AND seq <= (SELECT seq FROM notice WHERE id = $3 AND person_id = $2)";
const URGENCY_OF_LEG: &str = "SELECT urgency FROM leg WHERE id = $1";
const URGENCY_OF_CONSULT: &str = "SELECT urgency FROM consult WHERE id = $1";
/// Both sides in one row: who asked, of which house; the house, department and person asked.
const SIDES_OF_LEG: &str = "SELECT from_organisation_id, author_id, to_organisation_id, to_department_id, owner_id FROM leg WHERE id = $1";
const SIDES_OF_CONSULT: &str = "SELECT requester_organisation_id, requester_id, invited_organisation_id, invited_department_id, assignee_id \
     FROM consult WHERE id = $1";
const ORGANISATION_OF_AUTHOR: &str = "SELECT organisation_id FROM event WHERE id = $1";
/// An empty department stands for the whole house.
const HOLDERS: &str = "SELECT DISTINCT x.person_id FROM position x JOIN person p ON p.id = x.person_id WHERE x.organisation_id = $1 AND x.role = $2 \
     AND p.kind = 'human' AND x.valid_from <= $3 AND (x.valid_until IS NULL OR x.valid_until > $3) AND ($4 = '' OR x.department_id = $4) \
     ORDER BY x.person_id LIMIT $5";
const ALLIANCE: &str = "SELECT name FROM alliance WHERE id = $1";
const EXISTS: &str = "SELECT 1 FROM notice WHERE id = $1 AND person_id = $2";

pub async fn insert(tx: &mut Tx, person: &PersonId, entry: &Entry, class: Class) -> Result<Notice> {
    let (id, now) = (tx.new_id(), tx.now);
    let row = sqlx::query(INSERT)
        .bind(id.as_str())
        .bind(entry.alliance.as_str())
        .bind(person.as_str())
        .bind(entry.kind.as_str())
        .bind(entry.subject_kind.as_str())
        .bind(entry.subject_id.as_str())
        .bind(entry.patient.as_ref().map(|p| p.as_str().to_owned()))
        .bind(entry.payload.to_string())
        .bind(now.0)
        .bind(class.as_str())
        .fetch_one(tx.conn())
        .await?;
    Ok(Notice {
        id,
        seq: row.try_get(0)?,
        person: person.clone(),
        r#type: entry.kind.clone(),
        class,
        subject: SubjectRef { kind: entry.subject_kind.clone(), id: entry.subject_id.clone() },
        patient: None,
        payload: entry.payload.clone(),
        created_at: now,
        read_at: None,
    })
}

pub async fn list(
    conn: &mut Conn,
    reader: &Caller,
    now: Timestamp,
    before: i64,
    unread_only: bool,
    limit: i64,
) -> Result<Vec<Notice>> {
    let rows = sqlx::query(if unread_only { LIST_UNREAD } else { LIST })
        .bind(reader.person.as_str())
        .bind(before)
        .bind(reader.organisation.as_str())
        .bind(now.0)
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Notice {
                seq: row.try_get(0)?,
                id: row.try_get(1)?,
                person: PersonId::trusted(row.try_get::<String, _>(2)?),
                r#type: row.try_get(3)?,
                class: Class::parse(&row.try_get::<String, _>(11)?)
                    .ok_or_else(|| Refusal::internal("a notice has no known class"))?,
                subject: SubjectRef { kind: row.try_get(4)?, id: row.try_get(5)? },
                patient: match (row.try_get::<Option<String>, _>(9)?, row.try_get(10)?) {
                    // Whoever watches over access is not shown whom it is about.
                    (Some(id), Some(name)) if reader.role.is_clinical() => {
                        Some(NoticePatient { id: PatientId::trusted(id), name })
                    }
                    (Some(_) | None, Some(_) | None) => None,
                },
                payload: from_json(&row.try_get::<String, _>(6)?)?,
                created_at: Timestamp(row.try_get(7)?),
                read_at: row.try_get::<Option<i64>, _>(8)?.map(Timestamp),
            })
        })
        .collect()
}

pub async fn unread(conn: &mut Conn, person: &PersonId) -> Result<i64> {
    Ok(sqlx::query(UNREAD).bind(person.as_str()).fetch_one(conn).await?.try_get(0)?)
}

/// Marks a notice read once; `false` when there is no such notice of that person.
pub async fn mark_read(tx: &mut Tx, person: &PersonId, id: &str) -> Result<bool> {
    let now = tx.now.0;
    sqlx::query(MARK_READ).bind(now).bind(id).bind(person.as_str()).execute(tx.conn()).await?;
    Ok(sqlx::query(EXISTS).bind(id).bind(person.as_str()).fetch_optional(tx.conn()).await?.is_some())
}

/// Marks everything read up to a notice, with it; `false` when it is not one of that person.
pub async fn mark_all_read(tx: &mut Tx, person: &PersonId, up_to: &str) -> Result<bool> {
    let now = tx.now.0;
    sqlx::query(MARK_ALL_READ).bind(now).bind(person.as_str()).bind(up_to).execute(tx.conn()).await?;
    Ok(sqlx::query(EXISTS).bind(up_to).bind(person.as_str()).fetch_optional(tx.conn()).await?.is_some())
}

/// How urgent the thing is that an entry tells of; none for what knows no urgency.
pub async fn urgency(conn: &mut Conn, entry: &Entry) -> Result<Option<String>> {
    let statement = match entry.subject_kind.as_str() {
        // A conversation has the id of its leg.
        "leg" | "thread" => URGENCY_OF_LEG,
        "consult" => URGENCY_OF_CONSULT,
        _ => return Ok(None),
    };
    let row = sqlx::query(statement).bind(entry.subject_id.as_str()).fetch_optional(conn).await?;
    row.map(|row| Ok(row.try_get(0)?)).transpose()
}

/// The two sides of the leg or the consult that an entry is about; none of anything else.
pub async fn sides(conn: &mut Conn, entry: &Entry) -> Result<Option<Sides>> {
    let (statement, has_desk) = match entry.subject_kind.as_str() {
        "leg" => (SIDES_OF_LEG, true),
        "consult" => (SIDES_OF_CONSULT, false),
        _ => return Ok(None),
    };
    let row = sqlx::query(statement).bind(entry.subject_id.as_str()).fetch_optional(conn).await?;
    let Some(row) = row else { return Ok(None) };
    let text = |at: usize| -> Result<Option<String>> { Ok(row.try_get(at)?) };
    let asking = House {
        organisation: OrganisationId::trusted(row.try_get::<String, _>(0)?),
        department: None,
        person: text(1)?.map(PersonId::trusted),
        has_desk,
    };
    let (department, person) = (text(3)?.map(DepartmentId::trusted), text(4)?.map(PersonId::trusted));
    let asked =
        text(2)?.map(|id| House { organisation: OrganisationId::trusted(id), department, person, has_desk });
    Ok(Some(Sides { asking, asked }))
}

/// For which organisation the author of an entry acted; none where the system did.
pub async fn organisation_of_author(conn: &mut Conn, entry: &Entry) -> Result<Option<OrganisationId>> {
    let row = sqlx::query(ORGANISATION_OF_AUTHOR).bind(entry.event_id.as_str()).fetch_optional(conn).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(row.try_get::<Option<String>, _>(0)?.map(OrganisationId::trusted))
}

/// So many at most of those who hold a role now, in a department or in the whole house.
pub async fn holders(
    conn: &mut Conn,
    organisation: &OrganisationId,
    department: Option<&DepartmentId>,
    role: Role,
    now: Timestamp,
    most: usize,
) -> Result<Vec<PersonId>> {
    let rows = sqlx::query(HOLDERS)
        .bind(organisation.as_str())
        .bind(role.as_str())
        .bind(now.0)
        .bind(department.map_or("", |department| department.as_str()))
        .bind(i64::try_from(most).map_err(Refusal::internal)?)
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| Ok(PersonId::trusted(row.try_get::<String, _>(0)?))).collect()
}

pub async fn alliance_name(conn: &mut Conn, alliance: &AllianceId) -> Result<String> {
    Ok(sqlx::query(ALLIANCE).bind(alliance.as_str()).fetch_one(conn).await?.try_get(0)?)
}
