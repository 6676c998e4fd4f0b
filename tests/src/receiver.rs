//! Another system that is told by webhooks: keeps what it gets and answers as a test says.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

#[derive(Clone, Debug)]
pub enum Manner {
    Answers(u16, &'static str),
    /// Sends the caller elsewhere.
    Redirects(String),
    /// Never answers.
    Hangs,
}

#[derive(Clone, Debug)]
pub struct Told {
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: String,
}

impl Told {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

#[derive(Clone)]
pub struct Receiver {
    pub port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    manner: Mutex<Manner>,
    told: Mutex<Vec<Told>>,
    arrived: Notify,
}

impl Receiver {
    pub async fn start(manner: Manner) -> Self {
        let shared =
            Arc::new(Shared { manner: Mutex::new(manner), told: Mutex::default(), arrived: Notify::new() });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let router = Router::new().fallback(take).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { port, shared }
    }

    pub fn behaves(&self, manner: Manner) {
        *self.shared.manner.lock().unwrap() = manner;
    }

    pub fn told(&self) -> Vec<Told> {
        self.shared.told.lock().unwrap().clone()
    }

    /// Waits until it was told so often.
    pub async fn has(&self, count: usize) -> Vec<Told> {
        let waiting = async {
            loop {
                let arrived = self.shared.arrived.notified();
                if self.told().len() >= count {
                    return self.told();
                }
                arrived.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("the call comes")
    }
}

async fn take(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let body = String::from_utf8_lossy(&body).into_owned();
    shared.told.lock().unwrap().push(Told { uri, headers, body });
    shared.arrived.notify_waiters();
    let manner = shared.manner.lock().unwrap().clone();
    match manner {
        Manner::Answers(status, text) => {
            (StatusCode::from_u16(status).expect("a status"), text).into_response()
        }
        Manner::Redirects(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Manner::Hangs => std::future::pending().await,
    }
}
