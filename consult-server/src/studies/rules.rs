//! Whose a study is and who sees it: pure decisions. Reads no store.

use super::Status;
use crate::access::policy::Relation;
use crate::ids::PatientId;
use crate::refs::PatientRef;
use imaging::header::{Date, PatientFacts, Sex};
use imaging::index::{Custody, Field};
use imaging::matching::{self, Record};
use imaging::text::PersonName;

/// What ties an organisation to a study. A grant on the patient is stronger than having received the study; what is
/// quarantined only those may see who can put it right (`desk`).
pub fn relation(
    status: Status,
    received_here: bool,
    granted: Option<Relation>,
    desk: bool,
) -> Option<Relation> {
    let received = received_here.then_some(Relation::OwnRecord);
    match status {
        Status::Matched => granted.or(received),
        Status::Unassigned => received,
        Status::Quarantined => received.filter(|_| desk),
    }
}

/// Whose the files of one person are, given the record that the sender chose or that their identifier leads to.
pub fn custody(file: &PatientFacts, found: Option<&PatientRef>) -> Custody {
    let Some(patient) = found else { return Custody::Unassigned };
    let fields = matching::disagreements(file, &record(patient));
    if fields.is_empty() {
        Custody::Matched { patient: patient.id.to_string() }
    } else {
        Custody::Quarantined { fields }
    }
}

fn record(patient: &PatientRef) -> Record {
    Record {
        name: PersonName::parse(&patient.name),
        birth_date: patient.birth_date.as_deref().and_then(Date::parse),
        sex: match patient.sex.as_str() {
            "male" => Some(Sex::Male),
            "female" => Some(Sex::Female),
            _ => None,
        },
    }
}

/// The custody a study row stands for. Files that belong to nobody yet are kept apart by what they say of their person,
/// so that assigning a study never takes a stranger's images along.
pub fn holder(
    custody: &Custody,
    found: Option<&PatientId>,
    organisation: &str,
    file: &PatientFacts,
) -> String {
    let said = format!(
        "{}\0{}\0{}",
        file.local_id,
        file.name.to_dicom(),
        file.birth_date.map(Date::to_dicom).unwrap_or_default()
    );
    let person = &blake3::hash(said.as_bytes()).to_hex()[..16];
    match custody {
        Custody::Matched { patient } => holder_of_patient(patient),
        Custody::Unassigned => format!("u:{organisation}:{person}"),
        Custody::Quarantined { .. } => {
            format!("q:{organisation}:{}:{person}", found.map_or("", |p| p.as_str()))
        }
    }
}

pub fn holder_of_patient(patient: &str) -> String {
    format!("p:{patient}")
}

/// The record that a quarantined study was sent to, or that its number led to: the inverse of `holder`.
pub fn sent_to(holder: &str) -> Option<PatientId> {
    let patient = holder.strip_prefix("q:")?.split(':').nth(1)?;
    Some(patient).filter(|p| !p.is_empty()).map(PatientId::trusted)
}

/// The fields in which what the files of a study say contradicts a patient's record, by name.
pub fn contradictions(file: &PatientFacts, patient: &PatientRef) -> Vec<String> {
    matching::disagreements(file, &record(patient)).into_iter().map(|f| field(f).to_owned()).collect()
}

pub fn status(custody: &Custody) -> Status {
    match custody {
        Custody::Matched { .. } => Status::Matched,
        Custody::Unassigned => Status::Unassigned,
        Custody::Quarantined { .. } => Status::Quarantined,
    }
}

pub fn field(field: Field) -> &'static str {
    match field {
        Field::Name => "name",
        Field::BirthDate => "birth_date",
        Field::Sex => "sex",
    }
}

/// `|CT|SR|`: what the `modalities` column holds.
pub fn modalities_text<'a>(modalities: impl IntoIterator<Item = &'a str>) -> String {
    let sorted: std::collections::BTreeSet<&str> =
        modalities.into_iter().filter(|m| !m.is_empty() && !m.contains('|')).collect();
    if sorted.is_empty() {
        return String::new();
    }
    format!("|{}|", sorted.into_iter().collect::<Vec<_>>().join("|"))
}

