//! Joins two rows of one study when they turn out to be the same patient's: every copy is kept, none is served twice.
//! Called by the flow that assigns a study.

use super::sql;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::StudyId;
use imaging::index::Filing;

/// Moves everything of `from` into `into` and removes the row that is left empty. Answers the version after it.
pub async fn merge(tx: &mut Tx, from: &StudyId, into: &StudyId) -> Result<i64> {
    for moving in sql::instances(tx.conn(), from).await? {
        match sql::instance_of(tx.conn(), into, &moving.instance_uid).await? {
            Some((standing, content)) => {
                let filing = if content == moving.content { Filing::Alternate } else { Filing::Conflict };
                sql::demote_instance(tx, &moving.id, &standing, filing).await?;
            }
            None => {
                let series = match sql::series_of(tx.conn(), into, &moving.series_uid).await? {
                    Some(series) => series,
                    None => {
                        sql::move_series(tx, &moving.series_id, into).await?;
                        moving.series_id
                    }
                };
                sql::move_instance(tx, &moving.id, into, &series).await?;
            }
        }
    }
    let from_another = sql::receiver(tx.conn(), from).await?;
    sql::share(tx, into, &from_another).await?;
    sql::drop_study(tx, from).await?;
    sql::count(tx, into).await
}
