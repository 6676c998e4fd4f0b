//! Who needs a second factor, which codes fit, and how long a challenge lives. Pure.

use crate::access::{Role, letters};
use crate::config::SecondFactor;
use crate::error::{Code, Result};
use crate::time::Timestamp;
use totp_rs::{Builder, Secret, Totp};

pub const RECOVERY_CODES: usize = 10;
/// Between the password and the second factor, or between the two halves of adding a passkey.
pub const CHALLENGE_SECONDS: i64 = 5 * 60;
/// Wrong codes that one challenge bears; then the password is asked for again.
pub const CHALLENGE_FAILURES: i64 = 5;
/// Factors are added and taken away only so soon after signing in: an unattended screen is not enough.
pub const FRESH_SECONDS: i64 = 15 * 60;
pub const MOST_PASSKEYS: usize = 10;
const STEP_SECONDS: u64 = 30;
const NAME_LIMIT: usize = 60;

/// What the configuration means for an account: nobody is asked in the demo on loopback unless it is said.
pub fn policy(configured: Option<SecondFactor>, demo: bool) -> SecondFactor {
    configured.unwrap_or(if demo { SecondFactor::None } else { SecondFactor::Admins })
}

pub fn is_required(policy: SecondFactor, roles: &[Role]) -> bool {
    match policy {
        SecondFactor::None => false,
        SecondFactor::Admins => roles.iter().any(|role| !role.is_clinical()),
        SecondFactor::All => true,
    }
}

/// The time step whose code this is, if it is of now, the step before or the step after (RFC 6238 §5.2), and later than
/// the last one used: a code counts once.
pub fn matched_step(secret: &str, code: &str, now: Timestamp, last_step: i64) -> Option<i64> {
    let seconds = u64::try_from(now.0 / 1000).ok()?;
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let step = totp(secret)?.check(&code, seconds).and_then(|step| i64::try_from(step).ok())?;
    (step > last_step).then_some(step)
}

/// The code of an instant, as the telephone shows it.
pub fn code_at(secret: &str, now: Timestamp) -> Option<String> {
    Some(totp(secret)?.generate(u64::try_from(now.0 / 1000).ok()?).to_string())
}

fn totp(secret: &str) -> Option<Totp> {
    let secret = Secret::try_from_base32(secret).ok()?;
    Builder::new().with_secret(secret).with_skew(1).with_step_duration(STEP_SECONDS).build().ok()
}

/// A new key of 160 bits in Base32.
pub fn new_secret(bytes: [u8; 20]) -> String {
    Secret::from(bytes).to_base32()
}

/// What the telephone reads from the picture.
pub fn uri(issuer: &str, login: &str, secret: &str) -> String {
    let (issuer, login) = (escaped(issuer), escaped(login));
    format!(
        "otpauth://totp/{issuer}:{login}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
    )
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

const RECOVERY_LENGTH: usize = 10;
const RECOVERY_GROUP: usize = 5;

/// A recovery code has 50 bits in two groups.
pub fn recovery_code(bytes: [u8; RECOVERY_LENGTH]) -> String {
    letters::code(&bytes, RECOVERY_GROUP)
}

/// A code as it was printed, however it was typed; `None` if it cannot be one.
pub fn normal_recovery_code(typed: &str) -> Option<String> {
    letters::normal(typed, RECOVERY_LENGTH, RECOVERY_GROUP)
}

pub fn is_fresh(proved_at: Timestamp, now: Timestamp) -> bool {
    now < proved_at.plus_seconds(FRESH_SECONDS)
}

/// What an owner calls a passkey.
pub fn name(typed: &str) -> String {
    let name: String = typed.trim().chars().filter(|c| !c.is_control()).take(NAME_LIMIT).collect();
    if name.is_empty() { "passkey".to_owned() } else { name }
}

/// The last factor stays where one is required.
pub fn may_remove(required: bool, factors: usize) -> Result<()> {
    if required && factors <= 1 { Err(Code::SecondFactorLast.into()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 6238 Appendix B, "12345678901234567890".
    const KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            let now = Timestamp(seconds * 1000);
            assert_eq!(code_at(KEY, now).unwrap(), code);
            assert_eq!(matched_step(KEY, code, now, 0), Some(seconds / 30));
        }
    }

    #[test]
    fn a_clock_may_be_one_step_off_and_no_more() {
        let now = Timestamp(1_111_111_109_000);
        for (steps, fits) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let code = code_at(KEY, now.plus_seconds(30 * steps)).unwrap();
            assert_eq!(matched_step(KEY, &code, now, 0).is_some(), fits, "{steps}");
        }
    }

    #[test]
    fn a_step_that_was_used_and_those_before_it_no_longer_fit() {
        let now = Timestamp(1_111_111_109_000);
        let step = matched_step(KEY, "081804", now, 0).unwrap();
        assert_eq!(matched_step(KEY, "081804", now, step), None);
        let before = code_at(KEY, now.plus_seconds(-30)).unwrap();
        assert_eq!(matched_step(KEY, &before, now, step), None);
        let after = code_at(KEY, now.plus_seconds(30)).unwrap();
        assert_eq!(matched_step(KEY, &after, now, step), Some(step + 1));
    }

    #[test]
    fn what_is_no_code_fits_nothing() {
        let now = Timestamp(59_000);
        for typed in ["", "28708", "2870820", "28708a", "+87082", "２８７０８２", "-287082", "0x1234"] {
            assert_eq!(matched_step(KEY, typed, now, 0), None, "{typed}");
        }
        assert_eq!(matched_step(KEY, " 287 082 ", now, 0), Some(1), "as telephones group it");
    }

    #[test]
    fn administrators_need_a_factor_unless_the_demo_is_on_loopback() {
        let clinic = [Role::VillageDoctor];
        let office = [Role::VillageDoctor, Role::Auditor];
        let asked = |configured, demo, roles: &[Role]| is_required(policy(configured, demo), roles);
        assert!(asked(None, false, &office) && !asked(None, false, &clinic) && !asked(None, true, &office));
        assert!(asked(Some(SecondFactor::All), true, &clinic));
        assert!(!asked(Some(SecondFactor::None), false, &office));
    }

    #[test]
    fn the_picture_names_alliance_and_account_and_nothing_in_them_breaks_out() {
        let uri = uri("清河 & 县", "a?b=c", KEY);
        assert_eq!(
            uri,
            format!(
                "otpauth://totp/%E6%B8%85%E6%B2%B3%20%26%20%E5%8E%BF:a%3Fb%3Dc?secret={KEY}\
                 &issuer=%E6%B8%85%E6%B2%B3%20%26%20%E5%8E%BF&algorithm=SHA1&digits=6&period=30"
            )
        );
    }
}
