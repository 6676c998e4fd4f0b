//! The doors of activation codes: one is made for a person, and one is turned into an account, or into a new password. A code that is unknown, used,
//! expired or of somebody who has left answers alike, and is counted like a wrong password. Builds no response.

use super::{rules, sql};
use crate::access::attempts::Attempt;
use crate::access::call::Visitor;
use crate::access::flow::{hash_of, note_turned_away};
use crate::access::{account, password, policy, sql as access};
use crate::db::change::{Author, Subject};
use crate::db::{Conn, Tx};
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::ids::{AllianceId, PersonId};
use crate::time::Timestamp;

const ACTION: &str = "account.activated";

/// What somebody with a slip of paper chose.
pub struct Chosen {
    pub login: String,
    pub code: String,
    pub password: String,
}

/// Makes a code for a person and ends those made before; this answer is the only place where it stands.
pub async fn issue(
    tx: &mut Tx,
    alliance: &AllianceId,
    person: &PersonId,
    expires_at: Timestamp,
) -> Result<String> {
    sql::end_open(tx, person).await?;
    let code = rules::code(tx.entropy().bytes());
    sql::insert(tx, alliance, person, &hash_of(&code), expires_at).await?;
    Ok(code)
}

/// Turns a code into an account with the name and the password that its holder chose; of somebody who has an account, into a new
/// password for it.
pub async fn activate(ground: &Ground, chosen: Chosen, visitor: Visitor) -> Result<()> {
    let login = rules::login(&chosen.login).map_err(|code| Refusal::field(code, "login"))?;
    account::rules::check(&chosen.password, &login).map_err(|refusal| refusal.with("field", "password"))?;
    let mut reader = ground.db.read().await?;
    // Apart from signing in with that name, or from that address: guessing here locks nobody out there.
    let from = format!("activation {}", visitor.from);
    let attempt = Attempt::of(ground, &mut reader, &format!("activation {login}"), &from).await?;
    attempt.may_try(&mut reader, ground.now()).await?;
    let door = Attempt::of(ground, &mut reader, &login, &visitor.from).await?;
    let code_hash = hash_of(&rules::normal(&chosen.code).unwrap_or_default());
    let holder = sql::holder(&mut reader, &code_hash, ground.now()).await?;
    let counts = match &holder {
        Some(holder) => holder.counts && !watches(&mut reader, &holder.person, ground.now()).await?,
        None => false,
    };
    drop(reader);
    if !counts {
        return refuse(ground, holder, attempt, visitor).await;
    }
    let password_hash = password::hash(chosen.password, &ground.entropy).await?;
    ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                // Looked at again: another request may have used it meanwhile.
                let used = sql::use_up(tx, &code_hash).await?;
                let (person, alliance) = used.ok_or_else(refused)?;
                let now = tx.now;
                access::first_position(tx.conn(), &person, now).await?.ok_or_else(refused)?;
                if watches(tx.conn(), &person, now).await? {
                    return Err(refused());
                }
                let author = Author {
                    person: Some(person.clone()),
                    from: visitor.from,
                    request_id: visitor.request_id,
                    ..Author::default()
                };
                attempt.succeeded(tx).await?;
                sql::end_open(tx, &person).await?;
                if access::account_of(tx.conn(), &person).await?.is_some() {
                    door.forgiven(tx).await?;
                    return reset(tx, (&alliance, &person), &author, &login, &password_hash).await;
                }
                if !sql::insert_account(tx, &person, &alliance, &login, &password_hash).await? {
                    return Err(Refusal::field(Code::LoginTaken, "login"));
                }
                let subject = Subject { kind: "account", id: person.as_str() };
                account::flow::record(tx, &alliance, &author, subject, ACTION).await
            })
        })
        .await
}

/// A new password for an account that is there: whoever is signed in with the old one, program or person, goes out. Second
/// factors stay: a slip of paper does not stand for them.
async fn reset(
    tx: &mut Tx,
    (alliance, person): (&AllianceId, &PersonId),
    author: &Author,
    login: &str,
    password_hash: &str,
) -> Result<()> {
    if access::login(tx.conn(), person).await? != login {
        return Err(Refusal::field(Code::LoginOther, "login"));
    }
    account::flow::set_password(tx, alliance, author, person, password_hash, false).await?;
    for session in account::sql::end_all(tx, person, "").await? {
        let subject = Subject { kind: "session", id: session.as_str() };
        account::flow::record(tx, alliance, author, subject, "session.ended").await?;
    }
    Ok(())
}

/// Whoever watches over administrators gets their account at the console: an administrator may have printed a slip for them before
/// they were appointed, and know its code.
async fn watches(conn: &mut Conn, person: &PersonId, now: Timestamp) -> Result<bool> {
    Ok(access::roles_not_over(conn, person, now).await?.into_iter().any(policy::watches))
}

fn refused() -> Refusal {
    Refusal::field(Code::ActivationRefused, "code")
}

/// Counts a failure, and writes it into the audit trail if the code was somebody's.
async fn refuse(
    ground: &Ground,
    holder: Option<sql::Holder>,
    attempt: Attempt,
    visitor: Visitor,
) -> Result<()> {
    ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                attempt.failed(tx, true).await?;
                let Some(holder) = holder else { return Ok(()) };
                let code = Code::ActivationRefused;
                note_turned_away(tx, &holder.alliance, &holder.person, &visitor, ACTION, code).await
            })
        })
        .await?;
    Err(refused())
}
