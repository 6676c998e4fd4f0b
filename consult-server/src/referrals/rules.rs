//! Between the pure crate `referral` and the rest: actors from callers, who may see a leg, what the columns and timers of a
//! leg are, and refusals in the words of the API. Decides without a store and without a clock.

pub mod commands;
pub mod inputs;
pub mod narrowing;
pub mod shown;

use crate::error::{Code, Refusal};
use crate::ids::{OrganisationId, PersonId};
use crate::time::Timestamp;
use referral::{
    Actor, Case, Deadlines, Event, EventBody, Ladder, Leg, Member, Millis, Owed, Span, StateCode, Subject,
};
use serde_json::{Map, Value};

/// What a board is sorted by where nothing is due: later than any deadline, and exact in a JSON number.
pub const NEVER: i64 = 9_007_199_254_740_991;

/// How long after its end a case stays visible to those who had another part in it (I-11, default).
const AFTER_END: i64 = 30 * 24 * 3_600_000;

/// After the top of the ladder the last one called is called again: an unanswered leg does not vanish.
const CALL_AGAIN: i64 = 24 * 3_600_000;

/// Timers beside the one of the duty, which is named by the duty.
pub const HOLD: &str = "hold";
pub const RECORD: &str = "complete_record";

/// The actor of a person in a position; `None` for a role the crate does not know.
pub fn actor(
    person: &PersonId,
    organisation: &OrganisationId,
    role: crate::access::Role,
    oversees: &[OrganisationId],
) -> Option<Actor> {
    Some(Actor::Person(Member {
        person: referral::PersonId::new(person.as_str()),
        organisation: org(organisation),
        role: referral::Role::parse(role.as_str())?,
        oversees: oversees.iter().map(org).collect(),
    }))
}

pub fn org(id: &OrganisationId) -> referral::OrganisationId {
    referral::OrganisationId::new(id.as_str())
}

pub fn our_org(id: &referral::OrganisationId) -> OrganisationId {
    OrganisationId::trusted(id.as_str())
}

pub fn time(at: Millis) -> Timestamp {
    Timestamp(at.0)
}

/// Whether a person sees a leg: the sender always; the receiver, those above either side, and the others of the case from
/// submission on, the last until 30 days after the case has closed. What an organisation sent or received stays its own.
pub fn may_see(case: &Case, leg: &Leg, member: &Member, now: Timestamp) -> bool {
    if leg.from == member.organisation {
        return true;
    }
    if leg.submitted_at.is_none() {
        return false;
    }
    let receives = leg.to.as_ref().is_some_and(|to| to.organisation == member.organisation);
    let oversees =
        |organisation: &referral::OrganisationId| member.oversees.iter().any(|below| below == organisation);
    let above = oversees(&leg.from) || leg.to.as_ref().is_some_and(|to| oversees(&to.organisation));
    receives || above || (is_recent(case, now) && case.involves(&member.organisation))
}

/// Whether a case goes on, or has closed so lately that its grants stand.
pub fn is_recent(case: &Case, now: Timestamp) -> bool {
    case.closed_at.is_none_or(|closed| now.0 < closed.0 + AFTER_END)
}

/// The organisations that hear of an event at once: both sides, the receiver from submission on.
pub fn audience(case: &Case, event: &Event) -> Vec<OrganisationId> {
    let mut told: Vec<OrganisationId> = match &event.subject {
        Subject::Leg(id) => case.leg(id).map(sides).unwrap_or_default(),
        Subject::Case(_) => case.legs.iter().flat_map(sides).collect(),
    };
    told.sort();
    told.dedup();
    told
}

pub fn sides(leg: &Leg) -> Vec<OrganisationId> {
    let mut sides = vec![our_org(&leg.from)];
    if let (Some(_), Some(to)) = (leg.submitted_at, &leg.to) {
        sides.push(our_org(&to.organisation));
    }
    sides
}

