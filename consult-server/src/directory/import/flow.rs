//! The door of an import: the file is read and planned against what stands; a dry run ends there, an import takes every step in
//! one transaction. Used by the page and by the console. Knows no HTTP.

use super::columns::{self, Record};
use super::file::{self, Named};
use super::rules::{self, Importer, OrganisationFacts, PositionKey, Standing, Step, Terms, Validity};
use super::{Finding, Report, Severity, sql};
use crate::access::{activation, policy, sql as access};
use crate::db::change::Author;
use crate::db::{Conn, Tx};
use crate::directory::duty::rules::{Planned, Slot};
use crate::directory::editing::sql::{
    self as editing, NewDepartment, NewOrganisation, NewPerson, NewPosition, OrganisationRow, PersonRow,
};
use crate::directory::editing::{By, DEPARTMENT, ORGANISATION, PERSON, POSITION, flow};
use crate::directory::{duty, staff};
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::ids::{AllianceId, DepartmentId, DutyId, OrganisationId, PersonId, PositionId};
use crate::time::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;
use std::collections::BTreeMap;

/// A file that was read: its rows, and what is wrong with its tables as such.
#[derive(Clone)]
pub struct Parsed {
    records: Vec<Record>,
    shape: Vec<Finding>,
}

/// Reading a workbook is work for a while: it is done beside the requests. Nothing is fine about a file without a single row.
pub async fn parse(bytes: Vec<u8>, named: Named) -> Result<Parsed> {
    let read = move || {
        let mut shape = Vec::new();
        let mut records = Vec::new();
        for table in file::tables(&bytes, named)? {
            records.extend(columns::records(table, &mut shape));
        }
        if records.is_empty() {
            for finding in shape.iter_mut().filter(|finding| finding.code == Code::ImportNoRows) {
                finding.severity = Severity::Error;
            }
        }
        Ok(Parsed { records, shape })
    };
    tokio::task::spawn_blocking(read).await.map_err(Refusal::internal)?
}

/// An import without a request, by whoever has the console: they may give every role. With mistakes in the file nothing is
/// done and the report says so.
pub async fn at_console(
    ground: &Ground,
    (bytes, named): (Vec<u8>, Named),
    alliance: Option<&str>,
    for_real: bool,
) -> Result<Report> {
    let parsed = parse(bytes, named).await?;
    let mut reader = ground.db.read().await?;
    let known = sql::alliances(&mut reader).await?;
    let alliance = match (alliance, &known[..]) {
        (None, [only]) => only.clone(),
        (wanted, _) => known
            .into_iter()
            .find(|id| wanted == Some(id.as_str()))
            .ok_or_else(|| Refusal::internal("name the alliance by --alliance and its id"))?,
    };
    let console = Importer::Console;
    let report = dry_run(&mut reader, &alliance, &parsed, &ground.zone, ground.now(), &console).await?;
    drop(reader);
    if !for_real || report.errors > 0 {
        return Ok(report);
    }
    let author = Author { from: "console".to_owned(), ..Author::default() };
    let by = By { alliance, author, basis: "console", audience: Vec::new() };
    let zone = ground.zone.clone();
    ground.db.write(move |tx| Box::pin(async move { apply(tx, &by, &parsed, &zone, &console).await })).await
}

/// What the file would do.
pub async fn dry_run(
    conn: &mut Conn,
    alliance: &AllianceId,
    parsed: &Parsed,
    zone: &TimeZone,
    now: Timestamp,
    importer: &Importer,
) -> Result<Report> {
    let standing = sql::standing(conn, alliance, now).await?;
    let terms = Terms { zone, now, importer };
    Ok(rules::plan(&parsed.records, &parsed.shape, &standing, &terms).1)
}

