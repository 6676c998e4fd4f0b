//! What rows come to, without a store.

use super::*;
use crate::directory::import::{Severity, columns, file};

const NOW: Timestamp = Timestamp(1_795_399_200_000);

fn planned(text: &str, standing: &Standing) -> (Vec<Step>, Report) {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let importer = Importer::Administrator(PersonId::trusted("admin"));
    let terms = Terms { zone: &zone, now: NOW, importer: &importer };
    let mut shape = Vec::new();
    let tables = file::tables(text.as_bytes(), file::Named::Anything).unwrap();
    let records: Vec<_> = tables.into_iter().flat_map(|table| columns::records(table, &mut shape)).collect();
    plan(&records, &shape, standing, &terms)
}

/// (row, code, field) of each error.
fn refused(text: &str) -> Vec<(u32, &'static str, String)> {
    let (_, report) = planned(text, &Standing::default());
    let found = report.findings.iter().filter(|f| f.severity == Severity::Error);
    found.map(|f| (f.row, f.code.as_str(), f.field.clone().unwrap_or_default())).collect()
}

fn one(row: u32, code: &'static str, field: &str) -> Vec<(u32, &'static str, String)> {
    vec![(row, code, field.to_owned())]
}

#[test]
fn a_parent_may_stand_below_its_child_and_is_made_first() {
    let (steps, report) =
        planned("code,name,level,parent\nV1,村,村卫生室,T1\nT1,镇,卫生院,\n", &Standing::default());
    let codes: Vec<_> = steps
        .iter()
        .map(|step| match step {
            Step::Organisation { code, .. } => code.as_str(),
            Step::Department { .. } | Step::Person { .. } | Step::Position { .. } | Step::Duty(_) => "",
        })
        .collect();
    assert_eq!((codes, report.errors, report.sheets[0].created), (vec!["T1", "V1"], 0, 2));
}

#[test]
fn a_circle_in_the_tree_is_refused_in_each_of_its_rows() {
    let found = refused("code,name,level,parent\nA,甲,卫生院,B\nB,乙,卫生院,A\nC,丙,卫生院,C\n");
    assert_eq!(
        found.iter().map(|f| (f.0, f.1)).collect::<Vec<_>>(),
        [(2, "directory.circle"), (3, "directory.circle"), (4, "directory.circle")]
    );
}

#[test]
fn what_is_not_known_is_named_by_its_row_and_column() {
    let organisations = "[organisations]\ncode,name,level\nT1,镇,卫生院\n";
    let people = |row: &str| {
        format!(
            "{organisations}[people]\nstaff_number,name,organisation,department,role,licence_from,licence_until\n{row}\n"
        )
    };
    for (row, code, field) in [
        ("1,甲,T2,,专家", "directory.organisation-unknown", "organisation"),
        ("1,甲,T1,内科,专家", "directory.department-unknown", "department"),
        ("1,甲,T1,,院长夫人", "import.role-unknown", "role"),
        ("1,甲,T1,,审计员", "directory.role-not-yours", "role"),
        ("1,甲,T1,,", "directory.value-missing", "role"),
        ("1,,,,", "directory.value-missing", "name"),
        ("1,=1+1,,,", "directory.formula", "name"),
        ("1,甲,,,,明天,", "import.date-invalid", "licence_from"),
        ("1,甲,,,,2026-02-01,2026-01-01", "directory.date-order", "licence_until"),
        ("a b,甲,,,", "directory.code-invalid", "staff_number"),
    ] {
        assert_eq!(refused(&people(row)), one(6, code, field), "{row}");
    }
}

#[test]
fn a_key_that_stands_twice_names_the_row_where_it_stood_first() {
    let (_, report) = planned("staff_number,name\n1,甲\n2,乙\n1,丙\n", &Standing::default());
    let found = &report.findings[0];
    assert_eq!((found.row, found.code, found.value.as_deref()), (4, Code::ImportKeyTwice, Some("1 (2)")));
}

#[test]
fn a_code_of_the_outside_is_checked_and_belongs_to_one_organisation() {
    let head = "code,name,level,uscc\n";
    let valid = "91350100M000100Y43";
    assert_eq!(refused(&format!("{head}A,甲,卫生院,{valid}\n")), []);
    assert_eq!(
        refused(&format!("{head}A,甲,卫生院,91350100M000100Y44\n")),
        one(2, "directory.uscc-invalid", "uscc")
    );
    let twice = format!("{head}A,甲,卫生院,{valid}\nB,乙,卫生院,{valid}\n");
    assert_eq!(refused(&twice), one(3, "directory.code-taken", "uscc"));
}

#[test]
fn the_same_rows_on_what_they_made_are_no_step_and_a_blank_cell_leaves_what_stands() {
    let text = "staff_number,name,title\n1,甲,\n";
    let mut standing = Standing::default();
    let facts =
        PersonFacts { name: "甲".to_owned(), title: Some("医师".to_owned()), ..PersonFacts::default() };
    standing.people.insert("1".to_owned(), Known { id: "p".to_owned(), facts, ended: false });
    let (steps, report) = planned(text, &standing);
    assert_eq!((steps, report.sheets[0].unchanged), (vec![], 1));
    let (steps, report) = planned("staff_number,name\n1,乙\n", &standing);
    assert_eq!((steps.len(), report.sheets[0].changed), (1, 1));
}

#[test]
fn somebody_who_has_left_is_not_brought_back_by_a_row() {
    let mut standing = Standing::default();
    let known = Known { id: "p".to_owned(), facts: PersonFacts::default(), ended: true };
    standing.people.insert("1".to_owned(), known);
    let (_, report) = planned("staff_number,name\n1,甲\n", &standing);
    assert_eq!(report.findings[0].code, Code::DirectoryEnded);
}

#[test]
fn a_roster_meets_the_rules_of_duties_in_its_own_rows_too() {
    let head = "[机构]\n编码,名称,级别\nT1,镇,卫生院\n[人员]\n工号,姓名,机构编码,岗位\n1,甲,T1,乡镇医生\n2,乙,T1,乡镇医生\n3,丙,,\n\
                [值班]\n值班类型,机构编码,工号,班次,开始时间,结束时间\n";
    let rows = |rows: &str| refused(&format!("{head}{rows}"));
    assert_eq!(
        rows(
            "总值班,T1,1,,2027-03-01 08:00,2027-03-02 08:00\n总值班,T1,2,副班,2027/3/1 08:00,2027/3/2 08:00\n"
        ),
        []
    );
    let first = "总值班,T1,1,,2027-03-01 08:00,2027-03-02 08:00\n";
    let twice = format!("{first}总值班,T1,2,,2027-03-02 07:00,2027-03-02 20:00\n");
    assert_eq!(rows(&twice), one(12, "directory.duty-conflict", "starts_at"));
    assert_eq!(rows(&format!("{first}{first}")), [], "the same row again is the same duty");
    for (row, code, field) in [
        ("总值班,T1,3,,2027-03-01 08:00,2027-03-02 08:00", "directory.duty-not-there", "staff_number"),
        ("科室值班,T1,1,,2027-03-01 08:00,2027-03-02 08:00", "directory.duty-place-invalid", "kind"),
        ("总值班,T1,1,,2027-03-01 08:00,2027-03-01 08:00", "directory.duty-time-invalid", "ends_at"),
        ("夜班,T1,1,,2027-03-01 08:00,2027-03-02 08:00", "import.duty-kind-unknown", "kind"),
        ("总值班,T1,1,,三月一日,2027-03-02 08:00", "import.date-invalid", "starts_at"),
    ] {
        assert_eq!(rows(row), one(11, code, field), "{row}");
    }
}
