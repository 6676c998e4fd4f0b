//! The one path by which instances come in, whatever door they came through: parse → hash → put the object → commit
//! one batch of rows → outcomes. When it answers, object and row are durable. Called by the upload route, STOW, the
//! DIMSE listener and the import command.

mod archive;
pub mod previews;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;

use crate::blobs::{BlobError, Blobs};
use crate::header::{self, Facts, Limits, Parsed, meta};
use crate::index::{Arrival, Blob, Channel, ContentHash, IndexError, Outcome, Refused, Register, Source};
use crate::refusal::Refusal;
use crate::stage::{Staged, is_full};
use crate::uid::TransferSyntaxUid;

pub use previews::{Previews, Render};

#[derive(Debug, Clone)]
pub struct Config {
    pub limits: Limits,
    /// A folder for what is too large for memory while it arrives.
    pub staging: PathBuf,
    /// Instances, and bytes of them, that share a commit when an archive or a folder is taken in.
    pub batch: usize,
    pub batch_bytes: u64,
    /// Entries of one archive, files of one folder.
    pub entries: usize,
    /// Bytes that all entries of one archive may become together.
    pub archive: u64,
    /// Refused bytes up to this size are kept for the administrator.
    pub keep_refused: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            staging: std::env::temp_dir(),
            batch: 32,
            batch_bytes: 64 << 20,
            entries: 20_000,
            archive: 16 << 30,
            keep_refused: 64 << 20,
        }
    }
}

/// Something to take in.
#[derive(Debug, Clone)]
pub struct Item {
    /// For the sender to recognize it: a file name, a path in an archive. Not interpreted.
    pub name: String,
    pub body: Body,
}

#[derive(Debug, Clone)]
pub enum Body {
    /// A file: Part 10, or what is left of one.
    File(Staged),
    /// A data set alone, in the transfer syntax that was agreed on (PS3.7 C-STORE).
    DataSet(Staged, TransferSyntaxUid),
}

impl Body {
    fn staged(&self) -> &Staged {
        match self {
            Body::File(staged) | Body::DataSet(staged, _) => staged,
        }
    }
}

/// What became of one item.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub name: String,
    pub result: Result<Taken, Refusal>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    pub facts: Facts,
    pub blob: Blob,
    pub outcome: Outcome,
}

/// The path, with what it needs. Cheap to clone.
#[derive(Clone)]
pub struct Ingest {
    blobs: Blobs,
    register: Arc<dyn Register>,
    previews: Option<Previews>,
    config: Arc<Config>,
}

/// An object that is durable and waits for its row.
struct Put {
    parsed: Parsed,
    blob: Blob,
}

