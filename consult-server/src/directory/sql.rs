//! Statements on organisations, departments, people and agreements. Decides nothing.

use super::{AgreementKind, Agreements, Colleague, Organisation};
use crate::access::Role;
use crate::db::Conn;
use crate::db::change::{self, Subject, timeline as events};
use crate::db::list::{self, ids};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, DepartmentId, OrganisationId, PersonId};
use crate::refs::{DepartmentRef, OrganisationRef, PersonRef, TimelineEntry};
use crate::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use std::collections::BTreeMap;

const ORGANISATIONS: &str = "SELECT o.id, o.name, o.code, o.level, p.id, p.name, \
     CASE WHEN EXISTS (SELECT 1 FROM agreement a WHERE a.kind = 'consult' AND a.from_organisation_id = $2 AND a.to_organisation_id = o.id \
         AND a.valid_from <= $3 AND (a.valid_until IS NULL OR a.valid_until > $3)) THEN 1 ELSE 0 END, \
     CASE WHEN EXISTS (SELECT 1 FROM agreement a WHERE a.kind = 'referral' AND a.from_organisation_id = $2 AND a.to_organisation_id = o.id \
         AND a.valid_from <= $3 AND (a.valid_until IS NULL OR a.valid_until > $3)) THEN 1 ELSE 0 END, o.external, o.phone, \
     CASE WHEN o.external = 1 AND NOT EXISTS (SELECT 1 FROM position x JOIN person h ON h.id = x.person_id WHERE x.organisation_id = o.id \
         AND h.kind = 'human' AND h.left_at IS NULL AND x.valid_from <= $3 AND (x.valid_until IS NULL OR x.valid_until > $3)) THEN 1 ELSE 0 END \
     FROM organisation o LEFT JOIN organisation p ON p.id = o.parent_id WHERE o.alliance_id = $1 AND o.ended_at IS NULL ORDER BY o.code";
const DEPARTMENTS: &str = "SELECT organisation_id, id, name FROM department WHERE alliance_id = $1 AND ended_at IS NULL ORDER BY code";
const PEOPLE: &str = "SELECT p.id, p.name, p.title, x.role, o.id, o.name, d.id, d.name, p.licence_until, \
     CASE WHEN EXISTS (SELECT 1 FROM account a WHERE a.person_id = p.id) THEN 1 ELSE 0 END FROM position x JOIN person p ON p.id = x.person_id \
     JOIN organisation o ON o.id = x.organisation_id LEFT JOIN department d ON d.id = x.department_id \
     WHERE x.alliance_id = $1 AND x.organisation_id = $2 AND p.kind = 'human' AND x.valid_from <= $3 AND (x.valid_until IS NULL OR x.valid_until > $3) \
     ORDER BY d.code, p.name_search, p.id";
const PERSON: &str = "SELECT p.id, p.name, o.id, o.name FROM person p JOIN position x ON x.person_id = p.id JOIN organisation o ON o.id = x.organisation_id \
     WHERE p.id = $1 ORDER BY CASE WHEN x.valid_until IS NULL THEN 0 ELSE 1 END, x.valid_from DESC LIMIT 1";
const ORGANISATION: &str = "SELECT id, name FROM organisation WHERE id = $1 AND alliance_id = $2";
const DEPARTMENT: &str = "SELECT id, name FROM department WHERE id = $1 AND organisation_id = $2";
const AGREED: &str = "SELECT 1 FROM agreement WHERE alliance_id = $1 AND kind = $2 AND from_organisation_id = $3 AND to_organisation_id = $4 \
     AND valid_from <= $5 AND (valid_until IS NULL OR valid_until > $5)";
const HOLDERS: &str = "SELECT DISTINCT x.person_id FROM position x JOIN person p ON p.id = x.person_id WHERE x.organisation_id = $1 AND x.role = $2 \
     AND p.kind = 'human' AND x.valid_from <= $3 AND (x.valid_until IS NULL OR x.valid_until > $3) ORDER BY x.person_id";
const PLACES_OF: &str = "SELECT DISTINCT organisation_id FROM position WHERE alliance_id = $1 AND role = $2 AND valid_from <= $3 \
     AND (valid_until IS NULL OR valid_until > $3) ORDER BY organisation_id";
const ROLES_AT: &str = "SELECT role FROM position WHERE person_id = $1 AND organisation_id = $2 AND alliance_id = $3 AND valid_from <= $4 \
     AND (valid_until IS NULL OR valid_until > $4) ORDER BY role";
