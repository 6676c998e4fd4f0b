//! Guessing: how often a name and an address may try, and that names which do not exist answer like those that do.

use consult_server::demo::PASSWORD;
use futures_util::future::join_all;
use tests::harness::{Answer, Product};
use tests::people::sixty_more;
use tests::store;

const MINUTE_MS: i64 = 60 * 1000;

#[tokio::test]
async fn a_name_that_does_not_exist_waits_exactly_like_one_that_does() {
    let product = Product::start().await;
    for failure in 1..=14 {
        let mut answers = Vec::new();
        for login in ["village", "nobody-of-that-name"] {
            let answer = product.knock(login, "wrong").await.expect_refusal(401, "access.wrong-credentials");
            let blocked = product.knock(login, "wrong").await;
            answers.push((answer.status, blocked.status, blocked.retry_after));
        }
        assert_eq!(answers[0], answers[1], "failure {failure}");
        if failure >= 6 {
            assert_eq!(answers[0].1, 429, "failure {failure}");
        }
        product.clock.advance_ms(MINUTE_MS);
    }
}

#[tokio::test]
async fn the_wait_begins_with_the_sixth_failure_doubles_and_ends_at_a_minute_in_the_demo() {
    let product = Product::start().await;
    for _ in 0..5 {
        product.knock("village", "wrong").await.expect_refusal(401, "access.wrong-credentials");
    }
    for expected in [1, 2, 4, 8, 16, 32, 60, 60] {
        product.knock("village", "wrong").await.expect_refusal(401, "access.wrong-credentials");
        let waiting = product.knock("village", PASSWORD).await;
        assert_eq!((waiting.status, waiting.retry_after), (429, Some(expected)));
        assert_eq!(waiting.json["retry_after"], expected);
        product.clock.advance_ms(expected * 1000);
    }
    product.knock("village", PASSWORD).await.expect(201);
    product.knock("village", "wrong").await.expect_refusal(401, "access.wrong-credentials");
    product.knock("village", PASSWORD).await.expect(201);
}

#[tokio::test]
async fn outside_the_demo_the_wait_goes_up_to_a_quarter_of_an_hour() {
    let product = Product::start().await;
    store::execute(&product.app.ground.db, "UPDATE account SET demo = 0").await;
    let mut longest = 0;
    for _ in 0..40 {
        if let Some(seconds) = product.knock("village", "wrong").await.retry_after {
            longest = seconds.max(longest);
            product.clock.advance_ms(seconds * 1000);
        }
    }
    assert_eq!(longest, 900);
}

/// However many guesses come at one moment, six are looked at; the right one among the rest learns nothing.
#[tokio::test]
async fn of_ten_thousand_guesses_at_once_six_are_answered_and_the_right_one_is_not_told() {
    let product = Product::start().await;
    let at_once = join_all((0..40).map(|_| product.knock("village", "wrong"))).await;
    assert_eq!(at_once.iter().filter(|answer| answer.status == 401).count(), 6);
    assert!(at_once.iter().all(|answer| answer.status == 401 || answer.status == 429));
    for _ in 0..100 {
        let guesses = join_all((0..100).map(|_| product.knock("village", PASSWORD))).await;
        assert!(guesses.iter().all(|answer| answer.status == 429));
    }
    product.clock.advance_ms(1000);
    product.knock("village", PASSWORD).await.expect(201);
}

#[tokio::test]
async fn right_passwords_are_never_limited() {
    let product = Product::start().await;
    for _ in 0..3 {
        let entered = join_all((0..20).map(|_| product.knock("village", PASSWORD))).await;
        assert!(entered.iter().all(|answer| answer.status == 201));
    }
}

#[tokio::test]
async fn an_address_waits_only_after_fifty_different_accounts_failed_there_in_ten_minutes() {
    let product = Product::start().await;
    sixty_more(&product.app.ground.db).await;
    for n in 1..=49 {
        product.knock(&format!("staff-{n}"), "wrong").await.expect(401);
        product.knock(&format!("staff-{n}"), "wrong").await.expect(401);
    }
    product.knock("village", "mistyped").await.expect(401);
    let refused = product.knock("village", PASSWORD).await;
    assert_eq!(refused.retry_after, Some(600), "fifty with the doctor who mistyped");
    refused.expect_refusal(429, "access.too-many-attempts");
    product.clock.advance_ms(10 * MINUTE_MS);
    product.knock("village", PASSWORD).await.expect(201);
}

#[tokio::test]
async fn a_morning_shift_that_mistypes_and_then_gets_in_does_not_lock_its_hospital_out() {
    let product = Product::start().await;
    sixty_more(&product.app.ground.db).await;
    for n in 1..=48 {
        product.knock(&format!("staff-{n}"), "wrong").await.expect(401);
    }
    for login in ["village", "township", "doctor", "desk", "specialist"] {
        product.knock(login, "mistyped").await.expect(401);
        product.knock(login, PASSWORD).await.expect(201);
    }
}

#[tokio::test]
async fn fifty_invented_names_clients_or_codes_keep_nobody_out_and_a_flood_is_stopped() {
    let product = Product::start().await;
    for n in 0..60 {
        product.knock(&format!("guess-{n}"), "wrong").await.expect(401);
        let form = [("grant_type", "client_credentials")];
        let id = format!("client-{n}");
        let request =
            product.http().post(product.url("/oauth2/token")).basic_auth(id, Some("wrong")).form(&form);
        assert_eq!(request.send().await.unwrap().status(), 401);
        // Codes are guessed at a door of their own, which waits after fifty for itself.
        let body = serde_json::json!({ "login": format!("new-{n}"), "code": "abcd-efgh-jkmn-pqrs", "password": "east ditch spring" });
        let expected = if n < 50 { 401 } else { 429 };
        product.post("/api/v1/session/activation", body).await.expect(expected);
    }
    product.knock("village", PASSWORD).await.expect(201);
    let flood = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400) INSERT INTO sign_in_origin (from_address, \
         login_hash, failed_at, known) SELECT '127.0.0.1', 'flood ' || CAST(i AS TEXT), 1795399200000, 0 FROM n";
    store::execute(&product.app.ground.db, flood).await;
    product.knock("township", PASSWORD).await.expect_refusal(429, "access.too-many-attempts");
}

