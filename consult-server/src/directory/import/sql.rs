//! What stands in the directory, by the keys that a file uses. Decides nothing.

use super::rules::{DepartmentFacts, Known, OrganisationFacts, PersonFacts, PositionKey, Standing, Validity};
use crate::access::Role;
use crate::db::Conn;
use crate::directory::duty::sql as duty;
use crate::error::{Refusal, Result};
use crate::ids::AllianceId;
use crate::time::Timestamp;
use sqlx::Row as _;

const ALLIANCES: &str = "SELECT id FROM alliance ORDER BY id";
const ORGANISATIONS: &str = "SELECT o.code, o.id, o.name, o.level, p.code, o.phone, o.external, CASE WHEN o.ended_at IS NULL THEN 0 ELSE 1 END, \
     (SELECT MAX(c.value) FROM organisation_code c WHERE c.organisation_id = o.id AND c.system = 'uscc' AND (c.valid_until IS NULL OR c.valid_until > $2)), \
     (SELECT MAX(c.value) FROM organisation_code c WHERE c.organisation_id = o.id AND c.system = 'institution' AND (c.valid_until IS NULL OR c.valid_until > $2)) \
     FROM organisation o LEFT JOIN organisation p ON p.id = o.parent_id WHERE o.alliance_id = $1";
const DEPARTMENTS: &str = "SELECT o.code, d.code, d.id, d.name, d.national_code, CASE WHEN d.ended_at IS NULL THEN 0 ELSE 1 END \
     FROM department d JOIN organisation o ON o.id = d.organisation_id WHERE d.alliance_id = $1";
const PEOPLE: &str = "SELECT staff_number, id, name, title, specialty, work_phone, licence_number, licence_from, licence_until, practising_since, \
     CASE WHEN left_at IS NULL THEN 0 ELSE 1 END, email FROM person WHERE alliance_id = $1 AND staff_number IS NOT NULL";
const POSITIONS: &str = "SELECT p.staff_number, o.code, d.code, x.role, x.id, x.valid_from, x.valid_until FROM position x \
     JOIN person p ON p.id = x.person_id JOIN organisation o ON o.id = x.organisation_id LEFT JOIN department d ON d.id = x.department_id \
     WHERE x.alliance_id = $1 AND p.staff_number IS NOT NULL AND (x.valid_until IS NULL OR x.valid_until > $2)";

/// Every alliance of the store, for the console.
pub async fn alliances(conn: &mut Conn) -> Result<Vec<AllianceId>> {
    let rows = sqlx::query(ALLIANCES).fetch_all(conn).await?;
    rows.iter().map(|row| Ok(AllianceId::trusted(row.try_get::<String, _>(0)?))).collect()
}

pub async fn standing(conn: &mut Conn, alliance: &AllianceId, now: Timestamp) -> Result<Standing> {
    let mut standing = Standing::default();
    for row in sqlx::query(ORGANISATIONS).bind(alliance.as_str()).bind(now.0).fetch_all(&mut *conn).await? {
        let facts = OrganisationFacts {
            name: row.try_get(2)?,
            level: row.try_get(3)?,
            parent: row.try_get(4)?,
            phone: row.try_get(5)?,
            external: row.try_get::<i64, _>(6)? != 0,
            uscc: row.try_get(8)?,
            institution_code: row.try_get(9)?,
        };
        let known = Known { id: row.try_get(1)?, facts, ended: row.try_get::<i64, _>(7)? != 0 };
        standing.organisations.insert(row.try_get(0)?, known);
    }
    for row in sqlx::query(DEPARTMENTS).bind(alliance.as_str()).fetch_all(&mut *conn).await? {
        let facts = DepartmentFacts { name: row.try_get(3)?, national_code: row.try_get(4)? };
        let known = Known { id: row.try_get(2)?, facts, ended: row.try_get::<i64, _>(5)? != 0 };
        standing.departments.insert((row.try_get(0)?, row.try_get(1)?), known);
    }
    for row in sqlx::query(PEOPLE).bind(alliance.as_str()).fetch_all(&mut *conn).await? {
        let time = |at: usize| -> Result<Option<Timestamp>> {
            Ok(row.try_get::<Option<i64>, _>(at)?.map(Timestamp))
        };
        let facts = PersonFacts {
            name: row.try_get(2)?,
            title: row.try_get(3)?,
            specialty: row.try_get(4)?,
            work_phone: row.try_get(5)?,
            email: row.try_get(11)?,
            licence_number: row.try_get(6)?,
            licence_from: time(7)?,
            licence_until: time(8)?,
            practising_since: time(9)?,
        };
        let known = Known { id: row.try_get(1)?, facts, ended: row.try_get::<i64, _>(10)? != 0 };
        standing.people.insert(row.try_get(0)?, known);
    }
    for row in sqlx::query(POSITIONS).bind(alliance.as_str()).bind(now.0).fetch_all(&mut *conn).await? {
        let role: String = row.try_get(3)?;
        let key = PositionKey {
            staff_number: row.try_get(0)?,
            organisation: row.try_get(1)?,
            department: row.try_get::<Option<String>, _>(2)?.unwrap_or_default(),
            role: Role::parse(&role).ok_or_else(|| Refusal::internal("a position has no known role"))?,
        };
        let facts = Validity {
            from: Timestamp(row.try_get(5)?),
            until: row.try_get::<Option<i64>, _>(6)?.map(Timestamp),
        };
        standing.positions.insert(key, Known { id: row.try_get(4)?, facts, ended: false });
    }
    standing.duties = duty::standing(conn, alliance, now).await?;
    Ok(standing)
}
