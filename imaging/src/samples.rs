//! Recordings of real devices that may be redistributed (pydicom's test files, MIT, see `samples/LICENSE`), given to
//! another person under new UIDs, so that the originals can still be sent. The demo store shows them.

use std::io::Cursor;

use dicom_core::value::PrimitiveValue;
use dicom_core::{DataElement, Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::{DefaultDicomObject, FileDicomObject};

use crate::phantom::{File, Person, Visit, uid};
use crate::refusal::Refusal;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// A 12-lead ECG of ten seconds at 1 kHz, with the measurements of its device.
    Ecg,
    /// A parasternal long-axis cine of 30 frames, JPEG baseline.
    Echocardiogram,
    /// One slice of a liver, 16 bit.
    LiverMr,
}

impl Sample {
    pub const ALL: [Sample; 3] = [Sample::Ecg, Sample::Echocardiogram, Sample::LiverMr];

    fn recorded(self) -> &'static [u8] {
        match self {
            Sample::Ecg => include_bytes!("../samples/waveform_ecg.dcm"),
            Sample::Echocardiogram => include_bytes!("../samples/echocardiogram.dcm"),
            Sample::LiverMr => include_bytes!("../samples/liver_mr.dcm"),
        }
    }
}

/// Who the recording was of, where it was made and who asked for it: emptied, as are all private elements.
const EMPTIED: &[Tag] = &[
    tags::ACCESSION_NUMBER,
    tags::REFERRING_PHYSICIAN_NAME,
    // Other Patient IDs, retired.
    Tag(0x0010, 0x1000),
    tags::PATIENT_AGE,
    tags::REQUESTING_PHYSICIAN,
    tags::ADMISSION_ID,
    tags::CURRENT_PATIENT_LOCATION,
];

/// The recording as one of `person` at `visit`; the same seed gives the same UIDs. `visit.charset` is not looked at: texts
/// are written in UTF-8.
pub fn recording(sample: Sample, seed: u64, person: &Person<'_>, visit: &Visit<'_>) -> Result<File, Refusal> {
    let bytes = sample.recorded();
    let mut file: DefaultDicomObject =
        FileDicomObject::from_reader(&bytes[128..]).map_err(|_| Refusal::NotDicom)?;
    let private: Vec<Tag> = file.iter().map(|e| e.header().tag).filter(|tag| tag.0 % 2 == 1).collect();
    for tag in private.iter().chain(EMPTIED) {
        file.remove_element(*tag);
    }
    let label = format!("{sample:?}");
    let made = ["study", "series", "instance"].map(|level| uid(seed, &format!("{label} {level}")));
    let [study_uid, series_uid, instance_uid] = made;
    let texts = [
        (tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192"),
        (tags::SOP_INSTANCE_UID, VR::UI, &instance_uid),
        (tags::STUDY_DATE, VR::DA, visit.date),
        (tags::SERIES_DATE, VR::DA, visit.date),
        (tags::CONTENT_DATE, VR::DA, visit.date),
        (tags::STUDY_TIME, VR::TM, visit.time),
        (tags::SERIES_TIME, VR::TM, visit.time),
        (tags::CONTENT_TIME, VR::TM, visit.time),
        (tags::INSTITUTION_NAME, VR::LO, visit.institution),
        (tags::STUDY_DESCRIPTION, VR::LO, visit.description),
        (tags::PATIENT_NAME, VR::PN, person.name),
        (tags::PATIENT_ID, VR::LO, person.patient_id),
        (tags::PATIENT_BIRTH_DATE, VR::DA, person.birth_date),
        (tags::PATIENT_SEX, VR::CS, person.sex),
        (tags::STUDY_INSTANCE_UID, VR::UI, &study_uid),
        (tags::SERIES_INSTANCE_UID, VR::UI, &series_uid),
    ];
    for (tag, vr, text) in texts {
        file.put(DataElement::new(tag, vr, PrimitiveValue::from(text)));
    }
    if sample == Sample::Ecg {
        let at = format!("{}{}", visit.date, visit.time);
        file.put(DataElement::new(tags::ACQUISITION_DATE_TIME, VR::DT, PrimitiveValue::from(at)));
    }
    file.update_meta(|meta| meta.media_storage_sop_instance_uid.clone_from(&instance_uid));
    let mut out = Cursor::new(Vec::with_capacity(bytes.len()));
    file.write_all(&mut out).map_err(|_| Refusal::NotDicom)?;
    Ok(File { study_uid, series_uid, instance_uid, bytes: out.into_inner() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::Charset;

    #[test]
    fn a_recording_is_of_its_new_person_under_new_uids_and_tells_nothing_of_the_old_one() {
        let person = Person { name: "王秀英", patient_id: "W-5", birth_date: "19540903", sex: "F" };
        let visit = Visit {
            date: "20261122",
            time: "093000",
            institution: "柳林镇卫生院",
            description: "检查",
            charset: Charset::Utf8,
        };
        for sample in Sample::ALL {
            let made = recording(sample, 7, &person, &visit).unwrap();
            let file = FileDicomObject::from_reader(&made.bytes[128..]).unwrap();
            let old = FileDicomObject::from_reader(&sample.recorded()[128..]).unwrap();
            assert_eq!(file.element(tags::PATIENT_NAME).unwrap().to_str().unwrap(), "王秀英");
            assert_eq!(file.element(tags::SOP_INSTANCE_UID).unwrap().to_str().unwrap(), made.instance_uid);
            assert_eq!(file.meta().media_storage_sop_instance_uid(), made.instance_uid);
            for tag in [tags::STUDY_INSTANCE_UID, tags::SERIES_INSTANCE_UID, tags::SOP_INSTANCE_UID] {
                let text = |of: &DefaultDicomObject| of.element(tag).unwrap().to_str().unwrap().into_owned();
                assert_ne!(text(&file), text(&old), "{sample:?}");
            }
            assert!(file.iter().all(|e| e.header().tag.0 % 2 == 0), "private elements of {sample:?}");
            assert_eq!(file.meta().transfer_syntax(), old.meta().transfer_syntax());
        }
    }
}
