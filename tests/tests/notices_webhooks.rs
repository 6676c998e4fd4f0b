//! Other systems are told: signed, without anything about the patient, only where they may be called, and again when they were away.

use consult_server::notices::webhooks::rules::signature;
use serde_json::{Value, json};
use tests::harness::{Product, User, config_of, text};
use tests::notices::all_is_sent;
use tests::receiver::{Manner, Receiver};
use tests::referrals::submitted;

async fn product() -> Product {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config_of(&folder).await;
    config.notices.webhooks.allow = vec!["127.0.0.1".parse().unwrap()];
    settled(Product::start_with(folder, config).await).await
}

/// What the demo's own cases cause is told before a webhook hears of anything.
async fn settled(product: Product) -> Product {
    consult_server::worker::settle(&product.app).await.unwrap();
    product
}

fn input(user: &User<'_>, adapter: &str, url: &str) -> Value {
    let is_gateway = adapter == "sms_gateway";
    json!({ "id": user.new_id(), "name": "急诊科", "adapter": adapter, "url": url, "language": "zh-CN",
            "events": if is_gateway { vec![] } else { vec!["leg.submitted", "leg.accepted"] },
            "template": is_gateway.then_some("T-1"), "secret": (adapter == "dingtalk").then_some("SECrobot") })
}

/// What the list says became of the newest delivery.
async fn last(product: &Product, security: &User<'_>) -> Value {
    all_is_sent(product).await;
    security.get("/api/v1/webhooks").await.expect(200).json["items"][0]["last"].clone()
}

#[tokio::test]
async fn a_standard_webhook_is_told_with_a_signature_and_nothing_of_the_patient() {
    let product = product().await;
    let receiver = Receiver::start(Manner::Answers(204, "")).await;
    let security = product.sign_in("security").await;
    let url = format!("http://127.0.0.1:{}/hook?key=k", receiver.port);
    let made = security.post("/api/v1/webhooks", input(&security, "standard", &url)).await.expect(201);
    let secret = text(&made.json["secret"]);
    assert!(secret.starts_with("whsec_"));
    let webhook = &made.json["webhook"];
    assert_eq!(webhook["url"], format!("http://127.0.0.1:{}/hook?***", receiver.port));
    // Shown once: neither the list nor the audit trail holds it, and the store holds it sealed.
    let list = security.get("/api/v1/webhooks").await.expect(200).json;
    assert!(!list.to_string().contains(&secret) && !list.to_string().contains("key=k"));

    let village = product.sign_in("village").await;
    let leg = submitted(&village, "urgent").await;
    all_is_sent(&product).await;
    let told = receiver.has(1).await.remove(0);
    assert_eq!(told.uri.to_string(), "/hook?key=k");
    let (id, stamp) = (told.header("webhook-id"), told.header("webhook-timestamp"));
    assert_eq!(told.header("webhook-signature"), signature(&secret, id, stamp, &told.body).unwrap());
    let body = told.json();
    assert_eq!((&body["type"], &body["data"]["urgency"]), (&"leg.submitted".into(), &"urgent".into()));
    assert_eq!(body["data"]["link"], product.url(&format!("/referrals/{}", leg.id())));
    for word in ["张小东", "胸痛", "心绞痛"] {
        assert!(!told.body.contains(word), "{}", told.body);
    }
    assert_eq!(last(&product, &security).await["state"], "sent");

    // A new secret signs from now on.
    let path = format!("/api/v1/webhooks/{}", text(&webhook["id"]));
    let renewed = security.command(&format!("{path}/secret"), 1, json!({})).await.expect(200);
    security.post(&format!("{path}/test"), json!({})).await.expect(200);
    all_is_sent(&product).await;
    let test = receiver.has(2).await.remove(1);
    let (id, stamp) = (test.header("webhook-id"), test.header("webhook-timestamp"));
    let secret = text(&renewed.json["secret"]);
    assert_eq!(test.header("webhook-signature"), signature(&secret, id, stamp, &test.body).unwrap());
    assert_eq!(test.json()["type"], "webhook.test");

    // Ended, it is told nothing.
    security.command(&format!("{path}/end"), 2, json!({})).await.expect(204);
    submitted(&village, "routine").await;
    all_is_sent(&product).await;
    assert_eq!(receiver.told().len(), 2);
    assert_eq!(security.get("/api/v1/webhooks").await.json["items"], json!([]));
}

