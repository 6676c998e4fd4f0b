//! Failed sign-ins and when the next may be tried: by the name that was typed and by the address it came from.
//! Names that do not exist are counted like those that do. Arithmetic is `throttle`.

pub mod sql;

use super::throttle;
use crate::db::{Conn, Tx};
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::time::Timestamp;

/// Who tries to get in, as far as the throttle cares.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// A keyed hash: what people type into the name field may be anything, a password too.
    pub login_hash: String,
    pub from: String,
    /// The demo on loopback waits a minute at most.
    pub demo: bool,
}

impl Attempt {
    pub async fn of(ground: &Ground, conn: &mut Conn, login: &str, from: &str) -> Result<Self> {
        let demo = ground.on_loopback() && super::sql::any_demo(conn).await?;
        let login_hash = ground.keys.blind("sign_in_attempt.login", login);
        Ok(Self { login_hash, from: from.to_owned(), demo })
    }

    /// Refuses while the name or the address has to wait; asked before anything slow is done.
    pub async fn may_try(&self, conn: &mut Conn, now: Timestamp) -> Result<()> {
        let blocked = sql::blocked_until(conn, &self.login_hash).await?;
        wait_for(blocked, now)?;
        let since = now.plus_seconds(-throttle::ADDRESS_WINDOW_SECONDS);
        let nth = sql::nth_latest(conn, &self.from, since, throttle::ADDRESS_NAMES).await?;
        wait_for(nth.map(|at| at.plus_seconds(throttle::ADDRESS_WINDOW_SECONDS)), now)
    }

    /// Counts a failure. One of many at once that were all let in finds the name blocked by those before it: it learns no more
    /// than that, whether it was right or wrong.
    pub async fn failed(&self, tx: &mut Tx) -> Result<()> {
        let now = tx.now;
        let (failures, blocked) = sql::add(tx, &self.login_hash).await?;
        wait_for(Some(blocked), now)?;
        let until = now.plus_seconds(throttle::wait_seconds(failures, self.demo));
        sql::block(tx, &self.login_hash, until).await?;
        sql::add_origin(tx, &self.from, &self.login_hash).await?;
        sql::forget(tx, now.plus_seconds(-throttle::MEMORY_SECONDS)).await
    }

    /// Forgets the failures of a name that got in after all.
    pub async fn succeeded(&self, tx: &mut Tx) -> Result<()> {
        let now = tx.now;
        wait_for(sql::clear(tx, &self.login_hash).await?, now)?;
        sql::clear_origin(tx, &self.from, &self.login_hash).await
    }

    /// Ends the waiting of a name: somebody at the console says so.
    pub async fn forgiven(&self, tx: &mut Tx) -> Result<()> {
        sql::clear(tx, &self.login_hash).await?;
        Ok(())
    }
}

fn wait_for(until: Option<Timestamp>, now: Timestamp) -> Result<()> {
    match until {
        Some(until) if now < until => {
            let seconds = (until.0 - now.0 + 999) / 1000;
            Err(Refusal::new(Code::AccessTooMany).with("retry_after", seconds))
        }
        Some(_) | None => Ok(()),
    }
}
