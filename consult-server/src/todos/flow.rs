//! Reading the four lists: places from the indexes, then one row each, for those that the caller may still see. Changes nothing.

use super::rules::{self, Place, Start};
use super::{Class, Counts, Kind, Todo, Todos, sql};
use crate::access::Call;
use crate::access::policy::Action;
use crate::consults::lists::sql::{self as consults, PageStart};
use crate::consults::{ConsultBox, ConsultRow};
use crate::db::Conn;
use crate::error::{Code, Refusal, Result};
use crate::http::Paging;
use crate::referrals::LegRow;
use crate::referrals::rows::sql as referrals;
use crate::referrals::rules::RECORD;
use crate::referrals::sql as legs;
use crate::refs::Owed;
use crate::time::Timestamp;
use referral::Span;
use std::collections::BTreeMap;

const DAY_SECONDS: i64 = 24 * 3600;
/// So far back somebody is told for information.
const TOLD_DAYS: i64 = 30;
/// So long what is done stays in sight.
const DONE_DAYS: i64 = 7;

/// A page of one list, with the counts of all four; the legal basis with it.
pub async fn list(
    conn: &mut Conn,
    call: &Call,
    class: Class,
    paging: &Paging,
) -> Result<(Todos, &'static str)> {
    let basis = call.require(Action::TodoRead, None)?;
    let start = Start::of(class, paging.cursor.as_deref())
        .ok_or_else(|| Refusal::new(Code::RequestQuery).with("reason", "cursor"))?;
    let limit = paging.limit();
    let places = places(conn, call, class, &start, limit + 1).await?;
    let page = rules::page(class, places, limit);
    let items = shown(conn, call, class, page.items).await?;
    let counts = counts(conn, call).await?;
    Ok((Todos { items, next: page.next, counts }, basis))
}

fn told_since(now: Timestamp) -> Timestamp {
    now.plus_seconds(-TOLD_DAYS * DAY_SECONDS)
}

fn done_since(now: Timestamp) -> Timestamp {
    now.plus_seconds(-DONE_DAYS * DAY_SECONDS)
}

async fn places(conn: &mut Conn, call: &Call, class: Class, start: &Start, limit: i64) -> Result<Vec<Place>> {
    let (caller, now) = (&call.caller, call.now);
    match class {
        Class::Todo => {
            let mut found = sql::legs(conn, caller, now, start, limit).await?;
            let within = for_papers(conn, call).await?;
            found.extend(sql::papers(conn, caller, now, within, start, limit).await?);
            found.extend(sql::swaps(conn, caller, start, limit).await?);
            let from = PageStart { key: start.key, id: start.id.clone() };
            let waiting = consults::list(conn, viewer(call), ConsultBox::Todo, None, from, limit).await?;
            found.extend(waiting.into_iter().map(|row| Place {
                key: row.owed.as_ref().and_then(|owed| owed.due_at).map_or(i64::MAX, |due| due.0),
                kind: Kind::Consult,
                id: row.id.to_string(),
                papers: false,
            }));
            Ok(found)
        }
        Class::Started => sql::started(conn, caller, start, limit).await,
        Class::Informed => sql::informed(conn, caller, now, told_since(now), start, limit).await,
        Class::Done => sql::done(conn, caller, now, done_since(now), start, limit).await,
    }
}

pub async fn counts(conn: &mut Conn, call: &Call) -> Result<Counts> {
    let (caller, now) = (&call.caller, call.now);
    let consults = consults::counts(conn, viewer(call)).await?;
    Ok(Counts {
        todo: sql::count_legs(conn, caller, now).await?
            + sql::count_papers(conn, caller, now).await?
            + sql::count_swaps(conn, caller).await?
            + consults.todo,
        started: sql::count_started(conn, caller).await?,
        informed: sql::count_informed(conn, caller, now, told_since(now)).await?,
        done: sql::count_done(conn, caller, now, done_since(now)).await?,
    })
}

/// How long the papers of an emergency may take.
async fn for_papers(conn: &mut Conn, call: &Call) -> Result<Span> {
    Ok(legs::deadlines(conn, &call.caller.alliance).await?.complete_record.emergency)
}

fn viewer(call: &Call) -> consults::Viewer<'_> {
    consults::Viewer {
        alliance: &call.caller.alliance,
        person: &call.caller.person,
        organisation: &call.caller.organisation,
        role: call.caller.role,
        now: call.now,
        today: call.ground.today(),
    }
}

