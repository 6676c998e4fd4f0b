//! Statements that look for what must never be. Each answers one text a violation, ids only; none is expected.

use super::replay::Told;
use super::signed;
use crate::consults::report::{Disposition, DocumentKind, ReportText};
use crate::db::{Conn, from_json};
use crate::error::Result;
use crate::refs::Diagnosis;
use crate::time::Timestamp;
use sqlx::Row as _;

/// An invariant as a statement; `$1` is now.
pub struct Sought {
    pub invariant: &'static str,
    pub sentence: &'static str,
    statement: &'static str,
}

/// What a statement alone can see. That states, deadlines and columns are what the events say is `replay`'s.
pub const SOUGHT: &[Sought] = &[
    Sought {
        invariant: "I-1",
        sentence: "a leg under way without exactly one deadline for what is owed",
        statement: "SELECT l.id FROM leg l WHERE $1 > 0 AND l.submitted_at IS NOT NULL AND l.is_ended = 0 AND (l.owed_duty IS NULL \
             OR (SELECT COUNT(*) FROM timer t WHERE t.subject_kind = 'leg' AND t.subject_id = l.id AND t.kind = l.owed_duty) <> 1)",
    },
    Sought {
        invariant: "I-1",
        sentence: "a consult in which somebody owes a step, without exactly one deadline",
        statement: "SELECT c.id FROM consult c WHERE $1 > 0 AND c.owed_party IS NOT NULL AND \
             (SELECT COUNT(*) FROM timer t WHERE t.subject_kind = 'consult' AND t.subject_id = c.id) <> 1",
    },
    Sought {
        invariant: "I-2",
        sentence: "a leg that was accepted twice",
        statement: "SELECT e.subject_id FROM event e WHERE $1 > 0 AND e.subject_kind = 'leg' AND e.kind = 'leg.accepted' \
             GROUP BY e.subject_id HAVING COUNT(*) > 1",
    },
    Sought {
        invariant: "I-3",
        sentence: "a leg owed by an organisation where nobody works, in an alliance where nobody is on duty",
        statement: "SELECT l.id FROM leg l WHERE l.owed_duty IS NOT NULL AND NOT EXISTS (SELECT 1 FROM position x JOIN person p \
             ON p.id = x.person_id WHERE x.organisation_id = l.owed_organisation_id AND p.kind = 'human' AND p.left_at IS NULL \
             AND x.valid_from <= $1 AND (x.valid_until IS NULL OR x.valid_until > $1)) \
             AND NOT EXISTS (SELECT 1 FROM duty d WHERE d.alliance_id = l.alliance_id AND d.kind = 'alliance' AND d.starts_at <= $1 AND d.ends_at > $1)",
    },
    Sought {
        invariant: "I-4",
        sentence: "a case whose patient is in two places",
        statement: "SELECT l.case_id FROM leg l WHERE $1 > 0 AND l.holds_patient = 1 GROUP BY l.case_id HAVING COUNT(*) > 1",
    },
    Sought {
        invariant: "I-5",
        sentence: "a closed leg that nobody acknowledged or forced",
        statement: "SELECT l.id FROM leg l WHERE $1 > 0 AND l.state = 'closed' AND NOT EXISTS (SELECT 1 FROM event e \
             WHERE e.subject_kind = 'leg' AND e.subject_id = l.id AND e.kind IN ('leg.acknowledged', 'leg.force_closed'))",
    },
    Sought {
        invariant: "I-5",
        sentence: "a closed case with a leg under way",
        statement: "SELECT c.id FROM referral_case c WHERE $1 > 0 AND c.closed_at IS NOT NULL AND EXISTS (SELECT 1 FROM leg l \
             WHERE l.case_id = c.id AND l.is_ended = 0)",
    },
    Sought {
        invariant: "I-6",
        sentence: "a leg in which a step is owed without a time by which",
        statement: "SELECT l.id FROM leg l WHERE $1 > 0 AND l.owed_duty IS NOT NULL AND l.owed_due_at IS NULL",
    },
    Sought {
        invariant: "I-6",
        sentence: "a leg whose time has passed, while nobody was called and nobody is about to be",
        statement: "SELECT l.id FROM leg l WHERE l.owed_duty IS NOT NULL AND l.owed_due_at <= $1 AND l.rungs = 0 AND NOT EXISTS (SELECT 1 FROM timer t \
             WHERE t.subject_kind = 'leg' AND t.subject_id = l.id AND t.kind = l.owed_duty AND t.due_at <= $1)",
    },
    Sought {
        invariant: "I-6",
        sentence: "a leg for which more were called than its events say",
        statement: "SELECT l.id FROM leg l WHERE $1 > 0 AND l.rungs > (SELECT COUNT(*) FROM event e WHERE e.subject_kind = 'leg' \
             AND e.subject_id = l.id AND e.kind IN ('leg.deadline_missed', 'leg.urged'))",
    },
    Sought {
        invariant: "I-9",
        sentence: "a leg that was drafted more or less than once",
        statement: "SELECT l.id FROM leg l WHERE $1 > 0 AND (SELECT COUNT(*) FROM event e WHERE e.subject_kind = 'leg' \
             AND e.subject_id = l.id AND e.kind = 'leg.drafted') <> 1",
    },
    Sought {
        invariant: "I-10",
        sentence: "a leg shown as sent without the server's receipt, or the other way round",
        statement: "SELECT l.id FROM leg l WHERE $1 > 0 AND (CASE WHEN l.submitted_at IS NULL THEN 0 ELSE 1 END) <> (SELECT COUNT(*) FROM event e \
             WHERE e.subject_kind = 'leg' AND e.subject_id = l.id AND e.kind = 'leg.submitted')",
    },
    Sought {
        invariant: "I-11",
        sentence: "a grant without an end, of a case that has closed",
        statement: "SELECT g.id FROM access_grant g JOIN referral_case c ON c.id = g.subject_id WHERE $1 > 0 AND g.subject_kind = 'case' \
             AND c.closed_at IS NOT NULL AND g.ends_at IS NULL",
    },
    Sought {
        invariant: "I-11",
        sentence: "an emergency access of more than three hours",
        statement: "SELECT g.id FROM access_grant g WHERE $1 > 0 AND g.person_id IS NOT NULL AND (g.ends_at IS NULL OR g.ends_at - g.given_at > 10800000)",
    },
    Sought {
        invariant: "I-12",
        sentence: "a bed or bay that is held by a leg without a hold",
        statement: "SELECT l.id FROM leg l WHERE $1 > 0 AND l.held IS NOT NULL AND l.state NOT IN ('reserved', 'cancel_requested')",
    },
    Sought {
        invariant: "I-12",
        sentence: "a bed or bay that is held twice",
        statement: "SELECT l.to_organisation_id || ' ' || l.held FROM leg l WHERE $1 > 0 AND l.held IS NOT NULL \
             GROUP BY l.to_organisation_id, l.held HAVING COUNT(*) > 1",
    },
    Sought {
        invariant: "I-15",
        sentence: "a deadline of a leg in which nothing is owed",
        statement: "SELECT t.id FROM timer t LEFT JOIN leg l ON l.id = t.subject_id WHERE $1 > 0 AND t.subject_kind = 'leg' AND (l.id IS NULL OR \
             (t.kind NOT IN ('hold', 'complete_record') AND (l.owed_duty IS NULL OR l.owed_duty <> t.kind)))",
    },
    Sought {
        invariant: "I-14",
        sentence: "a consult with images of somebody else",
        statement: "SELECT c.id || ' ' || s.id FROM consult_study y JOIN consult c ON c.id = y.consult_id JOIN study s ON s.id = y.study_id \
             WHERE $1 > 0 AND (s.patient_id IS NULL OR s.patient_id <> c.patient_id OR s.status <> 'matched')",
    },
    Sought {
        invariant: "I-14",
        sentence: "a study that lies with another patient than the one it was matched with",
        statement: "SELECT s.id FROM study s WHERE $1 > 0 AND (CASE WHEN s.status = 'matched' THEN 1 ELSE 0 END) <> \
             (CASE WHEN s.patient_id IS NOT NULL AND s.holder = 'p:' || s.patient_id THEN 1 ELSE 0 END)",
    },
    Sought {
        invariant: "I-14",
        sentence: "a study that nobody assigned by hand, of somebody born on another day",
        statement: "SELECT s.id FROM study s JOIN patient p ON p.id = s.patient_id WHERE $1 > 0 AND s.status = 'matched' AND s.birth_date <> '' \
             AND p.birth_date IS NOT NULL AND REPLACE(s.birth_date, '-', '') <> REPLACE(p.birth_date, '-', '') AND NOT EXISTS (SELECT 1 FROM event e \
             WHERE e.subject_kind = 'study' AND e.subject_id = s.id AND e.kind = 'study.assigned') \
             AND NOT EXISTS (SELECT 1 FROM event e WHERE e.subject_kind = 'patient' AND e.subject_id = p.id AND e.kind = 'patient.changed' \
             AND e.recorded_at >= s.received_at)",
    },
    Sought {
        invariant: "I-15",
        sentence: "a deadline of a leg that was moved before anybody was called",
        statement: "SELECT l.id FROM leg l JOIN timer t ON t.subject_kind = 'leg' AND t.subject_id = l.id AND t.kind = l.owed_duty \
             WHERE $1 > 0 AND l.rungs = 0 AND t.due_at <> l.owed_due_at",
    },
    Sought {
        invariant: "I-15",
        sentence: "a consult whose deadline is not the one it shows",
        statement: "SELECT c.id FROM consult c JOIN timer t ON t.subject_kind = 'consult' AND t.subject_id = c.id WHERE $1 > 0 \
             AND (c.due_at IS NULL OR t.due_at <> c.due_at)",
    },
    Sought {
        invariant: "I-15",
        sentence: "a deadline that is not looked at when it is due",
        statement: "SELECT t.id FROM timer t WHERE (t.tries = 0 AND t.fire_at <> t.due_at) OR (t.tries > 0 AND t.fire_at > t.due_at AND t.fire_at > $1 + 300000)",
    },
    Sought {
        invariant: "I-16",
        sentence: "a leg that had ended and is under way again",
        statement: "SELECT l.id FROM leg l WHERE $1 > 0 AND l.is_ended = 0 AND EXISTS (SELECT 1 FROM event e WHERE e.subject_kind = 'leg' \
             AND e.subject_id = l.id AND e.kind IN ('leg.discarded', 'leg.declined', 'leg.redirected', 'leg.acknowledged', 'leg.cancelled', \
             'leg.force_closed', 'leg.marked_in_error'))",
    },
    Sought {
        invariant: "I-16",
        sentence: "a leg to which something happened after its end",
        statement: "SELECT e.subject_id FROM event e JOIN leg l ON l.id = e.subject_id WHERE $1 > 0 AND e.subject_kind = 'leg' \
             AND e.kind IN ('leg.submitted', 'leg.opened', 'leg.accepted', 'leg.reserved', 'leg.departed', 'leg.arrived', 'leg.admitted', 'leg.outcome_sent') \
             AND EXISTS (SELECT 1 FROM event f WHERE f.subject_kind = 'leg' AND f.subject_id = e.subject_id AND f.seq < e.seq AND f.kind IN \
             ('leg.discarded', 'leg.declined', 'leg.redirected', 'leg.acknowledged', 'leg.cancelled', 'leg.force_closed', 'leg.marked_in_error'))",
    },
    Sought {
        invariant: "I-16",
        sentence: "a consult that was declined or cancelled and goes on",
        statement: "SELECT c.id FROM consult c WHERE $1 > 0 AND c.state NOT IN ('declined', 'cancelled') AND EXISTS (SELECT 1 FROM event e \
             WHERE e.subject_kind = 'consult' AND e.subject_id = c.id AND e.kind IN ('consult.declined', 'consult.cancelled'))",
    },
];

