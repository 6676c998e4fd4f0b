//! Making and changing what the directory holds. Reads for others stay in `directory::sql`.

pub mod sql;
