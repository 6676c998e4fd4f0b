//! A list of ids as one parameter of a statement, the same on both engines: the ids one after the other in a text, taken apart by
//! a recursive table. Knows no subject.

/// The beginning of a statement: `ids (id)` holds the ids of the list in that parameter. An empty list has one id that is none.
macro_rules! ids {
    ($parameter:literal) => {
        concat!(
            "WITH RECURSIVE ids (id, rest) AS (SELECT substr(CAST(",
            $parameter,
            " AS TEXT), 1, 36), substr(CAST(",
            $parameter,
            " AS TEXT), 37) UNION ALL SELECT substr(rest, 1, 36), substr(rest, 37) FROM ids WHERE rest <> '') "
        )
    };
}
pub(crate) use ids;

/// How long an id is.
const LENGTH: usize = 36;

/// A list of ids for `ids!`. What is no id by its length is in no list: it is nobody's.
pub fn of<'a>(ids: impl IntoIterator<Item = &'a str>) -> String {
    ids.into_iter().filter(|id| id.len() == LENGTH).collect()
}

/// The same for numbers that are not negative, e.g. places in a sequence; the statement casts `id` to BIGINT.
pub fn of_numbers(numbers: impl IntoIterator<Item = i64>) -> String {
    numbers.into_iter().map(|number| format!("{number:0LENGTH$}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_list_is_as_long_as_an_id() {
        let id = "0192f3a0-0000-7000-8000-000000000000";
        assert_eq!(of([id, "short", id]), format!("{id}{id}"));
        assert_eq!(of_numbers([7, 12_345]).len(), 2 * LENGTH);
        assert!(of([]).is_empty());
    }
}
