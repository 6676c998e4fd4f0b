//! What a search of the trail asks for, how much of a name it shows, and the row of an export: pure. Reads no store.

use super::AuditEntry;
use crate::error::{Code, Refusal, Result};
use crate::http::Paging;
use crate::time::Timestamp;
use jiff::tz::TimeZone;

/// Where a page begins: after the entry of this time and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub at: Timestamp,
    pub id: String,
}

impl Cursor {
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('.')?;
        let id = Some(id).filter(|id| crate::ids::is_id(id))?.to_owned();
        Some(Self { at: Timestamp(at.parse().ok()?), id })
    }

    pub fn of(entry: &AuditEntry) -> String {
        format!("{}.{}", entry.at.0, entry.id)
    }
}

/// Where a page begins that a caller asks for; none for the first.
pub fn after(paging: &Paging) -> Result<Option<Cursor>> {
    let bad = || Refusal::new(Code::RequestQuery).with("reason", "cursor");
    paging.cursor.as_deref().map(|text| Cursor::parse(text).ok_or_else(bad)).transpose()
}

/// The first character of a name; the rest is hidden.
pub fn masked(name: &str) -> String {
    name.chars().enumerate().map(|(i, c)| if i == 0 { c } else { '*' }).collect()
}

/// The pattern of an action that begins so, in any case: `_` and `%` stand for themselves.
pub fn begins_with(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let plain = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("{plain}%")
}

/// The columns of an export, as programs know them and as an auditor reads them.
pub const COLUMNS: [&str; 17] = [
    "seq",
    "at",
    "local_time",
    "person",
    "person_id",
    "role",
    "organisation",
    "from",
    "action",
    "subject_kind",
    "subject_id",
    "patient",
    "patient_id",
    "basis",
    "outcome",
    "request_id",
    "detail",
];

const COLUMNS_ZH: [&str; COLUMNS.len()] = [
    "链上序号",
    "时间（UTC）",
    "当地时间",
    "人员",
    "人员编号",
    "身份",
    "机构",
    "来自",
    "操作",
    "对象类型",
    "对象编号",
    "患者",
    "患者编号",
    "依据",
    "结果",
    "请求编号",
    "附加内容",
];

pub fn headings(chinese: bool) -> &'static [&'static str; COLUMNS.len()] {
    if chinese { &COLUMNS_ZH } else { &COLUMNS }
}

pub fn row(entry: &AuditEntry, zone: &TimeZone) -> [String; COLUMNS.len()] {
    let person = entry.person.as_ref();
    let patient = entry.patient.as_ref();
    [
        entry.seq.map(|seq| seq.to_string()).unwrap_or_default(),
        entry.at.to_string(),
        entry.at.written_in(zone),
        person.map(|p| p.name.clone()).unwrap_or_default(),
        person.map(|p| p.id.to_string()).unwrap_or_default(),
        entry.role.map(|role| role.as_str().to_owned()).unwrap_or_default(),
        entry.organisation.as_ref().map(|o| o.name.clone()).unwrap_or_default(),
        entry.from.clone(),
        entry.action.clone(),
        entry.subject_kind.clone(),
        entry.subject_id.clone(),
        patient.map(|p| p.name_masked.clone()).unwrap_or_default(),
        patient.map(|p| p.id.to_string()).unwrap_or_default(),
        entry.basis.clone(),
        entry.outcome.clone(),
        entry.request_id.clone(),
        if entry.detail.as_object().is_some_and(serde_json::Map::is_empty) {
            String::new()
        } else {
            entry.detail.to_string()
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_patients_name_the_auditor_sees_one_character() {
        assert_eq!(masked("张小东"), "张**");
        assert_eq!(masked(""), "");
    }

    #[test]
    fn an_underscore_in_an_action_is_an_underscore() {
        assert_eq!(begins_with("leg.no_show"), "leg.no\\_show%");
        assert_eq!(begins_with(""), "");
    }

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        let id = "0192f0c1-2345-7abc-8def-0123456789ab";
        let cursor = Cursor::parse(&format!("17.{id}"));
        assert_eq!(cursor, Some(Cursor { at: Timestamp(17), id: id.to_owned() }));
        assert_eq!(Cursor::parse("17.x"), None);
        assert_eq!(Cursor::parse(id), None);
    }
}
