//! My own account: the list of my sessions and how they end, fixation and reuse, and changing my password.

use consult_server::admin::{self, NewAdmin};
use consult_server::demo::PASSWORD;
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};
use tests::harness::{Answer, Product, config_of, text};

const BETTER: &str = "east ditch spring rain";

#[tokio::test]
async fn i_see_my_sessions_and_end_one_of_them_and_then_all_others() {
    let product = Product::start().await;
    let (desk, phone, tablet) = (
        product.sign_in("village").await,
        product.sign_in("village").await,
        product.sign_in("village").await,
    );
    let stranger = product.sign_in("doctor").await;
    let listed = desk.get("/api/v1/session/list").await.expect(200).json;
    let sessions = listed["items"].as_array().unwrap();
    assert_eq!(sessions.len(), 3, "{listed:#}");
    assert_eq!(sessions.iter().filter(|s| s["current"] == true).count(), 1);
    assert_eq!(sessions[0]["from_address"], "127.0.0.1");
    let own = phone.get("/api/v1/session/list").await.expect(200).json;
    let own = own["items"].as_array().unwrap().iter().find(|s| s["current"] == true).unwrap().clone();
    let path = format!("/api/v1/session/list/{}", text(&own["id"]));
    stranger.delete(&path).await.expect_refusal(404, "request.not-found");
    desk.delete(&path).await.expect(204);
    desk.delete(&path).await.expect_refusal(404, "request.not-found");
    phone.get("/api/v1/session").await.expect_refusal(401, "access.not-signed-in");
    tablet.get("/api/v1/session").await.expect(200);
    desk.delete("/api/v1/session/list").await.expect(204);
    tablet.get("/api/v1/session").await.expect_refusal(401, "access.not-signed-in");
    desk.get("/api/v1/session").await.expect(200);
    stranger.get("/api/v1/session").await.expect(200);
}

#[tokio::test]
async fn a_cookie_that_somebody_planted_is_worth_nothing_after_signing_in() {
    let product = Product::start().await;
    let planted = "a".repeat(64);
    let body = json!({ "login": "village", "password": PASSWORD });
    let request = product.http().post(product.url("/api/v1/session")).json(&body);
    let answer = request.header(COOKIE, format!("consult_session={planted}")).send().await.unwrap();
    let set = answer.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && !set.contains(&planted), "{set}");
    let request = product.http().get(product.url("/api/v1/session"));
    let request = request.header(COOKIE, format!("consult_session={planted}"));
    Answer::of(request.send().await.unwrap()).await.expect_refusal(401, "access.not-signed-in");
}

#[tokio::test]
async fn a_token_is_worth_nothing_after_signing_out_at_any_door() {
    let product = Product::start().await;
    let specialist = product.sign_in("specialist").await;
    specialist.get("/dicom-web/studies").await.expect(200);
    specialist.delete("/api/v1/session").await.expect(204);
    for door in ["/api/v1/session", "/api/v1/consults", "/api/v1/events", "/dicom-web/studies"] {
        assert_eq!(specialist.get(door).await.status, 401, "{door}");
    }
    assert_eq!(specialist.delete("/api/v1/session").await.status, 401);
}

#[tokio::test]
async fn a_new_password_ends_my_other_sessions_and_the_old_one_no_longer_fits() {
    let product = Product::start().await;
    let (here, elsewhere) = (product.sign_in("village").await, product.sign_in("village").await);
    for (old, new, code) in [
        ("not the password", BETTER, "access.password-old-wrong"),
        (PASSWORD, "short", "access.password-too-short"),
        (PASSWORD, &"x1 y2 z3 ".repeat(20), "access.password-too-long"),
        (PASSWORD, "Password123456", "access.password-known"),
        (PASSWORD, "my name is village", "access.password-known"),
    ] {
        here.change_password(old, new).await.expect_refusal(422, code);
    }
    elsewhere.get("/api/v1/session").await.expect(200);
    here.change_password(PASSWORD, BETTER).await.expect(204);
    here.change_password(BETTER, BETTER).await.expect_refusal(422, "access.password-unchanged");
    here.get("/api/v1/session").await.expect(200);
    elsewhere.get("/api/v1/session").await.expect_refusal(401, "access.not-signed-in");
    product.knock("village", PASSWORD).await.expect_refusal(401, "access.wrong-credentials");
    product.knock("village", BETTER).await.expect(201);
}

