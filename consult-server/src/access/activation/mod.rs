//! One-time codes by which people who stand in the directory choose the name they sign in with and their first password.
//! Makes and takes codes and keeps their hashes only; who is given one is the directory's to say.

pub mod flow;
pub mod http;
pub mod rules;
pub mod sql;
