//! The whole media plane over loopback with a foreign client: handshake, media, repair, moves, refusals, garbage.
//! Needs no network beyond 127.0.0.1.

mod client;

use client::{Came, Client, OPUS, Person, RTX, Rtp, VP8, packet, picture};
use media::signal::LeaveReason;
use media::{ClientMessage, Config, Media, ServerMessage};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

fn start() -> Media {
    start_with(Config::default())
}

fn start_with(config: Config) -> Media {
    media::start(Config { udp: "127.0.0.1:0".parse().unwrap(), ..config }).expect("a port")
}

fn media_of(came: &Came) -> Option<Rtp> {
    match came {
        Came::Media(plain) => Some(Rtp::read(plain)),
        Came::Control(_) => None,
    }
}

/// Whether a compound packet asks for a key frame (PSFB, format 1).
fn asks_for_key_frame(came: &Came) -> Option<()> {
    let Came::Control(plain) = came else { return None };
    parts(plain).any(|part| part[1] == 206 && part[0] & 0x1f == 1).then_some(())
}

/// The first number of a NACK (RTPFB, format 1).
fn nack_of(came: &Came) -> Option<u16> {
    let Came::Control(plain) = came else { return None };
    let nack = parts(plain).find(|part| part[1] == 205 && part[0] & 0x1f == 1)?;
    Some(u16::from_be_bytes([nack[12], nack[13]]))
}

fn parts(compound: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = compound;
    std::iter::from_fn(move || {
        let length = 4 * (usize::from(u16::from_be_bytes([*rest.get(2)?, *rest.get(3)?])) + 1);
        let (part, after) = rest.split_at_checked(length)?;
        rest = after;
        Some(part)
    })
}

fn nack(ssrc: u32, number: u16) -> Vec<u8> {
    let mut bytes = vec![0x81, 205, 0, 3, 0, 0, 0, 1];
    bytes.extend(ssrc.to_be_bytes());
    bytes.extend(number.to_be_bytes());
    bytes.extend([0, 0]);
    bytes
}

/// Two people in a room, one publishing to the other, keys in place.
struct Call {
    media: Media,
    speaker: Person,
    up: Client,
    watcher: Person,
    down: Client,
}

impl Call {
    fn begin() -> Call {
        let media = start();
        let mut speaker = Person::join(&media, "room", "speaker");
        let mut up = Client::gcm();
        speaker.publish(&mut up);
        let mut watcher = Person::join(&media, "room", "watcher");
        let mut down = Client::gcm();
        watcher.watch(&mut down, 1);
        Call { media, speaker, up, watcher, down }
    }

    fn picture(&mut self, number: u16, key: bool) {
        let timestamp = u32::from(number) * 3_000;
        self.up.send(&packet(VP8, 22, number, timestamp, true, &picture(number, key)));
    }

    /// The next packet that shows the watcher picture `number`.
    fn seen(&mut self, number: u16) -> Rtp {
        self.down.until(|came| media_of(came).filter(|rtp| rtp.payload.ends_with(&number.to_be_bytes())))
    }
}

#[test]
fn sound_and_pictures_reach_the_watcher_under_the_ssrcs_of_its_answer() {
    let mut call = Call::begin();
    call.picture(100, true);
    let first = call.seen(100);
    assert_eq!((first.payload_type, first.ssrc), (VP8, call.down.ssrcs[1]));
    call.picture(101, false);
    let second = call.seen(101);
    assert_eq!(second.number, first.number.wrapping_add(1));
    assert_eq!(second.timestamp, first.timestamp.wrapping_add(3_000));
    call.up.send(&packet(OPUS, 11, 7, 960, false, b"sound"));
    let sound = call.down.until(|came| media_of(came).filter(|rtp| rtp.payload == b"sound"));
    assert_eq!((sound.payload_type, sound.ssrc), (OPUS, call.down.ssrcs[0]));
    let stats = call.media.stats();
    assert_eq!((stats.rooms, stats.participants, stats.legs), (1, 2, 2));
    assert_eq!((stats.packets_in, stats.rejected), (3, 0));
    call.media.stop();
}

#[test]
fn a_packet_lost_on_the_way_down_is_repaired_from_the_history() {
    let mut call = Call::begin();
    call.picture(1, true);
    let lost = call.seen(1);
    call.picture(2, false);
    call.seen(2);
    let (ssrc, rtx) = (call.down.ssrcs[1], call.down.ssrcs[2]);
    call.down.send_control(&nack(ssrc, lost.number));
    let again = call.down.until(|came| media_of(came).filter(|rtp| rtp.ssrc == rtx));
    assert_eq!(again.payload_type, RTX);
    assert_eq!(again.payload[..2], lost.number.to_be_bytes());
    assert_eq!(again.payload[2..], lost.payload);
}

