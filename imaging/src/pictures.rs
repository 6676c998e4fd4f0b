//! The small picture of an instance that a page shows: an image by its own window, an ECG as its traces. Handed to
//! `ingest` as what draws previews.

use image::DynamicImage;

use crate::ecg::{self, Paper};
use crate::header::Limits;
use crate::ingest::Render;
use crate::pixels::{self, Encoding, Frame, Image};
use crate::text::Fallback;

/// Draws images and ECGs; everything else has nothing to show.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pictures;

/// What is read of a stored object to draw one of its frames: never the whole, which may be large.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// From the first byte of the file up to the first frame.
    pub head: &'a [u8],
    pub transfer_syntax: &'a str,
    /// Frames lie uncompressed one after another ([`crate::header::FrameIndex::Native`]).
    pub native: bool,
    /// The stored bytes of the frame, its fragments joined.
    pub encoded: &'a [u8],
    /// Which frame it is, counted from 0.
    pub frame: u32,
}

/// The frame that shows most of an instance, counted from 0: the middle one.
pub fn shown_frame(frames: u32) -> u32 {
    frames.saturating_sub(1) / 2
}

/// A JPEG for each of `edges`, at most so many pixels long, from one decoding of the frame; `None` when it cannot be
/// drawn.
pub fn of_frame(stored: &Stored<'_>, edges: &[u32]) -> Option<Vec<Vec<u8>>> {
    let Stored { head, transfer_syntax, native, encoded, frame } = *stored;
    let (image, frame) =
        pixels::frame_of_head(head, transfer_syntax, native, encoded, frame as usize).ok()?;
    previews(&image, &frame, edges)
}

/// The same from a whole Part 10 file: for ECGs, and for images whose frames cannot be cut out by bytes.
pub fn of_file(part10: &[u8], fallback: Fallback, edges: &[u32]) -> Option<Vec<Vec<u8>>> {
    if let Ok(file) = pixels::File::read(part10, &Limits::default())
        && let Ok(frames) = file.frames()
        && let Ok((image, frame)) = file.frame(shown_frame(frames as u32) as usize)
    {
        return previews(&image, &frame, edges);
    }
    let ecg = ecg::decode_file(part10, fallback, &Limits::default()).ok()?;
    let sheet = ecg::lay_out(&ecg, Paper::default());
    let draw = |edge: &u32| {
        let drawn = ecg::thumbnail(&sheet, *edge);
        pixels::encode(&DynamicImage::ImageLuma8(drawn), Encoding::Jpeg(90)).ok()
    };
    edges.iter().map(draw).collect()
}

fn previews(image: &Image, frame: &Frame, edges: &[u32]) -> Option<Vec<Vec<u8>>> {
    edges.iter().map(|edge| pixels::preview(image, frame, *edge).ok()).collect()
}

impl Render for Pictures {
    fn jpeg(&self, part10: &[u8], edge: u32) -> Option<Vec<u8>> {
        of_file(part10, Fallback::default(), &[edge])?.pop()
    }
}