impl Ingest {
    /// `previews` are made after the answer for the first new image of each series in a batch.
    pub fn new(
        blobs: Blobs,
        register: Arc<dyn Register>,
        previews: Option<Previews>,
        config: Config,
    ) -> Self {
        Self { blobs, register, previews, config: Arc::new(config) }
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Takes in `items` with one commit and answers with an entry for each, in order. One that is refused hinders no
    /// other; when the index does not take the batch, all of it is refused.
    pub async fn take(&self, source: &Source, items: Vec<Item>) -> Vec<Entry> {
        // Several at a time: each waits for the disk.
        let puts: Vec<_> = items.iter().map(|item| self.put(source, &item.body)).collect();
        let puts: Vec<Result<Put, Refusal>> = futures_util::stream::iter(puts).buffered(8).collect().await;
        let arrivals: Vec<Arrival> = puts
            .iter()
            .flatten()
            .map(|put| Arrival {
                source: source.clone(),
                facts: put.parsed.facts.clone(),
                blob: put.blob.clone(),
                content: put.parsed.content.clone(),
            })
            .collect();
        let committed = self.commit(arrivals).await;
        let mut outcomes = committed.into_iter();
        let mut entries = Vec::with_capacity(items.len());
        let mut refused = Vec::new();
        for (item, put) in items.into_iter().zip(puts) {
            let result = match put {
                Ok(put) => outcomes.next().unwrap_or(Err(Refusal::Unavailable)).map(|outcome| Taken {
                    facts: put.parsed.facts,
                    blob: put.blob,
                    outcome,
                }),
                Err(refusal) => {
                    refused.extend(self.keep_refused(source, &item.body, refusal).await);
                    Err(refusal)
                }
            };
            entries.push(Entry { name: item.name, result });
        }
        if !refused.is_empty()
            && let Err(error) = self.register.note_refused(refused).await
        {
            tracing::warn!(%error, "imaging.refused_not_noted");
        }
        if let Some(previews) = &self.previews {
            previews.make_for(entries.iter().filter_map(|entry| entry.result.as_ref().ok()));
        }
        entries
    }

    /// Takes in a file: an instance, or a zip archive with one entry for each file in it.
    pub async fn file(&self, source: &Source, name: &str, staged: Staged) -> Vec<Entry> {
        if archive::is_zip(&staged) {
            return self.archive(source, name, staged).await;
        }
        self.take(source, vec![Item { name: name.to_owned(), body: Body::File(staged) }]).await
    }

    /// Takes in every file below a folder, in the order of their paths; links are not followed.
    pub async fn folder(&self, source: &Source, folder: &Path) -> Vec<Entry> {
        let (folder, limit) = (folder.to_owned(), self.config.entries);
        self.stream(source, move |send| archive::read_folder(&folder, limit, send)).await
    }

    async fn archive(&self, source: &Source, name: &str, staged: Staged) -> Vec<Entry> {
        let (name, config) = (name.to_owned(), self.config.clone());
        self.stream(source, move |send| archive::read_zip(&name, &staged, &config, send)).await
    }

    /// Takes in what a blocking reader finds, in batches, while it reads on.
    async fn stream(
        &self,
        source: &Source,
        read: impl FnOnce(&mut dyn FnMut(Found) -> bool) + Send + 'static,
    ) -> Vec<Entry> {
        let (sender, mut receiver) = tokio::sync::mpsc::channel::<Found>(4);
        let reader =
            tokio::task::spawn_blocking(move || read(&mut |found| sender.blocking_send(found).is_ok()));
        let mut entries = Vec::new();
        let mut batch: Vec<Item> = Vec::new();
        let mut bytes = 0;
        while let Some(found) = receiver.recv().await {
            match found.staged {
                Ok(staged) => {
                    bytes += staged.len();
                    batch.push(Item { name: found.name, body: Body::File(staged) });
                }
                Err(refusal) => {
                    // Keep the order of the archive: what came before is answered before.
                    entries.extend(self.take(source, std::mem::take(&mut batch)).await);
                    bytes = 0;
                    entries.push(Entry { name: found.name, result: Err(refusal) });
                }
            }
            if batch.len() >= self.config.batch || bytes >= self.config.batch_bytes {
                entries.extend(self.take(source, std::mem::take(&mut batch)).await);
                bytes = 0;
            }
        }
        if !batch.is_empty() {
            entries.extend(self.take(source, batch).await);
        }
        if reader.await.is_err() {
            tracing::error!("imaging.reader_failed");
            entries.push(Entry { name: String::new(), result: Err(Refusal::Unavailable) });
        }
        entries
    }

    /// Parses an item and makes its object durable.
    async fn put(&self, source: &Source, body: &Body) -> Result<Put, Refusal> {
        let parsed = self.parse(source, body).await?;
        let instance = &parsed.facts.instance;
        let (prefix, staged) = if parsed.complete {
            (Bytes::new(), body.staged().clone())
        } else {
            let prefix = meta::write(&instance.class, &instance.uid, &instance.transfer_syntax);
            (prefix.into(), body.staged().after(parsed.data_offset))
        };
        let data_offset = if parsed.complete { parsed.data_offset } else { prefix.len() as u64 };
        let blob =
            self.blobs.put_instance(&parsed.hash, prefix, &staged, data_offset).await.map_err(|error| {
                tracing::error!(%error, blob.hash = %parsed.hash, "imaging.put_failed");
                match error {
                    BlobError::Full => Refusal::StorageFull,
                    BlobError::NotFound | BlobError::Unavailable(_) => Refusal::Unavailable,
                }
            })?;
        Ok(Put { parsed, blob })
    }

    async fn parse(&self, source: &Source, body: &Body) -> Result<Parsed, Refusal> {
        let (body, limits, fallback) = (body.clone(), self.config.limits, source.fallback);
        let work = move || {
            let length = body.staged().len();
            let reader = body.staged().reader();
            match &body {
                Body::File(_) => header::parse_file(reader, length, &limits, fallback),
                Body::DataSet(_, syntax) => header::parse_data_set(reader, length, syntax, &limits, fallback),
            }
        };
        tokio::task::spawn_blocking(work).await.unwrap_or(Err(Refusal::NotDicom))
    }

    /// One result per arrival.
    async fn commit(&self, arrivals: Vec<Arrival>) -> Vec<Result<Outcome, Refusal>> {
        let count = arrivals.len();
        if count == 0 {
            return Vec::new();
        }
        match self.register.commit(arrivals).await {
            Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
            Err(error) => {
                tracing::error!(%error, instances = count, "imaging.commit_failed");
                let refusal = match error {
                    IndexError::Full => Refusal::StorageFull,
                    IndexError::Unavailable(_) => Refusal::Unavailable,
                };
                vec![Err(refusal); count]
            }
        }
    }

    /// Keeps what may have been an image. Other files in somebody's folder are none of the administrator's business.
    async fn keep_refused(&self, source: &Source, body: &Body, refusal: Refusal) -> Option<Refused> {
        let stray =
            matches!(source.channel, Channel::Upload | Channel::Import) && refusal == Refusal::NotDicom;
        if refusal.is_ours() || stray || refusal == Refusal::MediaDirectory {
            return None;
        }
        let staged = body.staged();
        let blob: Option<ContentHash> = if staged.len() <= self.config.keep_refused {
            self.blobs.put_refused(staged).await.ok()
        } else {
            None
        };
        Some(Refused { source: source.clone(), code: refusal.code(), blob, size: staged.len() })
    }
}

/// A file that a reader found, or why it can't be read.
pub(super) struct Found {
    name: String,
    staged: Result<Staged, Refusal>,
}

fn refusal_of(error: &std::io::Error) -> Refusal {
    if is_full(error) {
        Refusal::StorageFull
    } else if error.kind() == std::io::ErrorKind::FileTooLarge {
        Refusal::TooLarge
    } else {
        Refusal::Unavailable
    }
}
