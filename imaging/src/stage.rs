//! Bytes of an instance between their arrival and the object store: small ones in memory, large ones in an unnamed
//! file that vanishes with its handle. Used by `ingest`, `dimse` and whoever hands them a file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

/// Bytes kept in memory before a file is begun.
pub const IN_MEMORY: usize = 4 << 20;

/// Bytes that have arrived whole. Cloning shares them.
#[derive(Debug, Clone)]
pub enum Staged {
    Memory(Bytes),
    File { file: Arc<File>, start: u64, length: u64 },
}

impl Staged {
    /// A file that is already there, such as a finished upload.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Staged::File { file: Arc::new(file), start: 0, length })
    }

    pub fn len(&self) -> u64 {
        match self {
            Staged::Memory(bytes) => bytes.len() as u64,
            Staged::File { length, .. } => *length,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The same bytes without the first `offset`, which must not be more than there are.
    pub fn after(&self, offset: u64) -> Self {
        match self {
            Staged::Memory(bytes) => Staged::Memory(bytes.slice(offset as usize..)),
            Staged::File { file, start, length } => {
                Staged::File { file: file.clone(), start: start + offset, length: length - offset }
            }
        }
    }

    /// A reader from the first byte; readers don't disturb each other.
    pub fn reader(&self) -> Reader {
        Reader { staged: self.clone(), position: 0 }
    }
}

impl From<Vec<u8>> for Staged {
    fn from(bytes: Vec<u8>) -> Self {
        Staged::Memory(bytes.into())
    }
}

impl From<Bytes> for Staged {
    fn from(bytes: Bytes) -> Self {
        Staged::Memory(bytes)
    }
}

#[derive(Debug)]
pub struct Reader {
    staged: Staged,
    position: u64,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = match &self.staged {
            Staged::Memory(bytes) => {
                let rest =
                    usize::try_from(self.position).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
                let n = rest.len().min(buffer.len());
                buffer[..n].copy_from_slice(&rest[..n]);
                n
            }
            Staged::File { file, start, .. } => file.read_at(buffer, start + self.position)?,
        };
        self.position += n as u64;
        Ok(n)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.staged.len().checked_add_signed(by),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

/// Takes bytes as they come. Writing beyond the limit fails with `FileTooLarge`.
#[derive(Debug)]
pub struct Stager {
    memory: Vec<u8>,
    file: Option<File>,
    folder: PathBuf,
    length: u64,
    limit: u64,
}

impl Stager {
    /// `folder` takes the file of an instance that is too large for memory.
    pub fn new(folder: &Path, limit: u64) -> Self {
        Self { memory: Vec::new(), file: None, folder: folder.to_owned(), length: 0, limit }
    }

    /// Whether `more` bytes would be written to a file, which may have to wait for the disk.
    pub fn spills(&self, more: usize) -> bool {
        self.file.is_some() || self.memory.len() + more > IN_MEMORY
    }

    pub fn finish(self) -> Staged {
        match self.file {
            Some(file) => Staged::File { file: Arc::new(file), start: 0, length: self.length },
            None => Staged::Memory(self.memory.into()),
        }
    }
}

impl Write for Stager {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.length += bytes.len() as u64;
        if self.length > self.limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        if self.file.is_none() && self.spills(bytes.len()) {
            let mut file = tempfile::tempfile_in(&self.folder)?;
            file.write_all(&std::mem::take(&mut self.memory))?;
            self.file = Some(file);
        }
        match &mut self.file {
            Some(file) => file.write_all(bytes)?,
            None => self.memory.extend_from_slice(bytes),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether an error of the file system means that no room is left.
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_bytes_stay_in_memory_and_large_ones_go_to_a_file_that_leaves_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        for length in [10, IN_MEMORY, IN_MEMORY + 1, 2 * IN_MEMORY] {
            let mut stager = Stager::new(folder.path(), u64::MAX);
            let bytes: Vec<u8> = (0..length).map(|i| i as u8).collect();
            for chunk in bytes.chunks(100_000) {
                stager.write_all(chunk).unwrap();
            }
            let staged = stager.finish();
            assert_eq!(matches!(staged, Staged::File { .. }), length > IN_MEMORY);
            let mut read = Vec::new();
            staged.reader().read_to_end(&mut read).unwrap();
            assert_eq!(read, bytes);
            assert_eq!(folder.path().read_dir().unwrap().count(), 0, "unnamed");
        }
    }

    #[test]
    fn more_than_the_limit_is_not_taken() {
        let mut stager = Stager::new(Path::new("."), 5);
        assert!(stager.write_all(b"12345").is_ok());
        assert_eq!(stager.write_all(b"6").unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
