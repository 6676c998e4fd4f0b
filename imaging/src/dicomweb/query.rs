//! QIDO-RS parameters (PS3.18 §8.3.4, §10.6) to queries of the index: exact, wild card, lists and ranges.

use dicom_core::Tag;
use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_dictionary_std::{StandardDataDictionary, tags};

use crate::header::Date;
use crate::index::{DateRange, InstanceQuery, Page, Pattern, SeriesQuery, StudyQuery};
use crate::uid::{ClassUid, InstanceUid, SeriesUid, StudyUid};

use super::error::WebError;

/// Rows given at most in one answer; a client asks for more with `offset`.
const MOST: u32 = 5000;

/// Stands for every attribute inside a sequence: the tag of an item, which is no attribute itself.
const IN_A_SEQUENCE: Tag = Tag(0xfffe, 0xe000);

/// A search at one of the three levels.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    pub level: Level,
    pub page: Page,
    /// Parameters that name real attributes which cannot be matched here: they are passed over, and the answer
    /// says so (PS3.18 §8.3.4.2).
    pub ignored: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Level {
    Studies(StudyQuery),
    Series(SeriesQuery),
    Instances(InstanceQuery),
}

pub(super) fn studies(parameters: &[(String, String)]) -> Result<Search, WebError> {
    let mut query = InstanceQuery::default();
    let (page, ignored) = fill(&mut query, Depth::Study, parameters)?;
    Ok(Search { level: Level::Studies(query.series.study), page, ignored })
}

pub(super) fn series(study: Option<StudyUid>, parameters: &[(String, String)]) -> Result<Search, WebError> {
    let mut query = InstanceQuery::default();
    let (page, ignored) = fill(&mut query, Depth::Series, parameters)?;
    if let Some(study) = study {
        query.series.study.study_uids = vec![study];
    }
    Ok(Search { level: Level::Series(query.series), page, ignored })
}

pub(super) fn instances(
    study: Option<StudyUid>,
    series: Option<SeriesUid>,
    parameters: &[(String, String)],
) -> Result<Search, WebError> {
    let mut query = InstanceQuery::default();
    let (page, ignored) = fill(&mut query, Depth::Instance, parameters)?;
    if let Some(study) = study {
        query.series.study.study_uids = vec![study];
    }
    if let Some(series) = series {
        query.series.series_uids = vec![series];
    }
    Ok(Search { level: Level::Instances(query), page, ignored })
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Depth {
    Study,
    Series,
    Instance,
}

fn fill(
    query: &mut InstanceQuery,
    depth: Depth,
    parameters: &[(String, String)],
) -> Result<(Page, Vec<String>), WebError> {
    let mut page = Page { offset: 0, limit: MOST };
    let mut ignored = Vec::new();
    for (key, value) in parameters {
        let invalid = || WebError::QueryInvalid(key.clone());
        match key.as_str() {
            "limit" => page.limit = value.parse::<u32>().map_err(|_| invalid())?.min(MOST),
            "offset" => page.offset = value.parse().map_err(|_| invalid())?,
            // Names are always matched in every form, and everything that is known of a row is in the answer.
            "fuzzymatching" if matches!(value.as_str(), "true" | "false") => {}
            "includefield" => {
                if !value.split(',').all(|field| field == "all" || tag_of(field).is_some()) {
                    return Err(invalid());
                }
            }
            _ => {
                let tag = tag_of(key).ok_or_else(invalid)?;
                // An empty value matches everything (PS3.4 C.2.2.2.3).
                let known = value.is_empty() || matching(query, depth, tag, value).ok_or_else(invalid)?;
                if !known {
                    ignored.push(key.clone());
                }
            }
        }
    }
    Ok((page, ignored))
}

/// Puts a key into the query; `Some(false)` when the attribute cannot be matched, `None` when the value is
/// malformed.
fn matching(query: &mut InstanceQuery, depth: Depth, tag: Tag, value: &str) -> Option<bool> {
    let pattern = || Some(Pattern(value.to_owned()));
    let study = &mut query.series.study;
    match tag {
        tags::STUDY_INSTANCE_UID => study.study_uids = list(value, |uid| StudyUid::parse(uid).ok())?,
        tags::PATIENT_ID => study.patient_id = pattern(),
        tags::PATIENT_NAME => study.patient_name = pattern(),
        tags::PATIENT_BIRTH_DATE => study.birth_date = Some(range(value)?),
        tags::STUDY_DATE => study.study_date = Some(range(value)?),
        tags::ACCESSION_NUMBER => study.accession = pattern(),
        tags::STUDY_ID => study.study_id = pattern(),
        tags::STUDY_DESCRIPTION => study.description = pattern(),
        tags::REFERRING_PHYSICIAN_NAME => study.referring = pattern(),
        tags::MODALITIES_IN_STUDY => study.modalities = list(value, |m| Some(m.to_owned()))?,
        tags::SERIES_INSTANCE_UID if depth >= Depth::Series => {
            query.series.series_uids = list(value, |uid| SeriesUid::parse(uid).ok())?;
        }
        tags::MODALITY if depth >= Depth::Series => {
            query.series.modalities = list(value, |m| Some(m.to_owned()))?;
        }
        tags::SERIES_NUMBER if depth >= Depth::Series => {
            query.series.number = Some(value.trim().parse().ok()?)
        }
        tags::SERIES_DESCRIPTION if depth >= Depth::Series => query.series.description = pattern(),
        tags::SOP_INSTANCE_UID if depth >= Depth::Instance => {
            query.instance_uids = list(value, |uid| InstanceUid::parse(uid).ok())?;
        }
        tags::SOP_CLASS_UID if depth >= Depth::Instance => {
            query.classes = list(value, |uid| ClassUid::parse(uid).ok())?;
        }
        tags::INSTANCE_NUMBER if depth >= Depth::Instance => query.number = Some(value.trim().parse().ok()?),
        _ => return Some(false),
    }
    Some(true)
}

/// `a,b` or `a\b` (PS3.18 §8.3.4.1).
fn list<T>(value: &str, one: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    value.split([',', '\\']).map(|part| one(part.trim())).collect()
}

/// `20260101`, `20260101-20260131`, `-20260131`, `20260101-` (PS3.4 C.2.2.2.5).
fn range(value: &str) -> Option<DateRange> {
    let day = |text: &str| {
        let text = text.trim();
        if text.is_empty() { Some(None) } else { Date::parse(text).map(Some) }
    };
    // A day may be written with hyphens too; a range has one between two days of eight digits.
    if let Some(date) = Date::parse(value) {
        return Some(DateRange { from: Some(date), to: Some(date) });
    }
    let (from, to) = value.split_once('-')?;
    Some(DateRange { from: day(from)?, to: day(to)? })
}

/// A tag from eight hexadecimal digits or its keyword. A path (`sequence.attribute`) is none of the attributes
/// that can be matched, but every part of it must be real.
fn tag_of(name: &str) -> Option<Tag> {
    if let Some((sequence, rest)) = name.split_once('.') {
        tag_of(sequence)?;
        tag_of(rest)?;
        return Some(IN_A_SEQUENCE);
    }
    let last = name;
    if last.len() == 8 && last.bytes().all(|b| b.is_ascii_hexdigit()) {
        let number = u32::from_str_radix(last, 16).ok()?;
        return Some(Tag((number >> 16) as u16, number as u16));
    }
    StandardDataDictionary.by_name(last).map(|entry| entry.tag())
}

/// The pairs of a query, decoded (application/x-www-form-urlencoded, as browsers and clients write it).
pub(super) fn pairs(query: &str) -> Result<Vec<(String, String)>, WebError> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(key)?, decode(value)?))
        })
        .collect()
}

