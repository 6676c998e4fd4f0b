//! The rules of the alliance: validated, previewed, versioned and put back; a changed deadline counts for duties that begin after
//! it; criteria are judged when a form is written and recorded with their version.

use serde_json::{Value, json};
use tests::harness::{Answer, Product, User, text};
use tests::referrals::{MINUTE, after_start, form, input, reread, step, submitted};

const PATH: &str = "/api/v1/settings/referrals";

async fn change(user: &User<'_>, version: i64, body: Value) -> Answer {
    user.patch(PATH, version, body).await
}

fn open_within(urgency: &str, ms: i64) -> Value {
    json!({ "deadlines": { "open": { "within": { urgency: ms } } } })
}

#[tokio::test]
async fn rules_are_previewed_changed_by_version_kept_and_put_back() {
    let product = Product::start().await;
    let security = product.sign_in("security").await;
    let standing = security.get(PATH).await.expect(200);
    assert_eq!((standing.version(), &standing.json["rules"]), (0, &standing.json["defaults"]));

    let patch = open_within("urgent", 20 * MINUTE);
    let preview = security.post(&format!("{PATH}/preview"), patch.clone()).await.expect(200).json;
    let expected =
        json!([{ "path": "deadlines.open.within.urgent", "from": 10 * MINUTE, "to": 20 * MINUTE }]);
    assert_eq!(preview["changes"], expected);
    assert_eq!(security.get(PATH).await.version(), 0, "a preview changes nothing");

    assert_eq!(change(&security, 0, patch.clone()).await.expect(200).version(), 1);
    assert_eq!(
        change(&security, 1, patch).await.expect(200).version(),
        1,
        "what says the same is no version"
    );
    let late = change(&security, 0, open_within("urgent", MINUTE)).await;
    assert_eq!(late.expect_refusal(412, "conflict.changed-meanwhile").json["current"]["version"], 1);
    change(&security, 1, json!({ "beds": { "stale_minutes": 60 } })).await.expect(200);

    let versions = security.get(&format!("{PATH}/versions")).await.expect(200).json;
    let kept = versions["items"].as_array().unwrap();
    let told: Vec<_> = kept.iter().map(|one| one["version"].as_i64().unwrap()).collect();
    assert_eq!(told, [2, 1, 0]);
    assert_eq!((&kept[1]["changes"], &kept[2]["changed_by"]), (&expected, &Value::Null));
    assert_eq!(text(&kept[1]["changed_by"]["name"]), text(&security.me["person"]["name"]));

    let path = format!("{PATH}/versions/0/restore");
    security.command(&path, 1, json!({})).await.expect(412);
    let back = security.command(&path, 2, json!({})).await.expect(200);
    assert_eq!((back.version(), &back.json["rules"]), (3, &back.json["defaults"]));
    let versions = security.get(&format!("{PATH}/versions")).await.json;
    assert_eq!(versions["items"][0]["restored_from"], 0);
    security.command(&format!("{PATH}/versions/99/restore"), 3, json!({})).await.expect(404);
}

#[tokio::test]
async fn rules_nobody_could_live_by_are_refused_at_their_place() {
    let product = Product::start().await;
    let security = product.sign_in("security").await;
    for (body, code, field) in [
        (open_within("emergency", 0), "settings.span-out-of-range", "deadlines.open.within.emergency"),
        (open_within("routine", -MINUTE), "settings.span-out-of-range", "deadlines.open.within.routine"),
        (
            json!({ "deadlines": { "step": { "urgent": 31 * 24 * 60 * MINUTE } } }),
            "settings.span-out-of-range",
            "deadlines.step.urgent",
        ),
        (json!({ "beds": { "stale_minutes": 0 } }), "settings.span-out-of-range", "beds.stale_minutes"),
    ] {
        let refused = change(&security, 0, body.clone()).await.expect_refusal(422, code);
        assert_eq!(refused.json["field"], field);
        security.post(&format!("{PATH}/preview"), body).await.expect_refusal(422, code);
    }
    let nobody = json!({ "deadlines": { "open": { "ladder": "nobody" } } });
    change(&security, 0, nobody).await.expect_refusal(422, "settings.invalid");
    let unknown = json!({ "templates": [{ "code": "x" }] });
    change(&security, 0, unknown).await.expect_refusal(422, "settings.invalid");
    assert_eq!(security.get(PATH).await.version(), 0);
    for login in ["admin", "manager", "desk", "auditor"] {
        let user = product.sign_in(login).await;
        user.get(PATH).await.expect_refusal(403, "access.role-not-allowed");
    }
}

