//! Reading legs, cases and timelines as one caller sees them. Changes nothing but the mark that a leg was read.

use super::{CASE, LEG, member, names_of, resource};
use crate::access::policy::{Action, Relation, Resource};
use crate::access::scopes::Scope;
use crate::access::{Call, Role, grants};
use crate::db::Conn;
use crate::db::change::Subject;
use crate::directory;
use crate::error::{Code, Refusal, Result};
use crate::http::Page;
use crate::http::Paging;
use crate::ids::{CaseId, LegId, PatientId};
use crate::referrals::rows::sql::{LegBox, Viewer};
use crate::referrals::rules::narrowing::Narrowing;
use crate::referrals::{Case, Leg, LegPage, LegRow, receipts, rows, rules, sql};
use crate::refs::TimelineEntry;
use referral::Member;

/// Nobody reads further back than so many at once.
const HISTORY_LIMIT: i64 = 200;

fn viewer(call: &Call) -> Viewer<'_> {
    Viewer {
        alliance: &call.caller.alliance,
        organisation: &call.caller.organisation,
        person: &call.caller.person,
        today: call.ground.today(),
    }
}

/// The case of a leg and the caller's part, if the caller sees the leg; the legal basis with it.
async fn visible(
    conn: &mut Conn,
    call: &Call,
    id: &LegId,
) -> Result<(referral::Case, CaseId, Member, &'static str)> {
    let member = member(conn, call).await?;
    let mut found = None;
    let mut related = None;
    if let Some(case_id) = sql::case_of_leg(conn, &call.caller.alliance, id).await?
        && let Some(case) = sql::case(conn, &call.caller.alliance, &case_id).await?
    {
        if let Some(leg) = case.leg(&referral::LegId::new(id.as_str())) {
            related = Some(relation(conn, call, &case, leg, &member).await?);
        }
        found = Some((case, case_id));
    }
    let basis = call.require(Action::LegRead, related.as_ref())?;
    let (case, case_id) = found.ok_or_else(Refusal::not_found)?;
    Ok((case, case_id, member, basis))
}

/// What ties the caller to a leg: their organisation's part in it, their part of the tree, or a glass they broke.
async fn relation(
    conn: &mut Conn,
    call: &Call,
    case: &referral::Case,
    leg: &referral::Leg,
    member: &Member,
) -> Result<Resource> {
    if rules::may_see(case, leg, member, call.now) {
        let is_side = leg.from == member.organisation
            || leg.to.as_ref().is_some_and(|to| to.organisation == member.organisation);
        let is_from_above = !is_side && call.caller.role == Role::Manager;
        let relation = if is_from_above { Relation::Oversight } else { Relation::Referral };
        return Ok(Resource { alliance: call.caller.alliance.clone(), relation: Some(relation) });
    }
    if leg.submitted_at.is_none() {
        return Ok(resource(call, false));
    }
    grants::broken_glass(conn, &call.caller, &PatientId::trusted(case.patient.as_str()), call.now).await
}

/// The legs about a patient, with the legal basis of looking at the patient.
pub async fn of_patient(
    conn: &mut Conn,
    call: &Call,
    patient: &PatientId,
) -> Result<(Vec<LegRow>, &'static str)> {
    let related = grants::resource(conn, &call.caller, patient, call.now).await?;
    let basis = call.require(Action::PatientRead, Some(&related))?;
    call.within(Scope::ReferralsRead)?;
    let glass = grants::broken_glass(conn, &call.caller, patient, call.now).await?;
    let rows =
        rows::sql::of_patient(conn, viewer(call), patient, glass.relation.is_some(), HISTORY_LIMIT).await?;
    Ok((rows, glass.relation.map_or(basis, Relation::basis)))
}

/// A leg whole, with the legal basis of reading it.
pub async fn leg(conn: &mut Conn, call: &Call, id: &LegId) -> Result<(Leg, &'static str)> {
    let (case, case_id, member, basis) = visible(conn, call, id).await?;
    let leg = case.leg(&referral::LegId::new(id.as_str())).ok_or_else(Refusal::not_found)?;
    let rows = rows::sql::rows_of(conn, viewer(call), &case_id).await?;
    let row = rows.into_iter().find(|row| row.id == *id).ok_or_else(Refusal::not_found)?;
    let names = names_of(conn, leg).await?;
    let table = sql::deadlines(conn, &call.caller.alliance).await?;
    let mut shown = rules::shown::leg(&case, leg, row, &member, &names, &table, call.now)?;
    shown.has_thread = may_talk(call, &case, leg);
    Ok((shown, basis))
}

/// The caller has looked: what changes from now on is unread again. Answers whether there is something to write.
pub async fn mark_read(call: &Call, leg: &Leg, basis: &'static str) -> Result<()> {
    if !leg.row.unread {
        return Ok(());
    }
    let (call, leg) = (call.clone(), leg.clone());
    let db = call.ground.db.clone();
    db.write(move |tx| Box::pin(async move { receipts::flow::mark(tx, &call, &leg, basis).await })).await
}

/// A leg in the words of the crate, with its case and the legal basis of reading it.
pub async fn whole(
    conn: &mut Conn,
    call: &Call,
    id: &LegId,
) -> Result<(referral::Case, referral::Leg, &'static str)> {
    let (case, _, _, basis) = visible(conn, call, id).await?;
    let leg = case.leg(&referral::LegId::new(id.as_str())).cloned().ok_or_else(Refusal::not_found)?;
    Ok((case, leg, basis))
}

