//! A sealed column as a rotation sees it: which rows stand on which key, and the statements that move them. A subject declares
//! its columns with `sealed_column!` and seals with nothing else, so that no column can be forgotten. Decides nothing.

use crate::db::{Conn, Tx};
use crate::error::Result;
use sqlx::Row as _;

/// One sealed column.
#[derive(Debug)]
pub struct Column {
    /// Part of what an envelope is bound to: it never changes.
    pub name: &'static str,
    pub(in crate::db) standing: &'static str,
    pub(in crate::db) page: &'static str,
    pub(in crate::db) sample: &'static str,
    pub(in crate::db) replace: &'static str,
}

/// Declares a sealed column: its name in envelopes, its table, the column that names the row, and itself.
#[macro_export]
macro_rules! sealed_column {
    ($name:literal, $table:literal, $row:literal, $column:literal) => {
        $crate::db::sealed::Column::new(
            $name,
            concat!(
                "SELECT CASE WHEN ",
                $column,
                " LIKE 'v2.%' THEN substr(",
                $column,
                ", 4, 8) ELSE '' END, CAST(COUNT(*) AS BIGINT) \
                 FROM ",
                $table,
                " WHERE ",
                $column,
                " IS NOT NULL GROUP BY 1 ORDER BY 1"
            ),
            concat!(
                "SELECT ",
                $row,
                ", ",
                $column,
                " FROM ",
                $table,
                " WHERE ",
                $row,
                " > $1 AND ",
                $column,
                " IS NOT NULL AND ",
                $column,
                " NOT LIKE $2 ORDER BY ",
                $row,
                " LIMIT $3"
            ),
            concat!(
                "SELECT ",
                $row,
                ", ",
                $column,
                " FROM ",
                $table,
                " WHERE ",
                $column,
                " IS NOT NULL LIMIT 1"
            ),
            concat!(
                "UPDATE ",
                $table,
                " SET ",
                $column,
                " = $1 WHERE ",
                $row,
                " = $2 AND ",
                $column,
                " = $3"
            ),
        )
    };
}

/// How many rows of a column stand on a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// None where the envelope is of the first form, which does not name its key.
    pub key: Option<String>,
    pub rows: i64,
}

/// A sealed value and its row.
#[derive(Clone)]
pub struct Sealed {
    pub row: String,
    pub envelope: String,
}

impl Column {
    pub const fn new(
        name: &'static str,
        standing: &'static str,
        page: &'static str,
        sample: &'static str,
        replace: &'static str,
    ) -> Self {
        Self { name, standing, page, sample, replace }
    }

    pub async fn standing(&self, conn: &mut Conn) -> Result<Vec<Standing>> {
        let rows = sqlx::query(self.standing).fetch_all(conn).await?;
        rows.iter()
            .map(|row| {
                let key = Some(row.try_get::<String, _>(0)?).filter(|key| !key.is_empty());
                Ok(Standing { key, rows: row.try_get(1)? })
            })
            .collect()
    }

    /// The next values in the order of their rows that do not stand on a key.
    pub async fn not_on(&self, conn: &mut Conn, key: &str, after: &str, limit: i64) -> Result<Vec<Sealed>> {
        let rows = sqlx::query(self.page)
            .bind(after)
            .bind(format!("v2.{key}.%"))
            .bind(limit)
            .fetch_all(conn)
            .await?;
        rows.iter().map(sealed).collect()
    }

    /// Any one value.
    pub async fn sample(&self, conn: &mut Conn) -> Result<Option<Sealed>> {
        sqlx::query(self.sample).fetch_optional(conn).await?.as_ref().map(sealed).transpose()
    }

    /// Puts another envelope in the place of one; false if somebody wrote a new value meanwhile, which stays.
    pub async fn replace(&self, tx: &mut Tx, was: &Sealed, envelope: &str) -> Result<bool> {
        let done = sqlx::query(self.replace)
            .bind(envelope)
            .bind(was.row.as_str())
            .bind(was.envelope.as_str())
            .execute(tx.conn())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

fn sealed(row: &sqlx::any::AnyRow) -> Result<Sealed> {
    Ok(Sealed { row: row.try_get(0)?, envelope: row.try_get(1)? })
}
