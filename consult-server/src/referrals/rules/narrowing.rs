//! What narrows a list of legs beside its box and states: read off a query, and as the statement wants it. Pure.

use crate::ids::{DepartmentId, OrganisationId, PersonId};
use crate::names;
use crate::time::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

/// Nobody types more into a search box.
const TEXT_LIMIT: usize = 100;

/// As the query says it; empty stands for all.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Narrowing {
    /// Urgencies between commas.
    #[param(required = false)]
    pub urgency: String,
    #[param(required = false)]
    pub direction: String,
    /// The id of the department it is sent to.
    #[param(required = false)]
    pub department: String,
    /// The id of the sender's organisation.
    #[param(required = false)]
    pub from: String,
    /// `true`: only what is past its deadline.
    #[param(required = false)]
    pub overdue: String,
    /// `true`: only what I own.
    #[param(required = false)]
    pub mine: String,
    /// In the patient's name or its pinyin, the number, or the complaint.
    #[param(required = false)]
    pub q: String,
}

/// As the statement takes it; an empty text or 0 stands for all.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Narrow {
    /// Between commas, with one at either end.
    pub urgencies: String,
    pub direction: &'static str,
    pub department: Option<String>,
    pub from: Option<String>,
    pub due_before: i64,
    pub owner: Option<String>,
    /// Patterns for the folded name, and for other words.
    pub name: String,
    pub words: String,
}

impl Narrowing {
    /// # Errors
    /// The name of the parameter that says nothing we know.
    pub fn checked(&self, me: &PersonId, now: Timestamp) -> Result<Narrow, &'static str> {
        let id = |known: Option<String>, text: &str, name| match (known, text) {
            (_, "") => Ok(None),
            (Some(id), _) => Ok(Some(id)),
            (None, _) => Err(name),
        };
        let department = DepartmentId::parse(&self.department).map(|id| id.as_str().to_owned());
        let from = OrganisationId::parse(&self.from).map(|id| id.as_str().to_owned());
        let q: String = self.q.trim().chars().take(TEXT_LIMIT).collect();
        Ok(Narrow {
            urgencies: urgencies(&self.urgency)?,
            direction: direction(&self.direction)?,
            department: id(department, &self.department, "department")?,
            from: id(from, &self.from, "from")?,
            due_before: if flag(&self.overdue).ok_or("overdue")? { now.0 } else { 0 },
            owner: flag(&self.mine).ok_or("mine")?.then(|| me.as_str().to_owned()),
            name: name(&q),
            words: anywhere(&q),
        })
    }
}

fn urgencies(text: &str) -> Result<String, &'static str> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let known = text.split(',').all(|word| referral::Urgency::parse(word).is_some());
    if known { Ok(format!(",{text},")) } else { Err("urgency") }
}

fn direction(text: &str) -> Result<&'static str, &'static str> {
    match text {
        "" => Ok(""),
        text => referral::Direction::parse(text).map(referral::Direction::as_str).ok_or("direction"),
    }
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "" | "false" => Some(false),
        "true" => Some(true),
        _ => None,
    }
}

/// For the folded names; signs alone fold to nothing, which would find everybody.
fn name(q: &str) -> String {
    match names::search_pattern(q) {
        _ if q.is_empty() => String::new(),
        pattern if pattern.trim_matches(['%', '|']).is_empty() => anywhere(q),
        pattern => pattern,
    }
}

/// A `LIKE` pattern with `\` as its escape.
fn anywhere(q: &str) -> String {
    let escaped = q.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    if escaped.is_empty() { escaped } else { format!("%{escaped}%") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(change: impl FnOnce(&mut Narrowing)) -> Result<Narrow, &'static str> {
        let mut narrowing = Narrowing::default();
        change(&mut narrowing);
        narrowing.checked(&PersonId::trusted("me"), Timestamp(5_000))
    }

    #[test]
    fn nothing_said_narrows_nothing() {
        assert_eq!(said(|_| ()), Ok(Narrow::default()));
    }

    #[test]
    fn each_parameter_narrows_and_what_nobody_knows_is_named() {
        let narrow = said(|n| {
            n.urgency = "emergency,urgent".into();
            n.overdue = "true".into();
            n.mine = "true".into();
            n.q = " 50%_ ".into();
        })
        .unwrap();
        assert_eq!(narrow.urgencies, ",emergency,urgent,");
        assert_eq!((narrow.due_before, narrow.owner.as_deref()), (5_000, Some("me")));
        assert_eq!(narrow.words, "%50\\%\\_%");
        assert_eq!(said(|n| n.q = "%%".into()).unwrap().name, "%\\%\\%%");
        assert_eq!(said(|n| n.urgency = "soon".into()), Err("urgency"));
        assert_eq!(said(|n| n.direction = "sideways".into()), Err("direction"));
        assert_eq!(said(|n| n.department = "1 OR 1".into()), Err("department"));
        assert_eq!(said(|n| n.mine = "1".into()), Err("mine"));
    }
}
