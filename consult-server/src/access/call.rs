//! The extractor every handler begins with: who is calling, when, in which request, and the doors to read and to change.
//! A handler cannot forget it, because nothing else opens the store. Knows no subject.

use super::attempts::devices;
use super::denials::Seen;
use super::policy::{Action, Relation, Resource, require};
use super::scopes::Scope;
use super::{Caller, Owed, flow, sql};
use crate::db::change::{Author, Change, Subject};
use crate::db::{Reader, Tx, audit, idempotency};
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::http::Reply;
use crate::http::idempotency::IdempotencyKey;
use crate::http::peer::Peer;
use crate::http::problem::RequestId;
use crate::ids::{OrganisationId, PatientId};
use crate::time::Timestamp;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use futures_util::future::BoxFuture;
use serde_json::Value;

pub const COOKIE: &str = "consult_session";

#[derive(Clone)]
pub struct Call {
    pub ground: Ground,
    pub caller: Caller,
    pub author: Author,
    pub now: Timestamp,
    idempotency: Option<IdempotencyKey>,
}

impl<S> FromRequestParts<S> for Call
where
    S: Send + Sync,
    Ground: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let ground = Ground::from_ref(state);
        let (call, owed) = Self::resume(parts, ground).await?;
        match owed {
            Some(owed) => Err(owed.code().into()),
            None => Ok(call),
        }
    }
}

/// A person at their own account, who may still owe something before anything else is answered: the ways to settle it.
pub struct Owner(pub Call);

impl<S> FromRequestParts<S> for Owner
where
    S: Send + Sync,
    Ground: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let (call, _) = Call::resume(parts, Ground::from_ref(state)).await?;
        call.as_person()?;
        Ok(Self(call))
    }
}

/// Any caller, who may still owe something: who am I, and sign out.
pub struct Entrant {
    pub call: Call,
    pub owed: Option<Owed>,
}

impl<S> FromRequestParts<S> for Entrant
where
    S: Send + Sync,
    Ground: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let (call, owed) = Call::resume(parts, Ground::from_ref(state)).await?;
        Ok(Self { call, owed })
    }
}

impl Call {
    async fn resume(parts: &Parts, ground: Ground) -> Result<(Self, Option<Owed>)> {
        let token = token(&parts.headers).ok_or(Code::AccessNotSignedIn)?;
        let (caller, owed) = flow::resume(&ground, &token).await?;
        let request_id = parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
        let author = caller.author(&address(parts), &request_id);
        if let Some(seen) = parts.extensions.get::<Seen>() {
            seen.leave(&caller, &author.from, &request_id);
        }
        let (now, idempotency) = (ground.now(), parts.extensions.get::<IdempotencyKey>().cloned());
        Ok((Self { ground, caller, author, now, idempotency }, owed))
    }

    /// Somebody acting without a request: the demo's people, on the doors that everybody uses.
    pub fn acting(ground: Ground, caller: Caller, from: &str) -> Self {
        let author = Author { session: None, ..caller.author(from, "") };
        let now = ground.now();
        Self { ground, caller, author, now, idempotency: None }
    }

    pub async fn read(&self) -> Result<Reader> {
        self.ground.db.read().await
    }

    /// Runs a change in one transaction and answers after it is durable. With an `Idempotency-Key` the answer is kept in the
    /// same transaction: the same request again gets the same answer and has no further effect.
    pub async fn change<F>(&self, change: F) -> Result<Reply>
    where
        F: for<'t> FnOnce(&'t mut Tx, &'t Call) -> BoxFuture<'t, Result<Reply>> + Clone + Send + 'static,
    {
        let call = self.clone();
        self.ground.db.write(move |tx| Box::pin(async move { call.once(tx, change).await })).await
    }

    async fn once<F>(&self, tx: &mut Tx, change: F) -> Result<Reply>
    where
        F: for<'t> FnOnce(&'t mut Tx, &'t Call) -> BoxFuture<'t, Result<Reply>> + Clone + Send + 'static,
    {
        let Some(IdempotencyKey { key, request_hash }) = &self.idempotency else {
            return change(tx, self).await;
        };
        // In another position the same person asks something else.
        let request_hash = &format!("{request_hash}.{}", self.caller.position.as_str());
        if let Some(given) = idempotency::find(tx.conn(), &self.ground.keys, &self.caller.person, key).await?
        {
            if given.request_hash != *request_hash {
                return Err(Code::RequestKeyReused.into());
            }
            self.note_read(Subject { kind: "answer", id: key }, None, "self")?;
            return Ok(Reply { status: given.status, version: given.version, body: given.body });
        }
        let reply = change(tx, self).await?;
        let given = idempotency::Given {
            request_hash: request_hash.clone(),
            status: reply.status,
            version: reply.version,
            body: reply.body.clone(),
        };
        idempotency::keep(tx, &self.ground.keys, &self.caller.person, key, &given).await?;
        Ok(reply)
    }

