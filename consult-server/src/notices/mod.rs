//! Telling people: the live stream of changes, the notices that stay until they are read, and what leaves the house for those who
//! are not looking: mail, messages, webhooks.
//! Reads the outbox of every subject and knows their event types; no subject knows this folder.

pub mod delivery;
pub mod flow;
pub mod http;
pub mod hub;
pub mod kinds;
pub mod mail;
pub mod outside;
pub mod preferences;
pub mod recipients;
pub mod rules;
pub mod sql;
pub mod webhooks;

use crate::ids::{PatientId, PersonId};
use crate::time::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

pub use delivery::post::Post;
pub use hub::Hub;
use preferences::Class;

/// Something a person should know, kept until they have read it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Notice {
    pub id: String,
    #[serde(skip)]
    pub seq: i64,
    #[serde(skip)]
    pub person: PersonId,
    /// The type of the event it tells of, e.g. `consult.submitted`.
    pub r#type: String,
    pub class: Class,
    pub subject: SubjectRef,
    /// Whom it is about, while the reader's organisation may see them; null in the live event.
    pub patient: Option<NoticePatient>,
    #[schema(value_type = Object)]
    pub payload: Value,
    pub created_at: Timestamp,
    pub read_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NoticePatient {
    pub id: PatientId,
    pub name: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SubjectRef {
    pub kind: String,
    pub id: String,
}
