//! `/api/v1/patients`: parse, call the flow, render.

use super::flow::{self, Registered};
use super::{Patient, PatientInput, PatientPatch, Revealed, sql};
use crate::access::Call;
use crate::access::policy::Action;
use crate::db::change::Subject;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{IfMatch, Json, Page, Paging, Path, Query, Reply};
use crate::ids::PatientId;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(search, register))
        .routes(routes!(read, change))
        .routes(routes!(reveal))
}

#[derive(Deserialize)]
struct PatientQuery {
    /// Part of a name, pinyin, initials, or a whole identity number.
    #[serde(default)]
    q: String,
    #[serde(flatten)]
    paging: Paging,
}

/// Find patients that my organisation cares for.
#[utoipa::path(get, path = "/patients", tag = "patients",
    params(("q" = Option<String>, Query, description = "Part of a name, pinyin, initials, or a whole identity number"), Paging),
    responses((status = 200, body = Page<Patient>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn search(call: Call, Query(query): Query<PatientQuery>) -> Result<Json<Page<Patient>>> {
    let basis = call.require(Action::PatientSearch, None)?;
    let limit = query.paging.limit();
    let mut reader = call.read().await?;
    let by_document = flow::by_document(&mut reader, &call, query.q.trim()).await?;
    let found = match by_document {
        Some(patient) => vec![patient],
        None => {
            let search = sql::Search {
                alliance: &call.caller.alliance,
                organisation: call.organisation(),
                typed: query.q.trim(),
                before: query.paging.cursor.as_deref().unwrap_or(""),
                now: call.now,
                limit: limit + 1,
            };
            sql::search(&mut reader, &call.ground.keys, search, call.ground.today()).await?
        }
    };
    let page = Page::cut(found, limit, |patient| patient.id.to_string());
    call.note_list("patient", page.items.iter().map(|p| p.id.to_string()).collect(), basis)?;
    Ok(Json(page))
}

/// Register a patient, or join the care of one whose document is known.
#[utoipa::path(post, path = "/patients", tag = "patients", request_body = PatientInput,
    responses((status = 201, body = Patient), (status = 200, body = Patient, description = "Known already; now also in your care"),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn register(call: Call, Json(input): Json<PatientInput>) -> Result<Reply> {
    let counted = flow::count_try(&call, &input).await?;
    call.change(move |tx, call| {
        Box::pin(async move {
            let (stored, reply) = match flow::register(tx, call, input, counted).await? {
                Registered::New(stored) | Registered::Again(stored) => {
                    let reply = Reply::created(&stored.shown)?;
                    (stored, reply)
                }
                Registered::Linked(stored) => {
                    let reply = Reply::ok(&stored.shown)?;
                    (stored, reply)
                }
            };
            Ok(reply.with_version(stored.shown.version))
        })
    })
    .await
}

/// Read a patient.
#[utoipa::path(get, path = "/patients/{id}", tag = "patients", params(("id" = String, Path)),
    responses((status = 200, body = Patient), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn read(call: Call, Path(id): Path<PatientId>) -> Result<Reply> {
    let (stored, basis) = flow::read(&mut *call.read().await?, &call, &id).await?;
    call.note_read(Subject { kind: "patient", id: id.as_str() }, Some(&id), basis)?;
    Ok(Reply::ok(&stored.shown)?.with_version(stored.shown.version))
}

/// Change what is named; the rest stays.
#[utoipa::path(patch, path = "/patients/{id}", tag = "patients", params(("id" = String, Path), ("if-match" = String, Header)),
    request_body = PatientPatch,
    responses((status = 200, body = Patient), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem),
              (status = 428, body = Problem)))]
async fn change(
    call: Call,
    Path(id): Path<PatientId>,
    IfMatch(version): IfMatch,
    Json(patch): Json<PatientPatch>,
) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let stored = flow::change(tx, call, &id, version, patch).await?;
            Ok(Reply::ok(&stored.shown)?.with_version(stored.shown.version))
        })
    })
    .await
}

/// Show the identity number and the phone unmasked. Each time is written into the audit trail.
#[utoipa::path(post, path = "/patients/{id}/reveal", tag = "patients", params(("id" = String, Path)),
    responses((status = 200, body = Revealed), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn reveal(call: Call, Path(id): Path<PatientId>) -> Result<Json<Revealed>> {
    // Not kept for an Idempotency-Key: what is sealed in one column is not written down in another.
    let revealing = call.clone();
    let shown =
        call.ground.db.write(move |tx| Box::pin(async move { flow::reveal(tx, &revealing, &id).await }));
    Ok(Json(shown.await?))
}
