//! The doors of follow-up: plan, say what came of it, put off, call off, and what happens when a day has passed: policy →
//! rules → rows, event, timer, grant in one transaction. Events stand in the timeline of the leg. Knows no HTTP.

use super::rules::{self, Which};
use super::sql::{self, Ending, New, Owing, Stored};
use super::{
    FollowUp, FollowUpAttempt, FollowUpCancel, FollowUpInput, FollowUpNotReached, FollowUpPage,
    FollowUpReschedule, FollowUpResult, FollowUpState, FollowUpSuggestion, KIND,
};
use crate::access::policy::{Action, Relation, Resource};
use crate::access::{Call, Role, grants};
use crate::db::change::{Author, Change, Subject};
use crate::db::timers::{self, Timer};
use crate::db::{Conn, Tx, to_json};
use crate::directory::sql as directory;
use crate::error::{Code, Refusal, Result};
use crate::http::{Page, Paging};
use crate::ids::{AllianceId, CaseId, FollowUpId, LegId, OrganisationId, PatientId, is_id};
use crate::referrals;
use crate::referrals::rules::{may_see, our_org, sides};
use jiff::civil::Date;
use referral::{Case, Leg};
use serde_json::{Value, json};

const TASK_LIMIT: usize = 2_000;

/// Plans one. The leg is one that the caller's organisation takes part in and from which somebody comes, or came, home.
pub async fn plan(tx: &mut Tx, call: &Call, input: FollowUpInput) -> Result<FollowUp> {
    let found = leg_of(tx, call, &input.leg_id).await?;
    let basis = call.require(Action::FollowUpWrite, Some(&resource(call, found.is_some())))?;
    let (case, leg) = found.ok_or_else(Refusal::not_found)?;
    let hash = blake3::hash(to_json(&input)?.as_bytes()).to_hex().to_string();
    if let Some((known, planned_by)) = sql::taken(tx.conn(), &input.id).await? {
        if known != hash || planned_by != call.caller.person {
            return Err(Code::RequestIdTaken.into());
        }
        return Ok(shown(call, stored(tx.conn(), call, &input.id).await?));
    }
    if !sides(&leg).contains(&call.caller.organisation) {
        return Err(Code::ReferralWrongParty.into());
    }
    if !rules::may_be_planned(&leg) {
        return Err(Code::FollowUpNotYet.into());
    }
    if input.task.trim().is_empty() || input.task.chars().count() > TASK_LIMIT {
        return Err(Refusal::field(Code::FollowUpTask, "task"));
    }
    let today = call.ground.today();
    let due_on = match &input.due_on {
        Some(text) => rules::due_on(text, today)?,
        None => rules::suggested(rules::diagnosis(&leg), today).due_on,
    };
    let may_owe = may_owe(tx.conn(), &leg).await?;
    let organisation = match &input.organisation_id {
        Some(named) => may_owe.into_iter().find(|one| one == named),
        None => may_owe.into_iter().next(),
    };
    let organisation =
        organisation.ok_or_else(|| Refusal::field(Code::FollowUpOrganisation, "organisation_id"))?;
    let (case_id, patient) = (CaseId::trusted(case.id.as_str()), PatientId::trusted(case.patient.as_str()));
    let new = New {
        input: &input,
        hash: &hash,
        case: &case_id,
        patient: &patient,
        organisation: &organisation,
        diagnosis: &rules::diagnosis(&leg).text,
        due_on,
    };
    sql::insert(tx, &call.caller, new).await?;
    let made = stored(tx.conn(), call, &input.id).await?;
    wait_for(tx, call, &made, due_on).await?;
    record(tx, call, &made, "follow_up.planned", basis, json!({ "task": made.shown.task })).await?;
    Ok(shown(call, made))
}

