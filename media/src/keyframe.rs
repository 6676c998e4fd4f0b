//! Key frames: asking a publisher for one, but not too often, and keeping the newest so that somebody who comes
//! late sees a picture before the next one has been made. Pure; owned by `stream`.

use crate::history::Stored;
use std::time::{Duration, Instant};

/// Between two requests to one publisher: a key frame costs about ten ordinary frames.
const PAUSE: Duration = Duration::from_millis(500);

/// When to ask a publisher for a key frame.
#[derive(Debug, Default)]
pub struct Requests {
    wanted: bool,
    last: Option<Instant>,
}

impl Requests {
    /// Somebody cannot go on without a key frame.
    pub fn want(&mut self) {
        self.wanted = true;
    }

    /// One has begun: those who wait get it.
    pub fn fulfilled(&mut self) {
        self.wanted = false;
    }

    /// Whether to send a request now. A wish stays until a key frame comes, so lost requests repeat themselves.
    pub fn due(&mut self, now: Instant) -> bool {
        if !self.wanted || self.last.is_some_and(|last| now < last + PAUSE) {
            return false;
        }
        self.last = Some(now);
        true
    }
}

/// Packets of one key frame at most; a larger one is not kept.
const MOST: u64 = 512;

/// The newest whole key frame of a stream.
#[derive(Debug, Default)]
pub struct Cache {
    ready: Vec<Stored>,
    growing: Vec<Stored>,
    /// Buffers to use again.
    spare: Vec<Stored>,
    timestamp: u32,
    first: Option<u64>,
    last: Option<u64>,
}

impl Cache {
    /// Takes note of a video packet. Packets may come in any order once the first of their frame has come.
    pub fn note(&mut self, stored: &Stored) {
        if stored.descriptor.starts_key_frame && self.first != Some(stored.index) {
            self.spare.append(&mut self.growing);
            self.timestamp = stored.timestamp;
            self.first = Some(stored.index);
            self.last = None;
        }
        let Some(first) = self.first else { return };
        if stored.timestamp != self.timestamp || stored.index < first || stored.payload.is_empty() {
            return;
        }
        if stored.index - first >= MOST {
            self.first = None;
            return;
        }
        let mut copy = self.spare.pop().unwrap_or_default();
        copy.copy_from(stored);
        self.growing.push(copy);
        if stored.marker {
            self.last = Some(stored.index);
        }
        if self.last.is_some_and(|last| self.growing.len() as u64 == last - first + 1) {
            self.growing.sort_unstable_by_key(|stored| stored.index);
            self.spare.append(&mut self.ready);
            std::mem::swap(&mut self.ready, &mut self.growing);
            self.first = None;
        }
    }

    /// The packets of the newest whole key frame in order; empty if there is none.
    pub fn packets(&self) -> &[Stored] {
        &self.ready
    }

    pub fn get(&self, index: u64) -> Option<&Stored> {
        let first = self.ready.first()?.index;
        self.ready.get(usize::try_from(index.checked_sub(first)?).ok()?)
    }

    /// Forgets all pictures: the camera has been switched off, and nobody who comes later may see the last one.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vp8::Descriptor;

    fn packet(index: u64, timestamp: u32, key: bool, marker: bool) -> Stored {
        let descriptor = Descriptor::read(&[0x10, u8::from(!key)]).unwrap();
        Stored { index, timestamp, marker, descriptor, payload: vec![index as u8] }
    }

    #[test]
    fn the_newest_whole_key_frame_is_kept() {
        let mut cache = Cache::default();
        cache.note(&packet(1, 100, true, false));
        cache.note(&packet(3, 100, false, true));
        assert!(cache.packets().is_empty(), "one packet is missing");
        cache.note(&packet(2, 100, false, false));
        let kept: Vec<_> = cache.packets().iter().map(|stored| stored.index).collect();
        assert_eq!(kept, [1, 2, 3]);
        cache.note(&packet(4, 200, false, true));
        cache.note(&packet(5, 300, true, false));
        assert_eq!(cache.packets().len(), 3, "the old one stays until the new one is whole");
        cache.note(&packet(6, 300, false, true));
        assert_eq!(cache.get(6).map(|stored| stored.index), Some(6));
        assert!(cache.get(3).is_none());
    }

    #[test]
    fn a_cleared_cache_shows_nothing() {
        let mut cache = Cache::default();
        cache.note(&packet(1, 100, true, true));
        assert_eq!(cache.packets().len(), 1);
        cache.clear();
        assert!(cache.packets().is_empty());
    }

    #[test]
    fn requests_are_throttled_and_repeat_until_a_key_frame_comes() {
        let start = Instant::now();
        let mut requests = Requests::default();
        assert!(!requests.due(start));
        requests.want();
        assert!(requests.due(start));
        requests.want();
        assert!(!requests.due(start + Duration::from_millis(499)));
        assert!(requests.due(start + Duration::from_millis(500)));
        requests.fulfilled();
        assert!(!requests.due(start + Duration::from_secs(5)));
    }
}
