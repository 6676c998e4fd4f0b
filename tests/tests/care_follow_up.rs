//! Follow-up after a hand-over: planned with the outcome or by whoever got the patient back, done or not reached, missed and told,
//! and never holding a case open.

use consult_server::worker;
use serde_json::{Value, json};
use tests::harness::{Answer, Product, User, text};
use tests::referrals::*;

const DAY: i64 = 24 * HOUR;
const FOLLOW_UPS: &str = "/api/v1/follow_ups";

/// A leg that has come back with an outcome, not acknowledged yet.
async fn come_back(village: &User<'_>, desk: &User<'_>, doctor: &User<'_>) -> Answer {
    let leg = arrived(desk, doctor, &submitted(village, "urgent").await).await;
    step(doctor, &leg, "send_outcome", outcome("stays")).await
}

fn plan(user: &User<'_>, leg: &Answer) -> Value {
    json!({ "id": user.new_id(), "leg_id": leg.id(), "task": "复测血压，复查心电图", "due_on": "2026-11-30" })
}

async fn command(user: &User<'_>, one: &Answer, command: &str, body: Value) -> Answer {
    user.command(&format!("{FOLLOW_UPS}/{}/{command}", one.id()), one.version(), body).await
}

async fn listed(user: &User<'_>, query: &str) -> Value {
    user.get(&format!("{FOLLOW_UPS}?{query}")).await.expect(200).json
}

async fn notices_of(product: &Product, login: &str, kind: &str) -> usize {
    let user = product.sign_in(login).await;
    let notices = user.get("/api/v1/notices").await.expect(200).json;
    notices["items"].as_array().unwrap().iter().filter(|n| n["type"] == kind).count()
}

#[tokio::test]
async fn the_author_of_the_outcome_plans_and_the_village_does_it_after_the_case_has_closed() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    let leg = come_back(&village, &desk, &doctor).await;

    let before = listed(&doctor, &format!("leg={}", leg.id())).await;
    assert_eq!(before["suggestion"]["due_on"], "2026-11-30");
    assert_eq!(before["suggestion"]["reason"], "after_discharge");
    let organisations: Vec<_> =
        before["suggestion"]["organisations"].as_array().unwrap().iter().map(|o| text(&o["name"])).collect();
    assert_eq!(organisations, ["东沟村卫生室", LIULIN, COUNTY]);

    let body = plan(&doctor, &leg);
    let planned = doctor.post(FOLLOW_UPS, body.clone()).await.expect(201);
    assert_eq!(planned.json["organisation"]["name"], "东沟村卫生室");
    assert_eq!(planned.json["diagnosis"], "稳定型心绞痛");
    assert_eq!(planned.json["allowed"], json!(["reschedule", "cancel"]));
    // The same again from a device that did not hear the answer; another under the same id is refused.
    let again = doctor.post(FOLLOW_UPS, body.clone()).await.expect(201);
    assert_eq!(again.version(), planned.version());
    let mut other = body;
    other["task"] = json!("别的");
    doctor.post(FOLLOW_UPS, other).await.expect_refusal(409, "request.id-taken");

    let closed = step(&village, &leg, "acknowledge", json!({})).await;
    assert_eq!(closed.json["state"], "closed", "a planned follow-up does not hold the case open");
    worker::settle(&product.app).await.unwrap();
    assert_eq!(notices_of(&product, "village", "follow_up.planned").await, 1);
    assert_eq!(notices_of(&product, "family", "follow_up.planned").await, 1);

    let due = listed(&village, "state=due").await;
    assert_eq!(due["counts"], json!({ "overdue": 0, "today": 0, "later": 1 }));
    let mine = village.get(&format!("{FOLLOW_UPS}?state=due")).await.json["items"][0].clone();
    assert_eq!(mine["allowed"], json!(["done", "not_reached", "reschedule", "cancel"]));
    let family = product.sign_in("family").await;
    let nothing = command(&family, &planned, "done", json!({ "text": " " })).await;
    assert_eq!(nothing.expect_refusal(422, "follow_up.result-missing").json["field"], "text");
    let wrong = command(&family, &planned, "done", json!({ "systolic": 90, "diastolic": 140 })).await;
    wrong.expect_refusal(422, "follow_up.measure-invalid");
    let found = json!({ "systolic": 138, "diastolic": 86, "glucose": 6.4, "text": "无胸痛，按时服药" });
    let done = command(&family, &planned, "done", found.clone()).await.expect(200);
    assert_eq!((done.json["state"].as_str(), &done.json["result"]), (Some("done"), &found));
    assert_eq!(done.json["ended_by"]["name"], "宋雪梅");
    command(&village, &planned, "done", json!({ "text": "重复" }))
        .await
        .expect_refusal(412, "conflict.changed-meanwhile");
    worker::settle(&product.app).await.unwrap();
    assert_eq!(notices_of(&product, "doctor", "follow_up.done").await, 1);

    let timeline = doctor.get(&path(&leg.id(), "timeline")).await.expect(200).json;
    let kinds: Vec<_> = timeline["items"].as_array().unwrap().iter().map(|e| text(&e["type"])).collect();
    assert!(kinds.contains(&"follow_up.planned".to_owned()) && kinds.contains(&"follow_up.done".to_owned()));
    assert_eq!(listed(&village, "state=ended").await["items"].as_array().unwrap().len(), 1);
    let of_patient = listed(&doctor, &format!("patient={}", text(&leg.json["patient"]["id"]))).await;
    assert_eq!(of_patient["items"][0]["state"], "done");
}

