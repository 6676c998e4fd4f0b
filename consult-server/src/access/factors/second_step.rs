//! The second step of signing in: a challenge instead of a session after the password, and what answers it.
//! Wrong codes are counted like wrong passwords, and against the challenge.

use super::{Challenge, Factor, FactorKind, passkeys, rules, sql};
use crate::access::Door;
use crate::access::attempts::Attempt;
use crate::access::call::Visitor;
use crate::access::flow::{self, SignedIn};
use crate::access::sql::{self as accounts, Account};
use crate::db::{Tx, to_json};
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use serde_json::Value;

/// What the challenge is for: which door the session will have come by.
fn purpose(door: Door) -> &'static str {
    match door {
        Door::Password => "sign-in",
        Door::Oidc => "sign-in-oidc",
        Door::Token | Door::Client => "none",
    }
}

/// What somebody shows beside their password.
#[derive(Clone)]
pub enum Proof {
    /// Six digits of a TOTP, or a recovery code.
    Code(String),
    /// What the browser's passkey answered.
    Passkey(Value),
}

/// Begins the second step; the refusal carries the challenge and how it can be answered.
pub async fn ask(
    ground: &Ground,
    account: &Account,
    attempt: Attempt,
    factors: &[Factor],
    door: Door,
) -> Result<Refusal> {
    let token = ground.entropy.token();
    let hash = flow::hash_of(&token);
    let passkey = passkeys::begin_authentication(&ground.config.http, factors)?;
    let state = match &passkey {
        Some(begun) => begun.state.clone(),
        None => to_json(&Value::Null)?,
    };
    let expires_at = ground.now().plus_seconds(rules::CHALLENGE_SECONDS);
    let (keys, person, alliance) = (ground.keys.clone(), account.person.clone(), account.alliance.clone());
    ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                let now = tx.now;
                attempt.may_try(tx.conn(), now).await?;
                let new = sql::NewChallenge {
                    token_hash: &hash,
                    alliance: &alliance,
                    person: &person,
                    purpose: purpose(door),
                    state: &state,
                    expires_at,
                };
                sql::insert_challenge(tx, &keys, new).await
            })
        })
        .await?;
    let mut methods = vec!["recovery_code"];
    if factors.iter().any(|factor| factor.kind == FactorKind::Totp) {
        methods.push("totp");
    }
    let refusal = Refusal::new(Code::AccessSecondFactorNeeded)
        .with("challenge", token)
        .with("expires_at", expires_at.to_string());
    let Some(begun) = passkey else { return Ok(refusal.with("methods", methods)) };
    methods.push("passkey");
    Ok(refusal.with("methods", methods).with("passkey", begun.options))
}

/// Answers a challenge, once.
pub async fn answer(ground: &Ground, token: &str, proof: Proof, visitor: Visitor) -> Result<SignedIn> {
    let hash = flow::hash_of(token);
    let mut reader = ground.db.read().await?;
    let (mut found, mut door, most) = (None, Door::Password, rules::CHALLENGE_FAILURES);
    for of in [Door::Password, Door::Oidc] {
        if found.is_none() {
            door = of;
            found = sql::challenge(&mut reader, &ground.keys, &hash, purpose(of), ground.now(), most).await?;
        }
    }
    let challenge = found.ok_or(Code::AccessChallengeOver)?;
    let account = accounts::account_of(&mut reader, &challenge.person).await?;
    let account = account.ok_or(Code::AccessChallengeOver)?;
    let login = accounts::login(&mut reader, &account.person).await?;
    let attempt = Attempt::at_door(ground, &mut reader, &login, &visitor).await?;
    attempt.may_try(&mut reader, ground.now()).await?;
    drop(reader);
    let token = ground.entropy.token();
    let ground_of = ground.clone();
    let entered = ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                if !fits(tx, &ground_of, &challenge, proof).await? {
                    attempt.failed(tx, true).await?;
                    sql::fail_challenge(tx, &challenge.token_hash).await?;
                    flow::note_refused(tx, &account, &visitor, Code::AccessCodeWrong).await?;
                    return Ok(None);
                }
                if !sql::use_challenge(tx, &challenge.token_hash, rules::CHALLENGE_FAILURES).await? {
                    return Err(Code::AccessChallengeOver.into());
                }
                attempt.succeeded(tx).await?;
                let config = &ground_of.config.access;
                flow::open_session(tx, config, &account, token, &visitor, door).await.map(Some)
            })
        })
        .await?;
    entered.ok_or_else(|| Code::AccessCodeWrong.into())
}

/// Whether the proof fits, and uses it up: another of the same is worth nothing.
async fn fits(tx: &mut Tx, ground: &Ground, challenge: &Challenge, proof: Proof) -> Result<bool> {
    let factors = sql::secrets(tx.conn(), &ground.keys, &challenge.person).await?;
    match proof {
        Proof::Code(code) => match rules::normal_recovery_code(&code) {
            Some(code) => {
                let hash = ground.keys.blind(super::flow::RECOVERY, &code);
                sql::use_code(tx, &challenge.person, &hash).await
            }
            None => fits_totp(tx, &factors, &code).await,
        },
        Proof::Passkey(answer) => {
            let http = &ground.config.http;
            match passkeys::finish_authentication(http, answer, &challenge.state, &factors)? {
                Some((id, passkey)) => {
                    sql::use_passkey(tx, &ground.keys, &id, &passkey).await?;
                    Ok(true)
                }
                None => Ok(false),
            }
        }
    }
}

async fn fits_totp(tx: &mut Tx, factors: &[Factor], code: &str) -> Result<bool> {
    let now = tx.now;
    for factor in factors.iter().filter(|factor| factor.kind == FactorKind::Totp) {
        if let Some(step) = rules::matched_step(&factor.secret, code, now, factor.last_step) {
            return sql::use_step(tx, &factor.id, step).await;
        }
    }
    Ok(false)
}
