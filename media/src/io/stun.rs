//! The ICE-lite side of connectivity checks (RFC 8445 §7.3, RFC 8489): binding requests in, signed answers out.
//! Knows user names and passwords, not peers.

use rtc_crypto::RTCCrypto;
use rtc_stun::attributes::{ATTR_FINGERPRINT, ATTR_MESSAGE_INTEGRITY, ATTR_USE_CANDIDATE, ATTR_USERNAME};
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{BINDING_REQUEST, BINDING_SUCCESS, Message};
use rtc_stun::textattrs::TextAttribute;
use rtc_stun::xoraddr::XorMappedAddress;
use std::net::SocketAddr;

/// A browser's check has about 120 bytes.
const LONGEST: usize = 512;

/// A well-formed binding request that has yet to be authenticated.
pub struct Request {
    message: Message,
    /// Our part of the user name.
    pub ufrag: String,
}

/// What to do about an authentic request.
pub struct Answer {
    pub bytes: Vec<u8>,
    /// The client has chosen this pair of addresses (RFC 8445 §7.3.1.5).
    pub nominated: bool,
}

impl Request {
    pub fn read(datagram: &[u8]) -> Option<Request> {
        if datagram.len() > LONGEST {
            return None;
        }
        let mut message = Message { raw: datagram.to_vec(), ..Message::default() };
        message.decode().ok()?;
        if message.typ != BINDING_REQUEST {
            return None;
        }
        let user = TextAttribute::get_from_as(&message, ATTR_USERNAME).ok()?.text;
        let (ufrag, _) = user.split_once(':')?;
        let ufrag = ufrag.to_string();
        Some(Request { message, ufrag })
    }

    /// Checks the request by our password and builds the answer. `None` if it is forged.
    pub fn answer(mut self, password: &str, from: SocketAddr, crypto: &dyn RTCCrypto) -> Option<Answer> {
        // What follows MESSAGE-INTEGRITY is not authentic (RFC 8489 §14.5); only FINGERPRINT belongs there.
        let mut tail =
            self.message.attributes.0.iter().skip_while(|attribute| attribute.typ != ATTR_MESSAGE_INTEGRITY);
        tail.next()?;
        if tail.any(|attribute| attribute.typ != ATTR_FINGERPRINT) {
            return None;
        }
        FINGERPRINT.check(&self.message).ok()?;
        MessageIntegrity::check(&mut self.message, password.as_bytes(), crypto).ok()?;
        let nominated = self.message.contains(ATTR_USE_CANDIDATE);
        let mut answer = Message::new();
        answer
            .build(&[
                Box::new(self.message),
                Box::new(BINDING_SUCCESS),
                Box::new(XorMappedAddress { ip: from.ip(), port: from.port() }),
                Box::new(MessageIntegrity::new_short_term_integrity_with_provider(
                    password.to_string(),
                    crypto,
                )),
                Box::new(FINGERPRINT),
            ])
            .ok()?;
        Some(Answer { bytes: answer.raw, nominated })
    }
}
