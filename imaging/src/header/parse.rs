//! Parses an instance once, in one pass over its bytes: facts, frame index, and the two digests. Pure over a reader;
//! called by `ingest`.

use std::collections::BTreeMap;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;

use super::facts::{Date, Facts, InstanceFacts, PatientFacts, SeriesFacts, Sex, StudyFacts};
use super::frames::{self, Pixels};
use super::walk::{Element, Encoding, Visitor, walk};
use super::{Limits, Segment, meta};
use crate::index::ContentHash;
use crate::refusal::Refusal;
use crate::text::{Charset, Fallback, Kind, PersonName};
use crate::uid::{ClassUid, InstanceUid, SeriesUid, StudyUid, TransferSyntaxUid};

/// Media Storage Directory Storage: a DICOMDIR.
const DIRECTORY_CLASS: &str = "1.2.840.10008.1.3.10";

/// An instance that passed the border.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    pub facts: Facts,
    /// BLAKE3 of the data set, as it arrived, after the file meta.
    pub hash: ContentHash,
    /// Digest of the elements without regard to how lengths are written; see `filing`.
    pub content: ContentHash,
    /// Bytes before the data set in the input.
    pub data_offset: u64,
    /// The input is a whole Part 10 file; otherwise it needs a preamble and meta of ours to be one.
    pub complete: bool,
}

/// Parses a file of `length` bytes.
pub fn parse_file<R: Read + Seek>(
    mut input: R,
    length: u64,
    limits: &Limits,
    fallback: Fallback,
) -> Result<Parsed, Refusal> {
    let mut head = Vec::new();
    input.by_ref().take(meta::MAX_LENGTH as u64).read_to_end(&mut head).map_err(|_| Refusal::Unavailable)?;
    let container = meta::read(&head).ok_or(Refusal::NotDicom)?;
    let data_offset = container.data_offset as u64;
    input.seek(SeekFrom::Start(data_offset)).map_err(|_| Refusal::Unavailable)?;
    let data = &head[container.data_offset..];
    let (encoding, transfer_syntax) = meta::encoding(container.transfer_syntax.as_ref(), data);
    let whole = DataSet { length: length.saturating_sub(data_offset), encoding, transfer_syntax };
    let parsed = parse(input, whole, limits, fallback)?;
    Ok(Parsed { data_offset, complete: container.complete, ..parsed })
}

/// Parses a data set of `length` bytes that came without a file around it, in the transfer syntax that was agreed on.
pub fn parse_data_set<R: Read + Seek>(
    mut input: R,
    length: u64,
    transfer_syntax: &TransferSyntaxUid,
    limits: &Limits,
    fallback: Fallback,
) -> Result<Parsed, Refusal> {
    let mut head = Vec::new();
    input.by_ref().take(8).read_to_end(&mut head).map_err(|_| Refusal::Unavailable)?;
    input.seek(SeekFrom::Start(0)).map_err(|_| Refusal::Unavailable)?;
    let (encoding, transfer_syntax) = meta::encoding(Some(transfer_syntax), &head);
    parse(input, DataSet { length, encoding, transfer_syntax }, limits, fallback)
}

struct DataSet {
    length: u64,
    encoding: Encoding,
    transfer_syntax: TransferSyntaxUid,
}

fn parse<R: Read>(input: R, set: DataSet, limits: &Limits, fallback: Fallback) -> Result<Parsed, Refusal> {
    if set.length > limits.instance {
        return Err(Refusal::TooLarge);
    }
    if set.length == 0 {
        return Err(Refusal::Truncated);
    }
    let mut hashing = Hashing { input, hasher: blake3::Hasher::new() };
    let deflated = set.transfer_syntax.as_str() == meta::DEFLATED;
    let mut visit = Visit::new(limits.value);
    if deflated {
        let data = inflate(&mut hashing, limits)?;
        walk(Cursor::new(&data), data.len() as u64, set.encoding, limits, &mut visit)?;
    } else {
        let reader = BufReader::with_capacity(64 << 10, &mut hashing);
        walk(reader, set.length, set.encoding, limits, &mut visit)?;
    }
    let hash = hashing.finish()?;
    let content = visit.content.finalize().into();
    let facts = visit.facts(set.encoding, set.transfer_syntax, deflated, limits, fallback)?;
    Ok(Parsed { facts, hash, content, data_offset: 0, complete: false })
}

