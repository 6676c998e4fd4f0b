//! A small peer connection in the client's role over the family's crates: ICE checks, DTLS, SRTP, one socket,
//! everything awaited by blocking reads. Shared by the loopback test and the load example; it is foreign to the
//! plane in that it uses none of its code.

use bytes::BytesMut;
use media::{ClientMessage, Connection, Media, PROTOCOL, Participant, RoomId, ServerMessage};
use rtc_crypto::providers::RingProvider;
use rtc_crypto::{HashAlgorithm, RTCCryptoProvider};
use rtc_dtls::config::{ClientAuthType, ConfigBuilder, HandshakeConfig};
use rtc_dtls::crypto::Certificate;
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_shared::TransportProtocol;
use rtc_srtp::config::{Config, LABEL_EXTRACTOR_DTLS_SRTP};
use rtc_srtp::context::Context;
use rtc_srtp::protection_profile::ProtectionProfile;
use rtc_stun::attributes::{ATTR_USE_CANDIDATE, ATTR_USERNAME, RawAttribute};
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{BINDING_REQUEST, Message, Setter, TransactionId};
use rtc_stun::textattrs::TextAttribute;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub const OPUS: u8 = 111;
pub const VP8: u8 = 96;
pub const RTX: u8 = 97;
const PATIENCE: Duration = Duration::from_secs(20);

/// One person's signalling, awaited on a runtime of its own.
pub struct Person {
    pub connection: Connection,
    runtime: tokio::runtime::Runtime,
}

impl Person {
    pub fn open(media: &Media, room: &str, name: &str) -> Person {
        let who = Participant { name: name.into(), organisation: "o".into(), joined_at: "t".into() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        Person { connection: media.join(RoomId::new(room), who), runtime }
    }

    pub fn join(media: &Media, room: &str, name: &str) -> Person {
        let mut person = Person::open(media, room, name);
        person.send(ClientMessage::Join { protocol: PROTOCOL });
        person.until(|message| matches!(message, ServerMessage::Joined { .. }).then_some(()));
        person
    }

    pub fn send(&self, message: ClientMessage) {
        self.connection.to.send(message).expect("accepted");
    }

    /// Skips messages until `choose` takes one.
    pub fn until<T>(&mut self, mut choose: impl FnMut(&ServerMessage) -> Option<T>) -> T {
        let from = &mut self.connection.from;
        self.runtime.block_on(async {
            let found = async {
                loop {
                    let message = from.recv().await.expect("the connection is open");
                    if let Some(found) = choose(&message) {
                        return found;
                    }
                }
            };
            tokio::time::timeout(PATIENCE, found).await.expect("the message comes")
        })
    }

    /// The code of the next error.
    pub fn error(&mut self) -> String {
        self.until(|message| match message {
            ServerMessage::Error { code } => Some(code.clone()),
            _ => None,
        })
    }

    /// Whether the connection ends without further messages but `closed`.
    pub fn ends(&mut self) -> bool {
        let from = &mut self.connection.from;
        self.runtime.block_on(async {
            let end = async {
                while let Some(message) = from.recv().await {
                    if message.is_last() {
                        return from.recv().await.is_none();
                    }
                }
                true
            };
            tokio::time::timeout(PATIENCE, end).await.expect("an end")
        })
    }

    pub fn publish(&mut self, client: &mut Client) {
        self.send(ClientMessage::Publish { sdp: client.offer(true, 1) });
        let answer = self.until(|message| match message {
            ServerMessage::Published { sdp } => Some(sdp.clone()),
            _ => None,
        });
        client.connect(&answer);
    }

    pub fn watch(&mut self, client: &mut Client, slots: usize) {
        self.send(ClientMessage::Watch { sdp: client.offer(false, slots) });
        let answer = self.until(|message| match message {
            ServerMessage::Watching { sdp } => Some(sdp.clone()),
            _ => None,
        });
        client.connect(&answer);
    }
}

/// A plain RTP or RTCP packet that has come.
pub enum Came {
    Media(Vec<u8>),
    Control(Vec<u8>),
}

pub struct Client {
    pub socket: UdpSocket,
    pub server: SocketAddr,
    /// SSRCs of the answer in order: media, RTX, media, RTX …
    pub ssrcs: Vec<u32>,
    provider: Arc<dyn RTCCryptoProvider>,
    config: Arc<HandshakeConfig>,
    endpoint: Endpoint,
    pub fingerprint: String,
    user: String,
    password: String,
    send: Option<Context>,
    receive: Option<Context>,
    pub profile: SrtpProtectionProfile,
    /// How many times the server's first flight is to get lost. The client then repeats its hello at once, as
    /// browsers do long before the server would repeat anything.
    pub lose_server_hellos: usize,
}

impl Client {
    pub fn new(profiles: &[SrtpProtectionProfile]) -> Client {
        let provider: Arc<dyn RTCCryptoProvider> = Arc::new(RingProvider::new());
        let certificate = Certificate::generate_self_signed(vec!["client".into()], provider.crypto())
            .expect("a certificate");
        let hash =
            provider.crypto().hash(HashAlgorithm::Sha256, &certificate.certificate[0]).expect("a hash");
        let config = ConfigBuilder::default()
            .with_crypto_provider(provider.clone())
            .with_certificates(vec![certificate])
            .with_srtp_protection_profiles(profiles.to_vec())
            .with_client_auth(ClientAuthType::RequireAnyClientCert)
            .with_insecure_skip_verify(true)
            .build(true, None)
            .expect("a configuration");
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let local = socket.local_addr().expect("bound");
        Client {
            socket,
            server: local,
            ssrcs: Vec::new(),
            provider,
            config: Arc::new(config),
            endpoint: Endpoint::new(local, TransportProtocol::UDP, None),
            fingerprint: hash.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":"),
            user: String::new(),
            password: String::new(),
            send: None,
            receive: None,
            profile: SrtpProtectionProfile::Unsupported,
            lose_server_hellos: 0,
        }
    }

