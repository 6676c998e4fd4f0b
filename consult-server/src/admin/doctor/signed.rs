//! Reports that were signed, held against their signature: the text it stands for has its hash, and the columns beside it say what the
//! text says (I-8). Whoever rewrites columns, text and hash together is not seen here; the audit trail is another matter
//! (`consult-server verify-audit`).

use super::Violation;
use crate::consults::report::{DocumentKind, ReportText, Signed};
use crate::db::Conn;
use crate::error::Result;
use crate::time::Timestamp;
use serde_json::Value;

/// A signed version of a report as its row and its consult have it.
pub struct Kept {
    pub consult: String,
    pub version: i64,
    pub number: String,
    pub patient: String,
    pub question: String,
    pub kind: Option<DocumentKind>,
    pub text: ReportText,
    pub author: String,
    pub signed_at: i64,
    pub canonical: Option<String>,
    pub hash: Option<String>,
}

/// So many reports are looked at at a time.
const REPORTS: i64 = 500;

pub async fn check(conn: &mut Conn) -> Result<Vec<Violation>> {
    let (mut found, mut last) = (Vec::new(), (String::new(), 0));
    loop {
        let reports = super::sql::signed_after(conn, &last, REPORTS).await?;
        let Some(end) = reports.last() else { return Ok(found) };
        last = (end.consult.clone(), end.version);
        found.extend(reports.iter().filter_map(|report| {
            let sentence = wrong(report)?;
            Some(Violation {
                invariant: "I-8",
                sentence,
                of: format!("{} {}", report.consult, report.version),
            })
        }));
    }
}

fn wrong(kept: &Kept) -> Option<&'static str> {
    let (Some(canonical), Some(hash)) = (&kept.canonical, &kept.hash) else {
        return Some("a signed report without what its signature stands for");
    };
    if blake3::hash(canonical.as_bytes()).to_hex().as_str() != hash {
        return Some("a signed report whose text has another hash than its signature");
    }
    if is_told_by(kept, canonical).unwrap_or(false) {
        None
    } else {
        Some("a signed report that says something else than what was signed")
    }
}

/// Whether the columns say what the text says, for every part that was signed. A part that the signed text does not have, because it
/// is older than the part, is not compared.
fn is_told_by(kept: &Kept, canonical: &str) -> Option<bool> {
    let told: Value = serde_json::from_str(canonical).ok()?;
    let now = serde_json::to_value(Signed {
        consult: &kept.consult,
        number: &kept.number,
        patient: &kept.patient,
        version: kept.version,
        kind: kept.kind?,
        question: &kept.question,
        text: &kept.text,
        author: &kept.author,
        signed_at: Timestamp(kept.signed_at),
        // The studies are images' rows, and may be more by now: what was signed stands in the text alone.
        inputs: &[],
    })
    .ok()?;
    let told = told.as_object()?;
    Some(told.iter().all(|(name, part)| name == "inputs" || now.get(name) == Some(part)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consults::report::sealed;

    fn kept() -> Kept {
        let text = ReportText { findings: "右肺上叶结节".to_owned(), ..ReportText::default() };
        let mut kept = Kept {
            consult: "c".to_owned(),
            version: 1,
            number: "n".to_owned(),
            patient: "p".to_owned(),
            question: "q".to_owned(),
            kind: Some(DocumentKind::Report),
            text,
            author: "a".to_owned(),
            signed_at: 7,
            canonical: None,
            hash: None,
        };
        let inputs = ["1.2.3".to_owned()];
        let signed = Signed {
            consult: "c",
            number: "n",
            patient: "p",
            version: 1,
            kind: DocumentKind::Report,
            question: "q",
            text: &kept.text,
            author: "a",
            signed_at: Timestamp(7),
            inputs: &inputs,
        };
        let (canonical, hash) = sealed(&signed).unwrap();
        (kept.canonical, kept.hash) = (Some(canonical), Some(hash));
        kept
    }

    #[test]
    fn what_was_signed_is_what_stands_there() {
        assert_eq!(wrong(&kept()), None);
        let damages: [fn(&mut Kept); 6] = [
            |kept| kept.text.findings.push('。'),
            |kept| kept.author = "b".to_owned(),
            |kept| kept.signed_at = 8,
            |kept| kept.hash = Some("0".repeat(64)),
            |kept| kept.canonical = None,
            |kept| kept.patient = "another".to_owned(),
        ];
        for (which, damage) in damages.iter().enumerate() {
            let mut kept = kept();
            damage(&mut kept);
            assert!(wrong(&kept).is_some(), "{which}");
        }
    }
}
