//! What a duty may be, when two stand in each other's way, and who answers. Pure; slots and people are compared as texts, so
//! that a plan from a file (by codes) and one from a page (by ids) meet the same rules.

use super::{DutyKind, Rank, Responsible, Step};
use crate::access::Role;
use crate::error::Code;
use crate::ids::PersonId;
use crate::time::Timestamp;
use std::collections::BTreeSet;

/// A shift over the longest holiday; longer ones are a typing error.
const LONGEST_MS: i64 = 10 * 24 * 3600 * 1000;

/// What somebody is on duty for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    pub kind: DutyKind,
    /// Empty where the kind has none.
    pub organisation: String,
    pub department: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    pub slot: Slot,
    pub person: String,
    pub rank: Rank,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

/// How two duties stand in each other's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash {
    /// The place is taken.
    Slot,
    /// The person is on duty elsewhere, or for the same place in the other rank.
    Person,
}

impl Clash {
    pub fn code(self) -> Code {
        match self {
            Clash::Slot => Code::DirectoryDutyConflict,
            Clash::Person => Code::DirectoryDutyPersonBusy,
        }
    }
}

/// A department has an organisation, a hospital no department, the alliance neither.
pub fn place_fits(kind: DutyKind, has_organisation: bool, has_department: bool) -> bool {
    match kind {
        DutyKind::Department => has_organisation && has_department,
        DutyKind::Hospital => has_organisation && !has_department,
        DutyKind::Alliance => !has_organisation && !has_department,
    }
}

/// A duty ends after it begins, within days, and is not over yet.
pub fn time_fits(starts_at: Timestamp, ends_at: Timestamp, now: Timestamp) -> Result<(), Code> {
    if ends_at <= starts_at || ends_at.0 - starts_at.0 > LONGEST_MS {
        return Err(Code::DirectoryDutyTime);
    }
    if ends_at <= now { Err(Code::DirectoryDutyOver) } else { Ok(()) }
}

pub fn clash(new: &Planned, standing: &Planned) -> Option<Clash> {
    let overlap = new.starts_at < standing.ends_at && standing.starts_at < new.ends_at;
    if !overlap {
        return None;
    }
    let (same_slot, same_person) = (new.slot == standing.slot, new.person == standing.person);
    if same_slot && new.rank == standing.rank {
        return Some(Clash::Slot);
    }
    // A deputy may stand in for several places; who is on duty is on duty once.
    let both_on_duty = new.rank == Rank::Duty && standing.rank == Rank::Duty;
    (same_person && (same_slot || both_on_duty)).then_some(Clash::Person)
}

/// Somebody on duty now for what is asked about, in a role they hold.
pub struct OnDuty {
    pub kind: DutyKind,
    pub rank: Rank,
    pub person: PersonId,
    pub role: Role,
}

/// Roster → deputy → duty of the organisation → duty of the alliance → whoever holds the role: the first step that has people.
pub fn responsible(on_duty: &[OnDuty], holders: Vec<PersonId>) -> Responsible {
    let step = |duty: &OnDuty| match (duty.kind, duty.rank) {
        (DutyKind::Department, Rank::Duty) => Step::DepartmentDuty,
        (DutyKind::Department, Rank::Deputy) => Step::DepartmentDeputy,
        (DutyKind::Hospital, Rank::Duty) => Step::HospitalDuty,
        (DutyKind::Hospital, Rank::Deputy) => Step::HospitalDeputy,
        (DutyKind::Alliance, Rank::Duty) => Step::AllianceDuty,
        (DutyKind::Alliance, Rank::Deputy) => Step::AllianceDeputy,
    };
    let Some(first) = on_duty.iter().map(step).min() else {
        return Responsible { step: Step::Role, people: holders };
    };
    let people: BTreeSet<PersonId> =
        on_duty.iter().filter(|duty| step(duty) == first).map(|duty| duty.person.clone()).collect();
    Responsible { step: first, people: people.into_iter().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(slot: &str, person: &str, rank: Rank, hours: (i64, i64)) -> Planned {
        let slot =
            Slot { kind: DutyKind::Department, organisation: "o".to_owned(), department: slot.to_owned() };
        let at = |hour: i64| Timestamp(hour * 3_600_000);
        Planned { slot, person: person.to_owned(), rank, starts_at: at(hours.0), ends_at: at(hours.1) }
    }

    #[test]
    fn two_may_not_hold_one_place_at_a_time_and_one_not_two_places() {
        let standing = planned("d1", "a", Rank::Duty, (8, 20));
        for (new, expected) in [
            (planned("d1", "b", Rank::Duty, (19, 30)), Some(Clash::Slot)),
            (planned("d1", "b", Rank::Duty, (20, 30)), None),
            (planned("d1", "b", Rank::Deputy, (8, 20)), None),
            (planned("d1", "a", Rank::Deputy, (8, 20)), Some(Clash::Person)),
            (planned("d2", "a", Rank::Duty, (10, 11)), Some(Clash::Person)),
            (planned("d2", "a", Rank::Deputy, (10, 11)), None),
            (planned("d2", "b", Rank::Duty, (10, 11)), None),
        ] {
            assert_eq!(clash(&new, &standing), expected, "{new:?}");
            assert_eq!(clash(&standing, &new), expected, "the other way round");
        }
    }

    #[test]
    fn a_duty_has_the_place_of_its_kind_and_a_length_of_days() {
        assert!(
            place_fits(DutyKind::Department, true, true) && !place_fits(DutyKind::Department, true, false)
        );
        assert!(place_fits(DutyKind::Hospital, true, false) && !place_fits(DutyKind::Alliance, true, false));
        let at = |days: i64| Timestamp(days * 24 * 3_600_000);
        assert_eq!(time_fits(at(1), at(2), at(0)), Ok(()));
        assert_eq!(time_fits(at(2), at(2), at(0)), Err(Code::DirectoryDutyTime));
        assert_eq!(time_fits(at(1), at(12), at(0)), Err(Code::DirectoryDutyTime));
        assert_eq!(time_fits(at(1), at(2), at(2)), Err(Code::DirectoryDutyOver));
    }

    #[test]
    fn the_way_to_who_answers_takes_the_first_step_that_has_somebody() {
        let on = |kind, rank, person: &str| OnDuty {
            kind,
            rank,
            person: PersonId::trusted(person),
            role: Role::ReferralDesk,
        };
        let holders = || vec![PersonId::trusted("role")];
        let mut duties = vec![
            on(DutyKind::Alliance, Rank::Deputy, "ad"),
            on(DutyKind::Alliance, Rank::Duty, "a"),
            on(DutyKind::Hospital, Rank::Deputy, "hd"),
            on(DutyKind::Hospital, Rank::Duty, "h"),
            on(DutyKind::Department, Rank::Deputy, "dd"),
            on(DutyKind::Department, Rank::Duty, "d"),
        ];
        for expected in ["d", "dd", "h", "hd", "a", "ad", "role"] {
            let found = responsible(&duties, holders());
            assert_eq!(found.people, [PersonId::trusted(expected)]);
            duties.pop();
        }
    }
}
