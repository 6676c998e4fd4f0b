//! Statements on the queue. Decides nothing.

use super::{Channel, Delivery, DeliveryRoute, DeliveryRow, Fault, MAIL, State};
use crate::db::{Conn, Tx};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, DeliveryId, OrganisationId, PersonId};
use crate::notices::preferences::Class;
use crate::refs::{OrganisationRef, PersonRef};
use crate::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

const INSERT: &str = "INSERT INTO delivery (id, alliance_id, route, channel, person_id, kind, class, subject_kind, subject_id, urgency, state, due_at, \
     give_up_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', $11, $12, $13)";
macro_rules! due {
    () => {
        "d.state IN ('waiting', 'sending') AND d.due_at <= $1 "
    };
}
const DUE_ROUTES: &str = concat!(
    "SELECT DISTINCT d.route FROM delivery d LEFT JOIN delivery_route r ON r.route = d.route WHERE ",
    due!(),
    "AND (r.resume_at IS NULL OR r.resume_at <= $1) ORDER BY d.route"
);
macro_rules! columns {
    () => {
        "SELECT d.id, d.alliance_id, d.route, d.channel, d.person_id, d.kind, d.class, d.subject_kind, d.subject_id, d.urgency, d.due_at, \
         d.give_up_at, d.tries, d.created_at FROM delivery d "
    };
}
const DUE: &str = concat!(columns!(), "WHERE ", due!(), "AND d.route = $2 ORDER BY d.seq LIMIT $3");
const CLAIM: &str = "UPDATE delivery SET state = 'sending', due_at = $3, tries = tries + 1 \
     WHERE id = $1 AND tries = $2 AND state IN ('waiting', 'sending') AND due_at <= $4";
/// Only whoever claimed it last says what became of it.
const SETTLE: &str = "UPDATE delivery SET state = $3, due_at = $4, fault = $5, fault_detail = $6, ended_at = $7 WHERE id = $1 AND tries = $2 AND state = 'sending'";
const GIVE_UP: &str = "UPDATE delivery SET state = 'dead', ended_at = $2, fault = $3, fault_detail = $4 \
     WHERE route = $1 AND state = 'waiting' AND give_up_at <= $2";
const FAILURES: &str = "SELECT failures FROM delivery_route WHERE route = $1";
const CLOSE: &str = "INSERT INTO delivery_route (route, failures, resume_at, fault, fault_detail, failed_at) VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (route) DO UPDATE SET failures = excluded.failures, resume_at = excluded.resume_at, fault = excluded.fault, \
     fault_detail = excluded.fault_detail, failed_at = excluded.failed_at";
const OPEN: &str = "INSERT INTO delivery_route (route, failures, resume_at, succeeded_at) VALUES ($1, 0, 0, $2) \
     ON CONFLICT (route) DO UPDATE SET failures = 0, resume_at = 0, fault = NULL, fault_detail = NULL, succeeded_at = excluded.succeeded_at";
const TRY_NOW: &str = "UPDATE delivery_route SET resume_at = 0 WHERE route = $1";
const RETRY: &str = "UPDATE delivery SET state = 'waiting', due_at = $3, give_up_at = $4, ended_at = NULL \
     WHERE id = $1 AND alliance_id = $2 AND state IN ('waiting', 'dead') RETURNING route";
/// Rows stand in the order in which they were written, so what is old is found from the front, and none is looked at behind the
/// first that is not.
macro_rules! ended_before {
    () => {
        "FROM delivery WHERE seq < COALESCE((SELECT y.seq FROM delivery y WHERE y.created_at >= $1 ORDER BY y.seq LIMIT 1), 9223372036854775807) \
         AND state IN ('sent', 'dropped') AND ended_at < $1 "
    };
}
const ANY_ENDED: &str = concat!("SELECT 1 ", ended_before!(), "LIMIT 1");
const SWEEP: &str =
    concat!("DELETE FROM delivery WHERE seq IN (SELECT seq ", ended_before!(), "ORDER BY seq LIMIT $2)");
