//! How a person's name is made findable: ideographs, pinyin and initials, between bars in one column.
//! The reading of names is `imaging::text`'s; nothing here decides who may search.

use imaging::text::{PersonName, syllables};

/// `|张小东|zhangxiaodong|zxd|`: what the `name_search` columns hold.
pub fn search_text(name: &str) -> String {
    let search = PersonName::parse(name).search();
    let folded: String = search.folded.split_whitespace().collect();
    format!("|{folded}|{}|{}|", search.pinyin, search.initials)
}

/// A name without blanks, in the one form in which letters of either width and case are found.
pub fn folded(name: &str) -> String {
    PersonName::parse(name).search().folded.split_whitespace().collect()
}

/// `|心电诊断科|xindianzhenduanke|xdzdk|`: the same for a place or a subject of medicine, where no character is a surname.
pub fn place_text(name: &str) -> String {
    let folded = folded(name);
    format!("|{folded}|{}|{}|", syllables(name).concat(), place_initials(name))
}

pub fn place_initials(name: &str) -> String {
    syllables(name).iter().filter_map(|syllable| syllable.chars().next()).collect()
}

/// What a person is listed by: the whole pinyin of the name.
pub fn sort_key(name: &str) -> String {
    PersonName::parse(name).search().pinyin
}

/// Matches nothing that the columns hold.
const NOTHING: &str = "|";

/// A `LIKE` pattern (with `\` as its escape) that finds what was typed at the beginning of any form, or anywhere in
/// the ideographs; nothing, where only marks were typed; everything, where nothing was.
pub fn search_pattern(typed: &str) -> String {
    if typed.trim().is_empty() {
        return "%".to_owned();
    }
    let search = PersonName::parse(typed).search();
    let escaped = escaped(&search.folded.split_whitespace().collect::<String>());
    if escaped.is_empty() {
        return NOTHING.to_owned();
    }
    if search.ideographs.is_empty() { format!("%|{escaped}%") } else { format!("%{escaped}%") }
}

/// The same for a place, of whose name and initials people leave characters out: 心内 and xnk find 心血管内科.
pub fn place_pattern(typed: &str) -> String {
    let search = PersonName::parse(typed).search();
    let kept: Vec<char> = search.folded.chars().filter(|c| !c.is_whitespace()).collect();
    let Some(last) = kept.len().checked_sub(1).filter(|last| *last > 0) else { return search_pattern(typed) };
    let each: Vec<String> = kept.iter().map(|c| escaped(c.encode_utf8(&mut [0; 4]))).collect();
    if search.ideographs.is_empty() {
        // Of letters only those of whole initials, from the first to the last: else every long pinyin would hold them.
        return format!("%|{}%{}|", each[..last].join("%"), each[last]);
    }
    format!("%{}%", each.join("%"))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_ideographs_pinyin_and_initials() {
        assert_eq!(search_text("张小东"), "|张小东|zhangxiaodong|zxd|");
        assert_eq!(search_pattern("小东"), "%小东%");
        assert_eq!(search_pattern("ZhangXiao"), "%|zhangxiao%");
        assert_eq!(search_pattern("zxd"), "%|zxd%");
    }

    #[test]
    fn a_department_that_begins_like_a_surname_is_read_as_a_department() {
        assert_eq!(place_text("重症医学科"), "|重症医学科|zhongzhengyixueke|zzyxk|");
        assert_eq!(place_text("ICU 二区"), "|icu二区|icuerqu|iceq|".replace("iceq", "icueq"));
    }

    #[test]
    fn of_a_place_characters_may_be_left_out() {
        assert_eq!(place_pattern("心内"), "%心%内%");
        assert_eq!(place_pattern("xnk"), "%|x%n%k|");
        assert_eq!((place_pattern("心").as_str(), place_pattern("k").as_str()), ("%心%", "%|k%"));
    }

    #[test]
    fn what_is_only_marks_finds_nothing() {
        for typed in ["%", "'"] {
            assert_eq!(
                (search_pattern(typed), place_pattern(typed)),
                (NOTHING.to_owned(), NOTHING.to_owned()),
                "{typed}"
            );
        }
    }

    #[test]
    fn nothing_typed_finds_everything() {
        for typed in ["", " "] {
            assert_eq!(
                (search_pattern(typed), place_pattern(typed)),
                ("%".to_owned(), "%".to_owned()),
                "{typed:?}"
            );
        }
    }

    #[test]
    fn wild_cards_that_are_typed_are_letters_not_wild_cards() {
        assert!(!search_pattern("100%_").contains("%_"));
    }
}
