//! `/api/v1/organisations/{id}/activation-sheet`: parse, call the flow, render.

use super::{Sheet, SheetInput, Waiting, flow};
use crate::access::Call;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Path};
use crate::ids::OrganisationId;
use axum::http::{HeaderName, StatusCode, header};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(waiting, issue))
}

/// Codes do not stay in a browser.
const NOT_KEPT: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// How many people of an organisation have no account yet.
#[utoipa::path(get, path = "/organisations/{id}/activation-sheet", tag = "directory", params(("id" = String, Path)),
    responses((status = 200, body = Waiting), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn waiting(call: Call, Path(id): Path<OrganisationId>) -> Result<Json<Waiting>> {
    Ok(Json(flow::waiting(&mut *call.read().await?, &call, &id).await?))
}

/// Make one-time codes for the people of an organisation who have no account yet; codes made for them before end. Shown this once.
#[utoipa::path(post, path = "/organisations/{id}/activation-sheet", tag = "directory", params(("id" = String, Path)),
    request_body = SheetInput,
    responses((status = 201, body = Sheet), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)))]
async fn issue(
    call: Call,
    Path(id): Path<OrganisationId>,
    Json(input): Json<SheetInput>,
) -> Result<(StatusCode, [(HeaderName, &'static str); 1], Json<Sheet>)> {
    let sheet = flow::sheet(call, id, input.person_id).await?;
    Ok((StatusCode::CREATED, NOT_KEPT, Json(sheet)))
}
