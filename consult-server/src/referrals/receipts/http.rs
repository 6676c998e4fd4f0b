//! `/api/v1/legs/{id}/receipts`: parse, read, render.

use super::{LegReceipts, flow};
use crate::access::Call;
use crate::db::change::Subject;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Path};
use crate::ids::LegId;
use crate::referrals::flow::LEG;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(of_leg))
}

/// Who on the receiver's side has read the leg, and who of those it waits for has not.
#[utoipa::path(get, path = "/legs/{id}/receipts", tag = "referrals", params(("id" = String, Path)),
    responses((status = 200, body = LegReceipts), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn of_leg(call: Call, Path(id): Path<LegId>) -> Result<Json<LegReceipts>> {
    let (receipts, patient, basis) = flow::of_leg(&mut *call.read().await?, &call, &id).await?;
    call.note_read(Subject { kind: LEG, id: id.as_str() }, Some(&patient), basis)?;
    Ok(Json(receipts))
}
