//! Statements on threads, messages and how far people have read. Decides nothing.

use super::rules::Mark;
use super::{AttachmentInput, AttachmentKind, MessageInput, Opening, Stored, ThreadRow};
use crate::access::{Caller, Role};
use crate::db::list::{self, ids};
use crate::db::{Conn, Tx};
use crate::documents::Document;
use crate::error::{Refusal, Result};
use crate::ids::{
    AllianceId, DepartmentId, DocumentId, MessageId, OrganisationId, PatientId, PersonId, ThreadId,
};
use crate::refs::{OrganisationRef, PatientRef, age};
use crate::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use std::collections::BTreeMap;

macro_rules! thread_columns {
    ($start:literal, $rest:literal) => {
        concat!(
            $start,
            "id, alliance_id, subject_kind, patient_id, grant_kind, grant_id, asking_organisation_id, asked_organisation_id, \
             asked_department_id, previous_id, version, messages ",
            $rest
        )
    };
}
const THREAD: &str = thread_columns!("SELECT ", "FROM thread WHERE id = $1 AND alliance_id = $2");
/// Changes nothing and takes the row's lock, so that on Postgres, too, a thread has one writer at a time.
const THREAD_LOCKED: &str =
    thread_columns!("UPDATE thread SET version = version WHERE id = $1 AND alliance_id = $2 RETURNING ", "");
const OPEN: &str = "INSERT INTO thread (id, alliance_id, subject_kind, patient_id, grant_kind, grant_id, asking_organisation_id, \
     asked_organisation_id, asked_department_id, previous_id, version, messages, last_at, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, 0, $11, $11) ON CONFLICT (id) DO NOTHING";
/// Nothing where there is no such thread: its subject has nobody on the other side.
const INVOLVE: &str = "INSERT INTO thread_person (thread_id, organisation_id, person_id) \
     SELECT t.id, $2, $3 FROM thread t WHERE t.id = $1 ON CONFLICT (thread_id, organisation_id, person_id) DO NOTHING";
/// Whoever is named, acted on the subject or wrote, for one of the two sides, in each of their positions there now.
const TOOK_PART: &str = "SELECT DISTINCT c.person_id, c.organisation_id, x.role FROM ( \
     SELECT person_id, organisation_id FROM thread_person WHERE thread_id = $1 \
     UNION SELECT person_id, organisation_id FROM event WHERE subject_kind = $2 AND subject_id = $1 AND person_id IS NOT NULL \
     UNION SELECT author_id, organisation_id FROM message WHERE thread_id = $1) c \
     JOIN person p ON p.id = c.person_id AND p.kind = 'human' \
     JOIN position x ON x.person_id = c.person_id AND x.organisation_id = c.organisation_id \
     WHERE c.organisation_id IN ($3, $4) AND x.valid_from <= $5 AND (x.valid_until IS NULL OR x.valid_until > $5)";
const MESSAGE: &str = "SELECT id, thread_id, ordinal, author_id, organisation_id, hash, body, created_at, withdrawn_at \
     FROM message WHERE id = $1";
const MESSAGES: &str = "SELECT id, thread_id, ordinal, author_id, organisation_id, hash, body, created_at, withdrawn_at \
     FROM message WHERE thread_id = $1 AND ordinal < $2 ORDER BY ordinal DESC LIMIT $3";
const ATTACHMENTS: &str = concat!(
    ids!("$1"),
    "SELECT a.kind, a.duration_ms, d.id, d.name, d.kind, d.size, d.created_at, a.message_id FROM ids \
     JOIN message_attachment a ON a.message_id = ids.id JOIN document d ON d.id = a.document_id ORDER BY a.message_id, a.place"
);
const GROW: &str = "UPDATE thread SET version = version + 1, messages = messages + 1, last_at = $2 WHERE id = $1 \
     RETURNING messages, version";
const TOUCH: &str = "UPDATE thread SET version = version + 1 WHERE id = $1 RETURNING version";
const INSERT: &str = "INSERT INTO message (id, thread_id, ordinal, author_id, organisation_id, hash, body, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const ATTACH: &str = "INSERT INTO message_attachment (message_id, place, document_id, kind, duration_ms) \
     VALUES ($1, $2, $3, $4, $5)";
