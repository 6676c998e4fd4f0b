//! The doors themselves: connections that never say what they want, caches on the way, the demo's passwords behind a proxy, and what goes on
//! being told to a program that was shut out.

use consult_server::demo::PASSWORD;
use futures_util::future::join_all;
use serde_json::json;
use std::time::Duration;
use tests::harness::{Answer, Product, config_of, text};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const SOON: Duration = Duration::from_secs(20);

/// A connection that says half of what it wants.
async fn half(product: &Product, said: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(product.address).await.unwrap();
    stream.write_all(said).await.unwrap();
    stream
}

/// Waits until the server has closed a connection.
async fn closed(mut stream: TcpStream) {
    let mut rest = Vec::new();
    // Closed or reset: both are the end.
    let _end = tokio::time::timeout(SOON, stream.read_to_end(&mut rest)).await.expect("the server hangs up");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_say_what_they_want_is_cut_off_and_others_are_served_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config_of(&folder).await;
    config.http.header_seconds = 1;
    let product = Product::start_with(folder, config).await;
    let begun: [&[u8]; 3] = [b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Half", b"", b"PRI * HTTP/2.0\r\n"];
    let slow = join_all((0..150).map(|n| half(&product, begun[n % 3]))).await;
    let village = product.sign_in("village").await;
    village.get("/api/v1/patients").await.expect(200);
    join_all(slow.into_iter().map(closed)).await;
    // The second request of a connection has no longer.
    let mut second = half(&product, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut first = [0; 12];
    second.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    second.write_all(b"GET /healthz HTTP/1.1\r\nHo").await.unwrap();
    closed(second).await;
    village.get("/api/v1/patients").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_connections_are_turned_away_and_a_place_that_is_left_is_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config_of(&folder).await;
    config.http.connections = 4;
    let product = Product::start_with(folder, config).await;
    let mut held = Vec::new();
    for _ in 0..4 {
        let mut stream = half(&product, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        held.push(stream);
    }
    closed(TcpStream::connect(product.address).await.unwrap()).await;
    drop(held);
    let served = tokio::time::timeout(SOON, async {
        while product.http().get(product.url("/healthz")).send().await.is_err() {
            tokio::task::yield_now().await;
        }
    });
    served.await.expect("the places are free again");
}

#[tokio::test]
async fn no_cache_keeps_what_is_about_patients_or_opens_doors() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let patient = village.patient("张小东").await;
    for path in [
        "/api/v1/session".to_owned(),
        "/api/v1/patients?q=张小东".to_owned(),
        format!("/api/v1/patients/{patient}"),
        "/api/v1/consults".to_owned(),
        "/api/v1/notices".to_owned(),
        "/api/openapi.json".to_owned(),
    ] {
        let answer = village.request(reqwest::Method::GET, &path).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["cache-control"]),
            (200, &"no-store".parse().unwrap()),
            "{path}"
        );
    }
    let body = json!({ "login": "village", "password": PASSWORD });
    let answer = product.http().post(product.url("/api/v1/session")).json(&body).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["cache-control"]),
        (201, &"no-store".parse().unwrap())
    );
    let studies = village.request(reqwest::Method::GET, "/dicom-web/studies").send().await.unwrap();
    assert!(studies.headers().contains_key("cache-control"), "its own, or ours");
}

/// The program listens on loopback, a proxy before it that the configuration does not name.
#[tokio::test]
async fn the_demos_passwords_open_nothing_where_the_address_says_that_others_come() {
    let product = Product::start().await;
    let token = product.sign_in("village").await.token;
    let folder = product.stop().await;
    let mut config = config_of(&folder).await;
    if config.store.url.0.starts_with("postgres") {
        return; // Its store was another database; what is asked here is not about stores.
    }
    config.http.public_url = "https://tele.example.org".to_owned();
    let (clock, _hand) = consult_server::time::Clock::manual(tests::harness::START);
    let entropy = tests::harness::seeded_entropy();
    let ground = consult_server::ground::Ground::open(config, clock, entropy).await.unwrap();
    let visitor = || consult_server::access::call::Visitor {
        from: "127.0.0.1".to_owned(),
        device: String::new(),
        device_hash: None,
        request_id: String::new(),
    };
    let entered =
        consult_server::access::flow::sign_in(&ground, "village", PASSWORD.to_owned(), visitor()).await;
    assert_eq!(entered.err().map(|refusal| refusal.code.as_str()), Some("access.demo-account-not-here"));
    // A session from before is worth nothing there either.
    assert!(consult_server::access::flow::resume(&ground, &token).await.is_err());
}

#[tokio::test]
async fn a_program_that_is_shut_out_hears_nothing_any_more() {
    let product = Product::start().await;
    let client = consult_server::admin::clients::NewClient {
        client_id: "lab".to_owned(),
        name: "检验系统".to_owned(),
        alliance: None,
        organisation: "清河县人民医院".to_owned(),
        role: "receiving_doctor".to_owned(),
        scopes: "notices.read".to_owned(),
    };
    let secret = consult_server::admin::clients::create(&product.app.ground, client).await.unwrap();
    let form = [("grant_type", "client_credentials")];
    let request =
        product.http().post(product.url("/oauth2/token")).basic_auth("lab", Some(secret)).form(&form);
    let granted = Answer::of(request.send().await.unwrap()).await.expect(200).json;
    let program = product.user(&json!({ "token": granted["access_token"], "me": null }));
    let stream = program.request(reqwest::Method::GET, "/api/v1/events").send().await.unwrap();
    assert_eq!(stream.status(), 200);
    let security = product.sign_in("security").await;
    let listed = security.get("/api/v1/service-clients").await.expect(200).json;
    let lab = listed["items"].as_array().unwrap().iter().find(|c| c["client_id"] == "lab").unwrap();
    security.delete(&format!("/api/v1/service-clients/{}", text(&lab["id"]))).await.expect(204);
    // Long before the next look at whether its session lives.
    let ended = tokio::time::timeout(Duration::from_secs(5), stream.text()).await;
    ended.expect("the stream ends at once").unwrap();
}

#[tokio::test]
async fn a_token_for_notices_ends_nobodys_emergency_access() {
    let product = Product::start().await;
    let (township, doctor) = (product.sign_in("township").await, product.sign_in("doctor").await);
    let body = json!({ "id": township.new_id(), "name": "王佩兰", "sex": "female", "birth_date": "1949-12-31",
        "identity": { "kind": "resident_id", "value": "11010519491231002X" }, "phone": null, "address": null });
    township.post("/api/v1/patients", body).await.expect(201);
    let glass = json!({ "id": doctor.new_id(), "patient": { "resident_id": "11010519491231002X" }, "reason": "unconscious",
                        "explanation": "车祸昏迷送入急诊，身上只有身份证", "minutes": 30 });
    let opened = doctor.post("/api/v1/break-glass", glass).await.expect(201);
    let new = json!({ "name": "提醒", "scopes": ["notices.read"], "days": 1 });
    let made = doctor.post("/api/v1/session/tokens", new).await.expect(201).json;
    let program = product.user(&json!({ "token": made["token"], "me": null }));
    let end = format!("/api/v1/break-glass/{}/end", opened.id());
    program.post(&end, json!({})).await.expect_refusal(403, "access.scope-too-small");
    doctor.post(&end, json!({})).await.expect(204);
}
