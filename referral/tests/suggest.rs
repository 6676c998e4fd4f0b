//! The order of suggested destinations: independent of the order in which they came, better when a number is better, total,
//! and never taking what is unknown for zero. And the criteria, against the vectors that the page is held to as well.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use proptest::prelude::*;
use referral::suggest::{Candidate, Capable, Point, median, order, rank};
use referral::{CriteriaSet, OrganisationId, Urgency, evaluate};

fn candidate() -> impl Strategy<Value = Candidate> {
    let maybe = |most: f64| proptest::option::of(0.0..most);
    (
        "[a-f]{3}",
        any::<bool>(),
        prop_oneof![Just(Capable::Yes), Just(Capable::Unknown), Just(Capable::No)],
        maybe(300.0),
        maybe(5.0),
        proptest::option::of(0u32..4),
        any::<bool>(),
        maybe(300.0),
    )
        .prop_map(|(id, agreement, capable, km, load, free, duty, decides)| Candidate {
            organisation: OrganisationId::new(id),
            agreement,
            capable,
            distance_km: km,
            legs_per_bed: load,
            free_beds: free,
            duty_present: duty,
            decides_in_min: decides,
        })
}

fn urgency() -> impl Strategy<Value = Urgency> {
    prop_oneof![Just(Urgency::Emergency), Just(Urgency::Urgent), Just(Urgency::Routine)]
}

/// The same place with one number made better; `None` where it cannot be.
fn improved(one: &Candidate, which: usize) -> Option<Candidate> {
    let mut better = one.clone();
    match which {
        0 => better.agreement = true,
        1 => better.capable = Capable::Yes,
        2 => better.distance_km = Some(one.distance_km? / 2.0),
        3 => better.legs_per_bed = Some(one.legs_per_bed? / 2.0),
        4 => better.free_beds = Some(one.free_beds? + 1),
        5 => better.duty_present = true,
        _ => better.decides_in_min = Some(one.decides_in_min? / 2.0),
    }
    Some(better)
}

proptest! {
    #[test]
    fn the_order_does_not_depend_on_how_the_candidates_came(
        (one, other) in proptest::collection::vec(candidate(), 0..12)
            .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        urgency in urgency(),
    ) {
        prop_assert_eq!(rank(one, urgency), rank(other, urgency));
    }

    #[test]
    fn a_better_number_never_moves_a_place_back(
        all in proptest::collection::vec(candidate(), 1..8),
        which in 0usize..7,
        urgency in urgency(),
    ) {
        let Some(better) = improved(&all[0], which) else { return Ok(()) };
        prop_assert_ne!(order(&better, &all[0], urgency), Ordering::Greater);
        for rival in &all[1..] {
            if order(&all[0], rival, urgency) == Ordering::Less {
                prop_assert_eq!(order(&better, rival, urgency), Ordering::Less);
            }
        }
    }

    #[test]
    fn the_order_is_total(a in candidate(), b in candidate(), c in candidate(), urgency in urgency()) {
        prop_assert_eq!(order(&a, &b, urgency), order(&b, &a, urgency).reverse());
        if order(&a, &b, urgency) != Ordering::Greater && order(&b, &c, urgency) != Ordering::Greater {
            prop_assert_ne!(order(&a, &c, urgency), Ordering::Greater);
        }
        prop_assert!(order(&a, &b, urgency) != Ordering::Equal || a.organisation == b.organisation);
    }

    #[test]
    fn what_is_unknown_is_not_zero(one in candidate(), urgency in urgency()) {
        let zero = |km, load, decides| Candidate {
            distance_km: km, legs_per_bed: load, decides_in_min: decides, ..one.clone()
        };
        let (km, load, decides) = (one.distance_km, one.legs_per_bed, one.decides_in_min);
        for (known, unknown) in [
            (zero(Some(0.0), load, decides), zero(None, load, decides)),
            (zero(km, Some(0.0), decides), zero(km, None, decides)),
            (zero(km, load, Some(0.0)), zero(km, load, None)),
        ] {
            prop_assert_eq!(order(&known, &unknown, urgency), Ordering::Less);
        }
        let beds = |free| Candidate { free_beds: free, ..one.clone() };
        prop_assert_eq!(order(&beds(None), &beds(Some(0)), urgency), Ordering::Less);
        prop_assert_eq!(order(&beds(Some(1)), &beds(None), urgency), Ordering::Less);
    }

    #[test]
    fn a_median_lies_between_the_least_and_the_most(values in proptest::collection::vec(0i64..1_000_000, 0..50)) {
        match median(values.clone()) {
            None => prop_assert!(values.is_empty()),
            Some(middle) => {
                let least = values.iter().filter(|v| **v <= middle).count();
                let most = values.iter().filter(|v| **v >= middle).count();
                prop_assert!(2 * least >= values.len() && 2 * most >= values.len());
            }
        }
    }

    #[test]
    fn nothing_typed_breaks_the_criteria(
        vitals in proptest::collection::btree_map("[a-z_0-9]{1,16}", ".{0,20}", 0..8),
        pressure in ".{0,12}",
    ) {
        let mut vitals = vitals;
        vitals.insert("blood_pressure".to_owned(), pressure);
        let met = evaluate(&shipped(), &vitals, &BTreeMap::new());
        prop_assert!(met.met.len() <= shipped().items.len());
    }
}

