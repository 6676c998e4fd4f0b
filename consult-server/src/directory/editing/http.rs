//! `/api/v1/organisations`, `/departments`, `/agreements`: parse, call the flow, render.

use super::shown::sql as shown;
use super::{
    Agreement, AgreementInput, DepartmentDetail, DepartmentInput, DepartmentPatch, OrganisationDetail,
    OrganisationInput, OrganisationPatch, flow,
};
use crate::access::Call;
use crate::access::policy::Action;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{IfMatch, Json, Page, Path, Query, Reply};
use crate::ids::{AgreementId, DepartmentId, OrganisationId};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(create_organisation))
        .routes(routes!(read_organisation, change_organisation))
        .routes(routes!(end_organisation))
        .routes(routes!(create_department))
        .routes(routes!(change_department))
        .routes(routes!(end_department))
        .routes(routes!(agreements, agree))
        .routes(routes!(end_agreement))
}

/// Read an organisation with its codes and departments.
#[utoipa::path(get, path = "/organisations/{id}", tag = "directory", params(("id" = String, Path)),
    responses((status = 200, body = OrganisationDetail), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn read_organisation(call: Call, Path(id): Path<OrganisationId>) -> Result<Reply> {
    call.require(Action::DirectoryRead, None)?;
    let found = flow::organisation(&mut *call.read().await?, &call, &id).await?;
    Ok(Reply::ok(&found)?.with_version(found.version))
}

/// Make an organisation.
#[utoipa::path(post, path = "/organisations", tag = "directory", request_body = OrganisationInput,
    responses((status = 201, body = OrganisationDetail), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_organisation(call: Call, Json(input): Json<OrganisationInput>) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let made = flow::create_organisation(tx, call, input).await?;
            Ok(Reply::created(&made)?.with_version(made.version))
        })
    })
    .await
}

/// Change what is named; the rest stays.
#[utoipa::path(patch, path = "/organisations/{id}", tag = "directory", params(("id" = String, Path), ("if-match" = String, Header)),
    request_body = OrganisationPatch,
    responses((status = 200, body = OrganisationDetail), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem),
              (status = 422, body = Problem), (status = 428, body = Problem)))]
async fn change_organisation(
    call: Call,
    Path(id): Path<OrganisationId>,
    IfMatch(version): IfMatch,
    Json(patch): Json<OrganisationPatch>,
) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let changed = flow::change_organisation(tx, call, &id, version, patch).await?;
            Ok(Reply::ok(&changed)?.with_version(changed.version))
        })
    })
    .await
}

/// End an organisation in which nobody works any more.
#[utoipa::path(post, path = "/organisations/{id}/end", tag = "directory", params(("id" = String, Path), ("if-match" = String, Header)),
    responses((status = 200, body = OrganisationDetail), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem),
              (status = 428, body = Problem)))]
async fn end_organisation(
    call: Call,
    Path(id): Path<OrganisationId>,
    IfMatch(version): IfMatch,
) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let ended = flow::end_organisation(tx, call, &id, version).await?;
            Ok(Reply::ok(&ended)?.with_version(ended.version))
        })
    })
    .await
}

/// Make a department.
#[utoipa::path(post, path = "/departments", tag = "directory", request_body = DepartmentInput,
    responses((status = 201, body = DepartmentDetail), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_department(call: Call, Json(input): Json<DepartmentInput>) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let made = flow::create_department(tx, call, input).await?;
            Ok(Reply::created(&made)?.with_version(made.version))
        })
    })
    .await
}

/// Change what is named; the rest stays.
#[utoipa::path(patch, path = "/departments/{id}", tag = "directory", params(("id" = String, Path), ("if-match" = String, Header)),
    request_body = DepartmentPatch,
    responses((status = 200, body = DepartmentDetail), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
              (status = 428, body = Problem)))]
async fn change_department(
    call: Call,
    Path(id): Path<DepartmentId>,
    IfMatch(version): IfMatch,
    Json(patch): Json<DepartmentPatch>,
) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let changed = flow::change_department(tx, call, &id, version, patch).await?;
            Ok(Reply::ok(&changed)?.with_version(changed.version))
        })
    })
    .await
}

/// End a department in which nobody works any more.
#[utoipa::path(post, path = "/departments/{id}/end", tag = "directory", params(("id" = String, Path), ("if-match" = String, Header)),
    responses((status = 200, body = DepartmentDetail), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem),
              (status = 428, body = Problem)))]
async fn end_department(
    call: Call,
    Path(id): Path<DepartmentId>,
    IfMatch(version): IfMatch,
) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let ended = flow::end_department(tx, call, &id, version).await?;
            Ok(Reply::ok(&ended)?.with_version(ended.version))
        })
    })
    .await
}

#[derive(Deserialize)]
struct AgreementQuery {
    organisation_id: Option<OrganisationId>,
}

/// The agreements of an organisation, the caller's own unless said, with those that have ended.
#[utoipa::path(get, path = "/agreements", tag = "directory", params(("organisation_id" = Option<String>, Query)),
    responses((status = 200, body = Page<Agreement>), (status = 400, body = Problem), (status = 401, body = Problem)))]
async fn agreements(call: Call, Query(query): Query<AgreementQuery>) -> Result<Json<Page<Agreement>>> {
    call.require(Action::DirectoryRead, None)?;
    let organisation = query.organisation_id.as_ref().unwrap_or(call.organisation());
    let found = shown::agreements(&mut *call.read().await?, &call.caller.alliance, organisation).await?;
    Ok(Json(Page::whole(found)))
}

/// Agree that one organisation may ask another.
#[utoipa::path(post, path = "/agreements", tag = "directory", request_body = AgreementInput,
    responses((status = 201, body = Agreement), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn agree(call: Call, Json(input): Json<AgreementInput>) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let made = flow::agree(tx, call, input).await?;
            Ok(Reply::created(&made)?.with_version(made.version))
        })
    })
    .await
}

/// End an agreement: nothing new is asked under it; what is under way goes on.
#[utoipa::path(post, path = "/agreements/{id}/end", tag = "directory", params(("id" = String, Path), ("if-match" = String, Header)),
    responses((status = 200, body = Agreement), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 412, body = Problem), (status = 428, body = Problem)))]
async fn end_agreement(call: Call, Path(id): Path<AgreementId>, IfMatch(version): IfMatch) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let ended = flow::end_agreement(tx, call, &id, version).await?;
            Ok(Reply::ok(&ended)?.with_version(ended.version))
        })
    })
    .await
}
