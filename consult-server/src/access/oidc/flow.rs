//! The doors of a sign-in at the identity provider: leaving, coming back, and whose account it is. Builds no response.

use super::{Asked, Identity, Provider, rules, sql};
use crate::access::attempts::Attempt;
use crate::access::call::Visitor;
use crate::access::factors::{self, second_step};
use crate::access::flow::{self, SignedIn};
use crate::access::sql::{self as accounts, Account};
use crate::access::{Door, account, activation};
use crate::config::{OidcMatch, OidcSecondFactor};
use crate::db::Tx;
use crate::db::change::{Author, Subject};
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::ids::{AllianceId, PersonId};
use crate::time::Timestamp;

/// Whoever came back, and is known, still owes our second factor.
const HALF_WAY: &str = "oidc";

/// Somebody is sent to the provider.
pub struct Leaving {
    pub address: String,
    /// For this browser's cookie: only where it began a sign-in ends.
    pub browser: String,
}

/// What the provider's answer came to.
pub enum Returned {
    In {
        signed_in: Box<SignedIn>,
        next: String,
    },
    /// The token of what is left to do goes into this browser's cookie.
    HalfWay {
        token: String,
        next: String,
    },
}

/// `again` asks the provider to let the person prove themselves once more, though it knows them still.
pub async fn leave(
    ground: &Ground,
    provider: &Provider,
    next: Option<String>,
    again: bool,
) -> Result<Leaving> {
    let token = || ground.entropy.token();
    let (state, browser) = (token(), token());
    let asked = Asked { nonce: token(), verifier: token(), next: rules::next(next.as_deref()) };
    let address = provider.address(ground, &state, &asked, again).await?;
    let (state_hash, browser_hash) = (flow::hash_of(&state), flow::hash_of(&browser));
    let keys = ground.keys.clone();
    ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                let expires_at = tx.now.plus_seconds(rules::CEREMONY_SECONDS);
                sql::insert(tx, &keys, &state_hash, &browser_hash, &asked, expires_at).await
            })
        })
        .await?;
    Ok(Leaving { address, browser })
}

/// What came back in the address: a code, or that the provider said no.
pub struct Answer {
    pub state: String,
    pub code: Option<String>,
}

/// Whoever comes back: the state is used up first, so that neither it nor the code counts twice.
pub async fn come_back(
    ground: &Ground,
    provider: &Provider,
    browser: &str,
    answer: Answer,
    visitor: Visitor,
) -> Result<Returned> {
    let oidc = provider.oidc()?.clone();
    let (state_hash, browser_hash) = (flow::hash_of(&answer.state), flow::hash_of(browser));
    let keys = ground.keys.clone();
    let asked = ground
        .db
        .write(move |tx| Box::pin(async move { sql::use_up(tx, &keys, &state_hash, &browser_hash).await }))
        .await?
        .ok_or(Code::OidcOver)?;
    let code = answer.code.ok_or(Code::OidcRefused)?;
    let identity = provider.identify(ground, code, &asked).await?;
    let (issuer, matches, proved_at) = (oidc.issuer.clone(), oidc.matches, identity.proved_at);
    let from =
        Author { from: visitor.from.clone(), request_id: visitor.request_id.clone(), ..Author::default() };
    let account = ground
        .db
        .write(move |tx| Box::pin(async move { account_of(tx, &issuer, matches, &identity, &from).await }))
        .await?
        .ok_or(Code::OidcNoAccount)?;
    enter(ground, oidc.second_factor, (account, proved_at), visitor, asked.next).await
}

/// Whose account it is: the one that was linked; at the first sign-in the one that the claim names, which is linked then. A name
/// that the provider later gives to somebody else opens nothing.
async fn account_of(
    tx: &mut Tx,
    issuer: &str,
    matches: OidcMatch,
    identity: &Identity,
    author: &Author,
) -> Result<Option<Account>> {
    if let Some(person) = sql::linked(tx.conn(), issuer, &identity.subject).await? {
        return accounts::account_of(tx.conn(), &person).await;
    }
    let Some(name) = &identity.name else { return Ok(None) };
    let found = match matches {
        OidcMatch::Login => accounts::account(tx.conn(), &activation::rules::typed(name)).await?,
        OidcMatch::StaffNumber => by_staff_number(tx, name, author).await?,
        OidcMatch::Link => None,
    };
    let Some(found) = found else { return Ok(None) };
    if is_linked_by_hand(tx, &found.person).await? || sql::is_linked(tx.conn(), issuer, &found.person).await?
    {
        return Ok(None);
    }
    link(tx, issuer, &identity.subject, (&found.alliance, &found.person), author).await?;
    Ok(Some(found))
}

/// Whose account no name at the provider opens by itself: those who administer, and those who have a second factor of ours, which
/// the link would otherwise be made before. They are linked at the console.
async fn is_linked_by_hand(tx: &mut Tx, person: &PersonId) -> Result<bool> {
    let now = tx.now;
    let administers =
        factors::sql::roles(tx.conn(), person, now).await?.iter().any(|role| !role.is_clinical());
    Ok(administers || !factors::sql::own(tx.conn(), person).await?.is_empty())
}

