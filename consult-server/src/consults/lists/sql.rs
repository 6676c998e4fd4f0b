//! Statements that show consults as rows, in boxes and alone. Decides nothing.

use crate::access::Role;
use crate::consults::sql::{maybe_person, maybe_time, word};
use crate::consults::state::State;
use crate::consults::{ConsultBox, ConsultRow, ConsultType, Counts, Mode, Urgency};
use crate::db::Conn;
use crate::db::list::{self, ids};
use crate::error::Result;
use crate::ids::{AllianceId, ConsultId, OrganisationId, PatientId, PersonId};
use crate::refs::{OrganisationRef, Owed, PatientRef, PersonRef, age};
use crate::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

macro_rules! rows {
    () => {
        "SELECT c.id, c.version, c.number, c.kind, c.mode, c.urgency, c.state, c.question, c.submitted_at, c.updated_at, c.news_version, \
         p.id, p.name, p.sex, p.birth_date, r.id, r.name, ro.id, ro.name, io.id, io.name, a.id, a.name, \
         c.owed_party, oo.id, oo.name, op.id, op.name, c.owed_duty, c.due_at, s.version \
         FROM consult c JOIN patient p ON p.id = c.patient_id JOIN person r ON r.id = c.requester_id \
         JOIN organisation ro ON ro.id = c.requester_organisation_id JOIN organisation io ON io.id = c.invited_organisation_id \
         LEFT JOIN person a ON a.id = c.assignee_id LEFT JOIN organisation oo ON oo.id = c.owed_organisation_id \
         LEFT JOIN person op ON op.id = c.owed_person_id AND op.left_at IS NULL LEFT JOIN consult_seen s ON s.consult_id = c.id AND s.person_id = $1 "
    };
}
/// What an organisation ($3) may see: what it asked for; what it was asked, while its grant lives; what it signed.
macro_rules! visible {
    () => {
        "WHERE c.alliance_id = $2 AND (c.requester_organisation_id = $3 OR (c.state <> 'draft' AND \
         ((c.invited_organisation_id = $3 AND c.signed_version IS NOT NULL) OR EXISTS (SELECT 1 FROM access_grant g \
         WHERE g.organisation_id = $3 AND g.subject_kind = 'consult' AND g.subject_id = c.id AND (g.ends_at IS NULL OR g.ends_at > $4))))) "
    };
}
/// The same for whom a missed deadline calls there: that consult too, as long as they are called.
macro_rules! visible_to_called {
    () => {
        "WHERE c.alliance_id = $2 AND (c.requester_organisation_id = $3 OR (c.state <> 'draft' AND \
         ((c.owed_party = 'manager' AND c.owed_organisation_id = $3) OR \
         (c.invited_organisation_id = $3 AND c.signed_version IS NOT NULL) OR EXISTS (SELECT 1 FROM access_grant g \
         WHERE g.organisation_id = $3 AND g.subject_kind = 'consult' AND g.subject_id = c.id AND (g.ends_at IS NULL OR g.ends_at > $4))))) "
    };
}
/// What a manager oversees: what an organisation of their part of the tree asked for or was asked.
macro_rules! overseen {
    () => {
        "WHERE c.alliance_id = $2 AND (c.requester_organisation_id = $3 OR (c.state <> 'draft' AND $4 = $4 AND EXISTS (WITH RECURSIVE mine (id) AS \
         (SELECT o.id FROM organisation o WHERE o.id = $3 UNION SELECT o.id FROM organisation o JOIN mine m ON o.parent_id = m.id) \
         SELECT 1 FROM mine WHERE mine.id = c.requester_organisation_id OR mine.id = c.invited_organisation_id))) "
    };
}
macro_rules! waiting {
    (requester) => {
        "AND c.requester_organisation_id = $3 AND c.state IN ('returned', 'info_requested', 'delivered', 'acknowledged') "
    };
    (specialist) => {
        "AND c.invited_organisation_id = $3 AND (c.state = 'quality_checked' OR (c.assignee_id = $1 AND \
         c.state IN ('assigned', 'reading', 'in_session', 'drafted'))) "
    };
    (coordinator) => {
        "AND ((c.invited_organisation_id = $3 AND c.state = 'submitted') OR (c.owed_party = 'manager' AND c.owed_organisation_id = $3)) "
    };
    (manager) => {
        "AND c.owed_party = 'manager' AND c.owed_organisation_id = $3 "
    };
    (nobody) => {
        "AND c.state = '' "
    };
}
macro_rules! started {
    () => {
        "AND (c.requester_id = $1 OR c.assignee_id = $1) "
    };
}
macro_rules! in_state {
    () => {
        "AND ($5 = '' OR c.state = $5) "
    };
}
/// What is due first comes first.
macro_rules! by_deadline {
    () => {
        "AND (c.due_at > $6 OR (c.due_at = $6 AND c.id > $7)) ORDER BY c.due_at, c.id LIMIT $8"
    };
}
/// What changed last comes first.
macro_rules! by_change {
    () => {
        "AND (c.updated_at < $6 OR (c.updated_at = $6 AND c.id < $7)) ORDER BY c.updated_at DESC, c.id DESC LIMIT $8"
    };
}
macro_rules! todo_list {
    ($visible:ident, $who:ident) => {
        concat!(rows!(), $visible!(), waiting!($who), in_state!(), by_deadline!())
    };
}
macro_rules! todo_count {
    ($visible:ident, $who:ident) => {
        concat!("SELECT COUNT(*) FROM consult c ", $visible!(), waiting!($who))
    };
}
const ONE: &str = concat!(rows!(), "WHERE c.id = $2");
const SEVERAL: &str = concat!(ids!("$2"), rows!(), "WHERE c.id IN (SELECT ids.id FROM ids)");
const ALL: &str = concat!(rows!(), visible!(), in_state!(), by_change!());
const ALL_OF_CALLED: &str = concat!(rows!(), visible_to_called!(), in_state!(), by_change!());
const OVERSEEN: &str = concat!(rows!(), overseen!(), in_state!(), by_change!());
const OF_PATIENT: &str =
    concat!(rows!(), visible!(), "AND c.patient_id = $5 ORDER BY c.updated_at DESC, c.id DESC LIMIT $6");
