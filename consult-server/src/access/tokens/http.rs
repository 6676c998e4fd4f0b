//! `/api/v1/session/tokens`: the tokens I made for my programs.

use super::{OwnToken, flow, rules, sql};
use crate::access::Call;
use crate::access::scopes::Scope;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Path};
use crate::ids::SessionId;
use crate::time::Timestamp;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(my_tokens, make_token)).routes(routes!(revoke_token))
}

#[derive(Serialize, ToSchema)]
struct OwnTokens {
    items: Vec<OwnToken>,
    /// What my position can give a token.
    scopes: Vec<Scope>,
}

/// My tokens that are alive, and which scopes I can give one.
#[utoipa::path(get, path = "/session/tokens", tag = "session",
    responses((status = 200, body = OwnTokens), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn my_tokens(call: Call) -> Result<Json<OwnTokens>> {
    call.as_person()?;
    let items = sql::own(&mut *call.read().await?, &call.caller.person, call.now).await?;
    Ok(Json(OwnTokens { items, scopes: rules::grantable(call.caller.role).iter().collect() }))
}

#[derive(Deserialize, ToSchema)]
struct NewToken {
    /// What I call it: for which program it is.
    name: String,
    scopes: Vec<Scope>,
    /// 1 to 365.
    days: i64,
}

#[derive(Serialize, ToSchema)]
struct MadeToken {
    id: SessionId,
    /// Usable as `Authorization: Bearer …`; shown this once.
    token: String,
    expires_at: Timestamp,
}

/// Make a token for a program of mine: it acts in my present position, within its scopes.
#[utoipa::path(post, path = "/session/tokens", tag = "session", request_body = NewToken,
    responses((status = 201, body = MadeToken), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem),
              (status = 415, body = Problem), (status = 422, body = Problem)))]
async fn make_token(call: Call, Json(input): Json<NewToken>) -> Result<(StatusCode, Json<MadeToken>)> {
    let flow::Made { id, token, expires_at } =
        flow::make(call, &input.name, &input.scopes, input.days).await?;
    Ok((StatusCode::CREATED, Json(MadeToken { id, token, expires_at })))
}

/// End one of my tokens.
#[utoipa::path(delete, path = "/session/tokens/{id}", tag = "session", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn revoke_token(call: Call, Path(id): Path<SessionId>) -> Result<StatusCode> {
    flow::revoke(call, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
