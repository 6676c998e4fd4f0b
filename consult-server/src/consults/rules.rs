//! What a command does to a consult, or why not: guards, transitions and what happened, in one pure function.
//! Facts are loaded before; nothing here reads a store or a clock.

use super::drafting::Touched;
use super::report::{self, ReportText};
use super::state::{Actor, State, TABLE, Verb, permit};
use super::{Adoption, ConsentKind, ConsultType, Decision, DeclineReason, Mode, Urgency};
use crate::error::{Code, Refusal, Result};
use crate::ids::PersonId;
use crate::refs::TimelineEntry;
use crate::time::Timestamp;
use serde_json::{Value, json};

/// Everything of a consult that commands read or change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    pub kind: ConsultType,
    pub mode: Mode,
    pub urgency: Urgency,
    pub question: String,
    pub summary: String,
    pub consent: Option<ConsentKind>,
    pub state: State,
    /// Where an answered question leads back to.
    pub resume: Option<State>,
    pub assignee: Option<PersonId>,
    pub assigned_at: Option<Timestamp>,
    pub submitted_at: Option<Timestamp>,
    pub started_at: Option<Timestamp>,
    pub waiting_since: Option<Timestamp>,
    pub waited_ms: i64,
    pub report_version: Option<i64>,
    pub signed_version: Option<i64>,
    pub decision: Option<Decision>,
    pub acknowledgement: Option<Adopted>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adopted {
    pub adoption: Adoption,
    pub reason: Option<String>,
    pub by: PersonId,
    pub at: Timestamp,
}

/// A command with what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Submit,
    PassQuality,
    ReturnData {
        reason: String,
    },
    Resubmit,
    Claim,
    Release {
        reason: String,
    },
    Ask {
        text: String,
    },
    Answer {
        text: String,
    },
    Decline {
        reason: DeclineReason,
        text: Option<String>,
    },
    /// `room`: by opening the room; by the first image otherwise. Unsaid, the mode decides.
    Start {
        room: Option<bool>,
    },
    DraftReport(ReportText),
    Sign,
    Deliver,
    Acknowledge {
        adoption: Adoption,
        reason: Option<String>,
    },
    Cancel {
        reason: String,
    },
    Amend {
        reason: String,
    },
}

impl Command {
    pub fn verb(&self) -> Verb {
        match self {
            Command::Submit => Verb::Submit,
            Command::PassQuality => Verb::PassQuality,
            Command::ReturnData { .. } => Verb::ReturnData,
            Command::Resubmit => Verb::Resubmit,
            Command::Claim => Verb::Claim,
            Command::Release { .. } => Verb::Release,
            Command::Ask { .. } => Verb::Ask,
            Command::Answer { .. } => Verb::Answer,
            Command::Decline { .. } => Verb::Decline,
            Command::Start { .. } => Verb::Start,
            Command::DraftReport(_) => Verb::DraftReport,
            Command::Sign => Verb::Sign,
            Command::Deliver => Verb::Deliver,
            Command::Acknowledge { .. } => Verb::Acknowledge,
            Command::Cancel { .. } => Verb::Cancel,
            Command::Amend { .. } => Verb::Amend,
        }
    }
}

/// What a decision needs to know beside the consult itself.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// A cooperation agreement for consults stands between the two organisations.
    pub agreed: bool,
    /// The alliance lets data of this type pass without a coordinator.
    pub auto_quality: bool,
    pub licence_until: Option<Timestamp>,
    pub practising_since: Option<Timestamp>,
    /// The newest report, as it stands.
    pub report: Option<ReportText>,
}

/// One thing that happened; each is an event with a version of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    pub kind: &'static str,
    pub by_system: bool,
    pub payload: Value,
    /// The other side should look at it.
    pub is_news: bool,
}

fn happened(kind: &'static str, payload: Value) -> Happened {
    Happened { kind, by_system: false, payload, is_news: true }
}

fn by_system(kind: &'static str) -> Happened {
    Happened { by_system: true, ..happened(kind, json!({})) }
}

/// Who gives the command, by id, and in what parts.
#[derive(Clone, Debug)]
pub struct Giver {
    pub person: PersonId,
    pub actor: Actor,
}

/// At least so long must the invited doctor have practised: three years, one of them a leap year.
/// How long an amendment lets both sides see the patient's record again, once that had ended with the consult (I-11).
pub const AMENDING_SECONDS: i64 = 7 * 24 * 3_600;
const PRACTICE_SECONDS: i64 = 1_096 * 24 * 3_600;
const TEXT_LIMIT: usize = 4_000;
pub const SUMMARY_LIMIT: usize = 20_000;

