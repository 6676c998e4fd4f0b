//! Sequence numbers of 16 bits made 64 bits long, and the window that lets each number through once.
//! Pure arithmetic (RFC 3711 §3.3.1 and §3.3.2); used for SRTP indices, for media after RTX has been unwrapped,
//! and for transport-wide numbers.

/// The extension of `number` that lies nearest to `newest`, or `None` if that would be below zero.
pub fn nearest(newest: u64, number: u16) -> Option<u64> {
    let step = i64::from(number.wrapping_sub(newest as u16) as i16);
    newest.checked_add_signed(step)
}

/// The newest number seen and which of the last `64 × WORDS` have been seen. `WORDS` is a power of two.
#[derive(Clone, Copy, Debug)]
pub struct Window<const WORDS: usize> {
    newest: Option<u64>,
    seen: [u64; WORDS],
}

impl<const WORDS: usize> Default for Window<WORDS> {
    fn default() -> Self {
        Self { newest: None, seen: [0; WORDS] }
    }
}

impl<const WORDS: usize> Window<WORDS> {
    const SPAN: u64 = 64 * WORDS as u64;

    pub fn newest(&self) -> Option<u64> {
        self.newest
    }

    /// The long form of `number` if it is new; `None` if it was seen before or is too old to tell.
    /// Changes nothing: the caller accepts only after the packet has been authenticated.
    ///
    /// The first number stands for itself: the rollover counter of SRTP begins at zero (RFC 3711 §3.3.1).
    pub fn check(&self, number: u16) -> Option<u64> {
        let Some(newest) = self.newest else { return Some(u64::from(number)) };
        let index = nearest(newest, number)?;
        if index > newest {
            return Some(index);
        }
        if newest - index >= Self::SPAN || self.has(index) {
            return None;
        }
        Some(index)
    }

    /// Marks an index that `check` has returned.
    pub fn accept(&mut self, index: u64) {
        match self.newest {
            None => self.newest = Some(index),
            Some(newest) if index > newest => {
                if index - newest >= Self::SPAN {
                    self.seen = [0; WORDS];
                } else {
                    for skipped in newest + 1..index {
                        self.seen[Self::word(skipped)] &= !Self::bit(skipped);
                    }
                }
                self.newest = Some(index);
            }
            Some(_) => {}
        }
        self.seen[Self::word(index)] |= Self::bit(index);
    }

    fn has(&self, index: u64) -> bool {
        self.seen[Self::word(index)] & Self::bit(index) != 0
    }

    fn word(index: u64) -> usize {
        (index / 64) as usize % WORDS
    }

    fn bit(index: u64) -> u64 {
        1 << (index % 64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_grow_on_over_the_wrap() {
        let mut window = Window::<2>::default();
        for number in [65_534u16, 65_535, 0, 1] {
            let index = window.check(number).expect("new");
            window.accept(index);
        }
        assert_eq!(window.newest(), Some(65_537));
    }

    #[test]
    fn a_number_passes_once_and_a_too_old_one_never() {
        let mut window = Window::<1>::default();
        window.accept(window.check(1_000).unwrap());
        assert_eq!(window.check(1_000), None);
        assert_eq!(window.check(999), Some(999));
        window.accept(window.check(1_100).unwrap());
        assert_eq!(window.check(999), None, "older than the window");
        assert_eq!(window.check(1_040), Some(1_040));
    }

    #[test]
    fn before_the_first_wrap_nothing_lies_below_zero() {
        let mut window = Window::<1>::default();
        window.accept(window.check(2).unwrap());
        assert_eq!(window.check(65_535), None);
    }

    proptest! {
        #[test]
        fn each_index_is_let_through_at_most_once(steps in prop::collection::vec(-80i32..120, 1..400)) {
            let mut window = Window::<2>::default();
            let mut at = 100_000i64;
            let mut passed = BTreeSet::new();
            for step in steps {
                at = (at + i64::from(step)).max(1);
                if let Some(index) = window.check(at as u16) {
                    window.accept(index);
                    prop_assert!(passed.insert(index));
                }
            }
        }
    }
}
