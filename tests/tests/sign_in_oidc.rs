//! Signing in at an identity provider: a real one, walked through as a browser does; every way of using something twice or
//! elsewhere, whoever has no account, and a provider that is down.

use consult_server::admin;
use consult_server::config::{Oidc, OidcMatch, OidcSecondFactor, Secret};
use consult_server::demo::PASSWORD;
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tests::harness::{Answer, Product, config_of, text};
use tests::oidc::{Browser, IdentityProvider, location};
use tests::people::{engage, leave};
use tests::phone::Phone;
use tests::store;

const START: &str = "/api/v1/session/oidc/start";
const HALF_WAY: &str = "/api/v1/session/oidc/second-step";

fn oidc(provider: &IdentityProvider) -> Oidc {
    oidc_at(&provider.issuer)
}

fn oidc_at(issuer: &str) -> Oidc {
    Oidc {
        issuer: issuer.to_owned(),
        client_id: "consult".to_owned(),
        client_secret: Some(Secret("only-for-tests".to_owned())),
        label: "县卫健委统一认证".to_owned(),
        claim: "preferred_username".to_owned(),
        matches: OidcMatch::Login,
        second_factor: OidcSecondFactor::Ask,
        scopes: vec!["profile".to_owned()],
    }
}

async fn started(oidc: Oidc) -> Product {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config_of(&folder).await;
    config.access.oidc = Some(oidc);
    Product::start_with(folder, config).await
}

/// From our button to the address at which the provider sends the browser back.
async fn walked(product: &Product, browser: &Browser, login: &str, next: &str) -> String {
    let sent = browser.get(&product.url(&format!("{START}?next={next}"))).await;
    browser.walk(&location(&sent), login).await
}

/// The code with which the sign-in page is asked to explain itself.
async fn refused(browser: &Browser, address: &str) -> String {
    let answer = browser.get(address).await;
    assert_eq!(answer.status(), 303);
    let set: Vec<_> = answer.headers().get_all(SET_COOKIE).iter().collect();
    assert!(!format!("{set:?}").contains("consult_session"), "{set:?}");
    location(&answer).strip_prefix("/sign-in?refused=").expect("a refusal").to_owned()
}

async fn who(product: &Product, browser: &Browser) -> Answer {
    Answer::of(browser.get(&product.url("/api/v1/session")).await).await
}

#[tokio::test]
async fn whoever_the_provider_knows_gets_in_and_lands_where_they_wanted_to_go() {
    for arguments in [&[][..], &["--claims-in-token"][..]] {
        let provider = IdentityProvider::start(arguments);
        let product = started(oidc(&provider)).await;
        let ways = Answer::of(product.http().get(product.url("/api/v1/session/ways")).send().await.unwrap());
        assert_eq!(ways.await.expect(200).json, json!({ "oidc": "县卫健委统一认证" }));

        let browser = Browser::default();
        let back = walked(&product, &browser, "village", "/consults").await;
        let entered = browser.get(&back).await;
        assert_eq!(location(&entered), "/consults");
        let cookies: Vec<_> =
            entered.headers().get_all(SET_COOKIE).iter().map(|c| c.to_str().unwrap()).collect();
        let session =
            cookies.iter().find(|cookie| cookie.starts_with("consult_session=")).expect("a session");
        assert!(session.contains("HttpOnly") && session.contains("SameSite=Lax"), "{session}");
        let me = who(&product, &browser).await.expect(200).json;
        assert_eq!((&me["person"]["login"], &me["owed"]), (&json!("village"), &Value::Null));

        let trail = store::texts(&product.app.ground.db, OPENED).await;
        assert_eq!(trail, ["oidc done"]);
    }
}

const OPENED: &str =
    "SELECT basis || ' ' || outcome FROM audit WHERE action = 'session.opened' ORDER BY entry_no";

#[tokio::test]
async fn a_code_and_its_state_count_once() {
    let provider = IdentityProvider::start(&[]);
    let product = started(oidc(&provider)).await;
    let browser = Browser::default();
    let back = walked(&product, &browser, "village", "/").await;
    assert_eq!(location(&browser.get(&back).await), "/");
    assert_eq!(refused(&browser, &back).await, "access.oidc-over");
    // The used code with a state of its own: the provider refuses it.
    let code = back.split(['?', '&']).find(|part| part.starts_with("code=")).unwrap().to_owned();
    let sent = browser.get(&product.url(START)).await;
    let sent = reqwest::Url::parse(&location(&sent)).unwrap();
    let state = sent.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let stolen = product.url(&format!("/api/v1/session/oidc/callback?{code}&state={state}"));
    assert_eq!(refused(&browser, &stolen).await, "access.oidc-refused");
}

