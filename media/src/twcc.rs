//! Transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1): when each packet of a
//! publisher's connection came, so that the publisher can estimate its uplink. Counts every packet that was
//! authentic, retransmissions and probes included: without them the estimate collapses. Pure; owned by `room`.

use crate::sequence::nearest;
use std::time::{Duration, Instant};

/// Steps of the reference time.
const REFERENCE: u64 = 64_000;
const INTERVAL: Duration = Duration::from_millis(50);
/// Bounds of one report: packets that came, and packets spanned.
const MOST_ARRIVALS: usize = 1_024;
const WIDEST: u64 = 1_024;

#[derive(Debug)]
pub struct Arrivals {
    origin: Instant,
    newest: Option<u64>,
    /// The next number that no report has covered.
    next: u64,
    came: Vec<(u64, u64)>,
    due: Instant,
    reports: u8,
}

/// One report, ready to be put into bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransportFeedback {
    pub base: u16,
    /// Multiples of 64 ms, 24 bits.
    pub reference: u32,
    pub count: u8,
    /// For each packet from `base` on: the time since the one before it in steps of 250 µs, if it came.
    pub deltas: Vec<Option<i16>>,
}

impl Arrivals {
    pub fn new(now: Instant) -> Self {
        Self { origin: now, newest: None, next: 0, came: Vec::new(), due: now + INTERVAL, reports: 0 }
    }

    pub fn record(&mut self, number: u16, now: Instant) {
        let index = match self.newest {
            // One turn above zero, so that an earlier number still has a place.
            None => u64::from(number) + 0x1_0000,
            Some(newest) => match nearest(newest, number) {
                Some(index) => index,
                None => return,
            },
        };
        if self.newest.is_none() {
            self.next = index;
        }
        self.newest = Some(self.newest.map_or(index, |newest| newest.max(index)));
        if self.came.len() < MOST_ARRIVALS {
            let micros = now.saturating_duration_since(self.origin).as_micros() as u64;
            self.came.push((index, micros));
        }
    }

    /// Fills `out` if a report is due and there is something to report.
    pub fn report(&mut self, now: Instant, out: &mut TransportFeedback) -> bool {
        if now < self.due || self.came.is_empty() {
            return false;
        }
        self.due = now + INTERVAL;
        self.came.sort_unstable();
        self.came.dedup_by_key(|(index, _)| *index);
        let last = self.came[self.came.len() - 1].0;
        let first = self.came[0].0.min(self.next).max(last.saturating_sub(WIDEST - 1));
        let earliest = self.came.iter().map(|(_, at)| *at).min().unwrap_or(0);
        let reference = earliest / REFERENCE;
        let mut clock = (reference * REFERENCE) as i64;

        out.base = first as u16;
        out.reference = (reference & 0x00ff_ffff) as u32;
        out.count = self.reports;
        out.deltas.clear();
        let mut came = self.came.iter().skip_while(|(index, _)| *index < first).peekable();
        for index in first..=last {
            let delta = came.next_if(|(at, _)| *at == index).and_then(|(_, micros)| {
                let steps = (*micros as i64 - clock).div_euclid(250);
                let steps = i16::try_from(steps).ok()?;
                clock += i64::from(steps) * 250;
                Some(steps)
            });
            out.deltas.push(delta);
        }
        self.reports = self.reports.wrapping_add(1);
        self.next = last + 1;
        self.came.clear();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    #[test]
    fn a_report_names_what_came_and_what_did_not() {
        let start = Instant::now();
        let mut arrivals = Arrivals::new(start);
        arrivals.record(65_534, ms(start, 1));
        arrivals.record(65_535, ms(start, 2));
        arrivals.record(1, ms(start, 5));
        let mut report = TransportFeedback::default();
        assert!(!arrivals.report(ms(start, 49), &mut report));
        assert!(arrivals.report(ms(start, 50), &mut report));
        assert_eq!(report.base, 65_534);
        assert_eq!(report.deltas, [Some(4), Some(4), None, Some(12)]);
        assert!(!arrivals.report(ms(start, 200), &mut report), "nothing new came");
    }

    #[test]
    fn the_next_report_begins_where_the_last_one_ended() {
        let start = Instant::now();
        let mut arrivals = Arrivals::new(start);
        let mut report = TransportFeedback::default();
        arrivals.record(10, start);
        arrivals.report(ms(start, 50), &mut report);
        arrivals.record(13, ms(start, 60));
        arrivals.report(ms(start, 100), &mut report);
        assert_eq!(report.base, 11);
        assert_eq!(report.deltas.len(), 3);
        assert_eq!(report.deltas[..2], [None, None]);
        assert_eq!(report.count, 1);
    }

    #[test]
    fn packets_out_of_order_have_negative_steps() {
        let start = Instant::now();
        let mut arrivals = Arrivals::new(start);
        arrivals.record(2, ms(start, 10));
        arrivals.record(1, ms(start, 20));
        let mut report = TransportFeedback::default();
        arrivals.report(ms(start, 50), &mut report);
        assert_eq!(report.base, 1);
        assert_eq!(report.deltas, [Some(80), Some(-40)]);
    }

    #[test]
    fn a_wild_jump_of_numbers_stays_bounded() {
        let start = Instant::now();
        let mut arrivals = Arrivals::new(start);
        for number in [0u16, 30_000, 60_000, 24_464] {
            arrivals.record(number, start);
        }
        let mut report = TransportFeedback::default();
        assert!(arrivals.report(ms(start, 50), &mut report));
        assert!(report.deltas.len() <= WIDEST as usize);
    }
}
