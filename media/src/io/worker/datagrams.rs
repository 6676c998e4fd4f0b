//! What comes from the network: told apart, authenticated, opened, and handed to the room it belongs to.

use super::Worker;
use crate::ids::{LegKey, MemberKey};
use crate::io::dtls::DtlsEvent;
use crate::io::leg::Egress;
use crate::io::{net, rtcp, stun};
use crate::refusal::Refusal;
use crate::rtp::{self, Header};
use std::net::SocketAddr;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

impl Worker {
    /// RFC 7983 §7: the first byte tells STUN, DTLS and (S)RTP apart.
    pub(super) fn datagram(&mut self, from: SocketAddr, datagram: &mut [u8], now: Instant) {
        let known = match datagram.first() {
            Some(0..=3) => return self.stun(from, datagram, now),
            Some(20..=63 | 128..=191) => self.by_address.get(&from).copied(),
            _ => None,
        };
        let Some(at) = known else {
            self.counters.strays.fetch_add(1, Relaxed);
            return;
        };
        if datagram[0] < 64 {
            self.dtls(at, datagram, now);
        } else if rtp::is_rtcp(datagram) {
            self.control(at, datagram, now);
        } else {
            self.media(at, datagram, now);
        }
    }

    pub(super) fn stun(&mut self, from: SocketAddr, datagram: &[u8], now: Instant) {
        if self.check(from, datagram, now).is_none() {
            self.counters.strays.fetch_add(1, Relaxed);
        }
    }

    pub(super) fn check(&mut self, from: SocketAddr, datagram: &[u8], now: Instant) -> Option<()> {
        let request = stun::Request::read(datagram)?;
        let at = *self.by_ufrag.get(&request.ufrag)?;
        let leg = self.legs.get_mut(at)?;
        let answer = request.answer(&leg.password, from, self.identity.provider.crypto())?;
        let name = net::Name::new(from, self.local.is_ipv6());
        self.batch.push(name, |out| {
            out.extend_from_slice(&answer.bytes);
            Some(())
        });
        if let Some(forgotten) = leg.proven(from, answer.nominated, self.local.is_ipv6())
            && self.by_address.get(&forgotten) == Some(&at)
        {
            self.by_address.remove(&forgotten);
        }
        self.by_address.insert(from, at);
        let room = leg.room;
        self.rooms.get_mut(room)?.leg_heard(LegKey(at), now);
        Some(())
    }

    pub(super) fn dtls(&mut self, at: u32, datagram: &[u8], now: Instant) {
        let Some(leg) = self.legs.get_mut(at) else { return };
        let event = leg.dtls.read(&self.identity, &leg.offer.fingerprints, datagram, now);
        leg.flush_dtls(&mut self.batch);
        let (index, member) = (leg.room, leg.member);
        let Some(event) = event else { return };
        let refusal = match event {
            DtlsEvent::Connected(srtp) => {
                tracing::debug!(gcm = srtp.is_gcm(), "a peer connection has its keys");
                leg.srtp = Some(srtp);
                if let Some(room) = self.rooms.get_mut(index) {
                    room.connected(LegKey(at));
                }
                return;
            }
            DtlsEvent::Closed => None,
            DtlsEvent::WrongFingerprint => Some(Refusal::FingerprintMismatch),
            DtlsEvent::Failed => Some(Refusal::HandshakeFailed),
        };
        self.end_leg(at, index, member, refusal);
    }

    pub(super) fn end_leg(&mut self, at: u32, index: u32, member: MemberKey, refusal: Option<Refusal>) {
        if let Some(refusal) = refusal {
            self.refuse(member, refusal);
        }
        if let Some(room) = self.rooms.get_mut(index) {
            room.leg_gone(LegKey(at));
        }
        self.carry_out(index);
    }

    pub(super) fn media(&mut self, at: u32, datagram: &mut [u8], now: Instant) {
        let Some(leg) = self.legs.get_mut(at) else { return };
        let (Some(srtp), Some(header)) = (&mut leg.srtp, Header::read(datagram)) else { return };
        let Some(length) = srtp.open(&header, datagram) else {
            self.counters.rejected.fetch_add(1, Relaxed);
            return;
        };
        self.counters.packets_in.fetch_add(1, Relaxed);
        let Some(room) = self.rooms.get_mut(leg.room) else { return };
        let mut egress = Egress {
            legs: &mut self.legs,
            batch: &mut self.batch,
            socket: &self.socket,
            counters: &self.counters,
            cname: &self.cname,
        };
        room.packet(LegKey(at), &header, &datagram[..length], now, &mut egress);
    }

    pub(super) fn control(&mut self, at: u32, datagram: &[u8], now: Instant) {
        let Some(leg) = self.legs.get_mut(at) else { return };
        let index = leg.room;
        let Some(plain) = leg.srtp.as_mut().and_then(|srtp| srtp.open_control(datagram)) else { return };
        let Some(room) = self.rooms.get_mut(index) else { return };
        let mut egress = Egress {
            legs: &mut self.legs,
            batch: &mut self.batch,
            socket: &self.socket,
            counters: &self.counters,
            cname: &self.cname,
        };
        rtcp::read(&plain, |heard| room.control(LegKey(at), &heard, now, &mut egress));
    }
}
