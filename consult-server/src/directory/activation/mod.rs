//! The sheet of an organisation: a one-time code for each of its people who has no account yet, or for one who forgot the
//! password, shown once and printed. How a
//! code is made and taken is `access::activation`.

pub mod flow;
pub mod http;
pub mod sql;

use crate::ids::PersonId;
use crate::refs::OrganisationRef;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// For whom codes are made.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SheetInput {
    /// Only for this one of the people, so that the slips of the others still count; one with an account gets a new password
    /// by it.
    pub person_id: Option<PersonId>,
}

/// Codes that are shown this once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivationSheet)]
pub struct Sheet {
    pub organisation: OrganisationRef,
    /// Where people go with their slip.
    pub address: String,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    pub people: Vec<Slip>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivationSlip)]
pub struct Slip {
    pub person_id: PersonId,
    pub name: String,
    pub staff_number: Option<String>,
    pub department: Option<String>,
    /// A name to sign in with that is free: the staff number. They may choose another. Of an account that is there, its name.
    pub login: Option<String>,
    /// The code gives a new password to an account that is there.
    pub resets: bool,
    pub code: String,
}

/// How many people of an organisation have no account yet, and how many of them hold a code that counts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivationWaiting)]
pub struct Waiting {
    pub without_account: i64,
    pub with_code: i64,
}
