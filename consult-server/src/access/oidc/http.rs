//! `/api/v1/session/ways` and `/api/v1/session/oidc/…`: how one can sign in here, and the two redirects of a sign-in at the
//! identity provider. A browser comes by navigation, so refusals lead back to the sign-in page with their code.

use super::flow::{self, Answer, Returned};
use super::{Provider, rules};
use crate::access::call::Visitor;
use crate::access::http::{cookie, known};
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Query};
use axum::extract::{FromRef, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Ties a sign-in that is under way to the browser where it began.
const UNDER_WAY: &str = "consult_oidc";
const UNDER_WAY_PATH: &str = "/api/v1/session/oidc";

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: FromRef<S>,
    Provider: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(ways))
        .routes(routes!(start))
        .routes(routes!(callback))
        .routes(routes!(second_step))
}

#[derive(Serialize, ToSchema)]
struct SignInWays {
    /// What the button for the identity provider says; null where there is none.
    oidc: Option<String>,
}

/// How one can sign in here beside name and password.
#[utoipa::path(get, path = "/session/ways", tag = "session", security(()), responses((status = 200, body = SignInWays)))]
async fn ways(State(provider): State<Provider>) -> Json<SignInWays> {
    Json(SignInWays { oidc: provider.label().map(str::to_owned) })
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Start {
    /// A path of the page where the person wants to go.
    next: Option<String>,
    /// Let the person prove themselves once more, though the provider knows them still.
    #[serde(default)]
    again: bool,
}

/// Leave for the identity provider.
#[utoipa::path(get, path = "/session/oidc/start", tag = "session", params(Start), security(()),
    responses((status = 303, description = "To the identity provider, or back to the sign-in page with `refused`"),
              (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn start(
    State(ground): State<Ground>,
    State(provider): State<Provider>,
    jar: CookieJar,
    Query(input): Query<Start>,
) -> Result<Response> {
    match flow::leave(&ground, &provider, input.next, input.again).await {
        Ok(leaving) => {
            let jar = jar.add(under_way(&ground, leaving.browser));
            Ok((jar, to(&leaving.address)).into_response())
        }
        Err(refusal) => back(&refusal),
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Callback {
    code: Option<String>,
    state: Option<String>,
}

/// Come back from the identity provider.
#[utoipa::path(get, path = "/session/oidc/callback", tag = "session", params(Callback), security(()),
    responses((status = 303, description = "Into the page with a session, or back to the sign-in page with `refused` or `step`"),
              (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn callback(
    State(ground): State<Ground>,
    State(provider): State<Provider>,
    visitor: Visitor,
    jar: CookieJar,
    Query(input): Query<Callback>,
) -> Result<Response> {
    let browser = jar.get(UNDER_WAY).map(|cookie| cookie.value().to_owned()).unwrap_or_default();
    let answer = Answer { state: input.state.unwrap_or_default(), code: input.code };
    match flow::come_back(&ground, &provider, &browser, answer, visitor).await {
        Ok(Returned::In { signed_in, next }) => {
            let jar = jar.add(cookie(&ground, signed_in.token)).add(known(&ground, signed_in.device));
            let jar = jar.remove(gone());
            Ok((jar, to(&next)).into_response())
        }
        Ok(Returned::HalfWay { token, next }) => {
            let next: String = rules::in_query(&next);
            let jar = jar.add(under_way(&ground, token));
            Ok((jar, to(&format!("/sign-in?step=oidc&next={next}"))).into_response())
        }
        Err(refusal) => back(&refusal),
    }
}

/// The second factor of whoever came back: refuses with the challenge that `/session/second-factor` answers.
#[utoipa::path(post, path = "/session/oidc/second-step", tag = "session", security(()),
    responses((status = 401, body = Problem), (status = 429, body = Problem)))]
async fn second_step(State(ground): State<Ground>, visitor: Visitor, jar: CookieJar) -> Result<()> {
    let token = jar.get(UNDER_WAY).map(|cookie| cookie.value().to_owned()).ok_or(Code::OidcOver)?;
    Err(flow::second_step(&ground, &token, &visitor).await?)
}

/// `Lax`, because the browser comes back by a navigation from the provider's page.
fn under_way(ground: &Ground, token: String) -> Cookie<'static> {
    Cookie::build((UNDER_WAY, token))
        .path(UNDER_WAY_PATH)
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(ground.config.http.public_url.starts_with("https:"))
        .build()
}

fn gone() -> Cookie<'static> {
    Cookie::build((UNDER_WAY, "")).path(UNDER_WAY_PATH).build()
}

fn to(address: &str) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Redirect::to(address)).into_response()
}

/// Back to the sign-in page, which says in words what the code means. What is absent stays absent.
fn back(refusal: &Refusal) -> Result<Response> {
    if refusal.code == Code::RequestNotFound {
        return Err(Refusal::not_found());
    }
    if let Some(cause) = &refusal.internal {
        tracing::warn!(code = refusal.code.as_str(), cause, "a sign-in at the identity provider failed");
    }
    Ok(to(&format!("/sign-in?refused={}", refusal.code.as_str())))
}
