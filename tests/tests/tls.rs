//! TLS and proxies: a certificate that is replaced while connections are open, what is wrong with its files said at the start, and whose
//! word counts about where a request came from.

use consult_server::Listeners;
use consult_server::admin::{self, NewAdmin};
use consult_server::config::{Config, ForwardedHeader, Tls};
use consult_server::demo::PASSWORD;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::header::{SET_COOKIE, STRICT_TRANSPORT_SECURITY};
use reqwest::{Certificate, Client, Response};
use serde_json::json;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use tests::harness::{Product, config_of};
use tests::people::sixty_more;
use tests::store;

/// A certificate of its own and its key, as PEM.
struct Pair {
    cert: String,
    key: String,
}

fn pair() -> Pair {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    Pair { cert: cert.pem(), key: signing_key.serialize_pem() }
}

fn files(folder: &Path) -> Tls {
    Tls { cert: folder.join("cert.pem"), key: folder.join("key.pem") }
}

fn put(files: &Tls, pair: &Pair) {
    std::fs::write(&files.cert, &pair.cert).unwrap();
    std::fs::write(&files.key, &pair.key).unwrap();
}

/// A client that trusts one certificate and nothing else; each has connections of its own.
fn trusting(pair: &Pair) -> Client {
    let root = Certificate::from_pem(pair.cert.as_bytes()).unwrap();
    Client::builder().tls_certs_only([root]).build().unwrap()
}

async fn started(pair: &Pair) -> (Product, Tls) {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let mut config = config_of(&folder).await;
    let files = files(folder.path());
    put(&files, pair);
    config.http.tls = Some(files.clone());
    config.http.public_url = "https://localhost".to_owned();
    (Product::start_with(folder, config).await, files)
}

fn url(product: &Product, path: &str) -> String {
    format!("https://localhost:{}{path}", product.address.port())
}

/// Over the connection that the client has, once its last answer was read to the end.
async fn healthy(product: &Product, client: &Client) -> String {
    client.get(url(product, "/healthz")).send().await.unwrap().text().await.unwrap()
}

