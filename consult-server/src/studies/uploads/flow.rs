//! The doors for uploads: begin, receive, take in, remove. The bytes are on the disk before they are acknowledged, and
//! the last of them is acknowledged only when the images are stored and indexed. Knows no HTTP.

use super::sql::{self, Stored};
use super::tus::Creation;
use super::{State, Turn, Upload, UploadOutcome, UploadResult};
use crate::access::policy::Action;
use crate::access::{Call, grants, sql as access};
use crate::db::change::{Author, Change, Subject};
use crate::db::{Conn, Tx};
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::ids::UploadId;
use crate::studies::Imaging;
use crate::studies::register::Door;
use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _};
use imaging::index::{Channel, Custody, Filing, Source};
use imaging::ingest::Entry;
use imaging::stage::Staged;
use imaging::text::Fallback;
use std::io::{ErrorKind, SeekFrom};
use std::path::{Path, PathBuf};
use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _};

const KIND: &str = "upload";
/// An upload that is not whole after so long is given up.
const ABANDONED_SECONDS: i64 = 24 * 3600;

/// Bytes that one person's unfinished uploads may come to: two of the largest.
const MOST_AT_ONCE: i64 = 2 * super::MAX_SIZE;

/// The bytes of a request; an error means that the sender broke off.
pub type Body = BoxStream<'static, std::io::Result<Bytes>>;

/// Begins an upload: for a patient the caller cares for, or for whoever the files say.
pub async fn begin(tx: &mut Tx, imaging: &Imaging, call: &Call, creation: Creation) -> Result<UploadId> {
    let mut basis = call.require(Action::StudyAdd, None)?;
    if let Some(patient) = &creation.patient {
        let resource = grants::resource(tx.conn(), &call.caller, patient, call.now).await?;
        basis = call.require(Action::PatientTreat, Some(&resource))?;
    }
    if let Some(consult) = &creation.consult {
        let patient =
            creation.patient.as_ref().ok_or_else(|| Refusal::field(Code::UploadMetadata, "patient"))?;
        imaging.consults.may_attach(tx.conn(), call, consult, patient).await?;
    }
    let id = creation.id.unwrap_or_else(|| UploadId::trusted(tx.new_id()));
    let upload = Stored {
        id: id.clone(),
        alliance: call.caller.alliance.clone(),
        person: call.caller.person.clone(),
        organisation: call.caller.organisation.clone(),
        patient: creation.patient,
        consult: creation.consult,
        filename: creation.filename,
        size: creation.size,
        state: State::Receiving,
        code: None,
        results: Vec::new(),
    };
    match sql::by_id(tx.conn(), &id).await? {
        Some(standing) if is_same(&standing, &upload) => return Ok(id),
        Some(_) => return Err(Code::RequestIdTaken.into()),
        None => {
            let held = sql::receiving(tx.conn(), &upload.person).await?;
            if held.saturating_add(upload.size) > MOST_AT_ONCE {
                return Err(Refusal::new(Code::UploadTooMuch).with("limit", MOST_AT_ONCE));
            }
            sql::insert(tx, &upload).await?;
        }
    }
    record(tx, &call.author, &upload, "upload.begun", basis).await?;
    Ok(id)
}

fn is_same(standing: &Stored, asked: &Stored) -> bool {
    (&standing.person, &standing.patient, &standing.consult, &standing.filename, standing.size)
        == (&asked.person, &asked.patient, &asked.consult, &asked.filename, asked.size)
}

/// An upload of the caller's own; nobody else's exists.
pub async fn own(conn: &mut Conn, call: &Call, id: &UploadId) -> Result<Stored> {
    call.require(Action::StudyAdd, None)?;
    let upload = sql::by_id(conn, id).await?.filter(|upload| upload.person == call.caller.person);
    upload.ok_or_else(Refusal::not_found)
}

