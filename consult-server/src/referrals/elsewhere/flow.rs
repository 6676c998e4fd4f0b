//! What follows from a second arrival or departure: who tried it is told where the patient is recorded and whom to call, and both
//! desks are told that it was tried. Knows no HTTP.

use super::sql;
use crate::access::Call;
use crate::db::Tx;
use crate::db::change::{Change, Subject};
use crate::error::{Refusal, Result};
use crate::ids::{LegId, OrganisationId, PatientId};
use crate::referrals::flow::LEG;
use crate::referrals::{rules, sql as referrals};
use referral::{Case, Leg, Transport};
use serde_json::json;

const CONFLICT: &str = "leg.arrival_conflict";
/// Who presses again and again is not told of anew each time.
const PAUSE_SECONDS: i64 = 3600;

/// The refusal with what a human needs to clear it up: where the patient is recorded, since when, and whom to call.
pub async fn named(tx: &mut Tx, case: &Case, why: &referral::Refusal) -> Result<Refusal> {
    let refusal = rules::refusal(why);
    let referral::Refusal::PatientElsewhere { leg, organisation, .. } = why else { return Ok(refusal) };
    let organisation = rules::our_org(organisation);
    let (name, phone) = sql::reach(tx.conn(), &organisation).await?;
    let since = case.leg(leg).and_then(since);
    Ok(refusal
        .with("organisation", json!({ "id": organisation, "name": name }))
        .with("phone", json!(phone))
        .with("since", json!(since)))
}

/// When the patient left for a place, or came there.
fn since(holding: &Leg) -> Option<crate::time::Timestamp> {
    let arrived = holding.state.arrival().map(|arrival| arrival.at);
    let departed = match &holding.transport {
        Transport::Departed(departure) => Some(departure.at),
        Transport::None | Transport::Arrived { .. } => None,
    };
    arrived.or(departed).map(rules::time)
}

/// Keeps that it was tried, on the leg that has the patient, and tells both desks: once an hour for the same two.
pub async fn note(tx: &mut Tx, call: &Call, tried: &LegId, holding: &LegId) -> Result<()> {
    let alliance = &call.caller.alliance;
    let Some(case_id) = referrals::case_of_leg(tx.conn(), alliance, tried).await? else { return Ok(()) };
    let Some(case) = referrals::case_locked(tx, alliance, &case_id).await? else { return Ok(()) };
    let id = referral::LegId::new(tried.as_str());
    let holding = case.leg(&referral::LegId::new(holding.as_str()));
    let (Some(tried), Some(holding)) = (case.leg(&id), holding) else { return Ok(()) };
    let (tried_id, holding_id) = (tried.id.as_str(), holding.id.as_str());
    if !sql::tell(tx, tried_id, holding_id, PAUSE_SECONDS).await? {
        return Ok(());
    }
    let mut told: Vec<OrganisationId> = [holding, tried].into_iter().filter_map(desk).collect();
    told.dedup();
    let (name, phone) = sql::reach(tx.conn(), &call.caller.organisation).await?;
    let said = [Some(name), phone].into_iter().flatten().collect::<Vec<_>>().join(" ");
    tx.record(Change {
        author: &call.author,
        alliance,
        subject: Subject { kind: LEG, id: holding_id },
        version: i64::try_from(holding.version).map_err(Refusal::internal)?,
        kind: CONFLICT,
        payload: json!({ "leg": tried_id, "note": said, "told": told }),
        occurred_at: None,
        patient: Some(&PatientId::trusted(case.patient.as_str())),
        basis: "referral",
        audience: &told,
    })
    .await
}

/// Who answers for the receiving side: for those without an account the sender's people.
fn desk(leg: &Leg) -> Option<OrganisationId> {
    if leg.is_external() {
        return Some(rules::our_org(&leg.from));
    }
    leg.to.as_ref().map(|to| rules::our_org(&to.organisation))
}