#[test]
fn a_packet_lost_on_the_way_up_is_asked_for_and_takes_its_place() {
    let mut call = Call::begin();
    call.picture(1, true);
    let before = call.seen(1);
    call.picture(3, false);
    let after = call.seen(3);
    assert_eq!(after.number, before.number.wrapping_add(2), "a place is kept");
    let asked = call.up.until(nack_of);
    assert_eq!(asked, 2);
    let body = [&2u16.to_be_bytes()[..], &picture(2, false)].concat();
    call.up.send(&packet(RTX, 23, 900, 6_000, true, &body));
    assert_eq!(call.seen(2).number, before.number.wrapping_add(1));
}

#[test]
fn a_late_watcher_sees_the_kept_picture_and_the_publisher_is_asked_for_a_new_one() {
    let mut call = Call::begin();
    call.picture(1, true);
    call.seen(1);
    call.picture(2, false);
    call.seen(2);
    let mut late = Person::join(&call.media, "room", "late");
    let mut screen = Client::gcm();
    let asked = Instant::now();
    late.watch(&mut screen, 1);
    let first = screen.until(media_of);
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    assert!(first.payload.ends_with(&1u16.to_be_bytes()), "the key frame");
    call.up.until(asks_for_key_frame);
    call.picture(3, false);
    call.picture(4, true);
    let live = screen.until(media_of);
    assert!(live.payload.ends_with(&4u16.to_be_bytes()), "nothing that cannot be decoded");
    assert_eq!(live.number, first.number.wrapping_add(1));
}

#[test]
fn a_client_without_gcm_falls_back_to_aes_cm_both_ways() {
    let media = start();
    let cm = || Client::new(&[SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80]);
    let (mut speaker, mut watcher) = (Person::join(&media, "r", "a"), Person::join(&media, "r", "b"));
    let (mut up, mut down) = (cm(), cm());
    speaker.publish(&mut up);
    watcher.watch(&mut down, 1);
    assert_eq!(down.profile, SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80);
    for number in 0..5u16 {
        up.send(&packet(OPUS, 11, number.wrapping_sub(2), 960 * u32::from(number), false, &[number as u8]));
        let heard = down.until(media_of);
        assert_eq!(heard.payload, [number as u8]);
    }
}

#[test]
fn gcm_is_chosen_although_the_client_would_rather_have_aes_cm() {
    let media = start();
    let mut watcher = Person::join(&media, "r", "b");
    let mut down = Client::new(&[
        SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
        SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
    ]);
    watcher.watch(&mut down, 1);
    assert_eq!(down.profile, SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm);
}

#[test]
fn a_handshake_survives_the_loss_of_the_servers_first_flight() {
    let media = start();
    let mut watcher = Person::join(&media, "r", "b");
    let mut down = Client::gcm();
    down.lose_server_hellos = 3;
    watcher.watch(&mut down, 1);
    assert_eq!(down.lose_server_hellos, 0);
}

#[test]
fn a_certificate_that_is_not_the_one_of_the_offer_is_refused() {
    let media = start();
    let mut person = Person::join(&media, "r", "a");
    let mut client = Client::gcm();
    let other = Client::gcm();
    let sdp = client.offer(false, 1).replace(&client.fingerprint, &other.fingerprint);
    person.send(ClientMessage::Watch { sdp });
    let answer = person.until(|message| match message {
        ServerMessage::Watching { sdp } => Some(sdp.clone()),
        _ => None,
    });
    client.connect(&answer);
    assert_eq!(person.error(), "media.fingerprint-mismatch");
    assert_eq!(media.stats().legs, 0);
}

#[test]
fn media_follows_a_client_to_its_new_address() {
    let mut call = Call::begin();
    call.picture(1, true);
    call.seen(1);
    call.down.socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    call.down.check();
    call.picture(2, false);
    call.seen(2);
    // The publisher moves as well.
    call.up.socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    call.up.check();
    call.picture(3, false);
    call.seen(3);
}

#[test]
fn a_client_that_comes_back_by_itself_is_a_new_participant_and_takes_the_slot() {
    let mut call = Call::begin();
    call.picture(1, true);
    let before = call.seen(1);
    drop(call.speaker);
    let left = |message: &ServerMessage| match message {
        ServerMessage::ParticipantLeft { reason, .. } => Some(*reason),
        _ => None,
    };
    assert_eq!(call.watcher.until(left), LeaveReason::Left);
    call.speaker = Person::join(&call.media, "room", "speaker");
    call.up = Client::gcm();
    call.speaker.publish(&mut call.up);
    call.picture(500, true);
    assert_eq!(call.seen(500).number, before.number.wrapping_add(1));
}

#[test]
fn a_peer_connection_that_says_goodbye_frees_its_slot_and_its_person_stays() {
    let mut call = Call::begin();
    let bound = |message: &ServerMessage| match message {
        ServerMessage::Slots { slots } => {
            Some(slots.iter().filter(|slot| slot.participant.is_some()).count())
        }
        _ => None,
    };
    assert_eq!(call.watcher.until(bound), 2);
    call.up.say_goodbye();
    assert_eq!(call.watcher.until(bound), 0);
    assert_eq!(call.media.stats().participants, 2);
}

