//! RTP headers (RFC 3550 §5.1) and header extensions (RFC 8285): read from hostile bytes, written for ours.
//! Knows nothing of encryption; called with packets before and after SRTP has been taken off.

/// Where the parts of a packet lie. The payload begins at `length`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Bytes of the header, CSRC list and extension included.
    pub length: usize,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub payload_type: u8,
    pub marker: bool,
    pub padding: bool,
    extension: Option<Extension>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Extension {
    profile: u16,
    start: usize,
    end: usize,
}

/// Whether the second byte of a packet of version 2 says RTCP (RFC 5761 §4).
pub fn is_rtcp(datagram: &[u8]) -> bool {
    datagram.len() >= 2 && (192..=223).contains(&datagram[1])
}

impl Header {
    /// `None` if the bytes are no RTP packet of version 2 or end within their header.
    pub fn read(packet: &[u8]) -> Option<Header> {
        if packet.len() < 12 || packet[0] >> 6 != 2 {
            return None;
        }
        let mut length = 12 + 4 * usize::from(packet[0] & 0x0f);
        let mut extension = None;
        if packet[0] & 0x10 != 0 {
            let head = packet.get(length..length + 4)?;
            let start = length + 4;
            let end = start + 4 * usize::from(u16::from_be_bytes([head[2], head[3]]));
            extension = Some(Extension { profile: u16::from_be_bytes([head[0], head[1]]), start, end });
            length = end;
        }
        if packet.len() < length {
            return None;
        }
        Some(Header {
            length,
            sequence: u16::from_be_bytes([packet[2], packet[3]]),
            timestamp: u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]),
            ssrc: u32::from_be_bytes([packet[8], packet[9], packet[10], packet[11]]),
            payload_type: packet[1] & 0x7f,
            marker: packet[1] & 0x80 != 0,
            padding: packet[0] & 0x20 != 0,
            extension,
        })
    }

    /// The payload of a plain packet, without its padding.
    pub fn payload<'a>(&self, packet: &'a [u8]) -> &'a [u8] {
        let payload = packet.get(self.length..).unwrap_or(&[]);
        if !self.padding {
            return payload;
        }
        let padded = payload.last().map_or(0, |count| usize::from(*count));
        &payload[..payload.len().saturating_sub(padded)]
    }

    /// The value of header extension `id`, one-byte or two-byte form.
    pub fn extension<'a>(&self, packet: &'a [u8], id: u8) -> Option<&'a [u8]> {
        let Extension { profile, start, end } = self.extension?;
        let block = packet.get(start..end)?;
        let two_bytes = profile >> 4 == 0x100;
        if profile != 0xBEDE && !two_bytes {
            return None;
        }
        let mut at = 0;
        while at < block.len() {
            if block[at] == 0 {
                at += 1;
                continue;
            }
            let (found, length, head) = if two_bytes {
                (block[at], usize::from(*block.get(at + 1)?), 2)
            } else {
                (block[at] >> 4, usize::from(block[at] & 0x0f) + 1, 1)
            };
            if !two_bytes && found == 15 {
                return None;
            }
            let value = block.get(at + head..at + head + length)?;
            if found == id {
                return Some(value);
            }
            at += head + length;
        }
        None
    }
}

/// A packet to send, in pieces, so that nothing is copied before it reaches the send buffer.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The sequence number, long: SRTP takes its rollover counter from it.
    pub index: u64,
    pub timestamp: u32,
    pub ssrc: u32,
    pub payload_type: u8,
    pub marker: bool,
    /// The rewritten start of the payload (RTX number, VP8 descriptor).
    pub prefix: Prefix,
    pub body: &'a [u8],
}

pub const HEADER_LENGTH: usize = 12;

impl Outgoing<'_> {
    /// Bytes of the plain packet.
    pub fn length(&self) -> usize {
        HEADER_LENGTH + self.prefix.as_slice().len() + self.body.len()
    }

    pub fn write(&self, out: &mut Vec<u8>) {
        let mut head = [0u8; HEADER_LENGTH];
        head[0] = 0x80;
        head[1] = self.payload_type | u8::from(self.marker) << 7;
        head[2..4].copy_from_slice(&(self.index as u16).to_be_bytes());
        head[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        head[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        out.extend_from_slice(&head);
        out.extend_from_slice(self.prefix.as_slice());
        out.extend_from_slice(self.body);
    }
}

/// At most ten bytes that precede the unchanged rest of a payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prefix {
    bytes: [u8; 10],
    length: u8,
}

impl Prefix {
    /// Appends bytes; what does not fit is a programming error and is cut.
    pub fn push(&mut self, more: &[u8]) {
        let start = usize::from(self.length);
        let count = more.len().min(self.bytes.len() - start);
        debug_assert_eq!(count, more.len());
        self.bytes[start..start + count].copy_from_slice(&more[..count]);
        self.length += count as u8;
    }

    pub fn as_slice(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        &mut self.bytes[..usize::from(self.length)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_written_reads_back() {
        let mut prefix = Prefix::default();
        prefix.push(&[1, 2]);
        let packet = Outgoing {
            index: 65_536 + 7,
            timestamp: 0xdead_beef,
            ssrc: 42,
            payload_type: 96,
            marker: true,
            prefix,
            body: &[3, 4, 5],
        };
        let mut bytes = Vec::new();
        packet.write(&mut bytes);
        assert_eq!(bytes.len(), packet.length());
        let header = Header::read(&bytes).expect("a packet");
        assert_eq!((header.sequence, header.timestamp, header.ssrc), (7, 0xdead_beef, 42));
        assert_eq!((header.payload_type, header.marker, header.length), (96, true, 12));
        assert_eq!(header.payload(&bytes), &[1, 2, 3, 4, 5]);
    }

    #[test]
    fn extensions_of_both_forms_are_found() {
        let one = [
            0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0xBE, 0xDE, 0, 2, 0x10, 0xAA, 0x31, 0x12, 0x34, 0, 0, 0,
            7,
        ];
        let header = Header::read(&one).expect("a packet");
        assert_eq!(header.extension(&one, 1), Some(&[0xAA][..]));
        assert_eq!(header.extension(&one, 3), Some(&[0x12, 0x34][..]));
        assert_eq!(header.extension(&one, 4), None);
        assert_eq!(header.payload(&one), &[7]);
        let two = [0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0x10, 0x00, 0, 1, 5, 2, 0x12, 0x34, 7];
        let header = Header::read(&two).expect("a packet");
        assert_eq!(header.extension(&two, 5), Some(&[0x12, 0x34][..]));
    }

    #[test]
    fn padding_is_not_payload_and_lies_about_its_length_are_harmless() {
        let mut packet = vec![0xA0, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 1, 2, 0, 2];
        let header = Header::read(&packet).expect("a packet");
        assert_eq!(header.payload(&packet), &[1, 2]);
        *packet.last_mut().unwrap() = 200;
        assert_eq!(header.payload(&packet), &[] as &[u8]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..80), id in any::<u8>()) {
            if let Some(first) = bytes.first_mut() {
                *first = 0x80 | (*first & 0x3f);
            }
            if let Some(header) = Header::read(&bytes) {
                let _ = header.payload(&bytes);
                let _ = header.extension(&bytes, id);
            }
        }
    }
}
