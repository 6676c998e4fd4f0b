//! STOW-RS (PS3.18 §10.5): parts are staged as they arrive, go the one path of ingest in batches, and are answered
//! one by one when they are durable.

use std::io::{Cursor, Write};

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt};
use serde_json::{Value, json};

use crate::header;
use crate::index::{Custody, Filing, Source};
use crate::ingest::{Body as Content, Entry, Item, Taken};
use crate::refusal::Refusal;
use crate::stage::{Staged, Stager, is_full};
use crate::uid::StudyUid;

use super::accept::media_type;
use super::error::WebError;
use super::multipart::{Event, Reader};
use super::rows::{Object, put};
use super::{Body, Response, Service};

/// The body of a STOW request.
pub struct Upload<'a> {
    pub content_type: &'a str,
    /// The bytes; an error means that the sender broke off.
    pub body: BoxStream<'static, Result<Bytes, std::io::Error>>,
}

/// Failure reasons (PS3.18 §10.5.3, PS3.4 table B.2-1).
const OUT_OF_RESOURCES: u16 = 0xa700;
const DOES_NOT_MATCH: u16 = 0xa900;
const CANNOT_UNDERSTAND: u16 = 0xc000;
const PROCESSING_FAILURE: u16 = 0x0110;
/// Coercion or another reason to look at it: kept apart from the patient's record.
const KEPT_WITH_WARNING: u16 = 0xb000;

/// What became of one part.
enum Answer {
    Taken(Box<Taken>),
    Failed { named: Option<(String, String)>, reason: u16, ours: bool },
}

pub(super) async fn store(
    service: &Service,
    source: &Source,
    study: Option<&StudyUid>,
    upload: Upload<'_>,
) -> Result<Response, WebError> {
    let (media, parameters) = media_type(upload.content_type).ok_or(WebError::UnsupportedMediaType)?;
    let of = |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let mut intake = Intake { service, source, study, batch: Vec::new(), bytes: 0, answers: Vec::new() };
    match (media.as_str(), of("type")) {
        ("multipart/related", None | Some("application/dicom")) => {
            let boundary = of("boundary").ok_or(WebError::UnsupportedMediaType)?;
            parts(&mut intake, boundary, upload.body).await?;
        }
        ("application/dicom", _) => single(&mut intake, upload.body).await?,
        _ => return Err(WebError::UnsupportedMediaType),
    }
    intake.flush().await;
    if intake.answers.is_empty() {
        return Err(WebError::BodyInvalid);
    }
    respond(service, study, &intake.answers)
}

/// Parts on their way.
struct Intake<'a> {
    service: &'a Service,
    source: &'a Source,
    study: Option<&'a StudyUid>,
    batch: Vec<Staged>,
    bytes: u64,
    answers: Vec<Answer>,
}

impl Intake<'_> {
    async fn add(&mut self, staged: Result<Staged, Refusal>) {
        match staged {
            Ok(staged) => {
                self.bytes += staged.len();
                self.batch.push(staged);
                let config = self.service.ingest.config();
                if self.batch.len() >= config.batch || self.bytes >= config.batch_bytes {
                    self.flush().await;
                }
            }
            Err(refusal) => {
                self.flush().await;
                self.answers.push(failed(None, refusal));
            }
        }
    }

    async fn flush(&mut self) {
        self.bytes = 0;
        let mut items = Vec::new();
        // Where each answer goes: parts of another study are answered without being taken in.
        let mut order = Vec::new();
        for staged in std::mem::take(&mut self.batch) {
            let name = named(&staged);
            if self.belongs(&staged) {
                items.push(Item { name: String::new(), body: Content::File(staged) });
                order.push((name, true));
            } else {
                order.push((name, false));
            }
        }
        let mut entries = match items.is_empty() {
            true => Vec::new(),
            false => self.service.ingest.take(self.source, items).await,
        }
        .into_iter();
        for (named, taken) in order {
            let answer = match taken.then(|| entries.next()).flatten() {
                Some(Entry { result: Ok(taken), .. }) => Answer::Taken(Box::new(taken)),
                Some(Entry { result: Err(refusal), .. }) => failed(named, refusal),
                None => Answer::Failed { named, reason: DOES_NOT_MATCH, ours: false },
            };
            self.answers.push(answer);
        }
    }

    /// Whether a part is of the study in the path. What cannot be read is left to ingest to refuse.
    fn belongs(&self, staged: &Staged) -> bool {
        let Some(study) = self.study else { return true };
        let parsed =
            header::parse_file(staged.reader(), staged.len(), &self.service.limits, self.source.fallback);
        parsed.map_or(true, |parsed| parsed.facts.study.uid == *study)
    }
}

async fn parts(
    intake: &mut Intake<'_>,
    boundary: &str,
    mut body: BoxStream<'static, Result<Bytes, std::io::Error>>,
) -> Result<(), WebError> {
    let mut reader = Reader::new(boundary)?;
    let mut part: Option<Result<Stager, Refusal>> = None;
    while let Some(chunk) = body.next().await {
        // What was complete before the sender broke off stays with us: sending it again changes nothing.
        reader.feed(&chunk.map_err(|_| WebError::BodyInvalid)?);
        while let Some(event) = reader.next()? {
            match event {
                Event::Part(kind) => part = Some(begin(intake, kind.as_deref())),
                Event::Data(bytes) => {
                    if let Some(stager) = &mut part {
                        write(stager, &bytes);
                    }
                }
                Event::End => {
                    if let Some(stager) = part.take() {
                        intake.add(stager.map(Stager::finish)).await;
                    }
                }
            }
        }
    }
    if reader.is_complete() { Ok(()) } else { Err(WebError::BodyInvalid) }
}

