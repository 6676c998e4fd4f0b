//! SRTP of one peer connection. AES-128-GCM (RFC 7714) goes in place through ring; a client without it falls back to
//! AES-CM with HMAC-SHA1 (RFC 3711) through the family's context. RTCP always goes through the context.
//! Replays are refused here; nothing is remembered of a packet that is not authentic.

use crate::rtp::{Header, Outgoing};
use crate::sequence::Window;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use rtc_crypto::{BlockCipherAlgorithm, RTCCrypto};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_dtls::state::State;
use rtc_srtp::config::{Config, LABEL_EXTRACTOR_DTLS_SRTP};
use rtc_srtp::context::Context;
use rtc_srtp::option::srtcp_replay_protection;
use rtc_srtp::protection_profile::ProtectionProfile;

/// Streams of one peer connection: two media, one RTX, and a few from restarts.
const MOST_STREAMS: usize = 16;
/// Packets of unknown origin that may be tried by a context that keeps state for each, for the life of a connection.
const TRIALS: u32 = 256;
const TAG: usize = 16;

pub struct Srtp {
    rtp: Cipher,
    send: Context,
    receive: Context,
    windows: Vec<(u32, Window<4>)>,
    reporters: Vec<u32>,
    trials: u32,
}

#[expect(
    clippy::large_enum_variant,
    reason = "the large one is the common one, and it is on the packet path"
)]
enum Cipher {
    Gcm { send: Key, receive: Key },
    Context { send: Box<Context>, receive: Box<Context> },
}

struct Key {
    key: LessSafeKey,
    salt: [u8; NONCE_LEN],
}

impl Srtp {
    /// Takes the keys out of a finished handshake (RFC 5764 §4.2).
    pub fn new(state: &State, crypto: &dyn RTCCrypto) -> Option<Srtp> {
        let profile = match state.srtp_protection_profile() {
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm => ProtectionProfile::AeadAes128Gcm,
            SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
            _ => return None,
        };
        let mut config = Config { profile, ..Config::default() };
        let material = state
            .export_keying_material(LABEL_EXTRACTOR_DTLS_SRTP, &[], config.keying_material_len())
            .ok()?;
        config.set_session_keys_from_keying_material(material.as_ref(), state.is_client()).ok()?;
        let keys = &config.keys;
        let sender = || {
            Context::new(&keys.local_master_key, &keys.local_master_salt, profile, None, None, crypto).ok()
        };
        let receiver = || {
            let replays = Some(srtcp_replay_protection(64));
            Context::new(&keys.remote_master_key, &keys.remote_master_salt, profile, None, replays, crypto)
                .ok()
        };
        let rtp = match profile {
            ProtectionProfile::AeadAes128Gcm => Cipher::Gcm {
                send: Key::derive(crypto, &keys.local_master_key, &keys.local_master_salt)?,
                receive: Key::derive(crypto, &keys.remote_master_key, &keys.remote_master_salt)?,
            },
            _ => Cipher::Context { send: Box::new(sender()?), receive: Box::new(receiver()?) },
        };
        Some(Srtp {
            rtp,
            send: sender()?,
            receive: receiver()?,
            windows: Vec::new(),
            reporters: Vec::new(),
            trials: TRIALS,
        })
    }

    pub fn is_gcm(&self) -> bool {
        matches!(self.rtp, Cipher::Gcm { .. })
    }

