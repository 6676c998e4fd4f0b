//! Walks the elements of a data set (PS3.5 §7) without trusting it: every length is checked against the bytes that
//! are there, depth is bounded, values are read only when the visitor wants them. Knows tags and lengths, nothing
//! of what they mean. Called by `header::parse` and `header::normal`.

use std::io::{ErrorKind, Read};

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::StandardDataDictionary;

use super::{Limits, Segment};
use crate::refusal::Refusal;

pub const PIXEL_DATA: Tag = Tag(0x7fe0, 0x0010);
const ITEM: Tag = Tag(0xfffe, 0xe000);
const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);
const UNDEFINED: u32 = u32::MAX;

/// How the elements of a data set are written (PS3.5 §7.1, Annex A).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding {
    pub explicit: bool,
    pub big_endian: bool,
}

impl Encoding {
    pub const EXPLICIT_LITTLE: Encoding = Encoding { explicit: true, big_endian: false };
    pub const IMPLICIT_LITTLE: Encoding = Encoding { explicit: false, big_endian: false };
    pub const EXPLICIT_BIG: Encoding = Encoding { explicit: true, big_endian: true };
}

/// An element that is not a sequence; `offset` is where its value begins, from the start of the data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element {
    pub tag: Tag,
    pub vr: VR,
    pub offset: u64,
    pub length: u64,
    /// Sequences around it; 0 at the top.
    pub depth: usize,
}

/// Gets what the walk meets, in the order of the bytes. Every byte of a value is read, so that a reader below may
/// hash the whole.
pub trait Visitor {
    /// Whether `value` is to be called for this element; otherwise its bytes go to `bytes`, chunk by chunk.
    fn wants(&mut self, element: &Element) -> bool;

    fn value(&mut self, element: &Element, value: Vec<u8>) -> Result<(), Refusal>;

    /// Whether the walk ends before this element of the top level.
    fn stops_at(&mut self, _tag: Tag) -> bool {
        false
    }

    /// The next bytes of an element or fragment that is not wanted whole.
    fn bytes(&mut self, _chunk: &[u8]) {}

    fn sequence_start(&mut self, _tag: Tag, _depth: usize) {}

    fn item_start(&mut self) {}

    fn item_end(&mut self) {}

    fn sequence_end(&mut self) {}

    /// Encapsulated data (PS3.5 §A.4): the offset table's bytes and where each fragment lies.
    fn fragments(&mut self, _element: &Element, _offset_table: &[u8], _fragments: &[Segment]) {}
}

/// Walks a data set of `length` bytes, which `input` gives from its first byte on.
pub fn walk<R: Read>(
    input: R,
    length: u64,
    encoding: Encoding,
    limits: &Limits,
    visitor: &mut impl Visitor,
) -> Result<(), Refusal> {
    let mut walk = Walk { input, position: 0, limits: *limits, encoding };
    walk.elements(length, false, 0, visitor)
}

struct Walk<R> {
    input: R,
    position: u64,
    limits: Limits,
    encoding: Encoding,
}

impl<R: Read> Walk<R> {
    /// Reads elements up to `end`, or to an item delimiter where the item's length is undefined.
    fn elements(
        &mut self,
        end: u64,
        delimited: bool,
        depth: usize,
        visitor: &mut impl Visitor,
    ) -> Result<(), Refusal> {
        if depth > self.limits.depth {
            return Err(Refusal::TooDeep);
        }
        while self.position < end {
            if end - self.position < 8 {
                return self.trailing(end, depth);
            }
            let tag = self.tag()?;
            if tag == ITEM_END {
                self.u32()?;
                if delimited {
                    return Ok(());
                }
                continue;
            }
            if depth == 0 && visitor.stops_at(tag) {
                return Ok(());
            }
            let (vr, length) = self.vr_and_length(tag)?;
            // The header of a long element has 12 bytes, where 8 may have been left.
            let left = end.checked_sub(self.position).ok_or(Refusal::Truncated)?;
            if length != UNDEFINED && u64::from(length) > left {
                return Err(Refusal::Truncated);
            }
            self.element(tag, vr, length, end, depth, visitor)?;
        }
        if delimited { Err(Refusal::Truncated) } else { Ok(()) }
    }

