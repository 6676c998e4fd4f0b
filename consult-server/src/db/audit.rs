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
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
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
}

/// The same in the row's own memory: what is hashed when a row is sealed and when the chain is walked.
#[derive(Serialize)]
struct Borrowed<'a> {
    id: &'a str,
    at: i64,
    alliance: &'a str,
    person: Option<&'a str>,
    position: Option<&'a str>,
    organisation: Option<&'a str>,
    session: Option<&'a str>,
    from: &'a str,
    request_id: &'a str,
    action: &'a str,
    subject_kind: &'a str,
    subject_id: &'a str,
    patient: Option<&'a str>,
    basis: &'a str,
    outcome: &'a str,
    detail: &'a str,
}

/// SHA-256 over the previous hash and the row as JSON with fields in declared order, in hexadecimal.
fn chained(entry: &impl Serialize, previous: &str) -> Result<String> {
    let mut bytes = Vec::with_capacity(1024);
    bytes.extend_from_slice(previous.as_bytes());
    bytes.push(b'\n');
    serde_json::to_writer(&mut bytes, entry).map_err(Refusal::internal)?;
    Ok(hex(digest(&SHA256, &bytes).as_ref()))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
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
    /// The chain is whole in itself, but its last rows are anchored nowhere: the file of the heads is gone or was cut, and
    /// nothing tells whether rows were cut off behind them.
    Unanchored {
        entries: i64,
    },
}

const GENESIS: &str = "genesis";
/// How many rows one sealing transaction takes.
const BATCH: i64 = 500;
const VERIFIED_AT_ONCE: i64 = 5_000;

macro_rules! insert {
    ($rows:literal) => {
        concat!(
            "INSERT INTO audit (id, at, alliance_id, person_id, position_id, organisation_id, session_id, from_address, request_id, action, \
             subject_kind, subject_id, patient_id, basis, outcome, detail) VALUES ",
            $rows,
            " ON CONFLICT (id) DO NOTHING"
        )
    };
}
const INSERT: &str = insert!("($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)");
/// As many rows as `TOGETHER` in one statement.
const INSERT_TOGETHER: &str = insert!(
    "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16), \
     ($17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32), \
     ($33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48), \
     ($49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64), \
     ($65, $66, $67, $68, $69, $70, $71, $72, $73, $74, $75, $76, $77, $78, $79, $80), \
     ($81, $82, $83, $84, $85, $86, $87, $88, $89, $90, $91, $92, $93, $94, $95, $96), \
     ($97, $98, $99, $100, $101, $102, $103, $104, $105, $106, $107, $108, $109, $110, $111, $112), \
     ($113, $114, $115, $116, $117, $118, $119, $120, $121, $122, $123, $124, $125, $126, $127, $128)"
);
const TOGETHER: usize = 8;
macro_rules! columns {
    () => {
        "SELECT id, at, alliance_id, person_id, position_id, organisation_id, session_id, from_address, request_id, action, \
         subject_kind, subject_id, patient_id, basis, outcome, detail FROM audit "
    };
}
const UNSEALED: &str = concat!(columns!(), "WHERE seq IS NULL ORDER BY entry_no LIMIT $1");
const ANY_UNSEALED: &str = "SELECT 1 FROM audit WHERE seq IS NULL LIMIT 1";
/// What a walk of the chain reads: the row in one text, fields in their order with `$4` between them, `=` before those that may
/// be null. The driver costs by the column: 1,000,000 rows take 7 s so, and 20 s in sixteen columns.
const SEALED: &str = "SELECT seq, hash, id || $4 || CAST(at AS TEXT) || $4 || alliance_id || $4 || COALESCE('=' || person_id, '') || $4 || \
     COALESCE('=' || position_id, '') || $4 || COALESCE('=' || organisation_id, '') || $4 || COALESCE('=' || session_id, '') || $4 || \
     from_address || $4 || request_id || $4 || action || $4 || subject_kind || $4 || subject_id || $4 || COALESCE('=' || patient_id, '') \
     || $4 || basis || $4 || outcome || $4 || detail FROM audit WHERE seq > $1 AND seq <= $3 ORDER BY seq LIMIT $2";
/// Unit separator: it stands in no field that the product writes, and a row with one more or fewer does not fit.
const BETWEEN: &str = "\u{1f}";
const HEAD: &str = "SELECT seq, hash FROM audit WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1";
const SEAL: &str = "UPDATE audit SET seq = $1, hash = $2 WHERE id = $3 AND seq IS NULL";

pub async fn insert(tx: &mut Tx, entry: &Entry) -> Result<()> {
    let id = if entry.id.is_empty() { tx.new_id() } else { entry.id.clone() };
    bound(sqlx::query(INSERT), id, entry).execute(tx.conn()).await?;
    Ok(())
}

