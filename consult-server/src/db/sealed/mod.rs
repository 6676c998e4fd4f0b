//! Sealed columns: identity numbers, phones, addresses and secrets are stored as envelopes bound to their row, with a keyed hash
//! beside them where exact search is needed. Knows nothing of what is inside.
//!
//! An envelope names its key and suite: `v2.<key>.<suite>.<nonce>.<bytes>`; `v1.<nonce>.<bytes>` is from before there were several
//! keys. Keys stand in a file (`ring`) that may change while the server runs: it is looked at before each sealing, and again
//! where an envelope names a key that is not known yet.
//!
//! The key of the blind indexes is never exchanged: they also stand for values that are kept nowhere else (recovery codes, record
//! numbers of other systems) and could not be made again, and one index alone says that an identity is registered once.

mod column;
mod ring;

pub use column::{Column, Sealed, Standing};

use crate::crypto::{NONCE_BYTES, Suite, hex, unhex};
use crate::error::{Refusal, Result};
use crate::ids::Entropy;
use ring::{Ring, Stamp};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// The keys of this installation: one seals, all of them open, one makes blind indexes.
#[derive(Clone)]
pub struct KeyRing(Arc<Inner>);

struct Inner {
    file: PathBuf,
    /// A std lock: held to look at a file and to read it, never across an await.
    held: RwLock<Held>,
}

struct Held {
    stamp: Option<Stamp>,
    ring: Arc<Ring>,
}

/// A sealing key as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyName {
    pub id: String,
    pub suite: Suite,
    pub is_current: bool,
}

/// While it lives nobody else changes the ring.
pub struct RingLock(#[expect(dead_code, reason = "the lock is released with the file")] std::fs::File);

impl KeyRing {
    /// Reads the key file, or makes it (mode 600) with keys of this suite when there is none.
    pub fn open(file: &Path, suite: Suite, entropy: &Entropy) -> Result<Self> {
        let stamp = Stamp::of(file);
        let ring = match std::fs::read_to_string(file) {
            Ok(text) => parse(file, &text)?,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => make(file, suite, entropy)?,
            Err(e) => return Err(unreadable(file, &e)),
        };
        let held = RwLock::new(Held { stamp, ring: Arc::new(ring) });
        Ok(Self(Arc::new(Inner { file: file.to_owned(), held })))
    }

    /// Seals a text for one column of one row: moved to another row it does not open.
    pub fn seal(&self, entropy: &Entropy, column: &Column, row: &str, plain: &str) -> Result<String> {
        let ring = self.fresh();
        let key = ring.current().ok_or_else(|| Refusal::internal("there is no current sealing key"))?;
        let nonce = entropy.bytes::<NONCE_BYTES>();
        let sealed = key.aead.seal(nonce, &bound_to(column, row), plain.as_bytes());
        let bytes = sealed.ok_or_else(|| Refusal::internal("a value is too long to be sealed"))?;
        Ok(format!("v2.{}.{}.{}.{}", key.id, key.suite.as_str(), hex(&nonce), hex(&bytes)))
    }

    pub fn open_sealed(&self, column: &Column, row: &str, sealed: &str) -> Result<String> {
        let broken =
            || Refusal::internal(format!("the sealed column {} of row {row} does not open", column.name));
        let envelope = Envelope::parse(sealed).ok_or_else(broken)?;
        let mut ring = self.held();
        if envelope.key.is_some_and(|id| ring.by_id(id).is_none()) {
            ring = self.fresh();
        }
        if let Some(id) = envelope.key.filter(|id| ring.by_id(id).is_none()) {
            let (name, file) = (column.name, self.0.file.display());
            return Err(Refusal::internal(format!(
                "the sealed column {name} needs the key {id}, which is not in {file}"
            )));
        }
        let aad = bound_to(column, row);
        let fits = |key: &&ring::SealKey| envelope.key.is_none_or(|id| key.id == id);
        let mut tried = ring.seals.iter().filter(fits);
        let plain = tried.find_map(|key| key.aead.open(envelope.nonce, &aad, &envelope.bytes));
        plain.and_then(|plain| String::from_utf8(plain).ok()).ok_or_else(broken)
    }

    /// A keyed hash for exact search; equal values of one column give equal hashes, and tell nothing else.
    pub fn blind(&self, column: &str, value: &str) -> String {
        let ring = self.held();
        hex(&ring.blind.suite.mac(&ring.blind.bytes, &[column.as_bytes(), &[0], value.as_bytes()]))
    }

    /// The sealing keys as the file names them now, oldest first.
    pub fn names(&self) -> Vec<KeyName> {
        let ring = self.fresh();
        let name = |(n, key): (usize, &ring::SealKey)| KeyName {
            id: key.id.clone(),
            suite: key.suite,
            is_current: n == ring.current,
        };
        ring.seals.iter().enumerate().map(name).collect()
    }

    /// Keeps others from changing the ring; refused while somebody does.
    pub fn lock(&self) -> Result<RingLock> {
        let path = ring::with_suffix(&self.0.file, ".lock");
        let lock = std::fs::File::create(path).map_err(|e| unwritable(&self.0.file, &e))?;
        match lock.try_lock() {
            Ok(()) => Ok(RingLock(lock)),
            Err(_) => Err(Refusal::internal("another command is changing the keys just now")),
        }
    }

    /// Adds a key of this suite, which seals from now on.
    pub fn add(&self, _: &RingLock, suite: Suite, entropy: &Entropy) -> Result<()> {
        self.change(|ring| ring.add(suite, entropy))
    }

    /// Takes out a key that no longer seals; what stands on it does not open any more.
    pub fn remove(&self, _: &RingLock, id: &str) -> Result<()> {
        self.change(|ring| {
            ring.remove(id);
            Ok(())
        })
    }

    fn change(&self, change: impl FnOnce(&mut Ring) -> Result<()>) -> Result<()> {
        let file = &self.0.file;
        let mut ring = read(file)?;
        change(&mut ring)?;
        ring.write(file, false).map_err(|e| unwritable(file, &e))?;
        self.fresh();
        Ok(())
    }

    fn held(&self) -> Arc<Ring> {
        self.0.held.read().unwrap_or_else(PoisonError::into_inner).ring.clone()
    }

    /// The ring as its file is now. One that cannot be read is told once, and the keys that are held go on.
    fn fresh(&self) -> Arc<Ring> {
        let stamp = Stamp::of(&self.0.file);
        if self.0.held.read().unwrap_or_else(PoisonError::into_inner).stamp == stamp {
            return self.held();
        }
        let mut held = self.0.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.stamp != stamp {
            held.stamp = stamp;
            match read(&self.0.file) {
                Ok(ring) => held.ring = Arc::new(ring),
                Err(refusal) => tracing::error!(cause = refusal.internal, "the key file was not taken over"),
            }
        }
        held.ring.clone()
    }
}

/// The parts of a sealed value.
struct Envelope<'a> {
    /// None in the first form.
    key: Option<&'a str>,
    nonce: [u8; NONCE_BYTES],
    bytes: Vec<u8>,
}

