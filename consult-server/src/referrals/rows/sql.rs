//! Statements on legs as rows of lists: boxes, a case's, a patient's, and how many wait. Decides nothing.

use crate::db::Conn;
use crate::db::list::{self, ids};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, CaseId, DepartmentId, LegId, OrganisationId, PatientId, PersonId};
use crate::referrals::rules::narrowing::Narrow;
use crate::referrals::{Direction, LegCounts, LegRow, LegState, LegUrgency, Transport};
use crate::refs::{DepartmentRef, OrganisationRef, Owed, PatientRef, PersonRef, age};
use crate::time::Timestamp;
use sqlx::Row as _;

const COUNTS: &str = "SELECT CASE WHEN from_organisation_id = $1 THEN 'sent' ELSE 'incoming' END AS side, COUNT(*) FROM leg \
     WHERE owed_organisation_id = $1 AND alliance_id = $2 AND owed_duty IS NOT NULL GROUP BY 1";

/// Beside box and states, `rules::narrowing`; an empty text or 0 stands for all.
macro_rules! narrowed {
    () => {
        "AND ($8 = '' OR $8 LIKE '%,' || l.urgency || ',%') AND ($9 = '' OR l.direction = $9) AND ($10 = '' OR l.to_department_id = $10) \
         AND ($11 = '' OR l.from_organisation_id = $11) AND ($12 = 0 OR l.owed_due_at < $12) AND ($13 = '' OR l.owner_id = $13) \
         AND ($14 = '' OR p.name_search LIKE $14 ESCAPE '\\' OR LOWER(c.number || '-' || l.ordinal) LIKE $15 ESCAPE '\\' OR LOWER(l.complaint) LIKE $15 ESCAPE '\\') "
    };
}

macro_rules! rows {
    ($($rest:expr),+) => {
        concat!(
            "SELECT l.id, l.version, c.number, l.ordinal, l.case_id, p.id, p.name, p.sex, p.birth_date, l.direction, l.urgency, l.state, \
             l.transport, f.id, f.name, a.id, a.name, t.id, t.name, d.id, d.name, w.id, w.name, l.owed_party, q.id, q.name, l.owed_duty, \
             l.owed_due_at, l.complaint, l.submitted_at, l.updated_at, \
             CASE WHEN l.submitted_at IS NOT NULL AND COALESCE(r.version, 0) < l.version THEN 1 ELSE 0 END, l.sort_due, l.owed_organisation_id, l.urges \
             FROM leg l JOIN referral_case c ON c.id = l.case_id JOIN patient p ON p.id = l.patient_id \
             JOIN organisation f ON f.id = l.from_organisation_id JOIN person a ON a.id = l.author_id \
             LEFT JOIN organisation t ON t.id = l.to_organisation_id LEFT JOIN department d ON d.id = l.to_department_id \
             LEFT JOIN person w ON w.id = l.owner_id LEFT JOIN person q ON q.id = l.owed_person_id AND q.left_at IS NULL \
             LEFT JOIN leg_read r ON r.leg_id = l.id AND r.person_id = $1 WHERE l.alliance_id = $2 ",
            $($rest),+
        )
    };
}
const SEVERAL: &str = concat!(ids!("$3"), rows!("AND l.id IN (SELECT ids.id FROM ids)"));
const OF_CASE: &str = rows!("AND l.case_id = $3 ORDER BY l.ordinal");
/// What is due first stands first; what waits for nobody follows, the newest first.
const INCOMING: &str = rows!(
    "AND l.to_organisation_id = $3 AND l.submitted_at IS NOT NULL AND ($4 = '' OR $4 LIKE '%,' || l.state || ',%') \
     AND (l.sort_due > $5 OR (l.sort_due = $5 AND l.id < $6)) ",
    narrowed!(),
    "ORDER BY l.sort_due, l.id DESC LIMIT $7"
);
const SENT: &str = rows!(
    "AND l.from_organisation_id = $3 AND ($4 = '' OR $4 LIKE '%,' || l.state || ',%') \
     AND (l.updated_at < $5 OR (l.updated_at = $5 AND l.id < $6)) ",
    narrowed!(),
    "ORDER BY l.updated_at DESC, l.id DESC LIMIT $7"
);
const ALL: &str = rows!(
    "AND (l.from_organisation_id = $3 OR (l.submitted_at IS NOT NULL AND l.to_organisation_id = $3)) \
     AND ($4 = '' OR $4 LIKE '%,' || l.state || ',%') \
     AND (l.updated_at < $5 OR (l.updated_at = $5 AND l.id < $6)) ",
    narrowed!(),
    "ORDER BY l.updated_at DESC, l.id DESC LIMIT $7"
);
/// As `ALL`, with the organisations below.
const OVERSEEN: &str = rows!(
    "AND (l.from_organisation_id = $3 OR (l.submitted_at IS NOT NULL AND EXISTS (WITH RECURSIVE mine (id) AS (SELECT o.id FROM organisation o \
     WHERE o.id = $3 UNION SELECT o.id FROM organisation o JOIN mine m ON o.parent_id = m.id) \
     SELECT 1 FROM mine WHERE mine.id = l.from_organisation_id OR mine.id = l.to_organisation_id))) \
     AND ($4 = '' OR $4 LIKE '%,' || l.state || ',%') \
     AND (l.updated_at < $5 OR (l.updated_at = $5 AND l.id < $6)) ",
    narrowed!(),
    "ORDER BY l.updated_at DESC, l.id DESC LIMIT $7"
);
/// The legs of a patient that an organisation sent or received.
const OF_PATIENT: &str = rows!(
    "AND (l.from_organisation_id = $3 OR (l.submitted_at IS NOT NULL AND l.to_organisation_id = $3)) AND l.patient_id = $4 \
     ORDER BY l.updated_at DESC, l.id DESC LIMIT $5"
);
/// The same for somebody who broke the glass: all but others' drafts.
const ALL_OF_PATIENT: &str = rows!(
    "AND (l.from_organisation_id = $3 OR l.submitted_at IS NOT NULL) AND l.patient_id = $4 \
     ORDER BY l.updated_at DESC, l.id DESC LIMIT $5"
);

