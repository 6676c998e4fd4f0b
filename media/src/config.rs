//! What an operator may set of the media plane, with defaults that work on one machine. Read by `start` only.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

#[derive(Clone, Debug)]
pub struct Config {
    /// The one UDP port of all media. Port 0 takes a free one.
    pub udp: SocketAddr,
    /// The address that clients are told instead of the bound one: behind NAT or a port forward.
    pub advertise: Option<SocketAddr>,
    /// Rooms at once in this process.
    pub max_rooms: usize,
    /// Participants in one room.
    pub max_participants: usize,
    /// Slots of one kind that a watcher may offer.
    pub max_slots: usize,
    /// A peer connection that has not sent one authentic packet for so long is dropped (RFC 7675 lets consent
    /// end after 30 s; a browser refreshes it about every 2.5 s).
    pub leg_silence: Duration,
    /// A participant from whom nothing has come on any path, signalling included, for so long is removed.
    pub member_silence: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            udp: SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 8443),
            advertise: None,
            max_rooms: 1_000,
            max_participants: 32,
            max_slots: 16,
            leg_silence: Duration::from_secs(15),
            member_silence: Duration::from_secs(30),
        }
    }
}
