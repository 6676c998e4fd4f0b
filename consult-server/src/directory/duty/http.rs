//! `/api/v1/rosters`: parse, call the flow, render.

use super::{Duty, Reach, Responsible, RosterInput, Step, Swap, SwapInput, SwapState, flow, sql};
use crate::access::policy::Action;
use crate::access::{Call, Role};
use crate::directory::staff;
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{IfMatch, Json, Page, Path, Query, Reply};
use crate::ids::{DepartmentId, DutyId, OrganisationId, SwapId};
use crate::time::Timestamp;
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
        .routes(routes!(roster, plan))
        .routes(routes!(take_off))
        .routes(routes!(responsible))
        .routes(routes!(swaps, offer))
        .routes(routes!(accept))
        .routes(routes!(decline))
        .routes(routes!(withdraw))
}

const DAY_SECONDS: i64 = 24 * 3600;
/// A quarter is as much as a page shows.
const LONGEST_SPAN_SECONDS: i64 = 100 * DAY_SECONDS;
const MOST_DUTIES: usize = 500;

#[derive(Deserialize)]
struct RosterQuery {
    organisation_id: Option<OrganisationId>,
    department_id: Option<DepartmentId>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

/// The duties of an organisation (the caller's own unless said) and of the alliance, for a month from now unless said.
#[utoipa::path(get, path = "/rosters", tag = "directory",
    params(("organisation_id" = Option<String>, Query), ("department_id" = Option<String>, Query),
           ("from" = Option<Timestamp>, Query), ("until" = Option<Timestamp>, Query)),
    responses((status = 200, body = Page<Duty>), (status = 400, body = Problem), (status = 401, body = Problem)))]
async fn roster(call: Call, Query(query): Query<RosterQuery>) -> Result<Json<Page<Duty>>> {
    call.require(Action::DirectoryRead, None)?;
    let organisation = query.organisation_id.as_ref().unwrap_or(call.organisation());
    let from = query.from.unwrap_or(call.now);
    let until = query.until.unwrap_or(from.plus_seconds(31 * DAY_SECONDS));
    if until > from.plus_seconds(LONGEST_SPAN_SECONDS) {
        return Err(Refusal::field(Code::RequestQuery, "until"));
    }
    let mut reader = call.read().await?;
    let alliance = &call.caller.alliance;
    let found =
        sql::roster(&mut reader, alliance, organisation, query.department_id.as_ref(), (from, until)).await?;
    Ok(Json(Page::whole(found)))
}

/// Keep a plan of duties: all of it, or nothing and the duty that stands in the way.
#[utoipa::path(post, path = "/rosters", tag = "directory", request_body = RosterInput,
    responses((status = 201, body = Page<Duty>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem, description = "`index` is the duty of the plan, `other` the one in its way"),
              (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn plan(call: Call, Json(input): Json<RosterInput>) -> Result<Reply> {
    call.require(Action::RosterManage, None)?;
    if input.items.len() > MOST_DUTIES {
        return Err(Code::RequestTooLarge.into());
    }
    call.change(move |tx, call| {
        Box::pin(async move { Reply::created(&Page::whole(flow::plan(tx, call, input.items).await?)) })
    })
    .await
}

/// Take a duty off the roster.
#[utoipa::path(delete, path = "/rosters/{id}", tag = "directory", params(("id" = String, Path), ("if-match" = String, Header)),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 428, body = Problem)))]
async fn take_off(call: Call, Path(id): Path<DutyId>, IfMatch(version): IfMatch) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            flow::take_off(tx, call, &id, version).await?;
            Ok(Reply::no_content())
        })
    })
    .await
}

#[derive(Deserialize)]
struct ResponsibleQuery {
    organisation_id: OrganisationId,
    department_id: Option<DepartmentId>,
}

/// Who answers now, and how to reach them.
#[derive(Serialize, ToSchema)]
struct Answering {
    step: Step,
    people: Vec<Reach>,
}

/// Who answers now for a department or an organisation: roster, deputy, duty of the organisation, duty of the alliance, role.
#[utoipa::path(get, path = "/rosters/responsible", tag = "directory",
    params(("organisation_id" = String, Query), ("department_id" = Option<String>, Query)),
    responses((status = 200, body = Answering), (status = 400, body = Problem), (status = 401, body = Problem)))]
async fn responsible(call: Call, Query(query): Query<ResponsibleQuery>) -> Result<Json<Answering>> {
    call.require(Action::DirectoryRead, None)?;
    let roles = [Role::ReferralDesk, Role::TownshipDoctor, Role::VillageDoctor];
    let mut reader = call.read().await?;
    let (alliance, organisation) = (&call.caller.alliance, &query.organisation_id);
    let department = query.department_id.as_ref();
    let Responsible { step, people } =
        flow::responsible(&mut reader, alliance, organisation, department, &roles, call.now).await?;
    let mut answering = Answering { step, people: Vec::new() };
    for id in people {
        let person = staff::sql::person(&mut reader, alliance, &id, call.now).await?;
        answering.people.extend(person.map(|p| Reach { id: p.id, name: p.name, work_phone: p.work_phone }));
    }
    Ok(Json(answering))
}

/// The swaps I offered or was offered.
#[utoipa::path(get, path = "/rosters/swaps", tag = "directory",
    responses((status = 200, body = Page<Swap>), (status = 401, body = Problem)))]
async fn swaps(call: Call) -> Result<Json<Page<Swap>>> {
    call.require(Action::DutySwap, None)?;
    let mut reader = call.read().await?;
    Ok(Json(Page::whole(sql::swaps_of(&mut reader, &call.caller.alliance, &call.caller.person).await?)))
}

/// Offer a duty of mine for another's, or to somebody.
#[utoipa::path(post, path = "/rosters/swaps", tag = "directory", request_body = SwapInput,
    responses((status = 201, body = Swap), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn offer(call: Call, Json(input): Json<SwapInput>) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let swap = flow::offer(tx, call, input).await?;
            Ok(Reply::created(&swap)?.with_version(swap.version))
        })
    })
    .await
}

/// Take what was offered: both duties change hands.
#[utoipa::path(post, path = "/rosters/swaps/{id}/accept", tag = "directory", params(("id" = String, Path), ("if-match" = String, Header)),
    responses((status = 200, body = Swap), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
              (status = 428, body = Problem)))]
async fn accept(call: Call, Path(id): Path<SwapId>, IfMatch(version): IfMatch) -> Result<Reply> {
    decide(call, id, version, SwapState::Accepted).await
}

/// Decline what was offered.
#[utoipa::path(post, path = "/rosters/swaps/{id}/decline", tag = "directory", params(("id" = String, Path), ("if-match" = String, Header)),
    responses((status = 200, body = Swap), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 428, body = Problem)))]
async fn decline(call: Call, Path(id): Path<SwapId>, IfMatch(version): IfMatch) -> Result<Reply> {
    decide(call, id, version, SwapState::Declined).await
}

/// Withdraw my offer.
#[utoipa::path(post, path = "/rosters/swaps/{id}/withdraw", tag = "directory", params(("id" = String, Path), ("if-match" = String, Header)),
    responses((status = 200, body = Swap), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 428, body = Problem)))]
async fn withdraw(call: Call, Path(id): Path<SwapId>, IfMatch(version): IfMatch) -> Result<Reply> {
    decide(call, id, version, SwapState::Withdrawn).await
}

async fn decide(call: Call, id: SwapId, version: i64, state: SwapState) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let swap = flow::decide(tx, call, &id, version, state).await?;
            Ok(Reply::ok(&swap)?.with_version(swap.version))
        })
    })
    .await
}
