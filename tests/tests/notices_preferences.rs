//! Each person says how they are told: by which ways, in which language, and when not; emergencies wait for no quiet hours.

use consult_server::config::Secret;
use serde_json::json;
use tests::harness::{Product, User, config_of};
use tests::messages::{read, say};
use tests::notices::all_is_sent;
use tests::referrals::{HOUR, submitted};
use tests::smtp::{Mail, MailServer, Manner};

const PREFERENCES: &str = "/api/v1/people/me/notice-preferences";

async fn product(server: &MailServer) -> Product {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config_of(&folder).await;
    config.mail.url = Secret(format!("smtp://127.0.0.1:{}", server.port));
    let product = Product::start_with(folder, config).await;
    // What the demo's own referrals cause is out of the way.
    all_is_sent(&product).await;
    product
}

fn to_desk(server: &MailServer) -> Vec<Mail> {
    server.mail().into_iter().filter(|mail| mail.to == "desk@demo.invalid").collect()
}

async fn quiet(user: &User<'_>, from: &str, until: &str) {
    let mut wanted = user.get(PREFERENCES).await.expect(200).json;
    wanted["quiet"] = json!({ "from": from, "until": until });
    let kept = user.put(PREFERENCES, wanted).await.expect(200).json;
    assert_eq!(kept["quiet"], json!({ "from": from, "until": until }));
}

#[tokio::test]
async fn mail_waits_until_quiet_hours_end_over_midnight_and_an_emergency_does_not() {
    let server = MailServer::start(Manner::Takes).await;
    let product = product(&server).await;
    let (village, desk) = (product.sign_in("village").await, product.sign_in("desk").await);
    quiet(&desk, "09:30", "09:00").await;
    let before = to_desk(&server).len();
    // 10:00 in China: within quiet hours that end at 09:00 tomorrow.
    submitted(&village, "urgent").await;
    all_is_sent(&product).await;
    assert_eq!(to_desk(&server).len(), before);
    submitted(&village, "emergency").await;
    all_is_sent(&product).await;
    let sent: Vec<Mail> = to_desk(&server).split_off(before);
    assert_eq!(sent.len(), 1, "the emergency, at once");
    // Of the first minutes: later deadlines cause letters of their own.
    let held = |server: &MailServer| {
        to_desk(server).iter().filter(|mail| mail.text.contains("Date: Mon, 23 Nov 2026 02:0")).count()
    };
    let before = held(&server);
    product.clock.advance_ms(22 * HOUR);
    all_is_sent(&product).await;
    assert_eq!(held(&server), before, "08:00");
    product.clock.advance_ms(HOUR + 1);
    all_is_sent(&product).await;
    assert_eq!(held(&server), before + 1, "09:00");
}

#[tokio::test]
async fn a_person_reads_in_their_language_and_is_told_only_by_the_ways_they_want() {
    let server = MailServer::start(Manner::Takes).await;
    let product = product(&server).await;
    let (village, desk) = (product.sign_in("village").await, product.sign_in("desk").await);
    let mut wanted = desk.get(PREFERENCES).await.expect(200).json;
    assert_eq!(
        (&wanted["email"], &wanted["timezone"]),
        (&"desk@demo.invalid".into(), &"Asia/Shanghai".into())
    );
    wanted["language"] = "en".into();
    desk.put(PREFERENCES, wanted.clone()).await.expect(200);
    let before = to_desk(&server).len();
    submitted(&village, "urgent").await;
    all_is_sent(&product).await;
    let letters = to_desk(&server).split_off(before);
    assert!(letters[0].text.contains("Subject: [Urgent] A referral waits for you"), "{}", letters[0].text);
    assert!(letters[0].text.contains("Content-Language: en"));
    wanted["channels"]["tasks"]["mail"] = false.into();
    desk.put(PREFERENCES, wanted.clone()).await.expect(200);
    let (before, unread) = (to_desk(&server).len(), unread(&desk).await);
    submitted(&village, "urgent").await;
    all_is_sent(&product).await;
    assert_eq!(to_desk(&server).len(), before);
    assert_eq!(self::unread(&desk).await, unread + 1, "in the product everybody is always told");
    wanted["quiet"] = json!({ "from": "22:00", "until": "22:00" });
    desk.put(PREFERENCES, wanted).await.expect_refusal(422, "notice.quiet-hours-invalid");
}

