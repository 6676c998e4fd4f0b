//! Who is told of what: a pure table from event type to the roles that hear of it. Reads no store.

use super::preferences::Class;
use crate::access::Role;
use crate::db::outbox::Entry;
use crate::ids::{DepartmentId, OrganisationId, PersonId};

/// Every type of event that somebody is told of, and that a webhook can be told.
pub const KINDS: &[&str] = &[
    "leg.submitted",
    "leg.asked",
    "leg.answered",
    "leg.accepted",
    "leg.declined",
    "leg.redirected",
    "leg.released",
    "leg.departed",
    "leg.arrived",
    "leg.no_show",
    "leg.outcome_sent",
    "leg.outcome_amended",
    "leg.acknowledged",
    "leg.cancel_requested",
    "leg.cancelled",
    "leg.deadline_missed",
    "consult.submitted",
    "consult.resubmitted",
    "consult.quality_checked",
    "consult.returned",
    "consult.claimed",
    "consult.released",
    "consult.asked",
    "consult.answered",
    "consult.declined",
    "consult.delivered",
    "consult.amended",
    "consult.acknowledged",
    "consult.cancelled",
    "consult.deadline_missed",
    "person.left",
    "break_glass.opened",
];

/// What a notice is for its reader: the way it goes follows from that and from what the reader wants.
pub fn class(event: &str) -> Class {
    match event {
        "leg.submitted"
        | "leg.asked"
        | "leg.answered"
        | "leg.declined"
        | "leg.redirected"
        | "leg.no_show"
        | "leg.departed"
        | "leg.outcome_sent"
        | "leg.outcome_amended"
        | "leg.cancel_requested" => Class::Tasks,
        "consult.submitted"
        | "consult.resubmitted"
        | "consult.quality_checked"
        | "consult.released"
        | "consult.asked"
        | "consult.answered"
        | "consult.returned"
        | "consult.delivered"
        | "consult.amended" => Class::Tasks,
        "leg.deadline_missed" | "consult.deadline_missed" => Class::Escalations,
        other if other.starts_with("leg.") || other.starts_with("consult.") => Class::Answers,
        _ => Class::Administration,
    }
}

/// The roles, at the organisations an event names as its audience, that get a notice. Events that are not listed are seen
/// on the page of their subject and disturb nobody. A missed deadline of a leg says which rung of the ladder is called.
pub fn told(event: &str, rung: Option<&str>) -> &'static [Role] {
    use Role::{
        Coordinator, FamilyDoctor, Manager, ReceivingDoctor, ReferralDesk, SecurityAdministrator, Specialist,
        TownshipDoctor, VillageDoctor,
    };
    const REQUESTERS: &[Role] = &[VillageDoctor, TownshipDoctor, ReceivingDoctor, FamilyDoctor];
    const RECEIVERS: &[Role] = &[ReferralDesk, ReceivingDoctor, TownshipDoctor, VillageDoctor];
    const BOTH_SIDES: &[Role] = &[ReferralDesk, ReceivingDoctor, TownshipDoctor, VillageDoctor, FamilyDoctor];
    const ON_DUTY: &[Role] = &[ReferralDesk, TownshipDoctor, VillageDoctor];
    match event {
        "consult.submitted" | "consult.resubmitted" => &[Coordinator],
        "consult.quality_checked" | "consult.released" | "consult.answered" => &[Specialist],
        "consult.claimed" | "consult.asked" | "consult.declined" | "consult.delivered"
        | "consult.returned" | "consult.amended" => REQUESTERS,
        "consult.acknowledged" | "consult.cancelled" => &[Specialist],
        "leg.submitted" | "leg.answered" | "leg.cancelled" | "leg.cancel_requested" | "leg.departed" => {
            RECEIVERS
        }
        "leg.asked"
        | "leg.accepted"
        | "leg.declined"
        | "leg.redirected"
        | "leg.arrived"
        | "leg.no_show"
        | "leg.outcome_sent"
        | "leg.package_opened"
        | "leg.outcome_amended" => REQUESTERS,
        "leg.acknowledged" => &[ReceivingDoctor],
        "follow_up.planned" | "follow_up.rescheduled" => REQUESTERS,
        "follow_up.missed" => match rung {
            Some("manager") => &[Manager],
            Some(_) | None => REQUESTERS,
        },
        "leg.released" => BOTH_SIDES,
        "leg.arrival_conflict" => ON_DUTY,
        "leg.deadline_missed" | "leg.urged" => match rung {
            Some("manager") => &[Manager],
            Some("department_duty" | "duty_officer") => ON_DUTY,
            Some(_) | None => BOTH_SIDES,
        },
        // What they owed is owed by the role (I-3).
        "break_glass.opened" => &[SecurityAdministrator],
        // Another organisation cares for a patient: those who keep the record, and those who watch over access.
        "patient.linked" => {
            &[SecurityAdministrator, VillageDoctor, TownshipDoctor, FamilyDoctor, ReferralDesk]
        }
        "person.left" => &[Manager, Coordinator, ReferralDesk],
        "consult.deadline_missed" => &[ReferralDesk, Coordinator, Manager],
        _ => &[],
    }
}

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

/// On these rungs of a ladder one answers for all: whoever is on duty. The department's rung asks for its department first.
pub fn on_duty(entry: &Entry) -> Option<Option<DepartmentId>> {
    match entry.payload["rung"].as_str() {
        Some("department_duty") => {
            Some(entry.payload["department_id"].as_str().and_then(DepartmentId::parse))
        }
        Some("duty_officer") => Some(None),
        Some(_) | None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_webhook_can_be_told_is_what_somebody_is_told() {
        for kind in KINDS {
            assert!(!told(kind, None).is_empty(), "{kind}");
        }
    }

    #[test]
    fn what_asks_for_something_is_a_task_and_what_reports_is_not() {
        for (kind, expected) in [
            ("leg.submitted", Class::Tasks),
            ("leg.accepted", Class::Answers),
            ("leg.deadline_missed", Class::Escalations),
            ("consult.delivered", Class::Tasks),
            ("consult.claimed", Class::Answers),
            ("duty.planned", Class::Administration),
        ] {
            assert_eq!(class(kind), expected, "{kind}");
        }
    }
}
