//! Reading the beds of the caller's organisation: figures with their age, and what is held. Changes nothing.

use super::flow::BEDS;
use super::rules::{self, Standing};
use super::{BedBoard, BedFigure, BedHold, BedRow, sql};
use crate::access::Call;
use crate::access::policy::Action;
use crate::db::Conn;
use crate::db::change::Subject;
use crate::directory;
use crate::error::{Code, Refusal, Result};
use crate::http::{Page, Paging};
use crate::ids::{DepartmentId, PersonId};
use crate::refs::{DepartmentRef, OrganisationRef, TimelineEntry};
use crate::settings;

pub async fn board(conn: &mut Conn, call: &Call) -> Result<BedBoard> {
    call.require(Action::BedRead, None)?;
    let caller = &call.caller;
    let (alliance, organisation) = (&caller.alliance, &caller.organisation);
    let stale_minutes = settings::sql::in_force(conn, alliance).await?.beds.stale_minutes;
    let mut holds = sql::holds(conn, alliance, organisation, call.ground.today()).await?;
    let mut figures = sql::standing(conn, alliance, organisation).await?;
    let mut departments = Vec::new();
    for (id, code, name) in sql::departments(conn, alliance, organisation).await?.0 {
        let (own, others): (Vec<_>, Vec<_>) =
            holds.into_iter().partition(|hold| hold.department.as_ref() == Some(&id));
        holds = others;
        let standing = figures.remove(&id);
        let figure = match &standing {
            Some((one, by)) => Some(figure(conn, call, one, by.as_ref(), stale_minutes).await?),
            None => None,
        };
        departments.push(row(DepartmentRef { id, name }, code, standing.map(|(one, _)| one), figure, own)?);
    }
    Ok(BedBoard {
        organisation: OrganisationRef { id: organisation.clone(), name: caller.organisation_name.clone() },
        stale_minutes,
        may_edit: call.require(Action::BedManage, None).is_ok(),
        departments,
        other_holds: holds,
    })
}

fn row(
    department: DepartmentRef,
    code: String,
    standing: Option<Standing>,
    figure: Option<BedFigure>,
    holds: Vec<BedHold>,
) -> Result<BedRow> {
    let held = i64::try_from(holds.len()).map_err(Refusal::internal)?;
    let left = standing.as_ref().map(|one| rules::left(one.figures.free, held));
    Ok(BedRow {
        department,
        code,
        version: standing.as_ref().map_or(0, |one| one.version),
        figure,
        available: left.map(|(available, _)| available),
        over_held: left.map_or(0, |(_, over)| over),
        holds,
    })
}

async fn figure(
    conn: &mut Conn,
    call: &Call,
    standing: &Standing,
    by: Option<&PersonId>,
    stale_minutes: i64,
) -> Result<BedFigure> {
    let figures = &standing.figures;
    let set_by = match by {
        Some(person) => directory::sql::named(conn, person, call.organisation()).await?,
        None => None,
    };
    Ok(BedFigure {
        open: figures.open,
        occupied: figures.occupied,
        free: figures.free,
        expected_free: figures.expected_free,
        source: standing.source,
        at: figures.at,
        set_by,
        stale: rules::is_stale(figures.at, call.now, stale_minutes),
    })
}

/// What was said of a department of the caller's, newest first, a page at a time: a feed goes on for ever.
pub async fn history(
    conn: &mut Conn,
    call: &Call,
    department: &DepartmentId,
    paging: &Paging,
) -> Result<Page<TimelineEntry>> {
    call.require(Action::BedRead, None)?;
    let before = match paging.cursor.as_deref() {
        None => i64::MAX,
        Some(cursor) => {
            cursor.parse().map_err(|_| Refusal::new(Code::RequestQuery).with("reason", "cursor"))?
        }
    };
    let own = sql::departments(conn, &call.caller.alliance, call.organisation()).await?;
    if !own.0.iter().any(|(id, _, _)| id == department) {
        return Err(Refusal::not_found());
    }
    let (subject, limit) = (Subject { kind: BEDS, id: department.as_str() }, paging.limit());
    let found = directory::sql::newest(conn, subject, before, limit + 1).await?;
    Ok(Page::cut(found, limit, |entry| entry.seq.to_string()))
}
