//! What a package's code looks like, how long it counts, and for which legs one is made. Pure.

use super::sql::Stored;
use super::{PackageLetterState, PackageState};
use crate::access::letters;
use crate::directory::editing::rules as directory;
use crate::error::{Code, Refusal, Result};
use crate::time::Timestamp;
use referral::Leg;

/// The patient travels within days; a sheet that was left lying does not count for ever.
pub const VALID_SECONDS: i64 = 7 * 24 * 3600;
/// Who has opened it may load the page again for so long.
pub const READABLE_SECONDS: i64 = 30 * 60;
/// So many letters does a person send in an hour: what a mistake or a stolen account can do.
const MOST_LETTERS: i64 = 10;
pub const LETTERS_SECONDS: i64 = 3600;
const LENGTH: usize = 16;
const GROUP: usize = 4;
/// The page at which the code is typed, and at which it opens.
pub const PAGE: &str = "/packages";

/// 80 random bits, so that a plain hash keeps it out of the store.
pub fn code(bytes: [u8; LENGTH]) -> String {
    letters::code(&bytes, GROUP)
}

/// A code as it was printed, however it was typed; `None` if it cannot be one.
pub fn normal(typed: &str) -> Option<String> {
    letters::normal(typed, LENGTH, GROUP)
}

/// A package goes with a leg on its way to somebody without an account, and opens while that leg lives.
pub fn check(leg: &Leg) -> Result<()> {
    if leg.code().is_terminal() {
        return Err(Code::ReferralLegEnded.into());
    }
    if leg.submitted_at.is_none() || !leg.is_external() {
        return Err(Code::PackageNotExternal.into());
    }
    Ok(())
}

/// An address as it was typed; what is empty is none.
pub fn email(typed: Option<&str>) -> Result<Option<String>> {
    let Some(typed) = typed.map(str::trim).filter(|typed| !typed.is_empty()) else { return Ok(None) };
    directory::email(typed).map(Some).map_err(|code| Refusal::field(code, "email"))
}

/// Whether one more may be sent, after so many within the last hour, the first of them then.
pub fn may_send(letters: i64, first: Option<Timestamp>, now: Timestamp) -> Result<()> {
    let Some(first) = first.filter(|_| letters >= MOST_LETTERS) else { return Ok(()) };
    let wait = (first.plus_seconds(LETTERS_SECONDS).0 - now.0).max(0);
    Err(Refusal::new(Code::PackageLetters).with("retry_after", (wait + 999) / 1000))
}

pub fn letter_state(delivery: Option<&str>) -> PackageLetterState {
    match delivery {
        Some("sent") => PackageLetterState::Sent,
        Some("dead" | "dropped") => PackageLetterState::Failed,
        Some(_) | None => PackageLetterState::Waiting,
    }
}

pub fn state(stored: &Stored, now: Timestamp) -> PackageState {
    match (stored.revoked_at, stored.opened_at) {
        (Some(_), _) => PackageState::Revoked,
        (None, Some(_)) => PackageState::Opened,
        (None, None) if stored.expires_at <= now => PackageState::Expired,
        (None, None) => PackageState::Waiting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_from_paper_in_any_writing() {
        let printed = code(*b"sixteen bytes ok");
        assert_eq!(normal(&printed.to_uppercase().replace('-', " ")), Some(printed));
        assert_eq!(normal("abcd-efgh-jkmn"), None);
    }

    #[test]
    fn the_eleventh_letter_of_an_hour_waits_until_the_first_is_an_hour_old() {
        let (first, now) = (Timestamp(0), Timestamp(600_000));
        assert!(may_send(9, Some(first), now).is_ok() && may_send(0, None, now).is_ok());
        let refused = may_send(10, Some(first), now).unwrap_err();
        assert_eq!(
            (refused.code, refused.extras["retry_after"].as_i64()),
            (Code::PackageLetters, Some(3_000))
        );
    }

    #[test]
    fn an_address_is_one_mailbox_or_none() {
        assert_eq!(email(Some(" zz@hospital.example ")).unwrap().as_deref(), Some("zz@hospital.example"));
        assert_eq!(email(Some("  ")).unwrap(), None);
        for wrong in ["a", "a@b@c", "a@b.c, d@e.f", "a@b.c\r\nBcc: d@e.f", "<a@b.c>", "急诊@b.c"] {
            assert_eq!(email(Some(wrong)).unwrap_err().code, Code::DirectoryEmail, "{wrong}");
        }
    }
}
