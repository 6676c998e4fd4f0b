//! The doors of documents: keep one, attach it to something, open it. The bytes are in the object store before the row that
//! names them. Knows no HTTP.

use super::{Document, KIND, MAX_SIZE, Shelf, Stored, rules, sql};
use crate::access::Call;
use crate::access::policy::Action;
use crate::db::change::Subject;
use crate::db::{Conn, Tx};
use crate::error::{Code, Refusal, Result};
use crate::ids::{DocumentId, PatientId};
use bytes::Bytes;
use imaging::blobs::BlobError;
use imaging::index::ContentHash;
use serde_json::json;

/// Stores the bytes durably; nobody knows of them before `add`.
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
    let hash = shelf.blobs.put_document(bytes).await.map_err(|e| blob(&e))?;
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

/// Keeps a document whose bytes are stored. The same again has no further effect; another under its id is refused (I-9).
pub async fn add(tx: &mut Tx, call: &Call, document: Stored) -> Result<Document> {
    let basis = call.require(Action::DocumentAdd, None)?;
    if let Some(standing) = sql::by_id(tx.conn(), &document.id).await? {
        let is_same = standing.author == document.author && standing.hash == document.hash;
        return if is_same { Ok(standing.shown()) } else { Err(Code::RequestIdTaken.into()) };
    }
    sql::insert(tx, &document).await?;
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

fn blob(error: &BlobError) -> Refusal {
    let code = match error {
        BlobError::Full => Code::UploadDiskFull,
        BlobError::Unavailable(_) => Code::StoreBusy,
        BlobError::NotFound => Code::Internal,
    };
    Refusal { internal: Some(error.to_string()), ..Refusal::new(code) }
}
