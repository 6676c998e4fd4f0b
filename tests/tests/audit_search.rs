//! The trail as the auditor searches and exports it, and as a patient is shown who looked at their record.

use consult_server::worker;
use reqwest::Method;
use serde_json::{Value, json};
use tests::harness::{Product, User, text};

async fn trail(product: &Product, auditor: &User<'_>, query: &str) -> Vec<Value> {
    worker::settle(&product.app).await.unwrap();
    let found = auditor.get(&format!("/api/v1/audit?{query}")).await.expect(200).json;
    found["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_auditor_finds_who_read_a_record_from_where_and_why() {
    let product = Product::start().await;
    let (village, auditor) = (product.sign_in("village").await, product.sign_in("auditor").await);
    let patient = village.patient("张小东").await;
    village.get(&format!("/api/v1/patients/{patient}")).await.expect(200);
    let found = trail(&product, &auditor, &format!("patient={patient}&action=patient.read")).await;
    let entry = &found[0];
    assert_eq!(entry["person"]["id"], village.me["person"]["id"]);
    assert_eq!(entry["role"], "village_doctor");
    assert_eq!(entry["basis"], "care-relationship");
    assert_eq!(entry["outcome"], "read");
    assert_eq!(entry["from"], "127.0.0.1");
    assert_eq!(entry["patient"]["name_masked"], "张**");
    assert!(entry["seq"].as_i64().is_some(), "sealed");
}

#[tokio::test]
async fn every_filter_narrows_and_pages_follow_one_another() {
    let product = Product::start().await;
    let (village, auditor) = (product.sign_in("village").await, product.sign_in("auditor").await);
    let patient = village.patient("张小东").await;
    for _ in 0..5 {
        product.clock.advance_ms(1000);
        village.get(&format!("/api/v1/patients/{patient}")).await.expect(200);
    }
    let person = text(&village.me["person"]["id"]);
    let query = format!("person={person}&action=patient.read&outcome=read&basis=care-relationship");
    let all = trail(&product, &auditor, &query).await;
    assert_eq!(all.len(), 5);
    let first = auditor.get(&format!("/api/v1/audit?{query}&limit=3")).await.expect(200).json;
    let next = text(&first["next"]);
    let second = auditor.get(&format!("/api/v1/audit?{query}&limit=3&cursor={next}")).await.expect(200).json;
    let ids = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|e| text(&e["id"])).collect()
    };
    let paged: Vec<String> = ids(&first).into_iter().chain(ids(&second)).collect();
    assert_eq!(paged, all.iter().map(|e| text(&e["id"])).collect::<Vec<_>>());
    assert_eq!(second["next"], Value::Null);
    let since = text(&all[1]["at"]);
    let later = trail(&product, &auditor, &format!("{query}&from={since}")).await;
    assert_eq!(later.len(), 2);
    let before = trail(&product, &auditor, &format!("{query}&until={since}")).await;
    assert_eq!(before.len(), 3);
    let denied = query.replace("outcome=read", "outcome=denied");
    assert_eq!(trail(&product, &auditor, &denied).await.len(), 0);
    for bad in ["person=x", "patient=1", "from=yesterday", "outcome=maybe", "cursor=1", "limit=many"] {
        auditor.get(&format!("/api/v1/audit?{bad}")).await.expect_refusal(400, "request.query-invalid");
    }
}

#[tokio::test]
async fn a_refusal_is_in_the_trail_also_where_it_looked_like_absence() {
    let product = Product::start().await;
    let (village, auditor) = (product.sign_in("village").await, product.sign_in("auditor").await);
    let (admin, doctor) = (product.sign_in("admin").await, product.sign_in("doctor").await);
    let id = village.new_id();
    let body = json!({ "id": id, "name": "孙丽", "sex": "female", "birth_date": "1990-01-01",
        "identity": { "kind": "unidentified", "value": null }, "phone": null, "address": null });
    village.post("/api/v1/patients", body).await.expect(201);
    admin.get("/api/v1/patients").await.expect_refusal(403, "access.no-clinical-role");
    doctor.get(&format!("/api/v1/patients/{id}")).await.expect_refusal(404, "request.not-found");
    doctor.get(&format!("/api/v1/patients/{id}")).await.expect(404);
    let denied = trail(&product, &auditor, "outcome=denied").await;
    let mut said: Vec<(&str, &str)> =
        denied.iter().map(|e| (e["action"].as_str().unwrap(), e["basis"].as_str().unwrap())).collect();
    // Both fall into one millisecond.
    said.sort_unstable();
    assert_eq!(
        said,
        [
            ("GET /api/v1/patients", "access.no-clinical-role"),
            ("GET /api/v1/patients/{id}", "request.not-found"),
        ]
    );
    let attempt = denied.iter().find(|entry| entry["patient"]["id"] == id.as_str());
    let attempt = attempt.expect("the patient's own log shows the attempt");
    assert_eq!(attempt["person"]["id"], doctor.me["person"]["id"]);
}

#[tokio::test]
async fn searching_and_exporting_are_themselves_in_the_trail() {
    let product = Product::start().await;
    let auditor = product.sign_in("auditor").await;
    trail(&product, &auditor, "action=session").await;
    auditor.get("/api/v1/audit/export?action=session").await.expect(200);
    let found = trail(&product, &auditor, "subject=search").await;
    assert!(found.iter().any(|e| e["detail"]["action"] == "session"), "{found:#?}");
    let found = trail(&product, &auditor, "subject=export").await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["detail"]["filter"]["action"], "session");
}

