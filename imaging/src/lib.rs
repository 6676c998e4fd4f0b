//! Medical images and ECGs: files are parsed once at the border, their bytes are kept unchanged in an object
//! store, and rows about them live behind the [`index::Index`] port. Knows nothing of referrals, consults,
//! accounts, HTTP frameworks or SQL; the server composes it.

pub mod blobs;
pub mod dicomweb;
pub mod dimse;
pub mod ecg;
pub mod filing;
pub mod header;
pub mod index;
pub mod ingest;
pub mod matching;
pub mod phantom;
pub mod pictures;
pub mod pixels;
pub mod refusal;
pub mod samples;
pub mod stage;
pub mod text;
pub mod uid;
