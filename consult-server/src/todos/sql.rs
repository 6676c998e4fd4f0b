//! Statements on what waits for a position, by its role. Each begins at an index of what is owed, started, told or done; none
//! looks at every leg. Decides nothing.

use super::rules::{Place, Start};
use super::{Kind, Told};
use crate::access::{Caller, Role};
use crate::db::Conn;
use crate::db::list::{self, ids};
use crate::error::{Refusal, Result};
use crate::ids::{OrganisationId, PersonId};
use crate::refs::{OrganisationRef, PersonRef};
use crate::time::Timestamp;
use referral::Span;
use sqlx::Row as _;
use std::collections::{BTreeMap, BTreeSet};

/// The first four parameters of every statement: person, alliance, organisation, now.
macro_rules! leg_waits {
    // Treating, and what a sender owes, is asked of the one who is named while they work there; else of everybody in the role (I-3).
    (own) => {
        "l.owed_organisation_id = $3 AND l.alliance_id = $2 AND l.owed_duty IS NOT NULL AND (l.owed_party = 'sender' OR l.owed_duty IN ('see', 'note')) \
         AND (l.owed_person_id IS NULL OR l.owed_person_id = $1 OR NOT EXISTS (SELECT 1 FROM position x WHERE x.person_id = l.owed_person_id \
         AND x.organisation_id = $3 AND x.valid_from <= $4 AND (x.valid_until IS NULL OR x.valid_until > $4)))"
    };
    // Receiving is the desk's, or of everybody where there is no desk.
    (both) => {
        concat!(
            "l.owed_organisation_id = $3 AND l.alliance_id = $2 AND l.owed_duty IS NOT NULL AND ((l.owed_party = 'receiver' \
             AND l.owed_duty NOT IN ('see', 'note')) OR (",
            leg_waits!(own),
            "))"
        )
    };
    (nobody) => {
        "l.owed_organisation_id = $3 AND l.alliance_id = $2 AND l.owed_person_id = $1 AND $4 < 0"
    };
}
macro_rules! consult_waits {
    (requester) => {
        "c.owed_party = 'requester' AND c.owed_organisation_id = $3"
    };
    (specialist) => {
        "c.owed_party = 'invited' AND c.owed_organisation_id = $3 AND (c.assignee_id IS NULL OR c.assignee_id = $1) AND c.state <> 'submitted'"
    };
    (coordinator) => {
        "c.owed_organisation_id = $3 AND ((c.owed_party = 'invited' AND c.state = 'submitted') OR c.owed_party = 'manager')"
    };
    (manager) => {
        "c.owed_party = 'manager' AND c.owed_organisation_id = $3"
    };
    (nobody) => {
        "c.owed_organisation_id = $3 AND $4 < 0"
    };
}
/// Neither mine and open nor waiting for me: `t` is what was told or done.
macro_rules! not_mine {
    ($leg:ident, $consult:ident) => {
        concat!(
            "AND NOT EXISTS (SELECT 1 FROM leg l WHERE t.subject_kind = 'leg' AND l.id = t.subject_id AND ((l.author_id = $1 AND l.is_ended = 0) OR (",
            leg_waits!($leg),
            "))) AND NOT EXISTS (SELECT 1 FROM consult c WHERE t.subject_kind = 'consult' AND c.id = t.subject_id \
             AND ((c.requester_id = $1 AND c.owed_party IS NOT NULL) OR (",
            consult_waits!($consult),
            "))) "
        )
    };
}
macro_rules! told {
    ($leg:ident, $consult:ident) => {
        concat!(
            "SELECT t.subject_kind, t.subject_id, MAX(t.seq) AS newest, MAX(CASE WHEN t.read_at IS NULL THEN 1 ELSE 0 END) AS unread FROM notice t \
             WHERE t.person_id = $1 AND t.created_at > $5 AND t.class IN ('answers', 'escalations') AND t.subject_kind IN ('leg', 'consult') ",
            not_mine!($leg, $consult),
            "GROUP BY t.subject_kind, t.subject_id "
        )
    };
}
macro_rules! done {
    ($leg:ident, $consult:ident) => {
        concat!(
            "SELECT t.subject_kind, t.subject_id, MAX(t.at) AS newest FROM audit t WHERE t.person_id = $1 AND t.at > $5 AND t.outcome = 'done' \
             AND t.subject_kind IN ('leg', 'consult') AND t.organisation_id = $3 ",
            not_mine!($leg, $consult),
            "GROUP BY t.subject_kind, t.subject_id "
        )
    };
}

