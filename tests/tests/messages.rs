//! The conversation of a leg: who is in it and who is out, what was said, who has read it.

use serde_json::{Value, json};
use tests::harness::{Product, User, text};
use tests::messages::*;
use tests::people::leave;
use tests::referrals::*;

/// Who takes part, by name.
async fn members(user: &User<'_>, leg: &str) -> std::collections::BTreeSet<String> {
    let found = user.get(&thread(leg)).await.expect(200).json;
    found["members"].as_array().unwrap().iter().map(|member| text(&member["name"])).collect()
}

async fn unread(user: &User<'_>, leg: &str) -> i64 {
    user.get(&thread(leg)).await.expect(200).json["unread"].as_i64().unwrap()
}

/// Redirects to the city and answers the id of the new leg.
async fn redirected(desk: &User<'_>, leg: &tests::harness::Answer) -> String {
    let body = json!({ "to_organisation_id": desk.organisation(CITY).await, "note": "需介入治疗",
                       "to_department_id": department(desk, CITY, "心血管内科").await });
    text(&step(desk, leg, "redirect", body).await.json["follow_up"])
}

#[tokio::test]
async fn a_leg_is_talked_about_from_the_moment_it_is_sent_and_both_sides_see_who_has_read() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    let draft = village.post("/api/v1/legs", input(&village, "urgent").await).await.expect(201);
    assert_eq!(draft.json["has_thread"], false);
    village.get(&thread(&draft.id())).await.expect_refusal(404, "request.not-found");
    let sent = step(&village, &draft, "submit", json!({})).await;
    assert_eq!(sent.json["has_thread"], true);
    let id = sent.id();
    assert_eq!(members(&village, &id).await, names(["周文英", "孙丽"]), "who asked, and the desk on duty");

    let first = say(&village, &id, " 患者血压 150/95，已服阿司匹林 ").await.expect(201).json;
    assert_eq!(
        (first["ordinal"].as_i64(), first["text"].as_str()),
        (Some(1), Some("患者血压 150/95，已服阿司匹林"))
    );
    assert_eq!(unread(&desk, &id).await, 1);
    let page = messages(&village, &id).await;
    assert_eq!(receipts(&page, &page["items"][0]), (names([]), names(["孙丽"])));

    read(&desk, &id, 1).await.expect(204);
    assert_eq!(unread(&desk, &id).await, 0);
    let page = messages(&village, &id).await;
    assert_eq!(receipts(&page, &page["items"][0]), (names(["孙丽"]), names([])));

    // A colleague who takes the patient takes part from then on, and has not read.
    accepted(&desk, &doctor, &reread(&desk, &id).await).await;
    let page = messages(&village, &id).await;
    assert_eq!(receipts(&page, &page["items"][0]), (names(["孙丽"]), names(["何志刚"])));
    say(&doctor, &id, "请带上既往心电图").await.expect(201);
    say(&desk, &id, "预留 12 床").await.expect(201);
    assert_eq!(unread(&village, &id).await, 2);
    assert_eq!(unread(&doctor, &id).await, 2, "one's own is not unread");
    let page = messages(&village, &id).await;
    let ordinals: Vec<_> =
        page["items"].as_array().unwrap().iter().map(|m| m["ordinal"].as_i64().unwrap()).collect();
    assert_eq!(ordinals, [3, 2, 1]);
    // More than there is counts as all there is, and less than before changes nothing.
    read(&village, &id, 900).await.expect(204);
    read(&village, &id, 1).await.expect(204);
    assert_eq!(unread(&village, &id).await, 0);
    let page = messages(&doctor, &id).await;
    assert_eq!(receipts(&page, &page["items"][1]), (names(["周文英"]), names(["孙丽"])));
    say(&desk, &id, "又一条").await.expect(201);
    assert_eq!(unread(&village, &id).await, 1, "what came later is not read");
}

