//! The doors for changes to capabilities and coordinates: policy → rules → rows, event, audit and outbox in one transaction. Knows no
//! HTTP.

use super::{Capability, CapabilityInput, Coordinates, Facilities, rules, sql};
use crate::access::Call;
use crate::access::policy::Action;
use crate::db::{Conn, Tx};
use crate::directory::editing::flow::{living, manager, organisation, record};
use crate::directory::editing::{By, ORGANISATION};
use crate::error::{Code, Refusal, Result};
use crate::ids::{CapabilityId, OrganisationId};
use serde_json::json;

const CAPABILITY: &str = "capability";

pub async fn read(conn: &mut Conn, call: &Call, id: &OrganisationId) -> Result<Facilities> {
    call.require(Action::DirectoryRead, None)?;
    let detail = organisation(conn, call, id).await?;
    Ok(Facilities {
        version: detail.version,
        coordinates: sql::coordinates(conn, id).await?,
        capabilities: sql::of_organisation(conn, &call.caller.alliance, id).await?,
        catalogue: rules::CAPABILITIES.clone(),
    })
}

/// Says where an organisation is, or that it is not known.
pub async fn set_place(
    tx: &mut Tx,
    call: &Call,
    id: &OrganisationId,
    version: i64,
    coordinates: Coordinates,
) -> Result<Facilities> {
    let by = manager(tx, call).await?;
    let place = rules::place(coordinates)?;
    let standing = organisation(tx.conn(), call, id).await?;
    if version != standing.version {
        let current = read(tx.conn(), call, id).await?;
        return Err(Refusal::changed(standing.version, &current));
    }
    let version = sql::set_place(tx, id, version, place).await?;
    let payload = json!({ "coordinates": coordinates });
    record(tx, &by, (ORGANISATION, id.as_str()), version, "organisation.placed", payload).await?;
    read(tx.conn(), call, id).await
}

pub async fn add(tx: &mut Tx, call: &Call, input: CapabilityInput) -> Result<Capability> {
    let by = manager(tx, call).await?;
    living(tx.conn(), call, &input.organisation_id, "organisation_id").await?;
    keep(tx, &by, input).await
}

/// Keeps a capability; the policy has been asked.
pub async fn keep(tx: &mut Tx, by: &By, input: CapabilityInput) -> Result<Capability> {
    let now = tx.now;
    if !rules::is_capability(&input.code) {
        return Err(Refusal::field(Code::DirectoryCapabilityUnknown, "code"));
    }
    let from = input.valid_from.unwrap_or(now);
    if input.valid_until.is_some_and(|until| until <= from) {
        return Err(Refusal::field(Code::DirectoryDateOrder, "valid_until"));
    }
    let standing = sql::standing(tx.conn(), &by.alliance, &input.organisation_id, &input.code, now).await?;
    if standing.is_some() {
        return Err(Refusal::field(Code::DirectoryCapabilityStands, "code"));
    }
    let id = sql::insert(tx, &by.alliance, &input, from).await?;
    let payload = json!({ "organisation": input.organisation_id, "code": input.code });
    record(tx, by, (CAPABILITY, id.as_str()), 1, "capability.added", payload).await?;
    sql::one(tx.conn(), &by.alliance, &id).await?.ok_or_else(Refusal::not_found)
}

pub async fn end(tx: &mut Tx, call: &Call, id: &CapabilityId, version: i64) -> Result<Capability> {
    let by = manager(tx, call).await?;
    let now = tx.now;
    let standing = sql::one(tx.conn(), &by.alliance, id).await?.ok_or_else(Refusal::not_found)?;
    if standing.valid_until.is_some_and(|until| until <= now) {
        return Ok(standing);
    }
    if version != standing.version {
        return Err(Refusal::changed(standing.version, &standing));
    }
    sql::end(tx, id, version).await?;
    record(tx, &by, (CAPABILITY, id.as_str()), version + 1, "capability.ended", json!({})).await?;
    sql::one(tx.conn(), &by.alliance, id).await?.ok_or_else(Refusal::not_found)
}
