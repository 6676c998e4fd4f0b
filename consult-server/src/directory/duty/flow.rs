//! The doors of rosters: a plan is kept as a whole, a duty is taken off, two people swap; and who answers now. All changes of one
//! alliance's rosters wait for one another, so that two plans cannot fill one place. Knows no HTTP.

use super::rules::{self, Planned, Slot};
use super::{Duty, DutyInput, Responsible, Swap, SwapInput, SwapState, sql};
use crate::access::policy::Action;
use crate::access::{Call, Role};
use crate::db::{Conn, Tx};
use crate::directory::editing::flow::{living, record};
use crate::directory::editing::{By, sql as editing};
use crate::directory::sql as directory;
use crate::error::{Code, Refusal, Result};
use crate::ids::{AllianceId, DepartmentId, DutyId, OrganisationId, PersonId, SwapId};
use crate::time::Timestamp;
use serde_json::json;
use std::collections::BTreeSet;

pub const DUTY: &str = "duty";
pub const SWAP: &str = "duty_swap";

/// Who answers for a department, or for a whole organisation, now: resolved when it is needed, so that nothing is stuck because
/// somebody left (I-3).
pub async fn responsible(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    department: Option<&DepartmentId>,
    roles: &[Role],
    now: Timestamp,
) -> Result<Responsible> {
    let mut on_duty = sql::answering(conn, alliance, organisation, department, now).await?;
    on_duty.retain(|duty| Action::DutySwap.is_of(duty.role));
    let mut holders = BTreeSet::new();
    if on_duty.is_empty() {
        for role in roles {
            holders.extend(directory::holders(conn, organisation, *role, now).await?);
        }
    }
    Ok(rules::responsible(&on_duty, holders.into_iter().collect()))
}

fn planned(input: &DutyInput) -> Planned {
    Planned {
        slot: Slot {
            kind: input.kind,
            organisation: input.organisation_id.as_ref().map_or("", |o| o.as_str()).to_owned(),
            department: input.department_id.as_ref().map_or("", |d| d.as_str()).to_owned(),
        },
        person: input.person_id.as_str().to_owned(),
        rank: input.rank,
        starts_at: input.starts_at,
        ends_at: input.ends_at,
    }
}

fn standing(duty: &Duty) -> Planned {
    Planned {
        slot: Slot {
            kind: duty.kind,
            organisation: duty.organisation.as_ref().map_or("", |o| o.id.as_str()).to_owned(),
            department: duty.department.as_ref().map_or("", |d| d.id.as_str()).to_owned(),
        },
        person: duty.person.id.as_str().to_owned(),
        rank: duty.rank,
        starts_at: duty.starts_at,
        ends_at: duty.ends_at,
    }
}

/// A manager plans for the own organisation and those below it, an administrator for all; the alliance's duty is the administrator's.
async fn planner(tx: &mut Tx, call: &Call, organisation: Option<&OrganisationId>) -> Result<By> {
    let basis = call.require(Action::RosterManage, None)?;
    editing::hold(tx, &call.caller.alliance).await?;
    if call.caller.role == Role::Manager {
        let below = directory::below(tx.conn(), &call.caller.alliance, call.organisation()).await?;
        let mine = organisation.is_some_and(|o| o == call.organisation() || below.contains(o));
        if !mine {
            return Err(Code::DirectoryRosterElsewhere.into());
        }
    }
    let mut by = By::caller(call, basis);
    by.audience.extend(organisation.filter(|o| *o != call.organisation()).cloned());
    Ok(by)
}

/// Keeps a plan, all of it or nothing; a refusal names the duty of the plan (`index`) and the one in its way (`other`).
pub async fn plan(tx: &mut Tx, call: &Call, items: Vec<DutyInput>) -> Result<Vec<Duty>> {
    let mut kept = Vec::new();
    for (index, input) in items.iter().enumerate() {
        let duty = add(tx, call, input).await.map_err(|refusal| refusal.with("index", index))?;
        kept.push(duty);
    }
    Ok(kept)
}

