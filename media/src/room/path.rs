//! The way of a packet through a room: taken in once, handed to each slot that shows its stream. Also what happens
//! by itself as time passes: feedback to publishers, reports to watchers, stills for those who have just come.
//! Allocates nothing once buffers have grown; called for each packet and every few milliseconds.

use super::{Publication, Room, Watch};
use crate::ids::{Kind, LegKey};
use crate::report::{Heard, Outlet, Report};
use crate::rtp::Header;
use crate::stream::{Arrival, Stream};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const REPORT_INTERVAL: Duration = Duration::from_secs(1);

impl Room {
    /// A plain RTP packet has come on the publishing leg. Packets of other legs and of unknown payload types are
    /// dropped.
    pub fn packet(
        &mut self,
        leg: LegKey,
        header: &Header,
        packet: &[u8],
        now: Instant,
        outlet: &mut impl Outlet,
    ) {
        let Some(publication) = self.publications.get_mut(&leg) else { return };
        publication.heard = now;
        if let Some(id) = publication.transport_extension
            && let Some([high, low]) = header.extension(packet, id)
        {
            publication.arrivals.record(u16::from_be_bytes([*high, *low]), now);
        }
        let payload = header.payload(packet);
        let media =
            publication.tracks.iter().position(|(offer, _)| offer.payload_type == header.payload_type);
        let (at, arrival) = if let Some(at) = media {
            if !publication.tracks[at].1.admits(header.ssrc, now) {
                return;
            }
            (at, arrival(header, header.sequence, payload, false))
        } else {
            // RFC 4588 §4: the original sequence number stands before the original payload.
            let pt = Some(header.payload_type);
            let Some(at) = publication.tracks.iter().position(|(offer, _)| offer.rtx_payload_type == pt)
            else {
                return;
            };
            let Some((number, payload)) = payload.split_first_chunk::<2>() else { return };
            // Nothing can be repaired before the first packet has told where the numbers begin.
            if publication.tracks[at].1.is_fresh() {
                return;
            }
            (at, arrival(header, u16::from_be_bytes(*number), payload, true))
        };
        let stream = &mut publication.tracks[at].1;
        let source = stream.source();
        let mut waiting = false;
        let Some((stored, subscribers)) = stream.take_for(arrival, now) else { return };
        for (leg, at) in subscribers {
            let Some(watch) = self.watches.get_mut(leg) else { continue };
            if !watch.connected {
                continue;
            }
            match watch.slots[*at].forward(source, stored, now) {
                Some(packet) => outlet.media(*leg, &packet),
                None => waiting |= !watch.slots[*at].is_live(),
            }
        }
        if waiting {
            stream.requests.want();
        }
    }

    /// A peer has said something by RTCP.
    pub fn control(&mut self, leg: LegKey, heard: &Heard, now: Instant, outlet: &mut impl Outlet) {
        self.leg_heard(leg, now);
        match heard {
            Heard::Sender { ssrc, ntp, timestamp } => {
                let ours = self.clock.ntp(now);
                let Some(publication) = self.publications.get_mut(&leg) else { return };
                let stream = publication.tracks.iter_mut().find(|(_, stream)| stream.ssrc() == Some(*ssrc));
                let Some((_, stream)) = stream else { return };
                stream.heard_sender(*ntp, *timestamp, now);
                publication.clock_shift.get_or_insert(ours.wrapping_sub(*ntp));
            }
            Heard::KeyFrameRequest { ssrc } => {
                let Some(watch) = self.watches.get(&leg) else { return };
                let Some(at) = watch.slots.iter().position(|slot| slot.offer.ssrc == *ssrc) else { return };
                for (_, stream) in self.publications.values_mut().flat_map(|p| &mut p.tracks) {
                    if stream.subscribers.contains(&(leg, at)) {
                        stream.requests.want();
                    }
                }
            }
            Heard::Nack { ssrc, numbers } => {
                let Some(watch) = self.watches.get_mut(&leg).filter(|watch| watch.connected) else { return };
                let Some(slot) = watch.slots.iter_mut().find(|slot| slot.offer.ssrc == *ssrc) else { return };
                for number in numbers {
                    let Some((source, index)) = slot.origin(*number) else { continue };
                    let streams =
                        self.publications.values().flat_map(|p| &p.tracks).map(|(_, stream)| stream);
                    let stored = streams.filter(|s| s.source() == source).find_map(|s| s.stored(index));
                    let Some(stored) = stored else { continue };
                    let Some(packet) = slot.retransmit(*number, stored) else { return };
                    outlet.repair(leg, &packet);
                }
            }
        }
    }

