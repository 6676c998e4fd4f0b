//! The read spool: reads are appended to a file by one `write(2)` before the response leaves, so that they survive a kill,
//! and are taken into the audit table from there. Image reads coalesce. Knows nothing of who may read.

use super::{Db, audit, private};
use crate::error::{Refusal, Result};
use crate::ids::Entropy;
use crate::time::{Clock, Timestamp};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// One row per person, study, session and this time.
const COALESCE_SECONDS: i64 = 15 * 60;
/// So many reads are taken in by one change.
const AT_ONCE: usize = 256;

#[derive(Clone)]
pub struct ReadSpool(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    clock: Clock,
    entropy: Entropy,
    /// A std mutex: held for one short write, never across an await.
    state: Mutex<State>,
    /// Files are taken in by one at a time: the second would find them gone.
    taking: tokio::sync::Mutex<()>,
    keeps: bool,
}

struct State {
    current: Option<(PathBuf, File)>,
    recent: BTreeMap<(String, String, String), Timestamp>,
}

impl ReadSpool {
    pub fn open(folder: &Path, clock: Clock, entropy: Entropy) -> Result<Self> {
        private::own_folder(folder)
            .map_err(|e| Refusal::internal(format!("the audit folder cannot be made: {e}")))?;
        let state = Mutex::new(State { current: None, recent: BTreeMap::new() });
        let taking = tokio::sync::Mutex::default();
        Ok(Self(Arc::new(Inner { folder: folder.to_owned(), clock, entropy, state, taking, keeps: true })))
    }

    /// The same store of reads, but what is appended goes nowhere: what noting a read costs is measured against it. Nothing
    /// that serves people may take it; no configuration leads here.
    pub fn measured_against(&self) -> Self {
        let inner = &self.0;
        Self(Arc::new(Inner {
            folder: inner.folder.clone(),
            clock: inner.clock.clone(),
            entropy: inner.entropy.clone(),
            state: Mutex::new(State { current: None, recent: BTreeMap::new() }),
            taking: tokio::sync::Mutex::default(),
            keeps: false,
        }))
    }

    pub fn anchors(&self) -> PathBuf {
        self.0.folder.join("anchors")
    }

    /// Appends one read. When this answers `Ok` the read survives a kill of the process.
    pub fn append(&self, mut entry: audit::Entry) -> Result<()> {
        if !self.0.keeps {
            return Ok(());
        }
        let now = self.0.clock.now();
        entry.id = self.0.entropy.uuid(now);
        let line = super::to_json(&entry)? + "\n";
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.current.is_none() {
            let path = self.0.folder.join(format!("reads-{}.jsonl", entry.id));
            let file =
                private::options().create_new(true).append(true).open(&path).map_err(Refusal::internal)?;
            state.current = Some((path, file));
        }
        let written = match &mut state.current {
            Some((_, file)) => file.write_all(line.as_bytes()).map_err(Refusal::internal),
            None => Ok(()),
        };
        if written.is_err() {
            // Half a line may stand there: the next one must not be glued to it.
            state.current = None;
        }
        written
    }

    /// As `append`, but at most once per person, session, act, subject, basis and detail in fifteen minutes.
    pub fn append_coalesced(&self, entry: audit::Entry) -> Result<()> {
        let now = self.0.clock.now();
        let text = |t: &Option<String>| t.clone().unwrap_or_default();
        let what = format!("{} {} {} {}", entry.action, entry.subject_id, entry.basis, entry.detail);
        let key = (text(&entry.person), text(&entry.session), what);
        {
            let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
            if state.recent.get(&key).is_some_and(|last| now < last.plus_seconds(COALESCE_SECONDS)) {
                return Ok(());
            }
            state.recent.retain(|_, last| now < last.plus_seconds(COALESCE_SECONDS));
        }
        self.append(entry)?;
        // Only a read that was written down may stand for later ones.
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.recent.insert(key, now);
        Ok(())
    }

    /// Takes every spooled read into the audit table, also those of a process that was killed. What cannot be read is set aside
    /// beside it (`.unread`), kept, told and counted; a file that cannot be taken in now keeps none of the others waiting.
    pub async fn take_in(&self, db: &Db) -> Result<()> {
        let _alone = self.0.taking.lock().await;
        let closed = self.0.state.lock().unwrap_or_else(PoisonError::into_inner).current.take();
        drop(closed);
        let mut failed = None;
        for path in self.spooled()? {
            if let Err(refusal) = take_in_file(db, &path).await {
                failed = failed.or(Some(refusal));
            }
        }
        failed.map_or(Ok(()), Err)
    }

    fn spooled(&self) -> Result<Vec<PathBuf>> {
        // Appends may have opened a new file meanwhile; it is left for the next time.
        let open = self
            .0
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .current
            .as_ref()
            .map(|(path, _)| path.clone());
        let mut paths: Vec<PathBuf> = std::fs::read_dir(&self.0.folder)
            .map_err(Refusal::internal)?
            .filter_map(|entry| entry.ok().map(|e| e.path()))
            .filter(|p| p.extension().is_some_and(|e| e == "jsonl") && open.as_ref() != Some(p))
            .collect();
        paths.sort();
        Ok(paths)
    }
}

async fn take_in_file(db: &Db, path: &Path) -> Result<()> {
    let bytes = std::fs::read(path).map_err(Refusal::internal)?;
    let Spooled { entries, unread } = parse(&bytes);
    // Part by part, so that nobody else's change waits for a long file; each entry has its id, and doing one again is the same.
    for part in entries.chunks(AT_ONCE) {
        let part = part.to_vec();
        db.write(move |tx| Box::pin(async move { audit::insert_all(tx, &part).await })).await?;
    }
    if !unread.is_empty() {
        set_aside(path, &unread)?;
    }
    std::fs::remove_file(path).map_err(Refusal::internal)
}

/// Named by its spool file, so that doing it again after a kill is the same.
fn set_aside(path: &Path, unread: &[&[u8]]) -> Result<()> {
    let aside = path.with_extension("unread");
    let write = || -> std::io::Result<()> {
        let mut file = private::options().create(true).write(true).truncate(true).open(&aside)?;
        for line in unread {
            file.write_all(line)?;
            file.write_all(b"\n")?;
        }
        file.sync_all()
    };
    write().map_err(Refusal::internal)?;
    metrics::counter!("audit_reads_set_aside_total").increment(unread.len() as u64);
    tracing::error!(lines = unread.len(), file = %aside.display(), "reads that are not whole were set aside");
    Ok(())
}

/// What a spool file holds: entries, and lines that are none.
struct Spooled<'a> {
    entries: Vec<audit::Entry>,
    unread: Vec<&'a [u8]>,
}

/// Line by line, whatever bytes stand there: one that is torn or damaged costs no other. A last line without an end was never
/// acknowledged (its response had not left), but nothing that somebody wrote is thrown away.
fn parse(bytes: &[u8]) -> Spooled<'_> {
    let mut spooled = Spooled { entries: Vec::new(), unread: Vec::new() };
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match serde_json::from_slice(line) {
            Ok(entry) => spooled.entries.push(entry),
            Err(_) => spooled.unread.push(line),
        }
    }
    spooled
}
