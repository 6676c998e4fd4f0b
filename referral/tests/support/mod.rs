//! What every test of this crate needs: three organisations, the people in them, and a good
//! input for each command. Everything here is used by every test binary.

use std::collections::BTreeMap;

use referral::*;

pub const CLINIC: &str = "clinic";
pub const COUNTY: &str = "county";
pub const CITY: &str = "city";
/// Nobody there has an account.
pub const OUTSIDE: &str = "outside";

pub fn org(name: &str) -> OrganisationId {
    OrganisationId::new(name)
}

pub fn id(name: &str) -> LegId {
    LegId::new(name)
}

pub fn who(name: &str, organisation: &str, role: Role) -> Actor {
    Actor::Person(Member {
        person: PersonId::new(name),
        organisation: org(organisation),
        role,
        oversees: Vec::new(),
    })
}

pub fn village() -> Actor {
    who("village", CLINIC, Role::VillageDoctor)
}

pub fn desk() -> Actor {
    who("desk", COUNTY, Role::ReferralDesk)
}

pub fn doctor() -> Actor {
    who("doctor", COUNTY, Role::ReceivingDoctor)
}

pub fn city_desk() -> Actor {
    who("city-desk", CITY, Role::ReferralDesk)
}

/// A place as the directory knows it.
pub fn place(name: &str) -> Destination {
    Destination { organisation: org(name), department: None, external: name == OUTSIDE }
}

pub fn empty_case() -> Case {
    Case::new(CaseId::new("case"), "R1", PatientId::new("patient"))
}

fn diagnosis(text: &str) -> Diagnosis {
    Diagnosis { text: text.into(), ..Diagnosis::default() }
}

/// A complete draft.
pub fn input(urgency: Urgency, to: &str) -> DraftInput {
    DraftInput {
        direction: Direction::Up,
        urgency,
        to: Some(place(to)),
        form: Form {
            reason: ReferralReason::UnclearOrCapability,
            complaint: "chest pain".into(),
            history: String::new(),
            past_history: String::new(),
            allergies: String::new(),
            vitals: BTreeMap::new(),
            examination: String::new(),
            diagnosis: diagnosis("angina?"),
            treatment: String::new(),
            purpose: String::new(),
            drugs: String::new(),
            warning_signs: String::new(),
            pregnancy: String::new(),
            papers: Papers::default(),
            answers: BTreeMap::new(),
            criteria: None,
        },
        consent: Some(Consent { kind: ConsentKind::Written, recorded_at: Millis(0) }),
    }
}

pub fn outcome(disposition: Disposition) -> OutcomeNote {
    OutcomeNote {
        diagnosis: diagnosis("stable angina"),
        treatment: "aspirin".into(),
        plan: "rest".into(),
        findings: String::new(),
        drugs: "aspirin 100 mg".into(),
        warning_signs: "chest pain".into(),
        disposition,
    }
}

/// A command whose inputs are good at `now`; new legs get the id `next`, a redirect goes to `to`.
pub fn sample(kind: CommandKind, now: Millis, next: &str, to: &str) -> Command {
    let said = || "said".to_owned();
    match kind {
        CommandKind::Draft => {
            Command::Draft { input: input(Urgency::Routine, to), replaces: None, based_on: None }
        }
        CommandKind::Revise => Command::Revise { input: input(Urgency::Routine, to) },
        CommandKind::Discard => Command::Discard,
        CommandKind::Submit => Command::Submit { external: false },
        CommandKind::CompleteRecord => {
            let full = input(Urgency::Emergency, to);
            Command::CompleteRecord { form: full.form, consent: full.consent }
        }
        CommandKind::Open => Command::Open,
        CommandKind::Ask => Command::Ask { text: said() },
        CommandKind::Answer => Command::Answer { text: said() },
        CommandKind::Accept => Command::Accept { owner: PersonId::new("doctor"), expected_at: now },
        CommandKind::Decline => {
            Command::Decline { reason: DeclineReason::NoBed, suggestion: said(), text: None }
        }
        CommandKind::Redirect => Command::Redirect { leg: id(next), to: place(to), note: said() },
        CommandKind::Reserve => Command::Reserve {
            kind: ResourceKind::Bed,
            label: said(),
            hold_until: Some(now.plus(Span::hours(2))),
        },
        CommandKind::Release => Command::Release,
        CommandKind::Depart => Command::Depart {
            at: now,
            escort: None,
            vehicle: None,
            vitals: BTreeMap::new(),
            eta: now.plus(Span::hours(1)),
        },
        CommandKind::Arrive => Command::Arrive { at: now, signature: said() },
        CommandKind::NoShow => {
            let attempt = || ContactAttempt { at: now, note: said() };
            Command::NoShow { attempts: vec![attempt(), attempt()] }
        }
        CommandKind::Rebook => Command::Rebook { expected_at: now.plus(Span::days(1)) },
        CommandKind::Admit => Command::Admit { encounter_number: said() },
        CommandKind::Note => Command::Note { text: said() },
        CommandKind::SendOutcome => Command::SendOutcome { outcome: outcome(Disposition::Stays), next: None },
        CommandKind::RecordDeath => Command::RecordDeath { at: now, circumstances: said() },
        CommandKind::AmendOutcome => {
            Command::AmendOutcome { outcome: outcome(Disposition::Stays), next: None }
        }
        CommandKind::Acknowledge => Command::Acknowledge,
        CommandKind::Cancel => Command::Cancel { reason: said() },
        CommandKind::ConfirmCancel => Command::ConfirmCancel,
        CommandKind::RefuseCancel => Command::RefuseCancel { reason: said() },
        CommandKind::ForceClose => Command::ForceClose { reason: said() },
        CommandKind::MarkError => Command::MarkError { reason: said() },
        CommandKind::Urge => Command::Urge,
        CommandKind::AcknowledgeDecision => Command::AcknowledgeDecision,
        CommandKind::LateNote => Command::LateNote { text: said() },
    }
}
