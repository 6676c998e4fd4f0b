//! Statements on preferences, with where a person can be reached. Decides nothing.

use super::{Channels, Language, Preferences, Quiet};
use crate::db::{Conn, Tx, from_json, to_json};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, PersonId};
use sqlx::Row as _;

const REACH: &str = "SELECT p.email, p.work_phone, n.language, n.channels, n.quiet_from, n.quiet_until FROM person p \
     LEFT JOIN notice_preference n ON n.person_id = p.id WHERE p.id = $1 AND p.left_at IS NULL";
const KEEP: &str = "INSERT INTO notice_preference (person_id, alliance_id, language, channels, quiet_from, quiet_until, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (person_id) DO UPDATE SET language = excluded.language, channels = excluded.channels, \
     quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until, updated_at = excluded.updated_at";

/// Where and how somebody can be reached.
pub struct Reach {
    pub email: Option<String>,
    pub phone: Option<String>,
    pub preferences: Preferences,
}

/// None for who has left.
pub async fn reach(conn: &mut Conn, person: &PersonId) -> Result<Option<Reach>> {
    let Some(row) = sqlx::query(REACH).bind(person.as_str()).fetch_optional(conn).await? else {
        return Ok(None);
    };
    let (from, until): (Option<i64>, Option<i64>) = (row.try_get(4)?, row.try_get(5)?);
    let preferences = match (row.try_get::<Option<String>, _>(2)?, row.try_get::<Option<String>, _>(3)?) {
        (Some(language), Some(channels)) => Preferences {
            language: Language::parse(&language)
                .ok_or_else(|| Refusal::internal("a preference has no known language"))?,
            channels: from_json(&channels)?,
            quiet: from.zip(until).map(|(from, until)| Quiet { from, until }),
        },
        (Some(_) | None, Some(_) | None) => Preferences::default(),
    };
    Ok(Some(Reach { email: row.try_get(0)?, phone: row.try_get(1)?, preferences }))
}

pub async fn keep(
    tx: &mut Tx,
    alliance: &AllianceId,
    person: &PersonId,
    preferences: Preferences,
) -> Result<()> {
    let Preferences { language, channels, quiet } = preferences;
    let now = tx.now.0;
    sqlx::query(KEEP)
        .bind(person.as_str())
        .bind(alliance.as_str())
        .bind(language.as_str())
        .bind(to_json::<Channels>(&channels)?)
        .bind(quiet.map(|quiet| quiet.from))
        .bind(quiet.map(|quiet| quiet.until))
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}
