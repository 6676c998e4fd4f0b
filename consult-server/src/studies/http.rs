//! `/api/v1/studies` and `/api/v1/ecgs`: parse, call the flow, render.

use super::sql::Filter;
use super::{Comparison, Imaging, KIND, PendingStudies, Status, Study, ecg, flow, sql};
use crate::access::policy::Relation;
use crate::access::{Call, grants};
use crate::db::change::Subject;
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Page, Paging, Path, Query, Reply};
use crate::ids::{PatientId, StudyId};
use axum::extract::{FromRef, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use imaging::ingest::previews::PREVIEW;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: FromRef<S>,
    Imaging: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(pending))
        .routes(routes!(read))
        .routes(routes!(compare))
        .routes(routes!(assign))
        .routes(routes!(preview))
        .routes(routes!(read_ecg))
        .routes(routes!(ecg_samples))
        .merge(super::uploads::http::routes())
}

#[derive(Deserialize)]
struct StudyQuery {
    patient_id: Option<PatientId>,
    status: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

/// Studies that I may see, newest first.
#[utoipa::path(get, path = "/studies", tag = "studies",
    params(("patient_id" = Option<String>, Query), ("status" = Option<Status>, Query), Paging),
    responses((status = 200, body = Page<Study>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list(call: Call, Query(query): Query<StudyQuery>) -> Result<Json<Page<Study>>> {
    let status = query.status.as_deref().unwrap_or("");
    if !status.is_empty() && Status::parse(status).is_none() {
        return Err(Refusal::field(Code::RequestQuery, "status"));
    }
    let limit = query.paging.limit();
    let filter = Filter {
        patient: query.patient_id.as_ref().map_or("", |p| p.as_str()),
        status,
        before: query.paging.cursor.as_deref().unwrap_or(""),
        limit: limit + 1,
    };
    let mut reader = call.read().await?;
    let found = flow::list(&mut reader, &call, filter).await?;
    let page = Page::cut(found, limit, |stored| stored.shown.id.to_string());
    let page = Page { items: page.items.into_iter().map(|s| s.shown).collect(), next: page.next };
    let ids = page.items.iter().map(|s: &Study| s.id.to_string()).collect();
    match &query.patient_id {
        Some(patient) => {
            let related = grants::resource(&mut reader, &call.caller, patient, call.now).await?.relation;
            call.note_list_of(KIND, ids, patient, related.map_or("role", Relation::basis))?;
        }
        None => call.note_list(KIND, ids, "role")?,
    }
    Ok(Json(page))
}

/// Read a study.
#[utoipa::path(get, path = "/studies/{id}", tag = "studies", params(("id" = String, Path)),
    responses((status = 200, body = Study), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn read(call: Call, Path(id): Path<StudyId>) -> Result<Reply> {
    let (stored, basis) = flow::read(&mut *call.read().await?, &call, &id).await?;
    let shown = &stored.shown;
    let patient = shown.patient_id.as_ref().or(shown.sent_to.as_ref().map(|p| &p.id));
    note(&call, &shown.id, patient, basis).await?;
    Ok(Reply::ok(shown)?.with_version(stored.version))
}

/// How many studies wait for somebody to say whose they are.
#[utoipa::path(get, path = "/studies/pending", tag = "studies",
    responses((status = 200, body = PendingStudies), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn pending(call: Call) -> Result<Json<PendingStudies>> {
    Ok(Json(flow::pending(&mut *call.read().await?, &call).await?))
}

#[derive(Deserialize)]
struct ComparisonQuery {
    patient_id: PatientId,
}

/// What a study says of its person, beside a patient who may be the one.
#[utoipa::path(get, path = "/studies/{id}/comparison", tag = "studies", params(("id" = String, Path), ("patient_id" = String, Query)),
    responses((status = 200, body = Comparison), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
async fn compare(
    call: Call,
    Path(id): Path<StudyId>,
    Query(query): Query<ComparisonQuery>,
) -> Result<Json<Comparison>> {
    let (comparison, basis) = flow::compare(&mut *call.read().await?, &call, &id, &query.patient_id).await?;
    call.note_read(Subject { kind: KIND, id: id.as_str() }, Some(&query.patient_id), basis)?;
    Ok(Json(comparison))
}

async fn note(call: &Call, study: &StudyId, patient: Option<&PatientId>, basis: &str) -> Result<()> {
    call.note_image_read(Subject { kind: KIND, id: study.as_str() }, patient, basis).await
}

#[derive(Deserialize, ToSchema)]
struct Assignment {
    patient_id: PatientId,
}

/// Say whose a study is. Its device's number for the patient leads to them from now on.
#[utoipa::path(post, path = "/studies/{id}/assign", tag = "studies", params(("id" = String, Path)), request_body = Assignment,
    responses((status = 200, body = Study), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn assign(call: Call, Path(id): Path<StudyId>, Json(input): Json<Assignment>) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let stored = flow::assign(tx, call, &id, &input.patient_id).await?;
            Ok(Reply::ok(&stored.shown)?.with_version(stored.version))
        })
    })
    .await
}

/// A picture of a study, at most 512 pixels wide and high.
#[utoipa::path(get, path = "/studies/{id}/preview", tag = "studies", params(("id" = String, Path)),
    responses((status = 200, content_type = "image/jpeg", body = Vec<u8>), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
async fn preview(call: Call, State(imaging): State<Imaging>, Path(id): Path<StudyId>) -> Result<Response> {
    let mut reader = call.read().await?;
    let (stored, basis) = flow::read(&mut reader, &call, &id).await?;
    let blob = sql::shown_instance(&mut reader, &id).await?.ok_or(Code::ImagingNoPicture)?;
    drop(reader);
    let jpeg = imaging.previews.get(&blob, PREVIEW).await.map_err(flow::blob_refusal)?;
    let jpeg = jpeg.ok_or(Code::ImagingNoPicture)?;
    note(&call, &id, stored.shown.patient_id.as_ref(), basis).await?;
    let headers = [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "private, max-age=300")];
    Ok((headers, jpeg).into_response())
}

/// What an ECG consists of.
#[utoipa::path(get, path = "/ecgs/{sop_instance_uid}", tag = "studies", params(("sop_instance_uid" = String, Path)),
    responses((status = 200, body = ecg::EcgHead), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
async fn read_ecg(
    call: Call,
    State(imaging): State<Imaging>,
    Path(uid): Path<String>,
) -> Result<Json<ecg::EcgHead>> {
    let found = ecg::read(&call, &imaging, &uid).await?;
    note(&call, &found.study, found.patient.as_ref(), found.basis).await?;
    Ok(Json(found.head()))
}

/// The samples of an ECG: little-endian i16, lead after lead; value × `scale_uv` = µV, −32768 where nothing was recorded.
#[utoipa::path(get, path = "/ecgs/{sop_instance_uid}/samples", tag = "studies", params(("sop_instance_uid" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn ecg_samples(
    call: Call,
    State(imaging): State<Imaging>,
    Path(uid): Path<String>,
) -> Result<Response> {
    let found = ecg::read(&call, &imaging, &uid).await?;
    note(&call, &found.study, found.patient.as_ref(), found.basis).await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], found.samples.bytes).into_response())
}
