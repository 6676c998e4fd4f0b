//! What must never happen, looked for in the live store: by statements, by telling every case again from its events, by holding what
//! was signed against its hash, and by holding each ladder against its deadline. A server may go on writing meanwhile: each case
//! is read as it stands at one moment. A critical value (I-13) is in no row yet, so that none can be looked for.

use super::sql::Ladder;
use super::{Violation, replay, signed, sql};
use crate::db::{Conn, Db};
use crate::error::{Refusal, Result};
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
    found.extend(signed::check(&mut *db.read().await?).await?);
    found.extend(ladders(&mut *db.read().await?).await?);
    Ok(found)
}

/// Past the top of a ladder, it is called again so often.
const CALL_AGAIN: i64 = 24 * 3_600_000;

/// Where somebody was called, the next is called no later than the widest steps that the alliance ever had allow.
async fn ladders(conn: &mut Conn) -> Result<Vec<Violation>> {
    let mut steps: BTreeMap<String, i64> = BTreeMap::new();
    for (alliance, settings) in sql::settings(conn).await? {
        let table = serde_json::to_value(crate::settings::rules::in_force(&settings)?.deadlines.step)
            .map_err(Refusal::internal)?;
        let spans = table.as_object().into_iter().flatten().filter_map(|(_, span)| span.as_i64());
        let widest = steps.entry(alliance).or_default();
        *widest = spans.fold(*widest, i64::max);
    }
    let (mut found, mut last) = (Vec::new(), String::new());
    loop {
        let page = sql::ladders_after(conn, &last, CASES).await?;
        let Some(end) = page.last() else { return Ok(found) };
        last.clone_from(&end.leg);
        found.extend(page.into_iter().filter(|one| is_too_late(one, steps.get(&one.alliance))).map(|one| {
            let sentence = "a deadline of a leg that was moved after somebody was called";
            Violation { invariant: "I-15", sentence, of: one.leg }
        }));
    }
}

fn is_too_late(ladder: &Ladder, step: Option<&i64>) -> bool {
    let climbing = ladder.owed_due_at.saturating_add(ladder.rungs.saturating_mul(*step.unwrap_or(&0)));
    let at_top = ladder.called_at.unwrap_or(ladder.owed_due_at).saturating_add(CALL_AGAIN);
    ladder.next_at > climbing.max(at_top)
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
