//! Statements on one consult and its read marks. Decides nothing; `lists::sql` has those on many.

use super::deadline::{Debtor, Duty};
use super::rules::{Adopted, Life};
use super::state::State;
use super::{Adoption, ConsentKind, ConsultInput, ConsultType, Decision, Mode, Urgency};
use crate::db::{Conn, Tx, changed_once};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, ConsultId, DepartmentId, OrganisationId, PatientId, PersonId, RoomId};
use crate::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// A consult as it is kept.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: ConsultId,
    pub alliance: AllianceId,
    pub version: i64,
    pub number: String,
    pub patient: PatientId,
    pub requester: PersonId,
    pub requester_organisation: OrganisationId,
    pub invited_organisation: OrganisationId,
    pub invited_department: Option<DepartmentId>,
    pub room: RoomId,
    pub input_hash: String,
    pub consent_at: Option<Timestamp>,
    pub life: Life,
    pub debt: Option<Debt>,
    /// How far up the ladder the present deadline has been called.
    pub rung: i64,
    pub news_version: i64,
}

/// Who owes what until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debt {
    pub debtor: Debtor,
    pub organisation: OrganisationId,
    pub person: Option<PersonId>,
    pub duty: Duty,
    pub due_at: Timestamp,
}

const INSERT: &str = "INSERT INTO consult (id, alliance_id, version, number, patient_id, kind, mode, urgency, question, summary, consent_kind, consent_at, \
     requester_id, requester_organisation_id, invited_organisation_id, invited_department_id, room_id, input_hash, state, waited_ms, rung, news_version, \
     created_at, updated_at) VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 'draft', 0, 0, 1, $18, $18)";
const BY_ID: &str = "SELECT id, alliance_id, version, number, patient_id, requester_id, requester_organisation_id, invited_organisation_id, \
     invited_department_id, room_id, input_hash, consent_at, kind, mode, urgency, question, summary, consent_kind, state, resume_state, assignee_id, \
     assigned_at, submitted_at, started_at, waiting_since, waited_ms, report_version, signed_version, decision_code, decision_text, adoption, \
     adoption_reason, acknowledged_by, acknowledged_at, owed_party, owed_organisation_id, owed_person_id, owed_duty, due_at, rung, news_version \
     FROM consult WHERE id = $1 AND alliance_id = $2";
const ALLIANCE_OF: &str = "SELECT alliance_id FROM consult WHERE id = $1";
const UPDATE: &str = "UPDATE consult SET version = $3, state = $4, resume_state = $5, assignee_id = $6, assigned_at = $7, submitted_at = $8, started_at = $9, \
     waiting_since = $10, waited_ms = $11, report_version = $12, signed_version = $13, decision_code = $14, decision_text = $15, adoption = $16, \
     adoption_reason = $17, acknowledged_by = $18, acknowledged_at = $19, owed_party = $20, owed_organisation_id = $21, owed_person_id = $22, \
     owed_duty = $23, due_at = $24, rung = $25, news_version = $26, updated_at = $27, kind = $28, mode = $29, urgency = $30, question = $31, summary = $32, \
     consent_kind = $33, consent_at = $34, invited_organisation_id = $35, invited_department_id = $36, patient_id = $37 WHERE id = $1 AND version = $2";

pub struct New<'a> {
    pub alliance: &'a AllianceId,
    pub number: &'a str,
    pub input: &'a ConsultInput,
    pub input_hash: &'a str,
    pub requester: &'a PersonId,
    pub organisation: &'a OrganisationId,
    pub room: &'a RoomId,
}