pub fn modalities_of(text: &str) -> Vec<String> {
    text.split('|').filter(|m| !m.is_empty()).map(str::to_owned).collect()
}

/// Values of a key between bars, for `$n LIKE '%|' || column || '|%'`; empty when the key matches all. A value with a bar
/// in it is nobody's.
pub fn any_of<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    let values: Vec<&str> = values.into_iter().filter(|v| !v.contains('|')).collect();
    if values.is_empty() { String::new() } else { format!("|{}|", values.join("|")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zhang() -> PatientRef {
        PatientRef {
            id: PatientId::trusted("p1"),
            name: "张小东".to_owned(),
            sex: "male".to_owned(),
            birth_date: Some("1968-04-12".to_owned()),
            age: Some(58),
        }
    }

    fn file(name: &str, birth_date: &str) -> PatientFacts {
        PatientFacts {
            name: PersonName::parse(name),
            local_id: "V-17".to_owned(),
            birth_date: Date::parse(birth_date),
            ..PatientFacts::default()
        }
    }

    #[test]
    fn files_that_agree_with_the_record_are_the_patients() {
        let custody = custody(&file("Zhang^XiaoDong", "19680412"), Some(&zhang()));
        assert_eq!(custody, Custody::Matched { patient: "p1".to_owned() });
    }

    #[test]
    fn files_that_disagree_are_quarantined_with_the_fields() {
        let custody = custody(&file("Wang^XiuYing", "19540903"), Some(&zhang()));
        assert_eq!(custody, Custody::Quarantined { fields: vec![Field::Name, Field::BirthDate] });
    }

    #[test]
    fn files_of_somebody_unknown_are_nobodys() {
        assert_eq!(custody(&file("Zhang^XiaoDong", "19680412"), None), Custody::Unassigned);
    }

    #[test]
    fn a_quarantined_study_is_seen_by_the_desk_of_its_organisation_alone() {
        let grant = Some(Relation::Consult);
        assert_eq!(relation(Status::Quarantined, true, None, true), Some(Relation::OwnRecord));
        assert_eq!(relation(Status::Quarantined, true, grant, false), None);
        assert_eq!(relation(Status::Quarantined, false, grant, true), None);
    }

    #[test]
    fn a_matched_study_is_seen_through_a_grant_and_an_unassigned_one_is_not() {
        let grant = Some(Relation::Consult);
        assert_eq!(relation(Status::Matched, false, grant, false), grant);
        assert_eq!(relation(Status::Matched, true, None, false), Some(Relation::OwnRecord));
        assert_eq!(relation(Status::Unassigned, false, grant, true), None);
        assert_eq!(relation(Status::Unassigned, true, None, false), Some(Relation::OwnRecord));
    }

    #[test]
    fn files_of_two_persons_under_one_study_uid_are_kept_apart_until_they_are_assigned() {
        let (a, b) = (file("Zhang^XiaoDong", "19680412"), file("Wang^XiuYing", "19540903"));
        let holder = |f| holder(&Custody::Unassigned, None, "o1", f);
        assert_ne!(holder(&a), holder(&b));
        assert_eq!(holder(&a), holder(&file("Zhang^XiaoDong", "19680412")));
    }

    #[test]
    fn a_quarantined_study_remembers_the_record_it_was_sent_to() {
        let (id, said) = (PatientId::trusted("p1"), file("Wang^XiuYing", "19540903"));
        let quarantined = Custody::Quarantined { fields: vec![Field::Name] };
        assert_eq!(sent_to(&holder(&quarantined, Some(&id), "o1", &said)), Some(id));
        assert_eq!(sent_to(&holder(&Custody::Unassigned, None, "o1", &said)), None);
        assert_eq!(sent_to(&holder_of_patient("p1")), None);
    }

    #[test]
    fn modalities_are_kept_sorted_between_bars() {
        assert_eq!(modalities_text(["SR", "CT", "", "CT"]), "|CT|SR|");
        assert_eq!(modalities_of("|CT|SR|"), ["CT", "SR"]);
        assert!(modalities_of(&modalities_text([""])).is_empty());
    }
}
