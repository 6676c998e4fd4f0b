//! The security administrator's doors to webhooks: making, changing, testing and ending one. Builds no response.

use super::guard::Guard;
use super::sql::{self, Target};
use super::{Adapter, KIND, NewWebhook, TEST, Webhook, WebhookInput, WebhookPatch, rules};
use crate::access::Call;
use crate::access::policy::Action;
use crate::db::change::Subject;
use crate::db::sealed::Column;
use crate::db::{Conn, Tx};
use crate::directory::editing::flow::{field, needed};
use crate::directory::editing::rules as text;
use crate::error::{Code, Refusal, Result};
use crate::ids::WebhookId;
use crate::notices::delivery::{self, Channel};
use crate::notices::kinds;
use crate::notices::preferences::Class;
use reqwest::Url;

/// What may be typed of a webhook, checked.
struct Checked {
    name: String,
    url: Url,
    events: Vec<String>,
    template: Option<String>,
}

impl Checked {
    fn of(
        adapter: Adapter,
        guard: &Guard,
        name: &str,
        url: &str,
        events: Vec<String>,
        template: Option<&str>,
    ) -> Result<Self> {
        let (name, url) = (needed("name", name, text::line)?, guard.read(url)?);
        let template = field("template", template, text::line)?;
        let is_gateway = adapter == Adapter::SmsGateway;
        if is_gateway && template.is_none() {
            return Err(Refusal::field(Code::WebhookTemplate, "template"));
        }
        let known = events.iter().all(|event| kinds::find(event).is_some());
        if !known || events.is_empty() != is_gateway {
            return Err(Refusal::field(Code::WebhookEvents, "events"));
        }
        Ok(Self { name, url, events, template })
    }
}

/// A robot's own secret; the others have none that could be typed.
fn typed_secret(adapter: Adapter, secret: Option<&str>) -> Result<Option<String>> {
    let secret = field("secret", secret, |value| match value.len() <= 200 && value.is_ascii() {
        true => Ok(value.to_owned()),
        false => Err(Code::WebhookSecret),
    })?;
    if secret.is_some() && adapter != Adapter::Dingtalk {
        return Err(Refusal::field(Code::WebhookSecret, "secret"));
    }
    Ok(secret)
}

/// For people: the query may hold a key.
fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(url.query().map(|_| "***"));
    shown.to_string()
}

fn seal(call: &Call, column: &Column, id: &WebhookId, plain: &str) -> Result<String> {
    call.ground.keys.seal(&call.ground.entropy, column, id.as_str(), plain)
}

pub async fn create(tx: &mut Tx, call: &Call, guard: &Guard, input: WebhookInput) -> Result<NewWebhook> {
    let basis = call.require(Action::WebhookManage, None)?;
    let alliance = &call.caller.alliance;
    let template = input.template.as_deref();
    let checked = Checked::of(input.adapter, guard, &input.name, &input.url, input.events, template)?;
    if sql::target(tx.conn(), &input.id).await?.is_some() {
        return Err(Code::RequestIdTaken.into());
    }
    if input.adapter == Adapter::SmsGateway && sql::gateway(tx.conn(), alliance).await?.is_some() {
        return Err(Code::WebhookGatewayTwice.into());
    }
    let typed = typed_secret(input.adapter, input.secret.as_deref())?;
    let made = input.adapter.is_signed_by_us().then(|| rules::secret(&tx.entropy().bytes()));
    let secret = typed.as_ref().or(made.as_ref());
    let target = Target {
        url_sealed: seal(call, &sql::URL, &input.id, checked.url.as_str())?,
        url_shown: shown(&checked.url),
        secret_sealed: secret.map(|secret| seal(call, &sql::SECRET, &input.id, secret)).transpose()?,
        id: input.id,
        adapter: input.adapter,
        events: checked.events,
        language: input.language,
        template: checked.template,
        is_active: true,
    };
    sql::insert(tx, alliance, &checked.name, &target).await?;
    record(tx, call, &target.id, 1, "webhook.created", basis).await?;
    Ok(NewWebhook { webhook: one(tx.conn(), call, &target.id).await?, secret: made })
}

