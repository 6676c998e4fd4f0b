//! A real identity provider (`tests/oidc`) and somebody's browser that walks through its pages. Ends with the value, or with
//! the test. A missing provider is a failure that says what to run.

use reqwest::{Client, Response, Url};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};

pub struct IdentityProvider {
    process: Child,
    /// Its end is the provider's end.
    life: Option<ChildStdin>,
    pub issuer: String,
}

impl IdentityProvider {
    pub fn start(arguments: &[&str]) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/oidc/provider.mjs");
        let mut process = Command::new("node")
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| panic!("{script} does not start ({e}): run `make test-setup`"));
        let life = process.stdin.take();
        let mut issuer = String::new();
        let out = process.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut issuer).expect("a line");
        assert!(issuer.starts_with("http://"), "the provider did not start: run `make test-setup`");
        Self { process, life, issuer: issuer.trim().to_owned() }
    }

    /// It is down from now on.
    pub fn stop(&mut self) {
        drop(self.life.take());
        self.process.wait().expect("the provider ends");
    }
}

impl Drop for IdentityProvider {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A browser with cookies that goes where it is sent, one step at a time.
pub struct Browser(Client);

impl Default for Browser {
    fn default() -> Self {
        let client = Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none());
        Self(client.tls_certs_only([]).build().expect("a client"))
    }
}

impl Browser {
    pub async fn get(&self, address: &str) -> Response {
        self.0.get(address).send().await.expect("an answer")
    }

    pub async fn post(&self, address: &str, form: &[(&str, &str)]) -> Response {
        self.0.post(address).form(form).send().await.expect("an answer")
    }

    /// Signs in at the provider and agrees, from its first address until it sends the browser back to us; answers that address.
    pub async fn walk(&self, address: &str, login: &str) -> String {
        let mut at = Url::parse(address).expect("an address");
        for _ in 0..10 {
            if at.path() == "/api/v1/session/oidc/callback" {
                return at.to_string();
            }
            let mut answer = self.get(at.as_str()).await;
            if answer.status() == 200 {
                let page = answer.text().await.expect("a page");
                let asks_who = page.contains("name=\"login\"");
                let form: &[(&str, &str)] = match asks_who {
                    true => &[("prompt", "login"), ("login", login), ("password", "any")],
                    false => &[("prompt", "consent")],
                };
                answer = self.post(at.as_str(), form).await;
            }
            at = at.join(&location(&answer)).expect("an address");
        }
        panic!("the provider leads nowhere: {at}");
    }
}

/// Where an answer sends the browser.
#[track_caller]
pub fn location(answer: &Response) -> String {
    assert!(answer.status().is_redirection(), "{}", answer.status());
    answer.headers()["location"].to_str().expect("a text").to_owned()
}
