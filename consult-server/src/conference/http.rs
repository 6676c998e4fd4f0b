//! `/api/v1/rooms/{id}` and its WebSocket of signalling: parse, ask, hand over.

use super::{Room, Rooms, flow, socket};
use crate::access::Call;
use crate::db::change::Subject;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Path};
use crate::ids::RoomId;
use axum::extract::{FromRef, State, WebSocketUpgrade};
use axum::response::Response;
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: FromRef<S>,
    Rooms: FromRef<S>,
    CancellationToken: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(read_room)).routes(routes!(signal_room))
}

/// Who is in a room.
#[utoipa::path(get, path = "/rooms/{id}", tag = "rooms", params(("id" = String, Path)),
    responses((status = 200, body = Room), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn read_room(call: Call, State(rooms): State<Rooms>, Path(id): Path<RoomId>) -> Result<Json<Room>> {
    let (stored, basis) = flow::admit(&mut *call.read().await?, &call, &id).await?;
    call.note_read(Subject { kind: super::KIND, id: id.as_str() }, Some(&stored.patient), basis)?;
    Ok(Json(flow::shown(stored, &rooms)))
}

/// Signalling of a call: WebSocket, protocol 1 (JSON text frames; see the media crate's `signal`).
#[utoipa::path(get, path = "/rooms/{id}/signal", tag = "rooms", params(("id" = String, Path)),
    responses((status = 101, description = "Switching to WebSocket"), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 503, body = Problem)))]
async fn signal_room(
    call: Call,
    State(rooms): State<Rooms>,
    State(shutdown): State<CancellationToken>,
    Path(id): Path<RoomId>,
    upgrade: WebSocketUpgrade,
) -> Result<Response> {
    let (_, basis) = flow::admit(&mut *call.read().await?, &call, &id).await?;
    let connection = rooms.running()?.join(media::RoomId::new(id.as_str()), socket::participant(&call));
    let calls = rooms.calls.clone();
    Ok(upgrade.max_message_size(socket::LARGEST).on_upgrade(move |socket| {
        // Counted, so that the end of the server waits until everybody's leaving is written down.
        calls.track_future(socket::serve(socket, call, rooms, id, basis, connection, shutdown))
    }))
}
