//! Finding people by what somebody types or a QIDO key says: the patterns to lay against the columns of a
//! [`SearchName`](super::SearchName). Pure; called by the SQL side of the index.

use super::keys::{Drive, KeyKind};
use super::name::{fold, is_han};

/// Patterns for `LIKE … ESCAPE '\\'`: a name is found when any of those that are there fits its column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameQuery {
    /// Against `ideographs`, when the query has Han characters.
    pub ideographs: Option<String>,
    /// Against `folded`.
    pub folded: String,
    /// Against `pinyin`, when the query is in letters.
    pub pinyin: Option<String>,
    /// Against `initials`, when the query is one word in letters.
    pub initials: Option<String>,
}

impl NameQuery {
    /// From a PN key with `*` and `?` as wild cards (PS3.4 §C.2.2.2.4), in any case and with or without separators.
    /// `None` for a key that fits every name: empty, or nothing but `*`.
    pub fn new(key: &str) -> Option<Self> {
        // `=` begins another group; what somebody looks for stands in the first that is not empty.
        let key = key.split('=').map(str::trim).find(|group| !group.is_empty())?;
        let separators = ['^', ' ', '\u{3000}', ','];
        let words: Vec<String> = key.split(separators).map(pattern).filter(|word| !word.is_empty()).collect();
        let joined = words.concat();
        if key.chars().all(|c| c == '*' || separators.contains(&c)) {
            return None;
        }
        if joined.is_empty() {
            // Punctuation only. Folded columns hold none, so this finds nobody.
            return Some(Self { ideographs: None, folded: "-".into(), pinyin: None, initials: None });
        }
        let han = joined.chars().any(is_han);
        Some(Self {
            ideographs: han
                .then(|| joined.chars().filter(|c| is_han(*c) || matches!(c, '%' | '_')).collect()),
            folded: words.join(" "),
            pinyin: (!han).then(|| joined.clone()),
            initials: (!han && words.len() == 1).then_some(joined),
        })
    }

    /// Which keys hold everybody that this finds: for ideographs the longest run of them within a word, wherever it
    /// stands in a name; for letters what comes before the first wild card.
    pub fn drive(&self) -> Drive {
        if self.ideographs.is_some() {
            let runs = self.folded.split(|c: char| !is_han(c));
            let longest = runs.max_by_key(|run| run.len()).unwrap_or_default();
            return Drive::from_beginning(KeyKind::Ideographs, longest, false);
        }
        let joined = self.folded.replace(' ', "");
        let literal = joined.split(['%', '_']).next().unwrap_or_default();
        Drive::from_beginning(KeyKind::Name, literal, literal.len() == joined.len())
    }
}

/// One word folded as names are, its wild cards made those of `LIKE` and nothing else a wild card.
fn pattern(word: &str) -> String {
    let mut pattern = String::new();
    let mut literal = String::new();
    for c in word.chars() {
        let wild = match c {
            '*' => '%',
            '?' => '_',
            c => {
                literal.push(c);
                continue;
            }
        };
        pattern.push_str(&fold(&std::mem::take(&mut literal)));
        if !(wild == '%' && pattern.ends_with('%')) {
            pattern.push(wild);
        }
    }
    // Folding drops `%`, `_` and `\\` along with other punctuation, so that nothing is left to escape.
    pattern.push_str(&fold(&literal));
    pattern
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::text::{PersonName, SearchName};

    /// `LIKE`, as the databases have it.
    pub(in crate::text) fn like(text: &str, pattern: &str) -> bool {
        match pattern.chars().next() {
            None => text.is_empty(),
            Some('%') => {
                let rest = &pattern[1..];
                text.char_indices().any(|(at, _)| like(&text[at..], rest)) || like("", rest)
            }
            Some(p) => text.chars().next().is_some_and(|c| {
                (p == '_' || p == c) && like(&text[c.len_utf8()..], &pattern[p.len_utf8()..])
            }),
        }
    }

    pub(in crate::text) fn finds(key: &str, name: &str) -> bool {
        let Some(query) = NameQuery::new(key) else { return true };
        let SearchName { ideographs, folded, pinyin, initials } = PersonName::parse(name).search();
        query.ideographs.is_some_and(|pattern| like(&ideographs, &pattern))
            || like(&folded, &query.folded)
            || query.pinyin.is_some_and(|pattern| like(&pinyin, &pattern))
            || query.initials.is_some_and(|pattern| like(&initials, &pattern))
    }

    #[test]
    fn a_surname_finds_everybody_who_has_it_in_either_script() {
        for key in [
            "王*",
            "wang*",
            "WANG^*",
            "Wang*",
            "王^*",
            "wxd",
            "*东",
            "王?东",
            "Wang^XiaoDong",
            "wangxiaodong",
        ] {
            assert!(finds(key, "王^小东"), "{key}");
            assert!(finds(key, "Wang^XiaoDong=王^小东"), "{key}");
        }
        for key in ["李*", "li*", "王", "wang", "王?", "xd", "张*"] {
            assert!(!finds(key, "王^小东"), "{key}");
        }
        assert!(finds("smith*", "SMITH^JOHN") && finds("Smith^John", "SMITH^JOHN"));
    }

    #[test]
    fn a_name_in_letters_that_reads_otherwise_is_found_as_it_is_written() {
        assert!(finds("Zeng^Yue", "Zeng^Yue=曾^乐"));
        assert!(finds("zeng*", "Zeng^Yue=曾^乐"));
    }

    #[test]
    fn wild_cards_of_the_database_are_no_wild_cards_of_the_key() {
        assert!(!finds("%", "王^小东"));
        assert!(!finds("w_d", "王^小东"));
        assert_eq!(NameQuery::new("***"), None);
        assert_eq!(NameQuery::new(""), None);
        assert_eq!(NameQuery::new(" = "), None);
    }
}
