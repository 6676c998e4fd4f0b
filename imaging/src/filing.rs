//! How an arrival is filed among the copies of its SOP instance UID that are already there. Pure; called by the
//! implementation of `index::Register` inside its transaction.

use crate::index::{Arrival, ContentHash, Filing};
use crate::uid::{ClassUid, SeriesUid, StudyUid, TransferSyntaxUid};

/// What the index knows of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub study: StudyUid,
    pub series: SeriesUid,
    pub class: ClassUid,
    pub transfer_syntax: TransferSyntaxUid,
    pub hash: ContentHash,
    pub content: ContentHash,
    /// Rows, columns and frames.
    pub shape: (u32, u32, u32),
}

impl Known {
    /// What will be known of an arrival once it has its row.
    pub fn from_arrival(arrival: &Arrival) -> Self {
        let facts = &arrival.facts;
        let instance = &facts.instance;
        Self {
            study: facts.study.uid.clone(),
            series: facts.series.uid.clone(),
            class: instance.class.clone(),
            transfer_syntax: instance.transfer_syntax.clone(),
            hash: arrival.blob.hash.clone(),
            content: arrival.content.clone(),
            shape: (instance.rows, instance.columns, instance.frames),
        }
    }
}

/// Files `arrival` among `known`, every copy under its UID in the order in which they came.
///
/// The same bytes are a duplicate. The same object in another encoding is an alternate: either the content is the
/// same apart from how it is written (a sender that writes lengths or the character set differently), or the
/// transfer syntax differs and the image has the same place and shape (compression changes attributes too, PS3.3
/// C.7.6.1.1.5). Everything else under a known UID is a conflict.
pub fn file(arrival: &Arrival, known: &[Known]) -> Filing {
    let new = Known::from_arrival(arrival);
    let Some(first) = known.first() else { return Filing::Stored };
    if known.iter().any(|copy| copy.hash == new.hash) {
        return Filing::Duplicate;
    }
    let same_object = (&new.study, &new.series, &new.class) == (&first.study, &first.series, &first.class);
    let same_content = new.content == first.content;
    let transcoded = new.transfer_syntax != first.transfer_syntax && new.shape == first.shape;
    if same_object && (same_content || transcoded) { Filing::Alternate } else { Filing::Conflict }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::{Facts, FrameIndex, InstanceFacts, PatientFacts, SeriesFacts, StudyFacts};
    use crate::index::{Blob, Channel, Source};
    use crate::text::Fallback;
    use crate::uid::InstanceUid;

    fn arrival(bytes: &str, content: &str, transfer_syntax: &str) -> Arrival {
        Arrival {
            source: Source {
                channel: Channel::Stow,
                organisation: "o".into(),
                patient: None,
                ae_title: None,
                fallback: Fallback::default(),
            },
            facts: Facts {
                patient: PatientFacts::default(),
                study: StudyFacts::new(StudyUid::parse("1.1").unwrap()),
                series: SeriesFacts::new(SeriesUid::parse("1.2").unwrap()),
                instance: InstanceFacts {
                    uid: InstanceUid::parse("1.3").unwrap(),
                    class: ClassUid::parse("1.2.840.10008.5.1.4.1.1.2").unwrap(),
                    transfer_syntax: TransferSyntaxUid::parse(transfer_syntax).unwrap(),
                    number: Some(1),
                    rows: 4,
                    columns: 4,
                    bits_allocated: 16,
                    frames: 1,
                    frame_index: FrameIndex::None,
                    waveform: false,
                    fallback: Fallback::default(),
                },
            },
            blob: Blob { hash: ContentHash::of(bytes.as_bytes()), size: 1, data_offset: 0 },
            content: ContentHash::of(content.as_bytes()),
        }
    }

    const EXPLICIT: &str = "1.2.840.10008.1.2.1";
    const JPEG_LS: &str = "1.2.840.10008.1.2.4.80";

    #[test]
    fn the_first_copy_is_stored_and_the_same_bytes_again_are_a_duplicate() {
        let new = arrival("a", "content", EXPLICIT);
        assert_eq!(file(&new, &[]), Filing::Stored);
        assert_eq!(file(&new, &[Known::from_arrival(&new)]), Filing::Duplicate);
    }

    #[test]
    fn another_encoding_is_an_alternate() {
        let first = [Known::from_arrival(&arrival("a", "content", EXPLICIT))];
        assert_eq!(file(&arrival("b", "content", EXPLICIT), &first), Filing::Alternate, "lengths rewritten");
        assert_eq!(file(&arrival("b", "compressed", JPEG_LS), &first), Filing::Alternate, "compressed");
    }

    #[test]
    fn other_content_under_a_known_uid_is_a_conflict() {
        let first = [Known::from_arrival(&arrival("a", "content", EXPLICIT))];
        assert_eq!(file(&arrival("b", "other", EXPLICIT), &first), Filing::Conflict);
        let mut elsewhere = arrival("b", "compressed", JPEG_LS);
        elsewhere.facts.study.uid = StudyUid::parse("1.9").unwrap();
        assert_eq!(file(&elsewhere, &first), Filing::Conflict, "another study claims the UID");
        let mut larger = arrival("b", "compressed", JPEG_LS);
        larger.facts.instance.rows = 8;
        assert_eq!(file(&larger, &first), Filing::Conflict, "another image");
    }

    #[test]
    fn a_conflict_sent_again_is_a_duplicate() {
        let (first, second) = (arrival("a", "content", EXPLICIT), arrival("b", "other", EXPLICIT));
        let known = [Known::from_arrival(&first), Known::from_arrival(&second)];
        assert_eq!(file(&second, &known), Filing::Duplicate);
    }
}
