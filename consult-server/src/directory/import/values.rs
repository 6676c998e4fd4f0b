//! What a cell may say: codes, names, dates in the forms people write them, roles and levels by code or by name. Pure.

use crate::access::Role;
use crate::error::Code;
use crate::time::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

/// Yes or no.
pub fn yes(value: &str) -> Result<bool, Code> {
    match value.to_lowercase().as_str() {
        "是" | "1" | "true" | "yes" | "y" => Ok(true),
        "否" | "0" | "false" | "no" | "n" => Ok(false),
        _ => Err(Code::ImportYesNo),
    }
}

pub fn role(value: &str) -> Result<Role, Code> {
    let by_name = match value {
        "村医" | "乡村医生" => Some(Role::VillageDoctor),
        "乡镇医生" | "卫生院医生" => Some(Role::TownshipDoctor),
        "转诊专员" | "转诊中心" => Some(Role::ReferralDesk),
        "接诊医生" => Some(Role::ReceivingDoctor),
        "会诊管理员" => Some(Role::Coordinator),
        "会诊专家" | "专家" => Some(Role::Specialist),
        "家庭医生" => Some(Role::FamilyDoctor),
        "管理人员" | "管理者" => Some(Role::Manager),
        "系统管理员" => Some(Role::Administrator),
        "安全管理员" => Some(Role::SecurityAdministrator),
        "审计员" => Some(Role::Auditor),
        _ => None,
    };
    by_name.or_else(|| Role::parse(&value.to_lowercase())).ok_or(Code::ImportRoleUnknown)
}

/// A day as people write it, in year, month, day order; other orders cannot be told apart and are refused.
pub fn day(value: &str) -> Result<Date, Code> {
    date(value).filter(|day| (1900..=2200).contains(&day.year())).ok_or(Code::ImportDate)
}

/// A day, or a day with the time of day.
pub fn moment(value: &str, zone: &TimeZone) -> Result<Timestamp, Code> {
    let (day_text, time_text) = value.split_once([' ', 'T']).unwrap_or((value, "00:00"));
    let day = day(day_text)?;
    let mut parts = time_text.trim().split(':').map(|part| part.parse::<i8>().ok());
    let (hour, minute) = (parts.next().flatten(), parts.next().flatten());
    let time = match (hour, minute) {
        (Some(hour), Some(minute)) => Time::new(hour, minute, 0, 0).map_err(|_| Code::ImportDate)?,
        (_, _) => return Err(Code::ImportDate),
    };
    at(DateTime::from_parts(day, time), zone)
}

/// The beginning of a day in the alliance's zone.
pub fn begins(day: Date, zone: &TimeZone) -> Result<Timestamp, Code> {
    at(day.to_datetime(Time::midnight()), zone)
}

/// The end of a day: until then, that day included.
pub fn ends(day: Date, zone: &TimeZone) -> Result<Timestamp, Code> {
    begins(day.tomorrow().map_err(|_| Code::ImportDate)?, zone)
}

fn at(civil: DateTime, zone: &TimeZone) -> Result<Timestamp, Code> {
    let zoned = civil.to_zoned(zone.clone()).map_err(|_| Code::ImportDate)?;
    Ok(Timestamp(zoned.timestamp().as_millisecond()))
}

fn date(value: &str) -> Option<Date> {
    if value.len() == 8 && value.bytes().all(|b| b.is_ascii_digit()) {
        return civil(&value[..4], &value[4..6], &value[6..]);
    }
    // A spreadsheet's own count of days, from cells that lost their format.
    if value.len() == 5 && value.bytes().all(|b| b.is_ascii_digit()) {
        let days: i64 = value.parse().ok()?;
        return jiff::civil::date(1899, 12, 30).checked_add(jiff::Span::new().days(days)).ok();
    }
    let plain = value.replace(['年', '月', '/', '.'], "-");
    let plain = plain.trim_end_matches(['日', '号', '-']);
    let parts: Vec<&str> = plain.split('-').map(str::trim).collect();
    match parts[..] {
        [year, month, day] if year.len() == 4 => civil(year, month, day),
        _ => None,
    }
}

fn civil(year: &str, month: &str, day: &str) -> Option<Date> {
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::editing::rules;

    #[test]
    fn a_day_is_read_in_the_forms_people_write_it_and_no_order_is_guessed() {
        for text in
            ["2026-11-05", "2026/11/5", "2026.11.05", "20261105", "2026年11月5日", "2026-11-5", "46331"]
        {
            assert_eq!(day(text).map(|d| d.to_string()), Ok("2026-11-05".to_owned()), "{text}");
        }
        for text in ["05/11/2026", "11-05-26", "2026-13-01", "2026-02-30", "明天", "999999", "2026"] {
            assert!(day(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_moment_is_in_the_zone_of_the_alliance_and_a_last_day_counts() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        assert_eq!(moment("2026/11/5 08:30", &zone).unwrap().to_string(), "2026-11-05T00:30:00.000Z");
        assert_eq!(ends(day("2026-11-05").unwrap(), &zone).unwrap().to_string(), "2026-11-05T16:00:00.000Z");
        assert!(moment("2026-11-05 25:00", &zone).is_err());
    }

    #[test]
    fn levels_and_roles_are_known_or_refused() {
        assert_eq!(
            (rules::level("村卫生室"), rules::level("hotel")),
            (Ok("village_clinic"), Err(Code::DirectoryLevelUnknown))
        );
        assert_eq!((role("专家"), role("specialist")), (Ok(Role::Specialist), Ok(Role::Specialist)));
        assert_eq!(role("院长夫人"), Err(Code::ImportRoleUnknown));
    }
}