/// An emergency that this organisation sent without its papers, unless it waits for the caller anyway. The sender in person is
/// asked while they work there; else everybody (I-3). SQLite keeps the order of a cross join: papers that wait are few, legs many.
macro_rules! papers {
    ($leg:ident) => {
        concat!(
            "FROM timer t CROSS JOIN leg l WHERE l.id = t.subject_id AND t.alliance_id = $2 AND t.kind = 'complete_record' AND t.subject_kind = 'leg' \
             AND l.alliance_id = $2 AND l.from_organisation_id = $3 \
             AND (l.author_id = $1 OR NOT EXISTS (SELECT 1 FROM position x WHERE x.person_id = l.author_id AND x.organisation_id = $3 \
             AND x.valid_from <= $4 AND (x.valid_until IS NULL OR x.valid_until > $4))) AND NOT COALESCE((",
            leg_waits!($leg),
            "), FALSE) "
        )
    };
}

struct Statements {
    legs: &'static str,
    count_legs: &'static str,
    papers: &'static str,
    count_papers: &'static str,
    informed: &'static str,
    count_informed: &'static str,
    done: &'static str,
    count_done: &'static str,
}

macro_rules! statements {
    ($leg:ident, $consult:ident) => {
        Statements {
            legs: concat!(
                "SELECT l.id, l.sort_due FROM leg l WHERE ",
                leg_waits!($leg),
                " AND (l.sort_due > $5 OR (l.sort_due = $5 AND l.id > $6)) ORDER BY l.sort_due, l.id LIMIT $7"
            ),
            count_legs: concat!("SELECT COUNT(*) FROM leg l WHERE ", leg_waits!($leg)),
            // `$5`: how long papers may take.
            papers: concat!(
                "SELECT l.id, l.submitted_at + $5 ",
                papers!($leg),
                "AND (l.submitted_at + $5 > $6 OR (l.submitted_at + $5 = $6 AND l.id > $7)) ORDER BY l.submitted_at, l.id LIMIT $8"
            ),
            count_papers: concat!("SELECT COUNT(*) ", papers!($leg)),
            informed: concat!(
                "SELECT s.subject_kind, s.subject_id, s.newest FROM (",
                told!($leg, $consult),
                ") s WHERE s.newest < $6 ORDER BY s.newest DESC LIMIT $7"
            ),
            count_informed: concat!(
                "SELECT COUNT(*) FROM (",
                told!($leg, $consult),
                ") s WHERE s.unread = 1"
            ),
            done: concat!(
                "SELECT s.subject_kind, s.subject_id, s.newest FROM (",
                done!($leg, $consult),
                ") s WHERE s.newest < $6 OR (s.newest = $6 AND s.subject_id < $7) ORDER BY s.newest DESC, s.subject_id DESC LIMIT $8"
            ),
            count_done: concat!("SELECT COUNT(*) FROM (", done!($leg, $consult), ") s"),
        }
    };
}

const SMALL_PLACE: Statements = statements!(both, requester);
const DESK: Statements = statements!(both, nobody);
const DOCTOR: Statements = statements!(own, requester);
const SPECIALIST: Statements = statements!(nobody, specialist);
const COORDINATOR: Statements = statements!(nobody, coordinator);
const MANAGER: Statements = statements!(nobody, manager);

const LEGS_STARTED: &str = "SELECT l.id, l.updated_at FROM leg l WHERE l.author_id = $1 AND l.alliance_id = $2 AND l.from_organisation_id = $3 \
     AND l.is_ended = 0 AND l.submitted_at IS NOT NULL AND (l.updated_at < $4 OR (l.updated_at = $4 AND l.id < $5)) \
     ORDER BY l.updated_at DESC, l.id DESC LIMIT $6";
