//! What must never happen to a referral: accepted twice, overwritten, seen by strangers, held twice, forgotten.

use consult_server::admin::doctor::invariants;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::harness::{Answer, Product, User, text};
use tests::referrals::*;

/// Both accept the version they have read, at once.
async fn race(desk: &User<'_>, doctor: &User<'_>, leg: &Answer) {
    let accept = path(&leg.id(), "accept");
    let body = json!({ "owner_id": person(doctor), "expected_at": after_start(HOUR) });
    let (one, other) = tokio::join!(
        desk.command(&accept, leg.version(), body.clone()),
        doctor.command(&accept, leg.version(), body.clone())
    );
    let mut answers = [one, other];
    answers.sort_by_key(|answer| answer.status);
    assert_eq!((answers[0].status, answers[1].status), (200, 409), "{}", answers[1].json);
    assert_eq!(answers[1].json["code"], "referral.already-accepted");
    let by = answers[1].json["by"]["name"].as_str().unwrap();
    assert!(["孙丽", "何志刚"].contains(&by), "{}", answers[1].json);
    assert!(text(&answers[1].json["at"]).ends_with('Z'));
}

/// A thousand races.
#[tokio::test]
async fn of_two_desks_that_accept_at_once_one_wins_and_the_other_hears_who() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    // On Postgres each race costs several round trips more.
    let rounds = if std::env::var_os("CONSULT_TEST_POSTGRES").is_some() { 5 } else { 50 };
    for _ in 0..rounds {
        let sent = join_all((0..20).map(|_| submitted(&village, "urgent"))).await;
        join_all(sent.iter().map(|leg| race(&desk, &doctor, leg))).await;
    }
    let ground = &product.app.ground;
    let violations = invariants::check(&ground.db, ground.now()).await.expect("the store is read");
    assert!(violations.is_empty(), "{violations:?}");
}

#[tokio::test]
async fn who_acts_on_an_old_version_gets_the_difference() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let sent = submitted(&village, "urgent").await;
    let opened = step(&desk, &sent, "open", json!({})).await;
    let refused =
        village.command(&path(&sent.id(), "cancel"), sent.version(), json!({ "reason": "家属要求" })).await;
    let refused = refused.expect_refusal(412, "conflict.changed-meanwhile");
    assert_eq!(refused.json["version"].as_i64(), Some(opened.version()));
    assert_eq!(refused.json["current"]["state"], "received");
    let request =
        village.request(reqwest::Method::POST, &path(&sent.id(), "cancel")).json(&json!({ "reason": "x" }));
    assert_eq!(request.send().await.unwrap().status(), 428);
}

#[tokio::test]
async fn somebody_elses_referral_is_absent_by_id_and_from_lists() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let sent = submitted(&village, "urgent").await;
    for login in ["township", "specialist", "coordinator"] {
        let stranger = product.sign_in(login).await;
        for what in ["", "/timeline"] {
            let answer = stranger.get(&format!("/api/v1/legs/{}{what}", sent.id())).await;
            answer.expect_refusal(404, "request.not-found");
        }
        let answer = stranger.command(&path(&sent.id(), "open"), sent.version(), json!({})).await;
        answer.expect_refusal(404, "request.not-found");
        let case = format!("/api/v1/cases/{}", text(&sent.json["case_id"]));
        stranger.get(&case).await.expect_refusal(404, "request.not-found");
        let all = stranger.get("/api/v1/legs?box=all").await.expect(200).json;
        assert!(all["items"].as_array().unwrap().iter().all(|row| row["id"] != sent.id().as_str()));
    }
    for login in ["admin", "auditor"] {
        let user = product.sign_in(login).await;
        user.get(&format!("/api/v1/legs/{}", sent.id())).await.expect_refusal(403, "access.no-clinical-role");
        user.get("/api/v1/legs").await.expect_refusal(403, "access.no-clinical-role");
    }
    village.post(&path(&sent.id(), "explode"), json!({})).await.expect_refusal(404, "request.not-found");
}