pub async fn insert(tx: &mut Tx, new: New<'_>) -> Result<()> {
    let now = tx.now.0;
    let input = new.input;
    sqlx::query(INSERT)
        .bind(input.id.as_str())
        .bind(new.alliance.as_str())
        .bind(new.number)
        .bind(input.patient_id.as_str())
        .bind(input.r#type.as_str())
        .bind(input.mode.as_str())
        .bind(input.urgency.as_str())
        .bind(input.question.as_str())
        .bind(input.summary.as_str())
        .bind(input.consent.as_ref().map(|c| c.kind.as_str()))
        .bind(input.consent.as_ref().map(|_| now))
        .bind(new.requester.as_str())
        .bind(new.organisation.as_str())
        .bind(input.invited_organisation_id.as_str())
        .bind(input.invited_department_id.as_ref().map(|d| d.as_str().to_owned()))
        .bind(new.room.as_str())
        .bind(new.input_hash)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn by_id(conn: &mut Conn, alliance: &AllianceId, id: &ConsultId) -> Result<Option<Stored>> {
    let row = sqlx::query(BY_ID).bind(id.as_str()).bind(alliance.as_str()).fetch_optional(conn).await?;
    row.as_ref().map(stored).transpose()
}

/// The alliance of a consult, or nothing: whether an id is taken at all.
pub async fn alliance_of(conn: &mut Conn, id: &ConsultId) -> Result<Option<AllianceId>> {
    let row = sqlx::query(ALLIANCE_OF).bind(id.as_str()).fetch_optional(conn).await?;
    row.map(|row| Ok(AllianceId::trusted(row.try_get::<String, _>(0)?))).transpose()
}

/// Writes everything that changes, by compare-and-set on the version that was read.
pub async fn update(tx: &mut Tx, read: i64, c: &Stored) -> Result<()> {
    let now = tx.now.0;
    let (life, debt, decision) = (&c.life, c.debt.as_ref(), c.life.decision.as_ref());
    let adopted = life.acknowledgement.as_ref();
    let done = sqlx::query(UPDATE)
        .bind(c.id.as_str())
        .bind(read)
        .bind(c.version)
        .bind(life.state.as_str())
        .bind(life.resume.map(State::as_str))
        .bind(life.assignee.as_ref().map(|p| p.as_str().to_owned()))
        .bind(life.assigned_at.map(|t| t.0))
        .bind(life.submitted_at.map(|t| t.0))
        .bind(life.started_at.map(|t| t.0))
        .bind(life.waiting_since.map(|t| t.0))
        .bind(life.waited_ms)
        .bind(life.report_version)
        .bind(life.signed_version)
        .bind(decision.map(|d| d.code.clone()))
        .bind(decision.and_then(|d| d.text.clone()))
        .bind(adopted.map(|a| a.adoption.as_str()))
        .bind(adopted.and_then(|a| a.reason.clone()))
        .bind(adopted.map(|a| a.by.as_str().to_owned()))
        .bind(adopted.map(|a| a.at.0))
        .bind(debt.map(|d| d.debtor.as_str()))
        .bind(debt.map(|d| d.organisation.as_str().to_owned()))
        .bind(debt.and_then(|d| d.person.as_ref()).map(|p| p.as_str().to_owned()))
        .bind(debt.map(|d| d.duty.as_str()))
        .bind(debt.map(|d| d.due_at.0))
        .bind(c.rung)
        .bind(c.news_version)
        .bind(now)
        .bind(life.kind.as_str())
        .bind(life.mode.as_str())
        .bind(life.urgency.as_str())
        .bind(life.question.as_str())
        .bind(life.summary.as_str())
        .bind(life.consent.map(ConsentKind::as_str))
        .bind(c.consent_at.map(|t| t.0))
        .bind(c.invited_organisation.as_str())
        .bind(c.invited_department.as_ref().map(|d| d.as_str().to_owned()))
        .bind(c.patient.as_str())
        .execute(tx.conn())
        .await?;
    changed_once(done.rows_affected())
}

fn stored(row: &AnyRow) -> Result<Stored> {
    let life = Life {
        kind: word(row, 12, ConsultType::parse)?,
        mode: word(row, 13, Mode::parse)?,
        urgency: word(row, 14, Urgency::parse)?,
        question: row.try_get(15)?,
        summary: row.try_get(16)?,
        consent: maybe_word(row, 17, ConsentKind::parse)?,
        state: word(row, 18, State::parse)?,
        resume: maybe_word(row, 19, State::parse)?,
        assignee: maybe_person(row, 20)?,
        assigned_at: maybe_time(row, 21)?,
        submitted_at: maybe_time(row, 22)?,
        started_at: maybe_time(row, 23)?,
        waiting_since: maybe_time(row, 24)?,
        waited_ms: row.try_get(25)?,
        report_version: row.try_get(26)?,
        signed_version: row.try_get(27)?,
        decision: match row.try_get::<Option<String>, _>(28)? {
            Some(code) => Some(Decision { code, text: row.try_get(29)? }),
            None => None,
        },
        acknowledgement: match (
            maybe_word(row, 30, Adoption::parse)?,
            maybe_person(row, 32)?,
            maybe_time(row, 33)?,
        ) {
            (Some(adoption), Some(by), Some(at)) => {
                Some(Adopted { adoption, reason: row.try_get(31)?, by, at })
            }
            (None, None, None) => None,
            (Some(_) | None, Some(_) | None, Some(_) | None) => return Err(inconsistent("acknowledgement")),
        },
    };
    let debt = match (
        maybe_word(row, 34, Debtor::parse)?,
        maybe_word(row, 37, Duty::parse)?,
        maybe_time(row, 38)?,
    ) {
        (Some(debtor), Some(duty), Some(due_at)) => {
            let organisation = OrganisationId::trusted(row.try_get::<String, _>(35)?);
            Some(Debt { debtor, organisation, person: maybe_person(row, 36)?, duty, due_at })
        }
        (None, None, None) => None,
        (Some(_) | None, Some(_) | None, Some(_) | None) => return Err(inconsistent("debt")),
    };
    Ok(Stored {
        id: ConsultId::trusted(row.try_get::<String, _>(0)?),
        alliance: AllianceId::trusted(row.try_get::<String, _>(1)?),
        version: row.try_get(2)?,
        number: row.try_get(3)?,
        patient: PatientId::trusted(row.try_get::<String, _>(4)?),
        requester: PersonId::trusted(row.try_get::<String, _>(5)?),
        requester_organisation: OrganisationId::trusted(row.try_get::<String, _>(6)?),
        invited_organisation: OrganisationId::trusted(row.try_get::<String, _>(7)?),
        invited_department: row.try_get::<Option<String>, _>(8)?.map(DepartmentId::trusted),
        room: RoomId::trusted(row.try_get::<String, _>(9)?),
        input_hash: row.try_get(10)?,
        consent_at: maybe_time(row, 11)?,
        life,
        debt,
        rung: row.try_get(39)?,
        news_version: row.try_get(40)?,
    })
}

// ---- Read marks, and what an alliance has set.

const SEE: &str = "INSERT INTO consult_seen (consult_id, person_id, version) VALUES ($1, $2, $3) \
     ON CONFLICT (consult_id, person_id) DO UPDATE SET version = excluded.version WHERE consult_seen.version < excluded.version";
const SETTINGS: &str = "SELECT settings FROM alliance WHERE id = $1";

/// A person has the consult before their eyes as it is in that version.
pub async fn see(tx: &mut Tx, id: &ConsultId, person: &PersonId, version: i64) -> Result<()> {
    sqlx::query(SEE).bind(id.as_str()).bind(person.as_str()).bind(version).execute(tx.conn()).await?;
    Ok(())
}

/// The alliance's settings as JSON.
pub async fn settings(conn: &mut Conn, alliance: &AllianceId) -> Result<String> {
    Ok(sqlx::query(SETTINGS).bind(alliance.as_str()).fetch_one(conn).await?.try_get(0)?)
}

// ---- Words and times of columns.

pub(super) fn word<T>(row: &AnyRow, at: usize, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
    let text: String = row.try_get(at)?;
    parse(&text).ok_or_else(|| inconsistent(&text))
}

pub(super) fn maybe_word<T>(row: &AnyRow, at: usize, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
    match row.try_get::<Option<String>, _>(at)? {
        Some(text) => parse(&text).map(Some).ok_or_else(|| inconsistent(&text)),
        None => Ok(None),
    }
}

pub(super) fn maybe_person(row: &AnyRow, at: usize) -> Result<Option<PersonId>> {
    Ok(row.try_get::<Option<String>, _>(at)?.map(PersonId::trusted))
}

pub(super) fn maybe_time(row: &AnyRow, at: usize) -> Result<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>, _>(at)?.map(Timestamp))
}

fn inconsistent(what: &str) -> Refusal {
    Refusal::internal(format!("table consult does not fit its types: {what}"))
}
