//! The shell of the media plane: socket, thread, cryptography, session descriptions. The only place that names the
//! `rtc` crates and reads a clock. `start` opens the port and runs the worker; `Media` is the handle that the
//! server keeps; a `Connection` is one participant's signalling.

mod addresses;
mod dtls;
mod hello;
mod leg;
mod net;
mod rtcp;
mod sdp;
mod slab;
mod srtp;
mod stun;
mod waker;
mod worker;

use crate::config::Config;
use crate::ids::{MemberKey, RoomId};
use crate::refusal::Refusal;
use crate::room::Participant;
use crate::signal::{ClientMessage, MAX_SDP, ServerMessage};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::mpsc;
use waker::Waker;

/// Messages of one client that may wait for the worker, and messages for it that may wait for the client.
const FROM_CLIENT: u32 = 32;
const TO_CLIENT: usize = 512;
/// Messages of all clients that may wait.
const COMMANDS: usize = 8_192;

/// Opens the UDP port and starts the worker thread.
pub fn start(config: Config) -> io::Result<Media> {
    let waker = Arc::new(Waker::new()?);
    let counters = Arc::new(Counters::default());
    let stopping = Arc::new(AtomicBool::new(false));
    let (commands, inbox) = sync_channel(COMMANDS);
    let worker = worker::Worker::open(&config, inbox, waker.clone(), counters.clone(), stopping.clone())?;
    let address = worker.local_addr();
    let thread = std::thread::Builder::new().name("media-0".into()).spawn(move || worker.run())?;
    let inner = Inner {
        workers: vec![WorkerHandle { commands, waker }],
        address,
        counters,
        stopping,
        threads: Mutex::new(vec![thread]),
        next_member: AtomicU32::new(1),
    };
    Ok(Media { inner: Arc::new(inner) })
}

/// The running media plane. Cheap to clone; the last clone that is dropped stops it.
#[derive(Clone)]
pub struct Media {
    inner: Arc<Inner>,
}

struct Inner {
    /// A room lives on one worker for all its life.
    workers: Vec<WorkerHandle>,
    address: SocketAddr,
    counters: Arc<Counters>,
    stopping: Arc<AtomicBool>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    next_member: AtomicU32,
}

#[derive(Clone)]
struct WorkerHandle {
    commands: SyncSender<Command>,
    waker: Arc<Waker>,
}

impl Media {
    /// The bound address of the UDP port.
    pub fn local_addr(&self) -> SocketAddr {
        self.inner.address
    }

    /// Opens a participant's signalling. It is in the room once it has sent `ClientMessage::Join`.
    pub fn join(&self, room: RoomId, who: Participant) -> Connection {
        let (to_client, from) = mpsc::channel(TO_CLIENT);
        let key = MemberKey(self.inner.next_member.fetch_add(1, Relaxed));
        let worker = self.worker_of(&room).clone();
        let link = Arc::new(Link { key, gone: AtomicBool::new(false), waiting: AtomicU32::new(0), worker });
        let open = Command::Open { room, who, to_client, link: link.clone() };
        // A full inbox drops the command and with it the client's channel: the connection is closed from the start.
        let _ = link.worker.commands.try_send(open);
        link.worker.waker.wake();
        Connection { to: Sender { guard: Arc::new(Guard { link }) }, from }
    }

    fn worker_of(&self, room: &RoomId) -> &WorkerHandle {
        // FNV-1a: the same room always meets the same worker.
        let hash = room.as_str().bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        &self.inner.workers[(hash % self.inner.workers.len() as u64) as usize]
    }

    /// Tells everybody, closes all peer connections, ends the threads and waits for them. May be called twice.
    pub fn stop(&self) {
        self.inner.stop();
    }

    pub fn stats(&self) -> Stats {
        self.inner.counters.read()
    }
}

impl Inner {
    fn stop(&self) {
        self.stopping.store(true, Relaxed);
        for worker in &self.workers {
            worker.waker.wake();
        }
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("the media worker ended by a panic");
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop();
    }
}

/// One participant's signalling. Dropping either half leaves the room.
pub struct Connection {
    pub to: Sender,
    /// Ends after `ServerMessage::Closed`.
    pub from: mpsc::Receiver<ServerMessage>,
}

/// The way from a client to the media plane. Never blocks.
#[derive(Clone)]
pub struct Sender {
    guard: Arc<Guard>,
}

impl Sender {
    /// Refuses when the client sends faster than its messages are worked off, or a message that is too long.
    pub fn send(&self, message: ClientMessage) -> Result<(), Refusal> {
        if let ClientMessage::Publish { sdp } | ClientMessage::Watch { sdp } = &message
            && sdp.len() > MAX_SDP
        {
            return Err(Refusal::SdpInvalid);
        }
        let link = &self.guard.link;
        if link.waiting.fetch_add(1, Relaxed) >= FROM_CLIENT {
            link.waiting.fetch_sub(1, Relaxed);
            return Err(Refusal::Overloaded);
        }
        let command = Command::Message { key: link.key, message };
        if let Err(refused) = link.worker.commands.try_send(command) {
            link.waiting.fetch_sub(1, Relaxed);
            return Err(match refused {
                std::sync::mpsc::TrySendError::Full(_) => Refusal::Overloaded,
                std::sync::mpsc::TrySendError::Disconnected(_) => Refusal::Stopped,
            });
        }
        link.worker.waker.wake();
        Ok(())
    }
}

/// What the two sides of a connection share.
struct Link {
    key: MemberKey,
    /// The client's side has been dropped. A flag and not a command, so that a full inbox cannot lose it.
    gone: AtomicBool,
    waiting: AtomicU32,
    worker: WorkerHandle,
}

struct Guard {
    link: Arc<Link>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.link.gone.store(true, Relaxed);
        self.link.worker.waker.wake();
    }
}

enum Command {
    Open { room: RoomId, who: Participant, to_client: mpsc::Sender<ServerMessage>, link: Arc<Link> },
    Message { key: MemberKey, message: ClientMessage },
}

/// Totals since the start, and what there is now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub rooms: u64,
    pub participants: u64,
    /// Peer connections.
    pub legs: u64,
    /// Media packets received and authentic.
    pub packets_in: u64,
    /// Media packets sent, retransmissions included.
    pub packets_out: u64,
    pub retransmissions_out: u64,
    /// Media packets that failed authentication or were replays.
    pub rejected: u64,
    /// Datagrams that belonged to nobody.
    pub strays: u64,
    /// Media packets that the socket did not take.
    pub unsent: u64,
}

#[derive(Default)]
struct Counters {
    rooms: AtomicU64,
    participants: AtomicU64,
    legs: AtomicU64,
    packets_in: AtomicU64,
    packets_out: AtomicU64,
    retransmissions_out: AtomicU64,
    rejected: AtomicU64,
    strays: AtomicU64,
    unsent: AtomicU64,
}

impl Counters {
    fn read(&self) -> Stats {
        let of = |counter: &AtomicU64| counter.load(Relaxed);
        Stats {
            rooms: of(&self.rooms),
            participants: of(&self.participants),
            legs: of(&self.legs),
            packets_in: of(&self.packets_in),
            packets_out: of(&self.packets_out),
            retransmissions_out: of(&self.retransmissions_out),
            rejected: of(&self.rejected),
            strays: of(&self.strays),
            unsent: of(&self.unsent),
        }
    }
}
