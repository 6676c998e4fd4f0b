//! Notes the `Idempotency-Key` of a request and a hash of what it asks, so that the change can keep its answer.
//! Knows no caller: whose key it is, the change adds.

use crate::error::{Code, Refusal};
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// A key repeats only commands, and their bodies are small.
const BODY_LIMIT: usize = 2 * 1024 * 1024;
const KEY_LIMIT: usize = 200;

#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    pub key: String,
    pub request_hash: String,
}

pub async fn note(request: Request, next: Next) -> Response {
    let Some(key) = request.headers().get("idempotency-key") else {
        return next.run(request).await;
    };
    let Some(key) = key.to_str().ok().filter(|k| !k.is_empty() && k.len() <= KEY_LIMIT).map(str::to_owned)
    else {
        return Refusal::new(Code::RequestQuery).with("reason", "Idempotency-Key").into_response();
    };
    let (mut parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return Refusal::new(Code::RequestTooLarge).into_response();
    };
    let mut hasher = blake3::Hasher::new();
    hasher.update(parts.method.as_str().as_bytes());
    hasher.update(parts.uri.path().as_bytes());
    hasher.update(&[0]);
    hasher.update(&bytes);
    parts.extensions.insert(IdempotencyKey { key, request_hash: hasher.finalize().to_hex().to_string() });
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}
