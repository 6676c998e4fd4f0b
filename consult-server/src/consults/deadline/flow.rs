//! The clock's door: one timer for whoever owes the next step, and what happens when it is missed. The worker calls
//! `missed`; commands call `set` in their own transaction.

use super::{Debtor, Due, due, next_rung};
use crate::access::Role;
use crate::consults::rules::Happened;
use crate::consults::sql::{self, Debt, Stored};
use crate::consults::{KIND, flow};
use crate::db::Tx;
use crate::db::change::Author;
use crate::db::timers::{self, Timer};
use crate::directory;
use crate::error::{Refusal, Result};
use crate::ids::{ConsultId, OrganisationId};
use serde_json::json;

/// The one timer of a consult.
const DEADLINE: &str = "deadline";

/// Who owes what a state calls for.
pub fn debt(stored: &Stored, due: Due) -> Debt {
    let (organisation, person) = match due.debtor {
        Debtor::Requester => (&stored.requester_organisation, Some(stored.requester.clone())),
        Debtor::Invited | Debtor::Manager => (&stored.invited_organisation, stored.life.assignee.clone()),
    };
    Debt { debtor: due.debtor, organisation: organisation.clone(), person, duty: due.duty, due_at: due.at }
}

/// Exactly one timer while somebody owes something, none otherwise (I-1).
pub async fn set(tx: &mut Tx, stored: &Stored) -> Result<()> {
    let subject = (KIND, stored.id.as_str());
    timers::clear(tx, subject).await?;
    match &stored.debt {
        Some(debt) => timers::set(tx, &stored.alliance, subject, DEADLINE, debt.due_at).await,
        None => Ok(()),
    }
}

/// A deadline has passed: nothing expires, the next rung of the ladder owes the step from now on, and sees the consult because of
/// it (`flow::resource`), not its patient (I-11). Fires once, because the
/// worker takes the timer in this very transaction.
pub async fn missed(tx: &mut Tx, timer: &Timer) -> Result<()> {
    let Some(id) = ConsultId::parse(&timer.subject_id) else {
        return Err(Refusal::internal("a timer of no consult"));
    };
    let mut stored = flow::stored(tx.conn(), &timer.alliance, &id).await?;
    let Some(missed) = stored.debt.clone().filter(|debt| debt.due_at == timer.due_at) else { return Ok(()) };
    let now = tx.now;
    let Some(natural) = due(&stored.life, now) else { return Ok(()) };
    let natural = debt(&stored, natural).organisation;
    let ladder = ladder(tx, &natural).await?;
    let rung = usize::try_from(stored.rung).unwrap_or(0);
    let organisation = ladder.get(rung).or(ladder.last()).cloned().unwrap_or(natural);
    let at_top = rung + 1 >= ladder.len();
    stored.rung += 1;
    let due_at = next_rung(stored.life.urgency, at_top, now);
    stored.debt = Some(Debt {
        debtor: Debtor::Manager,
        organisation: organisation.clone(),
        person: None,
        due_at,
        ..missed.clone()
    });
    set(tx, &stored).await?;
    // Who is called, and who has missed it.
    let tell: Vec<_> = missed.person.iter().collect();
    let payload = json!({
        "duty": missed.duty, "due_at": missed.due_at, "rung": stored.rung, "told": [organisation], "tell": tell,
    });
    let log = [Happened { kind: "consult.deadline_missed", by_system: true, payload, is_news: true }];
    let read = stored.version;
    flow::advance_version(&mut stored, &log);
    sql::update(tx, read, &stored).await?;
    flow::record(tx, &Author::default(), &stored, read + 1, &log, "deadline").await
}

/// The organisations that answer for one, from itself upward: those where a coordinator or a manager works now (I-3).
async fn ladder(tx: &mut Tx, from: &OrganisationId) -> Result<Vec<OrganisationId>> {
    let now = tx.now;
    let mut ladder = Vec::new();
    let mut next = Some(from.clone());
    while let Some(organisation) = next {
        let mut answers = false;
        for role in [Role::Coordinator, Role::Manager] {
            answers |= !directory::sql::holders(tx.conn(), &organisation, role, now).await?.is_empty();
        }
        next = directory::sql::parent(tx.conn(), &organisation).await?;
        if answers {
            ladder.push(organisation);
        }
    }
    Ok(ladder)
}
