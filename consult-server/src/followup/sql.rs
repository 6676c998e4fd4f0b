//! Statements on follow-ups. Decides nothing.

use super::rules::Which;
use super::{FollowUp, FollowUpAttempt, FollowUpCounts, FollowUpInput, FollowUpResult, FollowUpState};
use crate::access::Caller;
use crate::db::{Conn, Tx, changed_once, from_json, to_json};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, CaseId, FollowUpId, LegId, OrganisationId, PatientId, PersonId};
use crate::refs::{OrganisationRef, PatientRef, PersonRef, age};
use crate::time::Timestamp;
use jiff::civil::Date;
use sqlx::Row as _;
use sqlx::any::AnyRow;

const INSERT: &str = "INSERT INTO follow_up (id, alliance_id, version, case_id, leg_id, patient_id, organisation_id, diagnosis, task, due_on, state, \
     input_hash, planned_by, planned_by_organisation_id, created_at) \
     VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, 'planned', $10, $11, $12, $13)";
const TAKEN: &str = "SELECT input_hash, planned_by FROM follow_up WHERE id = $1";
const END: &str = "UPDATE follow_up SET version = version + 1, state = $3, result = $4, attempts = $5, reason = $6, ended_by = $7, \
     ended_by_organisation_id = $8, ended_at = $9 WHERE id = $1 AND version = $2";
const PLAN_ANEW: &str = "UPDATE follow_up SET version = version + 1, state = 'planned', due_on = $3, reason = $4, ended_by = NULL, \
     ended_by_organisation_id = NULL, ended_at = NULL WHERE id = $1 AND version = $2";
macro_rules! rows {
    ($rest:literal) => {
        concat!(
            "SELECT f.id, f.version, f.case_id, f.leg_id, c.number, l.ordinal, p.id, p.name, p.sex, p.birth_date, o.id, o.name, f.diagnosis, \
             f.task, f.due_on, f.state, f.result, f.attempts, f.reason, a.id, a.name, ao.id, ao.name, e.id, e.name, eo.id, eo.name, \
             f.ended_at, o.parent_id, l.version FROM follow_up f JOIN referral_case c ON c.id = f.case_id JOIN leg l ON l.id = f.leg_id \
             JOIN patient p ON p.id = f.patient_id JOIN organisation o ON o.id = f.organisation_id JOIN person a ON a.id = f.planned_by \
             JOIN organisation ao ON ao.id = f.planned_by_organisation_id LEFT JOIN person e ON e.id = f.ended_by \
             LEFT JOIN organisation eo ON eo.id = f.ended_by_organisation_id WHERE f.alliance_id = $1 ",
            $rest
        )
    };
}
const BY_ID: &str = rows!("AND f.id = $2");
const OF_LEG: &str = rows!("AND f.leg_id = $2 ORDER BY f.due_on, f.id");
const OF_PATIENT: &str = rows!("AND f.patient_id = $2 ORDER BY f.due_on DESC, f.id DESC LIMIT 200");
/// `$3`: 1 for a family doctor, who also looks after those of the clinics right below.
const SOONEST_FIRST: &str = rows!(
    "AND (f.organisation_id = $2 OR ($3 = 1 AND o.parent_id = $2)) AND ($4 = '' OR f.state = $4) AND f.due_on >= $5 AND f.due_on < $6 \
     AND (f.due_on > $7 OR (f.due_on = $7 AND f.id > $8)) ORDER BY f.due_on, f.id LIMIT $9"
);
const ENDED: &str = rows!(
    "AND (f.organisation_id = $2 OR ($3 = 1 AND o.parent_id = $2)) AND f.state <> 'planned' \
     AND (f.due_on < $4 OR (f.due_on = $4 AND f.id < $5)) ORDER BY f.due_on DESC, f.id DESC LIMIT $6"
);
const COUNTS: &str = "SELECT CASE WHEN f.due_on < $4 THEN 'overdue' WHEN f.due_on = $4 THEN 'today' ELSE 'later' END AS part, COUNT(*) \
     FROM follow_up f JOIN organisation o ON o.id = f.organisation_id WHERE f.alliance_id = $1 \
     AND (f.organisation_id = $2 OR ($3 = 1 AND o.parent_id = $2)) AND f.state = 'planned' GROUP BY 1";
const NAMED: &str = "SELECT id, name FROM organisation WHERE id = $1";
/// Before and after every day that is written with four digits.
const FIRST_DAY: &str = "0";
const LAST_DAY: &str = "9999";

/// One follow-up with what its rules need beside what is shown.
pub struct Stored {
    pub shown: FollowUp,
    /// The organisation right above the one that owes it.
    pub above: Option<OrganisationId>,
    pub leg_version: i64,
}

