//! The small picture of an instance that a page shows: an image by its own window, an ECG as its traces. Handed to
//! `ingest` as what draws previews.

use dicom_dictionary_std::tags;
use image::DynamicImage;

use crate::ecg::{self, Paper};
use crate::header::Limits;
use crate::ingest::Render;
use crate::pixels::{self, Encoding};
use crate::text::Fallback;

/// Draws images and ECGs; everything else has nothing to show.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pictures;

impl Render for Pictures {
    fn jpeg(&self, part10: &[u8], edge: u32) -> Option<Vec<u8>> {
        let file = dicom_object::from_reader(part10).ok()?;
        let frames = file.get(tags::NUMBER_OF_FRAMES).and_then(|n| n.to_int::<usize>().ok());
        // The middle of a series of frames shows more than its beginning.
        let frame = frames.unwrap_or(1).saturating_sub(1) / 2;
        if let Ok((image, frame)) = pixels::frame_of_file(&file, frame) {
            return pixels::preview(&image, &frame, edge).ok();
        }
        let ecg = ecg::decode_file(part10, Fallback::default(), &Limits::default()).ok()?;
        let drawn = ecg::thumbnail(&ecg::lay_out(&ecg, Paper::default()), edge);
        pixels::encode(&DynamicImage::ImageLuma8(drawn), Encoding::Jpeg(90)).ok()
    }
}
