//! What the tests of referrals share: a good draft, and the first steps of its way. Knows the product from outside only.

use crate::harness::{Answer, Product, START, User, text};
use serde_json::{Value, json};

pub const COUNTY: &str = "清河县人民医院";
pub const CITY: &str = "邢州市第一医院";
pub const LIULIN: &str = "柳林镇卫生院";

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;

/// A time so many milliseconds after the start of the test, as the API writes it.
pub fn after_start(ms: i64) -> String {
    consult_server::time::Timestamp(START.0 + ms).to_string()
}

pub fn path(id: &str, command: &str) -> String {
    format!("/api/v1/legs/{id}/{command}")
}

/// Gives a command on the version that the answer shows, and expects it to be done.
pub async fn step(user: &User<'_>, leg: &Answer, command: &str, body: Value) -> Answer {
    user.command(&path(&leg.id(), command), leg.version(), body).await.expect(200)
}

/// The leg as this user reads it now.
pub async fn reread(user: &User<'_>, id: &str) -> Answer {
    user.get(&format!("/api/v1/legs/{id}")).await.expect(200)
}

pub async fn department(user: &User<'_>, organisation: &str, name: &str) -> String {
    let found = user.get("/api/v1/organisations").await.json;
    let organisation = found["items"].as_array().unwrap().iter().find(|o| o["name"] == organisation).unwrap();
    let department = organisation["departments"].as_array().unwrap().iter().find(|d| d["name"] == name);
    text(&department.unwrap()["id"])
}

pub fn form() -> Value {
    json!({ "reason": "unclear_or_capability", "complaint": "胸痛 2 小时", "history": "活动后加重", "past_history": "", "allergies": "无",
            "vitals": { "bp": "150/95 mmHg" }, "examination": "", "diagnosis": { "code": "I20.9", "system": "ICD-10", "system_version": "2019", "text": "心绞痛" },
            "treatment": "阿司匹林", "purpose": "进一步检查" })
}

pub async fn input(village: &User<'_>, urgency: &str) -> Value {
    json!({ "id": village.new_id(), "case_id": null, "patient_id": village.patient("张小东").await, "direction": "up", "urgency": urgency,
            "to_organisation_id": village.organisation(COUNTY).await, "to_department_id": department(village, COUNTY, "心血管内科").await,
            "form": form(), "consent": { "kind": "written" } })
}

pub async fn submitted(village: &User<'_>, urgency: &str) -> Answer {
    let draft = village.post("/api/v1/legs", input(village, urgency).await).await.expect(201);
    step(village, &draft, "submit", json!({})).await
}

pub fn person(user: &User<'_>) -> String {
    text(&user.me["person"]["id"])
}

pub async fn accepted(desk: &User<'_>, doctor: &User<'_>, leg: &Answer) -> Answer {
    let opened = step(desk, leg, "open", json!({})).await;
    let body = json!({ "owner_id": person(doctor), "expected_at": after_start(2 * HOUR) });
    step(desk, &opened, "accept", body).await
}

pub async fn arrived(desk: &User<'_>, doctor: &User<'_>, leg: &Answer) -> Answer {
    let leg = accepted(desk, doctor, leg).await;
    step(desk, &leg, "arrive", json!({ "at": after_start(0), "signature": "周文英" })).await
}

pub fn outcome(disposition: &str) -> Value {
    json!({ "diagnosis": { "text": "稳定型心绞痛" }, "treatment": "调整用药", "plan": "每日一次，随访", "disposition": disposition })
}

pub fn allows(leg: &Answer, command: &str) -> bool {
    leg.json["allowed"].as_array().unwrap().iter().any(|c| c == command)
}

/// A leg that the village has sent to a hospital where nobody has an account.
pub async fn sent_outside(product: &Product, village: &User<'_>) -> Answer {
    let admin = product.sign_in("admin").await;
    let outside = json!({ "id": village.new_id(), "name": "邻省第三医院", "code": "EXT-3", "level": "city_hospital", "external": true });
    admin.post("/api/v1/organisations", outside.clone()).await.expect(201);
    let mut body = input(village, "urgent").await;
    body["to_organisation_id"] = outside["id"].clone();
    body["to_department_id"] = Value::Null;
    let draft = village.post("/api/v1/legs", body).await.expect(201);
    step(village, &draft, "submit", json!({})).await
}
