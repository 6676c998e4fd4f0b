//! A room, people in it, and the networks between. Publishers encode numbered frames and answer requests; watchers
//! note what reaches them and ask for what is missing. Everything happens in an order that the seed decides.

use crate::screen::{Screen, Shown};
use crate::wire::{OPUS, RTX, VP8, packet, video};
use media::report::{Heard, Outlet, Report};
use media::room::{Effect, Limits, Participant, PublishOffer, Room, TrackOffer, WallClock};
use media::rtp::{Header, Outgoing};
use media::signal::ServerMessage;
use media::slot::SlotOffer;
use media::{Kind, LegKey, MemberKey, PeerId};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

pub fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A way between a person and the server, the same in both directions. Times in milliseconds.
#[derive(Clone, Copy)]
pub struct Link {
    pub loss: f64,
    pub duplicates: f64,
    pub delay: u64,
    pub jitter: u64,
}

struct Person {
    link: Link,
    plugged: bool,
    publish: Option<Publisher>,
    watch: Option<(LegKey, Vec<Screen>)>,
    told: Vec<ServerMessage>,
    present: bool,
}

struct Publisher {
    leg: LegKey,
    next_frame: Instant,
    next_sound: Instant,
    frame: u32,
    sound: u32,
    sequence: u16,
    rtx_sequence: u16,
    want_key: bool,
    deaf: bool,
    stopped: bool,
    kept: BTreeMap<u16, Vec<u8>>,
}

enum Event {
    ToServer(LegKey, Vec<u8>),
    HeardByServer(LegKey, Heard),
    ToWatcher(LegKey, u64, Vec<u8>),
    AskPublisher(LegKey, Vec<u16>),
    AskKeyFrame(LegKey),
}

/// What the room has sent in one call.
#[derive(Default)]
struct Sent {
    media: Vec<(LegKey, u64, Vec<u8>)>,
    nacks: Vec<(LegKey, Vec<u16>)>,
    key_frames: Vec<LegKey>,
}

impl Outlet for Sent {
    fn media(&mut self, leg: LegKey, packet: &Outgoing<'_>) {
        let mut bytes = Vec::new();
        packet.write(&mut bytes);
        self.media.push((leg, packet.index, bytes));
    }

    fn control(&mut self, leg: LegKey, report: &Report<'_>) {
        match report {
            Report::Nack { numbers, .. } => self.nacks.push((leg, numbers.to_vec())),
            Report::KeyFrameRequest { .. } => self.key_frames.push(leg),
            Report::Transport { .. } | Report::Receiver(_) | Report::Sender(_) => {}
        }
    }
}