const CONSULTS_STARTED: &str = "SELECT c.id, c.updated_at FROM consult c WHERE c.requester_id = $1 AND c.alliance_id = $2 \
     AND c.requester_organisation_id = $3 AND c.owed_party IS NOT NULL AND (c.updated_at < $4 OR (c.updated_at = $4 AND c.id < $5)) \
     ORDER BY c.updated_at DESC, c.id DESC LIMIT $6";
const COUNT_LEGS_STARTED: &str = "SELECT COUNT(*) FROM leg WHERE author_id = $1 AND alliance_id = $2 AND from_organisation_id = $3 AND is_ended = 0 \
     AND submitted_at IS NOT NULL";
const COUNT_CONSULTS_STARTED: &str = "SELECT COUNT(*) FROM consult WHERE requester_id = $1 AND alliance_id = $2 AND requester_organisation_id = $3 \
     AND owed_party IS NOT NULL";
const SWAPS: &str = "SELECT s.id, d.starts_at FROM duty_swap s JOIN duty d ON d.id = s.offered_duty_id WHERE s.to_person_id = $1 AND s.alliance_id = $2 \
     AND s.state = 'offered' AND (d.starts_at > $3 OR (d.starts_at = $3 AND s.id > $4)) ORDER BY d.starts_at, s.id LIMIT $5";
const COUNT_SWAPS: &str = "SELECT COUNT(*) FROM duty_swap s JOIN duty d ON d.id = s.offered_duty_id WHERE s.to_person_id = $1 AND s.alliance_id = $2 \
     AND s.state = 'offered'";
const SWAP: &str = "SELECT p.id, p.name, o.id, o.name, s.created_at, d.starts_at FROM duty_swap s JOIN duty d ON d.id = s.offered_duty_id \
     JOIN person p ON p.id = s.from_person_id JOIN organisation o ON o.id = (SELECT x.organisation_id FROM position x \
     WHERE x.person_id = p.id ORDER BY x.valid_from DESC, x.id LIMIT 1) WHERE s.id = $1";
const TOLD: &str = concat!(
    ids!("$1"),
    "SELECT n.id, n.kind, n.created_at, CASE WHEN EXISTS (SELECT 1 FROM notice o WHERE o.person_id = n.person_id \
     AND o.subject_kind = n.subject_kind AND o.subject_id = n.subject_id AND o.seq <= n.seq AND o.read_at IS NULL \
     AND o.class IN ('answers', 'escalations')) THEN 1 ELSE 0 END, n.seq \
     FROM ids JOIN notice n ON n.seq = CAST(ids.id AS BIGINT)"
);
macro_rules! in_my_tree {
    ($one:literal, $other:literal) => {
        concat!(
            "($3 = 1 AND EXISTS (WITH RECURSIVE mine (id) AS (SELECT o.id FROM organisation o WHERE o.id = $2 UNION SELECT o.id FROM organisation o \
             JOIN mine m ON o.parent_id = m.id) SELECT 1 FROM mine WHERE mine.id = ",
            $one,
            " OR mine.id = ",
            $other,
            "))"
        )
    };
}
const LEGS_VISIBLE: &str = concat!(
    ids!("$1"),
    "SELECT l.id FROM ids JOIN leg l ON l.id = ids.id WHERE (l.from_organisation_id = $2 OR (l.submitted_at IS NOT NULL AND (l.to_organisation_id = $2 OR ",
    in_my_tree!("l.from_organisation_id", "l.to_organisation_id"),
    ")))"
);
const CONSULTS_VISIBLE: &str = concat!(
    ids!("$1"),
    "SELECT c.id FROM ids JOIN consult c ON c.id = ids.id WHERE (c.requester_organisation_id = $2 OR (c.state <> 'draft' AND \
     ((c.invited_organisation_id = $2 AND c.signed_version IS NOT NULL) OR EXISTS (SELECT 1 FROM access_grant g WHERE g.organisation_id = $2 \
     AND g.subject_kind = 'consult' AND g.subject_id = c.id AND (g.ends_at IS NULL OR g.ends_at > $4)) OR ",
    in_my_tree!("c.requester_organisation_id", "c.invited_organisation_id"),
    ")))"
);

