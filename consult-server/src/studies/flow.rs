//! The doors for studies: reading with the policy, assigning one to a patient, attaching one to a consult.
//! Knows no HTTP. How files come in is `register`'s and `uploads`'.

use super::register::{LOCAL, merge};
use super::sql::{self, Filter, Scope, Stored};
use super::{Comparison, KIND, PendingStudies, Status, rules};
use crate::access::policy::{Action, Decision, Relation, Resource, may};
use crate::access::{Call, grants};
use crate::db::change::{Change, Subject};
use crate::db::{Conn, Tx};
use crate::error::{Code, Refusal, Result};
use crate::ids::{AllianceId, ConsultId, OrganisationId, PatientId, StudyId};
use crate::patients::sql as patients;
use crate::refs::PatientRef;
use std::collections::BTreeSet;

/// The caller's eyes. A role without clinical work has none.
pub fn scope(call: &Call) -> Result<Scope> {
    let own = Resource { alliance: call.caller.alliance.clone(), relation: Some(Relation::OwnRecord) };
    call.require(Action::StudyRead, Some(&own))?;
    let desk = matches!(may(&call.caller, Action::StudyAssign, Some(&own)), Decision::Allow { .. });
    Ok(Scope {
        alliance: call.caller.alliance.clone(),
        organisation: call.caller.organisation.clone(),
        person: call.caller.person.clone(),
        desk,
        now: call.now,
    })
}

/// A study the caller may see, with the legal basis.
pub async fn read(conn: &mut Conn, call: &Call, id: &StudyId) -> Result<(Stored, &'static str)> {
    let scope = scope(call)?;
    let mut stored = sql::by_id(conn, &scope, id).await?.ok_or_else(Refusal::not_found)?;
    let basis = call.require(Action::StudyRead, Some(&resource(&scope, &stored)))?;
    show_sent_to(conn, call, &mut stored).await?;
    Ok((stored, basis))
}

pub async fn list(conn: &mut Conn, call: &Call, filter: Filter<'_>) -> Result<Vec<Stored>> {
    let mut found = sql::list(conn, &scope(call)?, filter).await?;
    for stored in &mut found {
        show_sent_to(conn, call, stored).await?;
    }
    Ok(found)
}

/// The other side of the disagreement: a record that the caller does not see stays unsaid.
async fn show_sent_to(conn: &mut Conn, call: &Call, stored: &mut Stored) -> Result<()> {
    let Some(patient) = &stored.sent_to else { return Ok(()) };
    match patient_seen(conn, call, patient).await {
        Ok((patient, _)) => stored.shown.sent_to = Some(patient),
        Err(refusal) if matches!(refusal.code.status(), 403 | 404) => {}
        Err(refusal) => return Err(refusal),
    }
    Ok(())
}

/// A patient's record in short, with the legal basis to see it.
async fn patient_seen(
    conn: &mut Conn,
    call: &Call,
    patient: &PatientId,
) -> Result<(PatientRef, &'static str)> {
    let of_patient = grants::resource(conn, &call.caller, patient, call.now).await?;
    let basis = call.require(Action::PatientRead, Some(&of_patient))?;
    Ok((patients::patient_ref(conn, patient, call.ground.today()).await?, basis))
}

/// How much waits for a human: counted, not read.
pub async fn pending(conn: &mut Conn, call: &Call) -> Result<PendingStudies> {
    sql::pending(conn, &scope(call)?).await
}

/// A study beside a patient who may be the one, before anybody says so.
pub async fn compare(
    conn: &mut Conn,
    call: &Call,
    id: &StudyId,
    patient: &PatientId,
) -> Result<(Comparison, &'static str)> {
    let (stored, _) = read(conn, call, id).await?;
    let (patient, basis) = patient_seen(conn, call, patient).await?;
    let mismatch = rules::contradictions(&stored.facts(), &patient);
    Ok((Comparison { patient, mismatch }, basis))
}

fn resource(scope: &Scope, stored: &Stored) -> Resource {
    let received_here = stored.received_by == scope.organisation && !stored.is_shared;
    let relation = rules::relation(stored.shown.status, received_here, stored.granted, scope.desk);
    Resource { alliance: scope.alliance.clone(), relation }
}

