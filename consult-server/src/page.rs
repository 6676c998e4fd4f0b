//! The web application over HTTP: assets as built, and the page itself for every path that is not the server's own.
//! Knows nothing of what the page does.

use crate::error::Refusal;
use crate::ground::Ground;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Paths that are never the page: an unknown one there answers 404.
const OWN: &[&str] = &[
    "/api",
    "/dicom-web",
    "/fhir",
    "/uploads",
    "/whip",
    "/whep",
    "/oauth2",
    "/healthz",
    "/readyz",
    "/metrics",
    "/assets",
];

/// Addresses that may hold a one-time code: no index and no store of a browser keeps them.
const ADDRESSED: &str = "/packages";

pub async fn serve(State(ground): State<Ground>, request: Request) -> Response {
    let path = request.uri().path();
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Refusal::not_found().into_response();
    }
    let accepts = request.headers().get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok());
    if let Some(asset) = web::asset(path, accepts) {
        return file(asset, request.headers().get(header::IF_NONE_MATCH));
    }
    let is_own = OWN
        .iter()
        .any(|own| path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    if is_own {
        return Refusal::not_found().into_response();
    }
    let mut page = index(&ground);
    if path.starts_with(ADDRESSED) {
        let headers = page.headers_mut();
        headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    page
}

fn file(asset: web::Asset, known: Option<&HeaderValue>) -> Response {
    if known.is_some_and(|v| v.as_bytes() == asset.etag.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let mut response = asset.bytes.into_owned().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let cache = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Some(encoding) = asset.encoding.header() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if let Ok(etag) = HeaderValue::from_str(&asset.etag) {
        headers.insert(header::ETAG, etag);
    }
    // Workers of the viewer are scripts of ours that start WebAssembly decoders.
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"),
    );
    response
}

/// The page with a fresh nonce. `'wasm-unsafe-eval'` and blob workers are for the image decoders of the viewer.
fn index(ground: &Ground) -> Response {
    let nonce: String = ground.entropy.bytes::<16>().iter().map(|b| format!("{b:02x}")).collect();
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         style-src-attr 'unsafe-inline'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; \
         worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    let mut response = web::index(&nonce).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