/// Those who may owe what follows a leg: where the patient lives, the organisation right above (whose family-doctor team comes
/// to the village), and the other side.
async fn may_owe(conn: &mut Conn, leg: &Leg) -> Result<Vec<OrganisationId>> {
    let lower = our_org(&rules::lower_side(leg));
    let above = directory::parent(conn, &lower).await?;
    let mut all = vec![lower];
    for one in [above, rules::upper_side(leg).as_ref().map(our_org)].into_iter().flatten() {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    Ok(all)
}

/// Its timer, and the right to see the patient for those who owe it.
async fn wait_for(tx: &mut Tx, call: &Call, made: &Stored, due_on: Date) -> Result<()> {
    let alliance = &call.caller.alliance;
    let subject = (KIND, made.shown.id.as_str());
    timers::clear(tx, subject).await?;
    timers::set(tx, alliance, subject, rules::MISSED, rules::told_at(due_on, &call.ground.zone)?).await?;
    let patient = &made.shown.patient.id;
    grants::give(tx, alliance, &made.shown.organisation.id, patient, Relation::Referral, subject).await?;
    let team = family_team(tx, made).await?;
    if let (Some(above), false) = (&made.above, team.is_empty()) {
        grants::give(tx, alliance, above, patient, Relation::Referral, subject).await?;
    }
    Ok(())
}

/// The family doctors of the organisation right above, who come to the villages below it.
async fn family_team(tx: &mut Tx, stored: &Stored) -> Result<Vec<crate::ids::PersonId>> {
    let now = tx.now;
    match &stored.above {
        Some(above) => directory::holders(tx.conn(), above, Role::FamilyDoctor, now).await,
        None => Ok(Vec::new()),
    }
}

/// It was done, and this was found.
pub async fn done(
    tx: &mut Tx,
    call: &Call,
    id: &FollowUpId,
    version: i64,
    result: FollowUpResult,
) -> Result<FollowUp> {
    let (before, basis) = at_version(tx, call, id, version, "done").await?;
    let result = rules::checked(result)?;
    let kept = before.shown.attempts.clone();
    let ending = Ending { state: FollowUpState::Done, result: Some(&result), attempts: &kept, reason: None };
    end(tx, call, before, ending, basis, json!({ "text": result.text })).await
}

/// Nobody was reached, though it was tried.
pub async fn not_reached(
    tx: &mut Tx,
    call: &Call,
    id: &FollowUpId,
    version: i64,
    said: FollowUpNotReached,
) -> Result<FollowUp> {
    let (before, basis) = at_version(tx, call, id, version, "not_reached").await?;
    let now = tx.now;
    rules::attempts(&said.attempts, now)?;
    let attempts: Vec<FollowUpAttempt> = before.shown.attempts.iter().cloned().chain(said.attempts).collect();
    let ending = Ending { state: FollowUpState::NotReached, result: None, attempts: &attempts, reason: None };
    let text = attempts.last().map(|attempt| attempt.note.clone());
    end(tx, call, before, ending, basis, json!({ "text": text })).await
}

/// It is not needed any more.
pub async fn cancel(
    tx: &mut Tx,
    call: &Call,
    id: &FollowUpId,
    version: i64,
    said: FollowUpCancel,
) -> Result<FollowUp> {
    let (before, basis) = at_version(tx, call, id, version, "cancel").await?;
    let reason = said.reason.trim();
    if reason.is_empty() {
        return Err(Refusal::field(Code::ReferralReasonMissing, "reason"));
    }
    let kept = before.shown.attempts.clone();
    let ending =
        Ending { state: FollowUpState::Cancelled, result: None, attempts: &kept, reason: Some(reason) };
    end(tx, call, before, ending, basis, json!({ "reason": reason })).await
}

async fn end(
    tx: &mut Tx,
    call: &Call,
    before: Stored,
    ending: Ending<'_>,
    basis: &str,
    mut payload: Value,
) -> Result<FollowUp> {
    let kind = match ending.state {
        FollowUpState::Done => "follow_up.done",
        FollowUpState::NotReached => "follow_up.not_reached",
        FollowUpState::Cancelled | FollowUpState::Planned => "follow_up.cancelled",
    };
    sql::end(tx, &call.caller, &before.shown, ending).await?;
    let subject = (KIND, before.shown.id.as_str());
    timers::clear(tx, subject).await?;
    grants::end(tx, subject).await?;
    // Whoever planned it hears what came of it.
    payload["tell"] = json!([before.shown.planned_by.id]);
    let after = stored(tx.conn(), call, &before.shown.id).await?;
    record(tx, call, &after, kind, basis, payload).await?;
    Ok(shown(call, after))
}

/// Another day; also after nobody was reached.
pub async fn reschedule(
    tx: &mut Tx,
    call: &Call,
    id: &FollowUpId,
    version: i64,
    said: FollowUpReschedule,
) -> Result<FollowUp> {
    let (before, basis) = at_version(tx, call, id, version, "reschedule").await?;
    let due_on = rules::due_on(&said.due_on, call.ground.today())?;
    let reason = Some(said.reason.trim()).filter(|reason| !reason.is_empty());
    sql::plan_anew(tx, &before.shown, due_on, reason).await?;
    let after = stored(tx.conn(), call, id).await?;
    wait_for(tx, call, &after, due_on).await?;
    record(tx, call, &after, "follow_up.rescheduled", basis, json!({ "reason": reason })).await?;
    Ok(shown(call, after))
}

/// One that the caller has a part in, at the version they read, in a state that takes the command from them.
async fn at_version(
    tx: &mut Tx,
    call: &Call,
    id: &FollowUpId,
    version: i64,
    command: &str,
) -> Result<(Stored, &'static str)> {
    let found = sql::by_id(tx.conn(), &call.caller.alliance, id, call.ground.today()).await?;
    let found = found.filter(|one| owes(call, one) || planned(call, one));
    let basis = call.require(Action::FollowUpWrite, Some(&resource(call, found.is_some())))?;
    let standing = found.ok_or_else(Refusal::not_found)?;
    if standing.shown.version != version {
        let version = standing.shown.version;
        return Err(Refusal::changed(version, shown(call, standing)));
    }
    if !rules::allowed(standing.shown.state, owes(call, &standing), planned(call, &standing))
        .contains(&command)
    {
        return Err(Refusal::new(Code::FollowUpState).with("state", standing.shown.state.as_str()));
    }
    Ok((standing, basis))
}

/// A day has passed: whoever owes it is told with the family doctors who come there, and after some days the managers.
pub async fn due(tx: &mut Tx, timer: &Timer) -> Result<()> {
    let id = FollowUpId::trusted(timer.subject_id.as_str());
    let Some(standing) = sql::by_id(tx.conn(), &timer.alliance, &id, Date::MAX).await? else {
        return Ok(());
    };
    if standing.shown.state != FollowUpState::Planned {
        return Ok(());
    }
    let owing = standing.shown.organisation.id.clone();
    let is_first = timer.kind == rules::MISSED;
    let (rung, told) = if is_first {
        ("urge", vec![owing])
    } else {
        ("manager", directory::above(tx.conn(), &timer.alliance, &owing).await?)
    };
    let mut payload = json!({ "follow_up": id, "due_on": standing.shown.due_on, "rung": rung, "told": told });
    if is_first {
        payload["tell"] = json!(family_team(tx, &standing).await?);
        let subject = (KIND, id.as_str());
        timers::set(tx, &timer.alliance, subject, rules::ESCALATED, rules::escalated_at(timer.due_at))
            .await?;
    }
    let author = Author { from: "worker".to_owned(), ..Author::default() };
    let event = Event {
        author: &author,
        alliance: &timer.alliance,
        kind: "follow_up.missed",
        basis: "deadline",
        payload,
        audience: told,
    };
    write(tx, &standing, event).await
}

struct Event<'a> {
    author: &'a Author,
    alliance: &'a AllianceId,
    kind: &'a str,
    basis: &'a str,
    payload: Value,
    audience: Vec<OrganisationId>,
}

