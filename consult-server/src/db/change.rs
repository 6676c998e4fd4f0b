//! What every change leaves behind beside its own rows, in the same transaction: one event, one audit row, one outbox row.
//! Knows no subject; flows call `Tx::record` once for each thing that happened.

use super::{Conn, Tx, audit, outbox};
use crate::error::Result;
use crate::ids::{AllianceId, OrganisationId, PatientId, PersonId, PositionId, SessionId};
use crate::time::Timestamp;
use serde_json::Value;
use sqlx::Row as _;

/// Who did it: a signed-in person in a position, or a part of the system.
#[derive(Clone, Debug, Default)]
pub struct Author {
    pub person: Option<PersonId>,
    pub position: Option<PositionId>,
    pub organisation: Option<OrganisationId>,
    pub session: Option<SessionId>,
    /// Network address, or the name of the part of the system (`worker`, `dimse:CLINIC`).
    pub from: String,
    pub request_id: String,
}

/// What it happened to.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub kind: &'static str,
    pub id: &'a str,
}

/// One thing that happened.
pub struct Change<'a> {
    pub author: &'a Author,
    pub alliance: &'a AllianceId,
    pub subject: Subject<'a>,
    /// The subject's version after the change.
    pub version: i64,
    /// `consult.claimed`, `leg.accepted`, …: the type of the event and the action of the audit row.
    pub kind: &'a str,
    pub payload: Value,
    /// When it happened, where that differs from when it was recorded (offline work).
    pub occurred_at: Option<Timestamp>,
    pub patient: Option<&'a PatientId>,
    /// Why the author may: the legal basis given by the policy.
    pub basis: &'a str,
    /// The organisations that are told.
    pub audience: &'a [OrganisationId],
}

/// An entry of a timeline.
#[derive(Clone, Debug)]
pub struct Event {
    pub seq: i64,
    pub id: String,
    pub version: i64,
    pub kind: String,
    pub person: Option<PersonId>,
    pub organisation: Option<OrganisationId>,
    pub occurred_at: Timestamp,
    pub recorded_at: Timestamp,
    pub payload: Value,
}

/// The version of the payloads written now.
const SCHEMA: i64 = 1;

const INSERT: &str = "INSERT INTO event (id, alliance_id, subject_kind, subject_id, version, kind, schema_version, person_id, position_id, \
     organisation_id, occurred_at, recorded_at, client_id, payload) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
const KINDS_AFTER: &str =
    "SELECT kind FROM event WHERE subject_kind = $1 AND subject_id = $2 AND version > $3";
const OF_SUBJECT: &str = "SELECT seq, id, version, kind, person_id, organisation_id, occurred_at, recorded_at, payload FROM event \
     WHERE subject_kind = $1 AND subject_id = $2 ORDER BY seq";
const NEWEST: &str = "SELECT seq, id, version, kind, person_id, organisation_id, occurred_at, recorded_at, payload FROM event \
     WHERE subject_kind = $1 AND subject_id = $2 AND seq < $3 ORDER BY seq DESC LIMIT $4";

impl Tx {
    /// Writes the event, the audit row and the outbox row of one change.
    pub async fn record(&mut self, change: Change<'_>) -> Result<()> {
        let (id, now) = (self.new_id(), self.now);
        let author = change.author;
        sqlx::query(INSERT)
            .bind(id.as_str())
            .bind(change.alliance.as_str())
            .bind(change.subject.kind)
            .bind(change.subject.id)
            .bind(change.version)
            .bind(change.kind)
            .bind(SCHEMA)
            .bind(author.person.as_ref().map(|p| p.as_str().to_owned()))
            .bind(author.position.as_ref().map(|p| p.as_str().to_owned()))
            .bind(author.organisation.as_ref().map(|o| o.as_str().to_owned()))
            .bind(change.occurred_at.unwrap_or(now).0)
            .bind(now.0)
            .bind(author.request_id.as_str())
            .bind(change.payload.to_string())
            .execute(self.conn())
            .await?;
        audit::insert(self, &audit::Entry::of_change(&change, now)).await?;
        outbox::insert(self, &id, &change).await
    }
}

/// What has happened to a subject after one of its versions.
pub async fn kinds_after(conn: &mut Conn, subject: Subject<'_>, version: i64) -> Result<Vec<String>> {
    let query = sqlx::query(KINDS_AFTER).bind(subject.kind).bind(subject.id).bind(version);
    query.fetch_all(conn).await?.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// The timeline of a subject, oldest first.
pub async fn timeline(conn: &mut Conn, subject: Subject<'_>) -> Result<Vec<Event>> {
    let rows = sqlx::query(OF_SUBJECT).bind(subject.kind).bind(subject.id).fetch_all(conn).await?;
    rows.iter().map(event).collect()
}

/// The events of a subject before a place in the sequence, newest first: for one that goes on for ever.
pub async fn newest(conn: &mut Conn, subject: Subject<'_>, before: i64, limit: i64) -> Result<Vec<Event>> {
    let rows = sqlx::query(NEWEST).bind(subject.kind).bind(subject.id).bind(before).bind(limit);
    rows.fetch_all(conn).await?.iter().map(event).collect()
}

fn event(row: &sqlx::any::AnyRow) -> Result<Event> {
    Ok(Event {
        seq: row.try_get(0)?,
        id: row.try_get(1)?,
        version: row.try_get(2)?,
        kind: row.try_get(3)?,
        person: row.try_get::<Option<String>, _>(4)?.map(PersonId::trusted),
        organisation: row.try_get::<Option<String>, _>(5)?.map(OrganisationId::trusted),
        occurred_at: Timestamp(row.try_get(6)?),
        recorded_at: Timestamp(row.try_get(7)?),
        payload: super::from_json(&row.try_get::<String, _>(8)?)?,
    })
}
