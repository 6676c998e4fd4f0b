//! The demo alliance: 清河县医共体 with people, accounts and patients, made once in an empty store.
//! Goes through the same flows as everybody where there is a flow. Accounts work on loopback only.

mod cast;
mod consults;
mod places;
mod referrals;
mod studies;

use crate::App;
use crate::access::policy::Relation;
use crate::access::scopes::Scopes;
use crate::access::{clients, grants, password, sql as access};
use crate::db::Tx;
use crate::db::change::Author;
use crate::directory::AgreementKind;
use crate::directory::duty::rules::{Planned, Slot};
use crate::directory::duty::{DutyKind, sql as duty};
use crate::directory::editing::sql::{
    self as directory, NewAlliance, NewDepartment, NewOrganisation, NewPerson, NewPosition, PersonRow,
};
use crate::error::{Code, Refusal, Result};
use crate::ids::{AllianceId, DepartmentId, DutyId, OrganisationId, PatientId, PersonId, PositionId};
use crate::patients::sql as patients;
use crate::studies::{dimse, register::LOCAL};
use crate::time::Timestamp;
use std::collections::BTreeMap;

/// Every demo account's password.
pub const PASSWORD: &str = "demo-only-2026";

/// How to sign in, printed at the start.
pub const ACCOUNTS_TEXT: &str = "  \
  demo accounts (password demo-only-2026): village, township, desk, doctor, specialist, coordinator, manager, admin,\n    \
  security, auditor, family; client of /oauth2/token: system\n";

const YEAR_SECONDS: i64 = 365 * 24 * 3600;
const DAY_SECONDS: i64 = 24 * 3600;
const MONTH_SECONDS: i64 = 30 * 24 * 3600;

/// Fills an empty store; a store that holds an alliance is left as it is.
pub async fn fill(app: &App) -> Result<()> {
    if !directory::any_alliance(&mut *app.ground.db.read().await?).await? {
        alliance(app).await?;
    }
    if app.ground.config.demo.studies {
        studies::fill(app).await?;
        consults::attach_studies(app).await?;
    }
    give_back_memory();
    Ok(())
}

/// Drawing and filing images leaves the allocator with memory that it would keep for good: 75 MB of a small machine.
fn give_back_memory() {
    #[cfg(target_env = "gnu")]
    // SAFETY: malloc_trim(3) takes no pointer and may be called at any time from any thread.
    unsafe {
        libc::malloc_trim(0);
    }
}

async fn alliance(app: &App) -> Result<()> {
    let password_hash = password::hash(PASSWORD.to_owned(), &app.ground.entropy).await?;
    let ground = app.ground.clone();
    app.ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                // The alliance has been there for a while, so that something can have happened in it.
                let now = tx.now;
                tx.now = now.plus_seconds(-MONTH_SECONDS);
                let mut stage = directory_of(tx, &ground.config.alliance.timezone, &password_hash).await?;
                patients_of(tx, &ground, &mut stage).await?;
                tx.now = now;
                duties_of(tx, &ground, &stage).await?;
                places::fill(tx, &stage).await?;
                referrals::fill(tx, &stage, &ground.zone).await?;
                consults::fill(tx, &stage, &ground).await
            })
        })
        .await?;
    tracing::info!("the demo alliance was made");
    Ok(())
}

/// Who and what was made, by the keys of `cast`.
pub struct Stage {
    pub alliance: AllianceId,
    pub organisations: BTreeMap<&'static str, OrganisationId>,
    pub departments: BTreeMap<(&'static str, &'static str), DepartmentId>,
    /// By login.
    pub people: BTreeMap<&'static str, Place>,
    /// By name.
    pub patients: BTreeMap<&'static str, PatientId>,
}

/// A person in the one position they have.
pub struct Place {
    pub person: PersonId,
    pub name: &'static str,
    pub position: PositionId,
    pub organisation: OrganisationId,
    pub role: crate::access::Role,
}

async fn directory_of(tx: &mut Tx, timezone: &str, password_hash: &str) -> Result<Stage> {
    let alliance = AllianceId::trusted(tx.new_id());
    directory::insert_alliance(tx, NewAlliance { id: &alliance, name: "清河县医共体", timezone }).await?;
    let mut stage = Stage {
        alliance,
        organisations: BTreeMap::new(),
        departments: BTreeMap::new(),
        people: BTreeMap::new(),
        patients: BTreeMap::new(),
    };
    for organisation in cast::ORGANISATIONS {
        let id = OrganisationId::trusted(tx.new_id());
        let parent = organisation.parent.and_then(|key| stage.organisations.get(key));
        let new = NewOrganisation {
            id: &id,
            parent,
            name: organisation.name,
            code: organisation.code,
            level: organisation.level,
            external: organisation.external,
            phone: Some(organisation.phone),
        };
        directory::insert_organisation(tx, &stage.alliance, new).await?;
        for (code, name, national_code) in organisation.departments {
            let department = DepartmentId::trusted(tx.new_id());
            let new = NewDepartment {
                id: &department,
                organisation: &id,
                code,
                name,
                national_code: *national_code,
            };
            directory::insert_department(tx, &stage.alliance, new).await?;
            stage.departments.insert((organisation.key, code), department);
        }
        stage.organisations.insert(organisation.key, id);
    }
    for (kind, from, to) in cast::AGREEMENTS {
        let kind = if *kind == "consult" { AgreementKind::Consult } else { AgreementKind::Referral };
        directory::insert_agreement(
            tx,
            &stage.alliance,
            kind,
            stage.organisation(from)?,
            stage.organisation(to)?,
        )
        .await?;
    }
    let clinic = stage.organisation(cast::AE_ORGANISATION)?;
    dimse::sql::insert(tx, &stage.alliance, clinic, cast::AE_TITLE, "loopback").await?;
    for person in cast::PEOPLE {
        insert_person(tx, &mut stage, person, password_hash).await?;
    }
    let system = clients::flow::New {
        client_id: cast::SYSTEM.0.to_owned(),
        name: cast::SYSTEM.1.to_owned(),
        alliance: stage.alliance.clone(),
        organisation: stage.organisation(cast::SYSTEM.2)?.clone(),
        role: cast::SYSTEM.3,
        scopes: Scopes::stored(cast::SYSTEM.4),
        demo: true,
    };
    clients::flow::create(tx, system, PASSWORD, &Author::default()).await?;
    Ok(stage)
}

