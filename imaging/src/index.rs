//! The index port: what `ingest`, DICOMweb and C-STORE need to know of stored instances, and the row types that
//! cross it. The server implements it over SQL and hands out a view that is already scoped to the caller: nothing
//! here checks who may see what. Matching a patient is the implementation's; the comparison is in `matching`.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::header::{Date, Facts, FrameIndex, InstanceFacts, PatientFacts, SeriesFacts, StudyFacts};
use crate::text::Fallback;
use crate::uid::{ClassUid, InstanceUid, SeriesUid, StudyUid, TransferSyntaxUid};

/// Where an instance came from. The names are the server's own; nothing in this crate looks into them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub channel: Channel,
    /// The sending organisation.
    pub organisation: String,
    /// The patient the sender chose, when the upload was made for one.
    pub patient: Option<String>,
    /// The calling AE title of a DIMSE sender.
    pub ae_title: Option<String>,
    /// How its text is read where its files don't say.
    #[serde(default)]
    pub fallback: Fallback,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Upload,
    Stow,
    Dimse,
    Import,
}

/// BLAKE3 of bytes, as 64 lower-case hexadecimal digits. For an image: of its data set, after the file meta.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContentHash(String);

impl ContentHash {
    pub fn of(bytes: &[u8]) -> Self {
        blake3::hash(bytes).into()
    }

    pub fn parse(text: &str) -> Option<Self> {
        let well_formed = text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        well_formed.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<blake3::Hash> for ContentHash {
    fn from(hash: blake3::Hash) -> Self {
        Self(hash.to_hex().to_string())
    }
}

impl From<ContentHash> for String {
    fn from(hash: ContentHash) -> Self {
        hash.0
    }
}

impl TryFrom<String> for ContentHash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not 64 hexadecimal digits")
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A stored object: always a valid Part 10 file, `data_offset` bytes of preamble and file meta and then the data
/// set as it arrived. A file keeps the preamble and meta it came with; a data set that came without (C-STORE)
/// gets ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blob {
    pub hash: ContentHash,
    /// Bytes of the whole object.
    pub size: u64,
    /// Bytes before the data set.
    pub data_offset: u64,
}

/// One instance whose object is durable and which waits for its row.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    pub source: Source,
    pub facts: Facts,
    pub blob: Blob,
    /// Digest of the content without regard to its encoding; see `filing`.
    pub content: ContentHash,
}

/// What became of an arrival: how it was filed among instances, and with whose patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub filing: Filing,
    pub custody: Custody,
    /// The implementation's id of the study row, for the caller to pass on.
    pub study: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filing {
    /// New.
    Stored,
    /// These very bytes were here; nothing changed.
    Duplicate,
    /// Another encoding of an instance that was here: kept beside it.
    Alternate,
    /// Other content under a UID that was here: kept beside it and flagged. The first stays the one that is served.
    Conflict,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "custody")]
pub enum Custody {
    Matched {
        patient: String,
    },
    /// No such patient: visible to the sending organisation until someone assigns it.
    Unassigned,
    /// The identifier is known but these fields disagree: visible to the sender's data-quality desk only.
    Quarantined {
        fields: Vec<Field>,
    },
}

/// A field of the patient in which a file and the record disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Name,
    BirthDate,
    Sex,
}

/// Bytes that could not be taken in; kept for the administrator.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    pub source: Source,
    /// The refusal's code, `imaging.…`.
    pub code: &'static str,
    /// Of the refused bytes as they came, where they could be kept: they are under `Blobs::refused`.
    pub blob: Option<ContentHash>,
    pub size: u64,
}

/// A page of a list: `limit` rows after the first `offset`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    pub offset: u32,
    pub limit: u32,
}

/// A text to match (PS3.4 C.2.2.2): exact, or with `*` and `?` where the attribute permits wild cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(pub String);

impl Pattern {
    pub fn has_wildcard(&self) -> bool {
        self.0.contains(['*', '?'])
    }

    /// The pattern for `LIKE … ESCAPE '\\'`.
    pub fn to_like(&self) -> String {
        let mut like = String::with_capacity(self.0.len());
        for c in self.0.chars() {
            match c {
                '*' => like.push('%'),
                '?' => like.push('_'),
                '%' | '_' | '\\' => like.extend(['\\', c]),
                c => like.push(c),
            }
        }
        like
    }
}

/// Both ends belong to the range; a single value has both ends equal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DateRange {
    pub from: Option<Date>,
    pub to: Option<Date>,
}

