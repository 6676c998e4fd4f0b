//! The payload descriptor of VP8 (RFC 7741 §4.2): which packet begins a key frame, and picture numbers that go on
//! without a jump when a slot changes its publisher. Pure; called for each video packet.

use crate::rtp::Prefix;

/// What of a descriptor matters to a forwarder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Descriptor {
    /// Bytes of the descriptor at the start of the payload; at most 6.
    pub length: u8,
    /// The picture number and where it lies; long ones have 15 bits in two bytes.
    picture: Option<Picture>,
    /// TL0PICIDX and where it lies.
    base: Option<(u8, u8)>,
    /// The packet begins a key frame (S = 1, PID = 0, P = 0).
    pub starts_key_frame: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Picture {
    at: u8,
    long: bool,
    id: u16,
}

impl Descriptor {
    /// `None` if the payload ends within its descriptor. An empty payload (a probe) has an empty descriptor.
    pub fn read(payload: &[u8]) -> Option<Descriptor> {
        let Some(&first) = payload.first() else { return Some(Descriptor::default()) };
        let mut at = 1;
        let mut found = Descriptor::default();
        if first & 0x80 != 0 {
            let flags = *payload.get(at)?;
            at += 1;
            if flags & 0x80 != 0 {
                let high = *payload.get(at)?;
                let long = high & 0x80 != 0;
                let id = if long {
                    u16::from_be_bytes([high & 0x7f, *payload.get(at + 1)?])
                } else {
                    u16::from(high)
                };
                found.picture = Some(Picture { at: at as u8, long, id });
                at += if long { 2 } else { 1 };
            }
            if flags & 0x40 != 0 {
                found.base = Some((at as u8, *payload.get(at)?));
                at += 1;
            }
            if flags & 0x30 != 0 {
                at += 1;
            }
        }
        if payload.len() < at {
            return None;
        }
        found.length = at as u8;
        // RFC 7741 §4.3: the inverse key frame flag is the lowest bit of the first byte of a frame.
        found.starts_key_frame = first & 0x17 == 0x10 && payload.get(at).is_some_and(|byte| byte & 1 == 0);
        Some(found)
    }

    /// The descriptor with its numbers moved by `shift`.
    pub fn rewrite(&self, payload: &[u8], shift: Shift) -> Prefix {
        let mut prefix = Prefix::default();
        prefix.push(&payload[..usize::from(self.length)]);
        let bytes = prefix.as_mut_slice();
        if let Some(Picture { at, long, id }) = self.picture {
            let id = id.wrapping_add(shift.picture);
            let at = usize::from(at);
            if long {
                bytes[at] = 0x80 | (id >> 8) as u8 & 0x7f;
                bytes[at + 1] = id as u8;
            } else {
                bytes[at] = id as u8 & 0x7f;
            }
        }
        if let Some((at, index)) = self.base {
            bytes[usize::from(at)] = index.wrapping_add(shift.base);
        }
        prefix
    }
}

/// What is added to the numbers of one publisher so that they follow those of the one before. Modulo 2¹⁵ and 2⁸.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shift {
    picture: u16,
    base: u8,
}

/// The newest numbers that a slot has sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Continuity {
    picture: u16,
    base: u8,
}

impl Continuity {
    /// The shift that lets the frame of `first` follow what was sent last.
    pub fn shift_for(&self, first: &Descriptor) -> Shift {
        Shift {
            picture: first.picture.map_or(0, |p| self.picture.wrapping_add(1).wrapping_sub(p.id)),
            base: first.base.map_or(0, |(_, index)| self.base.wrapping_add(1).wrapping_sub(index)),
        }
    }

    /// Remembers what was sent. Late packets do not turn the numbers back.
    pub fn sent(&mut self, descriptor: &Descriptor, shift: Shift) {
        if let Some(picture) = descriptor.picture {
            let id = picture.id.wrapping_add(shift.picture) & 0x7fff;
            if id.wrapping_sub(self.picture) & 0x7fff < 0x4000 {
                self.picture = id;
            }
        }
        if let Some((_, index)) = descriptor.base {
            let index = index.wrapping_add(shift.base);
            if index.wrapping_sub(self.base) < 0x80 {
                self.base = index;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// X, S; I with 15 bits, L, T: as Chromium sends it.
    fn payload(picture: u16, base: u8, key: bool) -> Vec<u8> {
        let [high, low] = picture.to_be_bytes();
        vec![0x90, 0xE0, 0x80 | high, low, base, 0x20, u8::from(!key), 1, 2]
    }

    #[test]
    fn the_start_of_a_key_frame_is_seen() {
        assert!(Descriptor::read(&payload(7, 1, true)).unwrap().starts_key_frame);
        assert!(!Descriptor::read(&payload(7, 1, false)).unwrap().starts_key_frame);
        let mut continued = payload(7, 1, true);
        continued[0] = 0x80;
        assert!(!Descriptor::read(&continued).unwrap().starts_key_frame);
    }

    #[test]
    fn a_descriptor_that_is_cut_off_is_refused() {
        let whole = payload(7, 1, true);
        for end in 1..6 {
            assert_eq!(Descriptor::read(&whole[..end]), None, "{end} bytes");
        }
        assert_eq!(Descriptor::read(&[]).unwrap().length, 0);
    }

    #[test]
    fn numbers_go_on_over_a_change_of_publisher_and_over_the_wrap() {
        let mut continuity = Continuity { picture: 0x7fff, base: 255 };
        let first = payload(300, 17, true);
        let descriptor = Descriptor::read(&first).unwrap();
        let shift = continuity.shift_for(&descriptor);
        let sent = descriptor.rewrite(&first, shift);
        continuity.sent(&descriptor, shift);
        let sent = Descriptor::read(sent.as_slice()).unwrap();
        assert_eq!(sent.picture.unwrap().id, 0);
        assert_eq!(sent.base.unwrap().1, 0);
        assert!(sent.picture.unwrap().long);

        let second = payload(301, 18, false);
        let descriptor = Descriptor::read(&second).unwrap();
        let sent = Descriptor::read(descriptor.rewrite(&second, shift).as_slice()).unwrap();
        assert_eq!(sent.picture.unwrap().id, 1);
        assert_eq!(sent.base.unwrap().1, 1);
    }

    #[test]
    fn a_short_picture_number_stays_short() {
        let bytes = [0x90, 0x80, 0x7f, 0, 9];
        let descriptor = Descriptor::read(&bytes).unwrap();
        let continuity = Continuity { picture: 4, base: 0 };
        let out = descriptor.rewrite(&bytes, continuity.shift_for(&descriptor));
        assert_eq!(out.as_slice(), &[0x90, 0x80, 5]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
            if let Some(descriptor) = Descriptor::read(&bytes) {
                let shift = Continuity { picture: 9, base: 3 }.shift_for(&descriptor);
                prop_assert_eq!(descriptor.rewrite(&bytes, shift).as_slice().len(), usize::from(descriptor.length));
            }
        }
    }
}