/// Entries that have an id each, in a few statements.
pub async fn insert_all(tx: &mut Tx, entries: &[Entry]) -> Result<()> {
    let (together, rest) = entries.as_chunks::<TOGETHER>();
    for entries in together {
        let query = entries
            .iter()
            .fold(sqlx::query(INSERT_TOGETHER), |query, entry| bound(query, entry.id.clone(), entry));
        query.execute(tx.conn()).await?;
    }
    for entry in rest {
        insert(tx, entry).await?;
    }
    Ok(())
}

type Query = sqlx::query::Query<'static, sqlx::Any, sqlx::any::AnyArguments>;

fn bound(query: Query, id: String, entry: &Entry) -> Query {
    query
        .bind(id)
        .bind(entry.at)
        .bind(entry.alliance.to_string())
        .bind(entry.person.clone())
        .bind(entry.position.clone())
        .bind(entry.organisation.clone())
        .bind(entry.session.clone())
        .bind(entry.from.clone())
        .bind(entry.request_id.clone())
        .bind(entry.action.clone())
        .bind(entry.subject_kind.clone())
        .bind(entry.subject_id.clone())
        .bind(entry.patient.clone())
        .bind(entry.basis.clone())
        .bind(entry.outcome.clone())
        .bind(entry.detail.clone())
}

/// Seals what has been committed since the last time, and anchors the new head. Answers how many rows it sealed.
pub async fn seal(db: &Db, anchors: &Path) -> Result<usize> {
    let mut reader = db.read().await?;
    let is_work = sqlx::query(ANY_UNSEALED).fetch_optional(&mut *reader).await?.is_some();
    let standing = head(&mut reader).await?;
    drop(reader);
    // What another server of this store has sealed is anchored here too: each file stands for the whole chain.
    if last_anchored(anchors)? < standing.seq {
        anchor(anchors, &standing)?;
    }
    if !is_work {
        return Ok(0);
    }
    let mut sealed = 0;
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
        let entry = borrowed(row)?;
        head = Head { seq: head.seq + 1, hash: chained(&entry, &head.hash)? };
        let done = sqlx::query(SEAL)
            .bind(head.seq)
            .bind(head.hash.as_str())
            .bind(entry.id)
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
    let torn = tail(file)?;
    let torn = torn.len() - torn.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let write = || -> std::io::Result<()> {
        let mut out = super::private::options().append(true).create(true).open(file)?;
        if torn > 0 {
            // A kill has torn the last line: the next one must not be glued to it.
            let size = out.metadata()?.len();
            out.set_len(size.saturating_sub(torn as u64))?;
        }
        out.write_all(format!("{} {}\n", head.seq, head.hash).as_bytes())
    };
    write().map_err(|e| Refusal::internal(format!("the audit anchor cannot be written: {e}")))
}

/// Walks the whole chain as it stands now and compares it with the anchors. The next rows are read while the last are hashed.
pub async fn verify(conn: &mut Conn, anchors: &Path) -> Result<Verdict> {
    // A server may go on sealing meanwhile: first what is anchored, then how far it goes now; the rest is for the next time.
    let anchored = read_anchors(anchors)?;
    let end = head(conn).await?.seq;
    let mut walk = Walk { seq: 0, hash: GENESIS.to_owned(), anchored, next_anchor: 0 };
    let mut rows = sealed_after(conn, 0, end).await?;
    while !rows.is_empty() {
        let last: i64 = rows[rows.len() - 1].try_get(0)?;
        let hashing = tokio::task::spawn_blocking(move || {
            let found = rows.iter().map(|row| walk.step(row)).find(|step| !matches!(step, Ok(None)));
            (walk, found.transpose().map(Option::flatten))
        });
        let next = sealed_after(conn, last, end).await?;
        let (walked, broken) = hashing.await.map_err(Refusal::internal)?;
        if let Some(verdict) = broken? {
            return Ok(verdict);
        }
        (walk, rows) = (walked, next);
    }
    if walk.is_anchored() || is_anchored_soon(anchors, end).await? {
        return Ok(walk.end());
    }
    Ok(Verdict::Unanchored { entries: walk.seq })
}

/// How many entries are sealed, and how many are anchored.
pub async fn standing(conn: &mut Conn, anchors: &Path) -> Result<(i64, i64)> {
    Ok((head(conn).await?.seq, last_anchored(anchors)?))
}