async fn insert_person(
    tx: &mut Tx,
    stage: &mut Stage,
    person: &cast::Person,
    password_hash: &str,
) -> Result<()> {
    let id = PersonId::trusted(tx.new_id());
    let is_doctor = person.role.is_clinical();
    // Nobody's: the name is kept free for that (RFC 2606).
    let email = format!("{}@demo.invalid", person.login);
    let new = NewPerson {
        id: &id,
        staff_number: Some(person.staff_number),
        row: PersonRow {
            name: person.name,
            title: person.title,
            specialty: person.specialty,
            work_phone: Some(person.work_phone),
            email: Some(&email),
            licence_number: None,
            licence_from: is_doctor.then(|| tx.now.plus_seconds(-8 * YEAR_SECONDS)),
            licence_until: is_doctor.then(|| tx.now.plus_seconds(3 * YEAR_SECONDS)),
            practising_since: is_doctor.then(|| tx.now.plus_seconds(-8 * YEAR_SECONDS)),
        },
    };
    directory::insert_person(tx, &stage.alliance, new).await?;
    let department = person.department.and_then(|code| stage.departments.get(&(person.organisation, code)));
    let (position, organisation) =
        (PositionId::trusted(tx.new_id()), stage.organisation(person.organisation)?.clone());
    let new = NewPosition {
        id: &position,
        person: &id,
        organisation: &organisation,
        department,
        role: person.role,
        valid_from: tx.now,
        valid_until: None,
    };
    directory::insert_position(tx, &stage.alliance, new).await?;
    access::insert_account(tx, &id, &stage.alliance, person.login, password_hash, true).await?;
    let place = Place { person: id, name: person.name, position, organisation, role: person.role };
    stage.people.insert(person.login, place);
    Ok(())
}

/// Shifts of a day and a night, from eight to eight.
async fn duties_of(tx: &mut Tx, ground: &crate::ground::Ground, stage: &Stage) -> Result<()> {
    let eight = ground.today().at(8, 0, 0, 0).to_zoned(ground.zone.clone()).map_err(Refusal::internal)?;
    let today = Timestamp(eight.timestamp().as_millisecond());
    for (kind, organisation, department, login, rank) in cast::DUTIES {
        let place = stage.people.get(login).ok_or(Code::Internal)?;
        let department = department.and_then(|code| stage.departments.get(&(*organisation, code)));
        let organisation = match kind {
            DutyKind::Alliance => "",
            DutyKind::Department | DutyKind::Hospital => stage.organisation(organisation)?.as_str(),
        };
        for day in -1..cast::DUTY_DAYS {
            let planned = Planned {
                slot: Slot {
                    kind: *kind,
                    organisation: organisation.to_owned(),
                    department: department.map_or_else(String::new, ToString::to_string),
                },
                person: place.person.to_string(),
                rank: *rank,
                starts_at: today.plus_seconds(day * DAY_SECONDS),
                ends_at: today.plus_seconds((day + 1) * DAY_SECONDS),
            };
            let id = DutyId::trusted(tx.new_id());
            duty::insert(tx, &stage.alliance, &id, &planned).await?;
        }
    }
    Ok(())
}

async fn patients_of(tx: &mut Tx, ground: &crate::ground::Ground, stage: &mut Stage) -> Result<()> {
    let today = ground.today();
    for patient in cast::PATIENTS {
        let id = PatientId::trusted(tx.new_id());
        let checked = crate::patients::rules::check(patient.input(id.clone()), today)?;
        let organisation = stage.organisation(patient.registered_by)?;
        patients::insert(tx, &ground.keys, &stage.alliance, organisation, &id, &checked).await?;
        let subject = ("patient", id.as_str());
        grants::give(tx, &stage.alliance, organisation, &id, Relation::OwnRecord, subject).await?;
        if patient.resident_id == cast::PATIENTS[0].resident_id {
            let issuer = Some(stage.organisation(cast::AE_ORGANISATION)?);
            patients::insert_identifier(
                tx,
                &ground.keys,
                &stage.alliance,
                &id,
                LOCAL,
                issuer,
                cast::LOCAL_NUMBER,
            )
            .await?;
        }
        stage.patients.insert(patient.name, id);
    }
    Ok(())
}

impl Stage {
    fn organisation(&self, key: &str) -> Result<&OrganisationId> {
        self.organisations.get(key).ok_or_else(|| Code::Internal.into())
    }
}
