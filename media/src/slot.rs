//! One slot of a watcher: a single RTP stream as the watcher sees it, whose content is one publisher's packets after
//! another's. Sequence numbers, timestamps and picture numbers go on without a gap; the SSRC never changes.
//! Pure; the room decides who is in a slot, this file decides what each packet looks like.

use crate::history::Stored;
use crate::ids::{Kind, MemberKey, StreamKey};
use crate::report::{SenderClock, SenderInfo};
use crate::rtp::{Outgoing, Prefix};
use crate::sequence::nearest;
use crate::stream::Source;
use crate::vp8::{Continuity, Shift};
use std::collections::VecDeque;
use std::time::Instant;

/// What a watcher's offer and our answer have agreed on for one media section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotOffer {
    pub mid: String,
    pub kind: Kind,
    pub payload_type: u8,
    pub rtx_payload_type: Option<u8>,
    pub ssrc: u32,
    pub rtx_ssrc: u32,
}

/// Stretches of the slot's numbers that can still be asked for again.
const SEGMENTS: usize = 8;
/// Retransmissions a slot may send in a row, and how many it regains per tick.
const ALLOWANCE: u32 = 512;
const REGAINED: u32 = 32;

/// From `first_out` on the slot's packets are those of `source` from `first_in` on.
#[derive(Clone, Copy, Debug)]
struct Segment {
    source: Source,
    first_in: u64,
    first_out: u64,
    timestamp: u32,
    shift: Shift,
}

#[derive(Debug)]
pub struct Slot {
    pub offer: SlotOffer,
    /// Who is in it.
    pub member: Option<MemberKey>,
    /// The newest segment goes on with each packet that comes; if not, a key frame (or any sound) must begin one.
    live: bool,
    /// Nothing of the present publisher has been shown yet.
    blank: bool,
    segments: VecDeque<Segment>,
    next: u64,
    last_timestamp: u32,
    last_at: Option<Instant>,
    continuity: Continuity,
    rtx_next: u64,
    allowance: u32,
    packets: u32,
    octets: u32,
}

impl Slot {
    /// `start` is a random number, from which the first sequence number and timestamp are taken (RFC 3550 §5.1).
    pub fn new(offer: SlotOffer, start: u32) -> Self {
        Self {
            offer,
            member: None,
            live: false,
            blank: true,
            segments: VecDeque::with_capacity(SEGMENTS),
            // Below 2¹⁵, so that a receiver that misses the first packets still guesses the rollover counter.
            next: u64::from(start & 0x3fff) + 1,
            last_timestamp: start,
            last_at: None,
            continuity: Continuity::default(),
            rtx_next: u64::from(start >> 16 & 0x3fff) + 1,
            allowance: ALLOWANCE,
            packets: 0,
            octets: 0,
        }
    }

    /// The next packet begins a new segment: the publisher has changed, was switched on again, or the watcher has
    /// only now become able to receive.
    pub fn restart(&mut self) {
        self.live = false;
        self.blank = true;
    }

    pub fn is_live(&self) -> bool {
        self.live
    }

    /// Whether what is sent now, or will be sent next, is of `stream`.
    pub fn shows(&self, stream: StreamKey) -> bool {
        self.segments.back().is_none_or(|segment| self.blank || segment.source.stream == stream)
    }

    /// Whether a kept key frame would show something where nothing is.
    pub fn wants_still(&self) -> bool {
        self.blank && self.offer.kind == Kind::Video
    }

