//! The keys of the sealed columns are exchanged while people work: nothing they read or write suffers, a rotation that was
//! killed goes on, and afterwards the old key is needed by nobody.

use consult_server::App;
use consult_server::admin::keys::{COLUMNS, Status, flow};
use consult_server::config::Config;
use consult_server::crypto::Suite;
use consult_server::ids::Entropy;
use consult_server::patients::sql::PHONE;
use consult_server::time::Clock;
use serde_json::{Value, json};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tests::harness::{Product, START, User, text};
use tests::store;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

/// A second process at the same store, as far as one test can hold both: its own connections, its own copy of the ring.
async fn console(product: &Product, suite: Suite) -> App {
    let mut config = Config::clone(&product.app.ground.config);
    config.keys.suite = suite;
    let count = AtomicU64::new(1 << 40);
    let entropy = Entropy::new(move |bytes| {
        for chunk in bytes.chunks_mut(8) {
            let n = count.fetch_add(1, Ordering::SeqCst).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            chunk.copy_from_slice(&n.to_le_bytes()[..chunk.len()]);
        }
    });
    App::open(config, Clock::manual(START).0, entropy).await.expect("the console opens")
}

async fn register(user: &User<'_>, address: &str) -> String {
    let id = user.new_id();
    let body = json!({ "id": id, "name": "钱多多", "sex": "unknown", "birth_date": null, "phone": "13800000000",
                       "identity": { "kind": "unidentified", "value": null }, "address": address });
    user.post("/api/v1/patients", body).await.expect(201);
    id
}

/// Values that do not stand on the current key.
fn left(status: &Status) -> i64 {
    let current = status.keys.iter().find(|key| key.is_current).map(|key| key.id.clone());
    let standings = status.columns.iter().flat_map(|(_, standings)| standings);
    standings.filter(|standing| standing.key != current).map(|standing| standing.rows).sum()
}

fn total(status: &Status) -> i64 {
    status.columns.iter().flat_map(|(_, standings)| standings).map(|standing| standing.rows).sum()
}

const KNOWN: &str = "张小东";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_read_and_write_while_everything_goes_over_to_a_key_of_the_other_suite() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let mut edited = Vec::new();
    for n in 0..250 {
        edited.push(register(&village, &format!("东沟村 {n} 号")).await);
    }
    let known = village.patient(KNOWN).await;
    let number = product_number(&product, &village, &known).await;
    let over = Arc::new(AtomicBool::new(false));
    let console = console(&product, Suite::Sm).await;
    let before = flow::status(&console.ground).await.unwrap();
    let old = before.keys[0].id.clone();

    let rotating = tokio::spawn({
        let over = over.clone();
        async move {
            let done = flow::rotate(&console.ground, |_| {}).await;
            over.store(true, Ordering::SeqCst);
            (console, done.unwrap())
        }
    });
    let (mut reads, mut writes) = (0, 0);
    let mut last: Vec<Option<String>> = vec![None; edited.len()];
    while !over.load(Ordering::SeqCst) {
        let n = writes % edited.len();
        let path = format!("/api/v1/patients/{}", edited[n]);
        let seen = village.get(&path).await.expect(200);
        let address = format!("搬到 {writes} 号");
        village.patch(&path, seen.version(), json!({ "address": address })).await.expect(200);
        last[n] = Some(address);
        writes += 1;
        let found = village.get(&format!("/api/v1/patients?q={number}")).await.expect(200).json;
        assert_eq!(found["items"][0]["id"], known, "exact search after {reads} reads");
        reads += 1;
    }
    let (console, done) = rotating.await.unwrap();
    assert!(reads > 3 && !done.resumed && done.broken.is_empty(), "{reads} reads, {done:?}");
    assert_eq!((done.key.suite, done.key.is_current), (Suite::Sm, true));

    let status = flow::status(&product.app.ground).await.unwrap();
    assert_eq!((left(&status), total(&status)), (0, total(&before)));
    flow::retire(&console.ground, &old).await.unwrap();
    let fresh = self::console(&product, Suite::Sm).await;
    assert_eq!(fresh.ground.keys.names().len(), 1);
    flow::check(&fresh.ground).await.unwrap();
    for (id, address) in edited.iter().zip(&last) {
        let shown = village.get(&format!("/api/v1/patients/{id}")).await.expect(200).json;
        if let Some(address) = address {
            assert_eq!(shown["address"], *address);
        }
    }
    let acts = store::texts(
        &product.app.ground.db,
        "SELECT action FROM audit WHERE subject_kind = 'key' ORDER BY entry_no",
    )
    .await;
    assert_eq!(acts, ["key.added", "key.rotated", "key.retired"]);
}

