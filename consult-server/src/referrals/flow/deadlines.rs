//! The timers of a leg: set with the change that starts them, and what happens when one is due. One timer stands for each duty
//! (I-1) and climbs its ladder rung by rung; holds and an emergency's papers have timers of their own. `worker` calls `due`.

use super::{Acting, LEG, apply, locked};
use crate::db::change::{Author, Change, Subject};
use crate::db::timers::{self, Timer};
use crate::db::{Conn, Tx};
use crate::directory;
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, LegId, OrganisationId, PatientId};
use crate::referrals::rules::{self, HOLD, RECORD, Waiting};
use crate::referrals::sql;
use crate::time::Timestamp;
use referral::{Actor, Case, Command, Leg, Owed};
use serde_json::{Value, json};

const MISSED: &str = "leg.deadline_missed";

/// Brings the timers from what was waited for to what is; what did not change keeps its timer and its place on the ladder.
pub async fn arm(tx: &mut Tx, alliance: &AllianceId, leg: &Leg, was: &Waiting, is: &Waiting) -> Result<()> {
    let subject = (LEG, leg.id.as_str());
    if was.owed != is.owed {
        let goes_on = |was: &&Owed| is.owed.as_ref().is_some_and(|is| is.duty == was.duty);
        if let Some(owed) = was.owed.as_ref().filter(|was| !goes_on(was)) {
            timers::unset(tx, subject, owed.duty.as_str()).await?;
        }
        if let Some(owed) = &is.owed {
            timers::set(tx, alliance, subject, owed.duty.as_str(), rules::time(owed.due_at)).await?;
        }
    }
    for (kind, was, is) in [(HOLD, was.hold, is.hold), (RECORD, was.record, is.record)] {
        match is {
            Some(due) if was != is => timers::set(tx, alliance, subject, kind, due).await?,
            None if was.is_some() => timers::unset(tx, subject, kind).await?,
            Some(_) | None => {}
        }
    }
    Ok(())
}

/// A timer of a leg is due: taken and acted on in this transaction.
pub async fn due(tx: &mut Tx, timer: &Timer) -> Result<()> {
    let id = LegId::trusted(timer.subject_id.as_str());
    let found = locked(tx, &timer.alliance, &id).await?;
    if !timers::take(tx, timer).await? {
        return Ok(());
    }
    let Some((case, leg_id)) = found else { return Ok(()) };
    let Some(leg) = case.leg(&leg_id) else { return Ok(()) };
    let acting = Acting {
        alliance: timer.alliance.clone(),
        actor: Actor::Clock,
        author: Author { from: "worker".to_owned(), ..Author::default() },
        basis: "deadline",
    };
    match timer.kind.as_str() {
        HOLD => release(tx, &acting, &case, leg).await,
        RECORD => call_for_papers(tx, &acting, &case, leg, timer.due_at).await,
        duty => {
            let table = sql::deadlines(tx.conn(), &timer.alliance).await?;
            match referral::owed(&case, &leg_id, &table) {
                Some(owed) if owed.duty.as_str() == duty => {
                    climb(tx, &acting, &case, leg, &owed, timer.due_at).await
                }
                // Somebody did it between the timer and now; the change has set what is due instead.
                Some(_) | None => Ok(()),
            }
        }
    }
}

async fn release(tx: &mut Tx, acting: &Acting, case: &Case, leg: &Leg) -> Result<()> {
    let now = super::millis(tx.now);
    let events = referral::decide(case, &leg.id, &Command::Release, &acting.actor, now)
        .map_err(|why| Refusal::internal(format!("a hold did not run out: {why:?}")))?;
    apply(tx, acting, case, &events).await?;
    Ok(())
}

/// Whom an urging or a missed deadline calls, and what they are told of it.
pub struct Called {
    pub organisations: Vec<OrganisationId>,
    pub payload: Value,
}

/// Somebody urged: the next rung of the ladder is called now, without waiting for the deadline.
pub async fn call_next(tx: &mut Tx, acting: &Acting, case: &Case, leg: &referral::LegId) -> Result<Called> {
    let table = sql::deadlines(tx.conn(), &acting.alliance).await?;
    let owed = referral::owed(case, leg, &table);
    let (Some(owed), Some(leg)) = (owed, case.leg(leg)) else {
        return Err(Refusal::internal(format!("leg {leg} was urged and nobody owes it")));
    };
    let (called, _) = next_rung(tx, acting, leg, &owed).await?;
    Ok(called)
}

