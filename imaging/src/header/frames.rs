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
}
