//! The names of things in the media plane. Each is a type, so that a room is never taken for a peer and a
//! sequence number never for an SSRC. Used by every module of the crate; knows none of them.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A room, named by whoever opens it. At most 64 bytes are kept, so that a name cannot grow a log line or a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId(String);

impl RoomId {
    pub fn new(name: impl Into<String>) -> Self {
        let mut name = name.into();
        let mut end = name.len().min(64);
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        name.truncate(end);
        Self(name)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One connection of one person to one room, as clients see it. A person with two tabs is two peers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PeerId(String);

impl PeerId {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A peer inside the process. Keys grow with time and are never reused, so their order is the order of joining.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberKey(pub u32);

/// One peer connection of a member: the one it publishes on or the one it watches on.
/// A key may be used again once the room has been told that its leg is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegKey(pub u32);

/// One published stream, from its first packet to its end. Never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamKey(pub u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Audio,
    Video,
}

impl Kind {
    /// RTP clock rate in Hz: Opus always 48,000 (RFC 7587 §4.1), VP8 90,000 (RFC 7741 §6.1).
    pub fn clock_rate(self) -> u32 {
        match self {
            Kind::Audio => 48_000,
            Kind::Video => 90_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_name_is_cut_at_a_character_border() {
        let long = "室".repeat(40);
        let room = RoomId::new(long);
        assert!(room.as_str().len() <= 64);
        assert!(room.as_str().chars().all(|c| c == '室'));
    }
}
