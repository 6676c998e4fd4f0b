//! What the platform knows of an instance without looking at its bytes again: decoded, typed, bounded. These
//! types cross the index port and are what QIDO answers from. Must not know where they are kept.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::FrameIndex;
use crate::text::{Fallback, PersonName};
use crate::uid::{ClassUid, InstanceUid, SeriesUid, StudyUid, TransferSyntaxUid};

/// Everything the index keeps about one instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub patient: PatientFacts,
    pub study: StudyFacts,
    pub series: SeriesFacts,
    pub instance: InstanceFacts,
}

/// The patient as the sending device wrote it: not the platform's record of the person.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PatientFacts {
    pub name: PersonName,
    /// Patient ID (0010,0020): a local number of the sending organisation. Empty when absent.
    pub local_id: String,
    /// Issuer of Patient ID (0010,0021). Empty when absent.
    pub issuer: String,
    pub birth_date: Option<Date>,
    /// Patient's Sex (0010,0040): `M`, `F` or `O`; anything else counts as not said.
    pub sex: Option<Sex>,
}

/// Patient's Sex (PS3.3 C.2.3): the three values DICOM knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sex {
    #[serde(rename = "M")]
    Male,
    #[serde(rename = "F")]
    Female,
    #[serde(rename = "O")]
    Other,
}

impl Sex {
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "M" | "m" => Some(Sex::Male),
            "F" | "f" => Some(Sex::Female),
            "O" | "o" => Some(Sex::Other),
            _ => None,
        }
    }

    /// The letter as in (0010,0040).
    pub fn as_str(self) -> &'static str {
        match self {
            Sex::Male => "M",
            Sex::Female => "F",
            Sex::Other => "O",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StudyFacts {
    pub uid: StudyUid,
    pub date: Option<Date>,
    /// Study Time (0008,0030) as written, `HHMMSS.FFFFFF`; empty when absent.
    pub time: String,
    /// Study ID (0020,0010).
    pub id: String,
    /// Accession Number (0008,0050).
    pub accession: String,
    /// Study Description (0008,1030).
    pub description: String,
    /// Referring Physician's Name (0008,0090).
    pub referring: PersonName,
}

impl StudyFacts {
    /// A study of which only the UID is known.
    pub fn new(uid: StudyUid) -> Self {
        Self {
            uid,
            date: None,
            time: String::new(),
            id: String::new(),
            accession: String::new(),
            description: String::new(),
            referring: PersonName::default(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesFacts {
    pub uid: SeriesUid,
    /// Modality (0008,0060), at most 16 characters; empty when absent.
    pub modality: String,
    /// Series Number (0020,0011).
    pub number: Option<i64>,
    /// Series Description (0008,103E).
    pub description: String,
    /// Body Part Examined (0018,0015).
    pub body_part: String,
    pub date: Option<Date>,
    /// Series Time (0008,0031) as written.
    pub time: String,
}

impl SeriesFacts {
    /// A series of which only the UID is known.
    pub fn new(uid: SeriesUid) -> Self {
        Self {
            uid,
            modality: String::new(),
            number: None,
            description: String::new(),
            body_part: String::new(),
            date: None,
            time: String::new(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstanceFacts {
    pub uid: InstanceUid,
    pub class: ClassUid,
    pub transfer_syntax: TransferSyntaxUid,
    /// Instance Number (0020,0013).
    pub number: Option<i64>,
    /// Rows × Columns of the image in pixels, both 0 when there is none.
    pub rows: u32,
    pub columns: u32,
    pub bits_allocated: u16,
    /// Number of Frames (0028,0008), 1 for a single image and 0 when there is no pixel data.
    pub frames: u32,
    /// Where each frame lies in the data set.
    pub frame_index: FrameIndex,
    /// A Waveform Sequence (5400,0100) is present: an ECG, for one.
    pub waveform: bool,
    /// How undeclared text of its source was read; whoever reads the bytes again must read them alike.
    #[serde(default)]
    pub fallback: Fallback,
}

/// A calendar day as DICOM's DA carries it (PS3.5 §6.2), valid in the proleptic Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 => 28 + u8::from(leap),
            1..=12 => 31,
            _ => return None,
        };
        (year <= 9999 && (1..=days).contains(&day)).then_some(Self { year, month, day })
    }

    /// Reads `YYYYMMDD`, the older `YYYY.MM.DD` of ACR-NEMA, and `YYYY-MM-DD`; anything else is no date.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches(['\0', ' ']);
        let bytes = text.as_bytes();
        let digits: String = match bytes.len() {
            8 => text.to_owned(),
            10 if matches!((bytes[4], bytes[7]), (b'.', b'.') | (b'-', b'-')) => text.replace(['.', '-'], ""),
            _ => return None,
        };
        if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Self::new(digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?)
    }

    pub fn year(self) -> u16 {
        self.year
    }

    pub fn month(self) -> u8 {
        self.month
    }

    pub fn day(self) -> u8 {
        self.day
    }

    /// `YYYYMMDD`, as in a DA value.
    pub fn to_dicom(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }
}

/// `YYYY-MM-DD`; sorts as text in calendar order.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a calendar day"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_in_the_three_forms_seen_in_the_field() {
        let day = Date::new(1987, 3, 5).unwrap();
        for text in ["19870305", "1987.03.05", "1987-03-05", "19870305 "] {
            assert_eq!(Date::parse(text), Some(day), "{text}");
        }
        assert_eq!((day.to_dicom().as_str(), day.to_string().as_str()), ("19870305", "1987-03-05"));
    }

    #[test]
    fn a_day_that_no_calendar_has_is_no_date() {
        for text in
            ["20230229", "19000229", "20231301", "20230100", "2023", "", "20230a01", "1987.03-05", "张三丰1"]
        {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        assert!(Date::parse("20000229").is_some());
    }
}
