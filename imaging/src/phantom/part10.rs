//! A small writer of Part 10 files (PS3.10) in explicit little endian, for data sets whose order we know.
//!
//! Written by hand because the texts must go out in the character set the file names, GB18030 too, and because
//! three hundred CT slices are made while somebody waits for the demo to start.

use super::{Charset, Person, Visit};

/// Elements in the order written; the caller writes them in ascending order of tag.
#[derive(Default)]
pub(super) struct DataSet {
    bytes: Vec<u8>,
}

impl DataSet {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes) }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// An ASCII value, padded to even length: UI with a zero byte, all others with a space (PS3.5 6.2).
    pub(super) fn text(&mut self, tag: u32, vr: &[u8; 2], value: &str) {
        self.raw(tag, vr, value.as_bytes());
    }

    /// A value in the character set of the file.
    pub(super) fn local(&mut self, tag: u32, vr: &[u8; 2], value: &str, charset: Charset) {
        match charset {
            Charset::Utf8 => self.raw(tag, vr, value.as_bytes()),
            Charset::Gb18030 => self.raw(tag, vr, &encoding_rs::GB18030.encode(value).0),
        }
    }

    pub(super) fn us(&mut self, tag: u32, value: u16) {
        self.raw(tag, b"US", &value.to_le_bytes());
    }

    pub(super) fn ul(&mut self, tag: u32, value: u32) {
        self.raw(tag, b"UL", &value.to_le_bytes());
    }

    pub(super) fn sequence(&mut self, tag: u32, items: Vec<DataSet>) {
        let length: usize = items.iter().map(|item| item.bytes.len() + 8).sum();
        self.head(tag, b"SQ", length);
        for item in items {
            self.tag(0xfffe_e000);
            self.bytes.extend_from_slice(&(item.bytes.len() as u32).to_le_bytes());
            self.bytes.extend_from_slice(&item.bytes);
        }
    }

    /// A code of one item (PS3.3 8.8).
    pub(super) fn code(&mut self, tag: u32, value: &str, scheme: &str, meaning: &str) {
        let mut item = DataSet::default();
        item.text(0x0008_0100, b"SH", value);
        item.text(0x0008_0102, b"SH", scheme);
        item.text(0x0008_0104, b"LO", meaning);
        self.sequence(tag, vec![item]);
    }

    /// 16-bit words in little endian.
    pub(super) fn words(&mut self, tag: u32, values: impl ExactSizeIterator<Item = i16>) {
        self.head(tag, b"OW", values.len() * 2);
        for value in values {
            self.bytes.extend_from_slice(&value.to_le_bytes());
        }
    }

    pub(super) fn append(&mut self, other: &[u8]) {
        self.bytes.extend_from_slice(other);
    }

    fn raw(&mut self, tag: u32, vr: &[u8; 2], value: &[u8]) {
        self.head(tag, vr, value.len().next_multiple_of(2));
        self.bytes.extend_from_slice(value);
        if value.len() % 2 == 1 {
            self.bytes.push(if vr == b"UI" || vr == b"OB" { 0 } else { b' ' });
        }
    }

    fn head(&mut self, tag: u32, vr: &[u8; 2], length: usize) {
        self.tag(tag);
        self.bytes.extend_from_slice(vr);
        if matches!(vr, b"OB" | b"OW" | b"SQ" | b"UN" | b"UT") {
            self.bytes.extend_from_slice(&[0, 0]);
            self.bytes.extend_from_slice(&(length as u32).to_le_bytes());
        } else {
            self.bytes.extend_from_slice(&(length as u16).to_le_bytes());
        }
    }

    fn tag(&mut self, tag: u32) {
        self.bytes.extend_from_slice(&((tag >> 16) as u16).to_le_bytes());
        self.bytes.extend_from_slice(&(tag as u16).to_le_bytes());
    }
}

/// Preamble and file meta information (PS3.10 7.1), to be followed by the data set.
pub(super) fn open_file(class: &str, instance: &str, capacity: usize) -> DataSet {
    let mut meta = DataSet::default();
    meta.raw(0x0002_0001, b"OB", &[0, 1]);
    meta.text(0x0002_0002, b"UI", class);
    meta.text(0x0002_0003, b"UI", instance);
    meta.text(0x0002_0010, b"UI", "1.2.840.10008.1.2.1");
    meta.text(0x0002_0012, b"UI", "2.25.207396331085204393866041423183452513291");
    meta.text(0x0002_0013, b"SH", "CONSULT_PHANTOM");

    let mut file = DataSet::with_capacity(capacity + 512);
    file.append(&[0; 128]);
    file.append(b"DICM");
    file.ul(0x0002_0000, meta.bytes.len() as u32);
    file.append(&meta.bytes);
    file
}

/// What names the study and what made it; the group 0008 elements of an image or a waveform.
pub(super) struct Identification<'a> {
    pub class: &'a str,
    pub instance: &'a str,
    pub image_type: Option<&'a str>,
    pub modality: &'a str,
    pub series_description: &'a str,
    pub model: &'a str,
}

/// Group 0008, from the character set to the model name.
pub(super) fn identification(out: &mut DataSet, visit: &Visit<'_>, id: &Identification<'_>) {
    let charset = visit.charset;
    out.text(0x0008_0005, b"CS", charset_name(charset));
    if let Some(image_type) = id.image_type {
        out.text(0x0008_0008, b"CS", image_type);
    }
    out.text(0x0008_0016, b"UI", id.class);
    out.text(0x0008_0018, b"UI", id.instance);
    out.text(0x0008_0020, b"DA", visit.date);
    out.text(0x0008_0021, b"DA", visit.date);
    out.text(0x0008_0022, b"DA", visit.date);
    out.text(0x0008_0023, b"DA", visit.date);
    out.text(0x0008_002a, b"DT", &format!("{}{}", visit.date, visit.time));
    out.text(0x0008_0030, b"TM", visit.time);
    out.text(0x0008_0031, b"TM", visit.time);
    out.text(0x0008_0032, b"TM", visit.time);
    out.text(0x0008_0033, b"TM", visit.time);
    out.text(0x0008_0050, b"SH", "");
    out.text(0x0008_0060, b"CS", id.modality);
    out.text(0x0008_0070, b"LO", "Synthetic");
    out.local(0x0008_0080, b"LO", visit.institution, charset);
    out.text(0x0008_0090, b"PN", "");
    out.local(0x0008_1030, b"LO", visit.description, charset);
    out.local(0x0008_103e, b"LO", id.series_description, charset);
    out.text(0x0008_1090, b"LO", id.model);
}

/// Group 0010.
pub(super) fn patient(out: &mut DataSet, person: &Person<'_>, charset: Charset) {
    out.local(0x0010_0010, b"PN", person.name, charset);
    out.local(0x0010_0020, b"LO", person.patient_id, charset);
    out.text(0x0010_0030, b"DA", person.birth_date);
    out.text(0x0010_0040, b"CS", person.sex);
}

/// The defined terms of PS3.3 C.12.1.1.2.
fn charset_name(charset: Charset) -> &'static str {
    match charset {
        Charset::Gb18030 => "GB18030",
        Charset::Utf8 => "ISO_IR 192",
    }
}
