//! Lookup tables: of modality and window, and palettes, plain or in segments (PS3.3 C.7.9, C.11.1).

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use super::PixelError;

/// A lookup table (PS3.3 C.11.1.1.1).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Table {
    pub first: i64,
    pub bits: u32,
    pub values: Vec<u16>,
}

impl Table {
    /// The entry of a value; values outside take the nearest entry.
    pub(super) fn at(&self, value: i64) -> u16 {
        let index = value.saturating_sub(self.first).clamp(0, self.values.len() as i64 - 1);
        self.values[index as usize]
    }
}

/// The three tables of PALETTE COLOR, plain or in segments.
pub(super) fn palette(object: &InMemDicomObject) -> Result<[Table; 3], PixelError> {
    let one = |descriptor, data, segmented| {
        table(object, descriptor, data, false)
            .or_else(|| in_segments(object, descriptor, segmented))
            .ok_or(PixelError::Unsupported)
    };
    Ok([
        one(
            tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
            tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
            tags::SEGMENTED_RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        )?,
        one(
            tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
            tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
            tags::SEGMENTED_GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        )?,
        one(
            tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR,
            tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
            tags::SEGMENTED_BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        )?,
    ])
}

pub(super) fn table(object: &InMemDicomObject, descriptor: Tag, data: Tag, signed: bool) -> Option<Table> {
    let (count, first, bits) = described(object, descriptor, signed)?;
    let bytes = object.get(data)?.value().to_bytes().ok()?;
    let values: Vec<u16> = if bytes.len() >= count * 2 {
        bytes.chunks_exact(2).take(count).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect()
    } else if bits == 8 && bytes.len() >= count {
        // Some devices pack entries of 8 bits.
        bytes.iter().take(count).map(|byte| u16::from(*byte)).collect()
    } else {
        return None;
    };
    (!values.is_empty() && (8..=16).contains(&bits)).then_some(Table { first, bits: bits as u32, values })
}

/// Entries, first value mapped, and bits of an entry.
fn described(object: &InMemDicomObject, descriptor: Tag, signed: bool) -> Option<(usize, i64, i64)> {
    let numbers: Vec<i64> = object.get(descriptor)?.to_multi_int().ok()?;
    let &[count, first, bits] = numbers.as_slice() else { return None };
    // Zero stands for 65536, and the first value has the pixels' sign, whatever the VR says.
    let count = match count as u16 {
        0 => 65_536,
        count => usize::from(count),
    };
    let first = if signed { i64::from(first as u16 as i16) } else { i64::from(first as u16) };
    Some((count, first, bits))
}

fn in_segments(object: &InMemDicomObject, descriptor: Tag, data: Tag) -> Option<Table> {
    let (count, first, bits) = described(object, descriptor, false)?;
    let bytes = object.get(data)?.value().to_bytes().ok()?;
    // Entries of 8 bits are in segments of bytes.
    let words: Vec<u16> = match bits {
        8 => bytes.iter().map(|byte| u16::from(*byte)).collect(),
        16 => bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect(),
        _ => return None,
    };
    let mut values = Vec::new();
    expand(&words, 0, usize::MAX, count, Some(bits), &mut values)?;
    (values.len() == count).then_some(Table { first, bits: bits as u32, values })
}

/// Writes out segments from `at` on until there are `count` entries or `segments` are done (PS3.3 C.7.9.2). `indirect`
/// gives the bits of an entry where a segment may refer to others; what it refers to may not.
fn expand(
    words: &[u16],
    mut at: usize,
    segments: usize,
    count: usize,
    indirect: Option<i64>,
    values: &mut Vec<u16>,
) -> Option<()> {
    let mut done = 0;
    while values.len() < count && done < segments {
        let (Some(kind), Some(length)) = (words.get(at), words.get(at + 1)) else { break };
        let length = usize::from(*length);
        // One that adds nothing could be repeated for long.
        if length == 0 {
            return None;
        }
        match (kind, indirect) {
            // Discrete: the entries themselves.
            (0, _) => {
                values.extend(words.get(at + 2..at + 2 + length)?);
                at += 2 + length;
            }
            // Linear: from the entry before to this one.
            (1, _) => {
                let (from, to) = (f64::from(*values.last()?), f64::from(*words.get(at + 2)?));
                values.extend(
                    (1..=length)
                        .map(|step| (from + (to - from) * step as f64 / length as f64).round() as u16),
                );
                at += 3;
            }
            // Indirect: segments that begin at this offset in bytes, again.
            (2, Some(bits)) => {
                let part = |place: usize| words.get(at + 2 + place).map(|word| usize::from(*word));
                let offset = match bits {
                    8 => part(0)? | part(1)? << 8 | part(2)? << 16 | part(3)? << 24,
                    _ => (part(0)? | part(1)? << 16) / 2,
                };
                expand(words, offset, length, count, None, values)?;
                at += if bits == 8 { 6 } else { 4 };
            }
            _ => return None,
        }
        done += 1;
        if values.len() > count {
            return None;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(words: &[u16], count: usize) -> Option<Vec<u16>> {
        let mut values = Vec::new();
        expand(words, 0, usize::MAX, count, Some(16), &mut values)?;
        Some(values)
    }

    #[test]
    fn segments_are_written_out() {
        assert_eq!(expanded(&[0, 2, 5, 9, 1, 4, 1], 6), Some(vec![5, 9, 7, 5, 3, 1]));
        // Both again: they begin at byte 0.
        assert_eq!(expanded(&[0, 1, 5, 1, 2, 9, 2, 2, 0, 0], 6), Some(vec![5, 7, 9, 5, 7, 9]));
    }

    #[test]
    fn segments_that_refer_to_each_other_or_to_nothing_end() {
        assert_eq!(expanded(&[2, 1, 0, 0], 4), None, "to itself");
        assert_eq!(expanded(&[1, 2, 9], 2), None, "a line from nowhere");
        assert_eq!(expanded(&[0, 9, 1], 9), None, "fewer than it says");
        assert_eq!(expanded(&[0, 3, 1, 2, 3], 2), None, "more than the table has");
    }
}
