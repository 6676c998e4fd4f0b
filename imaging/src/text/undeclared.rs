//! Undeclared text that is well-formed both as UTF-8 and as GB18030: 郑伟 is D6 A3 CE B0 in GBK, which UTF-8 reads as two
//! characters of the alphabets between U+0080 and U+07FF. Decides which of the two is meant. Only `charset` calls it.

use super::name::is_han;

/// The GB18030 reading of `bytes` where that is the likelier one; `text` is their reading as UTF-8.
///
/// Only two-byte sequences of UTF-8 come about by chance in names of GBK. Against GB18030 speak letters of ASCII that
/// touch what would be an ideograph (`Müller`), and a reading in one alphabet that has bytes which names of GB 2312 do
/// not have (`Διονυσιος`).
pub(super) fn han_by_chance_utf8(bytes: &[u8], text: &str) -> Option<String> {
    let wide = || text.chars().filter(|c| !c.is_ascii());
    if wide().next().is_none() || wide().any(|c| u32::from(c) >= 0x800) {
        return None;
    }
    let han = encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes)?;
    let words = han.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric());
    let separate = words.into_iter().all(|word| word.is_ascii() || word.chars().all(is_han));
    let beyond_gb2312 = bytes.iter().any(|byte| (0x80..0xa1).contains(byte));
    (separate && !(beyond_gb2312 && in_one_alphabet(wide()))).then(|| han.into_owned())
}

/// Whether all characters are letters of the same alphabet.
fn in_one_alphabet(mut letters: impl Iterator<Item = char>) -> bool {
    let alphabet = |c: char| match u32::from(c) {
        0xc0..=0x24f => Some("Latin"),
        0x370..=0x3ff => Some("Greek"),
        0x400..=0x45f | 0x490..=0x4ff => Some("Cyrillic"),
        0x5d0..=0x5ea => Some("Hebrew"),
        0x620..=0x6ff => Some("Arabic"),
        _ => None,
    };
    let first = letters.next().and_then(alphabet);
    first.is_some() && letters.all(|c| alphabet(c) == first)
}

#[cfg(test)]
mod tests {
    use crate::text::charset::Undeclared;
    use crate::text::{Charset, Fallback, Kind};

    fn decode(bytes: &[u8], fallback: Fallback) -> String {
        Charset::new(None, fallback).decode(bytes, Kind::Name)
    }

    fn gbk(text: &str) -> Vec<u8> {
        encoding_rs::GBK.encode(text).0.into_owned()
    }

    #[test]
    fn names_in_gbk_that_happen_to_be_utf8_are_read_as_the_names_they_are() {
        for name in ["郑伟", "郑^伟", "谢强", "袁志强", "谢", "小", "肖^小", "Zheng^Wei=郑^伟", "韦^伟"]
        {
            let bytes = gbk(name);
            assert!(std::str::from_utf8(&bytes).is_ok(), "{name} is no example");
            assert_eq!(decode(&bytes, Fallback::default()), name);
            let declared = Charset::new(Some(b"ISO_IR 6"), Fallback::default());
            assert_eq!(declared.decode(&bytes, Kind::Name), name);
        }
    }

    #[test]
    fn undeclared_utf8_of_every_script_stays_what_it_is() {
        for name in [
            "王^小东",
            "郑^伟",
            "Müller^Jörg",
            "José",
            "Łódź",
            "Διονυσιος",
            "Люкceмбypг",
            "Люк",
            "محمد",
            "שרון",
            "𠮷",
        ] {
            assert_eq!(decode(name.as_bytes(), Fallback::default()), name);
        }
    }

    #[test]
    fn a_source_of_another_default_is_not_told_that_it_writes_chinese() {
        let latin = Fallback { undeclared: Undeclared::Latin1, ignores_latin1: false };
        assert_eq!(decode(&gbk("郑伟"), latin), "\u{5a3}\u{3b0}", "well-formed UTF-8 goes before Latin-1");
    }

    /// Of the common surnames and given names, how many can be read wrongly at all.
    #[test]
    fn no_name_of_common_characters_becomes_letters() {
        let surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷龙黎史陶毛贺郝顾龚邵";
        let given = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文志建国华玉红春梅雪小晓海波辉鹏飞宁波颖琳欣怡梓涵浩然宇轩子";
        let mut seen = 0;
        for surname in surnames.chars() {
            for first in given.chars() {
                let name = format!("{surname}^{first}");
                let bytes = gbk(&name);
                seen += usize::from(std::str::from_utf8(&bytes).is_ok());
                assert_eq!(decode(&bytes, Fallback::default()), name);
            }
        }
        assert!(seen > 50, "{seen} names are well-formed UTF-8: the test looks at something");
    }
}
