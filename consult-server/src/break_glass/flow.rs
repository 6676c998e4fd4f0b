//! The doors of break-glass: open, end, review: policy → rules → rows, grant, event, audit and outbox in one transaction.
//! Knows no HTTP.

use super::rules::{self, Key};
use super::sql::{self, New};
use super::{BreakGlass, BreakGlassCase, BreakGlassInput, KIND, ReviewInput, Stored, Verdict, Wanted};
use crate::access::policy::{Action, Relation};
use crate::access::{Call, Role, grants};
use crate::audit::{AuditPatient, rules::masked};
use crate::db::change::{Change, Subject};
use crate::db::{Conn, Tx};
use crate::directory::sql as directory;
use crate::error::{Code, Refusal, Result};
use crate::ids::{BreakGlassId, PatientId};
use crate::patients::identity::ResidentId;
use crate::patients::{IdentityKind, sql as patients};
use serde_json::{Value, json};

/// Breaks the glass: from now on this one person may read the patient's record, until it ends. Whoever has it open already is
/// led to it: a second one would be reviewed twice and end twice.
pub async fn open(tx: &mut Tx, call: &Call, input: BreakGlassInput) -> Result<Stored> {
    call.require(Action::GlassBreak, None)?;
    let seconds = rules::check(&input)?;
    if sql::taken_by(tx.conn(), &input.id).await?.is_some() {
        return again(tx, call, &input).await;
    }
    let (now, patient) = (tx.now, patient(tx.conn(), call, &input.patient).await?);
    let open = sql::open_of(tx.conn(), &call.caller, now).await?;
    if let Some(standing) = open.into_iter().find(|standing| standing.patient == patient) {
        return Ok(standing);
    }
    let ends_at = now.plus_seconds(seconds);
    let explanation = input.explanation.trim();
    let new = New { id: &input.id, patient: &patient, reason: input.reason, explanation, ends_at };
    sql::insert(tx, &call.caller, new).await?;
    let subject = (KIND, input.id.as_str());
    grants::give_alone(tx, &call.caller, &patient, Relation::BreakGlass, subject, ends_at).await?;
    let payload = json!({ "reason": input.reason, "ends_at": ends_at, "by": call.caller.name });
    record(tx, call, &input.id, 1, "break_glass.opened", &patient, payload).await?;
    stored(tx, call, &input.id).await
}

/// An id that stands already: the caller's own glass of the same patient, or one refusal, whoever else is meant and whether
/// they exist.
async fn again(tx: &mut Tx, call: &Call, input: &BreakGlassInput) -> Result<Stored> {
    let taken = || Refusal::new(Code::RequestIdTaken);
    let standing = sql::by_id(tx.conn(), &call.caller.alliance, &input.id).await?;
    let own = standing.filter(|s| s.person.id == call.caller.person).ok_or_else(taken)?;
    match patient(tx.conn(), call, &input.patient).await {
        Ok(meant) if meant == own.patient => Ok(own),
        Err(fault) if fault.code.status() >= 500 => Err(fault),
        Ok(_) | Err(_) => Err(taken()),
    }
}

/// The one patient who is meant. Nobody learns here of a patient whose number, or name and birth date, they do not know.
async fn patient(conn: &mut Conn, call: &Call, wanted: &Wanted) -> Result<PatientId> {
    let alliance = &call.caller.alliance;
    match rules::key(wanted)? {
        Key::ResidentId(number) => {
            let number = ResidentId::parse(number, call.ground.today())
                .map_err(|code| Refusal::field(code, "resident_id"))?;
            let system = IdentityKind::ResidentId.as_str();
            let keys = &call.ground.keys;
            let found = patients::by_identifier(conn, keys, alliance, system, None, number.as_str()).await?;
            found.ok_or_else(|| Code::GlassNobody.into())
        }
        Key::Name { name, birth_date } => {
            let mut found = sql::patients_named(conn, alliance, name, birth_date).await?;
            match (found.pop(), found.pop()) {
                (Some(patient), None) => Ok(patient),
                (Some(_), Some(_)) => Err(Code::GlassAmbiguous.into()),
                (None, _) => Err(Code::GlassNobody.into()),
            }
        }
    }
}

