//! The audit trail: rows are inserted with the change (or taken in from the read spool) and never altered but to be sealed.
//! One sealer chains them in commit order: each hash covers the canonical row and the hash before it, and heads are
//! anchored in a file outside the database. No foreign key leaves this table: its rows outlive their subjects.

use super::engine::Alone;
use super::{Conn, Db, Tx, change::Change};
use crate::error::{Refusal, Result};
use crate::time::Timestamp;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use std::io::Write as _;
use std::path::Path;

/// One audited act. Field order is the canonical order of the hash.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    pub id: String,
    pub at: i64,
    pub alliance: String,
    pub person: Option<String>,
    pub position: Option<String>,
    pub organisation: Option<String>,
    pub session: Option<String>,
    pub from: String,
    pub request_id: String,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: String,
    pub patient: Option<String>,
    /// Why it was allowed; for a refusal, why not.
    pub basis: String,
    /// `done`, `read` or `denied`.
    pub outcome: String,
    /// Ids of a list that was read, JSON.
    pub detail: String,
}

impl Entry {
    pub(super) fn of_change(change: &Change<'_>, now: Timestamp) -> Self {
        let author = change.author;
        Self {
            id: String::new(),
            at: now.0,
            alliance: change.alliance.as_str().to_owned(),
            person: author.person.as_ref().map(|p| p.as_str().to_owned()),
            position: author.position.as_ref().map(|p| p.as_str().to_owned()),
            organisation: author.organisation.as_ref().map(|o| o.as_str().to_owned()),
            session: author.session.as_ref().map(|s| s.as_str().to_owned()),
            from: author.from.clone(),
            request_id: author.request_id.clone(),
            action: change.kind.to_owned(),
            subject_kind: change.subject.kind.to_owned(),
            subject_id: change.subject.id.to_owned(),
            patient: change.patient.map(|p| p.as_str().to_owned()),
            basis: change.basis.to_owned(),
            outcome: "done".to_owned(),
            detail: "{}".to_owned(),
        }
    }

    /// SHA-256 over the previous hash and the row as JSON with fields in declared order, in hexadecimal.
    fn hash(&self, previous: &str) -> Result<String> {
        let mut bytes = previous.as_bytes().to_vec();
        bytes.push(b'\n');
        bytes.extend(super::to_json(self)?.into_bytes());
        Ok(digest(&SHA256, &bytes).as_ref().iter().map(|b| format!("{b:02x}")).collect())
    }
}

/// Where a chain stands, or the first entry that does not fit.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    Whole {
        entries: i64,
        head: String,
    },
    Broken {
        seq: i64,
        id: String,
    },
    /// The chain is whole, but an anchored head is not in it: rows were cut off or rewritten.
    AnchorMissing {
        seq: i64,
    },
}

const GENESIS: &str = "genesis";
/// How many rows one sealing transaction takes.
const BATCH: i64 = 500;

const INSERT: &str = "INSERT INTO audit (id, at, alliance_id, person_id, position_id, organisation_id, session_id, from_address, request_id, \
     action, subject_kind, subject_id, patient_id, basis, outcome, detail) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT (id) DO NOTHING";
macro_rules! columns {
    () => {
        "SELECT id, at, alliance_id, person_id, position_id, organisation_id, session_id, from_address, request_id, action, \
         subject_kind, subject_id, patient_id, basis, outcome, detail, seq, hash FROM audit "
    };
}
const UNSEALED: &str = concat!(columns!(), "WHERE seq IS NULL ORDER BY entry_no LIMIT $1");
const ANY_UNSEALED: &str = "SELECT 1 FROM audit WHERE seq IS NULL LIMIT 1";
const SEALED: &str = concat!(columns!(), "WHERE seq > $1 ORDER BY seq LIMIT $2");
const HEAD: &str = "SELECT seq, hash FROM audit WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1";
const SEAL: &str = "UPDATE audit SET seq = $1, hash = $2 WHERE id = $3 AND seq IS NULL";

