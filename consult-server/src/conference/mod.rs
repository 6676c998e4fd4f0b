//! Rooms: who may enter, who is in, and the signalling between a page and the media plane.
//! Knows that a subject stands behind a room and that grants of that subject let organisations in, not what it is.

pub mod flow;
pub mod http;
mod presence;
mod socket;
pub mod sql;

use crate::config;
use crate::error::{Code, Refusal, Result};
use crate::ids::RoomId;
use crate::time::Timestamp;
use media::Media;
use presence::Presence;
use serde::Serialize;
use std::sync::{Arc, OnceLock};
use tokio_util::task::TaskTracker;
use utoipa::ToSchema;

/// The kind of subject in events and audit rows.
pub const KIND: &str = "room";

/// The rooms of this process: the media plane once it runs, who is in, and the calls that are under way.
#[derive(Clone, Default)]
pub struct Rooms {
    media: Arc<OnceLock<Media>>,
    presence: Presence,
    calls: TaskTracker,
}

impl Rooms {
    /// Opens the one UDP port of all media.
    pub fn start(&self, config: &config::Media) -> Result<()> {
        let settings =
            media::Config { udp: config.udp, advertise: config.advertise, ..media::Config::default() };
        let media = media::start(settings)
            .map_err(|e| Refusal::internal(format!("media.udp = {}: {e}", config.udp)))?;
        self.media.set(media).map_err(|_| Refusal::internal("the media plane was started twice"))
    }

    /// The calls have been told to end; waits until they are written down, then ends the media plane.
    pub async fn stop(&self) -> Result<()> {
        self.calls.close();
        self.calls.wait().await;
        let Some(media) = self.media.get().cloned() else { return Ok(()) };
        tokio::task::spawn_blocking(move || media.stop()).await.map_err(Refusal::internal)
    }

    pub fn media(&self) -> Option<&Media> {
        self.media.get()
    }

    fn running(&self) -> Result<&Media> {
        self.media.get().ok_or_else(|| Code::NotReady.into())
    }
}

/// A room and who is in it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Room {
    pub id: RoomId,
    pub subject: RoomSubject,
    pub participants: Vec<RoomParticipant>,
}

/// What the room is for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RoomSubject {
    pub kind: String,
    pub id: String,
}

/// One connection of a person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RoomParticipant {
    pub id: String,
    pub name: String,
    pub organisation: String,
    pub joined_at: Timestamp,
}