#[tokio::test]
async fn the_receiver_sees_the_patient_from_submission_until_thirty_days_after_the_case() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let draft = village.post("/api/v1/legs", input(&village, "routine").await).await.expect(201);
    let patient = format!("/api/v1/patients/{}", text(&draft.json["patient"]["id"]));
    desk.get(&patient).await.expect_refusal(404, "request.not-found");
    let sent = step(&village, &draft, "submit", json!({})).await;
    desk.get(&patient).await.expect(200);
    let leg = step(&village, &sent, "cancel", json!({ "reason": "已好转" })).await;
    step(&village, &leg, "acknowledge_decision", json!({})).await;
    desk.get(&patient).await.expect(200);
    product.clock.advance_ms(31 * 24 * HOUR);
    let desk = product.sign_in("desk").await;
    desk.get(&patient).await.expect_refusal(404, "request.not-found");
    desk.get(&format!("/api/v1/legs/{}", sent.id())).await.expect(200);
}

#[tokio::test]
async fn the_same_draft_again_has_one_effect_and_another_under_its_id_none() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let body = input(&village, "routine").await;
    let first = village.post("/api/v1/legs", body.clone()).await.expect(201);
    let again = village.post("/api/v1/legs", body.clone()).await.expect(201);
    assert_eq!((first.id(), &first.json["number"]), (again.id(), &again.json["number"]));
    let mut other = body.clone();
    other["urgency"] = json!("urgent");
    village.post("/api/v1/legs", other).await.expect_refusal(409, "request.id-taken");
    let changed =
        village.patch(&format!("/api/v1/legs/{}", first.id()), 1, json!({ "urgency": "urgent" })).await;
    assert_eq!(changed.expect(200).json["urgency"], "urgent");
    let late = village.post("/api/v1/legs", body).await.expect(201);
    assert_eq!(late.json["urgency"], "urgent", "an answer that was lost comes late, with what stands now");
}

#[tokio::test]
async fn a_bed_is_held_once_and_given_back_when_the_hold_runs_out() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    let one = accepted(&desk, &doctor, &submitted(&village, "urgent").await).await;
    let other = accepted(&desk, &doctor, &submitted(&village, "urgent").await).await;
    let hold = json!({ "kind": "bed", "resource": "12 床", "hold_until": after_start(3 * HOUR) });
    let one = step(&desk, &one, "reserve", hold.clone()).await;
    assert_eq!(one.json["reservation"]["resource"], "12 床");
    let refused = desk.command(&path(&other.id(), "reserve"), other.version(), hold).await;
    refused.expect_refusal(409, "referral.already-held");
    product.clock.advance_ms(3 * HOUR);
    consult_server::worker::settle(&product.app).await.unwrap();
    let desk = product.sign_in("desk").await;
    let one = reread(&desk, &one.id()).await;
    assert_eq!((one.json["state"].as_str(), &one.json["reservation"]), (Some("accepted"), &Value::Null));
    let timeline = desk.get(&path(&one.id(), "timeline")).await.json;
    let last = timeline["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (last["type"].as_str(), last["payload"]["expired"].as_bool()),
        (Some("leg.released"), Some(true))
    );
}

#[tokio::test]
async fn a_hold_runs_out_also_while_nobody_answers_a_cancellation() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    let one = accepted(&desk, &doctor, &submitted(&village, "urgent").await).await;
    let other = accepted(&desk, &doctor, &submitted(&village, "urgent").await).await;
    let hold = json!({ "kind": "bed", "resource": "12 床", "hold_until": after_start(HOUR) });
    let one = step(&desk, &one, "reserve", hold).await;
    let one = step(&village, &one, "cancel", json!({ "reason": "已好转" })).await;
    let hold = json!({ "kind": "bed", "resource": "12 床", "hold_until": after_start(3 * HOUR) });
    let reserve = path(&other.id(), "reserve");
    desk.command(&reserve, other.version(), hold.clone()).await.expect_refusal(409, "referral.already-held");
    product.clock.advance_ms(HOUR);
    consult_server::worker::settle(&product.app).await.unwrap();
    let desk = product.sign_in("desk").await;
    desk.command(&reserve, other.version(), hold).await.expect(200);
    let one = reread(&desk, &one.id()).await;
    assert_eq!(
        (one.json["state"].as_str(), one.json["owed"]["duty"].as_str()),
        (Some("cancel_requested"), Some("answer_cancel"))
    );
    let one = step(&desk, &one, "refuse_cancel", json!({ "reason": "仍需治疗" })).await;
    assert_eq!(one.json["state"], "accepted");
    let ground = &product.app.ground;
    let violations = invariants::check(&ground.db, ground.now()).await.expect("the store is read");
    assert!(violations.is_empty(), "{violations:?}");
}

