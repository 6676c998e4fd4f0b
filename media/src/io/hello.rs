//! Looks into a DTLS ClientHello before the handshake begins: does the client offer AES-GCM for SRTP? The list that
//! we offer depends on it, because the client's order wins and a list without a common profile ends in an alert.
//! Reads fragments (RFC 6347 §4.2.3) and hostile bytes.

/// SRTP_AEAD_AES_128_GCM (RFC 7714 §14.2).
const GCM: [u8; 2] = [0x00, 0x07];
const USE_SRTP: u16 = 14;
/// A ClientHello with post-quantum key shares has about 1,800 bytes.
const LONGEST: usize = 16 * 1024;

/// Collects the fragments of the first ClientHello.
#[derive(Default)]
pub struct Hello {
    body: Vec<u8>,
    have: Vec<(usize, usize)>,
    length: Option<usize>,
}

impl Hello {
    /// Takes a datagram; returns whether the client offers GCM once the whole message is there.
    pub fn take(&mut self, datagram: &[u8]) -> Option<bool> {
        let mut rest = datagram;
        while let Some((record, after)) = record(rest) {
            rest = after;
            self.fragment(record);
        }
        let length = self.length?;
        let mut end = 0;
        self.have.sort_unstable();
        for (from, to) in &self.have {
            if *from <= end {
                end = end.max(*to);
            }
        }
        (end >= length).then(|| offers_gcm(&self.body[..length]).unwrap_or(false))
    }

    fn fragment(&mut self, record: &[u8]) -> Option<()> {
        let (head, body) = record.split_at_checked(12)?;
        let wide = |at: usize| {
            usize::from(head[at]) << 16 | usize::from(head[at + 1]) << 8 | usize::from(head[at + 2])
        };
        let (length, from, count) = (wide(1), wide(6), wide(9));
        let to = from + count;
        if head[0] != 1 || length > LONGEST || to > length || self.have.len() > 64 {
            return None;
        }
        let body = body.get(..count)?;
        if self.length != Some(length) {
            *self = Self { body: vec![0; length], have: Vec::new(), length: Some(length) };
        }
        self.body[from..to].copy_from_slice(body);
        self.have.push((from, to));
        Some(())
    }
}

/// The message number of the ClientHello that a datagram repeats or begins, and whether it holds its end. `None` if
/// there is anything else in the datagram.
pub fn client_hello(datagram: &[u8]) -> Option<(u16, bool)> {
    let mut rest = datagram;
    let mut found = None;
    while let Some((record, after)) = record(rest) {
        rest = after;
        let head = record.first_chunk::<12>().filter(|head| head[0] == 1)?;
        let wide = |at: usize| u32::from_be_bytes([0, head[at], head[at + 1], head[at + 2]]);
        found = Some((u16::from_be_bytes([head[4], head[5]]), wide(6) + wide(9) == wide(1)));
    }
    found
}

/// Whether a datagram begins with our ServerHello.
pub fn is_server_hello(datagram: &[u8]) -> bool {
    record(datagram).is_some_and(|(record, _)| record.first() == Some(&2))
}

/// The content of the next record, if it is a plain handshake record, and what follows it.
fn record(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (head, rest) = bytes.split_at_checked(13)?;
    let length = usize::from(u16::from_be_bytes([head[11], head[12]]));
    let (body, after) = rest.split_at_checked(length)?;
    // Epoch 0: not encrypted.
    let plain = head[0] == 22 && head[3..5] == [0, 0];
    Some((if plain { body } else { &[] }, after))
}

/// Reads the extensions of a whole ClientHello (RFC 5246 §7.4.1.2, RFC 6347 §4.2.1).
fn offers_gcm(hello: &[u8]) -> Option<bool> {
    let mut rest = hello.get(34..)?;
    for wide in [false, false, true, false] {
        // Session id, cookie, cipher suites, compression methods.
        let (length, after) = if wide {
            let (length, after) = rest.split_first_chunk::<2>()?;
            (usize::from(u16::from_be_bytes(*length)), after)
        } else {
            let (length, after) = rest.split_first()?;
            (usize::from(*length), after)
        };
        rest = after.get(length..)?;
    }
    rest = rest.get(2..)?;
    while let Some((head, after)) = rest.split_first_chunk::<4>() {
        let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
        let (value, after) = after.split_at_checked(length)?;
        if u16::from_be_bytes([head[0], head[1]]) == USE_SRTP {
            let count = usize::from(u16::from_be_bytes(*value.first_chunk::<2>()?));
            return Some(value.get(2..2 + count)?.chunks_exact(2).any(|profile| profile == GCM));
        }
        rest = after;
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hello(profiles: &[u16]) -> Vec<u8> {
        let mut body = vec![0xfe, 0xfd];
        body.extend([7u8; 32]);
        body.extend([0, 0]);
        body.extend([0, 2, 0xc0, 0x2b]);
        body.extend([1, 0]);
        let mut extensions = vec![0, 23, 0, 0];
        let list: Vec<u8> = profiles.iter().flat_map(|profile| profile.to_be_bytes()).collect();
        extensions.extend([0, 14, 0, list.len() as u8 + 3, 0, list.len() as u8]);
        extensions.extend(&list);
        extensions.push(0);
        body.extend((extensions.len() as u16).to_be_bytes());
        body.extend(extensions);
        body
    }

    fn datagram(body: &[u8], from: usize, to: usize) -> Vec<u8> {
        let wide = |n: usize| [(n >> 16) as u8, (n >> 8) as u8, n as u8];
        let mut out = vec![22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0];
        out.extend(((to - from + 12) as u16).to_be_bytes());
        out.push(1);
        out.extend(wide(body.len()));
        out.extend([0, 0]);
        out.extend(wide(from));
        out.extend(wide(to - from));
        out.extend(&body[from..to]);
        out
    }

    #[test]
    fn gcm_is_found_among_the_profiles() {
        let with = hello(&[1, 7]);
        assert_eq!(Hello::default().take(&datagram(&with, 0, with.len())), Some(true));
        let without = hello(&[1, 2]);
        assert_eq!(Hello::default().take(&datagram(&without, 0, without.len())), Some(false));
    }

    #[test]
    fn a_hello_in_pieces_out_of_order_is_put_together() {
        let body = hello(&[7]);
        let mut hello = Hello::default();
        assert_eq!(hello.take(&datagram(&body, 20, body.len())), None);
        assert_eq!(hello.take(&datagram(&body, 0, 20)), Some(true));
    }

    #[test]
    fn a_repeated_hello_is_told_from_other_messages() {
        let body = hello(&[7]);
        assert_eq!(client_hello(&datagram(&body, 0, 20)), Some((0, false)));
        assert_eq!(client_hello(&datagram(&body, 20, body.len())), Some((0, true)));
        let mut other = datagram(&body, 0, body.len());
        other[13] = 2;
        assert_eq!(client_hello(&other), None);
        assert!(is_server_hello(&other));
        assert_eq!(client_hello(&[]), None);
    }

    proptest! {
        #[test]
        fn broken_hellos_are_read_without_a_panic(
            profiles in prop::collection::vec(any::<u16>(), 0..4), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6), cut in any::<prop::sample::Index>(),
        ) {
            let body = hello(&profiles);
            let mut bytes = datagram(&body, 0, body.len());
            for (at, value) in flips {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            bytes.truncate(cut.index(bytes.len()) + 1);
            let _ = Hello::default().take(&bytes);
            let _ = offers_gcm(&bytes);
            let _ = client_hello(&bytes);
        }
    }
}
