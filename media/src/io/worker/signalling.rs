//! What clients say: joining, negotiating, leaving; and the carrying out of what rooms decide about it.

use super::{Client, Worker, number};
use crate::ids::{LegKey, MemberKey, PeerId, RoomId};
use crate::io::Command;
use crate::io::dtls::Dtls;
use crate::io::leg::Leg;
use crate::io::sdp::{Direction, Offer, Transport};
use crate::refusal::Refusal;
use crate::room::{Effect, Room};
use crate::signal::{ClientMessage, LeaveReason, ServerMessage};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

impl Worker {
    pub(super) fn commands(&mut self) {
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

    pub(super) fn message(&mut self, key: MemberKey, message: ClientMessage, now: Instant) {
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

    pub(super) fn join(&mut self, key: MemberKey, protocol: u32, now: Instant) {
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

    pub(super) fn room(&mut self, name: &RoomId, now: Instant) -> Result<u32, Refusal> {
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

    pub(super) fn negotiate(
        &mut self,
        key: MemberKey,
        index: u32,
        sdp: &str,
        direction: Direction,
        now: Instant,
    ) {
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

    pub(super) fn negotiated(
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
    pub(super) fn admit(&mut self, index: u32, at: u32, now: Instant) {
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
    pub(super) fn carry_out(&mut self, index: u32) {
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

    pub(super) fn tell(&mut self, key: MemberKey, message: ServerMessage) {
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

    pub(super) fn refuse(&mut self, key: MemberKey, refusal: Refusal) {
        tracing::debug!(code = refusal.code(), "refused");
        self.tell(key, ServerMessage::Error { code: refusal.code().to_string() });
    }

    pub(super) fn dismiss(&mut self, key: MemberKey, reason: LeaveReason) {
        self.tell(key, ServerMessage::Closed { reason });
        self.clients.remove(&key);
    }
}
