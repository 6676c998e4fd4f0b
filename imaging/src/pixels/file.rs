//! Frames of a Part 10 file that is at hand whole: for files whose frames cannot be cut out by bytes, and for whoever
//! needs all of them. Read by our own walk: a reader that believes the lengths of a hostile file takes all memory.

use std::borrow::Cow;
use std::io::Cursor;
use std::ops::Range;

use dicom_object::InMemDicomObject;

use super::PixelError;
use super::decode::{Frame, decode, native_length};
use super::describe::Image;
use super::head::data_set;
use crate::header::walk::{Element, Visitor, walk};
use crate::header::{Limits, Segment, is_pixel_data, meta, parse};
use crate::refusal::Refusal;

/// A file with its pixels found.
pub struct File<'a> {
    data: Cow<'a, [u8]>,
    object: InMemDicomObject,
    /// How frames are written.
    transfer_syntax: String,
    pixels: Pixels,
}

enum Pixels {
    Native(Range<usize>),
    Encapsulated { offsets: Vec<u32>, fragments: Vec<Range<usize>> },
}

impl<'a> File<'a> {
    /// Finds the pixels; the file's bytes stay where they are, but for deflated ones.
    pub fn read(part10: &'a [u8], limits: &Limits) -> Result<Self, PixelError> {
        let container = meta::read(part10).ok_or(PixelError::NoPixelData)?;
        let stored = &part10[container.data_offset..];
        let (_, declared) = meta::encoding(container.transfer_syntax.as_ref(), stored);
        let too_large = |refusal| match refusal {
            Refusal::TooLarge => PixelError::TooLarge,
            _ => PixelError::NoPixelData,
        };
        let mut data = match declared.as_str() {
            meta::DEFLATED => Cow::Owned(parse::inflate(stored, limits).map_err(too_large)?),
            _ => Cow::Borrowed(stored),
        };
        let (encoding, _) = meta::encoding(Some(&declared), &data);
        let mut found = Found::default();
        // What is cut off behind the pixels does not matter.
        let walked = walk(Cursor::new(&*data), data.len() as u64, encoding, limits, &mut found);
        let Some(pixels) = found.pixels else {
            return Err(walked.err().map_or(PixelError::NoPixelData, too_large));
        };
        let object = data_set(&data, encoding, limits)?;
        let transfer_syntax = match &pixels {
            Pixels::Encapsulated { .. } => declared.as_str(),
            Pixels::Native(_) if encoding.big_endian => meta::EXPLICIT_BIG,
            Pixels::Native(_) => meta::EXPLICIT_LITTLE,
        };
        let file =
            Self { object, transfer_syntax: transfer_syntax.to_owned(), pixels, data: Cow::Borrowed(&[]) };
        // Bytes in words of big endian stand the other way round, two by two.
        if let Pixels::Native(range) = &file.pixels
            && found.words
            && encoding.big_endian
            && Image::read(&file.object, &file.transfer_syntax, 0)?.bits_allocated <= 8
        {
            data.to_mut()[range.clone()].as_chunks_mut::<2>().0.iter_mut().for_each(|pair| pair.reverse());
        }
        Ok(Self { data, ..file })
    }

    /// Decodes frame `frame`, counted from 0.
    pub fn frame(&self, frame: usize) -> Result<(Image, Frame), PixelError> {
        let image = Image::read(&self.object, &self.transfer_syntax, frame)?;
        let decoded = match &self.pixels {
            Pixels::Native(range) => {
                let all = &self.data[range.clone()];
                let length = native_length(&image);
                let part = match image.bits_allocated {
                    1 => all,
                    _ => all.get(frame * length..(frame + 1) * length).ok_or(PixelError::Invalid)?,
                };
                decode(&image, part, frame)?
            }
            Pixels::Encapsulated { offsets, fragments } => {
                let parts: Vec<&[u8]> = fragments.iter().map(|range| &self.data[range.clone()]).collect();
                let joined = joined(&parts, offsets, image.frames, frame).ok_or(PixelError::Invalid)?;
                decode(&image, &joined, frame)?
            }
        };
        Ok((image, decoded))
    }

    /// Number of Frames (0028,0008), at least 1.
    pub fn frames(&self) -> Result<usize, PixelError> {
        Ok(Image::read(&self.object, &self.transfer_syntax, 0)?.frames)
    }
}

/// Decodes one frame of a file.
pub fn frame_of_file(part10: &[u8], frame: usize) -> Result<(Image, Frame), PixelError> {
    File::read(part10, &Limits::default())?.frame(frame)
}

/// The fragments of a frame: one for one, all of a single frame, or as the basic offset table has it (PS3.5 A.4).
fn joined<'a>(fragments: &[&'a [u8]], offsets: &[u32], frames: usize, frame: usize) -> Option<Cow<'a, [u8]>> {
    if fragments.len() == frames {
        return fragments.get(frame).map(|fragment| Cow::Borrowed(*fragment));
    }
    if frames == 1 {
        return Some(Cow::Owned(fragments.concat()));
    }
    let start = *offsets.get(frame)? as usize;
    let end = offsets.get(frame + 1).map_or(usize::MAX, |offset| *offset as usize);
    let mut at = 0;
    let mut joined = Vec::new();
    for fragment in fragments {
        if (start..end).contains(&at) {
            joined.extend_from_slice(fragment);
        }
        at += fragment.len() + 8;
    }
    Some(Cow::Owned(joined))
}

/// Where the pixels at the top level lie.
#[derive(Default)]
struct Found {
    pixels: Option<Pixels>,
    words: bool,
}

fn range(Segment(at, length): Segment) -> Range<usize> {
    at as usize..(at + length) as usize
}

impl Visitor for Found {
    fn wants(&mut self, element: &Element) -> bool {
        if element.depth == 0 && is_pixel_data(element.tag) {
            self.pixels = Some(Pixels::Native(range(Segment(element.offset, element.length))));
            self.words = element.vr == dicom_core::VR::OW;
        }
        false
    }

    fn value(&mut self, _element: &Element, _value: Vec<u8>) -> Result<(), Refusal> {
        Ok(())
    }

    fn fragments(&mut self, element: &Element, offset_table: &[u8], fragments: &[Segment]) {
        if element.depth == 0 && is_pixel_data(element.tag) {
            let offsets =
                offset_table.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
            let fragments = fragments.iter().map(|segment| range(*segment)).collect();
            self.pixels = Some(Pixels::Encapsulated { offsets, fragments });
        }
    }
}