#[tokio::test]
async fn a_changed_deadline_counts_for_duties_that_begin_after_it() {
    let product = Product::start().await;
    let (village, desk) = (product.sign_in("village").await, product.sign_in("desk").await);
    let security = product.sign_in("security").await;
    let running = submitted(&village, "urgent").await;
    assert_eq!(running.json["owed"]["due_at"], after_start(10 * MINUTE).as_str());
    let body = json!({ "deadlines": { "open": { "within": { "urgent": 30 * MINUTE } }, "decide": { "within": { "urgent": 45 * MINUTE } } } });
    change(&security, 0, body).await.expect(200);
    assert_eq!(reread(&desk, &running.id()).await.json["owed"]["due_at"], after_start(10 * MINUTE).as_str());
    let new = submitted(&village, "urgent").await;
    assert_eq!(new.json["owed"]["due_at"], after_start(30 * MINUTE).as_str());
    // The running duty is called when it was to be, and its next duty has the new time.
    product.clock.advance_ms(11 * MINUTE);
    consult_server::worker::settle(&product.app).await.unwrap();
    let timeline = desk.get(&format!("/api/v1/legs/{}/timeline", running.id())).await.json;
    let missed =
        timeline["items"].as_array().unwrap().iter().find(|one| one["type"] == "leg.deadline_missed");
    assert_eq!(missed.unwrap()["payload"]["due_at"], after_start(10 * MINUTE).as_str());
    let opened = step(&desk, &running, "open", json!({})).await;
    assert_eq!(opened.json["owed"]["due_at"], after_start(56 * MINUTE).as_str());
}

/// When the rungs of a leg's ladder were called, from the start of the test.
async fn called_at(user: &User<'_>, leg: &str) -> Vec<(String, String)> {
    let timeline = user.get(&format!("/api/v1/legs/{leg}/timeline")).await.expect(200).json;
    let missed = timeline["items"].as_array().unwrap().iter().filter(|e| e["type"] == "leg.deadline_missed");
    missed.map(|e| (text(&e["payload"]["rung"]), text(&e["occurred_at"]))).collect()
}

/// A duty that runs keeps its time on every rung, whether the alliance gives more time meanwhile or less.
#[tokio::test]
async fn a_running_ladder_is_climbed_by_the_time_its_duty_was_given() {
    for (before, after) in [(10, 240), (60, 5)] {
        let product = Product::start().await;
        let (village, security) = (product.sign_in("village").await, product.sign_in("security").await);
        change(&security, 0, open_within("urgent", before * MINUTE)).await.expect(200);
        let version = security.get(PATH).await.version();
        let leg = submitted(&village, "urgent").await;
        product.clock.advance_ms(before * MINUTE / 2);
        change(&security, version, open_within("urgent", after * MINUTE)).await.expect(200);
        let mut told = Vec::new();
        product.clock.advance_ms(before * MINUTE / 2);
        for (rung, minutes) in [("urge", 0), ("department_duty", 10), ("duty_officer", 20)] {
            if minutes > 0 {
                product.clock.advance_ms(10 * MINUTE - 1);
                consult_server::worker::settle(&product.app).await.unwrap();
                assert_eq!(called_at(&village, &leg.id()).await, told, "{rung} is called too early");
                product.clock.advance_ms(1);
            }
            consult_server::worker::settle(&product.app).await.unwrap();
            told.push((rung.to_owned(), after_start((before + minutes) * MINUTE)));
            assert_eq!(called_at(&village, &leg.id()).await, told);
        }
    }
}

