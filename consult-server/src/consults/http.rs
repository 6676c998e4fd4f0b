//! `/api/v1/consults`: parse, call the flow, render. Each command is a path of its own, by the names of the state table.

use super::lists::sql::{self as lists, PageStart, Viewer};
use super::report::ReportText;
use super::rules::Command;
use super::state::State;
use super::{
    Adoption, Consult, ConsultBox, ConsultInput, ConsultPatch, ConsultRow, Counts, DeclineReason, KIND,
    drafting, flow, inputs, read, sql,
};
use crate::access::policy::{Action, Relation, Resource};
use crate::access::scopes::Scope;
use crate::access::{Call, grants};
use crate::db::Tx;
use crate::db::change::Subject;
use crate::error::{Code, Result};
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{IfMatch, Json, Page, Paging, Path, Query, Reply};
use crate::ids::{ConsultId, PatientId, StudyId};
use crate::refs::TimelineEntry;
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
        .routes(routes!(list_consults, create_consult))
        .routes(routes!(read_consult, change_consult))
        .routes(routes!(read_consult_timeline))
        .routes(routes!(consults_of_patient))
        .routes(routes!(attach_study))
        .merge(commands::routes())
}

/// Nobody reads further back than so many at once.
const HISTORY_LIMIT: i64 = 200;

#[derive(Deserialize)]
struct ListQuery {
    #[serde(default = "everything")]
    r#box: ConsultBox,
    state: Option<State>,
    #[serde(flatten)]
    paging: Paging,
}

fn everything() -> ConsultBox {
    ConsultBox::All
}

#[derive(Serialize, ToSchema)]
struct ConsultList {
    items: Vec<ConsultRow>,
    next: Option<String>,
    counts: Counts,
}

