//! A patient is referred: up, received, accepted, arrived, handed back; declined, redirected, in an emergency.

use serde_json::{Value, json};
use tests::harness::{Product, text};
use tests::referrals::*;

#[tokio::test]
async fn a_patient_goes_up_walks_in_is_seen_and_comes_back_with_an_outcome_and_the_case_closes() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;

    let draft = village.post("/api/v1/legs", input(&village, "urgent").await).await.expect(201);
    assert_eq!((draft.json["state"].as_str(), draft.version()), (Some("draft"), 1));
    let id = draft.id();
    desk.get(&format!("/api/v1/legs/{id}")).await.expect_refusal(404, "request.not-found");
    let sent = step(&village, &draft, "submit", json!({})).await;
    assert_eq!(sent.json["owed"]["duty"], "open");
    assert_eq!(sent.json["owed"]["organisation"]["name"], COUNTY);
    assert_eq!(text(&sent.json["owed"]["due_at"]), after_start(10 * MINUTE));

    let board = desk.get("/api/v1/legs?box=incoming&state=open").await.expect(200).json;
    let row = board["items"].as_array().unwrap().iter().find(|row| row["id"] == id.as_str()).unwrap().clone();
    assert_eq!((row["unread"].as_bool(), row["patient"]["name"].as_str()), (Some(true), Some("张小东")));
    assert_eq!(
        (row["from"]["name"].as_str(), row["sender"]["name"].as_str()),
        (Some("东沟村卫生室"), Some("周文英"))
    );
    let read = reread(&desk, &id).await;
    assert!(
        allows(&read, "open") && allows(&read, "decline") && !allows(&read, "cancel"),
        "{}",
        read.json["allowed"]
    );
    assert_eq!(reread(&desk, &id).await.json["unread"], false);

    let leg = arrived(&desk, &doctor, &sent).await;
    assert_eq!(
        (leg.json["state"].as_str(), leg.json["transport"].as_str()),
        (Some("arrived"), Some("arrived"))
    );
    assert_eq!(leg.json["owner"]["name"], "何志刚");
    let leg = step(&doctor, &leg, "send_outcome", outcome("stays")).await;
    assert_eq!(leg.json["owed"]["party"], "sender");
    assert_eq!(leg.json["outcome"]["author"]["name"], "何志刚");
    assert_eq!(reread(&village, &id).await.json["unread"], true, "the village has not seen the outcome");
    let leg = step(&village, &leg, "acknowledge", json!({})).await;
    assert_eq!((leg.json["state"].as_str(), &leg.json["owed"]), (Some("closed"), &Value::Null));

    let case = village.get(&format!("/api/v1/cases/{}", text(&leg.json["case_id"]))).await.expect(200).json;
    assert_eq!((case["state"].as_str(), case["legs"].as_array().unwrap().len()), (Some("closed"), 1));
    let timeline = village.get(&path(&id, "timeline")).await.expect(200).json;
    let kinds: Vec<_> = timeline["items"].as_array().unwrap().iter().map(|e| text(&e["type"])).collect();
    let expected = [
        "leg.drafted",
        "leg.submitted",
        "leg.opened",
        "leg.accepted",
        "leg.arrived",
        "leg.outcome_sent",
        "leg.acknowledged",
        "case.closed",
    ];
    assert_eq!(kinds, expected);
    assert_eq!(timeline["items"][3]["actor"]["name"], "孙丽");
}

#[tokio::test]
async fn a_decline_is_coded_and_the_sender_either_reacts_or_is_asked_to() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let sent = submitted(&village, "routine").await;
    let id = sent.id();
    let opened = step(&desk, &sent, "open", json!({})).await;
    let decline = path(&id, "decline");
    let refused = desk.command(&decline, opened.version(), json!({ "suggestion": "镇卫生院" })).await;
    assert_eq!(refused.expect_refusal(422, "referral.reason-missing").json["field"], "reason_code");
    let body = json!({ "reason_code": "no_bed", "suggestion": "" });
    let refused = desk.command(&decline, opened.version(), body).await;
    assert_eq!(refused.expect_refusal(422, "referral.suggestion-missing").json["field"], "suggestion");
    let body = json!({ "reason_code": "no_bed", "suggestion": "先到柳林镇卫生院", "text": "明日有床" });
    let leg = step(&desk, &opened, "decline", body).await;
    assert_eq!(
        leg.json["decision"],
        json!({ "code": "no_bed", "text": "明日有床", "suggestion": "先到柳林镇卫生院" })
    );
    let leg = reread(&village, &id).await;
    assert_eq!(
        (leg.json["owed"]["party"].as_str(), leg.json["owed"]["duty"].as_str()),
        (Some("sender"), Some("react"))
    );

    // A new leg of the same case follows it up.
    let mut next = input(&village, "routine").await;
    next["case_id"] = leg.json["case_id"].clone();
    next["replaces"] = json!(id);
    next["to_organisation_id"] = json!(village.organisation(LIULIN).await);
    next["to_department_id"] = json!(department(&village, LIULIN, "全科").await);
    let next = village.post("/api/v1/legs", next).await.expect(201);
    step(&village, &next, "submit", json!({})).await;
    let leg = reread(&village, &id).await;
    assert_eq!((&leg.json["owed"], leg.json["follow_up"].as_str()), (&Value::Null, Some(next.id().as_str())));
}

