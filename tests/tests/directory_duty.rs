//! Who is on duty: planned without conflicts, swapped between two people, and called when a deadline passes.

use serde_json::{Value, json};
use tests::harness::{Answer, Product, User, text};
use tests::referrals::submitted;

const MINUTE: i64 = 60 * 1000;
/// After the demo's own rosters.
const DAY: &str = "2027-03-01";
const NEXT: &str = "2027-03-02";

fn me(user: &User<'_>) -> String {
    text(&user.me["person"]["id"])
}

fn duty(user: &User<'_>, organisation: &str, person: &str, day: &str, rank: &str) -> Value {
    json!({ "id": user.new_id(), "kind": "hospital", "organisation_id": organisation, "person_id": person, "rank": rank,
            "starts_at": format!("{day}T00:00:00Z"), "ends_at": format!("{day}T12:00:00Z") })
}

async fn plan(user: &User<'_>, items: &[Value]) -> Answer {
    user.post("/api/v1/rosters", json!({ "items": items })).await
}

async fn decide(user: &User<'_>, swap: &Answer, decision: &str) -> Answer {
    user.command(&format!("/api/v1/rosters/swaps/{}/{decision}", swap.id()), 1, json!({})).await
}

async fn on(user: &User<'_>, organisation: &str, day: &str) -> Vec<String> {
    let path =
        format!("/api/v1/rosters?organisation_id={organisation}&from={day}T00:00:00Z&until={day}T12:00:00Z");
    let found = user.get(&path).await.expect(200).json;
    found["items"].as_array().unwrap().iter().map(|d| text(&d["person"]["name"])).collect()
}

#[tokio::test]
async fn a_plan_is_kept_whole_or_refused_with_the_duty_that_stands_in_its_way() {
    let product = Product::start().await;
    let manager = product.sign_in("manager").await;
    let (desk, doctor) = (product.sign_in("desk").await, product.sign_in("doctor").await);
    let county = manager.organisation("清河县人民医院").await;
    let first = duty(&manager, &county, &me(&desk), DAY, "duty");
    plan(&manager, std::slice::from_ref(&first)).await.expect(201);
    plan(&manager, &[first]).await.expect(201);
    let fine = duty(&manager, &county, &me(&doctor), NEXT, "duty");
    let taken = duty(&manager, &county, &me(&doctor), DAY, "duty");
    let refused = plan(&manager, &[fine, taken]).await.expect_refusal(409, "directory.duty-conflict").json;
    assert_eq!(
        (refused["index"].as_u64(), refused["other"]["person"]["name"].as_str()),
        (Some(1), Some("孙丽"))
    );
    assert!(on(&manager, &county, NEXT).await.is_empty(), "all of a plan or nothing");
    let twice = duty(&manager, &county, &me(&desk), DAY, "deputy");
    plan(&manager, &[twice]).await.expect_refusal(409, "directory.duty-person-busy");
    plan(&manager, &[duty(&manager, &county, &me(&doctor), DAY, "deputy")]).await.expect(201);
    assert_eq!(on(&manager, &county, DAY).await, ["孙丽", "何志刚"]);
}

#[tokio::test]
async fn a_duty_has_a_person_who_works_there_a_place_and_a_time() {
    let product = Product::start().await;
    let (admin, manager) = (product.sign_in("admin").await, product.sign_in("manager").await);
    let village = product.sign_in("village").await;
    let county = manager.organisation("清河县人民医院").await;
    let city = manager.organisation("邢州市第一医院").await;
    let change = |with: Value| {
        let mut duty = duty(&manager, &county, &me(&manager), DAY, "duty");
        for (key, value) in with.as_object().unwrap() {
            duty[key] = value.clone();
        }
        duty
    };
    for (with, status, code) in [
        (json!({ "person_id": me(&village) }), 422, "directory.duty-not-there"),
        (json!({ "kind": "department" }), 422, "directory.duty-place-invalid"),
        (json!({ "ends_at": format!("{DAY}T00:00:00Z") }), 422, "directory.duty-time-invalid"),
        (
            json!({ "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2026-01-02T00:00:00Z" }),
            409,
            "directory.duty-over",
        ),
        (json!({ "organisation_id": city }), 403, "directory.roster-elsewhere"),
        (json!({ "kind": "alliance", "organisation_id": null }), 403, "directory.roster-elsewhere"),
    ] {
        plan(&manager, &[change(with)]).await.expect_refusal(status, code);
    }
    plan(&admin, &[change(json!({ "kind": "alliance", "organisation_id": null }))]).await.expect(201);
    for login in ["village", "doctor", "auditor"] {
        let user = product.sign_in(login).await;
        plan(&user, &[change(json!({}))]).await.expect_refusal(403, "access.role-not-allowed");
    }
}