    /// The slot's packet for a packet of `source`, or `None` if the slot waits for a key frame or has gone past it.
    pub fn forward<'a>(&mut self, source: Source, stored: &'a Stored, now: Instant) -> Option<Outgoing<'a>> {
        let goes_on = self.live && self.segments.back().is_some_and(|segment| segment.source == source);
        if !goes_on {
            if self.offer.kind == Kind::Video && !stored.descriptor.starts_key_frame {
                return None;
            }
            self.begin(source, stored, now);
            self.live = true;
        }
        let begins = !goes_on && self.offer.kind == Kind::Audio;
        let segment = *self.segments.back()?;
        let index = stored.index.checked_sub(segment.first_in)? + segment.first_out;
        let mut packet = self.packet(&segment, stored, index);
        // A new voice begins a talkspurt (RFC 3551 §4.1): the receiver may adapt its delay here.
        packet.marker |= begins;
        self.sent(&segment, stored, &packet, now);
        Some(packet)
    }

    /// Shows a kept key frame: calls `send` with each of its packets. The slot goes on waiting for a live one.
    pub fn show_still(
        &mut self,
        source: Source,
        still: &[Stored],
        now: Instant,
        mut send: impl FnMut(&Outgoing<'_>),
    ) {
        let Some(first) = still.first() else { return };
        self.begin(source, first, now);
        self.live = false;
        let Some(segment) = self.segments.back().copied() else { return };
        for stored in still {
            let index = stored.index - segment.first_in + segment.first_out;
            let packet = self.packet(&segment, stored, index);
            self.sent(&segment, stored, &packet, now);
            send(&packet);
        }
    }

    /// Where the packet with the slot's `number` came from: the source and its number there.
    pub fn origin(&self, number: u16) -> Option<(Source, u64)> {
        let index = nearest(self.next.checked_sub(1)?, number)?;
        let segment = self.segment_of(index)?;
        Some((segment.source, index - segment.first_out + segment.first_in))
    }

    /// The retransmission of `number`, whose content is `stored`. With RTX it travels on its own SSRC (RFC 4588);
    /// without, the very same packet is sent again. `None` once the slot has used up its allowance.
    pub fn retransmit<'a>(&mut self, number: u16, stored: &'a Stored) -> Option<Outgoing<'a>> {
        let index = nearest(self.next.checked_sub(1)?, number)?;
        let segment = *self.segment_of(index)?;
        self.allowance = self.allowance.checked_sub(1)?;
        let mut packet = self.packet(&segment, stored, index);
        if let Some(payload_type) = self.offer.rtx_payload_type {
            let mut prefix = Prefix::default();
            prefix.push(&number.to_be_bytes());
            prefix.push(packet.prefix.as_slice());
            packet.prefix = prefix;
            packet.payload_type = payload_type;
            packet.ssrc = self.offer.rtx_ssrc;
            packet.index = self.rtx_next;
            self.rtx_next += 1;
        }
        Some(packet)
    }

    pub fn tick(&mut self) {
        self.allowance = (self.allowance + REGAINED).min(ALLOWANCE);
    }

    /// A sender report (RFC 3550 §6.4.1) that relates the slot's timestamps to the time of day. `sender` is the
    /// publisher's newest report, `shift` what makes its clock ours.
    pub fn sender_info(&self, source: Source, sender: SenderClock, shift: u64) -> Option<SenderInfo> {
        let segment = self.segments.back().filter(|segment| self.live && segment.source == source)?;
        Some(SenderInfo {
            ssrc: self.offer.ssrc,
            ntp: sender.ntp.wrapping_add(shift),
            timestamp: sender.timestamp.wrapping_add(segment.timestamp),
            packets: self.packets,
            octets: self.octets,
        })
    }

    fn begin(&mut self, source: Source, first: &Stored, now: Instant) {
        let rate = u64::from(self.offer.kind.clock_rate());
        let elapsed = self.last_at.map_or(0, |at| {
            // At least a sixtieth of a second: two frames never share a timestamp.
            (now.saturating_duration_since(at).as_micros() as u64 * rate / 1_000_000).max(rate / 60)
        });
        let timestamp = self.last_timestamp.wrapping_add(elapsed as u32);
        if self.segments.len() == SEGMENTS {
            self.segments.pop_front();
        }
        self.segments.push_back(Segment {
            source,
            first_in: first.index,
            first_out: self.next,
            timestamp: timestamp.wrapping_sub(first.timestamp),
            shift: self.continuity.shift_for(&first.descriptor),
        });
        self.blank = false;
    }

    fn packet<'a>(&self, segment: &Segment, stored: &'a Stored, index: u64) -> Outgoing<'a> {
        Outgoing {
            index,
            timestamp: stored.timestamp.wrapping_add(segment.timestamp),
            ssrc: self.offer.ssrc,
            payload_type: self.offer.payload_type,
            marker: stored.marker,
            prefix: stored.descriptor.rewrite(&stored.payload, segment.shift),
            body: &stored.payload[usize::from(stored.descriptor.length)..],
        }
    }

    fn sent(&mut self, segment: &Segment, stored: &Stored, packet: &Outgoing<'_>, now: Instant) {
        if packet.index >= self.next {
            self.next = packet.index + 1;
            self.last_timestamp = packet.timestamp;
            self.last_at = Some(now);
        }
        self.continuity.sent(&stored.descriptor, segment.shift);
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add((packet.prefix.as_slice().len() + packet.body.len()) as u32);
    }

    fn segment_of(&self, index: u64) -> Option<&Segment> {
        if index >= self.next {
            return None;
        }
        self.segments.iter().rev().find(|segment| segment.first_out <= index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vp8::Descriptor;
    use std::time::Duration;

    const A: Source = Source { stream: StreamKey(1), generation: 0 };
    const B: Source = Source { stream: StreamKey(2), generation: 0 };

    fn slot(kind: Kind) -> Slot {
        let offer = SlotOffer {
            mid: "0".into(),
            kind,
            payload_type: 96,
            rtx_payload_type: Some(97),
            ssrc: 5,
            rtx_ssrc: 6,
        };
        Slot::new(offer, 0x0001_0000)
    }

    fn video(index: u64, timestamp: u32, key: bool) -> Stored {
        let payload = vec![0x10, u8::from(!key), index as u8];
        let descriptor = Descriptor::read(&payload).unwrap();
        Stored { index, timestamp, marker: true, descriptor, payload }
    }

    fn sound(index: u64, timestamp: u32) -> Stored {
        Stored { index, timestamp, payload: vec![index as u8], ..Stored::default() }
    }

    #[test]
    fn video_waits_for_a_key_frame_and_then_flows() {
        let now = Instant::now();
        let mut slot = slot(Kind::Video);
        assert!(slot.forward(A, &video(10, 0, false), now).is_none());
        let first = slot.forward(A, &video(11, 0, true), now).map(|p| p.index).unwrap();
        assert_eq!(slot.forward(A, &video(12, 0, false), now).map(|p| p.index), Some(first + 1));
        assert!(slot.forward(A, &video(10, 0, false), now).is_none(), "before the key frame");
    }

    #[test]
    fn a_change_of_publisher_leaves_no_gap_and_moves_time_by_what_has_passed() {
        let now = Instant::now();
        let mut slot = slot(Kind::Audio);
        let before = sound(900, 1_000_000);
        let before = slot.forward(A, &before, now).map(|p| (p.index, p.timestamp)).unwrap();
        slot.restart();
        let later = now + Duration::from_millis(500);
        let after = sound(3, 77);
        let after = slot.forward(B, &after, later).map(|p| (p.index, p.timestamp, p.marker)).unwrap();
        assert_eq!(after, (before.0 + 1, before.1.wrapping_add(24_000), true));
        let next = sound(4, 77 + 960);
        let next = slot.forward(B, &next, later).map(|p| (p.index, p.timestamp, p.marker)).unwrap();
        assert_eq!(next, (after.0 + 1, after.1.wrapping_add(960), false));
    }

    #[test]
    fn a_late_packet_takes_its_own_number() {
        let now = Instant::now();
        let mut slot = slot(Kind::Video);
        let first = slot.forward(A, &video(10, 0, true), now).map(|p| p.index).unwrap();
        assert_eq!(slot.forward(A, &video(13, 0, false), now).map(|p| p.index), Some(first + 3));
        assert_eq!(slot.forward(A, &video(11, 0, false), now).map(|p| p.index), Some(first + 1));
        assert_eq!(slot.forward(A, &video(14, 0, false), now).map(|p| p.index), Some(first + 4));
    }

    #[test]
    fn a_still_is_followed_by_the_live_key_frame_without_a_gap() {
        let now = Instant::now();
        let mut slot = slot(Kind::Video);
        assert!(slot.wants_still());
        let mut sent = Vec::new();
        slot.show_still(A, &[video(10, 50, true), video(11, 50, false)], now, |p| {
            sent.push((p.index, p.timestamp))
        });
        assert!(!slot.wants_still());
        assert_eq!(sent[1].0, sent[0].0 + 1);
        assert!(slot.forward(A, &video(80, 9_000, false), now).is_none());
        let live = video(90, 900_000, true);
        let live =
            slot.forward(A, &live, now + Duration::from_secs(1)).map(|p| (p.index, p.timestamp)).unwrap();
        assert_eq!(live, (sent[1].0 + 1, sent[1].1.wrapping_add(90_000)));
    }

    #[test]
    fn a_retransmission_carries_the_number_and_content_of_the_first_sending() {
        let now = Instant::now();
        let mut slot = slot(Kind::Video);
        let old = video(10, 7, true);
        let first = slot.forward(A, &old, now).map(|p| (p.index, p.timestamp)).unwrap();
        slot.restart();
        slot.forward(B, &video(500, 0, true), now).unwrap();
        assert_eq!(slot.origin(first.0 as u16), Some((A, 10)));
        assert_eq!(slot.origin(first.0 as u16 + 1), Some((B, 500)));
        assert_eq!(slot.origin(first.0 as u16 + 2), None, "never sent");
        let again = slot.retransmit(first.0 as u16, &old).unwrap();
        assert_eq!((again.ssrc, again.payload_type, again.timestamp), (6, 97, first.1));
        assert_eq!(again.prefix.as_slice()[..2], (first.0 as u16).to_be_bytes());
        let more = slot.retransmit(first.0 as u16, &old).unwrap().index;
        assert_eq!(more, slot.rtx_next - 1);
    }

    #[test]
    fn a_watcher_cannot_ask_for_more_than_its_allowance() {
        let now = Instant::now();
        let mut slot = slot(Kind::Video);
        let key = video(10, 7, true);
        let number = slot.forward(A, &key, now).map(|p| p.index as u16).unwrap();
        let sent = (0..10_000).filter(|_| slot.retransmit(number, &key).is_some()).count();
        assert_eq!(sent, ALLOWANCE as usize);
        slot.tick();
        assert!(slot.retransmit(number, &key).is_some());
    }
}
