//! The rows of positions, in a table of their own or beside a person: whether whoever imports may give or change them, and what is
//! held together; and people whom no row gives one. Pure.

use super::{Importer, Outcome, Planning, PositionKey, Step, Validity};
use crate::access::policy::{Action, administrator_gives, go_together, watches};
use crate::directory::editing::rules as checks;
use crate::directory::import::columns::Record;
use crate::directory::import::{Finding, Severity, Sheet, values};
use crate::error::Code;
use crate::time::Timestamp;

/// Where a position lets somebody be on duty, by staff number and code.
pub(super) fn duty_place(key: &PositionKey) -> Option<(String, String)> {
    let may = Action::DutySwap.is_of(key.role);
    may.then(|| (key.staff_number.clone(), key.organisation.clone()))
}

impl Planning<'_> {
    fn at_console(&self) -> bool {
        matches!(self.terms.importer, Importer::Console)
    }

    pub(super) fn position(&mut self, record: &Record) {
        let before = self.report.errors;
        let zone = self.terms.zone;
        let number = self.need(record, "staff_number", checks::code);
        let from = self.take(record, "valid_from", |text| values::begins(values::day(text)?, zone));
        let until = self.take(record, "valid_until", |text| values::ends(values::day(text)?, zone));
        if matches!((from, until), (Some(from), Some(until)) if from >= until) {
            self.refuse(record, Code::DirectoryDateOrder, "valid_until");
        }
        let Some(number) = number else { return };
        let left = self.standing.people.get(&number).is_some_and(|known| known.ended);
        if left || !self.people.contains(&number) {
            self.refuse(record, Code::DirectoryPersonUnknown, "staff_number");
        }
        let Some(key) = self.position_of(record, number) else { return };
        let place =
            format!("{} {} {} {}", key.staff_number, key.organisation, key.department, key.role.as_str());
        self.once(record, "staff_number", &place);
        if self.report.errors > before {
            return;
        }
        let stood = self.standing.positions.contains_key(&key);
        match (stood, self.placed(record, key, from, until)) {
            (_, false) => self.done(Outcome::Unchanged),
            (true, true) => self.done(Outcome::Changed),
            (false, true) => self.done(Outcome::Created),
        }
    }

    pub(super) fn position_of(&mut self, record: &Record, staff_number: String) -> Option<PositionKey> {
        let organisation = self.known_organisation(record);
        let role = self.need(record, "role", values::role);
        if !self.at_console() && role.is_some_and(|role| !administrator_gives(role)) {
            self.refuse(record, Code::DirectoryRoleNotYours, "role");
        }
        let organisation = organisation?;
        let department = match record.get("department") {
            None => String::new(),
            Some(text) => match self.department_code(&organisation, text) {
                Some(code) => code,
                None => {
                    self.refuse(record, Code::DirectoryDepartmentUnknown, "department");
                    return None;
                }
            },
        };
        Some(PositionKey { staff_number, organisation, department, role: role? })
    }

    /// Plans a position; `false` when it stands so already, or is over.
    pub(super) fn placed(
        &mut self,
        record: &Record,
        key: PositionKey,
        from: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> bool {
        let known = self.standing.positions.get(&key);
        let now = self.terms.now;
        let old = known.map(|known| known.facts);
        let validity = Validity {
            from: from.or(old.map(|old| old.from)).unwrap_or(now),
            until: until.or(old.and_then(|old| old.until)),
        };
        let over = validity.until.is_some_and(|until| until <= now);
        self.placed.extend(duty_place(&key));
        if old == Some(validity) || (old.is_none() && over) {
            return false;
        }
        let standing = known.map(|known| known.id.clone());
        if let Some((code, field)) = self.forbids(&key, standing.is_some()) {
            self.refuse(record, code, field);
        }
        match (over, old) {
            (true, _) => self.let_go(&key),
            (false, None) => self.hold(&key),
            (false, Some(_)) => {}
        }
        self.steps.push(Step::Position { key, validity, standing });
        true
    }

    /// What stands against giving or changing a position, as the page refuses it too.
    fn forbids(&self, key: &PositionKey, stood: bool) -> Option<(Code, &'static str)> {
        let held = self.held.get(&key.staff_number).map_or(&[][..], Vec::as_slice);
        if let Importer::Administrator(own) = self.terms.importer {
            let person = self.standing.people.get(&key.staff_number);
            if person.is_some_and(|person| person.id == own.as_str()) {
                return Some((Code::DirectoryOwnPosition, "staff_number"));
            }
            if held.iter().copied().any(watches) {
                return Some((Code::DirectoryAtConsole, "staff_number"));
            }
        }
        let apart = !stood && !held.iter().all(|role| go_together(*role, key.role));
        apart.then_some((Code::DirectoryPowersApart, "role"))
    }

    pub(super) fn hold(&mut self, key: &PositionKey) {
        self.held.entry(key.staff_number.clone()).or_default().push(key.role);
    }

    fn let_go(&mut self, key: &PositionKey) {
        let held = self.held.entry(key.staff_number.clone()).or_default();
        if let Some(at) = held.iter().position(|role| *role == key.role) {
            held.swap_remove(at);
        }
    }

    /// Of whoever has no position when all rows are read, the row that names them says so: they would be in no list.
    /// Where a row is refused nothing is taken in, and its position may be what is wrong.
    pub(super) fn without_position(&mut self, records: &[Record]) {
        if self.report.errors > 0 {
            return;
        }
        for record in records.iter().filter(|record| record.sheet == Sheet::People) {
            let Some(Ok(number)) = record.get("staff_number").map(checks::code) else { continue };
            if self.held.get(&number).is_none_or(Vec::is_empty) {
                let finding = record.finding(Code::ImportNoPosition, "role");
                self.report.add(Finding { severity: Severity::Warning, ..finding });
            }
        }
    }
}