/// Says whose a study is. The number that the device knows the patient by leads to them from now on.
pub async fn assign(tx: &mut Tx, call: &Call, id: &StudyId, patient: &PatientId) -> Result<Stored> {
    let scope = scope(call)?;
    let stored = sql::by_id(tx.conn(), &scope, id).await?.ok_or_else(Refusal::not_found)?;
    let basis = call.require(Action::StudyAssign, Some(&resource(&scope, &stored)))?;
    let of_patient = grants::resource(tx.conn(), &call.caller, patient, scope.now).await?;
    call.require(Action::PatientTreat, Some(&of_patient))?;
    match (stored.shown.status, &stored.shown.patient_id) {
        (Status::Matched, Some(standing)) if standing == patient => return Ok(stored),
        (Status::Matched, _) => return Err(Code::StudyAlreadyMatched.into()),
        (Status::Unassigned | Status::Quarantined, _) => {}
    }
    let holder = rules::holder_of_patient(patient.as_str());
    let standing = sql::of_holder(tx.conn(), &scope.alliance, &stored.shown.study_uid, &holder).await?;
    let (kept, version) = match standing {
        Some(standing) => {
            let version = merge::merge(tx, id, &standing).await?;
            (standing, version)
        }
        None => {
            sql::set_matched(tx, id, stored.version, patient, &holder).await?;
            (id.clone(), stored.version + 1)
        }
    };
    keep_local_number(tx, call, &stored, patient).await?;
    let audience = audience(tx, &scope.alliance, &stored.received_by, patient).await?;
    let change = call.change_of(Subject { kind: KIND, id: kept.as_str() }, version, "study.assigned", basis);
    let payload = serde_json::json!({ "patient_id": patient, "from": id, "was": stored.shown.status });
    tx.record(Change { patient: Some(patient), audience: &audience, payload, ..change }).await?;
    sql::by_id(tx.conn(), &scope, &kept).await?.ok_or_else(Refusal::not_found)
}

/// A number that leads to somebody already is left alone: two patients of one number are for people to sort out.
async fn keep_local_number(tx: &mut Tx, call: &Call, stored: &Stored, patient: &PatientId) -> Result<()> {
    let number = stored.shown.dicom_patient.local_id.as_str();
    let (keys, alliance) = (&call.ground.keys, &call.caller.alliance);
    let issuer = Some(&stored.received_by);
    if number.is_empty()
        || patients::by_identifier(tx.conn(), keys, alliance, LOCAL, issuer, number).await?.is_some()
    {
        return Ok(());
    }
    patients::insert_identifier(tx, keys, alliance, patient, LOCAL, issuer, number).await
}

async fn audience(
    tx: &mut Tx,
    alliance: &AllianceId,
    received_by: &OrganisationId,
    patient: &PatientId,
) -> Result<Vec<OrganisationId>> {
    let now = tx.now;
    let mut told = BTreeSet::from([received_by.clone()]);
    told.extend(grants::holders(tx.conn(), alliance, patient, now).await?);
    Ok(told.into_iter().collect())
}

/// Attaches a study of the consult's patient to a consult, which has checked that its caller may touch it and records
/// its own event. `false` when it was attached already; 404 for a study the caller does not see, 409 for another patient's.
pub async fn attach(
    tx: &mut Tx,
    call: &Call,
    consult: &ConsultId,
    patient: &PatientId,
    study: &StudyId,
) -> Result<bool> {
    let (stored, _) = read(tx.conn(), call, study).await?;
    if stored.shown.status != Status::Matched || stored.shown.patient_id.as_ref() != Some(patient) {
        return Err(Code::StudyOtherPatient.into());
    }
    sql::attach(tx, &call.caller.alliance, consult, study, Some(&call.caller.person)).await
}

/// An object that a row points to is there; so this is a fault of ours or of the disk.
pub fn blob_refusal(error: imaging::blobs::BlobError) -> Refusal {
    Refusal { internal: Some(error.to_string()), ..Refusal::new(Code::ImagingUnavailable) }
}
