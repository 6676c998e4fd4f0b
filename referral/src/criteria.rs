//! Criteria for referral (转诊指征) as data: which are met by the vital signs and answers of a form. They advise and are
//! recorded; nothing here holds a referral back. What was not measured or not answered meets nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::codes::codes;

/// A text in the languages of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    pub zh: String,
    pub en: String,
}

codes! {
    pub enum CriterionDirection {
        Up = "up",
        Down = "down",
    }
}

codes! {
    pub enum Compare {
        Lt = "lt",
        Le = "le",
        Gt = "gt",
        Ge = "ge",
    }
}

impl Compare {
    fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Lt => left < right,
            Self::Le => left <= right,
            Self::Gt => left > right,
            Self::Ge => left >= right,
        }
    }
}

/// The signs a condition may name, as the form calls them; a blood pressure is read as its two numbers.
pub const SIGNS: &[&str] = &["temperature", "pulse", "respiration", "spo2", "gcs", "systolic", "diastolic"];

/// One thing that must be so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Condition {
    Sign { sign: String, compare: Compare, value: f64 },
    Number { question: String, compare: Compare, value: f64 },
    Answer { question: String, is: bool },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    pub code: String,
    pub direction: CriterionDirection,
    pub disease: String,
    pub text: Words,
    #[serde(default = "on")]
    pub active: bool,
    /// Met when every condition of one of these is.
    pub when: Vec<Vec<Condition>>,
}

const fn on() -> bool {
    true
}

/// The set of an alliance. Its version grows with every change, so that a record says by which it was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CriteriaSet {
    pub version: u32,
    pub items: Vec<Criterion>,
}

/// What was met, and under which version of the set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriteriaMet {
    pub version: u32,
    pub met: Vec<String>,
}

/// The criteria that are met, in the order of the set.
pub fn evaluate(
    set: &CriteriaSet,
    vitals: &BTreeMap<String, String>,
    answers: &BTreeMap<String, String>,
) -> CriteriaMet {
    let is_met = |criterion: &&Criterion| {
        criterion.active
            && criterion
                .when
                .iter()
                .any(|all| !all.is_empty() && all.iter().all(|one| holds(one, vitals, answers)))
    };
    let met = set.items.iter().filter(is_met).map(|criterion| criterion.code.clone()).collect();
    CriteriaMet { version: set.version, met }
}

fn holds(
    condition: &Condition,
    vitals: &BTreeMap<String, String>,
    answers: &BTreeMap<String, String>,
) -> bool {
    match condition {
        Condition::Sign { sign, compare, value } => {
            measured(vitals, sign).is_some_and(|found| compare.holds(found, *value))
        }
        Condition::Number { question, compare, value } => answers
            .get(question)
            .and_then(|text| number(text))
            .is_some_and(|found| compare.holds(found, *value)),
        Condition::Answer { question, is } => {
            answers.get(question).is_some_and(|text| text == if *is { "yes" } else { "no" })
        }
    }
}

/// The number of a sign; `None` for what was not measured or cannot be read as one.
fn measured(vitals: &BTreeMap<String, String>, sign: &str) -> Option<f64> {
    let part = |at: usize| {
        let text = vitals.get("blood_pressure")?.replace('／', "/");
        text.split('/').nth(at).and_then(number)
    };
    match sign {
        "systolic" => part(0),
        "diastolic" => part(1),
        sign => vitals.get(sign).and_then(|text| number(text)),
    }
}

/// The number a text begins with; full-width digits are digits.
pub fn number(text: &str) -> Option<f64> {
    let narrow: String = text
        .trim()
        .chars()
        .map(|sign| match sign {
            '０'..='９' => {
                char::from_u32(u32::from(sign) - u32::from('０') + u32::from('0')).unwrap_or(sign)
            }
            '．' => '.',
            sign => sign,
        })
        .collect();
    let end = narrow.find(|sign: char| !sign.is_ascii_digit() && sign != '.').unwrap_or(narrow.len());
    narrow.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_what_a_text_begins_with() {
        assert_eq!(number("98 %"), Some(98.0));
        assert_eq!(number(" ３６．５"), Some(36.5));
        for text in ["", "abc", "-3", ".", "1.2.3"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn a_blood_pressure_is_two_numbers() {
        let vitals = BTreeMap::from([("blood_pressure".to_owned(), "182／110 mmHg".to_owned())]);
        assert_eq!(
            (measured(&vitals, "systolic"), measured(&vitals, "diastolic")),
            (Some(182.0), Some(110.0))
        );
        assert_eq!(measured(&vitals, "spo2"), None);
    }
}
