//! The loop of one worker thread: messages of clients, datagrams, time, in this order; then everything that has
//! been queued is sent. Owns the socket and all rooms that are pinned to it. `signalling` and `datagrams` hold what
//! happens to each message and each datagram.

mod datagrams;
mod signalling;

use super::dtls::Identity;
use super::leg::{Egress, Leg, flush};
use super::net::{self, Batch, Received};
use super::slab::Slab;
use super::waker::Waker;
use super::{Command, Counters, Link, addresses};
use crate::config::Config;
use crate::ids::{LegKey, MemberKey, RoomId};
use crate::refusal::Refusal;
use crate::room::{Limits, Participant, Room, WallClock};
use crate::signal::{LeaveReason, ServerMessage};
use ring::rand::{SecureRandom, SystemRandom};
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::mpsc;

const TICK: Duration = Duration::from_millis(5);
/// Without any peer connection nothing is urgent.
const IDLE: Duration = Duration::from_millis(250);
const SWEEP: Duration = Duration::from_millis(250);
/// Datagram batches between two looks at messages and time.
const BATCHES: usize = 16;
/// A connection that has not joined by then is closed.
const JOIN_WITHIN: Duration = Duration::from_secs(30);

pub struct Worker {
    socket: UdpSocket,
    local: SocketAddr,
    candidates: Vec<SocketAddr>,
    inbox: Receiver<Command>,
    waker: Arc<Waker>,
    counters: Arc<Counters>,
    stopping: Arc<AtomicBool>,
    limits: Limits,
    max_rooms: usize,
    max_slots: usize,
    identity: Identity,
    random: SystemRandom,
    clock: WallClock,
    /// RFC 3550 §6.5.1: the same for all our streams, so that receivers play them in sync.
    cname: String,
    batch: Batch,
    rooms: Slab<Room>,
    names: HashMap<RoomId, u32>,
    legs: Slab<Leg>,
    by_ufrag: HashMap<String, u32>,
    by_address: HashMap<SocketAddr, u32>,
    clients: BTreeMap<MemberKey, Client>,
}

struct Client {
    name: RoomId,
    room: Option<u32>,
    who: Participant,
    to_client: mpsc::Sender<ServerMessage>,
    link: Arc<Link>,
    opened: Instant,
}

impl Worker {
    pub fn open(
        config: &Config,
        inbox: Receiver<Command>,
        waker: Arc<Waker>,
        counters: Arc<Counters>,
        stopping: Arc<AtomicBool>,
    ) -> io::Result<Worker> {
        let socket = net::open(config.udp)?;
        let local = socket.local_addr()?;
        let mut worker = Worker {
            candidates: addresses::candidates(local, config.advertise),
            socket,
            local,
            inbox,
            waker,
            counters,
            stopping,
            limits: Limits {
                participants: config.max_participants,
                leg_silence: config.leg_silence,
                member_silence: config.member_silence,
            },
            max_rooms: config.max_rooms,
            max_slots: config.max_slots,
            identity: Identity::generate()?,
            random: SystemRandom::new(),
            clock: wall_clock(),
            cname: String::new(),
            batch: Batch::default(),
            rooms: Slab::default(),
            names: HashMap::new(),
            legs: Slab::default(),
            by_ufrag: HashMap::new(),
            by_address: HashMap::new(),
            clients: BTreeMap::new(),
        };
        worker.cname = worker.token(8);
        Ok(worker)
    }

    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    pub fn run(mut self) {
        let mut received = Received::new();
        let mut next_tick = Instant::now();
        let mut next_sweep = Instant::now();
        while !self.stopping.load(Relaxed) {
            let patience = if self.legs.len() == 0 { IDLE } else { TICK };
            if net::wait(&self.socket, self.waker.as_raw_fd(), patience) {
                self.waker.clear();
                self.commands();
            }
            for _ in 0..BATCHES {
                let count = received.receive(&self.socket);
                let now = Instant::now();
                for at in 0..count {
                    let (from, datagram) = received.datagram(at);
                    self.datagram(from, datagram, now);
                }
                if !Received::is_full(count) {
                    break;
                }
            }
            let now = Instant::now();
            if now >= next_tick {
                next_tick = now + TICK;
                self.tick(now);
            }
            if now >= next_sweep {
                next_sweep = now + SWEEP;
                self.sweep(now);
            }
            flush(&mut self.batch, &self.socket, &self.counters);
        }
        self.shut_down();
    }

