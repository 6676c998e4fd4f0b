//! A mail server that does what a test tells it: takes mail, hangs, refuses, or dies in the middle of a sentence. Speaks just
//! enough of RFC 5321, in the clear: lines over TLS are tried with a real server (`tests/interop`).

use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// How the server behaves, until it is told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Takes,
    /// Accepts a connection and never says a word.
    Hangs,
    /// Takes the letter, and never says so.
    SwallowsTheAnswer,
    RefusesPasswords,
    RefusesSenders,
    /// 450 to every recipient.
    PutsRecipientsOff,
    /// 550 to every recipient.
    RefusesRecipients,
}

#[derive(Clone, Debug)]
pub struct Mail {
    pub to: String,
    pub message_id: String,
    /// As it came, headers and body.
    pub text: String,
}

#[derive(Clone)]
pub struct MailServer {
    pub port: u16,
    state: Arc<State>,
}

struct State {
    manner: Mutex<Manner>,
    mail: Mutex<Vec<Mail>>,
    connections: Mutex<usize>,
    arrived: Notify,
}

impl MailServer {
    pub async fn start(manner: Manner) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.expect("a free port"), manner)
    }

    /// On a port that was kept free for it.
    pub async fn start_at(port: u16, manner: Manner) -> Self {
        Self::on(TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free"), manner)
    }

    fn on(listener: TcpListener, manner: Manner) -> Self {
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(State {
            manner: Mutex::new(manner),
            mail: Mutex::default(),
            connections: Mutex::default(),
            arrived: Notify::new(),
        });
        let serving = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *serving.connections.lock().unwrap() += 1;
                tokio::spawn(serve(stream, serving.clone()));
            }
        });
        Self { port, state }
    }

    pub fn behaves(&self, manner: Manner) {
        *self.state.manner.lock().unwrap() = manner;
    }

    pub fn mail(&self) -> Vec<Mail> {
        self.state.mail.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        *self.state.connections.lock().unwrap()
    }

    /// Waits until so many letters have come.
    pub async fn has(&self, count: usize) -> Vec<Mail> {
        let waiting = async {
            loop {
                let arrived = self.state.arrived.notified();
                if self.mail().len() >= count {
                    return self.mail();
                }
                arrived.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("the mail comes")
    }
}

async fn serve(stream: TcpStream, state: Arc<State>) {
    let manner = || *state.manner.lock().unwrap();
    let mut stream = BufReader::new(stream);
    if manner() == Manner::Hangs {
        let mut nothing = String::new();
        // Until the other side goes.
        while stream.read_line(&mut nothing).await.is_ok_and(|read| read > 0) {}
        return;
    }
    let mut to = String::new();
    if say(&mut stream, "220 mail.test").await.is_err() {
        return;
    }
    let mut line = String::new();
    while stream.read_line(&mut line).await.is_ok_and(|read| read > 0) {
        let word = line.trim().to_ascii_uppercase();
        let answer = if word.starts_with("EHLO") {
            "250-mail.test\r\n250 AUTH PLAIN LOGIN"
        } else if word.starts_with("AUTH") {
            if manner() == Manner::RefusesPasswords { "535 5.7.8 wrong" } else { "235 welcome" }
        } else if word.starts_with("MAIL") {
            if manner() == Manner::RefusesSenders { "553 5.7.1 not from here" } else { "250 ok" }
        } else if word.starts_with("RCPT") {
            to = line.trim().trim_start_matches("RCPT TO:").trim_matches(['<', '>']).to_owned();
            match manner() {
                Manner::PutsRecipientsOff => "450 4.2.0 come again later",
                Manner::RefusesRecipients => "550 5.1.1 nobody of that name",
                _ => "250 ok",
            }
        } else if word == "DATA" {
            if say(&mut stream, "354 go on").await.is_err() {
                return;
            }
            let text = body(&mut stream).await;
            let message_id = text
                .lines()
                .find_map(|line| line.strip_prefix("Message-ID: "))
                .unwrap_or_default()
                .trim_matches(['<', '>'])
                .to_owned();
            state.mail.lock().unwrap().push(Mail { to: to.clone(), message_id, text });
            state.arrived.notify_waiters();
            if manner() == Manner::SwallowsTheAnswer {
                let mut nothing = String::new();
                while stream.read_line(&mut nothing).await.is_ok_and(|read| read > 0) {}
                return;
            }
            "250 taken"
        } else if word == "QUIT" {
            let _gone = say(&mut stream, "221 bye").await;
            return;
        } else {
            "250 ok"
        };
        if say(&mut stream, answer).await.is_err() {
            return;
        }
        line.clear();
    }
}

async fn say(stream: &mut BufReader<TcpStream>, line: &str) -> std::io::Result<()> {
    stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await
}

/// Up to the lone dot (RFC 5321 §4.5.2).
async fn body(stream: &mut BufReader<TcpStream>) -> String {
    let (mut text, mut line) = (String::new(), String::new());
    while stream.read_line(&mut line).await.is_ok_and(|read| read > 0) {
        if line == ".\r\n" {
            break;
        }
        text.push_str(line.strip_prefix("..").map_or(line.as_str(), |_| &line[1..]));
        line.clear();
    }
    text
}