/// The consult after a command and what happened, or why not. The system's own steps follow in the same breath:
/// a quality check that the alliance leaves to it, delivery after a signature, closing after an acknowledgement.
pub fn advance(
    mut life: Life,
    command: &Command,
    giver: &Giver,
    facts: &Facts,
    now: Timestamp,
) -> Result<(Life, Vec<Happened>)> {
    permit(command.verb(), life.state, life.assignee.is_some(), giver.actor)?;
    let mut log = Vec::new();
    match command {
        Command::Submit => {
            check_request(&life, facts)?;
            life.submitted_at = Some(now);
            submitted(&mut life, facts, "consult.submitted", &mut log);
        }
        Command::Resubmit => {
            check_request(&life, facts)?;
            waited(&mut life, now);
            life.decision = None;
            submitted(&mut life, facts, "consult.resubmitted", &mut log);
        }
        Command::PassQuality => {
            life.state = State::QualityChecked;
            log.push(happened("consult.quality_checked", json!({})));
        }
        Command::ReturnData { reason } => {
            let reason = said(reason, "reason")?;
            life.state = State::Returned;
            life.waiting_since = Some(now);
            life.decision = Some(Decision { code: "returned".to_owned(), text: Some(reason.clone()) });
            log.push(happened("consult.returned", json!({ "reason": reason })));
        }
        Command::Claim => {
            check_licence(facts, now)?;
            life.state = State::Assigned;
            life.assignee = Some(giver.person.clone());
            life.assigned_at = Some(now);
            log.push(happened("consult.claimed", json!({})));
        }
        Command::Release { reason } => {
            let reason = said(reason, "reason")?;
            life.state = State::QualityChecked;
            life.assignee = None;
            life.assigned_at = None;
            log.push(happened("consult.released", json!({ "reason": reason })));
        }
        Command::Ask { text } => {
            let text = said(text, "text")?;
            life.resume = Some(life.state);
            life.state = State::InfoRequested;
            life.waiting_since = Some(now);
            log.push(happened("consult.asked", json!({ "text": text })));
        }
        Command::Answer { text } => {
            let text = said(text, "text")?;
            let Some(resume) = life.resume.take() else {
                return Err(Refusal::internal("a question has no state to lead back to"));
            };
            life.state = resume;
            waited(&mut life, now);
            log.push(happened("consult.answered", json!({ "text": text })));
        }
        Command::Decline { reason, text } => {
            let text = said_maybe(text)?;
            if *reason == DeclineReason::Other && text.is_none() {
                return Err(Refusal::field(Code::ConsultReasonMissing, "text"));
            }
            life.state = State::Declined;
            log.push(happened("consult.declined", json!({ "reason_code": reason, "text": text })));
            life.decision = Some(Decision { code: reason.as_str().to_owned(), text });
        }
        Command::Start { room } => {
            let in_room = room.unwrap_or(life.mode == Mode::Live);
            life.state = if in_room { State::InSession } else { State::Reading };
            life.started_at = Some(now);
            log.push(happened("consult.started", json!({ "room": in_room })));
        }
        Command::DraftReport(text) => {
            report::check_draft(text)?;
            if life.report_version == life.signed_version {
                life.report_version = Some(life.signed_version.unwrap_or(0) + 1);
            }
            life.state = State::Drafted;
            let payload = json!({ "report_version": life.report_version });
            log.push(Happened { is_news: false, ..happened("consult.report_drafted", payload) });
        }
        Command::Sign => {
            check_licence(facts, now)?;
            let Some(text) = &facts.report else {
                return Err(Refusal::internal("a drafted consult has no report"));
            };
            report::check_whole(text)?;
            life.signed_version = life.report_version;
            log.push(happened("consult.signed", json!({ "report_version": life.report_version })));
            life.state = State::Signed;
            deliver(&mut life, &mut log);
        }
        Command::Deliver => deliver(&mut life, &mut log),
        Command::Acknowledge { adoption, reason } => {
            let reason = said_maybe(reason)?;
            if *adoption != Adoption::Adopted && reason.is_none() {
                return Err(Refusal::field(Code::ConsultReasonMissing, "reason"));
            }
            let payload = json!({ "adoption": adoption, "reason": reason });
            log.push(happened("consult.acknowledged", payload));
            let by = giver.person.clone();
            life.acknowledgement = Some(Adopted { adoption: *adoption, reason, by, at: now });
            life.state = State::Closed;
            log.push(by_system("consult.closed"));
        }
        Command::Cancel { reason } => {
            if life.signed_version.is_some() {
                return Err(Code::ConsultAlreadySigned.into());
            }
            let reason = said(reason, "reason")?;
            waited(&mut life, now);
            life.resume = None;
            life.state = State::Cancelled;
            life.decision = Some(Decision { code: "cancelled".to_owned(), text: Some(reason.clone()) });
            log.push(happened("consult.cancelled", json!({ "reason": reason })));
        }
        Command::Amend { reason } => {
            let reason = said(reason, "reason")?;
            // What is read again, and until when: the requester is told.
            let access_until = (life.state == State::Closed).then(|| now.plus_seconds(AMENDING_SECONDS));
            life.report_version = Some(life.signed_version.unwrap_or(0) + 1);
            life.state = State::Drafted;
            life.started_at = Some(now);
            life.acknowledgement = None;
            let payload = json!({
                "reason": reason, "report_version": life.report_version, "access_until": access_until,
            });
            log.push(happened("consult.amended", payload));
        }
    }
    Ok((life, log))
}

