//! Preview pictures: made in the background for new series, or when somebody asks, and kept beside the objects. How
//! a picture is drawn is handed in; a missing one is never an error of ingest.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::Taken;
use crate::blobs::{BlobError, Blobs};
use crate::index::{Blob, Filing};

/// The sizes that are kept: pixels of the longer edge.
pub const THUMBNAIL: u32 = 128;
pub const PREVIEW: u32 = 512;

/// Draws an instance. Blocking; called off the async threads.
pub trait Render: Send + Sync {
    /// A JPEG of at most `edge` pixels from a Part 10 file; `None` when it has nothing to show.
    fn jpeg(&self, part10: &[u8], edge: u32) -> Option<Vec<u8>>;
}

#[derive(Clone)]
pub struct Previews {
    blobs: Blobs,
    render: Arc<dyn Render>,
    /// Drawing takes a processor for itself; senders and readers have the others.
    turn: Arc<Semaphore>,
}

impl Previews {
    pub fn new(blobs: Blobs, render: Arc<dyn Render>) -> Self {
        Self { blobs, render, turn: Arc::new(Semaphore::new(1)) }
    }

    /// The preview of an instance, drawn now if there is none yet; `None` when it has nothing to show.
    pub async fn get(&self, blob: &Blob, edge: u32) -> Result<Option<Bytes>, BlobError> {
        if let Some(jpeg) = self.blobs.preview(&blob.hash, edge).await? {
            return Ok(Some(jpeg));
        }
        let Ok(_turn) = self.turn.acquire().await else { return Ok(None) };
        let object = self.blobs.instance(blob).await?;
        let render = self.render.clone();
        let drawn = tokio::task::spawn_blocking(move || render.jpeg(&object, edge)).await;
        let Ok(Some(jpeg)) = drawn else { return Ok(None) };
        let jpeg = Bytes::from(jpeg);
        self.blobs.put_preview(&blob.hash, edge, jpeg.clone()).await?;
        Ok(Some(jpeg))
    }

    /// Begins to draw the first new image of each series.
    pub(super) fn make_for<'a>(&self, taken: impl Iterator<Item = &'a Taken>) {
        let mut series = BTreeSet::new();
        for taken in taken.filter(|taken| taken.outcome.filing == Filing::Stored) {
            let drawable = taken.facts.instance.frames > 0 || taken.facts.instance.waveform;
            if !drawable || !series.insert(taken.facts.series.uid.clone()) {
                continue;
            }
            let (previews, blob) = (self.clone(), taken.blob.clone());
            tokio::spawn(async move {
                for edge in [PREVIEW, THUMBNAIL] {
                    if let Err(error) = previews.get(&blob, edge).await {
                        tracing::warn!(%error, blob.hash = %blob.hash, "imaging.preview_failed");
                    }
                }
            });
        }
    }
}