#[tokio::test]
async fn a_decision_that_is_taken_in_closes_the_case() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let sent = submitted(&village, "routine").await;
    let body = json!({ "reason_code": "not_indicated", "suggestion": "门诊随访" });
    let leg = step(&desk, &sent, "decline", body).await;
    let leg = step(&village, &leg, "acknowledge_decision", json!({})).await;
    assert_eq!(leg.json["decision_acknowledged"], true);
    let case = village.get(&format!("/api/v1/cases/{}", text(&leg.json["case_id"]))).await.expect(200).json;
    assert_eq!(case["state"], "closed");
}

#[tokio::test]
async fn a_redirect_submits_the_next_leg_to_a_third_organisation_with_the_same_papers() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let specialist = product.sign_in("specialist").await;
    let sent = submitted(&village, "urgent").await;
    let city = village.organisation(CITY).await;
    let redirect = path(&sent.id(), "redirect");
    let body = json!({ "to_organisation_id": city, "note": "需介入治疗" });
    let refused = desk.command(&redirect, sent.version(), body.clone()).await;
    refused.expect_refusal(422, "referral.department-missing");
    let body = json!({ "to_organisation_id": city, "to_department_id": department(&desk, CITY, "心血管内科").await, "note": "需介入治疗" });
    let leg = step(&desk, &sent, "redirect", body).await;
    assert_eq!(leg.json["state"], "redirected");
    let next = reread(&specialist, leg.json["follow_up"].as_str().unwrap()).await;
    assert_eq!(
        (next.json["state"].as_str(), next.json["from"]["name"].as_str()),
        (Some("submitted"), Some("东沟村卫生室"))
    );
    assert_eq!(next.json["replaces"].as_str(), Some(sent.id().as_str()));
    assert_eq!(next.json["form"]["complaint"], "胸痛 2 小时");
    assert!(text(&next.json["number"]).ends_with("-2"));
}

#[tokio::test]
async fn an_emergency_goes_without_papers_and_cannot_be_declined() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let mut bare = input(&village, "emergency").await;
    bare["form"] = json!({ "reason": "critical" });
    bare["consent"] = Value::Null;
    bare["to_department_id"] = Value::Null;
    let draft = village.post("/api/v1/legs", bare).await.expect(201);
    let sent = step(&village, &draft, "submit", json!({})).await;
    assert_eq!(text(&sent.json["record_due_at"]), after_start(6 * HOUR));
    assert_eq!(sent.json["missing"], json!(["complaint", "diagnosis", "consent"]));
    let body = json!({ "reason_code": "no_bed", "suggestion": "去市里" });
    let refused = desk.command(&path(&sent.id(), "decline"), sent.version(), body).await;
    refused.expect_refusal(409, "referral.emergency-not-declinable");
    // The ambulance is on the road before anybody has read it.
    let leg =
        step(&village, &sent, "depart", json!({ "vehicle": "救护车", "eta": after_start(40 * MINUTE) }))
            .await;
    assert_eq!(
        (leg.json["state"].as_str(), leg.json["transport"].as_str()),
        (Some("submitted"), Some("departed"))
    );
    let leg = step(&desk, &leg, "arrive", json!({ "signature": "周文英" })).await;
    assert_eq!(
        (leg.json["state"].as_str(), leg.json["owner"]["name"].as_str()),
        (Some("arrived"), Some("孙丽"))
    );
    let body = json!({ "form": form(), "consent": { "kind": "written" } });
    let leg = step(&village, &leg, "complete_record", body).await;
    assert_eq!(
        (leg.json["missing"].as_array().unwrap().len(), &leg.json["record_due_at"]),
        (0, &Value::Null)
    );
}

