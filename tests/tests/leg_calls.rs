//! Calls about a leg, and who on the receiver's side has read it.

use serde_json::{Value, json};
use tests::harness::{Product, User, text};
use tests::messages::names;
use tests::people::leave;
use tests::referrals::*;

async fn calls(user: &User<'_>, leg: &str) -> Value {
    user.get(&path(leg, "calls")).await.expect(200).json
}

fn called(user: &User<'_>, result: &str, whom: &str) -> Value {
    json!({ "id": user.new_id(), "callee": "receiver", "result": result, "whom": whom, "note": "无人接听" })
}

#[tokio::test]
async fn a_call_is_logged_once_and_both_sides_see_it_in_the_course() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let sent = submitted(&village, "urgent").await;
    let body = called(&village, "not_reached", "");
    let first = village.post(&path(&sent.id(), "calls"), body.clone()).await.expect(201).json;
    assert_eq!((&first["result"], &first["author"]["name"]), (&json!("not_reached"), &json!("周文英")));
    for _ in 0..5 {
        let again = village.post(&path(&sent.id(), "calls"), body.clone()).await.expect(201).json;
        assert_eq!(again, first);
    }
    let mut other = body.clone();
    other["note"] = json!("另一件事");
    village.post(&path(&sent.id(), "calls"), other).await.expect_refusal(409, "request.id-taken");
    desk.post(&path(&sent.id(), "calls"), body).await.expect_refusal(409, "request.id-taken");
    assert_eq!(calls(&desk, &sent.id()).await["items"].as_array().unwrap().len(), 1);
    let course = desk.get(&path(&sent.id(), "timeline")).await.expect(200).json;
    let lines: Vec<_> =
        course["items"].as_array().unwrap().iter().filter(|entry| entry["type"] == "leg.called").collect();
    assert_eq!((lines.len(), &lines[0]["payload"]["result"]), (1, &json!("not_reached")));
    // It moves nothing: the version that was read still counts.
    step(&desk, &sent, "open", json!({})).await;
}

#[tokio::test]
async fn bad_calls_are_refused() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let stranger = product.sign_in("township").await;
    let sent = submitted(&village, "urgent").await;
    let at = path(&sent.id(), "calls");
    village
        .post(&at, called(&village, "reached", " "))
        .await
        .expect_refusal(422, "referral.call-whom-missing");
    village.post(&at, called(&village, "shouted", "")).await.expect_refusal(400, "request.json-invalid");
    let mut later = called(&village, "not_reached", "");
    later["called_at"] = json!(after_start(HOUR));
    village.post(&at, later).await.expect_refusal(422, "referral.time-in-future");
    let mut long = called(&village, "not_reached", "");
    long["note"] = json!("长".repeat(1001));
    village.post(&at, long).await.expect_refusal(422, "referral.call-text-too-long");
    stranger.post(&at, called(&stranger, "not_reached", "")).await.expect_refusal(404, "request.not-found");
    stranger.get(&at).await.expect_refusal(404, "request.not-found");
    assert_eq!(calls(&village, &sent.id()).await["items"], json!([]));
}

#[tokio::test]
async fn the_numbers_are_those_of_who_answers_now_and_who_owes_stands_first() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    let admin = product.sign_in("admin").await;
    let sent = submitted(&village, "urgent").await;
    let contacts = calls(&village, &sent.id()).await["contacts"].clone();
    assert_eq!(contacts[0]["callee"], "receiver", "the receiver owes: {contacts:#}");
    let houses: Vec<_> =
        contacts.as_array().unwrap().iter().filter(|c| c["part"] == "organisation").collect();
    assert_eq!(houses.len(), 2);
    assert!(contacts.as_array().unwrap().iter().all(|c| !text(&c["phone"]).is_empty()));
    accepted(&desk, &doctor, &sent).await;
    let parts = |contacts: &Value| -> Vec<String> {
        contacts
            .as_array()
            .unwrap()
            .iter()
            .map(|c| format!("{}:{}", text(&c["part"]), c["person"]["name"]))
            .collect()
    };
    let now = calls(&village, &sent.id()).await["contacts"].clone();
    assert!(parts(&now).iter().any(|part| part.starts_with("owner:")), "{now:#}");
    leave(&admin, &person(&doctor)).await;
    let now = calls(&village, &sent.id()).await["contacts"].clone();
    assert!(parts(&now).iter().all(|part| !part.starts_with("owner:")), "{now:#}");
}

#[tokio::test]
async fn the_sender_sees_who_has_read_the_leg_and_who_has_not() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    let sent = submitted(&village, "urgent").await;
    let receipts = async || {
        let found = village.get(&path(&sent.id(), "receipts")).await.expect(200).json;
        let read = found["read"].as_array().unwrap().iter().map(|r| text(&r["person"]["name"])).collect();
        let unread = found["unread"].as_array().unwrap().iter().map(|p| text(&p["name"])).collect();
        (read, unread)
    };
    let counts = async || {
        let rows = village.get("/api/v1/legs?box=sent").await.expect(200).json;
        let row = rows["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["id"] == sent.id().as_str())
            .unwrap()
            .clone();
        row["receipts"].clone()
    };
    assert_eq!(receipts().await, (names([]), names(["孙丽"])));
    assert_eq!(counts().await, json!({ "read": 0, "unread": 1 }));
    reread(&desk, &sent.id()).await;
    reread(&desk, &sent.id()).await;
    assert_eq!(receipts().await, (names(["孙丽"]), names([])));
    assert_eq!(counts().await, json!({ "read": 1, "unread": 0 }));
    reread(&doctor, &sent.id()).await;
    assert_eq!(receipts().await.0, names(["孙丽", "何志刚"]));
    reread(&village, &sent.id()).await;
    assert_eq!(counts().await, json!({ "read": 2, "unread": 0 }), "the sender's own reading is no receipt");
    let incoming = desk.get("/api/v1/legs?box=incoming").await.expect(200).json;
    assert!(incoming["items"].as_array().unwrap().iter().all(|row| row["receipts"].is_null()));
    product
        .sign_in("township")
        .await
        .get(&path(&sent.id(), "receipts"))
        .await
        .expect_refusal(404, "request.not-found");
}
