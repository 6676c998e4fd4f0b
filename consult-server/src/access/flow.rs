//! Signing in and out, and resuming a session: the doors to `account` and `session` rows.
//! Knows no HTTP: the handler makes the cookie.

use super::{Caller, password, sql, throttle};
use crate::db::Tx;
use crate::db::change::{Author, Change, Subject};
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::time::Timestamp;
use ring::digest::{SHA256, digest};

/// A session ends after so long without a request, and after so long in any case.
const IDLE_SECONDS: i64 = 2 * 3600;
const ABSOLUTE_SECONDS: i64 = 12 * 3600;
/// `seen_at` is written at most so often, so that reading does not become writing.
const SEEN_EVERY_SECONDS: i64 = 60;

pub struct SignedIn {
    pub token: String,
    pub expires_at: Timestamp,
    pub caller: Caller,
    pub demo: bool,
}

/// Checks name and password and opens a session. Wrong names and wrong passwords answer alike and take alike long.
pub async fn sign_in(
    ground: &Ground,
    login: &str,
    password_given: String,
    from: &str,
    request_id: &str,
) -> Result<SignedIn> {
    let account = sql::account(&mut *ground.db.read().await?, login).await?;
    let now = ground.now();
    if let Some(account) = &account {
        if account.demo && !ground.on_loopback() {
            return Err(Code::AccessDemoOnly.into());
        }
        if now < account.blocked_until {
            let seconds = (account.blocked_until.0 - now.0 + 999) / 1000;
            return Err(Refusal::new(Code::AccessTooMany).with("retry_after", seconds));
        }
    }
    let fits = password::verify(password_given, account.as_ref().map(|a| a.password_hash.clone())).await?;
    let Some(account) = account else { return Err(Code::AccessWrongCredentials.into()) };
    if !fits {
        ground.db.write(move |tx| Box::pin(async move { note_failure(tx, &account).await })).await?;
        return Err(Code::AccessWrongCredentials.into());
    }
    let token = ground.entropy.token();
    let (hash, from, request_id) = (hash_of(&token), from.to_owned(), request_id.to_owned());
    let (caller, expires_at) = ground
        .db
        .write(move |tx| Box::pin(async move { open_session(tx, &account, &hash, &from, &request_id).await }))
        .await?;
    let demo = ground.on_loopback() && sql::is_demo(&mut *ground.db.read().await?, &caller.person).await?;
    Ok(SignedIn { token, expires_at, caller, demo })
}

async fn note_failure(tx: &mut Tx, account: &sql::Account) -> Result<()> {
    // Counted from the row, not from what was read before the slow hash: guesses in parallel all count.
    let failures = sql::add_failure(tx, &account.person).await?;
    let until = tx.now.plus_seconds(throttle::wait_seconds(failures, account.demo));
    sql::block_until(tx, &account.person, until).await
}

async fn open_session(
    tx: &mut Tx,
    account: &sql::Account,
    token_hash: &str,
    from: &str,
    request_id: &str,
) -> Result<(Caller, Timestamp)> {
    let now = tx.now;
    sql::clear_failures(tx, &account.person).await?;
    let position =
        sql::first_position(tx.conn(), &account.person, now).await?.ok_or(Code::AccessWrongCredentials)?;
    let (id, expires_at) = (tx.new_id(), now.plus_seconds(ABSOLUTE_SECONDS));
    sql::insert_session(tx, &id, token_hash, account, &position, from, expires_at).await?;
    let caller = sql::caller(tx.conn(), token_hash).await?.ok_or(Code::AccessWrongCredentials)?.caller;
    let author = caller.author(from, request_id);
    record(tx, &caller, &author, "session.opened").await?;
    Ok((caller, expires_at))
}

/// The caller of a session that is alive; what is missing, ended and expired answers 401.
pub async fn resume(ground: &Ground, token: &str) -> Result<Caller> {
    let hash = hash_of(token);
    let Some(found) = sql::caller(&mut *ground.db.read().await?, &hash).await? else {
        return Err(Code::AccessNotSignedIn.into());
    };
    let now = ground.now();
    if found.ended {
        return Err(Code::AccessNotSignedIn.into());
    }
    let idle_out = found.seen_at.plus_seconds(IDLE_SECONDS);
    if now >= found.expires_at || now >= idle_out || found.position_until.is_some_and(|until| now >= until) {
        return Err(Code::AccessSessionExpired.into());
    }
    if now >= found.seen_at.plus_seconds(SEEN_EVERY_SECONDS) {
        let session = found.caller.session.clone();
        ground.db.write(move |tx| Box::pin(async move { sql::touch_session(tx, &session).await })).await?;
    }
    Ok(found.caller)
}

pub async fn sign_out(ground: &Ground, caller: Caller, author: Author) -> Result<()> {
    ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                sql::end_session(tx, &caller.session).await?;
                record(tx, &caller, &author, "session.ended").await
            })
        })
        .await
}

async fn record(tx: &mut Tx, caller: &Caller, author: &Author, kind: &str) -> Result<()> {
    tx.record(Change {
        author,
        alliance: &caller.alliance,
        subject: Subject { kind: "session", id: caller.session.as_str() },
        version: 1,
        kind,
        payload: serde_json::json!({}),
        occurred_at: None,
        patient: None,
        basis: "self",
        audience: &[],
    })
    .await
}

/// Tokens are 256 random bits: a plain hash is enough to keep them out of the store.
fn hash_of(token: &str) -> String {
    digest(&SHA256, token.as_bytes()).as_ref().iter().map(|b| format!("{b:02x}")).collect()
}
