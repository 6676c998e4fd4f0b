//! What makes a patient's record acceptable, and what a patch makes of it. Pure.

use super::identity::{ResidentId, mask, mask_phone};
use super::{Identity, IdentityKind, PatientInput, PatientPatch, Sex};
use crate::error::{Code, Refusal, Result};
use crate::time::Timestamp;

/// Registrations of records of others that cost nothing within the time below: people mistype.
const FREE_TRIES: i64 = 5;
pub const TRIES_SECONDS: i64 = 10 * 60;

const NAME_LIMIT: usize = 100;
const ADDRESS_LIMIT: usize = 300;

/// A record that was checked: trimmed, and consistent with its identity number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub name: String,
    pub sex: Sex,
    pub birth_date: Option<String>,
    pub identity: Identity,
    pub phone: Option<String>,
    pub address: Option<String>,
}

impl Checked {
    pub fn identity_masked(&self) -> Option<String> {
        self.identity.value.as_deref().map(mask)
    }
    pub fn phone_masked(&self) -> Option<String> {
        self.phone.as_deref().map(mask_phone)
    }
}

/// Checks what a caller says; each refusal names its field.
pub fn check(input: PatientInput, today: jiff::civil::Date) -> Result<Checked> {
    let name = input.name.trim().to_owned();
    if name.is_empty() {
        return Err(Refusal::field(Code::PatientNameMissing, "name"));
    }
    if name.chars().count() > NAME_LIMIT {
        return Err(Refusal::field(Code::PatientNameTooLong, "name"));
    }
    let born = match blank(input.birth_date) {
        Some(text) => Some(birth_date(&text, today)?),
        None => None,
    };
    let identity = identity(input.identity, born, input.sex, today)?;
    let phone = match blank(input.phone) {
        Some(text) => Some(phone(&text)?),
        None => None,
    };
    let address = blank(input.address).map(|a| a.chars().take(ADDRESS_LIMIT).collect());
    Ok(Checked { name, sex: input.sex, birth_date: born.map(|d| d.to_string()), identity, phone, address })
}

/// Whether the nth try since an instant is answered.
pub fn may_try(tries: i64, since: Timestamp, now: Timestamp) -> Result<()> {
    if tries <= FREE_TRIES {
        return Ok(());
    }
    let wait = (since.plus_seconds(TRIES_SECONDS).0 - now.0).max(0);
    Err(Refusal::new(Code::PatientTooManyTries).with("retry_after", (wait + 999) / 1000))
}

/// The whole input that a patch means on top of what stands.
pub fn patched(standing: PatientInput, patch: PatientPatch) -> PatientInput {
    PatientInput {
        id: standing.id,
        name: patch.name.unwrap_or(standing.name),
        sex: patch.sex.unwrap_or(standing.sex),
        birth_date: patch.birth_date.unwrap_or(standing.birth_date),
        identity: patch.identity.unwrap_or(standing.identity),
        phone: patch.phone.unwrap_or(standing.phone),
        address: patch.address.unwrap_or(standing.address),
    }
}

fn identity(
    input: Identity,
    born: Option<jiff::civil::Date>,
    sex: Sex,
    today: jiff::civil::Date,
) -> Result<Identity> {
    let refuse = |code| Err(Refusal::field(code, "identity"));
    let value = blank(input.value);
    match (input.kind, value) {
        (IdentityKind::ResidentId, Some(number)) => {
            let id = match ResidentId::parse(&number, today) {
                Ok(id) => id,
                Err(code) => return refuse(code),
            };
            if born != Some(id.birth_date) {
                return Err(Refusal::field(Code::PatientIdentityBirthDate, "birth_date"));
            }
            if sex != id.sex {
                return Err(Refusal::field(Code::PatientIdentitySex, "sex"));
            }
            Ok(Identity { kind: input.kind, value: Some(id.as_str().to_owned()) })
        }
        (IdentityKind::Passport, Some(number)) => {
            let number = number.to_ascii_uppercase();
            let fits = (5..=20).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric());
            if fits {
                Ok(Identity { kind: input.kind, value: Some(number) })
            } else {
                refuse(Code::PatientPassport)
            }
        }
        (IdentityKind::ResidentId | IdentityKind::Passport, None) => refuse(Code::PatientIdentityMissing),
        (IdentityKind::Newborn | IdentityKind::Unidentified, _) => {
            Ok(Identity { kind: input.kind, value: None })
        }
    }
}

