//! Session descriptions: reads a client's offer (JSEP, RFC 8829), decides per media section, writes the answer.
//! One transport for everything (BUNDLE, rtcp-mux), ICE-lite, DTLS passive, Opus and VP8 with RTX. Knows nothing of
//! rooms; the words of the core come out of it.

use crate::ids::Kind;
use crate::refusal::Refusal;
use crate::room::{PublishOffer, TrackOffer};
use crate::slot::SlotOffer;
use rtc_sdp::description::media::MediaDescription;
use rtc_sdp::description::session::SessionDescription;
use std::io::Cursor;
use std::net::SocketAddr;

const TRANSPORT_NUMBER: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
const MOST_SECTIONS: usize = 64;
/// RFC 8445 §5.1.2.1: type preference 126 (host), local preference falling with the position.
const HOST: u32 = 126 << 24;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The client sends.
    Publish,
    /// The client receives.
    Watch,
}

/// An offer that can be answered.
#[derive(Clone, Debug)]
pub struct Offer {
    pub direction: Direction,
    /// Names the peer connection: a second offer with the same id renegotiates (RFC 8829 §5.2.2).
    pub session: u64,
    /// SHA-256 fingerprints of the client's certificate.
    pub fingerprints: Vec<String>,
    sections: Vec<Section>,
}

#[derive(Clone, Debug)]
struct Section {
    offered: MediaDescription,
    mid: String,
    /// What we take; `None` rejects the section.
    codec: Option<Codec>,
}

#[derive(Clone, Debug)]
struct Codec {
    kind: Kind,
    payload_type: u8,
    rtx: Option<u8>,
    transport_extension: Option<u8>,
    ssrc: Option<u32>,
}

/// Our side of the transport.
pub struct Transport<'a> {
    pub ufrag: &'a str,
    pub password: &'a str,
    pub fingerprint: &'a str,
    pub candidates: &'a [SocketAddr],
}

impl Offer {
    pub fn read(text: &str, direction: Direction) -> Result<Offer, Refusal> {
        let description = SessionDescription::unmarshal(&mut Cursor::new(text.as_bytes()))
            .map_err(|_| Refusal::SdpInvalid)?;
        if description.media_descriptions.len() > MOST_SECTIONS {
            return Err(Refusal::SdpInvalid);
        }
        let mut fingerprints = Vec::new();
        let mut sections = Vec::new();
        for media in &description.media_descriptions {
            let of_session = |key: &str| description.attribute(key).map(String::as_str);
            let mid = value(media, "mid").ok_or(Refusal::SdpInvalid)?.to_string();
            let codec = choose(media, direction);
            // A publisher has one voice and one picture; more of a kind is not taken.
            let taken =
                sections.iter().any(|section: &Section| kind_of(section) == codec.as_ref().map(|c| c.kind));
            let codec = codec.filter(|_| direction == Direction::Watch || !taken);
            if codec.is_some() {
                let setup = value(media, "setup").or_else(|| of_session("setup"));
                if !media.has_attribute("rtcp-mux") || !matches!(setup, Some("actpass" | "active")) {
                    return Err(Refusal::SdpInvalid);
                }
                let here = values(media, "fingerprint").chain(
                    description
                        .attributes
                        .iter()
                        .filter(|a| a.key == "fingerprint")
                        .filter_map(|a| a.value.as_deref()),
                );
                for fingerprint in here.filter_map(sha256) {
                    if !fingerprints.contains(&fingerprint) && fingerprints.len() < 4 {
                        fingerprints.push(fingerprint);
                    }
                }
            }
            sections.push(Section { offered: media.clone(), mid, codec });
        }
        let taken = sections.iter().filter(|section| section.codec.is_some()).count();
        if taken == 0 {
            return Err(Refusal::NoCommonCodec);
        }
        if fingerprints.is_empty() {
            return Err(Refusal::FingerprintMissing);
        }
        let bundled = description.attribute("group").is_some_and(|group| group.starts_with("BUNDLE"));
        if taken > 1 && !bundled {
            return Err(Refusal::SdpInvalid);
        }
        Ok(Offer { direction, session: description.origin.session_id, fingerprints, sections })
    }

    /// The streams that the client will send.
    pub fn publish_offer(&self) -> PublishOffer {
        let codecs = || self.sections.iter().filter_map(|section| section.codec.as_ref());
        PublishOffer {
            tracks: codecs()
                .map(|codec| TrackOffer {
                    kind: codec.kind,
                    payload_type: codec.payload_type,
                    rtx_payload_type: codec.rtx,
                    ssrc: codec.ssrc,
                })
                .collect(),
            transport_extension: codecs().find_map(|codec| codec.transport_extension),
        }
    }