/// Does what the file says: all of it, or nothing and the report of what is wrong.
pub async fn apply(
    tx: &mut Tx,
    by: &By,
    parsed: &Parsed,
    zone: &TimeZone,
    importer: &Importer,
) -> Result<Report> {
    let now = tx.now;
    // One import of an alliance at a time: the plan must still be true when it is carried out.
    editing::hold(tx, &by.alliance).await?;
    let standing = sql::standing(tx.conn(), &by.alliance, now).await?;
    let terms = Terms { zone, now, importer };
    let (steps, mut report) = rules::plan(&parsed.records, &parsed.shape, &standing, &terms);
    if report.errors > 0 {
        let report = serde_json::to_value(&report).map_err(Refusal::internal)?;
        return Err(Refusal::new(Code::ImportHasErrors).with("report", report));
    }
    report.applied = true;
    if !steps.is_empty() {
        let quiet = By { audience: Vec::new(), ..by.clone() };
        let mut import = Import { by: &quiet, id: tx.new_id(), ids: Ids::of(standing) };
        for step in steps {
            import.take(tx, step).await?;
        }
        let counts = serde_json::to_value(&report.sheets).map_err(Refusal::internal)?;
        let payload = json!({ "sheets": counts });
        flow::record(tx, by, ("import", &import.id), 1, "import.applied", payload).await?;
    }
    Ok(report)
}

/// The ids behind the keys of the file, those that stood and those that are made.
struct Ids {
    organisations: BTreeMap<String, OrganisationId>,
    departments: BTreeMap<(String, String), DepartmentId>,
    people: BTreeMap<String, PersonId>,
}

impl Ids {
    fn of(standing: Standing) -> Self {
        Self {
            organisations: standing
                .organisations
                .into_iter()
                .map(|(k, v)| (k, OrganisationId::trusted(v.id)))
                .collect(),
            departments: standing
                .departments
                .into_iter()
                .map(|(k, v)| (k, DepartmentId::trusted(v.id)))
                .collect(),
            people: standing.people.into_iter().map(|(k, v)| (k, PersonId::trusted(v.id))).collect(),
        }
    }

    fn organisation(&self, code: &str) -> Result<OrganisationId> {
        self.organisations
            .get(code)
            .cloned()
            .ok_or_else(|| Refusal::internal("a plan names no such organisation"))
    }
}

impl Ids {
    /// A duty by ids instead of codes.
    fn planned(&self, duty: Planned) -> Result<Planned> {
        let Slot { kind, organisation, department } = duty.slot;
        let place = match organisation.as_str() {
            "" => String::new(),
            code => self.organisation(code)?.to_string(),
        };
        let department = self.departments.get(&(organisation, department));
        let person = self.people.get(&duty.person);
        Ok(Planned {
            slot: Slot {
                kind,
                organisation: place,
                department: department.map_or_else(String::new, ToString::to_string),
            },
            person: person.ok_or_else(|| Refusal::internal("a plan names no such person"))?.to_string(),
            ..duty
        })
    }
}

struct Import<'a> {
    by: &'a By,
    id: String,
    ids: Ids,
}