#[tokio::test]
async fn no_two_sets_of_criteria_have_the_same_number_even_after_an_earlier_one_was_put_back() {
    let product = Product::start().await;
    let (village, security) = (product.sign_in("village").await, product.sign_in("security").await);
    let mut items = security.get(PATH).await.expect(200).json["rules"]["criteria"]["items"].clone();
    let number = |answer: &Answer| answer.json["rules"]["criteria"]["version"].as_u64().unwrap();
    items[3]["active"] = json!(false);
    let b = change(&security, 0, json!({ "criteria": { "items": items } })).await.expect(200);
    assert_eq!(number(&b), 2);
    let a = security.command(&format!("{PATH}/versions/0/restore"), 1, json!({})).await.expect(200);
    assert_eq!(number(&a), 3, "the first set again is the third");
    items[4]["active"] = json!(false);
    let c = change(&security, 2, json!({ "criteria": { "items": items } })).await.expect(200);
    assert_eq!(number(&c), 4);
    let drafted = village.post("/api/v1/legs", input(&village, "urgent").await).await.expect(201);
    assert_eq!(drafted.json["criteria"]["version"], 4);
    // What has the same criteria has the same number.
    change(&security, 3, json!({ "beds": { "stale_minutes": 60 } })).await.expect(200);
    let c = security.command(&format!("{PATH}/versions/3/restore"), 4, json!({})).await.expect(200);
    assert_eq!((c.version(), number(&c)), (5, 4));
}

#[tokio::test]
async fn criteria_are_judged_when_the_form_is_written_and_kept_with_their_version() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let security = product.sign_in("security").await;
    let rules = village.get("/api/v1/referrals/rules").await.expect(200).json;
    assert_eq!(
        (rules["criteria"]["items"].as_array().unwrap().len(), rules["templates"].as_array().unwrap().len()),
        (10, 4)
    );

    let mut said = input(&village, "urgent").await;
    said["form"]["vitals"] = json!({ "spo2": "88 %" });
    said["form"]["answers"] = json!({ "stroke_suspected": "yes", "onset_hours": "2" });
    let drafted = village.post("/api/v1/legs", said).await.expect(201);
    assert_eq!(drafted.json["criteria"], json!({ "version": 1, "met": ["breathing", "stroke"] }));
    let sent = step(&village, &drafted, "submit", json!({})).await;

    // Without stroke among the criteria; what was recorded stays as it was judged.
    let mut items = rules["criteria"]["items"].clone();
    items[3]["active"] = json!(false);
    change(&security, 0, json!({ "criteria": { "items": items } })).await.expect(200);
    assert_eq!(reread(&village, &sent.id()).await.json["criteria"]["version"], 1);
    let mut said = input(&village, "urgent").await;
    said["form"]["answers"] = json!({ "stroke_suspected": "yes", "onset_hours": "2" });
    let drafted = village.post("/api/v1/legs", said).await.expect(201);
    assert_eq!(drafted.json["criteria"], json!({ "version": 2, "met": [] }));
    let path = format!("/api/v1/legs/{}", drafted.id());
    let mut again = form();
    again["vitals"] = json!({ "gcs": "9" });
    let revised = village.patch(&path, drafted.version(), json!({ "form": again })).await.expect(200);
    assert_eq!(revised.json["criteria"]["met"], json!(["gcs"]));
}

#[tokio::test]
async fn criteria_never_hold_back_an_emergency() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let mut said = input(&village, "emergency").await;
    said["form"] = json!({ "reason": "critical" });
    said["consent"] = json!({ "kind": "emergency_pending" });
    let drafted = village.post("/api/v1/legs", said).await.expect(201);
    assert_eq!(drafted.json["criteria"]["met"], json!([]));
    step(&village, &drafted, "submit", json!({})).await;
}

#[tokio::test]
async fn no_two_sets_of_criteria_ever_have_one_number() {
    let product = Product::start().await;
    let security = product.sign_in("security").await;
    let items = security.get(PATH).await.expect(200).json["rules"]["criteria"]["items"].clone();
    let without = |place: usize| {
        let mut items = items.clone();
        items[place]["active"] = json!(false);
        json!({ "criteria": { "items": items } })
    };
    let number = |answer: &Answer| answer.json["rules"]["criteria"]["version"].as_i64().unwrap();
    let b = change(&security, 0, without(0)).await.expect(200);
    let a = security.command(&format!("{PATH}/versions/0/restore"), 1, json!({})).await.expect(200);
    let c = change(&security, 2, without(1)).await.expect(200);
    let b_again = security.command(&format!("{PATH}/versions/1/restore"), 3, json!({})).await.expect(200);
    assert_eq!([number(&b), number(&a), number(&c), number(&b_again)], [2, 3, 4, 5]);
    assert_eq!(a.json["rules"]["criteria"]["items"], items);
}