/// The account of an imported person; one without a password is made where there is none.
async fn by_staff_number(tx: &mut Tx, number: &str, author: &Author) -> Result<Option<Account>> {
    let Some((person, alliance)) = sql::by_staff_number(tx.conn(), number).await? else { return Ok(None) };
    if let Some(account) = accounts::account_of(tx.conn(), &person).await? {
        return Ok(Some(account));
    }
    let login = activation::rules::typed(number);
    if accounts::account(tx.conn(), &login).await?.is_some() || is_linked_by_hand(tx, &person).await? {
        return Ok(None);
    }
    accounts::insert_account(tx, &person, &alliance, &login, "", false).await?;
    // Whoever has an account needs no slip of paper any more.
    activation::sql::end_open(tx, &person).await?;
    let subject = Subject { kind: "account", id: person.as_str() };
    account::flow::record(tx, &alliance, author, subject, "account.created").await?;
    accounts::account_of(tx.conn(), &person).await
}

/// Links an account to a subject of the provider.
pub async fn link(
    tx: &mut Tx,
    issuer: &str,
    subject: &str,
    (alliance, person): (&AllianceId, &PersonId),
    author: &Author,
) -> Result<()> {
    sql::link(tx, issuer, subject, alliance, person).await?;
    let subject = Subject { kind: "account", id: person.as_str() };
    account::flow::record(tx, alliance, author, subject, "account.linked").await
}

/// Opens a session, or asks for our second factor first. Whoever has left is refused, which is written down.
async fn enter(
    ground: &Ground,
    second_factor: OidcSecondFactor,
    (account, proved_at): (Account, Timestamp),
    visitor: Visitor,
    next: String,
) -> Result<Returned> {
    if account.demo && !ground.on_loopback() {
        return Err(Code::AccessDemoOnly.into());
    }
    let has_factors = second_factor == OidcSecondFactor::Ask
        && !factors::sql::own(&mut *ground.db.read().await?, &account.person).await?.is_empty();
    let token = ground.entropy.token();
    let ground_of = ground.clone();
    let entered = ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                let now = tx.now;
                if accounts::first_position(tx.conn(), &account.person, now).await?.is_none() {
                    flow::note_refused(tx, &account, &visitor, Code::OidcNoAccount).await?;
                    return Ok(None);
                }
                if has_factors {
                    half_way(tx, &ground_of, &account, &token).await?;
                    return Ok(Some(Returned::HalfWay { token, next }));
                }
                let config = &ground_of.config.access;
                let signed_in = flow::open_session(tx, config, &account, token, &visitor, Door::Oidc).await?;
                account::sql::set_proved_at(tx, &signed_in.caller.session, proved_at).await?;
                Ok(Some(Returned::In { signed_in: Box::new(signed_in), next }))
            })
        })
        .await?;
    entered.ok_or_else(|| Code::OidcNoAccount.into())
}

async fn half_way(tx: &mut Tx, ground: &Ground, account: &Account, token: &str) -> Result<()> {
    let hash = flow::hash_of(token);
    let new = factors::sql::NewChallenge {
        token_hash: &hash,
        alliance: &account.alliance,
        person: &account.person,
        purpose: HALF_WAY,
        state: "null",
        expires_at: tx.now.plus_seconds(factors::rules::CHALLENGE_SECONDS),
    };
    factors::sql::insert_challenge(tx, &ground.keys, new).await
}

/// The second step of whoever came back: the same refusal with a challenge that a right password brings.
pub async fn second_step(ground: &Ground, token: &str, visitor: &Visitor) -> Result<Refusal> {
    let hash = flow::hash_of(token);
    let (keys, now, most) = (&ground.keys, ground.now(), factors::rules::CHALLENGE_FAILURES);
    let mut reader = ground.db.read().await?;
    let challenge = factors::sql::challenge(&mut reader, keys, &hash, HALF_WAY, now, most).await?;
    let challenge = challenge.ok_or(Code::OidcOver)?;
    let account = accounts::account_of(&mut reader, &challenge.person).await?.ok_or(Code::OidcOver)?;
    let factors = factors::sql::secrets(&mut reader, keys, &account.person).await?;
    let login = accounts::login(&mut reader, &account.person).await?;
    let attempt = Attempt::at_door(ground, &mut reader, &login, visitor).await?;
    attempt.may_try(&mut reader, now).await?;
    drop(reader);
    let used = ground
        .db
        .write(move |tx| Box::pin(async move { factors::sql::use_challenge(tx, &hash, most).await }))
        .await?;
    if !used {
        return Err(Code::OidcOver.into());
    }
    second_step::ask(ground, &account, attempt, &factors, Door::Oidc).await
}
