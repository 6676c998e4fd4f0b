//! From the stored bytes of one frame to plain samples in little endian, colors by pixel.
//!
//! Called for rendering and for retrieval in an uncompressed transfer syntax.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use dicom_dictionary_std::uids;
use dicom_encoding::TransferSyntaxIndex;
use dicom_encoding::adapters::{PixelDataObject, RawPixelData};
use dicom_encoding::transfer_syntax::Codec;
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

use super::codestream::{self, Codestream, Colors};
use super::describe::{Image, Photometric};
use super::{PixelError, color, jpeg12, rle};

/// Plain samples of a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// `rows × columns × samples × ⌈bits_allocated / 8⌉` bytes, little endian, colors by pixel. One-bit pixels
    /// become a byte each, 0 or 1.
    pub bytes: Vec<u8>,
    /// What the samples mean now: YBR becomes RGB.
    pub photometric: Photometric,
}

/// Decodes a frame from its stored bytes: for compressed pixels the fragments of the frame, joined; else the
/// frame's share of (7FE0,0010) as stored (of one-bit pixels: all of it, `frame` telling which, or the whole bytes of
/// that frame).
pub fn decode(image: &Image, encoded: &[u8], frame: usize) -> Result<Frame, PixelError> {
    match image.transfer_syntax.as_str() {
        uids::IMPLICIT_VR_LITTLE_ENDIAN
        | uids::EXPLICIT_VR_LITTLE_ENDIAN
        | uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN
        | uids::ENCAPSULATED_UNCOMPRESSED_EXPLICIT_VR_LITTLE_ENDIAN => native(image, encoded, frame),
        "1.2.840.10008.1.2.2" => native(image, &swapped(encoded, image.bits_allocated), frame),
        uids::RLE_LOSSLESS => {
            let bytes =
                rle::decode(encoded, image.pixels(), image.samples, image.bits_allocated.div_ceil(8))?;
            interpret(image, bytes, image.photometric)
        }
        uids::JPEG_BASELINE8_BIT
        | uids::JPEG_EXTENDED12_BIT
        | uids::JPEG_LOSSLESS
        | uids::JPEG_LOSSLESS_SV1 => jpeg(image, encoded),
        uids::JPEGLS_LOSSLESS | uids::JPEGLS_NEAR_LOSSLESS => {
            let stream = codestream::jpeg(encoded).ok_or(PixelError::Invalid)?;
            check(image, stream)?;
            // CharLS 2.4.5 waits forever for a bit when the bytes end without a marker; so they always end with one.
            let mut bytes = by_codec(image, &[encoded, &[0xff, 0xd9]].concat(), stream)?;
            // Components in scans of their own come plane by plane.
            if image.samples == 3 && codestream::jpeg_ls_planes(encoded) {
                bytes = color::interleave(&bytes, image.bits_allocated / 8);
            }
            interpret(image, bytes, image.photometric)
        }
        uids::JPEG2000_LOSSLESS
        | uids::JPEG2000
        | uids::HTJ2K_LOSSLESS
        | uids::HTJ2K_LOSSLESS_RPCL
        | uids::HTJ2K => {
            let stream = codestream::jpeg2000(encoded).ok_or(PixelError::Invalid)?;
            check(image, stream)?;
            let bytes = by_codec(image, encoded, stream)?;
            // The decoder undoes the component transform that the codestream declares.
            let found = if image.samples == 3 { Photometric::Rgb } else { image.photometric };
            interpret(image, bytes, found)
        }
        _ => Err(PixelError::Unsupported),
    }
}

/// Stored bytes of one uncompressed frame of whole bytes.
pub(super) fn native_length(image: &Image) -> usize {
    match image.photometric {
        // Two pixels share their colors: four bytes for two pixels (PS3.3 C.7.6.3.1.2).
        Photometric::YbrFull422 | Photometric::YbrPartial422 if image.bits_allocated == 8 => {
            image.pixels() * 2
        }
        _ => image.frame_bytes(),
    }
}