async fn add(tx: &mut Tx, call: &Call, input: &DutyInput) -> Result<Duty> {
    let by = planner(tx, call, input.organisation_id.as_ref()).await?;
    let new = planned(input);
    if let Some(known) = sql::duty(tx.conn(), &by.alliance, &input.id).await? {
        return if standing(&known) == new { Ok(known) } else { Err(Code::RequestIdTaken.into()) };
    }
    if !rules::place_fits(input.kind, input.organisation_id.is_some(), input.department_id.is_some()) {
        return Err(Refusal::field(Code::DirectoryDutyPlace, "kind"));
    }
    rules::time_fits(input.starts_at, input.ends_at, tx.now)
        .map_err(|code| Refusal::field(code, "ends_at"))?;
    if let Some(organisation) = &input.organisation_id {
        let organisation = living(tx.conn(), call, organisation, "organisation_id").await?;
        let has =
            |id: &DepartmentId| organisation.departments.iter().any(|d| d.id == *id && d.ended_at.is_none());
        if !input.department_id.as_ref().is_none_or(has) {
            return Err(Refusal::field(Code::DirectoryDepartmentElsewhere, "department_id"));
        }
    }
    free(tx, &by.alliance, &new, &[]).await?;
    sql::insert(tx, &by.alliance, &input.id, &new).await?;
    let payload = json!({ "person": input.person_id, "starts_at": input.starts_at, "ends_at": input.ends_at,
                          "tell": [input.person_id] });
    record(tx, &by, (DUTY, input.id.as_str()), 1, "duty.planned", payload).await?;
    sql::duty(tx.conn(), &by.alliance, &input.id).await?.ok_or_else(Refusal::not_found)
}

/// The person works there for the whole of it, and nothing stands in the way but what is let pass.
async fn free(tx: &mut Tx, alliance: &AllianceId, new: &Planned, but: &[&DutyId]) -> Result<()> {
    let there = sql::works(tx.conn(), alliance, new).await?;
    if there.is_empty() {
        return Err(Refusal::field(Code::DirectoryDutyNotThere, "person_id"));
    }
    if !there.into_iter().flatten().any(|role| Action::DutySwap.is_of(role)) {
        return Err(Refusal::field(Code::DirectoryDutyNobody, "person_id"));
    }
    for other in sql::near(tx.conn(), alliance, new).await? {
        if but.contains(&&other.id) {
            continue;
        }
        if let Some(clash) = rules::clash(new, &standing(&other)) {
            let other = serde_json::to_value(&other).map_err(Refusal::internal)?;
            return Err(Refusal::new(clash.code()).with("other", other));
        }
    }
    Ok(())
}

/// Takes a duty off the roster; one that is over stays as it was.
pub async fn take_off(tx: &mut Tx, call: &Call, id: &DutyId, version: i64) -> Result<()> {
    let found = sql::duty(tx.conn(), &call.caller.alliance, id).await?;
    let place = found.as_ref().and_then(|duty| duty.organisation.as_ref()).map(|o| o.id.clone());
    let by = planner(tx, call, place.as_ref()).await?;
    let duty = sql::duty(tx.conn(), &by.alliance, id).await?.ok_or_else(Refusal::not_found)?;
    if version != duty.version {
        return Err(Refusal::changed(duty.version, &duty));
    }
    if duty.ends_at <= tx.now {
        return Err(Code::DirectoryDutyOver.into());
    }
    sql::take_off(tx, &duty).await?;
    let payload = json!({ "person": duty.person.id, "tell": [duty.person.id] });
    record(tx, &by, (DUTY, id.as_str()), version + 1, "duty.taken_off", payload).await
}

/// Offers a duty of one's own that has not begun.
pub async fn offer(tx: &mut Tx, call: &Call, input: SwapInput) -> Result<Swap> {
    let by = swapper(tx, call).await?;
    let me = &call.caller.person;
    if let Some(known) = sql::swap(tx.conn(), &by.alliance, &input.id).await? {
        let same = known.from.id == *me && known.offered_duty_id == input.offered_duty_id;
        return if same { Ok(known) } else { Err(Code::RequestIdTaken.into()) };
    }
    let offered = to_come(tx, &by, &input.offered_duty_id, "offered_duty_id").await?;
    if offered.person.id != *me {
        return Err(Refusal::field(Code::DirectorySwapNotYours, "offered_duty_id"));
    }
    let to = match (&input.wanted_duty_id, input.to_person_id) {
        (Some(wanted), _) => to_come(tx, &by, wanted, "wanted_duty_id").await?.person.id,
        (None, Some(person)) => person,
        (None, None) => return Err(Refusal::field(Code::DirectoryValueMissing, "to_person_id")),
    };
    if to == *me {
        return Err(Refusal::field(Code::DirectorySwapWithYourself, "to_person_id"));
    }
    if sql::open_swap_of(tx.conn(), &by.alliance, &input.offered_duty_id).await?.is_some() {
        return Err(Code::DirectorySwapStands.into());
    }
    exchanged(tx, &by, &offered, input.wanted_duty_id.as_ref(), &to).await?;
    let new = sql::NewSwap {
        id: &input.id,
        offered: &input.offered_duty_id,
        wanted: input.wanted_duty_id.as_ref(),
        from: me,
        to: &to,
    };
    sql::insert_swap(tx, &by.alliance, new).await?;
    let payload = json!({ "duty": input.offered_duty_id, "tell": [to] });
    record(tx, &by, (SWAP, input.id.as_str()), 1, "duty_swap.offered", payload).await?;
    sql::swap(tx.conn(), &by.alliance, &input.id).await?.ok_or_else(Refusal::not_found)
}

