//! Reads zip archives and folders file by file into staged bytes, with bounds on what they may become. Names are
//! shown, never used as paths. Blocking; runs beside `ingest`, which takes in what it finds.

use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::{Config, Found, refusal_of};
use crate::refusal::Refusal;
use crate::stage::{Reader, Staged, Stager};
use crate::text::{Charset, Fallback, Kind};

/// Folders inside folders that are followed.
const DEPTH: usize = 16;

/// A local file header or the end record of an empty archive (APPNOTE 4.3.7, 4.3.16).
pub(super) fn is_zip(staged: &Staged) -> bool {
    let mut start = [0; 4];
    staged.reader().read_exact(&mut start).is_ok() && matches!(&start, b"PK\x03\x04" | b"PK\x05\x06")
}

/// Sends each file of the archive until `send` says that nobody listens.
pub(super) fn read_zip(name: &str, staged: &Staged, config: &Config, send: &mut dyn FnMut(Found) -> bool) {
    let whole = |refusal| Found { name: name.to_owned(), staged: Err(refusal) };
    let Ok(mut archive) = ZipArchive::new(std::io::BufReader::new(staged.reader())) else {
        send(whole(Refusal::ArchiveInvalid));
        return;
    };
    if archive.len() > config.entries {
        send(whole(Refusal::TooLarge));
        return;
    }
    // Counted as bytes come out, whatever the directory promises: entries may overlap and sizes may lie.
    let mut budget = config.archive;
    for number in 0..archive.len() {
        let Some(found) = read_entry(&mut archive, number, config, &mut budget) else { continue };
        let exhausted = budget == 0 && matches!(found.staged, Err(Refusal::TooLarge));
        if !send(found) || exhausted {
            return;
        }
    }
}

type Archive = ZipArchive<std::io::BufReader<Reader>>;

/// `None` for what is no file of the sender's: folders, and what operating systems leave behind.
fn read_entry(archive: &mut Archive, number: usize, config: &Config, budget: &mut u64) -> Option<Found> {
    let known_as = archive.name_for_index(number).and_then(Result::ok).unwrap_or_default().into_owned();
    let Ok(mut entry) = archive.by_index(number) else {
        // Encrypted, or packed by a method we don't read.
        return Some(Found { name: known_as, staged: Err(Refusal::ArchiveInvalid) });
    };
    let name = Charset::new(None, Fallback::default()).decode(entry.name_raw(), Kind::Long);
    if entry.is_dir() || is_litter(&name) {
        return None;
    }
    let mut stager = Stager::new(&config.staging, config.limits.instance.min(*budget));
    let mut chunk = vec![0; 64 << 10];
    let staged = loop {
        match entry.read(&mut chunk) {
            Ok(0) => break Ok(stager.finish()),
            Ok(n) => {
                if let Err(error) = stager.write_all(&chunk[..n]) {
                    break Err(refusal_of(&error));
                }
                *budget = budget.saturating_sub(n as u64);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => break Err(Refusal::ArchiveInvalid),
        }
    };
    if matches!(staged, Err(Refusal::TooLarge)) && *budget < config.limits.instance {
        *budget = 0;
    }
    Some(Found { name, staged })
}

fn is_litter(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.starts_with("__MACOSX/") || matches!(last, ".DS_Store" | "Thumbs.db" | "desktop.ini")
}

/// Sends each file below a folder.
pub(super) fn read_folder(folder: &Path, limit: usize, send: &mut dyn FnMut(Found) -> bool) {
    let mut files = Vec::new();
    let complete = list(folder, 0, limit, &mut files);
    files.sort();
    for path in files {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
        if is_litter(&name) {
            continue;
        }
        let staged = Staged::open(&path).map_err(|error| refusal_of(&error));
        if !send(Found { name, staged }) {
            return;
        }
    }
    if let Err(refusal) = complete {
        send(Found { name: folder.to_string_lossy().into_owned(), staged: Err(refusal) });
    }
}

fn list(folder: &Path, depth: usize, limit: usize, files: &mut Vec<PathBuf>) -> Result<(), Refusal> {
    if depth > DEPTH {
        return Err(Refusal::TooDeep);
    }
    for entry in std::fs::read_dir(folder).map_err(|error| refusal_of(&error))? {
        let entry = entry.map_err(|error| refusal_of(&error))?;
        // The type of the entry itself: a link is neither a file nor a folder here.
        let kind = entry.file_type().map_err(|error| refusal_of(&error))?;
        if kind.is_dir() {
            list(&entry.path(), depth + 1, limit, files)?;
        } else if kind.is_file() {
            if files.len() >= limit {
                return Err(Refusal::TooLarge);
            }
            files.push(entry.path());
        }
    }
    Ok(())
}
