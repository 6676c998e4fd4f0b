//! `/dicom-web` (PS3.18): hands each request to `imaging::dicomweb` with the caller's view of the index, and renders what it
//! answers. STOW comes in by the same path as everything else; image reads are noted, once per study and quarter of an hour.

use super::index::{View, sql as index};
use super::register::Door;
use super::{Imaging, KIND, flow};
use crate::access::Call;
use crate::access::policy::Action;
use crate::db::change::Subject;
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use futures_util::stream::StreamExt as _;
use imaging::dicomweb::{self, Body as Answer, Method, Request as Wish, Service, Upload, WebError};
use imaging::header::Limits;
use imaging::index::{Channel, Source};
use imaging::text::Fallback;
use imaging::uid::StudyUid;
use tokio_util::sync::CancellationToken;

/// Where the service is.
const BASE: &str = "/dicom-web";

pub fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: FromRef<S>,
    Imaging: FromRef<S>,
    CancellationToken: FromRef<S>,
{
    Router::new().route("/dicom-web/{*path}", get(serve).post(store))
}

async fn serve(call: Call, State(imaging): State<Imaging>, request: Request) -> Result<Response> {
    let wish = parse(Method::Get, &request)?;
    let view = View::new(call.ground.clone(), flow::scope(&call)?);
    if let Some(study) = study_of(&wish) {
        note_images(&call, &view, study).await?;
    }
    let service = service(&imaging, &call);
    let answer = dicomweb::answer(&service, &view, &wish).await;
    if matches!(wish, Wish::Search(_)) {
        call.note_list("study-uid", view.given().iter().map(StudyUid::to_string).collect(), "role")?;
    }
    render(answer)
}

async fn store(
    call: Call,
    State(imaging): State<Imaging>,
    State(shutdown): State<CancellationToken>,
    request: Request,
) -> Result<Response> {
    call.require(Action::StudyAdd, None)?;
    let wish = parse(Method::Post, &request)?;
    let service = service(&imaging, &call);
    let source = Source {
        channel: Channel::Stow,
        organisation: call.caller.organisation.as_str().to_owned(),
        patient: None,
        ae_title: None,
        fallback: Fallback::default(),
    };
    let content_type = text(request.headers(), header::CONTENT_TYPE).unwrap_or_default().to_owned();
    let body = request.into_body().into_data_stream();
    let body = body.map(|chunk| chunk.map_err(std::io::Error::other));
    let body = body.take_until(shutdown.cancelled_owned()).boxed();
    // A task of its own, so that a connection that is cut does not stop a batch between object and row.
    let storing = tokio::spawn(async move {
        dicomweb::store(&service, &source, &wish, Upload { content_type: &content_type, body }).await
    });
    render(storing.await.map_err(Refusal::internal)?)
}

fn service(imaging: &Imaging, call: &Call) -> Service {
    let door = Door {
        ground: call.ground.clone(),
        consults: imaging.consults.clone(),
        author: Some(call.author.clone()),
        basis: "role",
        consult: None,
    };
    let public = call.ground.config.http.public_url.trim_end_matches('/');
    Service {
        blobs: imaging.blobs.clone(),
        ingest: imaging.ingest(door),
        previews: Some(imaging.previews.clone()),
        base: format!("{public}{BASE}").into(),
        limits: Limits::default(),
        fallback: Fallback::default(),
    }
}

fn parse(method: Method, request: &Request) -> Result<Wish> {
    let path = request.uri().path();
    let path = path.strip_prefix(BASE).unwrap_or(path);
    let query = request.uri().query().unwrap_or("");
    dicomweb::parse(method, path, query, accepts(request.headers()).as_deref()).map_err(refusal)
}

/// Several `Accept` lines are one list (RFC 9110 §5.3).
fn accepts(headers: &HeaderMap) -> Option<String> {
    let lines: Vec<&str> =
        headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok()).collect();
    if lines.is_empty() { None } else { Some(lines.join(",")) }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Writes down whose images are read, before they leave. A study that the caller does not see leaves no row.
async fn note_images(call: &Call, view: &View, study: &StudyUid) -> Result<()> {
    let mut reader = call.read().await?;
    for id in index::studies_of_uid(&mut reader, &view.scope, study).await? {
        let (stored, basis) = flow::read(&mut reader, call, &id).await?;
        let subject = Subject { kind: KIND, id: id.as_str() };
        call.note_image_read(subject, stored.shown.patient_id.as_ref(), basis).await?;
    }
    Ok(())
}

fn study_of(wish: &Wish) -> Option<&StudyUid> {
    match wish {
        Wish::Search(_) | Wish::Store(_) => None,
        Wish::Retrieve(scope, _) | Wish::Metadata(scope, _) | Wish::Thumbnail(scope, _, _) => {
            Some(scope.study())
        }
        Wish::BulkData(path, _, _) | Wish::Frames(path, _, _) | Wish::Rendered(path, _, _) => {
            Some(&path.study)
        }
    }
}

fn render(answer: std::result::Result<dicomweb::Response, WebError>) -> Result<Response> {
    let answer = answer.map_err(refusal)?;
    let status = StatusCode::from_u16(answer.status).map_err(Refusal::internal)?;
    let body = match answer.body {
        Answer::Whole(bytes) => Body::from(bytes),
        Answer::Stream(stream) => Body::from_stream(stream),
    };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_str(&answer.content_type).map_err(Refusal::internal)?,
    );
    for (name, value) in answer.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(Refusal::internal)?;
        headers.append(name, HeaderValue::from_str(&value).map_err(Refusal::internal)?);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

fn refusal(error: WebError) -> Refusal {
    let refusal = Refusal::of_code(error.code());
    match error {
        WebError::QueryInvalid(parameter) => refusal.with("parameter", parameter),
        // In a path it is the request that is wrong, not a file.
        WebError::UidInvalid => Refusal::new(Code::WebQuery),
        WebError::MethodNotAllowed
        | WebError::NotFound
        | WebError::NotAcceptable
        | WebError::UnsupportedMediaType
        | WebError::BodyInvalid
        | WebError::Pixels(_)
        | WebError::Refused(_)
        | WebError::Unavailable => refusal,
    }
}