/// Percent-decoding; what comes out must be UTF-8.
pub(super) fn decode(text: &str) -> Result<String, WebError> {
    let invalid = || WebError::QueryInvalid("%".to_owned());
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'%' => {
                let digits = bytes.get(at + 1..at + 3).filter(|d| d.iter().all(u8::is_ascii_hexdigit));
                let digits = digits.and_then(|d| std::str::from_utf8(d).ok()).ok_or_else(invalid)?;
                out.push(u8::from_str_radix(digits, 16).map_err(|_| invalid())?);
                at += 3;
            }
            b'+' => {
                out.push(b' ');
                at += 1;
            }
            byte => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).map_err(|_| invalid())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study(query: &str) -> Result<(StudyQuery, Search), WebError> {
        let search = studies(&pairs(query)?)?;
        match &search.level {
            Level::Studies(query) => Ok((query.clone(), search.clone())),
            Level::Series(_) | Level::Instances(_) => panic!("another level"),
        }
    }

    #[test]
    fn names_and_days_are_matched_by_keyword_or_tag() {
        let (query, _) = study("PatientName=%E7%8E%8B*&00080020=20260101-20260131").expect("a query");
        assert_eq!(query.patient_name, Some(Pattern("王*".to_owned())));
        let range = query.study_date.expect("a range");
        assert_eq!((range.from, range.to), (Date::new(2026, 1, 1), Date::new(2026, 1, 31)));
        let (query, _) = study("StudyDate=-20260131").expect("a query");
        assert_eq!(query.study_date, Some(DateRange { from: None, to: Date::new(2026, 1, 31) }));
        let (query, _) = study("StudyInstanceUID=1.2,1.3&ModalitiesInStudy=CT\\MR").expect("a query");
        assert_eq!((query.study_uids.len(), query.modalities), (2, vec!["CT".to_owned(), "MR".to_owned()]));
    }

    #[test]
    fn a_page_is_bounded() {
        let (_, search) =
            study("limit=100&offset=2000&includefield=all&fuzzymatching=true").expect("a query");
        assert_eq!(search.page, Page { offset: 2000, limit: 100 });
        assert_eq!(study("limit=4000000000").expect("a query").1.page.limit, MOST);
    }

    #[test]
    fn a_real_attribute_that_cannot_be_matched_is_passed_over_and_an_unreal_one_refused() {
        assert_eq!(study("PatientComments=x").expect("a query").1.ignored, ["PatientComments"]);
        for bad in ["Nonsense=1", "StudyDate=soon", "StudyInstanceUID=..", "limit=-1", "a=%zz", "a=%ff"] {
            assert!(matches!(study(bad), Err(WebError::QueryInvalid(_))), "{bad}");
        }
    }
}