const WITHDRAW: &str = "UPDATE message SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL";
const ON_DUTY: &str = "SELECT person_id FROM duty WHERE organisation_id = $1 AND rank = 'duty' AND starts_at <= $2 AND ends_at > $2";
const MARKS: &str =
    "SELECT person_id, up_to, organisation_id FROM thread_read WHERE thread_id = $1 ORDER BY person_id";
const MARK: &str = "INSERT INTO thread_read (thread_id, person_id, organisation_id, up_to, read_at) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (thread_id, person_id) DO UPDATE SET up_to = excluded.up_to, organisation_id = excluded.organisation_id, \
     read_at = excluded.read_at WHERE thread_read.up_to < excluded.up_to";
const HAS_UNREAD: &str = "SELECT 1 FROM message WHERE thread_id = $1 AND author_id <> $2 AND withdrawn_at IS NULL \
     AND ordinal > COALESCE((SELECT up_to FROM thread_read WHERE thread_id = $1 AND person_id = $2), 0) LIMIT 1";
macro_rules! rows {
    ($($rest:expr),+) => {
        concat!(
            "SELECT t.id, t.version, t.subject_kind, p.id, p.name, p.sex, p.birth_date, a.id, a.name, b.id, b.name, t.last_at, \
             (SELECT COUNT(*) FROM message m WHERE m.thread_id = t.id AND m.author_id <> $1 AND m.withdrawn_at IS NULL \
             AND m.ordinal > COALESCE((SELECT r.up_to FROM thread_read r WHERE r.thread_id = t.id AND r.person_id = $1), 0)) \
             FROM thread t JOIN patient p ON p.id = t.patient_id JOIN organisation a ON a.id = t.asking_organisation_id \
             JOIN organisation b ON b.id = t.asked_organisation_id WHERE ",
            $($rest),+
        )
    };
}
const ROW: &str = rows!("t.id = $2");
macro_rules! takes_part {
    () => {
        "AND ($7 = 1 OR EXISTS (SELECT 1 FROM thread_person n WHERE n.thread_id = t.id AND n.organisation_id = $3 AND n.person_id = $1) \
         OR EXISTS (SELECT 1 FROM event e WHERE e.subject_kind = t.subject_kind AND e.subject_id = t.id AND e.person_id = $1 AND e.organisation_id = $3) \
         OR EXISTS (SELECT 1 FROM message w WHERE w.thread_id = t.id AND w.author_id = $1 AND w.organisation_id = $3)) "
    };
}
/// Those of the caller's organisation in which the caller takes part, or for a desk all, while the grant behind each stands.
const MINE: &str = rows!(
    "t.alliance_id = $2 AND t.messages > 0 AND (t.asking_organisation_id = $3 OR t.asked_organisation_id = $3) \
     AND (t.last_at < $4 OR (t.last_at = $4 AND t.id < $5)) \
     AND EXISTS (SELECT 1 FROM access_grant g WHERE g.subject_kind = t.grant_kind AND g.subject_id = t.grant_id \
         AND g.organisation_id = $3 AND g.person_id IS NULL AND (g.ends_at IS NULL OR g.ends_at > $6)) ",
    takes_part!(),
    "ORDER BY t.last_at DESC, t.id DESC LIMIT $8"
);
/// Of those, the ones with something unread. Begins at the grants that stand now, whose number does not grow with the years: to find
/// nothing unread no thread of what has ended is walked.
const UNREAD: &str = rows!(
    "t.id IN (SELECT n.id FROM access_grant g JOIN thread n ON n.grant_id = g.subject_id AND n.grant_kind = g.subject_kind \
         AND n.messages > 0 WHERE g.organisation_id = $3 AND g.person_id IS NULL AND g.ends_at IS NULL \
       UNION SELECT n.id FROM access_grant g JOIN thread n ON n.grant_id = g.subject_id AND n.grant_kind = g.subject_kind \
         AND n.messages > 0 WHERE g.organisation_id = $3 AND g.person_id IS NULL AND g.ends_at > $6) \
     AND t.alliance_id = $2 AND (t.asking_organisation_id = $3 OR t.asked_organisation_id = $3) \
     AND (t.last_at < $4 OR (t.last_at = $4 AND t.id < $5)) ",
    takes_part!(),
    "AND EXISTS (SELECT 1 FROM message u WHERE u.thread_id = t.id AND u.author_id <> $1 AND u.withdrawn_at IS NULL \
         AND u.ordinal > COALESCE((SELECT v.up_to FROM thread_read v WHERE v.thread_id = t.id AND v.person_id = $1), 0)) \
     ORDER BY t.last_at DESC, t.id DESC LIMIT $8"
);

