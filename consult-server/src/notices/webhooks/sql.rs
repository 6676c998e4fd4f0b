//! Statements on webhooks. Decides nothing. Addresses and secrets are sealed: both let whoever has them speak in our name.

use super::{Adapter, LastDelivery, Webhook};
use crate::db::sealed::{Column, KeyRing};
use crate::db::{Conn, Tx, changed_once, from_json, to_json};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, WebhookId};
use crate::notices::delivery::State;
use crate::notices::preferences::Language;
use crate::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

pub const URL: Column = crate::sealed_column!("webhook.url", "webhook", "id", "url_sealed");
pub const SECRET: Column = crate::sealed_column!("webhook.secret", "webhook", "id", "secret_sealed");

const INSERT: &str = "INSERT INTO webhook (id, alliance_id, version, name, adapter, url_sealed, url_shown, secret_sealed, events, language, template, \
     is_active, created_at) VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11)";
const UPDATE: &str = "UPDATE webhook SET version = version + 1, name = $3, url_sealed = $4, url_shown = $5, secret_sealed = $6, events = $7, \
     language = $8, template = $9, is_active = $10 WHERE id = $1 AND version = $2 AND ended_at IS NULL";
const END: &str = "UPDATE webhook SET version = version + 1, is_active = 0, ended_at = $3 WHERE id = $1 AND version = $2 AND ended_at IS NULL";
const DROP_OPEN: &str = "UPDATE delivery SET state = 'dropped', ended_at = $2 WHERE route = $1 AND state IN ('waiting', 'sending')";
macro_rules! shown {
    ($which:literal) => {
        concat!(
            "SELECT w.id, w.version, w.name, w.adapter, w.url_shown, CASE WHEN w.secret_sealed IS NULL THEN 0 ELSE 1 END, w.events, w.language, \
             w.template, w.is_active, w.created_at, d.state, d.kind, d.fault, d.fault_detail, d.created_at, d.ended_at FROM webhook w \
             LEFT JOIN delivery d ON d.seq = (SELECT MAX(x.seq) FROM delivery x WHERE x.route = w.id) WHERE w.alliance_id = $1 AND w.ended_at IS NULL ",
            $which
        )
    };
}
const LIST: &str = shown!("ORDER BY w.created_at, w.id");
const ONE: &str = shown!("AND w.id = $2");
macro_rules! targets {
    ($which:literal) => {
        concat!(
            "SELECT id, adapter, url_sealed, url_shown, secret_sealed, events, language, template, is_active FROM webhook WHERE ",
            $which
        )
    };
}
const ACTIVE: &str =
    targets!("alliance_id = $1 AND ended_at IS NULL AND is_active = 1 ORDER BY created_at, id");
const TARGET: &str = targets!("id = $1 AND ended_at IS NULL");

/// A webhook as it is kept: address and secret are sealed.
#[derive(Clone, Debug)]
pub struct Target {
    pub id: WebhookId,
    pub adapter: Adapter,
    pub url_sealed: String,
    pub url_shown: String,
    pub secret_sealed: Option<String>,
    pub events: Vec<String>,
    pub language: Language,
    pub template: Option<String>,
    pub is_active: bool,
}

impl Target {
    pub fn url(&self, keys: &KeyRing) -> Result<String> {
        keys.open_sealed(&URL, self.id.as_str(), &self.url_sealed)
    }

    pub fn secret(&self, keys: &KeyRing) -> Result<Option<String>> {
        let open = |sealed: &String| keys.open_sealed(&SECRET, self.id.as_str(), sealed);
        self.secret_sealed.as_ref().map(open).transpose()
    }
}

pub async fn insert(tx: &mut Tx, alliance: &AllianceId, name: &str, new: &Target) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(INSERT)
        .bind(new.id.as_str())
        .bind(alliance.as_str())
        .bind(name)
        .bind(new.adapter.as_str())
        .bind(new.url_sealed.as_str())
        .bind(new.url_shown.as_str())
        .bind(new.secret_sealed.clone())
        .bind(to_json(&new.events)?)
        .bind(new.language.as_str())
        .bind(new.template.clone())
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Compare-and-set on the version.
pub async fn update(tx: &mut Tx, version: i64, name: &str, new: &Target) -> Result<()> {
    let done = sqlx::query(UPDATE)
        .bind(new.id.as_str())
        .bind(version)
        .bind(name)
        .bind(new.url_sealed.as_str())
        .bind(new.url_shown.as_str())
        .bind(new.secret_sealed.clone())
        .bind(to_json(&new.events)?)
        .bind(new.language.as_str())
        .bind(new.template.clone())
        .bind(i64::from(new.is_active))
        .execute(tx.conn())
        .await?;
    changed_once(done.rows_affected())
}

