//! WADO-RS: frames (PS3.18 §10.4.1.1.6), read as byte ranges of the stored object wherever the index knows them.

use bytes::Bytes;
use dicom_dictionary_std::uids;
use futures_util::stream::{self, StreamExt};

use crate::header::{FrameIndex, meta};
use crate::index::{Index, InstanceRow};
use crate::pixels::{self, Frame, Image, PixelError};

use super::accept::{Accept, Range};
use super::error::WebError;
use super::multipart::Part;
use super::request::InstancePath;
use super::retrieve::blocking;
use super::{Response, Service, instance, multipart, rows};

const BYTES: &str = "application/octet-stream";

/// How frames are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    /// As stored, under this media type.
    Stored(&'static str),
    /// Plain samples in little endian.
    Plain,
}

pub(super) async fn frames(
    service: &Service,
    index: &dyn Index,
    path: &InstancePath,
    numbers: &[u32],
    accept: &Accept,
) -> Result<Response, WebError> {
    let row = instance(index, path).await?;
    let count = row.instance.frames;
    if count == 0 {
        return Err(PixelError::NoPixelData.into());
    }
    if numbers.iter().any(|number| *number == 0 || *number > count) {
        return Err(PixelError::NoSuchFrame.into());
    }
    let stored = row.instance.transfer_syntax.as_str().to_owned();
    let ranges = accept.ranges();
    let (range, form) = ranges
        .iter()
        .find_map(|range| form(range, &row).map(|form| (range, form)))
        .ok_or(WebError::NotAcceptable)?;
    let (media, syntax) = match &form {
        Form::Stored(media) => (*media, stored),
        Form::Plain => (BYTES, meta::EXPLICIT_LITTLE.to_owned()),
    };
    let content_type = format!("{media}; transfer-syntax={syntax}");

    if !range.multipart && !range.is_anything() {
        let &[number] = numbers else { return Err(WebError::NotAcceptable) };
        let bytes = frame(service, &row, number - 1, &form).await?;
        return Ok(Response::bytes(&content_type, bytes).download());
    }
    let url = rows::instance_url(&row, &service.base);
    let first = frame(service, &row, numbers[0] - 1, &form).await?;
    let part = move |number: u32, bytes: Bytes| {
        Part::whole(content_type.clone(), Some(format!("{url}/frames/{number}")), bytes)
    };
    // The first is read before anything is promised.
    let head = stream::iter([Ok(part(numbers[0], first))]);
    let rest: Vec<u32> = numbers[1..].to_vec();
    let (service, served) = (service.clone(), [row.clone()]);
    let tail = stream::iter(rest)
        .map(move |number| {
            let (service, row, form) = (service.clone(), row.clone(), form.clone());
            async move { Ok((number, frame(&service, &row, number - 1, &form).await?)) }
        })
        .buffered(4)
        .map(move |read: Result<(u32, Bytes), WebError>| read.map(|(number, bytes)| part(number, bytes)));
    Ok(multipart(media, &served, head.chain(tail).boxed()).download())
}

/// Whether a media range can be answered, and how. `application/octet-stream` without a transfer syntax means
/// plain samples (PS3.18 table 8.7.3-2); who names none at all gets what is stored.
fn form(range: &Range, row: &InstanceRow) -> Option<Form> {
    let stored = row.instance.transfer_syntax.as_str();
    // Only compressed frames have a stored form of their own; all others are plain, or become so.
    let compressed = matches!(row.instance.frame_index, FrameIndex::Encapsulated(_));
    let as_stored = if compressed { Form::Stored(BYTES) } else { Form::Plain };
    match (range.media.as_str(), range.transfer_syntax.as_deref()) {
        ("*/*" | BYTES, Some("*")) | ("*/*", None) => Some(as_stored),
        ("*/*" | BYTES, Some(meta::EXPLICIT_LITTLE)) | (BYTES, None) => Some(Form::Plain),
        ("*/*" | BYTES, Some(syntax)) => (compressed && syntax == stored).then_some(as_stored),
        (_, syntax) => {
            let own = media_of(stored).filter(|own| compressed && range.covers(own))?;
            syntax.is_none_or(|syntax| syntax == "*" || syntax == stored).then_some(Form::Stored(own))
        }
    }
}

/// The media type of a compressed frame (PS3.18 table 8.7.3-5).
fn media_of(transfer_syntax: &str) -> Option<&'static str> {
    match transfer_syntax {
        uids::JPEG_BASELINE8_BIT
        | uids::JPEG_EXTENDED12_BIT
        | uids::JPEG_LOSSLESS
        | uids::JPEG_LOSSLESS_SV1 => Some("image/jpeg"),
        uids::JPEGLS_LOSSLESS | uids::JPEGLS_NEAR_LOSSLESS => Some("image/jls"),
        uids::JPEG2000_LOSSLESS | uids::JPEG2000 => Some("image/jp2"),
        uids::HTJ2K_LOSSLESS | uids::HTJ2K_LOSSLESS_RPCL | uids::HTJ2K => Some("image/jphc"),
        uids::RLE_LOSSLESS => Some("image/dicom-rle"),
        _ => None,
    }
}

/// Frame `number`, counted from 0.
async fn frame(service: &Service, row: &InstanceRow, number: u32, form: &Form) -> Result<Bytes, WebError> {
    let little =
        matches!(row.instance.transfer_syntax.as_str(), meta::EXPLICIT_LITTLE | meta::IMPLICIT_LITTLE);
    let native = matches!(row.instance.frame_index, FrameIndex::Native { .. }) && little;
    match form {
        Form::Stored(_) => stored(service, row, number).await,
        // Bytes of a frame in little endian are plain already; what describes them is in the metadata.
        Form::Plain if native => stored(service, row, number).await,
        Form::Plain => Ok(decoded(service, row, number).await?.1.bytes.into()),
    }
}

async fn stored(service: &Service, row: &InstanceRow, number: u32) -> Result<Bytes, WebError> {
    let bytes = service.blobs.frame(&row.blob, &row.instance.frame_index, number).await?;
    bytes.ok_or(WebError::Pixels(PixelError::NoSuchFrame))
}

/// A decoded frame, read by range where that is possible.
pub(super) async fn decoded(
    service: &Service,
    row: &InstanceRow,
    number: u32,
) -> Result<(Image, Frame), WebError> {
    let start = row.instance.frame_index.start();
    let by_range = match start {
        Some(_) => service.blobs.frame(&row.blob, &row.instance.frame_index, number).await?,
        None => None,
    };
    let (Some(start), Some(encoded)) = (start, by_range) else {
        let file = service.blobs.instance(&row.blob).await?;
        return blocking(move || Ok(pixels::frame_of_file(&file, number as usize)?)).await;
    };
    let head = service.blobs.head(&row.blob, row.blob.data_offset + start).await?;
    let syntax = row.instance.transfer_syntax.clone();
    let native = matches!(row.instance.frame_index, FrameIndex::Native { .. });
    blocking(move || Ok(pixels::frame_of_head(&head, syntax.as_str(), native, &encoded, number as usize)?))
        .await
}
