//! How long to wait before the next try, and when to give up. Pure; chance is handed in.

use crate::time::Timestamp;

const SECOND: i64 = 1000;
/// A way that is closed is looked at after 15 s, 30 s, 1 min, … and at last every ten minutes: when it opens again, what waits goes
/// out soon.
const ROUTE_FIRST: i64 = 15 * SECOND;
const ROUTE_LONGEST: i64 = 600 * SECOND;
/// One that is not taken now (a mailbox that is full, a greylist) after 1, 2, 4, … minutes, and at last every two hours.
const ONE_FIRST: i64 = 60 * SECOND;
const ONE_LONGEST: i64 = 2 * 3600 * SECOND;
/// Whoever claimed a delivery and did not say within this time what became of it was killed.
pub const LEASE: i64 = 120 * SECOND;

/// What was sent is shown to the administrators for so long.
const KEPT_DAYS: i64 = 30;

pub fn kept_since(now: Timestamp) -> Timestamp {
    now.plus_seconds(-KEPT_DAYS * 24 * 3600)
}

pub fn route_again(now: Timestamp, failures: i64, chance: u16) -> Timestamp {
    Timestamp(now.0 + wait(ROUTE_FIRST, ROUTE_LONGEST, failures, chance))
}

pub fn one_again(now: Timestamp, tries: i64, chance: u16) -> Timestamp {
    Timestamp(now.0 + wait(ONE_FIRST, ONE_LONGEST, tries, chance))
}

pub fn give_up_at(from: Timestamp, days: u32) -> Timestamp {
    from.plus_seconds(i64::from(days) * 24 * 3600)
}

/// Twice as long after each failure, and up to a quarter shorter or longer by chance, so that not all come back at once.
fn wait(first: i64, longest: i64, failures: i64, chance: u16) -> i64 {
    let doublings = u32::try_from((failures - 1).clamp(0, 16)).unwrap_or(0);
    let base = (first << doublings).min(longest);
    base - base / 4 + base * i64::from(chance) / (2 * i64::from(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_its_longest_and_chance_moves_it_by_a_quarter() {
        let now = Timestamp(0);
        let middle = u16::MAX / 2;
        let waits: Vec<i64> = (1..8).map(|n| (route_again(now, n, middle).0 + 50) / 1000).collect();
        assert_eq!(waits, [15, 30, 60, 120, 240, 480, 600]);
        assert_eq!(route_again(now, 1, 0).0, 11_250);
        assert_eq!(route_again(now, 1, u16::MAX).0, 18_750);
        assert_eq!(one_again(now, 1_000, middle).0 / 60_000, 119);
    }
}