async fn record(
    tx: &mut Tx,
    call: &Call,
    after: &Stored,
    kind: &str,
    basis: &str,
    mut payload: Value,
) -> Result<()> {
    let mut audience = vec![after.shown.organisation.id.clone()];
    if after.shown.planned_by.organisation.id != after.shown.organisation.id {
        audience.push(after.shown.planned_by.organisation.id.clone());
    }
    payload["follow_up"] = json!(after.shown.id);
    payload["due_on"] = json!(after.shown.due_on);
    // The organisation that owes it; who planned it is told by name where that matters.
    payload["told"] = json!([after.shown.organisation.id]);
    let event =
        Event { author: &call.author, alliance: &call.caller.alliance, kind, basis, payload, audience };
    write(tx, after, event).await
}

async fn write(tx: &mut Tx, about: &Stored, event: Event<'_>) -> Result<()> {
    tx.record(Change {
        author: event.author,
        alliance: event.alliance,
        subject: Subject { kind: referrals::flow::LEG, id: about.shown.leg_id.as_str() },
        version: about.leg_version,
        kind: event.kind,
        payload: event.payload,
        occurred_at: None,
        patient: Some(&about.shown.patient.id),
        basis: event.basis,
        audience: &event.audience,
    })
    .await
}

/// The leg, if the caller sees it, and nobody else changes its case before this transaction ends.
async fn leg_of(tx: &mut Tx, call: &Call, id: &LegId) -> Result<Option<(Case, Leg)>> {
    let member = referrals::flow::member(tx.conn(), call).await?;
    let alliance = &call.caller.alliance;
    let Some(case_id) = referrals::sql::case_of_leg(tx.conn(), alliance, id).await? else { return Ok(None) };
    let Some(case) = referrals::sql::case_locked(tx, alliance, &case_id).await? else { return Ok(None) };
    let leg = case.leg(&referral::LegId::new(id.as_str())).cloned();
    Ok(leg.filter(|leg| may_see(&case, leg, &member, call.now)).map(|leg| (case, leg)))
}

fn resource(call: &Call, related: bool) -> Resource {
    Resource { alliance: call.caller.alliance.clone(), relation: related.then_some(Relation::Referral) }
}

/// Its organisation, or the family doctors right above.
fn owes(call: &Call, one: &Stored) -> bool {
    let mine = &call.caller.organisation;
    one.shown.organisation.id == *mine
        || call.caller.role == Role::FamilyDoctor && one.above.as_ref() == Some(mine)
}

fn planned(call: &Call, one: &Stored) -> bool {
    one.shown.planned_by.organisation.id == call.caller.organisation
}

