//! `/api/v1/imports/people`: take the file in, call the flow, render the report.

use super::file::{self, Named};
use super::rules::Importer;
use super::{Report, flow};
use crate::access::Call;
use crate::access::policy::Action;
use crate::directory::editing::By;
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Query, Reply};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use axum::http::header;
use bytes::Bytes;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(people)).layer(DefaultBodyLimit::max(file::MOST_BYTES))
}

#[derive(Deserialize)]
struct ImportQuery {
    dry_run: Option<String>,
}

/// Take in organisations, departments, people, positions and rosters from a CSV or XLSX file: a dry run reports row by row; without it,
/// all of the file is done or nothing. Sets no passwords. Blank cells leave what stands.
#[utoipa::path(post, path = "/imports/people", tag = "directory",
    params(("dry_run" = Option<bool>, Query, description = "Only say what would happen")),
    request_body(content(("text/csv"), ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), ("multipart/form-data"))),
    responses((status = 200, body = Report), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 413, body = Problem), (status = 415, body = Problem),
              (status = 422, body = Problem, description = "Nothing was taken in; `report` says why")))]
async fn people(call: Call, Query(query): Query<ImportQuery>, request: Request) -> Result<Reply> {
    let basis = call.require(Action::DirectoryManage, None)?;
    let (bytes, named) = body(request).await?;
    let parsed = flow::parse(bytes, named).await?;
    let zone = call.ground.zone.clone();
    if query.dry_run.as_deref() == Some("true") {
        let mut reader = call.read().await?;
        let alliance = &call.caller.alliance;
        let importer = Importer::Administrator(call.caller.person.clone());
        let report = flow::dry_run(&mut reader, alliance, &parsed, &zone, call.now, &importer).await?;
        return Reply::ok(&report);
    }
    call.change(move |tx, call| {
        Box::pin(async move {
            let by = By::caller(call, basis);
            let importer = Importer::Administrator(call.caller.person.clone());
            Reply::ok(&flow::apply(tx, &by, &parsed, &zone, &importer).await?)
        })
    })
    .await
}

/// The file itself, or the first part of a form that is one, and what it is said to be.
async fn body(request: Request) -> Result<(Vec<u8>, Named)> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    let too_large = |_| Refusal::new(Code::RequestTooLarge);
    if !kind.starts_with("multipart/form-data") {
        let named = Named::by_type(kind);
        return Ok((Bytes::from_request(request, &()).await.map_err(too_large)?.to_vec(), named));
    }
    let broken = |_| Refusal::new(Code::ImportForm);
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Refusal::new(Code::ImportForm))?;
    while let Some(part) = form.next_field().await.map_err(broken)? {
        if let Some(name) = part.file_name() {
            let named = Named::by_name(name);
            let bytes = part.bytes().await.map_err(|e| match e.status().as_u16() {
                413 => Refusal::new(Code::RequestTooLarge),
                _ => Refusal::new(Code::ImportForm),
            })?;
            return Ok((bytes.to_vec(), named));
        }
    }
    Err(Code::ImportForm.into())
}