pub async fn insert(tx: &mut Tx, entry: &Entry) -> Result<()> {
    let id = if entry.id.is_empty() { tx.new_id() } else { entry.id.clone() };
    sqlx::query(INSERT)
        .bind(id)
        .bind(entry.at)
        .bind(entry.alliance.as_str())
        .bind(entry.person.as_deref())
        .bind(entry.position.as_deref())
        .bind(entry.organisation.as_deref())
        .bind(entry.session.as_deref())
        .bind(entry.from.as_str())
        .bind(entry.request_id.as_str())
        .bind(entry.action.as_str())
        .bind(entry.subject_kind.as_str())
        .bind(entry.subject_id.as_str())
        .bind(entry.patient.as_deref())
        .bind(entry.basis.as_str())
        .bind(entry.outcome.as_str())
        .bind(entry.detail.as_str())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Seals what has been committed since the last time, and anchors the new head. Answers how many rows it sealed.
pub async fn seal(db: &Db, anchors: &Path) -> Result<usize> {
    let mut sealed = 0;
    if sqlx::query(ANY_UNSEALED).fetch_optional(&mut *db.read().await?).await?.is_none() {
        return Ok(0);
    }
    loop {
        let (count, head) = db.write(|tx| Box::pin(seal_batch(tx))).await?;
        sealed += count;
        if count > 0 {
            anchor(anchors, &head)?;
        }
        if count < BATCH as usize {
            return Ok(sealed);
        }
    }
}

struct Head {
    seq: i64,
    hash: String,
}

async fn seal_batch(tx: &mut Tx) -> Result<(usize, Head)> {
    // Every server of a store has a sealer; there is one chain.
    let engine = tx.engine;
    engine.alone(tx.conn(), Alone::Sealing).await?;
    let mut head = head(tx.conn()).await?;
    let rows = sqlx::query(UNSEALED).bind(BATCH).fetch_all(tx.conn()).await?;
    for row in &rows {
        let entry = entry(row)?;
        head = Head { seq: head.seq + 1, hash: entry.hash(&head.hash)? };
        let done = sqlx::query(SEAL)
            .bind(head.seq)
            .bind(head.hash.as_str())
            .bind(entry.id.as_str())
            .execute(tx.conn())
            .await?;
        super::changed_once(done.rows_affected())?;
    }
    Ok((rows.len(), head))
}

async fn head(conn: &mut Conn) -> Result<Head> {
    Ok(match sqlx::query(HEAD).fetch_optional(conn).await? {
        Some(row) => Head { seq: row.try_get(0)?, hash: row.try_get(1)? },
        None => Head { seq: 0, hash: GENESIS.to_owned() },
    })
}

fn anchor(file: &Path, head: &Head) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let mut out = std::fs::OpenOptions::new().append(true).create(true).open(file)?;
        out.write_all(format!("{} {}\n", head.seq, head.hash).as_bytes())
    };
    write().map_err(|e| Refusal::internal(format!("the audit anchor cannot be written: {e}")))
}

/// Walks the whole chain and compares it with the anchors.
pub async fn verify(conn: &mut Conn, anchors: &Path) -> Result<Verdict> {
    let mut head = Head { seq: 0, hash: GENESIS.to_owned() };
    let anchored = read_anchors(anchors)?;
    let mut anchored = anchored.iter().peekable();
    loop {
        let rows = sqlx::query(SEALED).bind(head.seq).bind(BATCH).fetch_all(&mut *conn).await?;
        for row in &rows {
            let entry = entry(row)?;
            let (seq, hash): (i64, String) = (row.try_get(16)?, row.try_get(17)?);
            if seq != head.seq + 1 || hash != entry.hash(&head.hash)? {
                return Ok(Verdict::Broken { seq, id: entry.id });
            }
            head = Head { seq, hash };
            while let Some((at, expected)) = anchored.next_if(|(at, _)| *at <= seq) {
                if *at == seq && *expected != head.hash {
                    return Ok(Verdict::AnchorMissing { seq });
                }
            }
        }
        if rows.is_empty() {
            return Ok(match anchored.next() {
                Some((seq, _)) => Verdict::AnchorMissing { seq: *seq },
                None => Verdict::Whole { entries: head.seq, head: head.hash },
            });
        }
    }
}

fn read_anchors(file: &Path) -> Result<Vec<(i64, String)>> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Refusal::internal(format!("the audit anchors cannot be read: {e}"))),
    };
    Ok(text
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(seq, hash)| Some((seq.parse().ok()?, hash.to_owned())))
        .collect())
}

fn entry(row: &sqlx::any::AnyRow) -> Result<Entry> {
    Ok(Entry {
        id: row.try_get(0)?,
        at: row.try_get(1)?,
        alliance: row.try_get(2)?,
        person: row.try_get(3)?,
        position: row.try_get(4)?,
        organisation: row.try_get(5)?,
        session: row.try_get(6)?,
        from: row.try_get(7)?,
        request_id: row.try_get(8)?,
        action: row.try_get(9)?,
        subject_kind: row.try_get(10)?,
        subject_id: row.try_get(11)?,
        patient: row.try_get(12)?,
        basis: row.try_get(13)?,
        outcome: row.try_get(14)?,
        detail: row.try_get(15)?,
    })
}