fn native(image: &Image, stored: &[u8], frame: usize) -> Result<Frame, PixelError> {
    if image.bits_allocated == 1 {
        // A frame that ends on a byte may come alone.
        let alone = image.frames > 1 && stored.len() * 8 == image.pixels();
        let first = if alone { 0 } else { frame * image.pixels() };
        let bits = (first..first + image.pixels())
            .map(|bit| stored.get(bit / 8).map(|byte| (byte >> (bit % 8)) & 1))
            .collect::<Option<Vec<u8>>>();
        return Ok(Frame { bytes: bits.ok_or(PixelError::Invalid)?, photometric: image.photometric });
    }
    let bytes = stored.get(..native_length(image)).ok_or(PixelError::Invalid)?;
    match image.photometric {
        Photometric::YbrFull422 | Photometric::YbrPartial422 if image.bits_allocated == 8 => {
            let full = color::upsample_422(bytes);
            interpret(image, full, image.photometric)
        }
        _ if image.planar && image.samples == 3 => {
            interpret(image, color::interleave(bytes, image.bits_allocated / 8), image.photometric)
        }
        _ => interpret(image, bytes.to_vec(), image.photometric),
    }
}

/// Big endian samples in our order. Bytes in words (OW) do not come here: their frames are not cut out.
fn swapped(stored: &[u8], bits: usize) -> Vec<u8> {
    let mut bytes = stored.to_vec();
    if bits > 8 {
        bytes.chunks_exact_mut(bits / 8).for_each(<[u8]>::reverse);
    }
    bytes
}

fn jpeg(image: &Image, encoded: &[u8]) -> Result<Frame, PixelError> {
    let stream = codestream::jpeg(encoded).ok_or(PixelError::Invalid)?;
    check(image, stream)?;
    let lossless = matches!(image.transfer_syntax.as_str(), uids::JPEG_LOSSLESS | uids::JPEG_LOSSLESS_SV1);
    match (lossless, stream.bits) {
        (true, _) | (false, 8) => {}
        (false, 12) => return jpeg_of_12_bits(image, encoded, stream),
        (false, _) => return Err(PixelError::Unsupported),
    }
    let transform = match (stream.components, lossless, stream.colors, image.photometric) {
        (1, ..) => jpeg_decoder::ColorTransform::Grayscale,
        (_, true, ..) | (_, _, Colors::Rgb, _) | (_, _, Colors::Unsaid, Photometric::Rgb) => {
            jpeg_decoder::ColorTransform::RGB
        }
        _ => jpeg_decoder::ColorTransform::YCbCr,
    };
    let mut decoder = jpeg_decoder::Decoder::new(encoded);
    decoder.set_max_decoding_buffer_size(2 * image.frame_bytes());
    if stream.components == 3 {
        decoder.set_color_transform(transform);
    }
    // A decoder that panics on hostile bytes must cost this picture only.
    let decoded = catch_unwind(AssertUnwindSafe(|| decoder.decode()));
    let bytes = decoded.map_err(|_| PixelError::Invalid)?.map_err(|_| PixelError::Invalid)?;
    let mut bytes = widen(image, bytes, stream.bits)?;
    extend_sign(image, &mut bytes);
    let found = match (stream.components, lossless) {
        (1, _) | (_, true) => image.photometric,
        _ => Photometric::Rgb,
    };
    interpret(image, bytes, found)
}

/// JPEG Extended (T.81 SOF1), which the library decodes to nothing meaningful.
fn jpeg_of_12_bits(image: &Image, encoded: &[u8], stream: Codestream) -> Result<Frame, PixelError> {
    if image.bits_allocated != 16 {
        return Err(PixelError::Invalid);
    }
    let size = jpeg12::Size { columns: image.columns, rows: image.rows, components: image.samples };
    let samples = jpeg12::decode(encoded, size)?;
    let mut bytes: Vec<u8> = samples.into_iter().flat_map(u16::to_le_bytes).collect();
    extend_sign(image, &mut bytes);
    let found = match (stream.components, stream.colors) {
        (1, _) => image.photometric,
        (_, Colors::Rgb) => Photometric::Rgb,
        (_, Colors::Unsaid) if image.photometric == Photometric::Rgb => Photometric::Rgb,
        _ => Photometric::YbrFull,
    };
    interpret(image, bytes, found)
}

/// JPEG-LS and JPEG 2000 by the libraries behind the registry.
fn by_codec(image: &Image, encoded: &[u8], stream: Codestream) -> Result<Vec<u8>, PixelError> {
    let syntax = TransferSyntaxRegistry.get(&image.transfer_syntax).ok_or(PixelError::Unsupported)?;
    let Codec::EncapsulatedPixelData(Some(codec), _) = syntax.codec() else {
        return Err(PixelError::Unsupported);
    };
    let one = OneFrame { image, encoded };
    let mut bytes = Vec::new();
    let decoded = catch_unwind(AssertUnwindSafe(|| codec.decode_frame(&one, 0, &mut bytes)));
    decoded.map_err(|_| PixelError::Invalid)?.map_err(|_| PixelError::Invalid)?;
    let mut bytes = widen(image, bytes, stream.bits)?;
    extend_sign(image, &mut bytes);
    Ok(bytes)
}