/// The rungs that were called for a leg, in order.
async fn rungs(user: &User<'_>, id: &str) -> Vec<String> {
    let timeline = user.get(&path(id, "timeline")).await.expect(200).json;
    let missed = timeline["items"].as_array().unwrap().iter().filter(|e| e["type"] == "leg.deadline_missed");
    missed.map(|e| text(&e["payload"]["rung"])).collect()
}

#[tokio::test]
async fn a_missed_deadline_is_told_once_and_climbs_the_ladder_until_somebody_acts() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let sent = submitted(&village, "urgent").await;
    let settle = async || consult_server::worker::settle(&product.app).await.unwrap();
    product.clock.advance_ms(10 * MINUTE - 1);
    settle().await;
    assert!(rungs(&desk, &sent.id()).await.is_empty());
    product.clock.advance_ms(1);
    settle().await;
    settle().await;
    assert_eq!(rungs(&desk, &sent.id()).await, ["urge"]);
    product.clock.advance_ms(10 * MINUTE);
    settle().await;
    assert_eq!(rungs(&desk, &sent.id()).await, ["urge", "department_duty"]);
    // The server was down for an hour: what was missed is caught up in order, once each.
    product.clock.advance_ms(HOUR);
    settle().await;
    settle().await;
    assert_eq!(rungs(&village, &sent.id()).await, ["urge", "department_duty", "duty_officer", "manager"]);
    let manager = product.sign_in("manager").await;
    let notices = manager.get("/api/v1/notices").await.expect(200).json;
    let mine = |n: &&Value| n["subject"]["id"] == sent.id().as_str() && n["type"] == "leg.deadline_missed";
    assert_eq!(
        notices["items"].as_array().unwrap().iter().filter(mine).count(),
        1,
        "the manager is the last rung"
    );
    // Who acts ends the ladder; the next duty has its own.
    step(&desk, &sent, "open", json!({})).await;
    product.clock.advance_ms(29 * MINUTE);
    settle().await;
    assert_eq!(rungs(&desk, &sent.id()).await.len(), 4);
    product.clock.advance_ms(MINUTE);
    settle().await;
    assert_eq!(rungs(&desk, &sent.id()).await.len(), 5);
}

/// The papers of an emergency that was sent without any.
async fn bare(village: &User<'_>) -> Answer {
    let mut bare = input(village, "emergency").await;
    bare["form"] = json!({ "reason": "critical" });
    bare["consent"] = Value::Null;
    let draft = village.post("/api/v1/legs", bare).await.expect(201);
    step(village, &draft, "submit", json!({})).await
}

#[tokio::test]
async fn the_papers_of_an_emergency_are_called_for_rung_by_rung_until_they_are_there() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let sent = bare(&village).await;
    let sent = step(&desk, &sent, "arrive", json!({ "signature": "家属" })).await;
    let papers = async |village: &User<'_>| {
        let timeline = village.get(&path(&sent.id(), "timeline")).await.expect(200).json;
        let items = timeline["items"].as_array().unwrap().clone();
        let mine = items.into_iter().filter(|e| e["payload"]["duty"] == "complete_record");
        mine.map(|e| (text(&e["payload"]["rung"]), text(&e["occurred_at"]))).collect::<Vec<_>>()
    };
    let settle = async || consult_server::worker::settle(&product.app).await.unwrap();
    product.clock.advance_ms(6 * HOUR - 1);
    settle().await;
    let village = product.sign_in("village").await;
    assert!(papers(&village).await.is_empty());
    product.clock.advance_ms(1);
    settle().await;
    let mut expected = vec![("urge".to_owned(), after_start(6 * HOUR))];
    assert_eq!(papers(&village).await, expected);
    for (rung, hours) in [("department_duty", 7), ("duty_officer", 8), ("manager", 9), ("manager", 33)] {
        let at = after_start(hours * HOUR);
        product.clock.advance_ms(if hours == 33 { 24 * HOUR } else { HOUR });
        settle().await;
        settle().await;
        expected.push((rung.to_owned(), at));
        let village = product.sign_in("village").await;
        assert_eq!(papers(&village).await, expected);
    }
    let manager = product.sign_in("manager").await;
    let notices = manager.get("/api/v1/notices").await.expect(200).json;
    assert!(notices["items"].as_array().unwrap().iter().any(|n| n["subject"]["id"] == sent.id().as_str()));
    let village = product.sign_in("village").await;
    let leg = reread(&village, &sent.id()).await;
    step(&village, &leg, "complete_record", json!({ "form": form(), "consent": { "kind": "written" } }))
        .await;
    product.clock.advance_ms(48 * HOUR);
    settle().await;
    let village = product.sign_in("village").await;
    assert_eq!(papers(&village).await, expected, "whoever has done it is left in peace");
}