const ROLES_OF: &str = concat!(
    ids!("$1"),
    "SELECT x.person_id, x.organisation_id, x.role FROM ids JOIN position x ON x.person_id = ids.id \
     WHERE x.alliance_id = $2 AND x.valid_from <= $3 AND (x.valid_until IS NULL OR x.valid_until > $3)"
);
const BELOW: &str = "WITH RECURSIVE below (id) AS (SELECT id FROM organisation WHERE parent_id = $1 AND alliance_id = $2 \
     UNION SELECT o.id FROM organisation o JOIN below b ON o.parent_id = b.id) SELECT id FROM below ORDER BY id";
const ABOVE: &str = "WITH RECURSIVE above (id, parent_id) AS (SELECT id, parent_id FROM organisation WHERE id = $1 AND alliance_id = $2 \
     UNION SELECT o.id, o.parent_id FROM organisation o JOIN above a ON o.id = a.parent_id) SELECT id FROM above ORDER BY id";
const PARENT: &str = "SELECT parent_id FROM organisation WHERE id = $1";
const NAMED: &str =
    "SELECT p.id, p.name, o.id, o.name FROM person p, organisation o WHERE p.id = $1 AND o.id = $2";
const HAS_ACCOUNT: &str = "SELECT 1 FROM account WHERE person_id = $1";
const LICENCE: &str = "SELECT licence_until, practising_since FROM person WHERE id = $1";

/// Every organisation of the alliance, with departments, as one organisation sees them.
pub async fn organisations(
    conn: &mut Conn,
    alliance: &AllianceId,
    seen_from: &OrganisationId,
    now: Timestamp,
) -> Result<Vec<Organisation>> {
    let mut departments: BTreeMap<String, Vec<DepartmentRef>> = BTreeMap::new();
    for row in sqlx::query(DEPARTMENTS).bind(alliance.as_str()).fetch_all(&mut *conn).await? {
        let department =
            DepartmentRef { id: DepartmentId::trusted(row.try_get::<String, _>(1)?), name: row.try_get(2)? };
        departments.entry(row.try_get(0)?).or_default().push(department);
    }
    let rows = sqlx::query(ORGANISATIONS)
        .bind(alliance.as_str())
        .bind(seen_from.as_str())
        .bind(now.0)
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            let id: String = row.try_get(0)?;
            Ok(Organisation {
                departments: departments.remove(&id).unwrap_or_default(),
                id: OrganisationId::trusted(id),
                name: row.try_get(1)?,
                code: row.try_get(2)?,
                level: row.try_get(3)?,
                parent: organisation_ref(row.try_get(4)?, row.try_get(5)?),
                external: row.try_get::<i64, _>(8)? != 0,
                without_account: row.try_get::<i64, _>(10)? != 0,
                phone: row.try_get(9)?,
                agreements: Agreements {
                    consult: row.try_get::<i64, _>(6)? != 0,
                    referral: row.try_get::<i64, _>(7)? != 0,
                },
            })
        })
        .collect()
}

/// The people of an organisation, one row a position.
pub async fn people(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    now: Timestamp,
) -> Result<Vec<Colleague>> {
    let rows = sqlx::query(PEOPLE)
        .bind(alliance.as_str())
        .bind(organisation.as_str())
        .bind(now.0)
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            let role: String = row.try_get(3)?;
            Ok(Colleague {
                id: PersonId::trusted(row.try_get::<String, _>(0)?),
                name: row.try_get(1)?,
                title: row.try_get(2)?,
                role: Role::parse(&role).ok_or_else(|| Refusal::internal("a position has no known role"))?,
                organisation: OrganisationRef {
                    id: OrganisationId::trusted(row.try_get::<String, _>(4)?),
                    name: row.try_get(5)?,
                },
                department: department_ref(row.try_get(6)?, row.try_get(7)?),
                licence_ended: row.try_get::<Option<i64>, _>(8)?.is_some_and(|until| until <= now.0),
                has_account: row.try_get::<i64, _>(9)? != 0,
            })
        })
        .collect()
}

