//! How long a sign-in waits after wrong passwords: pure arithmetic. Knows no account and no clock.

/// Failures that cost nothing: people mistype.
const FREE: i64 = 5;
const LONGEST_SECONDS: i64 = 15 * 60;
const LONGEST_DEMO_SECONDS: i64 = 60;

/// A hospital sits behind one address: it waits only after so many different accounts failed there within the window.
pub const ADDRESS_NAMES: i64 = 50;
/// So many names of whatever kind are a flood.
pub const ADDRESS_FLOOD: i64 = 500;
pub const ADDRESS_WINDOW_SECONDS: i64 = 10 * 60;
/// Failures older than this are forgotten.
pub const MEMORY_SECONDS: i64 = 24 * 3600;

/// Seconds to wait after so many failures in a row: none for the first five, then 1, 2, 4, … up to 15 minutes (60 s in the demo).
pub fn wait_seconds(failures: i64, demo: bool) -> i64 {
    let longest = if demo { LONGEST_DEMO_SECONDS } else { LONGEST_SECONDS };
    match failures - FREE {
        ..=0 => 0,
        over => {
            1_i64.checked_shl(u32::try_from(over - 1).unwrap_or(63).min(20)).unwrap_or(longest).min(longest)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_failure_waits_and_the_wait_doubles_to_its_limit() {
        assert_eq!([5, 6, 7, 8].map(|n| wait_seconds(n, false)), [0, 1, 2, 4]);
        assert_eq!((wait_seconds(40, false), wait_seconds(40, true)), (900, 60));
    }

    #[test]
    fn ten_thousand_guesses_at_one_name_take_more_than_three_months() {
        let seconds: i64 = (1..=10_000).map(|failures| wait_seconds(failures, false)).sum();
        assert!(seconds > 100 * 24 * 3600, "{seconds} s");
    }
}
