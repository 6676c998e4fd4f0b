//! WADO-RS: rendered images and thumbnails (PS3.18 §10.4.1.1.3, §10.4.1.1.4).

use tokio::sync::Semaphore;

use crate::header::InstanceFacts;
use crate::index::{Index, InstanceRow};
use crate::pixels::{self, Encoding, PREVIEW, PixelError, THUMBNAIL, View};

use super::accept::Accept;
use super::error::WebError;
use super::request::{InstancePath, Scope, Want};
use super::retrieve::blocking;
use super::{Response, Service, frames, instance, instances};

const JPEG: &str = "image/jpeg";
const PNG: &str = "image/png";

/// Decoded pixels that are in memory at once, in MiB: a few megabytes of run lengths can hold half a gigabyte of them, and many
/// may be asked for together. An ordinary image takes one; the largest waits until it has all.
const ROOM: u32 = 512;
static FREE: Semaphore = Semaphore::const_new(ROOM as usize);

/// A frame as a person would see it: the first, unless another is asked for.
pub(super) async fn rendered(
    service: &Service,
    index: &dyn Index,
    path: &InstancePath,
    want: &Want,
    accept: &Accept,
) -> Result<Response, WebError> {
    let row = instance(index, path).await?;
    draw(service, &row, want, accept, None).await
}

/// A small picture: of an instance, or of the middle image of a series or of the study's first series with images.
pub(super) async fn thumbnail(
    service: &Service,
    index: &dyn Index,
    scope: &Scope,
    want: &Want,
    accept: &Accept,
) -> Result<Response, WebError> {
    accept.single(&[JPEG]).ok_or(WebError::NotAcceptable)?;
    let rows = instances(index, scope).await?;
    let shown = |row: &&InstanceRow| row.instance.frames > 0 || row.instance.waveform;
    let first = rows.iter().find(shown).ok_or(PixelError::NoPixelData)?;
    let series: Vec<&InstanceRow> =
        rows.iter().filter(shown).filter(|row| row.series_uid == first.series_uid).collect();
    let row = series[series.len() / 2];
    let usual = *want == Want::default();
    if usual && let Some(previews) = &service.previews {
        let jpeg = previews.get(&row.blob, THUMBNAIL).await?.ok_or(PixelError::NoPixelData)?;
        return Ok(Response::bytes(JPEG, jpeg));
    }
    draw(service, row, want, &Accept::default(), Some(THUMBNAIL)).await
}

async fn draw(
    service: &Service,
    row: &InstanceRow,
    want: &Want,
    accept: &Accept,
    default_side: Option<u32>,
) -> Result<Response, WebError> {
    let media = accept.single(&[JPEG, PNG]).ok_or(WebError::NotAcceptable)?;
    if row.instance.frames == 0 {
        return Err(PixelError::NoPixelData.into());
    }
    let number = want.frame.unwrap_or(1) - 1;
    let _room = FREE.acquire_many(room(&row.instance)).await.map_err(|_| WebError::Unavailable)?;
    let (image, frame) = frames::decoded(service, row, number).await?;
    let side = default_side.map(|side| (side.min(PREVIEW), side.min(PREVIEW)));
    let view =
        View { window: want.window, size: want.size.or(side), enlarge: want.size.is_some(), part: want.part };
    let encoding = if media == PNG { Encoding::Png } else { Encoding::Jpeg(want.quality.unwrap_or(90)) };
    let bytes = blocking(move || {
        let picture = pixels::draw(&image, &frame, view)?;
        Ok(pixels::encode(&picture, encoding)?)
    })
    .await?;
    Ok(Response::bytes(media, bytes))
}

/// How many MiB a frame has when it is decoded; three colors where the bits leave it open.
fn room(facts: &InstanceFacts) -> u32 {
    let samples = if facts.bits_allocated <= 8 { 3 } else { 1 };
    let bytes = u64::from(facts.rows)
        * u64::from(facts.columns)
        * u64::from(facts.bits_allocated.div_ceil(8))
        * samples;
    u32::try_from(bytes >> 20).unwrap_or(ROOM).clamp(1, ROOM)
}
