//! What goes wrong around a referral: loops, closed places, another patient, the same request a hundred times, a clock that
//! was set back. Each is answered with a clear refusal or with one effect, and nothing is lost.

use serde_json::{Value, json};
use tests::harness::{Product, User, text};
use tests::referrals::*;
use tests::store;

async fn redirect(
    user: &User<'_>,
    leg: &tests::harness::Answer,
    to: &str,
    department: Option<String>,
) -> tests::harness::Answer {
    let body = json!({ "to_organisation_id": user.organisation(to).await, "to_department_id": department, "note": "病情交接" });
    user.command(&path(&leg.id(), "redirect"), leg.version(), body).await
}

#[tokio::test]
async fn a_redirect_does_not_come_back_to_who_redirected() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let specialist = product.sign_in("specialist").await;
    let sent = submitted(&village, "urgent").await;
    let neurology = department(&village, CITY, "神经内科").await;
    let handed_on = redirect(&desk, &sent, CITY, Some(neurology)).await.expect(200);
    let next = reread(&specialist, &text(&handed_on.json["follow_up"])).await;
    let cardiology = department(&village, COUNTY, "心血管内科").await;
    let back = redirect(&specialist, &next, COUNTY, Some(cardiology)).await;
    let back = back.expect_refusal(422, "referral.redirect-loop");
    assert_eq!(back.json["field"], "to_organisation_id");
    assert_eq!(reread(&specialist, &next.id()).await.json["state"], "submitted");
}

#[tokio::test]
async fn a_place_that_has_closed_takes_nobody_and_the_draft_is_kept() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let draft = village.post("/api/v1/legs", input(&village, "routine").await).await.expect(201);
    store::execute(&product.app.ground.db, "UPDATE department SET ended_at = 1 WHERE name = '心血管内科'")
        .await;
    let refused = village.command(&path(&draft.id(), "submit"), draft.version(), json!({})).await;
    assert_eq!(refused.expect_refusal(422, "referral.destination-closed").json["field"], "to_department_id");
    store::execute(
        &product.app.ground.db,
        "UPDATE organisation SET ended_at = 1 WHERE name = '清河县人民医院'",
    )
    .await;
    let refused = village.command(&path(&draft.id(), "submit"), draft.version(), json!({})).await;
    assert_eq!(
        refused.expect_refusal(422, "referral.destination-closed").json["field"],
        "to_organisation_id"
    );
    let standing = reread(&village, &draft.id()).await;
    assert_eq!((standing.json["state"].as_str(), standing.version()), (Some("draft"), draft.version()));
}

#[tokio::test]
async fn an_outcome_for_another_patient_is_not_taken() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    let leg = arrived(&desk, &doctor, &submitted(&village, "urgent").await).await;
    let mut note = outcome("stays");
    note["patient_id"] = json!(village.new_id());
    let refused = doctor.command(&path(&leg.id(), "send_outcome"), leg.version(), note.clone()).await;
    refused.expect_refusal(409, "referral.other-patient");
    note["patient_id"] = leg.json["patient"]["id"].clone();
    let sent = step(&doctor, &leg, "send_outcome", note).await;
    assert_eq!(sent.json["outcome"]["by_proxy"], false);
}

#[tokio::test]
async fn the_same_request_a_hundred_times_has_one_effect() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    let sent = submitted(&village, "urgent").await;
    let body = json!({ "owner_id": person(&doctor), "expected_at": after_start(HOUR) });
    let key = village.new_id();
    let mut answers = std::collections::BTreeSet::new();
    for _ in 0..100 {
        let request = desk.request(reqwest::Method::POST, &path(&sent.id(), "accept"));
        let request =
            request.header("if-match", format!("\"{}\"", sent.version())).header("idempotency-key", &key);
        let answer = request.json(&body).send().await.unwrap();
        answers.insert((answer.status().as_u16(), answer.text().await.unwrap()));
    }
    assert_eq!(answers.len(), 1, "every answer is the first one");
    assert_eq!(answers.first().unwrap().0, 200);
    let timeline = village.get(&path(&sent.id(), "timeline")).await.json;
    let accepted =
        timeline["items"].as_array().unwrap().iter().filter(|e| e["type"] == "leg.accepted").count();
    assert_eq!(accepted, 1);
}

#[tokio::test]
async fn a_clock_that_was_set_back_loses_no_deadline_and_lets_people_go_on() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let sent = submitted(&village, "urgent").await;
    product.clock.advance_ms(-2 * HOUR);
    consult_server::worker::settle(&product.app).await.unwrap();
    let opened = step(&desk, &sent, "open", json!({})).await;
    // Half an hour from the moment of opening, as the clock goes now.
    let due = text(&opened.json["owed"]["due_at"]);
    assert_eq!(due, after_start(-2 * HOUR + 30 * MINUTE));
    product.clock.advance_ms(30 * MINUTE);
    consult_server::worker::settle(&product.app).await.unwrap();
    let timeline = desk.get(&path(&sent.id(), "timeline")).await.json;
    let missed = |e: &&Value| e["type"] == "leg.deadline_missed";
    assert_eq!(timeline["items"].as_array().unwrap().iter().filter(missed).count(), 1);
}