/// The identity number of a demo patient, which nobody is shown whole.
async fn product_number(product: &Product, user: &User<'_>, id: &str) -> String {
    let ground = &product.app.ground;
    let mut reader = ground.db.read().await.unwrap();
    let alliance = consult_server::ids::AllianceId::trusted(text(&user.me["alliance"]["id"]));
    let id = consult_server::ids::PatientId::trusted(id);
    let stored =
        consult_server::patients::sql::by_id(&mut reader, &ground.keys, &alliance, &id, ground.today()).await;
    stored.unwrap().expect("the patient").as_input().identity.value.expect("a number")
}

#[tokio::test]
async fn an_edit_between_the_reading_and_the_sealing_of_a_value_stays() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let id = register(&village, "东沟村").await;
    let ground = product.app.ground.clone();
    let found = PHONE.not_on(&mut ground.db.read().await.unwrap(), "00000000", "", 200).await.unwrap();
    let was = found.into_iter().find(|sealed| sealed.row == id).expect("the phone");
    let path = format!("/api/v1/patients/{id}");
    village.patch(&path, 1, json!({ "phone": "13911112222" })).await.expect(200);
    let replaced = ground
        .db
        .write(move |tx| Box::pin(async move { PHONE.replace(tx, &was, "v2.00000000.sm.00.00").await }))
        .await;
    assert!(!replaced.unwrap());
    assert_eq!(village.get(&path).await.expect(200).json["phone_masked"], "*******2222");
}

#[tokio::test]
async fn no_sealed_value_stands_outside_the_columns_that_a_rotation_knows() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    register(&village, "东沟村").await;
    village.post("/api/v1/session/factors/totp", json!({})).await.expect(201);
    let status = flow::status(&product.app.ground).await.unwrap();
    let everywhere = store::count_everywhere(&product.app.ground.db, "v2.________.%.%.%").await;
    assert_eq!(everywhere, total(&status), "{status}");
    assert!(status.columns.iter().filter(|(_, standings)| !standings.is_empty()).count() >= 4, "{status}");
}

/// Every declaration in the sources, wherever it stands.
fn declared(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(declared(&path));
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let named = code.split("sealed_column!(").skip(1).filter_map(|rest| rest.split('"').nth(1));
        found.extend(named.map(str::to_owned));
    }
    found.sort();
    found
}

#[test]
fn every_sealed_column_that_is_declared_is_one_that_a_rotation_knows() {
    let sources =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("consult-server/src");
    let mut known: Vec<_> = COLUMNS.iter().map(|column| column.name.to_owned()).collect();
    known.sort();
    assert_eq!(declared(&sources), known);
}

