//! The doors of service accounts: making and revoking one, and giving it an access token. Builds no response.

use super::rules::{self, Asked, Denied};
use super::sql::{self, Known, NewClient};
use crate::access::attempts::Attempt;
use crate::access::call::Visitor;
use crate::access::policy::Action;
use crate::access::scopes::Scopes;
use crate::access::sql::{self as accounts, NewSession};
use crate::access::{Call, Door, Role, account, flow};
use crate::db::Tx;
use crate::db::audit;
use crate::db::change::{Author, Change, Subject};
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::ids::{AllianceId, ClientId, OrganisationId};
use serde_json::json;

/// Who a new client is and where it acts.
#[derive(Clone)]
pub struct New {
    pub client_id: String,
    pub name: String,
    pub alliance: AllianceId,
    pub organisation: OrganisationId,
    pub role: Role,
    pub scopes: Scopes,
    pub demo: bool,
}

/// Makes a client whose secret the caller has. The store keeps its hash: 256 random bits need no slow one.
pub async fn create(tx: &mut Tx, new: New, secret: &str, author: &Author) -> Result<()> {
    let id = ClientId::trusted(tx.new_id());
    let secret_hash = flow::hash_of(secret);
    let row = NewClient {
        id: &id,
        client_id: &new.client_id,
        name: &new.name,
        alliance: &new.alliance,
        organisation: &new.organisation,
        role: new.role,
        scopes: new.scopes,
        secret_hash: &secret_hash,
        demo: new.demo,
    };
    sql::insert(tx, row).await?;
    record(tx, &new.alliance, &id, author, "client.created", "role").await
}

/// Another secret in the place of a client's; the tokens it has end too.
pub async fn renew_secret(tx: &mut Tx, known: &Known, secret: &str, author: &Author) -> Result<()> {
    sql::set_secret(tx, &known.id, &flow::hash_of(secret)).await?;
    end_tokens(tx, known, author).await?;
    record(tx, &known.alliance, &known.id, author, "client.secret-renewed", "role").await
}

/// Ends a client and every token it has, from this moment on.
pub async fn revoke(tx: &mut Tx, known: &Known, author: &Author, basis: &str) -> Result<()> {
    if !sql::revoke(tx, known).await? {
        return Ok(());
    }
    end_tokens(tx, known, author).await?;
    record(tx, &known.alliance, &known.id, author, "client.revoked", basis).await
}

/// Ends the tokens that a client has, each with its event: what listens with one hears of it at once.
async fn end_tokens(tx: &mut Tx, known: &Known, author: &Author) -> Result<()> {
    for session in account::sql::end_all(tx, &known.person, "").await? {
        let subject = Subject { kind: "session", id: session.as_str() };
        account::flow::record(tx, &known.alliance, author, subject, "session.ended").await?;
    }
    Ok(())
}

/// The security administrator revokes a client of their alliance.
pub async fn shut_out(call: Call, id: ClientId) -> Result<()> {
    let basis = call.require(Action::ClientManage, None)?;
    let db = call.ground.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            let client_id = sql::client_id(tx.conn(), &call.caller.alliance, &id).await?;
            let client_id = client_id.ok_or_else(Refusal::not_found)?;
            let known = sql::known(tx.conn(), &client_id).await?.ok_or_else(Refusal::not_found)?;
            revoke(tx, &known, &call.author, basis).await
        })
    })
    .await
}

async fn record(
    tx: &mut Tx,
    alliance: &AllianceId,
    id: &ClientId,
    author: &Author,
    kind: &str,
    basis: &str,
) -> Result<()> {
    tx.record(Change {
        author,
        alliance,
        subject: Subject { kind: "client", id: id.as_str() },
        version: 1,
        kind,
        payload: json!({}),
        occurred_at: None,
        patient: None,
        basis,
        audience: &[],
    })
    .await
}

/// An access token.
pub struct Granted {
    pub token: String,
    pub scopes: Scopes,
}

