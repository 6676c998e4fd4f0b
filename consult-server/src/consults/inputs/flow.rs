//! The doors by which studies come to a consult: by name, or from an upload that said whom it is for.

use crate::access::Call;
use crate::consults::flow;
use crate::consults::rules::Happened;
use crate::consults::sql::{self, Stored};
use crate::consults::state::Actor;
use crate::db::change::Author;
use crate::db::{Conn, Tx};
use crate::error::{Code, Refusal, Result};
use crate::ids::{ConsultId, PatientId, StudyId};
use crate::studies;
use serde_json::json;

/// Attaches a study that the caller sees and that is the consult's patient's. Again has no effect.
pub async fn attach(tx: &mut Tx, call: &Call, id: &ConsultId, study: &StudyId) -> Result<Stored> {
    let (stored, _) = flow::visible(tx.conn(), call, id).await?;
    check(&stored, flow::actor(call, &stored))?;
    if studies::flow::attach(tx, call, id, &stored.patient, study).await? {
        attached(tx, &call.author, id, study).await?;
    }
    flow::stored(tx.conn(), &stored.alliance, id).await
}

/// Whether the caller may send studies of that patient to that consult.
pub async fn may_attach(conn: &mut Conn, call: &Call, id: &ConsultId, patient: &PatientId) -> Result<()> {
    let (stored, _) = flow::visible(conn, call, id).await?;
    check(&stored, flow::actor(call, &stored))?;
    if stored.patient == *patient { Ok(()) } else { Err(Code::StudyOtherPatient.into()) }
}

/// The requester, and on the other side whoever works on it, until it is signed or has ended.
fn check(stored: &Stored, actor: Actor) -> Result<()> {
    if !(actor.is_requester || actor.is_coordinator || actor.is_assignee) {
        return Err(Code::ConsultWrongParty.into());
    }
    if !stored.life.state.takes_inputs() {
        return Err(Refusal::new(Code::ConsultNotInState).with("state", stored.life.state.as_str()));
    }
    Ok(())
}

/// Whether a consult is open and of that patient at the moment when an upload for it has come through.
pub async fn takes(conn: &mut Conn, id: &ConsultId, patient: &PatientId) -> Result<bool> {
    let Some(alliance) = sql::alliance_of(conn, id).await? else { return Ok(false) };
    let stored = flow::stored(conn, &alliance, id).await?;
    Ok(stored.patient == *patient && stored.life.state.takes_inputs())
}

/// A study has been attached: the consult has another version, so that nobody signs over images they have not seen listed.
pub async fn attached(tx: &mut Tx, author: &Author, id: &ConsultId, study: &StudyId) -> Result<()> {
    let Some(alliance) = sql::alliance_of(tx.conn(), id).await? else { return Err(Refusal::not_found()) };
    let mut stored = flow::stored(tx.conn(), &alliance, id).await?;
    let payload = json!({ "study_id": study });
    let log = [Happened { kind: "consult.study_attached", by_system: false, payload, is_news: true }];
    let read = stored.version;
    flow::advance_version(&mut stored, &log);
    sql::update(tx, read, &stored).await?;
    flow::record(tx, author, &stored, read + 1, &log, "consult").await?;
    match &author.person {
        Some(person) => sql::see(tx, id, person, stored.version).await,
        None => Ok(()),
    }
}
