//! Text in DICOM files: character sets (PS3.3 C.12.1.1.2, PS3.5 §6.1) and person names (PS3.5 §6.2). Written here
//! because the bytes must be decoded before a value is split, and because files from the field lie about their
//! character set. Pure; called by `header`, `dicomweb` and the server's matching.

pub mod charset;
pub mod fuzzy;
mod iso2022;
pub mod keys;
pub mod name;
pub mod name_query;
mod undeclared;

pub use charset::{Charset, Fallback, Kind};
pub use fuzzy::FuzzyQuery;
pub use keys::{Drive, KeyKind, keys};
pub use name::{PersonName, SearchName, syllables};
pub use name_query::NameQuery;
