//! Somebody leaves: from that moment they are nowhere, and nothing they owed is stuck.

use reqwest::Method;
use serde_json::{Value, json};
use tests::consults::{give, submitted};
use tests::harness::{Answer, Product, User};

async fn leave(admin: &User<'_>, who: &User<'_>) -> Answer {
    let path = format!("/api/v1/people/{}", who.me["person"]["id"].as_str().unwrap());
    let version = admin.get(&path).await.expect(200).version();
    admin.command(&format!("{path}/leave"), version, json!({})).await
}

#[tokio::test]
async fn a_leaver_is_out_at_once_in_every_session_and_cannot_come_back() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let (phone, desk) = (product.sign_in("doctor").await, product.sign_in("doctor").await);
    leave(&admin, &desk).await.expect(200);
    for session in [&phone, &desk] {
        session.get("/api/v1/session").await.expect_refusal(401, "access.not-signed-in");
        session.get("/api/v1/patients").await.expect_refusal(401, "access.not-signed-in");
        session.get("/api/v1/events").await.expect_refusal(401, "access.not-signed-in");
    }
    let body = json!({ "login": "doctor", "password": consult_server::demo::PASSWORD });
    let request = product.http().request(Method::POST, product.url("/api/v1/session")).json(&body);
    Answer::of(request.send().await.unwrap()).await.expect_refusal(401, "access.wrong-credentials");
    let found = admin.get("/api/v1/people/search?q=hzg").await.expect(200).json;
    assert!(found["items"].as_array().unwrap().is_empty());
    let again = leave(&admin, &desk).await.expect(200);
    assert!(again.json["left_at"].is_string(), "leaving twice is leaving once");
    leave(&admin, &admin).await.expect_refusal(409, "directory.yourself");
}

#[tokio::test]
async fn what_a_leaver_owed_is_told_to_the_role_and_goes_on_without_them() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let village = product.sign_in("village").await;
    let specialist = product.sign_in("specialist").await;
    let coordinator = product.sign_in("coordinator").await;
    let consult = submitted(&village, "routine").await;
    give(&specialist, &consult, "claim", json!({})).await.expect(200);
    let path = format!("/api/v1/consults/{}", consult["id"].as_str().unwrap());
    let owed = village.get(&path).await.expect(200).json["owed"].clone();
    assert_eq!(owed["person"]["name"], "林静");
    leave(&admin, &specialist).await.expect(200);
    consult_server::worker::settle(&product.app).await.unwrap();
    let notices = coordinator.get("/api/v1/notices").await.expect(200).json;
    let told = |n: &&Value| n["type"] == "person.left";
    assert_eq!(notices["items"].as_array().unwrap().iter().filter(told).count(), 1);
    let owed = village.get(&path).await.expect(200).json["owed"].clone();
    assert_eq!(
        (&owed["person"], owed["organisation"]["name"].as_str()),
        (&Value::Null, Some("邢州市第一医院"))
    );
    let now = coordinator.get(&path).await.expect(200).json;
    give(&coordinator, &now, "release", json!({ "reason": "已离职" })).await.expect(200);
    let other = product.sign_in("specialist2").await;
    let now = other.get(&path).await.expect(200).json;
    give(&other, &now, "claim", json!({})).await.expect(200);
}

#[tokio::test]
async fn whoever_acts_in_a_position_that_ends_signs_in_again() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let family = product.sign_in("family").await;
    let position = family.me["position"]["id"].as_str().unwrap();
    admin.command(&format!("/api/v1/positions/{position}/end"), 1, json!({})).await.expect(200);
    family.get("/api/v1/session").await.expect_refusal(401, "access.not-signed-in");
}