/// A browser that keeps its cookies, at the door of one account.
async fn knock_from(product: &Product, browser: &reqwest::Client, login: &str, password: &str) -> Answer {
    let body = serde_json::json!({ "login": login, "password": password });
    Answer::of(browser.post(product.url("/api/v1/session")).json(&body).send().await.unwrap()).await
}

fn browser() -> reqwest::Client {
    reqwest::Client::builder().cookie_store(true).tls_certs_only([]).build().unwrap()
}

#[tokio::test]
async fn whoever_got_in_on_a_device_before_gets_in_there_while_strangers_guess_elsewhere() {
    let product = Product::start().await;
    sixty_more(&product.app.ground.db).await;
    let own = browser();
    knock_from(&product, &own, "village", PASSWORD).await.expect(201);
    for _ in 0..6 {
        product.knock("village", "wrong").await.expect(401);
    }
    product.knock("village", PASSWORD).await.expect(429);
    knock_from(&product, &own, "village", PASSWORD).await.expect(201);
    // The fiftieth account is the doctor whom they guess at.
    for n in 1..=49 {
        product.knock(&format!("staff-{n}"), "wrong").await.expect(401);
    }
    product.clock.advance_ms(MINUTE_MS);
    product.knock("village", PASSWORD).await.expect(429);
    knock_from(&product, &own, "village", PASSWORD).await.expect(201);
    // For another account the same browser is a stranger.
    knock_from(&product, &own, "township", PASSWORD).await.expect(429);
}

#[tokio::test]
async fn a_known_device_has_a_small_budget_of_its_own_and_is_forgotten_with_a_new_password() {
    let product = Product::start().await;
    let thief = browser();
    knock_from(&product, &thief, "village", PASSWORD).await.expect(201);
    let mut looked_at = 0;
    for _ in 0..100 {
        match knock_from(&product, &thief, "village", "wrong").await.retry_after {
            Some(seconds) => product.clock.advance_ms(seconds * 1000),
            None => looked_at += 1,
        }
        if store::texts(&product.app.ground.db, "SELECT device_hash FROM known_device").await.is_empty() {
            break;
        }
    }
    assert_eq!(looked_at, 10, "then it is known no more");
    let own = browser();
    knock_from(&product, &own, "village", PASSWORD).await.expect(201);
    product.sign_in("village").await.change_password(PASSWORD, "east ditch spring rain").await.expect(204);
    assert!(store::texts(&product.app.ground.db, "SELECT device_hash FROM known_device").await.is_empty());
}

/// Somebody puts their own token into a doctor's browser, where the doctor then signs in.
#[tokio::test]
async fn a_token_that_was_in_the_browser_before_does_not_become_known_and_no_store_holds_one() {
    let product = Product::start().await;
    let sign_in = |login: &'static str, cookie: Option<String>| {
        let body = serde_json::json!({ "login": login, "password": PASSWORD });
        let mut request = product.http().post(product.url("/api/v1/session")).json(&body);
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        async move {
            let answer = request.send().await.unwrap();
            let device = answer.headers().get_all("set-cookie").iter().find_map(|line| {
                let line = line.to_str().unwrap();
                line.starts_with("consult_device=").then(|| line.to_owned())
            });
            (answer.status().as_u16(), device.unwrap_or_default())
        }
    };
    let (_, planted) = sign_in("doctor", None).await;
    assert!(planted.contains("HttpOnly") && planted.contains("Path=/api/v1/session"), "{planted}");
    let planted = planted.split(';').next().unwrap().to_owned();
    let (_, fresh) = sign_in("village", Some(planted.clone())).await;
    assert_ne!(fresh.split(';').next().unwrap(), planted);
    for _ in 0..6 {
        product.knock("village", "wrong").await.expect(401);
    }
    assert_eq!(sign_in("village", Some(planted.clone())).await.0, 429);
    let kept =
        store::count_everywhere(&product.app.ground.db, planted.trim_start_matches("consult_device=")).await;
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn a_refused_sign_in_of_somebody_is_in_the_audit_trail_and_of_nobody_is_not() {
    let product = Product::start().await;
    product.knock("village", "wrong").await.expect(401);
    product.knock("nobody", "wrong").await.expect(401);
    let denied = store::texts(
        &product.app.ground.db,
        "SELECT basis FROM audit WHERE action = 'session.opened' AND outcome = 'denied'",
    )
    .await;
    assert_eq!(denied, ["access.wrong-credentials"]);
}

#[tokio::test]
async fn failures_are_forgotten_after_a_day_so_that_guessed_names_do_not_fill_the_store() {
    let product = Product::start().await;
    for n in 0..20 {
        product.knock(&format!("guess-{n}"), "wrong").await.expect(401);
    }
    product.clock.advance_ms(25 * 60 * MINUTE_MS);
    product.knock("last", "wrong").await.expect(401);
    let db = &product.app.ground.db;
    assert_eq!(store::texts(db, "SELECT login_hash FROM sign_in_attempt").await.len(), 1);
    assert_eq!(store::texts(db, "SELECT login_hash FROM sign_in_origin").await.len(), 1);
}
