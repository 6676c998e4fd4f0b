//! What RTCP says, as values: what the core wants to tell a peer, and what a peer has told it. The bytes are the
//! business of `io`. Also the reception statistics behind receiver reports (RFC 3550 §6.4 and appendix A). Pure.

use crate::ids::LegKey;
use crate::rtp::Outgoing;
use crate::twcc::TransportFeedback;
use std::time::{Duration, Instant};

/// Where the core puts what it wants sent. The IO thread seals it into a batch; a simulation delivers it.
pub trait Outlet {
    fn media(&mut self, leg: LegKey, packet: &Outgoing<'_>);
    /// A packet that was asked for again.
    fn repair(&mut self, leg: LegKey, packet: &Outgoing<'_>) {
        self.media(leg, packet);
    }
    fn control(&mut self, leg: LegKey, report: &Report<'_>);
}

#[derive(Debug)]
pub enum Report<'a> {
    /// Picture Loss Indication (RFC 4585 §6.3.1).
    KeyFrameRequest {
        ssrc: u32,
    },
    /// Generic NACK (RFC 4585 §6.2.1).
    Nack {
        ssrc: u32,
        numbers: &'a [u16],
    },
    Transport {
        ssrc: u32,
        feedback: &'a TransportFeedback,
    },
    Receiver(&'a [Reception]),
    Sender(SenderInfo),
}

/// One report block of a receiver report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reception {
    pub ssrc: u32,
    /// Lost since the last report, in 1/256.
    pub fraction_lost: u8,
    pub total_lost: u32,
    pub highest: u32,
    /// In units of the stream's clock.
    pub jitter: u32,
    /// Middle 32 bits of the NTP time of the last sender report, and how long ago it came, in 1/65536 s.
    pub last_sender_report: u32,
    pub delay: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderInfo {
    pub ssrc: u32,
    /// Seconds since 1900 as 32.32 fixed point.
    pub ntp: u64,
    pub timestamp: u32,
    pub packets: u32,
    pub octets: u32,
}

/// What a peer has told us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    KeyFrameRequest { ssrc: u32 },
    Nack { ssrc: u32, numbers: Vec<u16> },
    Sender { ssrc: u32, ntp: u64, timestamp: u32 },
}

/// What has been received of one stream.
#[derive(Debug, Default)]
pub struct Statistics {
    first: Option<u64>,
    highest: u64,
    received: u64,
    expected_before: u64,
    received_before: u64,
    jitter: f64,
    transit: Option<f64>,
    sender: Option<SenderClock>,
}

/// The newest sender report of a stream and when it came.
#[derive(Clone, Copy, Debug)]
pub struct SenderClock {
    pub ntp: u64,
    pub timestamp: u32,
    pub at: Instant,
}

impl Statistics {
    /// Counts a packet. `since` is the time since any fixed moment; `rate` the stream's clock in Hz.
    pub fn count(&mut self, index: u64, timestamp: u32, since: Duration, rate: u32) {
        if self.first.is_none() {
            self.first = Some(index);
            self.highest = index;
        }
        self.received += 1;
        if index < self.highest {
            return;
        }
        self.highest = index;
        // RFC 3550 A.8. The difference is taken modulo 2³² so that a wrap of the timestamp does no harm.
        let arrival = since.as_secs_f64() * f64::from(rate);
        let transit = arrival - f64::from(timestamp);
        if let Some(before) = self.transit.replace(transit) {
            let turn = 4_294_967_296.0;
            let difference = (transit - before).rem_euclid(turn);
            let difference = difference.min(turn - difference);
            if difference < f64::from(rate) * 10.0 {
                self.jitter += (difference - self.jitter) / 16.0;
            }
        }
    }

    pub fn heard(&mut self, ntp: u64, timestamp: u32, now: Instant) {
        self.sender = Some(SenderClock { ntp, timestamp, at: now });
    }

    pub fn sender(&self) -> Option<SenderClock> {
        self.sender
    }

    /// The report block of this moment (RFC 3550 A.3), or `None` before the first packet.
    pub fn block(&mut self, ssrc: u32, now: Instant) -> Option<Reception> {
        let expected = self.highest - self.first? + 1;
        let due = expected - self.expected_before;
        let lost = due.saturating_sub(self.received - self.received_before);
        self.expected_before = expected;
        self.received_before = self.received;
        let (last_sender_report, delay) = self.sender.map_or((0, 0), |sender| {
            let delay = now.saturating_duration_since(sender.at).as_secs_f64() * 65_536.0;
            ((sender.ntp >> 16) as u32, delay as u32)
        });
        Some(Reception {
            ssrc,
            fraction_lost: (lost * 256).checked_div(due).unwrap_or(0).min(255) as u8,
            total_lost: expected.saturating_sub(self.received).min(0x7f_ffff) as u32,
            highest: self.highest as u32,
            jitter: self.jitter as u32,
            last_sender_report,
            delay,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_counts_what_was_lost_since_the_one_before() {
        let now = Instant::now();
        let mut statistics = Statistics::default();
        assert!(statistics.block(1, now).is_none());
        for index in (100..110).filter(|index| index % 2 == 0) {
            statistics.count(index, 0, Duration::ZERO, 90_000);
        }
        let block = statistics.block(1, now).unwrap();
        assert_eq!((block.total_lost, block.highest), (4, 108));
        assert_eq!(block.fraction_lost, (4 * 256 / 9) as u8);
        for index in 109..119 {
            statistics.count(index, 0, Duration::ZERO, 90_000);
        }
        let block = statistics.block(1, now).unwrap();
        assert_eq!((block.total_lost, block.fraction_lost), (4, 0));
    }

    #[test]
    fn a_steady_stream_has_no_jitter_even_when_its_timestamp_wraps() {
        let mut statistics = Statistics::default();
        for n in 0..100u32 {
            let timestamp = (u32::MAX - 90_000).wrapping_add(n * 3_000);
            statistics.count(
                u64::from(n),
                timestamp,
                Duration::from_micros(u64::from(n) * 100_000 / 3),
                90_000,
            );
        }
        assert!(statistics.block(1, Instant::now()).unwrap().jitter < 2);
    }

    #[test]
    fn the_delay_since_the_last_sender_report_is_told() {
        let now = Instant::now();
        let mut statistics = Statistics::default();
        statistics.count(1, 0, Duration::ZERO, 48_000);
        statistics.heard(0x1234_5678_9abc_def0, 7, now);
        let block = statistics.block(1, now + Duration::from_millis(500)).unwrap();
        assert_eq!((block.last_sender_report, block.delay), (0x5678_9abc, 32_768));
    }
}
