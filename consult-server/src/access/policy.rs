//! The policy: one pure table of who may do what. Facts are loaded before; nothing here reads a store or a clock.
//! Every door (HTTP, DICOMweb, DIMSE, rooms) asks `may`.

use super::{Caller, Role};
use crate::error::{Code, Refusal, Result};
use crate::ids::AllianceId;

/// What somebody wants to do, by subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    DirectoryRead,
    DirectoryManage,
    RosterManage,
    DutySwap,
    PatientSearch,
    PatientRead,
    PatientRegister,
    PatientChange,
    ConsultRead,
    ConsultRequest,
    ConsultAnswer,
    ConsultCoordinate,
    LegRead,
    LegSend,
    LegReceive,
    LegTreat,
    LegManage,
    StudyRead,
    StudyAdd,
    StudyAssign,
    RoomJoin,
}

impl Action {
    pub const ALL: &'static [Action] = &[
        Action::DirectoryRead,
        Action::DirectoryManage,
        Action::RosterManage,
        Action::DutySwap,
        Action::PatientSearch,
        Action::PatientRead,
        Action::PatientRegister,
        Action::PatientChange,
        Action::ConsultRead,
        Action::ConsultRequest,
        Action::ConsultAnswer,
        Action::ConsultCoordinate,
        Action::LegRead,
        Action::LegSend,
        Action::LegReceive,
        Action::LegTreat,
        Action::LegManage,
        Action::StudyRead,
        Action::StudyAdd,
        Action::StudyAssign,
        Action::RoomJoin,
    ];

    /// The roles that may do it at all.
    fn roles(self) -> &'static [Role] {
        use Role::{
            Administrator, Coordinator, FamilyDoctor, Manager, ReceivingDoctor, ReferralDesk, Specialist,
            TownshipDoctor, VillageDoctor,
        };
        const CARE: &[Role] = &[
            VillageDoctor,
            TownshipDoctor,
            ReferralDesk,
            ReceivingDoctor,
            Coordinator,
            Specialist,
            FamilyDoctor,
            Manager,
        ];
        const SENDERS: &[Role] =
            &[VillageDoctor, TownshipDoctor, ReferralDesk, ReceivingDoctor, FamilyDoctor];
        match self {
            Action::DirectoryRead | Action::DutySwap => Role::ALL,
            Action::RosterManage => &[Administrator, Manager],
            Action::DirectoryManage => &[Administrator],
            Action::PatientSearch
            | Action::PatientRead
            | Action::ConsultRead
            | Action::LegRead
            | Action::StudyRead => CARE,
            Action::PatientRegister | Action::PatientChange | Action::LegSend => SENDERS,
            Action::ConsultRequest => &[VillageDoctor, TownshipDoctor, ReceivingDoctor, FamilyDoctor],
            Action::ConsultAnswer => &[Specialist],
            Action::ConsultCoordinate => &[Coordinator],
            Action::LegReceive => &[ReferralDesk, ReceivingDoctor, TownshipDoctor, VillageDoctor],
            Action::LegTreat => &[ReceivingDoctor, TownshipDoctor, VillageDoctor],
            Action::LegManage => &[Manager],
            Action::StudyAdd | Action::StudyAssign => {
                &[VillageDoctor, TownshipDoctor, ReceivingDoctor, FamilyDoctor, Specialist, Coordinator]
            }
            Action::RoomJoin => {
                &[VillageDoctor, TownshipDoctor, ReceivingDoctor, FamilyDoctor, Specialist, Coordinator]
            }
        }
    }

    /// Whether a relation to the thing is needed beside the role.
    fn needs_relation(self) -> bool {
        !matches!(
            self,
            Action::DirectoryRead
                | Action::DirectoryManage
                | Action::RosterManage
                | Action::DutySwap
                | Action::PatientSearch
                | Action::PatientRegister
                | Action::ConsultRequest
                | Action::LegSend
                | Action::StudyAdd
        )
    }

    fn is_clinical(self) -> bool {
        !matches!(
            self,
            Action::DirectoryRead | Action::DirectoryManage | Action::RosterManage | Action::DutySwap
        )
    }
}

