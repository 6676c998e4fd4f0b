//! Command sets (PS3.7 §6.3, Annex E): group 0000 in implicit little endian, to and from the few fields that the
//! services here use. Pure.

use crate::uid::{ClassUid, InstanceUid};

pub const C_STORE_RQ: u16 = 0x0001;
pub const C_ECHO_RQ: u16 = 0x0030;
pub const C_CANCEL_RQ: u16 = 0x0fff;
/// A response carries the request's field with this bit set (PS3.7 §E.1).
const RESPONSE: u16 = 0x8000;
/// Command Data Set Type of a message without a data set.
const NO_DATA_SET: u16 = 0x0101;
/// Bytes of a command set: ten times what the longest has.
pub const MAX_LENGTH: usize = 16 << 10;

/// A request as far as it is understood; what a field lacks is for the machine to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub field: u16,
    pub message_id: u16,
    pub class: Option<ClassUid>,
    pub instance: Option<InstanceUid>,
    pub has_data_set: bool,
}

impl Request {
    /// Reads a command set; `None` when it can't be followed or has no command field or message id.
    pub fn parse(mut bytes: &[u8]) -> Option<Self> {
        let (mut field, mut message_id, mut class, mut instance) = (None, None, None, None);
        let mut has_data_set = false;
        while let [g0, g1, e0, e1, l0, l1, l2, l3, rest @ ..] = bytes {
            let length = usize::try_from(u32::from_le_bytes([*l0, *l1, *l2, *l3])).ok()?;
            let value = rest.get(..length)?;
            let number = || Some(u16::from_le_bytes(*value.first_chunk()?));
            let text = || std::str::from_utf8(value).ok();
            match (u16::from_le_bytes([*g0, *g1]), u16::from_le_bytes([*e0, *e1])) {
                (0, 0x0002) => class = ClassUid::parse(text()?).ok(),
                (0, 0x0100) => field = number(),
                (0, 0x0110) => message_id = number(),
                // C-CANCEL names the message it is about here instead.
                (0, 0x0120) => message_id = message_id.or(number()),
                (0, 0x0800) => has_data_set = number()? != NO_DATA_SET,
                (0, 0x1000) => instance = InstanceUid::parse(text()?).ok(),
                _ => {}
            }
            bytes = &rest[length..];
        }
        bytes.is_empty().then_some(())?;
        Some(Self { field: field?, message_id: message_id?, class, instance, has_data_set })
    }

    /// The command set that answers this request. `comment` becomes Error Comment (0000,0902), at most 64 ASCII
    /// characters.
    pub fn response(&self, status: u16, comment: Option<&str>) -> Vec<u8> {
        let mut elements = Vec::new();
        if let Some(class) = &self.class {
            text(&mut elements, 0x0002, class.as_str(), 0);
        }
        element(&mut elements, 0x0100, &(self.field | RESPONSE).to_le_bytes());
        element(&mut elements, 0x0120, &self.message_id.to_le_bytes());
        element(&mut elements, 0x0800, &NO_DATA_SET.to_le_bytes());
        element(&mut elements, 0x0900, &status.to_le_bytes());
        if let Some(comment) = comment {
            text(&mut elements, 0x0902, comment, b' ');
        }
        if let Some(instance) = &self.instance {
            text(&mut elements, 0x1000, instance.as_str(), 0);
        }
        let mut command = Vec::with_capacity(elements.len() + 12);
        element(&mut command, 0x0000, &(elements.len() as u32).to_le_bytes());
        command.extend(elements);
        command
    }
}

fn text(bytes: &mut Vec<u8>, number: u16, value: &str, pad: u8) {
    let mut padded = value.as_bytes().to_vec();
    if padded.len() % 2 == 1 {
        padded.push(pad);
    }
    element(bytes, number, &padded);
}

fn element(bytes: &mut Vec<u8>, number: u16, value: &[u8]) {
    bytes.extend([0, 0]);
    bytes.extend(number.to_le_bytes());
    bytes.extend((value.len() as u32).to_le_bytes());
    bytes.extend(value);
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The command set of a request, as an SCU sends it.
    pub(in crate::dimse) fn request(field: u16, message_id: u16, store: Option<(&str, &str)>) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Some((class, _)) = store {
            text(&mut bytes, 0x0002, class, 0);
        }
        element(&mut bytes, 0x0100, &field.to_le_bytes());
        element(&mut bytes, 0x0110, &message_id.to_le_bytes());
        let data_set = if store.is_some() { 0x0001_u16 } else { NO_DATA_SET };
        element(&mut bytes, 0x0800, &data_set.to_le_bytes());
        if let Some((_, instance)) = store {
            text(&mut bytes, 0x1000, instance, 0);
        }
        bytes
    }

    #[test]
    fn a_store_request_is_read_and_answered() {
        let read =
            Request::parse(&request(C_STORE_RQ, 7, Some(("1.2.840.10008.5.1.4.1.1.2", "1.2.3")))).unwrap();
        assert!(read.has_data_set);
        assert_eq!(read.instance.as_ref().unwrap().as_str(), "1.2.3");
        let answer = read.response(0xc000, Some("imaging.truncated"));
        let length = u32::from_le_bytes(answer[8..12].try_into().unwrap());
        assert_eq!(length as usize, answer.len() - 12, "group length covers the rest");
        let echoed = Request::parse(&answer).unwrap();
        assert_eq!((echoed.field, echoed.message_id, echoed.has_data_set), (0x8001, 7, false));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_fail(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            Request::parse(&bytes);
        }
    }
}
