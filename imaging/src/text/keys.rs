//! The keys under which a study is found without looking at all of them: what is kept beside its row, and which key a
//! query begins its search with. Pure; the SQL side keeps keys in one table, compared bytewise.
//!
//! A search by key finds at least what the query means; what it finds is still laid against the whole query.

use super::name::is_han;
use super::{PersonName, fuzzy};
use crate::header::{PatientFacts, StudyFacts};

/// What a key is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// Patient ID (0010,0020).
    PatientId,
    /// Accession Number (0008,0050).
    Accession,
    /// Study ID (0020,0010).
    StudyId,
    /// The patient's name folded, as pinyin, and as initials, each without separators.
    Name,
    /// The ideographs of the name from each of them on, so that a search inside a name is one at a beginning.
    Ideographs,
    /// The readings of the name as [`fuzzy::fold`] makes them.
    Fuzzy,
}

impl KeyKind {
    pub fn as_str(self) -> &'static str {
        match self {
            KeyKind::PatientId => "id",
            KeyKind::Accession => "accession",
            KeyKind::StudyId => "no",
            KeyKind::Name => "name",
            KeyKind::Ideographs => "han",
            KeyKind::Fuzzy => "fuzzy",
        }
    }
}

/// Characters of a key; more of a value is not looked at, neither here nor by a query.
const LONGEST: usize = 64;

/// The keys of a study, each once.
pub fn keys(patient: &PatientFacts, study: &StudyFacts) -> Vec<(KeyKind, String)> {
    let mut keys = Vec::new();
    for (kind, value) in [
        (KeyKind::PatientId, &patient.local_id),
        (KeyKind::Accession, &study.accession),
        (KeyKind::StudyId, &study.id),
    ] {
        keys.push((kind, lower(value)));
    }
    let search = patient.name.search();
    for value in [search.folded.replace(' ', ""), search.pinyin, search.initials] {
        keys.push((KeyKind::Name, value));
    }
    let PersonName { alphabetic, ideographic, phonetic } = &patient.name;
    for group in [alphabetic, ideographic, phonetic] {
        let han: String = group.chars().filter(|c| is_han(*c)).take(LONGEST).collect();
        keys.extend(han.char_indices().map(|(at, _)| (KeyKind::Ideographs, han[at..].to_owned())));
    }
    keys.extend(fuzzy::readings(&patient.name).into_iter().map(|reading| (KeyKind::Fuzzy, reading)));
    for (_, value) in &mut keys {
        *value = shorten(value);
    }
    keys.retain(|(_, value)| !value.is_empty());
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// How a search begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drive {
    /// With the studies that have this key.
    Exact(KeyKind, String),
    /// With those that have a key from the first text on and below the second.
    Prefix(KeyKind, String, String),
    /// With all: the query begins with a wild card.
    Scan,
}

impl Drive {
    /// For a key of an identifier with `*` and `?` as wild cards, as in [`crate::index::Pattern`].
    pub fn of_identifier(kind: KeyKind, pattern: &str) -> Self {
        let literal = pattern.split(['*', '?']).next().unwrap_or_default();
        Self::from_beginning(kind, &lower(literal), literal.len() == pattern.len())
    }

    /// For values that begin with `literal`, or are that.
    pub(super) fn from_beginning(kind: KeyKind, literal: &str, whole: bool) -> Self {
        let begins = shorten(literal);
        if begins.is_empty() {
            return Drive::Scan;
        }
        if whole {
            return Drive::Exact(kind, begins);
        }
        match above(&begins) {
            Some(below) => Drive::Prefix(kind, begins, below),
            None => Drive::Scan,
        }
    }
}

fn lower(text: &str) -> String {
    text.trim().to_lowercase()
}