/// What studies to find; an empty field matches all. Keys of several values match any of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StudyQuery {
    pub study_uids: Vec<StudyUid>,
    pub patient_id: Option<Pattern>,
    /// Matched against ideographs, folded form, pinyin and initials alike, by [`crate::text::NameQuery`]: `王*` and
    /// `wang*` find the same people.
    pub patient_name: Option<Pattern>,
    pub birth_date: Option<DateRange>,
    pub study_date: Option<DateRange>,
    pub accession: Option<Pattern>,
    pub study_id: Option<Pattern>,
    pub description: Option<Pattern>,
    pub referring: Option<Pattern>,
    pub modalities: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeriesQuery {
    pub study: StudyQuery,
    pub series_uids: Vec<SeriesUid>,
    pub modalities: Vec<String>,
    pub number: Option<i64>,
    pub description: Option<Pattern>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstanceQuery {
    pub series: SeriesQuery,
    pub instance_uids: Vec<InstanceUid>,
    pub classes: Vec<ClassUid>,
    pub number: Option<i64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct StudyRow {
    pub patient: PatientFacts,
    pub study: StudyFacts,
    /// Modalities in Study (0008,0061), sorted.
    pub modalities: Vec<String>,
    pub series: u32,
    pub instances: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SeriesRow {
    pub study: StudyRow,
    pub series: SeriesFacts,
    /// Instances in this series.
    pub instances: u32,
}

/// An instance as it is served: the first copy that came.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceRow {
    pub study_uid: StudyUid,
    pub series_uid: SeriesUid,
    pub instance: InstanceFacts,
    pub blob: Blob,
    /// Other encodings of the same instance; conflicting content is not among them.
    pub alternates: Vec<Copy>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Copy {
    pub transfer_syntax: TransferSyntaxUid,
    pub blob: Blob,
    pub frame_index: FrameIndex,
}

/// Why the index did not answer. Nothing of the reason reaches a sender.
#[derive(Debug)]
pub enum IndexError {
    /// No room to write.
    Full,
    Unavailable(Box<dyn std::error::Error + Send + Sync>),
}

impl fmt::Display for IndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IndexError::Full => f.write_str("the index has no room left"),
            IndexError::Unavailable(reason) => write!(f, "the index did not answer: {reason}"),
        }
    }
}

impl std::error::Error for IndexError {}

/// The writing half, for `ingest`. Their objects are durable before rows are committed.
#[async_trait]
pub trait Register: Send + Sync {
    /// Commits the whole batch in one transaction and answers with one outcome per arrival, in order, when the
    /// rows are durable. A batch may hold the same instance twice. Use [`crate::filing::file`] for the filing.
    async fn commit(&self, batch: Vec<Arrival>) -> Result<Vec<Outcome>, IndexError>;

    /// Notes what was refused, for the administrator.
    async fn note_refused(&self, refused: Vec<Refused>) -> Result<(), IndexError>;
}

/// The reading half, scoped to a caller by whoever made it. Order: studies by date (newest first) and UID, series
/// by number and UID, instances by number and UID; stable across pages.
#[async_trait]
pub trait Index: Send + Sync {
    async fn studies(&self, query: &StudyQuery, page: Page) -> Result<Vec<StudyRow>, IndexError>;

    async fn series(&self, query: &SeriesQuery, page: Page) -> Result<Vec<SeriesRow>, IndexError>;

    async fn instances(&self, query: &InstanceQuery, page: Page) -> Result<Vec<InstanceRow>, IndexError>;

    /// One instance by its three UIDs; `None` when the caller sees no such instance.
    async fn instance(
        &self,
        study: &StudyUid,
        series: &SeriesUid,
        instance: &InstanceUid,
    ) -> Result<Option<InstanceRow>, IndexError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wild_cards_become_those_of_like_and_nothing_else_does() {
        assert_eq!(Pattern("CT*_1?%\\".into()).to_like(), "CT%\\_1_\\%\\\\");
        assert!(Pattern("a?".into()).has_wildcard() && !Pattern("a%".into()).has_wildcard());
    }

    #[test]
    fn a_content_hash_is_64_small_hexadecimal_digits() {
        let hash = ContentHash::of(b"a");
        assert_eq!(ContentHash::parse(hash.as_str()), Some(hash.clone()));
        for text in ["", "../x", &hash.as_str().to_uppercase(), &format!("{hash}0")] {
            assert_eq!(ContentHash::parse(text), None, "{text}");
        }
    }
}
