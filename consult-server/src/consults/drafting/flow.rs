//! The doors for what a requester writes: beginning a consult, and changing it as far as its state allows.
//! Commands are `consults::flow`.

use super::{Touched, apply};
use crate::access::policy::Action;
use crate::access::{Call, grants};
use crate::conference;
use crate::consults::rules::{self, Happened};
use crate::consults::sql::{self, New, Stored};
use crate::consults::state::State;
use crate::consults::{ConsultInput, ConsultPatch, KIND, flow, read};
use crate::db::{Conn, Tx, counter};
use crate::directory;
use crate::error::{Code, Refusal, Result};
use crate::ids::{AllianceId, ConsultId, DepartmentId, OrganisationId, PatientId, RoomId};
use serde_json::json;

/// Begins a draft. The same id with the same content again is the same consult.
pub async fn create(tx: &mut Tx, call: &Call, input: ConsultInput) -> Result<Stored> {
    let basis = call.require(Action::ConsultRequest, None)?;
    let (alliance, organisation) = (&call.caller.alliance, call.organisation());
    let hash = blake3::hash(crate::db::to_json(&input)?.as_bytes()).to_hex().to_string();
    if sql::alliance_of(tx.conn(), &input.id).await?.is_some() {
        let standing = sql::by_id(tx.conn(), alliance, &input.id).await?;
        let again = standing.filter(|s| s.input_hash == hash && s.requester_organisation == *organisation);
        return again.ok_or_else(|| Code::RequestIdTaken.into());
    }
    let now = tx.now;
    let patient = grants::resource(tx.conn(), &call.caller, &input.patient_id, now).await?;
    call.require(Action::PatientTreat, Some(&patient))?;
    rules::check_words(&input.question, &input.summary)?;
    check_invited(tx.conn(), alliance, &input.invited_organisation_id, input.invited_department_id.as_ref())
        .await?;
    let day = now.day_in(&call.ground.zone).strftime("%Y%m%d").to_string();
    let count = counter::next(tx, alliance, &format!("consult:{day}")).await?;
    let number = format!("HZ{day}-{count:04}");
    let room = RoomId::trusted(tx.new_id());
    let requester = &call.caller.person;
    sql::insert(
        tx,
        New {
            alliance,
            number: &number,
            input: &input,
            input_hash: &hash,
            requester,
            organisation,
            room: &room,
        },
    )
    .await?;
    conference::flow::open(tx, &room, alliance, (KIND, input.id.as_str()), &input.patient_id).await?;
    let stored = flow::stored(tx.conn(), alliance, &input.id).await?;
    let log = [Happened { kind: "consult.drafted", by_system: false, payload: json!({}), is_news: true }];
    flow::record(tx, &call.author, &stored, 1, &log, basis).await?;
    sql::see(tx, &stored.id, requester, 1).await?;
    Ok(stored)
}

async fn check_invited(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    department: Option<&DepartmentId>,
) -> Result<()> {
    let known = directory::sql::organisation(conn, alliance, organisation).await?.is_some();
    let fits = match department {
        Some(department) => directory::sql::department(conn, organisation, department).await?.is_some(),
        None => true,
    };
    if !known {
        return Err(Refusal::field(Code::ConsultInvited, "invited_organisation_id"));
    }
    if fits { Ok(()) } else { Err(Refusal::field(Code::ConsultInvited, "invited_department_id")) }
}

/// Changes what is named of a draft; of returned data the words; of an emergency the consent that was left for later.
pub async fn change(
    tx: &mut Tx,
    call: &Call,
    id: &ConsultId,
    version: i64,
    patch: ConsultPatch,
) -> Result<Stored> {
    let (mut stored, basis) = flow::visible(tx.conn(), call, id).await?;
    if !flow::actor(call, &stored).is_requester {
        return Err(Code::ConsultWrongParty.into());
    }
    if version != stored.version {
        return Err(flow::stale(tx.conn(), call, &stored).await?);
    }
    let before = stored.clone();
    if let Some(patient) = patch.patient_id.as_ref().filter(|patient| **patient != stored.patient) {
        check_other_patient(tx, call, &stored, patient).await?;
    }
    apply(&mut stored, patch, tx.now);
    let touched = Touched::of(&before, &stored);
    if touched == Touched::Nothing {
        return Ok(stored);
    }
    rules::may_change(&before.life, touched)?;
    rules::check_words(&stored.life.question, &stored.life.summary)?;
    let (invited, department) = (&stored.invited_organisation, stored.invited_department.as_ref());
    check_invited(tx.conn(), &stored.alliance, invited, department).await?;
    let is_completed = before.life.state.is_open() && touched == Touched::Consent;
    let kind = if is_completed { "consult.consent_recorded" } else { "consult.revised" };
    let log = [Happened { kind, by_system: false, payload: json!({}), is_news: true }];
    flow::persist(tx, call, stored, &log, basis).await
}

/// A draft begun for the wrong person may be put right while nothing of that person hangs on it.
async fn check_other_patient(tx: &mut Tx, call: &Call, stored: &Stored, patient: &PatientId) -> Result<()> {
    let has_studies = !read::inputs(tx.conn(), stored).await?.is_empty();
    if stored.life.state != State::Draft || has_studies {
        return Err(Refusal::field(Code::ConsultPatientFixed, "patient_id"));
    }
    let now = tx.now;
    let resource = grants::resource(tx.conn(), &call.caller, patient, now).await?;
    call.require(Action::PatientTreat, Some(&resource))?;
    Ok(())
}
