//! Mail, when the mail server is down, hangs, refuses, or the product is killed: what was written into the queue goes out once and
//! in order, or is shown as what could not be sent. The letters are those that the demo alliance's own referrals cause.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use consult_server::config::{Config, Secret};
use consult_server::directory::import::sql::alliances;
use consult_server::notices::delivery::DeliveryRow;
use consult_server::notices::delivery::flow::check_mail;
use consult_server::notices::delivery::sql::list;
use consult_server::time::{Clock, ManualClock};
use consult_server::{App, demo, worker};
use tempfile::TempDir;
use tests::harness::{Product, START, config_of, seeded_entropy};
use tests::notices::all_is_sent;
use tests::smtp::{Mail, MailServer, Manner};
use tests::store::{execute, texts};

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;

/// The demo alliance without a server: only what the test lets happen happens.
struct Alone {
    app: App,
    clock: ManualClock,
    _folder: TempDir,
}

async fn alone(change: impl FnOnce(&mut Config)) -> Alone {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config_of(&folder).await;
    config.http.public_url = "https://county.example".to_owned();
    config.mail.timeout_seconds = 1;
    change(&mut config);
    let (clock, hand) = Clock::manual(START);
    let app = App::open(config, clock, seeded_entropy()).await.unwrap();
    demo::fill(&app).await.unwrap();
    Alone { app, clock: hand, _folder: folder }
}

fn to(server: &MailServer) -> impl FnOnce(&mut Config) {
    let port = server.port;
    move |config| config.mail.url = Secret(format!("smtp://127.0.0.1:{port}"))
}

impl Alone {
    async fn settle(&self) {
        worker::settle(&self.app).await.unwrap();
    }

    /// Lets time pass in steps, each with what is due in it.
    async fn pass(&self, steps: i64, step: i64) {
        for _ in 0..steps {
            self.clock.advance_ms(step);
            self.settle().await;
        }
    }
}

/// What stands in a letter, as its reader sees it.
fn read(mail: &Mail) -> String {
    let (_, body) = mail.text.split_once("\r\n\r\n").unwrap();
    let body: String = body.split_whitespace().collect();
    String::from_utf8(BASE64_STANDARD.decode(body).unwrap()).unwrap()
}

fn ids(mail: &[Mail]) -> Vec<String> {
    mail.iter().map(|mail| mail.message_id.clone()).collect()
}