    pub fn gcm() -> Client {
        Client::new(&[SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm])
    }

    /// Audio and video sections in turn, `pairs` of them.
    pub fn offer(&self, publish: bool, pairs: usize) -> String {
        let mids: Vec<_> = (0..2 * pairs).map(|mid| mid.to_string()).collect();
        let mut sdp = format!(
            "v=0\r\no=- {} 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {}\r\na=fingerprint:sha-256 {}\r\na=setup:actpass\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghabcdefghabcdefgh\r\n",
            self.socket.local_addr().expect("bound").port(),
            mids.join(" "),
            self.fingerprint,
        );
        let direction = if publish { "sendonly" } else { "recvonly" };
        for (at, mid) in mids.iter().enumerate() {
            let section = if at % 2 == 0 {
                format!("m=audio 9 UDP/TLS/RTP/SAVPF {OPUS}\r\na=rtpmap:{OPUS} opus/48000/2\r\n")
            } else {
                format!(
                    "m=video 9 UDP/TLS/RTP/SAVPF {VP8} {RTX}\r\na=rtpmap:{VP8} VP8/90000\r\na=rtpmap:{RTX} rtx/90000\r\na=fmtp:{RTX} apt={VP8}\r\n"
                )
            };
            sdp += &section;
            sdp += &format!("c=IN IP4 0.0.0.0\r\na=mid:{mid}\r\na=rtcp-mux\r\na={direction}\r\n");
        }
        sdp
    }

    /// Reads the answer, checks connectivity, shakes hands.
    pub fn connect(&mut self, answer: &str) {
        self.read_answer(answer);
        self.check();
        self.shake_hands().expect("the handshake completes");
    }

