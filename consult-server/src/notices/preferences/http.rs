//! `/api/v1/people/me/notice-preferences`: how I want to be told.

use super::{NoticePreferences, PreferencesInput, flow};
use crate::access::Call;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Reply};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(my_preferences, put_my_preferences))
}

/// How I want to be told, and where I can be reached.
#[utoipa::path(get, path = "/people/me/notice-preferences", tag = "notices",
    responses((status = 200, body = NoticePreferences), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn my_preferences(call: Call) -> Result<Json<NoticePreferences>> {
    call.as_person()?;
    Ok(Json(flow::mine(&mut *call.read().await?, &call).await?))
}

/// Say how I want to be told: by which ways, in which language, and when not.
#[utoipa::path(put, path = "/people/me/notice-preferences", tag = "notices", request_body = PreferencesInput,
    responses((status = 200, body = NoticePreferences), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 422, body = Problem)))]
async fn put_my_preferences(call: Call, Json(input): Json<PreferencesInput>) -> Result<Reply> {
    call.as_person()?;
    call.change(move |tx, call| Box::pin(async move { Reply::ok(&flow::put(tx, call, input).await?) })).await
}