    /// The slots that the client offers, each with SSRCs of ours.
    pub fn slots(&self, mut ssrc: impl FnMut() -> u32) -> Vec<SlotOffer> {
        let taken = self.sections.iter().filter_map(|section| Some((section, section.codec.as_ref()?)));
        taken
            .map(|(section, codec)| SlotOffer {
                mid: section.mid.clone(),
                kind: codec.kind,
                payload_type: codec.payload_type,
                rtx_payload_type: codec.rtx,
                ssrc: ssrc(),
                rtx_ssrc: ssrc(),
            })
            .collect()
    }

    /// Whether `later` renegotiates the same media sections of the same peer connection.
    pub fn is_continued_by(&self, later: &Offer) -> bool {
        let mids =
            |offer: &Offer| offer.sections.iter().map(|section| section.mid.clone()).collect::<Vec<_>>();
        self.session == later.session && self.fingerprints == later.fingerprints && mids(self) == mids(later)
    }

    /// The answer. `slots` are those of `Offer::slots`; empty for a publisher.
    pub fn answer(&self, transport: &Transport<'_>, slots: &[SlotOffer], cname: &str) -> String {
        let taken: Vec<_> =
            self.sections.iter().filter(|section| section.codec.is_some()).map(|s| s.mid.as_str()).collect();
        let mut answer = SessionDescription::new_jsep_session_description(false)
            .with_value_attribute("group".into(), format!("BUNDLE {}", taken.join(" ")))
            .with_property_attribute("ice-lite".into())
            .with_value_attribute("msid-semantic".into(), "WMS *".into());
        let mut seats = [0usize; 2];
        for section in &self.sections {
            let Some(codec) = &section.codec else {
                answer = answer.with_media(rejected(section));
                continue;
            };
            let mut media = accepted(section, codec, self.direction, transport);
            if let Some(slot) = slots.iter().find(|slot| slot.mid == section.mid) {
                let seat = &mut seats[codec.kind as usize];
                media = with_source(media, slot, *seat, cname);
                *seat += 1;
            }
            answer = answer.with_media(media);
        }
        answer.marshal()
    }
}

fn kind_of(section: &Section) -> Option<Kind> {
    section.codec.as_ref().map(|codec| codec.kind)
}

fn value<'a>(media: &'a MediaDescription, key: &str) -> Option<&'a str> {
    media.attribute(key).flatten()
}

fn values<'a>(media: &'a MediaDescription, key: &'a str) -> impl Iterator<Item = &'a str> {
    media.attributes.iter().filter(move |a| a.key == key).filter_map(|a| a.value.as_deref())
}

fn sha256(fingerprint: &str) -> Option<String> {
    let (algorithm, value) = fingerprint.split_once(' ')?;
    algorithm.eq_ignore_ascii_case("sha-256").then(|| value.trim().to_ascii_uppercase())
}

/// What we take of a section, if anything.
fn choose(media: &MediaDescription, direction: Direction) -> Option<Codec> {
    let wanted = match direction {
        Direction::Publish => ["sendonly", "sendrecv"],
        Direction::Watch => ["recvonly", "sendrecv"],
    };
    let directions = ["sendonly", "sendrecv", "recvonly", "inactive"];
    let stated = directions.into_iter().find(|name| media.has_attribute(name)).unwrap_or("sendrecv");
    if !wanted.contains(&stated) || media.media_name.port.value == 0 && !media.has_attribute("bundle-only") {
        return None;
    }
    let (kind, name) = match media.media_name.media.as_str() {
        "audio" => (Kind::Audio, "OPUS/48000/2"),
        "video" => (Kind::Video, "VP8/90000"),
        _ => return None,
    };
    let payload_type = values(media, "rtpmap").find_map(|map| {
        let (number, codec) = map.split_once(' ')?;
        codec.trim().eq_ignore_ascii_case(name).then(|| number.parse::<u8>().ok().filter(|n| *n < 128))?
    })?;
    let rtx = values(media, "fmtp").find_map(|format| {
        let (number, parameters) = format.split_once(' ')?;
        let number = number.parse::<u8>().ok().filter(|n| *n < 128)?;
        let repairs = parameters.split(';').any(|p| p.trim() == format!("apt={payload_type}"));
        let is_rtx = values(media, "rtpmap").any(|map| {
            map.split_once(' ').is_some_and(|(n, codec)| {
                n.parse() == Ok(number) && codec.to_ascii_lowercase().starts_with("rtx/")
            })
        });
        (repairs && is_rtx).then_some(number)
    });
    let transport_extension = values(media, "extmap").find_map(|map| {
        let (id, uri) = map.split_once(' ')?;
        let id = id.split('/').next()?.parse::<u8>().ok()?;
        (uri.split(' ').next() == Some(TRANSPORT_NUMBER)).then_some(id)
    });
    let number = |text: &str| text.split(' ').next()?.parse::<u32>().ok();
    let grouped = values(media, "ssrc-group").find_map(|group| number(group.strip_prefix("FID ")?));
    let ssrc = grouped.or_else(|| values(media, "ssrc").find_map(number));
    Some(Codec { kind, payload_type, rtx, transport_extension, ssrc })
}

