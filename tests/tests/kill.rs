//! Acknowledged means durable: the real binary is killed with SIGKILL right after an answer, started again, and must still
//! have what it answered for. Five kills of writes and twenty of reads here; `CONSULT_SOAK` makes each two hundred.

use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tests::harness::text;
use tokio::process::{Child, Command};

struct Server {
    child: Child,
    base: String,
}

/// The binary beside the test's own: `make test` builds it first.
fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("the test's own path");
    let path = test.ancestors().nth(2).expect("target/<profile>").join("consult-server");
    assert!(
        path.exists(),
        "{} is missing: run `cargo build -p consult-server` with the profile of the tests",
        path.display()
    );
    path
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port()
}

impl Server {
    async fn start(folder: &Path) -> Self {
        consult_server::use_one_cryptography();
        let listen = format!("127.0.0.1:{}", free_port());
        let base = format!("http://{listen}");
        let child = Command::new(binary())
            .args(["serve", "--demo"])
            .current_dir(folder)
            .env("CONSULT__HTTP__LISTEN", &listen)
            .env("CONSULT__HTTP__PUBLIC_URL", &base)
            .env("CONSULT__METRICS__LISTEN", "127.0.0.1:0")
            .env("CONSULT__DIMSE__LISTEN", "127.0.0.1:0")
            .env("CONSULT__MEDIA__UDP", "127.0.0.1:0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the server starts");
        let server = Self { child, base };
        server.ready().await;
        server
    }

    /// Asks until it is ready; the pause is between questions, not in place of an answer.
    async fn ready(&self) {
        let ready = async {
            loop {
                let answer = reqwest::get(format!("{}/readyz", self.base)).await;
                if answer.is_ok_and(|a| a.status() == 200) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(180), ready).await.expect("ready within three minutes");
    }

    async fn sign_in(&self) -> (Client, String) {
        let client = Client::new();
        let body = json!({ "login": "village", "password": "demo-only-2026" });
        let answer =
            client.post(format!("{}/api/v1/session", self.base)).json(&body).send().await.expect("an answer");
        let session: Value = answer.json().await.expect("a session");
        (client, text(&session["token"]))
    }

    /// Somebody signed in, and a patient whom they may read.
    async fn patient(&self) -> (Client, String, String) {
        let (client, token) = self.sign_in().await;
        let request = client.get(format!("{}/api/v1/patients?q=zxd", self.base)).bearer_auth(&token);
        let found: Value = request.send().await.expect("an answer").json().await.expect("a list");
        let id = text(&found["items"][0]["id"]);
        (client, token, id)
    }

    /// Ends it as a service manager would, and waits.
    async fn stop(mut self) {
        let id = self.child.id().expect("it runs").to_string();
        let asked = Command::new("kill").arg(id).status().await.expect("kill runs");
        assert!(asked.success());
        assert!(self.child.wait().await.expect("the end").success());
    }

    async fn kill(mut self) {
        self.child.start_kill().expect("SIGKILL");
        self.child.wait().await.expect("the end");
    }
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_server_is_killed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rounds = if std::env::var_os("CONSULT_SOAK").is_some() { 200 } else { 5 };
    let entropy = tests::harness::seeded_entropy();
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..rounds {
        let server = Server::start(folder.path()).await;
        let (client, token) = server.sign_in().await;
        for id in &acknowledged {
            let found = client
                .get(format!("{}/api/v1/patients/{id}", server.base))
                .bearer_auth(&token)
                .send()
                .await
                .expect("an answer");
            assert_eq!(found.status(), 200, "round {round}: patient {id} was acknowledged and is gone");
        }
        // Several at once, so that the kill falls into a group commit.
        let writes: Vec<_> = (0..8)
            .map(|_| {
                let id = entropy.uuid(tests::harness::START);
                let body = json!({ "id": id, "name": "耐久", "sex": "unknown", "birth_date": null,
                                   "identity": { "kind": "unidentified", "value": null }, "phone": null, "address": null });
                let request = client.request(Method::POST, format!("{}/api/v1/patients", server.base)).bearer_auth(&token).json(&body);
                tokio::spawn(async move { request.send().await.ok().filter(|a| a.status() == 201).map(|_| id) })
            })
            .collect();
        let mut writes = writes.into_iter();
        let first = writes
            .next()
            .expect("a write")
            .await
            .expect("no panic")
            .expect("the first write is acknowledged");
        acknowledged.push(first);
        server.kill().await;
        for write in writes {
            acknowledged.extend(write.await.expect("no panic"));
        }
    }
    let output = Command::new(binary())
        .arg("verify-audit")
        .current_dir(folder.path())
        .output()
        .await
        .expect("verify-audit runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Answers the request ids of reads that were answered.
async fn reads_until_the_first_is_answered(
    server: &Server,
    client: &Client,
    token: &str,
    id: &str,
) -> Vec<String> {
    let ask = || {
        let request = client.get(format!("{}/api/v1/patients/{id}", server.base)).bearer_auth(token);
        tokio::spawn(async move {
            let answer = request.send().await.ok().filter(|a| a.status() == 200)?;
            let said = answer.headers()["x-request-id"].to_str().ok()?.to_owned();
            // Answered means that the last byte is here.
            answer.bytes().await.ok().map(|_| said)
        })
    };
    let mut running: Vec<_> = (0..8).map(|_| ask()).collect();
    let first = running.remove(0).await.expect("no panic").expect("the first read is answered");
    let mut answered = vec![first];
    for read in running {
        if read.is_finished() {
            answered.extend(read.await.expect("no panic"));
        } else {
            read.abort();
        }
    }
    answered
}

#[tokio::test]
async fn every_read_answered_before_a_kill_is_in_the_audit_trail_after_the_restart() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rounds = if std::env::var_os("CONSULT_SOAK").is_some() { 200 } else { 20 };
    let mut answered = Vec::new();
    let mut signed_in = None;
    for _ in 0..rounds {
        let server = Server::start(folder.path()).await;
        let (client, token, id) = match signed_in.take() {
            Some(standing) => standing,
            None => server.patient().await,
        };
        answered.extend(reads_until_the_first_is_answered(&server, &client, &token, &id).await);
        signed_in = Some((client, token, id));
        server.kill().await;
    }
    assert!(answered.len() >= rounds);
    // The next start takes in what the killed ones left; a clean end waits for it.
    Server::start(folder.path()).await.stop().await;
    let url = format!("sqlite:{}", folder.path().join("data/consult.db").display());
    for request in &answered {
        let statement = "SELECT COUNT(*) FROM audit WHERE action = 'patient.read' AND seq IS NOT NULL AND request_id = $1";
        let rows = tests::store::count(&url, statement, request).await;
        assert_eq!(rows, 1, "the read {request} was answered and is not in the chain once");
    }
    let output = Command::new(binary()).arg("verify-audit").current_dir(folder.path()).output().await;
    let output = output.expect("verify-audit runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
