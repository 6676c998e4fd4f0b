//! What codes of the outside look like. Pure.

use crate::error::Code;

/// GB 32100: 18 characters, the last of which checks the others.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// The unified social credit code (统一社会信用代码).
pub fn uscc(value: &str) -> Result<String, Code> {
    let value = value.to_uppercase();
    let digits: Vec<usize> = value.chars().filter_map(|c| ALPHABET.find(c)).collect();
    let sum: usize = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let fits = value.chars().count() == 18 && digits.len() == 18 && digits[17] == (31 - sum % 31) % 31;
    if fits { Ok(value) } else { Err(Code::ImportUscc) }
}

/// The code of a medical institution (医疗机构代码): 8 to 22 letters and digits.
pub fn institution_code(value: &str) -> Result<String, Code> {
    let value = value.to_uppercase();
    let fits = (8..=22).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || b == b'-');
    if fits { Ok(value) } else { Err(Code::ImportInstitutionCode) }
}

/// A code of the national department list (诊疗科目名录): pairs of digits with points between, e.g. 03.04.
pub fn national_code(value: &str) -> Result<String, Code> {
    let fits = value.len() <= 8
        && value.split('.').all(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()));
    if fits { Ok(value.to_owned()) } else { Err(Code::ImportNationalCode) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credit_code_is_checked_by_its_last_character() {
        assert!(uscc("91350100M000100Y43").is_ok() && uscc("91350100m000100y43").is_ok());
        for wrong in ["91350100M000100Y44", "91350100M000100Y4", "91350100I000100Y43", ""] {
            assert_eq!(uscc(wrong), Err(Code::ImportUscc), "{wrong}");
        }
    }

    #[test]
    fn codes_of_institutions_and_departments_have_their_forms() {
        assert!(institution_code("PDY12345678").is_ok() && institution_code("短").is_err());
        assert!(
            national_code("03.04").is_ok() && national_code("3.4").is_err() && national_code("").is_err()
        );
    }
}
