//! Reaches into the store as an intruder or an operator with a console would. Knows no subject.

use consult_server::db::{Db, Engine};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _, Row as _};
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes a database of its own on a Postgres server, and answers its address.
pub async fn new_database(server: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = format!("journey_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
    sqlx::any::install_default_drivers();
    let mut conn =
        AnyConnection::connect(&format!("{server}/postgres")).await.expect("the Postgres of the tests");
    conn.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.expect("a database");
    conn.close().await.expect("a clean end");
    format!("{server}/{name}")
}

/// Runs one statement past every door.
pub async fn execute(db: &Db, statement: &'static str) {
    db.write(move |tx| {
        Box::pin(async move {
            tx.conn().execute(statement).await?;
            Ok(())
        })
    })
    .await
    .expect("the statement runs");
}

/// Counts rows of a store that no server has open.
pub async fn count(url: &str, statement: &'static str, parameter: &str) -> i64 {
    sqlx::any::install_default_drivers();
    let mut conn = AnyConnection::connect(url).await.expect("the store opens");
    let row = sqlx::query(statement).bind(parameter).fetch_one(&mut conn).await.expect("a count");
    sqlx::Row::try_get(&row, 0).expect("a number")
}

/// The texts in the first column of what a query finds.
pub async fn texts(db: &Db, query: &'static str) -> Vec<String> {
    let mut reader = db.read().await.expect("a reader");
    let rows = sqlx::query(query).fetch_all(&mut *reader).await.expect("the query runs");
    rows.iter().map(|row| row.try_get(0).expect("a text")).collect()
}

/// How many values in the whole store look like what `pattern` says (`LIKE`), in whatever table and column they stand.
pub async fn count_everywhere(db: &Db, pattern: &str) -> i64 {
    let columns = match db.engine() {
        Engine::Sqlite => {
            "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND p.type = 'TEXT'"
        }
        Engine::Postgres => {
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns \
             WHERE table_schema = 'public' AND data_type = 'text'"
        }
    };
    let mut reader = db.read().await.expect("a reader");
    let columns = sqlx::query(columns).fetch_all(&mut *reader).await.expect("the columns of the store");
    let mut found = 0;
    for column in columns {
        let (table, column): (String, String) = (column.get(0), column.get(1));
        let count = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {table} WHERE {column} LIKE $1");
        let row = sqlx::query(AssertSqlSafe(count)).bind(pattern).fetch_one(&mut *reader).await;
        found += row.expect("a count").get::<i64, _>(0);
    }
    found
}