/// The receiver of a leg that has ended, if no other leg of the case is theirs any more.
pub fn receiver_let_go(case: &Case, id: &referral::LegId) -> Option<OrganisationId> {
    let leg = case.leg(id).filter(|leg| leg.code().is_terminal() && leg.submitted_at.is_some())?;
    let receiver = &leg.to.as_ref()?.organisation;
    let goes_on = |leg: &Leg| {
        let receives =
            leg.submitted_at.is_some() && leg.to.as_ref().is_some_and(|to| to.organisation == *receiver);
        !leg.code().is_terminal() && (leg.from == *receiver || receives)
    };
    (!case.legs.iter().any(goes_on)).then(|| our_org(receiver))
}

/// When something happened in the world, where the event says so.
pub fn occurred_at(body: &EventBody) -> Option<Timestamp> {
    match body {
        EventBody::Arrived { arrived_at, .. } => Some(time(*arrived_at)),
        EventBody::Departed { departure } => Some(time(departure.at)),
        EventBody::OutcomeSent { outcome } => outcome.death.as_ref().map(|death| time(death.at)),
        _ => None,
    }
}

/// What is waited for in a leg: one duty, the end of a hold, an emergency's papers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    pub owed: Option<Owed>,
    pub hold: Option<Timestamp>,
    pub record: Option<Timestamp>,
}

pub fn waiting(case: &Case, leg: &Leg, table: &Deadlines) -> Waiting {
    Waiting {
        owed: referral::owed(case, &leg.id, table),
        hold: leg.hold_expires().map(time),
        record: referral::record_due(leg, table).map(time),
    }
}

/// When a rung of the ladder is called, past its top once a day.
pub fn call_at(owed: &Owed, rung: usize, now: Timestamp) -> Timestamp {
    owed.rung(rung).map_or(Timestamp(now.0 + CALL_AGAIN), |(_, at)| time(at))
}

/// When an emergency's papers are called for again, after the call that was due at `due_at` and the `called`th in all.
pub fn papers_again_at(
    ladder: Ladder,
    called: usize,
    due_at: Timestamp,
    step: Span,
    now: Timestamp,
) -> Timestamp {
    if called < ladder.rungs().len() { Timestamp(due_at.0 + step.0) } else { Timestamp(now.0 + CALL_AGAIN) }
}

/// Which rung that is; past the top it is the top.
pub fn rung_name(ladder: Ladder, rung: usize) -> &'static str {
    let rungs = ladder.rungs();
    rungs.get(rung).or(rungs.last()).map_or("urge", |rung| rung.as_str())
}

/// The bed or bay that a leg holds, as the unique index compares it (I-12). A slot may take several patients.
pub fn held(leg: &Leg) -> Option<String> {
    let reservation = leg.reservation()?;
    let department =
        leg.to.as_ref().and_then(|to| to.department.as_ref()).map_or("", referral::DepartmentId::as_str);
    held_key(reservation.kind, department, &reservation.label)
}

pub fn held_key(kind: referral::ResourceKind, department: &str, label: &str) -> Option<String> {
    match kind {
        referral::ResourceKind::Bed | referral::ResourceKind::Bay => {
            let label: String = label.split_whitespace().collect::<String>().to_lowercase();
            Some(format!("{kind}|{department}|{label}"))
        }
        referral::ResourceKind::Slot | referral::ResourceKind::NotNeeded => None,
    }
}

/// `ZZ20261123-0001`: the alliance's day and a running number of that day.
pub fn case_number(day: jiff::civil::Date, running: i64) -> String {
    format!("ZZ{}-{running:04}", day.strftime("%Y%m%d"))
}

/// The states a `state=` filter stands for, between commas; empty for all. `None`: no such state.
pub fn states(filter: &str) -> Option<String> {
    if filter.is_empty() || filter == "all" {
        return Some(String::new());
    }
    let mut codes = Vec::new();
    for name in filter.split(',') {
        match name {
            "open" => codes.extend(StateCode::ALL.iter().filter(|code| !code.is_terminal())),
            "ended" => codes.extend(StateCode::ALL.iter().filter(|code| code.is_terminal())),
            name => codes.push(StateCode::ALL.iter().find(|code| code.as_str() == name)?),
        }
    }
    let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    Some(format!(",{},", codes.join(",")))
}

