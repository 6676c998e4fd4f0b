//! Names that sound alike to many who type pinyin: zh and z, ch and c, sh and s, ng and n, n and l, ü and u. What QIDO's
//! `fuzzymatching` means here (PS3.18 §8.3.4.2 leaves the algorithm to the server).

use super::keys::{Drive, KeyKind};
use super::name::{self, is_han};
use super::{NameQuery, PersonName};

/// Letters as they sound to many speakers; the same for all spellings of a sound. Wild cards of `LIKE` stay.
pub fn fold(letters: &str) -> String {
    let mut folded = String::with_capacity(letters.len());
    let mut characters = letters.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            'z' | 'c' | 's' => {
                folded.push(c);
                characters.next_if_eq(&'h');
            }
            // L is never at the end of a syllable, so that N can be L everywhere.
            'n' => {
                folded.push('l');
                characters.next_if_eq(&'g');
            }
            // LYU on passports, LV where one types it.
            'y' if matches!(characters.peek(), Some('u')) && folded.ends_with('l') => {}
            'v' => folded.push('u'),
            c => folded.push(c),
        }
    }
    folded
}

/// The readings of a name, folded: as it is written in letters and as its ideographs are read, family name first or last.
pub(super) fn readings(person: &PersonName) -> Vec<String> {
    let spoken = name::romanize(&person.ideographs());
    [person.letters(), spoken]
        .iter()
        .flat_map(|words| name::orders(words))
        .map(|reading| fold(&reading))
        .filter(|reading| !reading.is_empty())
        .collect()
}

/// A search for whoever sounds like a PN key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FuzzyQuery {
    /// For `LIKE … ESCAPE '\\'` against the keys of [`KeyKind::Fuzzy`].
    pub pattern: String,
    pub drive: Drive,
}

impl FuzzyQuery {
    /// From a key in letters or ideographs with `*` and `?` as wild cards. `None` when the key fits every name, or holds
    /// nothing that sounds.
    pub fn new(key: &str) -> Option<Self> {
        let query = NameQuery::new(key)?;
        let spoken: String = match (&query.ideographs, &query.pinyin) {
            (Some(han), _) => han.chars().map(reading).collect(),
            (None, Some(letters)) => letters.clone(),
            (None, None) => return None,
        };
        let pattern = fold(&spoken);
        let literal = pattern.split(['%', '_']).next().unwrap_or_default();
        let drive = Drive::from_beginning(KeyKind::Fuzzy, literal, literal.len() == pattern.len());
        Some(Self { drive, pattern })
    }
}

/// How one character of a pattern is read; wild cards are themselves. A `?` stands for one character of a name and so for
/// a whole syllable of its reading.
fn reading(c: char) -> String {
    match c {
        '_' => "%".to_owned(),
        c if is_han(c) => name::romanize(&c.to_string()).concat(),
        c => c.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sounds_like(key: &str, name: &str) -> bool {
        let query = FuzzyQuery::new(key).expect("a query");
        let keys = readings(&PersonName::parse(name));
        let found = keys.iter().any(|reading| crate::text::name_query::tests::like(reading, &query.pattern));
        let driven = keys.iter().any(|reading| match &query.drive {
            Drive::Exact(_, value) => reading == value,
            Drive::Prefix(_, from, below) => reading >= from && reading < below,
            Drive::Scan => true,
        });
        assert!(driven || !found, "{key} finds {name}, its drive does not");
        found
    }

    #[test]
    fn sounds_that_many_speakers_do_not_tell_apart_find_each_other() {
        for (key, name) in [
            ("zang*", "张^小东"),
            ("zhang*", "臧^天朔"),
            ("Liu^*", "牛^莉"),
            ("liu*", "牛莉"),
            ("lin*", "凌^峰"),
            ("chen^*", "岑^参"),
            ("lv*", "Lyu^Bu"),
            ("lu*", "吕^布"),
            ("张小东", "章^晓冬"),
            ("张*", "Zang^Xiao"),
            ("xiaodongzhang", "张^小东"),
        ] {
            assert!(sounds_like(key, name), "{key} {name}");
        }
    }

    #[test]
    fn other_sounds_do_not() {
        for (key, name) in
            [("wang*", "张^小东"), ("zhang", "张^小东"), ("张小东", "张^大东"), ("chen*", "申^花")]
        {
            assert!(!sounds_like(key, name), "{key} {name}");
        }
        assert_eq!(FuzzyQuery::new("*"), None);
    }
}
