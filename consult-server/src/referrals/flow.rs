//! The doors for changes to cases and legs: policy → rules → rows, events, audit, outbox, grants and timers in one
//! transaction. Knows no HTTP. What to decide is the crate `referral`'s; this loads what it needs and writes what follows.

pub mod checks;
pub mod conversing;
pub mod criteria;
pub mod deadlines;
pub mod read;

use super::rules::commands::{Around, Body};
use super::rules::{self, inputs};
use super::{Leg, LegInput, LegPatch, elsewhere, sql};
use crate::access::policy::{Action, Relation, Resource};
use crate::access::{Call, Role, grants};
use crate::db::change::{self, Author, Change, Subject};
use crate::db::{Conn, Tx, counter, to_json};
use crate::directory;
use crate::error::{Code, Refusal, Result};
use crate::ids::{AllianceId, CaseId, LegId, PatientId};
use crate::time::Timestamp;
use referral::{Actor, Case, Command, Event, EventBody, Member, Millis};
use serde_json::Value;
use std::collections::BTreeMap;

pub const LEG: &str = "leg";
pub const CASE: &str = "case";

/// Who acts, and why they may: a person at a door, or the clock.
#[derive(Clone)]
pub struct Acting {
    pub alliance: AllianceId,
    pub actor: Actor,
    pub author: Author,
    pub basis: &'static str,
}

/// What a new leg came to.
pub enum Drafted {
    New(Leg),
    /// The very same request, again.
    Again(Leg),
}

/// The caller as the crate knows people; managers with the organisations below their own.
pub async fn member(conn: &mut Conn, call: &Call) -> Result<Member> {
    let caller = &call.caller;
    let oversees = match caller.role {
        Role::Manager => directory::sql::below(conn, &caller.alliance, &caller.organisation).await?,
        _ => Vec::new(),
    };
    match rules::actor(&caller.person, &caller.organisation, caller.role, &oversees) {
        Some(Actor::Person(member)) => Ok(member),
        Some(Actor::Clock) | None => Err(Code::AccessRole.into()),
    }
}

fn acting(call: &Call, member: Member, basis: &'static str) -> Acting {
    Acting {
        alliance: call.caller.alliance.clone(),
        actor: Actor::Person(member),
        author: call.author.clone(),
        basis,
    }
}

/// A new leg as a draft, in a new case or in one the caller's organisation takes part in.
pub async fn draft(tx: &mut Tx, call: &Call, input: LegInput) -> Result<Drafted> {
    call.require(Action::LegSend, None)?;
    let hash = blake3::hash(to_json(&input)?.as_bytes()).to_hex().to_string();
    if let Some((known, author)) = sql::draft_of(tx.conn(), &input.id).await? {
        if known.as_deref() != Some(hash.as_str()) || author != call.caller.person {
            return Err(Code::RequestIdTaken.into());
        }
        return Ok(Drafted::Again(read::leg(tx.conn(), call, &input.id).await?.0));
    }
    let patient = &input.patient_id;
    let cared_for = grants::resource(tx.conn(), &call.caller, patient, call.now).await?;
    let basis = call.require(Action::PatientTreat, Some(&cared_for))?;
    let member = member(tx.conn(), call).await?;
    if let Some(id) = &input.case_id {
        in_case(tx, call, id, &member, patient).await?;
    }
    let acting = acting(call, member, basis);
    begin(tx, &acting, &call.ground.zone, &input).await?;
    sql::note_draft(tx, &input.id, &hash).await?;
    seen(tx, call, &input.id).await.map(Drafted::New)
}

/// The case must be one the caller sees, and about the same patient.
async fn in_case(tx: &mut Tx, call: &Call, id: &CaseId, member: &Member, patient: &PatientId) -> Result<()> {
    let case = sql::case_locked(tx, &call.caller.alliance, id).await?.ok_or_else(Refusal::not_found)?;
    let now = tx.now;
    if !case.legs.iter().any(|leg| rules::may_see(&case, leg, member, now)) {
        return Err(Refusal::not_found());
    }
    if case.patient.as_str() != patient.as_str() {
        return Err(Refusal::field(Code::ReferralPatientNotOfCase, "patient_id"));
    }
    Ok(())
}

