//! From the outbox to people: every entry is handed to the live stream, and once in all to the notices it causes.
//! Knows no HTTP.

use super::delivery::{self, Channel};
use super::hub::{Hub, Signal};
use super::mail::letter;
use super::preferences::{self, Class};
use super::webhooks::sql::Target;
use super::webhooks::{self, Adapter};
use super::{Notice, kinds, outside, recipients, sql};
use crate::access::Call;
use crate::db::outbox::Entry;
use crate::db::{Db, Tx, outbox};
use crate::error::{Refusal, Result};
use crate::ground::Ground;
use crate::ids::PersonId;
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Entries read for the live stream at once.
const BATCH: i64 = 200;
/// Entries told in one transaction: each may concern many people, and the one writer has others to serve.
const TOLD_AT_ONCE: i64 = 25;
/// On Postgres an entry with a lower number may be committed after one with a higher: so far back is looked again.
const OVERLAP: i64 = 200;

/// Where this process stands in the outbox.
pub struct Reading {
    seen: BTreeSet<i64>,
    /// Entries up to here were there before this process began.
    floor: i64,
    last: i64,
}

impl Reading {
    /// Begins at the newest entry: older ones were told by whoever ran then, or are read by pages that resume.
    pub async fn begin(db: &Db) -> Result<Self> {
        let last = outbox::last(&mut *db.read().await?).await?;
        Ok(Self { seen: BTreeSet::new(), floor: last, last })
    }

    /// Hands new entries to the live stream. Answers whether there may be more.
    pub async fn stream(&mut self, db: &Db, hub: &Hub) -> Result<bool> {
        let from = self.floor.max(self.last - OVERLAP);
        let entries = outbox::since(&mut *db.read().await?, from, BATCH + OVERLAP).await?;
        let more = is_full(entries.len(), BATCH + OVERLAP);
        for entry in entries {
            if entry.seq > self.last || !self.seen.contains(&entry.seq) {
                self.seen.insert(entry.seq);
                self.last = self.last.max(entry.seq);
                hub.send(Signal::Changed(Arc::new(entry)));
            }
        }
        let keep_from = self.last - OVERLAP;
        self.seen.retain(|seq| *seq >= keep_from);
        Ok(more)
    }
}

fn is_full(found: usize, batch: i64) -> bool {
    i64::try_from(found).is_ok_and(|found| found >= batch)
}

/// Turns entries that nobody has handled yet into notices. Answers whether there may be more.
pub async fn notify(ground: &Ground, hub: &Hub) -> Result<bool> {
    let told = ground.clone();
    let (handled, notices) =
        ground.db.write(move |tx| Box::pin(async move { handle(tx, &told).await })).await?;
    for notice in notices {
        hub.send(Signal::Notice(Arc::new(notice)));
    }
    Ok(is_full(handled, TOLD_AT_ONCE))
}

async fn handle(tx: &mut Tx, ground: &Ground) -> Result<(usize, Vec<Notice>)> {
    let entries = outbox::claim(tx, TOLD_AT_ONCE).await?;
    let mut notices = Vec::new();
    // Read once for what is handled together: nobody edits them by the second.
    let mut webhooks = BTreeMap::new();
    for entry in &entries {
        if !webhooks.contains_key(entry.alliance.as_str()) {
            let active = webhooks::sql::active(tx.conn(), &entry.alliance).await?;
            webhooks.insert(entry.alliance.as_str(), active);
        }
        let targets = webhooks.get(entry.alliance.as_str()).map(Vec::as_slice).unwrap_or_default();
        let now = tx.now;
        let people = recipients::of(tx.conn(), entry, now).await?;
        let leaving = Leaving::of(tx, ground, entry, !people.is_empty(), targets).await?;
        for person in people {
            notices.push(sql::insert(tx, &person, entry, leaving.class).await?);
            leaving.to_person(tx, &person).await?;
        }
        leaving.to_webhooks(tx).await?;
        leaving.to_outside(tx).await?;
    }
    Ok((entries.len(), notices))
}

