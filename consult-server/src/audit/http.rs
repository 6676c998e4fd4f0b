//! `/api/v1/audit` (search, export) for the auditor, and who looked at a patient's record. Each of them is noted.

use super::rules::{self, Cursor};
use super::{AccessLogEntry, AuditEntry, AuditPatient, Filter, sql};
use crate::access::policy::Action;
use crate::access::{Call, Role, grants};
use crate::db::change::Subject;
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::http::csv::Sheet;
use crate::http::problem::{Problem, prefers_chinese};
use crate::http::{Json, Page, Paging, Path, Query};
use crate::ids::{OrganisationId, PatientId, PersonId};
use crate::patients::identity::ResidentId;
use crate::patients::{IdentityKind, sql as patients};
use crate::time::Timestamp;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// An export is a file for people: more rows than a spreadsheet opens help nobody.
const EXPORT_LIMIT: i64 = 100_000;
const EXPORT_BATCH: i64 = 2_000;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(search_audit))
        .routes(routes!(export_audit))
        .routes(routes!(find_patient))
        .routes(routes!(access_log))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditQuery {
    /// Who did it.
    person: Option<String>,
    /// Whose record.
    patient: Option<String>,
    /// The id of what was read or changed.
    #[serde(default)]
    subject: String,
    organisation: Option<String>,
    /// An action, or how it begins: `patient`, `consult.signed`.
    #[serde(default)]
    action: String,
    /// `done`, `read` or `denied`.
    #[serde(default)]
    outcome: String,
    /// The legal basis; of a refusal its code.
    #[serde(default)]
    basis: String,
    /// From this instant on (RFC 3339).
    from: Option<String>,
    /// Before this instant (RFC 3339).
    until: Option<String>,
}

#[derive(Deserialize)]
struct PagedQuery {
    #[serde(flatten)]
    query: AuditQuery,
    #[serde(flatten)]
    paging: Paging,
}

impl AuditQuery {
    fn filter(self) -> Result<Filter> {
        let bad = |name: &str| Refusal::new(Code::RequestQuery).with("reason", name);
        let time = |text: Option<String>, name: &str| match text.filter(|t| !t.is_empty()) {
            Some(text) => Timestamp::parse(&text).map(Some).ok_or_else(|| bad(name)),
            None => Ok(None),
        };
        let outcome_is_known = matches!(self.outcome.as_str(), "" | "done" | "read" | "denied");
        Ok(Filter {
            person: id(self.person, PersonId::parse).ok_or_else(|| bad("person"))?,
            patient: id(self.patient, PatientId::parse).ok_or_else(|| bad("patient"))?,
            organisation: id(self.organisation, OrganisationId::parse).ok_or_else(|| bad("organisation"))?,
            subject: self.subject,
            action: self.action,
            outcome: Some(self.outcome).filter(|_| outcome_is_known).ok_or_else(|| bad("outcome"))?,
            basis: self.basis,
            from: time(self.from, "from")?,
            until: time(self.until, "until")?,
        })
    }
}

/// `Some(None)` for nothing asked; `None` for what is no id.
fn id<T>(text: Option<String>, parse: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    match text.filter(|t| !t.is_empty()) {
        Some(text) => parse(&text).map(Some),
        None => Some(None),
    }
}

fn asked(filter: &Filter) -> serde_json::Value {
    json!({
        "person": filter.person, "patient": filter.patient, "subject": filter.subject,
        "organisation": filter.organisation, "action": filter.action, "outcome": filter.outcome,
        "basis": filter.basis, "from": filter.from, "until": filter.until,
    })
}

