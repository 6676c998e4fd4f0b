//! The signalling protocol, version 1: JSON text frames, one object each, told apart by `type`.
//! The transport (a WebSocket, authenticated by its carrier) belongs to the caller; this file owns the words.
//! Unknown members of an object are ignored, so that later versions may add some.
//!
//! # The way of a call
//!
//! 1. The client sends `join` and gets `joined` with its own id and everybody who is there. From then on it gets
//!    `participant_joined`, `participant_changed` and `participant_left` about others.
//! 2. To send, it makes one `RTCPeerConnection` with at most one audio and one video track, both *sendonly*, and
//!    sends its offer as `publish`. The answer is `published`.
//! 3. To receive, it makes a second `RTCPeerConnection` with N *recvonly* audio and N *recvonly* video transceivers
//!    and sends that offer as `watch`. The answer is `watching`. Each transceiver is a **slot**: the server
//!    decides who is heard and seen in it, and says so with `slots` (always the whole table). Nothing is ever
//!    renegotiated when people come and go: the media of a slot continues with the next person's packets. The i-th
//!    audio slot and the i-th video slot belong to one media stream and play in sync; the server puts a person's
//!    sound and picture into slots of the same number where it can.
//! 4. Sending `publish` or `watch` again replaces the former peer connection of that direction. An offer of the
//!    *same* `RTCPeerConnection` with new ICE credentials (ICE restart) keeps keys and slots.
//! 5. `mute` stops the forwarding of a person's sound or picture on the server, at once and for everybody.
//! 6. `ping` at least every 10 s shows that the client lives; it is answered by `pong`. A participant of whom
//!    neither a message nor a media packet has come for `member_silence` is removed (`participant_left`, reason
//!    `vanished`). A peer connection that has been silent for `leg_silence` is dropped by itself, its person stays.
//! 7. After a lost WebSocket the client connects again, joins as a new participant with new peer connections; the
//!    old participant leaves as soon as the server has noticed the loss.
//!
//! The server is ICE-lite, passive in DTLS, and needs BUNDLE and rtcp-mux. Its candidates are in the answer;
//! candidates of the client are not needed and not read. Codecs: Opus, VP8 with RTX.
//!
//! A refusal comes as `error` with a code of [`crate::Refusal`]; the connection stays usable, except after
//! `closed`, which is always the last message.

use crate::ids::{Kind, PeerId};
use serde::{Deserialize, Serialize};

/// The protocol that this file describes.
pub const PROTOCOL: u32 = 1;

/// Longest session description that is read, in bytes. Chromium's offer of eight slots has about 20,000.
pub const MAX_SDP: usize = 128 * 1024;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientMessage {
    Join {
        protocol: u32,
    },
    Publish {
        sdp: String,
    },
    Watch {
        sdp: String,
    },
    /// `true` means muted or camera off. A member that is left out keeps its state.
    Mute {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        audio: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        video: Option<bool>,
    },
    Ping,
    Leave,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    Joined { protocol: u32, me: PeerId, participants: Vec<ParticipantView> },
    Published { sdp: String },
    Watching { sdp: String },
    Slots { slots: Vec<SlotView> },
    ParticipantJoined { participant: ParticipantView },
    ParticipantChanged { participant: ParticipantView },
    ParticipantLeft { id: PeerId, reason: LeaveReason },
    Pong,
    Error { code: String },
    Closed { reason: LeaveReason },
}

impl ServerMessage {
    /// Whether nothing may follow this message.
    pub fn is_last(&self) -> bool {
        matches!(self, ServerMessage::Closed { .. })
    }
}

/// A participant as the others see it. `joined` lists everybody, the receiver included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParticipantView {
    pub id: PeerId,
    pub name: String,
    pub organisation: String,
    pub audio_muted: bool,
    pub video_muted: bool,
    /// RFC 3339, as the caller gave it.
    pub joined_at: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotView {
    /// The `mid` of the watcher's media section.
    pub mid: String,
    pub kind: Kind,
    /// Who is in it now.
    pub participant: Option<PeerId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaveReason {
    /// It said so, or its connection was dropped.
    Left,
    /// Nothing came from it for too long.
    Vanished,
    /// It did not read its messages.
    Unresponsive,
    /// It was not let in.
    Refused,
    /// The server stops.
    Stopped,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_messages_read_as_the_protocol_writes_them() {
        let read = |text: &str| serde_json::from_str::<ClientMessage>(text).expect(text);
        assert_eq!(read(r#"{"type":"join","protocol":1}"#), ClientMessage::Join { protocol: 1 });
        assert_eq!(read(r#"{"type":"publish","sdp":"v=0"}"#), ClientMessage::Publish { sdp: "v=0".into() });
        assert_eq!(
            read(r#"{"type":"mute","audio":true,"video":false}"#),
            ClientMessage::Mute { audio: Some(true), video: Some(false) }
        );
        assert_eq!(
            read(r#"{"type":"mute","video":true}"#),
            ClientMessage::Mute { audio: None, video: Some(true) }
        );
        assert_eq!(read(r#"{"type":"ping","later":"member"}"#), ClientMessage::Ping);
        assert_eq!(read(r#"{"type":"leave"}"#), ClientMessage::Leave);
    }

    #[test]
    fn server_messages_are_written_as_the_protocol_says() {
        let write = |message: &ServerMessage| serde_json::to_string(message).expect("serializable");
        let slots = ServerMessage::Slots {
            slots: vec![
                SlotView { mid: "0".into(), kind: Kind::Audio, participant: Some(PeerId::new("p1")) },
                SlotView { mid: "1".into(), kind: Kind::Video, participant: None },
            ],
        };
        assert_eq!(
            write(&slots),
            r#"{"type":"slots","slots":[{"mid":"0","kind":"audio","participant":"p1"},{"mid":"1","kind":"video","participant":null}]}"#
        );
        let left = ServerMessage::ParticipantLeft { id: PeerId::new("p2"), reason: LeaveReason::Vanished };
        assert_eq!(write(&left), r#"{"type":"participant_left","id":"p2","reason":"vanished"}"#);
        assert_eq!(write(&ServerMessage::Pong), r#"{"type":"pong"}"#);
        assert_eq!(
            write(&ServerMessage::Error { code: "media.room-full".into() }),
            r#"{"type":"error","code":"media.room-full"}"#
        );
        assert_eq!(
            write(&ServerMessage::Closed { reason: LeaveReason::Stopped }),
            r#"{"type":"closed","reason":"stopped"}"#
        );
    }

    #[test]
    fn a_message_of_an_unknown_type_is_an_error_and_not_a_panic() {
        assert!(serde_json::from_str::<ClientMessage>(r#"{"type":"fly"}"#).is_err());
        assert!(serde_json::from_str::<ClientMessage>("[]").is_err());
    }
}
