//! Signing in and out, and resuming a session: the doors to `account` and `session` rows.
//! Knows no HTTP: the handler makes the cookie.

use super::activation::rules;
use super::attempts::{Attempt, devices};
use super::call::Visitor;
use super::factors::{self, second_step};
use super::{Call, Caller, Door, Owed, account, password, sql};
use crate::config::{self, OidcSecondFactor};
use crate::db::change::{Author, Change, Subject};
use crate::db::{Tx, audit};
use crate::error::{Code, Result};
use crate::ground::Ground;
use crate::ids::{AllianceId, PersonId};
use crate::time::Timestamp;
use ring::digest::{SHA256, digest};

/// A session ends after so long without a request, and after so long in any case.
pub const IDLE_SECONDS: i64 = 2 * 3600;
const ABSOLUTE_SECONDS: i64 = 12 * 3600;
const DAY_SECONDS: i64 = 24 * 3600;
/// `seen_at` is written at most so often, so that reading does not become writing.
const SEEN_EVERY_SECONDS: i64 = 60;

pub struct SignedIn {
    pub token: String,
    /// By which this browser is known from now on.
    pub device: String,
    pub expires_at: Timestamp,
    pub caller: Caller,
    pub owed: Option<Owed>,
}

/// Checks name and password and opens a session. Wrong names and wrong passwords answer alike, take alike long and wait
/// alike long.
pub async fn sign_in(
    ground: &Ground,
    login: &str,
    password_given: String,
    visitor: Visitor,
) -> Result<SignedIn> {
    let login = &rules::typed(login);
    let mut reader = ground.db.read().await?;
    let attempt = Attempt::at_door(ground, &mut reader, login, &visitor).await?;
    attempt.may_try(&mut reader, ground.now()).await?;
    let account = sql::account(&mut reader, login).await?;
    drop(reader);
    if account.as_ref().is_some_and(|account| account.demo) && !ground.on_loopback() {
        return Err(Code::AccessDemoOnly.into());
    }
    let fits = password::verify(password_given, account.as_ref().map(|a| a.password_hash.clone())).await?;
    match account {
        Some(account) if fits => {
            let mut reader = ground.db.read().await?;
            let factors = factors::sql::secrets(&mut reader, &ground.keys, &account.person).await?;
            drop(reader);
            if factors.is_empty() {
                return enter(ground, account, attempt, visitor).await;
            }
            Err(second_step::ask(ground, &account, attempt, &factors, Door::Password).await?)
        }
        account => refuse(ground, account, attempt, visitor).await,
    }
}

/// Counts a failure, and writes it into the audit trail if the name is somebody's.
async fn refuse(
    ground: &Ground,
    account: Option<sql::Account>,
    attempt: Attempt,
    visitor: Visitor,
) -> Result<SignedIn> {
    ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                attempt.failed(tx, account.is_some()).await?;
                match account {
                    Some(account) => note_refused(tx, &account, &visitor, Code::AccessWrongCredentials).await,
                    None => Ok(()),
                }
            })
        })
        .await?;
    Err(Code::AccessWrongCredentials.into())
}

/// A sign-in that failed, in the audit trail.
pub async fn note_refused(tx: &mut Tx, account: &sql::Account, visitor: &Visitor, code: Code) -> Result<()> {
    note_turned_away(tx, &account.alliance, &account.person, visitor, "session.opened", code).await
}

/// Somebody at the door who did not get what they asked for, in the audit trail of whose door it is.
pub async fn note_turned_away(
    tx: &mut Tx,
    alliance: &AllianceId,
    person: &PersonId,
    visitor: &Visitor,
    action: &str,
    code: Code,
) -> Result<()> {
    let entry = audit::Entry {
        id: String::new(),
        at: tx.now.0,
        alliance: alliance.as_str().to_owned(),
        person: None,
        position: None,
        organisation: None,
        session: None,
        from: visitor.from.clone(),
        request_id: visitor.request_id.clone(),
        action: action.to_owned(),
        subject_kind: "account".to_owned(),
        subject_id: person.as_str().to_owned(),
        patient: None,
        basis: code.as_str().to_owned(),
        outcome: "denied".to_owned(),
        detail: "{}".to_owned(),
    };
    audit::insert(tx, &entry).await
}

/// The door behind every way of signing in.
pub async fn enter(
    ground: &Ground,
    account: sql::Account,
    attempt: Attempt,
    visitor: Visitor,
) -> Result<SignedIn> {
    let token = ground.entropy.token();
    let config = ground.config.clone();
    ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                attempt.succeeded(tx).await?;
                open_session(tx, &config.access, &account, token, &visitor, Door::Password).await
            })
        })
        .await
}

