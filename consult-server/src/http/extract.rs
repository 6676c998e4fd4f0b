//! Extractors whose rejections are our refusals: JSON bodies, query strings, path ids, `If-Match`.
//! Knows no subject.

use crate::error::{Code, Refusal};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header;
use axum::http::request::Parts;
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A JSON body; also the body of an answer.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let is_json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|v| v.to_str().ok())
            .is_some_and(|v| v.trim().to_ascii_lowercase().starts_with("application/json"));
        // A command without a body has no type to declare.
        let has_no_body = request.headers().get(header::CONTENT_TYPE).is_none();
        if !is_json && !has_no_body {
            return Err(Code::RequestMediaType.into());
        }
        // A body that is packed is never unpacked: a small one can hold a large one.
        if request.headers().get(header::CONTENT_ENCODING).is_some_and(|packed| packed != "identity") {
            return Err(Code::RequestMediaType.into());
        }
        let bytes =
            Bytes::from_request(request, state).await.map_err(|_| Refusal::new(Code::RequestTooLarge))?;
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        if holds_nul(text) {
            return Err(Refusal::new(Code::RequestJson).with("reason", "a text holds the character NUL"));
        }
        serde_json::from_slice(text)
            .map(Json)
            .map_err(|e| Refusal::new(Code::RequestJson).with("reason", shape(&e)))
    }
}

impl<T: serde::Serialize> axum::response::IntoResponse for Json<T> {
    fn into_response(self) -> axum::response::Response {
        axum::Json(self.0).into_response()
    }
}

/// Whether a string of the JSON text holds U+0000, which only an escape can write: no store keeps it, and nobody types it.
fn holds_nul(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some(at) = rest.iter().position(|b| *b == b'\\') {
        if rest[at + 1..].starts_with(b"u0000") {
            return true;
        }
        rest = rest.get(at + 2..).unwrap_or(&[]);
    }
    false
}

/// serde's messages quote values only for unknown variants; those are codes, but line and column are enough for all.
fn shape(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Data => error.to_string().chars().take(200).collect(),
        _ => format!("not JSON at line {}, column {}", error.line(), error.column()),
    }
}

pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(query)) => Ok(Query(query)),
            Err(e) => Err(Refusal::new(Code::RequestQuery)
                .with("reason", e.body_text().chars().take(200).collect::<String>())),
        }
    }
}

/// Path parameters; an id that is none cannot exist, so it is answered like one that does not.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(path)) => Ok(Path(path)),
            Err(_) => Err(Refusal::not_found()),
        }
    }
}

/// The version the caller read; required by every change of state.
#[derive(Clone, Copy)]
pub struct IfMatch(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let value = parts.headers.get(header::IF_MATCH).ok_or(Code::RequestIfMatchMissing)?;
        let text = value.to_str().unwrap_or("").trim().trim_start_matches("W/").trim_matches('"');
        text.parse().map(IfMatch).map_err(|_| Code::RequestIfMatchInvalid.into())
    }
}

/// Tells a member that is null (clear it) from one that is absent (leave it).
pub fn present<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_escape_that_means_nul_is_taken_for_one() {
        assert!(holds_nul(br#"{"name":"a\u0000b"}"#) && holds_nul(br#"["\n\\\u0000"]"#));
        assert!(!holds_nul(br#"{"name":"a\\u0000b"}"#) && !holds_nul(br#"["\u0001", "u0000", "\"#));
    }
}