/// A person with the organisation of their newest position.
pub async fn person(conn: &mut Conn, id: &PersonId) -> Result<Option<PersonRef>> {
    let Some(row) = sqlx::query(PERSON).bind(id.as_str()).fetch_optional(conn).await? else {
        return Ok(None);
    };
    Ok(Some(PersonRef {
        id: PersonId::trusted(row.try_get::<String, _>(0)?),
        name: row.try_get(1)?,
        organisation: OrganisationRef {
            id: OrganisationId::trusted(row.try_get::<String, _>(2)?),
            name: row.try_get(3)?,
        },
    }))
}

pub async fn organisation(
    conn: &mut Conn,
    alliance: &AllianceId,
    id: &OrganisationId,
) -> Result<Option<OrganisationRef>> {
    let Some(row) =
        sqlx::query(ORGANISATION).bind(id.as_str()).bind(alliance.as_str()).fetch_optional(conn).await?
    else {
        return Ok(None);
    };
    Ok(organisation_ref(row.try_get(0)?, row.try_get(1)?))
}

pub async fn department(
    conn: &mut Conn,
    organisation: &OrganisationId,
    id: &DepartmentId,
) -> Result<Option<DepartmentRef>> {
    let Some(row) =
        sqlx::query(DEPARTMENT).bind(id.as_str()).bind(organisation.as_str()).fetch_optional(conn).await?
    else {
        return Ok(None);
    };
    Ok(department_ref(row.try_get(0)?, row.try_get(1)?))
}

/// Whether an agreement of that kind stands between two organisations now.
pub async fn agreed(
    conn: &mut Conn,
    alliance: &AllianceId,
    kind: AgreementKind,
    from: &OrganisationId,
    to: &OrganisationId,
    now: Timestamp,
) -> Result<bool> {
    let row = sqlx::query(AGREED)
        .bind(alliance.as_str())
        .bind(kind.as_str())
        .bind(from.as_str())
        .bind(to.as_str())
        .bind(now.0)
        .fetch_optional(conn)
        .await?;
    Ok(row.is_some())
}

/// Who holds a role in an organisation now: responsibility is a role, resolved when it is needed (I-3).
pub async fn holders(
    conn: &mut Conn,
    organisation: &OrganisationId,
    role: Role,
    now: Timestamp,
) -> Result<Vec<PersonId>> {
    let rows = sqlx::query(HOLDERS)
        .bind(organisation.as_str())
        .bind(role.as_str())
        .bind(now.0)
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| Ok(PersonId::trusted(row.try_get::<String, _>(0)?))).collect()
}

/// Where somebody works in a role now, over the whole alliance.
pub async fn places_of(
    conn: &mut Conn,
    alliance: &AllianceId,
    role: Role,
    now: Timestamp,
) -> Result<Vec<OrganisationId>> {
    let rows = sqlx::query(PLACES_OF)
        .bind(alliance.as_str())
        .bind(role.as_str())
        .bind(now.0)
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| Ok(OrganisationId::trusted(row.try_get::<String, _>(0)?))).collect()
}

/// The roles a person has in an organisation now; none for somebody from elsewhere.
pub async fn roles_at(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    person: &PersonId,
    now: Timestamp,
) -> Result<Vec<Role>> {
    let rows = sqlx::query(ROLES_AT)
        .bind(person.as_str())
        .bind(organisation.as_str())
        .bind(alliance.as_str())
        .bind(now.0)
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            Role::parse(&row.try_get::<String, _>(0)?)
                .ok_or_else(|| Refusal::internal("a position has no known role"))
        })
        .collect()
}

/// The roles that each of these people has now, and where.
pub async fn roles_of<'a>(
    conn: &mut Conn,
    alliance: &AllianceId,
    people: impl IntoIterator<Item = &'a PersonId>,
    now: Timestamp,
) -> Result<Vec<(PersonId, OrganisationId, Role)>> {
    let rows = sqlx::query(ROLES_OF)
        .bind(list::of(people.into_iter().map(PersonId::as_str)))
        .bind(alliance.as_str())
        .bind(now.0)
        .fetch_all(conn)
        .await?;
    rows.iter().map(holder).collect()
}

/// A row of person, organisation and role: who holds it, and where.
pub fn holder(row: &AnyRow) -> Result<(PersonId, OrganisationId, Role)> {
    let role = Role::parse(&row.try_get::<String, _>(2)?);
    Ok((
        PersonId::trusted(row.try_get::<String, _>(0)?),
        OrganisationId::trusted(row.try_get::<String, _>(1)?),
        role.ok_or_else(|| Refusal::internal("a position has no known role"))?,
    ))
}

