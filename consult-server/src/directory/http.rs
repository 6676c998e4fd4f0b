//! `/api/v1/organisations`, `/api/v1/people`: parse, read, render.

use super::{Colleague, Organisation, sql};
use crate::access::policy::Action;
use crate::access::{Call, Role};
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Page, Query};
use crate::ids::OrganisationId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(organisations))
        .routes(routes!(people))
        .merge(super::activation::http::routes())
        .merge(super::search::http::routes())
        .merge(super::import::http::routes())
        .merge(super::editing::http::routes())
        .merge(super::facilities::http::routes())
        .merge(super::staff::http::routes())
        .merge(super::duty::http::routes())
}

/// The organisations of the alliance and what the caller's may ask of each.
#[utoipa::path(get, path = "/organisations", tag = "directory",
    responses((status = 200, body = Page<Organisation>), (status = 401, body = Problem)))]
async fn organisations(call: Call) -> Result<Json<Page<Organisation>>> {
    call.require(Action::DirectoryRead, None)?;
    let items =
        sql::organisations(&mut *call.read().await?, &call.caller.alliance, call.organisation(), call.now)
            .await?;
    Ok(Json(Page::whole(items)))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PeopleQuery {
    /// The caller's own organisation unless said.
    #[param(value_type = Option<String>)]
    organisation_id: Option<OrganisationId>,
    role: Option<Role>,
}

/// The people of an organisation in their positions.
#[utoipa::path(get, path = "/people", tag = "directory", params(PeopleQuery),
    responses((status = 200, body = Page<Colleague>), (status = 400, body = Problem), (status = 401, body = Problem)))]
async fn people(call: Call, Query(query): Query<PeopleQuery>) -> Result<Json<Page<Colleague>>> {
    call.require(Action::DirectoryRead, None)?;
    let organisation = query.organisation_id.as_ref().unwrap_or(call.organisation());
    let mut items =
        sql::people(&mut *call.read().await?, &call.caller.alliance, organisation, call.now).await?;
    items.retain(|colleague| query.role.is_none_or(|role| colleague.role == role));
    Ok(Json(Page::whole(items)))
}