pub async fn change(
    tx: &mut Tx,
    call: &Call,
    guard: &Guard,
    id: &WebhookId,
    version: i64,
    patch: WebhookPatch,
) -> Result<Webhook> {
    let basis = call.require(Action::WebhookManage, None)?;
    let (standing, mut target) = standing(tx, call, id, version).await?;
    let keys = &call.ground.keys;
    let url = patch.url.map_or_else(|| target.url(keys), Ok)?;
    let template = patch.template.unwrap_or(target.template);
    let (name, events) = (patch.name.unwrap_or(standing.name), patch.events.unwrap_or(target.events));
    let checked = Checked::of(target.adapter, guard, &name, &url, events, template.as_deref())?;
    if let Some(secret) = typed_secret(target.adapter, patch.secret.as_deref())? {
        target.secret_sealed = Some(seal(call, &sql::SECRET, id, &secret)?);
    }
    target.is_active = patch.active.unwrap_or(target.is_active);
    if target.is_active && target.adapter == Adapter::SmsGateway {
        let gateway = sql::gateway(tx.conn(), &call.caller.alliance).await?;
        if gateway.is_some_and(|gateway| gateway.id != *id) {
            return Err(Code::WebhookGatewayTwice.into());
        }
    }
    let target = Target {
        url_sealed: seal(call, &sql::URL, id, checked.url.as_str())?,
        url_shown: shown(&checked.url),
        events: checked.events,
        language: patch.language.unwrap_or(target.language),
        template: checked.template,
        ..target
    };
    sql::update(tx, version, &checked.name, &target).await?;
    // What waits is tried at the new address now.
    delivery::sql::try_now(tx, id.as_str()).await?;
    record(tx, call, id, version + 1, "webhook.changed", basis).await?;
    one(tx.conn(), call, id).await
}

/// Another secret in the place of ours; the old one signs nothing from now on.
pub async fn renew_secret(tx: &mut Tx, call: &Call, id: &WebhookId, version: i64) -> Result<NewWebhook> {
    let basis = call.require(Action::WebhookManage, None)?;
    let (standing, mut target) = standing(tx, call, id, version).await?;
    if !target.adapter.is_signed_by_us() {
        return Err(Code::WebhookSecret.into());
    }
    let secret = rules::secret(&tx.entropy().bytes());
    target.secret_sealed = Some(seal(call, &sql::SECRET, id, &secret)?);
    sql::update(tx, version, &standing.name, &target).await?;
    record(tx, call, id, version + 1, "webhook.secret-renewed", basis).await?;
    Ok(NewWebhook { webhook: one(tx.conn(), call, id).await?, secret: Some(secret) })
}

/// Puts a test into the queue, due now.
pub async fn test(tx: &mut Tx, call: &Call, id: &WebhookId) -> Result<Webhook> {
    let basis = call.require(Action::WebhookManage, None)?;
    let webhook = one(tx.conn(), call, id).await?;
    let now = tx.now;
    // A gateway's test goes to the phone of whoever asks for it.
    let is_gateway = webhook.adapter == Adapter::SmsGateway;
    let new = delivery::sql::New {
        alliance: &call.caller.alliance,
        route: id.as_str(),
        channel: if is_gateway { Channel::Phone } else { Channel::Webhook },
        person: is_gateway.then_some(&call.caller.person),
        kind: TEST,
        class: Class::Administration,
        subject: (KIND, id.as_str()),
        urgency: None,
        due_at: now,
        // A test that does not arrive is not tried for days.
        give_up_at: now,
    };
    delivery::sql::insert(tx, new).await?;
    delivery::sql::try_now(tx, id.as_str()).await?;
    record(tx, call, id, webhook.version, "webhook.tested", basis).await?;
    one(tx.conn(), call, id).await
}

pub async fn end(tx: &mut Tx, call: &Call, id: &WebhookId, version: i64) -> Result<()> {
    let basis = call.require(Action::WebhookManage, None)?;
    standing(tx, call, id, version).await?;
    sql::end(tx, id, version).await?;
    record(tx, call, id, version + 1, "webhook.ended", basis).await
}

async fn standing(tx: &mut Tx, call: &Call, id: &WebhookId, version: i64) -> Result<(Webhook, Target)> {
    let standing = one(tx.conn(), call, id).await?;
    if standing.version != version {
        return Err(Refusal::changed(standing.version, &standing));
    }
    let target = sql::target(tx.conn(), id).await?.ok_or_else(Refusal::not_found)?;
    Ok((standing, target))
}

async fn one(conn: &mut Conn, call: &Call, id: &WebhookId) -> Result<Webhook> {
    sql::one(conn, &call.caller.alliance, id).await?.ok_or_else(Refusal::not_found)
}

async fn record(
    tx: &mut Tx,
    call: &Call,
    id: &WebhookId,
    version: i64,
    kind: &str,
    basis: &str,
) -> Result<()> {
    tx.record(call.change_of(Subject { kind: KIND, id: id.as_str() }, version, kind, basis)).await
}