pub struct New<'a> {
    pub input: &'a FollowUpInput,
    pub hash: &'a str,
    pub case: &'a CaseId,
    pub patient: &'a PatientId,
    pub organisation: &'a OrganisationId,
    pub diagnosis: &'a str,
    pub due_on: Date,
}

pub async fn insert(tx: &mut Tx, caller: &Caller, new: New<'_>) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(INSERT)
        .bind(new.input.id.as_str())
        .bind(caller.alliance.as_str())
        .bind(new.case.as_str())
        .bind(new.input.leg_id.as_str())
        .bind(new.patient.as_str())
        .bind(new.organisation.as_str())
        .bind(new.diagnosis)
        .bind(new.input.task.trim())
        .bind(new.due_on.to_string())
        .bind(new.hash)
        .bind(caller.person.as_str())
        .bind(caller.organisation.as_str())
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What the creator of a follow-up sent, hashed, and who that was.
pub async fn taken(conn: &mut Conn, id: &FollowUpId) -> Result<Option<(String, PersonId)>> {
    let Some(row) = sqlx::query(TAKEN).bind(id.as_str()).fetch_optional(conn).await? else {
        return Ok(None);
    };
    Ok(Some((row.try_get(0)?, PersonId::trusted(row.try_get::<String, _>(1)?))))
}

/// How one ends.
pub struct Ending<'a> {
    pub state: FollowUpState,
    pub result: Option<&'a FollowUpResult>,
    pub attempts: &'a [FollowUpAttempt],
    pub reason: Option<&'a str>,
}

/// Compare-and-set on the version.
pub async fn end(tx: &mut Tx, caller: &Caller, before: &FollowUp, ending: Ending<'_>) -> Result<()> {
    let now = tx.now.0;
    let done = sqlx::query(END)
        .bind(before.id.as_str())
        .bind(before.version)
        .bind(ending.state.as_str())
        .bind(ending.result.map(to_json).transpose()?)
        .bind(to_json(&ending.attempts)?)
        .bind(ending.reason)
        .bind(caller.person.as_str())
        .bind(caller.organisation.as_str())
        .bind(now)
        .execute(tx.conn())
        .await?;
    changed_once(done.rows_affected())
}

/// Compare-and-set on the version; attempts that were made stay.
pub async fn plan_anew(tx: &mut Tx, before: &FollowUp, due_on: Date, reason: Option<&str>) -> Result<()> {
    let done = sqlx::query(PLAN_ANEW)
        .bind(before.id.as_str())
        .bind(before.version)
        .bind(due_on.to_string())
        .bind(reason)
        .execute(tx.conn())
        .await?;
    changed_once(done.rows_affected())
}

pub async fn by_id(
    conn: &mut Conn,
    alliance: &AllianceId,
    id: &FollowUpId,
    today: Date,
) -> Result<Option<Stored>> {
    let row = sqlx::query(BY_ID).bind(alliance.as_str()).bind(id.as_str()).fetch_optional(conn).await?;
    row.map(|row| stored(&row, today)).transpose()
}

pub async fn of_leg(conn: &mut Conn, alliance: &AllianceId, leg: &LegId, today: Date) -> Result<Vec<Stored>> {
    let rows = sqlx::query(OF_LEG).bind(alliance.as_str()).bind(leg.as_str()).fetch_all(conn).await?;
    rows.iter().map(|row| stored(row, today)).collect()
}

pub async fn of_patient(
    conn: &mut Conn,
    alliance: &AllianceId,
    patient: &PatientId,
    today: Date,
) -> Result<Vec<Stored>> {
    let rows = sqlx::query(OF_PATIENT).bind(alliance.as_str()).bind(patient.as_str()).fetch_all(conn).await?;
    rows.iter().map(|row| stored(row, today)).collect()
}

/// Whose follow-ups are listed.
#[derive(Clone, Copy)]
pub struct Owing<'a> {
    pub alliance: &'a AllianceId,
    pub organisation: &'a OrganisationId,
    /// Also those of the organisations right below.
    pub is_family_team: bool,
    pub today: Date,
}

