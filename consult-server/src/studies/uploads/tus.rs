//! The headers of tus 1.0 (tus.io/protocols/resumable-upload): parsed into types, pure. Knows no upload.

use crate::error::{Code, Refusal, Result};
use crate::ids::{ConsultId, PatientId, UploadId};
use axum::http::HeaderMap;
use base64::decode;
use std::collections::BTreeMap;

pub const VERSION: &str = "1.0.0";
pub const EXTENSIONS: &str = "creation,termination";
pub const CHUNK_TYPE: &str = "application/offset+octet-stream";
/// A name longer than any file system has.
const LONGEST_NAME: usize = 1024;

/// What a creation says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creation {
    /// Given by a client that wants to repeat the creation safely.
    pub id: Option<UploadId>,
    pub size: i64,
    pub filename: String,
    pub patient: Option<PatientId>,
    pub consult: Option<ConsultId>,
}

/// Every request but OPTIONS says which version it speaks.
pub fn version(headers: &HeaderMap) -> Result<()> {
    match headers.get("tus-resumable").and_then(|v| v.to_str().ok()) {
        Some(VERSION) => Ok(()),
        Some(_) | None => Err(Code::UploadVersion.into()),
    }
}

pub fn creation(headers: &HeaderMap, largest: i64) -> Result<Creation> {
    let size = number(headers, "upload-length")?;
    if size > largest {
        return Err(Code::UploadTooLarge.into());
    }
    if size == 0 {
        // Nothing will ever be sent for it; it would wait for ever.
        return Err(Code::ImagingNotDicom.into());
    }
    let metadata = metadata(headers)?;
    let filename: String = metadata.get("filename").cloned().unwrap_or_default();
    // The name is shown and written into results, never used as a path; what no file system's name should hold is no name.
    if filename.len() > LONGEST_NAME || filename.chars().any(char::is_control) {
        return Err(invalid("filename"));
    }
    let given = |key: &str| metadata.get(key).map(String::as_str).filter(|text| !text.is_empty());
    Ok(Creation {
        id: given("id").map(|id| UploadId::parse(id).ok_or_else(|| invalid("id"))).transpose()?,
        size,
        filename,
        // What is no id cannot exist.
        patient: given("patient").map(|p| PatientId::parse(p).ok_or_else(Refusal::not_found)).transpose()?,
        consult: given("consult").map(|c| ConsultId::parse(c).ok_or_else(Refusal::not_found)).transpose()?,
    })
}

pub fn offset(headers: &HeaderMap) -> Result<i64> {
    let kind = headers.get("content-type").and_then(|v| v.to_str().ok());
    if kind != Some(CHUNK_TYPE) {
        return Err(Code::RequestMediaType.into());
    }
    number(headers, "upload-offset")
}

fn number(headers: &HeaderMap, name: &str) -> Result<i64> {
    let value = headers.get(name).and_then(|v| v.to_str().ok()).and_then(|v| v.trim().parse().ok());
    value.filter(|n: &i64| *n >= 0).ok_or_else(|| invalid(name))
}

/// `key base64,key base64`; a key may stand alone.
fn metadata(headers: &HeaderMap) -> Result<BTreeMap<String, String>> {
    let text = headers.get("upload-metadata").map_or(Ok(""), |v| v.to_str());
    let text = text.map_err(|_| invalid("upload-metadata"))?;
    let mut metadata = BTreeMap::new();
    for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let bytes = decode(value.trim()).ok_or_else(|| invalid(key))?;
        metadata.insert(key.to_owned(), String::from_utf8(bytes).map_err(|_| invalid(key))?);
    }
    Ok(metadata)
}

fn invalid(which: &str) -> Refusal {
    Refusal::field(Code::UploadMetadata, which)
}

/// Standard base64 with padding (RFC 4648 §4), all that tus uses.
mod base64 {
    pub fn decode(text: &str) -> Option<Vec<u8>> {
        let digits = text.trim_end_matches('=');
        if text.len() - digits.len() > 2 || digits.len() % 4 == 1 {
            return None;
        }
        let (mut bits, mut held, mut bytes) = (0_u32, 0, Vec::with_capacity(digits.len() * 3 / 4));
        for digit in digits.bytes() {
            let value = match digit {
                b'A'..=b'Z' => digit - b'A',
                b'a'..=b'z' => digit - b'a' + 26,
                b'0'..=b'9' => digit - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            bits = (bits << 6) | u32::from(value);
            held += 6;
            if held >= 8 {
                held -= 8;
                bytes.push((bits >> held) as u8);
                bits &= (1 << held) - 1;
            }
        }
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect::<Vec<_>>()
            .into_iter()
            .collect()
    }

    #[test]
    fn a_creation_names_its_file_in_any_script() {
        let said = headers(&[
            ("upload-length", "17"),
            (
                "upload-metadata",
                "filename 6IOR6YOoLnppcA==,patient MDE5MmYzYTAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAw,alone",
            ),
        ]);
        let creation = creation(&said, 100).unwrap();
        assert_eq!((creation.filename.as_str(), creation.size), ("胑部.zip", 17));
        assert_eq!(creation.patient, PatientId::parse("0192f3a0-0000-7000-8000-000000000000"));
    }

    #[test]
    fn what_is_too_large_empty_or_garbled_is_refused_at_once() {
        let code = |pairs: &[(&'static str, &str)]| creation(&headers(pairs), 100).unwrap_err().code;
        assert_eq!(code(&[("upload-length", "101")]), Code::UploadTooLarge);
        assert_eq!(code(&[("upload-length", "0")]), Code::ImagingNotDicom);
        assert_eq!(code(&[("upload-length", "-1")]), Code::UploadMetadata);
        assert_eq!(code(&[]), Code::UploadMetadata);
        assert_eq!(
            code(&[("upload-length", "5"), ("upload-metadata", "filename ###")]),
            Code::UploadMetadata
        );
    }

    #[test]
    fn base64_is_read_with_and_without_padding() {
        assert_eq!(decode("TWFu").as_deref(), Some(b"Man".as_slice()));
        assert_eq!(decode("TWE=").as_deref(), Some(b"Ma".as_slice()));
        assert_eq!(decode("TQ").as_deref(), Some(b"M".as_slice()));
        assert_eq!(decode("TWFuT"), None);
        assert_eq!(decode("T!Fu"), None);
    }
}
