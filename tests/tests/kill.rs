//! Acknowledged means durable: the real binary is killed with SIGKILL right after an answer, started again, and must still
//! have what it answered for. Five kills of writes, twenty of reads and twenty of a referral here; `CONSULT_SOAK` makes each two hundred.

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

/// The way of a patient up, back down and home, step by step: who, the command, its body.
const WAY: &[(&str, &str, &str)] = &[
    ("desk", "open", "{}"),
    ("desk", "ask", r#"{"text": "心电图？"}"#),
    ("desk", "urge", "{}"),
    ("village", "answer", r#"{"text": "ST 段压低"}"#),
    ("desk", "accept", ""),
    (
        "desk",
        "reserve",
        r#"{"kind": "slot", "resource": "上午号", "hold_until": "2999-01-01T00:00:00.000Z"}"#,
    ),
    ("village", "depart", r#"{"eta": "2999-01-01T00:00:00.000Z"}"#),
    ("desk", "arrive", r#"{"signature": "周文英"}"#),
    ("doctor", "admit", r#"{"encounter_number": "ZY-1"}"#),
    ("doctor", "note", r#"{"text": "病情平稳"}"#),
    ("doctor", "send_outcome", r#"{"diagnosis": {"text": "心绞痛"}, "disposition": "stays"}"#),
    ("village", "acknowledge", "{}"),
];

/// Those who act on the way. Their sessions outlive the server.
struct Cast {
    tokens: std::collections::BTreeMap<&'static str, String>,
    /// One for all: making one takes longer than a command.
    client: Client,
    doctor: Value,
    entropy: consult_server::ids::Entropy,
}

/// Kills the server in the middle of each step of a referral, at another moment each time: after each restart what must never be
/// is not, nothing acknowledged is lost, the same request again has its one effect, and the case goes on to its end.
#[tokio::test]
async fn a_referral_goes_on_whatever_moment_the_server_is_killed_at() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let kills: u64 = if std::env::var_os("CONSULT_SOAK").is_some() { 200 } else { 20 };
    let mut server = Server::start(folder.path()).await;
    let cast = server.cast().await;
    let (mut killed, mut done_before_the_kill) = (0, 0);
    while killed < kills {
        let mut leg = server.referral(&cast).await;
        for (at, (_, command, _)) in WAY.iter().enumerate() {
            if killed < kills {
                // Before it is read, while it is decided, before its answer, after it.
                let moment = Duration::from_micros(700 * (killed % 23));
                let answered =
                    tokio::time::timeout(moment, server.give(&cast, &leg, at)).await.ok().flatten();
                server.kill().await;
                killed += 1;
                is_well(folder.path()).await;
                server = Server::start(folder.path()).await;
                let now = server.get(&cast, "village", &format!("/legs/{}", text(&leg["id"]))).await;
                done_before_the_kill += u32::from(now["version"] != leg["version"]);
                if let Some(answer) = answered {
                    assert_eq!(now["version"], answer["version"], "{command} was lost after its answer");
                }
            }
            let before = leg["version"].as_i64();
            leg = server.give(&cast, &leg, at).await.expect("an answer");
            assert_eq!(
                leg["version"].as_i64(),
                before.map(|version| version + 1),
                "{} has one effect",
                command
            );
        }
        assert_eq!(leg["state"], "closed");
    }
    server.stop().await;
    is_well(folder.path()).await;
    assert!(done_before_the_kill > 0, "no kill fell behind a commit");
}

/// What must never be is not, by the product's own doctor.
async fn is_well(folder: &Path) {
    let doctor = Command::new(binary()).args(["doctor", "--invariants"]).current_dir(folder).output().await;
    let said = doctor.expect("the doctor runs");
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success(), "{out}{err}");
}

impl Server {
    async fn cast(&self) -> Cast {
        let (client, mut tokens) = (Client::new(), std::collections::BTreeMap::new());
        for login in ["village", "desk", "doctor"] {
            let body = json!({ "login": login, "password": "demo-only-2026" });
            let request = client.post(format!("{}/api/v1/session", self.base)).json(&body);
            let session: Value = request.send().await.expect("an answer").json().await.expect("a session");
            tokens.insert(login, text(&session["token"]));
        }
        let mut cast =
            Cast { tokens, client, doctor: Value::Null, entropy: tests::harness::seeded_entropy() };
        cast.doctor = self.get(&cast, "doctor", "/session").await["person"]["id"].clone();
        cast
    }

    async fn get(&self, cast: &Cast, login: &str, path: &str) -> Value {
        let request = cast.client.get(format!("{}/api/v1{path}", self.base)).bearer_auth(&cast.tokens[login]);
        request.send().await.expect("an answer").json().await.expect("JSON")
    }

    /// A new referral that was submitted.
    async fn referral(&self, cast: &Cast) -> Value {
        let patient = self.get(cast, "village", "/patients?q=zxd").await["items"][0]["id"].clone();
        let places = self.get(cast, "village", "/organisations").await;
        let county =
            places["items"].as_array().expect("a list").iter().find(|o| o["name"] == "清河县人民医院");
        let county = county.expect("the county hospital");
        let body = json!({ "id": cast.entropy.uuid(tests::harness::START), "patient_id": patient, "direction": "up", "urgency": "urgent",
            "to_organisation_id": county["id"], "to_department_id": county["departments"][0]["id"], "consent": { "kind": "written" },
            "form": { "reason": "critical", "complaint": "胸痛", "diagnosis": { "text": "心绞痛" } } });
        let drafted = cast
            .client
            .post(format!("{}/api/v1/legs", self.base))
            .bearer_auth(&cast.tokens["village"])
            .json(&body);
        let draft: Value = drafted.send().await.expect("an answer").json().await.expect("a leg");
        self.command(cast, "village", &draft, "submit", &json!({})).await.expect("an answer")
    }

    /// Gives the command of a step, always with the same key; `None` where no answer came.
    async fn give(&self, cast: &Cast, leg: &Value, step: usize) -> Option<Value> {
        let (login, command, body) = WAY[step];
        let body = match command {
            "accept" => json!({ "owner_id": cast.doctor, "expected_at": "2999-01-01T00:00:00.000Z" }),
            _ => serde_json::from_str(body).expect("a body"),
        };
        self.command(cast, login, leg, command, &body).await
    }

    async fn command(
        &self,
        cast: &Cast,
        login: &str,
        leg: &Value,
        command: &str,
        body: &Value,
    ) -> Option<Value> {
        let request = cast
            .client
            .post(format!("{}/api/v1/legs/{}/{command}", self.base, text(&leg["id"])))
            .bearer_auth(&cast.tokens[login])
            .header("if-match", format!("\"{}\"", leg["version"]))
            .header("idempotency-key", format!("{}-{}", text(&leg["id"]), leg["version"]))
            .json(body);
        let answer = request.send().await.ok()?;
        let status = answer.status();
        let json: Value = answer.json().await.ok()?;
        assert_eq!(status, 200, "{command}: {json:#}");
        Some(json)
    }
}
