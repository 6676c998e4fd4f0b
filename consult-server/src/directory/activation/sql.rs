//! Statements on people who have no account yet, or need a new password. Programs have none, and those who watch over administrators are not given
//! theirs by one (`policy::administrator_gives`): theirs are made at the console. Decides nothing.

use crate::access::activation::rules;
use crate::db::Conn;
use crate::error::Result;
use crate::ids::{AllianceId, OrganisationId, PersonId};
use crate::time::Timestamp;
use sqlx::Row as _;

const FOR_WHOM: &str = "SELECT p.id, p.name, p.staff_number, d.name, CASE WHEN EXISTS (SELECT 1 FROM account t \
         WHERE t.login = LOWER(p.staff_number)) THEN 1 ELSE 0 END, (SELECT t.login FROM account t WHERE t.person_id = p.id) \
     FROM position x JOIN person p ON p.id = x.person_id LEFT JOIN department d ON d.id = x.department_id \
     WHERE x.alliance_id = $1 AND x.organisation_id = $2 AND x.valid_from <= $3 AND (x.valid_until IS NULL OR x.valid_until > $3) \
         AND p.left_at IS NULL AND p.kind = 'human' AND NOT EXISTS (SELECT 1 FROM position w WHERE w.person_id = p.id \
         AND w.role IN ('security_administrator', 'auditor')) AND ($4 = p.id OR ($4 = '' AND NOT EXISTS (SELECT 1 FROM account a WHERE a.person_id = p.id))) \
     ORDER BY COALESCE(d.name, ''), p.name_search, p.id";
const WAITING: &str = "SELECT CAST(COUNT(DISTINCT p.id) AS BIGINT), CAST(COUNT(DISTINCT c.person_id) AS BIGINT) \
     FROM position x JOIN person p ON p.id = x.person_id \
     LEFT JOIN activation c ON c.person_id = p.id AND c.used_at IS NULL AND c.expires_at > $3 \
     WHERE x.alliance_id = $1 AND x.organisation_id = $2 AND x.valid_from <= $3 AND (x.valid_until IS NULL OR x.valid_until > $3) \
         AND p.left_at IS NULL AND p.kind = 'human' AND NOT EXISTS (SELECT 1 FROM position w WHERE w.person_id = p.id \
         AND w.role IN ('security_administrator', 'auditor')) AND NOT EXISTS (SELECT 1 FROM account a WHERE a.person_id = p.id)";

/// Somebody who works there and is given a code.
pub struct Holder {
    pub person: PersonId,
    pub name: String,
    pub staff_number: Option<String>,
    pub department: Option<String>,
    /// The name they sign in with, or one that nobody has.
    pub login: Option<String>,
    pub has_account: bool,
}

/// Those without an account by department and name, each once; or the one who is named, with an account or without.
pub async fn for_whom(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    person: Option<&PersonId>,
    now: Timestamp,
) -> Result<Vec<Holder>> {
    let rows = sqlx::query(FOR_WHOM)
        .bind(alliance.as_str())
        .bind(organisation.as_str())
        .bind(now.0)
        .bind(person.map_or("", |p| p.as_str()))
        .fetch_all(conn)
        .await?;
    let mut seen = std::collections::BTreeSet::new();
    let mut found = Vec::new();
    for row in rows {
        let id: String = row.try_get(0)?;
        if !seen.insert(id.clone()) {
            continue;
        }
        let staff_number: Option<String> = row.try_get(2)?;
        let is_taken = row.try_get::<i64, _>(4)? != 0;
        let own: Option<String> = row.try_get(5)?;
        found.push(Holder {
            has_account: own.is_some(),
            person: PersonId::trusted(id),
            name: row.try_get(1)?,
            department: row.try_get(3)?,
            login: own.or_else(|| staff_number.as_deref().filter(|_| !is_taken).and_then(rules::proposed)),
            staff_number,
        });
    }
    Ok(found)
}

/// How many have no account, and how many of them a code.
pub async fn waiting(
    conn: &mut Conn,
    alliance: &AllianceId,
    organisation: &OrganisationId,
    now: Timestamp,
) -> Result<(i64, i64)> {
    let found = sqlx::query(WAITING).bind(alliance.as_str()).bind(organisation.as_str()).bind(now.0);
    let row = found.fetch_one(conn).await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}
