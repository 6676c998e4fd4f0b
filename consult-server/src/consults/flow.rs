//! The doors for changes to consults: policy → rules → rows, events, audit, outbox, deadline and grants in one transaction.
//! Knows no HTTP. What the clock does is `deadline::flow`.

use super::deadline::Debtor;
use super::report::{self, DocumentKind, ReportText, Signed};
use super::rules::{self, Command, Facts, Giver, Happened, Life};
use super::sql::{self, Stored};
use super::state::{Actor, State, Verb};
use super::{KIND, deadline, read};
use crate::access::policy::{Action, Decision, Relation, Resource, may};
use crate::access::{Call, Role, grants};
use crate::conference;
use crate::db::change::{Author, Change, Subject};
use crate::db::{Conn, Tx};
use crate::directory::{self, AgreementKind};
use crate::error::{Code, Refusal, Result};
use crate::ids::{AllianceId, ConsultId};
use serde_json::{Map, Value};

/// Who acts when the clock or a rule does.
const SYSTEM: &str = "system";

/// A consult the caller may see, with the legal basis.
pub async fn visible(conn: &mut Conn, call: &Call, id: &ConsultId) -> Result<(Stored, &'static str)> {
    let found = sql::by_id(conn, &call.caller.alliance, id).await?;
    let resource = match &found {
        Some(stored) => Some(resource(conn, call, stored).await?),
        None => None,
    };
    let basis = call.require(Action::ConsultRead, resource.as_ref())?;
    Ok((found.ok_or_else(Refusal::not_found)?, basis))
}

/// What an organisation asked for and what it signed stays its own; everything else ends with the grant. Whoever a missed deadline
/// calls sees the consult as long as they are called, to see to it, and nothing else of its patient.
async fn resource(conn: &mut Conn, call: &Call, stored: &Stored) -> Result<Resource> {
    let organisation = call.organisation();
    let wrote_it = stored.life.signed_version.is_some() && stored.invited_organisation == *organisation;
    if stored.requester_organisation == *organisation || wrote_it {
        return Ok(Resource { alliance: stored.alliance.clone(), relation: Some(Relation::Consult) });
    }
    if stored.life.state == State::Draft {
        return Ok(Resource { alliance: stored.alliance.clone(), relation: None });
    }
    let now = call.ground.now();
    let granted =
        grants::of_subject(conn, &stored.alliance, organisation, (KIND, stored.id.as_str()), now).await?;
    if granted.relation.is_some() {
        return Ok(granted);
    }
    let is_called = stored
        .debt
        .as_ref()
        .is_some_and(|debt| debt.debtor == Debtor::Manager && debt.organisation == *organisation);
    if is_called && matches!(call.caller.role, Role::Manager | Role::Coordinator) {
        return Ok(Resource { alliance: stored.alliance.clone(), relation: Some(Relation::Oversight) });
    }
    if call.caller.role == Role::Manager {
        let below = directory::sql::below(conn, &stored.alliance, organisation).await?;
        let oversees =
            below.contains(&stored.requester_organisation) || below.contains(&stored.invited_organisation);
        let relation = oversees.then_some(Relation::Oversight);
        return Ok(Resource { alliance: stored.alliance.clone(), relation });
    }
    grants::broken_glass(conn, &call.caller, &stored.patient, now).await
}

/// What the caller is to this consult.
pub fn actor(call: &Call, stored: &Stored) -> Actor {
    let related = Resource { alliance: stored.alliance.clone(), relation: Some(Relation::Consult) };
    let can = |action| matches!(may(&call.caller, action, Some(&related)), Decision::Allow { .. });
    let (is_asking, is_invited) = (
        stored.requester_organisation == *call.organisation(),
        stored.invited_organisation == *call.organisation(),
    );
    Actor {
        is_requester: is_asking && can(Action::ConsultRequest),
        is_coordinator: is_invited && can(Action::ConsultCoordinate),
        is_specialist: is_invited && can(Action::ConsultAnswer),
        is_assignee: stored.life.assignee.as_ref() == Some(&call.caller.person),
        is_system: false,
    }
}

