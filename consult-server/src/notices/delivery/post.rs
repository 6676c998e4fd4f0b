//! The post office: sends what is due on one way, one after the other, and says of each what became of it. Knows how a person is
//! reached and what a letter says; nothing of the queue's rows.

use super::{Attempt, Channel, Delivery, Fault, MAIL};
use crate::config::Config;
use crate::db::Conn;
use crate::error::Result;
use crate::ground::Ground;
use crate::notices::kinds;
use crate::notices::mail::letter::{self, Told};
use crate::notices::mail::{Letter, Mailer, Trip};
use crate::notices::outside;
use crate::notices::preferences::Language;
use crate::notices::preferences::sql::{self as preferences, Reach};
use crate::notices::webhooks::{Caller, rules, sql as webhooks};
use crate::notices::{sql, webhooks::rules::Saying};
use std::sync::Arc;

/// What goes out goes by it.
#[derive(Clone)]
pub struct Post {
    pub mailer: Arc<Mailer>,
    pub webhooks: Caller,
}

impl Post {
    pub fn of(config: &Config) -> Result<Self> {
        Ok(Self { mailer: Arc::new(Mailer::of(config)?), webhooks: Caller::of(config)? })
    }

    /// Begins to send by one way.
    pub fn round<'a>(&'a self, ground: &'a Ground, route: &str) -> Round<'a> {
        let trip = (route == MAIL).then(|| self.mailer.trip());
        Round { post: self, ground, trip }
    }
}

pub struct Round<'a> {
    post: &'a Post,
    ground: &'a Ground,
    trip: Option<Trip<'a>>,
}

impl Round<'_> {
    /// Sends one delivery. An error is a fault of ours, and says nothing about the other side.
    pub async fn send(&mut self, delivery: &Delivery) -> Result<Attempt> {
        match &mut self.trip {
            Some(trip) => match letter_of(self.ground, delivery).await? {
                Some(letter) => Ok(trip.send(&letter).await),
                None if delivery.subject_kind == outside::PACKAGE => Ok(Attempt::Dropped(outside::over())),
                None => Ok(Attempt::Dropped(nobody())),
            },
            None => self.call(delivery).await,
        }
    }

    async fn call(&self, delivery: &Delivery) -> Result<Attempt> {
        let ground = self.ground;
        let mut reader = ground.db.read().await?;
        let id = crate::ids::WebhookId::trusted(delivery.route.as_str());
        let target = webhooks::target(&mut reader, &id).await?.filter(|target| target.is_active);
        let Some(target) = target else {
            return Ok(Attempt::Dropped(Fault::new("off", "the webhook is switched off")));
        };
        let (mut language, mut phone) = (target.language, None);
        if delivery.channel == Channel::Phone {
            let Some(reach) = reach_of(&mut reader, delivery).await? else {
                return Ok(Attempt::Dropped(nobody()));
            };
            let Some(number) = reach.phone else { return Ok(Attempt::Dropped(nobody())) };
            (language, phone) = (reach.preferences.language, Some(number));
        }
        drop(reader);
        let (url, secret) = (target.url(&ground.keys)?, target.secret(&ground.keys)?);
        let Ok(url) = url.parse() else {
            return Ok(Attempt::Closed(Fault::new("address", "the address is no address")));
        };
        let link = link(ground, delivery);
        let saying = Saying {
            adapter: target.adapter,
            url,
            secret: secret.as_deref(),
            template: target.template.as_deref(),
            language,
            phone: phone.as_deref(),
            told: told(delivery, &link),
        };
        Ok(match rules::request(delivery, &saying, ground.now()) {
            Ok(request) => self.post.webhooks.call(target.adapter, request).await,
            Err(fault) => Attempt::Refused(fault),
        })
    }

    pub async fn end(self) {
        if let Some(trip) = self.trip {
            trip.end().await;
        }
    }
}

fn nobody() -> Fault {
    Fault::new("nobody", "the person has left or has no address")
}

async fn reach_of(conn: &mut Conn, delivery: &Delivery) -> Result<Option<Reach>> {
    match &delivery.person {
        Some(person) => preferences::reach(conn, person).await,
        None => Ok(None),
    }
}

/// The letter, to where its reader is reached now and in the language they read now.
async fn letter_of(ground: &Ground, delivery: &Delivery) -> Result<Option<Letter>> {
    if delivery.subject_kind == outside::PACKAGE {
        return outside::letter(ground, delivery).await;
    }
    let mut reader = ground.db.read().await?;
    let Some(reach) = reach_of(&mut reader, delivery).await? else { return Ok(None) };
    let Some(to) = reach.email else { return Ok(None) };
    let alliance = sql::alliance_name(&mut reader, &delivery.alliance).await?;
    drop(reader);
    let language: Language = reach.preferences.language;
    let (link, settings) = (link(ground, delivery), address(ground, "/account/notices"));
    let words = letter::letter(told(delivery, &link), language, &alliance, &settings);
    Ok(Some(Letter {
        id: delivery.id.as_str().to_owned(),
        to,
        subject: words.subject,
        text: words.text,
        language: language.as_str(),
        written_at: delivery.created_at,
    }))
}

fn told<'a>(delivery: &'a Delivery, link: &'a str) -> Told<'a> {
    Told { kind: &delivery.kind, class: delivery.class, urgency: delivery.urgency.as_deref(), link }
}

fn link(ground: &Ground, delivery: &Delivery) -> String {
    address(ground, &kinds::path(&delivery.kind, &delivery.subject_id))
}

fn address(ground: &Ground, path: &str) -> String {
    format!("{}{path}", ground.config.http.public_url.trim_end_matches('/'))
}
