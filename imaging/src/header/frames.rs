//! Where the frames of an instance lie, so that one of them can be served as a byte range. Built once at ingest,
//! kept in the index as JSON text. Offsets count from the first byte of the data set (after the file meta); add
//! the blob's `data_offset` for a position in the stored object.

use serde::{Deserialize, Serialize};

/// A run of bytes in the data set: (offset, length).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment(pub u64, pub u64);

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrameIndex {
    /// No pixel data at the top level.
    #[default]
    None,
    /// Uncompressed frames of equal length lie one after another (PS3.5 §8.1.1).
    Native { offset: u64, frame_length: u64, frames: u32 },
    /// Compressed frames (PS3.5 §A.4): each is one or more fragments to be joined.
    Encapsulated(Vec<Vec<Segment>>),
    /// There are frames, but none can be cut out by bytes: a deflated data set, or one-bit pixels whose frames
    /// don't end on a byte. Decode the whole instance.
    Whole { frames: u32 },
}

impl FrameIndex {
    /// The number of frames.
    pub fn len(&self) -> u32 {
        match self {
            FrameIndex::None => 0,
            FrameIndex::Native { frames, .. } | FrameIndex::Whole { frames } => *frames,
            FrameIndex::Encapsulated(frames) => u32::try_from(frames.len()).unwrap_or(u32::MAX),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the first frame begins: what stands before it describes the image. `None` when that is not known.
    pub fn start(&self) -> Option<u64> {
        match self {
            FrameIndex::None | FrameIndex::Whole { .. } => None,
            FrameIndex::Native { offset, .. } => Some(*offset),
            FrameIndex::Encapsulated(frames) => frames.first()?.first().map(|segment| segment.0),
        }
    }

    /// The byte runs of frame `number`, counted from 0, in order; `None` when there is no such frame or frames
    /// can't be addressed.
    pub fn frame(&self, number: u32) -> Option<Vec<Segment>> {
        match self {
            FrameIndex::None | FrameIndex::Whole { .. } => None,
            FrameIndex::Native { offset, frame_length, frames } => (number < *frames)
                .then(|| vec![Segment(offset + u64::from(number) * frame_length, *frame_length)]),
            FrameIndex::Encapsulated(frames) => frames.get(number as usize).cloned(),
        }
    }
}

/// What was found of pixel data at the top level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pixels {
    Native { offset: u64, length: u64 },
    Encapsulated { offset_table: Vec<u8>, fragments: Vec<Segment> },
}

/// The attributes that say how long a frame is (PS3.3 C.7.6.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Image {
    pub rows: u16,
    pub columns: u16,
    pub samples: u16,
    pub bits_allocated: u16,
    pub frames: u32,
    pub photometric: String,
}

impl Image {
    /// Bits of one uncompressed frame. Subsampled color has fewer samples than it says (PS3.5 §8.2, C.7.6.3.1.2).
    fn frame_bits(&self) -> u64 {
        let pixels = u64::from(self.rows) * u64::from(self.columns);
        let bits = u64::from(self.bits_allocated);
        match self.photometric.as_str() {
            "YBR_FULL_422" | "YBR_PARTIAL_422" => pixels * 2 * bits,
            "YBR_PARTIAL_420" => pixels * 3 / 2 * bits,
            _ => pixels * u64::from(self.samples) * bits,
        }
    }
}

/// Builds the index; `extended` is the value of (7FE0,0001), empty when absent.
pub(super) fn index(pixels: &Pixels, image: &Image, extended: &[u8]) -> FrameIndex {
    let whole = FrameIndex::Whole { frames: image.frames };
    match pixels {
        Pixels::Native { offset, length } => {
            let bits = image.frame_bits();
            let frame_length = bits / 8;
            let fits = frame_length.checked_mul(u64::from(image.frames)).is_some_and(|all| all <= *length);
            if bits == 0 || (!bits.is_multiple_of(8) && image.frames > 1) || !fits {
                return whole;
            }
            FrameIndex::Native {
                offset: *offset,
                frame_length: bits.div_ceil(8).min(*length),
                frames: image.frames,
            }
        }
        Pixels::Encapsulated { offset_table, fragments } => {
            let frames = image.frames as usize;
            let wide: Vec<u64> =
                extended.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect();
            let basic: Vec<u64> = offset_table
                .as_chunks::<4>()
                .0
                .iter()
                .map(|bytes| u64::from(u32::from_le_bytes(*bytes)))
                .collect();
            if fragments.is_empty() {
                whole
            } else if frames == 1 {
                FrameIndex::Encapsulated(vec![fragments.clone()])
            } else if let Some(parts) =
                by_offsets(&wide, fragments, frames).or_else(|| by_offsets(&basic, fragments, frames))
            {
                FrameIndex::Encapsulated(parts)
            } else if fragments.len() == frames {
                FrameIndex::Encapsulated(fragments.iter().map(|fragment| vec![*fragment]).collect())
            } else {
                whole
            }
        }
    }
}

