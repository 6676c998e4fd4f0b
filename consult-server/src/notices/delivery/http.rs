//! `/api/v1/deliveries`: what waits to be sent, what was given up, and sending it again.

use super::{DeliveryRoute, DeliveryRow, State, flow, sql};
use crate::access::Call;
use crate::access::policy::Action;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Paging, Path, Query, Reply};
use crate::ids::DeliveryId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(list_deliveries)).routes(routes!(retry_delivery))
}

#[derive(Deserialize)]
struct DeliveryQuery {
    #[serde(default)]
    state: Option<State>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize, ToSchema)]
struct Deliveries {
    items: Vec<DeliveryRow>,
    next: Option<String>,
    /// The ways on which something waits or was given up.
    routes: Vec<DeliveryRoute>,
}

/// What is to be sent and what became of it, newest first: to whom and of which kind, never about what.
#[utoipa::path(get, path = "/deliveries", tag = "notices",
    params(("state" = Option<State>, Query, description = "`waiting` with those being sent, `dead`, or `sent` with the dropped"), Paging),
    responses((status = 200, body = Deliveries), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_deliveries(call: Call, Query(query): Query<DeliveryQuery>) -> Result<Json<Deliveries>> {
    call.require(Action::DeliveryManage, None)?;
    let before = query.paging.cursor.as_deref().and_then(|c| c.parse().ok()).unwrap_or(i64::MAX);
    let limit = query.paging.limit();
    let alliance = &call.caller.alliance;
    let mut reader = call.read().await?;
    let found = sql::list(&mut reader, alliance, query.state, before, limit + 1).await?;
    let routes = sql::routes(&mut reader, alliance, call.now).await?;
    let page = crate::http::Page::cut(found, limit, |row| row.seq.to_string());
    Ok(Json(Deliveries { items: page.items, next: page.next, routes }))
}

/// Send again what was given up, or do not wait for the next try.
#[utoipa::path(post, path = "/deliveries/{id}/retry", tag = "notices", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn retry_delivery(call: Call, Path(id): Path<DeliveryId>) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            flow::retry(tx, call, &id).await?;
            Ok(Reply::no_content())
        })
    })
    .await
}
