//! The doors to my own sessions and my password. Builds no response.

use super::{rules, sql};
use crate::access::attempts::{self, Attempt};
use crate::access::{Call, Caller, factors, flow, password};
use crate::db::Tx;
use crate::db::change::{Author, Change, Subject};
use crate::error::{Code, Refusal, Result};
use crate::ids::{AllianceId, PersonId, SessionId};
use serde_json::json;

/// Ends one of the caller's sessions; one that is not theirs is absent.
pub async fn end_session(call: Call, session: SessionId) -> Result<()> {
    let db = call.ground.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            if !sql::end(tx, &call.caller.person, &session).await? {
                return Err(Refusal::not_found());
            }
            record_ended(tx, &call.caller, &call.author, &session).await
        })
    })
    .await
}

/// Ends every session of the caller but the one that asks.
pub async fn end_others(call: Call) -> Result<()> {
    let db = call.ground.db.clone();
    db.write(move |tx| Box::pin(async move { end_others_in(tx, &call).await })).await
}

async fn end_others_in(tx: &mut Tx, call: &Call) -> Result<()> {
    let caller = &call.caller;
    for session in sql::end_others(tx, &caller.person, &caller.session).await? {
        record_ended(tx, caller, &call.author, &session).await?;
    }
    Ok(())
}

/// Also the programs with the caller's tokens: whoever knew the old password may have made one.
async fn end_all_but(tx: &mut Tx, call: &Call) -> Result<()> {
    let caller = &call.caller;
    for session in sql::end_all(tx, &caller.person, caller.session.as_str()).await? {
        record_ended(tx, caller, &call.author, &session).await?;
    }
    Ok(())
}

async fn record_ended(tx: &mut Tx, caller: &Caller, author: &Author, session: &SessionId) -> Result<()> {
    let subject = Subject { kind: "session", id: session.as_str() };
    record(tx, &caller.alliance, author, subject, "session.ended").await
}

/// Changes the caller's password and ends their other sessions. The old one is guessed at like at the door, so it is
/// counted like there.
pub async fn change_password(call: Call, old: String, new: String) -> Result<()> {
    let ground = call.ground.clone();
    let mut reader = ground.db.read().await?;
    let (login, stored) = sql::password(&mut reader, &call.caller.person).await?;
    let attempt = Attempt::of(&ground, &mut reader, &login, &call.author.from).await?;
    attempt.may_try(&mut reader, call.now).await?;
    drop(reader);
    rules::check(&new, &login)?;
    if new == old {
        return Err(Refusal::field(Code::PasswordSame, "new"));
    }
    if !password::verify(old, Some(stored.clone())).await? {
        ground.db.write(move |tx| Box::pin(async move { attempt.failed(tx, true).await })).await?;
        return Err(Refusal::field(Code::PasswordOldWrong, "old"));
    }
    let hash = password::hash(new, &ground.entropy).await?;
    ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                // Two changes at once: the second was checked against a password that is gone.
                let (_, now_stored) = sql::password(tx.conn(), &call.caller.person).await?;
                if now_stored != stored {
                    return Err(Refusal::field(Code::PasswordOldWrong, "old"));
                }
                attempt.succeeded(tx).await?;
                set_password(tx, &call.caller.alliance, &call.author, &call.caller.person, &hash, false)
                    .await?;
                end_all_but(tx, &call).await?;
                flow::settle_owed(tx, &call).await
            })
        })
        .await
}

/// Puts a new password in place; a second step that began with the old one ends, whoever made it; `must_change` when it was not the person.
pub async fn set_password(
    tx: &mut Tx,
    alliance: &AllianceId,
    author: &Author,
    person: &PersonId,
    hash: &str,
    must_change: bool,
) -> Result<()> {
    sql::set_password(tx, person, hash, must_change).await?;
    // Whoever knew the old one may have made a browser known.
    attempts::sql::forget_all_devices(tx, person).await?;
    factors::sql::end_challenges(tx, person).await?;
    let subject = Subject { kind: "account", id: person.as_str() };
    record(tx, alliance, author, subject, "account.password-changed").await
}

/// A change of somebody's account or session, for the audit trail; nobody else is told.
pub async fn record(
    tx: &mut Tx,
    alliance: &AllianceId,
    author: &Author,
    subject: Subject<'_>,
    kind: &str,
) -> Result<()> {
    tx.record(Change {
        author,
        alliance,
        subject,
        version: 1,
        kind,
        payload: json!({}),
        occurred_at: None,
        patient: None,
        basis: "self",
        audience: &[],
    })
    .await
}
