//! A case told again from its events: what the store keeps beside them must be the same. Pure.

use super::sql::{Debt, Kept, Row};
use crate::referrals::rules;
use referral::{
    By, Case, CaseId, Deadlines, Event, EventBody, LegId, Millis, OrganisationId, PersonId, Role, SCHEMA,
    Subject,
};
use serde_json::{Value, json};

/// An event as its row has it.
pub struct Told {
    pub seq: i64,
    /// `None` for an event of the case.
    pub leg: Option<String>,
    pub version: i64,
    pub kind: String,
    pub person: Option<String>,
    pub organisation: Option<String>,
    pub at: i64,
    pub payload: String,
}

/// The role is not in an event's row; it is left out of the comparison.
const ROLE: Role = Role::VillageDoctor;

/// What does not fit: which invariant, and of what.
pub fn differences(kept: &Kept, table: &Deadlines) -> Vec<(&'static str, &'static str, String)> {
    let case = &kept.case;
    let Some(told) = tell(case, &kept.events) else {
        return vec![("I-8", "events that are no history of a referral", case.id.as_str().to_owned())];
    };
    let mut wrong = Vec::new();
    if (told.version, told.closed_at) != (case.version, case.closed_at) || told.legs.len() != case.legs.len()
    {
        wrong.push(("I-8", "a case that is not what its events say", case.id.as_str().to_owned()));
    }
    for leg in &case.legs {
        let same = told.leg(&leg.id).is_some_and(|told| plain(told) == plain(leg));
        if !same {
            wrong.push(("I-8", "a leg that is not what its events say", leg.id.as_str().to_owned()));
        }
    }
    for row in &kept.rows {
        let id = LegId::new(&*row.leg);
        let expected = case.leg(&id).map(|leg| expected(case, leg, table));
        if expected.as_ref() != Some(row) {
            let differs = |what: fn(&Row, &Row) -> bool| expected.as_ref().is_some_and(|one| what(one, row));
            let which = if differs(|one, row| one.owed != row.owed) {
                "I-7"
            } else if differs(|one, row| one.held != row.held) {
                "I-12"
            } else {
                "I-8"
            };
            wrong.push((which, "a leg whose columns say something else than the leg", row.leg.clone()));
        }
    }
    wrong
}

/// The case that the events make; `None` where they make none. Events that tell of a leg and do not change it are passed over.
fn tell(case: &Case, events: &[Told]) -> Option<Case> {
    let begun = Case::new(CaseId::new(case.id.as_str()), case.number.clone(), case.patient.clone());
    events.iter().filter(|told| EventBody::KINDS.contains(&told.kind.as_str())).try_fold(
        begun,
        |case, told| {
            let event = event(&case, told)?;
            referral::evolve(case, &event).ok()
        },
    )
}

fn event(case: &Case, told: &Told) -> Option<Event> {
    let mut body: Value = serde_json::from_str(&told.payload).ok()?;
    let name = if told.leg.is_some() { told.kind.strip_prefix("leg.")? } else { "case_closed" };
    body.as_object_mut()?.insert("type".to_owned(), json!(name));
    Some(Event {
        subject: match &told.leg {
            Some(id) => Subject::Leg(LegId::new(&**id)),
            None => Subject::Case(case.id.clone()),
        },
        version: u64::try_from(told.version).ok()?,
        schema: SCHEMA,
        by: match (&told.person, &told.organisation) {
            (Some(person), Some(organisation)) => By::Person {
                person: PersonId::new(&**person),
                organisation: OrganisationId::new(&**organisation),
                role: ROLE,
            },
            (_, _) => By::Clock,
        },
        at: Millis(told.at),
        body: serde_json::from_value(body).ok()?,
    })
}

/// A leg without the roles of those who acted in it.
fn plain(leg: &referral::Leg) -> Value {
    let mut value = serde_json::to_value(leg).unwrap_or_default();
    without_roles(&mut value);
    value
}

fn without_roles(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.remove("role");
            members.values_mut().for_each(without_roles);
        }
        Value::Array(items) => items.iter_mut().for_each(without_roles),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn expected(case: &Case, leg: &referral::Leg, table: &Deadlines) -> Row {
    let owed = referral::owed(case, &leg.id, table);
    Row {
        leg: leg.id.as_str().to_owned(),
        version: i64::try_from(leg.version).unwrap_or(i64::MAX),
        state: leg.code().as_str().to_owned(),
        is_ended: leg.code().is_terminal(),
        transport: leg.transport.code().as_str().to_owned(),
        holds_patient: leg.holds_patient(),
        owed: owed.map(|owed| Debt {
            party: owed.party.as_str().to_owned(),
            organisation: owed.organisation.as_str().to_owned(),
            person: owed.person.map(|person| person.as_str().to_owned()),
            duty: owed.duty.as_str().to_owned(),
        }),
        held: rules::held(leg),
        urges: i64::try_from(leg.urges.len()).unwrap_or(i64::MAX),
    }
}
