//! `POST /oauth2/token`: client credentials for an access token, in the words of RFC 6749 §5. Everything else is `flow`.

use super::rules::{self, Denied};
use super::{flow, rules::TOKEN_SECONDS};
use crate::access::call::Visitor;
use crate::ground::Ground;
use axum::body::Bytes;
use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;

pub fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: FromRef<S>,
{
    Router::new().route("/oauth2/token", post(token))
}

async fn token(
    State(ground): State<Ground>,
    visitor: Visitor,
    headers: HeaderMap,
    body: Bytes,
) -> std::result::Result<Response, Denied> {
    let is_form = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|v| v.as_bytes().to_ascii_lowercase().starts_with(b"application/x-www-form-urlencoded"));
    if !is_form {
        return Err(Denied::InvalidRequest);
    }
    let authorization = headers.get(header::AUTHORIZATION).map(|v| v.to_str().unwrap_or_default());
    let granted = flow::grant(&ground, rules::read(authorization, &body)?, visitor).await?;
    let answer = json!({
        "access_token": granted.token,
        "token_type": "Bearer",
        "expires_in": TOKEN_SECONDS,
        "scope": granted.scopes.to_string(),
    });
    Ok(kept_nowhere(Json(answer).into_response()))
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        let (status, error, wait) = match self {
            Denied::InvalidRequest => (StatusCode::BAD_REQUEST, "invalid_request", None),
            Denied::InvalidClient => (StatusCode::UNAUTHORIZED, "invalid_client", None),
            Denied::UnsupportedGrantType => (StatusCode::BAD_REQUEST, "unsupported_grant_type", None),
            Denied::InvalidScope => (StatusCode::BAD_REQUEST, "invalid_scope", None),
            Denied::TooMany(seconds) => (StatusCode::TOO_MANY_REQUESTS, "invalid_client", Some(seconds)),
            Denied::Ours(refusal) => return refusal.into_response(),
        };
        let mut response = (status, Json(json!({ "error": error }))).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            let asks = HeaderValue::from_static("Basic realm=\"consult-server\"");
            headers.insert(header::WWW_AUTHENTICATE, asks);
        }
        if let Some(seconds) = wait {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        kept_nowhere(response)
    }
}

/// §5.1: no cache keeps what holds a token.
fn kept_nowhere(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
