//! `/api/v1/people/search`: parse, read, render.

use super::sql::{self, Search};
use super::{Found, rules};
use crate::access::Call;
use crate::access::policy::Action;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Page, Paging, Query};
use crate::ids::OrganisationId;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(search))
}

#[derive(Deserialize)]
struct PersonQuery {
    #[serde(default)]
    q: String,
    department: Option<String>,
    specialty: Option<String>,
    organisation_id: Option<OrganisationId>,
    on_duty: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

/// Find a person of the alliance: one box, up to three words, each of which must fit somewhere.
#[utoipa::path(get, path = "/people/search", tag = "directory",
    params(("q" = Option<String>, Query, description = "Ideographs, pinyin or initials of name, department, specialty or organisation"),
           ("department" = Option<String>, Query), ("specialty" = Option<String>, Query), ("organisation_id" = Option<String>, Query),
           ("on_duty" = Option<bool>, Query, description = "Only those on duty now"), Paging),
    responses((status = 200, body = Page<Found>), (status = 400, body = Problem), (status = 401, body = Problem)))]
async fn search(call: Call, Query(query): Query<PersonQuery>) -> Result<Json<Page<Found>>> {
    call.require(Action::DirectoryRead, None)?;
    let limit = query.paging.limit();
    let wanted = Search {
        alliance: &call.caller.alliance,
        typed: &query.q,
        department: query.department.as_deref(),
        specialty: query.specialty.as_deref(),
        organisation: query.organisation_id.as_ref(),
        on_duty: query.on_duty.as_deref() == Some("true"),
        cursor: query.paging.cursor.as_deref(),
        now: call.now,
        limit: limit + 1,
    };
    let mut reader = call.read().await?;
    let found = sql::search(&mut reader, wanted).await?;
    let mut page = Page::cut(found, limit, |found| rules::cursor(&found.sort, found.position_id.as_str()));
    sql::with_duties(&mut reader, &mut page.items, call.now).await?;
    Ok(Json(page))
}