/// The commands that this actor may give now, by the same table.
pub fn allowed(life: &Life, actor: Actor) -> Vec<&'static str> {
    let may = |verb: Verb| {
        let comes_too_late = verb == Verb::Cancel && life.signed_version.is_some();
        !comes_too_late && permit(verb, life.state, life.assignee.is_some(), actor).is_ok()
    };
    TABLE.iter().map(|line| line.verb).filter(|verb| may(*verb)).map(Verb::as_str).collect()
}

/// What may be changed in a state, beside commands: everything of a draft, the words of returned data, and a consent
/// that an emergency left for later.
pub fn may_change(life: &Life, touched: Touched) -> Result<()> {
    let may = match life.state {
        State::Draft => true,
        State::Returned => touched <= Touched::Words,
        state => {
            let is_missing = life.consent != Some(ConsentKind::Written);
            touched <= Touched::Consent && state.is_open() && is_missing
        }
    };
    if may { Ok(()) } else { Err(Refusal::new(Code::ConsultNotInState).with("state", life.state.as_str())) }
}

/// Whether the alliance lets data of this type pass without a coordinator: `{"consults": {"quality_check": {"ecg": "manual"}}}`
/// in its settings; `auto` unless it says otherwise.
pub fn auto_quality(settings: &str, kind: ConsultType) -> bool {
    let settings: Value = serde_json::from_str(settings).unwrap_or_default();
    settings["consults"]["quality_check"][kind.as_str()] != "manual"
}

/// A draft saved again and again by its writer is one entry of the timeline, the last.
pub fn condensed(entries: Vec<TimelineEntry>) -> Vec<TimelineEntry> {
    let mut kept: Vec<TimelineEntry> = Vec::with_capacity(entries.len());
    for entry in entries {
        let repeats = kept.last().is_some_and(|last| {
            entry.r#type == "consult.report_drafted"
                && last.r#type == entry.r#type
                && last.actor == entry.actor
        });
        if repeats {
            kept.pop();
        }
        kept.push(entry);
    }
    kept
}

/// Limits of what a requester writes; gaps are refused at submission, a draft may have them.
pub fn check_words(question: &str, summary: &str) -> Result<()> {
    if question.chars().count() > TEXT_LIMIT {
        return Err(Refusal::field(Code::ConsultTextTooLong, "question"));
    }
    if summary.chars().count() > SUMMARY_LIMIT {
        return Err(Refusal::field(Code::ConsultTextTooLong, "summary"));
    }
    Ok(())
}

fn check_request(life: &Life, facts: &Facts) -> Result<()> {
    if life.question.trim().is_empty() {
        return Err(Refusal::field(Code::ConsultQuestionMissing, "question"));
    }
    if life.summary.trim().is_empty() {
        return Err(Refusal::field(Code::ConsultSummaryMissing, "summary"));
    }
    if !facts.agreed {
        return Err(Refusal::field(Code::ConsultNoAgreement, "invited_organisation_id"));
    }
    // An emergency goes first and the paper follows; it stays visible that it is missing.
    if life.consent != Some(ConsentKind::Written) && life.urgency != Urgency::Critical {
        return Err(Refusal::field(Code::ConsultConsentMissing, "consent"));
    }
    Ok(())
}

fn check_licence(facts: &Facts, now: Timestamp) -> Result<()> {
    if facts.licence_until.is_none_or(|until| until <= now) {
        return Err(Code::ConsultLicence.into());
    }
    if facts.practising_since.is_none_or(|since| since.plus_seconds(PRACTICE_SECONDS) > now) {
        return Err(Code::ConsultPractice.into());
    }
    Ok(())
}

fn submitted(life: &mut Life, facts: &Facts, kind: &'static str, log: &mut Vec<Happened>) {
    life.state = State::Submitted;
    log.push(happened(kind, json!({})));
    if facts.auto_quality {
        life.state = State::QualityChecked;
        log.push(by_system("consult.quality_checked"));
    }
}

fn deliver(life: &mut Life, log: &mut Vec<Happened>) {
    life.state = State::Delivered;
    log.push(by_system("consult.delivered"));
}

fn waited(life: &mut Life, now: Timestamp) {
    if let Some(since) = life.waiting_since.take() {
        life.waited_ms += (now.0 - since.0).max(0);
    }
}

fn said(text: &str, field: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        let code = if field == "reason" { Code::ConsultReasonMissing } else { Code::ConsultTextMissing };
        return Err(Refusal::field(code, field));
    }
    if text.chars().count() > TEXT_LIMIT {
        return Err(Refusal::field(Code::ConsultTextTooLong, field));
    }
    Ok(text.to_owned())
}

fn said_maybe(text: &Option<String>) -> Result<Option<String>> {
    match text.as_deref().map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => said(text, "text").map(Some),
    }
}

#[cfg(test)]
pub mod tests;
