//! The second factor: who must have one, enrolling, the challenge after the password, recovery codes, and every way of
//! using something twice.

use consult_server::access::factors::rules::code_at;
use consult_server::admin;
use consult_server::config::SecondFactor;
use consult_server::demo::PASSWORD;
use reqwest::Method;
use serde_json::{Value, json};
use tests::harness::{Answer, Product, config_of, text};
use tests::phone::{Phone, STEP_MS, TOTP};
use tests::store;

const SECOND: &str = "/api/v1/session/second-factor";

async fn started(policy: SecondFactor) -> Product {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config_of(&folder).await;
    config.access.second_factor = Some(policy);
    Product::start_with(folder, config).await
}

/// The challenge that the right password brings.
async fn challenge(product: &Product, login: &str) -> String {
    let asked = product.knock(login, PASSWORD).await.expect_refusal(401, "access.second-factor-needed");
    text(&asked.json["challenge"])
}

async fn answer(product: &Product, challenge: &str, code: &str) -> Answer {
    product.post(SECOND, json!({ "challenge": challenge, "code": code })).await
}

#[tokio::test]
async fn whoever_must_enrol_first_can_do_nothing_else_and_then_everything() {
    let product = started(SecondFactor::Admins).await;
    let admin = product.sign_in("admin").await;
    assert_eq!(admin.me["owed"], "second_factor");
    for door in ["/api/v1/organisations", "/api/v1/notices", "/api/v1/session/list", "/api/v1/events"] {
        admin.get(door).await.expect_refusal(403, "access.second-factor-enrol");
    }
    let factors = admin.get("/api/v1/session/factors").await.expect(200).json;
    assert_eq!(
        (factors["required"].as_bool(), factors["passkeys_possible"].as_bool()),
        (Some(true), Some(false))
    );
    Phone::enrol(&admin).await;
    admin.get("/api/v1/organisations").await.expect(200);
    assert_eq!(admin.get("/api/v1/session").await.expect(200).json["owed"], Value::Null);

    let village = product.sign_in("village").await;
    assert_eq!(village.me["owed"], Value::Null, "clinicians are not asked");
}

#[tokio::test]
async fn in_the_demo_on_loopback_nobody_is_asked_and_the_page_is_told() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    assert_eq!((&admin.me["owed"], &admin.me["second_factor_off"]), (&Value::Null, &json!(true)));
    let strict = started(SecondFactor::All).await;
    let village = strict.sign_in("village").await;
    assert_eq!(
        (&village.me["owed"], &village.me["second_factor_off"]),
        (&json!("second_factor"), &json!(false))
    );
}

#[tokio::test]
async fn the_password_brings_a_challenge_and_the_code_a_session() {
    let product = Product::start().await;
    let phone = Phone::enrol(&product.sign_in("village").await).await;
    let asked = product.knock("village", PASSWORD).await.expect_refusal(401, "access.second-factor-needed");
    assert_eq!(asked.json["methods"], json!(["recovery_code", "totp"]));
    assert!(asked.json.get("token").is_none());
    let token = text(&asked.json["challenge"]);
    let request = product.http().get(product.url("/api/v1/session")).bearer_auth(&token);
    assert_eq!(request.send().await.unwrap().status(), 401, "a challenge is no session");
    let entered = answer(&product, &token, &phone.code(0)).await.expect(201).json;
    product.user(&entered).get("/api/v1/patients").await.expect(200);
}

#[tokio::test]
async fn a_code_a_challenge_and_a_recovery_code_each_count_once() {
    let product = Product::start().await;
    let phone = Phone::enrol(&product.sign_in("village").await).await;
    let used = challenge(&product, "village").await;
    let code = phone.code(0);
    answer(&product, &used, &code).await.expect(201);
    answer(&product, &used, &phone.code(1)).await.expect_refusal(401, "access.challenge-over");

    let fresh = challenge(&product, "village").await;
    answer(&product, &fresh, &code).await.expect_refusal(401, "access.code-wrong");
    answer(&product, &fresh, &phone.code(-1)).await.expect_refusal(401, "access.code-wrong");
    answer(&product, &fresh, &phone.codes[0].to_uppercase()).await.expect(201);

    let fresh = challenge(&product, "village").await;
    answer(&product, &fresh, &phone.codes[0]).await.expect_refusal(401, "access.code-wrong");
    let entered = answer(&product, &fresh, &phone.codes[1]).await.expect(201).json;
    let factors = product.user(&entered).get("/api/v1/session/factors").await.expect(200).json;
    assert_eq!(factors["recovery_codes_left"], 8);
}

