//! The media plane: a selective forwarding unit for consultation rooms on one UDP port. People publish sound and
//! pictures on one peer connection and receive those of the others on a second one, in *slots* that never need
//! renegotiation. The crate knows rooms and participants and nothing of why they meet; it has never heard of HTTP.
//!
//! The core (`room`, `stream`, `slot`, …) is pure: it takes plain packets and the time, and says what to send.
//! `io` owns the socket, the thread and the cryptography, and is the only place that names the `rtc` crates.
//!
//! ```no_run
//! # fn main() -> std::io::Result<()> {
//! let media = media::start(media::Config::default())?;
//! let who = media::Participant {
//!     name: "Dr. Li".into(),
//!     organisation: "County Hospital".into(),
//!     joined_at: "2026-01-01T08:00:00.000Z".into(),
//! };
//! let connection = media.join(media::RoomId::new("room"), who);
//! connection.to.send(media::ClientMessage::Join { protocol: media::PROTOCOL }).expect("accepted");
//! // … answers arrive at `connection.from`; dropping `connection` leaves the room.
//! media.stop();
//! # Ok(())
//! # }
//! ```

mod binding;
mod config;
mod history;
mod ids;
mod io;
mod keyframe;
mod nack;
mod refusal;
pub mod report;
pub mod room;
pub mod rtp;
mod sequence;
pub mod signal;
pub mod slot;
mod stream;
mod twcc;
mod vp8;

pub use config::Config;
pub use ids::{Kind, LegKey, MemberKey, PeerId, RoomId};
pub use io::{Connection, Media, Sender, Stats, start};
pub use refusal::Refusal;
pub use room::Participant;
pub use signal::{ClientMessage, PROTOCOL, ParticipantView, ServerMessage, SlotView};
