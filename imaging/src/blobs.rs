//! The object store: the only builder of keys, and the place where *acknowledged means durable* begins. Objects are
//! named by their content and never overwritten; a pointer to one is written only after it is here. Knows bytes and
//! hashes, nothing of what they show.

use std::error::Error as _;
use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, WriteMultipart};

use crate::header::{FrameIndex, Segment};
use crate::index::{Blob, ContentHash};
use crate::stage::{Staged, is_full};

/// Objects up to this size are written in one piece, larger ones in parts of it.
const PART: usize = 16 << 20;

/// Where objects of a kind lie. Two digits of the hash spread them over folders.
fn instance_key(hash: &ContentHash) -> Path {
    Path::from(format!("o/{}/{hash}.dcm", &hash.as_str()[..2]))
}

fn document_key(hash: &ContentHash) -> Path {
    Path::from(format!("d/{}/{hash}", &hash.as_str()[..2]))
}

fn preview_key(hash: &ContentHash, edge: u32) -> Path {
    Path::from(format!("p/{hash}/{edge}.jpg"))
}

fn refused_key(hash: &ContentHash) -> Path {
    Path::from(format!("x/{}/{hash}", &hash.as_str()[..2]))
}

#[derive(Debug)]
pub enum BlobError {
    NotFound,
    /// No room left.
    Full,
    Unavailable(Box<dyn std::error::Error + Send + Sync>),
}

impl fmt::Display for BlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BlobError::NotFound => f.write_str("no such object"),
            BlobError::Full => f.write_str("the object store has no room left"),
            BlobError::Unavailable(reason) => write!(f, "the object store did not answer: {reason}"),
        }
    }
}

impl std::error::Error for BlobError {}

impl From<object_store::Error> for BlobError {
    fn from(error: object_store::Error) -> Self {
        if matches!(error, object_store::Error::NotFound { .. }) {
            return BlobError::NotFound;
        }
        // The local backend wraps the reason of the file system a few times.
        let mut reason = error.source();
        while let Some(inner) = reason {
            if inner.downcast_ref::<io::Error>().is_some_and(is_full) {
                return BlobError::Full;
            }
            reason = inner.source();
        }
        BlobError::Unavailable(Box::new(error))
    }
}

impl From<io::Error> for BlobError {
    fn from(error: io::Error) -> Self {
        if is_full(&error) { BlobError::Full } else { BlobError::Unavailable(Box::new(error)) }
    }
}

#[derive(Debug, Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    /// The folder of the local backend.
    root: Option<PathBuf>,
}

