//! Who is told of what: a pure table from event type to the roles that hear of it. Reads no store.

use crate::access::Role;

/// The roles, at the organisations an event names as its audience, that get a notice. Events that are not listed are seen
/// on the page of their subject and disturb nobody.
pub fn told(event: &str) -> &'static [Role] {
    use Role::{
        Coordinator, FamilyDoctor, Manager, ReceivingDoctor, ReferralDesk, Specialist, TownshipDoctor,
        VillageDoctor,
    };
    const REQUESTERS: &[Role] = &[VillageDoctor, TownshipDoctor, ReceivingDoctor, FamilyDoctor];
    const RECEIVERS: &[Role] = &[ReferralDesk, ReceivingDoctor, TownshipDoctor, VillageDoctor];
    match event {
        "consult.submitted" => &[Coordinator],
        "consult.quality_checked" | "consult.released" | "consult.answered" => &[Specialist],
        "consult.claimed" | "consult.asked" | "consult.declined" | "consult.delivered"
        | "consult.returned" => REQUESTERS,
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
        | "leg.outcome_amended" => REQUESTERS,
        "leg.acknowledged" => &[ReceivingDoctor],
        "leg.deadline_missed" | "consult.deadline_missed" => &[ReferralDesk, Coordinator, Manager],
        _ => &[],
    }
}
