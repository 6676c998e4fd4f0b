//! A package announced by mail: the letter says that a referral waits and where the code is typed, the code goes another way, and
//! whoever sent it sees whether the letter has left.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use consult_server::config::Secret;
use serde_json::{Value, json};
use tests::harness::{Answer, Product, User, config_of, text};
use tests::notices::all_is_sent;
use tests::referrals::*;
use tests::smtp::{Mail, MailServer, Manner};

const ADDRESS: &str = "zhuanzhen@hospital-3.example";

async fn product(server: &MailServer) -> Product {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config_of(&folder).await;
    config.mail.url = Secret(format!("smtp://127.0.0.1:{}", server.port));
    Product::start_with(folder, config).await
}

fn to_outside(server: &MailServer) -> Vec<Mail> {
    server.mail().into_iter().filter(|mail| mail.to.contains(ADDRESS)).collect()
}

/// What stands in a letter, as its reader sees it.
fn read(mail: &Mail) -> String {
    let (_, body) = mail.text.split_once("\r\n\r\n").unwrap();
    let body: String = body.split_whitespace().collect();
    String::from_utf8(BASE64_STANDARD.decode(body).unwrap()).unwrap()
}

async fn letters(village: &User<'_>, leg: &Answer) -> Value {
    let all = village.get(&path(&leg.id(), "packages")).await.expect(200).json;
    all["items"].as_array().unwrap().iter().map(|one| one["letter"].clone()).collect()
}

#[tokio::test]
async fn the_other_hospital_gets_a_letter_with_number_and_link_and_the_code_goes_another_way() {
    let server = MailServer::start(Manner::Takes).await;
    let product = product(&server).await;
    let village = product.sign_in("village").await;
    let leg = sent_outside(&product, &village).await;
    let packages = path(&leg.id(), "packages");
    let made = village.post(&packages, json!({ "email": format!(" {ADDRESS} ") })).await.expect(201).json;
    let (code, address) = (text(&made["code"]), text(&made["address"]));
    all_is_sent(&product).await;
    let mail = to_outside(&server);
    assert_eq!(mail.len(), 1);
    let said = read(&mail[0]);
    let number = text(&made["sheet"]["number"]);
    for there in [number.as_str(), &address, "邻省第三医院", "周文英", "加急", "Whom to call"] {
        assert!(said.contains(there), "{there}: {said}");
    }
    let whole = format!("{}\n{said}", mail[0].text);
    let bare = code.replace('-', "");
    for absent in ["张小东", "心绞痛", "胸痛", code.as_str(), &bare, "1968"] {
        assert!(!whole.contains(absent), "{absent}: {said}");
    }
    assert_eq!(letters(&village, &leg).await, json!([{ "email": ADDRESS, "state": "sent" }]));

    // The code that was read out by telephone opens it.
    let body = json!({ "code": code });
    product.post("/api/v1/public/packages/open", body).await.expect(200);

    // Without an address nothing is sent.
    let printed = village.post(&packages, json!({})).await.expect(201).json;
    assert_eq!(printed["package"]["letter"], Value::Null);
    all_is_sent(&product).await;
    assert_eq!(to_outside(&server).len(), 1);

    consult_server::worker::settle(&product.app).await.unwrap();
    let auditor = product.sign_in("auditor").await;
    let trail = auditor.get("/api/v1/audit?action=leg.package_made").await.expect(200).json;
    assert_eq!(trail["items"].as_array().unwrap().len(), 2, "who made one, and when");
    let timeline = village.get(&path(&leg.id(), "timeline")).await.expect(200).json;
    let told: Vec<_> = timeline["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["type"] == "leg.package_made")
        .collect();
    assert_eq!((&told[0]["payload"]["email"], &told[1]["payload"]["email"]), (&json!(ADDRESS), &Value::Null));
}

#[tokio::test]
async fn a_letter_that_has_not_left_when_the_package_ends_does_not_leave_and_is_shown_so() {
    let server = MailServer::start(Manner::PutsRecipientsOff).await;
    let product = product(&server).await;
    let village = product.sign_in("village").await;
    let leg = sent_outside(&product, &village).await;
    let packages = path(&leg.id(), "packages");
    let made = village.post(&packages, json!({ "email": ADDRESS })).await.expect(201).json;
    all_is_sent(&product).await;
    assert_eq!(letters(&village, &leg).await[0]["state"], "waiting", "shown as sent only when it is");
    let revoke = format!("{packages}/{}/revoke", text(&made["package"]["id"]));
    village.post(&revoke, json!({})).await.expect(200);
    server.behaves(Manner::Takes);
    product.clock.advance_ms(10 * MINUTE);
    all_is_sent(&product).await;
    assert!(to_outside(&server).is_empty());
    let village = product.sign_in("village").await;
    assert_eq!(letters(&village, &leg).await[0]["state"], "failed");
}

#[tokio::test]
async fn what_is_no_address_is_refused_and_the_eleventh_letter_of_an_hour_waits() {
    let server = MailServer::start(Manner::Takes).await;
    let product = product(&server).await;
    let village = product.sign_in("village").await;
    let leg = sent_outside(&product, &village).await;
    let packages = path(&leg.id(), "packages");
    for wrong in [
        "zhuanzhen",
        "a@b@c",
        "a@b.example, d@e.example",
        "a@b.example\r\nBcc: d@e.example",
        "急诊@b.example",
    ] {
        let refused = village.post(&packages, json!({ "email": wrong })).await;
        assert_eq!(refused.expect_refusal(422, "directory.email-invalid").json["field"], "email", "{wrong}");
    }
    assert_eq!(letters(&village, &leg).await, json!([]), "nothing was made");
    for _ in 0..10 {
        village.post(&packages, json!({ "email": ADDRESS })).await.expect(201);
    }
    let refused = village.post(&packages, json!({ "email": ADDRESS })).await;
    let refused = refused.expect_refusal(429, "package.too-many-letters");
    assert_eq!(refused.json["retry_after"], 3600);
    village.post(&packages, json!({})).await.expect(201);
    product.clock.advance_ms(HOUR);
    village.post(&packages, json!({ "email": ADDRESS })).await.expect(201);
}
