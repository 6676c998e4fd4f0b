//! `/uploads` (tus 1.0: creation and termination) and `/api/v1/uploads/{id}`: parse, call the flow, render.

use super::{MAX_SIZE, Upload, flow, tus};
use crate::access::Call;
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Path, Reply};
use crate::ids::UploadId;
use crate::studies::Imaging;
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use futures_util::stream::StreamExt as _;
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: FromRef<S>,
    Imaging: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(read))
}

/// The protocol itself, outside of `/api/v1`.
pub fn protocol<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: FromRef<S>,
    Imaging: FromRef<S>,
    CancellationToken: FromRef<S>,
{
    Router::new()
        .route("/uploads", post(create).options(options))
        .route("/uploads/", post(create).options(options))
        .route("/uploads/{id}", axum::routing::patch(append).head(head).delete(remove).options(options))
        .layer(from_fn(async |request: axum::extract::Request, next: axum::middleware::Next| {
            let mut response = next.run(request).await;
            let headers = response.headers_mut();
            headers.insert("tus-resumable", HeaderValue::from_static(tus::VERSION));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }))
}

/// What became of an upload of mine.
#[utoipa::path(get, path = "/uploads/{id}", tag = "uploads", params(("id" = String, Path)),
    responses((status = 200, body = Upload), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn read(call: Call, State(imaging): State<Imaging>, Path(id): Path<UploadId>) -> Result<Json<Upload>> {
    let upload = flow::own(&mut *call.read().await?, &call, &id).await?;
    Ok(Json(flow::show(&imaging, upload).await?))
}

async fn options(_call: Call) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert("tus-version", HeaderValue::from_static(tus::VERSION));
    headers.insert("tus-extension", HeaderValue::from_static(tus::EXTENSIONS));
    headers.insert("tus-max-size", HeaderValue::from(MAX_SIZE));
    response
}

async fn create(call: Call, State(imaging): State<Imaging>, headers: HeaderMap) -> Result<Response> {
    tus::version(&headers)?;
    let creation = tus::creation(&headers, MAX_SIZE)?;
    let reply = call
        .change(move |tx, call| {
            Box::pin(async move { Reply::created(&flow::begin(tx, &imaging, call, creation).await?) })
        })
        .await?;
    let id: UploadId = crate::db::from_json(&reply.body)?;
    let location = HeaderValue::from_str(&format!("/uploads/{id}")).map_err(Refusal::internal)?;
    Ok((StatusCode::CREATED, [(header::LOCATION, location)]).into_response())
}

async fn head(
    call: Call,
    State(imaging): State<Imaging>,
    Path(id): Path<UploadId>,
    headers: HeaderMap,
) -> Result<Response> {
    tus::version(&headers)?;
    let (offset, size) = flow::where_to_go_on(&imaging, &call, &id).await?;
    let headers = [("upload-offset", offset), ("upload-length", size)];
    Ok((StatusCode::OK, headers.map(|(name, value)| (name, HeaderValue::from(value)))).into_response())
}

async fn append(
    call: Call,
    State(imaging): State<Imaging>,
    State(shutdown): State<CancellationToken>,
    Path(id): Path<UploadId>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    tus::version(&headers)?;
    let at = tus::offset(&headers)?;
    let body = body.into_data_stream().map(|chunk| chunk.map_err(std::io::Error::other));
    // A server that stops keeps what is here and says so; the client goes on from there.
    let body = body.take_until(shutdown.cancelled_owned()).boxed();
    // A task of its own: a connection that is cut must neither lose what arrived nor stop the taking in half way.
    let receiving = tokio::spawn(flow::receive(imaging, call, id, at, body));
    let offset = receiving.await.map_err(|_| Refusal::new(Code::Internal))??;
    Ok((StatusCode::NO_CONTENT, [("upload-offset", HeaderValue::from(offset))]).into_response())
}

async fn remove(
    call: Call,
    State(imaging): State<Imaging>,
    Path(id): Path<UploadId>,
    headers: HeaderMap,
) -> Result<Reply> {
    tus::version(&headers)?;
    flow::remove(&imaging, &call, id).await?;
    Ok(Reply::no_content())
}