/// RFC 8829 §5.3.1: a rejected section has port zero and keeps its place.
fn rejected(section: &Section) -> MediaDescription {
    let name = &section.offered.media_name;
    let mut media = MediaDescription::new_jsep_media_description(name.media.clone(), vec![]);
    media.media_name.port.value = 0;
    media.media_name.protos.clone_from(&name.protos);
    media.media_name.formats.clone_from(&name.formats);
    media.with_value_attribute("mid".into(), section.mid.clone()).with_property_attribute("inactive".into())
}

fn accepted(
    section: &Section,
    codec: &Codec,
    direction: Direction,
    transport: &Transport<'_>,
) -> MediaDescription {
    let Codec { kind, payload_type, .. } = *codec;
    let publishing = direction == Direction::Publish;
    let mut media =
        MediaDescription::new_jsep_media_description(section.offered.media_name.media.clone(), vec![]);
    media.media_name.protos.clone_from(&section.offered.media_name.protos);
    let feedback: &[&str] = match kind {
        Kind::Audio => {
            media =
                media.with_codec(payload_type, "opus".into(), 48_000, 2, "minptime=10;useinbandfec=1".into());
            &[]
        }
        Kind::Video => {
            media = media.with_codec(payload_type, "VP8".into(), 90_000, 0, String::new());
            if let Some(rtx) = codec.rtx {
                media = media.with_codec(rtx, "rtx".into(), 90_000, 0, format!("apt={payload_type}"));
            }
            &["ccm fir", "nack", "nack pli"]
        }
    };
    let transport_wide = codec.transport_extension.filter(|_| publishing);
    for name in feedback.iter().copied().chain(transport_wide.map(|_| "transport-cc")) {
        media = media.with_value_attribute("rtcp-fb".into(), format!("{payload_type} {name}"));
    }
    if let Some(id) = transport_wide {
        media = media.with_value_attribute("extmap".into(), format!("{id} {TRANSPORT_NUMBER}"));
    }
    media = media
        .with_value_attribute("mid".into(), section.mid.clone())
        .with_ice_credentials(transport.ufrag.into(), transport.password.into())
        .with_fingerprint("sha-256".into(), transport.fingerprint.into())
        .with_value_attribute("setup".into(), "passive".into())
        .with_property_attribute("rtcp-mux".into())
        .with_property_attribute("rtcp-rsize".into())
        .with_property_attribute(if publishing { "recvonly" } else { "sendonly" }.into());
    for (at, address) in transport.candidates.iter().enumerate() {
        let priority = HOST | (65_535 - at as u32) << 8 | 255;
        let (ip, port) = (address.ip(), address.port());
        media = media.with_candidate(format!("{} 1 udp {priority} {ip} {port} typ host", at + 1));
    }
    media.with_property_attribute("end-of-candidates".into())
}

/// The SSRCs of a slot, fixed for the life of the connection. Slots of one seat share a media stream, so that the
/// receiver plays them in sync.
fn with_source(media: MediaDescription, slot: &SlotOffer, seat: usize, cname: &str) -> MediaDescription {
    let track = match slot.kind {
        Kind::Audio => "audio",
        Kind::Video => "video",
    };
    let msid = format!("seat-{seat} {track}-{seat}");
    let mut media = media.with_value_attribute("msid".into(), msid.clone());
    let mut ssrcs = vec![slot.ssrc];
    if slot.rtx_payload_type.is_some() {
        media =
            media.with_value_attribute("ssrc-group".into(), format!("FID {} {}", slot.ssrc, slot.rtx_ssrc));
        ssrcs.push(slot.rtx_ssrc);
    }
    for ssrc in ssrcs {
        media = media
            .with_value_attribute("ssrc".into(), format!("{ssrc} cname:{cname}"))
            .with_value_attribute("ssrc".into(), format!("{ssrc} msid:{msid}"));
    }
    media
}
