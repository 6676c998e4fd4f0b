//! A decoded frame as a picture: toned, cut, scaled, and encoded. The `rendered` and `thumbnail` resources and
//! the previews that a page shows come from here.

use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, ImageEncoder, RgbImage};

use super::decode::Frame;
use super::describe::{Image, Window};
use super::{PixelError, tone};

/// The longest side that is ever drawn.
const MAX_SIDE: u32 = 8192;

/// What to show of a frame, and how large.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct View {
    /// In the modality's unit; `None` takes the file's own, or all values.
    pub window: Option<Window>,
    /// The picture fits into this many pixels, its proportions kept; `None` draws pixel for pixel.
    pub size: Option<(u32, u32)>,
    /// Whether to draw larger than the frame when there is room.
    pub enlarge: bool,
    /// The part of the frame to show, in pixels of the frame; `None` shows all.
    pub part: Option<Rectangle>,
}

/// A part of a frame, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rectangle {
    pub left: u32,
    pub top: u32,
    pub width: u32,
    pub height: u32,
}

/// How a picture is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Quality 1 to 100.
    Jpeg(u8),
    Png,
}

/// Draws a frame.
pub fn draw(image: &Image, frame: &Frame, view: View) -> Result<DynamicImage, PixelError> {
    let (width, height) = (image.columns as u32, image.rows as u32);
    let mut picture = if frame.photometric.is_monochrome() {
        let gray = tone::gray(image, frame, view.window);
        DynamicImage::ImageLuma8(GrayImage::from_raw(width, height, gray).ok_or(PixelError::Invalid)?)
    } else {
        let rgb = rgb(image, frame)?;
        DynamicImage::ImageRgb8(RgbImage::from_raw(width, height, rgb).ok_or(PixelError::Invalid)?)
    };
    if let Some(part) = view.part {
        let inside = part.width > 0
            && part.height > 0
            && part.left.checked_add(part.width).is_some_and(|right| right <= width)
            && part.top.checked_add(part.height).is_some_and(|bottom| bottom <= height);
        if !inside {
            return Err(PixelError::Invalid);
        }
        picture = picture.crop_imm(part.left, part.top, part.width, part.height);
    }
    let Some(size) = view.size else { return Ok(picture) };
    let size = (size.0.clamp(1, MAX_SIDE), size.1.clamp(1, MAX_SIDE));
    let fit =
        (f64::from(size.0) / f64::from(picture.width())).min(f64::from(size.1) / f64::from(picture.height()));
    if fit >= 1.0 && !view.enlarge {
        return Ok(picture);
    }
    let scaled = |side: u32| ((f64::from(side) * fit).round() as u32).max(1);
    let (width, height) = (scaled(picture.width()), scaled(picture.height()));
    Ok(match picture {
        DynamicImage::ImageLuma8(gray) => {
            DynamicImage::ImageLuma8(imageops::resize(&gray, width, height, FilterType::Triangle))
        }
        other => {
            DynamicImage::ImageRgb8(imageops::resize(&other.to_rgb8(), width, height, FilterType::Triangle))
        }
    })
}

/// Encodes a picture.
pub fn encode(picture: &DynamicImage, encoding: Encoding) -> Result<Vec<u8>, PixelError> {
    let mut bytes = Vec::new();
    let (width, height, color) = (picture.width(), picture.height(), picture.color().into());
    let written = match encoding {
        Encoding::Jpeg(quality) => {
            let encoder =
                image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100));
            encoder.write_image(picture.as_bytes(), width, height, color)
        }
        Encoding::Png => {
            let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
            encoder.write_image(picture.as_bytes(), width, height, color)
        }
    };
    written.map_err(|_| PixelError::TooLarge)?;
    Ok(bytes)
}

/// A JPEG whose longer side is at most `side` pixels: 512 for a page, 128 for a list.
pub fn preview(image: &Image, frame: &Frame, side: u32) -> Result<Vec<u8>, PixelError> {
    let view = View { size: Some((side, side)), ..View::default() };
    encode(&draw(image, frame, view)?, Encoding::Jpeg(85))
}

/// Three bytes per pixel, from colors or a palette.
fn rgb(image: &Image, frame: &Frame) -> Result<Vec<u8>, PixelError> {
    if let Some(palette) = &image.palette {
        let width = image.bits_allocated.div_ceil(8);
        // Entries of 8 bits may be written into the upper byte too; entries of 16 bits are shown by it.
        let shift = |table: &super::tables::Table| table.bits.saturating_sub(8);
        let value =
            |bytes: &[u8]| bytes.iter().rev().fold(0_i64, |value, byte| (value << 8) | i64::from(*byte));
        return Ok(frame
            .bytes
            .chunks_exact(width)
            .flat_map(|bytes| palette.each_ref().map(|table| (table.at(value(bytes)) >> shift(table)) as u8))
            .collect());
    }
    match image.bits_allocated {
        8 => Ok(frame.bytes.clone()),
        bits @ (16 | 32) => {
            // The eight most significant of the stored bits.
            let drop = image.bits_stored.saturating_sub(8);
            Ok(frame
                .bytes
                .chunks_exact(bits / 8)
                .map(|bytes| {
                    let value = bytes.iter().rev().fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
                    (value >> drop) as u8
                })
                .collect())
        }
        _ => Err(PixelError::Unsupported),
    }
}