/// Drafts a leg; the policy has been asked. Case numbers count by the days of the zone.
pub async fn begin(
    tx: &mut Tx,
    acting: &Acting,
    zone: &jiff::tz::TimeZone,
    input: &LegInput,
) -> Result<Case> {
    let standing = match &input.case_id {
        Some(id) => sql::case_locked(tx, &acting.alliance, id).await?,
        None => None,
    };
    let before = match standing {
        Some(case) => case,
        None => new_case(tx, acting, zone, &input.patient_id).await?,
    };
    let crate_id = |id: &LegId| referral::LegId::new(id.as_str());
    let mut said = inputs::draft(input, tx.now)?;
    criteria::judge(tx.conn(), &acting.alliance, &mut said.form).await?;
    let mut command = Command::Draft {
        input: said,
        replaces: input.replaces.as_ref().map(crate_id),
        based_on: input.based_on.as_ref().map(crate_id),
    };
    checks::destination(tx, &acting.alliance, None, &mut command).await?;
    let events = referral::decide(&before, &crate_id(&input.id), &command, &acting.actor, millis(tx.now))
        .map_err(|why| rules::refusal(&why))?;
    apply(tx, acting, &before, &events).await
}

async fn new_case(
    tx: &mut Tx,
    acting: &Acting,
    zone: &jiff::tz::TimeZone,
    patient: &PatientId,
) -> Result<Case> {
    let day = tx.now.day_in(zone);
    let running = counter::next(tx, &acting.alliance, &format!("referral-{day}")).await?;
    let number = rules::case_number(day, running);
    Ok(Case::new(referral::CaseId::new(tx.new_id()), number, referral::PatientId::new(patient.as_str())))
}

/// Changes what a draft says.
pub async fn revise(tx: &mut Tx, call: &Call, id: &LegId, version: i64, patch: LegPatch) -> Result<Leg> {
    give(tx, call, id, version, patch).await
}

impl Body for LegPatch {
    fn command(self, around: Around<'_>) -> Result<Command> {
        Ok(Command::Revise { input: inputs::revised(around.leg, self, around.now)? })
    }
}

/// Any command on a leg, on the version that the caller read.
pub async fn give<B: Body>(tx: &mut Tx, call: &Call, id: &LegId, version: i64, body: B) -> Result<Leg> {
    let member = member(tx.conn(), call).await?;
    let found = locked(tx, &call.caller.alliance, id).await?;
    let found = found
        .filter(|(case, leg)| case.leg(leg).is_some_and(|leg| rules::may_see(case, leg, &member, call.now)));
    let basis = call.require(Action::LegCommand, Some(&resource(call, found.is_some())))?;
    let (case, leg_id) = found.ok_or_else(Refusal::not_found)?;
    let leg = case.leg(&leg_id).ok_or_else(Refusal::not_found)?;
    let stale = is_stale(tx.conn(), leg, version).await?;
    let fresh = referral::LegId::new(tx.new_id());
    let around = Around { leg, patient: case.patient.as_str(), now: tx.now, fresh };
    let mut command = match body.command(around) {
        Err(_) if stale => return Err(changed_meanwhile(tx, call, id).await?),
        command => criteria::judged(tx.conn(), &call.caller.alliance, command?).await?,
    };
    checks::destination(tx, &call.caller.alliance, Some(leg), &mut command).await?;
    let acting = acting(call, member, basis);
    let decided = referral::decide(&case, &leg_id, &command, &acting.actor, millis(tx.now));
    let events = match decided {
        // Who was too late hears who was first, not only that something has changed.
        Err(why @ referral::Refusal::AlreadyAccepted { .. }) => {
            return Err(accepted_by(tx, leg, &why).await?);
        }
        _ if stale => return Err(changed_meanwhile(tx, call, id).await?),
        Err(why @ referral::Refusal::PatientElsewhere { .. }) => {
            return Err(elsewhere::flow::named(tx, &case, &why).await?);
        }
        decided => decided.map_err(|why| rules::refusal(&why))?,
    };
    if matches!(command, Command::Submit { .. }) {
        // A draft may have waited until the care it was begun in had ended.
        let patient = PatientId::trusted(case.patient.as_str());
        grants::still_treats(tx.conn(), &call.caller, &patient, call.now).await?;
    }
    checks::before(tx, &acting, &case, leg, &command).await?;
    apply(tx, &acting, &case, &events).await?;
    seen(tx, call, id).await
}

/// Whether what the caller read has changed since in a way that matters: being urged changes nothing that one decides on, and
/// neither does what is only told of a leg under its version (a missed deadline, a call, a package).
async fn is_stale(conn: &mut Conn, leg: &referral::Leg, version: i64) -> Result<bool> {
    if i64::try_from(leg.version).ok() == Some(version) {
        return Ok(false);
    }
    let since = change::kinds_after(conn, Subject { kind: LEG, id: leg.id.as_str() }, version).await?;
    let mut changes = since.iter().filter(|kind| EventBody::KINDS.contains(&kind.as_str())).peekable();
    Ok(changes.peek().is_none() || changes.any(|kind| kind != EventBody::Urged.kind()))
}

