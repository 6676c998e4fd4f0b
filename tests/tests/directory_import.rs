//! The personnel office's file comes in: looked at first, then all of it or nothing, and again without effect.

use consult_server::directory::import::file::Named;
use consult_server::directory::import::flow;
use reqwest::Method;
use serde_json::Value;
use std::io::Write as _;
use tests::harness::{Answer, Product, User, text};
use tests::store;

const FILE: &str = "\
[机构]
机构编码,名称,级别,上级机构编码,统一社会信用代码
T900,新集镇卫生院,乡镇卫生院,H001,91350100M000100Y43
V900,新集村卫生室,村卫生室,T900,
[科室]
机构编码,科室编码,科室名称,诊疗科目
T900,D01,全科医疗科,02
[人员]
工号,姓名,职称,专业,工作电话,机构编码,科室,岗位,执业证止
XJ001,贾宝林,医师,全科,0319-5559001,T900,全科医疗科,乡镇医生,2030/12/31
XJ002,薛玉钗,村医,,0319-5559002,V900,,村医,2030年6月1日
[岗位]
工号,机构编码,科室,岗位
XJ001,V900,,family_doctor
[值班]
值班类型,机构编码,科室,工号,班次,开始时间,结束时间
科室值班,T900,D01,XJ001,,2026-12-01 08:00,2026-12-02 08:00
";

async fn import(user: &User<'_>, body: impl Into<reqwest::Body>, dry: bool) -> Answer {
    let path = if dry { "/api/v1/imports/people?dry_run=true" } else { "/api/v1/imports/people" };
    Answer::of(user.request(Method::POST, path).body(body).send().await.unwrap()).await
}

/// (sheet, created, changed, unchanged)
fn counts(report: &Value) -> Vec<(String, u64, u64, u64)> {
    let number = |count: &Value, key: &str| count[key].as_u64().unwrap();
    let sheets = report["sheets"].as_array().unwrap().iter();
    sheets
        .map(|c| (text(&c["sheet"]), number(c, "created"), number(c, "changed"), number(c, "unchanged")))
        .collect()
}

async fn found(user: &User<'_>, q: &str) -> Vec<Value> {
    let found = user.get(&format!("/api/v1/people/search?q={q}")).await.expect(200).json;
    found["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_dry_run_says_what_would_happen_and_does_nothing_and_the_import_does_just_that_once() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let dry = import(&admin, FILE, true).await.expect(200).json;
    let expected =
        [("organisations", 2), ("departments", 1), ("people", 2), ("positions", 1), ("rosters", 1)];
    let created: Vec<_> = expected.iter().map(|(sheet, n)| ((*sheet).to_owned(), *n, 0, 0)).collect();
    assert_eq!((counts(&dry), dry["applied"].as_bool()), (created.clone(), Some(false)));
    assert!(found(&admin, "贾宝林").await.is_empty());
    let done = import(&admin, FILE, false).await.expect(200).json;
    assert_eq!((counts(&done), done["applied"].as_bool()), (created, Some(true)));
    let places = found(&admin, "jbl").await;
    assert_eq!(places.len(), 2, "a township doctor who also looks after a village");
    assert!(found(&admin, "qkylk").await.iter().all(|person| person["name"] == "贾宝林"));
    let again = import(&admin, FILE, false).await.expect(200).json;
    assert!(
        counts(&again).iter().all(|(_, created, changed, _)| (*created, *changed) == (0, 0)),
        "{again:#}"
    );
    let people =
        store::texts(&product.app.ground.db, "SELECT staff_number FROM person WHERE staff_number LIKE 'XJ%'")
            .await;
    assert_eq!(people.len(), 2);
}

#[tokio::test]
async fn one_mistake_keeps_everything_out_and_is_named_by_row_and_column() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let broken = FILE.replace("V900,,村医", "V900,,院长");
    let refused = import(&admin, broken.clone(), false).await.expect_refusal(422, "import.has-errors").json;
    let finding = &refused["report"]["findings"][0];
    assert_eq!(
        (
            finding["sheet"].as_str(),
            finding["row"].as_u64(),
            finding["code"].as_str(),
            finding["value"].as_str()
        ),
        (Some("people"), Some(11), Some("import.role-unknown"), Some("院长"))
    );
    assert!(found(&admin, "新集").await.is_empty(), "all or nothing");
    let dry = import(&admin, broken, true).await.expect(200).json;
    assert_eq!(dry["findings"], refused["report"]["findings"]);
}

#[tokio::test]
async fn a_changed_row_changes_its_person_and_leaves_what_is_blank() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    import(&admin, FILE, false).await.expect(200);
    let change = "工号,姓名,工作电话,职称\nXJ002,薛宝钗,,主治医师\n";
    let report = import(&admin, change, false).await.expect(200).json;
    assert_eq!(counts(&report), [("people".to_owned(), 0, 1, 0)]);
    let person = &found(&admin, "xbc").await[0];
    assert_eq!(
        (person["title"].as_str(), person["work_phone"].as_str()),
        (Some("主治医师"), Some("0319-5559002"))
    );
    assert!(found(&admin, "xyc").await.is_empty(), "the old name finds nobody");
}

#[tokio::test]
async fn only_an_administrator_imports_and_none_appoints_who_watches_them() {
    let product = Product::start().await;
    for login in ["village", "manager", "security", "auditor"] {
        let user = product.sign_in(login).await;
        import(&user, FILE, true).await.expect_refusal(403, "access.role-not-allowed");
    }
    let admin = product.sign_in("admin").await;
    let auditor = "工号,姓名,机构编码,岗位\nX1,自封,H001,审计员\n";
    let refused = import(&admin, auditor, false).await.expect_refusal(422, "import.has-errors").json;
    assert_eq!(refused["report"]["findings"][0]["code"], "directory.role-not-yours");
    let console =
        flow::at_console(&product.app.ground, (auditor.into(), Named::Anything), None, true).await.unwrap();
    assert_eq!((console.applied, console.errors), (true, 0), "at the console it may be");
}

