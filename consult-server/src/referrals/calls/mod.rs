//! Calls by telephone about a leg: whom there is to call, and what came of each call. A call changes no state; it stands in the
//! leg's timeline and shows both sides that somebody has tried.

pub mod flow;
pub mod http;
pub mod sql;

use crate::ids::{CallId, LegId};
use crate::refs::{OrganisationRef, PersonRef};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            pub fn as_str(self) -> &'static str { match self { $($name::$variant => $text,)+ } }
            pub fn parse(text: &str) -> Option<Self> {
                [$($name::$variant,)+].into_iter().find(|one| one.as_str() == text)
            }
        }

        // The derived description would name the variants: it does not see through the macro.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                use utoipa::openapi::schema::{ObjectBuilder, Type};
                let words = [$($text,)+];
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
            }
        }
        impl ToSchema for $name {}
    };
}

words! {
    /// Who was called.
    Callee {
        Sender = "sender",
        Receiver = "receiver",
        /// The patient or their family.
        Patient = "patient",
        /// Somebody else, for example an ambulance.
        Other = "other",
    }
}

words! {
    /// What came of it.
    CallResult {
        Reached = "reached",
        NotReached = "not_reached",
        WrongNumber = "wrong_number",
        /// They will call back.
        CallBack = "call_back",
    }
}

/// A call that was made. The same id and body again have no further effect.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CallInput {
    pub id: CallId,
    pub callee: Callee,
    pub result: CallResult,
    /// Who answered; needed where somebody was reached.
    #[serde(default)]
    pub whom: String,
    #[serde(default)]
    pub note: String,
    /// When; now if it is not said.
    #[serde(default)]
    pub called_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LegCall {
    pub id: CallId,
    pub callee: Callee,
    pub result: CallResult,
    pub whom: String,
    pub note: String,
    pub called_at: Timestamp,
    pub author: PersonRef,
}

/// A number that answers for a side of a leg.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Contact {
    pub callee: Callee,
    pub organisation: OrganisationRef,
    /// Null for the organisation's own number.
    pub person: Option<PersonRef>,
    /// `author`, `owner`, `duty` or `organisation`.
    pub part: String,
    pub phone: String,
}

/// The calls about a leg, the newest first, and whom there is to call: who owes the next step stands first.
#[derive(Debug, Serialize, ToSchema)]
pub struct LegCalls {
    pub leg_id: LegId,
    pub items: Vec<LegCall>,
    pub contacts: Vec<Contact>,
}