/// Takes the right to work on an upload of the caller's own. Whoever held it lets go; asked first whose it is, so that
/// nobody can stop another's upload.
async fn hold(imaging: &Imaging, call: &Call, id: &UploadId) -> Result<(Turn, Stored)> {
    own(&mut *call.read().await?, call, id).await?;
    let turn = imaging.uploads.turn(id).await?;
    let upload = own(&mut *call.read().await?, call, id).await?;
    Ok((turn, upload))
}

/// Offset and size. Whoever asks has given up on the request before.
pub async fn where_to_go_on(imaging: &Imaging, call: &Call, id: &UploadId) -> Result<(i64, i64)> {
    let (_turn, upload) = hold(imaging, call, id).await?;
    Ok((offset(imaging, &upload).await?, upload.size))
}

pub async fn show(imaging: &Imaging, upload: Stored) -> Result<Upload> {
    let offset = offset(imaging, &upload).await?;
    Ok(Upload {
        id: upload.id,
        state: upload.state,
        size: upload.size,
        offset,
        filename: upload.filename,
        code: upload.code,
        results: upload.results,
    })
}

/// How many bytes need not be sent again. An upload that is whole but not taken in yet (a full disk, a server that
/// ended) misses its last byte: so every client comes again, and only then is it told that all is well.
pub async fn offset(imaging: &Imaging, upload: &Stored) -> Result<i64> {
    if upload.state != State::Receiving {
        return Ok(upload.size);
    }
    let length = match tokio::fs::metadata(path(imaging, &upload.id)).await {
        Ok(file) => i64::try_from(file.len()).unwrap_or(i64::MAX),
        Err(e) if e.kind() == ErrorKind::NotFound => 0,
        Err(e) => return Err(Refusal::internal(e)),
    };
    Ok(length.min(upload.size - 1))
}

fn path(imaging: &Imaging, id: &UploadId) -> PathBuf {
    imaging.staging().join(format!("{id}.part"))
}

/// Appends `body` at `at`, and takes the upload in when it is whole. Answers the new offset. Runs to its end also when
/// nobody waits for the answer any more: what arrived is kept.
pub async fn receive(imaging: Imaging, call: Call, id: UploadId, at: i64, body: Body) -> Result<i64> {
    let (turn, upload) = hold(&imaging, &call, &id).await?;
    match (upload.state, &upload.code) {
        (State::Done, _) => return Ok(upload.size),
        (State::Failed, Some(code)) => return Err(Refusal::of_code(code)),
        (State::Receiving | State::Failed, _) => {}
    }
    let here = offset(&imaging, &upload).await?;
    if at != here {
        return Err(Refusal::new(Code::UploadOffset).with("offset", here));
    }
    let file = path(&imaging, &id);
    let whole = append(&file, &upload, here, body, &turn).await?;
    if whole < upload.size {
        return Ok(whole);
    }
    still_theirs(&call, &upload, &file).await?;
    take_in(&imaging, &call, upload, &file).await?;
    imaging.uploads.forget(&id);
    Ok(whole)
}

/// Writes what comes and makes it durable; also when it breaks off or the disk is full, what was written stays.
async fn append(file: &Path, upload: &Stored, here: i64, mut body: Body, turn: &Turn) -> Result<i64> {
    let mut options = tokio::fs::OpenOptions::new();
    let mut out = options.create(true).truncate(false).write(true).open(file).await.map_err(disk)?;
    let start = u64::try_from(here).unwrap_or(0);
    out.set_len(start).await.map_err(disk)?;
    out.seek(SeekFrom::Start(start)).await.map_err(disk)?;
    let mut position = here;
    let broken = loop {
        let chunk = tokio::select! {
            biased;
            () = turn.stop.cancelled() => break Some(Code::UploadInterrupted),
            chunk = body.next() => chunk,
        };
        let chunk = match chunk {
            None => break None,
            Some(Err(_)) => break Some(Code::UploadInterrupted),
            Some(Ok(chunk)) => chunk,
        };
        let length = i64::try_from(chunk.len()).unwrap_or(i64::MAX);
        if position.saturating_add(length) > upload.size {
            break Some(Code::UploadTooLarge);
        }
        // Flushed at once: else a failure would be told with a later chunk, or with none.
        out.write_all(&chunk).await.map_err(disk)?;
        out.flush().await.map_err(disk)?;
        position += length;
    };
    out.sync_all().await.map_err(disk)?;
    match broken {
        None => Ok(position),
        Some(code) => Err(code.into()),
    }
}

