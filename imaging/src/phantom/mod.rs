//! Synthetic studies made from a seed: a CT with a sphere of known size, and a 12-lead ECG.
//!
//! Pure: the same seed, patient and visit give the same bytes. Knows nothing of storage; the demo store and
//! tests send what comes out through the same door as any other file.

mod ct;
mod ecg;
mod noise;
mod part10;

pub use ct::{CT_SLICES, CtSlices, SPHERE_MM, ct};
pub use ecg::{ECG_HEART_RATE, ECG_LEADS, ecg};

/// Who the study is of, as it goes into the file.
#[derive(Clone, Debug)]
pub struct Person<'a> {
    /// A DICOM person name (PS3.5 6.2.1): `张^三` or `Zhang^San=张^三`.
    pub name: &'a str,
    /// (0010,0020): a local number of the sending organisation.
    pub patient_id: &'a str,
    /// `YYYYMMDD`, or empty when unknown.
    pub birth_date: &'a str,
    /// `M`, `F`, `O`, or empty.
    pub sex: &'a str,
}

/// When and where it was made.
#[derive(Clone, Debug)]
pub struct Visit<'a> {
    /// `YYYYMMDD`.
    pub date: &'a str,
    /// `HHMMSS`.
    pub time: &'a str,
    pub institution: &'a str,
    pub description: &'a str,
    pub charset: Charset,
}

/// How the texts are written into the file, and what (0008,0005) says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    Gb18030,
    Utf8,
}

/// One Part 10 file.
#[derive(Clone, Debug)]
pub struct File {
    pub study_uid: String,
    pub series_uid: String,
    pub instance_uid: String,
    pub bytes: Vec<u8>,
}

/// A UID under 2.25 (PS3.5 B.2) that depends on the seed and the label only.
pub(crate) fn uid(seed: u64, label: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.update(label.as_bytes());
    let mut number = [0; 16];
    number.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    // The version and variant of a name-based UUID (RFC 9562, version 8), so that the number is a real UUID.
    number[6] = (number[6] & 0x0f) | 0x80;
    number[8] = (number[8] & 0x3f) | 0x80;
    format!("2.25.{}", u128::from_be_bytes(number))
}