/// As `give`, for who needs no version: the demo's people act one after the other.
pub async fn carry_out(tx: &mut Tx, acting: &Acting, id: &LegId, command: &Command) -> Result<Case> {
    let (case, leg_id) = locked(tx, &acting.alliance, id).await?.ok_or_else(Refusal::not_found)?;
    let leg = case.leg(&leg_id).ok_or_else(Refusal::not_found)?;
    let mut command = command.clone();
    checks::destination(tx, &acting.alliance, Some(leg), &mut command).await?;
    let events = referral::decide(&case, &leg_id, &command, &acting.actor, millis(tx.now))
        .map_err(|why| rules::refusal(&why))?;
    checks::before(tx, acting, &case, leg, &command).await?;
    apply(tx, acting, &case, &events).await
}

/// The case of a leg, which nobody else changes before this transaction ends.
async fn locked(tx: &mut Tx, alliance: &AllianceId, id: &LegId) -> Result<Option<(Case, referral::LegId)>> {
    let case = sql::case_of_leg_locked(tx, alliance, id).await?;
    Ok(case.map(|case| (case, referral::LegId::new(id.as_str()))))
}

fn resource(call: &Call, related: bool) -> Resource {
    Resource { alliance: call.caller.alliance.clone(), relation: related.then_some(Relation::Referral) }
}

/// The leg after a change, as its author sees it and has therefore read it.
async fn seen(tx: &mut Tx, call: &Call, id: &LegId) -> Result<Leg> {
    let (mut leg, _) = read::leg(tx.conn(), call, id).await?;
    sql::mark_read(tx, id, &call.caller.person, leg.row.version).await?;
    leg.row.unread = false;
    Ok(leg)
}

async fn changed_meanwhile(tx: &mut Tx, call: &Call, id: &LegId) -> Result<Refusal> {
    let (current, _) = read::leg(tx.conn(), call, id).await?;
    Ok(Refusal::changed(current.row.version, &current))
}

async fn accepted_by(tx: &mut Tx, leg: &referral::Leg, why: &referral::Refusal) -> Result<Refusal> {
    let mut refusal = rules::refusal(why);
    let referral::Refusal::AlreadyAccepted { owner, by, .. } = why else { return Ok(refusal) };
    let Some(to) = &leg.to else { return Ok(refusal) };
    let organisation = rules::our_org(&to.organisation);
    for (name, person) in [("owner", Some(owner)), ("by", by.as_ref())] {
        let Some(person) = person else { continue };
        let person = crate::ids::PersonId::trusted(person.as_str());
        let named = directory::sql::named(tx.conn(), &person, &organisation).await?;
        refusal = refusal.with(name, serde_json::to_value(named).map_err(Refusal::internal)?);
    }
    Ok(refusal)
}

/// Writes what follows from a decision: the case and its legs, an event each with audit and outbox, grants, timers.
async fn apply(tx: &mut Tx, acting: &Acting, before: &Case, events: &[Event]) -> Result<Case> {
    let after =
        referral::evolve_all(before.clone(), events).map_err(|why| Refusal::internal(format!("{why:?}")))?;
    if before.version == 0 {
        sql::insert_case(tx, &acting.alliance, &after).await?;
    } else {
        sql::update_case(tx, before, &after).await?;
    }
    write_legs(tx, acting, before, &after).await?;
    for event in events {
        record(tx, acting, &after, event).await?;
        note_decision(tx, acting, &after, event).await?;
        give_and_end_grants(tx, acting, &after, event).await?;
        conversing::follow(tx, acting, &after, event).await?;
    }
    Ok(after)
}

/// Every leg whose version grew, or that is waited for in another way than before.
async fn write_legs(tx: &mut Tx, acting: &Acting, before: &Case, after: &Case) -> Result<()> {
    let table = sql::deadlines(tx.conn(), &acting.alliance).await?;
    // Who lets go of the patient or of a bed is written before who takes over: both are unique in the store.
    let mut legs: Vec<&referral::Leg> = after.legs.iter().collect();
    legs.sort_by_key(|leg| (leg.holds_patient(), rules::held(leg).is_some(), leg.ordinal));
    for leg in legs {
        let waiting = rules::waiting(after, leg, &table);
        match before.leg(&leg.id) {
            None => {
                sql::insert_leg(tx, &acting.alliance, after, leg, &waiting).await?;
                deadlines::arm(tx, &acting.alliance, leg, &rules::Waiting::default(), &waiting).await?;
            }
            Some(was) => {
                let waited = rules::waiting(before, was, &table);
                if was.version != leg.version || waited != waiting {
                    let goes_on = waited.owed == waiting.owed;
                    sql::update_leg(tx, was.version, leg, &waiting, goes_on).await?;
                }
                deadlines::arm(tx, &acting.alliance, leg, &waited, &waiting).await?;
            }
        }
    }
    Ok(())
}

