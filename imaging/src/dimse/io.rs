//! The loop around `machine`: reads PDUs, does what the machine says, asks the ports. Bounds the associations, the
//! bytes of a PDU and the time a silent peer has. Ends when `shutdown` is cancelled and the instances under way are
//! answered.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::BytesMut;
use dicom_ul::pdu::{MAXIMUM_PDU_SIZE, Pdu, read_pdu, write_pdu};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::machine::{Action, Input, Machine, Verdict};
use super::status;
use crate::index::Source;
use crate::ingest::{Body, Ingest, Item};
use crate::refusal::Refusal;
use crate::stage::{Stager, is_full};
use crate::uid::TransferSyntaxUid;

#[derive(Debug, Clone)]
pub struct Config {
    /// Associations at a time; one more is rejected as a passing condition.
    pub associations: usize,
    /// Silence after which an association is ended.
    pub idle: Duration,
    /// Time for a peer to ask for an association and to read what it is sent.
    pub patience: Duration,
    /// Bytes of the largest P-DATA PDU we read (PS3.8 §D.1).
    pub max_pdu: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            associations: 64,
            idle: Duration::from_secs(60),
            patience: Duration::from_secs(15),
            // What DCMTK can send at most.
            max_pdu: 131_072,
        }
    }
}

/// Who asks for an association.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub calling: String,
    pub called: String,
    pub peer: SocketAddr,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// May store; what it sends comes from this source.
    Admitted(Source),
    UnknownCaller,
    WrongCalled,
    /// Can't be answered now.
    Unavailable,
}

/// The port that knows AE titles.
#[async_trait]
pub trait Callers: Send + Sync {
    async fn admit(&self, call: &Call) -> Admission;
}

/// Serves associations until `shutdown` is cancelled, and returns when the last of them has ended.
pub async fn run(
    listener: TcpListener,
    config: Config,
    callers: Arc<dyn Callers>,
    ingest: Ingest,
    shutdown: CancellationToken,
) {
    let tracker = TaskTracker::new();
    let associations = Arc::new(Semaphore::new(config.associations));
    // Peers beyond the bound are told so; these are bounded too.
    let turned_away = Arc::new(Semaphore::new(config.associations));
    let shared = Arc::new(Shared { config, callers, ingest, shutdown: shutdown.clone() });
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file handles, for one: give others the time to end.
                tracing::warn!(%error, "dimse.accept_failed");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (busy, permit) = match associations.clone().try_acquire_owned() {
            Ok(permit) => (false, permit),
            Err(_) => match turned_away.clone().try_acquire_owned() {
                Ok(permit) => (true, permit),
                Err(_) => continue,
            },
        };
        let shared = shared.clone();
        tracker.spawn(async move {
            let connection = Connection::new(shared, stream, peer, busy, permit);
            if let Err(error) = connection.serve().await {
                tracing::debug!(%error, "dimse.connection_lost");
            }
        });
    }
    tracker.close();
    tracker.wait().await;
}

struct Shared {
    config: Config,
    callers: Arc<dyn Callers>,
    ingest: Ingest,
    shutdown: CancellationToken,
}

struct Connection {
    shared: Arc<Shared>,
    stream: TcpStream,
    peer: SocketAddr,
    busy: bool,
    buffer: BytesMut,
    machine: Machine,
    /// Who was admitted.
    source: Option<Source>,
    incoming: Option<Incoming>,
    _permit: OwnedSemaphorePermit,
}

/// A data set on its way.
struct Incoming {
    transfer_syntax: TransferSyntaxUid,
    stager: Result<Stager, Refusal>,
}

/// Bytes of PDUs other than P-DATA: an association request with 128 contexts is about 20 kB.
const MAX_OTHER_PDU: u32 = 256 << 10;

impl Connection {
    fn new(
        shared: Arc<Shared>,
        stream: TcpStream,
        peer: SocketAddr,
        busy: bool,
        permit: OwnedSemaphorePermit,
    ) -> Self {
        let machine = Machine::new(shared.config.max_pdu);
        let buffer = BytesMut::with_capacity(64 << 10);
        Self { shared, stream, peer, busy, buffer, machine, source: None, incoming: None, _permit: permit }
    }

    async fn serve(mut self) -> io::Result<()> {
        // Responses are small and the sender waits for each.
        self.stream.set_nodelay(true)?;
        let mut told = false;
        while !self.machine.is_closed() {
            let shutdown = self.shared.shutdown.clone();
            let wait =
                if self.source.is_some() { self.shared.config.idle } else { self.shared.config.patience };
            let input = tokio::select! {
                biased;
                () = shutdown.cancelled(), if !told => {
                    told = true;
                    Input::Shutdown
                }
                read = tokio::time::timeout(wait, self.read()) => match read {
                    Err(_) => Input::Idle,
                    Ok(Ok(Some(pdu))) => Input::Pdu(pdu),
                    Ok(Ok(None)) => return Ok(()),
                    Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => Input::Garbled,
                    Ok(Err(error)) => return Err(error),
                },
            };
            self.handle(input).await?;
        }
        // Whoever was rejected or aborted reads that before the connection is gone (PS3.8 §9.2.2, ARTIM).
        self.stream.shutdown().await?;
        let drain = async {
            let mut rest = [0; 4096];
            while self.stream.read(&mut rest).await.is_ok_and(|n| n > 0) {}
        };
        let _ = tokio::time::timeout(Duration::from_secs(1), drain).await;
        Ok(())
    }

