//! Puts a consult together as one caller sees it: names beside ids, and reports as far as they are theirs to read.
//! Decides nothing but what is shown; writes nothing.

use super::lists::sql as lists;
use super::report::sql::Stored as StoredReport;
use super::sql::Stored;
use super::{Acknowledgement, Consent, Consult, Report, flow, report, rules};
use crate::access::Call;
use crate::consults::KIND;
use crate::db::Conn;
use crate::db::change::Subject;
use crate::directory::sql as directory;
use crate::error::{Refusal, Result};
use crate::refs::{PersonRef, TimelineEntry};
use crate::studies;

/// The consult, whole.
pub async fn whole(conn: &mut Conn, call: &Call, stored: &Stored) -> Result<Consult> {
    let life = &stored.life;
    let reports = reports(conn, call, stored).await?;
    let department = match &stored.invited_department {
        Some(id) => directory::department(conn, &stored.invited_organisation, id).await?,
        None => None,
    };
    let acknowledgement = match &life.acknowledgement {
        Some(adopted) => Some(Acknowledgement {
            adoption: adopted.adoption,
            reason: adopted.reason.clone(),
            by: named(conn, &adopted.by, &stored.requester_organisation).await?,
            at: adopted.at,
        }),
        None => None,
    };
    Ok(Consult {
        row: lists::row(conn, &stored.id, &call.caller.person, call.ground.today()).await?,
        summary: life.summary.clone(),
        consent: match (life.consent, stored.consent_at) {
            (Some(kind), Some(recorded_at)) => Some(Consent { kind, recorded_at }),
            (Some(_) | None, Some(_) | None) => None,
        },
        invited_department: department,
        room_id: stored.room.clone(),
        studies: studies::sql::of_consult(conn, &stored.alliance, &stored.id).await?,
        report: reports.first().cloned(),
        report_versions: reports,
        ask: report::sql::questions(conn, &stored.id).await?,
        acknowledgement,
        decision: life.decision.clone(),
        allowed: rules::allowed(life, flow::actor(call, stored)),
    })
}

/// The versions this caller may read, newest first: a draft is the invited side's own.
async fn reports(conn: &mut Conn, call: &Call, stored: &Stored) -> Result<Vec<Report>> {
    let sees_drafts = *call.organisation() == stored.invited_organisation;
    let mut shown = Vec::new();
    for version in report::sql::versions(conn, &stored.id).await? {
        if sees_drafts || version.signed_at.is_some() {
            let author = named(conn, &version.author, &stored.invited_organisation).await?;
            shown.push(with_author(version, author));
        }
    }
    Ok(shown)
}

fn with_author(stored: StoredReport, author: PersonRef) -> Report {
    Report {
        version: stored.version,
        kind: stored.kind,
        findings: stored.text.findings,
        diagnosis: stored.text.diagnosis,
        advice: stored.text.advice,
        disposition: stored.text.disposition,
        author,
        drafted_at: stored.drafted_at,
        signed_at: stored.signed_at,
        content_hash: stored.content_hash,
    }
}

async fn named(
    conn: &mut Conn,
    person: &crate::ids::PersonId,
    organisation: &crate::ids::OrganisationId,
) -> Result<PersonRef> {
    directory::named(conn, person, organisation)
        .await?
        .ok_or_else(|| Refusal::internal(format!("person {person} is not in the directory")))
}

/// The studies a signature stands for, by their UIDs, sorted.
pub async fn inputs(conn: &mut Conn, stored: &Stored) -> Result<Vec<String>> {
    let studies = studies::sql::of_consult(conn, &stored.alliance, &stored.id).await?;
    let mut uids: Vec<String> = studies.into_iter().map(|study| study.study_uid).collect();
    uids.sort();
    Ok(uids)
}

/// What happened, oldest first. A draft saved again and again by its writer is one entry, the last.
pub async fn timeline(conn: &mut Conn, stored: &Stored) -> Result<Vec<TimelineEntry>> {
    let entries = directory::timeline(conn, Subject { kind: KIND, id: stored.id.as_str() }).await?;
    Ok(rules::condensed(entries))
}
