//! Legs as rows: what boards and lists show of them. The leg whole is read by `flow::read`.

pub mod sql;
