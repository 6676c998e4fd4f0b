//! `/api/v1/beds`: parse, call the flow, render.

use super::rules::Line;
use super::{BedBoard, BedFeed, BedInput, Report, Source, file, flow, read};
use crate::access::Call;
use crate::access::policy::Action;
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{IfMatch, Json, Page, Paging, Path, Query, Reply};
use crate::ids::DepartmentId;
use crate::refs::TimelineEntry;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request};
use bytes::Bytes;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// A list of departments is small.
const MOST_BYTES: usize = 4 * 1024 * 1024;
const MOST_ITEMS: usize = 2_000;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    let files = OpenApiRouter::new().routes(routes!(import)).layer(DefaultBodyLimit::max(MOST_BYTES));
    OpenApiRouter::new()
        .routes(routes!(board, feed))
        .routes(routes!(set))
        .routes(routes!(history))
        .merge(files)
}

/// The beds of my organisation by department: the last figure with its age and source, and what is held for whom.
#[utoipa::path(get, path = "/beds", tag = "beds",
    responses((status = 200, body = BedBoard), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn board(call: Call) -> Result<Json<BedBoard>> {
    let board = read::board(&mut *call.read().await?, &call).await?;
    let held = board.departments.iter().flat_map(|row| &row.holds).chain(&board.other_holds);
    call.note_list("leg", held.map(|hold| hold.leg_id.to_string()).collect(), "role")?;
    Ok(Json(board))
}

/// A feed says how many beds there are: all of it or nothing. What was counted before what stands is left out.
#[utoipa::path(put, path = "/beds", tag = "beds", request_body = BedFeed,
    responses((status = 200, body = Report), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 422, body = Problem, description = "Nothing was taken in; `report` says why")))]
async fn feed(call: Call, Json(feed): Json<BedFeed>) -> Result<Reply> {
    if feed.items.len() > MOST_ITEMS {
        return Err(Code::RequestTooLarge.into());
    }
    let lines = feed.items.into_iter().zip(1..).map(|(item, row)| Line {
        row,
        department: item.department,
        beds: Ok(item.beds),
    });
    let lines: Vec<Line> = lines.collect();
    call.change(move |tx, call| {
        Box::pin(async move { Reply::ok(&flow::take(tx, call, lines, Source::Feed).await?) })
    })
    .await
}

/// Say how many beds a department has; `If-Match` is the version of its figure, 0 where there is none yet.
#[utoipa::path(patch, path = "/beds/{id}", tag = "beds", params(("id" = String, Path), ("if-match" = String, Header)), request_body = BedInput,
    responses((status = 200, body = BedBoard), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
async fn set(
    call: Call,
    Path(id): Path<DepartmentId>,
    IfMatch(version): IfMatch,
    Json(input): Json<BedInput>,
) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move { Reply::ok(&flow::set(tx, call, &id, version, &input).await?) })
    })
    .await
}

/// What was said of a department's beds, newest first: who, when, from where.
#[utoipa::path(get, path = "/beds/{id}/history", tag = "beds", params(("id" = String, Path), Paging),
    responses((status = 200, body = Page<TimelineEntry>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
async fn history(
    call: Call,
    Path(id): Path<DepartmentId>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<TimelineEntry>>> {
    Ok(Json(read::history(&mut *call.read().await?, &call, &id, &paging).await?))
}

#[derive(Deserialize)]
struct ImportQuery {
    dry_run: Option<String>,
}

/// Take in a CSV or XLSX file of beds: department, open, occupied, and free, expected_free, at where known. A dry run only reports.
#[utoipa::path(post, path = "/beds/import", tag = "beds",
    params(("dry_run" = Option<bool>, Query, description = "Only say what would happen")),
    request_body(content(("text/csv"), ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
    responses((status = 200, body = Report), (status = 401, body = Problem), (status = 403, body = Problem), (status = 413, body = Problem),
              (status = 415, body = Problem), (status = 422, body = Problem, description = "Nothing was taken in; `report` says why")))]
async fn import(call: Call, Query(query): Query<ImportQuery>, request: Request) -> Result<Reply> {
    call.require(Action::BedManage, None)?;
    let bytes = Bytes::from_request(request, &()).await.map_err(|_| Refusal::new(Code::RequestTooLarge))?;
    let lines = file::lines(&bytes, &call.ground.zone)?;
    if query.dry_run.as_deref() == Some("true") {
        return Reply::ok(&flow::dry_run_of(&mut *call.read().await?, &call, lines).await?);
    }
    call.change(move |tx, call| {
        Box::pin(async move { Reply::ok(&flow::take(tx, call, lines, Source::File).await?) })
    })
    .await
}
