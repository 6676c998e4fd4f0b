//! Organisations, departments and agreements as the administrator sees them, and how they end.

pub mod sql;
