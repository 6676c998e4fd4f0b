//! When a follow-up is due, who may owe it, what a result must hold, and which command fits which state. Pure.

use super::{FollowUpAttempt, FollowUpResult, FollowUpState};
use crate::error::{Code, Refusal, Result};
use crate::time::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::Date;
use referral::{Direction, Leg, OrganisationId, StateCode};

/// A week after somebody has come home; two for hypertension and diabetes (their control is what is looked at).
const AFTER_DISCHARGE_DAYS: i64 = 7;
const CHRONIC_DAYS: i64 = 14;
/// Nobody plans further ahead; a wrong year is told.
const FARTHEST_DAYS: i64 = 400;
/// People are told in the morning, not at midnight.
const TOLD_AT_HOUR: i8 = 8;
/// So many days after the first telling the managers are told.
const MANAGER_AFTER_DAYS: i64 = 3;
const FEWEST_ATTEMPTS: usize = 2;

pub const MISSED: &str = "missed";
pub const ESCALATED: &str = "escalated";

/// The legs that somebody can be followed up from: the patient is coming, is there or was there.
pub fn may_be_planned(leg: &Leg) -> bool {
    matches!(
        leg.code(),
        StateCode::Accepted
            | StateCode::Reserved
            | StateCode::Arrived
            | StateCode::InCare
            | StateCode::OutcomeSent
            | StateCode::Closed
    )
}

/// The side at which the patient lives: whoever sent them up, or got them back.
pub fn lower_side(leg: &Leg) -> OrganisationId {
    match (&leg.to, leg.direction) {
        (Some(to), Direction::Down) if !to.external => to.organisation.clone(),
        (Some(_) | None, _) => leg.from.clone(),
    }
}

/// The other side, unless nobody there has an account.
pub fn upper_side(leg: &Leg) -> Option<OrganisationId> {
    let lower = lower_side(leg);
    let to = leg.to.as_ref().filter(|to| !to.external).map(|to| to.organisation.clone());
    [Some(leg.from.clone()), to].into_iter().flatten().find(|side| *side != lower)
}

/// What the patient was treated for: the outcome says it better than the form.
pub fn diagnosis(leg: &Leg) -> &referral::Diagnosis {
    leg.state.outcomes().last().map_or(&leg.form.diagnosis, |outcome| &outcome.note.diagnosis)
}

pub struct Suggested {
    pub reason: &'static str,
    pub due_on: Date,
}

/// A proposal that a human confirms; a text without a code is good enough for that.
pub fn suggested(diagnosis: &referral::Diagnosis, today: Date) -> Suggested {
    let code = diagnosis.code.as_deref().unwrap_or_default().to_uppercase();
    let coded = ["I10", "I11", "I12", "I13", "I15", "E10", "E11", "E12", "E13", "E14"];
    let is_chronic = coded.iter().any(|known| code.starts_with(known))
        || (code.is_empty() && ["高血压", "糖尿病"].iter().any(|word| diagnosis.text.contains(word)));
    let (reason, days) =
        if is_chronic { ("chronic", CHRONIC_DAYS) } else { ("after_discharge", AFTER_DISCHARGE_DAYS) };
    Suggested { reason, due_on: after(today, days) }
}

fn after(day: Date, days: i64) -> Date {
    day.checked_add(days.days()).unwrap_or(day)
}

/// A day that lies neither behind us nor absurdly far ahead.
pub fn due_on(text: &str, today: Date) -> Result<Date> {
    let day: Date = text.parse().map_err(|_| Refusal::field(Code::ReferralDateInvalid, "due_on"))?;
    if day < today || day > after(today, FARTHEST_DAYS) {
        return Err(Refusal::field(Code::FollowUpDay, "due_on"));
    }
    Ok(day)
}

/// The morning after the day.
pub fn told_at(due_on: Date, zone: &jiff::tz::TimeZone) -> Result<Timestamp> {
    let morning = after(due_on, 1).at(TOLD_AT_HOUR, 0, 0, 0);
    let at = morning.to_zoned(zone.clone()).map_err(Refusal::internal)?;
    Ok(Timestamp(at.timestamp().as_millisecond()))
}

pub fn escalated_at(missed: Timestamp) -> Timestamp {
    missed.plus_seconds(MANAGER_AFTER_DAYS * 24 * 3600)
}

