//! What must never happen, looked for in the live store: by statements, by telling every case again from its events, and by
//! hashing what was signed. A server may go on writing meanwhile: each case is read as it stands at one moment.

use super::{Violation, replay, sql};
use crate::db::Db;
use crate::error::Result;
use crate::ids::AllianceId;
use crate::time::Timestamp;
use std::collections::BTreeMap;

/// So many cases are told at a time.
const CASES: i64 = 500;

/// Every violation there is; none in a healthy store.
pub async fn check(db: &Db, now: Timestamp) -> Result<Vec<Violation>> {
    let mut found = Vec::new();
    for sought in sql::SOUGHT {
        let violations = sql::violations(&mut *db.read().await?, sought, now).await?;
        found.extend(violations.into_iter().map(|of| Violation {
            invariant: sought.invariant,
            sentence: sought.sentence,
            of,
        }));
    }
    found.extend(told_again(db).await?);
    Ok(found)
}

async fn told_again(db: &Db) -> Result<Vec<Violation>> {
    let mut found = Vec::new();
    let mut tables = BTreeMap::new();
    let mut last = String::new();
    loop {
        let mut snapshot = db.snapshot().await?;
        let cases = sql::cases_after(snapshot.conn(), &last, CASES).await?;
        let Some(end) = cases.last() else { return Ok(found) };
        last = end.case.id.as_str().to_owned();
        for kept in &cases {
            if !tables.contains_key(&kept.alliance) {
                let alliance = AllianceId::trusted(kept.alliance.as_str());
                let table = crate::referrals::sql::deadlines(snapshot.conn(), &alliance).await?;
                tables.insert(kept.alliance.clone(), table);
            }
            found.extend(
                replay::differences(kept, &tables[&kept.alliance])
                    .into_iter()
                    .map(|(invariant, sentence, of)| Violation { invariant, sentence, of }),
            );
        }
    }
}