#[tokio::test]
async fn guessing_the_old_password_from_an_open_session_waits_like_the_door() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    for _ in 0..6 {
        village
            .change_password("a wrong guess", BETTER)
            .await
            .expect_refusal(422, "access.password-old-wrong");
    }
    let refused = village.change_password(PASSWORD, BETTER).await;
    refused.expect_refusal(429, "access.too-many-attempts");
}

#[tokio::test]
async fn the_console_makes_the_first_administrator_whose_password_must_be_changed_first() {
    let folder = tempfile::tempdir().unwrap();
    let config = config_of(&folder).await;
    let product = Product::start_with_empty_store(folder, config).await;
    let ground = &product.app.ground;
    assert!(admin::is_empty(ground).await.unwrap());
    let new = |login: &str, organisation: &str| NewAdmin {
        alliance: Some("新河县医共体".to_owned()),
        organisation: organisation.to_owned(),
        name: "郭伟".to_owned(),
        login: login.to_owned(),
        role: "administrator".to_owned(),
    };
    let password = admin::create(ground, new("guowei", "新河县人民医院")).await.unwrap();
    assert!(admin::create(ground, new("guowei", "新河县人民医院")).await.is_err(), "the login is taken");
    assert!(admin::create(ground, new("second", "没有的医院")).await.is_err());
    admin::create(ground, new("second", "新河县人民医院")).await.unwrap();

    let entered = product.knock("guowei", &password).await.expect(201).json;
    assert_eq!(entered["me"]["owed"], "password");
    let first = product.user(&entered);
    first.get("/api/v1/session").await.expect(200);
    for door in ["/api/v1/organisations", "/api/v1/session/list", "/api/v1/notices", "/dicom-web/studies"] {
        first.get(door).await.expect_refusal(403, "access.password-change-needed");
    }
    first.change_password(&password, BETTER).await.expect(204);
    let me = first.get("/api/v1/session").await.expect(200).json;
    assert_ne!(me["owed"], "password");
    product.knock("guowei", &password).await.expect_refusal(401, "access.wrong-credentials");
}

#[tokio::test]
async fn the_console_resets_a_password_and_ends_sessions_and_lock_out() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    for _ in 0..6 {
        product.knock("village", "wrong").await.expect(401);
    }
    let password = admin::reset_password(&product.app.ground, "village", false).await.unwrap();
    village.get("/api/v1/session").await.expect_refusal(401, "access.not-signed-in");
    let entered = product.knock("village", &password).await.expect(201).json;
    assert_eq!(entered["me"]["owed"], Value::from("password"));
    assert!(admin::reset_password(&product.app.ground, "nobody", false).await.is_err());
}

#[tokio::test]
async fn a_password_that_is_too_old_must_be_changed_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config_of(&folder).await;
    config.access.password_days = Some(7);
    let product = Product::start_with(folder, config).await;
    let village = product.sign_in("village").await;
    village.get("/api/v1/patients").await.expect_refusal(403, "access.password-change-needed");
    village.change_password(PASSWORD, BETTER).await.expect(204);
    village.get("/api/v1/patients").await.expect(200);
    product.clock.advance_ms(6 * 24 * 3600 * 1000);
    assert_eq!(product.knock("village", BETTER).await.expect(201).json["me"]["owed"], Value::Null);
    product.clock.advance_ms(24 * 3600 * 1000);
    assert_eq!(product.knock("village", BETTER).await.expect(201).json["me"]["owed"], "password");
}
