//! The rows of a roster: the rules of duties, on codes instead of ids. Pure.

use super::{Outcome, Planning, Step};
use crate::directory::duty::rules::{self, Planned, Slot};
use crate::directory::duty::{DutyKind, Rank};
use crate::directory::editing::rules as checks;
use crate::directory::import::columns::Record;
use crate::directory::import::values;
use crate::error::Code;

fn kind(text: &str) -> Result<DutyKind, Code> {
    match text {
        "科室值班" | "科室" => Ok(DutyKind::Department),
        "总值班" | "行政总值班" | "医院" => Ok(DutyKind::Hospital),
        "联盟值班" | "医共体值班" => Ok(DutyKind::Alliance),
        _ => DutyKind::parse(text).ok_or(Code::ImportDutyKind),
    }
}

fn rank(text: &str) -> Result<Rank, Code> {
    match text {
        "值班" | "主班" => Ok(Rank::Duty),
        "副班" | "备班" => Ok(Rank::Deputy),
        _ => Rank::parse(text).ok_or(Code::ImportDutyRank),
    }
}

impl Planning<'_> {
    pub(super) fn duty(&mut self, record: &Record) {
        let before = self.report.errors;
        let zone = self.terms.zone;
        let kind = self.need(record, "kind", kind);
        let number = self.need(record, "staff_number", checks::code);
        let rank = self.take(record, "rank", rank).unwrap_or(Rank::Duty);
        let starts_at = self.need(record, "starts_at", |text| values::moment(text, zone));
        let ends_at = self.need(record, "ends_at", |text| values::moment(text, zone));
        let organisation = match record.get("organisation") {
            Some(_) => self.known_organisation(record).unwrap_or_default(),
            None => String::new(),
        };
        let department = match record.get("department") {
            Some(text) => match self.department_code(&organisation, text) {
                Some(code) => code,
                None => return self.refuse(record, Code::DirectoryDepartmentUnknown, "department"),
            },
            None => String::new(),
        };
        let (Some(kind), Some(person), Some(starts_at), Some(ends_at)) = (kind, number, starts_at, ends_at)
        else {
            return;
        };
        let planned =
            Planned { slot: Slot { kind, organisation, department }, person, rank, starts_at, ends_at };
        if self.report.errors == before {
            self.plan_duty(record, planned);
        }
    }

    fn plan_duty(&mut self, record: &Record, planned: Planned) {
        let slot = &planned.slot;
        if !rules::place_fits(slot.kind, !slot.organisation.is_empty(), !slot.department.is_empty()) {
            return self.refuse(record, Code::DirectoryDutyPlace, "kind");
        }
        match rules::time_fits(planned.starts_at, planned.ends_at, self.terms.now) {
            // A file that holds the past too is taken in for what is to come.
            Err(Code::DirectoryDutyOver) => return self.done(Outcome::Unchanged),
            Err(code) => return self.refuse(record, code, "ends_at"),
            Ok(()) => {}
        }
        let works = match slot.kind {
            DutyKind::Alliance => {
                let anywhere = (planned.person.clone(), String::new());
                self.placed.range(anywhere..).next().is_some_and(|(person, _)| *person == planned.person)
            }
            DutyKind::Department | DutyKind::Hospital => {
                self.placed.contains(&(planned.person.clone(), slot.organisation.clone()))
            }
        };
        if !works {
            return self.refuse(record, Code::DirectoryDutyNotThere, "staff_number");
        }
        let near = |key: String| self.duties.get(&key).into_iter().flatten();
        let mut others = near(place(&planned)).chain(near(person(&planned)));
        if others.clone().any(|other| *other == planned) {
            return self.done(Outcome::Unchanged);
        }
        if let Some(clash) = others.find_map(|other| rules::clash(&planned, other)) {
            return self.refuse(record, clash.code(), "starts_at");
        }
        self.keep_duty(&planned);
        self.done(Outcome::Created);
        self.steps.push(Step::Duty(planned));
    }

    pub(super) fn keep_duty(&mut self, planned: &Planned) {
        for key in [place(planned), person(planned)] {
            self.duties.entry(key).or_default().push(planned.clone());
        }
    }
}

fn place(planned: &Planned) -> String {
    let slot = &planned.slot;
    format!("at {} {} {}", slot.kind.as_str(), slot.organisation, slot.department)
}

fn person(planned: &Planned) -> String {
    format!("by {}", planned.person)
}