/// Ends it before its time: who opened it, or a security administrator; then its person is told. Ending it again changes
/// nothing.
pub async fn end(tx: &mut Tx, call: &Call, id: &BreakGlassId) -> Result<()> {
    call.as_person()?;
    let found = sql::by_id(tx.conn(), &call.caller.alliance, id).await?;
    let is_own = found.as_ref().is_some_and(|s| s.person.id == call.caller.person);
    if !is_own {
        call.require(Action::GlassReview, None)?;
    }
    let standing = found.ok_or_else(Refusal::not_found)?;
    if !standing.is_open(tx.now) {
        return Ok(());
    }
    sql::end(tx, id, standing.version).await?;
    grants::end_now(tx, (KIND, id.as_str())).await?;
    let version = standing.version + 1;
    let payload = if is_own { json!({}) } else { json!({ "tell": [standing.person.id] }) };
    record(tx, call, id, version, "break_glass.ended", &standing.patient, payload).await
}

/// Says whether it was justified: once, and not by who broke it. One that was not, and is still open, ends with the verdict.
pub async fn review(
    tx: &mut Tx,
    call: &Call,
    id: &BreakGlassId,
    version: i64,
    input: ReviewInput,
) -> Result<Stored> {
    call.require(Action::GlassReview, None)?;
    let standing = stored(tx, call, id).await?;
    if standing.person.id == call.caller.person {
        return Err(Code::GlassOwn.into());
    }
    if standing.review.is_some() {
        return Err(Code::GlassReviewed.into());
    }
    if standing.version != version {
        return Err(Refusal::changed(standing.version, case(&standing, tx.now)));
    }
    let ends = input.verdict == Verdict::Unjustified && standing.is_open(tx.now);
    let version = if ends { version + 1 } else { version };
    if ends {
        sql::end(tx, id, standing.version).await?;
        grants::end_now(tx, (KIND, id.as_str())).await?;
        record(tx, call, id, version, "break_glass.ended", &standing.patient, json!({})).await?;
    }
    let note = input.note.trim();
    sql::review(tx, id, version, &call.caller.person, input.verdict, note).await?;
    let payload = json!({ "verdict": input.verdict, "note": note, "tell": [standing.person.id] });
    record(tx, call, id, version + 1, "break_glass.reviewed", &standing.patient, payload).await?;
    stored(tx, call, id).await
}

pub async fn stored(tx: &mut Tx, call: &Call, id: &BreakGlassId) -> Result<Stored> {
    sql::by_id(tx.conn(), &call.caller.alliance, id).await?.ok_or_else(Refusal::not_found)
}

/// As its own person sees it.
pub async fn own(conn: &mut Conn, call: &Call, stored: Stored) -> Result<BreakGlass> {
    let is_open = stored.is_open(call.ground.now());
    Ok(BreakGlass {
        patient: patients::patient_ref(conn, &stored.patient, call.ground.today()).await?,
        id: stored.id,
        version: stored.version,
        reason: stored.reason,
        explanation: stored.explanation,
        opened_at: stored.opened_at,
        ends_at: stored.ends_at,
        is_open,
    })
}

/// As a security administrator sees it, and its own person once it is over.
pub fn case(stored: &Stored, now: crate::time::Timestamp) -> BreakGlassCase {
    BreakGlassCase {
        id: stored.id.clone(),
        version: stored.version,
        person: stored.person.clone(),
        patient: AuditPatient { id: stored.patient.clone(), name_masked: masked(&stored.patient_name) },
        reason: stored.reason,
        explanation: stored.explanation.clone(),
        opened_at: stored.opened_at,
        ends_at: stored.ends_at,
        is_open: stored.is_open(now),
        review: stored.review.clone(),
    }
}

async fn record(
    tx: &mut Tx,
    call: &Call,
    id: &BreakGlassId,
    version: i64,
    kind: &str,
    patient: &PatientId,
    payload: Value,
) -> Result<()> {
    let now = tx.now;
    let reviewers = Role::SecurityAdministrator;
    let audience = directory::places_of(tx.conn(), &call.caller.alliance, reviewers, now).await?;
    let subject = Subject { kind: KIND, id: id.as_str() };
    let change = call.change_of(subject, version, kind, Relation::BreakGlass.basis());
    tx.record(Change { patient: Some(patient), audience: &audience, payload, ..change }).await
}
