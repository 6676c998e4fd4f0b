//! What an entry of the outbox says of whom to tell. Pure.

use crate::db::outbox::Entry;
use crate::ids::{DepartmentId, OrganisationId, PersonId};

/// Where people are told: at the organisations that the payload names under `told`, or else at the whole audience.
pub fn places(entry: &Entry) -> Vec<OrganisationId> {
    let named = entry.payload["told"].as_array();
    let named =
        named.map(|ids| ids.iter().filter_map(|id| id.as_str().and_then(OrganisationId::parse)).collect());
    named.unwrap_or_else(|| entry.audience.clone())
}

/// People told by name, whatever their role: those the payload names under `tell`.
pub fn named(entry: &Entry) -> Vec<PersonId> {
    let people = entry.payload["tell"].as_array();
    people.into_iter().flatten().filter_map(|id| id.as_str().and_then(PersonId::parse)).collect()
}

/// What the rung of a ladder calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rung {
    /// Those who do it, on one side or on both.
    Doers,
    /// One who answers for all; on the department's rung for its department first.
    Duty(Option<DepartmentId>),
    Manager,
}

pub fn rung(entry: &Entry) -> Rung {
    match entry.payload["rung"].as_str() {
        Some("department_duty") => {
            Rung::Duty(entry.payload["department_id"].as_str().and_then(DepartmentId::parse))
        }
        Some("duty_officer") => Rung::Duty(None),
        Some("manager") => Rung::Manager,
        Some(_) | None => Rung::Doers,
    }
}
