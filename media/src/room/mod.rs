//! A room: who is there, what they publish, who watches what in which slot. Decides; the caller carries out the
//! `Effect`s and owns everything that has to do with networks. Takes the time as an argument and never waits.
//! `path` holds what happens to each packet.

mod path;

use crate::binding::{self, Table};
use crate::ids::{Kind, LegKey, MemberKey, PeerId, StreamKey};
use crate::refusal::Refusal;
use crate::report::Reception;
use crate::signal::{LeaveReason, PROTOCOL, ParticipantView, ServerMessage, SlotView};
use crate::slot::{Slot, SlotOffer};
use crate::stream::Stream;
use crate::twcc::{Arrivals, TransportFeedback};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Bounds and patience of a room.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub participants: usize,
    pub leg_silence: Duration,
    pub member_silence: Duration,
}

/// Who somebody is, as the others will see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    pub name: String,
    pub organisation: String,
    /// RFC 3339; handed on as it is.
    pub joined_at: String,
}

/// One stream that a publisher's offer and our answer have agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackOffer {
    pub kind: Kind,
    pub payload_type: u8,
    pub rtx_payload_type: Option<u8>,
    /// Named in the offer, or learnt from the first packet.
    pub ssrc: Option<u32>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishOffer {
    pub tracks: Vec<TrackOffer>,
    /// The id of the transport-wide number among the header extensions.
    pub transport_extension: Option<u8>,
}

/// What the caller has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    Tell(MemberKey, ServerMessage),
    /// End the peer connection; the room has forgotten it already.
    Close(LegKey),
    /// The member is no longer in the room; nothing follows for it.
    Dismiss(MemberKey),
}

struct Member {
    view: ParticipantView,
    publish: Option<LegKey>,
    watch: Option<LegKey>,
    heard: Instant,
    /// The slot table as it was last told.
    told: Vec<SlotView>,
}

struct Publication {
    member: MemberKey,
    tracks: Vec<(TrackOffer, Stream)>,
    transport_extension: Option<u8>,
    arrivals: Arrivals,
    heard: Instant,
    /// What makes the publisher's NTP clock ours, known from its first sender report on.
    clock_shift: Option<u64>,
}

struct Watch {
    member: MemberKey,
    slots: Vec<Slot>,
    connected: bool,
    heard: Instant,
}

/// Maps the caller's monotonic clock to NTP time (RFC 3550 §4), so that the core never reads a clock.
#[derive(Clone, Copy, Debug)]
pub struct WallClock {
    pub at: Instant,
    /// Seconds since 1900 as 32.32 fixed point.
    pub ntp: u64,
}

impl WallClock {
    fn ntp(&self, now: Instant) -> u64 {
        let since = now.saturating_duration_since(self.at);
        let fraction = (u64::from(since.subsec_nanos()) << 32) / 1_000_000_000;
        self.ntp.wrapping_add(since.as_secs() << 32).wrapping_add(fraction)
    }
}

pub struct Room {
    limits: Limits,
    clock: WallClock,
    members: BTreeMap<MemberKey, Member>,
    publications: BTreeMap<LegKey, Publication>,
    watches: BTreeMap<LegKey, Watch>,
    effects: Vec<Effect>,
    next_stream: u32,
    next_report: Instant,
    scratch: Scratch,
}

/// Buffers that are used again each tick.
#[derive(Default)]
struct Scratch {
    numbers: Vec<u16>,
    receptions: Vec<Reception>,
    feedback: TransportFeedback,
}

