//! Starts the whole product in this process on free loopback ports with its data in a temporary folder, the clock in the
//! test's hand, and signs people in. Ends it when dropped.

use crate::store;
use consult_server::config::{Config, Secret};
use consult_server::ids::Entropy;
use consult_server::time::{Clock, ManualClock, Timestamp};
use consult_server::{App, Listeners, run};
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

/// 2026-11-23 10:00 in China.
pub const START: Timestamp = Timestamp(1_795_399_200_000);

pub struct Product {
    pub app: App,
    pub address: SocketAddr,
    /// Where DIMSE is spoken.
    pub dimse: SocketAddr,
    pub clock: ManualClock,
    pub folder: TempDir,
    http: reqwest::Client,
    running: tokio::task::JoinHandle<()>,
}

impl Product {
    /// The product with the demo alliance.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = config_of(&folder).await;
        Self::start_with(folder, config).await
    }

    pub async fn start_with(folder: TempDir, config: Config) -> Self {
        Self::run(folder, config, true).await
    }

    /// Without the demo alliance: a store as an operator finds it.
    pub async fn start_with_empty_store(folder: TempDir, config: Config) -> Self {
        Self::run(folder, config, false).await
    }

    async fn run(folder: TempDir, mut config: Config, demo: bool) -> Self {
        let (clock, hand) = Clock::manual(START);
        let listeners = Listeners::bind(&config).await.expect("free ports");
        let address = listeners.http.local_addr().expect("an address");
        let dimse = listeners.dimse.local_addr().expect("an address");
        let scheme = if config.http.tls.is_some() { "https" } else { "http" };
        config.http.public_url = format!("{scheme}://{address}");
        let app = App::open(config, clock, seeded_entropy()).await.expect("the product opens");
        let mut running = tokio::spawn({
            let app = app.clone();
            async move { run(app, listeners, demo).await.expect("the product runs") }
        });
        tokio::select! {
            () = app.ready.wait() => {}
            ended = &mut running => panic!("the product ended before it was ready: {ended:?}"),
        }
        Self { app, address, dimse, clock: hand, folder, http: client(), running }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Signs a demo account in.
    pub async fn sign_in(&self, login: &str) -> User<'_> {
        let body = serde_json::json!({ "login": login, "password": consult_server::demo::PASSWORD });
        let answer = self.http.post(self.url("/api/v1/session")).json(&body).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::CREATED, "signing in {login}");
        let session: Value = answer.json().await.expect("a session");
        self.user(&session)
    }

    /// Tries to sign in, with whatever comes of it.
    pub async fn knock(&self, login: &str, password: &str) -> Answer {
        self.post("/api/v1/session", serde_json::json!({ "login": login, "password": password })).await
    }

    /// A request of nobody.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.http.post(self.url(path)).json(&body).send().await.expect("an answer")).await
    }

    /// Somebody who got in by an answer with a session in it.
    pub fn user(&self, session: &Value) -> User<'_> {
        User { product: self, token: text(&session["token"]), me: session["me"].clone() }
    }

    /// Stops the product and waits for its last write.
    pub async fn stop(self) -> TempDir {
        self.app.shutdown.cancel();
        self.running.await.expect("a clean end");
        self.folder
    }
}

/// The configuration of a test in its folder: on SQLite, or on a new database of the Postgres that `CONSULT_TEST_POSTGRES` names,
/// so that every journey is a contract test of its statements on both engines.
pub async fn config_of(folder: &TempDir) -> Config {
    let mut config = Config::in_folder(folder.path());
    if let Ok(server) = std::env::var("CONSULT_TEST_POSTGRES") {
        config.store.url = Secret(store::new_database(&server).await);
    }
    config
}

/// A client that trusts no authority: what it speaks to is on this machine.
fn client() -> reqwest::Client {
    reqwest::Client::builder().tls_certs_only([]).build().expect("a client")
}

/// Deterministic bytes that never repeat within a process: ids and tokens differ, runs do not.
pub fn seeded_entropy() -> Entropy {
    let counter = Arc::new(AtomicU64::new(0));
    Entropy::new(move |bytes| {
        for chunk in bytes.chunks_mut(8) {
            let n = counter.fetch_add(1, Ordering::SeqCst);
            let mixed =
                n.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31) ^ n.wrapping_add(0xD1B5_4A32_D192_ED03);
            chunk.copy_from_slice(&mixed.to_le_bytes()[..chunk.len()]);
        }
    })
}

/// A person who is signed in.
pub struct User<'a> {
    pub product: &'a Product,
    pub token: String,
    pub me: Value,
}

impl User<'_> {
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.product.http.request(method, self.product.url(path)).bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path).send().await.expect("an answer")).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(&body).send().await.expect("an answer")).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::PUT, path).json(&body).send().await.expect("an answer")).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path).send().await.expect("an answer")).await
    }

    /// Changes my password.
    pub async fn change_password(&self, old: &str, new: &str) -> Answer {
        let body = serde_json::json!({ "old": old, "new": new });
        let request = self.request(Method::PATCH, "/api/v1/session/password").json(&body);
        Answer::of(request.send().await.expect("an answer")).await
    }

    /// A command on the version the caller read.
    pub async fn command(&self, path: &str, version: i64, body: Value) -> Answer {
        self.change(Method::POST, path, version, body).await
    }

    pub async fn patch(&self, path: &str, version: i64, body: Value) -> Answer {
        self.change(Method::PATCH, path, version, body).await
    }

    async fn change(&self, method: Method, path: &str, version: i64, body: Value) -> Answer {
        let request = self.request(method, path).header("if-match", format!("\"{version}\"")).json(&body);
        Answer::of(request.send().await.expect("an answer")).await
    }

    /// A new id, as a client would make it.
    pub fn new_id(&self) -> String {
        self.product.app.ground.entropy.uuid(self.product.app.ground.now())
    }

    /// The id of a demo organisation by its name.
    pub async fn organisation(&self, name: &str) -> String {
        let found = self.get("/api/v1/organisations").await.json;
        let organisation =
            found["items"].as_array().and_then(|items| items.iter().find(|o| o["name"] == name).cloned());
        text(&organisation.unwrap_or_else(|| panic!("no organisation {name}"))["id"])
    }

    /// The id of a demo patient by name.
    pub async fn patient(&self, name: &str) -> String {
        let found = self.get(&format!("/api/v1/patients?q={name}")).await.json;
        text(&found["items"][0]["id"])
    }
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub version: Option<i64>,
    /// Seconds, from `Retry-After`.
    pub retry_after: Option<i64>,
    pub json: Value,
}

impl Answer {
    pub async fn of(response: Response) -> Self {
        let status = response.status().as_u16();
        let version = response
            .headers()
            .get("etag")
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.trim_matches('"').parse().ok());
        let retry_after =
            response.headers().get("retry-after").and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
        let bytes = response.bytes().await.expect("a body");
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Self { status, version, retry_after, json }
    }

    /// Asserts the status and hands the answer on; what came instead is in the message.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:#}", self.json);
        self
    }

    /// Asserts a refusal by its stable code.
    #[track_caller]
    pub fn expect_refusal(self, status: u16, code: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.json["code"], code, "{:#}", answer.json);
        answer
    }

    pub fn version(&self) -> i64 {
        self.version.expect("an ETag")
    }

    pub fn id(&self) -> String {
        text(&self.json["id"])
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}")).to_owned()
}
