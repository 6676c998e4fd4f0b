//! What breaking the glass needs: pure. Reads no store.

use super::{BreakGlassInput, Wanted};
use crate::error::{Code, Refusal, Result};

const DEFAULT_MINUTES: i64 = 60;
/// I-11.
pub const MOST_MINUTES: i64 = 180;
const LEAST_WORDS: usize = 10;
const MOST_WORDS: usize = 1000;

/// How long, in seconds.
pub fn check(input: &BreakGlassInput) -> Result<i64> {
    let words = input.explanation.trim().chars().count();
    if !(LEAST_WORDS..=MOST_WORDS).contains(&words) {
        return Err(Refusal::field(Code::GlassReason, "explanation"));
    }
    let minutes = input.minutes.unwrap_or(DEFAULT_MINUTES);
    if !(1..=MOST_MINUTES).contains(&minutes) {
        return Err(Refusal::field(Code::GlassMinutes, "minutes"));
    }
    Ok(minutes * 60)
}

/// How a patient is looked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Key<'a> {
    ResidentId(&'a str),
    Name { name: &'a str, birth_date: &'a str },
}

/// The number counts before the name.
pub fn key(wanted: &Wanted) -> Result<Key<'_>> {
    match (given(&wanted.resident_id), given(&wanted.name), given(&wanted.birth_date)) {
        (Some(number), _, _) => Ok(Key::ResidentId(number)),
        (None, Some(name), Some(birth_date)) => Ok(Key::Name { name, birth_date }),
        (None, _, _) => Err(Refusal::field(Code::GlassWho, "patient")),
    }
}

fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::Reason;
    use super::*;
    use crate::ids::BreakGlassId;

    fn input(explanation: &str, minutes: Option<i64>) -> BreakGlassInput {
        BreakGlassInput {
            id: BreakGlassId::trusted("b"),
            patient: Wanted::default(),
            reason: Reason::Unconscious,
            explanation: explanation.to_owned(),
            minutes,
        }
    }

    #[test]
    fn it_lasts_an_hour_unless_said_and_three_at_most() {
        let words = "昏迷送入急诊，无家属陪同";
        assert_eq!(check(&input(words, None)).unwrap(), 3600);
        assert_eq!(check(&input(words, Some(180))).unwrap(), 180 * 60);
        for minutes in [0, -5, 181] {
            assert_eq!(check(&input(words, Some(minutes))).unwrap_err().code, Code::GlassMinutes);
        }
    }

    #[test]
    fn a_reason_of_one_word_is_none() {
        assert_eq!(check(&input("  急诊  ", None)).unwrap_err().code, Code::GlassReason);
    }

    #[test]
    fn a_patient_is_named_by_number_or_by_name_and_birth_date() {
        let wanted = |resident_id: &str, name: &str, birth_date: &str| Wanted {
            resident_id: Some(resident_id.to_owned()),
            name: Some(name.to_owned()),
            birth_date: Some(birth_date.to_owned()),
        };
        assert_eq!(key(&wanted(" 11 ", "张", "")).unwrap(), Key::ResidentId("11"));
        let by_name = wanted("", "张小东", "1968-04-12");
        assert_eq!(key(&by_name).unwrap(), Key::Name { name: "张小东", birth_date: "1968-04-12" });
        assert_eq!(key(&wanted("", "张小东", " ")).unwrap_err().code, Code::GlassWho);
    }
}