async fn record(tx: &mut Tx, acting: &Acting, case: &Case, event: &Event) -> Result<()> {
    let subject = match &event.subject {
        referral::Subject::Leg(id) => Subject { kind: LEG, id: id.as_str() },
        referral::Subject::Case(id) => Subject { kind: CASE, id: id.as_str() },
    };
    let patient = PatientId::trusted(case.patient.as_str());
    let mut audience = rules::audience(case, event);
    let mut payload = payload(&event.body)?;
    if let (EventBody::Urged, referral::Subject::Leg(id)) = (&event.body, &event.subject) {
        let told = deadlines::call_next(tx, acting, case, id).await?;
        audience.extend(told.organisations);
        audience.sort();
        audience.dedup();
        payload = told.payload;
    }
    tx.record(Change {
        author: &acting.author,
        alliance: &acting.alliance,
        subject,
        version: i64::try_from(event.version).map_err(Refusal::internal)?,
        kind: event.body.kind(),
        payload,
        occurred_at: rules::occurred_at(&event.body),
        patient: Some(&patient),
        basis: acting.basis,
        audience: &audience,
    })
    .await
}

/// How long a decision took is kept beside the leg: whoever looks for a place is told how fast it answers. Who redirects an
/// emergency has decided then; how long the next place thinks about it is not theirs.
async fn note_decision(tx: &mut Tx, acting: &Acting, case: &Case, event: &Event) -> Result<()> {
    let (EventBody::Accepted { implied: false, .. }
    | EventBody::Declined { .. }
    | EventBody::RedirectRequested { .. }
    | EventBody::Redirected { .. }) = &event.body
    else {
        return Ok(());
    };
    let referral::Subject::Leg(id) = &event.subject else { return Ok(()) };
    let Some(leg) = case.leg(id) else { return Ok(()) };
    let (Some(to), Some(submitted)) = (&leg.to, leg.submitted_at) else { return Ok(()) };
    let took = millis(tx.now).since(submitted).0;
    sql::note_decision(tx, &acting.alliance, leg, &rules::our_org(&to.organisation), took).await
}

/// The body, without its tag: the type stands in a column of its own.
fn payload(body: &EventBody) -> Result<Value> {
    let mut payload = serde_json::to_value(body).map_err(Refusal::internal)?;
    if let Some(members) = payload.as_object_mut() {
        members.remove("type");
    }
    Ok(payload)
}

/// Both sides see the patient from submission until 30 days after the case has closed, a receiver whose legs have all ended before
/// it until 30 days after the last of them.
async fn give_and_end_grants(tx: &mut Tx, acting: &Acting, case: &Case, event: &Event) -> Result<()> {
    let subject = (CASE, case.id.as_str());
    if event.body == EventBody::CaseClosed {
        return grants::end(tx, subject).await;
    }
    let referral::Subject::Leg(id) = &event.subject else { return Ok(()) };
    if let Some(receiver) = rules::receiver_let_go(case, id) {
        return grants::end_of(tx, subject, &receiver).await;
    }
    if event.body != EventBody::Submitted {
        return Ok(());
    }
    let patient = PatientId::trusted(case.patient.as_str());
    for organisation in case.leg(id).map(rules::sides).unwrap_or_default() {
        grants::give(tx, &acting.alliance, &organisation, &patient, Relation::Referral, subject).await?;
    }
    Ok(())
}

/// The names of those who wrote in a leg.
async fn names_of(conn: &mut Conn, leg: &referral::Leg) -> Result<rules::shown::Names> {
    let mut names = BTreeMap::new();
    for (person, organisation) in rules::shown::writers(leg) {
        if let Some(named) = directory::sql::named(conn, &person, &organisation).await? {
            names.insert((person, organisation), named);
        }
    }
    Ok(names)
}

/// The instant as the crate writes it.
pub fn millis(at: Timestamp) -> Millis {
    Millis(at.0)
}
