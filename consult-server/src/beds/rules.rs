//! Which figures are acceptable, what a list of them would change, and what is left after our own holds. Pure.

use super::{BedInput, Finding, Report, Source};
use crate::error::{Code, Refusal, Result};
use crate::ids::DepartmentId;
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

const MOST_BEDS: i64 = 10_000;
/// A clock of another machine may run ahead so far.
const CLOCK_SKEW_SECONDS: i64 = 600;
const MOST_FINDINGS: usize = 1_000;
const SHOWN: usize = 60;

/// Figures that were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    pub open: i64,
    pub occupied: i64,
    pub free: i64,
    pub expected_free: Option<i64>,
    pub at: Timestamp,
}

impl Figures {
    /// The same beds, whenever they were counted.
    fn same_beds(&self, other: &Self) -> bool {
        (self.open, self.occupied, self.free, self.expected_free)
            == (other.open, other.occupied, other.free, other.expected_free)
    }
}

/// What stands for a department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub figures: Figures,
    pub source: Source,
    pub version: i64,
}

pub fn check(input: &BedInput, now: Timestamp) -> Result<Figures> {
    let counted = [
        ("open", Some(input.open)),
        ("occupied", Some(input.occupied)),
        ("free", input.free),
        ("expected_free", input.expected_free),
    ];
    for (field, value) in counted {
        if value.is_some_and(|value| !(0..=MOST_BEDS).contains(&value)) {
            return Err(Refusal::field(Code::BedsNumber, field));
        }
    }
    let free = input.free.unwrap_or((input.open - input.occupied).max(0));
    if input.occupied + free > input.open {
        return Err(Refusal::field(Code::BedsTooMany, "occupied"));
    }
    if input.expected_free.is_some_and(|expected| expected > input.open) {
        return Err(Refusal::field(Code::BedsTooMany, "expected_free"));
    }
    let at = input.at.unwrap_or(now);
    if at > now.plus_seconds(CLOCK_SKEW_SECONDS) {
        return Err(Refusal::field(Code::BedsTime, "at"));
    }
    // What is counted in the other machine's future was counted now.
    let at = at.min(now);
    Ok(Figures { open: input.open, occupied: input.occupied, free, expected_free: input.expected_free, at })
}

/// A line of a list: a department by id, code or name, and what is said of it; or why it could not be read.
#[derive(Clone)]
pub struct Line {
    pub row: u32,
    pub department: String,
    pub beds: std::result::Result<BedInput, Finding>,
}

/// The departments of an organisation: id, code, name.
pub struct Departments(pub Vec<(DepartmentId, String, String)>);

impl Departments {
    fn find(&self, named: &str) -> Option<&DepartmentId> {
        let by = |fits: &dyn Fn(&(DepartmentId, String, String)) -> bool| {
            self.0.iter().find(|one| fits(one)).map(|(id, _, _)| id)
        };
        by(&|(id, _, _)| id.as_str() == named)
            .or_else(|| by(&|(_, code, _)| code.eq_ignore_ascii_case(named)))
            .or_else(|| by(&|(_, _, name)| name == named))
    }
}

pub fn finding(row: u32, code: Code, field: &str, value: &str) -> Finding {
    Finding { row, code, field: field.to_owned(), value: value.chars().take(SHOWN).collect() }
}

/// What a list does.
#[derive(Default)]
pub struct Plan {
    pub changes: Vec<(DepartmentId, Figures)>,
    /// The same beds from the same source, counted again: only the time is new, and that is no event.
    pub confirmed: Vec<(DepartmentId, Timestamp)>,
}

/// What a list changes, and the report of it. With an error nothing is to be done.
pub fn plan(
    lines: Vec<Line>,
    source: Source,
    departments: &Departments,
    standing: &BTreeMap<DepartmentId, Standing>,
    now: Timestamp,
) -> (Plan, Report) {
    let mut report = Report { rows: lines.len(), ..Report::default() };
    let (mut plan, mut seen, mut findings) = (Plan::default(), BTreeSet::new(), Vec::new());
    for line in lines {
        let Some(department) = departments.find(line.department.trim()) else {
            findings.push(finding(line.row, Code::BedsDepartment, "department", &line.department));
            continue;
        };
        if !seen.insert(department.clone()) {
            findings.push(finding(line.row, Code::BedsTwice, "department", &line.department));
            continue;
        }
        let beds = match line.beds {
            Ok(beds) => beds,
            Err(found) => {
                findings.push(found);
                continue;
            }
        };
        match check(&beds, now) {
            Err(refused) => {
                let field = refused.extras.get("field").and_then(|f| f.as_str()).unwrap_or_default();
                findings.push(finding(line.row, refused.code, field, &shown(&beds, field)));
            }
            Ok(figures) => match standing.get(department) {
                Some(was) if was.figures.at > figures.at => report.older += 1,
                Some(was) if was.figures == figures => report.unchanged += 1,
                Some(was) if was.source == source && was.figures.same_beds(&figures) => {
                    report.unchanged += 1;
                    plan.confirmed.push((department.clone(), figures.at));
                }
                Some(_) | None => plan.changes.push((department.clone(), figures)),
            },
        }
    }
    report.errors = findings.len();
    report.changed = plan.changes.len();
    findings.truncate(MOST_FINDINGS);
    report.findings = findings;
    (plan, report)
}

