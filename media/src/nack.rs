//! What is missing of one published stream, and when to ask for it again (RFC 4585 §6.2.1). Pure; owned by `stream`.

use std::time::{Duration, Instant};

/// More losses than this at once are not repaired packet by packet; a key frame is cheaper.
const MOST: usize = 256;
/// Requests for one packet: at once, then after 40, 80, 160, 320, 400 ms.
const REQUESTS: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(40);
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

#[derive(Debug, Default)]
pub struct Missing {
    packets: Vec<Hole>,
}

#[derive(Clone, Copy, Debug)]
struct Hole {
    index: u64,
    requests: u32,
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
        self.packets.extend((before + 1..newest).take(room).map(|index| Hole {
            index,
            requests: 0,
            due: now,
        }));
        false
    }

    /// The packet has come. Returns whether it had been missed.
    pub fn close(&mut self, index: u64) -> bool {
        let Some(at) = self.packets.iter().position(|hole| hole.index == index) else { return false };
        self.packets.remove(at);
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
            hole.due = now + (FIRST_PAUSE * 2u32.pow(hole.requests)).min(LONGEST_PAUSE);
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

    #[test]
    fn a_hole_is_asked_for_at_once_and_again_until_it_is_filled() {
        let start = Instant::now();
        let mut missing = Missing::default();
        assert!(!missing.open(10, 13, start));
        let mut asked = Vec::new();
        missing.due(start, &mut asked);
        assert_eq!(asked, [11, 12]);
        asked.clear();
        missing.due(start + Duration::from_millis(39), &mut asked);
        assert!(asked.is_empty());
        assert!(missing.close(11));
        assert!(!missing.close(11));
        missing.due(start + Duration::from_millis(40), &mut asked);
        assert_eq!(asked, [12]);
    }

    #[test]
    fn a_packet_that_never_comes_is_given_up() {
        let start = Instant::now();
        let mut missing = Missing::default();
        missing.open(1, 3, start);
        let mut asked = Vec::new();
        let mut given_up = false;
        for ms in 0..3_000 {
            given_up |= missing.due(start + Duration::from_millis(ms), &mut asked);
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
