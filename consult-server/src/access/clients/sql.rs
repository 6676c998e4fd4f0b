//! Statements on service accounts. Decides nothing.

use super::Client;
use crate::access::Role;
use crate::access::scopes::Scopes;
use crate::db::{Conn, Tx};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, ClientId, OrganisationId, PersonId, PositionId};
use crate::refs::OrganisationRef;
use crate::time::Timestamp;
use sqlx::Row as _;

/// What decides whether a client gets a token.
#[derive(Clone)]
pub struct Known {
    pub id: ClientId,
    pub alliance: AllianceId,
    pub person: PersonId,
    pub position: PositionId,
    pub secret_hash: String,
    pub scopes: Scopes,
    pub demo: bool,
    pub revoked: bool,
}

pub struct NewClient<'a> {
    pub id: &'a ClientId,
    pub client_id: &'a str,
    pub name: &'a str,
    pub alliance: &'a AllianceId,
    pub organisation: &'a OrganisationId,
    pub role: Role,
    pub scopes: Scopes,
    pub secret_hash: &'a str,
    pub demo: bool,
}

const KNOWN: &str = "SELECT id, alliance_id, person_id, position_id, secret_hash, scopes, demo, \
     CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END FROM service_client WHERE client_id = $1";
const INSERT_PERSON: &str = "INSERT INTO person (id, alliance_id, name, name_search, kind, created_at) VALUES ($1, $2, $3, '', 'system', $4)";
const INSERT_POSITION: &str = "INSERT INTO position (id, alliance_id, person_id, organisation_id, role, valid_from, given_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $6)";
const INSERT: &str = "INSERT INTO service_client (id, alliance_id, client_id, person_id, position_id, secret_hash, scopes, demo, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const USED: &str = "UPDATE service_client SET used_at = $1 WHERE id = $2";
const SECRET: &str = "UPDATE service_client SET secret_hash = $1 WHERE id = $2";
const REVOKE: &str = "UPDATE service_client SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";
const LEAVE: &str = "UPDATE person SET left_at = $1 WHERE id = $2";
const END_POSITION: &str =
    "UPDATE position SET valid_until = $1 WHERE id = $2 AND (valid_until IS NULL OR valid_until > $1)";
const BY_ID: &str = "SELECT client_id FROM service_client WHERE id = $1 AND alliance_id = $2";
macro_rules! listed {
    ($which:literal) => {
        concat!(
            "SELECT c.id, c.client_id, p.name, o.id, o.name, x.role, c.scopes, c.created_at, c.used_at, c.revoked_at \
             FROM service_client c JOIN person p ON p.id = c.person_id JOIN position x ON x.id = c.position_id \
             JOIN organisation o ON o.id = x.organisation_id ",
            $which,
            "ORDER BY c.created_at, c.id"
        )
    };
}
const ALL: &str = listed!("");
const OF_ALLIANCE: &str = listed!("WHERE c.alliance_id = $1 ");

pub async fn known(conn: &mut Conn, client_id: &str) -> Result<Option<Known>> {
    let Some(row) = sqlx::query(KNOWN).bind(client_id).fetch_optional(conn).await? else { return Ok(None) };
    Ok(Some(Known {
        id: ClientId::trusted(row.try_get::<String, _>(0)?),
        alliance: AllianceId::trusted(row.try_get::<String, _>(1)?),
        person: PersonId::trusted(row.try_get::<String, _>(2)?),
        position: PositionId::trusted(row.try_get::<String, _>(3)?),
        secret_hash: row.try_get(4)?,
        scopes: Scopes::stored(row.try_get::<&str, _>(5)?),
        demo: row.try_get::<i64, _>(6)? != 0,
        revoked: row.try_get::<i64, _>(7)? != 0,
    }))
}

/// The client with the person it is and the position it acts in. It stands in no directory: nobody looks for it there.
pub async fn insert(tx: &mut Tx, new: NewClient<'_>) -> Result<PersonId> {
    let (person, position, now) = (tx.new_id(), tx.new_id(), tx.now.0);
    sqlx::query(INSERT_PERSON)
        .bind(person.as_str())
        .bind(new.alliance.as_str())
        .bind(new.name)
        .bind(now)
        .execute(tx.conn())
        .await?;
    sqlx::query(INSERT_POSITION)
        .bind(position.as_str())
        .bind(new.alliance.as_str())
        .bind(person.as_str())
        .bind(new.organisation.as_str())
        .bind(new.role.as_str())
        .bind(now)
        .execute(tx.conn())
        .await?;
    sqlx::query(INSERT)
        .bind(new.id.as_str())
        .bind(new.alliance.as_str())
        .bind(new.client_id)
        .bind(person.as_str())
        .bind(position.as_str())
        .bind(new.secret_hash)
        .bind(new.scopes.to_string())
        .bind(i64::from(new.demo))
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(PersonId::trusted(person))
}

pub async fn used(tx: &mut Tx, id: &ClientId) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(USED).bind(now).bind(id.as_str()).execute(tx.conn()).await?;
    Ok(())
}

pub async fn set_secret(tx: &mut Tx, id: &ClientId, secret_hash: &str) -> Result<()> {
    sqlx::query(SECRET).bind(secret_hash).bind(id.as_str()).execute(tx.conn()).await?;
    Ok(())
}

/// Revokes a client for good, and ends its position; false if it was revoked before.
pub async fn revoke(tx: &mut Tx, known: &Known) -> Result<bool> {
    let now = tx.now.0;
    let done = sqlx::query(REVOKE).bind(now).bind(known.id.as_str()).execute(tx.conn()).await?;
    sqlx::query(LEAVE).bind(now).bind(known.person.as_str()).execute(tx.conn()).await?;
    sqlx::query(END_POSITION).bind(now).bind(known.position.as_str()).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}

/// What a client of an alliance gives at the door.
pub async fn client_id(conn: &mut Conn, alliance: &AllianceId, id: &ClientId) -> Result<Option<String>> {
    let row = sqlx::query(BY_ID).bind(id.as_str()).bind(alliance.as_str()).fetch_optional(conn).await?;
    row.map(|row| Ok(row.try_get(0)?)).transpose()
}

/// The clients of an alliance, or of all, in the order in which they were made.
pub async fn list(conn: &mut Conn, alliance: Option<&AllianceId>) -> Result<Vec<Client>> {
    let rows = match alliance {
        Some(alliance) => sqlx::query(OF_ALLIANCE).bind(alliance.as_str()).fetch_all(conn).await?,
        None => sqlx::query(ALL).fetch_all(conn).await?,
    };
    rows.iter()
        .map(|row| {
            let role = Role::parse(row.try_get::<&str, _>(5)?);
            Ok(Client {
                id: ClientId::trusted(row.try_get::<String, _>(0)?),
                client_id: row.try_get(1)?,
                name: row.try_get(2)?,
                organisation: OrganisationRef {
                    id: OrganisationId::trusted(row.try_get::<String, _>(3)?),
                    name: row.try_get(4)?,
                },
                role: role.ok_or_else(|| Refusal::internal("a client's position has no known role"))?,
                scopes: Scopes::stored(row.try_get::<&str, _>(6)?).iter().collect(),
                created_at: Timestamp(row.try_get(7)?),
                used_at: row.try_get::<Option<i64>, _>(8)?.map(Timestamp),
                revoked_at: row.try_get::<Option<i64>, _>(9)?.map(Timestamp),
            })
        })
        .collect()
}
