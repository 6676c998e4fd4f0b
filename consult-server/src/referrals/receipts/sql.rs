//! Statements on who has read a leg. Decides nothing.

use crate::db::list::{self, ids};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::{LegId, OrganisationId, PersonId};
use crate::time::Timestamp;
use sqlx::Row as _;
use std::collections::{BTreeMap, BTreeSet};

/// Readers who have, or had, a position at that organisation.
const READERS: &str = "SELECT r.person_id, r.read_at FROM leg_read r WHERE r.leg_id = $1 \
     AND EXISTS (SELECT 1 FROM position x WHERE x.person_id = r.person_id AND x.organisation_id = $2) ORDER BY r.read_at, r.person_id";
/// The same for the receivers of several legs.
const READERS_OF: &str = concat!(
    ids!("$1"),
    "SELECT r.leg_id, r.person_id FROM ids JOIN leg l ON l.id = ids.id JOIN leg_read r ON r.leg_id = l.id \
     WHERE EXISTS (SELECT 1 FROM position x WHERE x.person_id = r.person_id AND x.organisation_id = l.to_organisation_id)"
);
const HAS_READ: &str = "SELECT 1 FROM leg_read WHERE leg_id = $1 AND person_id = $2";

pub async fn readers(
    conn: &mut Conn,
    leg: &LegId,
    organisation: &OrganisationId,
) -> Result<Vec<(PersonId, Timestamp)>> {
    let rows = sqlx::query(READERS).bind(leg.as_str()).bind(organisation.as_str()).fetch_all(conn).await?;
    rows.iter()
        .map(|row| Ok((PersonId::trusted(row.try_get::<String, _>(0)?), Timestamp(row.try_get(1)?))))
        .collect()
}

/// Who of the receiver's side has read each of these legs.
pub async fn readers_of<'a>(
    conn: &mut Conn,
    legs: impl IntoIterator<Item = &'a LegId>,
) -> Result<BTreeMap<LegId, BTreeSet<PersonId>>> {
    let mut all = BTreeMap::<LegId, BTreeSet<PersonId>>::new();
    let ids = list::of(legs.into_iter().map(LegId::as_str));
    for row in sqlx::query(READERS_OF).bind(ids).fetch_all(conn).await? {
        let leg = LegId::trusted(row.try_get::<String, _>(0)?);
        all.entry(leg).or_default().insert(PersonId::trusted(row.try_get::<String, _>(1)?));
    }
    Ok(all)
}

pub async fn has_read(tx: &mut Tx, leg: &LegId, person: &PersonId) -> Result<bool> {
    let row =
        sqlx::query(HAS_READ).bind(leg.as_str()).bind(person.as_str()).fetch_optional(tx.conn()).await?;
    Ok(row.is_some())
}
