//! One published stream: what came, what is missing, what is kept. Takes plain RTP payloads in any order and hands
//! each new one on exactly once. Pure; owned by the `Publication` of a room, read by the slots that show it.

use crate::history::{History, Stored};
use crate::ids::{Kind, LegKey, StreamKey};
use crate::keyframe::{Cache, Requests};
use crate::nack::Missing;
use crate::report::{Reception, SenderClock, Statistics};
use crate::sequence::Window;
use crate::vp8;
use std::time::{Duration, Instant};

/// Packets kept for retransmission: 3.4 s of video at 300 packets/s. Equal to the span of the window, so that a late
/// packet never takes the place of a newer one.
const KEPT: usize = 1_024;
/// A publisher may change its SSRC without saying so once the old one has been silent for so long.
const SSRC_SILENCE: Duration = Duration::from_secs(1);

/// A stream and how often it has begun anew. Numbers of different sources have nothing to do with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    pub stream: StreamKey,
    pub generation: u32,
}

/// A media packet after SRTP, before anything has been decided about it.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    pub sequence: u16,
    pub timestamp: u32,
    pub marker: bool,
    pub payload: &'a [u8],
    /// It came by RTX.
    pub repaired: bool,
}

#[derive(Debug)]
pub struct Stream {
    pub key: StreamKey,
    pub kind: Kind,
    /// Nothing is handed on while this is set.
    pub muted: bool,
    /// Which slots show it; kept by the room.
    pub subscribers: Vec<(LegKey, usize)>,
    pub requests: Requests,
    generation: u32,
    ssrc: Option<u32>,
    origin: Instant,
    last: Instant,
    window: Window<16>,
    missing: Missing,
    history: History,
    cache: Cache,
    statistics: Statistics,
}

impl Stream {
    pub fn new(key: StreamKey, kind: Kind, muted: bool, ssrc: Option<u32>, now: Instant) -> Self {
        Self {
            key,
            kind,
            muted,
            subscribers: Vec::new(),
            requests: Requests::default(),
            generation: 0,
            ssrc,
            origin: now,
            last: now,
            window: Window::default(),
            missing: Missing::default(),
            history: History::new(KEPT),
            cache: Cache::default(),
            statistics: Statistics::default(),
        }
    }

    pub fn source(&self) -> Source {
        Source { stream: self.key, generation: self.generation }
    }

    /// The SSRC in use, for feedback to the publisher.
    pub fn ssrc(&self) -> Option<u32> {
        self.ssrc
    }

    /// Whether packets of `ssrc` belong to this stream. A new SSRC begins a new generation.
    pub fn admits(&mut self, ssrc: u32, now: Instant) -> bool {
        if self.ssrc == Some(ssrc) {
            self.last = now;
            return true;
        }
        let fresh = self.window.newest().is_none();
        if self.ssrc.is_some() && !fresh && now < self.last + SSRC_SILENCE {
            return false;
        }
        if !fresh {
            self.begin_anew();
        }
        self.ssrc = Some(ssrc);
        self.last = now;
        true
    }

    fn begin_anew(&mut self) {
        self.generation += 1;
        self.window = Window::default();
        self.missing = Missing::default();
        self.statistics = Statistics::default();
        self.cache.clear();
    }

    /// Takes a packet in. Returns it if it is new and may be handed on.
    pub fn take(&mut self, arrival: Arrival<'_>, now: Instant) -> Option<&Stored> {
        let newest = self.window.newest();
        let index = self.window.check(arrival.sequence)?;
        let descriptor = match self.kind {
            Kind::Audio => vp8::Descriptor::default(),
            Kind::Video => vp8::Descriptor::read(arrival.payload)?,
        };
        self.window.accept(index);
        if !arrival.repaired {
            let since = now.saturating_duration_since(self.origin);
            self.statistics.count(index, arrival.timestamp, since, self.kind.clock_rate());
        }
        self.missing.close(index, now);
        if let Some(newest) = newest
            && index > newest + 1
            && self.kind == Kind::Video
            && !self.muted
            && self.missing.open(newest, index, now)
        {
            self.requests.want();
        }
        if self.muted {
            return None;
        }
        if descriptor.starts_key_frame {
            self.requests.fulfilled();
        }
        let stored = self.history.put(index, arrival.timestamp, arrival.marker, descriptor, arrival.payload);
        if self.kind == Kind::Video {
            self.cache.note(stored);
        }
        Some(stored)
    }