/// The consults of a box: what waits for my position (first what is due first), what I asked for or took, or everything
/// that my organisation takes part in (first what changed last).
#[utoipa::path(get, path = "/consults", tag = "consults",
    params(("box" = inline(Option<ConsultBox>), Query, description = "`all` unless said"), ("state" = Option<State>, Query), Paging),
    responses((status = 200, body = ConsultList), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_consults(call: Call, Query(query): Query<ListQuery>) -> Result<Json<ConsultList>> {
    // Which consults are related is the statement's matter; the role is asked here.
    let own = Resource { alliance: call.caller.alliance.clone(), relation: Some(Relation::Consult) };
    let basis = call.require(Action::ConsultRead, Some(&own))?;
    let start = match &query.paging.cursor {
        Some(cursor) => page_start(cursor)?,
        None => PageStart::first(query.r#box),
    };
    let (limit, viewer) = (query.paging.limit(), viewer(&call));
    let mut reader = call.read().await?;
    let found = lists::list(&mut reader, viewer, query.r#box, query.state, start, limit + 1).await?;
    let counts = lists::counts(&mut reader, viewer).await?;
    let page = Page::cut(found, limit, |row| cursor(query.r#box, row));
    call.note_list(KIND, page.items.iter().map(|row| row.id.to_string()).collect(), basis)?;
    Ok(Json(ConsultList { items: page.items, next: page.next, counts }))
}

/// The consults about a patient that I may see, what changed last first; 200 at most.
#[utoipa::path(get, path = "/patients/{id}/consults", tag = "consults", params(("id" = String, Path)),
    responses((status = 200, body = Page<ConsultRow>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn consults_of_patient(call: Call, Path(id): Path<PatientId>) -> Result<Json<Page<ConsultRow>>> {
    let mut reader = call.read().await?;
    let resource = grants::resource(&mut reader, &call.caller, &id, call.now).await?;
    let basis = call.require(Action::PatientRead, Some(&resource))?;
    call.within(Scope::ConsultsRead)?;
    let glass = grants::broken_glass(&mut reader, &call.caller, &id, call.now).await?;
    let rows =
        lists::of_patient(&mut reader, viewer(&call), &id, glass.relation.is_some(), HISTORY_LIMIT).await?;
    let basis = glass.relation.map_or(basis, Relation::basis);
    call.note_list_of(KIND, rows.iter().map(|row| row.id.to_string()).collect(), &id, basis)?;
    Ok(Json(Page::whole(rows)))
}

fn viewer(call: &Call) -> Viewer<'_> {
    Viewer {
        alliance: &call.caller.alliance,
        person: &call.caller.person,
        organisation: call.organisation(),
        role: call.caller.role,
        now: call.now,
        today: call.ground.today(),
    }
}

fn cursor(list: ConsultBox, row: &ConsultRow) -> String {
    let due_at = || row.owed.as_ref().and_then(|owed| owed.due_at);
    let key = match list {
        ConsultBox::Todo => due_at().unwrap_or(row.updated_at),
        ConsultBox::Started | ConsultBox::All => row.updated_at,
    };
    format!("{}.{}", key.0, row.id)
}

fn page_start(cursor: &str) -> Result<PageStart> {
    let parts = cursor.split_once('.').and_then(|(key, id)| Some((key.parse().ok()?, ConsultId::parse(id)?)));
    let (key, id) = parts.ok_or(Code::RequestQuery)?;
    Ok(PageStart { key, id: id.to_string() })
}

/// Begin a consult: a draft that only my organisation sees.
#[utoipa::path(post, path = "/consults", tag = "consults", request_body = ConsultInput,
    responses((status = 201, body = Consult), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_consult(call: Call, Json(input): Json<ConsultInput>) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let stored = drafting::flow::create(tx, call, input).await?;
            let consult = read::whole(tx.conn(), call, &stored).await?;
            Ok(Reply::created(&consult)?.with_version(stored.version))
        })
    })
    .await
}

/// Read a consult; it is no longer unread.
#[utoipa::path(get, path = "/consults/{id}", tag = "consults", params(("id" = String, Path)),
    responses((status = 200, body = Consult), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn read_consult(call: Call, Path(id): Path<ConsultId>) -> Result<Reply> {
    let mut reader = call.read().await?;
    let (stored, basis) = flow::visible(&mut reader, &call, &id).await?;
    let mut consult = read::whole(&mut reader, &call, &stored).await?;
    drop(reader);
    call.note_read(Subject { kind: KIND, id: id.as_str() }, Some(&stored.patient), basis)?;
    if std::mem::take(&mut consult.row.unread) {
        note_seen(&call, id, stored.version).await?;
    }
    Ok(Reply::ok(&consult)?.with_version(stored.version))
}

async fn note_seen(call: &Call, id: ConsultId, version: i64) -> Result<()> {
    let reading = call.clone();
    let see =
        call.ground.db.write(move |tx| Box::pin(async move { flow::see(tx, &reading, &id, version).await }));
    see.await
}

/// Change what is named of a draft; question, summary and consent also of returned data; a consent that an emergency left
/// for later at any time.
#[utoipa::path(patch, path = "/consults/{id}", tag = "consults", params(("id" = String, Path), ("if-match" = String, Header)),
    request_body = ConsultPatch,
    responses((status = 200, body = Consult), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
              (status = 428, body = Problem)))]
async fn change_consult(
    call: Call,
    Path(id): Path<ConsultId>,
    IfMatch(version): IfMatch,
    Json(patch): Json<ConsultPatch>,
) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let stored = drafting::flow::change(tx, call, &id, version, patch).await?;
            reply(tx, call, &stored).await
        })
    })
    .await
}

