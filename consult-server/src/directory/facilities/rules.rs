//! The catalogue of capabilities, and which coordinates are a place on earth. Pure.

use super::{CapabilityKind, Coordinates};
use crate::error::{Code, Refusal, Result};
use referral::suggest::Point;
use std::sync::LazyLock;

pub static CAPABILITIES: LazyLock<Vec<CapabilityKind>> =
    LazyLock::new(|| serde_json::from_str(include_str!("capabilities.json")).expect("the catalogue"));

pub fn is_capability(code: &str) -> bool {
    CAPABILITIES.iter().any(|one| one.code == code)
}

/// A place on earth, nowhere, or a refusal.
pub fn place(coordinates: Coordinates) -> Result<Option<Point>> {
    match (coordinates.latitude, coordinates.longitude) {
        (None, None) => Ok(None),
        (Some(latitude), Some(longitude)) if Point { latitude, longitude }.is_on_earth() => {
            Ok(Some(Point { latitude, longitude }))
        }
        (None, Some(_)) => Err(Refusal::field(Code::DirectoryCoordinates, "latitude")),
        (Some(_), None) => Err(Refusal::field(Code::DirectoryCoordinates, "longitude")),
        (Some(latitude), Some(_)) => {
            let field = if (-90.0..=90.0).contains(&latitude) { "longitude" } else { "latitude" };
            Err(Refusal::field(Code::DirectoryCoordinates, field))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_catalogue_names_each_capability_once() {
        let codes: BTreeSet<&str> = CAPABILITIES.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(codes.len(), CAPABILITIES.len());
        for wanted in ["thrombolysis", "pci", "ct", "dialysis", "obstetric_emergency", "icu", "paediatrics"] {
            assert!(is_capability(wanted), "{wanted}");
        }
    }

    #[test]
    fn a_place_is_two_numbers_on_earth_or_none() {
        let place = |latitude, longitude| place(Coordinates { latitude, longitude });
        assert!(place(None, None).unwrap().is_none() && place(Some(37.1), Some(115.7)).unwrap().is_some());
        for (latitude, longitude) in
            [(Some(37.1), None), (None, Some(1.0)), (Some(91.0), Some(1.0)), (Some(1.0), Some(-181.0))]
        {
            assert!(place(latitude, longitude).is_err());
        }
    }
}
