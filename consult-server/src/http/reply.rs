//! The answer to a change: status, version as `ETag`, JSON body. It can be kept and given again for an `Idempotency-Key`.
//! Knows no subject.

use crate::error::Result;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub version: Option<i64>,
    /// JSON; empty for 204.
    pub body: String,
}

impl Reply {
    pub fn ok(body: &impl Serialize) -> Result<Self> {
        Ok(Self { status: 200, version: None, body: crate::db::to_json(body)? })
    }

    pub fn created(body: &impl Serialize) -> Result<Self> {
        Ok(Self { status: 201, ..Self::ok(body)? })
    }

    pub fn no_content() -> Self {
        Self { status: 204, version: None, body: String::new() }
    }

    pub fn with_version(self, version: i64) -> Self {
        Self { version: Some(version), ..self }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut response = (status, self.body).into_response();
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_TYPE);
        if self.status != 204 {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(etag) = self.version.and_then(|v| HeaderValue::from_str(&format!("\"{v}\"")).ok()) {
            headers.insert(header::ETAG, etag);
        }
        response
    }
}
