//! Signing in, and finding, registering and changing patients, over HTTP as the page does it.

use serde_json::json;
use tests::harness::{Product, text};

#[tokio::test]
async fn a_village_doctor_signs_in_sees_who_they_are_and_signs_out() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let me = village.get("/api/v1/session").await.expect(200).json;
    assert_eq!(
        (me["person"]["login"].as_str(), me["position"]["role"].as_str()),
        (Some("village"), Some("village_doctor"))
    );
    assert_eq!(me["position"]["organisation"]["name"], "东沟村卫生室");
    village.request(reqwest::Method::DELETE, "/api/v1/session").send().await.unwrap();
    village.get("/api/v1/session").await.expect_refusal(401, "access.not-signed-in");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_answer_alike_and_the_sixth_failure_waits() {
    let product = Product::start().await;
    let attempt = async |login: &str, password: &str| {
        let body = json!({ "login": login, "password": password });
        let answer = product.http().post(product.url("/api/v1/session")).json(&body).send().await.unwrap();
        let (status, wait) = (answer.status().as_u16(), answer.headers().contains_key("retry-after"));
        (status, wait, answer.json::<serde_json::Value>().await.unwrap()["code"].as_str().unwrap().to_owned())
    };
    let unknown = attempt("nobody", "wrong").await;
    for _ in 0..6 {
        assert_eq!(attempt("village", "wrong").await, unknown);
    }
    assert_eq!(
        attempt("village", "demo-only-2026").await,
        (429, true, "access.too-many-attempts".to_owned())
    );
    product.clock.advance_ms(1_000);
    let body = json!({ "login": "village", "password": "demo-only-2026" });
    let answer = product.http().post(product.url("/api/v1/session")).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 201);
}

#[tokio::test]
async fn a_session_expires_after_two_idle_hours() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    product.clock.advance_ms(2 * 3600 * 1000 - 1);
    village.get("/api/v1/session").await.expect(200);
    product.clock.advance_ms(2 * 3600 * 1000);
    village.get("/api/v1/session").await.expect_refusal(401, "access.session-expired");
}

#[tokio::test]
async fn a_patient_is_found_by_ideographs_pinyin_initials_and_identity_number() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    for typed in ["张小东", "小东", "zhangxiao", "ZXD"] {
        let found = village.get(&format!("/api/v1/patients?q={typed}")).await.expect(200).json;
        assert_eq!(found["items"][0]["name"], "张小东", "{typed}");
    }
    let everyone = village.get("/api/v1/patients").await.expect(200).json;
    assert_eq!(everyone["items"].as_array().unwrap().len(), 4, "only the clinic's own patients");
    assert!(
        everyone["items"].as_array().unwrap().iter().all(|p| text(&p["identity"]["masked"]).contains("***"))
    );
}

#[tokio::test]
async fn registering_checks_the_identity_number_against_birth_date_and_sex() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let input = |birth_date: &str, sex: &str, number: &str| {
        json!({ "id": village.new_id(), "name": "杨帆", "sex": sex, "birth_date": birth_date,
                "identity": { "kind": "resident_id", "value": number }, "phone": null, "address": null })
    };
    let refused = |code, field| (code, field);
    for (body, (code, field)) in [
        (
            input("1949-12-31", "female", "110105194912310021"),
            refused("patient.identity-checksum", "identity"),
        ),
        (
            input("1949-12-30", "female", "11010519491231002X"),
            refused("patient.identity-birth-date", "birth_date"),
        ),
        (input("1949-12-31", "male", "11010519491231002X"), refused("patient.identity-sex", "sex")),
    ] {
        let answer = village.post("/api/v1/patients", body).await.expect_refusal(422, code);
        assert_eq!(answer.json["field"], field);
    }
    let body = input("1949-12-31", "female", "11010519491231002x");
    let created = village.post("/api/v1/patients", body.clone()).await.expect(201);
    assert_eq!(created.json["identity"]["masked"], "****************2X");
    let again = village.post("/api/v1/patients", body).await.expect(201);
    assert_eq!(again.id(), created.id(), "the same request has one effect");
}

#[tokio::test]
async fn a_document_known_elsewhere_under_the_same_name_joins_the_care_instead_of_doubling_the_patient() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let township = product.sign_in("township").await;
    let body = |user: &tests::harness::User<'_>, name: &str| {
        json!({ "id": user.new_id(), "name": name, "sex": "female", "birth_date": "1949-12-31",
                "identity": { "kind": "resident_id", "value": "11010519491231002X" }, "phone": null, "address": null })
    };
    let created = village.post("/api/v1/patients", body(&village, "杨帆")).await.expect(201);
    township
        .get(&format!("/api/v1/patients/{}", created.id()))
        .await
        .expect_refusal(404, "request.not-found");
    township
        .post("/api/v1/patients", body(&township, "杨凡"))
        .await
        .expect_refusal(409, "patient.already-registered");
    let linked = township.post("/api/v1/patients", body(&township, "杨帆")).await.expect(200);
    assert_eq!(linked.id(), created.id());
    township.get(&format!("/api/v1/patients/{}", created.id())).await.expect(200);
}

#[tokio::test]
async fn the_second_of_two_editors_gets_the_difference_and_loses_nothing() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let path = format!("/api/v1/patients/{}", village.patient("王秀英").await);
    let read = village.get(&path).await.expect(200);
    village.patch(&path, read.version(), json!({ "address": "东沟村三组 6 号" })).await.expect(200);
    let refused = village.patch(&path, read.version(), json!({ "phone": "13900000000" })).await;
    let refused = refused.expect_refusal(412, "conflict.changed-meanwhile");
    assert_eq!(refused.json["current"]["address"], "东沟村三组 6 号");
    let version = refused.json["version"].as_i64().unwrap();
    let saved = village.patch(&path, version, json!({ "phone": "13900000000" })).await.expect(200);
    assert_eq!(
        (saved.json["phone_masked"].as_str(), saved.json["address"].as_str()),
        (Some("*******0000"), Some("东沟村三组 6 号"))
    );
}

#[tokio::test]
async fn a_change_without_the_version_that_was_read_is_refused() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let path = format!("/api/v1/patients/{}", village.patient("王秀英").await);
    let answer = village.request(reqwest::Method::PATCH, &path).json(&json!({})).send().await.unwrap();
    assert_eq!(answer.status(), 428);
}

#[tokio::test]
async fn one_idempotency_key_has_one_effect_and_fits_one_request() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let send = async |id: &str| {
        let body = json!({ "id": id, "name": "无名氏", "sex": "unknown", "birth_date": null,
                           "identity": { "kind": "unidentified", "value": null }, "phone": null, "address": null });
        let request = village
            .request(reqwest::Method::POST, "/api/v1/patients")
            .header("idempotency-key", "once")
            .json(&body);
        request.send().await.unwrap().status().as_u16()
    };
    let (first, second) = (village.new_id(), village.new_id());
    assert_eq!([send(&first).await, send(&first).await, send(&second).await], [201, 201, 409]);
}

#[tokio::test]
async fn an_administrator_sees_nothing_clinical_and_an_auditor_neither() {
    let product = Product::start().await;
    for login in ["admin", "security", "auditor"] {
        let user = product.sign_in(login).await;
        user.get("/api/v1/patients").await.expect_refusal(403, "access.no-clinical-role");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_cannot_make_changes() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let request = village
        .request(reqwest::Method::POST, "/api/v1/patients")
        .header("origin", "http://evil.example")
        .json(&json!({}));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 403);
    assert_eq!(answer.json::<serde_json::Value>().await.unwrap()["code"], "request.origin-refused");
}
