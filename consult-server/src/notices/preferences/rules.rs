//! Quiet hours: when they are, and when what they hold goes out. Pure.

use super::{Quiet, QuietHours};
use crate::error::{Code, Refusal, Result};
use crate::time::Timestamp;
use jiff::tz::TimeZone;

const HOUR: i64 = 60;

/// What was typed, as minutes of the day.
pub fn quiet(hours: &QuietHours) -> Result<Quiet> {
    let wrong = || Refusal::field(Code::NoticeQuietHours, "quiet");
    let quiet = Quiet {
        from: minutes(&hours.from).ok_or_else(wrong)?,
        until: minutes(&hours.until).ok_or_else(wrong)?,
    };
    if quiet.from == quiet.until { Err(wrong()) } else { Ok(quiet) }
}

fn minutes(text: &str) -> Option<i64> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    let (hour, minute): (i64, i64) = match digits(hour) && digits(minute) {
        true => (hour.parse().ok()?, minute.parse().ok()?),
        false => return None,
    };
    (hour < 24 && minute < HOUR).then_some(hour * HOUR + minute)
}

pub fn written(quiet: Quiet) -> QuietHours {
    let text = |minutes: i64| format!("{:02}:{:02}", minutes / HOUR, minutes % HOUR);
    QuietHours { from: text(quiet.from), until: text(quiet.until) }
}

/// When something may disturb: now, or when the quiet hours that it is now end. An emergency always may.
pub fn not_before(now: Timestamp, quiet: Option<Quiet>, is_emergency: bool, zone: &TimeZone) -> Timestamp {
    let Some(quiet) = quiet.filter(|_| !is_emergency) else { return now };
    let Ok(instant) = jiff::Timestamp::from_millisecond(now.0) else { return now };
    let local = instant.to_zoned(zone.clone());
    let minute = i64::from(local.hour()) * HOUR + i64::from(local.minute());
    let over_midnight = quiet.from > quiet.until;
    let is_quiet = match over_midnight {
        false => (quiet.from..quiet.until).contains(&minute),
        true => minute >= quiet.from || minute < quiet.until,
    };
    if !is_quiet {
        return now;
    }
    let ends_tomorrow = over_midnight && minute >= quiet.from;
    let day = if ends_tomorrow { local.date().tomorrow().unwrap_or(local.date()) } else { local.date() };
    let (hour, minute) = (quiet.until / HOUR, quiet.until % HOUR);
    let (Ok(hour), Ok(minute)) = (i8::try_from(hour), i8::try_from(minute)) else { return now };
    // Where the clocks are put forward over it, it ends when they have been.
    match day.at(hour, minute, 0, 0).to_zoned(zone.clone()) {
        Ok(end) => Timestamp(end.timestamp().as_millisecond()).max(now),
        Err(_) => now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn night() -> Option<Quiet> {
        Some(quiet(&QuietHours { from: "22:00".to_owned(), until: "07:00".to_owned() }).unwrap())
    }

    #[test]
    fn what_comes_in_the_night_goes_out_in_the_morning_of_the_place() {
        // 2026-11-23 in Shanghai, which knows no summer time: UTC+8.
        let china = zone("Asia/Shanghai");
        for (now, goes) in [
            ("2026-11-23T13:59:00Z", "2026-11-23T13:59:00Z"), // 21:59
            ("2026-11-23T14:00:00Z", "2026-11-23T23:00:00Z"), // 22:00 → 07:00 the next day
            ("2026-11-23T16:30:00Z", "2026-11-23T23:00:00Z"), // 00:30 → 07:00 the same day
            ("2026-11-23T22:59:59Z", "2026-11-23T23:00:00Z"), // 06:59:59
            ("2026-11-23T23:00:00Z", "2026-11-23T23:00:00Z"), // 07:00
            ("2026-11-23T04:00:00Z", "2026-11-23T04:00:00Z"), // noon
        ] {
            assert_eq!(not_before(at(now), night(), false, &china), at(goes), "{now}");
        }
    }

    #[test]
    fn quiet_hours_within_a_day_end_on_that_day() {
        let noon = Some(quiet(&QuietHours { from: "12:00".to_owned(), until: "14:00".to_owned() }).unwrap());
        let china = zone("Asia/Shanghai");
        assert_eq!(not_before(at("2026-11-23T04:30:00Z"), noon, false, &china), at("2026-11-23T06:00:00Z"));
        assert_eq!(not_before(at("2026-11-23T14:30:00Z"), noon, false, &china), at("2026-11-23T14:30:00Z"));
    }

    #[test]
    fn the_end_of_the_night_is_by_the_clock_on_the_wall_also_when_it_is_changed() {
        // In Berlin the night of 2026-03-29 is an hour shorter: 07:00 is 05:00 UTC, not 06:00.
        let berlin = zone("Europe/Berlin");
        assert_eq!(
            not_before(at("2026-03-28T22:00:00Z"), night(), false, &berlin),
            at("2026-03-29T05:00:00Z")
        );
    }

    #[test]
    fn an_emergency_waits_for_nothing() {
        let now = at("2026-11-23T16:30:00Z");
        assert_eq!(not_before(now, night(), true, &zone("Asia/Shanghai")), now);
    }

    #[test]
    fn what_is_no_time_of_day_is_refused() {
        for (from, until) in
            [("22:00", "22:00"), ("24:00", "07:00"), ("7:00", "08:00"), ("", "07:00"), ("22:0x", "07:00")]
        {
            let hours = QuietHours { from: from.to_owned(), until: until.to_owned() };
            assert!(quiet(&hours).is_err(), "{from} {until}");
        }
        let hours = QuietHours { from: "22:00".to_owned(), until: "07:05".to_owned() };
        assert_eq!(written(quiet(&hours).unwrap()), hours);
    }
}
