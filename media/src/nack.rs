//! What is missing of one published stream, and when to ask for it again (RFC 4585 §6.2.1). Pure; owned by `stream`.

use std::time::{Duration, Instant};

/// More losses than this at once are not repaired packet by packet; a key frame is cheaper.
const MOST: usize = 256;
const REQUESTS: u32 = 6;
/// Before the first request: a packet that was only overtaken comes by itself.
const REORDERING: Duration = Duration::from_millis(10);
/// Bounds of the pause after the first request; it follows the time that repairs take, and doubles each time.
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

#[derive(Debug)]
pub struct Missing {
    packets: Vec<Hole>,
    /// How long a repair takes, smoothed.
    round_trip: Duration,
}

impl Default for Missing {
    fn default() -> Self {
        Self { packets: Vec::new(), round_trip: Duration::from_millis(60) }
    }
}

#[derive(Clone, Copy, Debug)]
struct Hole {
    index: u64,
    requests: u32,
    asked: Option<Instant>,
    due: Instant,
}

impl Missing {
    /// The packets after `before` and before `newest` did not come. Returns whether the hole is too wide to repair.
    pub fn open(&mut self, before: u64, newest: u64, now: Instant) -> bool {
        if newest - before - 1 > MOST as u64 {
            self.packets.clear();
            return true;
        }
        let room = MOST - self.packets.len();
        let due = now + REORDERING;
        let hole = |index| Hole { index, requests: 0, asked: None, due };
        self.packets.extend((before + 1..newest).take(room).map(hole));
        false
    }

    /// The packet has come. Returns whether it had been missed.
    pub fn close(&mut self, index: u64, now: Instant) -> bool {
        let Some(at) = self.packets.iter().position(|hole| hole.index == index) else { return false };
        let hole = self.packets.remove(at);
        // Of a packet that was asked for twice nobody knows which request was answered.
        if let Some(asked) = hole.asked.filter(|_| hole.requests == 1) {
            self.round_trip = (self.round_trip * 7 + now.saturating_duration_since(asked)) / 8;
        }
        true
    }

    pub fn is_empty(&self) -> bool {
        self.packets.is_empty()
    }

    /// Appends the numbers to ask for now to `out`. Returns whether a packet was given up.
    pub fn due(&mut self, now: Instant, out: &mut Vec<u16>) -> bool {
        let before = self.packets.len();
        self.packets.retain_mut(|hole| {
            if hole.due > now {
                return true;
            }
            if hole.requests == REQUESTS {
                return false;
            }
            let pause = (self.round_trip * 3 / 2).max(SHORTEST_PAUSE) * 2u32.pow(hole.requests);
            hole.due = now + pause.min(LONGEST_PAUSE);
            hole.asked = Some(now);
            hole.requests += 1;
            out.push(hole.index as u16);
            true
        });
        self.packets.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    #[test]
    fn a_hole_is_asked_for_after_a_moment_and_again_until_it_is_filled() {
        let start = Instant::now();
        let mut missing = Missing::default();
        assert!(!missing.open(10, 13, start));
        let mut asked = Vec::new();
        missing.due(ms(start, 9), &mut asked);
        assert!(asked.is_empty(), "it may only have been overtaken");
        missing.due(ms(start, 10), &mut asked);
        assert_eq!(asked, [11, 12]);
        asked.clear();
        missing.due(ms(start, 99), &mut asked);
        assert!(asked.is_empty());
        assert!(missing.close(11, ms(start, 99)));
        assert!(!missing.close(11, ms(start, 99)));
        missing.due(ms(start, 110), &mut asked);
        assert_eq!(asked, [12]);
    }

    #[test]
    fn requests_keep_pace_with_the_way() {
        let start = Instant::now();
        let mut missing = Missing::default();
        let mut asked = Vec::new();
        for n in 0..50 {
            missing.open(10 * n, 10 * n + 2, ms(start, 1_000 * n));
            missing.due(ms(start, 1_000 * n + 10), &mut asked);
            missing.close(10 * n + 1, ms(start, 1_000 * n + 10 + 200));
        }
        asked.clear();
        missing.open(1_000, 1_002, ms(start, 60_000));
        missing.due(ms(start, 60_010), &mut asked);
        missing.due(ms(start, 60_010 + 290), &mut asked);
        assert_eq!(asked.len(), 1, "not before the repair can have come");
        missing.due(ms(start, 60_010 + 301), &mut asked);
        assert_eq!(asked.len(), 2);
    }

    #[test]
    fn a_packet_that_never_comes_is_given_up() {
        let start = Instant::now();
        let mut missing = Missing::default();
        missing.open(1, 3, start);
        let mut asked = Vec::new();
        let mut given_up = false;
        for at in 0..3_000 {
            given_up |= missing.due(ms(start, at), &mut asked);
        }
        assert!(given_up);
        assert!(missing.is_empty());
        assert_eq!(asked.len(), REQUESTS as usize);
    }

    #[test]
    fn a_jump_too_wide_to_repair_is_said_so() {
        let start = Instant::now();
        let mut missing = Missing::default();
        assert!(missing.open(1, 1_000, start));
        assert!(missing.is_empty());
    }
}
