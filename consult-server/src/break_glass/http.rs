//! `/api/v1/break-glass`: parse, call the flow, render.

use super::{BreakGlass, BreakGlassCase, BreakGlassInput, KIND, ReviewInput, flow, sql};
use crate::access::Call;
use crate::access::policy::Action;
use crate::audit::rules::Cursor;
use crate::audit::{self, AuditEntry, Filter};
use crate::db::change::Subject;
use crate::error::{Refusal, Result};
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{IfMatch, Json, Page, Paging, Path, Query, Reply};
use crate::ids::BreakGlassId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(my_open, open))
        .routes(routes!(end))
        .routes(routes!(mine))
        .routes(routes!(cases))
        .routes(routes!(case))
        .routes(routes!(reads))
        .routes(routes!(review))
}

/// Break the glass of a patient's record: read it for a while without a relation, because of an emergency. The security
/// administrators are told at once. Whoever has it open already is answered that one.
#[utoipa::path(post, path = "/break-glass", tag = "break-glass", request_body = BreakGlassInput,
    responses((status = 200, body = BreakGlass), (status = 201, body = BreakGlass), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn open(call: Call, Json(input): Json<BreakGlassInput>) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let id = input.id.clone();
            let stored = flow::open(tx, call, input).await?;
            let shown = flow::own(tx.conn(), call, stored).await?;
            let reply = if shown.id == id { Reply::created(&shown)? } else { Reply::ok(&shown)? };
            Ok(reply.with_version(shown.version))
        })
    })
    .await
}

/// What I have open now; the page shows it in a banner.
#[utoipa::path(get, path = "/break-glass", tag = "break-glass",
    responses((status = 200, body = Page<BreakGlass>), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn my_open(call: Call) -> Result<Json<Page<BreakGlass>>> {
    let basis = call.require(Action::GlassBreak, None)?;
    let mut reader = call.read().await?;
    let mut items = Vec::new();
    for stored in sql::open_of(&mut reader, &call.caller, call.now).await? {
        items.push(flow::own(&mut reader, &call, stored).await?);
    }
    if !items.is_empty() {
        call.note_list(KIND, items.iter().map(|item| item.id.to_string()).collect(), basis)?;
    }
    Ok(Json(Page::whole(items)))
}

/// End it before its time.
#[utoipa::path(post, path = "/break-glass/{id}/end", tag = "break-glass", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 412, body = Problem)))]
async fn end(call: Call, Path(id): Path<BreakGlassId>) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            flow::end(tx, call, &id).await?;
            Ok(Reply::no_content())
        })
    })
    .await
}

