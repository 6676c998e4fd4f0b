//! Layers around all of HTTP: request ids, the origin check against forged requests, and security headers.
//! Knows no caller.

use super::peer::Peer;
use super::problem::RequestId;
use crate::error::Code;
use crate::error::Refusal;
use crate::ground::{Ground, is_loopback};
use axum::body::HttpBody;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tower_http::compression::Predicate;
use tracing::Instrument as _;

/// Gives each request an id, puts it into a span and into the response. Ids only: no path parameters, no query.
pub async fn request_id(State(ground): State<Ground>, mut request: Request, next: Next) -> Response {
    let id = ground.entropy.uuid(ground.now());
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", request.id = id, http.method = request.method().as_str());
    let mut response = next.run(request).instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// Refuses an address that holds the character NUL: no store keeps it, and no name of ours has it.
pub async fn no_nul(request: Request, next: Next) -> Response {
    if request.uri().path_and_query().is_some_and(|address| address.as_str().contains("%00")) {
        return Refusal::new(Code::RequestQuery).with("reason", "NUL").into_response();
    }
    next.run(request).await
}

/// Refuses changes that a page of another origin makes with our cookie. `SameSite=Lax` is the first line, this the second.
pub async fn same_origin(State(ground): State<Ground>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let upgrade = request.headers().contains_key(header::UPGRADE);
    if (!safe || upgrade)
        && let Some(origin) = request.headers().get(header::ORIGIN).and_then(|v| v.to_str().ok())
        && !is_ours(origin, &ground, request.headers().get(header::HOST).and_then(|v| v.to_str().ok()))
    {
        return Refusal::new(Code::RequestOrigin).into_response();
    }
    next.run(request).await
}

/// Our public address; on loopback also the address the browser has in its bar.
fn is_ours(origin: &str, ground: &Ground, host: Option<&str>) -> bool {
    let public = ground.config.http.public_url.trim_end_matches('/');
    let scheme = if ground.config.http.tls.is_some() { "https" } else { "http" };
    origin == public
        || (ground.on_loopback()
            && host.is_some_and(|h| is_loopback(h) && origin == format!("{scheme}://{h}")))
}

/// Answers are data: opened as a page of its own, none of them runs anything or has our origin.
const ANSWER_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";
/// The page that tries the API brings its own scripts and inline styles; it calls nothing but us.
const API_PAGE_POLICY: &str =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/// The doors behind which patients' data and tokens are. No cache keeps what comes from there, unless its handler says otherwise.
const ANSWERS: [&str; 4] = ["/api/", "/dicom-web", "/oauth2/", "/uploads"];

/// Headers that hold for every answer; the page's Content-Security-Policy is set where the page is served.
pub async fn security_headers(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_api_page = path.starts_with("/api/docs");
    let is_answer = !is_api_page && ANSWERS.iter().any(|door| path.starts_with(door));
    let is_secure = request.extensions().get::<Peer>().is_some_and(|peer| peer.secure);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if is_secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        secure_cookies(headers);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    if is_answer {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(if is_api_page {
        API_PAGE_POLICY
    } else {
        ANSWER_POLICY
    }));
    response
}

/// Whether packing an answer makes it smaller: images and their parts are packed already, or are asked for by range.
#[derive(Clone, Copy)]
pub struct PacksWell;

impl Predicate for PacksWell {
    fn should_compress<B: HttpBody>(&self, response: &axum::http::Response<B>) -> bool {
        let stated = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = stated.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        // `application/dicom+json` is text and the larger part of what a list costs.
        !matches!(kind, "application/dicom" | "application/octet-stream") && !kind.starts_with("multipart/")
    }
}

/// What was set over TLS goes over TLS only.
fn secure_cookies(headers: &mut HeaderMap) {
    let cookies: Vec<HeaderValue> = headers.get_all(header::SET_COOKIE).iter().cloned().collect();
    headers.remove(header::SET_COOKIE);
    for cookie in cookies {
        let text = cookie.to_str().unwrap_or_default();
        let is_secure = text.split(';').any(|part| part.trim().eq_ignore_ascii_case("secure"));
        let secured = (!is_secure).then(|| HeaderValue::from_str(&format!("{text}; Secure")).ok()).flatten();
        headers.append(header::SET_COOKIE, secured.unwrap_or(cookie));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packs(kind: &'static str) -> bool {
        let mut response = axum::http::Response::new(axum::body::Body::empty());
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        PacksWell.should_compress(&response)
    }

    #[test]
    fn lists_of_studies_are_packed_and_images_are_not() {
        assert!(packs("application/dicom+json"));
        assert!(packs("application/json; charset=utf-8"));
        assert!(!packs("application/dicom"));
        assert!(!packs("application/dicom; transfer-syntax=*"));
        assert!(!packs("multipart/related; type=\"application/dicom\""));
        assert!(!packs("application/octet-stream"));
    }
}
