//! Ids with the names people read beside them, as they stand in many answers. Knows no subject's rules.

use crate::ids::{DepartmentId, OrganisationId, PatientId, PersonId};
use serde::Serialize;
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