impl Import<'_> {
    async fn take(&mut self, tx: &mut Tx, step: Step) -> Result<()> {
        let (subject, id, version, stood) = match step {
            Step::Organisation { code, facts, standing } => {
                let stood = standing.is_some();
                let (id, version) = self.organisation(tx, code, facts, standing).await?;
                (ORGANISATION, id, version, stood)
            }
            Step::Department { key, facts, standing } => {
                let organisation = self.ids.organisation(&key.0)?;
                let national_code = facts.national_code.as_deref();
                match standing {
                    Some(id) => {
                        let standing = DepartmentId::trusted(id.as_str());
                        let version =
                            editing::update_department(tx, &standing, None, &facts.name, national_code)
                                .await?;
                        (DEPARTMENT, id, version, true)
                    }
                    None => {
                        let id = DepartmentId::trusted(tx.new_id());
                        let new = NewDepartment {
                            id: &id,
                            organisation: &organisation,
                            code: &key.1,
                            name: &facts.name,
                            national_code,
                        };
                        editing::insert_department(tx, &self.by.alliance, new).await?;
                        self.ids.departments.insert(key, id.clone());
                        (DEPARTMENT, id.to_string(), 1, false)
                    }
                }
            }
            Step::Person { staff_number, facts, standing } => {
                let stood = standing.is_some();
                let (id, version) = self.person(tx, staff_number, &facts, standing).await?;
                (PERSON, id, version, stood)
            }
            Step::Position { key, validity, standing } => {
                let stood = standing.is_some();
                let id = self.position(tx, key, validity, standing).await?;
                (POSITION, id, 1, stood)
            }
            Step::Duty(planned) => {
                let id = DutyId::trusted(tx.new_id());
                duty::sql::insert(tx, &self.by.alliance, &id, &self.ids.planned(planned)?).await?;
                (duty::flow::DUTY, id.to_string(), 1, false)
            }
        };
        let kind = format!("{subject}.{}", if stood { "changed" } else { "created" });
        let payload = json!({ "import": self.id });
        flow::record(tx, self.by, (subject, &id), version, &kind, payload).await
    }

    /// A position that is given or changed, and what follows at once: nobody acts in one that has ended, who watches over administrators
    /// has no slip of paper any more, and a power that is given is told.
    async fn position(
        &self,
        tx: &mut Tx,
        key: PositionKey,
        validity: Validity,
        standing: Option<String>,
    ) -> Result<String> {
        let person = self.ids.people.get(&key.staff_number);
        let person = person.ok_or_else(|| Refusal::internal("a plan names no such person"))?;
        let now = tx.now;
        let over = validity.until.is_some_and(|until| until <= now);
        let id = PositionId::trusted(standing.clone().unwrap_or_else(|| tx.new_id()));
        if standing.is_some() {
            editing::update_position(tx, &id, validity.from, validity.until).await?;
        } else {
            let organisation = self.ids.organisation(&key.organisation)?;
            let department = self.ids.departments.get(&(key.organisation, key.department));
            let new = NewPosition {
                id: &id,
                person,
                organisation: &organisation,
                department,
                role: key.role,
                valid_from: validity.from,
                valid_until: validity.until,
            };
            editing::insert_position(tx, &self.by.alliance, new).await?;
        }
        if over || validity.from > now {
            access::end_sessions_in(tx, &id).await?;
        }
        if policy::watches(key.role) {
            activation::sql::end_open(tx, person).await?;
        }
        if !over {
            staff::flow::tell_of_power(tx, self.by, person, key.role).await?;
        }
        Ok(id.to_string())
    }

    async fn organisation(
        &mut self,
        tx: &mut Tx,
        code: String,
        facts: OrganisationFacts,
        standing: Option<String>,
    ) -> Result<(String, i64)> {
        let parent = match &facts.parent {
            Some(code) => Some(self.ids.organisation(code)?),
            None => None,
        };
        let (name, level, phone) = (facts.name.as_str(), facts.level.as_str(), facts.phone.as_deref());
        let (parent, external) = (parent.as_ref(), facts.external);
        let (id, version) = match standing {
            Some(id) => {
                let id = OrganisationId::trusted(id);
                let row = OrganisationRow { name, level, parent, external, phone };
                let version = editing::update_organisation(tx, &id, None, row).await?;
                (id, version)
            }
            None => {
                let id = OrganisationId::trusted(tx.new_id());
                let new = NewOrganisation { id: &id, parent, name, code: &code, level, external, phone };
                editing::insert_organisation(tx, &self.by.alliance, new).await?;
                (id, 1)
            }
        };
        for (system, value) in [("uscc", &facts.uscc), ("institution", &facts.institution_code)] {
            if let Some(value) = value {
                editing::set_code(tx, &self.by.alliance, &id, system, value).await?;
            }
        }
        self.ids.organisations.insert(code, id.clone());
        Ok((id.to_string(), version))
    }

    async fn person(
        &mut self,
        tx: &mut Tx,
        staff_number: String,
        facts: &rules::PersonFacts,
        standing: Option<String>,
    ) -> Result<(String, i64)> {
        let row = PersonRow {
            name: &facts.name,
            title: facts.title.as_deref(),
            specialty: facts.specialty.as_deref(),
            work_phone: facts.work_phone.as_deref(),
            email: facts.email.as_deref(),
            licence_number: facts.licence_number.as_deref(),
            licence_from: facts.licence_from,
            licence_until: facts.licence_until,
            practising_since: facts.practising_since,
        };
        if let Some(id) = standing {
            let version = editing::update_person(tx, &PersonId::trusted(id.as_str()), None, row).await?;
            return Ok((id, version));
        }
        let id = PersonId::trusted(tx.new_id());
        let new = NewPerson { id: &id, staff_number: Some(&staff_number), row };
        editing::insert_person(tx, &self.by.alliance, new).await?;
        self.ids.people.insert(staff_number, id.clone());
        Ok((id.to_string(), 1))
    }
}
