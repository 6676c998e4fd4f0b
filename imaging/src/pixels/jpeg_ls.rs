//! A frame as lossless JPEG-LS (T.87), for links that are slow: a CT slice becomes less than half.

use charls::{CharLS, FrameInfo, InterleaveMode};

use super::PixelError;
use super::decode::Frame;
use super::describe::Image;

/// Encodes the plain samples of a frame of 8 or 16 bits, one or three a pixel, as transfer syntax 1.2.840.10008.1.2.4.80
/// has them. Decoding gives the same bytes back.
pub fn encode_jpeg_ls(image: &Image, frame: &Frame) -> Result<Vec<u8>, PixelError> {
    if !matches!(image.bits_allocated, 8 | 16) || !matches!(image.samples, 1 | 3) {
        return Err(PixelError::Unsupported);
    }
    if frame.bytes.len() != image.frame_bytes() {
        return Err(PixelError::Invalid);
    }
    let bits = precision(image, frame);
    let info = FrameInfo {
        width: image.columns as u32,
        height: image.rows as u32,
        bits_per_sample: bits as i32,
        component_count: image.samples as i32,
    };
    // The library expects nothing in the bits that are not encoded.
    let masked = (image.signed && image.bits_allocated == 16 && bits < 16).then(|| {
        let mask = (1_u16 << bits) - 1;
        let cut = |pair: &[u8; 2]| (u16::from_le_bytes(*pair) & mask).to_le_bytes();
        frame.bytes.as_chunks::<2>().0.iter().flat_map(cut).collect::<Vec<u8>>()
    });
    let mut encoder = CharLS::default();
    if image.samples == 3 {
        encoder.set_interleave_mode(InterleaveMode::Sample).map_err(|_| PixelError::Unsupported)?;
    }
    let mut bytes = encoder
        .encode(info, 0, masked.as_ref().unwrap_or(&frame.bytes))
        .map_err(|_| PixelError::Unsupported)?;
    // Fragments have an even length (PS3.5 A.4).
    if bytes.len() % 2 == 1 {
        bytes.push(0);
    }
    Ok(bytes)
}

/// The bits stored where all samples keep to them, else all that are allocated: something may lie in the bits above.
fn precision(image: &Image, frame: &Frame) -> usize {
    let (stored, allocated) = (image.bits_stored, image.bits_allocated);
    if stored >= allocated || stored < 2 {
        return allocated;
    }
    let unused = 16 - stored as u32;
    let fits = match (allocated, image.signed) {
        (8, false) => frame.bytes.iter().all(|byte| u32::from(*byte) < 1 << stored),
        (8, true) => false,
        (_, false) => {
            let words = frame.bytes.as_chunks::<2>().0;
            words.iter().all(|pair| u32::from(u16::from_le_bytes(*pair)) < 1 << stored)
        }
        (_, true) => frame.bytes.as_chunks::<2>().0.iter().all(|pair| {
            let value = i16::from_le_bytes(*pair);
            (value << unused) >> unused == value
        }),
    };
    if fits { stored } else { allocated }
}
