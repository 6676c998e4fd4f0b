//! A stored file as explicit little endian with plain pixels (PS3.5 A.2), for a client that cannot decode ours.
//!
//! Elements are copied as bytes, so that texts keep their character set; only pixels, and what describes them, and
//! the order of bytes of retired big endian change.

use std::borrow::Cow;
use std::io::Cursor;

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;

use crate::header::walk::{Element, Encoding, Visitor, has_long_length, walk};
use crate::header::{Limits, is_pixel_data, meta};
use crate::index::InstanceRow;
use crate::pixels::{self, Photometric, PixelError};
use crate::refusal::Refusal;
use crate::uid::TransferSyntaxUid;

use super::error::WebError;

/// Rewrites a whole Part 10 file. Costs memory for the plain pixels of all frames.
pub(super) fn to_explicit_little(
    row: &InstanceRow,
    file: &[u8],
    limits: &Limits,
) -> Result<Vec<u8>, WebError> {
    let mut pixels = Vec::new();
    let mut described = None;
    if row.instance.frames > 0 {
        let object = pixels::File::read(file, limits)?;
        for frame in 0..row.instance.frames as usize {
            let (image, decoded) = object.frame(frame)?;
            if pixels.len() as u64 + decoded.bytes.len() as u64 > limits.inflated {
                return Err(PixelError::TooLarge.into());
            }
            // One-bit pixels come a byte each; they go out as they were stored.
            if image.bits_allocated == 1 {
                return Err(PixelError::Unsupported.into());
            }
            pixels.extend_from_slice(&decoded.bytes);
            described = Some((image.element(), image.samples, decoded.photometric));
        }
    }

    let start = usize::try_from(row.blob.data_offset).ok().filter(|at| *at <= file.len());
    let data = &file[start.ok_or(Refusal::Truncated)?..];
    let stored = &row.instance.transfer_syntax;
    let data = match stored.as_str() {
        meta::DEFLATED => Cow::Owned(crate::header::parse::inflate(data, limits)?),
        _ => Cow::Borrowed(data),
    };
    let (encoding, _) = meta::encoding(Some(stored), &data);
    let explicit = TransferSyntaxUid::parse(meta::EXPLICIT_LITTLE).map_err(|_| Refusal::UidInvalid)?;
    let mut copy = Copy {
        out: meta::write(&row.instance.class, &row.instance.uid, &explicit),
        encoding,
        color: described.filter(|(_, samples, _)| *samples == 3).map(|(_, _, photometric)| photometric),
    };
    walk(Cursor::new(&*data), data.len() as u64, encoding, limits, &mut copy)?;
    if let Some(((tag, vr), ..)) = described {
        copy.write(tag, vr, &pixels);
    }
    Ok(copy.out)
}

/// Writes what it is shown in explicit little endian, up to the pixel data.
struct Copy {
    out: Vec<u8>,
    encoding: Encoding,
    /// What three samples mean now.
    color: Option<Photometric>,
}

impl Copy {
    fn tag(&mut self, tag: Tag) {
        self.out.extend(tag.group().to_le_bytes());
        self.out.extend(tag.element().to_le_bytes());
    }

    fn write(&mut self, tag: Tag, vr: VR, value: &[u8]) {
        let length = value.len().next_multiple_of(2);
        self.tag(tag);
        let vr = if !has_long_length(vr) && length > usize::from(u16::MAX) { VR::UN } else { vr };
        self.out.extend(vr.to_string().as_bytes());
        if has_long_length(vr) {
            self.out.extend([0, 0]);
            self.out.extend((length as u32).to_le_bytes());
        } else {
            self.out.extend((length as u16).to_le_bytes());
        }
        self.out.extend(value);
        if length > value.len() {
            self.out.push(if matches!(vr, VR::UI | VR::OB | VR::OW | VR::UN) { 0 } else { b' ' });
        }
    }
}

/// Bytes of the units that big endian turns round (PS3.5 §7.3).
fn unit(vr: VR) -> usize {
    match vr {
        VR::US | VR::SS | VR::OW | VR::AT => 2,
        VR::UL | VR::SL | VR::FL | VR::OF | VR::OL => 4,
        VR::FD | VR::OD | VR::SV | VR::UV | VR::OV => 8,
        _ => 1,
    }
}

impl Visitor for Copy {
    fn wants(&mut self, _element: &Element) -> bool {
        true
    }

    fn value(&mut self, element: &Element, mut value: Vec<u8>) -> Result<(), Refusal> {
        let Element { tag, vr, depth, .. } = *element;
        // Group lengths would be wrong now (and were retired); a delimiter that delimits nothing is none.
        if tag.element() == 0 || tag.group() == 0xfffe {
            return Ok(());
        }
        if self.encoding.big_endian {
            value.chunks_exact_mut(unit(vr)).for_each(<[u8]>::reverse);
        }
        if depth == 0 && self.color.is_some() {
            match tag {
                tags::PHOTOMETRIC_INTERPRETATION => value = b"RGB".to_vec(),
                tags::PLANAR_CONFIGURATION => value = vec![0, 0],
                _ => {}
            }
        }
        self.write(tag, vr, &value);
        Ok(())
    }

    fn stops_at(&mut self, tag: Tag) -> bool {
        is_pixel_data(tag)
    }

    fn sequence_start(&mut self, tag: Tag, _depth: usize) {
        self.tag(tag);
        self.out.extend(b"SQ\0\0");
        self.out.extend([0xff; 4]);
    }

    fn item_start(&mut self) {
        self.out.extend([0xfe, 0xff, 0x00, 0xe0]);
        self.out.extend([0xff; 4]);
    }

    fn item_end(&mut self) {
        self.out.extend([0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0]);
    }

    fn sequence_end(&mut self) {
        self.out.extend([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
    }
}
