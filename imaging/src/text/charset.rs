//! Specific Character Set (PS3.3 C.12.1.1.2): which decoder a data set's text needs. Bytes are decoded whole,
//! before a value is split: a trail byte of GBK or GB18030 may be 0x5C. Called by `header`.

use encoding_rs::Encoding;
use serde::{Deserialize, Serialize};

use super::{iso2022, undeclared};

/// What to believe of a source whose files say nothing of their character set, or lie about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fallback {
    /// How text is read that no declaration covers and that is not UTF-8.
    pub undeclared: Undeclared,
    /// The source writes `ISO_IR 100` by habit: treat that as if nothing were said.
    pub ignores_latin1: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Undeclared {
    /// Covers GBK and GB2312 too.
    #[default]
    Gb18030,
    Latin1,
}

/// A device in China that says nothing writes GB18030 or a subset of it.
impl Default for Fallback {
    fn default() -> Self {
        Self { undeclared: Undeclared::Gb18030, ignores_latin1: false }
    }
}

/// How a value is delimited, which decides where an ISO 2022 shift ends (PS3.5 §6.1.2.5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// PN: `^`, `=` and `\`.
    Name,
    /// SH, LO, UC: `\`.
    Short,
    /// ST, LT, UT: line ends only; a backslash is a character.
    Long,
}

/// The decoder for one data set or item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charset {
    declared: Declared,
    fallback: Fallback,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Declared {
    /// Nothing, or the default repertoire (ISO IR 6), which has no characters over 0x7F.
    Nothing,
    Single(Repertoire),
    /// Code extensions by escape sequences; the first is in use until one comes.
    Extended(Vec<Repertoire>),
}

/// The repertoires that the defined terms of C.12.1.1.2 name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repertoire {
    Ascii,
    Latin1,
    /// A single-byte set that encoding_rs knows.
    Byte(&'static Encoding),
    /// JIS X 0201: ISO IR 13 (katakana) with ISO IR 14.
    Katakana,
    /// JIS X 0208: ISO IR 87.
    Kanji,
    /// JIS X 0212: ISO IR 159.
    KanjiSupplement,
    /// KS X 1001: ISO IR 149.
    Korean,
    /// GB 2312: ISO IR 58.
    Gb2312,
    Utf8,
    /// GBK is decoded as the GB18030 that contains it.
    Gb18030,
}

impl Charset {
    /// From the value of (0008,0005), `None` when the element is absent. Spellings off the standard that are seen in
    /// the field (`ISO IR 192`, `UTF-8`, `GB2312`) are understood; a term nobody knows counts as not said.
    pub fn new(declared: Option<&[u8]>, fallback: Fallback) -> Self {
        let text =
            declared.map(|bytes| String::from_utf8_lossy(bytes).to_ascii_uppercase()).unwrap_or_default();
        let terms: Vec<&str> = text.split('\\').map(|term| term.trim_matches(['\0', ' '])).collect();
        let known = |term: &&str| repertoire(term);
        let declared = match terms.as_slice() {
            [] | [""] => Declared::Nothing,
            [term] => match repertoire(term) {
                None | Some(Repertoire::Ascii) => Declared::Nothing,
                Some(repertoire) if term.starts_with("ISO 2022") => Declared::Extended(vec![repertoire]),
                Some(repertoire) => Declared::Single(repertoire),
            },
            // UTF-8, GBK and GB18030 forbid code extensions: where one is named among several, it is meant alone.
            terms => match terms
                .iter()
                .filter_map(known)
                .find(|r| matches!(r, Repertoire::Utf8 | Repertoire::Gb18030))
            {
                Some(repertoire) => Declared::Single(repertoire),
                None => Declared::Extended(
                    terms.iter().map(|term| repertoire(term).unwrap_or(Repertoire::Ascii)).collect(),
                ),
            },
        };
        let declared = match declared {
            Declared::Single(Repertoire::Latin1) if fallback.ignores_latin1 => Declared::Nothing,
            declared => declared,
        };
        Self { declared, fallback }
    }