/// Who looks, at whose legs.
#[derive(Clone, Copy)]
pub struct Viewer<'a> {
    pub alliance: &'a AllianceId,
    pub organisation: &'a OrganisationId,
    pub person: &'a PersonId,
    pub today: jiff::civil::Date,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegBox {
    Incoming,
    Sent,
    All,
    /// All, with the organisations below.
    Overseen,
}

/// Where a page begins: the sort key and the id of the row before it.
pub type Cursor = (i64, String);

/// A page of rows, each with its sort key. `states` as `rules::states` writes them.
pub async fn list(
    conn: &mut Conn,
    viewer: Viewer<'_>,
    which: LegBox,
    states: &str,
    narrow: &Narrow,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<(LegRow, i64)>> {
    let (statement, first) = match which {
        LegBox::Incoming => (INCOMING, i64::MIN),
        LegBox::Sent => (SENT, i64::MAX),
        LegBox::All => (ALL, i64::MAX),
        LegBox::Overseen => (OVERSEEN, i64::MAX),
    };
    let (key, id) = after.unwrap_or((first, String::new()));
    let rows = sqlx::query(statement)
        .bind(viewer.person.as_str())
        .bind(viewer.alliance.as_str())
        .bind(viewer.organisation.as_str())
        .bind(states)
        .bind(key)
        .bind(id)
        .bind(limit)
        .bind(&narrow.urgencies)
        .bind(narrow.direction)
        .bind(narrow.department.as_deref().unwrap_or_default())
        .bind(narrow.from.as_deref().unwrap_or_default())
        .bind(narrow.due_before)
        .bind(narrow.owner.as_deref().unwrap_or_default())
        .bind(&narrow.name)
        .bind(&narrow.words)
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            let shown = leg_row(row, viewer.today)?;
            let key = if which == LegBox::Incoming { row.try_get(32)? } else { shown.updated_at.0 };
            Ok((shown, key))
        })
        .collect()
}

/// Several legs as rows, in no order; whether the viewer may see them is asked before.
pub async fn several(conn: &mut Conn, viewer: Viewer<'_>, ids: &[&str]) -> Result<Vec<LegRow>> {
    let rows = sqlx::query(SEVERAL)
        .bind(viewer.person.as_str())
        .bind(viewer.alliance.as_str())
        .bind(list::of(ids.iter().copied()))
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| leg_row(row, viewer.today)).collect()
}

/// The rows of every leg of a case, in their order.
pub async fn rows_of(conn: &mut Conn, viewer: Viewer<'_>, case: &CaseId) -> Result<Vec<LegRow>> {
    let rows = sqlx::query(OF_CASE)
        .bind(viewer.person.as_str())
        .bind(viewer.alliance.as_str())
        .bind(case.as_str())
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| leg_row(row, viewer.today)).collect()
}