impl Room {
    pub fn new(limits: Limits, clock: WallClock, now: Instant) -> Self {
        Self {
            limits,
            clock,
            members: BTreeMap::new(),
            publications: BTreeMap::new(),
            watches: BTreeMap::new(),
            effects: Vec::new(),
            next_stream: 0,
            next_report: now,
            scratch: Scratch::default(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub fn has(&self, key: MemberKey) -> bool {
        self.members.contains_key(&key)
    }

    pub fn participants(&self) -> usize {
        self.members.len()
    }

    pub fn has_effects(&self) -> bool {
        !self.effects.is_empty()
    }

    /// What has to be done since the last call, in order.
    pub fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    pub fn join(
        &mut self,
        key: MemberKey,
        id: PeerId,
        who: Participant,
        protocol: u32,
        now: Instant,
    ) -> Result<(), Refusal> {
        if protocol != PROTOCOL {
            return Err(Refusal::ProtocolUnsupported);
        }
        if self.members.contains_key(&key) {
            return Err(Refusal::AlreadyJoined);
        }
        if self.members.len() >= self.limits.participants {
            return Err(Refusal::RoomFull);
        }
        let view = ParticipantView {
            id: id.clone(),
            name: who.name,
            organisation: who.organisation,
            audio_muted: false,
            video_muted: false,
            joined_at: who.joined_at,
        };
        self.tell_others(key, ServerMessage::ParticipantJoined { participant: view.clone() });
        self.members.insert(key, Member { view, publish: None, watch: None, heard: now, told: Vec::new() });
        let participants = self.members.values().map(|member| member.view.clone()).collect();
        self.tell(key, ServerMessage::Joined { protocol: PROTOCOL, me: id, participants });
        Ok(())
    }

    pub fn leave(&mut self, key: MemberKey, reason: LeaveReason) {
        let Some(member) = self.members.remove(&key) else { return };
        for leg in member.publish.into_iter().chain(member.watch) {
            self.publications.remove(&leg);
            self.watches.remove(&leg);
            self.effects.push(Effect::Close(leg));
        }
        self.tell(key, ServerMessage::Closed { reason });
        self.effects.push(Effect::Dismiss(key));
        self.tell_others(key, ServerMessage::ParticipantLeft { id: member.view.id, reason });
        self.rebind();
    }

    /// Everybody leaves.
    pub fn close(&mut self, reason: LeaveReason) {
        while let Some(key) = self.members.keys().next().copied() {
            self.leave(key, reason);
        }
    }

    /// A message or a media packet has come from the member.
    pub fn heard(&mut self, key: MemberKey, now: Instant) {
        if let Some(member) = self.members.get_mut(&key) {
            member.heard = now;
        }
    }

    /// An authentic packet has come on the leg.
    pub fn leg_heard(&mut self, leg: LegKey, now: Instant) {
        if let Some(publication) = self.publications.get_mut(&leg) {
            publication.heard = now;
        } else if let Some(watch) = self.watches.get_mut(&leg) {
            watch.heard = now;
        }
    }

    pub fn mute(&mut self, key: MemberKey, audio: Option<bool>, video: Option<bool>) {
        let Some(member) = self.members.get_mut(&key) else { return };
        let before = (member.view.audio_muted, member.view.video_muted);
        member.view.audio_muted = audio.unwrap_or(before.0);
        member.view.video_muted = video.unwrap_or(before.1);
        if before == (member.view.audio_muted, member.view.video_muted) {
            return;
        }
        let view = member.view.clone();
        if let Some(publication) = member.publish.and_then(|leg| self.publications.get_mut(&leg)) {
            for (_, stream) in &mut publication.tracks {
                let muted = match stream.kind {
                    Kind::Audio => view.audio_muted,
                    Kind::Video => view.video_muted,
                };
                if stream.mute(muted) && !muted {
                    stream.requests.want();
                    for (leg, at) in &stream.subscribers {
                        if let Some(watch) = self.watches.get_mut(leg) {
                            watch.slots[*at].restart();
                        }
                    }
                }
            }
        }
        let message = ServerMessage::ParticipantChanged { participant: view };
        self.tell(key, message.clone());
        self.tell_others(key, message);
    }

    /// The member publishes on `leg` from now on; a former publication of it ends.
    pub fn publish(&mut self, key: MemberKey, leg: LegKey, offer: PublishOffer, now: Instant) {
        let Some(member) = self.members.get_mut(&key) else { return };
        let (audio_muted, video_muted) = (member.view.audio_muted, member.view.video_muted);
        if let Some(old) = member.publish.replace(leg) {
            self.publications.remove(&old);
            self.effects.push(Effect::Close(old));
        }
        let mut tracks = Vec::new();
        for track in offer.tracks {
            let muted = match track.kind {
                Kind::Audio => audio_muted,
                Kind::Video => video_muted,
            };
            self.next_stream += 1;
            let stream = Stream::new(StreamKey(self.next_stream), track.kind, muted, track.ssrc, now);
            tracks.push((track, stream));
        }
        self.publications.insert(
            leg,
            Publication {
                member: key,
                tracks,
                transport_extension: offer.transport_extension,
                arrivals: Arrivals::new(now),
                heard: now,
                clock_shift: None,
            },
        );
        self.rebind();
    }

    /// The member watches on `leg` from now on; a former watch of it ends. Each slot comes with a random number.
    pub fn watch(&mut self, key: MemberKey, leg: LegKey, offers: Vec<(SlotOffer, u32)>, now: Instant) {
        let Some(member) = self.members.get_mut(&key) else { return };
        if let Some(old) = member.watch.replace(leg) {
            self.watches.remove(&old);
            self.effects.push(Effect::Close(old));
        }
        member.told = Vec::new();
        let slots = offers.into_iter().map(|(offer, start)| Slot::new(offer, start)).collect();
        self.watches.insert(leg, Watch { member: key, slots, connected: false, heard: now });
        self.rebind();
    }

    /// The leg has keys: from now on it can receive.
    pub fn connected(&mut self, leg: LegKey) {
        let Some(watch) = self.watches.get_mut(&leg) else { return };
        watch.connected = true;
        for slot in &mut watch.slots {
            slot.restart();
        }
        for (_, stream) in self.publications.values_mut().flat_map(|publication| &mut publication.tracks) {
            if stream.subscribers.iter().any(|(subscriber, _)| *subscriber == leg) {
                stream.requests.want();
            }
        }
    }

    /// The leg has ended: closed by its peer, failed, or fallen silent. Its member stays.
    pub fn leg_gone(&mut self, leg: LegKey) {
        let publication = self.publications.remove(&leg).map(|publication| publication.member);
        let watch = self.watches.remove(&leg).map(|watch| watch.member);
        let Some(member) = publication.or(watch).and_then(|key| self.members.get_mut(&key)) else { return };
        if member.publish == Some(leg) {
            member.publish = None;
        }
        if member.watch == Some(leg) {
            member.watch = None;
            member.told = Vec::new();
        }
        self.effects.push(Effect::Close(leg));
        self.rebind();
    }

    /// Removes legs and members of whom nothing has been heard for too long.
    fn sweep(&mut self, now: Instant) {
        let publications = self.publications.iter().map(|(leg, p)| (*leg, p.member, p.heard));
        let watches = self.watches.iter().map(|(leg, w)| (*leg, w.member, w.heard));
        let legs: Vec<_> = publications.chain(watches).collect();
        for (leg, key, heard) in legs {
            if let Some(member) = self.members.get_mut(&key) {
                member.heard = member.heard.max(heard);
            }
            if now.saturating_duration_since(heard) > self.limits.leg_silence {
                self.leg_gone(leg);
            }
        }
        let silence = self.limits.member_silence;
        let vanished: Vec<_> = self
            .members
            .iter()
            .filter(|(_, member)| now.saturating_duration_since(member.heard) > silence)
            .map(|(key, _)| *key)
            .collect();
        for key in vanished {
            self.leave(key, LeaveReason::Vanished);
        }
    }

    /// Desired minus actual for all watchers; runs after each change of who publishes or watches.
    fn rebind(&mut self) {
        let mut sources: BTreeMap<(Kind, MemberKey), StreamKey> = BTreeMap::new();
        for publication in self.publications.values_mut() {
            for (_, stream) in &mut publication.tracks {
                stream.subscribers.clear();
                sources.insert((stream.kind, publication.member), stream.key);
            }
        }
        let mut subscribers: BTreeMap<StreamKey, Vec<(LegKey, usize)>> = BTreeMap::new();
        for (leg, watch) in &mut self.watches {
            let publishing = |kind: Kind| -> Vec<MemberKey> {
                let of_kind = sources.keys().filter(|(of, _)| *of == kind);
                of_kind.map(|(_, member)| *member).filter(|member| *member != watch.member).collect()
            };
            let (audio, video) = (publishing(Kind::Audio), publishing(Kind::Video));
            let of = |kind: Kind| watch.slots.iter().filter(move |slot| slot.offer.kind == kind);
            let mut table = Table {
                audio: of(Kind::Audio).map(|slot| slot.member).collect(),
                video: of(Kind::Video).map(|slot| slot.member).collect(),
            };
            binding::reconcile(&mut table, &audio, &video);
            let (mut audio, mut video) = (table.audio.into_iter(), table.video.into_iter());
            for (at, slot) in watch.slots.iter_mut().enumerate() {
                let member = match slot.offer.kind {
                    Kind::Audio => audio.next().flatten(),
                    Kind::Video => video.next().flatten(),
                };
                let stream = member.and_then(|key| sources.get(&(slot.offer.kind, key))).copied();
                if slot.member != member || stream.is_some_and(|stream| !slot.shows(stream)) {
                    slot.member = member;
                    slot.restart();
                }
                if let Some(stream) = stream {
                    subscribers.entry(stream).or_default().push((*leg, at));
                }
            }
        }
        for (_, stream) in self.publications.values_mut().flat_map(|publication| &mut publication.tracks) {
            stream.subscribers = subscribers.remove(&stream.key).unwrap_or_default();
            let waiting = |(leg, at): &(LegKey, usize)| {
                self.watches.get(leg).is_some_and(|watch| watch.connected && watch.slots[*at].wants_still())
            };
            if stream.subscribers.iter().any(waiting) {
                stream.requests.want();
            }
        }
        self.tell_slots();
    }

    fn tell_slots(&mut self) {
        for watch in self.watches.values() {
            let id = |member: Option<MemberKey>| Some(self.members.get(&member?)?.view.id.clone());
            let table: Vec<_> = watch
                .slots
                .iter()
                .map(|slot| SlotView {
                    mid: slot.offer.mid.clone(),
                    kind: slot.offer.kind,
                    participant: id(slot.member),
                })
                .collect();
            let Some(member) = self.members.get_mut(&watch.member) else { continue };
            if member.told != table {
                member.told.clone_from(&table);
                self.effects.push(Effect::Tell(watch.member, ServerMessage::Slots { slots: table }));
            }
        }
    }

    fn tell(&mut self, key: MemberKey, message: ServerMessage) {
        self.effects.push(Effect::Tell(key, message));
    }

    fn tell_others(&mut self, but: MemberKey, message: ServerMessage) {
        for key in self.members.keys().filter(|key| **key != but) {
            self.effects.push(Effect::Tell(*key, message.clone()));
        }
    }
}
