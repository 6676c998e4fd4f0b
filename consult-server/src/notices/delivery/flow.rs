//! Working off the queue: claim, send, say what became of it. A claim is durable before anything is sent, so that whoever is
//! killed in between leaves a delivery that is sent once more at most, under the same id. Builds no response.

use super::post::Post;
use super::{Attempt, Delivery, Fault, State, rules, sql};
use crate::access::Call;
use crate::access::policy::Action;
use crate::db::Tx;
use crate::db::change::Subject;
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::ids::DeliveryId;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const BATCH: i64 = 50;
/// Rows deleted in one transaction.
const SWEEP: i64 = 500;
/// How long the loop waits at most: what is put off wakes nobody.
const POLL: Duration = Duration::from_millis(500);
/// What is being sent at the end may take so long; what is not done by then is sent again after the start.
const FAREWELL: Duration = Duration::from_secs(3);

/// Runs until shutdown. Each way has a task of its own: one that hangs holds up no other.
pub async fn run(ground: &Ground, post: &Post, shutdown: &CancellationToken) {
    let (mut tasks, mut busy) = (JoinSet::new(), BTreeSet::new());
    loop {
        let committed = ground.db.committed().notified();
        tokio::pin!(committed);
        committed.as_mut().enable();
        while let Some(done) = tasks.try_join_next() {
            finished(done, &mut busy);
        }
        match due_routes(ground).await {
            Ok(routes) => {
                for route in routes {
                    if busy.insert(route.clone()) {
                        let (ground, post) = (ground.clone(), post.clone());
                        tasks.spawn(async move { (route.clone(), serve(&ground, &post, &route).await) });
                    }
                }
            }
            Err(refusal) => log(&refusal),
        }
        let (waits, working) = (tokio::time::timeout(POLL, committed), !tasks.is_empty());
        tokio::select! {
            () = shutdown.cancelled() => break,
            Some(done) = tasks.join_next(), if working => finished(done, &mut busy),
            _ = waits => {}
        }
    }
    let all = async { while tasks.join_next().await.is_some() {} };
    let _done = tokio::time::timeout(FAREWELL, all).await;
}

type Served = std::result::Result<(String, Result<()>), tokio::task::JoinError>;

fn finished(done: Served, busy: &mut BTreeSet<String>) {
    match done {
        Ok((route, served)) => {
            busy.remove(&route);
            if let Err(refusal) = served {
                log(&refusal);
            }
        }
        Err(_) => {
            // Which way it was is not known any more; a claim keeps what is sent from being sent twice.
            busy.clear();
            tracing::error!("sending broke off");
        }
    }
}

fn log(refusal: &Refusal) {
    tracing::error!(
        cause = refusal.internal,
        code = refusal.code.as_str(),
        "sending failed; it will be tried again"
    );
}

/// Everything that is due now, once.
pub async fn settle(ground: &Ground, post: &Post) -> Result<()> {
    loop {
        let routes = due_routes(ground).await?;
        if routes.is_empty() {
            return Ok(());
        }
        for route in routes {
            serve(ground, post, &route).await?;
        }
    }
}

async fn due_routes(ground: &Ground) -> Result<Vec<String>> {
    sql::due_routes(&mut *ground.db.read().await?, ground.now()).await
}

/// Sends what is due on one way, in order, until there is nothing more or the way is closed.
async fn serve(ground: &Ground, post: &Post, route: &str) -> Result<()> {
    let mut round = post.round(ground, route);
    loop {
        let due = sql::due(&mut *ground.db.read().await?, route, ground.now(), BATCH).await?;
        if due.is_empty() {
            break;
        }
        for delivery in due {
            if !claim(ground, &delivery).await? {
                continue;
            }
            let attempt = match round.send(&delivery).await {
                Ok(attempt) => attempt,
                Err(refusal) => ours(&refusal),
            };
            let is_closed = matches!(attempt, Attempt::Closed(_));
            finish(ground, delivery, attempt).await?;
            if is_closed {
                round.end().await;
                return Ok(());
            }
        }
    }
    round.end().await;
    Ok(())
}

