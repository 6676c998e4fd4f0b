//! One peer connection on our side: its ICE credentials, the addresses it has proven, its DTLS association and its
//! SRTP keys. Knows which room and member it serves and nothing of what is said there.

use super::dtls::Dtls;
use super::net::{Batch, Name};
use super::sdp::Offer;
use super::slab::Slab;
use super::srtp::Srtp;
use super::{Counters, rtcp};
use crate::ids::{LegKey, MemberKey};
use crate::report::{Outlet, Report};
use crate::rtp::Outgoing;
use crate::slot::SlotOffer;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::Ordering::Relaxed;

/// Addresses that one peer may have proven: interfaces × our candidates, and a few moves.
const MOST_ADDRESSES: usize = 16;

pub struct Leg {
    pub room: u32,
    pub member: MemberKey,
    pub offer: Offer,
    pub slots: Vec<SlotOffer>,
    pub ufrag: String,
    pub password: String,
    /// Where we send to: the pair that the client has nominated last.
    pub address: Option<SocketAddr>,
    pub name: Option<Name>,
    /// Addresses that have passed a check, oldest first.
    pub proven: Vec<SocketAddr>,
    pub dtls: Dtls,
    pub srtp: Option<Box<Srtp>>,
}

impl Leg {
    /// An authentic check came from `from`. Returns an address that has to be forgotten.
    pub fn proven(&mut self, from: SocketAddr, nominated: bool, v6_socket: bool) -> Option<SocketAddr> {
        if self.address.is_none() || nominated && self.address != Some(from) {
            self.address = Some(from);
            self.name = Some(Name::new(from, v6_socket));
        }
        if self.proven.contains(&from) {
            return None;
        }
        self.proven.push(from);
        if self.proven.len() <= MOST_ADDRESSES {
            return None;
        }
        let oldest = self.proven.iter().position(|address| self.address != Some(*address))?;
        Some(self.proven.remove(oldest))
    }

    /// Queues what DTLS wants to send.
    pub fn flush_dtls(&mut self, batch: &mut Batch) {
        while let Some(datagram) = self.dtls.transmit() {
            let Some(name) = self.name else { continue };
            batch.push(name, |out| {
                out.extend_from_slice(&datagram);
                Some(())
            });
        }
    }
}

/// The core's way out: seals each packet for its leg and puts it into the batch.
pub struct Egress<'a> {
    pub legs: &'a mut Slab<Leg>,
    pub batch: &'a mut Batch,
    pub socket: &'a UdpSocket,
    pub counters: &'a Counters,
    pub cname: &'a str,
}

impl Egress<'_> {
    fn seal(&mut self, leg: LegKey, write: impl FnOnce(&mut Srtp, &mut Vec<u8>) -> Option<()>) -> bool {
        let Some(leg) = self.legs.get_mut(leg.0) else { return false };
        let (Some(name), Some(srtp)) = (leg.name, &mut leg.srtp) else { return false };
        let queued = self.batch.push(name, |out| write(srtp, out));
        if self.batch.is_long() {
            flush(self.batch, self.socket, self.counters);
        }
        queued
    }
}

impl Outlet for Egress<'_> {
    fn media(&mut self, leg: LegKey, packet: &Outgoing<'_>) {
        if self.seal(leg, |srtp, out| srtp.seal(packet, out)) {
            self.counters.packets_out.fetch_add(1, Relaxed);
        }
    }

    fn repair(&mut self, leg: LegKey, packet: &Outgoing<'_>) {
        self.media(leg, packet);
        self.counters.retransmissions_out.fetch_add(1, Relaxed);
    }

    fn control(&mut self, leg: LegKey, report: &Report<'_>) {
        let Some(plain) = rtcp::write(report, self.cname) else { return };
        self.seal(leg, |srtp, out| srtp.seal_control(&plain, out));
    }
}

pub fn flush(batch: &mut Batch, socket: &UdpSocket, counters: &Counters) {
    let unsent = batch.flush(socket);
    if unsent > 0 {
        counters.unsent.fetch_add(unsent as u64, Relaxed);
    }
}