/// What happened to a consult, oldest first.
#[utoipa::path(get, path = "/consults/{id}/timeline", tag = "consults", params(("id" = String, Path)),
    responses((status = 200, body = Page<TimelineEntry>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn read_consult_timeline(call: Call, Path(id): Path<ConsultId>) -> Result<Json<Page<TimelineEntry>>> {
    let mut reader = call.read().await?;
    let (stored, basis) = flow::visible(&mut reader, &call, &id).await?;
    let entries = read::timeline(&mut reader, &stored).await?;
    call.note_read(Subject { kind: KIND, id: id.as_str() }, Some(&stored.patient), basis)?;
    Ok(Json(Page::whole(entries)))
}

#[derive(Deserialize, ToSchema)]
struct AttachInput {
    study_id: StudyId,
}

/// Attach a study of the consult's patient. It adds and takes nothing away, so it needs no version; again has no effect.
#[utoipa::path(post, path = "/consults/{id}/studies", tag = "consults", params(("id" = String, Path)), request_body = AttachInput,
    responses((status = 200, body = Consult), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn attach_study(
    call: Call,
    Path(id): Path<ConsultId>,
    Json(input): Json<AttachInput>,
) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let stored = inputs::flow::attach(tx, call, &id, &input.study_id).await?;
            reply(tx, call, &stored).await
        })
    })
    .await
}

async fn give(call: Call, id: ConsultId, version: i64, command: Command) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let stored = flow::command(tx, call, &id, version, command).await?;
            reply(tx, call, &stored).await
        })
    })
    .await
}

async fn reply(tx: &mut Tx, call: &Call, stored: &sql::Stored) -> Result<Reply> {
    let consult = read::whole(tx.conn(), call, stored).await?;
    Ok(Reply::ok(&consult)?.with_version(stored.version))
}

#[derive(Deserialize, ToSchema)]
#[schema(as = ConsultReasonInput)]
struct ReasonInput {
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = ConsultTextInput)]
struct TextInput {
    #[serde(default)]
    text: String,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = ConsultDeclineInput)]
struct DeclineInput {
    reason_code: DeclineReason,
    text: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = ConsultStartInput)]
struct StartInput {
    /// By opening the room (true) or the first image (false); unsaid, the mode decides.
    room: Option<bool>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = ConsultAcknowledgeInput)]
struct AcknowledgeInput {
    adoption: Adoption,
    /// Needed unless the advice is adopted whole.
    reason: Option<String>,
}

mod commands {
    use super::*;

    pub fn routes<S>() -> OpenApiRouter<S>
    where
        S: Clone + Send + Sync + 'static,
        Ground: axum::extract::FromRef<S>,
    {
        OpenApiRouter::new()
            .routes(routes!(submit_consult))
            .routes(routes!(pass_quality_consult))
            .routes(routes!(return_data_consult))
            .routes(routes!(resubmit_consult))
            .routes(routes!(claim_consult))
            .routes(routes!(release_consult))
            .routes(routes!(ask_consult))
            .routes(routes!(answer_consult))
            .routes(routes!(decline_consult))
            .routes(routes!(start_consult))
            .routes(routes!(draft_report_consult))
            .routes(routes!(sign_consult))
            .routes(routes!(acknowledge_consult))
            .routes(routes!(cancel_consult))
            .routes(routes!(amend_consult))
    }

