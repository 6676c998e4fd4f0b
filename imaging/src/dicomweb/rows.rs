//! Rows of the index as DICOM JSON (PS3.18 Annex F): what QIDO-RS answers (tables 10.6.3-3 to 10.6.3-5).

use serde_json::{Map, Value, json};

use crate::header::{Date, PatientFacts, StudyFacts};
use crate::index::{InstanceRow, SeriesRow, StudyRow};
use crate::text::PersonName;

pub(super) type Object = Map<String, Value>;

pub(super) fn study(row: &StudyRow, base: &str) -> Object {
    let mut out = Object::new();
    common(&mut out);
    put_study(&mut out, row);
    let url = format!("{base}/studies/{}", row.study.uid);
    put(&mut out, "00081190", "UR", Some(url.into()));
    out
}

pub(super) fn series(row: &SeriesRow, base: &str) -> Object {
    let mut out = Object::new();
    common(&mut out);
    put_study(&mut out, &row.study);
    let facts = &row.series;
    put(&mut out, "00080060", "CS", text(&facts.modality));
    put(&mut out, "0008103E", "LO", text(&facts.description));
    put(&mut out, "00080021", "DA", day(facts.date));
    put(&mut out, "00080031", "TM", text(&facts.time));
    put(&mut out, "00180015", "CS", text(&facts.body_part));
    put(&mut out, "0020000E", "UI", Some(facts.uid.as_str().into()));
    put(&mut out, "00200011", "IS", facts.number.map(Value::from));
    put(&mut out, "00201209", "IS", Some(row.instances.into()));
    let url = format!("{base}/studies/{}/series/{}", row.study.study.uid, facts.uid);
    put(&mut out, "00081190", "UR", Some(url.into()));
    out
}

pub(super) fn instance(row: &InstanceRow, base: &str) -> Object {
    let mut out = Object::new();
    common(&mut out);
    let facts = &row.instance;
    put(&mut out, "00080016", "UI", Some(facts.class.as_str().into()));
    put(&mut out, "00080018", "UI", Some(facts.uid.as_str().into()));
    put(&mut out, "0020000D", "UI", Some(row.study_uid.as_str().into()));
    put(&mut out, "0020000E", "UI", Some(row.series_uid.as_str().into()));
    put(&mut out, "00200013", "IS", facts.number.map(Value::from));
    if facts.rows > 0 {
        put(&mut out, "00280010", "US", Some(facts.rows.into()));
        put(&mut out, "00280011", "US", Some(facts.columns.into()));
        put(&mut out, "00280100", "US", Some(facts.bits_allocated.into()));
    }
    if facts.frames > 1 {
        put(&mut out, "00280008", "IS", Some(facts.frames.into()));
    }
    put_syntaxes(&mut out, row);
    put(&mut out, "00081190", "UR", Some(instance_url(row, base).into()));
    out
}

/// Available Transfer Syntax UID (0008,3002): the stored one first.
pub(super) fn put_syntaxes(out: &mut Object, row: &InstanceRow) {
    let stored = row.instance.transfer_syntax.as_str();
    let alternates = row.alternates.iter().map(|copy| copy.transfer_syntax.as_str());
    let all: Vec<&str> = std::iter::once(stored).chain(alternates).collect();
    out.insert("00083002".into(), json!({"vr": "UI", "Value": all}));
}

pub(super) fn instance_url(row: &InstanceRow, base: &str) -> String {
    format!("{base}/studies/{}/series/{}/instances/{}", row.study_uid, row.series_uid, row.instance.uid)
}

/// An attribute with one value, or with none.
pub(super) fn put(out: &mut Object, tag: &str, vr: &str, value: Option<Value>) {
    let attribute = match value {
        Some(value) => json!({"vr": vr, "Value": [value]}),
        None => json!({"vr": vr}),
    };
    out.insert(tag.to_owned(), attribute);
}

fn common(out: &mut Object) {
    put(out, "00080005", "CS", Some("ISO_IR 192".into()));
    put(out, "00080056", "CS", Some("ONLINE".into()));
}

fn put_study(out: &mut Object, row: &StudyRow) {
    let StudyFacts { uid, date, time, id, accession, description, referring } = &row.study;
    put(out, "00080020", "DA", day(*date));
    put(out, "00080030", "TM", text(time));
    put(out, "00080050", "SH", text(accession));
    out.insert("00080061".into(), json!({"vr": "CS", "Value": row.modalities}));
    put(out, "00080090", "PN", name(referring));
    put(out, "00081030", "LO", text(description));
    put(out, "0020000D", "UI", Some(uid.as_str().into()));
    put(out, "00200010", "SH", text(id));
    put(out, "00201206", "IS", Some(row.series.into()));
    put(out, "00201208", "IS", Some(row.instances.into()));
    let PatientFacts { name: patient, local_id, issuer, birth_date, sex } = &row.patient;
    put(out, "00100010", "PN", name(patient));
    put(out, "00100020", "LO", text(local_id));
    if !issuer.is_empty() {
        put(out, "00100021", "LO", text(issuer));
    }
    put(out, "00100030", "DA", day(*birth_date));
    put(out, "00100040", "CS", sex.map(|sex| sex.as_str().into()));
}

fn text(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| text.into())
}

fn day(date: Option<Date>) -> Option<Value> {
    date.map(|date| date.to_dicom().into())
}

/// The component groups of a name (PS3.18 F.2.2).
pub(super) fn name(name: &PersonName) -> Option<Value> {
    if name.is_empty() {
        return None;
    }
    let groups =
        [("Alphabetic", &name.alphabetic), ("Ideographic", &name.ideographic), ("Phonetic", &name.phonetic)];
    let groups: Object = groups
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(group, text)| (group.to_owned(), text.as_str().into()))
        .collect();
    Some(groups.into())
}
