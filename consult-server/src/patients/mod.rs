//! Patients: who they are, how they are found, and who changed what.
//! Knows no leg, consult or study; they hang on a patient's id and give grants.

pub mod flow;
pub mod http;
pub mod identity;
pub mod rules;
pub mod sql;

use crate::http::present;
use crate::ids::PatientId;
use crate::refs::OrganisationRef;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// GB/T 2261.1, as far as records use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    Male,
    Female,
    Unknown,
}

impl Sex {
    pub fn as_str(self) -> &'static str {
        match self {
            Sex::Male => "male",
            Sex::Female => "female",
            Sex::Unknown => "unknown",
        }
    }
}

/// What a patient is known by; people without a document are marked as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdentityKind {
    /// GB 11643.
    ResidentId,
    Passport,
    /// A newborn without a number.
    Newborn,
    /// An emergency patient nobody can name.
    Unidentified,
}

impl IdentityKind {
    pub fn as_str(self) -> &'static str {
        match self {
            IdentityKind::ResidentId => "resident_id",
            IdentityKind::Passport => "passport",
            IdentityKind::Newborn => "newborn",
            IdentityKind::Unidentified => "unidentified",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::ResidentId, Self::Passport, Self::Newborn, Self::Unidentified]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Identity {
    pub kind: IdentityKind,
    /// The document's number; null for a newborn and an unidentified patient.
    pub value: Option<String>,
}

/// What a caller says of a patient.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PatientInput {
    pub id: PatientId,
    pub name: String,
    pub sex: Sex,
    /// `YYYY-MM-DD`
    pub birth_date: Option<String>,
    pub identity: Identity,
    pub phone: Option<String>,
    pub address: Option<String>,
}

/// What a caller changes; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct PatientPatch {
    pub name: Option<String>,
    pub sex: Option<Sex>,
    #[serde(deserialize_with = "present")]
    pub birth_date: Option<Option<String>>,
    pub identity: Option<Identity>,
    #[serde(deserialize_with = "present")]
    pub phone: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub address: Option<Option<String>>,
}

/// A patient as shown: identity number and phone masked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Patient {
    pub id: PatientId,
    pub version: i64,
    pub name: String,
    pub sex: Sex,
    pub birth_date: Option<String>,
    pub age: Option<i32>,
    pub identity: MaskedIdentity,
    pub phone_masked: Option<String>,
    pub address: Option<String>,
    pub registered_by: OrganisationRef,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What is masked everywhere else.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Revealed {
    pub identity: Identity,
    pub phone: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MaskedIdentity {
    pub kind: IdentityKind,
    pub masked: Option<String>,
}