/// A codestream may call its samples unsigned though the header calls them signed; the header is right, and the bits
/// above the stored ones repeat the sign (PS3.5 8.1.1).
fn extend_sign(image: &Image, bytes: &mut [u8]) {
    if image.signed && image.bits_allocated == 16 && image.bits_stored < 16 {
        let unused = 16 - image.bits_stored;
        for pair in bytes.chunks_exact_mut(2) {
            let value = (i16::from_le_bytes([pair[0], pair[1]]) << unused) >> unused;
            pair.copy_from_slice(&value.to_le_bytes());
        }
    }
}

/// Decoders give bytes for up to 8 bits; a header may have allocated 16 for them.
fn widen(image: &Image, bytes: Vec<u8>, bits: usize) -> Result<Vec<u8>, PixelError> {
    let values = image.pixels() * image.samples;
    match (bytes.len(), image.bits_allocated) {
        (length, _) if length == image.frame_bytes() => Ok(bytes),
        (length, 16) if length == values && bits <= 8 => {
            Ok(bytes.iter().flat_map(|byte| [*byte, 0]).collect())
        }
        _ => Err(PixelError::Invalid),
    }
}

fn check(image: &Image, stream: Codestream) -> Result<(), PixelError> {
    let agrees = stream.columns == image.columns
        && stream.rows == image.rows
        && stream.components == image.samples
        && stream.bits <= image.bits_allocated;
    if agrees { Ok(()) } else { Err(PixelError::Invalid) }
}

/// Makes RGB of YBR, the samples being by pixel now.
fn interpret(image: &Image, mut bytes: Vec<u8>, found: Photometric) -> Result<Frame, PixelError> {
    if bytes.len() != image.frame_bytes() {
        return Err(PixelError::Invalid);
    }
    let photometric = match found {
        Photometric::YbrFull | Photometric::YbrFull422 if image.bits_allocated == 8 => {
            color::ybr_full_to_rgb(&mut bytes);
            Photometric::Rgb
        }
        Photometric::YbrPartial422 if image.bits_allocated == 8 => {
            color::ybr_partial_to_rgb(&mut bytes);
            Photometric::Rgb
        }
        Photometric::YbrFull | Photometric::YbrFull422 if image.bits_allocated == 16 => {
            color::ybr_full_of_16_bits_to_rgb(&mut bytes, image.bits_stored);
            Photometric::Rgb
        }
        Photometric::YbrFull
        | Photometric::YbrFull422
        | Photometric::YbrPartial422
        | Photometric::YbrOfJpeg2000 => {
            return Err(PixelError::Unsupported);
        }
        Photometric::Monochrome1 | Photometric::Monochrome2 | Photometric::Palette | Photometric::Rgb => {
            found
        }
    };
    Ok(Frame { bytes, photometric })
}

/// One encoded frame in the form in which the registry's codecs want it.
struct OneFrame<'a> {
    image: &'a Image,
    encoded: &'a [u8],
}

impl PixelDataObject for OneFrame<'_> {
    fn transfer_syntax_uid(&self) -> &str {
        &self.image.transfer_syntax
    }

    fn rows(&self) -> Option<u16> {
        u16::try_from(self.image.rows).ok()
    }

    fn cols(&self) -> Option<u16> {
        u16::try_from(self.image.columns).ok()
    }

    fn samples_per_pixel(&self) -> Option<u16> {
        u16::try_from(self.image.samples).ok()
    }

    fn bits_allocated(&self) -> Option<u16> {
        u16::try_from(self.image.bits_allocated).ok()
    }

    fn bits_stored(&self) -> Option<u16> {
        u16::try_from(self.image.bits_stored).ok()
    }

    fn photometric_interpretation(&self) -> Option<&str> {
        None
    }

    fn number_of_frames(&self) -> Option<u32> {
        Some(1)
    }

    fn number_of_fragments(&self) -> Option<u32> {
        Some(1)
    }

    fn fragment(&self, fragment: usize) -> Option<Cow<'_, [u8]>> {
        (fragment == 0).then_some(Cow::Borrowed(self.encoded))
    }

    fn offset_table(&self) -> Option<Cow<'_, [u32]>> {
        Some(Cow::Borrowed(&[]))
    }

    fn raw_pixel_data(&self) -> Option<RawPixelData> {
        None
    }
}