const STATE: &str = "SELECT state FROM delivery WHERE id = $1 AND alliance_id = $2";
macro_rules! rows {
    ($which:literal) => {
        concat!(
            "SELECT d.seq, d.id, d.channel, d.state, p.id, p.name, o.id, o.name, w.name, d.kind, d.tries, d.fault, d.fault_detail, d.due_at, \
             d.created_at, d.ended_at FROM delivery d LEFT JOIN person p ON p.id = d.person_id \
             LEFT JOIN organisation o ON o.id = (SELECT x.organisation_id FROM position x WHERE x.person_id = p.id ORDER BY x.valid_from DESC, x.id LIMIT 1) \
             LEFT JOIN webhook w ON w.id = d.route WHERE d.alliance_id = $1 AND d.seq < $2 ",
            $which,
            " ORDER BY d.seq DESC LIMIT $3"
        )
    };
}
const OPEN_ROWS: &str = rows!("AND d.state IN ('waiting', 'sending')");
const DEAD_ROWS: &str = rows!("AND d.state = 'dead'");
const ENDED_ROWS: &str = rows!("AND d.state IN ('sent', 'dropped')");
const ALL_ROWS: &str = rows!("");
const ROUTES: &str = "SELECT d.route, COALESCE(w.name, d.route), CAST(SUM(CASE WHEN d.state = 'dead' THEN 0 ELSE 1 END) AS BIGINT), \
     CAST(SUM(CASE WHEN d.state = 'dead' THEN 1 ELSE 0 END) AS BIGINT), r.failures, r.resume_at, r.fault, r.fault_detail, r.succeeded_at \
     FROM delivery d LEFT JOIN delivery_route r ON r.route = d.route LEFT JOIN webhook w ON w.id = d.route \
     WHERE d.alliance_id = $1 AND d.state IN ('waiting', 'sending', 'dead') \
     GROUP BY d.route, w.name, r.failures, r.resume_at, r.fault, r.fault_detail, r.succeeded_at ORDER BY 2";

/// What is written into the queue.
pub struct New<'a> {
    pub alliance: &'a AllianceId,
    pub route: &'a str,
    pub channel: Channel,
    pub person: Option<&'a PersonId>,
    pub kind: &'a str,
    pub class: Class,
    pub subject: (&'a str, &'a str),
    pub urgency: Option<&'a str>,
    pub due_at: Timestamp,
    pub give_up_at: Timestamp,
}

pub async fn insert(tx: &mut Tx, new: New<'_>) -> Result<DeliveryId> {
    let (id, now) = (tx.new_id(), tx.now);
    sqlx::query(INSERT)
        .bind(id.as_str())
        .bind(new.alliance.as_str())
        .bind(new.route)
        .bind(new.channel.as_str())
        .bind(new.person.map(|p| p.as_str().to_owned()))
        .bind(new.kind)
        .bind(new.class.as_str())
        .bind(new.subject.0)
        .bind(new.subject.1)
        .bind(new.urgency.map(str::to_owned))
        .bind(new.due_at.0)
        .bind(new.give_up_at.0)
        .bind(now.0)
        .execute(tx.conn())
        .await?;
    Ok(DeliveryId::trusted(id))
}

