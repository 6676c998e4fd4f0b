//! WADO-RS: whole instances, metadata and bulk data (PS3.18 §10.4).

use bytes::Bytes;
use dicom_core::header::Header;
use dicom_core::value::Value;
use dicom_core::{Tag, VR};
use dicom_object::InMemDicomObject;
use dicom_object::mem::InMemElement;
use futures_util::stream::{self, StreamExt};
use serde_json::json;

use crate::header::{self, meta};
use crate::index::{Blob, Index, InstanceRow};
use crate::text::PersonName;

use super::accept::Accept;
use super::error::WebError;
use super::multipart::Part;
use super::request::{InstancePath, Scope};
use super::rows::{self, Object};
use super::{Body, Response, Service, frames, instance, instances, multipart, transcode};

const DICOM: &str = "application/dicom";
const JSON: &str = "application/dicom+json";
const BYTES: &str = "application/octet-stream";

/// Values over this many bytes are left out of the metadata; what is named there can be fetched as bulk data.
const INLINE: u32 = 4096;
/// Headers that are read at the same time for the metadata of a series.
const AT_ONCE: usize = 8;

/// What one instance is sent from.
enum Form {
    /// These bytes, as they are, in this transfer syntax.
    Stored(Blob, String),
    /// Decoded to explicit little endian.
    Plain,
}

/// Instances as `multipart/related; type="application/dicom"`, or a single one as a file.
pub(super) async fn files(
    service: &Service,
    index: &dyn Index,
    scope: &Scope,
    accept: &Accept,
) -> Result<Response, WebError> {
    let wanted =
        accept.ranges().into_iter().find(|range| range.covers(DICOM)).ok_or(WebError::NotAcceptable)?;
    let syntax = wanted.transfer_syntax.as_deref();
    let rows = instances(index, scope).await?;
    let forms: Vec<Form> =
        rows.iter().map(|row| form(row, syntax)).collect::<Option<_>>().ok_or(WebError::NotAcceptable)?;

    let single = !wanted.multipart && !wanted.is_anything();
    if let ([row], [form], true) = (rows.as_slice(), forms.as_slice(), single) {
        let (kind, body) = file(service, row, form).await?;
        return Ok(Response { status: 200, content_type: kind, headers: Vec::new(), body }.download());
    }
    if single {
        return Err(WebError::NotAcceptable);
    }
    let service = service.clone();
    let parts = stream::iter(rows.clone().into_iter().zip(forms)).then(move |(row, form)| {
        let service = service.clone();
        async move {
            let location = Some(rows::instance_url(&row, &service.base));
            let (content_type, body) = file(&service, &row, &form).await?;
            Ok(match body {
                Body::Whole(bytes) => Part::whole(content_type, location, bytes),
                Body::Stream(body) => Part { content_type, location, body },
            })
        }
    });
    Ok(multipart(DICOM, &rows, parts.boxed()).download())
}

/// Which form answers a wish for a transfer syntax. Stored bytes unless the client insists: that is lossless and
/// quick, and every client here decodes what devices send.
fn form(row: &InstanceRow, wanted: Option<&str>) -> Option<Form> {
    let stored = row.instance.transfer_syntax.as_str();
    match wanted {
        None | Some("*") => Some(Form::Stored(row.blob.clone(), stored.to_owned())),
        Some(syntax) if syntax == stored => Some(Form::Stored(row.blob.clone(), stored.to_owned())),
        Some(syntax) => {
            let alternate = row.alternates.iter().find(|copy| copy.transfer_syntax.as_str() == syntax);
            match alternate {
                Some(copy) => Some(Form::Stored(copy.blob.clone(), syntax.to_owned())),
                None => (syntax == meta::EXPLICIT_LITTLE).then_some(Form::Plain),
            }
        }
    }
}

async fn file(service: &Service, row: &InstanceRow, form: &Form) -> Result<(String, Body), WebError> {
    match form {
        Form::Stored(blob, syntax) => {
            let stream = service.blobs.instance_stream(blob).await?;
            let body = stream.map(|piece| piece.map_err(WebError::from)).boxed();
            Ok((format!("{DICOM}; transfer-syntax={syntax}"), Body::Stream(body)))
        }
        Form::Plain => {
            let object = service.blobs.instance(&row.blob).await?;
            let (row, limits) = (row.clone(), service.limits);
            let bytes = blocking(move || transcode::to_explicit_little(&row, &object, &limits)).await?;
            Ok((format!("{DICOM}; transfer-syntax={}", meta::EXPLICIT_LITTLE), Body::Whole(bytes.into())))
        }
    }
}

