//! Ids with the names people read beside them, as they stand in many answers. Knows no subject's rules.

use crate::ids::{DepartmentId, OrganisationId, PatientId, PersonId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrganisationRef {
    pub id: OrganisationId,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DepartmentRef {
    pub id: DepartmentId,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonRef {
    pub id: PersonId,
    pub name: String,
    pub organisation: OrganisationRef,
}

/// A patient in a row of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PatientRef {
    pub id: PatientId,
    pub name: String,
    /// `male`, `female` or `unknown`.
    pub sex: String,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// Full years on the alliance's day.
    pub age: Option<i32>,
}

/// What must be done next, by whom, until when: exactly one for each open leg and consult (I-1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Owed {
    /// `requester`, `invited`, `sender`, `receiver` or `manager`.
    pub party: String,
    pub organisation: OrganisationRef,
    pub person: Option<PersonRef>,
    /// A code of the subject: `claim`, `report`, `acknowledge`, `open`, `decide`, …
    pub duty: String,
    pub due_at: Option<crate::time::Timestamp>,
}

/// A diagnosis: text always; code, system and version of the system where it is coded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Diagnosis {
    pub code: Option<String>,
    pub system: Option<String>,
    pub system_version: Option<String>,
    pub text: String,
}

/// One thing that happened to a leg, a case or a consult.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimelineEntry {
    pub id: String,
    pub seq: i64,
    /// The type of the event, e.g. `consult.claimed`.
    pub r#type: String,
    /// The subject's version after it.
    pub version: i64,
    /// Null when a clock or a device did it.
    pub actor: Option<PersonRef>,
    pub occurred_at: crate::time::Timestamp,
    pub recorded_at: crate::time::Timestamp,
    #[schema(value_type = Object)]
    pub payload: Value,
}

/// Full years between two days.
pub fn age(birth_date: &str, today: jiff::civil::Date) -> Option<i32> {
    let born: jiff::civil::Date = birth_date.parse().ok()?;
    let years = i32::from(today.year()) - i32::from(born.year());
    let before_birthday = (today.month(), today.day()) < (born.month(), born.day());
    Some(years - i32::from(before_birthday)).filter(|age| *age >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_of_age_is_full_on_the_birthday() {
        let day = |text: &str| text.parse().unwrap();
        assert_eq!(age("1961-11-23", day("2026-11-22")), Some(64));
        assert_eq!(age("1961-11-23", day("2026-11-23")), Some(65));
        assert_eq!(age("2027-01-01", day("2026-11-23")), None);
    }
}
