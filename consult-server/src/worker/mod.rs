//! The loops beside the requests: outbox to pages and to people, what leaves the house, audit sealing, timers. Each step is idempotent and can be run by hand
//! in a test (`settle`). Calls subjects' flows; no subject knows it.

use crate::App;
use crate::consults;
use crate::db::timers::Timer;
use crate::db::{Tx, audit, outbox, timers};
use crate::error::{Refusal, Result};
use crate::notices::flow::Reading;
use crate::{documents, followup, notices, referrals};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long a loop waits at most: commits of other nodes do not wake this one.
const POLL: Duration = Duration::from_millis(500);
/// How long what nobody needs may lie.
const SWEEP: Duration = Duration::from_secs(600);
const TIMERS_AT_ONCE: i64 = 100;

/// Runs until shutdown.
pub async fn run(app: App, shutdown: CancellationToken) {
    let sending = notices::delivery::flow::run(&app.ground, &app.post, &shutdown);
    tokio::join!(
        stream(&app, &shutdown),
        tell(&app, &shutdown),
        seal(&app, &shutdown),
        fire(&app, &shutdown),
        sweep(&app, &shutdown),
        sending
    );
}

/// Everything that is due now, once: for tests and for a clean end.
pub async fn settle(app: &App) -> Result<()> {
    fire_due(app).await?;
    // Also what the loop beside this one has taken and not committed yet: on Postgres its rows are passed over.
    while outbox::any_undone(&mut *app.ground.db.read().await?).await? {
        notices::flow::notify(&app.ground, &app.hub).await?;
    }
    notices::delivery::flow::settle(&app.ground, &app.post).await?;
    sweep_now(app).await?;
    seal_now(app).await
}

/// Hands on what changed. A loop of its own: whoever looks at a page does not wait for the notices of others to be written.
async fn stream(app: &App, shutdown: &CancellationToken) {
    let mut reading = None;
    loop {
        let committed = app.ground.db.committed().notified();
        tokio::pin!(committed);
        committed.as_mut().enable();
        log("streaming changes", stream_now(app, &mut reading).await);
        if ended(shutdown, async { tokio::time::timeout(POLL, committed).await.unwrap_or(()) }).await {
            return;
        }
    }
}

async fn stream_now(app: &App, reading: &mut Option<Reading>) -> Result<()> {
    let db = &app.ground.db;
    let standing = match reading {
        Some(standing) => standing,
        None => reading.insert(Reading::begin(db).await?),
    };
    while standing.stream(db, &app.hub).await? {}
    Ok(())
}

async fn tell(app: &App, shutdown: &CancellationToken) {
    loop {
        let committed = app.ground.db.committed().notified();
        tokio::pin!(committed);
        committed.as_mut().enable();
        log("telling people", tell_now(app).await);
        if ended(shutdown, async { tokio::time::timeout(POLL, committed).await.unwrap_or(()) }).await {
            return;
        }
    }
}

async fn tell_now(app: &App) -> Result<()> {
    if outbox::any_undone(&mut *app.ground.db.read().await?).await? {
        while notices::flow::notify(&app.ground, &app.hub).await? {}
    }
    Ok(())
}

/// Deletes what nobody needs: what was sent long ago, and documents that belong to nothing.
async fn sweep(app: &App, shutdown: &CancellationToken) {
    loop {
        log("sweeping", sweep_now(app).await);
        if ended(shutdown, tokio::time::sleep(SWEEP)).await {
            return;
        }
    }
}

async fn sweep_now(app: &App) -> Result<()> {
    while notices::delivery::flow::sweep(&app.ground).await? {}
    documents::flow::sweep(&app.ground, &app.shelf).await
}

async fn seal(app: &App, shutdown: &CancellationToken) {
    loop {
        log("sealing the audit trail", seal_now(app).await);
        if ended(shutdown, tokio::time::sleep(POLL)).await {
            log("sealing the audit trail", seal_now(app).await);
            return;
        }
    }
}

async fn seal_now(app: &App) -> Result<()> {
    // What cannot be taken in now keeps nothing else unsealed.
    let taken_in = app.ground.reads.take_in(&app.ground.db).await;
    audit::seal(&app.ground.db, &app.ground.reads.anchors()).await?;
    taken_in
}

async fn fire(app: &App, shutdown: &CancellationToken) {
    loop {
        log("firing timers", fire_due(app).await);
        if ended(shutdown, tokio::time::sleep(POLL)).await {
            return;
        }
    }
}

/// Fires what is due, oldest first, each in a transaction of its own with what it causes. One that fails is put off and told
/// at the end; those behind it are fired all the same.
async fn fire_due(app: &App) -> Result<()> {
    let db = &app.ground.db;
    let mut failed = None;
    loop {
        let due = timers::due(&mut *db.read().await?, app.ground.now(), TIMERS_AT_ONCE).await?;
        if due.is_empty() {
            return failed.map_or(Ok(()), Err);
        }
        for timer in due {
            let again = timer.clone();
            if let Err(refusal) =
                db.write(move |tx| Box::pin(async move { fire_one(tx, &timer).await })).await
            {
                db.write(move |tx| Box::pin(async move { timers::postpone(tx, &again).await })).await?;
                failed = failed.or(Some(refusal));
            }
        }
    }
}

/// Which flow a timer belongs to. A leg's takes it by itself, once it holds the case: a command, too, takes the case first, and two
/// that take in turns wait for each other.
async fn fire_one(tx: &mut Tx, timer: &Timer) -> Result<()> {
    if timer.subject_kind == referrals::flow::LEG {
        return referrals::flow::deadlines::due(tx, timer).await;
    }
    if !timers::take(tx, timer).await? {
        return Ok(());
    }
    match timer.subject_kind.as_str() {
        consults::KIND => consults::deadline::flow::missed(tx, timer).await,
        followup::KIND => followup::flow::due(tx, timer).await,
        kind => Err(Refusal::internal(format!("no subject has timers of kind {kind}"))),
    }
}

async fn ended(shutdown: &CancellationToken, pause: impl Future<Output = ()>) -> bool {
    tokio::select! {
        () = shutdown.cancelled() => true,
        () = pause => false,
    }
}

fn log(what: &'static str, step: Result<()>) {
    if let Err(refusal) = step {
        tracing::error!(
            cause = refusal.internal,
            code = refusal.code.as_str(),
            "{what} failed; it will be tried again"
        );
    }
}
