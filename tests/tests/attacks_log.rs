//! What is sent to the server cannot write lines of its own into the log, nor anything of a person.

use reqwest::Method;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;
use tests::harness::text;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::process::Command;

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").to_string()
}

/// An association request (PS3.8 §9.3.2) whose AE titles are whatever 16 bytes they are.
fn association(called: &[u8; 16], calling: &[u8; 16]) -> Vec<u8> {
    let context = b"\x10\x00\x00\x151.2.840.10008.3.1.1.1";
    let length = u32::try_from(2 + 2 + 16 + 16 + 32 + context.len()).unwrap();
    [&[1, 0][..], &length.to_be_bytes(), &[0, 1, 0, 0], called, calling, &[0; 32], context].concat()
}

#[tokio::test]
async fn every_line_of_the_log_is_the_servers_own_whatever_is_sent_to_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (http, dimse) = (free_address(), free_address());
    let log = folder.path().join("log");
    let binary = std::env::current_exe().expect("the test's own path");
    let binary = binary.ancestors().nth(2).expect("target/<profile>").join("consult-server");
    let mut server = Command::new(&binary)
        .args(["serve", "--demo"])
        .current_dir(folder.path())
        .env("CONSULT__HTTP__LISTEN", &http)
        .env("CONSULT__HTTP__PUBLIC_URL", format!("http://{http}"))
        .env("CONSULT__DIMSE__LISTEN", &dimse)
        .env("CONSULT__METRICS__LISTEN", "127.0.0.1:0")
        .env("CONSULT__MEDIA__UDP", "127.0.0.1:0")
        .env("CONSULT__DEMO__STUDIES", "false")
        .env("CONSULT_LOG", "debug,sqlx=warn")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(&log).expect("a log"))
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|e| panic!("{} does not start: {e}", binary.display()));
    consult_server::use_one_cryptography();
    let ready = async {
        while !reqwest::get(format!("http://{http}/readyz")).await.is_ok_and(|a| a.status() == 200) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), ready).await.expect("ready within a minute");

    let client = reqwest::Client::new();
    let evil = "2026-11-28T00:00:00Z INFO forged\r\nforged line\u{1b}[31m\u{7}";
    let session = json!({ "login": "village", "password": "demo-only-2026" });
    let opened = client.post(format!("http://{http}/api/v1/session")).json(&session).send().await.unwrap();
    let token = text(&opened.json::<Value>().await.unwrap()["token"]);
    let guess = json!({ "login": evil, "password": "forged-password" });
    client.post(format!("http://{http}/api/v1/session")).json(&guess).send().await.unwrap();
    for path in [
        "/%0d%0aforged%20line",
        "/api/v1/patients?q=forged%0d%0aline",
        "/dicom-web/studies?PatientName=forged%0a",
    ] {
        client.get(format!("http://{http}{path}")).bearer_auth(&token).send().await.unwrap();
    }
    let id = "0192f3a0-0000-7000-8000-0000000000ff";
    let patient = json!({ "id": id, "name": format!("forged{evil}"), "sex": "unknown", "birth_date": null, "phone": null,
                          "address": evil, "identity": { "kind": "unidentified", "value": null } });
    let request = client.request(Method::POST, format!("http://{http}/api/v1/patients")).bearer_auth(&token);
    request.header("user-agent", "forged\tagent").json(&patient).send().await.unwrap();
    for bytes in
        [&b"GET / HTTP/1.1\r\nforged line\r\nhost: a\r\n\r\n"[..], b"\x16\x03\x01forged\r\nline\r\n\r\n"]
    {
        TcpStream::connect(&http).await.unwrap().write_all(bytes).await.unwrap();
    }
    for pdu in [
        association(b"CONSULT         ", b"forged\r\nforged\x1b["),
        association(b"x\r\nforged line  ", b"CLINIC          "),
    ] {
        TcpStream::connect(&dimse).await.unwrap().write_all(&pdu).await.unwrap();
    }
    client.get(format!("http://{http}/healthz")).send().await.unwrap();
    let id = i32::try_from(server.id().expect("it runs")).unwrap();
    let stopped = Command::new("kill").args(["-TERM", &id.to_string()]).status().await.expect("kill");
    assert!(stopped.success() && server.wait().await.expect("the end").success());

    let log = std::fs::read_to_string(&log).expect("the log is text");
    assert!(log.lines().count() > 3, "{log}");
    for line in log.lines() {
        let line = line.replace("\u{1b}[2m", "");
        assert!(
            line.starts_with("20") && line.contains('T') && line.contains('Z'),
            "not a line of ours: {line:?}"
        );
        assert!(
            !line.contains("forged") && !line.contains('\u{7}') && !line.contains("demo-only"),
            "{line:?}"
        );
    }
}