/// Gives a client that proves itself a token. Wrong guesses wait by name and address together, so that nobody can lock a hospital's
/// system out from elsewhere.
pub async fn grant(ground: &Ground, asked: Asked, visitor: Visitor) -> std::result::Result<Granted, Denied> {
    let credentials = &asked.credentials;
    let mut reader = ground.db.read().await?;
    let name = format!("client {} {}", credentials.id, visitor.from);
    let attempt = Attempt::of(ground, &mut reader, &name, &visitor.from).await?;
    attempt.may_try(&mut reader, ground.now()).await.map_err(too_many)?;
    let known = sql::known(&mut reader, &credentials.id).await?;
    drop(reader);
    let fits = known.as_ref().is_some_and(|known| {
        known.secret_hash == flow::hash_of(&credentials.secret)
            && !known.revoked
            && (!known.demo || ground.on_loopback())
    });
    let Some(known) = known.as_ref().filter(|_| fits) else {
        refuse(ground, known, attempt, visitor).await?;
        return Err(Denied::InvalidClient);
    };
    let scopes = rules::scopes(asked.scopes, known.scopes)?;
    let token = ground.entropy.token();
    open(ground, known, (&asked.credentials.id, scopes), &token, attempt, visitor).await.map_err(too_many)?;
    Ok(Granted { token, scopes })
}

async fn open(
    ground: &Ground,
    known: &Known,
    (name, scopes): (&str, Scopes),
    token: &str,
    attempt: Attempt,
    visitor: Visitor,
) -> Result<()> {
    let (id, alliance, name) = (known.id.clone(), known.alliance.clone(), name.to_owned());
    let (person, position, demo) = (known.person.clone(), known.position.clone(), known.demo);
    let (hash, scopes, secret_hash) = (flow::hash_of(token), scopes.to_string(), known.secret_hash.clone());
    ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                // Asked again: the secret may have been exchanged since it was checked.
                let still = sql::known(tx.conn(), &name).await?;
                if !still.is_some_and(|known| known.secret_hash == secret_hash && !known.revoked) {
                    return Err(Code::AccessWrongCredentials.into());
                }
                attempt.succeeded(tx).await?;
                let (session, expires_at) = (tx.new_id(), tx.now.plus_seconds(rules::TOKEN_SECONDS));
                let new = NewSession {
                    id: &session,
                    token_hash: &hash,
                    alliance: &alliance,
                    person: &person,
                    position: &position,
                    from: &visitor.from,
                    device: &visitor.device,
                    owed: None,
                    expires_at,
                    door: Door::Client,
                    scopes: Some(&scopes),
                    demo,
                };
                accounts::insert_session(tx, new).await?;
                sql::used(tx, &id).await?;
                let caller = accounts::caller(tx.conn(), &hash).await?.ok_or(Code::AccessNotSignedIn)?.caller;
                let author = caller.author(&visitor.from, &visitor.request_id);
                flow::record(tx, &caller, &author, "session.opened", Door::Client.basis()).await
            })
        })
        .await
}

/// Counts a failure, and writes it into the audit trail if the name is a client's.
async fn refuse(
    ground: &Ground,
    known: Option<Known>,
    attempt: Attempt,
    visitor: Visitor,
) -> std::result::Result<(), Denied> {
    let counted = ground.db.write(move |tx| {
        Box::pin(async move {
            attempt.failed(tx, known.is_some()).await?;
            let Some(known) = known else { return Ok(()) };
            let entry = audit::Entry {
                id: String::new(),
                at: tx.now.0,
                alliance: known.alliance.as_str().to_owned(),
                person: None,
                position: None,
                organisation: None,
                session: None,
                from: visitor.from,
                request_id: visitor.request_id,
                action: "session.opened".to_owned(),
                subject_kind: "client".to_owned(),
                subject_id: known.id.as_str().to_owned(),
                patient: None,
                basis: Code::AccessWrongCredentials.as_str().to_owned(),
                outcome: "denied".to_owned(),
                detail: "{}".to_owned(),
            };
            audit::insert(tx, &entry).await
        })
    });
    counted.await.map_err(too_many)
}

fn too_many(refusal: Refusal) -> Denied {
    match refusal.extras.get("retry_after").and_then(serde_json::Value::as_i64) {
        Some(seconds) if refusal.code == Code::AccessTooMany => Denied::TooMany(seconds),
        Some(_) | None => Denied::Ours(refusal),
    }
}