fn disk(error: std::io::Error) -> Refusal {
    let code = if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
        Code::UploadDiskFull
    } else {
        Code::Internal
    };
    Refusal { internal: Some(error.to_string()), ..Refusal::new(code) }
}

/// Bytes may travel for hours: at their end it is asked again whether whoever sent them may still be here, and still cares for the
/// patient (I-11). An upload whose care has ended fails for good, and its bytes go; one of a session that is over waits for its
/// person to come back.
async fn still_theirs(call: &Call, upload: &Stored, file: &Path) -> Result<()> {
    let mut reader = call.read().await?;
    let now = call.ground.now();
    if !access::session_lives(&mut reader, &call.caller.session, now).await? {
        return Err(Code::AccessSessionExpired.into());
    }
    let Some(patient) = &upload.patient else { return Ok(()) };
    let Err(refusal) = grants::still_treats(&mut reader, &call.caller, patient, now).await else {
        return Ok(());
    };
    drop(reader);
    if refusal.code.status() < 500 {
        let code = refusal.code.as_str().to_owned();
        let failed = Stored { state: State::Failed, code: Some(code), ..upload.clone() };
        let author = call.author.clone();
        let write = call.ground.db.write(move |tx| {
            Box::pin(async move {
                sql::finish(tx, &failed).await?;
                record(tx, &author, &failed, "upload.finished", "role").await
            })
        });
        write.await?;
        remove_file(file).await?;
    }
    Err(refusal)
}

/// Hands the whole file to ingest. When that fails for a reason of ours the bytes stay and the upload can go on later.
async fn take_in(imaging: &Imaging, call: &Call, mut upload: Stored, file: &Path) -> Result<()> {
    let basis = call.require(Action::StudyAdd, None)?;
    let staged = Staged::open(file).map_err(disk)?;
    let door = Door {
        ground: call.ground.clone(),
        consults: imaging.consults.clone(),
        author: Some(call.author.clone()),
        basis,
        consult: upload.consult.clone(),
    };
    let source = Source {
        channel: Channel::Upload,
        organisation: upload.organisation.as_str().to_owned(),
        patient: upload.patient.as_ref().map(|p| p.as_str().to_owned()),
        ae_title: None,
        fallback: Fallback::default(),
    };
    let entries = imaging.ingest(door).file(&source, &upload.filename, staged).await;
    let ours = entries.iter().filter_map(|entry| entry.result.as_ref().err()).find(|r| r.is_ours());
    match ours {
        Some(imaging::refusal::Refusal::StorageFull) => return Err(Code::UploadDiskFull.into()),
        Some(_) => return Err(Code::StoreBusy.into()),
        None => {}
    }
    let first_refused = entries.iter().find_map(|entry| entry.result.as_ref().err().map(|r| r.code()));
    let any_taken = entries.iter().any(|entry| entry.result.is_ok());
    upload.results = entries.into_iter().map(result).collect();
    upload.state = if any_taken { State::Done } else { State::Failed };
    // An archive without files has no entry and nothing to show for it.
    let code = (!any_taken).then(|| first_refused.unwrap_or(imaging::refusal::Refusal::NotDicom.code()));
    upload.code = code.map(str::to_owned);
    let finished = call.author.clone();
    call.ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                sql::finish(tx, &upload).await?;
                record(tx, &finished, &upload, "upload.finished", basis).await
            })
        })
        .await?;
    remove_file(file).await?;
    code.map_or(Ok(()), |code| Err(Refusal::of_code(code)))
}