/// The head is anchored just after it is sealed.
async fn is_anchored_soon(anchors: &Path, head: i64) -> Result<bool> {
    const TRIES: u32 = 8;
    const PAUSE: std::time::Duration = std::time::Duration::from_millis(250);
    for _ in 0..TRIES {
        tokio::time::sleep(PAUSE).await;
        if last_anchored(anchors)? >= head {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn sealed_after(conn: &mut Conn, seq: i64, end: i64) -> Result<Vec<sqlx::any::AnyRow>> {
    Ok(sqlx::query(SEALED).bind(seq).bind(VERIFIED_AT_ONCE).bind(end).bind(BETWEEN).fetch_all(conn).await?)
}

/// How far a chain has been walked.
struct Walk {
    seq: i64,
    hash: String,
    anchored: Vec<(i64, String)>,
    next_anchor: usize,
}

impl Walk {
    /// One row further; a verdict where it does not fit.
    fn step(&mut self, row: &sqlx::any::AnyRow) -> Result<Option<Verdict>> {
        let (seq, hash, packed): (i64, &str, &str) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let fits = match unpacked(packed) {
            Some(entry) => seq == self.seq + 1 && hash == chained(&entry, &self.hash)?,
            None => false,
        };
        if !fits {
            let id = packed.split(BETWEEN).next().unwrap_or_default().to_owned();
            return Ok(Some(Verdict::Broken { seq, id }));
        }
        (self.seq, self.hash) = (seq, hash.to_owned());
        while let Some((at, expected)) = self.anchored.get(self.next_anchor).filter(|(at, _)| *at <= seq) {
            if *at == seq && *expected != self.hash {
                return Ok(Some(Verdict::AnchorMissing { seq }));
            }
            self.next_anchor += 1;
        }
        Ok(None)
    }

    fn is_anchored(&self) -> bool {
        self.anchored.last().map_or(0, |(seq, _)| *seq) >= self.seq
    }

    /// Heads behind the end are of rows that were cut off.
    fn end(self) -> Verdict {
        match self.anchored.get(self.next_anchor) {
            Some((seq, _)) => Verdict::AnchorMissing { seq: *seq },
            None => Verdict::Whole { entries: self.seq, head: self.hash },
        }
    }
}

/// The last lines of the file; nothing where there is none.
fn tail(file: &Path) -> Result<Vec<u8>> {
    const TAIL: u64 = 1024;
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = std::fs::File::open(file)?;
        let size = file.metadata()?.len();
        file.seek(SeekFrom::Start(size.saturating_sub(TAIL)))?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail)?;
        Ok(tail)
    };
    match read() {
        Ok(tail) => Ok(tail),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(Refusal::internal(format!("the audit anchors cannot be read: {e}"))),
    }
}

/// The highest head near the end of the file; 0 for none. Several lines are looked at: two sealers may write theirs in either
/// order. A line that is cut at either end says a number that is too small, never one too large.
fn last_anchored(file: &Path) -> Result<i64> {
    let tail = tail(file)?;
    let text = String::from_utf8_lossy(&tail);
    let heads = text.lines().filter_map(|line| line.split_once(' ')?.0.parse().ok());
    Ok(heads.max().unwrap_or(0))
}

fn read_anchors(file: &Path) -> Result<Vec<(i64, String)>> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Refusal::internal(format!("the audit anchors cannot be read: {e}"))),
    };
    // A kill may have torn the last line; it is written again with the next head.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let parse = |line: &str| -> Option<(i64, String)> {
        let (seq, hash) = line.split_once(' ')?;
        Some((seq.parse().ok()?, hash.to_owned()))
    };
    let mut anchors = Vec::new();
    for (n, line) in whole.lines().enumerate() {
        let damaged = || Refusal::internal(format!("line {} of the audit anchors is damaged", n + 1));
        anchors.push(parse(line).ok_or_else(damaged)?);
    }
    // Two sealers may write theirs in either order.
    anchors.sort_unstable();
    Ok(anchors)
}

fn borrowed(row: &sqlx::any::AnyRow) -> Result<Borrowed<'_>> {
    Ok(Borrowed {
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

/// A row as `SEALED` packs it; `None` where it has another number of fields, or a null where none may be.
fn unpacked(text: &str) -> Option<Borrowed<'_>> {
    let mut fields = text.split(BETWEEN);
    let mut field = || fields.next();
    let entry = Borrowed {
        id: field()?,
        at: field()?.parse().ok()?,
        alliance: field()?,
        person: field()?.strip_prefix('='),
        position: field()?.strip_prefix('='),
        organisation: field()?.strip_prefix('='),
        session: field()?.strip_prefix('='),
        from: field()?,
        request_id: field()?,
        action: field()?,
        subject_kind: field()?,
        subject_id: field()?,
        patient: field()?.strip_prefix('='),
        basis: field()?,
        outcome: field()?,
        detail: field()?,
    };
    fields.next().is_none().then_some(entry)
}