/// Carries out a command.
pub async fn command(
    tx: &mut Tx,
    call: &Call,
    id: &ConsultId,
    version: i64,
    command: Command,
) -> Result<Stored> {
    let (stored, basis) = visible(tx.conn(), call, id).await?;
    let actor = actor(call, &stored);
    if command.verb() == Verb::Claim && stored.life.state.is_open() && actor.is_specialist {
        match &stored.life.assignee {
            // The answer was lost on the way: it is the caller's already.
            Some(_) if actor.is_assignee => return Ok(stored),
            Some(_) => return Err(claimed_by_other(tx.conn(), &stored).await?),
            None => {}
        }
    }
    if version != stored.version {
        return Err(stale(tx.conn(), call, &stored).await?);
    }
    if matches!(command.verb(), Verb::Submit | Verb::Resubmit) {
        // A draft may have waited until the care it was begun in had ended.
        grants::still_treats(tx.conn(), &call.caller, &stored.patient, call.now).await?;
    }
    let giver = Giver { person: call.caller.person.clone(), actor };
    let facts = facts(tx, call, &stored, command.verb()).await?;
    let (life, log) = rules::advance(stored.life.clone(), &command, &giver, &facts, tx.now)?;
    let (id, was_draft, is_claim) =
        (stored.id.clone(), stored.life.state == State::Draft, command.verb() == Verb::Claim);
    match carry_out(tx, call, stored, life, &command, facts, &log, basis, was_draft).await {
        // Another node was faster between our reading and our writing.
        Err(refusal) if refusal.code == Code::ConflictChanged => {
            let now_stands = self::stored(tx.conn(), &call.caller.alliance, &id).await?;
            Err(if is_claim && now_stands.life.assignee.is_some() {
                claimed_by_other(tx.conn(), &now_stands).await?
            } else {
                stale(tx.conn(), call, &now_stands).await?
            })
        }
        done => done,
    }
}

/// The facts that this verb's guards ask for.
async fn facts(tx: &mut Tx, call: &Call, stored: &Stored, verb: Verb) -> Result<Facts> {
    let mut facts = Facts::default();
    let (now, alliance) = (tx.now, &stored.alliance);
    let conn = tx.conn();
    if matches!(verb, Verb::Submit | Verb::Resubmit) {
        let (from, to) = (&stored.requester_organisation, &stored.invited_organisation);
        facts.agreed = directory::sql::agreed(conn, alliance, AgreementKind::Consult, from, to, now).await?;
        facts.auto_quality = rules::auto_quality(&sql::settings(conn, alliance).await?, stored.life.kind);
    }
    if matches!(verb, Verb::Claim | Verb::Sign) {
        (facts.licence_until, facts.practising_since) =
            directory::sql::licence(conn, &call.caller.person).await?;
    }
    if matches!(verb, Verb::Sign | Verb::Amend) {
        let versions = report::sql::versions(conn, &stored.id).await?;
        facts.report = versions.into_iter().next().map(|version| version.text);
    }
    Ok(facts)
}

#[expect(clippy::too_many_arguments, reason = "the one place where all parts of a change meet")]
async fn carry_out(
    tx: &mut Tx,
    call: &Call,
    mut stored: Stored,
    life: Life,
    command: &Command,
    facts: Facts,
    log: &[Happened],
    basis: &'static str,
    was_draft: bool,
) -> Result<Stored> {
    let now = tx.now;
    stored.life = life;
    stored.rung = 0;
    stored.debt = deadline::due(&stored.life, now).map(|due| deadline::flow::debt(&stored, due));
    let subject = (KIND, stored.id.as_str());
    let ends = stored.life.state.is_terminal();
    let (begins, goes_on) = (was_draft && !ends, command.verb() == Verb::Amend);
    if begins || goes_on {
        for organisation in [&stored.requester_organisation, &stored.invited_organisation] {
            let (alliance, patient) = (&stored.alliance, &stored.patient);
            if begins {
                grants::give(tx, alliance, organisation, patient, Relation::Consult, subject).await?;
            } else {
                let seconds = rules::AMENDING_SECONDS;
                grants::prolong(tx, alliance, organisation, patient, Relation::Consult, subject, seconds)
                    .await?;
            }
        }
        conference::flow::reopen(tx, &stored.room, &stored.patient).await?;
    }
    if ends {
        grants::end(tx, subject).await?;
        conference::flow::close(tx, &stored.room).await?;
    }
    deadline::flow::set(tx, &stored).await?;
    write_papers(tx, call, &stored, command, facts).await?;
    persist(tx, call, stored, log, basis).await
}

/// Reports and questions that a command writes.
async fn write_papers(
    tx: &mut Tx,
    call: &Call,
    stored: &Stored,
    command: &Command,
    facts: Facts,
) -> Result<()> {
    let (id, person, kind) = (&stored.id, &call.caller.person, DocumentKind::of(stored.life.kind));
    let version = stored.life.report_version.unwrap_or(1);
    match command {
        Command::Ask { text } => report::sql::ask(tx, id, text.trim()).await,
        Command::Answer { text } => report::sql::answer(tx, id, text.trim()).await,
        Command::DraftReport(text) => report::sql::save(tx, id, version, kind, text, person).await,
        Command::Amend { .. } => {
            let text = facts.report.unwrap_or_default();
            report::sql::save(tx, id, version, kind, &text, person).await
        }
        Command::Sign => sign(tx, call, stored, version, kind, &facts.report.unwrap_or_default()).await,
        Command::Submit
        | Command::PassQuality
        | Command::ReturnData { .. }
        | Command::Resubmit
        | Command::Claim
        | Command::Release { .. }
        | Command::Decline { .. }
        | Command::Start { .. }
        | Command::Deliver
        | Command::Acknowledge { .. }
        | Command::Cancel { .. } => Ok(()),
    }
}

