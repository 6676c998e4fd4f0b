//! Who is calling and what they may: accounts, sessions, the policy table, grants, and the extractor every handler begins with.
//! Knows no subject's rules; subjects tell it their facts.

pub mod account;
pub mod activation;
pub mod attempts;
pub mod call;
pub mod clients;
pub mod denials;
pub mod factors;
pub mod flow;
pub mod grants;
pub mod http;
pub mod letters;
pub mod oidc;
pub mod password;
pub mod policy;
pub mod scopes;
pub mod sql;
pub mod throttle;
pub mod tokens;

use crate::db::change::Author;
use crate::error::Code;
use crate::ids::{AllianceId, DepartmentId, OrganisationId, PersonId, PositionId, SessionId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use call::Call;
use scopes::Scopes;

/// What a position does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    VillageDoctor,
    TownshipDoctor,
    ReferralDesk,
    ReceivingDoctor,
    Coordinator,
    Specialist,
    FamilyDoctor,
    Manager,
    Administrator,
    SecurityAdministrator,
    Auditor,
}

impl Role {
    pub const ALL: &'static [Role] = &[
        Role::VillageDoctor,
        Role::TownshipDoctor,
        Role::ReferralDesk,
        Role::ReceivingDoctor,
        Role::Coordinator,
        Role::Specialist,
        Role::FamilyDoctor,
        Role::Manager,
        Role::Administrator,
        Role::SecurityAdministrator,
        Role::Auditor,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Role::VillageDoctor => "village_doctor",
            Role::TownshipDoctor => "township_doctor",
            Role::ReferralDesk => "referral_desk",
            Role::ReceivingDoctor => "receiving_doctor",
            Role::Coordinator => "coordinator",
            Role::Specialist => "specialist",
            Role::FamilyDoctor => "family_doctor",
            Role::Manager => "manager",
            Role::Administrator => "administrator",
            Role::SecurityAdministrator => "security_administrator",
            Role::Auditor => "auditor",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.as_str() == text)
    }

    /// Whether the role may see clinical content at all; the three powers of administration never do.
    pub fn is_clinical(self) -> bool {
        !matches!(self, Role::Administrator | Role::SecurityAdministrator | Role::Auditor)
    }
}

/// By which door a session came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Name and password, and a second factor where one is asked for.
    Password,
    /// The identity provider.
    Oidc,
    /// A token that a person made for a program.
    Token,
    /// Client credentials of a service account.
    Client,
}

impl Door {
    pub const ALL: &'static [Door] = &[Door::Password, Door::Oidc, Door::Token, Door::Client];

    pub fn as_str(self) -> &'static str {
        match self {
            Door::Password => "password",
            Door::Oidc => "oidc",
            Door::Token => "token",
            Door::Client => "client",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|door| door.as_str() == text)
    }

    /// How the audit trail names it.
    pub fn basis(self) -> &'static str {
        match self {
            Door::Password => "self",
            Door::Oidc => "oidc",
            Door::Token => "token",
            Door::Client => "client-credentials",
        }
    }
}

/// What somebody must do before their session answers anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SessionOwed)]
pub enum Owed {
    /// Change a password that somebody else made, or that is too old.
    Password,
    /// Enrol a second factor.
    SecondFactor,
}

impl Owed {
    pub fn as_str(self) -> &'static str {
        match self {
            Owed::Password => "password",
            Owed::SecondFactor => "second_factor",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Owed::Password, Owed::SecondFactor].into_iter().find(|owed| owed.as_str() == text)
    }

    /// How everything else is refused meanwhile.
    pub fn code(self) -> Code {
        match self {
            Owed::Password => Code::AccessPasswordChange,
            Owed::SecondFactor => Code::AccessSecondFactorEnrol,
        }
    }
}

/// A signed-in person in the position they act in.
#[derive(Clone, Debug)]
pub struct Caller {
    pub alliance: AllianceId,
    pub person: PersonId,
    pub name: String,
    pub position: PositionId,
    pub role: Role,
    pub organisation: OrganisationId,
    pub organisation_name: String,
    pub department: Option<DepartmentId>,
    pub session: SessionId,
    /// What a program may do with its token; a person's own session is not narrowed.
    pub scopes: Option<Scopes>,
}

impl Caller {
    pub fn author(&self, from: &str, request_id: &str) -> Author {
        Author {
            person: Some(self.person.clone()),
            position: Some(self.position.clone()),
            organisation: Some(self.organisation.clone()),
            session: Some(self.session.clone()),
            from: from.to_owned(),
            request_id: request_id.to_owned(),
        }
    }
}