/// What ties the caller to the thing; its name is the legal basis that is written into the audit trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The caller's organisation registered the patient or received the study.
    OwnRecord,
    /// A consult joins the caller's organisation and the patient.
    Consult,
    /// A leg joins the caller's organisation and the patient.
    Referral,
}

impl Relation {
    pub fn basis(self) -> &'static str {
        match self {
            Relation::OwnRecord => "care-relationship",
            Relation::Consult => "consult",
            Relation::Referral => "referral",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Relation::OwnRecord, Relation::Consult, Relation::Referral].into_iter().find(|r| r.basis() == text)
    }
}

/// The facts of the thing that matter here.
#[derive(Clone, Debug)]
pub struct Resource {
    pub alliance: AllianceId,
    pub relation: Option<Relation>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Allow { basis: &'static str },
    Deny { code: Code },
}

/// Role first (the same answer whether the thing exists or not), then alliance and relation (absent, not forbidden).
pub fn may(caller: &Caller, action: Action, resource: Option<&Resource>) -> Decision {
    if !action.roles().contains(&caller.role) {
        let code = if action.is_clinical() && !caller.role.is_clinical() {
            Code::AccessNoClinicalRole
        } else {
            Code::AccessRole
        };
        return Decision::Deny { code };
    }
    if !action.needs_relation() {
        return Decision::Allow { basis: "role" };
    }
    match resource {
        Some(Resource { alliance, relation: Some(relation) }) if *alliance == caller.alliance => {
            Decision::Allow { basis: relation.basis() }
        }
        Some(_) | None => Decision::Deny { code: Code::RequestNotFound },
    }
}

/// Which roles an administrator may give: not the two powers that watch over administrators, which are given at the console.
pub fn administrator_gives(role: Role) -> bool {
    !matches!(role, Role::SecurityAdministrator | Role::Auditor)
}

/// As `may`, for a flow that goes on with the basis or stops.
pub fn require(caller: &Caller, action: Action, resource: Option<&Resource>) -> Result<&'static str> {
    match may(caller, action, resource) {
        Decision::Allow { basis } => Ok(basis),
        Decision::Deny { code } => Err(Refusal::new(code)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{OrganisationId, PersonId, PositionId, SessionId};

    fn caller(role: Role) -> Caller {
        Caller {
            alliance: AllianceId::trusted("a"),
            person: PersonId::trusted("p"),
            name: String::new(),
            position: PositionId::trusted("x"),
            role,
            organisation: OrganisationId::trusted("o"),
            organisation_name: String::new(),
            department: None,
            session: SessionId::trusted("s"),
        }
    }

    #[test]
    fn administrators_and_auditors_reach_nothing_clinical() {
        let related = Resource { alliance: AllianceId::trusted("a"), relation: Some(Relation::OwnRecord) };
        for role in [Role::Administrator, Role::SecurityAdministrator, Role::Auditor] {
            for action in Action::ALL.iter().filter(|a| a.is_clinical()) {
                let decision = may(&caller(role), *action, Some(&related));
                assert_eq!(
                    decision,
                    Decision::Deny { code: Code::AccessNoClinicalRole },
                    "{role:?} {action:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_related_to_the_caller_is_absent_rather_than_forbidden() {
        let stranger = Resource { alliance: AllianceId::trusted("a"), relation: None };
        let other_alliance =
            Resource { alliance: AllianceId::trusted("b"), relation: Some(Relation::Consult) };
        for resource in [Some(&stranger), Some(&other_alliance), None] {
            let decision = may(&caller(Role::VillageDoctor), Action::PatientRead, resource);
            assert_eq!(decision, Decision::Deny { code: Code::RequestNotFound });
        }
    }

    #[test]
    fn an_allowed_read_names_its_legal_basis() {
        let related = Resource { alliance: AllianceId::trusted("a"), relation: Some(Relation::Consult) };
        let decision = may(&caller(Role::Specialist), Action::PatientRead, Some(&related));
        assert_eq!(decision, Decision::Allow { basis: "consult" });
    }

    #[test]
    fn only_specialists_answer_consults_and_only_managers_force() {
        for role in Role::ALL {
            assert_eq!(Action::ConsultAnswer.roles().contains(role), *role == Role::Specialist);
            assert_eq!(Action::LegManage.roles().contains(role), *role == Role::Manager);
        }
    }
}