fn result(entry: Entry) -> UploadResult {
    match entry.result {
        Ok(taken) => {
            let (outcome, code) = match (&taken.outcome.custody, taken.outcome.filing) {
                (Custody::Quarantined { .. }, _) => (UploadOutcome::Quarantined, Some("imaging.quarantined")),
                (_, Filing::Conflict) => (UploadOutcome::Alternate, Some("imaging.uid-conflict")),
                (Custody::Unassigned, _) => (UploadOutcome::Unassigned, None),
                (Custody::Matched { .. }, Filing::Stored) => (UploadOutcome::Stored, None),
                (Custody::Matched { .. }, Filing::Duplicate) => (UploadOutcome::Duplicate, None),
                (Custody::Matched { .. }, Filing::Alternate) => (UploadOutcome::Alternate, None),
            };
            let study_id = Some(crate::ids::StudyId::trusted(taken.outcome.study));
            UploadResult { name: entry.name, outcome, code: code.map(str::to_owned), study_id }
        }
        Err(refusal) => UploadResult {
            name: entry.name,
            outcome: UploadOutcome::Refused,
            code: Some(refusal.code().to_owned()),
            study_id: None,
        },
    }
}

/// Gives an upload up and frees its bytes. What was taken in stays.
pub async fn remove(imaging: &Imaging, call: &Call, id: UploadId) -> Result<()> {
    let basis = call.require(Action::StudyAdd, None)?;
    let (_turn, upload) = hold(imaging, call, &id).await?;
    let (file, ending) = (path(imaging, &id), call.author.clone());
    call.ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                sql::delete(tx, &upload.id).await?;
                record(tx, &ending, &upload, "upload.removed", basis).await
            })
        })
        .await?;
    remove_file(&file).await?;
    imaging.uploads.forget(&id);
    Ok(())
}

/// Removes uploads that were given up long ago, with their bytes.
pub async fn sweep(ground: &Ground, imaging: &Imaging) -> Result<()> {
    let before = ground.now().plus_seconds(-ABANDONED_SECONDS);
    for id in sql::abandoned(&mut *ground.db.read().await?, before).await? {
        let _turn = imaging.uploads.turn(&id).await?;
        let file = path(imaging, &id);
        ground
            .db
            .write({
                let id = id.clone();
                move |tx| Box::pin(async move { give_up(tx, &id).await })
            })
            .await?;
        remove_file(&file).await?;
        imaging.uploads.forget(&id);
    }
    Ok(())
}

async fn give_up(tx: &mut Tx, id: &UploadId) -> Result<()> {
    let Some(upload) = sql::by_id(tx.conn(), id).await? else { return Ok(()) };
    if upload.state != State::Receiving {
        return Ok(());
    }
    sql::delete(tx, id).await?;
    let worker = Author { from: "worker".to_owned(), ..Author::default() };
    record(tx, &worker, &upload, "upload.abandoned", "retention").await
}

async fn remove_file(file: &Path) -> Result<()> {
    match tokio::fs::remove_file(file).await {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        Err(e) => Err(Refusal::internal(e)),
    }
}

async fn record(tx: &mut Tx, author: &Author, upload: &Stored, kind: &str, basis: &str) -> Result<()> {
    let payload = serde_json::json!({
        "size": upload.size, "state": upload.state, "files": upload.results.len(), "code": upload.code,
    });
    tx.record(Change {
        author,
        alliance: &upload.alliance,
        subject: Subject { kind: KIND, id: upload.id.as_str() },
        version: 1,
        kind,
        payload,
        occurred_at: None,
        patient: upload.patient.as_ref(),
        basis,
        audience: &[],
    })
    .await
}
