//! The order of a page put together from several lists, and its cursor. Pure.

use super::{Class, Kind};
use crate::http::Page;
use crate::ids::is_id;

/// Something in a list: its place, and which thing it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What the list is sorted by: the deadline, or when something happened; for what was told, the notice's number.
    pub key: i64,
    pub kind: Kind,
    pub id: String,
    /// A leg that waits for its papers, whatever its next step is.
    pub papers: bool,
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    pub key: i64,
    pub id: String,
}

impl Start {
    pub fn of(class: Class, cursor: Option<&str>) -> Option<Self> {
        match cursor {
            None if rises(class) => Some(Self { key: i64::MIN, id: String::new() }),
            None => Some(Self { key: i64::MAX, id: String::new() }),
            Some(cursor) => {
                let (key, id) = cursor.split_once('.')?;
                Some(Self { key: key.parse().ok()?, id: id.to_owned() }).filter(|start| is_id(&start.id))
            }
        }
    }
}

/// What is due first comes first; of the rest what is newest.
fn rises(class: Class) -> bool {
    class == Class::Todo
}

/// One page of what several lists hold, each already sorted from the same start and one longer than the page.
pub fn page(class: Class, mut places: Vec<Place>, limit: i64) -> Page<Place> {
    places.sort_by(|one, other| {
        let order = (one.key, &one.id).cmp(&(other.key, &other.id));
        if rises(class) { order } else { order.reverse() }
    });
    Page::cut(places, limit, |place| format!("{}.{}", place.key, place.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(key: i64, kind: Kind, id: &str) -> Place {
        Place { key, kind, id: id.to_owned(), papers: false }
    }

    #[test]
    fn what_is_due_first_comes_first_whatever_it_is() {
        let places = vec![
            place(5, Kind::Leg, "b"),
            place(9, Kind::Leg, "c"),
            place(5, Kind::Consult, "a"),
            place(7, Kind::DutySwap, "d"),
        ];
        let page = page(Class::Todo, places.clone(), 3);
        let ids: Vec<&str> = page.items.iter().map(|place| place.id.as_str()).collect();
        assert_eq!((ids, page.next.as_deref()), (vec!["a", "b", "d"], Some("7.d")));
        let newest = super::page(Class::Started, places, 10);
        assert_eq!((newest.items[0].key, newest.next), (9, None));
    }

    #[test]
    fn a_cursor_is_a_key_and_an_id_or_nothing() {
        let id = "0192f3a0-0000-7000-8000-000000000000";
        let start = Start::of(Class::Todo, Some(&format!("-5.{id}"))).unwrap();
        assert_eq!((start.key, start.id.as_str()), (-5, id));
        for wrong in ["", "5", "x.y", "5.' OR 1=1"] {
            assert!(Start::of(Class::Todo, Some(wrong)).is_none(), "{wrong}");
        }
    }
}
