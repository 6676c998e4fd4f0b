//! The suites of cryptography: what the product uses of it (hash, MAC, authenticated encryption) under one name each, so that an
//! installation may be bound to the commercial suite of its country. Pure; knows no key file and no column.
//!
//! `international` is SHA-256 (FIPS 180-4), HMAC (RFC 2104) and AES-256-GCM (SP 800-38D); `sm` is SM3 (GB/T 32905), HMAC-SM3
//! (GM/T 0042) and SM4-GCM (GB/T 32907 in the mode of RFC 8998).

use aes_gcm::AesGcm;
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use hmac::{Hmac, Mac as _};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, UnboundKey};
use serde::{Deserialize, Serialize};
use sm3::{Digest as _, Sm3};
use sm4::Sm4;

/// Of every hash and MAC.
pub const HASH_BYTES: usize = 32;
/// Of every nonce of authenticated encryption: 96 bits.
pub const NONCE_BYTES: usize = 12;
/// Of the MAC keys of both suites.
pub const MAC_KEY_BYTES: usize = 32;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suite {
    #[default]
    International,
    Sm,
}

impl Suite {
    pub fn as_str(self) -> &'static str {
        match self {
            Suite::International => "international",
            Suite::Sm => "sm",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Suite::International, Suite::Sm].into_iter().find(|suite| suite.as_str() == text)
    }

    /// The hash of some bytes that lie in pieces.
    pub fn hash(self, pieces: &[&[u8]]) -> [u8; HASH_BYTES] {
        match self {
            Suite::International => {
                let mut context = ring::digest::Context::new(&ring::digest::SHA256);
                pieces.iter().for_each(|piece| context.update(piece));
                fixed(context.finish().as_ref())
            }
            Suite::Sm => {
                let mut context = Sm3::new();
                pieces.iter().for_each(|piece| context.update(piece));
                fixed(&context.finalize())
            }
        }
    }

    /// A keyed hash of some bytes that lie in pieces.
    pub fn mac(self, key: &[u8; MAC_KEY_BYTES], pieces: &[&[u8]]) -> [u8; HASH_BYTES] {
        match self {
            Suite::International => {
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key);
                let mut context = ring::hmac::Context::with_key(&key);
                pieces.iter().for_each(|piece| context.update(piece));
                fixed(context.sign().as_ref())
            }
            Suite::Sm => {
                // A key shorter than a block is filled up with zeros (RFC 2104 §2): no length is wrong.
                let block: [u8; 64] = std::array::from_fn(|i| key.get(i).copied().unwrap_or_default());
                let mut context = Hmac::<Sm3>::new(&block.into());
                pieces.iter().for_each(|piece| context.update(piece));
                fixed(&context.finalize().into_bytes())
            }
        }
    }

    /// How many bytes a key of `Aead` has.
    pub fn aead_key_bytes(self) -> usize {
        match self {
            Suite::International => 32,
            Suite::Sm => 16,
        }
    }

    /// A key of authenticated encryption; none where the length is wrong.
    pub fn aead(self, key: &[u8]) -> Option<Aead> {
        match self {
            Suite::International => UnboundKey::new(&AES_256_GCM, key)
                .ok()
                .map(|key| Aead::International(Box::new(LessSafeKey::new(key)))),
            Suite::Sm => AesGcm::<Sm4, U12>::new_from_slice(key).ok().map(|key| Aead::Sm(Box::new(key))),
        }
    }
}

/// Authenticated encryption with associated data under one key; the tag of 128 bits stands at the end.
pub enum Aead {
    International(Box<LessSafeKey>),
    Sm(Box<AesGcm<Sm4, U12>>),
}

impl Aead {
    /// Never twice with one nonce. None only beyond 64 GiB.
    pub fn seal(&self, nonce: [u8; NONCE_BYTES], aad: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
        match self {
            Aead::International(key) => {
                let mut bytes = plain.to_vec();
                let nonce = ring::aead::Nonce::assume_unique_for_key(nonce);
                key.seal_in_place_append_tag(nonce, Aad::from(aad), &mut bytes).ok().map(|()| bytes)
            }
            Aead::Sm(key) => key.encrypt(&nonce.into(), Payload { msg: plain, aad }).ok(),
        }
    }

    /// None where key, nonce or associated data are others, or a bit was changed.
    pub fn open(&self, nonce: [u8; NONCE_BYTES], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        match self {
            Aead::International(key) => {
                let mut bytes = sealed.to_vec();
                let nonce = ring::aead::Nonce::assume_unique_for_key(nonce);
                key.open_in_place(nonce, Aad::from(aad), &mut bytes).ok().map(|plain| plain.to_vec())
            }
            Aead::Sm(key) => key.decrypt(&nonce.into(), Payload { msg: sealed, aad }).ok(),
        }
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).ok()).collect()
}

