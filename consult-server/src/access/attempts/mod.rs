//! Failed sign-ins and when the next may be tried: by the name that was typed and by the address it came from.
//! Names that do not exist wait like those that do. Arithmetic is `throttle`.
//!
//! Three things pull apart here. A right password should never wait; guessing must; and nobody should learn who exists, nor be able to
//! keep others out. What is done:
//! * A name waits wherever it is tried from, but not in a browser that is known for it (`devices`): that one has a line of its own.
//! * An address waits after fifty different accounts failed there. Invented names are no accounts: if they counted as much, anybody in a
//!   hospital, or behind a proxy that the configuration does not name, could keep everybody else out with fifty words. They count in a flood
//!   only, ten times as many, which bounds the work and the rows that one address can cause.
//! * The price: whoever knows 49 accounts can find out whether a fiftieth name is one, by whether the address waits then; once in ten
//!   minutes. That is less than what the lock-out of a hospital costs.

pub mod devices;
pub mod sql;

use super::call::Visitor;
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
    /// The browser, hashed, and the name for which it is known.
    known: Option<(String, String)>,
}

impl Attempt {
    pub async fn of(ground: &Ground, conn: &mut Conn, login: &str, from: &str) -> Result<Self> {
        let demo = ground.on_loopback() && super::sql::any_demo(conn).await?;
        let login_hash = ground.keys.blind("sign_in_attempt.login", login);
        Ok(Self { login_hash, from: from.to_owned(), demo, known: None })
    }

    /// Of somebody at the door, whose browser may be known for the name.
    pub async fn at_door(ground: &Ground, conn: &mut Conn, login: &str, visitor: &Visitor) -> Result<Self> {
        let stranger = Self::of(ground, conn, login, &visitor.from).await?;
        let Some(device) = &visitor.device_hash else { return Ok(stranger) };
        let since = ground.now().plus_seconds(-devices::DAYS * 24 * 3600);
        if !sql::is_known(conn, device, login, since).await? {
            return Ok(stranger);
        }
        let login_hash = ground.keys.blind("sign_in_attempt.login", &format!("device {device} {login}"));
        Ok(Self { login_hash, known: Some((device.clone(), login.to_owned())), ..stranger })
    }

    /// Refuses while the name or the address has to wait; asked before anything slow is done.
    pub async fn may_try(&self, conn: &mut Conn, now: Timestamp) -> Result<()> {
        let blocked = sql::blocked_until(conn, &self.login_hash).await?;
        wait_for(blocked, now)?;
        if self.known.is_some() {
            return Ok(());
        }
        let since = now.plus_seconds(-throttle::ADDRESS_WINDOW_SECONDS);
        for (most, known_only) in [(throttle::ADDRESS_NAMES, true), (throttle::ADDRESS_FLOOD, false)] {
            let nth = sql::nth_latest(conn, &self.from, since, most, known_only).await?;
            wait_for(nth.map(|at| at.plus_seconds(throttle::ADDRESS_WINDOW_SECONDS)), now)?;
        }
        Ok(())
    }

    /// Counts a failure; `of_somebody` where the name is an account. One of many at once that were all let in finds the name blocked by
    /// those before it: it learns no more than that, whether it was right or wrong.
    pub async fn failed(&self, tx: &mut Tx, of_somebody: bool) -> Result<()> {
        let now = tx.now;
        let (failures, blocked) = sql::add(tx, &self.login_hash).await?;
        wait_for(Some(blocked), now)?;
        let until = now.plus_seconds(throttle::wait_seconds(failures, self.demo));
        sql::block(tx, &self.login_hash, until).await?;
        match &self.known {
            Some((device, login)) if failures >= devices::FAILURES => {
                sql::forget_device(tx, device, login).await?
            }
            Some(_) => {}
            None => sql::add_origin(tx, &self.from, &self.login_hash, of_somebody).await?,
        }
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
