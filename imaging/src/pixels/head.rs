//! A frame from a stored file of which only the beginning and that frame have been read, so that nobody needs a whole
//! object in memory for one picture.

use dicom_object::InMemDicomObject;

use super::PixelError;
use super::decode::{Frame, decode};
use super::describe::Image;
use crate::header::walk::Encoding;
use crate::header::{Limits, meta, normalize};
use crate::text::Fallback;
use crate::uid::TransferSyntaxUid;

/// Values that are longer describe no image: lookup tables have 64 Ki entries of two bytes.
const LONGEST: u32 = 256 << 10;

/// Decodes frame `frame`, counted from 0, from `head`, a Part 10 file up to its first frame
/// ([`crate::header::FrameIndex::start`]), and the stored bytes of the frame (for compressed pixels its fragments, joined).
///
/// `native` tells that the frames lie uncompressed one after another: private transfer syntaxes of which that is known
/// differ from the standard's by name only.
pub fn frame_of_head(
    head: &[u8],
    transfer_syntax: &str,
    native: bool,
    encoded: &[u8],
    frame: usize,
) -> Result<(Image, Frame), PixelError> {
    let container = meta::read(head).ok_or(PixelError::NoPixelData)?;
    let data = &head[container.data_offset..];
    let syntax = TransferSyntaxUid::parse(transfer_syntax).map_err(|_| PixelError::Unsupported)?;
    let (encoding, _) = meta::encoding(Some(&syntax), data);
    let object = data_set(data, encoding, &Limits::default())?;
    let name = match syntax.as_str() {
        big @ meta::EXPLICIT_BIG => big,
        _ if native => meta::EXPLICIT_LITTLE,
        other => other,
    };
    let image = Image::read(&object, name, frame)?;
    let decoded = decode(&image, encoded, frame)?;
    Ok((image, decoded))
}

/// What stands before the pixels of a data set that is not deflated. By our own walk: files whose data set is not written
/// as their transfer syntax says were taken in too.
pub(super) fn data_set(
    data: &[u8],
    encoding: Encoding,
    limits: &Limits,
) -> Result<InMemDicomObject, PixelError> {
    let written = match encoding {
        Encoding::IMPLICIT_LITTLE => meta::IMPLICIT_LITTLE,
        Encoding::EXPLICIT_BIG => meta::EXPLICIT_BIG,
        _ => meta::EXPLICIT_LITTLE,
    };
    let written = TransferSyntaxUid::parse(written).map_err(|_| PixelError::Unsupported)?;
    let normal = normalize(data, &written, Fallback::default(), limits, LONGEST)
        .map_err(|_| PixelError::NoPixelData)?;
    let explicit = dicom_transfer_syntax_registry::entries::EXPLICIT_VR_LITTLE_ENDIAN.erased();
    InMemDicomObject::read_dataset_with_ts(&normal.data[..], &explicit).map_err(|_| PixelError::NoPixelData)
}