/// Opens a session with a token that nobody has seen before: what came with the request is never taken over.
pub async fn open_session(
    tx: &mut Tx,
    config: &config::Access,
    account: &sql::Account,
    token: String,
    visitor: &Visitor,
    door: Door,
) -> Result<SignedIn> {
    let (now, hash) = (tx.now, hash_of(&token));
    let position =
        sql::first_position(tx.conn(), &account.person, now).await?.ok_or(Code::AccessWrongCredentials)?;
    let (id, expires_at) = (tx.new_id(), now.plus_seconds(ABSOLUTE_SECONDS));
    let owed = owed_by(tx, config, account, door).await?;
    let new = sql::NewSession {
        id: &id,
        token_hash: &hash,
        alliance: &account.alliance,
        person: &account.person,
        position: &position,
        from: &visitor.from,
        device: &visitor.device,
        owed: owed.map(Owed::as_str),
        expires_at,
        door,
        scopes: None,
        demo: account.demo,
    };
    sql::insert_session(tx, new).await?;
    let caller = sql::caller(tx.conn(), &hash).await?.ok_or(Code::AccessWrongCredentials)?.caller;
    let author = caller.author(&visitor.from, &visitor.request_id);
    record(tx, &caller, &author, "session.opened", door.basis()).await?;
    let device = devices::remember(tx, account, visitor.device_hash.as_deref()).await?;
    Ok(SignedIn { token, device, expires_at, caller, owed })
}

/// What the account has to do before anything else. Whoever comes from the identity provider used no password of ours, and
/// no second factor either where the provider is trusted with it.
async fn owed_by(
    tx: &mut Tx,
    config: &config::Access,
    account: &sql::Account,
    door: Door,
) -> Result<Option<Owed>> {
    let now = tx.now;
    let trusts = config.oidc.as_ref().is_some_and(|oidc| oidc.second_factor == OidcSecondFactor::Trust);
    if door == Door::Oidc && trusts {
        return Ok(None);
    }
    let is_too_old = config
        .password_days
        .is_some_and(|days| now >= account.password_at.plus_seconds(i64::from(days) * DAY_SECONDS));
    if door == Door::Password && (account.must_change || is_too_old) {
        return Ok(Some(Owed::Password));
    }
    let roles = factors::sql::roles(tx.conn(), &account.person, now).await?;
    let policy = factors::rules::policy(config.second_factor, account.demo);
    let lacks = factors::rules::is_required(policy, &roles)
        && factors::sql::own(tx.conn(), &account.person).await?.is_empty();
    Ok(lacks.then_some(Owed::SecondFactor))
}

/// After something owed was done: what this session owes now.
pub async fn settle_owed(tx: &mut Tx, call: &Call) -> Result<()> {
    let account = sql::account_of(tx.conn(), &call.caller.person).await?.ok_or(Code::AccessNotSignedIn)?;
    let door = account::sql::door(tx.conn(), &call.caller.session).await?;
    let owed = owed_by(tx, &call.ground.config.access, &account, door).await?;
    account::sql::set_owed(tx, &call.caller.session, owed.map(Owed::as_str)).await
}

/// The caller of a session that is alive, and what they owe first; what is missing, ended and expired answers 401.
pub async fn resume(ground: &Ground, token: &str) -> Result<(Caller, Option<Owed>)> {
    let hash = hash_of(token);
    let Some(found) = sql::caller(&mut *ground.db.read().await?, &hash).await? else {
        return Err(Code::AccessNotSignedIn.into());
    };
    let now = ground.now();
    if found.ended || (found.demo && !ground.on_loopback()) {
        return Err(Code::AccessNotSignedIn.into());
    }
    let idle_out = found.seen_at.plus_seconds(IDLE_SECONDS);
    // A program may be quiet for weeks.
    let is_idle = found.caller.scopes.is_none() && now >= idle_out;
    let is_held = found.position_from <= now && found.position_until.is_none_or(|until| now < until);
    if now >= found.expires_at || is_idle || !is_held {
        return Err(Code::AccessSessionExpired.into());
    }
    if now >= found.seen_at.plus_seconds(SEEN_EVERY_SECONDS) {
        let session = found.caller.session.clone();
        ground.db.write(move |tx| Box::pin(async move { sql::touch_session(tx, &session).await })).await?;
    }
    Ok((found.caller, found.owed.as_deref().and_then(Owed::parse)))
}

pub async fn sign_out(ground: &Ground, caller: Caller, author: Author) -> Result<()> {
    ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                sql::end_session(tx, &caller.session).await?;
                record(tx, &caller, &author, "session.ended", "self").await
            })
        })
        .await
}

pub async fn record(tx: &mut Tx, caller: &Caller, author: &Author, kind: &str, basis: &str) -> Result<()> {
    tx.record(Change {
        author,
        alliance: &caller.alliance,
        subject: Subject { kind: "session", id: caller.session.as_str() },
        version: 1,
        kind,
        payload: serde_json::json!({}),
        occurred_at: None,
        patient: None,
        basis,
        audience: &[],
    })
    .await
}

/// Tokens are 256 random bits: a plain hash is enough to keep them out of the store.
pub fn hash_of(token: &str) -> String {
    digest(&SHA256, token.as_bytes()).as_ref().iter().map(|b| format!("{b:02x}")).collect()
}