/// Something was found, and the numbers can be a living person's.
pub fn checked(result: FollowUpResult) -> Result<FollowUpResult> {
    let wrong = |field: &'static str| Refusal::field(Code::FollowUpMeasure, field);
    if result.systolic.is_some_and(|mmhg| !(40..=300).contains(&mmhg)) {
        return Err(wrong("systolic"));
    }
    if result.diastolic.is_some_and(|mmhg| !(20..=200).contains(&mmhg)) {
        return Err(wrong("diastolic"));
    }
    match (result.systolic, result.diastolic) {
        (Some(systolic), Some(diastolic)) if diastolic >= systolic => return Err(wrong("diastolic")),
        (Some(_), None) => return Err(wrong("diastolic")),
        (None, Some(_)) => return Err(wrong("systolic")),
        (_, _) => {}
    }
    if result.glucose.is_some_and(|mmol| !(0.5..=60.0).contains(&mmol)) {
        return Err(wrong("glucose"));
    }
    let text = result.text.trim().to_owned();
    if text.is_empty() && result.systolic.is_none() && result.glucose.is_none() {
        return Err(Refusal::field(Code::FollowUpResultMissing, "text"));
    }
    Ok(FollowUpResult { text, ..result })
}

/// Who was not reached was tried at least twice, each time with a word on it, and not tomorrow.
pub fn attempts(attempts: &[FollowUpAttempt], now: Timestamp) -> Result<()> {
    if attempts.len() < FEWEST_ATTEMPTS || attempts.iter().any(|attempt| attempt.note.trim().is_empty()) {
        return Err(Refusal::field(Code::FollowUpAttempts, "attempts"));
    }
    if attempts.iter().any(|attempt| attempt.at > now) {
        return Err(Refusal::field(Code::ReferralTimeInFuture, "attempts"));
    }
    Ok(())
}

/// What can be done with it: whoever owes it says what came of it; whoever planned it may also put it off or call it off.
pub fn allowed(state: FollowUpState, owes: bool, planned: bool) -> Vec<&'static str> {
    match state {
        FollowUpState::Planned if owes => vec!["done", "not_reached", "reschedule", "cancel"],
        FollowUpState::Planned if planned => vec!["reschedule", "cancel"],
        FollowUpState::NotReached if owes || planned => vec!["reschedule"],
        FollowUpState::Planned
        | FollowUpState::NotReached
        | FollowUpState::Done
        | FollowUpState::Cancelled => Vec::new(),
    }
}

/// Which of an organisation's follow-ups a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Planned, for today and later.
    Due,
    Overdue,
    /// Done, not reached or cancelled; the latest first.
    Ended,
    All,
}

impl Which {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "due" => Some(Self::Due),
            "overdue" => Some(Self::Overdue),
            "ended" => Some(Self::Ended),
            "" | "all" => Some(Self::All),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn diagnosis(code: Option<&str>, text: &str) -> referral::Diagnosis {
        referral::Diagnosis {
            code: code.map(str::to_owned),
            text: text.to_owned(),
            ..referral::Diagnosis::default()
        }
    }

    #[test]
    fn hypertension_and_diabetes_are_looked_at_within_two_weeks_and_others_after_one() {
        let today = day("2026-12-28");
        for chronic in
            [diagnosis(Some("I10.x"), ""), diagnosis(Some("e11.9"), ""), diagnosis(None, "2 型糖尿病")]
        {
            assert_eq!(suggested(&chronic, today).due_on, day("2027-01-11"));
        }
        assert_eq!(suggested(&diagnosis(Some("I20.8"), "心绞痛"), today).due_on, day("2027-01-04"));
    }

    #[test]
    fn people_are_told_in_the_morning_after_the_day_where_they_live() {
        let zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
        let told = told_at(day("2026-12-31"), &zone).unwrap();
        assert_eq!(told.to_string(), "2027-01-01T00:00:00.000Z");
        assert_eq!(escalated_at(told).to_string(), "2027-01-04T00:00:00.000Z");
    }

    #[test]
    fn a_day_behind_us_or_in_a_wrong_year_is_refused() {
        let today = day("2026-11-23");
        assert!(due_on("2026-11-23", today).is_ok());
        for wrong in ["2026-11-22", "2028-11-23", "2026-02-30", "soon", ""] {
            assert!(due_on(wrong, today).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_result_holds_something_that_a_living_person_can_have() {
        let with = |systolic, diastolic, glucose, text: &str| {
            checked(FollowUpResult { systolic, diastolic, glucose, text: text.to_owned() })
        };
        assert!(with(Some(142), Some(88), Some(7.8), "").is_ok() && with(None, None, None, "好转").is_ok());
        let field = |refused: Result<FollowUpResult>| refused.unwrap_err().extras["field"].clone();
        assert_eq!(field(with(None, None, None, " ")), "text");
        assert_eq!(field(with(Some(88), Some(142), None, "")), "diastolic");
        assert_eq!(field(with(Some(142), None, None, "")), "diastolic");
        assert_eq!(field(with(Some(1420), Some(88), None, "")), "systolic");
        assert_eq!(field(with(None, None, Some(f64::NAN), "")), "glucose");
    }
}