fn of_role(role: Role) -> &'static Statements {
    match role {
        Role::VillageDoctor | Role::TownshipDoctor => &SMALL_PLACE,
        Role::ReferralDesk => &DESK,
        Role::ReceivingDoctor | Role::FamilyDoctor => &DOCTOR,
        Role::Specialist => &SPECIALIST,
        Role::Coordinator => &COORDINATOR,
        Role::Manager | Role::Administrator | Role::SecurityAdministrator | Role::Auditor => &MANAGER,
    }
}

fn sends(role: Role) -> bool {
    referral::Role::parse(role.as_str()).is_some_and(referral::Role::refers)
}

type Query = sqlx::query::Query<'static, sqlx::Any, sqlx::any::AnyArguments>;

fn of(statement: &'static str, caller: &Caller) -> Query {
    sqlx::query(statement)
        .bind(caller.person.as_str().to_owned())
        .bind(caller.alliance.as_str().to_owned())
        .bind(caller.organisation.as_str().to_owned())
}

async fn keyed(conn: &mut Conn, kind: Kind, query: Query) -> Result<Vec<Place>> {
    let rows = query.fetch_all(conn).await?;
    rows.iter()
        .map(|row| Ok(Place { key: row.try_get(1)?, kind, id: row.try_get(0)?, papers: false }))
        .collect()
}

async fn subjects(conn: &mut Conn, query: Query) -> Result<Vec<Place>> {
    let rows = query.fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let kind = match row.try_get::<String, _>(0)?.as_str() {
                "leg" => Kind::Leg,
                "consult" => Kind::Consult,
                other => return Err(Refusal::internal(format!("{other} is in no list"))),
            };
            Ok(Place { key: row.try_get(2)?, kind, id: row.try_get(1)?, papers: false })
        })
        .collect()
}

async fn number(conn: &mut Conn, query: Query) -> Result<i64> {
    Ok(query.fetch_one(conn).await?.try_get(0)?)
}

/// The legs that wait, what is due first first.
pub async fn legs(
    conn: &mut Conn,
    caller: &Caller,
    now: Timestamp,
    start: &Start,
    limit: i64,
) -> Result<Vec<Place>> {
    let query = of(of_role(caller.role).legs, caller).bind(now.0);
    keyed(conn, Kind::Leg, query.bind(start.key).bind(start.id.clone()).bind(limit)).await
}

/// The emergencies whose papers wait, what is due first first.
pub async fn papers(
    conn: &mut Conn,
    caller: &Caller,
    now: Timestamp,
    within: Span,
    start: &Start,
    limit: i64,
) -> Result<Vec<Place>> {
    if !sends(caller.role) {
        return Ok(Vec::new());
    }
    let query = of(of_role(caller.role).papers, caller).bind(now.0).bind(within.0);
    let mut found = keyed(conn, Kind::Leg, query.bind(start.key).bind(start.id.clone()).bind(limit)).await?;
    found.iter_mut().for_each(|place| place.papers = true);
    Ok(found)
}

pub async fn count_papers(conn: &mut Conn, caller: &Caller, now: Timestamp) -> Result<i64> {
    if !sends(caller.role) {
        return Ok(0);
    }
    number(conn, of(of_role(caller.role).count_papers, caller).bind(now.0)).await
}

pub async fn count_legs(conn: &mut Conn, caller: &Caller, now: Timestamp) -> Result<i64> {
    number(conn, of(of_role(caller.role).count_legs, caller).bind(now.0)).await
}

/// Swaps that a colleague waits for, by the beginning of the duty.
pub async fn swaps(conn: &mut Conn, caller: &Caller, start: &Start, limit: i64) -> Result<Vec<Place>> {
    let query = sqlx::query(SWAPS)
        .bind(caller.person.as_str().to_owned())
        .bind(caller.alliance.as_str().to_owned())
        .bind(start.key)
        .bind(start.id.clone())
        .bind(limit);
    keyed(conn, Kind::DutySwap, query).await
}

pub async fn count_swaps(conn: &mut Conn, caller: &Caller) -> Result<i64> {
    let query = sqlx::query(COUNT_SWAPS)
        .bind(caller.person.as_str().to_owned())
        .bind(caller.alliance.as_str().to_owned());
    number(conn, query).await
}

