//! Pixels: one frame is decoded, turned into gray or color on a screen, scaled, and encoded as JPEG or PNG.
//!
//! Pure. Gets the parsed header and the bytes of a frame; knows nothing of where they are kept, nor of HTTP.
//! Every size is checked before memory is taken for it: headers of hostile files claim what they like.

mod codestream;
mod color;
mod decode;
mod describe;
mod file;
mod head;
mod jpeg12;
mod jpeg_ls;
mod picture;
mod rle;
mod tables;
mod tone;

pub use decode::{Frame, decode};
pub use describe::{Image, Photometric, Window, WindowShape};
pub use file::{File, frame_of_file};
pub use head::frame_of_head;
pub use jpeg_ls::encode_jpeg_ls;
pub use picture::{Encoding, Rectangle, View, draw, encode, preview};

/// The longer side of the preview that a page shows, and of the thumbnail in a list.
pub const PREVIEW: u32 = 512;
pub const THUMBNAIL: u32 = 128;

/// A frame may have this many bytes when decoded; a 16k × 16k gray image fits.
const MAX_FRAME_BYTES: usize = 512 << 20;

/// Why there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelError {
    /// The object has no image, or an image without the attributes that describe it.
    NoPixelData,
    /// There are fewer frames.
    NoSuchFrame,
    /// The encoding, or a form of it, that cannot be decoded here.
    Unsupported,
    /// The bytes contradict the header or themselves.
    Invalid,
    /// More than may be decoded at once.
    TooLarge,
}

impl PixelError {
    pub fn code(self) -> &'static str {
        match self {
            PixelError::NoPixelData => "imaging.no-pixel-data",
            PixelError::NoSuchFrame => "imaging.no-such-frame",
            PixelError::Unsupported => "imaging.unsupported-syntax",
            PixelError::Invalid => "imaging.pixel-data-invalid",
            PixelError::TooLarge => "imaging.too-large",
        }
    }
}

impl std::fmt::Display for PixelError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            PixelError::NoPixelData => "the object holds no image",
            PixelError::NoSuchFrame => "there is no such frame",
            PixelError::Unsupported => "this encoding of pixels cannot be decoded",
            PixelError::Invalid => "the pixel data contradicts its description",
            PixelError::TooLarge => "the image is too large to be decoded",
        })
    }
}

impl std::error::Error for PixelError {}
