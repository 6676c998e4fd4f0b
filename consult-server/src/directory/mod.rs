//! Organisations, departments, people and cooperation agreements: the map on which legs and consults travel.
//! Knows no patient, no leg and no consult.

pub mod activation;
pub mod duty;
pub mod editing;
pub mod facilities;
pub mod http;
pub mod import;
pub mod search;
pub mod sql;
pub mod staff;

use crate::access::Role;
use crate::refs::{DepartmentRef, OrganisationRef};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub struct Organisation {
    pub id: crate::ids::OrganisationId,
    pub name: String,
    pub code: String,
    /// `city_hospital`, `county_hospital`, `township_centre` or `village_clinic`.
    pub level: String,
    pub parent: Option<OrganisationRef>,
    /// Outside the alliance's tree.
    pub external: bool,
    /// Outside, and nobody there has an account: what it does in a referral is entered by the sender's people.
    pub without_account: bool,
    pub phone: Option<String>,
    pub departments: Vec<DepartmentRef>,
    /// What the caller's organisation may ask of this one.
    pub agreements: Agreements,
}

#[derive(Debug, Default, Clone, Copy, Serialize, ToSchema)]
pub struct Agreements {
    pub consult: bool,
    pub referral: bool,
}

/// A person in one of their positions.
#[derive(Debug, Serialize, ToSchema)]
pub struct Colleague {
    pub id: crate::ids::PersonId,
    pub name: String,
    pub title: Option<String>,
    pub role: Role,
    pub organisation: OrganisationRef,
    pub department: Option<DepartmentRef>,
    /// Whether they can sign in: a patient or a task is given to nobody who cannot.
    pub has_account: bool,
    /// A licence stands in the directory and is over.
    pub licence_ended: bool,
}

/// The kinds of cooperation agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgreementKind {
    Consult,
    Referral,
}

impl AgreementKind {
    pub fn as_str(self) -> &'static str {
        match self {
            AgreementKind::Consult => "consult",
            AgreementKind::Referral => "referral",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [AgreementKind::Consult, AgreementKind::Referral].into_iter().find(|kind| kind.as_str() == text)
    }
}