fn birth_date(text: &str, today: jiff::civil::Date) -> Result<jiff::civil::Date> {
    let parsed = text.parse::<jiff::civil::Date>().ok().filter(|day| *day <= today && day.year() >= 1850);
    parsed.ok_or_else(|| Refusal::field(Code::PatientBirthDate, "birth_date"))
}

/// Digits with the marks people write between them; mobile and landline numbers, with or without country code.
fn phone(text: &str) -> Result<String> {
    let number: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')')).collect();
    let digits = number.strip_prefix('+').unwrap_or(&number);
    let fits = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if fits { Ok(number) } else { Err(Refusal::field(Code::PatientPhone, "phone")) }
}

fn blank(text: Option<String>) -> Option<String> {
    text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::PatientId;

    const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 23);

    fn input() -> PatientInput {
        PatientInput {
            id: PatientId::trusted("0192f3a0-0000-7000-8000-000000000000"),
            name: " 王秀英 ".to_owned(),
            sex: Sex::Female,
            birth_date: Some("1949-12-31".to_owned()),
            identity: Identity {
                kind: IdentityKind::ResidentId,
                value: Some("11010519491231002x".to_owned()),
            },
            phone: Some("138 1234 5678".to_owned()),
            address: None,
        }
    }

    #[test]
    fn a_consistent_record_is_accepted_trimmed_and_masked() {
        let checked = check(input(), TODAY).unwrap();
        assert_eq!((checked.name.as_str(), checked.phone.as_deref()), ("王秀英", Some("13812345678")));
        assert_eq!(checked.identity_masked().as_deref(), Some("****************2X"));
    }

    #[test]
    fn the_sixth_try_waits_for_the_rest_of_the_time() {
        let (since, now) = (Timestamp(0), Timestamp(60_000));
        assert!(may_try(5, since, now).is_ok());
        let refusal = may_try(6, since, now).unwrap_err();
        assert_eq!(
            (refusal.code, refusal.extras["retry_after"].as_i64()),
            (Code::PatientTooManyTries, Some(540))
        );
    }

    #[test]
    fn birth_date_and_sex_must_agree_with_the_number() {
        let wrong_day = PatientInput { birth_date: Some("1949-12-30".to_owned()), ..input() };
        assert_eq!(check(wrong_day, TODAY).unwrap_err().code, Code::PatientIdentityBirthDate);
        let wrong_sex = PatientInput { sex: Sex::Male, ..input() };
        let refusal = check(wrong_sex, TODAY).unwrap_err();
        assert_eq!((refusal.code, refusal.extras["field"].as_str()), (Code::PatientIdentitySex, Some("sex")));
    }

    #[test]
    fn newborns_and_unidentified_patients_need_no_number_and_keep_none() {
        for kind in [IdentityKind::Newborn, IdentityKind::Unidentified] {
            let identity = Identity { kind, value: Some("nonsense".to_owned()) };
            assert_eq!(check(PatientInput { identity, ..input() }, TODAY).unwrap().identity.value, None);
        }
    }

    #[test]
    fn a_patch_changes_what_it_names_and_clears_what_it_nulls() {
        let patch: PatientPatch = serde_json::from_str(r#"{"phone": null, "name": "王秀兰"}"#).unwrap();
        let whole = patched(input(), patch);
        assert_eq!((whole.name.as_str(), whole.phone, whole.birth_date.is_some()), ("王秀兰", None, true));
    }
}