const ALL_OF_PATIENT: &str = concat!(
    rows!(),
    "WHERE c.alliance_id = $2 AND (c.requester_organisation_id = $3 OR c.state <> 'draft') AND c.patient_id = $4 \
     ORDER BY c.updated_at DESC, c.id DESC LIMIT $5"
);
const STARTED: &str = concat!(rows!(), visible!(), started!(), in_state!(), by_change!());
const COUNT_STARTED: &str = concat!("SELECT COUNT(*) FROM consult c ", visible!(), started!());

/// The list and the count of what waits for a position.
fn todo(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::VillageDoctor | Role::TownshipDoctor | Role::ReceivingDoctor | Role::FamilyDoctor => {
            (todo_list!(visible, requester), todo_count!(visible, requester))
        }
        Role::Specialist => (todo_list!(visible, specialist), todo_count!(visible, specialist)),
        Role::Coordinator => {
            (todo_list!(visible_to_called, coordinator), todo_count!(visible_to_called, coordinator))
        }
        Role::Manager => (todo_list!(visible_to_called, manager), todo_count!(visible_to_called, manager)),
        Role::ReferralDesk | Role::Administrator | Role::SecurityAdministrator | Role::Auditor => {
            (todo_list!(visible, nobody), todo_count!(visible, nobody))
        }
    }
}

/// Whose lists.
#[derive(Clone, Copy)]
pub struct Viewer<'a> {
    pub alliance: &'a AllianceId,
    pub person: &'a PersonId,
    pub organisation: &'a OrganisationId,
    pub role: Role,
    pub now: Timestamp,
    pub today: jiff::civil::Date,
}

/// Where a page begins: after this key and id.
pub struct PageStart {
    pub key: i64,
    pub id: String,
}

impl PageStart {
    pub fn first(list: ConsultBox) -> Self {
        match list {
            ConsultBox::Todo => Self { key: i64::MIN, id: String::new() },
            ConsultBox::Started | ConsultBox::All => Self { key: i64::MAX, id: String::new() },
        }
    }
}

pub async fn list(
    conn: &mut Conn,
    viewer: Viewer<'_>,
    list: ConsultBox,
    state: Option<State>,
    from: PageStart,
    limit: i64,
) -> Result<Vec<ConsultRow>> {
    let statement = match list {
        ConsultBox::Todo => todo(viewer.role).0,
        ConsultBox::Started => STARTED,
        ConsultBox::All if viewer.role == Role::Manager => OVERSEEN,
        ConsultBox::All if viewer.role == Role::Coordinator => ALL_OF_CALLED,
        ConsultBox::All => ALL,
    };
    let rows = sqlx::query(statement)
        .bind(viewer.person.as_str())
        .bind(viewer.alliance.as_str())
        .bind(viewer.organisation.as_str())
        .bind(viewer.now.0)
        .bind(state.map_or("", State::as_str))
        .bind(from.key)
        .bind(from.id)
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| consult_row(row, viewer.today)).collect()
}

