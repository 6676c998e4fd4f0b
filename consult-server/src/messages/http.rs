//! `/api/v1/threads`: parse, call the flow, render.

use super::{KIND, Message, MessageInput, MessagePage, ReadInput, Thread, ThreadPage, flow};
use crate::access::Call;
use crate::db::change::Subject;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Paging, Path, Query, Reply};
use crate::ids::{MessageId, ThreadId};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(mine))
        .routes(routes!(one))
        .routes(routes!(messages, send))
        .routes(routes!(withdraw))
        .routes(routes!(read))
}

#[derive(Deserialize)]
struct Which {
    #[serde(default)]
    unread: Option<bool>,
    #[serde(flatten)]
    paging: Paging,
}

/// My conversations in which something was said, the newest first.
#[utoipa::path(get, path = "/threads", tag = "threads",
    params(("unread" = Option<bool>, Query, description = "Only those with something I have not read"), Paging),
    responses((status = 200, body = ThreadPage), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn mine(call: Call, Query(which): Query<Which>) -> Result<Json<ThreadPage>> {
    let unread_only = which.unread.unwrap_or(false);
    let (page, basis) = flow::mine(&mut *call.read().await?, &call, unread_only, &which.paging).await?;
    call.note_list(KIND, page.items.iter().map(|row| row.id.to_string()).collect(), basis)?;
    Ok(Json(page))
}

/// A conversation: what it is about and who takes part. It has the id of its subject.
#[utoipa::path(get, path = "/threads/{id}", tag = "threads", params(("id" = String, Path)),
    responses((status = 200, body = Thread), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn one(call: Call, Path(id): Path<ThreadId>) -> Result<Json<Thread>> {
    let (thread, basis) = flow::one(&mut *call.read().await?, &call, &id).await?;
    call.note_read(Subject { kind: KIND, id: id.as_str() }, Some(&thread.row.patient.id), basis)?;
    Ok(Json(thread))
}

/// What was said, the newest first, with who has read it.
#[utoipa::path(get, path = "/threads/{id}/messages", tag = "threads", params(("id" = String, Path), Paging),
    responses((status = 200, body = MessagePage), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
async fn messages(
    call: Call,
    Path(id): Path<ThreadId>,
    Query(paging): Query<Paging>,
) -> Result<Json<MessagePage>> {
    let (page, patient, basis) = flow::messages(&mut *call.read().await?, &call, &id, &paging).await?;
    call.note_read(Subject { kind: KIND, id: id.as_str() }, Some(&patient), basis)?;
    Ok(Json(page))
}

/// Say something: text, documents, photographs, a voice.
#[utoipa::path(post, path = "/threads/{id}/messages", tag = "threads", params(("id" = String, Path)), request_body = MessageInput,
    responses((status = 201, body = Message), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn send(call: Call, Path(id): Path<ThreadId>, Json(input): Json<MessageInput>) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move { Reply::created(&flow::send(tx, call, &id, input).await?) })
    })
    .await
}

/// Take back what I said, within two minutes.
#[utoipa::path(post, path = "/threads/{id}/messages/{message}/withdraw", tag = "threads",
    params(("id" = String, Path), ("message" = String, Path)),
    responses((status = 200, body = Message), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 409, body = Problem)))]
async fn withdraw(call: Call, Path((id, message)): Path<(ThreadId, MessageId)>) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move { Reply::ok(&flow::withdraw(tx, call, &id, &message).await?) })
    })
    .await
}

/// I have read up to a message.
#[utoipa::path(post, path = "/threads/{id}/read", tag = "threads", params(("id" = String, Path)), request_body = ReadInput,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
async fn read(call: Call, Path(id): Path<ThreadId>, Json(input): Json<ReadInput>) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            flow::read(tx, call, &id, input.up_to).await?;
            Ok(Reply::no_content())
        })
    })
    .await
}