#[tokio::test]
async fn a_leaver_is_out_at_once_and_everybody_is_when_the_case_is_long_over() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    let admin = product.sign_in("admin").await;
    let sent = submitted(&village, "routine").await;
    let id = sent.id();
    accepted(&desk, &doctor, &sent).await;
    say(&doctor, &id, "收到").await.expect(201);
    let photo = document(&doctor, "a.jpg", JPEG).await;
    let body = json!({ "id": doctor.new_id(), "attachments": [{ "document_id": photo, "kind": "photo" }] });
    send(&doctor, &id, body).await.expect(201);
    assert_eq!(members(&village, &id).await, names(["周文英", "孙丽", "何志刚"]));
    leave(&admin, &person(&doctor)).await;
    for path in
        [thread(&id), format!("{}/messages", thread(&id)), format!("/api/v1/documents/{photo}/content")]
    {
        doctor.get(&path).await.expect_refusal(401, "access.not-signed-in");
    }
    assert_eq!(members(&village, &id).await, names(["周文英", "孙丽"]));
    let page = messages(&village, &id).await;
    assert_eq!(page["items"][1]["author"]["name"], "何志刚", "what was said stays");
    assert_eq!(page["items"][1]["unread_by"].as_array().unwrap().len(), 2, "and nobody waits for the leaver");

    let leg = reread(&village, &id).await;
    let leg = step(&village, &leg, "cancel", json!({ "reason": "已好转" })).await;
    let leg = step(&desk, &leg, "confirm_cancel", json!({})).await;
    step(&village, &leg, "acknowledge_decision", json!({})).await;
    say(&village, &id, "谢谢").await.expect(201);
    product.clock.advance_ms(31 * 24 * HOUR);
    for login in ["village", "desk"] {
        let user = product.sign_in(login).await;
        assert_eq!(reread(&user, &id).await.json["has_thread"], false);
        user.get(&thread(&id)).await.expect_refusal(404, "request.not-found");
        user.get(&format!("{}/messages", thread(&id))).await.expect_refusal(404, "request.not-found");
        say(&user, &id, "还在吗").await.expect_refusal(404, "request.not-found");
        user.get(&format!("/api/v1/documents/{photo}/content"))
            .await
            .expect_refusal(404, "request.not-found");
        let mine = user.get("/api/v1/threads").await.expect(200).json;
        assert!(mine["items"].as_array().unwrap().iter().all(|row| row["id"] != id.as_str()));
    }
}

#[tokio::test]
async fn after_a_redirect_the_third_organisation_has_a_conversation_of_its_own() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let city = product.sign_in("specialist").await;
    let sent = submitted(&village, "urgent").await;
    let old = sent.id();
    say(&village, &old, "只对县医院说的话").await.expect(201);
    let paper = document(&village, "a.pdf", b"%PDF-1.7 x").await;
    let body = json!({ "id": village.new_id(), "attachments": [{ "document_id": paper, "kind": "file" }] });
    send(&village, &old, body).await.expect(201);
    let new = redirected(&desk, &sent).await;

    city.get(&thread(&old)).await.expect_refusal(404, "request.not-found");
    city.get(&format!("{}/messages", thread(&old))).await.expect_refusal(404, "request.not-found");
    say(&city, &old, "?").await.expect_refusal(404, "request.not-found");
    read(&city, &old, 1).await.expect_refusal(404, "request.not-found");
    city.get(&format!("/api/v1/documents/{paper}/content")).await.expect_refusal(404, "request.not-found");
    let theirs = city.get(&thread(&new)).await.expect(200).json;
    assert_eq!((&theirs["previous_id"], &theirs["messages"]), (&Value::Null, &json!(0)));
    assert_eq!(village.get(&thread(&new)).await.expect(200).json["previous_id"], old.as_str());

    say(&city, &new, "请直接来市一院").await.expect(201);
    desk.get(&thread(&new)).await.expect_refusal(404, "request.not-found");
    desk.get(&thread(&old)).await.expect(200);
    assert_eq!(
        reread(&desk, &new).await.json["has_thread"],
        false,
        "the county sees the leg, not what is said"
    );
    assert!(members(&village, &new).await.contains("林静"));
    assert!(!members(&village, &new).await.contains("孙丽"));
}

#[tokio::test]
async fn strangers_managers_and_other_powers_read_nothing() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let id = submitted(&village, "urgent").await.id();
    let message = say(&village, &id, "私下").await.expect(201).id();
    let withdraw = format!("{}/messages/{message}/withdraw", thread(&id));
    for login in ["township", "specialist", "coordinator"] {
        let stranger = product.sign_in(login).await;
        stranger.get(&thread(&id)).await.expect_refusal(404, "request.not-found");
        say(&stranger, &id, "?").await.expect_refusal(404, "request.not-found");
        stranger.post(&withdraw, json!({})).await.expect_refusal(404, "request.not-found");
        let mine = stranger.get("/api/v1/threads").await.expect(200).json;
        assert_eq!(mine["items"], json!([]));
    }
    let manager = product.sign_in("manager").await;
    assert_eq!(reread(&manager, &id).await.json["has_thread"], false);
    manager.get(&thread(&id)).await.expect_refusal(403, "access.role-not-allowed");
    for login in ["admin", "security", "auditor"] {
        product.sign_in(login).await.get(&thread(&id)).await.expect_refusal(403, "access.no-clinical-role");
    }
    village.get(&thread(&village.new_id())).await.expect_refusal(404, "request.not-found");
}