/// Both duties as they would be after the exchange: nothing may stand in their way. Answers what changes hands.
async fn exchanged(
    tx: &mut Tx,
    by: &By,
    offered: &Duty,
    wanted: Option<&DutyId>,
    to: &PersonId,
) -> Result<Vec<(DutyId, String)>> {
    let mut after =
        vec![(offered.id.clone(), Planned { person: to.as_str().to_owned(), ..standing(offered) })];
    if let Some(wanted) = wanted {
        let wanted = to_come(tx, by, wanted, "wanted_duty_id").await?;
        if wanted.person.id != *to {
            return Err(Refusal::field(Code::DirectorySwapNotYours, "wanted_duty_id"));
        }
        let person = offered.person.id.as_str().to_owned();
        after.push((wanted.id.clone(), Planned { person, ..standing(&wanted) }));
    }
    let but: Vec<&DutyId> = after.iter().map(|(id, _)| id).collect();
    for (_, duty) in &after {
        free(tx, &by.alliance, duty, &but).await?;
    }
    Ok(after.iter().map(|(id, duty)| (id.clone(), duty.person.clone())).collect())
}

async fn to_come(tx: &mut Tx, by: &By, id: &DutyId, name: &str) -> Result<Duty> {
    let duty = sql::duty(tx.conn(), &by.alliance, id).await?;
    let duty = duty.ok_or_else(|| Refusal::field(Code::DirectoryDutyUnknown, name))?;
    if duty.starts_at <= tx.now { Err(Refusal::field(Code::DirectoryDutyBegun, name)) } else { Ok(duty) }
}

async fn swapper(tx: &mut Tx, call: &Call) -> Result<By> {
    let basis = call.require(Action::DutySwap, None)?;
    editing::hold(tx, &call.caller.alliance).await?;
    Ok(By::caller(call, basis))
}

/// Decides an offer: the other side accepts or declines it, its author withdraws it. For anybody else it is absent.
pub async fn decide(tx: &mut Tx, call: &Call, id: &SwapId, version: i64, state: SwapState) -> Result<Swap> {
    let by = swapper(tx, call).await?;
    let me = &call.caller.person;
    let swap = sql::swap(tx.conn(), &by.alliance, id).await?;
    let swap = swap.filter(|swap| swap.from.id == *me || swap.to.id == *me).ok_or_else(Refusal::not_found)?;
    let decider = if state == SwapState::Withdrawn { &swap.from.id } else { &swap.to.id };
    if decider != me {
        return Err(Code::DirectorySwapNotYours.into());
    }
    if swap.state == state {
        return Ok(swap);
    }
    if swap.state != SwapState::Offered {
        return Err(Code::DirectorySwapDecided.into());
    }
    if version != swap.version {
        return Err(Refusal::changed(swap.version, &swap));
    }
    sql::decide_swap(tx, &swap, state).await?;
    if state == SwapState::Accepted {
        let offered = to_come(tx, &by, &swap.offered_duty_id, "offered_duty_id").await?;
        if offered.person.id != swap.from.id {
            return Err(Code::DirectorySwapNotYours.into());
        }
        let after = exchanged(tx, &by, &offered, swap.wanted_duty_id.as_ref(), &swap.to.id).await?;
        for (duty, person) in &after {
            sql::give(tx, duty, person).await?;
            sql::withdraw_swaps(tx, duty).await?;
        }
    }
    let told = if decider == &swap.from.id { &swap.to.id } else { &swap.from.id };
    let payload = json!({ "duty": swap.offered_duty_id, "tell": [told] });
    let kind = format!("duty_swap.{}", state.as_str());
    record(tx, &by, (SWAP, id.as_str()), version + 1, &kind, payload).await?;
    sql::swap(tx.conn(), &by.alliance, id).await?.ok_or_else(Refusal::not_found)
}