    pub fn read_answer(&mut self, answer: &str) {
        let value = |key: &str| answer.lines().find_map(|line| line.strip_prefix(key)).map(str::to_string);
        let candidate = value("a=candidate:").expect("a candidate");
        let words: Vec<_> = candidate.split(' ').collect();
        self.server = format!("{}:{}", words[4], words[5]).parse().expect("an address");
        self.user = format!("{}:abcd", value("a=ice-ufrag:").expect("a user name"));
        self.password = value("a=ice-pwd:").expect("a password");
        let ssrcs =
            answer.lines().filter_map(|line| line.strip_prefix("a=ssrc:")?.split(' ').next()?.parse().ok());
        self.ssrcs = ssrcs.collect();
        self.ssrcs.dedup();
    }

    /// A connectivity check with nomination; waits for its answer.
    pub fn check(&mut self) {
        let request = self.binding_request();
        self.socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        self.socket.send_to(&request, self.server).expect("sent");
        let mut buffer = [0u8; 2_048];
        loop {
            let (length, _) = self.socket.recv_from(&mut buffer).expect("an answer to the check");
            if length > 20 && buffer[0] == 1 {
                return;
            }
        }
    }

    pub fn binding_request(&self) -> Vec<u8> {
        let mut request = Message::new();
        let key = self.password.clone();
        let crypto = self.provider.crypto();
        request
            .build(&[
                Box::new(TransactionId::new()),
                Box::new(BINDING_REQUEST),
                Box::new(TextAttribute::new(ATTR_USERNAME, self.user.clone())),
                Box::new(UseCandidate),
                Box::new(MessageIntegrity::new_short_term_integrity_with_provider(key, crypto)),
                Box::new(FINGERPRINT),
            ])
            .expect("a request");
        request.raw
    }

    pub fn shake_hands(&mut self) -> Result<(), String> {
        let (server, now) = (self.server, Instant::now());
        self.endpoint.connect(now, server, self.config.clone(), None).map_err(|e| e.to_string())?;
        self.socket.set_read_timeout(Some(Duration::from_millis(100))).expect("a timeout");
        let mut buffer = [0u8; 2_048];
        let mut last = Vec::new();
        while now.elapsed() < PATIENCE {
            while let Some(transmit) = self.endpoint.poll_transmit() {
                self.socket.send_to(&transmit.message, server).expect("sent");
                last = transmit.message.to_vec();
            }
            if let Ok((length, _)) = self.socket.recv_from(&mut buffer)
                && (20..64).contains(&buffer[0])
            {
                if buffer[0] == 22 && buffer[13] == 2 && self.lose_server_hellos > 0 {
                    self.lose_server_hellos -= 1;
                    self.socket.send_to(&last, server).expect("sent");
                    continue;
                }
                let datagram = BytesMut::from(&buffer[..length]);
                let read = self.endpoint.read(Instant::now(), server, None, datagram);
                for event in read.map_err(|e| e.to_string())? {
                    if let EndpointEvent::HandshakeComplete = event {
                        while let Some(transmit) = self.endpoint.poll_transmit() {
                            self.socket.send_to(&transmit.message, server).expect("sent");
                        }
                        return self.take_keys().ok_or("no keys".to_string());
                    }
                }
            }
            let _ = self.endpoint.handle_timeout(server, Instant::now());
        }
        Err("no handshake in time".into())
    }

    fn take_keys(&mut self) -> Option<()> {
        let state = self.endpoint.get_connection_state(self.server)?;
        self.profile = state.srtp_protection_profile();
        let profile = match self.profile {
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm => ProtectionProfile::AeadAes128Gcm,
            SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
            _ => return None,
        };
        let mut config = Config { profile, ..Config::default() };
        let length = config.keying_material_len();
        let material = state.export_keying_material(LABEL_EXTRACTOR_DTLS_SRTP, &[], length).ok()?;
        config.set_session_keys_from_keying_material(material.as_ref(), true).ok()?;
        let keys = config.keys;
        let context = |key: &[u8], salt: &[u8]| {
            Context::new(key, salt, profile, None, None, self.provider.crypto()).ok()
        };
        self.send = context(&keys.local_master_key, &keys.local_master_salt);
        self.receive = context(&keys.remote_master_key, &keys.remote_master_salt);
        Some(())
    }

