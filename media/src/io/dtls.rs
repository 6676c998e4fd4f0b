//! The DTLS association of one peer connection, passive side (RFC 5763 §5). The endpoint is made at the first whole
//! ClientHello, because the list of SRTP profiles depends on what the client offers. Wraps the family's endpoint so
//! that it can be replaced, and so that a fault in it ends one connection and not the worker.

use super::hello::{Hello, client_hello, is_server_hello};
use super::srtp::Srtp;
use bytes::BytesMut;
use rtc_crypto::providers::RingProvider;
use rtc_crypto::{HashAlgorithm, RTCCryptoProvider};
use rtc_dtls::config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType, HandshakeConfig};
use rtc_dtls::crypto::Certificate;
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_shared::TransportProtocol;
use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

/// Datagrams kept until the ClientHello is whole, and datagrams of our answer to it.
const EARLY: usize = 8;
/// Answers to one ClientHello, so that a stranger cannot have ours sent without end.
const REPEATS: u32 = 16;

/// The endpoint knows its peer by this name only: ICE moves the real address without its noticing.
fn peer() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 9))
}

/// What all associations share: one certificate, and a configuration for each list of profiles.
pub struct Identity {
    pub provider: Arc<dyn RTCCryptoProvider>,
    /// SHA-256 of the certificate as in `a=fingerprint`.
    pub fingerprint: String,
    gcm: Arc<HandshakeConfig>,
    cm: Arc<HandshakeConfig>,
}

impl Identity {
    pub fn generate() -> io::Result<Identity> {
        let provider: Arc<dyn RTCCryptoProvider> = Arc::new(RingProvider::new());
        let certificate = Certificate::generate_self_signed(vec!["media".to_string()], provider.crypto())
            .map_err(io::Error::other)?;
        let fingerprint = certificate
            .certificate
            .first()
            .and_then(|der| fingerprint(provider.as_ref(), der))
            .ok_or_else(|| io::Error::other("the certificate has no fingerprint"))?;
        let config = |profile| {
            ConfigBuilder::default()
                .with_crypto_provider(provider.clone())
                .with_certificates(vec![certificate.clone()])
                .with_srtp_protection_profiles(vec![profile])
                // The fingerprint in the description is what is checked, after the handshake.
                .with_client_auth(ClientAuthType::RequireAnyClientCert)
                .with_insecure_skip_verify(true)
                .with_extended_master_secret(ExtendedMasterSecretType::Require)
                .build(false, None)
                .map(Arc::new)
                .map_err(io::Error::other)
        };
        let gcm = config(SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm)?;
        let cm = config(SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80)?;
        Ok(Identity { provider, fingerprint, gcm, cm })
    }
}

/// Upper-case hexadecimal with colons (RFC 8122 §5).
fn fingerprint(provider: &dyn RTCCryptoProvider, der: &[u8]) -> Option<String> {
    let hash = provider.crypto().hash(HashAlgorithm::Sha256, der).ok()?;
    Some(hash.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":"))
}

pub struct Dtls {
    hello: Hello,
    early: Vec<BytesMut>,
    endpoint: Option<Endpoint>,
    local: SocketAddr,
    /// The number of the last ClientHello, and the datagrams that answered it (flight 4 of RFC 6347 §4.2.4).
    hello_number: u16,
    flight: Vec<BytesMut>,
    repeats: u32,
    again: VecDeque<BytesMut>,
}

pub enum DtlsEvent {
    Connected(Box<Srtp>),
    /// The peer has said goodbye.
    Closed,
    WrongFingerprint,
    Failed,
}

impl Dtls {
    pub fn new(local: SocketAddr) -> Dtls {
        Dtls {
            hello: Hello::default(),
            early: Vec::new(),
            endpoint: None,
            local,
            hello_number: 0,
            flight: Vec::new(),
            repeats: REPEATS,
            again: VecDeque::new(),
        }
    }

