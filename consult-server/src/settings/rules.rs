//! What rules are acceptable, what a patch makes of them, and how two versions differ. Pure.

use super::{BedRules, Question, RuleChange, Rules, SettingsPatch, Template};
use crate::directory::facilities::rules::is_capability;
use crate::error::{Code, Refusal, Result};
use referral::{Condition, CriteriaSet, Deadlines, SIGNS};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;

const MINUTE: i64 = 60_000;
/// No deadline is longer.
const LONGEST: i64 = 30 * 24 * 60 * MINUTE;
const MOST_ITEMS: usize = 200;
const LONGEST_TEXT: usize = 200;
const LARGEST_NUMBER: f64 = 10_000.0;

fn shipped<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("shipped data")
}

pub static QUESTIONS: LazyLock<Vec<Question>> =
    LazyLock::new(|| shipped(include_str!("shipped/questions.json")));
static CRITERIA: LazyLock<CriteriaSet> =
    LazyLock::new(|| shipped(include_str!("../../../referral/criteria/shipped.json")));
static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| shipped(include_str!("shipped/templates.json")));

/// The vital signs of the form.
const VITALS: &[&str] = &["temperature", "pulse", "respiration", "blood_pressure", "spo2", "gcs"];

impl Default for Rules {
    fn default() -> Self {
        Self {
            deadlines: Deadlines::default(),
            criteria: CRITERIA.clone(),
            templates: TEMPLATES.clone(),
            beds: BedRules::default(),
        }
    }
}

/// The stored settings with a patch on them. What the patch does not name stays, also what this version does not know.
pub fn patched(standing: &Value, patch: SettingsPatch) -> Result<Value> {
    let mut next = standing.clone();
    let effective = in_force(standing)?;
    let effective = serde_json::to_value(&effective).map_err(Refusal::internal)?;
    let parts = [
        ("deadlines", patch.deadlines),
        ("criteria", patch.criteria),
        ("templates", patch.templates),
        ("beds", patch.beds),
    ];
    let members = next.as_object_mut().ok_or_else(|| Refusal::internal("settings are no object"))?;
    for (name, part) in parts {
        let Some(part) = part else { continue };
        let mut whole = effective.get(name).cloned().unwrap_or(Value::Null);
        merge(&mut whole, part);
        members.insert(name.to_owned(), whole);
    }
    numbered(standing, next)
}

/// Settings as they were, with the standing ones replaced by them.
pub fn restored(standing: &Value, kept: Value) -> Result<Value> {
    numbered(standing, kept)
}

/// Another set of criteria than the standing one is another version of it, whatever its number says: two sets with one number
/// would leave it open by which of them a form was judged.
fn numbered(standing: &Value, mut next: Value) -> Result<Value> {
    let (stands, mut set) = (in_force(standing)?.criteria, in_force(&next)?.criteria);
    let version = if set.items == stands.items { stands.version } else { stands.version + 1 };
    if set.version == version {
        return Ok(next);
    }
    set.version = version;
    let set = serde_json::to_value(set).map_err(Refusal::internal)?;
    let members = next.as_object_mut().ok_or_else(|| Refusal::internal("settings are no object"))?;
    members.insert("criteria".to_owned(), set);
    Ok(next)
}

fn merge(whole: &mut Value, part: Value) {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            for (name, value) in part {
                merge(whole.entry(name).or_insert(Value::Null), value);
            }
        }
        (whole, part) => *whole = part,
    }
}

/// The rules that stored settings mean.
pub fn in_force(settings: &Value) -> Result<Rules> {
    serde_json::from_value(settings.clone())
        .map_err(|e| Refusal::new(Code::SettingsInvalid).with("reason", e.to_string()))
}

/// Refuses rules that nobody could live by; each refusal names the path.
pub fn check(rules: &Rules) -> Result<()> {
    let deadlines = serde_json::to_value(rules.deadlines).map_err(Refusal::internal)?;
    for (path, value) in leaves("deadlines", &deadlines) {
        if value.as_i64().is_some_and(|span| !(MINUTE..=LONGEST).contains(&span)) {
            return Err(Refusal::field(Code::SettingsSpan, &path));
        }
    }
    let stale = rules.beds.stale_minutes;
    if !(1..=LONGEST / MINUTE).contains(&stale) {
        return Err(Refusal::field(Code::SettingsSpan, "beds.stale_minutes"));
    }
    criteria(&rules.criteria)?;
    templates(&rules.templates)
}

