//! Other systems that are told: signed webhooks (Standard Webhooks 1.0), group robots of DingTalk and WeCom, and a gateway for
//! text messages or calls. They hear ids, kinds, urgency and a link; never a name, never anything clinical.

mod call;
pub mod flow;
pub mod guard;
pub mod http;
pub mod rules;
pub mod sql;

pub use call::Caller;

use super::preferences::Language;
use crate::http::present;
use crate::ids::WebhookId;
use crate::notices::delivery::{DeliveryRow, State};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The subject of a webhook's own events, and of its tests.
pub const KIND: &str = "webhook";
/// The type of a test.
pub const TEST: &str = "webhook.test";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WebhookAdapter)]
pub enum Adapter {
    /// Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    Standard,
    /// A DingTalk group robot (钉钉群机器人).
    Dingtalk,
    /// A WeCom group robot (企业微信群机器人).
    Wecom,
    /// A gateway for text messages or calls to people's phones; signed as `standard`.
    SmsGateway,
}

impl Adapter {
    pub const ALL: &'static [Adapter] =
        &[Adapter::Standard, Adapter::Dingtalk, Adapter::Wecom, Adapter::SmsGateway];

    pub fn as_str(self) -> &'static str {
        match self {
            Adapter::Standard => "standard",
            Adapter::Dingtalk => "dingtalk",
            Adapter::Wecom => "wecom",
            Adapter::SmsGateway => "sms_gateway",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|adapter| adapter.as_str() == text)
    }

    /// Whether we make the secret; a robot's comes from its maker, or stands in its address.
    pub fn is_signed_by_us(self) -> bool {
        matches!(self, Adapter::Standard | Adapter::SmsGateway)
    }
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct WebhookInput {
    pub id: WebhookId,
    pub name: String,
    pub adapter: Adapter,
    pub url: String,
    /// The robot's signing secret (`SEC…`); for `dingtalk` only.
    pub secret: Option<String>,
    /// The types of events it is told; none for a gateway.
    #[serde(default)]
    pub events: Vec<String>,
    #[serde(default)]
    pub language: Language,
    /// The id of the gateway's message template; for `sms_gateway` only.
    pub template: Option<String>,
}

/// What is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct WebhookPatch {
    pub name: Option<String>,
    pub url: Option<String>,
    pub secret: Option<String>,
    pub events: Option<Vec<String>>,
    pub language: Option<Language>,
    #[serde(deserialize_with = "present")]
    pub template: Option<Option<String>>,
    /// A webhook that is switched off is told nothing.
    pub active: Option<bool>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Webhook {
    pub id: WebhookId,
    pub version: i64,
    pub name: String,
    pub adapter: Adapter,
    /// Without its query, which may hold a key.
    pub url: String,
    /// Whether a secret is kept.
    pub has_secret: bool,
    pub events: Vec<String>,
    pub language: Language,
    pub template: Option<String>,
    pub active: bool,
    pub created_at: Timestamp,
    /// What became of the newest delivery; null before the first.
    pub last: Option<LastDelivery>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LastDelivery {
    pub state: State,
    pub kind: String,
    pub fault: Option<String>,
    pub fault_detail: Option<String>,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// A webhook with its secret, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewWebhook {
    pub webhook: Webhook,
    /// `whsec_…`; null where the secret is not ours.
    pub secret: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Webhooks {
    pub items: Vec<Webhook>,
    /// The types of events a webhook can be told.
    pub kinds: Vec<&'static str>,
}

/// What a test gives back: the delivery that was put into the queue.
pub type Test = DeliveryRow;