async fn single(
    intake: &mut Intake<'_>,
    mut body: BoxStream<'static, Result<Bytes, std::io::Error>>,
) -> Result<(), WebError> {
    let mut stager = begin(intake, None);
    while let Some(chunk) = body.next().await {
        write(&mut stager, &chunk.map_err(|_| WebError::BodyInvalid)?);
    }
    intake.add(stager.map(Stager::finish)).await;
    Ok(())
}

fn begin(intake: &Intake<'_>, kind: Option<&str>) -> Result<Stager, Refusal> {
    let dicom = kind.and_then(media_type).is_none_or(|(media, _)| media == "application/dicom");
    let config = intake.service.ingest.config();
    if dicom { Ok(Stager::new(&config.staging, config.limits.instance)) } else { Err(Refusal::NotDicom) }
}

/// Adds bytes to a part; the rest of a part that failed is passed over.
fn write(stager: &mut Result<Stager, Refusal>, bytes: &[u8]) {
    let Ok(open) = stager else { return };
    if let Err(error) = open.write_all(bytes) {
        *stager = Err(match error.kind() {
            _ if is_full(&error) => Refusal::StorageFull,
            std::io::ErrorKind::FileTooLarge => Refusal::TooLarge,
            _ => Refusal::Unavailable,
        });
    }
}

fn failed(named: Option<(String, String)>, refusal: Refusal) -> Answer {
    let reason = match refusal {
        Refusal::StorageFull => OUT_OF_RESOURCES,
        Refusal::Unavailable => PROCESSING_FAILURE,
        Refusal::NotDicom
        | Refusal::Truncated
        | Refusal::UidInvalid
        | Refusal::TooLarge
        | Refusal::TooDeep
        | Refusal::MediaDirectory
        | Refusal::ArchiveInvalid => CANNOT_UNDERSTAND,
    };
    Answer::Failed { named, reason, ours: refusal.is_ours() }
}

/// Class and instance as the file meta names them, so that the sender knows which one failed.
fn named(staged: &Staged) -> Option<(String, String)> {
    let mut head = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(staged.reader(), 4096), &mut head).ok()?;
    let table = dicom_object::FileMetaTable::from_reader(Cursor::new(head.get(128..)?)).ok()?;
    let clean = |uid: &str| uid.trim_end_matches(['\0', ' ']).to_owned();
    Some((clean(&table.media_storage_sop_class_uid), clean(&table.media_storage_sop_instance_uid)))
}

/// The Store Instances Response (PS3.18 §10.5.3.2, table I.1-1).
fn respond(service: &Service, study: Option<&StudyUid>, answers: &[Answer]) -> Result<Response, WebError> {
    let mut stored: Vec<Value> = Vec::new();
    let mut failures: Vec<Value> = Vec::new();
    let mut others: Vec<Value> = Vec::new();
    let mut warned = false;
    let mut studies: Vec<&StudyUid> = study.into_iter().collect();
    for answer in answers {
        match answer {
            Answer::Taken(taken) => {
                let (item, warning) = success(service, taken);
                warned |= warning;
                stored.push(item.into());
                if !studies.contains(&&taken.facts.study.uid) {
                    studies.push(&taken.facts.study.uid);
                }
            }
            Answer::Failed { named, reason, .. } => {
                let mut item = Object::new();
                put(&mut item, "00081197", "US", Some((*reason).into()));
                match named {
                    Some((class, instance)) => {
                        put(&mut item, "00081150", "UI", Some(class.as_str().into()));
                        put(&mut item, "00081155", "UI", Some(instance.as_str().into()));
                        failures.push(item.into());
                    }
                    None => others.push(item.into()),
                }
            }
        }
    }
    let ours = answers.iter().all(|answer| matches!(answer, Answer::Failed { ours: true, .. }));
    if ours {
        let full = answers.iter().any(|a| matches!(a, Answer::Failed { reason: OUT_OF_RESOURCES, .. }));
        return Err(WebError::Refused(if full { Refusal::StorageFull } else { Refusal::Unavailable }));
    }
    let mut out = Object::new();
    if let [study] = studies.as_slice() {
        put(&mut out, "00081190", "UR", Some(format!("{}/studies/{study}", service.base).into()));
    }
    let failed = failures.len() + others.len();
    let status = match (stored.len(), failed) {
        (0, _) => 409,
        (_, 0) if !warned => 200,
        _ => 202,
    };
    for (tag, items) in [("00081199", stored), ("00081198", failures), ("0008119A", others)] {
        if !items.is_empty() {
            out.insert(tag.to_owned(), json!({"vr": "SQ", "Value": items}));
        }
    }
    let body = Body::Whole(Value::Object(out).to_string().into());
    Ok(Response { status, content_type: "application/dicom+json".to_owned(), headers: Vec::new(), body })
}

/// An item of the Referenced SOP Sequence, and whether it carries a warning.
fn success(service: &Service, taken: &Taken) -> (Object, bool) {
    let facts = &taken.facts;
    let mut item = Object::new();
    put(&mut item, "00081150", "UI", Some(facts.instance.class.as_str().into()));
    put(&mut item, "00081155", "UI", Some(facts.instance.uid.as_str().into()));
    let (study, series, instance) = (&facts.study.uid, &facts.series.uid, &facts.instance.uid);
    let url = format!("{}/studies/{study}/series/{series}/instances/{instance}", service.base);
    put(&mut item, "00081190", "UR", Some(url.into()));
    let quarantined = matches!(taken.outcome.custody, Custody::Quarantined { .. });
    let warning = quarantined || taken.outcome.filing == Filing::Conflict;
    if warning {
        put(&mut item, "00081196", "US", Some(KEPT_WITH_WARNING.into()));
    }
    (item, warning)
}
