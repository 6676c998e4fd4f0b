//! `/api/v1/settings/referrals` for the security administrator, `/api/v1/referrals/rules` for the form: parse, call the flow, render.

use super::{FormRules, SettingsPatch, SettingsPreview, SettingsState, SettingsVersion, flow, sql};
use crate::access::Call;
use crate::access::policy::Action;
use crate::db::change::Subject;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{IfMatch, Json, Page, Path, Reply};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(read, change))
        .routes(routes!(preview))
        .routes(routes!(versions))
        .routes(routes!(restore))
        .routes(routes!(for_forms))
}

/// The rules in force: deadlines, criteria, templates, beds.
#[utoipa::path(get, path = "/settings/referrals", tag = "settings",
    responses((status = 200, body = SettingsState), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn read(call: Call) -> Result<Reply> {
    let found = flow::read(&mut *call.read().await?, &call).await?;
    call.note_read(Subject { kind: flow::SETTINGS, id: call.caller.alliance.as_str() }, None, "role")?;
    Ok(Reply::ok(&found)?.with_version(found.version))
}

/// Change what is named. A changed deadline counts for duties that begin after it.
#[utoipa::path(patch, path = "/settings/referrals", tag = "settings", params(("if-match" = String, Header)), request_body = SettingsPatch,
    responses((status = 200, body = SettingsState), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
async fn change(call: Call, IfMatch(version): IfMatch, Json(patch): Json<SettingsPatch>) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let changed = flow::change(tx, call, version, patch).await?;
            Ok(Reply::ok(&changed)?.with_version(changed.version))
        })
    })
    .await
}

/// Say what a change would change, and whether it would be taken.
#[utoipa::path(post, path = "/settings/referrals/preview", tag = "settings", request_body = SettingsPatch,
    responses((status = 200, body = SettingsPreview), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 422, body = Problem)))]
async fn preview(call: Call, Json(patch): Json<SettingsPatch>) -> Result<Json<SettingsPreview>> {
    Ok(Json(flow::preview(&mut *call.read().await?, &call, patch).await?))
}

/// Every version the rules had, the newest first; 200 at most.
#[utoipa::path(get, path = "/settings/referrals/versions", tag = "settings",
    responses((status = 200, body = Page<SettingsVersion>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn versions(call: Call) -> Result<Json<Page<SettingsVersion>>> {
    call.require(Action::SettingsManage, None)?;
    Ok(Json(Page::whole(sql::versions(&mut *call.read().await?, &call.caller.alliance).await?)))
}

/// Put an earlier version back, as a new one.
#[utoipa::path(post, path = "/settings/referrals/versions/{version}/restore", tag = "settings",
    params(("version" = String, Path), ("if-match" = String, Header)),
    responses((status = 200, body = SettingsState), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
async fn restore(call: Call, Path(earlier): Path<String>, IfMatch(version): IfMatch) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let changed = flow::restore(tx, call, version, &earlier).await?;
            Ok(Reply::ok(&changed)?.with_version(changed.version))
        })
    })
    .await
}

/// What the referral form needs: criteria and templates that are switched on, questions, and the catalogue of capabilities.
#[utoipa::path(get, path = "/referrals/rules", tag = "referrals",
    responses((status = 200, body = FormRules), (status = 401, body = Problem)))]
async fn for_forms(call: Call) -> Result<Json<FormRules>> {
    Ok(Json(flow::for_forms(&mut *call.read().await?, &call).await?))
}