/// What an entry sends out of the house, put into the queue with the notices it causes.
struct Leaving<'a> {
    ground: &'a Ground,
    entry: &'a Entry,
    class: Class,
    urgency: Option<String>,
    targets: &'a [Target],
}

impl<'a> Leaving<'a> {
    async fn of(
        tx: &mut Tx,
        ground: &'a Ground,
        entry: &'a Entry,
        is_told: bool,
        targets: &'a [Target],
    ) -> Result<Self> {
        let is_told = is_told || outside::announced(entry).is_some();
        let is_wanted = is_told || targets.iter().any(|target| target.events.contains(&entry.kind));
        let urgency = if is_wanted { sql::urgency(tx.conn(), entry).await? } else { None };
        Ok(Self { ground, entry, class: kinds::class(&entry.kind), urgency, targets })
    }

    /// By the ways that the person wants, and not before their quiet hours end.
    async fn to_person(&self, tx: &mut Tx, person: &PersonId) -> Result<()> {
        let Some(reach) = preferences::sql::reach(tx.conn(), person).await? else { return Ok(()) };
        let ways = reach.preferences.channels.of(self.class);
        let is_emergency = letter::is_emergency(self.urgency.as_deref());
        let quiet = reach.preferences.quiet;
        let due_at = preferences::rules::not_before(tx.now, quiet, is_emergency, &self.ground.zone);
        if ways.mail && reach.email.is_some() {
            self.put(tx, (delivery::MAIL, Channel::Mail), Some(person), self.about(), due_at).await?;
        }
        let gateway = self.targets.iter().find(|target| target.adapter == Adapter::SmsGateway);
        if let Some(gateway) = gateway.filter(|_| ways.phone && reach.phone.is_some()) {
            self.put(tx, (gateway.id.as_str(), Channel::Phone), Some(person), self.about(), due_at).await?;
        }
        Ok(())
    }

    async fn to_webhooks(&self, tx: &mut Tx) -> Result<()> {
        for target in self.targets.iter().filter(|target| target.events.contains(&self.entry.kind)) {
            let due_at = tx.now;
            self.put(tx, (target.id.as_str(), Channel::Webhook), None, self.about(), due_at).await?;
        }
        Ok(())
    }

    /// To a hospital where nobody has an account, at the address that was given with its package.
    async fn to_outside(&self, tx: &mut Tx) -> Result<()> {
        let Some(package) = outside::announced(self.entry) else { return Ok(()) };
        let (about, due_at) = ((outside::PACKAGE, package.as_str()), tx.now);
        self.put(tx, (delivery::MAIL, Channel::Mail), None, about, due_at).await
    }

    fn about(&self) -> (&'a str, &'a str) {
        (&self.entry.subject_kind, &self.entry.subject_id)
    }

    async fn put(
        &self,
        tx: &mut Tx,
        (route, channel): (&str, Channel),
        person: Option<&PersonId>,
        subject: (&str, &str),
        due_at: Timestamp,
    ) -> Result<()> {
        let give_up_at = delivery::rules::give_up_at(due_at, self.ground.config.notices.give_up_days);
        let new = delivery::sql::New {
            alliance: &self.entry.alliance,
            route,
            channel,
            person,
            kind: &self.entry.kind,
            class: self.class,
            subject,
            urgency: self.urgency.as_deref(),
            due_at,
            give_up_at,
        };
        delivery::sql::insert(tx, new).await?;
        Ok(())
    }
}

pub async fn mark_read(tx: &mut Tx, call: &Call, id: &str) -> Result<()> {
    if sql::mark_read(tx, &call.caller.person, id).await? { Ok(()) } else { Err(Refusal::not_found()) }
}

/// Everything up to the newest notice that the caller has seen.
pub async fn mark_all_read(tx: &mut Tx, call: &Call, up_to: &str) -> Result<()> {
    if sql::mark_all_read(tx, &call.caller.person, up_to).await? { Ok(()) } else { Err(Refusal::not_found()) }
}