pub struct World {
    room: Room,
    now: Instant,
    random: u64,
    people: BTreeMap<MemberKey, Person>,
    events: BTreeMap<(Instant, u64), Event>,
    counter: u64,
    next_leg: u32,
    pub repaired_upstream: u64,
    pub repaired_downstream: u64,
    pub key_frames_asked: u64,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let now = Instant::now();
        let limits = Limits { participants: 100, leg_silence: ms(15_000), member_silence: ms(30_000) };
        Self {
            room: Room::new(limits, WallClock { at: now, ntp: 0 }, now),
            now,
            random: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            people: BTreeMap::new(),
            events: BTreeMap::new(),
            counter: 0,
            next_leg: 0,
            repaired_upstream: 0,
            repaired_downstream: 0,
            key_frames_asked: 0,
        }
    }

    /// A number below `bound`.
    pub fn pick(&mut self, bound: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        ((self.random >> 16) % bound as u64) as usize
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.pick(1_000_000) < (probability * 1_000_000.0) as usize
    }

    pub fn enter(&mut self, link: Link) -> MemberKey {
        let key = MemberKey(self.people.keys().last().map_or(1, |key| key.0 + 1));
        let person =
            Person { link, plugged: true, publish: None, watch: None, told: Vec::new(), present: true };
        self.people.insert(key, person);
        let who = Participant { name: "n".into(), organisation: "o".into(), joined_at: String::new() };
        let id = self.id(key);
        self.room.join(key, id, who, 1, self.now).expect("room for one more");
        self.carry_out();
        key
    }

    pub fn id(&self, key: MemberKey) -> PeerId {
        PeerId::new(format!("peer-{}", key.0))
    }

    pub fn publish(&mut self, key: MemberKey) {
        let leg = self.leg();
        let offer = PublishOffer {
            tracks: vec![
                TrackOffer { kind: Kind::Audio, payload_type: OPUS, rtx_payload_type: None, ssrc: None },
                TrackOffer { kind: Kind::Video, payload_type: VP8, rtx_payload_type: Some(RTX), ssrc: None },
            ],
            transport_extension: None,
        };
        self.room.publish(key, leg, offer, self.now);
        let sequence = self.pick(30_000) as u16;
        self.person(key).publish = Some(Publisher {
            leg,
            next_frame: self.now,
            next_sound: self.now,
            frame: 0,
            sound: 0,
            sequence,
            rtx_sequence: 1,
            want_key: true,
            deaf: false,
            stopped: false,
            kept: BTreeMap::new(),
        });
        self.carry_out();
    }

    /// `slots` of each kind, sound and picture in turn.
    pub fn watch(&mut self, key: MemberKey, slots: usize) {
        let leg = self.leg();
        let mut offers = Vec::new();
        let mut screens = Vec::new();
        for at in 0..2 * slots as u32 {
            let kind = if at % 2 == 0 { Kind::Audio } else { Kind::Video };
            let (ssrc, rtx_ssrc) = (1_000 * leg.0 + 2 * at, 1_000 * leg.0 + 2 * at + 1);
            let (payload_type, rtx) = match kind {
                Kind::Audio => (OPUS, None),
                Kind::Video => (VP8, Some(RTX)),
            };
            let offer =
                SlotOffer { mid: at.to_string(), kind, payload_type, rtx_payload_type: rtx, ssrc, rtx_ssrc };
            offers.push((offer, self.pick(1 << 31) as u32));
            let (got, sent, asked) = Default::default();
            screens.push(Screen { kind, got, sent, ssrc, rtx_ssrc, asked });
        }
        self.room.watch(key, leg, offers, self.now);
        self.room.connected(leg);
        self.person(key).watch = Some((leg, screens));
        self.carry_out();
    }

    pub fn mute(&mut self, key: MemberKey, off: bool) {
        self.room.mute(key, Some(off), Some(off));
        self.carry_out();
    }

    pub fn leave(&mut self, key: MemberKey) {
        self.room.leave(key, media::signal::LeaveReason::Left);
        self.carry_out();
    }

    /// Nothing comes from or to the person any more.
    pub fn unplug(&mut self, key: MemberKey) {
        self.person(key).plugged = false;
    }

    pub fn ignore_key_frame_requests(&mut self, key: MemberKey, deaf: bool) {
        self.person(key).publish.as_mut().expect("publishes").deaf = deaf;
    }

    pub fn stop_publishing(&mut self) {
        for publisher in self.people.values_mut().filter_map(|person| person.publish.as_mut()) {
            publisher.stopped = true;
        }
    }

    pub fn screens(&self, key: MemberKey) -> &[Screen] {
        self.people[&key].watch.as_ref().map_or(&[], |(_, screens)| screens)
    }

    pub fn screen(&self, key: MemberKey, kind: Kind) -> &Screen {
        self.screens(key).iter().find(|screen| screen.kind == kind).expect("a slot")
    }

    pub fn told(&self, key: MemberKey) -> &[ServerMessage] {
        &self.people[&key].told
    }

    pub fn is_present(&self, key: MemberKey) -> bool {
        self.people[&key].present
    }

    pub fn is_empty(&self) -> bool {
        self.room.is_empty()
    }

    /// Slots of one kind, if the person watches.
    pub fn slots_of(&self, key: MemberKey) -> Option<usize> {
        self.people[&key].watch.as_ref().map(|(_, screens)| screens.len() / 2)
    }

    /// Who is in which slot, as the person was told last since it watches.
    pub fn table_of(&self, key: MemberKey) -> BTreeMap<String, MemberKey> {
        let slots = self.told(key).iter().rev().find_map(|message| match message {
            ServerMessage::Slots { slots } => Some(slots.clone()),
            _ => None,
        });
        let key_of = |id: PeerId| self.people.keys().copied().find(|key| self.id(*key) == id).expect("known");
        let bound =
            slots.unwrap_or_default().into_iter().filter_map(|slot| Some((slot.mid, slot.participant?)));
        bound.map(|(mid, id)| (mid, key_of(id))).collect()
    }

    pub fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.now += ms(1);
            self.encode();
            while let Some(entry) = self.events.first_entry().filter(|entry| entry.key().0 <= self.now) {
                let event = entry.remove();
                self.happen(event);
            }
            if self.now.duration_since(end - time).as_millis().is_multiple_of(5) {
                let mut sent = Sent::default();
                self.room.tick(self.now, &mut sent);
                self.deliver(sent);
                self.carry_out();
            }
            if self.now.duration_since(end - time).as_millis().is_multiple_of(20) {
                self.ask();
            }
        }
    }

    fn leg(&mut self) -> LegKey {
        self.next_leg += 1;
        LegKey(self.next_leg)
    }

    fn person(&mut self, key: MemberKey) -> &mut Person {
        self.people.get_mut(&key).expect("known")
    }

    fn owner(&self, leg: LegKey) -> Option<MemberKey> {
        let owns = |person: &Person| {
            person.publish.as_ref().is_some_and(|publisher| publisher.leg == leg)
                || person.watch.as_ref().is_some_and(|(watch, _)| *watch == leg)
        };
        self.people.iter().find(|(_, person)| owns(person)).map(|(key, _)| *key)
    }

    fn carry_out(&mut self) {
        for effect in self.room.effects() {
            match effect {
                Effect::Tell(key, message) => self.person(key).told.push(message),
                Effect::Close(leg) => {
                    for person in self.people.values_mut() {
                        person.publish.take_if(|publisher| publisher.leg == leg);
                        person.watch.take_if(|(watch, _)| *watch == leg);
                    }
                }
                Effect::Dismiss(key) => self.person(key).present = false,
            }
        }
    }

    /// Puts an event on a person's way, where it may get lost, doubled or late.
    fn travel(&mut self, key: MemberKey, make: impl Fn() -> Event) {
        let Person { link, plugged, present, .. } = self.people[&key];
        if !plugged || !present {
            return;
        }
        let copies = if self.chance(link.loss) { 0 } else { 1 + usize::from(self.chance(link.duplicates)) };
        for _ in 0..copies {
            let delay = link.delay + self.pick(link.jitter as usize + 1) as u64;
            self.counter += 1;
            self.events.insert((self.now + ms(delay), self.counter), make());
        }
    }

    fn encode(&mut self) {
        let now = self.now;
        let mut packets = Vec::new();
        for (key, person) in &mut self.people {
            let Some(publisher) = person.publish.as_mut().filter(|publisher| !publisher.stopped) else {
                continue;
            };
            if publisher.next_sound <= now {
                publisher.next_sound += ms(20);
                publisher.sound += 1;
                let body = [&key.0.to_be_bytes()[..], &publisher.sound.to_be_bytes()].concat();
                let number = publisher.sound.wrapping_add(65_000) as u16;
                packets.push((
                    *key,
                    publisher.leg,
                    packet(OPUS, 10, number, publisher.sound * 960, false, &body),
                ));
            }
            if publisher.next_frame <= now {
                publisher.next_frame += ms(40);
                publisher.frame += 1;
                let key_frame = std::mem::take(&mut publisher.want_key);
                let parts = if key_frame { 8 } else { 3 };
                for part in 0..parts {
                    let body = video(key.0, publisher.frame, part, key_frame);
                    let last = part + 1 == parts;
                    publisher.sequence = publisher.sequence.wrapping_add(1);
                    let bytes = packet(VP8, 20, publisher.sequence, publisher.frame * 3_600, last, &body);
                    publisher.kept.insert(publisher.sequence, bytes.clone());
                    packets.push((*key, publisher.leg, bytes));
                }
            }
        }
        for (key, leg, bytes) in packets {
            self.travel(key, || Event::ToServer(leg, bytes.clone()));
        }
    }

    fn happen(&mut self, event: Event) {
        let mut sent = Sent::default();
        match event {
            Event::ToServer(leg, bytes) => {
                let header = Header::read(&bytes).expect("a packet");
                self.room.packet(leg, &header, &bytes, self.now, &mut sent);
            }
            Event::HeardByServer(leg, heard) => {
                self.room.control(leg, &heard, self.now, &mut sent);
                self.repaired_downstream += sent.media.len() as u64;
            }
            Event::ToWatcher(leg, index, bytes) => self.show(leg, index, &bytes),
            Event::AskPublisher(leg, numbers) => self.repair(leg, &numbers),
            Event::AskKeyFrame(leg) => {
                let publisher = self.owner(leg).and_then(|key| self.person(key).publish.as_mut());
                if let Some(publisher) = publisher.filter(|publisher| !publisher.deaf) {
                    publisher.want_key = true;
                }
            }
        }
        self.deliver(sent);
    }

    fn deliver(&mut self, sent: Sent) {
        for (leg, index, bytes) in sent.media {
            let Some(key) = self.owner(leg) else { panic!("media for a leg that is gone") };
            let ssrc = Header::read(&bytes).expect("a packet").ssrc;
            let (_, screens) = self.person(key).watch.as_mut().expect("watches");
            if let Some(screen) = screens.iter_mut().find(|screen| screen.ssrc == ssrc) {
                *screen.sent.entry(index).or_default() += 1;
            }
            self.travel(key, || Event::ToWatcher(leg, index, bytes.clone()));
        }
        for (leg, numbers) in sent.nacks {
            let Some(key) = self.owner(leg) else { continue };
            self.travel(key, || Event::AskPublisher(leg, numbers.clone()));
        }
        for leg in sent.key_frames {
            self.key_frames_asked += 1;
            let Some(key) = self.owner(leg) else { continue };
            self.travel(key, || Event::AskKeyFrame(leg));
        }
    }

    fn repair(&mut self, leg: LegKey, numbers: &[u16]) {
        let Some(key) = self.owner(leg) else { return };
        let Some(publisher) = self.person(key).publish.as_mut() else { return };
        let mut packets = Vec::new();
        for number in numbers {
            let Some(bytes) = publisher.kept.get(number) else { continue };
            publisher.rtx_sequence = publisher.rtx_sequence.wrapping_add(1);
            let header = Header::read(bytes).expect("a packet");
            let body = [&number.to_be_bytes()[..], &bytes[12..]].concat();
            packets.push(packet(RTX, 21, publisher.rtx_sequence, header.timestamp, header.marker, &body));
        }
        self.repaired_upstream += packets.len() as u64;
        for bytes in packets {
            self.travel(key, || Event::ToServer(leg, bytes.clone()));
        }
    }

    fn show(&mut self, leg: LegKey, index: u64, bytes: &[u8]) {
        let Some(key) = self.owner(leg) else { return };
        let Some((_, screens)) = self.person(key).watch.as_mut() else { return };
        let header = Header::read(bytes).expect("a packet");
        let mut payload = header.payload(bytes);
        let by_ssrc = |screen: &&mut Screen| screen.ssrc == header.ssrc || screen.rtx_ssrc == header.ssrc;
        let screen = screens.iter_mut().find(by_ssrc).expect("a slot of ours");
        let mut index = index;
        if header.ssrc == screen.rtx_ssrc {
            let number = u16::from_be_bytes([payload[0], payload[1]]);
            payload = &payload[2..];
            let newest = *screen.got.keys().last().expect("asked for");
            index = newest
                .checked_add_signed(i64::from(number.wrapping_sub(newest as u16) as i16))
                .expect("a number");
        }
        let shown = match screen.kind {
            Kind::Audio => Shown {
                speaker: u32::from_be_bytes(payload[..4].try_into().unwrap()),
                frame: u32::from_be_bytes(payload[4..8].try_into().unwrap()),
                key: false,
                picture: None,
                timestamp: header.timestamp,
            },
            Kind::Video => Shown {
                speaker: u32::from_be_bytes(payload[7..11].try_into().unwrap()),
                frame: u32::from_be_bytes(payload[11..15].try_into().unwrap()),
                key: payload[6] & 1 == 0,
                picture: Some(u16::from_be_bytes([payload[2], payload[3]]) & 0x7fff),
                timestamp: header.timestamp,
            },
        };
        if let Some(before) = screen.got.insert(index, shown.clone()) {
            assert_eq!(before, shown, "one number, two contents");
        }
    }

    /// Watchers ask for video that has not come.
    fn ask(&mut self) {
        let now = self.now;
        let mut wishes = Vec::new();
        for (key, person) in &mut self.people {
            let Some((leg, screens)) = &mut person.watch else { continue };
            for screen in screens.iter_mut().filter(|screen| screen.kind == Kind::Video) {
                let Some(last) = screen.got.keys().last().copied() else { continue };
                let first = screen.got.keys().next().copied().unwrap_or(last).max(last.saturating_sub(300));
                let mut numbers = Vec::new();
                for index in (first..last).filter(|index| !screen.got.contains_key(index)) {
                    let (due, tries) = screen.asked.entry(index).or_insert((now + ms(30), 0));
                    if *due <= now && *tries < 15 {
                        *due = now + ms(90);
                        *tries += 1;
                        numbers.push(index as u16);
                    }
                }
                if !numbers.is_empty() {
                    wishes.push((*key, *leg, Heard::Nack { ssrc: screen.ssrc, numbers }));
                }
            }
            if person.plugged && person.present {
                self.room.leg_heard(*leg, now);
            }
        }
        for (key, leg, heard) in wishes {
            self.travel(key, || Event::HeardByServer(leg, heard.clone()));
        }
    }
}