#[tokio::test]
async fn an_emergency_that_is_redirected_stays_with_the_county_until_the_city_takes_it() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let specialist = product.sign_in("specialist").await;
    let sent = submitted(&village, "emergency").await;
    let sent = step(&village, &sent, "depart", json!({ "eta": after_start(HOUR) })).await;
    let body = json!({ "to_organisation_id": desk.organisation(CITY).await, "note": "需溶栓" });
    let leg = step(&desk, &sent, "redirect", body).await;
    assert_eq!(
        (leg.json["state"].as_str(), leg.json["owed"]["duty"].as_str()),
        (Some("submitted"), Some("hand_over"))
    );
    let next = specialist.get("/api/v1/legs?box=incoming&state=submitted").await.expect(200).json["items"][0]
        .clone();
    let body = json!({ "owner_id": person(&specialist), "expected_at": after_start(HOUR) });
    let accept = path(&text(&next["id"]), "accept");
    let next = specialist.command(&accept, next["version"].as_i64().unwrap(), body).await.expect(200);
    assert_eq!(
        (next.json["state"].as_str(), next.json["transport"].as_str()),
        (Some("accepted"), Some("departed"))
    );
    let leg = reread(&desk, &sent.id()).await;
    assert_eq!(
        (leg.json["state"].as_str(), leg.json["transport"].as_str()),
        (Some("redirected"), Some("none"))
    );
}

#[tokio::test]
async fn back_down_drafts_the_leg_home_with_diagnosis_and_plan_filled_in() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    let sent = submitted(&village, "urgent").await;
    let leg = arrived(&desk, &doctor, &sent).await;
    let leg = step(&doctor, &leg, "admit", json!({ "encounter_number": "ZY-1" })).await;
    let leg = step(&doctor, &leg, "send_outcome", outcome("back_down")).await;
    let down = reread(&doctor, leg.json["follow_up"].as_str().unwrap()).await;
    assert_eq!((down.json["direction"].as_str(), down.json["state"].as_str()), (Some("down"), Some("draft")));
    assert_eq!(
        (down.json["to"]["name"].as_str(), down.json["owed"]["duty"].as_str()),
        (Some("东沟村卫生室"), Some("submit"))
    );
    assert_eq!(down.json["form"]["diagnosis"]["text"], "稳定型心绞痛");
    village.get(&format!("/api/v1/legs/{}", down.id())).await.expect_refusal(404, "request.not-found");
    let refused = doctor.command(&path(&down.id(), "submit"), down.version(), json!({})).await;
    refused.expect_refusal(422, "referral.consent-missing");
    let patch = json!({ "consent": { "kind": "written" } });
    let down = doctor.patch(&format!("/api/v1/legs/{}", down.id()), down.version(), patch).await.expect(200);
    let down = step(&doctor, &down, "submit", json!({})).await;
    let body = json!({ "owner_id": person(&village), "expected_at": after_start(HOUR) });
    let down = step(&village, &down, "accept", body).await;
    let down = step(&village, &down, "arrive", json!({ "signature": "张小东" })).await;
    let down = step(&village, &down, "send_outcome", outcome("stays")).await;
    step(&village, &leg, "acknowledge", json!({})).await;
    let down = step(&doctor, &down, "acknowledge", json!({})).await;
    let case = doctor.get(&format!("/api/v1/cases/{}", text(&down.json["case_id"]))).await.expect(200).json;
    assert_eq!((case["state"].as_str(), case["legs"].as_array().unwrap().len()), (Some("closed"), 2));
}

#[tokio::test]
async fn a_submission_needs_papers_an_agreement_and_a_department_and_an_acceptance_a_colleague() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let refuse = async |change: Value, status: u16, code: &str, field: &str| {
        let mut body = input(&village, "routine").await;
        for (key, value) in change.as_object().unwrap() {
            body[key] = value.clone();
        }
        let draft = village.post("/api/v1/legs", body).await.expect(201);
        let refused = village.command(&path(&draft.id(), "submit"), draft.version(), json!({})).await;
        assert_eq!(refused.expect_refusal(status, code).json["field"], field);
    };
    refuse(json!({ "to_organisation_id": null }), 422, "referral.destination-missing", "to_organisation_id")
        .await;
    refuse(json!({ "to_department_id": null }), 422, "referral.department-missing", "to_department_id").await;
    refuse(json!({ "form": { "reason": "other" } }), 422, "referral.complaint-missing", "form.complaint")
        .await;
    refuse(json!({ "consent": null }), 422, "referral.consent-missing", "consent").await;
    let city = json!({ "to_organisation_id": village.organisation(CITY).await, "to_department_id": department(&village, CITY, "神经内科").await });
    refuse(city, 422, "referral.no-agreement", "to_organisation_id").await;
    let mut odd = input(&village, "routine").await;
    odd["to_department_id"] = json!(department(&village, CITY, "神经内科").await);
    village.post("/api/v1/legs", odd).await.expect_refusal(422, "referral.department-not-there");

    let sent = submitted(&village, "routine").await;
    let body = json!({ "owner_id": person(&village), "expected_at": after_start(HOUR) });
    let refused = desk.command(&path(&sent.id(), "accept"), sent.version(), body).await;
    assert_eq!(refused.expect_refusal(422, "referral.owner-not-there").json["field"], "owner_id");
    let refused = desk.command(&path(&sent.id(), "accept"), sent.version(), json!({})).await;
    refused.expect_refusal(422, "referral.owner-missing");
    let refused = village.command(&path(&sent.id(), "open"), sent.version(), json!({})).await;
    refused.expect_refusal(403, "referral.wrong-party");
}