#[test]
fn what_cannot_be_done_is_refused_by_a_code() {
    let media = start_with(Config { max_participants: 1, max_slots: 2, ..Config::default() });
    let mut person = Person::open(&media, "r", "a");
    person.send(ClientMessage::Ping);
    assert_eq!(person.error(), "media.not-joined");
    person.send(ClientMessage::Join { protocol: 1 });
    person.send(ClientMessage::Join { protocol: 1 });
    assert_eq!(person.error(), "media.already-joined");
    let client = Client::gcm();
    let offer = client.offer(true, 1);
    for (sdp, code) in [
        ("no sdp".to_string(), "media.sdp-invalid"),
        (String::new(), "media.sdp-invalid"),
        (offer.replace("a=rtcp-mux\r\n", ""), "media.sdp-invalid"),
        (offer.replace("a=group:BUNDLE 0 1\r\n", ""), "media.sdp-invalid"),
        (offer.replace("actpass", "passive"), "media.sdp-invalid"),
        (offer.replace("opus", "PCMU").replace("VP8", "H264"), "media.no-common-codec"),
        (offer.replace("sendonly", "recvonly"), "media.no-common-codec"),
        (offer.replace("sha-256", "sha-1"), "media.fingerprint-missing"),
    ] {
        person.send(ClientMessage::Publish { sdp });
        assert_eq!(person.error(), code);
    }
    person.send(ClientMessage::Watch { sdp: client.offer(false, 3) });
    assert_eq!(person.error(), "media.too-many-slots");
    let mut second = Person::open(&media, "r", "b");
    second.send(ClientMessage::Join { protocol: 1 });
    assert_eq!(second.error(), "media.room-full");
    assert!(second.ends());
    let mut other = Person::open(&media, "q", "b");
    other.send(ClientMessage::Join { protocol: 2 });
    assert_eq!(other.error(), "media.protocol-unsupported");
    assert!(other.ends());
    assert_eq!(media.stats().rooms, 1, "a refused join leaves no room behind");
}

#[test]
fn stopping_tells_everybody_and_ends_the_threads() {
    let media = start();
    let mut person = Person::join(&media, "r", "a");
    let mut idle = Person::open(&media, "r", "b");
    media.stop();
    media.stop();
    assert!(person.ends() && idle.ends());
    assert!(person.connection.to.send(ClientMessage::Ping).is_err());
    assert!(Person::open(&media, "r", "c").ends());
}

/// A small generator, so that a failure can be had again.
struct Random(u64);

impl Random {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize
    }

    /// Flips, cuts and repeats bytes of `model`, or makes some up.
    fn spoil(&mut self, model: &[u8]) -> Vec<u8> {
        if model.is_empty() || self.next().is_multiple_of(8) {
            return (0..self.next() % 200).map(|_| self.next() as u8).collect();
        }
        let mut bytes = model.to_vec();
        for _ in 0..1 + self.next() % 6 {
            let at = self.next() % bytes.len();
            bytes[at] = self.next() as u8;
        }
        bytes.truncate(1 + self.next() % bytes.len().max(1) + bytes.len() / 2);
        bytes
    }
}

#[test]
fn garbage_from_strangers_and_from_participants_does_not_disturb_a_call() {
    let mut call = Call::begin();
    call.picture(1, true);
    call.seen(1);
    let mut random = Random(0x5eed);
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    let hello = [
        &[22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60, 1, 0, 0, 48, 0, 0, 0, 0, 0, 0, 0, 48][..],
        &[3; 48],
    ]
    .concat();
    let check = call.up.binding_request();
    let whole = packet(VP8, 22, 2, 6_000, true, &picture(2, false));
    let report =
        [0x80, 200, 0, 6, 0, 0, 0, 22, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3].to_vec();
    let mut sent = 0u64;
    for turn in 0..6_000 {
        let model = [&hello, &check, &whole, &report][turn % 4].clone();
        let bytes = random.spoil(&model);
        stranger.send_to(&bytes, call.up.server).unwrap();
        call.up.socket.send_to(&bytes, call.up.server).unwrap();
        call.down.socket.send_to(&bytes, call.up.server).unwrap();
        if turn % 8 == 0 {
            // Well sealed nonsense from a participant.
            let mut plain = random.spoil(&report);
            plain.resize(plain.len().max(8) / 4 * 4, 0);
            (plain[0], plain[1]) = (0x80 | plain[0] & 0x1f, 200 + plain[1] % 8);
            call.up.send_control(&plain);
            call.down.send_control(&plain);
            let body = random.spoil(&picture(9, true));
            let mut plain = packet([VP8, OPUS, RTX][random.next() % 3], 99, 3, 0, false, &body);
            plain[0] |= [0, 0x20][random.next() % 2];
            call.up.send(&plain);
        }
        sent += 3;
        if sent.is_multiple_of(300) {
            // Lets the worker keep up: the answer to a check comes after everything before it.
            call.up.check();
        }
    }
    call.down.check();
    call.picture(40, true);
    call.seen(40);
    call.watcher.send(ClientMessage::Ping);
    call.watcher.until(|message| matches!(message, ServerMessage::Pong).then_some(()));
    call.media.stop();
}