    fn shut_down(&mut self) {
        for index in self.rooms.keys() {
            if let Some(room) = self.rooms.get_mut(index) {
                room.close(LeaveReason::Stopped);
            }
            self.carry_out(index);
        }
        for (_, client) in std::mem::take(&mut self.clients) {
            let _ = client.to_client.try_send(ServerMessage::Closed { reason: LeaveReason::Stopped });
        }
        flush(&mut self.batch, &self.socket, &self.counters);
        self.count();
    }

    fn tick(&mut self, now: Instant) {
        for index in self.rooms.keys() {
            let Some(room) = self.rooms.get_mut(index) else { continue };
            let mut egress = Egress {
                legs: &mut self.legs,
                batch: &mut self.batch,
                socket: &self.socket,
                counters: &self.counters,
                cname: &self.cname,
            };
            room.tick(now, &mut egress);
            if room.has_effects() {
                self.carry_out(index);
            }
        }
        let mut failed = Vec::new();
        for (at, leg) in self.legs.iter_mut().filter(|(_, leg)| leg.srtp.is_none()) {
            if leg.dtls.tick(now) {
                failed.push((at, leg.room, leg.member));
            }
            leg.flush_dtls(&mut self.batch);
        }
        for (at, index, member) in failed {
            self.end_leg(at, index, member, Some(Refusal::HandshakeFailed));
        }
    }

    /// Lets go of clients whose connection has been dropped.
    fn sweep(&mut self, now: Instant) {
        let gone = |client: &Client| client.link.gone.load(Relaxed) || client.to_client.is_closed();
        let late = |client: &Client| client.room.is_none() && now > client.opened + JOIN_WITHIN;
        let leaving: Vec<_> = self
            .clients
            .iter()
            .filter(|(_, client)| gone(client) || late(client))
            .map(|(key, client)| (*key, client.room))
            .collect();
        for (key, index) in leaving {
            let Some(index) = index else {
                self.dismiss(key, LeaveReason::Refused);
                continue;
            };
            if let Some(room) = self.rooms.get_mut(index) {
                room.leave(key, LeaveReason::Left);
            }
            self.carry_out(index);
        }
    }

    fn close_leg(&mut self, key: LegKey) {
        let Some(leg) = self.legs.get_mut(key.0) else { return };
        leg.dtls.close(Instant::now());
        leg.flush_dtls(&mut self.batch);
        let Some(leg) = self.legs.remove(key.0) else { return };
        self.by_ufrag.remove(&leg.ufrag);
        for address in &leg.proven {
            if self.by_address.get(address) == Some(&key.0) {
                self.by_address.remove(address);
            }
        }
    }

    fn count(&self) {
        let participants = self.clients.values().filter(|client| client.room.is_some()).count();
        self.counters.rooms.store(self.rooms.len() as u64, Relaxed);
        self.counters.participants.store(participants as u64, Relaxed);
        self.counters.legs.store(self.legs.len() as u64, Relaxed);
    }

    /// `bytes` random bytes in hexadecimal.
    fn token(&self, bytes: usize) -> String {
        let mut buffer = [0u8; 16];
        let part = &mut buffer[..bytes.min(16)];
        fill(&self.random, part);
        part.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn number(random: &SystemRandom) -> u32 {
    let mut bytes = [0u8; 4];
    fill(random, &mut bytes);
    u32::from_ne_bytes(bytes)
}

/// A system without randomness can keep nobody's secrets: better to stop than to go on.
fn fill(random: &SystemRandom, bytes: &mut [u8]) {
    random.fill(bytes).expect("the system has randomness");
}

/// NTP counts from 1900 (RFC 5905 §6), 2,208,988,800 s before the epoch of Unix.
fn wall_clock() -> WallClock {
    #[expect(clippy::disallowed_methods, reason = "the io folder is where clocks are read")]
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = since.as_secs() + 2_208_988_800;
    let fraction = (u64::from(since.subsec_nanos()) << 32) / 1_000_000_000;
    WallClock { at: Instant::now(), ntp: seconds << 32 | fraction }
}