    pub fn sealed(&mut self, plain: &[u8]) -> Vec<u8> {
        self.send.as_mut().expect("keys").encrypt_rtp(plain).expect("sealed").to_vec()
    }

    pub fn send(&mut self, plain: &[u8]) {
        let sealed = self.sealed(plain);
        self.socket.send_to(&sealed, self.server).expect("sent");
    }

    pub fn send_control(&mut self, plain: &[u8]) {
        let sealed = self.send.as_mut().expect("keys").encrypt_rtcp(plain).expect("sealed");
        self.socket.send_to(&sealed, self.server).expect("sent");
    }

    pub fn say_goodbye(&mut self) {
        self.endpoint.stop(Instant::now(), self.server);
        while let Some(transmit) = self.endpoint.poll_transmit() {
            self.socket.send_to(&transmit.message, self.server).expect("sent");
        }
    }

    /// The next packet, if one comes within `patience`.
    pub fn receive(&mut self, patience: Duration) -> Option<Came> {
        self.socket.set_read_timeout(Some(patience)).expect("a timeout");
        let mut buffer = [0u8; 2_048];
        loop {
            let (length, _) = self.socket.recv_from(&mut buffer).ok()?;
            let datagram = &buffer[..length];
            if let Some(came) = self.open(datagram) {
                return Some(came);
            }
        }
    }

    pub fn open(&mut self, datagram: &[u8]) -> Option<Came> {
        if datagram.len() < 12 || datagram[0] >> 6 != 2 {
            return None;
        }
        let context = self.receive.as_mut()?;
        if (192..=223).contains(&datagram[1]) {
            return Some(Came::Control(context.decrypt_rtcp(datagram).ok()?.to_vec()));
        }
        Some(Came::Media(context.decrypt_rtp(datagram).ok()?.to_vec()))
    }

    /// Skips what comes until `choose` takes something.
    pub fn until<T>(&mut self, mut choose: impl FnMut(&Came) -> Option<T>) -> T {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(came) = self.receive(PATIENCE)
                && let Some(found) = choose(&came)
            {
                return found;
            }
        }
        panic!("what was awaited did not come");
    }
}

/// USE-CANDIDATE (RFC 8445 §16.1) has no value.
struct UseCandidate;

impl Setter for UseCandidate {
    fn add_to(&self, message: &mut Message) -> Result<(), rtc_shared::error::Error> {
        let attribute = RawAttribute { typ: ATTR_USE_CANDIDATE, length: 0, value: Vec::new() };
        message.add(attribute.typ, &attribute.value);
        Ok(())
    }
}

/// A plain RTP packet without extensions.
pub fn packet(
    payload_type: u8,
    ssrc: u32,
    number: u16,
    timestamp: u32,
    marker: bool,
    body: &[u8],
) -> Vec<u8> {
    let mut bytes = vec![0x80, payload_type | u8::from(marker) << 7];
    bytes.extend(number.to_be_bytes());
    bytes.extend(timestamp.to_be_bytes());
    bytes.extend(ssrc.to_be_bytes());
    bytes.extend(body);
    bytes
}

/// A VP8 payload of one packet per frame: X, S; I with 15 bits.
pub fn picture(number: u16, key: bool) -> Vec<u8> {
    let [high, low] = number.to_be_bytes();
    vec![0x90, 0x80, 0x80 | high, low, u8::from(!key), b'p', high, low]
}

pub struct Rtp {
    pub payload_type: u8,
    pub number: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub payload: Vec<u8>,
}

impl Rtp {
    /// Packets from the plane have no extensions.
    pub fn read(plain: &[u8]) -> Rtp {
        let word = |at: usize| u32::from_be_bytes(plain[at..at + 4].try_into().expect("four bytes"));
        Rtp {
            payload_type: plain[1] & 0x7f,
            number: u16::from_be_bytes([plain[2], plain[3]]),
            timestamp: word(4),
            ssrc: word(8),
            payload: plain[12..].to_vec(),
        }
    }
}