/// The same for who may act on the leg.
pub async fn to_command(
    conn: &mut Conn,
    call: &Call,
    id: &LegId,
) -> Result<(referral::Case, referral::Leg, &'static str)> {
    let member = member(conn, call).await?;
    let mut found = None;
    if let Some(case_id) = sql::case_of_leg(conn, &call.caller.alliance, id).await?
        && let Some(case) = sql::case(conn, &call.caller.alliance, &case_id).await?
        && let Some(leg) = case.leg(&referral::LegId::new(id.as_str())).cloned()
        && rules::may_see(&case, &leg, &member, call.now)
    {
        found = Some((case, leg));
    }
    let basis = call.require(Action::LegCommand, Some(&resource(call, found.is_some())))?;
    let (case, leg) = found.ok_or_else(Refusal::not_found)?;
    Ok((case, leg, basis))
}

/// Whether the caller may read the conversation of a leg, by what is loaded already: as `messages` answers when it is asked.
fn may_talk(call: &Call, case: &referral::Case, leg: &referral::Leg) -> bool {
    let is_side = leg.to.is_some() && rules::sides(leg).contains(&call.caller.organisation);
    let related =
        Resource { alliance: call.caller.alliance.clone(), relation: is_side.then_some(Relation::Referral) };
    leg.submitted_at.is_some()
        && rules::is_recent(case, call.now)
        && call.require(Action::ThreadRead, Some(&related)).is_ok()
}

/// What happened to a leg and to its case, oldest first. Who received it does not see how it was drafted.
pub async fn timeline(
    conn: &mut Conn,
    call: &Call,
    id: &LegId,
) -> Result<(Vec<TimelineEntry>, PatientId, &'static str)> {
    let (case, case_id, member, basis) = visible(conn, call, id).await?;
    let mut entries = directory::sql::timeline(conn, Subject { kind: LEG, id: id.as_str() }).await?;
    entries.extend(directory::sql::timeline(conn, Subject { kind: CASE, id: case_id.as_str() }).await?);
    entries.sort_by_key(|entry| entry.seq);
    let leg = case.leg(&referral::LegId::new(id.as_str())).ok_or_else(Refusal::not_found)?;
    if leg.from != member.organisation {
        entries.retain(|entry| !matches!(entry.r#type.as_str(), "leg.drafted" | "leg.revised"));
    }
    Ok((entries, PatientId::trusted(case.patient.as_str()), basis))
}

/// A case with the legs of it that the caller sees.
pub async fn case(conn: &mut Conn, call: &Call, id: &CaseId) -> Result<(Case, &'static str)> {
    let member = member(conn, call).await?;
    let found = sql::case(conn, &call.caller.alliance, id).await?;
    let sees = |case: &referral::Case, id: &LegId| {
        case.leg(&referral::LegId::new(id.as_str()))
            .is_some_and(|leg| rules::may_see(case, leg, &member, call.now))
    };
    let related = found
        .as_ref()
        .is_some_and(|case| case.legs.iter().any(|leg| rules::may_see(case, leg, &member, call.now)));
    let basis = call.require(Action::LegRead, Some(&resource(call, related)))?;
    let found = found.ok_or_else(Refusal::not_found)?;
    let mut legs = rows::sql::rows_of(conn, viewer(call), id).await?;
    legs.retain(|row| sees(&found, &row.id));
    let patient = legs.first().map(|row| row.patient.clone()).ok_or_else(Refusal::not_found)?;
    let state = if found.is_closed() { "closed" } else { "open" };
    Ok((Case { id: id.clone(), number: found.number, patient, state: state.to_owned(), legs }, basis))
}

/// A page of the caller's legs: `incoming` by deadline, `sent` and `all` by last change.
pub async fn list(
    conn: &mut Conn,
    call: &Call,
    which: &str,
    states: &str,
    narrowing: &Narrowing,
    paging: &Paging,
) -> Result<(LegPage, &'static str)> {
    // A list is the caller's own by its statement.
    let basis = call.require(Action::LegRead, Some(&resource(call, true)))?;
    let bad = |reason: &str| Refusal::new(Code::RequestQuery).with("reason", reason);
    let which = match which {
        "incoming" => LegBox::Incoming,
        "sent" => LegBox::Sent,
        "all" | "" if call.caller.role == Role::Manager => LegBox::Overseen,
        "all" | "" => LegBox::All,
        _ => return Err(bad("box")),
    };
    let states = rules::states(states).ok_or_else(|| bad("state"))?;
    let narrow = narrowing.checked(&call.caller.person, call.now).map_err(bad)?;
    let after = match &paging.cursor {
        Some(cursor) => Some(parse_cursor(cursor).ok_or_else(|| bad("cursor"))?),
        None => None,
    };
    let limit = paging.limit();
    let found = rows::sql::list(conn, viewer(call), which, &states, &narrow, after, limit + 1).await?;
    let page = Page::cut(found, limit, |(row, key)| format!("{key}.{}", row.id));
    let counts = rows::sql::counts(conn, &call.caller.alliance, &call.caller.organisation).await?;
    let mut items: Vec<LegRow> = page.items.into_iter().map(|(row, _)| row).collect();
    if which == LegBox::Sent {
        receipts::flow::count(conn, call, &mut items).await?;
    }
    Ok((LegPage { items, next: page.next, counts }, basis))
}

fn parse_cursor(text: &str) -> Option<(i64, String)> {
    let (key, id) = text.split_once('.')?;
    Some((key.parse().ok()?, LegId::parse(id)?.as_str().to_owned()))
}