    /// Asks the policy; the answer is the legal basis, or the refusal.
    pub fn require(&self, action: Action, resource: Option<&Resource>) -> Result<&'static str> {
        require(&self.caller, action, resource)
    }

    /// A change by this caller, for `Tx::record`; the version is the one after it.
    pub fn change_of<'a>(
        &'a self,
        subject: Subject<'a>,
        version: i64,
        kind: &'a str,
        basis: &'a str,
    ) -> Change<'a> {
        Change {
            author: &self.author,
            alliance: &self.caller.alliance,
            subject,
            version,
            kind,
            payload: Value::Object(serde_json::Map::new()),
            occurred_at: None,
            patient: None,
            basis,
            audience: &[],
        }
    }

    /// Writes down that this caller read something, before the answer leaves.
    pub fn note_read(&self, subject: Subject<'_>, patient: Option<&PatientId>, basis: &str) -> Result<()> {
        self.ground.reads.append(self.read_entry(subject, patient, basis, Value::Null))
    }

    /// A list that was read: one row with its ids.
    pub fn note_list(&self, kind: &'static str, ids: Vec<String>, basis: &str) -> Result<()> {
        let subject = Subject { kind, id: "list" };
        self.ground.reads.append(self.read_entry(subject, None, basis, serde_json::json!({ "ids": ids })))
    }

    /// A list of what there is about one patient.
    pub fn note_list_of(
        &self,
        kind: &'static str,
        ids: Vec<String>,
        patient: &PatientId,
        basis: &str,
    ) -> Result<()> {
        let subject = Subject { kind, id: "list" };
        self.ground.reads.append(self.read_entry(
            subject,
            Some(patient),
            basis,
            serde_json::json!({ "ids": ids }),
        ))
    }

    /// A search, with what was asked for.
    pub fn note_query(&self, subject: Subject<'_>, basis: &str, asked: Value) -> Result<()> {
        self.ground.reads.append(self.read_entry(subject, None, basis, asked))
    }

    /// Images: one row per person, study, session and fifteen minutes; through a broken glass one for each glass, which it names.
    pub async fn note_image_read(
        &self,
        study: Subject<'_>,
        patient: Option<&PatientId>,
        basis: &str,
    ) -> Result<()> {
        let glass = match patient.filter(|_| basis == Relation::BreakGlass.basis()) {
            Some(patient) => {
                sql::open_glass(&mut *self.read().await?, &self.caller, patient, self.now).await?
            }
            None => None,
        };
        let detail = glass.map_or(Value::Null, |glass| serde_json::json!({ "glass": glass }));
        self.ground.reads.append_coalesced(self.read_entry(study, patient, basis, detail))
    }

    fn read_entry(
        &self,
        subject: Subject<'_>,
        patient: Option<&PatientId>,
        basis: &str,
        detail: Value,
    ) -> audit::Entry {
        let caller = &self.caller;
        audit::Entry {
            id: String::new(),
            at: self.now.0,
            alliance: caller.alliance.as_str().to_owned(),
            person: Some(caller.person.as_str().to_owned()),
            position: Some(caller.position.as_str().to_owned()),
            organisation: Some(caller.organisation.as_str().to_owned()),
            session: Some(caller.session.as_str().to_owned()),
            from: self.author.from.clone(),
            request_id: self.author.request_id.clone(),
            action: format!("{}.read", subject.kind),
            subject_kind: subject.kind.to_owned(),
            subject_id: subject.id.to_owned(),
            patient: patient.map(|p| p.as_str().to_owned()),
            basis: basis.to_owned(),
            outcome: "read".to_owned(),
            detail: if detail.is_null() { "{}".to_owned() } else { detail.to_string() },
        }
    }

    /// My own account is for me, not for a program with a token of mine.
    pub fn as_person(&self) -> Result<()> {
        if self.caller.scopes.is_some() { Err(Code::AccessScope.into()) } else { Ok(()) }
    }

    /// What the policy is not asked about, a program needs a scope for all the same.
    pub fn within(&self, scope: Scope) -> Result<()> {
        let narrowed = self.caller.scopes.is_some_and(|own| !own.contains(scope));
        if narrowed { Err(Code::AccessScope.into()) } else { Ok(()) }
    }

    pub fn organisation(&self) -> &OrganisationId {
        &self.caller.organisation
    }
}

/// The session token: a bearer token, or our cookie.
pub fn token(headers: &HeaderMap) -> Option<String> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "));
    if let Some(token) = bearer {
        return Some(token.trim().to_owned());
    }
    let jar = axum_extra::extract::CookieJar::from_headers(headers);
    jar.get(COOKIE).map(|cookie| cookie.value().to_owned())
}

/// Somebody at the door: where from and with what, before it is known who.
#[derive(Clone)]
pub struct Visitor {
    pub from: String,
    pub device: String,
    /// Of the token by which this browser may be known, hashed.
    pub device_hash: Option<String>,
    pub request_id: String,
}

/// Longer names of browsers tell nobody anything.
const DEVICE_LIMIT: usize = 200;

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let device = parts.headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let known = axum_extra::extract::CookieJar::from_headers(&parts.headers);
        Ok(Self {
            from: address(parts),
            device_hash: known.get(devices::COOKIE).map(|cookie| flow::hash_of(cookie.value())),
            device: device.chars().take(DEVICE_LIMIT).collect(),
            request_id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
        })
    }
}

/// Where the request came from, for the audit trail.
pub fn address(parts: &Parts) -> String {
    parts.extensions.get::<Peer>().map_or_else(String::new, |peer| peer.address.to_string())
}
