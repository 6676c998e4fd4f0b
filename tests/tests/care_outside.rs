//! Those outside: a package with a one-time code for a hospital without an account, and a patient who is said to be in two places.

use consult_server::admin::doctor::invariants;
use consult_server::worker;
use serde_json::{Value, json};
use tests::harness::{Answer, Product, User, text};
use tests::referrals::*;

const OPEN: &str = "/api/v1/public/packages/open";

/// The same, accepted and arrived, as the village enters it for them.
async fn arrived_outside(product: &Product, village: &User<'_>) -> Answer {
    let leg = sent_outside(product, village).await;
    let body = json!({ "owner_id": person(village), "expected_at": after_start(HOUR) });
    let leg = step(village, &leg, "accept", body).await;
    step(village, &leg, "arrive", json!({ "at": after_start(0), "signature": "周文英" })).await
}

#[tokio::test]
async fn whom_an_external_hospital_sends_back_comes_home_and_the_case_closes() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let leg = arrived_outside(&product, &village).await;
    let leg = step(&village, &leg, "send_outcome", outcome("back_down")).await;
    assert_eq!((leg.json["state"].as_str(), &leg.json["follow_up"]), (Some("outcome_sent"), &Value::Null));
    let case = format!("/api/v1/cases/{}", text(&leg.json["case_id"]));
    assert_eq!(village.get(&case).await.expect(200).json["legs"].as_array().unwrap().len(), 1);
    step(&village, &leg, "acknowledge", json!({})).await;
    let case = village.get(&case).await.expect(200).json;
    assert_eq!(case["state"], "closed");
}

#[tokio::test]
async fn whom_an_external_hospital_sends_onward_the_village_refers_on() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let leg = arrived_outside(&product, &village).await;
    let mut onward = outcome("onward");
    onward["to_organisation_id"] = json!(village.organisation(COUNTY).await);
    onward["to_department_id"] = json!(department(&village, COUNTY, "心血管内科").await);
    let leg = step(&village, &leg, "send_outcome", onward).await;
    let next = reread(&village, &text(&leg.json["follow_up"])).await;
    assert_eq!(
        (next.json["state"].as_str(), &next.json["from"]["id"]),
        (Some("draft"), &village.me["position"]["organisation"]["id"])
    );
    let path = format!("/api/v1/legs/{}", next.id());
    let body = json!({ "consent": { "kind": "written" }, "form": form() });
    let next = village.patch(&path, next.version(), body).await.expect(200);
    step(&village, &next, "submit", json!({})).await;
    let desk = product.sign_in("desk").await;
    step(&desk, &reread(&desk, &next.id()).await, "open", json!({})).await;
}

