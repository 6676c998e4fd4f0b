//! The policy: one pure table of who may do what. Facts are loaded before; nothing here reads a store or a clock.
//! Every door (HTTP, DICOMweb, DIMSE, rooms) asks `may`.

use super::scopes::Scope;
use super::{Caller, Role};
use crate::error::{Code, Refusal, Result};
use crate::ids::AllianceId;

macro_rules! actions {
    ($($(#[$meta:meta])* $name:ident),* $(,)?) => {
        /// What somebody wants to do, by subject.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action { $($(#[$meta])* $name,)* }

        impl Action {
            pub const ALL: &'static [Action] = &[$(Action::$name,)*];
        }
    };
}

actions! {
    DirectoryRead,
    DirectoryManage,
    RosterManage,
    DutySwap,
    AuditRead,
    GlassBreak,
    GlassReview,
    PatientSearch,
    PatientRead,
    PatientReveal,
    PatientAccessLog,
    PatientRegister,
    PatientChange,
    /// Ask, refer or add images for a patient.
    PatientTreat,
    ConsultRead,
    ConsultRequest,
    ConsultAnswer,
    ConsultCoordinate,
    LegRead,
    LegSend,
    /// Give a command on a leg; which ones one's role and side may give, the crate `referral` says.
    LegCommand,
    /// Hear from a slip in one's hand where its patient is expected.
    LegLocate,
    FollowUpRead,
    /// Plan a follow-up, or say what came of it.
    FollowUpWrite,
    StudyRead,
    StudyAdd,
    StudyAssign,
    RoomJoin,
    ClientManage,
    DocumentAdd,
    DocumentRead,
    ThreadRead,
    ThreadWrite,
    BedRead,
    BedManage,
    /// Change the rules of the alliance: deadlines, criteria, templates.
    SettingsManage,
    /// Which other systems are told.
    WebhookManage,
    /// What could not be sent, and sending it again.
    DeliveryManage,
    /// The to-do lists of a position.
    TodoRead,
}

impl Action {
    /// The roles that may do it at all.
    fn roles(self) -> &'static [Role] {
        use Role::{
            Administrator, Auditor, Coordinator, FamilyDoctor, Manager, ReceivingDoctor, ReferralDesk,
            SecurityAdministrator, Specialist, TownshipDoctor, VillageDoctor,
        };
        const CARE: &[Role] = &[
            VillageDoctor,
            TownshipDoctor,
            ReferralDesk,
            ReceivingDoctor,
            Coordinator,
            Specialist,
            FamilyDoctor,
        ];
        const CARE_AND_OVERSIGHT: &[Role] = &[
            VillageDoctor,
            TownshipDoctor,
            ReferralDesk,
            ReceivingDoctor,
            Coordinator,
            Specialist,
            FamilyDoctor,
            Manager,
        ];
        const DOCTORS: &[Role] = &[VillageDoctor, TownshipDoctor, ReceivingDoctor, Specialist, FamilyDoctor];
        const SENDERS: &[Role] =
            &[VillageDoctor, TownshipDoctor, ReferralDesk, ReceivingDoctor, FamilyDoctor];
        const ASKERS: &[Role] = &[VillageDoctor, TownshipDoctor, ReceivingDoctor, FamilyDoctor];
        const WITH_IMAGES: &[Role] =
            &[VillageDoctor, TownshipDoctor, ReceivingDoctor, FamilyDoctor, Specialist, Coordinator];
        const ON_DUTY: &[Role] = &[
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
        ];
        match self {
            Action::DirectoryRead => Role::ALL,
            Action::DutySwap => ON_DUTY,
            Action::RosterManage => &[Administrator, Manager],
            Action::DirectoryManage => &[Administrator],
            Action::AuditRead => &[Auditor],
            Action::GlassBreak => DOCTORS,
            Action::GlassReview => &[SecurityAdministrator],
            Action::BedRead => &[TownshipDoctor, ReferralDesk, ReceivingDoctor, Manager],
            Action::BedManage => &[TownshipDoctor, ReferralDesk, ReceivingDoctor],
            Action::ClientManage | Action::SettingsManage | Action::WebhookManage => &[SecurityAdministrator],
            Action::DeliveryManage => &[Administrator, SecurityAdministrator],
            Action::PatientSearch
            | Action::PatientRead
            | Action::PatientReveal
            | Action::PatientAccessLog
            | Action::PatientTreat
            | Action::DocumentAdd
            | Action::DocumentRead
            // What people say to one another is for those who care, not for oversight.
            | Action::ThreadRead
            | Action::ThreadWrite
            | Action::StudyRead => CARE,
            Action::LegLocate => CARE,
            Action::PatientRegister | Action::PatientChange | Action::LegSend | Action::FollowUpRead => {
                SENDERS
            }
            Action::ConsultRequest | Action::FollowUpWrite => ASKERS,
            Action::ConsultRead | Action::LegRead | Action::LegCommand | Action::TodoRead => {
                CARE_AND_OVERSIGHT
            }
            Action::ConsultAnswer => &[Specialist],
            Action::ConsultCoordinate => &[Coordinator],
            Action::StudyAdd | Action::StudyAssign | Action::RoomJoin => WITH_IMAGES,
        }
    }

    pub fn is_of(self, role: Role) -> bool {
        self.roles().contains(&role)
    }

    /// The scope under which a program may do it; what has none is for people only.
    pub fn scope(self) -> Option<Scope> {
        match self {
            Action::DirectoryRead => Some(Scope::DirectoryRead),
            Action::DirectoryManage | Action::RosterManage | Action::DutySwap => Some(Scope::DirectoryWrite),
            Action::PatientSearch | Action::PatientRead | Action::PatientTreat => Some(Scope::PatientsRead),
            Action::PatientRegister | Action::PatientChange => Some(Scope::PatientsWrite),
            Action::ConsultRead => Some(Scope::ConsultsRead),
            Action::ConsultRequest | Action::ConsultAnswer | Action::ConsultCoordinate => {
                Some(Scope::ConsultsWrite)
            }
            Action::LegRead | Action::LegLocate | Action::FollowUpRead => Some(Scope::ReferralsRead),
            Action::LegSend | Action::LegCommand | Action::FollowUpWrite => Some(Scope::ReferralsWrite),
            Action::StudyRead => Some(Scope::StudiesRead),
            Action::StudyAdd | Action::StudyAssign => Some(Scope::StudiesWrite),
            Action::RoomJoin => Some(Scope::RoomsJoin),
            Action::BedRead => Some(Scope::BedsRead),
            Action::BedManage => Some(Scope::BedsWrite),
            Action::AuditRead
            | Action::GlassBreak
            | Action::GlassReview
            | Action::PatientReveal
            | Action::PatientAccessLog
            // A program that reads would be a receipt of nobody's.
            | Action::DocumentAdd
            | Action::DocumentRead
            | Action::ThreadRead
            | Action::ThreadWrite
            | Action::ClientManage
            | Action::SettingsManage
            | Action::WebhookManage
            | Action::DeliveryManage
            | Action::TodoRead => None,
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
                | Action::AuditRead
                | Action::GlassBreak
                | Action::GlassReview
                | Action::ClientManage
                | Action::BedRead
                | Action::BedManage
                | Action::SettingsManage
                | Action::WebhookManage
                | Action::DeliveryManage
                | Action::TodoRead
                | Action::PatientSearch
                | Action::PatientRegister
                | Action::ConsultRequest
                | Action::LegSend
                | Action::LegLocate
                | Action::StudyAdd
                | Action::DocumentAdd
        )
    }

    fn is_clinical(self) -> bool {
        !matches!(
            self,
            Action::DirectoryRead
                | Action::DirectoryManage
                | Action::RosterManage
                | Action::DutySwap
                | Action::AuditRead
                | Action::GlassReview
                | Action::ClientManage
                | Action::SettingsManage
                | Action::WebhookManage
                | Action::DeliveryManage
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
    /// A manager looks at what an organisation of their part of the tree takes part in.
    Oversight,
    /// An emergency, a reason and at most three hours: the record may be read, nothing else (I-11).
    BreakGlass,
}

impl Relation {
    const ALL: &'static [Relation] = &[
        Relation::OwnRecord,
        Relation::Consult,
        Relation::Referral,
        Relation::Oversight,
        Relation::BreakGlass,
    ];

    pub fn basis(self) -> &'static str {
        match self {
            Relation::OwnRecord => "care-relationship",
            Relation::Consult => "consult",
            Relation::Referral => "referral",
            Relation::Oversight => "oversight",
            Relation::BreakGlass => "break-glass",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|r| r.basis() == text)
    }

    /// The purpose of a relation: what it is there for and what not.
    fn serves(self, action: Action) -> bool {
        match self {
            Relation::OwnRecord | Relation::Consult | Relation::Referral => true,
            Relation::Oversight => {
                matches!(action, Action::ConsultRead | Action::LegRead | Action::LegCommand)
            }
            Relation::BreakGlass => matches!(
                action,
                Action::PatientRead
                    | Action::PatientReveal
                    | Action::PatientAccessLog
                    | Action::ConsultRead
                    | Action::LegRead
                    | Action::StudyRead
            ),
        }
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

/// Role first, then a program's scopes (the same answer whether the thing exists or not), then alliance and relation (absent, not forbidden).
pub fn may(caller: &Caller, action: Action, resource: Option<&Resource>) -> Decision {
    if !action.roles().contains(&caller.role) {
        let code = if action.is_clinical() && !caller.role.is_clinical() {
            Code::AccessNoClinicalRole
        } else {
            Code::AccessRole
        };
        return Decision::Deny { code };
    }
    if caller.scopes.is_some_and(|own| !action.scope().is_some_and(|scope| own.contains(scope))) {
        return Decision::Deny { code: Code::AccessScope };
    }
    if !action.needs_relation() {
        return Decision::Allow { basis: "role" };
    }
    match resource {
        // A glass is broken by a person, not for their programs.
        Some(Resource { relation: Some(Relation::BreakGlass), .. }) if caller.scopes.is_some() => {
            Decision::Deny { code: Code::RequestNotFound }
        }
        Some(Resource { alliance, relation: Some(relation) }) if *alliance == caller.alliance => {
            if relation.serves(action) {
                Decision::Allow { basis: relation.basis() }
            } else {
                Decision::Deny { code: Code::AccessReadOnly }
            }
        }
        Some(_) | None => Decision::Deny { code: Code::RequestNotFound },
    }
}

/// Which roles an administrator may give: not the two powers that watch over administrators, which are given at the console.
pub fn administrator_gives(role: Role) -> bool {
    !watches(role)
}

/// The two powers that watch over administrators: whoever holds one is appointed, changed and released at the console only.
pub fn watches(role: Role) -> bool {
    matches!(role, Role::SecurityAdministrator | Role::Auditor)
}

/// Whether one person may hold both: care and the three powers of administration are apart, so that nobody gives themselves sight of
/// what they administer, or watches over themselves.
pub fn go_together(one: Role, other: Role) -> bool {
    one == other || (one.is_clinical() && other.is_clinical())
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
            scopes: None,
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
    fn a_broken_glass_shows_the_record_and_lets_nobody_act_on_it() {
        let broken = Resource { alliance: AllianceId::trusted("a"), relation: Some(Relation::BreakGlass) };
        let doctor = caller(Role::ReceivingDoctor);
        for action in [Action::PatientRead, Action::StudyRead, Action::ConsultRead, Action::LegRead] {
            assert_eq!(may(&doctor, action, Some(&broken)), Decision::Allow { basis: "break-glass" });
        }
        for action in [Action::PatientChange, Action::PatientTreat, Action::LegCommand, Action::RoomJoin] {
            let decision = may(&doctor, action, Some(&broken));
            assert_eq!(decision, Decision::Deny { code: Code::AccessReadOnly }, "{action:?}");
        }
    }

    #[test]
    fn a_manager_oversees_referrals_and_consults_but_opens_no_record() {
        let below = Resource { alliance: AllianceId::trusted("a"), relation: Some(Relation::Oversight) };
        let manager = caller(Role::Manager);
        for action in [Action::ConsultRead, Action::LegRead, Action::LegCommand] {
            assert_eq!(may(&manager, action, Some(&below)), Decision::Allow { basis: "oversight" });
        }
        for action in [Action::PatientSearch, Action::PatientRead, Action::StudyRead, Action::PatientReveal] {
            let decision = may(&manager, action, Some(&below));
            assert_eq!(decision, Decision::Deny { code: Code::AccessRole }, "{action:?}");
        }
    }

    #[test]
    fn the_three_powers_are_three_people() {
        for role in Role::ALL {
            assert_eq!(Action::AuditRead.roles().contains(role), *role == Role::Auditor);
            assert_eq!(Action::GlassReview.roles().contains(role), *role == Role::SecurityAdministrator);
            assert_eq!(Action::DirectoryManage.roles().contains(role), *role == Role::Administrator);
        }
    }

    #[test]
    fn care_and_each_power_of_administration_are_held_by_different_people() {
        for one in Role::ALL {
            for other in Role::ALL {
                let apart = one != other && !(one.is_clinical() && other.is_clinical());
                assert_eq!(go_together(*one, *other), !apart, "{one:?} {other:?}");
            }
            assert_eq!(watches(*one), Action::AuditRead.is_of(*one) || Action::GlassReview.is_of(*one));
        }
    }

    #[test]
    fn a_program_may_what_its_role_and_its_scopes_both_allow() {
        let related = Resource { alliance: AllianceId::trusted("a"), relation: Some(Relation::OwnRecord) };
        for role in Role::ALL {
            for action in Action::ALL {
                let person = may(&caller(*role), *action, Some(&related));
                let with = |scopes| {
                    let program = Caller { scopes: Some(scopes), ..caller(*role) };
                    may(&program, *action, Some(&related))
                };
                let denied = Decision::Deny { code: Code::AccessScope };
                let allowed = matches!(person, Decision::Allow { .. });
                let all = Scope::ALL.iter().copied();
                let own = with(all.clone().collect());
                let others = with(all.filter(|scope| Some(*scope) != action.scope()).collect());
                assert_eq!(own, if allowed && action.scope().is_none() { denied } else { person });
                assert_eq!(others, if allowed { denied } else { person }, "{role:?} {action:?}");
            }
        }
    }

    #[test]
    fn only_specialists_answer_consults() {
        for role in Role::ALL {
            assert_eq!(Action::ConsultAnswer.roles().contains(role), *role == Role::Specialist);
        }
    }
}