/// The ways by which something is due and that are open.
pub async fn due_routes(conn: &mut Conn, now: Timestamp) -> Result<Vec<String>> {
    let rows = sqlx::query(DUE_ROUTES).bind(now.0).fetch_all(conn).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// What is due on one way, in the order in which it was written.
pub async fn due(conn: &mut Conn, route: &str, now: Timestamp, limit: i64) -> Result<Vec<Delivery>> {
    let rows = sqlx::query(DUE).bind(now.0).bind(route).bind(limit).fetch_all(conn).await?;
    rows.iter().map(delivery).collect()
}

fn delivery(row: &AnyRow) -> Result<Delivery> {
    Ok(Delivery {
        id: DeliveryId::trusted(row.try_get::<String, _>(0)?),
        alliance: AllianceId::trusted(row.try_get::<String, _>(1)?),
        route: row.try_get(2)?,
        channel: word(row, 3, Channel::parse)?,
        person: row.try_get::<Option<String>, _>(4)?.map(PersonId::trusted),
        kind: row.try_get(5)?,
        class: word(row, 6, Class::parse)?,
        subject_kind: row.try_get(7)?,
        subject_id: row.try_get(8)?,
        urgency: row.try_get(9)?,
        due_at: Timestamp(row.try_get(10)?),
        give_up_at: Timestamp(row.try_get(11)?),
        tries: row.try_get(12)?,
        created_at: Timestamp(row.try_get(13)?),
    })
}

fn word<T>(row: &AnyRow, at: usize, parse: fn(&str) -> Option<T>) -> Result<T> {
    let text: String = row.try_get(at)?;
    parse(&text).ok_or_else(|| Refusal::internal("a delivery holds a word that is not known"))
}

/// Claims a delivery until a time; `false` when somebody else was faster.
pub async fn claim(tx: &mut Tx, delivery: &Delivery, until: Timestamp) -> Result<bool> {
    let now = tx.now.0;
    let done = sqlx::query(CLAIM)
        .bind(delivery.id.as_str())
        .bind(delivery.tries)
        .bind(until.0)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Says what became of a claimed delivery; `tries` is the number before the claim.
pub async fn settle(
    tx: &mut Tx,
    delivery: &Delivery,
    state: State,
    due_at: Timestamp,
    fault: Option<&Fault>,
) -> Result<()> {
    let ended = matches!(state, State::Sent | State::Dead | State::Dropped).then_some(tx.now.0);
    sqlx::query(SETTLE)
        .bind(delivery.id.as_str())
        .bind(delivery.tries + 1)
        .bind(state.as_str())
        .bind(due_at.0)
        .bind(fault.map(|fault| fault.code))
        .bind(fault.map(|fault| fault.detail.clone()))
        .bind(ended)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Gives up what has waited too long on a way that does not open.
pub async fn give_up(tx: &mut Tx, route: &str, fault: &Fault) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(GIVE_UP)
        .bind(route)
        .bind(now)
        .bind(fault.code)
        .bind(fault.detail.as_str())
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn any_ended_before(conn: &mut Conn, before: Timestamp) -> Result<bool> {
    Ok(sqlx::query(ANY_ENDED).bind(before.0).fetch_optional(conn).await?.is_some())
}

/// Deletes so many at most of what ended well before a time; answers how many.
pub async fn sweep(tx: &mut Tx, before: Timestamp, most: i64) -> Result<u64> {
    Ok(sqlx::query(SWEEP).bind(before.0).bind(most).execute(tx.conn()).await?.rows_affected())
}

pub async fn failures(conn: &mut Conn, route: &str) -> Result<i64> {
    let row = sqlx::query(FAILURES).bind(route).fetch_optional(conn).await?;
    row.map_or(Ok(0), |row| Ok(row.try_get(0)?))
}

pub async fn close(
    tx: &mut Tx,
    route: &str,
    failures: i64,
    resume_at: Timestamp,
    fault: &Fault,
) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(CLOSE)
        .bind(route)
        .bind(failures)
        .bind(resume_at.0)
        .bind(fault.code)
        .bind(fault.detail.as_str())
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn open(tx: &mut Tx, route: &str) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(OPEN).bind(route).bind(now).execute(tx.conn()).await?;
    Ok(())
}

/// Puts a delivery back into the queue, due now; `None` when it is not one that waits or was given up.
pub async fn retry(
    tx: &mut Tx,
    alliance: &AllianceId,
    id: &DeliveryId,
    give_up_at: Timestamp,
) -> Result<Option<String>> {
    let now = tx.now.0;
    let found = sqlx::query(RETRY)
        .bind(id.as_str())
        .bind(alliance.as_str())
        .bind(now)
        .bind(give_up_at.0)
        .fetch_optional(tx.conn())
        .await?;
    let Some(row) = found else { return Ok(None) };
    let route: String = row.try_get(0)?;
    try_now(tx, &route).await?;
    Ok(Some(route))
}

/// Does not wait any longer for a way to open.
pub async fn try_now(tx: &mut Tx, route: &str) -> Result<()> {
    sqlx::query(TRY_NOW).bind(route).execute(tx.conn()).await?;
    Ok(())
}

pub async fn state(conn: &mut Conn, alliance: &AllianceId, id: &DeliveryId) -> Result<Option<State>> {
    let row = sqlx::query(STATE).bind(id.as_str()).bind(alliance.as_str()).fetch_optional(conn).await?;
    row.map(|row| word(&row, 0, State::parse)).transpose()
}

/// The deliveries of an alliance, newest first; in one state or in all.
pub async fn list(
    conn: &mut Conn,
    alliance: &AllianceId,
    state: Option<State>,
    before: i64,
    limit: i64,
) -> Result<Vec<DeliveryRow>> {
    let statement = match state {
        None => ALL_ROWS,
        Some(State::Waiting | State::Sending) => OPEN_ROWS,
        Some(State::Dead) => DEAD_ROWS,
        Some(State::Sent | State::Dropped) => ENDED_ROWS,
    };
    let rows =
        sqlx::query(statement).bind(alliance.as_str()).bind(before).bind(limit).fetch_all(conn).await?;
    rows.iter().map(delivery_row).collect()
}

fn delivery_row(row: &AnyRow) -> Result<DeliveryRow> {
    let text = |at: usize| -> Result<Option<String>> { Ok(row.try_get(at)?) };
    let person = match (text(4)?, text(5)?, text(6)?, text(7)?) {
        (Some(id), Some(name), Some(organisation), Some(place)) => Some(PersonRef {
            id: PersonId::trusted(id),
            name,
            organisation: OrganisationRef { id: OrganisationId::trusted(organisation), name: place },
        }),
        _ => None,
    };
    let state = word(row, 3, State::parse)?;
    let is_open = matches!(state, State::Waiting | State::Sending);
    Ok(DeliveryRow {
        seq: row.try_get(0)?,
        id: DeliveryId::trusted(row.try_get::<String, _>(1)?),
        channel: word(row, 2, Channel::parse)?,
        state,
        person,
        webhook: text(8)?,
        kind: row.try_get(9)?,
        tries: row.try_get(10)?,
        fault: text(11)?,
        fault_detail: text(12)?,
        due_at: if is_open { Some(Timestamp(row.try_get(13)?)) } else { None },
        created_at: Timestamp(row.try_get(14)?),
        ended_at: row.try_get::<Option<i64>, _>(15)?.map(Timestamp),
    })
}

/// The ways on which something of an alliance waits or was given up.
pub async fn routes(conn: &mut Conn, alliance: &AllianceId, now: Timestamp) -> Result<Vec<DeliveryRoute>> {
    let rows = sqlx::query(ROUTES).bind(alliance.as_str()).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let resume_at = row.try_get::<Option<i64>, _>(5)?.map(Timestamp).filter(|at| *at > now);
            let route: String = row.try_get(0)?;
            Ok(DeliveryRoute {
                name: if route == MAIL { route } else { row.try_get(1)? },
                waiting: row.try_get(2)?,
                dead: row.try_get(3)?,
                failures: row.try_get::<Option<i64>, _>(4)?.unwrap_or(0),
                resume_at,
                fault: row.try_get(6)?,
                fault_detail: row.try_get(7)?,
                succeeded_at: row.try_get::<Option<i64>, _>(8)?.map(Timestamp),
            })
        })
        .collect()
}