impl<'a> Envelope<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let parts: Vec<&str> = text.split('.').collect();
        let (key, nonce, bytes) = match parts.as_slice() {
            ["v1", nonce, bytes] => (None, nonce, bytes),
            ["v2", key, _suite, nonce, bytes] => (Some(*key), nonce, bytes),
            _ => return None,
        };
        Some(Self { key, nonce: unhex(nonce)?.try_into().ok()?, bytes: unhex(bytes)? })
    }
}

/// What an envelope is bound to.
fn bound_to(column: &Column, row: &str) -> Vec<u8> {
    [column.name.as_bytes(), row.as_bytes()].join(&0)
}

fn parse(file: &Path, text: &str) -> Result<Ring> {
    Ring::parse(text).map_err(|why| {
        Refusal::internal(format!("the key file {} is damaged: {why}. Put back its copy.", file.display()))
    })
}

fn read(file: &Path) -> Result<Ring> {
    parse(file, &std::fs::read_to_string(file).map_err(|e| unreadable(file, &e))?)
}

/// Makes the first ring; where another process was faster, its ring counts.
fn make(file: &Path, suite: Suite, entropy: &Entropy) -> Result<Ring> {
    let ring = Ring::new(suite, entropy)?;
    match ring.write(file, true) {
        Ok(()) => Ok(ring),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => read(file),
        Err(e) => Err(unwritable(file, &e)),
    }
}

fn unreadable(file: &Path, cause: &std::io::Error) -> Refusal {
    Refusal::internal(format!("the key file {} cannot be read: {cause}", file.display()))
}