/// The binary on the product's own store and keys.
fn command(product: &Product, arguments: &[&str]) -> Command {
    let test = std::env::current_exe().expect("the test's own path");
    let binary = test.ancestors().nth(2).expect("target/<profile>").join("consult-server");
    assert!(binary.exists(), "{} is missing: build consult-server first", binary.display());
    let config = &product.app.ground.config;
    let mut command = Command::new(binary);
    command
        .args(arguments)
        .current_dir(product.folder.path())
        .env("CONSULT__KEYS__FILE", &config.keys.file)
        .env("CONSULT__STORE__URL", &config.store.url.0)
        .env("CONSULT__OBJECTS__URL", &config.objects.url)
        .env("CONSULT__OBJECTS__STAGING", &config.objects.staging)
        .env("CONSULT__AUDIT__FOLDER", &config.audit.folder)
        .env("CONSULT__HTTP__LISTEN", "127.0.0.1:0")
        .env("CONSULT__METRICS__LISTEN", "127.0.0.1:0")
        .env("CONSULT__DIMSE__LISTEN", "127.0.0.1:0")
        .env("CONSULT__MEDIA__UDP", "127.0.0.1:0")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Runs the binary to its end: whether it went well, and what it said.
async fn run(product: &Product, arguments: &[&str]) -> (bool, String) {
    let output = command(product, arguments).output().await.expect("the command runs");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (output.status.success(), said.concat())
}

#[tokio::test]
async fn a_rotation_that_was_killed_goes_on_and_the_old_key_is_kept_until_nothing_needs_it() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let id = register(&village, "东沟村 7 号").await;
    let old = product.app.ground.keys.names()[0].id.clone();

    let mut rotating =
        command(&product, &["keys", "rotate"]).stdout(Stdio::piped()).spawn().expect("the command starts");
    let mut lines = BufReader::new(rotating.stdout.take().expect("its output")).lines();
    let first = lines.next_line().await.expect("a line").expect("its first progress");
    rotating.start_kill().expect("SIGKILL");
    rotating.wait().await.expect("the end");
    assert!(first.starts_with("patient.identity"), "{first}");
    let broken_off = flow::status(&product.app.ground).await.unwrap();
    assert!(left(&broken_off) > 0 && left(&broken_off) < total(&broken_off), "{broken_off}");

    let shown = village.get(&format!("/api/v1/patients/{id}")).await.expect(200).json;
    assert_eq!(shown["address"], "东沟村 7 号");
    let (went_well, said) = run(&product, &["keys", "retire", &old]).await;
    assert!(!went_well && said.contains(&format!("still need the key {old}")), "{said}");

    let (went_well, said) = run(&product, &["keys", "rotate"]).await;
    assert!(went_well && said.contains("the rotation went on"), "{said}");
    let (went_well, said) = run(&product, &["keys", "status"]).await;
    assert!(went_well && said.matches(&old).count() == 1 && said.contains("opens only"), "{said}");
    let (went_well, said) = run(&product, &["keys", "retire", &old]).await;
    assert!(went_well, "{said}");
    assert!(!std::fs::read_to_string(&product.app.ground.config.keys.file).unwrap().contains(&old));
    let shown = village.get(&format!("/api/v1/patients/{id}")).await.expect(200).json;
    assert_eq!(shown["address"], "东沟村 7 号");

    let (went_well, said) = run(&product, &["keys", "retire", "00000000"]).await;
    assert!(!went_well && said.contains("there is no key 00000000 in the key file"), "{said}");
    let current = product.app.ground.keys.names()[0].id.clone();
    let (went_well, said) = run(&product, &["keys", "retire", &current]).await;
    assert!(!went_well && said.contains("is the current key"), "{said}");
}

#[tokio::test]
async fn a_server_with_the_wrong_or_a_damaged_key_file_does_not_start_and_says_why() {
    let product = Product::start().await;
    let other = product.folder.path().join("other");
    for (content, sentence) in [
        // None there: a new ring, which is not this store's.
        (None, "does not belong to this store"),
        (
            Some("seal 00000000 international 07\n"),
            "is damaged: line 1: the key does not fit its id 00000000",
        ),
        (Some(""), "is damaged: no key is marked as current"),
    ] {
        if let Some(content) = content {
            std::fs::write(&other, content).unwrap();
        }
        let mut serve = command(&product, &["serve"]);
        let ends = serve.env("CONSULT__KEYS__FILE", &other).kill_on_drop(true).output();
        // One that starts all the same would serve for ever.
        let output = tokio::time::timeout(Duration::from_secs(60), ends).await.expect("it ends").unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(sentence), "{said}");
    }
}

#[tokio::test]
async fn who_signs_in_with_a_second_factor_does_so_before_and_after_a_rotation() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let begun = village.post("/api/v1/session/factors/totp", json!({})).await.expect(201).json;
    let secret = text(&begun["secret"]);
    let code = |product: &Product| {
        consult_server::access::factors::rules::code_at(&secret, product.app.ground.now()).unwrap()
    };
    let confirmed = json!({ "id": begun["id"], "code": code(&product) });
    let added = village.post("/api/v1/session/factors/totp/confirm", confirmed).await.expect(200).json;
    let recovery: Vec<Value> = added["recovery_codes"].as_array().unwrap().clone();
    product.clock.advance_ms(60_000);
    // Asked before the rotation, answered after it: the challenge is sealed too.
    let asked = product.knock("village", consult_server::demo::PASSWORD).await.expect(401).json;
    flow::rotate(&console(&product, Suite::International).await.ground, |_| {}).await.unwrap();
    let answer = json!({ "challenge": asked["challenge"], "code": code(&product) });
    product.post("/api/v1/session/second-factor", answer).await.expect(201);
    let asked = product.knock("village", consult_server::demo::PASSWORD).await.expect(401).json;
    let answer = json!({ "challenge": asked["challenge"], "code": recovery[0] });
    product.post("/api/v1/session/second-factor", answer).await.expect(201);
}
