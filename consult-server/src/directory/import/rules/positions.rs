//! Rows of positions, and people whom no row gives one. Pure.

use super::{Outcome, Planning, PositionKey, Step, Validity};
use crate::directory::editing::rules as checks;
use crate::directory::import::columns::Record;
use crate::directory::import::{Finding, Severity, Sheet, values};
use crate::error::Code;
use crate::time::Timestamp;

impl Planning<'_> {
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
        match (stood, self.placed(key, from, until)) {
            (_, false) => self.done(Outcome::Unchanged),
            (true, true) => self.done(Outcome::Changed),
            (false, true) => self.done(Outcome::Created),
        }
    }

    /// Plans a position; `false` when it stands so already, or is over.
    pub(super) fn placed(
        &mut self,
        key: PositionKey,
        from: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> bool {
        self.placed.insert((key.staff_number.clone(), key.organisation.clone()));
        let known = self.standing.positions.get(&key);
        let now = self.terms.now;
        let old = known.map(|known| known.facts);
        let validity = Validity {
            from: from.or(old.map(|old| old.from)).unwrap_or(now),
            until: until.or(old.and_then(|old| old.until)),
        };
        let over = validity.until.is_some_and(|until| until <= now);
        if old == Some(validity) || (old.is_none() && over) {
            return false;
        }
        let standing = known.map(|known| known.id.clone());
        self.steps.push(Step::Position { key, validity, standing });
        true
    }

    /// Of whoever has no position when all rows are read, the row that names them says so: they would be in no list.
    pub(super) fn without_position(&mut self, records: &[Record]) {
        for record in records.iter().filter(|record| record.sheet == Sheet::People) {
            let Some(Ok(number)) = record.get("staff_number").map(checks::code) else { continue };
            let from = (number.clone(), String::new());
            let is_placed = self.placed.range(from..).next().is_some_and(|(placed, _)| *placed == number);
            if !is_placed {
                let finding = record.finding(Code::ImportNoPosition, "role");
                self.report.add(Finding { severity: Severity::Warning, ..finding });
            }
        }
    }
}