/// Both suites' hashes have this length; `from_fn` cannot read beyond it.
fn fixed(bytes: &[u8]) -> [u8; HASH_BYTES] {
    debug_assert_eq!(bytes.len(), HASH_BYTES);
    std::array::from_fn(|i| bytes.get(i).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sm4::cipher::BlockCipherEncrypt as _;

    fn bytes(hex: &str) -> Vec<u8> {
        unhex(&hex.to_ascii_lowercase()).unwrap()
    }

    fn nonce(hex: &str) -> [u8; NONCE_BYTES] {
        bytes(hex).try_into().unwrap()
    }

    /// FIPS 180-4, and GB/T 32905 annex A examples 1 and 2.
    #[test]
    fn the_hashes_give_their_published_digests() {
        let sha = Suite::International.hash(&[b"ab", b"c"]);
        assert_eq!(hex(&sha), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let sm3 = Suite::Sm.hash(&[b"a", b"bc"]);
        assert_eq!(hex(&sm3), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
        let sm3 = Suite::Sm.hash(&[&b"abcd".repeat(16)]);
        assert_eq!(hex(&sm3), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
    }

    /// RFC 4231 test case 1 and its like of GM/T 0042 annex D; keys shorter than ours are filled up with zeros by HMAC itself.
    #[test]
    fn the_macs_give_their_published_values() {
        let mut key = [0; MAC_KEY_BYTES];
        key[..20].fill(0x0b);
        let sha = Suite::International.mac(&key, &[b"Hi ", b"There"]);
        assert_eq!(hex(&sha), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        let key = std::array::from_fn(|i| u8::try_from(i + 1).unwrap());
        let text = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        let sm3 = Suite::Sm.mac(&key, &[text.as_bytes(), text.as_bytes()]);
        assert_eq!(hex(&sm3), "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a");
    }

    /// The GCM specification (McGrew and Viega), test case 14.
    #[test]
    fn aes_gcm_gives_its_published_ciphertext() {
        let key = Suite::International.aead(&[0; 32]).unwrap();
        let sealed = key.seal([0; NONCE_BYTES], b"", &[0; 16]).unwrap();
        assert_eq!(hex(&sealed), "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
        assert_eq!(key.open([0; NONCE_BYTES], b"", &sealed).unwrap(), [0; 16]);
    }

    /// RFC 8998 appendix A.1.
    #[test]
    fn sm4_gcm_gives_its_published_ciphertext() {
        let key = Suite::Sm.aead(&bytes("0123456789ABCDEFFEDCBA9876543210")).unwrap();
        let iv = nonce("00001234567800000000ABCD");
        let aad = bytes("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2");
        let plain = bytes(concat!(
            "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD",
            "EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA"
        ));
        let expected = bytes(concat!(
            "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735",
            "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D",
            "83DE3541E4C2B58177E065A9BF7B62EC"
        ));
        assert_eq!(key.seal(iv, &aad, &plain).unwrap(), expected);
        assert_eq!(key.open(iv, &aad, &expected).unwrap(), plain);
    }

    /// GB/T 32907 annex A: example 1, and example 2, which enciphers a million times.
    #[test]
    fn sm4_gives_its_published_blocks() {
        let text: [u8; 16] = bytes("0123456789ABCDEFFEDCBA9876543210").try_into().unwrap();
        let cipher = Sm4::new(&text.into());
        let mut block = text.into();
        cipher.encrypt_block(&mut block);
        assert_eq!(hex(&block), "681edf34d206965e86b3e94f536e4246");
        for _ in 1..1_000_000 {
            cipher.encrypt_block(&mut block);
        }
        assert_eq!(hex(&block), "595298c7c6fd271f0402f804c33d3f66");
    }

    #[test]
    fn neither_suite_opens_what_was_touched_or_belongs_elsewhere() {
        for suite in [Suite::International, Suite::Sm] {
            let key = suite.aead(&vec![7; suite.aead_key_bytes()]).unwrap();
            let other = suite.aead(&vec![8; suite.aead_key_bytes()]).unwrap();
            let mut sealed = key.seal([1; NONCE_BYTES], b"row", "张小东".as_bytes()).unwrap();
            assert_eq!(key.open([1; NONCE_BYTES], b"row", &sealed).unwrap(), "张小东".as_bytes());
            assert!(other.open([1; NONCE_BYTES], b"row", &sealed).is_none());
            assert!(key.open([2; NONCE_BYTES], b"row", &sealed).is_none());
            assert!(key.open([1; NONCE_BYTES], b"other", &sealed).is_none());
            sealed[0] ^= 1;
            assert!(key.open([1; NONCE_BYTES], b"row", &sealed).is_none());
            assert!(suite.aead(&[7; 5]).is_none());
        }
    }

    #[test]
    fn a_suite_is_known_by_its_name() {
        for suite in [Suite::International, Suite::Sm] {
            assert_eq!(Suite::parse(suite.as_str()), Some(suite));
        }
        assert_eq!(Suite::parse("rot13"), None);
    }
}