/// A refusal of the crate as a line of the table, with its details: the field by its name in the API, times as text.
pub fn refusal(why: &referral::Refusal) -> Refusal {
    let Some(code) = Code::ALL.iter().copied().find(|code| code.as_str() == why.code()) else {
        return Refusal::internal(format!("no line for {}", why.code()));
    };
    let mut refusal = Refusal::new(code);
    if code == Code::ReferralIncoherent {
        refusal.internal = Some(format!("{why:?}"));
        return refusal;
    }
    refusal.extras = details(why);
    if let Some(field) = why.field() {
        refusal = refusal.with("field", field_name(field, why));
    }
    refusal
}

fn details(why: &referral::Refusal) -> Map<String, Value> {
    let Ok(Value::Object(tagged)) = serde_json::to_value(why) else { return Map::new() };
    let Some(Value::Object(mut members)) = tagged.into_iter().next().map(|(_, members)| members) else {
        return Map::new();
    };
    for name in ["at", "now", "until"] {
        if let Some(millis) = members.get(name).and_then(Value::as_i64) {
            members.insert(name.to_owned(), Value::from(Timestamp(millis).to_string()));
        }
    }
    members
}

/// The member of a command's body that a page marks.
fn field_name(field: referral::Field, why: &referral::Refusal) -> &'static str {
    use referral::Field;
    match field {
        Field::Destination => "to_organisation_id",
        Field::Complaint => "form.complaint",
        // Of a form when it is submitted, of the outcome's own body otherwise; the page looks for both.
        Field::Diagnosis => "diagnosis",
        Field::Owner => "owner_id",
        Field::Label => "resource",
        Field::NextLeg => "id",
        Field::Consent
        | Field::Text
        | Field::Reason
        | Field::Suggestion
        | Field::Note
        | Field::HoldUntil
        | Field::Signature
        | Field::Attempts
        | Field::EncounterNumber
        | Field::Circumstances
        | Field::At
        | Field::Eta
        | Field::ExpectedAt => why.field().unwrap_or(field).as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_of_the_crate_is_a_line_of_the_table() {
        let table: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        for code in referral::Refusal::codes() {
            assert!(table.contains(&code), "{code}");
        }
    }

    #[test]
    fn a_refusal_brings_its_details_with_times_and_fields_as_the_api_writes_them() {
        let shown = refusal(&referral::Refusal::AlreadyDeparted { at: Millis(1_795_400_000_120) });
        assert_eq!(
            (shown.code, &shown.extras["at"]),
            (Code::ReferralAlreadyDeparted, &Value::from("2026-11-23T02:13:20.120Z"))
        );
        let shown = refusal(&referral::Refusal::Missing { field: referral::Field::Owner });
        assert_eq!((shown.code.status(), &shown.extras["field"]), (422, &Value::from("owner_id")));
        let shown = refusal(&referral::Refusal::Incoherent { state: StateCode::Closed, event: "leg.opened" });
        assert!(shown.code.status() == 500 && shown.extras.is_empty() && shown.internal.is_some());
    }

    #[test]
    fn every_role_and_state_here_is_one_there() {
        for role in crate::access::Role::ALL {
            assert!(referral::Role::parse(role.as_str()).is_some(), "{role:?}");
        }
        assert_eq!(states("open,closed").map(|codes| codes.matches(',').count()), Some(13));
        assert_eq!((states("all"), states("nonsense")), (Some(String::new()), None));
    }

    #[test]
    fn a_number_counts_within_the_day_and_grows_when_it_must() {
        let day = "2026-11-23".parse().unwrap();
        assert_eq!(case_number(day, 1), "ZZ20261123-0001");
        assert_eq!(case_number(day, 12_345), "ZZ20261123-12345");
    }

    #[test]
    fn a_bed_is_the_same_bed_however_it_is_typed_and_a_slot_takes_several() {
        let bed = referral::ResourceKind::Bed;
        assert_eq!(held_key(bed, "d", "12 床"), held_key(bed, "d", " 12床 "));
        assert_ne!(held_key(bed, "d", "12 床"), held_key(bed, "e", "12 床"));
        assert_eq!(held_key(referral::ResourceKind::Slot, "d", "上午"), None);
    }
}