/// The consults about a patient, what changed last first: those the viewer may see, or all but others' drafts for somebody
/// who broke the glass.
pub async fn of_patient(
    conn: &mut Conn,
    viewer: Viewer<'_>,
    patient: &PatientId,
    is_glass_broken: bool,
    limit: i64,
) -> Result<Vec<ConsultRow>> {
    let statement = sqlx::query(if is_glass_broken { ALL_OF_PATIENT } else { OF_PATIENT })
        .bind(viewer.person.as_str())
        .bind(viewer.alliance.as_str())
        .bind(viewer.organisation.as_str());
    let statement = if is_glass_broken { statement } else { statement.bind(viewer.now.0) };
    let rows = statement.bind(patient.as_str()).bind(limit).fetch_all(conn).await?;
    rows.iter().map(|row| consult_row(row, viewer.today)).collect()
}

/// How many wait for the caller, and how many the caller asked for or took.
pub async fn counts(conn: &mut Conn, viewer: Viewer<'_>) -> Result<Counts> {
    let todo = count(conn, todo(viewer.role).1, viewer).await?;
    let started = count(conn, COUNT_STARTED, viewer).await?;
    Ok(Counts { todo, started })
}

async fn count(conn: &mut Conn, statement: &'static str, viewer: Viewer<'_>) -> Result<i64> {
    let row = sqlx::query(statement)
        .bind(viewer.person.as_str())
        .bind(viewer.alliance.as_str())
        .bind(viewer.organisation.as_str())
        .bind(viewer.now.0)
        .fetch_one(conn)
        .await?;
    Ok(row.try_get(0)?)
}

/// One consult as a row, for whom it is shown.
pub async fn row(
    conn: &mut Conn,
    id: &ConsultId,
    person: &PersonId,
    today: jiff::civil::Date,
) -> Result<ConsultRow> {
    let row = sqlx::query(ONE).bind(person.as_str()).bind(id.as_str()).fetch_one(conn).await?;
    consult_row(&row, today)
}

/// Several consults as rows, in no order.
pub async fn several(
    conn: &mut Conn,
    ids: &[&str],
    person: &PersonId,
    today: jiff::civil::Date,
) -> Result<Vec<ConsultRow>> {
    let ids = list::of(ids.iter().copied());
    let rows = sqlx::query(SEVERAL).bind(person.as_str()).bind(ids).fetch_all(conn).await?;
    rows.iter().map(|row| consult_row(row, today)).collect()
}

fn consult_row(row: &AnyRow, today: jiff::civil::Date) -> Result<ConsultRow> {
    let birth_date: Option<String> = row.try_get(14)?;
    let invited = organisation(row, 19)?;
    let owed = match (row.try_get::<Option<String>, _>(23)?, row.try_get::<Option<String>, _>(28)?) {
        (Some(party), Some(duty)) => Some((party, duty, organisation(row, 24)?)),
        (Some(_) | None, Some(_) | None) => None,
    };
    Ok(ConsultRow {
        id: ConsultId::trusted(row.try_get::<String, _>(0)?),
        version: row.try_get(1)?,
        number: row.try_get(2)?,
        r#type: word(row, 3, ConsultType::parse)?,
        mode: word(row, 4, Mode::parse)?,
        urgency: word(row, 5, Urgency::parse)?,
        state: word(row, 6, State::parse)?,
        question: row.try_get(7)?,
        submitted_at: maybe_time(row, 8)?,
        updated_at: Timestamp(row.try_get(9)?),
        unread: row.try_get::<Option<i64>, _>(30)?.unwrap_or(0) < row.try_get::<i64, _>(10)?,
        patient: PatientRef {
            id: PatientId::trusted(row.try_get::<String, _>(11)?),
            name: row.try_get(12)?,
            sex: row.try_get(13)?,
            age: birth_date.as_deref().and_then(|b| age(b, today)),
            birth_date,
        },
        requester: PersonRef {
            id: PersonId::trusted(row.try_get::<String, _>(15)?),
            name: row.try_get(16)?,
            organisation: organisation(row, 17)?,
        },
        assignee: person(row, 21, &invited)?,
        owed: match owed {
            Some((party, duty, organisation)) => Some(Owed {
                party,
                person: person(row, 26, &organisation)?,
                organisation,
                duty,
                due_at: maybe_time(row, 29)?,
            }),
            None => None,
        },
        invited,
    })
}

fn organisation(row: &AnyRow, at: usize) -> Result<OrganisationRef> {
    Ok(OrganisationRef {
        id: OrganisationId::trusted(row.try_get::<String, _>(at)?),
        name: row.try_get(at + 1)?,
    })
}

fn person(row: &AnyRow, at: usize, organisation: &OrganisationRef) -> Result<Option<PersonRef>> {
    Ok(match maybe_person(row, at)? {
        Some(id) => Some(PersonRef { id, name: row.try_get(at + 1)?, organisation: organisation.clone() }),
        None => None,
    })
}
