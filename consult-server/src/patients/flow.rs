//! The doors for changes to patients: policy → rules → rows, event, audit and outbox in one transaction.
//! Knows no HTTP.

use super::rules::{self, Checked};
use super::sql::{self, Stored};
use super::{PatientInput, PatientPatch, Revealed};
use crate::access::policy::{Action, Relation};
use crate::access::{Call, Role, grants, sql as access};
use crate::db::change::{Change, Subject};
use crate::db::{Conn, Tx};
use crate::directory::sql as directory;
use crate::error::{Code, Refusal, Result};
use crate::ids::{OrganisationId, PatientId};
use serde_json::json;
use std::collections::BTreeSet;

const KIND: &str = "patient";
/// For so long after a broken glass its person does not make it care: somebody else registers the patient.
const AFTER_GLASS_SECONDS: i64 = 24 * 3600;

/// What registering came to.
pub enum Registered {
    New(Stored),
    /// The document was known in the alliance under the same name: the caller's organisation now cares for that patient too.
    Linked(Stored),
    /// The very same request, again.
    Again(Stored),
}

/// Counts a registration that leads to a record of others before it is answered: whoever tries names at a number waits from
/// the sixth on, also where many are tried at once. Answers whether it was counted; one that fits is taken back.
pub async fn count_try(call: &Call, input: &PatientInput) -> Result<bool> {
    call.require(Action::PatientRegister, None)?;
    // What is not acceptable leads nowhere.
    let Ok(checked) = rules::check(input.clone(), call.ground.today()) else { return Ok(false) };
    let mut reader = call.read().await?;
    let Some(known) = document_holder(&mut reader, call, &checked).await? else { return Ok(false) };
    let resource = grants::resource(&mut reader, &call.caller, &known, call.now).await?;
    drop(reader);
    if resource.relation.is_some_and(|relation| relation != Relation::BreakGlass) {
        return Ok(false);
    }
    let (alliance, person) = (call.caller.alliance.clone(), call.caller.person.clone());
    let counted = call.ground.db.write(move |tx| {
        Box::pin(async move {
            let now = tx.now;
            let (tries, since) = sql::add_try(tx, &alliance, &person, rules::TRIES_SECONDS).await?;
            rules::may_try(tries, since, now)
        })
    });
    counted.await.map_err(|refusal| refusal.about(&known))?;
    Ok(true)
}

/// `counted`: what `count_try` said.
pub async fn register(tx: &mut Tx, call: &Call, input: PatientInput, counted: bool) -> Result<Registered> {
    let basis = call.require(Action::PatientRegister, None)?;
    let today = call.ground.today();
    let id = input.id.clone();
    let checked = rules::check(input, today)?;
    if let Some(standing) =
        sql::by_id(tx.conn(), &call.ground.keys, &call.caller.alliance, &id, today).await?
    {
        let same = rules::check(standing.as_input(), today).is_ok_and(|known| known == checked);
        let visible = relation(tx, call, &id).await?.is_some();
        return if same && visible {
            Ok(Registered::Again(standing))
        } else {
            Err(Code::RequestIdTaken.into())
        };
    }
    if let Some(known) = document_holder(tx.conn(), call, &checked).await? {
        let linked = link(tx, call, &known, &checked).await?;
        if counted {
            sql::take_back_try(tx, &call.caller.person).await?;
        }
        return Ok(linked);
    }
    sql::insert(tx, &call.ground.keys, &call.caller.alliance, call.organisation(), &id, &checked).await?;
    care_for(tx, call, &id).await?;
    record(tx, call, &id, 1, "patient.registered", basis).await?;
    Ok(Registered::New(stored(tx.conn(), call, &id).await?))
}

/// Somebody else registered this document. Whoever holds the document and knows the name cares for the patient.
async fn link(tx: &mut Tx, call: &Call, known: &PatientId, checked: &Checked) -> Result<Registered> {
    let standing = stored(tx.conn(), call, known).await?;
    // A broken glass is no care: whoever goes on to treat the patient registers them.
    if relation(tx, call, known).await?.is_some_and(|relation| relation != Relation::BreakGlass) {
        return Err(Refusal::new(Code::PatientAlreadyRegistered).with("patient_id", known.as_str()));
    }
    // Nor does it lead to care by the same hand, past those who review it.
    let since = tx.now.plus_seconds(-AFTER_GLASS_SECONDS);
    if access::glass_since(tx.conn(), &call.caller, known, since).await? {
        return Err(Refusal::new(Code::PatientLinkAfterGlass).about(known));
    }
    let same_person = standing.shown.name == checked.name && standing.shown.birth_date == checked.birth_date;
    if !same_person {
        return Err(Refusal::new(Code::PatientAlreadyRegistered).about(known));
    }
    let told = told_of_link(tx, call, known).await?;
    care_for(tx, call, known).await?;
    let subject = Subject { kind: KIND, id: known.as_str() };
    let change =
        call.change_of(subject, standing.shown.version, "patient.linked", Relation::OwnRecord.basis());
    let (by, organisation) = (&call.caller.name, &call.caller.organisation_name);
    let payload = json!({ "by": by, "organisation": organisation, "told": told });
    let audience: BTreeSet<_> = told.into_iter().chain([call.organisation().clone()]).collect();
    let audience: Vec<OrganisationId> = audience.into_iter().collect();
    tx.record(Change { patient: Some(known), audience: &audience, payload, ..change }).await?;
    Ok(Registered::Linked(standing))
}