    /// Takes a datagram from an address that ICE has authenticated.
    pub fn read(
        &mut self,
        identity: &Identity,
        fingerprints: &[String],
        datagram: &[u8],
        now: Instant,
    ) -> Option<DtlsEvent> {
        if self.repeats_hello(datagram) {
            return None;
        }
        let datagram = BytesMut::from(datagram);
        if self.endpoint.is_none() {
            let offers_gcm = self.hello.take(&datagram);
            if self.early.len() < EARLY {
                self.early.push(datagram);
            }
            let config = if offers_gcm? { &identity.gcm } else { &identity.cm };
            self.endpoint = Some(Endpoint::new(self.local, TransportProtocol::UDP, Some(config.clone())));
            let early = std::mem::take(&mut self.early);
            return early.into_iter().find_map(|datagram| self.feed(identity, fingerprints, datagram, now));
        }
        self.feed(identity, fingerprints, datagram, now)
    }

    /// Answers a ClientHello that has been answered before by the same flight, which must have been lost. The
    /// endpoint is not told: it would stop its timer, wait for what comes after, and never send the flight again.
    fn repeats_hello(&mut self, datagram: &[u8]) -> bool {
        let Some((number, ends)) = client_hello(datagram) else { return false };
        if self.flight.is_empty() || number > self.hello_number {
            self.hello_number = self.hello_number.max(number);
            return false;
        }
        if ends && self.repeats > 0 {
            self.repeats -= 1;
            self.again.extend(self.flight.iter().cloned());
        }
        true
    }

    fn feed(
        &mut self,
        identity: &Identity,
        fingerprints: &[String],
        datagram: BytesMut,
        now: Instant,
    ) -> Option<DtlsEvent> {
        let endpoint = self.endpoint.as_mut()?;
        let Ok(read) = catch_unwind(AssertUnwindSafe(|| endpoint.read(now, peer(), None, datagram))) else {
            self.endpoint = None;
            return Some(DtlsEvent::Failed);
        };
        let events = match read {
            Ok(events) => events,
            Err(error) => {
                tracing::debug!(%error, "a datagram was refused by DTLS");
                return None;
            }
        };
        events.into_iter().find_map(|event| match event {
            EndpointEvent::HandshakeComplete => Some(self.finish(identity, fingerprints)),
            EndpointEvent::PeerClosed => Some(DtlsEvent::Closed),
            _ => None,
        })
    }

    fn finish(&self, identity: &Identity, fingerprints: &[String]) -> DtlsEvent {
        let state = self.endpoint.as_ref().and_then(|endpoint| endpoint.get_connection_state(peer()));
        let Some(state) = state else { return DtlsEvent::Failed };
        let shown =
            state.peer_certificates.first().and_then(|der| fingerprint(identity.provider.as_ref(), der));
        let agreed =
            shown.is_some_and(|shown| fingerprints.iter().any(|told| told.eq_ignore_ascii_case(&shown)));
        if !agreed {
            return DtlsEvent::WrongFingerprint;
        }
        match Srtp::new(state, identity.provider.crypto()) {
            Some(srtp) => DtlsEvent::Connected(Box::new(srtp)),
            None => DtlsEvent::Failed,
        }
    }

    /// Repeats a flight whose answer did not come. Returns whether the handshake has been given up.
    pub fn tick(&mut self, now: Instant) -> bool {
        let Some(endpoint) = &mut self.endpoint else { return false };
        if endpoint.poll_timeout(&peer()).is_none_or(|due| due > now) {
            return false;
        }
        let ticked = catch_unwind(AssertUnwindSafe(|| endpoint.handle_timeout(peer(), now)));
        !matches!(ticked, Ok(Ok(())))
    }

    /// The next datagram to send.
    pub fn transmit(&mut self) -> Option<BytesMut> {
        if let Some(datagram) = self.again.pop_front() {
            return Some(datagram);
        }
        let datagram = self.endpoint.as_mut()?.poll_transmit()?.message;
        if is_server_hello(&datagram) {
            self.flight.clear();
        } else if self.flight.is_empty() {
            return Some(datagram);
        }
        if self.flight.len() < EARLY {
            self.flight.push(datagram.clone());
        }
        Some(datagram)
    }

    /// Says goodbye (close_notify) if there is anybody to say it to.
    pub fn close(&mut self, now: Instant) {
        if let Some(endpoint) = &mut self.endpoint {
            let _ = catch_unwind(AssertUnwindSafe(|| endpoint.stop(now, peer()).is_some()));
        }
    }
}