#[tokio::test]
async fn files_that_are_none_are_refused_by_what_is_wrong_with_them() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    for (bytes, status, code) in [
        (b"".to_vec(), 422, "import.empty"),
        (b"\xD0\xCF\x11\xE0".to_vec(), 415, "import.format-unknown"),
        (b"a,b\n\xFF\xFF,c\n".to_vec(), 422, "import.encoding-unknown"),
        (b"PK\x03\x04".to_vec(), 422, "import.workbook-invalid"),
        (bomb(), 413, "import.unpacks-too-large"),
        (vec![b'a'; 17 * 1024 * 1024], 413, "request.too-large"),
    ] {
        import(&admin, bytes, true).await.expect_refusal(status, code);
    }
    let lone = import(&admin, "a,b\n1,2\n", true).await.expect(200).json;
    assert_eq!(lone["findings"][0]["code"], "import.columns-unknown");
}

#[tokio::test]
async fn a_workbook_and_a_form_bring_the_same_as_a_plain_file() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let rows = [["工号", "姓名", "机构编码", "岗位"], ["XB1", "甄士隐", "H001", "receiving_doctor"]];
    let part = reqwest::multipart::Part::bytes(workbook(&rows)).file_name("人员.xlsx");
    let form = reqwest::multipart::Form::new().part("file", part);
    let request = admin.request(Method::POST, "/api/v1/imports/people").multipart(form);
    let report = Answer::of(request.send().await.unwrap()).await.expect(200).json;
    assert_eq!(counts(&report), [("people".to_owned(), 1, 0, 0)], "{report:#}");
    assert_eq!(found(&admin, "zsy").await.len(), 1);
}

#[tokio::test]
async fn a_hundred_thousand_rows_of_mistakes_are_counted_and_the_first_thousand_listed() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let mut text = "工号,姓名\n".to_owned();
    text.extend((0..100_000).map(|n| format!("R{n},=甲\n")));
    let report = import(&admin, text, true).await.expect(200).json;
    assert_eq!(
        (report["errors"].as_u64(), report["findings"].as_array().unwrap().len()),
        (Some(100_000), 1_000)
    );
}

/// A workbook of one sheet with inline texts, as small as Excel would still open.
fn workbook(rows: &[[&str; 4]]) -> Vec<u8> {
    let cells = |row: &[&str; 4]| -> String {
        row.iter().map(|text| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>")).collect()
    };
    let data: String = rows.iter().map(|row| format!("<row>{}</row>", cells(row))).collect();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let of = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    zipped(&[
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"{package}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" Type=\"{of}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{of}\"><sheets><sheet name=\"人员\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" Type=\"{of}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(
                "<worksheet xmlns=\"{main}\"><dimension ref=\"A1:XFD1048576\"/><sheetData>{data}</sheetData></worksheet>"
            ),
        ),
    ])
}

/// A few hundred kilobytes that unpack to 200 MB.
fn bomb() -> Vec<u8> {
    zipped(&[("xl/worksheets/sheet1.xml", " ".repeat(200 * 1024 * 1024))])
}

fn zipped(files: &[(&str, String)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[tokio::test]
async fn whoever_comes_without_a_position_is_warned_of_and_listed_until_they_have_one() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let file = "工号,姓名,机构编码,岗位\nX7001,无岗人,,\nX7002,有岗人,H001,接诊医生\n";
    let dry = import(&admin, file, true).await.expect(200).json;
    assert_eq!((dry["errors"].as_u64(), dry["warnings"].as_u64()), (Some(0), Some(1)), "{dry:#}");
    let finding = &dry["findings"][0];
    assert_eq!(
        (finding["code"].as_str(), finding["row"].as_u64(), finding["severity"].as_str()),
        (Some("import.no-position"), Some(2), Some("warning"))
    );
    import(&admin, file, false).await.expect(200);
    let unplaced = async || admin.get("/api/v1/people/unplaced").await.expect(200).json;
    let listed = unplaced().await;
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(listed["items"][0]["name"], "无岗人");
    import(&admin, "工号,机构编码,岗位\nX7001,H001,接诊医生\n", false).await.expect(200);
    assert_eq!(unplaced().await["items"], serde_json::json!([]));
    let manager = product.sign_in("manager").await;
    manager.get("/api/v1/people/unplaced").await.expect_refusal(403, "access.role-not-allowed");
}

#[tokio::test]
async fn headings_alone_a_cut_workbook_a_pdf_and_an_open_quote_are_called_what_they_are() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let dry = import(&admin, "工号,姓名,机构编码,岗位\n", true).await.expect(200).json;
    assert_eq!(
        (dry["errors"].as_u64(), dry["findings"][0]["code"].as_str()),
        (Some(1), Some("import.no-rows"))
    );
    let with_rows = format!("{FILE}[排班]\n");
    assert_eq!(import(&admin, with_rows, true).await.expect(200).json["errors"], 0);
    import(&admin, "%PDF-1.7\n", true).await.expect_refusal(415, "import.format-unknown");
    let quoted = import(&admin, "工号,姓名\nX1,\"甲\nX2,乙\n", true).await;
    assert_eq!(quoted.expect_refusal(422, "import.quote-open").json["row"], 2);
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let request = admin.request(Method::POST, "/api/v1/imports/people?dry_run=true");
    let cut = Answer::of(request.header("content-type", kind).body("no archive").send().await.unwrap()).await;
    cut.expect_refusal(422, "import.workbook-invalid");
}
