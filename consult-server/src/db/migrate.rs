//! Brings the schema up to date, one named step after the other, each in a transaction of its own.
//! A step that was applied is never changed: its checksum is compared at every start.

use super::engine::Alone;
use super::{Conn, Engine};
use crate::error::{Refusal, Result};
use crate::time::Timestamp;
use sqlx::{AssertSqlSafe, Executor as _, Row as _};

/// In order. `{{identity}}` stands for the engine's self-numbering key, `{{clustered}}` for a table kept in its key's order.
const STEPS: &[(&str, &str)] = &[
    ("0001_ground", include_str!("../../migrations/0001_ground.sql")),
    ("0002_patients", include_str!("../../migrations/0002_patients.sql")),
    ("0003_referrals", include_str!("../../migrations/0003_referrals.sql")),
    ("0004_consults", include_str!("../../migrations/0004_consults.sql")),
    ("0005_studies", include_str!("../../migrations/0005_studies.sql")),
    ("0006_directory", include_str!("../../migrations/0006_directory.sql")),
    ("0007_sign_in", include_str!("../../migrations/0007_sign_in.sql")),
    ("0008_oversight", include_str!("../../migrations/0008_oversight.sql")),
    ("0009_sign_in_doors", include_str!("../../migrations/0009_sign_in_doors.sql")),
    ("0010_urging", include_str!("../../migrations/0010_urging.sql")),
    ("0011_notices", include_str!("../../migrations/0011_notices.sql")),
    ("0012_messages", include_str!("../../migrations/0012_messages.sql")),
    ("0013_routing", include_str!("../../migrations/0013_routing.sql")),
    ("0014_desk", include_str!("../../migrations/0014_desk.sql")),
    ("0015_doors", include_str!("../../migrations/0015_doors.sql")),
    ("0016_records", include_str!("../../migrations/0016_records.sql")),
    ("0017_care", include_str!("../../migrations/0017_care.sql")),
    ("0018_users", include_str!("../../migrations/0018_users.sql")),
    ("0019_imaging_indexes", include_str!("../../migrations/0019_imaging_indexes.sql")),
    ("0020_papers", include_str!("../../migrations/0020_papers.sql")),
    ("0021_sweeping_and_letters", include_str!("../../migrations/0021_sweeping_and_letters.sql")),
];

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_step (name TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";
const APPLIED: &str = "SELECT checksum FROM schema_step WHERE name = $1";
const APPLY: &str = "INSERT INTO schema_step (name, checksum, applied_at) VALUES ($1, $2, $3)";

pub(super) async fn run(engine: Engine, conn: &mut Conn, now: Timestamp) -> Result<()> {
    let begin = match engine {
        Engine::Sqlite => "BEGIN IMMEDIATE",
        Engine::Postgres => "BEGIN",
    };
    conn.execute(begin).await?;
    let done = steps(engine, conn, now).await;
    conn.execute(if done.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
    done
}

async fn steps(engine: Engine, conn: &mut Conn, now: Timestamp) -> Result<()> {
    // Two servers may start at once; the second waits here and finds the work done.
    engine.alone(conn, Alone::Migrating).await?;
    conn.execute(TABLE).await?;
    for (step, text) in STEPS {
        let checksum = blake3::hash(text.as_bytes()).to_hex().to_string();
        let applied = sqlx::query(APPLIED).bind(*step).fetch_optional(&mut *conn).await?;
        match applied {
            Some(row) if row.try_get::<String, _>(0)? == checksum => continue,
            Some(_) => {
                return Err(Refusal::internal(format!(
                    "schema step {step} differs from the one applied to this store"
                )));
            }
            None => {}
        }
        let text =
            text.replace("{{identity}}", engine.identity()).replace("{{clustered}}", engine.clustered());
        sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut *conn).await?;
        sqlx::query(APPLY).bind(*step).bind(checksum).bind(now.0).execute(&mut *conn).await?;
        tracing::info!(step, "schema step applied");
    }
    Ok(())
}
