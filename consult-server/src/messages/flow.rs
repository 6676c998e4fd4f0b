//! The doors of threads: begin, write, withdraw, read. Each change is its rows, event, audit row and outbox row in one
//! transaction. Knows no HTTP.

use super::attached::MESSAGE;
use super::members::{self, Members};
use super::sql::Kept;
use super::{
    Attachment, KIND, Message, MessageInput, MessagePage, Opening, Stored, Thread, ThreadPage, rules, sql,
};
use crate::access::policy::{Action, Resource};
use crate::access::{Call, grants};
use crate::db::change::Subject;
use crate::db::{Conn, Tx, to_json};
use crate::documents;
use crate::error::{Code, Refusal, Result};
use crate::http::{Page, Paging};
use crate::ids::{MessageId, OrganisationId, PatientId, PersonId, ThreadId};
use crate::refs::PersonRef;
use serde_json::json;
use std::collections::BTreeSet;

/// A subject has two sides from now on. In the transaction, and under the event, of the subject's own change.
pub async fn open(tx: &mut Tx, opening: &Opening<'_>) -> Result<()> {
    sql::open(tx, opening).await?;
    involve(tx, opening.subject.id, opening.asking, opening.author).await
}

/// The subject names one more person who takes part, for one of its sides.
pub async fn involve(
    tx: &mut Tx,
    subject: &str,
    organisation: &OrganisationId,
    person: &PersonId,
) -> Result<()> {
    sql::involve(tx, &ThreadId::trusted(subject), organisation, person).await
}

/// What ties the caller to a thread: one of its sides is theirs, and what gave access to the patient stands (I-11).
pub async fn relation(conn: &mut Conn, call: &Call, thread: &Stored) -> Result<Resource> {
    let caller = &call.caller;
    if ![&thread.asking, &thread.asked].contains(&&caller.organisation) {
        return Ok(Resource { alliance: caller.alliance.clone(), relation: None });
    }
    let grant = (thread.grant.0.as_str(), thread.grant.1.as_str());
    grants::of_subject(conn, &caller.alliance, &caller.organisation, grant, call.now).await
}

async fn require(
    conn: &mut Conn,
    call: &Call,
    action: Action,
    found: Option<Stored>,
) -> Result<(Stored, &'static str)> {
    let resource = match &found {
        Some(thread) => Some(relation(conn, call, thread).await?),
        None => None,
    };
    let basis = call.require(action, resource.as_ref())?;
    Ok((found.ok_or_else(Refusal::not_found)?, basis))
}

/// A thread that the caller may read, with the legal basis.
async fn readable(conn: &mut Conn, call: &Call, id: &ThreadId) -> Result<(Stored, &'static str)> {
    let found = sql::thread(conn, &call.caller.alliance, id).await?;
    require(conn, call, Action::ThreadRead, found).await
}

/// Whether the caller may read a thread: what a page offers.
async fn is_open_to(conn: &mut Conn, call: &Call, id: &ThreadId) -> Result<bool> {
    match readable(conn, call, id).await {
        Ok(_) => Ok(true),
        Err(refusal) if refusal.code.status() >= 500 => Err(refusal),
        Err(_) => Ok(false),
    }
}

pub async fn one(conn: &mut Conn, call: &Call, id: &ThreadId) -> Result<(Thread, &'static str)> {
    let (thread, basis) = readable(conn, call, id).await?;
    let members = members::of(conn, &thread, call.now).await?;
    let previous_id = match thread.previous {
        Some(previous) if is_open_to(conn, call, &previous).await? => Some(previous),
        Some(_) | None => None,
    };
    let row = sql::row(conn, &call.caller, id, call.ground.today()).await?;
    let members = members::named(conn, &members).await?;
    Ok((Thread { row, messages: thread.messages, previous_id, members }, basis))
}

/// The caller's threads in which something was said, the newest first.
pub async fn mine(
    conn: &mut Conn,
    call: &Call,
    unread_only: bool,
    paging: &Paging,
) -> Result<(ThreadPage, &'static str)> {
    // A list is the caller's own by its statement.
    let related = Resource {
        alliance: call.caller.alliance.clone(),
        relation: Some(crate::access::policy::Relation::Referral),
    };
    let basis = call.require(Action::ThreadRead, Some(&related))?;
    let before = match paging.cursor.as_deref() {
        Some(cursor) => parse_cursor(cursor).ok_or_else(|| bad("cursor"))?,
        None => (i64::MAX, String::new()),
    };
    let limit = paging.limit();
    let which =
        sql::Mine { unread_only, before, now: call.now, today: call.ground.today(), limit: limit + 1 };
    let found = sql::mine(conn, &call.caller, &which).await?;
    let page = Page::cut(found, limit, |row| format!("{}.{}", row.last_at.0, row.id));
    Ok((ThreadPage { items: page.items, next: page.next }, basis))
}

