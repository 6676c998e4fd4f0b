//! Person names (PS3.5 §6.2.1): the three component groups of a PN value, and the folded forms by which a Chinese
//! name is searched and compared. Gets decoded text only; bytes and character sets are `charset`'s business.

use pinyin::{ToPinyin, ToPinyinMulti};
use serde::{Deserialize, Serialize};

/// A PN value taken apart at `=`; components inside a group keep their `^`. Groups are trimmed, empty ones are "".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    /// First group. By the standard letters only; files from China often carry ideographs here.
    pub alphabetic: String,
    pub ideographic: String,
    pub phonetic: String,
}

/// The forms under which a name is indexed. All are empty for an empty name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchName {
    /// Han characters only, without separators: `张小东`.
    pub ideographs: String,
    /// Every group in lower case, width folded, separators as single spaces: `zhang xiaodong 张小东`.
    pub folded: String,
    /// Whole pinyin without tones or separators: `zhangxiaodong`. As the file writes it where it does, else the
    /// usual reading of the ideographs.
    pub pinyin: String,
    /// First letter of each syllable: `zxd`. From the words in letters when there are no ideographs.
    pub initials: String,
}

impl PersonName {
    /// Takes a decoded PN value apart. More than three groups are against the standard; the rest is dropped.
    pub fn parse(value: &str) -> Self {
        let mut groups = value.split('=').map(|group| {
            let group = group.trim_matches(['\0', ' ']);
            group.trim_end_matches(['^', ' ']).to_owned()
        });
        let mut next = || groups.next().unwrap_or_default();
        Self { alphabetic: next(), ideographic: next(), phonetic: next() }
    }

    pub fn is_empty(&self) -> bool {
        self.alphabetic.is_empty() && self.ideographic.is_empty() && self.phonetic.is_empty()
    }

    /// The PN value again, without trailing empty groups.
    pub fn to_dicom(&self) -> String {
        let whole = format!("{}={}={}", self.alphabetic, self.ideographic, self.phonetic);
        whole.trim_end_matches('=').to_owned()
    }

    /// The name as people here write it: ideographs without separators when there are any, else the letters with
    /// spaces.
    pub fn display(&self) -> String {
        let group = [&self.ideographic, &self.alphabetic, &self.phonetic]
            .into_iter()
            .find(|group| !group.is_empty())
            .map_or("", String::as_str);
        if group.chars().any(is_han) {
            group.replace(['^', ' ', '\u{3000}'], "")
        } else {
            words(group).collect::<Vec<_>>().join(" ")
        }
    }

    /// The Han characters of the name, from whichever group has them; "" when none has.
    pub fn ideographs(&self) -> String {
        [&self.ideographic, &self.alphabetic, &self.phonetic]
            .into_iter()
            .map(|group| group.chars().filter(|c| is_han(*c)).collect::<String>())
            .find(|han| !han.is_empty())
            .unwrap_or_default()
    }

    /// The words in letters of the alphabetic group, folded; empty when that group is not in letters.
    pub(super) fn letters(&self) -> Vec<String> {
        if self.alphabetic.chars().any(is_han) {
            return Vec::new();
        }
        words(&self.alphabetic).map(|word| fold(&word)).filter(|word| !word.is_empty()).collect()
    }

    pub fn search(&self) -> SearchName {
        let ideographs = self.ideographs();
        let groups = [&self.alphabetic, &self.ideographic, &self.phonetic];
        let folded = groups
            .into_iter()
            .flat_map(|group| words(group))
            .map(|word| fold(&word))
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        let (letters, readings) = (self.letters(), romanize(&ideographs));
        let pinyin = if letters.is_empty() { readings.concat() } else { letters.concat() };
        let syllables = if ideographs.is_empty() { letters } else { readings };
        SearchName {
            ideographs,
            folded,
            pinyin,
            initials: syllables.iter().filter_map(|syllable| syllable.chars().next()).collect(),
        }
    }

    /// Whether both can be the name of one person: ideographs against ideographs, letters against letters in
    /// either order of family and given name, and ideographs against pinyin under any reading of a character.
    /// An empty name agrees with nothing.
    pub fn agrees_with(&self, other: &PersonName) -> bool {
        let (mine, theirs) = (self.ideographs(), other.ideographs());
        match (mine.is_empty(), theirs.is_empty()) {
            (false, false) => mine == theirs,
            (false, true) => reads_as(&mine, &other.letters()),
            (true, false) => reads_as(&theirs, &self.letters()),
            (true, true) => {
                let (mine, theirs) = (self.letters(), orders(&other.letters()));
                !mine.is_empty() && orders(&mine).iter().any(|order| theirs.contains(order))
            }
        }
    }
}

/// Han ideographs: the unified blocks, extension A, the compatibility block, and the supplementary planes that
/// GB18030-2022 reaches.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}' | '〇')
}

