//! `/api/v1/session/second-factor` and `/api/v1/session/factors`: the second step of signing in, and my second factors.

use super::second_step::{self, Proof};
use super::{OwnFactor, flow, passkeys, rules, sql};
use crate::access::call::{Owner, Visitor};
use crate::access::http::{Session, welcome};
use crate::access::sql as accounts;
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Path};
use axum::extract::State;
use axum::http::StatusCode;
use axum_extra::extract::cookie::CookieJar;
use qrcode::QrCode;
use qrcode::render::svg;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(second_factor))
        .routes(routes!(my_factors))
        .routes(routes!(begin_totp))
        .routes(routes!(confirm_totp))
        .routes(routes!(begin_passkey))
        .routes(routes!(confirm_passkey))
        .routes(routes!(renew_codes))
        .routes(routes!(remove_factor))
}

#[derive(Deserialize, ToSchema)]
struct SecondFactorAnswer {
    /// What the refusal `access.second-factor-needed` carried.
    challenge: String,
    /// Six digits of the authenticator, or a recovery code.
    code: Option<String>,
    /// What `navigator.credentials.get` answered to the refusal's `passkey`.
    #[schema(value_type = Option<Object>)]
    passkey: Option<Value>,
}

/// The second step of signing in: answer the challenge with a code or a passkey.
#[utoipa::path(post, path = "/session/second-factor", tag = "session", request_body = SecondFactorAnswer, security(()),
    responses((status = 201, body = Session), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 413, body = Problem), (status = 415, body = Problem), (status = 429, body = Problem)))]
async fn second_factor(
    State(ground): State<Ground>,
    visitor: Visitor,
    jar: CookieJar,
    Json(input): Json<SecondFactorAnswer>,
) -> Result<(StatusCode, CookieJar, Json<Session>)> {
    let proof = match (input.code, input.passkey) {
        (Some(code), None) => Proof::Code(code),
        (None, Some(answer)) => Proof::Passkey(answer),
        (Some(_), Some(_)) | (None, None) => {
            return Err(Refusal::new(Code::RequestJson).with("reason", "code or passkey"));
        }
    };
    let signed_in = second_step::answer(&ground, &input.challenge, proof, visitor).await?;
    welcome(&ground, signed_in, jar).await
}

#[derive(Serialize, ToSchema)]
struct Factors {
    factors: Vec<OwnFactor>,
    recovery_codes_left: i64,
    /// Whether this account must have one.
    required: bool,
    /// Passkeys belong to a name: reached by an address, the server can hold none.
    passkeys_possible: bool,
}

/// My second factors.
#[utoipa::path(get, path = "/session/factors", tag = "session",
    responses((status = 200, body = Factors), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn my_factors(Owner(call): Owner) -> Result<Json<Factors>> {
    let (mut reader, person) = (call.read().await?, &call.caller.person);
    let account = accounts::account_of(&mut reader, person).await?.ok_or(Code::AccessNotSignedIn)?;
    let roles = sql::roles(&mut reader, person, call.now).await?;
    let policy = rules::policy(call.ground.config.access.second_factor, account.demo);
    Ok(Json(Factors {
        factors: sql::own(&mut reader, person).await?,
        recovery_codes_left: sql::codes_left(&mut reader, person).await?,
        required: rules::is_required(policy, &roles),
        passkeys_possible: passkeys::are_possible(&call.ground.config.http),
    }))
}

#[derive(Serialize, ToSchema)]
struct NewTotp {
    id: String,
    /// Base32, for typing by hand.
    secret: String,
    /// `otpauth://…`
    uri: String,
    /// The same as a picture, SVG.
    qr: String,
}

/// Begin adding an authenticator; it counts once its first code was confirmed.
#[utoipa::path(post, path = "/session/factors/totp", tag = "session",
    responses((status = 201, body = NewTotp), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem)))]
async fn begin_totp(Owner(call): Owner) -> Result<(StatusCode, Json<NewTotp>)> {
    let flow::NewTotp { id, secret, uri } = flow::begin_totp(call).await?;
    let qr = QrCode::new(&uri).map_err(Refusal::internal)?;
    let qr = qr.render::<svg::Color<'_>>().min_dimensions(220, 220).build();
    Ok((StatusCode::CREATED, Json(NewTotp { id, secret, uri, qr })))
}

#[derive(Deserialize, ToSchema)]
struct TotpConfirmation {
    id: String,
    code: String,
}

#[derive(Serialize, ToSchema)]
struct FactorAdded {
    /// Shown this once, with the first factor; null if there are codes already.
    recovery_codes: Option<Vec<String>>,
}

/// Confirm an authenticator by the code it shows.
#[utoipa::path(post, path = "/session/factors/totp/confirm", tag = "session", request_body = TotpConfirmation,
    responses((status = 200, body = FactorAdded), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem),
              (status = 422, body = Problem)))]
async fn confirm_totp(Owner(call): Owner, Json(input): Json<TotpConfirmation>) -> Result<Json<FactorAdded>> {
    Ok(Json(FactorAdded { recovery_codes: flow::confirm_totp(call, input.id, input.code).await? }))
}

#[derive(Serialize, ToSchema)]
struct NewPasskey {
    challenge: String,
    /// For `navigator.credentials.create`.
    #[schema(value_type = Object)]
    options: Value,
}

/// Begin adding a passkey.
#[utoipa::path(post, path = "/session/factors/passkeys", tag = "session",
    responses((status = 201, body = NewPasskey), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem)))]
async fn begin_passkey(Owner(call): Owner) -> Result<(StatusCode, Json<NewPasskey>)> {
    let (challenge, options) = flow::begin_passkey(call).await?;
    Ok((StatusCode::CREATED, Json(NewPasskey { challenge, options })))
}

#[derive(Deserialize, ToSchema)]
struct PasskeyConfirmation {
    challenge: String,
    /// What its owner calls it.
    name: String,
    /// What `navigator.credentials.create` answered.
    #[schema(value_type = Object)]
    credential: Value,
}

/// Add a passkey by what the browser answered.
#[utoipa::path(post, path = "/session/factors/passkeys/confirm", tag = "session", request_body = PasskeyConfirmation,
    responses((status = 200, body = FactorAdded), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem),
              (status = 422, body = Problem)))]
async fn confirm_passkey(
    Owner(call): Owner,
    Json(input): Json<PasskeyConfirmation>,
) -> Result<Json<FactorAdded>> {
    let codes = flow::confirm_passkey(call, input.challenge, input.name, input.credential).await?;
    Ok(Json(FactorAdded { recovery_codes: codes }))
}

#[derive(Serialize, ToSchema)]
struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

/// New recovery codes; the old ones are worth nothing from now on.
#[utoipa::path(post, path = "/session/factors/recovery-codes", tag = "session",
    responses((status = 201, body = RecoveryCodes), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem)))]
async fn renew_codes(Owner(call): Owner) -> Result<(StatusCode, Json<RecoveryCodes>)> {
    Ok((StatusCode::CREATED, Json(RecoveryCodes { recovery_codes: flow::renew_codes(call).await? })))
}

/// Take one of my second factors away.
#[utoipa::path(delete, path = "/session/factors/{id}", tag = "session", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 409, body = Problem)))]
async fn remove_factor(Owner(call): Owner, Path(id): Path<String>) -> Result<StatusCode> {
    flow::remove(call, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
