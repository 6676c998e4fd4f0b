//! What an import comes to: the rows against what stands, as steps to take and findings to report. Pure: the same rows on the
//! same directory are the same plan, and on the directory they made no plan at all.

use super::columns::Record;
use super::{Count, Finding, Report, Sheet, values};
use crate::access::Role;
use crate::directory::duty::rules::Planned;
use crate::directory::editing::rules as checks;
use crate::error::Code;
use crate::ids::PersonId;
use crate::time::Timestamp;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrganisationFacts {
    pub name: String,
    pub level: String,
    /// Code of the organisation above.
    pub parent: Option<String>,
    pub uscc: Option<String>,
    pub institution_code: Option<String>,
    pub phone: Option<String>,
    pub external: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DepartmentFacts {
    pub name: String,
    pub national_code: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonFacts {
    pub name: String,
    pub title: Option<String>,
    pub specialty: Option<String>,
    pub work_phone: Option<String>,
    pub email: Option<String>,
    pub licence_number: Option<String>,
    pub licence_from: Option<Timestamp>,
    pub licence_until: Option<Timestamp>,
    pub practising_since: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PositionKey {
    pub staff_number: String,
    /// By code.
    pub organisation: String,
    /// By code; empty where there is none.
    pub department: String,
    pub role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    pub from: Timestamp,
    pub until: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub struct Known<T> {
    pub id: String,
    pub facts: T,
    /// Ended, left: a row does not bring it back.
    pub ended: bool,
}

/// What stands, by the keys that a file uses.
#[derive(Debug, Default)]
pub struct Standing {
    pub organisations: BTreeMap<String, Known<OrganisationFacts>>,
    /// By codes of organisation and department.
    pub departments: BTreeMap<(String, String), Known<DepartmentFacts>>,
    pub people: BTreeMap<String, Known<PersonFacts>>,
    /// Those that have not ended.
    pub positions: BTreeMap<PositionKey, Known<Validity>>,
    /// Those that are not over.
    pub duties: Vec<Planned>,
}

/// One thing to do; what it is about, its facts, and its id where it stands already.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    Organisation {
        code: String,
        facts: OrganisationFacts,
        standing: Option<String>,
    },
    Department {
        key: (String, String),
        facts: DepartmentFacts,
        standing: Option<String>,
    },
    Person {
        staff_number: String,
        facts: PersonFacts,
        standing: Option<String>,
    },
    Position {
        key: PositionKey,
        validity: Validity,
        standing: Option<String>,
    },
    /// Places and person by their codes.
    Duty(Planned),
}

/// What a row depends on beside the directory.
pub struct Terms<'a> {
    pub zone: &'a TimeZone,
    pub now: Timestamp,
    pub importer: &'a Importer,
}

/// On whose behalf a file is taken in.
#[derive(Clone, Debug)]
pub enum Importer {
    /// Whoever sits there may give every role.
    Console,
    /// This person, who gives themselves nothing and does not touch those who watch over them.
    Administrator(PersonId),
}

/// `shape` are the findings on the tables as such, which come before those on their rows.
pub fn plan(
    records: &[Record],
    shape: &[Finding],
    standing: &Standing,
    terms: &Terms<'_>,
) -> (Vec<Step>, Report) {
    let mut planning = Planning {
        standing,
        terms,
        report: Report::default(),
        seen: BTreeMap::new(),
        organisations: standing.organisations.iter().map(|(c, o)| (c.clone(), o.facts.clone())).collect(),
        departments: standing.departments.iter().map(|(k, d)| (k.clone(), d.facts.name.clone())).collect(),
        people: standing.people.keys().cloned().collect(),
        placed: standing.positions.keys().filter_map(positions::duty_place).collect(),
        held: BTreeMap::new(),
        duties: BTreeMap::new(),
        steps: Vec::new(),
    };
    for key in standing.positions.keys() {
        planning.hold(key);
    }
    for duty in &standing.duties {
        planning.keep_duty(duty);
    }
    for finding in shape {
        planning.report.add(finding.clone());
    }
    for sheet in Sheet::ALL {
        let rows: Vec<&Record> = records.iter().filter(|record| record.sheet == sheet).collect();
        if rows.is_empty() {
            continue;
        }
        planning.report.sheets.push(Count { sheet, rows: rows.len(), created: 0, changed: 0, unchanged: 0 });
        if sheet == Sheet::Organisations {
            planning.organisations_first(&rows);
        }
        for record in rows {
            match sheet {
                Sheet::Organisations => planning.organisation(record),
                Sheet::Departments => planning.department(record),
                Sheet::People => planning.person(record),
                Sheet::Positions => planning.position(record),
                Sheet::Rosters => planning.duty(record),
            }
        }
    }
    planning.without_position(records);
    let Planning { mut steps, report, organisations, .. } = planning;
    // Parents before children; everything else keeps its order.
    steps.sort_by_key(|step| match step {
        Step::Organisation { code, .. } => (0, depth(&organisations, code)),
        Step::Department { .. } => (1, 0),
        Step::Person { .. } => (2, 0),
        Step::Position { .. } => (3, 0),
        Step::Duty(_) => (4, 0),
    });
    (steps, report)
}

/// How far down the tree an organisation is; a circle has no depth.
fn depth(organisations: &BTreeMap<String, OrganisationFacts>, code: &str) -> usize {
    let mut passed = BTreeSet::new();
    let mut at = Some(code);
    while let Some(code) = at {
        if !passed.insert(code) {
            return usize::MAX;
        }
        at = organisations.get(code).and_then(|facts| facts.parent.as_deref());
    }
    passed.len()
}

enum Outcome {
    Created,
    Changed,
    Unchanged,
}

struct Planning<'a> {
    standing: &'a Standing,
    terms: &'a Terms<'a>,
    report: Report,
    /// The row in which a key or a code stood first.
    seen: BTreeMap<(Sheet, String), u32>,
    /// As they will be.
    organisations: BTreeMap<String, OrganisationFacts>,
    departments: BTreeMap<(String, String), String>,
    people: BTreeSet<String>,
    /// Who may be on duty where, by staff number and code.
    placed: BTreeSet<(String, String)>,
    /// The roles that each person holds, once for each position; by staff number.
    held: BTreeMap<String, Vec<Role>>,
    /// By place and by person: only those can stand in each other's way.
    duties: BTreeMap<String, Vec<Planned>>,
    steps: Vec<Step>,
}

