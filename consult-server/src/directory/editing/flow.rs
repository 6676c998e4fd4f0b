//! The doors for changes to the directory: rules → rows, event, audit and outbox in one transaction. Knows no HTTP.

use super::By;
use crate::db::Tx;
use crate::db::change::{Change, Subject};
use crate::error::Result;
use serde_json::Value;

/// Writes down what happened to a part of the directory; the payload holds ids and counts, no names.
pub async fn record(
    tx: &mut Tx,
    by: &By,
    subject: (&'static str, &str),
    version: i64,
    kind: &str,
    payload: Value,
) -> Result<()> {
    tx.record(Change {
        author: &by.author,
        alliance: &by.alliance,
        subject: Subject { kind: subject.0, id: subject.1 },
        version,
        kind,
        payload,
        occurred_at: None,
        patient: None,
        basis: by.basis,
        audience: &by.audience,
    })
    .await
}
