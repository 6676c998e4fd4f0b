//! The boxes of a position: what waits for it, what it began, what its organisation takes part in.

pub mod sql;
