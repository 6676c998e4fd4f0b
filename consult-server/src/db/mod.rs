//! The store: one SQL text for SQLite and Postgres, and the one door for every change.
//! Only this folder names a driver. It knows no subject: events, audit rows, outbox rows and timers are
//! the same for all. `sql.rs` files run their statements on a `Conn`; flows get a `Tx`.

pub mod audit;
pub mod change;
pub mod counter;
mod engine;
pub mod idempotency;
pub mod list;
mod migrate;
pub mod outbox;
pub mod private;
pub mod sealed;
pub mod spool;
pub mod timers;
mod writer;

use crate::error::{Code, Refusal, Result};
use crate::ids::Entropy;
use crate::time::{Clock, Timestamp};
use futures_util::future::BoxFuture;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use tokio::sync::Notify;

pub use engine::Engine;

/// What statements run on, in a transaction or not.
pub type Conn = sqlx::AnyConnection;

#[derive(Clone)]
pub struct Db {
    engine: Engine,
    readers: sqlx::AnyPool,
    writer: writer::Writer,
    committed: Arc<Notify>,
}

/// A transaction that is under way, with the time and the randomness of the change.
pub struct Tx {
    conn: writer::TxConn,
    pub now: Timestamp,
    entropy: Entropy,
    engine: Engine,
}

/// The store as it stood at one moment, for reading in several statements.
pub struct Snapshot(sqlx::Transaction<'static, sqlx::Any>);

/// A connection for reading outside a change.
pub struct Reader(sqlx::pool::PoolConnection<sqlx::Any>);

impl Db {
    /// Opens the store, brings its schema up to date, and starts the writer.
    pub async fn open(url: &str, clock: Clock, entropy: Entropy) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let engine = Engine::of(url)?;
        let mut first = engine.connect(url).await?;
        migrate::run(engine, &mut first, clock.now()).await?;
        let readers = engine.pool(url).await?;
        let committed = Arc::new(Notify::new());
        let writer = writer::Writer::start(engine, first, readers.clone(), clock, entropy, committed.clone());
        Ok(Self { engine, readers, writer, committed })
    }

    pub async fn read(&self) -> Result<Reader> {
        Ok(Reader(self.readers.acquire().await?))
    }

    pub async fn snapshot(&self) -> Result<Snapshot> {
        Ok(Snapshot(self.readers.begin_with(self.engine.begin_snapshot()).await?))
    }

    /// The one door for changes. The closure's rows are durable when this answers `Ok`, and gone when it answers `Err`.
    /// It may run beside others in one commit (SQLite) and once more where it met another (Postgres), so it must do nothing but SQL
    /// on the `Tx`.
    pub async fn write<T, F>(&self, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Clone + Send + 'static,
    {
        self.writer.write(change).await
    }

    /// Woken after each commit of this process: a hint to look at the outbox, never a promise.
    pub fn committed(&self) -> &Notify {
        &self.committed
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }
}

impl Tx {
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    pub fn new_id(&self) -> String {
        self.entropy.uuid(self.now)
    }

    pub fn entropy(&self) -> &Entropy {
        &self.entropy
    }
}

impl Snapshot {
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.0
    }
}

impl Deref for Reader {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        let code = match &error {
            // SQLITE_FULL; Postgres disk_full.
            sqlx::Error::Database(e) if matches!(e.code().as_deref(), Some("13" | "53100")) => {
                Code::StoreFull
            }
            // Postgres: unique_violation, serialization_failure, deadlock_detected. On SQLite nobody writes at the same time.
            sqlx::Error::Database(e) if matches!(e.code().as_deref(), Some("23505" | "40001" | "40P01")) => {
                Code::StoreCollided
            }
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => Code::StoreBusy,
            _ => Code::Internal,
        };
        Refusal { internal: Some(error.to_string()), ..Refusal::new(code) }
    }
}

/// A compare-and-set on `version` that touched no row: somebody else was faster.
pub fn changed_once(rows: u64) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(Code::ConflictChanged.into()) }
}

/// JSON that we wrote ourselves and read back from a TEXT column.
pub fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|e| Refusal::internal(format!("stored JSON does not fit its type: {e}")))
}

pub fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(Refusal::internal)
}