#[tokio::test]
async fn of_one_code_sent_many_times_at_once_one_gets_in() {
    let product = Product::start().await;
    let phone = Phone::enrol(&product.sign_in("village").await).await;
    let mut challenges = Vec::new();
    for _ in 0..4 {
        challenges.push(challenge(&product, "village").await);
    }
    let code = phone.code(0);
    let answers = futures_util::future::join_all(challenges.iter().map(|c| answer(&product, c, &code))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    let one = challenge(&product, "village").await;
    let codes = [phone.codes[0].clone(), phone.codes[1].clone(), phone.codes[2].clone()];
    let answers = futures_util::future::join_all(codes.iter().map(|code| answer(&product, &one, code))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "one challenge, one session");
}

#[tokio::test]
async fn a_telephone_may_be_half_a_minute_off_and_no_more() {
    let product = Product::start().await;
    let phone = Phone::enrol(&product.sign_in("village").await).await;
    product.clock.advance_ms(4 * STEP_MS);
    for (steps, status) in [(-2, 401), (2, 401), (-1, 201), (1, 201)] {
        let token = challenge(&product, "village").await;
        assert_eq!(answer(&product, &token, &phone.code(steps)).await.status, status, "{steps} steps off");
        product.clock.advance_ms(10 * STEP_MS);
    }
}

#[tokio::test]
async fn a_challenge_lives_five_minutes_and_five_wrong_codes() {
    let product = Product::start().await;
    let phone = Phone::enrol(&product.sign_in("village").await).await;
    let token = challenge(&product, "village").await;
    product.clock.advance_ms(5 * 60 * 1000);
    answer(&product, &token, &phone.code(0)).await.expect_refusal(401, "access.challenge-over");
    let token = challenge(&product, "village").await;
    for _ in 0..5 {
        answer(&product, &token, "000000").await.expect_refusal(401, "access.code-wrong");
    }
    answer(&product, &token, &phone.code(0)).await.expect_refusal(401, "access.challenge-over");
    answer(&product, "no such challenge", &phone.code(0)).await.expect_refusal(401, "access.challenge-over");
    let both = json!({ "challenge": token, "code": "000000", "passkey": {} });
    product.post(SECOND, both).await.expect_refusal(400, "request.json-invalid");
}

#[tokio::test]
async fn guessing_codes_waits_like_guessing_passwords_and_the_password_does_not_start_anew() {
    let product = Product::start().await;
    let phone = Phone::enrol(&product.sign_in("village").await).await;
    let mut wrong = 0;
    for _ in 0..3 {
        let asked = product.knock("village", PASSWORD).await;
        let Some(token) = asked.json["challenge"].as_str() else { break };
        for _ in 0..5 {
            if answer(&product, token, "000000").await.status == 401 {
                wrong += 1;
            }
        }
    }
    assert_eq!(wrong, 6);
    product.knock("village", PASSWORD).await.expect_refusal(429, "access.too-many-attempts");
    product.clock.advance_ms(2000);
    let token = challenge(&product, "village").await;
    answer(&product, &token, &phone.code(0)).await.expect(201);
}

#[tokio::test]
async fn a_wrong_code_is_in_the_audit_trail_as_refused() {
    let product = Product::start().await;
    Phone::enrol(&product.sign_in("village").await).await;
    let token = challenge(&product, "village").await;
    answer(&product, &token, "000000").await.expect(401);
    let query = "SELECT basis FROM audit WHERE outcome = 'denied'";
    assert_eq!(store::texts(&product.app.ground.db, query).await, ["access.code-wrong"]);
}

#[tokio::test]
async fn the_last_factor_stays_where_one_is_required_and_goes_with_its_codes_where_not() {
    let product = started(SecondFactor::Admins).await;
    for (login, status) in [("admin", 409), ("village", 204)] {
        let user = product.sign_in(login).await;
        Phone::enrol(&user).await;
        user.post(TOTP, json!({})).await.expect_refusal(409, "access.totp-already");
        let factors = user.get("/api/v1/session/factors").await.expect(200).json;
        let path = format!("/api/v1/session/factors/{}", text(&factors["factors"][0]["id"]));
        assert_eq!(user.delete(&path).await.status, status, "{login}");
    }
    let village = product.sign_in("village").await;
    let factors = village.get("/api/v1/session/factors").await.expect(200).json;
    assert_eq!((&factors["factors"], &factors["recovery_codes_left"]), (&json!([]), &json!(0)));
}

#[tokio::test]
async fn an_unattended_screen_is_not_enough_to_change_factors() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    Phone::enrol(&village).await;
    let factors = village.get("/api/v1/session/factors").await.expect(200).json;
    let path = format!("/api/v1/session/factors/{}", text(&factors["factors"][0]["id"]));
    product.clock.advance_ms(15 * 60 * 1000);
    village.delete(&path).await.expect_refusal(403, "access.sign-in-again");
    village.post(TOTP, json!({})).await.expect_refusal(403, "access.sign-in-again");
    let codes = "/api/v1/session/factors/recovery-codes";
    village.post(codes, json!({})).await.expect_refusal(403, "access.sign-in-again");
    village
        .post("/api/v1/session/factors/passkeys", json!({}))
        .await
        .expect_refusal(403, "access.sign-in-again");
}

