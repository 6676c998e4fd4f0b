//! `/api/v1/legs` and `/api/v1/cases`: parse, call the flow, render. One path for each command, one body type for each shape.

use super::flow::{self, Drafted, read};
use super::rules::commands::{self as bodies, Body};
use super::rules::narrowing::Narrowing;
use super::{Case, Leg, LegInput, LegPage, LegPatch, LegRow, elsewhere, packages, slip, views};
use crate::access::Call;
use crate::db::change::Subject;
use crate::error::{Code, Result};
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{IfMatch, Json, Page, Paging, Path, Query, Reply};
use crate::ids::{CaseId, LegId, PatientId};
use crate::refs::TimelineEntry;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    commands()
        .merge(super::calls::http::routes())
        .merge(super::receipts::http::routes())
        .merge(slip::http::routes())
        .merge(views::http::routes())
        .merge(packages::http::routes())
        .routes(routes!(list, create))
        .routes(routes!(one, revise))
        .routes(routes!(timeline))
        .routes(routes!(case))
        .routes(routes!(of_patient))
}

#[derive(Deserialize)]
struct LegQuery {
    #[serde(default)]
    r#box: String,
    #[serde(default)]
    state: String,
    #[serde(flatten)]
    narrowing: Narrowing,
    #[serde(flatten)]
    paging: Paging,
}

/// My organisation's legs: `incoming` by deadline, `sent` and `all` by last change.
#[utoipa::path(get, path = "/legs", tag = "referrals",
    params(("box" = Option<String>, Query, description = "incoming, sent or all"),
           ("state" = Option<String>, Query, description = "States between commas; `open` and `ended` stand for several"), Narrowing, Paging),
    responses((status = 200, body = LegPage), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list(call: Call, Query(query): Query<LegQuery>) -> Result<Json<LegPage>> {
    let mut reader = call.read().await?;
    let (page, basis) =
        read::list(&mut reader, &call, &query.r#box, &query.state, &query.narrowing, &query.paging).await?;
    call.note_list(flow::LEG, page.items.iter().map(|row| row.id.to_string()).collect(), basis)?;
    Ok(Json(page))
}

/// The referrals of a patient that I may see, what changed last first; 200 at most.
#[utoipa::path(get, path = "/patients/{id}/legs", tag = "referrals", params(("id" = String, Path)),
    responses((status = 200, body = Page<LegRow>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn of_patient(call: Call, Path(id): Path<PatientId>) -> Result<Json<Page<LegRow>>> {
    let (rows, basis) = read::of_patient(&mut *call.read().await?, &call, &id).await?;
    call.note_list_of(flow::LEG, rows.iter().map(|row| row.id.to_string()).collect(), &id, basis)?;
    Ok(Json(Page::whole(rows)))
}

/// Draft a referral. Nobody else sees it before it is submitted.
#[utoipa::path(post, path = "/legs", tag = "referrals", request_body = LegInput,
    responses((status = 201, body = Leg), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(call: Call, Json(input): Json<LegInput>) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let (Drafted::New(leg) | Drafted::Again(leg)) = flow::draft(tx, call, input).await?;
            Ok(Reply::created(&leg)?.with_version(leg.row.version))
        })
    })
    .await
}

/// Read a leg; it counts as read from then on.
#[utoipa::path(get, path = "/legs/{id}", tag = "referrals", params(("id" = String, Path)),
    responses((status = 200, body = Leg), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn one(call: Call, Path(id): Path<LegId>) -> Result<Reply> {
    let (leg, basis) = read::leg(&mut *call.read().await?, &call, &id).await?;
    call.note_read(Subject { kind: flow::LEG, id: id.as_str() }, Some(&leg.row.patient.id), basis)?;
    read::mark_read(&call, &leg, basis).await?;
    Ok(Reply::ok(&leg)?.with_version(leg.row.version))
}

/// Change a draft; what is left out stays.
#[utoipa::path(patch, path = "/legs/{id}", tag = "referrals", params(("id" = String, Path), ("if-match" = String, Header)),
    request_body = LegPatch,
    responses((status = 200, body = Leg), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
              (status = 428, body = Problem)))]
async fn revise(
    call: Call,
    Path(id): Path<LegId>,
    IfMatch(version): IfMatch,
    Json(patch): Json<LegPatch>,
) -> Result<Reply> {
    give(call, id, version, patch).await
}

