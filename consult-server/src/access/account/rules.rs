//! Which passwords are good enough: by length and a blocklist, not by kinds of characters (NIST SP 800-63B §3.1.1). Pure.

use crate::error::{Code, Refusal, Result};

const SHORTEST: usize = 10;
const LONGEST: usize = 128;
/// Fewer different characters than this are a pattern, not a password.
const FEWEST_DIFFERENT: usize = 5;

/// Long passwords that everybody tries, lower case, one a line.
const BLOCKLIST: &str = include_str!("blocklist.txt");

/// Refuses a password that is too short, too long, known to guessers, or made of the account's own name.
pub fn check(password: &str, login: &str) -> Result<()> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(Refusal::field(Code::PasswordShort, "new").with("shortest", SHORTEST));
    }
    if length > LONGEST {
        return Err(Refusal::field(Code::PasswordLong, "new").with("longest", LONGEST));
    }
    let lower = password.to_lowercase();
    let is_own_name = login.chars().count() >= 3 && lower.contains(&login.to_lowercase());
    if is_own_name || is_pattern(&lower) || BLOCKLIST.lines().any(|known| known == lower) {
        return Err(Refusal::field(Code::PasswordKnown, "new"));
    }
    Ok(())
}

/// Few different characters, or one run up or down: `aaaaaaaaaa`, `abababab`, `1234567890`.
fn is_pattern(password: &str) -> bool {
    let different: std::collections::BTreeSet<char> = password.chars().collect();
    let codes: Vec<i64> = password.chars().map(|c| i64::from(u32::from(c))).collect();
    let is_run = |step: i64| codes.windows(2).all(|pair| pair[1] - pair[0] == step);
    different.len() < FEWEST_DIFFERENT || is_run(1) || is_run(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> Option<Code> {
        check(password, "zhouwenying").err().map(|refusal| refusal.code)
    }

    #[test]
    fn length_decides_and_kinds_of_characters_do_not() {
        assert_eq!(refused("Aa1!Aa1!x"), Some(Code::PasswordShort));
        assert_eq!(refused(&"long-enough".repeat(12)), Some(Code::PasswordLong));
        assert_eq!(refused("清河县东沟村的春天来了"), None, "characters are counted, not bytes");
        assert_eq!(refused("correct horse battery"), None);
    }

    #[test]
    fn what_everybody_tries_is_refused_in_any_case() {
        for known in
            ["Password123", "1q2w3e4r5t", "WOAINI1314520", "demo-only-2026", "aaaaaaaaaaaa", "2345678901"]
        {
            assert_eq!(refused(known), Some(Code::PasswordKnown), "{known}");
        }
        assert_eq!(refused("23456789:;"), Some(Code::PasswordKnown), "one run");
        assert_eq!(refused("x-ZhouWenYing-1"), Some(Code::PasswordKnown), "the account's own name");
    }

    #[test]
    fn the_blocklist_holds_only_what_length_lets_through() {
        for line in BLOCKLIST.lines() {
            assert!(line.chars().count() >= SHORTEST && line == line.to_lowercase(), "{line}");
        }
    }
}
