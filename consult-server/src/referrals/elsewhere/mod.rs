//! A patient who is recorded with one organisation is said to be with another (I-4): nothing is overwritten, both sides are told,
//! and people find out which of the two is wrong.

pub mod flow;
pub mod sql;