fn bad(reason: &str) -> Refusal {
    Refusal::new(Code::RequestQuery).with("reason", reason)
}

fn parse_cursor(text: &str) -> Option<(i64, String)> {
    let (at, id) = text.split_once('.')?;
    Some((at.parse().ok()?, ThreadId::parse(id)?.as_str().to_owned()))
}

/// A page of messages with their receipts, and whom they are about.
pub async fn messages(
    conn: &mut Conn,
    call: &Call,
    id: &ThreadId,
    paging: &Paging,
) -> Result<(MessagePage, PatientId, &'static str)> {
    let (thread, basis) = readable(conn, call, id).await?;
    let before = match paging.cursor.as_deref() {
        Some(cursor) => cursor.parse().map_err(|_| bad("cursor"))?,
        None => i64::MAX,
    };
    let limit = paging.limit();
    let page = Page::cut(sql::messages(conn, id, before, limit + 1).await?, limit, |message: &Kept| {
        message.ordinal.to_string()
    });
    let seen = Seen::load(conn, call, &thread).await?;
    let items = seen.shown(conn, call, &page.items).await?;
    let people = members::named(conn, &seen.everybody()).await?;
    Ok((MessagePage { items, next: page.next, people }, thread.patient, basis))
}

/// Who takes part in a thread and how far each has read: loaded once for a page.
struct Seen {
    members: Members,
    marks: Vec<(rules::Mark, OrganisationId)>,
}

impl Seen {
    async fn load(conn: &mut Conn, call: &Call, thread: &Stored) -> Result<Self> {
        Ok(Self {
            members: members::of(conn, thread, call.now).await?,
            marks: sql::marks(conn, &thread.id).await?,
        })
    }

    /// Members, and readers who are members no more.
    fn everybody(&self) -> Members {
        let mut all = self.members.clone();
        for (mark, organisation) in &self.marks {
            if !all.iter().any(|(_, person)| *person == mark.person) {
                all.insert((organisation.clone(), mark.person.clone()));
            }
        }
        all
    }

    /// Messages as the caller sees them; names and attachments are looked up for all of them together.
    async fn shown(&self, conn: &mut Conn, call: &Call, messages: &[Kept]) -> Result<Vec<Message>> {
        let authors: Members =
            messages.iter().map(|one| (one.organisation.clone(), one.author.clone())).collect();
        let authors = members::named(conn, &authors).await?;
        let standing = messages.iter().filter(|one| one.withdrawn_at.is_none()).map(|one| &one.id);
        let mut attached = sql::attachments(conn, standing).await?;
        let with = |message: &Kept| {
            let is_author =
                |one: &&PersonRef| one.id == message.author && one.organisation.id == message.organisation;
            let author = authors.iter().find(is_author).cloned();
            let author =
                author.ok_or_else(|| Refusal::internal(format!("nobody wrote message {}", message.id)))?;
            let attachments = attached.remove(&message.id).unwrap_or_default();
            Ok(self.one(call, message, author, attachments))
        };
        messages.iter().map(with).collect()
    }

    fn one(&self, call: &Call, message: &Kept, author: PersonRef, attachments: Vec<Attachment>) -> Message {
        let members: BTreeSet<PersonId> = self.members.iter().map(|(_, person)| person.clone()).collect();
        let marks: Vec<rules::Mark> = self.marks.iter().map(|(mark, _)| mark.clone()).collect();
        let (read_by, unread_by) = rules::receipts(message.ordinal, &message.author, &marks, &members);
        let until = rules::withdrawable_until(message.created_at);
        let is_withdrawn = message.withdrawn_at.is_some();
        let may_withdraw = message.author == call.caller.person && !is_withdrawn && until > call.now;
        Message {
            id: message.id.clone(),
            ordinal: message.ordinal,
            author,
            text: if is_withdrawn { String::new() } else { message.text.clone() },
            attachments,
            created_at: message.created_at,
            withdrawn_at: message.withdrawn_at,
            withdrawable_until: may_withdraw.then_some(until),
            read_by,
            unread_by,
        }
    }
}

/// A thread that the caller may write in, which nobody else changes before this transaction ends.
async fn writable(tx: &mut Tx, call: &Call, id: &ThreadId) -> Result<(Stored, &'static str)> {
    let found = sql::thread_locked(tx, &call.caller.alliance, id).await?;
    require(tx.conn(), call, Action::ThreadWrite, found).await
}