/// What happened to a leg and its case: who, what, when.
#[utoipa::path(get, path = "/legs/{id}/timeline", tag = "referrals", params(("id" = String, Path)),
    responses((status = 200, body = Page<TimelineEntry>), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
async fn timeline(call: Call, Path(id): Path<LegId>) -> Result<Json<Page<TimelineEntry>>> {
    let (entries, patient, basis) = read::timeline(&mut *call.read().await?, &call, &id).await?;
    call.note_read(Subject { kind: flow::LEG, id: id.as_str() }, Some(&patient), basis)?;
    Ok(Json(Page::whole(entries)))
}

/// A patient's episode.
#[utoipa::path(get, path = "/cases/{id}", tag = "referrals", params(("id" = String, Path)),
    responses((status = 200, body = Case), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn case(call: Call, Path(id): Path<CaseId>) -> Result<Json<Case>> {
    let (case, basis) = read::case(&mut *call.read().await?, &call, &id).await?;
    call.note_read(Subject { kind: flow::CASE, id: id.as_str() }, Some(&case.patient.id), basis)?;
    Ok(Json(case))
}

async fn give<B: Body>(call: Call, id: LegId, version: i64, body: B) -> Result<Reply> {
    let tried = id.clone();
    let given = call.change(move |tx, call| {
        Box::pin(async move {
            let leg = flow::give(tx, call, &id, version, body).await?;
            Ok(Reply::ok(&leg)?.with_version(leg.row.version))
        })
    });
    let given = given.await;
    if let Err(refusal) = &given
        && refusal.code == Code::ReferralPatientElsewhere
        && let Some(holding) = refusal.extras.get("leg").and_then(|leg| leg.as_str()).and_then(LegId::parse)
    {
        // What is refused leaves nothing behind; that it was tried is a fact of its own.
        let (call, write) = (call.clone(), call.ground.db.clone());
        write
            .write(move |tx| {
                Box::pin(async move { elsewhere::flow::note(tx, &call, &tried, &holding).await })
            })
            .await?;
    }
    given
}

/// The commands of the leg table: a path, a body and a handler each. Every one takes `If-Match` and answers the leg.
macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident $path:literal $body:ident;)+) => {
        $(
            $(#[$doc])*
            #[utoipa::path(post, path = $path, tag = "referrals", params(("id" = String, Path), ("if-match" = String, Header)),
                request_body = bodies::$body,
                responses((status = 200, body = Leg), (status = 400, body = Problem), (status = 401, body = Problem),
                          (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
                          (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
            async fn $name(
                call: Call,
                Path(id): Path<LegId>,
                IfMatch(version): IfMatch,
                Json(body): Json<bodies::$body>,
            ) -> Result<Reply> {
                give(call, id, version, body).await
            }
        )+

        fn commands<S>() -> OpenApiRouter<S>
        where
            S: Clone + Send + Sync + 'static,
            Ground: axum::extract::FromRef<S>,
        {
            OpenApiRouter::new()$(.routes(routes!($name)))+
        }
    };
}

commands! {
    /// Send the draft to its destination.
    submit "/legs/{id}/submit" Submit;
    /// Throw the draft away.
    discard "/legs/{id}/discard" Discard;
    /// Fill in what an emergency was sent without.
    complete_record "/legs/{id}/complete_record" CompleteRecord;
    /// The receiver has opened it: from now on it is to be decided.
    open "/legs/{id}/open" Open;
    /// Ask the sender for more.
    ask "/legs/{id}/ask" Ask;
    /// Answer what the receiver asked.
    answer "/legs/{id}/answer" Answer;
    /// Take the patient, by a named person.
    accept "/legs/{id}/accept" Accept;
    /// Decline with a coded reason and a suggestion; never an emergency.
    decline "/legs/{id}/decline" Decline;
    /// Hand on to a third organisation.
    redirect "/legs/{id}/redirect" Redirect;
    /// Hold a bed, a slot or a bay, or say that none is needed.
    reserve "/legs/{id}/reserve" Reserve;
    /// Give the hold up.
    release "/legs/{id}/release" Release;
    /// The patient is on the way.
    depart "/legs/{id}/depart" Depart;
    /// The patient is here.
    arrive "/legs/{id}/arrive" Arrive;
    /// The patient did not come.
    no_show "/legs/{id}/no_show" NoShow;
    /// A new date after a no-show.
    rebook "/legs/{id}/rebook" Rebook;
    /// Care has begun under an encounter number.
    admit "/legs/{id}/admit" Admit;
    /// An interim note.
    note "/legs/{id}/note" Note;
    /// The outcome goes back to the sender.
    send_outcome "/legs/{id}/send_outcome" SendOutcome;
    /// The patient died on the way.
    record_death "/legs/{id}/record_death" RecordDeath;
    /// A new version of the outcome.
    amend_outcome "/legs/{id}/amend_outcome" AmendOutcome;
    /// The sender has taken the outcome in.
    acknowledge "/legs/{id}/acknowledge" Acknowledge;
    /// Withdraw it; after acceptance this asks the receiver.
    cancel "/legs/{id}/cancel" Cancel;
    /// Agree to the withdrawal.
    confirm_cancel "/legs/{id}/confirm_cancel" ConfirmCancel;
    /// Refuse the withdrawal.
    refuse_cancel "/legs/{id}/refuse_cancel" RefuseCancel;
    /// Close it without an outcome; managers only, counted.
    force_close "/legs/{id}/force_close" ForceClose;
    /// Mark it as entered in error.
    mark_error "/legs/{id}/mark_error" MarkError;
    /// The sender has taken the decision in.
    acknowledge_decision "/legs/{id}/acknowledge_decision" AcknowledgeDecision;
    /// Ask the other side for the next step (催办): it is told at once, by the next rung of its ladder.
    urge "/legs/{id}/urge" Urge;
    /// A note after the end.
    late_note "/legs/{id}/late_note" LateNote;
}
