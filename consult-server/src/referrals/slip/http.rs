//! `/api/v1/legs/{id}/slip` and `/api/v1/legs/by-code/{code}`: the slip to print, and the leg of a slip that was scanned.

use super::{Slip, flow};
use crate::access::Call;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Path, Reply};
use crate::ids::LegId;
use crate::referrals::Leg;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(slip)).routes(routes!(by_code))
}

/// What is printed on the patient's slip beside the leg itself; a draft has none.
#[utoipa::path(get, path = "/legs/{id}/slip", tag = "referrals", params(("id" = String, Path)),
    responses((status = 200, body = Slip), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn slip(call: Call, Path(id): Path<LegId>) -> Result<Json<Slip>> {
    Ok(Json(flow::slip(&call, &id).await?))
}

/// The leg of a slip. 409 says where the patient is expected when that is none of mine; a wrong code is absent.
#[utoipa::path(get, path = "/legs/by-code/{code}", tag = "referrals", params(("code" = String, Path)),
    responses((status = 200, body = Leg), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 409, body = Problem)))]
async fn by_code(call: Call, Path(code): Path<String>) -> Result<Reply> {
    let leg = flow::by_code(&call, &code).await?;
    Ok(Reply::ok(&leg)?.with_version(leg.row.version))
}