#[tokio::test]
async fn a_manager_sees_what_happens_below_and_may_close_it_by_force() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let manager = product.sign_in("manager").await;
    let mut body = input(&village, "routine").await;
    body["to_organisation_id"] = json!(village.organisation(LIULIN).await);
    body["to_department_id"] = json!(department(&village, LIULIN, "全科").await);
    let draft = village.post("/api/v1/legs", body).await.expect(201);
    manager.get(&format!("/api/v1/legs/{}", draft.id())).await.expect_refusal(404, "request.not-found");
    let sent = step(&village, &draft, "submit", json!({})).await;
    let all = manager.get("/api/v1/legs?box=all&limit=200").await.expect(200).json;
    assert!(all["items"].as_array().unwrap().iter().any(|row| row["id"] == sent.id().as_str()));
    let seen = reread(&manager, &sent.id()).await;
    assert_eq!(seen.json["allowed"], json!(["force_close", "mark_error", "urge"]));
    let closed = step(&manager, &seen, "force_close", json!({ "reason": "患者已在外地就医" })).await;
    assert_eq!(
        (closed.json["state"].as_str(), closed.json["decision"]["code"].as_str()),
        (Some("closed"), Some("forced"))
    );
}

#[tokio::test]
async fn a_list_is_paged_by_cursor_without_gaps_or_doubles() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let mut sent = Vec::new();
    for round in 0..7 {
        product.clock.advance_ms(1_000);
        sent.push(submitted(&village, ["urgent", "routine"][round % 2]).await.id());
    }
    for (user, which) in [(&village, "sent"), (&desk, "incoming"), (&desk, "all")] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = user
                .get(&format!("/api/v1/legs?box={which}&state=submitted&limit=3{cursor}"))
                .await
                .expect(200)
                .json;
            seen.extend(page["items"].as_array().unwrap().iter().map(|row| text(&row["id"])));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let ours: Vec<_> = seen.iter().filter(|id| sent.contains(id)).collect();
        let mut unique = seen.clone();
        unique.sort();
        unique.dedup();
        assert_eq!((ours.len(), unique.len()), (sent.len(), seen.len()), "{which}");
    }
    let board = desk.get("/api/v1/legs?box=incoming&state=open&limit=200").await.expect(200).json;
    let due: Vec<_> =
        board["items"].as_array().unwrap().iter().filter_map(|row| row["owed"]["due_at"].as_str()).collect();
    assert!(due.is_sorted(), "what is due first stands first");
    desk.get("/api/v1/legs?box=incoming&state=nonsense").await.expect_refusal(400, "request.query-invalid");
}

#[tokio::test]
async fn the_demo_shows_referrals_in_every_stage_of_the_way() {
    let product = Product::start().await;
    let desk = product.sign_in("desk").await;
    let board = desk.get("/api/v1/legs?box=incoming").await.expect(200).json;
    let mut states: Vec<_> =
        board["items"].as_array().unwrap().iter().map(|row| text(&row["state"])).collect();
    states.sort();
    assert_eq!(states, ["accepted", "declined", "outcome_sent", "received", "submitted"]);
    let first = &board["items"][0];
    assert_eq!(
        (first["urgency"].as_str(), first["transport"].as_str()),
        (Some("emergency"), Some("departed"))
    );
    assert_eq!(board["counts"]["incoming"], 3, "emergency to decide, one to open, one to reserve for");
    let village = product.sign_in("village").await;
    let sent = village.get("/api/v1/legs?box=sent").await.expect(200).json;
    assert_eq!(sent["counts"]["sent"], 2, "an outcome to acknowledge, a decision to react to");
}
