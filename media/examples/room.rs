//! A room to try the media plane by hand or by a script, without the rest of the product: serves one page and carries
//! the signalling protocol over plain HTTP (`POST /open`, `POST /send/<id>`, `GET /poll/<id>`, `POST /drop/<id>`).
//! `cargo run -p media --example room -- 127.0.0.1:8090 [udp address] [advertised address]`, then open the page in two tabs.

use media::{ClientMessage, Config, Connection, Participant, RoomId, Sender, ServerMessage};
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

const PAGE: &str = include_str!("room.html");

#[derive(Default)]
struct Mailbox {
    messages: Mutex<(VecDeque<ServerMessage>, bool)>,
    arrived: Condvar,
}

type Clients = Arc<Mutex<BTreeMap<String, (Sender, Arc<Mailbox>)>>>;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let page = arguments.next().unwrap_or_else(|| "127.0.0.1:8090".into());
    let udp = arguments.next().unwrap_or_else(|| "127.0.0.1:0".into());
    let advertise = arguments.next().map(|address| address.parse().expect("a socket address"));
    let config = Config { udp: udp.parse().expect("a socket address"), advertise, ..Config::default() };
    let media = media::start(config)?;
    let listener = TcpListener::bind(page)?;
    println!("page http://{} media {}", listener.local_addr()?, media.local_addr());
    let clients = Clients::default();
    for stream in listener.incoming() {
        let (media, clients, stream) = (media.clone(), clients.clone(), stream?);
        std::thread::spawn(move || serve(&media, &clients, stream));
    }
    Ok(())
}

fn serve(media: &media::Media, clients: &Clients, stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (_, path) = (words.next()?, words.next()?.to_string());
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).ok()?;

    let mut parts = path.trim_start_matches('/').split(['/', '?']);
    let (kind, answer) = match (parts.next()?, parts.next()) {
        ("open", _) => ("application/json", open(media, clients, &body)),
        ("send", Some(id)) => ("application/json", send(clients, id, &body)),
        ("poll", Some(id)) => ("application/json", poll(clients, id)),
        ("drop", Some(id)) => {
            clients.lock().ok()?.remove(id);
            ("application/json", "{}".to_string())
        }
        ("stats", _) => ("text/plain", format!("{:?}", media.stats())),
        _ => ("text/html; charset=utf-8", PAGE.to_string()),
    };
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{answer}",
        answer.len()
    )
    .ok()
}

/// The body is `room name`, parted by a space. Answers with the client's number.
fn open(media: &media::Media, clients: &Clients, body: &str) -> String {
    let (room, name) = body.split_once(' ').unwrap_or((body, "somebody"));
    let who = Participant { name: name.into(), organisation: "example".into(), joined_at: String::new() };
    let Connection { to, mut from } = media.join(RoomId::new(room), who);
    let mailbox = Arc::new(Mailbox::default());
    let filled = mailbox.clone();
    std::thread::spawn(move || {
        while let Some(message) = from.blocking_recv() {
            filled.messages.lock().expect("no panic holds it").0.push_back(message);
            filled.arrived.notify_all();
        }
        filled.messages.lock().expect("no panic holds it").1 = true;
        filled.arrived.notify_all();
    });
    let mut clients = clients.lock().expect("no panic holds it");
    let id = (0..).map(|n: u32| n.to_string()).find(|id| !clients.contains_key(id)).expect("a free number");
    clients.insert(id.clone(), (to, mailbox));
    id
}

fn send(clients: &Clients, id: &str, body: &str) -> String {
    let clients = clients.lock().expect("no panic holds it");
    let sent = match (clients.get(id), serde_json::from_str::<ClientMessage>(body)) {
        (Some((to, _)), Ok(message)) => to.send(message).map_err(|refusal| refusal.code().to_string()),
        (None, _) => Err("no such client".into()),
        (_, Err(error)) => Err(error.to_string()),
    };
    serde_json::to_string(&sent.err()).unwrap_or_default()
}

/// All messages since the last call, waiting for the first up to 10 s; `null` stands for the end.
fn poll(clients: &Clients, id: &str) -> String {
    let mailbox = clients.lock().expect("no panic holds it").get(id).map(|(_, mailbox)| mailbox.clone());
    let Some(mailbox) = mailbox else { return "[null]".into() };
    let held = mailbox.messages.lock().expect("no panic holds it");
    let waited = mailbox.arrived.wait_timeout_while(held, Duration::from_secs(10), |(messages, ended)| {
        messages.is_empty() && !*ended
    });
    let (mut held, _) = waited.expect("no panic holds it");
    let mut all: Vec<_> = held.0.drain(..).map(Some).collect();
    if all.is_empty() && held.1 {
        all.push(None);
    }
    serde_json::to_string(&all).unwrap_or_default()
}
