//! From a CSV or XLSX file to lines: a department, its open and occupied beds, and what else is said. Pure.

use super::rules::{Line, finding};
use super::{BedInput, Finding};
use crate::directory::import::file::{Named, tables};
use crate::error::{Code, Refusal, Result};
use crate::time::Timestamp;
use jiff::tz::TimeZone;

/// What a heading may be called, by the field it stands for.
const HEADINGS: &[(&str, &[&str])] = &[
    ("department", &["department", "科室", "科室编码", "科室名称"]),
    ("open", &["open", "开放床位", "开放"]),
    ("occupied", &["occupied", "占用床位", "占用", "在院"]),
    ("free", &["free", "空床", "空闲床位"]),
    ("expected_free", &["expected_free", "预计空床", "预计出院"]),
    ("at", &["at", "数据时间", "时间"]),
];

/// Times without a zone are the alliance's.
pub fn lines(bytes: &[u8], zone: &TimeZone) -> Result<Vec<Line>> {
    let table = tables(bytes, Named::Anything)?.into_iter().next().ok_or(Code::ImportEmpty)?;
    let mut rows = table.rows.into_iter();
    let (_, headings) = rows.next().ok_or(Code::ImportEmpty)?;
    let column = |field: &str| {
        let names = HEADINGS.iter().find(|(name, _)| *name == field).map_or(&[][..], |(_, names)| names);
        headings.iter().position(|heading| names.contains(&heading.trim().to_lowercase().as_str()))
    };
    let columns: Vec<(&str, Option<usize>)> =
        HEADINGS.iter().map(|(field, _)| (*field, column(field))).collect();
    if columns.iter().take(3).any(|(_, at)| at.is_none()) {
        return Err(Refusal::new(Code::BedsColumns));
    }
    Ok(rows.map(|(row, cells)| line(row, &cells, &columns, zone)).collect())
}

fn line(row: u32, cells: &[String], columns: &[(&str, Option<usize>)], zone: &TimeZone) -> Line {
    let cell = |field: &str| {
        let at = columns.iter().find(|(name, _)| *name == field).and_then(|(_, at)| *at);
        at.and_then(|at| cells.get(at)).map_or("", |cell| cell.trim())
    };
    let number = |field: &str| -> std::result::Result<Option<i64>, Finding> {
        match cell(field) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| finding(row, Code::BedsNumber, field, text)),
        }
    };
    let needed = |field: &str| number(field)?.ok_or_else(|| finding(row, Code::BedsNumber, field, ""));
    let at = || match cell("at") {
        "" => Ok(None),
        text => moment(text, zone).map(Some).ok_or_else(|| finding(row, Code::BedsTime, "at", text)),
    };
    let beds = || {
        Ok(BedInput {
            open: needed("open")?,
            occupied: needed("occupied")?,
            free: number("free")?,
            expected_free: number("expected_free")?,
            at: at()?,
        })
    };
    Line { row, department: cell("department").to_owned(), beds: beds() }
}

fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    Timestamp::parse(text).or_else(|| {
        let local: jiff::civil::DateTime = text.replace('/', "-").parse().ok()?;
        let at = local.to_zoned(zone.clone()).ok()?;
        Some(Timestamp(at.timestamp().as_millisecond()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    #[test]
    fn a_file_of_a_hospital_is_read_by_its_own_headings() {
        let text = "科室,开放床位,占用床位,预计出院,数据时间\n心血管内科,40,37,2,2026-11-23 09:30\n";
        let read = lines(text.as_bytes(), &zone()).unwrap();
        let beds = read[0].beds.as_ref().unwrap();
        assert_eq!(
            (read[0].row, beds.open, beds.occupied, beds.free, beds.expected_free),
            (2, 40, 37, None, Some(2))
        );
        assert_eq!(beds.at.unwrap().to_string(), "2026-11-23T01:30:00.000Z");
    }

    #[test]
    fn what_cannot_be_read_is_told_with_row_and_column() {
        let text = "department,open,occupied,at\nD02,forty,1,\nD03,10,,\nD04,10,1,yesterday\n";
        let found: Vec<_> = lines(text.as_bytes(), &zone())
            .unwrap()
            .into_iter()
            .map(|line| line.beds.map(|_| ()).unwrap_err())
            .map(|f| (f.row, f.code, f.field))
            .collect();
        assert_eq!(
            found,
            [
                (2, Code::BedsNumber, "open".to_owned()),
                (3, Code::BedsNumber, "occupied".to_owned()),
                (4, Code::BedsTime, "at".to_owned())
            ]
        );
        let missing = lines(b"department,open\nD02,1\n", &zone());
        assert_eq!(missing.err().unwrap().code, Code::BedsColumns);
    }
}
