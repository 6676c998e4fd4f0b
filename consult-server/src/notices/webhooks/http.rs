//! `/api/v1/webhooks`: the security administrator says which other systems are told.

use super::{NewWebhook, Webhook, WebhookInput, WebhookPatch, Webhooks, flow, sql};
use crate::access::Call;
use crate::access::policy::Action;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{IfMatch, Json, Path, Reply};
use crate::ids::WebhookId;
use crate::notices::Post;
use crate::notices::kinds;
use axum::extract::{FromRef, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: FromRef<S>,
    Post: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(list_webhooks, create_webhook))
        .routes(routes!(change_webhook))
        .routes(routes!(renew_webhook_secret))
        .routes(routes!(test_webhook))
        .routes(routes!(end_webhook))
}

/// The systems that are told, each with what became of its newest delivery.
#[utoipa::path(get, path = "/webhooks", tag = "notices",
    responses((status = 200, body = Webhooks), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_webhooks(call: Call) -> Result<Json<Webhooks>> {
    call.require(Action::WebhookManage, None)?;
    let items = sql::list(&mut *call.read().await?, &call.caller.alliance).await?;
    Ok(Json(Webhooks { items, kinds: kinds::names().collect() }))
}

/// Tell another system; the answer shows its secret this once.
#[utoipa::path(post, path = "/webhooks", tag = "notices", request_body = WebhookInput,
    responses((status = 201, body = NewWebhook), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_webhook(
    call: Call,
    State(post): State<Post>,
    Json(input): Json<WebhookInput>,
) -> Result<Reply> {
    // Not `change`: an answer with a secret is kept for no second request.
    let db = call.ground.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let made = flow::create(tx, &call, &post.webhooks.guard, input).await?;
            Ok(Reply::created(&made)?.with_version(made.webhook.version))
        })
    })
    .await
}

/// Change what is named; the rest stays.
#[utoipa::path(patch, path = "/webhooks/{id}", tag = "notices", params(("id" = String, Path), ("if-match" = String, Header)),
    request_body = WebhookPatch,
    responses((status = 200, body = Webhook), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
async fn change_webhook(
    call: Call,
    State(post): State<Post>,
    Path(id): Path<WebhookId>,
    IfMatch(version): IfMatch,
    Json(patch): Json<WebhookPatch>,
) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            let changed = flow::change(tx, call, &post.webhooks.guard, &id, version, patch).await?;
            Ok(Reply::ok(&changed)?.with_version(changed.version))
        })
    })
    .await
}

/// Exchange the secret; the answer shows the new one this once.
#[utoipa::path(post, path = "/webhooks/{id}/secret", tag = "notices", params(("id" = String, Path), ("if-match" = String, Header)),
    responses((status = 200, body = NewWebhook), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
async fn renew_webhook_secret(
    call: Call,
    Path(id): Path<WebhookId>,
    IfMatch(version): IfMatch,
) -> Result<Reply> {
    // Not `change`: an answer with a secret is kept for no second request.
    let db = call.ground.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let changed = flow::renew_secret(tx, &call, &id, version).await?;
            Ok(Reply::ok(&changed)?.with_version(changed.webhook.version))
        })
    })
    .await
}

/// Send a test; what became of it stands in the list.
#[utoipa::path(post, path = "/webhooks/{id}/test", tag = "notices", params(("id" = String, Path)),
    responses((status = 200, body = Webhook), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn test_webhook(call: Call, Path(id): Path<WebhookId>) -> Result<Reply> {
    call.change(move |tx, call| Box::pin(async move { Reply::ok(&flow::test(tx, call, &id).await?) })).await
}

/// Tell it nothing any more; what waits for it is dropped.
#[utoipa::path(post, path = "/webhooks/{id}/end", tag = "notices", params(("id" = String, Path), ("if-match" = String, Header)),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 412, body = Problem), (status = 428, body = Problem)))]
async fn end_webhook(call: Call, Path(id): Path<WebhookId>, IfMatch(version): IfMatch) -> Result<Reply> {
    call.change(move |tx, call| {
        Box::pin(async move {
            flow::end(tx, call, &id, version).await?;
            Ok(Reply::no_content())
        })
    })
    .await
}
