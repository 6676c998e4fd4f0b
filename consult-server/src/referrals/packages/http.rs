//! `/api/v1/legs/{id}/packages` for the sender, and the one door without a session: `/api/v1/public/packages/open`.

use super::{NewPackage, Package, PackageContent, PackageInput, PackageOpening, flow};
use crate::access::Call;
use crate::access::call::Visitor;
use crate::db::change::Subject;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Page, Path, Reply};
use crate::ids::{LegId, PackageId};
use crate::referrals::flow::LEG;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(packages, make_package))
        .routes(routes!(revoke_package))
        .routes(routes!(open_package))
}

/// The browser that opened a package, until it is closed; for how long it counts, the flow knows.
const COOKIE: &str = "consult_package";
const COOKIE_PATH: &str = "/api/v1/public/packages";

/// What a code opens does not stay in a browser's store, nor in an index of the web.
const NOT_KEPT: [(HeaderName, &str); 2] =
    [(header::CACHE_CONTROL, "no-store"), (HeaderName::from_static("x-robots-tag"), "noindex, nofollow")];

/// The packages made for a leg to somebody without an account; for its sender.
#[utoipa::path(get, path = "/legs/{id}/packages", tag = "referrals", params(("id" = String, Path)),
    responses((status = 200, body = Page<Package>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn packages(call: Call, Path(id): Path<LegId>) -> Result<Json<Page<Package>>> {
    let (all, patient, basis) = flow::list(&mut *call.read().await?, &call, &id).await?;
    call.note_read(Subject { kind: LEG, id: id.as_str() }, Some(&patient), basis)?;
    Ok(Json(Page::whole(all)))
}

/// Make a package with a one-time code that counts for seven days. The code is shown this once; with an address, a letter without
/// it goes there.
#[utoipa::path(post, path = "/legs/{id}/packages", tag = "referrals", params(("id" = String, Path)), request_body = PackageInput,
    responses((status = 201, body = NewPackage), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn make_package(
    call: Call,
    Path(id): Path<LegId>,
    Json(input): Json<PackageInput>,
) -> Result<(StatusCode, [(HeaderName, &'static str); 2], Json<NewPackage>)> {
    // Not kept for an Idempotency-Key: the store holds no code.
    let making = call.clone();
    let made =
        call.ground.db.write(move |tx| Box::pin(async move { flow::make(tx, &making, &id, &input).await }));
    Ok((StatusCode::CREATED, NOT_KEPT, Json(made.await?)))
}

/// End a package: its code counts no longer, and whoever opened it cannot look again.
#[utoipa::path(post, path = "/legs/{id}/packages/{package_id}/revoke", tag = "referrals",
    params(("id" = String, Path), ("package_id" = String, Path)),
    responses((status = 200, body = Package), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn revoke_package(call: Call, Path((leg, id)): Path<(LegId, PackageId)>) -> Result<Reply> {
    call.change(move |tx, call| Box::pin(async move { Reply::ok(&flow::revoke(tx, call, &leg, &id).await?) }))
        .await
}

/// Open a package with its code: once; the same browser may look again for half an hour.
#[utoipa::path(post, path = "/public/packages/open", tag = "referrals", request_body = PackageOpening, security(()),
    responses((status = 200, body = PackageContent), (status = 400, body = Problem),
              (status = 404, body = Problem, description = "The code is unknown, expired or withdrawn"),
              (status = 409, body = Problem, description = "It was opened before: `opened_at`"), (status = 413, body = Problem),
              (status = 415, body = Problem), (status = 429, body = Problem)))]
async fn open_package(
    State(ground): State<Ground>,
    visitor: Visitor,
    jar: CookieJar,
    Json(input): Json<PackageOpening>,
) -> Result<(CookieJar, [(HeaderName, &'static str); 2], Json<PackageContent>)> {
    let token = jar.get(COOKIE).map(|cookie| cookie.value().to_owned());
    let opened = flow::open(&ground, &input.code, token.as_deref(), visitor).await?;
    let jar = match opened.token {
        Some(token) => jar.add(cookie(&ground, token)),
        None => jar,
    };
    Ok((jar, NOT_KEPT, Json(opened.content)))
}

fn cookie(ground: &Ground, token: String) -> Cookie<'static> {
    Cookie::build((COOKIE, token))
        .path(COOKIE_PATH)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(ground.config.http.public_url.starts_with("https:"))
        .build()
}