pub async fn violations(conn: &mut Conn, sought: &Sought, now: Timestamp) -> Result<Vec<String>> {
    let rows = sqlx::query(sought.statement).bind(now.0).fetch_all(conn).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

const CASES: &str = "SELECT id, number, patient_id, version, closed_at, alliance_id FROM referral_case WHERE id > $1 ORDER BY id LIMIT $2";
const LEGS: &str = "SELECT case_id, id, version, state, is_ended, transport, holds_patient, owed_party, owed_organisation_id, owed_duty, snapshot, \
     owed_person_id, held, urges FROM leg WHERE case_id >= $1 AND case_id <= $2 ORDER BY case_id, ordinal";
const EVENTS_OF_LEGS: &str = "SELECT l.case_id, e.seq, e.subject_id, e.version, e.kind, e.person_id, e.organisation_id, e.recorded_at, e.payload \
     FROM leg l JOIN event e ON e.subject_kind = 'leg' AND e.subject_id = l.id WHERE l.case_id >= $1 AND l.case_id <= $2";
const EVENTS_OF_CASES: &str = "SELECT c.id, e.seq, NULL, e.version, e.kind, e.person_id, e.organisation_id, e.recorded_at, e.payload \
     FROM referral_case c JOIN event e ON e.subject_kind = 'case' AND e.subject_id = c.id WHERE c.id >= $1 AND c.id <= $2";

/// A case as the store has it.
pub struct Kept {
    pub case: referral::Case,
    pub alliance: String,
    pub rows: Vec<Row>,
    /// Oldest first.
    pub events: Vec<Told>,
}

/// The columns that repeat what the snapshot says.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    pub leg: String,
    pub version: i64,
    pub state: String,
    pub is_ended: bool,
    pub transport: String,
    pub holds_patient: bool,
    pub owed: Option<Debt>,
    pub held: Option<String>,
    pub urges: i64,
}

