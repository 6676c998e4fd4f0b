//! The file format around a data set (PS3.10 §7.1): preamble, prefix and file meta, read where they are there and
//! written where they are missing. Knows nothing of the data set behind it.

use crate::uid::{ClassUid, InstanceUid, TransferSyntaxUid};

use super::walk::Encoding;

pub const IMPLICIT_LITTLE: &str = "1.2.840.10008.1.2";
pub const EXPLICIT_LITTLE: &str = "1.2.840.10008.1.2.1";
pub const DEFLATED: &str = "1.2.840.10008.1.2.1.99";
pub const EXPLICIT_BIG: &str = "1.2.840.10008.1.2.2";

/// Implementation Class UID (0002,0012) of what this crate writes: a UUID under 2.25 (PS3.5 §B.2).
pub const IMPLEMENTATION_CLASS_UID: &str = "2.25.214790213859470632185097463508217364155";
pub const IMPLEMENTATION_VERSION_NAME: &str = "CONSULT_1";

/// The longest preamble and file meta that is looked for, in bytes.
pub const MAX_LENGTH: usize = 64 << 10;

/// What the beginning of a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Bytes before the data set.
    pub data_offset: usize,
    /// `None` where no meta says it, or says it in a form that is no UID.
    pub transfer_syntax: Option<TransferSyntaxUid>,
    /// Preamble, prefix and a transfer syntax are there: the file can be served as it is.
    pub complete: bool,
}

/// Reads the beginning of a file, at most `MAX_LENGTH` bytes of it; `None` when it is not DICOM.
///
/// Understood besides the whole form: a file meta without preamble, and a bare data set, which begins with an
/// element of group 0008.
pub fn read(head: &[u8]) -> Option<Container> {
    let has_preamble = head.get(128..132) == Some(b"DICM");
    let start = if has_preamble { 132 } else { 0 };
    let (data_offset, transfer_syntax) = group_2(head, start);
    let has_meta = data_offset > start;
    if !has_preamble && !has_meta {
        let group = head.get(..2)?;
        let element_follows = head.len() >= 8 && matches!(group, [0x08, 0x00] | [0x00, 0x08]);
        return element_follows.then_some(Container {
            data_offset: 0,
            transfer_syntax: None,
            complete: false,
        });
    }
    let complete = has_preamble && transfer_syntax.is_some();
    Some(Container { data_offset, transfer_syntax, complete })
}

/// Follows the elements of group 0002, always in explicit little endian; their group length is often wrong and is
/// not used. Returns where they end and the transfer syntax among them.
fn group_2(head: &[u8], start: usize) -> (usize, Option<TransferSyntaxUid>) {
    let mut at = start;
    let mut transfer_syntax = None;
    while let Some([0x02, 0x00, element_low, element_high, vr_0, vr_1, length_low, length_high]) =
        head.get(at..at + 8)
    {
        let long = matches!(&[*vr_0, *vr_1], b"OB" | b"OW" | b"UN" | b"UT" | b"SQ");
        let (value_at, length) = if long {
            let Some(bytes) = head.get(at + 8..at + 12) else { break };
            (at + 12, u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize)
        } else {
            (at + 8, usize::from(u16::from_le_bytes([*length_low, *length_high])))
        };
        let Some(value) = value_at.checked_add(length).and_then(|end| head.get(value_at..end)) else { break };
        if [*element_low, *element_high] == [0x10, 0x00] {
            transfer_syntax =
                std::str::from_utf8(value).ok().and_then(|text| TransferSyntaxUid::parse(text).ok());
        }
        at = value_at + length;
    }
    (at, transfer_syntax)
}

