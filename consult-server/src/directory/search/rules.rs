//! What is kept of a position so that it is found, and what typed words ask for. Pure.

use crate::names;

/// So many words of the box count; who types more is looking for a sentence.
const WORDS: usize = 3;
/// Finds everything.
const ANY: &str = "%";

/// The texts of one position that are searched.
#[derive(Debug, PartialEq, Eq)]
pub struct Text {
    pub search: String,
    pub department: String,
    pub specialty: String,
    pub sort: String,
}

pub fn text(name: &str, department: Option<&str>, specialty: Option<&str>, organisation: &str) -> Text {
    let place = |name: Option<&str>| name.map_or_else(String::new, names::place_text);
    let (department, specialty) = (place(department), place(specialty));
    let search = [&names::search_text(name), &department, &specialty, &names::place_text(organisation)]
        .map(String::as_str)
        .concat();
    Text { search, department, specialty, sort: names::sort_key(name) }
}

/// One pattern a word; words that are not typed find everything.
pub fn patterns(typed: &str) -> [String; WORDS] {
    let mut words = typed.split_whitespace();
    [(); WORDS].map(|()| words.next().map_or_else(|| ANY.to_owned(), names::search_pattern))
}

/// The pattern of a filter that may be absent.
pub fn pattern(typed: Option<&str>) -> String {
    typed
        .map(str::trim)
        .filter(|typed| !typed.is_empty())
        .map_or_else(|| ANY.to_owned(), names::search_pattern)
}

/// Where a page ends, and where the next one begins.
pub fn cursor(sort: &str, position: &str) -> String {
    format!("{sort}~{position}")
}

pub fn after(cursor: Option<&str>) -> (&str, &str) {
    cursor.and_then(|cursor| cursor.rsplit_once('~')).unwrap_or(("", ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_found_by_everything_it_says_in_three_ways_each() {
        let text = text("周文英", Some("心血管内科"), None, "清河县人民医院");
        for form in ["|周文英|", "|zwy|", "|xxgnk|", "|xinxueguanneike|", "|清河县人民医院|", "|qhxrmyy|"]
        {
            assert!(text.search.contains(form), "{form} in {}", text.search);
        }
        assert_eq!((text.sort.as_str(), text.specialty.as_str()), ("zhouwenying", ""));
    }

    #[test]
    fn each_word_is_a_pattern_and_what_is_not_typed_finds_everything() {
        assert_eq!(patterns(" ZWY  心血管 "), ["%|zwy%", "%心血管%", "%"]);
        assert_eq!(patterns("h%g"), ["%|hg%", "%", "%"]);
        assert_eq!(pattern(Some(" ")), "%");
    }

    #[test]
    fn a_cursor_is_read_back_though_the_name_holds_its_mark() {
        assert_eq!(after(Some(&cursor("a~b", "id"))), ("a~b", "id"));
        assert_eq!(after(Some("nonsense")), ("", ""));
    }
}