/// Splits the fragments at the offsets of a table (PS3.5 §A.4), which count from the first fragment's item tag.
/// `None` when the table does not describe these fragments.
fn by_offsets(offsets: &[u64], fragments: &[Segment], frames: usize) -> Option<Vec<Vec<Segment>>> {
    if offsets.len() != frames || offsets.first() != Some(&0) {
        return None;
    }
    let base = fragments.first()?.0;
    let mut parts: Vec<Vec<Segment>> = Vec::with_capacity(frames);
    for fragment in fragments {
        if offsets.get(parts.len()) == Some(&(fragment.0 - base)) {
            parts.push(Vec::new());
        }
        parts.last_mut()?.push(*fragment);
    }
    (parts.len() == frames).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_native_frame_is_found_by_arithmetic() {
        let index = FrameIndex::Native { offset: 100, frame_length: 10, frames: 3 };
        assert_eq!(index.frame(2), Some(vec![Segment(120, 10)]));
        assert_eq!(index.frame(3), None);
    }

    #[test]
    fn the_text_in_the_index_row_reads_back() {
        for index in [
            FrameIndex::None,
            FrameIndex::Native { offset: 1, frame_length: 2, frames: 3 },
            FrameIndex::Encapsulated(vec![vec![Segment(8, 4), Segment(20, 6)]]),
            FrameIndex::Whole { frames: 1 },
        ] {
            let text = serde_json::to_string(&index).unwrap();
            assert_eq!(serde_json::from_str::<FrameIndex>(&text).unwrap(), index, "{text}");
        }
    }

    fn image(frames: u32) -> Image {
        let photometric = "MONOCHROME2".to_owned();
        Image { rows: 4, columns: 5, samples: 1, bits_allocated: 16, frames, photometric }
    }

    #[test]
    fn uncompressed_frames_are_as_long_as_their_samples() {
        let pixels = Pixels::Native { offset: 7, length: 80 };
        let expected = FrameIndex::Native { offset: 7, frame_length: 40, frames: 2 };
        assert_eq!(index(&pixels, &image(2), &[]), expected);
        assert_eq!(
            index(&pixels, &image(3), &[]),
            FrameIndex::Whole { frames: 3 },
            "fewer bytes than it says"
        );
        let subsampled =
            Image { samples: 3, bits_allocated: 8, photometric: "YBR_FULL_422".into(), ..image(2) };
        assert_eq!(index(&pixels, &subsampled, &[]), expected);
        let bits = Image { bits_allocated: 1, rows: 3, ..image(2) };
        assert_eq!(index(&pixels, &bits, &[]), FrameIndex::Whole { frames: 2 }, "frames end inside a byte");
    }

    #[test]
    fn fragments_are_joined_to_frames_by_the_offset_table() {
        let fragments = vec![Segment(108, 10), Segment(126, 10), Segment(144, 6)];
        let table: Vec<u8> = [0_u32, 36].iter().flat_map(|offset| offset.to_le_bytes()).collect();
        let expected =
            FrameIndex::Encapsulated(vec![vec![Segment(108, 10), Segment(126, 10)], vec![Segment(144, 6)]]);
        let pixels = Pixels::Encapsulated { offset_table: table, fragments: fragments.clone() };
        assert_eq!(index(&pixels, &image(2), &[]), expected);
        let wide: Vec<u8> = [0_u64, 36].iter().flat_map(|offset| offset.to_le_bytes()).collect();
        let pixels = Pixels::Encapsulated { offset_table: Vec::new(), fragments };
        assert_eq!(index(&pixels, &image(2), &wide), expected);
        assert_eq!(index(&pixels, &image(2), &[]), FrameIndex::Whole { frames: 2 }, "nothing says where");
        let one_each = index(&pixels, &image(3), &[]);
        assert_eq!(one_each.frame(1), Some(vec![Segment(126, 10)]));
        assert_eq!(index(&pixels, &image(1), &[]).frame(0).map(|parts| parts.len()), Some(3));
    }
}