/// What I sent and is open, what changed last first.
pub async fn started(conn: &mut Conn, caller: &Caller, start: &Start, limit: i64) -> Result<Vec<Place>> {
    let mut found = Vec::new();
    for (kind, statement) in [(Kind::Leg, LEGS_STARTED), (Kind::Consult, CONSULTS_STARTED)] {
        let query = of(statement, caller).bind(start.key).bind(start.id.clone()).bind(limit);
        found.extend(keyed(conn, kind, query).await?);
    }
    Ok(found)
}

pub async fn count_started(conn: &mut Conn, caller: &Caller) -> Result<i64> {
    let legs = number(conn, of(COUNT_LEGS_STARTED, caller)).await?;
    Ok(legs + number(conn, of(COUNT_CONSULTS_STARTED, caller)).await?)
}

/// What I was told for information since a time; the key is the newest notice's number.
pub async fn informed(
    conn: &mut Conn,
    caller: &Caller,
    now: Timestamp,
    since: Timestamp,
    start: &Start,
    limit: i64,
) -> Result<Vec<Place>> {
    let query = of(of_role(caller.role).informed, caller).bind(now.0).bind(since.0);
    subjects(conn, query.bind(start.key).bind(limit)).await
}

/// Of those, the ones with something unread.
pub async fn count_informed(
    conn: &mut Conn,
    caller: &Caller,
    now: Timestamp,
    since: Timestamp,
) -> Result<i64> {
    number(conn, of(of_role(caller.role).count_informed, caller).bind(now.0).bind(since.0)).await
}

/// What I did something about since a time, and does not wait for me now.
pub async fn done(
    conn: &mut Conn,
    caller: &Caller,
    now: Timestamp,
    since: Timestamp,
    start: &Start,
    limit: i64,
) -> Result<Vec<Place>> {
    let query = of(of_role(caller.role).done, caller).bind(now.0).bind(since.0);
    subjects(conn, query.bind(start.key).bind(start.id.clone()).bind(limit)).await
}

pub async fn count_done(conn: &mut Conn, caller: &Caller, now: Timestamp, since: Timestamp) -> Result<i64> {
    number(conn, of(of_role(caller.role).count_done, caller).bind(now.0).bind(since.0)).await
}

/// What notices say, by their number: it, when it was told, and whether anything told about it is unread.
pub async fn told(conn: &mut Conn, seqs: &[i64]) -> Result<BTreeMap<i64, (Told, Timestamp, bool)>> {
    if seqs.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = sqlx::query(TOLD).bind(list::of_numbers(seqs.iter().copied())).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let told = Told { notice_id: row.try_get(0)?, r#type: row.try_get(1)? };
            let at = Timestamp(row.try_get(2)?);
            Ok((row.try_get(4)?, (told, at, row.try_get::<i64, _>(3)? != 0)))
        })
        .collect()
}

/// Those of these legs or consults that the caller may see now.
pub async fn visible(
    conn: &mut Conn,
    caller: &Caller,
    now: Timestamp,
    kind: Kind,
    ids: &[&str],
) -> Result<BTreeSet<String>> {
    let oversees = i64::from(caller.role == Role::Manager);
    let query = |statement: &'static str| {
        sqlx::query(statement)
            .bind(list::of(ids.iter().copied()))
            .bind(caller.organisation.as_str().to_owned())
            .bind(oversees)
    };
    let found = match kind {
        Kind::Leg => query(LEGS_VISIBLE).fetch_all(conn).await?,
        Kind::Consult => query(CONSULTS_VISIBLE).bind(now.0).fetch_all(conn).await?,
        Kind::DutySwap => return Ok(ids.iter().map(|id| (*id).to_owned()).collect()),
    };
    found.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Who offers a swap, since when, and when the duty begins.
pub async fn swap(conn: &mut Conn, id: &str) -> Result<Option<(PersonRef, Timestamp, Timestamp)>> {
    let Some(row) = sqlx::query(SWAP).bind(id.to_owned()).fetch_optional(conn).await? else {
        return Ok(None);
    };
    let person = PersonRef {
        id: PersonId::trusted(row.try_get::<String, _>(0)?),
        name: row.try_get(1)?,
        organisation: OrganisationRef {
            id: OrganisationId::trusted(row.try_get::<String, _>(2)?),
            name: row.try_get(3)?,
        },
    };
    Ok(Some((person, Timestamp(row.try_get(4)?), Timestamp(row.try_get(5)?))))
}
