//! What an activation code looks like, how long it counts, and which names people may sign in with. Pure.

use crate::access::letters;
use crate::error::Code;

/// A sheet is printed, handed round and used within a month.
pub const VALID_SECONDS: i64 = 30 * 24 * 3600;
const LENGTH: usize = 16;
const GROUP: usize = 4;
const SHORTEST_LOGIN: usize = 3;
const LONGEST_LOGIN: usize = 32;

/// 80 random bits, so that a plain hash keeps it out of the store.
pub fn code(bytes: [u8; LENGTH]) -> String {
    letters::code(&bytes, GROUP)
}

/// A code as it was printed, however it was typed; `None` if it cannot be one.
pub fn normal(typed: &str) -> Option<String> {
    letters::normal(typed, LENGTH, GROUP)
}

/// A name to sign in with as it is kept, however it was typed: without blanks around it and without capitals.
pub fn typed(login: &str) -> String {
    login.trim().to_ascii_lowercase()
}

/// A name to sign in with; one form only, so that nobody else's looks the same.
pub fn login(typed: &str) -> Result<String, Code> {
    let login = typed.trim();
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let fits = (SHORTEST_LOGIN..=LONGEST_LOGIN).contains(&login.len())
        && login.bytes().all(|byte| is_plain(byte) || b"._-".contains(&byte))
        && login.bytes().next().is_some_and(is_plain);
    if fits { Ok(login.to_owned()) } else { Err(Code::LoginInvalid) }
}

/// The name that a slip of paper proposes: the staff number, where it can be one.
pub fn proposed(staff_number: &str) -> Option<String> {
    login(&staff_number.to_lowercase()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_four_groups_of_four_and_read_in_any_writing() {
        let printed = code(*b"sixteen bytes ok");
        assert_eq!((printed.len(), printed.matches('-').count()), (19, 3));
        assert_eq!(normal(&printed.to_uppercase().replace('-', "")), Some(printed));
        assert_eq!(normal("abcd-efgh-jkmn"), None);
    }

    #[test]
    fn capitals_and_blanks_that_are_typed_do_not_matter() {
        assert_eq!(typed(" Zhou.WenYing "), "zhou.wenying");
    }

    #[test]
    fn a_login_has_one_form() {
        for good in ["zwy", "1001", "zhou.wen-ying_2", " li3 "] {
            assert_eq!(login(good).as_deref(), Ok(good.trim()), "{good}");
        }
        let long = "x".repeat(33);
        for bad in ["", "zw", "Zhou", "周文英", ".zwy", "a b c", "a@b.cn", "zwy\u{200b}", &long] {
            assert_eq!(login(bad), Err(Code::LoginInvalid), "{bad}");
        }
        assert_eq!((proposed("QH-1001").as_deref(), proposed("QH/1001")), (Some("qh-1001"), None));
    }
}