impl Blobs {
    /// Objects in a local folder, made if it is missing. Every write is synced, with the folders above it.
    pub fn local(root: &FilePath) -> Result<Self, BlobError> {
        std::fs::create_dir_all(root)?;
        let root = root.canonicalize()?;
        let store = LocalFileSystem::new_with_prefix(&root)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), root: Some(root) })
    }

    /// Objects in a store that is durable when it answers.
    pub fn new(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, root: None }
    }

    /// Stores an instance durably and returns where it is. `prefix` goes before the staged bytes when those lack
    /// preamble and meta; `data_offset` is where the data set begins in the object. An object that is already there
    /// stays as it is, with the preamble and meta it has.
    pub async fn put_instance(
        &self,
        hash: &ContentHash,
        prefix: Bytes,
        staged: &Staged,
        data_offset: u64,
    ) -> Result<Blob, BlobError> {
        let key = instance_key(hash);
        let size = prefix.len() as u64 + staged.len();
        let data_length = size - data_offset;
        let made = self.create(&key, prefix, staged).await?;
        let size = if made { size } else { self.store.head(&key).await?.size };
        // The same data set lies at the end of the object, whatever stands before it.
        let data_offset = size.checked_sub(data_length).ok_or_else(|| {
            BlobError::Unavailable("an object is shorter than the data set it is named by".into())
        })?;
        Ok(Blob { hash: hash.clone(), size, data_offset })
    }

    /// The whole object: a Part 10 file.
    pub async fn instance(&self, blob: &Blob) -> Result<Bytes, BlobError> {
        Ok(self.store.get(&instance_key(&blob.hash)).await?.bytes().await?)
    }

    /// The whole object, piece by piece.
    pub async fn instance_stream(
        &self,
        blob: &Blob,
    ) -> Result<BoxStream<'static, Result<Bytes, BlobError>>, BlobError> {
        let stream = self.store.get(&instance_key(&blob.hash)).await?.into_stream();
        Ok(stream.map(|piece| piece.map_err(BlobError::from)).boxed())
    }

    /// The data set alone, as it arrived.
    pub async fn data_set(&self, blob: &Blob) -> Result<Bytes, BlobError> {
        self.range(blob, blob.data_offset..blob.size).await
    }

    /// The first bytes of the object, at most `length`.
    pub async fn head(&self, blob: &Blob, length: u64) -> Result<Bytes, BlobError> {
        self.range(blob, 0..length.min(blob.size)).await
    }

    /// Frame `number`, counted from 0; `None` when the index can't address it (decode the whole instance then, or
    /// there is no such frame).
    pub async fn frame(
        &self,
        blob: &Blob,
        index: &FrameIndex,
        number: u32,
    ) -> Result<Option<Bytes>, BlobError> {
        let Some(segments) = index.frame(number) else { return Ok(None) };
        let ranges: Vec<Range<u64>> = segments
            .iter()
            .map(|Segment(offset, length)| blob.data_offset + offset..blob.data_offset + offset + length)
            .collect();
        let mut pieces = self.store.get_ranges(&instance_key(&blob.hash), &ranges).await?;
        if let [_] = pieces.as_slice() {
            return Ok(pieces.pop());
        }
        Ok(Some(pieces.concat().into()))
    }

    async fn range(&self, blob: &Blob, range: Range<u64>) -> Result<Bytes, BlobError> {
        Ok(self.store.get_range(&instance_key(&blob.hash), range).await?)
    }

    /// Stores a document durably under its own hash.
    pub async fn put_document(&self, bytes: Bytes) -> Result<ContentHash, BlobError> {
        let hash = ContentHash::of(&bytes);
        self.create(&document_key(&hash), Bytes::new(), &Staged::Memory(bytes)).await?;
        Ok(hash)
    }

    pub async fn document(&self, hash: &ContentHash) -> Result<Bytes, BlobError> {
        Ok(self.store.get(&document_key(hash)).await?.bytes().await?)
    }

    /// A part of a document, read by itself.
    pub async fn document_range(&self, hash: &ContentHash, range: Range<u64>) -> Result<Bytes, BlobError> {
        Ok(self.store.get_range(&document_key(hash), range).await?)
    }

    /// Takes a document's bytes away for good; those that are not there are gone already.
    pub async fn remove_document(&self, hash: &ContentHash) -> Result<(), BlobError> {
        match self.store.delete(&document_key(hash)).await.map_err(BlobError::from) {
            Ok(()) | Err(BlobError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Keeps a preview of an instance, a JPEG of at most `edge` pixels. It can be made again, so it may be replaced.
    pub async fn put_preview(&self, hash: &ContentHash, edge: u32, jpeg: Bytes) -> Result<(), BlobError> {
        self.store.put(&preview_key(hash, edge), jpeg.into()).await?;
        Ok(())
    }

    /// `None` when none was made.
    pub async fn preview(&self, hash: &ContentHash, edge: u32) -> Result<Option<Bytes>, BlobError> {
        match self.store.get(&preview_key(hash, edge)).await.map_err(BlobError::from) {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(BlobError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps bytes that were refused, for the administrator.
    pub async fn put_refused(&self, staged: &Staged) -> Result<ContentHash, BlobError> {
        let mut reader = staged.reader();
        let hash = blocking(move || {
            let mut hasher = blake3::Hasher::new();
            io::copy(&mut reader, &mut hasher).map(|_| ContentHash::from(hasher.finalize()))
        })
        .await?;
        self.create(&refused_key(&hash), Bytes::new(), staged).await?;
        Ok(hash)
    }

    pub async fn refused(&self, hash: &ContentHash) -> Result<Bytes, BlobError> {
        Ok(self.store.get(&refused_key(hash)).await?.bytes().await?)
    }

    /// Whether objects can be written and read back, for a readiness check.
    pub async fn check(&self) -> Result<(), BlobError> {
        let key = Path::from("check");
        self.store.put(&key, PutPayload::from_static(b"ok")).await?;
        self.store.get(&key).await?.bytes().await?;
        Ok(())
    }

    /// Makes an object durable; `false` when one of this name was there.
    async fn create(&self, key: &Path, prefix: Bytes, staged: &Staged) -> Result<bool, BlobError> {
        match staged {
            Staged::Memory(bytes) => {
                let payload = PutPayload::from_iter([prefix, bytes.clone()]);
                let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
                match self.store.put_opts(key, payload, options).await {
                    Ok(_) => Ok(true),
                    Err(object_store::Error::AlreadyExists { .. }) => self.there(key).await,
                    Err(error) => Err(error.into()),
                }
            }
            Staged::File { .. } => match self.store.head(key).await.map_err(BlobError::from) {
                Ok(_) => self.there(key).await,
                Err(BlobError::NotFound) => self.put_parts(key, prefix, staged).await.map(|()| true),
                Err(error) => Err(error),
            },
        }
    }

    /// Someone else wrote this object, perhaps this instant: its name may not be durable yet, and what we answer is.
    async fn there(&self, key: &Path) -> Result<bool, BlobError> {
        if let Some(root) = &self.root {
            let folder = root.join(key.as_ref()).parent().map_or_else(|| root.clone(), FilePath::to_owned);
            blocking(move || {
                // The folder's own name may be as new as the object's.
                for folder in folder.ancestors().take(3) {
                    std::fs::File::open(folder)?.sync_all()?;
                }
                Ok(())
            })
            .await?;
        }
        Ok(false)
    }

    async fn put_parts(&self, key: &Path, prefix: Bytes, staged: &Staged) -> Result<(), BlobError> {
        let upload = self.store.put_multipart(key).await?;
        let mut parts = WriteMultipart::new_with_chunk_size(upload, PART);
        parts.put(prefix);
        let mut position = 0;
        while position < staged.len() {
            let mut reader = staged.reader();
            let part = blocking(move || {
                let mut part = Vec::new();
                reader.seek(SeekFrom::Start(position))?;
                reader.take(PART as u64).read_to_end(&mut part).map(|_| part)
            })
            .await?;
            if part.is_empty() {
                return Err(BlobError::Unavailable("a staged file became shorter".into()));
            }
            position += part.len() as u64;
            parts.wait_for_capacity(2).await?;
            parts.put(part.into());
        }
        parts.finish().await?;
        Ok(())
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, BlobError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => Ok(result?),
        Err(error) => Err(BlobError::Unavailable(Box::new(error))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_folder_is_written_with_sync() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::local(folder.path()).unwrap();
        // The backend does not say it otherwise; without the flag an answer would not mean durable.
        assert!(format!("{:?}", blobs.store).contains("fsync: true"));
    }

    fn generic(source: io::Error) -> BlobError {
        // As the local backend wraps it.
        let inner = object_store::Error::Generic { store: "inner", source: Box::new(source) };
        object_store::Error::Generic { store: "outer", source: Box::new(inner) }.into()
    }

    #[test]
    fn a_full_disk_is_told_apart_from_other_failures() {
        const ENOSPC: i32 = 28;
        const EDQUOT: i32 = 122;
        const EIO: i32 = 5;
        for code in [ENOSPC, EDQUOT] {
            assert!(matches!(generic(io::Error::from_raw_os_error(code)), BlobError::Full), "{code}");
            assert!(matches!(BlobError::from(io::Error::from_raw_os_error(code)), BlobError::Full), "{code}");
        }
        assert!(matches!(generic(io::Error::from_raw_os_error(EIO)), BlobError::Unavailable(_)));
    }
}
