//! The code of a slip: the leg's number and a check that follows from the leg's id. Pure.
//!
//! The random part of an id is known only to who may see the leg, so a check cannot be made up from a number, and it stays the
//! same for ever: a slip that was printed yesterday is read tomorrow, whatever became of keys.

use crate::ids::LegId;

/// Crockford's: none of its letters is taken for a digit.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Five bits each: 2^40 guesses for one number.
const CHECK_LENGTH: usize = 8;

/// What was read off a slip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    pub case_number: String,
    pub ordinal: i64,
    pub check: String,
}

pub fn check(leg: &LegId) -> String {
    let hash = blake3::derive_key("consult-server referral slip check 1", leg.as_str().as_bytes());
    hash.iter().take(CHECK_LENGTH).map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect()
}

pub fn code(number: &str, leg: &LegId) -> String {
    format!("{number}-{}", check(leg))
}

/// As scanned or typed: small letters, blanks, and letters that stand for a digit are forgiven. `None`: not a slip of ours.
pub fn read(code: &str) -> Option<Read> {
    let clean: String = code.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
    let (number, check) = clean.rsplit_once('-')?;
    let (case_number, ordinal) = number.rsplit_once('-')?;
    let check: String = check.chars().map(meant).collect();
    if check.len() != CHECK_LENGTH || case_number.is_empty() {
        return None;
    }
    Some(Read { case_number: case_number.to_owned(), ordinal: ordinal.parse().ok()?, check })
}

fn meant(letter: char) -> char {
    match letter {
        'O' => '0',
        'I' | 'L' => '1',
        letter => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leg(last: char) -> LegId {
        LegId::trusted(format!("0192f0c1-2345-7abc-8def-0123456789a{last}"))
    }

    #[test]
    fn a_code_is_read_as_it_was_printed_and_as_people_type_it() {
        let code = code("ZZ20261123-0001-2", &leg('b'));
        let found = read(&code).unwrap();
        assert_eq!((found.case_number.as_str(), found.ordinal), ("ZZ20261123-0001", 2));
        assert_eq!(found.check, check(&leg('b')));
        assert_eq!(read(&format!(" {} ", code.to_lowercase())), Some(found));
        assert_eq!(read("ZZ1-1-OIL00000").unwrap().check, "01100000");
    }

    #[test]
    fn a_check_is_another_for_every_leg_and_nothing_else_is_a_code() {
        assert_ne!(check(&leg('b')), check(&leg('c')));
        for text in [
            "",
            "-",
            "ZZ20261123-0001-2",
            "ZZ-x-7KQ2M9XD",
            "7KQ2M9XD",
            "1-7KQ2M9XD",
            "https://x/y",
            "ZZ1-1-7KQ",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