fn wrong(path: &str) -> Refusal {
    Refusal::field(Code::SettingsInvalid, path)
}

fn unique<'a>(path: &str, codes: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut seen = BTreeSet::new();
    for code in codes {
        let is_code = !code.is_empty()
            && code.len() <= 40
            && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !is_code || !seen.insert(code) || seen.len() > MOST_ITEMS {
            return Err(wrong(path));
        }
    }
    Ok(())
}

fn is_text(text: &referral::Words) -> bool {
    [&text.zh, &text.en].iter().all(|t| !t.trim().is_empty() && t.chars().count() <= LONGEST_TEXT)
}

fn asks(question: &str, kind: &str) -> bool {
    QUESTIONS.iter().any(|one| one.code == question && one.kind == kind)
}

fn criteria(set: &CriteriaSet) -> Result<()> {
    unique("criteria.items", set.items.iter().map(|item| item.code.as_str()))?;
    for item in &set.items {
        let path = format!("criteria.items.{}", item.code);
        let conditions = || item.when.iter().flatten();
        let in_range = |value: &f64| value.is_finite() && (0.0..=LARGEST_NUMBER).contains(value);
        let fits = |condition: &Condition| match condition {
            Condition::Sign { sign, value, .. } => SIGNS.contains(&sign.as_str()) && in_range(value),
            Condition::Number { question, value, .. } => asks(question, "number") && in_range(value),
            Condition::Answer { question, .. } => asks(question, "yes_no"),
        };
        let has_conditions = !item.when.is_empty() && item.when.iter().all(|all| !all.is_empty());
        if !has_conditions
            || conditions().count() > MOST_ITEMS
            || !conditions().all(fits)
            || !is_text(&item.text)
        {
            return Err(wrong(&path));
        }
    }
    Ok(())
}

fn templates(templates: &[Template]) -> Result<()> {
    unique("templates", templates.iter().map(|one| one.code.as_str()))?;
    for one in templates {
        let fits = is_capability(&one.need)
            && one.vitals.iter().all(|sign| VITALS.contains(&sign.as_str()))
            && one.questions.iter().all(|code| QUESTIONS.iter().any(|question| question.code == *code))
            && one.departments.len() <= 10
            && is_text(&one.text)
            && is_text(&one.complaint);
        if !fits {
            return Err(wrong(&format!("templates.{}", one.code)));
        }
    }
    Ok(())
}

/// Where two sets of rules differ, by path, in the order of the paths.
pub fn changes(before: &Rules, after: &Rules) -> Result<Vec<RuleChange>> {
    let flat = |rules: &Rules| -> Result<_> {
        let value = serde_json::to_value(rules).map_err(Refusal::internal)?;
        Ok(leaves("", &value).into_iter().collect::<std::collections::BTreeMap<String, Value>>())
    };
    let (before, after) = (flat(before)?, flat(after)?);
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    Ok(paths
        .into_iter()
        .filter(|path| before.get(*path) != after.get(*path))
        .map(|path| RuleChange {
            path: path.clone(),
            from: before.get(path).cloned().unwrap_or(Value::Null),
            to: after.get(path).cloned().unwrap_or(Value::Null),
        })
        .collect())
}

