//! Code extensions by escape sequence (ISO/IEC 2022 as PS3.3 C.12.1.1.2 and PS3.5 §6.1.2.5 restrict it): a small
//! machine with two registers, G0 for bytes below 0x80 and G1 for those above. Only `charset` calls it.

use super::charset::{Kind, Repertoire, single};

pub(super) const ESCAPE: u8 = 0x1b;

/// Escape sequences without their first byte, the register they load and with what.
const ESCAPES: &[(&[u8], Register, Repertoire)] = &[
    (b"(B", Register::G0, Repertoire::Ascii),
    (b"(J", Register::G0, Repertoire::Ascii),
    (b")I", Register::G1, Repertoire::Katakana),
    (b"-A", Register::G1, Repertoire::Latin1),
    (b"-B", Register::G1, Repertoire::Byte(encoding_rs::ISO_8859_2)),
    (b"-C", Register::G1, Repertoire::Byte(encoding_rs::ISO_8859_3)),
    (b"-D", Register::G1, Repertoire::Byte(encoding_rs::ISO_8859_4)),
    (b"-L", Register::G1, Repertoire::Byte(encoding_rs::ISO_8859_5)),
    (b"-G", Register::G1, Repertoire::Byte(encoding_rs::ISO_8859_6)),
    (b"-F", Register::G1, Repertoire::Byte(encoding_rs::ISO_8859_7)),
    (b"-H", Register::G1, Repertoire::Byte(encoding_rs::ISO_8859_8)),
    (b"-M", Register::G1, Repertoire::Byte(encoding_rs::WINDOWS_1254)),
    (b"-T", Register::G1, Repertoire::Byte(encoding_rs::WINDOWS_874)),
    (b"-b", Register::G1, Repertoire::Byte(encoding_rs::ISO_8859_15)),
    (b"$B", Register::G0, Repertoire::Kanji),
    (b"$(D", Register::G0, Repertoire::KanjiSupplement),
    (b"$)C", Register::G1, Repertoire::Korean),
    (b"$)A", Register::G1, Repertoire::Gb2312),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Register {
    G0,
    G1,
}

/// Decodes a value under the declared repertoires. `None` when some bytes fit none of them.
pub(super) fn decode(bytes: &[u8], declared: &[Repertoire], kind: Kind) -> Option<String> {
    let initial = G::initial(declared);
    let mut g = initial;
    let mut text = String::with_capacity(bytes.len());
    let mut run = Vec::new();
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        if *first == ESCAPE {
            g.flush(&mut run, declared, &mut text)?;
            let (sequence, register, repertoire) =
                ESCAPES.iter().find(|(sequence, ..)| tail.starts_with(sequence))?;
            match register {
                Register::G0 => g.g0 = *repertoire,
                Register::G1 => {
                    g.g1 = Some(*repertoire);
                    g.announced = Some(*repertoire);
                }
            }
            rest = &tail[sequence.len()..];
            continue;
        }
        // Inside a two-byte G0 set every byte is half a character, also one that looks like a delimiter.
        if g.g0 == Repertoire::Ascii && resets(*first, kind) {
            g.flush(&mut run, declared, &mut text)?;
            text.push(char::from(*first));
            g = G { announced: g.announced, ..initial };
        } else {
            run.push(*first);
        }
        rest = tail;
    }
    g.flush(&mut run, declared, &mut text)?;
    Some(text)
}

/// Whether the registers fall back to their initial state after this byte (PS3.5 §6.1.2.5.3).
fn resets(byte: u8, kind: Kind) -> bool {
    match byte {
        b'\n' | b'\r' | 0x0c | b'\t' => true,
        b'\\' => kind != Kind::Long,
        b'^' | b'=' => kind == Kind::Name,
        _ => false,
    }
}

#[derive(Clone, Copy)]
struct G {
    g0: Repertoire,
    g1: Option<Repertoire>,
    /// The last G1 set that this value announced.
    announced: Option<Repertoire>,
}

impl G {
    /// The first value of (0008,0005) is in use before any escape (C.12.1.1.2).
    fn initial(declared: &[Repertoire]) -> Self {
        let g1 = declared.first().copied().filter(|first| is_g1(*first));
        Self { g0: Repertoire::Ascii, g1, announced: None }
    }

    fn flush(&self, run: &mut Vec<u8>, declared: &[Repertoire], text: &mut String) -> Option<()> {
        if run.is_empty() {
            return Some(());
        }
        let decoded = match self.g0 {
            Repertoire::Kanji => {
                let shifted: Vec<u8> = run.iter().map(|b| b | 0x80).collect();
                single(Repertoire::Kanji, &shifted)?
            }
            Repertoire::KanjiSupplement => {
                let shifted: Vec<u8> = run
                    .chunks(2)
                    .flat_map(|pair| [0x8f].into_iter().chain(pair.iter().map(|b| b | 0x80)))
                    .collect();
                single(Repertoire::KanjiSupplement, &shifted)?
            }
            _ if run.is_ascii() => String::from_utf8_lossy(run).into_owned(),
            // Devices forget to announce G1 again after a delimiter, or at all: the set they announced before, or the
            // one they declared, is meant.
            _ => {
                let declared = declared.iter().copied().find(|repertoire| is_g1(*repertoire));
                let g1 = self.g1.or(self.announced).or(declared)?;
                single(g1, run)?
            }
        };
        text.push_str(&decoded);
        run.clear();
        Some(())
    }
}

fn is_g1(repertoire: Repertoire) -> bool {
    !matches!(repertoire, Repertoire::Ascii | Repertoire::Kanji | Repertoire::KanjiSupplement)
}