/// The rows of these places, in their order, of what is still there for the caller: a few statements for all of them.
async fn shown(conn: &mut Conn, call: &Call, class: Class, places: Vec<Place>) -> Result<Vec<Todo>> {
    let mut known = BTreeMap::new();
    for todo in shown_legs(conn, call, &places).await? {
        known.insert((Kind::Leg, todo.id.clone()), todo);
    }
    for todo in shown_consults(conn, call, &places).await? {
        known.insert((Kind::Consult, todo.id.clone()), todo);
    }
    for id in ids(&places, Kind::DutySwap) {
        known.extend(swap(conn, id.to_owned()).await?.map(|todo| ((Kind::DutySwap, todo.id.clone()), todo)));
    }
    let seqs: Vec<i64> = places.iter().filter(|_| class == Class::Informed).map(|place| place.key).collect();
    let mut told = sql::told(conn, &seqs).await?;
    let mut items = Vec::with_capacity(places.len());
    for place in places {
        let Some(mut todo) = known.get(&(place.kind, place.id)).cloned() else { continue };
        match class {
            Class::Todo if place.papers => wait_for_papers(&mut todo, Timestamp(place.key)),
            Class::Todo | Class::Started => {}
            Class::Done => todo.at = Timestamp(place.key),
            Class::Informed => {
                let Some((told, at, unread)) = told.remove(&place.key) else { continue };
                (todo.told, todo.at, todo.unread) = (Some(told), at, unread);
            }
        }
        items.push(todo);
    }
    Ok(items)
}

fn ids(places: &[Place], kind: Kind) -> Vec<&str> {
    places.iter().filter(|place| place.kind == kind).map(|place| place.id.as_str()).collect()
}

async fn shown_legs(conn: &mut Conn, call: &Call, places: &[Place]) -> Result<Vec<Todo>> {
    let caller = &call.caller;
    let visible = sql::visible(conn, caller, call.now, Kind::Leg, &ids(places, Kind::Leg)).await?;
    let viewer = referrals::Viewer {
        alliance: &caller.alliance,
        organisation: &caller.organisation,
        person: &caller.person,
        today: call.ground.today(),
    };
    let visible: Vec<&str> = visible.iter().map(String::as_str).collect();
    Ok(referrals::several(conn, viewer, &visible).await?.into_iter().map(of_leg).collect())
}

async fn shown_consults(conn: &mut Conn, call: &Call, places: &[Place]) -> Result<Vec<Todo>> {
    let caller = &call.caller;
    let visible = sql::visible(conn, caller, call.now, Kind::Consult, &ids(places, Kind::Consult)).await?;
    let visible: Vec<&str> = visible.iter().map(String::as_str).collect();
    let rows = consults::several(conn, &visible, &caller.person, call.ground.today()).await?;
    Ok(rows.into_iter().map(of_consult).collect())
}

/// What is asked is the papers, and not the next step of the leg.
fn wait_for_papers(todo: &mut Todo, due_at: Timestamp) {
    let sender = todo.from.clone();
    todo.due_at = Some(due_at);
    todo.owed = Some(Owed {
        party: referral::Party::Sender.as_str().to_owned(),
        organisation: sender.organisation.clone(),
        person: Some(sender),
        duty: RECORD.to_owned(),
        due_at: Some(due_at),
    });
}

fn of_leg(row: LegRow) -> Todo {
    Todo {
        kind: Kind::Leg,
        id: row.id.to_string(),
        number: Some(row.number),
        patient: Some(row.patient),
        urgency: Some(row.urgency.0.as_str().to_owned()),
        state: row.state.0.as_str().to_owned(),
        from: row.sender,
        to: row.to,
        due_at: row.owed.as_ref().and_then(|owed| owed.due_at),
        owed: row.owed,
        at: row.updated_at,
        unread: row.unread,
        told: None,
    }
}

fn of_consult(row: ConsultRow) -> Todo {
    Todo {
        kind: Kind::Consult,
        id: row.id.to_string(),
        number: Some(row.number),
        patient: Some(row.patient),
        urgency: Some(row.urgency.as_str().to_owned()),
        state: row.state.as_str().to_owned(),
        from: row.requester,
        to: Some(row.invited),
        due_at: row.owed.as_ref().and_then(|owed| owed.due_at),
        owed: row.owed,
        at: row.updated_at,
        unread: row.unread,
        told: None,
    }
}

async fn swap(conn: &mut Conn, id: String) -> Result<Option<Todo>> {
    let found = sql::swap(conn, &id).await?;
    Ok(found.map(|(from, offered_at, starts_at)| Todo {
        kind: Kind::DutySwap,
        id,
        number: None,
        patient: None,
        urgency: None,
        state: "offered".to_owned(),
        from,
        to: None,
        owed: None,
        due_at: Some(starts_at),
        at: offered_at,
        unread: true,
        told: None,
    }))
}
