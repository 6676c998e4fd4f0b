//! Renders a refusal as RFC 9457 problem+json. The sentence follows `Accept-Language`; the code never changes.
//! Knows no subject: the table is `error.rs`.

use crate::error::{Code, Refusal};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::Arc;
use utoipa::ToSchema;

/// The id of a request, in responses, logs, events and audit rows.
#[derive(Clone)]
pub struct RequestId(pub String);

/// The body of every refusal.
#[derive(Serialize, ToSchema)]
pub struct Problem {
    /// `/problems/<code>`
    pub r#type: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    pub instance: String,
    pub code: String,
    pub request_id: String,
    #[serde(flatten)]
    #[schema(additional_properties)]
    pub extras: Map<String, Value>,
}

#[derive(Clone)]
struct Refused(Arc<Refusal>);

impl IntoResponse for Refusal {
    /// The bare status; `render` below fills the document, because only it knows the request.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(Refused(Arc::new(self)));
        response
    }
}

/// The refusal that a response was made of.
pub fn refusal(response: &Response) -> Option<&Refusal> {
    response.extensions().get::<Refused>().map(|Refused(refusal)| refusal.as_ref())
}

/// The layer that turns refusals (and the framework's own bare errors) into problem documents, and logs faults of ours once.
pub async fn render(request: Request, next: Next) -> Response {
    let chinese = prefers_chinese(request.headers().get(header::ACCEPT_LANGUAGE));
    let instance = request.uri().path().to_owned();
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let response = next.run(request).await;
    let refusal = match response.extensions().get::<Refused>() {
        Some(Refused(refusal)) => refusal.clone(),
        None => match bare(&response) {
            Some(code) => Arc::new(Refusal::new(code)),
            None => return response,
        },
    };
    if let Some(cause) = &refusal.internal {
        tracing::error!(request.id = request_id, code = refusal.code.as_str(), cause, "request failed");
    }
    document(&refusal, response, chinese, instance, request_id)
}

fn document(
    refusal: &Refusal,
    mut response: Response,
    chinese: bool,
    instance: String,
    request_id: String,
) -> Response {
    let code = refusal.code;
    let problem = Problem {
        r#type: format!("/problems/{}", code.as_str()),
        title: code.en().to_owned(),
        status: code.status(),
        detail: if chinese { code.zh() } else { code.en() }.to_owned(),
        instance,
        code: code.as_str().to_owned(),
        request_id,
        extras: refusal.extras.clone(),
    };
    let retry_after = refusal.extras.get("retry_after").and_then(Value::as_u64);
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.remove(header::CONTENT_LENGTH);
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    *response.body_mut() = Body::from(body);
    response
}

/// Errors that the framework answers by itself, without one of our refusals.
fn bare(response: &Response) -> Option<Code> {
    let is_text =
        response.headers().get(header::CONTENT_TYPE).is_none_or(|t| t.as_bytes().starts_with(b"text/plain"));
    if !is_text {
        return None;
    }
    match response.status() {
        StatusCode::NOT_FOUND => Some(Code::RequestNotFound),
        StatusCode::METHOD_NOT_ALLOWED => Some(Code::RequestMethod),
        StatusCode::PAYLOAD_TOO_LARGE => Some(Code::RequestTooLarge),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Some(Code::RequestMediaType),
        StatusCode::BAD_REQUEST => Some(Code::RequestJson),
        status if status.is_server_error() => Some(Code::Internal),
        _ => None,
    }
}

/// Chinese unless the first language asked for is English.
pub fn prefers_chinese(accept_language: Option<&HeaderValue>) -> bool {
    !accept_language
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.trim_start().to_ascii_lowercase().starts_with("en"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_is_the_language_unless_english_is_asked_for_first() {
        for (header, chinese) in [("en-GB,en;q=0.9", false), ("zh-CN,en;q=0.8", true), ("fr", true)] {
            assert_eq!(prefers_chinese(Some(&HeaderValue::from_static(header))), chinese, "{header}");
        }
        assert!(prefers_chinese(None));
    }
}
