//! What the pages of both sides do with a consult, for journeys. Knows the product from outside only.

use crate::harness::{Answer, Product, User, text};
use serde_json::{Value, json};

pub async fn input(user: &User<'_>, urgency: &str) -> Value {
    json!({
        "id": user.new_id(),
        "patient_id": user.patient("张小东").await,
        "type": "imaging",
        "mode": "asynchronous",
        "urgency": urgency,
        "question": "右肺上叶结节，性质？",
        "summary": "咳嗽两周，无发热。",
        "invited_organisation_id": user.organisation("邢州市第一医院").await,
        "invited_department_id": null,
        "consent": { "kind": "written" },
    })
}

pub async fn draft(user: &User<'_>, urgency: &str) -> Value {
    user.post("/api/v1/consults", input(user, urgency).await).await.expect(201).json
}

pub async fn submitted(user: &User<'_>, urgency: &str) -> Value {
    let draft = draft(user, urgency).await;
    give(user, &draft, "submit", json!({})).await.expect(200).json
}

pub async fn delivered(product: &Product, village: &User<'_>) -> Value {
    let specialist = product.sign_in("specialist").await;
    let mut consult = submitted(village, "routine").await;
    for (command, body) in
        [("claim", json!({})), ("start", json!({})), ("draft_report", report()), ("sign", json!({}))]
    {
        consult = give(&specialist, &consult, command, body).await.expect(200).json;
    }
    consult
}

pub fn report() -> Value {
    json!({
        "findings": "右肺上叶见直径 8 mm 结节。",
        "diagnosis": { "code": "R91", "system": "ICD-10", "system_version": "2019", "text": "肺结节" },
        "advice": "三个月后复查薄层 CT。",
        "disposition": "treat_here",
    })
}

pub async fn give(user: &User<'_>, consult: &Value, command: &str, body: Value) -> Answer {
    user.command(&path(consult, command), consult["version"].as_i64().unwrap(), body).await
}

pub async fn read(user: &User<'_>, consult: &Value) -> Value {
    user.get(&path(consult, "")).await.expect(200).json
}

pub fn path(consult: &Value, rest: &str) -> String {
    format!("/api/v1/consults/{}/{rest}", text(&consult["id"])).trim_end_matches('/').to_owned()
}

pub async fn row(user: &User<'_>, list: &str, consult: &Value) -> Option<Value> {
    let page = user.get(&format!("/api/v1/consults?box={list}&limit=200")).await.expect(200).json;
    page["items"].as_array().unwrap().iter().find(|row| row["id"] == consult["id"]).cloned()
}

pub async fn missed(user: &User<'_>, consult: &Value) -> usize {
    let timeline = user.get(&path(consult, "timeline")).await.expect(200).json;
    timeline["items"].as_array().unwrap().iter().filter(|e| e["type"] == "consult.deadline_missed").count()
}