/// A small generator of our own, so that a failure can be played again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }
}

/// After any commands the store holds nothing that must never be: deadlines, grants, beds and columns are what the events say.
#[tokio::test]
async fn after_random_commands_nothing_is_in_the_store_that_must_never_be() {
    let product = Product::start().await;
    let [village, desk, doctor, specialist, manager] =
        ["village", "desk", "doctor", "specialist", "manager"].map(|login| product.sign_in(login));
    let users = [village.await, desk.await, doctor.await, specialist.await, manager.await];
    let city = users[0].organisation(CITY).await;
    let city_department = department(&users[0], CITY, "神经内科").await;
    let mut dice = Dice(7);
    let mut done = 0;
    for _ in 0..10 {
        let first = submitted(&users[0], ["emergency", "urgent", "routine"][dice.below(3)]).await;
        let case = format!("/api/v1/cases/{}", text(&first.json["case_id"]));
        for _ in 0..12 {
            let user = &users[dice.below(users.len())];
            let seen = user.get(&case).await;
            let legs = seen.json["legs"].as_array().cloned().unwrap_or_default();
            if legs.is_empty() {
                continue;
            }
            let leg = reread(user, legs[dice.below(legs.len())]["id"].as_str().unwrap()).await;
            let allowed: Vec<_> = leg.json["allowed"].as_array().unwrap().iter().map(text).collect();
            if allowed.is_empty() {
                continue;
            }
            let command = &allowed[dice.below(allowed.len())];
            let organisation = text(&user.me["position"]["organisation"]["id"]);
            let owner = users
                .iter()
                .find(|u| u.me["position"]["organisation"]["id"] == organisation.as_str())
                .unwrap();
            let disposition = ["stays", "back_down", "onward"][dice.below(3)];
            let body = json!({
                "text": "说明", "reason": "原因", "owner_id": person(owner), "expected_at": after_start(HOUR), "reason_code": "no_bed",
                "suggestion": "建议", "to_organisation_id": city, "to_department_id": city_department, "note": "交接", "kind": "slot",
                "resource": "上午号", "hold_until": after_start(9 * HOUR), "eta": after_start(HOUR), "signature": "签名",
                "attempts": [{ "at": after_start(0), "note": "无人接听" }, { "at": after_start(0), "note": "无人接听" }],
                "encounter_number": "ZY-2", "diagnosis": { "text": "诊断" }, "treatment": "", "plan": "",
                "disposition": disposition, "circumstances": "途中", "form": form(), "consent": { "kind": "written" } });
            let answer = if command == "revise" {
                user.patch(
                    &format!("/api/v1/legs/{}", leg.id()),
                    leg.version(),
                    json!({ "consent": { "kind": "written" } }),
                )
                .await
            } else {
                user.command(&path(&leg.id(), command), leg.version(), body).await
            };
            assert!([200, 403, 409, 422].contains(&answer.status), "{command}: {:#}", answer.json);
            done += usize::from(answer.status == 200);
        }
    }
    assert!(done > 40, "only {done} commands were done");
    let ground = &product.app.ground;
    let violations = invariants::check(&ground.db, ground.now()).await.expect("the store is read");
    assert!(violations.is_empty(), "{violations:?}");
}