#[tokio::test]
async fn a_missed_day_is_told_in_the_morning_and_then_to_the_manager_and_nobody_is_told_of_what_was_done() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    let leg = come_back(&village, &desk, &doctor).await;
    let planned = doctor.post(FOLLOW_UPS, plan(&doctor, &leg)).await.expect(201);
    let other = doctor.post(FOLLOW_UPS, plan(&doctor, &leg)).await.expect(201);
    command(&village, &other, "done", json!({ "text": "已复查" })).await.expect(200);

    // Ten in the morning of the day itself: nothing. Eight on the day after: told once.
    product.clock.advance_ms(7 * DAY);
    worker::settle(&product.app).await.unwrap();
    assert_eq!(notices_of(&product, "village", "follow_up.missed").await, 0);
    let village = product.sign_in("village").await;
    assert_eq!(listed(&village, "state=due").await["counts"]["today"], 1);
    product.clock.advance_ms(22 * HOUR);
    worker::settle(&product.app).await.unwrap();
    worker::settle(&product.app).await.unwrap();
    for login in ["village", "family"] {
        assert_eq!(notices_of(&product, login, "follow_up.missed").await, 1, "{login}");
    }
    assert_eq!(notices_of(&product, "manager", "follow_up.missed").await, 0);
    let village = product.sign_in("village").await;
    let overdue = listed(&village, "state=overdue").await;
    assert_eq!(
        (overdue["items"][0]["overdue"].as_bool(), &overdue["counts"]["overdue"]),
        (Some(true), &json!(1))
    );
    product.clock.advance_ms(3 * DAY);
    worker::settle(&product.app).await.unwrap();
    assert_eq!(notices_of(&product, "manager", "follow_up.missed").await, 1);
    assert_eq!(notices_of(&product, "village", "follow_up.missed").await, 1);

    // It can still be done, and nothing more is told.
    let village = product.sign_in("village").await;
    command(&village, &planned, "done", json!({ "text": "迟到的随访" })).await.expect(200);
    product.clock.advance_ms(30 * DAY);
    worker::settle(&product.app).await.unwrap();
    assert_eq!(notices_of(&product, "manager", "follow_up.missed").await, 1);
}

#[tokio::test]
async fn who_was_not_reached_was_tried_twice_and_can_be_planned_anew() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    let leg = come_back(&village, &desk, &doctor).await;
    let planned = village.post(FOLLOW_UPS, plan(&village, &leg)).await.expect(201);
    let one = json!({ "at": after_start(0), "note": "电话无人接听" });
    let refused = command(&village, &planned, "not_reached", json!({ "attempts": [one] })).await;
    refused.expect_refusal(422, "follow_up.too-few-attempts");
    let future = json!({ "at": after_start(HOUR), "note": "明天再去" });
    let refused = command(&village, &planned, "not_reached", json!({ "attempts": [one, future] })).await;
    refused.expect_refusal(422, "referral.time-in-future");
    let two = json!({ "at": after_start(0), "note": "上门未遇" });
    let body = json!({ "attempts": [one, two] });
    let missed = command(&village, &planned, "not_reached", body).await.expect(200);
    assert_eq!(
        (missed.json["state"].as_str(), &missed.json["allowed"]),
        (Some("not_reached"), &json!(["reschedule"]))
    );
    let back = command(&village, &missed, "reschedule", json!({ "due_on": "2026-11-22" })).await;
    back.expect_refusal(422, "follow_up.day-out-of-range");
    let again = json!({ "due_on": "2026-12-05", "reason": "外出务工，下周回村" });
    let again = command(&village, &missed, "reschedule", again).await.expect(200);
    assert_eq!(
        (again.json["state"].as_str(), again.json["attempts"].as_array().unwrap().len()),
        (Some("planned"), 2)
    );
    let refused = command(&village, &again, "cancel", json!({ "reason": "" })).await;
    refused.expect_refusal(422, "referral.reason-missing");
    let gone = command(&village, &again, "cancel", json!({ "reason": "患者已再次住院" })).await.expect(200);
    assert_eq!((gone.json["state"].as_str(), &gone.json["allowed"]), (Some("cancelled"), &json!([])));
    command(&village, &gone, "done", json!({ "text": "x" }))
        .await
        .expect_refusal(409, "follow_up.not-in-state");
}

#[tokio::test]
async fn only_those_with_a_part_in_it_plan_see_and_do_it() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    let township = product.sign_in("township").await;
    let sent = submitted(&village, "urgent").await;
    village.post(FOLLOW_UPS, plan(&village, &sent)).await.expect_refusal(409, "follow_up.not-yet");
    let leg = arrived(&desk, &doctor, &sent).await;
    township.post(FOLLOW_UPS, plan(&township, &leg)).await.expect_refusal(404, "request.not-found");
    let mut elsewhere = plan(&village, &leg);
    elsewhere["organisation_id"] = json!(village.organisation("南湾村卫生室").await);
    let refused = village.post(FOLLOW_UPS, elsewhere).await;
    assert_eq!(
        refused.expect_refusal(422, "follow_up.organisation-not-allowed").json["field"],
        "organisation_id"
    );

    // The township owes it and sees the patient from then on; before it did not.
    let patient = format!("/api/v1/patients/{}", text(&leg.json["patient"]["id"]));
    township.get(&patient).await.expect(404);
    let mut body = plan(&doctor, &leg);
    body["organisation_id"] = json!(village.organisation(LIULIN).await);
    let planned = doctor.post(FOLLOW_UPS, body).await.expect(201);
    township.get(&patient).await.expect(200);
    assert_eq!(listed(&township, "state=due").await["items"][0]["id"], planned.id().as_str());
    command(&village, &planned, "done", json!({ "text": "不是我的" })).await.expect(404);
    command(&township, &planned, "done", json!({ "text": "血压平稳" })).await.expect(200);
}