#[tokio::test]
async fn the_same_message_again_has_one_effect_and_another_under_its_id_none() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let id = submitted(&village, "urgent").await.id();
    let photo = document(&village, "a.jpg", JPEG).await;
    let body = json!({ "id": village.new_id(), "text": "看图", "attachments": [{ "document_id": photo, "kind": "photo" }] });
    let first = send(&village, &id, body.clone()).await.expect(201).json;
    for _ in 0..20 {
        let again = send(&village, &id, body.clone()).await.expect(201).json;
        assert_eq!(
            (&again["id"], &again["ordinal"], &again["attachments"]),
            (&first["id"], &first["ordinal"], &first["attachments"])
        );
    }
    assert_eq!(messages(&desk, &id).await["items"].as_array().unwrap().len(), 1);
    let mut other = body.clone();
    other["text"] = json!("别的话");
    send(&village, &id, other).await.expect_refusal(409, "request.id-taken");
    send(&desk, &id, body.clone()).await.expect_refusal(409, "request.id-taken");
    let elsewhere = submitted(&village, "urgent").await.id();
    send(&village, &elsewhere, body).await.expect_refusal(409, "request.id-taken");
    // The picture hangs on one message.
    let second =
        json!({ "id": village.new_id(), "attachments": [{ "document_id": photo, "kind": "photo" }] });
    send(&village, &id, second).await.expect_refusal(422, "document.unknown");
}

#[tokio::test]
async fn a_message_can_be_taken_back_for_two_minutes_and_is_kept() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let id = submitted(&village, "urgent").await.id();
    let voice = document(&village, "voice", VOICE).await;
    let body = json!({ "id": village.new_id(), "text": "写错了", "attachments": [{ "document_id": voice, "kind": "voice", "duration_ms": 3200 }] });
    let sent = send(&village, &id, body).await.expect(201);
    assert!(sent.json["withdrawable_until"].is_string());
    let withdraw = format!("{}/messages/{}/withdraw", thread(&id), sent.id());
    let content = format!("/api/v1/documents/{voice}/content");
    desk.get(&content).await.expect(200);
    desk.post(&withdraw, json!({})).await.expect_refusal(403, "message.not-yours");
    product.clock.advance_ms(119_000);
    let back = village.post(&withdraw, json!({})).await.expect(200).json;
    assert!(back["withdrawn_at"].is_string() && back["text"] == "" && back["attachments"] == json!([]));
    village.post(&withdraw, json!({})).await.expect(200);
    for user in [&village, &desk] {
        let page = messages(user, &id).await;
        assert_eq!((&page["items"][0]["text"], &page["items"][0]["attachments"]), (&json!(""), &json!([])));
        user.get(&content).await.expect_refusal(404, "request.not-found");
    }
    assert_eq!(unread(&desk, &id).await, 0, "what was taken back waits for nobody");
    let late = say(&village, &id, "这条留下").await.expect(201);
    product.clock.advance_ms(120_000);
    let withdraw = format!("{}/messages/{}/withdraw", thread(&id), late.id());
    village.post(&withdraw, json!({})).await.expect_refusal(409, "message.withdraw-too-late");
    assert_eq!(messages(&village, &id).await["items"][0]["withdrawable_until"], Value::Null);
}