/// Each once, and in the order in which they were written into the queue.
async fn once_and_in_order(product: &Alone, mail: &[Mail]) {
    let mut reader = product.app.ground.db.read().await.unwrap();
    let alliance = alliances(&mut reader).await.unwrap().remove(0);
    let mut queue = list(&mut reader, &alliance, None, i64::MAX, 10_000).await.unwrap();
    queue.reverse();
    let sent = ids(mail);
    let name = |row: &DeliveryRow| format!("{}@county.example", row.id);
    let expected: Vec<String> = queue.iter().map(name).filter(|id| sent.contains(id)).collect();
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_letter_says_what_waits_and_where_and_nothing_of_the_patient() {
    let server = MailServer::start(Manner::Takes).await;
    let product = alone(to(&server)).await;
    product.settle().await;
    let mail = server.mail();
    assert!(!mail.is_empty());
    once_and_in_order(&product, &mail).await;
    for letter in &mail {
        assert!(
            letter.to.ends_with("@demo.invalid") && letter.message_id.ends_with("@county.example"),
            "{letter:?}"
        );
        assert!(letter.text.contains("Auto-Submitted: auto-generated"), "{}", letter.text);
        let text = read(letter);
        assert!(text.contains("https://county.example/") && text.contains("不含患者信息"), "{text}");
        for patient in ["张小东", "王秀兰", "胸痛"] {
            assert!(!text.contains(patient), "{text}");
        }
    }
    product.settle().await;
    assert_eq!(server.mail().len(), mail.len());
}

#[tokio::test]
async fn while_the_mail_server_is_down_for_an_hour_the_queue_waits_and_then_all_goes_out_once_and_in_order() {
    let server = MailServer::start(Manner::Takes).await;
    let expected = {
        let product = alone(to(&server)).await;
        product.settle().await;
        server.mail().len()
    };
    // A port where nobody listens, and a server there an hour later.
    let port = {
        let probe = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        probe.local_addr().unwrap().port()
    };
    let product = alone(|config| config.mail.url = Secret(format!("smtp://127.0.0.1:{port}"))).await;
    product.settle().await;
    product.pass(60, MINUTE).await;
    let server = MailServer::start_at(port, Manner::Takes).await;
    // The way is looked at again within ten minutes and a quarter.
    product.pass(13, MINUTE).await;
    // Deadlines of the demo's referrals have passed meanwhile and cause letters of their own.
    assert!(server.mail().len() >= expected, "{} of {expected}", server.mail().len());
    once_and_in_order(&product, &server.mail()).await;
}

#[tokio::test]
async fn a_wrong_password_a_refused_sender_and_a_hanging_server_close_the_way_and_lose_nothing() {
    for manner in [Manner::RefusesPasswords, Manner::RefusesSenders, Manner::Hangs] {
        let server = MailServer::start(manner).await;
        let port = server.port;
        let url = format!("smtp://notices:wrong@127.0.0.1:{port}");
        let product = alone(|config| config.mail.url = Secret(url)).await;
        product.settle().await;
        // One try for all that wait, not one for each.
        assert_eq!((server.connections(), server.mail().len()), (1, 0), "{manner:?}");
        assert!(check_mail(&product.app.post).await.is_err() != (manner == Manner::RefusesSenders));
        server.behaves(Manner::Takes);
        product.pass(1, 20 * SECOND).await;
        assert!(!server.mail().is_empty(), "{manner:?}");
        once_and_in_order(&product, &server.mail()).await;
        assert_eq!(check_mail(&product.app.post).await.unwrap(), format!("127.0.0.1:{port} takes mail"));
    }
}

#[tokio::test]
async fn a_recipient_that_is_put_off_is_tried_again_and_others_are_not_held_up() {
    let server = MailServer::start(Manner::PutsRecipientsOff).await;
    let product = alone(to(&server)).await;
    product.settle().await;
    assert_eq!(server.mail().len(), 0);
    server.behaves(Manner::Takes);
    product.pass(1, 30 * SECOND).await;
    assert_eq!(server.mail().len(), 0, "each waits a minute by itself");
    product.pass(1, MINUTE).await;
    assert!(!server.mail().is_empty());
    once_and_in_order(&product, &server.mail()).await;
}

#[tokio::test]
async fn a_recipient_that_is_refused_is_given_up_at_once_and_shown() {
    let server = MailServer::start(Manner::RefusesRecipients).await;
    let folder = tempfile::tempdir().unwrap();
    let mut config = config_of(&folder).await;
    config.mail.url = Secret(format!("smtp://127.0.0.1:{}", server.port));
    let product = Product::start_with(folder, config).await;
    all_is_sent(&product).await;
    let security = product.sign_in("security").await;
    let dead = security.get("/api/v1/deliveries?state=dead").await.expect(200).json;
    let first = &dead["items"][0];
    assert_eq!(
        (&first["fault"], &first["channel"]),
        (&"recipient_refused".into(), &"mail".into()),
        "{dead:#}"
    );
    assert!(first["fault_detail"].as_str().unwrap().contains("550"), "{first:#}");
    assert_eq!(dead["routes"][0]["name"], "mail");
    // By hand it is sent again, once.
    server.behaves(Manner::Takes);
    let id = first["id"].as_str().unwrap();
    let retry = format!("/api/v1/deliveries/{id}/retry");
    security.post(&retry, serde_json::json!({})).await.expect(204);
    assert!(server.has(1).await[0].message_id.starts_with(id));
    all_is_sent(&product).await;
    security.post(&retry, serde_json::json!({})).await.expect_refusal(409, "notice.delivery-not-open");
    let village = product.sign_in("village").await;
    village.get("/api/v1/deliveries").await.expect_refusal(403, "access.role-not-allowed");
}

#[tokio::test]
async fn what_could_not_be_sent_for_three_days_is_given_up_and_no_sooner() {
    // The referrals' own deadlines go on causing letters: those of the start are looked at.
    let of_the_start = |mail: &Mail| mail.text.contains("Date: Mon, 23 Nov 2026 02:00:00");
    for (hours, arrives) in [(71, true), (73, false)] {
        let server = MailServer::start(Manner::RefusesPasswords).await;
        let url = format!("smtp://notices:wrong@127.0.0.1:{}", server.port);
        let product = alone(|config| config.mail.url = Secret(url)).await;
        product.settle().await;
        product.pass(hours, 60 * MINUTE).await;
        server.behaves(Manner::Takes);
        product.pass(1, 13 * MINUTE).await;
        assert!(!server.mail().is_empty());
        assert_eq!(server.mail().iter().any(of_the_start), arrives, "after {hours} hours");
    }
}

/// As by `kill -9` between the server's taking a letter and our writing that down: the claim is in the store, the mark is not.
#[tokio::test]
async fn who_is_killed_while_sending_sends_that_letter_once_more_under_the_same_message_id() {
    let server = MailServer::start(Manner::SwallowsTheAnswer).await;
    let port = server.port;
    let product = alone(|config| {
        config.mail.url = Secret(format!("smtp://127.0.0.1:{port}"));
        config.mail.timeout_seconds = 3600;
    })
    .await;
    let app = product.app.clone();
    let sending = tokio::spawn(async move { worker::settle(&app).await });
    let first = server.has(1).await[0].message_id.clone();
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
    server.behaves(Manner::Takes);
    product.settle().await;
    assert!(!ids(&server.mail())[1..].contains(&first), "somebody may still be sending it");
    product.pass(1, 121 * SECOND).await;
    product.pass(3, 121 * SECOND).await;
    let all = ids(&server.mail());
    assert_eq!(all.iter().filter(|id| **id == first).count(), 2);
    let mut rest: Vec<&String> = all.iter().filter(|id| **id != first).collect();
    let count = rest.len();
    rest.sort();
    rest.dedup();
    assert_eq!(rest.len(), count, "no other letter went twice");
}

#[tokio::test]
async fn an_error_of_ours_puts_one_letter_off_holds_up_no_other_and_is_given_up_like_any() {
    let server = MailServer::start(Manner::RefusesPasswords).await;
    let url = format!("smtp://notices:wrong@127.0.0.1:{}", server.port);
    let product = alone(|config| config.mail.url = Secret(url)).await;
    product.settle().await;
    // Its letter cannot be written: what it needs is not there any more.
    let lost = "UPDATE delivery SET alliance_id = 'lost' WHERE seq = (SELECT MIN(seq) FROM delivery WHERE state = 'waiting')";
    execute(&product.app.ground.db, lost).await;
    let stands = async || {
        let lost = "SELECT state || ' ' || fault FROM delivery WHERE alliance_id = 'lost'";
        texts(&product.app.ground.db, lost).await
    };
    server.behaves(Manner::Takes);
    product.pass(1, 20 * SECOND).await;
    assert_eq!(stands().await, ["waiting ours"]);
    assert!(!server.mail().is_empty(), "those behind it went out");
    product.pass(1, 71 * 60 * MINUTE).await;
    assert_eq!(stands().await, ["waiting ours"]);
    product.pass(1, 3 * 60 * MINUTE).await;
    assert_eq!(stands().await, ["dead ours"], "and is shown to who can send it again");
}

#[tokio::test]
async fn what_was_sent_is_kept_for_thirty_days_and_what_was_given_up_for_longer() {
    let server = MailServer::start(Manner::Takes).await;
    let product = alone(to(&server)).await;
    let db = &product.app.ground.db;
    product.settle().await;
    execute(
        db,
        "UPDATE delivery SET state = 'dead' WHERE seq = (SELECT MIN(seq) FROM delivery WHERE state = 'sent')",
    )
    .await;
    let dead = texts(db, "SELECT id FROM delivery WHERE state = 'dead'").await;
    let sent = texts(db, "SELECT id FROM delivery WHERE state = 'sent'").await;
    assert!(dead.len() == 1 && !sent.is_empty());
    let kept = async |ids: &[String]| {
        let all = texts(db, "SELECT id FROM delivery").await;
        ids.iter().filter(|id| all.contains(id)).count()
    };
    product.pass(1, 30 * 24 * 60 * MINUTE).await;
    assert_eq!(kept(&sent).await, sent.len());
    product.pass(1, MINUTE).await;
    assert_eq!((kept(&sent).await, kept(&dead).await), (0, 1));
}

#[tokio::test]
async fn without_a_mail_server_letters_are_files() {
    let product = alone(|_| {}).await;
    product.settle().await;
    let folder = product._folder.path().join("mail");
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty() && files.iter().all(|file| file.extension().is_some_and(|e| e == "eml")));
    assert!(check_mail(&product.app.post).await.unwrap().ends_with("mail"));
}
