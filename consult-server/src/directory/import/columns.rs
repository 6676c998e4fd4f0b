//! Which columns a table has, by their Chinese or English heading, and what its rows say under them. Pure.

use super::file::Table;
use super::{Finding, Severity, Sheet};
use crate::error::Code;

pub struct Column {
    pub key: &'static str,
    headings: &'static [&'static str],
    required: bool,
}

const fn required(key: &'static str, headings: &'static [&'static str]) -> Column {
    Column { key, headings, required: true }
}

const fn optional(key: &'static str, headings: &'static [&'static str]) -> Column {
    Column { key, headings, required: false }
}

const ORGANISATIONS: &[Column] = &[
    required("code", &["机构编码", "编码"]),
    required("name", &["机构名称", "名称"]),
    required("level", &["机构级别", "级别"]),
    optional("parent", &["上级机构编码", "上级机构"]),
    optional("uscc", &["统一社会信用代码"]),
    optional("institution_code", &["医疗机构代码", "机构代码"]),
    optional("phone", &["电话", "联系电话"]),
    optional("external", &["外部机构"]),
];
const DEPARTMENTS: &[Column] = &[
    required("organisation", &["机构编码", "所属机构"]),
    required("code", &["科室编码"]),
    required("name", &["科室名称"]),
    optional("national_code", &["诊疗科目代码", "诊疗科目"]),
];
const PEOPLE: &[Column] = &[
    required("staff_number", &["工号", "人员编号"]),
    required("name", &["姓名"]),
    optional("title", &["职称"]),
    optional("specialty", &["专业", "专长"]),
    optional("licence_number", &["执业证书编号", "执业证号"]),
    optional("licence_from", &["执业证书起始日期", "执业证起"]),
    optional("licence_until", &["执业证书有效期至", "执业证止"]),
    optional("practising_since", &["独立执业日期", "执业起始"]),
    optional("work_phone", &["工作电话", "办公电话"]),
    optional("email", &["电子邮箱", "邮箱"]),
    optional("organisation", &["机构编码", "所属机构"]),
    optional("department", &["科室编码", "科室", "科室名称"]),
    optional("role", &["岗位", "角色"]),
];
const POSITIONS: &[Column] = &[
    required("staff_number", &["工号", "人员编号"]),
    required("organisation", &["机构编码", "所属机构"]),
    optional("department", &["科室编码", "科室", "科室名称"]),
    required("role", &["岗位", "角色"]),
    optional("valid_from", &["起始日期", "任职日期"]),
    optional("valid_until", &["截止日期", "卸任日期"]),
];
const ROSTERS: &[Column] = &[
    required("kind", &["值班类型"]),
    optional("organisation", &["机构编码", "所属机构"]),
    optional("department", &["科室编码", "科室", "科室名称"]),
    required("staff_number", &["工号", "人员编号"]),
    optional("rank", &["班次"]),
    required("starts_at", &["开始时间"]),
    required("ends_at", &["结束时间"]),
];

impl Sheet {
    pub const ALL: [Sheet; 5] =
        [Sheet::Organisations, Sheet::Departments, Sheet::People, Sheet::Positions, Sheet::Rosters];

    pub fn columns(self) -> &'static [Column] {
        match self {
            Sheet::Organisations => ORGANISATIONS,
            Sheet::Departments => DEPARTMENTS,
            Sheet::People => PEOPLE,
            Sheet::Positions => POSITIONS,
            Sheet::Rosters => ROSTERS,
        }
    }

    fn names(self) -> [&'static str; 2] {
        match self {
            Sheet::Organisations => ["organisations", "机构"],
            Sheet::Departments => ["departments", "科室"],
            Sheet::People => ["people", "人员"],
            Sheet::Positions => ["positions", "岗位"],
            Sheet::Rosters => ["rosters", "值班"],
        }
    }
}

/// A row under known columns.
#[derive(Clone, Debug)]
pub struct Record {
    pub sheet: Sheet,
    pub row: u32,
    cells: Vec<String>,
}

impl Record {
    /// What stands there; blank is nothing, and leaves what stands in the directory.
    pub fn get(&self, key: &str) -> Option<&str> {
        let at = self.sheet.columns().iter().position(|column| column.key == key)?;
        self.cells.get(at).map(String::as_str).filter(|cell| !cell.is_empty())
    }

    pub fn finding(&self, code: Code, field: &str) -> Finding {
        let value = self.get(field).map(|value| value.chars().take(60).collect());
        let (sheet, field) = (Some(self.sheet), Some(field.to_owned()));
        Finding { sheet, row: self.row, severity: Severity::Error, code, field, value }
    }
}

/// Puts the cells of a table under the columns it is about.
pub fn records(table: Table, findings: &mut Vec<Finding>) -> Vec<Record> {
    let mut rows = table.rows.into_iter();
    let Some((row, heading)) = rows.next() else { return Vec::new() };
    let Some(sheet) = sheet_of(table.name.as_deref(), &heading) else {
        // A sheet of a workbook that is about something else is left alone; a lone table must be about something.
        let (severity, code) = match table.name {
            Some(_) => (Severity::Warning, Code::ImportSheetUnknown),
            None => (Severity::Error, Code::ImportColumnsUnknown),
        };
        findings.push(Finding { sheet: None, row, severity, code, field: None, value: table.name });
        return Vec::new();
    };
    let columns = sheet.columns();
    let places: Vec<Option<usize>> = heading.iter().map(|text| column_of(sheet, text)).collect();
    let about = |severity, code, field: &str| Finding {
        sheet: Some(sheet),
        row,
        severity,
        code,
        field: Some(field.to_owned()),
        value: None,
    };
    for (text, place) in heading.iter().zip(&places) {
        if place.is_none() && !text.is_empty() {
            findings.push(about(Severity::Warning, Code::ImportColumnUnknown, text));
        }
    }
    for (at, column) in columns.iter().enumerate() {
        match places.iter().filter(|place| **place == Some(at)).count() {
            0 if column.required => {
                findings.push(about(Severity::Error, Code::ImportColumnMissing, column.key));
            }
            0 | 1 => {}
            _ => findings.push(about(Severity::Error, Code::ImportColumnTwice, column.key)),
        }
    }
    if rows.len() == 0 {
        let (severity, code) = (Severity::Warning, Code::ImportNoRows);
        findings.push(Finding { sheet: Some(sheet), row, severity, code, field: None, value: None });
    }
    rows.map(|(row, found)| {
        let mut cells = vec![String::new(); columns.len()];
        for (cell, place) in found.into_iter().zip(&places) {
            if let Some(at) = place {
                cells[*at] = cell;
            }
        }
        Record { sheet, row, cells }
    })
    .collect()
}

fn column_of(sheet: Sheet, heading: &str) -> Option<usize> {
    let heading = heading.to_lowercase();
    let heading = heading.trim_end_matches('*').trim();
    sheet.columns().iter().position(|column| column.key == heading || column.headings.contains(&heading))
}

/// By its name, or by the first kind of table whose required columns are all there.
fn sheet_of(name: Option<&str>, heading: &[String]) -> Option<Sheet> {
    let named = name.map(|name| name.trim().to_lowercase());
    let by_name = Sheet::ALL
        .into_iter()
        .find(|sheet| named.as_deref().is_some_and(|named| sheet.names().contains(&named)));
    by_name.or_else(|| {
        [Sheet::Rosters, Sheet::People, Sheet::Positions, Sheet::Departments, Sheet::Organisations]
            .into_iter()
            .find(|sheet| {
                let here: Vec<_> = heading.iter().filter_map(|text| column_of(*sheet, text)).collect();
                sheet.columns().iter().enumerate().all(|(at, column)| !column.required || here.contains(&at))
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: Option<&str>, heading: &str, row: &str) -> Table {
        let cells = |text: &str| text.split(',').map(str::to_owned).collect();
        Table { name: name.map(str::to_owned), rows: vec![(1, cells(heading)), (2, cells(row))] }
    }

    #[test]
    fn headings_in_either_language_and_any_order_name_the_same_columns() {
        for heading in ["姓名,工号", "Name,staff_number", "姓名*,工号*"] {
            let mut findings = Vec::new();
            let records = records(table(None, heading, "周文英,1001"), &mut findings);
            assert_eq!(
                (records[0].get("staff_number"), records[0].get("name")),
                (Some("1001"), Some("周文英"))
            );
            assert!(findings.is_empty() && records[0].sheet == Sheet::People);
        }
    }

    #[test]
    fn a_column_that_is_missing_doubled_or_strange_is_named() {
        let mut findings = Vec::new();
        records(table(Some("人员"), "工号,工号,爱好", "1,2,3"), &mut findings);
        let found: Vec<_> =
            findings.iter().map(|f| (f.code, f.severity, f.field.as_deref().unwrap())).collect();
        assert_eq!(
            found,
            [
                (Code::ImportColumnUnknown, Severity::Warning, "爱好"),
                (Code::ImportColumnTwice, Severity::Error, "staff_number"),
                (Code::ImportColumnMissing, Severity::Error, "name"),
            ]
        );
    }

    #[test]
    fn a_strange_sheet_of_a_workbook_is_left_alone_and_a_strange_file_is_refused() {
        for (name, severity) in [(Some("说明"), Severity::Warning), (None, Severity::Error)] {
            let mut findings = Vec::new();
            assert!(records(table(name, "a,b", "1,2"), &mut findings).is_empty());
            assert_eq!(findings[0].severity, severity);
        }
    }
}
