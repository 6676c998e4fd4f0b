//! `consult-server doctor`: is what the server stands on in order, and, with `--invariants`, does the live store hold what must
//! never happen. Looks and says what to do; changes nothing.

pub mod invariants;
mod replay;
mod signed;
mod sql;
pub mod surroundings;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, e.g. `store`.
    pub what: &'static str,
    /// What is so; or what is wrong and what to do.
    pub state: Result<String, String>,
}

/// Something that must never be, and is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The number it has in ARCHITECTURE.md, e.g. `I-4`.
    pub invariant: &'static str,
    pub sentence: &'static str,
    /// Of what: ids only.
    pub of: String,
}