/// How the data set behind is written: as its transfer syntax says, unless its first element proves that wrong.
/// `None` for the syntax means that nothing says it; the second value is then the one to go by.
pub fn encoding(declared: Option<&TransferSyntaxUid>, data: &[u8]) -> (Encoding, TransferSyntaxUid) {
    let looks_explicit = data.get(4..6).is_some_and(|vr| vr.iter().all(u8::is_ascii_uppercase));
    let looks_big = matches!(data.get(..2), Some([0x00, low]) if *low > 0);
    let seen = match (looks_explicit, looks_big) {
        (_, true) => (Encoding::EXPLICIT_BIG, EXPLICIT_BIG),
        (true, false) => (Encoding::EXPLICIT_LITTLE, EXPLICIT_LITTLE),
        (false, false) => (Encoding::IMPLICIT_LITTLE, IMPLICIT_LITTLE),
    };
    let Some(declared) = declared else {
        return (seen.0, TransferSyntaxUid::parse(seen.1).unwrap_or_else(|_| unreachable!("a constant UID")));
    };
    let said = match declared.as_str() {
        // The second is a private one of GE: implicit little endian but for its pixels.
        IMPLICIT_LITTLE | "1.2.840.113619.5.2" => Encoding::IMPLICIT_LITTLE,
        EXPLICIT_BIG => Encoding::EXPLICIT_BIG,
        _ => Encoding::EXPLICIT_LITTLE,
    };
    (if data.len() < 8 || declared.as_str() == DEFLATED { said } else { seen.0 }, declared.clone())
}

/// Preamble, prefix and file meta for a data set that came without (C-STORE sends none).
pub fn write(class: &ClassUid, instance: &InstanceUid, transfer_syntax: &TransferSyntaxUid) -> Vec<u8> {
    let mut group = Vec::with_capacity(256);
    group.extend([0x02, 0x00, 0x01, 0x00, b'O', b'B', 0, 0, 2, 0, 0, 0, 0, 1]);
    element(&mut group, 0x0002, *b"UI", class.as_str(), 0);
    element(&mut group, 0x0003, *b"UI", instance.as_str(), 0);
    element(&mut group, 0x0010, *b"UI", transfer_syntax.as_str(), 0);
    element(&mut group, 0x0012, *b"UI", IMPLEMENTATION_CLASS_UID, 0);
    element(&mut group, 0x0013, *b"SH", IMPLEMENTATION_VERSION_NAME, b' ');
    let mut bytes = vec![0; 128];
    bytes.extend(b"DICM");
    bytes.extend([0x02, 0x00, 0x00, 0x00, b'U', b'L', 4, 0]);
    bytes.extend((group.len() as u32).to_le_bytes());
    bytes.extend(group);
    bytes
}

fn element(bytes: &mut Vec<u8>, number: u16, vr: [u8; 2], value: &str, pad: u8) {
    bytes.extend([0x02, 0x00]);
    bytes.extend(number.to_le_bytes());
    bytes.extend(vr);
    let odd = value.len() % 2;
    bytes.extend(((value.len() + odd) as u16).to_le_bytes());
    bytes.extend(value.as_bytes());
    bytes.extend(std::iter::repeat_n(pad, odd));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let transfer_syntax = TransferSyntaxUid::parse(EXPLICIT_LITTLE).unwrap();
        let class = ClassUid::parse("1.2.840.10008.5.1.4.1.1.2").unwrap();
        let bytes = write(&class, &InstanceUid::parse("1.2.3").unwrap(), &transfer_syntax);
        let container = read(&bytes).unwrap();
        assert_eq!(container.data_offset, bytes.len());
        assert_eq!(container.transfer_syntax, Some(transfer_syntax));
        assert!(container.complete);
        let object = dicom_object::FileMetaTable::from_reader(&bytes[128..]).unwrap();
        assert_eq!(object.media_storage_sop_instance_uid(), "1.2.3");
        assert_eq!(object.implementation_class_uid(), IMPLEMENTATION_CLASS_UID);
    }

    #[test]
    fn other_files_are_told_from_dicom_by_their_beginning() {
        for head in
            [&b""[..], b"%PDF-1.7 and more", b"PK\x03\x04aaaaaaaa", b"\x89PNG\r\n\x1a\n", b"hello, world"]
        {
            assert_eq!(read(head), None, "{head:?}");
        }
        assert_eq!(read(&[0x08, 0x00, 0x05, 0x00, b'C', b'S', 0, 0]).unwrap().data_offset, 0);
    }
}
