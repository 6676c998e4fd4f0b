//! Whether a file's patient can be the person of a record: the pure comparison behind *matched* and *quarantined*.
//! Finding the record by its identifiers is the index implementation's work, which calls this.

use crate::header::PatientFacts;
use crate::header::facts::{Date, Sex};
use crate::index::Field;
use crate::text::PersonName;

/// The platform's record of a person, as far as a DICOM file can speak of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub name: PersonName,
    pub birth_date: Option<Date>,
    pub sex: Option<Sex>,
}

/// The fields in which the file disagrees with the record; empty when they agree.
///
/// What a file leaves out does not contradict, with one exception: a file without a name must at least confirm the
/// birth date, or a mistyped Patient ID alone would put a stranger's images into a record. `O` as a sex
/// contradicts nothing.
pub fn disagreements(file: &PatientFacts, record: &Record) -> Vec<Field> {
    let mut fields = Vec::new();
    let confirmed_by_birth = file.birth_date.is_some() && file.birth_date == record.birth_date;
    let name_agrees =
        if file.name.is_empty() { confirmed_by_birth } else { file.name.agrees_with(&record.name) };
    if !name_agrees {
        fields.push(Field::Name);
    }
    if matches!((file.birth_date, record.birth_date), (Some(a), Some(b)) if a != b) {
        fields.push(Field::BirthDate);
    }
    if matches!(
        (file.sex, record.sex),
        (Some(Sex::Male), Some(Sex::Female)) | (Some(Sex::Female), Some(Sex::Male))
    ) {
        fields.push(Field::Sex);
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            name: PersonName::parse("张小东"),
            birth_date: Date::parse("19620714"),
            sex: Some(Sex::Male),
        }
    }

    fn file(name: &str, birth_date: &str, sex: &str) -> PatientFacts {
        PatientFacts {
            name: PersonName::parse(name),
            birth_date: Date::parse(birth_date),
            sex: Sex::parse(sex),
            ..PatientFacts::default()
        }
    }

    #[test]
    fn pinyin_and_ideographs_of_one_person_agree() {
        assert_eq!(disagreements(&file("Zhang^XiaoDong", "19620714", "M"), &record()), []);
        assert_eq!(disagreements(&file("张^小东", "", ""), &record()), []);
        assert_eq!(disagreements(&file("Zhang^XiaoDong=张^小东", "19620714", "O"), &record()), []);
    }

    #[test]
    fn each_field_that_disagrees_is_named() {
        assert_eq!(disagreements(&file("Li^Si", "19620714", "M"), &record()), [Field::Name]);
        assert_eq!(disagreements(&file("Zhang^XiaoDong", "19620715", "M"), &record()), [Field::BirthDate]);
        assert_eq!(
            disagreements(&file("李四", "19990101", "F"), &record()),
            [Field::Name, Field::BirthDate, Field::Sex]
        );
    }

    #[test]
    fn a_file_without_a_name_must_confirm_the_birth_date() {
        assert_eq!(disagreements(&file("", "19620714", ""), &record()), []);
        assert_eq!(disagreements(&file("", "", ""), &record()), [Field::Name]);
    }
}
