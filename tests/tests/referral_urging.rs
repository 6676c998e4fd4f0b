//! Urging (催办): who waits asks for the next step, and the ladder is climbed without waiting for the deadline.

use serde_json::{Value, json};
use tests::harness::{Answer, Product, User, text};
use tests::referrals::*;

async fn urge(user: &User<'_>, leg: &Answer) -> Answer {
    user.command(&path(&leg.id(), "urge"), leg.version(), json!({})).await
}

async fn urgings(user: &User<'_>, id: &str) -> Vec<Value> {
    let timeline = user.get(&path(id, "timeline")).await.expect(200).json;
    timeline["items"].as_array().unwrap().iter().filter(|e| e["type"] == "leg.urged").cloned().collect()
}

async fn told_of_urging(product: &Product, login: &str, leg: &str) -> usize {
    let user = product.sign_in(login).await;
    let notices = user.get("/api/v1/notices").await.expect(200).json;
    let mine = |n: &&Value| n["subject"]["id"] == leg && n["type"] == "leg.urged";
    notices["items"].as_array().unwrap().iter().filter(mine).count()
}

#[tokio::test]
async fn whoever_waits_urges_and_both_sides_see_it() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let sent = submitted(&village, "urgent").await;
    assert!(allows(&sent, "urge") && !allows(&reread(&desk, &sent.id()).await, "urge"));
    let urged = urge(&village, &sent).await.expect(200);
    assert!(!allows(&urged, "urge"), "not again at once");
    urge(&village, &urged).await.expect_refusal(409, "referral.urged-already");
    urge(&desk, &urged).await.expect_refusal(409, "referral.own-turn");
    consult_server::worker::settle(&product.app).await.unwrap();
    assert_eq!(told_of_urging(&product, "desk", &sent.id()).await, 1);
    assert_eq!(told_of_urging(&product, "village", &sent.id()).await, 0);
    let seen = reread(&desk, &sent.id()).await;
    assert_eq!((seen.json["urged"].as_i64(), seen.json["urges"].as_array().unwrap().len()), (Some(1), 1));
    assert_eq!(seen.json["urges"][0]["author"]["id"], person(&village).as_str());
    assert_eq!(urgings(&desk, &sent.id()).await.len(), 1);
}

#[tokio::test]
async fn each_urging_climbs_one_rung_and_the_deadline_goes_on_from_there() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let mut leg = submitted(&village, "urgent").await;
    for rung in ["urge", "department_duty", "duty_officer", "manager", "manager"] {
        leg = urge(&village, &leg).await.expect(200);
        let last = urgings(&village, &leg.id()).await.pop().unwrap();
        assert_eq!(text(&last["payload"]["rung"]), rung);
        // Before the deadline of ten minutes the clock of the test stands still, but for urging again.
        if rung == "urge" {
            consult_server::worker::settle(&product.app).await.unwrap();
            assert_eq!(told_of_urging(&product, "manager", &leg.id()).await, 0);
        }
        product.clock.advance_ms(10 * MINUTE);
    }
    consult_server::worker::settle(&product.app).await.unwrap();
    assert!(told_of_urging(&product, "manager", &leg.id()).await >= 1);
}

#[tokio::test]
async fn an_urging_does_not_stand_in_the_way_of_who_is_deciding() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    let sent = submitted(&village, "urgent").await;
    let read_by_desk = reread(&desk, &sent.id()).await;
    urge(&village, &sent).await.expect(200);
    let body = json!({ "owner_id": person(&doctor), "expected_at": after_start(HOUR) });
    desk.command(&path(&sent.id(), "accept"), read_by_desk.version(), body).await.expect(200);
}

#[tokio::test]
async fn neither_does_a_deadline_that_is_missed_after_an_urging() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    let sent = submitted(&village, "urgent").await;
    let read_by_desk = reread(&desk, &sent.id()).await;
    urge(&village, &sent).await.expect(200);
    product.clock.advance_ms(10 * MINUTE);
    consult_server::worker::settle(&product.app).await.unwrap();
    let timeline = desk.get(&path(&sent.id(), "timeline")).await.expect(200).json;
    let last = timeline["items"].as_array().unwrap().last().unwrap();
    assert_eq!(last["type"], "leg.deadline_missed", "or this test shows nothing");
    let body = json!({ "owner_id": person(&doctor), "expected_at": after_start(HOUR) });
    let accept = path(&sent.id(), "accept");
    // A version that never was, and one since which something was decided, are refused as before.
    desk.command(&accept, 99, body.clone()).await.expect_refusal(412, "conflict.changed-meanwhile");
    desk.command(&accept, read_by_desk.version(), body).await.expect(200);
    let body = json!({ "reason": "已好转" });
    let late = village.command(&path(&sent.id(), "cancel"), read_by_desk.version(), body).await;
    late.expect_refusal(412, "conflict.changed-meanwhile");
}
