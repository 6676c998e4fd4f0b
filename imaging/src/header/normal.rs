//! Rewrites a data set of any encoding and character set as explicit little endian in UTF-8, without its bulk, so
//! that whoever shows or converts metadata needs to know one form only. The stored bytes stay what they are. Called
//! by DICOMweb's metadata and by ECG decoding.

use std::borrow::Cow;
use std::io::Cursor;

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;

use super::walk::{Element, Encoding, Visitor, has_long_length, walk};
use super::{Limits, Segment, meta, parse};
use crate::refusal::Refusal;
use crate::text::{Charset, Fallback, Kind};
use crate::uid::TransferSyntaxUid;

/// A data set in its normal form.
#[derive(Debug, Clone, PartialEq)]
pub struct Normal {
    /// Explicit VR little endian, sequences of undefined length, (0008,0005) `ISO_IR 192`, no group lengths.
    pub data: Vec<u8>,
    /// Elements that were left out, in their order.
    pub left_out: Vec<LeftOut>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The sequences around it, outermost first, and in which item of each it lies, counted from 1.
    pub within: Vec<(Tag, usize)>,
    pub tag: Tag,
    pub vr: VR,
    /// Bytes of the value as stored, 0 where it is in fragments or lies beyond the bytes that were given.
    pub length: u64,
}

impl LeftOut {
    /// Where it stands, as the end of a bulk data URI: `54000100/1/54001010`.
    pub fn path(&self) -> String {
        let digits = |tag: Tag| format!("{:04X}{:04X}", tag.group(), tag.element());
        let around = self.within.iter().map(|(tag, item)| format!("{}/{item}/", digits(*tag)));
        around.collect::<String>() + &digits(self.tag)
    }
}

/// Rewrites `data`, a data set as stored (after the file meta) or its beginning up to the first frame
/// ([`super::FrameIndex::start`]). Values over `keep` bytes and pixel data are left out.
pub fn normalize(
    data: &[u8],
    transfer_syntax: &TransferSyntaxUid,
    fallback: Fallback,
    limits: &Limits,
    keep: u32,
) -> Result<Normal, Refusal> {
    let data = match transfer_syntax.as_str() {
        meta::DEFLATED => Cow::Owned(parse::inflate(data, limits)?),
        _ => Cow::Borrowed(data),
    };
    let (encoding, _) = meta::encoding(Some(transfer_syntax), &data);
    let mut rewrite = Rewrite {
        out: Vec::with_capacity(data.len().min(64 << 10)),
        left_out: Vec::new(),
        within: Vec::new(),
        charsets: vec![Charset::new(None, fallback)],
        declared: false,
        fallback,
        encoding,
        keep: u64::from(keep),
    };
    walk(Cursor::new(&data), data.len() as u64, encoding, limits, &mut rewrite)?;
    Ok(Normal { data: rewrite.out, left_out: rewrite.left_out })
}

struct Rewrite {
    out: Vec<u8>,
    left_out: Vec<LeftOut>,
    /// The sequences that are open, and how many items of each have begun.
    within: Vec<(Tag, usize)>,
    /// The character set in force, innermost item last (PS3.3 C.12.1.1.2).
    charsets: Vec<Charset>,
    /// (0008,0005) of the top level is written.
    declared: bool,
    fallback: Fallback,
    encoding: Encoding,
    keep: u64,
}

const UTF8: &[u8] = b"ISO_IR 192";
const UNDEFINED: [u8; 4] = [0xff; 4];

impl Rewrite {
    fn tag(&mut self, tag: Tag) {
        self.out.extend(tag.group().to_le_bytes());
        self.out.extend(tag.element().to_le_bytes());
    }

    fn write(&mut self, tag: Tag, vr: VR, value: &[u8]) {
        let padded = value.len().next_multiple_of(2);
        // Text that grew beyond the short length becomes UN, which every reader can carry.
        let vr = if !has_long_length(vr) && padded > usize::from(u16::MAX) { VR::UN } else { vr };
        self.tag(tag);
        self.out.extend(vr.to_string().as_bytes());
        if has_long_length(vr) {
            self.out.extend([0, 0]);
            self.out.extend((padded as u32).to_le_bytes());
        } else {
            self.out.extend((padded as u16).to_le_bytes());
        }
        self.out.extend(value);
        if padded > value.len() {
            let pad = if matches!(vr, VR::UI | VR::OB | VR::UN) { 0 } else { b' ' };
            self.out.push(pad);
        }
    }

    /// Says that the text is UTF-8 before anything that follows (0008,0005).
    fn declare(&mut self, before: Tag) {
        if !self.declared && before > tags::SPECIFIC_CHARACTER_SET {
            self.declared = true;
            self.write(tags::SPECIFIC_CHARACTER_SET, VR::CS, UTF8);
        }
    }

    fn charset(&self) -> Option<&Charset> {
        self.charsets.last()
    }
}

fn kind(vr: VR) -> Option<Kind> {
    match vr {
        VR::PN => Some(Kind::Name),
        VR::SH | VR::LO | VR::UC => Some(Kind::Short),
        VR::ST | VR::LT | VR::UT => Some(Kind::Long),
        _ => None,
    }
}