impl Planning<'_> {
    fn refuse(&mut self, record: &Record, code: Code, field: &str) {
        self.report.add(record.finding(code, field));
    }

    /// What a cell says; blank is nothing.
    fn take<T>(&mut self, record: &Record, field: &str, read: impl Fn(&str) -> Result<T, Code>) -> Option<T> {
        match read(record.get(field)?) {
            Ok(value) => Some(value),
            Err(code) => {
                self.refuse(record, code, field);
                None
            }
        }
    }

    fn need<T>(&mut self, record: &Record, field: &str, read: impl Fn(&str) -> Result<T, Code>) -> Option<T> {
        if record.get(field).is_none() {
            self.refuse(record, Code::DirectoryValueMissing, field);
        }
        self.take(record, field, read)
    }

    /// A key stands in one row only; the finding names the row where it stood first.
    fn once(&mut self, record: &Record, field: &str, key: &str) {
        let first = *self.seen.entry((record.sheet, key.to_owned())).or_insert(record.row);
        if first != record.row {
            let finding = record.finding(Code::ImportKeyTwice, field);
            self.report.add(Finding { value: Some(format!("{key} ({first})")), ..finding });
        }
    }

    fn done(&mut self, outcome: Outcome) {
        if let Some(count) = self.report.sheets.last_mut() {
            match outcome {
                Outcome::Created => count.created += 1,
                Outcome::Changed => count.changed += 1,
                Outcome::Unchanged => count.unchanged += 1,
            }
        }
    }

    /// Reads every organisation of the file before any is judged: a parent may stand further down.
    fn organisations_first(&mut self, rows: &[&Record]) {
        for record in rows {
            let Some(Ok(code)) = record.get("code").map(checks::code) else { continue };
            let parent = record.get("parent").map(str::to_owned);
            let entry = self.organisations.entry(code).or_default();
            entry.parent = parent.or(entry.parent.take());
        }
    }

    fn organisation(&mut self, record: &Record) {
        let before = self.report.errors;
        let code = self.need(record, "code", checks::code);
        let name = self.need(record, "name", checks::line);
        let level = self.need(record, "level", checks::level);
        let uscc = self.take(record, "uscc", checks::uscc);
        let institution = self.take(record, "institution_code", checks::institution_code);
        let phone = self.take(record, "phone", checks::phone);
        let external = self.take(record, "external", values::yes);
        let Some(code) = code else { return };
        self.once(record, "code", &code);
        let parent = self.organisations.get(&code).and_then(|facts| facts.parent.clone());
        if let Some(parent) = &parent {
            if !self.organisations.contains_key(parent) {
                self.refuse(record, Code::DirectoryOrganisationUnknown, "parent");
            } else if depth(&self.organisations, &code) == usize::MAX {
                self.refuse(record, Code::DirectoryCircle, "parent");
            }
        }
        for (field, value) in [("uscc", &uscc), ("institution_code", &institution)] {
            if let Some(value) = value {
                self.code_free(record, field, value, &code);
            }
        }
        let known = self.standing.organisations.get(&code);
        if known.is_some_and(|known| known.ended) {
            self.refuse(record, Code::DirectoryEnded, "code");
        }
        let (Some(name), Some(level)) = (name, level) else { return };
        if self.report.errors > before {
            return;
        }
        let old = known.map(|known| known.facts.clone()).unwrap_or_default();
        let facts = OrganisationFacts {
            name,
            level: level.to_owned(),
            parent,
            uscc: uscc.or(old.uscc),
            institution_code: institution.or(old.institution_code),
            phone: phone.or(old.phone),
            external: external.unwrap_or(old.external),
        };
        self.organisations.insert(code.clone(), facts.clone());
        let standing = known.map(|known| known.id.clone());
        match known {
            Some(known) if known.facts == facts => return self.done(Outcome::Unchanged),
            Some(_) => self.done(Outcome::Changed),
            None => self.done(Outcome::Created),
        }
        self.steps.push(Step::Organisation { code, facts, standing });
    }

    /// A code of the outside belongs to one organisation.
    fn code_free(&mut self, record: &Record, field: &str, value: &str, owner: &str) {
        let key = (record.sheet, format!("{field} {value}"));
        let first = *self.seen.entry(key).or_insert(record.row);
        let held = self.standing.organisations.iter().any(|(code, known)| {
            let facts = &known.facts;
            let theirs = if field == "uscc" { &facts.uscc } else { &facts.institution_code };
            code != owner && theirs.as_deref() == Some(value)
        });
        if held || first != record.row {
            self.refuse(record, Code::DirectoryCodeTaken, field);
        }
    }

    /// The code of an organisation that will be there.
    fn known_organisation(&mut self, record: &Record) -> Option<String> {
        let code = self.need(record, "organisation", checks::code)?;
        let ended = self.standing.organisations.get(&code).is_some_and(|known| known.ended);
        if ended || !self.organisations.contains_key(&code) {
            self.refuse(record, Code::DirectoryOrganisationUnknown, "organisation");
            return None;
        }
        Some(code)
    }

    fn department(&mut self, record: &Record) {
        let before = self.report.errors;
        let organisation = self.known_organisation(record);
        let code = self.need(record, "code", checks::code);
        let name = self.need(record, "name", checks::line);
        let national = self.take(record, "national_code", checks::national_code);
        let (Some(organisation), Some(code)) = (organisation, code) else { return };
        self.once(record, "code", &format!("{organisation} {code}"));
        let key = (organisation, code);
        let known = self.standing.departments.get(&key);
        if known.is_some_and(|known| known.ended) {
            self.refuse(record, Code::DirectoryEnded, "code");
        }
        let Some(name) = name.filter(|_| self.report.errors == before) else { return };
        let old = known.map(|known| known.facts.clone()).unwrap_or_default();
        let facts = DepartmentFacts { name, national_code: national.or(old.national_code) };
        self.departments.insert(key.clone(), facts.name.clone());
        match known {
            Some(known) if known.facts == facts => return self.done(Outcome::Unchanged),
            Some(_) => self.done(Outcome::Changed),
            None => self.done(Outcome::Created),
        }
        self.steps.push(Step::Department { key, facts, standing: known.map(|known| known.id.clone()) });
    }

    fn person(&mut self, record: &Record) {
        let before = self.report.errors;
        let zone = self.terms.zone;
        let begins = |text: &str| values::begins(values::day(text)?, zone);
        let number = self.need(record, "staff_number", checks::code);
        let name = self.need(record, "name", checks::line);
        let title = self.take(record, "title", checks::line);
        let specialty = self.take(record, "specialty", checks::line);
        let phone = self.take(record, "work_phone", checks::phone);
        let email = self.take(record, "email", checks::email);
        let licence = self.take(record, "licence_number", checks::code);
        let from = self.take(record, "licence_from", begins);
        let until = self.take(record, "licence_until", |text| values::ends(values::day(text)?, zone));
        let since = self.take(record, "practising_since", begins);
        if matches!((from, until), (Some(from), Some(until)) if from >= until) {
            self.refuse(record, Code::DirectoryDateOrder, "licence_until");
        }
        let Some(number) = number else { return };
        self.once(record, "staff_number", &number);
        self.people.insert(number.clone());
        let known = self.standing.people.get(&number);
        if known.is_some_and(|known| known.ended) {
            self.refuse(record, Code::DirectoryEnded, "staff_number");
        }
        let position = match (record.get("organisation"), record.get("role")) {
            (None, None) => None,
            (Some(_) | None, _) => self.position_of(record, number.clone()),
        };
        let Some(name) = name.filter(|_| self.report.errors == before) else { return };
        let old = known.map(|known| known.facts.clone()).unwrap_or_default();
        let facts = PersonFacts {
            name,
            title: title.or(old.title),
            specialty: specialty.or(old.specialty),
            work_phone: phone.or(old.work_phone),
            email: email.or(old.email),
            licence_number: licence.or(old.licence_number),
            licence_from: from.or(old.licence_from),
            licence_until: until.or(old.licence_until),
            practising_since: since.or(old.practising_since),
        };
        let standing = known.map(|known| known.id.clone());
        let same = known.is_some_and(|known| known.facts == facts);
        let placed = position.is_some_and(|key| self.placed(record, key, None, None));
        match (&standing, same && !placed) {
            (None, _) => self.done(Outcome::Created),
            (Some(_), true) => self.done(Outcome::Unchanged),
            (Some(_), false) => self.done(Outcome::Changed),
        }
        if !same {
            self.steps.push(Step::Person { staff_number: number, facts, standing });
        }
    }

    /// By code, or by name.
    fn department_code(&self, organisation: &str, text: &str) -> Option<String> {
        if self.departments.contains_key(&(organisation.to_owned(), text.to_owned())) {
            return Some(text.to_owned());
        }
        let from = (organisation.to_owned(), String::new());
        let own = self.departments.range(from..).take_while(|((owner, _), _)| owner == organisation);
        own.into_iter().find(|(_, name)| *name == text).map(|((_, code), _)| code.clone())
    }
}

mod positions;
mod rosters;
#[cfg(test)]
mod tests;
