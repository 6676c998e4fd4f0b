//! The door of calls: log one, and show those that were made with the numbers there are. Knows no HTTP.

use super::{CallInput, CallResult, Callee, Contact, LegCall, LegCalls, sql};
use crate::access::{Call, Role};
use crate::db::change::Subject;
use crate::db::{Conn, Tx, to_json};
use crate::directory::{self, duty::flow as duty};
use crate::error::{Code, Refusal, Result};
use crate::ids::{LegId, OrganisationId, PatientId, PersonId};
use crate::messages::members;
use crate::referrals::flow::{LEG, read};
use crate::referrals::rules;
use referral::{Case, Leg};
use serde_json::json;

/// The longest note, in characters.
const TEXT_LIMIT: usize = 1_000;
/// A device's clock may be a little ahead of ours.
const AHEAD_SECONDS: i64 = 300;

/// Writes down that somebody called, and what came of it: a line in the leg's timeline, seen by both sides.
pub async fn log(tx: &mut Tx, call: &Call, id: &LegId, mut input: CallInput) -> Result<LegCall> {
    let (case, leg, basis) = read::to_command(tx.conn(), call, id).await?;
    input.whom = input.whom.trim().to_owned();
    input.note = input.note.trim().to_owned();
    let hash = blake3::hash(to_json(&input)?.as_bytes()).to_hex().to_string();
    if let Some((standing, author)) = sql::known(tx.conn(), &input.id).await? {
        let is_same = standing == hash && author == call.caller.person;
        return if is_same { sql::one(tx.conn(), &input.id).await } else { Err(Code::RequestIdTaken.into()) };
    }
    if input.result == CallResult::Reached && input.whom.is_empty() {
        return Err(Refusal::field(Code::CallWhomMissing, "whom"));
    }
    for (field, text) in [("whom", &input.whom), ("note", &input.note)] {
        if text.chars().count() > TEXT_LIMIT {
            return Err(Refusal::field(Code::CallTextTooLong, field).with("limit", TEXT_LIMIT));
        }
    }
    let called_at = input.called_at.unwrap_or(tx.now);
    if called_at > tx.now.plus_seconds(AHEAD_SECONDS) {
        return Err(Refusal::field(Code::ReferralTimeInFuture, "called_at"));
    }
    sql::insert(tx, id, &call.caller, &hash, &input, called_at).await?;
    let version = i64::try_from(leg.version).map_err(Refusal::internal)?;
    let patient = PatientId::trusted(case.patient.as_str());
    let audience = rules::sides(&leg);
    let mut change = call.change_of(Subject { kind: LEG, id: id.as_str() }, version, "leg.called", basis);
    change.payload = json!({
        "call_id": input.id, "callee": input.callee, "result": input.result, "whom": input.whom, "note": input.note,
    });
    change.occurred_at = Some(called_at);
    change.patient = Some(&patient);
    change.audience = &audience;
    tx.record(change).await?;
    sql::one(tx.conn(), &input.id).await
}

/// The calls about a leg and whom there is to call, for who may see the leg.
pub async fn all(conn: &mut Conn, call: &Call, id: &LegId) -> Result<(LegCalls, PatientId, &'static str)> {
    let (case, leg, basis) = read::whole(conn, call, id).await?;
    let items = sql::of_leg(conn, id).await?;
    let contacts = contacts(conn, call, &case, &leg).await?;
    let patient = PatientId::trusted(case.patient.as_str());
    Ok((LegCalls { leg_id: id.clone(), items, contacts }, patient, basis))
}

/// Both sides' numbers, the side that owes first: who took the patient or asked, who is on duty, then the house.
async fn contacts(conn: &mut Conn, call: &Call, case: &Case, leg: &Leg) -> Result<Vec<Contact>> {
    let mut found = Vec::new();
    let author = PersonId::trusted(leg.author.as_str());
    let owner = leg.state.acceptance().map(|acceptance| PersonId::trusted(acceptance.owner.as_str()));
    let from = rules::our_org(&leg.from);
    side(conn, call, Callee::Sender, &from, None, Some(("author", author)), &mut found).await?;
    if let (Some(to), Some(_)) = (&leg.to, leg.submitted_at) {
        let department = to.department.as_ref().map(|id| crate::ids::DepartmentId::trusted(id.as_str()));
        let place = rules::our_org(&to.organisation);
        let owner = owner.map(|owner| ("owner", owner));
        side(conn, call, Callee::Receiver, &place, department.as_ref(), owner, &mut found).await?;
    }
    let table = crate::referrals::sql::deadlines(conn, &call.caller.alliance).await?;
    let owing = referral::owed(case, &leg.id, &table).map(|owed| rules::our_org(&owed.organisation));
    found.sort_by_key(|contact| Some(&contact.organisation.id) != owing.as_ref());
    Ok(found)
}

async fn side(
    conn: &mut Conn,
    call: &Call,
    callee: Callee,
    organisation: &OrganisationId,
    department: Option<&crate::ids::DepartmentId>,
    named: Option<(&str, PersonId)>,
    found: &mut Vec<Contact>,
) -> Result<()> {
    let alliance = &call.caller.alliance;
    let Some(place) = directory::sql::organisation(conn, alliance, organisation).await? else {
        return Ok(());
    };
    let on_duty =
        duty::responsible(conn, alliance, organisation, department, &[Role::ReferralDesk], call.now).await?;
    let duties = on_duty.people.into_iter().map(|person| ("duty", person));
    let mut seen = Vec::new();
    for (part, person) in named.into_iter().chain(duties) {
        let is_there = members::reads(conn, alliance, organisation, &person, call.now).await?;
        if seen.contains(&person) || (part != "duty" && !is_there) {
            continue;
        }
        if let Some(phone) = sql::phone_of(conn, &person).await? {
            let named = directory::sql::named(conn, &person, organisation).await?;
            found.push(Contact {
                callee,
                organisation: place.clone(),
                person: named,
                part: part.to_owned(),
                phone,
            });
        }
        seen.push(person);
    }
    if let Some(phone) = sql::phone_of_place(conn, organisation).await? {
        let part = "organisation".to_owned();
        found.push(Contact { callee, organisation: place, person: None, part, phone });
    }
    Ok(())
}
