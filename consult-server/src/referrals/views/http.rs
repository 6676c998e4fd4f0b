//! `/api/v1/board/views`: my saved views of the board.

use super::{BoardViews, BoardViewsInput, flow, sql};
use crate::access::Call;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{IfMatch, Json, Reply};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(mine, save))
}

/// My views, in their order.
#[utoipa::path(get, path = "/board/views", tag = "referrals",
    responses((status = 200, body = BoardViews), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn mine(call: Call) -> Result<Reply> {
    flow::may(&call)?;
    let views = sql::views(&mut *call.read().await?, &call.caller.person).await?;
    Ok(Reply::ok(&views)?.with_version(views.version))
}

/// Save my views as a whole. `If-Match` is the version that was read, 0 for the first time.
#[utoipa::path(put, path = "/board/views", tag = "referrals", params(("if-match" = String, Header)), request_body = BoardViewsInput,
    responses((status = 200, body = BoardViews), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 412, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem),
              (status = 428, body = Problem)))]
async fn save(call: Call, IfMatch(version): IfMatch, Json(input): Json<BoardViewsInput>) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let views = flow::save(tx, call, version, input).await?;
            Ok(Reply::ok(&views)?.with_version(views.version))
        })
    })
    .await
}