    /// Feeds the machine, and again what its actions lead to.
    async fn handle(&mut self, input: Input) -> io::Result<()> {
        let mut actions = std::collections::VecDeque::from(self.machine.on(input));
        while let Some(action) = actions.pop_front() {
            let answer = match action {
                Action::Ask { calling, called } => Some(Input::Verdict(self.admit(calling, called).await)),
                Action::Send(pdu) => {
                    self.send(&pdu).await?;
                    None
                }
                Action::Begin(transfer_syntax) => {
                    let config = self.shared.ingest.config();
                    let stager = Ok(Stager::new(&config.staging, config.limits.instance));
                    self.incoming = Some(Incoming { transfer_syntax, stager });
                    None
                }
                Action::Data(bytes) => {
                    self.stage(bytes).await;
                    None
                }
                Action::Store => {
                    let (status, comment) = self.store().await;
                    Some(Input::Stored(status, comment))
                }
                Action::Close => return Ok(()),
            };
            if let Some(answer) = answer {
                actions.extend(self.machine.on(answer));
            }
        }
        Ok(())
    }

    async fn admit(&mut self, calling: String, called: String) -> Verdict {
        if self.busy {
            return Verdict::Busy;
        }
        let call = Call { calling, called, peer: self.peer };
        match self.shared.callers.admit(&call).await {
            Admission::Admitted(source) => {
                self.source = Some(source);
                Verdict::Admitted
            }
            Admission::UnknownCaller => {
                tracing::info!(peer = %self.peer, "dimse.unknown_caller");
                Verdict::UnknownCaller
            }
            Admission::WrongCalled => Verdict::WrongCalled,
            Admission::Unavailable => Verdict::Busy,
        }
    }

    /// Once something went wrong the rest of the data set is read and dropped: the status tells.
    async fn stage(&mut self, bytes: Vec<u8>) {
        let Some(incoming) = &mut self.incoming else { return };
        let mut stager = match std::mem::replace(&mut incoming.stager, Err(Refusal::Unavailable)) {
            Ok(stager) => stager,
            refused @ Err(_) => {
                incoming.stager = refused;
                return;
            }
        };
        let spills = stager.spills(bytes.len());
        let write = move || match stager.write_all(&bytes) {
            Ok(()) => Ok(stager),
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Err(Refusal::TooLarge),
            Err(error) if is_full(&error) => Err(Refusal::StorageFull),
            Err(_) => Err(Refusal::Unavailable),
        };
        incoming.stager = if spills {
            tokio::task::spawn_blocking(write).await.unwrap_or(Err(Refusal::Unavailable))
        } else {
            write()
        };
    }

    async fn store(&mut self) -> (u16, Option<&'static str>) {
        let (Some(source), Some(incoming)) = (&self.source, self.incoming.take()) else {
            return (status::CANNOT_UNDERSTAND, None);
        };
        let stager = match incoming.stager {
            Ok(stager) => stager,
            Err(refusal) => return status::of(&Err(refusal)),
        };
        let body = Body::DataSet(stager.finish(), incoming.transfer_syntax);
        let entries = self.shared.ingest.take(source, vec![Item { name: String::new(), body }]).await;
        let result = entries.into_iter().next().map_or(Err(Refusal::Unavailable), |entry| entry.result);
        status::of(&result)
    }

    /// The next PDU; `None` when the peer has closed, `InvalidData` when what came is none.
    async fn read(&mut self) -> io::Result<Option<Pdu>> {
        loop {
            if let Some(header) = self.buffer.first_chunk::<6>() {
                let length = u32::from_be_bytes([header[2], header[3], header[4], header[5]]);
                // P-DATA-TF is type 4. Some senders count the header in; allow for that.
                let limit = if header[0] == 4 {
                    self.shared.config.max_pdu.saturating_add(64)
                } else {
                    MAX_OTHER_PDU
                };
                if length > limit {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                let whole = 6 + length as usize;
                if self.buffer.len() >= whole {
                    let bytes = self.buffer.split_to(whole);
                    return match read_pdu(&bytes[..], MAXIMUM_PDU_SIZE, false) {
                        Ok(Some(pdu)) => Ok(Some(pdu)),
                        Ok(None) | Err(_) => Err(io::ErrorKind::InvalidData.into()),
                    };
                }
                self.buffer.reserve(whole - self.buffer.len());
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Ok(None);
            }
        }
    }

    async fn send(&mut self, pdu: &Pdu) -> io::Result<()> {
        let mut bytes = Vec::new();
        write_pdu(&mut bytes, pdu).map_err(io::Error::other)?;
        let patience = self.shared.config.patience;
        tokio::time::timeout(patience, self.stream.write_all(&bytes))
            .await
            .map_err(|_| io::ErrorKind::TimedOut)?
    }
}