/// The data sets without their bulk, as a JSON array that is sent as it is made.
pub(super) async fn metadata(
    service: &Service,
    index: &dyn Index,
    scope: &Scope,
    accept: &Accept,
) -> Result<Response, WebError> {
    accept.single(&[JSON, "application/json"]).ok_or(WebError::NotAcceptable)?;
    let rows = instances(index, scope).await?;
    // The first is made before anything is promised, so that a missing object is an error and not half an answer.
    let first = Bytes::from(format!("[{}", describe(service, &rows[0]).await?));
    let service = service.clone();
    let rest = stream::iter(rows.into_iter().skip(1))
        .map(move |row| {
            let service = service.clone();
            async move { Ok(Bytes::from(format!(",{}", describe(&service, &row).await?))) }
        })
        .buffered(AT_ONCE);
    let body = stream::iter([Ok(first)]).chain(rest).chain(stream::iter([Ok(Bytes::from_static(b"]"))]));
    Ok(Response {
        status: 200,
        content_type: JSON.to_owned(),
        headers: Vec::new(),
        body: Body::Stream(body.boxed()),
    })
}

/// One data set as DICOM JSON text.
async fn describe(service: &Service, row: &InstanceRow) -> Result<String, WebError> {
    // What stands before the first frame describes the image; without frames to skip, all is read.
    let data = match row.instance.frame_index.start() {
        Some(start) => service.blobs.head(&row.blob, row.blob.data_offset + start).await?,
        None => service.blobs.instance(&row.blob).await?,
    };
    let (service, row) = (service.clone(), row.clone());
    blocking(move || {
        let data = data.get(row.blob.data_offset as usize..).ok_or(WebError::Unavailable)?;
        let syntax = &row.instance.transfer_syntax;
        let normal = header::normalize(data, syntax, service.fallback, &service.limits, INLINE)?;
        let mut object = to_json(&parse(&normal.data)?);
        let url = rows::instance_url(&row, &service.base);
        for left in &normal.left_out {
            let uri = format!("{url}/bulkdata/{}", left.path());
            let value = json!({"vr": left.vr.to_string(), "BulkDataURI": uri});
            let holder = left.within.iter().try_fold(&mut object, |object, (tag, item)| {
                object.get_mut(&key(*tag))?.get_mut("Value")?.get_mut(item - 1)?.as_object_mut()
            });
            holder.and_then(|object| object.insert(key(left.tag), value));
        }
        rows::put_syntaxes(&mut object, &row);
        Ok(serde_json::Value::Object(object).to_string())
    })
    .await
}

/// Reads a data set in normal form.
fn parse(data: &[u8]) -> Result<InMemDicomObject, WebError> {
    let syntax = dicom_transfer_syntax_registry::entries::EXPLICIT_VR_LITTLE_ENDIAN.erased();
    InMemDicomObject::read_dataset_with_ts(data, &syntax)
        .map_err(|_| WebError::Refused(crate::refusal::Refusal::NotDicom))
}

/// DICOM JSON of a data set. A value that contradicts its VR is left empty instead of spoiling the whole.
fn to_json(object: &InMemDicomObject) -> Object {
    let mut out = Object::new();
    for element in object.iter() {
        let tag = element.tag();
        let vr = element.vr();
        let value = match element.value() {
            Value::Sequence(sequence) => {
                let items: Vec<_> = sequence.items().iter().map(to_json).collect();
                if items.is_empty() { json!({"vr": "SQ"}) } else { json!({"vr": "SQ", "Value": items}) }
            }
            Value::Primitive(_) if matches!(vr, VR::DS | VR::IS | VR::PN) => {
                let values: Vec<_> = texts(element).iter().map(|text| typed(vr, text)).collect();
                let empty = values.iter().all(serde_json::Value::is_null);
                if empty {
                    json!({"vr": vr.to_string()})
                } else {
                    json!({"vr": vr.to_string(), "Value": values})
                }
            }
            Value::Primitive(_) | Value::PixelSequence(_) => {
                dicom_json::to_value(element).unwrap_or_else(|_| json!({"vr": vr.to_string()}))
            }
        };
        out.insert(key(tag), value);
    }
    out
}