async fn sign(
    tx: &mut Tx,
    call: &Call,
    stored: &Stored,
    version: i64,
    kind: DocumentKind,
    text: &ReportText,
) -> Result<()> {
    let inputs = read::inputs(tx.conn(), stored).await?;
    let signed = Signed {
        consult: stored.id.as_str(),
        number: &stored.number,
        patient: stored.patient.as_str(),
        version,
        kind,
        question: &stored.life.question,
        text,
        author: call.caller.person.as_str(),
        signed_at: tx.now,
        inputs: &inputs,
    };
    let (canonical, hash) = report::sealed(&signed)?;
    report::sql::sign(tx, &stored.id, version, &call.caller.person, &canonical, &hash).await
}

/// Writes the row by compare-and-set and tells what happened, one version for each thing. Whoever did it has seen it.
pub(super) async fn persist(
    tx: &mut Tx,
    call: &Call,
    mut stored: Stored,
    log: &[Happened],
    basis: &'static str,
) -> Result<Stored> {
    advance_version(&mut stored, log);
    let read = stored.version - log.len() as i64;
    sql::update(tx, read, &stored).await?;
    record(tx, &call.author, &stored, read + 1, log, basis).await?;
    sql::see(tx, &stored.id, &call.caller.person, stored.version).await?;
    self::stored(tx.conn(), &stored.alliance, &stored.id).await
}

pub(super) fn advance_version(stored: &mut Stored, log: &[Happened]) {
    for happened in log {
        stored.version += 1;
        if happened.is_news {
            stored.news_version = stored.version;
        }
    }
}

pub(super) async fn record(
    tx: &mut Tx,
    author: &Author,
    stored: &Stored,
    first_version: i64,
    log: &[Happened],
    basis: &str,
) -> Result<()> {
    let now = tx.now;
    let subject = Subject { kind: KIND, id: stored.id.as_str() };
    let mut audience = grants::organisations_of(tx.conn(), (KIND, stored.id.as_str()), now).await?;
    if !audience.contains(&stored.requester_organisation) {
        audience.push(stored.requester_organisation.clone());
    }
    // Whom a missed deadline calls.
    if let Some(debt) = stored.debt.as_ref().filter(|debt| !audience.contains(&debt.organisation)) {
        audience.push(debt.organisation.clone());
    }
    let system =
        Author { from: SYSTEM.to_owned(), request_id: author.request_id.clone(), ..Author::default() };
    for (version, happened) in (first_version..).zip(log) {
        tx.record(Change {
            author: if happened.by_system { &system } else { author },
            alliance: &stored.alliance,
            subject,
            version,
            kind: happened.kind,
            payload: payload(happened, stored),
            occurred_at: None,
            patient: Some(&stored.patient),
            basis,
            audience: &audience,
        })
        .await?;
    }
    Ok(())
}

/// What happened, with what a notice needs to say which consult it is about.
fn payload(happened: &Happened, stored: &Stored) -> Value {
    let mut payload = match &happened.payload {
        Value::Object(said) => said.clone(),
        _ => Map::new(),
    };
    payload.insert("number".to_owned(), stored.number.clone().into());
    payload.insert("urgency".to_owned(), stored.life.urgency.as_str().into());
    Value::Object(payload)
}

async fn claimed_by_other(conn: &mut Conn, stored: &Stored) -> Result<Refusal> {
    let by = match &stored.life.assignee {
        Some(person) => directory::sql::named(conn, person, &stored.invited_organisation).await?,
        None => None,
    };
    let by = serde_json::to_value(by).map_err(Refusal::internal)?;
    let at = stored.life.assigned_at.map(|at| at.to_string());
    Ok(Refusal::new(Code::ConsultClaimedByOther).with("by", by).with("at", at))
}

/// The refusal of a version that no longer stands.
pub(super) async fn stale(conn: &mut Conn, call: &Call, stored: &Stored) -> Result<Refusal> {
    Ok(Refusal::changed(stored.version, read::whole(conn, call, stored).await?))
}

pub(super) async fn stored(conn: &mut Conn, alliance: &AllianceId, id: &ConsultId) -> Result<Stored> {
    sql::by_id(conn, alliance, id).await?.ok_or_else(|| Refusal::internal("a consult went away"))
}

/// The caller has it before their eyes: it is no longer unread.
pub async fn see(tx: &mut Tx, call: &Call, id: &ConsultId, version: i64) -> Result<()> {
    sql::see(tx, id, &call.caller.person, version).await
}