/// Says something. The same again has no further effect; another under its id is refused (I-9).
pub async fn send(tx: &mut Tx, call: &Call, id: &ThreadId, input: MessageInput) -> Result<Message> {
    let (thread, basis) = writable(tx, call, id).await?;
    if input.author_id.as_ref().is_some_and(|author| *author != call.caller.person) {
        return Err(Code::WrittenByAnother.into());
    }
    let input = rules::checked(input)?;
    let hash = blake3::hash(to_json(&input)?.as_bytes()).to_hex().to_string();
    if let Some(standing) = sql::message(tx.conn(), &input.id).await? {
        let is_same =
            standing.thread == *id && standing.author == call.caller.person && standing.hash == hash;
        return if is_same {
            shown(tx, call, &thread, &input.id).await
        } else {
            Err(Code::RequestIdTaken.into())
        };
    }
    let tell = to_tell(tx, call, &thread).await?;
    let (ordinal, version) = sql::grow(tx, id).await?;
    sql::insert(tx, id, ordinal, &call.caller, &hash, &input).await?;
    for (place, attachment) in (0..).zip(&input.attachments) {
        let holder = (MESSAGE, input.id.as_str());
        let document = documents::flow::attach(tx, call, &attachment.document_id, holder).await?;
        if !rules::fits(attachment.kind, document.kind) {
            return Err(Refusal::new(Code::MessageKind).with("document_id", document.id.as_str()));
        }
        sql::attach(tx, &input.id, place, attachment).await?;
    }
    let payload = json!({
        "message_id": input.id, "ordinal": ordinal, "attachments": input.attachments.len(), "tell": tell,
    });
    record(tx, call, &thread, version, "message.sent", payload, basis).await?;
    shown(tx, call, &thread, &input.id).await
}

/// The members who have nothing left to read: whoever has was told before.
async fn to_tell(tx: &mut Tx, call: &Call, thread: &Stored) -> Result<Vec<PersonId>> {
    let mut tell = Vec::new();
    for (_, person) in members::of(tx.conn(), thread, call.now).await? {
        let is_author = person == call.caller.person;
        if !is_author && !tell.contains(&person) && !sql::has_unread(tx.conn(), &thread.id, &person).await? {
            tell.push(person);
        }
    }
    Ok(tell)
}

async fn shown(tx: &mut Tx, call: &Call, thread: &Stored, id: &MessageId) -> Result<Message> {
    let message = sql::message(tx.conn(), id).await?.ok_or_else(Refusal::not_found)?;
    let seen = Seen::load(tx.conn(), call, thread).await?;
    let shown = seen.shown(tx.conn(), call, std::slice::from_ref(&message)).await?;
    shown.into_iter().next().ok_or_else(Refusal::not_found)
}

/// Takes a message back within two minutes. It is kept, and shown to nobody.
pub async fn withdraw(tx: &mut Tx, call: &Call, id: &ThreadId, message: &MessageId) -> Result<Message> {
    let (thread, basis) = writable(tx, call, id).await?;
    let standing = sql::message(tx.conn(), message).await?.filter(|standing| standing.thread == *id);
    let standing = standing.ok_or_else(Refusal::not_found)?;
    if standing.author != call.caller.person {
        return Err(Code::MessageNotYours.into());
    }
    if standing.withdrawn_at.is_none() {
        if rules::withdrawable_until(standing.created_at) <= call.now {
            return Err(Code::MessageTooLate.into());
        }
        sql::withdraw(tx, message).await?;
        let version = sql::touch(tx, id).await?;
        let payload = json!({ "message_id": message, "ordinal": standing.ordinal });
        record(tx, call, &thread, version, "message.withdrawn", payload, basis).await?;
    }
    shown(tx, call, &thread, message).await
}

/// The caller has seen everything up to a message. What they had read already changes nothing.
pub async fn read(tx: &mut Tx, call: &Call, id: &ThreadId, up_to: i64) -> Result<()> {
    let found = sql::thread_locked(tx, &call.caller.alliance, id).await?;
    let (thread, basis) = require(tx.conn(), call, Action::ThreadRead, found).await?;
    let up_to = up_to.clamp(0, thread.messages);
    if up_to > 0 && sql::mark(tx, id, &call.caller, up_to).await? {
        let version = sql::touch(tx, id).await?;
        record(tx, call, &thread, version, "message.read", json!({ "up_to": up_to }), basis).await?;
    }
    Ok(())
}

async fn record(
    tx: &mut Tx,
    call: &Call,
    thread: &Stored,
    version: i64,
    kind: &str,
    payload: serde_json::Value,
    basis: &str,
) -> Result<()> {
    let audience = [thread.asking.clone(), thread.asked.clone()];
    let subject = Subject { kind: KIND, id: thread.id.as_str() };
    let mut change = call.change_of(subject, version, kind, basis);
    change.payload = payload;
    change.patient = Some(&thread.patient);
    change.audience = &audience;
    tx.record(change).await
}
