//! What one forwarded packet costs: one publisher, many watchers, everything over SRTP on loopback. The server runs
//! in this process and the load in a child, so that the CPU time of the two is not mixed.
//! `cargo run --release -p media --example load -- [watchers] [packets/s] [burst]`

#[path = "../tests/client/mod.rs"]
#[expect(dead_code, reason = "shared with the loopback test, which uses the rest")]
mod client;

use client::{Came, Client, Person, Rtp, VP8, packet, picture};
use media::{ClientMessage, Config, ServerMessage};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PAYLOAD: usize = 1_150;
const MEASURED: Duration = Duration::from_secs(5);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number =
        |at: usize, default: usize| arguments.get(at).and_then(|a| a.parse().ok()).unwrap_or(default);
    if arguments.first().is_some_and(|first| first == "--client") {
        return load(number(1, 50), number(2, 300), number(3, 1));
    }
    serve(number(0, 50), number(1, 300), number(2, 1));
}

/// Carries the child's signalling over its standard streams: `publish` or `watch` lines with the offer in JSON.
fn serve(watchers: usize, rate: usize, burst: usize) {
    let config = Config {
        udp: "127.0.0.1:0".parse().expect("an address"),
        max_participants: watchers + 1,
        ..Config::default()
    };
    let media = media::start(config).expect("a port");
    let mut child = Command::new(std::env::current_exe().expect("a path"))
        .args(["--client", &watchers.to_string(), &rate.to_string(), &burst.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let mut answers = child.stdin.take().expect("piped");
    let mut people = Vec::new();
    let mut before = None;
    for line in BufReader::new(child.stdout.take().expect("piped")).lines() {
        let line = line.expect("a line");
        if line == "begin" {
            before = Some((cpu(), media.stats().packets_out, Instant::now()));
        } else if line == "end" {
            let (cpu_before, out_before, at) = before.expect("begun");
            let (cpu, out) = (cpu() - cpu_before, media.stats().packets_out - out_before);
            let seconds = at.elapsed().as_secs_f64();
            println!(
                "watchers {watchers}, in {rate}/s in bursts of {burst}, out {:.0}/s, unsent {}: {:.2} µs of CPU per packet out, {:.0} % of a core",
                out as f64 / seconds,
                media.stats().unsent,
                cpu * 1e6 / out as f64,
                cpu / seconds * 100.0,
            );
        } else if let Ok(message) = serde_json::from_str::<ClientMessage>(&line) {
            let mut person = Person::join(&media, "load", "p");
            person.send(message);
            let sdp = person.until(|message| match message {
                ServerMessage::Published { sdp } | ServerMessage::Watching { sdp } => Some(sdp.clone()),
                _ => None,
            });
            writeln!(answers, "{}", serde_json::to_string(&sdp).expect("a string")).expect("the child reads");
            people.push(person);
        } else {
            println!("{line}");
        }
    }
    let _ = child.wait();
    media.stop();
}

/// CPU seconds of this process, user and system.
fn cpu() -> f64 {
    // SAFETY: all-zero is a valid rusage, and the call fills it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &raw mut usage);
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 * 1e-6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

fn connect(client: &mut Client, publish: bool) {
    let sdp = client.offer(publish, 1);
    let message = if publish { ClientMessage::Publish { sdp } } else { ClientMessage::Watch { sdp } };
    println!("{}", serde_json::to_string(&message).expect("a message"));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).expect("an answer");
    client.connect(&serde_json::from_str::<String>(&answer).expect("a description"));
}

fn load(watchers: usize, rate: usize, burst: usize) {
    let mut up = Client::gcm();
    connect(&mut up, true);
    let mut down: Vec<Client> = (0..watchers).map(|_| Client::gcm()).collect();
    for client in &mut down {
        connect(client, false);
        client.socket.set_nonblocking(true).expect("a socket");
    }
    let mut got = vec![(0u64, None::<u16>, 0u64, 0u64); watchers];
    let start = Instant::now();
    let (warm, end) = (Duration::from_secs(1), Duration::from_secs(1) + MEASURED);
    let (mut number, mut begun) = (0u64, false);
    let mut buffer = [0u8; 2_048];
    while start.elapsed() < end {
        if !begun && start.elapsed() >= warm {
            begun = true;
            println!("begin");
            got.iter_mut().for_each(|watcher| (watcher.0, watcher.2, watcher.3) = (0, 0, 0));
        }
        let due = (start.elapsed().as_secs_f64() * rate as f64) as u64 / burst as u64 * burst as u64;
        while number < due {
            let mut body = picture(number as u16, number == 0);
            body.resize(PAYLOAD, 7);
            let plain = packet(VP8, 22, number as u16, (number / burst as u64) as u32 * 3_000, true, &body);
            up.send(&plain);
            number += 1;
        }
        let mut idle = true;
        for (client, watcher) in down.iter_mut().zip(&mut got) {
            while let Ok((length, _)) = client.socket.recv_from(&mut buffer) {
                idle = false;
                watcher.3 += 1;
                // Each packet is counted and its number checked; one in 32 is opened, so that the load leaves the
                // server a core.
                if buffer[1] & 0x7f != VP8 {
                    continue;
                }
                let sequence = u16::from_be_bytes([buffer[2], buffer[3]]);
                if watcher.1.is_some_and(|last| sequence != last.wrapping_add(1)) {
                    watcher.2 += 1;
                }
                watcher.1 = Some(sequence);
                watcher.0 += 1;
                if watcher.0 % 32 == 0
                    && let Some(Came::Media(plain)) = client.open(&buffer[..length])
                {
                    assert_eq!(Rtp::read(&plain).payload.len(), PAYLOAD);
                }
            }
        }
        while let Ok(length) = {
            up.socket.set_nonblocking(true).expect("a socket");
            up.socket.recv(&mut buffer)
        } {
            let _ = length;
        }
        if idle {
            std::thread::sleep(Duration::from_micros(500));
        }
    }
    println!("end");
    let (received, gaps) =
        got.iter().fold((0, 0), |(all, gaps), watcher| (all + watcher.0, gaps + watcher.2));
    let expected = rate as u64 * MEASURED.as_secs() * watchers as u64;
    println!("watchers received {received} of about {expected}, {gaps} gaps");
}