/// With what was called the duty as it stands: it keeps the time it was given when it began, whatever the table says by now.
/// Who is called, and how long one rung waits for the next, is what the alliance wants today.
async fn next_rung(tx: &mut Tx, acting: &Acting, leg: &Leg, owed: &Owed) -> Result<(Called, Owed)> {
    let (called, was_due) = sql::climb(tx, &LegId::trusted(leg.id.as_str())).await?;
    let owed = Owed { due_at: was_due.unwrap_or(owed.due_at), ..owed.clone() };
    let rung = rules::rung_name(owed.ladder, called - 1);
    let organisations =
        who_is_called(tx.conn(), acting, leg, &rules::our_org(&owed.organisation), rung).await?;
    let payload = json!({
        "duty": owed.duty,
        "party": owed.party,
        "department_id": owing_department(leg, &owed),
        "rung": rung,
        "step": called,
        "due_at": rules::time(owed.due_at),
        "told": organisations,
    });
    Ok((Called { organisations, payload }, owed))
}

/// Calls the next rung of the ladder and sets the timer for the one after it.
async fn climb(
    tx: &mut Tx,
    acting: &Acting,
    case: &Case,
    leg: &Leg,
    owed: &Owed,
    due_at: Timestamp,
) -> Result<()> {
    let (called, owed) = next_rung(tx, acting, leg, owed).await?;
    let steps =
        called.payload["step"].as_u64().and_then(|steps| usize::try_from(steps).ok()).unwrap_or_default();
    missed(tx, acting, case, leg, due_at, called).await?;
    let next = rules::call_at(&owed, steps, tx.now);
    timers::set(tx, &acting.alliance, (LEG, leg.id.as_str()), owed.duty.as_str(), next).await
}

/// The sender is called for an emergency's papers, rung by rung and then once a day, until they are complete. Papers are no
/// emergency: one rung waits for the next as long as with a routine patient.
async fn call_for_papers(
    tx: &mut Tx,
    acting: &Acting,
    case: &Case,
    leg: &Leg,
    due_at: Timestamp,
) -> Result<()> {
    let ladder = referral::Ladder::Sender;
    // The ladder counter of the leg is its duty's.
    let called = sql::calls_for(tx.conn(), &leg.id, MISSED, RECORD).await?;
    let rung = rules::rung_name(ladder, called);
    let organisations = who_is_called(tx.conn(), acting, leg, &rules::our_org(&leg.from), rung).await?;
    let payload = json!({
        "duty": RECORD, "party": "sender", "rung": rung, "step": called + 1, "due_at": due_at, "told": organisations,
    });
    missed(tx, acting, case, leg, due_at, Called { organisations, payload }).await?;
    let step = sql::deadlines(tx.conn(), &acting.alliance).await?.step.routine;
    let next = rules::papers_again_at(ladder, called + 1, due_at, step, tx.now);
    timers::set(tx, &acting.alliance, (LEG, leg.id.as_str()), RECORD, next).await
}

/// The department that owes, where the leg names it: whose duty is called first.
fn owing_department<'a>(leg: &'a Leg, owed: &Owed) -> Option<&'a str> {
    let to = leg.to.as_ref().filter(|to| to.organisation == owed.organisation)?;
    to.department.as_ref().map(referral::DepartmentId::as_str)
}

/// The organisations whose people are called: the one that owes; for its manager also those above it; both for a call.
async fn who_is_called(
    conn: &mut Conn,
    acting: &Acting,
    leg: &Leg,
    owing: &OrganisationId,
    rung: &str,
) -> Result<Vec<OrganisationId>> {
    match rung {
        "manager" => directory::sql::above(conn, &acting.alliance, owing).await,
        "both_call" => Ok(rules::sides(leg)),
        _ => Ok(vec![owing.clone()]),
    }
}

async fn missed(
    tx: &mut Tx,
    acting: &Acting,
    case: &Case,
    leg: &Leg,
    due_at: Timestamp,
    called: Called,
) -> Result<()> {
    let patient = PatientId::trusted(case.patient.as_str());
    let mut audience = rules::sides(leg);
    for organisation in called.organisations {
        if !audience.contains(&organisation) {
            audience.push(organisation);
        }
    }
    tx.record(Change {
        author: &acting.author,
        alliance: &acting.alliance,
        subject: Subject { kind: LEG, id: leg.id.as_str() },
        version: i64::try_from(leg.version).map_err(Refusal::internal)?,
        kind: MISSED,
        payload: called.payload,
        occurred_at: Some(due_at),
        patient: Some(&patient),
        basis: acting.basis,
        audience: &audience,
    })
    .await
}
