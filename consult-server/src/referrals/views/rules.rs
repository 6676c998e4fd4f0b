//! What makes a list of views acceptable. Pure.

use super::BoardView;
use crate::error::{Code, Refusal, Result};

/// More tabs than that nobody finds again.
pub const MOST_VIEWS: usize = 20;
const NAME_LIMIT: usize = 30;
const TEXT_LIMIT: usize = 100;

/// The list with its names trimmed. A name that is missing, too long or there twice is refused.
pub fn checked(views: Vec<BoardView>) -> Result<Vec<BoardView>> {
    if views.len() > MOST_VIEWS {
        return Err(Refusal::new(Code::BoardViewsTooMany).with("most", MOST_VIEWS));
    }
    let mut kept: Vec<BoardView> = Vec::with_capacity(views.len());
    for mut view in views {
        view.name = view.name.trim().to_owned();
        view.filter.text = view.filter.text.trim().chars().take(TEXT_LIMIT).collect();
        if view.name.is_empty() || view.name.chars().count() > NAME_LIMIT {
            return Err(Refusal::field(Code::BoardViewName, "name"));
        }
        if kept.iter().any(|other| other.name == view.name) {
            return Err(Refusal::field(Code::BoardViewNameTaken, "name"));
        }
        kept.push(view);
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::super::BoardFilter;
    use super::*;

    fn view(name: &str) -> BoardView {
        BoardView { name: name.to_owned(), filter: BoardFilter::default() }
    }

    #[test]
    fn names_are_trimmed_and_must_be_there_short_and_different() {
        assert_eq!(checked(vec![view(" 夜班 ")]).unwrap(), vec![view("夜班")]);
        let code = |views| checked(views).unwrap_err().code;
        assert_eq!(code(vec![view("  ")]), Code::BoardViewName);
        assert_eq!(code(vec![view(&"长".repeat(31))]), Code::BoardViewName);
        assert_eq!(code(vec![view("夜班"), view("夜班 ")]), Code::BoardViewNameTaken);
        let many = (0..=MOST_VIEWS).map(|n| view(&n.to_string())).collect();
        assert_eq!(code(many), Code::BoardViewsTooMany);
    }
}
