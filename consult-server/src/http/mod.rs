//! What every HTTP subject shares: our JSON extractors, problem documents, versions, paging, idempotency, CSV files,
//! security headers.
//! Knows no caller and no subject.

pub mod csv;
pub mod describe;
pub mod extract;
pub mod idempotency;
pub mod layers;
pub mod page;
pub mod peer;
pub mod problem;
pub mod reply;

pub use extract::{IfMatch, Json, Path, Query, present};
pub use page::{Page, Paging};
pub use reply::Reply;