/// Inflates a deflated data set (PS3.5 §A.5), but not without bound.
pub(crate) fn inflate(input: impl Read, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let mut data = Vec::new();
    flate2::read::DeflateDecoder::new(input)
        .take(limits.inflated + 1)
        .read_to_end(&mut data)
        .map_err(|_| Refusal::Truncated)?;
    if data.len() as u64 > limits.inflated { Err(Refusal::TooLarge) } else { Ok(data) }
}

/// Hashes what is read through it.
struct Hashing<R> {
    input: R,
    hasher: blake3::Hasher,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.input.read(buffer)?;
        self.hasher.update(&buffer[..n]);
        Ok(n)
    }
}

impl<R: Read> Hashing<R> {
    /// The digest of all bytes, also of those behind the last element.
    fn finish(mut self) -> Result<ContentHash, Refusal> {
        std::io::copy(&mut self, &mut std::io::sink()).map_err(|_| Refusal::Unavailable)?;
        Ok(self.hasher.finalize().into())
    }
}

/// The elements of the top level that the index keeps something of.
const WANTED: &[Tag] = &[
    tags::SPECIFIC_CHARACTER_SET,
    tags::SOP_CLASS_UID,
    tags::SOP_INSTANCE_UID,
    tags::STUDY_DATE,
    tags::SERIES_DATE,
    tags::STUDY_TIME,
    tags::SERIES_TIME,
    tags::ACCESSION_NUMBER,
    tags::MODALITY,
    tags::REFERRING_PHYSICIAN_NAME,
    tags::STUDY_DESCRIPTION,
    tags::SERIES_DESCRIPTION,
    tags::PATIENT_NAME,
    tags::PATIENT_ID,
    tags::ISSUER_OF_PATIENT_ID,
    tags::PATIENT_BIRTH_DATE,
    tags::PATIENT_SEX,
    tags::BODY_PART_EXAMINED,
    tags::STUDY_INSTANCE_UID,
    tags::SERIES_INSTANCE_UID,
    tags::STUDY_ID,
    tags::SERIES_NUMBER,
    tags::INSTANCE_NUMBER,
    tags::SAMPLES_PER_PIXEL,
    tags::PHOTOMETRIC_INTERPRETATION,
    tags::NUMBER_OF_FRAMES,
    tags::ROWS,
    tags::COLUMNS,
    tags::BITS_ALLOCATED,
];

struct Visit {
    values: BTreeMap<Tag, Vec<u8>>,
    content: blake3::Hasher,
    pixels: Option<Pixels>,
    /// Pixels are in words of two bytes.
    words: bool,
    extended_offsets: Vec<u8>,
    waveform: bool,
    max_value: u64,
}

impl Visit {
    fn new(max_value: u32) -> Self {
        Self {
            values: BTreeMap::new(),
            content: blake3::Hasher::new(),
            pixels: None,
            words: false,
            extended_offsets: Vec::new(),
            waveform: false,
            max_value: u64::from(max_value),
        }
    }

    fn mark(&mut self, tag: Tag) {
        self.content.update(&tag.group().to_le_bytes()).update(&tag.element().to_le_bytes());
    }
}

/// The three elements that hold pixels (PS3.3 C.7.6.3, C.7.6.24, C.7.6.25).
pub fn is_pixel_data(tag: Tag) -> bool {
    matches!(tag, tags::PIXEL_DATA | tags::FLOAT_PIXEL_DATA | tags::DOUBLE_FLOAT_PIXEL_DATA)
}