/// Mine, newest first, with what their review came to. Of patients whose record is closed to me again there is no more than the
/// audit trail shows.
#[utoipa::path(get, path = "/break-glass/mine", tag = "break-glass", params(Paging),
    responses((status = 200, body = Page<BreakGlassCase>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn mine(call: Call, Query(paging): Query<Paging>) -> Result<Json<Page<BreakGlassCase>>> {
    let basis = call.require(Action::GlassBreak, None)?;
    let (limit, before) = (paging.limit(), paging.cursor.unwrap_or_default());
    let mut reader = call.read().await?;
    let found = sql::all_of(&mut reader, &call.caller, &before, limit + 1).await?;
    let page = Page::cut(found, limit, |stored| stored.id.to_string());
    call.note_list(KIND, page.items.iter().map(|stored| stored.id.to_string()).collect(), basis)?;
    let items = page.items.iter().map(|stored| flow::case(stored, call.now)).collect();
    Ok(Json(Page { items, next: page.next }))
}

#[derive(Deserialize)]
struct CasesQuery {
    #[serde(default)]
    state: String,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize, ToSchema)]
struct BreakGlassCases {
    items: Vec<BreakGlassCase>,
    next: Option<String>,
    /// How many nobody has reviewed.
    to_review: i64,
}

/// Every broken glass of the alliance, newest first, for the security administrators to review.
#[utoipa::path(get, path = "/break-glass/cases", tag = "break-glass",
    params(("state" = Option<String>, Query, description = "`unreviewed`, or all unless said"), Paging),
    responses((status = 200, body = BreakGlassCases), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn cases(call: Call, Query(query): Query<CasesQuery>) -> Result<Json<BreakGlassCases>> {
    let basis = call.require(Action::GlassReview, None)?;
    let (limit, before) = (query.paging.limit(), query.paging.cursor.unwrap_or_default());
    let unreviewed = query.state == "unreviewed";
    let mut reader = call.read().await?;
    let alliance = &call.caller.alliance;
    let found = sql::cases(&mut reader, alliance, unreviewed, &before, limit + 1).await?;
    let to_review = sql::to_review(&mut reader, alliance).await?;
    let page = Page::cut(found, limit, |stored| stored.id.to_string());
    call.note_list(KIND, page.items.iter().map(|stored| stored.id.to_string()).collect(), basis)?;
    let items = page.items.iter().map(|stored| flow::case(stored, call.now)).collect();
    Ok(Json(BreakGlassCases { items, next: page.next, to_review }))
}

/// One of them.
#[utoipa::path(get, path = "/break-glass/cases/{id}", tag = "break-glass", params(("id" = String, Path)),
    responses((status = 200, body = BreakGlassCase), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn case(call: Call, Path(id): Path<BreakGlassId>) -> Result<Reply> {
    let basis = call.require(Action::GlassReview, None)?;
    let mut reader = call.read().await?;
    let found = sql::by_id(&mut reader, &call.caller.alliance, &id).await?;
    let stored = found.ok_or_else(Refusal::not_found)?;
    call.note_read(Subject { kind: KIND, id: id.as_str() }, Some(&stored.patient), basis)?;
    Ok(Reply::ok(&flow::case(&stored, call.now))?.with_version(stored.version))
}

/// What was looked at through a broken glass, newest first: the trail of its person and patient while it was open.
#[utoipa::path(get, path = "/break-glass/{id}/reads", tag = "break-glass", params(("id" = String, Path), Paging),
    responses((status = 200, body = Page<AuditEntry>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn reads(
    call: Call,
    Path(id): Path<BreakGlassId>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<AuditEntry>>> {
    let basis = call.require(Action::GlassReview, None)?;
    let (limit, after) = (paging.limit(), audit::rules::after(&paging)?);
    let mut reader = call.read().await?;
    let alliance = &call.caller.alliance;
    let stored = sql::by_id(&mut reader, alliance, &id).await?.ok_or_else(Refusal::not_found)?;
    let filter = Filter {
        person: Some(stored.person.id),
        patient: Some(stored.patient.clone()),
        from: Some(stored.opened_at),
        until: Some(stored.ends_at.plus_seconds(1)),
        ..Filter::default()
    };
    let found = audit::sql::search(&mut reader, alliance, &filter, after.as_ref(), limit + 1).await?;
    call.note_read(Subject { kind: KIND, id: id.as_str() }, Some(&stored.patient), basis)?;
    Ok(Json(Page::cut(found, limit, Cursor::of)))
}

/// Say whether it was justified. Its person is told.
#[utoipa::path(post, path = "/break-glass/{id}/review", tag = "break-glass", params(("id" = String, Path), ("if-match" = String, Header)),
    request_body = ReviewInput,
    responses((status = 200, body = BreakGlassCase), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 428, body = Problem)))]
async fn review(
    call: Call,
    Path(id): Path<BreakGlassId>,
    IfMatch(version): IfMatch,
    Json(input): Json<ReviewInput>,
) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let stored = flow::review(tx, call, &id, version, input).await?;
            Ok(Reply::ok(&flow::case(&stored, tx.now))?.with_version(stored.version))
        })
    })
    .await
}