/// Who owes what.
#[derive(Debug, PartialEq, Eq)]
pub struct Debt {
    pub party: String,
    pub organisation: String,
    pub person: Option<String>,
    pub duty: String,
}

/// The next cases after an id, with everything of theirs.
pub async fn cases_after(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<Kept>> {
    let mut kept = Vec::new();
    for row in sqlx::query(CASES).bind(after).bind(limit).fetch_all(&mut *conn).await? {
        let mut case = referral::Case::new(
            referral::CaseId::new(row.try_get::<String, _>(0)?),
            row.try_get::<String, _>(1)?,
            referral::PatientId::new(row.try_get::<String, _>(2)?),
        );
        case.version = u64::try_from(row.try_get::<i64, _>(3)?).unwrap_or_default();
        case.closed_at = row.try_get::<Option<i64>, _>(4)?.map(referral::Millis);
        kept.push(Kept { case, alliance: row.try_get(5)?, rows: Vec::new(), events: Vec::new() });
    }
    let (Some(first), Some(last)) = (kept.first(), kept.last()) else { return Ok(kept) };
    let (first, last) = (first.case.id.as_str().to_owned(), last.case.id.as_str().to_owned());
    let place = |kept: &[Kept], id: &str| kept.iter().position(|one| one.case.id.as_str() == id);
    for row in sqlx::query(LEGS).bind(&*first).bind(&*last).fetch_all(&mut *conn).await? {
        let Some(at) = place(&kept, row.try_get(0)?) else { continue };
        kept[at].case.legs.push(from_json(row.try_get(10)?)?);
        kept[at].rows.push(columns(&row)?);
    }
    for statement in [EVENTS_OF_LEGS, EVENTS_OF_CASES] {
        for row in sqlx::query(statement).bind(&*first).bind(&*last).fetch_all(&mut *conn).await? {
            let Some(at) = place(&kept, row.try_get(0)?) else { continue };
            kept[at].events.push(Told {
                seq: row.try_get(1)?,
                leg: row.try_get(2)?,
                version: row.try_get(3)?,
                kind: row.try_get(4)?,
                person: row.try_get(5)?,
                organisation: row.try_get(6)?,
                at: row.try_get(7)?,
                payload: row.try_get(8)?,
            });
        }
    }
    for one in &mut kept {
        one.events.sort_by_key(|told| told.seq);
    }
    Ok(kept)
}

fn columns(row: &sqlx::any::AnyRow) -> Result<Row> {
    let owed = (row.try_get::<Option<String>, _>(7)?, row.try_get::<Option<String>, _>(8)?, row.try_get(9)?);
    Ok(Row {
        leg: row.try_get(1)?,
        version: row.try_get(2)?,
        state: row.try_get(3)?,
        is_ended: row.try_get::<i64, _>(4)? != 0,
        transport: row.try_get(5)?,
        holds_patient: row.try_get::<i64, _>(6)? != 0,
        owed: match owed {
            (Some(party), Some(organisation), Some(duty)) => {
                Some(Debt { party, organisation, person: row.try_get(11)?, duty })
            }
            (_, _, _) => None,
        },
        held: row.try_get(12)?,
        urges: row.try_get(13)?,
    })
}

const SIGNED: &str = "SELECT r.consult_id, r.version, c.number, c.patient_id, c.question, r.kind, r.findings, r.diagnosis_code, r.diagnosis_system, \
     r.diagnosis_system_version, r.diagnosis_text, r.advice, r.disposition, r.author_id, r.signed_at, r.canonical, r.content_hash \
     FROM consult_report r JOIN consult c ON c.id = r.consult_id WHERE r.signed_at IS NOT NULL \
     AND (r.consult_id > $1 OR (r.consult_id = $1 AND r.version > $2)) ORDER BY r.consult_id, r.version LIMIT $3";
/// A leg's deadline on the ladder, and when somebody was last called because of it.
const LADDERS: &str = "SELECT l.id, l.alliance_id, l.rungs, l.owed_due_at, t.due_at, (SELECT MAX(e.recorded_at) FROM event e WHERE e.subject_kind = 'leg' \
     AND e.subject_id = l.id AND e.kind = 'leg.deadline_missed') FROM leg l JOIN timer t ON t.subject_kind = 'leg' AND t.subject_id = l.id \
     AND t.kind = l.owed_duty WHERE l.rungs > 0 AND l.owed_due_at IS NOT NULL AND l.id > $1 ORDER BY l.id LIMIT $2";
const SETTINGS: &str =
    "SELECT id, settings FROM alliance UNION ALL SELECT alliance_id, settings FROM settings_version";

/// Signed reports after one, in the order of their consults.
pub async fn signed_after(conn: &mut Conn, after: &(String, i64), limit: i64) -> Result<Vec<signed::Kept>> {
    let rows = sqlx::query(SIGNED).bind(after.0.as_str()).bind(after.1).bind(limit).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let disposition: Option<String> = row.try_get(12)?;
            Ok(signed::Kept {
                consult: row.try_get(0)?,
                version: row.try_get(1)?,
                number: row.try_get(2)?,
                patient: row.try_get(3)?,
                question: row.try_get(4)?,
                kind: DocumentKind::parse(&row.try_get::<String, _>(5)?),
                text: ReportText {
                    findings: row.try_get(6)?,
                    diagnosis: Diagnosis {
                        code: row.try_get(7)?,
                        system: row.try_get(8)?,
                        system_version: row.try_get(9)?,
                        text: row.try_get(10)?,
                    },
                    advice: row.try_get(11)?,
                    disposition: disposition.as_deref().and_then(Disposition::parse),
                },
                author: row.try_get(13)?,
                signed_at: row.try_get(14)?,
                canonical: row.try_get(15)?,
                hash: row.try_get(16)?,
            })
        })
        .collect()
}

/// A leg for whose duty somebody was called, and when the next is.
pub struct Ladder {
    pub leg: String,
    pub alliance: String,
    pub rungs: i64,
    pub owed_due_at: i64,
    pub next_at: i64,
    pub called_at: Option<i64>,
}

pub async fn ladders_after(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<Ladder>> {
    let rows = sqlx::query(LADDERS).bind(after).bind(limit).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Ok(Ladder {
                leg: row.try_get(0)?,
                alliance: row.try_get(1)?,
                rungs: row.try_get(2)?,
                owed_due_at: row.try_get(3)?,
                next_at: row.try_get(4)?,
                called_at: row.try_get(5)?,
            })
        })
        .collect()
}

/// Every version of every alliance's settings.
pub async fn settings(conn: &mut Conn) -> Result<Vec<(String, serde_json::Value)>> {
    let rows = sqlx::query(SETTINGS).fetch_all(conn).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, from_json(&row.try_get::<String, _>(1)?)?))).collect()
}
