//! Suggested destinations: the places a patient could go to, each with the numbers by which it is ranked. The order is the crate
//! `referral`'s; here the numbers are gathered. Changes nothing.

pub mod http;
pub mod read;
pub mod rules;
pub mod sql;

use crate::refs::{DepartmentRef, OrganisationRef};
use crate::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Suggestions {
    /// The capability that was asked for.
    pub need: Option<String>,
    /// The best first.
    pub items: Vec<Suggestion>,
}

/// A place with every number by which it is ranked; null is unknown, not zero.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Suggestion {
    /// From 1.
    pub rank: usize,
    pub organisation: OrganisationRef,
    pub level: String,
    /// The department that fits best.
    pub department: Option<DepartmentRef>,
    pub agreement: bool,
    /// `yes`, `no`, or `unknown` where it keeps no catalogue or nothing was asked for.
    pub capable: String,
    pub capability_valid_until: Option<Timestamp>,
    /// As the crow flies.
    pub distance_km: Option<f64>,
    /// Legs under way to the department, or to the organisation where none fits.
    pub open_legs: i64,
    pub open_beds: Option<i64>,
    pub legs_per_bed: Option<f64>,
    pub free_beds: Option<FreeBeds>,
    /// Who is on duty now: the department's, else the hospital's.
    pub duty: Vec<DutyName>,
    /// Median of the time from submission to the first decision in the last 90 days, of this urgency.
    pub decides: Option<DecisionTime>,
}

/// Free beds after our own holds, and when they were counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FreeBeds {
    pub count: i64,
    pub at: Timestamp,
    pub stale: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DutyName {
    pub name: String,
    pub phone: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct DecisionTime {
    pub median_minutes: f64,
    /// How many decisions it stands on.
    pub decisions: usize,
}
