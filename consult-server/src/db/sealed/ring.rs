//! The key file: a ring of sealing keys, one of them current, and the key of the blind indexes. Text, one key a line:
//!
//! ```text
//! seal  1f0c9a3e international 32 or 16 bytes in hexadecimal
//! seal  77d0b214 sm            …  current
//! blind 03aa51c9 international …
//! ```
//!
//! A key's id is derived from the key, so that a damaged line is noticed. The first form of the file, two bare lines, is read too.
//! Written whole and moved into place: a reader sees the old ring or the new one. Knows no column.

use crate::crypto::{Aead, MAC_KEY_BYTES, Suite, hex, unhex};
use crate::error::{Refusal, Result};
use crate::ids::Entropy;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

const HEAD: &str = "# Keys of consult-server's sealed columns. Keep this file secret, and keep a copy elsewhere: what it sealed opens with nothing else.\n";

/// A sealing key.
pub(super) struct SealKey {
    pub id: String,
    pub suite: Suite,
    pub aead: Aead,
    bytes: Vec<u8>,
}

pub(super) struct BlindKey {
    pub suite: Suite,
    pub bytes: [u8; MAC_KEY_BYTES],
}

pub(super) struct Ring {
    /// Oldest first.
    pub seals: Vec<SealKey>,
    pub current: usize,
    pub blind: BlindKey,
}

/// What tells one state of a file from the next; a file that was moved into place is another inode.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp(u64, i64, i64, u64);

impl Stamp {
    pub fn of(file: &Path) -> Option<Self> {
        let facts = std::fs::metadata(file).ok()?;
        Some(Self(facts.ino(), facts.mtime(), facts.mtime_nsec(), facts.size()))
    }
}

impl SealKey {
    fn of(suite: Suite, bytes: Vec<u8>) -> Option<Self> {
        Some(Self { id: id_of(&bytes), suite, aead: suite.aead(&bytes)?, bytes })
    }

    fn new(suite: Suite, entropy: &Entropy) -> Result<Self> {
        let bytes = entropy.bytes::<32>()[..suite.aead_key_bytes()].to_vec();
        Self::of(suite, bytes).ok_or_else(|| Refusal::internal("a new sealing key has a wrong length"))
    }
}

impl BlindKey {
    fn of(suite: Suite, bytes: Vec<u8>) -> Option<Self> {
        Some(Self { suite, bytes: bytes.try_into().ok()? })
    }
}

impl Ring {
    pub fn new(suite: Suite, entropy: &Entropy) -> Result<Self> {
        let blind = BlindKey { suite, bytes: entropy.bytes() };
        Ok(Self { seals: vec![SealKey::new(suite, entropy)?], current: 0, blind })
    }

    pub fn current(&self) -> Option<&SealKey> {
        self.seals.get(self.current)
    }

    pub fn by_id(&self, id: &str) -> Option<&SealKey> {
        self.seals.iter().find(|key| key.id == id)
    }

    /// Adds a new key and makes it the current one.
    pub fn add(&mut self, suite: Suite, entropy: &Entropy) -> Result<()> {
        self.seals.push(SealKey::new(suite, entropy)?);
        self.current = self.seals.len() - 1;
        Ok(())
    }

    /// Takes out a key that is not current.
    pub fn remove(&mut self, id: &str) {
        let current = self.current().map(|key| key.id.clone());
        self.seals.retain(|key| key.id != id || Some(&key.id) == current.as_ref());
        self.current = self.seals.iter().position(|key| Some(&key.id) == current.as_ref()).unwrap_or(0);
    }

    /// Reads a key file, or says why it is none.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        let mut ring = Parsing::default();
        for (n, line) in text.lines().enumerate() {
            let words: Vec<&str> = line.split_whitespace().collect();
            if !words.is_empty() && !words[0].starts_with('#') {
                ring.line(&words).map_err(|why| format!("line {}: {why}", n + 1))?;
            }
        }
        ring.finish()
    }

    fn text(&self) -> String {
        let seals = self.seals.iter().enumerate().map(|(n, key)| {
            let mark = if n == self.current { " current" } else { "" };
            format!("seal {} {} {}{mark}\n", key.id, key.suite.as_str(), hex(&key.bytes))
        });
        let blind = &self.blind;
        let bytes = hex(&blind.bytes);
        let blind = format!("blind {} {} {bytes}\n", id_of(&blind.bytes), blind.suite.as_str());
        std::iter::once(HEAD.to_owned()).chain(seals).chain([blind]).collect()
    }

    /// Puts the ring into its file, readable for its owner only, who stays the same whoever runs the command. A new file never
    /// takes the place of one that is there, and a link goes on pointing to it.
    pub fn write(&self, file: &Path, is_new: bool) -> std::io::Result<()> {
        let file = &std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            Some(_) | None => PathBuf::from("."),
        };
        crate::db::private::folder(&folder)?;
        let beside = with_suffix(file, &format!(".new-{}", std::process::id()));
        let _leftover = std::fs::remove_file(&beside);
        let mut out = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        if let Ok(standing) = std::fs::metadata(file) {
            std::os::unix::fs::fchown(&out, Some(standing.uid()), Some(standing.gid()))?;
        }
        out.write_all(self.text().as_bytes())?;
        out.sync_all()?;
        if is_new {
            let linked = std::fs::hard_link(&beside, file);
            std::fs::remove_file(&beside)?;
            linked?;
        } else {
            std::fs::rename(&beside, file)?;
        }
        std::fs::File::open(&folder)?.sync_all()
    }
}

/// A path with something behind its name.
pub(super) fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