    /// `take`, together with the slots that are to have the packet.
    pub fn take_for(&mut self, arrival: Arrival<'_>, now: Instant) -> Option<(&Stored, &[(LegKey, usize)])> {
        let index = self.take(arrival, now)?.index;
        Some((self.history.get(index)?, &self.subscribers))
    }

    /// Whether no packet has come yet in this generation.
    pub fn is_fresh(&self) -> bool {
        self.window.newest().is_none()
    }

    /// A packet of this generation, from the history or from the kept key frame.
    pub fn stored(&self, index: u64) -> Option<&Stored> {
        self.history.get(index).or_else(|| self.cache.get(index))
    }

    /// The newest whole key frame; empty if there is none or nobody may see it.
    pub fn still(&self) -> &[Stored] {
        if self.muted { &[] } else { self.cache.packets() }
    }

    /// Switches the stream off or on. Returns whether that changed anything.
    pub fn mute(&mut self, muted: bool) -> bool {
        if self.muted == muted {
            return false;
        }
        self.muted = muted;
        self.cache.clear();
        self.missing = Missing::default();
        true
    }

    /// Numbers to ask the publisher for.
    pub fn nack(&mut self, now: Instant, out: &mut Vec<u16>) {
        if !self.missing.is_empty() {
            self.missing.due(now, out);
        }
    }

    pub fn heard_sender(&mut self, ntp: u64, timestamp: u32, now: Instant) {
        self.statistics.heard(ntp, timestamp, now);
    }

    pub fn sender_clock(&self) -> Option<SenderClock> {
        self.statistics.sender()
    }

    pub fn reception(&mut self, now: Instant) -> Option<Reception> {
        self.statistics.block(self.ssrc?, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn video(now: Instant) -> Stream {
        Stream::new(StreamKey(1), Kind::Video, false, None, now)
    }

    fn arrival(sequence: u16, payload: &[u8]) -> Arrival<'_> {
        Arrival { sequence, timestamp: 0, marker: false, payload, repaired: false }
    }

    #[test]
    fn a_packet_is_handed_on_once_whether_it_came_by_itself_or_by_repair() {
        let now = Instant::now();
        let mut stream = video(now);
        let delta = [0x10, 1];
        assert!(stream.take(arrival(1, &delta), now).is_some());
        assert!(stream.take(arrival(3, &delta), now).is_some());
        let mut asked = Vec::new();
        stream.nack(now + Duration::from_millis(10), &mut asked);
        assert_eq!(asked, [2]);
        let repair = Arrival { repaired: true, ..arrival(2, &delta) };
        assert!(stream.take(repair, now).is_some());
        assert!(stream.take(repair, now).is_none());
        assert!(stream.take(arrival(2, &delta), now).is_none());
    }

    #[test]
    fn nothing_of_a_muted_stream_is_handed_on_or_kept() {
        let now = Instant::now();
        let mut stream = video(now);
        let key = Arrival { marker: true, ..arrival(1, &[0x10, 0]) };
        assert!(stream.take(key, now).is_some());
        assert_eq!(stream.still().len(), 1);
        assert!(stream.mute(true));
        assert!(stream.still().is_empty());
        assert!(stream.take(Arrival { sequence: 2, ..key }, now).is_none());
        assert!(stream.mute(false));
        assert!(stream.still().is_empty());
        assert!(stream.take(Arrival { sequence: 3, ..key }, now).is_some());
    }

    #[test]
    fn a_second_ssrc_is_let_in_only_after_the_first_fell_silent() {
        let now = Instant::now();
        let mut stream = video(now);
        assert!(stream.admits(7, now));
        stream.take(arrival(50, &[0x10, 0]), now);
        assert!(!stream.admits(8, now));
        let later = now + Duration::from_secs(2);
        let before = stream.source();
        assert!(stream.admits(8, later));
        assert_ne!(stream.source(), before);
        assert!(stream.take(arrival(50, &[0x10, 0]), later).is_some(), "numbers begin anew");
    }
}