    /// To be called every 5 ms or so while somebody is in the room.
    pub fn tick(&mut self, now: Instant, outlet: &mut impl Outlet) {
        let report = now >= self.next_report;
        if report {
            self.next_report = now + REPORT_INTERVAL;
            self.sweep(now);
        }
        let Room { publications, watches, scratch, .. } = self;
        for watch in watches.values_mut() {
            watch.slots.iter_mut().for_each(|slot| slot.tick());
        }
        for (leg, publication) in publications {
            for (_, stream) in &mut publication.tracks {
                show_stills(stream, watches, now, outlet);
                let Some(ssrc) = stream.ssrc() else { continue };
                scratch.numbers.clear();
                stream.nack(now, &mut scratch.numbers);
                if !scratch.numbers.is_empty() {
                    outlet.control(*leg, &Report::Nack { ssrc, numbers: &scratch.numbers });
                }
                if stream.kind == Kind::Video && !stream.muted && stream.requests.due(now) {
                    outlet.control(*leg, &Report::KeyFrameRequest { ssrc });
                }
            }
            if publication.arrivals.report(now, &mut scratch.feedback) {
                let ssrc = publication.tracks.iter().find_map(|(_, stream)| stream.ssrc()).unwrap_or(0);
                outlet.control(*leg, &Report::Transport { ssrc, feedback: &scratch.feedback });
            }
            if report {
                scratch.receptions.clear();
                let blocks = publication.tracks.iter_mut().filter_map(|(_, stream)| stream.reception(now));
                scratch.receptions.extend(blocks);
                if !scratch.receptions.is_empty() {
                    outlet.control(*leg, &Report::Receiver(&scratch.receptions));
                }
                report_senders(publication, watches, outlet);
            }
        }
    }
}

fn arrival<'a>(header: &Header, sequence: u16, payload: &'a [u8], repaired: bool) -> Arrival<'a> {
    Arrival { sequence, timestamp: header.timestamp, marker: header.marker, payload, repaired }
}

/// Shows the kept key frame to those whose slot is blank.
fn show_stills(
    stream: &Stream,
    watches: &mut BTreeMap<LegKey, Watch>,
    now: Instant,
    outlet: &mut impl Outlet,
) {
    if stream.still().is_empty() {
        return;
    }
    for (leg, at) in &stream.subscribers {
        let Some(watch) = watches.get_mut(leg).filter(|watch| watch.connected) else { continue };
        if watch.slots[*at].wants_still() {
            watch.slots[*at]
                .show_still(stream.source(), stream.still(), now, |packet| outlet.media(*leg, packet));
        }
    }
}

fn report_senders(publication: &Publication, watches: &BTreeMap<LegKey, Watch>, outlet: &mut impl Outlet) {
    let Some(shift) = publication.clock_shift else { return };
    for (_, stream) in &publication.tracks {
        let Some(clock) = stream.sender_clock() else { continue };
        for (leg, at) in &stream.subscribers {
            let Some(watch) = watches.get(leg).filter(|watch| watch.connected) else { continue };
            if let Some(info) = watch.slots[*at].sender_info(stream.source(), clock, shift) {
                outlet.control(*leg, &Report::Sender(info));
            }
        }
    }
}