#[tokio::test]
async fn nobody_reaches_the_factors_of_another_and_new_codes_end_the_old_ones() {
    let product = Product::start().await;
    let (village, doctor) = (product.sign_in("village").await, product.sign_in("doctor").await);
    let begun = village.post(TOTP, json!({})).await.expect(201).json;
    let code = code_at(&text(&begun["secret"]), product.app.ground.now()).unwrap();
    let confirmation = json!({ "id": begun["id"], "code": code });
    let confirm = format!("{TOTP}/confirm");
    doctor.post(&confirm, confirmation.clone()).await.expect_refusal(404, "request.not-found");
    let wrong = json!({ "id": begun["id"], "code": "000000" });
    village.post(&confirm, wrong).await.expect_refusal(422, "access.factor-code-wrong");
    let old = village.post(&confirm, confirmation.clone()).await.expect(200).json;
    village.post(&confirm, confirmation).await.expect_refusal(404, "request.not-found");
    let path = format!("/api/v1/session/factors/{}", text(&begun["id"]));
    doctor.delete(&path).await.expect_refusal(404, "request.not-found");
    let codes = "/api/v1/session/factors/recovery-codes";
    doctor.post(codes, json!({})).await.expect_refusal(409, "access.no-factor");
    let renewed = village.post(codes, json!({})).await.expect(201).json;
    let token = challenge(&product, "village").await;
    let old = text(&old["recovery_codes"][0]);
    answer(&product, &token, &old).await.expect_refusal(401, "access.code-wrong");
    answer(&product, &token, &text(&renewed["recovery_codes"][0])).await.expect(201);
}

#[tokio::test]
async fn a_new_password_ends_a_second_step_that_began_with_the_old_one() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let phone = Phone::enrol(&village).await;
    let token = challenge(&product, "village").await;
    village.change_password(PASSWORD, "east ditch spring rain").await.expect(204);
    answer(&product, &token, &phone.code(0)).await.expect_refusal(401, "access.challenge-over");
}

#[tokio::test]
async fn the_console_takes_the_factors_of_a_lost_telephone_away() {
    let product = Product::start().await;
    Phone::enrol(&product.sign_in("village").await).await;
    let ground = &product.app.ground;
    let password = admin::reset_password(ground, "village", false).await.unwrap();
    product.knock("village", &password).await.expect_refusal(401, "access.second-factor-needed");
    let password = admin::reset_password(ground, "village", true).await.unwrap();
    assert_eq!(product.knock("village", &password).await.expect(201).json["me"]["owed"], "password");
}

#[tokio::test]
async fn secrets_are_sealed_in_the_store_and_recovery_codes_hashed() {
    let product = Product::start().await;
    let phone = Phone::enrol(&product.sign_in("village").await).await;
    challenge(&product, "village").await;
    let mut stored = Vec::new();
    for query in [
        "SELECT secret FROM factor",
        "SELECT code_hash FROM recovery_code",
        "SELECT state FROM challenge",
        "SELECT payload FROM event",
        "SELECT detail FROM audit",
    ] {
        stored.extend(store::texts(&product.app.ground.db, query).await);
    }
    assert!(stored.len() > 12);
    for plain in phone.codes.iter().chain([&phone.secret]) {
        assert!(stored.iter().all(|row| !row.contains(plain.as_str())));
    }
}

#[tokio::test]
async fn passkeys_are_refused_where_the_server_is_reached_by_an_address() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let passkeys = "/api/v1/session/factors/passkeys";
    village.post(passkeys, json!({})).await.expect_refusal(409, "access.passkey-not-here");
    let answer = json!({ "challenge": "none", "name": "x", "credential": {} });
    let confirm = village.request(Method::POST, &format!("{passkeys}/confirm")).json(&answer);
    Answer::of(confirm.send().await.unwrap()).await.expect_refusal(409, "access.factor-challenge-over");
}
