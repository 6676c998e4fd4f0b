//! Sealed columns: identity numbers, phones and addresses are stored as AES-256-GCM envelopes bound to their row, with a
//! keyed hash beside them where exact search is needed. Knows nothing of what is inside.

use crate::error::{Refusal, Result};
use crate::ids::Entropy;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hmac;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::Arc;

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;

/// The keys of this installation: one seals, one makes blind indexes.
#[derive(Clone)]
pub struct KeyRing(Arc<Keys>);

struct Keys {
    seal: LessSafeKey,
    blind: hmac::Key,
}

impl KeyRing {
    /// Reads the key file, or makes it (mode 600) when there is none.
    pub fn open(file: &Path, entropy: &Entropy) -> Result<Self> {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                make(file, entropy).map_err(Refusal::internal)?
            }
            Err(e) => return Err(Refusal::internal(format!("the key file cannot be read: {e}"))),
        };
        let mut keys = text.lines().filter_map(unhex);
        match (keys.next(), keys.next()) {
            (Some(seal), Some(blind)) => Ok(Self::from_bytes(&seal, &blind)?),
            _ => Err(Refusal::internal("the key file does not hold two keys")),
        }
    }

    fn from_bytes(seal: &[u8], blind: &[u8]) -> Result<Self> {
        let key = UnboundKey::new(&AES_256_GCM, seal)
            .map_err(|_| Refusal::internal("the sealing key has a wrong length"))?;
        let keys = Keys { seal: LessSafeKey::new(key), blind: hmac::Key::new(hmac::HMAC_SHA256, blind) };
        Ok(Self(Arc::new(keys)))
    }

    /// Seals a text for one column of one row: moved to another row it does not open.
    pub fn seal(&self, entropy: &Entropy, column: &str, row: &str, plain: &str) -> String {
        let nonce = entropy.bytes::<NONCE_BYTES>();
        let mut bytes = plain.as_bytes().to_vec();
        let sealed = self.0.seal.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            aad(column, row),
            &mut bytes,
        );
        // ring refuses only texts beyond 64 GiB.
        debug_assert!(sealed.is_ok());
        format!("v1.{}.{}", hex(&nonce), hex(&bytes))
    }

    pub fn open_sealed(&self, column: &str, row: &str, sealed: &str) -> Result<String> {
        let broken = || Refusal::internal(format!("the sealed column {column} of row {row} does not open"));
        let mut parts = sealed.splitn(3, '.');
        let (Some("v1"), Some(nonce), Some(bytes)) =
            (parts.next(), parts.next().and_then(unhex), parts.next().and_then(unhex))
        else {
            return Err(broken());
        };
        let nonce = Nonce::try_assume_unique_for_key(&nonce).map_err(|_| broken())?;
        let mut bytes = bytes;
        let plain = self.0.seal.open_in_place(nonce, aad(column, row), &mut bytes).map_err(|_| broken())?;
        String::from_utf8(plain.to_vec()).map_err(|_| broken())
    }

    /// A keyed hash for exact search; equal values of one column give equal hashes, and tell nothing else.
    pub fn blind(&self, column: &str, value: &str) -> String {
        let mut context = hmac::Context::with_key(&self.0.blind);
        context.update(column.as_bytes());
        context.update(&[0]);
        context.update(value.as_bytes());
        hex(context.sign().as_ref())
    }
}

fn aad(column: &str, row: &str) -> Aad<Vec<u8>> {
    Aad::from([column.as_bytes(), row.as_bytes()].join(&0))
}

fn make(file: &Path, entropy: &Entropy) -> std::io::Result<String> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let text = format!("{}\n{}\n", hex(&entropy.bytes::<KEY_BYTES>()), hex(&entropy.bytes::<KEY_BYTES>()));
    let mut out = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))?;
    Ok(text)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if text.is_empty() || !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring() -> (KeyRing, Entropy) {
        (KeyRing::from_bytes(&[7; 32], &[9; 32]).unwrap(), Entropy::new(|b| b.fill(3)))
    }

    #[test]
    fn what_is_sealed_opens_again_in_its_own_row() {
        let (keys, entropy) = ring();
        let sealed = keys.seal(&entropy, "patient.phone", "row-1", "13800000000");
        assert!(!sealed.contains("13800000000"));
        assert_eq!(keys.open_sealed("patient.phone", "row-1", &sealed).unwrap(), "13800000000");
    }

    #[test]
    fn a_sealed_value_moved_to_another_row_or_column_does_not_open() {
        let (keys, entropy) = ring();
        let sealed = keys.seal(&entropy, "patient.phone", "row-1", "13800000000");
        assert!(keys.open_sealed("patient.phone", "row-2", &sealed).is_err());
        assert!(keys.open_sealed("patient.address", "row-1", &sealed).is_err());
    }

    #[test]
    fn the_blind_index_of_one_value_is_always_the_same_and_differs_by_column() {
        let (keys, _) = ring();
        assert_eq!(keys.blind("a", "x"), keys.blind("a", "x"));
        assert_ne!(keys.blind("a", "x"), keys.blind("b", "x"));
    }

    #[test]
    fn the_key_file_is_made_once_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        let (_, entropy) = ring();
        let first = KeyRing::open(&file, &entropy).unwrap();
        let second = KeyRing::open(&file, &Entropy::new(|b| b.fill(8))).unwrap();
        assert_eq!(first.blind("c", "v"), second.blind("c", "v"));
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