#[tokio::test]
async fn a_message_is_mailed_to_who_wants_that_and_of_an_emergency_also_at_night() {
    let server = MailServer::start(Manner::Takes).await;
    let product = product(&server).await;
    let (village, desk) = (product.sign_in("village").await, product.sign_in("desk").await);
    let legs = [submitted(&village, "urgent").await.id(), submitted(&village, "emergency").await.id()];
    let say = async |leg: &str| {
        let before = to_desk(&server).len();
        say(&village, leg, "请回电话").await.expect(201);
        all_is_sent(&product).await;
        to_desk(&server).split_off(before)
    };
    all_is_sent(&product).await;
    assert!(say(&legs[0]).await.is_empty(), "a conversation is looked at where it is held");
    let mut wanted = desk.get(PREFERENCES).await.expect(200).json;
    assert_eq!(wanted["channels"]["messages"], json!({ "mail": false, "phone": false }));
    wanted["channels"]["messages"]["mail"] = true.into();
    wanted["language"] = "en".into();
    wanted["quiet"] = json!({ "from": "09:30", "until": "09:00" });
    desk.put(PREFERENCES, wanted).await.expect(200);
    read(&desk, &legs[0], 1).await.expect(204);
    assert!(say(&legs[0]).await.is_empty(), "within the quiet hours");
    let letters = say(&legs[1]).await;
    assert_eq!(letters.len(), 1);
    assert!(letters[0].text.contains("Subject: [Emergency] A new message about a referral"), "{letters:?}");
}

#[tokio::test]
async fn who_chose_before_there_was_a_class_for_messages_is_told_as_they_chose() {
    let server = MailServer::start(Manner::Takes).await;
    let product = product(&server).await;
    let desk = product.sign_in("desk").await;
    let mut wanted = desk.get(PREFERENCES).await.expect(200).json;
    wanted["channels"].as_object_mut().unwrap().remove("messages");
    wanted["channels"]["answers"]["mail"] = true.into();
    let kept = desk.put(PREFERENCES, wanted).await.expect(200).json;
    assert_eq!(kept["channels"]["messages"]["mail"], false);
    assert_eq!(kept["channels"]["answers"]["mail"], true);
}

async fn unread(user: &User<'_>) -> i64 {
    user.get("/api/v1/notices").await.expect(200).json["unread"].as_i64().unwrap()
}

#[tokio::test]
async fn all_is_marked_read_up_to_what_was_seen() {
    let server = MailServer::start(Manner::Takes).await;
    let product = product(&server).await;
    let (village, desk) = (product.sign_in("village").await, product.sign_in("desk").await);
    submitted(&village, "urgent").await;
    all_is_sent(&product).await;
    let seen = desk.get("/api/v1/notices?limit=1").await.json["items"][0]["id"].clone();
    submitted(&village, "urgent").await;
    all_is_sent(&product).await;
    desk.post("/api/v1/notices/read", json!({ "up_to": seen })).await.expect(204);
    assert_eq!(unread(&desk).await, 1, "what came meanwhile stays unread");
    village
        .post("/api/v1/notices/read", json!({ "up_to": seen }))
        .await
        .expect_refusal(404, "request.not-found");
}

#[tokio::test]
async fn who_has_left_gets_no_more_mail() {
    let server = MailServer::start(Manner::Takes).await;
    let product = product(&server).await;
    let (village, desk) = (product.sign_in("village").await, product.sign_in("desk").await);
    quiet(&desk, "09:30", "09:00").await;
    submitted(&village, "urgent").await;
    all_is_sent(&product).await;
    let person = desk.me["person"]["id"].as_str().unwrap().to_owned();
    let admin = product.sign_in("admin").await;
    let standing = admin.get(&format!("/api/v1/people/{person}")).await.expect(200);
    assert_eq!(standing.json["private"]["email"], "desk@demo.invalid");
    admin.command(&format!("/api/v1/people/{person}/leave"), standing.version(), json!({})).await.expect(200);
    let before = to_desk(&server).len();
    product.clock.advance_ms(24 * HOUR);
    all_is_sent(&product).await;
    assert_eq!(to_desk(&server).len(), before);
}

#[tokio::test]
async fn the_administrator_enters_an_address_and_what_is_none_is_refused() {
    let server = MailServer::start(Manner::Takes).await;
    let product = product(&server).await;
    let desk = product.sign_in("desk").await;
    let person = desk.me["person"]["id"].as_str().unwrap().to_owned();
    let admin = product.sign_in("admin").await;
    let path = format!("/api/v1/people/{person}");
    let version = admin.get(&path).await.expect(200).version();
    let refused = admin.patch(&path, version, json!({ "email": "desk at county" })).await;
    refused.expect_refusal(422, "directory.email-invalid");
    let changed = admin.patch(&path, version, json!({ "email": "desk@county.example" })).await.expect(200);
    assert_eq!(changed.json["private"]["email"], "desk@county.example");
    let village = product.sign_in("village").await;
    let seen = village.get(&path).await.expect(200).json;
    assert!(!seen.to_string().contains("county.example"), "others do not see it: {seen:#}");
}