/// Whether somebody there has an account is asked when the leg is sent: a draft may be older than that.
#[tokio::test]
async fn a_draft_follows_the_directory_of_the_day_it_is_sent() {
    let product = Product::start().await;
    let (village, admin) = (product.sign_in("village").await, product.sign_in("admin").await);
    for (code, drafted, sent) in [("EXT-7", true, false), ("EXT-8", false, true)] {
        let id = village.new_id();
        let place = json!({ "id": id, "name": format!("邻县医院 {code}"), "code": code, "level": "city_hospital", "external": drafted });
        let place = admin.post("/api/v1/organisations", place).await.expect(201);
        let mut body = input(&village, "emergency").await;
        body["to_organisation_id"] = json!(id);
        body["to_department_id"] = Value::Null;
        let draft = village.post("/api/v1/legs", body).await.expect(201);
        assert_eq!(draft.json["external"], drafted);
        let path = format!("/api/v1/organisations/{id}");
        admin.patch(&path, place.version(), json!({ "external": sent })).await.expect(200);
        let leg = step(&village, &draft, "submit", json!({})).await;
        assert_eq!(leg.json["external"], sent);
        let owing = if sent { &village.me["position"]["organisation"]["id"] } else { &place.json["id"] };
        assert_eq!(&leg.json["owed"]["organisation"]["id"], owing);
    }
    let ground = &product.app.ground;
    let violations = invariants::check(&ground.db, ground.now()).await.expect("the store is read");
    let wrong: Vec<_> = violations.iter().filter(|one| one.invariant != "I-3").collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

async fn make(village: &User<'_>, leg: &Answer) -> Value {
    village.post(&path(&leg.id(), "packages"), json!({})).await.expect(201).json
}

async fn states(village: &User<'_>, leg: &Answer) -> Vec<String> {
    let all = village.get(&path(&leg.id(), "packages")).await.expect(200).json;
    all["items"].as_array().unwrap().iter().map(|one| text(&one["state"])).collect()
}

/// Opens as a browser does, with the cookie it was given.
async fn open(product: &Product, code: &str, cookie: Option<&str>) -> (Answer, Option<String>) {
    let mut request = product.http().post(product.url(OPEN)).json(&json!({ "code": code }));
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    let response = request.send().await.unwrap();
    let given = response.headers().get("set-cookie").map(|v| v.to_str().unwrap().to_owned());
    let given = given.map(|cookie| cookie.split(';').next().unwrap().to_owned());
    (Answer::of(response).await, given)
}

#[tokio::test]
async fn a_package_opens_once_and_again_only_for_the_browser_that_opened_it() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let leg = sent_outside(&product, &village).await;
    let made = make(&village, &leg).await;
    let code = text(&made["code"]);
    assert!(text(&made["qr"]).contains("<svg") && text(&made["address"]).ends_with("/packages"));
    assert_eq!(made["sheet"]["to"], "邻省第三医院");
    assert_eq!(states(&village, &leg).await, ["waiting"]);
    let listing = village.get(&path(&leg.id(), "packages")).await.json.to_string();
    assert!(!listing.contains(&code), "the code is shown once");

    let (seen, cookie) = open(&product, &code.to_uppercase().replace('-', ""), None).await;
    let seen = seen.expect(200).json;
    assert_eq!(seen["patient"]["name"], "张小东");
    assert_eq!(seen["form"]["diagnosis"]["text"], "心绞痛");
    assert_eq!(seen["from"]["doctor"], "周文英");
    assert!(seen["from"]["doctor_phone"].is_string() && seen["from"]["organisation_phone"].is_string());
    let masked = text(&seen["patient"]["identity"]["masked"]);
    assert!(masked.contains('*'), "{masked}");
    assert_eq!(states(&village, &leg).await, ["opened"]);
    worker::settle(&product.app).await.unwrap();
    let notices = village.get("/api/v1/notices").await.json;
    assert_eq!(notices["items"][0]["type"], "leg.package_opened");

    let (other, _) = open(&product, &code, None).await;
    assert_eq!(
        other.expect_refusal(409, "package.opened-already").json["opened_at"],
        after_start(0).as_str()
    );
    let cookie = cookie.unwrap();
    product.clock.advance_ms(29 * MINUTE);
    open(&product, &code, Some(&cookie)).await.0.expect(200);
    product.clock.advance_ms(MINUTE);
    open(&product, &code, Some(&cookie)).await.0.expect_refusal(409, "package.opened-already");

    let auditor = product.sign_in("auditor").await;
    worker::settle(&product.app).await.unwrap();
    let trail = auditor.get("/api/v1/audit?basis=one-time-code").await.expect(200).json;
    let trail: Vec<_> = trail["items"].as_array().unwrap().iter().map(|e| text(&e["action"])).collect();
    assert_eq!(trail, ["leg.read", "leg.package_opened"]);
}

#[tokio::test]
async fn a_code_that_is_wrong_old_withdrawn_or_of_an_ended_leg_opens_nothing_and_answers_alike() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let leg = sent_outside(&product, &village).await;
    let (old, revoked) = (make(&village, &leg).await, make(&village, &leg).await);
    let id = text(&revoked["package"]["id"]);
    let gone = village.post(&path(&leg.id(), &format!("packages/{id}/revoke")), json!({})).await.expect(200);
    assert_eq!(gone.json["state"], "revoked");
    for code in ["abcd-efgh-jkmn-pqrs", "", "周文英", &text(&revoked["code"])] {
        let (refused, cookie) = open(&product, code, None).await;
        refused.expect_refusal(404, "package.unknown");
        assert_eq!(cookie, None);
    }
    product.clock.advance_ms(7 * 24 * HOUR);
    open(&product, &text(&old["code"]), None).await.0.expect_refusal(404, "package.unknown");
    let village = product.sign_in("village").await;
    let mut standing = states(&village, &leg).await;
    standing.sort();
    assert_eq!(standing, ["expired", "revoked"]);
    let fresh = make(&village, &leg).await;
    step(&village, &reread(&village, &leg.id()).await, "cancel", json!({ "reason": "改乘飞机" })).await;
    open(&product, &text(&fresh["code"]), None).await.0.expect_refusal(404, "package.unknown");
    village.post(&path(&leg.id(), "packages"), json!({})).await.expect_refusal(409, "referral.leg-ended");
}

