//! `/api/v1/people/{id}`, `/positions`: parse, call the flow, render.

use super::{PersonDetail, PersonInput, PersonPatch, PositionDetail, PositionInput, Unplaced, flow, sql};
use crate::access::Call;
use crate::access::policy::Action;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{IfMatch, Json, Page, Paging, Path, Query, Reply};
use crate::ids::{PersonId, PositionId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(unplaced))
        .routes(routes!(read, change))
        .routes(routes!(leave))
        .routes(routes!(place))
        .routes(routes!(end_position))
}

/// People whom no position places anywhere: they are found by nobody else and cannot sign in.
#[utoipa::path(get, path = "/people/unplaced", tag = "directory", params(Paging),
    responses((status = 200, body = Page<Unplaced>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn unplaced(call: Call, Query(paging): Query<Paging>) -> Result<Json<Page<Unplaced>>> {
    call.require(Action::DirectoryManage, None)?;
    let (limit, after) = (paging.limit(), paging.cursor.unwrap_or_default());
    let mut reader = call.read().await?;
    let found = sql::unplaced(&mut reader, &call.caller.alliance, &after, call.now, limit + 1).await?;
    Ok(Json(Page::cut(found, limit, |one| one.id.to_string())))
}

/// Read a person of the directory; what is private only as an administrator.
#[utoipa::path(get, path = "/people/{id}", tag = "directory", params(("id" = String, Path)),
    responses((status = 200, body = PersonDetail), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn read(call: Call, Path(id): Path<PersonId>) -> Result<Reply> {
    let found = flow::person(&mut *call.read().await?, &call, &id).await?;
    Ok(Reply::ok(&found)?.with_version(found.version))
}

/// Add a person; positions follow.
#[utoipa::path(post, path = "/people", tag = "directory", request_body = PersonInput,
    responses((status = 201, body = PersonDetail), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(call: Call, Json(input): Json<PersonInput>) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let made = flow::create(tx, call, input).await?;
            Ok(Reply::created(&made)?.with_version(made.version))
        })
    })
    .await
}

/// Change what is named; the rest stays.
#[utoipa::path(patch, path = "/people/{id}", tag = "directory", params(("id" = String, Path), ("if-match" = String, Header)),
    request_body = PersonPatch,
    responses((status = 200, body = PersonDetail), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
async fn change(
    call: Call,
    Path(id): Path<PersonId>,
    IfMatch(version): IfMatch,
    Json(patch): Json<PersonPatch>,
) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let changed = flow::change(tx, call, &id, version, patch).await?;
            Ok(Reply::ok(&changed)?.with_version(changed.version))
        })
    })
    .await
}

/// A person leaves: positions, sessions, duties and codes end at once.
#[utoipa::path(post, path = "/people/{id}/leave", tag = "directory", params(("id" = String, Path), ("if-match" = String, Header)),
    responses((status = 200, body = PersonDetail), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 428, body = Problem)))]
async fn leave(call: Call, Path(id): Path<PersonId>, IfMatch(version): IfMatch) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let left = flow::leave(tx, call, &id, version).await?;
            Ok(Reply::ok(&left)?.with_version(left.version))
        })
    })
    .await
}

/// Give a person a position.
#[utoipa::path(post, path = "/positions", tag = "directory", request_body = PositionInput,
    responses((status = 201, body = PositionDetail), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn place(call: Call, Json(input): Json<PositionInput>) -> Result<Reply> {
    call.change(move |tx, call| Box::pin(async move { Reply::created(&flow::place(tx, call, input).await?) }))
        .await
}

/// End a position now.
#[utoipa::path(post, path = "/positions/{id}/end", tag = "directory", params(("id" = String, Path)),
    responses((status = 200, body = PositionDetail), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 409, body = Problem)))]
async fn end_position(call: Call, Path(id): Path<PositionId>) -> Result<Reply> {
    call.change(move |tx, call| Box::pin(async move { Reply::ok(&flow::end_position(tx, call, &id).await?) }))
        .await
}
