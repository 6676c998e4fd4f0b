//! The doors for changes to bed figures: policy → rules → row, event, audit and outbox in one transaction. Knows no HTTP.

use super::rules::{self, Departments, Figures, Line, Plan};
use super::sql::{self, Said};
use super::{BedBoard, BedInput, Report, Source, read};
use crate::access::Call;
use crate::access::policy::Action;
use crate::db::change::{Author, Change, Subject};
use crate::db::{Conn, Tx};
use crate::error::{Code, Refusal, Result};
use crate::ids::{AllianceId, DepartmentId, OrganisationId};
use crate::time::Timestamp;
use serde_json::json;
use std::collections::BTreeMap;

pub const BEDS: &str = "beds";

/// On whose behalf figures change, and whose they are.
pub struct By<'a> {
    pub alliance: &'a AllianceId,
    pub organisation: &'a OrganisationId,
    pub author: &'a Author,
    pub basis: &'static str,
}

impl<'a> By<'a> {
    fn caller(call: &'a Call, basis: &'static str) -> Self {
        Self {
            alliance: &call.caller.alliance,
            organisation: &call.caller.organisation,
            author: &call.author,
            basis,
        }
    }
}

/// Somebody at a page says how many beds a department of theirs has, on the version they saw.
pub async fn set(
    tx: &mut Tx,
    call: &Call,
    department: &DepartmentId,
    version: i64,
    input: &BedInput,
) -> Result<BedBoard> {
    let basis = call.require(Action::BedManage, None)?;
    let by = By::caller(call, basis);
    let own = sql::departments(tx.conn(), by.alliance, by.organisation).await?;
    if !own.0.iter().any(|(id, _, _)| id == department) {
        return Err(Refusal::not_found());
    }
    let figures = rules::check(input, tx.now)?;
    let standing = sql::standing(tx.conn(), by.alliance, by.organisation).await?;
    let stands = standing.get(department).map_or(0, |(one, _)| one.version);
    if stands != version {
        return Err(Refusal::changed(stands, read::board(tx.conn(), call).await?));
    }
    put(tx, &by, department, version, &figures, Source::Hand).await?;
    read::board(tx.conn(), call).await
}

/// A file or a feed: all of it, or nothing and the report of what is wrong. What was counted before what stands is left out.
pub async fn take(tx: &mut Tx, call: &Call, lines: Vec<Line>, source: Source) -> Result<Report> {
    let basis = call.require(Action::BedManage, None)?;
    apply(tx, &By::caller(call, basis), lines, source).await
}

pub async fn apply(tx: &mut Tx, by: &By<'_>, lines: Vec<Line>, source: Source) -> Result<Report> {
    let now = tx.now;
    let (plan, versions, mut report) = planned(tx.conn(), by, lines, source, now).await?;
    if report.errors > 0 {
        let report = serde_json::to_value(&report).map_err(Refusal::internal)?;
        return Err(Refusal::new(Code::BedsRows).with("report", report));
    }
    for (department, at) in &plan.confirmed {
        sql::confirm(tx, department, *at).await?;
    }
    for (department, figures) in &plan.changes {
        let version = versions.get(department).copied().unwrap_or(0);
        put(tx, by, department, version, figures, source).await?;
    }
    report.applied = true;
    Ok(report)
}

/// What a list would do.
pub async fn dry_run(conn: &mut Conn, by: &By<'_>, lines: Vec<Line>, now: Timestamp) -> Result<Report> {
    Ok(planned(conn, by, lines, Source::File, now).await?.2)
}

pub async fn dry_run_of(conn: &mut Conn, call: &Call, lines: Vec<Line>) -> Result<Report> {
    let basis = call.require(Action::BedManage, None)?;
    dry_run(conn, &By::caller(call, basis), lines, call.now).await
}

type Planned = (Plan, BTreeMap<DepartmentId, i64>, Report);

async fn planned(
    conn: &mut Conn,
    by: &By<'_>,
    lines: Vec<Line>,
    source: Source,
    now: Timestamp,
) -> Result<Planned> {
    let departments: Departments = sql::departments(conn, by.alliance, by.organisation).await?;
    let standing: BTreeMap<_, _> = sql::standing(conn, by.alliance, by.organisation)
        .await?
        .into_iter()
        .map(|(id, (standing, _))| (id, standing))
        .collect();
    let versions = standing.iter().map(|(id, one)| (id.clone(), one.version)).collect();
    let (plan, report) = rules::plan(lines, source, &departments, &standing, now);
    Ok((plan, versions, report))
}

async fn put(
    tx: &mut Tx,
    by: &By<'_>,
    department: &DepartmentId,
    version: i64,
    figures: &Figures,
    source: Source,
) -> Result<()> {
    let said = Said { department, figures, source, by: by.author.person.as_ref() };
    let version = sql::set(tx, by.alliance, by.organisation, version, said).await?;
    let audience = [by.organisation.clone()];
    tx.record(Change {
        author: by.author,
        alliance: by.alliance,
        subject: Subject { kind: BEDS, id: department.as_str() },
        version,
        kind: "beds.set",
        payload: json!({
            "open": figures.open,
            "occupied": figures.occupied,
            "free": figures.free,
            "expected_free": figures.expected_free,
            "source": source,
            "at": figures.at,
        }),
        occurred_at: Some(figures.at),
        patient: None,
        basis: by.basis,
        audience: &audience,
    })
    .await
}
