//! The doors of documents: keep one, attach it to something, open it. The bytes are in the object store before the row that
//! names them. Knows no HTTP.

use super::{Document, KIND, MAX_SIZE, Shelf, Stored, rules, sql};
use crate::access::Call;
use crate::access::policy::Action;
use crate::db::change::{Author, Change, Subject};
use crate::db::{Conn, Tx};
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::ids::{DocumentId, PatientId, PersonId};
use crate::time::Timestamp;
use bytes::Bytes;
use imaging::blobs::{BlobError, Blobs};
use imaging::index::ContentHash;
use serde_json::json;
use std::ops::Range;

/// What is attached to nothing for so long is deleted.
const UNATTACHED_SECONDS: i64 = 24 * 3600;
/// Bytes that no row names may be on their way to their row for so long; no upload takes longer.
const UNNAMED_SECONDS: i64 = 3600;
const SWEPT_AT_ONCE: i64 = 100;

/// Stores the bytes durably; nobody knows of them before `add`, and if that is refused or never comes they are swept.
pub async fn shelve(shelf: &Shelf, call: &Call, id: DocumentId, said: &str, bytes: Bytes) -> Result<Stored> {
    call.require(Action::DocumentAdd, None)?;
    if bytes.len() > MAX_SIZE {
        return Err(Code::DocumentTooLarge.into());
    }
    if bytes.is_empty() {
        return Err(Code::DocumentEmpty.into());
    }
    let kind = rules::sniff(&bytes).ok_or(Code::DocumentKind)?;
    let size = i64::try_from(bytes.len()).map_err(Refusal::internal)?;
    let hash = ContentHash::of(&bytes);
    let (author, unnamed) = (call.caller.person.clone(), hash.as_str().to_owned());
    let known = id.clone();
    call.ground
        .db
        .write(move |tx| Box::pin(async move { expect(tx, &known, &author, &unnamed).await }))
        .await?;
    shelf.blobs.put_document(bytes).await.map_err(|e| blob(&e))?;
    Ok(Stored {
        id,
        alliance: call.caller.alliance.clone(),
        organisation: call.caller.organisation.clone(),
        author: call.caller.person.clone(),
        hash: hash.as_str().to_owned(),
        size,
        kind,
        name: rules::name(said, kind),
        holder: None,
        created_at: call.now,
    })
}

/// Bytes are about to be stored that no row names yet.
async fn expect(tx: &mut Tx, id: &DocumentId, author: &PersonId, hash: &str) -> Result<()> {
    if sql::by_id(tx.conn(), id).await?.is_none() {
        require_room(tx.conn(), author).await?;
    }
    sql::note_unnamed(tx, hash).await
}

async fn require_room(conn: &mut Conn, author: &PersonId) -> Result<()> {
    if sql::unattached(conn, author).await? < rules::MOST_UNATTACHED {
        Ok(())
    } else {
        Err(Refusal::new(Code::DocumentTooMany).with("most", rules::MOST_UNATTACHED))
    }
}

/// Keeps a document whose bytes are stored. The same again has no further effect; another under its id is refused (I-9).
pub async fn add(tx: &mut Tx, call: &Call, document: Stored) -> Result<Document> {
    let basis = call.require(Action::DocumentAdd, None)?;
    if let Some(standing) = sql::by_id(tx.conn(), &document.id).await? {
        let is_same = standing.author == document.author && standing.hash == document.hash;
        return if is_same { Ok(standing.shown()) } else { Err(Code::RequestIdTaken.into()) };
    }
    require_room(tx.conn(), &document.author).await?;
    sql::insert(tx, &document).await?;
    sql::name(tx, &document.hash).await?;
    let subject = Subject { kind: KIND, id: document.id.as_str() };
    let mut change = call.change_of(subject, 1, "document.added", basis);
    change.payload = json!({ "kind": document.kind.as_str(), "size": document.size, "hash": document.hash });
    tx.record(change).await?;
    Ok(document.shown())
}

/// Gives a document of the caller's own to what holds it from now on.
pub async fn attach(tx: &mut Tx, call: &Call, id: &DocumentId, holder: (&str, &str)) -> Result<Stored> {
    let unknown = || Refusal::new(Code::DocumentUnknown).with("document_id", id.as_str());
    let document = sql::by_id(tx.conn(), id).await?.filter(|document| is_own(document, call));
    let document = document.ok_or_else(unknown)?;
    if !sql::attach(tx, id, holder).await? {
        return Err(unknown());
    }
    Ok(document)
}

fn is_own(document: &Stored, call: &Call) -> bool {
    let caller = &call.caller;
    document.author == caller.person
        && document.organisation == caller.organisation
        && document.alliance == caller.alliance
}

