//! The queue of what leaves the house: rows written with the notice, claimed by compare-and-set, sent in order, tried again
//! later and later, and given up visibly. Knows no subject and no protocol.

pub mod flow;
pub mod http;
pub mod post;
pub mod rules;
pub mod sql;

use super::preferences::Class;
use crate::ids::{AllianceId, DeliveryId, PersonId};
use crate::refs::PersonRef;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The route of mail; every other route is a webhook's id.
pub const MAIL: &str = "mail";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeliveryChannel)]
pub enum Channel {
    Mail,
    /// To a person's phone, by the gateway.
    Phone,
    Webhook,
}

impl Channel {
    pub fn as_str(self) -> &'static str {
        match self {
            Channel::Mail => "mail",
            Channel::Phone => "phone",
            Channel::Webhook => "webhook",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Channel::Mail, Channel::Phone, Channel::Webhook].into_iter().find(|c| c.as_str() == text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeliveryState)]
pub enum State {
    Waiting,
    /// Claimed: somebody is sending it, or was when they were killed.
    Sending,
    Sent,
    /// Given up, or refused for good; somebody may send it again by hand.
    Dead,
    /// Nobody is there to get it any more.
    Dropped,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Sending => "sending",
            State::Sent => "sent",
            State::Dead => "dead",
            State::Dropped => "dropped",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [State::Waiting, State::Sending, State::Sent, State::Dead, State::Dropped]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// Something to be sent.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub id: DeliveryId,
    pub alliance: AllianceId,
    pub route: String,
    pub channel: Channel,
    pub person: Option<PersonId>,
    /// The type of the event it tells of.
    pub kind: String,
    pub class: Class,
    pub subject_kind: String,
    pub subject_id: String,
    pub urgency: Option<String>,
    pub due_at: Timestamp,
    pub give_up_at: Timestamp,
    pub tries: i64,
    pub created_at: Timestamp,
}

/// Why something was not sent: a code for the page, and what the other side said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub code: &'static str,
    pub detail: String,
}

impl Fault {
    pub fn new(code: &'static str, detail: impl std::fmt::Display) -> Self {
        // Whoever answers decides how long an answer is.
        Self { code, detail: detail.to_string().chars().take(300).collect() }
    }
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    Sent,
    /// The way is closed: everything that goes there waits, and keeps its order.
    Closed(Fault),
    /// This one is not taken now; others may be.
    Later(Fault),
    /// This one is never taken.
    Refused(Fault),
    /// Nobody to get it.
    Dropped(Fault),
}

/// A delivery as administrators see it: nothing of what it is about but its kind.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeliveryRow {
    pub id: DeliveryId,
    #[serde(skip)]
    pub seq: i64,
    pub channel: Channel,
    pub state: State,
    pub person: Option<PersonRef>,
    /// The webhook's name.
    pub webhook: Option<String>,
    pub kind: String,
    pub tries: i64,
    pub fault: Option<String>,
    pub fault_detail: Option<String>,
    /// When it is tried next.
    pub due_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// How one way stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeliveryRoute {
    /// `mail`, or the webhook's name.
    pub name: String,
    pub waiting: i64,
    pub dead: i64,
    /// Failures since it last worked.
    pub failures: i64,
    pub resume_at: Option<Timestamp>,
    pub fault: Option<String>,
    pub fault_detail: Option<String>,
    pub succeeded_at: Option<Timestamp>,
}