/// The organisations below one, at any depth, without itself.
pub async fn below(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
) -> Result<Vec<OrganisationId>> {
    tree(conn, BELOW, alliance, organisation).await
}

/// An organisation and those above it, up to the lead hospital.
pub async fn above(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
) -> Result<Vec<OrganisationId>> {
    tree(conn, ABOVE, alliance, organisation).await
}

async fn tree(
    conn: &mut Conn,
    statement: &'static str,
    alliance: &AllianceId,
    organisation: &OrganisationId,
) -> Result<Vec<OrganisationId>> {
    let rows =
        sqlx::query(statement).bind(organisation.as_str()).bind(alliance.as_str()).fetch_all(conn).await?;
    rows.iter().map(|row| Ok(OrganisationId::trusted(row.try_get::<String, _>(0)?))).collect()
}

/// The organisation right above one.
pub async fn parent(conn: &mut Conn, organisation: &OrganisationId) -> Result<Option<OrganisationId>> {
    let row = sqlx::query(PARENT).bind(organisation.as_str()).fetch_one(conn).await?;
    Ok(row.try_get::<Option<String>, _>(0)?.map(OrganisationId::trusted))
}

/// A person as they acted in an organisation, whether or not they are still there.
pub async fn named(
    conn: &mut Conn,
    person: &PersonId,
    organisation: &OrganisationId,
) -> Result<Option<PersonRef>> {
    let row =
        sqlx::query(NAMED).bind(person.as_str()).bind(organisation.as_str()).fetch_optional(conn).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(PersonRef {
        id: PersonId::trusted(row.try_get::<String, _>(0)?),
        name: row.try_get(1)?,
        organisation: OrganisationRef {
            id: OrganisationId::trusted(row.try_get::<String, _>(2)?),
            name: row.try_get(3)?,
        },
    }))
}

/// What happened to a subject, oldest first, with the names of those who did it.
pub async fn timeline(conn: &mut Conn, subject: Subject<'_>) -> Result<Vec<TimelineEntry>> {
    let found = events(conn, subject).await?;
    with_names(conn, found).await
}

/// What happened to a subject before a place in the sequence, newest first.
pub async fn newest(
    conn: &mut Conn,
    subject: Subject<'_>,
    before: i64,
    limit: i64,
) -> Result<Vec<TimelineEntry>> {
    let found = change::newest(conn, subject, before, limit).await?;
    with_names(conn, found).await
}

async fn with_names(conn: &mut Conn, events: Vec<change::Event>) -> Result<Vec<TimelineEntry>> {
    let mut known: BTreeMap<(PersonId, OrganisationId), Option<PersonRef>> = BTreeMap::new();
    let mut entries = Vec::new();
    for event in events {
        let actor = match (event.person, event.organisation) {
            (Some(person), Some(organisation)) => {
                let key = (person, organisation);
                if !known.contains_key(&key) {
                    let found = named(conn, &key.0, &key.1).await?;
                    known.insert(key.clone(), found);
                }
                known.get(&key).cloned().flatten()
            }
            (Some(_) | None, _) => None,
        };
        entries.push(TimelineEntry {
            id: event.id,
            seq: event.seq,
            r#type: event.kind,
            version: event.version,
            actor,
            occurred_at: event.occurred_at,
            recorded_at: event.recorded_at,
            payload: event.payload,
        });
    }
    Ok(entries)
}

/// Whether a person can sign in at all.
pub async fn has_account(conn: &mut Conn, person: &PersonId) -> Result<bool> {
    Ok(sqlx::query(HAS_ACCOUNT).bind(person.as_str()).fetch_optional(conn).await?.is_some())
}

/// Until when a person is licensed, and since when they have practised on their own.
pub async fn licence(conn: &mut Conn, person: &PersonId) -> Result<(Option<Timestamp>, Option<Timestamp>)> {
    let row = sqlx::query(LICENCE).bind(person.as_str()).fetch_one(conn).await?;
    Ok((row.try_get::<Option<i64>, _>(0)?.map(Timestamp), row.try_get::<Option<i64>, _>(1)?.map(Timestamp)))
}

fn organisation_ref(id: Option<String>, name: Option<String>) -> Option<OrganisationRef> {
    Some(OrganisationRef { id: OrganisationId::trusted(id?), name: name? })
}

fn department_ref(id: Option<String>, name: Option<String>) -> Option<DepartmentRef> {
    Some(DepartmentRef { id: DepartmentId::trusted(id?), name: name? })
}
