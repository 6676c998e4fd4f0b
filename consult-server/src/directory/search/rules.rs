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
    /// The places alone, and the initials of the department: those of hospitals would be found for those of names.
    pub places: String,
    pub sort: String,
}

pub fn text(name: &str, department_name: Option<&str>, subject: Option<&str>, organisation: &str) -> Text {
    let place = |name: Option<&str>| name.map_or_else(String::new, names::place_text);
    let (department, specialty) = (place(department_name), place(subject));
    let search = [&names::search_text(name), &department, &specialty, &names::place_text(organisation)]
        .map(String::as_str)
        .concat();
    let subject = subject.map(names::folded).unwrap_or_default();
    let house =
        department_name.map(|name| format!("{}|{}|", names::folded(name), names::place_initials(name)));
    let places = format!("{}|{subject}|{}", names::folded(organisation), house.unwrap_or_default());
    Text { search, department, specialty, places, sort: names::sort_key(name) }
}

/// What a word asks of an entry: of everything in it, or of its places, of which characters may be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    pub anywhere: String,
    pub place: String,
}

/// What may be meant, the likeliest first: pinyin that was typed with spaces between the syllables is one word; if that is
/// nobody's, each is a word of its own. Words that are not typed find everything.
pub fn readings(typed: &str) -> Vec<[Pattern; WORDS]> {
    let words: Vec<&str> = typed.split_whitespace().collect();
    let mut joined: Vec<String> = Vec::new();
    let mut before_is_latin = false;
    for word in &words {
        let is_latin = word.bytes().all(|byte| byte.is_ascii_alphabetic());
        match joined.last_mut() {
            Some(last) if is_latin && before_is_latin => last.push_str(word),
            Some(_) | None => joined.push((*word).to_owned()),
        }
        before_is_latin = is_latin;
    }
    let mut readings = vec![patterns(joined.iter().map(String::as_str))];
    if joined.len() < words.len() {
        readings.push(patterns(words.into_iter()));
    }
    readings
}

fn patterns<'a>(mut words: impl Iterator<Item = &'a str>) -> [Pattern; WORDS] {
    [(); WORDS].map(|()| match words.next() {
        Some(word) => Pattern { anywhere: names::search_pattern(word), place: names::place_pattern(word) },
        None => Pattern { anywhere: ANY.to_owned(), place: ANY.to_owned() },
    })
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
        assert_eq!(text.places, "清河县人民医院||心血管内科|xxgnk|");
    }

    #[test]
    fn each_word_is_a_pattern_and_what_is_not_typed_finds_everything() {
        let anywhere = |typed: &str| {
            readings(typed).iter().map(|reading| reading.clone().map(|p| p.anywhere)).collect::<Vec<_>>()
        };
        assert_eq!(anywhere(" ZWY  心血管 "), [["%|zwy%", "%心血管%", "%"]]);
        assert_eq!(anywhere("h%g"), [["%|hg%", "%", "%"]]);
        assert_eq!(
            anywhere("zhou wen 内科"),
            [["%|zhouwen%", "%内科%", "%"], ["%|zhou%", "%|wen%", "%内科%"]]
        );
        assert_eq!(pattern(Some(" ")), "%");
    }

    #[test]
    fn a_cursor_is_read_back_though_the_name_holds_its_mark() {
        assert_eq!(after(Some(&cursor("a~b", "id"))), ("a~b", "id"));
        assert_eq!(after(Some("nonsense")), ("", ""));
    }
}