#[test]
fn a_degree_of_latitude_is_111_km_and_the_way_back_is_as_long() {
    let (a, b) = (Point { latitude: 37.0, longitude: 115.6 }, Point { latitude: 38.0, longitude: 115.6 });
    assert!((a.distance_km(b) - 111.19).abs() < 0.1);
    assert!((a.distance_km(b) - b.distance_km(a)).abs() < 1e-9);
    assert_eq!(a.distance_km(a), 0.0);
}

fn shipped() -> CriteriaSet {
    serde_json::from_str(include_str!("../criteria/shipped.json")).expect("the shipped set")
}

#[test]
fn every_vector_of_the_criteria_meets_what_it_says() {
    #[derive(serde::Deserialize)]
    struct Vector {
        what: String,
        #[serde(default)]
        vitals: BTreeMap<String, String>,
        #[serde(default)]
        answers: BTreeMap<String, String>,
        met: Vec<String>,
    }
    let vectors: Vec<Vector> =
        serde_json::from_str(include_str!("../criteria/vectors.json")).expect("the vectors");
    assert!(vectors.len() > 20);
    for vector in vectors {
        assert_eq!(evaluate(&shipped(), &vector.vitals, &vector.answers).met, vector.met, "{}", vector.what);
    }
}

#[test]
fn a_criterion_that_is_switched_off_meets_nothing_and_the_version_is_told() {
    let mut set = shipped();
    let vitals = BTreeMap::from([("gcs".to_owned(), "9".to_owned())]);
    assert_eq!(evaluate(&set, &vitals, &BTreeMap::new()).met, ["gcs"]);
    set.items.iter_mut().for_each(|item| item.active = false);
    set.version = 7;
    let met = evaluate(&set, &vitals, &BTreeMap::new());
    assert_eq!((met.version, met.met.len()), (7, 0));
}

#[test]
fn a_form_written_before_there_were_criteria_still_reads() {
    let old = r#"{"reason":"critical","complaint":"","history":"","past_history":"","allergies":"","vitals":{},"examination":"",
        "diagnosis":{"code":null,"system":null,"system_version":null,"text":""},"treatment":"","purpose":""}"#;
    let form: referral::Form = serde_json::from_str(old).expect("an old form");
    assert!(form.answers.is_empty() && form.criteria.is_none());
}

#[test]
fn in_an_emergency_a_place_that_can_do_it_stands_before_one_with_an_agreement_that_cannot() {
    let place = |id: &str, agreement, capable, km| Candidate {
        organisation: OrganisationId::new(id),
        agreement,
        capable,
        distance_km: Some(km),
        legs_per_bed: None,
        free_beds: None,
        duty_present: true,
        decides_in_min: None,
    };
    let lead = place("lead", true, Capable::No, 60.0);
    let neighbour = place("neighbour", false, Capable::Yes, 8.0);
    let first = |all: &[&Candidate], urgency| {
        let ranked = rank(all.iter().map(|one| (*one).clone()).collect(), urgency);
        ranked[0].organisation.as_str().to_owned()
    };
    assert_eq!(first(&[&lead, &neighbour], Urgency::Emergency), "neighbour");
    assert_eq!(
        first(&[&lead, &neighbour], Urgency::Urgent),
        "lead",
        "who may not be sent there waits for an agreement"
    );
    let twin = place("a twin", false, Capable::No, 60.0);
    assert_eq!(first(&[&twin, &lead], Urgency::Emergency), "lead", "between equals it decides");
}
