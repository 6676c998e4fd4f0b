//! Statements on what passes between the two sides in writing: reports and questions. Decides nothing; a report
//! that is signed is out of reach of every statement that writes.

use super::{Disposition, DocumentKind, ReportText};
use crate::consults::Ask;
use crate::db::{Conn, Tx, changed_once};
use crate::error::{Refusal, Result};
use crate::ids::{ConsultId, PersonId};
use crate::refs::Diagnosis;
use crate::time::Timestamp;
use sqlx::Row as _;

/// One version of a report as it is kept.
pub struct Stored {
    pub version: i64,
    pub kind: DocumentKind,
    pub text: ReportText,
    pub author: PersonId,
    pub drafted_at: Timestamp,
    pub signed_at: Option<Timestamp>,
    pub content_hash: Option<String>,
}

const SAVE: &str = "INSERT INTO consult_report (consult_id, version, kind, findings, diagnosis_code, diagnosis_system, diagnosis_system_version, \
     diagnosis_text, advice, disposition, author_id, drafted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
     ON CONFLICT (consult_id, version) DO UPDATE SET findings = excluded.findings, diagnosis_code = excluded.diagnosis_code, \
     diagnosis_system = excluded.diagnosis_system, diagnosis_system_version = excluded.diagnosis_system_version, \
     diagnosis_text = excluded.diagnosis_text, advice = excluded.advice, disposition = excluded.disposition, author_id = excluded.author_id, \
     drafted_at = excluded.drafted_at WHERE consult_report.signed_at IS NULL";
const SIGN: &str = "UPDATE consult_report SET signed_at = $3, canonical = $4, content_hash = $5, author_id = $6 \
     WHERE consult_id = $1 AND version = $2 AND signed_at IS NULL";
const OF_CONSULT: &str = "SELECT version, kind, findings, diagnosis_code, diagnosis_system, diagnosis_system_version, diagnosis_text, advice, \
     disposition, author_id, drafted_at, signed_at, content_hash FROM consult_report WHERE consult_id = $1 ORDER BY version DESC";
const ASK: &str = "INSERT INTO consult_question (id, consult_id, text, asked_at) VALUES ($1, $2, $3, $4)";
const ANSWER: &str =
    "UPDATE consult_question SET answer = $2, answered_at = $3 WHERE consult_id = $1 AND answered_at IS NULL";
const QUESTIONS: &str =
    "SELECT text, asked_at, answer FROM consult_question WHERE consult_id = $1 ORDER BY asked_at, id";

/// Writes a draft, or over one.
pub async fn save(
    tx: &mut Tx,
    consult: &ConsultId,
    version: i64,
    kind: DocumentKind,
    text: &ReportText,
    author: &PersonId,
) -> Result<()> {
    let now = tx.now.0;
    let diagnosis = &text.diagnosis;
    let done = sqlx::query(SAVE)
        .bind(consult.as_str())
        .bind(version)
        .bind(kind.as_str())
        .bind(text.findings.as_str())
        .bind(diagnosis.code.as_deref())
        .bind(diagnosis.system.as_deref())
        .bind(diagnosis.system_version.as_deref())
        .bind(diagnosis.text.as_str())
        .bind(text.advice.as_str())
        .bind(text.disposition.map(Disposition::as_str))
        .bind(author.as_str())
        .bind(now)
        .execute(tx.conn())
        .await?;
    changed_once(done.rows_affected())
}

/// Fixes a version for ever.
pub async fn sign(
    tx: &mut Tx,
    consult: &ConsultId,
    version: i64,
    author: &PersonId,
    canonical: &str,
    hash: &str,
) -> Result<()> {
    let now = tx.now.0;
    let done = sqlx::query(SIGN)
        .bind(consult.as_str())
        .bind(version)
        .bind(now)
        .bind(canonical)
        .bind(hash)
        .bind(author.as_str())
        .execute(tx.conn())
        .await?;
    changed_once(done.rows_affected())
}

/// All versions, newest first.
pub async fn versions(conn: &mut Conn, consult: &ConsultId) -> Result<Vec<Stored>> {
    let rows = sqlx::query(OF_CONSULT).bind(consult.as_str()).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let kind: String = row.try_get(1)?;
            let disposition: Option<String> = row.try_get(8)?;
            Ok(Stored {
                version: row.try_get(0)?,
                kind: DocumentKind::parse(&kind).ok_or_else(inconsistent)?,
                text: ReportText {
                    findings: row.try_get(2)?,
                    diagnosis: Diagnosis {
                        code: row.try_get(3)?,
                        system: row.try_get(4)?,
                        system_version: row.try_get(5)?,
                        text: row.try_get(6)?,
                    },
                    advice: row.try_get(7)?,
                    disposition: match disposition {
                        Some(word) => Some(Disposition::parse(&word).ok_or_else(inconsistent)?),
                        None => None,
                    },
                },
                author: PersonId::trusted(row.try_get::<String, _>(9)?),
                drafted_at: Timestamp(row.try_get(10)?),
                signed_at: row.try_get::<Option<i64>, _>(11)?.map(Timestamp),
                content_hash: row.try_get(12)?,
            })
        })
        .collect()
}

pub async fn ask(tx: &mut Tx, consult: &ConsultId, text: &str) -> Result<()> {
    let (id, now) = (tx.new_id(), tx.now.0);
    sqlx::query(ASK).bind(id).bind(consult.as_str()).bind(text).bind(now).execute(tx.conn()).await?;
    Ok(())
}

/// Answers the one question that is open.
pub async fn answer(tx: &mut Tx, consult: &ConsultId, text: &str) -> Result<()> {
    let now = tx.now.0;
    let done = sqlx::query(ANSWER).bind(consult.as_str()).bind(text).bind(now).execute(tx.conn()).await?;
    changed_once(done.rows_affected())
}

pub async fn questions(conn: &mut Conn, consult: &ConsultId) -> Result<Vec<Ask>> {
    let rows = sqlx::query(QUESTIONS).bind(consult.as_str()).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Ok(Ask { text: row.try_get(0)?, asked_at: Timestamp(row.try_get(1)?), answer: row.try_get(2)? })
        })
        .collect()
}

fn inconsistent() -> Refusal {
    Refusal::internal("table consult_report does not fit its types")
}