/// Bytes of the units whose order differs between the endians (PS3.5 §7.3).
fn unit(vr: VR) -> usize {
    match vr {
        VR::US | VR::SS | VR::OW | VR::AT => 2,
        VR::UL | VR::SL | VR::FL | VR::OF | VR::OL => 4,
        VR::FD | VR::OD | VR::SV | VR::UV | VR::OV => 8,
        _ => 1,
    }
}

/// Group lengths, padding, and delimiters that stand where nothing is to be delimited: written as elements they would be
/// delimiters to a reader.
fn is_noise(tag: Tag) -> bool {
    tag.element() == 0 || tag == tags::DATA_SET_TRAILING_PADDING || tag.group() == 0xfffe
}

impl Visitor for Rewrite {
    fn wants(&mut self, element: &Element) -> bool {
        let wanted = element.length <= self.keep;
        if !wanted && !is_noise(element.tag) {
            let Element { tag, vr, length, .. } = *element;
            self.left_out.push(LeftOut { within: self.within.clone(), tag, vr, length });
        }
        wanted
    }

    fn value(&mut self, element: &Element, mut value: Vec<u8>) -> Result<(), Refusal> {
        let Element { tag, vr, depth, .. } = *element;
        if is_noise(tag) {
            return Ok(());
        }
        if tag == tags::SPECIFIC_CHARACTER_SET {
            if let Some(charset) = self.charsets.last_mut() {
                *charset = Charset::new(Some(&value), self.fallback);
            }
            self.declared |= depth == 0;
            self.write(tag, VR::CS, UTF8);
            return Ok(());
        }
        if depth == 0 {
            self.declare(tag);
        }
        match (kind(vr), self.charset()) {
            (Some(kind), Some(charset)) => {
                let text = charset.decode(&value, kind);
                self.write(tag, vr, text.trim_end_matches(['\0', ' ']).as_bytes());
            }
            _ => {
                if self.encoding.big_endian {
                    value.chunks_exact_mut(unit(vr)).for_each(<[u8]>::reverse);
                }
                // Readers lose their place in a value that is no whole number of what its VR says.
                let whole = value.len().is_multiple_of(if vr == VR::AT { 4 } else { unit(vr) });
                self.write(tag, if whole { vr } else { VR::UN }, &value);
            }
        }
        Ok(())
    }

    fn stops_at(&mut self, tag: Tag) -> bool {
        let pixels = parse::is_pixel_data(tag);
        if pixels {
            self.declare(tag);
            self.left_out.push(LeftOut { within: Vec::new(), tag, vr: VR::OW, length: 0 });
        }
        pixels
    }

    fn sequence_start(&mut self, tag: Tag, depth: usize) {
        if depth == 0 {
            self.declare(tag);
        }
        self.within.push((tag, 0));
        self.tag(tag);
        self.out.extend(b"SQ\0\0");
        self.out.extend(UNDEFINED);
    }

    fn item_start(&mut self) {
        if let Some((_, items)) = self.within.last_mut() {
            *items += 1;
        }
        self.charsets.extend(self.charset().cloned());
        self.out.extend([0xfe, 0xff, 0x00, 0xe0]);
        self.out.extend(UNDEFINED);
    }

    fn item_end(&mut self) {
        self.charsets.pop();
        self.out.extend([0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0]);
    }

    fn sequence_end(&mut self) {
        self.within.pop();
        self.out.extend([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
    }

    fn fragments(&mut self, element: &Element, _offset_table: &[u8], _fragments: &[Segment]) {
        if element.depth == 0 {
            let Element { tag, vr, .. } = *element;
            self.left_out.push(LeftOut { within: Vec::new(), tag, vr, length: 0 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value of three bytes in a VR of two, a delimiter where nothing is open, and then a name.
    #[test]
    fn what_readers_stumble_over_is_carried_so_that_they_do_not() {
        let mut data = Vec::new();
        data.extend([0x28, 0x00, 0x09, 0x00, b'A', b'T', 6, 0, 1, 2, 3, 4, 5, 6]);
        data.extend([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
        data.extend([0x28, 0x00, 0x10, 0x00, b'U', b'S', 3, 0, 1, 0, 9]);
        data.extend([0x32, 0x00, 0x32, 0x10, b'P', b'N', 4, 0, b'Z', b'h', b'a', b'o']);
        let syntax = TransferSyntaxUid::parse(meta::EXPLICIT_LITTLE).unwrap();
        let normal = normalize(&data, &syntax, Fallback::default(), &Limits::default(), 4096).unwrap();
        let reader = dicom_transfer_syntax_registry::entries::EXPLICIT_VR_LITTLE_ENDIAN.erased();
        let read = dicom_object::InMemDicomObject::read_dataset_with_ts(&normal.data[..], &reader).unwrap();
        assert_eq!(read.element(Tag(0x0032, 0x1032)).unwrap().to_str().unwrap(), "Zhao");
        assert_eq!(read.element(Tag(0x0028, 0x0009)).unwrap().to_bytes().unwrap(), &[1, 2, 3, 4, 5, 6][..]);
        assert_eq!(read.iter().count(), 4, "with the character set, without the delimiter");
    }
}
