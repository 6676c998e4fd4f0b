//! Time as the server keeps it: UTC milliseconds, and the clock that is handed in.
//! Knows nothing of time zones but how to write RFC 3339. Only `main.rs` makes a clock that reads the machine's.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// An instant in milliseconds since 1970-01-01 UTC. In JSON: RFC 3339 with milliseconds and `Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds * 1000)
    }

    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Self(t.as_millisecond()))
    }

    /// `2026-11-28 16:05:09`: as it is written in a time zone where people read it in a table.
    pub fn written_in(self, zone: &jiff::tz::TimeZone) -> String {
        let there = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default().to_zoned(zone.clone());
        there.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// The calendar day of this instant in a time zone, for ages, rosters and reports.
    pub fn day_in(self, zone: &jiff::tz::TimeZone) -> jiff::civil::Date {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or_default().to_zoned(zone.clone()).date()
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(t) => write!(f, "{t:.3}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("a time in RFC 3339 is expected"))
    }
}

impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .into()
    }
}
impl utoipa::ToSchema for Timestamp {}

/// The clock everything is told the time by.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    pub fn new(read: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    pub fn now(&self) -> Timestamp {
        (self.0)()
    }

    /// A clock in the hand of a test, and the hand.
    pub fn manual(start: Timestamp) -> (Self, ManualClock) {
        let hand = ManualClock(Arc::new(AtomicI64::new(start.0)));
        let read = hand.clone();
        (Self::new(move || Timestamp(read.0.load(Ordering::SeqCst))), hand)
    }
}

#[derive(Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    pub fn advance_ms(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_with_milliseconds_and_read_back() {
        let t = Timestamp(1_795_400_000_120);
        let text = serde_json::to_string(&t).unwrap();
        assert_eq!(text, "\"2026-11-23T02:13:20.120Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&text).unwrap(), t);
    }

    #[test]
    fn the_day_is_that_of_the_alliance_not_of_greenwich() {
        let zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
        assert_eq!(Timestamp::parse("2026-11-22T16:00:00Z").unwrap().day_in(&zone).to_string(), "2026-11-23");
    }
}
