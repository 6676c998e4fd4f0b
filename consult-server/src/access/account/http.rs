//! `/api/v1/session/list` and `/api/v1/session/password`: my sessions and my password.

use super::{OwnSession, flow, sql};
use crate::access::Call;
use crate::access::call::Owner;
use crate::access::flow::IDLE_SECONDS;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Page, Path};
use crate::ids::SessionId;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(my_sessions, end_my_other_sessions))
        .routes(routes!(end_my_session))
        .routes(routes!(change_password))
}

/// My sessions that are alive, the newest use first.
#[utoipa::path(get, path = "/session/list", tag = "session",
    responses((status = 200, body = Page<OwnSession>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn my_sessions(call: Call) -> Result<Json<Page<OwnSession>>> {
    call.as_person()?;
    let seen_after = call.now.plus_seconds(-IDLE_SECONDS);
    let (person, own) = (&call.caller.person, &call.caller.session);
    let found = sql::sessions(&mut *call.read().await?, person, own, call.now, seen_after).await?;
    Ok(Json(Page::whole(found)))
}

/// End every session of mine but this one.
#[utoipa::path(delete, path = "/session/list", tag = "session",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn end_my_other_sessions(call: Call) -> Result<StatusCode> {
    call.as_person()?;
    flow::end_others(call).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End one of my sessions.
#[utoipa::path(delete, path = "/session/list/{id}", tag = "session", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn end_my_session(call: Call, Path(id): Path<SessionId>) -> Result<StatusCode> {
    call.as_person()?;
    flow::end_session(call, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
struct PasswordChange {
    old: String,
    /// At least 10 characters (better 12 and more), at most 128.
    new: String,
}

/// Change my password; my other sessions end.
#[utoipa::path(patch, path = "/session/password", tag = "session", request_body = PasswordChange,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 413, body = Problem),
              (status = 415, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn change_password(Owner(call): Owner, Json(input): Json<PasswordChange>) -> Result<StatusCode> {
    flow::change_password(call, input.old, input.new).await?;
    Ok(StatusCode::NO_CONTENT)
}