    /// Fewer bytes than an element has: zeros after the last element are padding that some writers leave.
    fn trailing(&mut self, end: u64, depth: usize) -> Result<(), Refusal> {
        let mut rest = vec![0; usize::try_from(end - self.position).unwrap_or(8)];
        self.fill(&mut rest)?;
        if depth == 0 && rest.iter().all(|b| *b == 0) { Ok(()) } else { Err(Refusal::Truncated) }
    }

    fn element(
        &mut self,
        tag: Tag,
        vr: VR,
        length: u32,
        end: u64,
        depth: usize,
        visitor: &mut impl Visitor,
    ) -> Result<(), Refusal> {
        if length == UNDEFINED && (tag == PIXEL_DATA || matches!(vr, VR::OB | VR::OW)) {
            return self.fragments(tag, vr, end, depth, visitor);
        }
        // An item or a delimiter is no sequence.
        if tag.group() == 0xfffe && length == UNDEFINED {
            return Err(Refusal::NotDicom);
        }
        if vr == VR::SQ || length == UNDEFINED {
            // A sequence of unknown VR is written in implicit little endian whatever surrounds it (PS3.5 §6.2.2).
            let outer = self.encoding;
            if vr == VR::UN {
                self.encoding = Encoding::IMPLICIT_LITTLE;
            }
            visitor.sequence_start(tag, depth);
            self.items(length, end, depth, visitor)?;
            visitor.sequence_end();
            self.encoding = outer;
            return Ok(());
        }
        let element = Element { tag, vr, offset: self.position, length: u64::from(length), depth };
        if visitor.wants(&element) {
            let mut value = vec![0; length as usize];
            self.fill(&mut value)?;
            visitor.value(&element, value)
        } else {
            self.pass(u64::from(length), visitor)
        }
    }

    fn items(
        &mut self,
        length: u32,
        end: u64,
        depth: usize,
        visitor: &mut impl Visitor,
    ) -> Result<(), Refusal> {
        let delimited = length == UNDEFINED;
        let end = if delimited { end } else { self.position + u64::from(length) };
        while self.position < end {
            if end - self.position < 8 {
                return Err(Refusal::Truncated);
            }
            let tag = self.tag()?;
            let length = self.u32()?;
            match tag {
                SEQUENCE_END if delimited => return Ok(()),
                ITEM => {}
                _ => return Err(Refusal::NotDicom),
            }
            visitor.item_start();
            if length == UNDEFINED {
                self.elements(end, true, depth + 1, visitor)?;
            } else {
                let item_end = self.position + u64::from(length);
                if item_end > end {
                    return Err(Refusal::Truncated);
                }
                self.elements(item_end, false, depth + 1, visitor)?;
            }
            visitor.item_end();
        }
        if delimited { Err(Refusal::Truncated) } else { Ok(()) }
    }

    fn fragments(
        &mut self,
        tag: Tag,
        vr: VR,
        end: u64,
        depth: usize,
        visitor: &mut impl Visitor,
    ) -> Result<(), Refusal> {
        let element = Element { tag, vr, offset: self.position, length: 0, depth };
        let mut offset_table: Option<Vec<u8>> = None;
        let mut fragments = Vec::new();
        loop {
            if end - self.position < 8 {
                return Err(Refusal::Truncated);
            }
            let item = self.tag()?;
            let length = self.u32()?;
            match item {
                SEQUENCE_END => break,
                ITEM => {}
                _ => return Err(Refusal::NotDicom),
            }
            if u64::from(length) > end - self.position {
                return Err(Refusal::Truncated);
            }
            if offset_table.is_none() {
                if u64::from(length) > u64::from(self.limits.frames) * 4 {
                    return Err(Refusal::TooLarge);
                }
                let mut table = vec![0; length as usize];
                self.fill(&mut table)?;
                offset_table = Some(table);
                continue;
            }
            if fragments.len() >= self.limits.frames as usize {
                return Err(Refusal::TooLarge);
            }
            fragments.push(Segment(self.position, u64::from(length)));
            self.pass(u64::from(length), visitor)?;
        }
        visitor.fragments(&element, &offset_table.unwrap_or_default(), &fragments);
        Ok(())
    }