/// Who hears that another organisation cares for a patient from now on: those who hold the record, and those who review.
async fn told_of_link(tx: &mut Tx, call: &Call, known: &PatientId) -> Result<Vec<OrganisationId>> {
    let (now, alliance) = (tx.now, &call.caller.alliance);
    let mut told: BTreeSet<_> = grants::holders(tx.conn(), alliance, known, now).await?.into_iter().collect();
    told.remove(call.organisation());
    told.extend(directory::places_of(tx.conn(), alliance, Role::SecurityAdministrator, now).await?);
    Ok(told.into_iter().collect())
}

pub async fn change(
    tx: &mut Tx,
    call: &Call,
    id: &PatientId,
    version: i64,
    patch: PatientPatch,
) -> Result<Stored> {
    let resource = grants::resource(tx.conn(), &call.caller, id, call.now).await?;
    let basis = call.require(Action::PatientChange, Some(&resource))?;
    let standing = stored(tx.conn(), call, id).await?;
    if version != standing.shown.version {
        return Err(Refusal::changed(standing.shown.version, &standing.shown));
    }
    let checked = rules::check(rules::patched(standing.as_input(), patch), call.ground.today())?;
    let holder = document_holder(tx.conn(), call, &checked).await?;
    if let Some(holder) = holder.filter(|holder| holder != id) {
        return Err(Refusal::new(Code::PatientAlreadyRegistered).about(holder));
    }
    sql::update(tx, &call.ground.keys, &call.caller.alliance, id, version, &checked).await?;
    record(tx, call, id, version + 1, "patient.changed", basis).await?;
    stored(tx.conn(), call, id).await
}

/// Shows the identity number and the phone as they are: an act of its own in the audit trail.
pub async fn reveal(tx: &mut Tx, call: &Call, id: &PatientId) -> Result<Revealed> {
    let resource = grants::resource(tx.conn(), &call.caller, id, call.now).await?;
    let basis = call.require(Action::PatientReveal, Some(&resource))?;
    let standing = stored(tx.conn(), call, id).await?;
    let subject = Subject { kind: KIND, id: id.as_str() };
    let change = call.change_of(subject, standing.shown.version, "patient.revealed", basis);
    tx.record(Change { patient: Some(id), ..change }).await?;
    let whole = standing.as_input();
    Ok(Revealed { identity: whole.identity, phone: whole.phone })
}

/// Reads a patient the caller may see, with the legal basis.
pub async fn read(conn: &mut Conn, call: &Call, id: &PatientId) -> Result<(Stored, &'static str)> {
    let resource = grants::resource(conn, &call.caller, id, call.now).await?;
    let basis = call.require(Action::PatientRead, Some(&resource))?;
    Ok((stored(conn, call, id).await?, basis))
}

async fn stored(conn: &mut Conn, call: &Call, id: &PatientId) -> Result<Stored> {
    let today = call.ground.today();
    sql::by_id(conn, &call.ground.keys, &call.caller.alliance, id, today)
        .await?
        .ok_or_else(Refusal::not_found)
}

async fn relation(tx: &mut Tx, call: &Call, id: &PatientId) -> Result<Option<Relation>> {
    Ok(grants::resource(tx.conn(), &call.caller, id, call.now).await?.relation)
}

async fn document_holder(conn: &mut Conn, call: &Call, checked: &Checked) -> Result<Option<PatientId>> {
    match &checked.identity.value {
        Some(value) => {
            let system = checked.identity.kind.as_str();
            sql::by_identifier(conn, &call.ground.keys, &call.caller.alliance, system, None, value).await
        }
        None => Ok(None),
    }
}

async fn care_for(tx: &mut Tx, call: &Call, id: &PatientId) -> Result<()> {
    let subject = (KIND, id.as_str());
    grants::give(tx, &call.caller.alliance, call.organisation(), id, Relation::OwnRecord, subject).await
}

async fn record(
    tx: &mut Tx,
    call: &Call,
    id: &PatientId,
    version: i64,
    kind: &str,
    basis: &str,
) -> Result<()> {
    let audience = [call.caller.organisation.clone()];
    let change = call.change_of(Subject { kind: KIND, id: id.as_str() }, version, kind, basis);
    tx.record(Change { patient: Some(id), audience: &audience, ..change }).await
}

/// The patient with that whole identity number, if the caller's organisation cares for them.
pub async fn by_document(conn: &mut Conn, call: &Call, typed: &str) -> Result<Option<super::Patient>> {
    let Ok(number) = super::identity::ResidentId::parse(typed, call.ground.today()) else { return Ok(None) };
    let system = super::IdentityKind::ResidentId.as_str();
    let holder =
        sql::by_identifier(conn, &call.ground.keys, &call.caller.alliance, system, None, number.as_str())
            .await?;
    let Some(id) = holder else { return Ok(None) };
    match read(conn, call, &id).await {
        Ok((stored, _)) => Ok(Some(stored.shown)),
        Err(refusal) if refusal.code == Code::RequestNotFound => Ok(None),
        Err(refusal) => Err(refusal),
    }
}
