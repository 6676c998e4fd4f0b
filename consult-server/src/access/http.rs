//! `/api/v1/session`: sign in, who am I, sign out. The cookie is made here; everything else is `flow`.

use super::attempts::devices;
use super::call::{COOKIE, Entrant, Visitor};
use super::flow::SignedIn;
use super::{Caller, Owed, Role, account, activation, clients, factors, flow, oidc, sql, tokens};
use crate::config::SecondFactor;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::Json;
use crate::http::problem::Problem;
use crate::ids::{AllianceId, PersonId, PositionId};
use crate::refs::{DepartmentRef, OrganisationRef};
use crate::time::Timestamp;
use axum::extract::State;
use axum::http::StatusCode;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(Deserialize, ToSchema)]
pub struct Credentials {
    pub login: String,
    pub password: String,
}

#[derive(Serialize, ToSchema)]
pub struct Session {
    /// Usable as `Authorization: Bearer …`.
    pub token: String,
    pub expires_at: Timestamp,
    pub me: Me,
}

#[derive(Serialize, ToSchema)]
pub struct Me {
    pub person: MePerson,
    /// The position in which the session acts.
    pub position: Position,
    pub positions: Vec<Position>,
    pub alliance: MeAlliance,
    /// A demo account, which works on loopback only.
    pub demo: bool,
    /// What must be done before anything else is answered.
    pub owed: Option<Owed>,
    /// Nobody is asked for a second factor on this server: the page says so.
    pub second_factor_off: bool,
    pub server_time: Timestamp,
}

#[derive(Serialize, ToSchema)]
pub struct MePerson {
    pub id: PersonId,
    pub name: String,
    pub login: String,
}

#[derive(Serialize, ToSchema)]
pub struct MeAlliance {
    pub id: AllianceId,
    pub name: String,
    pub timezone: String,
}

#[derive(Clone, Serialize, ToSchema)]
pub struct Position {
    pub id: PositionId,
    pub role: Role,
    pub organisation: OrganisationRef,
    pub department: Option<DepartmentRef>,
}

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
    oidc::Provider: axum::extract::FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(sign_in, who_am_i, sign_out))
        .merge(account::http::routes())
        .merge(activation::http::routes())
        .merge(factors::http::routes())
        .merge(oidc::http::routes())
        .merge(tokens::http::routes())
        .merge(clients::http::routes())
}

/// Sign in with name and password.
#[utoipa::path(post, path = "/session", tag = "session", request_body = Credentials, security(()),
    responses((status = 201, body = Session), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem),
              (status = 429, body = Problem)))]
async fn sign_in(
    State(ground): State<Ground>,
    visitor: Visitor,
    jar: CookieJar,
    Json(input): Json<Credentials>,
) -> Result<(StatusCode, CookieJar, Json<Session>)> {
    let signed_in = flow::sign_in(&ground, input.login.trim(), input.password, visitor).await?;
    welcome(&ground, signed_in, jar).await
}

/// The answer to whoever has just got in, with a fresh cookie: one that was there before is worth nothing.
pub async fn welcome(
    ground: &Ground,
    signed_in: SignedIn,
    jar: CookieJar,
) -> Result<(StatusCode, CookieJar, Json<Session>)> {
    let me = me(ground, &signed_in.caller, signed_in.owed).await?;
    let jar = jar.add(cookie(ground, signed_in.token.clone())).add(known(ground, signed_in.device));
    let session = Session { token: signed_in.token, expires_at: signed_in.expires_at, me };
    Ok((StatusCode::CREATED, jar, Json(session)))
}

pub fn cookie(ground: &Ground, token: String) -> Cookie<'static> {
    Cookie::build((COOKIE, token))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(ground.config.http.public_url.starts_with("https:"))
        .build()
}

/// Goes to the doors only, and outlives the session.
pub fn known(ground: &Ground, token: String) -> Cookie<'static> {
    Cookie::build((devices::COOKIE, token))
        .path("/api/v1/session")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(ground.config.http.public_url.starts_with("https:"))
        .permanent()
        .build()
}

/// Who am I?
#[utoipa::path(get, path = "/session", tag = "session", responses((status = 200, body = Me), (status = 401, body = Problem)))]
async fn who_am_i(Entrant { call, owed }: Entrant) -> Result<Json<Me>> {
    Ok(Json(me(&call.ground, &call.caller, owed).await?))
}

/// Sign out.
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = 204), (status = 401, body = Problem)))]
async fn sign_out(Entrant { call, .. }: Entrant, jar: CookieJar) -> Result<(StatusCode, CookieJar)> {
    flow::sign_out(&call.ground, call.caller, call.author).await?;
    Ok((StatusCode::NO_CONTENT, jar.remove(Cookie::build((COOKIE, "")).path("/").build())))
}

async fn me(ground: &Ground, caller: &Caller, owed: Option<Owed>) -> Result<Me> {
    let mut reader = ground.db.read().await?;
    let positions = sql::positions(&mut reader, &caller.person, ground.now()).await?;
    let alliance = sql::alliance(&mut reader, &caller.alliance).await?;
    let login = sql::login(&mut reader, &caller.person).await?;
    let demo = sql::is_demo(&mut reader, &caller.person).await?;
    let policy = factors::rules::policy(ground.config.access.second_factor, demo);
    let position = positions
        .iter()
        .find(|p| p.id == caller.position)
        .cloned()
        .ok_or_else(crate::error::Refusal::not_found)?;
    Ok(Me {
        person: MePerson { id: caller.person.clone(), name: caller.name.clone(), login },
        position,
        positions,
        alliance,
        demo,
        owed,
        second_factor_off: policy == SecondFactor::None,
        server_time: ground.now(),
    })
}