#[derive(Default)]
struct Parsing {
    seals: Vec<SealKey>,
    current: Option<usize>,
    blind: Option<BlindKey>,
    bare: usize,
}

impl Parsing {
    fn line(&mut self, words: &[&str]) -> std::result::Result<(), String> {
        match words {
            ["seal", id, suite, bytes, rest @ ..] => {
                let (suite, bytes) = key(id, suite, bytes)?;
                let key = SealKey::of(suite, bytes).ok_or("the key has a wrong length")?;
                match rest {
                    [] => {}
                    ["current"] if self.current.is_none() => self.current = Some(self.seals.len()),
                    ["current"] => return Err("a second key is marked as current".to_owned()),
                    _ => return Err("something stands behind the key".to_owned()),
                }
                self.seals.push(key);
                Ok(())
            }
            ["blind", id, suite, bytes] => {
                let (suite, bytes) = key(id, suite, bytes)?;
                self.blind(suite, bytes)
            }
            [bare] => self.bare(unhex(bare).ok_or("this is no key")?),
            _ => Err("this is no key".to_owned()),
        }
    }

    fn blind(&mut self, suite: Suite, bytes: Vec<u8>) -> std::result::Result<(), String> {
        if self.blind.is_some() {
            return Err("there is a second key of the blind index".to_owned());
        }
        self.blind = Some(BlindKey::of(suite, bytes).ok_or("the key has a wrong length")?);
        Ok(())
    }

    /// The first form of the file: the sealing key, then that of the blind index.
    fn bare(&mut self, bytes: Vec<u8>) -> std::result::Result<(), String> {
        self.bare += 1;
        match self.bare {
            1 => {
                let key = SealKey::of(Suite::International, bytes).ok_or("the key has a wrong length")?;
                self.current = Some(self.seals.len());
                self.seals.push(key);
                Ok(())
            }
            2 => self.blind(Suite::International, bytes),
            _ => Err("there are more than two bare keys".to_owned()),
        }
    }

    fn finish(self) -> std::result::Result<Ring, String> {
        let current = self.current.ok_or("no key is marked as current")?;
        let blind = self.blind.ok_or("the key of the blind index is missing")?;
        Ok(Ring { seals: self.seals, current, blind })
    }
}

fn key(id: &str, suite: &str, bytes: &str) -> std::result::Result<(Suite, Vec<u8>), String> {
    let suite = Suite::parse(suite).ok_or_else(|| format!("the suite {suite} is not known"))?;
    let bytes = unhex(bytes).ok_or("the key is not in hexadecimal")?;
    if id_of(&bytes) != id {
        return Err(format!("the key does not fit its id {id}"));
    }
    Ok((suite, bytes))
}

/// Eight hexadecimal digits that tell which key, and nothing of it.
fn id_of(bytes: &[u8]) -> String {
    let digest = blake3::derive_key("consult-server 2026 key id", bytes);
    hex(&digest[..4])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entropy(byte: u8) -> Entropy {
        Entropy::new(move |b| b.fill(byte))
    }

    #[test]
    fn a_ring_comes_back_from_its_text_with_its_keys_in_order_and_the_current_one() {
        let mut ring = Ring::new(Suite::International, &entropy(1)).unwrap();
        ring.add(Suite::Sm, &entropy(2)).unwrap();
        let read = Ring::parse(&ring.text()).unwrap();
        let ids: Vec<_> = read.seals.iter().map(|key| (key.id.clone(), key.suite)).collect();
        assert_eq!(ids[0], (ring.seals[0].id.clone(), Suite::International));
        assert_eq!(ids[1], (ring.seals[1].id.clone(), Suite::Sm));
        assert_eq!((read.current, read.blind.bytes), (1, ring.blind.bytes));
    }

    #[test]
    fn a_retired_key_is_gone_and_the_current_one_cannot_be_taken_out() {
        let mut ring = Ring::new(Suite::International, &entropy(1)).unwrap();
        ring.add(Suite::International, &entropy(2)).unwrap();
        let (old, new) = (ring.seals[0].id.clone(), ring.seals[1].id.clone());
        ring.remove(&new);
        assert_eq!(ring.seals.len(), 2);
        ring.remove(&old);
        assert!(ring.by_id(&old).is_none());
        assert_eq!(ring.current().unwrap().id, new);
    }

    #[test]
    fn the_first_form_of_the_file_is_read() {
        let ring = Ring::parse(&format!("{}\n{}\n", "07".repeat(32), "09".repeat(32))).unwrap();
        assert_eq!((ring.seals.len(), ring.current, ring.blind.bytes), (1, 0, [9; 32]));
    }

    #[test]
    fn a_damaged_file_says_where_and_what() {
        let whole = Ring::new(Suite::International, &entropy(1)).unwrap().text();
        let id = id_of(&[1; 32]);
        for (damage, sentence) in [
            (
                whole.replace("0101 current", "0102 current"),
                format!("line 2: the key does not fit its id {id}"),
            ),
            (
                whole.replace("0101 current", "01 current"),
                format!("line 2: the key does not fit its id {id}"),
            ),
            (whole.replace(" current", ""), "no key is marked as current".to_owned()),
            (whole.replace("international", "rot13"), "line 2: the suite rot13 is not known".to_owned()),
            (
                whole.lines().take(2).collect::<Vec<_>>().join("\n"),
                "the key of the blind index is missing".to_owned(),
            ),
            ("?".to_owned(), "line 1: this is no key".to_owned()),
            ("0707\n".to_owned(), "line 1: the key has a wrong length".to_owned()),
            (String::new(), "no key is marked as current".to_owned()),
        ] {
            assert_eq!(Ring::parse(&damage).err(), Some(sentence));
        }
    }
}