    fn vr_and_length(&mut self, tag: Tag) -> Result<(VR, u32), Refusal> {
        if !self.encoding.explicit || tag.group() == 0xfffe {
            let length = self.u32()?;
            return Ok((dictionary_vr(tag), length));
        }
        let mut code = [0; 2];
        self.fill(&mut code)?;
        let Some(vr) = VR::from_binary(code) else {
            // Two letters that no edition knows: a short form, as DCMTK reads it. Anything else is not an element.
            if !code.iter().all(|b| b.is_ascii_uppercase() || *b == b' ' || b.is_ascii_digit()) {
                return Err(Refusal::NotDicom);
            }
            return Ok((VR::UN, u32::from(self.u16()?)));
        };
        if has_long_length(vr) {
            self.u16()?;
            Ok((vr, self.u32()?))
        } else {
            Ok((vr, u32::from(self.u16()?)))
        }
    }

    fn tag(&mut self) -> Result<Tag, Refusal> {
        Ok(Tag(self.u16()?, self.u16()?))
    }

    fn u16(&mut self) -> Result<u16, Refusal> {
        let mut bytes = [0; 2];
        self.fill(&mut bytes)?;
        Ok(if self.encoding.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32(&mut self) -> Result<u32, Refusal> {
        let mut bytes = [0; 4];
        self.fill(&mut bytes)?;
        Ok(if self.encoding.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Refusal> {
        self.input.read_exact(bytes).map_err(|e| match e.kind() {
            ErrorKind::UnexpectedEof => Refusal::Truncated,
            _ => Refusal::Unavailable,
        })?;
        self.position += bytes.len() as u64;
        Ok(())
    }

    /// Only called with lengths that were checked against the end.
    fn pass(&mut self, length: u64, visitor: &mut impl Visitor) -> Result<(), Refusal> {
        let mut chunk = [0; 16 << 10];
        let mut left = length;
        while left > 0 {
            let take = usize::try_from(left).map_or(chunk.len(), |left| left.min(chunk.len()));
            self.fill(&mut chunk[..take])?;
            visitor.bytes(&chunk[..take]);
            left -= take as u64;
        }
        Ok(())
    }
}

/// The VRs with a 32-bit length after two reserved bytes (PS3.5 §7.1.2).
pub fn has_long_length(vr: VR) -> bool {
    matches!(
        vr,
        VR::OB
            | VR::OD
            | VR::OF
            | VR::OL
            | VR::OV
            | VR::OW
            | VR::SQ
            | VR::SV
            | VR::UC
            | VR::UN
            | VR::UR
            | VR::UT
            | VR::UV
    )
}

/// The VR that the dictionary (PS3.6) gives a tag; `UN` for private and unknown ones. Where it depends on other
/// elements, the one that keeps the bytes as they are.
pub fn dictionary_vr(tag: Tag) -> VR {
    if tag.element() == 0 {
        return VR::UL;
    }
    match StandardDataDictionary.by_tag(tag).map(|entry| entry.vr()) {
        Some(VirtualVr::Exact(vr)) => vr,
        Some(VirtualVr::Xs) => VR::US,
        Some(VirtualVr::Ox | VirtualVr::Px | VirtualVr::Lt) => VR::OW,
        Some(_) | None => VR::UN,
    }
}
