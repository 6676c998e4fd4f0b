//! The doors to my own tokens: making one, and ending one. Builds no response.

use super::{rules, sql};
use crate::access::scopes::Scope;
use crate::access::sql::{self as accounts, NewSession};
use crate::access::{Call, Door, account, factors, flow};
use crate::db::change::Subject;
use crate::error::{Code, Refusal, Result};
use crate::ids::SessionId;
use crate::time::Timestamp;

const DAY_SECONDS: i64 = 24 * 3600;

/// A token that was made: its text is nowhere but here.
pub struct Made {
    pub id: SessionId,
    pub token: String,
    pub expires_at: Timestamp,
}

/// Makes a token, if the person has signed in just now: an unattended screen is not enough.
pub async fn make(call: Call, name: &str, scopes: &[Scope], days: i64) -> Result<Made> {
    call.as_person()?;
    factors::flow::require_fresh(&call).await?;
    let (name, days) = (rules::name(name)?, rules::days(days)?);
    let scopes = rules::scopes(scopes, call.caller.role)?.to_string();
    let token = call.ground.entropy.token();
    let db = call.ground.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let (caller, now) = (&call.caller, tx.now);
            if sql::count(tx.conn(), &caller.person, now).await? >= rules::MOST_TOKENS {
                return Err(Code::TokensTooMany.into());
            }
            let (id, hash) = (tx.new_id(), flow::hash_of(&token));
            let expires_at = now.plus_seconds(days * DAY_SECONDS);
            let new = NewSession {
                id: &id,
                token_hash: &hash,
                alliance: &caller.alliance,
                person: &caller.person,
                position: &caller.position,
                from: &call.author.from,
                device: &name,
                owed: None,
                expires_at,
                door: Door::Token,
                scopes: Some(&scopes),
                demo: accounts::is_demo(tx.conn(), &caller.person).await?,
            };
            accounts::insert_session(tx, new).await?;
            let subject = Subject { kind: "session", id: &id };
            account::flow::record(tx, &caller.alliance, &call.author, subject, "token.made").await?;
            Ok(Made { id: SessionId::trusted(id), token, expires_at })
        })
    })
    .await
}

/// Ends one of my tokens; one that is not mine is absent.
pub async fn revoke(call: Call, id: SessionId) -> Result<()> {
    call.as_person()?;
    let db = call.ground.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            if !sql::revoke(tx, &call.caller.person, &id).await? {
                return Err(Refusal::not_found());
            }
            let subject = Subject { kind: "session", id: id.as_str() };
            account::flow::record(tx, &call.caller.alliance, &call.author, subject, "token.revoked").await
        })
    })
    .await
}