/// A tag as DICOM JSON names it.
fn key(tag: Tag) -> String {
    format!("{:04X}{:04X}", tag.group(), tag.element())
}

fn texts(element: &InMemElement) -> Vec<String> {
    let text = element.to_str().unwrap_or_default();
    text.split('\\').map(|part| part.trim_matches([' ', '\0']).to_owned()).collect()
}

/// A name by its groups; decimal and integer strings as numbers, and as text what is none (PS3.18 F.2.3.1 permits
/// both); null when empty.
fn typed(vr: VR, text: &str) -> serde_json::Value {
    if vr == VR::PN {
        return rows::name(&PersonName::parse(text)).unwrap_or_default();
    }
    match (text.parse::<i64>(), text.parse::<f64>()) {
        _ if text.is_empty() => serde_json::Value::Null,
        (Ok(whole), _) => whole.into(),
        (Err(_), Ok(number)) if number.is_finite() => number.into(),
        (Err(_), _) => text.into(),
    }
}

/// The value that a `BulkDataURI` names, as `application/octet-stream`. Pixel data comes as its frames.
pub(super) async fn bulk_data(
    service: &Service,
    index: &dyn Index,
    path: &InstancePath,
    tag: &str,
    accept: &Accept,
) -> Result<Response, WebError> {
    let row = instance(index, path).await?;
    let steps = steps(tag).ok_or(WebError::NotFound)?;
    if let [Step(tag, None)] = steps.as_slice()
        && header::is_pixel_data(*tag)
    {
        let all: Vec<u32> = (1..=row.instance.frames).collect();
        return frames::frames(service, index, path, &all, accept).await;
    }
    let wanted =
        accept.ranges().into_iter().find(|range| range.covers(BYTES)).ok_or(WebError::NotAcceptable)?;
    let file = service.blobs.instance(&row.blob).await?;
    let (fallback, limits) = (row.instance.fallback, service.limits);
    let (syntax, offset) = (row.instance.transfer_syntax.clone(), row.blob.data_offset as usize);
    let bytes = blocking(move || {
        let data = file.get(offset..).ok_or(WebError::Unavailable)?;
        let normal = header::normalize(data, &syntax, fallback, &limits, u32::MAX)?;
        let object = parse(&normal.data)?;
        value_at(&object, &steps).ok_or(WebError::NotFound)
    })
    .await?;
    let bytes = Bytes::from(bytes);
    if wanted.multipart || wanted.is_anything() {
        let location = format!("{}/bulkdata/{tag}", rows::instance_url(&row, &service.base));
        let part = Part::whole(BYTES.to_owned(), Some(location), bytes);
        return Ok(multipart(BYTES, &[row], stream::iter([Ok(part)]).boxed()).download());
    }
    Ok(Response::bytes(BYTES, bytes).download())
}

/// A tag, and the item of it to go into, counted from 1.
struct Step(Tag, Option<usize>);

/// `54000100/1/54001010`.
fn steps(path: &str) -> Option<Vec<Step>> {
    let parts: Vec<&str> = path.split('/').collect();
    parts
        .chunks(2)
        .map(|pair| {
            let digits = pair[0];
            if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            let number = u32::from_str_radix(digits, 16).ok()?;
            let item = match pair.get(1) {
                Some(item) => Some(item.parse().ok().filter(|n: &usize| *n > 0)?),
                None => None,
            };
            Some(Step(Tag((number >> 16) as u16, number as u16), item))
        })
        .collect()
}

fn value_at(object: &InMemDicomObject, steps: &[Step]) -> Option<Vec<u8>> {
    let (Step(tag, item), rest) = steps.split_first()?;
    match (object.get(*tag)?.value(), item) {
        (Value::Sequence(sequence), Some(item)) => value_at(sequence.items().get(item - 1)?, rest),
        (value @ Value::Primitive(_), None) if rest.is_empty() => Some(value.to_bytes().ok()?.into_owned()),
        _ => None,
    }
}

/// Work that takes the processor for long.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, WebError> + Send + 'static,
) -> Result<T, WebError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| WebError::Unavailable)?
}
