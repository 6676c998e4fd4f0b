//! `/api/v1/follow_ups`: parse, call the flow, render.

use super::{
    FollowUp, FollowUpCancel, FollowUpInput, FollowUpNotReached, FollowUpPage, FollowUpReschedule,
    FollowUpResult, KIND, flow,
};
use crate::access::Call;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{IfMatch, Json, Paging, Path, Query, Reply};
use crate::ids::{FollowUpId, LegId, PatientId};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(list, plan))
        .routes(routes!(done))
        .routes(routes!(not_reached))
        .routes(routes!(cancel))
        .routes(routes!(reschedule))
}

#[derive(Deserialize)]
struct FollowUpQuery {
    #[serde(default)]
    state: String,
    leg: Option<LegId>,
    patient: Option<PatientId>,
    #[serde(flatten)]
    paging: Paging,
}

/// What my organisation owes by day; with `leg` or `patient` what is planned there, whoever owes it.
#[utoipa::path(get, path = "/follow_ups", tag = "follow-up",
    params(("state" = Option<String>, Query, description = "due, overdue, ended or all; of my organisation's only"),
           ("leg" = Option<String>, Query), ("patient" = Option<String>, Query), Paging),
    responses((status = 200, body = FollowUpPage), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn list(call: Call, Query(query): Query<FollowUpQuery>) -> Result<Json<FollowUpPage>> {
    let mut reader = call.read().await?;
    let (page, basis) = match (&query.leg, &query.patient) {
        (Some(leg), _) => flow::of_leg(&mut reader, &call, leg).await?,
        (None, Some(patient)) => flow::of_patient(&mut reader, &call, patient).await?,
        (None, None) => flow::list(&mut reader, &call, &query.state, &query.paging).await?,
    };
    let ids = page.items.iter().map(|one| one.id.to_string()).collect();
    match page.items.first().filter(|_| query.leg.is_some() || query.patient.is_some()) {
        Some(first) => call.note_list_of(KIND, ids, &first.patient.id, basis)?,
        None => call.note_list(KIND, ids, basis)?,
    }
    Ok(Json(page))
}

/// Plan a follow-up after a hand-over.
#[utoipa::path(post, path = "/follow_ups", tag = "follow-up", request_body = FollowUpInput,
    responses((status = 201, body = FollowUp), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn plan(call: Call, Json(input): Json<FollowUpInput>) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let made = flow::plan(tx, call, input).await?;
            Ok(Reply::created(&made)?.with_version(made.version))
        })
    })
    .await
}

/// The commands: a path, a body and a door each. Every one takes `If-Match` and answers the follow-up.
macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident $path:literal $body:ident;)+) => {$(
        $(#[$doc])*
        #[utoipa::path(post, path = $path, tag = "follow-up", params(("id" = String, Path), ("if-match" = String, Header)),
            request_body = $body,
            responses((status = 200, body = FollowUp), (status = 400, body = Problem), (status = 401, body = Problem),
                      (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
                      (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
        async fn $name(
            call: Call,
            Path(id): Path<FollowUpId>,
            IfMatch(version): IfMatch,
            Json(body): Json<$body>,
        ) -> Result<Reply> {
            call.change(move |tx, call| {
                Box::pin(async move {
                    let after = flow::$name(tx, call, &id, version, body).await?;
                    Ok(Reply::ok(&after)?.with_version(after.version))
                })
            })
            .await
        }
    )+};
}

commands! {
    /// It was done: what was found.
    done "/follow_ups/{id}/done" FollowUpResult;
    /// The patient was not reached, in two attempts at least.
    not_reached "/follow_ups/{id}/not_reached" FollowUpNotReached;
    /// It is not needed any more.
    cancel "/follow_ups/{id}/cancel" FollowUpCancel;
    /// Another day.
    reschedule "/follow_ups/{id}/reschedule" FollowUpReschedule;
}
