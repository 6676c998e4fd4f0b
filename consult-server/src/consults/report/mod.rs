//! The structured report: what it needs before a signature, and the one text a signature stands for. Pure.

pub mod sql;

use super::{ConsultType, words};
use crate::error::{Code, Refusal, Result};
use crate::refs::Diagnosis;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// An opinion leaves the decision to the inviting doctor; a report is the invited side's own diagnosis.
    DocumentKind {
        Opinion = "opinion",
        Report = "report",
    }
}

impl DocumentKind {
    pub fn of(kind: ConsultType) -> Self {
        match kind {
            ConsultType::Comprehensive => DocumentKind::Opinion,
            ConsultType::Imaging | ConsultType::Pathology | ConsultType::Ecg => DocumentKind::Report,
        }
    }
}

words! {
    /// Where the patient should be treated.
    Disposition {
        TreatHere = "treat_here",
        ReferUp = "refer_up",
        SendDown = "send_down",
    }
}

/// What the specialist writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ReportText {
    pub findings: String,
    pub diagnosis: Diagnosis,
    pub advice: String,
    pub disposition: Option<Disposition>,
}

/// Free text of a report and its parts.
const LIMIT: usize = 20_000;
const CODE_LIMIT: usize = 100;

/// A draft may be incomplete, but not endless, and a code never stands without its system.
pub fn check_draft(text: &ReportText) -> Result<()> {
    let diagnosis = &text.diagnosis;
    for (field, value) in
        [("findings", &text.findings), ("diagnosis.text", &diagnosis.text), ("advice", &text.advice)]
    {
        if value.chars().count() > LIMIT {
            return Err(Refusal::field(Code::ConsultTextTooLong, field));
        }
    }
    let parts = [&diagnosis.code, &diagnosis.system, &diagnosis.system_version];
    if parts.into_iter().flatten().any(|part| part.chars().count() > CODE_LIMIT) {
        return Err(Refusal::field(Code::ConsultTextTooLong, "diagnosis.code"));
    }
    if diagnosis.code.is_some() && diagnosis.system.is_none() {
        return Err(Refusal::field(Code::ConsultDiagnosisSystem, "diagnosis.system"));
    }
    Ok(())
}

/// What a signature needs, in the order of the form.
pub fn check_whole(text: &ReportText) -> Result<()> {
    let missing = [
        ("findings", text.findings.trim().is_empty()),
        ("diagnosis.text", text.diagnosis.text.trim().is_empty()),
        ("advice", text.advice.trim().is_empty()),
        ("disposition", text.disposition.is_none()),
    ];
    match missing.into_iter().find(|(_, is_missing)| *is_missing) {
        Some((field, _)) => Err(Refusal::field(Code::ConsultReportIncomplete, field)),
        None => Ok(()),
    }
}

/// Everything a signature stands for. Field order is the canonical order.
#[derive(Serialize)]
pub struct Signed<'a> {
    pub consult: &'a str,
    pub number: &'a str,
    pub patient: &'a str,
    pub version: i64,
    pub kind: DocumentKind,
    pub question: &'a str,
    pub text: &'a ReportText,
    pub author: &'a str,
    pub signed_at: Timestamp,
    /// Study instance UIDs that were attached, sorted.
    pub inputs: &'a [String],
}

/// The canonical text and its BLAKE3 in hexadecimal: JSON without spaces, fields in declared order.
pub fn sealed(signed: &Signed<'_>) -> Result<(String, String)> {
    let canonical = serde_json::to_string(signed).map_err(Refusal::internal)?;
    let hash = blake3::hash(canonical.as_bytes()).to_hex().to_string();
    Ok((canonical, hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> ReportText {
        ReportText {
            findings: "右肺上叶结节".to_owned(),
            diagnosis: Diagnosis { text: "肺结节".to_owned(), ..Diagnosis::default() },
            advice: "三个月后复查".to_owned(),
            disposition: Some(Disposition::TreatHere),
        }
    }

    #[test]
    fn each_gap_is_named_before_a_signature() {
        type Gap = fn(&mut ReportText);
        let gaps: [(&str, Gap); 4] = [
            ("findings", |t| t.findings = " ".to_owned()),
            ("diagnosis.text", |t| t.diagnosis.text.clear()),
            ("advice", |t| t.advice.clear()),
            ("disposition", |t| t.disposition = None),
        ];
        for (field, make) in gaps {
            let mut text = whole();
            make(&mut text);
            assert_eq!(check_whole(&text).unwrap_err().extras["field"], field);
        }
        assert!(check_whole(&whole()).is_ok());
    }

    #[test]
    fn a_code_without_its_system_means_nothing() {
        let mut text = whole();
        text.diagnosis.code = Some("R91".to_owned());
        assert_eq!(check_draft(&text).unwrap_err().code, Code::ConsultDiagnosisSystem);
    }

    #[test]
    fn the_hash_changes_with_every_word_and_every_input() {
        let text = whole();
        let hash = |text: &ReportText, inputs: &[String]| {
            let signed = Signed {
                consult: "c",
                number: "n",
                patient: "p",
                version: 1,
                kind: DocumentKind::Report,
                question: "q",
                text,
                author: "a",
                signed_at: Timestamp(0),
                inputs,
            };
            sealed(&signed).unwrap().1
        };
        let mut other = text.clone();
        other.advice.push('。');
        assert_ne!(hash(&text, &[]), hash(&other, &[]));
        assert_ne!(hash(&text, &[]), hash(&text, &["1.2.3".to_owned()]));
        assert_eq!(hash(&text, &[]), hash(&text.clone(), &[]));
    }
}