#[tokio::test]
async fn what_comes_back_in_another_browser_late_or_with_a_wrong_state_opens_nothing() {
    let provider = IdentityProvider::start(&[]);
    let product = started(oidc(&provider)).await;
    let (browser, other) = (Browser::default(), Browser::default());
    let back = walked(&product, &browser, "village", "/").await;
    assert_eq!(refused(&other, &back).await, "access.oidc-over", "no cookie");
    other.get(&product.url(START)).await;
    assert_eq!(refused(&other, &back).await, "access.oidc-over", "the cookie of another sign-in");
    let wrong = back.replace("state=", "state=0");
    assert_eq!(refused(&browser, &wrong).await, "access.oidc-over");
    assert_eq!(location(&browser.get(&back).await), "/", "none of that has spoilt it for its owner");

    let late = walked(&product, &browser, "village", "/").await;
    product.clock.advance_ms(10 * 60 * 1000);
    assert_eq!(refused(&browser, &late).await, "access.oidc-over");
    let bare = product.url("/api/v1/session/oidc/callback");
    assert_eq!(refused(&browser, &bare).await, "access.oidc-over");
}

#[tokio::test]
async fn whoever_turns_back_at_the_provider_is_told_so() {
    let provider = IdentityProvider::start(&[]);
    let product = started(oidc(&provider)).await;
    let browser = Browser::default();
    let back = walked(&product, &browser, "village", "/").await;
    let code = back.split(['?', '&']).find(|part| part.starts_with("code=")).unwrap();
    let turned_back = back.replace(code, "error=access_denied");
    assert_eq!(refused(&browser, &turned_back).await, "access.oidc-refused");
    assert_eq!(refused(&browser, &back).await, "access.oidc-over");
}

#[tokio::test]
async fn whoever_has_no_account_or_has_left_is_refused_and_a_leaver_is_in_the_trail() {
    let provider = IdentityProvider::start(&[]);
    let product = started(oidc(&provider)).await;
    let back = walked(&product, &Browser::default(), "nobody", "/").await;
    let browser = Browser::default();
    assert_eq!(refused(&browser, &back).await, "access.oidc-over", "another browser");
    let back = walked(&product, &browser, "nobody", "/").await;
    assert_eq!(refused(&browser, &back).await, "access.oidc-no-account");

    let desk = Browser::default();
    let back = walked(&product, &desk, "desk", "/").await;
    assert_eq!(location(&desk.get(&back).await), "/");
    let admin = product.sign_in("admin").await;
    let me = who(&product, &desk).await.expect(200).json;
    leave(&admin, &text(&me["person"]["id"])).await;
    who(&product, &desk).await.expect(401);
    let back = walked(&product, &desk, "desk", "/").await;
    assert_eq!(refused(&desk, &back).await, "access.oidc-no-account");
    let trail = store::texts(&product.app.ground.db, OPENED).await;
    assert_eq!(trail, ["oidc done", "self done", "access.oidc-no-account denied"]);
}

#[tokio::test]
async fn a_name_that_the_provider_gives_to_somebody_else_opens_nothing() {
    let provider = IdentityProvider::start(&[]);
    let product = started(oidc(&provider)).await;
    for (login, refusal) in
        [("village@first", None), ("village@second", Some("access.oidc-no-account")), ("village@first", None)]
    {
        let browser = Browser::default();
        let back = walked(&product, &browser, login, "/").await;
        match refusal {
            None => assert_eq!(location(&browser.get(&back).await), "/"),
            Some(code) => assert_eq!(refused(&browser, &back).await, code),
        }
    }
    admin::unlink(&product.app.ground, "village").await.unwrap();
    admin::link(&product.app.ground, "village", "village@second").await.unwrap();
    let browser = Browser::default();
    let back = walked(&product, &browser, "village@second", "/").await;
    assert_eq!(location(&browser.get(&back).await), "/");
}

#[tokio::test]
async fn somebody_imported_without_a_password_gets_in_by_their_staff_number() {
    let provider = IdentityProvider::start(&[]);
    let by_number =
        Oidc { claim: "employee_number".to_owned(), matches: OidcMatch::StaffNumber, ..oidc(&provider) };
    let product = started(by_number).await;
    let admin = product.sign_in("admin").await;
    let county = admin.organisation("清河县人民医院").await;
    let imported = engage(&admin, "赵新来", "QH0900", &county, "receiving_doctor").await;
    let browser = Browser::default();
    let back = walked(&product, &browser, "QH0900", "/").await;
    assert_eq!(location(&browser.get(&back).await), "/");
    let me = who(&product, &browser).await.expect(200).json;
    assert_eq!((text(&me["person"]["id"]), text(&me["person"]["login"])), (imported, "qh0900".to_owned()));
    for guess in ["", PASSWORD] {
        product.knock("QH0900", guess).await.expect_refusal(401, "access.wrong-credentials");
    }
    let made =
        "SELECT action FROM audit WHERE action IN ('account.created', 'account.linked') ORDER BY entry_no";
    assert_eq!(store::texts(&product.app.ground.db, made).await, ["account.created", "account.linked"]);
}