/// With the commands that this caller may give.
fn shown(call: &Call, one: Stored) -> FollowUp {
    let may = Action::FollowUpWrite.is_of(call.caller.role);
    let allowed = rules::allowed(one.shown.state, owes(call, &one), planned(call, &one));
    FollowUp {
        allowed: if may { allowed.into_iter().map(str::to_owned).collect() } else { Vec::new() },
        ..one.shown
    }
}

async fn stored(conn: &mut Conn, call: &Call, id: &FollowUpId) -> Result<Stored> {
    let found = sql::by_id(conn, &call.caller.alliance, id, call.ground.today()).await?;
    found.ok_or_else(Refusal::not_found)
}

/// What follows a leg, for whoever may read the leg, with what a plan would sensibly say.
pub async fn of_leg(conn: &mut Conn, call: &Call, id: &LegId) -> Result<(FollowUpPage, &'static str)> {
    let (_, basis) = referrals::flow::read::leg(conn, call, id).await?;
    let today = call.ground.today();
    let alliance = &call.caller.alliance;
    let items = sql::of_leg(conn, alliance, id, today).await?;
    let suggestion = suggestion(conn, call, id).await?;
    let page = page(conn, call, Page::whole(items), suggestion).await?;
    Ok((page, basis))
}

async fn suggestion(conn: &mut Conn, call: &Call, id: &LegId) -> Result<Option<FollowUpSuggestion>> {
    let alliance = &call.caller.alliance;
    let Some(case_id) = referrals::sql::case_of_leg(conn, alliance, id).await? else { return Ok(None) };
    let Some(case) = referrals::sql::case(conn, alliance, &case_id).await? else { return Ok(None) };
    let Some(leg) = case.leg(&referral::LegId::new(id.as_str())) else { return Ok(None) };
    let is_side = sides(leg).contains(&call.caller.organisation);
    if !is_side || !Action::FollowUpWrite.is_of(call.caller.role) || !rules::may_be_planned(leg) {
        return Ok(None);
    }
    let suggested = rules::suggested(rules::diagnosis(leg), call.ground.today());
    let mut organisations = Vec::new();
    for one in may_owe(conn, leg).await? {
        organisations.push(sql::organisation(conn, &one).await?);
    }
    let (reason, due_on) = (suggested.reason.to_owned(), suggested.due_on.to_string());
    Ok(Some(FollowUpSuggestion { reason, due_on, organisations }))
}

/// Everything planned for a patient, for whoever may see the patient.
pub async fn of_patient(
    conn: &mut Conn,
    call: &Call,
    patient: &PatientId,
) -> Result<(FollowUpPage, &'static str)> {
    let related = grants::resource(conn, &call.caller, patient, call.now).await?;
    let basis = call.require(Action::PatientRead, Some(&related))?;
    let items = sql::of_patient(conn, &call.caller.alliance, patient, call.ground.today()).await?;
    let page = page(conn, call, Page::whole(items), None).await?;
    Ok((page, basis))
}

/// What the caller's organisation owes.
pub async fn list(
    conn: &mut Conn,
    call: &Call,
    which: &str,
    paging: &Paging,
) -> Result<(FollowUpPage, &'static str)> {
    // A list is the caller's own by its statement.
    let basis = call.require(Action::FollowUpRead, Some(&resource(call, true)))?;
    let bad = |reason: &str| Refusal::new(Code::RequestQuery).with("reason", reason);
    let which = Which::parse(which).ok_or_else(|| bad("state"))?;
    let after = match &paging.cursor {
        Some(cursor) => Some(parse_cursor(cursor).ok_or_else(|| bad("cursor"))?),
        None => None,
    };
    let limit = paging.limit();
    let found = sql::list(conn, owing(call), which, after, limit + 1).await?;
    let found = Page::cut(found, limit, |one| format!("{}.{}", one.shown.due_on, one.shown.id));
    Ok((page(conn, call, found, None).await?, basis))
}

fn owing(call: &Call) -> Owing<'_> {
    Owing {
        alliance: &call.caller.alliance,
        organisation: &call.caller.organisation,
        is_family_team: call.caller.role == Role::FamilyDoctor,
        today: call.ground.today(),
    }
}

async fn page(
    conn: &mut Conn,
    call: &Call,
    found: Page<Stored>,
    suggestion: Option<FollowUpSuggestion>,
) -> Result<FollowUpPage> {
    let counts = sql::counts(conn, owing(call)).await?;
    let items = found.items.into_iter().map(|one| shown(call, one)).collect();
    Ok(FollowUpPage { items, next: found.next, counts, suggestion })
}

fn parse_cursor(text: &str) -> Option<(String, String)> {
    let (day, id) = text.split_once('.')?;
    let day: Date = day.parse().ok()?;
    is_id(id).then(|| (day.to_string(), id.to_owned()))
}
