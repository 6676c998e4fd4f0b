//! The packets of the simulation's publishers.

use media::rtp::{Outgoing, Prefix};

pub const OPUS: u8 = 111;
pub const VP8: u8 = 96;
pub const RTX: u8 = 97;

pub fn packet(
    payload_type: u8,
    ssrc: u32,
    number: u16,
    timestamp: u32,
    marker: bool,
    body: &[u8],
) -> Vec<u8> {
    let (index, prefix) = (u64::from(number), Prefix::default());
    let mut bytes = Vec::new();
    Outgoing { index, timestamp, ssrc, payload_type, marker, prefix, body }.write(&mut bytes);
    bytes
}

/// X, S of the first part; I with 15 bits, L; then the frame's first byte, whose lowest bit is 0 in a key frame.
pub fn video(speaker: u32, frame: u32, part: u8, key: bool) -> Vec<u8> {
    let picture = 0x8000 | (frame as u16).wrapping_add(32_000) & 0x7fff;
    let mut body = vec![if part == 0 { 0x90 } else { 0x80 }, 0xE0];
    body.extend(picture.to_be_bytes());
    body.extend([frame as u8, 0x20, u8::from(!key)]);
    body.extend(speaker.to_be_bytes());
    body.extend(frame.to_be_bytes());
    body
}