#[tokio::test]
async fn a_receiver_that_fails_is_told_again_later_once_under_the_same_id() {
    let product = product().await;
    let receiver = Receiver::start(Manner::Answers(500, "")).await;
    let security = product.sign_in("security").await;
    let url = format!("http://127.0.0.1:{}/", receiver.port);
    security.post("/api/v1/webhooks", input(&security, "standard", &url)).await.expect(201);
    let village = product.sign_in("village").await;
    submitted(&village, "urgent").await;
    submitted(&village, "urgent").await;
    let failed = last(&product, &security).await;
    let first = receiver.has(1).await.remove(0);
    all_is_sent(&product).await;
    assert_eq!(receiver.told().len(), 1, "the way is closed: the second does not try it");
    assert_eq!(failed["state"], "waiting");
    receiver.behaves(Manner::Answers(200, "ok"));
    product.clock.advance_ms(20_000);
    all_is_sent(&product).await;
    let all = receiver.has(3).await;
    assert_eq!(all[1].header("webhook-id"), first.header("webhook-id"));
    assert_ne!(all[2].header("webhook-id"), first.header("webhook-id"));
    all_is_sent(&product).await;
    assert_eq!(receiver.told().len(), 3);
}

#[tokio::test]
async fn a_redirect_to_a_private_address_is_not_followed_and_a_receiver_that_hangs_is_left() {
    let product = product().await;
    let inside = Receiver::start(Manner::Answers(200, "ok")).await;
    let away = Manner::Redirects(format!("http://127.0.0.1:{}/secret", inside.port));
    let receiver = Receiver::start(away).await;
    let security = product.sign_in("security").await;
    let url = format!("http://127.0.0.1:{}/", receiver.port);
    let made = security.post("/api/v1/webhooks", input(&security, "standard", &url)).await.expect(201).json;
    let test = format!("/api/v1/webhooks/{}/test", text(&made["webhook"]["id"]));
    security.post(&test, json!({})).await.expect(200);
    let redirected = last(&product, &security).await;
    // A test is given up at once: it shows what happened, and is not tried for days.
    assert_eq!((&redirected["state"], &redirected["fault"]), (&"dead".into(), &"redirect".into()));
    assert_eq!(inside.told().len(), 0);

    receiver.behaves(Manner::Hangs);
    security.post(&test, json!({})).await.expect(200);
    assert_eq!(last(&product, &security).await["fault"], "timeout");
}

#[tokio::test]
async fn a_private_address_is_refused_when_it_is_entered_and_a_name_that_leads_to_one_when_it_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let config = config_of(&folder).await;
    let product = settled(Product::start_with(folder, config).await).await;
    let receiver = Receiver::start(Manner::Answers(200, "ok")).await;
    let security = product.sign_in("security").await;
    for url in [
        "http://127.0.0.1/",
        "http://10.0.0.8/",
        "http://[::1]/",
        "http://169.254.169.254/",
        "http://2130706433/",
    ] {
        let refused = security.post("/api/v1/webhooks", input(&security, "standard", url)).await;
        refused.expect_refusal(422, "webhook.address-not-public");
    }
    for url in ["ftp://hook.example/", "https://me:pw@hook.example/", "hook"] {
        let refused = security.post("/api/v1/webhooks", input(&security, "standard", url)).await;
        refused.expect_refusal(422, "webhook.url-invalid");
    }
    let url = format!("http://localhost:{}/", receiver.port);
    let made = security.post("/api/v1/webhooks", input(&security, "standard", &url)).await.expect(201).json;
    let test = format!("/api/v1/webhooks/{}/test", text(&made["webhook"]["id"]));
    security.post(&test, json!({})).await.expect(200);
    assert_eq!(last(&product, &security).await["fault"], "not_public");
    assert_eq!(receiver.told().len(), 0);
}

