//! The doors to my second factors: adding, confirming, taking away, recovery codes. Builds no response.

use super::{FactorKind, passkeys, rules, sql};
use crate::access::{Call, account, flow, sql as accounts};
use crate::db::Tx;
use crate::db::change::Subject;
use crate::error::{Code, Refusal, Result};
use crate::ids::Entropy;
use serde_json::Value;

/// The column of recovery codes in the blind index.
pub const RECOVERY: &str = "recovery_code.code";
const REGISTERING: &str = "passkey";

/// A TOTP that waits for its first code.
pub struct NewTotp {
    pub id: String,
    pub secret: String,
    pub uri: String,
}

/// Whoever adds or takes away a factor has signed in just now.
pub async fn require_fresh(call: &Call) -> Result<()> {
    let proved_at = account::sql::proved_at(&mut *call.read().await?, &call.caller.session).await?;
    if rules::is_fresh(proved_at, call.now) { Ok(()) } else { Err(Code::AccessSignInAgain.into()) }
}

pub async fn begin_totp(call: Call) -> Result<NewTotp> {
    require_fresh(&call).await?;
    let mut reader = call.read().await?;
    if sql::own(&mut reader, &call.caller.person).await?.iter().any(|own| own.kind == FactorKind::Totp) {
        return Err(Code::TotpAlready.into());
    }
    let login = accounts::login(&mut reader, &call.caller.person).await?;
    let issuer = accounts::alliance(&mut reader, &call.caller.alliance).await?.name;
    drop(reader);
    let secret = rules::new_secret(call.ground.entropy.bytes());
    let uri = rules::uri(&issuer, &login, &secret);
    let db = call.ground.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let (id, caller) = (tx.new_id(), &call.caller);
            sql::forget_unconfirmed(tx, &caller.person, FactorKind::Totp).await?;
            let new = sql::NewFactor {
                id: &id,
                alliance: &caller.alliance,
                person: &caller.person,
                kind: FactorKind::Totp,
                name: FactorKind::Totp.as_str(),
                secret: &secret,
                confirmed: false,
            };
            sql::insert(tx, &call.ground.keys, new).await?;
            Ok(NewTotp { id, secret, uri })
        })
    })
    .await
}

/// Confirms a TOTP by its first code, and answers recovery codes if there were none yet.
pub async fn confirm_totp(call: Call, id: String, code: String) -> Result<Option<Vec<String>>> {
    let db = call.ground.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let (keys, person, now) = (&call.ground.keys, &call.caller.person, tx.now);
            let factor = sql::unconfirmed(tx.conn(), keys, person, &id).await?;
            let factor = factor.ok_or_else(Refusal::not_found)?;
            let step = rules::matched_step(&factor.secret, &code, now, 0);
            let step = step.ok_or_else(|| Refusal::field(Code::FactorCodeWrong, "code"))?;
            if !sql::confirm(tx, &id, step).await? {
                return Err(Refusal::not_found());
            }
            added(tx, &call, &id).await
        })
    })
    .await
}

/// The first half of adding a passkey: the challenge's token and what the browser is asked.
pub async fn begin_passkey(call: Call) -> Result<(String, Value)> {
    require_fresh(&call).await?;
    let caller = &call.caller;
    let mut reader = call.read().await?;
    let factors = sql::secrets(&mut reader, &call.ground.keys, &caller.person).await?;
    if factors.iter().filter(|factor| factor.kind == FactorKind::Passkey).count() >= rules::MOST_PASSKEYS {
        return Err(Code::PasskeysTooMany.into());
    }
    let login = accounts::login(&mut reader, &caller.person).await?;
    drop(reader);
    let http = &call.ground.config.http;
    let begun = passkeys::begin_registration(http, &caller.person, &login, &caller.name, &factors)?;
    let token = call.ground.entropy.token();
    let hash = flow::hash_of(&token);
    let db = call.ground.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let expires_at = tx.now.plus_seconds(rules::CHALLENGE_SECONDS);
            let new = sql::NewChallenge {
                token_hash: &hash,
                alliance: &call.caller.alliance,
                person: &call.caller.person,
                purpose: REGISTERING,
                state: &begun.state,
                expires_at,
            };
            sql::insert_challenge(tx, &call.ground.keys, new).await
        })
    })
    .await?;
    Ok((token, begun.options))
}