    /// Send a draft to the invited organisation. Where the alliance lets it, data are checked at once.
    #[utoipa::path(post, path = "/consults/{id}/submit", tag = "consults", params(("id" = String, Path), ("if-match" = String, Header)),
        responses((status = 200, body = Consult), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
                  (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
                  (status = 428, body = Problem)))]
    async fn submit_consult(
        call: Call,
        Path(id): Path<ConsultId>,
        IfMatch(version): IfMatch,
    ) -> Result<Reply> {
        give(call, id, version, Command::Submit).await
    }

    /// The data are good enough: the consult goes to the pool.
    #[utoipa::path(post, path = "/consults/{id}/pass_quality", tag = "consults", params(("id" = String, Path), ("if-match" = String, Header)),
        responses((status = 200, body = Consult), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
                  (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
                  (status = 428, body = Problem)))]
    async fn pass_quality_consult(
        call: Call,
        Path(id): Path<ConsultId>,
        IfMatch(version): IfMatch,
    ) -> Result<Reply> {
        give(call, id, version, Command::PassQuality).await
    }

    /// The data are not good enough, and why.
    #[utoipa::path(post, path = "/consults/{id}/return_data", tag = "consults", params(("id" = String, Path), ("if-match" = String, Header)), request_body = ReasonInput,
        responses((status = 200, body = Consult), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
                  (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
                  (status = 428, body = Problem)))]
    async fn return_data_consult(
        call: Call,
        Path(id): Path<ConsultId>,
        IfMatch(version): IfMatch,
        Json(input): Json<ReasonInput>,
    ) -> Result<Reply> {
        give(call, id, version, Command::ReturnData { reason: input.reason }).await
    }

    /// Send returned data again.
    #[utoipa::path(post, path = "/consults/{id}/resubmit", tag = "consults", params(("id" = String, Path), ("if-match" = String, Header)),
        responses((status = 200, body = Consult), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
                  (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
                  (status = 428, body = Problem)))]
    async fn resubmit_consult(
        call: Call,
        Path(id): Path<ConsultId>,
        IfMatch(version): IfMatch,
    ) -> Result<Reply> {
        give(call, id, version, Command::Resubmit).await
    }

    /// Take a consult from the pool. Only the first gets it; the others hear who has it.
    #[utoipa::path(post, path = "/consults/{id}/claim", tag = "consults", params(("id" = String, Path), ("if-match" = String, Header)),
        responses((status = 200, body = Consult), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
                  (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
                  (status = 428, body = Problem)))]
    async fn claim_consult(
        call: Call,
        Path(id): Path<ConsultId>,
        IfMatch(version): IfMatch,
    ) -> Result<Reply> {
        give(call, id, version, Command::Claim).await
    }

    /// Give it back to the pool, and why.
    #[utoipa::path(post, path = "/consults/{id}/release", tag = "consults", params(("id" = String, Path), ("if-match" = String, Header)), request_body = ReasonInput,
        responses((status = 200, body = Consult), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
                  (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
                  (status = 428, body = Problem)))]
    async fn release_consult(
        call: Call,
        Path(id): Path<ConsultId>,
        IfMatch(version): IfMatch,
        Json(input): Json<ReasonInput>,
    ) -> Result<Reply> {
        give(call, id, version, Command::Release { reason: input.reason }).await
    }

    /// Ask the requester; the clock of the invited side stands until the answer.
    #[utoipa::path(post, path = "/consults/{id}/ask", tag = "consults", params(("id" = String, Path), ("if-match" = String, Header)), request_body = TextInput,
        responses((status = 200, body = Consult), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
                  (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
                  (status = 428, body = Problem)))]
    async fn ask_consult(
        call: Call,
        Path(id): Path<ConsultId>,
        IfMatch(version): IfMatch,
        Json(input): Json<TextInput>,
    ) -> Result<Reply> {
        give(call, id, version, Command::Ask { text: input.text }).await
    }

    /// Answer the question that was asked.
    #[utoipa::path(post, path = "/consults/{id}/answer", tag = "consults", params(("id" = String, Path), ("if-match" = String, Header)), request_body = TextInput,
        responses((status = 200, body = Consult), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
                  (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
                  (status = 428, body = Problem)))]
    async fn answer_consult(
        call: Call,
        Path(id): Path<ConsultId>,
        IfMatch(version): IfMatch,
        Json(input): Json<TextInput>,
    ) -> Result<Reply> {
        give(call, id, version, Command::Answer { text: input.text }).await
    }

    /// Decline with a coded reason.
    #[utoipa::path(post, path = "/consults/{id}/decline", tag = "consults", params(("id" = String, Path), ("if-match" = String, Header)), request_body = DeclineInput,
        responses((status = 200, body = Consult), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
                  (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
                  (status = 428, body = Problem)))]
    async fn decline_consult(
        call: Call,
        Path(id): Path<ConsultId>,
        IfMatch(version): IfMatch,
        Json(input): Json<DeclineInput>,
    ) -> Result<Reply> {
        give(call, id, version, Command::Decline { reason: input.reason_code, text: input.text }).await
    }

    /// The first image or the room was opened.
    #[utoipa::path(post, path = "/consults/{id}/start", tag = "consults", params(("id" = String, Path), ("if-match" = String, Header)), request_body = StartInput,
        responses((status = 200, body = Consult), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
                  (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
                  (status = 428, body = Problem)))]
    async fn start_consult(
        call: Call,
        Path(id): Path<ConsultId>,
        IfMatch(version): IfMatch,
        Json(input): Json<StartInput>,
    ) -> Result<Reply> {
        give(call, id, version, Command::Start { room: input.room }).await
    }

    /// Save the report as far as it is written; again as often as needed.
    #[utoipa::path(post, path = "/consults/{id}/draft_report", tag = "consults", params(("id" = String, Path), ("if-match" = String, Header)), request_body = ReportText,
        responses((status = 200, body = Consult), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
                  (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
                  (status = 428, body = Problem)))]
    async fn draft_report_consult(
        call: Call,
        Path(id): Path<ConsultId>,
        IfMatch(version): IfMatch,
        Json(input): Json<ReportText>,
    ) -> Result<Reply> {
        give(call, id, version, Command::DraftReport(input)).await
    }

    /// Sign the report: it is fixed for ever and delivered at once.
    #[utoipa::path(post, path = "/consults/{id}/sign", tag = "consults", params(("id" = String, Path), ("if-match" = String, Header)),
        responses((status = 200, body = Consult), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
                  (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
                  (status = 428, body = Problem)))]
    async fn sign_consult(call: Call, Path(id): Path<ConsultId>, IfMatch(version): IfMatch) -> Result<Reply> {
        give(call, id, version, Command::Sign).await
    }

    /// The report was read, and what is made of it.
    #[utoipa::path(post, path = "/consults/{id}/acknowledge", tag = "consults", params(("id" = String, Path), ("if-match" = String, Header)), request_body = AcknowledgeInput,
        responses((status = 200, body = Consult), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
                  (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
                  (status = 428, body = Problem)))]
    async fn acknowledge_consult(
        call: Call,
        Path(id): Path<ConsultId>,
        IfMatch(version): IfMatch,
        Json(input): Json<AcknowledgeInput>,
    ) -> Result<Reply> {
        give(call, id, version, Command::Acknowledge { adoption: input.adoption, reason: input.reason }).await
    }

    /// Call it off before a report is signed, and why.
    #[utoipa::path(post, path = "/consults/{id}/cancel", tag = "consults", params(("id" = String, Path), ("if-match" = String, Header)), request_body = ReasonInput,
        responses((status = 200, body = Consult), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
                  (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
                  (status = 428, body = Problem)))]
    async fn cancel_consult(
        call: Call,
        Path(id): Path<ConsultId>,
        IfMatch(version): IfMatch,
        Json(input): Json<ReasonInput>,
    ) -> Result<Reply> {
        give(call, id, version, Command::Cancel { reason: input.reason }).await
    }

    /// Begin a new version of a delivered report, and why; the old one stays visible.
    #[utoipa::path(post, path = "/consults/{id}/amend", tag = "consults", params(("id" = String, Path), ("if-match" = String, Header)), request_body = ReasonInput,
        responses((status = 200, body = Consult), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
                  (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
                  (status = 428, body = Problem)))]
    async fn amend_consult(
        call: Call,
        Path(id): Path<ConsultId>,
        IfMatch(version): IfMatch,
        Json(input): Json<ReasonInput>,
    ) -> Result<Reply> {
        give(call, id, version, Command::Amend { reason: input.reason }).await
    }
}