/// Every value that is no object by its path; entries of lists go by their `code`, where they have one.
fn leaves(at: &str, value: &Value) -> Vec<(String, Value)> {
    let below = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    match value {
        Value::Object(members) => {
            members.iter().flat_map(|(name, value)| leaves(&below(name), value)).collect()
        }
        Value::Array(items) if items.iter().all(|item| item["code"].is_string()) && !items.is_empty() => {
            items
                .iter()
                .flat_map(|item| leaves(&below(item["code"].as_str().unwrap_or_default()), item))
                .collect()
        }
        value => vec![(at.to_owned(), value.clone())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn patch(text: Value) -> SettingsPatch {
        serde_json::from_value(text).unwrap()
    }

    #[test]
    fn what_is_shipped_is_acceptable() {
        check(&Rules::default()).unwrap();
        assert_eq!(in_force(&json!({})).unwrap(), Rules::default());
    }

    #[test]
    fn a_patch_changes_what_it_names_and_keeps_what_it_does_not_know() {
        let standing = json!({ "another": 7 });
        let next = patched(
            &standing,
            patch(json!({ "deadlines": { "open": { "within": { "urgent": 1_200_000 } } } })),
        )
        .unwrap();
        assert_eq!(next["another"], 7);
        let (before, after) = (in_force(&standing).unwrap(), in_force(&next).unwrap());
        let found = changes(&before, &after).unwrap();
        assert_eq!(
            found,
            vec![RuleChange {
                path: "deadlines.open.within.urgent".to_owned(),
                from: json!(600_000),
                to: json!(1_200_000)
            }]
        );
    }

    #[test]
    fn no_deadline_is_zero_negative_or_longer_than_thirty_days() {
        for span in [0, -1, 59_999, LONGEST + 1] {
            let next =
                patched(&json!({}), patch(json!({ "deadlines": { "step": { "routine": span } } }))).unwrap();
            let refused = check(&in_force(&next).unwrap()).unwrap_err();
            assert_eq!(
                (refused.code, &refused.extras["field"]),
                (Code::SettingsSpan, &json!("deadlines.step.routine")),
                "{span}"
            );
        }
        for minutes in [0, -5, 43_201] {
            let rules = Rules { beds: BedRules { stale_minutes: minutes }, ..Rules::default() };
            assert_eq!(check(&rules).unwrap_err().code, Code::SettingsSpan);
        }
    }

    #[test]
    fn criteria_that_name_what_is_never_asked_are_refused() {
        let mut rules = Rules::default();
        rules.criteria.items[0].when = vec![vec![Condition::Answer { question: "mood".into(), is: true }]];
        assert_eq!(check(&rules).unwrap_err().code, Code::SettingsInvalid);
        rules.criteria.items[0].when = vec![vec![]];
        assert!(check(&rules).is_err());
    }

    #[test]
    fn another_set_of_criteria_is_another_version() {
        let mut items = serde_json::to_value(&Rules::default().criteria.items).unwrap();
        let same =
            patched(&json!({}), patch(json!({ "criteria": { "items": items, "version": 99 } }))).unwrap();
        assert_eq!(same["criteria"]["version"], 1);
        items[0]["active"] = json!(false);
        let other = patched(&json!({}), patch(json!({ "criteria": { "items": items } }))).unwrap();
        assert_eq!(other["criteria"]["version"], 2);
        let again = patched(&other, patch(json!({ "beds": { "stale_minutes": 60 } }))).unwrap();
        assert_eq!(again["criteria"]["version"], 2);
    }

    #[test]
    fn no_two_sets_of_criteria_have_one_number_also_after_one_was_restored() {
        let items = serde_json::to_value(&Rules::default().criteria.items).unwrap();
        let without = |place: usize| {
            let mut items = items.clone();
            items[place]["active"] = json!(false);
            patch(json!({ "criteria": { "items": items } }))
        };
        let a = json!({ "another": 7 });
        let b = patched(&a, without(0)).unwrap();
        let a_again = restored(&b, a.clone()).unwrap();
        let c = patched(&a_again, without(1)).unwrap();
        let b_again = restored(&c, b.clone()).unwrap();
        let number = |settings: &Value| in_force(settings).unwrap().criteria.version;
        assert_eq!([&a, &b, &a_again, &c, &b_again].map(number), [1, 2, 3, 4, 5]);
        assert_eq!(in_force(&a_again).unwrap().criteria.items, Rules::default().criteria.items);
        // What was not changed keeps its number.
        let beds = patched(&b, patch(json!({ "beds": { "stale_minutes": 60 } }))).unwrap();
        assert_eq!(restored(&beds, b.clone()).unwrap(), b);
        assert_eq!(restored(&a, json!({})).unwrap(), json!({}));
    }

    #[test]
    fn what_is_no_set_of_rules_is_refused_whatever_its_shape() {
        for wrong in [json!(5), json!([]), json!("x"), json!({ "items": 5 }), json!({ "items": [{}] })] {
            let refused = patched(&json!({}), patch(json!({ "criteria": wrong.clone() }))).unwrap_err();
            assert_eq!(refused.code, Code::SettingsInvalid, "{wrong}");
        }
    }
}
