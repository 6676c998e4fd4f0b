//! Documents: photographs, recordings and papers that people attach to something. The bytes lie in the object store, the rows say
//! whose they are. Who may open one follows from what it is attached to, which `Holders` answers; knows no message and no leg.

pub mod flow;
pub mod http;
pub mod rules;
pub mod sql;

use crate::access::Call;
use crate::access::policy::Resource;
use crate::db::Conn;
use crate::error::Result;
use crate::ids::{AllianceId, DocumentId, OrganisationId, PatientId, PersonId};
use crate::time::Timestamp;
use futures_util::future::BoxFuture;
use imaging::blobs::Blobs;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The kind of a document in events and audit rows.
pub const KIND: &str = "document";

/// The largest document, in bytes. A photograph from a telephone is made smaller before it is sent.
pub const MAX_SIZE: usize = 20 * 1024 * 1024;

/// What a document is, by its own bytes; what the sender calls it is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Jpeg,
    Png,
    Webp,
    Heic,
    Pdf,
    Text,
    Svg,
    Html,
    Xml,
    WebmAudio,
    Mp4Audio,
    Ogg,
    Wav,
    WebmVideo,
    Mp4Video,
    QuickTime,
}

/// A document as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Document {
    pub id: DocumentId,
    /// Cleaned: no folders, no control characters, with an extension that fits what it is.
    pub name: String,
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Whether a page may show or play it; else it is for downloading only.
    pub inline: bool,
    pub created_at: Timestamp,
}

/// A document as the store holds it.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: DocumentId,
    pub alliance: AllianceId,
    pub organisation: OrganisationId,
    pub author: PersonId,
    /// BLAKE3, in hexadecimal.
    pub hash: String,
    pub size: i64,
    pub kind: Kind,
    pub name: String,
    /// What it is attached to: kind and id.
    pub holder: Option<(String, String)>,
    pub created_at: Timestamp,
}

impl Stored {
    pub fn shown(&self) -> Document {
        Document {
            id: self.id.clone(),
            name: self.name.clone(),
            media_type: self.kind.media_type().to_owned(),
            size: self.size,
            inline: self.kind.is_inline(),
            created_at: self.created_at,
        }
    }
}

/// What ties the caller to the thing that a document is attached to, and whom that is about.
pub struct Held {
    pub resource: Resource,
    pub patient: Option<PatientId>,
}

/// What stands above and holds documents: handed in by the composition.
pub trait Holders: Send + Sync {
    fn held<'a>(
        &'a self,
        conn: &'a mut Conn,
        call: &'a Call,
        holder: (&'a str, &'a str),
    ) -> BoxFuture<'a, Result<Held>>;
}

/// Where documents are kept, and who knows what holds them.
#[derive(Clone)]
pub struct Shelf {
    pub blobs: Blobs,
    pub holders: Arc<dyn Holders>,
}
