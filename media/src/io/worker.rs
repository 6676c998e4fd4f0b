//! The loop of one worker thread: messages of clients, datagrams, time, in this order; then everything that has
//! been queued is sent. Carries out what rooms decide. Owns the socket and all rooms that are pinned to it.

use super::dtls::{Dtls, DtlsEvent, Identity};
use super::leg::{Egress, Leg, flush};
use super::net::{self, Batch, Received};
use super::sdp::{Direction, Offer, Transport};
use super::slab::Slab;
use super::waker::Waker;
use super::{Command, Counters, Link, addresses, rtcp, stun};
use crate::config::Config;
use crate::ids::{LegKey, MemberKey, PeerId, RoomId};
use crate::refusal::Refusal;
use crate::room::{Effect, Limits, Participant, Room, WallClock};
use crate::rtp::{self, Header};
use crate::signal::{ClientMessage, LeaveReason, ServerMessage};
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

    // --- Messages -------------------------------------------------------------------------------------------

    fn commands(&mut self) {
        let now = Instant::now();
        while let Ok(command) = self.inbox.try_recv() {
            match command {
                Command::Open { room, who, to_client, link } => {
                    let client = Client { name: room, room: None, who, to_client, link, opened: now };
                    self.clients.insert(client.link.key, client);
                }
                Command::Message { key, message } => {
                    let Some(client) = self.clients.get(&key) else { continue };
                    client.link.waiting.fetch_sub(1, Relaxed);
                    self.message(key, message, now);
                }
            }
        }
        self.sweep(now);
    }

    fn message(&mut self, key: MemberKey, message: ClientMessage, now: Instant) {
        let Some(client) = self.clients.get(&key) else { return };
        let Some(index) = client.room else {
            match message {
                ClientMessage::Join { protocol } => self.join(key, protocol, now),
                ClientMessage::Leave => self.dismiss(key, LeaveReason::Left),
                _ => self.refuse(key, Refusal::NotJoined),
            }
            return;
        };
        let Some(room) = self.rooms.get_mut(index) else { return };
        room.heard(key, now);
        match message {
            ClientMessage::Join { .. } => self.refuse(key, Refusal::AlreadyJoined),
            ClientMessage::Mute { audio, video } => room.mute(key, audio, video),
            ClientMessage::Ping => self.tell(key, ServerMessage::Pong),
            ClientMessage::Leave => room.leave(key, LeaveReason::Left),
            ClientMessage::Publish { sdp } => self.negotiate(key, index, &sdp, Direction::Publish, now),
            ClientMessage::Watch { sdp } => self.negotiate(key, index, &sdp, Direction::Watch, now),
        }
        self.carry_out(index);
    }

    fn join(&mut self, key: MemberKey, protocol: u32, now: Instant) {
        let Some(client) = self.clients.get(&key) else { return };
        let (name, who) = (client.name.clone(), client.who.clone());
        let id = PeerId::new(self.token(16));
        let joined = self.room(&name, now).and_then(|index| {
            let room = self.rooms.get_mut(index).ok_or(Refusal::TooManyRooms)?;
            room.join(key, id, who, protocol, now).map(|()| index)
        });
        match joined {
            Ok(index) => {
                if let Some(client) = self.clients.get_mut(&key) {
                    client.room = Some(index);
                }
                self.carry_out(index);
            }
            Err(refusal) => {
                self.refuse(key, refusal);
                self.dismiss(key, LeaveReason::Refused);
                if let Some(index) = self.names.get(&name) {
                    self.carry_out(*index);
                }
            }
        }
    }

    fn room(&mut self, name: &RoomId, now: Instant) -> Result<u32, Refusal> {
        if let Some(index) = self.names.get(name) {
            return Ok(*index);
        }
        if self.rooms.len() >= self.max_rooms {
            return Err(Refusal::TooManyRooms);
        }
        let index = self.rooms.insert(Room::new(self.limits, self.clock, now));
        self.names.insert(name.clone(), index);
        Ok(index)
    }

    fn negotiate(&mut self, key: MemberKey, index: u32, sdp: &str, direction: Direction, now: Instant) {
        match self.negotiated(key, index, sdp, direction, now) {
            Ok(answer) => {
                let message = match direction {
                    Direction::Publish => ServerMessage::Published { sdp: answer },
                    Direction::Watch => ServerMessage::Watching { sdp: answer },
                };
                self.tell(key, message);
            }
            Err(refusal) => self.refuse(key, refusal),
        }
    }

    fn negotiated(
        &mut self,
        key: MemberKey,
        index: u32,
        sdp: &str,
        direction: Direction,
        now: Instant,
    ) -> Result<String, Refusal> {
        let offer = Offer::read(sdp, direction)?;
        let random = &self.random;
        let slots = match direction {
            Direction::Publish => Vec::new(),
            Direction::Watch => offer.slots(|| number(random) | 1),
        };
        let most = slots.iter().filter(|slot| slot.kind == slots[0].kind).count();
        if most.max(slots.len() - most) > self.max_slots {
            return Err(Refusal::TooManySlots);
        }
        let (ufrag, password) = (self.token(8), self.token(16));
        let same = |leg: &Leg| leg.member == key && leg.offer.is_continued_by(&offer);
        let continued = self.legs.iter_mut().find(|(_, leg)| same(leg));
        let leg = if let Some((at, leg)) = continued.filter(|(_, leg)| leg.offer.direction == direction) {
            // ICE restart (RFC 8445 §9): new credentials, everything else goes on.
            self.by_ufrag.remove(&leg.ufrag);
            (leg.ufrag, leg.password) = (ufrag.clone(), password);
            at
        } else {
            let leg = Leg {
                room: index,
                member: key,
                offer,
                slots,
                ufrag: ufrag.clone(),
                password,
                address: None,
                name: None,
                proven: Vec::new(),
                dtls: Dtls::new(self.local),
                srtp: None,
            };
            let at = self.legs.insert(leg);
            self.admit(index, at, now);
            at
        };
        self.by_ufrag.insert(ufrag, leg);
        let leg = self.legs.get(leg).ok_or(Refusal::SdpInvalid)?;
        let transport = Transport {
            ufrag: &leg.ufrag,
            password: &leg.password,
            fingerprint: &self.identity.fingerprint,
            candidates: &self.candidates,
        };
        Ok(leg.offer.answer(&transport, &leg.slots, &self.cname))
    }

    /// Tells the room of a new leg.
    fn admit(&mut self, index: u32, at: u32, now: Instant) {
        let (Some(room), Some(leg)) = (self.rooms.get_mut(index), self.legs.get(at)) else { return };
        match leg.offer.direction {
            Direction::Publish => room.publish(leg.member, LegKey(at), leg.offer.publish_offer(), now),
            Direction::Watch => {
                let slots = leg.slots.iter().map(|slot| (slot.clone(), number(&self.random))).collect();
                room.watch(leg.member, LegKey(at), slots, now);
            }
        }
    }

    /// Does what the room has decided, until it decides nothing more.
    fn carry_out(&mut self, index: u32) {
        while let Some(room) = self.rooms.get_mut(index) {
            let effects = room.effects();
            if effects.is_empty() {
                if room.is_empty() {
                    self.rooms.remove(index);
                    self.names.retain(|_, at| *at != index);
                }
                break;
            }
            for effect in effects {
                match effect {
                    Effect::Tell(key, message) => self.tell(key, message),
                    Effect::Close(leg) => self.close_leg(leg),
                    Effect::Dismiss(key) => {
                        self.clients.remove(&key);
                    }
                }
            }
        }
        self.count();
    }

    fn tell(&mut self, key: MemberKey, message: ServerMessage) {
        let Some(client) = self.clients.get(&key) else { return };
        if client.to_client.try_send(message).is_ok() {
            return;
        }
        let Some(room) = client.room.and_then(|index| self.rooms.get_mut(index)) else {
            self.clients.remove(&key);
            return;
        };
        // Its messages are lost from here on: it has to come again. `carry_out` runs after every message.
        self.clients.remove(&key);
        room.leave(key, LeaveReason::Unresponsive);
    }

    fn refuse(&mut self, key: MemberKey, refusal: Refusal) {
        tracing::debug!(code = refusal.code(), "refused");
        self.tell(key, ServerMessage::Error { code: refusal.code().to_string() });
    }

    fn dismiss(&mut self, key: MemberKey, reason: LeaveReason) {
        self.tell(key, ServerMessage::Closed { reason });
        self.clients.remove(&key);
    }

    // --- Datagrams ------------------------------------------------------------------------------------------

    /// RFC 7983 §7: the first byte tells STUN, DTLS and (S)RTP apart.
    fn datagram(&mut self, from: SocketAddr, datagram: &mut [u8], now: Instant) {
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

    fn stun(&mut self, from: SocketAddr, datagram: &[u8], now: Instant) {
        if self.check(from, datagram, now).is_none() {
            self.counters.strays.fetch_add(1, Relaxed);
        }
    }

    fn check(&mut self, from: SocketAddr, datagram: &[u8], now: Instant) -> Option<()> {
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

    fn dtls(&mut self, at: u32, datagram: &[u8], now: Instant) {
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

    fn end_leg(&mut self, at: u32, index: u32, member: MemberKey, refusal: Option<Refusal>) {
        if let Some(refusal) = refusal {
            self.refuse(member, refusal);
        }
        if let Some(room) = self.rooms.get_mut(index) {
            room.leg_gone(LegKey(at));
        }
        self.carry_out(index);
    }

    fn media(&mut self, at: u32, datagram: &mut [u8], now: Instant) {
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

    fn control(&mut self, at: u32, datagram: &[u8], now: Instant) {
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

    // --- Time -----------------------------------------------------------------------------------------------

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
