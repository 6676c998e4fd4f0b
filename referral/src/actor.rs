//! Who gives a command: a person in a position, or the clock. Which part in a leg the person
//! has follows from organisation and role alone; the server loads both and checks nothing else here.

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::ids::{OrganisationId, PersonId};

codes! {
    /// The positions of the product (the domain, "Who works here").
    pub enum Role {
        VillageDoctor = "village_doctor",
        TownshipDoctor = "township_doctor",
        ReferralDesk = "referral_desk",
        ReceivingDoctor = "receiving_doctor",
        Coordinator = "coordinator",
        Specialist = "specialist",
        FamilyDoctor = "family_doctor",
        Manager = "manager",
        Administrator = "administrator",
        SecurityAdministrator = "security_administrator",
        Auditor = "auditor",
    }
}

impl Role {
    /// May act for the organisation that sends or receives a patient.
    pub const fn refers(self) -> bool {
        match self {
            Self::VillageDoctor
            | Self::TownshipDoctor
            | Self::ReferralDesk
            | Self::ReceivingDoctor
            | Self::Specialist
            | Self::FamilyDoctor => true,
            Self::Coordinator
            | Self::Manager
            | Self::Administrator
            | Self::SecurityAdministrator
            | Self::Auditor => false,
        }
    }

    /// May hold beds and mark no-shows. Clinics and centers have no desk: their doctors do it.
    pub const fn keeps_beds(self) -> bool {
        match self {
            Self::ReferralDesk | Self::VillageDoctor | Self::TownshipDoctor | Self::FamilyDoctor => true,
            Self::ReceivingDoctor
            | Self::Specialist
            | Self::Coordinator
            | Self::Manager
            | Self::Administrator
            | Self::SecurityAdministrator
            | Self::Auditor => false,
        }
    }

    /// May take the patient and write notes and the outcome. A down leg is received by a
    /// village, township or family doctor.
    pub const fn treats(self) -> bool {
        match self {
            Self::ReceivingDoctor
            | Self::Specialist
            | Self::VillageDoctor
            | Self::TownshipDoctor
            | Self::FamilyDoctor => true,
            Self::ReferralDesk
            | Self::Coordinator
            | Self::Manager
            | Self::Administrator
            | Self::SecurityAdministrator
            | Self::Auditor => false,
        }
    }
}

/// A person in the position they act in. `oversees`: the organisations below a manager's own
/// (the manager's own is implied); empty for everybody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub person: PersonId,
    pub organisation: OrganisationId,
    pub role: Role,
    #[serde(default)]
    pub oversees: Vec<OrganisationId>,
}

impl Member {
    pub(crate) fn manages(&self, organisation: &OrganisationId) -> bool {
        self.role == Role::Manager
            && (&self.organisation == organisation || self.oversees.contains(organisation))
    }
}

/// Who gives a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    Person(Member),
    /// A timer that came due. It may release an expired hold and nothing else.
    Clock,
}

/// Who an event was caused by, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum By {
    Person { person: PersonId, organisation: OrganisationId, role: Role },
    Clock,
}

impl By {
    pub const fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Person { person, .. } => Some(person),
            Self::Clock => None,
        }
    }
}

impl From<&Actor> for By {
    fn from(actor: &Actor) -> Self {
        match actor {
            Actor::Person(member) => Self::Person {
                person: member.person.clone(),
                organisation: member.organisation.clone(),
                role: member.role,
            },
            Actor::Clock => Self::Clock,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_run_the_system_have_no_part_in_a_leg() {
        for role in [Role::Administrator, Role::SecurityAdministrator, Role::Auditor] {
            assert!(!role.refers() && !role.keeps_beds() && !role.treats(), "{role}");
        }
    }

    #[test]
    fn a_manager_answers_for_the_own_organisation_and_those_below() {
        let (own, below, other) =
            (OrganisationId::new("own"), OrganisationId::new("below"), OrganisationId::new("other"));
        let mut member = Member {
            person: PersonId::new("m"),
            organisation: own.clone(),
            role: Role::Manager,
            oversees: vec![below.clone()],
        };
        assert!(member.manages(&own) && member.manages(&below) && !member.manages(&other));
        member.role = Role::Administrator;
        assert!(!member.manages(&own));
    }

    #[test]
    fn a_code_comes_back_as_its_variant() {
        assert!(Role::ALL.iter().all(|role| Role::parse(role.as_str()) == Some(*role)));
        assert_eq!(Role::parse("doctor"), None);
    }
}