fn unwritable(file: &Path, cause: &std::io::Error) -> Refusal {
    Refusal::internal(format!("the key file {} cannot be written: {cause}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::atomic::{AtomicU8, Ordering};

    const PHONE: Column = crate::sealed_column!("patient.phone", "patient", "id", "phone_sealed");
    const ADDRESS: Column = crate::sealed_column!("patient.address", "patient", "id", "address_sealed");

    /// Each filling differs from those before it.
    fn entropy() -> Entropy {
        let count = AtomicU8::new(1);
        Entropy::new(move |b| b.fill(count.fetch_add(1, Ordering::SeqCst)))
    }

    fn open(folder: &tempfile::TempDir) -> KeyRing {
        KeyRing::open(&folder.path().join("keys"), Suite::International, &entropy()).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_again_in_its_own_row() {
        let folder = tempfile::tempdir().unwrap();
        let keys = open(&folder);
        let sealed = keys.seal(&entropy(), &PHONE, "row-1", "13800000000").unwrap();
        assert!(!sealed.contains("13800000000"));
        assert_eq!(keys.open_sealed(&PHONE, "row-1", &sealed).unwrap(), "13800000000");
    }

    #[test]
    fn a_sealed_value_moved_to_another_row_or_column_does_not_open() {
        let folder = tempfile::tempdir().unwrap();
        let keys = open(&folder);
        let sealed = keys.seal(&entropy(), &PHONE, "row-1", "13800000000").unwrap();
        assert!(keys.open_sealed(&PHONE, "row-2", &sealed).is_err());
        assert!(keys.open_sealed(&ADDRESS, "row-1", &sealed).is_err());
    }

    /// Written by the first version of this file with the keys 07… and 09….
    #[test]
    fn envelopes_of_the_first_form_open_before_and_after_a_new_key_and_the_blind_index_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        std::fs::write(&file, format!("{}\n{}\n", "07".repeat(32), "09".repeat(32))).unwrap();
        let keys = open(&folder);
        let old = "v1.030303030303030303030303.14cd9b336a186e724a70731a26f4fc5ea4a29c6c32ceda51b4dcc4";
        assert_eq!(keys.open_sealed(&PHONE, "row-1", old).unwrap(), "13800000000");
        let blind = "cd9a85896b22dc14d9519b0a7329b14f8ae0c43840b6a3baab7304570b497b61";
        assert_eq!(keys.blind("resident_id", "130534196805120017"), blind);
        keys.add(&keys.lock().unwrap(), Suite::Sm, &entropy()).unwrap();
        assert_eq!(keys.open_sealed(&PHONE, "row-1", old).unwrap(), "13800000000");
        assert_eq!(keys.blind("resident_id", "130534196805120017"), blind);
    }

    #[test]
    fn a_running_server_seals_with_a_new_key_and_opens_what_others_sealed_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let (server, console) = (open(&folder), open(&folder));
        let before = server.seal(&entropy(), &PHONE, "row", "before").unwrap();
        console.add(&console.lock().unwrap(), Suite::Sm, &entropy()).unwrap();
        let theirs = console.seal(&entropy(), &PHONE, "row", "theirs").unwrap();
        assert_eq!(server.open_sealed(&PHONE, "row", &theirs).unwrap(), "theirs");
        let after = server.seal(&entropy(), &PHONE, "row", "after").unwrap();
        let current = console.names().into_iter().find(|key| key.is_current).unwrap();
        assert!(after.starts_with(&format!("v2.{}.sm.", current.id)) && !before.contains(&current.id));
        assert_eq!(server.open_sealed(&PHONE, "row", &before).unwrap(), "before");
    }

    #[test]
    fn an_envelope_of_a_retired_key_says_which_key_it_needs() {
        let folder = tempfile::tempdir().unwrap();
        let keys = open(&folder);
        let old = keys.names()[0].id.clone();
        let sealed = keys.seal(&entropy(), &PHONE, "row", "text").unwrap();
        let lock = keys.lock().unwrap();
        keys.add(&lock, Suite::International, &entropy()).unwrap();
        keys.remove(&lock, &old).unwrap();
        let sentence = keys.open_sealed(&PHONE, "row", &sealed).unwrap_err().internal.unwrap();
        assert!(sentence.contains(&format!("needs the key {old}, which is not in")), "{sentence}");
    }

    #[test]
    fn a_key_file_that_breaks_while_the_server_runs_does_not_stop_it() {
        let folder = tempfile::tempdir().unwrap();
        let keys = open(&folder);
        let sealed = keys.seal(&entropy(), &PHONE, "row", "text").unwrap();
        std::fs::write(folder.path().join("keys"), "not a key").unwrap();
        assert!(keys.seal(&entropy(), &PHONE, "row", "more").is_ok());
        assert_eq!(keys.open_sealed(&PHONE, "row", &sealed).unwrap(), "text");
        let opened = KeyRing::open(&folder.path().join("keys"), Suite::International, &entropy());
        assert!(
            opened.err().unwrap().internal.unwrap().ends_with("line 1: this is no key. Put back its copy.")
        );
    }

    #[test]
    fn the_blind_index_of_one_value_is_always_the_same_and_differs_by_column() {
        let folder = tempfile::tempdir().unwrap();
        let keys = open(&folder);
        assert_eq!(keys.blind("a", "x"), keys.blind("a", "x"));
        assert_ne!(keys.blind("a", "x"), keys.blind("b", "x"));
    }

    #[test]
    fn the_key_file_is_made_once_and_only_its_owner_may_read_it_also_after_a_change() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (open(&folder), open(&folder));
        assert_eq!(first.blind("c", "v"), second.blind("c", "v"));
        let mode = || std::fs::metadata(folder.path().join("keys")).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), 0o600);
        first.add(&first.lock().unwrap(), Suite::International, &entropy()).unwrap();
        assert_eq!(mode(), 0o600);
    }

    #[test]
    fn two_commands_do_not_change_the_ring_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (open(&folder), open(&folder));
        let lock = one.lock().unwrap();
        assert!(other.lock().is_err());
        drop(lock);
        assert!(other.lock().is_ok());
    }
}