fn shown(beds: &BedInput, field: &str) -> String {
    match field {
        "open" => beds.open.to_string(),
        "occupied" => beds.occupied.to_string(),
        "free" => beds.free.map_or_else(String::new, |n| n.to_string()),
        "expected_free" => beds.expected_free.map_or_else(String::new, |n| n.to_string()),
        "at" => beds.at.map_or_else(String::new, |at| at.to_string()),
        _ => String::new(),
    }
}

/// Free beds after our holds, and by how many the holds are more than the free ones. Neither is negative.
pub fn left(free: i64, holds: i64) -> (i64, i64) {
    ((free - holds).max(0), (holds - free).max(0))
}

pub fn is_stale(at: Timestamp, now: Timestamp, stale_minutes: i64) -> bool {
    now.0 - at.0 > stale_minutes * 60_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_795_399_200_000);

    fn input(open: i64, occupied: i64, free: Option<i64>) -> BedInput {
        BedInput { open, occupied, free, expected_free: None, at: None }
    }

    proptest! {
        #[test]
        fn no_figure_that_is_taken_is_negative_or_more_than_there_is(
            open in -5i64..20_000, occupied in -5i64..20_000,
            free in proptest::option::of(-5i64..20_000), expected in proptest::option::of(-5i64..20_000), holds in 0i64..50,
        ) {
            if let Ok(f) = check(&BedInput { expected_free: expected, ..input(open, occupied, free) }, NOW) {
                prop_assert!(f.open >= 0 && f.occupied >= 0 && f.free >= 0 && f.occupied + f.free <= f.open);
                prop_assert!(f.expected_free.is_none_or(|n| (0..=f.open).contains(&n)));
                let (available, over) = left(f.free, holds);
                prop_assert!(available >= 0 && over >= 0 && available - over == f.free - holds);
            }
        }
    }

    #[test]
    fn free_beds_are_those_that_are_not_occupied_unless_somebody_says_otherwise() {
        assert_eq!(check(&input(20, 17, None), NOW).unwrap().free, 3);
        assert_eq!(check(&input(20, 17, Some(2)), NOW).unwrap().free, 2);
        assert_eq!(check(&input(20, 17, Some(4)), NOW).unwrap_err().code, Code::BedsTooMany);
        assert_eq!(check(&input(20, 21, None), NOW).unwrap_err().code, Code::BedsTooMany);
        let ahead = BedInput { at: Some(NOW.plus_seconds(601)), ..input(20, 17, None) };
        assert_eq!(check(&ahead, NOW).unwrap_err().code, Code::BedsTime);
    }

    #[test]
    fn a_figure_that_was_counted_earlier_does_not_replace_a_later_one() {
        let id = DepartmentId::trusted("d");
        let departments = Departments(vec![(id.clone(), "D02".to_owned(), "心内科".to_owned())]);
        let figures = check(&input(20, 17, None), NOW).unwrap();
        let standing = BTreeMap::from([(id, Standing { figures, source: Source::Hand, version: 3 })]);
        let line = |named: &str, at: Timestamp| {
            let beds = Ok(BedInput { at: Some(at), ..input(20, 10, None) });
            vec![Line { row: 2, department: named.to_owned(), beds }]
        };
        let now = NOW.plus_seconds(60);
        let planned = |lines| plan(lines, Source::Hand, &departments, &standing, now);
        let (steps, report) = planned(line("d02", NOW.plus_seconds(-1)));
        assert_eq!((steps.changes.len(), report.older), (0, 1));
        let (steps, report) = planned(line("心内科", now));
        assert_eq!((steps.changes.len(), report.changed, report.errors), (1, 1, 0));
        let (steps, report) = planned(line("骨科", now));
        assert_eq!((steps.changes.len(), report.findings[0].code), (0, Code::BedsDepartment));
    }

    #[test]
    fn the_same_beds_counted_again_are_confirmed_and_no_change() {
        let id = DepartmentId::trusted("d");
        let departments = Departments(vec![(id.clone(), "D02".to_owned(), "心内科".to_owned())]);
        let figures = check(&input(20, 17, None), NOW).unwrap();
        let standing = BTreeMap::from([(id, Standing { figures, source: Source::Feed, version: 3 })]);
        let again = |source, occupied| {
            let beds = Ok(input(20, occupied, None));
            let lines = vec![Line { row: 1, department: "D02".to_owned(), beds }];
            let (plan, report) = plan(lines, source, &departments, &standing, NOW.plus_seconds(60));
            (plan.changes.len(), plan.confirmed.len(), report.unchanged)
        };
        assert_eq!(again(Source::Feed, 17), (0, 1, 1));
        assert_eq!(again(Source::Feed, 18), (1, 0, 0));
        assert_eq!(again(Source::Hand, 17), (1, 0, 0), "somebody else says so now");
    }
}