/// The legs about a patient, what changed last first.
pub async fn of_patient(
    conn: &mut Conn,
    viewer: Viewer<'_>,
    patient: &PatientId,
    is_glass_broken: bool,
    limit: i64,
) -> Result<Vec<LegRow>> {
    let rows = sqlx::query(if is_glass_broken { ALL_OF_PATIENT } else { OF_PATIENT })
        .bind(viewer.person.as_str())
        .bind(viewer.alliance.as_str())
        .bind(viewer.organisation.as_str())
        .bind(patient.as_str())
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| leg_row(row, viewer.today)).collect()
}

/// In how many legs the organisation owes the next step.
pub async fn counts(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
) -> Result<LegCounts> {
    let mut counts = LegCounts::default();
    let rows =
        sqlx::query(COUNTS).bind(organisation.as_str()).bind(alliance.as_str()).fetch_all(conn).await?;
    for row in rows {
        let count = row.try_get(1)?;
        match row.try_get::<String, _>(0)?.as_str() {
            "incoming" => counts.incoming = count,
            _ => counts.sent = count,
        }
    }
    Ok(counts)
}

fn leg_row(row: &sqlx::any::AnyRow, today: jiff::civil::Date) -> Result<LegRow> {
    let id: String = row.try_get(0)?;
    let birth_date: Option<String> = row.try_get(8)?;
    let from = OrganisationRef {
        id: OrganisationId::trusted(row.try_get::<String, _>(13)?),
        name: row.try_get(14)?,
    };
    let to = match (row.try_get::<Option<String>, _>(17)?, row.try_get::<Option<String>, _>(18)?) {
        (Some(id), Some(name)) => Some(OrganisationRef { id: OrganisationId::trusted(id), name }),
        (_, _) => None,
    };
    let person = |at: usize, organisation: Option<&OrganisationRef>| -> Result<Option<PersonRef>> {
        let (id, name): (Option<String>, Option<String>) = (row.try_get(at)?, row.try_get(at + 1)?);
        Ok(match (id, name, organisation) {
            (Some(id), Some(name), Some(organisation)) => {
                Some(PersonRef { id: PersonId::trusted(id), name, organisation: organisation.clone() })
            }
            (_, _, _) => None,
        })
    };
    let owed = match (row.try_get::<Option<String>, _>(23)?, row.try_get::<Option<String>, _>(26)?) {
        (Some(party), Some(duty)) => {
            let owing: Option<String> = row.try_get(33)?;
            let is_sender = owing.as_deref() == Some(from.id.as_str());
            let organisation = if is_sender { Some(&from) } else { to.as_ref() };
            let due_at = row.try_get::<Option<i64>, _>(27)?.map(Timestamp);
            organisation
                .map(|organisation| {
                    let person = person(24, Some(organisation))?;
                    Ok::<_, Refusal>(Owed { party, organisation: organisation.clone(), person, duty, due_at })
                })
                .transpose()?
        }
        (_, _) => None,
    };
    Ok(LegRow {
        version: row.try_get(1)?,
        number: format!("{}-{}", row.try_get::<String, _>(2)?, row.try_get::<i64, _>(3)?),
        case_id: CaseId::trusted(row.try_get::<String, _>(4)?),
        patient: PatientRef {
            id: PatientId::trusted(row.try_get::<String, _>(5)?),
            name: row.try_get(6)?,
            sex: row.try_get(7)?,
            age: birth_date.as_deref().and_then(|born| age(born, today)),
            birth_date,
        },
        direction: Direction(code(row, 9, referral::Direction::parse)?),
        urgency: LegUrgency(code(row, 10, referral::Urgency::parse)?),
        state: LegState(code(row, 11, referral::StateCode::parse)?),
        transport: Transport(code(row, 12, referral::TransportCode::parse)?),
        sender: person(15, Some(&from))?
            .ok_or_else(|| Refusal::internal(format!("leg {id} has no author")))?,
        to_department: match (row.try_get::<Option<String>, _>(19)?, row.try_get::<Option<String>, _>(20)?) {
            (Some(id), Some(name)) => Some(DepartmentRef { id: DepartmentId::trusted(id), name }),
            (_, _) => None,
        },
        owner: person(21, to.as_ref())?,
        owed,
        complaint: row.try_get(28)?,
        submitted_at: row.try_get::<Option<i64>, _>(29)?.map(Timestamp),
        updated_at: Timestamp(row.try_get(30)?),
        unread: row.try_get::<i64, _>(31)? != 0,
        urged: row.try_get(34)?,
        receipts: None,
        from,
        to,
        id: LegId::trusted(id),
    })
}

fn code<T>(row: &sqlx::any::AnyRow, at: usize, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
    let text: String = row.try_get(at)?;
    parse(&text).ok_or_else(|| Refusal::internal(format!("column {at} of a leg holds no known code")))
}
