//! `/api/v1/documents/{id}`: parse, call the flow, render. Bytes go out so that no browser takes them for anything else.

use super::rules::{self, Part};
use super::{Document, KIND, MAX_SIZE, Shelf, Stored, flow};
use crate::access::Call;
use crate::db::change::Subject;
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Path, Query, Reply};
use crate::ids::{DocumentId, PersonId};
use axum::body::Body;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, FromRef, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: FromRef<S>,
    Shelf: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(one, put))
        .routes(routes!(content))
        .layer(DefaultBodyLimit::max(MAX_SIZE))
}

#[derive(Deserialize)]
struct Name {
    #[serde(default)]
    name: String,
    #[serde(default)]
    author: Option<PersonId>,
}

/// Keep a document under an id of the caller's making: the bytes as they are, 20 MB at most. The same again has no further effect.
#[utoipa::path(put, path = "/documents/{id}", tag = "documents",
    params(("id" = String, Path), ("name" = Option<String>, Query, description = "What it is called; cleaned"),
           ("author" = Option<String>, Query, description = "Whose it is: refused where somebody else is signed in by now")),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 201, body = Document), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn put(
    call: Call,
    State(shelf): State<Shelf>,
    Path(id): Path<DocumentId>,
    Query(query): Query<Name>,
    bytes: std::result::Result<Bytes, BytesRejection>,
) -> Result<Reply> {
    if query.author.as_ref().is_some_and(|author| *author != call.caller.person) {
        return Err(Code::WrittenByAnother.into());
    }
    let bytes = bytes.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::new(Code::DocumentTooLarge),
        _ => Refusal::new(Code::DocumentInterrupted),
    })?;
    let document = flow::shelve(&shelf, &call, id, &query.name, bytes).await?;
    call.change(move |tx, call| {
        Box::pin(async move { Reply::created(&flow::add(tx, call, document).await?) })
    })
    .await
}

/// What a document is.
#[utoipa::path(get, path = "/documents/{id}", tag = "documents", params(("id" = String, Path)),
    responses((status = 200, body = Document), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn one(call: Call, State(shelf): State<Shelf>, Path(id): Path<DocumentId>) -> Result<Json<Document>> {
    let (document, patient, basis) = flow::open(&mut *call.read().await?, &shelf, &call, &id).await?;
    call.note_read(Subject { kind: KIND, id: id.as_str() }, patient.as_ref(), basis)?;
    Ok(Json(document.shown()))
}

#[derive(Deserialize)]
struct How {
    #[serde(default)]
    download: Option<String>,
}

/// The bytes of a document, whole or in part. Pictures and sound may be shown; all else is for downloading.
#[utoipa::path(get, path = "/documents/{id}/content", tag = "documents",
    params(("id" = String, Path), ("download" = Option<String>, Query, description = "Save it, whatever it is")),
    responses((status = 200, content_type = "application/octet-stream", body = String), (status = 206, description = "Part of it"),
              (status = 304, description = "Unchanged"), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 416, description = "Beyond its end")))]
async fn content(
    call: Call,
    State(shelf): State<Shelf>,
    Path(id): Path<DocumentId>,
    Query(how): Query<How>,
    asked: HeaderMap,
) -> Result<Response> {
    let (document, patient, basis) = flow::open(&mut *call.read().await?, &shelf, &call, &id).await?;
    // Players ask piece by piece: one row for all of it.
    call.note_image_read(Subject { kind: KIND, id: id.as_str() }, patient.as_ref(), basis).await?;
    let kind = document.kind;
    let etag = format!("\"{}\"", document.hash);
    let text = |name: HeaderName| asked.get(name).and_then(|value| value.to_str().ok());
    let mut response = if text(header::IF_NONE_MATCH) == Some(etag.as_str()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        sliced(&shelf, &document, text(header::RANGE)).await?
    };
    let disposition = rules::disposition(&document.name, kind, how.download.is_some());
    for (name, value) in [
        (header::CONTENT_TYPE, kind.served_as()),
        (header::CONTENT_DISPOSITION, disposition.as_str()),
        (header::ETAG, etag.as_str()),
        (header::ACCEPT_RANGES, "bytes"),
        // Kept by the browser, and asked for each time: whoever may no longer see it gets nothing.
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_str(value).map_err(Refusal::internal)?);
    }
    Ok(response)
}

/// Reads no more than what was asked for.
async fn sliced(shelf: &Shelf, document: &Stored, range: Option<&str>) -> Result<Response> {
    let size = usize::try_from(document.size).map_err(Refusal::internal)?;
    let (status, place, body) = match rules::part(range, size) {
        Part::Whole => return Ok(flow::bytes(shelf, document).await?.into_response()),
        Part::Some(part) => (
            StatusCode::PARTIAL_CONTENT,
            format!("bytes {}-{}/{size}", part.start, part.end - 1),
            flow::part(shelf, document, part).await?,
        ),
        Part::Nothing => (StatusCode::RANGE_NOT_SATISFIABLE, format!("bytes */{size}"), Bytes::new()),
    };
    let mut response = (status, Body::from(body)).into_response();
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(header::CONTENT_RANGE, place);
    }
    Ok(response)
}