/// A document that the caller may open, whom it is about, and the legal basis: its author's until it is attached, then
/// everybody's who may see what it is attached to.
pub async fn open(
    conn: &mut Conn,
    shelf: &Shelf,
    call: &Call,
    id: &DocumentId,
) -> Result<(Stored, Option<PatientId>, &'static str)> {
    let document = sql::by_id(conn, id).await?.filter(|document| document.alliance == call.caller.alliance);
    let held = match document.as_ref().and_then(|document| document.holder.as_ref()) {
        Some((kind, id)) => Some(shelf.holders.held(conn, call, (kind, id)).await?),
        None => None,
    };
    if held.is_none() && document.as_ref().is_some_and(|document| is_own(document, call)) {
        call.require(Action::DocumentAdd, None)?;
        return Ok((document.ok_or_else(Refusal::not_found)?, None, "self"));
    }
    let basis = call.require(Action::DocumentRead, held.as_ref().map(|held| &held.resource))?;
    Ok((document.ok_or_else(Refusal::not_found)?, held.and_then(|held| held.patient), basis))
}

/// The bytes of a document that was opened.
pub async fn bytes(shelf: &Shelf, document: &Stored) -> Result<Bytes> {
    let hash = ContentHash::parse(&document.hash)
        .ok_or_else(|| Refusal::internal(format!("document {} has no hash", document.id)))?;
    shelf.blobs.document(&hash).await.map_err(|e| blob(&e))
}

/// A part of them, read by itself.
pub async fn part(shelf: &Shelf, document: &Stored, part: Range<usize>) -> Result<Bytes> {
    let hash = ContentHash::parse(&document.hash)
        .ok_or_else(|| Refusal::internal(format!("document {} has no hash", document.id)))?;
    let range = part.start as u64..part.end as u64;
    shelf.blobs.document_range(&hash, range).await.map_err(|e| blob(&e))
}

/// Deletes what is attached to nothing for a day, and the bytes that no row names any more. Each in a transaction of its own.
pub async fn sweep(ground: &Ground, shelf: &Shelf) -> Result<()> {
    let old = ground.now().plus_seconds(-UNATTACHED_SECONDS);
    loop {
        let left = sql::left_behind(&mut *ground.db.read().await?, old, SWEPT_AT_ONCE).await?;
        let is_last = left.len() < usize::try_from(SWEPT_AT_ONCE).unwrap_or(usize::MAX);
        for document in left {
            ground.db.write(move |tx| Box::pin(async move { forget(tx, &document).await })).await?;
        }
        if is_last {
            break;
        }
    }
    let old = ground.now().plus_seconds(-UNNAMED_SECONDS);
    loop {
        let unnamed = sql::unnamed(&mut *ground.db.read().await?, old, SWEPT_AT_ONCE).await?;
        if unnamed.is_empty() {
            return Ok(());
        }
        for hash in unnamed {
            let blobs = shelf.blobs.clone();
            ground.db.write(move |tx| Box::pin(async move { clear(tx, &blobs, &hash, old).await })).await?;
        }
    }
}

/// The row goes now; its bytes, which another row may name, are looked at later.
async fn forget(tx: &mut Tx, document: &Stored) -> Result<()> {
    if !sql::delete(tx, &document.id).await? {
        return Ok(());
    }
    sql::note_unnamed(tx, &document.hash).await?;
    let author = Author { from: "worker".to_owned(), ..Author::default() };
    tx.record(Change {
        author: &author,
        alliance: &document.alliance,
        subject: Subject { kind: KIND, id: document.id.as_str() },
        version: 2,
        kind: "document.swept",
        payload: json!({ "hash": document.hash, "size": document.size }),
        occurred_at: None,
        patient: None,
        basis: "unattached",
        audience: &[],
    })
    .await
}

/// Takes bytes away inside the transaction that holds their note: whoever brings the same bytes again waits for its end, and
/// then stores them again.
async fn clear(tx: &mut Tx, blobs: &Blobs, hash: &str, old: Timestamp) -> Result<()> {
    if !sql::take_unnamed(tx, hash, old).await? || sql::is_named(tx.conn(), hash).await? {
        return Ok(());
    }
    let parsed = ContentHash::parse(hash)
        .ok_or_else(|| Refusal::internal(format!("unnamed bytes have no hash: {hash}")))?;
    blobs.remove_document(&parsed).await.map_err(|e| blob(&e))
}

fn blob(error: &BlobError) -> Refusal {
    let code = match error {
        BlobError::Full => Code::UploadDiskFull,
        BlobError::Unavailable(_) => Code::StoreBusy,
        BlobError::NotFound => Code::Internal,
    };
    Refusal { internal: Some(error.to_string()), ..Refusal::new(code) }
}
