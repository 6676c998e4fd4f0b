//! `/api/v1/service-clients`: the security administrator sees which systems may sign in, and shuts one out.

use super::{Client, flow, sql};
use crate::access::Call;
use crate::access::policy::Action;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Page, Path};
use crate::ids::ClientId;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(service_clients)).routes(routes!(revoke_service_client))
}

/// The systems that may sign in at `/oauth2/token`, and those that no longer may.
#[utoipa::path(get, path = "/service-clients", tag = "session",
    responses((status = 200, body = Page<Client>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn service_clients(call: Call) -> Result<Json<Page<Client>>> {
    call.require(Action::ClientManage, None)?;
    let found = sql::list(&mut *call.read().await?, Some(&call.caller.alliance)).await?;
    Ok(Json(Page::whole(found)))
}

/// Shut a system out: it gets no more tokens, and those it has end.
#[utoipa::path(delete, path = "/service-clients/{id}", tag = "session", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn revoke_service_client(call: Call, Path(id): Path<ClientId>) -> Result<StatusCode> {
    flow::shut_out(call, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