#[tokio::test]
async fn a_leg_to_somebody_without_an_account_is_carried_on_by_the_sender() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let village = product.sign_in("village").await;
    let outside = json!({ "id": village.new_id(), "name": "邻省第三医院", "code": "EXT-3", "level": "city_hospital", "external": true });
    let made = admin.post("/api/v1/organisations", outside.clone()).await;
    assert_eq!(made.status, 201, "{:#}", made.json);
    let mut body = input(&village, "urgent").await;
    body["to_organisation_id"] = outside["id"].clone();
    body["to_department_id"] = Value::Null;
    let draft = village.post("/api/v1/legs", body).await.expect(201);
    let sent = step(&village, &draft, "submit", json!({})).await;
    assert_eq!(sent.json["external"], true);
    assert_eq!(sent.json["owed"]["organisation"]["name"], "东沟村卫生室");
    let counts = village.get("/api/v1/legs?box=sent").await.expect(200).json["counts"].clone();
    assert!(counts["sent"].as_i64().unwrap() >= 1, "{counts}");
    let accepted = json!({ "owner_id": person(&village), "expected_at": after_start(HOUR) });
    let leg = step(&village, &sent, "accept", accepted).await;
    let leg = step(&village, &leg, "arrive", json!({ "signature": "家属来电" })).await;
    let leg = step(&village, &leg, "send_outcome", outcome("stays")).await;
    assert_eq!(leg.json["outcome"]["by_proxy"], true);
    let closed = step(&village, &leg, "acknowledge", json!({})).await;
    assert_eq!(closed.json["state"], "closed");
}

#[tokio::test]
async fn what_offices_ask_for_is_kept_and_a_day_that_is_none_is_refused() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let mut body = input(&village, "routine").await;
    body["form"]["papers"] = json!({ "record_number": "MZ-88", "insurance": "resident", "filing_number": "BA-1", "filed_until": "2026-13-01" });
    let refused =
        village.post("/api/v1/legs", body.clone()).await.expect_refusal(422, "referral.date-invalid");
    assert_eq!(refused.json["field"], "form.papers.filed_until");
    body["form"]["papers"]["filed_until"] = json!("2026-12-31");
    let draft = village.post("/api/v1/legs", body.clone()).await.expect(201);
    assert_eq!(draft.json["form"]["papers"], body["form"]["papers"]);
}

#[tokio::test]
async fn a_patient_is_given_to_nobody_who_cannot_sign_in_or_whose_licence_is_over() {
    let product = Product::start().await;
    let (village, desk) = (product.sign_in("village").await, product.sign_in("desk").await);
    let (doctor, admin) = (product.sign_in("doctor").await, product.sign_in("admin").await);
    let county = admin.organisation(COUNTY).await;
    let newcomer = admin.new_id();
    let body = json!({ "id": newcomer, "name": "李四", "staff_number": "QH-4004" });
    admin.post("/api/v1/people", body).await.expect(201);
    let position = json!({ "id": admin.new_id(), "person_id": newcomer, "organisation_id": county,
                           "role": "receiving_doctor" });
    admin.post("/api/v1/positions", position).await.expect(201);

    let sent = submitted(&village, "urgent").await;
    let accept = async |owner: &str| {
        let body = json!({ "owner_id": owner, "expected_at": after_start(HOUR) });
        let standing = reread(&desk, &sent.id()).await;
        desk.command(&path(&sent.id(), "accept"), standing.version(), body).await
    };
    let refused = accept(&newcomer).await.expect_refusal(422, "referral.owner-no-account");
    assert_eq!(refused.json["field"], "owner_id");

    let over = "UPDATE person SET licence_until = 1 WHERE id = (SELECT person_id FROM account WHERE login = 'doctor')";
    store::execute(&product.app.ground.db, over).await;
    accept(&person(&doctor)).await.expect_refusal(422, "referral.owner-licence-ended");
    let people = desk.get(&format!("/api/v1/people?organisation_id={county}&role=receiving_doctor")).await;
    let facts = |id: &str| {
        let items = people.json["items"].as_array().unwrap();
        let one = items.iter().find(|one| one["id"] == id).unwrap();
        (one["has_account"].as_bool(), one["licence_ended"].as_bool())
    };
    assert_eq!(facts(&newcomer), (Some(false), Some(false)));
    assert_eq!(facts(&person(&doctor)), (Some(true), Some(true)));

    let unknown = "UPDATE person SET licence_until = NULL WHERE id = (SELECT person_id FROM account WHERE login = 'doctor')";
    store::execute(&product.app.ground.db, unknown).await;
    accept(&person(&doctor)).await.expect(200);
}