/// Search the audit trail, newest first. Searching is itself audited, with what was asked.
#[utoipa::path(get, path = "/audit", tag = "audit", params(AuditQuery, Paging),
    responses((status = 200, body = Page<AuditEntry>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn search_audit(call: Call, Query(asks): Query<PagedQuery>) -> Result<Json<Page<AuditEntry>>> {
    let basis = call.require(Action::AuditRead, None)?;
    let (limit, after) = (asks.paging.limit(), rules::after(&asks.paging)?);
    let filter = asks.query.filter()?;
    let mut reader = call.read().await?;
    let found = sql::search(&mut reader, &call.caller.alliance, &filter, after.as_ref(), limit + 1).await?;
    call.note_query(Subject { kind: "audit", id: "search" }, basis, asked(&filter))?;
    Ok(Json(Page::cut(found, limit, Cursor::of)))
}

/// The same as a CSV file, at most 100,000 entries, its headings in the language of `Accept-Language`. A cell that a spreadsheet would run as a formula is disarmed.
#[utoipa::path(get, path = "/audit/export", tag = "audit", params(AuditQuery),
    responses((status = 200, content_type = "text/csv", body = String), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn export_audit(call: Call, headers: HeaderMap, Query(query): Query<AuditQuery>) -> Result<Response> {
    let basis = call.require(Action::AuditRead, None)?;
    let filter = query.filter()?;
    let mut reader = call.read().await?;
    let mut sheet = Sheet::new(rules::headings(prefers_chinese(headers.get(header::ACCEPT_LANGUAGE))))?;
    let (mut after, mut rows) = (None, 0);
    loop {
        let batch =
            sql::search(&mut reader, &call.caller.alliance, &filter, after.as_ref(), EXPORT_BATCH).await?;
        rows += batch.len();
        if i64::try_from(rows).unwrap_or(i64::MAX) > EXPORT_LIMIT {
            return Err(Refusal::new(Code::AuditTooMany).with("limit", EXPORT_LIMIT));
        }
        for entry in &batch {
            sheet.row(&rules::row(entry, &call.ground.zone).each_ref().map(String::as_str))?;
        }
        let is_last = i64::try_from(batch.len()).unwrap_or(0) < EXPORT_BATCH;
        after = batch.last().map(|entry| Cursor { at: entry.at, id: entry.id.clone() });
        if is_last {
            break;
        }
    }
    let detail = json!({ "filter": asked(&filter), "entries": rows });
    call.note_query(Subject { kind: "audit", id: "export" }, basis, detail)?;
    let mut response = sheet.finish()?.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let disposition = HeaderValue::from_static("attachment; filename=\"audit.csv\"");
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}

#[derive(Deserialize, ToSchema)]
struct AuditPatientInput {
    /// The whole identity number; it stands in no address and in no log.
    resident_id: String,
}

/// Whose record an identity number is: for the auditor, who is asked about a person and not about an id. That it was asked, and
/// for whom, is itself audited.
#[utoipa::path(post, path = "/audit/patient", tag = "audit", request_body = AuditPatientInput,
    responses((status = 200, body = AuditPatient), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)))]
async fn find_patient(call: Call, Json(input): Json<AuditPatientInput>) -> Result<Json<AuditPatient>> {
    let basis = call.require(Action::AuditRead, None)?;
    let number = ResidentId::parse(&input.resident_id, call.ground.today())
        .map_err(|code| Refusal::field(code, "resident_id"))?;
    let mut reader = call.read().await?;
    let (keys, alliance) = (&call.ground.keys, &call.caller.alliance);
    let system = IdentityKind::ResidentId.as_str();
    let found = patients::by_identifier(&mut reader, keys, alliance, system, None, number.as_str()).await?;
    call.note_query(Subject { kind: "audit", id: "patient" }, basis, json!({ "patient": found }))?;
    let found = found.ok_or_else(|| Refusal::field(Code::AuditNobody, "resident_id"))?;
    let patient = patients::patient_ref(&mut reader, &found, call.ground.today()).await?;
    Ok(Json(AuditPatient { id: patient.id, name_masked: rules::masked(&patient.name) }))
}

/// Who looked at a patient's record or changed it, newest first: for whoever cares for the patient, to show them, and for
/// the auditor. A patient who is only named in a list was not looked at.
#[utoipa::path(get, path = "/patients/{id}/access-log", tag = "audit", params(("id" = String, Path), Paging),
    responses((status = 200, body = Page<AccessLogEntry>), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn access_log(
    call: Call,
    Path(patient): Path<PatientId>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<AccessLogEntry>>> {
    let mut reader = call.read().await?;
    let basis = if call.caller.role == Role::Auditor {
        call.require(Action::AuditRead, None)?
    } else {
        let resource = grants::resource(&mut reader, &call.caller, &patient, call.now).await?;
        call.require(Action::PatientAccessLog, Some(&resource))?
    };
    let (limit, after) = (paging.limit(), rules::after(&paging)?);
    let filter = Filter { patient: Some(patient.clone()), ..Filter::default() };
    let found = sql::search(&mut reader, &call.caller.alliance, &filter, after.as_ref(), limit + 1).await?;
    call.note_read(Subject { kind: "access-log", id: patient.as_str() }, Some(&patient), basis)?;
    let page = Page::cut(found, limit, Cursor::of);
    let items = page.items.into_iter().map(shown_to_the_patient).collect();
    Ok(Json(Page { items, next: page.next }))
}

fn shown_to_the_patient(entry: AuditEntry) -> AccessLogEntry {
    AccessLogEntry {
        id: entry.id,
        at: entry.at,
        person: entry.person,
        role: entry.role,
        organisation: entry.organisation,
        action: entry.action,
        basis: entry.basis,
        outcome: entry.outcome,
    }
}
