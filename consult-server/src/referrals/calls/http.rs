//! `/api/v1/legs/{id}/calls`: parse, call the flow, render.

use super::{CallInput, LegCall, LegCalls, flow};
use crate::access::Call;
use crate::db::change::Subject;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Path, Reply};
use crate::ids::LegId;
use crate::referrals::flow::LEG;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(all, log))
}

/// The calls about a leg, the newest first, and the numbers of those who answer for either side.
#[utoipa::path(get, path = "/legs/{id}/calls", tag = "referrals", params(("id" = String, Path)),
    responses((status = 200, body = LegCalls), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn all(call: Call, Path(id): Path<LegId>) -> Result<Json<LegCalls>> {
    let (calls, patient, basis) = flow::all(&mut *call.read().await?, &call, &id).await?;
    call.note_read(Subject { kind: LEG, id: id.as_str() }, Some(&patient), basis)?;
    Ok(Json(calls))
}

/// Somebody called, and this came of it.
#[utoipa::path(post, path = "/legs/{id}/calls", tag = "referrals", params(("id" = String, Path)), request_body = CallInput,
    responses((status = 201, body = LegCall), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn log(call: Call, Path(id): Path<LegId>, Json(input): Json<CallInput>) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move { Reply::created(&flow::log(tx, call, &id, input).await?) })
    })
    .await
}
