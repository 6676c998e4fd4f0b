//! Reaches into the store as an intruder or an operator with a console would. Knows no subject.

use consult_server::db::Db;
use sqlx::Executor as _;

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