/// A new connection that trusts only this certificate, as soon as there is one.
async fn served(product: &Product, pair: &Pair) -> Response {
    let tries = async {
        loop {
            match trusting(pair).get(url(product, "/healthz")).send().await {
                Ok(answer) => return answer,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), tries).await.expect("the certificate is served")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_is_served_to_new_connections_and_open_ones_go_on() {
    let (old, new) = (pair(), pair());
    let (product, files) = started(&old).await;
    // Its one connection stays open all the while.
    let before = trusting(&old);
    assert_eq!(healthy(&product, &before).await, "ok");
    // A certificate whose key has not come yet: the old pair stays.
    std::fs::write(&files.cert, &new.cert).unwrap();
    served(&product, &old).await;
    put(&files, &new);
    assert_eq!(served(&product, &new).await.status(), 200);
    assert!(trusting(&old).get(url(&product, "/healthz")).send().await.is_err(), "the old one is gone");
    assert_eq!(healthy(&product, &before).await, "ok", "the open connection");

    // Rubbish leaves the one in use.
    std::fs::write(&files.key, "no key").unwrap();
    std::fs::write(&files.cert, "no certificate").unwrap();
    served(&product, &new).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn under_tls_cookies_are_secure_and_browsers_are_told_to_stay() {
    let one = pair();
    let (product, _) = started(&one).await;
    let body = json!({ "login": "village", "password": PASSWORD });
    let request = trusting(&one).post(url(&product, "/api/v1/session")).json(&body);
    let answer = request.header("origin", url(&product, "")).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let cookie = answer.headers()[SET_COOKIE].to_str().unwrap();
    assert_eq!(cookie.matches("Secure").count(), 1, "{cookie}");
    assert_eq!(answer.headers()[STRICT_TRANSPORT_SECURITY], "max-age=31536000");
    let plain = reqwest::get(format!("http://localhost:{}/healthz", product.address.port())).await;
    assert!(plain.is_err(), "nothing is answered in the clear");
}

#[tokio::test]
async fn what_is_wrong_with_the_files_is_said_before_anything_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let mut config = Config::in_folder(folder.path());
    config.http.tls = Some(files.clone());
    let said =
        |config: Config| async move { Listeners::bind(&config).await.err().unwrap().internal.unwrap() };
    assert!(said(config.clone()).await.contains("http.public_url"));
    config.http.public_url = "https://localhost".to_owned();
    let missing = said(config.clone()).await;
    assert!(missing.contains("http.tls.cert") && missing.contains("cert.pem"), "{missing}");
    let (one, other) = (pair(), pair());
    put(&files, &Pair { cert: String::new(), key: one.key.clone() });
    assert!(said(config.clone()).await.contains("no certificate"));
    put(&files, &Pair { cert: one.cert.clone(), key: "rubbish".to_owned() });
    assert!(said(config.clone()).await.contains("http.tls.key"));
    put(&files, &Pair { cert: one.cert.clone(), key: other.key });
    let misfit = said(config.clone()).await;
    assert!(misfit.contains("does not fit"), "{misfit}");
    put(&files, &one);
    assert!(Listeners::bind(&config).await.is_ok());
}

/// A product whose trusted proxies are these; the test itself is the proxy, on loopback. The demo's accounts are worth nothing
/// behind a proxy: there is one that is none of theirs.
async fn behind(proxies: &[&str], header: ForwardedHeader) -> Product {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config_of(&folder).await;
    config.http.trusted_proxies = proxies.iter().map(|net| net.parse().unwrap()).collect();
    config.http.forwarded_header = header;
    Product::start_with(folder, config).await
}

/// Somebody of their own at the product, who signs in with the password that is answered.
async fn somebody(product: &Product) -> String {
    let new = NewAdmin {
        alliance: None,
        organisation: "清河县人民医院".to_owned(),
        name: "郭伟".to_owned(),
        login: LOGIN.to_owned(),
        role: "auditor".to_owned(),
    };
    admin::create(&product.app.ground, new).await.unwrap()
}

const LOGIN: &str = "guowei";

async fn knock(product: &Product, password: &str, headers: &[(&'static str, &str)]) -> Response {
    let body = json!({ "login": LOGIN, "password": password });
    let mut request = product.http().post(product.url("/api/v1/session")).json(&body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

const ADDRESSES: &str = "SELECT from_address FROM audit WHERE action = 'session.opened' ORDER BY entry_no";

#[tokio::test]
async fn a_forwarded_address_is_written_down_only_when_a_trusted_proxy_says_it() {
    let headers = [("x-forwarded-for", "6.6.6.6, 203.0.113.7"), ("x-forwarded-proto", "https")];
    let trusting = behind(&["127.0.0.0/8"], ForwardedHeader::XForwardedFor).await;
    let demo = json!({ "login": "village", "password": PASSWORD });
    trusting.post("/api/v1/session", demo).await.expect_refusal(403, "access.demo-account-not-here");
    let password = somebody(&trusting).await;
    let answer = knock(&trusting, &password, &headers).await;
    assert!(answer.headers()[SET_COOKIE].to_str().unwrap().ends_with("; Secure"));
    assert!(answer.headers().contains_key(STRICT_TRANSPORT_SECURITY));
    let answer = knock(&trusting, &password, &[("x-forwarded-for", "x'; DROP TABLE audit; --")]).await;
    assert!(!answer.headers().contains_key(STRICT_TRANSPORT_SECURITY));
    assert_eq!(store::texts(&trusting.app.ground.db, ADDRESSES).await, ["203.0.113.7", "127.0.0.1"]);

    let by_rfc = behind(&["127.0.0.1"], ForwardedHeader::Forwarded).await;
    let password = somebody(&by_rfc).await;
    knock(&by_rfc, &password, &[("forwarded", "for=\"[2001:db8::7]:4711\";proto=https"), headers[0]]).await;
    assert_eq!(store::texts(&by_rfc.app.ground.db, ADDRESSES).await, ["2001:db8::7"]);

    for proxies in [&[][..], &["10.0.0.0/8"][..]] {
        let product = behind(proxies, ForwardedHeader::XForwardedFor).await;
        let password = somebody(&product).await;
        let answer = knock(&product, &password, &headers).await;
        assert!(!answer.headers()[SET_COOKIE].to_str().unwrap().contains("Secure"));
        assert!(!answer.headers().contains_key(STRICT_TRANSPORT_SECURITY));
        assert_eq!(store::texts(&product.app.ground.db, ADDRESSES).await, ["127.0.0.1"]);
    }
}

#[tokio::test]
async fn behind_a_proxy_each_hospital_is_throttled_for_itself() {
    let product = behind(&["127.0.0.1"], ForwardedHeader::XForwardedFor).await;
    let from = |address: &'static str, login: String| {
        let body = json!({ "login": login, "password": "wrong" });
        let request = product.http().post(product.url("/api/v1/session")).json(&body);
        async move { request.header("x-forwarded-for", address).send().await.unwrap().status().as_u16() }
    };
    sixty_more(&product.app.ground.db).await;
    for n in 1..=50 {
        assert_eq!(from("203.0.113.7", format!("staff-{n}")).await, 401);
    }
    assert_eq!(from("203.0.113.7", "one-more".to_owned()).await, 429);
    assert_eq!(from("203.0.113.8", "one-more".to_owned()).await, 401);
}
