//! `/api/v1/session/activation`: the first password of somebody who was given a code.

use super::flow;
use crate::access::call::Visitor;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::Json;
use crate::http::problem::Problem;
use axum::extract::State;
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
    OpenApiRouter::new().routes(routes!(activate))
}

#[derive(Deserialize, ToSchema)]
struct Activation {
    /// The name to sign in with from now on: 3 to 32 small letters, digits and the marks `.`, `_`, `-`.
    login: String,
    /// As it stands on the slip; spaces, hyphens and capitals do not matter.
    code: String,
    /// At least 10 characters (better 12 and more), at most 128.
    password: String,
}

/// Activate an account with a one-time code: choose a name and a password, then sign in.
#[utoipa::path(post, path = "/session/activation", tag = "session", request_body = Activation, security(()),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem, description = "The code is unknown, used or expired"),
              (status = 409, body = Problem, description = "The name is taken; the code still counts"), (status = 413, body = Problem),
              (status = 415, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn activate(
    State(ground): State<Ground>,
    visitor: Visitor,
    Json(input): Json<Activation>,
) -> Result<StatusCode> {
    let Activation { login, code, password } = input;
    flow::activate(&ground, flow::Chosen { login, code, password }, visitor).await?;
    Ok(StatusCode::NO_CONTENT)
}