/// A fault of ours says nothing about the way and need not last: this one waits, and is given up like any other.
fn ours(refusal: &Refusal) -> Attempt {
    log(refusal);
    Attempt::Later(Fault::new("ours", refusal.code.as_str()))
}

async fn claim(ground: &Ground, delivery: &Delivery) -> Result<bool> {
    let delivery = delivery.clone();
    ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                let until = crate::time::Timestamp(tx.now.0 + rules::LEASE);
                sql::claim(tx, &delivery, until).await
            })
        })
        .await
}

async fn finish(ground: &Ground, delivery: Delivery, attempt: Attempt) -> Result<()> {
    ground.db.write(move |tx| Box::pin(async move { said(tx, &delivery, &attempt).await })).await
}

/// Writes down what became of a claimed delivery, and what it says about its way.
async fn said(tx: &mut Tx, delivery: &Delivery, attempt: &Attempt) -> Result<()> {
    let now = tx.now;
    let chance = u16::from_be_bytes(tx.entropy().bytes());
    let is_late = delivery.give_up_at <= now;
    let route = delivery.route.as_str();
    match attempt {
        Attempt::Sent => {
            sql::settle(tx, delivery, State::Sent, now, None).await?;
            sql::open(tx, route).await
        }
        Attempt::Closed(fault) => {
            let failures = sql::failures(tx.conn(), route).await? + 1;
            let resume_at = rules::route_again(now, failures, chance);
            let state = if is_late { State::Dead } else { State::Waiting };
            // The way waits, not the delivery: it keeps its place in the order.
            sql::settle(tx, delivery, state, delivery.due_at.min(now), Some(fault)).await?;
            sql::close(tx, route, failures, resume_at, fault).await?;
            sql::give_up(tx, route, fault).await
        }
        Attempt::Later(fault) if is_late => sql::settle(tx, delivery, State::Dead, now, Some(fault)).await,
        Attempt::Later(fault) => {
            let again = rules::one_again(now, delivery.tries + 1, chance);
            sql::settle(tx, delivery, State::Waiting, again, Some(fault)).await
        }
        Attempt::Refused(fault) => sql::settle(tx, delivery, State::Dead, now, Some(fault)).await,
        Attempt::Dropped(fault) => sql::settle(tx, delivery, State::Dropped, now, Some(fault)).await,
    }
}

/// Deletes some of what was sent, or is not sent any more, and ended long enough ago. Answers whether there may be more.
pub async fn sweep(ground: &Ground) -> Result<bool> {
    let before = rules::kept_since(ground.now());
    // Asked before a write is begun for nothing.
    if !sql::any_ended_before(&mut *ground.db.read().await?, before).await? {
        return Ok(false);
    }
    let swept = ground
        .db
        .write(move |tx| Box::pin(async move { sql::sweep(tx, rules::kept_since(tx.now), SWEEP).await }))
        .await?;
    Ok(i64::try_from(swept).is_ok_and(|swept| swept >= SWEEP))
}

/// Somebody sends again by hand what was given up, or does not wait for the next try.
pub async fn retry(tx: &mut Tx, call: &Call, id: &DeliveryId) -> Result<()> {
    let basis = call.require(Action::DeliveryManage, None)?;
    let alliance = &call.caller.alliance;
    let give_up_at = rules::give_up_at(tx.now, call.ground.config.notices.give_up_days);
    if sql::retry(tx, alliance, id, give_up_at).await?.is_none() {
        let standing = sql::state(tx.conn(), alliance, id).await?;
        return Err(standing.map_or_else(Refusal::not_found, |_| Code::DeliveryNotOpen.into()));
    }
    let subject = Subject { kind: "delivery", id: id.as_str() };
    tx.record(call.change_of(subject, 1, "delivery.retried", basis)).await
}

/// What an operator's check says of the way of mail.
pub async fn check_mail(post: &Post) -> std::result::Result<String, Fault> {
    post.mailer.check().await
}
