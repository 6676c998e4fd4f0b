//! Why the media plane refuses something, each with a code that never changes its meaning. Clients get the code in
//! an `error` message of the signalling protocol; the server may render it as a problem.

use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The first message was not `join`.
    NotJoined,
    /// `join` came a second time.
    AlreadyJoined,
    /// The client asks for a protocol that this server does not speak.
    ProtocolUnsupported,
    /// The room holds as many participants as it may.
    RoomFull,
    /// The server holds as many rooms as it may.
    TooManyRooms,
    /// The description is not SDP, or lacks what is needed: BUNDLE, rtcp-mux, a DTLS role.
    SdpInvalid,
    /// No media section names a codec that the plane forwards (Opus, VP8).
    NoCommonCodec,
    /// No SHA-256 fingerprint in the description (RFC 8122).
    FingerprintMissing,
    /// The certificate of the handshake is not the one whose fingerprint the description names.
    FingerprintMismatch,
    /// The DTLS handshake failed or ended without SRTP keys.
    HandshakeFailed,
    /// A watcher asks for more slots than it may have.
    TooManySlots,
    /// More messages than the plane works off, or a client that does not read its own.
    Overloaded,
    /// The media plane has been stopped.
    Stopped,
}

impl Refusal {
    pub const ALL: [Refusal; 13] = [
        Refusal::NotJoined,
        Refusal::AlreadyJoined,
        Refusal::ProtocolUnsupported,
        Refusal::RoomFull,
        Refusal::TooManyRooms,
        Refusal::SdpInvalid,
        Refusal::NoCommonCodec,
        Refusal::FingerprintMissing,
        Refusal::FingerprintMismatch,
        Refusal::HandshakeFailed,
        Refusal::TooManySlots,
        Refusal::Overloaded,
        Refusal::Stopped,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Refusal::NotJoined => "media.not-joined",
            Refusal::AlreadyJoined => "media.already-joined",
            Refusal::ProtocolUnsupported => "media.protocol-unsupported",
            Refusal::RoomFull => "media.room-full",
            Refusal::TooManyRooms => "media.too-many-rooms",
            Refusal::SdpInvalid => "media.sdp-invalid",
            Refusal::NoCommonCodec => "media.no-common-codec",
            Refusal::FingerprintMissing => "media.fingerprint-missing",
            Refusal::FingerprintMismatch => "media.fingerprint-mismatch",
            Refusal::HandshakeFailed => "media.handshake-failed",
            Refusal::TooManySlots => "media.too-many-slots",
            Refusal::Overloaded => "media.overloaded",
            Refusal::Stopped => "media.stopped",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_refusal_has_a_code_of_its_own() {
        let codes: BTreeSet<_> = Refusal::ALL.iter().map(|refusal| refusal.code()).collect();
        assert_eq!(codes.len(), Refusal::ALL.len());
        assert!(codes.iter().all(|code| code.starts_with("media.")));
    }
}
