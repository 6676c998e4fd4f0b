//! What the directory takes for a name, a key, a number to call or a code of the outside. Pure.

use crate::error::Code;

const TEXT_LIMIT: usize = 100;
const CODE_LIMIT: usize = 32;

/// Levels by code, and by the names of forms.
const LEVELS: &[(&str, &[&str])] = &[
    ("city_hospital", &["市级医院", "市医院", "省市医院"]),
    ("county_hospital", &["县级医院", "县医院"]),
    ("township_centre", &["乡镇卫生院", "卫生院", "社区卫生服务中心"]),
    ("village_clinic", &["村卫生室", "卫生室", "社区卫生服务站"]),
];

pub fn level(value: &str) -> Result<&'static str, Code> {
    let value = value.to_lowercase();
    let found = LEVELS.iter().find(|(code, names)| *code == value || names.contains(&value.as_str()));
    found.map(|(code, _)| *code).ok_or(Code::DirectoryLevelUnknown)
}

/// GB 32100: 18 characters, the last of which checks the others.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// A name or another line of text. What a spreadsheet would calculate, and what a terminal would obey, is none.
pub fn line(value: &str) -> Result<String, Code> {
    if value.chars().count() > TEXT_LIMIT {
        return Err(Code::DirectoryTooLong);
    }
    if value.starts_with(['=', '+', '-', '@']) {
        return Err(Code::DirectoryFormula);
    }
    if value.chars().any(char::is_control) {
        return Err(Code::DirectoryCharacters);
    }
    Ok(value.to_owned())
}

/// A key: letters, digits and a few marks.
pub fn code(value: &str) -> Result<String, Code> {
    let fits = value.len() <= CODE_LIMIT
        && value.starts_with(|c: char| c.is_ascii_alphanumeric())
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b));
    if fits { Ok(value.to_owned()) } else { Err(Code::DirectoryCodeInvalid) }
}

/// A number to call at work, with the marks people write in it.
pub fn phone(value: &str) -> Result<String, Code> {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let fits = (3..=20).contains(&digits)
        && value.len() <= CODE_LIMIT
        && value.chars().all(|c| c.is_ascii_digit() || "+-() ,转#".contains(c));
    if fits { Ok(value.to_owned()) } else { Err(Code::DirectoryPhone) }
}

/// An address of mail, as far as it can be judged without writing to it.
pub fn email(value: &str) -> Result<String, Code> {
    let fits = value.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && local.len() <= 64
            && domain.len() <= 190
            && domain
                .split('.')
                .all(|part| !part.is_empty() && !part.starts_with('-') && !part.ends_with('-'))
            && domain.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
            && local.split('.').all(|part| !part.is_empty())
            && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b))
            && local.starts_with(|c: char| c.is_ascii_alphanumeric())
    });
    if fits { Ok(value.to_owned()) } else { Err(Code::DirectoryEmail) }
}

/// The unified social credit code (统一社会信用代码).
pub fn uscc(value: &str) -> Result<String, Code> {
    let value = value.to_uppercase();
    let digits: Vec<usize> = value.chars().filter_map(|c| ALPHABET.find(c)).collect();
    let sum: usize = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let fits = value.chars().count() == 18 && digits.len() == 18 && digits[17] == (31 - sum % 31) % 31;
    if fits { Ok(value) } else { Err(Code::DirectoryUscc) }
}

/// The code of a medical institution (医疗机构代码): 8 to 22 letters and digits.
pub fn institution_code(value: &str) -> Result<String, Code> {
    let value = value.to_uppercase();
    let fits = (8..=22).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || b == b'-');
    if fits { Ok(value) } else { Err(Code::DirectoryInstitutionCode) }
}

/// A code of the national department list (诊疗科目名录): pairs of digits with points between, e.g. 03.04.
pub fn national_code(value: &str) -> Result<String, Code> {
    let fits = value.len() <= 8
        && value.split('.').all(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()));
    if fits { Ok(value.to_owned()) } else { Err(Code::DirectoryNationalCode) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credit_code_is_checked_by_its_last_character() {
        assert!(uscc("91350100M000100Y43").is_ok() && uscc("91350100m000100y43").is_ok());
        for wrong in ["91350100M000100Y44", "91350100M000100Y4", "91350100I000100Y43", ""] {
            assert_eq!(uscc(wrong), Err(Code::DirectoryUscc), "{wrong}");
        }
    }

    #[test]
    fn codes_of_institutions_and_departments_have_their_forms() {
        assert!(institution_code("PDY12345678").is_ok() && institution_code("短").is_err());
        assert!(
            national_code("03.04").is_ok() && national_code("3.4").is_err() && national_code("").is_err()
        );
    }

    #[test]
    fn what_a_spreadsheet_would_calculate_is_no_name() {
        for text in ["=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)"] {
            assert_eq!(line(text), Err(Code::DirectoryFormula), "{text}");
        }
        assert_eq!(line("a\u{1b}[31m"), Err(Code::DirectoryCharacters));
        assert_eq!(line(&"长".repeat(101)), Err(Code::DirectoryTooLong));
        assert_eq!(line("O'Brien-Wang"), Ok("O'Brien-Wang".to_owned()));
    }

    #[test]
    fn keys_and_numbers_to_call_have_their_forms() {
        assert!(code("QH-001").is_ok() && code("../x").is_err() && code("").is_err() && code("周").is_err());
        assert!(phone("0319-5550101转8").is_ok() && phone("=1+1").is_err() && phone("12").is_err());
    }

    #[test]
    fn an_address_of_mail_has_one_at_and_no_words_around_it() {
        for good in ["zhou@county.example", "a.b+c@mail.county.example", "desk@demo.invalid"] {
            assert!(email(good).is_ok(), "{good}");
        }
        for bad in [
            "zhou",
            "@county.example",
            "zhou@",
            "zhou@@x.y",
            "a b@x.y",
            "zhou@x..y",
            "zhou@-x.y",
            "=1+1@x.y",
            "zhou@county.example, other@x.y",
            "Zhou <zhou@x.y>",
            "zhou@x.y\r\nBcc: z@x.y",
        ] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }
}