/// A page, after the day and the id of the row before it.
pub async fn list(
    conn: &mut Conn,
    owing: Owing<'_>,
    which: Which,
    after: Option<(String, String)>,
    limit: i64,
) -> Result<Vec<Stored>> {
    let today = owing.today.to_string();
    let (state, from, until) = match which {
        Which::Due => ("planned", today.as_str(), LAST_DAY),
        Which::Overdue => ("planned", FIRST_DAY, today.as_str()),
        Which::All | Which::Ended => ("", FIRST_DAY, LAST_DAY),
    };
    let is_family_team = i64::from(owing.is_family_team);
    let query = if which == Which::Ended {
        let (day, id) = after.unwrap_or_else(|| (LAST_DAY.to_owned(), String::new()));
        let query = sqlx::query(ENDED).bind(owing.alliance.as_str()).bind(owing.organisation.as_str());
        query.bind(is_family_team).bind(day).bind(id).bind(limit)
    } else {
        let (day, id) = after.unwrap_or_default();
        let query =
            sqlx::query(SOONEST_FIRST).bind(owing.alliance.as_str()).bind(owing.organisation.as_str());
        query.bind(is_family_team).bind(state).bind(from).bind(until).bind(day).bind(id).bind(limit)
    };
    let rows = query.fetch_all(conn).await?;
    rows.iter().map(|row| stored(row, owing.today)).collect()
}

pub async fn counts(conn: &mut Conn, owing: Owing<'_>) -> Result<FollowUpCounts> {
    let rows = sqlx::query(COUNTS)
        .bind(owing.alliance.as_str())
        .bind(owing.organisation.as_str())
        .bind(i64::from(owing.is_family_team))
        .bind(owing.today.to_string())
        .fetch_all(conn)
        .await?;
    let mut counts = FollowUpCounts::default();
    for row in rows {
        let count = row.try_get(1)?;
        match row.try_get::<String, _>(0)?.as_str() {
            "overdue" => counts.overdue = count,
            "today" => counts.today = count,
            _ => counts.later = count,
        }
    }
    Ok(counts)
}

pub async fn organisation(conn: &mut Conn, id: &OrganisationId) -> Result<OrganisationRef> {
    let row = sqlx::query(NAMED).bind(id.as_str()).fetch_one(conn).await?;
    Ok(OrganisationRef { id: OrganisationId::trusted(row.try_get::<String, _>(0)?), name: row.try_get(1)? })
}

fn person(row: &AnyRow, at: usize) -> Result<Option<PersonRef>> {
    let text = |at: usize| row.try_get::<Option<String>, _>(at);
    Ok(match (text(at)?, text(at + 1)?, text(at + 2)?, text(at + 3)?) {
        (Some(id), Some(name), Some(organisation), Some(organisation_name)) => Some(PersonRef {
            id: PersonId::trusted(id),
            name,
            organisation: OrganisationRef {
                id: OrganisationId::trusted(organisation),
                name: organisation_name,
            },
        }),
        (_, _, _, _) => None,
    })
}

fn stored(row: &AnyRow, today: Date) -> Result<Stored> {
    let id: String = row.try_get(0)?;
    let birth_date: Option<String> = row.try_get(9)?;
    let due_on: String = row.try_get(14)?;
    let state: String = row.try_get(15)?;
    let state = FollowUpState::parse(&state)
        .ok_or_else(|| Refusal::internal(format!("follow-up {id} has no known state")))?;
    let shown = FollowUp {
        version: row.try_get(1)?,
        case_id: CaseId::trusted(row.try_get::<String, _>(2)?),
        leg_id: LegId::trusted(row.try_get::<String, _>(3)?),
        number: format!("{}-{}", row.try_get::<String, _>(4)?, row.try_get::<i64, _>(5)?),
        patient: PatientRef {
            id: PatientId::trusted(row.try_get::<String, _>(6)?),
            name: row.try_get(7)?,
            sex: row.try_get(8)?,
            age: birth_date.as_deref().and_then(|born| age(born, today)),
            birth_date,
        },
        organisation: OrganisationRef {
            id: OrganisationId::trusted(row.try_get::<String, _>(10)?),
            name: row.try_get(11)?,
        },
        diagnosis: row.try_get(12)?,
        task: row.try_get(13)?,
        overdue: state == FollowUpState::Planned && due_on < today.to_string(),
        due_on,
        state,
        planned_by: person(row, 19)?
            .ok_or_else(|| Refusal::internal(format!("nobody has planned follow-up {id}")))?,
        result: row.try_get::<Option<String>, _>(16)?.map(|text| from_json(&text)).transpose()?,
        attempts: from_json(&row.try_get::<String, _>(17)?)?,
        reason: row.try_get(18)?,
        ended_by: person(row, 23)?,
        ended_at: row.try_get::<Option<i64>, _>(27)?.map(Timestamp),
        allowed: Vec::new(),
        id: FollowUpId::trusted(id),
    };
    Ok(Stored {
        shown,
        above: row.try_get::<Option<String>, _>(28)?.map(OrganisationId::trusted),
        leg_version: row.try_get(29)?,
    })
}