#[tokio::test]
async fn an_export_is_a_sheet_in_which_nothing_is_a_formula() {
    let product = Product::start().await;
    let auditor = product.sign_in("auditor").await;
    let village = product.sign_in("village").await;
    // A path that a spreadsheet would run: it stands in the trail as the subject of a refusal.
    village.get("/api/v1/patients/=cmd|'!A1").await.expect(404);
    worker::settle(&product.app).await.unwrap();
    let export = auditor.request(Method::GET, "/api/v1/audit/export?outcome=denied");
    let answer = export.header("accept-language", "en").send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
    assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    let sheet = answer.text().await.unwrap();
    assert!(sheet.starts_with("\u{feff}seq,at,local_time,person,"));
    assert_eq!(sheet.lines().count(), 2);
    let mut rows = csv_rows(&sheet);
    let row = rows.remove(1);
    for cell in row {
        assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
    }
}

#[tokio::test]
async fn an_export_speaks_the_auditors_language_and_tells_the_time_of_the_county() {
    let product = Product::start().await;
    let auditor = product.sign_in("auditor").await;
    worker::settle(&product.app).await.unwrap();
    let export = auditor.request(Method::GET, "/api/v1/audit/export?action=session.opened");
    let sheet = export.header("accept-language", "zh-CN").send().await.unwrap().text().await.unwrap();
    assert!(sheet.starts_with("\u{feff}链上序号,时间（UTC）,当地时间,人员,"), "{sheet}");
    let row = &csv_rows(&sheet)[1];
    assert_eq!((row[1].as_str(), row[2].as_str()), ("2026-11-23T02:00:00.000Z", "2026-11-23 10:00:00"));
}

#[tokio::test]
async fn the_auditor_finds_a_patient_by_the_number_on_the_card_and_leaves_a_trace_without_it() {
    const NUMBER: &str = "11010519491231002X";
    let product = Product::start().await;
    let (township, auditor) = (product.sign_in("township").await, product.sign_in("auditor").await);
    let id = township.new_id();
    let body = json!({ "id": id, "name": "王佩兰", "sex": "female", "birth_date": "1949-12-31",
        "identity": { "kind": "resident_id", "value": NUMBER }, "phone": null, "address": null });
    township.post("/api/v1/patients", body).await.expect(201);
    let find = async |user: &User<'_>, number: &str| {
        user.post("/api/v1/audit/patient", json!({ "resident_id": number })).await
    };
    let found = find(&auditor, "11010519491231002x").await.expect(200).json;
    assert_eq!(found, json!({ "id": id, "name_masked": "王**" }));
    let nobody = find(&auditor, "11010519491231003X").await;
    assert!(matches!(nobody.status, 404 | 422), "{:#}", nobody.json);
    assert_eq!(nobody.json["field"], "resident_id");
    for login in ["township", "admin", "security"] {
        let user = product.sign_in(login).await;
        assert_eq!(find(&user, NUMBER).await.status, 403, "{login}");
    }
    let traces = trail(&product, &auditor, "subject=patient&action=audit").await;
    assert_eq!(traces.last().unwrap()["detail"]["patient"], id.as_str());
    assert!(!format!("{traces:?}").contains("19491231"), "the number stands nowhere");
}

fn csv_rows(sheet: &str) -> Vec<Vec<String>> {
    sheet.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[tokio::test]
async fn a_patient_is_shown_who_looked_and_only_by_those_who_care_for_them_or_by_the_auditor() {
    let product = Product::start().await;
    let (village, auditor) = (product.sign_in("village").await, product.sign_in("auditor").await);
    let patient = village.patient("张小东").await;
    village.get(&format!("/api/v1/patients/{patient}")).await.expect(200);
    worker::settle(&product.app).await.unwrap();
    let path = format!("/api/v1/patients/{patient}/access-log");
    let log = village.get(&path).await.expect(200).json;
    let reads: Vec<&Value> =
        log["items"].as_array().unwrap().iter().filter(|e| e["action"] == "patient.read").collect();
    assert_eq!(reads.len(), 1);
    assert_eq!(reads[0]["person"]["name"], village.me["person"]["name"]);
    assert!(reads[0].get("from").is_none(), "no addresses: they are nobody's but the auditor's");
    auditor.get(&path).await.expect(200);
    for login in ["admin", "security", "manager"] {
        assert_eq!(product.sign_in(login).await.get(&path).await.status, 403, "{login}");
    }
    for login in ["village", "admin", "security", "manager", "desk"] {
        let user = product.sign_in(login).await;
        assert_eq!(user.get("/api/v1/audit").await.status, 403, "{login}");
        assert_eq!(user.get("/api/v1/audit/export").await.status, 403, "{login}");
    }
    worker::settle(&product.app).await.unwrap();
    let log = village.get(&path).await.expect(200).json;
    assert!(log["items"].as_array().unwrap().iter().any(|e| e["action"] == "access-log.read"));
}

#[tokio::test]
async fn an_answer_given_again_for_an_idempotency_key_is_noted_and_belongs_to_one_position() {
    let product = Product::start().await;
    let (village, auditor) = (product.sign_in("village").await, product.sign_in("auditor").await);
    let id = village.new_id();
    let body = json!({ "id": id, "name": "孙丽", "sex": "female", "birth_date": "1990-01-01",
        "identity": { "kind": "unidentified", "value": null }, "phone": null, "address": null });
    let ask = async || {
        let request = village.request(Method::POST, "/api/v1/patients").header("idempotency-key", "k-17");
        tests::harness::Answer::of(request.json(&body).send().await.unwrap()).await.expect(201).json
    };
    assert_eq!(ask().await, ask().await);
    let noted = trail(&product, &auditor, "subject=k-17").await;
    assert_eq!(noted.len(), 1);
    assert_eq!(noted[0]["action"], "answer.read");
}
