//! The writer. On SQLite one task owns the only writing connection and commits what is queued in groups, so that
//! many changes share one fsync; on Postgres each change is a transaction of its own, run again where it met another.
//! Knows nothing of what a change is about.

use super::{Conn, Engine, Tx};
use crate::error::{Code, Refusal, Result};
use crate::ids::Entropy;
use crate::time::Clock;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use sqlx::{AnyConnection, Executor as _};
use std::ops::{Deref, DerefMut};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot};

/// A group ends after so many changes or so long a time, whichever is first; an empty queue ends it at once,
/// because the next group gathers by itself while this one syncs. The time bounds what the first of a group waits for the
/// others: a sync costs about 2 ms, so that much less of it would be spent on syncing alone.
const GROUP_CHANGES: usize = 32;
const GROUP_TIME: Duration = Duration::from_millis(20);
const QUEUE: usize = 1024;
/// On Postgres two changes may meet: a deadlock, or a row that both were sure was not there. Who loses is run again, and finds what
/// the other has left.
const TRIES: usize = 4;

pub(super) type Job = Box<dyn for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Settled> + Send>;

/// What a change came to, waiting for the commit.
pub(super) struct Settled {
    keep: bool,
    answer: Box<dyn FnOnce(Result<()>) + Send>,
}

pub(super) enum TxConn {
    Writer(AnyConnection),
    Transaction(sqlx::Transaction<'static, sqlx::Any>),
}

impl Deref for TxConn {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        match self {
            Self::Writer(conn) => conn,
            Self::Transaction(conn) => conn,
        }
    }
}

impl DerefMut for TxConn {
    fn deref_mut(&mut self) -> &mut Conn {
        match self {
            Self::Writer(conn) => conn,
            Self::Transaction(conn) => conn,
        }
    }
}

#[derive(Clone)]
pub(super) enum Writer {
    Queue(mpsc::Sender<Job>),
    Each { pool: sqlx::AnyPool, clock: Clock, entropy: Entropy, committed: Arc<Notify> },
}

impl Writer {
    pub(super) fn start(
        engine: Engine,
        conn: AnyConnection,
        pool: sqlx::AnyPool,
        clock: Clock,
        entropy: Entropy,
        committed: Arc<Notify>,
    ) -> Self {
        match engine {
            Engine::Postgres => Self::Each { pool, clock, entropy, committed },
            Engine::Sqlite => {
                let (queue, jobs) = mpsc::channel(QUEUE);
                let tx = Tx { conn: TxConn::Writer(conn), now: clock.now(), entropy, engine };
                tokio::spawn(commit_groups(tx, jobs, clock, committed));
                Self::Queue(queue)
            }
        }
    }

    pub(super) async fn write<T, F>(&self, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Clone + Send + 'static,
    {
        match self {
            Self::Queue(queue) => {
                let (reply, answer) = oneshot::channel();
                queue.send(job(change, reply)).await.map_err(|_| Refusal::new(Code::StoreBusy))?;
                answer.await.map_err(|_| Refusal::new(Code::StoreBusy))?
            }
            Self::Each { pool, clock, entropy, committed } => {
                for _ in 1..TRIES {
                    match each(pool, clock, entropy, change.clone()).await {
                        Err(refusal) if refusal.code == Code::StoreCollided => {}
                        done => return told(done, committed),
                    }
                }
                told(each(pool, clock, entropy, change).await, committed)
            }
        }
    }
}

/// A transaction of its own.
async fn each<T, F>(pool: &sqlx::AnyPool, clock: &Clock, entropy: &Entropy, change: F) -> Result<T>
where
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>>,
{
    let conn = TxConn::Transaction(pool.begin().await?);
    let mut tx = Tx { conn, now: clock.now(), entropy: entropy.clone(), engine: Engine::Postgres };
    let result = change(&mut tx).await;
    let TxConn::Transaction(transaction) = tx.conn else { return result };
    match result {
        Ok(value) => {
            transaction.commit().await?;
            Ok(value)
        }
        Err(refusal) => {
            transaction.rollback().await?;
            Err(refusal)
        }
    }
}

fn told<T>(done: Result<T>, committed: &Notify) -> Result<T> {
    if done.is_ok() {
        committed.notify_waiters();
    }
    done
}

fn job<T, F>(change: F, reply: oneshot::Sender<Result<T>>) -> Job
where
    T: Send + 'static,
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
{
    Box::new(move |tx| {
        Box::pin(async move {
            // A panic in one change must not end the writer and with it everybody's changes.
            let result = match AssertUnwindSafe(async { change(tx).await }).catch_unwind().await {
                Ok(result) => result,
                Err(_) => Err(Refusal::internal("a change panicked")),
            };
            let keep = result.is_ok();
            let answer = move |committed: Result<()>| {
                let result = if keep { committed.and(result) } else { result };
                // The asker may have gone away (a closed connection); the change stands all the same.
                let _gone = reply.send(result);
            };
            Settled { keep, answer: Box::new(answer) }
        })
    })
}

async fn commit_groups(mut tx: Tx, mut jobs: mpsc::Receiver<Job>, clock: Clock, committed: Arc<Notify>) {
    let mut group = Vec::with_capacity(GROUP_CHANGES);
    while let Some(first) = jobs.recv().await {
        let began = tokio::time::Instant::now();
        let mut outcome = execute(&mut tx, "BEGIN IMMEDIATE").await;
        let mut next = Some(first);
        while let Some(job) = next.take() {
            if outcome.is_ok() {
                tx.now = clock.now();
                outcome = one(&mut tx, job, &mut group).await;
            } else {
                drop(job); // its asker hears that the store is not available
            }
            if group.len() < GROUP_CHANGES && began.elapsed() < GROUP_TIME {
                next = jobs.try_recv().ok();
            }
        }
        if outcome.is_ok() {
            outcome = execute(&mut tx, "COMMIT").await;
        }
        if outcome.is_err() {
            // Also after a failed COMMIT (a full disk): SQLite may or may not have rolled back by itself.
            let _already = execute(&mut tx, "ROLLBACK").await;
        }
        if let (Err(refusal), true) = (&outcome, group.is_empty()) {
            // The askers hear that the store is not available; why is known only here.
            tracing::error!(cause = refusal.internal, "no change could be begun");
        }
        let failure = outcome.as_ref().err().map(|e| (e.code, e.internal.clone()));
        for settled in group.drain(..) {
            (settled.answer)(match &failure {
                None => Ok(()),
                Some((code, internal)) => Err(Refusal { internal: internal.clone(), ..Refusal::new(*code) }),
            });
        }
        if failure.is_none() {
            committed.notify_waiters();
        }
    }
}

/// Runs one change as a savepoint of the group: refused, it leaves no row and the others stay.
async fn one(tx: &mut Tx, job: Job, group: &mut Vec<Settled>) -> Result<()> {
    execute(tx, "SAVEPOINT change").await?;
    let settled = job(tx).await;
    let keep = settled.keep;
    group.push(settled);
    if !keep {
        execute(tx, "ROLLBACK TO change").await?;
    }
    execute(tx, "RELEASE change").await
}

async fn execute(tx: &mut Tx, statement: &'static str) -> Result<()> {
    tx.conn.execute(statement).await?;
    Ok(())
}