#[tokio::test]
async fn our_second_factor_is_asked_for_unless_the_provider_is_trusted_with_it() {
    let provider = IdentityProvider::start(&[]);
    let product = started(oidc(&provider)).await;
    let phone = Phone::enrol(&product.sign_in("village").await).await;
    // A name at the provider opens no account that has a factor of ours: it is linked at the console.
    let browser = Browser::default();
    let back = walked(&product, &browser, "village", "/").await;
    assert_eq!(refused(&browser, &back).await, "access.oidc-no-account");
    admin::link(&product.app.ground, "village", "village").await.unwrap();
    let browser = Browser::default();
    let back = walked(&product, &browser, "village", "/consults?tab=done").await;
    let half = browser.get(&back).await;
    assert_eq!(location(&half), "/sign-in?step=oidc&next=/consults%3Ftab%3Ddone");
    who(&product, &browser).await.expect(401);
    let asked = Answer::of(browser.post(&product.url(HALF_WAY), &[]).await).await;
    let asked = asked.expect_refusal(401, "access.second-factor-needed").json;
    assert_eq!(asked["methods"], json!(["recovery_code", "totp"]));
    Answer::of(browser.post(&product.url(HALF_WAY), &[]).await).await.expect_refusal(401, "access.oidc-over");
    let body = json!({ "challenge": asked["challenge"], "code": phone.code(0) });
    let entered = product.post("/api/v1/session/second-factor", body).await.expect(201).json;
    product.user(&entered).get("/api/v1/patients").await.expect(200);
    let trail = store::texts(&product.app.ground.db, OPENED).await;
    assert_eq!(trail, ["self done", "oidc done"]);

    let trusting = started(Oidc { second_factor: OidcSecondFactor::Trust, ..oidc(&provider) }).await;
    Phone::enrol(&trusting.sign_in("village").await).await;
    admin::link(&trusting.app.ground, "village", "village").await.unwrap();
    let browser = Browser::default();
    let back = walked(&trusting, &browser, "village", "/").await;
    assert_eq!(location(&browser.get(&back).await), "/");
    who(&trusting, &browser).await.expect(200);
}

#[tokio::test]
async fn a_provider_that_is_down_is_said_in_words_and_the_password_still_works() {
    let mut provider = IdentityProvider::start(&[]);
    let product = started(oidc(&provider)).await;
    let browser = Browser::default();
    let back = walked(&product, &browser, "village", "/").await;
    provider.stop();
    assert_eq!(refused(&browser, &back).await, "access.oidc-unavailable");
    product.clock.advance_ms(10 * 60 * 1000);
    assert_eq!(refused(&browser, &product.url(START)).await, "access.oidc-unavailable");
    product.sign_in("village").await;
}

/// Everybody who knocks makes the server ask; a provider that does not answer is left alone for a while.
#[tokio::test]
async fn a_provider_that_does_not_answer_is_asked_once_in_a_while_however_many_knock() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let counting = asked.clone();
    let provider = tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            counting.fetch_add(1, Ordering::SeqCst);
            drop(connection);
        }
    });
    let product = started(oidc_at(&issuer)).await;
    let browser = Browser::default();
    assert_eq!(refused(&browser, &product.url(START)).await, "access.oidc-unavailable");
    let once = asked.load(Ordering::SeqCst);
    for _ in 0..20 {
        assert_eq!(refused(&browser, &product.url(START)).await, "access.oidc-unavailable");
    }
    assert_eq!(asked.load(Ordering::SeqCst), once);
    product.clock.advance_ms(10 * 1000);
    assert_eq!(refused(&browser, &product.url(START)).await, "access.oidc-unavailable");
    assert!(asked.load(Ordering::SeqCst) > once, "it is asked again");
    provider.abort();
}

#[tokio::test]
async fn where_no_provider_is_configured_there_is_no_such_door() {
    let product = Product::start().await;
    let get = |path: &'static str| async {
        Answer::of(
            product.http().get(product.url(path)).header(COOKIE, "consult_oidc=a").send().await.unwrap(),
        )
        .await
    };
    assert_eq!(get("/api/v1/session/ways").await.expect(200).json, json!({ "oidc": null }));
    get(START).await.expect_refusal(404, "request.not-found");
    get("/api/v1/session/oidc/callback?code=a&state=b").await.expect_refusal(404, "request.not-found");
    product.post(HALF_WAY, json!({})).await.expect_refusal(401, "access.oidc-over");
}