fn words(group: &str) -> impl Iterator<Item = String> {
    group
        .split(['^', ' ', '\u{3000}', ',', '·', '.', '-', '_'])
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
}

/// Lower case, full-width forms made half-width, `ü` in its spellings made `v`, other marks and punctuation
/// dropped.
pub(super) fn fold(word: &str) -> String {
    word.chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            c => c,
        })
        .flat_map(char::to_lowercase)
        .filter_map(|c| match c {
            'ü' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' => Some('v'),
            'ā' | 'á' | 'ǎ' | 'à' => Some('a'),
            'ē' | 'é' | 'ě' | 'è' => Some('e'),
            'ī' | 'í' | 'ǐ' | 'ì' => Some('i'),
            'ō' | 'ó' | 'ǒ' | 'ò' => Some('o'),
            'ū' | 'ú' | 'ǔ' | 'ù' => Some('u'),
            c if c.is_alphanumeric() => Some(c),
            _ => None,
        })
        .collect()
}

/// Readings that a character has as a surname, where they differ from its usual one.
const SURNAMES: &[(&str, &[&str])] = &[
    ("尉迟", &["yu", "chi"]),
    ("长孙", &["zhang", "sun"]),
    ("万俟", &["mo", "qi"]),
    ("澹台", &["tan", "tai"]),
    ("单", &["shan"]),
    ("曾", &["zeng"]),
    ("解", &["xie"]),
    ("仇", &["qiu"]),
    ("区", &["ou"]),
    ("查", &["zha"]),
    ("朴", &["piao"]),
    ("盖", &["ge"]),
    ("缪", &["miao"]),
    ("翟", &["zhai"]),
    ("种", &["chong"]),
    ("乐", &["yue"]),
    ("员", &["yun"]),
    ("折", &["she"]),
    ("黑", &["he"]),
    ("秘", &["bi"]),
    ("重", &["chong"]),
    ("覃", &["qin"]),
];

/// One syllable a character, the surname read as a surname. A character without a known reading stands for itself.
pub(super) fn romanize(ideographs: &str) -> Vec<String> {
    let surname = SURNAMES.iter().find(|(characters, _)| ideographs.starts_with(characters));
    let (head, rest) = surname
        .map_or((&[][..], ideographs), |(characters, readings)| (*readings, &ideographs[characters.len()..]));
    let tail = rest.chars().map(|c| match c.to_pinyin() {
        Some(pinyin) => fold(pinyin.plain()),
        None => c.to_string(),
    });
    head.iter().map(|syllable| (*syllable).to_owned()).chain(tail).collect()
}

/// The readings of a text that is no person's name, one syllable a character: `心电诊断科` is xin dian zhen duan ke.
pub fn syllables(text: &str) -> Vec<String> {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .map(|c| match c.to_pinyin() {
            Some(pinyin) => fold(pinyin.plain()),
            None => fold(&c.to_string()),
        })
        .collect()
}

/// The words joined in the orders in which devices write them: as they stand, and with the first or the last
/// word moved to the other end.
pub(super) fn orders(words: &[String]) -> Vec<String> {
    let mut orders = vec![words.concat()];
    if let [first, rest @ ..] = words {
        orders.push(rest.concat() + first);
    }
    if let [rest @ .., last] = words {
        orders.push(last.clone() + &rest.concat());
    }
    orders
}

/// Whether the letters can be a reading of the ideographs, syllable by syllable, under any of the readings that
/// a character has.
fn reads_as(ideographs: &str, letters: &[String]) -> bool {
    orders(letters).iter().any(|text| !text.is_empty() && reads_from(ideographs, text))
}

fn reads_from(ideographs: &str, letters: &str) -> bool {
    // Surnames of two characters may have a reading that neither has alone.
    let by_surname = SURNAMES.iter().any(|(surname, readings)| {
        ideographs.starts_with(surname)
            && letters
                .strip_prefix(readings.concat().as_str())
                .is_some_and(|rest| reads_rest(&ideographs[surname.len()..], rest))
    });
    by_surname || reads_rest(ideographs, letters)
}

fn reads_rest(ideographs: &str, letters: &str) -> bool {
    // The set of positions in `letters` (ASCII) that some choice of readings has reached.
    let mut reached = vec![0_usize];
    for c in ideographs.chars() {
        let Some(readings) = c.to_pinyin_multi() else { return false };
        let mut spellings: Vec<String> =
            readings.into_iter().flat_map(|pinyin| spellings(&fold(pinyin.plain()))).collect();
        spellings.sort_unstable();
        spellings.dedup();
        let mut next: Vec<usize> = reached
            .iter()
            .flat_map(|&at| {
                spellings
                    .iter()
                    .filter(move |s| letters[at..].starts_with(s.as_str()))
                    .map(move |s| at + s.len())
            })
            .collect();
        next.sort_unstable();
        next.dedup();
        if next.is_empty() {
            return false;
        }
        reached = next;
    }
    reached.contains(&letters.len())
}