fn shorten(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// The least text above all that begin so, in the order of code points, which is that of bytes in UTF-8.
fn above(begins: &str) -> Option<String> {
    let mut characters: Vec<char> = begins.chars().collect();
    while let Some(last) = characters.pop() {
        // Surrogates are no characters.
        let next = match last {
            '\u{d7ff}' => Some('\u{e000}'),
            last => char::from_u32(u32::from(last) + 1),
        };
        if let Some(next) = next {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::NameQuery;
    use crate::text::name_query::tests::finds;
    use crate::uid::StudyUid;
    use proptest::prelude::*;

    fn keys_of(name: &str) -> Vec<(KeyKind, String)> {
        let patient = PatientFacts {
            name: PersonName::parse(name),
            local_id: " P-7a ".to_owned(),
            ..PatientFacts::default()
        };
        let study = StudyFacts {
            accession: "CT2026-1".to_owned(),
            ..StudyFacts::new(StudyUid::parse("1.2.3").expect("a UID"))
        };
        keys(&patient, &study)
    }

    fn driven(drive: &Drive, keys: &[(KeyKind, String)]) -> bool {
        match drive {
            Drive::Scan => true,
            Drive::Exact(kind, value) => keys.iter().any(|key| key == &(*kind, value.clone())),
            Drive::Prefix(kind, from, below) => {
                keys.iter().any(|(k, value)| k == kind && value >= from && value < below)
            }
        }
    }

    #[test]
    fn a_study_has_keys_of_its_identifiers_and_of_its_name_in_every_form() {
        let keys = keys_of("Zhang^XiaoDong=张^小东");
        let of = |kind| keys.iter().filter(|(k, _)| *k == kind).map(|(_, v)| v.as_str()).collect::<Vec<_>>();
        assert_eq!(of(KeyKind::PatientId), ["p-7a"]);
        assert_eq!(of(KeyKind::Accession), ["ct2026-1"]);
        assert_eq!(of(KeyKind::StudyId), [""; 0]);
        assert_eq!(of(KeyKind::Name), ["zhangxiaodong", "zhangxiaodong张小东", "zxd"]);
        assert_eq!(of(KeyKind::Ideographs), ["东", "小东", "张小东"]);
        assert!(of(KeyKind::Fuzzy).contains(&fuzzy::fold("zhangxiaodong").as_str()));
    }

    #[test]
    fn a_query_begins_with_the_key_that_it_names_best() {
        let drive = |key: &str| NameQuery::new(key).expect("a query").drive();
        let prefix = |kind, from: &str, below: &str| Drive::Prefix(kind, from.to_owned(), below.to_owned());
        assert_eq!(drive("wang*"), prefix(KeyKind::Name, "wang", "wanh"));
        assert_eq!(drive("Wang^X*"), prefix(KeyKind::Name, "wangx", "wangy"));
        assert_eq!(drive("wxd"), Drive::Exact(KeyKind::Name, "wxd".to_owned()));
        assert_eq!(drive("王*"), prefix(KeyKind::Ideographs, "王", "玌"));
        assert_eq!(drive("*小东*"), prefix(KeyKind::Ideographs, "小东", "小丝"));
        assert_eq!(drive("*dong"), Drive::Scan);
        let id = |pattern| Drive::of_identifier(KeyKind::PatientId, pattern);
        assert_eq!(id("P-7A"), Drive::Exact(KeyKind::PatientId, "p-7a".to_owned()));
        assert_eq!(id("P-7*"), prefix(KeyKind::PatientId, "p-7", "p-8"));
        assert_eq!(id("*7"), Drive::Scan);
    }

    #[test]
    fn the_text_above_a_beginning_is_above_all_that_begin_so() {
        assert_eq!(above("a\u{d7ff}"), Some("a\u{e000}".to_owned()));
        assert_eq!(above("a\u{10ffff}"), Some("b".to_owned()));
        assert_eq!(above("\u{10ffff}"), None);
    }

    proptest! {
        /// The keys lose nothing: whoever a query finds is found by its drive.
        #[test]
        fn whoever_a_query_finds_is_found_by_its_key(
            name in "([A-Z][a-z]{1,4}(\\^[A-Z][a-z]{1,4})?=)?[王张小东单曾丽]{1,2}(\\^[王张小东单曾丽]{1,2})?",
            query in "[*?]?([王张小东丽]{1,3}|[a-z]{1,3}|Wang|zhang\\^x|Wang 王)[*?]{0,2}(\\^?[小东x])?\\*?",
        ) {
            let Some(parsed) = NameQuery::new(&query) else { return Ok(()) };
            if finds(&query, &name) {
                prop_assert!(driven(&parsed.drive(), &keys_of(&name)), "{query} {name} {:?}", parsed.drive());
            }
        }

        #[test]
        fn any_name_has_keys_without_panic(name in "\\PC{0,60}") {
            for (_, value) in keys_of(&name) {
                prop_assert!(!value.is_empty() && value.chars().count() <= LONGEST);
            }
        }
    }
}