impl Visitor for Visit {
    fn wants(&mut self, element: &Element) -> bool {
        let Element { tag, length, offset, depth, .. } = *element;
        // Group lengths (PS3.5 §7.2) and padding (PS3.10 §7.2) say nothing of the content.
        if tag.element() == 0 || tag == tags::DATA_SET_TRAILING_PADDING {
            return length <= self.max_value;
        }
        self.mark(tag);
        self.content.update(&length.to_le_bytes());
        if depth > 0 {
            return false;
        }
        if is_pixel_data(tag) {
            self.pixels = Some(Pixels::Native { offset, length });
            self.words = element.vr == VR::OW;
            return false;
        }
        let is_offset_table = tag == tags::EXTENDED_OFFSET_TABLE && length <= 8 << 20;
        is_offset_table || (length <= self.max_value && WANTED.contains(&tag))
    }

    fn value(&mut self, element: &Element, value: Vec<u8>) -> Result<(), Refusal> {
        let tag = element.tag;
        if tag.element() == 0 || tag == tags::DATA_SET_TRAILING_PADDING {
            return Ok(());
        }
        self.content.update(&value);
        if tag == tags::EXTENDED_OFFSET_TABLE {
            self.extended_offsets = value;
        } else {
            self.values.insert(tag, value);
        }
        Ok(())
    }

    fn bytes(&mut self, chunk: &[u8]) {
        self.content.update(chunk);
    }

    fn sequence_start(&mut self, tag: Tag, depth: usize) {
        self.mark(tag);
        self.content.update(b"(");
        self.waveform |= depth == 0 && tag == tags::WAVEFORM_SEQUENCE;
    }

    fn item_start(&mut self) {
        self.content.update(b"{");
    }

    fn item_end(&mut self) {
        self.content.update(b"}");
    }

    fn sequence_end(&mut self) {
        self.content.update(b")");
    }

    fn fragments(&mut self, element: &Element, offset_table: &[u8], fragments: &[Segment]) {
        self.mark(element.tag);
        if element.depth == 0 && is_pixel_data(element.tag) {
            let (offset_table, fragments) = (offset_table.to_vec(), fragments.to_vec());
            self.pixels = Some(Pixels::Encapsulated { offset_table, fragments });
        }
    }
}