/// A syllable with `ü` is written `lv`, `lu`, `lyu` (passports) or `lue`/`lve`.
fn spellings(syllable: &str) -> Vec<String> {
    let mut all = vec![syllable.to_owned()];
    if syllable.contains('v') {
        all.push(syllable.replace('v', "u"));
        all.push(syllable.replace('v', "yu"));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn agree(a: &str, b: &str) -> bool {
        let (a, b) = (PersonName::parse(a), PersonName::parse(b));
        assert_eq!(a.agrees_with(&b), b.agrees_with(&a), "agreement has no direction");
        a.agrees_with(&b)
    }

    #[test]
    fn a_name_in_pinyin_is_the_name_in_ideographs() {
        for pinyin in [
            "Zhang^XiaoDong",
            "ZHANG^XIAODONG",
            "Zhang Xiao Dong",
            "Zhang^Xiao^Dong",
            "XiaoDong^Zhang",
            "ZhangXiaoDong",
            "Ｚｈａｎｇ^Xiaodong",
        ] {
            assert!(agree(pinyin, "张小东"), "{pinyin}");
        }
        assert!(agree("Zhang^XiaoDong=张^小东", "张小东"));
        assert!(agree("张^小东", "张小东"));
    }

    #[test]
    fn another_person_is_another_person() {
        for other in ["Zhang^XiaoDan", "Zhang^Xiao", "Wang^XiaoDong", "ZXD", "", "^", "Zhang^XiaoDongg"] {
            assert!(!agree(other, "张小东"), "{other:?}");
        }
        assert!(!agree("张小冬", "张小东"), "the same sound is not the same name");
        assert!(!agree("", ""), "no name agrees with nothing");
    }

    #[test]
    fn a_character_with_several_readings_matches_by_each_of_them() {
        assert!(agree("Shan^Xiong", "单雄"));
        assert!(agree("Zeng^Le", "曾乐"));
        assert!(agree("Zeng^Yue", "曾乐"));
        assert!(agree("YuChi^Gong", "尉迟恭"));
        assert!(agree("Lv^Bu", "吕布"));
        assert!(agree("LYU^Bu", "吕布"));
        assert!(agree("Lu^Bu", "吕布"));
        assert!(agree("LÜ^Bu", "吕布"));
    }

    #[test]
    fn letters_agree_whatever_the_case_and_the_order() {
        assert!(agree("Smith^John", "SMITH^JOHN"));
        assert!(agree("John Smith", "Smith^John"));
        assert!(agree("John^Paul Smith", "PaulSmithJohn"));
        assert!(!agree("Smith^John", "Smith^Joan"));
    }

    #[test]
    fn a_name_is_indexed_as_ideographs_folded_pinyin_and_initials() {
        let search = PersonName::parse("Zhang^XiaoDong=张^小东").search();
        assert_eq!(search.ideographs, "张小东");
        assert_eq!(search.folded, "zhang xiaodong 张 小东");
        assert_eq!(search.pinyin, "zhangxiaodong");
        assert_eq!(search.initials, "zxd");
        let search = PersonName::parse("单雄信").search();
        assert_eq!((search.pinyin.as_str(), search.initials.as_str()), ("shanxiongxin", "sxx"));
        let search = PersonName::parse("SMITH^JOHN").search();
        assert_eq!((search.pinyin.as_str(), search.initials.as_str()), ("smithjohn", "sj"));
        assert_eq!(PersonName::parse("").search(), SearchName::default());
    }

    #[test]
    fn groups_survive_a_round_trip_and_padding_does_not() {
        let name = PersonName::parse("Wang^XiaoDong=王^小东= ");
        assert_eq!((name.alphabetic.as_str(), name.ideographic.as_str()), ("Wang^XiaoDong", "王^小东"));
        assert_eq!(name.to_dicom(), "Wang^XiaoDong=王^小东");
        assert_eq!(name.display(), "王小东");
        assert_eq!(PersonName::parse("=王^小东").display(), "王小东");
        assert_eq!(PersonName::parse("Smith^John^^").display(), "Smith John");
    }

    proptest! {
        #[test]
        fn every_name_agrees_with_its_own_pinyin(name in "[一-龥]{2,4}") {
            let person = PersonName::parse(&name);
            let pinyin = person.search().pinyin;
            if pinyin.is_ascii() {
                prop_assert!(person.agrees_with(&PersonName::parse(&pinyin)));
            }
        }

        #[test]
        fn any_text_is_taken_apart_without_panic(a in "\\PC{0,40}", b in "\\PC{0,40}") {
            let (a, b) = (PersonName::parse(&a), PersonName::parse(&b));
            let _ = (a.search(), b.display());
            prop_assert_eq!(a.agrees_with(&b), b.agrees_with(&a));
        }
    }
}
