//! From the outbox to people: every entry is handed to the live stream, and once in all to the notices it causes.
//! Knows no HTTP.

use super::hub::{Hub, Signal};
use super::{Notice, rules, sql};
use crate::access::Call;
use crate::db::outbox::Entry;
use crate::db::{Db, Tx, outbox};
use crate::directory::{self, duty::flow as duty};
use crate::error::{Refusal, Result};
use std::collections::BTreeSet;
use std::sync::Arc;

const BATCH: i64 = 200;
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

    /// Hands new entries to the live stream.
    pub async fn stream(&mut self, db: &Db, hub: &Hub) -> Result<()> {
        let from = self.floor.max(self.last - OVERLAP);
        for entry in outbox::since(&mut *db.read().await?, from, BATCH + OVERLAP).await? {
            if entry.seq > self.last || !self.seen.contains(&entry.seq) {
                self.seen.insert(entry.seq);
                self.last = self.last.max(entry.seq);
                hub.send(Signal::Changed(Arc::new(entry)));
            }
        }
        let keep_from = self.last - OVERLAP;
        self.seen.retain(|seq| *seq >= keep_from);
        Ok(())
    }
}

/// Turns entries that nobody has handled yet into notices. Answers whether there may be more.
pub async fn notify(db: &Db, hub: &Hub) -> Result<bool> {
    let (handled, notices) = db.write(|tx| Box::pin(handle(tx))).await?;
    for notice in notices {
        hub.send(Signal::Notice(Arc::new(notice)));
    }
    Ok(handled == usize::try_from(BATCH).unwrap_or(usize::MAX))
}

async fn handle(tx: &mut Tx) -> Result<(usize, Vec<Notice>)> {
    let entries = outbox::claim(tx, BATCH).await?;
    let mut notices = Vec::new();
    for entry in &entries {
        for person in recipients(tx, entry).await? {
            notices.push(sql::insert(tx, &person, entry).await?);
        }
    }
    Ok((entries.len(), notices))
}

async fn recipients(tx: &mut Tx, entry: &Entry) -> Result<BTreeSet<crate::ids::PersonId>> {
    let mut people = BTreeSet::new();
    let now = tx.now;
    let rung = entry.payload["rung"].as_str();
    people.extend(rules::named(entry));
    for organisation in rules::places(entry) {
        if let Some(department) = rules::on_duty(entry) {
            let roles = rules::told(&entry.kind, rung);
            let (alliance, department) = (&entry.alliance, department.as_ref());
            let found = duty::responsible(tx.conn(), alliance, &organisation, department, roles, now).await?;
            people.extend(found.people);
            continue;
        }
        for role in rules::told(&entry.kind, rung) {
            people.extend(directory::sql::holders(tx.conn(), &organisation, *role, now).await?);
        }
    }
    people.retain(|person| entry.author.as_deref() != Some(person.as_str()));
    Ok(people)
}

pub async fn mark_read(tx: &mut Tx, call: &Call, id: &str) -> Result<()> {
    if sql::mark_read(tx, &call.caller.person, id).await? { Ok(()) } else { Err(Refusal::not_found()) }
}
