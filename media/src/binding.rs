//! Who is in which slot: desired minus actual, so that it may run after every change and changes nothing when there
//! is nothing to change. Whoever is in a slot stays in it; newcomers fill free slots in the order of joining.
//! Pure; called by the room.

use crate::ids::MemberKey;

/// The slots of one watcher, by kind, in the order of its media sections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub audio: Vec<Option<MemberKey>>,
    pub video: Vec<Option<MemberKey>>,
}

/// Fills `table` with the members who publish sound or pictures. A person's sound and picture go to slots of the
/// same number where possible, because such a pair plays in sync.
pub fn reconcile(table: &mut Table, audio: &[MemberKey], video: &[MemberKey]) {
    release(&mut table.audio, audio);
    release(&mut table.video, video);
    fill(&mut table.video, &table.audio, video);
    fill(&mut table.audio, &table.video, audio);
}

fn release(slots: &mut [Option<MemberKey>], present: &[MemberKey]) {
    for slot in slots {
        if slot.is_some_and(|member| !present.contains(&member)) {
            *slot = None;
        }
    }
}

fn fill(slots: &mut [Option<MemberKey>], partners: &[Option<MemberKey>], present: &[MemberKey]) {
    for member in present {
        if slots.contains(&Some(*member)) {
            continue;
        }
        let partner = |at: usize| partners.get(at).copied().flatten();
        let free = |at: &usize| slots[*at].is_none();
        let place = (0..slots.len())
            .filter(free)
            .find(|at| partner(*at) == Some(*member))
            .or_else(|| (0..slots.len()).filter(free).find(|at| partner(*at).is_none()))
            .or_else(|| (0..slots.len()).find(free));
        let Some(place) = place else { continue };
        slots[place] = Some(*member);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const A: MemberKey = MemberKey(1);
    const B: MemberKey = MemberKey(2);
    const C: MemberKey = MemberKey(3);

    fn table(audio: usize, video: usize) -> Table {
        Table { audio: vec![None; audio], video: vec![None; video] }
    }

    #[test]
    fn sound_and_picture_of_a_person_share_a_number() {
        let mut slots = table(3, 3);
        reconcile(&mut slots, &[A], &[B]);
        reconcile(&mut slots, &[A, B, C], &[A, B, C]);
        assert_eq!(slots.audio, slots.video);
    }

    #[test]
    fn nobody_is_moved_when_others_come_and_go() {
        let mut slots = table(3, 3);
        reconcile(&mut slots, &[A, B], &[A, B]);
        let place = slots.video.iter().position(|slot| *slot == Some(B));
        reconcile(&mut slots, &[B], &[B]);
        reconcile(&mut slots, &[B, C], &[B, C]);
        assert_eq!(slots.video.iter().position(|slot| *slot == Some(B)), place);
        assert!(slots.video.contains(&Some(C)));
    }

    #[test]
    fn a_person_without_a_free_slot_gets_the_next_one_that_falls_free() {
        let mut slots = table(1, 1);
        reconcile(&mut slots, &[A, B], &[A, B]);
        assert_eq!(slots.video, [Some(A)]);
        reconcile(&mut slots, &[B], &[B]);
        assert_eq!(slots.video, [Some(B)]);
    }

    fn members() -> impl Strategy<Value = Vec<MemberKey>> {
        prop::collection::btree_set(0u32..8, 0..8).prop_map(|set| set.into_iter().map(MemberKey).collect())
    }

    proptest! {
        #[test]
        fn slots_hold_present_people_once_and_none_is_left_free_needlessly(
            steps in prop::collection::vec((members(), members()), 1..8), audio in 0usize..6, video in 0usize..6,
        ) {
            let mut slots = table(audio, video);
            for (heard, seen) in steps {
                reconcile(&mut slots, &heard, &seen);
                for (slots, present) in [(&slots.audio, &heard), (&slots.video, &seen)] {
                    let mut bound: Vec<_> = slots.iter().flatten().collect();
                    prop_assert!(bound.iter().all(|member| present.contains(member)));
                    prop_assert_eq!(bound.len(), present.len().min(slots.len()));
                    bound.sort();
                    bound.dedup();
                    prop_assert_eq!(bound.len(), present.len().min(slots.len()));
                }
                let once = slots.clone();
                reconcile(&mut slots, &heard, &seen);
                prop_assert_eq!(&once, &slots);
            }
        }
    }
}
