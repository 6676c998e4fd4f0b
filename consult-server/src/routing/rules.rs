//! From what the store says of a place to the numbers it is ranked by, and the ranking. Pure.

use super::sql::{DepartmentRow, DutyRow, FigureRow, PlaceRow};
use super::{DecisionTime, DutyName, FreeBeds, Suggestion};
use crate::beds::rules::{is_stale, left};
use crate::refs::DepartmentRef;
use crate::time::Timestamp;
use referral::suggest::{Candidate, Capable, Point, median, order, rank};
use referral::{OrganisationId, Urgency};
use std::collections::BTreeMap;

/// So many names are enough to call.
const MOST_NAMES: usize = 2;

/// What is asked for.
pub struct Wanted<'a> {
    pub need: Option<&'a str>,
    /// Codes of the national department list, the best first.
    pub departments: Vec<&'a str>,
    pub from: Option<Point>,
    pub now: Timestamp,
    pub stale_minutes: i64,
}

/// What the store says of one place.
#[derive(Clone)]
pub struct Facts<'a> {
    pub place: &'a PlaceRow,
    pub department: Option<&'a DepartmentRow>,
    /// Code and end of what it can do now; `None` where it keeps no catalogue.
    pub capabilities: Option<&'a BTreeMap<String, Option<Timestamp>>>,
    pub figures: Vec<&'a FigureRow>,
    pub duties: Vec<&'a DutyRow>,
    pub open_legs: i64,
    pub decisions_ms: Vec<i64>,
}

/// The department of a place that fits best, by the national list; sub-departments count for their parent.
pub fn department<'a>(own: &'a [DepartmentRow], wanted: &[&str]) -> Option<&'a DepartmentRow> {
    let fits = |code: &str, wanted: &str| code == wanted || code.starts_with(&format!("{wanted}."));
    wanted.iter().find_map(|wanted| {
        own.iter().find(|one| one.national_code.as_deref().is_some_and(|c| fits(c, wanted)))
    })
}

pub fn suggestion(facts: Facts<'_>, wanted: &Wanted<'_>) -> Suggestion {
    let Facts { place, department, open_legs, .. } = facts;
    let capability = wanted.need.zip(facts.capabilities).map(|(need, own)| own.get(need));
    let capable = match capability {
        None => Capable::Unknown,
        Some(None) => Capable::No,
        Some(Some(_)) => Capable::Yes,
    };
    let open_beds =
        (!facts.figures.is_empty()).then(|| facts.figures.iter().map(|one| one.open).sum::<i64>());
    let decisions = facts.decisions_ms.len();
    Suggestion {
        rank: 0,
        organisation: place.organisation.clone(),
        level: place.level.clone(),
        department: department.map(|one| DepartmentRef { id: one.id.clone(), name: one.name.clone() }),
        agreement: place.agreement,
        capable: capable.as_str().to_owned(),
        capability_valid_until: capability.flatten().copied().flatten(),
        distance_km: wanted.from.zip(place.point).map(|(from, to)| tenth(from.distance_km(to))),
        open_legs,
        open_beds,
        legs_per_bed: open_beds.and_then(|beds| per_bed(open_legs, beds)),
        free_beds: free(&facts.figures, wanted),
        duty: on_duty(&facts.duties, department),
        decides: median(facts.decisions_ms)
            .map(|ms| DecisionTime { median_minutes: tenth(minutes(ms)), decisions }),
    }
}

/// The figures of a place together, as old as the oldest of them.
fn free(figures: &[&FigureRow], wanted: &Wanted<'_>) -> Option<FreeBeds> {
    let at = figures.iter().map(|one| one.at).min()?;
    let count = figures.iter().map(|one| left(one.free, one.held).0).sum();
    Some(FreeBeds { count, at, stale: is_stale(at, wanted.now, wanted.stale_minutes) })
}

fn on_duty(duties: &[&DutyRow], department: Option<&DepartmentRow>) -> Vec<DutyName> {
    let of_department = |duty: &&&DutyRow| {
        duty.department.is_some() && duty.department.as_ref() == department.map(|one| &one.id)
    };
    let named = |duty: &&DutyRow| DutyName { name: duty.name.clone(), phone: duty.phone.clone() };
    let own: Vec<DutyName> = duties.iter().filter(of_department).map(named).take(MOST_NAMES).collect();
    if !own.is_empty() {
        return own;
    }
    duties.iter().filter(|duty| duty.department.is_none()).map(named).take(MOST_NAMES).collect()
}

fn minutes(ms: i64) -> f64 {
    ms as f64 / 60_000.0
}

fn per_bed(legs: i64, beds: i64) -> Option<f64> {
    (beds > 0).then(|| (legs as f64 / beds as f64 * 100.0).round() / 100.0)
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// The best of many by what is known of all of them; how busy they are is not yet asked and counts for nothing here.
pub fn best<'a>(
    all: impl Iterator<Item = Facts<'a>>,
    wanted: &Wanted<'_>,
    urgency: Urgency,
    most: usize,
) -> Vec<Facts<'a>> {
    let by_all_known = |facts: &Facts<'_>| {
        let known = suggestion(facts.clone(), wanted);
        candidate(&Suggestion { legs_per_bed: None, ..known })
    };
    let mut all: Vec<_> = all.map(|facts| (by_all_known(&facts), facts)).collect();
    all.sort_by(|(one, _), (other, _)| order(one, other, urgency));
    all.into_iter().take(most).map(|(_, facts)| facts).collect()
}

/// In the order of the crate `referral`, by the numbers as they are shown.
pub fn ranked(suggestions: Vec<Suggestion>, urgency: Urgency, most: usize) -> Vec<Suggestion> {
    let candidates = suggestions.iter().map(candidate).collect();
    let mut by_id: BTreeMap<String, Suggestion> =
        suggestions.into_iter().map(|one| (one.organisation.id.to_string(), one)).collect();
    let order = rank(candidates, urgency).into_iter();
    let found = order.filter_map(|one| by_id.remove(one.organisation.as_str())).take(most);
    found.zip(1..).map(|(one, rank)| Suggestion { rank, ..one }).collect()
}

fn candidate(one: &Suggestion) -> Candidate {
    Candidate {
        organisation: OrganisationId::new(one.organisation.id.as_str()),
        agreement: one.agreement,
        capable: Capable::parse(&one.capable).unwrap_or(Capable::Unknown),
        distance_km: one.distance_km,
        legs_per_bed: one.legs_per_bed,
        free_beds: one
            .free_beds
            .as_ref()
            .filter(|beds| !beds.stale)
            .and_then(|beds| u32::try_from(beds.count).ok()),
        duty_present: !one.duty.is_empty(),
        decides_in_min: one.decides.as_ref().map(|one| one.median_minutes),
    }
}
