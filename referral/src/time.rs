//! Time as it is stored: UTC milliseconds, and spans of them. There is no clock here; every
//! moment is an argument.

use serde::{Deserialize, Serialize};

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub i64);

/// A length of time in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span(pub i64);

impl Span {
    pub const ZERO: Self = Self(0);

    pub const fn minutes(n: i64) -> Self {
        Self(n * 60_000)
    }

    pub const fn hours(n: i64) -> Self {
        Self::minutes(n * 60)
    }

    pub const fn days(n: i64) -> Self {
        Self::hours(n * 24)
    }

    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What is left of this span after `used`; never negative.
    pub fn less(self, used: Self) -> Self {
        Self(self.0.saturating_sub(used.0).max(0))
    }
}

impl Millis {
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// The span since `earlier`; zero when `earlier` lies ahead (clocks of devices differ).
    pub fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0).max(0))
    }
}

/// How far a device's clock may run ahead before a time it reports is refused.
pub const CLOCK_SKEW: Span = Span::minutes(10);

/// How far back an expected date may lie: a bare date is handed in as its midnight.
pub const DATE_SLACK: Span = Span::days(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_never_negative_and_a_moment_never_overflows() {
        assert_eq!(Millis(5).since(Millis(9)), Span::ZERO);
        assert_eq!(Span(5).less(Span(9)), Span::ZERO);
        assert_eq!(Millis(i64::MAX).plus(Span::days(1)), Millis(i64::MAX));
    }
}