impl Visit {
    fn facts(
        mut self,
        encoding: Encoding,
        transfer_syntax: TransferSyntaxUid,
        deflated: bool,
        limits: &Limits,
        fallback: Fallback,
    ) -> Result<Facts, Refusal> {
        let pixels = self.pixels.take();
        let extended_offsets = std::mem::take(&mut self.extended_offsets);
        let charset = self.values.get(&tags::SPECIFIC_CHARACTER_SET).map(Vec::as_slice);
        let read = Values { values: &self.values, charset: Charset::new(charset, fallback), encoding };

        let class = ClassUid::parse(&read.ascii(tags::SOP_CLASS_UID)).map_err(|_| Refusal::UidInvalid)?;
        if class.as_str() == DIRECTORY_CLASS {
            return Err(Refusal::MediaDirectory);
        }
        let uid = InstanceUid::parse(&read.ascii(tags::SOP_INSTANCE_UID)).map_err(|_| Refusal::UidInvalid)?;
        let study =
            StudyUid::parse(&read.ascii(tags::STUDY_INSTANCE_UID)).map_err(|_| Refusal::UidInvalid)?;
        let series =
            SeriesUid::parse(&read.ascii(tags::SERIES_INSTANCE_UID)).map_err(|_| Refusal::UidInvalid)?;

        let image = frames::Image {
            rows: read.number(tags::ROWS),
            columns: read.number(tags::COLUMNS),
            samples: read.number(tags::SAMPLES_PER_PIXEL).max(1),
            bits_allocated: read.number(tags::BITS_ALLOCATED),
            frames: read
                .integer(tags::NUMBER_OF_FRAMES)
                .and_then(|n| u32::try_from(n).ok())
                .unwrap_or(1)
                .max(1),
            photometric: read.ascii(tags::PHOTOMETRIC_INTERPRETATION),
        };
        if image.frames > limits.frames {
            return Err(Refusal::TooLarge);
        }
        // Bytes of pixels in words of big endian stand the other way round, two by two: a frame need not begin where a
        // word does.
        let crossed = self.words && encoding.big_endian && image.bits_allocated <= 8;
        let frame_index = match (&pixels, deflated || crossed) {
            (None, _) => super::FrameIndex::None,
            (Some(_), true) => super::FrameIndex::Whole { frames: image.frames },
            (Some(pixels), false) => frames::index(pixels, &image, &extended_offsets),
        };
        Ok(Facts {
            patient: PatientFacts {
                name: read.name(tags::PATIENT_NAME),
                local_id: read.text(tags::PATIENT_ID),
                issuer: read.text(tags::ISSUER_OF_PATIENT_ID),
                birth_date: Date::parse(&read.ascii(tags::PATIENT_BIRTH_DATE)),
                sex: Sex::parse(&read.ascii(tags::PATIENT_SEX)),
            },
            study: StudyFacts {
                uid: study,
                date: Date::parse(&read.ascii(tags::STUDY_DATE)),
                time: read.ascii(tags::STUDY_TIME),
                id: read.text(tags::STUDY_ID),
                accession: read.text(tags::ACCESSION_NUMBER),
                description: read.text(tags::STUDY_DESCRIPTION),
                referring: read.name(tags::REFERRING_PHYSICIAN_NAME),
            },
            series: SeriesFacts {
                uid: series,
                modality: read.ascii(tags::MODALITY),
                number: read.integer(tags::SERIES_NUMBER),
                description: read.text(tags::SERIES_DESCRIPTION),
                body_part: read.ascii(tags::BODY_PART_EXAMINED),
                date: Date::parse(&read.ascii(tags::SERIES_DATE)),
                time: read.ascii(tags::SERIES_TIME),
            },
            instance: InstanceFacts {
                uid,
                class,
                transfer_syntax,
                number: read.integer(tags::INSTANCE_NUMBER),
                rows: image.rows.into(),
                columns: image.columns.into(),
                bits_allocated: image.bits_allocated,
                frames: if pixels.is_some() { image.frames } else { 0 },
                frame_index,
                waveform: self.waveform,
                fallback,
            },
        })
    }
}

/// The values that were collected, as text and numbers. A value that breaks the rules of its VR reads as absent:
/// only the identifying UIDs are worth a refusal.
struct Values<'a> {
    values: &'a BTreeMap<Tag, Vec<u8>>,
    charset: Charset,
    encoding: Encoding,
}

/// Characters kept of one text: four times what the longest of these VRs may have (PS3.5 §6.2).
const MAX_TEXT: usize = 256;

impl Values<'_> {
    fn bytes(&self, tag: Tag) -> &[u8] {
        self.values.get(&tag).map_or(&[], Vec::as_slice)
    }

    /// The first value of text in the default repertoire.
    fn ascii(&self, tag: Tag) -> String {
        tidy(&String::from_utf8_lossy(self.bytes(tag)))
    }

    fn text(&self, tag: Tag) -> String {
        tidy(&self.charset.decode(self.bytes(tag), Kind::Short))
    }

    fn name(&self, tag: Tag) -> PersonName {
        PersonName::parse(&tidy(&self.charset.decode(self.bytes(tag), Kind::Name)))
    }

    fn integer(&self, tag: Tag) -> Option<i64> {
        self.ascii(tag).parse().ok()
    }

    /// US, or what implicit files have in its place.
    fn number(&self, tag: Tag) -> u16 {
        match *self.bytes(tag) {
            [a, b, ..] if self.encoding.big_endian => u16::from_be_bytes([a, b]),
            [a, b, ..] => u16::from_le_bytes([a, b]),
            _ => 0,
        }
    }
}

/// The first of several values, without padding and control characters, and not endless.
fn tidy(text: &str) -> String {
    let first = text.split('\\').next().unwrap_or_default();
    let first = first.trim_matches(['\0', ' ']);
    first.chars().filter(|c| !c.is_control()).take(MAX_TEXT).collect()
}
