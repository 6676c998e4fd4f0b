//! One person's signalling: text frames to the media plane and back, until either side, the heartbeat, the room or the
//! server ends it. Every queue is bounded by the media plane; this loop holds one frame at a time.

use super::{RoomParticipant, Rooms, flow, presence::Present};
use crate::access::Call;
use crate::error::Result;
use crate::ids::RoomId;
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use media::{ClientMessage, Connection, Participant, ServerMessage};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

/// Two session descriptions fit; nobody sends more at once.
pub const LARGEST: usize = 256 * 1024;
/// How often a silent page is asked whether it lives, and whether its person may stay is looked up.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A page from which nothing has come over so many heartbeats is gone.
const SILENT_BEATS: u32 = 3;
/// A page that takes longer to read one frame is gone.
const SEND_WITHIN: Duration = Duration::from_secs(10);

/// Who the others see.
pub fn participant(call: &Call) -> Participant {
    Participant {
        name: call.caller.name.clone(),
        organisation: call.caller.organisation_name.clone(),
        joined_at: call.now.to_string(),
    }
}

/// Serves one page's signalling to its end; dropping the connection leaves the room.
pub async fn serve(
    mut socket: WebSocket,
    call: Call,
    rooms: Rooms,
    room: RoomId,
    basis: &'static str,
    mut connection: Connection,
    shutdown: CancellationToken,
) {
    let mut seat = Seat { call, rooms, room, basis, present: None };
    let reason = talk(&mut socket, &mut connection, &mut seat, &shutdown).await;
    drop(connection);
    seat.leave().await;
    let frame = CloseFrame { code: reason, reason: "".into() };
    // The page may be gone already.
    let _gone = timeout(SEND_WITHIN, socket.send(Message::Close(Some(frame)))).await;
}

/// Carries messages until something ends the talk; answers the close code that says what.
async fn talk(
    socket: &mut WebSocket,
    connection: &mut Connection,
    seat: &mut Seat,
    shutdown: &CancellationToken,
) -> u16 {
    let mut heartbeat = interval(HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut silent_beats = 0;
    loop {
        let out = tokio::select! {
            () = shutdown.cancelled() => return close_code::AWAY,
            frame = socket.recv() => {
                silent_beats = 0;
                match frame {
                    Some(Ok(Message::Text(text))) => match take(connection, text.as_str()) {
                        Ok(()) => continue,
                        Err(code) => text_of(&ServerMessage::Error { code: code.to_owned() }),
                    },
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    Some(Ok(Message::Binary(_))) => return close_code::UNSUPPORTED,
                    Some(Ok(Message::Close(_))) | Some(Err(_)) | None => return close_code::NORMAL,
                }
            }
            message = connection.from.recv() => match message {
                Some(message) => {
                    if let Err(refusal) = seat.note(&message).await {
                        tracing::error!(room.id = %seat.room, code = refusal.code.as_str(), cause = refusal.internal, "joining was not written down");
                        return close_code::ERROR;
                    }
                    if message.is_last() {
                        let _gone = send(socket, text_of(&message)).await;
                        return close_code::NORMAL;
                    }
                    text_of(&message)
                }
                // The media plane took no more: it is full or ends.
                None => return close_code::AGAIN,
            },
            _ = heartbeat.tick() => {
                silent_beats += 1;
                if silent_beats > SILENT_BEATS {
                    return close_code::AWAY;
                }
                if !seat.may_stay().await {
                    return close_code::POLICY;
                }
                Message::Ping(bytes::Bytes::new())
            }
        };
        if send(socket, out).await.is_err() {
            return close_code::AWAY;
        }
    }
}

/// Hands a page's message on; the code says why not.
fn take(connection: &Connection, text: &str) -> std::result::Result<(), &'static str> {
    let message: ClientMessage = serde_json::from_str(text).map_err(|_| "media.message-invalid")?;
    connection.to.send(message).map_err(media::Refusal::code)
}

fn text_of(message: &ServerMessage) -> Message {
    Message::Text(serde_json::to_string(message).unwrap_or_default().into())
}

async fn send(socket: &mut WebSocket, message: Message) -> std::result::Result<(), ()> {
    match timeout(SEND_WITHIN, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(()),
    }
}

/// One person's place in a room: written down when they come in and when they leave.
struct Seat {
    call: Call,
    rooms: Rooms,
    room: RoomId,
    basis: &'static str,
    present: Option<(Present, String)>,
}

impl Seat {
    /// Being let in by the media plane is what counts as joining.
    async fn note(&mut self, message: &ServerMessage) -> Result<()> {
        let ServerMessage::Joined { me, .. } = message else { return Ok(()) };
        let id = me.as_str().to_owned();
        self.record("room.joined", id.clone()).await?;
        let who = RoomParticipant {
            id: id.clone(),
            name: self.call.caller.name.clone(),
            organisation: self.call.caller.organisation_name.clone(),
            joined_at: self.call.now,
        };
        self.present = Some((self.rooms.presence.enter(&self.room, who), id));
        Ok(())
    }

    async fn leave(&mut self) {
        let Some((present, id)) = self.present.take() else { return };
        drop(present);
        if let Err(refusal) = self.record("room.left", id).await {
            tracing::error!(room.id = %self.room, code = refusal.code.as_str(), cause = refusal.internal, "leaving was not written down");
        }
    }

    async fn record(&self, kind: &'static str, id: String) -> Result<()> {
        let (call, room, basis) = (self.call.clone(), self.room.clone(), self.basis);
        self.call
            .ground
            .db
            .write(move |tx| Box::pin(async move { flow::record(tx, &call, &room, kind, basis, &id).await }))
            .await
    }

    /// A store that cannot be asked right now throws nobody out.
    async fn may_stay(&self) -> bool {
        match self.call.read().await {
            Ok(mut reader) => flow::may_stay(&mut reader, &self.call, &self.room).await.unwrap_or(true),
            Err(_) => true,
        }
    }
}
