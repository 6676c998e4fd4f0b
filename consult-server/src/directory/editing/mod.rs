//! Making, changing and ending organisations, departments and agreements. Reads for others stay in `directory::sql`; people and
//! their positions are `directory::staff`.

pub mod flow;
pub mod http;
pub mod rules;
pub mod shown;
pub mod sql;

use crate::access::Call;
use crate::db::change::Author;
use crate::directory::AgreementKind;
use crate::http::present;
use crate::ids::{AgreementId, AllianceId, DepartmentId, OrganisationId};
use crate::refs::OrganisationRef;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub const ORGANISATION: &str = "organisation";
pub const DEPARTMENT: &str = "department";
pub const PERSON: &str = "person";
pub const POSITION: &str = "position";
pub const AGREEMENT: &str = "agreement";

/// On whose behalf the directory changes: an administrator at a page, or somebody at the console.
#[derive(Clone, Debug)]
pub struct By {
    pub alliance: AllianceId,
    pub author: Author,
    pub basis: &'static str,
    /// Whose pages are told.
    pub audience: Vec<OrganisationId>,
}

impl By {
    pub fn caller(call: &Call, basis: &'static str) -> Self {
        Self {
            alliance: call.caller.alliance.clone(),
            author: call.author.clone(),
            basis,
            audience: vec![call.caller.organisation.clone()],
        }
    }
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct OrganisationInput {
    pub id: OrganisationId,
    pub code: String,
    pub name: String,
    /// `city_hospital`, `county_hospital`, `township_centre` or `village_clinic`.
    pub level: String,
    pub parent_id: Option<OrganisationId>,
    /// Outside the alliance's tree: it takes part by agreement, or as a destination without accounts.
    #[serde(default)]
    pub external: bool,
    pub phone: Option<String>,
    /// 统一社会信用代码
    pub uscc: Option<String>,
    /// 医疗机构代码
    pub institution_code: Option<String>,
}

/// What is left out stays; a code that is given replaces the one before, which keeps its dates.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct OrganisationPatch {
    pub name: Option<String>,
    pub level: Option<String>,
    #[serde(deserialize_with = "present")]
    pub parent_id: Option<Option<OrganisationId>>,
    pub external: Option<bool>,
    #[serde(deserialize_with = "present")]
    pub phone: Option<Option<String>>,
    pub uscc: Option<String>,
    pub institution_code: Option<String>,
}

/// An organisation with everything that is kept of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrganisationDetail {
    pub id: OrganisationId,
    pub version: i64,
    pub code: String,
    pub name: String,
    pub level: String,
    pub parent: Option<OrganisationRef>,
    pub external: bool,
    pub phone: Option<String>,
    pub codes: Vec<OutsideCode>,
    pub departments: Vec<DepartmentDetail>,
    pub ended_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OutsideCode {
    /// `uscc` or `institution`.
    pub system: String,
    pub value: String,
    pub valid_from: Option<Timestamp>,
    pub valid_until: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct DepartmentInput {
    pub id: DepartmentId,
    pub organisation_id: OrganisationId,
    pub code: String,
    pub name: String,
    /// A code of the national department list, e.g. 03.04.
    pub national_code: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct DepartmentPatch {
    pub name: Option<String>,
    #[serde(deserialize_with = "present")]
    pub national_code: Option<Option<String>>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DepartmentDetail {
    pub id: DepartmentId,
    pub version: i64,
    pub organisation_id: OrganisationId,
    pub code: String,
    pub name: String,
    pub national_code: Option<String>,
    pub ended_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct AgreementInput {
    pub kind: AgreementKind,
    /// Who may ask.
    pub from_organisation_id: OrganisationId,
    /// Whom they may ask.
    pub to_organisation_id: OrganisationId,
    /// Now unless said.
    pub valid_from: Option<Timestamp>,
    pub valid_until: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Agreement {
    pub id: AgreementId,
    pub version: i64,
    pub kind: AgreementKind,
    pub from: OrganisationRef,
    pub to: OrganisationRef,
    pub valid_from: Timestamp,
    pub valid_until: Option<Timestamp>,
}