#[tokio::test]
async fn two_people_swap_and_nobody_else_decides_for_them() {
    let product = Product::start().await;
    let (admin, desk, doctor) =
        (product.sign_in("admin").await, product.sign_in("desk").await, product.sign_in("doctor").await);
    let county = admin.organisation("清河县人民医院").await;
    let mine = duty(&admin, &county, &me(&desk), DAY, "duty");
    let theirs = duty(&admin, &county, &me(&doctor), NEXT, "duty");
    plan(&admin, &[mine.clone(), theirs.clone()]).await.expect(201);
    let body = |user: &User<'_>| json!({ "id": user.new_id(), "offered_duty_id": mine["id"], "wanted_duty_id": theirs["id"] });
    doctor.post("/api/v1/rosters/swaps", body(&doctor)).await.expect_refusal(403, "directory.swap-not-yours");
    let swap = desk.post("/api/v1/rosters/swaps", body(&desk)).await.expect(201);
    desk.post("/api/v1/rosters/swaps", body(&desk)).await.expect_refusal(409, "directory.swap-stands");
    consult_server::worker::settle(&product.app).await.unwrap();
    let notices = doctor.get("/api/v1/notices").await.json;
    assert!(notices["items"].as_array().unwrap().iter().any(|n| n["type"] == "duty_swap.offered"));
    decide(&desk, &swap, "accept").await.expect_refusal(403, "directory.swap-not-yours");
    decide(&doctor, &swap, "withdraw").await.expect_refusal(403, "directory.swap-not-yours");
    decide(&admin, &swap, "accept").await.expect_refusal(404, "request.not-found");
    decide(&doctor, &swap, "accept").await.expect(200);
    assert_eq!(
        (on(&admin, &county, DAY).await, on(&admin, &county, NEXT).await),
        (vec!["何志刚".into()], vec!["孙丽".into()])
    );
    decide(&doctor, &swap, "decline").await.expect_refusal(409, "directory.swap-decided");
}

#[tokio::test]
async fn a_swap_that_would_put_somebody_in_two_places_is_refused() {
    let product = Product::start().await;
    let (admin, desk, doctor) =
        (product.sign_in("admin").await, product.sign_in("desk").await, product.sign_in("doctor").await);
    let county = admin.organisation("清河县人民医院").await;
    let mine = duty(&admin, &county, &me(&desk), DAY, "duty");
    let busy = duty(&admin, &county, &me(&doctor), DAY, "deputy");
    plan(&admin, &[mine.clone(), busy]).await.expect(201);
    let gift = json!({ "id": desk.new_id(), "offered_duty_id": mine["id"], "to_person_id": me(&doctor) });
    desk.post("/api/v1/rosters/swaps", gift).await.expect_refusal(409, "directory.duty-person-busy");
}

#[tokio::test]
async fn the_search_says_who_is_on_duty_now_and_who_stands_in() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let found = village.get("/api/v1/people/search?on_duty=true").await.expect(200).json;
    let names: Vec<_> = found["items"].as_array().unwrap().iter().map(|p| text(&p["name"])).collect();
    assert_eq!(names, ["高永康", "何志刚", "林静", "孙丽", "张明远"]);
    let desk = &village.get("/api/v1/people/search?q=sunli").await.json["items"][0];
    assert_eq!(
        (
            desk["on_duty"]["kind"].as_str(),
            desk["deputy"]["name"].as_str(),
            desk["deputy"]["work_phone"].as_str()
        ),
        (Some("department"), Some("何志刚"), Some("0319-5550204"))
    );
}

/// Who has a notice of a missed deadline on a rung.
async fn told(product: &Product, rung: &str) -> Vec<&'static str> {
    let mut people = Vec::new();
    for login in ["desk", "doctor", "manager", "admin"] {
        let notices = product.sign_in(login).await.get("/api/v1/notices").await.expect(200).json;
        let missed = |n: &Value| n["type"] == "leg.deadline_missed" && n["payload"]["rung"] == rung;
        if notices["items"].as_array().unwrap().iter().any(missed) {
            people.push(login);
        }
    }
    people
}

#[tokio::test]
async fn the_ladder_calls_who_is_on_duty_then_the_deputy_when_they_have_left() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let village = product.sign_in("village").await;
    let settle = async |ms: i64| {
        product.clock.advance_ms(ms);
        consult_server::worker::settle(&product.app).await.unwrap();
    };
    // What the demo's own referrals miss meanwhile is not counted: only what is told from here on.
    submitted(&village, "urgent").await;
    settle(10 * MINUTE).await;
    settle(10 * MINUTE).await;
    settle(10 * MINUTE).await;
    assert_eq!(told(&product, "duty_officer").await, ["doctor"], "the hospital's duty officer, nobody else");
    let county = admin.organisation("清河县人民医院").await;
    let path = format!("/api/v1/rosters/responsible?organisation_id={county}");
    let now = admin.get(&path).await.expect(200).json;
    assert_eq!(
        (now["step"].as_str(), now["people"][0]["name"].as_str()),
        (Some("hospital_duty"), Some("何志刚"))
    );
    let doctor = product.sign_in("doctor").await;
    let person = format!("/api/v1/people/{}", me(&doctor));
    let version = admin.get(&person).await.version();
    admin.command(&format!("{person}/leave"), version, json!({})).await.expect(200);
    let now = admin.get(&path).await.expect(200).json;
    assert_eq!(
        (now["step"].as_str(), now["people"][0]["name"].as_str()),
        (Some("hospital_deputy"), Some("高永康"))
    );
    product.clock.advance_ms(100 * 24 * 60 * MINUTE);
    let admin = product.sign_in("admin").await;
    let now = admin.get(&path).await.expect(200).json;
    assert_eq!((now["step"].as_str(), now["people"][0]["name"].as_str()), (Some("role"), Some("孙丽")));
}
