//! Small DICOM files made element by element, in explicit little endian.

use imaging::header::meta;
use imaging::uid::{ClassUid, InstanceUid, TransferSyntaxUid};

/// Elements in the order written; the caller writes them in ascending order of tag.
#[derive(Default)]
pub struct Elements(pub Vec<u8>);

impl Elements {
    pub fn put(&mut self, tag: u32, vr: &str, value: &[u8]) -> &mut Self {
        let padded = value.len().next_multiple_of(2);
        self.tag(tag);
        self.0.extend(vr.as_bytes());
        if matches!(vr, "OB" | "OW" | "SQ" | "UC" | "UN" | "UT") {
            self.0.extend([0, 0]);
            self.0.extend((padded as u32).to_le_bytes());
        } else {
            self.0.extend((padded as u16).to_le_bytes());
        }
        self.0.extend(value);
        if padded > value.len() {
            self.0.push(if matches!(vr, "UI" | "OB") { 0 } else { b' ' });
        }
        self
    }

    fn tag(&mut self, tag: u32) {
        self.0.extend(((tag >> 16) as u16).to_le_bytes());
        self.0.extend((tag as u16).to_le_bytes());
    }

    /// A Part 10 file of these elements.
    pub fn file(&self, class: &str) -> Vec<u8> {
        let class = ClassUid::parse(class).unwrap();
        let syntax = TransferSyntaxUid::parse("1.2.840.10008.1.2.1").unwrap();
        let meta = meta::write(&class, &InstanceUid::parse("1.2.826.0.1.3680043.9.1").unwrap(), &syntax);
        [meta, self.0.clone()].concat()
    }
}
