//! `/api/v1/referrals/suggestions`: parse, read, render.

use super::Suggestions;
use super::read::{self, Asked};
use crate::access::Call;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Query};
use crate::ids::OrganisationId;
use crate::referrals::LegUrgency;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(suggestions))
}

#[derive(Deserialize)]
struct SuggestionQuery {
    need: Option<String>,
    urgency: Option<LegUrgency>,
    from: Option<OrganisationId>,
    departments: Option<String>,
}

/// Where a patient could go, the best first, with every number the order stands on.
#[utoipa::path(get, path = "/referrals/suggestions", tag = "referrals",
    params(("need" = Option<String>, Query, description = "A code of the catalogue of capabilities"),
           ("urgency" = Option<String>, Query, description = "emergency, urgent or routine; routine unless said"),
           ("from" = Option<String>, Query, description = "Where the patient is; my organisation unless said"),
           ("departments" = Option<String>, Query, description = "Codes of the national department list between commas, the best first")),
    responses((status = 200, body = Suggestions), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 422, body = Problem)))]
async fn suggestions(call: Call, Query(query): Query<SuggestionQuery>) -> Result<Json<Suggestions>> {
    let departments = query.departments.as_deref().unwrap_or("");
    let asked = Asked {
        need: query.need.as_deref().filter(|need| !need.is_empty()),
        urgency: query.urgency.map_or(referral::Urgency::Routine, |urgency| urgency.0),
        from: query.from.as_ref(),
        departments: departments.split(',').map(str::trim).filter(|code| !code.is_empty()).collect(),
    };
    Ok(Json(read::suggestions(&mut *call.read().await?, &call, asked).await?))
}
