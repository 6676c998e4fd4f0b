//! What a package's code looks like, how long it counts, and for which legs one is made. Pure.

use super::PackageState;
use super::sql::Stored;
use crate::access::letters;
use crate::error::{Code, Result};
use crate::time::Timestamp;
use referral::Leg;

/// The patient travels within days; a sheet that was left lying does not count for ever.
pub const VALID_SECONDS: i64 = 7 * 24 * 3600;
/// Who has opened it may load the page again for so long.
pub const READABLE_SECONDS: i64 = 30 * 60;
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
}