#[tokio::test]
async fn one_notice_tells_of_several_messages_until_they_are_read() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let id = submitted(&village, "urgent").await.id();
    let told = async || {
        consult_server::worker::settle(&product.app).await.unwrap();
        let notices = desk.get("/api/v1/notices").await.expect(200).json;
        let is_ours =
            |n: &&Value| n["type"] == "message.sent" && n["subject"] == json!({ "kind": "thread", "id": id });
        notices["items"].as_array().unwrap().iter().filter(is_ours).count()
    };
    for words in ["一", "二", "三"] {
        say(&village, &id, words).await.expect(201);
    }
    assert_eq!(told().await, 1);
    read(&desk, &id, 3).await.expect(204);
    say(&village, &id, "四").await.expect(201);
    assert_eq!(told().await, 2);
    let mine = desk.get("/api/v1/threads?unread=true").await.expect(200).json;
    assert_eq!((&mine["items"][0]["id"], &mine["items"][0]["unread"]), (&json!(id), &json!(1)));
    read(&desk, &id, 4).await.expect(204);
    let mine = desk.get("/api/v1/threads?unread=true").await.expect(200).json;
    assert_eq!(mine["items"], json!([]));
    let own = village.get("/api/v1/notices").await.expect(200).json;
    assert!(own["items"].as_array().unwrap().iter().all(|n| n["type"] != "message.sent"));
}

#[tokio::test]
async fn bad_messages_are_refused_and_leave_nothing() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let id = submitted(&village, "urgent").await.id();
    let photo = document(&village, "a.jpg", JPEG).await;
    let theirs = document(&desk, "b.jpg", JPEG).await;
    let attach =
        |document: &str, kind: &str| json!([{ "document_id": document, "kind": kind, "duration_ms": 1000 }]);
    for (body, status, code) in [
        (json!({ "text": "  " }), 422, "message.empty"),
        (json!({ "text": "长".repeat(4001) }), 422, "message.too-long"),
        (json!({ "attachments": attach(&theirs, "photo") }), 422, "document.unknown"),
        (json!({ "attachments": attach(&village.new_id(), "file") }), 422, "document.unknown"),
        (json!({ "attachments": attach(&photo, "voice") }), 422, "message.attachment-kind"),
        (json!({ "attachments": [{ "document_id": photo, "kind": "voice" }] }), 422, "message.voice-length"),
        (
            json!({ "attachments": [{ "document_id": photo, "kind": "sticker" }] }),
            400,
            "request.json-invalid",
        ),
        (json!({ "text": "x", "author_id": person(&desk) }), 409, "message.written-by-another"),
        (json!({ "text": "a\u{0}b" }), 400, "request.json-invalid"),
    ] {
        let mut body = body;
        body["id"] = json!(village.new_id());
        send(&village, &id, body).await.expect_refusal(status, code);
    }
    let body = json!({ "id": "1", "text": "x" });
    send(&village, &id, body).await.expect_refusal(400, "request.json-invalid");
    assert_eq!(messages(&village, &id).await["items"], json!([]));
    let body = json!({ "id": village.new_id(), "attachments": attach(&photo, "photo") });
    send(&village, &id, body).await.expect(201);
    let page = |query: &str| format!("{}/messages?{query}", thread(&id));
    for n in 0..3 {
        say(&village, &id, &format!("{n}")).await.expect(201);
    }
    let first = village.get(&page("limit=2")).await.expect(200).json;
    let rest = village.get(&page(&format!("cursor={}", text(&first["next"])))).await.expect(200).json;
    assert_eq!((first["items"].as_array().unwrap().len(), rest["items"].as_array().unwrap().len()), (2, 2));
    assert_eq!(rest["next"], Value::Null);
    village.get(&page("cursor=x")).await.expect_refusal(400, "request.query-invalid");
    village.get("/api/v1/threads?cursor=x").await.expect_refusal(400, "request.query-invalid");
}

#[tokio::test]
async fn what_is_read_and_written_is_in_the_trail() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let auditor = product.sign_in("auditor").await;
    let id = submitted(&village, "urgent").await.id();
    let photo = document(&village, "a.jpg", JPEG).await;
    let body = json!({ "id": village.new_id(), "attachments": [{ "document_id": photo, "kind": "photo" }] });
    send(&village, &id, body).await.expect(201);
    messages(&desk, &id).await;
    desk.get(&format!("/api/v1/documents/{photo}/content")).await.expect(200);
    consult_server::worker::settle(&product.app).await.unwrap();
    let trail = auditor.get("/api/v1/audit?limit=200").await.expect(200).json;
    let has = |action: &str, person: &User<'_>, basis: &str| {
        let name = person.me["person"]["id"].clone();
        trail["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["action"] == action && row["person"]["id"] == name && row["basis"] == basis)
    };
    assert!(has("message.sent", &village, "referral"), "{trail:#}");
    assert!(has("document.added", &village, "role"));
    assert!(has("thread.read", &desk, "referral"));
    assert!(has("document.read", &desk, "referral"));
}