#[tokio::test]
async fn guessing_codes_waits_longer_each_time() {
    let product = Product::start().await;
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(open(&product, "abcd-efgh-jkmn-pqrs", None).await.0.status);
    }
    assert_eq!(statuses[..5], [404; 5]);
    assert!(statuses.contains(&429), "{statuses:?}");
    // Signing in from there is not held up by it.
    product.sign_in("village").await;
}

#[tokio::test]
async fn packages_are_the_senders_and_only_of_legs_to_those_without_an_account() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let inside = submitted(&village, "urgent").await;
    let made = village.post(&path(&inside.id(), "packages"), json!({})).await;
    made.expect_refusal(409, "package.not-external");
    desk.post(&path(&inside.id(), "packages"), json!({})).await.expect_refusal(403, "referral.wrong-party");
    let outside = sent_outside(&product, &village).await;
    desk.post(&path(&outside.id(), "packages"), json!({})).await.expect(404);
    desk.get(&path(&outside.id(), "packages")).await.expect(404);
}

/// The same patient in one case, on the way to the county and, by another leg, to the city.
async fn two_legs(village: &User<'_>) -> (Answer, Answer) {
    let county = submitted(village, "emergency").await;
    let mut other = input(village, "emergency").await;
    other["case_id"] = county.json["case_id"].clone();
    other["to_organisation_id"] = json!(village.organisation(CITY).await);
    other["to_department_id"] = Value::Null;
    let draft = village.post("/api/v1/legs", other).await.expect(201);
    let city = step(village, &draft, "submit", json!({})).await;
    (county, city)
}

async fn conflicts(user: &User<'_>, leg: &str) -> Vec<Value> {
    let timeline = user.get(&path(leg, "timeline")).await.expect(200).json;
    let items = timeline["items"].as_array().unwrap();
    items.iter().filter(|e| e["type"] == "leg.arrival_conflict").cloned().collect()
}

#[tokio::test]
async fn a_second_arrival_is_a_conflict_that_names_the_other_place_and_tells_both_desks_once_an_hour() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let (county, city) = two_legs(&village).await;
    step(
        &desk,
        &reread(&desk, &county.id()).await,
        "arrive",
        json!({ "at": after_start(0), "signature": "家属" }),
    )
    .await;

    // The village says that the patient leaves for the city: refused, and nothing has changed.
    let standing = reread(&village, &city.id()).await;
    let body = json!({ "at": after_start(0), "eta": after_start(2 * HOUR) });
    for _ in 0..3 {
        let refused = village.command(&path(&city.id(), "depart"), standing.version(), body.clone()).await;
        let refused = refused.expect_refusal(409, "referral.patient-elsewhere").json;
        assert_eq!(
            (refused["leg"].as_str(), &refused["organisation"]["name"]),
            (Some(county.id().as_str()), &json!(COUNTY))
        );
        assert_eq!((text(&refused["since"]), &refused["phone"]), (after_start(0), &json!("0319-5550102")));
    }
    assert_eq!(reread(&village, &city.id()).await.version(), standing.version());
    let told = conflicts(&desk, &county.id()).await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0]["payload"]["leg"].as_str(), told[0]["actor"]["name"].as_str()),
        (Some(city.id().as_str()), Some("周文英"))
    );
    worker::settle(&product.app).await.unwrap();
    let notices = desk.get("/api/v1/notices").await.json;
    let mine = notices["items"].as_array().unwrap().iter().filter(|n| n["type"] == "leg.arrival_conflict");
    assert_eq!(mine.count(), 1);
    product.clock.advance_ms(HOUR);
    let (village, desk) = (product.sign_in("village").await, product.sign_in("desk").await);
    village.command(&path(&city.id(), "depart"), standing.version(), body).await.expect(409);
    assert_eq!(conflicts(&desk, &county.id()).await.len(), 2);
}