#[tokio::test]
async fn group_robots_get_what_they_understand_and_their_no_is_heard() {
    let product = product().await;
    let receiver = Receiver::start(Manner::Answers(200, "{\"errcode\":0,\"errmsg\":\"ok\"}")).await;
    let security = product.sign_in("security").await;
    let url = format!("http://127.0.0.1:{}/robot/send?access_token=t", receiver.port);
    let made = security.post("/api/v1/webhooks", input(&security, "dingtalk", &url)).await.expect(201).json;
    assert_eq!(made["secret"], Value::Null, "the robot's own secret is not given back");
    let test = format!("/api/v1/webhooks/{}/test", text(&made["webhook"]["id"]));
    security.post(&test, json!({})).await.expect(200);
    assert_eq!(last(&product, &security).await["state"], "sent");
    let told = receiver.has(1).await.remove(0);
    let query = told.uri.query().unwrap();
    assert!(
        query.contains("access_token=t") && query.contains("timestamp=") && query.contains("sign="),
        "{query}"
    );
    assert_eq!(told.json()["msgtype"], "markdown");
    receiver.behaves(Manner::Answers(200, "{\"errcode\":310000,\"errmsg\":\"sign not match\"}"));
    security.post(&test, json!({})).await.expect(200);
    let refused = last(&product, &security).await;
    assert_eq!((&refused["state"], &refused["fault"]), (&"dead".into(), &"robot_refused".into()));
    assert!(text(&refused["fault_detail"]).contains("sign not match"));
}

#[tokio::test]
async fn a_gateway_reaches_the_phones_of_those_who_want_it() {
    let product = product().await;
    let receiver = Receiver::start(Manner::Answers(200, "")).await;
    let security = product.sign_in("security").await;
    let url = format!("http://127.0.0.1:{}/sms", receiver.port);
    security.post("/api/v1/webhooks", input(&security, "sms_gateway", &url)).await.expect(201);
    let second = security.post("/api/v1/webhooks", input(&security, "sms_gateway", &url)).await;
    second.expect_refusal(409, "webhook.gateway-twice");
    let desk = product.sign_in("desk").await;
    let mut wanted = desk.get("/api/v1/people/me/notice-preferences").await.expect(200).json;
    assert_eq!(wanted["phone_offered"], true);
    wanted["channels"]["tasks"]["phone"] = true.into();
    desk.put("/api/v1/people/me/notice-preferences", wanted.clone()).await.expect(200);
    let village = product.sign_in("village").await;
    submitted(&village, "emergency").await;
    all_is_sent(&product).await;
    let told = receiver.has(1).await.remove(0).json();
    assert_eq!((&told["to"], &told["template"]), (&wanted["phone"], &"T-1".into()));
    assert_eq!(told["parameters"]["text"], "【急危重症】有一份转诊等待处理");
    all_is_sent(&product).await;
    assert_eq!(receiver.told().len(), 1, "nobody else asked for it");
}

#[tokio::test]
async fn only_the_security_administrator_says_who_is_told() {
    let product = product().await;
    for login in ["village", "manager", "admin", "auditor"] {
        let user = product.sign_in(login).await;
        user.get("/api/v1/webhooks").await.expect_refusal(403, "access.role-not-allowed");
    }
    let security = product.sign_in("security").await;
    let mut wrong = input(&security, "standard", "https://hook.example/");
    wrong["events"] = json!(["leg.submitted", "patient.read"]);
    security.post("/api/v1/webhooks", wrong).await.expect_refusal(422, "webhook.events-invalid");
}