    /// Decodes a whole value, delimiters included. Never fails: bytes that fit neither the declaration nor UTF-8 nor
    /// the fallback become U+FFFD.
    pub fn decode(&self, bytes: &[u8], kind: Kind) -> String {
        if bytes.iter().all(|b| b.is_ascii() && *b != iso2022::ESCAPE) {
            // Every repertoire agrees on these (the yen sign of ISO IR 14 is still a delimiter).
            return bytes.iter().map(|b| char::from(*b)).collect();
        }
        let text = match &self.declared {
            Declared::Nothing => None,
            Declared::Single(repertoire) => single(*repertoire, bytes),
            Declared::Extended(repertoires) => iso2022::decode(bytes, repertoires, kind),
        };
        if let Some(text) = text {
            return text;
        }
        if bytes.contains(&iso2022::ESCAPE)
            && let Some(text) = iso2022::decode(bytes, &[Repertoire::Ascii], kind)
        {
            return text;
        }
        if let Ok(text) = std::str::from_utf8(bytes) {
            let chance = matches!(self.fallback.undeclared, Undeclared::Gb18030)
                .then(|| undeclared::han_by_chance_utf8(bytes, text));
            return chance.flatten().unwrap_or_else(|| text.to_owned());
        }
        match self.fallback.undeclared {
            Undeclared::Gb18030 => encoding_rs::GB18030.decode_without_bom_handling(bytes).0.into_owned(),
            Undeclared::Latin1 => encoding_rs::mem::decode_latin1(bytes).into_owned(),
        }
    }
}

/// Decodes under one repertoire; `None` when the bytes are not in it.
pub(super) fn single(repertoire: Repertoire, bytes: &[u8]) -> Option<String> {
    let by = |encoding: &'static Encoding| {
        encoding.decode_without_bom_handling_and_without_replacement(bytes).map(|text| text.into_owned())
    };
    match repertoire {
        Repertoire::Ascii => bytes.is_ascii().then(|| String::from_utf8_lossy(bytes).into_owned()),
        Repertoire::Latin1 => Some(encoding_rs::mem::decode_latin1(bytes).into_owned()),
        Repertoire::Byte(encoding) => by(encoding),
        Repertoire::Katakana => by(encoding_rs::SHIFT_JIS),
        Repertoire::Kanji | Repertoire::KanjiSupplement => by(encoding_rs::EUC_JP),
        Repertoire::Korean => by(encoding_rs::EUC_KR),
        Repertoire::Gb2312 => by(encoding_rs::GBK),
        Repertoire::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
        Repertoire::Gb18030 => by(encoding_rs::GB18030),
    }
}

