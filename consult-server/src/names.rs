//! How a person's name is made findable: ideographs, pinyin and initials, between bars in one column.
//! The reading of names is `imaging::text`'s; nothing here decides who may search.

use imaging::text::PersonName;

/// `|张小东|zhangxiaodong|zxd|`: what the `name_search` columns hold.
pub fn search_text(name: &str) -> String {
    let search = PersonName::parse(name).search();
    let folded: String = search.folded.split_whitespace().collect();
    format!("|{folded}|{}|{}|", search.pinyin, search.initials)
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
    fn wild_cards_that_are_typed_are_letters_not_wild_cards() {
        assert!(!search_pattern("100%_").contains("%_"));
    }
}
