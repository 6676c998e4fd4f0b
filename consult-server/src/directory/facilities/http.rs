//! `/api/v1/organisations/{id}/facilities`, `/capabilities`: parse, call the flow, render.

use super::{Capability, CapabilityInput, Coordinates, Facilities, flow};
use crate::access::Call;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{IfMatch, Json, Path, Reply};
use crate::ids::{CapabilityId, OrganisationId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(read, place)).routes(routes!(add)).routes(routes!(end))
}

/// What an organisation can do and where it is, with the catalogue of capabilities.
#[utoipa::path(get, path = "/organisations/{id}/facilities", tag = "directory", params(("id" = String, Path)),
    responses((status = 200, body = Facilities), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn read(call: Call, Path(id): Path<OrganisationId>) -> Result<Reply> {
    let found = flow::read(&mut *call.read().await?, &call, &id).await?;
    Ok(Reply::ok(&found)?.with_version(found.version))
}

/// Say where an organisation is; null for both takes it back.
#[utoipa::path(patch, path = "/organisations/{id}/facilities", tag = "directory", params(("id" = String, Path), ("if-match" = String, Header)),
    request_body = Coordinates,
    responses((status = 200, body = Facilities), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
async fn place(
    call: Call,
    Path(id): Path<OrganisationId>,
    IfMatch(version): IfMatch,
    Json(coordinates): Json<Coordinates>,
) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let placed = flow::set_place(tx, call, &id, version, coordinates).await?;
            Ok(Reply::ok(&placed)?.with_version(placed.version))
        })
    })
    .await
}

/// Say that an organisation can do something, from when and until when.
#[utoipa::path(post, path = "/capabilities", tag = "directory", request_body = CapabilityInput,
    responses((status = 201, body = Capability), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn add(call: Call, Json(input): Json<CapabilityInput>) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let made = flow::add(tx, call, input).await?;
            Ok(Reply::created(&made)?.with_version(made.version))
        })
    })
    .await
}

/// Say that it no longer can.
#[utoipa::path(post, path = "/capabilities/{id}/end", tag = "directory", params(("id" = String, Path), ("if-match" = String, Header)),
    responses((status = 200, body = Capability), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 412, body = Problem), (status = 428, body = Problem)))]
async fn end(call: Call, Path(id): Path<CapabilityId>, IfMatch(version): IfMatch) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let ended = flow::end(tx, call, &id, version).await?;
            Ok(Reply::ok(&ended)?.with_version(ended.version))
        })
    })
    .await
}
