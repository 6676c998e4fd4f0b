//! Suggested destinations: an order over candidates by numbers that are all shown to who chooses. Pure; where the
//! numbers come from it does not know. What is not known counts as an assumption that is worse than usual, never as zero.

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::ids::OrganisationId;
use crate::state::Urgency;

codes! {
    /// Whether a place can do what is needed.
    pub enum Capable {
        Yes = "yes",
        /// It keeps no catalogue.
        Unknown = "unknown",
        No = "no",
    }
}

/// One place that a patient could go to, in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    pub organisation: OrganisationId,
    pub agreement: bool,
    pub capable: Capable,
    /// As the crow flies.
    pub distance_km: Option<f64>,
    /// Legs under way for each open bed.
    pub legs_per_bed: Option<f64>,
    /// Beds free after our own holds, where the figure is young enough to be true.
    pub free_beds: Option<u32>,
    pub duty_present: bool,
    /// Median of the past, in minutes.
    pub decides_in_min: Option<f64>,
}

/// What is assumed where nothing is known.
pub const UNKNOWN_KM: f64 = 80.0;
pub const UNKNOWN_LEGS_PER_BED: f64 = 1.0;
pub const UNKNOWN_DECISION_MIN: f64 = 60.0;

/// A kilometre of road is about a minute, and so much longer one waits for each leg that is under way on a bed.
const MINUTES_PER_KM: f64 = 1.0;
const MINUTES_PER_LEG_ON_A_BED: f64 = 30.0;

/// The minutes until somebody is likely to care for the patient: road, decision and crowding.
pub fn minutes(candidate: &Candidate) -> f64 {
    candidate.distance_km.unwrap_or(UNKNOWN_KM) * MINUTES_PER_KM
        + candidate.decides_in_min.unwrap_or(UNKNOWN_DECISION_MIN)
        + candidate.legs_per_bed.unwrap_or(UNKNOWN_LEGS_PER_BED) * MINUTES_PER_LEG_ON_A_BED
}

/// The best first. An emergency asks for capability and then minutes, and needs no agreement: one decides only between equals.
/// Otherwise those with an agreement come first, and a free bed and somebody on duty before the road. The same candidates come out in the same order however they went in.
pub fn rank(mut candidates: Vec<Candidate>, urgency: Urgency) -> Vec<Candidate> {
    candidates.sort_by(|a, b| order(a, b, urgency));
    candidates
}

/// A total order: `Less` stands first.
pub fn order(a: &Candidate, b: &Candidate, urgency: Urgency) -> std::cmp::Ordering {
    let sendable = b.agreement.cmp(&a.agreement);
    let capable = a.capable.cmp(&b.capable);
    let bed = bed(a).cmp(&bed(b));
    let duty = b.duty_present.cmp(&a.duty_present);
    let minutes = minutes(a).total_cmp(&minutes(b));
    let most_free = b.free_beds.cmp(&a.free_beds);
    let by_need = match urgency {
        Urgency::Emergency => capable.then(minutes).then(sendable).then(bed).then(duty),
        Urgency::Urgent | Urgency::Routine => sendable.then(capable).then(bed).then(duty).then(minutes),
    };
    by_need.then(most_free).then_with(|| a.organisation.cmp(&b.organisation))
}

/// A free bed before an unknown one before none.
fn bed(candidate: &Candidate) -> u8 {
    match candidate.free_beds {
        Some(0) => 2,
        None => 1,
        Some(_) => 0,
    }
}

/// A point on the earth in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub latitude: f64,
    pub longitude: f64,
}

impl Point {
    pub fn is_on_earth(self) -> bool {
        (-90.0..=90.0).contains(&self.latitude) && (-180.0..=180.0).contains(&self.longitude)
    }

    /// Great-circle distance in kilometres (haversine on the mean radius).
    pub fn distance_km(self, other: Self) -> f64 {
        const RADIUS_KM: f64 = 6_371.0;
        let (from, to) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half = |angle: f64| (angle / 2.0).sin().powi(2);
        let east = half((other.longitude - self.longitude).to_radians());
        let sum = half(to - from) + from.cos() * to.cos() * east;
        2.0 * RADIUS_KM * sum.clamp(0.0, 1.0).sqrt().asin()
    }
}

/// The middle of what was measured; `None` of nothing.
pub fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    let middle = values.len() / 2;
    match (values.get(middle), values.len() % 2) {
        (None, _) => None,
        (Some(upper), 1) => Some(*upper),
        (Some(upper), _) => values.get(middle - 1).map(|lower| lower + (upper - lower) / 2),
    }
}
