//! DICOMweb (PS3.18): STOW-RS, QIDO-RS and WADO-RS as a typed request and a typed response.
//!
//! Knows no HTTP framework and no account: the server parses with [`parse`], hands in an index that is already
//! scoped to the caller, and renders the [`Response`] or [`WebError`]. Large bodies are streams.

mod accept;
mod error;
mod frames;
mod multipart;
mod query;
mod render;
mod request;
mod retrieve;
mod rows;
mod search;
mod store;
mod transcode;

use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use crate::blobs::Blobs;
use crate::header::Limits;
use crate::index::{Index, InstanceQuery, InstanceRow, Page, SeriesQuery, Source, StudyQuery};
use crate::ingest::{Ingest, Previews};
use crate::text::Fallback;

pub use accept::Accept;
pub use error::WebError;
pub use request::{InstancePath, Method, Request, Scope, Want, parse};
pub use store::Upload;

/// What the services need. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    pub blobs: Blobs,
    /// The path in of STOW-RS.
    pub ingest: Ingest,
    /// Where thumbnails are kept; without it they are drawn anew.
    pub previews: Option<Previews>,
    /// The absolute address of the service, such as `https://host/dicom-web`, without a slash at the end.
    pub base: Arc<str>,
    pub limits: Limits,
    /// How text is read in files that do not name a character set.
    pub fallback: Fallback,
}

/// What to send back.
pub struct Response {
    pub status: u16,
    pub content_type: String,
    /// Further headers, such as `Warning`.
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
}

/// A body, whole or as it becomes available. An error in the stream must cut the connection, so that nobody takes
/// a part for the whole.
pub enum Body {
    Whole(Bytes),
    Stream(BoxStream<'static, Result<Bytes, WebError>>),
}

impl Response {
    fn json(value: &serde_json::Value) -> Self {
        Self {
            status: 200,
            content_type: "application/dicom+json".to_owned(),
            headers: Vec::new(),
            body: Body::Whole(value.to_string().into()),
        }
    }

    fn bytes(content_type: &str, bytes: impl Into<Bytes>) -> Self {
        Self {
            status: 200,
            content_type: content_type.to_owned(),
            headers: Vec::new(),
            body: Body::Whole(bytes.into()),
        }
    }

    /// A DICOM file may be a valid file of another kind too (its preamble is free), so a browser must neither guess
    /// nor show it.
    fn download(mut self) -> Self {
        self.headers.push(("X-Content-Type-Options", "nosniff".to_owned()));
        self.headers.push(("Content-Disposition", "attachment".to_owned()));
        self
    }
}

/// Answers everything but STOW-RS.
pub async fn answer(service: &Service, index: &dyn Index, request: &Request) -> Result<Response, WebError> {
    match request {
        Request::Search(search) => search::search(service, index, search).await,
        Request::Retrieve(scope, accept) => retrieve::files(service, index, scope, accept).await,
        Request::Metadata(scope, accept) => retrieve::metadata(service, index, scope, accept).await,
        Request::BulkData(path, tag, accept) => retrieve::bulk_data(service, index, path, tag, accept).await,
        Request::Frames(path, frames, accept) => frames::frames(service, index, path, frames, accept).await,
        Request::Rendered(path, want, accept) => render::rendered(service, index, path, want, accept).await,
        Request::Thumbnail(scope, want, accept) => {
            render::thumbnail(service, index, scope, want, accept).await
        }
        Request::Store(_) => Err(WebError::MethodNotAllowed),
    }
}

/// Answers STOW-RS: takes in the parts of `upload` as they arrive and answers when all of them are durable.
pub async fn store(
    service: &Service,
    source: &Source,
    request: &Request,
    upload: Upload<'_>,
) -> Result<Response, WebError> {
    let Request::Store(study) = request else { return Err(WebError::MethodNotAllowed) };
    store::store(service, source, study.as_ref(), upload).await
}

/// The instances that a path names, in the order of the index. Nothing there is an error.
async fn instances(index: &dyn Index, scope: &Scope) -> Result<Vec<InstanceRow>, WebError> {
    if let Scope::Instance(path) = scope {
        return Ok(vec![instance(index, path).await?]);
    }
    let mut query = InstanceQuery {
        series: SeriesQuery {
            study: StudyQuery { study_uids: vec![scope.study().clone()], ..StudyQuery::default() },
            ..SeriesQuery::default()
        },
        ..InstanceQuery::default()
    };
    if let Scope::Series(_, series) = scope {
        query.series.series_uids = vec![series.clone()];
    }
    const AT_ONCE: u32 = 1000;
    let mut rows = Vec::new();
    loop {
        let page = Page { offset: rows.len() as u32, limit: AT_ONCE };
        let more = index.instances(&query, page).await?;
        let last = more.len() < AT_ONCE as usize;
        rows.extend(more);
        if last {
            break;
        }
    }
    if rows.is_empty() { Err(WebError::NotFound) } else { Ok(rows) }
}

async fn instance(index: &dyn Index, path: &InstancePath) -> Result<InstanceRow, WebError> {
    index.instance(&path.study, &path.series, &path.instance).await?.ok_or(WebError::NotFound)
}

/// A body of a multipart response, from its parts, which are made of these instances.
fn multipart(
    kind: &str,
    rows: &[InstanceRow],
    parts: BoxStream<'static, Result<multipart::Part, WebError>>,
) -> Response {
    // A boundary that no sender can have put into a file: it depends on the hash of every file that may be in it.
    let mut hasher = blake3::Hasher::new();
    for row in rows {
        hasher.update(row.blob.hash.as_str().as_bytes());
        for copy in &row.alternates {
            hasher.update(copy.blob.hash.as_str().as_bytes());
        }
    }
    let boundary = format!("consult-{}", &hasher.finalize().to_hex()[..40]);
    Response {
        status: 200,
        content_type: format!("multipart/related; type=\"{kind}\"; boundary={boundary}"),
        headers: Vec::new(),
        body: Body::Stream(multipart::write(&boundary, parts).boxed()),
    }
}
