//! Conversations: a thread for each subject that two organisations share, its messages, and who has read them. Who takes part is
//! resolved when it is asked, from positions and from what people did; nobody is put on a list that outlives their reason.
//! Knows no leg and no consult: they open a thread in the transaction in which it begins to be needed.

pub mod attached;
pub mod flow;
pub mod http;
pub mod members;
pub mod rules;
pub mod sql;

use crate::db::change::Subject;
use crate::documents::Document;
use crate::ids::{
    AllianceId, DepartmentId, DocumentId, MessageId, OrganisationId, PatientId, PersonId, ThreadId,
};
use crate::refs::{OrganisationRef, PatientRef, PersonRef};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The kind of a thread in events, audit rows and live changes.
pub const KIND: &str = "thread";

/// What a subject says when its thread begins.
pub struct Opening<'a> {
    pub alliance: &'a AllianceId,
    /// The thread has the same id.
    pub subject: Subject<'a>,
    /// What gives both sides access to the patient: the thread ends with it (I-11).
    pub grant: Subject<'a>,
    pub patient: &'a PatientId,
    pub asking: &'a OrganisationId,
    pub asked: &'a OrganisationId,
    pub asked_department: Option<&'a DepartmentId>,
    /// The subject that this one goes on from.
    pub previous: Option<&'a str>,
    /// Who asks.
    pub author: &'a PersonId,
}

/// A thread as the store holds it.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: ThreadId,
    pub alliance: AllianceId,
    pub subject_kind: String,
    pub patient: PatientId,
    pub grant: (String, String),
    pub asking: OrganisationId,
    pub asked: OrganisationId,
    pub asked_department: Option<DepartmentId>,
    pub previous: Option<ThreadId>,
    pub version: i64,
    /// How many there are; the last one's ordinal.
    pub messages: i64,
}

/// A thread in a list of mine.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ThreadRow {
    /// The id of its subject.
    pub id: ThreadId,
    pub version: i64,
    /// `leg`.
    pub subject_kind: String,
    pub patient: PatientRef,
    pub asking: OrganisationRef,
    pub asked: OrganisationRef,
    pub last_at: Timestamp,
    /// Messages of others that I have not read.
    pub unread: i64,
}

/// A page of threads.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreadPage {
    pub items: Vec<ThreadRow>,
    pub next: Option<String>,
}

/// A thread whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct Thread {
    #[serde(flatten)]
    pub row: ThreadRow,
    /// How many messages there are.
    pub messages: i64,
    /// The thread that this one goes on from, where the caller may read it.
    pub previous_id: Option<ThreadId>,
    /// Who takes part now: whom a message is for.
    pub members: Vec<PersonRef>,
}

/// How an attachment is meant to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    File,
    Photo,
    Voice,
}

impl AttachmentKind {
    pub fn as_str(self) -> &'static str {
        match self {
            AttachmentKind::File => "file",
            AttachmentKind::Photo => "photo",
            AttachmentKind::Voice => "voice",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [AttachmentKind::File, AttachmentKind::Photo, AttachmentKind::Voice]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AttachmentInput {
    /// A document of the sender's that is attached to nothing yet.
    pub document_id: DocumentId,
    pub kind: AttachmentKind,
    /// Of a voice message, in milliseconds.
    #[serde(default)]
    pub duration_ms: Option<i64>,
}

/// A new message. The same id and body again have no further effect.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MessageInput {
    pub id: MessageId,
    /// Who wrote it: refused where somebody else is signed in by the time it is sent.
    #[serde(default)]
    pub author_id: Option<PersonId>,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub attachments: Vec<AttachmentInput>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Attachment {
    pub kind: AttachmentKind,
    pub document: Document,
    pub duration_ms: Option<i64>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Message {
    pub id: MessageId,
    /// Its place in the thread, from 1.
    pub ordinal: i64,
    pub author: PersonRef,
    /// Empty once it is withdrawn.
    pub text: String,
    pub attachments: Vec<Attachment>,
    pub created_at: Timestamp,
    pub withdrawn_at: Option<Timestamp>,
    /// Until when the caller may still withdraw it; null for what is not theirs or cannot be withdrawn any more.
    pub withdrawable_until: Option<Timestamp>,
    /// Who has read it, and who of those who take part now has not; the author is neither.
    pub read_by: Vec<PersonId>,
    pub unread_by: Vec<PersonId>,
}

/// A page of messages, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessagePage {
    pub items: Vec<Message>,
    pub next: Option<String>,
    /// Everybody whom the receipts name.
    pub people: Vec<PersonRef>,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[schema(as = thread::Read)]
pub struct ReadInput {
    /// The ordinal of the last message that was shown.
    pub up_to: i64,
}
