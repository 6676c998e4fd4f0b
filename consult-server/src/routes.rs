//! The whole route table. Everything but the page, health, the API's description and signing in needs a session:
//! handlers get one by taking a `Call`.

use crate::http::{describe, idempotency, layers, peer, problem};
use crate::{
    App, Ready, access, audit, beds, break_glass, conference, consults, directory, documents, followup,
    messages, metrics, notices, page, patients, referrals, routing, settings, studies, todos,
};
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _};
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

/// Bodies of JSON requests; images come in by other doors with limits of their own.
const JSON_LIMIT: usize = 1024 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(title = "consult-server", description = "Telemedicine consultation and regional referral"),
    security(("cookie" = []), ("bearer" = []))
)]
struct Description;

fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(description()).nest(
        "/api/v1",
        OpenApiRouter::new()
            .merge(access::http::routes())
            .merge(directory::http::routes())
            .merge(patients::http::routes())
            .merge(audit::http::routes())
            .merge(break_glass::http::routes())
            .merge(documents::http::routes())
            .merge(messages::http::routes())
            .merge(studies::http::routes())
            .merge(settings::http::routes())
            .merge(referrals::http::routes())
            .merge(beds::http::routes())
            .merge(routing::http::routes())
            .merge(conference::http::routes())
            .merge(consults::http::routes())
            .merge(notices::http::routes())
            .merge(followup::http::routes())
            .merge(todos::http::routes()),
    )
}

pub fn router(app: App) -> Router {
    let (api, mut openapi) = api().split_for_parts();
    describe::complete(&mut openapi);
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(readyz))
        .merge(api)
        .merge(access::clients::token::routes())
        .merge(studies::uploads::http::protocol())
        .merge(studies::dicomweb::routes())
        .merge(SwaggerUi::new("/api/docs").url("/api/openapi.json", openapi))
        .fallback(page::serve)
        .layer(DefaultBodyLimit::max(JSON_LIMIT))
        .layer(from_fn(idempotency::note))
        .layer(from_fn_with_state(app.clone(), access::denials::note))
        .layer(from_fn(layers::no_nul))
        .layer(from_fn_with_state(app.clone(), layers::same_origin))
        .layer(CatchPanicLayer::new())
        // Inside the compression: a body that is exchanged for a problem document must not be packed already.
        .layer(from_fn(problem::render))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(layers::PacksWell)))
        .layer(from_fn(metrics::count))
        .layer(from_fn(layers::security_headers))
        .layer(from_fn_with_state(app.clone(), layers::request_id))
        .layer(from_fn_with_state(app.clone(), peer::note))
        .with_state(app)
}

/// The description of everything under `/api/v1`, also printed by `consult-server openapi`.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut description = api().into_openapi();
    describe::complete(&mut description);
    description
}

fn description() -> utoipa::openapi::OpenApi {
    let mut description = Description::openapi();
    let components = description.components.get_or_insert_default();
    components.add_security_scheme(
        "cookie",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(access::call::COOKIE))),
    );
    components.add_security_scheme(
        "bearer",
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()),
    );
    description
}

async fn readyz(State(ready): State<Ready>) -> impl IntoResponse {
    if ready.is_set() { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "starting") }
}