/// The second half: keeps the passkey, and answers recovery codes if there were none yet.
pub async fn confirm_passkey(
    call: Call,
    token: String,
    name: String,
    answer: Value,
) -> Result<Option<Vec<String>>> {
    let hash = flow::hash_of(&token);
    let db = call.ground.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let (keys, now, caller) = (&call.ground.keys, tx.now, &call.caller);
            let challenge =
                sql::challenge(tx.conn(), keys, &hash, REGISTERING, now, rules::CHALLENGE_FAILURES).await?;
            let challenge = challenge.filter(|challenge| challenge.person == caller.person);
            let challenge = challenge.ok_or(Code::FactorChallengeOver)?;
            let secret = passkeys::finish_registration(&call.ground.config.http, answer, &challenge.state)?;
            if !sql::use_challenge(tx, &hash, rules::CHALLENGE_FAILURES).await? {
                return Err(Code::FactorChallengeOver.into());
            }
            let id = tx.new_id();
            let new = sql::NewFactor {
                id: &id,
                alliance: &caller.alliance,
                person: &caller.person,
                kind: FactorKind::Passkey,
                name: &rules::name(&name),
                secret: &secret,
                confirmed: true,
            };
            sql::insert(tx, keys, new).await?;
            added(tx, &call, &id).await
        })
    })
    .await
}

/// After a factor was confirmed: it is in the audit trail, the session owes it no longer, and there are recovery codes.
async fn added(tx: &mut Tx, call: &Call, id: &str) -> Result<Option<Vec<String>>> {
    record(tx, call, id, "factor.added").await?;
    flow::settle_owed(tx, call).await?;
    if sql::codes_left(tx.conn(), &call.caller.person).await? > 0 {
        return Ok(None);
    }
    Ok(Some(new_codes(tx, call).await?))
}

/// Takes a factor away; with the last one the recovery codes go too.
pub async fn remove(call: Call, id: String) -> Result<()> {
    require_fresh(&call).await?;
    let db = call.ground.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let (now, person) = (tx.now, &call.caller.person);
            let own = sql::own(tx.conn(), person).await?;
            if !own.iter().any(|factor| factor.id == id) {
                return Err(Refusal::not_found());
            }
            let account = accounts::account_of(tx.conn(), person).await?.ok_or(Code::AccessNotSignedIn)?;
            let roles = sql::roles(tx.conn(), person, now).await?;
            let policy = rules::policy(call.ground.config.access.second_factor, account.demo);
            rules::may_remove(rules::is_required(policy, &roles), own.len())?;
            if own.len() == 1 {
                sql::remove_all(tx, person).await?;
            } else if !sql::remove(tx, person, &id).await? {
                return Err(Refusal::not_found());
            }
            record(tx, &call, &id, "factor.removed").await
        })
    })
    .await
}

/// New recovery codes in the place of the old ones.
pub async fn renew_codes(call: Call) -> Result<Vec<String>> {
    require_fresh(&call).await?;
    let db = call.ground.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            if sql::own(tx.conn(), &call.caller.person).await?.is_empty() {
                return Err(Code::FactorNone.into());
            }
            new_codes(tx, &call).await
        })
    })
    .await
}

async fn new_codes(tx: &mut Tx, call: &Call) -> Result<Vec<String>> {
    let codes = codes(tx.entropy());
    let hashes: Vec<String> = codes.iter().map(|code| call.ground.keys.blind(RECOVERY, code)).collect();
    sql::set_codes(tx, &call.caller.alliance, &call.caller.person, &hashes).await?;
    record(tx, call, call.caller.person.as_str(), "recovery-codes.made").await?;
    Ok(codes)
}

fn codes(entropy: &Entropy) -> Vec<String> {
    (0..rules::RECOVERY_CODES).map(|_| rules::recovery_code(entropy.bytes())).collect()
}

async fn record(tx: &mut Tx, call: &Call, id: &str, kind: &str) -> Result<()> {
    let subject = Subject { kind: "factor", id };
    account::flow::record(tx, &call.caller.alliance, &call.author, subject, kind).await
}
