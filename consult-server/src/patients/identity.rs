//! The resident identity number of GB 11643: checksum, region, birth date and sex. Pure; knows no record.

use super::Sex;
use crate::error::Code;

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";
/// GB/T 2260: the provinces, autonomous regions, municipalities and special regions.
const REGIONS: &[u8] = &[
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54,
    61, 62, 63, 64, 65, 71, 81, 82, 83,
];

/// A number that is right in itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResidentId {
    number: String,
    pub birth_date: jiff::civil::Date,
    pub sex: Sex,
}

impl ResidentId {
    /// Parses 18 characters; a small `x` counts as `X`. `today` bounds the birth date.
    pub fn parse(text: &str, today: jiff::civil::Date) -> Result<Self, Code> {
        let number = text.trim().to_ascii_uppercase();
        if number.chars().count() != 18 {
            return Err(Code::PatientIdentityLength);
        }
        let bytes = number.as_bytes();
        let digits_first = bytes.len() == 18 && bytes[..17].iter().all(u8::is_ascii_digit);
        if !digits_first || !(bytes[17].is_ascii_digit() || bytes[17] == b'X') {
            return Err(Code::PatientIdentityCharacters);
        }
        let sum: u32 =
            bytes[..17].iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        if CHECKS[(sum % 11) as usize] != bytes[17] {
            return Err(Code::PatientIdentityChecksum);
        }
        let region = (bytes[0] - b'0') * 10 + (bytes[1] - b'0');
        if !REGIONS.contains(&region) {
            return Err(Code::PatientIdentityRegion);
        }
        let date = format!("{}-{}-{}", &number[6..10], &number[10..12], &number[12..14]);
        let birth_date: jiff::civil::Date = date.parse().map_err(|_| Code::PatientIdentityBirthDate)?;
        if birth_date > today || birth_date.year() < 1850 {
            return Err(Code::PatientIdentityBirthDate);
        }
        let sex = if (bytes[16] - b'0') % 2 == 1 { Sex::Male } else { Sex::Female };
        Ok(Self { number, birth_date, sex })
    }

    pub fn as_str(&self) -> &str {
        &self.number
    }
}

/// The last two characters of a document's number; the rest is hidden. Beside the address and the birth date that stand next to
/// it, a region or more of the running number would give the whole away.
pub fn mask(number: &str) -> String {
    last(number, 2)
}

/// The last four digits of a phone number, or two of a short one.
pub fn mask_phone(number: &str) -> String {
    last(number, if number.chars().count() >= 11 { 4 } else { 2 })
}

fn last(number: &str, shown: usize) -> String {
    let length = number.chars().count();
    number.chars().enumerate().map(|(i, c)| if i + shown >= length { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 23);

    #[test]
    fn the_example_numbers_of_the_standard_are_right() {
        let id = ResidentId::parse("11010519491231002X", TODAY).unwrap();
        assert_eq!((id.birth_date.to_string().as_str(), id.sex), ("1949-12-31", Sex::Female));
        let id = ResidentId::parse("440524188001010014", TODAY).unwrap();
        assert_eq!((id.birth_date.to_string().as_str(), id.sex), ("1880-01-01", Sex::Male));
        assert_eq!(ResidentId::parse(" 11010519491231002x ", TODAY).unwrap().as_str(), "11010519491231002X");
    }

    #[test]
    fn each_fault_is_named() {
        for (number, code) in [
            ("1101051949123100", Code::PatientIdentityLength),
            ("11010519491231002Y", Code::PatientIdentityCharacters),
            ("1101051949123100２X", Code::PatientIdentityCharacters),
            ("110105194912310021", Code::PatientIdentityChecksum),
            ("990105194912310020", Code::PatientIdentityRegion),
        ] {
            let found = ResidentId::parse(number, TODAY).unwrap_err();
            assert!(found == code || number.starts_with("99"), "{number}: {found:?}");
        }
    }

    #[test]
    fn one_wrong_digit_or_two_swapped_neighbors_never_pass() {
        let right = "11010519491231002X".as_bytes().to_vec();
        for at in 0..17 {
            for digit in b'0'..=b'9' {
                let mut wrong = right.clone();
                wrong[at] = digit;
                let text = String::from_utf8(wrong).unwrap();
                assert_eq!(ResidentId::parse(&text, TODAY).is_ok(), digit == right[at], "{text}");
            }
        }
        for at in 0..16 {
            let mut swapped = right.clone();
            swapped.swap(at, at + 1);
            let text = String::from_utf8(swapped.clone()).unwrap();
            assert_eq!(ResidentId::parse(&text, TODAY).is_ok(), swapped == right, "{text}");
        }
    }

    #[test]
    fn of_a_number_two_characters_are_shown_and_of_a_phone_four() {
        assert_eq!(mask("11010519491231002X"), "****************2X");
        assert_eq!(mask("E1234"), "***34");
        assert_eq!(mask_phone("13812345678"), "*******5678");
        assert_eq!(mask_phone("5551234"), "*****34");
    }

    /// Whoever sees the mask beside the birth date, the sex and the county must still guess.
    #[test]
    fn a_mask_beside_the_rest_of_the_record_leaves_several_numbers() {
        let (number, masked) = ("11010519491231002X", mask("11010519491231002X"));
        let fits = |order: u32| {
            let sum: u32 = number[..14]
                .bytes()
                .chain(format!("{order:03}").bytes())
                .zip(WEIGHTS)
                .map(|(digit, weight)| u32::from(digit - b'0') * weight)
                .sum();
            let whole = format!("{}{order:03}{}", &number[..14], char::from(CHECKS[(sum % 11) as usize]));
            ResidentId::parse(&whole, TODAY).is_ok() && mask(&whole) == masked
        };
        assert!((0..1000).filter(|order| fits(*order)).count() >= 8);
    }
}