/// Ends a webhook, and drops what still waited for it.
pub async fn end(tx: &mut Tx, id: &WebhookId, version: i64) -> Result<()> {
    let now = tx.now.0;
    let done = sqlx::query(END).bind(id.as_str()).bind(version).bind(now).execute(tx.conn()).await?;
    changed_once(done.rows_affected())?;
    sqlx::query(DROP_OPEN).bind(id.as_str()).bind(now).execute(tx.conn()).await?;
    Ok(())
}

pub async fn list(conn: &mut Conn, alliance: &AllianceId) -> Result<Vec<Webhook>> {
    let rows = sqlx::query(LIST).bind(alliance.as_str()).fetch_all(conn).await?;
    rows.iter().map(webhook).collect()
}

pub async fn one(conn: &mut Conn, alliance: &AllianceId, id: &WebhookId) -> Result<Option<Webhook>> {
    let row = sqlx::query(ONE).bind(alliance.as_str()).bind(id.as_str()).fetch_optional(conn).await?;
    row.as_ref().map(webhook).transpose()
}

/// Those that are told of something.
pub async fn active(conn: &mut Conn, alliance: &AllianceId) -> Result<Vec<Target>> {
    let rows = sqlx::query(ACTIVE).bind(alliance.as_str()).fetch_all(conn).await?;
    rows.iter().map(target_of).collect()
}

/// The gateway by which people's phones are reached, where there is one.
pub async fn gateway(conn: &mut Conn, alliance: &AllianceId) -> Result<Option<Target>> {
    Ok(active(conn, alliance).await?.into_iter().find(|target| target.adapter == Adapter::SmsGateway))
}

pub async fn target(conn: &mut Conn, id: &WebhookId) -> Result<Option<Target>> {
    let row = sqlx::query(TARGET).bind(id.as_str()).fetch_optional(conn).await?;
    row.as_ref().map(target_of).transpose()
}

fn target_of(row: &AnyRow) -> Result<Target> {
    Ok(Target {
        id: WebhookId::trusted(row.try_get::<String, _>(0)?),
        adapter: word(row, 1, Adapter::parse)?,
        url_sealed: row.try_get(2)?,
        url_shown: row.try_get(3)?,
        secret_sealed: row.try_get(4)?,
        events: from_json(&row.try_get::<String, _>(5)?)?,
        language: word(row, 6, Language::parse)?,
        template: row.try_get(7)?,
        is_active: row.try_get::<i64, _>(8)? != 0,
    })
}

fn word<T>(row: &AnyRow, at: usize, parse: fn(&str) -> Option<T>) -> Result<T> {
    let text: String = row.try_get(at)?;
    parse(&text).ok_or_else(|| Refusal::internal("a webhook holds a word that is not known"))
}

fn webhook(row: &AnyRow) -> Result<Webhook> {
    let last = match row.try_get::<Option<String>, _>(11)? {
        Some(_) => Some(LastDelivery {
            state: word(row, 11, State::parse)?,
            kind: row.try_get(12)?,
            fault: row.try_get(13)?,
            fault_detail: row.try_get(14)?,
            created_at: Timestamp(row.try_get(15)?),
            ended_at: row.try_get::<Option<i64>, _>(16)?.map(Timestamp),
        }),
        None => None,
    };
    Ok(Webhook {
        id: WebhookId::trusted(row.try_get::<String, _>(0)?),
        version: row.try_get(1)?,
        name: row.try_get(2)?,
        adapter: word(row, 3, Adapter::parse)?,
        url: row.try_get(4)?,
        has_secret: row.try_get::<i64, _>(5)? != 0,
        events: from_json(&row.try_get::<String, _>(6)?)?,
        language: word(row, 7, Language::parse)?,
        template: row.try_get(8)?,
        active: row.try_get::<i64, _>(9)? != 0,
        created_at: Timestamp(row.try_get(10)?),
        last,
    })
}