/// A message as the store holds it.
pub struct Kept {
    pub id: MessageId,
    pub thread: ThreadId,
    pub ordinal: i64,
    pub author: PersonId,
    pub organisation: OrganisationId,
    pub hash: String,
    pub text: String,
    pub created_at: Timestamp,
    pub withdrawn_at: Option<Timestamp>,
}

pub async fn open(tx: &mut Tx, opening: &Opening<'_>) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(OPEN)
        .bind(opening.subject.id)
        .bind(opening.alliance.as_str())
        .bind(opening.subject.kind)
        .bind(opening.patient.as_str())
        .bind(opening.grant.kind)
        .bind(opening.grant.id)
        .bind(opening.asking.as_str())
        .bind(opening.asked.as_str())
        .bind(opening.asked_department.map(|id| id.as_str().to_owned()))
        .bind(opening.previous)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn involve(
    tx: &mut Tx,
    thread: &ThreadId,
    organisation: &OrganisationId,
    person: &PersonId,
) -> Result<()> {
    sqlx::query(INVOLVE)
        .bind(thread.as_str())
        .bind(organisation.as_str())
        .bind(person.as_str())
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn thread(conn: &mut Conn, alliance: &AllianceId, id: &ThreadId) -> Result<Option<Stored>> {
    let row = sqlx::query(THREAD).bind(id.as_str()).bind(alliance.as_str()).fetch_optional(conn).await?;
    row.as_ref().map(stored).transpose()
}

/// The same, and nobody else changes it before this transaction ends.
pub async fn thread_locked(tx: &mut Tx, alliance: &AllianceId, id: &ThreadId) -> Result<Option<Stored>> {
    let row = sqlx::query(THREAD_LOCKED)
        .bind(id.as_str())
        .bind(alliance.as_str())
        .fetch_optional(tx.conn())
        .await?;
    row.as_ref().map(stored).transpose()
}

fn stored(row: &AnyRow) -> Result<Stored> {
    Ok(Stored {
        id: ThreadId::trusted(row.try_get::<String, _>(0)?),
        alliance: AllianceId::trusted(row.try_get::<String, _>(1)?),
        subject_kind: row.try_get(2)?,
        patient: PatientId::trusted(row.try_get::<String, _>(3)?),
        grant: (row.try_get(4)?, row.try_get(5)?),
        asking: OrganisationId::trusted(row.try_get::<String, _>(6)?),
        asked: OrganisationId::trusted(row.try_get::<String, _>(7)?),
        asked_department: row.try_get::<Option<String>, _>(8)?.map(DepartmentId::trusted),
        previous: row.try_get::<Option<String>, _>(9)?.map(ThreadId::trusted),
        version: row.try_get(10)?,
        messages: row.try_get(11)?,
    })
}

pub async fn took_part(
    conn: &mut Conn,
    thread: &Stored,
    now: Timestamp,
) -> Result<Vec<(PersonId, OrganisationId, Role)>> {
    let rows = sqlx::query(TOOK_PART)
        .bind(thread.id.as_str())
        .bind(thread.subject_kind.as_str())
        .bind(thread.asking.as_str())
        .bind(thread.asked.as_str())
        .bind(now.0)
        .fetch_all(conn)
        .await?;
    rows.iter().map(crate::directory::sql::holder).collect()
}

pub async fn row(
    conn: &mut Conn,
    caller: &Caller,
    id: &ThreadId,
    today: jiff::civil::Date,
) -> Result<ThreadRow> {
    let row = sqlx::query(ROW).bind(caller.person.as_str()).bind(id.as_str()).fetch_one(conn).await?;
    thread_row(&row, today)
}

/// Which of the caller's threads, and from where on.
pub struct Mine {
    pub unread_only: bool,
    /// The time of the last message and the id of the thread before.
    pub before: (i64, String),
    pub now: Timestamp,
    pub today: jiff::civil::Date,
    pub limit: i64,
}

pub async fn mine(conn: &mut Conn, caller: &Caller, which: &Mine) -> Result<Vec<ThreadRow>> {
    let rows = sqlx::query(if which.unread_only { UNREAD } else { MINE })
        .bind(caller.person.as_str())
        .bind(caller.alliance.as_str())
        .bind(caller.organisation.as_str())
        .bind(which.before.0)
        .bind(which.before.1.as_str())
        .bind(which.now.0)
        .bind(i64::from(caller.role == Role::ReferralDesk))
        .bind(which.limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| thread_row(row, which.today)).collect()
}

fn thread_row(row: &AnyRow, today: jiff::civil::Date) -> Result<ThreadRow> {
    let birth_date: Option<String> = row.try_get(6)?;
    let place = |id: usize| -> Result<OrganisationRef> {
        Ok(OrganisationRef {
            id: OrganisationId::trusted(row.try_get::<String, _>(id)?),
            name: row.try_get(id + 1)?,
        })
    };
    Ok(ThreadRow {
        id: ThreadId::trusted(row.try_get::<String, _>(0)?),
        version: row.try_get(1)?,
        subject_kind: row.try_get(2)?,
        patient: PatientRef {
            id: PatientId::trusted(row.try_get::<String, _>(3)?),
            name: row.try_get(4)?,
            sex: row.try_get(5)?,
            age: birth_date.as_deref().and_then(|born| age(born, today)),
            birth_date,
        },
        asking: place(7)?,
        asked: place(9)?,
        last_at: Timestamp(row.try_get(11)?),
        unread: row.try_get(12)?,
    })
}

pub async fn message(conn: &mut Conn, id: &MessageId) -> Result<Option<Kept>> {
    let row = sqlx::query(MESSAGE).bind(id.as_str()).fetch_optional(conn).await?;
    row.as_ref().map(kept).transpose()
}

/// The messages before a place, the newest first.
pub async fn messages(conn: &mut Conn, thread: &ThreadId, before: i64, limit: i64) -> Result<Vec<Kept>> {
    let rows = sqlx::query(MESSAGES).bind(thread.as_str()).bind(before).bind(limit).fetch_all(conn).await?;
    rows.iter().map(kept).collect()
}

fn kept(row: &AnyRow) -> Result<Kept> {
    Ok(Kept {
        id: MessageId::trusted(row.try_get::<String, _>(0)?),
        thread: ThreadId::trusted(row.try_get::<String, _>(1)?),
        ordinal: row.try_get(2)?,
        author: PersonId::trusted(row.try_get::<String, _>(3)?),
        organisation: OrganisationId::trusted(row.try_get::<String, _>(4)?),
        hash: row.try_get(5)?,
        text: row.try_get(6)?,
        created_at: Timestamp(row.try_get(7)?),
        withdrawn_at: row.try_get::<Option<i64>, _>(8)?.map(Timestamp),
    })
}

/// What is attached to each of these messages, in its order.
pub async fn attachments<'a>(
    conn: &mut Conn,
    messages: impl IntoIterator<Item = &'a MessageId>,
) -> Result<BTreeMap<MessageId, Vec<super::Attachment>>> {
    let mut all = BTreeMap::<MessageId, Vec<super::Attachment>>::new();
    let ids = list::of(messages.into_iter().map(MessageId::as_str));
    for row in sqlx::query(ATTACHMENTS).bind(ids).fetch_all(conn).await? {
        let message = MessageId::trusted(row.try_get::<String, _>(7)?);
        all.entry(message).or_default().push(attachment(&row)?);
    }
    Ok(all)
}

fn attachment(row: &AnyRow) -> Result<super::Attachment> {
    let kind = AttachmentKind::parse(&row.try_get::<String, _>(0)?);
    let what = crate::documents::Kind::parse(&row.try_get::<String, _>(4)?);
    let unknown = || Refusal::internal("an attachment has no known kind");
    let what = what.ok_or_else(unknown)?;
    Ok(super::Attachment {
        kind: kind.ok_or_else(unknown)?,
        duration_ms: row.try_get(1)?,
        document: Document {
            id: DocumentId::trusted(row.try_get::<String, _>(2)?),
            name: row.try_get(3)?,
            media_type: what.media_type().to_owned(),
            inline: what.is_inline(),
            size: row.try_get(5)?,
            created_at: Timestamp(row.try_get(6)?),
        },
    })
}

/// One message more: its place, and the version of the thread with it.
pub async fn grow(tx: &mut Tx, thread: &ThreadId) -> Result<(i64, i64)> {
    let now = tx.now.0;
    let row = sqlx::query(GROW).bind(thread.as_str()).bind(now).fetch_one(tx.conn()).await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// The thread has changed otherwise; answers its new version.
pub async fn touch(tx: &mut Tx, thread: &ThreadId) -> Result<i64> {
    Ok(sqlx::query(TOUCH).bind(thread.as_str()).fetch_one(tx.conn()).await?.try_get(0)?)
}

pub async fn insert(
    tx: &mut Tx,
    thread: &ThreadId,
    ordinal: i64,
    caller: &Caller,
    hash: &str,
    input: &MessageInput,
) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(INSERT)
        .bind(input.id.as_str())
        .bind(thread.as_str())
        .bind(ordinal)
        .bind(caller.person.as_str())
        .bind(caller.organisation.as_str())
        .bind(hash)
        .bind(input.text.as_str())
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn attach(
    tx: &mut Tx,
    message: &MessageId,
    place: i64,
    attachment: &AttachmentInput,
) -> Result<()> {
    sqlx::query(ATTACH)
        .bind(message.as_str())
        .bind(place)
        .bind(attachment.document_id.as_str())
        .bind(attachment.kind.as_str())
        .bind(attachment.duration_ms)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn withdraw(tx: &mut Tx, message: &MessageId) -> Result<()> {
    let now = tx.now.0;
    sqlx::query(WITHDRAW).bind(message.as_str()).bind(now).execute(tx.conn()).await?;
    Ok(())
}

/// Whoever is on duty in an organisation now, for whatever place of it.
pub async fn on_duty(
    conn: &mut Conn,
    organisation: &OrganisationId,
    now: Timestamp,
) -> Result<Vec<PersonId>> {
    let rows = sqlx::query(ON_DUTY).bind(organisation.as_str()).bind(now.0).fetch_all(conn).await?;
    rows.iter().map(|row| Ok(PersonId::trusted(row.try_get::<String, _>(0)?))).collect()
}

/// How far everybody has read, and for which organisation.
pub async fn marks(conn: &mut Conn, thread: &ThreadId) -> Result<Vec<(Mark, OrganisationId)>> {
    let rows = sqlx::query(MARKS).bind(thread.as_str()).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let mark =
                Mark { person: PersonId::trusted(row.try_get::<String, _>(0)?), up_to: row.try_get(1)? };
            Ok((mark, OrganisationId::trusted(row.try_get::<String, _>(2)?)))
        })
        .collect()
}

/// Whether it was news.
pub async fn mark(tx: &mut Tx, thread: &ThreadId, caller: &Caller, up_to: i64) -> Result<bool> {
    let now = tx.now.0;
    let done = sqlx::query(MARK)
        .bind(thread.as_str())
        .bind(caller.person.as_str())
        .bind(caller.organisation.as_str())
        .bind(up_to)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether a person has messages of others left to read.
pub async fn has_unread(conn: &mut Conn, thread: &ThreadId, person: &PersonId) -> Result<bool> {
    let row =
        sqlx::query(HAS_UNREAD).bind(thread.as_str()).bind(person.as_str()).fetch_optional(conn).await?;
    Ok(row.is_some())
}