    /// Opens an RTP packet in place; returns the length of the plain packet. `None` for replays and forgeries.
    pub fn open(&mut self, header: &Header, packet: &mut [u8]) -> Option<usize> {
        let known = self.windows.iter().position(|(ssrc, _)| *ssrc == header.ssrc);
        if known.is_none() && self.windows.len() >= MOST_STREAMS {
            return None;
        }
        let mut window = known.map_or_else(Window::default, |at| self.windows[at].1);
        let index = window.check(header.sequence)?;
        let length = match &mut self.rtp {
            Cipher::Gcm { receive, .. } => {
                let (head, body) = packet.split_at_mut(header.length);
                let nonce = receive.nonce(header.ssrc, index);
                header.length + receive.key.open_in_place(nonce, Aad::from(&*head), body).ok()?.len()
            }
            Cipher::Context { receive, .. } => {
                if known.is_none() {
                    self.trials = self.trials.checked_sub(1)?;
                }
                let plain = receive.decrypt_rtp(packet).ok()?;
                packet.get_mut(..plain.len())?.copy_from_slice(&plain);
                plain.len()
            }
        };
        window.accept(index);
        match known {
            Some(at) => self.windows[at].1 = window,
            None => self.windows.push((header.ssrc, window)),
        }
        Some(length)
    }

    /// Writes the packet sealed at the end of `out`. The caller never gives two contents the same SSRC and index
    /// (RFC 7714 §8.4).
    pub fn seal(&mut self, packet: &Outgoing<'_>, out: &mut Vec<u8>) -> Option<()> {
        let start = out.len();
        packet.write(out);
        match &mut self.rtp {
            Cipher::Gcm { send, .. } => {
                let nonce = send.nonce(packet.ssrc, packet.index);
                let (head, body) = out[start..].split_at_mut(crate::rtp::HEADER_LENGTH);
                let tag = send.key.seal_in_place_separate_tag(nonce, Aad::from(&*head), body).ok()?;
                debug_assert_eq!(tag.as_ref().len(), TAG);
                out.extend_from_slice(tag.as_ref());
            }
            Cipher::Context { send, .. } => {
                let sealed = send.encrypt_rtp(&out[start..]).ok()?;
                out.truncate(start);
                out.extend_from_slice(&sealed);
            }
        }
        Some(())
    }

    pub fn seal_control(&mut self, plain: &[u8], out: &mut Vec<u8>) -> Option<()> {
        out.extend_from_slice(&self.send.encrypt_rtcp(plain).ok()?);
        Some(())
    }

    pub fn open_control(&mut self, packet: &[u8]) -> Option<bytes::BytesMut> {
        let reporter = u32::from_be_bytes(*packet.get(4..8)?.first_chunk()?);
        let known = self.reporters.contains(&reporter);
        // The context keeps state for each reporter before it knows whether the packet is authentic.
        if !known {
            if self.reporters.len() >= MOST_STREAMS {
                return None;
            }
            self.trials = self.trials.checked_sub(1)?;
        }
        let plain = self.receive.decrypt_rtcp(packet).ok()?;
        if !known {
            self.reporters.push(reporter);
        }
        Some(plain)
    }
}

impl Key {
    /// RFC 3711 §4.3.1 and RFC 7714 §11: labels 0 (key) and 2 (salt), key derivation rate 0; the family keeps its
    /// own derivation private.
    fn derive(crypto: &dyn RTCCrypto, master_key: &[u8], master_salt: &[u8]) -> Option<Key> {
        let block = |label: u8| {
            let mut block = [0u8; 16];
            block[..NONCE_LEN].copy_from_slice(master_salt.get(..NONCE_LEN)?);
            block[7] ^= label;
            crypto.block_encrypt(BlockCipherAlgorithm::Aes128, master_key, &mut block).ok()?;
            Some(block)
        };
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &block(0)?).ok()?);
        let salt = *block(2)?.first_chunk()?;
        Some(Key { key, salt })
    }

    /// RFC 7714 §8.1: zero, SSRC, rollover counter and sequence number, masked by the salt.
    fn nonce(&self, ssrc: u32, index: u64) -> Nonce {
        let mut nonce = [0u8; NONCE_LEN];
        nonce[2..6].copy_from_slice(&ssrc.to_be_bytes());
        nonce[6..].copy_from_slice(&index.to_be_bytes()[2..]);
        for (byte, salt) in nonce.iter_mut().zip(self.salt) {
            *byte ^= salt;
        }
        Nonce::assume_unique_for_key(nonce)
    }
}