fn repertoire(term: &str) -> Option<Repertoire> {
    let number = term
        .strip_prefix("ISO_IR")
        .or_else(|| term.strip_prefix("ISO 2022 IR"))
        .or_else(|| term.strip_prefix("ISO IR"))
        .or_else(|| term.strip_prefix("ISO-IR"))
        .map_or(term, |rest| rest.trim_start_matches([' ', '_']));
    Some(match number {
        "" | "6" => Repertoire::Ascii,
        "100" => Repertoire::Latin1,
        "101" => Repertoire::Byte(encoding_rs::ISO_8859_2),
        "109" => Repertoire::Byte(encoding_rs::ISO_8859_3),
        "110" => Repertoire::Byte(encoding_rs::ISO_8859_4),
        "144" => Repertoire::Byte(encoding_rs::ISO_8859_5),
        "127" => Repertoire::Byte(encoding_rs::ISO_8859_6),
        "126" => Repertoire::Byte(encoding_rs::ISO_8859_7),
        "138" => Repertoire::Byte(encoding_rs::ISO_8859_8),
        // Differs from ISO 8859-9 in control characters only, as the next does from TIS 620.
        "148" => Repertoire::Byte(encoding_rs::WINDOWS_1254),
        "166" => Repertoire::Byte(encoding_rs::WINDOWS_874),
        "203" => Repertoire::Byte(encoding_rs::ISO_8859_15),
        "13" => Repertoire::Katakana,
        "14" => Repertoire::Katakana,
        "87" => Repertoire::Kanji,
        "159" => Repertoire::KanjiSupplement,
        "149" => Repertoire::Korean,
        "58" | "GB2312" => Repertoire::Gb2312,
        "192" | "UTF-8" | "UTF8" => Repertoire::Utf8,
        "GB18030" | "GBK" => Repertoire::Gb18030,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::PersonName;
    use proptest::prelude::*;

    fn decode(declared: Option<&str>, bytes: &[u8], kind: Kind) -> String {
        Charset::new(declared.map(str::as_bytes), Fallback::default()).decode(bytes, kind)
    }

    fn gbk(text: &str) -> Vec<u8> {
        encoding_rs::GB18030.encode(text).0.into_owned()
    }

    /// PS3.5 Annex K.2, byte for byte.
    #[test]
    fn the_gb2312_name_of_the_standard_comes_out_right() {
        let mut bytes = b"Zhang^XiaoDong=".to_vec();
        bytes.extend(b"\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=");
        let text = decode(Some("\\ISO 2022 IR 58"), &bytes, Kind::Name);
        assert_eq!(text, "Zhang^XiaoDong=张^小东=");
        assert_eq!(PersonName::parse(&text).ideographic, "张^小东");
    }

    /// PS3.5 Annex J: GB18030 and UTF-8 name the same person.
    #[test]
    fn gb18030_and_utf8_need_no_escapes() {
        let name = "Wang^XiaoDong=王^小东=";
        assert_eq!(decode(Some("GB18030"), &gbk(name), Kind::Name), name);
        assert_eq!(decode(Some("GBK"), &gbk(name), Kind::Name), name);
        assert_eq!(decode(Some("ISO_IR 192"), name.as_bytes(), Kind::Name), name);
    }

    #[test]
    fn a_four_byte_character_of_gb18030_comes_out_right() {
        let bytes = gbk("𠮷^㐂");
        assert_eq!(bytes[..4].len() + 1 + 4, bytes.len(), "both take four bytes");
        assert_eq!(decode(Some("GB18030"), &bytes, Kind::Name), "𠮷^㐂");
    }

    #[test]
    fn a_backslash_as_a_trail_byte_splits_nothing() {
        // 誠 is 0xD55C in GBK, 僜 0x835C, 乗 0x815C.
        let bytes = gbk("郭^誠");
        assert!(bytes.contains(&0x5c));
        assert_eq!(decode(Some("GBK"), &bytes, Kind::Name), "郭^誠");
        assert_eq!(decode(Some("GB18030"), &gbk("乗\\僜"), Kind::Short), "乗\\僜");
        assert_eq!(decode(None, &gbk("誠"), Kind::Name), "誠");
    }

    #[test]
    fn gb2312_is_read_with_or_without_the_escapes_that_devices_forget() {
        let plain = gbk("张^小东");
        for declared in
            ["ISO 2022 IR 58", "\\ISO 2022 IR 58", "ISO 2022 IR 6\\ISO 2022 IR 58", "GB2312", "ISO_IR 58"]
        {
            assert_eq!(decode(Some(declared), &plain, Kind::Name), "张^小东", "{declared}");
        }
        let mut once = b"\x1b$)A".to_vec();
        once.extend(&plain);
        assert_eq!(decode(Some("\\ISO 2022 IR 58"), &once, Kind::Name), "张^小东");
        assert_eq!(decode(Some("ISO 2022 IR 58"), &once, Kind::Name), "张^小东");
        assert_eq!(decode(None, &once, Kind::Name), "张^小东", "nothing declared, but escaped");
    }

    #[test]
    fn files_that_say_nothing_are_read_as_utf8_or_by_the_default_of_their_source() {
        assert_eq!(decode(None, "王小东".as_bytes(), Kind::Name), "王小东");
        assert_eq!(decode(None, &gbk("王小东"), Kind::Name), "王小东");
        assert_eq!(decode(Some("ISO_IR 6"), &gbk("王小东"), Kind::Name), "王小东");
        let latin = Fallback { undeclared: Undeclared::Latin1, ignores_latin1: false };
        assert_eq!(Charset::new(None, latin).decode(b"M\xfcller", Kind::Name), "Müller");
    }

    #[test]
    fn files_that_lie_are_found_out() {
        assert_eq!(decode(Some("ISO_IR 192"), &gbk("王小东"), Kind::Name), "王小东", "not UTF-8");
        let liar = Fallback { ignores_latin1: true, ..Fallback::default() };
        assert_eq!(Charset::new(Some(b"ISO_IR 100"), liar).decode(&gbk("王小东"), Kind::Name), "王小东");
        assert_eq!(decode(Some("ISO_IR 100"), b"M\xfcller", Kind::Name), "Müller", "honest by default");
        assert_eq!(decode(Some("KLINGON"), &gbk("王"), Kind::Name), "王");
    }

    #[test]
    fn the_single_byte_sets_of_the_standard_are_known() {
        for (declared, bytes, text) in [
            ("ISO_IR 100", &b"\xc4neas^R\xfcdiger"[..], "Äneas^Rüdiger"),
            ("ISO_IR 101", b"\xa3ukasz", "Łukasz"),
            ("ISO_IR 144", b"\xbb\xee\xda", "Люк"),
            ("ISO_IR 126", b"\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2", "Διονυσιος"),
            ("ISO_IR 166", b"\xca\xc1\xaa\xd2\xc2", "สมชาย"),
        ] {
            assert_eq!(decode(Some(declared), bytes, Kind::Name), text, "{declared}");
        }
    }

    /// PS3.5 Annex H.3.1 and I.2.
    #[test]
    fn japanese_and_korean_names_of_the_standard_come_out_right() {
        let japanese =
            b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B";
        assert_eq!(
            decode(Some("\\ISO 2022 IR 87"), japanese, Kind::Name),
            "Yamada^Tarou=山田^太郎=やまだ^たろう"
        );
        let katakana = b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J";
        assert_eq!(decode(Some("ISO 2022 IR 13\\ISO 2022 IR 87"), katakana, Kind::Name), "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎");
        let korean =
            b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf";
        assert_eq!(decode(Some("\\ISO 2022 IR 149"), korean, Kind::Name), "Hong^Gildong=洪^吉洞=홍^길동");
    }

    proptest! {
        #[test]
        fn chinese_text_survives_every_form_it_is_sent_in(text in "[一-龥a-zA-Z^= ]{0,30}") {
            let bytes = gbk(&text);
            prop_assert_eq!(&decode(Some("GB18030"), &bytes, Kind::Name), &text);
            prop_assert_eq!(&decode(Some("GBK"), &bytes, Kind::Name), &text);
            prop_assert_eq!(&decode(Some("ISO_IR 192"), text.as_bytes(), Kind::Name), &text);
        }

        #[test]
        fn no_bytes_make_the_decoder_fail(
            bytes in proptest::collection::vec(any::<u8>(), 0..60),
            declared in proptest::sample::select(vec!["", "ISO_IR 192", "GB18030", "\\ISO 2022 IR 58", "\\ISO 2022 IR 87\\ISO 2022 IR 159", "ISO_IR 13", "ISO_IR 166"]),
        ) {
            for kind in [Kind::Name, Kind::Short, Kind::Long] {
                decode(Some(declared), &bytes, kind);
            }
        }
    }
}
